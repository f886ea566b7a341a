/* Rules that somebody accepts. */
#include "manifest_accept.h"

#include "codec_object.h"
#include "core_call_options.h"
#include "core_nearest.h"
#include "manifest_extract_items.h"
#include "manifest_names.h"
#include "manifest_rules.h"

#include <string.h>

static migd_status fail_unknown(const char *accepted, migd_error **error)
{
    migdi_nearest nearest = {.wanted = accepted};
    const migdi_rule *rule = NULL;
    for (size_t i = 0; (rule = migdi_rules_at(i)) != NULL; i++) {
        migdi_nearest_offer(&nearest, rule->id);
    }
    return nearest.found == NULL
               ? migdi_fail(error, MIGD_ERR_INVALID, "there is no rule \"%s\" to accept", accepted)
               : migdi_fail(error, MIGD_ERR_INVALID,
                            "there is no rule \"%s\" to accept; did you mean \"%s\"?", accepted,
                            nearest.found);
}

migd_status migdi_accept_check(const migd_call_options *options, migd_error **error)
{
    const char *accepted = NULL;
    for (size_t i = 0; (accepted = migdi_call_options_accepted(options, i)) != NULL; i++) {
        if (migdi_rules_find(accepted) == NULL) {
            return fail_unknown(accepted, error);
        }
    }
    return MIGD_OK;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* "C9: why"; without a reason nothing is accepted. */
static void read_one(const char *object, const char *text, size_t size, migdi_arena *arena,
                     migdi_accepts *accepts)
{
    while (size > 0 && is_blank(*text)) {
        text++;
        size--;
    }
    const char *colon = memchr(text, ':', size);
    if (colon == NULL) {
        return;
    }
    const char *reason = colon + 1;
    while (reason < text + size && is_blank(*reason)) {
        reason++;
    }
    if (reason == text + size) {
        return;
    }
    accepts->items = migdi_list_add(arena, accepts->items, &accepts->count, sizeof *accepts->items);
    if (accepts->items != NULL) {
        accepts->items[accepts->count++] =
            (migdi_accepted){object, migdi_arena_text(arena, text, (size_t)(colon - text)),
                             migdi_arena_text(arena, reason, size - (size_t)(reason - text))};
    }
}

bool migdi_accept_read(const migd_objects *objects, migdi_arena *arena, migdi_accepts *accepts)
{
    for (size_t i = 0; i < migd_objects_count(objects); i++) {
        const migd_object *object = migd_objects_item(objects, i);
        const migd_object *note =
            migdi_object_member(migd_object_at(object, "/metadata/annotations"), MIGDI_NOTE_ACCEPT);
        const char *text = migd_object_text(note, "", "");
        const char *title = *text == '\0' ? NULL : migdi_extract_title(object, arena);
        while (*text != '\0' && title != NULL) {
            const size_t size = strcspn(text, ";\n");
            read_one(title, text, size, arena, accepts);
            text += size + (text[size] == '\0' ? 0 : 1);
        }
    }
    return !arena->failed;
}

static const char *reason_of(const migdi_accepts *accepts, const char *object, const char *rule)
{
    for (size_t i = 0; i < accepts->count && object != NULL; i++) {
        const migdi_accepted *item = &accepts->items[i];
        if (migdi_text_equal(item->object, object) && migdi_text_equal(item->rule, rule)) {
            return item->reason;
        }
    }
    return NULL;
}

void migdi_accept_apply(const migdi_accepts *accepts, migdi_arena *arena, migdi_finding *finding)
{
    const bool by_option = migdi_call_options_accepts(accepts->options, finding->rule);
    const char *reason = reason_of(accepts, finding->object, finding->rule);
    for (size_t i = 0; i < MIGDI_FINDING_RELATED && reason == NULL; i++) {
        reason = reason_of(accepts, finding->related[i].object, finding->rule);
    }
    const migdi_rule *rule = migdi_rules_find(finding->rule);
    if (rule == NULL || (!by_option && reason == NULL)) {
        return;
    }
    if (!rule->acceptable) {
        finding->hint = migdi_arena_format(arena, "%s is never accepted%s%s", rule->id,
                                           finding->hint == NULL ? "" : ". ",
                                           finding->hint == NULL ? "" : finding->hint);
        finding->refusing.way_out = NULL; /* the hint says more */
        return;
    }
    if (finding->severity > MIGD_SEVERITY_NOTE) {
        finding->severity = MIGD_SEVERITY_NOTE;
        finding->message = migdi_arena_format(arena, "accepted: %s", finding->message);
    }
    finding->hint = reason != NULL
                        ? migdi_arena_format(arena, "By %s: %.60s", MIGDI_NOTE_ACCEPT, reason)
                        : migdi_arena_format(arena, "By --accept %s", rule->id);
}

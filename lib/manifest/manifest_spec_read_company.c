/* What the keys of a spec mean to one another: defaults that hang on others, keys that exclude or
 * need others, and what only several together show. */
#include "manifest_spec_read.h"

#include "manifest_render.h"
#include "manifest_spec_defaults.h"

#include <string.h>

static bool is_there(const migd_object *value)
{
    return value != NULL && migd_object_kind(value) != MIGD_KIND_NULL;
}

/* A key beside the spot in the document, as far as it is built; NULL: not there. */
static const migd_object *built_beside(const migdi_spec_reading *reading,
                                       const migdi_spec_spot *spot, const char *name, size_t size)
{
    const size_t parent_size = (size_t)(strrchr(spot->pointer, '/') - spot->pointer);
    return migdi_object_atf(reading->builder.document, "%.*s/%.*s", (int)parent_size, spot->pointer,
                            (int)size, name);
}

static const migd_object *written_beside(const migdi_spec_spot *spot, const char *name, size_t size)
{
    return migdi_object_atf(spot->map, "/%.*s", (int)size, name);
}

/* "scope=members": whether the key `scope`, which stands before in the table, has one of these
 * values. */
static bool has_need(const migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    const char *needs = spot->key->needs;
    if (needs == NULL) {
        return true;
    }
    const size_t size = strcspn(needs, "=");
    const char *value = migd_object_text(built_beside(reading, spot, needs, size), "", "");
    return migdi_spec_has_word(needs + size + 1, value, strlen(value));
}

static const char *own_default(const migdi_spec_reading *reading, const migdi_spec_key *key)
{
    const char *mode =
        migd_object_text(reading->builder.document, "/spec/members/deliveryMode", "");
    return migdi_spec_default(key, reading->profile, strcmp(mode, "Standard") == 0);
}

const char *migdi_spec_default_here(const migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    const char *excludes = spot->key->excludes;
    const char *word = NULL;
    size_t size = 0;
    while (excludes != NULL && migdi_spec_next_word(&excludes, &word, &size)) {
        if (is_there(written_beside(spot, word, size)) ||
            is_there(built_beside(reading, spot, word, size))) {
            return NULL;
        }
    }
    return has_need(reading, spot) ? own_default(reading, spot->key) : NULL;
}

bool migdi_spec_check_company(migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    const char *needs = spot->key->needs;
    const char *excludes = spot->key->excludes;
    const char *word = NULL;
    size_t size = 0;
    if (!has_need(reading, spot) &&
        !migdi_spec_is_default(spot->key, own_default(reading, spot->key), spot->value)) {
        const size_t need_size = strcspn(needs, "=");
        migdi_spec_report(reading, spot->key_place, spot->pointer, spot->key->about,
                          "%s has no effect: it needs %.*s %s", spot->name, (int)need_size, needs,
                          migdi_spec_alternatives(reading, needs + need_size + 1));
        return false;
    }
    while (excludes != NULL && migdi_spec_next_word(&excludes, &word, &size)) {
        /* Said once, at the one that comes later in the table, so that the earlier one is built. */
        if (is_there(written_beside(spot, word, size)) &&
            is_there(built_beside(reading, spot, word, size))) {
            migdi_spec_report(reading, spot->key_place, spot->pointer, NULL,
                              "%s and %.*s exclude each other", spot->name, (int)size, word);
            return false;
        }
    }
    return true;
}

/* --- several keys ----------------------------------------------------------------------------- */

static migdi_place place_of(const migdi_spec_reading *reading, const char *pointer)
{
    return migdi_object_place(migd_object_at(reading->source, pointer));
}

static bool is_given(const migdi_spec_reading *reading, const char *pointer)
{
    return is_there(migd_object_at(reading->source, pointer)) ||
           is_there(migd_object_at(reading->builder.document, pointer));
}

/* A budget over all members must say how many. */
static void check_budget(migdi_spec_reading *reading)
{
    const char *scope = "/spec/disruption/scope";
    if (strcmp(migd_object_text(reading->builder.document, scope, ""), "members") == 0 &&
        !is_given(reading, "/spec/disruption/minAvailable") &&
        !is_given(reading, "/spec/disruption/maxUnavailable")) {
        migdi_spec_report(reading, place_of(reading, scope), scope,
                          "scope: seeds follows from the seeds and is right at every size",
                          "scope members wants minAvailable or maxUnavailable");
    }
}

/* AWS: a TLS listener's idle timeout is 350 s, whatever is asked for. */
static void check_idle_timeout(migdi_spec_reading *reading)
{
    const migd_object *service = migd_object_at(reading->builder.document, "/spec/service");
    if (migd_object_text(service, "/tls/certificateArn", NULL) != NULL &&
        migd_object_int64(service, "/idleTimeoutSeconds", 350) != 350) {
        migdi_spec_report(reading, place_of(reading, "/spec/service/idleTimeoutSeconds"),
                          "/spec/service/idleTimeoutSeconds", NULL,
                          "idleTimeoutSeconds is always 350 where TLS ends at the balancer");
    }
}

static char upper(char byte)
{
    return byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte;
}

static bool is_same_but_for_case(const char *left, const char *right)
{
    while (*left != '\0' && upper(*left) == upper(*right)) {
        left++;
        right++;
    }
    return *left == *right;
}

/* A secret parameter becomes -DNAME=$(MIGDEPLOY_NAME): no name twice, no variable twice. */
static void check_secrets(migdi_spec_reading *reading)
{
    const migd_object *members = migd_object_at(reading->builder.document, "/spec/members");
    const migd_object *parameters = migdi_object_member(members, "parameters");
    const migd_object *secrets = migdi_object_member(members, "secretParameters");
    for (size_t i = 0; i < migd_object_count(secrets) && !reading->full; i++) {
        const char *name = migd_object_key(secrets, i);
        size_t same = 0;
        while (same < i && !is_same_but_for_case(migd_object_key(secrets, same), name)) {
            same++;
        }
        const bool is_plain_too = migdi_object_member(parameters, name) != NULL;
        if (same == i && !is_plain_too) {
            continue;
        }
        /* A parameter's name has no byte that a pointer escapes. */
        const char *pointer =
            migdi_arena_format(reading->arena, "/spec/members/secretParameters/%s", name);
        if (pointer == NULL) {
            reading->failed = true;
            return;
        }
        migdi_spec_report(reading, migdi_object_place_of_key(reading->source, pointer), pointer,
                          NULL, "\"%s\" stands in %s too", migdi_spec_quote(reading, name),
                          is_plain_too ? "parameters" : "secretParameters, in other letters,");
    }
}

/* A template that cannot be merged is left out. */
static void check_template(migdi_spec_reading *reading)
{
    const char *pointer = "/spec/members/template";
    const char *problem = NULL;
    const migd_object *template = migd_object_at(reading->builder.document, pointer);
    const migd_object *fault = migdi_render_merge_fault(template, &problem);
    if (fault != NULL) {
        migdi_spec_report(reading, migdi_object_place(fault), pointer, NULL, "template: %s",
                          problem);
        migdi_build_map(&reading->builder, "%s", pointer);
    }
}

void migdi_spec_check_across(migdi_spec_reading *reading)
{
    check_template(reading);
    check_budget(reading);
    check_idle_timeout(reading);
    check_secrets(reading);
}

/* Findings: collected, sorted, then kept as texts and as one document. */
#include "manifest_findings.h"

#include "codec_object.h"
#include "core_arena.h"
#include "core_text.h"
#include "core_utf8.h"
#include "manifest_sarif.h"

#include <stdlib.h>
#include <string.h>

/* A pointer that would make a line longer is left out of it. */
#define LINE_WIDTH 97

typedef struct entry {
    migdi_finding finding;
    size_t order; /* in which it was added */
} entry;

struct migd_findings {
    migdi_arena arena;
    entry *entries;
    size_t count;
    size_t capacity;
    bool failed;
    int64_t by_severity[MIGD_SEVERITY_ERROR + 1];
    const char **texts;
    migd_object *document; /* {"findings":[...],"summary":{...}} */
    const migd_object *items;
};

static const char *const severity_names[] = {"note", "warning", "error"};

migd_findings *migdi_findings_new(void)
{
    return migdi_alloc_zeroed(1, sizeof(migd_findings));
}

void migd_findings_free(migd_findings *findings)
{
    if (findings != NULL) {
        migd_object_free(findings->document);
        migdi_free((void *)findings->texts);
        migdi_free(findings->entries);
        migdi_arena_free(&findings->arena);
        migdi_free(findings);
    }
}

void migdi_findings_release(void *findings)
{
    migd_findings_free(findings);
}

/* --- collecting ------------------------------------------------------------------------------- */

/* A copy that cannot steer a terminal; NULL stays NULL. */
static const char *keep(migd_findings *findings, const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    migdi_text printable = {0};
    migdi_utf8_add_printable(&printable, text, strlen(text));
    const char *copy =
        printable.failed
            ? NULL
            : migdi_arena_text(&findings->arena, migdi_text_string(&printable), printable.size);
    migdi_text_free(&printable);
    findings->failed = findings->failed || copy == NULL;
    return copy;
}

/* Most findings are of the file of the one before. */
static migdi_place keep_place(migd_findings *findings, migdi_place place)
{
    const char *last =
        findings->count == 0 ? NULL : findings->entries[findings->count - 1].finding.place.file;
    place.file = place.file != NULL && last != NULL && strcmp(last, place.file) == 0
                     ? last
                     : keep(findings, place.file);
    return place;
}

void migdi_findings_add(migd_findings *findings, const migdi_finding *finding)
{
    if (findings == NULL || findings->failed) {
        return;
    }
    void *entries = findings->entries;
    if (!migdi_grow(&entries, &findings->capacity, findings->count + 1, sizeof(entry))) {
        findings->failed = true;
        return;
    }
    findings->entries = entries;
    migdi_finding kept = {
        .rule = keep(findings, finding->rule),
        .severity = finding->severity,
        .message = keep(findings, finding->message),
        .hint = keep(findings, finding->hint),
        .object = keep(findings, finding->object),
        .pointer = keep(findings, finding->pointer),
        .place = keep_place(findings, finding->place),
        .refusing = {keep(findings, finding->refusing.sentence),
                     keep(findings, finding->refusing.way_out),
                     keep(findings, finding->refusing.next)},
    };
    for (size_t i = 0; i < MIGDI_FINDING_RELATED; i++) {
        const migdi_at *related = &finding->related[i];
        kept.related[i] =
            (migdi_at){keep(findings, related->object), keep(findings, related->pointer),
                       keep_place(findings, related->place)};
    }
    findings->entries[findings->count] = (entry){kept, findings->count};
    findings->count++;
}

/* --- order ------------------------------------------------------------------------------------ */

/* What is missing comes last. */
static int compare_texts(const char *left, const char *right)
{
    if (left == NULL || right == NULL) {
        return (left == NULL ? 1 : 0) - (right == NULL ? 1 : 0);
    }
    return strcmp(left, right);
}

/* C9 before C10, C before T. */
static int compare_rules(const char *left, const char *right)
{
    const size_t left_size = strcspn(left, "0123456789");
    const size_t right_size = strcspn(right, "0123456789");
    const size_t shorter = left_size < right_size ? left_size : right_size;
    const int letters = strncmp(left, right, shorter);
    if (letters != 0 || left_size != right_size) {
        return letters != 0 ? letters : left_size < right_size ? -1 : 1;
    }
    const size_t left_digits = strlen(left);
    const size_t right_digits = strlen(right);
    return left_digits != right_digits ? (left_digits < right_digits ? -1 : 1)
                                       : strcmp(left, right);
}

static int compare_entries(const void *left_entry, const void *right_entry)
{
    const entry *left = left_entry;
    const entry *right = right_entry;
    const migdi_finding *a = &left->finding;
    const migdi_finding *b = &right->finding;
    int order = compare_texts(a->place.file, b->place.file);
    if (order == 0 && a->place.file == NULL) {
        order = compare_texts(a->object, b->object);
    }
    if (order == 0) {
        order = a->place.line != b->place.line ? (a->place.line < b->place.line ? -1 : 1)
                                               : a->place.column - b->place.column;
    }
    if (order == 0) {
        order = compare_rules(a->rule, b->rule);
    }
    return order != 0 ? order : left->order < right->order ? -1 : 1;
}

/* --- text ------------------------------------------------------------------------------------- */

static void add_place(migdi_text *text, const char *object, migdi_place place)
{
    const char *name = place.file != NULL ? place.file : object;
    if (name != NULL) {
        migdi_text_add_string(text, name);
    }
    if (place.line > 0) {
        migdi_text_format(text, "%s%d:%d", name == NULL ? "" : ":", (int)place.line,
                          (int)place.column);
    }
}

static void add_line(migdi_text *text, const migdi_finding *finding)
{
    const size_t before = text->size;
    add_place(text, finding->object, finding->place);
    migdi_text_format(text, "%s%s: %s [%s]", text->size == before ? "" : ": ",
                      severity_names[finding->severity], finding->message, finding->rule);
}

static void add_details(migdi_text *text, const migdi_finding *finding)
{
    if (finding->hint != NULL) {
        migdi_text_format(text, "    %s\n", finding->hint);
    }
    for (size_t i = 0; i < MIGDI_FINDING_RELATED; i++) {
        const migdi_at *related = &finding->related[i];
        if (related->object == NULL) {
            continue;
        }
        const size_t start = text->size;
        migdi_text_add_string(text, "    see ");
        if (related->place.file != NULL) {
            add_place(text, NULL, related->place);
            migdi_text_add_char(text, ' ');
        }
        migdi_text_add_string(text, related->object);
        const char *pointer = related->pointer == NULL ? "" : related->pointer;
        if (*pointer != '\0' && text->size - start + 1 + strlen(pointer) <= LINE_WIDTH) {
            migdi_text_format(text, " %s", pointer);
        }
        migdi_text_add_char(text, '\n');
    }
}

static bool make_texts(migd_findings *findings)
{
    findings->texts = migdi_alloc_zeroed(findings->count + 1, sizeof *findings->texts);
    migdi_text line = {0};
    bool made = findings->texts != NULL;
    for (size_t i = 0; i < findings->count && made; i++) {
        migdi_text_clear(&line);
        add_line(&line, &findings->entries[i].finding);
        findings->texts[i] =
            line.failed ? NULL
                        : migdi_arena_text(&findings->arena, migdi_text_string(&line), line.size);
        made = findings->texts[i] != NULL;
    }
    migdi_text_free(&line);
    return made;
}

/* --- document --------------------------------------------------------------------------------- */

static void build_at(migdi_builder *builder, const char *object, const char *pointer,
                     migdi_place place, const char *base)
{
    migdi_build_string(builder, object, "%s/object", base);
    migdi_build_string(builder, pointer, "%s/pointer", base);
    migdi_build_string(builder, place.file, "%s/file", base);
    migdi_build_int64(builder, place.line, "%s/line", base);
    migdi_build_int64(builder, place.column, "%s/column", base);
}

static bool build_item(migdi_builder *builder, migdi_arena *arena, const migdi_finding *finding,
                       size_t index)
{
    const char *base = migdi_arena_format(arena, "/findings/%zu", index);
    if (base == NULL) {
        return false;
    }
    migdi_build_map(builder, "/findings/-");
    migdi_build_string(builder, finding->rule, "%s/rule", base);
    migdi_build_string(builder, severity_names[finding->severity], "%s/severity", base);
    migdi_build_string(builder, finding->message, "%s/message", base);
    migdi_build_string(builder, finding->hint, "%s/hint", base);
    build_at(builder, finding->object, finding->pointer, finding->place, base);
    migdi_build_array(builder, "%s/related", base);
    size_t count = 0;
    for (size_t i = 0; i < MIGDI_FINDING_RELATED; i++) {
        const migdi_at *related = &finding->related[i];
        const char *below = related->object == NULL
                                ? NULL
                                : migdi_arena_format(arena, "%s/related/%zu", base, count++);
        if (below != NULL) {
            migdi_build_map(builder, "%s/related/-", base);
            build_at(builder, related->object, related->pointer, related->place, below);
        }
    }
    return !arena->failed;
}

static bool make_document(migd_findings *findings)
{
    migdi_builder builder;
    migdi_build(&builder);
    migdi_build_array(&builder, "/findings");
    bool made = true;
    for (size_t i = 0; i < findings->count && made; i++) {
        made = build_item(&builder, &findings->arena, &findings->entries[i].finding, i);
    }
    migdi_build_int64(&builder, findings->by_severity[MIGD_SEVERITY_ERROR], "/summary/errors");
    migdi_build_int64(&builder, findings->by_severity[MIGD_SEVERITY_WARNING], "/summary/warnings");
    migdi_build_int64(&builder, findings->by_severity[MIGD_SEVERITY_NOTE], "/summary/notes");
    const migd_status status = migdi_build_take(&builder, &findings->document, NULL);
    findings->items = migd_object_at(findings->document, "/findings");
    return made && status >= 0;
}

migd_status migdi_findings_take(migd_findings *findings, migd_findings **out, migd_error **error)
{
    *out = NULL;
    if (findings == NULL) {
        return migdi_fail_nomem(error);
    }
    for (size_t i = 0; i < findings->count; i++) {
        findings->by_severity[findings->entries[i].finding.severity]++;
    }
    if (!findings->failed && findings->count > 1) {
        qsort(findings->entries, findings->count, sizeof *findings->entries, compare_entries);
    }
    if (findings->failed || !make_texts(findings) || !make_document(findings)) {
        migd_findings_free(findings);
        return migdi_fail_nomem(error);
    }
    *out = findings;
    return MIGD_OK;
}

/* --- reading ---------------------------------------------------------------------------------- */

size_t migd_findings_count(const migd_findings *findings)
{
    return findings == NULL ? 0 : findings->count;
}

size_t migd_findings_errors(const migd_findings *findings)
{
    return findings == NULL ? 0 : (size_t)findings->by_severity[MIGD_SEVERITY_ERROR];
}

const char *migd_findings_text(const migd_findings *findings, size_t index)
{
    return findings == NULL || index >= findings->count ? NULL : findings->texts[index];
}

const migdi_finding *migdi_findings_at(const migd_findings *findings, size_t index)
{
    return findings == NULL || index >= findings->count ? NULL : &findings->entries[index].finding;
}

const migd_object *migdi_findings_items(const migd_findings *findings)
{
    return findings == NULL ? NULL : findings->items;
}

const migd_object *migd_findings_item(const migd_findings *findings, size_t index)
{
    return findings == NULL ? NULL : migd_object_item(findings->items, index);
}

migd_status migd_findings_write(const migd_findings *findings, int32_t format, migd_buf **out,
                                migd_error **error)
{
    migdi_error_clear(error);
    if (out == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no place for the text");
    }
    *out = NULL;
    if (findings == NULL || format < MIGD_FINDINGS_TEXT || format > MIGD_FINDINGS_SARIF) {
        return migdi_fail(error, MIGD_ERR_INVALID,
                          findings == NULL ? "there are no findings to write"
                                           : "%d is no format of findings",
                          (int)format);
    }
    if (format == MIGD_FINDINGS_JSON) {
        return migd_object_write_json(findings->document, 0, out, error);
    }
    if (format == MIGD_FINDINGS_SARIF) {
        return migdi_sarif_write(findings, out, error);
    }
    migdi_text text = {0};
    for (size_t i = 0; i < findings->count; i++) {
        migdi_text_add_string(&text, findings->texts[i]);
        migdi_text_add_char(&text, '\n');
        if (format == MIGD_FINDINGS_TEXT) {
            add_details(&text, &findings->entries[i].finding);
        }
    }
    *out = migdi_text_take_buf(&text);
    return *out == NULL ? migdi_fail_nomem(error) : MIGD_OK;
}

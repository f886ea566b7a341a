/* Findings as SARIF 2.1.0 (OASIS), which code hosts show beside the lines. */
#include "manifest_sarif.h"

#include "codec_object.h"
#include "core_text.h"
#include "manifest_rules.h"

#include <string.h>

#define SCHEMA                                                                                     \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

static bool is_unreserved(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || strchr("-._~/", byte) != NULL;
}

/* A path as a URI reference: relative stays relative to what the host checked out. */
static void add_uri(migdi_text *uri, const char *path)
{
    if (*path == '/') {
        migdi_text_add_string(uri, "file://");
    }
    for (; *path != '\0'; path++) {
        if (is_unreserved(*path)) {
            migdi_text_add_char(uri, *path);
        } else {
            migdi_text_format(uri, "%%%02X", (unsigned)(unsigned char)*path);
        }
    }
}

static void build_text(migdi_builder *builder, const char *text, const char *base, const char *key)
{
    if (text != NULL) {
        migdi_build_string(builder, text, "%s/%s/text", base, key);
    }
}

/* Where something stands: a line of a file, and the object that it is about. */
static void build_location(migdi_builder *builder, const migd_object *at, const char *base)
{
    const char *file = migd_object_text(at, "/file", NULL);
    const int64_t line = migd_object_int64(at, "/line", 0);
    const char *object = migd_object_text(at, "/object", NULL);
    const char *pointer = migd_object_text(at, "/pointer", "");
    if (file != NULL) {
        migdi_text uri = {0};
        add_uri(&uri, file);
        if (uri.failed) {
            builder->status = builder->status < 0 ? builder->status : MIGD_ERR_NOMEM;
        }
        migdi_build_string(builder, migdi_text_string(&uri),
                           "%s/physicalLocation/artifactLocation/uri", base);
        migdi_text_free(&uri);
    }
    if (file != NULL && line > 0) {
        migdi_build_int64(builder, line, "%s/physicalLocation/region/startLine", base);
        migdi_build_int64(builder, migd_object_int64(at, "/column", 1),
                          "%s/physicalLocation/region/startColumn", base);
    }
    if (object != NULL) {
        migdi_text name = {0};
        migdi_text_format(&name, "%s%s%s", object, *pointer == '\0' ? "" : " ", pointer);
        if (name.failed) {
            builder->status = builder->status < 0 ? builder->status : MIGD_ERR_NOMEM;
        }
        migdi_build_string(builder, migdi_text_string(&name),
                           "%s/logicalLocations/-/fullyQualifiedName", base);
        migdi_build_string(builder, "resource", "%s/logicalLocations/0/kind", base);
        migdi_text_free(&name);
    }
}

/* Adds the rule's row once; its index. */
static size_t build_rule(migdi_builder *builder, const char *id, const char **ids, size_t *count)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(ids[i], id) == 0) {
            return i;
        }
    }
    static const char *const levels[] = {"note", "warning", "error"};
    const migdi_rule *rule = migdi_rules_find(id);
    const size_t index = (*count)++;
    ids[index] = id;
    const char *const list = "/runs/0/tool/driver/rules";
    migdi_build_string(builder, id, "%s/-/id", list);
    migdi_build_string(builder, rule == NULL ? "The spec's keys and values are right" : rule->title,
                       "%s/%zu/shortDescription/text", list, index);
    if (rule != NULL) {
        migdi_build_string(builder, rule->why, "%s/%zu/fullDescription/text", list, index);
        migdi_build_string(builder, rule->ways_out, "%s/%zu/help/text", list, index);
    }
    migdi_build_string(builder, levels[rule == NULL ? MIGD_SEVERITY_ERROR : rule->severity],
                       "%s/%zu/defaultConfiguration/level", list, index);
    return index;
}

static void build_message(migdi_builder *builder, const migd_object *item, const char *base)
{
    const char *hint = migd_object_text(item, "/hint", NULL);
    migdi_text message = {0};
    migdi_text_format(&message, "%s%s%s", migd_object_text(item, "/message", ""),
                      hint == NULL ? "" : ". ", hint == NULL ? "" : hint);
    if (message.failed) {
        builder->status = builder->status < 0 ? builder->status : MIGD_ERR_NOMEM;
    }
    build_text(builder, migdi_text_string(&message), base, "message");
    migdi_text_free(&message);
}

static void build_result(migdi_builder *builder, migdi_arena *arena, const migd_object *item,
                         size_t index, size_t rule)
{
    const char *base = migdi_arena_format(arena, "/runs/0/results/%zu", index);
    if (base == NULL) {
        return;
    }
    migdi_build_string(builder, migd_object_text(item, "/rule", ""), "/runs/0/results/-/ruleId");
    migdi_build_int64(builder, (int64_t)rule, "%s/ruleIndex", base);
    migdi_build_string(builder, migd_object_text(item, "/severity", ""), "%s/level", base);
    build_message(builder, item, base);
    migdi_build_array(builder, "%s/locations", base);
    migdi_build_map(builder, "%s/locations/-", base);
    const char *place = migdi_arena_format(arena, "%s/locations/0", base);
    if (place != NULL) {
        build_location(builder, item, place);
    }
    const migd_object *related = migd_object_at(item, "/related");
    for (size_t i = 0; i < migd_object_count(related); i++) {
        const char *below = migdi_arena_format(arena, "%s/relatedLocations/%zu", base, i);
        if (below == NULL) {
            return;
        }
        migdi_build_int64(builder, (int64_t)i + 1, "%s/relatedLocations/-/id", base);
        build_location(builder, migd_object_item(related, i), below);
        build_text(builder, migd_object_text(migd_object_item(related, i), "/object", NULL), below,
                   "message");
    }
}

migd_status migdi_sarif_write(const migd_findings *findings, migd_buf **out, migd_error **error)
{
    migdi_arena arena = {0};
    migdi_builder builder;
    migd_object *document = NULL;
    const size_t count = migd_findings_count(findings);
    const char **ids = migdi_arena_alloc(&arena, (count + 1) * sizeof *ids);
    size_t rules = 0;
    migdi_build(&builder);
    migdi_build_string(&builder, SCHEMA, "/$schema");
    migdi_build_string(&builder, "2.1.0", "/version");
    migdi_build_string(&builder, "migdeploy", "/runs/-/tool/driver/name");
    migdi_build_string(&builder, migd_version(), "/runs/0/tool/driver/version");
    migdi_build_array(&builder, "/runs/0/tool/driver/rules");
    migdi_build_string(&builder, "unicodeCodePoints", "/runs/0/columnKind");
    migdi_build_array(&builder, "/runs/0/results");
    for (size_t i = 0; i < count && ids != NULL; i++) {
        const migd_object *item = migd_findings_item(findings, i);
        const size_t rule = build_rule(&builder, migd_object_text(item, "/rule", ""), ids, &rules);
        build_result(&builder, &arena, item, i, rule);
    }
    migd_status status = migdi_build_take(&builder, &document, error);
    if (status >= 0 && arena.failed) {
        status = migdi_fail_nomem(error);
    }
    if (status >= 0) {
        status = migd_object_write_json(document, 0, out, error);
    }
    migd_object_free(document);
    migdi_arena_free(&arena);
    return status;
}

/* The documents of a text as kubectl sees them: a run of JSON values first, if it starts so, then
 * YAML by
 * "---"; empty ones dropped, Lists taken apart.
 * Source: k8s.io/apimachinery pkg/util/yaml/decoder.go, k8s.io/cli-runtime
 * pkg/resource/visitor.go. */
#include "codec_object.h"
#include "codec_object_parse.h"
#include "codec_objects.h"
#include "codec_yaml.h"

#include <string.h>

typedef struct {
    migd_objects *objects;
    migdi_source *source;
    const char *text;
    const migd_read_options *options;
    size_t at;
    size_t documents_left;
    migd_error **error;
} reader;

/* --- lists ------------------------------------------------------------------------------------ */

/* The items of a List; NULL: the document is none. An array of `items` alone makes no list: a
 * custom resource may have one. */
static const migd_object *list_items(const migd_object *document)
{
    const char *kind = migd_object_text(document, "/kind", "");
    const size_t size = strlen(kind);
    const migd_object *items = migdi_map_find(document, "items", strlen("items"));
    const bool named = size >= 4 && strcmp(kind + size - 4, "List") == 0;
    const bool listed = migd_object_kind(items) == MIGD_KIND_ARRAY ||
                        (size == 4 && migd_object_kind(items) == MIGD_KIND_NULL);
    return named && listed ? items : NULL;
}

/* An item of a PodList may leave out that it is a Pod. */
static migd_status name_item(migd_object *item, const migd_object *list, migd_error **error)
{
    const char *kind = migd_object_text(list, "/kind", "");
    const char *version = migd_object_text(list, "/apiVersion", NULL);
    const size_t size = strlen(kind) - strlen("List");
    if (size == 0 || migd_object_kind(item) != MIGD_KIND_MAP) {
        return MIGD_OK;
    }
    migd_status status = MIGD_OK;
    if (version != NULL && migd_object_at(item, "/apiVersion") == NULL) {
        status = migd_object_set_string(item, "/apiVersion", version, error);
    }
    if (status == MIGD_OK && migd_object_at(item, "/kind") == NULL) {
        char *item_kind = migdi_text_copy(kind, size);
        status = item_kind == NULL ? migdi_fail_nomem(error)
                                   : migd_object_set_string(item, "/kind", item_kind, error);
        migdi_free(item_kind);
    }
    return status;
}

/* Counted before it is read, empty ones too: each costs a parser. */
static migd_status count_document(reader *r, size_t offset)
{
    if (r->documents_left == 0) {
        return migdi_fail_at(r->error, MIGD_ERR_LIMIT, migdi_source_place(r->source, offset),
                             "there are more documents than the limit");
    }
    r->documents_left--;
    return MIGD_OK;
}

static migd_status add_item(reader *r, const migd_object *list, const migd_object *item)
{
    if (list_items(item) != NULL) {
        return migdi_fail_at(r->error, MIGD_ERR_PARSE, migdi_object_place(item),
                             "a %s stands in a %s; kubectl reads no list within a list",
                             migd_object_text(item, "/kind", ""),
                             migd_object_text(list, "/kind", ""));
    }
    migd_status status = count_document(r, item->offset);
    migd_object *copy = NULL;
    if (status == MIGD_OK) {
        status = migd_object_copy(item, &copy, r->error);
    }
    if (status == MIGD_OK) {
        status = name_item(copy, list, r->error);
    }
    if (status < 0) {
        migd_object_free(copy);
        return status;
    }
    return migdi_objects_give(r->objects, copy, r->error);
}

/* Takes a document that was read: drops it, takes it apart, or adds it. */
static migd_status take_document(reader *r, migd_object *document)
{
    const migd_object *items = list_items(document);
    if (items == NULL && migd_object_kind(document) > MIGD_KIND_NULL) {
        return migdi_objects_give(r->objects, document, r->error);
    }
    migd_status status = MIGD_OK;
    for (size_t i = 0; status == MIGD_OK && i < migd_object_count(items); i++) {
        status = add_item(r, document, migd_object_item(items, i));
    }
    migd_object_free(document);
    return status;
}

/* --- texts ------------------------------------------------------------------------------------ */

/* A part of blanks, comments and separators: as many as there are lines need not cost a parser
 * each. */
static bool is_empty_part(const char *text, const migdi_yaml_part *part)
{
    for (size_t at = part->start; at < part->end; at++) {
        const bool line_start = at == part->start || text[at - 1] == '\n';
        if (text[at] == '#') {
            while (at < part->end && text[at] != '\n' && text[at] != '\r') {
                if ((unsigned char)text[at] < 0x20 || (unsigned char)text[at] >= 0x7F) {
                    return false; /* for the parser to judge */
                }
                at++;
            }
        } else if (line_start && part->end - at >= 3 && memcmp(text + at, "---", 3) == 0) {
            at += 2;
        } else if (strchr(" \r\n", text[at]) == NULL || text[at] == '\0') {
            return false;
        }
    }
    return true;
}

static migd_status read_part(reader *r, const migdi_yaml_part *part)
{
    migd_object *document = NULL;
    if (is_empty_part(r->text, part)) {
        return MIGD_OK;
    }
    migd_status status = count_document(r, part->start);
    if (status == MIGD_OK) {
        status = migdi_yaml_read(r->source, r->text, part->start, part->end, r->options, &document,
                                 NULL, r->error);
    }
    return status < 0 || document == NULL ? status : take_document(r, document);
}

static migd_status read_yaml(reader *r)
{
    migd_status status = MIGD_OK;
    while (status == MIGD_OK && r->at < r->source->size) {
        migdi_yaml_part part = {0};
        status = migdi_yaml_split(r->source, r->text, r->at, &part, r->error);
        if (status == MIGD_OK) {
            status = read_part(r, &part);
            r->at = part.next;
        }
    }
    return status;
}

/* JSON values as long as there are any; what starts like one and is none is left for YAML.
 * *refusal: why. */
static migd_status read_json(reader *r, migd_error **refusal)
{
    const migdi_json_rules rules = migdi_parse_json_rules(r->options);
    migd_status status = MIGD_OK;
    while (status == MIGD_OK && migdi_parse_starts_with(r->text, r->source->size, r->at, "{")) {
        migd_object *document = NULL;
        migd_error *error = NULL;
        status = count_document(r, r->at);
        if (status < 0) {
            return status;
        }
        status = migdi_json_read_at(r->source, &r->at, &rules, &document, &error);
        if (status == MIGD_ERR_PARSE) {
            *refusal = error;
            return MIGD_OK;
        }
        if (status == MIGD_OK) {
            status = take_document(r, document);
        } else if (r->error != NULL) {
            *r->error = error;
        } else {
            migd_error_free(error);
        }
    }
    return status;
}

static migd_status read_text(reader *r)
{
    migd_error *json_error = NULL;
    migd_error *yaml_error = NULL;
    migd_error **error = r->error;
    migd_status status = read_json(r, &json_error);
    if (status < 0) {
        return status;
    }
    const size_t json_end = r->at;
    r->error = &yaml_error;
    status = read_yaml(r);
    r->error = error;
    if (status < 0 && json_error != NULL) {
        return migdi_parse_give_better(r->source, json_end, json_error, yaml_error, error);
    }
    migd_error_free(json_error);
    if (error != NULL) {
        *error = yaml_error;
    } else {
        migd_error_free(yaml_error);
    }
    return status;
}

migd_status migdi_objects_read(migd_objects *objects, const char *text, size_t size,
                               const migd_read_options *options, migd_error **error)
{
    reader r = {
        .objects = objects,
        .text = text == NULL ? "" : text,
        .options = options,
        .documents_left = migdi_read_limit(options, MIGD_READ_DOCUMENTS),
        .error = error,
    };
    migd_status status = migdi_parse_open(text, size, options, &r.source, error);
    if (status == MIGD_OK) {
        status = read_text(&r);
    }
    migdi_source_release(r.source);
    return status;
}

migd_status migd_objects_parse(migd_objects *objects, const char *text, size_t size,
                               const migd_read_options *options, migd_error **error)
{
    migdi_error_clear(error);
    if (objects == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no list to add to");
    }
    const size_t before = objects->count;
    const migd_status status = migdi_objects_read(objects, text, size, options, error);
    if (status < 0) {
        migdi_objects_cut(objects, before);
    }
    return status;
}

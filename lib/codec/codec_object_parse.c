/* One document from a text, JSON or YAML. */
#include "codec_object_parse.h"

#include "codec_object.h"
#include "codec_yaml.h"

#include <assert.h>
#include <string.h>

bool migdi_parse_starts_with(const char *text, size_t size, size_t at, const char *openings)
{
    while (at < size && strchr(" \t\r\n", text[at]) != NULL && text[at] != '\0') {
        at++;
    }
    return at < size && text[at] != '\0' && strchr(openings, text[at]) != NULL;
}

migdi_json_rules migdi_parse_json_rules(const migd_read_options *options)
{
    return (migdi_json_rules){
        .name = options == NULL ? NULL : options->name,
        .bytes = migdi_read_limit(options, MIGD_READ_BYTES),
        .depth = migdi_read_limit(options, MIGD_READ_DEPTH),
        .nodes = migdi_read_limit(options, MIGD_READ_NODES),
        .unique_keys = options == NULL || (options->manner & MIGDI_READ_ALL_KEYS) == 0,
    };
}

migd_status migdi_parse_open(const char *text, size_t size, const migd_read_options *options,
                             migdi_source **out, migd_error **error)
{
    const char *name = options == NULL ? NULL : options->name;
    const size_t limit = migdi_read_limit(options, MIGD_READ_BYTES);
    *out = NULL;
    if (text == NULL && size > 0) {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no text to read");
    }
    if (size > limit) {
        return migdi_fail_at(error, MIGD_ERR_LIMIT, (migdi_place){name, 1, 1},
                             "the text has %zu bytes, the limit is %zu", size, limit);
    }
    *out = migdi_source_new(name, text, size);
    return *out == NULL ? migdi_fail_nomem(error) : MIGD_OK;
}

/* Whether the first thing in the brackets is in double quotes, as in JSON. */
static bool looks_quoted(const migdi_source *source, size_t at)
{
    at += strspn(source->text + at, " \t\r\n[{");
    return source->text[at] == '"';
}

static bool knows_better(const migd_error *yaml, const migd_error *json, bool quoted)
{
    const int32_t yaml_line = migd_error_line(yaml);
    const int32_t json_line = migd_error_line(json);
    if (migd_error_status(yaml) != MIGD_ERR_PARSE || yaml_line != json_line) {
        return migd_error_status(yaml) != MIGD_ERR_PARSE || yaml_line > json_line;
    }
    return !quoted && migd_error_column(yaml) > migd_error_column(json);
}

migd_status migdi_parse_give_better(const migdi_source *source, size_t at, migd_error *json,
                                    migd_error *yaml, migd_error **error)
{
    const bool keep_yaml = knows_better(yaml, json, looks_quoted(source, at));
    const migd_status status = migd_error_status(keep_yaml ? yaml : json);
    migd_error_free(keep_yaml ? json : yaml);
    if (error == NULL) {
        migd_error_free(keep_yaml ? yaml : json);
    } else {
        *error = keep_yaml ? yaml : json;
    }
    return status;
}

static migd_status read_yaml(migdi_source *source, const char *text,
                             const migd_read_options *options, migd_object **out,
                             migd_error **error)
{
    size_t second = SIZE_MAX;
    assert(source != NULL); /* gcc's analyzer loses this on the way from migd_object_parse() */
    migd_status status =
        migdi_yaml_read(source, text, 0, source->size, options, out, &second, error);
    if (status == MIGD_OK && second != SIZE_MAX) {
        status = migdi_fail_at(error, MIGD_ERR_PARSE, migdi_source_place(source, second),
                               "a second document starts here; only one can be read");
    } else if (status == MIGD_OK && *out == NULL) {
        status = migdi_fail_at(error, MIGD_ERR_PARSE, migdi_source_place(source, 0),
                               "the text holds no document");
    }
    if (status < 0) {
        migd_object_free(*out);
        *out = NULL;
    }
    return status;
}

/* What starts like JSON and is none may still be YAML: "{a: 1}". */
static migd_status read_json_or_yaml(migdi_source *source, const char *text,
                                     const migd_read_options *options, migd_object **out,
                                     migd_error **error)
{
    migd_error *json_error = NULL;
    migd_error *yaml_error = NULL;
    const migdi_json_rules rules = migdi_parse_json_rules(options);
    migd_status status = migdi_json_read_whole(source, &rules, out, &json_error);
    if (status == MIGD_ERR_PARSE) {
        status = read_yaml(source, text, options, out, &yaml_error);
        if (status < 0) {
            return migdi_parse_give_better(source, 0, json_error, yaml_error, error);
        }
        migd_error_free(json_error);
        json_error = NULL;
    }
    if (error != NULL) {
        *error = json_error;
    } else {
        migd_error_free(json_error);
    }
    return status;
}

migd_status migd_object_parse(const char *text, size_t size, const migd_read_options *options,
                              migd_object **out, migd_error **error)
{
    const migd_status begun = migdi_begin(out, error);
    if (begun < 0) {
        return begun;
    }
    migdi_source *source = NULL;
    text = text == NULL && size == 0 ? "" : text;
    migd_status status = migdi_parse_open(text, size, options, &source, error);
    if (source == NULL) {
        return status;
    }
    status = migdi_parse_starts_with(text, size, 0, "{[")
                 ? read_json_or_yaml(source, text, options, out, error)
                 : read_yaml(source, text, options, out, error);
    migdi_source_release(source);
    return status;
}

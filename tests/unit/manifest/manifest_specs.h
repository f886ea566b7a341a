/* Specs in tests: written without the lines that every one begins with, and asked for what they
 * became. */
#ifndef MANIFEST_SPECS_H
#define MANIFEST_SPECS_H

#include "manifest_spec.h"

#include "core_text.h"

#include <stdlib.h>
#include <string.h>

/* The lines before a body: it begins in line 4. */
#define SPEC_HEAD "apiVersion: migdeploy.dev/v1alpha1\nkind: MigratoryDataCluster\nspec:\n"

/* A spec of a text, which must be one. */
static inline migd_spec *spec_of_text(const char *text)
{
    migd_spec *spec = NULL;
    migd_error *error = NULL;
    if (migd_spec_parse(text, strlen(text), NULL, &spec, &error) < 0) {
        fail_msg("%s", migd_error_message(error));
    }
    return spec;
}

static inline migd_spec *spec_of(const char *body)
{
    migdi_text text = {0};
    migdi_text_add_string(&text, SPEC_HEAD);
    migdi_text_add_string(&text, body);
    migd_spec *spec = spec_of_text(migdi_text_string(&text));
    migdi_text_free(&text);
    return spec;
}

/* What a spec without findings renders to. */
static inline migd_objects *render_of(const char *body)
{
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    migd_spec *spec = spec_of(body);
    if (migd_spec_render(spec, &objects, &error) < 0) {
        fail_msg("%s", migd_error_message(error));
    }
    migd_spec_free(spec);
    return objects;
}

/* The object of that kind whose name ends so; NULL: there is none. */
static inline const migd_object *object_of(const migd_objects *objects, const char *kind,
                                           const char *suffix)
{
    for (size_t i = 0; i < migd_objects_count(objects); i++) {
        const migd_object *object = migd_objects_item(objects, i);
        const char *name = migd_object_text(object, "/metadata/name", "");
        const size_t size = strlen(name);
        if (strcmp(migd_object_text(object, "/kind", ""), kind) == 0 && size >= strlen(suffix) &&
            strcmp(name + size - strlen(suffix), suffix) == 0) {
            return object;
        }
    }
    return NULL;
}

/* The value at the pointer is what this YAML says; NULL: there is no value. */
static inline void assert_yaml(const migd_object *object, const char *pointer, const char *yaml)
{
    migd_object *expected = NULL;
    migd_buf *text = NULL;
    const migd_object *value = migd_object_at(object, pointer);
    if (yaml != NULL) {
        assert_int_equal(migd_object_parse(yaml, strlen(yaml), NULL, &expected, NULL), MIGD_OK);
    }
    if (migd_object_equal(value, expected) == 0) {
        if (value != NULL) {
            (void)migd_object_write_json(value, 0, &text, NULL);
        }
        fail_msg("%s is %s, not %s", pointer, value != NULL ? migd_buf_data(text) : "missing",
                 yaml != NULL ? yaml : "missing");
    }
    migd_object_free(expected);
}

/* Both are the same document; shown as YAML when they are not. */
static inline void assert_same_object(const migd_object *actual, const migd_object *expected)
{
    if (migd_object_equal(actual, expected) != 0) {
        return;
    }
    migd_buf *left = NULL;
    migd_buf *right = NULL;
    (void)migd_object_write_yaml(actual, &left, NULL);
    (void)migd_object_write_yaml(expected, &right, NULL);
    print_error("rendered:\n%s\nexpected:\n%s\n", migd_buf_data(left), migd_buf_data(right));
    migd_buf_free(left);
    migd_buf_free(right);
    fail();
}

/* The findings of a spec's keys, a line each: "line:column: message", and "    hint" when asked
 * for. */
static inline void assert_findings(const migd_spec *spec, bool hints, const char *expected)
{
    migdi_text text = {0};
    for (size_t i = 0; i < migdi_spec_finding_count(spec); i++) {
        const migdi_finding *finding = migdi_spec_finding(spec, i);
        assert_string_equal(finding->rule, "spec");
        assert_int_equal(finding->severity, MIGD_SEVERITY_ERROR);
        migdi_text_format(&text, "%d:%d: %s\n", (int)finding->place.line,
                          (int)finding->place.column, finding->message);
        if (hints && finding->hint != NULL) {
            migdi_text_format(&text, "    %s\n", finding->hint);
        }
    }
    assert_string_equal(migdi_text_string(&text), expected);
    migdi_text_free(&text);
}

#endif

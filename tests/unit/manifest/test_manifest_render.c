#include "test_support.h"

#include "codec_object.h"
#include "codec_quantity.h"
#include "manifest_spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- helpers ---------------------------------------------------------------------------------- */

static migd_spec *parse(const char *text)
{
    migd_spec *spec = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_spec_parse(text, strlen(text), NULL, &spec, &error);
    if (status < 0) {
        fail_msg("%s", migd_error_message(error));
    }
    return spec;
}

/* A spec that begins as every one does. */
static migd_spec *parse_spec(const char *body)
{
    migdi_text text = {0};
    migdi_text_format(&text,
                      "apiVersion: migdeploy.dev/v1alpha1\nkind: MigratoryDataCluster\n"
                      "spec:\n%s",
                      body);
    migd_spec *spec = parse(migdi_text_string(&text));
    migdi_text_free(&text);
    return spec;
}

static migd_objects *render(const migd_spec *spec)
{
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_spec_render(spec, &objects, &error);
    if (status < 0) {
        fail_msg("%s", migd_error_message(error));
    }
    return objects;
}

static migd_objects *render_spec(const char *body)
{
    migd_spec *spec = parse_spec(body);
    migd_objects *objects = render(spec);
    migd_spec_free(spec);
    return objects;
}

static const migd_object *find(const migd_objects *objects, const char *kind, const char *name)
{
    for (size_t i = 0; i < migd_objects_count(objects); i++) {
        const migd_object *object = migd_objects_item(objects, i);
        if (strcmp(migd_object_text(object, "/kind", ""), kind) == 0 &&
            strcmp(migd_object_text(object, "/metadata/name", ""), name) == 0) {
            return object;
        }
    }
    return NULL;
}

static const migd_object *members_of(const migd_objects *objects)
{
    const migd_object *members = find(objects, "StatefulSet", "migratorydata");
    assert_non_null(members);
    return members;
}

#define POD       "/spec/template/spec"
#define CONTAINER POD "/containers/0"

/* The value at the pointer is what this YAML says; "" for a value that is not there. */
static void assert_value(const migd_object *object, const char *pointer, const char *yaml)
{
    migd_object *expected = NULL;
    migd_buf *text = NULL;
    const migd_object *value = migd_object_at(object, pointer);
    if (yaml[0] == '\0') {
        assert_null(value);
        return;
    }
    assert_int_equal(migd_object_parse(yaml, strlen(yaml), NULL, &expected, NULL), MIGD_OK);
    if (value == NULL || migd_object_equal(value, expected) == 0) {
        if (value != NULL) {
            migd_object_write_json(value, 0, &text, NULL);
        }
        print_error("%s is %s, not %s\n", pointer, value != NULL ? migd_buf_data(text) : "missing",
                    yaml);
        migd_buf_free(text);
        fail();
    }
    migd_object_free(expected);
}

/* The variable of the container, NULL when it has none. */
static const char *variable(const migd_object *members, const char *name)
{
    const migd_object *env = migd_object_at(members, CONTAINER "/env");
    for (size_t i = 0; i < migd_object_count(env); i++) {
        const migd_object *item = migd_object_item(env, i);
        if (strcmp(migd_object_text(item, "/name", ""), name) == 0) {
            return migd_object_text(item, "/value", NULL);
        }
    }
    return NULL;
}

static void assert_same(const migd_object *actual, const migd_object *expected)
{
    if (migd_object_equal(actual, expected) != 0) {
        return;
    }
    migd_buf *left = NULL;
    migd_buf *right = NULL;
    migd_object_write_yaml(actual, &left, NULL);
    migd_object_write_yaml(expected, &right, NULL);
    print_error("rendered:\n%s\nexpected:\n%s\n", migd_buf_data(left), migd_buf_data(right));
    migd_buf_free(left);
    migd_buf_free(right);
    fail();
}

static migd_objects *load(const char *name)
{
    size_t size = 0;
    char *text = test_read_data(name, &size);
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    if (migd_objects_parse(objects, text, size, NULL, &error) < 0) {
        fail_msg("%s: %s", name, migd_error_message(error));
    }
    free(text);
    return objects;
}

/* --- goldens ---------------------------------------------------------------------------------- */

static void objects_are_those_that_a_real_server_proved(void **state)
{
    (void)state;
    static const char *const cases[] = {"production", "autoscale", "dev"};
    for (size_t i = 0; i < 3; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "render/%s.spec.yaml", cases[i]);
        char *text = test_read_data(name, NULL);
        migd_spec *spec = parse(text);
        migd_objects *actual = render(spec);
        (void)snprintf(name, sizeof name, "render/%s.yaml", cases[i]);
        migd_objects *expected = load(name);
        assert_int_equal(migd_objects_count(actual), migd_objects_count(expected));
        for (size_t j = 0; j < migd_objects_count(expected); j++) {
            assert_same(migd_objects_item(actual, j), migd_objects_item(expected, j));
        }
        migd_objects_free(expected);
        migd_objects_free(actual);
        migd_spec_free(spec);
        free(text);
    }
}

/* Takes what is ours from an object's own labels and annotations; an empty map goes too. */
static void take_ours(migd_object *object, const char *pointer, const char *prefix)
{
    const migd_object *map = migd_object_at(object, pointer);
    for (size_t i = migd_object_count(map); i > 0; i--) {
        const char *key = migd_object_key(map, i - 1);
        if (strncmp(key, prefix, strlen(prefix)) == 0) {
            migdi_text below = {0};
            migdi_text_add_string(&below, pointer);
            migdi_pointer_add(&below, key);
            assert_int_equal(migd_object_remove(object, migdi_text_string(&below), NULL), MIGD_OK);
            migdi_text_free(&below);
            map = migd_object_at(object, pointer);
        }
    }
    if (map != NULL && migd_object_count(map) == 0) {
        assert_int_equal(migd_object_remove(object, pointer, NULL), MIGD_OK);
    }
}

static void make_canonical(migd_object *object, const char *pointer)
{
    migdi_quantity quantity = {0};
    migdi_text text = {0};
    const migd_object *value = migd_object_at(object, pointer);
    if (value != NULL) {
        assert_int_equal(migdi_quantity_read(value, &quantity, NULL), MIGD_OK);
        migdi_quantity_add_canonical(&quantity, &text);
        assert_int_equal(migd_object_set_string(object, pointer, text.bytes, NULL), MIGD_OK);
    }
    migdi_text_free(&text);
}

/* As the API server converts autoscaling/v1 to v2. */
static void convert_autoscaler(migd_object *object)
{
    if (strcmp(migd_object_text(object, "/apiVersion", ""), "autoscaling/v1") != 0) {
        return;
    }
    static const char metrics[] =
        "[{type: Resource, resource: {name: cpu, target: {type: Utilization}}}]";
    migd_object *list = NULL;
    const int64_t percent = migd_object_int64(object, "/spec/targetCPUUtilizationPercentage", 0);
    assert_int_equal(migd_object_parse(metrics, strlen(metrics), NULL, &list, NULL), MIGD_OK);
    migd_object_set_string(object, "/apiVersion", "autoscaling/v2", NULL);
    migd_object_remove(object, "/spec/targetCPUUtilizationPercentage", NULL);
    migd_object_set_object(object, "/spec/metrics", list, NULL);
    migd_object_set_int64(object, "/spec/metrics/0/resource/target/averageUtilization", percent,
                          NULL);
    migd_object_free(list);
}

static void the_tutorial_profile_is_the_vendors_yaml(void **state)
{
    (void)state;
    static const char *const files[] = {
        "tutorial/migratory-namespace.yaml", "tutorial/nlb-service.yaml",
        "tutorial/migratorydata-cluster.yaml", "tutorial/migratorydata-autoscale.yaml"};
    size_t compared = 0;
    migd_objects *actual = render_spec("  profile: tutorial\n  autoscale: {}\n");
    for (size_t i = 0; i < 4; i++) {
        migd_objects *expected = load(files[i]);
        for (size_t j = 0; j < migd_objects_count(expected); j++) {
            migd_object *left = NULL;
            migd_object *right = NULL;
            const migd_object *item = migd_objects_item(expected, j);
            const migd_object *ours = find(actual, migd_object_text(item, "/kind", ""),
                                           migd_object_text(item, "/metadata/name", ""));
            assert_int_equal(migd_object_copy(ours, &left, NULL), MIGD_OK);
            assert_int_equal(migd_object_copy(item, &right, NULL), MIGD_OK);
            take_ours(left, "/metadata/labels", "app.kubernetes.io/");
            take_ours(left, "/metadata/annotations", "migdeploy.dev/");
            make_canonical(right, CONTAINER "/resources/requests/cpu");
            make_canonical(right, CONTAINER "/resources/requests/memory");
            convert_autoscaler(right);
            assert_same(left, right);
            migd_object_free(left);
            migd_object_free(right);
            compared++;
        }
        migd_objects_free(expected);
    }
    assert_int_equal(compared, migd_objects_count(actual));
    migd_objects_free(actual);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_those_that_a_real_server_proved),
        cmocka_unit_test(the_tutorial_profile_is_the_vendors_yaml),
    };
    (void)variable;
    (void)assert_value;
    (void)members_of;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "test_support.h"

#include "manifest_spec_defaults.h"
#include "manifest_specs.h"

static void assert_built(migdi_spec_type type, const char *text, const char *yaml)
{
    const migdi_spec_key key = {.path = "a", .type = type};
    migd_object *document = NULL;
    migdi_builder builder;
    migdi_build(&builder);
    migdi_spec_build_default(&builder, &key, text, "/a");
    assert_int_equal(migdi_build_take(&builder, &document, NULL), MIGD_OK);
    assert_yaml(document, "/a", yaml);
    migd_object_free(document);
}

static void a_default_is_read_as_its_type(void **state)
{
    (void)state;
    assert_built(MIGDI_SPEC_TEXT, "5", "\"5\"");
    assert_built(MIGDI_SPEC_SIZE, "512MB", "512MB");
    assert_built(MIGDI_SPEC_QUANTITY, "500m", "500m");
    assert_built(MIGDI_SPEC_INTEGER, "5", "5");
    assert_built(MIGDI_SPEC_COUNT, "1", "1");
    assert_built(MIGDI_SPEC_BOOLEAN, "true", "true");
    assert_built(MIGDI_SPEC_BOOLEAN, "false", "false");
    assert_built(MIGDI_SPEC_FREE, "", "{}");
    assert_built(MIGDI_SPEC_FREE, "a.b/c=d e=f", "{a.b/c: d, e: f}");
    assert_built(MIGDI_SPEC_ANY, "", "{}");
    assert_built(MIGDI_SPEC_LIST, "", "[]");
    assert_built(MIGDI_SPEC_LIST, "a b", "[a, b]");
}

static void an_integer_may_follow_another_and_end_at_one(void **state)
{
    (void)state;
    const migdi_spec_key plain = {.path = "b", .type = MIGDI_SPEC_INTEGER};
    const migdi_spec_key capped = {.path = "c", .type = MIGDI_SPEC_INTEGER, .at_most = "/a"};
    migd_object *document = NULL;
    migdi_builder builder;
    migdi_build(&builder);
    migdi_build_int64(&builder, 2, "/a");
    migdi_spec_build_default(&builder, &plain, "@/a", "/b");
    migdi_spec_build_default(&builder, &capped, "3", "/c");
    migdi_spec_build_default(&builder, &capped, "1", "/d");
    assert_int_equal(migdi_build_take(&builder, &document, NULL), MIGD_OK);
    assert_yaml(document, "", "{a: 2, b: 2, c: 2, d: 1}");
    migd_object_free(document);
}

static void assert_is_default(migdi_spec_type type, const char *text, const char *yaml, bool is)
{
    const migdi_spec_key key = {.path = "a", .type = type};
    migd_object *value = NULL;
    assert_int_equal(migd_object_parse(yaml, strlen(yaml), NULL, &value, NULL), MIGD_OK);
    assert_true(migdi_spec_is_default(&key, text, value) == is);
    migd_object_free(value);
}

static void a_written_value_may_be_the_default(void **state)
{
    (void)state;
    assert_is_default(MIGDI_SPEC_TEXT, "a", "a", true);
    assert_is_default(MIGDI_SPEC_TEXT, "a", "b", false);
    assert_is_default(MIGDI_SPEC_TEXT, "5", "5", false);
    assert_is_default(MIGDI_SPEC_INTEGER, "5", "5", true);
    assert_is_default(MIGDI_SPEC_INTEGER, "5", "6", false);
    assert_is_default(MIGDI_SPEC_BOOLEAN, "true", "true", true);
    assert_is_default(MIGDI_SPEC_BOOLEAN, "true", "false", false);
    assert_is_default(MIGDI_SPEC_LIST, "", "[]", true);
    assert_is_default(MIGDI_SPEC_LIST, "", "[a]", false);
    assert_is_default(MIGDI_SPEC_INTEGER, NULL, "5", false);
}

static migd_status build_pairs(void *user)
{
    (void)user;
    const migdi_spec_key key = {.path = "a", .type = MIGDI_SPEC_FREE};
    migd_object *document = NULL;
    migdi_builder builder;
    migdi_build(&builder);
    migdi_spec_build_default(&builder, &key, "a=b c=d", "/a");
    const migd_status status = migdi_build_take(&builder, &document, NULL);
    assert_int_equal(migd_object_count(migd_object_at(document, "/a")), status >= 0 ? 2 : 0);
    migd_object_free(document);
    return status;
}

static void lack_of_memory_shows_in_the_builder(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(build_pairs, NULL) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_default_is_read_as_its_type),
        cmocka_unit_test(an_integer_may_follow_another_and_end_at_one),
        cmocka_unit_test(a_written_value_may_be_the_default),
        cmocka_unit_test(lack_of_memory_shows_in_the_builder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

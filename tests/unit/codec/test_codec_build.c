#include "test_support.h"

#include "codec_object.h"

#include <string.h>

static migd_object *parse(const char *text)
{
    migd_object *value = NULL;
    assert_int_equal(migd_object_parse(text, strlen(text), NULL, &value, NULL), MIGD_OK);
    return value;
}

static void expect_json(const migd_object *value, const char *expected)
{
    migd_buf *written = NULL;
    assert_int_equal(migd_object_write_json(value, 0, &written, NULL), MIGD_OK);
    assert_string_equal(migd_buf_data(written), expected);
    migd_buf_free(written);
}

static void builds_line_by_line(void **state)
{
    (void)state;
    migd_object *part = parse("[1, x]");
    migd_object *built = NULL;
    migdi_builder builder;
    migdi_build(&builder);
    migdi_build_string(&builder, "v1", "/apiVersion");
    migdi_build_map(&builder, "/metadata/labels");
    migdi_build_array(&builder, "/ports");
    for (int i = 0; i < 2; i++) {
        migdi_build_int64(&builder, 80 + i, "/ports/%d/port", i);
        migdi_build_string(&builder, "TCP", "/ports/%d/protocol", i);
    }
    migdi_build_boolean(&builder, true, "/on");
    migdi_build_boolean(&builder, false, "/off");
    migdi_build_string(&builder, NULL, "/null");
    migdi_build_object(&builder, part, "/part");
    migdi_build_object(&builder, NULL, "/absent");
    assert_int_equal(migdi_build_take(&builder, &built, NULL), MIGD_OK);
    migd_object_free(part);
    expect_json(built,
                "{\"apiVersion\":\"v1\",\"metadata\":{\"labels\":{}},\"ports\":[{\"port\":80,"
                "\"protocol\":\"TCP\"},{\"port\":81,\"protocol\":\"TCP\"}],\"on\":true,"
                "\"off\":false,\"null\":null,\"part\":[1,\"x\"]}");
    migd_object_free(built);
}

static void what_is_built_stands_where_its_origin_stands(void **state)
{
    (void)state;
    migd_object *spec = parse("a:\n  size: 3\n  name: x\n");
    migd_object *built = NULL;
    migdi_builder builder;
    migdi_build(&builder);
    builder.origin = migd_object_at(spec, "/a/size");
    migdi_build_int64(&builder, 3, "/spec/replicas");
    builder.at_key = true;
    migdi_build_int64(&builder, 4, "/spec/other");
    builder.at_key = false;
    migdi_build_object(&builder, migd_object_at(spec, "/a/name"), "/name");
    builder.origin = NULL;
    migdi_build_string(&builder, "none", "/kind");
    assert_int_equal(migdi_build_take(&builder, &built, NULL), MIGD_OK);
    migd_object_free(spec);
    migdi_place place = migdi_object_place(migd_object_at(built, "/spec/replicas"));
    assert_int_equal(place.line, 2);
    assert_int_equal(place.column, 9);
    place = migdi_object_place(migd_object_at(built, "/spec"));
    assert_int_equal(place.line, 2);
    place = migdi_object_place(migd_object_at(built, "/spec/other"));
    assert_int_equal(place.column, 3);
    place = migdi_object_place(migd_object_at(built, "/name"));
    assert_int_equal(place.line, 3);
    place = migdi_object_place(migd_object_at(built, "/kind"));
    assert_int_equal(place.line, 0);
    migd_object_free(built);
}

static void the_first_failure_shows_at_the_end(void **state)
{
    (void)state;
    static const char *const bad[] = {"no-pointer", "/a~", "/s/x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        migd_object *built = NULL;
        migd_error *error = NULL;
        migdi_builder builder;
        migdi_build(&builder);
        migdi_build_string(&builder, "x", "/s");
        migdi_build_int64(&builder, 1, "%s", bad[i]);
        migdi_build_string(&builder, "x", "/t");
        migdi_build_map(&builder, "/u");
        migdi_build_object(&builder, NULL, "/v");
        assert_int_equal(migdi_build_take(&builder, &built, &error), MIGD_ERR_INVALID);
        assert_null(built);
        assert_string_equal(migd_error_message(error), "a document could not be built");
        migd_error_free(error);
    }
    migd_object *built = NULL;
    migdi_builder builder;
    migdi_build(&builder);
    migdi_build_string(&builder, "\xFF", "/s");
    assert_int_equal(migdi_build_take(&builder, &built, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migdi_build_take(&builder, &built, NULL),
                     MIGD_ERR_INVALID); /* taken already */
}

static migd_status build_flow(void *user)
{
    const migd_object *part = user;
    migd_object *built = NULL;
    migd_error *error = NULL;
    migdi_builder builder;
    migdi_build(&builder);
    builder.origin = migd_object_at(part, "/k");
    for (int i = 0; i < 6; i++) {
        migdi_build_string(&builder, "text", "/a/%d-%s", i, "name");
        migdi_build_int64(&builder, i, "/list/%s", "-");
    }
    migdi_build_object(&builder, part, "/part");
    migdi_build_boolean(&builder, true, "/on");
    const migd_status status = migdi_build_take(&builder, &built, &error);
    assert_int_equal(status, migd_error_status(error));
    if (status == MIGD_OK) {
        assert_int_equal(migd_object_count(migd_object_at(built, "/list")), 6);
        assert_string_equal(migd_object_text(built, "/part/k", ""), "v");
    }
    migd_object_free(built);
    migd_error_free(error);
    return status;
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    migd_object *part = parse("{k: v}");
    test_fail_allocations(build_flow, part);
    migd_object_free(part);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builds_line_by_line),
        cmocka_unit_test(what_is_built_stands_where_its_origin_stands),
        cmocka_unit_test(the_first_failure_shows_at_the_end),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

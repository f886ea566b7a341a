#include "test_support.h"

#include "codec_object.h"
#include "codec_objects.h"
#include "core_text.h"

#include <string.h>

/* The documents of a text, one JSON a line. */
static void expect_documents(const char *text, const char *expected)
{
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    migdi_text lines = {0};
    migdi_arena arena = {0};
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    if (migd_objects_parse(objects, text, strlen(text), NULL, &error) != MIGD_OK) {
        fail_msg("%s: %s", text, migd_error_message(error));
    }
    for (size_t i = 0; i < migd_objects_count(objects); i++) {
        migdi_text_format(&lines, "%s\n", migdi_object_json(migd_objects_item(objects, i), &arena));
    }
    assert_string_equal(migdi_text_string(&lines), expected);
    migdi_arena_free(&arena);
    migdi_text_free(&lines);
    migd_objects_free(objects);
}

static void takes_lists_apart(void **state)
{
    (void)state;
    expect_documents("apiVersion: v1\nkind: List\nitems:\n- kind: A\n- kind: B\n---\nkind: C\n",
                     "{\"kind\":\"A\"}\n{\"kind\":\"B\"}\n{\"kind\":\"C\"}\n");
    expect_documents("kind: List\nitems: []\n", "");
    expect_documents("kind: List\nitems:\n", "");
    /* The items of a typed list may leave out what they are. */
    expect_documents("apiVersion: v1\nkind: ConfigMapList\nitems:\n- data: {}\n- kind: X\n",
                     "{\"data\":{},\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"}\n"
                     "{\"kind\":\"X\",\"apiVersion\":\"v1\"}\n");
    expect_documents("{\"kind\":\"List\",\"items\":[{\"a\":1}]}{\"b\":2}",
                     "{\"a\":1}\n{\"b\":2}\n");
    /* No lists: a kind that ends so without items, items of another kind. */
    expect_documents("kind: AccessList\nspec: 1\n", "{\"kind\":\"AccessList\",\"spec\":1}\n");
    expect_documents("kind: Cart\nitems: [1]\n", "{\"kind\":\"Cart\",\"items\":[1]}\n");
    expect_documents("kind: XList\nitems: {a: 1}\n", "{\"kind\":\"XList\",\"items\":{\"a\":1}}\n");
}

static void refuses_a_list_within_a_list(void **state)
{
    (void)state;
    static const char text[] =
        "kind: A\n---\nkind: List\nitems:\n- kind: B\n- kind: PodList\n  items: []\n";
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    assert_int_equal(migd_objects_parse(objects, text, strlen(text), NULL, &error), MIGD_ERR_PARSE);
    assert_string_equal(migd_error_message(error),
                        "a PodList stands in a List; kubectl reads no list within a list");
    assert_int_equal(migd_error_line(error), 6);
    assert_int_equal(migd_error_column(error), 3);
    migd_error_free(error);
    assert_int_equal(migd_objects_count(objects), 0); /* on failure nothing is added */
    migd_objects_free(objects);
}

static void drops_empty_documents(void **state)
{
    (void)state;
    expect_documents("", "");
    expect_documents("# c\n---\n# d \xC3\xA9\n--- # e\n\n---\nnull\n---\n~\n---\na: 1\n---\n",
                     "{\"a\":1}\n");
    expect_documents("---\n---\n", "");
    expect_documents(" \n\r\n", "");
}

static void keeps_places_in_the_whole_text(void **state)
{
    (void)state;
    static const char text[] = "a: 1\n---\nb: \xC3\xA9\n--- # c\n\nc:\n  d: [x, y]\n";
    migd_objects *objects = NULL;
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    assert_int_equal(migd_objects_parse(objects, text, strlen(text), NULL, NULL), MIGD_OK);
    assert_int_equal(migdi_object_place(migd_object_at(migd_objects_item(objects, 1), "/b")).line,
                     3);
    const migdi_place place =
        migdi_object_place(migd_object_at(migd_objects_item(objects, 2), "/c/d/1"));
    assert_int_equal(place.line, 7);
    assert_int_equal(place.column, 10);
    migd_objects_free(objects);
}

static void adds_to_what_is_there_and_nothing_on_failure(void **state)
{
    (void)state;
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    static const char bad[] = "b: 1\n---\nc: [\n---\nd: 1\n";
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    assert_int_equal(migd_objects_parse(objects, "a: 1", 4, NULL, NULL), MIGD_OK);
    assert_int_equal(migd_objects_parse(objects, bad, strlen(bad), NULL, &error), MIGD_ERR_PARSE);
    assert_int_equal(migd_error_line(error), 4);
    migd_error_free(error);
    assert_int_equal(migd_objects_count(objects), 1);
    assert_int_equal(migdi_objects_read(objects, bad, strlen(bad), NULL, NULL), MIGD_ERR_PARSE);
    assert_int_equal(migd_objects_count(objects), 2); /* but here what came before stays */
    migd_objects_free(objects);
}

static void tells_what_is_wrong_with_json_behind_json(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":1}\n{\"b\":2 \"c\": 3}\n";
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    assert_int_equal(migd_objects_parse(objects, text, strlen(text), NULL, &error), MIGD_ERR_PARSE);
    assert_int_equal(migd_error_line(error), 2);
    assert_int_equal(migd_error_column(error), 8);
    migd_error_free(error);
    static const char duplicate[] = "{\"a\":1}\n{\"b\":2,\"b\":3}\n";
    assert_int_equal(migd_objects_parse(objects, duplicate, strlen(duplicate), NULL, NULL),
                     MIGD_ERR_PARSE);
    assert_int_equal(migd_objects_count(objects), 0);
    migd_objects_free(objects);
}

static migd_status read_flow(void *user)
{
    const char *text = user;
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    migd_status status = migd_objects_new(&objects, NULL);
    if (status == MIGD_OK) {
        status = migd_objects_parse(objects, text, strlen(text), NULL, &error);
        assert_int_equal(status, migd_error_status(error));
        assert_int_equal(migd_objects_count(objects), status == MIGD_OK ? 4 : 0);
    }
    migd_error_free(error);
    migd_objects_free(objects);
    return status;
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    static char text[] =
        "{\"a\":1}\n{\"b\":\"\\n\"} # c\n---\nkind: PodList\napiVersion: v1\nitems:\n"
        "- metadata: {name: x}\n- spec: y\n";
    test_fail_allocations(read_flow, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_lists_apart),
        cmocka_unit_test(refuses_a_list_within_a_list),
        cmocka_unit_test(drops_empty_documents),
        cmocka_unit_test(keeps_places_in_the_whole_text),
        cmocka_unit_test(adds_to_what_is_there_and_nothing_on_failure),
        cmocka_unit_test(tells_what_is_wrong_with_json_behind_json),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

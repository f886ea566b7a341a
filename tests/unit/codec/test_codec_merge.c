#include "test_codec_vectors.h"

#include "codec_object.h"

/* The library of kubectl removes null within a list of a patch, too; RFC 7396 replaces a list by
 * the patch as it is, and so do we. Lines whose value or patch is no map are that library's own
 * affair. */
static bool differs_from_the_rfc(const char *id)
{
    return strcmp(id, "m020") == 0;
}

static void check_patch(const migd_object *vector)
{
    const migd_object *patch = migd_object_at(vector, "/patch");
    const migd_object *result = migd_object_at(vector, "/result");
    if (migd_object_kind(patch) != MIGD_KIND_MAP || differs_from_the_rfc(test_id(vector)) ||
        migd_object_kind(migd_object_at(vector, "/value")) != MIGD_KIND_MAP) {
        return;
    }
    migd_object *document = NULL;
    assert_int_equal(migd_object_copy(migd_object_at(vector, "/value"), &document, NULL), MIGD_OK);
    assert_int_equal(migd_object_merge(document, patch, NULL), MIGD_OK);
    if (!migd_object_equal(document, result)) {
        fail_msg("%s", test_id(vector));
    }
    migd_object_free(document);
}

static void merges_as_kubernetes_does(void **state)
{
    (void)state;
    test_each_vector("merge-patch.jsonl", 36, check_patch);
}

static migd_object *parse(const char *text)
{
    migd_object *value = NULL;
    assert_int_equal(migd_object_parse(text, strlen(text), NULL, &value, NULL), MIGD_OK);
    return value;
}

/* RFC 7396, appendix A. */
static void merges_as_the_rfc(void **state)
{
    (void)state;
    static const struct {
        const char *document;
        const char *patch;
        const char *result;
    } merges[] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
        {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
        {"{\"a\":\"foo\"}", "null", "null"},
        {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
        {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
        {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
        {"{\"a\":[1]}", "{\"a\":[{\"b\":null}]}", "{\"a\":[{\"b\":null}]}"},
        {"{\"z\":1,\"a\":2,\"m\":3}", "{\"n\":4,\"a\":5}", "{\"z\":1,\"a\":5,\"m\":3,\"n\":4}"},
    };
    for (size_t i = 0; i < sizeof merges / sizeof merges[0]; i++) {
        migd_object *document = parse(merges[i].document);
        migd_object *patch = parse(merges[i].patch);
        migd_buf *written = NULL;
        assert_int_equal(migd_object_merge(document, patch, NULL), MIGD_OK);
        migd_object_free(patch);
        assert_int_equal(migd_object_write_json(document, 0, &written, NULL), MIGD_OK);
        assert_string_equal(migd_buf_data(written), merges[i].result);
        migd_buf_free(written);
        migd_object_free(document);
    }
}

static void a_document_may_be_its_own_patch(void **state)
{
    (void)state;
    migd_object *document = parse("{\"a\":{\"b\":1,\"n\":null}}");
    assert_int_equal(migd_object_merge(document, document, NULL), MIGD_OK);
    assert_int_equal(migd_object_merge(document, migd_object_at(document, "/a"), NULL), MIGD_OK);
    assert_true(migd_object_int64(document, "/b", 0) == 1);
    assert_true(migd_object_int64(document, "/a/b", 0) == 1);
    assert_null(migd_object_at(document, "/n"));
    migd_object_free(document);
}

static void keeps_places_of_what_stays_and_takes_those_of_the_patch(void **state)
{
    (void)state;
    migd_object *document = parse("a: 1\nb:\n  c: 2\n  d: 3\n");
    migd_object *patch = parse("\n\n\nb: {c: 4, e: 5}\n");
    assert_int_equal(migd_object_merge(document, patch, NULL), MIGD_OK);
    migd_object_free(patch);
    assert_int_equal(migdi_object_place(migd_object_at(document, "/a")).line, 1);
    assert_int_equal(migdi_object_place(migd_object_at(document, "/b/d")).line, 4);
    assert_int_equal(migdi_object_place_of_key(document, "/b/d").column, 3);
    assert_int_equal(migdi_object_place(migd_object_at(document, "/b/c")).line, 4);
    assert_int_equal(migdi_object_place(migd_object_at(document, "/b/c")).column, 8);
    assert_int_equal(migdi_object_place_of_key(document, "/b/e").column, 11);
    migd_object_free(document);
}

static void refuses_to_merge_nothing(void **state)
{
    (void)state;
    migd_object *document = parse("{}");
    migd_error *error = NULL;
    assert_int_equal(migd_object_merge(document, NULL, &error), MIGD_ERR_INVALID);
    migd_error_free(error);
    assert_int_equal(migd_object_merge(NULL, document, NULL), MIGD_ERR_INVALID);
    migd_object_free(document);
}

static migd_status merge_flow(void *user)
{
    (void)user;
    static const char before[] = "{\"a\":{\"b\":1,\"c\":\"x\"},\"d\":[1]}";
    static const char change[] = "{\"a\":{\"b\":null,\"e\":{\"f\":\"y\"}},\"d\":[2],\"g\":3}";
    migd_object *document = NULL;
    migd_object *patch = NULL;
    migd_status status = migd_object_parse(before, strlen(before), NULL, &document, NULL);
    if (status == MIGD_OK) {
        status = migd_object_parse(change, strlen(change), NULL, &patch, NULL);
    }
    if (status == MIGD_OK) {
        status = migd_object_merge(document, patch, NULL);
        migd_buf *json = NULL;
        if (migd_object_write_json(document, 0, &json, NULL) == MIGD_OK) {
            assert_string_equal(
                migd_buf_data(json),
                status < 0 ? before
                           : "{\"a\":{\"c\":\"x\",\"e\":{\"f\":\"y\"}},\"d\":[2],\"g\":3}");
        }
        migd_buf_free(json);
    }
    migd_object_free(patch);
    migd_object_free(document);
    return status;
}

static void a_failed_merge_changes_nothing(void **state)
{
    (void)state;
    test_fail_allocations(merge_flow, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merges_as_kubernetes_does),
        cmocka_unit_test(merges_as_the_rfc),
        cmocka_unit_test(a_document_may_be_its_own_patch),
        cmocka_unit_test(keeps_places_of_what_stays_and_takes_those_of_the_patch),
        cmocka_unit_test(refuses_to_merge_nothing),
        cmocka_unit_test(a_failed_merge_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

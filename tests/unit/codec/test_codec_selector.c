#include "test_codec_vectors.h"

#include "codec_object.h"
#include "codec_selector.h"

static const char *canonical(const migdi_selector *selector, migdi_text *text)
{
    migdi_text_clear(text);
    migdi_selector_add_canonical(selector, text);
    assert_false(text->failed);
    return migdi_text_string(text);
}

static void check_vector(const migd_object *vector)
{
    size_t size = 0;
    migdi_arena arena = {0};
    migdi_text text = {0};
    migdi_selector selector;
    migd_error *error = NULL;
    const char *input = migdi_object_string(migd_object_at(vector, "/selector"), &size);
    const migd_status status = migdi_selector_parse(input, size, &arena, &selector, &error);
    const migd_object *labels = migd_object_at(vector, "/labels");
    if (migd_object_at(vector, "/error") != NULL) {
        if (status != MIGD_ERR_PARSE) {
            fail_msg("%s: status %d", test_id(vector), status);
        }
        assert_false(migdi_selector_matches(&selector, labels));
    } else {
        const char *wanted = migd_object_text(vector, "/canonical", "?");
        const int32_t matches = migd_object_boolean(vector, "/matches", -1);
        if (status != MIGD_OK || strcmp(canonical(&selector, &text), wanted) != 0 ||
            migdi_selector_matches(&selector, labels) != (matches == 1)) {
            fail_msg("%s: status %d, %s", test_id(vector), status, migdi_text_string(&text));
        }
    }
    migd_error_free(error);
    migdi_text_free(&text);
    migdi_arena_free(&arena);
}

static void reads_writes_and_matches_as_kubectl_does(void **state)
{
    (void)state;
    test_each_vector("selectors.jsonl", 76, check_vector);
}

static void says_what_was_expected_and_what_is_there(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"app=a=b", "the selector \"app=a=b\" has \"=\" where \",\" or the end was expected"},
        {"app,", "the selector \"app,\" ends where a label key was expected"},
        {"app in (a", "the selector \"app in (a\" ends where \",\" or \")\" was expected"},
        {"app in a", "the selector \"app in a\" has \"a\" where \"(\" was expected"},
        {"app x",
         "the selector \"app x\" has \"x\" where in, notin, =, ==, !=, < or > was expected"},
        {"app=(x)", "the selector \"app=(x)\" has \"(\" where a value was expected"},
        {"n>x", "the value \"x\" of label n must be a whole number of 64 bits to be compared"},
        {"n>9223372036854775808", "the value \"9223372036854775808\" of label n must be a whole "
                                  "number of 64 bits to be compared"},
        {"n=a@b",
         "the value \"a@b\" of label n must be empty, or letters, digits, '-', '_' and '.', "
         "with a letter or digit at both ends"},
        {"-n", "the label key \"-n\" must be letters, digits, '-', '_' and '.', with a letter or "
               "digit at both ends"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        migdi_arena arena = {0};
        migdi_selector selector;
        migd_error *error = NULL;
        assert_int_equal(
            migdi_selector_parse(rows[i].text, strlen(rows[i].text), &arena, &selector, &error),
            MIGD_ERR_PARSE);
        assert_string_equal(migd_error_message(error), rows[i].message);
        migd_error_free(error);
        migdi_arena_free(&arena);
    }
}

static void a_text_that_would_be_cut_is_refused(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migdi_selector selector;
    /* Kubernetes stops reading at a NUL: "\0app=x" would select everything there. */
    assert_int_equal(migdi_selector_parse("\0app=x", 6, &arena, &selector, NULL), MIGD_ERR_PARSE);
    assert_false(migdi_selector_matches(&selector, NULL));
    char *longest = malloc(MIGDI_SELECTOR_BYTES + 1);
    assert_non_null(longest);
    memset(longest, ' ', MIGDI_SELECTOR_BYTES + 1);
    assert_int_equal(migdi_selector_parse(longest, MIGDI_SELECTOR_BYTES, &arena, &selector, NULL),
                     MIGD_OK);
    assert_true(migdi_selector_matches(&selector, NULL));
    assert_int_equal(
        migdi_selector_parse(longest, MIGDI_SELECTOR_BYTES + 1, &arena, &selector, NULL),
        MIGD_ERR_LIMIT);
    free(longest);
    migdi_arena_free(&arena);
}

static void equal_keys_keep_their_order(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migdi_text text = {0};
    migdi_selector selector;
    const char *written = "b>1,a,b<9,b!=5,a!=x,b";
    assert_int_equal(migdi_selector_parse(written, strlen(written), &arena, &selector, NULL),
                     MIGD_OK);
    assert_string_equal(canonical(&selector, &text), "a,a!=x,b>1,b<9,b!=5,b");
    migdi_text_free(&text);
    migdi_arena_free(&arena);
}

static migd_object *document(const char *text)
{
    migd_object *read = NULL;
    migd_error *error = NULL;
    if (migd_object_parse(text, strlen(text), NULL, &read, &error) != MIGD_OK) {
        fail_msg("%s: %s", text, migd_error_message(error));
    }
    return read;
}

/* Expected: metav1.LabelSelectorAsSelector of apimachinery 0.36. */
static void a_label_selector_of_an_object_selects_as_in_kubernetes(void **state)
{
    (void)state;
    static const struct {
        const char *selector;
        const char *canonical;
        bool matches; /* {app: md, n: "5", empty: ""} */
    } rows[] = {
        {"{}", "", true},
        {"{\"matchLabels\":{\"app\":\"md\"}}", "app=md", true},
        {"{\"matchLabels\":{\"app\":\"md\",\"a\":\"\"}}", "a=,app=md", false},
        {"{\"matchLabels\":null,\"matchExpressions\":null}", "", true},
        {"{\"matchExpressions\":[{\"key\":\"n\",\"operator\":\"In\",\"values\":[\"5\",\"1\"]}]}",
         "n in (1,5)", true},
        {"{\"matchExpressions\":[{\"key\":\"n\",\"operator\":\"NotIn\",\"values\":[\"5\"]}]}",
         "n notin (5)", false},
        {"{\"matchExpressions\":[{\"key\":\"x\",\"operator\":\"NotIn\",\"values\":[\"5\"]}]}",
         "x notin (5)", true},
        {"{\"matchExpressions\":[{\"key\":\"empty\",\"operator\":\"Exists\"}]}", "empty", true},
        {"{\"matchExpressions\":[{\"key\":\"n\",\"operator\":\"DoesNotExist\",\"values\":[]}]}",
         "!n", false},
        {"{\"matchLabels\":{\"z\":\"1\"},\"matchExpressions\":[{\"key\":\"a\",\"operator\":"
         "\"Exists\"}]}",
         "a,z=1", false},
    };
    migd_object *labels = document("{\"app\":\"md\",\"n\":\"5\",\"empty\":\"\"}");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        migdi_arena arena = {0};
        migdi_text text = {0};
        migdi_selector selector;
        migd_object *value = document(rows[i].selector);
        assert_int_equal(migdi_selector_read(value, &arena, &selector, NULL), MIGD_OK);
        assert_string_equal(canonical(&selector, &text), rows[i].canonical);
        assert_int_equal(migdi_selector_matches(&selector, labels), rows[i].matches);
        migd_object_free(value);
        migdi_text_free(&text);
        migdi_arena_free(&arena);
    }
    migd_object_free(labels);
}

static void a_label_selector_that_is_not_there_selects_nothing(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migdi_selector selector;
    migd_object *value = document("{\"selector\":null}");
    assert_int_equal(migdi_selector_read(NULL, &arena, &selector, NULL), MIGD_OK);
    assert_false(migdi_selector_matches(&selector, value));
    assert_int_equal(
        migdi_selector_read(migd_object_at(value, "/selector"), &arena, &selector, NULL), MIGD_OK);
    assert_false(migdi_selector_matches(&selector, value));
    migd_object_free(value);
    migdi_arena_free(&arena);
}

static void a_wrong_label_selector_is_refused_at_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *selector;
        int32_t column;
    } rows[] = {
        {"[]", 1},
        {"{\"matchLabels\":[]}", 16},
        {"{\"matchLabels\":{\"a\":1}}", 21},
        {"{\"matchLabels\":{\"a\":\"b c\"}}", 21},
        {"{\"matchLabels\":{\"a\":\"b\\u0000\"}}", 21},
        {"{\"matchLabels\":{\"-a\":\"b\"}}", 17},
        {"{\"matchExpressions\":{}}", 21},
        {"{\"matchExpressions\":[1]}", 22},
        {"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Is\"}]}", 22},
        {"{\"matchExpressions\":[{\"operator\":\"Exists\"}]}", 0},
        {"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\"}]}", 22},
        {"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Exists\",\"values\":[\"\"]}]}", 22},
        {"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\",\"values\":[1]}]}", 59},
        {"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\",\"values\":{\"b\":\"c\"}}]}",
         58},
        {"{\"matchExpressions\":[{\"key\":\"/a\",\"operator\":\"Exists\"}]}", 29},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        migdi_arena arena = {0};
        migdi_selector selector;
        migd_error *error = NULL;
        migd_object *value = document(rows[i].selector);
        assert_int_equal(migdi_selector_read(value, &arena, &selector, &error), MIGD_ERR_PARSE);
        if (migd_error_column(error) != rows[i].column) {
            fail_msg("%s: column %d: %s", rows[i].selector, migd_error_column(error),
                     migd_error_message(error));
        }
        assert_false(migdi_selector_matches(&selector, NULL));
        migd_error_free(error);
        migd_object_free(value);
        migdi_arena_free(&arena);
    }
}

typedef struct {
    const char *value;
    size_t filled; /* of the arena's first block, so that each piece once needs another */
} reading;

static migd_status read_both(void *user)
{
    const reading *wanted = user;
    migdi_arena arena = {0};
    migdi_text text = {0};
    migdi_selector selector;
    migd_object *value = NULL;
    migd_error *error = NULL;
    const char *written = "x in (b,a,),!y,z=1,n>4,app";
    migd_status status =
        migdi_arena_alloc(&arena, wanted->filled) == NULL
            ? migdi_fail_nomem(&error)
            : migdi_selector_parse(written, strlen(written), &arena, &selector, &error);
    if (status == MIGD_OK) {
        migdi_selector_add_canonical(&selector, &text);
        assert_true(text.failed ||
                    strcmp(migdi_text_string(&text), "app,n>4,x in (,a,b),!y,z=1") == 0);
        status = text.failed ? migdi_fail_nomem(&error) : MIGD_OK;
    }
    if (status == MIGD_OK) {
        status = migd_object_parse(wanted->value, strlen(wanted->value), NULL, &value, &error);
    }
    if (status == MIGD_OK) {
        status = migdi_selector_read(value, &arena, &selector, &error);
        assert_int_equal(selector.count, status == MIGD_OK ? 2 : 0);
    }
    assert_int_equal(migd_error_status(error), status);
    migd_error_free(error);
    migd_object_free(value);
    migdi_text_free(&text);
    migdi_arena_free(&arena);
    return status;
}

static void lack_of_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    const char *value = "{\"matchLabels\":{\"app\":\"md\"},\"matchExpressions\":"
                        "[{\"key\":\"n\",\"operator\":\"In\",\"values\":[\"5\"]}]}";
    for (size_t filled = 0; filled <= 1024; filled += 16) {
        reading wanted = {value, filled};
        assert_true(test_fail_allocations(read_both, &wanted) > 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_writes_and_matches_as_kubectl_does),
        cmocka_unit_test(says_what_was_expected_and_what_is_there),
        cmocka_unit_test(a_text_that_would_be_cut_is_refused),
        cmocka_unit_test(equal_keys_keep_their_order),
        cmocka_unit_test(a_label_selector_of_an_object_selects_as_in_kubernetes),
        cmocka_unit_test(a_label_selector_that_is_not_there_selects_nothing),
        cmocka_unit_test(a_wrong_label_selector_is_refused_at_its_place),
        cmocka_unit_test(lack_of_memory_is_told_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

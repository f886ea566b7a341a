#include "test_codec_vectors.h"

#include "codec_object.h"
#include "codec_yaml.h"

#include <string.h>

static migd_buf *write_yaml(const migd_object *value)
{
    migd_buf *written = NULL;
    assert_int_equal(migd_object_write_yaml(value, &written, NULL), MIGD_OK);
    return written;
}

static void expect_read_back(const char *id, const migd_object *value, const migd_buf *written)
{
    migd_object *back = NULL;
    migd_error *error = NULL;
    const migd_status status =
        migd_object_parse(migd_buf_data(written), migd_buf_size(written), NULL, &back, &error);
    if (status != MIGD_OK || !migd_object_equal(value, back)) {
        fail_msg("%s is not read back from\n%s(%s)", id, migd_buf_data(written),
                 error == NULL ? "another value" : migd_error_message(error));
    }
    migd_object_free(back);
}

/* --- what Kubernetes' library writes ---------------------------------------------------------- */

/* Its layout is ours but for these. */
static const struct {
    const char *id;
    const char *reason;
} other_layouts[] = {
    {"yw042", "looks like base 60 to the test for that: double quotes"},
    {"yw055", "\"=\" is a type of its own in YAML 1.1: quoted"},
    {"yw056", "\"<<\" is a type of its own in YAML 1.1: quoted"},
    {"yw081", "several line ends at the end: quoted, not \"|+\""},
    {"yw082", "a line end at the start: quoted, not \"|2-\""},
    {"yw083", "a blank at the start: quoted, not \"|2-\""},
    {"yw094", "U+0085 escaped, not raw"},
    {"yw095", "U+2028 escaped, not raw"},
    {"yw098", "a long text in one line"},
    {"yw099", "a long text in one line"},
    {"yw100", "a long text in one line"},
    {"yw127", "a point, without which YAML 1.1 sees no float"},
    {"yw129", "a point, without which YAML sees an integer"},
    {"yw131", "a point, without which YAML 1.1 sees no float"},
    {"yw139", "keys in their own order"},
    {"yw140", "keys in their own order"},
    {"yw141", "keys in their own order"},
    {"yw142", "keys in their own order"},
    {"yw143", "keys in their own order"},
};

static const char *reason_of(const char *id)
{
    for (size_t i = 0; i < sizeof other_layouts / sizeof other_layouts[0]; i++) {
        if (strcmp(other_layouts[i].id, id) == 0) {
            return other_layouts[i].reason;
        }
    }
    return NULL;
}

static void check_written(const migd_object *vector)
{
    const migd_object *value = migd_object_at(vector, "/value");
    const char *expected = migd_object_text(vector, "/yaml", NULL);
    migd_buf *written = write_yaml(value);
    expect_read_back(test_id(vector), value, written);
    if (expected != NULL && /* it refuses DEL, which we escape */
        (strcmp(expected, migd_buf_data(written)) == 0) != (reason_of(test_id(vector)) == NULL)) {
        fail_msg("%s: ours\n%stheirs\n%s", test_id(vector), migd_buf_data(written), expected);
    }
    migd_buf_free(written);
}

static void writes_148_values_as_kubernetes_does_but_for_the_listed(void **state)
{
    (void)state;
    test_each_vector("yaml-write.jsonl", 148, check_written);
}

/* --- every string ----------------------------------------------------------------------------- */

static const char *const pieces[] = {"a",
                                     "b",
                                     "y",
                                     "n",
                                     "o",
                                     "N",
                                     "e",
                                     "E",
                                     "x",
                                     "0",
                                     "1",
                                     "7",
                                     "8",
                                     "9",
                                     "_",
                                     ".",
                                     "-",
                                     "+",
                                     ":",
                                     " ",
                                     "\n",
                                     "\t",
                                     "\r",
                                     "#",
                                     ",",
                                     "[",
                                     "]",
                                     "{",
                                     "}",
                                     "&",
                                     "*",
                                     "!",
                                     "|",
                                     ">",
                                     "'",
                                     "\"",
                                     "%",
                                     "@",
                                     "`",
                                     "?",
                                     "\\",
                                     "/",
                                     "=",
                                     "<",
                                     "~",
                                     "$",
                                     "(",
                                     "true",
                                     "null",
                                     ".inf",
                                     "0x",
                                     "---",
                                     "...",
                                     ": ",
                                     " #",
                                     "- ",
                                     "\xC3\xA9",
                                     "\xE2\x80\xA8",
                                     "\xC2\x85",
                                     "\xEF\xBB\xBF",
                                     "\xF0\x9F\x98\x80",
                                     "\xE6\x97\xA5",
                                     "\x01",
                                     "\x7F",
                                     "\xC2\xA0",
                                     "  ",
                                     "\n\n",
                                     " \n"};

static void every_string_is_read_back_as_value_and_as_key(void **state)
{
    (void)state;
    uint32_t random = 2463534242U; /* xorshift32: the same strings in every run */
    for (int i = 0; i < 20000; i++) {
        migd_object *value = NULL;
        migdi_text text = {0};
        migdi_text pointer = {0};
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        const uint32_t length = random % 7;
        for (uint32_t j = 0; j < length; j++) {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            migdi_text_add_string(&text,
                                  pieces[(random >> 7) % (sizeof pieces / sizeof pieces[0])]);
        }
        migdi_pointer_add(&pointer, migdi_text_string(&text));
        assert_int_equal(migd_object_new(&value, NULL), MIGD_OK);
        if (i % 3 == 0) {
            assert_int_equal(migd_object_set_string(value, "", migdi_text_string(&text), NULL),
                             MIGD_OK);
        } else {
            assert_int_equal(
                migd_object_set_string(value, "/a/-/b", migdi_text_string(&text), NULL), MIGD_OK);
            assert_int_equal(migd_object_set_string(value, "/a/-", migdi_text_string(&text), NULL),
                             MIGD_OK);
            assert_int_equal(migd_object_set_string(value, migdi_text_string(&pointer), "x", NULL),
                             MIGD_OK);
        }
        migd_buf *written = write_yaml(value);
        expect_read_back(migdi_text_string(&text), value, written);
        migd_buf_free(written);
        migd_object_free(value);
        migdi_text_free(&pointer);
        migdi_text_free(&text);
    }
}

/* --- what looks like something else ----------------------------------------------------------- */

static void knows_what_any_reader_would_take_for_a_type(void **state)
{
    (void)state;
    static const char *const typed[] = {"yes",
                                        "No",
                                        "ON",
                                        "off",
                                        "y",
                                        "N",
                                        "true",
                                        "False",
                                        "null",
                                        "~",
                                        "",
                                        "0",
                                        "-1",
                                        "+1",
                                        "007",
                                        "0o7",
                                        "08",
                                        "0x1F",
                                        "0b1",
                                        "1_000",
                                        "1.0",
                                        ".5",
                                        "5.",
                                        "1e3",
                                        ".inf",
                                        "-.Inf",
                                        ".nan",
                                        "12:30",
                                        "1:2:3",
                                        "20:30.15",
                                        "-1:30",
                                        "=",
                                        "<<",
                                        "2001-12-14",
                                        "2001-1-1",
                                        "._5",
                                        "1__0.0",
                                        ".5_0",
                                        "0x_1",
                                        "2001-12-14 21:59:43.10",
                                        "2001-12-14t21:59:43.10-05:00"};
    static const char *const plain[] = {"a",       "1.2.3",  "v1.34",    "10m",   "128Mi", "50%",
                                        "yEs",     "nUll",   "_",        "1,000", "e3",    "0xg",
                                        "inf",     "NaN",    "10.0.0.1", "a:b",   "--",    "200-1",
                                        "2001-1x", "12:30h", "00:1b",    "true ", "1 2"};
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        if (!migdi_yaml_looks_typed(typed[i], strlen(typed[i]))) {
            fail_msg("%s looks like a string", typed[i]);
        }
    }
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (migdi_yaml_looks_typed(plain[i], strlen(plain[i]))) {
            fail_msg("%s looks like a type", plain[i]);
        }
    }
}

static void refuses_to_write_nothing(void **state)
{
    (void)state;
    migd_buf *written = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_object_write_yaml(NULL, &written, &error), MIGD_ERR_INVALID);
    assert_null(written);
    migd_error_free(error);
}

static migd_status write_flow(void *user)
{
    migd_buf *written = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_object_write_yaml(user, &written, &error);
    assert_int_equal(status, migd_error_status(error));
    if (status == MIGD_OK) {
        assert_string_equal(migd_buf_data(written),
                            "a:\n- 1.5\n- \"1.5\"\n- 1.0e+300\nb: |\n  x\n  y\n");
    }
    migd_buf_free(written);
    migd_error_free(error);
    return status;
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":[1.5,\"1.5\",1e300],\"b\":\"x\\ny\\n\"}";
    migd_object *value = NULL;
    assert_int_equal(migd_object_parse(text, strlen(text), NULL, &value, NULL), MIGD_OK);
    test_fail_allocations(write_flow, value);
    migd_object_free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_148_values_as_kubernetes_does_but_for_the_listed),
        cmocka_unit_test(every_string_is_read_back_as_value_and_as_key),
        cmocka_unit_test(knows_what_any_reader_would_take_for_a_type),
        cmocka_unit_test(refuses_to_write_nothing),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

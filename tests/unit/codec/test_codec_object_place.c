#include "test_support.h"

#include "codec_object.h"
#include "codec_tree.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static migd_object *parse(const char *text)
{
    migd_object *value = NULL;
    assert_int_equal(migd_object_parse(text, strlen(text), NULL, &value, NULL), MIGD_OK);
    return value;
}

static void expect_place(migdi_place place, int32_t line, int32_t column)
{
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

static void lines_end_with_lf_crlf_and_cr_and_columns_count_characters(void **state)
{
    (void)state;
    static const char text[] = "\xEF\xBB\xBF"
                               "ab\r\n\xC3\xA9z\rx\n\n\xF0\x9F\x98\x80\xFFq";
    migdi_source *source = migdi_source_new("f", text, strlen(text));
    static const struct {
        size_t offset;
        int32_t line;
        int32_t column;
    } places[] = {{3, 1, 1},  {4, 1, 2},  {6, 1, 4},  {7, 2, 1},  {9, 2, 2},
                  {10, 2, 3}, {11, 3, 1}, {12, 3, 2}, {13, 4, 1}, {14, 5, 1},
                  {18, 5, 2}, {19, 5, 3}, {20, 5, 4}, {999, 5, 4}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        expect_place(migdi_source_place(source, places[i].offset), places[i].line,
                     places[i].column);
    }
    migdi_source_release(source);
}

static void *refuse_memory(size_t size, void *user)
{
    (void)size;
    (void)user;
    return NULL;
}

static void *refuse_more(void *memory, size_t size, void *user)
{
    (void)memory;
    return refuse_memory(size, user);
}

static void release(void *memory, void *user)
{
    (void)user;
    free(memory);
}

static void places_need_no_memory(void **state)
{
    (void)state;
    static const char text[] = "a: 1\nb:\n  c: x\n";
    migd_object *value = parse(text);
    migd_set_allocator(refuse_memory, refuse_more, release, NULL);
    expect_place(migdi_object_place(migd_object_at(value, "/b/c")), 3, 6);
    expect_place(migdi_object_place(migd_object_at(value, "/a")), 1, 4);
    migd_set_allocator(NULL, NULL, NULL, NULL);
    migd_object_free(value);
}

static void a_key_has_its_own_place(void **state)
{
    (void)state;
    migd_object *value = parse("spec:\n  ports: [a, b]\n  \"q\" : 1\n");
    const migd_object *spec = migd_object_at(value, "/spec");
    expect_place(migdi_object_key_place(spec, 0), 2, 3);
    expect_place(migdi_object_key_place(spec, 1), 3, 3);
    expect_place(migdi_object_key_place(spec, 2), 0, 0);
    expect_place(migdi_object_place_of_key(value, "/spec/q"), 3, 3);
    expect_place(migdi_object_place_of_key(value, "/spec/ports/1"), 2, 14); /* an item has no key */
    expect_place(migdi_object_place_of_key(value, "/absent"), 0, 0);
    expect_place(migdi_object_key_place(migd_object_at(value, "/spec/ports"), 0), 0, 0);
    migd_object_free(value);
}

static void a_word_is_found_in_the_text_of_a_string(void **state)
{
    (void)state;
    migd_object *value =
        parse("a: -DMemory=1\nb: |\n  first\n  -DMemory=2 -DX=3\nc: \"-DMem\\u006fry=4\"\n");
    const migd_object *block = migd_object_at(value, "/b");
    expect_place(migdi_object_word_place(block, "-DMemory", 8), 4, 3);
    expect_place(migdi_object_word_place(block, "-DX=3", 5), 4, 14);
    /* Not in the text as it stands there: the value's own place. */
    expect_place(migdi_object_word_place(migd_object_at(value, "/c"), "-DMemory", 8), 5, 4);
    expect_place(migdi_object_word_place(block, "", 0), 2, 4);
    expect_place(migdi_object_word_place(NULL, "x", 1), 0, 0);
    migd_object_free(value);
}

static void a_set_value_stands_nowhere_and_a_copied_one_where_it_stood(void **state)
{
    (void)state;
    migd_object *from = parse("x:\n  k: 1\n");
    migd_object *value = parse("a: 1\n");
    assert_int_equal(migd_object_set_int64(value, "/b", 2, NULL), MIGD_OK);
    assert_int_equal(migd_object_set_object(value, "/c", migd_object_at(from, "/x/k"), NULL),
                     MIGD_OK);
    assert_int_equal(migd_object_set_object(value, "/a", migd_object_at(from, "/x"), NULL),
                     MIGD_OK);
    migd_object_free(from);
    expect_place(migdi_object_place(migd_object_at(value, "/b")), 0, 0);
    expect_place(migdi_object_place(migd_object_at(value, "/c")), 2, 6);
    expect_place(migdi_object_place_of_key(value, "/c"), 2, 6);
    expect_place(migdi_object_place(migd_object_at(value, "/a")), 2, 3);
    expect_place(migdi_object_place_of_key(value, "/a/k"), 2, 3);
    migd_object_free(value);
}

static void forgotten_places_are_gone_and_texts_stay(void **state)
{
    (void)state;
    migd_object *value = parse("{\"a\":{\"b\":\"text\",\"c\":[1]}}");
    assert_int_equal(migdi_object_forget_places(value, NULL), MIGD_OK);
    expect_place(migdi_object_place(migd_object_at(value, "/a/b")), 0, 0);
    expect_place(migdi_object_place_of_key(value, "/a"), 0, 0);
    assert_string_equal(migd_object_text(value, "/a/b", ""), "text");
    migd_object_free(value);
}

static void *ask_places(void *user)
{
    const migd_object *value = user;
    for (int i = 0; i < 1000; i++) {
        const migdi_place place = migdi_object_place(migd_object_at(value, "/b/c"));
        if (place.line != 3 || place.column != 6) {
            return user;
        }
    }
    return NULL;
}

static void threads_may_ask_for_places_at_once(void **state)
{
    (void)state;
    pthread_t threads[4];
    migd_object *value = parse("a: 1\nb:\n  c: x\n");
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, ask_places, value), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *wrong = NULL;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    migd_object_free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_with_lf_crlf_and_cr_and_columns_count_characters),
        cmocka_unit_test(places_need_no_memory),
        cmocka_unit_test(a_key_has_its_own_place),
        cmocka_unit_test(a_word_is_found_in_the_text_of_a_string),
        cmocka_unit_test(a_set_value_stands_nowhere_and_a_copied_one_where_it_stood),
        cmocka_unit_test(forgotten_places_are_gone_and_texts_stay),
        cmocka_unit_test(threads_may_ask_for_places_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

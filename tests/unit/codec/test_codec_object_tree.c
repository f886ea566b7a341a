#include "test_support.h"

#include "codec_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static migd_object key_item(const char *key)
{
    return (migd_object){.kind = MIGD_KIND_NULL, .key = key, .key_size = (uint32_t)strlen(key)};
}

/* The two indices that the simplest search finds. */
static size_t slow_duplicate(const migd_object *items, size_t count, size_t *first)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(items[i].key, items[j].key) == 0) {
                *first = j;
                return i;
            }
        }
    }
    return SIZE_MAX;
}

static void finds_the_duplicate_that_stands_first(void **state)
{
    (void)state;
    enum { MOST = 200 };
    migd_object items[MOST];
    char keys[MOST][16];
    migdi_scratch scratch = {0};
    uint32_t random = 12345;
    for (size_t round = 0; round < 2000; round++) {
        random = random * 1664525 + 1013904223;
        const size_t count = round % MOST;
        const uint32_t range = 1 + (random >> 16) % 2000;
        for (size_t i = 0; i < count; i++) {
            random = random * 1664525 + 1013904223;
            snprintf(keys[i], sizeof keys[i], "k%u", (unsigned)((random >> 8) % range));
            items[i] = key_item(keys[i]);
        }
        size_t first = 0;
        size_t second = 0;
        size_t expected_first = 0;
        const size_t expected = slow_duplicate(items, count, &expected_first);
        assert_true(migdi_items_duplicate(items, count, &scratch, &first, &second));
        assert_true(second == expected);
        if (expected != SIZE_MAX) {
            assert_string_equal(items[first].key, items[second].key);
            assert_true(first < second);
        }
    }
    free(scratch.order);
}

static void a_document_holds_each_source_once(void **state)
{
    (void)state;
    test_count_allocations();
    migdi_document *document = migdi_document_new();
    migdi_source *source = migdi_source_new("name", "text", 4);
    assert_true(migdi_document_hold(document, source));
    assert_true(migdi_document_hold(document, source));
    assert_int_equal(document->source_count, 1);
    assert_int_equal(atomic_load(&source->references), 2);
    migdi_source_release(source);
    migdi_document_free(document);
    migdi_document_free(NULL);
    migdi_source_release(NULL);
    assert_int_equal(test_live_allocations(), 0);
    test_uncount_allocations();
}

static void height_counts_levels_of_items(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t height;
    } values[] = {{"1", 0}, {"[]", 1}, {"{\"a\":1}", 1}, {"[1,[2,{}],[3]]", 3}};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        migd_object *value = NULL;
        assert_int_equal(
            migd_object_parse(values[i].text, strlen(values[i].text), NULL, &value, NULL), MIGD_OK);
        assert_int_equal(migdi_node_height(value), values[i].height);
        migd_object_free(value);
    }
}

static void a_node_is_no_larger_than_it_was_planned(void **state)
{
    (void)state;
    assert_true(sizeof(void *) != 8 || sizeof(migd_object) == 48);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_duplicate_that_stands_first),
        cmocka_unit_test(a_document_holds_each_source_once),
        cmocka_unit_test(height_counts_levels_of_items),
        cmocka_unit_test(a_node_is_no_larger_than_it_was_planned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

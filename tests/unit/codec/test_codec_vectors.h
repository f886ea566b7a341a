/* Each line of a file of tests/data/NAME.jsonl as a document: answers of other programs to hold
 * ours against. */
#ifndef TEST_CODEC_VECTORS_H
#define TEST_CODEC_VECTORS_H

#include "test_support.h"

#include <migdeploy/object.h>

#include <stdlib.h>
#include <string.h>

/* Calls `check` for each; fails the test unless there are `count`. */
static inline void test_each_vector(const char *name, size_t count,
                                    void (*check)(const migd_object *vector))
{
    char *text = test_read_data(name, NULL);
    size_t seen = 0;
    for (char *line = text; *line != '\0'; seen++) {
        const size_t size = strcspn(line, "\n");
        migd_object *vector = NULL;
        assert_int_equal(migd_object_parse(line, size, NULL, &vector, NULL), MIGD_OK);
        check(vector);
        migd_object_free(vector);
        line += size + (line[size] == '\n');
    }
    free(text);
    assert_int_equal(seen, count);
}

static inline const char *test_id(const migd_object *vector)
{
    return migd_object_text(vector, "/id", "?");
}

#endif

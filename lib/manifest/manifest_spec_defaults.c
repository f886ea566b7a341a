#include "manifest_spec_defaults.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Longer than any word of the table. */
#define WORD_BYTES 128

static const char *copy_word(char *copy, const char *word, size_t size)
{
    assert(size < WORD_BYTES);
    memcpy(copy, word, size);
    copy[size] = '\0';
    return copy;
}

/* "a=1 b=2": each value a text. */
static void build_pairs(migdi_builder *builder, const char *text, const char *pointer)
{
    char copy[WORD_BYTES];
    const char *word = NULL;
    size_t size = 0;
    migdi_build_map(builder, "%s", pointer);
    while (migdi_spec_next_word(&text, &word, &size)) {
        const size_t key_size = strcspn(word, "=");
        migdi_text step = {0};
        migdi_text_add_string(&step, pointer);
        migdi_pointer_add(&step, copy_word(copy, word, key_size));
        if (step.failed && builder->status >= 0) {
            builder->status = MIGD_ERR_NOMEM;
        }
        migdi_build_string(builder, copy_word(copy, word + key_size + 1, size - key_size - 1), "%s",
                           migdi_text_string(&step));
        migdi_text_free(&step);
    }
}

static void build_list(migdi_builder *builder, const char *text, const char *pointer)
{
    char copy[WORD_BYTES];
    const char *word = NULL;
    size_t size = 0;
    migdi_build_array(builder, "%s", pointer);
    while (migdi_spec_next_word(&text, &word, &size)) {
        migdi_build_string(builder, copy_word(copy, word, size), "%s/-", pointer);
    }
}

static void build_integer(migdi_builder *builder, const migdi_spec_key *key, const char *text,
                          const char *pointer)
{
    const migd_object *document = builder->document;
    int64_t value = text[0] == '@' ? migd_object_int64(document, text + 1, 0)
                                   : (int64_t)strtoll(text, NULL, 10);
    if (key->at_most != NULL) {
        const int64_t most = migd_object_int64(document, key->at_most, value);
        value = value > most ? most : value;
    }
    migdi_build_int64(builder, value, "%s", pointer);
}

void migdi_spec_build_default(migdi_builder *builder, const migdi_spec_key *key, const char *text,
                              const char *pointer)
{
    switch (key->type) {
    case MIGDI_SPEC_FREE:
    case MIGDI_SPEC_ANY:
        build_pairs(builder, text, pointer);
        break;
    case MIGDI_SPEC_LIST:
        build_list(builder, text, pointer);
        break;
    case MIGDI_SPEC_INTEGER:
    case MIGDI_SPEC_COUNT:
        build_integer(builder, key, text, pointer);
        break;
    case MIGDI_SPEC_BOOLEAN:
        migdi_build_boolean(builder, strcmp(text, "true") == 0, "%s", pointer);
        break;
    default:
        migdi_build_string(builder, text, "%s", pointer);
    }
}

bool migdi_spec_is_default(const migdi_spec_key *key, const char *text, const migd_object *value)
{
    if (text == NULL) {
        return false;
    }
    switch (key->type) {
    case MIGDI_SPEC_LIST:
        return text[0] == '\0' && migd_object_count(value) == 0;
    case MIGDI_SPEC_INTEGER:
        return migd_object_int64(value, "", -1) == (int64_t)strtoll(text, NULL, 10);
    case MIGDI_SPEC_BOOLEAN:
        return migd_object_boolean(value, "", 0) == (strcmp(text, "true") == 0);
    default:
        return strcmp(migd_object_text(value, "", ""), text) == 0;
    }
}

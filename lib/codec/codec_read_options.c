/* Limits of reading, each with its default. */
#include "codec_object.h"
#include "codec_tree.h"

#include <string.h>

static const int64_t defaults[MIGD_READ_NAME] = {
    [MIGD_READ_BYTES] = 3145728,  [MIGD_READ_DEPTH] = 128,          [MIGD_READ_NODES] = 1000000,
    [MIGD_READ_ANCHORS] = 1000,   [MIGD_READ_ALIAS_NODES] = 100000, [MIGD_READ_TAG_DIRECTIVES] = 16,
    [MIGD_READ_KEY_BYTES] = 1024, [MIGD_READ_DOCUMENTS] = 10000,
};

/* Offsets and counts of the tree have 32 bits. */
static const int64_t greatest[MIGD_READ_NAME] = {
    [MIGD_READ_BYTES] = 1 << 30,       [MIGD_READ_DEPTH] = MIGDI_DEEPEST,
    [MIGD_READ_NODES] = 1 << 30,       [MIGD_READ_ANCHORS] = 1 << 30,
    [MIGD_READ_ALIAS_NODES] = 1 << 30, [MIGD_READ_TAG_DIRECTIVES] = 1 << 30,
    [MIGD_READ_KEY_BYTES] = 1 << 30,   [MIGD_READ_DOCUMENTS] = 1 << 30,
};

static bool is_limit(int32_t option)
{
    return option >= MIGD_READ_BYTES && option < MIGD_READ_NAME;
}

migd_status migd_read_options_new(migd_read_options **out, migd_error **error)
{
    migdi_error_clear(error);
    *out = migdi_alloc_zeroed(1, sizeof **out);
    if (*out == NULL) {
        return migdi_fail_nomem(error);
    }
    memcpy((*out)->limits, defaults, sizeof defaults);
    return MIGD_OK;
}

void migd_read_options_free(migd_read_options *options)
{
    if (options != NULL) {
        migdi_free(options->name);
        migdi_free(options);
    }
}

migd_status migd_read_options_set_int64(migd_read_options *options, int32_t option, int64_t value,
                                        migd_error **error)
{
    migdi_error_clear(error);
    if (options == NULL || !is_limit(option)) {
        return migdi_fail(error, MIGD_ERR_INVALID, "%d is no limit of reading", (int)option);
    }
    if (value < 1 || value > greatest[option]) {
        return migdi_fail(error, MIGD_ERR_INVALID, "a limit of reading is 1 to %lld, not %lld",
                          (long long)greatest[option], (long long)value);
    }
    options->limits[option] = value;
    return MIGD_OK;
}

migd_status migd_read_options_set_text(migd_read_options *options, int32_t option,
                                       const char *value, migd_error **error)
{
    migdi_error_clear(error);
    if (options == NULL || option != MIGD_READ_NAME) {
        return migdi_fail(error, MIGD_ERR_INVALID, "%d is no text of reading", (int)option);
    }
    char *copy = value == NULL ? NULL : migdi_text_copy(value, strlen(value));
    if (value != NULL && copy == NULL) {
        return migdi_fail_nomem(error);
    }
    migdi_free(options->name);
    options->name = copy;
    return MIGD_OK;
}

migd_status migdi_read_options_copy(const migd_read_options *options, uint32_t manner,
                                    const char *name, migd_read_options **out, migd_error **error)
{
    migd_status status = migd_read_options_new(out, error);
    if (*out == NULL) {
        return status;
    }
    (*out)->manner = manner;
    if (options != NULL) {
        memcpy((*out)->limits, options->limits, sizeof options->limits);
        name = options->name != NULL ? options->name : name;
    }
    status = migd_read_options_set_text(*out, MIGD_READ_NAME, name, error);
    if (status < 0) {
        migd_read_options_free(*out);
        *out = NULL;
    }
    return status;
}

int64_t migd_read_options_int64(const migd_read_options *options, int32_t option)
{
    if (!is_limit(option)) {
        return -1;
    }
    return options == NULL ? defaults[option] : options->limits[option];
}

size_t migdi_read_limit(const migd_read_options *options, int32_t option)
{
    return (size_t)migd_read_options_int64(options, option);
}

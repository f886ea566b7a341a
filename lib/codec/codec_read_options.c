/* Limits of reading, each with its default. */
#include "codec_object.h"
#include "codec_tree.h"
#include "core_options.h"

#include <string.h>

#define MOST (1 << 30) /* offsets and counts of the tree have 32 bits */

static const migdi_option_number limits[MIGDI_READ_LIMITS] = {
    {3145728, 1, MOST},      /* BYTES */
    {128, 1, MIGDI_DEEPEST}, /* DEPTH */
    {1000000, 1, MOST},      /* NODES */
    {1000, 1, MOST},         /* ANCHORS */
    {100000, 1, MOST},       /* ALIAS_NODES */
    {16, 1, MOST},           /* TAG_DIRECTIVES */
    {1024, 1, MOST},         /* KEY_BYTES */
    {10000, 1, MOST},        /* DOCUMENTS */
};

static const migdi_options_kind kind = {"read option", MIGD_READ_BYTES, MIGDI_READ_LIMITS,
                                        limits,        MIGD_READ_NAME,  1};

migd_status migd_read_options_new(migd_read_options **out, migd_error **error)
{
    const migd_status begun = migdi_begin(out, error);
    if (begun < 0) {
        return begun;
    }
    *out = migdi_alloc_zeroed(1, sizeof **out);
    if (*out == NULL) {
        return migdi_fail_nomem(error);
    }
    migdi_options_preset(&kind, (*out)->limits);
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
    return migdi_options_set_number(&kind, options == NULL ? NULL : options->limits, option, value,
                                    error);
}

migd_status migd_read_options_set_text(migd_read_options *options, int32_t option,
                                       const char *value, migd_error **error)
{
    return migdi_options_set_text(&kind, options == NULL ? NULL : &options->name, option, value,
                                  error);
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
    return migdi_options_number(&kind, options == NULL ? NULL : options->limits, option);
}

size_t migdi_read_limit(const migd_read_options *options, int32_t option)
{
    return (size_t)migd_read_options_int64(options, option);
}

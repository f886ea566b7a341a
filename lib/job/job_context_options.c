/* The options of a context: texts and numbers in tables, three callbacks. */
#include "job_context_options.h"

#include "core_options.h"

#define MOST_MS (INT64_C(365) * 24 * 3600 * 1000)

static const migdi_option_number numbers[MIGDI_CONTEXT_NUMBERS] = {
    {10000, 1, MOST_MS},             /* CONNECT_MS */
    {60000, 1, MOST_MS},             /* REQUEST_MS */
    {30000, 1, MOST_MS},             /* IDLE_MS */
    {67108864, 1, INT64_C(1) << 40}, /* ANSWER_BYTES */
    {8388608, 1, INT64_C(1) << 40},  /* WATCH_LINE_BYTES */
    {64, 8, 65536},                  /* EVENTS */
    {8, 1, 1024},                    /* CONNECTIONS */
};

static const migdi_options_kind kind = {"context option",      MIGD_CONTEXT_CONNECT_MS,
                                        MIGDI_CONTEXT_NUMBERS, numbers,
                                        MIGD_CONTEXT_HOME,     MIGDI_CONTEXT_TEXTS};

static void set_presets(migd_context_options *options)
{
    *options = (migd_context_options){0};
    migdi_options_preset(&kind, options->numbers);
}

migd_status migd_context_options_new(migd_context_options **out, migd_error **error)
{
    migdi_error_clear(error);
    if (out == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "migd_context_options_new: out is NULL");
    }
    *out = migdi_alloc(sizeof **out);
    if (*out == NULL) {
        return migdi_fail_nomem(error);
    }
    set_presets(*out);
    return MIGD_OK;
}

void migdi_context_options_clear(migd_context_options *options)
{
    migdi_options_free_texts(&kind, options->texts);
}

void migd_context_options_free(migd_context_options *options)
{
    if (options != NULL) {
        migdi_context_options_clear(options);
        migdi_free(options);
    }
}

bool migdi_context_options_copy(migd_context_options *out, const migd_context_options *options)
{
    if (options == NULL) {
        set_presets(out);
        return true;
    }
    *out = *options;
    return migdi_options_copy_texts(&kind, out->texts, options->texts);
}

migd_status migd_context_options_set_text(migd_context_options *options, int32_t option,
                                          const char *value, migd_error **error)
{
    return migdi_options_set_text(&kind, options == NULL ? NULL : options->texts, option, value,
                                  error);
}

migd_status migd_context_options_set_int64(migd_context_options *options, int32_t option,
                                           int64_t value, migd_error **error)
{
    return migdi_options_set_number(&kind, options == NULL ? NULL : options->numbers, option, value,
                                    error);
}

const char *migd_context_options_text(const migd_context_options *options, int32_t option)
{
    return migdi_options_text(&kind, options == NULL ? NULL : options->texts, option);
}

int64_t migd_context_options_int64(const migd_context_options *options, int32_t option)
{
    return migdi_options_number(&kind, options == NULL ? NULL : options->numbers, option);
}

void migd_context_options_set_log(migd_context_options *options, int32_t level,
                                  void (*log)(int32_t level, const char *line, void *user),
                                  void *user)
{
    if (options != NULL) {
        options->log_level = level;
        options->log = log;
        options->log_user = user;
    }
}

void migd_context_options_set_clock(migd_context_options *options,
                                    int64_t (*clock)(int32_t which, void *user), void *user)
{
    if (options != NULL) {
        options->clock = clock;
        options->clock_user = user;
    }
}

void migd_context_options_set_environment(migd_context_options *options,
                                          const char *(*variable)(const char *name, void *user),
                                          void *user)
{
    if (options != NULL) {
        options->variable = variable;
        options->variable_user = user;
    }
}

/* The options of a context: texts and numbers in tables, three callbacks. */
#include "job_context_options.h"

#include <string.h>

#define FIRST_TEXT   MIGD_CONTEXT_HOME
#define FIRST_NUMBER MIGD_CONTEXT_CONNECT_MS
#define MOST_MS      (INT64_C(365) * 24 * 3600 * 1000)

/* What each number may be, and is when it was not set; in the order of the enum. */
static const struct {
    int64_t preset;
    int64_t least;
    int64_t most;
} numbers[MIGDI_CONTEXT_NUMBERS] = {
    {10000, 1, MOST_MS},             /* CONNECT_MS */
    {60000, 1, MOST_MS},             /* REQUEST_MS */
    {30000, 1, MOST_MS},             /* IDLE_MS */
    {67108864, 1, INT64_C(1) << 40}, /* ANSWER_BYTES */
    {8388608, 1, INT64_C(1) << 40},  /* WATCH_LINE_BYTES */
    {64, 8, 65536},                  /* EVENTS */
    {8, 1, 1024},                    /* CONNECTIONS */
};

static bool is_text(int32_t option)
{
    return option >= FIRST_TEXT && option < FIRST_TEXT + MIGDI_CONTEXT_TEXTS;
}

static bool is_number(int32_t option)
{
    return option >= FIRST_NUMBER && option < FIRST_NUMBER + MIGDI_CONTEXT_NUMBERS;
}

static void set_presets(migd_context_options *options)
{
    *options = (migd_context_options){0};
    for (size_t i = 0; i < MIGDI_CONTEXT_NUMBERS; i++) {
        options->numbers[i] = numbers[i].preset;
    }
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
    for (size_t i = 0; i < MIGDI_CONTEXT_TEXTS; i++) {
        migdi_free(options->texts[i]);
        options->texts[i] = NULL;
    }
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
    bool copied = true;
    for (size_t i = 0; i < MIGDI_CONTEXT_TEXTS; i++) {
        const char *text = options->texts[i];
        out->texts[i] = text == NULL ? NULL : migdi_text_copy(text, strlen(text));
        copied = copied && (text == NULL || out->texts[i] != NULL);
    }
    return copied;
}

migd_status migd_context_options_set_text(migd_context_options *options, int32_t option,
                                          const char *value, migd_error **error)
{
    migdi_error_clear(error);
    if (options == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID,
                          "migd_context_options_set_text: options is NULL");
    }
    if (!is_text(option)) {
        return migdi_fail(error, MIGD_ERR_INVALID, "context option %d is no text", (int)option);
    }
    char *copy = value == NULL ? NULL : migdi_text_copy(value, strlen(value));
    if (value != NULL && copy == NULL) {
        return migdi_fail_nomem(error);
    }
    migdi_free(options->texts[option - FIRST_TEXT]);
    options->texts[option - FIRST_TEXT] = copy;
    return MIGD_OK;
}

migd_status migd_context_options_set_int64(migd_context_options *options, int32_t option,
                                           int64_t value, migd_error **error)
{
    migdi_error_clear(error);
    if (options == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID,
                          "migd_context_options_set_int64: options is NULL");
    }
    if (!is_number(option)) {
        return migdi_fail(error, MIGD_ERR_INVALID, "context option %d is no number", (int)option);
    }
    const size_t index = (size_t)(option - FIRST_NUMBER);
    if (value < numbers[index].least || value > numbers[index].most) {
        return migdi_fail(error, MIGD_ERR_INVALID,
                          "context option %d cannot be %lld: from %lld to %lld", (int)option,
                          (long long)value, (long long)numbers[index].least,
                          (long long)numbers[index].most);
    }
    options->numbers[index] = value;
    return MIGD_OK;
}

const char *migd_context_options_text(const migd_context_options *options, int32_t option)
{
    return options == NULL || !is_text(option) ? NULL : options->texts[option - FIRST_TEXT];
}

int64_t migd_context_options_int64(const migd_context_options *options, int32_t option)
{
    if (!is_number(option)) {
        return -1;
    }
    const size_t index = (size_t)(option - FIRST_NUMBER);
    return options == NULL ? numbers[index].preset : options->numbers[index];
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

/* The options of a call: numbers and texts in tables, the accepted rules, a cancel. */
#include "core_call_options.h"

#include "core_options.h"
#include "core_text.h"

#include <migdeploy/job.h>
#include <string.h>

#define NUMBERS      MIGD_CALL_CONSENT
#define TEXTS        (MIGD_CALL_FIELD_MANAGER - MIGD_CALL_ONLY + 1)
#define MOST_RULES   ((size_t)1000)
#define LONGEST_RULE ((size_t)64)

struct migd_call_options {
    int64_t numbers[NUMBERS];
    char *texts[TEXTS];
    char **rules;
    size_t rule_count;
    size_t rule_capacity;
    migd_cancel *cancel;
};

static const migdi_option_number numbers[NUMBERS] = {
    {MIGD_FOREVER, MIGD_FOREVER, INT64_MAX}, /* DEADLINE_MS */
    {0, 0, 1},                               /* DRY_RUN */
    {0, 0, 1},                               /* FORCE */
    {0, 0, 1},                               /* ADOPT */
    {0, 0, 1},                               /* WAIT_LOCK */
    {0, 0, 1},                               /* CONSENT */
};

static const migdi_options_kind kind = {"call option", MIGD_CALL_DEADLINE_MS, NUMBERS,
                                        numbers,       MIGD_CALL_ONLY,        TEXTS};

migd_status migd_call_options_new(migd_call_options **out, migd_error **error)
{
    migdi_error_clear(error);
    if (out == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "migd_call_options_new: out is NULL");
    }
    *out = migdi_alloc_zeroed(1, sizeof **out);
    if (*out == NULL) {
        return migdi_fail_nomem(error);
    }
    migdi_options_preset(&kind, (*out)->numbers);
    return MIGD_OK;
}

void migd_call_options_free(migd_call_options *options)
{
    if (options == NULL) {
        return;
    }
    migdi_options_free_texts(&kind, options->texts);
    for (size_t i = 0; i < options->rule_count; i++) {
        migdi_free(options->rules[i]);
    }
    migdi_free(options->rules);
    migd_cancel_free(options->cancel);
    migdi_free(options);
}

migd_status migd_call_options_set_int64(migd_call_options *options, int32_t option, int64_t value,
                                        migd_error **error)
{
    return migdi_options_set_number(&kind, options == NULL ? NULL : options->numbers, option, value,
                                    error);
}

migd_status migd_call_options_set_text(migd_call_options *options, int32_t option,
                                       const char *value, migd_error **error)
{
    return migdi_options_set_text(&kind, options == NULL ? NULL : options->texts, option, value,
                                  error);
}

int64_t migd_call_options_int64(const migd_call_options *options, int32_t option)
{
    return migdi_options_number(&kind, options == NULL ? NULL : options->numbers, option);
}

const char *migd_call_options_text(const migd_call_options *options, int32_t option)
{
    return migdi_options_text(&kind, options == NULL ? NULL : options->texts, option);
}

bool migdi_call_options_accepts(const migd_call_options *options, const char *rule)
{
    for (size_t i = 0; options != NULL && i < options->rule_count; i++) {
        if (migdi_text_equal(options->rules[i], rule)) {
            return true;
        }
    }
    return false;
}

const char *migdi_call_options_accepted(const migd_call_options *options, size_t index)
{
    return options == NULL || index >= options->rule_count ? NULL : options->rules[index];
}

migd_status migd_call_options_accept(migd_call_options *options, const char *rule,
                                     migd_error **error)
{
    migdi_error_clear(error);
    if (options == NULL || rule == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "migd_call_options_accept: %s is NULL",
                          options == NULL ? "options" : "rule");
    }
    const size_t size = strnlen(rule, LONGEST_RULE + 1);
    if (size == 0 || size > LONGEST_RULE || options->rule_count >= MOST_RULES) {
        return migdi_fail(error, MIGD_ERR_INVALID, "\"%.64s\" is no name of a rule", rule);
    }
    if (migdi_call_options_accepts(options, rule)) {
        return MIGD_OK;
    }
    void *rules = options->rules;
    if (!migdi_grow(&rules, &options->rule_capacity, options->rule_count + 1, sizeof(char *))) {
        return migdi_fail_nomem(error);
    }
    options->rules = rules;
    char *copy = migdi_text_copy(rule, size);
    if (copy == NULL) {
        return migdi_fail_nomem(error);
    }
    options->rules[options->rule_count++] = copy;
    return MIGD_OK;
}

migd_status migdi_call_options_copy(const migd_call_options *options, migd_call_options **out,
                                    migd_error **error)
{
    migd_call_options *copy = NULL;
    migd_status status = migd_call_options_new(&copy, error);
    *out = NULL;
    if (copy == NULL) {
        return status;
    }
    if (options != NULL) {
        memcpy(copy->numbers, options->numbers, sizeof copy->numbers);
        copy->cancel = migdi_cancel_keep(options->cancel);
        if (!migdi_options_copy_texts(&kind, copy->texts, options->texts)) {
            status = migdi_fail_nomem(error);
        }
        for (size_t i = 0; status == MIGD_OK && i < options->rule_count; i++) {
            status = migd_call_options_accept(copy, options->rules[i], error);
        }
    }
    if (status < 0) {
        migd_call_options_free(copy);
        return status;
    }
    *out = copy;
    return MIGD_OK;
}

void migd_call_options_set_cancel(migd_call_options *options, migd_cancel *cancel)
{
    if (options != NULL) {
        migd_cancel *kept = migdi_cancel_keep(cancel);
        migd_cancel_free(options->cancel);
        options->cancel = kept;
    }
}

migd_cancel *migdi_call_options_cancel(const migd_call_options *options)
{
    return options == NULL ? NULL : options->cancel;
}

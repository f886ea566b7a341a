/* Options in tables: set, read, copied and freed by their kind. */
#include "core_options.h"

#include "core_text.h"

#include <string.h>

static bool is_number(const migdi_options_kind *kind, int32_t option)
{
    return option >= kind->first_number && option < kind->first_number + kind->number_count;
}

static bool is_text(const migdi_options_kind *kind, int32_t option)
{
    return option >= kind->first_text && option < kind->first_text + kind->text_count;
}

void migdi_options_preset(const migdi_options_kind *kind, int64_t *numbers)
{
    for (int32_t i = 0; i < kind->number_count; i++) {
        numbers[i] = kind->numbers[i].preset;
    }
}

migd_status migdi_options_set_number(const migdi_options_kind *kind, int64_t *numbers,
                                     int32_t option, int64_t value, migd_error **error)
{
    migdi_error_clear(error);
    if (numbers == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "%s %d: options is NULL", kind->what,
                          (int)option);
    }
    if (!is_number(kind, option)) {
        return migdi_fail(error, MIGD_ERR_INVALID, "%s %d is no number", kind->what, (int)option);
    }
    const migdi_option_number *number = &kind->numbers[option - kind->first_number];
    if (value < number->least || value > number->most) {
        return migdi_fail(error, MIGD_ERR_INVALID, "%s %d cannot be %lld: from %lld to %lld",
                          kind->what, (int)option, (long long)value, (long long)number->least,
                          (long long)number->most);
    }
    numbers[option - kind->first_number] = value;
    return MIGD_OK;
}

migd_status migdi_options_set_text(const migdi_options_kind *kind, char **texts, int32_t option,
                                   const char *value, migd_error **error)
{
    migdi_error_clear(error);
    if (texts == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "%s %d: options is NULL", kind->what,
                          (int)option);
    }
    if (!is_text(kind, option)) {
        return migdi_fail(error, MIGD_ERR_INVALID, "%s %d is no text", kind->what, (int)option);
    }
    char *copy = value == NULL ? NULL : migdi_text_copy(value, strlen(value));
    if (value != NULL && copy == NULL) {
        return migdi_fail_nomem(error);
    }
    migdi_free(texts[option - kind->first_text]);
    texts[option - kind->first_text] = copy;
    return MIGD_OK;
}

int64_t migdi_options_number(const migdi_options_kind *kind, const int64_t *numbers, int32_t option)
{
    if (!is_number(kind, option)) {
        return -1;
    }
    const int32_t index = option - kind->first_number;
    return numbers == NULL ? kind->numbers[index].preset : numbers[index];
}

const char *migdi_options_text(const migdi_options_kind *kind, char *const *texts, int32_t option)
{
    return texts == NULL || !is_text(kind, option) ? NULL : texts[option - kind->first_text];
}

bool migdi_options_copy_texts(const migdi_options_kind *kind, char **out, char *const *texts)
{
    bool copied = true;
    for (int32_t i = 0; i < kind->text_count; i++) {
        out[i] = texts[i] == NULL ? NULL : migdi_text_copy(texts[i], strlen(texts[i]));
        copied = copied && (texts[i] == NULL || out[i] != NULL);
    }
    return copied;
}

void migdi_options_free_texts(const migdi_options_kind *kind, char **texts)
{
    for (int32_t i = 0; i < kind->text_count; i++) {
        migdi_free(texts[i]);
        texts[i] = NULL;
    }
}

/* Options: numbers and texts, each under a value of an enum. A struct of options keeps one array of
 * each, and its kind says what may be in them. */
#ifndef MIGDI_CORE_OPTIONS_H
#define MIGDI_CORE_OPTIONS_H

#include "core_error.h"

typedef struct migdi_option_number {
    int64_t preset; /* when it was not set */
    int64_t least;
    int64_t most;
} migdi_option_number;

typedef struct migdi_options_kind {
    const char *what; /* "call option", in messages */
    int32_t first_number;
    int32_t number_count;
    const migdi_option_number *numbers; /* from first_number on */
    int32_t first_text;
    int32_t text_count;
} migdi_options_kind;

/* Fills the array with what it holds at first. */
void migdi_options_preset(const migdi_options_kind *kind, int64_t *numbers);

/* The caller's: the array of its options, NULL when there are none, which is MIGD_ERR_INVALID. A
 * value NULL takes the text away. */
migd_status migdi_options_set_number(const migdi_options_kind *kind, int64_t *numbers,
                                     int32_t option, int64_t value, migd_error **error);
migd_status migdi_options_set_text(const migdi_options_kind *kind, char **texts, int32_t option,
                                   const char *value, migd_error **error);

/* The array NULL: what is preset. -1, and NULL: no such option. */
int64_t migdi_options_number(const migdi_options_kind *kind, const int64_t *numbers,
                             int32_t option);
const char *migdi_options_text(const migdi_options_kind *kind, char *const *texts, int32_t option);

/* Copies all texts; false: no memory, and *out is for freeing as well. */
bool migdi_options_copy_texts(const migdi_options_kind *kind, char **out, char *const *texts);
void migdi_options_free_texts(const migdi_options_kind *kind, char **texts);

#endif

/* Label selectors: the text of `kubectl -l`, and the LabelSelector of an object. */
#ifndef MIGDI_CODEC_SELECTOR_H
#define MIGDI_CODEC_SELECTOR_H

#include "core_arena.h"
#include "core_error.h"
#include "core_text.h"

#include <migdeploy/object.h>

/* A longer text is MIGD_ERR_LIMIT. */
#define MIGDI_SELECTOR_BYTES ((size_t)65536)

typedef enum {
    MIGDI_SELECT_EQUAL,        /* = */
    MIGDI_SELECT_DOUBLE_EQUAL, /* == */
    MIGDI_SELECT_NOT_EQUAL,    /* !=; true without the label */
    MIGDI_SELECT_IN,
    MIGDI_SELECT_NOT_IN, /* true without the label */
    MIGDI_SELECT_EXISTS,
    MIGDI_SELECT_ABSENT,
    MIGDI_SELECT_GREATER,
    MIGDI_SELECT_LESS
} migdi_select_operator;

typedef struct migdi_requirement {
    const char *key;
    migdi_select_operator operator;
    const char **values; /* in byte order */
    size_t value_count;
} migdi_requirement;

/* All requirements must hold. None: everything is selected. Lives in the arena that it was read
 * into. */
typedef struct migdi_selector {
    const migdi_requirement **requirements; /* by key; equal keys as they were written */
    size_t count;
    bool nothing; /* of a LabelSelector that is not there: it selects nothing */
} migdi_selector;

/* Reads a text as labels.Parse of k8s.io/apimachinery. MIGD_ERR_PARSE, MIGD_ERR_LIMIT,
 * MIGD_ERR_NOMEM. */
migd_status migdi_selector_parse(const char *text, size_t size, migdi_arena *arena,
                                 migdi_selector *out, migd_error **error);

/* Reads {matchLabels, matchExpressions} as metav1.LabelSelectorAsSelector does. NULL and null
 * select nothing, {} selects everything. Errors as above, with the place of what is wrong. */
migd_status migdi_selector_read(const migd_object *value, migdi_arena *arena, migdi_selector *out,
                                migd_error **error);

/* Whether a map of labels is selected. NULL is a map without labels; a value that is no string
 * counts as none. */
bool migdi_selector_matches(const migdi_selector *selector, const migd_object *labels);

/* Adds the text that Kubernetes writes, which is also what a server takes as labelSelector. */
void migdi_selector_add_canonical(const migdi_selector *selector, migdi_text *text);

#endif

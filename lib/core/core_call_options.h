/* The options of a call, as the rooms above read them. They live in core because the rules
 * (lib/manifest), which know no job, ask which of them the caller accepts. */
#ifndef MIGDI_CORE_CALL_OPTIONS_H
#define MIGDI_CORE_CALL_OPTIONS_H

#include "core_cancel.h"

typedef struct migd_call_options migd_call_options;

/* A copy of all of them; options NULL: the defaults. *out: for migd_call_options_free(). MIGD_OK or
 * MIGD_ERR_NOMEM. */
migd_status migdi_call_options_copy(const migd_call_options *options, migd_call_options **out,
                                    migd_error **error);

/* Whether findings of this rule do not refuse; options NULL: no. */
bool migdi_call_options_accepts(const migd_call_options *options, const char *rule);

/* The accepted rules in the order of their first naming; NULL from the count on. Borrowed. */
const char *migdi_call_options_accepted(const migd_call_options *options, size_t index);

/* The cancel; borrowed; NULL when there is none. */
migd_cancel *migdi_call_options_cancel(const migd_call_options *options);

#endif

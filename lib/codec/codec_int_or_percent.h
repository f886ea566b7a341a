/* Fields that hold a number or a percentage, such as minAvailable. */
#ifndef MIGDI_CODEC_INT_OR_PERCENT_H
#define MIGDI_CODEC_INT_OR_PERCENT_H

#include "core_error.h"

#include <migdeploy/object.h>

typedef enum { MIGDI_ROUND_DOWN, MIGDI_ROUND_UP } migdi_rounding;

/* The number, or that percentage of `total`, rounded as told (towards the end of the number line,
 * not towards 0). value: an integer of 32 bits, a string such as "25%", or null, which is 0.
 * MIGD_ERR_PARSE with its place for anything else; MIGD_ERR_LIMIT beyond 64 bits. Source:
 * k8s.io/apimachinery, intstr.GetScaledValueFromIntOrPercent. */
migd_status migdi_int_or_percent_scale(const migd_object *value, int64_t total,
                                       migdi_rounding rounding, int64_t *out, migd_error **error);

/* Whether it is a percentage that reads. */
bool migdi_int_or_percent_is_percent(const migd_object *value);

#endif

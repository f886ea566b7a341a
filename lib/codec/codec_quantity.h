/* Quantities as Kubernetes reads them (k8s.io/apimachinery, resource.Quantity), exact: "500m",
 * "1.5Gi", "1e3". And the sizes of MigratoryData's own parameters, which look alike and are not. */
#ifndef MIGDI_CODEC_QUANTITY_H
#define MIGDI_CODEC_QUANTITY_H

#include "core_error.h"
#include "core_text.h"

#include <migdeploy/object.h>

/* More digits than this in a text are MIGD_ERR_LIMIT. 2^60 of the suffix Ei adds 19. */
#define MIGDI_QUANTITY_DIGITS 400

typedef enum {
    MIGDI_QUANTITY_DECIMAL, /* "500m", "2", "1G" */
    MIGDI_QUANTITY_BINARY,  /* "1Gi" */
    MIGDI_QUANTITY_EXPONENT /* "1e3" */
} migdi_quantity_format;

/* sign × digits × 10^exponent. {0} is zero. */
typedef struct migdi_quantity {
    int32_t sign; /* -1, 0, 1 */
    migdi_quantity_format format;
    int64_t exponent; /* at least -9: what is finer was rounded away from zero */
    size_t count;     /* of digits; 0 only for zero */
    uint8_t digits[MIGDI_QUANTITY_DIGITS + 19]; /* the least first; neither end is 0 */
} migdi_quantity;

/* Reads a text. MIGD_ERR_PARSE says what is wrong with it; MIGD_ERR_LIMIT: more digits than above.
 * A binary value beyond 2^63-1 becomes 2^63-1, one below 1n becomes 1n, as in Kubernetes. */
migd_status migdi_quantity_parse(const char *text, size_t size, migdi_quantity *out,
                                 migd_error **error);

/* Reads a field of an object: a string (blanks around it are let be), a number, or null, which is
 * 0. Errors as above, with the value's place; another kind is MIGD_ERR_PARSE. */
migd_status migdi_quantity_read(const migd_object *value, migdi_quantity *out, migd_error **error);

/* Below, at or above 0 as left is less than, equal to or more than right. */
int32_t migdi_quantity_compare(const migdi_quantity *left, const migdi_quantity *right);

/* The whole number, rounded away from zero; the same times 1,000. MIGD_ERR_LIMIT when it is no
 * int64. */
migd_status migdi_quantity_to_int64(const migdi_quantity *quantity, int64_t *out,
                                    migd_error **error);
migd_status migdi_quantity_to_milli(const migdi_quantity *quantity, int64_t *out,
                                    migd_error **error);

/* Adds the text that Kubernetes writes. */
void migdi_quantity_add_canonical(const migdi_quantity *quantity, migdi_text *text);

/* Adds the exact value × 10^scale, rounded away from zero, in decimal digits; false, and nothing
 * added, when it has more than MIGDI_QUANTITY_DIGITS. */
bool migdi_quantity_add_scaled(const migdi_quantity *quantity, int32_t scale, migdi_text *text);

/* Reads a size as MigratoryData does: digits, then nothing, KB, MB or GB (1 KB is 1,024 bytes).
 * MIGD_ERR_PARSE; MIGD_ERR_LIMIT when it is no int64. */
migd_status migdi_quantity_parse_size(const char *text, size_t size, int64_t *bytes,
                                      migd_error **error);

#endif

/* Making errors. Every function takes the caller's `migd_error **` as it came and does nothing more
 * than return when that is NULL. Lack of memory turns the error into the one static NOMEM error. */
#ifndef MIGDI_CORE_ERROR_H
#define MIGDI_CORE_ERROR_H

#include "core_alloc.h"

#include <migdeploy/error.h>

/* Where in a text. file is borrowed; NULL or line 0: no place. */
typedef struct migdi_place {
    const char *file;
    int32_t line;
    int32_t column;
} migdi_place;

/* What one wrong thing is; any text may be NULL. The texts are copied. */
typedef struct migdi_detail {
    const char *field;
    const char *reason;
    const char *message;
    const char *subject;
} migdi_detail;

/* First line of every public function that takes an error. */
void migdi_error_clear(migd_error **error);

/* The same where there is a result, a `T **out`: *out is NULL too. MIGD_ERR_INVALID, or
 * MIGD_ERR_NOMEM: there is no place for it. */
migd_status migdi_begin(void *out, migd_error **error);

/* Sets *error and returns its status: `return migdi_fail(error, MIGD_ERR_PARSE, "...")`; that is
 * MIGD_ERR_NOMEM when memory ends on the way. An error that is already there becomes the cause.
 * Control bytes in the text are escaped; it is cut at 2,048 bytes. */
migd_status migdi_fail(migd_error **error, migd_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
migd_status migdi_fail_at(migd_error **error, migd_status status, migdi_place place,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));
migd_status migdi_fail_nomem(migd_error **error);

/* Facts added to the error made last, by the layer that knows them. */
void migdi_error_set_place(migd_error **error, migdi_place place);
void migdi_error_set_operation(migd_error **error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void migdi_error_set_remote(migd_error **error, int32_t http_status, const char *code,
                            const char *request_id);
/* after_ms: -1 when the server named no time. */
void migdi_error_set_retryable(migd_error **error, int64_t after_ms);
void migdi_error_set_remaining(migd_error **error, const char *remaining, const char *next);
void migdi_error_add_detail(migd_error **error, const migdi_detail *detail);

#endif

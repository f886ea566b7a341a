/* What went wrong, for a person at three in the morning and for a program that has to decide. */
#ifndef MIGDEPLOY_ERROR_H
#define MIGDEPLOY_ERROR_H

#include <migdeploy/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An error. Immutable; threads may share it. All texts are owned by the error, have no line break,
 * no control character and no secret. Every function here takes NULL and answers as for "no
 * error": MIGD_OK, NULL or 0. None of them blocks or fails. */
typedef struct migd_error migd_error;

/* What a detail has to say; see migd_error_detail(). */
enum {
    MIGD_DETAIL_FIELD = 0,   /* a JSON Pointer or a server's field path */
    MIGD_DETAIL_REASON = 1,  /* a machine-readable reason, such as FieldManagerConflict */
    MIGD_DETAIL_MESSAGE = 2, /* a sentence */
    MIGD_DETAIL_SUBJECT = 3  /* who or what, such as a field manager, an object or a rule */
};

/* The status that the failed call returned. Since 0.1. */
MIGD_API migd_status migd_error_status(const migd_error *error);

/* What was refused, by whom, for which thing: one line. Never NULL for an error. Since 0.1. */
MIGD_API const char *migd_error_message(const migd_error *error);

/* What was being done, such as "apply StatefulSet/migratory/migratorydata"; "" when the message
 * says it all. Since 0.1. */
MIGD_API const char *migd_error_operation(const migd_error *error);

/* The server's own word for it, such as "Forbidden" or "ExpiredToken"; NULL when there was no
 * server or no word. Source: Kubernetes Status.reason; AWS error codes. Since 0.1. */
MIGD_API const char *migd_error_remote_code(const migd_error *error);

/* The server's id of the request, for its own people; NULL when there is none. Since 0.1. */
MIGD_API const char *migd_error_request_id(const migd_error *error);

/* The HTTP status, 100 to 599; 0 when there was no answer. Since 0.1. */
MIGD_API int32_t migd_error_http_status(const migd_error *error);

/* 1 when the same call may succeed later without any change, else 0. Since 0.1. */
MIGD_API int32_t migd_error_retryable(const migd_error *error);

/* How long the server asked to wait, in milliseconds; -1 when it did not say. Since 0.1. */
MIGD_API int64_t migd_error_retry_after_ms(const migd_error *error);

/* Where in a text: the file as the caller named it, NULL when there is no place. Since 0.1. */
MIGD_API const char *migd_error_file(const migd_error *error);

/* The line, from 1; 0 when there is no place. Since 0.1. */
MIGD_API int32_t migd_error_line(const migd_error *error);

/* The column in characters (not bytes), from 1; 0 when there is no place. Since 0.1. */
MIGD_API int32_t migd_error_column(const migd_error *error);

/* The error that led to this one, owned by it; NULL at the end of the chain. Since 0.1. */
MIGD_API const migd_error *migd_error_cause(const migd_error *error);

/* How many details there are: fields in conflict, rules that refuse, keys that are wrong. Since
 * 0.1. */
MIGD_API size_t migd_error_detail_count(const migd_error *error);

/* One text of one detail. index: below the count. part: MIGD_DETAIL_*. NULL when index or part is
 * out of range or the detail has no such text. Since 0.1. */
MIGD_API const char *migd_error_detail(const migd_error *error, size_t index, int32_t part);

/* What is left behind by the attempt, one line; NULL when nothing is. Since 0.1. */
MIGD_API const char *migd_error_remaining(const migd_error *error);

/* The command of the migdeploy program that goes on from here, without "next: "; NULL when there is
 * none to give. Since 0.1. */
MIGD_API const char *migd_error_next(const migd_error *error);

/* Frees the error and its causes; NULL is allowed, and so is the one static error for lack of
 * memory. Since 0.1. */
MIGD_API void migd_error_free(migd_error *error);

#ifdef __cplusplus
}
#endif

#endif

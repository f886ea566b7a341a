/* Errors: one allocation for the struct, one arena for its texts. */
#include "core_error.h"

#include "core_arena.h"
#include "core_text.h"
#include "core_utf8.h"

#include <string.h>

#define LONGEST_TEXT ((size_t)2048)

struct migd_error {
    migd_status status;
    int32_t http_status;
    int32_t retryable;
    int32_t line;
    int32_t column;
    int64_t retry_after_ms;
    const char *message;
    const char *operation;
    const char *remote_code;
    const char *request_id;
    const char *file;
    const char *remaining;
    const char *next;
    migd_error *cause;
    migdi_detail *details;
    size_t detail_count;
    size_t detail_capacity;
    migdi_arena arena;
};

static const migd_error out_of_memory = {
    .status = MIGD_ERR_NOMEM,
    .retry_after_ms = -1,
    .message = "out of memory",
    .operation = "",
};

/* The static error is handed out through the same pointer type and never written to. */
static migd_error *nomem_error(void)
{
    union {
        const migd_error *constant;
        migd_error *handed;
    } error = {&out_of_memory};
    return error.handed;
}

static bool writable(migd_error *const *error)
{
    return error != NULL && *error != NULL && *error != nomem_error();
}

void migdi_error_clear(migd_error **error)
{
    if (error != NULL) {
        *error = NULL;
    }
}

migd_status migdi_begin(void *out, migd_error **error)
{
    void *const nothing = NULL;
    migdi_error_clear(error);
    if (out == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no place for the result");
    }
    memcpy(out, &nothing, sizeof nothing); /* whatever it points to */
    return MIGD_OK;
}

migd_status migdi_fail_nomem(migd_error **error)
{
    if (error != NULL) {
        migd_error_free(*error);
        *error = nomem_error();
    }
    return MIGD_ERR_NOMEM;
}

/* A printable copy in the error's arena; NULL stays NULL. Fails the whole error when memory
 * ends. */
static const char *keep(migd_error **error, const char *text)
{
    if (text == NULL || !writable(error)) {
        return NULL;
    }
    migdi_text printable = {0};
    migdi_utf8_add_printable(&printable, text, strnlen(text, LONGEST_TEXT));
    const char *copy =
        printable.failed
            ? NULL
            : migdi_arena_text(&(*error)->arena, migdi_text_string(&printable), printable.size);
    migdi_text_free(&printable);
    if (copy == NULL) {
        migdi_fail_nomem(error);
    }
    return copy;
}

static const char *keep_format(migd_error **error, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static const char *keep_format(migd_error **error, const char *format, va_list arguments)
{
    migdi_text text = {0};
    migdi_text_format_list(&text, format, arguments);
    const char *copy = keep(error, text.failed ? "" : migdi_text_string(&text));
    if (text.failed) {
        migdi_fail_nomem(error);
        copy = NULL;
    }
    migdi_text_free(&text);
    return copy;
}

static migd_status fail_list(migd_error **error, migd_status status, const char *format,
                             va_list arguments) __attribute__((format(printf, 3, 0)));

/* The status of the error that was made: the answer and the error of a call agree. */
static migd_status fail_list(migd_error **error, migd_status status, const char *format,
                             va_list arguments)
{
    migd_error *made = migdi_alloc_zeroed(1, sizeof *made);
    if (made == NULL) {
        return migdi_fail_nomem(error);
    }
    made->status = status;
    made->retry_after_ms = -1;
    made->operation = "";
    made->message = "";
    made->cause = *error;
    *error = made;
    const char *message = keep_format(error, format, arguments);
    if (message == NULL) {
        return MIGD_ERR_NOMEM; /* *error is the static one */
    }
    made->message = message;
    return status;
}

migd_status migdi_fail(migd_error **error, migd_status status, const char *format, ...)
{
    migd_status told = status;
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        told = fail_list(error, status, format, arguments);
        va_end(arguments);
    }
    return told;
}

migd_status migdi_fail_at(migd_error **error, migd_status status, migdi_place place,
                          const char *format, ...)
{
    migd_status told = status;
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        told = fail_list(error, status, format, arguments);
        va_end(arguments);
        migdi_error_set_place(error, place);
        told = writable(error) ? told : MIGD_ERR_NOMEM;
    }
    return told;
}

void migdi_error_set_place(migd_error **error, migdi_place place)
{
    const char *file = keep(error, place.file);
    if (writable(error)) {
        (*error)->file = file;
        (*error)->line = place.line;
        (*error)->column = place.column;
    }
}

void migdi_error_set_operation(migd_error **error, const char *format, ...)
{
    if (!writable(error)) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    const char *operation = keep_format(error, format, arguments);
    va_end(arguments);
    if (operation != NULL) {
        (*error)->operation = operation;
    }
}

void migdi_error_set_remote(migd_error **error, int32_t http_status, const char *code,
                            const char *request_id)
{
    const char *kept_code = keep(error, code);
    const char *kept_id = keep(error, request_id);
    if (writable(error)) {
        (*error)->http_status = http_status;
        (*error)->remote_code = kept_code;
        (*error)->request_id = kept_id;
    }
}

void migdi_error_set_retryable(migd_error **error, int64_t after_ms)
{
    if (writable(error)) {
        (*error)->retryable = 1;
        (*error)->retry_after_ms = after_ms;
    }
}

void migdi_error_set_remaining(migd_error **error, const char *remaining, const char *next)
{
    const char *kept_remaining = keep(error, remaining);
    const char *kept_next = keep(error, next);
    if (writable(error)) {
        (*error)->remaining = kept_remaining;
        (*error)->next = kept_next;
    }
}

void migdi_error_add_detail(migd_error **error, const migdi_detail *detail)
{
    if (!writable(error)) {
        return;
    }
    void *details = (*error)->details;
    if (!migdi_grow(&details, &(*error)->detail_capacity, (*error)->detail_count + 1,
                    sizeof *detail)) {
        migdi_fail_nomem(error);
        return;
    }
    (*error)->details = details;
    const migdi_detail kept = {keep(error, detail->field), keep(error, detail->reason),
                               keep(error, detail->message), keep(error, detail->subject)};
    if (writable(error)) {
        (*error)->details[(*error)->detail_count++] = kept;
    }
}

migd_status migd_error_status(const migd_error *error)
{
    return error == NULL ? MIGD_OK : error->status;
}

const char *migd_error_message(const migd_error *error)
{
    return error == NULL ? NULL : error->message;
}

const char *migd_error_operation(const migd_error *error)
{
    return error == NULL ? NULL : error->operation;
}

const char *migd_error_remote_code(const migd_error *error)
{
    return error == NULL ? NULL : error->remote_code;
}

const char *migd_error_request_id(const migd_error *error)
{
    return error == NULL ? NULL : error->request_id;
}

int32_t migd_error_http_status(const migd_error *error)
{
    return error == NULL ? 0 : error->http_status;
}

int32_t migd_error_retryable(const migd_error *error)
{
    return error == NULL ? 0 : error->retryable;
}

int64_t migd_error_retry_after_ms(const migd_error *error)
{
    return error == NULL ? 0 : error->retry_after_ms;
}

const char *migd_error_file(const migd_error *error)
{
    return error == NULL ? NULL : error->file;
}

int32_t migd_error_line(const migd_error *error)
{
    return error == NULL ? 0 : error->line;
}

int32_t migd_error_column(const migd_error *error)
{
    return error == NULL ? 0 : error->column;
}

const migd_error *migd_error_cause(const migd_error *error)
{
    return error == NULL ? NULL : error->cause;
}

size_t migd_error_detail_count(const migd_error *error)
{
    return error == NULL ? 0 : error->detail_count;
}

const char *migd_error_detail(const migd_error *error, size_t index, int32_t part)
{
    if (error == NULL || index >= error->detail_count) {
        return NULL;
    }
    const migdi_detail *detail = &error->details[index];
    switch (part) {
    case MIGD_DETAIL_FIELD:
        return detail->field;
    case MIGD_DETAIL_REASON:
        return detail->reason;
    case MIGD_DETAIL_MESSAGE:
        return detail->message;
    case MIGD_DETAIL_SUBJECT:
        return detail->subject;
    default:
        return NULL;
    }
}

const char *migd_error_remaining(const migd_error *error)
{
    return error == NULL ? NULL : error->remaining;
}

const char *migd_error_next(const migd_error *error)
{
    return error == NULL ? NULL : error->next;
}

void migd_error_free(migd_error *error)
{
    while (error != NULL && error != nomem_error()) {
        migd_error *cause = error->cause;
        migdi_free(error->details);
        migdi_arena_free(&error->arena);
        migdi_free(error);
        error = cause;
    }
}

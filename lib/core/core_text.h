/* A text that grows. Sticky: after a failed allocation it takes nothing more and `failed` stays
 * set, so a writer checks once, at the end. */
#ifndef MIGDI_CORE_TEXT_H
#define MIGDI_CORE_TEXT_H

#include "core_alloc.h"

#include <migdeploy/buffer.h>
#include <stdarg.h>

/* {0} is an empty text without a ceiling. `bytes` ends with a NUL whenever it is not NULL. */
typedef struct migdi_text {
    char *bytes;
    size_t size;
    size_t capacity;
    size_t ceiling; /* 0: none; else more bytes than this set `failed` */
    bool failed;
    bool secret; /* set before the first byte: wiped before it is freed or moved */
} migdi_text;

void migdi_text_add(migdi_text *text, const char *bytes, size_t size);
void migdi_text_add_string(migdi_text *text, const char *string);
void migdi_text_add_char(migdi_text *text, char byte);
void migdi_text_add_repeated(migdi_text *text, char byte, size_t count);
void migdi_text_format(migdi_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void migdi_text_format_list(migdi_text *text, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* Forgets the bytes, keeps the memory. */
void migdi_text_clear(migdi_text *text);

/* Frees; the text is empty again. */
void migdi_text_free(migdi_text *text);

/* The text so far; "" when it is empty. Borrowed until the next change. */
const char *migdi_text_string(const migdi_text *text);

/* Moves the bytes into a buffer for the caller; the text is empty again. NULL when the text had
 * failed or memory ends; the text is freed either way. */
migd_buf *migdi_text_take_buf(migdi_text *text);

/* Whether two strings are equal; NULL equals only NULL. */
bool migdi_text_equal(const char *left, const char *right);

#endif

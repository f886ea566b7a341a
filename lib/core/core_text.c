/* A text that grows, and the public buffer that it becomes. */
#include "core_text.h"

#include <stdio.h>
#include <string.h>

struct migd_buf {
    char *bytes; /* never NULL */
    size_t size;
};

/* What grows by realloc() leaves its bytes where they were. */
static bool move_secret(migdi_text *text, size_t wanted)
{
    const migdi_text old = *text;
    void *bytes = NULL;
    text->capacity = 0;
    if (!migdi_grow(&bytes, &text->capacity, wanted, 1)) {
        text->capacity = old.capacity;
        return false;
    }
    if (old.bytes != NULL) {
        memcpy(bytes, old.bytes, old.size + 1);
        migdi_wipe(old.bytes, old.capacity);
        migdi_free(old.bytes);
    }
    text->bytes = bytes;
    return true;
}

static bool grow(migdi_text *text, size_t wanted)
{
    if (text->secret && wanted > text->capacity) {
        return move_secret(text, wanted);
    }
    void *bytes = text->bytes;
    const bool grown = migdi_grow(&bytes, &text->capacity, wanted, 1);
    text->bytes = bytes;
    return grown;
}

/* Room for `more` bytes and the NUL. */
static bool make_room(migdi_text *text, size_t more)
{
    if (!text->failed && text->ceiling == 0 && more < text->capacity - text->size) {
        return true; /* as nearly always */
    }
    if (text->failed || more > SIZE_MAX - 1 - text->size) {
        text->failed = true;
        return false;
    }
    const size_t wanted = text->size + more;
    if ((text->ceiling != 0 && wanted > text->ceiling) || !grow(text, wanted + 1)) {
        text->failed = true;
        return false;
    }
    return true;
}

void migdi_text_add(migdi_text *text, const char *bytes, size_t size)
{
    if (!make_room(text, size)) {
        return;
    }
    if (size > 0) {
        memcpy(text->bytes + text->size, bytes, size);
    }
    text->size += size;
    text->bytes[text->size] = '\0';
}

void migdi_text_add_string(migdi_text *text, const char *string)
{
    migdi_text_add(text, string, strlen(string));
}

void migdi_text_add_char(migdi_text *text, char byte)
{
    migdi_text_add(text, &byte, 1);
}

void migdi_text_add_repeated(migdi_text *text, char byte, size_t count)
{
    if (!make_room(text, count)) {
        return;
    }
    memset(text->bytes + text->size, byte, count);
    text->size += count;
    text->bytes[text->size] = '\0';
}

void migdi_text_format_list(migdi_text *text, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, arguments);
    if (length < 0) {
        text->failed = true;
    } else if (make_room(text, (size_t)length)) {
        vsnprintf(text->bytes + text->size, (size_t)length + 1, format, again);
        text->size += (size_t)length;
    }
    va_end(again);
}

void migdi_text_format(migdi_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    migdi_text_format_list(text, format, arguments);
    va_end(arguments);
}

void migdi_text_clear(migdi_text *text)
{
    text->size = 0;
    text->failed = false;
    if (text->bytes != NULL) {
        text->bytes[0] = '\0';
    }
}

void migdi_text_free(migdi_text *text)
{
    if (text->secret) {
        migdi_wipe(text->bytes, text->capacity);
    }
    migdi_free(text->bytes);
    *text = (migdi_text){.ceiling = text->ceiling};
}

const char *migdi_text_string(const migdi_text *text)
{
    return text->bytes == NULL ? "" : text->bytes;
}

migd_buf *migdi_text_take_buf(migdi_text *text)
{
    migdi_text_add(text, "", 0); /* an empty text gets its NUL */
    migd_buf *buffer = text->failed ? NULL : migdi_alloc(sizeof *buffer);
    if (buffer != NULL) {
        *buffer = (migd_buf){text->bytes, text->size};
        text->bytes = NULL;
    }
    migdi_text_free(text);
    return buffer;
}

bool migdi_text_equal(const char *left, const char *right)
{
    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

const char *migd_buf_data(const migd_buf *buffer)
{
    return buffer == NULL ? "" : buffer->bytes;
}

size_t migd_buf_size(const migd_buf *buffer)
{
    return buffer == NULL ? 0 : buffer->size;
}

void migd_buf_free(migd_buf *buffer)
{
    if (buffer != NULL) {
        migdi_free(buffer->bytes);
        migdi_free(buffer);
    }
}

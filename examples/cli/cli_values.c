/* Values as a plan shows them: of long ones the part that differs. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum { LONG = 40, SHOWN = 30, NEAR = 20 };

char *text_of(const migd_object *value)
{
    migd_buf *json = NULL;
    char *text = NULL;
    if (value == NULL) {
        text = strdup("(none)");
    } else if (migd_object_kind(value) == MIGD_KIND_STRING) {
        text = strdup(migd_object_text(value, "", ""));
    } else if (migd_object_write_json(value, 0, &json, NULL) == MIGD_OK) {
        text = strdup(migd_buf_data(json));
    }
    migd_buf_free(json);
    return text == NULL ? strdup("") : text;
}

size_t alike_until(const char *from, const char *to)
{
    size_t at = 0;
    while (from[at] != '\0' && from[at] == to[at]) {
        at++;
    }
    return at;
}

/* Where what differs begins to be shown: at a ":" or "/", behind a blank or a comma. */
static size_t shown_from(const char *text, size_t differs, bool is_long)
{
    size_t start = 0;
    for (size_t i = 0; i < differs; i++) {
        start = text[i] == ':' || text[i] == '/'                ? i
                : is_long && (text[i] == ' ' || text[i] == ',') ? i + 1
                                                                : start;
    }
    const bool far = is_long && differs > start + NEAR;
    return far ? differs - NEAR : start > 3 ? start : 0;
}

/* A value without what is the same in the other: `alike` bytes at its end are. */
static void format_part(const char *text, size_t start, size_t alike, char out[48])
{
    const size_t size = strlen(text);
    size_t end = size - alike;
    while (end < size && strchr(" ,:/", text[end]) == NULL) {
        end++; /* to the end of the word */
    }
    const bool whole = size <= LONG || end - start <= SHOWN;
    const size_t shown = size <= LONG ? size - start : whole ? end - start : SHOWN;
    snprintf(out, 48, "%s%.*s%s", start > 0 ? "..." : "", (int)shown, text + start,
             start + shown < size ? "..." : "");
}

void format_change(const char *from, const char *to, char out[112])
{
    char before[48];
    char after[48];
    const size_t sizes[] = {strlen(from), strlen(to)};
    const size_t differs = alike_until(from, to);
    const bool is_long = sizes[0] > LONG || sizes[1] > LONG;
    const size_t start = shown_from(from, differs, is_long);
    size_t alike = 0;
    while (is_long && alike < sizes[0] - differs && alike < sizes[1] - differs &&
           from[sizes[0] - alike - 1] == to[sizes[1] - alike - 1]) {
        alike++;
    }
    format_part(from, start, alike, before);
    format_part(to, start, alike, after);
    snprintf(out, 112, "%s -> %s", before, after);
}

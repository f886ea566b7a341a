/* Where one document of a text ends, as kubectl's YAMLReader sees it: by lines, before any
 * parser. */
#include "codec_yaml.h"

#include <string.h>

#define SEPARATOR      "---"
#define SEPARATOR_SIZE (sizeof SEPARATOR - 1)

static size_t end_of_line(const char *text, size_t size, size_t at)
{
    const char *end = memchr(text + at, '\n', size - at);
    return end == NULL ? size : (size_t)(end - text) + 1;
}

static bool is_separator(const char *text, size_t size, size_t at)
{
    return size - at >= SEPARATOR_SIZE && memcmp(text + at, SEPARATOR, SEPARATOR_SIZE) == 0;
}

/* Only blanks and a comment may follow. */
static migd_status check_separator(migdi_source *source, const char *text, size_t at, size_t end,
                                   migd_error **error)
{
    size_t behind = at + SEPARATOR_SIZE;
    while (behind < end && strchr(" \t\r\n\v\f", text[behind]) != NULL && text[behind] != '\0') {
        behind++;
    }
    return behind == end || text[behind] == '#'
               ? MIGD_OK
               : migdi_fail_at(error, MIGD_ERR_PARSE, migdi_source_place(source, behind),
                               "nothing but a comment may stand behind \"---\"");
}

migd_status migdi_yaml_split(migdi_source *source, const char *text, size_t start,
                             migdi_yaml_part *part, migd_error **error)
{
    const size_t size = source->size;
    *part = (migdi_yaml_part){start, size, size};
    for (size_t at = start; at < size;) {
        const size_t next = end_of_line(text, size, at);
        if (is_separator(text, size, at)) {
            const migd_status status = check_separator(source, text, at, next, error);
            if (status < 0) {
                return status;
            }
            if (at > start) {
                part->end = at;
                part->next = at; /* it starts the following document */
                return MIGD_OK;
            }
        }
        at = next;
    }
    return MIGD_OK;
}

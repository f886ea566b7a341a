/* What is looked at before libyaml sees a text: characters, and lines that start with "%". */
#include "codec_yaml_scan.h"

#include "core_utf8.h"

#include <string.h>

/* YAML 1.1, 5.1 "Character Set". */
static bool is_allowed(uint32_t codepoint)
{
    return codepoint == '\t' || codepoint == '\n' || codepoint == '\r' ||
           (codepoint >= 0x20 && codepoint <= 0x7E) || codepoint == 0x85 ||
           (codepoint >= 0xA0 && codepoint <= 0xFFFD) || codepoint >= 0x10000;
}

/* Whether eight bytes are all printable ASCII, blanks or line feeds. Adding to seven bits carries
 * into no other byte. */
static bool is_plain_word(const char *at)
{
    uint64_t word = 0;
    memcpy(&word, at, sizeof word);
    const uint64_t each = UINT64_C(0x0101010101010101);
    const uint64_t low = each * 0x7F;
    const uint64_t printable = (word & low) + each * (0x80 - ' ');  /* high bit: a blank or above */
    const uint64_t not_feed = ((word ^ each * '\n') & low) + low;   /* high bit: no line feed */
    const uint64_t not_delete = ((word ^ each * 0x7F) & low) + low; /* high bit: no DEL */
    return ((word | ~(printable | ~not_feed) | ~not_delete) & (each * 0x80)) == 0;
}

static migd_status refuse_character(migdi_source *source, size_t at, uint32_t codepoint,
                                    size_t length, migd_error **error)
{
    const migdi_place place = migdi_source_place(source, at);
    if (length == 0 && at == 0 &&
        (memcmp(source->text, "\xFF\xFE", 2) == 0 || memcmp(source->text, "\xFE\xFF", 2) == 0)) {
        return migdi_fail_at(error, MIGD_ERR_PARSE, place, "the text is UTF-16; save it as UTF-8");
    }
    return length == 0 ? migdi_fail_at(error, MIGD_ERR_PARSE, place, "not UTF-8")
                       : migdi_fail_at(error, MIGD_ERR_PARSE, place,
                                       "the character U+%04X is not allowed in YAML, only as an "
                                       "escape in double quotes",
                                       (unsigned)codepoint);
}

static migd_status scan_characters(migdi_source *source, const char *text, size_t start, size_t end,
                                   bool *ascii, migd_error **error)
{
    *ascii = true;
    for (size_t at = start; at < end;) {
        const unsigned char byte = (unsigned char)text[at];
        if (end - at >= sizeof(uint64_t) && is_plain_word(text + at)) {
            at += sizeof(uint64_t);
        } else if (byte < 0x80 && is_allowed(byte)) {
            at++;
        } else {
            uint32_t codepoint = 0;
            const size_t length = migdi_utf8_next(text + at, end - at, &codepoint);
            if (length == 0 || !is_allowed(codepoint)) {
                return refuse_character(source, at, codepoint, length, error);
            }
            *ascii = false;
            at += length;
        }
    }
    return MIGD_OK;
}

static bool starts_with(const char *text, size_t size, const char *prefix)
{
    const size_t length = strlen(prefix);
    return size >= length && memcmp(text, prefix, length) == 0;
}

/* "%YAML 1.1#..." is read as version 1.1 by libyaml, and refused by everybody else. */
static bool has_rubbish_behind_version(const char *line, size_t size)
{
    size_t at = strlen("%YAML");
    at += strspn(line + at, " \t");
    at += strspn(line + at, "0123456789.");
    return at < size && strchr(" \t\r\n", line[at]) == NULL;
}

/* A line that starts with "%": directives stand before a document's "---". */
static migd_status scan_directive(migdi_source *source, const char *text, size_t at, size_t end,
                                  size_t *tags_left, migd_error **error)
{
    if (starts_with(text + at, end - at, "%TAG")) {
        if (*tags_left == 0) {
            return migdi_fail_at(error, MIGD_ERR_LIMIT, migdi_source_place(source, at),
                                 "the document has more %%TAG lines than the limit");
        }
        --*tags_left;
    } else if (starts_with(text + at, end - at, "%YAML ") &&
               has_rubbish_behind_version(source->text + at, end - at)) {
        return migdi_fail_at(error, MIGD_ERR_PARSE, migdi_source_place(source, at),
                             "something stands behind the version of %%YAML");
    }
    return MIGD_OK;
}

migd_status migdi_yaml_scan(migdi_source *source, const char *text, size_t start, size_t end,
                            size_t tag_directives, bool *ascii, migd_error **error)
{
    migd_status status = scan_characters(source, text, start, end, ascii, error);
    size_t tags_left = tag_directives;
    /* From "%" to "%": most texts hold none. */
    const char *at = text + start;
    while (status == MIGD_OK && (at = memchr(at, '%', (size_t)(text + end - at))) != NULL) {
        const size_t offset = (size_t)(at - text);
        const bool starts_line =
            offset == start || text[offset - 1] == '\n' || text[offset - 1] == '\r' ||
            (unsigned char)text[offset - 1] >= 0x80; /* a mark, or NEL, LS, PS */
        if (starts_line) {
            status = scan_directive(source, text, offset, end, &tags_left, error);
        }
        at++;
    }
    return status;
}

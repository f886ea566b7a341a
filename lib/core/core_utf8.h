/* UTF-8: checked where it comes in, counted for columns, made harmless where it goes to a
 * person. */
#ifndef MIGDI_CORE_UTF8_H
#define MIGDI_CORE_UTF8_H

#include "core_text.h"

/* Length of the valid character at `bytes` (1 to 4), 0 when there is none; *codepoint may be NULL.
 * Overlong forms, surrogates and values above U+10FFFF are no characters (RFC 3629). */
size_t migdi_utf8_next(const char *bytes, size_t size, uint32_t *codepoint);

/* How many bytes from the start are valid UTF-8: `size` when all are. */
size_t migdi_utf8_valid_prefix(const char *bytes, size_t size);

/* How many characters; a byte that is none counts as one. */
size_t migdi_utf8_count(const char *bytes, size_t size);

/* Writes one code point, of at most U+10FFFF; returns its length, 1 to 4 bytes. */
size_t migdi_utf8_put(uint32_t codepoint, char *bytes);

/* Adds one code point. */
void migdi_utf8_add(migdi_text *text, uint32_t codepoint);

/* Adds text for a person: control characters (C0, DEL, C1) and bytes that are no UTF-8 become \n,
 * \t or
 * \xNN, so that a server cannot steer a terminal (CVE-2021-25743). */
void migdi_utf8_add_printable(migdi_text *text, const char *bytes, size_t size);

#endif

/* Reading what headers say. */
#ifndef MIGDI_HTTP_HEADER_H
#define MIGDI_HTTP_HEADER_H

#include "core_text.h"
#include "http_transport.h"

/* The value of a header, name in lower case; NULL when there is none. */
const char *migdi_http_header_value(const migdi_http_head *head, const char *name);

/* A date as servers send it (RFC 9110 section 5.6.7, IMF-fixdate), in milliseconds since 1970.
 * false: it is none. */
bool migdi_http_date(const char *text, int64_t *unix_ms);

/* A Retry-After: seconds, or a date less `now_unix_ms`; 0 at least. -1: there is none, or it is
 * neither. */
int64_t migdi_http_retry_after_ms(const char *text, int64_t now_unix_ms);

/* The text of a date, as migdi_http_date() reads it. */
void migdi_http_add_date(migdi_text *text, int64_t unix_ms);

#endif

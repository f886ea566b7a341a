/* URLs: encoding what goes into one, taking one apart. */
#ifndef MIGDI_CODEC_URL_H
#define MIGDI_CODEC_URL_H

#include "core_arena.h"
#include "core_error.h"
#include "core_text.h"

/* A longer text is MIGD_ERR_LIMIT. */
#define MIGDI_URL_BYTES ((size_t)8192)

/* Adds one segment of a path, encoded so that it is one segment whatever it holds ("a/b", ".."). */
void migdi_url_add_segment(migdi_text *url, const char *bytes, size_t size);

/* Adds a name or value of a query, encoded (RFC 3986; a blank is %20). */
void migdi_url_add_query(migdi_text *url, const char *bytes, size_t size);

/* An absolute URL taken apart; texts live in the arena that it was read into. */
typedef struct migdi_url {
    const char *scheme; /* in lower case */
    const char *host;   /* in lower case; an IPv6 address without its brackets */
    bool is_ipv6;
    uint16_t port;     /* as written; else 443 of https, 80 of http, 0 of others */
    const char *path;  /* as written, from its "/" on; "" when there is none */
    const char *query; /* as written, without the "?"; NULL when there is none */
} migdi_url;

/* Reads scheme://host[:port][/path][?query]. MIGD_ERR_PARSE for all else: a user or password in it,
 * a fragment, blanks, control characters, what is not ASCII, a port of 0 or beyond 65535. The
 * message never repeats the URL, which may hold a secret. */
migd_status migdi_url_parse(const char *text, migdi_arena *arena, migdi_url *out,
                            migd_error **error);

#endif

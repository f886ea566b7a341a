/* The server and proxy URLs of a kubeconfig. */
#ifndef MIGDI_KUBE_SERVER_URL_H
#define MIGDI_KUBE_SERVER_URL_H

#include "core_arena.h"

/* A server: in the arena. */
typedef struct migdi_server_url {
    const char *url;   /* scheme, host, port, path prefix; no "/" at the end */
    const char *label; /* without the prefix */
    bool tls;
    bool loopback; /* its host is this machine */
} migdi_server_url;

/* Reads it as client-go does: without a scheme it is http; a path prefix is kept; query and
 * fragment are not. Refused beside what is no URL: a user name in it (it would be a secret in every
 * error), blanks and control characters. NULL: it is fine; else what is wrong, as the end of a
 * sentence that begins with the thing. On lack of memory the arena has failed and *out is empty.
 * Source: client-go rest/url_utils.go. */
const char *migdi_server_url_read(const char *text, migdi_arena *arena, migdi_server_url *out);

/* NULL for a proxy that may be used, and for NULL; else the end of the sentence. */
const char *migdi_proxy_url_problem(const char *text);

#endif

/* Which proxy a request goes through: pure. Sources: Go golang.org/x/net/http/httpproxy, which
 * kubectl obeys; that metadata services are never asked through one is ours. */
#ifndef MIGDI_HTTP_PROXY_H
#define MIGDI_HTTP_PROXY_H

#include <migdeploy/base.h>
#include <stdbool.h>

/* Texts borrowed; NULL where there is none. */
typedef struct migdi_http_proxy_rule {
    const char *all;   /* for every server; "": none for any; NULL: as the rest says */
    const char *http;  /* for http:// */
    const char *https; /* for https:// */
    const char
        *except; /* hosts, .domains, addresses, networks, each with a port or not; "*": all */
} migdi_http_proxy_rule;

/* The proxy for that URL, borrowed from the rule; NULL: none. Loopback and link-local addresses,
 * and those of the metadata services, get none whatever the rule says. */
const char *migdi_http_proxy_for(const migdi_http_proxy_rule *rule, const char *url);

/* Whether a host, in lower case and without brackets, is this machine: "localhost", 127.0.0.0/8,
 * ::1. */
bool migdi_http_is_loopback(const char *host);

#endif

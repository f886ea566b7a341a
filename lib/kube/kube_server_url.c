/* The server and proxy URLs of a kubeconfig. */
#include "kube_server_url.h"

#include "codec_url.h"
#include "http_proxy.h"

#include <string.h>
#include <strings.h>

#define MOST_BYTES ((size_t)2048)

static const char *text_problem(const char *text)
{
    const size_t size = strlen(text);
    if (size > MOST_BYTES) {
        return "is longer than 2048 bytes";
    }
    for (size_t i = 0; i < size; i++) {
        if (text[i] <= ' ' || text[i] >= 0x7f) {
            return "holds a blank, a control character or one outside of ASCII";
        }
    }
    return NULL;
}

/* The bytes after "scheme://", or NULL when there is no scheme. */
static const char *after_scheme(const char *text)
{
    const char *colon = strstr(text, "://");
    return colon == NULL || memchr(text, '/', (size_t)(colon - text)) != NULL ? NULL : colon + 3;
}

static bool has_scheme(const char *text, const char *scheme)
{
    const size_t size = strlen(scheme);
    return strncasecmp(text, scheme, size) == 0 && strncmp(text + size, "://", 3) == 0;
}

const char *migdi_server_url_read(const char *text, migdi_arena *arena, migdi_server_url *out)
{
    const char *problem = text_problem(text);
    if (problem != NULL) {
        return problem;
    }
    const char *host = after_scheme(text);
    const bool has_no_scheme = host == NULL;
    const bool tls = !has_no_scheme && has_scheme(text, "https");
    if (!has_no_scheme && !tls && !has_scheme(text, "http")) {
        return "is neither https:// nor http://";
    }
    host = has_no_scheme ? text : host;
    const size_t host_size = strcspn(host, "/?#");
    if (host_size == 0) {
        return "names no host";
    }
    if (memchr(host, '@', host_size) != NULL) {
        return "holds a user name: it belongs into the user's entry";
    }
    const char *path = host + host_size;
    size_t path_size = strcspn(path, "?#");
    while (path_size > 0 && path[path_size - 1] == '/') {
        path_size--;
    }
    if (has_no_scheme && path_size > 0) {
        return "is neither a URL nor host:port";
    }
    const char *scheme = tls ? "https" : "http";
    out->label = migdi_arena_format(arena, "%s://%.*s", scheme, (int)host_size, host);
    out->url = migdi_arena_format(arena, "%s://%.*s%.*s", scheme, (int)host_size, host,
                                  (int)path_size, path);
    out->tls = tls;
    migdi_url parsed = {0};
    const migd_status status =
        out->url == NULL ? MIGD_ERR_NOMEM : migdi_url_parse(out->url, arena, &parsed, NULL);
    out->loopback = status == MIGD_OK && migdi_http_is_loopback(parsed.host);
    return status == MIGD_ERR_PARSE ? "is no URL such as https://host:6443" : NULL;
}

const char *migdi_proxy_url_problem(const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    const char *problem = text_problem(text);
    if (problem != NULL) {
        return problem;
    }
    const char *host = after_scheme(text);
    if (host == NULL ||
        (!has_scheme(text, "http") && !has_scheme(text, "https") && !has_scheme(text, "socks5"))) {
        return "is neither http://, https:// nor socks5://";
    }
    return strcspn(host, "/?#") == 0 ? "names no host" : NULL;
}

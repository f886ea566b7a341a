/* What libcurl is told of a request. Whatever it would take from the environment, or do out of
 * kindness (follow a redirect, read .netrc, keep TLS sessions, ask "100-continue"), is switched
 * off. */
#include "http_curl.h"

#include "codec_url.h"
#include "crypto_guard.h"

#include <string.h>
#include <sys/socket.h>

#define KEEPALIVE_S 30L

/* curl_easy_setopt() is a macro that wants its option as a constant; here it is an argument. */
static bool set_long(CURL *easy, CURLoption option, long value)
{
    return (curl_easy_setopt)(easy, option, value) == CURLE_OK;
}

static bool set_pointer(CURL *easy, CURLoption option, const void *value)
{
    return (curl_easy_setopt)(easy, option, value) == CURLE_OK;
}

/* A PEM text that outlives the transfer; NULL takes the option back. */
static bool set_pem(CURL *easy, CURLoption option, const char *pem)
{
    if (pem == NULL) {
        return set_pointer(easy, option, NULL);
    }
    struct curl_blob blob = {(void *)(uintptr_t)pem, strlen(pem), CURL_BLOB_NOCOPY};
    return set_pointer(easy, option, &blob);
}

static CURLcode guard_tls(CURL *easy, void *ssl_ctx, void *user)
{
    (void)easy;
    (void)user;
    return migdi_guard_tls(ssl_ctx) ? CURLE_OK : CURLE_SSL_CONNECT_ERROR;
}

/* libcurl's own sockets would be inherited by what the host executes. */
static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)user;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static bool set_longs(CURL *easy)
{
    static const struct {
        CURLoption option;
        long value;
    } longs[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_NOPROGRESS, 1},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_PATH_AS_IS, 1},
        {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
        {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
        {CURLOPT_TCP_KEEPALIVE, 1},
        {CURLOPT_TCP_KEEPIDLE, KEEPALIVE_S},
        {CURLOPT_TCP_KEEPINTVL, KEEPALIVE_S},
        /* A transfer is abandoned at once, though its name is still looked up: the thread cleans up
         * after itself. */
        {CURLOPT_QUICK_EXIT, 1},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        /* With its cache libcurl frees twice when memory ends. */
        {CURLOPT_SSL_SESSIONID_CACHE, 0},
    };
    bool set = true;
    for (size_t i = 0; i < sizeof longs / sizeof *longs; i++) {
        set = set && set_long(easy, longs[i].option, longs[i].value);
    }
    return set;
}

CURL *migdi_http_curl_easy(migdi_transfer *transfer)
{
    /* A header with a colon and no value is one that libcurl shall not add. */
    transfer->lines_start.data = (char *)(uintptr_t)"Expect:";
    CURL *easy = curl_easy_init();
    if (easy == NULL) {
        return NULL;
    }
    const bool set =
        set_longs(easy) && set_pointer(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
        set_pointer(easy, CURLOPT_USERAGENT, transfer->transport->user_agent) &&
        set_pointer(easy, CURLOPT_NOPROXY, "") && set_pointer(easy, CURLOPT_PROXY, "") &&
        set_pointer(easy, CURLOPT_SSLCERTTYPE, "PEM") &&
        set_pointer(easy, CURLOPT_SSLKEYTYPE, "PEM") &&
        set_pointer(easy, CURLOPT_ERRORBUFFER, transfer->failure) &&
        set_pointer(easy, CURLOPT_HTTPHEADER, &transfer->lines_start) &&
        set_pointer(easy, CURLOPT_PRIVATE, transfer) &&
        set_pointer(easy, CURLOPT_HEADERDATA, transfer) &&
        set_pointer(easy, CURLOPT_WRITEDATA, transfer) &&
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, migdi_http_curl_on_header) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, migdi_http_curl_on_data) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, guard_tls) == CURLE_OK;
    if (!set) {
        curl_easy_cleanup(easy);
        return NULL;
    }
    return easy;
}

/* --- headers ---------------------------------------------------------------------------------- */

static char *put(char *at, const char *bytes, size_t size)
{
    memcpy(at, bytes, size);
    return at + size;
}

/* Adds "name: value" and a NUL; a header without a value is "name;" in libcurl's spelling. */
static char *put_line(char *at, const migdi_http_header *header)
{
    const size_t size = strlen(header->value);
    at = put(at, header->name, strlen(header->name));
    if (size == 0) {
        return put(at, ";", 2);
    }
    at = put(at, ": ", 2);
    return put(at, header->value, size + 1);
}

/* Room for the lines and for the list of them. */
static bool make_room(migdi_transfer *transfer, const migdi_http_header *headers, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += strlen(headers[i].name) + strlen(headers[i].value) + sizeof ": ";
    }
    void *sent = transfer->sent;
    void *lines = transfer->lines;
    const bool sent_made = migdi_grow(&sent, &transfer->sent_capacity, size, 1);
    const bool lines_made =
        migdi_grow(&lines, &transfer->line_capacity, count, sizeof *transfer->lines);
    transfer->sent = sent;
    transfer->lines = lines;
    transfer->sent_size = sent_made ? size : 0;
    return sent_made && lines_made;
}

/* The list begins with `lines_start`, as the easy handle was told once. */
static bool set_headers(migdi_transfer *transfer, const migdi_http_header *headers, size_t count)
{
    if (!make_room(transfer, headers, count)) {
        return false;
    }
    char *at = transfer->sent;
    struct curl_slist *last = &transfer->lines_start;
    for (size_t i = 0; i < count; i++) {
        transfer->lines[i].data = at;
        at = put_line(at, &headers[i]);
        last->next = &transfer->lines[i];
        last = last->next;
    }
    last->next = NULL;
    return true;
}

/* --- whom to reach ---------------------------------------------------------------------------- */

/* The URL of the host that is to prove itself, the way to the one that is reached, and a Host
 * header with the name that the request is for: libcurl takes the name for SNI and verification
 * from the URL alone. */
static bool redirect_name(migdi_transfer *transfer, const migdi_http_request *request)
{
    migdi_arena arena = {0};
    migdi_url url = {0};
    if (migdi_url_parse(request->url, &arena, &url, NULL) < 0) {
        migdi_arena_free(&arena);
        return false;
    }
    const char *open = url.is_ipv6 ? "[" : "";
    const char *close = url.is_ipv6 ? "]" : "";
    migdi_text *text = &transfer->url;
    migdi_text_format(text, "%s://%s:%u%s", url.scheme, request->peer->server_name, url.port,
                      url.path);
    if (url.query != NULL) {
        migdi_text_format(text, "?%s", url.query);
    }
    migdi_text_add_char(text, '\0');
    const size_t way = text->size;
    migdi_text_format(text, "::%s%s%s:%u", open, url.host, close, url.port);
    migdi_text_add_char(text, '\0');
    const size_t host = text->size;
    migdi_text_format(text, "Host: %s%s%s:%u", open, url.host, close, url.port);
    migdi_arena_free(&arena);
    if (text->failed) {
        return false;
    }
    transfer->connect_to = (struct curl_slist){text->bytes + way, NULL};
    transfer->host_line = (struct curl_slist){text->bytes + host, transfer->lines_start.next};
    transfer->lines_start.next = &transfer->host_line;
    return true;
}

static bool set_peer(migdi_transfer *transfer, const migdi_http_peer *peer)
{
    CURL *easy = transfer->easy;
    const migdi_http_curl *transport = transfer->transport;
    const char *file = NULL;
    const char *folder = NULL;
    const bool tells = peer->authority_pem != NULL || peer->certificate_pem != NULL ||
                       peer->key_pem != NULL || peer->insecure || transport->ca_file != NULL;
    if (!tells && !transfer->tells_peer) {
        return true;
    }
    transfer->tells_peer = tells;
    if (peer->authority_pem == NULL && transport->ca_file != NULL) {
        file = transport->ca_file;
    } else if (peer->authority_pem == NULL) {
        curl_easy_getinfo(easy, CURLINFO_CAINFO, &file);
        curl_easy_getinfo(easy, CURLINFO_CAPATH, &folder);
    }
    /* A blob stands beside the system's folder, not instead of it, unless that is taken away. */
    return set_pem(easy, CURLOPT_CAINFO_BLOB, peer->authority_pem) &&
           set_pointer(easy, CURLOPT_CAINFO, file) && set_pointer(easy, CURLOPT_CAPATH, folder) &&
           set_pem(easy, CURLOPT_SSLCERT_BLOB, peer->certificate_pem) &&
           set_pem(easy, CURLOPT_SSLKEY_BLOB, peer->key_pem) &&
           set_long(easy, CURLOPT_SSL_VERIFYPEER, peer->insecure ? 0 : 1) &&
           set_long(easy, CURLOPT_SSL_VERIFYHOST, peer->insecure ? 0 : 2);
}

static bool set_proxy(migdi_transfer *transfer, const char *proxy)
{
    const bool tells = proxy != NULL && proxy[0] != '\0';
    if (!tells && !transfer->tells_proxy) {
        return true;
    }
    transfer->tells_proxy = tells;
    if (tells && strncmp(proxy, "https:", 6) == 0) {
        transfer->transport->speaks_tls = true;
    }
    /* "" and not NULL, which would be the environment's. */
    return set_pointer(transfer->easy, CURLOPT_PROXY, tells ? proxy : "");
}

static bool set_way(migdi_transfer *transfer, const struct curl_slist *way)
{
    if (way == NULL && !transfer->tells_way) {
        return true;
    }
    transfer->tells_way = way != NULL;
    return set_pointer(transfer->easy, CURLOPT_CONNECT_TO, way);
}

static bool set_body(migdi_transfer *transfer, const migdi_http_request *request)
{
    CURL *easy = transfer->easy;
    const bool get = strcmp(request->method, "GET") == 0;
    const bool head = strcmp(request->method, "HEAD") == 0;
    const bool tells = !get || request->body != NULL;
    if (!tells && !transfer->tells_body) {
        return true;
    }
    transfer->tells_body = tells;
    if (!set_long(easy, CURLOPT_NOBODY, 0) ||
        !set_pointer(easy, CURLOPT_CUSTOMREQUEST, get || head ? NULL : request->method)) {
        return false;
    }
    if (head) {
        return set_long(easy, CURLOPT_NOBODY, 1);
    }
    if (request->body == NULL) {
        return set_long(easy, CURLOPT_HTTPGET, 1);
    }
    return set_long(easy, CURLOPT_POST, 1) &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size) ==
               CURLE_OK &&
           set_pointer(easy, CURLOPT_POSTFIELDS, request->body);
}

/* Whether to wait until a connection that is being made tells whether many may share it. Without
 * TLS it never tells. Some libcurls (8.14) let who waits look again only when a request ends: so
 * nobody waits for a stream, which does not, nor a stream, which may be waited for, before it is
 * known that they can share. */
static bool set_waiting(migdi_transfer *transfer, const migdi_http_request *request)
{
    const migdi_http_curl *transport = transfer->transport;
    const bool ends = transport->streams == 0 && !request->stream;
    const bool waits = transfer->version == 't' && (transport->multiplexes || ends);
    if (transfer->tells_waits == waits) {
        return true;
    }
    transfer->tells_waits = waits;
    return set_long(transfer->easy, CURLOPT_PIPEWAIT, waits ? 1 : 0);
}

/* With TLS, one HTTP/2 connection for all where the server offers it. */
static bool set_version(migdi_transfer *transfer, const char *url)
{
    const bool tls = strncmp(url, "https:", 6) == 0;
    const char version = tls ? 't' : 'p';
    if (transfer->version == version) {
        return true;
    }
    transfer->version = version;
    transfer->transport->speaks_tls = transfer->transport->speaks_tls || tls;
    return set_long(transfer->easy, CURLOPT_HTTP_VERSION,
                    tls ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
}

static bool set_fresh(migdi_transfer *transfer, bool fresh)
{
    if (transfer->tells_fresh == fresh) {
        return true;
    }
    transfer->tells_fresh = fresh;
    return set_long(transfer->easy, CURLOPT_FRESH_CONNECT, fresh ? 1 : 0) &&
           set_long(transfer->easy, CURLOPT_FORBID_REUSE, fresh ? 1 : 0);
}

static bool set_time(migdi_transfer *transfer, int64_t connect_ms)
{
    if (transfer->connect_ms == connect_ms) {
        return true;
    }
    transfer->connect_ms = connect_ms;
    return set_long(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
}

bool migdi_http_curl_prepare(migdi_transfer *transfer, const migdi_http_request *request)
{
    static const migdi_http_peer anyone = {0};
    const migdi_http_peer *peer = request->peer == NULL ? &anyone : request->peer;
    const char *url = request->url;
    const struct curl_slist *way = NULL;
    bool set = set_headers(transfer, request->headers, request->header_count);
    if (set && peer->server_name != NULL) {
        set = redirect_name(transfer, request);
        url = transfer->url.bytes;
        way = &transfer->connect_to;
    }
    const char *proxy = peer->proxy != NULL
                            ? peer->proxy
                            : migdi_http_proxy_for(&transfer->transport->proxies, request->url);
    set = set && set_pointer(transfer->easy, CURLOPT_URL, url) && set_way(transfer, way) &&
          set_proxy(transfer, proxy) && set_peer(transfer, peer) && set_body(transfer, request) &&
          set_version(transfer, request->url) && set_waiting(transfer, request) &&
          set_time(transfer, request->connect_ms) && set_fresh(transfer, request->fresh);
    return set;
}

void migdi_http_curl_forget(migdi_transfer *transfer)
{
    migdi_wipe(transfer->sent, transfer->sent_size);
    transfer->sent_size = 0;
    migdi_text_clear(&transfer->url);
}

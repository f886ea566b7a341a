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
    CURL *easy = curl_easy_init();
    if (easy == NULL) {
        return NULL;
    }
    const bool set =
        set_longs(easy) && set_pointer(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
        set_pointer(easy, CURLOPT_USERAGENT, transfer->transport->user_agent) &&
        set_pointer(easy, CURLOPT_NOPROXY, "") && set_pointer(easy, CURLOPT_SSLCERTTYPE, "PEM") &&
        set_pointer(easy, CURLOPT_SSLKEYTYPE, "PEM") &&
        set_pointer(easy, CURLOPT_ERRORBUFFER, transfer->failure) &&
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

/* A header without a value is sent as "name;" in libcurl's spelling; "Expect:" is one that is not
 * sent. */
static bool set_headers(migdi_transfer *transfer, const migdi_http_request *request,
                        const char *host)
{
    migdi_text *sent = &transfer->sent;
    size_t count = 0;
    migdi_text_add(sent, "Expect:", sizeof "Expect:");
    count++;
    if (host != NULL) {
        migdi_text_format(sent, "Host: %s", host);
        migdi_text_add_char(sent, '\0');
        count++;
    }
    for (size_t i = 0; i < request->header_count; i++) {
        const migdi_http_header *header = &request->headers[i];
        const bool empty = header->value[0] == '\0';
        migdi_text_add_string(sent, header->name);
        migdi_text_add_string(sent, empty ? ";" : ": ");
        migdi_text_add(sent, header->value, strlen(header->value) + 1);
        count++;
    }
    void *lines = transfer->lines;
    if (sent->failed ||
        !migdi_grow(&lines, &transfer->line_capacity, count, sizeof *transfer->lines)) {
        return false;
    }
    transfer->lines = lines;
    char *at = sent->bytes;
    for (size_t i = 0; i < count; i++) {
        transfer->lines[i].data = at;
        transfer->lines[i].next = i + 1 == count ? NULL : &transfer->lines[i + 1];
        at += strlen(at) + 1;
    }
    return set_pointer(transfer->easy, CURLOPT_HTTPHEADER, transfer->lines);
}

/* --- whom to reach ---------------------------------------------------------------------------- */

/* The URL of the host that is to prove itself, the way to the one that is reached, and the name
 * that the request is for: libcurl takes the name for SNI and verification from the URL alone. */
static bool redirect_name(migdi_transfer *transfer, const migdi_http_request *request,
                          migdi_text *host)
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
    migdi_text_format(host, "%s%s%s:%u", open, url.host, close, url.port);
    migdi_arena_free(&arena);
    if (text->failed || host->failed) {
        return false;
    }
    transfer->connect_to = (struct curl_slist){text->bytes + way, NULL};
    return true;
}

static bool set_peer(migdi_transfer *transfer, const migdi_http_peer *peer)
{
    CURL *easy = transfer->easy;
    const migdi_http_curl *transport = transfer->transport;
    const char *file = NULL;
    const char *folder = NULL;
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

static bool set_body(CURL *easy, const migdi_http_request *request)
{
    const bool get = strcmp(request->method, "GET") == 0;
    const bool head = strcmp(request->method, "HEAD") == 0;
    const char *method = get || head ? NULL : request->method;
    if (!set_long(easy, CURLOPT_NOBODY, 0) || !set_pointer(easy, CURLOPT_CUSTOMREQUEST, method)) {
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

/* With TLS, one HTTP/2 connection for all where the server offers it. Without, nothing would ever
 * tell a request that waits to share a connection that it cannot. */
static bool set_version(CURL *easy, const char *url)
{
    const bool tls = strncmp(url, "https:", 6) == 0;
    return set_long(easy, CURLOPT_HTTP_VERSION,
                    tls ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1) &&
           set_long(easy, CURLOPT_PIPEWAIT, tls ? 1 : 0);
}

bool migdi_http_curl_prepare(migdi_transfer *transfer, const migdi_http_request *request)
{
    static const migdi_http_peer anyone = {0};
    const migdi_http_peer *peer = request->peer == NULL ? &anyone : request->peer;
    CURL *easy = transfer->easy;
    const char *url = request->url;
    const struct curl_slist *way = NULL;
    migdi_text host = {0};
    bool set = true;
    if (peer->server_name != NULL) {
        set = redirect_name(transfer, request, &host);
        url = transfer->url.bytes;
        way = &transfer->connect_to;
    }
    const char *proxy = peer->proxy != NULL
                            ? peer->proxy
                            : migdi_http_proxy_for(&transfer->transport->proxies, request->url);
    set = set && set_headers(transfer, request, host.bytes) &&
          set_pointer(easy, CURLOPT_URL, url) && set_pointer(easy, CURLOPT_CONNECT_TO, way) &&
          set_pointer(easy, CURLOPT_PROXY, proxy == NULL ? "" : proxy) &&
          set_peer(transfer, peer) && set_body(easy, request) && set_version(easy, request->url) &&
          set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_ms);
    migdi_text_free(&host);
    return set;
}

void migdi_http_curl_forget(migdi_transfer *transfer)
{
    migdi_text *const texts[] = {&transfer->sent, &transfer->url};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        migdi_wipe(texts[i]->bytes, texts[i]->size);
        migdi_text_clear(texts[i]);
    }
}

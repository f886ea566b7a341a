/* The inside of the transport on libcurl, for its three files alone. */
#ifndef MIGDI_HTTP_CURL_H
#define MIGDI_HTTP_CURL_H

#include "core_text.h"
#include "http_proxy.h"
#include "http_transport.h"

#include <curl/curl.h>

/* The most header lines of one answer; with MIGDI_HTTP_HEADER_BYTES, what fits into a place. */
#define MIGDI_HTTP_CURL_HEADERS 128

typedef struct migdi_http_curl migdi_http_curl;

/* Where a header stands in the text of the head. */
typedef struct migdi_http_curl_place {
    uint16_t name;
    uint16_t value;
} migdi_http_curl_place;

struct migdi_transfer {
    migdi_http_curl *transport;
    migdi_transfer *next; /* of those in flight, or of the idle */
    migdi_transfer *previous;
    CURL *easy;
    const migdi_http_receiver *receiver;
    void *owner;
    bool stream;
    bool resuming;
    bool headed;
    bool too_large;    /* the head is */
    size_t head_bytes; /* of all heads, interim ones too */
    int32_t status;
    size_t head_count;
    migdi_text head; /* the header lines of the answer, NUL behind each name and value */
    migdi_http_curl_place head_at[MIGDI_HTTP_CURL_HEADERS];
    migdi_http_header headers[MIGDI_HTTP_CURL_HEADERS];
    char *sent; /* "name: value\0"... of the request */
    size_t sent_size;
    size_t sent_capacity;
    struct curl_slist lines_start;
    struct curl_slist host_line;
    struct curl_slist *lines;
    size_t line_capacity;
    migdi_text url; /* where the request's host is not the one that proves itself */
    struct curl_slist connect_to;
    char failure[CURL_ERROR_SIZE];

    /* What the easy handle was told for the request before and still obeys: setting an option costs
     * more than knowing that it is set. */
    bool tells_peer;  /* how a server proves itself, or a client */
    bool tells_proxy; /* to use one */
    bool tells_way;   /* whom to connect to */
    bool tells_body;  /* another method than GET, or a body */
    bool tells_fresh; /* to share no connection */
    bool tells_waits; /* for a connection that many may share */
    char version;     /* 'p' for plain, 't' for TLS; 0: neither */
    int64_t connect_ms;
};

struct migdi_http_curl {
    migdi_transport base;
    CURLM *multi;
    int32_t fd;
    int64_t process;  /* that made it: a child after fork() touches nothing that it shares */
    int64_t timer_ms; /* monotonic; MIGD_FOREVER: none */
    migdi_transfer *flying;
    migdi_transfer *idle;
    uint32_t idle_count;
    long connections;
    long streams;
    bool any_resuming;
    bool speaks_tls;  /* then it is OpenSSL that writes to sockets */
    bool multiplexes; /* a server answered with HTTP/2 */
    char *ca_file;
    char *user_agent;
    migdi_http_proxy_rule proxies; /* its texts are owned */
};

/* An easy handle with all that is the same for every request; NULL on lack of memory. */
CURL *migdi_http_curl_easy(migdi_transfer *transfer);

/* Sets all that is this request's. false: no memory. */
bool migdi_http_curl_prepare(migdi_transfer *transfer, const migdi_http_request *request);

/* Forgets the request, and wipes what was secret in it. */
void migdi_http_curl_forget(migdi_transfer *transfer);

/* What the callbacks of an easy handle do, in http_curl_head.c. */
size_t migdi_http_curl_on_header(char *line, size_t size, size_t count, void *user);
size_t migdi_http_curl_on_data(char *bytes, size_t size, size_t count, void *user);

#endif

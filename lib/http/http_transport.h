/* The seam to the network: requests go out, answers come back in pieces, from within turn() alone.
 * Two transports stand behind it: libcurl (http_curl.c), and in tests one that answers from a
 * script or a model on virtual time. No libcurl type or callback leaves http_curl.c. */
#ifndef MIGDI_HTTP_TRANSPORT_H
#define MIGDI_HTTP_TRANSPORT_H

#include "core_arena.h"
#include "core_error.h"

/* The most bytes of all header lines of one answer. */
#define MIGDI_HTTP_HEADER_BYTES 16384

typedef struct migdi_http_header {
    const char *name;
    const char *value;
} migdi_http_header;

/* How a server is reached and what proves it. Texts borrowed; PEM as blobs, never as temporary
 * files. */
typedef struct migdi_http_peer {
    const char *authority_pem; /* NULL: the context's CA file, else the system's */
    const char *certificate_pem;
    const char *key_pem;
    const char *server_name; /* for SNI and verification; NULL: the URL's host */
    const char *proxy;       /* NULL: the context's rule; "": none */
    bool insecure;           /* no verification: only where a kubeconfig says so */
} migdi_http_peer;

/* One request. Everything is borrowed until its `end`. How long an answer may take is its
 * receiver's to say, by abandon(): all time but that of connecting is kept on the context's
 * clock. */
typedef struct migdi_http_request {
    const char *method;
    const char *url; /* absolute, encoded */
    const migdi_http_header *headers;
    size_t header_count;
    const char *body;
    size_t body_size;
    const migdi_http_peer *peer; /* NULL: all defaults */
    int64_t connect_ms;          /* name lookup, connection and TLS together */
    bool fresh;  /* it must not be sent twice: it gets a connection of its own, for libcurl sends
                  * again,  whatever the method, what a connection that was used before lost without
                  * an  answer */
    bool stream; /* a watch or a log: it does not count against the limit of connections */
} migdi_http_request;

typedef struct migdi_http_head {
    int32_t status;
    const migdi_http_header *headers; /* names in lower case; borrowed for the call of `head` */
    size_t header_count;
} migdi_http_head;

/* What the transport tells, in this order: head once, data any times, end once; or end alone.
 * Redirects are never followed: they come as any other answer. Interim (1xx) answers are not told.
 * A receiver calls the transport from none of these. */
typedef struct migdi_http_receiver {
    void (*head)(void *owner, const migdi_http_head *head);
    /* false: the receiver is full; the same piece comes again after resume(). */
    bool (*data)(void *owner, const char *bytes, size_t size);
    /* MIGD_OK: the answer is whole. Else MIGD_ERR_NETWORK, _TLS, _LIMIT, _NOMEM with a message that
     * names no host; `reached` tells whether any byte of the request may have been read by the
     * server. It may have been read twice, unless it was `fresh`. */
    void (*end)(void *owner, migd_status status, const char *message, bool reached);
} migdi_http_receiver;

typedef struct migdi_transport migdi_transport;
typedef struct migdi_transfer migdi_transfer;

typedef struct migdi_transport_kind {
    const char *name;
    /* Starts; nothing is told before the next turn(). NULL on lack of memory. The receiver is
     * borrowed until `end`. */
    migdi_transfer *(*start)(migdi_transport *, const migdi_http_request *,
                             const migdi_http_receiver *, void *owner);
    void (*resume)(migdi_transport *, migdi_transfer *);
    /* Forgets at once: nothing is told any more and nothing borrowed is touched again. After `end`
     * the transfer is gone, and is not abandoned. */
    void (*abandon)(migdi_transport *, migdi_transfer *);
    /* Waits at most timeout_ms (0: not at all, MIGD_FOREVER) for anything, `wake_fd` becoming
     * readable included (-1: none), and tells what there is. */
    void (*turn)(migdi_transport *, int64_t timeout_ms, int32_t wake_fd);
    /* When turn() wants to be called though nothing is readable; MIGD_FOREVER: never. */
    int64_t (*timeout_ms)(const migdi_transport *);
    /* One descriptor that is readable when there is work; -1 where there is none. */
    int32_t (*fd)(const migdi_transport *);
    void (*close)(migdi_transport *);
} migdi_transport_kind;

/* First member of each transport's own struct. */
struct migdi_transport {
    const migdi_transport_kind *kind;
    bool heads_last; /* what `head` tells stays until `end` has returned */
};

/* What the transport on libcurl takes from its context; texts are copied, NULL where there is
 * none. */
typedef struct migdi_http_curl_settings {
    const char *ca_file;
    const char *user_agent;
    const char
        *proxy; /* for all but loopback and link-local; "": none at all; NULL: the three below */
    const char *http_proxy; /* as HTTP_PROXY, HTTPS_PROXY and NO_PROXY say */
    const char *https_proxy;
    const char *no_proxy;
    int64_t connections; /* to one server */
} migdi_http_curl_settings;

/* The one on libcurl multi; starts libcurl once in the process. NULL on lack of memory or
 * descriptors. */
migdi_transport *migdi_http_curl_new(const migdi_http_curl_settings *settings);

#endif

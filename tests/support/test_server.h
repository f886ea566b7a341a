/* A server on loopback in threads of its own: it answers each request by a function, byte for byte
 * as that says, with TLS or without. */
#ifndef TEST_SERVER_H
#define TEST_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct test_server test_server;
typedef struct test_connection test_connection;

/* How it speaks TLS; PEM texts. */
typedef struct test_server_tls {
    const char *certificate; /* the leaf, and those between */
    const char *key;
    const char *client_authority; /* a client certificate of it is demanded; NULL: none */
    int most_version;             /* such as 0x0302 for TLS 1.1; 0: the newest */
} test_server_tls;

/* Starts on a free port. serve: called for each request, in the connection's thread; the connection
 * is closed when it answers false. tls: NULL for plain text. */
test_server *test_server_start(bool (*serve)(test_connection *connection, void *user), void *user,
                               const test_server_tls *tls);

/* Closes all and waits for its threads. */
void test_server_stop(test_server *server);

uint16_t test_server_port(const test_server *server);

/* "http://127.0.0.1:PORT", or https. Lives as long as the server. */
const char *test_server_url(const test_server *server);

/* How many connections were made, and at most at once; how many are open. */
size_t test_server_connections(const test_server *server);
size_t test_server_most_at_once(const test_server *server);
size_t test_server_open(const test_server *server);

/* The head of the request as it came ("GET / HTTP/1.1\r\n..."), and its body by Content-Length,
 * unless a header x-unread says that the server leaves it. */
const char *test_connection_head(const test_connection *connection);
const char *test_connection_body(const test_connection *connection);
/* The name that the client asked for by SNI; NULL: none. */
const char *test_connection_name(const test_connection *connection);

/* Writes a text, or bytes; false: the client is gone, or the server is being stopped. */
bool test_write(test_connection *connection, const char *text);
bool test_write_bytes(test_connection *connection, const char *bytes, size_t size);
/* Writes a whole answer with Content-Length. */
bool test_write_answer(test_connection *connection, int status, const char *body);
/* Waits until the client closes, or the server is being stopped. */
void test_wait_for_close(test_connection *connection);
/* The connection ends with a reset instead of a close. */
void test_reset(test_connection *connection);

/* A certificate in PEM, made in place; free() both. */
typedef struct test_identity {
    char *certificate;
    char *key;
} test_identity;

typedef struct test_identity_wish {
    const char *names; /* subjectAltName, such as "DNS:localhost,IP:127.0.0.1"; NULL: none */
    const char *common_name;
    const test_identity *issuer; /* NULL: self-signed */
    bool authority;
    int64_t from_s; /* validity, in seconds from now */
    int64_t until_s;
    int rsa_bits;      /* 0: an elliptic key */
    const char *usage; /* extendedKeyUsage; NULL: none */
} test_identity_wish;

test_identity test_identity_make(const test_identity_wish *wish);
void test_identity_free(test_identity *identity);

#endif

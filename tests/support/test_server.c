/* The server on loopback, and certificates for it. */
#include "test_server.h"

#include "test_support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONGEST_HEAD 65536
#define SLICE_MS     20 /* between looks at whether the server is being stopped */

struct test_connection {
    test_connection *next;
    test_server *server;
    pthread_t thread;
    int fd;
    SSL *ssl;
    char head[LONGEST_HEAD];
    char *body;
};

struct test_server {
    bool (*serve)(test_connection *connection, void *user);
    void *user;
    int fd;
    uint16_t port;
    char url[64];
    SSL_CTX *tls;
    pthread_t thread;
    pthread_mutex_t lock;
    test_connection *connections;
    size_t made;
    size_t open;
    size_t most;
    bool stopping;
};

static bool is_stopping(test_server *server)
{
    pthread_mutex_lock(&server->lock);
    const bool stopping = server->stopping;
    pthread_mutex_unlock(&server->lock);
    return stopping;
}

/* --- bytes ------------------------------------------------------------------------------------ */

/* Up to `size` bytes; 0: the client closed; below 0: gone, or the server is being stopped. */
static ssize_t read_some(test_connection *connection, char *bytes, size_t size)
{
    while (!is_stopping(connection->server)) {
        if (connection->ssl != NULL && SSL_pending(connection->ssl) > 0) {
            return SSL_read(connection->ssl, bytes, (int)size);
        }
        struct pollfd entry = {connection->fd, POLLIN, 0};
        if (poll(&entry, 1, SLICE_MS) == 1) {
            return connection->ssl != NULL ? SSL_read(connection->ssl, bytes, (int)size)
                                           : recv(connection->fd, bytes, size, 0);
        }
    }
    return -1;
}

bool test_write_bytes(test_connection *connection, const char *bytes, size_t size)
{
    while (size > 0) {
        if (is_stopping(connection->server)) {
            return false;
        }
        struct pollfd entry = {connection->fd, POLLOUT, 0};
        if (poll(&entry, 1, SLICE_MS) != 1) {
            continue;
        }
        const ssize_t written =
            connection->ssl != NULL
                ? SSL_write(connection->ssl, bytes, (int)(size > 4096 ? 4096 : size))
                : send(connection->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (written < 0 && connection->ssl == NULL && errno == EAGAIN) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

bool test_write(test_connection *connection, const char *text)
{
    return test_write_bytes(connection, text, strlen(text));
}

bool test_write_answer(test_connection *connection, int status, const char *body)
{
    char head[256];
    snprintf(head, sizeof head,
             "HTTP/1.1 %d Word\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
             status, strlen(body));
    return test_write(connection, head) && test_write(connection, body);
}

void test_wait_for_close(test_connection *connection)
{
    char bytes[4096];
    while (read_some(connection, bytes, sizeof bytes) > 0) {}
}

void test_reset(test_connection *connection)
{
    const struct linger now = {1, 0};
    setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

/* --- one connection --------------------------------------------------------------------------- */

static bool read_body(test_connection *connection, char *rest, size_t rest_size)
{
    const char *length = strcasestr(connection->head, "\r\ncontent-length:");
    const bool unread = strcasestr(connection->head, "\r\nx-unread:") != NULL;
    const size_t size = length == NULL || unread ? 0 : strtoul(length + 17, NULL, 10);
    free(connection->body);
    connection->body = calloc(1, size + 1);
    size_t got = rest_size < size ? rest_size : size;
    memcpy(connection->body, rest, got);
    while (got < size) {
        const ssize_t more = read_some(connection, connection->body + got, size - got);
        if (more <= 0) {
            return false;
        }
        got += (size_t)more;
    }
    return true;
}

static bool read_request(test_connection *connection)
{
    size_t size = 0;
    char *bytes = connection->head;
    for (;;) {
        const ssize_t more = read_some(connection, bytes + size, LONGEST_HEAD - 1 - size);
        if (more <= 0) {
            return false;
        }
        size += (size_t)more;
        bytes[size] = '\0';
        char *end = strstr(bytes, "\r\n\r\n");
        if (end != NULL) {
            const size_t rest_size = size - (size_t)(end + 4 - bytes);
            char *rest = malloc(rest_size + 1);
            memcpy(rest, end + 4, rest_size);
            end[2] = '\0';
            const bool whole = read_body(connection, rest, rest_size);
            free(rest);
            return whole;
        }
    }
}

static bool shake_hands(test_connection *connection)
{
    if (connection->server->tls == NULL) {
        return true;
    }
    connection->ssl = SSL_new(connection->server->tls);
    SSL_set_fd(connection->ssl, connection->fd);
    return SSL_accept(connection->ssl) == 1;
}

static void *run_connection(void *user)
{
    test_connection *connection = user;
    test_server *server = connection->server;
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, NULL);
    if (shake_hands(connection)) {
        while (read_request(connection) && server->serve(connection, server->user)) {}
    }
    if (connection->ssl != NULL) {
        SSL_free(connection->ssl);
    }
    ERR_clear_error();
    OPENSSL_thread_stop();
    pthread_mutex_lock(&server->lock);
    close(connection->fd);
    connection->fd = -1;
    server->open--;
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

static void add_connection(test_server *server, int fd)
{
    const struct timeval patience = {2, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    test_connection *connection = calloc(1, sizeof *connection);
    connection->server = server;
    connection->fd = fd;
    pthread_mutex_lock(&server->lock);
    connection->next = server->connections;
    server->connections = connection;
    server->made++;
    server->open++;
    server->most = server->open > server->most ? server->open : server->most;
    pthread_mutex_unlock(&server->lock);
    pthread_create(&connection->thread, NULL, run_connection, connection);
}

static void *run_server(void *user)
{
    test_server *server = user;
    while (!is_stopping(server)) {
        struct pollfd entry = {server->fd, POLLIN, 0};
        if (poll(&entry, 1, SLICE_MS) == 1) {
            const int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);
            if (fd >= 0) {
                add_connection(server, fd);
            }
        }
    }
    return NULL;
}

/* --- started and stopped ---------------------------------------------------------------------- */

static X509 *read_certificate(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    assert_non_null(certificate);
    return certificate;
}

static EVP_PKEY *read_key(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    assert_non_null(key);
    return key;
}

static SSL_CTX *make_tls(const test_server_tls *tls)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    X509 *certificate = read_certificate(tls->certificate);
    EVP_PKEY *key = read_key(tls->key);
    /* What is weak is for the client to refuse. */
    SSL_CTX_set_security_level(context, 0);
    assert_int_equal(SSL_CTX_use_certificate(context, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, key), 1);
    if (tls->most_version != 0) {
        SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context, tls->most_version);
    }
    if (tls->client_authority != NULL) {
        X509 *authority = read_certificate(tls->client_authority);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        X509_free(authority);
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
    return context;
}

test_server *test_server_start(bool (*serve)(test_connection *connection, void *user), void *user,
                               const test_server_tls *tls)
{
    test_server *server = calloc(1, sizeof *server);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    server->serve = serve;
    server->user = user;
    pthread_mutex_init(&server->lock, NULL);
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(server->fd, 128), 0);
    assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
    snprintf(server->url, sizeof server->url, "%s://127.0.0.1:%u", tls == NULL ? "http" : "https",
             server->port);
    server->tls = tls == NULL ? NULL : make_tls(tls);
    assert_int_equal(pthread_create(&server->thread, NULL, run_server, server), 0);
    return server;
}

void test_server_stop(test_server *server)
{
    pthread_mutex_lock(&server->lock);
    server->stopping = true;
    pthread_mutex_unlock(&server->lock);
    pthread_join(server->thread, NULL);
    for (test_connection *connection = server->connections; connection != NULL;) {
        test_connection *next = connection->next;
        pthread_join(connection->thread, NULL);
        free(connection->body);
        free(connection);
        connection = next;
    }
    close(server->fd);
    SSL_CTX_free(server->tls);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

uint16_t test_server_port(const test_server *server)
{
    return server->port;
}

const char *test_server_url(const test_server *server)
{
    return server->url;
}

static size_t read_locked(const test_server *server, const size_t *value)
{
    pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&server->lock;
    pthread_mutex_lock(lock);
    const size_t read = *value;
    pthread_mutex_unlock(lock);
    return read;
}

size_t test_server_connections(const test_server *server)
{
    return read_locked(server, &server->made);
}

size_t test_server_most_at_once(const test_server *server)
{
    return read_locked(server, &server->most);
}

size_t test_server_open(const test_server *server)
{
    return read_locked(server, &server->open);
}

const char *test_connection_head(const test_connection *connection)
{
    return connection->head;
}

const char *test_connection_body(const test_connection *connection)
{
    return connection->body;
}

const char *test_connection_name(const test_connection *connection)
{
    return connection->ssl == NULL ? NULL
                                   : SSL_get_servername(connection->ssl, TLSEXT_NAMETYPE_host_name);
}

/* --- certificates ----------------------------------------------------------------------------- */

static char *take_pem(BIO *bio)
{
    char *bytes = NULL;
    const long size = BIO_get_mem_data(bio, &bytes);
    char *pem = malloc((size_t)size + 1); /* the BIO's bytes have no NUL behind them */
    assert_non_null(pem);
    memcpy(pem, bytes, (size_t)size);
    pem[size] = '\0';
    BIO_free(bio);
    return pem;
}

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

test_identity test_identity_make(const test_identity_wish *wish)
{
    EVP_PKEY *key = wish->rsa_bits == 0
                        ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
                        : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)wish->rsa_bits);
    X509 *certificate = X509_new();
    X509 *issuer = wish->issuer == NULL ? NULL : read_certificate(wish->issuer->certificate);
    EVP_PKEY *issuer_key = wish->issuer == NULL ? NULL : read_key(wish->issuer->key);
    X509_NAME *name = X509_NAME_new();
    uint64_t serial = (uint64_t)(uintptr_t)certificate;
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), wish->from_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate), wish->until_s);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)wish->common_name,
                               -1, -1, 0);
    X509_set_subject_name(certificate, name);
    X509_set_issuer_name(certificate, issuer == NULL ? name : X509_get_subject_name(issuer));
    X509 *signer = issuer == NULL ? certificate : issuer;
    add_extension(certificate, signer, NID_basic_constraints,
                  wish->authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (wish->names != NULL) {
        add_extension(certificate, signer, NID_subject_alt_name, wish->names);
    }
    if (wish->usage != NULL) {
        add_extension(certificate, signer, NID_ext_key_usage, wish->usage);
    }
    assert_true(X509_sign(certificate, issuer_key == NULL ? key : issuer_key, EVP_sha256()) > 0);
    BIO *certificate_pem = BIO_new(BIO_s_mem());
    BIO *key_pem = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(certificate_pem, certificate);
    PEM_write_bio_PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL);
    X509_NAME_free(name);
    X509_free(certificate);
    X509_free(issuer);
    EVP_PKEY_free(key);
    EVP_PKEY_free(issuer_key);
    return (test_identity){take_pem(certificate_pem), take_pem(key_pem)};
}

void test_identity_free(test_identity *identity)
{
    free(identity->certificate);
    free(identity->key);
}

#include "test_support.h"

#include "crypto_guard.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

static int lines_logged;

static void count_line(const SSL *ssl, const char *line)
{
    (void)ssl;
    (void)line;
    lines_logged++;
}

/* A server with a certificate of its own, which speaks one version alone. */
static SSL_CTX *new_server(int version)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    SSL_CTX *server = SSL_CTX_new(TLS_server_method());
    assert_true(key != NULL && certificate != NULL && server != NULL);
    assert_int_equal(X509_set_pubkey(certificate, key), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(certificate), 0));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(certificate), 3600));
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    SSL_CTX_set_security_level(server, 0); /* else the system forbids old versions to the server */
    assert_int_equal(SSL_CTX_use_certificate(server, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(server, key), 1);
    assert_int_equal(SSL_CTX_set_min_proto_version(server, version), 1);
    assert_int_equal(SSL_CTX_set_max_proto_version(server, version), 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return server;
}

/* As libcurl has it at the time of its callback, where SSLKEYLOGFILE is set and old TLS is
 * allowed. */
static SSL_CTX *new_client(void)
{
    SSL_CTX *client = SSL_CTX_new(TLS_client_method());
    assert_non_null(client);
    SSL_CTX_set_security_level(client, 0);
    assert_int_equal(SSL_CTX_set_min_proto_version(client, TLS1_VERSION), 1);
    SSL_CTX_set_keylog_callback(client, count_line);
    return client;
}

/* Whether the two agree, over memory. */
static bool shake_hands(SSL_CTX *client_context, SSL_CTX *server_context)
{
    BIO *client_end = NULL;
    BIO *server_end = NULL;
    SSL *client = SSL_new(client_context);
    SSL *server = SSL_new(server_context);
    assert_true(client != NULL && server != NULL);
    assert_int_equal(BIO_new_bio_pair(&client_end, 0, &server_end, 0), 1);
    SSL_set_bio(client, client_end, client_end);
    SSL_set_bio(server, server_end, server_end);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    for (int turn = 0; turn < 20; turn++) {
        SSL_do_handshake(client);
        SSL_do_handshake(server);
    }
    const bool agreed = SSL_is_init_finished(client) && SSL_is_init_finished(server);
    SSL_free(client);
    SSL_free(server);
    ERR_clear_error();
    return agreed;
}

static bool connects(int version, bool guarded)
{
    SSL_CTX *server = new_server(version);
    SSL_CTX *client = new_client();
    lines_logged = 0;
    if (guarded) {
        assert_true(migdi_guard_tls(client));
    }
    const bool agreed = shake_hands(client, server);
    SSL_CTX_free(client);
    SSL_CTX_free(server);
    return agreed;
}

static void session_keys_are_logged_nowhere(void **state)
{
    (void)state;
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        assert_true(connects(versions[i], false));
        assert_true(lines_logged > 0); /* without the guard they are */
        assert_true(connects(versions[i], true));
        assert_int_equal(lines_logged, 0);
    }
}

static void tls_1_2_is_the_least_that_is_spoken(void **state)
{
    (void)state;
    assert_true(connects(TLS1_1_VERSION, false));
    assert_false(connects(TLS1_1_VERSION, true));
    assert_false(connects(TLS1_VERSION, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(session_keys_are_logged_nowhere),
        cmocka_unit_test(tls_1_2_is_the_least_that_is_spoken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

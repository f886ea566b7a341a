#include "http_exchange.h"

#include <unistd.h>

#define DAY 86400

static test_identity authority;
static test_identity stranger;

static bool echo_name(test_connection *connection, void *user)
{
    (void)user;
    char text[4096];
    const char *name = test_connection_name(connection);
    const char *host = strcasestr(test_connection_head(connection), "\r\nHost: ");
    snprintf(text, sizeof text, "%s|%.*s", name == NULL ? "" : name,
             host == NULL ? 0 : (int)strcspn(host + 8, ":\r"), host == NULL ? "" : host + 8);
    return test_write_answer(connection, 200, text);
}

static test_identity make(const char *names, const test_identity *issuer, int64_t from_s,
                          int64_t until_s, const char *usage)
{
    return test_identity_make(&(test_identity_wish){.names = names,
                                                    .common_name = "127.0.0.1",
                                                    .issuer = issuer,
                                                    .from_s = from_s,
                                                    .until_s = until_s,
                                                    .usage = usage});
}

static exchange ask(const test_identity *identity, const migdi_http_peer *peer)
{
    migdi_transport *transport = open_transport();
    const test_server_tls tls = {.certificate = identity->certificate, .key = identity->key};
    test_server *server = test_server_start(echo_name, NULL, &tls);
    const exchange e = get(transport, test_server_url(server), peer);
    transport->kind->close(transport);
    test_server_stop(server);
    return e;
}

static void a_server_that_proves_itself_is_spoken_to(void **state)
{
    (void)state;
    test_identity identity = make("IP:127.0.0.1", &authority, -DAY, DAY, "serverAuth");
    const migdi_http_peer peer = {.authority_pem = authority.certificate};
    exchange e = ask(&identity, &peer);
    assert_string_equal(e.message, "");
    assert_string_equal(e.body, "|127.0.0.1");
    free(e.body);
    test_identity_free(&identity);
}

typedef struct bad {
    const char *name;
    const char *names;
    const test_identity *issuer;
    int64_t from_s;
    int64_t until_s;
    const char *usage;
    const char *message;
} bad;

static void a_server_that_does_not_is_refused_with_the_reason(void **state)
{
    (void)state;
    test_identity leaf = test_identity_make(&(test_identity_wish){
        .common_name = "leaf", .issuer = &authority, .from_s = -DAY, .until_s = DAY});
    const bad rows[] = {
        {"unknown authority", "IP:127.0.0.1", &stranger, -DAY, DAY, NULL,
         "the certificate is of an authority that is not known"},
        {"self-signed", "IP:127.0.0.1", NULL, -DAY, DAY, NULL,
         "the certificate is self-signed, and not known"},
        {"another host", "DNS:cluster.example", &authority, -DAY, DAY, NULL,
         "the certificate is for another host"},
        {"another address", "IP:127.0.0.2", &authority, -DAY, DAY, NULL,
         "the certificate is for another host"},
        {"an address as a name", "DNS:127.0.0.1", &authority, -DAY, DAY, NULL,
         "the certificate is for another host"},
        {"a wildcard", "DNS:*", &authority, -DAY, DAY, NULL, "the certificate is for another host"},
        {"expired", "IP:127.0.0.1", &authority, -2 * DAY, -DAY, NULL,
         "the certificate has expired"},
        {"not yet valid", "IP:127.0.0.1", &authority, DAY, 2 * DAY, NULL,
         "the certificate is not valid yet"},
        {"meant for clients", "IP:127.0.0.1", &authority, -DAY, DAY, "clientAuth",
         "the certificate is not meant for a server"},
        {"signed by a leaf", "IP:127.0.0.1", &leaf, -DAY, DAY, NULL,
         "the certificate is of an authority that is not known"},
    };
    const migdi_http_peer peer = {.authority_pem = authority.certificate};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        test_identity identity =
            make(rows[i].names, rows[i].issuer, rows[i].from_s, rows[i].until_s, rows[i].usage);
        const exchange e = ask(&identity, &peer);
        if (e.end != MIGD_ERR_TLS || strcmp(e.message, rows[i].message) != 0 || e.reached) {
            fail_msg("%s: %d, %s", rows[i].name, e.end, e.message);
        }
        test_identity_free(&identity);
    }
    test_identity_free(&leaf);
}

static void without_an_authority_of_its_own_the_system_s_count(void **state)
{
    (void)state;
    test_identity identity = make("IP:127.0.0.1", &authority, -DAY, DAY, NULL);
    exchange e = ask(&identity, NULL);
    assert_int_equal(e.end, MIGD_ERR_TLS);
    char path[] = "/tmp/migdeploy-ca-XXXXXX";
    const int fd = mkstemp(path);
    assert_int_equal(write(fd, authority.certificate, strlen(authority.certificate)),
                     strlen(authority.certificate));
    close(fd);
    const migdi_http_curl_settings settings = {.ca_file = path, .connections = 4};
    migdi_transport *transport = migdi_http_curl_new(&settings);
    const test_server_tls tls = {.certificate = identity.certificate, .key = identity.key};
    test_server *server = test_server_start(echo_name, NULL, &tls);
    e = get(transport, test_server_url(server), NULL);
    assert_string_equal(e.message, "");
    free(e.body);
    transport->kind->close(transport);
    test_server_stop(server);
    unlink(path);
    test_identity_free(&identity);
}

static void a_weak_key_is_refused(void **state)
{
    (void)state;
    test_identity weak = test_identity_make(&(test_identity_wish){.names = "IP:127.0.0.1",
                                                                  .common_name = "weak",
                                                                  .issuer = &authority,
                                                                  .from_s = -DAY,
                                                                  .until_s = DAY,
                                                                  .rsa_bits = 1024});
    const migdi_http_peer peer = {.authority_pem = authority.certificate};
    const exchange e = ask(&weak, &peer);
    assert_int_equal(e.end, MIGD_ERR_TLS);
    assert_string_equal(e.message, "the certificate's key is too weak");
    test_identity_free(&weak);
}

static void nothing_older_than_tls_1_2_is_spoken(void **state)
{
    (void)state;
    test_identity identity = make("IP:127.0.0.1", &authority, -DAY, DAY, NULL);
    const migdi_http_peer peer = {.authority_pem = authority.certificate};
    static const struct {
        int version;
        migd_status end;
    } rows[] = {
        {0x0301, MIGD_ERR_TLS}, {0x0302, MIGD_ERR_TLS}, {0x0303, MIGD_OK}, {0x0304, MIGD_OK}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_transport *transport = open_transport();
        const test_server_tls tls = {.certificate = identity.certificate,
                                     .key = identity.key,
                                     .most_version = rows[i].version};
        test_server *server = test_server_start(echo_name, NULL, &tls);
        exchange e = get(transport, test_server_url(server), &peer);
        assert_int_equal(e.end, rows[i].end);
        free(e.body);
        transport->kind->close(transport);
        test_server_stop(server);
    }
    test_identity_free(&identity);
}

static void another_name_may_be_asked_for_and_proved(void **state)
{
    (void)state;
    test_identity identity = make("DNS:cluster.example", &authority, -DAY, DAY, NULL);
    const migdi_http_peer peer = {.authority_pem = authority.certificate,
                                  .server_name = "cluster.example"};
    exchange e = ask(&identity, &peer);
    assert_string_equal(e.message, "");
    assert_string_equal(e.body, "cluster.example|127.0.0.1");
    free(e.body);
    const migdi_http_peer wrong = {.authority_pem = authority.certificate,
                                   .server_name = "other.example"};
    e = ask(&identity, &wrong);
    assert_int_equal(e.end, MIGD_ERR_TLS);
    test_identity_free(&identity);
}

static void verification_ends_only_where_it_was_switched_off(void **state)
{
    (void)state;
    test_identity identity = make("DNS:other", &stranger, -DAY, DAY, NULL);
    const test_server_tls tls = {.certificate = identity.certificate, .key = identity.key};
    test_server *server = test_server_start(echo_name, NULL, &tls);
    migdi_transport *transport = open_transport();
    const migdi_http_peer insecure = {.insecure = true};
    const migdi_http_peer secure = {.authority_pem = authority.certificate};
    exchange e = get(transport, test_server_url(server), &insecure);
    assert_int_equal(e.end, MIGD_OK);
    free(e.body);
    /* Neither the handle nor the connection that was made so serves anybody else. */
    e = get(transport, test_server_url(server), &secure);
    assert_int_equal(e.end, MIGD_ERR_TLS);
    transport->kind->close(transport);
    test_server_stop(server);
    test_identity_free(&identity);
}

static void a_client_proves_itself_where_it_can(void **state)
{
    (void)state;
    test_identity identity = make("IP:127.0.0.1", &authority, -DAY, DAY, NULL);
    test_identity client = make(NULL, &authority, -DAY, DAY, "clientAuth");
    const test_server_tls tls = {.certificate = identity.certificate,
                                 .key = identity.key,
                                 .client_authority = authority.certificate};
    test_server *server = test_server_start(echo_name, NULL, &tls);
    migdi_transport *transport = open_transport();
    const migdi_http_peer with = {.authority_pem = authority.certificate,
                                  .certificate_pem = client.certificate,
                                  .key_pem = client.key};
    const migdi_http_peer without = {.authority_pem = authority.certificate};
    const migdi_http_peer torn = {.authority_pem = authority.certificate,
                                  .certificate_pem = client.certificate,
                                  .key_pem = "no key"};
    exchange e = get(transport, test_server_url(server), &with);
    assert_string_equal(e.message, "");
    free(e.body);
    e = get(transport, test_server_url(server), &without);
    assert_true(e.end < 0);
    transport->kind->close(transport);
    transport = open_transport();
    e = get(transport, test_server_url(server), &torn);
    assert_int_equal(e.end, MIGD_ERR_TLS);
    transport->kind->close(transport);
    test_server_stop(server);
    test_identity_free(&client);
    test_identity_free(&identity);
}

static void no_variable_makes_tls_secrets_be_written(void **state)
{
    (void)state;
    char path[] = "/tmp/migdeploy-keys-XXXXXX";
    const int fd = mkstemp(path);
    close(fd);
    unlink(path);
    setenv("SSLKEYLOGFILE", path, 1);
    test_identity identity = make("IP:127.0.0.1", &authority, -DAY, DAY, NULL);
    const migdi_http_peer peer = {.authority_pem = authority.certificate};
    exchange e = ask(&identity, &peer);
    unsetenv("SSLKEYLOGFILE");
    assert_int_equal(e.end, MIGD_OK);
    free(e.body);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        assert_int_equal(fgetc(file), EOF);
        fclose(file);
        unlink(path);
    }
    test_identity_free(&identity);
}

static bool endless(test_connection *connection, void *user)
{
    (void)user;
    if (strstr(test_connection_head(connection), "/watch") == NULL) {
        return test_write_answer(connection, 200, "ok");
    }
    test_write(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nline\r\n");
    test_wait_for_close(connection);
    return false;
}

static void streams_over_tls_do_not_starve_requests(void **state)
{
    (void)state;
    test_identity identity = make("IP:127.0.0.1", &authority, -DAY, DAY, NULL);
    const test_server_tls tls = {.certificate = identity.certificate, .key = identity.key};
    test_server *server = test_server_start(endless, NULL, &tls);
    const migdi_http_curl_settings settings = {.connections = 2};
    migdi_transport *transport = migdi_http_curl_new(&settings);
    const migdi_http_peer peer = {.authority_pem = authority.certificate};
    char url[128];
    snprintf(url, sizeof url, "%s/watch", test_server_url(server));
    exchange open[6];
    for (size_t i = 0; i < 6; i++) {
        begin(transport,
              &(migdi_http_request){.method = "GET",
                                    .url = url,
                                    .peer = &peer,
                                    .connect_ms = PATIENCE_MS,
                                    .stream = true},
              &open[i]);
    }
    for (size_t i = 0; i < 5; i++) {
        exchange e = get(transport, test_server_url(server), &peer);
        assert_string_equal(e.message, "");
        free(e.body);
    }
    for (size_t i = 0; i < 6; i++) {
        const int64_t until = migdi_os_monotonic_ms() + PATIENCE_MS;
        while (open[i].size == 0) {
            transport->kind->turn(transport, 10, -1);
            assert_true(migdi_os_monotonic_ms() < until);
        }
    }
    transport->kind->close(transport);
    for (size_t i = 0; i < 6; i++) {
        free(open[i].body);
    }
    test_server_stop(server);
    test_identity_free(&identity);
}

static bool leave(test_connection *connection, void *user)
{
    (void)user;
    test_reset(connection);
    return false;
}

static void a_server_that_leaves_while_a_body_is_sent_kills_nobody(void **state)
{
    (void)state;
    test_identity identity = make("IP:127.0.0.1", &authority, -DAY, DAY, NULL);
    const test_server_tls tls = {.certificate = identity.certificate, .key = identity.key};
    const migdi_http_peer peer = {.authority_pem = authority.certificate};
    const migdi_http_header unread = {"x-unread", "1"};
    const size_t size = (size_t)16 << 20;
    char *body = calloc(1, size);
    test_server *server = test_server_start(leave, NULL, &tls);
    migdi_transport *transport = open_transport();
    exchange e;
    exchange_with(transport,
                  &(migdi_http_request){.method = "PUT",
                                        .url = test_server_url(server),
                                        .headers = &unread,
                                        .header_count = 1,
                                        .body = body,
                                        .body_size = size,
                                        .peer = &peer,
                                        .connect_ms = PATIENCE_MS},
                  &e);
    assert_int_equal(e.end, MIGD_ERR_NETWORK);
    assert_true(e.reached);
    assert_true(e.pipe_held);
    assert_false(is_pipe_held());
    transport->kind->close(transport);
    assert_false(is_pipe_held());
    test_server_stop(server);
    test_identity_free(&identity);
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_proves_itself_is_spoken_to),
        cmocka_unit_test(a_server_that_does_not_is_refused_with_the_reason),
        cmocka_unit_test(without_an_authority_of_its_own_the_system_s_count),
        cmocka_unit_test(a_weak_key_is_refused),
        cmocka_unit_test(nothing_older_than_tls_1_2_is_spoken),
        cmocka_unit_test(another_name_may_be_asked_for_and_proved),
        cmocka_unit_test(verification_ends_only_where_it_was_switched_off),
        cmocka_unit_test(a_client_proves_itself_where_it_can),
        cmocka_unit_test(no_variable_makes_tls_secrets_be_written),
        cmocka_unit_test(streams_over_tls_do_not_starve_requests),
        cmocka_unit_test(a_server_that_leaves_while_a_body_is_sent_kills_nobody),
    };
    authority = test_identity_make(&(test_identity_wish){
        .common_name = "authority", .authority = true, .from_s = -10 * DAY, .until_s = 10 * DAY});
    stranger = test_identity_make(&(test_identity_wish){
        .common_name = "stranger", .authority = true, .from_s = -10 * DAY, .until_s = 10 * DAY});
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_identity_free(&authority);
    test_identity_free(&stranger);
    return failed;
}

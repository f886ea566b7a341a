/* SSLKEYLOGFILE makes libcurl write the keys of every TLS session into a file. Ours are not among
 * them. libcurl reads the variable when it starts, so this test is a program of its own. */
#include "http_exchange.h"

#include "http_curl.h"

#include <curl/curl.h>
#include <sys/stat.h>
#include <unistd.h>

static char key_file[256];

static bool answer(test_connection *connection, void *user)
{
    (void)user;
    return test_write_answer(connection, 200, "hello");
}

static test_identity identity_of_loopback(void)
{
    return test_identity_make(&(test_identity_wish){
        .names = "IP:127.0.0.1", .common_name = "server", .from_s = -60, .until_s = 3600});
}

/* TLS 1.3 logs secrets of other kinds than TLS 1.2 does. */
static test_server *start_server(const test_identity *identity, int most_version)
{
    return test_server_start(answer, NULL,
                             &(test_server_tls){.certificate = identity->certificate,
                                                .key = identity->key,
                                                .most_version = most_version});
}

static int64_t logged_bytes(void)
{
    struct stat found;
    return stat(key_file, &found) == 0 ? found.st_size : 0;
}

static size_t ignore(char *bytes, size_t size, size_t count, void *user)
{
    (void)bytes;
    (void)user;
    return size * count;
}

/* As a program would that knows nothing of the guard. */
static void get_by_libcurl_alone(const char *url)
{
    CURL *easy = curl_easy_init();
    assert_non_null(easy);
    assert_int_equal(curl_easy_setopt(easy, CURLOPT_URL, url), CURLE_OK);
    assert_int_equal(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L), CURLE_OK);
    assert_int_equal(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L), CURLE_OK);
    assert_int_equal(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore), CURLE_OK);
    assert_int_equal(curl_easy_perform(easy), CURLE_OK);
    curl_easy_cleanup(easy);
}

static void no_session_key_of_ours_is_written(void **state)
{
    (void)state;
    static const int versions[] = {0x0303, 0x0304};
    test_identity identity = identity_of_loopback();
    migdi_transport *transport = open_transport();
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        test_server *server = start_server(&identity, versions[i]);
        const int64_t before = logged_bytes();
        get_by_libcurl_alone(test_server_url(server));
        const int64_t armed = logged_bytes();
        assert_true(armed > before); /* without the guard they are */
        exchange e = get(transport, test_server_url(server),
                         &(migdi_http_peer){.authority_pem = identity.certificate});
        assert_int_equal(e.end, MIGD_OK);
        assert_int_equal(e.status, 200);
        free(e.body);
        assert_int_equal(logged_bytes(), armed);
        test_server_stop(server);
    }
    transport->kind->close(transport);
    test_identity_free(&identity);
}

int main(void)
{
    const char *folder = getenv("TMPDIR");
    snprintf(key_file, sizeof key_file, "%s/migdeploy-keys-XXXXXX",
             folder == NULL ? P_tmpdir : folder);
    const int fd = mkstemp(key_file);
    if (fd < 0 || close(fd) != 0 || setenv("SSLKEYLOGFILE", key_file, 1) != 0) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_session_key_of_ours_is_written),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(key_file);
    return failed;
}

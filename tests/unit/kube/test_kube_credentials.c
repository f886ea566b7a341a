#include "test_support.h"

#include "kube_kubeconfig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CERTIFICATE "-----BEGIN CERTIFICATE-----\nY2E=\n-----END CERTIFICATE-----\n"
/* printf of CERTIFICATE | base64 */
#define CERTIFICATE_DATA                                                                           \
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tClkyRT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo="
#define CONTEXT "contexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n"
#define CLUSTER "clusters: [{name: c, cluster: {server: 'https://c'}}]\n"

static char folder[] = "/tmp/test_kube_credentials.XXXXXX";
static const char *const files[] = {"x/config", "x/ca.pem", "x/token", "x", "config", "ca.pem"};

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) != 0 || mkdir("x", 0700) != 0;
}

static int remove_folder(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        remove(files[i]);
    }
    return chdir("/") != 0 || rmdir(folder) != 0;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static migd_status load(const char *text, migdi_kubeconfig *config, migd_error **error)
{
    write_file("config", text);
    const migdi_kubeconfig_source source = {.path = "config", .service_account = "/nowhere"};
    assert_int_equal(migdi_kubeconfig_read(&source, config, NULL), MIGD_OK);
    return migdi_kubeconfig_load(config, error);
}

/* kubernetes.md 1.3 defect 5: a relative path starts at the file that says it, wherever the program
 * stands. */
static void defect_5_a_relative_path_starts_at_its_file(void **state)
{
    (void)state;
    write_file("ca.pem", "not that one");
    write_file("x/ca.pem", CERTIFICATE);
    write_file("x/token", "t");
    write_file("x/config",
               "clusters: [{name: c, cluster: {server: 'https://c', certificate-authority: "
               "ca.pem}}]\nusers: [{name: u, user: {tokenFile: ./token}}]\n" CONTEXT);
    const migdi_kubeconfig_source source = {.chain = "none:x/config",
                                            .service_account = "/nowhere"};
    migdi_kubeconfig config = {0};
    assert_int_equal(migdi_kubeconfig_read(&source, &config, NULL), MIGD_OK);
    assert_int_equal(migdi_kubeconfig_load(&config, NULL), MIGD_OK);
    assert_string_equal(config.peer.authority_pem, CERTIFICATE);
    assert_string_equal(config.token, "t");
    char path[256];
    snprintf(path, sizeof path, "%s/x/./token", folder);
    assert_string_equal(config.token_file, path);
    migdi_kubeconfig_free(&config);
}

/* kubernetes.md 1.3 defect 6: no limit of 4 KB on a token, and no temporary file for what is
 * data. */
static void defect_6_long_tokens_and_data_stay_in_memory(void **state)
{
    (void)state;
    char text[32768];
    char token[20001];
    memset(token, 'k', sizeof token - 1);
    token[sizeof token - 1] = '\0';
    snprintf(text, sizeof text,
             "clusters: [{name: c, cluster: {server: 'https://c', certificate-authority-data: %s, "
             "tls-server-name: name, proxy-url: 'http://proxy:1'}}]\n" CONTEXT
             "users: [{name: u, user: {token: %s}}]\n",
             CERTIFICATE_DATA, token);
    migdi_kubeconfig config = {0};
    assert_int_equal(load(text, &config, NULL), MIGD_OK);
    assert_string_equal(config.token, token);
    assert_string_equal(config.peer.authority_pem, CERTIFICATE);
    assert_string_equal(config.peer.server_name, "name");
    assert_string_equal(config.peer.proxy, "http://proxy:1");
    assert_false(config.peer.insecure);
    migdi_kubeconfig_free(&config);
}

static void what_cannot_be_loaded_is_told_at_its_place_without_its_value(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        migd_status status;
        const char *message;
        int32_t line;
        int32_t column;
    } cases[] = {
        {"clusters: [{name: c, cluster: {server: 'https://c', certificate-authority-data: "
         "'czNjcmV0'}}]\n" CONTEXT "users: [{name: u}]\n",
         MIGD_ERR_INVALID, "the certificate-authority-data of cluster \"c\" holds no PEM", 1, 81},
        {"clusters: [{name: c, cluster: {server: 'https://c', certificate-authority-data: "
         "'s3cret!'}}]\n" CONTEXT "users: [{name: u}]\n",
         MIGD_ERR_PARSE, "the certificate-authority-data of cluster \"c\" is no base64", 1, 81},
        {CLUSTER CONTEXT "users: [{name: u, user: {token: \"s3cret\\r\\nX-Other: 1\"}}]\n",
         MIGD_ERR_INVALID, "token of user \"u\" holds a line break or control character", 4, 33},
        {CLUSTER CONTEXT "users: [{name: u, user: {as: \"a\\nb\"}}]\n", MIGD_ERR_INVALID,
         "as of user \"u\" holds a line break or control character", 4, 30},
        {CLUSTER CONTEXT "users: [{name: u, user: {as: a, as-groups: [\"b\\nc\"]}}]\n",
         MIGD_ERR_INVALID, "as-groups of user \"u\" holds a line break or control character", 4,
         44},
        {CLUSTER CONTEXT "users: [{name: u, user: {as: a, as-uid: \"\\x7f\"}}]\n", MIGD_ERR_INVALID,
         "as-uid of user \"u\" holds a line break or control character", 4, 41},
        {CLUSTER CONTEXT "users: [{name: u, user: {as: a, as-user-extra: {k: [\"\\t\"]}}}]\n",
         MIGD_ERR_INVALID, "as-user-extra of user \"u\" holds a line break or control character", 4,
         48},
        {CLUSTER CONTEXT "users: [{name: u, user: {tokenFile: gone}}]\n", MIGD_ERR_NOT_FOUND,
         "cannot open gone: No such file or directory", 4, 37},
        {CLUSTER CONTEXT
         "users: [{name: u, user: {client-certificate: gone.pem, client-key: gone.key}}]\n",
         MIGD_ERR_NOT_FOUND, "the client-certificate of user \"u\" cannot be read: gone.pem", 4,
         46},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        migdi_kubeconfig config = {0};
        migd_error *error = NULL;
        const migd_status status = load(cases[i].text, &config, &error);
        if (status != cases[i].status || strcmp(migd_error_message(error), cases[i].message) != 0) {
            fail_msg("case %zu: status %d, \"%s\"", i, status, migd_error_message(error));
        }
        assert_string_equal(migd_error_file(error), "config");
        assert_int_equal(migd_error_line(error), cases[i].line);
        assert_int_equal(migd_error_column(error), cases[i].column);
        migd_error_free(error);
        migdi_kubeconfig_free(&config);
    }
}

/* Source: client-go, a token file that cannot be read leaves the token beside it in force. */
static void a_token_stands_in_for_a_file_that_is_gone(void **state)
{
    (void)state;
    migdi_kubeconfig config = {0};
    migd_error *error = NULL;
    assert_int_equal(load(CLUSTER CONTEXT "users: [{name: u, user: {token: t, tokenFile: gone}}]\n",
                          &config, &error),
                     MIGD_OK);
    assert_null(error);
    assert_string_equal(config.token, "t");
    migdi_kubeconfig_free(&config);
    write_file("x/token", "newer");
    assert_int_equal(load(CLUSTER CONTEXT
                          "users: [{name: u, user: {token: t, tokenFile: x/token}}]\n",
                          &config, NULL),
                     MIGD_OK);
    assert_string_equal(config.token, "newer");
    migdi_kubeconfig_free(&config);
}

static void without_tls_no_credential_is_even_read(void **state)
{
    (void)state;
    migdi_kubeconfig config = {0};
    assert_int_equal(load("clusters: [{name: c, cluster: {server: 'http://c'}}]\n" CONTEXT
                          "users: [{name: u, user: {tokenFile: gone, as: root}}]\n",
                          &config, NULL),
                     MIGD_OK);
    assert_null(config.token);
    assert_null(config.token_file);
    assert_int_equal(config.impersonation_count, 1);
    migdi_kubeconfig_free(&config);
}

static migd_status load_all(void *user)
{
    const migdi_kubeconfig_source source = {.path = user, .service_account = "/nowhere"};
    migdi_kubeconfig config = {0};
    migd_error *error = NULL;
    migd_status status = migdi_kubeconfig_read(&source, &config, &error);
    if (status == MIGD_OK) {
        status = migdi_kubeconfig_load(&config, &error);
    }
    if (status == MIGD_OK) {
        assert_string_equal(config.token, "t");
        assert_int_equal(config.impersonation_count, 4);
    }
    assert_int_equal(migd_error_status(error), status);
    migd_error_free(error);
    migdi_kubeconfig_free(&config);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    static char path[] = "config";
    write_file("ca.pem", CERTIFICATE);
    write_file("x/token", "t");
    write_file(
        path,
        "clusters: [{name: c, cluster: {server: 'https://c', certificate-authority: ca.pem}}]\n"
        "users: [{name: u, user: {tokenFile: x/token, as: a, as-groups: [b], as-uid: c, "
        "as-user-extra: {d/e: [f]}, client-certificate-data: " CERTIFICATE_DATA
        ", client-key-data: " CERTIFICATE_DATA "}}]\n" CONTEXT);
    assert_true(test_fail_allocations(load_all, path) > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defect_5_a_relative_path_starts_at_its_file),
        cmocka_unit_test(defect_6_long_tokens_and_data_stay_in_memory),
        cmocka_unit_test(what_cannot_be_loaded_is_told_at_its_place_without_its_value),
        cmocka_unit_test(a_token_stands_in_for_a_file_that_is_gone),
        cmocka_unit_test(without_tls_no_credential_is_even_read),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

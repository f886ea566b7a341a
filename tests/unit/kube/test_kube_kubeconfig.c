/* Held against what kubectl 1.36 read and printed: tests/data/kubeconfig. */
#include "test_support.h"

#include "kube_kubeconfig.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- recorded cases --------------------------------------------------------------------------- */

typedef struct recorded {
    const char *name;
    migd_object *about; /* case.json */
    migd_object *view;  /* what kubectl printed, when it is a document */
    migdi_kubeconfig_source source;
    bool raw;
} recorded;

/* So that the next call makes an error of its own, not one with this as its cause. */
static void forget(migd_error **error)
{
    migd_error_free(*error);
    *error = NULL;
}

static migd_object *read_document(const char *folder, const char *file)
{
    char name[256];
    char path[1024];
    snprintf(name, sizeof name, "kubeconfig/%s/%s", folder, file);
    snprintf(path, sizeof path, "%s/%s", TEST_DATA, name);
    if (access(path, R_OK) != 0) {
        return NULL;
    }
    size_t size = 0;
    char *text = test_read_data(name, &size);
    migd_object *document = NULL;
    migd_object_parse(text, size, NULL, &document, NULL);
    free(text);
    return document;
}

/* Stands in the folder that kubectl stood in, as relative names are told as they are. */
static recorded open_case(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/kubeconfig/%s/before", TEST_DATA, name);
    assert_int_equal(chdir(path), 0);
    recorded it = {
        .name = name,
        .about = read_document(name, "case.json"),
        .view = read_document(name, "stdout"),
        .source = {.service_account = "/nowhere"},
    };
    assert_non_null(it.about);
    it.source.chain = migd_object_text(it.about, "/env/KUBECONFIG", NULL);
    const migd_object *argv = migd_object_at(it.about, "/argv");
    for (size_t i = 0; i < migd_object_count(argv); i++) {
        const char *argument = migd_object_text(migd_object_item(argv, i), "", "");
        if (strncmp(argument, "--kubeconfig=", 13) == 0) {
            it.source.path = argument + 13;
        } else if (strncmp(argument, "--context=", 10) == 0) {
            it.source.context = argument + 10;
        } else if (strcmp(argument, "--raw") == 0) {
            it.raw = true;
        }
    }
    return it;
}

static void close_case(recorded *it)
{
    migd_object_free(it->about);
    migd_object_free(it->view);
}

static const migd_object *named(const migd_object *view, const char *list, const char *name,
                                const char *body)
{
    const migd_object *items = migd_object_at(view, list);
    for (size_t i = 0; i < migd_object_count(items); i++) {
        const migd_object *item = migd_object_item(items, i);
        if (strcmp(migd_object_text(item, "/name", ""), name) == 0) {
            return migd_object_at(item, body);
        }
    }
    fail_msg("kubectl printed no %s in %s", name, list);
    return NULL;
}

static void assert_secrets_as_printed(recorded *it, migdi_kubeconfig *config,
                                      const migd_object *user)
{
    const bool has_files = migd_object_at(user, "/client-certificate") != NULL ||
                           migd_object_at(user, "/client-certificate-data") != NULL;
    if (!it->raw || has_files) {
        return;
    }
    assert_int_equal(migdi_kubeconfig_load(config, NULL), MIGD_OK);
    const char *const keys[] = {"/token", "/username", "/password"};
    const char *const found[] = {config->token, config->username, config->password};
    for (size_t i = 0; i < 3; i++) {
        if (!migdi_text_equal(found[i], migd_object_text(user, keys[i], NULL))) {
            fail_msg("%s: %s is not as kubectl printed it", it->name, keys[i]);
        }
    }
}

/* Every context that kubectl printed leads to the cluster, user, namespace and server that it
 * printed. */
static void assert_as_printed(recorded *it)
{
    const migd_object *contexts = migd_object_at(it->view, "/contexts");
    assert_true(migd_object_count(contexts) > 0);
    for (size_t i = 0; i < migd_object_count(contexts); i++) {
        const migd_object *item = migd_object_item(contexts, i);
        migdi_kubeconfig_source source = it->source;
        source.context = migd_object_text(item, "/name", NULL);
        migdi_kubeconfig config = {0};
        migd_error *error = NULL;
        if (migdi_kubeconfig_read(&source, &config, &error) != MIGD_OK) {
            fail_msg("%s: %s", it->name, migd_error_message(error));
        }
        const char *cluster = migd_object_text(item, "/context/cluster", "");
        const char *user = migd_object_text(item, "/context/user", "");
        assert_string_equal(config.context, source.context);
        assert_string_equal(config.cluster, cluster);
        assert_string_equal(config.user, user);
        assert_string_equal(config.namespace_,
                            migd_object_text(item, "/context/namespace", "default"));
        assert_string_equal(
            config.server,
            migd_object_text(named(it->view, "/clusters", cluster, "/cluster"), "/server", ""));
        assert_secrets_as_printed(it, &config, named(it->view, "/users", user, "/user"));
        migdi_kubeconfig_free(&config);
    }
}

static void assert_current(recorded *it, const char *current)
{
    migdi_kubeconfig config = {0};
    assert_int_equal(migdi_kubeconfig_read(&it->source, &config, NULL), MIGD_OK);
    assert_string_equal(config.context, current);
    migdi_kubeconfig_free(&config);
}

static void every_context_is_read_as_kubectl_prints_it(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "28-view",
        "29-view-merge-first-wins",
        "30-view-merge-other-order",
        "31-view-merge-three",
        "32-view-missing-file-in-list",
        "33-view-empty-parts-in-list",
        "34-view-minify",
        "35-view-minify-context",
        "37-view-flatten-certificates",
        "39-view-data-redacted",
        "40-view-data-raw",
        "41-view-json",
        "42-view-same-file-twice",
        "44-view-empty-file-first",
        "45-view-current-context-set-only-in-second",
        "47-view-explicit-file-ignores-variable",
        "49-view-relative-paths-in-two-folders",
        "50-view-unknown-fields",
        "51-view-extensions",
        "55-view-quoted-booleans",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        recorded it = open_case(cases[i]);
        assert_as_printed(&it);
        assert_current(&it, migd_object_text(it.view, "/current-context", ""));
        close_case(&it);
    }
}

static void the_current_context_is_the_one_that_kubectl_names(void **state)
{
    (void)state;
    recorded it = open_case("23-current-context");
    assert_current(&it, migd_object_text(it.view, "", ""));
    close_case(&it);
}

/* "*         alpha   alpha     ann        " */
static void the_contexts_are_those_of_kubectls_table(void **state)
{
    (void)state;
    recorded it = open_case("25-get-contexts");
    char *table = test_read_data("kubeconfig/25-get-contexts/stdout", NULL);
    int rows = 0;
    for (char *line = strchr(table, '\n') + 1; *line != '\0';
         line = strchr(line, '\n') + 1, rows++) {
        char name[32];
        char cluster[32];
        char user[32];
        char namespace_[32] = "default";
        line[0] = ' ';
        char row[128] = "";
        memcpy(row, line, (size_t)(strchr(line, '\n') - line));
        assert_true(sscanf(row, "%31s %31s %31s %31s", name, cluster, user, namespace_) >= 3);
        migdi_kubeconfig config = {0};
        it.source.context = name;
        assert_int_equal(migdi_kubeconfig_read(&it.source, &config, NULL), MIGD_OK);
        assert_string_equal(config.cluster, cluster);
        assert_string_equal(config.user, user);
        assert_string_equal(config.namespace_, namespace_);
        migdi_kubeconfig_free(&config);
    }
    assert_int_equal(rows, 3);
    free(table);
    close_case(&it);
}

/* What kubectl refuses, or finds nothing in. */
static void what_kubectl_refuses_is_refused_with_file_line_and_column(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        migd_status status;
        const char *file; /* NULL: there is no place to name */
        int32_t line;
        int32_t column;
        const char *says;
    } cases[] = {
        {"17-set-namespace-wrong-kind", MIGD_ERR_PARSE, "config", 2, 7, "\"Pod\""},
        {"18-set-namespace-bad-yaml", MIGD_ERR_PARSE, "config", 1, 0, ""},
        {"19-set-namespace-duplicate-names", MIGD_ERR_PARSE, "config", 12, 3, "\"alpha\""},
        {"24-current-context-unset", MIGD_ERR_NOT_FOUND, NULL, 0, 0, "\"alpha\""},
        {"36-view-minify-unknown-context", MIGD_ERR_NOT_FOUND, NULL, 0, 0, "\"zeta\""},
        {"43-view-empty-file", MIGD_ERR_NOT_FOUND, NULL, 0, 0, "config"},
        {"46-view-bad-second", MIGD_ERR_PARSE, "b", 1, 0, ""},
        {"48-view-explicit-file-missing", MIGD_ERR_NOT_FOUND, NULL, 0, 0, "none"},
        {"52-view-context-names-missing-cluster", MIGD_ERR_NOT_FOUND, "config", 9, 14, "\"gone\""},
        {"53-view-duplicate-keys", MIGD_ERR_NOT_FOUND, "config", 17, 18, "\"again\""},
        {"54-view-yaml-booleans", MIGD_ERR_PARSE, "config", 6, 9, "quotes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        recorded it = open_case(cases[i].name);
        migdi_kubeconfig config = {0};
        migd_error *error = NULL;
        const migd_status status = migdi_kubeconfig_read(&it.source, &config, &error);
        assert_int_equal(status, cases[i].status);
        assert_non_null(strstr(migd_error_message(error), cases[i].says));
        if (cases[i].file != NULL) {
            assert_string_equal(migd_error_file(error), cases[i].file);
            assert_true(migd_error_line(error) >= cases[i].line);
        }
        if (cases[i].column > 0) {
            assert_int_equal(migd_error_line(error), cases[i].line);
            assert_int_equal(migd_error_column(error), cases[i].column);
        }
        forget(&error);
        close_case(&it);
    }
}

static void a_missing_certificate_is_told_with_its_entry_and_place(void **state)
{
    (void)state;
    recorded it = open_case("38-view-flatten-missing-certificate");
    migdi_kubeconfig config = {0};
    migd_error *error = NULL;
    assert_int_equal(migdi_kubeconfig_read(&it.source, &config, NULL), MIGD_OK);
    assert_int_equal(migdi_kubeconfig_load(&config, &error), MIGD_ERR_NOT_FOUND);
    assert_string_equal(migd_error_message(error),
                        "the certificate-authority of cluster \"alpha\" cannot be read: ca.pem");
    assert_string_equal(migd_error_file(error), "config");
    assert_int_equal(migd_error_line(error), 5);
    assert_int_equal(migd_error_column(error), 28);
    forget(&error);
    migdi_kubeconfig_free(&config);
    close_case(&it);
}

/* --- texts of our own ------------------------------------------------------------------------- */

#define CLUSTER "clusters: [{name: c, cluster: {server: 'https://c'}}]\n"
#define CONTEXT "contexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n"

static char folder[] = "/tmp/test_kube_kubeconfig.XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int remove_folder(void **state)
{
    (void)state;
    DIR *open = opendir(folder);
    for (struct dirent *entry = readdir(open); entry != NULL; entry = readdir(open)) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    closedir(open);
    return rmdir(folder);
}

static void write_file(const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static migd_status read_text(const char *text, migdi_kubeconfig *config, migd_error **error)
{
    write_file("config", text);
    char path[512];
    snprintf(path, sizeof path, "%s/config", folder);
    const migdi_kubeconfig_source source = {.path = path, .service_account = "/nowhere"};
    return migdi_kubeconfig_read(&source, config, error);
}

/* Source of the rules: client-go tools/clientcmd/validation.go, transport/transport.go. */
static void entries_that_contradict_themselves_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        migd_status status;
        const char *says;
    } cases[] = {
        {CLUSTER CONTEXT "users: [{name: u, user: {token: s3cret, username: a}}]", MIGD_ERR_INVALID,
         "both a token and a password"},
        {CLUSTER CONTEXT "users: [{name: u, user: {client-certificate-data: YQ==}}]",
         MIGD_ERR_INVALID, "without a client-key"},
        {CLUSTER CONTEXT
         "users: [{name: u, user: {client-certificate: a, client-certificate-data: YQ==, "
         "client-key: k}}]",
         MIGD_ERR_INVALID, "both client-certificate and"},
        {CLUSTER CONTEXT "users: [{name: u, user: {client-certificate: a, client-key: k, "
                         "client-key-data: YQ==}}]",
         MIGD_ERR_INVALID, "both client-key and"},
        {CLUSTER CONTEXT "users: [{name: u, user: {as-groups: [admins]}}]", MIGD_ERR_INVALID,
         "without \"as\""},
        {CLUSTER CONTEXT "users: []", MIGD_ERR_NOT_FOUND, "names the user \"u\""},
        {CLUSTER "contexts: [{name: x, context: {user: u}}]\ncurrent-context: x", MIGD_ERR_INVALID,
         "names no cluster"},
        {CLUSTER
         "contexts: [{name: x, context: {cluster: c, namespace: Not_A_Label}}]\ncurrent-context: x",
         MIGD_ERR_INVALID, "Not_A_Label"},
        {CLUSTER
         "contexts: [{name: x, context: {cluster: c, namespace: 7007}}]\ncurrent-context: x",
         MIGD_ERR_PARSE, "namespace of context is not a text"},
        {"clusters: [{name: c, cluster: {}}]\n" CONTEXT "users: [{name: u}]", MIGD_ERR_INVALID,
         "has no server"},
        {"clusters: [{name: c, cluster: {server: 'https://u:s3cret@c'}}]\n" CONTEXT
         "users: [{name: u}]",
         MIGD_ERR_INVALID, "holds a user name"},
        {"clusters: [{name: c, cluster: {server: 'https://c', proxy-url: 'x://s3cret'}}]\n" CONTEXT
         "users: [{name: u}]",
         MIGD_ERR_INVALID, "proxy-url"},
        {"clusters: [{name: c, cluster: {server: 'https://c', certificate-authority: a, "
         "certificate-authority-data: YQ==}}]\n" CONTEXT "users: [{name: u}]",
         MIGD_ERR_INVALID, "both certificate-authority and"},
        {"clusters: [{name: c, cluster: {server: 'https://c', certificate-authority-data: YQ==, "
         "insecure-skip-tls-verify: true}}]\n" CONTEXT "users: [{name: u}]",
         MIGD_ERR_INVALID, "insecure-skip-tls-verify"},
        {CLUSTER CONTEXT "users: [{name: u, user: {token: 12345678}}]", MIGD_ERR_PARSE,
         "token of user is not a text: put it in quotes"},
        {"apiVersion: v2\n", MIGD_ERR_PARSE, "apiVersion is \"v2\""},
        {"clusters: {}\n", MIGD_ERR_PARSE, "clusters of a kubeconfig is not a list"},
        {"clusters: [7]\n", MIGD_ERR_PARSE, "not a map"},
        {"- a\n", MIGD_ERR_PARSE, "not a map"},
        {"just text\n", MIGD_ERR_PARSE, "not a map"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        migdi_kubeconfig config = {0};
        migd_error *error = NULL;
        const migd_status status = read_text(cases[i].text, &config, &error);
        if (status != cases[i].status || strstr(migd_error_message(error), cases[i].says) == NULL) {
            fail_msg("case %zu: status %d, \"%s\"", i, status, migd_error_message(error));
        }
        assert_null(strstr(migd_error_message(error), "s3cret"));
        assert_null(strstr(migd_error_message(error), "12345678"));
        assert_non_null(migd_error_file(error));
        assert_true(migd_error_line(error) > 0);
        forget(&error);
    }
}

/* kubernetes.md 1.3 defects 1 to 3: nothing is run, joined to a folder, or given to a shell. */
static void defects_1_to_3_an_exec_plugin_is_never_run_and_other_credentials_go_before_it(
    void **state)
{
    (void)state;
    static const char plugin[] =
        "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws, args: [eks, "
        "get-token]}";
    migdi_kubeconfig config = {0};
    migd_error *error = NULL;
    char text[1024];
    snprintf(text, sizeof text, CLUSTER CONTEXT "users: [{name: u, user: {%s}}]", plugin);
    assert_int_equal(read_text(text, &config, &error), MIGD_ERR_UNSUPPORTED);
    assert_non_null(strstr(migd_error_message(error), "the program aws"));
    assert_non_null(strstr(migd_error_message(error), "a token, a tokenFile or a client"));
    assert_int_equal(migd_error_line(error), 4);
    forget(&error);

    snprintf(text, sizeof text, CLUSTER CONTEXT "users: [{name: u, user: {token: t, %s}}]", plugin);
    assert_int_equal(read_text(text, &config, NULL), MIGD_OK);
    migdi_kubeconfig_free(&config);

    assert_int_equal(read_text(CLUSTER CONTEXT "users: [{name: u, user: {exec: {command: x}}}]",
                               &config, &error),
                     MIGD_ERR_INVALID);
    assert_non_null(strstr(migd_error_message(error), "no apiVersion"));
    forget(&error);
    assert_int_equal(read_text(CLUSTER CONTEXT
                               "users: [{name: u, user: {auth-provider: {name: gcp}}}]",
                               &config, &error),
                     MIGD_ERR_UNSUPPORTED);
    forget(&error);
}

/* kubernetes.md 1.3 defect 4: a context without a user is no error. */
static void defect_4_a_context_without_a_user_is_somebody_without_credentials(void **state)
{
    (void)state;
    migdi_kubeconfig config = {0};
    assert_int_equal(read_text(CLUSTER
                               "contexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x\n",
                               &config, NULL),
                     MIGD_OK);
    assert_null(config.user);
    assert_int_equal(migdi_kubeconfig_load(&config, NULL), MIGD_OK);
    assert_null(config.token);
    migdi_kubeconfig_free(&config);
}

static void a_mistyped_context_is_told_with_the_nearest(void **state)
{
    (void)state;
    migdi_kubeconfig config = {0};
    migd_error *error = NULL;
    assert_int_equal(read_text("contexts: [{name: staging}, {name: production}]\n"
                               "current-context: stagign\n",
                               &config, &error),
                     MIGD_ERR_NOT_FOUND);
    assert_non_null(strstr(migd_error_message(error), "did you mean \"staging\"?"));
    assert_int_equal(migd_error_line(error), 2);
    assert_int_equal(migd_error_column(error), 18);
    forget(&error);
}

static void only_the_first_document_is_read(void **state)
{
    (void)state;
    migdi_kubeconfig config = {0};
    assert_int_equal(read_text("\xef\xbb\xbf%YAML 1.1\r\n---\r\n" CLUSTER
                               "contexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x\n"
                               "---\ncurrent-context: [broken\n",
                               &config, NULL),
                     MIGD_OK);
    assert_string_equal(config.server, "https://c");
    migdi_kubeconfig_free(&config);
}

static void without_any_file_it_says_where_it_looked(void **state)
{
    (void)state;
    migdi_kubeconfig config = {0};
    migd_error *error = NULL;
    const migdi_kubeconfig_source source = {.home = "/nobody", .service_account = "/nowhere"};
    assert_int_equal(migdi_kubeconfig_read(&source, &config, &error), MIGD_ERR_NOT_FOUND);
    assert_string_equal(migd_error_message(error),
                        "there is no kubeconfig: looked for /nobody/.kube/config");
    forget(&error);
    const migdi_kubeconfig_source none = {.service_account = "/nowhere"};
    assert_int_equal(migdi_kubeconfig_read(&none, &config, NULL), MIGD_ERR_NOT_FOUND);
    const migdi_kubeconfig_source chain = {.chain = "/a:/b", .service_account = "/nowhere"};
    assert_int_equal(migdi_kubeconfig_read(&chain, &config, &error), MIGD_ERR_NOT_FOUND);
    assert_non_null(strstr(migd_error_message(error), "/a:/b"));
    forget(&error);
}

/* --- in a pod --------------------------------------------------------------------------------- */

static void a_pod_without_a_kubeconfig_uses_its_service_account(void **state)
{
    (void)state;
    write_file("token", "pod-token\n");
    write_file("ca.crt", "-----BEGIN CERTIFICATE-----\n");
    write_file("namespace", "blue\n");
    migdi_kubeconfig_source source = {
        .service_host = "fd00::1", .service_port = "443", .service_account = folder};
    migdi_kubeconfig config = {0};
    assert_int_equal(migdi_kubeconfig_read(&source, &config, NULL), MIGD_OK);
    assert_int_equal(migdi_kubeconfig_load(&config, NULL), MIGD_OK);
    assert_string_equal(config.server, "https://[fd00::1]:443");
    assert_string_equal(config.namespace_, "blue");
    assert_string_equal(config.token, "pod-token");
    assert_string_equal(config.peer.authority_pem, "-----BEGIN CERTIFICATE-----\n");
    assert_null(config.context);
    migdi_kubeconfig_free(&config);

    source.service_host = "10.0.0.1";
    source.pod_namespace = "green";
    assert_int_equal(migdi_kubeconfig_read(&source, &config, NULL), MIGD_OK);
    assert_string_equal(config.server, "https://10.0.0.1:443");
    assert_string_equal(config.namespace_, "green");
    migdi_kubeconfig_free(&config);

    source.namespace_ = "asked";
    assert_int_equal(migdi_kubeconfig_read(&source, &config, NULL), MIGD_OK);
    assert_string_equal(config.namespace_, "asked");
    migdi_kubeconfig_free(&config);
}

static void a_context_without_namespace_takes_the_pods(void **state)
{
    (void)state;
    write_file("token", "pod-token\n");
    write_file("namespace", "blue");
    write_file("config",
               CLUSTER "contexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x\n");
    migdi_kubeconfig_source source = {.path = "config",
                                      .service_host = "10.0.0.1",
                                      .service_port = "443",
                                      .service_account = folder};
    assert_int_equal(chdir(folder), 0);
    migdi_kubeconfig config = {0};
    assert_int_equal(migdi_kubeconfig_read(&source, &config, NULL), MIGD_OK);
    assert_string_equal(config.namespace_, "blue");
    assert_string_equal(config.server, "https://c");
    migdi_kubeconfig_free(&config);
    source.service_port = NULL;
    assert_int_equal(migdi_kubeconfig_read(&source, &config, NULL), MIGD_OK);
    assert_string_equal(config.namespace_, "default");
    migdi_kubeconfig_free(&config);
}

/* --- memory ----------------------------------------------------------------------------------- */

static migd_status read_and_load(void *user)
{
    migdi_kubeconfig config = {0};
    migd_error *error = NULL;
    migd_status status = migdi_kubeconfig_read(user, &config, &error);
    if (status == MIGD_OK) {
        status = migdi_kubeconfig_load(&config, &error);
    }
    if (status == MIGD_OK) {
        assert_string_equal(config.server, "https://alpha.example:6443");
        assert_string_equal(config.namespace_, "default");
        assert_non_null(config.peer.key_pem);
    }
    forget(&error);
    migdi_kubeconfig_free(&config);
    return status;
}

static migd_status read_unknown(void *user)
{
    migdi_kubeconfig config = {0};
    migd_error *error = NULL;
    const migd_status status = migdi_kubeconfig_read(user, &config, &error);
    forget(&error);
    return status == MIGD_ERR_NOT_FOUND ? MIGD_OK : status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    recorded it = open_case("37-view-flatten-certificates");
    assert_true(test_fail_allocations(read_and_load, &it.source) > 20);
    it.source.context = "nobody";
    assert_true(test_fail_allocations(read_unknown, &it.source) > 20);
    close_case(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_context_is_read_as_kubectl_prints_it),
        cmocka_unit_test(the_current_context_is_the_one_that_kubectl_names),
        cmocka_unit_test(the_contexts_are_those_of_kubectls_table),
        cmocka_unit_test(what_kubectl_refuses_is_refused_with_file_line_and_column),
        cmocka_unit_test(a_missing_certificate_is_told_with_its_entry_and_place),
        cmocka_unit_test(entries_that_contradict_themselves_are_refused),
        cmocka_unit_test(
            defects_1_to_3_an_exec_plugin_is_never_run_and_other_credentials_go_before_it),
        cmocka_unit_test(defect_4_a_context_without_a_user_is_somebody_without_credentials),
        cmocka_unit_test(a_mistyped_context_is_told_with_the_nearest),
        cmocka_unit_test(only_the_first_document_is_read),
        cmocka_unit_test(without_any_file_it_says_where_it_looked),
        cmocka_unit_test(a_pod_without_a_kubeconfig_uses_its_service_account),
        cmocka_unit_test(a_context_without_namespace_takes_the_pods),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* The loop as a host uses it: public headers, libcurl, a real server on loopback. */
#include "test_support.h"

#include "test_server.h"

#include <migdeploy/migdeploy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

static const char discovery[] =
    "{\"kind\":\"APIResourceList\",\"groupVersion\":\"v1\",\"resources\":[{\"name\":\"pods\","
    "\"singularName\":\"pod\",\"namespaced\":true,\"kind\":\"Pod\",\"verbs\":[\"get\",\"list\"]}]}";

typedef struct {
    test_server *server;
    migd_context *context;
    migd_kube *kube;
    char config[64];
} host;

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Pods answer with their own name; the pod "silent" never does. */
static bool serve(test_connection *connection, void *user)
{
    (void)user;
    char name[64] = "";
    const char *head = test_connection_head(connection);
    if (sscanf(head, "GET /api/v1/namespaces/blue/pods/%63[^ ]", name) != 1) {
        const bool known = strncmp(head, "GET /api/v1 ", 12) == 0;
        return test_write_answer(connection, known ? 200 : 404, known ? discovery : "{}");
    }
    if (strcmp(name, "silent") == 0) {
        test_wait_for_close(connection);
        return false;
    }
    char body[256];
    snprintf(body, sizeof body,
             "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\"}}", name);
    return test_write_answer(connection, 200, body);
}

static int open_host(void **state)
{
    host *it = calloc(1, sizeof *it);
    assert_non_null(it);
    it->server = test_server_start(serve, NULL, NULL);
    snprintf(it->config, sizeof it->config, "%s",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm/migdeploy-api-XXXXXX"
                                           : "./migdeploy-api-XXXXXX");
    const int fd = mkstemp(it->config);
    assert_true(fd >= 0);
    assert_true(dprintf(fd,
                        "{apiVersion: v1, kind: Config, current-context: a, clusters: [{name: a, "
                        "cluster: {server: '%s'}}], contexts: [{name: a, context: {cluster: a, "
                        "namespace: blue}}]}\n",
                        test_server_url(it->server)) > 0);
    close(fd);
    migd_call_options *options = NULL;
    assert_int_equal(migd_context_new(NULL, &it->context, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_text(options, MIGD_CALL_KUBECONFIG, it->config, NULL);
    assert_int_equal(migd_kube_open(it->context, options, &it->kube, NULL), MIGD_OK);
    migd_call_options_free(options);
    *state = it;
    return 0;
}

static int close_host(void **state)
{
    host *it = *state;
    migd_kube_free(it->kube);
    migd_context_free(it->context);
    test_server_stop(it->server);
    unlink(it->config);
    free(it);
    return 0;
}

static migd_job *start_get(const host *it, const char *name, const migd_call_options *options)
{
    migd_job *job = NULL;
    assert_int_equal(migd_kube_get_start(it->kube, "pods", NULL, name, options, &job, NULL),
                     MIGD_OK);
    return job;
}

/* One turn of a host's epoll: whoever is told, and with what status; a job that ends counts. */
static size_t turn(const host *it, int epoll, migd_status *last)
{
    struct epoll_event happened;
    const int64_t wait_ms = migd_context_timeout_ms(it->context);
    epoll_wait(epoll, &happened, 1, wait_ms < 0 || wait_ms > 1000 ? 1000 : (int)wait_ms);
    size_t ended = 0;
    migd_job *job = NULL;
    do {
        const migd_event *event = NULL;
        migd_error *error = NULL;
        *last = migd_context_next(it->context, 0, &job, &event, &error);
        ended += job != NULL && (*last == MIGD_DONE || *last < 0);
        migd_error_free(error);
    } while (*last != MIGD_TIMEOUT && job != NULL);
    return ended;
}

static void many_jobs_live_in_one_descriptor_of_the_hosts_loop(void **state)
{
    const host *it = *state;
    int32_t fd = -1;
    assert_int_equal(migd_context_fd(it->context, &fd, NULL), MIGD_OK);
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event wanted = {.events = EPOLLIN};
    assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted), 0);

    migd_job *jobs[20];
    char name[16];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "pod-%d", i);
        jobs[i] = start_get(it, name, NULL);
    }
    size_t ended = 0;
    migd_status last = MIGD_OK;
    for (int64_t begin = now_ms(); ended < 20 && now_ms() - begin < 10000;) {
        ended += turn(it, epoll, &last);
    }
    assert_int_equal(ended, 20);
    for (int i = 0; i < 20; i++) {
        migd_object *pod = NULL;
        assert_int_equal(migd_job_take_object(jobs[i], &pod, NULL), MIGD_OK);
        snprintf(name, sizeof name, "pod-%d", i);
        assert_string_equal(migd_object_text(pod, "/metadata/name", ""), name);
        migd_object_free(pod);
        migd_job_free(jobs[i]);
    }
    migd_job *none = NULL;
    const migd_event *event = NULL;
    assert_int_equal(migd_context_next(it->context, 0, &none, &event, NULL), MIGD_DONE);
    assert_null(none);
    assert_int_equal(migd_context_timeout_ms(it->context), MIGD_FOREVER);
    close(epoll);
}

static void a_silent_server_costs_nothing_until_the_deadline(void **state)
{
    const host *it = *state;
    migd_call_options *options = NULL;
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_set_int64(options, MIGD_CALL_DEADLINE_MS, 200, NULL),
                     MIGD_OK);
    migd_job *job = start_get(it, "silent", options);
    const int64_t begin = now_ms();
    migd_error *error = NULL;
    assert_int_equal(migd_job_finish(job, NULL, &error), MIGD_ERR_DEADLINE);
    assert_in_range(now_ms() - begin, 190, 1000);
    assert_int_equal(migd_error_status(error), MIGD_ERR_DEADLINE);
    migd_error_free(error);
    migd_job_free(job);
    migd_call_options_free(options);
}

static void a_cancel_ends_a_waiting_job_within_250_ms(void **state)
{
    const host *it = *state;
    migd_call_options *options = NULL;
    migd_cancel *cancel = NULL;
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    assert_int_equal(migd_cancel_new(&cancel, NULL), MIGD_OK);
    migd_call_options_set_cancel(options, cancel);
    migd_job *job = start_get(it, "silent", options);
    const migd_event *event = NULL;
    assert_int_equal(migd_job_next(job, 50, &event, NULL), MIGD_TIMEOUT);
    const int64_t begin = now_ms();
    migd_cancel_signal(cancel);
    migd_status status = MIGD_OK;
    while (status == MIGD_OK) {
        status = migd_job_next(job, 1000, &event, NULL);
    }
    assert_int_equal(status, MIGD_ERR_CANCELLED);
    assert_true(now_ms() - begin < 250);
    migd_job_free(job);
    migd_cancel_free(cancel);
    migd_call_options_free(options);
}

static void a_job_without_its_context_says_so_and_is_freed(void **state)
{
    host *it = *state;
    migd_job *job = start_get(it, "silent", NULL);
    migd_context_free(it->context);
    it->context = NULL;
    const migd_event *event = NULL;
    assert_int_equal(migd_job_next(job, 0, &event, NULL), MIGD_ERR_INVALID);
    migd_job_free(job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(many_jobs_live_in_one_descriptor_of_the_hosts_loop,
                                        open_host, close_host),
        cmocka_unit_test_setup_teardown(a_silent_server_costs_nothing_until_the_deadline, open_host,
                                        close_host),
        cmocka_unit_test_setup_teardown(a_cancel_ends_a_waiting_job_within_250_ms, open_host,
                                        close_host),
        cmocka_unit_test_setup_teardown(a_job_without_its_context_says_so_and_is_freed, open_host,
                                        close_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Held against pods and events of a Kubernetes 1.36 API server (tests/data/kube), and against pods
 * as its kubelet and its documentation write them, where simulated nodes cannot fail. */
#include "test_support.h"

#include "kube_status.h"

#include <stdlib.h>
#include <string.h>

static migd_object *load(const char *name)
{
    size_t size = 0;
    char *text = test_read_data(name, &size);
    migd_object *object = NULL;
    assert_int_equal(migd_object_parse(text, size, NULL, &object, NULL), MIGD_OK);
    free(text);
    return object;
}

static migd_object *parse(const char *text)
{
    migd_object *object = NULL;
    assert_int_equal(migd_object_parse(text, strlen(text), NULL, &object, NULL), MIGD_OK);
    return object;
}

static void a_running_pod_is_ready_since_its_transition(void **state)
{
    (void)state;
    migd_object *pod = load("kube/pod-ready.json");
    const migdi_pod_state it = migdi_pod_state_of(pod);
    assert_true(it.ready);
    assert_true(it.scheduled);
    assert_false(it.terminating);
    assert_false(it.finished);
    assert_null(it.reason);
    assert_non_null(strstr(it.node, ".ec2.internal"));
    assert_true(it.ready_since_unix_ms >= it.created_unix_ms);
    assert_true(it.created_unix_ms > 1700000000000);
    migd_object_free(pod);
}

static void a_pod_that_no_node_takes_says_why(void **state)
{
    (void)state;
    migd_object *pod = load("kube/pod-unschedulable.json");
    const migdi_pod_state it = migdi_pod_state_of(pod);
    assert_false(it.ready);
    assert_false(it.scheduled);
    assert_string_equal(it.reason, "Unschedulable");
    assert_non_null(strstr(it.message, "0/3 nodes are available"));
    migdi_arena arena = {0};
    assert_non_null(strstr(migdi_pod_state_text(&it, &arena), "Unschedulable: 0/3 nodes"));
    migdi_arena_free(&arena);
    migd_object_free(pod);
}

#define RUNNING(statuses)                                                                          \
    "{\"spec\":{\"nodeName\":\"n\"},\"status\":{\"phase\":\"Pending\",\"conditions\":[{\"type\":"  \
    "\"Ready\",\"status\":\"False\"}]," statuses "}}"

/* Texts as kubelet 1.36 writes them (pkg/kubelet/images, pkg/kubelet/kuberuntime). */
static void what_keeps_a_container_from_running_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *pod;
        const char *text;
        bool crashed;
        int64_t exit_code;
    } cases[] = {
        {RUNNING(
             "\"containerStatuses\":[{\"name\":\"md\",\"restartCount\":0,\"state\":{\"waiting\":{"
             "\"reason\":\"ImagePullBackOff\",\"message\":\"Back-off pulling image \\\"x:1"
             "\\\"\"}}}]"),
         "ImagePullBackOff of container md: Back-off pulling image \"x:1\"", false, -1},
        {RUNNING("\"containerStatuses\":[{\"name\":\"md\",\"state\":{\"waiting\":{\"reason\":"
                 "\"InvalidImageName\",\"message\":\"couldn't parse\"}}}]"),
         "InvalidImageName of container md: couldn't parse", false, -1},
        {RUNNING(
             "\"containerStatuses\":[{\"name\":\"md\",\"restartCount\":4,\"state\":{\"waiting\":{"
             "\"reason\":\"CrashLoopBackOff\",\"message\":\"back-off 40s\"}},\"lastState\":{"
             "\"terminated\":{\"exitCode\":137,\"reason\":\"OOMKilled\"}}}]"),
         "CrashLoopBackOff of container md (exit 137, 4 restarts): back-off 40s", true, 137},
        {RUNNING("\"containerStatuses\":[{\"name\":\"md\",\"restartCount\":1,\"state\":{\"termin"
                 "ated\":{"
                 "\"exitCode\":1,\"reason\":\"Error\"}}}]"),
         "Error of container md (exit 1, 1 restarts)", true, 1},
        {RUNNING(
             "\"initContainerStatuses\":[{\"name\":\"i\",\"state\":{\"waiting\":{\"reason\":"
             "\"ErrImagePull\"}}}],\"containerStatuses\":[{\"name\":\"md\",\"state\":{\"waiting\":{"
             "\"reason\":\"PodInitializing\"}}}]"),
         "ErrImagePull of container i", false, -1},
        {RUNNING("\"reason\":\"Evicted\",\"message\":\"low on memory\""), "Evicted: low on memory",
         false, -1},
        {RUNNING("\"containerStatuses\":[{\"name\":\"md\",\"state\":{\"waiting\":{\"reason\":"
                 "\"ContainerCreating\"}}}]"),
         NULL, false, -1},
        {RUNNING("\"containerStatuses\":[{\"name\":\"md\",\"ready\":false,\"state\":{\"running"
                 "\":{}}}]"),
         NULL, false, -1},
        {"{\"status\":{\"phase\":\"Failed\",\"message\":\"gone\"}}", "Failed: gone", false, -1},
        {"{}", NULL, false, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        migd_object *pod = parse(cases[i].pod);
        const migdi_pod_state it = migdi_pod_state_of(pod);
        migdi_arena arena = {0};
        const char *text = migdi_pod_state_text(&it, &arena);
        if (!migdi_text_equal(text, cases[i].text)) {
            fail_msg("case %zu: \"%s\"", i, text == NULL ? "nothing" : text);
        }
        assert_int_equal(it.crashed, cases[i].crashed);
        assert_int_equal(it.exit_code, cases[i].exit_code);
        assert_false(it.ready);
        migdi_arena_free(&arena);
        migd_object_free(pod);
    }
}

static void a_pod_that_is_going_is_not_ready_whatever_it_says(void **state)
{
    (void)state;
    migd_object *pod =
        parse("{\"metadata\":{\"deletionTimestamp\":\"2026-11-23T09:21:55Z\"},"
              "\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\","
              "\"status\":\"True\"}]}}");
    const migdi_pod_state it = migdi_pod_state_of(pod);
    assert_false(it.ready);
    assert_true(it.terminating);
    migd_object_free(pod);
    assert_false(migdi_pod_state_of(NULL).ready);
}

static void why_a_set_cannot_make_a_pod_is_its_newest_event(void **state)
{
    (void)state;
    migd_object *events = load("kube/events-quota.json");
    migd_object *set = load("kube/statefulset-quota.json");
    const char *uid = migd_object_text(set, "/metadata/uid", "");
    const migdi_creation_failure failure = migdi_kube_creation_failure(events, uid);
    assert_string_equal(failure.message,
                        "pods \"web-1\" is forbidden: exceeded quota: pods, requested: pods=1, "
                        "used: pods=1, limited: pods=1");
    assert_true(failure.unix_ms > 1700000000000);
    assert_null(migdi_kube_creation_failure(events, "another").message);
    assert_null(migdi_kube_creation_failure(NULL, uid).message);
    migd_object_free(set);
    migd_object_free(events);

    events = parse(
        "[{\"reason\":\"FailedCreate\",\"message\":\"new\",\"involvedObject\":{\"uid\":\"u\"},"
        "\"series\":{\"lastObservedTime\":\"2026-11-23T09:22:00.000001Z\"}},"
        "{\"reason\":\"FailedCreate\",\"message\":\"old\",\"involvedObject\":{\"uid\":\"u\"},"
        "\"lastTimestamp\":\"2026-11-23T09:21:00Z\"}]");
    assert_string_equal(migdi_kube_creation_failure(events, "u").message, "new");
    migd_object_free(events);
}

static void a_condition_is_found_by_its_type(void **state)
{
    (void)state;
    migd_object *namespace_ = load("kube/namespace-terminating.json");
    assert_string_equal(migdi_kube_condition(namespace_, "NamespaceFinalizersRemaining"), "True");
    assert_string_equal(migdi_kube_condition(namespace_, "NamespaceDeletionContentFailure"),
                        "False");
    assert_null(migdi_kube_condition(namespace_, "Ready"));
    assert_null(migdi_kube_condition(NULL, "Ready"));
    assert_non_null(
        strstr(migd_object_text(migdi_kube_condition_at(namespace_, "NamespaceFinalizersRemaining"),
                                "/message", ""),
               "example.com/hold"));
    migd_object_free(namespace_);
}

/* What a pod that is going waits for: first whoever put a finalizer on it, then its kubelet. */
static void who_holds_a_pod_that_is_going_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *pod;
        const char *holder;
    } rows[] = {
        {"{\"metadata\":{\"finalizers\":[\"x.io/hold\",\"y\"]},\"spec\":{\"nodeName\":\"n1\"}}",
         ", held by x.io/hold"},
        {"{\"spec\":{\"nodeName\":\"n1\"}}", " on n1"},
        {"{}", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_arena arena = {0};
        migd_object *pod = NULL;
        assert_int_equal(migd_object_parse(rows[i].pod, strlen(rows[i].pod), NULL, &pod, NULL),
                         MIGD_OK);
        const migdi_pod_state pod_state = migdi_pod_state_of(pod);
        assert_string_equal(migdi_pod_state_holder(&pod_state, &arena), rows[i].holder);
        migd_object_free(pod);
        migdi_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_holds_a_pod_that_is_going_is_named),
        cmocka_unit_test(a_running_pod_is_ready_since_its_transition),
        cmocka_unit_test(a_pod_that_no_node_takes_says_why),
        cmocka_unit_test(what_keeps_a_container_from_running_is_told),
        cmocka_unit_test(a_pod_that_is_going_is_not_ready_whatever_it_says),
        cmocka_unit_test(why_a_set_cannot_make_a_pod_is_its_newest_event),
        cmocka_unit_test(a_condition_is_found_by_its_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

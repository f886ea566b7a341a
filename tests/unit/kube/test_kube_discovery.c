/* Held against the discovery documents of a Kubernetes 1.36 API server: tests/data/kube. */
#include "kube_scripted.h"

#include "kube_client.h"
#include "kube_discovery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the server serves, learned by a get of a kind that nobody serves. */
static const migdi_kube_found *learn(scripted *it)
{
    migd_error *error = NULL;
    const migd_status status = migd_kube_get(it->kube, "nothings", NULL, "x", NULL, NULL, &error);
    if (status != MIGD_ERR_UNSUPPORTED) {
        fail_msg("status %d: %s", status, migd_error_message(error));
    }
    migd_error_free(error);
    return migdi_kube_discovery_found(
        migdi_kube_target_discovery(migdi_kube_client_target(it->kube)));
}

static void assert_resource(const migdi_kube_found *found, const char *name, const char *group,
                            const char *version, const char *kind, bool namespaced)
{
    const migdi_kube_resource *resource = migdi_kube_found_named(found, name);
    if (resource == NULL) {
        fail_msg("%s is not found", name);
        return;
    }
    assert_string_equal(resource->group, group);
    assert_string_equal(resource->version, version);
    assert_string_equal(resource->kind, kind);
    assert_int_equal(resource->namespaced, namespaced);
}

static void aggregated_discovery_is_two_requests(void **state)
{
    (void)state;
    char *api = test_read_data("kube/discovery-api.json", NULL);
    char *apis = test_read_data("kube/discovery-apis.json", NULL);
    const test_rule rules[] = {
        {.path = "/prefix/api", .headers = JSON, .body = api},
        {.path = "/prefix/apis", .headers = JSON, .body = apis},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    const migdi_kube_found *found = learn(&it);
    assert_int_equal(test_request_count(it.transport), 2);
    assert_non_null(strstr(test_request_at(it.transport, 1)->headers,
                           "Accept: application/json;g=apidiscovery.k8s.io;v=v2;"
                           "as=APIGroupDiscoveryList,application/json\n"));
    assert_false(found->incomplete);
    assert_resource(found, "po", "", "v1", "Pod", true);
    assert_resource(found, "deployments.apps", "apps", "v1", "Deployment", true);
    assert_resource(found, "deploy", "apps", "v1", "Deployment", true);
    assert_resource(found, "hpa", "autoscaling", "v2", "HorizontalPodAutoscaler", true);
    assert_resource(found, "hpa.v1.autoscaling", "autoscaling", "v1", "HorizontalPodAutoscaler",
                    true);
    assert_resource(found, "events", "", "v1", "Event", true);
    assert_resource(found, "events.events.k8s.io", "events.k8s.io", "v1", "Event", true);
    assert_resource(found, "crd", "apiextensions.k8s.io", "v1", "CustomResourceDefinition", false);
    assert_resource(found, "ValidatingAdmissionPolicy", "admissionregistration.k8s.io", "v1",
                    "ValidatingAdmissionPolicy", false);
    assert_null(migdi_kube_found_named(found, "pods/log"));
    assert_null(migdi_kube_found_named(found, "podz"));
    assert_string_equal(migdi_kube_found_nearest(found, "deploymnets"), "deployments");
    assert_string_equal(migdi_kube_found_of(found, "batch/v1", "CronJob")->plural, "cronjobs");
    assert_null(migdi_kube_found_of(found, "batch/v2", "CronJob"));
    scripted_close(&it);
    free(api);
    free(apis);
}

/* The verbs decide what a namespace can be searched for. */
static void what_can_be_listed_and_deleted_is_known(void **state)
{
    (void)state;
    char *api = test_read_data("kube/discovery-api.json", NULL);
    char *apis = test_read_data("kube/discovery-apis.json", NULL);
    const test_rule rules[] = {
        {.path = "/prefix/api", .headers = JSON, .body = api},
        {.path = "/prefix/apis", .headers = JSON, .body = apis},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    const migdi_kube_found *found = learn(&it);
    assert_true(migdi_kube_found_named(found, "configmaps")->listable);
    assert_true(migdi_kube_found_named(found, "configmaps")->deletable);
    assert_false(migdi_kube_found_named(found, "bindings")->listable);
    assert_false(migdi_kube_found_named(found, "subjectaccessreviews")->deletable);
    assert_true(migdi_kube_found_named(found, "componentstatuses")->listable);
    assert_false(migdi_kube_found_named(found, "componentstatuses")->deletable);
    scripted_close(&it);
    free(api);
    free(apis);
}

static void an_older_server_is_asked_group_by_group_the_preferred_version_first(void **state)
{
    (void)state;
    static const char *const files[][2] = {
        {"/prefix/api", "kube/discovery-old-api.json"},
        {"/prefix/apis", "kube/discovery-old-apis.json"},
        {"/prefix/api/v1", "kube/discovery-old-v1.json"},
        {"/prefix/apis/apps/v1", "kube/discovery-old-apps-v1.json"},
        {"/prefix/apis/autoscaling/v2", "kube/discovery-old-autoscaling-v2.json"},
        {"/prefix/apis/autoscaling/v1", "kube/discovery-old-autoscaling-v1.json"},
    };
    test_rule rules[COUNT(files) + 2] = {0};
    char *bodies[COUNT(files)];
    for (size_t i = 0; i < COUNT(files); i++) {
        bodies[i] = test_read_data(files[i][1], NULL);
        rules[i] = (test_rule){.path = files[i][0], .headers = JSON, .body = bodies[i]};
    }
    rules[COUNT(files)] = (test_rule){
        .path = "/prefix/apis/metrics.k8s.io*",
        .status = 503,
        .headers = JSON,
        .body = "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"ServiceUnavailable\"}"};
    rules[COUNT(files) + 1] =
        (test_rule){.headers = JSON, .body = "{\"kind\":\"APIResourceList\",\"resources\":[]}"};
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    const migdi_kube_found *found = learn(&it);
    assert_resource(found, "po", "", "v1", "Pod", true);
    assert_resource(found, "sts", "apps", "v1", "StatefulSet", true);
    assert_resource(found, "hpa", "autoscaling", "v2", "HorizontalPodAutoscaler", true);
    assert_resource(found, "hpa.v1.autoscaling", "autoscaling", "v1", "HorizontalPodAutoscaler",
                    true);
    assert_null(migdi_kube_found_named(found, "pods/log"));
    assert_true(migdi_kube_found_named(found, "pods")->deletable);
    scripted_close(&it);
    for (size_t i = 0; i < COUNT(files); i++) {
        free(bodies[i]);
    }
}

/* kubernetes.md 2.14: a stale version is a failure, not absent; 404 on /api is tolerated. */
static void what_could_not_be_asked_for_is_not_taken_for_absent(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.path = "/prefix/api",
         .status = 404,
         .headers = "content-type: text/plain\n",
         .body = "404 page not found\n"},
        {.path = "/prefix/apis",
         .headers = JSON,
         .body = "{\"kind\":\"APIGroupDiscoveryList\",\"items\":[{\"metadata\":{\"name\":"
                 "\"metrics.k8s.io\"},\"versions\":[{\"version\":\"v1beta1\",\"freshness\":\"Sta"
                 "le\"}]}]}"},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_error *error = NULL;
    assert_int_equal(migd_kube_get(it.kube, "nodemetrics", NULL, "x", NULL, NULL, &error),
                     MIGD_ERR_UNSUPPORTED);
    assert_non_null(strstr(migd_error_message(error), "could not be asked for"));
    migd_error_free(error);
    scripted_close(&it);
}

static void rubbish_is_no_kind(void **state)
{
    (void)state;
    static const char half[] =
        "{\"kind\":\"APIGroupDiscoveryList\",\"items\":[null,{\"versions\":[[],{\"resources\":[{},"
        "{\"resource\":\"x\",\"shortNames\":[7]}]}]}]}";
    static const char *const bodies[] = {
        "{}",
        "{\"kind\":\"APIGroupDiscoveryList\",\"items\":7}",
        half,
        "{\"kind\":\"APIGroupList\",\"groups\":[{},{\"name\":\"\"}],\"versions\":[null,\"\"]}",
    };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        const test_rule rules[] = {{.headers = JSON, .body = bodies[i]}};
        scripted it = scripted_open(rules, COUNT(rules), "ann");
        assert_int_equal(learn(&it)->count, 0);
        scripted_close(&it);
    }
}

static char *many_kinds(size_t count)
{
    const size_t size = 128 + count * 40;
    char *body = malloc(size);
    assert_non_null(body);
    size_t at = (size_t)snprintf(body, size,
                                 "{\"kind\":\"APIGroupDiscoveryList\",\"items\":[{\"versions\":["
                                 "{\"resources\":[");
    for (size_t i = 0; i < count; i++) {
        at += (size_t)snprintf(body + at, size - at, "%s{\"responseKind\":{\"kind\":\"K\"}}",
                               i == 0 ? "" : ",");
    }
    snprintf(body + at, size - at, "]}]}]}");
    return body;
}

/* The limit is ours: a server with so many custom kinds is not known. */
static void a_server_may_serve_20000_kinds_and_no_more(void **state)
{
    (void)state;
    for (size_t count = 20000; count <= 20001; count++) {
        char *body = many_kinds(count);
        const test_rule rules[] = {
            {.path = "/prefix/api", .headers = JSON, .body = "{}"},
            {.path = "/prefix/apis", .headers = JSON, .body = body},
        };
        scripted it = scripted_open(rules, COUNT(rules), "ann");
        migd_error *error = NULL;
        const migd_status status =
            migd_kube_get(it.kube, "nothings", NULL, "x", NULL, NULL, &error);
        if (count == 20000) {
            assert_int_equal(status, MIGD_ERR_UNSUPPORTED);
        } else {
            assert_int_equal(status, MIGD_ERR_REMOTE);
            assert_non_null(
                strstr(migd_error_message(error), "the server serves more than 20000 kinds"));
        }
        migd_error_free(error);
        scripted_close(&it);
        free(body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aggregated_discovery_is_two_requests),
        cmocka_unit_test(what_can_be_listed_and_deleted_is_known),
        cmocka_unit_test(an_older_server_is_asked_group_by_group_the_preferred_version_first),
        cmocka_unit_test(what_could_not_be_asked_for_is_not_taken_for_absent),
        cmocka_unit_test(rubbish_is_no_kind),
        cmocka_unit_test(a_server_may_serve_20000_kinds_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

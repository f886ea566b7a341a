#include "deploy_told.h"

#define migdi_deploy_namespace_gone tested /* beside that of the room */
#include "deploy_step_namespace_gone.c"

static const migdi_removal_wish wish = {.namespace_ = "blue", .name = "data"};

static void it_goes_only_if_a_deploy_made_it_and_nothing_of_others_is_in_it(void **state)
{
    (void)state;
    static const struct {
        namespace_seen seen;
        const char *says;
    } rows[] = {
        {{0}, "done: namespace blue is gone"},
        {{.exists = true, .uid = "u1"}, "done: namespace blue stays: it was not made by migdeploy"},
        {{.exists = true, .made_by_us = true, .uid = "u1", .guest = "ConfigMap/blue/x"},
         "done: namespace blue stays: it holds ConfigMap/blue/x"},
        {{.exists = true, .made_by_us = true, .uid = "u1", .blind = "secrets"},
         "done: namespace blue stays: secrets in it cannot be listed"},
        {{.exists = true, .made_by_us = true, .uid = "u1"},
         "going: delete Namespace/blue\n"
         " delete Namespace/blue: DELETE /api/v1/namespaces/blue\n"
         "  {\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"u1\"},"
         "\"propagationPolicy\":\"Background\"}\n"
         "  facts 404 409"},
        {{.exists = true, .made_by_us = true, .uid = "u1", .going = true},
         "going: namespace blue is going"},
        {{.exists = true, .uid = "u1", .going = true, .held = "Some content remains"},
         "going: namespace blue is going: Some content remains"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        says(&tested, &wish, MIGDI_ABSENT, &rows[i].seen, rows[i].says);
    }
}

static void what_is_kept_is_reported_with_the_reason(void **state)
{
    (void)state;
    static const struct {
        namespace_seen seen;
        const char *reason;
    } rows[] = {
        {{.exists = true}, "it was not made by migdeploy"},
        {{.exists = true, .made_by_us = true, .guest = "Pod/blue/x"}, "it holds Pod/blue/x"},
        {{.exists = true, .made_by_us = true, .blind = "secrets"},
         "secrets in it cannot be listed"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        migd_object *result = reports(&tested, &wish, &rows[i].seen, "{\"kept\":[]}");
        assert_string_equal(migd_object_text(result, "/kept/0/object", ""), "Namespace/blue");
        assert_string_equal(migd_object_text(result, "/kept/0/reason", ""), rows[i].reason);
        migd_object_free(result);
    }
    migd_object *result = reports(&tested, &wish, &(namespace_seen){0}, "{\"kept\":[]}");
    assert_int_equal(migd_object_count(migd_object_at(result, "/kept")), 0);
    migd_object_free(result);
}

static const migdi_kube_resource *resource_of(const char *kind)
{
    static const migdi_kube_resource others[] = {
        {"metrics.k8s.io", "v1beta1", "pods", "pod", "PodMetrics", "", true, true, false},
        {"events.k8s.io", "v1", "events", "event", "Event", "", true, true, true},
        {"apps", "v1", "deployments", "deployment", "Deployment", "", true, true, true},
        {"example.com", "v1", "shards", "shard", "Shard", "", false, true, true},
    };
    for (size_t i = 0; i < COUNT(others); i++) {
        if (strcmp(others[i].kind, kind) == 0) {
            return &others[i];
        }
    }
    static const char *const versions[] = {"v1",
                                           "apps/v1",
                                           "policy/v1",
                                           "autoscaling/v2",
                                           "discovery.k8s.io/v1",
                                           "coordination.k8s.io/v1"};
    const migdi_kube_resource *known = NULL;
    for (size_t i = 0; i < COUNT(versions) && known == NULL; i++) {
        known = migdi_kube_resource_of(versions[i], kind);
    }
    assert_non_null(known);
    return known;
}

/* What stands in every namespace, and what is ours by a label; all else is somebody's. */
static void what_comes_by_itself_is_a_fixed_list(void **state)
{
    (void)state;
#define OURS "\"app.kubernetes.io/managed-by\":\"migdeploy\",\"app.kubernetes.io/instance\":"
#define OWNED(version, kind)                                                                       \
    "{\"metadata\":{\"name\":\"x\",\"ownerReferences\":[{\"apiVersion\":\"" version                \
    "\",\"kind\":\"" kind "\",\"name\":\"y\"}]}}"
    static const struct {
        const char *kind;
        const char *object;
        bool by_itself;
    } rows[] = {
        {"ConfigMap", "{\"metadata\":{\"name\":\"kube-root-ca.crt\"}}", true},
        {"ConfigMap", "{\"metadata\":{\"name\":\"settings\"}}", false},
        {"Secret", "{\"metadata\":{\"name\":\"kube-root-ca.crt\"}}", false},
        {"ServiceAccount", "{\"metadata\":{\"name\":\"default\"}}", true},
        {"ServiceAccount", "{\"metadata\":{\"name\":\"builder\"}}", false},
        {"Event", "{\"metadata\":{\"name\":\"data-0.17\"}}", true},
        {"Endpoints", "{\"metadata\":{\"name\":\"x\",\"labels\":{" OURS "\"data\"}}}", true},
        {"Endpoints", "{\"metadata\":{\"name\":\"data-cs\"}}", false},
        {"EndpointSlice", OWNED("v1", "Service"), true},
        {"EndpointSlice", "{\"metadata\":{\"name\":\"data-cs-x7\"}}", false},
        {"ControllerRevision", "{\"metadata\":{\"name\":\"data-5d\"}}", true},
        {"PodMetrics", "{\"metadata\":{\"name\":\"data-0\"}}", true},
        {"Lease", "{\"metadata\":{\"name\":\"migdeploy-data\"}}", true},
        {"Lease", "{\"metadata\":{\"name\":\"migdeploy-data2\"}}", false},
        {"Lease", "{\"metadata\":{\"name\":\"data\"}}", false},
        {"ConfigMap", "{\"metadata\":{\"name\":\"migdeploy-data\"}}", false},
        {"Secret", "{\"metadata\":{\"name\":\"s\",\"labels\":{" OURS "\"data\"}}}", true},
        {"Secret", "{\"metadata\":{\"name\":\"s\",\"labels\":{" OURS "\"other\"}}}", false},
        {"Secret",
         "{\"metadata\":{\"name\":\"s\",\"labels\":{\"app.kubernetes.io/instance\":\"data\"}}}",
         false},
        {"StatefulSet", "{\"metadata\":{\"name\":\"data\"}}", false},
        {"Pod", OWNED("apps/v1", "Deployment"), true},
        {"Pod", OWNED("v1", "Node"), false},
        {"Pod", OWNED("example.com/v1", "Shard"), false},
        {"Pod", OWNED("gone.example.com/v1", "Thing"), false},
    };
    const migdi_kube_resource resources[] = {*resource_of("Deployment"), *resource_of("Shard"),
                                             migdi_kube_nodes, migdi_kube_pods,
                                             migdi_kube_services};
    const migdi_kube_found found = {.resources = resources, .count = COUNT(resources)};
    for (size_t i = 0; i < COUNT(rows); i++) {
        migd_object *object = json(rows[i].object);
        if (comes_by_itself(&wish, &found, resource_of(rows[i].kind), object) !=
            rows[i].by_itself) {
            fail_msg("%s %s", rows[i].kind, rows[i].object);
        }
        migd_object_free(object);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_goes_only_if_a_deploy_made_it_and_nothing_of_others_is_in_it),
        cmocka_unit_test(what_is_kept_is_reported_with_the_reason),
        cmocka_unit_test(what_comes_by_itself_is_a_fixed_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "deploy_told.h"

#define migdi_deploy_gone tested /* beside that of the room */
#include "deploy_step_gone.c"

static const migdi_removal_wish services = {
    .resource = &migdi_kube_services, .namespace_ = "blue", .name = "data"};
static const migdi_removal_wish sets = {
    .resource = &migdi_kube_statefulsets, .namespace_ = "blue", .name = "data"};

#define DELETE(object, path, uid)                                                                  \
    "\n delete " object ": DELETE " path                                                           \
    "\n  {\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"" uid      \
    "\"},\"propagationPolicy\":\"Background\"}\n  facts 404 409"

static void each_object_is_deleted_by_its_uid_and_awaited(void **state)
{
    (void)state;
    static const going_object two[] = {{.name = "data-cs", .uid = "u1"},
                                       {.name = "data-hs", .uid = "u2"}};
    static const going_object first_goes[] = {{.name = "data-cs", .uid = "u1", .going = true},
                                              {.name = "data-hs", .uid = "u2"}};
    static const going_object held[] = {
        {.name = "data-cs", .uid = "u1", .going = true, .finalizer = "service.k8s.aws/resources"}};
    says(&tested, &services, MIGDI_ABSENT, &(gone_seen){0}, "done: no Service of data is left");
    says(&tested, &services, MIGDI_ABSENT, &(gone_seen){.objects = two, .count = 2},
         "going: delete Service/data-cs" DELETE("Service/blue/data-cs",
                                                "/api/v1/namespaces/blue/services/data-cs", "u1")
             DELETE("Service/blue/data-hs", "/api/v1/namespaces/blue/services/data-hs", "u2"));
    says(&tested, &services, MIGDI_ABSENT, &(gone_seen){.objects = first_goes, .count = 2},
         "going: Service/data-cs is going" DELETE(
             "Service/blue/data-hs", "/api/v1/namespaces/blue/services/data-hs", "u2"));
    says(&tested, &services, MIGDI_ABSENT, &(gone_seen){.objects = held, .count = 1},
         "going: Service/data-cs is going, held by service.k8s.aws/resources");
}

static void a_set_is_gone_when_its_last_pod_is(void **state)
{
    (void)state;
    static const going_object set[] = {{.name = "data", .uid = "u1"}};
    says(&tested, &sets, MIGDI_ABSENT, &(gone_seen){.objects = set, .count = 1, .pod = "data-0"},
         "going: delete StatefulSet/data" DELETE(
             "StatefulSet/blue/data", "/apis/apps/v1/namespaces/blue/statefulsets/data", "u1"));
    says(&tested, &sets, MIGDI_ABSENT, &(gone_seen){.pod = "data-0"}, "going: data-0 is going");
    says(&tested, &sets, MIGDI_ABSENT,
         &(gone_seen){.pod = "data-0", .pod_state = {.terminating = true, .node = "node-1"}},
         "going: data-0 is going on node-1");
    says(&tested, &sets, MIGDI_ABSENT, &(gone_seen){0}, "done: no StatefulSet of data is left");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_object_is_deleted_by_its_uid_and_awaited),
        cmocka_unit_test(a_set_is_gone_when_its_last_pod_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

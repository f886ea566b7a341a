#include "deploy_told.h"

#define migdi_deploy_object     tested /* beside those of the room */
#define migdi_deploy_autoscaler tested_autoscaler
#include "deploy_step_object.c"

#define PATH "/api/v1/namespaces/blue/services/data-cs"
#define BODY "{\"metadata\":{\"name\":\"data-cs\"},\"spec\":{\"ports\":[]}}"
#define GUARDED                                                                                    \
    "{\"metadata\":{\"name\":\"data-cs\",\"resourceVersion\":\"77\"},\"spec\":{\"ports\":[]}}"

#define CREATE                                                                                     \
    "going: create Service/blue/data-cs\n"                                                         \
    " create Service/blue/data-cs: PATCH " PATH                                                    \
    "?fieldManager=migdeploy&fieldValidation=Strict&force=false\n"                                 \
    "  " BODY "\n"                                                                                 \
    "  facts 409"
#define UPDATE(force, body)                                                                        \
    "going: update Service/blue/data-cs\n"                                                         \
    " update Service/blue/data-cs: PATCH " PATH                                                    \
    "?fieldManager=migdeploy&fieldValidation=Strict&force=" force "\n"                             \
    "  " body "\n"                                                                                 \
    "  fields [{\"pointer\":\"/spec/type\",\"from\":\"ClusterIP\",\"to\":\"NodePort\"}]\n"         \
    "  facts 409"

static migdi_object_wish wished(const migd_object *object)
{
    return (migdi_object_wish){.resource = &migdi_kube_services,
                               .namespace_ = "blue",
                               .name = "data-cs",
                               .instance = "data",
                               .object = object};
}

static object_seen differing(const migd_object *fields, migdi_owner owner, migdi_owner conflict)
{
    return (object_seen){
        .resource = &migdi_kube_services,
        .exists = true,
        .uid = "u1",
        .version = "77",
        .owner = owner,
        .change = {.fields = fields, .differs = true, .conflict = conflict},
    };
}

static void it_is_made_let_be_or_brought_to_what_is_wished(void **state)
{
    (void)state;
    migd_object *object = json(BODY);
    migd_object *fields =
        json("[{\"pointer\":\"/spec/type\",\"from\":\"ClusterIP\",\"to\":\"NodePort\"}]");
    const migdi_object_wish wish = wished(object);
    const migdi_owner nobody = {MIGDI_OWNER_NONE, NULL};
    says(&tested, &wish, MIGDI_PRESENT, &(object_seen){.resource = &migdi_kube_services}, CREATE);
    says(&tested, &wish, MIGDI_PRESENT,
         &(object_seen){.resource = &migdi_kube_services, .exists = true},
         "done: Service/blue/data-cs is as wished");
    const object_seen differs = differing(fields, nobody, nobody);
    says(&tested, &wish, MIGDI_PRESENT, &differs, UPDATE("false", BODY));
    says(&tested, &wish, MIGDI_PRESENT,
         &(object_seen){.resource = &migdi_kube_services, .exists = true, .deleted_at = "2026"},
         "going: Service/blue/data-cs is going, then it is made again");
    says(&tested, &wish, MIGDI_PRESENT,
         &(object_seen){.resource = &migdi_kube_services,
                        .exists = true,
                        .deleted_at = "2026",
                        .finalizer = "x.io/hold"},
         "going: Service/blue/data-cs is going, held by x.io/hold, then it is made again");
    migd_object_free(fields);
    migd_object_free(object);
}

/* kubectl's is adopted without asking, a release's with MIGD_CALL_ADOPT, anybody else's never but
 * by force; force on a field that nobody else owns is none. What is taken is what was seen. */
static void who_owns_what_differs_decides_whether_it_is_taken_over(void **state)
{
    (void)state;
    enum { PLAIN, ADOPT, FORCE };
    static const struct {
        migdi_owner owner;
        migdi_owner conflict;
        int how;
        const char *says;
    } rows[] = {
        {{MIGDI_OWNER_OURS, "migdeploy"}, {MIGDI_OWNER_NONE, NULL}, PLAIN, UPDATE("false", BODY)},
        {{MIGDI_OWNER_KUBECTL, "kubectl"},
         {MIGDI_OWNER_KUBECTL, "kubectl"},
         PLAIN,
         UPDATE("true", GUARDED)},
        {{MIGDI_OWNER_RELEASE, "helm"},
         {MIGDI_OWNER_RELEASE, "helm"},
         PLAIN,
         "refused MIGD_ERR_CONFLICT: Service/blue/data-cs belongs to helm"},
        {{MIGDI_OWNER_RELEASE, "helm"},
         {MIGDI_OWNER_NONE, NULL},
         PLAIN,
         "refused MIGD_ERR_CONFLICT: Service/blue/data-cs belongs to helm"},
        {{MIGDI_OWNER_NONE, NULL},
         {MIGDI_OWNER_SYNC, "argocd-controller"},
         PLAIN,
         "refused MIGD_ERR_CONFLICT: Service/blue/data-cs belongs to argocd-controller"},
        {{MIGDI_OWNER_RELEASE, "helm"},
         {MIGDI_OWNER_RELEASE, "helm"},
         ADOPT,
         UPDATE("true", GUARDED)},
        {{MIGDI_OWNER_RELEASE, "helm"}, {MIGDI_OWNER_NONE, NULL}, ADOPT, UPDATE("false", BODY)},
        {{MIGDI_OWNER_NONE, NULL},
         {MIGDI_OWNER_FOREIGN, "operator"},
         PLAIN,
         "refused MIGD_ERR_CONFLICT: Service/blue/data-cs has fields that operator looks after"},
        {{MIGDI_OWNER_NONE, NULL},
         {MIGDI_OWNER_FOREIGN, "operator"},
         ADOPT,
         "refused MIGD_ERR_CONFLICT: Service/blue/data-cs has fields that operator looks after"},
        {{MIGDI_OWNER_NONE, NULL},
         {MIGDI_OWNER_FOREIGN, "operator"},
         FORCE,
         UPDATE("true", GUARDED)},
        {{MIGDI_OWNER_RELEASE, "helm"},
         {MIGDI_OWNER_RELEASE, "helm"},
         FORCE,
         UPDATE("true", GUARDED)},
    };
    migd_object *object = json(BODY);
    migd_object *fields =
        json("[{\"pointer\":\"/spec/type\",\"from\":\"ClusterIP\",\"to\":\"NodePort\"}]");
    for (size_t i = 0; i < COUNT(rows); i++) {
        migdi_object_wish wish = wished(object);
        wish.adopt = rows[i].how == ADOPT;
        wish.force = rows[i].how == FORCE;
        const object_seen seen = differing(fields, rows[i].owner, rows[i].conflict);
        says(&tested, &wish, MIGDI_PRESENT, &seen, rows[i].says);
    }
    /* What is as wished is nobody's business. */
    const migdi_object_wish wish = wished(object);
    object_seen same = differing(NULL, (migdi_owner){MIGDI_OWNER_RELEASE, "helm"},
                                 (migdi_owner){MIGDI_OWNER_NONE, NULL});
    same.change.differs = false;
    says(&tested, &wish, MIGDI_PRESENT, &same, "done: Service/blue/data-cs is as wished");
    migd_object_free(fields);
    migd_object_free(object);
}

static void what_is_not_wished_is_removed_only_if_it_is_ours(void **state)
{
    (void)state;
    static const struct {
        object_seen seen;
        const char *says;
    } rows[] = {
        {{.resource = &migdi_kube_services}, "done: Service/blue/data-cs is not there"},
        {{.resource = &migdi_kube_services, .exists = true, .uid = "u1"},
         "done: Service/blue/data-cs is not ours: it stays"},
        {{.resource = &migdi_kube_services, .exists = true, .ours = true, .uid = "u1"},
         "going: delete Service/blue/data-cs\n"
         " delete Service/blue/data-cs: DELETE " PATH "\n"
         "  {\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"u1\"},"
         "\"propagationPolicy\":\"Background\"}\n"
         "  facts 404 409"},
        {{.resource = &migdi_kube_services, .exists = true, .ours = true, .deleted_at = "2026"},
         "going: Service/blue/data-cs is going"},
        {{.resource = &migdi_kube_services,
          .exists = true,
          .ours = true,
          .deleted_at = "2026",
          .finalizer = "service.k8s.aws/resources"},
         "going: Service/blue/data-cs is going, held by service.k8s.aws/resources"},
    };
    const migdi_object_wish wish = wished(NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        says(&tested, &wish, MIGDI_ABSENT, &rows[i].seen, rows[i].says);
    }
    plans(&tested, &wish, MIGDI_ABSENT, &rows[2].seen,
          "delete Service/blue/data-cs: delete Service/blue/data-cs\n"
          "done: Service/blue/data-cs is not there");
    plans(&tested, &wish, MIGDI_ABSENT, &rows[3].seen,
          "wait: Service/blue/data-cs is going\n"
          "done: Service/blue/data-cs is not there");
}

static void a_kind_that_the_server_does_not_know_is_refused(void **state)
{
    (void)state;
    migd_object *object = json("{\"apiVersion\":\"example.com/v1\",\"kind\":\"Shard\"}");
    const migdi_object_wish wish = wished(object);
    says(&tested, &wish, MIGDI_PRESENT, &(object_seen){0},
         "refused MIGD_ERR_UNSUPPORTED: the server knows no Shard of example.com/v1");
    migd_object_free(object);
}

static void a_plan_makes_it_also_after_one_that_is_going(void **state)
{
    (void)state;
    migd_object *object = json(BODY);
    const migdi_object_wish wish = wished(object);
    const object_seen none = {.resource = &migdi_kube_services};
    const object_seen differs = differing(NULL, (migdi_owner){MIGDI_OWNER_NONE, NULL},
                                          (migdi_owner){MIGDI_OWNER_NONE, NULL});
    const object_seen going = {
        .resource = &migdi_kube_services, .exists = true, .deleted_at = "2026"};
    plans(&tested, &wish, MIGDI_PRESENT, &none,
          "create Service/blue/data-cs: create Service/blue/data-cs\n"
          "done: Service/blue/data-cs is as wished");
    plans(&tested, &wish, MIGDI_PRESENT, &differs,
          "update Service/blue/data-cs: update Service/blue/data-cs\n"
          "done: Service/blue/data-cs is as wished");
    plans(&tested, &wish, MIGDI_PRESENT, &going,
          "wait: Service/blue/data-cs is going, then it is made again\n"
          "create Service/blue/data-cs: create Service/blue/data-cs\n"
          "done: Service/blue/data-cs is as wished");
    migd_object_free(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_made_let_be_or_brought_to_what_is_wished),
        cmocka_unit_test(who_owns_what_differs_decides_whether_it_is_taken_over),
        cmocka_unit_test(what_is_not_wished_is_removed_only_if_it_is_ours),
        cmocka_unit_test(a_kind_that_the_server_does_not_know_is_refused),
        cmocka_unit_test(a_plan_makes_it_also_after_one_that_is_going),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

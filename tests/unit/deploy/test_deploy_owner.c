#include "test_support.h"

#include "deploy_owner.h"

#include "core_text.h"

#include <string.h>

static migd_object *parse(const char *text)
{
    migd_object *object = NULL;
    assert_int_equal(migd_object_parse(text, strlen(text), NULL, &object, NULL), MIGD_OK);
    return object;
}

static void a_managers_name_says_how_hard_it_is_to_take_from_it(void **state)
{
    (void)state;
    static const struct {
        const char *manager;
        migdi_owner_kind kind;
    } rows[] = {
        {"migdeploy", MIGDI_OWNER_OURS},
        {"migdeploy-roll", MIGDI_OWNER_OURS},
        {"kubectl", MIGDI_OWNER_KUBECTL},
        {"kubectl-client-side-apply", MIGDI_OWNER_KUBECTL},
        {"before-first-apply", MIGDI_OWNER_KUBECTL},
        {"kube-controller-manager", MIGDI_OWNER_CONTROLLER},
        {"controller-manager", MIGDI_OWNER_CONTROLLER},
        {"my-controller-manager", MIGDI_OWNER_FOREIGN},
        {"helm", MIGDI_OWNER_RELEASE},
        {"argocd-controller", MIGDI_OWNER_SYNC},
        {"kustomize-controller", MIGDI_OWNER_SYNC},
        {"helm-controller", MIGDI_OWNER_SYNC},
        {"OpenAPI-Generator", MIGDI_OWNER_FOREIGN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(migdi_owner_kind_of(rows[i].manager), rows[i].kind);
    }
}

static void a_release_is_known_by_its_marks_whoever_wrote_last(void **state)
{
    (void)state;
    static const struct {
        const char *object;
        migdi_owner_kind kind;
        const char *name;
    } rows[] = {
        {"{\"metadata\":{\"labels\":{\"app.kubernetes.io/managed-by\":\"Helm\"}}}",
         MIGDI_OWNER_RELEASE, "helm"},
        {"{\"metadata\":{\"annotations\":{\"argocd.argoproj.io/tracking-id\":\"x\"}}}",
         MIGDI_OWNER_SYNC, "argocd"},
        {"{\"metadata\":{\"labels\":{\"kustomize.toolkit.fluxcd.io/name\":\"x\"}}}",
         MIGDI_OWNER_SYNC, "flux"},
        {"{\"metadata\":{\"ownerReferences\":[{\"name\":\"operator\"}]}}", MIGDI_OWNER_RELEASE,
         "operator"},
        {"{\"metadata\":{\"managedFields\":[{\"manager\":\"kubectl\",\"operation\":\"Apply\"},"
         "{\"manager\":\"migdeploy\",\"operation\":\"Apply\"}]}}",
         MIGDI_OWNER_KUBECTL, "kubectl"},
        {"{\"metadata\":{\"managedFields\":[{\"manager\":\"migdeploy\",\"operation\":\"Apply\"}]}}",
         MIGDI_OWNER_OURS, "migdeploy"},
        {"{\"metadata\":{\"labels\":{\"app.kubernetes.io/managed-by\":\"migdeploy\"}}}",
         MIGDI_OWNER_NONE, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migd_object *object = parse(rows[i].object);
        const migdi_owner owner = migdi_owner_of(object);
        assert_int_equal(owner.kind, rows[i].kind);
        if (rows[i].name == NULL) {
            assert_null(owner.name);
        } else {
            assert_string_equal(owner.name, rows[i].name);
        }
        migd_object_free(object);
    }
}

static void of_many_owners_of_a_field_the_hardest_counts(void **state)
{
    (void)state;
    static const char set[] =
        "{\"spec\":{\"replicas\":3},\"metadata\":{\"managedFields\":["
        "{\"manager\":\"migdeploy-scale\",\"operation\":\"Apply\",\"subresource\":\"scale\","
        "\"fieldsV1\":{\"f:spec\":{\"f:replicas\":{}}}},"
        "{\"manager\":\"kubectl\",\"operation\":\"Update\",\"subresource\":\"scale\","
        "\"fieldsV1\":{\"f:spec\":{\"f:replicas\":{}}}},"
        "{\"manager\":\"helm\",\"operation\":\"Update\","
        "\"fieldsV1\":{\"f:spec\":{\"f:serviceName\":{}}}}]}}";
    migd_object *object = parse(set);
    migdi_arena arena = {0};
    bool also = false;
    migdi_owner owner =
        migdi_owner_of_field(object, "/spec/replicas", "migdeploy-scale", &also, &arena);
    assert_int_equal(owner.kind, MIGDI_OWNER_KUBECTL);
    assert_true(also);
    owner = migdi_owner_of_field(object, "/spec/replicas", "migdeploy", &also, &arena);
    assert_int_equal(owner.kind, MIGDI_OWNER_KUBECTL);
    assert_false(also);
    owner = migdi_owner_of_field(object, "/spec/template", "migdeploy", &also, &arena);
    assert_int_equal(owner.kind, MIGDI_OWNER_NONE);
    migdi_arena_free(&arena);
    migd_object_free(object);
}

#define REPLICAS "\"fieldsV1\":{\"f:spec\":{\"f:replicas\":{}}}"

static void what_comes_again_sets_the_number_back(void **state)
{
    (void)state;
    static const struct {
        const char *metadata;
        const char *name; /* NULL: nobody does */
        int64_t replicas;
    } rows[] = {
        {"{}", NULL, -1},
        {"{\"annotations\":{\"kubectl.kubernetes.io/last-applied-configuration\":"
         "\"{\\\"spec\\\":{\\\"replicas\\\":3}}\\n\"}}",
         "kubectl apply", 3},
        {"{\"annotations\":{\"kubectl.kubernetes.io/last-applied-configuration\":"
         "\"{\\\"spec\\\":{}}\"}}",
         NULL, -1},
        {"{\"managedFields\":[{\"manager\":\"kubectl-client-side-apply\",\"operation\":\"Update\","
         "" REPLICAS "}]}",
         "kubectl apply", -1},
        {"{\"managedFields\":[{\"manager\":\"kubectl\",\"operation\":\"Apply\"," REPLICAS "}]}",
         "kubectl apply", -1},
        {"{\"managedFields\":[{\"manager\":\"helm\",\"operation\":\"Update\"," REPLICAS "}]}",
         "helm", -1},
        /* scale and edit are somebody's hand */
        {"{\"managedFields\":[{\"manager\":\"kubectl\",\"operation\":\"Update\",\"subresource\":"
         "\"scale\"," REPLICAS "}]}",
         NULL, -1},
        {"{\"managedFields\":[{\"manager\":\"kubectl-edit\",\"operation\":\"Update\"," REPLICAS
         "}]}",
         NULL, -1},
        {"{\"managedFields\":[{\"manager\":\"helm\",\"operation\":\"Update\",\"fieldsV1\":"
         "{\"f:spec\":{\"f:serviceName\":{}}}}]}",
         "helm", -1}, /* a release, whose number we took */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_text text = {0};
        migdi_arena arena = {0};
        int64_t replicas = 0;
        migdi_text_format(&text, "{\"metadata\":%s,\"spec\":{\"replicas\":5}}", rows[i].metadata);
        migd_object *object = parse(migdi_text_string(&text));
        const migdi_owner owner = migdi_owner_sets_back(object, &replicas, &arena);
        assert_string_equal(owner.name == NULL ? "" : owner.name,
                            rows[i].name == NULL ? "" : rows[i].name);
        assert_int_equal(replicas, rows[i].replicas);
        migdi_arena_free(&arena);
        migdi_text_free(&text);
        migd_object_free(object);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_managers_name_says_how_hard_it_is_to_take_from_it),
        cmocka_unit_test(a_release_is_known_by_its_marks_whoever_wrote_last),
        cmocka_unit_test(of_many_owners_of_a_field_the_hardest_counts),
        cmocka_unit_test(what_comes_again_sets_the_number_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "test_support.h"

#include "kube_resource.h"

#include <string.h>

/* Names as kubectl 1.36 takes them (kubectl api-resources). */
static void a_kind_is_found_by_every_name_that_kubectl_takes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const migdi_kube_resource *resource;
    } cases[] = {
        {"pods", &migdi_kube_pods},
        {"pod", &migdi_kube_pods},
        {"po", &migdi_kube_pods},
        {"Pod", &migdi_kube_pods},
        {"PODS", &migdi_kube_pods},
        {"pods.v1", &migdi_kube_pods},
        {"pods.v1.", &migdi_kube_pods},
        {"sts", &migdi_kube_statefulsets},
        {"statefulsets.apps", &migdi_kube_statefulsets},
        {"StatefulSet.v1.apps", &migdi_kube_statefulsets},
        {"statefulsets.v1.apps", &migdi_kube_statefulsets},
        {"hpa", &migdi_kube_horizontalpodautoscalers},
        {"pdb", &migdi_kube_poddisruptionbudgets},
        {"leases.coordination.k8s.io", &migdi_kube_leases},
        {"endpoints", &migdi_kube_endpoints},
        {"ns", &migdi_kube_namespaces},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (migdi_kube_resource_named(cases[i].name) != cases[i].resource) {
            fail_msg("%s is not found", cases[i].name);
        }
    }
}

static void what_is_no_built_in_kind_is_left_to_discovery(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "podz",
        ".apps",
        "pods.apps",
        "statefulsets.v2.apps",
        "statefulsets.v1",
        "widgets",
        "pods.v",
        "statefulsets.v1.apps.x",
        "po,svc",
        "deployments",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (migdi_kube_resource_named(names[i]) != NULL) {
            fail_msg("%s is taken for a built-in kind", names[i]);
        }
    }
}

static void an_object_is_of_the_kind_that_it_says_exactly(void **state)
{
    (void)state;
    assert_ptr_equal(migdi_kube_resource_of("v1", "Pod"), &migdi_kube_pods);
    assert_ptr_equal(migdi_kube_resource_of("apps/v1", "StatefulSet"), &migdi_kube_statefulsets);
    assert_ptr_equal(migdi_kube_resource_of("autoscaling/v2", "HorizontalPodAutoscaler"),
                     &migdi_kube_horizontalpodautoscalers);
    assert_null(migdi_kube_resource_of("autoscaling/v1", "HorizontalPodAutoscaler"));
    assert_null(migdi_kube_resource_of("apps/v1", "statefulset"));
    assert_null(migdi_kube_resource_of("v1", "StatefulSet"));
    assert_null(migdi_kube_resource_of("apps", "StatefulSet"));
    assert_null(migdi_kube_resource_of("", ""));
}

static void a_short_name_is_a_worse_fit_than_a_name(void **state)
{
    (void)state;
    const migdi_kube_resource resource = {.group = "x.io",
                                          .version = "v1",
                                          .plural = "widgets",
                                          .singular = "widget",
                                          .kind = "Widget",
                                          .short_names = "wd,po"};
    assert_int_equal(migdi_kube_resource_fits(&resource, "po"), MIGDI_KUBE_FITS_SHORT);
    assert_int_equal(migdi_kube_resource_fits(&resource, "WD.x.io"), MIGDI_KUBE_FITS_SHORT);
    assert_int_equal(migdi_kube_resource_fits(&resource, "widget"), MIGDI_KUBE_FITS);
    assert_int_equal(migdi_kube_resource_fits(&resource, "w"), MIGDI_KUBE_FITS_NOT);
    assert_int_equal(migdi_kube_resource_fits(&resource, "wd,po"), MIGDI_KUBE_FITS_NOT);
}

static void an_object_is_named_with_its_namespace_where_it_has_one(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    assert_string_equal(
        migdi_kube_resource_title(&migdi_kube_statefulsets, "migratory", "web", &arena),
        "StatefulSet/migratory/web");
    assert_string_equal(migdi_kube_resource_title(&migdi_kube_nodes, "migratory", "n1", &arena),
                        "Node/n1");
    assert_string_equal(migdi_kube_resource_title(&migdi_kube_pods, "blue", NULL, &arena),
                        "Pod in blue");
    assert_string_equal(migdi_kube_resource_title(&migdi_kube_pods, NULL, NULL, &arena), "Pod");
    migdi_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kind_is_found_by_every_name_that_kubectl_takes),
        cmocka_unit_test(what_is_no_built_in_kind_is_left_to_discovery),
        cmocka_unit_test(an_object_is_of_the_kind_that_it_says_exactly),
        cmocka_unit_test(a_short_name_is_a_worse_fit_than_a_name),
        cmocka_unit_test(an_object_is_named_with_its_namespace_where_it_has_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

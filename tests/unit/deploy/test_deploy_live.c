#include "deploy_told.h"

#include "deploy_live.h"

static void an_item_of_a_list_gets_what_its_server_left_out(void **state)
{
    (void)state;
    static const struct {
        const migdi_kube_resource *resource;
        const char *version;
        const char *kind;
    } rows[] = {
        {&migdi_kube_pods, "v1", "Pod"},
        {&migdi_kube_statefulsets, "apps/v1", "StatefulSet"},
        {&migdi_kube_poddisruptionbudgets, "policy/v1", "PodDisruptionBudget"},
        {&migdi_kube_horizontalpodautoscalers, "autoscaling/v2", "HorizontalPodAutoscaler"},
    };
    migdi_arena arena = {0};
    migd_object *items = json("[{\"metadata\":{\"name\":\"a\"}},{\"metadata\":{\"name\":\"b\"}}]");
    for (size_t i = 0; i < COUNT(rows); i++) {
        migd_objects *list = migdi_live_list(&arena);
        migdi_live_add(list, NULL, rows[i].resource, &arena);
        migdi_live_add_all(list, items, rows[i].resource, &arena);
        assert_false(arena.failed);
        assert_int_equal(migd_objects_count(list), 2);
        const migd_object *last = migd_objects_item(list, 1);
        assert_string_equal(migd_object_text(last, "/apiVersion", ""), rows[i].version);
        assert_string_equal(migd_object_text(last, "/kind", ""), rows[i].kind);
        assert_string_equal(migd_object_text(last, "/metadata/name", ""), "b");
    }
    assert_null(migd_object_at(migd_object_item(items, 0), "/kind"));
    migd_object_free(items);
    migdi_arena_free(&arena);
}

/* As Kubernetes matches labels, but that an empty selector chooses nothing here. */
static void labels_include_what_has_the_same_key_and_value(void **state)
{
    (void)state;
    static const struct {
        const char *labels;
        const char *wanted;
        bool include;
    } rows[] = {
        {"{\"app\":\"m\"}", "{\"app\":\"m\"}", true},
        {"{\"app\":\"m\",\"tier\":\"x\"}", "{\"app\":\"m\"}", true},
        {"{\"app\":\"m\",\"a/b\":\"\"}", "{\"a/b\":\"\"}", true},
        {"{\"app\":\"m\"}", "{\"app\":\"m\",\"tier\":\"x\"}", false},
        {"{\"app\":\"m\"}", "{\"app\":\"n\"}", false},
        {"{\"app\":\"m\"}", "{\"app\":\"\"}", false},
        {"{}", "{\"app\":\"\"}", false},
        {"{\"app\":\"m\"}", "{}", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        migd_object *labels = json(rows[i].labels);
        migd_object *wanted = json(rows[i].wanted);
        if (migdi_labels_include(labels, wanted) != rows[i].include) {
            fail_msg("%s in %s", rows[i].wanted, rows[i].labels);
        }
        assert_false(migdi_labels_include(labels, NULL));
        assert_false(migdi_labels_include(NULL, labels) && migd_object_count(labels) > 0);
        migd_object_free(labels);
        migd_object_free(wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_of_a_list_gets_what_its_server_left_out),
        cmocka_unit_test(labels_include_what_has_the_same_key_and_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

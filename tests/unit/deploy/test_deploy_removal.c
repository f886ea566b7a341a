#include "deploy_told.h"

#include "deploy_removal.h"

static const migdi_removal_wish wish = {.namespace_ = "blue", .name = "data"};

/* By our labels, or as the Service, budget or autoscaler of the members; nothing that only looks
 * like it. */
static void what_belongs_to_a_cluster_is_known_by_labels_or_by_what_it_serves(void **state)
{
    (void)state;
#define LABELS(by, of)                                                                             \
    "{\"metadata\":{\"name\":\"x\",\"labels\":{\"app.kubernetes.io/managed-by\":\"" by             \
    "\",\"app.kubernetes.io/instance\":\"" of "\"}}}"
    static const struct {
        const migdi_kube_resource *resource;
        const char *object;
        bool belongs;
        bool ours;
    } rows[] = {
        {&migdi_kube_services, LABELS("migdeploy", "data"), true, true},
        {&migdi_kube_services, LABELS("migdeploy", "other"), false, false},
        {&migdi_kube_services, LABELS("Helm", "data"), false, false},
        {&migdi_kube_statefulsets, "{\"metadata\":{\"name\":\"data\"}}", true, false},
        {&migdi_kube_statefulsets, "{\"metadata\":{\"name\":\"data2\"}}", false, false},
        {&migdi_kube_services, "{\"metadata\":{\"name\":\"data\"}}", false, false},
        {&migdi_kube_services, "{\"spec\":{\"selector\":{\"app\":\"data\"}}}", true, false},
        {&migdi_kube_services, "{\"spec\":{\"selector\":{\"app\":\"web\"}}}", false, false},
        {&migdi_kube_services, "{\"spec\":{\"selector\":{\"app\":\"data\",\"tier\":\"x\"}}}", false,
         false},
        {&migdi_kube_services, "{\"spec\":{}}", false, false},
        {&migdi_kube_poddisruptionbudgets,
         "{\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"data\"}}}}", true, false},
        {&migdi_kube_poddisruptionbudgets,
         "{\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"web\"}}}}", false, false},
        {&migdi_kube_poddisruptionbudgets, "{\"spec\":{\"selector\":{}}}", false, false},
        {&migdi_kube_horizontalpodautoscalers,
         "{\"spec\":{\"scaleTargetRef\":{\"kind\":\"StatefulSet\",\"name\":\"data\"}}}", true,
         false},
        {&migdi_kube_horizontalpodautoscalers,
         "{\"spec\":{\"scaleTargetRef\":{\"kind\":\"Deployment\",\"name\":\"data\"}}}", false,
         false},
        {&migdi_kube_horizontalpodautoscalers,
         "{\"spec\":{\"scaleTargetRef\":{\"kind\":\"StatefulSet\",\"name\":\"web\"}}}", false,
         false},
        {&migdi_kube_configmaps, "{\"metadata\":{\"name\":\"data\"}}", false, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        migd_object *object = json(rows[i].object);
        bool ours = !rows[i].ours;
        if (migdi_removal_belongs(&wish, rows[i].resource, object, &ours) != rows[i].belongs ||
            ours != rows[i].ours) {
            fail_msg("%s: %s", rows[i].resource->kind, rows[i].object);
        }
        migd_object_free(object);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_belongs_to_a_cluster_is_known_by_labels_or_by_what_it_serves)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

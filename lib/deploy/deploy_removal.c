/* What belongs to a cluster that is to go. */
#include "deploy_removal.h"

#include "codec_object.h"
#include "deploy_live.h"
#include "manifest_names.h"

/* A selector that chooses the members and no others: it wants every label by which their set knows
 * them, and nothing that they do not bear. */
static bool selects_members(const migd_object *selector, const migdi_removal_wish *wish)
{
    if (wish->labels == NULL) {
        return migd_object_count(selector) == 1 &&
               migdi_text_equal(migd_object_text(selector, "/" MIGDI_LABEL_APP, NULL), wish->name);
    }
    return migdi_labels_include(selector, wish->labels) &&
           migdi_labels_include(wish->pod_labels, selector);
}

bool migdi_removal_belongs(const migdi_removal_wish *wish, const migdi_kube_resource *resource,
                           const migd_object *object, bool *ours)
{
    *ours = migdi_owner_is_labelled(object, wish->name);
    if (*ours) {
        return true;
    }
    if (resource == &migdi_kube_statefulsets) {
        return migdi_text_equal(migd_object_text(object, "/metadata/name", NULL), wish->name);
    }
    if (resource == &migdi_kube_services) {
        return selects_members(migd_object_at(object, "/spec/selector"), wish);
    }
    if (resource == &migdi_kube_poddisruptionbudgets) {
        return selects_members(migd_object_at(object, "/spec/selector/matchLabels"), wish);
    }
    return resource == &migdi_kube_horizontalpodautoscalers &&
           migdi_text_equal(migd_object_text(object, "/spec/scaleTargetRef/kind", NULL),
                            "StatefulSet") &&
           migdi_text_equal(migd_object_text(object, "/spec/scaleTargetRef/name", NULL),
                            wish->name);
}

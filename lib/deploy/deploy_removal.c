/* What belongs to a cluster that is to go. */
#include "deploy_removal.h"

#include "codec_object.h"
#include "manifest_names.h"

/* A selector that chooses the members of NAME and no others. */
static bool selects_members(const migd_object *labels, const char *name)
{
    return migd_object_count(labels) == 1 &&
           migdi_text_equal(migd_object_text(labels, "/" MIGDI_LABEL_APP, NULL), name);
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
        return selects_members(migd_object_at(object, "/spec/selector"), wish->name);
    }
    if (resource == &migdi_kube_poddisruptionbudgets) {
        return selects_members(migd_object_at(object, "/spec/selector/matchLabels"), wish->name);
    }
    return resource == &migdi_kube_horizontalpodautoscalers &&
           migdi_text_equal(migd_object_text(object, "/spec/scaleTargetRef/kind", NULL),
                            "StatefulSet") &&
           migdi_text_equal(migd_object_text(object, "/spec/scaleTargetRef/name", NULL),
                            wish->name);
}

/* Objects of one kind that belong to the cluster, until they are gone; of the set its pods too. */
#include "codec_object.h"
#include "deploy_removal.h"
#include "kube_calls.h"
#include "kube_status.h"

typedef struct {
    const char *name;
    const char *uid;
    bool going;
    const char *finalizer;
} going_object;

typedef struct {
    const going_object *objects;
    size_t count;
    const char *pod; /* of the set, that still runs; NULL */
    migdi_pod_state pod_state;
} gone_seen;

static void observe(const void *wished, migdi_view *view, void *out)
{
    const migdi_removal_wish *wish = wished;
    gone_seen *seen = out;
    migdi_arena *arena = migdi_view_arena(view);
    const migd_object *items =
        migdi_see_list(view, migdi_kube_list(arena, wish->resource, wish->namespace_, NULL));
    going_object *objects = migdi_view_array(view, migd_object_count(items), sizeof *objects);
    for (size_t i = 0; objects != NULL && i < migd_object_count(items); i++) {
        const migd_object *object = migd_object_item(items, i);
        bool ours = false;
        if (migdi_removal_belongs(wish, wish->resource, object, &ours)) {
            objects[seen->count++] = (going_object){
                .name = migd_object_text(object, "/metadata/name", ""),
                .uid = migd_object_text(object, "/metadata/uid", ""),
                .going = migd_object_text(object, "/metadata/deletionTimestamp", NULL) != NULL,
                .finalizer = migd_object_text(object, "/metadata/finalizers/0", NULL),
            };
        }
    }
    seen->objects = objects;
    if (wish->resource != &migdi_kube_statefulsets) {
        return;
    }
    const migd_object *pods =
        migdi_see_list(view, migdi_kube_list(arena, &migdi_kube_pods, wish->namespace_, NULL));
    for (size_t i = 0; i < migd_object_count(pods); i++) {
        const migd_object *pod = migd_object_item(pods, i);
        const migd_object *owner = migd_object_at(pod, "/metadata/ownerReferences/0");
        if (migdi_text_equal(migd_object_text(owner, "/kind", NULL), "StatefulSet") &&
            migdi_text_equal(migd_object_text(owner, "/name", NULL), wish->name)) {
            seen->pod = migd_object_text(pod, "/metadata/name", "");
            seen->pod_state = migdi_pod_state_of(pod);
        }
    }
}

static void want_delete(const migdi_removal_wish *wish, const going_object *object,
                        migdi_verdict *verdict)
{
    migdi_arena *arena = migdi_verdict_arena(verdict);
    const migdi_kube_end end = {.uid = object->uid};
    migdi_act *act = migdi_want(
        verdict, migdi_kube_delete(arena, wish->resource, wish->namespace_, object->name, &end));
    act->facts[0] = 404;
    act->facts[1] = 409; /* another object has the name now: the next look sees whose */
    act->action = "delete";
    act->object = migdi_kube_resource_title(wish->resource, wish->namespace_, object->name, arena);
}

static void decide(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const migdi_removal_wish *wish = wished;
    const gone_seen *seen = in;
    (void)goal;
    migdi_poll(verdict, 500, 5000);
    const char *kind = wish->resource->kind;
    if (seen->count == 0 && seen->pod == NULL) {
        migdi_done(verdict, "no %s of %s is left", kind, wish->name);
    } else if (seen->count == 0) {
        migdi_going(verdict, "%s is going%s", seen->pod,
                    migdi_pod_state_holder(&seen->pod_state, migdi_verdict_arena(verdict)));
    } else if (seen->objects[0].going) {
        const char *finalizer = seen->objects[0].finalizer;
        migdi_going(verdict, "%s/%s is going%s%s", kind, seen->objects[0].name,
                    finalizer == NULL ? "" : ", held by ", finalizer == NULL ? "" : finalizer);
    } else {
        migdi_going(verdict, "delete %s/%s", kind, seen->objects[0].name);
    }
    for (size_t i = 0; i < seen->count; i++) {
        if (!seen->objects[i].going) {
            want_delete(wish, &seen->objects[i], verdict);
        }
    }
}

const migdi_step_kind migdi_deploy_gone = {
    .name = MIGDI_STEP_OBJECTS,
    .seen_size = sizeof(gone_seen),
    .observe = observe,
    .decide = decide,
};

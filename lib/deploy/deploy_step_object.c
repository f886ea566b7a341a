/* An object that is applied whole (Services, budget, autoscaler), or, when it is not wished, is
 * absent if it is ours. */
#include "codec_object.h"
#include "deploy_change.h"
#include "deploy_steps.h"
#include "kube_calls.h"
#include "kube_discovery.h"
#include "manifest_names.h"

typedef struct {
    const migdi_kube_resource *resource; /* NULL: the server does not know the kind */
    bool exists;
    bool ours; /* by its labels: what may be removed */
    const char *uid;
    const char *version; /* resourceVersion */
    const char *deleted_at;
    const char *finalizer;
    migdi_owner owner;
    migdi_change change;
} object_seen;

static const migdi_call *applied(const migdi_object_wish *wish, const object_seen *seen,
                                 migdi_arena *arena)
{
    const migdi_kube_write write = {.manager = MIGDI_MANAGER,
                                    .force = seen->change.conflict.kind != MIGDI_OWNER_NONE,
                                    .namespace_ = wish->namespace_};
    const migd_object *object =
        write.force ? migdi_change_guarded(wish->object, seen->version, arena) : wish->object;
    return object == NULL ? NULL : migdi_kube_apply(arena, seen->resource, object, &write);
}

static const migdi_kube_resource *resource_of(const migdi_object_wish *wish, migdi_view *view)
{
    if (wish->resource != NULL) {
        return wish->resource;
    }
    const char *version = migd_object_text(wish->object, "/apiVersion", "");
    const char *kind = migd_object_text(wish->object, "/kind", "");
    const migdi_kube_resource *known = migdi_kube_resource_of(version, kind);
    if (known != NULL) {
        return known;
    }
    const migdi_kube_found *found = migdi_kube_discovery_see(view);
    return found == NULL ? NULL : migdi_kube_found_of(found, version, kind);
}

static void observe(const void *wished, migdi_view *view, void *out)
{
    const migdi_object_wish *wish = wished;
    object_seen *seen = out;
    seen->resource = resource_of(wish, view);
    if (seen->resource == NULL) {
        return;
    }
    const migd_object *live = migdi_see(
        view, migdi_kube_get(migdi_view_arena(view), seen->resource, wish->namespace_, wish->name));
    if (live == NULL) {
        return;
    }
    seen->exists = true;
    seen->uid = migd_object_text(live, "/metadata/uid", NULL);
    seen->version = migd_object_text(live, "/metadata/resourceVersion", NULL);
    seen->deleted_at = migd_object_text(live, "/metadata/deletionTimestamp", NULL);
    seen->finalizer = migd_object_text(live, "/metadata/finalizers/0", NULL);
    seen->ours = migdi_owner_is_labelled(live, wish->instance);
    seen->owner = migdi_owner_of(live);
    if (wish->object != NULL && seen->deleted_at == NULL) {
        seen->change =
            migdi_change_see(view, seen->resource, wish->namespace_, wish->object, live, NULL);
    }
}

static void decide_absent(const char *title, const migdi_object_wish *wish, const object_seen *seen,
                          migdi_verdict *verdict)
{
    if (!seen->exists) {
        migdi_done(verdict, "%s is not there", title);
    } else if (!seen->ours) {
        migdi_done(verdict, "%s is not ours: it stays", title);
    } else if (seen->deleted_at != NULL) {
        migdi_going(verdict, "%s is going%s%s", title, seen->finalizer == NULL ? "" : ", held by ",
                    seen->finalizer == NULL ? "" : seen->finalizer);
    } else {
        migdi_going(verdict, "delete %s", title);
        const migdi_kube_end end = {.uid = seen->uid};
        migdi_act *act =
            migdi_want(verdict, migdi_kube_delete(migdi_verdict_arena(verdict), seen->resource,
                                                  wish->namespace_, wish->name, &end));
        act->facts[0] = 404;
        act->facts[1] = 409; /* another object has the name now */
        act->action = "delete";
        act->object = title;
    }
}

static void decide_present(const char *title, const migdi_object_wish *wish,
                           const object_seen *seen, migdi_verdict *verdict)
{
    if (seen->deleted_at != NULL) {
        migdi_going(verdict, "%s is going%s%s, then it is made again", title,
                    seen->finalizer == NULL ? "" : ", held by ",
                    seen->finalizer == NULL ? "" : seen->finalizer);
    } else if (!wish->force &&
               migdi_change_is_refused(&seen->change, seen->owner, wish->adopt, title, verdict)) {
        return;
    } else if (seen->exists && !seen->change.differs) {
        migdi_done(verdict, "%s is as wished", title);
    } else {
        migdi_going(verdict, "%s %s", seen->exists ? "update" : "create", title);
        migdi_act *act = migdi_want(verdict, applied(wish, seen, migdi_verdict_arena(verdict)));
        act->facts[0] = 409; /* it changed under our eyes: look again */
        act->action = seen->exists ? "update" : "create";
        act->object = title;
        act->fields = seen->change.fields;
    }
}

static void decide(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const migdi_object_wish *wish = wished;
    const object_seen *seen = in;
    if (seen->resource == NULL) {
        migdi_refuse(verdict, MIGD_ERR_UNSUPPORTED, "the server knows no %s of %s",
                     migd_object_text(wish->object, "/kind", ""),
                     migd_object_text(wish->object, "/apiVersion", ""));
        return;
    }
    const char *title = migdi_kube_resource_title(seen->resource, wish->namespace_, wish->name,
                                                  migdi_verdict_arena(verdict));
    if (goal == MIGDI_ABSENT) {
        decide_absent(title, wish, seen, verdict);
    } else {
        decide_present(title, wish, seen, verdict);
    }
}

static void imagine(const void *wished, const migdi_act *act, void *out)
{
    const migdi_object_wish *wish = wished;
    object_seen *seen = out;
    /* What was awaited is its end: then it has to be made. */
    *seen =
        (object_seen){.resource = seen->resource, .exists = act != NULL && wish->object != NULL};
}

const migdi_step_kind migdi_deploy_object = {
    .name = MIGDI_STEP_OBJECTS,
    .seen_size = sizeof(object_seen),
    .observe = observe,
    .decide = decide,
    .imagine = imagine,
};

const migdi_step_kind migdi_deploy_autoscaler = {
    .name = MIGDI_STEP_AUTOSCALER,
    .seen_size = sizeof(object_seen),
    .observe = observe,
    .decide = decide,
    .imagine = imagine,
};

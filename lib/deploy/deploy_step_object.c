/* An object that is applied whole (Services, budget, autoscaler), or, when it is not wished, is
 * absent if it is ours. */
#include "codec_object.h"
#include "deploy_diff.h"
#include "deploy_steps.h"
#include "kube_calls.h"
#include "kube_discovery.h"
#include "manifest_names.h"

typedef struct {
    const migdi_kube_resource *resource; /* NULL: the server does not know the kind */
    bool exists;
    bool ours; /* by its labels: what may be removed */
    bool differs;
    const char *uid;
    const char *deleted_at;
    const char *finalizer;
    migdi_owner owner;
    migdi_owner conflict;
    const migd_object *fields;
} object_seen;

static const migdi_call *applied(const migdi_object_wish *wish, const object_seen *seen, bool force,
                                 bool dry_run, migdi_arena *arena)
{
    const migdi_kube_write write = {.manager = MIGDI_MANAGER,
                                    .force = force,
                                    .dry_run = dry_run,
                                    .namespace_ = wish->namespace_};
    return migdi_kube_apply(arena, seen->resource, wish->object, &write);
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

static void observe_change(const migdi_object_wish *wish, migdi_view *view, const migd_object *live,
                           object_seen *seen)
{
    migdi_arena *arena = migdi_view_arena(view);
    const migd_object *after = migdi_see(view, applied(wish, seen, true, true, arena));
    if (after == NULL) {
        return;
    }
    seen->fields = migdi_diff(live, after, arena);
    seen->differs = migd_object_count(seen->fields) > 0;
    if (seen->differs) {
        const migd_error *conflict = NULL;
        migdi_try_see(view, applied(wish, seen, false, true, arena), &conflict);
        seen->conflict = migdi_owner_in_conflict(conflict);
    }
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
    seen->deleted_at = migd_object_text(live, "/metadata/deletionTimestamp", NULL);
    seen->finalizer = migd_object_text(live, "/metadata/finalizers/0", NULL);
    seen->ours = migdi_text_equal(
                     migd_object_text(live, "/metadata/labels/app.kubernetes.io~1managed-by", NULL),
                     MIGDI_MANAGED_BY) &&
                 migdi_text_equal(
                     migd_object_text(live, "/metadata/labels/app.kubernetes.io~1instance", NULL),
                     wish->instance);
    seen->owner = migdi_owner_of(live);
    if (wish->object != NULL && seen->deleted_at == NULL) {
        observe_change(wish, view, live, seen);
    }
}

static void decide_absent(const char *title, const migdi_object_wish *wish, const object_seen *seen,
                          migdi_verdict *verdict)
{
    if (!seen->exists || !seen->ours) {
        migdi_done(verdict, "%s is not there", title);
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
    const bool held =
        seen->owner.kind == MIGDI_OWNER_RELEASE || seen->conflict.kind == MIGDI_OWNER_RELEASE;
    if (seen->deleted_at != NULL) {
        migdi_going(verdict, "%s is going, then it is made again", title);
    } else if (seen->differs && held && !wish->adopt && !wish->force) {
        migdi_refuse(verdict, MIGD_ERR_CONFLICT, "%s belongs to %s", title,
                     seen->owner.kind == MIGDI_OWNER_RELEASE ? seen->owner.name
                                                             : seen->conflict.name);
    } else if (seen->conflict.kind == MIGDI_OWNER_FOREIGN && !wish->force) {
        migdi_refuse(verdict, MIGD_ERR_CONFLICT, "%s has fields that %s looks after", title,
                     seen->conflict.name);
    } else if (seen->exists && !seen->differs) {
        migdi_done(verdict, "%s is as wished", title);
    } else {
        migdi_going(verdict, "%s %s", seen->exists ? "update" : "create", title);
        migdi_act *act =
            migdi_want(verdict, applied(wish, seen, seen->conflict.kind != MIGDI_OWNER_NONE, false,
                                        migdi_verdict_arena(verdict)));
        act->facts[0] = 409; /* it changed under our eyes: look again */
        act->action = seen->exists ? "update" : "create";
        act->object = title;
        act->fields = seen->fields;
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
    (void)act;
    object_seen *seen = out;
    *seen = (object_seen){.resource = seen->resource, .exists = wish->object != NULL};
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

/* The namespace goes only if a deploy made it and it holds nothing of others: no object without our
 * label, but for what Kubernetes itself puts into every namespace. What may not be listed keeps
 * it. */
#include "codec_object.h"
#include "deploy_removal.h"
#include "kube_calls.h"
#include "kube_delete.h"
#include "kube_discovery.h"

#include <string.h>

typedef struct {
    bool exists;
    bool made_by_us;
    bool going;
    const char *uid;
    const char *held;  /* why it does not go */
    const char *guest; /* "ConfigMap/migratory/x": what is not ours */
    const char *blind; /* a kind that cannot be listed */
} namespace_seen;

/* Whether it is the Lease under which this cluster is written; a Lease of anybody else says that
 * somebody lives here. */
static bool is_our_lock(const migdi_removal_wish *wish, const char *kind, const char *name)
{
    const size_t size = strlen(MIGDI_LOCK_PREFIX);
    return strcmp(kind, "Lease") == 0 && strncmp(name, MIGDI_LOCK_PREFIX, size) == 0 &&
           strcmp(name + size, wish->name) == 0;
}

/* Whether each of its owners lives in the namespace: then that one is judged, or is gone already
 * and takes it along. Owned by something of the whole cluster, or of a kind that nobody knows,
 * it is somebody's. */
static bool is_owned_inside(const migdi_kube_found *found, const migd_object *object)
{
    const migd_object *owners = migd_object_at(object, "/metadata/ownerReferences");
    for (size_t i = 0; i < migd_object_count(owners); i++) {
        const migd_object *owner = migd_object_item(owners, i);
        const migdi_kube_resource *resource =
            migdi_kube_found_of(found, migd_object_text(owner, "/apiVersion", ""),
                                migd_object_text(owner, "/kind", ""));
        if (resource == NULL || !resource->namespaced) {
            return false;
        }
    }
    return migd_object_count(owners) > 0;
}

/* What stands in a namespace though nobody put it there for its own sake. Endpoints bear the labels
 * of their Service, and slices have it as owner. */
static bool comes_by_itself(const migdi_removal_wish *wish, const migdi_kube_found *found,
                            const migdi_kube_resource *resource, const migd_object *object)
{
    static const struct {
        const char *kind;
        const char *name; /* NULL: any */
    } known[] = {
        {"ConfigMap", "kube-root-ca.crt"}, {"ServiceAccount", "default"}, {"Event", NULL},
        {"ControllerRevision", NULL},      {"PodMetrics", NULL},
    };
    const char *name = migd_object_text(object, "/metadata/name", "");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (migdi_text_equal(resource->kind, known[i].kind) &&
            (known[i].name == NULL || migdi_text_equal(name, known[i].name))) {
            return true;
        }
    }
    bool ours = false;
    migdi_removal_belongs(wish, resource, object, &ours);
    return ours || is_owned_inside(found, object) || is_our_lock(wish, resource->kind, name);
}

static void look_for_guests(const migdi_removal_wish *wish, migdi_view *view, namespace_seen *seen)
{
    migdi_arena *arena = migdi_view_arena(view);
    const migdi_kube_found *found = migdi_kube_discovery_see(view);
    if (found != NULL && found->incomplete) {
        seen->blind = "some groups";
    }
    for (size_t r = 0; found != NULL && r < found->count; r++) {
        const migdi_kube_resource *resource = &found->resources[r];
        if (!resource->namespaced || !resource->listable) {
            continue;
        }
        const migd_error *error = NULL;
        const migd_object *items = migdi_try_see_list(
            view, migdi_kube_list(arena, resource, wish->namespace_, NULL), &error);
        if (error != NULL) {
            seen->blind = resource->plural;
        }
        for (size_t i = 0; i < migd_object_count(items) && seen->guest == NULL; i++) {
            const migd_object *object = migd_object_item(items, i);
            if (!comes_by_itself(wish, found, resource, object)) {
                seen->guest = migdi_kube_resource_title(
                    resource, wish->namespace_, migd_object_text(object, "/metadata/name", ""),
                    arena);
            }
        }
    }
}

static void observe(const void *wished, migdi_view *view, void *out)
{
    const migdi_removal_wish *wish = wished;
    namespace_seen *seen = out;
    const migd_object *found =
        migdi_see(view, migdi_kube_get(migdi_view_arena(view), &migdi_kube_namespaces, NULL,
                                       wish->namespace_));
    if (found == NULL) {
        return;
    }
    seen->exists = true;
    seen->uid = migd_object_text(found, "/metadata/uid", NULL);
    seen->made_by_us =
        migd_object_text(found, "/metadata/annotations/migdeploy.dev~1created", NULL) != NULL;
    seen->going = migd_object_text(found, "/metadata/deletionTimestamp", NULL) != NULL;
    seen->held = migdi_kube_namespace_reason(found);
    if (seen->made_by_us && !seen->going) {
        look_for_guests(wish, view, seen);
    }
}

static void decide(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const migdi_removal_wish *wish = wished;
    const namespace_seen *seen = in;
    (void)goal;
    if (!seen->exists) {
        migdi_done(verdict, "namespace %s is gone", wish->namespace_);
    } else if (seen->going) {
        migdi_going(verdict, "namespace %s is going%s%s", wish->namespace_,
                    seen->held == NULL ? "" : ": ", seen->held == NULL ? "" : seen->held);
    } else if (!seen->made_by_us) {
        migdi_done(verdict, "namespace %s stays: it was not made by migdeploy", wish->namespace_);
    } else if (seen->guest != NULL) {
        migdi_done(verdict, "namespace %s stays: it holds %s", wish->namespace_, seen->guest);
    } else if (seen->blind != NULL) {
        migdi_done(verdict, "namespace %s stays: %s in it cannot be listed", wish->namespace_,
                   seen->blind);
    } else {
        migdi_going(verdict, "delete Namespace/%s", wish->namespace_);
        const migdi_kube_end end = {.uid = seen->uid};
        migdi_act *act = migdi_want(verdict, migdi_kube_delete(migdi_verdict_arena(verdict),
                                                               &migdi_kube_namespaces, NULL,
                                                               wish->namespace_, &end));
        act->facts[0] = 404;
        act->facts[1] = 409;
        act->action = "delete";
        act->object =
            migdi_arena_format(migdi_verdict_arena(verdict), "Namespace/%s", wish->namespace_);
    }
}

static void report(const void *wished, const void *in, migdi_builder *result)
{
    const migdi_removal_wish *wish = wished;
    const namespace_seen *seen = in;
    if (!seen->exists) {
        return;
    }
    migdi_arena arena = {0};
    const char *title = migdi_arena_format(&arena, "Namespace/%s", wish->namespace_);
    const char *reason = !seen->made_by_us ? "it was not made by migdeploy"
                         : seen->guest != NULL
                             ? migdi_arena_format(&arena, "it holds %s", seen->guest)
                             : migdi_arena_format(&arena, "%s in it cannot be listed", seen->blind);
    result->status = arena.failed ? MIGD_ERR_NOMEM : result->status;
    migdi_build_string(result, title, "/kept/-/object");
    migdi_build_string(result, reason, "/kept/0/reason");
    migdi_arena_free(&arena);
}

const migdi_step_kind migdi_deploy_namespace_gone = {
    .name = "namespace",
    .seen_size = sizeof(namespace_seen),
    .observe = observe,
    .decide = decide,
    .report = report,
};

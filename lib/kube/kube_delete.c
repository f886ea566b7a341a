/* The step that deletes one object and waits until it is gone: not there, or there with another
 * uid. */
#include "kube_delete.h"

#include "codec_object.h"
#include "kube_calls.h"
#include "kube_status.h"

#define FIRST_POLL_MS ((int64_t)500)
#define MOST_POLL_MS  ((int64_t)5000)

typedef struct delete_seen {
    const char *title;
    bool exists;
    bool terminating;
    const char *holder; /* a finalizer; NULL: none */
    const char *reason; /* what a namespace says that it still holds; NULL */
    const char *version;
} delete_seen;

const char *migdi_kube_namespace_reason(const migd_object *namespace_)
{
    /* What tells most comes first. */
    static const char *const types[] = {
        "NamespaceFinalizersRemaining", "NamespaceDeletionContentFailure",
        "NamespaceDeletionDiscoveryFailure", "NamespaceContentRemaining"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const migd_object *condition = migdi_kube_condition_at(namespace_, types[i]);
        if (migdi_text_equal(migd_object_text(condition, "/status", NULL), "True")) {
            return migd_object_text(condition, "/message", NULL);
        }
    }
    return NULL;
}

static void observe(const void *in, migdi_view *view, void *out)
{
    const migdi_kube_delete_wish *wish = in;
    delete_seen *seen = out;
    migdi_arena *arena = migdi_view_arena(view);
    const migd_object *object =
        migdi_see(view, migdi_kube_get(arena, wish->resource, wish->namespace_, wish->name));
    const bool is_ours =
        migdi_text_equal(migd_object_text(object, "/metadata/uid", NULL), wish->uid);
    seen->title = migdi_kube_resource_title(wish->resource, wish->namespace_, wish->name, arena);
    seen->exists = object != NULL && is_ours;
    seen->terminating = migd_object_text(object, "/metadata/deletionTimestamp", NULL) != NULL;
    seen->holder = migd_object_text(object, "/metadata/finalizers/0", NULL);
    seen->reason = migdi_kube_namespace_reason(object);
    seen->version = migd_object_text(object, "/metadata/resourceVersion", NULL);
}

static void decide_wait(const delete_seen *seen, migdi_verdict *verdict)
{
    if (seen->reason != NULL) {
        migdi_going(verdict, "%s is going: %s", seen->title, seen->reason);
    } else if (seen->holder != NULL) {
        migdi_going(verdict, "%s is going: held by its finalizer %s", seen->title, seen->holder);
    } else {
        migdi_going(verdict, "%s is going", seen->title);
    }
}

static void decide(const void *in, migdi_goal goal, const void *saw, migdi_verdict *verdict)
{
    (void)goal;
    const migdi_kube_delete_wish *wish = in;
    const delete_seen *seen = saw;
    if (!seen->exists) {
        migdi_done(verdict, "%s is gone", seen->title);
        return;
    }
    migdi_arena *arena = migdi_verdict_arena(verdict);
    const migdi_kube_selection itself = {
        .fields = migdi_arena_format(arena, "metadata.name=%s", wish->name)};
    migdi_doorbell(
        verdict, migdi_kube_watch(arena, wish->resource, wish->namespace_, &itself, seen->version));
    migdi_poll(verdict, FIRST_POLL_MS, MOST_POLL_MS);
    if (seen->terminating) {
        decide_wait(seen, verdict);
        return;
    }
    const migdi_kube_end end = {.uid = wish->uid};
    migdi_going(verdict, "delete %s", seen->title);
    migdi_act *act = migdi_want(
        verdict, migdi_kube_delete(arena, wish->resource, wish->namespace_, wish->name, &end));
    act->action = "delete";
    act->facts[0] = 404; /* gone meanwhile */
    act->facts[1] = 409; /* another one of its name is there now */
}

const migdi_step_kind migdi_kube_delete_step = {
    .name = "delete",
    .seen_size = sizeof(delete_seen),
    .observe = observe,
    .decide = decide,
};

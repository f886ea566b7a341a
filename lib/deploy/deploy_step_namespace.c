/* The namespace: made when it is not there, with a note that it is ours; never touched when it
 * is. */
#include "codec_object.h"
#include "deploy_steps.h"
#include "kube_calls.h"
#include "kube_delete.h"

typedef struct {
    bool exists;
    bool hidden; /* we may not look */
    bool terminating;
    const char *held; /* why it does not go */
} namespace_seen;

static void observe(const void *wished, migdi_view *view, void *out)
{
    const migdi_namespace_wish *wish = wished;
    namespace_seen *seen = out;
    const migd_error *error = NULL;
    const migd_object *found = migdi_try_see(
        view, migdi_kube_get(migdi_view_arena(view), &migdi_kube_namespaces, NULL, wish->name),
        &error);
    seen->hidden = migd_error_status(error) == MIGD_ERR_DENIED;
    if (error != NULL && !seen->hidden) {
        migdi_view_refuse(view, "%s", migd_error_message(error));
    }
    seen->exists = found != NULL;
    seen->terminating =
        migdi_text_equal(migd_object_text(found, "/status/phase", NULL), "Terminating");
    seen->held = migdi_kube_namespace_reason(found);
}

static void decide(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const migdi_namespace_wish *wish = wished;
    const namespace_seen *seen = in;
    (void)goal; /* a namespace is removed by a step of its own: deploy_step_namespace_gone.c */
    if (seen->terminating) {
        migdi_going(verdict, "namespace %s is being deleted%s%s", wish->name,
                    seen->held == NULL ? "" : ": ", seen->held == NULL ? "" : seen->held);
    } else if (seen->exists || seen->hidden) {
        migdi_done(verdict, "namespace %s is there", wish->name);
    } else if (wish->object == NULL) {
        migdi_refuse(verdict, MIGD_ERR_NOT_FOUND, "there is no Namespace/%s", wish->name);
    } else {
        migdi_going(verdict, "create Namespace/%s", wish->name);
        const migdi_kube_write write = {.manager = MIGDI_MANAGER};
        migdi_act *act =
            migdi_want(verdict, migdi_kube_create(migdi_verdict_arena(verdict),
                                                  &migdi_kube_namespaces, wish->object, &write));
        act->facts[0] = 409; /* somebody was faster, or it is going */
        act->action = "create";
        act->object = migdi_kube_resource_title(&migdi_kube_namespaces, NULL, wish->name,
                                                migdi_verdict_arena(verdict));
    }
}

static void imagine(const void *wished, const migdi_act *act, void *out)
{
    (void)wished;
    /* What was awaited is its end: then it has to be made. */
    *(namespace_seen *)out = (namespace_seen){.exists = act != NULL};
}

const migdi_step_kind migdi_deploy_namespace = {
    .name = MIGDI_STEP_OBJECTS,
    .seen_size = sizeof(namespace_seen),
    .observe = observe,
    .decide = decide,
    .imagine = imagine,
};

/* The question before anything is taken away: what goes, with what is not labelled ours named
 * first. */
#include "codec_object.h"
#include "deploy_removal.h"
#include "kube_calls.h"

typedef struct {
    size_t count;
    const char *foreign; /* "Service/a/b, ..." recognised, but not labelled ours */
    bool answered;
    bool agreed;
} consent_seen;

static const migdi_kube_resource *const kinds[] = {
    &migdi_kube_services,
    &migdi_kube_horizontalpodautoscalers,
    &migdi_kube_statefulsets,
    &migdi_kube_poddisruptionbudgets,
};

static void observe(const void *wished, migdi_view *view, void *out)
{
    const migdi_removal_wish *wish = wished;
    consent_seen *seen = out;
    migdi_arena *arena = migdi_view_arena(view);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        const migd_object *items =
            migdi_see_list(view, migdi_kube_list(arena, kinds[k], wish->namespace_, NULL));
        for (size_t i = 0; i < migd_object_count(items); i++) {
            const migd_object *object = migd_object_item(items, i);
            bool ours = false;
            if (!migdi_removal_belongs(wish, kinds[k], object, &ours)) {
                continue;
            }
            seen->count++;
            if (!ours) {
                const char *title = migdi_kube_resource_title(
                    kinds[k], wish->namespace_, migd_object_text(object, "/metadata/name", ""),
                    arena);
                seen->foreign = seen->foreign == NULL
                                    ? title
                                    : migdi_arena_format(arena, "%s, %s", seen->foreign, title);
            }
        }
    }
    const char *answer = migdi_answered(view, "consent");
    seen->answered = answer != NULL;
    seen->agreed = migdi_text_equal(answer, "yes");
}

static void decide(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const migdi_removal_wish *wish = wished;
    const consent_seen *seen = in;
    (void)goal;
    if (seen->count == 0 || seen->agreed) {
        migdi_done(verdict, "%zu objects are to go", seen->count);
    } else if (seen->answered) {
        migdi_refuse(verdict, MIGD_ERR_CANCELLED, "not agreed");
        migdi_refuse_remaining(verdict, "nothing was changed", NULL);
    } else {
        migdi_going(verdict, "%zu objects of %s/%s are to go", seen->count, wish->namespace_,
                    wish->name);
        migdi_ask(
            verdict, "consent", true,
            "%s%sThis removes %zu objects of %s in namespace %s. Clients are cut off at once; "
            "messages live only in the members. It cannot be undone",
            seen->foreign == NULL ? "" : "Not made by migdeploy: ",
            seen->foreign == NULL
                ? ""
                : migdi_arena_format(migdi_verdict_arena(verdict), "%s. ", seen->foreign),
            seen->count, wish->name, wish->namespace_);
    }
}

const migdi_step_kind migdi_deploy_consent = {
    .name = "consent",
    .seen_size = sizeof(consent_seen),
    .observe = observe,
    .decide = decide,
};

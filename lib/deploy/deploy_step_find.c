/* Which clusters there are in a namespace, by the facts that `check` knows them by. */
#include "codec_object.h"
#include "deploy_find.h"
#include "deploy_live.h"
#include "kube_calls.h"
#include "manifest_extract.h"
#include "manifest_names.h"

#include <string.h>

typedef struct {
    const migd_object *found;
} find_seen;

/* What is found, while it is gathered. */
typedef struct {
    const migdi_find_wish *wish;
    migdi_view *view;
    migdi_arena *arena;
    migdi_builder list;
    size_t count;
} search;

static const char *name_of(const migd_object *object)
{
    return migd_object_text(object, "/metadata/name", "");
}

/* --- sets ------------------------------------------------------------------------------------- */

/* From how far clients reach it. */
static int reach_of(const migd_object *service)
{
    const char *type = migd_object_text(service, "/spec/type", "ClusterIP");
    const bool headless = strcmp(migd_object_text(service, "/spec/clusterIP", ""), "None") == 0;
    return headless                            ? 0
           : strcmp(type, "LoadBalancer") == 0 ? 3
           : strcmp(type, "NodePort") == 0     ? 2
                                               : 1;
}

static void add_service(search *s, const migd_object *set, const migd_object *services)
{
    const migd_object *labels = migd_object_at(set, "/spec/template/metadata/labels");
    const migd_object *best = NULL;
    for (size_t i = 0; i < migd_object_count(services); i++) {
        const migd_object *service = migd_object_item(services, i);
        if (migdi_labels_include(labels, migd_object_at(service, "/spec/selector")) &&
            reach_of(service) > (best == NULL ? 0 : reach_of(best))) {
            best = service;
        }
    }
    if (best != NULL) {
        migdi_build_string(&s->list, name_of(best), "/%zu/service", s->count);
        migdi_build_int64(&s->list, migd_object_int64(best, "/spec/ports/0/port", 80), "/%zu/port",
                          s->count);
    }
}

/* Whether the sets are known; what is left of others is asked for then alone. */
static bool look_at_sets(search *s)
{
    const migd_object *sets = migdi_see_list(
        s->view, migdi_kube_list(s->arena, &migdi_kube_statefulsets, s->wish->namespace_, NULL));
    const migd_object *services =
        !s->wish->services ? NULL
                           : migdi_see_list(s->view, migdi_kube_list(s->arena, &migdi_kube_services,
                                                                     s->wish->namespace_, NULL));
    for (size_t i = 0; i < migd_object_count(sets) && !s->arena->failed; i++) {
        const migd_object *set = migd_object_item(sets, i);
        const migdi_facts *facts = migdi_live_members(set, s->arena);
        if (facts == NULL) {
            continue;
        }
        migdi_build_string(&s->list, name_of(set), "/-/name");
        migdi_build_object(&s->list, migd_object_at(set, "/spec/selector/matchLabels"),
                           "/%zu/labels", s->count);
        migdi_build_object(&s->list, migd_object_at(set, "/spec/template/metadata/labels"),
                           "/%zu/podLabels", s->count);
        migdi_build_int64(&s->list, migdi_facts_seeds(facts), "/%zu/seeds", s->count);
        migdi_build_int64(&s->list, facts->max_members.known ? facts->max_members.value : 0,
                          "/%zu/most", s->count);
        migdi_build_boolean(&s->list, facts->dev, "/%zu/dev", s->count);
        add_service(s, set, services);
        s->count++;
    }
    return sets != NULL;
}

/* --- what is left of a cluster whose set is gone ---------------------------------------------- */

/* Its labels went with the set: nothing is known as its by them. */
static void add_name(search *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++) {
        if (migdi_text_equal(
                migdi_object_string(migdi_object_atf(s->list.document, "/%zu/name", i), NULL),
                name)) {
            return;
        }
    }
    if (name != NULL) {
        migdi_build_string(&s->list, name, "/-/name");
        migdi_build_map(&s->list, "/%zu/labels", s->count);
        migdi_build_map(&s->list, "/%zu/podLabels", s->count);
        s->count++;
    }
}

/* Members that are going are a cluster still. */
static void look_at_pods(search *s)
{
    const migd_object *pods = migdi_see_list(
        s->view, migdi_kube_list(s->arena, &migdi_kube_pods, s->wish->namespace_, NULL));
    for (size_t i = 0; i < migd_object_count(pods); i++) {
        const migd_object *pod = migd_object_item(pods, i);
        const migd_object *owner = migd_object_at(pod, "/metadata/ownerReferences/0");
        const migd_object *containers = migd_object_at(pod, "/spec/containers");
        bool member = false;
        for (size_t k = 0; k < migd_object_count(containers); k++) {
            member = member || migdi_extract_is_member(migd_object_item(containers, k));
        }
        if (member && migdi_text_equal(migd_object_text(owner, "/kind", NULL), "StatefulSet")) {
            add_name(s, migd_object_text(owner, "/name", NULL));
        }
    }
}

static void look_at_labels(search *s, const migdi_kube_resource *resource)
{
    static const migdi_kube_selection ours = {.labels =
                                                  MIGDI_LABEL_MANAGED_BY "=" MIGDI_MANAGED_BY};
    const migd_object *items =
        migdi_see_list(s->view, migdi_kube_list(s->arena, resource, s->wish->namespace_, &ours));
    for (size_t i = 0; i < migd_object_count(items); i++) {
        add_name(s, migd_object_text(migd_object_item(items, i),
                                     "/metadata/labels/app.kubernetes.io~1instance", NULL));
    }
}

static void look_at_namespace(search *s)
{
    const migd_error *error = NULL; /* who may not read it cannot remove it either */
    const migd_object *found = migdi_try_see(
        s->view, migdi_kube_get(s->arena, &migdi_kube_namespaces, NULL, s->wish->namespace_),
        &error);
    if (error != NULL && migd_error_status(error) != MIGD_ERR_DENIED) {
        migdi_view_refuse(s->view, "%s", migd_error_message(error));
    }
    add_name(s, migd_object_text(found, "/metadata/annotations/migdeploy.dev~1created", NULL));
}

/* --- the step --------------------------------------------------------------------------------- */

static void observe(const void *wished, migdi_view *view, void *out)
{
    find_seen *seen = out;
    search s = {.wish = wished, .view = view, .arena = migdi_view_arena(view)};
    migdi_build(&s.list);
    migdi_build_array(&s.list, "%s", "");
    const bool known = look_at_sets(&s);
    if (known && s.count == 0 && s.wish->leftovers) {
        look_at_pods(&s);
        look_at_labels(&s, &migdi_kube_services);
        look_at_labels(&s, &migdi_kube_horizontalpodautoscalers);
        look_at_labels(&s, &migdi_kube_poddisruptionbudgets);
        look_at_namespace(&s);
    }
    migd_object *list = NULL;
    if (migdi_build_take(&s.list, &list, NULL) < 0) {
        s.arena->failed = true;
    } else if (migdi_arena_give(s.arena, list, migdi_object_release)) {
        seen->found = list;
    }
}

static void decide(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    (void)wished;
    (void)goal;
    (void)in;
    migdi_done(verdict, "looked");
}

static void report(const void *wished, const void *in, migdi_builder *result)
{
    const find_seen *seen = in;
    (void)wished;
    migdi_build_object(result, seen->found, "/found");
}

const migdi_step_kind migdi_deploy_find = {
    .name = "find",
    .seen_size = sizeof(find_seen),
    .observe = observe,
    .decide = decide,
    .report = report,
};

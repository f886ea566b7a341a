/* Whose a field or an object is, from its managedFields. */
#include "deploy_owner.h"

#include "core_text.h"
#include "kube_managed_fields.h"
#include "manifest_names.h"

#include <string.h>

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

migdi_owner_kind migdi_owner_kind_of(const char *manager)
{
    static const struct {
        const char *start;
        migdi_owner_kind kind;
    } known[] = {
        {"migdeploy", MIGDI_OWNER_OURS},
        {"kubectl", MIGDI_OWNER_KUBECTL},
        {"before-first-apply", MIGDI_OWNER_KUBECTL},
        {"kube-controller-manager", MIGDI_OWNER_CONTROLLER},
        {"controller-manager", MIGDI_OWNER_CONTROLLER}, /* the same, as some providers run it */
        {"helm-controller", MIGDI_OWNER_SYNC},          /* flux; before what it begins with */
        {"kustomize-controller", MIGDI_OWNER_SYNC},
        {"argocd", MIGDI_OWNER_SYNC},
        {"helm", MIGDI_OWNER_RELEASE},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (starts_with(manager, known[i].start)) {
            return known[i].kind;
        }
    }
    return MIGDI_OWNER_FOREIGN;
}

bool migdi_owner_is_release(migdi_owner_kind kind)
{
    return kind == MIGDI_OWNER_RELEASE || kind == MIGDI_OWNER_SYNC;
}

/* By the marks that releases leave on what they look after, whoever wrote last. */
static migdi_owner release_of(const migd_object *object)
{
    static const struct {
        const char *pointer;
        const char *value; /* NULL: any */
        const char *name;
        migdi_owner_kind kind;
    } marks[] = {
        {"/metadata/labels/app.kubernetes.io~1managed-by", "Helm", "helm", MIGDI_OWNER_RELEASE},
        {"/metadata/annotations/meta.helm.sh~1release-name", NULL, "helm", MIGDI_OWNER_RELEASE},
        {"/metadata/annotations/argocd.argoproj.io~1tracking-id", NULL, "argocd", MIGDI_OWNER_SYNC},
        {"/metadata/labels/argocd.argoproj.io~1instance", NULL, "argocd", MIGDI_OWNER_SYNC},
        {"/metadata/labels/kustomize.toolkit.fluxcd.io~1name", NULL, "flux", MIGDI_OWNER_SYNC},
        {"/metadata/labels/helm.toolkit.fluxcd.io~1name", NULL, "flux", MIGDI_OWNER_SYNC},
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        const char *value = migd_object_text(object, marks[i].pointer, NULL);
        if (value != NULL && (marks[i].value == NULL || strcmp(value, marks[i].value) == 0)) {
            return (migdi_owner){marks[i].kind, marks[i].name};
        }
    }
    const char *above = migd_object_text(object, "/metadata/ownerReferences/0/name", NULL);
    return (migdi_owner){above == NULL ? MIGDI_OWNER_NONE : MIGDI_OWNER_RELEASE, above};
}

static migdi_owner harder(migdi_owner left, migdi_owner right)
{
    return right.kind > left.kind ? right : left;
}

migdi_owner migdi_owner_of(const migd_object *object)
{
    const migdi_owner release = release_of(object);
    if (release.kind != MIGDI_OWNER_NONE) {
        return release;
    }
    migdi_owner owner = {MIGDI_OWNER_NONE, NULL};
    for (size_t i = 0; i < migdi_kube_manager_count(object); i++) {
        const char *name = migdi_kube_manager_at(object, i).name;
        const migdi_owner_kind kind = migdi_owner_kind_of(name);
        if (kind == MIGDI_OWNER_OURS || kind == MIGDI_OWNER_KUBECTL ||
            migdi_owner_is_release(kind)) {
            owner = harder(owner, (migdi_owner){kind, name});
        }
    }
    return owner;
}

bool migdi_owner_is_labelled(const migd_object *object, const char *instance)
{
    const migd_object *labels = migd_object_at(object, "/metadata/labels");
    return instance != NULL &&
           migdi_text_equal(migd_object_text(labels, "/app.kubernetes.io~1managed-by", NULL),
                            MIGDI_MANAGED_BY) &&
           migdi_text_equal(migd_object_text(labels, "/app.kubernetes.io~1instance", NULL),
                            instance);
}

migdi_owner migdi_owner_of_field(const migd_object *object, const char *pointer, const char *but,
                                 bool *also, migdi_arena *arena)
{
    migdi_owner owner = {MIGDI_OWNER_NONE, NULL};
    *also = false;
    for (size_t i = 0; i < migdi_kube_manager_count(object); i++) {
        const migdi_kube_manager manager = migdi_kube_manager_at(object, i);
        if (!migdi_kube_manager_owns(&manager, object, pointer, arena)) {
            continue;
        }
        if (strcmp(manager.name, but) == 0) {
            *also = true;
        } else {
            owner = harder(owner, (migdi_owner){migdi_owner_kind_of(manager.name), manager.name});
        }
    }
    return owner;
}

/* What kubectl apply wrote last, by its own note; -1: it did not, or no number. */
static int64_t applied_replicas(const migd_object *set)
{
    const char *note = migd_object_text(
        set, "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration", NULL);
    migd_object *applied = NULL;
    if (note == NULL || migd_object_parse(note, strlen(note), NULL, &applied, NULL) < 0) {
        return -1;
    }
    const int64_t replicas = migd_object_int64(applied, "/spec/replicas", -1);
    migd_object_free(applied);
    return replicas;
}

/* `kubectl scale` and `kubectl edit` do not come again by themselves: an apply does, and a
 * release. */
static bool comes_again(const migdi_kube_manager *manager)
{
    const migdi_owner_kind kind = migdi_owner_kind_of(manager->name);
    return migdi_owner_is_release(kind) ||
           (kind == MIGDI_OWNER_KUBECTL && strcmp(manager->subresource, "scale") != 0 &&
            (strcmp(manager->operation, "Apply") == 0 ||
             strcmp(manager->name, "kubectl-client-side-apply") == 0 ||
             strcmp(manager->name, "before-first-apply") == 0));
}

migdi_owner migdi_owner_sets_back(const migd_object *set, int64_t *replicas, migdi_arena *arena)
{
    const migdi_owner owner = migdi_owner_of(set);
    *replicas = applied_replicas(set);
    if (*replicas >= 0) {
        return (migdi_owner){MIGDI_OWNER_KUBECTL, "kubectl apply"};
    }
    for (size_t i = 0; i < migdi_kube_manager_count(set); i++) {
        const migdi_kube_manager manager = migdi_kube_manager_at(set, i);
        if (comes_again(&manager) &&
            migdi_kube_manager_owns(&manager, set, "/spec/replicas", arena)) {
            const migdi_owner_kind kind = migdi_owner_kind_of(manager.name);
            return (migdi_owner){kind,
                                 kind == MIGDI_OWNER_KUBECTL ? "kubectl apply" : manager.name};
        }
    }
    return migdi_owner_is_release(owner.kind) && owner.name != NULL
               ? owner
               : (migdi_owner){MIGDI_OWNER_NONE, NULL};
}

migdi_owner migdi_owner_in_conflict(const migd_error *conflict)
{
    migdi_owner owner = {MIGDI_OWNER_NONE, NULL};
    for (size_t i = 0; i < migd_error_detail_count(conflict); i++) {
        const char *manager = migd_error_detail(conflict, i, MIGD_DETAIL_SUBJECT);
        if (manager != NULL) {
            owner = harder(owner, (migdi_owner){migdi_owner_kind_of(manager), manager});
        }
    }
    return owner;
}

/* What an apply would change, and who would have to give it up. */
#include "deploy_change.h"

#include "codec_object.h"
#include "deploy_cluster.h"
#include "deploy_diff.h"
#include "kube_calls.h"

migdi_change migdi_change_see(migdi_view *view, const migdi_kube_resource *resource,
                              const char *namespace_, const migd_object *object,
                              const migd_object *live, const char *left_out)
{
    migdi_arena *arena = migdi_view_arena(view);
    migdi_kube_write write = {
        .manager = MIGDI_MANAGER, .force = true, .dry_run = true, .namespace_ = namespace_};
    migdi_change change = {0};
    const migd_object *after = migdi_see(view, migdi_kube_apply(arena, resource, object, &write));
    if (after == NULL) {
        return change;
    }
    change.fields = migdi_diff(live, after, arena);
    change.differs = left_out == NULL ? migd_object_count(change.fields) > 0
                                      : migdi_diff_beside(change.fields, left_out) > 0;
    if (change.differs) {
        const migd_error *conflict = NULL;
        write.force = false;
        migdi_try_see(view, migdi_kube_apply(arena, resource, object, &write), &conflict);
        change.conflict = migdi_owner_in_conflict(conflict);
    }
    return change;
}

const migd_object *migdi_change_guarded(const migd_object *object, const char *version,
                                        migdi_arena *arena)
{
    migd_object *copy = NULL;
    if (migd_object_copy(object, &copy, NULL) < 0 ||
        migd_object_set_string(copy, "/metadata/resourceVersion", version, NULL) < 0) {
        migd_object_free(copy);
        arena->failed = true;
        return NULL;
    }
    return migdi_arena_give(arena, copy, migdi_object_release) ? copy : NULL;
}

bool migdi_change_is_refused(const migdi_change *change, migdi_owner owner, bool adopt,
                             const char *title, migdi_verdict *verdict)
{
    const migdi_owner release = migdi_owner_is_release(owner.kind) ? owner : change->conflict;
    if (!change->differs) {
        return false;
    }
    if (migdi_owner_is_release(release.kind) && !adopt) {
        migdi_refuse(verdict, MIGD_ERR_CONFLICT, "%s belongs to %s", title, release.name);
        return true;
    }
    if (change->conflict.kind == MIGDI_OWNER_FOREIGN) {
        migdi_refuse(verdict, MIGD_ERR_CONFLICT, "%s has fields that %s looks after", title,
                     change->conflict.name);
        return true;
    }
    return false;
}

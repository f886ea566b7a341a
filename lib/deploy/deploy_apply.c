/* The steps of anybody's objects: each is applied whole, but a StatefulSet of MigratoryData. Its
 * number and its template have steps of their own, as in a deploy: one write of all would restart
 * the members without the pause, and take many at once. */
#include "deploy_apply.h"

#include "codec_object.h"
#include "deploy_live.h"
#include "manifest_names.h"

#include <string.h>

/* The most steps of one object. */
enum { STEPS_OF_SET = 5 };

static bool is_kind(const migd_object *object, const char *kind)
{
    return migdi_text_equal(migd_object_text(object, "/kind", NULL), kind);
}

static const char *namespace_of(const migdi_draft *draft, const migd_object *object)
{
    return migd_object_text(object, "/metadata/namespace", draft->namespace_);
}

/* Each set among the objects is judged on what runs of it now. */
static void add_rules_of_sets(migdi_draft *draft)
{
    for (size_t i = 0; i < migd_objects_count(draft->objects); i++) {
        const migd_object *object = migd_objects_item(draft->objects, i);
        if (is_kind(object, "StatefulSet") && draft->count < MIGDI_DEPLOY_STEPS) {
            migdi_rules_wish *wish = migdi_arena_alloc_zeroed(draft->arena, 1, sizeof *wish);
            if (wish == NULL) {
                return;
            }
            *wish = (migdi_rules_wish){
                .namespace_ = namespace_of(draft, object),
                .name = migd_object_text(object, "/metadata/name", ""),
                .objects = draft->objects,
                .options = draft->options,
                .lower = true,
                .by_hand = true,
            };
            migdi_draft_add(draft, &migdi_deploy_rules, wish, MIGDI_PRESENT);
        }
    }
}

/* --- the cluster among them ------------------------------------------------------------------- */

/* The wish of a set that is one of MigratoryData's. */
static migd_status take_cluster(migdi_draft *draft, const migd_object *set,
                                const migdi_facts *facts, migd_error **error)
{
    migdi_cluster_wish *wish = migdi_arena_alloc_zeroed(draft->arena, 1, sizeof *wish);
    if (wish == NULL) {
        return migdi_fail_nomem(error);
    }
    *wish = (migdi_cluster_wish){
        .name = migd_object_text(set, "/metadata/name", ""),
        .namespace_ = namespace_of(draft, set),
        .created = set,
        .replicas = migd_object_int64(set, "/spec/replicas", 0),
        .seeds = migdi_facts_seeds(facts),
        .pause_ms = facts->dev ? 0 : MIGDI_VENDOR_PAUSE_MS,
        .lower = true,
        .yields = true,
        .on_delete =
            migdi_text_equal(migd_object_text(set, "/spec/updateStrategy/type", NULL), "OnDelete"),
        .adopt = migd_call_options_int64(draft->options, MIGD_CALL_ADOPT) == 1,
        .force = migd_call_options_int64(draft->options, MIGD_CALL_FORCE) == 1,
    };
    if (draft->cluster != NULL) {
        return migdi_fail_at(error, MIGD_ERR_INVALID, migdi_object_place(set),
                             "one call applies one cluster: %s, then %s", draft->cluster->name,
                             wish->name);
    }
    draft->cluster = wish;
    return migdi_draft_without_number(draft, set, &wish->applied, error);
}

/* The one set of MigratoryData among the objects, if there is one; its lock is that of the job. */
static migd_status find_cluster(migdi_draft *draft, migd_error **error)
{
    migd_status status = MIGD_OK;
    for (size_t i = 0; status == MIGD_OK && i < migd_objects_count(draft->objects); i++) {
        const migd_object *object = migd_objects_item(draft->objects, i);
        const migdi_facts *facts =
            is_kind(object, "StatefulSet") ? migdi_live_members(object, draft->arena) : NULL;
        if (facts != NULL) {
            status = take_cluster(draft, object, facts, error);
        }
    }
    return status == MIGD_OK && draft->arena->failed ? migdi_fail_nomem(error) : status;
}

static void add_set(migdi_draft *draft)
{
    migdi_draft_add_stage(draft, &migdi_deploy_replicas_down);
    migdi_draft_add_stage(draft, &migdi_deploy_set);
    migdi_draft_add_stage(draft, &migdi_deploy_replicas_up);
    if (!draft->cluster->on_delete) {
        migdi_draft_add_stage(draft, &migdi_deploy_roll);
    }
}

/* The lock lives in the namespace of the cluster: that is there already, unless it is the first
 * that is applied here. */
static void add_namespace_check(migdi_draft *draft, size_t before)
{
    for (size_t i = 0; i < before; i++) {
        const migd_object *applied = migd_objects_item(draft->objects, i);
        if (migdi_text_equal(migd_object_text(applied, "/metadata/name", NULL),
                             draft->cluster->namespace_)) {
            return;
        }
    }
    migdi_namespace_wish *wish = migdi_arena_alloc_zeroed(draft->arena, 1, sizeof *wish);
    if (wish != NULL) {
        wish->name = draft->cluster->namespace_;
        migdi_draft_next(draft);
        migdi_draft_add(draft, &migdi_deploy_namespace, wish, MIGDI_PRESENT);
    }
}

/* --- all of them ------------------------------------------------------------------------------ */

static migd_status add_object(migdi_draft *draft, const migd_object *object, migd_error **error)
{
    migdi_object_wish *wish = migdi_arena_alloc_zeroed(draft->arena, 1, sizeof *wish);
    if (wish == NULL) {
        return migdi_fail_nomem(error);
    }
    *wish = (migdi_object_wish){
        .namespace_ = namespace_of(draft, object),
        .name = migd_object_text(object, "/metadata/name", NULL),
        .object = object,
        .adopt = migd_call_options_int64(draft->options, MIGD_CALL_ADOPT) == 1,
        .force = migd_call_options_int64(draft->options, MIGD_CALL_FORCE) == 1,
    };
    migdi_draft_next(draft);
    migdi_draft_add(draft, &migdi_deploy_object, wish, MIGDI_PRESENT);
    draft->steps[draft->count - 1].unlocked = is_kind(object, "Namespace");
    return MIGD_OK;
}

static migd_status check_names(const migdi_draft *draft, migd_error **error)
{
    for (size_t i = 0; i < migd_objects_count(draft->objects); i++) {
        const migd_object *object = migd_objects_item(draft->objects, i);
        if (migd_object_text(object, "/metadata/name", NULL) == NULL ||
            migd_object_text(object, "/kind", NULL) == NULL) {
            return migdi_fail_at(error, MIGD_ERR_INVALID, migdi_object_place(object),
                                 "an object to apply needs apiVersion, kind and metadata.name");
        }
    }
    return MIGD_OK;
}

migd_status migdi_draft_add_applied(migdi_draft *draft, migd_error **error)
{
    const size_t count = migd_objects_count(draft->objects);
    bool checked = false;
    migd_status status = check_names(draft, error);
    if (status == MIGD_OK) {
        status = find_cluster(draft, error);
    }
    add_rules_of_sets(draft);
    if (status == MIGD_OK && count + draft->count + STEPS_OF_SET > MIGDI_DEPLOY_STEPS) {
        status = migdi_fail(error, MIGD_ERR_LIMIT, "%zu objects are too many for one call", count);
    }
    for (size_t i = 0; status == MIGD_OK && i < count; i++) {
        const migd_object *object = migd_objects_item(draft->objects, i);
        if (draft->cluster != NULL && !checked && !is_kind(object, "Namespace")) {
            checked = true;
            add_namespace_check(draft, i); /* those before are Namespaces */
        }
        if (draft->cluster != NULL && object == draft->cluster->created) {
            add_set(draft);
        } else {
            status = add_object(draft, object, error);
        }
    }
    return status;
}

/* JSON Merge Patch (RFC 7396). The result is built beside the document and takes its place at the
 * end, so a failure changes nothing. */
#include "codec_object.h"
#include "codec_tree.h"

static bool copy_with_key(migdi_document *document, const migd_object *from, migd_object *to)
{
    if (!migdi_node_copy(document, from, to)) {
        return false;
    }
    to->key = migdi_arena_text(&document->arena, from->key, from->key_size);
    to->key_size = from->key_size;
    to->key_offset = from->key_offset;
    to->flags |= from->flags & MIGDI_NODE_KEY_PLACED;
    return to->key != NULL;
}

static bool apply(migdi_document *document, const migd_object *target, const migd_object *patch,
                  migd_object *out);

/* What one key of the patch makes of the member of that name, which may not exist. */
static bool apply_member(migdi_document *document, const migd_object *member,
                         const migd_object *change, migd_object *merged)
{
    migd_object made = {0};
    if (!apply(document, member, change, &made)) {
        return false;
    }
    if (member != NULL && made.source == member->source) {
        made.key_offset = member->key_offset;
        made.flags |= member->flags & MIGDI_NODE_KEY_PLACED;
    } else if (made.source == change->source) {
        made.key_offset = change->key_offset;
        made.flags |= change->flags & MIGDI_NODE_KEY_PLACED;
    }
    made.key = migdi_arena_text(&document->arena, change->key, change->key_size);
    made.key_size = change->key_size;
    return made.key != NULL && migdi_items_add(document, merged, &made);
}

/* A patch that is a map: the members of the target, changed where they are, then the new ones. */
static bool apply_map(migdi_document *document, const migd_object *target, const migd_object *patch,
                      migd_object *out)
{
    const bool map = target != NULL && target->kind == MIGD_KIND_MAP;
    const migd_object *place = map ? target : patch;
    *out = (migd_object){.kind = MIGD_KIND_MAP, .source = place->source, .offset = place->offset};
    for (size_t i = 0; map && i < target->count; i++) {
        const migd_object *member = &target->as.items[i];
        const migd_object *change = migdi_map_find(patch, member->key, member->key_size);
        migd_object kept = {0};
        if (change == NULL) {
            if (!copy_with_key(document, member, &kept) || !migdi_items_add(document, out, &kept)) {
                return false;
            }
        } else if (change->kind != MIGD_KIND_NULL && !apply_member(document, member, change, out)) {
            return false;
        }
    }
    for (size_t i = 0; i < patch->count; i++) {
        const migd_object *change = &patch->as.items[i];
        if (change->kind != MIGD_KIND_NULL &&
            (!map || migdi_map_find(target, change->key, change->key_size) == NULL) &&
            !apply_member(document, NULL, change, out)) {
            return false;
        }
    }
    return true;
}

static bool apply(migdi_document *document, const migd_object *target, const migd_object *patch,
                  migd_object *out)
{
    return patch->kind == MIGD_KIND_MAP ? apply_map(document, target, patch, out)
                                        : migdi_node_copy(document, patch, out);
}

migd_status migd_object_merge(migd_object *document, const migd_object *patch, migd_error **error)
{
    migdi_error_clear(error);
    if (document == NULL || patch == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no %s",
                          document == NULL ? "document to change" : "patch");
    }
    migdi_document *owner = migdi_document_of(document);
    migd_object merged = {0};
    if ((patch->source != NULL && !migdi_document_hold(owner, patch->source)) ||
        !apply(owner, document, patch, &merged)) {
        return migdi_fail_nomem(error);
    }
    owner->root = merged;
    return MIGD_OK;
}

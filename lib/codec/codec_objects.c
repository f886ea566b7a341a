/* Lists of documents: the list itself. Texts are read in codec_objects_read.c, files in
 * codec_objects_load.c. */
#include "codec_objects.h"
#include "codec_object.h"

migd_status migd_objects_new(migd_objects **out, migd_error **error)
{
    const migd_status begun = migdi_begin(out, error);
    if (begun < 0) {
        return begun;
    }
    *out = migdi_alloc_zeroed(1, sizeof **out);
    return *out == NULL ? migdi_fail_nomem(error) : MIGD_OK;
}

void migdi_objects_cut(migd_objects *objects, size_t count)
{
    while (objects->count > count) {
        migd_object_free(objects->documents[--objects->count]);
    }
}

void migd_objects_free(migd_objects *objects)
{
    if (objects != NULL) {
        migdi_objects_cut(objects, 0);
        migdi_free(objects->documents);
        migdi_free(objects);
    }
}

void migdi_objects_release(void *objects)
{
    migd_objects_free(objects);
}

migd_status migdi_objects_give(migd_objects *objects, migd_object *document, migd_error **error)
{
    void *documents = objects->documents;
    if (!migdi_grow(&documents, &objects->capacity, objects->count + 1, sizeof document)) {
        migd_object_free(document);
        return migdi_fail_nomem(error);
    }
    objects->documents = documents;
    objects->documents[objects->count++] = document;
    return MIGD_OK;
}

migd_status migd_objects_add(migd_objects *objects, const migd_object *value, migd_error **error)
{
    migdi_error_clear(error);
    if (objects == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no list to add to");
    }
    migd_object *copy = NULL;
    const migd_status status = migd_object_copy(value, &copy, error);
    return status < 0 ? status : migdi_objects_give(objects, copy, error);
}

size_t migd_objects_count(const migd_objects *objects)
{
    return objects == NULL ? 0 : objects->count;
}

const migd_object *migd_objects_item(const migd_objects *objects, size_t index)
{
    return index < migd_objects_count(objects) ? objects->documents[index] : NULL;
}

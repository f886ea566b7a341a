/* Lists of documents, as the rooms above need them beyond <migdeploy/object.h>. */
#ifndef MIGDI_CODEC_OBJECTS_H
#define MIGDI_CODEC_OBJECTS_H

#include "codec_tree.h"

struct migd_objects {
    migd_object **documents;
    size_t count;
    size_t capacity;
};

/* As migd_objects_parse(), but what was read before a failure stays in the list, as kubectl has
 * then applied it. */
migd_status migdi_objects_read(migd_objects *objects, const char *text, size_t size,
                               const migd_read_options *options, migd_error **error);

/* Takes a document; on failure it is freed. */
migd_status migdi_objects_give(migd_objects *objects, migd_object *document, migd_error **error);

/* Frees the documents from index `count` on. */
void migdi_objects_cut(migd_objects *objects, size_t count);

#endif

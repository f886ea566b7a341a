/* Documents as kubectl reads its own files: the first of a text, duplicate keys and all; and their
 * end. */
#include "codec_object.h"
#include "codec_object_parse.h"
#include "codec_yaml.h"

migd_status migdi_object_read_first(const char *text, size_t size, const char *name,
                                    migd_object **out, migd_error **error)
{
    *out = NULL;
    migd_read_options *options = NULL;
    migdi_source *source = NULL;
    migd_status status = migdi_read_options_copy(NULL, MIGDI_READ_ALL_KEYS | MIGDI_READ_SECRET,
                                                 name, &options, error);
    if (status == MIGD_OK) {
        status = migdi_parse_open(text, size, options, &source, error);
    }
    if (status == MIGD_OK) {
        status = migdi_yaml_read(source, text, 0, size, options, out, NULL, error);
    }
    if (status < 0 && source != NULL) {
        migdi_wipe(source->text, source->size);
    }
    migdi_source_release(source);
    migd_read_options_free(options);
    return status;
}

void migdi_object_keep_secret(migd_object *document)
{
    if (document == NULL) {
        return;
    }
    migdi_document *all = migdi_document_of(document);
    all->arena.secret = true;
    for (size_t i = 0; i < all->source_count; i++) {
        atomic_store(&all->sources[i]->secret, true);
    }
}

void migdi_object_free_secret(migd_object *document)
{
    migdi_object_keep_secret(document);
    migd_object_free(document);
}

/* What the rooms above need of documents beyond <migdeploy/object.h>: places of keys and words,
 * exact strings and integers, and a sticky builder. */
#ifndef MIGDI_CODEC_OBJECT_H
#define MIGDI_CODEC_OBJECT_H

#include "core_arena.h"
#include "core_error.h"
#include "core_text.h"

#include <migdeploy/object.h>

/* --- places ----------------------------------------------------------------------------------- */

/* Where the value stood; {0} when nowhere. */
migdi_place migdi_object_place(const migd_object *value);
/* Where key `index` of a map stood. */
migdi_place migdi_object_key_place(const migd_object *map, size_t index);
/* Where the key of the last step of the pointer stood (its value's place for an array's item). */
migdi_place migdi_object_place_of_key(const migd_object *value, const char *pointer);
/* Where `word` stands in the text of a string value, however it was quoted or folded: its first
 * occurrence in the source from the value's own place on; the value's place when it is not
 * there. */
migdi_place migdi_object_word_place(const migd_object *string, const char *word, size_t size);
/* Makes every value of a document one that stood nowhere: for what a caller hands in as text.
 * MIGD_ERR_NOMEM: some values still have a place. */
migd_status migdi_object_forget_places(migd_object *document, migd_error **error);

/* --- secrets ---------------------------------------------------------------------------------- */

/* From now on all texts of the document are wiped before they are freed, those of the text that it
 * was read from too. NULL is allowed. */
void migdi_object_keep_secret(migd_object *document);

/* --- giving away ------------------------------------------------------------------------------ */

/* migd_object_free() and migd_objects_free() for who owns things of any type:
 * migdi_arena_give(). */
void migdi_object_release(void *document);
void migdi_objects_release(void *objects);

/* --- exact values ----------------------------------------------------------------------------- */

/* The string of a value with its length (it may hold NUL); NULL for another kind. */
const char *migdi_object_string(const migd_object *value, size_t *size);
/* Whether an integer, and whether it fits. */
bool migdi_object_read_int64(const migd_object *value, int64_t *out);
bool migdi_object_read_uint64(const migd_object *value, uint64_t *out);
/* The value of a key of a map, without a pointer's escapes; NULL when there is none. */
const migd_object *migdi_object_member(const migd_object *map, const char *key);
/* Finds a key that stands twice in a map, where both were kept: the indices, *second SIZE_MAX when
 * all differ. In n log n, whatever the keys. false: no memory. */
bool migdi_object_duplicate(const migd_object *map, size_t *first, size_t *second);
/* The value at a formatted pointer; arguments are not escaped. */
const migd_object *migdi_object_atf(const migd_object *value, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Adds one step to a pointer, "~" and "/" escaped. */
void migdi_pointer_add(migdi_text *pointer, const char *key);
/* "/spec/x" and "spec.x" alike become a pointer, for `--set`; a "[0]" or ".0" is an index. */
migd_status migdi_pointer_from_path(const char *path, migdi_text *pointer, migd_error **error);

/* JSON of a value in an arena, compact, keys in order; NULL when memory ends: then the arena has
 * failed. Of a secret arena no other copy is left. */
const char *migdi_object_json(const migd_object *value, migdi_arena *arena);

/* --- reading as a spec is read ---------------------------------------------------------------- */

enum {
    MIGDI_READ_ALL_KEYS = 1, /* a second key of the same name is kept: it becomes a finding */
    MIGDI_READ_SECRET = 2    /* what was read is wiped when it is freed */
};

/* A copy of the options (NULL: the defaults) that reads in that manner. name: where they have none;
 * NULL: none. *out: for migd_read_options_free(). MIGD_OK or MIGD_ERR_NOMEM. */
migd_status migdi_read_options_copy(const migd_read_options *options, uint32_t manner,
                                    const char *name, migd_read_options **out, migd_error **error);

/* --- a sticky builder ------------------------------------------------------------------------- */

/* Builds one document. After a failure it does nothing; the failure shows in take. Pointers are
 * formats. */
typedef struct migdi_builder {
    migd_object *document;
    migd_status status;
    /* values get the place of this one until it is set anew; NULL: none */
    const migd_object *origin;
    bool at_key; /* the place of the origin's key instead, for what a block leaves to its default */
} migdi_builder;

void migdi_build(migdi_builder *builder); /* starts with an empty map */
void migdi_build_string(migdi_builder *builder, const char *value, const char *pointer, ...)
    __attribute__((format(printf, 3, 4)));
void migdi_build_int64(migdi_builder *builder, int64_t value, const char *pointer, ...)
    __attribute__((format(printf, 3, 4)));
void migdi_build_boolean(migdi_builder *builder, bool value, const char *pointer, ...)
    __attribute__((format(printf, 3, 4)));
/* A copy of a value, which keeps its own places. NULL: nothing is set. */
void migdi_build_object(migdi_builder *builder, const migd_object *value, const char *pointer, ...)
    __attribute__((format(printf, 3, 4)));
/* An empty map or array. */
void migdi_build_map(migdi_builder *builder, const char *pointer, ...)
    __attribute__((format(printf, 2, 3)));
void migdi_build_array(migdi_builder *builder, const char *pointer, ...)
    __attribute__((format(printf, 2, 3)));
/* Gives the document away; on failure frees it and makes the error. */
migd_status migdi_build_take(migdi_builder *builder, migd_object **out, migd_error **error);

/* --- reading as a kubeconfig is read ---------------------------------------------------------- */

/* Reads the first document of a YAML or JSON text and nothing behind it. Of a key that stands twice
 * the last one counts. *out: for migdi_object_free_secret(); NULL when the text holds no document.
 * name: what places show. */
migd_status migdi_object_read_first(const char *text, size_t size, const char *name,
                                    migd_object **out, migd_error **error);

/* Wipes all texts of a document, then frees it; NULL is allowed. */
void migdi_object_free_secret(migd_object *document);

/* --- editing text ----------------------------------------------------------------------------- */

/* Sets the value at the pointer in a YAML or JSON text by splicing, so that comments and layout
 * stay. value: written as it should stand, on one line. The new text reads back as the old document
 * with that one change, or the edit is refused with MIGD_ERR_UNSUPPORTED. */
migd_status migdi_text_edit(const char *text, size_t size, const char *pointer,
                            const migd_object *value, migd_buf **out, migd_error **error);

#endif

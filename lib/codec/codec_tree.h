/* The tree behind migd_object: nodes, the document that owns them, the texts that they came from.
 * Private to the files of documents; the rooms above see codec_object.h.
 *
 * A `migd_object *` is always the first member of a document, a `const migd_object *` any node: so
 * a change always finds its arena. Nothing in an arena moves or is freed before the document is.
 */
#ifndef MIGDI_CODEC_TREE_H
#define MIGDI_CODEC_TREE_H

#include "core_arena.h"
#include "core_error.h"

#include <migdeploy/object.h>
#include <stdatomic.h>

/* No document nests deeper, however it was made: recursion over a tree is bounded by this. */
#define MIGDI_DEEPEST 1000

/* NULs behind a source's text, so that a reader may look some bytes ahead without asking. */
#define MIGDI_SOURCE_PADDING 16

/* The most bytes of a source: offsets have 32 bits. */
#define MIGDI_SOURCE_MOST ((size_t)UINT32_MAX - MIGDI_SOURCE_PADDING)

/* A text that values came from. Shared by documents, so counted; only its count and its table of
 * lines change once a reader is done with it. JSON strings lie in it: a reader may overwrite a
 * closing quote with NUL, which moves no line and no column. */
typedef struct migdi_source {
    atomic_size_t references;
    char *name; /* NULL: none */
    char *text; /* `size` bytes and the padding */
    size_t size;
    atomic_bool secret;      /* its text is wiped before it is freed */
    bool nowhere;            /* nobody can look at it: its values have no place */
    uint32_t *_Atomic lines; /* [0]: how many; then where each starts. Made when first asked for */
} migdi_source;

enum {
    MIGDI_NODE_UNSIGNED = 1,       /* an integer above INT64_MAX, in as.natural */
    MIGDI_NODE_TEXT_SHARED = 2,    /* the string lies in the node's source */
    MIGDI_NODE_KEY_SHARED = 4,     /* the key lies in the node's source */
    MIGDI_NODE_KEY_PLACED = 8,     /* key_offset counts */
    MIGDI_NODE_KEY_CONVERTED = 16, /* a YAML key that was no string: 1 is not '1' */
    MIGDI_NODE_MERGE = 32          /* a YAML value under "<<", while its map is open */
};

struct migd_object {
    uint8_t kind;   /* MIGD_KIND_* */
    uint8_t flags;  /* MIGDI_NODE_* */
    uint32_t count; /* bytes of a string; items of an array or map */
    union {
        const char *text; /* ends with NUL, may hold others */
        int64_t integer;
        uint64_t natural;
        double number;
        int32_t boolean;
        migd_object *items;
        size_t parent; /* while a reader holds it open */
    } as;
    const char *key; /* of a map's value; ends with NUL */
    uint32_t key_size;
    uint32_t key_offset;
    uint32_t offset;      /* where the value stands in the source */
    uint32_t capacity;    /* of items */
    migdi_source *source; /* NULL: it stood nowhere. Held by the document */
};

typedef struct migdi_document {
    migd_object root; /* first, so that a pointer to it is one to the document */
    migdi_arena arena;
    migdi_source **sources;
    size_t source_count;
    size_t source_capacity;
} migdi_document;

#define MIGDI_READ_LIMITS (MIGD_READ_DOCUMENTS - MIGD_READ_BYTES + 1)

struct migd_read_options {
    int64_t limits[MIGDI_READ_LIMITS];
    char *name;
    uint32_t manner; /* MIGDI_READ_* of codec_object.h */
};

/* --- sources and places ----------------------------------------------------------------------- */

/* A copy of the text; NULL when memory ends. name may be NULL. */
migdi_source *migdi_source_new(const char *name, const char *text, size_t size);
void migdi_source_release(migdi_source *source);
migdi_place migdi_source_place(migdi_source *source, size_t offset);

/* --- documents -------------------------------------------------------------------------------- */

/* A document whose root is null; NULL when memory ends. */
migdi_document *migdi_document_new(void);
void migdi_document_free(migdi_document *document);

/* Keeps a source as long as the document lives; false when memory ends. */
bool migdi_document_hold(migdi_document *document, migdi_source *source);

/* The document that a caller owns. */
migdi_document *migdi_document_of(migd_object *root);

/* --- nodes ------------------------------------------------------------------------------------ */

/* Copies a value and all below it into the document; its key is not copied. false: no memory; what
 * was allocated stays in the arena, unused. */
bool migdi_node_copy(migdi_document *document, const migd_object *from, migd_object *to);

/* How deep it nests: 0 for a scalar, 1 for an empty map. */
size_t migdi_node_height(const migd_object *value);

/* The value of a key. Of two with the same key, which only a server's JSON may hold, the last: as
 * Go. */
migd_object *migdi_map_find(const migd_object *map, const char *key, size_t size);

/* Adds a node to an array or map, before which there is room made; false: no memory, nothing
 * changed. */
bool migdi_items_add(migdi_document *document, migd_object *parent, const migd_object *item);

/* Makes a reader's stack of nodes larger, by half, so that a large document is not held twice at
 * its end. false: no memory, nothing changed. */
bool migdi_stack_grow(migd_object **stack, size_t *capacity);

/* Memory for finding duplicates, kept by a reader from map to map; {0} at first, freed by its
 * owner. */
typedef struct migdi_scratch {
    uint32_t *order;
    size_t capacity;
} migdi_scratch;

/* Finds two items with the same key: *first and *second, by their order; *second is SIZE_MAX when
 * all keys differ. No hostile choice of keys makes it slow. false: no memory. */
bool migdi_items_duplicate(const migd_object *items, size_t count, migdi_scratch *scratch,
                           size_t *first, size_t *second);

/* Puts a node in the place of the value at the pointer; missing maps on the way are made, a "-" at
 * an array's end adds. The node's texts are the document's already. On failure nothing has
 * changed. */
migd_status migdi_object_put(migdi_document *document, const char *pointer, const migd_object *node,
                             migd_error **error);

/* --- options ---------------------------------------------------------------------------------- */

/* The limit, or its default for NULL. */
size_t migdi_read_limit(const migd_read_options *options, int32_t option);

/* --- pointers --------------------------------------------------------------------------------- */

/* One step of a pointer: from *at, which stands on "/", to the next "/" or the end; *at moves
 * on. */
typedef struct migdi_step_text {
    const char *text; /* escaped as in the pointer */
    size_t size;
} migdi_step_text;
bool migdi_pointer_is_valid(const char *pointer);
migdi_step_text migdi_pointer_step(const char **at);
bool migdi_step_is_key(migdi_step_text step, const char *key, size_t size);
/* Whether it is an index without leading zeros. */
bool migdi_step_index(migdi_step_text step, size_t *index);
/* The item or member; NULL: there is none. */
migd_object *migdi_step_down(const migd_object *value, migdi_step_text step);

#endif

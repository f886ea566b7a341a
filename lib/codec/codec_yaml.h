/* YAML 1.1 as Kubernetes reads it: events with byte offsets, types, the tree, and writing. libyaml
 * is included by codec_yaml_parse.c and codec_yaml_write.c alone. */
#ifndef MIGDI_CODEC_YAML_H
#define MIGDI_CODEC_YAML_H

#include "codec_tree.h"

#include "core_text.h"

/* --- events ----------------------------------------------------------------------------------- */

typedef enum migdi_yaml_kind {
    MIGDI_YAML_END, /* of the text */
    MIGDI_YAML_DOCUMENT_START,
    MIGDI_YAML_DOCUMENT_END,
    MIGDI_YAML_ALIAS,
    MIGDI_YAML_SCALAR,
    MIGDI_YAML_SEQUENCE_START,
    MIGDI_YAML_SEQUENCE_END,
    MIGDI_YAML_MAPPING_START,
    MIGDI_YAML_MAPPING_END,
} migdi_yaml_kind;

typedef struct migdi_yaml_event {
    migdi_yaml_kind kind;
    char style; /* of a scalar: ':' plain, or its quote or indicator; of a collection: '[' flow, 0
                 * block; of a document: '-' or '.' when its "---" or "..." is written */
    const char
        *text; /* of a scalar or alias; borrowed until the next event, as anchor and tag are */
    size_t size;
    const char *anchor; /* NULL: none */
    const char *tag;    /* resolved; "!" when it says only "no plain type"; NULL: none */
    size_t offset; /* bytes from the start of the source: of the anchor or tag when there is one */
    size_t end;
} migdi_yaml_event;

typedef struct migdi_yaml_parser migdi_yaml_parser;

/* Opens the part of `text` from `start` to `end`, after a scan for what libyaml must not see: bytes
 * that are no UTF-8, control characters, too many %TAG lines. source: the same text, for places;
 * text: as the caller has it (a source may have NULs for quotes); both must outlive the parser. */
migd_status migdi_yaml_open(migdi_source *source, const char *text, size_t start, size_t end,
                            const migd_read_options *options, migdi_yaml_parser **out,
                            migd_error **error);

/* The next event. Depth, anchors, the length of tags are within the limits. After a failure the
 * parser may only be closed. */
migd_status migdi_yaml_next(migdi_yaml_parser *parser, migdi_yaml_event *event, migd_error **error);

void migdi_yaml_close(migdi_yaml_parser *parser);

/* --- types ------------------------------------------------------------------------------------ */

/* What plain text means, as Kubernetes' reader resolves it: sets kind, flags and value; of a string
 * only the kind. An infinity or NaN is a number here. false: no memory. */
bool migdi_yaml_resolve(const char *text, size_t size, migd_object *node);

/* Whether plain text would be more than a string to some reader of YAML 1.1 or 1.2: Kubernetes'
 * types, and dates, sexagesimal numbers, "=" and "<<". */
bool migdi_yaml_looks_typed(const char *text, size_t size);

/* Where scalars come from and where their texts go. */
typedef struct migdi_yaml_place {
    migdi_source *source;
    const char *text; /* as in migdi_yaml_open() */
    migdi_arena *arena;
} migdi_yaml_place;

/* What a scalar is: kind, flags, value and text of the node. A tag must fit the text. */
migd_status migdi_yaml_read_scalar(const migdi_yaml_place *at, const migdi_yaml_event *event,
                                   migd_object *node, migd_error **error);

/* --- documents -------------------------------------------------------------------------------- */

/* Reads the first document of the part of the text (see migdi_yaml_open). *out stays NULL when
 * there is none. *second: the offset of a second document behind it; SIZE_MAX: there is none. NULL:
 * not asked; what stands behind the first document is not read then. */
migd_status migdi_yaml_read(migdi_source *source, const char *text, size_t start, size_t end,
                            const migd_read_options *options, migd_object **out, size_t *second,
                            migd_error **error);

/* The end of the document that starts at *start, where kubectl ends it: before a line that starts
 * with "---", wherever that is. *start moves behind a leading "---" line. `next` is where the
 * following one starts. Fails with MIGD_ERR_PARSE when a "---" has more behind it than a
 * comment. */
typedef struct migdi_yaml_part {
    size_t start;
    size_t end;
    size_t next; /* of the part that follows; the size of the text at its end */
} migdi_yaml_part;
migd_status migdi_yaml_split(migdi_source *source, const char *text, size_t start,
                             migdi_yaml_part *part, migd_error **error);

/* Adds YAML with a line end. */
migd_status migdi_yaml_write(const migd_object *value, migdi_text *text, migd_error **error);

#endif

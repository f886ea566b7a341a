/* Where the values of a text begin and end: what splicing needs and the tree does not keep. */
#ifndef MIGDI_CODEC_EDIT_H
#define MIGDI_CODEC_EDIT_H

#include "codec_yaml.h"

#include "core_arena.h"

/* One value, or one key of a map, in the order of the text: after a map its keys and values in
 * turn, after a list its items. */
typedef struct migdi_span {
    migdi_yaml_kind kind; /* MIGDI_YAML_SCALAR, _ALIAS, _MAPPING_START or _SEQUENCE_START */
    char style;           /* as in migdi_yaml_event */
    const char *text;     /* of a scalar or alias */
    size_t size;
    size_t start; /* of the value itself, behind an anchor and a tag */
    size_t end;   /* behind its last character that is no line end */
    size_t next;  /* the index of the span behind it and all below it */
} migdi_span;

typedef struct migdi_spans {
    migdi_span *items;
    size_t count;
    size_t capacity;
    migdi_arena arena; /* of the texts */
} migdi_spans;

/* The spans of the first document of a text, JSON or YAML; [0] is the root. {0} spans at first;
 * free them with migdi_spans_free(), on failure too. */
migd_status migdi_spans_read(migdi_source *source, const char *text, migdi_spans *spans,
                             migd_error **error);
void migdi_spans_free(migdi_spans *spans);

/* The index of the value under a step: of the map's key, the list's item; SIZE_MAX: there is
 * none. */
size_t migdi_spans_find(const migdi_spans *spans, size_t container, migdi_step_text step);

#endif

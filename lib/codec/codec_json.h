/* JSON (RFC 8259): strict reading into the tree, and writing. */
#ifndef MIGDI_CODEC_JSON_H
#define MIGDI_CODEC_JSON_H

#include "core_error.h"
#include "core_text.h"

#include "codec_tree.h"

#include <migdeploy/object.h>

/* How a text is read. {0} is right for what programs write. */
typedef struct migdi_json_rules {
    const char *name; /* what places show; NULL: none */
    size_t bytes;     /* ceilings; 0: 64 MiB, 128 levels, as many values as the bytes can hold */
    size_t depth;
    size_t nodes;
    bool unique_keys; /* refuse a second key of the same name: for what people write. Else both
                       * stay, so that the document is written as it was read, and look-ups see the
                       * last, as Go does */
    bool secret;      /* what was read is wiped when it is freed */
    bool nowhere;     /* what was read has no place: nobody can open the answer of a server */
} migdi_json_rules;

/* Reads one value of any kind and nothing behind it but blanks. An escape of half a surrogate pair
 * becomes U+FFFD, as in Go and so in Kubernetes. A byte order mark is refused (RFC 8259, 8.1).
 * MIGD_ERR_PARSE with the place, MIGD_ERR_LIMIT, MIGD_ERR_NOMEM. *out: for migd_object_free(). */
migd_status migdi_json_read(const char *bytes, size_t size, const migdi_json_rules *rules,
                            migd_object **out, migd_error **error);

/* Reads the value that starts at or behind *at in a source, whose text it may change (see
 * migdi_source); *at moves behind it. The document holds the source. */
migd_status migdi_json_read_at(migdi_source *source, size_t *at, const migdi_json_rules *rules,
                               migd_object **out, migd_error **error);

/* The whole of a source: one value, and nothing behind it but blanks. */
migd_status migdi_json_read_whole(migdi_source *source, const migdi_json_rules *rules,
                                  migd_object **out, migd_error **error);

/* Adds JSON; indent 0: one line. NOMEM shows in the text. */
void migdi_json_write(const migd_object *value, int32_t indent, migdi_text *text);

/* The nearest double to a number as RFC 8259 writes it ("+", leading zeros, "1." and ".5" do no
 * harm), in whatever locale; infinite when it is too large. false: no memory. */
bool migdi_json_read_double(const char *text, size_t size, double *out);

/* Adds a text of 15, 16 or 17 digits, as few as it takes to read back as the same double, whatever
 * the locale; "null" for what JSON cannot hold. */
void migdi_json_write_double(double number, migdi_text *text);

#endif

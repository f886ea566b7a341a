/* A spec as it was written becomes a document with every default, and findings about what was
 * wrong. */
#ifndef MIGDI_MANIFEST_SPEC_READ_H
#define MIGDI_MANIFEST_SPEC_READ_H

#include "codec_object.h"
#include "manifest_findings.h"
#include "manifest_spec_keys.h"

/* Their texts live in the arena of the reading. */
typedef struct migdi_spec_findings {
    migdi_finding *items; /* for migdi_free() */
    size_t count;
    size_t capacity;
} migdi_spec_findings;

/* Reads the source, which is a map and may hold duplicate keys. *document: for migd_object_free();
 * what was wrong in the source has its default there. The findings are sorted by place; those of
 * before are replaced. MIGD_OK or MIGD_ERR_NOMEM. */
migd_status migdi_spec_read(const migd_object *source, migdi_arena *arena, migd_object **document,
                            migdi_spec_findings *findings, migd_error **error);

/* --- between the files of reading ------------------------------------------------------------- */

typedef struct migdi_spec_reading {
    const migd_object *source;
    migdi_builder builder; /* of the document */
    migdi_arena *arena;
    migdi_spec_profile profile;
    migdi_spec_findings findings;
    const char *object; /* of the findings */
    bool full;          /* no more findings are taken, so nothing more need be looked for */
    bool failed;        /* no memory */
} migdi_spec_reading;

/* One key on its way: what is written there, and how it is called. */
typedef struct migdi_spec_spot {
    const migdi_spec_key *key;
    const char *name; /* for messages: "seeds", "sourceRanges[0]" */
    const char *pointer;
    const migd_object *map;   /* the map around it, as written; NULL: it is not written */
    const migd_object *value; /* NULL: not written, or null */
    migdi_place key_place;
    bool in_wrong_block; /* which was reported: what it lacks is no news */
} migdi_spec_spot;

/* Adds a finding. Sticky. hint: NULL or a text that stays. */
void migdi_spec_report(migdi_spec_reading *reading, migdi_place place, const char *pointer,
                       const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Text of the user's for a message: harmless, and cut where it is long. Never NULL. */
const char *migdi_spec_quote(migdi_spec_reading *reading, const char *text);

/* Words between blanks as "A, B or C". Never NULL. */
const char *migdi_spec_alternatives(migdi_spec_reading *reading, const char *words);

/* Whether a value that is no map or list with rows of its own may stand there; reports why not. */
bool migdi_spec_check_value(migdi_spec_reading *reading, const migdi_spec_spot *spot);

/* Reports that the value is of another kind than the key wants. */
void migdi_spec_report_kind(migdi_spec_reading *reading, const migdi_spec_spot *spot);

/* Whether the key may stand beside the others as they are; reports why not. */
bool migdi_spec_check_company(migdi_spec_reading *reading, const migdi_spec_spot *spot);

/* The default of the key as things are: NULL where there is none, or where another key excludes
 * it. */
const char *migdi_spec_default_here(const migdi_spec_reading *reading, const migdi_spec_spot *spot);

/* What only several keys together show, once the document is complete. */
void migdi_spec_check_across(migdi_spec_reading *reading);

#endif

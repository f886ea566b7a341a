/* Rules that somebody accepts: by an option of the call, or by the annotation migdeploy.dev/accept
 * of an object, "C9: why", several apart by ";" or lines. A rule that is never accepted says so. */
#ifndef MIGDI_MANIFEST_ACCEPT_H
#define MIGDI_MANIFEST_ACCEPT_H

#include "core_arena.h"
#include "manifest_findings.h"

typedef struct migdi_accepted {
    const char *object;
    const char *rule;
    const char *reason;
} migdi_accepted;

typedef struct migdi_accepts {
    const migd_call_options *options; /* NULL: none */
    migdi_accepted *items;
    size_t count;
} migdi_accepts;

/* Whether the options name rules that there are: MIGD_OK, or MIGD_ERR_INVALID with the nearest. */
migd_status migdi_accept_check(const migd_call_options *options, migd_error **error);

/* Reads the annotations, which live in the arena and the objects. false: no memory. */
bool migdi_accept_read(const migd_objects *objects, migdi_arena *arena, migdi_accepts *accepts);

/* Turns the finding into a note that says so when its rule is accepted: by an option, or by an
 * object that it is about or points to. */
void migdi_accept_apply(const migdi_accepts *accepts, migdi_arena *arena, migdi_finding *finding);

#endif

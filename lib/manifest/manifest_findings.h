/* Findings: collected in any order, then sorted and written. */
#ifndef MIGDI_MANIFEST_FINDINGS_H
#define MIGDI_MANIFEST_FINDINGS_H

#include "core_error.h"

#include <migdeploy/check.h>

/* Where something stands: which object, which value in it, where in which text. Any part may be
 * missing. */
typedef struct migdi_at {
    const char *object;  /* "Kind/namespace/name" */
    const char *pointer; /* in that object */
    migdi_place place;
} migdi_at;

enum { MIGDI_FINDING_RELATED = 2 };

/* What a change that is refused is told in more words than a finding has; each may be NULL. */
typedef struct migdi_refusing {
    const char *sentence; /* instead of the message */
    const char *way_out;  /* instead of the hint; "": there is none beside those of others. A colon
                             at its end leads to `next`. */
    const char *next;     /* the command that goes on; NULL: the rule, explained */
} migdi_refusing;

/* One finding, as it is handed in. All texts are copied. */
typedef struct migdi_finding {
    const char *rule;    /* "C9", "T16", or "spec" for what the spec's keys have wrong */
    int32_t severity;    /* MIGD_SEVERITY_* */
    const char *message; /* at most 60 characters, no full stop */
    const char *hint;    /* one line of at most 93 characters, or NULL */
    const char *object;
    const char *pointer;
    migdi_place place;
    migdi_at related[MIGDI_FINDING_RELATED]; /* those with an object are told */
    migdi_refusing refusing;                 /* not in the document */
} migdi_finding;

/* An empty collector; NULL when memory ends. */
migd_findings *migdi_findings_new(void);

/* Adds a finding. Sticky: after a failed allocation nothing is added and migdi_findings_take()
 * fails. NULL collects nothing. */
void migdi_findings_add(migd_findings *findings, const migdi_finding *finding);

/* Sorts, makes texts and documents, and gives the findings to the caller: immutable from here on.
 * Frees them on failure. MIGD_OK or MIGD_ERR_NOMEM. */
migd_status migdi_findings_take(migd_findings *findings, migd_findings **out, migd_error **error);

/* migd_findings_free() for who owns things of any type: migdi_arena_give(). */
void migdi_findings_release(void *findings);

/* One of them as it was handed in, in the order of the document; NULL beyond the count. */
const migdi_finding *migdi_findings_at(const migd_findings *findings, size_t index);

/* All of them as an array, owned by the findings. */
const migd_object *migdi_findings_items(const migd_findings *findings);

#endif

/* What the rules refuse, said as one error: in a start and in a step alike. */
#ifndef MIGDI_DEPLOY_REFUSAL_H
#define MIGDI_DEPLOY_REFUSAL_H

#include "core_arena.h"
#include "core_error.h"

#include <migdeploy/check.h>

typedef struct migdi_refusal {
    const char *message;         /* "2 members for 3 seeds: ... [C2 C5]" */
    const char *next;            /* "migdeploy rules C5" */
    migdi_place place;           /* of what leads */
    const migdi_detail *details; /* one for each error: pointer, rule, way out, object */
    size_t count;
} migdi_refusal;

/* The errors among the findings, of which there is at least one. A rule that nobody can accept
 * leads: it decides. Everything is the arena's, or the findings'. */
migdi_refusal migdi_refusal_make(const migd_findings *findings, migdi_arena *arena);

#endif

/* Checking inside the house: what the public calls of <migdeploy/check.h> are made of. */
#ifndef MIGDI_MANIFEST_CHECK_H
#define MIGDI_MANIFEST_CHECK_H

#include "manifest_facts.h"

#include <migdeploy/check.h>

/* What is to be judged. */
typedef struct migdi_check_request {
    const migd_objects
        *after; /* every object as it will be; NULL with `spec`: what the spec renders */
    const migd_objects *before; /* every object as it is; NULL: there is no change to judge */
    const migd_spec *spec;      /* behind `after`: its profile and its lines; NULL: none */
    migdi_count list_end; /* how long the list of members is by a spec that is not behind `after`,
                             and where it says so; not known: there is none */
    const migd_call_options *options;
    bool by_hand; /* the number of members is what was asked for, as in scale: C24 has nothing to
                     say */
    bool written; /* `after` is what people wrote: it may hold specs, and what is no object */
} migdi_check_request;

/* *out: for migd_findings_free(). MIGD_OK, MIGD_ERR_INVALID (an accepted rule that there is not),
 * MIGD_ERR_NOMEM. */
migd_status migdi_check(const migdi_check_request *request, migd_findings **out,
                        migd_error **error);

#endif

/* The cluster spec inside the house: what was wrong in it, where its keys stand, the objects behind
 * it. */
#ifndef MIGDI_MANIFEST_SPEC_H
#define MIGDI_MANIFEST_SPEC_H

#include "codec_object.h"
#include "manifest_findings.h"

#include <migdeploy/spec.h>

/* What was wrong with keys and values: rule "spec", severity error, in the order of their places;
 * what migd_spec_set() set has none. 0 and NULL for NULL and from the count on. Borrowed until the
 * spec is changed. At most MIGDI_SPEC_FINDINGS; the last one then says that there may be more. */
enum { MIGDI_SPEC_FINDINGS = 100 };
size_t migdi_spec_finding_count(const migd_spec *spec);
const migdi_finding *migdi_spec_finding(const migd_spec *spec, size_t index);

/* Where the value at the pointer stands in the spec's file; of a map its key; for a default, the
 * key of the nearest block around it; {0} for a value that migd_spec_set() set. */
migdi_place migdi_spec_place(const migd_spec *spec, const char *pointer);

/* The same for the key of the spec behind the word -DNAME=... of MIGRATORYDATA_EXTRA_OPTS: "Memory"
 * is spec.members.memory, "ClusterMembers" is spec.members.maxReplicas. */
migdi_place migdi_spec_option_place(const migd_spec *spec, const char *name);

/* The value as written that the place is about, for a builder's origin and at_key. NULL: it has
 * none. */
const migd_object *migdi_spec_origin(const migd_spec *spec, const char *pointer, bool *at_key);

/* As migd_spec_render(), but a spec with findings is rendered too: a default stands for what was
 * wrong, and what has none is left out. */
migd_status migdi_spec_render(const migd_spec *spec, migd_objects **out, migd_error **error);

/* --- between the files of the spec ------------------------------------------------------------ */

/* The spec that stands among objects, as it was read there. *out: for migd_spec_free(). */
migd_status migdi_spec_of(const migd_object *written, migd_spec **out, migd_error **error);

/* What was written, without defaults. */
const migd_object *migdi_spec_source(const migd_spec *spec);

/* Takes another source and reads it; on failure the spec stays as it was, and the source is
 * freed. */
migd_status migdi_spec_give_source(migd_spec *spec, migd_object *source, migd_error **error);

#endif

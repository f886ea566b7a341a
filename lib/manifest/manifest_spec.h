/* The cluster spec inside the house: what was wrong in it, where its keys stand, the objects behind it. */
#ifndef MIGDI_MANIFEST_SPEC_H
#define MIGDI_MANIFEST_SPEC_H

#include "codec_object.h"

#include <migdeploy/spec.h>

/* One wrong key or value: rule "spec", severity error. The texts live as long as the spec is not changed. */
typedef struct migdi_spec_finding {
    const char *message;
    const char *hint; /* NULL: the message says it all */
    const char *pointer;
    migdi_place place; /* the key or the value at fault; {0} for what migd_spec_set() set */
} migdi_spec_finding;

/* In the order of their places; 0 and NULL for NULL and from the count on. At most MIGDI_SPEC_FINDINGS. */
enum { MIGDI_SPEC_FINDINGS = 100 };
size_t migdi_spec_finding_count(const migd_spec *spec);
const migdi_spec_finding *migdi_spec_finding_at(const migd_spec *spec, size_t index);

/* Where the value at the pointer stands in the spec's file; for a default, where the key of the nearest
 * block around it stands; {0} for a value that migd_spec_set() set. */
migdi_place migdi_spec_place(const migd_spec *spec, const char *pointer);

/* The same for the key of the spec behind the word -DNAME=... of MIGRATORYDATA_EXTRA_OPTS: "Memory" is
 * spec.members.memory, "ClusterMembers" is spec.members.maxReplicas. */
migdi_place migdi_spec_option_place(const migd_spec *spec, const char *name);

/* As migd_spec_render(), but a spec with findings is rendered too: a default stands for what was wrong. */
migd_status migdi_spec_render(const migd_spec *spec, migd_objects **out, migd_error **error);

#endif

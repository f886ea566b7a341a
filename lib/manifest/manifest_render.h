/* From a spec to objects: what the files of render share. */
#ifndef MIGDI_MANIFEST_RENDER_H
#define MIGDI_MANIFEST_RENDER_H

#include "codec_object.h"
#include "manifest_names.h"
#include "manifest_spec.h"

typedef struct migdi_render {
    const migd_spec *spec;
    const migd_object *document; /* the spec with every default */
    migdi_arena arena;
    migdi_names names;
    const char *namespace_name;
    bool tutorial; /* as the vendor published it, not as we would write it */
    int64_t seeds;
    int64_t most_members;
    int64_t cluster_port;
    migdi_builder builder; /* of the object at hand */
} migdi_render;

/* The values set from here on have the place of that key of the spec. */
void migdi_render_from(migdi_render *render, const char *spec_pointer);

/* Sets the spec's value, when it has one, with its place; then places are again as before. */
void migdi_render_copy(migdi_render *render, const char *spec_pointer, const char *pointer);

/* The same for a quantity, as Kubernetes writes it. */
void migdi_render_quantity(migdi_render *render, const char *spec_pointer, const char *pointer);

/* Begins an object with its metadata. */
void migdi_render_begin(migdi_render *render, const char *api_version, const char *kind,
                        const char *name, bool app_label);

/* Adds the selector `app: NAME`, and, over the seeds alone, their indices, at a label selector. */
void migdi_render_select(migdi_render *render, bool seeds_only, const char *pointer);

/* The StatefulSet, into render->builder. */
void migdi_render_members(migdi_render *render);

/* MIGRATORYDATA_EXTRA_OPTS, and the tutorial's start script, in the arena; NULL: no memory. */
const char *migdi_render_options(migdi_render *render);
const char *migdi_render_script(migdi_render *render);

/* The name of the environment variable of a secret parameter: MIGDEPLOY_ and the name in upper
 * case. */
const char *migdi_render_secret_variable(migdi_render *render, const char *name);

/* Merges a patch over the value at the pointer as server-side apply would: maps by their keys, the
 * lists that have keys by those, every other value replaced; null removes. */
void migdi_render_merge(migdi_builder *builder, const migd_object *patch, const char *pointer);

/* What is wrong in a pod template that is to be merged: the value at fault, why in *problem. NULL:
 * nothing. */
const migd_object *migdi_render_merge_fault(const migd_object *patch, const char **problem);

#endif

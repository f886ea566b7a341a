/* The cluster spec: the one file that a user writes, and the objects that it stands for. */
#ifndef MIGDEPLOY_SPEC_H
#define MIGDEPLOY_SPEC_H

#include <migdeploy/object.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A spec, read and filled with the defaults of its profile. One thread at a time. A spec in which
 * some keys are wrong can be checked (its findings say so) but not rendered or deployed. */
typedef struct migd_spec migd_spec;

/* Reads a spec from a path, or, for "-", from standard input. options: limits; NULL for the
 * defaults. *out: for migd_spec_free(). Unknown keys, wrong types and duplicate keys are not
 * failures here: they are findings of migd_check_spec(), all of them at once. Blocks while it
 * reads. MIGD_OK; MIGD_ERR_PARSE (no YAML, or not exactly one document of kind
 * MigratoryDataCluster) with the place; MIGD_ERR_NOT_FOUND, MIGD_ERR_DENIED, MIGD_ERR_IO,
 * MIGD_ERR_LIMIT, MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_spec_load_file(const char *path, const migd_read_options *options,
                                         migd_spec **out, migd_error **error);

/* Reads a spec from a text of `size` bytes; otherwise as migd_spec_load_file(). Since 0.1. */
MIGD_API migd_status migd_spec_parse(const char *text, size_t size,
                                     const migd_read_options *options, migd_spec **out,
                                     migd_error **error);

/* Frees the spec; NULL is allowed. Since 0.1. */
MIGD_API void migd_spec_free(migd_spec *spec);

/* Sets one key. path: a JSON Pointer or dotted path from the file's root, such as
 * "spec.members.replicas", "spec.service.sourceRanges[0]" ("-": behind the last) or
 * "spec.members.parameters.X.ConnectionOffload" (a key of the user's own keeps its dots). value:
 * YAML, such as "5" or "{min: 3, max: 5}"; null returns to the default. The value has no place; one
 * of the wrong type is a finding, as in a file. MIGD_OK; MIGD_ERR_INVALID for a key that the spec
 * does not know (the message names the nearest); MIGD_ERR_PARSE for a value that is no YAML;
 * MIGD_ERR_LIMIT; MIGD_ERR_NOMEM; then nothing has changed. Since 0.1. */
MIGD_API migd_status migd_spec_set(migd_spec *spec, const char *path, const char *value,
                                   migd_error **error);

/* The spec as a document with every default filled in; owned by the spec, until it is changed. NULL
 * for NULL. Since 0.1. */
MIGD_API const migd_object *migd_spec_object(const migd_spec *spec);

/* The objects that the spec stands for, in the order in which they are applied: Namespace,
 * Services, PodDisruptionBudget, StatefulSet, HorizontalPodAutoscaler. Each value remembers the
 * line of the spec behind it. *out: for migd_objects_free(). MIGD_OK; MIGD_ERR_REFUSED when keys
 * are wrong (details: the findings); MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_spec_render(const migd_spec *spec, migd_objects **out,
                                      migd_error **error);

/* The text of a spec file with one key set, comments and layout kept. text, size: the file as it
 * is; path, value: as migd_spec_set(). *out: for migd_buf_free(). MIGD_OK; MIGD_ERR_INVALID,
 * MIGD_ERR_PARSE (text or value), MIGD_ERR_LIMIT; MIGD_ERR_UNSUPPORTED where the text is too artful
 * to be edited; MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_spec_edit_text(const char *text, size_t size, const char *path,
                                         const char *value, migd_buf **out, migd_error **error);

/* A commented spec to begin with. profile: "production", "tutorial" or "dev"; NULL: production.
 * cluster, region: of AWS; both NULL: the cluster of the kubeconfig. *out: for migd_buf_free().
 * MIGD_OK; MIGD_ERR_INVALID (no such profile, one of the two alone, a name that AWS would refuse);
 * MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_spec_template(const char *profile, const char *cluster,
                                        const char *region, migd_buf **out, migd_error **error);

/* The JSON Schema (2020-12) of the spec, for editors. *out: for migd_object_free().
 * MIGD_OK or MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_spec_schema(migd_object **out, migd_error **error);

#ifdef __cplusplus
}
#endif

#endif

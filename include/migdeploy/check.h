/* The rules of MigratoryData, over a spec, anybody's manifests, or a change. Never touches a
 * socket. */
#ifndef MIGDEPLOY_CHECK_H
#define MIGDEPLOY_CHECK_H

#include <migdeploy/job.h>
#include <migdeploy/spec.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the rules found, sorted by file, line, column, rule. Immutable; threads may share it. */
typedef struct migd_findings migd_findings;

/* How bad a finding is. Since 0.1. */
enum { MIGD_SEVERITY_NOTE = 0, MIGD_SEVERITY_WARNING = 1, MIGD_SEVERITY_ERROR = 2 };

/* How findings are written. Since 0.1. */
enum {
    MIGD_FINDINGS_TEXT = 0,  /* file:line:column: severity: message [RULE], then hints, indented */
    MIGD_FINDINGS_BRIEF = 1, /* the same without hints */
    MIGD_FINDINGS_JSON = 2,  /* {"findings":[...],"summary":{"errors","warnings","notes"}} */
    MIGD_FINDINGS_SARIF = 3  /* SARIF 2.1.0, for code hosts */
};

/* Checks a spec: its keys, then the objects that it stands for, as far as they can be made; while
 * keys are wrong, of the latter only errors are told. Places are lines of the spec.
 * options: rules accepted by migd_call_options_accept() become notes that say so (C3 to C7, C15 and
 * C23 never do, and say that); NULL for none. *out: for migd_findings_free(). Findings are no
 * failure. MIGD_OK; MIGD_ERR_INVALID (spec or out NULL, an accepted rule that there is not);
 * MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_check_spec(const migd_spec *spec, const migd_call_options *options,
                                     migd_findings **out, migd_error **error);

/* Checks objects, anybody's, all together: a rule may point from one to another. Members of
 * MigratoryData are known by their image, by MIGRATORYDATA_EXTRA_OPTS or by our labels; other sets
 * are judged where a budget or an autoscaler is about them; an eksctl ClusterConfig tells nodes and
 * zones. A MigratoryDataCluster among them is checked as migd_check_spec() does; what is no object
 * (no map, or without apiVersion or kind) is an error of rule "spec". What cannot be read is told
 * in a note. Objects accept a rule by the annotation migdeploy.dev/accept: "C9: why".
 * Otherwise as migd_check_spec(). Since 0.1. */
MIGD_API migd_status migd_check_objects(const migd_objects *objects,
                                        const migd_call_options *options, migd_findings **out,
                                        migd_error **error);

/* Checks a change twice: the state it leads to, and the step from `before` to `after`. after: every
 * object as it will be; one that is only in `before` is taken to be gone. Status in `before` (Ready
 * members, which Pods tell best; an autoscaler's wish) is used where it is there. Otherwise as
 * migd_check_spec(). Since 0.1. */
MIGD_API migd_status migd_check_change(const migd_objects *before, const migd_objects *after,
                                       const migd_call_options *options, migd_findings **out,
                                       migd_error **error);

/* How many findings; 0 for NULL. Since 0.1. */
MIGD_API size_t migd_findings_count(const migd_findings *findings);

/* How many errors: what is refused; 0 for NULL. Since 0.1. */
MIGD_API size_t migd_findings_errors(const migd_findings *findings);

/* Finding `index` as text: file:line:column: severity: message [RULE]. Owned by the findings; NULL
 * from the count on. Since 0.1. */
MIGD_API const char *migd_findings_text(const migd_findings *findings, size_t index);

/* Finding `index` as a document: rule, severity, message, hint, object, pointer, file, line,
 * column, related (a list of object, pointer, file, line, column). No key is left out: a text that
 * is not known is null, a line or column 0. Owned by the findings; NULL from the count on. Since
 * 0.1. */
MIGD_API const migd_object *migd_findings_item(const migd_findings *findings, size_t index);

/* Writes all of them. format: MIGD_FINDINGS_*. *out: for migd_buf_free().
 * MIGD_OK, MIGD_ERR_INVALID, MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_findings_write(const migd_findings *findings, int32_t format,
                                         migd_buf **out, migd_error **error);

/* Frees the findings; NULL is allowed. Since 0.1. */
MIGD_API void migd_findings_free(migd_findings *findings);

/* Every rule as a document: an array of {id, severity, title, why, example, waysOut, accept,
 * source}, all texts, in the order of their ids. accept is "never" for rules that cannot be
 * accepted. *out: for migd_object_free(). MIGD_OK, MIGD_ERR_INVALID (out NULL), MIGD_ERR_NOMEM.
 * Since 0.1. */
MIGD_API migd_status migd_rules(migd_object **out, migd_error **error);

#ifdef __cplusplus
}
#endif

#endif

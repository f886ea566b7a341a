/* Judged changes: each is checked by MigratoryData's rules before the first write and on the
 * way. */
#ifndef MIGDEPLOY_DEPLOY_H
#define MIGDEPLOY_DEPLOY_H

#include <migdeploy/check.h>
#include <migdeploy/kube.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Every call here starts a job (for migd_job_free()): pull its events with migd_job_next(), or turn
 * it to its end with migd_job_finish(). The cluster is the one of MIGD_CALL_KUBECONFIG and
 * _CONTEXT. options: NULL for the defaults. A start sends nothing; it answers MIGD_OK,
 * MIGD_ERR_INVALID, MIGD_ERR_NOMEM or what migd_kube_open() answers. Any job may be ended at any
 * moment, by MIGD_ERR_CANCELLED or a kill, and started again: it goes on from what it finds. Beside
 * the statuses of kube.h: MIGD_ERR_REFUSED (a rule; details: the findings; nothing was changed),
 * MIGD_ERR_IMPOSSIBLE (it can never succeed as things are), MIGD_ERR_CONFLICT (somebody else's
 * object), MIGD_ERR_LOCKED (another writer is at work). What makes a cluster (plan, deploy) wants a
 * spec. What is for one that lives (status, scale, restart, destroy) takes it from `spec`, else,
 * spec NULL, looks first for the one StatefulSet in MIGD_CALL_NAMESPACE that migd_check_objects()
 * would know as MigratoryData's; the job ends with MIGD_ERR_INVALID and their names for several,
 * with MIGD_ERR_NOT_FOUND for none. A start answers MIGD_ERR_UNSUPPORTED with its place for a spec
 * whose aws is not null: this version makes no EKS cluster. MIGD_CALL_DRY_RUN 1: nothing is
 * changed, and the result is that of a plan; MIGD_ERR_INVALID at destroy. MIGD_CALL_ONLY and _UNTIL
 * name steps: objects, members, autoscaler, address. MIGD_CALL_FORCE is for apply alone. Since
 * 0.1. */

/* What migd_deploy_start() would change, field by field, and nothing is changed. Events:
 * MIGD_EVENT_PLAN for each change. Result:
 * {"changes":[{"step","action","object","fields":[{"pointer","from","to"}]}], "findings":[...]}.
 * Since 0.1. */
MIGD_API migd_status migd_deploy_plan_start(migd_context *context, const migd_spec *spec,
                                            const migd_call_options *options, migd_job **job,
                                            migd_error **error);

/* Makes the cluster be as the spec says: objects, members Ready, address known. Result:
 * {"address","members":{"ready","wanted"},"findings":[...]}. Since 0.1. */
MIGD_API migd_status migd_deploy_start(migd_context *context, const migd_spec *spec,
                                       const migd_call_options *options, migd_job **job,
                                       migd_error **error);

/* What runs, whether it is safe, what is wrong. MIGD_OK however bad it is. Result: one document
 * whose keys never disappear; null is unknown. Since 0.1. */
MIGD_API migd_status migd_deploy_status_start(migd_context *context, const migd_spec *spec,
                                              const migd_call_options *options, migd_job **job,
                                              migd_error **error);

/* Changes the number of members, judged before and on the way, down one member at a time, and waits
 * until all are Ready. replicas: 1 to 1000. Result: as migd_deploy_start(). Since 0.1. */
MIGD_API migd_status migd_deploy_scale_start(migd_context *context, const migd_spec *spec,
                                             int32_t replicas, const migd_call_options *options,
                                             migd_job **job, migd_error **error);

/* Restarts every member, one at a time, with the spec's pause; without a spec six minutes, the
 * vendor's own. Result: as migd_deploy_start(). Since 0.1. */
MIGD_API migd_status migd_deploy_restart_start(migd_context *context, const migd_spec *spec,
                                               const migd_call_options *options, migd_job **job,
                                               migd_error **error);

/* Applies anybody's objects in the order given: judged all together first, then server-side. A
 * StatefulSet of MigratoryData that is there already changes as by a deploy, under the same lock:
 * down one member at a time, to a new template one at a time with the vendor's pause, and an
 * autoscaler that is there keeps the number. One call applies one such set; several are
 * MIGD_ERR_INVALID. Result:
 * {"objects":[{"object","action"}],"findings":[...]}; objects that were as wished already are not
 * among them. Since 0.1. */
MIGD_API migd_status migd_deploy_apply_start(migd_context *context, const migd_objects *objects,
                                             const migd_call_options *options, migd_job **job,
                                             migd_error **error);

/* Removes what belongs to the cluster, from what is found, and waits until it is gone. Asks for
 * consent with a MIGD_EVENT_QUESTION unless MIGD_CALL_CONSENT is 1. A namespace goes only if a
 * deploy created it and it holds nothing of others. Result:
 * {"removed":[...],"kept":[{"object","reason"}]}. Since 0.1. */
MIGD_API migd_status migd_deploy_destroy_start(migd_context *context, const migd_spec *spec,
                                               const migd_call_options *options, migd_job **job,
                                               migd_error **error);

/* Takes what the rules found before the job's first write, once. *out: for migd_findings_free().
 * MIGD_OK; MIGD_ERR_NOT_FOUND when there is nothing, not yet or no more. Since 0.1. */
MIGD_API migd_status migd_job_take_findings(migd_job *job, migd_findings **out, migd_error **error);

#ifdef __cplusplus
}
#endif

#endif

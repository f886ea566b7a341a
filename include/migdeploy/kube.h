/* Kubernetes, unjudged: what kubectl does, without its rules of thumb and without ours. For changes
 * that MigratoryData's rules judge first, see deploy.h. */
#ifndef MIGDEPLOY_KUBE_H
#define MIGDEPLOY_KUBE_H

#include <migdeploy/job.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A cluster, with the credentials of one kubeconfig context. Belongs to its context. */
typedef struct migd_kube migd_kube;

/* Reads the kubeconfig as kubectl does and makes a client. options: MIGD_CALL_KUBECONFIG,
 * _CONTEXT, _NAMESPACE, _FIELD_MANAGER; NULL for the defaults: the files of KUBECONFIG, else
 * HOME/.kube/config, else the service account of the pod that this is. Reads files, sends nothing.
 * *out: for migd_kube_free().
 * MIGD_OK; MIGD_ERR_PARSE with the place; MIGD_ERR_NOT_FOUND (file, context, cluster, user,
 * certificate, or nothing that names a cluster) with what there is; MIGD_ERR_INVALID (entries that
 * contradict themselves, what holds no certificate or token); MIGD_ERR_UNSUPPORTED (a user whose
 * only credentials come from a program: this version runs none); MIGD_ERR_DENIED, MIGD_ERR_IO,
 * MIGD_ERR_LIMIT (a file beyond 1 MiB), MIGD_ERR_NOMEM. No error holds a secret.
 * Source: Kubernetes, "Organizing Cluster Access Using kubeconfig Files". Since 0.1. */
MIGD_API migd_status migd_kube_open(migd_context *context, const migd_call_options *options,
                                    migd_kube **out, migd_error **error);

/* Frees the client; NULL is allowed. Jobs that use it keep what they need. Since 0.1. */
MIGD_API void migd_kube_free(migd_kube *kube);

/* What was found: {"server","cluster","context","user","namespace"}; cluster and context are null
 * in a pod without a kubeconfig, user for nobody. Owned by the client; NULL for NULL. Since 0.1. */
MIGD_API const migd_object *migd_kube_info(const migd_kube *kube);

/* Every call below exists twice: with _start it gives a job (for migd_job_free()) whose result is
 * taken with migd_job_take_object(), and sends nothing yet; without, it turns the loop until the
 * end and gives the result in *out (for migd_object_free(); out NULL: not wanted). Both answer, and
 * so does the job: MIGD_ERR_DENIED (401, 403), MIGD_ERR_NOT_FOUND (404), MIGD_ERR_CONFLICT (409),
 * MIGD_ERR_REMOTE, MIGD_ERR_NETWORK, MIGD_ERR_TLS, MIGD_ERR_DEADLINE, MIGD_ERR_CANCELLED,
 * MIGD_ERR_LIMIT, MIGD_ERR_UNSUPPORTED (a kind that the server does not know, with the nearest
 * one), MIGD_ERR_INVALID (an argument, which the start tells), MIGD_ERR_NOMEM; the error has the
 * server's own reason, and its causes as details. kind: a resource as kubectl takes it: "pods",
 * "po", "Pod", "statefulsets.apps"; one that is not built in is asked of the server, once a client.
 * namespace_: NULL for that of MIGD_CALL_NAMESPACE, else the client's; not read for a kind that is
 * in none. name: one path segment, never empty. options: MIGD_CALL_DEADLINE_MS, _NAMESPACE,
 * _DRY_RUN, _FORCE, _FIELD_MANAGER and the cancel count; NULL for the defaults. */

/* Applies an object server-side. object: with apiVersion, kind and metadata.name; copied. An object
 * that names another namespace than MIGD_CALL_NAMESPACE is MIGD_ERR_INVALID. A conflict's details
 * name each field (MIGD_DETAIL_FIELD) and its manager (MIGD_DETAIL_SUBJECT); MIGD_CALL_FORCE takes
 * over. Result: the object as stored, or as it would be (MIGD_CALL_DRY_RUN). Source: Kubernetes,
 * server-side apply. Since 0.1. */
MIGD_API migd_status migd_kube_apply_start(migd_kube *kube, const migd_object *object,
                                           const migd_call_options *options, migd_job **job,
                                           migd_error **error);
MIGD_API migd_status migd_kube_apply(migd_kube *kube, const migd_object *object,
                                     const migd_call_options *options, migd_object **out,
                                     migd_error **error);

/* Reads one object, by its kind and name. Result: the object. Since 0.1. */
MIGD_API migd_status migd_kube_get_start(migd_kube *kube, const char *kind, const char *namespace_,
                                         const char *name, const migd_call_options *options,
                                         migd_job **job, migd_error **error);
MIGD_API migd_status migd_kube_get(migd_kube *kube, const char *kind, const char *namespace_,
                                   const char *name, const migd_call_options *options,
                                   migd_object **out, migd_error **error);

/* Lists objects, page by page: all of them or an error, never a part. namespace_: "" for all
 * namespaces. selector: labels as kubectl -l takes them; NULL for all; MIGD_ERR_PARSE for what is
 * none. Result: a List, each item with its apiVersion and kind. Since 0.1. */
MIGD_API migd_status migd_kube_list_start(migd_kube *kube, const char *kind, const char *namespace_,
                                          const char *selector, const migd_call_options *options,
                                          migd_job **job, migd_error **error);
MIGD_API migd_status migd_kube_list(migd_kube *kube, const char *kind, const char *namespace_,
                                    const char *selector, const migd_call_options *options,
                                    migd_object **out, migd_error **error);

/* Deletes one object and waits until it is gone, or another one has its name; what holds it (a
 * finalizer, the content of a namespace) is told as it waits. uid: only that very object; NULL: the
 * one that is found. An object that is not there, or has another uid, is MIGD_ERR_NOT_FOUND.
 * Result: the object as it was found; with MIGD_CALL_DRY_RUN, which waits for nothing, the server's
 * answer. Since 0.1. */
MIGD_API migd_status migd_kube_delete_start(migd_kube *kube, const char *kind,
                                            const char *namespace_, const char *name,
                                            const char *uid, const migd_call_options *options,
                                            migd_job **job, migd_error **error);
MIGD_API migd_status migd_kube_delete(migd_kube *kube, const char *kind, const char *namespace_,
                                      const char *name, const char *uid,
                                      const migd_call_options *options, migd_object **out,
                                      migd_error **error);

#ifdef __cplusplus
}
#endif

#endif

/* How a pod is, and why it is not better: what the server knows, as one struct.
 * Source: Kubernetes, Pod lifecycle; the reasons of kubelet and scheduler. */
#ifndef MIGDI_KUBE_STATUS_H
#define MIGDI_KUBE_STATUS_H

#include "codec_object.h"

/* Texts are borrowed from the object that was read, or static. */
typedef struct migdi_pod_state {
    bool ready;                  /* its condition Ready is True, and it is not going */
    bool terminating;            /* deletion has begun */
    bool scheduled;              /* it has a node */
    bool finished;               /* it ended: Succeeded or Failed */
    int64_t ready_since_unix_ms; /* the last change of Ready; 0: not known */
    int64_t created_unix_ms;     /* 0: not known */
    int64_t restarts;            /* of all its containers */
    const char *node;            /* NULL: none yet */
    const char *finalizer;       /* the first; NULL: none */
    const char *reason;  /* what is wrong, in Kubernetes' word: "ImagePullBackOff", "Unschedulable",
                          * "CrashLoopBackOff"; NULL: nothing, or it is only starting */
    const char *message; /* the server's sentence about it; "" */
    const char *container; /* whose; NULL: the pod's */
    bool crashed;          /* that container ended before: the log of its last run tells more */
    int64_t exit_code;     /* of that run; -1: it did not end */
} migdi_pod_state;

/* NULL gives a state of zeros. */
migdi_pod_state migdi_pod_state_of(const migd_object *pod);

/* "web-0: ImagePullBackOff of container web: Back-off pulling image ..." without the name: what
 * comes behind a colon. In the arena; NULL when nothing is wrong, or on lack of memory. */
const char *migdi_pod_state_text(const migdi_pod_state *state, migdi_arena *arena);

/* Who holds a pod that is going: ", held by FINALIZER", else " on NODE", whose kubelet has yet to
 * say that it ended; "" when neither is known. In the arena; "" on lack of memory. */
const char *migdi_pod_state_holder(const migdi_pod_state *state, migdi_arena *arena);

/* The condition of that type in /status/conditions; NULL: it is not there. */
const migd_object *migdi_kube_condition_at(const migd_object *object, const char *type);
/* Its status: "True", "False", "Unknown"; NULL: it is not there. */
const char *migdi_kube_condition(const migd_object *object, const char *type);

/* Why the controller of an object could not make a pod: quota, webhook, security. */
typedef struct migdi_creation_failure {
    const char *message; /* the server's sentence, without what the controller adds; NULL: none */
    int64_t unix_ms;     /* when last */
} migdi_creation_failure;

/* The newest FailedCreate among events (an array, or a List) about the object of that uid. */
migdi_creation_failure migdi_kube_creation_failure(const migd_object *events, const char *uid);

#endif

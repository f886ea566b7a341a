/* A server that calls go to: how a call becomes a request, and an answer a document or an error.
 * lib/kube and lib/aws each give one; the runner knows no more of them. */
#ifndef MIGDI_JOB_TARGET_H
#define MIGDI_JOB_TARGET_H

#include "http_transport.h"
#include "job_call.h"

typedef struct migdi_target migdi_target;

/* A whole answer. Borrowed for the call that gets it. */
typedef struct migdi_answer {
    const migdi_http_head *head;
    const char *body; /* ends with a NUL that is not counted */
    size_t body_size;
} migdi_answer;

typedef struct migdi_target_kind {
    const char *name;
    /* Fills url, headers (accept, content type, credentials) and peer of the request, for each try
     * anew; what it makes lives in the arena. Method, body and connect_ms are already there. */
    migd_status (*prepare)(migdi_target *, const migdi_call *, migdi_arena *, migdi_http_request *,
                           migd_error **);
    /* Turns an answer into a document (NULL where there is no body to speak of) or into an error
     * with the server's reason, details and retryable; operation, HTTP status and Retry-After are
     * added where they are missing. MIGD_ERR_NOT_FOUND is what "absent" means. */
    migd_status (*understand)(migdi_target *, const migdi_call *, const migdi_answer *,
                              migd_object **document, migd_error **);
    /* The call for the page after `page`, in the arena; NULL when that was the last. */
    const migdi_call *(*next_page)(migdi_target *, const migdi_call *, const migd_object *page,
                                   migdi_arena *);
    /* The items of a list page; NULL when it has none. */
    const migd_object *(*items)(migdi_target *, const migd_object *page);
    /* The server refused the credentials (401): whether there are newer ones; then the call is
     * prepared and sent once more. NULL: there never are. */
    bool (*renew)(migdi_target *);
} migdi_target_kind;

/* First member of each target's own struct; kind, label and has_pace are its maker's, the
 * rest is the runner's. It keeps the server's clock here: its last Date header and when, on the
 * monotonic clock, it came. */
struct migdi_target {
    const migdi_target_kind *kind;
    const char *label;         /* for errors: "https://host:port" */
    int64_t date_unix_ms;      /* 0: no Date seen yet */
    int64_t date_monotonic_ms; /* when it was seen */
    bool has_pace; /* its maker's: what x-migdeploy-pace says is heard; of a server on this machine
                    * alone, for any other could have us hurry and keep no lock */
    int64_t pace;  /* how much faster than ours the server's clock runs: 1 (or 0), or what that
                    * header says; pauses are divided by it */
    bool answered; /* it was there once: it is given more tries when it is lost */
};

#endif

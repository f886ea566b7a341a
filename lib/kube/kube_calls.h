/* Calls to a Kubernetes API server, as data. Every argument is encoded. A name or namespace that
 * can be no segment of a path ("", ".", "..", with "/" or "%") makes a call that is never sent:
 * MIGD_ERR_INVALID names it; an empty one would ask for, or delete, all objects of a kind. NULL
 * only on lack of memory; then the arena has failed. Source: Kubernetes API conventions; what
 * kubectl sends.
 *
 * resource: borrowed for the call. namespace_: not read for what is in no namespace. */
#ifndef MIGDI_KUBE_CALLS_H
#define MIGDI_KUBE_CALLS_H

#include "job_call.h"
#include "kube_resource.h"

/* Which objects; NULL: all. */
typedef struct migdi_kube_selection {
    const char *labels; /* as kubectl -l */
    const char *fields; /* "metadata.name=web" */
} migdi_kube_selection;

/* How to write. */
typedef struct migdi_kube_write {
    const char *manager;    /* the field manager; never NULL */
    bool force;             /* of apply: take over what others own */
    bool dry_run;           /* the server only says what would be: a read */
    const char *namespace_; /* of an object that names none */
} migdi_kube_write;

/* What must still be so, and what becomes of dependents. */
typedef struct migdi_kube_end {
    const char *uid;              /* NULL: whichever object has the name */
    const char *resource_version; /* NULL: any */
    const char *propagation;      /* NULL: "Background" */
    bool dry_run;                 /* the server only says whether it would: a read */
} migdi_kube_end;

/* --- reads ------------------------------------------------------------------------------------ */

const migdi_call *migdi_kube_get(migdi_arena *arena, const migdi_kube_resource *resource,
                                 const char *namespace_, const char *name);
/* What the server says of itself: {"gitVersion": "v1.34.2", ...}. */
const migdi_call *migdi_kube_version(migdi_arena *arena);
/* In pages of 500. namespace_ NULL or "": of all namespaces. selection may be NULL. */
const migdi_call *migdi_kube_list(migdi_arena *arena, const migdi_kube_resource *resource,
                                  const char *namespace_, const migdi_kube_selection *selection);
/* A doorbell, with bookmarks, that the server ends after five minutes. version: from where on;
 * NULL: what is there comes first. */
const migdi_call *migdi_kube_watch(migdi_arena *arena, const migdi_kube_resource *resource,
                                   const char *namespace_, const migdi_kube_selection *selection,
                                   const char *version);
/* A log is text, but the server refuses who accepts text alone (406): this is what kubectl
 * sends. */
#define MIGDI_KUBE_LOG_ACCEPT "application/json, */*"
/* The end of a container's log, of the one before it restarted when `previous`: the document
 * {"text": ...}, bytes that are no UTF-8 escaped. container NULL: the only one. */
const migdi_call *migdi_kube_log(migdi_arena *arena, const char *namespace_, const char *pod,
                                 const char *container, bool previous, int32_t lines);

/* --- writes ----------------------------------------------------------------------------------- */

/* Server-side apply of an object with apiVersion, kind and metadata.name. Safe to send twice. */
const migdi_call *migdi_kube_apply(migdi_arena *arena, const migdi_kube_resource *resource,
                                   const migd_object *object, const migdi_kube_write *write);
/* The same of a Scale object on the subresource: the manager becomes owner of the number. version:
 * what must still be the object's resourceVersion; NULL: any. */
const migdi_call *migdi_kube_apply_scale(migdi_arena *arena, const migdi_kube_resource *resource,
                                         const char *namespace_, const char *name, int64_t replicas,
                                         const char *version, const migdi_kube_write *write);
const migdi_call *migdi_kube_create(migdi_arena *arena, const migdi_kube_resource *resource,
                                    const migd_object *object, const migdi_kube_write *write);
/* A JSON merge patch of the object, or of its part (NULL: the whole). A metadata.resourceVersion in
 * the patch is a precondition. */
const migdi_call *migdi_kube_merge(migdi_arena *arena, const migdi_kube_resource *resource,
                                   const char *namespace_, const char *name, const char *part,
                                   const migd_object *patch, const migdi_kube_write *write);
/* Safe to send twice when the uid is given. */
const migdi_call *migdi_kube_delete(migdi_arena *arena, const migdi_kube_resource *resource,
                                    const char *namespace_, const char *name,
                                    const migdi_kube_end *end);

/* --- for the target of these calls ------------------------------------------------------------ */

/* MIGD_OK for a call that may be sent. Below 0 its name says why not: MIGD_ERR_INVALID for a word
 * that can be no segment, MIGD_ERR_REMOTE for a page without end. */
migd_status migdi_kube_call_refusal(const migdi_call *call);

/* The call for the page that `token` stands for. The same token as in `call` is a page without end:
 * refused. */
const migdi_call *migdi_kube_next_page(migdi_arena *arena, const migdi_call *call,
                                       const char *token);

#endif

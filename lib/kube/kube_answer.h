/* What a Kubernetes API server answered: a document, or an error with the server's own reason. */
#ifndef MIGDI_KUBE_ANSWER_H
#define MIGDI_KUBE_ANSWER_H

#include "job_target.h"

/* Reads a whole answer. user: as whom we came, for the text of a 401; NULL: nobody. *document: for
 * migd_object_free(); NULL after a success without a body.
 *
 * What counts is a Status' reason, then the code: 401, 403 MIGD_ERR_DENIED; 404 MIGD_ERR_NOT_FOUND,
 * but only from a Status, since a proxy's page makes nothing absent; 409 MIGD_ERR_CONFLICT, details
 * naming each field and its manager; 405, 406, 415 and a path that is not served
 * MIGD_ERR_UNSUPPORTED; all else MIGD_ERR_REMOTE, also redirects, which are never followed, and
 * bodies that are no JSON, or half of one (a detail has their first 2,048 bytes). Source:
 * apimachinery pkg/api/errors. */
migd_status migdi_kube_answer_read(const migdi_call *call, const migdi_answer *answer,
                                   const char *user, migd_object **document, migd_error **error);

#endif

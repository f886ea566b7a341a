/* The steps of anybody's objects. */
#ifndef MIGDI_DEPLOY_APPLY_H
#define MIGDI_DEPLOY_APPLY_H

#include "deploy_wish.h"

/* Adds the steps of draft->objects, in the order given, each object a stage of its own after the
 * rules. A StatefulSet of MigratoryData goes the way that a deploy goes, under the lock of its
 * cluster. MIGD_OK, MIGD_ERR_INVALID (an object without a kind or a name, or several clusters),
 * MIGD_ERR_LIMIT, MIGD_ERR_NOMEM. */
migd_status migdi_draft_add_applied(migdi_draft *draft, migd_error **error);

#endif

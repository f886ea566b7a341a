/* Ownership of fields, object by object: metadata.managedFields as the API server keeps it. */
#ifndef SANDBOX_OWNERS_H
#define SANDBOX_OWNERS_H

#include "fields.h"

/* Who writes: `subresource` NULL for the object itself. */
typedef struct owner {
    const char *manager;
    const char *api_version;
    const char *subresource;
    bool applies;
} owner;

/* `after`, a changed `before` (an empty map when it is new), with what changed owned by `who`. */
const value *owners_update(pool *memory, const schema_type *type, const value *before,
                           const value *after, const owner *who, const char *now);

/* Without managedFields: the object as it will be, and its entries apart, because defaults come
 * between. */
typedef struct owners_applied {
    const value *document;     /* NULL: refused */
    const value *managed;      /* its managedFields */
    const value *managed_anew; /* the same with the applier's time as it is if the object changes */
    const value *causes;       /* of the refusal, as in Status.details.causes */
    const char *message;
} owners_applied;

/* What applying `config` (without identity) to `live` gives. */
owners_applied owners_apply(pool *memory, const schema_type *type, const value *live,
                            const value *config, const owner *who, bool force, const char *now);

#endif

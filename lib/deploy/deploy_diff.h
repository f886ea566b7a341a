/* What a change would change: a live object against the server's own answer to a dry run. */
#ifndef MIGDI_DEPLOY_DIFF_H
#define MIGDI_DEPLOY_DIFF_H

#include "core_arena.h"

#include <migdeploy/object.h>

/* [{pointer, from, to}] in the order of the new object, then what is gone; empty when nothing
 * differs; NULL when memory ends (then the arena has failed). Maps are compared key by key, arrays
 * item by item. What the server keeps of its own (managedFields, resourceVersion, generation,
 * status) is not compared. Owned by the arena. */
const migd_object *migdi_diff(const migd_object *from, const migd_object *to, migdi_arena *arena);

/* The same for one number that changes. */
const migd_object *migdi_diff_number(const char *pointer, int64_t from, int64_t to,
                                     migdi_arena *arena);

/* Whether a difference is at the pointer or below it; `fields` as migdi_diff() gives them. */
bool migdi_diff_touches(const migd_object *fields, const char *pointer);

/* How many differences are neither at the pointer nor below it. */
size_t migdi_diff_beside(const migd_object *fields, const char *pointer);

#endif

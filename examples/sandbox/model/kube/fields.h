/* Which fields are whose: sets of fields in the form of managedFields, and what apply needs to do
 * with them.
 *
 * A set is a value as it stands in `fieldsV1`: a map whose keys are "f:NAME", "k:{KEYS}" or
 * "v:VALUE". A node without children is a member; one with children is a member only if it has the
 * child ".". NULL: no field. The rules are those of sigs.k8s.io/structured-merge-diff. */
#ifndef SANDBOX_FIELDS_H
#define SANDBOX_FIELDS_H

#include "schema.h"

const value *fields_union(pool *memory, const value *left, const value *right);
const value *fields_minus(pool *memory, const value *left, const value *right);
const value *fields_both(pool *memory, const value *left, const value *right);

/* The fields that a document sets. */
const value *fields_of(pool *memory, const schema_type *type, const value *document);

typedef struct fields_change {
    const value *added;
    const value *modified;
    const value *removed;
} fields_change;

/* What became of the fields from `before` to `after`; NULL: no document. */
fields_change fields_compare(pool *memory, const schema_type *type, const value *before,
                             const value *after);

/* `live` with what `applied` sets in its place, lists merged by key. */
const value *fields_merge(pool *memory, const schema_type *type, const value *live,
                          const value *applied);

/* What is left of a merged document when one applier no longer sets what it once set: `last` of its
 * fields are removed unless they are in `owned` (of everybody, with what the applier sets now). */
const value *fields_prune(pool *memory, const schema_type *type, const value *merged,
                          const value *last, const value *owned);

/* Adds what is wrong with the document's types, one text a fault: ".spec.foo: field not declared in
 * schema". Returns the number of faults. */
size_t fields_check(pool *memory, const schema_type *type, const value *document,
                    value_list *faults);

/* Adds each member of a set as a path for people: `.spec.ports[port=80,protocol="TCP"].name`. */
void fields_paths(pool *memory, const value *set, const char *path, value_list *paths);

#endif

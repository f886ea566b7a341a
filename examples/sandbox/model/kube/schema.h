/* The types of the kinds that are applied: which fields there are, which lists are merged by key,
 * which are whole. Server-side apply is nothing but these facts (kube/fields.h). */
#ifndef SANDBOX_SCHEMA_H
#define SANDBOX_SCHEMA_H

#include "../value.h"

typedef enum {
    SCHEMA_ANY, /* not known here: its own shape tells */
    SCHEMA_TEXT,
    SCHEMA_NUMBER,
    SCHEMA_BOOLEAN,
    SCHEMA_SCALAR, /* a quantity, a time, an int-or-string */
    SCHEMA_STRUCT,
    SCHEMA_MAP,
    SCHEMA_LIST
} schema_kind;

typedef struct schema_type schema_type;

typedef struct schema_field {
    const char *name;
    const schema_type *type;
    bool always; /* a struct that the server's own types always hold, if empty */
} schema_field;

struct schema_type {
    schema_kind kind;
    bool atomic;                /* owned and replaced whole */
    const char *keys[2];        /* of a list that is merged by key */
    const schema_type *element; /* of a map or list */
    const char *text;           /* of a struct whose fields were not asked for yet */
    const schema_field *fields;
    size_t field_count;
    struct schema *schema;
};

typedef struct schema schema;

schema *schema_new(pool *memory);
/* A struct by its name; any when it is not in the table. */
const schema_type *schema_find(schema *types, const char *name);
/* NULL when a struct has no such field. */
const schema_field *schema_member(const schema_type *type, const char *name);

#endif

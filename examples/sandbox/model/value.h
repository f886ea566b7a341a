/* What the model is made of: JSON values that never change. A change makes a new root that shares
 * the rest, so every version of every object stays readable, and comparing what is shared costs
 * nothing. */
#ifndef SANDBOX_VALUE_H
#define SANDBOX_VALUE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory that is given back all at once. It never answers NULL: when memory ends it jumps to
 * `exhausted`, which whoever calls into the model sets (world.c alone). */
typedef struct pool {
    struct pool_block *blocks;
    char *next;
    size_t left;
    size_t used; /* at most 1 GiB: some days of a busy sandbox */
    char *spare; /* a buffer for the next text */
    size_t spare_capacity;
    jmp_buf *exhausted;
} pool;

void *pool_alloc(pool *memory, size_t size);
char *pool_text(pool *memory, const char *text, size_t size);
char *pool_format(pool *memory, const char *format, ...) __attribute__((format(printf, 2, 3)));
void pool_free(pool *memory);

/* A text that grows; its buffer is borrowed from the pool, which keeps one for the next. */
typedef struct text {
    pool *memory;
    char *bytes; /* NUL-terminated once it is not NULL */
    size_t size;
    size_t capacity;
} text;

void text_add(text *out, const char *bytes, size_t size);
void text_add_string(text *out, const char *string);
void text_format(text *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_free(text *out);

typedef enum {
    VALUE_NULL,
    VALUE_BOOLEAN,
    VALUE_INTEGER,
    VALUE_NUMBER, /* a fraction or an exponent: kept as it was written */
    VALUE_STRING,
    VALUE_ARRAY,
    VALUE_MAP
} value_kind;

typedef struct value value;

typedef struct value_member {
    const char *key;
    const value *value;
} value_member;

struct value {
    value_kind kind;
    uint32_t count;   /* of items or members; the length of a string */
    const char *json; /* of a map or array that is written often: see value_keep_json() */
    size_t json_size;
    union {
        int64_t integer; /* also 0 and 1 of a boolean */
        const char *string;
        const value *const *items;
        const value_member *members;
    };
};

extern const value value_empty_map;

/* --- reading: NULL is "no value" everywhere --------------------------------------------------- */

const value *value_get(const value *map, const char *key);
/* Down a path such as "spec/template/metadata/labels"; no step may hold a "/". */
const value *value_at(const value *root, const char *path);
const char *value_string(const value *string); /* NULL when it is none */
const char *value_text(const value *root, const char *path, const char *fallback);
int64_t value_integer(const value *root, const char *path, int64_t fallback);
bool value_true(const value *root, const char *path);
/* The first item of an array whose member `key` is that string. */
const value *value_find(const value *array, const char *key, const char *string);
bool value_equal(const value *left, const value *right);

/* --- making ----------------------------------------------------------------------------------- */

const value *value_of_string(pool *memory, const char *string);
const value *value_of_integer(pool *memory, int64_t integer);
/* A value from a template: JSON with ' for ", where %s is a string, %i an int64_t, %b an int and %v
 * a value. A member whose %s or %v is NULL is left out. The template is ours: a wrong one is a bug
 * (assert). */
const value *value_make(pool *memory, const char *template, ...);
/* Reads JSON (RFC 8259); NULL when it is none, or deeper than 64. */
const value *value_read(pool *memory, const char *json, size_t size);
void value_write(text *out, const value *written);
/* Writes it once and keeps the text: most of an object is the same in its next version. */
void value_keep_json(pool *memory, const value *written);
/* The members of a map, without braces. */
void value_write_members(text *out, const value *map);

/* --- changing: a new root --------------------------------------------------------------------- */

/* A member set, or with item NULL removed; the same map when nothing changes. */
const value *value_with(pool *memory, const value *map, const char *key, const value *item);
/* The same at the end of a path; missing maps on the way are made. */
const value *value_put(pool *memory, const value *root, const char *path, const value *item);
/* The same unless there is a value already. */
const value *value_default(pool *memory, const value *root, const char *path, const value *item);
const value *value_append(pool *memory, const value *array, const value *item);
const value *value_replace(pool *memory, const value *array, size_t index, const value *item);
/* The array without item `index`. */
const value *value_without(pool *memory, const value *array, size_t index);
/* RFC 7396. */
const value *value_merge(pool *memory, const value *target, const value *patch);

/* Collects members or items while their number is not known yet. */
typedef struct value_list {
    pool *memory;
    value_member *members; /* key NULL in an array */
    uint32_t count;
    uint32_t capacity;
} value_list;

void value_list_add(value_list *list, const char *key, const value *item);
const value *value_list_map(value_list *list);
const value *value_list_array(value_list *list);

#endif

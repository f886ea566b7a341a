/* Documents: JSON or YAML in, JSON Pointer access, either out; and lists of them.
 *
 * One tree for both languages. It keeps the order of keys, `0`, `false`, `null`, unknown fields and
 * exact 64-bit integers, and knows for each value where it stood in its text.
 *
 * Ownership: `migd_object *` is a document that the caller owns; `const migd_object *` is any value
 * in a document, borrowed until the document is changed or freed. Only documents are changed. A
 * document that nobody changes may be read by several threads. None of these calls blocks, but for
 * those that name a file.
 *
 * Pointers are JSON Pointers (RFC 6901): "" is the value itself, "/spec/ports/0/port" goes down,
 * "~1" is
 * "/" and "~0" is "~". In `set` a "-" at an array's end appends.
 */
#ifndef MIGDEPLOY_OBJECT_H
#define MIGDEPLOY_OBJECT_H

#include <migdeploy/base.h>
#include <migdeploy/buffer.h>
#include <migdeploy/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct migd_object migd_object;
typedef struct migd_objects migd_objects;
typedef struct migd_read_options migd_read_options;

/* What a value is. Since 0.1. */
enum {
    MIGD_KIND_NONE = 0, /* of NULL: there is no value */
    MIGD_KIND_NULL = 1,
    MIGD_KIND_BOOLEAN = 2,
    MIGD_KIND_INTEGER = 3, /* -2^63 to 2^64-1, exact */
    MIGD_KIND_NUMBER = 4,  /* a fraction, an exponent or more than 64 bits: a double */
    MIGD_KIND_STRING = 5,
    MIGD_KIND_ARRAY = 6,
    MIGD_KIND_MAP = 7
};

/* Limits and names for reading; see migd_read_options_set_int64() and _set_text(); each with its
 * default. What is larger is refused with MIGD_ERR_LIMIT. Since 0.1. */
enum {
    MIGD_READ_BYTES = 1,       /* of one text; 3145728 */
    MIGD_READ_DEPTH = 2,       /* nesting; 128, at most 1000 */
    MIGD_READ_NODES = 3,       /* values a document, keys not counted, aliases expanded; 1000000 */
    MIGD_READ_ANCHORS = 4,     /* YAML anchors a document; 1000 */
    MIGD_READ_ALIAS_NODES = 5, /* values made by aliases a document; 100000, or 10 % of the text */
    MIGD_READ_TAG_DIRECTIVES = 6, /* %TAG lines a document; 16 */
    MIGD_READ_KEY_BYTES = 7,      /* a YAML key or tag; 1024 */
    MIGD_READ_DOCUMENTS = 8,      /* documents a call, all files together; 10000 */
    MIGD_READ_NAME = 9            /* text: the file name that places show; NULL: none */
};

/* Options with every default. Free with migd_read_options_free().
 * MIGD_OK or MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_read_options_new(migd_read_options **out, migd_error **error);

/* Frees the options; NULL is allowed. Since 0.1. */
MIGD_API void migd_read_options_free(migd_read_options *options);

/* Sets a limit. option: MIGD_READ_BYTES to MIGD_READ_DOCUMENTS; value: 1 or more.
 * MIGD_OK or MIGD_ERR_INVALID. Since 0.1. */
MIGD_API migd_status migd_read_options_set_int64(migd_read_options *options, int32_t option,
                                                 int64_t value, migd_error **error);

/* Sets a text. option: MIGD_READ_NAME; value: copied, NULL returns to the default.
 * MIGD_OK, MIGD_ERR_INVALID or MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_read_options_set_text(migd_read_options *options, int32_t option,
                                                const char *value, migd_error **error);

/* The limit as it stands; -1 for an option that is none. options NULL: the default. Since 0.1. */
MIGD_API int64_t migd_read_options_int64(const migd_read_options *options, int32_t option);

/* --- Documents -------------------------------------------------------------------------------- */

/* An empty map. *out: for migd_object_free(). MIGD_OK or MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_object_new(migd_object **out, migd_error **error);

/* Reads exactly one document. text: JSON (RFC 8259, strict) when its first character that is no
 * blank is "{" or "[" and all of it is JSON, else YAML 1.1 as Kubernetes reads it; a duplicate key
 * is refused in both, also one that "<<" brings. size: its length in bytes; text may be NULL when
 * it is 0. options: NULL for the defaults. *out: for migd_object_free(). MIGD_OK; MIGD_ERR_PARSE
 * with the place, also for no document and for a second one; MIGD_ERR_LIMIT; MIGD_ERR_INVALID (text
 * NULL); MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_object_parse(const char *text, size_t size,
                                       const migd_read_options *options, migd_object **out,
                                       migd_error **error);

/* A copy of a value and all below it, as a document of its own; places are kept.
 * *out: for migd_object_free(). MIGD_OK, MIGD_ERR_INVALID (value NULL), MIGD_ERR_NOMEM. Since
 * 0.1. */
MIGD_API migd_status migd_object_copy(const migd_object *value, migd_object **out,
                                      migd_error **error);

/* Frees a document; NULL is allowed. Since 0.1. */
MIGD_API void migd_object_free(migd_object *document);

/* --- Reading: every function takes NULL as "no value" ----------------------------------------- */

/* MIGD_KIND_*. Since 0.1. */
MIGD_API int32_t migd_object_kind(const migd_object *value);

/* The value at the pointer; NULL when there is none or the pointer is none. Since 0.1. */
MIGD_API const migd_object *migd_object_at(const migd_object *value, const char *pointer);

/* How many items an array or keys a map has; 0 for every other kind. Since 0.1. */
MIGD_API size_t migd_object_count(const migd_object *value);

/* Item `index` of an array, or the value of key `index` of a map, in their order; NULL from the
 * count on. Since 0.1. */
MIGD_API const migd_object *migd_object_item(const migd_object *value, size_t index);

/* Key `index` of a map, borrowed as its value is; NULL from the count on or for no map. Since
 * 0.1. */
MIGD_API const char *migd_object_key(const migd_object *value, size_t index);

/* The string at the pointer, borrowed as the value is; `fallback` when there is none or it is
 * another kind. Since 0.1. */
MIGD_API const char *migd_object_text(const migd_object *value, const char *pointer,
                                      const char *fallback);

/* The integer at the pointer; `fallback` when there is none, it is another kind or does not fit.
 * Since 0.1. */
MIGD_API int64_t migd_object_int64(const migd_object *value, const char *pointer, int64_t fallback);

/* The integer or number at the pointer as a double; `fallback` otherwise. Since 0.1. */
MIGD_API double migd_object_double(const migd_object *value, const char *pointer, double fallback);

/* The boolean at the pointer as 0 or 1; `fallback` when there is none or it is another kind.
 * Since 0.1. */
MIGD_API int32_t migd_object_boolean(const migd_object *value, const char *pointer,
                                     int32_t fallback);

/* Where the value stood in its text. *file: borrowed as the value is, or NULL; *line, *column: from
 * 1, in characters; each may be NULL. MIGD_OK, or MIGD_ERR_NOT_FOUND for a value that stood nowhere
 * (then NULL, 0, 0). Since 0.1. */
MIGD_API migd_status migd_object_place(const migd_object *value, const char **file, int32_t *line,
                                       int32_t *column);

/* 1 when left and right are the same: kinds and values, arrays in order, maps in any order; an
 * integer equals a number of the same value. Since 0.1. */
MIGD_API int32_t migd_object_equal(const migd_object *left, const migd_object *right);

/* --- Changing a document ---------------------------------------------------------------------- */

/* Sets the string at the pointer. Where the way to it is missing or null, maps are made, and for a
 * step "-" an array; an array's "-" or its count as index adds an item. value: copied; NULL sets
 * null. MIGD_OK; MIGD_ERR_INVALID (pointer, UTF-8, a step through what is no map or array, an index
 * beyond the end); MIGD_ERR_LIMIT (it would nest deeper than 1000); MIGD_ERR_NOMEM. On failure
 * nothing has changed. Since 0.1. */
MIGD_API migd_status migd_object_set_string(migd_object *document, const char *pointer,
                                            const char *value, migd_error **error);

/* Sets the integer at the pointer, otherwise as migd_object_set_string(). Since 0.1. */
MIGD_API migd_status migd_object_set_int64(migd_object *document, const char *pointer,
                                           int64_t value, migd_error **error);

/* Sets the boolean at the pointer (0: false, else true), otherwise as migd_object_set_string().
 * Since 0.1. */
MIGD_API migd_status migd_object_set_boolean(migd_object *document, const char *pointer,
                                             int32_t value, migd_error **error);

/* Sets a copy of `value`, places kept, otherwise as migd_object_set_string(). value: may be from
 * any document, this one too. Since 0.1. */
MIGD_API migd_status migd_object_set_object(migd_object *document, const char *pointer,
                                            const migd_object *value, migd_error **error);

/* Removes the value at the pointer; later items of an array move up. MIGD_OK, also when there was
 * none; MIGD_ERR_INVALID for the root or a bad pointer. Since 0.1. */
MIGD_API migd_status migd_object_remove(migd_object *document, const char *pointer,
                                        migd_error **error);

/* Applies a JSON Merge Patch (RFC 7396): maps are merged, null removes, all else replaces.
 * MIGD_OK; MIGD_ERR_INVALID (patch NULL); MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_object_merge(migd_object *document, const migd_object *patch,
                                       migd_error **error);

/* --- Writing ---------------------------------------------------------------------------------- */

/* Writes JSON. indent: blanks a level, 0 to 8; 0: one line. *out: for migd_buf_free(), without a
 * line end. MIGD_OK, MIGD_ERR_INVALID, MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_object_write_json(const migd_object *value, int32_t indent,
                                            migd_buf **out, migd_error **error);

/* Writes YAML that YAML 1.1 and 1.2 readers read back as the same value. *out: for migd_buf_free(),
 * with a line end. MIGD_OK, MIGD_ERR_INVALID, MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_object_write_yaml(const migd_object *value, migd_buf **out,
                                            migd_error **error);

/* --- Lists of documents ----------------------------------------------------------------------- */

/* An empty list. *out: for migd_objects_free(). MIGD_OK or MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_objects_new(migd_objects **out, migd_error **error);

/* Adds every document of a text, as `kubectl apply -f` would see them: JSON values one after
 * another or YAML cut at lines that start with "---"; empty ones are left out, a List is taken
 * apart, a List within a List is refused. Parameters and statuses as migd_object_parse(); on
 * failure nothing is added. Since 0.1. */
MIGD_API migd_status migd_objects_parse(migd_objects *objects, const char *text, size_t size,
                                        const migd_read_options *options, migd_error **error);

/* Adds every document of a path: of a file, of a folder's .yaml, .yml and .json files in the order
 * of their names (not of its subfolders), or, for "-", of standard input. Blocks while it reads.
 * Statuses as migd_objects_parse(), and MIGD_ERR_NOT_FOUND (no such file, or a folder without such
 * files), MIGD_ERR_DENIED, MIGD_ERR_IO. Since 0.1. */
MIGD_API migd_status migd_objects_load(migd_objects *objects, const char *path,
                                       const migd_read_options *options, migd_error **error);

/* Adds a copy of a value. MIGD_OK, MIGD_ERR_INVALID (value NULL), MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_objects_add(migd_objects *objects, const migd_object *value,
                                      migd_error **error);

/* How many; 0 for NULL. Since 0.1. */
MIGD_API size_t migd_objects_count(const migd_objects *objects);

/* Document `index`, owned by the list; NULL from the count on. Since 0.1. */
MIGD_API const migd_object *migd_objects_item(const migd_objects *objects, size_t index);

/* Frees the list and its documents; NULL is allowed. Since 0.1. */
MIGD_API void migd_objects_free(migd_objects *objects);

#ifdef __cplusplus
}
#endif

#endif

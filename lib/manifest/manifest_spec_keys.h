/* Every key of the cluster spec, once. Reading, defaults, findings, setting and the JSON Schema are
 * driven by this table: a key that is added here needs nothing more but the place where render uses
 * it. */
#ifndef MIGDI_MANIFEST_SPEC_KEYS_H
#define MIGDI_MANIFEST_SPEC_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum migdi_spec_type {
    MIGDI_SPEC_MAP,  /* the keys of the rows below it */
    MIGDI_SPEC_FREE, /* keys of the user's choice; each value is as the row PATH.* says */
    MIGDI_SPEC_LIST, /* each item is as the row PATH.* says */
    MIGDI_SPEC_ANY,  /* a map that is passed on as it is */
    MIGDI_SPEC_BOOLEAN,
    MIGDI_SPEC_INTEGER,
    MIGDI_SPEC_TEXT,
    MIGDI_SPEC_WORD,     /* a text, a number or a boolean: what stands behind -DNAME= */
    MIGDI_SPEC_QUANTITY, /* of Kubernetes */
    MIGDI_SPEC_SIZE,     /* of MigratoryData */
    MIGDI_SPEC_COUNT     /* a whole number or a percentage */
} migdi_spec_type;

/* What a text, or the keys of a FREE map, must look like. */
typedef enum migdi_spec_form {
    MIGDI_SPEC_FORM_NONE,
    MIGDI_SPEC_FORM_CLUSTER_NAME, /* a DNS label from a letter on, short enough for what is named
                                     after it */
    MIGDI_SPEC_FORM_LABEL,        /* a DNS label */
    MIGDI_SPEC_FORM_SUBDOMAIN,
    MIGDI_SPEC_FORM_IMAGE,
    MIGDI_SPEC_FORM_PATH,  /* empty, or from a "/" on */
    MIGDI_SPEC_FORM_RANGE, /* an address range, as 10.0.0.0/8 */
    MIGDI_SPEC_FORM_ARN,
    MIGDI_SPEC_FORM_LABEL_KEY,
    MIGDI_SPEC_FORM_LABEL_VALUE,
    MIGDI_SPEC_FORM_PARAMETER, /* the name of a MigratoryData parameter */
    MIGDI_SPEC_FORM_EKS_NAME,
    MIGDI_SPEC_FORM_SECRET_KEY /* a key inside a Secret */
} migdi_spec_form;

typedef enum migdi_spec_profile {
    MIGDI_SPEC_PRODUCTION,
    MIGDI_SPEC_TUTORIAL,
    MIGDI_SPEC_DEV,
    MIGDI_SPEC_PROFILES
} migdi_spec_profile;

enum {
    MIGDI_SPEC_REQUIRED = 1, /* must be there once the defaults are filled in */
    MIGDI_SPEC_OPTIONAL = 2, /* a block that is null, and without defaults, until it is written */
    MIGDI_SPEC_JUDGED = 4    /* `words` are for the schema; a rule judges what is written */
};

/* A default is the text of the value: "3", "INFO", "a=1 b=2" for a FREE map, "a b" for a LIST, ""
 * for an empty one; or "@" and the pointer of an integer before it. */
typedef struct migdi_spec_key {
    const char *path; /* from the file's root, with dots; "*": any key, or an item */
    migdi_spec_type type;
    migdi_spec_form form;
    uint32_t flags;
    const char *words;    /* TEXT: what is allowed, between blanks; NULL: anything */
    int64_t least, most;  /* INTEGER, COUNT */
    const char *value;    /* the default; NULL: none */
    const char *tutorial; /* in that profile, where it differs; MIGDI_SPEC_NOTHING: none */
    const char *dev;
    const char *standard; /* in Standard mode, where the profile has none of its own */
    const char *at_most;  /* the default is no larger than the value at this pointer */
    const char
        *needs; /* "scope=members": another value than the default has no effect without this */
    const char *excludes; /* keys beside it, between blanks, that may not be there with it */
    const char *reserved; /* FREE: keys that are written by us, between blanks */
    const char *about;    /* one line for schema and help */
} migdi_spec_key;

extern const char MIGDI_SPEC_NOTHING[];

/* The root: the file itself, as a MAP whose path is "". */
const migdi_spec_key *migdi_spec_root(void);

/* The row of a key inside a MAP, of any key of a FREE map, of an item of a LIST; NULL: no such
 * key. */
const migdi_spec_key *migdi_spec_child(const migdi_spec_key *parent, const char *name, size_t size);

/* The rows right below one, in order: the first for `after` NULL; NULL at the end. */
const migdi_spec_key *migdi_spec_next_child(const migdi_spec_key *parent,
                                            const migdi_spec_key *after);

/* The last step of the path; "" for the root. */
const char *migdi_spec_key_name(const migdi_spec_key *key);

/* The default in a profile and mode, before "@" and `at_most`; NULL: none. */
const char *migdi_spec_default(const migdi_spec_key *key, migdi_spec_profile profile,
                               bool standard_mode);

/* Whether the word stands in a list of words between blanks. */
bool migdi_spec_has_word(const char *words, const char *word, size_t size);

/* Walks such a list: *word and *size of the next one; false at the end. Starts with *at = words. */
bool migdi_spec_next_word(const char **at, const char **word, size_t *size);

#endif

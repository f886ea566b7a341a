/* What the files of extract share: documents with their names, places with pointers, lists that
 * grow. */
#ifndef MIGDI_MANIFEST_EXTRACT_ITEMS_H
#define MIGDI_MANIFEST_EXTRACT_ITEMS_H

#include "manifest_extract.h"

#include "codec_object.h"
#include "codec_selector.h"

/* Ordinals beyond this are not looked at one by one. */
#define MIGDI_EXTRACT_ORDINALS 1000

/* The documents that are looked at, by what they are. */
typedef enum migdi_item_kind {
    MIGDI_ITEM_SET, /* StatefulSet, Deployment */
    MIGDI_ITEM_BUDGET,
    MIGDI_ITEM_AUTOSCALER,
    MIGDI_ITEM_SERVICE,
    MIGDI_ITEM_POD,
    MIGDI_ITEM_CONFIG, /* eksctl's ClusterConfig */
    MIGDI_ITEM_KINDS
} migdi_item_kind;

/* One document. */
typedef struct migdi_item {
    const migd_object *value;
    const char *kind;
    const char *space; /* namespace; NULL: not written */
    const char *name;
    const char *title;         /* of a pod: NULL, there may be many */
    const migd_object *labels; /* of a set's pods */
    migdi_selector selector;   /* of a budget; one that cannot be read selects nothing */
} migdi_item;

typedef struct migdi_items {
    migdi_item *items;
    size_t count;
} migdi_items;

typedef struct migdi_extract_state {
    migdi_arena *arena; /* its `failed` is the one place where lack of memory shows */
    const migd_spec *spec;
    migdi_items by_kind[MIGDI_ITEM_KINDS];
} migdi_extract_state;

/* One set while it is read. */
typedef struct migdi_set {
    const migdi_item *item;
    migdi_facts *facts;
    const migd_object *container; /* of the members; NULL: they are not MigratoryData's */
    const char *base;             /* its pointer */
    const migd_object *script;    /* what a shell runs in it; NULL: no shell */
    migdi_at script_at;
} migdi_set;

/* Where the value at a pointer (a format) stands; where its key stands. */
migdi_at migdi_item_at(migdi_extract_state *state, const migdi_item *item, const char *pointer, ...)
    __attribute__((format(printf, 3, 4)));
migdi_at migdi_item_at_key(migdi_extract_state *state, const migdi_item *item, const char *pointer,
                           ...) __attribute__((format(printf, 3, 4)));

/* The integer at the pointer; not known when there is none, `at` then is where the pointer's parent
 * stands. */
migdi_count migdi_item_count(migdi_extract_state *state, const migdi_item *item,
                             const char *pointer);

/* Where the spec says it, as a place of the object `at`; `at` itself without a spec. */
migdi_at migdi_item_at_spec(migdi_extract_state *state, migdi_at at, const char *pointer);

/* Adds an item to a list in the arena: room is doubled at each power of two. NULL: no memory,
 * and the list is empty. */
void *migdi_list_add(migdi_arena *arena, void *items, size_t *count, size_t size);

/* Whether two objects of these namespaces may see each other. */
bool migdi_same_space(const migdi_item *left, const migdi_item *right);

/* Reads a LabelSelector; one that cannot be read selects nothing. */
migdi_selector migdi_read_selector(migdi_extract_state *state, const migd_object *value);

/* Which of the first `count` pods of the set a selector covers. *covers: an array of `count`, or
 * NULL when it is all of them. Returns whether any is covered. */
bool migdi_set_covered(migdi_extract_state *state, const migdi_set *set,
                       const migdi_selector *selector, size_t count, const bool **covers);

/* --- the parts, each fills its facts ---------------------------------------------------------- */

void migdi_extract_autoscalers(migdi_extract_state *state, const migdi_set *set);
void migdi_extract_budgets(migdi_extract_state *state, const migdi_set *set);
void migdi_extract_services(migdi_extract_state *state, const migdi_set *set);
void migdi_extract_pods(migdi_extract_state *state, const migdi_set *set);
void migdi_extract_script(migdi_extract_state *state, migdi_set *set);
void migdi_extract_options(migdi_extract_state *state, const migdi_set *set);
void migdi_extract_container(migdi_extract_state *state, const migdi_set *set);
void migdi_extract_nodes(migdi_extract_state *state, const migdi_item *item, migdi_nodes *nodes);

/* Notes what could not be read. */
void migdi_set_unread(migdi_extract_state *state, const migdi_set *set, const char *rule,
                      migdi_at at, const char *message);

/* --- start scripts: what a shell is told to run ----------------------------------------------- */

typedef struct migdi_text_part {
    const char *text; /* NULL: none */
    size_t size;
} migdi_text_part;

/* The next assignment to a variable, from *at on, which starts at the script; its value with quotes
 * taken off, or NULL at the end. *whole may be NULL: NAME=VALUE as it stands. */
migdi_text_part migdi_script_assignment(const char **at, const char *name, migdi_text_part *whole);

/* How many members the script puts into its list, from MAX_REPLICAS or the bound of its loop. 0:
 * that cannot be read. *word: what says it. */
int64_t migdi_script_members(const char *script, migdi_text_part *word);

/* The server's start command when it does not take over the shell's process; none where it does. */
migdi_text_part migdi_script_unexec(const char *script);

#endif

/* One call to a server, as data. Equal bytes are the same call. Only lib/kube and lib/aws build
 * them, each argument encoded; credentials are added when it is sent. */
#ifndef MIGDI_JOB_CALL_H
#define MIGDI_JOB_CALL_H

#include "core_arena.h"

#include <migdeploy/object.h>

typedef enum {
    MIGDI_CALL_READ,  /* changes nothing: GET, a dry run, an AWS Describe */
    MIGDI_CALL_LIST,  /* a read that comes in pages */
    MIGDI_CALL_WRITE, /* an act */
    MIGDI_CALL_WATCH  /* a stream of changes: a doorbell */
} migdi_call_kind;

typedef enum {
    MIGDI_TARGET_CLUSTER,
    MIGDI_TARGET_AWS_FIRST,
    MIGDI_TARGET_CLIENTS = 15, /* whatever clients are told to connect to */
    MIGDI_TARGETS = 16
} migdi_target_index;

typedef struct migdi_call {
    migdi_call_kind kind;
    uint8_t target;  /* which server of the ground */
    bool idempotent; /* a write that may be sent again after a lost connection; any other gets a
                      * connection of its own */
    bool secret;     /* its body and its answer are wiped before they are freed */
    bool once;       /* a read that is tried no second time: that nobody answers is the answer */
    const char *method;
    const char *path; /* from the server's root, encoded, with its query */
    const char *accept;
    const char *content_type; /* NULL without a body */
    const char *body;
    size_t body_size;
    const char *name; /* for people: "apply StatefulSet/migratory/migratorydata" */
    const char *key;  /* of a watch: its path without the version it starts from; NULL: path */
    int64_t lasts_ms; /* of a watch: how long the server was asked to keep it; 0: not said */
} migdi_call;

/* Whether both are the same call: target, method, path (of a watch: key) and body. NULL equals
 * nothing. */
bool migdi_call_equal(const migdi_call *left, const migdi_call *right);

/* A number that equal calls share. */
uint64_t migdi_call_hash(const migdi_call *call);

/* A copy in the arena, which becomes secret with it, body and all; NULL on lack of memory. */
migdi_call *migdi_call_copy(migdi_arena *arena, const migdi_call *call);

/* What the call is to people: its name, else method and path. In the arena; "" on lack of
 * memory. */
const char *migdi_call_title(const migdi_call *call, migdi_arena *arena);

#endif

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
    MIGDI_TARGETS = 16
} migdi_target_index;

typedef struct migdi_call {
    migdi_call_kind kind;
    uint8_t target;  /* which server of the ground */
    bool idempotent; /* the transport may send it again after a lost connection */
    bool secret;     /* the body is never logged */
    const char *method;
    const char *path; /* from the server's root, encoded, with its query */
    const char *accept;
    const char *content_type; /* NULL without a body */
    const char *body;
    size_t body_size;
    const char *name; /* for people: "apply StatefulSet/migratory/migratorydata" */
} migdi_call;

/* Whether both are the same call: target, method, path and body. */
bool migdi_call_equal(const migdi_call *left, const migdi_call *right);

#endif

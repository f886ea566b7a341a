/* One request, taken apart, and the ways to answer it. */
#ifndef SANDBOX_API_H
#define SANDBOX_API_H

#include "model.h"

enum { PARAMETERS = 16 };

typedef struct call {
    world *cloud;
    const world_request *request;
    world_response *response;
    const char *path;
    const char *names[PARAMETERS];
    const char *values[PARAMETERS];
    size_t parameter_count;
    const kind *kind;   /* as it is asked for: may be autoscaling/v1 */
    const kind *stored; /* as it is kept */
    const char *space;  /* "": of a kind without namespace; NULL: all namespaces */
    const char *name;   /* NULL: the collection */
    const char *sub;    /* NULL: the object itself */
    const value *body;
    bool dry_run;
} call;

/* A parameter of the query; NULL: not there. */
const char *api_parameter(const call *of, const char *name);

/* Answers with a Status; reason, details may be NULL. */
void api_fail(const call *of, int32_t code, const char *reason, const value *details,
              const char *message, ...) __attribute__((format(printf, 5, 6)));
void api_not_found(const call *of);
/* 409: of `resource` as messages name it. */
void api_conflict(const call *of, const char *resource, const char *message);
/* {name, group, kind} of the call; causes may be NULL. */
const value *api_details(const call *of, const value *causes);

/* Answers with a document as a client of the call's kind sees it. */
void api_document(const call *of, int32_t code, version *seen);
void api_value(const call *of, int32_t code, const value *document);
/* Adds it as an item of a list, without apiVersion and kind, or headed. */
void api_add(const call *of, version *seen, bool headed);

void api_discovery(const call *of);
void api_read(const call *of);
void api_watch(const call *of);
void api_create(const call *of);
void api_change(const call *of); /* PUT, PATCH */
void api_delete(const call *of);
void api_evict(const call *of);
void api_scale(const call *of);

/* labelSelector and fieldSelector of a list or watch. */
typedef struct filter {
    const value *labels; /* NULL: every object */
    const char *paths[4];
    const char *wanted[4];
    bool unequal[4];
    size_t count;
} filter;

/* false: answered with 400. */
bool api_read_filter(const call *of, filter *out);
bool api_passes(const filter *wanted, const value *document);

#endif

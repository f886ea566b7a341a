/* The model of a small cloud, as a function: a world, a request and an instant make an answer. No
 * socket, no clock, no thread; the same seed and the same requests at the same instants give the
 * same answers. Two faces stand before it: the program migdeploy-sandbox, and a transport in the
 * tests. */
#ifndef SANDBOX_WORLD_H
#define SANDBOX_WORLD_H

#include "value.h"

typedef struct world world;
typedef struct world_watch world_watch;

typedef struct world_request {
    const char *method;
    const char *target;        /* from the root: "/api/v1/pods?limit=5" */
    const char *authorization; /* NULL: none */
    const char *accept;
    const char *content_type;
    const char *user_agent;
    const char *body;
    size_t body_size;
} world_request;

/* Texts are borrowed until the next call with the world. */
typedef struct world_response {
    int32_t status;
    const char *content_type;
    const char *body;
    size_t body_size;
    int64_t retry_after_s; /* -1: no such header */
    world_watch *watch;    /* not NULL: a stream of events; for world_watch_free() */
} world_response;

/* The tokens that are known: one that may do everything, and one that may do nothing. */
#define WORLD_TOKEN        "sandbox-token"
#define WORLD_VIEWER_TOKEN "viewer-token"

/* start_ms: the first instant, Unix time. settings: a JSON merge patch on the defaults of
 * world_settings(), or NULL. NULL when memory ends or the settings are no JSON. For
 * world_free(). */
world *world_new(uint64_t seed, int64_t start_ms, const char *settings);
void world_free(world *cloud);

/* Lets time pass up to now_ms, then answers. */
void world_answer(world *cloud, const world_request *request, int64_t now_ms,
                  world_response *response);

/* The same as the world was `behind` changes ago, for GET alone: what a cache that lags would
 * say. */
void world_answer_stale(world *cloud, const world_request *request, int64_t now_ms, int64_t behind,
                        world_response *response);

/* Lets time pass. */
void world_advance(world *cloud, int64_t now_ms);

/* The next instant at which something happens by itself; -1: nothing will. */
int64_t world_next_ms(const world *cloud);

/* Adds the events since the last call, one JSON text a line. false: the stream has ended. */
bool world_watch_read(world_watch *watch, int64_t now_ms, text *events);
void world_watch_free(world_watch *watch);

/* What can be set, by PATCH (merge) of /sandbox/settings too:
 * - startSeconds: from scheduled to Ready; stopSeconds: from deletion to gone;
 * - addressSeconds: until a Service gets its address (-1: nobody balances); addressHost,
 * addressPort;
 * - lagMs: of every controller; budgetLagMs: of the budgets' status; scalerSeconds: between two
 * looks of an autoscaler;
 * - missing, crashing: ends of images that cannot be pulled, that never stay up;
 * - wishes: {"NAMESPACE/AUTOSCALER": replicas}; lost: names of nodes that do not answer;
 * - room: pods that a node takes; nodes, zones: how many at the start. */
const char *world_settings(world *cloud);

/* How many writes were accepted that changed something, dry runs and Leases not counted. */
int64_t world_writes(const world *cloud);

#endif

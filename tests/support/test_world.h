/* The sandbox's model behind the transport seam, on virtual time: whole lives in one process.
 * Nothing here is slept through: the clock moves to the next thing that happens. */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include "http_transport.h"
#include "test_support.h"

#include <world.h>

typedef struct test_world test_world;

#define TEST_WORLD_URL "https://sandbox.test:6443"

/* A kubeconfig that leads here, namespace "default". */
extern const char test_world_kubeconfig[];

/* seed: of the world and of the time that each request takes; a failing test prints it. settings:
 * as world_new(). Fails the test when there is none. */
test_world *test_world_new(uint64_t seed, const char *settings);
void test_world_free(test_world *lab);

/* A transport to it, for one context after another; the world outlives them all. */
migdi_transport *test_world_transport(test_world *lab);

/* For migd_context_options_set_clock(), user: the test_world. */
int64_t test_world_clock(int32_t which, void *user);
/* How far the client's own Unix clock is off, ms. */
void test_world_set_skew(test_world *lab, int64_t skew_ms);
int64_t test_world_now_ms(const test_world *lab);
/* Lets time pass while no client is there. */
void test_world_pass(test_world *lab, int64_t ms);

/* Requests that reached the server, and writes of all clients that changed something
 * (world_writes()). */
int64_t test_world_requests(const test_world *lab);
int64_t test_world_writes(const test_world *lab);

/* A script of faults.h, added to what there is; the numbers are those of test_world_requests().
 * NULL: forget all. */
void test_world_fault(test_world *lab, const char *script);

/* Somebody else strikes right before request `before` (from 1) is served: any request, as manager
 * "kubectl" unless the target names one. type NULL: application/json. Texts are borrowed until
 * then. */
void test_world_actor(test_world *lab, int64_t before, const char *method, const char *target,
                      const char *type, const char *body);

/* The client has no right to: what it sends with that method (NULL: any that changes something) and
 * with `part` in its target is answered with 403. part NULL: it has every right again; borrowed. */
void test_world_deny(test_world *lab, const char *method, const char *part);

/* The client dies at request `at` (from 1): it was sent, and was served (`served`) or not; no
 * answer comes, and none of the client's time passes any more. Free the job and the context, then
 * revive. */
void test_world_kill(test_world *lab, int64_t at, bool served);
bool test_world_is_dead(const test_world *lab);
void test_world_revive(test_world *lab);

/* One request of the test's own, at once; the status. body NULL: none. *answer: borrowed until the
 * next; NULL allowed. */
int32_t test_world_ask(test_world *lab, const char *method, const char *target, const char *type,
                       const char *body, const char **answer);
/* The world, for its settings. */
world *test_world_model(test_world *lab);

#endif

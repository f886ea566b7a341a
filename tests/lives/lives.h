/* What the lives share: a world, a spec, and jobs run to their end on it. The world is the
 * sandbox's model: its answers are held against recordings of a real API server in
 * tests/sandbox. */
#ifndef LIVES_H
#define LIVES_H

#include "test_world.h"

#include <migdeploy/migdeploy.h>

/* The spec of a production cluster with short pauses. */
extern const char life_spec[];

/* How a job ended. */
typedef struct {
    migd_status status;  /* MIGD_DONE or the failure */
    migd_object *result; /* or NULL; freed by the next life of the same struct, or life_end() */
    char message[512];   /* of the error */
    char events[8192];   /* texts of its events, one a line */
} life;

typedef enum {
    LIFE_DEPLOY,
    LIFE_PLAN,
    LIFE_SCALE,
    LIFE_RESTART,
    LIFE_STATUS,
    LIFE_DESTROY,
    LIFE_APPLY
} life_verb;

/* Of LIFE_APPLY `sets` is the manifest. As `sets` of another life: there is no spec, the cluster is
 * the one in namespace "migratory". */
extern const char life_no_spec[];

/* Runs one command of a fresh client on the world to its end (or to the client's death). sets:
 * PATH=VALUE lines of the spec, or NULL; replicas: of scale; accept: a rule, or NULL. */
void life_run(life *l, test_world *lab, life_verb verb, const char *sets, int32_t replicas,
              const char *accept);
/* The same, and `happen` is called after each turn of the client's loop: what must hold at any
 * time, or what others do meanwhile. */
void life_run_beside(life *l, test_world *lab, life_verb verb, const char *sets, int32_t replicas,
                     const char *accept, void (*happen)(test_world *lab, void *user), void *user);
void life_end(life *l);

/* A client reads its kubeconfig from a file, as ever: its path. */
const char *life_kubeconfig(void);
/* A client of the world, and options that name it; for migd_context_free(),
 * migd_call_options_free(). */
migd_context *life_context(test_world *lab);
migd_call_options *life_options(const char *accept);

/* The number at a pointer of a path's answer; -1 when it is not there. */
int64_t life_number(test_world *lab, const char *path, const char *pointer);
/* Whether the path answers 200. */
bool life_exists(test_world *lab, const char *path);

#define LIFE_SET       "/apis/apps/v1/namespaces/migratory/statefulsets/migratorydata"
#define LIFE_PODS      "/api/v1/namespaces/migratory/pods"
#define LIFE_NAMESPACE "/api/v1/namespaces/migratory"

#endif

/* A thousand lives, each with its own luck: a client that dies somewhere, a fault somewhere,
 * somebody else who acts somewhere. However it went, the next run ends it well. MIGDEPLOY_SEED=N
 * replays one. */
#include "lives.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIVES 1000

/* A small generator: the same seed, the same life, on every machine (Steele and Vigna,
 * splitmix64). */
static uint64_t next(uint64_t *random)
{
    *random += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t mixed = *random;
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ mixed >> 31;
}

static int64_t below(uint64_t *random, int64_t bound)
{
    return (int64_t)(next(random) % (uint64_t)bound);
}

/* Something happens at one of the next 80 requests, or nothing; by then it is over. */
static void strike(test_world *lab, uint64_t *random)
{
    static const char *const faults[] = {"status=503", "status=429", "reset-before", "reset-after",
                                         "html",       "cut",        "stale=1",      "refuse"};
    static const struct {
        const char *method;
        const char *target;
        const char *type;
        const char *body;
    } actors[] = {
        {"PATCH", LIFE_SET "/scale", "application/merge-patch+json", "{\"spec\":{\"replicas\":4}}"},
        {"DELETE", LIFE_PODS "/migratorydata-1", NULL, NULL},
        {"DELETE", LIFE_PODS "/migratorydata-0", NULL, NULL},
        {"PATCH", LIFE_SET, "application/merge-patch+json",
         "{\"metadata\":{\"annotations\":{\"theirs\":\"1\"}}}"},
    };
    const int64_t now = test_world_requests(lab);
    char script[64];
    switch (below(random, 4)) {
    case 0:
        test_world_kill(lab, now + 1 + below(random, 80), below(random, 2) == 1);
        break;
    case 1:
        snprintf(script, sizeof script, "%lld:%s", (long long)(now + 1 + below(random, 80)),
                 faults[below(random, sizeof faults / sizeof *faults)]);
        test_world_fault(lab, script);
        break;
    case 2: {
        const size_t which = (size_t)below(random, sizeof actors / sizeof *actors);
        test_world_actor(lab, now + 1 + below(random, 80), actors[which].method,
                         actors[which].target, actors[which].type, actors[which].body);
        break;
    }
    default:
        break; /* nothing happens to it */
    }
}

/* The first run may fail or die; the second, undisturbed, must not. */
static void twice(life *l, test_world *lab, uint64_t seed, uint64_t *random, life_verb verb,
                  const char *sets, int32_t replicas)
{
    const int64_t over = test_world_requests(lab) + 80;
    strike(lab, random);
    life_run(l, lab, verb, sets, replicas, NULL);
    while (!test_world_is_dead(lab) && test_world_requests(lab) < over) {
        life_run(l, lab, LIFE_STATUS, NULL, 0, NULL);
    }
    test_world_revive(lab);
    test_world_fault(lab, NULL);
    test_world_pass(lab, 120000); /* whoever was struck gets up */
    life_run(l, lab, verb, sets, replicas, NULL);
    if (l->status != MIGD_DONE) {
        fail_msg("seed %llu: verb %d ended with %d: %s\n%s", (unsigned long long)seed, (int)verb,
                 (int)l->status, l->message, l->events);
    }
}

static void live(uint64_t seed)
{
    life l = {0};
    uint64_t random = seed;
    test_world *lab = test_world_new(seed, NULL);
    twice(&l, lab, seed, &random, LIFE_DEPLOY, NULL, 0);
    twice(&l, lab, seed, &random, LIFE_DEPLOY, "spec.members.image=migratorydata/server:6.0.17", 0);
    const int64_t members = life_number(lab, LIFE_SET, "/spec/replicas");
    if (life_number(lab, LIFE_SET, "/status/updatedReplicas") != members ||
        life_number(lab, LIFE_SET, "/status/readyReplicas") != members) {
        fail_msg("seed %llu: not every member is Ready on the new template",
                 (unsigned long long)seed);
    }
    twice(&l, lab, seed, &random, LIFE_SCALE, "spec.members.image=migratorydata/server:6.0.17", 5);
    if (life_number(lab, LIFE_SET, "/status/readyReplicas") != 5) {
        fail_msg("seed %llu: not 5 of 5 are Ready", (unsigned long long)seed);
    }
    twice(&l, lab, seed, &random, LIFE_DESTROY, NULL, 0);
    if (life_exists(lab, LIFE_NAMESPACE)) {
        fail_msg("seed %llu: the namespace is left", (unsigned long long)seed);
    }
    life_end(&l);
    test_world_free(lab);
}

static void every_life_ends_well(void **state)
{
    (void)state;
    const char *one = getenv("MIGDEPLOY_SEED");
    if (one != NULL) {
        live(strtoull(one, NULL, 10));
        return;
    }
    for (uint64_t seed = 1; seed <= LIVES; seed++) {
        live(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_life_ends_well)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

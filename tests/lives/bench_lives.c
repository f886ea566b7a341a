/* How long whole lives take in process, on virtual time: deploy to Ready, scale to 5, destroy.
 * Usage: bench_lives [COUNT]; prints the seconds of CPU and of wall. */
#include "lives.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    const long count = argc > 1 ? strtol(argv[1], NULL, 10) : 10000;
    const double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    const double wall = seconds(CLOCK_MONOTONIC);
    int64_t requests = 0;
    for (long seed = 1; seed <= count; seed++) {
        static const struct {
            life_verb verb;
            int32_t replicas;
        } acts[] = {{LIFE_DEPLOY, 0}, {LIFE_SCALE, 5}, {LIFE_DESTROY, 0}};
        life l = {0};
        test_world *lab = test_world_new((uint64_t)seed, NULL);
        for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
            life_run(&l, lab, acts[i].verb, NULL, acts[i].replicas, NULL);
            if (l.status != MIGD_DONE) {
                fprintf(stderr, "seed %ld: %s\n", seed, l.message);
                return 1;
            }
        }
        requests += test_world_requests(lab);
        life_end(&l);
        test_world_free(lab);
    }
    printf("%ld lives, %lld requests: %.1f s of CPU, %.1f s wall\n", count, (long long)requests,
           seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, seconds(CLOCK_MONOTONIC) - wall);
    return 0;
}

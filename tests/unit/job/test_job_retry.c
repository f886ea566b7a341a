#include "test_support.h"

#include "job_retry.h"

#define LOST MIGD_ERR_NETWORK

typedef struct row {
    const char *name;
    migdi_retry_policy policy;
    migdi_try last;
    bool again;
    int64_t least_ms;
    int64_t most_ms;
} row;

#define R MIGDI_RETRY_READ
#define C MIGDI_RETRY_CHANGE
#define A MIGDI_RETRY_ACT
#define N MIGDI_RETRY_NEVER

/* client-go rest/with_retry.go: 429 and 5xx with Retry-After, any verb, ten times; connection loss:
 * reads alone. Ours on top: reads also without the header; acts are the runner's. */
static const row rows[] = {
    {"lost read", R, {.status = LOST, .tries = 1, .reached = true}, true, 0, 500},
    {"lost read, 3rd", R, {.status = LOST, .tries = 3, .reached = true}, true, 0, 2000},
    {"lost read, 4th", R, {.status = LOST, .tries = 4, .reached = true}, false, 0, 0},
    {"of a known server", R, {.status = LOST, .tries = 4, .answered = true}, true, 0, 4000},
    {"of a known server, 9th", R, {.status = LOST, .tries = 9, .answered = true}, true, 0, 5000},
    {"of a known server, 10th", R, {.status = LOST, .tries = 10, .answered = true}, false, 0, 0},
    {"silent read", R, {.status = LOST, .tries = 1, .silent = true}, true, 0, 500},
    {"silent read, 2nd",
     R,
     {.status = LOST, .tries = 2, .silent = true, .answered = true},
     false,
     0,
     0},
    {"TLS", R, {.status = MIGD_ERR_TLS, .tries = 1}, false, 0, 0},
    {"no memory", R, {.status = MIGD_ERR_NOMEM, .tries = 1}, false, 0, 0},
    {"head too large", R, {.status = MIGD_ERR_LIMIT, .tries = 1}, false, 0, 0},
    {"change that never arrived", C, {.status = LOST, .tries = 1}, true, 0, 500},
    {"change that may have", C, {.status = LOST, .tries = 1, .reached = true}, false, 0, 0},
    {"idempotent change",
     C,
     {.status = LOST, .tries = 1, .reached = true, .idempotent = true},
     true,
     0,
     500},
    {"act that never arrived", A, {.status = LOST, .tries = 1}, true, 0, 500},
    {"act that may have",
     A,
     {.status = LOST, .tries = 1, .reached = true, .idempotent = true},
     false,
     0,
     0},
    {"stream", N, {.status = LOST, .tries = 1}, false, 0, 0},
    {"200", R, {.http_status = 200, .tries = 1, .retry_after_ms = 1000}, false, 0, 0},
    {"404", R, {.http_status = 404, .tries = 1, .retry_after_ms = -1}, false, 0, 0},
    {"409 with a pause", R, {.http_status = 409, .tries = 1, .retry_after_ms = 1000}, false, 0, 0},
    {"429", R, {.http_status = 429, .tries = 1, .retry_after_ms = -1}, true, 0, 500},
    {"429 with a pause",
     R,
     {.http_status = 429, .tries = 1, .retry_after_ms = 1000},
     true,
     1000,
     100},
    {"429 with a pause, 10th",
     R,
     {.http_status = 429, .tries = 10, .retry_after_ms = 1000},
     true,
     1000,
     100},
    {"429 with a pause, 11th",
     R,
     {.http_status = 429, .tries = 11, .retry_after_ms = 1000},
     false,
     0,
     0},
    {"a pause of 0", R, {.http_status = 503, .tries = 2, .retry_after_ms = 0}, true, 0, 1000},
    {"500", R, {.http_status = 500, .tries = 1, .retry_after_ms = -1}, true, 0, 500},
    {"503, 4th", R, {.http_status = 503, .tries = 4, .retry_after_ms = -1}, false, 0, 0},
    {"501", R, {.http_status = 501, .tries = 1, .retry_after_ms = -1}, false, 0, 0},
    {"505", R, {.http_status = 505, .tries = 1, .retry_after_ms = -1}, false, 0, 0},
    {"change, 503 with a pause",
     C,
     {.http_status = 503, .tries = 1, .retry_after_ms = 2000},
     true,
     2000,
     200},
    {"change, 503",
     C,
     {.http_status = 503, .tries = 1, .retry_after_ms = -1, .idempotent = true},
     false,
     0,
     0},
    {"eviction, 429 with a pause",
     A,
     {.http_status = 429, .tries = 1, .retry_after_ms = 1000},
     false,
     0,
     0},
    {"act, 503 with a pause",
     A,
     {.http_status = 503, .tries = 1, .retry_after_ms = 1000},
     false,
     0,
     0},
    {"stream, 503 with a pause",
     N,
     {.http_status = 503, .tries = 1, .retry_after_ms = 0},
     false,
     0,
     0},
};

static void each_outcome_has_its_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t least_ms = -1;
        int64_t most_ms = -1;
        const bool again = migdi_retry(rows[i].policy, &rows[i].last, &least_ms, &most_ms);
        if (again != rows[i].again ||
            (again && (least_ms != rows[i].least_ms || most_ms != rows[i].most_ms))) {
            fail_msg("%s: %d, %d to %d", rows[i].name, again, (int)least_ms, (int)most_ms);
        }
    }
}

static void the_pause_doubles_up_to_half_a_minute(void **state)
{
    (void)state;
    static const int64_t expected[] = {500, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000};
    for (uint32_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(migdi_retry_backoff_ms(i), expected[i]);
    }
    assert_int_equal(migdi_retry_backoff_ms(UINT32_MAX), 30000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_outcome_has_its_rule),
        cmocka_unit_test(the_pause_doubles_up_to_half_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

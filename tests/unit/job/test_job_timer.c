#include "test_support.h"

#include "job_timer.h"

#include <string.h>

#define MANY 200

typedef struct clock {
    migdi_timers timers;
    migdi_timer timer[MANY];
    size_t fired;
    int64_t last_ms;
} clock;

static clock c;

static void note(void *owner)
{
    const migdi_timer *timer = owner;
    assert_true(timer->at_ms >= c.last_ms);
    assert_false(timer->armed);
    c.last_ms = timer->at_ms;
    c.fired++;
}

static void start(void (*fire)(void *owner))
{
    memset(&c, 0, sizeof c);
    for (size_t i = 0; i < MANY; i++) {
        c.timer[i].fire = fire;
        c.timer[i].owner = &c.timer[i];
    }
}

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

/* What a plain array says: how many are due, and the earliest of them. */
static size_t due(const int64_t *at_ms, int64_t now_ms, int64_t *first_ms)
{
    size_t count = 0;
    *first_ms = INT64_MAX;
    for (size_t i = 0; i < MANY; i++) {
        count += at_ms[i] >= 0 && at_ms[i] <= now_ms;
        *first_ms = at_ms[i] >= 0 && at_ms[i] < *first_ms ? at_ms[i] : *first_ms;
    }
    return count;
}

static void any_order_of_arming_and_disarming_fires_in_order(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 300; seed++) {
        uint32_t random = seed;
        int64_t at_ms[MANY];
        memset(at_ms, -1, sizeof at_ms);
        start(note);
        for (int64_t now_ms = 0; now_ms < 50; now_ms++) {
            for (int i = 0; i < 40; i++) {
                const size_t which = next(&random) % MANY;
                if (next(&random) % 3 == 0) {
                    migdi_timer_disarm(&c.timers, &c.timer[which]);
                    at_ms[which] = -1;
                } else {
                    at_ms[which] = now_ms + next(&random) % 60;
                    migdi_timer_arm(&c.timers, &c.timer[which], at_ms[which]);
                }
            }
            int64_t first_ms = 0;
            const size_t expected = due(at_ms, now_ms, &first_ms);
            assert_int_equal(c.timers.first == NULL ? INT64_MAX : c.timers.first->at_ms, first_ms);
            c.fired = 0;
            c.last_ms = 0;
            migdi_timers_fire(&c.timers, now_ms);
            assert_int_equal(c.fired, expected);
            for (size_t i = 0; i < MANY; i++) {
                at_ms[i] = at_ms[i] <= now_ms ? -1 : at_ms[i];
                assert_int_equal(c.timer[i].armed, at_ms[i] >= 0);
            }
        }
    }
}

static void arm_again(void *owner)
{
    migdi_timer *timer = owner;
    c.fired++;
    migdi_timer_arm(&c.timers, timer, 0);
    migdi_timer_disarm(&c.timers, &c.timer[1]);
}

static void what_is_armed_while_others_fire_waits_for_the_next_time(void **state)
{
    (void)state;
    start(arm_again);
    migdi_timer_arm(&c.timers, &c.timer[0], 5);
    migdi_timer_arm(&c.timers, &c.timer[1], 6);
    migdi_timer_arm(&c.timers, &c.timer[2], 7);
    migdi_timers_fire(&c.timers, 10);
    assert_int_equal(c.fired, 2); /* the first disarmed the second */
    migdi_timers_fire(&c.timers, 10);
    assert_int_equal(c.fired, 2);
    migdi_timers_fire(&c.timers, 11);
    assert_int_equal(c.fired, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_of_arming_and_disarming_fires_in_order),
        cmocka_unit_test(what_is_armed_while_others_fire_waits_for_the_next_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "test_support.h"

#include "job_acts.h"

#include <stdio.h>

static void what_was_sent_is_remembered_by_its_bytes(void **state)
{
    (void)state;
    migdi_acts acts = {0};
    const migdi_call first = {.method = "PUT", .path = "/a", .body = "1", .body_size = 1};
    const migdi_call other = {.method = "PUT", .path = "/a", .body = "2", .body_size = 1};
    assert_null(migdi_acts_find(&acts, &first));
    assert_int_equal(migdi_acts_heard(&acts, &first), 0);
    migdi_acts_add(&acts, &first)->heard = 409;
    assert_int_equal(migdi_acts_heard(&acts, &first), 409);
    assert_null(migdi_acts_find(&acts, &other));
    assert_ptr_equal(migdi_acts_add(&acts, &first), migdi_acts_find(&acts, &first));
    assert_int_equal(acts.count, 1);
    migdi_acts_free(&acts);
}

static void many_are_kept_as_long_as_they_are_wanted(void **state)
{
    (void)state;
    migdi_acts acts = {0};
    char path[16];
    for (int i = 0; i < 200; i++) {
        snprintf(path, sizeof path, "/%d", i);
        const migdi_call call = {.method = "PUT", .path = path};
        migdi_acts_add(&acts, &call)->wanted = true;
    }
    assert_int_equal(acts.count, 200);
    migdi_acts_want_none(&acts);
    for (int i = 200; i < 1000; i++) {
        snprintf(path, sizeof path, "/%d", i);
        const migdi_call call = {.method = "PUT", .path = path};
        migdi_acts_add(&acts, &call);
    }
    /* The oldest went first. */
    assert_int_equal(acts.count, 200);
    assert_null(migdi_acts_find(&acts, &(migdi_call){.method = "PUT", .path = "/0"}));
    assert_non_null(migdi_acts_find(&acts, &(migdi_call){.method = "PUT", .path = "/999"}));
    migdi_acts_free(&acts);
}

static migd_status remember(void *user)
{
    migdi_acts acts = {0};
    migd_status status = MIGD_OK;
    (void)user;
    for (int i = 0; i < 20 && status == MIGD_OK; i++) {
        char path[16];
        snprintf(path, sizeof path, "/%d", i);
        const migdi_call call = {.method = "PUT", .path = path};
        const size_t before = acts.count;
        const migdi_sent *sent = migdi_acts_add(&acts, &call);
        status = sent == NULL ? MIGD_ERR_NOMEM : MIGD_OK;
        assert_int_equal(acts.count, before + (sent != NULL));
    }
    migdi_acts_free(&acts);
    return status;
}

static void lack_of_memory_forgets_nothing(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(remember, NULL) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sent_is_remembered_by_its_bytes),
        cmocka_unit_test(many_are_kept_as_long_as_they_are_wanted),
        cmocka_unit_test(lack_of_memory_forgets_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

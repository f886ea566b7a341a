#include "test_support.h"

#include "job_verdict.h"

#include <string.h>

static const migdi_call call = {.method = "PUT", .path = "/a"};

static void what_is_said_last_holds(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migdi_verdict verdict;
    migdi_verdict_start(&verdict, &arena);
    assert_int_equal(verdict.said, MIGDI_SAID_NOTHING);
    migdi_going(&verdict, "go %d", 1);
    assert_int_equal(verdict.said, MIGDI_SAID_GOING);
    assert_string_equal(verdict.text, "go 1");
    migdi_done(&verdict, "done");
    assert_int_equal(verdict.said, MIGDI_SAID_DONE);
    migdi_refuse(&verdict, MIGD_ERR_CONFLICT, "of %s", "others");
    assert_int_equal(verdict.said, MIGDI_SAID_REFUSE);
    assert_string_equal(verdict.text, "of others");
    assert_ptr_equal(migdi_verdict_arena(&verdict), &arena);
    migdi_arena_free(&arena);
}

static void a_refusal_carries_what_remains_and_its_details(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migdi_verdict verdict;
    migd_error *error = NULL;
    char field[] = "/spec";
    migdi_verdict_start(&verdict, &arena);
    migdi_refuse(&verdict, MIGD_ERR_CONFLICT, "helm owns it");
    migdi_refuse_remaining(&verdict, "one Service", "migdeploy destroy");
    migdi_refuse_detail(&verdict, field, "Owned", NULL, "helm");
    migdi_refuse_detail(&verdict, NULL, NULL, "second", NULL);
    field[1] = 'x';
    assert_int_equal(migdi_verdict_error(&verdict, &error), MIGD_ERR_CONFLICT);
    assert_string_equal(migd_error_message(error), "helm owns it");
    assert_string_equal(migd_error_remaining(error), "one Service");
    assert_string_equal(migd_error_next(error), "migdeploy destroy");
    assert_int_equal(migd_error_detail_count(error), 2);
    assert_string_equal(migd_error_detail(error, 0, MIGD_DETAIL_FIELD), "/spec");
    assert_string_equal(migd_error_detail(error, 0, MIGD_DETAIL_SUBJECT), "helm");
    assert_string_equal(migd_error_detail(error, 1, MIGD_DETAIL_MESSAGE), "second");
    migd_error_free(error);
    migdi_arena_free(&arena);
}

static void a_part_that_is_done_is_told_with_its_object(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migdi_verdict verdict;
    char object[] = "Pod/a/b-3";
    migdi_verdict_start(&verdict, &arena);
    migdi_warn(&verdict, "key", "beware");
    migdi_part_done(&verdict, "uid", object, "b-%d is Ready", 3);
    object[0] = 'x';
    const migdi_told *told = verdict.notes;
    assert_null(told->object);
    assert_true(told->warning);
    assert_string_equal(told->next->key, "uid");
    assert_string_equal(told->next->object, "Pod/a/b-3");
    assert_string_equal(told->next->text, "b-3 is Ready");
    assert_false(told->next->warning);
    migdi_arena_free(&arena);
}

static void wants_are_kept_in_order(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migdi_verdict verdict;
    migdi_verdict_start(&verdict, &arena);
    for (size_t i = 0; i < 100; i++) {
        migdi_want(&verdict, &call)->index = i;
    }
    assert_int_equal(verdict.wanted_count, 100);
    size_t index = 0;
    for (const migdi_wanted *wanted = verdict.wanted; wanted != NULL; wanted = wanted->next) {
        assert_int_equal(wanted->act.index, index++);
        assert_ptr_equal(wanted->act.call, &call);
        assert_int_equal(wanted->act.facts[0], 0);
    }
    assert_int_equal(index, 100);
    migdi_arena_free(&arena);
}

static void times_and_bells_have_their_bounds(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migdi_verdict verdict;
    migdi_verdict_start(&verdict, &arena);
    assert_int_equal(verdict.poll_first_ms, 1000);
    assert_int_equal(verdict.poll_most_ms, 10000);
    migdi_poll(&verdict, -5, -7);
    assert_int_equal(verdict.poll_first_ms, 1);
    assert_int_equal(verdict.poll_most_ms, 1);
    migdi_pause(&verdict, 0);
    assert_int_equal(verdict.pause_ms, 1);
    for (int i = 0; i < 9; i++) {
        migdi_doorbell(&verdict, &call);
    }
    assert_int_equal(verdict.bell_count, MIGDI_BELLS);
    migdi_ask(&verdict, "key", true, "sure, %s?", "ana");
    assert_string_equal(verdict.question, "sure, ana?");
    assert_string_equal(verdict.question_key, "key");
    assert_true(verdict.consent);
    migdi_arena_free(&arena);
}

static migd_status build(void *user)
{
    (void)user;
    migdi_arena arena = {0};
    migdi_verdict verdict;
    migdi_verdict_start(&verdict, &arena);
    for (int i = 0; i < 20; i++) {
        migdi_want(&verdict, &call)->rest_ms = 1;
        migdi_note(&verdict, "key", "%200d", i);
        migdi_warn(&verdict, "key", "%200d", i);
        migdi_refuse_detail(&verdict, "f", "r", "m", "s");
    }
    migdi_ask(&verdict, "key", true, "?");
    migdi_going(&verdict, "text");
    const migd_status status = arena.failed ? MIGD_ERR_NOMEM : MIGD_OK;
    migdi_arena_free(&arena);
    return status;
}

static void builders_are_sticky(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(build, NULL) > 3);
    migdi_arena arena = {0};
    migdi_verdict verdict;
    migdi_verdict_start(&verdict, &arena);
    assert_non_null(migdi_want(&verdict, NULL));
    assert_true(arena.failed);
    assert_int_equal(verdict.wanted_count, 0);
    arena.failed = false;
    migdi_doorbell(&verdict, NULL);
    assert_true(arena.failed);
    migdi_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_last_holds),
        cmocka_unit_test(a_refusal_carries_what_remains_and_its_details),
        cmocka_unit_test(a_part_that_is_done_is_told_with_its_object),
        cmocka_unit_test(wants_are_kept_in_order),
        cmocka_unit_test(times_and_bells_have_their_bounds),
        cmocka_unit_test(builders_are_sticky),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

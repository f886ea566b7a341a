#include "job_boxes.h"

/* --- a step that reads what its wish says ----------------------------------------------------- */

typedef struct read_wish {
    void (*observe)(migdi_view *view, migdi_arena *arena, char *out, size_t size);
} read_wish;

static char seen_text[512];

static void read_observe(const void *wish, migdi_view *view, void *out)
{
    const read_wish *w = wish;
    char *text = out;
    assert_int_equal(text[0], '\0'); /* seen is zeroed each time */
    w->observe(view, migdi_view_arena(view), text, sizeof seen_text);
}

static void read_decide(const void *wish, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    (void)wish;
    (void)goal;
    memcpy(seen_text, in, sizeof seen_text);
    migdi_done(verdict, "seen");
}

static const migdi_step_kind read_kind = {
    "read", sizeof seen_text, read_observe, NULL, read_decide, NULL, NULL};

static migd_status look(const test_rule *rules, size_t count, const read_wish *wish, stage *s,
                        migd_error **error)
{
    const migdi_step steps[] = {{&read_kind, wish, 0, false, MIGDI_PRESENT}};
    memset(seen_text, 0, sizeof seen_text);
    stage_open(s, rules, count, NULL);
    assert_int_equal(migdi_job_run_steps(s->job, MIGDI_RUN, steps, 1, NULL), MIGD_OK);
    return migd_job_finish(s->job, NULL, error);
}

static void chain(migdi_view *view, migdi_arena *arena, char *out, size_t size)
{
    const migd_object *a = migdi_see(view, test_get(arena, "/a"));
    const migd_object *b = migdi_see(view, test_get(arena, "/b"));
    const char *next = migd_object_text(a, "/next", NULL);
    const migd_object *c = next == NULL ? NULL : migdi_see(view, test_get(arena, next));
    const migd_object *again = migdi_see(view, test_get(arena, "/a"));
    assert_ptr_equal(a, again);
    snprintf(out, size, "%s %s %s", migd_object_text(a, "/v", "-"), migd_object_text(b, "/v", "-"),
             migd_object_text(c, "/v", "-"));
}

static void reads_of_a_round_fly_together_and_one_that_depends_follows(void **state)
{
    (void)state;
    const test_rule rules[] = {
        {.path = "/a", .after_ms = 100, .body = "{\"v\":\"1\",\"next\":\"/c\"}"},
        {.path = "/b", .after_ms = 50, .status = 404},
        {.path = "/c", .after_ms = 10, .body = "{\"v\":\"3\"}"}};
    stage s;
    assert_int_equal(look(rules, 3, &(read_wish){chain}, &s, NULL), MIGD_OK);
    assert_string_equal(seen_text, "1 - 3");
    assert_int_equal(test_request_count(s.transport), 3);
    assert_int_equal(stage_ms(&s), 110);
    stage_close(&s);
}

static void a_failed_read_is_never_absent(void **state)
{
    (void)state;
    static const struct {
        test_rule rule;
        migd_status status;
    } rows[] = {{{.path = "/b", .status = 500}, MIGD_ERR_REMOTE},
                {{.path = "/b", .status = 403}, MIGD_ERR_DENIED},
                {{.path = "/b", .lost = MIGD_ERR_NETWORK}, MIGD_ERR_NETWORK},
                {{.path = "/b", .body = "<html>"}, MIGD_ERR_REMOTE},
                {{.path = "/b", .hangs = true}, MIGD_ERR_NETWORK}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const test_rule rules[] = {rows[i].rule, {.body = "{}"}};
        migd_error *error = NULL;
        stage s;
        assert_int_equal(look(rules, 2, &(read_wish){chain}, &s, &error), rows[i].status);
        assert_string_equal(migd_error_operation(error), "GET /b");
        assert_string_equal(seen_text, ""); /* decide never ran */
        migd_error_free(error);
        stage_close(&s);
    }
}

static void tolerant(migdi_view *view, migdi_arena *arena, char *out, size_t size)
{
    const migd_error *error = NULL;
    const migd_object *a = migdi_try_see(view, test_get(arena, "/a"), &error);
    snprintf(out, size, "%s %d", migd_object_text(a, "/v", "-"), migd_error_http_status(error));
}

static void both_ways(migdi_view *view, migdi_arena *arena, char *out, size_t size)
{
    tolerant(view, arena, out, size);
    migdi_see(view, test_get(arena, "/a"));
}

static void a_failure_that_was_asked_for_is_an_answer(void **state)
{
    (void)state;
    const test_rule denied[] = {{.status = 403}};
    const test_rule absent[] = {{.status = 404}};
    const test_rule there[] = {{.body = "{\"v\":\"1\"}"}};
    stage s;
    assert_int_equal(look(denied, 1, &(read_wish){tolerant}, &s, NULL), MIGD_OK);
    assert_string_equal(seen_text, "- 403");
    stage_close(&s);
    assert_int_equal(look(absent, 1, &(read_wish){tolerant}, &s, NULL), MIGD_OK);
    assert_string_equal(seen_text, "- 0");
    stage_close(&s);
    assert_int_equal(look(there, 1, &(read_wish){tolerant}, &s, NULL), MIGD_OK);
    assert_string_equal(seen_text, "1 0");
    stage_close(&s);
    assert_int_equal(look(denied, 1, &(read_wish){both_ways}, &s, NULL), MIGD_ERR_DENIED);
    stage_close(&s);
}

static void lists(migdi_view *view, migdi_arena *arena, char *out, size_t size)
{
    const migdi_call *list = test_list(arena, "/l");
    const migd_object *items = migdi_see_list(view, list);
    const size_t count = migd_object_count(items);
    int32_t *copies = migdi_view_array(view, count, sizeof *copies);
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(copies[i], 0);
        sum += migd_object_int64(migd_object_item(items, i), "", 0);
    }
    assert_true(count > 0 || copies == NULL);
    snprintf(out, size, "%zu %d %d", count, (int)sum,
             (int)migd_object_int64(migdi_see_page(view, list), "/version", -1));
}

static void a_list_is_seen_whole_with_its_version(void **state)
{
    (void)state;
    const test_rule rules[] = {
        {.path = "/l", .body = "{\"items\":[1,2],\"next\":\"/l2\",\"version\":7}"},
        {.path = "/l2", .body = "{\"items\":[3],\"version\":7}"}};
    const test_rule absent[] = {{.status = 404}};
    stage s;
    assert_int_equal(look(rules, 2, &(read_wish){lists}, &s, NULL), MIGD_OK);
    assert_string_equal(seen_text, "3 6 7");
    stage_close(&s);
    assert_int_equal(look(absent, 1, &(read_wish){lists}, &s, NULL), MIGD_OK);
    assert_string_equal(seen_text, "0 0 -1");
    stage_close(&s);
}

static void tolerant_list(migdi_view *view, migdi_arena *arena, char *out, size_t size)
{
    const migd_error *error = NULL;
    const migd_object *items = migdi_try_see_list(view, test_list(arena, "/l"), &error);
    snprintf(out, size, "%zu %d", migd_object_count(items), migd_error_http_status(error));
}

static void a_list_that_may_fail_is_whole_as_well(void **state)
{
    (void)state;
    const test_rule rules[] = {{.path = "/l", .body = "{\"items\":[1,2],\"next\":\"/l2\"}"},
                               {.path = "/l2", .body = "{\"items\":[3]}"}};
    const test_rule denied[] = {{.status = 403}};
    stage s;
    assert_int_equal(look(rules, 2, &(read_wish){tolerant_list}, &s, NULL), MIGD_OK);
    assert_string_equal(seen_text, "3 0");
    stage_close(&s);
    assert_int_equal(look(denied, 1, &(read_wish){tolerant_list}, &s, NULL), MIGD_OK);
    assert_string_equal(seen_text, "0 403");
    stage_close(&s);
}

static void list_as_one(migdi_view *view, migdi_arena *arena, char *out, size_t size)
{
    const migd_error *error = NULL;
    migdi_try_see(view, test_list(arena, "/l"), &error);
    snprintf(out, size, "x");
}

static void a_list_is_no_single_answer(void **state)
{
    (void)state;
    const test_rule rules[] = {{.body = "{\"items\":[1,2]}"}};
    migd_error *error = NULL;
    stage s;
    assert_int_equal(look(rules, 1, &(read_wish){list_as_one}, &s, &error), MIGD_ERR_REMOTE);
    assert_string_equal(migd_error_message(error), "GET /l: a list is seen with all its pages");
    migd_error_free(error);
    stage_close(&s);
}

static void refuses(migdi_view *view, migdi_arena *arena, char *out, size_t size)
{
    const migd_object *a = migdi_see(view, test_get(arena, "/a"));
    if (a != NULL) {
        migdi_view_refuse(view, "%d members are too many", 9);
        migdi_view_refuse(view, "and more");
    }
    snprintf(out, size, "x");
}

static void what_is_not_understood_is_refused_and_never_cut(void **state)
{
    (void)state;
    const test_rule rules[] = {{.body = "{}"}};
    migd_error *error = NULL;
    stage s;
    assert_int_equal(look(rules, 1, &(read_wish){refuses}, &s, &error), MIGD_ERR_REMOTE);
    assert_string_equal(migd_error_message(error), "9 members are too many");
    assert_null(migd_error_cause(error));
    migd_error_free(error);
    stage_close(&s);
}

static int depth;

static void deeper(migdi_view *view, migdi_arena *arena, char *out, size_t size)
{
    char path[32];
    depth++;
    for (int i = 0; i < depth; i++) {
        snprintf(path, sizeof path, "/d%d", i);
        migdi_see(view, test_get(arena, path));
    }
    snprintf(out, size, "x");
}

static void wide(migdi_view *view, migdi_arena *arena, char *out, size_t size)
{
    char path[32];
    for (int i = 0; i < depth; i++) {
        snprintf(path, sizeof path, "/d%d", i);
        migdi_see(view, test_get(arena, path));
    }
    snprintf(out, size, "x");
}

static void a_look_has_an_end(void **state)
{
    (void)state;
    const test_rule rules[] = {{.body = "{}"}};
    migd_error *error = NULL;
    stage s;
    depth = 0;
    assert_int_equal(look(rules, 1, &(read_wish){deeper}, &s, &error), MIGD_ERR_LIMIT);
    assert_string_equal(migd_error_message(error), "a look of more than 4096 reads or 64 rounds");
    assert_in_range(test_request_count(s.transport), 64, 66);
    migd_error_free(error);
    stage_close(&s);
    depth = 4096;
    assert_int_equal(look(rules, 1, &(read_wish){wide}, &s, NULL), MIGD_OK);
    stage_close(&s);
    depth = 4097;
    assert_int_equal(look(rules, 1, &(read_wish){wide}, &s, NULL), MIGD_ERR_LIMIT);
    stage_close(&s);
}

static void no_call(migdi_view *view, migdi_arena *arena, char *out, size_t size)
{
    (void)arena;
    const migd_error *error = NULL;
    assert_null(migdi_see(view, NULL));
    assert_null(migdi_see_list(view, NULL));
    assert_null(migdi_see_page(view, NULL));
    assert_null(migdi_try_see(view, NULL, &error));
    assert_int_equal(migdi_heard(view, NULL), 0);
    snprintf(out, size, "x");
}

static void a_call_that_could_not_be_built_is_lack_of_memory(void **state)
{
    (void)state;
    stage s;
    assert_int_equal(look(NULL, 0, &(read_wish){no_call}, &s, NULL), MIGD_ERR_NOMEM);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_of_a_round_fly_together_and_one_that_depends_follows),
        cmocka_unit_test(a_failed_read_is_never_absent),
        cmocka_unit_test(a_failure_that_was_asked_for_is_an_answer),
        cmocka_unit_test(a_list_is_seen_whole_with_its_version),
        cmocka_unit_test(a_list_that_may_fail_is_whole_as_well),
        cmocka_unit_test(a_list_is_no_single_answer),
        cmocka_unit_test(what_is_not_understood_is_refused_and_never_cut),
        cmocka_unit_test(a_look_has_an_end),
        cmocka_unit_test(a_call_that_could_not_be_built_is_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

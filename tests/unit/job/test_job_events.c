#include "test_support.h"

#include "job_events.h"

#include <string.h>

static migd_event *make(int32_t kind, const char *step, const char *text)
{
    return migdi_event_new(&(migdi_news){.kind = kind, .step = step, .text = text});
}

static void expect(migdi_events *events, const char *text)
{
    migd_event *event = migdi_events_take(events);
    if (text == NULL) {
        assert_null(event);
    } else {
        assert_string_equal(migd_event_text(event), text);
    }
    migdi_event_free(event);
}

static void events_come_in_the_order_in_which_they_were_told(void **state)
{
    (void)state;
    migdi_events events = {.limit = 8};
    for (int i = 0; i < 3; i++) {
        migdi_events_add(&events, make(MIGD_EVENT_WAIT, "a", i == 0 ? "1" : i == 1 ? "2" : "3"));
    }
    assert_int_equal(events.count, 3);
    expect(&events, "1");
    expect(&events, "2");
    migdi_events_add(&events, make(MIGD_EVENT_WAIT, "a", "4"));
    expect(&events, "3");
    expect(&events, "4");
    expect(&events, NULL);
    assert_int_equal(events.count, 0);
}

static void a_full_queue_merges_progress_of_one_step_and_nothing_else(void **state)
{
    (void)state;
    migdi_events events = {.limit = 3};
    migdi_events_add(&events, make(MIGD_EVENT_ACT, "a", "a1"));
    migdi_events_add(&events, make(MIGD_EVENT_WAIT, "b", "b1"));
    migdi_events_add(&events, make(MIGD_EVENT_NOTE, "c", "c1"));
    migdi_events_add(&events, make(MIGD_EVENT_WAIT, "a", "a2")); /* in the place of a1 */
    migdi_events_add(&events, make(MIGD_EVENT_WAIT, "c", "c2")); /* a note is no progress */
    migdi_events_add(&events, make(MIGD_EVENT_LINE, NULL, "l1"));
    migdi_events_add(&events, make(MIGD_EVENT_LINE, NULL, "l2"));
    migdi_events_add(&events, make(MIGD_EVENT_DONE, "b", "b2"));
    migdi_events_add(&events, make(MIGD_EVENT_WAIT, "b", "b3")); /* done stands in between */
    migdi_events_add(&events, make(MIGD_EVENT_WAIT, "b", "b4"));
    static const char *const expected[] = {"a2", "b1", "c1", "c2", "l1", "l2", "b2", "b4", NULL};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        expect(&events, expected[i]);
    }
}

static void the_last_in_a_full_queue_may_be_replaced(void **state)
{
    (void)state;
    migdi_events events = {.limit = 1};
    migdi_events_add(&events, make(MIGD_EVENT_WAIT, "a", "1"));
    migdi_events_add(&events, make(MIGD_EVENT_WAIT, "a", "2"));
    migdi_events_add(&events, make(MIGD_EVENT_NOTE, "a", "3"));
    expect(&events, "2");
    expect(&events, "3");
    migdi_events_add(&events, make(MIGD_EVENT_NOTE, "a", "4"));
    migdi_events_free(&events);
    assert_null(events.first);
}

static void the_details_say_everything(void **state)
{
    (void)state;
    migd_object *fields = NULL;
    assert_int_equal(migd_object_parse("[{\"pointer\":\"/a\"}]", 18, NULL, &fields, NULL), MIGD_OK);
    migd_event *event = migdi_event_new(&(migdi_news){.kind = MIGD_EVENT_PLAN,
                                                      .step = "members",
                                                      .text = "create it",
                                                      .object = "Kind/ns/name",
                                                      .action = "create",
                                                      .fields = fields,
                                                      .unix_ms = INT64_C(1795545600999),
                                                      .elapsed_ms = 71});
    migd_object_free(fields);
    assert_int_equal(migd_event_kind(event), MIGD_EVENT_PLAN);
    assert_string_equal(migd_event_step(event), "members");
    const migd_object *details = migd_event_details(event);
    migd_buf *json = NULL;
    assert_int_equal(migd_object_write_json(details, 0, &json, NULL), MIGD_OK);
    assert_string_equal(
        migd_buf_data(json),
        "{\"time\":\"2026-11-24T18:40:00Z\",\"step\":\"members\",\"state\":\"plan\","
        "\"object\":\"Kind/ns/name\",\"text\":\"create it\",\"elapsedMs\":71,"
        "\"action\":\"create\",\"fields\":[{\"pointer\":\"/a\"}]}");
    assert_ptr_equal(migd_event_details(event), details);
    migd_buf_free(json);
    migdi_event_free(event);
}

static void questions_and_notes_say_what_they_are(void **state)
{
    (void)state;
    migd_event *question = migdi_event_new(&(migdi_news){
        .kind = MIGD_EVENT_QUESTION, .text = "remove all?", .key = "destroy", .consent = true});
    migd_event *warning = migdi_event_new(
        &(migdi_news){.kind = MIGD_EVENT_NOTE, .step = "s", .text = "look out", .warning = true});
    const migd_object *details = migd_event_details(question);
    assert_string_equal(migd_object_text(details, "/state", NULL), "question");
    assert_string_equal(migd_object_text(details, "/kind", NULL), "destroy");
    assert_int_equal(migd_object_boolean(details, "/consent", -1), 1);
    assert_int_equal(migd_object_kind(migd_object_at(details, "/step")), MIGD_KIND_NULL);
    details = migd_event_details(warning);
    assert_string_equal(migd_object_text(details, "/state", NULL), "note");
    assert_int_equal(migd_object_boolean(details, "/warning", -1), 1);
    migdi_event_free(question);
    migdi_event_free(warning);
}

static void no_event_answers_as_nothing(void **state)
{
    (void)state;
    assert_int_equal(migd_event_kind(NULL), 0);
    assert_null(migd_event_text(NULL));
    assert_null(migd_event_step(NULL));
    assert_null(migd_event_details(NULL));
    migdi_event_free(NULL);
}

static migd_status make_one(void *user)
{
    migd_event *event = migdi_event_new(&(migdi_news){
        .kind = MIGD_EVENT_PLAN, .text = "t", .object = "o", .action = "a", .fields = user});
    if (event == NULL) {
        return MIGD_ERR_NOMEM;
    }
    const migd_object *details = migd_event_details(event);
    const migd_status status = details == NULL ? MIGD_ERR_NOMEM : MIGD_OK;
    assert_true(details == NULL || strcmp(migd_object_text(details, "/fields/0", ""), "x") == 0);
    migdi_event_free(event);
    return status;
}

static void lack_of_memory_leaves_no_half_event(void **state)
{
    (void)state;
    migd_object *fields = NULL;
    assert_int_equal(migd_object_parse("[\"x\"]", 5, NULL, &fields, NULL), MIGD_OK);
    assert_true(test_fail_allocations(make_one, fields) > 2);
    migd_object_free(fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_in_the_order_in_which_they_were_told),
        cmocka_unit_test(a_full_queue_merges_progress_of_one_step_and_nothing_else),
        cmocka_unit_test(the_last_in_a_full_queue_may_be_replaced),
        cmocka_unit_test(the_details_say_everything),
        cmocka_unit_test(questions_and_notes_say_what_they_are),
        cmocka_unit_test(no_event_answers_as_nothing),
        cmocka_unit_test(lack_of_memory_leaves_no_half_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

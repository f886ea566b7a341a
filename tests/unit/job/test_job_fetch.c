#include "job_boxes.h"

/* Runs a list of /l as a job; *result: for migd_object_free(). */
static migd_status list(const test_rule *rules, size_t count, migd_object **result,
                        size_t *requests, char *message, size_t size)
{
    stage s;
    migd_error *error = NULL;
    stage_open(&s, rules, count, NULL);
    assert_int_equal(migdi_job_run_call(s.job, test_list(migdi_job_arena(s.job), "/l"), NULL),
                     MIGD_OK);
    const migd_status status = migd_job_finish(s.job, result, &error);
    snprintf(message, size, "%s", error == NULL ? "" : migd_error_message(error));
    migd_error_free(error);
    *requests = test_request_count(s.transport);
    stage_close(&s);
    return status;
}

typedef struct row {
    const char *name;
    test_rule rules[4];
    migd_status status;
    size_t requests;
    size_t items;
    const char *message;
} row;

#define PAGE(path_, times_, items_, next_)                                                         \
    {.path = path_, .times = times_, .body = "{\"items\":[" items_ "],\"next\":\"" next_ "\"}"}
#define LAST(path_, items_) {.path = path_, .body = "{\"items\":[" items_ "]}"}

static const row rows[] = {
    {"one page", {LAST("/l", "1,2")}, MIGD_OK, 1, 2, ""},
    {"no items", {LAST("/l", "")}, MIGD_OK, 1, 0, ""},
    {"no list", {{.path = "/l", .body = "{}"}}, MIGD_OK, 1, 0, ""},
    {"no body", {{.path = "/l"}}, MIGD_OK, 1, 0, ""},
    {"three pages",
     {PAGE("/l", 0, "1,2", "/l?2"), PAGE("/l?2", 0, "3", "/l?3"), LAST("/l?3", "4")},
     MIGD_OK,
     3,
     4,
     ""},
    {"an empty page between",
     {PAGE("/l", 0, "1", "/l?2"), PAGE("/l?2", 0, "", "/l?3"), LAST("/l?3", "2")},
     MIGD_OK,
     3,
     2,
     ""},
    {"gone once",
     {PAGE("/l", 0, "1", "/l?2"), {.path = "/l?2", .times = 1, .status = 410}, LAST("/l?2", "2")},
     MIGD_OK,
     4,
     2,
     ""},
    {"gone for ever",
     {PAGE("/l", 0, "1", "/l?2"), {.path = "/l?2", .status = 410}},
     MIGD_ERR_REMOTE,
     8,
     0,
     "the server failed"},
    {"gone at once", {{.path = "/l", .status = 410}}, MIGD_ERR_REMOTE, 1, 0, "the server failed"},
    {"the same page for ever",
     {PAGE("/l", 0, "1", "/l?2"), PAGE("/l?2", 0, "2", "/l?2")},
     MIGD_ERR_REMOTE,
     2,
     0,
     "https://test: the list goes on with the same page for ever"},
    {"two pages for ever",
     {PAGE("/l", 0, "", "/l?2"), PAGE("/l?2", 0, "", "/l?3"), PAGE("/l?3", 0, "", "/l?2")},
     MIGD_ERR_LIMIT,
     2001,
     0,
     "a list of more than 1000000 items or 2000 pages"},
    {"a later page fails",
     {PAGE("/l", 0, "1", "/l?2"), {.path = "/l?2", .status = 403}},
     MIGD_ERR_DENIED,
     2,
     0,
     "the server failed"},
};

static void all_pages_are_one_list(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        migd_object *result = NULL;
        size_t requests = 0;
        char message[256];
        const migd_status status =
            list(rows[i].rules, 4, &result, &requests, message, sizeof message);
        const migd_object *items = migd_object_at(result, "/items");
        if (status != rows[i].status || requests != rows[i].requests ||
            migd_object_count(items) != rows[i].items || strcmp(message, rows[i].message) != 0) {
            fail_msg("%s: %d, %zu requests, %zu items, %s", rows[i].name, status, requests,
                     migd_object_count(items), message);
        }
        for (size_t k = 0; k < rows[i].items; k++) {
            assert_int_equal(migd_object_int64(migd_object_item(items, k), "", 0), (int64_t)k + 1);
        }
        assert_true(status < 0 || migd_object_kind(items) == MIGD_KIND_ARRAY);
        migd_object_free(result);
    }
}

static migd_status list_it(void *user)
{
    const row *r = user;
    migdi_target target;
    migd_context *context = NULL;
    migd_job *job = NULL;
    migd_object *result = NULL;
    test_transport *transport = test_transport_new(r->rules, 4);
    test_target_start(&target);
    migd_status status = migdi_context_new_on(NULL, test_transport_base(transport), &context, NULL);
    if (status == MIGD_OK) {
        status = migdi_job_new(context, NULL, &job, NULL);
    }
    if (status == MIGD_OK) {
        migdi_job_set_target(job, 0, &target);
        status = migdi_job_run_call(job, test_list(migdi_job_arena(job), "/l"), NULL);
    }
    if (status == MIGD_OK) {
        status = migd_job_finish(job, &result, NULL);
    }
    if (status == MIGD_OK) {
        assert_int_equal(migd_object_count(migd_object_at(result, "/items")), r->items);
    }
    migd_object_free(result);
    migd_job_free(job);
    migd_context_free(context);
    return status;
}

static void lack_of_memory_loses_no_item_silently(void **state)
{
    (void)state;
    static const size_t sweeps[] = {0, 4, 6};
    for (size_t i = 0; i < COUNT(sweeps); i++) {
        assert_true(test_fail_allocations(list_it, (void *)(uintptr_t)&rows[sweeps[i]]) > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_pages_are_one_list),
        cmocka_unit_test(lack_of_memory_loses_no_item_silently),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

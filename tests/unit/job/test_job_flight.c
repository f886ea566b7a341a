#include "job_boxes.h"

#include "job_loop.h"

typedef struct lines {
    char text[4096];
} lines;

static void add_line(int32_t level, const char *line, void *user)
{
    lines *log = user;
    (void)level;
    strncat(log->text, line, sizeof log->text - strlen(log->text) - 2);
    strncat(log->text, "\n", 2);
}

/* One GET (or what `call` says) as a job: its status, and what it told. */
static char *run(const test_rule *rules, size_t count, const migdi_call *call, migd_status *status,
                 size_t *requests, int64_t *took_ms)
{
    stage s;
    stage_open(&s, rules, count, NULL);
    const migdi_call *get = call == NULL ? test_get(migdi_job_arena(s.job), "/a?b") : call;
    assert_int_equal(migdi_job_run_call(s.job, get, NULL), MIGD_OK);
    char *told = test_tell(s.job, status);
    *requests = test_request_count(s.transport);
    *took_ms = stage_ms(&s);
    stage_close(&s);
    return told;
}

typedef struct row {
    const char *name;
    test_rule rules[3];
    migd_status status;
    size_t requests;
    const char *told;
} row;

static const row rows[] = {
    {"a good answer", {{.body = "{}"}}, MIGD_DONE, 1, ""},
    {"lost once",
     {{.times = 1, .lost = MIGD_ERR_NETWORK, .reached = true}, {.body = "{}"}},
     MIGD_DONE,
     2,
     ""},
    {"never there",
     {{.lost = MIGD_ERR_NETWORK, .message = "connection refused"}},
     MIGD_ERR_NETWORK,
     4,
     "MIGD_ERR_NETWORK: GET /a: https://test: connection refused, 4 tries in 2 s\n"},
    {"lost after it was there",
     {{.times = 1, .status = 503}, {.lost = MIGD_ERR_NETWORK, .message = "connection refused"}},
     MIGD_ERR_NETWORK,
     10,
     "MIGD_ERR_NETWORK: GET /a: https://test: connection refused, 10 tries in 18 s\n"},
    {"no proof of who it is",
     {{.lost = MIGD_ERR_TLS, .message = "the certificate has expired"}},
     MIGD_ERR_TLS,
     1,
     "MIGD_ERR_TLS: GET /a: https://test: the certificate has expired\n"},
    {"cut answers",
     {{.body = "{", .cut = true}},
     MIGD_ERR_NETWORK,
     10,
     "MIGD_ERR_NETWORK: GET /a: https://test: the connection was lost, 10 tries in 15 s\n"},
    {"busy, with a pause",
     {{.times = 1, .status = 429, .headers = "retry-after: 7\n"}, {.body = "{}"}},
     MIGD_DONE,
     2,
     ""},
    {"busy for ever",
     {{.status = 503, .headers = "retry-after: 1\n", .body = "{\"message\":\"busy\"}"}},
     MIGD_ERR_REMOTE,
     11,
     "MIGD_ERR_REMOTE: GET /a: busy\n"},
    {"no JSON",
     {{.body = "<html>"}},
     MIGD_ERR_REMOTE,
     1,
     "MIGD_ERR_REMOTE: GET /a: no JSON came\n"},
    {"not allowed",
     {{.status = 403, .body = "{\"message\":\"ana may not\"}"}},
     MIGD_ERR_DENIED,
     1,
     "MIGD_ERR_DENIED: GET /a: ana may not\n"},
    {"no room", {{.lost = MIGD_ERR_NOMEM}}, MIGD_ERR_NOMEM, 1, "MIGD_ERR_NOMEM: : out of memory\n"},
};

static void a_call_is_sent_again_where_that_is_safe_and_its_end_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t requests = 0;
        int64_t took_ms = 0;
        migd_status status = MIGD_OK;
        char *told = run(rows[i].rules, 3, NULL, &status, &requests, &took_ms);
        /* How long the pauses were is chance. */
        const char *in = strstr(rows[i].told, " in ");
        const size_t sure = in == NULL ? strlen(rows[i].told) : (size_t)(in - rows[i].told);
        if (status != rows[i].status || requests != rows[i].requests ||
            strncmp(told, rows[i].told, sure) != 0) {
            fail_msg("%s: %d after %zu requests: %s", rows[i].name, status, requests, told);
        }
        assert_true(took_ms < 60000);
        free(told);
    }
}

static void what_is_asked_once_is_sent_once(void **state)
{
    (void)state;
    static const migdi_call once = {.kind = MIGDI_CALL_READ,
                                    .idempotent = true,
                                    .once = true,
                                    .method = "GET",
                                    .path = "/a?b",
                                    .name = "ask"};
    const test_rule lost[] = {{.lost = MIGD_ERR_NETWORK, .message = "connection refused"}};
    const test_rule busy[] = {{.status = 503, .headers = "retry-after: 1\n"}};
    const test_rule *const rules[] = {lost, busy};
    const migd_status statuses[] = {MIGD_ERR_NETWORK, MIGD_ERR_REMOTE};
    for (size_t i = 0; i < 2; i++) {
        migd_status status = MIGD_OK;
        size_t requests = 0;
        int64_t took_ms = 0;
        free(run(rules[i], 1, &once, &status, &requests, &took_ms));
        assert_int_equal(status, statuses[i]);
        assert_int_equal(requests, 1);
    }
}

static void a_named_pause_is_kept(void **state)
{
    (void)state;
    const test_rule rules[] = {{.times = 1, .status = 503, .headers = "retry-after: 7\n"},
                               {.times = 1,
                                .status = 503,
                                .headers = "date: Tue, 24 Nov 2026 18:00:00 GMT\n"
                                           "retry-after: Tue, 24 Nov 2026 18:00:20 GMT\n"},
                               {.body = "{}"}};
    size_t requests = 0;
    int64_t took_ms = 0;
    migd_status status = MIGD_OK;
    free(run(rules, 3, NULL, &status, &requests, &took_ms));
    assert_int_equal(status, MIGD_DONE);
    assert_in_range(took_ms, 27000, 27000 + 2700 + 10);
}

/* As sent, capped by nothing but the deadline. */
static void a_long_named_pause_is_kept_up_to_the_deadline(void **state)
{
    (void)state;
    const test_rule rules[] = {{.times = 1, .status = 503, .headers = "retry-after: 7200\n"},
                               {.body = "{}"}};
    static const int64_t deadlines_ms[] = {MIGD_FOREVER, 3600000};
    for (size_t i = 0; i < 2; i++) {
        migd_call_options *options = NULL;
        stage s;
        assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
        assert_int_equal(
            migd_call_options_set_int64(options, MIGD_CALL_DEADLINE_MS, deadlines_ms[i], NULL),
            MIGD_OK);
        stage_open(&s, rules, 2, options);
        assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL),
                         MIGD_OK);
        assert_int_equal(migd_job_finish(s.job, NULL, NULL), i == 0 ? MIGD_OK : MIGD_ERR_DEADLINE);
        assert_in_range(stage_ms(&s), i == 0 ? 7200000 : 3600000, i == 0 ? 7920000 : 3600010);
        assert_int_equal(test_request_count(s.transport), i == 0 ? 2 : 1);
        stage_close(&s);
        migd_call_options_free(options);
    }
}

static void the_server_s_pace_shortens_its_pauses(void **state)
{
    (void)state;
    const test_rule rules[] = {
        {.times = 1, .status = 503, .headers = "x-migdeploy-pace: 60\nretry-after: 60\n"},
        {.body = "{}"}};
    size_t requests = 0;
    int64_t took_ms = 0;
    migd_status status = MIGD_OK;
    free(run(rules, 2, NULL, &status, &requests, &took_ms));
    assert_in_range(took_ms, 1000, 1110);
}

/* Any server could have us hurry: only one that its target lets may. */
static void the_pace_of_a_server_that_has_none_is_not_heard(void **state)
{
    (void)state;
    const test_rule rules[] = {
        {.times = 1, .status = 503, .headers = "x-migdeploy-pace: 60\nretry-after: 60\n"},
        {.body = "{}"}};
    stage s;
    stage_open(&s, rules, 2, NULL);
    s.target.has_pace = false;
    assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL),
                     MIGD_OK);
    assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_OK);
    assert_in_range(stage_ms(&s), 60000, 66010);
    assert_int_equal(migdi_job_pace(s.job, 0), 1);
    stage_close(&s);
}

static void the_fastest_pace_leaves_a_pause(void **state)
{
    (void)state;
    static const struct {
        int64_t server_ms;
        int64_t pace;
        int64_t ms;
    } cases[] = {{1000, 1, 1000}, {1000, 60, 17},     {1000, 1000, 5}, {3, 1000, 3},
                 {0, 1000, 0},    {15000, 100000, 5}, {5, 1, 5},       {INT64_MAX, 1, INT64_MAX}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(migdi_paced_ms(cases[i].server_ms, cases[i].pace), cases[i].ms);
    }
    const test_rule rules[] = {
        {.times = 5, .status = 503, .headers = "x-migdeploy-pace: 100000\nretry-after: 60\n"},
        {.body = "{}"}};
    size_t requests = 0;
    int64_t took_ms = 0;
    migd_status status = MIGD_OK;
    free(run(rules, 2, NULL, &status, &requests, &took_ms));
    assert_int_equal(status, MIGD_DONE);
    assert_in_range(took_ms, 25, 60);
}

static void a_pause_of_whoever_stands_before_the_server_is_of_everybody_s_time(void **state)
{
    (void)state;
    const test_rule rules[] = {
        {.times = 1, .status = 503, .headers = "x-migdeploy-pace: 60\nretry-after: 60\n"},
        {.times = 1, .status = 429, .headers = "retry-after: 3\n"},
        {.body = "{}"}};
    size_t requests = 0;
    int64_t took_ms = 0;
    migd_status status = MIGD_OK;
    free(run(rules, 3, NULL, &status, &requests, &took_ms));
    assert_in_range(took_ms, 1000 + 3000, 1100 + 3300);
}

static void an_answer_that_does_not_come_ends_in_time(void **state)
{
    (void)state;
    static const struct {
        test_rule rule;
        const char *message;
        int64_t ms;
    } cases[] = {
        {{.hangs = true}, "no answer in time", 60000},
        {{.body = "{\"a\":", .open = true}, "the answer came to a stop", 30000},
        {{.body = "{\"a\":1234567890}", .piece = 1, .after_ms = 59000}, NULL, 59000},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t requests = 0;
        int64_t took_ms = 0;
        migd_status status = MIGD_OK;
        char *told = run(&cases[i].rule, 1, NULL, &status, &requests, &took_ms);
        if (cases[i].message == NULL) {
            assert_int_equal(status, MIGD_DONE);
            assert_int_equal(requests, 1);
            assert_in_range(took_ms, cases[i].ms, cases[i].ms + 1);
        } else {
            assert_int_equal(status, MIGD_ERR_NETWORK);
            assert_non_null(strstr(told, cases[i].message));
            assert_non_null(strstr(told, "2 tries"));
            assert_int_equal(requests, 2);
            assert_in_range(took_ms, 2 * cases[i].ms, 2 * cases[i].ms + 600);
        }
        free(told);
    }
}

static void trickle(void *user)
{
    test_transport *transport = user;
    if (test_clock(MIGD_CLOCK_MONOTONIC, transport) > 1000000 + 200000) {
        return;
    }
    test_push(transport, "/a?b", " ");
    test_at(transport, test_clock(MIGD_CLOCK_MONOTONIC, transport) + 20000, trickle, transport);
}

static void an_answer_that_trickles_ends_all_the_same(void **state)
{
    (void)state;
    const test_rule rules[] = {{.body = "{", .open = true}};
    stage s;
    stage_open(&s, rules, 1, NULL);
    assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a?b"), NULL),
                     MIGD_OK);
    test_at(s.transport, 1000000 + 10000, trickle, s.transport);
    migd_status status = MIGD_OK;
    free(test_tell(s.job, &status));
    assert_int_equal(status, MIGD_ERR_NETWORK);
    assert_in_range(stage_ms(&s), 120000, 121000);
    stage_close(&s);
}

static char *run_change(const test_rule *rules, size_t count, bool idempotent, migd_status *status,
                        size_t *requests)
{
    migdi_arena arena = {0};
    migdi_call put = *test_put(&arena, "/a", "{}");
    int64_t took_ms = 0;
    put.idempotent = idempotent;
    put.name = "put a";
    char *told = run(rules, count, &put, status, requests, &took_ms);
    migdi_arena_free(&arena);
    return told;
}

static void a_change_is_sent_twice_only_if_that_does_no_harm(void **state)
{
    (void)state;
    const test_rule lost[] = {{.times = 1, .lost = MIGD_ERR_NETWORK, .reached = true},
                              {.status = 200}};
    const test_rule refused[] = {{.times = 1, .lost = MIGD_ERR_NETWORK}, {.status = 200}};
    const test_rule busy[] = {{.times = 1, .status = 500}, {.status = 200}};
    static const struct {
        int rules; /* 0 lost, 1 refused, 2 busy */
        bool idempotent;
        migd_status status;
        size_t requests;
    } cases[] = {{0, true, MIGD_DONE, 2},
                 {0, false, MIGD_ERR_NETWORK, 1},
                 {1, false, MIGD_DONE, 2},
                 {2, true, MIGD_ERR_REMOTE, 1},
                 {2, false, MIGD_ERR_REMOTE, 1}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const test_rule *const all[] = {lost, refused, busy};
        migd_status status = MIGD_OK;
        size_t requests = 0;
        free(run_change(all[cases[i].rules], 2, cases[i].idempotent, &status, &requests));
        assert_int_equal(status, cases[i].status);
        assert_int_equal(requests, cases[i].requests);
    }
}

/* What is lost on a connection that was used before is sent again below us: not so what must not
 * be. */
static void a_change_that_does_harm_twice_asks_for_a_fresh_connection(void **state)
{
    (void)state;
    const test_rule rules[] = {{.body = "{}"}};
    static const struct {
        migdi_call_kind kind;
        bool idempotent;
        bool fresh;
    } cases[] = {{MIGDI_CALL_WRITE, false, true},
                 {MIGDI_CALL_WRITE, true, false},
                 {MIGDI_CALL_READ, false, false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        stage s;
        stage_open(&s, rules, 1, NULL);
        migdi_call put = *test_put(migdi_job_arena(s.job), "/a", "{}");
        put.kind = cases[i].kind;
        put.idempotent = cases[i].idempotent;
        assert_int_equal(migdi_job_run_call(s.job, &put, NULL), MIGD_OK);
        assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_OK);
        assert_int_equal(test_request_at(s.transport, 0)->fresh, cases[i].fresh);
        stage_close(&s);
    }
}

static void an_error_carries_what_the_server_said(void **state)
{
    (void)state;
    const test_rule rules[] = {{.status = 503,
                                .headers = "retry-after: 0\n",
                                .body = "{\"message\":\"later\",\"reason\":\"Busy\"}"}};
    stage s;
    stage_open(&s, rules, 1, NULL);
    migd_error *error = NULL;
    assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL),
                     MIGD_OK);
    assert_int_equal(migd_job_finish(s.job, NULL, &error), MIGD_ERR_REMOTE);
    assert_int_equal(migd_error_http_status(error), 503);
    assert_string_equal(migd_error_remote_code(error), "Busy");
    assert_int_equal(migd_error_retryable(error), 1);
    assert_int_equal(migd_error_retry_after_ms(error), 0);
    assert_string_equal(migd_error_operation(error), "GET /a");
    migd_error_free(error);
    stage_close(&s);
}

static void an_answer_has_a_ceiling(void **state)
{
    (void)state;
    static const struct {
        int64_t limit;
        int32_t http_status;
        migd_status status;
    } cases[] = {{16, 200, MIGD_DONE}, {15, 200, MIGD_ERR_LIMIT}, {15, 404, MIGD_ERR_LIMIT}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const test_rule rules[] = {{.status = cases[i].http_status,
                                    .body = "{\"a\":123456789 }",
                                    .open = i > 0,
                                    .piece = 5}};
        migd_context_options *options = NULL;
        migd_error *error = NULL;
        stage s;
        assert_int_equal(migd_context_options_new(&options, NULL), MIGD_OK);
        migd_context_options_set_int64(options, MIGD_CONTEXT_ANSWER_BYTES, cases[i].limit, NULL);
        s.transport = test_transport_new(rules, 1);
        s.context = test_context(s.transport, options);
        migd_context_options_free(options);
        test_target_start(&s.target);
        assert_int_equal(migdi_job_new(s.context, NULL, &s.job, NULL), MIGD_OK);
        migdi_job_set_target(s.job, 0, &s.target);
        assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL),
                         MIGD_OK);
        const migd_status status = migd_job_finish(s.job, NULL, &error);
        assert_int_equal(status < 0 ? status : MIGD_DONE, cases[i].status);
        if (status < 0) {
            assert_string_equal(migd_error_message(error),
                                "https://test: the answer is larger than 15 bytes");
            assert_true(test_request_at(s.transport, 0)->abandoned);
        }
        migd_error_free(error);
        stage_close(&s);
    }
}

static void the_log_has_a_line_for_each_try_and_no_secret(void **state)
{
    (void)state;
    const test_rule rules[] = {
        {.times = 1, .after_ms = 5, .lost = MIGD_ERR_NETWORK, .message = "connection refused"},
        {.after_ms = 12, .body = "{\"token\":\"s3cret\"}"}};
    lines log = {""};
    for (int32_t level = MIGD_LOG_INFO; level <= MIGD_LOG_HTTP; level++) {
        migd_context_options *options = NULL;
        stage s;
        assert_int_equal(migd_context_options_new(&options, NULL), MIGD_OK);
        migd_context_options_set_log(options, level, add_line, &log);
        s.transport = test_transport_new(rules, 2);
        s.context = test_context(s.transport, options);
        migd_context_options_free(options);
        test_target_start(&s.target);
        assert_int_equal(migdi_job_new(s.context, NULL, &s.job, NULL), MIGD_OK);
        migdi_job_set_target(s.job, 0, &s.target);
        assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL),
                         MIGD_OK);
        assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_OK);
        stage_close(&s);
    }
    assert_string_equal(log.text, "GET /a connection refused 5 ms\nGET /a 200 12 ms\n");
}

static int renewals;

static bool renew_once(migdi_target *target)
{
    (void)target;
    return renewals-- > 0;
}

static void refused_credentials_are_renewed_once(void **state)
{
    (void)state;
    static const struct {
        int renewals;
        int32_t refusals;
        migd_status status;
        size_t requests;
    } cases[] = {{1, 1, MIGD_OK, 2}, {5, 3, MIGD_ERR_DENIED, 2}, {0, 1, MIGD_ERR_DENIED, 1}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const test_rule rules[] = {{.times = cases[i].refusals, .status = 401}, {.body = "{}"}};
        stage s;
        stage_open(&s, rules, 2, NULL);
        migdi_target_kind kind = *s.target.kind;
        kind.renew = renew_once;
        s.target.kind = &kind;
        renewals = cases[i].renewals;
        assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL),
                         MIGD_OK);
        assert_int_equal(migd_job_finish(s.job, NULL, NULL), cases[i].status);
        assert_int_equal(test_request_count(s.transport), cases[i].requests);
        stage_close(&s);
    }
}

static migd_status prepare_badly(migdi_target *target, const migdi_call *call, migdi_arena *arena,
                                 migdi_http_request *request, migd_error **error)
{
    static const migdi_http_header headers[] = {{"Accept", "x"},
                                                {"Authorization", "Bearer s3cret\r\nX-Evil: 1"}};
    (void)call;
    (void)arena;
    (void)error;
    request->url = target->label;
    request->headers = headers;
    request->header_count = 2;
    return MIGD_OK;
}

static void a_line_break_in_a_header_is_not_sent(void **state)
{
    (void)state;
    stage s;
    migd_error *error = NULL;
    stage_open(&s, NULL, 0, NULL);
    migdi_target_kind kind = *s.target.kind;
    kind.prepare = prepare_badly;
    s.target.kind = &kind;
    assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL),
                     MIGD_OK);
    assert_int_equal(migd_job_finish(s.job, NULL, &error), MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(error),
                        "the header Authorization would have a line break");
    assert_int_equal(test_request_count(s.transport), 0);
    migd_error_free(error);
    stage_close(&s);
}

static void without_a_server_nothing_is_there(void **state)
{
    (void)state;
    stage s;
    stage_open(&s, NULL, 0, NULL);
    migdi_job_set_target(s.job, 0, NULL);
    migd_error *error = NULL;
    assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL),
                     MIGD_OK);
    assert_int_equal(migd_job_finish(s.job, NULL, &error), MIGD_ERR_NOT_FOUND);
    assert_string_equal(migd_error_message(error), "there is no server for it yet");
    migd_error_free(error);
    stage_close(&s);
}

static void the_server_s_clock_is_kept_with_its_target(void **state)
{
    (void)state;
    const test_rule rules[] = {{.after_ms = 500,
                                .headers = "date: Sun, 06 Nov 1994 08:49:37 GMT\n"
                                           "x-migdeploy-pace: 999999999\n",
                                .body = "{}"}};
    stage s;
    stage_open(&s, rules, 1, NULL);
    assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL),
                     MIGD_OK);
    assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_OK);
    assert_int_equal(s.target.date_unix_ms, INT64_C(784111777000));
    assert_int_equal(s.target.date_monotonic_ms, 1000500);
    assert_int_equal(s.target.pace, 100000);
    assert_true(s.target.answered);
    stage_close(&s);
}

static void a_job_of_one_get_takes_few_allocations(void **state)
{
    (void)state;
    const test_rule rules[] = {{.headers = "date: Sun, 06 Nov 1994 08:49:37 GMT\n", .body = "{}"}};
    stage s;
    stage_open(&s, rules, 1, NULL);
    static const migdi_call call = {.kind = MIGDI_CALL_READ, .method = "GET", .path = "/a"};
    size_t least = SIZE_MAX;
    for (int i = 0; i < 3; i++) {
        stage_again(&s, NULL);
        migd_job_free(s.job);
        test_count_allocations();
        assert_int_equal(migdi_job_new(s.context, NULL, &s.job, NULL), MIGD_OK);
        migdi_job_set_target(s.job, 0, &s.target);
        assert_int_equal(migdi_job_run_call(s.job, &call, NULL), MIGD_OK);
        assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_OK);
        least = test_allocations() < least ? test_allocations() : least;
        migd_job_free(s.job);
        assert_int_equal(test_live_allocations(), 0);
        test_uncount_allocations();
        assert_int_equal(migdi_job_new(s.context, NULL, &s.job, NULL), MIGD_OK);
    }
    /* The job, what it does, the request, the body, and the document's own five. */
    assert_true(least <= 10);
    stage_close(&s);
}

static migd_status get_it(void *user)
{
    const test_rule rules[] = {
        {.times = 1, .status = 503, .headers = "retry-after: 1\n", .body = "{\"message\":\"m\"}"},
        {.headers = "date: Sun, 06 Nov 1994 08:49:37 GMT\n", .body = "{\"a\":\"b\"}", .piece = 3}};
    migd_context *context = NULL;
    migd_job *job = NULL;
    migd_object *result = NULL;
    migdi_target target;
    (void)user;
    test_transport *transport = test_transport_new(rules, 2);
    test_target_start(&target);
    migd_status status = migdi_context_new_on(NULL, test_transport_base(transport), &context, NULL);
    if (status == MIGD_OK) {
        status = migdi_job_new(context, NULL, &job, NULL);
    }
    if (status == MIGD_OK) {
        migdi_job_set_target(job, 0, &target);
        status = migdi_job_run_call(job, test_get(migdi_job_arena(job), "/a"), NULL);
    }
    if (status == MIGD_OK) {
        status = migd_job_finish(job, &result, NULL);
    }
    if (status == MIGD_OK) {
        assert_string_equal(migd_object_text(result, "/a", ""), "b");
    }
    migd_object_free(result);
    migd_job_free(job);
    migd_context_free(context);
    return status;
}

static void lack_of_memory_ends_it_cleanly(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(get_it, NULL) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_sent_again_where_that_is_safe_and_its_end_is_told),
        cmocka_unit_test(what_is_asked_once_is_sent_once),
        cmocka_unit_test(a_named_pause_is_kept),
        cmocka_unit_test(a_long_named_pause_is_kept_up_to_the_deadline),
        cmocka_unit_test(the_server_s_pace_shortens_its_pauses),
        cmocka_unit_test(the_pace_of_a_server_that_has_none_is_not_heard),
        cmocka_unit_test(the_fastest_pace_leaves_a_pause),
        cmocka_unit_test(a_pause_of_whoever_stands_before_the_server_is_of_everybody_s_time),
        cmocka_unit_test(an_answer_that_does_not_come_ends_in_time),
        cmocka_unit_test(an_answer_that_trickles_ends_all_the_same),
        cmocka_unit_test(a_change_is_sent_twice_only_if_that_does_no_harm),
        cmocka_unit_test(a_change_that_does_harm_twice_asks_for_a_fresh_connection),
        cmocka_unit_test(an_error_carries_what_the_server_said),
        cmocka_unit_test(an_answer_has_a_ceiling),
        cmocka_unit_test(the_log_has_a_line_for_each_try_and_no_secret),
        cmocka_unit_test(refused_credentials_are_renewed_once),
        cmocka_unit_test(a_line_break_in_a_header_is_not_sent),
        cmocka_unit_test(without_a_server_nothing_is_there),
        cmocka_unit_test(the_server_s_clock_is_kept_with_its_target),
        cmocka_unit_test(a_job_of_one_get_takes_few_allocations),
        cmocka_unit_test(lack_of_memory_ends_it_cleanly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

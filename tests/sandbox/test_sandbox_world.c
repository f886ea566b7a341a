/* The transport over the model: requests, faults, actors and deaths on virtual time. */
#include "test_world.h"

#include <faults.h>

#include <stdio.h>
#include <string.h>

typedef struct heard {
    int32_t status;
    char body[65536];
    size_t size;
    int32_t ends;
    migd_status end;
    bool reached;
} heard;

static void on_head(void *owner, const migdi_http_head *head)
{
    ((heard *)owner)->status = head->status;
}

static bool on_data(void *owner, const char *bytes, size_t size)
{
    heard *into = owner;
    assert_true(into->size + size < sizeof into->body);
    memcpy(into->body + into->size, bytes, size);
    into->size += size;
    into->body[into->size] = '\0';
    return true;
}

static void on_end(void *owner, migd_status status, const char *message, bool reached)
{
    heard *into = owner;
    assert_true((status == MIGD_OK) == (message == NULL));
    into->ends++;
    into->end = status;
    into->reached = reached;
}

static const migdi_http_receiver receiver = {on_head, on_data, on_end};

static migdi_transfer *send(migdi_transport *wire, const char *method, const char *path,
                            const char *body, heard *into)
{
    static const migdi_http_header headers[] = {{"Authorization", "Bearer " WORLD_TOKEN},
                                                {"Content-Type", "application/json"}};
    char url[512];
    snprintf(url, sizeof url, "%s%s", TEST_WORLD_URL, path);
    memset(into, 0, sizeof *into);
    const migdi_http_request request = {.method = method,
                                        .url = url,
                                        .headers = headers,
                                        .header_count = 2,
                                        .body = body,
                                        .body_size = body == NULL ? 0 : strlen(body)};
    return wire->kind->start(wire, &request, &receiver, into);
}

static void run(migdi_transport *wire, const char *method, const char *path, const char *body,
                heard *into)
{
    send(wire, method, path, body, into);
    for (int i = 0; i < 100 && into->ends == 0; i++) {
        wire->kind->turn(wire, 1000, -1);
    }
}

static const char pods[] = "/api/v1/namespaces/default/pods";
static const char space[] =
    "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"one\"}}";

static void answers_on_virtual_time_and_counts(void **state)
{
    (void)state;
    test_world *lab = test_world_new(1, NULL);
    migdi_transport *wire = test_world_transport(lab);
    heard got;
    const int64_t before = test_world_now_ms(lab);
    run(wire, "GET", "/api/v1/nodes", NULL, &got);
    assert_int_equal(got.status, 200);
    assert_non_null(strstr(got.body, "\"kind\":\"NodeList\""));
    assert_in_range(test_world_now_ms(lab) - before, 2, 16);
    run(wire, "POST", "/api/v1/namespaces", space, &got);
    assert_int_equal(got.status, 201);
    run(wire, "POST", "/api/v1/namespaces", space, &got);
    assert_int_equal(got.status, 409);
    assert_int_equal(test_world_requests(lab), 3);
    assert_int_equal(test_world_writes(lab), 1);
    wire->kind->close(wire);
    test_world_free(lab);
}

static void each_fault_does_what_it_says(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        int32_t status; /* 0: no answer */
        bool reached;
        bool applied;
    } rows[] = {{"1:status=503", 503, true, false}, {"1:refuse", 0, false, false},
                {"1:reset-before", 0, true, false}, {"1:reset-after", 0, true, true},
                {"1:html", 502, true, false},       {"1:cut", 201, true, true},
                {"2:refuse", 201, true, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        test_world *lab = test_world_new(1, NULL);
        migdi_transport *wire = test_world_transport(lab);
        test_world_fault(lab, rows[i].script);
        heard got;
        run(wire, "POST", "/api/v1/namespaces", space, &got);
        assert_int_equal(got.ends, 1);
        assert_int_equal(got.status, rows[i].status);
        assert_int_equal(got.reached, rows[i].reached);
        const int32_t there =
            test_world_ask(lab, "GET", "/api/v1/namespaces/one", NULL, NULL, NULL);
        assert_int_equal(there, rows[i].applied ? 200 : 404);
        wire->kind->close(wire);
        test_world_free(lab);
    }
}

static void stalled_request_never_ends_and_can_be_abandoned(void **state)
{
    (void)state;
    test_world *lab = test_world_new(1, NULL);
    migdi_transport *wire = test_world_transport(lab);
    test_world_fault(lab, "1:stall");
    heard got;
    migdi_transfer *transfer = send(wire, "GET", pods, NULL, &got);
    const int64_t before = test_world_now_ms(lab);
    for (int i = 0; i < 10; i++) {
        wire->kind->turn(wire, 1000, -1);
    }
    assert_int_equal(got.ends, 0);
    assert_true(test_world_now_ms(lab) - before >= 9000);
    wire->kind->abandon(wire, transfer);
    wire->kind->turn(wire, 1000, -1);
    assert_int_equal(got.ends, 0);
    wire->kind->close(wire);
    test_world_free(lab);
}

static void stale_read_shows_an_older_world(void **state)
{
    (void)state;
    test_world *lab = test_world_new(1, NULL);
    migdi_transport *wire = test_world_transport(lab);
    test_world_fault(lab, "2:stale=1");
    heard got;
    run(wire, "POST", "/api/v1/namespaces", space, &got);
    run(wire, "GET", "/api/v1/namespaces/one", NULL, &got);
    assert_true(got.status == 404 || got.status == 200);
    const int32_t first = got.status;
    run(wire, "GET", "/api/v1/namespaces/one", NULL, &got);
    assert_int_equal(got.status, 200);
    assert_int_equal(first, 404);
    wire->kind->close(wire);
    test_world_free(lab);
}

static void actor_strikes_before_a_request(void **state)
{
    (void)state;
    test_world *lab = test_world_new(1, NULL);
    migdi_transport *wire = test_world_transport(lab);
    test_world_actor(lab, 2, "POST", "/api/v1/namespaces", NULL, space);
    heard got;
    run(wire, "GET", "/api/v1/namespaces/one", NULL, &got);
    assert_int_equal(got.status, 404);
    run(wire, "GET", "/api/v1/namespaces/one", NULL, &got);
    assert_int_equal(got.status, 200);
    wire->kind->close(wire);
    test_world_free(lab);
}

static void killed_client_hears_nothing_and_the_world_goes_on(void **state)
{
    (void)state;
    for (int served = 0; served <= 1; served++) {
        test_world *lab = test_world_new(1, NULL);
        migdi_transport *wire = test_world_transport(lab);
        test_world_kill(lab, 1, served != 0);
        heard got;
        run(wire, "POST", "/api/v1/namespaces", space, &got);
        assert_int_equal(got.ends, 0);
        assert_true(test_world_is_dead(lab));
        wire->kind->close(wire);
        test_world_revive(lab);
        wire = test_world_transport(lab);
        run(wire, "GET", "/api/v1/namespaces/one", NULL, &got);
        assert_int_equal(got.status, served ? 200 : 404);
        wire->kind->close(wire);
        test_world_free(lab);
    }
}

static void watch_tells_changes_and_moves_the_clock_to_them(void **state)
{
    (void)state;
    test_world *lab = test_world_new(1, NULL);
    migdi_transport *wire = test_world_transport(lab);
    heard got;
    heard watched;
    run(wire, "POST", "/api/v1/namespaces", space, &got);
    send(wire, "GET", "/api/v1/namespaces?watch=true&timeoutSeconds=30&allowWatchBookmarks=true",
         NULL, &watched);
    wire->kind->turn(wire, 1000, -1);
    wire->kind->turn(wire, 1000, -1);
    wire->kind->turn(wire, 1000, -1);
    assert_int_equal(watched.status, 200);
    assert_non_null(strstr(watched.body, "{\"type\":\"ADDED\",\"object\":{\"kind\":\"Namespace\""));
    watched.size = 0;
    run(wire, "DELETE", "/api/v1/namespaces/one", NULL, &got);
    assert_int_equal(got.status, 200);
    for (int i = 0; i < 40 && watched.ends == 0; i++) {
        wire->kind->turn(wire, 1000, -1);
    }
    assert_non_null(strstr(watched.body, "{\"type\":\"MODIFIED\""));
    assert_non_null(strstr(watched.body, "{\"type\":\"DELETED\""));
    assert_int_equal(watched.ends, 1);
    assert_int_equal(watched.end, MIGD_OK);
    wire->kind->close(wire);
    test_world_free(lab);
}

static void idle_watch_tells_bookmarks_and_a_compacted_one_is_gone(void **state)
{
    (void)state;
    test_world *lab = test_world_new(1, NULL);
    migdi_transport *wire = test_world_transport(lab);
    heard watched;
    send(wire, "GET",
         "/api/v1/nodes?watch=true&allowWatchBookmarks=true&timeoutSeconds=100&resourceVersion=5",
         NULL, &watched);
    for (int i = 0; i < 70 && watched.ends == 0; i++) {
        wire->kind->turn(wire, 1000, -1);
    }
    assert_non_null(strstr(watched.body, "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"Node\""));
    assert_null(strstr(watched.body, "\"ADDED\""));
    for (int i = 0; i < 5000; i++) {
        char body[64];
        snprintf(body, sizeof body, "{\"metadata\":{\"labels\":{\"n\":\"%d\"}}}", i);
        assert_int_equal(test_world_ask(lab, "PATCH", "/api/v1/namespaces/default",
                                        "application/merge-patch+json", body, NULL),
                         200);
    }
    heard gone;
    run(wire, "GET", "/api/v1/nodes?watch=true&resourceVersion=5", NULL, &gone);
    assert_int_equal(gone.status, 200);
    assert_non_null(strstr(gone.body, "\"reason\":\"Expired\",\"code\":410"));
    wire->kind->close(wire);
    test_world_free(lab);
}

static void silent_watch_tells_nothing(void **state)
{
    (void)state;
    test_world *lab = test_world_new(1, NULL);
    migdi_transport *wire = test_world_transport(lab);
    test_world_fault(lab, "1:silent");
    heard watched;
    migdi_transfer *transfer = send(wire, "GET", "/api/v1/namespaces?watch=true", NULL, &watched);
    for (int i = 0; i < 10; i++) {
        wire->kind->turn(wire, 1000, -1);
    }
    assert_int_equal(watched.status, 200);
    assert_int_equal(watched.size, 0);
    wire->kind->abandon(wire, transfer);
    wire->kind->close(wire);
    test_world_free(lab);
}

static void scripts_that_are_none_are_refused(void **state)
{
    (void)state;
    faults all = {.count = 0};
    static const char *const wrong[] = {"",           "x",         "0:cut",   "3",      "3:nothing",
                                        "3:status",   "3:cut=1x",  "5-3:cut", "3:cut,", "-1:cut",
                                        "3:status=x", "3 :refuse", "*:",      "1:stale"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (faults_add(&all, wrong[i])) {
            fail_msg("taken: %s", wrong[i]);
        }
        assert_int_equal(all.count, 0);
    }
    assert_true(faults_add(&all, "*:status=500,3-5:cut,4:stale=2"));
    assert_int_equal(faults_at(&all, 2).kind, FAULT_STATUS);
    assert_int_equal(faults_at(&all, 2).number, 500);
    assert_int_equal(faults_at(&all, 3).kind, FAULT_CUT);
    assert_int_equal(faults_at(&all, 4).kind, FAULT_STALE);
    assert_int_equal(faults_at(&all, 6).kind, FAULT_STATUS);
}

static void same_seed_gives_the_same_life(void **state)
{
    (void)state;
    heard got[2];
    for (size_t i = 0; i < 2; i++) {
        test_world *lab = test_world_new(7, NULL);
        migdi_transport *wire = test_world_transport(lab);
        run(wire, "POST", "/api/v1/namespaces", space, &got[i]);
        run(wire, "GET", "/api/v1/namespaces", NULL, &got[i]);
        wire->kind->close(wire);
        test_world_free(lab);
    }
    assert_string_equal(got[0].body, got[1].body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_on_virtual_time_and_counts),
        cmocka_unit_test(each_fault_does_what_it_says),
        cmocka_unit_test(stalled_request_never_ends_and_can_be_abandoned),
        cmocka_unit_test(stale_read_shows_an_older_world),
        cmocka_unit_test(actor_strikes_before_a_request),
        cmocka_unit_test(killed_client_hears_nothing_and_the_world_goes_on),
        cmocka_unit_test(watch_tells_changes_and_moves_the_clock_to_them),
        cmocka_unit_test(idle_watch_tells_bookmarks_and_a_compacted_one_is_gone),
        cmocka_unit_test(silent_watch_tells_nothing),
        cmocka_unit_test(scripts_that_are_none_are_refused),
        cmocka_unit_test(same_seed_gives_the_same_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "deploy_members.h"

static void seeds_quorum_and_margin_count_seeds_alone(void **state)
{
    (void)state;
    static const migdi_member five[] = {READY(0, "new"), STARTING(1, "new"), READY(2, "new"),
                                        READY(3, "new"), READY(4, "new")};
    static const migdi_member going[] = {READY(0, "new"), READY(1, "new"), GOING(2, "new")};
    migdi_cluster_wish wish = cluster_wish();
    static const struct {
        int64_t seeds;
        int64_t quorum;
    } quorums[] = {{1, 1}, {2, 2}, {3, 2}, {4, 3}, {5, 3}, {7, 4}}; /* S/2 + 1 */
    for (size_t i = 0; i < COUNT(quorums); i++) {
        wish.seeds = quorums[i].seeds;
        assert_int_equal(migdi_cluster_quorum(&wish), quorums[i].quorum);
    }
    wish.seeds = 3;
    const migdi_cluster_seen one_down = {SEEN(5, five)};
    assert_int_equal(migdi_cluster_seeds_up(&wish, &one_down), 2);
    assert_false(migdi_cluster_seeds_are_up(&wish, &one_down));
    wish.seeds = 1;
    assert_int_equal(migdi_cluster_seeds_up(&wish, &one_down), 1);
    assert_true(migdi_cluster_seeds_are_up(&wish, &one_down));
    wish.seeds = 3;
    const migdi_cluster_seen leaving = {SEEN(3, going)};
    assert_int_equal(migdi_cluster_seeds_up(&wish, &leaving), 2);
    assert_false(migdi_cluster_seeds_are_up(&wish, &leaving));
    /* As many as are to run: with 2 of 3 seeds wished, 2 are all. */
    const migdi_cluster_seen two = {
        .exists = true, .replicas = 2, .members = going, .member_count = 2};
    assert_true(migdi_cluster_seeds_are_up(&wish, &two));
    const migdi_cluster_seen imagined = {.exists = true, .replicas = 5, .all_ready = true};
    assert_int_equal(migdi_cluster_seeds_up(&wish, &imagined), 3);
}

static void members_are_known_by_their_ordinals(void **state)
{
    (void)state;
    static const migdi_member holed[] = {READY(0, "old"), STARTING(2, "new"), STARTING(4, "new")};
    const migdi_cluster_seen seen = {SEEN(5, holed)};
    const migdi_cluster_seen none = {.exists = true, .replicas = 3};
    assert_ptr_equal(migdi_cluster_member(&seen, 2), &holed[1]);
    assert_null(migdi_cluster_member(&seen, 1));
    assert_null(migdi_cluster_member(&seen, 5));
    assert_int_equal(migdi_cluster_top(&seen), 5);
    assert_int_equal(migdi_cluster_top(&none), 0);
    assert_false(migdi_member_is_updated(&seen, &holed[0]));
    assert_true(migdi_member_is_updated(&seen, &holed[1]));
    assert_true(migdi_cluster_revision_works(&seen, "old"));
    assert_false(migdi_cluster_revision_works(&seen, "new"));
}

/* Those that came while the job runs: not who was there before, who goes, or who is on no node. */
static void members_that_become_ready_are_told_once_each(void **state)
{
    (void)state;
    migdi_member members[] = {READY(0, "new"), READY_SINCE(1, "new", 30500),
                              READY_SINCE(2, "new", 20000), STARTING(3, "new"),
                              READY_SINCE(4, "new", 5000)};
    const migdi_cluster_wish wish = cluster_wish();
    migdi_cluster_seen seen = {SEEN(4, members)}; /* the fifth is to go */
    migdi_arena arena = {0};
    migdi_verdict verdict;
    for (size_t i = 0; i < COUNT(members); i++) {
        members[i].state.node = "node-1";
    }
    seen.since_unix_ms = AT_MS - 31000;
    migdi_verdict_start(&verdict, &arena);
    migdi_cluster_tell_ready(&wish, &seen, &verdict);
    assert_non_null(verdict.notes);
    assert_string_equal(verdict.notes->text, "data-2 Ready on node-1");
    assert_string_equal(verdict.notes->object, "Pod/blue/data-2");
    assert_non_null(strstr(verdict.notes->key, "u2"));
    assert_null(verdict.notes->next);
    members[2].state.node = NULL;
    migdi_verdict_start(&verdict, &arena);
    migdi_cluster_tell_ready(&wish, &seen, &verdict);
    assert_null(verdict.notes);
    migdi_arena_free(&arena);
}

/* Times are in whole seconds: who became Ready right before the job began did not become so under
 * its eyes; and who is to go is not told to be Ready. */
static void who_was_ready_before_or_goes_is_not_told(void **state)
{
    (void)state;
    migdi_member members[] = {READY_SINCE(0, "new", 31000), READY_SINCE(1, "new", 30999),
                              READY_SINCE(2, "new", 5000)};
    const migdi_cluster_wish wish = cluster_wish();
    migdi_cluster_seen seen = {SEEN(2, members)};
    migdi_arena arena = {0};
    migdi_verdict verdict;
    for (size_t i = 0; i < COUNT(members); i++) {
        members[i].state.node = "node-1";
    }
    seen.since_unix_ms = AT_MS - 31500;
    migdi_verdict_start(&verdict, &arena);
    migdi_cluster_tell_ready(&wish, &seen, &verdict);
    assert_null(verdict.notes);
    migdi_arena_free(&arena);
}

/* What kubelet retries for ever without a chance; a slow start and a first crash are none. */
static void a_dead_end_is_told_from_a_slow_start(void **state)
{
    (void)state;
    static const struct {
        migdi_pod_state state;
        bool dead_end;
    } rows[] = {
        {{.message = ""}, false},
        {{.reason = "InvalidImageName", .message = ""}, true},
        {{.reason = "CreateContainerConfigError", .message = "secret \"x\" not found"}, true},
        {{.reason = "CreateContainerError", .message = ""}, true},
        {{.reason = "RunContainerError", .message = ""}, true},
        {{.reason = "ErrImagePull", .message = "docker.io/migratorydata/server:6.0.61: not found"},
         true},
        {{.reason = "ErrImagePull",
          .message = "pull access denied, repository does not exist or may require authorization"},
         true},
        {{.reason = "ErrImagePull", .message = "manifest unknown"}, true},
        {{.reason = "ErrImagePull", .message = "401 Unauthorized: unauthorized"}, true},
        {{.reason = "ErrImagePull", .message = "dial tcp: i/o timeout"}, false},
        {{.reason = "ImagePullBackOff", .message = "Back-off pulling image \"x\""}, false},
        {{.reason = "ImagePullBackOff", .message = "Back-off pulling image \"x\": not found"},
         true},
        {{.reason = "Unschedulable", .message = "0/3 nodes: not found"}, false},
        {{.reason = "CrashLoopBackOff", .message = "", .restarts = 2}, false},
        {{.reason = "CrashLoopBackOff", .message = "", .restarts = 3}, true},
        {{.reason = "Error", .message = "", .restarts = 9}, false},
        {{.ready = true, .reason = "InvalidImageName", .message = ""}, false},
        {{.terminating = true, .reason = "InvalidImageName", .message = ""}, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const migdi_member member = {.pod = "data-0", .state = rows[i].state, .trouble = "why"};
        const char *dead_end = migdi_member_dead_end(&member);
        if ((dead_end != NULL) != rows[i].dead_end) {
            fail_msg("%s: %s", rows[i].state.reason, rows[i].state.message);
        }
        assert_true(dead_end == NULL || strcmp(dead_end, "why") == 0);
    }
}

static void check_call(const migdi_call *call, const char *method, const char *path,
                       const char *body)
{
    assert_string_equal(call->method, method);
    assert_string_equal(call->path, path);
    assert_string_equal(call->body, body);
}

/* The object, the number, the partition and the note of a restart have a manager each, and each
 * write says what it saw. */
static void each_write_has_its_own_manager_and_guard(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migdi_cluster_wish wish = cluster_wish();
    migd_object *created = json("{\"metadata\":{\"name\":\"data\",\"namespace\":\"blue\"},"
                                "\"spec\":{\"replicas\":3}}");
    migd_object *applied = json("{\"metadata\":{\"name\":\"data\",\"namespace\":\"blue\"}}");
    static const migdi_member members[] = {READY(0, "new")};
    migdi_cluster_seen seen = {SEEN(3, members)};
    wish.created = created;
    wish.applied = applied;
    wish.restarted_at = "2025-11-28T18:40:00Z";
#define STRICT "&fieldValidation=Strict"
    check_call(migdi_cluster_apply(&wish, &(migdi_cluster_seen){0}, &arena), "PATCH",
               PATH "?fieldManager=migdeploy" STRICT "&force=false",
               "{\"metadata\":{\"name\":\"data\",\"namespace\":\"blue\"},\"spec\":{\"replicas\":"
               "3}}");
    check_call(migdi_cluster_apply(&wish, &seen, &arena), "PATCH",
               PATH "?fieldManager=migdeploy" STRICT "&force=false",
               "{\"metadata\":{\"name\":\"data\",\"namespace\":\"blue\"}}");
    seen.change.conflict = (migdi_owner){MIGDI_OWNER_KUBECTL, "kubectl"};
    check_call(migdi_cluster_apply(&wish, &seen, &arena), "PATCH",
               PATH "?fieldManager=migdeploy" STRICT "&force=true",
               "{\"metadata\":{\"name\":\"data\",\"namespace\":\"blue\",\"resourceVersion\":"
               "\"77\"}}");
    seen.change.conflict = (migdi_owner){MIGDI_OWNER_NONE, NULL};
    seen.template_differs = true; /* the partition that holds the members must still be there */
    check_call(migdi_cluster_apply(&wish, &seen, &arena), "PATCH",
               PATH "?fieldManager=migdeploy" STRICT "&force=false",
               "{\"metadata\":{\"name\":\"data\",\"namespace\":\"blue\",\"resourceVersion\":"
               "\"77\"}}");
    check_call(
        migdi_cluster_set_partition(&wish, &seen, 2, &arena), "PATCH",
        PATH "?fieldManager=migdeploy-roll" STRICT "&force=true",
        "{\"metadata\":{\"resourceVersion\":\"77\",\"name\":\"data\",\"namespace\":\"blue\"},"
        "\"spec\":{\"updateStrategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{"
        "\"partition\":2}}},\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\"}");
    check_call(migdi_cluster_set_replicas(&wish, &seen, 4, &arena), "PATCH",
               PATH "/scale?fieldManager=migdeploy-scale" STRICT "&force=false",
               "{\"apiVersion\":\"autoscaling/v1\",\"kind\":\"Scale\",\"metadata\":{\"name\":"
               "\"data\",\"namespace\":\"blue\",\"resourceVersion\":\"77\"},\"spec\":{\"replicas\":"
               "4}}");
    check_call(
        migdi_cluster_restart(&wish, &seen, &arena), "PATCH",
        PATH "?fieldManager=migdeploy-restart" STRICT "&force=true",
        "{\"metadata\":{\"resourceVersion\":\"77\",\"name\":\"data\",\"namespace\":\"blue\"},"
        "\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"migdeploy.dev/restarted-at\":"
        "\"2025-11-28T18:40:00Z\"}}}},\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\"}");
    assert_string_equal(migdi_cluster_title(&wish, &arena), SET);
    assert_false(arena.failed);
    migdi_arena_free(&arena);
    migd_object_free(applied);
    migd_object_free(created);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds_quorum_and_margin_count_seeds_alone),
        cmocka_unit_test(members_are_known_by_their_ordinals),
        cmocka_unit_test(members_that_become_ready_are_told_once_each),
        cmocka_unit_test(who_was_ready_before_or_goes_is_not_told),
        cmocka_unit_test(a_dead_end_is_told_from_a_slow_start),
        cmocka_unit_test(each_write_has_its_own_manager_and_guard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

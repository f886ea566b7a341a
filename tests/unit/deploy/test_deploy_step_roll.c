#include "deploy_members.h"

#define PARTITION(from, number)                                                                    \
    "\n update " SET ": PATCH " PATH "?fieldManager=migdeploy-roll&fieldValidation=Strict"         \
    "&force=true\n"                                                                                \
    "  {\"metadata\":{\"resourceVersion\":\"77\",\"name\":\"data\",\"namespace\":\"blue\"},"       \
    "\"spec\":{\"updateStrategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{"                 \
    "\"partition\":" number "}}},\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\"}\n"           \
    "  fields [{\"pointer\":\"/spec/updateStrategy/rollingUpdate/partition\",\"from\":" from       \
    ",\"to\":" number "}]\n"                                                                       \
    "  facts 409"
#define REPLACE(pod, uid)                                                                          \
    "\n delete Pod/blue/" pod ": DELETE /api/v1/namespaces/blue/pods/" pod "\n"                    \
    "  {\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"" uid        \
    "\"},\"propagationPolicy\":\"Background\"}\n"                                                  \
    "  facts 404 409"

static const migdi_member held[] = {READY(0, "old"), READY(1, "old"), READY(2, "old")};
static const migdi_member restarts[] = {READY(0, "old"), READY(1, "old"), GOING(2, "old")};
static const migdi_member is_held[] = {READY(0, "old"), READY(1, "old"), HELD(2, "old")};
static const migdi_member is_lost[] = {READY(0, "old"), READY(1, "old"), LOST(2, "old")};
static const migdi_member starts[] = {READY(0, "old"), READY(1, "old"), STARTING(2, "new")};
static const migdi_member is_back[] = {READY(0, "old"), READY(1, "old"),
                                       READY_SINCE(2, "new", 60000)};
static const migdi_member is_long_back[] = {READY(0, "old"), READY(1, "old"),
                                            READY_SINCE(2, "new", 360000)};
static const migdi_member is_stuck[] = {READY(0, "old"), READY(1, "old"), STUCK(2, "new")};
static const migdi_member is_stuck_of_old[] = {READY(0, "old"), READY(1, "old"), STUCK(2, "older")};
static const migdi_member seed_down[] = {STARTING(0, "old"), READY(1, "old"),
                                         READY_SINCE(2, "new", 360000)};
static const migdi_member last_is_down[] = {STARTING(0, "old"), READY(1, "old"), READY(2, "old"),
                                            READY(3, "old")};
static const migdi_member moved[] = {READY(0, "new"), READY(1, "new"), READY(2, "new")};
static const migdi_member no_fourth[] = {READY(0, "old"), READY(1, "old"), READY(2, "old"),
                                         READY(4, "new")};
static const migdi_member none_was_ready[] = {STUCK(0, "old")};

typedef struct {
    migdi_cluster_seen seen;
    const char *says;
} row;

static void check_rows(const row *rows, size_t count)
{
    migdi_cluster_wish wish = cluster_wish();
    migd_object *created = json("{}");
    wish.created = created;
    for (size_t i = 0; i < count; i++) {
        says(&migdi_deploy_roll, &wish, MIGDI_PRESENT, &rows[i].seen, rows[i].says);
    }
    migd_object_free(created);
}

/* The highest first; the next one after it is Ready and updated, and the pause since then over. */
static void the_partition_falls_by_one_member_after_the_pause(void **state)
{
    (void)state;
    static const row rows[] = {
        {{SEEN(3, held), .partition = 3}, "going: restart data-2" PARTITION("3", "2")},
        {{SEEN(3, held), .partition = 2}, "going: data-2 restarts"},
        {{SEEN(3, restarts), .partition = 2}, "going: data-2 is going"},
        {{SEEN(3, is_held), .partition = 2}, "going: data-2 is going, held by x.io/hold"},
        {{SEEN(3, is_lost), .partition = 2}, "going: data-2 is going on node-1"},
        {{SEEN(3, starts), .partition = 2}, "going: data-2: not Ready yet"},
        {{SEEN(3, is_back), .partition = 2},
         "going: data-1 restarts in 5m00s of 6m00s\n pause 300000"},
        {{SEEN(3, is_long_back), .partition = 2}, "going: restart data-1" PARTITION("2", "1")},
        {{SEEN(3, moved), .partition = 1},
         "going: no member is held back any more" PARTITION("1", "0")},
        {{SEEN(3, moved), .partition = 0}, "done: every member may take the newest template"},
        {{SEEN(3, held), .partition = 0}, "done: every member may take the newest template"},
        {{SEEN(3, held), .partition = 9}, "going: restart data-2" PARTITION("9", "2")},
        {{SEEN(5, no_fourth), .partition = 4}, "going: restart data-2" PARTITION("4", "2")},
        {{0}, "going: " SET " is awaited"},
    };
    check_rows(rows, COUNT(rows));
    /* A status that lags is not decided on. */
    static const row lagging[] = {
        {{.exists = true, .partition = 3, .replicas = 3, .members = held, .member_count = 3},
         "going: the StatefulSet's controller has not seen the change yet"},
    };
    check_rows(lagging, COUNT(lagging));
}

static void no_member_restarts_while_a_seed_is_down(void **state)
{
    (void)state;
    static const row rows[] = {
        {{SEEN(3, seed_down), .partition = 2}, "going: seeds up 2 of 3: data-1 waits for them"},
        {{SEEN(4, last_is_down), .partition = 4}, "going: seeds up 2 of 3: data-3 waits for them"},
    };
    check_rows(rows, COUNT(rows));
}

static void a_member_that_does_not_come_back_stops_the_roll(void **state)
{
    (void)state;
    static const row rows[] = {
        {{SEEN(3, is_stuck), .partition = 2},
         "refused MIGD_ERR_REMOTE: data-2: ErrImagePull: x: not found\n"
         " remains: members below it keep the template that works\n"
         " next: migdeploy deploy (it replaces the stuck pod as well)"},
        /* On a template that is not the newest any more, it is made again from that. */
        {{SEEN(3, is_stuck_of_old), .partition = 2},
         "going: replace data-2: ErrImagePull: x: not found" REPLACE("data-2", "u2")},
    };
    check_rows(rows, COUNT(rows));
}

/* Held back, it would come again from a template that nobody proved: waiting were for ever. */
static void what_never_worked_is_not_held_back(void **state)
{
    (void)state;
    static const row rows[] = {
        {{SEEN(3, none_was_ready), .partition = 1},
         "going: let data-0 take the newest template" PARTITION("1", "0")},
        {{SEEN(3, is_stuck_of_old), .partition = 3},
         "going: let data-2 take the newest template" PARTITION("3", "2")},
    };
    check_rows(rows, COUNT(rows));
}

/* Every roll of up to three members, each Ready, starting, stuck or going on the old or the newest
 * template, on any partition: imagined to its end, it comes to one; no two members are asked to
 * restart at once, and none that is Ready while a seed is down. */
static void every_small_roll_ends_and_moves_one_member_at_a_time(void **state)
{
    (void)state;
    static const migdi_member kinds[] = {READY(0, "old"),    READY(0, "new"), STARTING(0, "old"),
                                         STARTING(0, "new"), STUCK(0, "old"), STUCK(0, "new"),
                                         GOING(0, "old")};
    const size_t n = COUNT(kinds);
    const migdi_cluster_wish wish = cluster_wish();
    for (size_t code = 0; code < n * n * n * 4; code++) {
        migdi_member members[3];
        const size_t digits[3] = {code % n, code / n % n, code / n / n % n};
        for (size_t i = 0; i < 3; i++) {
            members[i] = kinds[digits[i]];
            members[i].ordinal = (int64_t)i;
        }
        migdi_cluster_seen seen = {SEEN(3, members)};
        seen.partition = (int64_t)(code / n / n / n);
        for (int turn = 0;; turn++) {
            migdi_arena arena = {0};
            migdi_verdict verdict;
            migdi_verdict_start(&verdict, &arena);
            migdi_deploy_roll.decide(&wish, MIGDI_PRESENT, &seen, &verdict);
            const migdi_said said = verdict.said;
            const migdi_act *act = verdict.wanted == NULL ? NULL : &verdict.wanted->act;
            assert_true(turn < 20);
            assert_true(verdict.wanted_count <= 1);
            if (said == MIGDI_SAID_GOING && act != NULL && act->kind >= 0) {
                size_t ready = 0;
                for (int64_t i = act->kind; i < seen.partition && i < 3; i++) {
                    const bool moves = strcmp(members[i].revision, "new") != 0;
                    ready += moves && seen.member_count > 0 && members[i].state.ready;
                }
                const bool seeds_up = migdi_cluster_seeds_are_up(&wish, &seen);
                if (ready > 1 || (ready == 1 && !seeds_up)) {
                    fail_msg("members %zu%zu%zu, partition %d -> %d", digits[0], digits[1],
                             digits[2], (int)seen.partition, act->kind);
                }
            }
            if (said == MIGDI_SAID_GOING) {
                migdi_deploy_roll.imagine(&wish, act, &seen);
            }
            migdi_arena_free(&arena);
            if (said != MIGDI_SAID_GOING) {
                break;
            }
        }
    }
}

/* A plan tells what a deploy would still do: the partition falls to 0. */
static void a_roll_that_is_held_is_planned_to_its_end(void **state)
{
    (void)state;
    static const struct {
        migdi_cluster_seen seen;
        const char *plan;
    } rows[] = {
        {{SEEN(3, is_back), .partition = 2},
         "wait: data-1 restarts in 5m00s of 6m00s\nupdate " SET
         ": no member is held back any more\n"
         "done: every member may take the newest template"},
        {{SEEN(3, is_long_back), .partition = 2},
         "update " SET ": restart data-1\nwait: data-1 restarts\nupdate " SET
         ": no member is held back any more\ndone: every member may take the newest template"},
        {{SEEN(3, restarts), .partition = 2},
         "wait: data-2 is going\nupdate " SET ": no member is held back any more\n"
         "done: every member may take the newest template"},
        {{SEEN(3, held), .partition = 0}, "done: every member may take the newest template"},
        {{0}, "wait: " SET " is awaited\ndone: every member may take the newest template"},
    };
    migdi_cluster_wish wish = cluster_wish();
    migd_object *created = json("{}");
    wish.created = created;
    for (size_t i = 0; i < COUNT(rows); i++) {
        plans(&migdi_deploy_roll, &wish, MIGDI_PRESENT, &rows[i].seen, rows[i].plan);
    }
    migd_object_free(created);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_partition_falls_by_one_member_after_the_pause),
        cmocka_unit_test(no_member_restarts_while_a_seed_is_down),
        cmocka_unit_test(a_member_that_does_not_come_back_stops_the_roll),
        cmocka_unit_test(what_never_worked_is_not_held_back),
        cmocka_unit_test(a_roll_that_is_held_is_planned_to_its_end),
        cmocka_unit_test(every_small_roll_ends_and_moves_one_member_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

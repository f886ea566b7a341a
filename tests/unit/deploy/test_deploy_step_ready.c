#include "deploy_members.h"

#define migdi_deploy_ready tested /* beside that of the room */
#include "deploy_step_ready.c"

static const migdi_member three[] = {READY(0, "new"), READY(1, "new"), READY(2, "new")};
static const migdi_member two[] = {READY(0, "new"), READY(1, "new")};
static const migdi_member four[] = {READY(0, "new"), READY(1, "new"), READY(2, "new"),
                                    READY(3, "new")};
static const migdi_member fourth_goes[] = {READY(0, "new"), READY(1, "new"), READY(2, "new"),
                                           GOING(3, "new")};
static const migdi_member fourth_stays[] = {READY(0, "new"), READY(1, "new"), READY(2, "new"),
                                            READY(3, "new")};
static const migdi_member five[] = {READY(0, "new"), READY(1, "new"), READY(2, "new"),
                                    READY(3, "new"), READY(4, "new")};
static const migdi_member third_starts[] = {READY(0, "new"), READY(1, "new"), STARTING(2, "new")};
static const migdi_member third_goes[] = {READY(0, "new"), READY(1, "new"), GOING(2, "new")};
static const migdi_member third_is_held[] = {READY(0, "new"), READY(1, "new"), HELD(2, "new")};
static const migdi_member fourth_is_lost[] = {READY(0, "new"), READY(1, "new"), READY(2, "new"),
                                              LOST(3, "new")};
static const migdi_member first_is_stuck[] = {STUCK(0, "new")};
static const migdi_member first_is_stuck_of_old[] = {STUCK(0, "old")};
static const migdi_member first_crashes[] = {{.pod = "data-0",
                                              .uid = "u0",
                                              .revision = "new",
                                              .state = {.reason = "CrashLoopBackOff",
                                                        .message = "",
                                                        .restarts = 3,
                                                        .crashed = true,
                                                        .exit_code = 1},
                                              .trouble = "CrashLoopBackOff of container data "
                                                         "(exit 1, 3 restarts)"}};
static const migdi_member held_back[] = {READY(0, "old"), READY(1, "old"), READY(2, "new")};

/* As the designed transcript of a wrong tag has it. */
#define REMAINS                                                                                    \
    "\n remains: all but members; they start in order, 1 and 2 wait for 0; no client is served"
#define MENDS "\n next: migdeploy deploy (it replaces the stuck pod as well)"
#define CORRECT                                                                                    \
    "\n next: correct migdeploy.yaml:11:12, then migdeploy deploy (it replaces the stuck pod as "  \
    "well)"

static void check(ready_seen seen, const char *expected)
{
    migdi_cluster_wish wish = cluster_wish();
    migd_object *created = json("{}");
    wish.created = created;
    wish.image_where = "migdeploy.yaml:11:12";
    says(&tested, &wish, MIGDI_PRESENT, &seen, expected);
    migd_object_free(created);
}

/* The same of a job that only changes the number. */
static void check_number(ready_seen seen, const char *expected)
{
    migdi_cluster_wish wish = cluster_wish();
    wish.image_where = "migdeploy.yaml:11:12";
    says(&tested, &wish, MIGDI_PRESENT, &seen, expected);
}

static void it_is_done_when_every_member_is_ready_and_says_the_margin(void **state)
{
    (void)state;
    check((ready_seen){{SEEN(3, three)}, NULL},
          "done: 3 of 3 Ready, seeds up 3 of 3, quorum 2, margin 1");
    check((ready_seen){{SEEN(5, five)}, NULL},
          "done: 5 of 5 Ready, seeds up 3 of 3, quorum 2, margin 1");
    check((ready_seen){{SEEN(3, two)}, NULL}, "going: 2 of 3 Ready");
    check((ready_seen){{SEEN(3, third_starts)}, NULL},
          "going: 2 of 3 Ready; data-2: not Ready yet");
    check((ready_seen){{SEEN(3, third_goes)}, NULL}, "going: 2 of 3 Ready; data-2: going");
    check((ready_seen){{SEEN(3, fourth_goes)}, NULL}, "going: 3 of 3 Ready; data-3: going");
    ready_seen lagging = {{SEEN(3, four)}, NULL}; /* its controller has not seen the number yet */
    lagging.cluster.settled = false;
    check(lagging, "going: 3 of 3 Ready");
    check((ready_seen){{SEEN(3, third_is_held)}, NULL},
          "going: 2 of 3 Ready; data-2: going, held by x.io/hold");
    check((ready_seen){{SEEN(3, fourth_is_lost)}, NULL},
          "going: 3 of 3 Ready; data-3: going on node-1");
    check((ready_seen){{SEEN(3, fourth_stays)}, NULL}, "going: data-3 is going");
    ready_seen unsettled = {{SEEN(3, three)}, NULL};
    unsettled.cluster.settled = false; /* its status may be that of an older number */
    check(unsettled, "going: 3 of 3 Ready");
    check((ready_seen){0}, "going: " SET " is awaited");
}

static void a_wait_names_what_is_in_the_way(void **state)
{
    (void)state;
    check(
        (ready_seen){{SEEN(3, two), .refusal = "pods \"data-2\" is forbidden: exceeded quota"},
                     NULL},
        "going: 2 of 3 Ready; no pod could be made: pods \"data-2\" is forbidden: exceeded quota");
    check((ready_seen){{SEEN(3, first_is_stuck)}, NULL},
          "refused MIGD_ERR_REMOTE: data-0: ErrImagePull: x: not found" REMAINS CORRECT);
    check((ready_seen){{SEEN(3, first_crashes)}, NULL},
          "refused MIGD_ERR_REMOTE: data-0: CrashLoopBackOff of container data (exit 1, 3 "
          "restarts)" REMAINS MENDS);
    check((ready_seen){{SEEN(3, first_crashes)}, "no license"},
          "refused MIGD_ERR_REMOTE: data-0: CrashLoopBackOff of container data (exit 1, 3 "
          "restarts); its last words: no license" REMAINS MENDS);
}

/* A member stuck on an older template is replaced: the newest one may mend it. */
static void a_member_that_a_newer_template_may_mend_is_replaced(void **state)
{
    (void)state;
#define REPLACE                                                                                    \
    "going: replace data-0: ErrImagePull: x: not found\n"                                          \
    " delete Pod/blue/data-0: DELETE /api/v1/namespaces/blue/pods/data-0\n"                        \
    "  {\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"u0\"},"      \
    "\"propagationPolicy\":\"Background\"}\n"                                                      \
    "  facts 404 409"
    check((ready_seen){{SEEN(3, first_is_stuck_of_old)}, NULL}, REPLACE);
    /* While the partition holds it back, it would come again as it is. */
    check_number((ready_seen){{SEEN(3, first_is_stuck_of_old), .partition = 1}, NULL},
                 "refused MIGD_ERR_REMOTE: data-0: ErrImagePull: x: not found" REMAINS CORRECT);
}

/* Whoever only changes the number does not wait for a roll; whoever rolls is not done before it
 * is. */
static void members_that_a_roll_holds_back_are_late_for_who_rolls_alone(void **state)
{
    (void)state;
    check_number((ready_seen){{SEEN(3, held_back), .partition = 2}, NULL},
                 "done: 3 of 3 Ready, seeds up 3 of 3, quorum 2, margin 1");
    check_number((ready_seen){{SEEN(3, held_back), .partition = 1}, NULL},
                 "going: 2 of 3 Ready; data-1: restarts");
    check((ready_seen){{SEEN(3, held_back), .partition = 1}, NULL}, "going: data-1 restarts");
    check((ready_seen){{SEEN(3, held_back)}, NULL}, "going: 1 of 3 Ready; data-0: restarts");
    check((ready_seen){{SEEN(3, three), .partition = 3}, NULL},
          "going: no member is held back any more\n"
          " update " SET ": PATCH " PATH "?fieldManager=migdeploy-roll&fieldValidation=Strict"
          "&force=true\n"
          "  {\"metadata\":{\"resourceVersion\":\"77\",\"name\":\"data\",\"namespace\":\"blue\"},"
          "\"spec\":{\"updateStrategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{"
          "\"partition\":0}}},\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\"}\n"
          "  fields [{\"pointer\":\"/spec/updateStrategy/rollingUpdate/partition\",\"from\":3,"
          "\"to\":0}]\n"
          "  facts 409");
}

static void a_plan_ends_with_all_of_them_ready(void **state)
{
    (void)state;
    migdi_cluster_wish wish = cluster_wish();
    migd_object *created = json("{}");
    wish.created = created;
    const ready_seen starting = {{SEEN(5, two)}, NULL};
    const ready_seen stuck = {{SEEN(3, first_is_stuck_of_old)}, NULL};
    plans(&tested, &wish, MIGDI_PRESENT, &(ready_seen){0},
          "wait: " SET " is awaited\n"
          "done: 3 of 3 Ready, seeds up 3 of 3, quorum 2, margin 1");
    plans(&tested, &wish, MIGDI_PRESENT, &starting,
          "wait: 2 of 5 Ready\n"
          "done: 5 of 5 Ready, seeds up 3 of 3, quorum 2, margin 1");
    plans(&tested, &wish, MIGDI_PRESENT, &stuck,
          "delete Pod/blue/data-0: replace data-0: ErrImagePull: x: not found\n"
          "done: 3 of 3 Ready, seeds up 3 of 3, quorum 2, margin 1");
    migd_object_free(created);
}

static void how_many_are_ready_is_reported(void **state)
{
    (void)state;
    const migdi_cluster_wish wish = cluster_wish();
    const ready_seen seen = {{SEEN(3, third_starts)}, NULL};
    migd_object *result = reports(&tested, &wish, &seen, "{}");
    assert_int_equal(migd_object_int64(result, "/members/ready", -1), 2);
    assert_int_equal(migd_object_int64(result, "/members/wanted", -1), 3);
    migd_object_free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_done_when_every_member_is_ready_and_says_the_margin),
        cmocka_unit_test(a_wait_names_what_is_in_the_way),
        cmocka_unit_test(a_member_that_a_newer_template_may_mend_is_replaced),
        cmocka_unit_test(members_that_a_roll_holds_back_are_late_for_who_rolls_alone),
        cmocka_unit_test(a_plan_ends_with_all_of_them_ready),
        cmocka_unit_test(how_many_are_ready_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "deploy_members.h"

#define NOTE   "2025-11-28T18:40:00Z"
#define STRICT "&fieldValidation=Strict&force=true\n"
#define HOLD                                                                                       \
    "going: hold 3 members until each one's turn\n"                                                \
    " update " SET ": PATCH " PATH "?fieldManager=migdeploy-roll" STRICT                           \
    "  {\"metadata\":{\"resourceVersion\":\"77\",\"name\":\"data\",\"namespace\":\"blue\"},"       \
    "\"spec\":{\"updateStrategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{"                 \
    "\"partition\":3}}},\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\"}\n"                    \
    "  facts 409"
#define ASK                                                                                        \
    "going: ask 3 members to start anew\n"                                                         \
    " update " SET ": PATCH " PATH "?fieldManager=migdeploy-restart" STRICT                        \
    "  {\"metadata\":{\"resourceVersion\":\"77\",\"name\":\"data\",\"namespace\":\"blue\"},"       \
    "\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"migdeploy.dev/restarted-at\":"       \
    "\"" NOTE "\"}}}},\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\"}\n"                      \
    "  facts 409"

static const migdi_member at_rest[] = {READY(0, "new"), READY(1, "new"), READY(2, "new")};
static const migdi_member rolling[] = {READY(0, "old"), READY(1, "old"), READY(2, "new")};

static void members_are_held_before_they_are_asked_to_start_anew(void **state)
{
    (void)state;
    static const struct {
        migdi_cluster_seen seen;
        const char *says;
    } rows[] = {
        {{SEEN(3, at_rest)}, HOLD},
        {{SEEN(3, at_rest), .partition = 2}, HOLD},
        {{SEEN(3, at_rest), .partition = 3}, ASK},
        {{SEEN(3, at_rest), .partition = 5}, ASK},
        {{SEEN(3, at_rest), .partition = 3, .restarted_at = "2024-01-01T00:00:00Z"}, ASK},
        {{SEEN(3, at_rest), .partition = 3, .restarted_at = NOTE}, "done: a restart is under way"},
        /* A roll makes each member start anew: it is a restart already. */
        {{SEEN(3, rolling), .partition = 2}, "done: a restart is under way"},
        /* Members that nobody holds back, on an old template: the set moves them by itself. */
        {{SEEN(3, rolling)}, HOLD},
        {{0}, "refused MIGD_ERR_NOT_FOUND: there is no " SET},
    };
    migdi_cluster_wish wish = cluster_wish();
    wish.restarted_at = NOTE;
    for (size_t i = 0; i < COUNT(rows); i++) {
        says(&migdi_deploy_restart, &wish, MIGDI_PRESENT, &rows[i].seen, rows[i].says);
    }
}

/* Who says otherwise when members restart is not overridden; a roll of his is not gone on with. */
static void whoever_else_decides_on_restarts_is_named(void **state)
{
    (void)state;
    static const migdi_owner helm = {MIGDI_OWNER_RELEASE, "helm"};
    static const migdi_owner argo = {MIGDI_OWNER_SYNC, "argocd"};
    static const migdi_owner kubectl = {MIGDI_OWNER_KUBECTL, "kubectl"};
    static const migdi_owner rollouts = {MIGDI_OWNER_FOREIGN, "rollouts"};
    const struct {
        migdi_cluster_seen seen;
        bool adopt;
        const char *says;
    } rows[] = {
        {{SEEN(3, at_rest), .owner = helm},
         false,
         "refused MIGD_ERR_CONFLICT: " SET " belongs to helm"},
        {{SEEN(3, rolling), .owner = argo, .partition = 2},
         false,
         "refused MIGD_ERR_CONFLICT: " SET " belongs to argocd"},
        {{SEEN(3, at_rest), .owner = helm}, true, HOLD},
        {{SEEN(3, at_rest), .owner = kubectl}, false, HOLD},
        {{SEEN(3, at_rest), .on_delete = true, .strategy = kubectl},
         true,
         "refused MIGD_ERR_CONFLICT: " SET " restarts no member by itself: kubectl set its "
         "updateStrategy to OnDelete"},
        {{SEEN(3, rolling), .partition = 2, .strategy = rollouts},
         true,
         "refused MIGD_ERR_CONFLICT: rollouts holds the members of " SET " below 2 back"},
        {{SEEN(3, at_rest), .strategy = rollouts}, false, HOLD}, /* it holds nobody back */
    };
    migdi_cluster_wish wish = cluster_wish();
    wish.restarted_at = NOTE;
    for (size_t i = 0; i < COUNT(rows); i++) {
        wish.adopt = rows[i].adopt;
        says(&migdi_deploy_restart, &wish, MIGDI_PRESENT, &rows[i].seen, rows[i].says);
    }
}

static void a_plan_holds_then_asks(void **state)
{
    (void)state;
    migdi_cluster_wish wish = cluster_wish();
    wish.restarted_at = NOTE;
    const migdi_cluster_seen seen = {SEEN(3, at_rest)};
    plans(&migdi_deploy_restart, &wish, MIGDI_PRESENT, &seen,
          "update " SET ": hold 3 members until each one's turn\n"
          "update " SET ": ask 3 members to start anew\n"
          "done: a restart is under way");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_held_before_they_are_asked_to_start_anew),
        cmocka_unit_test(whoever_else_decides_on_restarts_is_named),
        cmocka_unit_test(a_plan_holds_then_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

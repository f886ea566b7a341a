#include "deploy_members.h"

static const migdi_member three[] = {READY(0, "new"), READY(1, "new"), READY(2, "new")};
static const migdi_member four[] = {READY(0, "new"), READY(1, "new"), READY(2, "new"),
                                    READY(3, "new")};
static const migdi_member five[] = {READY(0, "new"), READY(1, "new"), READY(2, "new"),
                                    READY(3, "new"), READY(4, "new")};
static const migdi_member fifth_goes[] = {READY(0, "new"), READY(1, "new"), READY(2, "new"),
                                          READY(3, "new"), GOING(4, "new")};
static const migdi_member seed_down[] = {READY(0, "new"), STARTING(1, "new"), READY(2, "new"),
                                         READY(3, "new"), READY(4, "new")};

#define SET_TO(from, to, force)                                                                    \
    "going: " from " -> " to " members\n"                                                          \
    " update " SET ": PATCH " PATH                                                                 \
    "/scale?fieldManager=migdeploy-scale&fieldValidation=Strict&force=" force "\n"                 \
    "  {\"apiVersion\":\"autoscaling/v1\",\"kind\":\"Scale\",\"metadata\":{\"name\":\"data\","     \
    "\"namespace\":\"blue\",\"resourceVersion\":\"77\"},\"spec\":{\"replicas\":" to "}}\n"         \
    "  fields [{\"pointer\":\"/spec/replicas\",\"from\":" from ",\"to\":" to "}]\n"                \
    "  facts 409"

typedef struct {
    migdi_cluster_seen seen;
    int64_t replicas; /* wished */
    const char *says;
} row;

static void check_rows(const migdi_step_kind *kind, migdi_cluster_wish wish, const row *rows,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        wish.replicas = rows[i].replicas;
        says(kind, &wish, MIGDI_PRESENT, &rows[i].seen, rows[i].says);
    }
}

/* Down one at a time, each time after the one before is gone and while every seed is Ready. */
static void members_leave_one_at_a_time_while_every_seed_is_up(void **state)
{
    (void)state;
    static const row rows[] = {
        {{0}, 3, "done: no member is too many"},
        {{SEEN(3, three)}, 3, "done: no member is too many"},
        {{SEEN(3, three)}, 5, "done: no member is too many"},
        {{SEEN(5, five)}, 0, "done: no member is too many"},
        {{SEEN(5, five), .terminating = true}, 3, "done: no member is too many"},
        {{SEEN(5, five)}, 3, SET_TO("5", "4", "false")},
        {{SEEN(5, five)}, 4, SET_TO("5", "4", "false")},
        {{SEEN(4, fifth_goes)}, 3, "going: data-4 is going"},
        {{SEEN(4, four)}, 3, SET_TO("4", "3", "false")},
        {{SEEN(5, seed_down)}, 3, "going: seeds up 2 of 3: no member leaves before all are [C23]"},
    };
    migdi_cluster_wish wish = cluster_wish();
    wish.lower = true;
    check_rows(&migdi_deploy_replicas_down, wish, rows, COUNT(rows));
}

static void a_deploy_leaves_more_members_than_the_spec_says(void **state)
{
    (void)state;
    static const row rows[] = {
        {{SEEN(5, five)},
         3,
         "done: 5 members are left\n"
         " warning C24: 5 members run, migdeploy.yaml:8 says 3: they are left [C24]; migdeploy "
         "scale 3, or --accept C24"},
    };
    migdi_cluster_wish wish = cluster_wish();
    check_rows(&migdi_deploy_replicas_down, wish, rows, COUNT(rows));
    wish.where = NULL;
    const migdi_cluster_seen seen = {SEEN(5, five)};
    says(&migdi_deploy_replicas_down, &wish, MIGDI_PRESENT, &seen,
         "done: 5 members are left\n"
         " warning C24: 5 members run, the spec says 3: they are left [C24]; migdeploy scale 3, or "
         "--accept C24");
}

static void members_join_all_at_once(void **state)
{
    (void)state;
    static const row rows[] = {
        {{0}, 3, "going: StatefulSet/blue/data is awaited"},
        {{SEEN(3, three)}, 3, "done: 3 members are wished"},
        {{SEEN(5, five)}, 3, "done: 5 members are wished"},
        {{SEEN(3, three)}, 0, "done: 3 members are wished"},
        {{SEEN(3, three)}, 5, SET_TO("3", "5", "false")},
    };
    migdi_cluster_wish wish = cluster_wish();
    migd_object *created = json("{}");
    wish.created = created;
    check_rows(&migdi_deploy_replicas_up, wish, rows, COUNT(rows));
    migd_object_free(created);
    wish.created = NULL; /* nobody will make it */
    says(&migdi_deploy_replicas_up, &wish, MIGDI_PRESENT, &(migdi_cluster_seen){0},
         "refused MIGD_ERR_NOT_FOUND: there is no " SET);
}

/* A number that kubectl, helm or an autoscaler that is no more left behind is taken over; a living
 * autoscaler's, or anybody else's, never. */
static void whose_number_it_is_decides_whether_it_is_taken(void **state)
{
    (void)state;
    static const struct {
        migdi_owner number;
        const char *autoscaler;
        bool ours;
        const char *says;
    } rows[] = {
        {{MIGDI_OWNER_NONE, NULL}, NULL, false, SET_TO("3", "5", "false")},
        {{MIGDI_OWNER_OURS, "migdeploy"}, NULL, false, SET_TO("3", "5", "true")},
        {{MIGDI_OWNER_KUBECTL, "kubectl"}, NULL, false, SET_TO("3", "5", "true")},
        {{MIGDI_OWNER_RELEASE, "helm"}, NULL, false, SET_TO("3", "5", "true")},
        {{MIGDI_OWNER_CONTROLLER, "kube-controller-manager"},
         NULL,
         false,
         SET_TO("3", "5", "true")},
        {{MIGDI_OWNER_CONTROLLER, "kube-controller-manager"},
         "data-autoscale",
         true,
         "refused MIGD_ERR_CONFLICT: kube-controller-manager decides how many run"},
        {{MIGDI_OWNER_SYNC, "argocd-controller"},
         NULL,
         false,
         "refused MIGD_ERR_CONFLICT: argocd-controller decides how many run"},
        {{MIGDI_OWNER_SYNC, "helm-controller"},
         NULL,
         false,
         "refused MIGD_ERR_CONFLICT: helm-controller decides how many run"},
        {{MIGDI_OWNER_FOREIGN, "keda"},
         NULL,
         false,
         "refused MIGD_ERR_CONFLICT: keda decides how many run"},
        {{MIGDI_OWNER_NONE, NULL},
         "theirs",
         false,
         "refused MIGD_ERR_CONFLICT: HorizontalPodAutoscaler/blue/theirs decides how many run"},
    };
    migdi_cluster_wish wish = cluster_wish();
    wish.replicas = 5;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const migdi_cluster_seen seen = {SEEN(3, three), .number = rows[i].number,
                                         .autoscaler = rows[i].autoscaler,
                                         .autoscaler_is_ours = rows[i].ours};
        says(&migdi_deploy_replicas_up, &wish, MIGDI_PRESENT, &seen, rows[i].says);
    }
    const migdi_cluster_seen many = {SEEN(5, five), .number = {MIGDI_OWNER_FOREIGN, "keda"}};
    wish.replicas = 3;
    wish.lower = true;
    says(&migdi_deploy_replicas_down, &wish, MIGDI_PRESENT, &many,
         "refused MIGD_ERR_CONFLICT: keda decides how many run");
    /* A foreign autoscaler is refused whatever it wants now, and before the set is made. */
    static const char refused[] =
        "refused MIGD_ERR_CONFLICT: HorizontalPodAutoscaler/blue/theirs decides how many run";
    const migdi_cluster_seen idle = {SEEN(3, three), .autoscaler = "theirs"};
    const migdi_cluster_seen early = {.autoscaler = "theirs"};
    says(&migdi_deploy_replicas_down, &wish, MIGDI_PRESENT, &idle, refused);
    says(&migdi_deploy_replicas_down, &wish, MIGDI_PRESENT, &early, refused);
}

/* An apply leaves the number to whichever autoscaler is there; by force it takes it from anybody
 * but an autoscaler. */
static void an_apply_yields_to_an_autoscaler_alone(void **state)
{
    (void)state;
    migdi_cluster_wish wish = cluster_wish();
    wish.lower = wish.yields = wish.force = true;
    const migdi_owner keda = {MIGDI_OWNER_FOREIGN, "keda"};
    const migdi_cluster_seen scaled = {SEEN(5, five), .number = keda, .autoscaler = "theirs"};
    const migdi_cluster_seen alone = {SEEN(5, five), .number = keda};
    says(&migdi_deploy_replicas_down, &wish, MIGDI_PRESENT, &scaled, "done: no member is too many");
    says(&migdi_deploy_replicas_up, &wish, MIGDI_PRESENT, &scaled, "done: 5 members are wished");
    says(&migdi_deploy_replicas_down, &wish, MIGDI_PRESENT, &alone, SET_TO("5", "4", "true"));
    wish.force = false;
    says(&migdi_deploy_replicas_down, &wish, MIGDI_PRESENT, &alone,
         "refused MIGD_ERR_CONFLICT: keda decides how many run");
}

/* With an autoscaler the number is only brought into its bounds, down too. */
static void with_an_autoscaler_only_its_bounds_count(void **state)
{
    (void)state;
    migdi_cluster_wish wish = cluster_wish();
    wish.least = 4;
    wish.most = 4;
    const migdi_owner controller = {MIGDI_OWNER_CONTROLLER, "kube-controller-manager"};
    const migdi_cluster_seen few = {SEEN(3, three), .number = controller,
                                    .autoscaler = "data-autoscale", .autoscaler_is_ours = true};
    const migdi_cluster_seen within = {SEEN(4, four), .number = controller};
    const migdi_cluster_seen many = {SEEN(5, five), .number = controller};
    says(&migdi_deploy_replicas_up, &wish, MIGDI_PRESENT, &few, SET_TO("3", "4", "true"));
    says(&migdi_deploy_replicas_up, &wish, MIGDI_PRESENT, &within, "done: 4 members are wished");
    says(&migdi_deploy_replicas_down, &wish, MIGDI_PRESENT, &within, "done: no member is too many");
    says(&migdi_deploy_replicas_down, &wish, MIGDI_PRESENT, &many, SET_TO("5", "4", "true"));
}

static void a_plan_goes_down_step_by_step_and_up_in_one(void **state)
{
    (void)state;
    migdi_cluster_wish wish = cluster_wish();
    wish.lower = true;
    const migdi_cluster_seen many = {SEEN(5, five)};
    plans(&migdi_deploy_replicas_down, &wish, MIGDI_PRESENT, &many,
          "update " SET ": 5 -> 4 members\n"
          "wait: data-4 is going\n"
          "update " SET ": 4 -> 3 members\n"
          "done: no member is too many");
    const migdi_cluster_seen down = {SEEN(4, seed_down)};
    plans(&migdi_deploy_replicas_down, &wish, MIGDI_PRESENT, &down,
          "wait: data-4 is going\n"
          "update " SET ": 4 -> 3 members\n"
          "done: no member is too many");
    migd_object *created = json("{}");
    wish.created = created;
    wish.replicas = 5;
    const migdi_cluster_seen few = {SEEN(3, three)};
    plans(&migdi_deploy_replicas_up, &wish, MIGDI_PRESENT, &few,
          "update " SET ": 3 -> 5 members\n"
          "done: 5 members are wished");
    plans(&migdi_deploy_replicas_up, &wish, MIGDI_PRESENT, &(migdi_cluster_seen){0},
          "wait: " SET " is awaited\n"
          "done: 5 members are wished");
    migd_object_free(created);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_leave_one_at_a_time_while_every_seed_is_up),
        cmocka_unit_test(a_deploy_leaves_more_members_than_the_spec_says),
        cmocka_unit_test(members_join_all_at_once),
        cmocka_unit_test(whose_number_it_is_decides_whether_it_is_taken),
        cmocka_unit_test(an_apply_yields_to_an_autoscaler_alone),
        cmocka_unit_test(with_an_autoscaler_only_its_bounds_count),
        cmocka_unit_test(a_plan_goes_down_step_by_step_and_up_in_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "deploy_members.h"

#define CREATED                                                                                    \
    "{\"metadata\":{\"name\":\"data\",\"namespace\":\"blue\"},\"spec\":{\"replicas\":3}}"
#define APPLIED "{\"metadata\":{\"name\":\"data\",\"namespace\":\"blue\"}}"
#define GUARDED                                                                                    \
    "{\"metadata\":{\"name\":\"data\",\"namespace\":\"blue\",\"resourceVersion\":\"77\"}}"
#define FIELDS                                                                                     \
    "[{\"pointer\":\"/spec/template/spec/containers/0/image\",\"from\":\"a\",\"to\":\"b\"}]"
#define STRICT "&fieldValidation=Strict&force="

static const migdi_member three[] = {READY(0, "old"), READY(1, "old"), READY(2, "old")};

typedef struct {
    migd_object *created;
    migd_object *applied;
    migd_object *fields;
    migdi_cluster_wish wish;
} bench;

static bench open_bench(void)
{
    bench b = {json(CREATED), json(APPLIED), json(FIELDS), cluster_wish()};
    b.wish.created = b.created;
    b.wish.applied = b.applied;
    return b;
}

static void close_bench(bench *b)
{
    migd_object_free(b->fields);
    migd_object_free(b->applied);
    migd_object_free(b->created);
}

static void check(const bench *b, migdi_cluster_seen seen, const char *expected)
{
    says(&migdi_deploy_set, &b->wish, MIGDI_PRESENT, &seen, expected);
}

static migdi_cluster_seen living(const bench *b, bool differs, bool template_differs)
{
    return (migdi_cluster_seen){
        SEEN(3, three),
        .number_is_ours = true,
        .template_differs = template_differs,
        .change = {.fields = differs ? b->fields : NULL, .differs = differs},
    };
}

/* replicas stand only in the request that creates it, which takes nothing from anybody. */
static void it_is_made_with_its_number_and_let_be_when_it_is_as_wished(void **state)
{
    (void)state;
    bench b = open_bench();
    check(&b, (migdi_cluster_seen){0},
          "going: create " SET "\n"
          " create " SET ": PATCH " PATH "?fieldManager=migdeploy" STRICT "false\n"
          "  " CREATED "\n"
          "  facts 409");
    check(&b, living(&b, false, false), "done: " SET " is as wished");
    migdi_cluster_seen going = living(&b, false, false);
    going.terminating = true;
    check(&b, going, "going: " SET " is going, then it is made again");
    going.finalizer = "x.io/hold";
    check(&b, going, "going: " SET " is going, held by x.io/hold, then it is made again");
    close_bench(&b);
}

/* The partition goes up alone and first: then no member takes the new template by itself. */
static void members_are_held_back_before_the_template_changes(void **state)
{
    (void)state;
    bench b = open_bench();
    migdi_cluster_seen seen = living(&b, true, true);
    check(&b, seen,
          "going: hold 3 members on their template\n"
          " update " SET ": PATCH " PATH "?fieldManager=migdeploy-roll" STRICT "true\n"
          "  {\"metadata\":{\"resourceVersion\":\"77\",\"name\":\"data\",\"namespace\":\"blue\"},"
          "\"spec\":{\"updateStrategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{"
          "\"partition\":3}}},\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\"}\n"
          "  facts 409");
    seen.partition = 2; /* a roll that was under way: a newer template raises it again */
    says(&migdi_deploy_set, &b.wish, MIGDI_PRESENT, &seen,
         "going: hold 3 members on their template\n"
         " update " SET ": PATCH " PATH "?fieldManager=migdeploy-roll" STRICT "true\n"
         "  {\"metadata\":{\"resourceVersion\":\"77\",\"name\":\"data\",\"namespace\":\"blue\"},"
         "\"spec\":{\"updateStrategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{"
         "\"partition\":3}}},\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\"}\n"
         "  facts 409");
#define UPDATE(force, body)                                                                        \
    "going: update " SET "\n"                                                                      \
    " update " SET ": PATCH " PATH "?fieldManager=migdeploy" STRICT force "\n"                     \
    "  " body "\n"                                                                                 \
    "  fields " FIELDS "\n"                                                                        \
    "  facts 409"
    seen.partition = 3;
    check(&b, seen, UPDATE("false", GUARDED));
    check(&b, living(&b, true, false), UPDATE("false", APPLIED)); /* no template: nobody is held */
    b.wish.on_delete = true; /* whoever wishes that members restart by hand alone holds none */
    check(&b, living(&b, true, true), UPDATE("false", GUARDED));
    b.wish.on_delete = false;
    migdi_cluster_seen empty = living(&b, true, true);
    empty.members = NULL;
    empty.member_count = 0;
    check(&b, empty, UPDATE("false", GUARDED));
    close_bench(&b);
}

/* Without another owner the number would fall to 1 with the first apply that leaves it out. */
static void the_number_gets_its_owner_before_an_apply_leaves_it_out(void **state)
{
    (void)state;
    static const struct {
        migdi_owner number;
        bool is_ours;
        bool kept;
        int64_t least;          /* of the autoscaler that is wished */
        const char *autoscaler; /* that is there */
    } rows[] = {
        {{MIGDI_OWNER_OURS, "migdeploy"}, false, true, 0, NULL},
        {{MIGDI_OWNER_OURS, "migdeploy"}, true, false, 0, NULL},
        {{MIGDI_OWNER_NONE, NULL}, true, false, 0, NULL},
        {{MIGDI_OWNER_KUBECTL, "kubectl"}, false, false, 0, NULL},
        /* An autoscaler that is no more, one that is wished, and one that is there. */
        {{MIGDI_OWNER_CONTROLLER, "kube-controller-manager"}, false, true, 0, NULL},
        {{MIGDI_OWNER_CONTROLLER, "kube-controller-manager"}, true, false, 0, NULL},
        {{MIGDI_OWNER_CONTROLLER, "kube-controller-manager"}, false, false, 3, NULL},
        {{MIGDI_OWNER_CONTROLLER, "kube-controller-manager"}, false, false, 0, "data-autoscale"},
    };
    bench b = open_bench();
    for (size_t i = 0; i < COUNT(rows); i++) {
        migdi_cluster_seen seen = living(&b, true, true);
        seen.partition = 3;
        seen.number = rows[i].number;
        seen.number_is_ours = rows[i].is_ours;
        seen.autoscaler = rows[i].autoscaler;
        b.wish.least = rows[i].least;
        check(&b, seen,
              rows[i].kept
                  ? "going: keep 3 replicas of " SET "\n"
                    " update " SET ": PATCH " PATH "/scale?fieldManager=migdeploy-scale" STRICT
                    "true\n"
                    "  {\"apiVersion\":\"autoscaling/v1\",\"kind\":\"Scale\",\"metadata\":"
                    "{\"name\":\"data\",\"namespace\":\"blue\",\"resourceVersion\":\"77\"},"
                    "\"spec\":{\"replicas\":3}}\n"
                    "  facts 409"
                  : UPDATE("false", GUARDED));
    }
    close_bench(&b);
}

static void who_owns_it_decides_whether_it_is_adopted(void **state)
{
    (void)state;
    bench b = open_bench();
    migdi_cluster_seen seen = living(&b, true, false);
    seen.owner = seen.change.conflict = (migdi_owner){MIGDI_OWNER_KUBECTL, "kubectl"};
    check(&b, seen, UPDATE("true", GUARDED));
    seen.owner = seen.change.conflict = (migdi_owner){MIGDI_OWNER_RELEASE, "helm"};
    check(&b, seen, "refused MIGD_ERR_CONFLICT: " SET " belongs to helm");
    b.wish.adopt = true;
    check(&b, seen, UPDATE("true", GUARDED));
    seen.change.conflict = (migdi_owner){MIGDI_OWNER_FOREIGN, "operator"};
    check(&b, seen, "refused MIGD_ERR_CONFLICT: " SET " has fields that operator looks after");
    b.wish.force = true;
    check(&b, seen, UPDATE("true", GUARDED));
    close_bench(&b);
}

static void a_plan_holds_then_changes_and_makes_anew_what_is_going(void **state)
{
    (void)state;
    bench b = open_bench();
    const migdi_cluster_seen differs = living(&b, true, true);
    migdi_cluster_seen unowned = living(&b, true, true);
    unowned.number = (migdi_owner){MIGDI_OWNER_OURS, "migdeploy"};
    unowned.number_is_ours = false;
    migdi_cluster_seen going = living(&b, false, false);
    going.terminating = true;
    plans(&migdi_deploy_set, &b.wish, MIGDI_PRESENT, &(migdi_cluster_seen){0},
          "create " SET ": create " SET "\n"
          "done: " SET " is as wished");
    plans(&migdi_deploy_set, &b.wish, MIGDI_PRESENT, &differs,
          "update " SET ": hold 3 members on their template\n"
          "update " SET ": update " SET "\n"
          "done: " SET " is as wished");
    plans(&migdi_deploy_set, &b.wish, MIGDI_PRESENT, &unowned,
          "update " SET ": keep 3 replicas of " SET "\n"
          "update " SET ": hold 3 members on their template\n"
          "update " SET ": update " SET "\n"
          "done: " SET " is as wished");
    plans(&migdi_deploy_set, &b.wish, MIGDI_PRESENT, &going,
          "wait: " SET " is going, then it is made again\n"
          "create " SET ": create " SET "\n"
          "done: " SET " is as wished");
    close_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_made_with_its_number_and_let_be_when_it_is_as_wished),
        cmocka_unit_test(members_are_held_back_before_the_template_changes),
        cmocka_unit_test(the_number_gets_its_owner_before_an_apply_leaves_it_out),
        cmocka_unit_test(who_owns_it_decides_whether_it_is_adopted),
        cmocka_unit_test(a_plan_holds_then_changes_and_makes_anew_what_is_going),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

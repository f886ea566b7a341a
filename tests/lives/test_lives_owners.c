/* Whose fields are written: others own a part of the same set, or come between a look of ours and
 * the write that rests on it. */
#include "lives.h"

#include <string.h>

#define APPLY "application/apply-patch+yaml"
#define MERGE "application/merge-patch+json"

static void done(life *l, test_world *lab, life_verb verb, const char *sets, int32_t replicas)
{
    life_run(l, lab, verb, sets, replicas, NULL);
    if (l->status != MIGD_DONE) {
        fail_msg("verb %d ended with %d: %s\n%s", (int)verb, (int)l->status, l->message, l->events);
    }
}

static void theirs(test_world *lab, const char *target, const char *type, const char *body)
{
    const char *answer = NULL;
    const int32_t status = test_world_ask(lab, "PATCH", target, type, body, &answer);
    if (status >= 300) {
        fail_msg("PATCH %s: %d %s", target, (int)status, answer);
    }
}

#define THREE                                                                                      \
    "{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"metadata\":{\"name\":"                 \
    "\"migratorydata\"},\"spec\":{\"replicas\":3}}"

/* As each of them writes it: a forced apply under its own name. Argo CD and Flux set the number
 * back within minutes; helm only when somebody runs it. */
static void the_number_is_taken_from_helm_but_not_from_who_comes_again(void **state)
{
    (void)state;
    static const struct {
        const char *manager;
        const char *target;
        bool taken;
    } rows[] = {
        {"argocd-controller", LIFE_SET "?fieldManager=argocd-controller&force=true", false},
        {"kustomize-controller", LIFE_SET "?fieldManager=kustomize-controller&force=true", false},
        {"helm-controller", LIFE_SET "?fieldManager=helm-controller&force=true", false},
        {"helm", LIFE_SET "?fieldManager=helm&force=true", true},
    };
    life l = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        test_world *lab = test_world_new(1, NULL);
        done(&l, lab, LIFE_DEPLOY, NULL, 0);
        theirs(lab, rows[i].target, APPLY, THREE);
        const int64_t writes = test_world_writes(lab);
        life_run(&l, lab, LIFE_SCALE, NULL, 4, NULL);
        assert_int_equal(life_number(lab, LIFE_SET, "/spec/replicas"), rows[i].taken ? 4 : 3);
        if (rows[i].taken) {
            assert_int_equal(l.status, MIGD_DONE);
        } else {
            assert_int_equal(l.status, MIGD_ERR_CONFLICT);
            assert_non_null(strstr(l.message, rows[i].manager));
            assert_int_equal(test_world_writes(lab), writes);
        }
        test_world_free(lab);
    }
    life_end(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_is_taken_from_helm_but_not_from_who_comes_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "deploy_told.h"

#include "deploy_change.h"

/* Who loses a field, and who looks after the object: what is taken, and from whom never. */
static void what_somebody_else_looks_after_is_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        bool differs;
        migdi_owner conflict;
        migdi_owner owner;
        bool adopt;
        const char *refused; /* NULL: it is not */
    } rows[] = {
        {false, {MIGDI_OWNER_NONE, NULL}, {MIGDI_OWNER_RELEASE, "helm"}, false, NULL},
        {false, {MIGDI_OWNER_FOREIGN, "operator"}, {MIGDI_OWNER_NONE, NULL}, false, NULL},
        {true, {MIGDI_OWNER_NONE, NULL}, {MIGDI_OWNER_NONE, NULL}, false, NULL},
        {true, {MIGDI_OWNER_OURS, "migdeploy"}, {MIGDI_OWNER_OURS, "migdeploy"}, false, NULL},
        {true, {MIGDI_OWNER_KUBECTL, "kubectl"}, {MIGDI_OWNER_KUBECTL, "kubectl"}, false, NULL},
        {true,
         {MIGDI_OWNER_NONE, NULL},
         {MIGDI_OWNER_RELEASE, "helm"},
         false,
         "Service/a/b belongs to helm"},
        {true,
         {MIGDI_OWNER_SYNC, "argocd"},
         {MIGDI_OWNER_KUBECTL, "kubectl"},
         false,
         "Service/a/b belongs to argocd"},
        {true, {MIGDI_OWNER_RELEASE, "helm"}, {MIGDI_OWNER_RELEASE, "helm"}, true, NULL},
        {true,
         {MIGDI_OWNER_FOREIGN, "operator"},
         {MIGDI_OWNER_KUBECTL, "kubectl"},
         false,
         "Service/a/b has fields that operator looks after"},
        {true,
         {MIGDI_OWNER_FOREIGN, "operator"},
         {MIGDI_OWNER_RELEASE, "helm"},
         true,
         "Service/a/b has fields that operator looks after"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        migdi_arena arena = {0};
        migdi_verdict verdict;
        migdi_verdict_start(&verdict, &arena);
        const migdi_change change = {.differs = rows[i].differs, .conflict = rows[i].conflict};
        const bool refused =
            migdi_change_is_refused(&change, rows[i].owner, rows[i].adopt, "Service/a/b", &verdict);
        assert_int_equal(refused, rows[i].refused != NULL);
        assert_int_equal(verdict.said, refused ? MIGDI_SAID_REFUSE : MIGDI_SAID_NOTHING);
        if (refused) {
            assert_string_equal(verdict.text, rows[i].refused);
            assert_int_equal(verdict.status, MIGD_ERR_CONFLICT);
        }
        migdi_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_somebody_else_looks_after_is_refused_by_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

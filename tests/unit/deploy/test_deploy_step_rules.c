#include "deploy_told.h"

#define migdi_deploy_rules tested /* beside that of the room */
#include "deploy_step_rules.c"

static const migdi_rules_wish wish = {.namespace_ = "blue", .name = "data"};

static migd_findings *findings_of(const char *rule, int32_t severity)
{
    migd_findings *findings = NULL;
    migd_findings *collected = migdi_findings_new();
    if (rule != NULL) {
        migdi_findings_add(
            collected,
            &(migdi_finding){
                .rule = rule,
                .severity = severity,
                .message = "2 members for 3 seeds",
                .object = "StatefulSet/blue/data",
                .pointer = "/spec/replicas",
                .refusing = {.sentence = "2 members for 3 seeds: seeds up 2 of 3, quorum 2, margin "
                                         "0 from the start",
                             .way_out = "smaller nodes"}});
    }
    assert_int_equal(migdi_findings_take(collected, &findings, NULL), MIGD_OK);
    return findings;
}

static void an_error_refuses_with_its_way_out_and_a_warning_does_not(void **state)
{
    (void)state;
    migd_findings *none = findings_of(NULL, 0);
    migd_findings *warning = findings_of("T16", MIGD_SEVERITY_WARNING);
    migd_findings *error = findings_of("C5", MIGD_SEVERITY_ERROR);
    const struct {
        rules_seen seen;
        const char *says;
    } rows[] = {
        {{.findings = none}, "done: no rule forbids it"},
        {{.findings = warning, .replicas = 3}, "done: no rule forbids it"},
#define REFUSED                                                                                    \
    "refused MIGD_ERR_REFUSED: 2 members for 3 seeds: seeds up 2 of 3, quorum 2, margin 0 from "   \
    "the start [C5]\n"
#define NEXT                                                                                       \
    "\n next: migdeploy rules C5"                                                                  \
    "\n detail /spec/replicas C5 smaller nodes StatefulSet/blue/data"
        {{.findings = error, .replicas = 3}, REFUSED " remains: nothing was changed; 3 run" NEXT},
        {{.findings = error}, REFUSED " remains: nothing was changed" NEXT},
        {{.findings = none, .unzoned = "node-1"},
         "refused MIGD_ERR_REFUSED: node node-1 has no zone, and the seeds are spread by zone\n"
         " remains: nothing was changed\n"
         " next: migdeploy deploy --set spec.members.spread=node"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        says(&tested, &wish, MIGDI_PRESENT, &rows[i].seen, rows[i].says);
    }
    plans(&tested, &wish, MIGDI_PRESENT, &rows[0].seen, "done: no rule forbids it");
    migd_object *result = reports(&tested, &wish, &rows[1].seen, "{}");
    assert_string_equal(migd_object_text(result, "/findings/0/rule", ""), "T16");
    migd_object_free(result);
    migd_findings_free(none);
    migd_findings_free(warning);
    migd_findings_free(error);
}

/* --- what will be ----------------------------------------------------------------------------- */

static migd_objects *objects_of(const char *text)
{
    migd_objects *objects = NULL;
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    assert_int_equal(migd_objects_parse(objects, text, strlen(text), NULL, NULL), MIGD_OK);
    return objects;
}

/* A deploy raises, and lowers only where it may; by hand the number is what was asked for. */
static void the_number_that_is_judged_is_the_one_it_will_be(void **state)
{
    (void)state;
    static const struct {
        int64_t runs;
        int64_t spec;
        int64_t by_hand;
        bool lower;
        int64_t after;
    } rows[] = {
        {3, 5, 0, false, 5}, {5, 3, 0, false, 5}, {5, 3, 0, true, 3},
        {3, 3, 0, false, 3}, {3, 5, 4, true, 4},  {5, 3, 2, true, 2},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        migd_object *live = json("{\"spec\":{}}");
        migd_object *wished = json("{\"spec\":{}}");
        assert_int_equal(migd_object_set_int64(live, "/spec/replicas", rows[i].runs, NULL),
                         MIGD_OK);
        assert_int_equal(migd_object_set_int64(wished, "/spec/replicas", rows[i].spec, NULL),
                         MIGD_OK);
        const migdi_rules_wish asked = {.replicas = rows[i].by_hand, .lower = rows[i].lower};
        assert_int_equal(replicas_after(&asked, live, wished), rows[i].after);
        migd_object_free(live);
        migd_object_free(wished);
    }
}

#define SET(count)                                                                                 \
    "{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"metadata\":{\"name\":\"data\"},"       \
    "\"spec\":{\"replicas\":" count "}}\n"
#define OTHER(name, count)                                                                         \
    "---\n{\"apiVersion\":\"policy/v1\",\"kind\":\"PodDisruptionBudget\",\"metadata\":{\"name\":"  \
    "\"" name "\"},\"spec\":{\"minAvailable\":" count "}}\n"

/* What is wished stands for what runs of the same kind and name; all else stays as it is. */
static void what_is_wished_takes_the_place_of_what_runs(void **state)
{
    (void)state;
    static const struct {
        const char *wished; /* NULL: only the number changes */
        int64_t by_hand;
        int64_t replicas;
        size_t count;
        int64_t kept; /* by budget "a"; -1: there is none */
    } rows[] = {
        {SET("3") OTHER("a", "2"), 0, 5, 3, 2}, /* "a" is wished anew, "b" stays */
        {SET("6"), 0, 6, 3, 1},
        {OTHER("c", "1"), 0, 5, 4, 1},
        {NULL, 4, 4, 3, 1},
    };
    migd_objects *before = objects_of(SET("5") OTHER("a", "1") OTHER("b", "1"));
    const migd_object *live = migd_objects_item(before, 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        migdi_arena arena = {0};
        migd_objects *wished = rows[i].wished == NULL ? NULL : objects_of(rows[i].wished);
        const migdi_rules_wish asked = {.objects = wished, .replicas = rows[i].by_hand};
        const migd_objects *after = after_list(&asked, before, live, &arena);
        int64_t replicas = -1;
        int64_t kept = -1;
        for (size_t k = 0; k < migd_objects_count(after); k++) {
            const migd_object *object = migd_objects_item(after, k);
            replicas = migd_object_int64(object, "/spec/replicas", replicas);
            kept = strcmp(migd_object_text(object, "/metadata/name", ""), "a") == 0
                       ? migd_object_int64(object, "/spec/minAvailable", -1)
                       : kept;
        }
        assert_int_equal(migd_objects_count(after), rows[i].count);
        assert_int_equal(replicas, rows[i].replicas);
        assert_int_equal(kept, rows[i].kept);
        migd_objects_free(wished);
        migdi_arena_free(&arena);
    }
    migd_objects_free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_refuses_with_its_way_out_and_a_warning_does_not),
        cmocka_unit_test(the_number_that_is_judged_is_the_one_it_will_be),
        cmocka_unit_test(what_is_wished_takes_the_place_of_what_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "deploy_told.h"

/* The room has the step too: here it has another name, so that what it saw can be written down. */
#define migdi_deploy_namespace tested
#include "deploy_step_namespace.c"

typedef struct {
    namespace_seen seen;
    const char *says;
} row;

static migdi_namespace_wish wish_of(const migd_object *object)
{
    return (migdi_namespace_wish){"blue", object};
}

static const char object[] = "{\"metadata\":{\"name\":\"blue\"}}";

static const char create[] =
    "going: create Namespace/blue\n"
    " create Namespace/blue: "
    "POST /api/v1/namespaces?fieldManager=migdeploy&fieldValidation=Strict\n"
    "  {\"metadata\":{\"name\":\"blue\"}}\n"
    "  facts 409";

static void what_is_there_is_never_written_and_what_is_not_is_made(void **state)
{
    (void)state;
    static const row rows[] = {
        {{0}, create},
        {{.exists = true}, "done: namespace blue is there"},
        {{.hidden = true}, "done: namespace blue is there"},
        {{.exists = true, .terminating = true}, "going: namespace blue is being deleted"},
        {{.exists = true, .terminating = true, .held = "Some content remains"},
         "going: namespace blue is being deleted: Some content remains"},
    };
    migd_object *made = json(object);
    const migdi_namespace_wish wish = wish_of(made);
    for (size_t i = 0; i < COUNT(rows); i++) {
        says(&tested, &wish, MIGDI_PRESENT, &rows[i].seen, rows[i].says);
    }
    migd_object_free(made);
    const migdi_namespace_wish found = wish_of(NULL); /* nobody says how to make it */
    says(&tested, &found, MIGDI_PRESENT, &(namespace_seen){.exists = true},
         "done: namespace blue is there");
    says(&tested, &found, MIGDI_PRESENT, &(namespace_seen){0},
         "refused MIGD_ERR_NOT_FOUND: there is no Namespace/blue");
}

static void a_plan_makes_it_also_after_one_that_is_being_deleted(void **state)
{
    (void)state;
    migd_object *made = json(object);
    const migdi_namespace_wish wish = wish_of(made);
    plans(&tested, &wish, MIGDI_PRESENT, &(namespace_seen){0},
          "create Namespace/blue: create Namespace/blue\n"
          "done: namespace blue is there");
    plans(&tested, &wish, MIGDI_PRESENT, &(namespace_seen){.exists = true},
          "done: namespace blue is there");
    plans(&tested, &wish, MIGDI_PRESENT, &(namespace_seen){.exists = true, .terminating = true},
          "wait: namespace blue is being deleted\n"
          "create Namespace/blue: create Namespace/blue\n"
          "done: namespace blue is there");
    migd_object_free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_there_is_never_written_and_what_is_not_is_made),
        cmocka_unit_test(a_plan_makes_it_also_after_one_that_is_being_deleted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "test_support.h"

#include "manifest_names.h"

/* spec.md section 1. */
static void objects_are_named_after_the_cluster(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migdi_names names = {0};
    assert_true(migdi_names_make(&names, "blue", &arena));
    assert_string_equal(names.name, "blue");
    assert_string_equal(names.client_service, "blue-cs");
    assert_string_equal(names.headless_service, "blue-hs");
    assert_string_equal(names.budget, "blue-pdb");
    assert_string_equal(names.autoscaler, "blue-autoscale");
    migdi_arena_free(&arena);
}

static migd_status make(void *user)
{
    (void)user;
    migdi_arena arena = {0};
    migdi_names names = {0};
    const bool made = migdi_names_make(&names, "blue", &arena);
    migdi_arena_free(&arena);
    return made ? MIGD_OK : MIGD_ERR_NOMEM;
}

static void lack_of_memory_is_told(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(make, NULL) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_named_after_the_cluster),
        cmocka_unit_test(lack_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

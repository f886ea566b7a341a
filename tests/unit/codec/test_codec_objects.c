#include "test_support.h"

#include "codec_objects.h"

#include <string.h>

static void a_list_holds_copies(void **state)
{
    (void)state;
    migd_objects *objects = NULL;
    migd_object *value = NULL;
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    assert_int_equal(migd_objects_count(objects), 0);
    assert_null(migd_objects_item(objects, 0));
    assert_int_equal(migd_object_parse("{a: x}", 6, NULL, &value, NULL), MIGD_OK);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(migd_objects_add(objects, value, NULL), MIGD_OK);
    }
    migd_object_free(value);
    assert_int_equal(migd_objects_count(objects), 10);
    assert_string_equal(migd_object_text(migd_objects_item(objects, 9), "/a", ""), "x");
    assert_null(migd_objects_item(objects, 10));
    migd_objects_free(objects);
}

static void no_list_is_an_empty_list(void **state)
{
    (void)state;
    migd_error *error = NULL;
    migd_objects *objects = NULL;
    assert_int_equal(migd_objects_count(NULL), 0);
    assert_null(migd_objects_item(NULL, 0));
    migd_objects_free(NULL);
    assert_int_equal(migd_objects_add(NULL, NULL, &error), MIGD_ERR_INVALID);
    migd_error_free(error);
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    assert_int_equal(migd_objects_add(objects, NULL, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_objects_parse(NULL, "a", 1, NULL, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_objects_load(NULL, "a", NULL, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_objects_load(objects, NULL, NULL, NULL), MIGD_ERR_INVALID);
    migd_objects_free(objects);
}

static migd_status list_flow(void *user)
{
    migd_objects *objects = NULL;
    migd_status status = migd_objects_new(&objects, NULL);
    for (int i = 0; status == MIGD_OK && i < 6; i++) {
        status = migd_objects_add(objects, user, NULL);
        assert_int_equal(migd_objects_count(objects), status == MIGD_OK ? i + 1 : i);
    }
    migd_objects_free(objects);
    return status;
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    migd_object *value = NULL;
    assert_int_equal(migd_object_parse("{a: x}", 6, NULL, &value, NULL), MIGD_OK);
    test_fail_allocations(list_flow, value);
    migd_object_free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_holds_copies),
        cmocka_unit_test(no_list_is_an_empty_list),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

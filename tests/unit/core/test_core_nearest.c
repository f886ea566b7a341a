#include "test_support.h"

#include "core_nearest.h"

#include <string.h>

static const char *nearest(const char *wanted, const char *const *known)
{
    migdi_nearest search = {.wanted = wanted};
    for (; *known != NULL; known++) {
        migdi_nearest_offer(&search, *known);
    }
    return search.found;
}

static void a_word_is_found_through_one_slip_of_each_kind(void **state)
{
    (void)state;
    const char *const known[] = {"replicas", "image", "namespace", NULL};
    assert_string_equal(nearest("replcas", known), "replicas");
    assert_string_equal(nearest("repplicas", known), "replicas");
    assert_string_equal(nearest("replacas", known), "replicas");
    assert_string_equal(nearest("repilcas", known), "replicas");
    assert_string_equal(nearest("Image", known), "image");
    assert_string_equal(nearest("nmaesapce", known), "namespace");
}

static void what_is_far_from_all_is_found_nowhere(void **state)
{
    (void)state;
    const char *const known[] = {"replicas", "image", NULL};
    assert_null(nearest("zones", known));
    assert_null(nearest("", known));
    char longest[66];
    memset(longest, 'a', 65);
    longest[65] = '\0';
    const char *const itself[] = {longest, NULL};
    assert_null(nearest(longest, itself));
    longest[64] = '\0';
    assert_string_equal(nearest(longest, itself), longest);
}

static void of_two_equally_near_the_first_stays_and_a_nearer_one_wins(void **state)
{
    (void)state;
    const char *const even[] = {"alpha1", "alpha2", NULL};
    assert_string_equal(nearest("alpha", even), "alpha1");
    const char *const uneven[] = {"alpha12", "alpha2", NULL};
    assert_string_equal(nearest("alpha", uneven), "alpha2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_is_found_through_one_slip_of_each_kind),
        cmocka_unit_test(what_is_far_from_all_is_found_nowhere),
        cmocka_unit_test(of_two_equally_near_the_first_stays_and_a_nearer_one_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

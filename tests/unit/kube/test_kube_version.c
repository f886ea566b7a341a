#include "test_support.h"

#include "kube_version.h"

#include <string.h>

static migdi_kube_release read_release(const char *git_version)
{
    migd_object *answer = NULL;
    assert_int_equal(migd_object_new(&answer, NULL), MIGD_OK);
    assert_int_equal(migd_object_set_string(answer, "/gitVersion", git_version, NULL), MIGD_OK);
    const migdi_kube_release release = migdi_kube_release_of(answer);
    migd_object_free(answer);
    return release;
}

/* As servers of several makers write it. */
static void a_release_is_read_from_what_a_server_says(void **state)
{
    (void)state;
    static const struct {
        const char *git_version;
        const char *name;
    } rows[] = {
        {"v1.34.2", "1.34"},
        {"v1.34.2-eks-1a2b3c", "1.34"},
        {"v1.27.16+k3s1", "1.27"},
        {"v1.9.0-alpha.1", "1.9"},
        {"1.36.0", "1.36"},
        {"v1", NULL},
        {"v1.", NULL},
        {"v.3", NULL},
        {"", NULL},
        {"latest", NULL},
        {"v1.99999999999999999999", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_arena arena = {0};
        const char *name = migdi_kube_release_name(read_release(rows[i].git_version), &arena);
        assert_string_equal(name == NULL ? "" : name, rows[i].name == NULL ? "" : rows[i].name);
        migdi_arena_free(&arena);
    }
    assert_int_equal(migdi_kube_release_of(NULL).major, 0);
}

static void an_older_release_is_told_from_one_that_is_not_known(void **state)
{
    (void)state;
    static const struct {
        const char *git_version;
        bool before;
    } rows[] = {
        {"v1.27.16", true}, {"v1.28.0", false}, {"v1.36.2", false},
        {"v2.0.0", false},  {"v0.28.0", false}, {"", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(migdi_kube_release_is_before(read_release(rows[i].git_version), 1, 28),
                         rows[i].before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_release_is_read_from_what_a_server_says),
        cmocka_unit_test(an_older_release_is_told_from_one_that_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

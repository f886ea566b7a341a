#include "test_support.h"

#include "job_environment.h"

#include <stdlib.h>
#include <string.h>

static const char *variable(const char *name, void *user)
{
    size_t *asked = user;
    (*asked)++;
    return strcmp(name, "HOME") == 0         ? "/home/a"
           : strcmp(name, "HTTP_PROXY") == 0 ? ""
           : strcmp(name, "http_proxy") == 0 ? "http://p"
                                             : NULL;
}

static void the_environment_is_asked_once_and_by_the_seam(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    size_t asked = 0;
    const migdi_environment *environment = migdi_environment_read(&arena, variable, &asked);
    const size_t once = asked;
    assert_string_equal(migdi_environment_value(environment, "HOME"), "/home/a");
    assert_string_equal(migdi_environment_value(environment, "HTTP_PROXY"), "");
    assert_null(migdi_environment_value(environment, "KUBECONFIG"));
    assert_null(migdi_environment_value(environment, "PATH"));
    assert_string_equal(migdi_environment_either(environment, "HTTP_PROXY", "http_proxy"),
                        "http://p");
    assert_null(migdi_environment_either(environment, "NO_PROXY", "no_proxy"));
    assert_int_equal(asked, once);
    migdi_arena_free(&arena);
}

static void without_a_seam_it_is_the_process_s(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    setenv("KUBECONFIG", "/a:/b", 1);
    const migdi_environment *environment = migdi_environment_read(&arena, NULL, NULL);
    unsetenv("KUBECONFIG");
    assert_string_equal(migdi_environment_value(environment, "KUBECONFIG"), "/a:/b");
    migdi_arena_free(&arena);
}

static migd_status read_all(void *user)
{
    (void)user;
    migdi_arena arena = {0};
    size_t asked = 0;
    const bool read = migdi_environment_read(&arena, variable, &asked) != NULL;
    migdi_arena_free(&arena);
    return read ? MIGD_OK : MIGD_ERR_NOMEM;
}

static void lack_of_memory_is_told(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(read_all, NULL) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_is_asked_once_and_by_the_seam),
        cmocka_unit_test(without_a_seam_it_is_the_process_s),
        cmocka_unit_test(lack_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

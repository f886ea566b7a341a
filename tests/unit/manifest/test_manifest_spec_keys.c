#include "test_support.h"

#include "manifest_spec_keys.h"

#include <string.h>

/* Calls `visit` for a key and all below it. */
static void visit_all(const migdi_spec_key *key, size_t *count,
                      void (*visit)(const migdi_spec_key *key))
{
    visit(key);
    (*count)++;
    for (const migdi_spec_key *child = migdi_spec_next_child(key, NULL); child != NULL;
         child = migdi_spec_next_child(key, child)) {
        assert_true(strncmp(child->path, key->path, strlen(key->path)) == 0);
        visit_all(child, count, visit);
    }
}

static bool has_children(const migdi_spec_key *key)
{
    return migdi_spec_next_child(key, NULL) != NULL;
}

static void check_row(const migdi_spec_key *key)
{
    const bool is_open = key->type == MIGDI_SPEC_FREE || key->type == MIGDI_SPEC_LIST;
    assert_true(has_children(key) == (is_open || key->type == MIGDI_SPEC_MAP));
    assert_non_null(key->about);
    assert_in_range(strlen(key->about), 3, 93); /* a hint's width */
    assert_true(key->words == NULL || key->type == MIGDI_SPEC_TEXT);
    if (key->type == MIGDI_SPEC_INTEGER || key->type == MIGDI_SPEC_COUNT) {
        assert_true(key->least < key->most);
    }
    /* A default is one of the words, or what the reader would take. */
    for (int profile = 0; profile < MIGDI_SPEC_PROFILES; profile++) {
        const char *value = migdi_spec_default(key, (migdi_spec_profile)profile, false);
        if (value != NULL && key->words != NULL) {
            assert_true(migdi_spec_has_word(key->words, value, strlen(value)));
        }
        if (value != NULL && key->type == MIGDI_SPEC_INTEGER) {
            assert_true(value[0] == '@' || strspn(value, "0123456789") == strlen(value));
        }
    }
}

static void the_table_is_whole(void **state)
{
    (void)state;
    size_t count = 0;
    visit_all(migdi_spec_root(), &count, check_row);
    assert_in_range(count, 90, 130); /* every row is reached from the root */
}

static const migdi_spec_key *find(const char *const *steps)
{
    const migdi_spec_key *key = migdi_spec_root();
    for (; *steps != NULL && key != NULL; steps++) {
        key = migdi_spec_child(key, *steps, strlen(*steps));
    }
    return key;
}

static void a_row_is_found_by_the_steps_of_its_path(void **state)
{
    (void)state;
    const char *const replicas[] = {"spec", "members", "replicas", NULL};
    const char *const value[] = {"spec", "members", "parameters", "Any.Name", NULL};
    const char *const secret[] = {"spec", "members", "secretParameters", "x", "key", NULL};
    const char *const item[] = {"spec", "aws", "access", "0", "policy", NULL};
    const char *const none[] = {"spec", "members", "replica", NULL};
    const char *const below[] = {"spec", "profile", "x", NULL};
    assert_string_equal(find(replicas)->path, "spec.members.replicas");
    assert_string_equal(migdi_spec_key_name(find(replicas)), "replicas");
    assert_string_equal(find(value)->path, "spec.members.parameters.*");
    assert_string_equal(find(secret)->path, "spec.members.secretParameters.*.key");
    assert_string_equal(find(item)->path, "spec.aws.access.*.policy");
    assert_null(find(none));
    assert_null(find(below));
    assert_string_equal(migdi_spec_key_name(migdi_spec_root()), "");
}

static void a_default_belongs_to_a_profile_and_a_mode(void **state)
{
    (void)state;
    const char *const path[] = {"spec", "disruption", "scope", NULL};
    const char *const cross[] = {"spec", "service", "crossZone", NULL};
    const migdi_spec_key *scope = find(path);
    assert_string_equal(migdi_spec_default(scope, MIGDI_SPEC_PRODUCTION, false), "seeds");
    assert_string_equal(migdi_spec_default(scope, MIGDI_SPEC_PRODUCTION, true), "members");
    assert_string_equal(migdi_spec_default(scope, MIGDI_SPEC_TUTORIAL, true), "members");
    assert_string_equal(migdi_spec_default(scope, MIGDI_SPEC_DEV, true), "none");
    assert_null(migdi_spec_default(find(cross), MIGDI_SPEC_TUTORIAL, false));
}

static void words_stand_between_blanks(void **state)
{
    (void)state;
    const char *at = " a  bc ";
    const char *word = NULL;
    size_t size = 0;
    assert_true(migdi_spec_next_word(&at, &word, &size));
    assert_memory_equal(word, "a", size);
    assert_true(migdi_spec_next_word(&at, &word, &size));
    assert_int_equal(size, 2);
    assert_false(migdi_spec_next_word(&at, &word, &size));
    assert_true(migdi_spec_has_word("a bc", "bc", 2));
    assert_false(migdi_spec_has_word("a bc", "b", 1));
    assert_false(migdi_spec_has_word("a bc", "", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_whole),
        cmocka_unit_test(a_row_is_found_by_the_steps_of_its_path),
        cmocka_unit_test(a_default_belongs_to_a_profile_and_a_mode),
        cmocka_unit_test(words_stand_between_blanks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

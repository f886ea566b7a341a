#include "test_support.h"

#include "manifest_rules.h"

#include "core_text.h"

#include <stdlib.h>
#include <string.h>

/* Severities and what is never accepted: the spec's section 2. */
static const char *const errors[] = {"C1",  "C2",  "C3",  "C4",  "C5",  "C6",  "C7",  "C11", "C12",
                                     "C15", "C16", "C17", "C18", "C19", "C20", "C21", "C22", "C23"};
static const char *const warnings[] = {"C8",  "C9",  "C10", "C13", "C14", "C24", "T9",
                                       "T11", "T12", "T13", "T14", "T15", "T16", "T17",
                                       "T18", "T19", "T21", "T23", "T26", "T27", "T28"};
static const char *const notes[] = {"T20", "T22", "T24", "T25", "T29"};
static const char *const never[] = {"C3", "C4", "C5", "C6", "C7", "C15", "C23"};
/* Those that also speak of anybody's StatefulSet or Deployment: section 4. */
static const char *const generic[] = {"C7", "C9", "C11", "C18", "C20", "C22", "T11", "T12", "T18"};

static bool holds(const char *const *list, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i], id) == 0) {
            return true;
        }
    }
    return false;
}

#define HOLDS(list, id) holds(list, sizeof(list) / sizeof *(list), id)

static void every_rule_has_the_severity_that_scripts_rely_on(void **state)
{
    (void)state;
    const size_t all = sizeof errors / sizeof *errors + sizeof warnings / sizeof *warnings +
                       sizeof notes / sizeof *notes;
    size_t count = 0;
    const migdi_rule *rule = NULL;
    for (; (rule = migdi_rules_at(count)) != NULL; count++) {
        assert_int_equal(rule->severity == MIGD_SEVERITY_ERROR, HOLDS(errors, rule->id));
        assert_int_equal(rule->severity == MIGD_SEVERITY_WARNING, HOLDS(warnings, rule->id));
        assert_int_equal(rule->severity == MIGD_SEVERITY_NOTE, HOLDS(notes, rule->id));
        assert_int_equal(rule->acceptable, !HOLDS(never, rule->id));
        assert_int_equal(rule->scope == MIGDI_OF_SETS, HOLDS(generic, rule->id));
        assert_true(rule->state != NULL || rule->nodes != NULL || rule->step != NULL);
        assert_ptr_equal(migdi_rules_find(rule->id), rule);
    }
    assert_int_equal(count, all);
    assert_null(migdi_rules_find("C99"));
    assert_null(migdi_rules_find(NULL));
}

/* --- cards: what `migdeploy rules C9` prints -------------------------------------------------- */

enum { WIDTH = 97, WRAP = 87 };

static void add_wrapped(migdi_text *card, const char *text)
{
    while (strlen(text) > WRAP) {
        size_t size = WRAP;
        while (text[size] != ' ') {
            size--;
        }
        migdi_text_format(card, "%.*s\n         ", (int)size, text);
        text += size + 1;
    }
    migdi_text_format(card, "%s\n", text);
}

static void add_card(migdi_text *card, const migd_object *rule)
{
    migdi_text_format(card, "%s  %s  %s\nWhy      ", migd_object_text(rule, "/id", ""),
                      migd_object_text(rule, "/severity", ""),
                      migd_object_text(rule, "/title", ""));
    add_wrapped(card, migd_object_text(rule, "/why", ""));
    migdi_text_format(card, "Example  %s\nWays out %s\nAccept   %s    Source %s\n",
                      migd_object_text(rule, "/example", ""),
                      migd_object_text(rule, "/waysOut", ""), migd_object_text(rule, "/accept", ""),
                      migd_object_text(rule, "/source", ""));
}

static const char *const card_of_c9 =
    "C9  warning  At least one member may leave: running members - budget >= 1\n"
    "Why      Kubernetes evicts a member only while more are healthy than the budget "
    "keeps. With 3\n"
    "         and minAvailable 3 every try is answered 429; kubectl drain tries every 5 s,"
    " for ever.\n"
    "Example  3 run, minAvailable 3: 0 may leave. 4 run: 1. Over the seeds alone, 2 of 3: "
    "1, always.\n"
    "Ways out disruption.scope: seeds (our default); one member more; drain NODE --surge\n"
    "Accept   --accept C9, or annotation migdeploy.dev/accept: \"C9: why\"    Source "
    "eviction.go; T1\n";

static void the_card_of_c9_reads_as_designed_and_all_cards_fit_the_page(void **state)
{
    (void)state;
    migd_object *rules = NULL;
    assert_int_equal(migd_rules(&rules, NULL), MIGD_OK);
    assert_int_equal(migd_object_kind(rules), MIGD_KIND_ARRAY);
    bool seen = false;
    for (size_t i = 0; i < migd_object_count(rules); i++) {
        const migd_object *rule = migd_object_item(rules, i);
        migdi_text card = {0};
        add_card(&card, rule);
        const char *line = migdi_text_string(&card);
        size_t lines = 0;
        for (; *line != '\0'; lines++) {
            const size_t size = strcspn(line, "\n");
            if (size > WIDTH) {
                print_error("%.*s\n", (int)size, line);
            }
            assert_in_range(size, 10, WIDTH);
            line += size + 1;
        }
        assert_in_range(lines, 5, 6);
        if (strcmp(migd_object_text(rule, "/id", ""), "C9") == 0) {
            assert_string_equal(migdi_text_string(&card), card_of_c9);
            seen = true;
        }
        if (strcmp(migd_object_text(rule, "/id", ""), "C5") == 0) {
            assert_string_equal(migd_object_text(rule, "/accept", ""), "never");
        }
        assert_int_equal(migd_object_count(rule), 8);
        migdi_text_free(&card);
    }
    assert_true(seen);
    migd_object_free(rules);
    migd_error *error = NULL;
    assert_int_equal(migd_rules(NULL, &error), MIGD_ERR_INVALID);
    migd_error_free(error);
}

static migd_status list_rules(void *user)
{
    (void)user;
    migd_object *rules = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_rules(&rules, &error);
    assert_int_equal(migd_object_count(rules) > 0, status >= 0);
    migd_object_free(rules);
    migd_error_free(error);
    return status;
}

static void listing_the_rules_survives_lack_of_memory(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(list_rules, NULL) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_has_the_severity_that_scripts_rely_on),
        cmocka_unit_test(the_card_of_c9_reads_as_designed_and_all_cards_fit_the_page),
        cmocka_unit_test(listing_the_rules_survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

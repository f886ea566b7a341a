/* One rule over facts, and what it says as text: "severity: "
                                                  "message" a line. Every message and hint
 * that any test hears is measured against the widths that findings promise. */
#ifndef MANIFEST_TOLD_H
#define MANIFEST_TOLD_H

#include "manifest_rules.h"

#include "core_text.h"
#include "core_utf8.h"

#include <string.h>

/* Facts in literals. */
#define N(number)    {.known = true, .value = (number)}
#define AT(name)     {.object = (name), .pointer = "/spec"}
#define W(word)      {.text = (word)}
#define ONE(pointer) (pointer), 1

typedef struct told {
    migdi_text text;
    const char *rule;
    migdi_refusing refusing; /* of the last finding; lives as long as the judging */
} told;

static void hear(void *user, const migdi_finding *finding)
{
    static const char *const severities[] = {"note", "warning", "error"};
    told *heard = user;
    const migdi_rule *rule = migdi_rules_find(finding->rule);
    assert_non_null(rule);
    const size_t message = migdi_utf8_count(finding->message, strlen(finding->message));
    const bool grows = rule->acceptable && finding->severity > MIGD_SEVERITY_NOTE;
    assert_in_range(message, 1, grows ? 60 - strlen("accepted: ") : 60);
    assert_true(finding->hint == NULL || strlen(finding->hint) <= 93);
    heard->refusing = finding->refusing;
    migdi_text_format(&heard->text, "%s%s: %s", heard->text.size == 0 ? "" : "\n",
                      severities[finding->severity], finding->message);
}

static void assert_told(told *heard, migdi_arena *arena, const char *expected, const char *what)
{
    const char *text = migdi_text_string(&heard->text);
    if (strcmp(text, expected == NULL ? "" : expected) != 0) {
        print_error("%s: %s\n", heard->rule, what);
    }
    assert_string_equal(text, expected == NULL ? "" : expected);
    migdi_text_free(&heard->text);
    migdi_arena_free(arena);
}

/* What the rule says of these facts; NULL: nothing. */
static inline void assert_state(const char *id, const migdi_facts *facts, const char *expected,
                                const char *what)
{
    migdi_arena arena = {0};
    told heard = {.rule = id};
    migdi_judge judge = {
        .rule = migdi_rules_find(id), .arena = &arena, .tell = hear, .user = &heard};
    assert_non_null(judge.rule);
    judge.rule->state(&judge, facts);
    assert_told(&heard, &arena, expected, what);
}

static inline void assert_nodes(const char *id, const migdi_nodes *nodes, const char *expected,
                                const char *what)
{
    migdi_arena arena = {0};
    told heard = {.rule = id};
    migdi_judge judge = {
        .rule = migdi_rules_find(id), .arena = &arena, .tell = hear, .user = &heard};
    assert_non_null(judge.rule);
    judge.rule->nodes(&judge, nodes);
    assert_told(&heard, &arena, expected, what);
}

static inline void assert_step(const char *id, const migdi_facts *before, const migdi_facts *after,
                               const char *expected, const char *what)
{
    migdi_arena arena = {0};
    told heard = {.rule = id};
    migdi_judge judge = {
        .rule = migdi_rules_find(id), .arena = &arena, .tell = hear, .user = &heard};
    assert_non_null(judge.rule);
    judge.rule->step(&judge, before, after);
    assert_told(&heard, &arena, expected, what);
}

static inline void assert_text(const char *text, const char *expected)
{
    assert_string_equal(text == NULL ? "(none)" : text, expected == NULL ? "(none)" : expected);
}

/* What the rule says where it refuses that change; before NULL: a state. */
static inline void assert_refusing(const char *id, const migdi_facts *before,
                                   const migdi_facts *after, migdi_refusing expected)
{
    migdi_arena arena = {0};
    told heard = {.rule = id};
    migdi_judge judge = {
        .rule = migdi_rules_find(id), .arena = &arena, .tell = hear, .user = &heard};
    if (before == NULL) {
        judge.rule->state(&judge, after);
    } else {
        judge.rule->step(&judge, before, after);
    }
    assert_true(heard.text.size > 0);
    assert_text(heard.refusing.sentence, expected.sentence);
    assert_text(heard.refusing.way_out, expected.way_out);
    assert_text(heard.refusing.next, expected.next);
    migdi_text_free(&heard.text);
    migdi_arena_free(&arena);
}

#endif

/* What the rules refuse, said as one error. */
#include "deploy_refusal.h"

#include "manifest_findings.h"
#include "manifest_rules.h"

#include <string.h>

static bool is_error(const migdi_finding *finding)
{
    return finding->severity == MIGD_SEVERITY_ERROR;
}

static bool is_acceptable(const migdi_finding *finding)
{
    const migdi_rule *rule = migdi_rules_find(finding->rule);
    return rule != NULL && rule->acceptable;
}

/* Where the rule stands in the table; what is no rule of it ("spec") comes first. */
static size_t rank_of(const char *id)
{
    const migdi_rule *rule = NULL;
    for (size_t i = 0; (rule = migdi_rules_at(i)) != NULL; i++) {
        if (strcmp(rule->id, id) == 0) {
            return i + 1;
        }
    }
    return 0;
}

/* Rules that nobody can accept before the others, each in the order of the table. */
static bool leads(const migdi_finding *left, const migdi_finding *right)
{
    const bool acceptable = is_acceptable(left);
    return acceptable != is_acceptable(right) ? !acceptable
                                              : rank_of(left->rule) < rank_of(right->rule);
}

static const migdi_finding *leader(const migd_findings *findings)
{
    const migdi_finding *first = NULL;
    for (size_t i = 0; i < migd_findings_count(findings); i++) {
        const migdi_finding *finding = migdi_findings_at(findings, i);
        if (is_error(finding) && (first == NULL || leads(finding, first))) {
            first = finding;
        }
    }
    return first;
}

static bool refuses(const migd_findings *findings, const char *rule)
{
    for (size_t i = 0; i < migd_findings_count(findings); i++) {
        const migdi_finding *finding = migdi_findings_at(findings, i);
        if (is_error(finding) && strcmp(finding->rule, rule) == 0) {
            return true;
        }
    }
    return false;
}

/* "C2 C5": each once, in the order of the table. */
static const char *names_of_rules(const migd_findings *findings, migdi_arena *arena)
{
    const char *names = refuses(findings, "spec") ? "spec" : NULL;
    const migdi_rule *rule = NULL;
    for (size_t i = 0; (rule = migdi_rules_at(i)) != NULL; i++) {
        if (refuses(findings, rule->id)) {
            names = names == NULL ? rule->id : migdi_arena_format(arena, "%s %s", names, rule->id);
        }
    }
    return names == NULL ? "" : names;
}

/* A way out behind which another is named leads to nothing. */
static const char *without_colon(const char *text, migdi_arena *arena)
{
    const size_t size = text == NULL ? 0 : strlen(text);
    return size > 0 && text[size - 1] == ':' ? migdi_arena_text(arena, text, size - 1) : text;
}

static migdi_detail detail_of(const migdi_finding *finding)
{
    const char *way_out =
        finding->refusing.way_out != NULL ? finding->refusing.way_out : finding->hint;
    return (migdi_detail){
        .field = finding->pointer,
        .reason = finding->rule,
        .message = way_out == NULL || *way_out == '\0' ? NULL : way_out,
        .subject = finding->object,
    };
}

/* The leader's first. */
static size_t add_details(const migd_findings *findings, const migdi_finding *first,
                          migdi_arena *arena, migdi_detail *details)
{
    size_t count = 0;
    details[count++] = detail_of(first);
    for (size_t i = 0; i < migd_findings_count(findings); i++) {
        const migdi_finding *finding = migdi_findings_at(findings, i);
        if (is_error(finding) && finding != first) {
            details[count - 1].message = without_colon(details[count - 1].message, arena);
            details[count++] = detail_of(finding);
        }
    }
    return count;
}

migdi_refusal migdi_refusal_make(const migd_findings *findings, migdi_arena *arena)
{
    const migdi_finding *first = leader(findings);
    migdi_detail *details =
        first == NULL
            ? NULL
            : migdi_arena_alloc_zeroed(arena, migd_findings_errors(findings), sizeof *details);
    if (details == NULL) {
        return (migdi_refusal){.message = "the rules refuse it"};
    }
    const char *sentence =
        first->refusing.sentence == NULL ? first->message : first->refusing.sentence;
    return (migdi_refusal){
        .message = migdi_arena_format(arena, "%s [%s]", sentence, names_of_rules(findings, arena)),
        .next = first->refusing.next != NULL
                    ? first->refusing.next
                    : migdi_arena_format(arena, "migdeploy rules %s", first->rule),
        .place = first->place,
        .details = details,
        .count = add_details(findings, first, arena, details),
    };
}

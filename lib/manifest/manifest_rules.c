/* Runs the rules over facts, and tells what they say. */
#include "manifest_rules.h"

static bool concerns(const migdi_rule *rule, const migdi_facts *facts)
{
    return rule->scope == MIGDI_OF_SETS || (rule->scope == MIGDI_OF_MEMBERS && facts->members);
}

static void tell_unread(migdi_judge *judge, const migdi_facts *facts)
{
    for (size_t i = 0; i < facts->unread_count; i++) {
        const migdi_unread *unread = &facts->unread[i];
        judge->rule = migdi_rules_find(unread->rule);
        migdi_say_as(judge, MIGD_SEVERITY_NOTE, &unread->at, NULL, unread->hint, "%s",
                     unread->message);
    }
}

void migdi_rules_judge(migdi_judge *judge, const migdi_world *world)
{
    for (size_t i = 0; (judge->rule = migdi_rules_at(i)) != NULL; i++) {
        const migdi_rule *rule = judge->rule;
        for (size_t j = 0; rule->state != NULL && j < world->set_count; j++) {
            if (concerns(rule, &world->sets[j])) {
                rule->state(judge, &world->sets[j]);
            }
        }
        for (size_t j = 0; rule->nodes != NULL && j < world->nodes_count; j++) {
            rule->nodes(judge, &world->nodes[j]);
        }
    }
    for (size_t i = 0; i < world->set_count; i++) {
        tell_unread(judge, &world->sets[i]);
    }
}

void migdi_rules_judge_step(migdi_judge *judge, const migdi_world *before, const migdi_world *after)
{
    for (size_t i = 0; (judge->rule = migdi_rules_at(i)) != NULL; i++) {
        for (size_t j = 0; judge->rule->step != NULL && j < after->set_count; j++) {
            const migdi_facts *now = migdi_world_find(before, after->sets[j].at.object);
            if (now != NULL && (after->sets[j].members || judge->rule->scope == MIGDI_OF_SETS)) {
                judge->rule->step(judge, now, &after->sets[j]);
            }
        }
    }
}

/* --- for the rules ---------------------------------------------------------------------------- */

static void say(migdi_judge *judge, int32_t severity, const migdi_at *at, const migdi_at *see,
                const char *hint, const char *format, va_list arguments)
    __attribute__((format(printf, 6, 0)));

static void say(migdi_judge *judge, int32_t severity, const migdi_at *at, const migdi_at *see,
                const char *hint, const char *format, va_list arguments)
{
    migdi_finding finding = {
        .rule = judge->rule->id,
        .severity = severity,
        .message = migdi_arena_format_list(judge->arena, format, arguments),
        .hint = hint,
        .object = at->object,
        .pointer = at->pointer,
        .place = at->place,
        .refusing = judge->refusing,
    };
    judge->refusing = (migdi_refusing){0};
    if (see != NULL) {
        finding.related[0] = *see;
    }
    if (finding.message != NULL) {
        judge->tell(judge->user, &finding);
    }
}

void migdi_say(migdi_judge *judge, const migdi_at *at, const migdi_at *see, const char *hint,
               const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(judge, judge->rule->severity, at, see, hint, format, arguments);
    va_end(arguments);
}

void migdi_say_as(migdi_judge *judge, int32_t severity, const migdi_at *at, const migdi_at *see,
                  const char *hint, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(judge, severity, at, see, hint, format, arguments);
    va_end(arguments);
}

const char *migdi_hint(migdi_judge *judge, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *hint = migdi_arena_format_list(judge->arena, format, arguments);
    va_end(arguments);
    return hint;
}

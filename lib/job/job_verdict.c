/* What decide says: builders, all in the arena of the look. */
#include "job_verdict.h"

#include <string.h>

#define FIRST_POLL_MS INT64_C(1000)
#define MOST_POLL_MS  INT64_C(10000)

void migdi_verdict_start(migdi_verdict *verdict, migdi_arena *arena)
{
    *verdict = (migdi_verdict){
        .arena = arena, .poll_first_ms = FIRST_POLL_MS, .poll_most_ms = MOST_POLL_MS};
}

migdi_arena *migdi_verdict_arena(migdi_verdict *verdict)
{
    return verdict->arena;
}

static void say(migdi_verdict *verdict, migdi_said said, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static void say(migdi_verdict *verdict, migdi_said said, const char *format, va_list arguments)
{
    verdict->said = said;
    verdict->text = migdi_arena_format_list(verdict->arena, format, arguments);
}

void migdi_done(migdi_verdict *verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(verdict, MIGDI_SAID_DONE, format, arguments);
    va_end(arguments);
}

void migdi_going(migdi_verdict *verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(verdict, MIGDI_SAID_GOING, format, arguments);
    va_end(arguments);
}

void migdi_refuse(migdi_verdict *verdict, migd_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(verdict, MIGDI_SAID_REFUSE, format, arguments);
    va_end(arguments);
    verdict->status = status;
}

static const char *copy(migdi_verdict *verdict, const char *text)
{
    return text == NULL ? NULL : migdi_arena_text(verdict->arena, text, strlen(text));
}

void migdi_refuse_remaining(migdi_verdict *verdict, const char *remaining, const char *next)
{
    verdict->remaining = copy(verdict, remaining);
    verdict->next = copy(verdict, next);
}

void migdi_refuse_detail(migdi_verdict *verdict, const char *field, const char *reason,
                         const char *message, const char *subject)
{
    migdi_refused *refused = migdi_arena_alloc(verdict->arena, sizeof *refused);
    if (refused == NULL) {
        return;
    }
    *refused = (migdi_refused){NULL,
                               {copy(verdict, field), copy(verdict, reason), copy(verdict, message),
                                copy(verdict, subject)}};
    *(verdict->details == NULL ? &verdict->details : &verdict->last_detail->next) = refused;
    verdict->last_detail = refused;
}

migd_status migdi_verdict_error(const migdi_verdict *verdict, migd_error **error)
{
    migdi_fail(error, verdict->status, "%s", verdict->text);
    if (verdict->remaining != NULL || verdict->next != NULL) {
        migdi_error_set_remaining(error, verdict->remaining, verdict->next);
    }
    for (const migdi_refused *refused = verdict->details; refused != NULL;
         refused = refused->next) {
        migdi_error_add_detail(error, &refused->detail);
    }
    return verdict->status;
}

migdi_act *migdi_want(migdi_verdict *verdict, const migdi_call *call)
{
    migdi_wanted *wanted =
        call == NULL ? NULL : migdi_arena_alloc_zeroed(verdict->arena, 1, sizeof *wanted);
    if (wanted == NULL) {
        verdict->arena->failed = true;
        verdict->spare = (migdi_act){0};
        return &verdict->spare;
    }
    wanted->act.call = call;
    *(verdict->wanted == NULL ? &verdict->wanted : &verdict->last_wanted->next) = wanted;
    verdict->last_wanted = wanted;
    verdict->wanted_count++;
    return &wanted->act;
}

static void note(migdi_verdict *verdict, const migdi_told *what, const char *format,
                 va_list arguments) __attribute__((format(printf, 3, 0)));

static void note(migdi_verdict *verdict, const migdi_told *what, const char *format,
                 va_list arguments)
{
    migdi_told *told = migdi_arena_alloc(verdict->arena, sizeof *told);
    if (told == NULL) {
        return;
    }
    *told = (migdi_told){
        .key = copy(verdict, what->key),
        .text = migdi_arena_format_list(verdict->arena, format, arguments),
        .object = copy(verdict, what->object),
        .warning = what->warning,
    };
    *(verdict->notes == NULL ? &verdict->notes : &verdict->last_note->next) = told;
    verdict->last_note = told;
}

void migdi_note(migdi_verdict *verdict, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(verdict, &(migdi_told){.key = key}, format, arguments);
    va_end(arguments);
}

void migdi_warn(migdi_verdict *verdict, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(verdict, &(migdi_told){.key = key, .warning = true}, format, arguments);
    va_end(arguments);
}

void migdi_part_done(migdi_verdict *verdict, const char *key, const char *object,
                     const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(verdict, &(migdi_told){.key = key, .object = object}, format, arguments);
    va_end(arguments);
}

void migdi_poll(migdi_verdict *verdict, int64_t first_ms, int64_t most_ms)
{
    verdict->poll_first_ms = first_ms < 1 ? 1 : first_ms;
    verdict->poll_most_ms = most_ms < verdict->poll_first_ms ? verdict->poll_first_ms : most_ms;
}

void migdi_pause(migdi_verdict *verdict, int64_t server_ms)
{
    verdict->pause_ms = server_ms < 1 ? 1 : server_ms;
}

void migdi_held(migdi_verdict *verdict, int64_t age_ms)
{
    verdict->held_ms = age_ms < 0 ? 0 : age_ms;
}

void migdi_doorbell(migdi_verdict *verdict, const migdi_call *watch)
{
    if (watch == NULL) {
        verdict->arena->failed = true;
    } else if (verdict->bell_count < MIGDI_BELLS) {
        verdict->bells[verdict->bell_count++] = watch;
    }
}

void migdi_ask(migdi_verdict *verdict, const char *key, bool consent, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verdict->question = migdi_arena_format_list(verdict->arena, format, arguments);
    va_end(arguments);
    verdict->question_key = copy(verdict, key);
    verdict->consent = consent;
}

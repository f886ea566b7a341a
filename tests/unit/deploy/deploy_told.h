/* What a step says of what it saw, told as a text that a row can hold; and what a plan makes of
 * it. */
#ifndef DEPLOY_TOLD_H
#define DEPLOY_TOLD_H

#include "test_support.h"

#include "codec_object.h"
#include "job_verdict.h"

#include <inttypes.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* A document, for migd_object_free(). */
static inline migd_object *json(const char *text)
{
    migd_object *object = NULL;
    assert_int_equal(migd_object_parse(text, strlen(text), NULL, &object, NULL), MIGD_OK);
    return object;
}

/* "update StatefulSet/a/b: PATCH /path BODY FIELDS facts 409" */
static inline void told_act(migdi_text *out, const migdi_act *act, migdi_arena *arena)
{
    migdi_text_format(out, "\n %s %s: %s %s", act->action == NULL ? "update" : act->action,
                      act->object == NULL ? act->call->name : act->object, act->call->method,
                      act->call->path);
    if (act->call->body != NULL) {
        migdi_text_format(out, "\n  %s", act->call->body);
    }
    if (act->fields != NULL) {
        const char *fields = migdi_object_json(act->fields, arena);
        migdi_text_format(out, "\n  fields %s", fields);
        out->failed = out->failed || fields == NULL;
    }
    for (size_t i = 0; i < COUNT(act->facts) && act->facts[i] != 0; i++) {
        migdi_text_format(out, "%s%" PRId32, i == 0 ? "\n  facts " : " ", act->facts[i]);
    }
}

static inline void told_refusal(migdi_text *out, const migdi_verdict *verdict)
{
    if (verdict->remaining != NULL) {
        migdi_text_format(out, "\n remains: %s", verdict->remaining);
    }
    if (verdict->next != NULL) {
        migdi_text_format(out, "\n next: %s", verdict->next);
    }
    for (const migdi_refused *refused = verdict->details; refused != NULL;
         refused = refused->next) {
        const migdi_detail *detail = &refused->detail;
        migdi_text_format(out, "\n detail %s %s %s %s", detail->field, detail->reason,
                          detail->message, detail->subject);
    }
}

/* The verdict: "going: TEXT", then a line for each thing that goes with it. */
static inline void told(migdi_text *out, const migdi_verdict *verdict)
{
    static const char *const words[] = {"nothing", "done", "going", "refused"};
    migdi_text_add_string(out, words[verdict->said]);
    if (verdict->said == MIGDI_SAID_REFUSE) {
        migdi_text_format(out, " %s", migd_status_name(verdict->status));
    }
    migdi_text_format(out, ": %s", verdict->text);
    told_refusal(out, verdict);
    for (const migdi_told *note = verdict->notes; note != NULL; note = note->next) {
        migdi_text_format(out, "\n %s %s: %s", note->warning ? "warning" : "note", note->key,
                          note->text);
    }
    if (verdict->question != NULL) {
        migdi_text_format(out, "\n %s %s: %s", verdict->consent ? "consent" : "question",
                          verdict->question_key, verdict->question);
    }
    if (verdict->held_ms > 0) {
        migdi_text_format(out, "\n held %" PRId64, verdict->held_ms);
    }
    if (verdict->pause_ms > 0) {
        migdi_text_format(out, "\n pause %" PRId64, verdict->pause_ms);
    }
    for (const migdi_wanted *wanted = verdict->wanted; wanted != NULL; wanted = wanted->next) {
        told_act(out, &wanted->act, verdict->arena);
    }
}

typedef struct told_row {
    const migdi_step_kind *kind;
    const void *wish;
    migdi_goal goal;
    const void *seen;
    const char *expected;
} told_row;

/* Decides once; what is said is the row's, or memory failed and the arena says so. */
static inline migd_status decide_row(void *user)
{
    const told_row *row = user;
    migdi_arena arena = {0};
    migdi_verdict verdict;
    migdi_text text = {0};
    migdi_verdict_start(&verdict, &arena);
    row->kind->decide(row->wish, row->goal, row->seen, &verdict);
    const bool failed = arena.failed;
    if (!failed) {
        told(&text, &verdict);
    }
    const bool whole = !failed && !arena.failed && !text.failed;
    if (whole) {
        assert_string_equal(migdi_text_string(&text), row->expected);
    }
    migdi_text_free(&text);
    migdi_arena_free(&arena);
    return whole ? MIGD_OK : MIGD_ERR_NOMEM;
}

/* Asserts what the step says of what it saw, that deciding changes nothing of it, and that lack of
 * memory is never another verdict. */
static inline void says(const migdi_step_kind *kind, const void *wish, migdi_goal goal,
                        const void *seen, const char *expected)
{
    unsigned char before[1024];
    told_row row = {kind, wish, goal, seen, expected};
    assert_in_range(kind->seen_size, 1, sizeof before);
    memcpy(before, seen, kind->seen_size);
    assert_true(test_fail_allocations(decide_row, &row) > 0);
    assert_memory_equal(before, seen, kind->seen_size);
}

typedef struct report_row {
    const migdi_step_kind *kind;
    const void *wish;
    const void *seen;
    const char *document;
    migd_object *result;
} report_row;

static inline migd_status report_row_once(void *user)
{
    report_row *row = user;
    migd_object *result = NULL;
    migd_status status =
        migd_object_parse(row->document, strlen(row->document), NULL, &result, NULL);
    if (status == MIGD_OK) {
        migdi_builder builder = {.document = result};
        row->kind->report(row->wish, row->seen, &builder);
        status = builder.status;
    }
    if (status == MIGD_OK && row->result != NULL) {
        assert_int_equal(migd_object_equal(result, row->result), 1);
    }
    migd_object_free(result);
    return status;
}

/* What it reports into a document, for migd_object_free(); asserts that lack of memory is never
 * another report. */
static inline migd_object *reports(const migdi_step_kind *kind, const void *wish, const void *seen,
                                   const char *document)
{
    report_row row = {kind, wish, seen, document, json(document)};
    migdi_builder builder = {.document = row.result};
    kind->report(wish, seen, &builder);
    assert_int_equal(builder.status, MIGD_OK);
    assert_true(test_fail_allocations(report_row_once, &row) > 0);
    return row.result;
}

/* Asserts what a plan makes of it: each act as "ACTION OBJECT: TEXT", a wait as "wait: TEXT", then
 * how it ends. */
static inline void plans(const migdi_step_kind *kind, const void *wish, migdi_goal goal,
                         const void *seen, const char *expected)
{
    max_align_t imagined[1024 / sizeof(max_align_t)];
    migdi_text text = {0};
    migdi_said said = MIGDI_SAID_GOING;
    assert_in_range(kind->seen_size, 1, sizeof imagined);
    memcpy(imagined, seen, kind->seen_size);
    for (int i = 0; said == MIGDI_SAID_GOING; i++) {
        migdi_arena arena = {0};
        migdi_verdict verdict;
        assert_true(i < 100);
        migdi_verdict_start(&verdict, &arena);
        kind->decide(wish, goal, imagined, &verdict);
        said = verdict.said;
        if (said != MIGDI_SAID_GOING) {
            migdi_text_format(&text, "%s: %s", said == MIGDI_SAID_DONE ? "done" : "refused",
                              verdict.text);
        } else if (verdict.wanted == NULL) {
            migdi_text_format(&text, "wait: %s\n", verdict.text);
            kind->imagine(wish, NULL, imagined);
        }
        for (const migdi_wanted *wanted = verdict.wanted; wanted != NULL; wanted = wanted->next) {
            const migdi_act *act = &wanted->act;
            migdi_text_format(&text, "%s %s: %s\n", act->action == NULL ? "update" : act->action,
                              act->object == NULL ? act->call->name : act->object, verdict.text);
            kind->imagine(wish, act, imagined);
        }
        migdi_arena_free(&arena);
    }
    assert_string_equal(migdi_text_string(&text), expected);
    migdi_text_free(&text);
}

#endif

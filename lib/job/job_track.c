/* One step on its way: look, decide, act, rest, look again. */
#include "job_steps.h"

#include "core_text.h"
#include "job_ground.h"

#include <string.h>

#define DEBOUNCE_MS INT64_C(20)  /* what rings together is looked at once */
#define CALM_MS     INT64_C(100) /* between two looks that bells asked for */

struct migdi_noted {
    migdi_noted *older;
    const char *key;
};

static bool is_lock(const migdi_track *track)
{
    return track == &track->run->lock;
}

static migd_context *context_of(const migdi_track *track)
{
    return track->run->job->context;
}

/* --- told ------------------------------------------------------------------------------------- */

static int64_t elapsed_ms(const migdi_track *track)
{
    return track->started_ms < 0 ? 0 : context_of(track)->now_ms - track->started_ms;
}

void migdi_track_fail(migdi_track *track, migd_status status, migd_error *error)
{
    migd_job *job = track->run->job;
    track->phase = MIGDI_TRACK_FAILED;
    if (!job->ending) {
        job->failed_step = track->step->kind->name;
        job->failed_after_ms = elapsed_ms(track);
    }
    migdi_job_end(job, status, error);
}

static void fail_nomem(migdi_track *track)
{
    migd_error *error = NULL;
    (void)migdi_fail_nomem(&error);
    migdi_track_fail(track, MIGD_ERR_NOMEM, error);
}

void migdi_track_tell(migdi_track *track, int32_t kind, const char *text)
{
    track->text_stays = migdi_text_equal(track->told, text);
    if (track->text_stays && track->told_kind == kind) {
        return;
    }
    char *copy = migdi_text_copy(text, strlen(text));
    if (copy == NULL) {
        fail_nomem(track);
        return;
    }
    migdi_free(track->told);
    track->told = copy;
    track->told_kind = kind;
    /* Of the lock, only that others hold it is news. */
    if (track->run->closing || (is_lock(track) && kind != MIGD_EVENT_WAIT)) {
        return;
    }
    const migdi_verdict *verdict = &track->verdict;
    const bool one_act = kind == MIGD_EVENT_ACT && verdict->wanted_count == 1;
    migdi_job_add_event(track->run->job,
                        &(migdi_news){.kind = kind,
                                      .step = track->step->kind->name,
                                      .text = text,
                                      .object = one_act ? verdict->wanted->act.object : NULL,
                                      .fields = one_act ? verdict->wanted->act.fields : NULL,
                                      .elapsed_ms = elapsed_ms(track)});
}

/* Whether a note of that key is new to the job; on lack of memory the track fails. */
static bool note_key(migdi_track *track, const char *key)
{
    migdi_run *run = track->run;
    for (const migdi_noted *noted = run->noted; noted != NULL; noted = noted->older) {
        if (migdi_text_equal(noted->key, key)) {
            return false;
        }
    }
    migdi_noted *noted = migdi_arena_alloc(&run->job->arena, sizeof *noted);
    const char *copy = migdi_arena_text(&run->job->arena, key, strlen(key));
    if (noted == NULL || copy == NULL) {
        fail_nomem(track);
        return false;
    }
    *noted = (migdi_noted){run->noted, copy};
    run->noted = noted;
    return true;
}

void migdi_track_tell_notes(migdi_track *track)
{
    for (const migdi_told *note = track->verdict.notes; note != NULL; note = note->next) {
        const bool part = note->object != NULL;
        if (!track->run->closing && !(part && track->run->mode == MIGDI_PLAN) &&
            note_key(track, note->key)) {
            migdi_job_add_event(track->run->job,
                                &(migdi_news){.kind = part ? MIGD_EVENT_DONE : MIGD_EVENT_NOTE,
                                              .step = track->step->kind->name,
                                              .text = note->text,
                                              .object = note->object,
                                              .elapsed_ms = elapsed_ms(track),
                                              .warning = note->warning});
        }
    }
}

/* --- looked ----------------------------------------------------------------------------------- */

migdi_builder migdi_track_build(migdi_track *track)
{
    migd_object *result = migdi_job_result(track->run->job);
    return (migdi_builder){.document = result, .status = result == NULL ? MIGD_ERR_NOMEM : MIGD_OK};
}

bool migdi_track_built(migdi_track *track, const migdi_builder *builder)
{
    migd_error *error = NULL;
    if (builder->status == MIGD_ERR_NOMEM) {
        fail_nomem(track);
    } else if (builder->status < 0) {
        migdi_fail(&error, builder->status, "the result could not be written down");
        migdi_track_fail(track, builder->status, error);
    }
    return builder->status >= 0;
}

static bool report(migdi_track *track)
{
    const migdi_step *step = track->step;
    if (step->kind->report == NULL) {
        return true;
    }
    migdi_builder result = migdi_track_build(track);
    if (result.status >= 0) {
        step->kind->report(step->wish, track->seen, &result);
    }
    return migdi_track_built(track, &result);
}

static bool tell_outputs(migdi_track *track)
{
    const migdi_step *step = track->step;
    if (step->kind->outputs == NULL) {
        return true;
    }
    migdi_ground ground = {.job = track->run->job};
    step->kind->outputs(step->wish, track->seen, &ground);
    if (ground.status < 0) {
        migdi_track_fail(track, ground.status, ground.error);
        return false;
    }
    return true;
}

/* Frees what was seen, and the verdict that points to it. */
static void end_look(migdi_track *track)
{
    track->verdict = (migdi_verdict){0};
    track->seen = NULL;
    migdi_view_close(&track->view);
}

static void finish(migdi_track *track, bool reports)
{
    if (reports && !report(track)) {
        return;
    }
    if (is_lock(track)) {
        migdi_lock_seen(track);
    }
    migdi_bells_free(track->bells);
    end_look(track);
    track->phase = MIGDI_TRACK_DONE;
}

bool migdi_track_decide(migdi_track *track)
{
    const migdi_step *step = track->step;
    migdi_verdict *verdict = &track->verdict;
    migd_error *error = NULL;
    migdi_verdict_start(verdict, &track->view.arena);
    step->kind->decide(step->wish, track->goal, track->seen, verdict);
    if (track->view.arena.failed) {
        fail_nomem(track);
        return false;
    }
    if (verdict->said == MIGDI_SAID_NOTHING) {
        migdi_fail(&error, MIGD_ERR_INVALID, "step %s did not decide", step->kind->name);
        migdi_track_fail(track, MIGD_ERR_INVALID, error);
        return false;
    }
    migdi_track_tell_notes(track);
    if (verdict->said == MIGDI_SAID_REFUSE && track->phase != MIGDI_TRACK_FAILED) {
        if (is_lock(track) && track->run->lock_held) {
            verdict->status = MIGD_ERR_LOCKED;
        }
        const migd_status status = migdi_verdict_error(verdict, &error);
        migdi_track_fail(track, status, error);
    }
    return track->phase != MIGDI_TRACK_FAILED;
}

/* Steps of a stage look side by side. What a pass that changes nothing tells is a document, in the
 * order of the steps and not of the answers. */
static bool has_turn(const migdi_track *track)
{
    const migdi_run *run = track->run;
    if (is_lock(track) || !(run->looking_only || run->mode == MIGDI_PLAN)) {
        return true;
    }
    for (const migdi_track *before = run->tracks; before < track; before++) {
        if (before->step->stage == run->stage && before->phase != MIGDI_TRACK_DONE) {
            return false;
        }
    }
    return true;
}

/* Everything asked was read. */
static void see(migdi_track *track)
{
    const migdi_run *run = track->run;
    if (!has_turn(track)) {
        track->phase = MIGDI_TRACK_TURNS;
        return;
    }
    if (!tell_outputs(track)) {
        return;
    }
    if (run->looking_only && !is_lock(track)) {
        finish(track, true);
    } else if (run->mode == MIGDI_PLAN) {
        migdi_plan_track(track);
        if (track->phase != MIGDI_TRACK_FAILED) {
            finish(track, false);
        }
    } else if (!migdi_track_decide(track)) {
        return;
    } else if (track->verdict.said == MIGDI_SAID_GOING) {
        migdi_track_go(track);
    } else {
        migdi_track_tell(track, MIGD_EVENT_DONE, track->verdict.text);
        if (track->phase != MIGDI_TRACK_FAILED) {
            finish(track, run->mode == MIGDI_RUN && !is_lock(track));
        }
    }
}

/* One round of observe. */
static void observe(migdi_track *track)
{
    const migdi_step *step = track->step;
    migd_error *error = NULL;
    track->seen = migdi_arena_alloc_zeroed(&track->view.arena, 1, step->kind->seen_size);
    if (track->seen == NULL) {
        fail_nomem(track);
        return;
    }
    step->kind->observe(step->wish, &track->view, track->seen);
    const bool unread = track->view.unread > 0;
    if (unread) {
        migdi_view_fly(&track->view);
    }
    const migd_status status = migdi_view_failure(&track->view, &error);
    if (status < 0) {
        migdi_track_fail(track, status, error);
    } else if (!unread) {
        see(track);
    }
}

static bool go_on_looking(migdi_track *track)
{
    if (!migdi_view_attend(&track->view)) {
        return false;
    }
    migd_error *error = NULL;
    const migd_status status = migdi_view_failure(&track->view, &error);
    if (status < 0) {
        migdi_track_fail(track, status, error);
    } else {
        observe(track);
    }
    return true;
}

/* Whether it may look now: a question holds the job, and so does a caller that does not pull. */
static bool may_look(const migdi_track *track)
{
    const migd_job *job = track->run->job;
    return is_lock(track) || (job->question == NULL && !migdi_job_is_full(job));
}

static bool begin_look(migdi_track *track)
{
    if (!may_look(track)) {
        return false;
    }
    migd_context *context = context_of(track);
    migdi_timer_disarm(&context->timers, &track->timer);
    end_look(track);
    track->view.job = track->run->job;
    track->view.acts = &track->acts;
    track->rang = false;
    track->looked_ms = context->now_ms;
    track->started_ms = track->started_ms < 0 ? context->now_ms : track->started_ms;
    track->phase = MIGDI_TRACK_LOOKS;
    observe(track);
    return true;
}

/* A bell rang: the rest ends early. */
static void heed_bells(migdi_track *track)
{
    track->rang = migdi_bells_rang(track->bells) || track->rang;
    if (!track->rang || track->phase != MIGDI_TRACK_RESTS) {
        return;
    }
    migd_context *context = context_of(track);
    const int64_t pace = migdi_job_pace(track->run->job, MIGDI_TARGET_CLUSTER);
    const int64_t soon_ms = context->now_ms + migdi_paced_ms(DEBOUNCE_MS, pace);
    const int64_t calm_ms = track->looked_ms + migdi_paced_ms(CALM_MS, pace);
    const int64_t at_ms = soon_ms > calm_ms ? soon_ms : calm_ms;
    if (at_ms < track->timer.at_ms) {
        migdi_timer_arm(&context->timers, &track->timer, at_ms);
    }
}

void migdi_track_attend(migdi_track *track)
{
    bool goes_on = true;
    while (goes_on && (track->run->closing || !track->run->job->ending)) {
        switch (track->phase) {
        case MIGDI_TRACK_IDLE:
            goes_on = begin_look(track);
            break;
        case MIGDI_TRACK_LOOKS:
            goes_on = go_on_looking(track);
            break;
        case MIGDI_TRACK_TURNS:
            goes_on = has_turn(track);
            if (goes_on) {
                see(track);
            }
            break;
        case MIGDI_TRACK_ACTS:
            goes_on = migdi_track_collect(track);
            break;
        case MIGDI_TRACK_LOCKS:
            goes_on = migdi_lock_allows(track);
            track->phase = goes_on ? MIGDI_TRACK_IDLE : MIGDI_TRACK_LOCKS;
            break;
        case MIGDI_TRACK_ASKS:
            goes_on = track->run->job->question == NULL;
            track->phase = goes_on ? MIGDI_TRACK_IDLE : MIGDI_TRACK_ASKS;
            break;
        default:
            goes_on = false;
        }
    }
    heed_bells(track);
}

/* --- begun and stopped ------------------------------------------------------------------------ */

static void on_timer(void *owner)
{
    migdi_track *track = owner;
    if (track->phase == MIGDI_TRACK_RESTS) {
        track->phase = MIGDI_TRACK_IDLE;
    }
    migdi_job_wake(track->run->job);
}

void migdi_track_start(migdi_track *track, migdi_run *run, const migdi_step *step, migdi_goal goal)
{
    track->run = run;
    track->step = step;
    track->goal = goal;
    track->phase = MIGDI_TRACK_IDLE;
    track->timer.fire = on_timer;
    track->timer.owner = track;
    track->started_ms = -1;
}

void migdi_track_stop(migdi_track *track)
{
    if (track->run == NULL) {
        return;
    }
    migdi_timer_disarm(&context_of(track)->timers, &track->timer);
    for (migdi_wanted *wanted = track->verdict.wanted; wanted != NULL; wanted = wanted->next) {
        migdi_flight_stop(&wanted->flight);
    }
    end_look(track);
    migdi_bells_free(track->bells);
    migdi_acts_free(&track->acts);
    migdi_free(track->told);
    track->told = NULL;
    track->phase = MIGDI_TRACK_FAILED;
}

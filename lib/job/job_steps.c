/* A job of steps: stage by stage, those of one stage side by side. */
#include "job_steps.h"

#define ACTS_CLOSE_MS                                                                              \
    INT64_C(1000) /* for the answers to acts in flight, before the lock is given back */

static bool takes_part(const migdi_run *run, const migdi_step *step)
{
    /* A pass before a removal looks for what later steps need, and for what there is to tell. */
    return run->mode != MIGDI_REMOVE || !run->looking_only || step->kind->outputs != NULL ||
           step->kind->report != NULL;
}

static void begin_pass(migdi_run *run)
{
    run->stage = -1;
    for (size_t i = 0; i < run->count; i++) {
        migdi_track *track = &run->tracks[i];
        const migdi_step *step = track->step;
        migdi_track_start(track, run, step, run->mode == MIGDI_REMOVE ? MIGDI_ABSENT : step->goal);
        if (!takes_part(run, step)) {
            track->phase = MIGDI_TRACK_DONE;
        }
    }
}

static bool goes_backward(const migdi_run *run)
{
    return run->mode == MIGDI_REMOVE && !run->looking_only;
}

/* The stage nearest to the current one in the direction of the pass; false: that was the last. */
static bool next_stage(migdi_run *run)
{
    const int32_t none = -1;
    int32_t next = none;
    for (size_t i = 0; i < run->count; i++) {
        const int32_t stage = run->tracks[i].step->stage;
        if (goes_backward(run)) {
            next = (run->stage == none || stage < run->stage) && stage > next ? stage : next;
        } else if (stage > run->stage && (next == none || stage < next)) {
            next = stage;
        }
    }
    run->stage = next;
    return next != none;
}

/* Attends the steps of the stage; answers whether all are done. */
static bool attend_stage(migdi_run *run)
{
    bool done = true;
    for (size_t i = 0; i < run->count; i++) {
        migdi_track *track = &run->tracks[i];
        if (track->step->stage == run->stage && track->phase != MIGDI_TRACK_DONE) {
            migdi_track_attend(track);
            done = done && track->phase == MIGDI_TRACK_DONE;
        }
    }
    return done;
}

/* The pass is over: the next one, or the end. */
static bool next_pass(migdi_run *run)
{
    if (run->mode == MIGDI_REMOVE && run->looking_only) {
        run->looking_only = false;
        begin_pass(run);
        return next_stage(run);
    }
    return false;
}

static void attend(migdi_work *work, migd_job *job)
{
    migdi_run *run = (migdi_run *)work;
    if (!run->begun) {
        run->begun = true;
        begin_pass(run);
        if (!next_stage(run)) {
            migdi_job_succeed(job);
        }
    }
    while (!job->ending && job->following == NULL && attend_stage(run)) {
        if (!next_stage(run) && !next_pass(run)) {
            migdi_job_succeed(job);
        }
    }
    migdi_lock_attend(run);
}

/* --- closing ---------------------------------------------------------------------------------- */

static void on_closing_timer(void *owner)
{
    migdi_job_wake(((migdi_run *)owner)->job);
}

/* Drops all but acts in flight under the lock: while they may still land, nobody else should
 * write. */
static void begin_closing(migdi_run *run)
{
    migd_context *context = run->job->context;
    run->closing = true;
    run->acts_until_ms = context->now_ms + ACTS_CLOSE_MS;
    for (size_t i = 0; i < run->count; i++) {
        migdi_track *track = &run->tracks[i];
        if (track->phase != MIGDI_TRACK_ACTS || !migdi_lock_is_used(run)) {
            migdi_track_stop(track);
        }
    }
    run->closing_timer.fire = on_closing_timer;
    run->closing_timer.owner = run;
    migdi_timer_arm(&context->timers, &run->closing_timer, run->acts_until_ms);
}

/* Whether acts are in flight that are worth waiting for. */
static bool acts_fly(migdi_run *run)
{
    bool flying = false;
    for (size_t i = 0; i < run->count; i++) {
        migdi_track *track = &run->tracks[i];
        if (track->phase != MIGDI_TRACK_ACTS) {
            continue;
        }
        if (run->job->context->now_ms >= run->acts_until_ms || migdi_track_collect(track)) {
            migdi_track_stop(track);
        } else {
            flying = true;
        }
    }
    return flying;
}

static bool close_run(migdi_work *work, migd_job *job)
{
    migdi_run *run = (migdi_run *)work;
    (void)job;
    if (!run->closing) {
        begin_closing(run);
    }
    return !acts_fly(run) && migdi_lock_release(run);
}

static void release_run(migdi_work *work)
{
    migdi_run *run = (migdi_run *)work;
    for (size_t i = 0; i < run->count; i++) {
        migdi_track_stop(&run->tracks[i]);
    }
    migdi_track_stop(&run->lock);
    migdi_timer_disarm(&run->job->context->timers, &run->closing_timer);
    migdi_free(run->tracks);
    migdi_free(run);
}

/* The text of the first step of the stage that is on its way. */
static const char *doing(const migdi_work *work)
{
    const migdi_run *run = (const migdi_run *)work;
    for (size_t i = 0; i < run->count; i++) {
        const migdi_track *track = &run->tracks[i];
        if (track->step->stage == run->stage && track->phase != MIGDI_TRACK_DONE &&
            track->told != NULL) {
            return track->told;
        }
    }
    return NULL;
}

static bool is_under_way(const migdi_run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        if (run->tracks[i].phase == MIGDI_TRACK_ACTS) {
            return true;
        }
    }
    return run->acted;
}

/* Whether a step of that name comes before, and is not done either. */
static bool is_named_before(const migdi_run *run, size_t index)
{
    const char *name = run->tracks[index].step->kind->name;
    for (size_t i = 0; i < index; i++) {
        const migdi_track *track = &run->tracks[i];
        if (track->phase != MIGDI_TRACK_DONE && migdi_text_equal(track->step->kind->name, name)) {
            return true;
        }
    }
    return false;
}

/* "all but members, address"; of a removal "not gone yet: namespace". */
static void remains(const migdi_work *work, migd_status status, migdi_text *out)
{
    const migdi_run *run = (const migdi_run *)work;
    const bool is_plain = status != MIGD_ERR_CANCELLED && status != MIGD_ERR_DEADLINE &&
                          status != MIGD_ERR_LOCKED && status != MIGD_ERR_CONFLICT &&
                          status != MIGD_ERR_REFUSED && status != MIGD_ERR_IMPOSSIBLE;
    if (run->looking_only || run->mode == MIGDI_PLAN || run->mode == MIGDI_LOOK) {
        return;
    }
    if (!is_under_way(run)) {
        migdi_text_add_string(out, is_plain ? "" : "nothing was changed");
        return;
    }
    bool removes = true;
    for (size_t i = 0; i < run->count; i++) {
        removes = removes && run->tracks[i].goal == MIGDI_ABSENT;
    }
    migdi_text_add_string(out, removes ? "not gone yet: " : "all but ");
    bool first = true;
    for (size_t i = 0; i < run->count; i++) {
        if (run->tracks[i].phase != MIGDI_TRACK_DONE && !is_named_before(run, i)) {
            migdi_text_format(out, "%s%s", first ? "" : ", ", run->tracks[i].step->kind->name);
            first = false;
        }
    }
}

static const migdi_work_kind kind = {attend, close_run, release_run, doing, remains};

migd_status migdi_job_run_steps(migd_job *job, migdi_run_mode mode, const migdi_step *steps,
                                size_t count, migd_error **error)
{
    if (mode == MIGDI_PLAN) {
        const migd_status status = migdi_plan_start(job);
        if (status < 0) {
            return migdi_fail_nomem(error);
        }
    }
    migdi_run *run = migdi_alloc_zeroed(1, sizeof *run);
    if (run == NULL) {
        return migdi_fail_nomem(error);
    }
    run->work.kind = &kind;
    run->job = job;
    run->mode = mode;
    run->looking_only = mode == MIGDI_LOOK || mode == MIGDI_REMOVE;
    run->tracks = migdi_alloc_zeroed(count, sizeof *run->tracks);
    if (run->tracks == NULL) {
        migdi_free(run);
        return migdi_fail_nomem(error);
    }
    for (size_t i = 0; i < count; i++) {
        run->tracks[i].step = &steps[i];
    }
    run->count = count;
    return migdi_job_start(job, &run->work, error);
}

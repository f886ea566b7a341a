/* The lock of a job: a step like others, run beside them. */
#include "job_steps.h"

/* A time of the server's clock, of ours. */
static int64_t of_our_time(const migdi_run *run, int64_t server_ms)
{
    const int64_t pace = migdi_job_pace(run->job, MIGDI_TARGET_CLUSTER);
    return (server_ms + pace - 1) / pace;
}

static int64_t renew_ms(const migdi_run *run)
{
    return of_our_time(run, run->job->lock_renew_ms);
}

/* Others follow after three of these times without a renewal: the third is for what is in
 * flight. */
static bool is_fresh(const migdi_run *run)
{
    return run->lock_held && run->job->context->now_ms - run->lock_fresh_ms < 2 * renew_ms(run);
}

bool migdi_lock_is_used(const migdi_run *run)
{
    return run->lock_held || run->lock.acts.count > 0;
}

bool migdi_lock_allows(migdi_track *track)
{
    migdi_run *run = track->run;
    if (run->job->lock == NULL || track->step->unlocked || track == &run->lock || is_fresh(run)) {
        return true;
    }
    if (!run->lock_wanted) {
        run->lock_wanted = true;
        migdi_track_start(&run->lock, run, run->job->lock, MIGDI_PRESENT);
    }
    return false;
}

static void fail_lost(migdi_run *run)
{
    migd_error *error = NULL;
    migdi_fail(&error, MIGD_ERR_LOCKED, "the lock was lost: %s", run->lock.verdict.text);
    migdi_track_fail(&run->lock, MIGD_ERR_LOCKED, error);
}

void migdi_lock_seen(migdi_track *track)
{
    migdi_run *run = track->run;
    run->lock_fresh_ms = run->job->context->now_ms - of_our_time(run, track->verdict.held_ms);
}

void migdi_lock_attend(migdi_run *run)
{
    migdi_track *lock = &run->lock;
    migd_context *context = run->job->context;
    if (!run->lock_wanted || run->job->ending) {
        return;
    }
    if (lock->phase == MIGDI_TRACK_DONE) {
        if (lock->timer.armed) {
            return;
        }
        lock->phase = MIGDI_TRACK_IDLE;
    }
    migdi_track_attend(lock);
    if (lock->phase == MIGDI_TRACK_DONE) {
        run->lock_held = true;
        migdi_timer_arm(&context->timers, &lock->timer, run->lock_fresh_ms + renew_ms(run));
        migdi_job_wake(run->job);
    } else if (lock->phase == MIGDI_TRACK_RESTS && run->lock_held && lock->verdict.wanted == NULL) {
        fail_lost(run);
    }
}

bool migdi_lock_release(migdi_run *run)
{
    migdi_track *lock = &run->lock;
    if (!migdi_lock_is_used(run)) {
        return true;
    }
    if (lock->goal != MIGDI_ABSENT) {
        migdi_track_stop(lock);
        /* What was sent is forgotten; that there is something to give back is not. */
        run->lock_held = true;
        migdi_track_start(lock, run, run->job->lock, MIGDI_ABSENT);
    }
    migdi_track_attend(lock);
    return lock->phase == MIGDI_TRACK_DONE || lock->phase == MIGDI_TRACK_FAILED;
}

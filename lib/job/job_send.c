/* The acts of a step: sent as one batch, answered, remembered; and the rest until the next look. */
#include "job_steps.h"

#include "core_text.h"

#include <string.h>

#define MOST_ACCEPTED 8U  /* without effect */
#define MOST_FAILED   10U /* in a row, of what may pass */
#define FACTS         (sizeof((migdi_act *)NULL)->facts / sizeof(int32_t))

static migd_context *context_of(const migdi_track *track)
{
    return track->run->job->context;
}

static int64_t pace_of(const migdi_track *track)
{
    return migdi_job_pace(track->run->job, MIGDI_TARGET_CLUSTER);
}

static void fail_nomem(migdi_track *track)
{
    migd_error *error = NULL;
    (void)migdi_fail_nomem(&error);
    migdi_track_fail(track, MIGD_ERR_NOMEM, error);
}

/* --- answered --------------------------------------------------------------------------------- */

static bool is_fact(const migdi_act *act, int32_t http_status)
{
    bool fact = false;
    for (size_t i = 0; i < FACTS; i++) {
        fact = fact || (http_status != 0 && act->facts[i] == http_status);
    }
    return fact;
}

/* Whether another try, after a look, may fare better. */
static bool may_pass(const migdi_flight *flight)
{
    return flight->status == MIGD_ERR_NETWORK || flight->http_status == 429 ||
           (flight->http_status >= 500 && flight->http_status != 501) ||
           migd_error_retryable(flight->error) != 0;
}

/* How long the same call rests, of our time. */
static int64_t rest_of(migdi_track *track, const migdi_act *act, const migdi_flight *flight,
                       uint32_t tries)
{
    int64_t rest_ms = act->rest_ms;
    if (rest_ms <= 0) {
        const int64_t backoff_ms = migdi_retry_backoff_ms(tries);
        rest_ms = backoff_ms / 2 + migdi_context_random(context_of(track), backoff_ms / 2 + 1);
    }
    rest_ms = migdi_paced_ms(rest_ms, pace_of(track));
    if (flight->retry_after_ms <= 0) {
        return rest_ms;
    }
    const int64_t asked_ms =
        flight->retry_after_ms +
        migdi_context_random(context_of(track), migdi_retry_spread_ms(flight->retry_after_ms) + 1);
    return asked_ms > rest_ms ? asked_ms : rest_ms;
}

static void tell_accepted(migdi_track *track, const migdi_wanted *wanted)
{
    const migd_job *job = track->run->job;
    if (job->accepted == NULL || track == &track->run->lock) {
        return;
    }
    migdi_builder result = migdi_track_build(track);
    if (result.status >= 0) {
        job->accepted(job->accepted_user, track->step, &wanted->act, wanted->flight.document,
                      &result);
    }
    (void)migdi_track_built(track, &result);
}

/* Remembers the answer; true: it ends the job. */
static bool account(migdi_track *track, migdi_wanted *wanted)
{
    const migdi_flight *flight = &wanted->flight;
    migdi_sent *sent = migdi_acts_find(&track->acts, wanted->act.call);
    sent->heard = flight->http_status == 0 ? -1 : flight->http_status;
    track->acts.last_heard = sent->heard;
    /* What nobody answered may have been done. */
    track->run->acted = track->run->acted || (track != &track->run->lock &&
                                              (flight->status >= 0 || flight->http_status == 0));
    sent->next_ms = context_of(track)->now_ms + rest_of(track, &wanted->act, flight, sent->tries);
    if (flight->status >= 0) {
        sent->accepted++;
        sent->failed = 0;
        tell_accepted(track, wanted);
        return false;
    }
    if (flight->status != MIGD_ERR_NOMEM && is_fact(&wanted->act, flight->http_status)) {
        sent->failed = 0;
        return false;
    }
    sent->failed++;
    return !may_pass(flight) || sent->failed >= MOST_FAILED;
}

static void fail_act(migdi_track *track, migdi_wanted *wanted)
{
    migd_error *error = wanted->flight.error;
    wanted->flight.error = NULL;
    if (wanted->act.call->name == NULL) {
        migdi_error_set_operation(&error, "%s", track->verdict.text);
    }
    migdi_track_fail(track, wanted->flight.status, error);
}

bool migdi_track_collect(migdi_track *track)
{
    migdi_verdict *verdict = &track->verdict;
    for (const migdi_wanted *wanted = verdict->wanted; wanted != NULL; wanted = wanted->next) {
        if (wanted->flight.job != NULL && !wanted->flight.done) {
            return false;
        }
    }
    track->phase = MIGDI_TRACK_IDLE;
    for (migdi_wanted *wanted = verdict->wanted; wanted != NULL; wanted = wanted->next) {
        if (wanted->flight.job != NULL && account(track, wanted)) {
            fail_act(track, wanted);
        }
    }
    for (migdi_wanted *wanted = verdict->wanted; wanted != NULL; wanted = wanted->next) {
        migdi_flight_stop(&wanted->flight);
        if (wanted->late_body != NULL) {
            migdi_wipe(wanted->late_body, strlen(wanted->late_body));
        }
    }
    return true;
}

/* --- sent ------------------------------------------------------------------------------------- */

/* Marks what is wanted in the memory of acts. */
static bool remember(migdi_track *track)
{
    migdi_acts_want_none(&track->acts);
    for (const migdi_wanted *wanted = track->verdict.wanted; wanted != NULL;
         wanted = wanted->next) {
        migdi_sent *sent = migdi_acts_add(&track->acts, wanted->act.call);
        if (sent == NULL) {
            fail_nomem(track);
            return false;
        }
        sent->wanted = true;
        if (sent->accepted >= MOST_ACCEPTED) {
            migd_error *error = NULL;
            migdi_fail(&error, MIGD_ERR_REMOTE, "accepted %u times, and still it is not so",
                       sent->accepted);
            migdi_error_set_operation(&error, "%s", track->verdict.text);
            migdi_track_fail(track, MIGD_ERR_REMOTE, error);
            return false;
        }
    }
    return true;
}

static bool is_due(const migdi_track *track, const migdi_wanted *wanted)
{
    return migdi_acts_find(&track->acts, wanted->act.call)->next_ms <= context_of(track)->now_ms;
}

static bool any_is_due(const migdi_track *track)
{
    bool due = false;
    for (const migdi_wanted *wanted = track->verdict.wanted; wanted != NULL;
         wanted = wanted->next) {
        due = due || is_due(track, wanted);
    }
    return due;
}

static void send(migdi_track *track)
{
    migdi_verdict *verdict = &track->verdict;
    track->phase = MIGDI_TRACK_ACTS;
    for (migdi_wanted *wanted = verdict->wanted; wanted != NULL; wanted = wanted->next) {
        if (!is_due(track, wanted)) {
            continue;
        }
        if (wanted->act.late_body != NULL) {
            wanted->late_body = wanted->act.late_body(track->step->wish, verdict);
            if (wanted->late_body == NULL) {
                fail_nomem(track);
                return;
            }
        }
        migdi_acts_find(&track->acts, wanted->act.call)->tries++;
        wanted->flight = (migdi_flight){.job = track->run->job,
                                        .call = wanted->act.call,
                                        .policy = MIGDI_RETRY_ACT,
                                        .late_body = wanted->late_body};
        migdi_flight_start(&wanted->flight);
    }
}

static bool ask_bells(migdi_track *track)
{
    for (size_t i = 0; i < track->verdict.bell_count; i++) {
        if (migdi_bells_ask(track->bells, track->run->job, track->verdict.bells[i]) < 0) {
            fail_nomem(track);
            return false;
        }
    }
    migdi_bells_keep_asked(track->bells);
    return true;
}

/* Asks what the verdict wants to know; true: the track waits for the answer, or looks at it. */
static bool ask(migdi_track *track)
{
    const migdi_verdict *verdict = &track->verdict;
    migd_job *job = track->run->job;
    if (verdict->question_key == NULL || migdi_job_reply(job, verdict->question_key) != NULL) {
        return false;
    }
    migdi_job_ask(job, track->step->kind->name, verdict->question_key, verdict->consent,
                  verdict->question);
    track->phase = MIGDI_TRACK_ASKS;
    return true;
}

void migdi_track_go(migdi_track *track)
{
    migdi_verdict *verdict = &track->verdict;
    if (!ask_bells(track) || !remember(track) || ask(track)) {
        return;
    }
    const bool due = any_is_due(track);
    if (due && !migdi_lock_allows(track)) {
        track->phase = MIGDI_TRACK_LOCKS;
        return;
    }
    migdi_track_tell(track, verdict->wanted == NULL ? MIGD_EVENT_WAIT : MIGD_EVENT_ACT,
                     verdict->text);
    if (track->phase == MIGDI_TRACK_FAILED) {
        return;
    }
    if (due) {
        send(track);
    } else {
        migdi_track_rest(track);
    }
}

/* --- rested ----------------------------------------------------------------------------------- */

/* The next pause between looks, of the server's time: longer while nothing changes, and as long as
 * may be while a bell would tell. */
static int64_t next_poll_ms(migdi_track *track)
{
    const migdi_verdict *verdict = &track->verdict;
    const int64_t longer_ms =
        track->text_stays ? track->poll_ms + track->poll_ms / 2 : verdict->poll_first_ms;
    track->poll_ms = longer_ms < verdict->poll_first_ms  ? verdict->poll_first_ms
                     : longer_ms > verdict->poll_most_ms ? verdict->poll_most_ms
                                                         : longer_ms;
    const int64_t poll_ms = migdi_bells_hang(track->bells) ? verdict->poll_most_ms : track->poll_ms;
    return poll_ms + migdi_context_random(context_of(track), poll_ms / 10 + 1);
}

void migdi_track_rest(migdi_track *track)
{
    const migdi_verdict *verdict = &track->verdict;
    const int64_t now_ms = context_of(track)->now_ms;
    const int64_t pause_ms = verdict->pause_ms > 0 ? verdict->pause_ms : next_poll_ms(track);
    int64_t at_ms = now_ms + migdi_paced_ms(pause_ms, pace_of(track));
    for (const migdi_wanted *wanted = verdict->wanted; wanted != NULL; wanted = wanted->next) {
        const int64_t next_ms = migdi_acts_find(&track->acts, wanted->act.call)->next_ms;
        at_ms = next_ms < at_ms ? next_ms : at_ms;
    }
    track->phase = MIGDI_TRACK_RESTS;
    migdi_timer_arm(&context_of(track)->timers, &track->timer, at_ms);
}

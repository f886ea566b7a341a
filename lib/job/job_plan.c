/* A plan: decide and imagine, looped to the end on what was seen. It is the deployment's own
 * decide, so the two cannot disagree. */
#include "job_steps.h"

#include "codec_object.h"

#include <stdio.h>

#define MOST_IMAGINED 1000

migd_status migdi_plan_start(migd_job *job)
{
    migd_object *none = NULL;
    migd_object *result = migdi_job_result(job);
    migdi_builder builder = {0};
    migdi_build(&builder);
    migdi_build_array(&builder, "/changes");
    migd_status status = migdi_build_take(&builder, &none, NULL);
    if (status == MIGD_OK && result == NULL) {
        status = MIGD_ERR_NOMEM;
    }
    if (status == MIGD_OK) {
        status = migd_object_set_object(result, "/changes", migd_object_at(none, "/changes"), NULL);
    }
    migd_object_free(none);
    return status;
}

static void fail_nomem(migdi_track *track)
{
    migd_error *error = NULL;
    (void)migdi_fail_nomem(&error);
    migdi_track_fail(track, MIGD_ERR_NOMEM, error);
}

static bool is_text(const migd_object *object, const char *pointer, const char *text)
{
    return migdi_text_equal(migd_object_text(object, pointer, NULL), text);
}

/* Which change of that step to that object was told before; as many as there are: none. */
static size_t told_before(const migd_object *changes, const migdi_news *news)
{
    size_t at = 0;
    while (at < migd_object_count(changes)) {
        const migd_object *change = migd_object_item(changes, at);
        if (is_text(change, "/object", news->object) && is_text(change, "/step", news->step) &&
            is_text(change, "/action", news->action)) {
            break;
        }
        at++;
    }
    return at;
}

/* One more field of a change. Where two requests write the same, one after the other, it goes from
 * the first to the last; what another step would write as well, on the same look, is told
 * already. */
static migd_status merge_field(migd_object *result, size_t change, const migd_object *field)
{
    char path[80];
    snprintf(path, sizeof path, "/changes/%zu/fields", change);
    const migd_object *fields = migd_object_at(result, path);
    const char *pointer = migd_object_text(field, "/pointer", NULL);
    size_t at = 0;
    while (at < migd_object_count(fields) &&
           !is_text(migd_object_item(fields, at), "/pointer", pointer)) {
        at++;
    }
    if (at == migd_object_count(fields)) {
        snprintf(path, sizeof path, "/changes/%zu/fields/-", change);
        return migd_object_set_object(result, path, field, NULL);
    }
    snprintf(path, sizeof path, "/changes/%zu/fields/%zu/to", change, at);
    if (migd_object_equal(migd_object_at(result, path), migd_object_at(field, "/from")) != 1) {
        return MIGD_OK;
    }
    return migd_object_set_object(result, path, migd_object_at(field, "/to"), NULL);
}

/* An object that several requests of a step change is one change. */
static migd_status merge_change(migd_object *result, size_t change, const migd_object *fields)
{
    migd_status status = MIGD_OK;
    for (size_t i = 0; i < migd_object_count(fields) && status == MIGD_OK; i++) {
        status = merge_field(result, change, migd_object_item(fields, i));
    }
    return status;
}

static migd_status add_change(migd_job *job, const migdi_news *news)
{
    migd_object *change = NULL;
    migd_object *result = migdi_job_result(job);
    const migd_object *changes = migd_object_at(result, "/changes");
    const size_t before = told_before(changes, news);
    migdi_builder builder = {0};
    if (before < migd_object_count(changes)) {
        return merge_change(result, before, news->fields);
    }
    migdi_build(&builder);
    migdi_build_string(&builder, news->step, "/step");
    migdi_build_string(&builder, news->action, "/action");
    migdi_build_string(&builder, news->object, "/object");
    if (news->fields == NULL) {
        migdi_build_array(&builder, "/fields");
    } else {
        migdi_build_object(&builder, news->fields, "/fields");
    }
    migd_status status = migdi_build_take(&builder, &change, NULL);
    if (status == MIGD_OK) {
        status = migd_object_set_object(result, "/changes/-", change, NULL);
    }
    migd_object_free(change);
    return status;
}

static void tell_change(migdi_track *track, const migdi_act *act)
{
    migd_job *job = track->run->job;
    const migdi_verdict *verdict = &track->verdict;
    const char *title = migdi_call_title(act->call, verdict->arena);
    migdi_news news = {
        .kind = MIGD_EVENT_PLAN,
        .step = track->step->kind->name,
        .text = verdict->wanted_count == 1 ? verdict->text : title,
        .object = act->object == NULL ? title : act->object,
        .action = act->action == NULL ? "update" : act->action,
        .fields = act->fields,
    };
    if (add_change(job, &news) < 0 || verdict->arena->failed) {
        fail_nomem(track);
        return;
    }
    migdi_job_add_event(job, &news);
}

/* Tells the acts of the verdict and imagines them, or that its wait came true. */
static void imagine(migdi_track *track)
{
    const migdi_step *step = track->step;
    for (const migdi_wanted *wanted = track->verdict.wanted;
         wanted != NULL && track->phase != MIGDI_TRACK_FAILED; wanted = wanted->next) {
        tell_change(track, &wanted->act);
        if (step->kind->imagine != NULL) {
            step->kind->imagine(step->wish, &wanted->act, track->seen);
        }
    }
    if (track->verdict.wanted == NULL && step->kind->imagine != NULL) {
        step->kind->imagine(step->wish, NULL, track->seen);
    }
}

void migdi_plan_track(migdi_track *track)
{
    for (int i = 0; i < MOST_IMAGINED; i++) {
        if (!migdi_track_decide(track) || track->verdict.said == MIGDI_SAID_DONE) {
            return;
        }
        imagine(track);
        if (track->phase == MIGDI_TRACK_FAILED || track->run->job->ending ||
            track->step->kind->imagine == NULL) {
            return;
        }
    }
    migd_error *error = NULL;
    migdi_fail(&error, MIGD_ERR_IMPOSSIBLE, "the plan comes to no end at: %s", track->verdict.text);
    migdi_track_fail(track, MIGD_ERR_IMPOSSIBLE, error);
}

/* A small world for tests of the runner: boxes at /boxes/NAME that are made by PUT, are ready after
 * a while, and go by DELETE. The step is written as every step should be. */
#ifndef JOB_BOXES_H
#define JOB_BOXES_H

#include "test_support.h"

#include "core_text.h"
#include "job_run.h"
#include "test_transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct box_wish {
    const char *name;
    const char *path;
    const char *body;
    bool watches;
} box_wish;

typedef struct box_seen {
    bool there;
    bool ready;
    const migdi_call *make;
    const migdi_call *remove;
    const migdi_call *watch;
    int32_t heard;
} box_seen;

static inline void box_observe(const void *wish, migdi_view *view, void *out)
{
    const box_wish *w = wish;
    box_seen *seen = out;
    migdi_arena *arena = migdi_view_arena(view);
    const migd_object *box = migdi_see(view, test_get(arena, w->path));
    seen->there = box != NULL;
    seen->ready = migd_object_boolean(box, "/ready", 0) != 0;
    seen->make = test_put(arena, w->path, w->body);
    seen->remove = test_delete(arena, w->path);
    seen->watch = test_watch(arena, "/boxes?watch");
    seen->heard = migdi_heard(view, seen->make);
}

static inline void box_decide(const void *wish, migdi_goal goal, const void *in,
                              migdi_verdict *verdict)
{
    const box_wish *w = wish;
    const box_seen *seen = in;
    migdi_poll(verdict, 1000, 4000);
    if (w->watches) {
        migdi_doorbell(verdict, seen->watch);
    }
    if (!seen->there && goal == MIGDI_ABSENT) {
        migdi_done(verdict, "box %s is gone", w->name);
    } else if (!seen->there) {
        migdi_going(verdict, "make box %s", w->name);
        migdi_act *act = migdi_want(verdict, seen->make);
        act->action = "create";
        act->object = w->path;
    } else if (goal == MIGDI_ABSENT) {
        migdi_going(verdict, "remove box %s", w->name);
        migdi_act *act = migdi_want(verdict, seen->remove);
        act->action = "delete";
        act->kind = 1;
        act->facts[0] = 404;
    } else if (!seen->ready) {
        migdi_going(verdict, "box %s: not ready", w->name);
    } else {
        migdi_done(verdict, "box %s is ready", w->name);
    }
}

static inline void box_imagine(const void *wish, const migdi_act *act, void *in)
{
    (void)wish;
    box_seen *seen = in;
    if (act == NULL) {
        seen->ready = true;
    } else {
        seen->there = act->kind == 0;
    }
}

static inline void box_report(const void *wish, const void *in, migd_object *result)
{
    const box_wish *w = wish;
    const box_seen *seen = in;
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/%s", w->name);
    (void)migd_object_set_boolean(result, pointer, seen->ready, NULL);
}

static const migdi_step_kind box_kind = {"box",      sizeof(box_seen), box_observe, NULL,
                                         box_decide, box_imagine,      box_report};

/* A job on a context with the scripted transport, and a target at index 0. */
typedef struct stage {
    test_transport *transport;
    migd_context *context;
    migdi_target target;
    migd_job *job;
} stage;

static inline void stage_open(stage *s, const test_rule *rules, size_t count,
                              const migd_call_options *options)
{
    s->transport = test_transport_new(rules, count);
    s->context = test_context(s->transport, NULL);
    test_target_start(&s->target);
    assert_int_equal(migdi_job_new(s->context, options, &s->job, NULL), MIGD_OK);
    migdi_job_set_target(s->job, MIGDI_TARGET_CLUSTER, &s->target);
}

static inline void stage_close(stage *s)
{
    migd_job_free(s->job);
    migd_context_free(s->context);
}

static inline void stage_expect(stage *s, migd_status status, const char *told)
{
    migd_status ended = MIGD_OK;
    char *events = test_tell(s->job, &ended);
    assert_string_equal(events, told);
    assert_int_equal(ended, status);
    free(events);
}

static inline int64_t stage_ms(const stage *s)
{
    return test_clock(MIGD_CLOCK_MONOTONIC, s->transport) - 1000000;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

#endif

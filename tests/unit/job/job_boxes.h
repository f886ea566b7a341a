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
    bool going;
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
    seen->going = migd_object_boolean(box, "/going", 0) != 0;
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
    } else if (seen->going) {
        migdi_going(verdict, "box %s: going", w->name);
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
    if (act == NULL && seen->going) {
        seen->there = false;
    } else if (act == NULL) {
        seen->ready = true;
    } else if (act->kind == 1) {
        seen->going = true;
    } else {
        seen->there = true;
    }
}

static inline void box_report(const void *wish, const void *in, migdi_builder *result)
{
    const box_wish *w = wish;
    const box_seen *seen = in;
    migdi_build_boolean(result, seen->ready, "/%s", w->name);
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

/* A server of boxes: GET 404 until PUT, ready a second after it, gone by DELETE after a second. */
typedef struct box_state {
    char path[32];
    bool there;
    int64_t ready_ms; /* on the clock */
    int64_t gone_ms;  /* 0: it stays */
    size_t puts;
    size_t deletes;
} box_state;

typedef struct box_world {
    test_transport *transport;
    box_state boxes[8];
    size_t count;
    void (*interfere)(void *user, const test_request *request, test_rule *rule);
    void *user;
} box_world;

static inline box_state *box_at(box_world *world, const char *path)
{
    for (size_t i = 0; i < world->count; i++) {
        if (strcmp(world->boxes[i].path, path) == 0) {
            return &world->boxes[i];
        }
    }
    assert_true(world->count < 8);
    box_state *box = &world->boxes[world->count++];
    *box = (box_state){0};
    snprintf(box->path, sizeof box->path, "%s", path);
    return box;
}

static inline void box_serve(void *user, const test_request *request, test_rule *rule)
{
    box_world *world = user;
    box_state *box = box_at(world, request->path);
    const int64_t now_ms = test_clock(MIGD_CLOCK_MONOTONIC, world->transport);
    if (box->gone_ms != 0 && now_ms >= box->gone_ms) {
        box->there = false;
        box->gone_ms = 0;
    }
    rule->after_ms = 1;
    if (world->interfere != NULL) {
        world->interfere(world->user, request, rule);
        if (rule->status != 0 || rule->lost != 0 || rule->hangs || rule->open) {
            return;
        }
    }
    if (strcmp(request->method, "PUT") == 0) {
        box->puts++;
        box->ready_ms = box->there ? box->ready_ms : now_ms + 1000;
        box->there = true;
    } else if (strcmp(request->method, "DELETE") == 0) {
        box->deletes++;
        box->gone_ms = box->there && box->gone_ms == 0 ? now_ms + 1000 : box->gone_ms;
        rule->status = box->there ? 200 : 404;
    } else if (box->there && box->gone_ms != 0) {
        rule->body = "{\"going\":true}";
    } else if (box->there) {
        rule->body = now_ms >= box->ready_ms ? "{\"ready\":true}" : "{\"ready\":false}";
    } else {
        rule->status = 404;
    }
}

static inline void stage_open_world(stage *s, box_world *world, const migd_call_options *options)
{
    stage_open(s, NULL, 0, options);
    world->transport = s->transport;
    test_transport_serve(s->transport, box_serve, world);
}

/* Another job on the same world, as after a restart of the program. */
static inline void stage_again(stage *s, const migd_call_options *options)
{
    migd_job_free(s->job);
    assert_int_equal(migdi_job_new(s->context, options, &s->job, NULL), MIGD_OK);
    migdi_job_set_target(s->job, MIGDI_TARGET_CLUSTER, &s->target);
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

#endif

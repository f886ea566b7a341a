/* Events, and the bounded queue in which they wait to be pulled. */
#ifndef MIGDI_JOB_EVENTS_H
#define MIGDI_JOB_EVENTS_H

#include "core_arena.h"

#include <migdeploy/job.h>

/* What an event is made of; texts are copied but for `step`. */
typedef struct migdi_news {
    int32_t kind;
    const char *step; /* NULL: the job itself; lives as long as the job */
    const char *text;
    const char *object;
    const char *action;
    const char *key; /* of a question */
    const migd_object *fields;
    int64_t unix_ms;
    int64_t elapsed_ms;
    bool warning;
    bool consent;
} migdi_news;

struct migd_event {
    migd_event *next;
    migdi_news news; /* its texts lie behind the event */
    migd_object *fields;
    migd_object *details; /* made when asked for */
    bool embedded;        /* in its job, and not freed by itself */
};

typedef struct migdi_events {
    migd_event *first;
    migd_event *last;
    size_t count;
    size_t limit; /* from here on the queue is full: progress is merged, and producers hold */
} migdi_events;

/* An event; NULL on lack of memory. */
migd_event *migdi_event_new(const migdi_news *news);
void migdi_event_free(migd_event *event);

/* Adds to the queue; takes the event. In a full queue progress (ACT, WAIT) takes the place of the
 * last progress of its step, if that still waits; nothing else is ever dropped. */
void migdi_events_add(migdi_events *events, migd_event *event);

/* The oldest, for migdi_event_free(); NULL when there is none. */
migd_event *migdi_events_take(migdi_events *events);

void migdi_events_free(migdi_events *events);

/* "2026-11-24T18:50:43Z". `out` has room for 32 bytes. */
void migdi_events_time(int64_t unix_ms, char out[32]);

#endif

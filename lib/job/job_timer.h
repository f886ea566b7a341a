/* Timers: a pairing heap of members that live in their owners, so that arming one allocates
 * nothing. */
#ifndef MIGDI_JOB_TIMER_H
#define MIGDI_JOB_TIMER_H

#include <migdeploy/base.h>
#include <stdbool.h>

typedef struct migdi_timer migdi_timer;

/* {0} is a timer that is not armed. fire: set before it is armed; it may arm the timer anew. */
struct migdi_timer {
    void (*fire)(void *owner);
    void *owner;
    int64_t at_ms;
    bool armed;
    migdi_timer *child;
    migdi_timer *next;     /* its right sibling */
    migdi_timer *previous; /* its left sibling, or its parent when it is the first child */
};

/* {0} is a set without timers. */
typedef struct migdi_timers {
    migdi_timer *first; /* the earliest; NULL: none is armed */
    int64_t
        not_before_ms; /* while timers fire: what they arm comes later than those that are due */
} migdi_timers;

/* Arms the timer, or moves it when it is armed. */
void migdi_timer_arm(migdi_timers *timers, migdi_timer *timer, int64_t at_ms);

/* Disarms it, if it is armed. */
void migdi_timer_disarm(migdi_timers *timers, migdi_timer *timer);

/* Fires, earliest first, what is due at now_ms. A timer that is armed meanwhile waits for the next
 * call, so that this one ends. */
void migdi_timers_fire(migdi_timers *timers, int64_t now_ms);

#endif

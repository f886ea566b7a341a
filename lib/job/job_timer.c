/* A pairing heap: arming is O(1), taking the earliest O(log n) on average. */
#include "job_timer.h"

#include <stddef.h>

/* The heap of two heaps: the later one becomes the first child of the earlier. */
static migdi_timer *meld(migdi_timer *left, migdi_timer *right)
{
    if (left == NULL) {
        return right;
    }
    if (right == NULL) {
        return left;
    }
    if (right->at_ms < left->at_ms) {
        migdi_timer *swapped = left;
        left = right;
        right = swapped;
    }
    right->previous = left;
    right->next = left->child;
    if (left->child != NULL) {
        left->child->previous = right;
    }
    left->child = right;
    left->next = NULL;
    left->previous = NULL;
    return left;
}

/* Melds siblings in pairs from the left, then the pairs from the right. */
static migdi_timer *meld_siblings(migdi_timer *sibling)
{
    migdi_timer *pairs = NULL; /* linked through `previous` */
    while (sibling != NULL) {
        migdi_timer *left = sibling;
        migdi_timer *right = left->next;
        sibling = right == NULL ? NULL : right->next;
        left->next = NULL;
        left->previous = NULL;
        if (right != NULL) {
            right->next = NULL;
            right->previous = NULL;
        }
        migdi_timer *pair = meld(left, right);
        pair->previous = pairs;
        pairs = pair;
    }
    migdi_timer *whole = NULL;
    while (pairs != NULL) {
        migdi_timer *pair = pairs;
        pairs = pair->previous;
        pair->previous = NULL;
        whole = meld(whole, pair);
    }
    return whole;
}

void migdi_timer_disarm(migdi_timers *timers, migdi_timer *timer)
{
    if (!timer->armed) {
        return;
    }
    if (timer == timers->first) {
        timers->first = meld_siblings(timer->child);
    } else {
        if (timer->previous->child == timer) {
            timer->previous->child = timer->next;
        } else {
            timer->previous->next = timer->next;
        }
        if (timer->next != NULL) {
            timer->next->previous = timer->previous;
        }
        timers->first = meld(timers->first, meld_siblings(timer->child));
    }
    timer->armed = false;
    timer->child = NULL;
    timer->next = NULL;
    timer->previous = NULL;
}

void migdi_timer_arm(migdi_timers *timers, migdi_timer *timer, int64_t at_ms)
{
    migdi_timer_disarm(timers, timer);
    timer->at_ms = at_ms < timers->not_before_ms ? timers->not_before_ms : at_ms;
    timer->armed = true;
    timers->first = meld(timers->first, timer);
}

void migdi_timers_fire(migdi_timers *timers, int64_t now_ms)
{
    timers->not_before_ms = now_ms + 1;
    while (timers->first != NULL && timers->first->at_ms <= now_ms) {
        migdi_timer *timer = timers->first;
        migdi_timer_disarm(timers, timer);
        timer->fire(timer->owner);
    }
    timers->not_before_ms = INT64_MIN;
}

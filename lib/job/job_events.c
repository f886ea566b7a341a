/* Events: one piece of memory each, texts behind the struct; the queue links them. */
#include "job_events.h"

#include "codec_object.h"
#include "core_calendar.h"

#include <stdio.h>
#include <string.h>

static const char *const states[] = {
    [MIGD_EVENT_ACT] = "start", [MIGD_EVENT_WAIT] = "wait",         [MIGD_EVENT_DONE] = "done",
    [MIGD_EVENT_FAIL] = "fail", [MIGD_EVENT_NOTE] = "note",         [MIGD_EVENT_PLAN] = "plan",
    [MIGD_EVENT_LINE] = "line", [MIGD_EVENT_QUESTION] = "question",
};

static size_t room_for(const char *text)
{
    return text == NULL ? 0 : strlen(text) + 1;
}

static const char *put(char **room, const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    char *copy = *room;
    const size_t size = room_for(text);
    memcpy(copy, text, size);
    *room += size;
    return copy;
}

migd_event *migdi_event_new(const migdi_news *news)
{
    const size_t size = room_for(news->text) + room_for(news->object) + room_for(news->action) +
                        room_for(news->key);
    migd_event *event = migdi_alloc(sizeof *event + size);
    if (event == NULL) {
        return NULL;
    }
    char *room = (char *)(event + 1);
    *event = (migd_event){.news = *news};
    event->news.text = put(&room, news->text);
    event->news.object = put(&room, news->object);
    event->news.action = put(&room, news->action);
    event->news.key = put(&room, news->key);
    event->news.fields = NULL;
    if (news->fields != NULL && migd_object_copy(news->fields, &event->fields, NULL) < 0) {
        migdi_free(event);
        return NULL;
    }
    return event;
}

void migdi_event_free(migd_event *event)
{
    if (event != NULL) {
        migd_object_free(event->fields);
        migd_object_free(event->details);
        event->details = NULL;
        if (!event->embedded) {
            migdi_free(event);
        }
    }
}

static bool is_progress(const migd_event *event)
{
    return event->news.kind == MIGD_EVENT_ACT || event->news.kind == MIGD_EVENT_WAIT;
}

/* The last event of that step that waits, with what links to it; NULL when there is none. */
static migd_event *last_of_step(const migdi_events *events, const char *step, migd_event **before)
{
    migd_event *found = NULL;
    migd_event *previous = NULL;
    for (migd_event *event = events->first; event != NULL; event = event->next) {
        if (migdi_text_equal(event->news.step, step)) {
            found = event;
            *before = previous;
        }
        previous = event;
    }
    return found;
}

void migdi_events_add(migdi_events *events, migd_event *event)
{
    migd_event *before = NULL;
    migd_event *old = events->count >= events->limit && is_progress(event)
                          ? last_of_step(events, event->news.step, &before)
                          : NULL;
    if (old != NULL && is_progress(old)) {
        event->next = old->next;
        *(before == NULL ? &events->first : &before->next) = event;
        events->last = events->last == old ? event : events->last;
        migdi_event_free(old);
        return;
    }
    event->next = NULL;
    *(events->first == NULL ? &events->first : &events->last->next) = event;
    events->last = event;
    events->count++;
}

migd_event *migdi_events_take(migdi_events *events)
{
    migd_event *event = events->first;
    if (event != NULL) {
        events->first = event->next;
        events->last = events->first == NULL ? NULL : events->last;
        event->next = NULL;
        events->count--;
    }
    return event;
}

void migdi_events_free(migdi_events *events)
{
    for (migd_event *event = migdi_events_take(events); event != NULL;
         event = migdi_events_take(events)) {
        migdi_event_free(event);
    }
}

void migdi_events_time(int64_t unix_ms, char out[32])
{
    const migdi_date date = migdi_date_of(unix_ms);
    snprintf(out, 32, "%04d-%02d-%02dT%02d:%02d:%02dZ", date.year, date.month, date.day, date.hour,
             date.minute, date.second);
}

int32_t migd_event_kind(const migd_event *event)
{
    return event == NULL ? 0 : event->news.kind;
}

const char *migd_event_text(const migd_event *event)
{
    return event == NULL ? NULL : event->news.text;
}

const char *migd_event_step(const migd_event *event)
{
    return event == NULL ? NULL : event->news.step;
}

static migd_object *describe(const migd_event *event)
{
    const migdi_news *news = &event->news;
    char time_text[32];
    migdi_events_time(news->unix_ms, time_text);
    migdi_builder builder = {0};
    migdi_build(&builder);
    migdi_build_string(&builder, time_text, "/time");
    migdi_build_string(&builder, news->step, "/step");
    migdi_build_string(&builder, states[news->kind], "/state");
    migdi_build_string(&builder, news->object, "/object");
    migdi_build_string(&builder, news->text, "/text");
    migdi_build_int64(&builder, news->elapsed_ms, "/elapsedMs");
    if (news->kind == MIGD_EVENT_NOTE) {
        migdi_build_boolean(&builder, news->warning, "/warning");
    } else if (news->kind == MIGD_EVENT_QUESTION) {
        migdi_build_string(&builder, news->key, "/kind");
        migdi_build_boolean(&builder, news->consent, "/consent");
    } else if (news->kind == MIGD_EVENT_PLAN) {
        migdi_build_string(&builder, news->action, "/action");
        migdi_build_object(&builder, event->fields, "/fields");
    } else if (event->fields != NULL) {
        migdi_build_object(&builder, event->fields, "/fields");
    }
    migd_object *details = NULL;
    return migdi_build_take(&builder, &details, NULL) < 0 ? NULL : details;
}

const migd_object *migd_event_details(const migd_event *event)
{
    if (event == NULL) {
        return NULL;
    }
    /* Most hosts never ask. The event is const to them, and lives in memory that is ours to
     * write. */
    migd_event *ours = (migd_event *)(uintptr_t)event;
    if (ours->details == NULL) {
        ours->details = describe(event);
    }
    return ours->details;
}

/* A fetch: a flight, or one flight a page with the items gathered. */
#include "job_fetch.h"

#include "codec_object.h"

#define MOST_PAGES    2000U
#define MOST_ITEMS    ((size_t)1000000)
#define MOST_RESTARTS 3U
#define HTTP_GONE     410

static void conclude(migdi_fetch *fetch, migd_status status, migd_error *error)
{
    fetch->status = status;
    fetch->error = error;
    fetch->done = true;
}

static void fly(migdi_fetch *fetch, const migdi_call *call)
{
    fetch->page_call = call;
    fetch->flight.call = call;
    migdi_flight_start(&fetch->flight);
}

void migdi_fetch_start(migdi_fetch *fetch, migd_job *job, const migdi_call *call,
                       migdi_retry_policy policy)
{
    fetch->call = call;
    fetch->flight.job = job;
    fetch->flight.policy = policy;
    fly(fetch, call);
}

/* The flight is over; the next one is the same but for its call. */
static void fly_again(migdi_fetch *fetch, const migdi_call *call)
{
    const migdi_flight next = {.job = fetch->flight.job, .policy = fetch->flight.policy};
    migdi_flight_stop(&fetch->flight);
    fetch->flight = next;
    fly(fetch, call);
}

static migd_status start_joined(migdi_fetch *fetch)
{
    migdi_builder builder = {0};
    migdi_build(&builder);
    migdi_build_array(&builder, "/items");
    return migdi_build_take(&builder, &fetch->joined, NULL);
}

/* Copies the items of the page behind those before it. */
static migd_status join(migdi_fetch *fetch, migd_error **error)
{
    migdi_target *target = fetch->flight.target;
    const migd_object *items =
        fetch->document == NULL ? NULL : target->kind->items(target, fetch->document);
    const size_t count = migd_object_count(items);
    fetch->items += count;
    if (fetch->items > MOST_ITEMS || fetch->pages > MOST_PAGES) {
        return migdi_fail(error, MIGD_ERR_LIMIT, "a list of more than %zu items or %u pages",
                          MOST_ITEMS, MOST_PAGES);
    }
    migd_status status = fetch->joined == NULL ? start_joined(fetch) : MIGD_OK;
    if (status == MIGD_OK && fetch->call->secret) {
        migdi_object_keep_secret(fetch->joined);
    }
    for (size_t i = 0; status == MIGD_OK && i < count; i++) {
        status =
            migd_object_set_object(fetch->joined, "/items/-", migd_object_item(items, i), NULL);
    }
    return status < 0 ? migdi_fail_nomem(error) : MIGD_OK;
}

static void take_page(migdi_fetch *fetch)
{
    migdi_target *target = fetch->flight.target;
    const migdi_call *next =
        target->kind->next_page == NULL
            ? NULL
            : target->kind->next_page(target, fetch->page_call, fetch->document, &fetch->arena);
    migd_error *error = NULL;
    fetch->pages++;
    if (fetch->arena.failed) {
        (void)migdi_fail_nomem(&error);
        conclude(fetch, MIGD_ERR_NOMEM, error);
        return;
    }
    if (next != NULL || fetch->joined != NULL) {
        const migd_status status = join(fetch, &error);
        if (status < 0) {
            conclude(fetch, status, error);
            return;
        }
    }
    if (next == NULL) {
        conclude(fetch, MIGD_OK, NULL);
    } else if (migdi_call_equal(next, fetch->page_call)) {
        migdi_fail(&error, MIGD_ERR_REMOTE, "%s: the list goes on with the same page for ever",
                   target->label);
        conclude(fetch, MIGD_ERR_REMOTE, error);
    } else {
        migd_object_free(fetch->document);
        fetch->document = NULL;
        fly_again(fetch, next);
    }
}

/* The rest of the pages is gone: from the first page again. */
static void start_again(migdi_fetch *fetch)
{
    fetch->restarts++;
    fetch->pages = 0;
    fetch->items = 0;
    migd_object_free(fetch->joined);
    fetch->joined = NULL;
    fly_again(fetch, fetch->call);
    migdi_arena_free(&fetch->arena);
}

bool migdi_fetch_attend(migdi_fetch *fetch)
{
    migdi_flight *flight = &fetch->flight;
    if (fetch->done || !flight->done) {
        return fetch->done;
    }
    const bool list = fetch->call->kind == MIGDI_CALL_LIST;
    if (flight->status < 0) {
        if (list && fetch->pages > 0 && flight->http_status == HTTP_GONE &&
            fetch->restarts < MOST_RESTARTS) {
            start_again(fetch);
            return fetch->done;
        }
        conclude(fetch, flight->status, flight->error);
        flight->error = NULL;
        return true;
    }
    fetch->document = flight->document;
    flight->document = NULL;
    if (list && fetch->document != NULL) {
        take_page(fetch);
    } else {
        conclude(fetch, MIGD_OK, NULL);
    }
    return fetch->done;
}

const migd_object *migdi_fetch_items(const migdi_fetch *fetch)
{
    if (fetch->joined != NULL) {
        return migd_object_at(fetch->joined, "/items");
    }
    return fetch->document == NULL
               ? NULL
               : fetch->flight.target->kind->items(fetch->flight.target, fetch->document);
}

migd_object *migdi_fetch_take(migdi_fetch *fetch, migd_status *status)
{
    migd_object **source = &fetch->document;
    *status = MIGD_OK;
    if (fetch->call->kind == MIGDI_CALL_LIST) {
        if (fetch->joined == NULL) {
            *status = join(fetch, NULL);
        }
        source = &fetch->joined;
    }
    migd_object *taken = *source;
    *source = NULL;
    return taken;
}

void migdi_fetch_stop(migdi_fetch *fetch)
{
    if (fetch->call == NULL) {
        return;
    }
    migdi_flight_stop(&fetch->flight);
    migdi_arena_free(&fetch->arena);
    migd_object_free(fetch->document);
    migd_object_free(fetch->joined);
    migd_error_free(fetch->error);
    *fetch = (migdi_fetch){0};
}

/* The acts that were sent: a short array, the oldest forgotten when it grows long. */
#include "job_acts.h"

#include <string.h>

#define MANY ((size_t)64)

migdi_sent *migdi_acts_find(const migdi_acts *acts, const migdi_call *call)
{
    const uint64_t hash = migdi_call_hash(call);
    for (size_t i = 0; i < acts->count; i++) {
        if (acts->sent[i].hash == hash && acts->sent[i].size == call->body_size) {
            return &acts->sent[i];
        }
    }
    return NULL;
}

static void forget_one(migdi_acts *acts)
{
    for (size_t i = 0; i < acts->count; i++) {
        if (!acts->sent[i].wanted) {
            acts->count--;
            memmove(&acts->sent[i], &acts->sent[i + 1], (acts->count - i) * sizeof *acts->sent);
            return;
        }
    }
}

migdi_sent *migdi_acts_add(migdi_acts *acts, const migdi_call *call)
{
    migdi_sent *known = migdi_acts_find(acts, call);
    if (known != NULL) {
        return known;
    }
    if (acts->count >= MANY) {
        forget_one(acts);
    }
    void *sent = acts->sent;
    if (!migdi_grow(&sent, &acts->capacity, acts->count + 1, sizeof *acts->sent)) {
        return NULL;
    }
    acts->sent = sent;
    migdi_sent *added = &acts->sent[acts->count++];
    *added = (migdi_sent){.hash = migdi_call_hash(call), .size = call->body_size};
    return added;
}

void migdi_acts_want_none(migdi_acts *acts)
{
    for (size_t i = 0; i < acts->count; i++) {
        acts->sent[i].wanted = false;
    }
}

int32_t migdi_acts_heard(const migdi_acts *acts, const migdi_call *call)
{
    const migdi_sent *sent = migdi_acts_find(acts, call);
    return sent == NULL ? 0 : sent->heard;
}

void migdi_acts_free(migdi_acts *acts)
{
    migdi_free(acts->sent);
    *acts = (migdi_acts){0};
}

/* Calls: told apart by their bytes. */
#include "job_call.h"

#include "core_text.h"

#include <string.h>

static const char *identity(const migdi_call *call)
{
    return call->key == NULL ? call->path : call->key;
}

static uint64_t add(uint64_t hash, const char *bytes, size_t size)
{
    /* FNV-1a. */
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
    }
    return hash;
}

uint64_t migdi_call_hash(const migdi_call *call)
{
    const char target = (char)call->target;
    const char *path = identity(call);
    uint64_t hash = add(UINT64_C(14695981039346656037), &target, 1);
    hash = add(hash, call->method, strlen(call->method) + 1);
    hash = add(hash, path, strlen(path) + 1);
    return add(hash, call->body, call->body_size);
}

bool migdi_call_equal(const migdi_call *left, const migdi_call *right)
{
    if (left == NULL || right == NULL) {
        return false;
    }
    return left == right ||
           (left->target == right->target && left->body_size == right->body_size &&
            strcmp(left->method, right->method) == 0 &&
            strcmp(identity(left), identity(right)) == 0 &&
            (left->body_size == 0 || memcmp(left->body, right->body, left->body_size) == 0));
}

static const char *copy_text(migdi_arena *arena, const char *text)
{
    return text == NULL ? NULL : migdi_arena_text(arena, text, strlen(text));
}

migdi_call *migdi_call_copy(migdi_arena *arena, const migdi_call *call)
{
    migdi_call *copy = migdi_arena_alloc(arena, sizeof *copy);
    if (copy == NULL) {
        return NULL;
    }
    *copy = *call;
    arena->secret = arena->secret || call->secret;
    copy->method = copy_text(arena, call->method);
    copy->path = copy_text(arena, call->path);
    copy->accept = copy_text(arena, call->accept);
    copy->content_type = copy_text(arena, call->content_type);
    copy->name = copy_text(arena, call->name);
    copy->key = copy_text(arena, call->key);
    copy->body = call->body == NULL ? NULL : migdi_arena_text(arena, call->body, call->body_size);
    return arena->failed ? NULL : copy;
}

const char *migdi_call_title(const migdi_call *call, migdi_arena *arena)
{
    if (call->name != NULL) {
        return call->name;
    }
    const char *title = migdi_arena_format(arena, "%s %.*s", call->method,
                                           (int)strcspn(call->path, "?"), call->path);
    return title == NULL ? "" : title;
}

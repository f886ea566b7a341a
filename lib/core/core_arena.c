/* An arena: many small pieces, freed together. */
#include "core_arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#define FIRST_BLOCK   ((size_t)1024)
#define LARGEST_BLOCK ((size_t)256 * 1024)

struct migdi_arena_block {
    migdi_arena_block *older;
    size_t size;
    alignas(max_align_t) char bytes[];
};

struct migdi_arena_gift {
    migdi_arena_gift *older;
    void *owned;
    void (*release)(void *);
};

static bool add_block(migdi_arena *arena, size_t size)
{
    size_t wanted = arena->blocks == NULL ? FIRST_BLOCK : arena->blocks->size * 2;
    wanted = wanted > LARGEST_BLOCK ? LARGEST_BLOCK : wanted;
    wanted = wanted < size ? size : wanted;
    if (wanted > SIZE_MAX - sizeof(migdi_arena_block)) {
        return false;
    }
    migdi_arena_block *block = migdi_alloc(sizeof *block + wanted);
    if (block == NULL) {
        return false;
    }
    block->older = arena->blocks;
    block->size = wanted;
    arena->blocks = block;
    arena->next = block->bytes;
    arena->left = wanted;
    arena->used += sizeof *block + wanted;
    return true;
}

static void *take(migdi_arena *arena, size_t size, size_t align)
{
    const size_t gap = (size_t)-(uintptr_t)arena->next & (align - 1); /* a power of two */
    if (arena->left >= gap && arena->left - gap >= size && arena->next != NULL) {
        char *piece = arena->next + gap;
        arena->next = piece + size;
        arena->left -= gap + size;
        return piece;
    }
    if (!add_block(arena, size)) {
        arena->failed = true;
        return NULL;
    }
    char *piece = arena->next;
    arena->next += size;
    arena->left -= size;
    return piece;
}

void migdi_arena_reserve(migdi_arena *arena, size_t size)
{
    if (arena->left < size) {
        add_block(arena, size);
    }
}

void *migdi_arena_alloc(migdi_arena *arena, size_t size)
{
    return take(arena, size == 0 ? 1 : size, alignof(max_align_t));
}

void *migdi_arena_alloc_zeroed(migdi_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        arena->failed = true;
        return NULL;
    }
    void *piece = migdi_arena_alloc(arena, count * size);
    if (piece != NULL) {
        memset(piece, 0, count * size);
    }
    return piece;
}

char *migdi_arena_text(migdi_arena *arena, const char *text, size_t size)
{
    if (size == SIZE_MAX) {
        arena->failed = true;
        return NULL;
    }
    char *copy = take(arena, size + 1, 1);
    if (copy != NULL) {
        if (size > 0) {
            memcpy(copy, text, size);
        }
        copy[size] = '\0';
    }
    return copy;
}

char *migdi_arena_format_list(migdi_arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, arguments);
    char *text = length < 0 ? NULL : take(arena, (size_t)length + 1, 1);
    arena->failed = arena->failed || text == NULL;
    if (text != NULL) {
        vsnprintf(text, (size_t)length + 1, format, again);
    }
    va_end(again);
    return text;
}

char *migdi_arena_format(migdi_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = migdi_arena_format_list(arena, format, arguments);
    va_end(arguments);
    return text;
}

bool migdi_arena_give(migdi_arena *arena, void *owned, void (*release)(void *))
{
    migdi_arena_gift *gift = migdi_arena_alloc(arena, sizeof *gift);
    if (gift == NULL) {
        release(owned);
        return false;
    }
    *gift = (migdi_arena_gift){arena->gifts, owned, release};
    arena->gifts = gift;
    return true;
}

void migdi_arena_free(migdi_arena *arena)
{
    for (const migdi_arena_gift *gift = arena->gifts; gift != NULL; gift = gift->older) {
        gift->release(gift->owned);
    }
    for (migdi_arena_block *block = arena->blocks; block != NULL;) {
        migdi_arena_block *older = block->older;
        if (arena->secret) {
            migdi_wipe(block->bytes, block->size);
        }
        migdi_free(block);
        block = older;
    }
    *arena = (migdi_arena){0};
}

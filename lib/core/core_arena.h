/* An arena: many small pieces, freed together. Not zeroed unless it says so; never moves a
 * piece. */
#ifndef MIGDI_CORE_ARENA_H
#define MIGDI_CORE_ARENA_H

#include "core_alloc.h"

#include <stdarg.h>

typedef struct migdi_arena_block migdi_arena_block;
typedef struct migdi_arena_gift migdi_arena_gift;

/* {0} is an empty arena. `failed` stays set after the first piece that could not be had. */
typedef struct migdi_arena {
    migdi_arena_block *blocks;
    migdi_arena_gift *gifts;
    char *next;
    size_t left;
    size_t used; /* bytes taken from the allocator, for ceilings */
    bool failed;
    bool secret; /* set by who puts a secret in: every piece is wiped before it is freed */
} migdi_arena;

/* Asks for room of `size` bytes at once, for who knows that many pieces come. It may not be had:
 * then the pieces get theirs one by one. */
void migdi_arena_reserve(migdi_arena *arena, size_t size);

/* Aligned for any type. NULL when memory ends. */
void *migdi_arena_alloc(migdi_arena *arena, size_t size);
void *migdi_arena_alloc_zeroed(migdi_arena *arena, size_t count, size_t size);

/* A copy with a NUL behind it. */
char *migdi_arena_text(migdi_arena *arena, const char *text, size_t size);

/* A formatted text; NULL when memory ends. */
char *migdi_arena_format(migdi_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *migdi_arena_format_list(migdi_arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* Gives something that is no piece to the arena: `release` is called with it when the arena is
 * freed, last given first. On lack of memory it is called at once; false. */
bool migdi_arena_give(migdi_arena *arena, void *owned, void (*release)(void *));

/* Frees every piece and gift; the arena is empty again and may be used anew. */
void migdi_arena_free(migdi_arena *arena);

#endif

/* The one way to memory: the process-wide allocator, with sizes checked before arithmetic. */
#ifndef MIGDI_CORE_ALLOC_H
#define MIGDI_CORE_ALLOC_H

#include <migdeploy/base.h>
#include <stdbool.h>

/* NULL when memory or the size_t range ends; size 0 gives a pointer that may be freed. */
void *migdi_alloc(size_t size);
void *migdi_alloc_zeroed(size_t count, size_t size);
void *migdi_realloc(void *memory, size_t size);
void migdi_free(void *memory);

/* Overwrites memory in a way that the compiler keeps: for secrets, before they are freed. */
void migdi_wipe(void *memory, size_t size);

/* Makes room for `wanted` items of `size` bytes in *items, doubling *capacity; false: no memory,
 * and nothing has changed. */
bool migdi_grow(void **items, size_t *capacity, size_t wanted, size_t size);

/* A copy with a NUL behind it; NULL when memory ends. */
char *migdi_text_copy(const char *text, size_t size);

#endif

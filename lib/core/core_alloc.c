/* The one way to memory: the process-wide allocator, with sizes checked before arithmetic. */
#include "core_alloc.h"

#include <stdlib.h>
#include <string.h>

/* The only mutable global of the library: set once, before the first object. */
static struct {
    void *(*allocate)(size_t size, void *user);
    void *(*reallocate)(void *memory, size_t size, void *user);
    void (*release)(void *memory, void *user);
    void *user;
} allocator;

migd_status migd_set_allocator(void *(*allocate)(size_t size, void *user),
                               void *(*reallocate)(void *memory, size_t size, void *user),
                               void (*release)(void *memory, void *user), void *user)
{
    const bool all = allocate != NULL && reallocate != NULL && release != NULL;
    const bool none = allocate == NULL && reallocate == NULL && release == NULL;
    if (!all && !none) {
        return MIGD_ERR_INVALID;
    }
    allocator.allocate = allocate;
    allocator.reallocate = reallocate;
    allocator.release = release;
    allocator.user = user;
    return MIGD_OK;
}

void *migdi_alloc(size_t size)
{
    const size_t wanted = size == 0 ? 1 : size;
    return allocator.allocate == NULL ? malloc(wanted) : allocator.allocate(wanted, allocator.user);
}

void *migdi_alloc_zeroed(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    void *memory = migdi_alloc(count * size);
    if (memory != NULL) {
        memset(memory, 0, count * size);
    }
    return memory;
}

void *migdi_realloc(void *memory, size_t size)
{
    if (memory == NULL) {
        return migdi_alloc(size);
    }
    const size_t wanted = size == 0 ? 1 : size;
    return allocator.reallocate == NULL ? realloc(memory, wanted)
                                        : allocator.reallocate(memory, wanted, allocator.user);
}

void migdi_free(void *memory)
{
    if (memory == NULL) {
        return;
    }
    if (allocator.release == NULL) {
        free(memory);
    } else {
        allocator.release(memory, allocator.user);
    }
}

void migdi_wipe(void *memory, size_t size)
{
    if (memory != NULL) {
        explicit_bzero(memory, size);
    }
}

bool migdi_grow(void **items, size_t *capacity, size_t wanted, size_t size)
{
    if (wanted <= *capacity) {
        return true;
    }
    size_t larger = *capacity < 4 ? 4 : *capacity;
    while (larger < wanted) {
        if (larger > SIZE_MAX / 2) {
            return false;
        }
        larger *= 2;
    }
    if (size != 0 && larger > SIZE_MAX / size) {
        return false;
    }
    void *moved = migdi_realloc(*items, larger * size);
    if (moved == NULL) {
        return false;
    }
    *items = moved;
    *capacity = larger;
    return true;
}

char *migdi_text_copy(const char *text, size_t size)
{
    char *copy = size == SIZE_MAX ? NULL : migdi_alloc(size + 1);
    if (copy != NULL) {
        if (size > 0) {
            memcpy(copy, text, size);
        }
        copy[size] = '\0';
    }
    return copy;
}

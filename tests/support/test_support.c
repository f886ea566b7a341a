/* Data files and failing allocations for every test. */
#include "test_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *test_read_data(const char *name, size_t *size)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", TEST_DATA, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fail_msg("cannot open %s", path);
    }
    fseek(file, 0, SEEK_END);
    const long length = ftell(file);
    rewind(file);
    char *bytes = malloc((size_t)length + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)length, file), length);
    bytes[length] = '\0';
    fclose(file);
    if (size != NULL) {
        *size = (size_t)length;
    }
    return bytes;
}

static struct {
    size_t made;
    size_t live;
    size_t fail_at; /* 0: never; else the 1-based allocation that fails */
    bool for_ever;
    bool spared;
} state;

static bool refused(void)
{
    state.made += !state.spared;
    return state.fail_at != 0 && !state.spared &&
           (state.made == state.fail_at || (state.for_ever && state.made > state.fail_at));
}

static void *allocate(size_t size, void *user)
{
    (void)user;
    void *memory = refused() ? NULL : malloc(size);
    state.live += memory != NULL;
    return memory;
}

static void *reallocate(void *memory, size_t size, void *user)
{
    (void)user;
    return refused() ? NULL : realloc(memory, size);
}

static void release(void *memory, void *user)
{
    (void)user;
    state.live -= memory != NULL;
    free(memory);
}

void test_count_allocations(void)
{
    memset(&state, 0, sizeof state);
    assert_int_equal(migd_set_allocator(allocate, reallocate, release, NULL), MIGD_OK);
}

void test_count_allocations_failing(size_t at, bool for_ever)
{
    test_count_allocations();
    state.fail_at = at;
    state.for_ever = for_ever;
}

size_t test_allocations(void)
{
    return state.made;
}

void test_spare_allocations(bool spared)
{
    state.spared = spared;
}

size_t test_live_allocations(void)
{
    return state.live;
}

void test_uncount_allocations(void)
{
    assert_int_equal(migd_set_allocator(NULL, NULL, NULL, NULL), MIGD_OK);
}

static migd_status run(migd_status (*flow)(void *user), void *user, size_t fail_at, bool for_ever)
{
    test_count_allocations_failing(fail_at, for_ever);
    const migd_status status = flow(user);
    if (state.live != 0) {
        fail_msg("%zu pieces leaked with allocation %zu failed %s", state.live, fail_at,
                 for_ever ? "for ever" : "once");
    }
    return status;
}

size_t test_fail_allocations(migd_status (*flow)(void *user), void *user)
{
    const migd_status clean = run(flow, user, 0, false);
    const size_t needed = state.made;
    if (clean < 0) {
        fail_msg("the flow fails without a failing allocation: status %d", clean);
    }
    for (size_t i = 1; i <= needed; i++) {
        for (int for_ever = 0; for_ever <= 1; for_ever++) {
            const migd_status status = run(flow, user, i, for_ever != 0);
            if (status < 0 && status != MIGD_ERR_NOMEM) {
                fail_msg("allocation %zu failed %s gives status %d", i,
                         for_ever ? "for ever" : "once", status);
            }
        }
    }
    test_uncount_allocations();
    return needed;
}

/* --- secrets in freed memory ------------------------------------------------------------------ */

static struct {
    const char *secret;
    size_t found;
} watch;

/* In front of each piece, as aligned as it has to be. */
typedef union piece_head {
    size_t size;
    max_align_t alignment;
} piece_head;

static void *watched_allocate(size_t size, void *user)
{
    (void)user;
    piece_head *head = calloc(1, sizeof *head + size); /* what others left there does not count */
    if (head == NULL) {
        return NULL;
    }
    head->size = size;
    return head + 1;
}

static void watched_release(void *memory, void *user)
{
    (void)user;
    if (memory != NULL) {
        piece_head *head = (piece_head *)memory - 1;
        watch.found += memmem(memory, head->size, watch.secret, strlen(watch.secret)) != NULL;
        free(head);
    }
}

/* Always moves: what is left behind counts as freed. */
static void *watched_reallocate(void *memory, size_t size, void *user)
{
    void *moved = watched_allocate(size, user);
    if (moved != NULL && memory != NULL) {
        const size_t old = ((piece_head *)memory - 1)->size;
        memcpy(moved, memory, old < size ? old : size);
        watched_release(memory, user);
    }
    return moved;
}

void test_watch_secret(const char *secret)
{
    watch.secret = secret;
    watch.found = 0;
    assert_int_equal(
        migd_set_allocator(watched_allocate, watched_reallocate, watched_release, NULL), MIGD_OK);
}

size_t test_secrets_freed(void)
{
    return watch.found;
}

void test_unwatch_secret(void)
{
    assert_int_equal(migd_set_allocator(NULL, NULL, NULL, NULL), MIGD_OK);
}

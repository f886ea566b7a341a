/* Included first by every test: cmocka wants its includes in this order; data files; failing
 * allocations. */
#ifndef TEST_SUPPORT_H
#define TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <migdeploy/base.h>

/* The bytes of tests/data/NAME with a NUL behind them; *size may be NULL. Fails the test when it
 * cannot be read. Free with free(). */
char *test_read_data(const char *name, size_t *size);

/* Runs `flow` with every allocation of ours failed in turn, once each and then from there on for
 * ever, until a run needs no more. The flow frees all it made, leaves no object half changed, and
 * returns what the library answered: MIGD_ERR_NOMEM is the only failure that counts as right while
 * an allocation fails; any status >= 0 must come with the right result, which the flow asserts
 * itself. Fails the test on a leak or a wrong status. Returns the number of allocations of a clean
 * run. */
size_t test_fail_allocations(migd_status (*flow)(void *user), void *user);

/* The allocator counts from here on; how many allocations since, and how many are not freed. */
void test_count_allocations(void);
size_t test_allocations(void);
size_t test_live_allocations(void);
void test_uncount_allocations(void);

/* Looks for `secret` in each piece of memory of the library that is freed from here on; in how many
 * it was found. secret: borrowed. */
void test_watch_secret(const char *secret);
size_t test_secrets_freed(void);
void test_unwatch_secret(void);

#endif

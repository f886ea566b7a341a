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
/* The same, and the allocation of that number (from 1) fails, or all from there on. For flows that
 * are too long for test_fail_allocations(). */
void test_count_allocations_failing(size_t at, bool for_ever);
size_t test_allocations(void);
/* While `spared`, allocations neither fail nor count: they are those of the world around the
 * library, which uses its codec too. */
void test_spare_allocations(bool spared);
size_t test_live_allocations(void);
void test_uncount_allocations(void);

/* Looks for `secret` in each piece of memory of the library that is freed from here on; in how many
 * it was found. secret: borrowed. */
void test_watch_secret(const char *secret);
size_t test_secrets_freed(void);
void test_unwatch_secret(void);

#endif

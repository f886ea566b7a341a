/* This program's own getaddrinfo() stands before the C library's: it hangs until it is let go. */
#include "http_exchange.h"

#include <dirent.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

static int gate[2];
static atomic_int asked;
static atomic_int answered;

__attribute__((visibility("default"))) int getaddrinfo(const char *node, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **out)
{
    (void)service;
    (void)hints;
    (void)out;
    if (strcmp(node, "nowhere.example") == 0) {
        return EAI_NONAME;
    }
    char byte = 0;
    atomic_fetch_add(&asked, 1);
    const ssize_t got = read(gate[0], &byte, 1);
    (void)got;
    atomic_fetch_add(&answered, 1);
    return EAI_AGAIN;
}

static size_t threads(void)
{
    DIR *folder = opendir("/proc/self/task");
    assert_non_null(folder);
    size_t count = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        count += entry->d_name[0] != '.';
    }
    closedir(folder);
    return count;
}

/* Lets those that hang go, and waits until their threads are gone. */
static void let_go(size_t count, size_t left)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(write(gate[1], "x", 1), 1);
    }
    const int64_t until = migdi_os_monotonic_ms() + PATIENCE_MS;
    while (threads() > left) {
        const struct timespec pause = {0, 1000000};
        nanosleep(&pause, NULL);
        assert_true(migdi_os_monotonic_ms() < until);
    }
}

static void start_lookup(migdi_transport *transport, exchange *e, migdi_transfer **transfer)
{
    const int before = atomic_load(&asked);
    *transfer =
        begin(transport,
              &(migdi_http_request){
                  .method = "GET", .url = "http://slow.example/", .connect_ms = PATIENCE_MS},
              e);
    const int64_t until = migdi_os_monotonic_ms() + PATIENCE_MS;
    while (atomic_load(&asked) == before) {
        transport->kind->turn(transport, 5, -1);
        assert_true(migdi_os_monotonic_ms() < until);
    }
}

static void a_name_lookup_that_hangs_holds_nobody(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    const size_t before = threads();
    exchange e[2];
    migdi_transfer *transfers[2];
    start_lookup(transport, &e[0], &transfers[0]);
    start_lookup(transport, &e[1], &transfers[1]);
    const int64_t start_ms = migdi_os_monotonic_ms();
    transport->kind->abandon(transport, transfers[0]);
    transport->kind->turn(transport, 0, -1);
    transport->kind->close(transport);
    assert_true(migdi_os_monotonic_ms() - start_ms < 250);
    assert_int_equal(threads(), before + 2);
    let_go(2, before);
    assert_int_equal(atomic_load(&answered), 2);
    assert_false(e[0].ended);
    assert_false(e[1].ended);
}

static void a_name_lookup_has_the_time_limit_of_connecting(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    const size_t before = threads();
    exchange e;
    exchange_with(
        transport,
        &(migdi_http_request){.method = "GET", .url = "http://slow.example/", .connect_ms = 100},
        &e);
    assert_int_equal(e.end, MIGD_ERR_NETWORK);
    assert_string_equal(e.message, "the name lookup timed out");
    assert_false(e.reached);
    transport->kind->close(transport);
    let_go(1, before);
}

static void a_name_that_is_not_known_is_told(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    const exchange e = get(transport, "https://nowhere.example/", NULL);
    assert_int_equal(e.end, MIGD_ERR_NETWORK);
    assert_string_equal(e.message, "no such host");
    assert_false(e.reached);
    transport->kind->close(transport);
}

static void *do_nothing(void *user)
{
    return user;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_lookup_that_hangs_holds_nobody),
        cmocka_unit_test(a_name_lookup_has_the_time_limit_of_connecting),
        cmocka_unit_test(a_name_that_is_not_known_is_told),
    };
    /* With the first thread a sanitizer starts one of its own: it shall not be counted. */
    pthread_t first;
    if (pthread_create(&first, NULL, do_nothing, NULL) != 0 || pthread_join(first, NULL) != 0) {
        return 1;
    }
    return pipe(gate) != 0 || cmocka_run_group_tests(tests, NULL, NULL);
}

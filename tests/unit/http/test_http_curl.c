#include "http_exchange.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- answers byte for byte -------------------------------------------------------------------- */

static bool write_text(test_connection *connection, void *user)
{
    test_write(connection, user);
    return false;
}

typedef struct answer_row {
    const char *name;
    const char *bytes; /* the connection closes behind them */
    migd_status end;
    int32_t status;
    const char *body;
    const char *message;
} answer_row;

static const answer_row rows[] = {
    {"whole", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", MIGD_OK, 200, "ok", ""},
    {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", MIGD_OK,
     200, "ok", ""},
    {"until it closes", "HTTP/1.1 200 OK\r\n\r\nok", MIGD_OK, 200, "ok", ""},
    {"empty 200", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", MIGD_OK, 200, NULL, ""},
    {"204 with a body", "HTTP/1.1 204 No\r\n\r\nbody", MIGD_OK, 204, NULL, ""},
    {"redirect", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2/\r\nContent-Length: 0\r\n\r\n",
     MIGD_OK, 302, NULL, ""},
    {"interim answers",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
     MIGD_OK, 200, "ok", ""},
    {"failure with a body", "HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\nbusy", MIGD_OK, 503,
     "busy", ""},
    {"cut by length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", MIGD_ERR_NETWORK, 200, "ok",
     "the answer was cut off"},
    {"cut in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nok",
     MIGD_ERR_NETWORK, 200, "ok", "the answer was cut off"},
    {"broken chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nok\r\n",
     MIGD_ERR_NETWORK, 200, NULL, "the connection was lost"},
    {"nothing", "", MIGD_ERR_NETWORK, 0, NULL, "the connection was closed before an answer came"},
    {"not HTTP", "<html>no</html>\r\n\r\n", MIGD_ERR_NETWORK, 0, NULL, "the answer is not HTTP"},
    {"half a head", "HTTP/1.1 200 OK\r\nContent-Le", MIGD_ERR_NETWORK, 0, NULL,
     "the answer was cut off in its head"},
};

static void an_answer_is_told_as_it_came(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        test_server *server = test_server_start(write_text, (void *)(uintptr_t)rows[i].bytes, NULL);
        exchange e = get(transport, test_server_url(server), NULL);
        if (e.end != rows[i].end || e.status != rows[i].status ||
            strcmp(e.message, rows[i].message) != 0 ||
            strcmp(e.body == NULL ? "" : e.body, rows[i].body == NULL ? "" : rows[i].body) != 0) {
            fail_msg("%s: status %d, end %d, body \"%s\", message \"%s\"", rows[i].name, e.status,
                     e.end, e.body == NULL ? "" : e.body, e.message);
        }
        assert_true(e.reached);
        free(e.body);
        test_server_stop(server);
    }
    transport->kind->close(transport);
}

/* --- what is sent ----------------------------------------------------------------------------- */

static bool echo(test_connection *connection, void *user)
{
    (void)user;
    char text[8192];
    snprintf(text, sizeof text, "%s|%s", test_connection_head(connection),
             test_connection_body(connection));
    return test_write_answer(connection, 200, text);
}

static char *sent(const migdi_http_request *request, size_t *connections)
{
    migdi_transport *transport = open_transport();
    test_server *server = test_server_start(echo, NULL, NULL);
    char url[128];
    snprintf(url, sizeof url, "%s/a/../b?c=%%20d", test_server_url(server));
    migdi_http_request complete = *request;
    complete.url = url;
    complete.connect_ms = PATIENCE_MS;
    exchange e;
    exchange_with(transport, &complete, &e);
    assert_int_equal(e.end, MIGD_OK);
    char *port = strstr(e.body, "127.0.0.1:");
    assert_non_null(port);
    memset(port + 10, 'P', strcspn(port + 10, "\r"));
    *connections = test_server_connections(server);
    transport->kind->close(transport);
    test_server_stop(server);
    return e.body;
}

static void expect_sent(const migdi_http_request *request, const char *expected)
{
    size_t connections = 0;
    char *text = sent(request, &connections);
    /* A port has four or five digits. */
    char *port = strstr(text, "PPPPP");
    if (port != NULL) {
        memmove(port, port + 1, strlen(port));
    }
    assert_string_equal(text, expected);
    assert_int_equal(connections, 1);
    free(text);
}

static void a_request_is_sent_as_it_was_built_and_nothing_is_added(void **state)
{
    (void)state;
    const migdi_http_header headers[] = {
        {"Accept", "application/json"}, {"Content-Type", "text/x"}, {"X-Empty", ""}};
    expect_sent(&(migdi_http_request){.method = "GET", .headers = headers, .header_count = 1},
                "GET /a/../b?c=%20d HTTP/1.1\r\nHost: 127.0.0.1:PPPP\r\nUser-Agent: test/1\r\n"
                "Accept: application/json\r\n|");
    expect_sent(&(migdi_http_request){.method = "PATCH",
                                      .headers = headers,
                                      .header_count = 3,
                                      .body = "a\0b",
                                      .body_size = 3},
                "PATCH /a/../b?c=%20d HTTP/1.1\r\nHost: 127.0.0.1:PPPP\r\nUser-Agent: test/1\r\n"
                "Accept: application/json\r\nContent-Type: text/x\r\nX-Empty:\r\n"
                "Content-Length: 3\r\n|a");
    expect_sent(&(migdi_http_request){.method = "DELETE", .headers = headers, .header_count = 1},
                "DELETE /a/../b?c=%20d HTTP/1.1\r\nHost: 127.0.0.1:PPPP\r\nUser-Agent: test/1\r\n"
                "Accept: application/json\r\n|");
}

static void the_next_request_forgets_the_one_before(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    test_server *server = test_server_start(echo, NULL, NULL);
    const migdi_http_header secret = {"Authorization", "Bearer abc"};
    exchange e;
    exchange_with(transport,
                  &(migdi_http_request){.method = "PUT",
                                        .url = test_server_url(server),
                                        .headers = &secret,
                                        .header_count = 1,
                                        .body = "b",
                                        .body_size = 1,
                                        .connect_ms = PATIENCE_MS},
                  &e);
    assert_non_null(strstr(e.body, "PUT / "));
    assert_non_null(strstr(e.body, "Bearer abc"));
    free(e.body);
    e = get(transport, test_server_url(server), NULL);
    assert_non_null(strstr(e.body, "GET / "));
    assert_null(strstr(e.body, "Bearer"));
    assert_null(strstr(e.body, "Content-Length"));
    free(e.body);
    assert_int_equal(test_server_connections(server), 1);
    transport->kind->close(transport);
    test_server_stop(server);
}

/* --- limits and failures ---------------------------------------------------------------------- */

static bool huge_head(test_connection *connection, void *user)
{
    const size_t size = *(const size_t *)user;
    char *line = calloc(1, size + 64);
    /* "HTTP/1.1 200 OK", "x: ", the rest, an empty line: `size` bytes of head. */
    const size_t fixed = strlen("HTTP/1.1 200 OK\r\nx: \r\n\r\n");
    const int start = snprintf(line, size + 64, "HTTP/1.1 200 OK\r\nx: ");
    memset(line + start, 'y', size - fixed);
    memcpy(line + start + (size - fixed), "\r\n\r\n", 5);
    test_write(connection, line);
    free(line);
    return false;
}

static void a_head_is_read_up_to_its_limit(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    size_t size = MIGDI_HTTP_HEADER_BYTES;
    test_server *server = test_server_start(huge_head, &size, NULL);
    exchange e = get(transport, test_server_url(server), NULL);
    assert_int_equal(e.end, MIGD_OK);
    size++;
    e = get(transport, test_server_url(server), NULL);
    assert_int_equal(e.end, MIGD_ERR_LIMIT);
    assert_string_equal(e.message, "the head of the answer is too large");
    assert_true(e.reached);
    transport->kind->close(transport);
    test_server_stop(server);
}

static bool flood(test_connection *connection, void *user)
{
    (void)user;
    while (test_write(connection, "HTTP/1.1 100 Continue\r\n\r\n")) {}
    return false;
}

static void a_flood_of_interim_answers_ends(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    test_server *server = test_server_start(flood, NULL, NULL);
    const exchange e = get(transport, test_server_url(server), NULL);
    assert_int_equal(e.end, MIGD_ERR_LIMIT);
    transport->kind->close(transport);
    test_server_stop(server);
}

static bool reset_after(test_connection *connection, void *user)
{
    test_write(connection, user);
    test_reset(connection);
    return false;
}

static void a_reset_is_a_loss_that_the_server_may_have_read(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    char half[] = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok";
    char none[] = "";
    char *const texts[] = {half, none};
    for (size_t i = 0; i < 2; i++) {
        test_server *server = test_server_start(reset_after, texts[i], NULL);
        exchange e = get(transport, test_server_url(server), NULL);
        assert_int_equal(e.end, MIGD_ERR_NETWORK);
        assert_true(e.reached);
        free(e.body);
        test_server_stop(server);
    }
    transport->kind->close(transport);
}

/* GET /BYTES/RESETS: so many bytes of the answer, then a close or a reset. */
static bool cut_off(test_connection *connection, void *user)
{
    char *end = NULL;
    const size_t bytes = strtoul(test_connection_head(connection) + strlen("GET /"), &end, 10);
    test_write_bytes(connection, user, bytes);
    if (end[1] == '1') {
        test_reset(connection);
    }
    return false;
}

static void expect_cut(migdi_transport *transport, const char *server, const char *answer,
                       size_t at, bool resets)
{
    char url[128];
    snprintf(url, sizeof url, "%s/%zu/%d", server, at, resets);
    exchange e = get(transport, url, NULL);
    const bool whole = at == strlen(answer);
    /* The last chunk has told that nothing follows: the line end behind it adds nothing. */
    const bool told = strstr(answer, "chunked") != NULL && at + 2 >= strlen(answer);
    if ((!whole && !told && e.end != MIGD_ERR_NETWORK) || (whole && !resets && e.end != MIGD_OK) ||
        (e.end < 0 && !e.reached)) {
        fail_msg("%s cut at %zu: %d %s", answer, at, e.end, e.message);
    }
    free(e.body);
}

static void an_answer_cut_at_any_byte_is_never_whole(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"a\":\"text\"}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{\"a\":1\r\n1\r\n}\r\n0\r\n\r\n",
        "HTTP/1.1 404 No\r\nContent-Length: 2\r\nX: y\r\n\r\n{}",
    };
    migdi_transport *transport = open_transport();
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        test_server *server = test_server_start(cut_off, (void *)(uintptr_t)answers[i], NULL);
        for (size_t at = 0; at <= strlen(answers[i]); at++) {
            expect_cut(transport, test_server_url(server), answers[i], at, false);
            expect_cut(transport, test_server_url(server), answers[i], at, true);
        }
        test_server_stop(server);
    }
    transport->kind->close(transport);
}

/* A port that nobody listens on. */
static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    getsockname(fd, (struct sockaddr *)&address, &size);
    close(fd);
    return ntohs(address.sin_port);
}

static void a_refused_connection_reached_nobody(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", free_port());
    const exchange e = get(transport, url, NULL);
    assert_int_equal(e.end, MIGD_ERR_NETWORK);
    assert_string_equal(e.message, "connection refused");
    assert_false(e.reached);
    transport->kind->close(transport);
}

/* A listener whose queue is full: the kernel leaves the next connection without an answer. */
static int full_listener(int *fill, size_t count, uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 0), 0);
    getsockname(fd, (struct sockaddr *)&address, &size);
    for (size_t i = 0; i < count; i++) {
        fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(fill[i], (struct sockaddr *)&address, size);
    }
    *port = ntohs(address.sin_port);
    return fd;
}

static void connecting_has_a_time_limit_and_so_has_agreeing_on_tls(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    int fill[4];
    uint16_t port = 0;
    const int fd = full_listener(fill, 4, &port);
    char silent_url[64];
    char https_url[64];
    test_server *server = test_server_start(echo, NULL, NULL);
    snprintf(silent_url, sizeof silent_url, "http://127.0.0.1:%u/", port);
    snprintf(https_url, sizeof https_url, "https://127.0.0.1:%u/", test_server_port(server));
    const char *const urls[] = {silent_url, https_url};
    for (size_t i = 0; i < 2; i++) {
        exchange e;
        const int64_t start_ms = migdi_os_monotonic_ms();
        exchange_with(transport,
                      &(migdi_http_request){.method = "GET", .url = urls[i], .connect_ms = 100},
                      &e);
        const int64_t took_ms = migdi_os_monotonic_ms() - start_ms;
        assert_int_equal(e.end, MIGD_ERR_NETWORK);
        assert_string_equal(e.message, "connect timed out");
        assert_false(e.reached);
        assert_in_range(took_ms, 90, PATIENCE_MS / 2);
    }
    transport->kind->close(transport);
    test_server_stop(server);
    for (size_t i = 0; i < 4; i++) {
        close(fill[i]);
    }
    close(fd);
}

/* --- in flight -------------------------------------------------------------------------------- */

static bool endless(test_connection *connection, void *user)
{
    (void)user;
    test_write(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nline\r\n");
    test_wait_for_close(connection);
    return false;
}

static void an_abandoned_transfer_is_forgotten_at_once(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    test_server *server = test_server_start(endless, NULL, NULL);
    exchange e;
    migdi_transfer *transfer =
        begin(transport,
              &(migdi_http_request){
                  .method = "GET", .url = test_server_url(server), .connect_ms = PATIENCE_MS},
              &e);
    while (e.size == 0) {
        transport->kind->turn(transport, 100, -1);
    }
    transport->kind->abandon(transport, transfer);
    const exchange before = e;
    for (int64_t until = migdi_os_monotonic_ms() + PATIENCE_MS; test_server_open(server) > 0;) {
        transport->kind->turn(transport, 10, -1);
        assert_true(migdi_os_monotonic_ms() < until);
    }
    assert_memory_equal(&before, &e, sizeof e);
    free(e.body);
    /* One that was never turned, too. */
    transfer =
        begin(transport,
              &(migdi_http_request){
                  .method = "GET", .url = test_server_url(server), .connect_ms = PATIENCE_MS},
              &e);
    transport->kind->abandon(transport, transfer);
    transport->kind->close(transport);
    test_server_stop(server);
}

static void what_a_full_receiver_refused_comes_again(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef";
    test_server *server = test_server_start(write_text, text, NULL);
    exchange e;
    migdi_transfer *transfer =
        begin(transport,
              &(migdi_http_request){
                  .method = "GET", .url = test_server_url(server), .connect_ms = PATIENCE_MS},
              &e);
    e.pauses = 2;
    while (e.pauses > 0) {
        const size_t pauses = e.pauses;
        for (int i = 0; e.pauses == pauses; i++) {
            assert_true(i < 1000);
            transport->kind->turn(transport, 10, -1);
        }
        /* Paused: nothing more comes by itself. */
        transport->kind->turn(transport, 10, -1);
        assert_int_equal(e.size, 0);
        transport->kind->resume(transport, transfer);
        assert_int_equal(transport->kind->timeout_ms(transport), 0);
    }
    turn_until(transport, &e.ended);
    assert_int_equal(e.end, MIGD_OK);
    assert_string_equal(e.body, "abcdef");
    free(e.body);
    transport->kind->close(transport);
    test_server_stop(server);
}

static void streams_leave_room_for_requests(void **state)
{
    (void)state;
    const migdi_http_curl_settings settings = {.connections = 2};
    migdi_transport *transport = migdi_http_curl_new(&settings);
    test_server *streams = test_server_start(endless, NULL, NULL);
    exchange open[5];
    migdi_transfer *transfers[5];
    for (size_t i = 0; i < 5; i++) {
        transfers[i] = begin(transport,
                             &(migdi_http_request){.method = "GET",
                                                   .url = test_server_url(streams),
                                                   .connect_ms = PATIENCE_MS,
                                                   .stream = i < 3},
                             &open[i]);
    }
    /* Three streams, and two requests that never end: as many as may be. */
    for (int64_t until = migdi_os_monotonic_ms() + PATIENCE_MS;
         open[4].size == 0 || open[0].size == 0;) {
        transport->kind->turn(transport, 10, -1);
        assert_true(migdi_os_monotonic_ms() < until);
    }
    exchange waiting;
    begin(transport,
          &(migdi_http_request){
              .method = "GET", .url = test_server_url(streams), .connect_ms = PATIENCE_MS},
          &waiting);
    for (int i = 0; i < 20; i++) {
        transport->kind->turn(transport, 5, -1);
    }
    assert_int_equal(test_server_connections(streams), 5);
    assert_int_equal(waiting.size, 0);
    for (size_t i = 0; i < 5; i++) {
        transport->kind->abandon(transport, transfers[i]);
        free(open[i].body);
    }
    while (waiting.size == 0) {
        transport->kind->turn(transport, 10, -1);
    }
    transport->kind->close(transport);
    free(waiting.body);
    test_server_stop(streams);
}

static void many_requests_share_the_connections_allowed(void **state)
{
    (void)state;
    const migdi_http_curl_settings settings = {.connections = 3};
    migdi_transport *transport = migdi_http_curl_new(&settings);
    test_server *server = test_server_start(echo, NULL, NULL);
    exchange many[40];
    for (size_t i = 0; i < 40; i++) {
        begin(transport,
              &(migdi_http_request){
                  .method = "GET", .url = test_server_url(server), .connect_ms = PATIENCE_MS},
              &many[i]);
    }
    for (size_t i = 0; i < 40; i++) {
        turn_until(transport, &many[i].ended);
        assert_int_equal(many[i].end, MIGD_OK);
        free(many[i].body);
    }
    assert_true(test_server_connections(server) <= 3);
    transport->kind->close(transport);
    test_server_stop(server);
}

static void one_descriptor_is_readable_when_there_is_work(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    test_server *server = test_server_start(echo, NULL, NULL);
    exchange e;
    begin(transport,
          &(migdi_http_request){
              .method = "GET", .url = test_server_url(server), .connect_ms = PATIENCE_MS},
          &e);
    struct pollfd entry = {transport->kind->fd(transport), POLLIN, 0};
    int rounds = 0;
    while (!e.ended) {
        const int64_t timeout = transport->kind->timeout_ms(transport);
        const int came = poll(&entry, 1, (int)timeout);
        assert_true(came == 1 || timeout >= 0);
        transport->kind->turn(transport, 0, -1);
        rounds++;
        assert_true(rounds < 100);
    }
    assert_int_equal(e.end, MIGD_OK);
    free(e.body);
    transport->kind->close(transport);
    test_server_stop(server);
}

static void waiting_ends_when_the_other_descriptor_becomes_readable(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    const int64_t start_ms = migdi_os_monotonic_ms();
    transport->kind->turn(transport, PATIENCE_MS, ends[0]);
    assert_true(migdi_os_monotonic_ms() - start_ms < PATIENCE_MS / 2);
    close(ends[0]);
    close(ends[1]);
    transport->kind->close(transport);
}

/* --- proxies and children --------------------------------------------------------------------- */

static void a_proxy_is_taken_from_the_settings_and_not_from_the_environment(void **state)
{
    (void)state;
    test_server *proxy = test_server_start(echo, NULL, NULL);
    test_server *server = test_server_start(echo, NULL, NULL);
    setenv("http_proxy", test_server_url(proxy), 1);
    setenv("ALL_PROXY", test_server_url(proxy), 1);
    migdi_transport *transport = open_transport();
    exchange e = get(transport, test_server_url(server), NULL);
    assert_string_equal(e.message, "");
    free(e.body);
    assert_int_equal(test_server_connections(proxy), 0);
    transport->kind->close(transport);

    const migdi_http_curl_settings settings = {.proxy = test_server_url(proxy), .connections = 4};
    transport = migdi_http_curl_new(&settings);
    e = get(transport, "http://cluster.example/x", NULL);
    assert_string_equal(e.message, "");
    assert_non_null(strstr(e.body, "GET http://cluster.example/x HTTP/1.1"));
    free(e.body);
    e = get(transport, test_server_url(server), NULL);
    assert_non_null(strstr(e.body, "GET / HTTP/1.1"));
    free(e.body);
    assert_int_equal(test_server_connections(proxy), 1);
    transport->kind->close(transport);

    transport = open_transport();
    const migdi_http_peer through = {.proxy = test_server_url(proxy)};
    e = get(transport, "http://other.example/y", &through);
    assert_non_null(strstr(e.body, "GET http://other.example/y HTTP/1.1"));
    free(e.body);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    transport->kind->close(transport);
    test_server_stop(proxy);
    test_server_stop(server);
}

static void a_child_after_fork_disturbs_nothing_when_it_frees(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    test_server *server = test_server_start(endless, NULL, NULL);
    exchange e;
    begin(transport,
          &(migdi_http_request){
              .method = "GET", .url = test_server_url(server), .connect_ms = PATIENCE_MS},
          &e);
    while (e.size == 0) {
        transport->kind->turn(transport, 10, -1);
    }
    const pid_t child = fork();
    if (child == 0) {
        transport->kind->close(transport);
        /* Not by exit: what libcurl holds is left alone on purpose, and no tool shall count it. */
        raise(SIGKILL);
    }
    int ended = -1;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
    assert_int_equal(test_server_open(server), 1);
    free(e.body);
    /* The parent's sockets are still watched. */
    exchange again = get(transport, "http://127.0.0.1:1/", NULL);
    assert_int_equal(again.end, MIGD_ERR_NETWORK);
    transport->kind->close(transport);
    test_server_stop(server);
}

static void its_descriptors_are_not_inherited(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    test_server *server = test_server_start(endless, NULL, NULL);
    bool before[1024];
    for (int fd = 0; fd < 1024; fd++) {
        before[fd] = fcntl(fd, F_GETFD) >= 0;
    }
    exchange e;
    begin(transport,
          &(migdi_http_request){
              .method = "GET", .url = test_server_url(server), .connect_ms = PATIENCE_MS},
          &e);
    while (e.size == 0) {
        transport->kind->turn(transport, 10, -1);
    }
    for (int fd = 0; fd < 1024; fd++) {
        const int flags = fcntl(fd, F_GETFD);
        assert_true(before[fd] || flags < 0 || (flags & FD_CLOEXEC) != 0);
    }
    free(e.body);
    transport->kind->close(transport);
    test_server_stop(server);
}

static migd_status one_get(void *user)
{
    const migdi_http_curl_settings settings = {
        .user_agent = "a", .ca_file = "b", .proxy = "", .no_proxy = "c", .connections = 4};
    migdi_transport *transport = migdi_http_curl_new(&settings);
    if (transport == NULL) {
        return MIGD_ERR_NOMEM;
    }
    exchange e = {0};
    const migdi_http_header header = {"Accept", "x"};
    const migdi_http_request request = {.method = "GET",
                                        .url = user,
                                        .headers = &header,
                                        .header_count = 1,
                                        .connect_ms = PATIENCE_MS};
    migd_status status = MIGD_ERR_NOMEM;
    if (transport->kind->start(transport, &request, &receiver, &e) != NULL) {
        turn_until(transport, &e.ended);
        status = e.end;
        assert_true(e.end < 0 || strstr(e.body, "Accept: x") != NULL);
    }
    free(e.body);
    transport->kind->close(transport);
    return status;
}

static void lack_of_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    test_server *server = test_server_start(echo, NULL, NULL);
    assert_true(test_fail_allocations(one_get, (void *)(uintptr_t)test_server_url(server)) > 5);
    test_server_stop(server);
}

/* --- sent once -------------------------------------------------------------------------------- */

/* Answers a GET; reads all else, and closes without an answer. */
static bool swallow(test_connection *connection, void *user)
{
    if (strncmp(test_connection_head(connection), "GET ", 4) == 0) {
        return test_write_answer(connection, 200, "ok");
    }
    __atomic_add_fetch((size_t *)user, 1, __ATOMIC_SEQ_CST);
    return false;
}

/* A connection that was used before dies under a POST: libcurl would send it again. */
static void what_must_not_be_sent_twice_is_sent_once(void **state)
{
    (void)state;
    for (int fresh = 0; fresh <= 1; fresh++) {
        size_t posts = 0;
        migdi_transport *transport = open_transport();
        test_server *server = test_server_start(swallow, &posts, NULL);
        for (size_t round = 1; round <= 3; round++) {
            exchange e = get(transport, test_server_url(server), NULL);
            assert_int_equal(e.end, MIGD_OK);
            free(e.body);
            const migdi_http_request post = {.method = "POST",
                                             .url = test_server_url(server),
                                             .body = "{}",
                                             .body_size = 2,
                                             .connect_ms = PATIENCE_MS,
                                             .fresh = fresh == 1};
            exchange_with(transport, &post, &e);
            assert_int_equal(e.end, MIGD_ERR_NETWORK);
            assert_true(e.reached);
            free(e.body);
            /* Twice: what every act without this wish has to be prepared for. */
            assert_int_equal(__atomic_load_n(&posts, __ATOMIC_SEQ_CST),
                             fresh == 1 ? round : 2 * round);
        }
        transport->kind->close(transport);
        test_server_stop(server);
    }
}

/* Neither is its connection left to others, nor does the handle stay so. */
static void what_is_sent_once_costs_others_no_connection(void **state)
{
    (void)state;
    migdi_transport *transport = open_transport();
    test_server *server = test_server_start(echo, NULL, NULL);
    for (int round = 0; round < 6; round++) {
        const migdi_http_request request = {.method = round % 2 == 0 ? "GET" : "POST",
                                            .url = test_server_url(server),
                                            .body = round % 2 == 0 ? NULL : "{}",
                                            .body_size = round % 2 == 0 ? 0 : 2,
                                            .connect_ms = PATIENCE_MS,
                                            .fresh = round % 2 == 1};
        exchange e;
        exchange_with(transport, &request, &e);
        assert_int_equal(e.end, MIGD_OK);
        free(e.body);
    }
    /* One for all reads, and one for each POST. */
    assert_int_equal(test_server_connections(server), 4);
    assert_in_range(test_server_most_at_once(server), 1, 2);
    transport->kind->close(transport);
    test_server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_told_as_it_came),
        cmocka_unit_test(a_request_is_sent_as_it_was_built_and_nothing_is_added),
        cmocka_unit_test(the_next_request_forgets_the_one_before),
        cmocka_unit_test(a_head_is_read_up_to_its_limit),
        cmocka_unit_test(a_flood_of_interim_answers_ends),
        cmocka_unit_test(a_reset_is_a_loss_that_the_server_may_have_read),
        cmocka_unit_test(an_answer_cut_at_any_byte_is_never_whole),
        cmocka_unit_test(a_refused_connection_reached_nobody),
        cmocka_unit_test(connecting_has_a_time_limit_and_so_has_agreeing_on_tls),
        cmocka_unit_test(an_abandoned_transfer_is_forgotten_at_once),
        cmocka_unit_test(what_a_full_receiver_refused_comes_again),
        cmocka_unit_test(streams_leave_room_for_requests),
        cmocka_unit_test(many_requests_share_the_connections_allowed),
        cmocka_unit_test(one_descriptor_is_readable_when_there_is_work),
        cmocka_unit_test(waiting_ends_when_the_other_descriptor_becomes_readable),
        cmocka_unit_test(a_proxy_is_taken_from_the_settings_and_not_from_the_environment),
        cmocka_unit_test(a_child_after_fork_disturbs_nothing_when_it_frees),
        cmocka_unit_test(its_descriptors_are_not_inherited),
        cmocka_unit_test(lack_of_memory_is_told_and_leaks_nothing),
        cmocka_unit_test(what_must_not_be_sent_twice_is_sent_once),
        cmocka_unit_test(what_is_sent_once_costs_others_no_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

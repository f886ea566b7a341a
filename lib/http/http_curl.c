/* The transport on libcurl multi: its sockets in an epoll of our own, its one timer on the system's
 * clock, its easy handles used again. */
#include "http_curl.h"

#include "core_os.h"
#include "http_curl_failure.h"
#include "http_pipe.h"

#include <errno.h>
#include <migdeploy/context.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define MOST_IDLE 8U /* transfers kept for the next request */
#define EVENTS    64 /* of sockets a turn */
#define AT_ONCE   0  /* of the timer: a moment that has passed */

static migdi_http_curl *mine(const migdi_transport *transport)
{
    return (migdi_http_curl *)(uintptr_t)transport;
}

static bool is_forked(const migdi_http_curl *transport)
{
    return transport->process != getpid();
}

/* --- sockets and the timer -------------------------------------------------------------------- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
    (void)easy;
    (void)known;
    migdi_http_curl *transport = user;
    struct epoll_event event = {.data.fd = fd};
    if (is_forked(transport)) {
        return 0;
    }
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(transport->fd, EPOLL_CTL_DEL, fd, &event);
        return 0;
    }
    event.events = ((what & CURL_POLL_IN) != 0 ? (uint32_t)EPOLLIN : 0U) |
                   ((what & CURL_POLL_OUT) != 0 ? (uint32_t)EPOLLOUT : 0U);
    const bool watched =
        epoll_ctl(transport->fd, EPOLL_CTL_ADD, fd, &event) == 0 ||
        (errno == EEXIST && epoll_ctl(transport->fd, EPOLL_CTL_MOD, fd, &event) == 0);
    return watched ? 0 : -1;
}

static int on_timer(CURLM *multi, long timeout_ms, void *user)
{
    (void)multi;
    migdi_http_curl *transport = user;
    transport->timer_ms = timeout_ms < 0    ? MIGD_FOREVER
                          : timeout_ms == 0 ? AT_ONCE
                                            : migdi_os_monotonic_ms() + timeout_ms;
    return 0;
}

/* --- transfers -------------------------------------------------------------------------------- */

static void count_stream(migdi_http_curl *transport, long change)
{
    /* Streams would starve what is to be answered, were they counted. */
    transport->streams += change;
    curl_multi_setopt(transport->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                      transport->connections + transport->streams);
}

static void link_flying(migdi_transfer *transfer)
{
    migdi_http_curl *transport = transfer->transport;
    transfer->previous = NULL;
    transfer->next = transport->flying;
    if (transfer->next != NULL) {
        transfer->next->previous = transfer;
    }
    transport->flying = transfer;
}

static void unlink_flying(migdi_transfer *transfer)
{
    if (transfer->next != NULL) {
        transfer->next->previous = transfer->previous;
    }
    if (transfer->previous != NULL) {
        transfer->previous->next = transfer->next;
    } else {
        transfer->transport->flying = transfer->next;
    }
}

static void free_transfer(migdi_transfer *transfer)
{
    if (transfer->easy != NULL && !is_forked(transfer->transport)) {
        curl_easy_cleanup(transfer->easy);
    }
    migdi_http_curl_forget(transfer);
    migdi_text_free(&transfer->head);
    migdi_free(transfer->sent);
    migdi_text_free(&transfer->url);
    migdi_free(transfer->lines);
    migdi_free(transfer);
}

static migdi_transfer *new_transfer(migdi_http_curl *transport)
{
    migdi_transfer *transfer = transport->idle;
    if (transfer != NULL) {
        transport->idle = transfer->next;
        transport->idle_count--;
        return transfer;
    }
    transfer = migdi_alloc_zeroed(1, sizeof *transfer);
    if (transfer == NULL) {
        return NULL;
    }
    transfer->transport = transport;
    transfer->easy = migdi_http_curl_easy(transfer);
    if (transfer->easy == NULL) {
        free_transfer(transfer);
        return NULL;
    }
    return transfer;
}

static void keep_idle(migdi_transfer *transfer)
{
    migdi_http_curl *transport = transfer->transport;
    migdi_http_curl_forget(transfer);
    if (transport->idle_count >= MOST_IDLE || transfer->head.failed || transfer->url.failed) {
        free_transfer(transfer);
        return;
    }
    transfer->next = transport->idle;
    transport->idle = transfer;
    transport->idle_count++;
}

static migdi_transfer *start(migdi_transport *base, const migdi_http_request *request,
                             const migdi_http_receiver *receiver, void *owner)
{
    migdi_http_curl *transport = mine(base);
    migdi_transfer *transfer = new_transfer(transport);
    if (transfer == NULL) {
        return NULL;
    }
    transfer->receiver = receiver;
    transfer->owner = owner;
    transfer->stream = request->stream;
    transfer->resuming = false;
    transfer->headed = false;
    transfer->too_large = false;
    transfer->head_bytes = 0;
    transfer->status = 0;
    transfer->head_count = 0;
    transfer->failure[0] = '\0';
    migdi_text_clear(&transfer->head);
    if (!migdi_http_curl_prepare(transfer, request) ||
        curl_multi_add_handle(transport->multi, transfer->easy) != CURLM_OK) {
        free_transfer(transfer);
        return NULL;
    }
    if (transfer->stream) {
        count_stream(transport, 1);
    }
    link_flying(transfer);
    return transfer;
}

/* Takes the transfer out of what flies. */
static void land(migdi_transfer *transfer)
{
    migdi_http_curl *transport = transfer->transport;
    unlink_flying(transfer);
    if (is_forked(transport)) {
        return;
    }
    curl_multi_remove_handle(transport->multi, transfer->easy);
    if (transfer->stream) {
        count_stream(transport, -1);
    }
}

static void abandon(migdi_transport *base, migdi_transfer *transfer)
{
    (void)base;
    migdi_http_pipe pipe;
    migdi_http_pipe_hold(&pipe);
    land(transfer);
    free_transfer(transfer);
    migdi_http_pipe_release(&pipe);
}

static void resume(migdi_transport *base, migdi_transfer *transfer)
{
    transfer->resuming = true;
    mine(base)->any_resuming = true;
}

/* --- told ------------------------------------------------------------------------------------- */

static void describe(const migdi_transfer *transfer, CURLcode code, migdi_http_failure *failure)
{
    CURL *easy = transfer->easy;
    long os_errno = 0;
    long verified = 0;
    curl_off_t looked_up = 0;
    curl_off_t ready = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_errno);
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verified);
    curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &looked_up);
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
    *failure = (migdi_http_failure){
        .code = (int32_t)code,
        .os_errno = os_errno,
        .verified = verified,
        .looked_up = looked_up > 0,
        .reached = ready > 0,
        .detail = transfer->failure,
    };
}

static void tell_end(migdi_transfer *transfer, CURLcode code)
{
    const migdi_http_receiver *receiver = transfer->receiver;
    void *owner = transfer->owner;
    migdi_http_failure failure = {0};
    const char *message = NULL;
    migd_status status = MIGD_OK;
    if (transfer->too_large) {
        status = MIGD_ERR_LIMIT;
        message = "the head of the answer is too large";
        failure.reached = true;
    } else if (transfer->head.failed) {
        status = MIGD_ERR_NOMEM;
        message = "out of memory";
    } else if (code != CURLE_OK) {
        describe(transfer, code, &failure);
        status = migdi_http_failure_status(&failure, &message);
    } else if (!transfer->headed) {
        status = MIGD_ERR_NETWORK;
        message = "the answer was cut off in its head";
    }
    land(transfer);
    receiver->end(owner, status, message, code == CURLE_OK || failure.reached);
    keep_idle(transfer);
}

static void tell_ends(migdi_http_curl *transport)
{
    int left = 0;
    const CURLMsg *message = curl_multi_info_read(transport->multi, &left);
    while (message != NULL) {
        migdi_transfer *transfer = NULL;
        const CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        tell_end(transfer, code);
        message = curl_multi_info_read(transport->multi, &left);
    }
}

static void resume_paused(migdi_http_curl *transport)
{
    transport->any_resuming = false;
    for (migdi_transfer *transfer = transport->flying; transfer != NULL;
         transfer = transfer->next) {
        if (transfer->resuming) {
            transfer->resuming = false;
            curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
        }
    }
}

/* --- turns ------------------------------------------------------------------------------------ */

static int64_t timeout_ms_of(const migdi_transport *base)
{
    const migdi_http_curl *transport = mine(base);
    if (transport->any_resuming || transport->timer_ms == AT_ONCE) {
        return 0;
    }
    if (transport->timer_ms == MIGD_FOREVER) {
        return MIGD_FOREVER;
    }
    const int64_t now_ms = migdi_os_monotonic_ms();
    return transport->timer_ms > now_ms ? transport->timer_ms - now_ms : 0;
}

static void rest(const migdi_http_curl *transport, int64_t timeout_ms, int32_t wake_fd)
{
    const int64_t own_ms = timeout_ms_of(&transport->base);
    int64_t wait_ms = own_ms != MIGD_FOREVER && (timeout_ms == MIGD_FOREVER || own_ms < timeout_ms)
                          ? own_ms
                          : timeout_ms;
    wait_ms = wait_ms > INT32_MAX ? INT32_MAX : wait_ms;
    struct pollfd fds[] = {{transport->fd, POLLIN, 0}, {wake_fd, POLLIN, 0}};
    if (wait_ms != 0) {
        poll(fds, 2, (int)wait_ms);
    }
}

static void turn(migdi_transport *base, int64_t timeout_ms, int32_t wake_fd)
{
    migdi_http_curl *transport = mine(base);
    if (is_forked(transport)) {
        return;
    }
    if (timeout_ms != 0) {
        rest(transport, timeout_ms, wake_fd);
    }
    migdi_http_pipe pipe = {.held = false};
    if (transport->speaks_tls) {
        migdi_http_pipe_hold(&pipe);
    }
    if (transport->any_resuming) {
        resume_paused(transport);
    }
    int running = 0;
    struct epoll_event events[EVENTS];
    const int count = epoll_wait(transport->fd, events, EVENTS, 0);
    for (int i = 0; i < count; i++) {
        const uint32_t came = events[i].events;
        const int mask = ((came & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                         ((came & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                         ((came & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
        curl_multi_socket_action(transport->multi, events[i].data.fd, mask, &running);
    }
    if (transport->timer_ms != MIGD_FOREVER && timeout_ms_of(base) == 0) {
        transport->timer_ms = MIGD_FOREVER;
        curl_multi_socket_action(transport->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    tell_ends(transport);
    migdi_http_pipe_release(&pipe);
}

static int32_t fd_of(const migdi_transport *base)
{
    return mine(base)->fd;
}

/* --- made and closed -------------------------------------------------------------------------- */

static void free_transfers(migdi_transfer *transfer)
{
    while (transfer != NULL) {
        migdi_transfer *next = transfer->next;
        free_transfer(transfer);
        transfer = next;
    }
}

static void close_transport(migdi_transport *base)
{
    migdi_http_curl *transport = mine(base);
    migdi_http_pipe pipe;
    migdi_http_pipe_hold(&pipe);
    while (transport->flying != NULL) {
        abandon(base, transport->flying);
    }
    free_transfers(transport->idle);
    if (transport->multi != NULL && !is_forked(transport)) {
        curl_multi_cleanup(transport->multi);
    }
    migdi_http_pipe_release(&pipe);
    if (transport->fd >= 0) {
        close(transport->fd);
    }
    const char *const texts[] = {transport->ca_file,       transport->user_agent,
                                 transport->proxies.all,   transport->proxies.http,
                                 transport->proxies.https, transport->proxies.except};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        migdi_free((void *)(uintptr_t)texts[i]);
    }
    migdi_free(transport);
}

static const migdi_transport_kind kind = {"curl", start,         resume, abandon,
                                          turn,   timeout_ms_of, fd_of,  close_transport};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* A copy, NULL of NULL; *made: turns false on lack of memory. */
static char *copy_text(const char *text, bool *made)
{
    char *copy = text == NULL ? NULL : migdi_text_copy(text, strlen(text));
    *made = *made && (text == NULL || copy != NULL);
    return copy;
}

static bool set_up(migdi_http_curl *transport, const migdi_http_curl_settings *settings)
{
    bool made = true;
    transport->ca_file = copy_text(settings->ca_file, &made);
    transport->user_agent = copy_text(settings->user_agent, &made);
    transport->proxies.all = copy_text(settings->proxy, &made);
    transport->proxies.http = copy_text(settings->http_proxy, &made);
    transport->proxies.https = copy_text(settings->https_proxy, &made);
    transport->proxies.except = copy_text(settings->no_proxy, &made);
    transport->connections = (long)settings->connections;
    transport->fd = epoll_create1(EPOLL_CLOEXEC);
    transport->multi = curl_multi_init();
    if (!made || transport->fd < 0 || transport->multi == NULL) {
        return false;
    }
    CURLM *multi = transport->multi;
    return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, transport) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERDATA, transport) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, transport->connections) ==
               CURLM_OK;
}

migdi_transport *migdi_http_curl_new(const migdi_http_curl_settings *settings)
{
    pthread_once(&once, start_curl);
    migdi_http_curl *transport = migdi_alloc_zeroed(1, sizeof *transport);
    if (transport == NULL) {
        return NULL;
    }
    transport->base.kind = &kind;
    transport->base.heads_last = true;
    transport->fd = -1;
    transport->process = getpid();
    transport->timer_ms = MIGD_FOREVER;
    if (!set_up(transport, settings)) {
        close_transport(&transport->base);
        return NULL;
    }
    return &transport->base;
}

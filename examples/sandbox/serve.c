/* From libmicrohttpd to the model and back. */
#include "serve.h"

#include <world.h>

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BODY_MOST = 8 << 20, CONNECTIONS = 512, BEAT_NS = 10000000 };

struct server {
    struct MHD_Daemon *daemon;
    struct MHD_Daemon *health;
    pthread_mutex_t lock; /* of the world and of `requests` */
    world *model;
    int64_t requests;
    faults faults;
    int64_t pace;
    int64_t start_unix_ms;
    int64_t start_ms;
    atomic_bool ends;
};

/* A request while its body comes. */
typedef struct incoming {
    char *body;
    size_t size;
    bool begun; /* the first call comes before the body */
    char target[];
} incoming;

/* A stream of events, or an answer that is cut. */
typedef struct outgoing {
    server *running;
    world_watch *watch;
    text events;
    size_t told;
    bool over;
    bool silent;
} outgoing;

static int64_t clock_ms(clockid_t which)
{
    struct timespec now;
    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t now_ms(const server *running)
{
    return running->start_unix_ms + (clock_ms(CLOCK_MONOTONIC) - running->start_ms) * running->pace;
}

static void beat(void)
{
    nanosleep(&(struct timespec){.tv_nsec = BEAT_NS}, NULL);
}

/* --- streams ---------------------------------------------------------------------------------- */

static ssize_t read_stream(void *user, uint64_t position, char *bytes, size_t most)
{
    (void)position;
    outgoing *stream = user;
    server *running = stream->running;
    while (stream->told == stream->events.size && !stream->over && !running->ends) {
        stream->events.size = 0;
        stream->told = 0;
        if (!stream->silent) {
            pthread_mutex_lock(&running->lock);
            stream->over = !world_watch_read(stream->watch, now_ms(running), &stream->events);
            pthread_mutex_unlock(&running->lock);
        }
        if (stream->events.size == 0 && !stream->over) {
            beat();
        }
    }
    const size_t left = stream->events.size - stream->told;
    if (left == 0) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    const size_t taken = left < most ? left : most;
    memcpy(bytes, stream->events.bytes + stream->told, taken);
    stream->told += taken;
    return (ssize_t)taken;
}

static ssize_t read_half(void *user, uint64_t position, char *bytes, size_t most)
{
    const outgoing *answer = user;
    const size_t half = answer->events.size / 2;
    if (position >= half) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    const size_t left = half - (size_t)position;
    const size_t taken = left < most ? left : most;
    memcpy(bytes, answer->events.bytes + position, taken);
    return (ssize_t)taken;
}

static void free_outgoing(void *user)
{
    outgoing *stream = user;
    world_watch_free(stream->watch);
    free(stream->events.bytes);
    free(stream);
}

/* --- answers ---------------------------------------------------------------------------------- */

static enum MHD_Result send_response(const server *running, struct MHD_Connection *connection,
                                     const world_response *answer, struct MHD_Response *response)
{
    if (response == NULL) {
        return MHD_NO;
    }
    char date[40];
    char number[24];
    const time_t seconds = (time_t)(now_ms(running) / 1000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    MHD_add_response_header(response, "Date", date);
    MHD_add_response_header(response, "Content-Type", answer->content_type);
    snprintf(number, sizeof number, "%lld", (long long)running->pace);
    MHD_add_response_header(response, "x-migdeploy-pace", number);
    if (answer->retry_after_s >= 0) {
        snprintf(number, sizeof number, "%lld", (long long)answer->retry_after_s);
        MHD_add_response_header(response, "Retry-After", number);
    }
    const enum MHD_Result queued =
        MHD_queue_response(connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result answer_fault(const server *running, struct MHD_Connection *connection,
                                    fault what)
{
    char body[256] = "<html><body><h1>502 Bad Gateway</h1></body></html>\n";
    world_response answer = {.status = 502, .content_type = "text/html", .retry_after_s = -1};
    if (what.kind == FAULT_STATUS) {
        answer.status = (int32_t)what.number;
        answer.content_type = "application/json";
        answer.retry_after_s = what.number == 429 || what.number == 503 ? 1 : -1;
        snprintf(
            body, sizeof body,
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
            "\"message\":\"a fault on demand\",\"code\":%d}\n",
            (int)what.number);
    }
    return send_response(
        running, connection, &answer,
        MHD_create_response_from_buffer(strlen(body), body, MHD_RESPMEM_MUST_COPY));
}

/* Under the lock: asks the model, and makes the response out of what it lends. */
static struct MHD_Response *ask(server *running, const world_request *request, fault what,
                                world_response *answer)
{
    const bool reads = strcmp(request->method, "GET") == 0;
    world_answer_stale(running->model, request, now_ms(running),
                       reads && what.kind == FAULT_STALE ? what.number : 0, answer);
    if (answer->watch == NULL && what.kind != FAULT_CUT) {
        return MHD_create_response_from_buffer(answer->body_size, (void *)(uintptr_t)answer->body,
                                               MHD_RESPMEM_MUST_COPY);
    }
    outgoing *stream = calloc(1, sizeof *stream);
    if (stream == NULL) {
        world_watch_free(answer->watch);
        return NULL;
    }
    stream->running = running;
    stream->watch = answer->watch;
    stream->silent = what.kind == FAULT_SILENT;
    if (answer->watch == NULL) {
        stream->events.bytes = malloc(answer->body_size + 1);
        stream->events.size = stream->events.bytes == NULL ? 0 : answer->body_size;
        memcpy(stream->events.bytes, answer->body, stream->events.size);
        return MHD_create_response_from_callback(stream->events.size, 4096, read_half, stream,
                                                 free_outgoing);
    }
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 32768, read_stream, stream,
                                             free_outgoing);
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result answer_request(server *running, struct MHD_Connection *connection,
                                      const char *target, const char *method, const incoming *in)
{
    pthread_mutex_lock(&running->lock);
    const fault what = faults_at(&running->faults, ++running->requests);
    pthread_mutex_unlock(&running->lock);
    if (what.kind == FAULT_STATUS || what.kind == FAULT_HTML) {
        return answer_fault(running, connection, what);
    }
    while (what.kind == FAULT_STALL && !running->ends) {
        beat();
    }
    /* On a connection that is there, a refusal is a reset. */
    if (what.kind == FAULT_REFUSE || what.kind == FAULT_RESET_BEFORE || what.kind == FAULT_STALL) {
        return MHD_NO;
    }
    const world_request request = {.method = method,
                                   .target = target,
                                   .authorization = header(connection, "Authorization"),
                                   .accept = header(connection, "Accept"),
                                   .content_type = header(connection, "Content-Type"),
                                   .user_agent = header(connection, "User-Agent"),
                                   .body = in->body,
                                   .body_size = in->size};
    world_response answer;
    pthread_mutex_lock(&running->lock);
    struct MHD_Response *response = ask(running, &request, what, &answer);
    pthread_mutex_unlock(&running->lock);
    if (what.kind == FAULT_RESET_AFTER && response != NULL) {
        MHD_destroy_response(response);
        return MHD_NO;
    }
    return send_response(running, connection, &answer, response);
}

/* --- libmicrohttpd ---------------------------------------------------------------------------- */

static bool keep(incoming *in, const char *bytes, size_t size)
{
    char *body = in->size + size > BODY_MOST ? NULL : realloc(in->body, in->size + size);
    if (body == NULL) {
        return false;
    }
    memcpy(body + in->size, bytes, size);
    in->body = body;
    in->size += size;
    return true;
}

/* The target with its query, which libmicrohttpd hands over here alone. */
static void *on_target(void *user, const char *target, struct MHD_Connection *connection)
{
    (void)user;
    (void)connection;
    const size_t size = strlen(target) + 1;
    incoming *in = calloc(1, sizeof *in + size);
    if (in != NULL) {
        memcpy(in->target, target, size);
    }
    return in;
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    (void)path;
    (void)version;
    incoming *in = *state;
    if (in == NULL) {
        return MHD_NO;
    }
    if (!in->begun) {
        in->begun = true;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        const bool kept = keep(in, upload, *upload_size);
        *upload_size = 0;
        return kept ? MHD_YES : MHD_NO;
    }
    return answer_request(user, connection, in->target, method, in);
}

static void on_end(void *user, struct MHD_Connection *connection, void **state,
                   enum MHD_RequestTerminationCode code)
{
    (void)user;
    (void)connection;
    (void)code;
    incoming *in = *state;
    if (in != NULL) {
        free(in->body);
        free(in);
    }
}

static enum MHD_Result on_health(void *user, struct MHD_Connection *connection, const char *path,
                                 const char *method, const char *version, const char *upload,
                                 size_t *upload_size, void **state)
{
    (void)user;
    (void)method;
    (void)version;
    (void)upload;
    (void)upload_size;
    (void)state;
    char ok[] = {'O', 'K'};
    const bool known = strcmp(path, "/health") == 0;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(sizeof ok, ok, MHD_RESPMEM_MUST_COPY);
    const enum MHD_Result queued = MHD_queue_response(connection, known ? 200 : 404, response);
    MHD_destroy_response(response);
    return queued;
}

static uint16_t port_of(struct MHD_Daemon *daemon)
{
    return MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

static bool listen_all(server *running, uint16_t port, const authority *proof)
{
    struct sockaddr_in loopback = {.sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    running->health = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_health,
                                       NULL, MHD_OPTION_SOCK_ADDR, &loopback, MHD_OPTION_END);
    loopback.sin_port = htons(port);
    running->daemon = MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, port, NULL,
        NULL, on_request, running, MHD_OPTION_SOCK_ADDR, &loopback, MHD_OPTION_HTTPS_MEM_CERT,
        proof->certificate_pem, MHD_OPTION_HTTPS_MEM_KEY, proof->key_pem,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
        MHD_OPTION_END);
    return running->health != NULL && running->daemon != NULL;
}

server *server_start(const server_options *options, const authority *proof)
{
    server *running = calloc(1, sizeof *running);
    if (running == NULL) {
        return NULL;
    }
    pthread_mutex_init(&running->lock, NULL);
    running->faults = options->faults;
    running->pace = options->pace;
    running->start_unix_ms = clock_ms(CLOCK_REALTIME);
    running->start_ms = clock_ms(CLOCK_MONOTONIC);
    running->model = world_new(options->seed, running->start_unix_ms, options->settings);
    if (running->model == NULL || !listen_all(running, options->port, proof)) {
        server_stop(running);
        return NULL;
    }
    char settings[64];
    const int size = snprintf(settings, sizeof settings, "{\"addressPort\":%u}",
                              (unsigned)port_of(running->health));
    const world_request request = {.method = "PATCH",
                                   .target = "/sandbox/settings",
                                   .authorization = "Bearer " WORLD_TOKEN,
                                   .body = settings,
                                   .body_size = (size_t)size};
    world_response answer;
    pthread_mutex_lock(&running->lock);
    world_answer(running->model, &request, now_ms(running), &answer);
    pthread_mutex_unlock(&running->lock);
    return running;
}

uint16_t server_port(const server *running)
{
    return port_of(running->daemon);
}

void server_stop(server *running)
{
    running->ends = true;
    if (running->daemon != NULL) {
        MHD_stop_daemon(running->daemon);
    }
    if (running->health != NULL) {
        MHD_stop_daemon(running->health);
    }
    world_free(running->model);
    pthread_mutex_destroy(&running->lock);
    free(running);
}

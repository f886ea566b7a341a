/* GETs a URL many times on one warm connection: as jobs of the library whose answer becomes a
 * document, with bare libcurl and the settings that the library gives it, or not at all. */
#include "codec_json.h"
#include "job_run.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* --- ours ------------------------------------------------------------------------------------- */

static migd_status prepare(migdi_target *target, const migdi_call *call, migdi_arena *arena,
                           migdi_http_request *request, migd_error **error)
{
    static const migdi_http_header headers[] = {{"Accept", "application/json"},
                                                {"Authorization", "Bearer abcdefghijklmnop"}};
    (void)call;
    (void)arena;
    (void)error;
    request->url = target->label;
    request->headers = headers;
    request->header_count = 2;
    return MIGD_OK;
}

static migd_status understand(migdi_target *target, const migdi_call *call,
                              const migdi_answer *answer, migd_object **document,
                              migd_error **error)
{
    (void)target;
    (void)call;
    return migdi_json_read(answer->body, answer->body_size, NULL, document, error);
}

static const migdi_target_kind kind = {"bench", prepare, understand, NULL, NULL, NULL};

static int get_ours(const char *url, long times)
{
    migd_context *context = NULL;
    migdi_target target = {.kind = &kind, .label = url};
    static const migdi_call call = {.kind = MIGDI_CALL_READ, .method = "GET", .path = "/"};
    int good = migd_context_new(NULL, &context, NULL) == MIGD_OK;
    for (long i = 0; i < times && good; i++) {
        migd_job *job = NULL;
        migd_object *document = NULL;
        good = migdi_job_new(context, NULL, &job, NULL) == MIGD_OK;
        if (good) {
            migdi_job_set_target(job, MIGDI_TARGET_CLUSTER, &target);
            const migd_status started = migdi_job_run_call(job, &call, NULL);
            good = migdi_job_complete(started, job, &document, NULL) == MIGD_OK &&
                   migd_object_count(document) > 0;
        }
        migd_object_free(document);
    }
    migd_context_free(context);
    return good;
}

/* --- libcurl's own ---------------------------------------------------------------------------- */

typedef struct answer {
    char *bytes;
    size_t size;
} answer;

static size_t take(char *bytes, size_t size, size_t count, void *user)
{
    answer *a = user;
    char *grown = realloc(a->bytes, a->size + size * count + 1);
    if (grown == NULL) {
        return 0;
    }
    memcpy(grown + a->size, bytes, size * count);
    a->bytes = grown;
    a->size += size * count;
    return size * count;
}

static size_t look(char *line, size_t size, size_t count, void *user)
{
    (void)line;
    (void)user;
    return size * count;
}

static void set(CURL *easy, const char *url, struct curl_slist *headers, answer *a)
{
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "migdeploy/0.1.0");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 10000L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, a);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, look);
}

/* One answer, by whichever of libcurl's interfaces. */
typedef int (*perform)(CURL *easy);

static int get_bare(const char *url, long times, perform run)
{
    CURL *easy = curl_easy_init();
    answer a = {0};
    int good = easy != NULL;
    for (long i = 0; i < times && good; i++) {
        struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
        headers = curl_slist_append(headers, "Authorization: Bearer abcdefghijklmnop");
        long status = 0;
        migd_object *document = NULL;
        set(easy, url, headers, &a);
        good = run(easy) && curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
               status == 200 && migdi_json_read(a.bytes, a.size, NULL, &document, NULL) == MIGD_OK;
        migd_object_free(document);
        curl_slist_free_all(headers);
        free(a.bytes);
        a = (answer){0};
    }
    curl_easy_cleanup(easy);
    return good;
}

static int run_easy(CURL *easy)
{
    return curl_easy_perform(easy) == CURLE_OK;
}

/* The interface that the library uses, as it must: one descriptor for a host's loop. */
static struct {
    CURLM *multi;
    int fd;
    long timeout_ms;
} loop;

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
    struct epoll_event event = {.data.fd = fd};
    (void)easy;
    (void)user;
    (void)known;
    event.events = (uint32_t)((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0) |
                   (uint32_t)((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0);
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(loop.fd, EPOLL_CTL_DEL, fd, &event);
    } else if (epoll_ctl(loop.fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        epoll_ctl(loop.fd, EPOLL_CTL_MOD, fd, &event);
    }
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *user)
{
    (void)multi;
    (void)user;
    loop.timeout_ms = timeout_ms;
    return 0;
}

static int run_multi(CURL *easy)
{
    int left = 1;
    int good = 0;
    curl_multi_add_handle(loop.multi, easy);
    while (left > 0) {
        struct epoll_event event;
        const int count =
            loop.timeout_ms == 0 ? 0 : epoll_wait(loop.fd, &event, 1, (int)loop.timeout_ms);
        if (count > 0) {
            curl_multi_socket_action(
                loop.multi, event.data.fd,
                (event.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : CURL_CSELECT_OUT, &left);
        } else {
            loop.timeout_ms = -1;
            curl_multi_socket_action(loop.multi, CURL_SOCKET_TIMEOUT, 0, &left);
        }
    }
    int more = 0;
    const CURLMsg *message = curl_multi_info_read(loop.multi, &more);
    good = message != NULL && message->data.result == CURLE_OK;
    curl_multi_remove_handle(loop.multi, easy);
    return good;
}

static int get_multi(const char *url, long times)
{
    loop.multi = curl_multi_init();
    loop.fd = epoll_create1(EPOLL_CLOEXEC);
    loop.timeout_ms = -1;
    curl_multi_setopt(loop.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(loop.multi, CURLMOPT_TIMERFUNCTION, on_timer);
    const int good = get_bare(url, times, run_multi);
    curl_multi_cleanup(loop.multi);
    close(loop.fd);
    return good;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        return 2;
    }
    const long times = strtol(argv[3], NULL, 10);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    const int good = strcmp(argv[1], "ours") == 0   ? get_ours(argv[2], times)
                     : strcmp(argv[1], "peer") == 0 ? get_multi(argv[2], times)
                     : strcmp(argv[1], "easy") == 0 ? get_bare(argv[2], times, run_easy)
                                                    : strcmp(argv[1], "none") == 0;
    return good ? 0 : 1;
}

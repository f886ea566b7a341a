/* Jobs as a person follows them: the context, Ctrl-C, progress, the ending. */
#include "cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A signal handler can reach nothing else: the switch, and how often it was thrown. */
static migd_cancel *volatile interrupt;
static volatile sig_atomic_t interrupts;

static void on_interrupt(int signal_number)
{
    static const char said[] =
        "\n^C: finishing the request in flight; Ctrl-C again leaves at once\n";
    interrupts++;
    if (interrupts > 1) {
        _exit(128 + signal_number);
    }
    migd_cancel_signal(interrupt);
    const ssize_t ignored = write(STDERR_FILENO, said, sizeof said - 1);
    (void)ignored;
}

bool was_interrupted(void)
{
    return interrupts > 0;
}

static void log_line(int32_t level, const char *line, void *user)
{
    (void)level;
    (void)user;
    fprintf(stderr, "%s\n", line);
}

migd_status open_context(const cli *options, migd_context **out, migd_error **error)
{
    migd_context_options *settings = NULL;
    migd_status status = migd_context_options_new(&settings, error);
    if (status >= 0 && options->verbose > 0) {
        migd_context_options_set_log(settings, options->verbose > 1 ? MIGD_LOG_HTTP : MIGD_LOG_INFO,
                                     log_line, NULL);
    }
    if (status >= 0) {
        status = migd_context_new(settings, out, error);
    }
    migd_context_options_free(settings);
    return status;
}

static migd_status set_texts(const cli *options, migd_call_options *call, migd_error **error)
{
    const struct {
        int32_t option;
        const char *value;
    } texts[] = {
        {MIGD_CALL_NAMESPACE, options->namespace_}, {MIGD_CALL_KUBECONFIG, options->kubeconfig},
        {MIGD_CALL_CONTEXT, options->context},      {MIGD_CALL_ONLY, options->only},
        {MIGD_CALL_UNTIL, options->until},
    };
    migd_status status = MIGD_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && status >= 0; i++) {
        status = migd_call_options_set_text(call, texts[i].option, texts[i].value, error);
    }
    return status;
}

static migd_status set_numbers(const cli *options, int64_t default_ms, migd_call_options *call,
                               migd_error **error)
{
    const struct {
        int32_t option;
        int64_t value;
    } numbers[] = {
        {MIGD_CALL_DEADLINE_MS, options->timeout_ms >= 0 ? options->timeout_ms : default_ms},
        {MIGD_CALL_FORCE, options->force_conflicts},
        {MIGD_CALL_ADOPT, options->adopt},
        {MIGD_CALL_WAIT_LOCK, options->wait},
    };
    migd_status status = MIGD_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && status >= 0; i++) {
        status = migd_call_options_set_int64(call, numbers[i].option, numbers[i].value, error);
    }
    return status;
}

migd_status call_options(const cli *options, int64_t default_ms, migd_call_options **out,
                         migd_error **error)
{
    migd_call_options *call = NULL;
    migd_status status = migd_call_options_new(&call, error);
    if (status >= 0) {
        status = set_texts(options, call, error);
    }
    if (status >= 0) {
        status = set_numbers(options, default_ms, call, error);
    }
    for (size_t i = 0; status >= 0 && i < options->accept.count; i++) {
        status = migd_call_options_accept(call, options->accept.items[i], error);
    }
    if (status >= 0 && interrupt == NULL) {
        migd_cancel *cancel = NULL;
        status = migd_cancel_new(&cancel, error);
        interrupt = cancel; /* lives as long as the process: a handler may come at any time */
        struct sigaction action = {.sa_handler = on_interrupt};
        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
        signal(SIGPIPE, SIG_IGN);
    }
    if (status < 0) {
        migd_call_options_free(call);
        return status;
    }
    migd_call_options_set_cancel(call, interrupt);
    *out = call;
    return MIGD_OK;
}

migd_status open_spec(const cli *options, migd_spec **out, migd_error **error)
{
    migd_status status = migd_spec_load_file(options->spec, NULL, out, error);
    for (size_t i = 0; status >= 0 && i < options->set.count; i++) {
        char path[256];
        const char *equal = strchr(options->set.items[i], '=');
        const size_t size = equal == NULL ? 0 : (size_t)(equal - options->set.items[i]);
        if (size == 0 || size >= sizeof path) {
            fprintf(stderr, "error: --set wants PATH=VALUE, not \"%s\"\n", options->set.items[i]);
            status = MIGD_ERR_INVALID;
        } else {
            memcpy(path, options->set.items[i], size);
            path[size] = '\0';
            status = migd_spec_set(*out, path, equal + 1, error);
        }
    }
    if (status < 0) {
        migd_spec_free(*out);
        *out = NULL;
    }
    return status;
}

/* --- progress --------------------------------------------------------------------------------- */

/* Steps of one name are one group: its end is told when another group has something to show, or at
 * the end. */
typedef struct {
    char name[32];
    char done[256];
    int64_t created;
    int64_t updated;
    int64_t deleted;
    struct timespec since;
    bool shown; /* it had something to show before its end */
} group;

enum { GROUPS = 16 };

typedef struct {
    const cli *options;
    bool live; /* a terminal: one line that is drawn again */
    bool drawn;
    group groups[GROUPS]; /* not told yet, in the order of their first event */
    size_t count;
} progress;

static int64_t elapsed_ms(const struct timespec *since)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

static void format_elapsed(int64_t ms, char *out, size_t size)
{
    const long long seconds = ms / 1000;
    if (seconds >= 3600) {
        snprintf(out, size, "%lldh%02lldm", seconds / 3600, seconds / 60 % 60);
    } else if (seconds >= 60) {
        snprintf(out, size, "%lldm%02llds", seconds / 60, seconds % 60);
    } else {
        snprintf(out, size, "%llds", seconds);
    }
}

static void wipe_line(progress *p)
{
    if (p->drawn) {
        fputs("\r\x1b[K", stderr);
        p->drawn = false;
    }
}

static void draw(progress *p, const group *g, tint colour, const char *word, const char *text,
                 bool stays)
{
    char elapsed[32];
    format_elapsed(elapsed_ms(&g->since), elapsed, sizeof elapsed);
    wipe_line(p);
    say_word(p->options, colour, word);
    fprintf(stderr, "  %-10s  %-68.68s  %7s%s", g->name, text, elapsed, stays ? "\n" : "");
    p->drawn = !stays;
    fflush(stderr);
}

static void stamp(char *out, size_t size)
{
    const time_t now = time(NULL);
    struct tm parts;
    strftime(out, size, "%H:%M:%SZ", gmtime_r(&now, &parts));
}

static void plain_line(const char *name, const char *state, const char *text)
{
    char when[16];
    stamp(when, sizeof when);
    fprintf(stderr, "%s %-10s  %-5s  %s\n", when, name, state, text);
}

static void put(progress *p, const group *g, tint colour, const char *word, const char *plain,
                const char *text, bool stays)
{
    if (p->live) {
        draw(p, g, colour, word, text, stays);
    } else {
        plain_line(g->name, plain, text);
    }
}

/* "5 created, 1 updated", or what the last step of the group said. */
static const char *ending(const group *g, char *out, size_t size)
{
    const struct {
        const char *word;
        int64_t count;
    } parts[] = {{"created", g->created}, {"updated", g->updated}, {"deleted", g->deleted}};
    if (strcmp(g->name, "objects") != 0) {
        return g->done;
    }
    size_t at = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && at < size; i++) {
        if (parts[i].count > 0) {
            at += (size_t)snprintf(out + at, size - at, "%s%lld %s", at == 0 ? "" : ", ",
                                   (long long)parts[i].count, parts[i].word);
        }
    }
    return at == 0 ? g->done : out;
}

/* Tells the end of every group but the one of that name, which stays open as those that had nothing
 * to show. */
static void end_groups(progress *p, const char *but)
{
    size_t left = 0;
    for (size_t i = 0; i < p->count; i++) {
        const group *g = &p->groups[i];
        char text[160];
        if (but != NULL && (strcmp(g->name, but) == 0 || !g->shown)) {
            p->groups[left++] = *g;
        } else if (g->done[0] != '\0') {
            put(p, g, GREEN, "done", "done", ending(g, text, sizeof text), true);
        }
    }
    p->count = left;
}

static group *group_of(progress *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(p->groups[i].name, name) == 0) {
            return &p->groups[i];
        }
    }
    if (p->count == GROUPS) {
        p->count--; /* more names than there are steps: the last one makes room */
    }
    group *g = &p->groups[p->count++];
    *g = (group){0};
    snprintf(g->name, sizeof g->name, "%s", name);
    clock_gettime(CLOCK_MONOTONIC, &g->since);
    return g;
}

static void count_act(group *g, const char *text)
{
    g->created += strncmp(text, "create ", 7) == 0;
    g->updated += strncmp(text, "update ", 7) == 0;
    g->deleted += strncmp(text, "delete ", 7) == 0;
}

static void tell_json(const migd_event *event)
{
    migd_buf *line = NULL;
    if (migd_object_write_json(migd_event_details(event), 0, &line, NULL) == MIGD_OK) {
        fprintf(stderr, "%s\n", migd_buf_data(line));
    }
    migd_buf_free(line);
}

static void tell(progress *p, const migd_event *event)
{
    const int32_t kind = migd_event_kind(event);
    const char *step = migd_event_step(event);
    const char *text = migd_event_text(event);
    if (p->options->progress == PROGRESS_JSON) {
        tell_json(event);
        return;
    }
    if (kind == MIGD_EVENT_NOTE) {
        const bool warning =
            strcmp(migd_object_text(migd_event_details(event), "/state", ""), "warning") == 0 ||
            migd_object_boolean(migd_event_details(event), "/warning", 0) == 1;
        wipe_line(p);
        say_word(p->options, warning ? YELLOW : DIM, warning ? "warning: " : "note: ");
        fprintf(stderr, "%s\n", text);
        return;
    }
    if (step == NULL || p->options->quiet || p->options->progress == PROGRESS_NONE ||
        strcmp(step, "lock") == 0 || strcmp(step, "rules") == 0 || strcmp(step, "consent") == 0) {
        return;
    }
    if (kind == MIGD_EVENT_DONE) {
        group *g = group_of(p, step);
        snprintf(g->done, sizeof g->done, "%s", text);
        return;
    }
    if (kind != MIGD_EVENT_ACT && kind != MIGD_EVENT_WAIT && kind != MIGD_EVENT_FAIL) {
        return;
    }
    end_groups(p, step);
    group *g = group_of(p, step);
    g->done[0] = '\0';
    g->shown = true;
    if (kind == MIGD_EVENT_FAIL) {
        put(p, g, RED, "fail", "fail", text, true);
    } else {
        put(p, g, YELLOW, "wait", kind == MIGD_EVENT_ACT ? "start" : "wait", text, false);
    }
    if (kind == MIGD_EVENT_ACT) {
        count_act(g, text);
    }
}

/* Asks for the cluster's name; anything else is no. */
static migd_status ask(const cli *options, migd_job *job, const migd_event *event,
                       const char *cluster, migd_error **error)
{
    char line[256] = "";
    if (options->yes) {
        return migd_job_answer(job, "yes", error);
    }
    fprintf(stderr, "%s.\nType the cluster's name, %s: ", migd_event_text(event), cluster);
    if (fgets(line, sizeof line, stdin) == NULL) {
        line[0] = '\0';
    }
    line[strcspn(line, "\n")] = '\0';
    return migd_job_answer(job, strcmp(line, cluster) == 0 ? "yes" : "no", error);
}

int follow(const cli *options, migd_job *job, const char *cluster, migd_object **result)
{
    progress p = {.options = options,
                  .live = options->progress == PROGRESS_AUTO && isatty(STDERR_FILENO) == 1 &&
                          !options->quiet};
    migd_error *error = NULL;
    const migd_event *event = NULL;
    migd_status status = MIGD_OK;
    while (status == MIGD_OK || status == MIGD_TIMEOUT) {
        status = migd_job_next(job, 60000, &event, &error);
        if (status == MIGD_OK && migd_event_kind(event) == MIGD_EVENT_QUESTION) {
            wipe_line(&p);
            status = ask(options, job, event, cluster, &error);
        } else if (status == MIGD_OK) {
            tell(&p, event);
        } else if (status == MIGD_TIMEOUT && !p.live && !options->quiet && p.count > 0) {
            plain_line(p.groups[p.count - 1].name, "wait", "still waiting");
        }
    }
    wipe_line(&p);
    if (status == MIGD_DONE) {
        end_groups(&p, NULL);
    }
    if (result != NULL && migd_job_take_object(job, result, NULL) < 0) {
        *result = NULL;
    }
    migd_job_free(job);
    return status == MIGD_DONE ? EXIT_DONE : fail(options, error, status);
}

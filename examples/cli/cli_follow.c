/* A job as a person follows it: one line a step, questions, the ending. */
#include "cli.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

enum { GROUPS = 16, MINUTE_MS = 60000, SECOND_MS = 1000, WIDE = 80, WIDEST = 97 };

/* Steps of one name are one group: its end is told when another group has something to show, or at
 * the end. */
typedef struct {
    char name[32];
    char now[256];  /* what it does or waits for */
    char done[256]; /* what its last step said */
    int64_t created;
    int64_t updated;
    int64_t deleted;
    struct timespec since;
    bool shown; /* it had something to show before its end */
} group;

typedef struct {
    const cli *options;
    const char *heading; /* not said yet */
    const char *number;  /* of members, behind the heading; NULL: members are not told one by one */
    int64_t from;        /* how many there are; -1: not known yet */
    char leaving[128];   /* the member that is asked to go; "": none */
    size_t parts;        /* members told */
    struct timespec part_since;
    bool silent; /* nothing but failures, warnings and questions */
    bool live;   /* a terminal: lines that are drawn again */
    int width;
    int drawn;            /* lines that stand there to be drawn again */
    group groups[GROUPS]; /* not told yet, in the order of their first event */
    size_t count;
} progress;

static int64_t elapsed_ms(const struct timespec *since)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

/* --- Lines ------------------------------------------------------------------------------------ */

static void wipe(progress *p)
{
    for (; p->drawn > 0; p->drawn--) {
        fputs(p->drawn > 1 ? "\r\x1b[K\x1b[A" : "\r\x1b[K", stderr);
    }
}

/* A text that is too long loses its middle: the end of a name tells it from others. */
static void put_cut(const char *text, size_t room)
{
    const size_t size = strlen(text);
    if (size <= room || room < 8) {
        fprintf(stderr, "%-*s", (int)room, text);
    } else {
        const size_t head = (room - 3) / 3;
        fprintf(stderr, "%.*s...%s", (int)head, text, text + size - (room - 3 - head));
    }
}

/* "wait  members     2 of 3 Ready      1m12s"; on a narrow terminal two lines. */
static void draw(progress *p, const char *name, const struct timespec *since, tint colour,
                 const char *word, const char *text)
{
    char elapsed[32];
    const bool stays = colour != YELLOW;
    const size_t size = strlen(name) < 10 ? 10 : strlen(name);
    const size_t room = (size_t)p->width - 18 > size ? (size_t)p->width - 18 - size : 0;
    format_elapsed(elapsed_ms(since), elapsed);
    wipe(p);
    say_word(p->options, colour, word);
    fprintf(stderr, "  %-10s  ", name);
    put_cut(p->width >= WIDE ? text : "", room);
    fprintf(stderr, "  %7s", elapsed);
    if (p->width < WIDE) {
        fputs("\n      ", stderr);
        put_cut(text, (size_t)p->width - 7);
    }
    fputs(stays ? "\n" : "", stderr);
    p->drawn = stays ? 0 : p->width >= WIDE ? 1 : 2;
    fflush(stderr);
}

static void plain_line(const char *name, const char *state, const char *text, const char *elapsed)
{
    char when[16];
    const time_t now = time(NULL);
    struct tm parts;
    strftime(when, sizeof when, "%H:%M:%SZ", gmtime_r(&now, &parts));
    fprintf(stderr, "%s %-10s  %-5s  %s%s%s\n", when, name, state, text,
            elapsed == NULL ? "" : ", ", elapsed == NULL ? "" : elapsed);
}

static void say_heading(progress *p)
{
    if (p->heading != NULL && p->heading[0] != '\0' && !p->silent) {
        fputs(p->heading, stderr);
        if (p->number != NULL && p->from >= 0) {
            fprintf(stderr, "%lld -> ", (long long)p->from);
        }
        fprintf(stderr, "%s\n", p->number == NULL ? "" : p->number);
    }
    p->heading = NULL;
}

static void put(progress *p, const group *g, tint colour, const char *state, const char *text)
{
    char elapsed[32];
    say_heading(p);
    if (p->live) {
        draw(p, g->name, &g->since, colour, colour == YELLOW ? "wait" : state, text);
    } else {
        format_elapsed(elapsed_ms(&g->since), elapsed);
        plain_line(g->name, state, text, colour == YELLOW ? NULL : elapsed);
    }
}

/* One member is done: "done  migratorydata-3  Ready on ip-192-168-8-103.ec2.internal   38s". */
static void put_part(progress *p, const char *step, const char *name, const char *text)
{
    char line[320];
    char elapsed[32];
    say_heading(p);
    if (p->live) {
        draw(p, name, &p->part_since, GREEN, "done", text);
    } else {
        snprintf(line, sizeof line, "%s %s", name, text);
        plain_line(step, "done", line, format_elapsed(elapsed_ms(&p->part_since), elapsed));
    }
    p->parts++;
    clock_gettime(CLOCK_MONOTONIC, &p->part_since);
}

/* The step at work is drawn again for its clock; in a log it says once a minute what it awaits. */
static void put_again(progress *p)
{
    if (p->count == 0 || p->silent || !p->groups[p->count - 1].shown) {
        return;
    }
    const group *g = &p->groups[p->count - 1];
    char text[320];
    char elapsed[32];
    snprintf(text, sizeof text, "%s, %s so far", g->now,
             format_elapsed(elapsed_ms(&g->since), elapsed));
    put(p, g, YELLOW, "wait", p->live ? g->now : text);
}

/* --- Groups ----------------------------------------------------------------------------------- */

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
    size_t at = (size_t)snprintf(out, size, "%s", "");
    for (size_t i = 0; i < sizeof parts / sizeof *parts && at < size; i++) {
        if (parts[i].count > 0) {
            at += (size_t)snprintf(out + at, size - at, "%s%lld %s", at == 0 ? "" : ", ",
                                   (long long)parts[i].count, parts[i].word);
        }
    }
    return at > 0 ? out : strstr(g->done, " is as wished") != NULL ? "all as wished" : g->done;
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
        } else if (g->done[0] != '\0' && !(p->parts > 0 && p->number[0] != '\0')) {
            put(p, g, GREEN, "done", ending(g, text, sizeof text));
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
    if (p->parts == 0) {
        clock_gettime(CLOCK_MONOTONIC, &p->part_since);
    }
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

/* --- Events ----------------------------------------------------------------------------------- */

/* One event a line, with the same six keys whatever it says. */
static void tell_json(const migd_event *event)
{
    migd_buf *line = NULL;
    migd_object *details = NULL;
    if (migd_object_copy(migd_event_details(event), &details, NULL) == MIGD_OK) {
        migd_object_remove(details, "/warning", NULL);
        migd_object_remove(details, "/fields", NULL);
        if (migd_object_write_json(details, 0, &line, NULL) == MIGD_OK) {
            fprintf(stderr, "%s\n", migd_buf_data(line));
        }
    }
    migd_buf_free(line);
    migd_object_free(details);
}

static void tell_note(progress *p, const migd_event *event)
{
    const bool warning = migd_object_boolean(migd_event_details(event), "/warning", 0) == 1;
    const char *first = warning ? "warning: " : "note: ";
    wipe(p);
    say_word(p->options, warning ? YELLOW : DIM, first);
    put_folded(stderr, "", 4, p->width - (int)strlen(first), migd_event_text(event));
}

/* "Pod/migratory/migratorydata-3" and "migratorydata-3 Ready on ...": the name is told once. */
static void tell_part(progress *p, const char *step, const char *text, const char *object)
{
    const char *slash = strrchr(object, '/');
    const char *name = slash == NULL ? object : slash + 1;
    const size_t size = strlen(name);
    const bool named = strncmp(text, name, size) == 0 && text[size] == ' ';
    if (p->number != NULL) {
        put_part(p, step, name, named ? text + size + 1 : text);
    }
}

/* Who was asked to go is gone when the next is asked, or at the end. */
static void tell_gone(progress *p, const char *step)
{
    if (p->leaving[0] != '\0') {
        put_part(p, step, p->leaving, "gone");
    }
    p->leaving[0] = '\0';
}

/* Of a change to the number of members: from how many, and who goes. */
static void hear_number(progress *p, const char *step, const migd_object *details)
{
    const migd_object *field = migd_object_at(details, "/fields/0");
    const int64_t from = migd_object_int64(field, "/from", -1);
    const int64_t to = migd_object_int64(field, "/to", -1);
    const char *object = migd_object_text(details, "/object", "");
    if (strcmp(migd_object_text(field, "/pointer", ""), "/spec/replicas") != 0 || from < 0) {
        return;
    }
    if (p->from < 0) {
        p->from = from;
    } else if (from < p->from) { /* else it is asked for again */
        tell_gone(p, step);
    }
    if (to < from) {
        const char *slash = strrchr(object, '/');
        snprintf(p->leaving, sizeof p->leaving, "%s-%lld", slash == NULL ? object : slash + 1,
                 (long long)to);
    }
}

static void tell(progress *p, const migd_event *event)
{
    static const char unseen[] = "lock rules consent";
    const int32_t kind = migd_event_kind(event);
    const char *step = migd_event_step(event);
    const char *text = migd_event_text(event);
    const migd_object *details = migd_event_details(event);
    if (p->options->progress == PROGRESS_JSON) {
        tell_json(event);
        return;
    }
    if (kind == MIGD_EVENT_NOTE) {
        tell_note(p, event);
        return;
    }
    if (step == NULL || p->silent || is_among(unseen, " ", step)) {
        return;
    }
    if (kind == MIGD_EVENT_DONE && migd_object_text(details, "/object", NULL) != NULL) {
        tell_part(p, step, text, migd_object_text(details, "/object", ""));
    } else if (kind == MIGD_EVENT_DONE) {
        snprintf(group_of(p, step)->done, sizeof p->groups->done, "%s", text);
    } else if (kind == MIGD_EVENT_ACT || kind == MIGD_EVENT_WAIT || kind == MIGD_EVENT_FAIL) {
        if (p->number != NULL && kind == MIGD_EVENT_ACT) {
            hear_number(p, step, details);
        }
        end_groups(p, step);
        group *g = group_of(p, step);
        g->done[0] = '\0';
        g->shown = true;
        snprintf(g->now, sizeof g->now, "%s", text);
        put(p, g, kind == MIGD_EVENT_FAIL ? RED : YELLOW,
            kind == MIGD_EVENT_FAIL  ? "fail"
            : kind == MIGD_EVENT_ACT ? "start"
                                     : "wait",
            text);
        if (kind == MIGD_EVENT_ACT) {
            count_act(g, text);
        }
    }
}

/* Asks for the cluster's name; anything else is no. */
static migd_status ask(progress *p, migd_job *job, const migd_event *event, const char *cluster,
                       migd_error **error)
{
    char line[256] = "";
    wipe(p);
    if (p->options->yes) {
        return migd_job_answer(job, "yes", error);
    }
    say_heading(p);
    put_folded(stderr, "", 0, p->width, migd_event_text(event));
    fprintf(stderr, "Type the cluster's name, %s: ", cluster);
    if (fgets(line, sizeof line, stdin) == NULL) {
        line[0] = '\0';
    }
    line[strcspn(line, "\n")] = '\0';
    return migd_job_answer(job, strcmp(line, cluster) == 0 ? "yes" : "no", error);
}

/* The step that was cut off, and what it was waiting for. */
static void tell_cut(progress *p, migd_status status)
{
    const group *g = p->count > 0 ? &p->groups[p->count - 1] : NULL;
    char elapsed[32];
    if (g == NULL || !g->shown || p->silent || p->options->output != OUTPUT_TEXT) {
        return;
    }
    if (status == MIGD_ERR_DEADLINE) {
        put(p, g, RED, "fail", g->now);
    } else if (status == MIGD_ERR_CANCELLED && was_interrupted()) {
        fprintf(stderr, "Stopped in step %s after %s: %s. Nothing needs cleaning.\n", g->name,
                format_elapsed(elapsed_ms(&g->since), elapsed), g->now);
    }
}

/* Ctrl-C is no error: it was wished. */
static int end_badly(progress *p, migd_error *error, migd_status status)
{
    char line[512];
    tell_cut(p, status);
    if (status != MIGD_ERR_CANCELLED || !was_interrupted() || p->options->output == OUTPUT_JSON) {
        return fail(p->options, error, status);
    }
    migd_error_free(error);
    say_next(p->options, "%s (goes on from here)", line_of_words(p->options, line, sizeof line));
    return EXIT_INTERRUPTED;
}

static progress begin(const cli *options, const telling *how)
{
    const int columns = columns_of(STDERR_FILENO);
    return (progress){
        .options = options,
        .heading = how->heading,
        .number = how->number,
        .from = -1,
        .silent = options->quiet || options->progress >= PROGRESS_JSON,
        .live = options->progress == PROGRESS_AUTO && isatty(STDERR_FILENO) == 1,
        .width = columns < 40       ? 40
                 : columns > WIDEST ? WIDEST
                                    : columns,
    };
}

int follow(const cli *options, migd_job *job, const telling *how, migd_object **result)
{
    progress p = begin(options, how);
    migd_error *error = NULL;
    const migd_event *event = NULL;
    migd_status status = MIGD_OK;
    while (status == MIGD_OK || status == MIGD_TIMEOUT) {
        status = migd_job_next(job, p.live ? SECOND_MS : MINUTE_MS, &event, &error);
        if (status == MIGD_OK && migd_event_kind(event) == MIGD_EVENT_QUESTION) {
            status = ask(&p, job, event, how->cluster, &error);
        } else if (status == MIGD_OK) {
            tell(&p, event);
        } else if (status == MIGD_TIMEOUT) {
            put_again(&p);
        }
    }
    wipe(&p);
    if (status == MIGD_DONE) {
        tell_gone(&p, "members");
        end_groups(&p, NULL);
    }
    if (result != NULL && migd_job_take_object(job, result, NULL) < 0) {
        *result = NULL;
    }
    migd_job_free(job);
    return status == MIGD_DONE ? EXIT_DONE : end_badly(&p, error, status);
}

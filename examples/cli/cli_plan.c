/* plan: every change before it is made, and what members and clients will feel of it. */
#include "cli.h"

#include <string.h>

/* What a plan is told of. */
typedef struct {
    const session *session;
    const migd_object *changes;
    const migd_findings *findings;
    const migd_objects *wished; /* as rendered: each value knows its line of the spec */
} planned;

typedef struct {
    size_t created;
    size_t changed;
    size_t deleted;
    bool new_members; /* the StatefulSet is made */
    bool restarts;    /* its template changes */
    int64_t from;     /* members that run; -1: as the spec says */
    int64_t to;
    const char *last; /* the object counted last */
} plan_sums;

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* A value as JSON; a long one loses its beginning: tags and numbers stand at the end. */
static void format_value(const migd_object *value, char out[48])
{
    migd_buf *text = NULL;
    snprintf(out, 48, "(none)");
    if (migd_object_kind(value) == MIGD_KIND_STRING) {
        const char *string = migd_object_text(value, "", "");
        const size_t size = strlen(string);
        snprintf(out, 48, "%s%s", size > 40 ? "..." : "", size > 40 ? string + size - 37 : string);
    } else if (value != NULL && migd_object_write_json(value, 0, &text, NULL) == MIGD_OK) {
        const size_t size = migd_buf_size(text);
        snprintf(out, 48, "%.40s%s", migd_buf_data(text), size > 40 ? "..." : "");
    }
    migd_buf_free(text);
}

/* "Namespace/a": the library names some acts by what they do. */
static const char *object_of(const migd_object *change)
{
    const char *object = migd_object_text(change, "/object", "");
    const char *blank = strrchr(object, ' ');
    return blank == NULL ? object : blank + 1;
}

/* Whether "Kind/namespace/name" is the object's title. */
static bool is_title_of(const char *title, const migd_object *object)
{
    char own[256];
    snprintf(own, sizeof own, "%s/%s/%s", migd_object_text(object, "/kind", ""),
             migd_object_text(object, "/metadata/namespace", ""),
             migd_object_text(object, "/metadata/name", ""));
    return strcmp(own, title) == 0;
}

/* The line of the spec that asks for the value; 0: it asks for none. */
static int line_of(const planned *plan, const char *title, const char *pointer, const char **file)
{
    int32_t line = 0;
    for (size_t i = 0; i < migd_objects_count(plan->wished); i++) {
        const migd_object *object = migd_objects_item(plan->wished, i);
        if (is_title_of(title, object) &&
            migd_object_place(migd_object_at(object, pointer), file, &line, NULL) == MIGD_OK &&
            *file != NULL) {
            return (int)line;
        }
    }
    return 0;
}

/* What two values begin with alike, up to a ":" or "/" that stays: "...:6.0.15 -> ...:6.0.16". */
static size_t common_part(const char *from, const char *to)
{
    size_t part = 0;
    for (size_t i = 0; from[i] != '\0' && from[i] == to[i]; i++) {
        part = from[i] == ':' || from[i] == '/' ? i : part;
    }
    return part > 3 ? part : 0;
}

/* "/spec/replicas   3 -> 4   migdeploy.yaml:8". */
static void put_field(const planned *plan, const char *title, const migd_object *field)
{
    char from[48];
    char to[48];
    char change[112];
    const char *file = NULL;
    const char *pointer = migd_object_text(field, "/pointer", "");
    const int line = line_of(plan, title, pointer, &file);
    format_value(migd_object_at(field, "/from"), from);
    format_value(migd_object_at(field, "/to"), to);
    const size_t alike = common_part(from, to);
    const char *dots = alike > 0 ? "..." : "";
    snprintf(change, sizeof change, "%s%s -> %s%s", dots, from + alike, dots, to + alike);
    printf("    %-38s  %-*s", pointer, line > 0 ? 33 : 0, change);
    if (line > 0) {
        printf("  %s:%d", file, line);
    }
    putchar('\n');
}

/* Fields only where something changes, under the name of their object. */
static void put_changed(const planned *plan)
{
    const char *last = "";
    for (size_t i = 0; i < migd_object_count(plan->changes); i++) {
        const migd_object *change = migd_object_item(plan->changes, i);
        const char action = migd_object_text(change, "/action", "")[0];
        const migd_object *fields = migd_object_at(change, "/fields");
        if (action == 'c' || (action == 'u' && migd_object_count(fields) == 0)) {
            continue;
        }
        if (strcmp(last, object_of(change)) != 0) {
            last = object_of(change);
            printf("%c %s\n", action == 'd' ? '-' : '~', last);
        }
        for (size_t k = 0; k < migd_object_count(fields); k++) {
            put_field(plan, last, migd_object_item(fields, k));
        }
    }
}

static void sum(const migd_object *change, plan_sums *sums)
{
    const char *action = migd_object_text(change, "/action", "update");
    const char *object = object_of(change);
    const bool members = begins(object, "StatefulSet/");
    const bool again = strcmp(object, sums->last) == 0; /* one object, several requests */
    sums->created += action[0] == 'c' && !again;
    sums->deleted += action[0] == 'd' && !again;
    sums->changed += action[0] == 'u' && !again;
    sums->last = object;
    sums->new_members = sums->new_members || (members && action[0] == 'c');
    const migd_object *fields = migd_object_at(change, "/fields");
    for (size_t i = 0; members && action[0] == 'u' && i < migd_object_count(fields); i++) {
        const migd_object *field = migd_object_item(fields, i);
        const char *pointer = migd_object_text(field, "/pointer", "");
        sums->restarts = sums->restarts || begins(pointer, "/spec/template/");
        if (strcmp(pointer, "/spec/replicas") == 0) {
            sums->from = migd_object_int64(field, "/from", -1);
            sums->to = migd_object_int64(field, "/to", -1);
        }
    }
}

/* "+ objects     Namespace, 2 Services, StatefulSet": what is made, each kind once. */
static void put_created(const migd_object *changes)
{
    char kinds[8][32] = {{0}};
    size_t counts[8] = {0};
    size_t known = 0;
    for (size_t i = 0; i < migd_object_count(changes); i++) {
        const migd_object *change = migd_object_item(changes, i);
        const char *object = object_of(change);
        const int size = (int)strcspn(object, "/");
        size_t at = 0;
        if (strcmp(migd_object_text(change, "/action", ""), "create") != 0 || object[0] == '\0') {
            continue;
        }
        while (at < known &&
               ((int)strlen(kinds[at]) != size || strncmp(kinds[at], object, (size_t)size) != 0)) {
            at++;
        }
        if (at == 8) {
            continue;
        }
        snprintf(kinds[at], sizeof kinds[at], "%.*s", size, object);
        counts[at]++;
        known = at == known ? known + 1 : known;
    }
    for (size_t i = 0; i < known; i++) {
        fputs(i == 0 ? "+ objects     " : ", ", stdout);
        if (counts[i] > 1) {
            printf("%zu %ss", counts[i], kinds[i]);
        } else {
            fputs(kinds[i], stdout);
        }
    }
    fputs(known > 0 ? "\n" : "", stdout);
}

/* "+ members     3 of at most 5; 3 seeds, quorum 2, 1 may be down" */
static void put_members(const session *s)
{
    const int64_t seeds = spec_int(s, "/spec/members/seeds");
    const int64_t quorum = seeds / 2 + 1;
    printf("+ members     %lld of at most %lld; %lld seeds, quorum %lld, %lld may be down\n",
           (long long)spec_int(s, "/spec/members/replicas"),
           (long long)spec_int(s, "/spec/members/maxReplicas"), (long long)seeds, (long long)quorum,
           (long long)(seeds - quorum));
}

/* What members and clients feel. */
static void put_effect(const session *s, const plan_sums *sums)
{
    char pause[32];
    const char *name = name_of(s);
    const long long seeds = spec_int(s, "/spec/members/seeds");
    const long long quorum = seeds / 2 + 1;
    const bool rises = sums->to > sums->from;
    const char *label = "Effect: ";
    if (sums->from >= 0 && sums->to >= 0 && sums->from != sums->to) {
        const long long first = rises ? sums->from : sums->from - 1;
        const long long last = rises ? sums->to - 1 : sums->to;
        printf("%s%s-%lld", label, name, first);
        if (first != last) {
            printf(" to %lld", last);
        }
        puts(rises ? " starts." : " stops, one member at a time.");
        label = "        ";
    }
    if (sums->restarts) {
        printf("%sMembers restart one at a time, the highest first, %s apart (pauseSeconds).\n",
               label, format_elapsed(spec_int(s, "/spec/members/pauseSeconds") * 1000, pause));
        printf("        While a seed restarts, seeds up %lld of %lld, quorum %lld, margin %lld%s\n",
               seeds - 1, seeds, quorum, seeds - 1 - quorum,
               seeds - 1 - quorum > 0 ? "." : ": lose nothing else then.");
    }
}

static int put_plan(const planned *plan, const plan_sums *sums)
{
    const cli *options = plan->session->options;
    put_created(plan->changes);
    put_changed(plan);
    if (sums->new_members) {
        put_members(plan->session);
    }
    put_findings_of(stdout, options, plan->findings, "warning");
    put_effect(plan->session, sums);
    if (fflush(stdout) != 0) {
        return EXIT_FAILED;
    }
    if (migd_object_count(plan->changes) == 0) {
        fprintf(stderr, "Nothing to do: everything is as %s says.\n", options->spec);
    } else {
        fprintf(stderr, "%zu to create, %zu to change, %zu to delete.\n", sums->created,
                sums->changed, sums->deleted);
        say_next(options, "migdeploy deploy");
    }
    return EXIT_DONE;
}

/* {"changes":[...],"findings":[...]} */
static int put_document(const cli *options, migd_object *plan, const migd_findings *findings)
{
    migd_object *list = NULL;
    migd_status status = migd_object_parse("[]", 2, NULL, &list, NULL);
    for (size_t i = 0; status >= 0 && i < migd_findings_count(findings); i++) {
        char pointer[32];
        snprintf(pointer, sizeof pointer, "/%zu", i);
        status = migd_object_set_object(list, pointer, migd_findings_item(findings, i), NULL);
    }
    if (status >= 0) {
        status = migd_object_set_object(plan, "/findings", list, NULL);
    }
    migd_object_free(list);
    return status < 0 ? EXIT_FAILED : put_object(options, plan);
}

static int tell_plan(const session *s, migd_object *plan, const migd_findings *findings)
{
    char where[256];
    const cli *options = s->options;
    migd_objects *wished = NULL;
    const migd_object *changes = migd_object_at(plan, "/changes");
    plan_sums sums = {.from = -1, .to = -1, .last = ""};
    for (size_t i = 0; i < migd_object_count(changes); i++) {
        sum(migd_object_item(changes, i), &sums);
    }
    const size_t count = migd_object_count(changes);
    int code = EXIT_DONE;
    if (options->output == OUTPUT_TEXT) {
        fprintf(stderr, "%s", options->quiet ? "" : where_of(s, where, sizeof where));
        fputs(options->quiet ? "" : "\n", stderr);
        migd_spec_render(s->spec, &wished, NULL); /* without it, lines are not named */
        code = put_plan(&(planned){s, changes, findings, wished}, &sums);
        migd_objects_free(wished);
    } else {
        code = put_document(options, plan, findings);
    }
    return count > 0 && options->detailed_exitcode && code == EXIT_DONE ? EXIT_CHANGES : code;
}

int run_plan(cli *options)
{
    session s;
    migd_job *job = NULL;
    migd_object *plan = NULL;
    migd_findings *findings = NULL;
    migd_error *error = NULL;
    cli quiet = *options;
    quiet.progress = PROGRESS_NONE;
    migd_status status = open_session(&s, options, true, &error);
    if (status >= 0) {
        status = migd_deploy_plan_start(s.context, s.spec, s.call, &job, &error);
    }
    if (status >= 0) {
        migd_job_take_findings(job, &findings, NULL);
    }
    int code = status < 0 ? fail_start(&s, NULL, error, status)
                          : follow(&quiet, job, &(telling){.cluster = name_of(&s)}, &plan);
    if (code == EXIT_DONE) {
        code = tell_plan(&s, plan, findings);
    }
    migd_findings_free(findings);
    migd_object_free(plan);
    close_session(&s);
    return code;
}

/* plan: every change before it is made, and what members and clients will feel of it. */
#include "cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PARTITION  "/spec/updateStrategy/rollingUpdate/partition"
#define AUTOSCALER "HorizontalPodAutoscaler/"

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
    bool templated; /* its template changes */
    int64_t held;   /* members that a roll still holds back; 0: none */
    int64_t from;   /* members that run; -1: as the spec says */
    int64_t to;
    const char *last; /* the object counted last */
} plan_sums;

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static const char *object_of(const migd_object *change)
{
    return migd_object_text(change, "/object", "");
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

/* Of a change within the options of the JVM, the key behind the first that differs. NULL: it is not
 * known. */
static const migd_object *key_of_option(const session *s, const char *text, size_t differs)
{
    const migd_object *members = migd_object_at(migd_spec_object(s->spec), "/spec/members");
    const char *option = NULL;
    char pointer[128];
    for (size_t i = 0; i <= differs && text[i] != '\0'; i++) {
        option = begins(text + i, "-D") && (i == 0 || text[i - 1] == ' ') ? text + i + 2 : option;
    }
    if (option == NULL) {
        return NULL;
    }
    snprintf(pointer, sizeof pointer, "/parameters/%.*s", (int)strcspn(option, "= "), option);
    return begins(option, "Memory=")           ? migd_object_at(members, "/memory")
           : begins(option, "ClusterMembers=") ? migd_object_at(members, "/maxReplicas")
                                               : migd_object_at(members, pointer);
}

typedef struct {
    const char *pointer;
    char change[112];
    const char *file; /* NULL: no line of the spec asks for it, as far as is known */
    int line;
} plan_line;

static plan_line line_for(const planned *plan, const char *title, const migd_object *field)
{
    plan_line out = {.pointer = migd_object_text(field, "/pointer", "")};
    char *from = text_of(migd_object_at(field, "/from"));
    char *to = text_of(migd_object_at(field, "/to"));
    out.line = line_of(plan, title, out.pointer, &out.file);
    if (from != NULL && to != NULL) {
        format_change(from, to, out.change);
        if (begins(to, "-D") || strstr(to, " -D") != NULL) {
            const migd_object *key = key_of_option(plan->session, to, alike_until(from, to));
            int32_t line = 0;
            const bool known = migd_object_place(key, &out.file, &line, NULL) == MIGD_OK;
            out.line = known && out.file != NULL ? (int)line : 0;
        }
    }
    free(from);
    free(to);
    return out;
}

/* "/spec/replicas   3 -> 4   migdeploy.yaml:8", in columns. */
static void put_lines(const plan_line *lines, size_t count)
{
    int widths[] = {38, 33};
    for (size_t i = 0; i < count; i++) {
        const int sizes[] = {(int)strlen(lines[i].pointer), (int)strlen(lines[i].change)};
        widths[0] = sizes[0] > widths[0] ? sizes[0] : widths[0];
        widths[1] = sizes[1] > widths[1] && lines[i].line > 0 ? sizes[1] : widths[1];
    }
    for (size_t i = 0; i < count; i++) {
        const bool placed = lines[i].line > 0;
        printf("    %-*s  %-*s", widths[0], lines[i].pointer, placed ? widths[1] : 0,
               lines[i].change);
        if (placed) {
            printf("  %s:%d", lines[i].file, lines[i].line);
        }
        putchar('\n');
    }
}

static int by_pointer(const void *left, const void *right)
{
    const migd_object *const *a = left;
    const migd_object *const *b = right;
    return strcmp(migd_object_text(*a, "/pointer", ""), migd_object_text(*b, "/pointer", ""));
}

/* The fields of one object, which several requests may change. */
static void put_fields(const planned *plan, const char *object)
{
    const migd_object *fields[CLI_MANY];
    size_t count = 0;
    for (size_t i = 0; i < migd_object_count(plan->changes); i++) {
        const migd_object *change = migd_object_item(plan->changes, i);
        const migd_object *own = migd_object_at(change, "/fields");
        const bool is_its = strcmp(object_of(change), object) == 0;
        for (size_t k = 0; is_its && k < migd_object_count(own) && count < CLI_MANY; k++) {
            fields[count++] = migd_object_item(own, k);
        }
    }
    qsort((void *)fields, count, sizeof *fields, by_pointer);
    plan_line lines[CLI_MANY];
    for (size_t i = 0; i < count; i++) {
        lines[i] = line_for(plan, object, fields[i]);
    }
    put_lines(lines, count);
}

/* What is made is told by its kind; what changes no field is told by its effect. */
static bool is_shown(const migd_object *change)
{
    const char action = migd_object_text(change, "/action", "")[0];
    return action == 'd' ||
           (action == 'u' && migd_object_count(migd_object_at(change, "/fields")) > 0);
}

/* Whether a change before that one showed the same object. */
static bool was_shown(const planned *plan, size_t index)
{
    const char *object = object_of(migd_object_item(plan->changes, index));
    for (size_t i = 0; i < index; i++) {
        const migd_object *change = migd_object_item(plan->changes, i);
        if (is_shown(change) && strcmp(object_of(change), object) == 0) {
            return true;
        }
    }
    return false;
}

/* Fields only where something changes, under the name of their object. */
static void put_changed(const planned *plan)
{
    for (size_t i = 0; i < migd_object_count(plan->changes); i++) {
        const migd_object *change = migd_object_item(plan->changes, i);
        if (is_shown(change) && !was_shown(plan, i)) {
            const bool goes = migd_object_text(change, "/action", "")[0] == 'd';
            printf("%c %s\n", goes ? '-' : '~', object_of(change));
            put_fields(plan, object_of(change));
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
    const migd_object *fields = migd_object_at(change, "/fields");
    for (size_t i = 0; members && action[0] == 'u' && i < migd_object_count(fields); i++) {
        const migd_object *field = migd_object_item(fields, i);
        const char *pointer = migd_object_text(field, "/pointer", "");
        sums->templated = sums->templated || begins(pointer, "/spec/template/");
        if (strcmp(pointer, PARTITION) == 0) {
            sums->held = migd_object_int64(field, "/from", 0);
        }
        if (strcmp(pointer, "/spec/replicas") == 0) {
            sums->from = migd_object_int64(field, "/from", -1);
            sums->to = migd_object_int64(field, "/to", -1);
        }
    }
}

static bool is_created(const migd_object *change)
{
    return strcmp(migd_object_text(change, "/action", ""), "create") == 0;
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
        if (!is_created(change) || object[0] == '\0' || begins(object, AUTOSCALER)) {
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

/* "+ members     3 of at most 5; 3 seeds, quorum 2, one may be down" */
static void put_members(const session *s)
{
    const int64_t seeds = spec_int(s, "/spec/members/seeds");
    const int64_t quorum = seeds / 2 + 1;
    printf("+ members     %lld of at most %lld; %lld seeds, quorum %lld, ",
           (long long)spec_int(s, "/spec/members/replicas"),
           (long long)spec_int(s, "/spec/members/maxReplicas"), (long long)seeds,
           (long long)quorum);
    if (seeds - quorum == 1) {
        puts("one may be down");
    } else {
        printf("%lld may be down\n", (long long)(seeds - quorum));
    }
}

/* "+ address     network load balancer, internet-facing, port 80" */
static void put_address(const session *s)
{
    const migd_object *service = migd_object_at(migd_spec_object(s->spec), "/spec/service");
    const char *type = migd_object_text(service, "/type", "");
    const char *balancer = migd_object_text(service, "/balancer", "");
    const bool generic = strcmp(balancer, "generic") == 0;
    fputs("+ address     ", stdout);
    if (strcmp(type, "LoadBalancer") == 0) {
        printf("%sload balancer%s%s", generic ? "" : "network ", generic ? "" : ", ",
               generic ? "" : migd_object_text(service, "/scheme", ""));
    } else {
        fputs(strcmp(type, "NodePort") == 0 ? "a port of every node" : "inside the cluster alone",
              stdout);
    }
    printf(", port %lld\n", (long long)migd_object_int64(service, "/port", 0));
}

/* What comes with the objects that are made: who serves, who counts, where clients go. */
static void put_made(const planned *plan)
{
    const session *s = plan->session;
    char service[256];
    snprintf(service, sizeof service, "Service/%s/%s-cs",
             migd_object_text(migd_spec_object(s->spec), "/metadata/namespace", ""), name_of(s));
    for (size_t pass = 0; pass < 3; pass++) {
        static const char *const kinds[] = {"StatefulSet/", AUTOSCALER, "Service/"};
        for (size_t i = 0; i < migd_object_count(plan->changes); i++) {
            const migd_object *change = migd_object_item(plan->changes, i);
            const char *object = object_of(change);
            if (!is_created(change) || !begins(object, kinds[pass])) {
                continue;
            }
            if (pass == 0) {
                put_members(s);
            } else if (pass == 1) {
                printf("+ autoscaler  %lld to %lld members, at %lld%% of the requested CPU\n",
                       (long long)spec_int(s, "/spec/autoscale/min"),
                       (long long)spec_int(s, "/spec/autoscale/max"),
                       (long long)spec_int(s, "/spec/autoscale/cpuPercent"));
            } else if (strcmp(object, service) == 0) {
                put_address(s);
            }
        }
    }
}

typedef struct {
    char text[512];
    size_t used;
} sentence;

static void add(sentence *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(sentence *to, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(to->text + to->used, sizeof to->text - to->used, format, arguments);
    va_end(arguments);
    to->used += size > 0 && (size_t)size < sizeof to->text - to->used ? (size_t)size : 0;
}

/* "migratorydata-3 starts" */
static void add_number(sentence *to, const char *name, const plan_sums *sums)
{
    const bool rises = sums->to > sums->from;
    const long long first = rises ? sums->from : sums->from - 1;
    const long long last = rises ? sums->to - 1 : sums->to;
    add(to, "%s-%lld", name, first);
    if (first == last) {
        add(to, rises ? " starts" : " stops");
    } else {
        add(to, rises ? " to %lld start" : " to %lld stop, one at a time", last);
    }
}

/* "2, 1, 0 restart one at a time, 6 min apart (pauseSeconds)": where the number of members is not
 * known, or large, words name them. */
static void add_roll(sentence *to, int64_t count, int64_t pause_seconds)
{
    const bool named = count > 0 && count <= 8;
    for (int64_t ordinal = count - 1; named && ordinal >= 0; ordinal--) {
        add(to, "%lld%s", (long long)ordinal, ordinal > 0 ? ", " : "");
    }
    add(to,
        named ? " restart one at a time," : "members restart one at a time, the highest first,");
    if (pause_seconds == 0) {
        add(to, " without a pause (pauseSeconds)");
    } else if (pause_seconds % 60 == 0) {
        add(to, " %lld min apart (pauseSeconds)", (long long)pause_seconds / 60);
    } else {
        add(to, " %lld s apart (pauseSeconds)", (long long)pause_seconds);
    }
}

/* What members and clients feel. */
static void put_effect(const session *s, const plan_sums *sums)
{
    sentence told = {.used = 0};
    const long long seeds = spec_int(s, "/spec/members/seeds");
    const long long quorum = seeds / 2 + 1;
    const bool changes = sums->from >= 0 && sums->to >= 0 && sums->from != sums->to;
    const bool restarts = sums->templated || sums->held > 0;
    const int64_t rolled = sums->templated ? 0 : sums->held;
    if (changes) {
        add_number(&told, name_of(s), sums);
    }
    if (restarts) {
        const int64_t old = sums->to < sums->from ? sums->to : sums->from;
        add(&told, changes ? "; then " : "");
        add_roll(&told, changes ? old : rolled, spec_int(s, "/spec/members/pauseSeconds"));
    }
    if (told.used > 0) {
        add(&told, ".");
        put_folded(stdout, "Effect: ", 8, 97, told.text);
    }
    if (restarts) {
        printf("        While a seed restarts, seeds up %lld of %lld, quorum %lld, margin %lld%s\n",
               seeds - 1, seeds, quorum, seeds - 1 - quorum,
               seeds - 1 - quorum > 0 ? "." : ": lose nothing else then.");
    }
}

/* The command that does what the plan says: with the plan's own flags. */
static void say_deploy(const cli *options)
{
    cli wanted = *options;
    char *line[CLI_MANY];
    char text[512];
    wanted.line = line;
    wanted.word_count = 0;
    bool named = false;
    for (int i = 0; i < options->word_count && wanted.word_count < CLI_MANY; i++) {
        static char deploy[] = "deploy";
        char *word = options->line[i];
        const bool names = i > 0 && !named && strcmp(word, "plan") == 0;
        named = named || names;
        if (strcmp(word, "--detailed-exitcode") != 0) {
            line[wanted.word_count++] = names ? deploy : word;
        }
    }
    say_next(options, "%s", line_of_words(&wanted, text, sizeof text));
}

static int put_plan(const planned *plan, const plan_sums *sums)
{
    const cli *options = plan->session->options;
    put_created(plan->changes);
    put_made(plan);
    put_changed(plan);
    put_effect(plan->session, sums);
    put_findings_of(stdout, options, plan->findings, "warning");
    if (fflush(stdout) != 0) {
        return EXIT_FAILED;
    }
    if (migd_object_count(plan->changes) == 0) {
        fprintf(stderr, "Nothing to do: %zu objects are as %s says.\n",
                migd_objects_count(plan->wished), options->spec);
    } else {
        fprintf(stderr, "%zu to create, %zu to change, %zu to delete.\n", sums->created,
                sums->changed, sums->deleted);
        say_deploy(options);
    }
    return EXIT_DONE;
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
        code = put_object(options, plan);
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
    migd_status status = open_session(&s, options, SPEC_NEEDED, &error);
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

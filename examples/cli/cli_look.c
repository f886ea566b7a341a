/* Commands that look at a cluster: status, get. */
#include "cli.h"

#include <string.h>
#include <unistd.h>

static long long number(const migd_object *status, const char *pointer)
{
    return (long long)migd_object_int64(status, pointer, 0);
}

/* --- status ----------------------------------------------------------------------------------- */

static void put_cluster(const session *s, const migd_object *status)
{
    char where[256];
    const char *silent = migd_object_text(status, "/nodes/silent", NULL);
    printf("Cluster  %s\n", where_of(s, where, sizeof where));
    if (migd_object_kind(migd_object_at(status, "/nodes/all")) == MIGD_KIND_NULL) {
        puts("Nodes    unknown: this user may not list them");
    } else {
        printf("Nodes    %lld of %lld Ready, in %lld zones%s%s%s\n", number(status, "/nodes/ready"),
               number(status, "/nodes/all"), number(status, "/nodes/zones"),
               silent == NULL ? "" : "      ", silent == NULL ? "" : silent,
               silent == NULL ? "" : " is silent");
    }
}

static bool is_known(const migd_object *status, const char *pointer)
{
    const migd_object *value = migd_object_at(status, pointer);
    return value != NULL && migd_object_kind(value) != MIGD_KIND_NULL;
}

/* The number that matters, the margin, always in the same place. */
static void put_members(const session *s, const migd_object *status)
{
    const long long margin = number(status, "/seeds/margin");
    char text[96];
    printf("Members  %lld of %lld Ready", number(status, "/members/ready"),
           number(status, "/members/wanted"));
    if (is_known(status, "/members/most")) {
        printf(", at most %lld", number(status, "/members/most"));
    }
    if (!is_known(status, "/seeds/of")) {
        puts("      seeds unknown: its options do not tell");
        return;
    }
    printf("      seeds up %lld of %lld, quorum %lld, ", number(status, "/seeds/up"),
           number(status, "/seeds/of"), number(status, "/seeds/quorum"));
    snprintf(text, sizeof text, "margin %lld", margin);
    put_word(stdout, s->options->colour && isatty(STDOUT_FILENO) == 1, margin > 0 ? PLAIN : ALARM,
             text);
    puts(margin > 0 ? "" : margin == 0 ? ": lose none" : ": no quorum");
}

static void put_drain(const migd_object *status)
{
    const long long leave = migd_object_int64(status, "/drain/mayLeave", -1);
    const char *budget = migd_object_text(status, "/drain/budget", NULL);
    const char *autoscaler = migd_object_text(status, "/scaling/autoscaler", NULL);
    if (budget == NULL) {
        fputs("Drain    unprotected: no budget covers the members", stdout);
    } else if (leave < 0) {
        printf("Drain    unknown: budget %s cannot be read", budget);
    } else {
        printf("Drain    %s: budget %s lets %lld leave", leave > 0 ? "possible" : "not now", budget,
               leave);
    }
    if (autoscaler == NULL) {
        puts("        Scaling  by hand");
    } else {
        printf("        Scaling  %s, %lld to %lld\n", autoscaler, number(status, "/scaling/least"),
               number(status, "/scaling/most"));
    }
}

/* What is wrong and why; at a bad moment, what not to do comes before what to do. */
static bool put_troubles(const migd_object *status)
{
    const migd_object *members = migd_object_at(status, "/members/list");
    const long long margin = number(status, "/seeds/margin");
    const char *refusal = migd_object_text(status, "/trouble", NULL);
    const bool counted = is_known(status, "/seeds/margin");
    bool well = margin > 0 || !counted;
    for (size_t i = 0; i < migd_object_count(members); i++) {
        const migd_object *member = migd_object_item(members, i);
        const char *trouble = migd_object_text(member, "/trouble", NULL);
        if (trouble != NULL) {
            printf("Why      %s: %s\n", migd_object_text(member, "/name", ""), trouble);
            well = false;
        }
    }
    if (refusal != NULL) {
        printf("Why      %s\n", refusal);
        well = false;
    }
    if (margin <= 0 && counted) {
        puts("Do not   drain, scale down, restart or deploy until the margin is 1 again.");
        printf("Do       %s\n", margin < 0 ? "see why the seeds are down: migdeploy status --watch"
                                           : "wait for the seed that is down, or see why it is");
    }
    return well;
}

static void put_status(const session *s, const migd_object *status)
{
    if (migd_object_boolean(status, "/exists", 0) == 0) {
        put_cluster(s, status);
        printf("Members  none: there is no StatefulSet %s in namespace %s\n",
               migd_object_text(status, "/name", ""), migd_object_text(status, "/namespace", ""));
        fflush(stdout);
        if (!s->options->quiet && !s->options->watch) {
            say_next(s->options, s->spec == NULL ? "migdeploy destroy" : "migdeploy plan");
        }
        return;
    }
    put_cluster(s, status);
    put_members(s, status);
    put_drain(status);
    printf("Address  %s\n", migd_object_text(status, "/address/url", "none yet"));
    const bool well = put_troubles(status);
    fflush(stdout);
    if (well && !s->options->watch && !s->options->quiet) {
        fputs("All is well.\n", stderr);
    }
}

static int look_once(const session *s, const cli *quiet)
{
    migd_job *job = NULL;
    migd_object *result = NULL;
    migd_error *error = NULL;
    session told = *s;
    const cli *options = s->options;
    const migd_status status = migd_deploy_status_start(s->context, s->spec, s->call, &job, &error);
    int code = status < 0 ? fail(options, error, status)
                          : follow(quiet, job, &(telling){.cluster = name_of(s)}, &result);
    if (code == EXIT_DONE && options->watch && isatty(STDOUT_FILENO) == 1) {
        fputs("\x1b[H\x1b[J", stdout);
    }
    if (code == EXIT_DONE && options->output == OUTPUT_TEXT) {
        told.found = result;
        put_status(&told, result);
    } else if (code == EXIT_DONE) {
        code = put_object(options, result);
        fflush(stdout);
    }
    migd_object_free(result);
    return code;
}

int run_status(cli *options)
{
    session s;
    migd_error *error = NULL;
    cli quiet = *options;
    quiet.progress = PROGRESS_NONE;
    interrupt_quietly();
    if (options->watch) {
        options->timeout_ms = MIGD_FOREVER;
    }
    const migd_status opened = open_session(&s, options, SPEC_IF_ANY, &error);
    int code = opened < 0 ? fail(options, error, opened) : look_once(&s, &quiet);
    while (options->watch && code == EXIT_DONE && sleep(2) == 0 && !was_interrupted()) {
        code = look_once(&s, &quiet);
    }
    close_session(&s);
    return options->watch && was_interrupted() ? EXIT_DONE : code;
}

/* --- get -------------------------------------------------------------------------------------- */

static int put_names(const migd_object *found, const char *kind)
{
    const migd_object *items = migd_object_at(found, "/items");
    const size_t count = items == NULL ? 1 : migd_object_count(items);
    for (size_t i = 0; i < count; i++) {
        const migd_object *object = items == NULL ? found : migd_object_item(items, i);
        printf("%s/%s\n", kind, migd_object_text(object, "/metadata/name", ""));
    }
    if (count == 0) {
        fprintf(stderr, "No %s found.\n", kind);
    }
    return EXIT_DONE;
}

int run_get(cli *options)
{
    if (options->arguments.count < 1 || options->arguments.count > 2) {
        return usage_error("migdeploy get --help", "get wants KIND and perhaps NAME");
    }
    const char *kind = options->arguments.items[0];
    const char *name = options->arguments.count == 2 ? options->arguments.items[1] : NULL;
    session s;
    migd_kube *kube = NULL;
    migd_object *found = NULL;
    migd_error *error = NULL;
    interrupt_quietly();
    migd_status status = open_session(&s, options, SPEC_NONE, &error);
    if (status >= 0) {
        status = migd_kube_open(s.context, s.call, &kube, &error);
    }
    if (status >= 0) {
        status = name != NULL ? migd_kube_get(kube, kind, NULL, name, s.call, &found, &error)
                              : migd_kube_list(kube, kind, options->all_namespaces ? "" : NULL,
                                               options->selector, s.call, &found, &error);
    }
    const bool names = options->output == OUTPUT_NAME || options->output == OUTPUT_TEXT;
    const int code = status < 0 ? fail(options, error, status)
                     : names    ? put_names(found, kind)
                                : put_object(options, found);
    migd_object_free(found);
    migd_kube_free(kube);
    close_session(&s);
    return code;
}

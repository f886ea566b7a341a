/* Commands on a cluster: plan, deploy, scale, restart, apply, destroy, status, get. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MINUTE_MS INT64_C(60000)

/* What a command needs before it can start its job. */
typedef struct {
    const cli *options;
    migd_context *context;
    migd_spec *spec;
    migd_call_options *call;
} session;

static void close_session(session *s)
{
    migd_call_options_free(s->call);
    migd_spec_free(s->spec);
    migd_context_free(s->context);
}

static migd_status open_session(session *s, const cli *options, bool with_spec, int64_t default_ms,
                                migd_error **error)
{
    *s = (session){.options = options};
    migd_status status = open_context(options, &s->context, error);
    if (status >= 0) {
        status = call_options(options, default_ms, &s->call, error);
    }
    if (status >= 0 && with_spec) {
        status = open_spec(options, &s->spec, error);
    }
    return status;
}

static const char *name_of(const session *s)
{
    return migd_object_text(migd_spec_object(s->spec), "/metadata/name", "");
}

static void say_warnings(const cli *options, migd_job *job)
{
    migd_findings *findings = NULL;
    if (migd_job_take_findings(job, &findings, NULL) < 0) {
        return;
    }
    for (size_t i = 0; i < migd_findings_count(findings); i++) {
        const char *severity = migd_object_text(migd_findings_item(findings, i), "/severity", "");
        if (strcmp(severity, "warning") == 0 && options->output == OUTPUT_TEXT) {
            fprintf(stderr, "%s\n", migd_findings_text(findings, i));
        }
    }
    migd_findings_free(findings);
}

/* --- plan ------------------------------------------------------------------------------------- */

static void put_value(const migd_object *value)
{
    migd_buf *text = NULL;
    if (value == NULL) {
        printf("(none)");
    } else if (migd_object_write_json(value, 0, &text, NULL) == MIGD_OK) {
        printf("%.60s", migd_buf_data(text));
    }
    migd_buf_free(text);
}

static void put_change(const migd_object *change)
{
    const char *action = migd_object_text(change, "/action", "");
    printf("%c %s\n",
           action[0] == 'c'   ? '+'
           : action[0] == 'd' ? '-'
                              : '~',
           migd_object_text(change, "/object", ""));
    const migd_object *fields = migd_object_at(change, "/fields");
    for (size_t i = 0; i < migd_object_count(fields); i++) {
        const migd_object *field = migd_object_item(fields, i);
        printf("    %s  ", migd_object_text(field, "/pointer", ""));
        put_value(migd_object_at(field, "/from"));
        printf(" -> ");
        put_value(migd_object_at(field, "/to"));
        printf("\n");
    }
}

static int put_plan(const cli *options, const migd_object *plan)
{
    const migd_object *changes = migd_object_at(plan, "/changes");
    size_t counts[3] = {0};
    for (size_t i = 0; i < migd_object_count(changes); i++) {
        const migd_object *change = migd_object_item(changes, i);
        const char action = migd_object_text(change, "/action", "u")[0];
        counts[action == 'c' ? 0 : action == 'd' ? 2 : 1]++;
        if (options->output == OUTPUT_TEXT) {
            put_change(change);
        }
    }
    if (options->output != OUTPUT_TEXT) {
        put_object(options, plan);
    } else if (migd_object_count(changes) == 0) {
        fprintf(stderr, "Nothing to do: everything is as %s says.\n", options->spec);
    } else {
        fflush(stdout);
        fprintf(stderr, "%zu to create, %zu to change, %zu to delete.\n", counts[0], counts[1],
                counts[2]);
        say_next(options, "migdeploy deploy");
    }
    return migd_object_count(changes) > 0 && options->detailed_exitcode ? EXIT_CHANGES : EXIT_DONE;
}

int run_plan(cli *options)
{
    session s;
    migd_job *job = NULL;
    migd_object *plan = NULL;
    migd_error *error = NULL;
    cli quiet = *options;
    quiet.progress = PROGRESS_NONE;
    migd_status status = open_session(&s, options, true, 5 * MINUTE_MS, &error);
    if (status >= 0) {
        status = migd_deploy_plan_start(s.context, s.spec, s.call, &job, &error);
    }
    if (status >= 0) {
        say_warnings(options, job);
    }
    int code = status < 0 ? fail(options, error, status) : follow(&quiet, job, name_of(&s), &plan);
    if (code == EXIT_DONE) {
        code = put_plan(options, plan);
    }
    migd_object_free(plan);
    close_session(&s);
    return code;
}

/* --- deploy, scale, restart, destroy ---------------------------------------------------------- */

int run_deploy(cli *options)
{
    session s;
    migd_job *job = NULL;
    migd_object *result = NULL;
    migd_error *error = NULL;
    migd_status status = open_session(&s, options, true, 60 * MINUTE_MS, &error);
    if (status >= 0) {
        status = migd_deploy_start(s.context, s.spec, s.call, &job, &error);
    }
    if (status >= 0 && !options->quiet) {
        say_warnings(options, job);
    }
    const int code =
        status < 0 ? fail(options, error, status) : follow(options, job, name_of(&s), &result);
    if (code == EXIT_DONE && options->output == OUTPUT_TEXT) {
        const char *address = migd_object_text(result, "/address", NULL);
        if (address != NULL) {
            printf("%s\n", address);
        }
        if (!options->quiet) {
            say_next(options, "migdeploy status");
        }
    } else if (code == EXIT_DONE) {
        put_object(options, result);
    }
    migd_object_free(result);
    close_session(&s);
    return code;
}

/* Puts the number into the file, whole or not at all; answers the exit code. */
static int write_replicas(const cli *options, const char *replicas)
{
    FILE *file = fopen(options->spec, "rb");
    char *text = malloc(1 << 20);
    const size_t size = file == NULL || text == NULL ? 0 : fread(text, 1, 1 << 20, file);
    migd_buf *edited = NULL;
    migd_error *error = NULL;
    if (file != NULL) {
        fclose(file);
    }
    const migd_status status = migd_spec_edit_text(
        text == NULL ? "" : text, size, "spec.members.replicas", replicas, &edited, &error);
    free(text);
    if (status < 0) {
        return fail(options, error, status);
    }
    char temporary[1024];
    snprintf(temporary, sizeof temporary, "%s.new", options->spec);
    FILE *out = fopen(temporary, "wb");
    bool whole = out != NULL && fwrite(migd_buf_data(edited), 1, migd_buf_size(edited), out) ==
                                    migd_buf_size(edited);
    whole = out != NULL && fflush(out) == 0 && fsync(fileno(out)) == 0 && whole;
    whole = out != NULL && fclose(out) == 0 && whole && rename(temporary, options->spec) == 0;
    migd_buf_free(edited);
    if (!whole) {
        unlink(temporary);
        fprintf(stderr, "error: cannot write %s\n", options->spec);
        return EXIT_FAILED;
    }
    fprintf(stderr, "%s says %s members now.\n", options->spec, replicas);
    return EXIT_DONE;
}

static void say_what_the_file_says(const session *s, long replicas)
{
    const migd_object *said = migd_object_at(migd_spec_object(s->spec), "/spec/members/replicas");
    const char *file = NULL;
    int32_t line = 0;
    const int64_t number = migd_object_int64(said, "", 0);
    if (number != replicas && migd_object_place(said, &file, &line, NULL) == MIGD_OK) {
        fprintf(stderr, "%s:%d still says %lld: a deploy leaves %ld and says so [C24].\n", file,
                (int)line, (long long)number, replicas);
        say_next(s->options, "migdeploy scale %ld --write (puts %ld into line %d)", replicas,
                 replicas, (int)line);
    }
}

int run_scale(cli *options)
{
    char *end = NULL;
    const char *word = options->arguments.count == 1 ? options->arguments.items[0] : "";
    const long replicas = strtol(word, &end, 10);
    if (*word == '\0' || *end != '\0' || replicas < 1 || replicas > 1000) {
        return usage_error("migdeploy scale --help", "scale wants a number of members, not \"%s\"",
                           word);
    }
    session s;
    migd_job *job = NULL;
    migd_error *error = NULL;
    migd_status status = open_session(&s, options, true, 15 * MINUTE_MS, &error);
    if (status >= 0) {
        status =
            migd_deploy_scale_start(s.context, s.spec, (int32_t)replicas, s.call, &job, &error);
    }
    int code = status < 0 ? fail(options, error, status) : follow(options, job, name_of(&s), NULL);
    if (code == EXIT_DONE && options->write) {
        code = write_replicas(options, word);
    } else if (code == EXIT_DONE) {
        say_what_the_file_says(&s, replicas);
    }
    close_session(&s);
    return code;
}

int run_restart(cli *options)
{
    session s;
    migd_job *job = NULL;
    migd_error *error = NULL;
    migd_status status = open_session(&s, options, true, MIGD_FOREVER, &error);
    if (status >= 0) {
        status = migd_deploy_restart_start(s.context, s.spec, s.call, &job, &error);
    }
    const int code =
        status < 0 ? fail(options, error, status) : follow(options, job, name_of(&s), NULL);
    close_session(&s);
    return code;
}

int run_destroy(cli *options)
{
    if (!options->yes && isatty(STDIN_FILENO) != 1) {
        fputs("refused: destroy asks for the cluster's name, and there is no terminal to ask on\n",
              stderr);
        say_next(options, "migdeploy destroy --yes");
        return EXIT_USAGE;
    }
    session s;
    migd_job *job = NULL;
    migd_object *result = NULL;
    migd_error *error = NULL;
    migd_status status = open_session(&s, options, true, 60 * MINUTE_MS, &error);
    if (status >= 0) {
        status = migd_deploy_destroy_start(s.context, s.spec, s.call, &job, &error);
    }
    const int code =
        status < 0 ? fail(options, error, status) : follow(options, job, name_of(&s), &result);
    const migd_object *kept = migd_object_at(result, "/kept");
    for (size_t i = 0; code == EXIT_DONE && i < migd_object_count(kept); i++) {
        const migd_object *item = migd_object_item(kept, i);
        printf("kept %s: %s\n", migd_object_text(item, "/object", ""),
               migd_object_text(item, "/reason", ""));
    }
    migd_object_free(result);
    close_session(&s);
    return code;
}

int run_apply(cli *options)
{
    session s;
    migd_job *job = NULL;
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    if (options->files.count == 0) {
        return usage_error("migdeploy apply --help", "apply wants -f FILE");
    }
    migd_status status = open_session(&s, options, false, 15 * MINUTE_MS, &error);
    if (status >= 0) {
        status = migd_objects_new(&objects, &error);
    }
    for (size_t i = 0; i < options->files.count && status >= 0; i++) {
        status = migd_objects_load(objects, options->files.items[i], NULL, &error);
    }
    if (status >= 0) {
        status = migd_deploy_apply_start(s.context, objects, s.call, &job, &error);
    }
    if (status >= 0 && !options->quiet) {
        say_warnings(options, job);
    }
    const int code = status < 0 ? fail(options, error, status) : follow(options, job, "", NULL);
    migd_objects_free(objects);
    close_session(&s);
    return code;
}

/* --- status, get ------------------------------------------------------------------------------ */

static void put_status(const cli *options, const migd_object *status)
{
    const int64_t margin = migd_object_int64(status, "/seeds/margin", 0);
    if (migd_object_boolean(status, "/exists", 0) == 0) {
        printf("Members  none: there is no StatefulSet %s in namespace %s\n",
               migd_object_text(status, "/name", ""), migd_object_text(status, "/namespace", ""));
        return;
    }
    printf("Nodes    %lld of %lld Ready, in %lld zones\n",
           (long long)migd_object_int64(status, "/nodes/ready", 0),
           (long long)migd_object_int64(status, "/nodes/all", 0),
           (long long)migd_object_int64(status, "/nodes/zones", 0));
    printf(
        "Members  %lld of %lld Ready, at most %lld      seeds up %lld of %lld, quorum %lld, margin "
        "%lld%s\n",
        (long long)migd_object_int64(status, "/members/ready", 0),
        (long long)migd_object_int64(status, "/members/wanted", 0),
        (long long)migd_object_int64(status, "/members/most", 0),
        (long long)migd_object_int64(status, "/seeds/up", 0),
        (long long)migd_object_int64(status, "/seeds/of", 0),
        (long long)migd_object_int64(status, "/seeds/quorum", 0), (long long)margin,
        margin == 0 ? ": the next loss stops the cluster" : "");
    const int64_t leave = migd_object_int64(status, "/drain/mayLeave", -1);
    const char *budget = migd_object_text(status, "/drain/budget", NULL);
    const char *autoscaler = migd_object_text(status, "/scaling/autoscaler", NULL);
    if (budget == NULL) {
        printf("Drain    no budget protects the members");
    } else {
        printf("Drain    %s: budget %s lets %lld leave", leave > 0 ? "possible" : "not now", budget,
               (long long)leave);
    }
    printf("        Scaling  %s\n", autoscaler == NULL ? "by hand" : autoscaler);
    printf("Address  %s\n", migd_object_text(status, "/address/url", "none yet"));
    const migd_object *members = migd_object_at(status, "/members/list");
    bool well = margin > 0;
    for (size_t i = 0; i < migd_object_count(members); i++) {
        const migd_object *member = migd_object_item(members, i);
        const char *trouble = migd_object_text(member, "/trouble", NULL);
        if (trouble != NULL) {
            printf("Why      %s: %s\n", migd_object_text(member, "/name", ""), trouble);
            well = false;
        }
    }
    fflush(stdout);
    if (well && !options->watch) {
        fputs("All is well.\n", stderr);
    }
}

int run_status(cli *options)
{
    session s;
    migd_error *error = NULL;
    cli quiet = *options;
    quiet.progress = PROGRESS_NONE;
    const migd_status opened = open_session(&s, options, true, 5 * MINUTE_MS, &error);
    int code = opened < 0 ? fail(options, error, opened) : EXIT_DONE;
    for (bool again = code == EXIT_DONE; again;) {
        migd_job *job = NULL;
        migd_object *result = NULL;
        migd_status status = migd_deploy_status_start(s.context, s.spec, s.call, &job, &error);
        code =
            status < 0 ? fail(options, error, status) : follow(&quiet, job, name_of(&s), &result);
        if (code == EXIT_DONE && options->watch && options->colour) {
            fputs("\x1b[H\x1b[J", stdout);
        }
        if (code == EXIT_DONE && options->output == OUTPUT_TEXT) {
            put_status(options, result);
        } else if (code == EXIT_DONE) {
            put_object(options, result);
        }
        migd_object_free(result);
        again = code == EXIT_DONE && options->watch && sleep(2) == 0 && !was_interrupted();
    }
    close_session(&s);
    return code;
}

static int put_names(const cli *options, const migd_object *list, const char *kind)
{
    const migd_object *items = migd_object_at(list, "/items");
    const size_t count = items == NULL ? 1 : migd_object_count(items);
    for (size_t i = 0; i < count; i++) {
        const migd_object *object = items == NULL ? list : migd_object_item(items, i);
        printf("%s/%s\n", kind, migd_object_text(object, "/metadata/name", ""));
    }
    if (count == 0) {
        fprintf(stderr, "No %s found.\n", kind);
    }
    (void)options;
    return EXIT_DONE;
}

int run_get(cli *options)
{
    if (options->arguments.count < 1 || options->arguments.count > 2) {
        return usage_error("migdeploy get --help", "get wants KIND and perhaps NAME");
    }
    const char *kind = options->arguments.items[0];
    session s;
    migd_kube *kube = NULL;
    migd_object *found = NULL;
    migd_error *error = NULL;
    migd_status status = open_session(&s, options, false, 5 * MINUTE_MS, &error);
    if (status >= 0) {
        status = migd_kube_open(s.context, s.call, &kube, &error);
    }
    if (status >= 0 && options->arguments.count == 2) {
        status =
            migd_kube_get(kube, kind, NULL, options->arguments.items[1], s.call, &found, &error);
    } else if (status >= 0) {
        status = migd_kube_list(kube, kind, options->all_namespaces ? "" : NULL, options->selector,
                                s.call, &found, &error);
    }
    const bool names = options->output == OUTPUT_NAME || options->output == OUTPUT_TEXT;
    const int code = status < 0 ? fail(options, error, status)
                     : names    ? put_names(options, found, kind)
                                : put_object(options, found);
    migd_object_free(found);
    migd_kube_free(kube);
    close_session(&s);
    return code;
}

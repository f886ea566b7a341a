/* Commands that change a cluster: deploy, scale, restart, apply, destroy. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whether sentences for people are wanted beside the data. */
static bool is_told(const cli *options)
{
    return options->output == OUTPUT_TEXT && !options->quiet && options->progress != PROGRESS_JSON;
}

/* Follows a job that was started, or tells why it was not. */
static int follow_started(const session *s, migd_status status, migd_error *error, migd_job *job,
                          const char *heading, migd_object **result)
{
    const telling how = {.heading = heading, .cluster = name_of(s)};
    return status < 0 ? fail_start(s, NULL, error, status) : follow(s->options, job, &how, result);
}

/* The same, then the result for programs, where -o asks for it. number: of telling. */
static int follow_and_put(const session *s, migd_status status, migd_error *error, migd_job *job,
                          const char *heading, const char *number)
{
    migd_object *result = NULL;
    const telling how = {.heading = heading, .cluster = name_of(s), .number = number};
    int code =
        status < 0 ? fail_start(s, NULL, error, status) : follow(s->options, job, &how, &result);
    if (code == EXIT_DONE && s->options->output != OUTPUT_TEXT) {
        code = put_object(s->options, result);
    }
    migd_object_free(result);
    return code;
}

/* --- deploy ----------------------------------------------------------------------------------- */

/* "C9 T14": plan and check tell them one by one. */
static const char *rules_that_warn(migd_job *job, char out[128])
{
    size_t used = 0;
    migd_findings *findings = NULL;
    out[0] = '\0';
    if (migd_job_take_findings(job, &findings, NULL) < 0) {
        return out;
    }
    for (size_t i = 0; i < migd_findings_count(findings) && used < 120; i++) {
        const migd_object *finding = migd_findings_item(findings, i);
        const char *rule = migd_object_text(finding, "/rule", "");
        if (strcmp(migd_object_text(finding, "/severity", ""), "warning") == 0 &&
            !is_among(out, " ", rule)) {
            used += (size_t)snprintf(out + used, 128 - used, "%s%.6s", used == 0 ? "" : " ", rule);
        }
    }
    migd_findings_free(findings);
    return out;
}

int run_deploy(cli *options)
{
    session s;
    char where[256];
    char heading[512] = "";
    char rules[128];
    char elapsed[32];
    const int64_t started_ms = now_ms();
    migd_job *job = NULL;
    migd_object *result = NULL;
    migd_error *error = NULL;
    migd_status status = open_session(&s, options, SPEC_NEEDED, &error);
    if (status >= 0) {
        status = migd_deploy_start(s.context, s.spec, s.call, &job, &error);
    }
    if (status >= 0) {
        rules_that_warn(job, rules);
        snprintf(heading, sizeof heading, "%s. Time limit %s.%s%s",
                 where_of(&s, where, sizeof where), format_elapsed(options->timeout_ms, elapsed),
                 rules[0] == '\0' ? "" : "\nRules that warn (migdeploy check): ", rules);
    }
    int code = follow_started(&s, status, error, job, heading, &result);
    if (code == EXIT_DONE && options->output != OUTPUT_TEXT) {
        code = put_object(options, result);
    } else if (code == EXIT_DONE) {
        const char *address = migd_object_text(result, "/address", NULL);
        if (address != NULL) {
            printf("%s\n", address);
            fflush(stdout);
        }
        if (is_told(options)) {
            say_next_here(options, "migdeploy status (deployed in %s)",
                          format_elapsed(now_ms() - started_ms, elapsed));
        }
    }
    migd_object_free(result);
    close_session(&s);
    return code;
}

/* --- scale ------------------------------------------------------------------------------------ */

/* The whole file; NULL: it cannot be read, or it is larger than a spec may be. */
static char *read_whole(const char *path, size_t *size)
{
    enum { MOST = 1 << 22 };
    FILE *file = fopen(path, "rb");
    char *text = file == NULL ? NULL : malloc(MOST);
    *size = text == NULL ? 0 : fread(text, 1, MOST, file);
    if (file != NULL && (fclose(file) != 0 || *size == MOST)) {
        free(text);
        return NULL;
    }
    return text;
}

static bool write_all(int fd, const migd_buf *text)
{
    const char *bytes = migd_buf_data(text);
    const size_t size = migd_buf_size(text);
    for (size_t done = 0; done < size;) {
        const ssize_t put = write(fd, bytes + done, size - done);
        if (put == 0 || (put < 0 && errno != EINTR)) {
            return false;
        }
        done += put < 0 ? 0 : (size_t)put;
    }
    return fsync(fd) == 0;
}

/* The new file has what the old one had: its mode, and its owner where we may give it away. */
static bool take_after(int fd, const struct stat *old)
{
    const bool given = fchown(fd, old->st_uid, old->st_gid) == 0;
    return fchmod(fd, given ? old->st_mode & 07777 : old->st_mode & 0777) == 0;
}

/* Writes beside the file, then in its place: whole or not at all. A link goes on leading there. */
static bool replace_file(const char *path, const migd_buf *text)
{
    char temporary[PATH_MAX + 8];
    struct stat old;
    char *real = realpath(path, NULL);
    const bool found = real != NULL && stat(real, &old) == 0 && S_ISREG(old.st_mode);
    const int size = snprintf(temporary, sizeof temporary, "%s.XXXXXX", found ? real : "");
    const int fd = found && (size_t)size < sizeof temporary ? mkostemp(temporary, O_CLOEXEC) : -1;
    bool whole = fd >= 0 && write_all(fd, text) && take_after(fd, &old);
    whole = (fd < 0 || close(fd) == 0) && whole && rename(temporary, real) == 0;
    if (fd >= 0 && !whole) {
        unlink(temporary);
    }
    free(real);
    return whole;
}

static int write_replicas(const cli *options, const char *replicas)
{
    size_t size = 0;
    char *text = read_whole(options->spec, &size);
    migd_buf *edited = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_spec_edit_text(
        text == NULL ? "" : text, size, "spec.members.replicas", replicas, &edited, &error);
    free(text);
    if (status < 0) {
        return fail(options, error, status);
    }
    const bool written = replace_file(options->spec, edited);
    const int failed = errno;
    migd_buf_free(edited);
    if (!written) {
        fprintf(stderr, "error: cannot write %s: %s\n", options->spec, strerror(failed));
        return EXIT_FAILED;
    }
    if (is_told(options)) {
        fprintf(stderr, "%s says %s members now.\n", options->spec, replicas);
    }
    return EXIT_DONE;
}

/* Ends the line that stands there. The trap of the day after: the file still has its old number. */
static void say_what_the_file_says(const session *s, long replicas)
{
    const migd_object *said = migd_object_at(migd_spec_object(s->spec), "/spec/members/replicas");
    const char *file = NULL;
    int32_t line = 0;
    const int64_t number = migd_object_int64(said, "", 0);
    if (number == replicas || s->options->write ||
        migd_object_place(said, &file, &line, NULL) != MIGD_OK) {
        fputc('\n', stderr);
        return;
    }
    fprintf(stderr, " %s:%d still says %lld: a deploy ", file, (int)line, (long long)number);
    if (number < replicas) {
        fprintf(stderr, "leaves %ld and says so [C24].\n", replicas);
    } else {
        fprintf(stderr, "makes it %lld again.\n", (long long)number);
    }
    char again[512];
    say_next(s->options, "%s --write (puts %ld into line %d)",
             line_of_words(s->options, again, sizeof again), replicas, (int)line);
}

/* How many, and between which bounds, as far as these are known. */
static void put_number(const session *s, long replicas, char *out, size_t size)
{
    const long long most = s->spec == NULL ? migd_object_int64(s->found, "/members/most", 0)
                                           : spec_int(s, "/spec/members/maxReplicas");
    const long long seeds = s->spec == NULL ? migd_object_int64(s->found, "/seeds/of", 0)
                                            : spec_int(s, "/spec/members/seeds");
    int used = snprintf(out, size, "%ld", replicas);
    if (most > 0) {
        used += snprintf(out + used, size - (size_t)used, " of at most %lld", most);
    }
    if (seeds > 0) {
        snprintf(out + used, size - (size_t)used, "; seeds %lld, quorum %lld", seeds,
                 seeds / 2 + 1);
    }
}

static int scale(session *s, long replicas)
{
    char where[256];
    char heading[384] = "";
    char number[128] = "";
    char elapsed[32];
    const cli *options = s->options;
    const int64_t started_ms = now_ms();
    migd_job *job = NULL;
    migd_error *error = NULL;
    migd_status status = find_cluster(s, &error);
    if (status >= 0) {
        status =
            migd_deploy_scale_start(s->context, s->spec, (int32_t)replicas, s->call, &job, &error);
    }
    if (status >= 0) {
        snprintf(heading, sizeof heading, "%s: ", where_of(s, where, sizeof where));
        put_number(s, replicas, number, sizeof number);
    }
    int code = follow_and_put(s, status, error, job, heading, number);
    if (code == EXIT_DONE && is_told(options)) {
        fprintf(stderr, "%ld of %ld Ready in %s.", replicas, replicas,
                format_elapsed(now_ms() - started_ms, elapsed));
        say_what_the_file_says(s, replicas);
    }
    if (code == EXIT_DONE && options->write) {
        code = write_replicas(options, options->arguments.items[0]);
    }
    return code;
}

/* What is there and could not be replaced: standard input, a pipe, a device. */
static bool is_no_file(const char *path)
{
    struct stat is;
    return strcmp(path, "-") == 0 || (stat(path, &is) == 0 && !S_ISREG(is.st_mode));
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
    if (options->write && is_no_file(options->spec)) {
        return usage_error("migdeploy scale --help",
                           "--write puts %s into a file, and %s is none; nothing was changed", word,
                           options->spec);
    }
    session s;
    migd_error *error = NULL;
    const migd_status status = open_session(&s, options, SPEC_IF_ANY, &error);
    const int code =
        status < 0 ? fail(options, error, status)
        : s.spec == NULL && options->write
            ? usage_error("migdeploy init", "there is no %s for --write to put %s into",
                          options->spec, word)
            : scale(&s, replicas);
    close_session(&s);
    return code;
}

/* --- restart, apply --------------------------------------------------------------------------- */

int run_restart(cli *options)
{
    session s;
    char where[256] = "";
    migd_job *job = NULL;
    migd_error *error = NULL;
    migd_status status = open_session(&s, options, SPEC_IF_ANY, &error);
    if (status >= 0) {
        status = find_cluster(&s, &error);
    }
    if (status >= 0) {
        where_of(&s, where, sizeof where);
        status = migd_deploy_restart_start(s.context, s.spec, s.call, &job, &error);
    }
    const int code = follow_and_put(&s, status, error, job, where, "");
    close_session(&s);
    return code;
}

int run_apply(cli *options)
{
    session s;
    char where[256] = "";
    migd_job *job = NULL;
    migd_objects *objects = NULL;
    migd_findings *findings = NULL;
    migd_error *error = NULL;
    if (options->files.count == 0) {
        return usage_error("migdeploy apply --help", "apply wants -f FILE");
    }
    migd_status status = open_session(&s, options, SPEC_NONE, &error);
    if (status >= 0) {
        where_of(&s, where, sizeof where);
        status = load_objects(&options->files, &objects, &error);
    }
    if (status >= 0) {
        status = migd_deploy_apply_start(s.context, objects, s.call, &job, &error);
    }
    if (status >= 0 && migd_job_take_findings(job, &findings, NULL) == MIGD_OK &&
        is_told(options)) {
        put_findings_of(stderr, options, findings, "warning");
    }
    const int code = status < 0 ? fail_start(&s, objects, error, status)
                                : follow_and_put(&s, status, error, job, where, NULL);
    migd_findings_free(findings);
    migd_objects_free(objects);
    close_session(&s);
    return code;
}

/* --- destroy ---------------------------------------------------------------------------------- */

/* What is left, to standard output; that nothing is, to people. */
static int put_left(const session *s, const migd_object *result, int64_t elapsed_ms)
{
    char elapsed[32];
    const migd_object *kept = migd_object_at(result, "/kept");
    const size_t count = migd_object_count(kept);
    if (s->options->output != OUTPUT_TEXT) {
        return put_object(s->options, result);
    }
    if (is_told(s->options)) {
        fprintf(stderr, "Destroyed in %s. %s\n", format_elapsed(elapsed_ms, elapsed),
                count == 0 ? "Nothing is left." : "Left:");
    }
    for (size_t i = 0; i < count; i++) {
        const migd_object *item = migd_object_item(kept, i);
        printf("kept %s: %s\n", migd_object_text(item, "/object", ""),
               migd_object_text(item, "/reason", ""));
    }
    return EXIT_DONE;
}

int run_destroy(cli *options)
{
    if (!options->yes && isatty(STDIN_FILENO) != 1) {
        char line[512];
        fputs("refused: destroy asks for the cluster's name, and there is no terminal to ask on\n",
              stderr);
        say_next(options, "%s --yes", line_of_words(options, line, sizeof line));
        return EXIT_USAGE;
    }
    session s;
    char where[256] = "";
    const int64_t started_ms = now_ms();
    migd_job *job = NULL;
    migd_object *result = NULL;
    migd_error *error = NULL;
    migd_status status = open_session(&s, options, SPEC_IF_ANY, &error);
    if (status >= 0) {
        status = find_cluster(&s, &error);
    }
    if (status >= 0) {
        where_of(&s, where, sizeof where);
        status = migd_deploy_destroy_start(s.context, s.spec, s.call, &job, &error);
    }
    int code = follow_started(&s, status, error, job, where, &result);
    if (code == EXIT_DONE) {
        code = put_left(&s, result, now_ms() - started_ms);
    }
    migd_object_free(result);
    close_session(&s);
    return code;
}

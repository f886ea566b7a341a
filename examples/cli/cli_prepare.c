/* Commands that touch no cluster: init, check, rules, render, version. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int run_version(cli *options)
{
    printf("migdeploy %s\n", migd_version());
    if (options->verbose > 0) {
        printf("supports Kubernetes 1.28 and newer\n");
    }
    return EXIT_DONE;
}

/* Never overwrites. 0, or the errno. */
static int write_new(const char *path, const migd_buf *text)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        return errno;
    }
    const bool written =
        write(fd, migd_buf_data(text), migd_buf_size(text)) == (ssize_t)migd_buf_size(text);
    const int failed = written ? 0 : errno == 0 ? ENOSPC : errno;
    if (close(fd) != 0 || !written) {
        unlink(path);
    }
    return failed;
}

/* The lines worth a look: from the number of members to who may connect. */
static void say_lines(const cli *options, const migd_buf *text)
{
    migd_object *written = NULL;
    int32_t first = 0;
    int32_t last = 0;
    if (migd_object_parse(migd_buf_data(text), migd_buf_size(text), NULL, &written, NULL) >= 0) {
        const migd_object *service = migd_object_at(written, "/spec/service");
        migd_object_place(migd_object_at(written, "/spec/members/replicas"), NULL, &first, NULL);
        migd_object_place(migd_object_item(service, 0), NULL, &last, NULL);
    }
    migd_object_free(written);
    say_next(options, "look at lines %d to %d, then migdeploy plan", (int)first, (int)last);
}

int run_init(cli *options)
{
    migd_buf *text = NULL;
    migd_error *error = NULL;
    const migd_status status =
        migd_spec_template(options->profile, options->cluster, options->region, &text, &error);
    if (status < 0) {
        return fail(options, error, status);
    }
    const int failed = write_new(options->spec, text);
    if (failed != 0) {
        fprintf(stderr, "error: cannot write %s: %s\n", options->spec,
                failed == EEXIST ? "it is there, and init never overwrites" : strerror(failed));
    } else if (!options->quiet) {
        fprintf(stderr, "Wrote %s: %s profile, %s\n", options->spec,
                options->profile == NULL ? "production" : options->profile,
                options->cluster == NULL ? "the cluster of your kubeconfig. It was not touched."
                                         : "EKS. No account was touched.");
        say_lines(options, text);
    }
    migd_buf_free(text);
    return failed == 0 ? EXIT_DONE : EXIT_FAILED;
}

/* --- check ------------------------------------------------------------------------------------ */

/* What was judged. */
typedef struct {
    size_t files;
    bool of_spec;
    bool around; /* a ClusterConfig tells of zones, nodes and ssh */
} judged;

/* "0 errors, 10 warnings, 3 notes"; where there are errors, only what there is. */
static void say_counts(const size_t counts[3])
{
    static const char *const words_of[] = {"error", "warning", "note"};
    bool first = true;
    for (size_t i = 0; i < 3; i++) {
        if (counts[i] > 0 || counts[0] == 0) {
            fprintf(stderr, "%s%zu %s%s", first ? "" : ", ", counts[i], words_of[i],
                    counts[i] == 1 ? "" : "s");
            first = false;
        }
    }
}

static void say_verdict(const cli *options, const judged *what, const size_t counts[3],
                        const char *rule)
{
    fprintf(stderr, "%zu file%s: ", what->files, what->files == 1 ? "" : "s");
    say_counts(counts);
    fputs(what->of_spec && counts[0] > 0 ? "; what could be read was checked.\n"
          : what->of_spec || what->around
              ? ".\n"
              : ". No ClusterConfig: zones, nodes, ssh were not judged.\n",
          stderr);
    if (counts[0] > 0 && what->of_spec) {
        say_next(options, "correct these lines, then migdeploy check");
    } else if (rule != NULL) {
        say_next(options, "migdeploy rules %s", rule);
    } else if (what->of_spec) {
        say_next(options, "migdeploy plan");
    }
}

static int put_findings(const cli *options, const migd_findings *findings, const judged *what)
{
    migd_buf *text = NULL;
    migd_error *error = NULL;
    const int32_t format = options->output == OUTPUT_JSON    ? MIGD_FINDINGS_JSON
                           : options->output == OUTPUT_SARIF ? MIGD_FINDINGS_SARIF
                           : options->quiet                  ? MIGD_FINDINGS_BRIEF
                                                             : MIGD_FINDINGS_TEXT;
    const migd_status status = migd_findings_write(findings, format, &text, &error);
    if (status < 0) {
        return fail(options, error, status);
    }
    if (put_buffer(text) != EXIT_DONE) {
        return EXIT_FAILED;
    }
    size_t counts[3] = {0};
    const char *rules[3] = {NULL};
    for (size_t i = 0; i < migd_findings_count(findings); i++) {
        const migd_object *finding = migd_findings_item(findings, i);
        const char severity = migd_object_text(finding, "/severity", "note")[0];
        const size_t which = severity == 'e' ? 0 : severity == 'w' ? 1 : 2;
        counts[which]++;
        rules[which] =
            rules[which] == NULL ? migd_object_text(finding, "/rule", NULL) : rules[which];
    }
    say_verdict(options, what, counts,
                rules[0] != NULL   ? rules[0]
                : rules[1] != NULL ? rules[1]
                                   : rules[2]);
    return counts[0] > 0                      ? EXIT_REFUSED
           : counts[1] > 0 && options->strict ? EXIT_WARNINGS
                                              : EXIT_DONE;
}

static int check_spec(const cli *options, const migd_call_options *call, const char *path)
{
    cli of_path = *options;
    of_path.spec = path;
    migd_spec *spec = NULL;
    migd_findings *findings = NULL;
    migd_error *error = NULL;
    migd_status status = open_spec(&of_path, &spec, &error);
    if (status >= 0) {
        status = migd_check_spec(spec, call, &findings, &error);
    }
    const int code = status < 0 ? fail(options, error, status)
                                : put_findings(options, findings, &(judged){1, true, true});
    migd_findings_free(findings);
    migd_spec_free(spec);
    return code;
}

/* The objects of one file stand behind one another. */
static judged judged_of(const migd_objects *objects)
{
    judged out = {0};
    const char *before = NULL;
    for (size_t i = 0; i < migd_objects_count(objects); i++) {
        const migd_object *object = migd_objects_item(objects, i);
        const char *file = NULL;
        migd_object_place(object, &file, NULL, NULL);
        out.files += before == NULL || file == NULL || strcmp(before, file) != 0;
        out.around =
            out.around || strcmp(migd_object_text(object, "/kind", ""), "ClusterConfig") == 0;
        before = file;
    }
    return out;
}

static int check_files(const cli *options, const migd_call_options *call)
{
    migd_objects *objects = NULL;
    migd_findings *findings = NULL;
    migd_error *error = NULL;
    migd_status status = load_objects(&options->arguments, &objects, &error);
    if (status >= 0) {
        status = migd_check_objects(objects, call, &findings, &error);
    }
    const judged what = judged_of(objects);
    int code = EXIT_FAILED;
    if (status < 0) {
        code = fail(options, error, status);
    } else if (what.files == 0) {
        fputs("error: there is no object to check\n", stderr);
        say_next(options, "migdeploy check FILE");
    } else {
        code = put_findings(options, findings, &what);
    }
    migd_findings_free(findings);
    migd_objects_free(objects);
    return code;
}

/* Whether one file is a spec and not a manifest. */
static bool is_spec(const char *path)
{
    migd_spec *spec = NULL;
    const bool found = strcmp(path, "-") != 0 && migd_spec_load_file(path, NULL, &spec, NULL) >= 0;
    migd_spec_free(spec);
    return found;
}

int run_check(cli *options)
{
    migd_call_options *call = NULL;
    migd_error *error = NULL;
    const migd_status status = call_options(options, &call, &error);
    if (status < 0) {
        return fail(options, error, status);
    }
    const size_t count = options->arguments.count;
    const int code = count == 0 ? check_spec(options, call, options->spec)
                     : count == 1 && is_spec(options->arguments.items[0])
                         ? check_spec(options, call, options->arguments.items[0])
                         : check_files(options, call);
    migd_call_options_free(call);
    return code;
}

/* --- rules ------------------------------------------------------------------------------------ */

static void put_paragraph(const char *label, const char *text)
{
    char first[16];
    snprintf(first, sizeof first, "%-8s ", label);
    if (text != NULL && text[0] != '\0') {
        put_folded(stdout, first, 9, 97, text);
    }
}

static int put_card(const migd_object *rule)
{
    const char *id = migd_object_text(rule, "/id", "");
    const char *accept = migd_object_text(rule, "/accept", NULL);
    const char *source = migd_object_text(rule, "/source", "");
    printf("%s  %s  %s\n", id, migd_object_text(rule, "/severity", ""),
           migd_object_text(rule, "/title", ""));
    put_paragraph("Why", migd_object_text(rule, "/why", NULL));
    put_paragraph("Example", migd_object_text(rule, "/example", NULL));
    put_paragraph("Ways out", migd_object_text(rule, "/waysOut", NULL));
    if (accept != NULL) {
        printf("%-8s %s    Source %s\n", "Accept", accept, source);
    } else {
        printf("%-8s %s\n", "Source", source);
    }
    return EXIT_DONE;
}

static int put_rules(const cli *options, const migd_object *rules)
{
    const char *wanted = options->arguments.count > 0 ? options->arguments.items[0] : NULL;
    for (size_t i = 0; i < migd_object_count(rules); i++) {
        const migd_object *rule = migd_object_item(rules, i);
        const char *id = migd_object_text(rule, "/id", "");
        if (wanted == NULL) {
            printf("%-4s %-8s %s\n", id, migd_object_text(rule, "/severity", ""),
                   migd_object_text(rule, "/title", ""));
        } else if (strcasecmp(wanted, id) == 0) {
            return options->output == OUTPUT_TEXT ? put_card(rule) : put_object(options, rule);
        }
    }
    return wanted == NULL ? EXIT_DONE
                          : usage_error("migdeploy rules", "there is no rule \"%s\"", wanted);
}

int run_rules(cli *options)
{
    migd_object *rules = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_rules(&rules, &error);
    const int code = status < 0 ? fail(options, error, status)
                     : options->arguments.count == 0 && options->output != OUTPUT_TEXT
                         ? put_object(options, rules)
                         : put_rules(options, rules);
    migd_object_free(rules);
    return code;
}

/* --- render ----------------------------------------------------------------------------------- */

static bool is_part(const migd_object *object, const char *part)
{
    static const struct {
        const char *part;
        const char *kind;
    } kinds[] = {
        {"namespace", "Namespace"},
        {"budget", "PodDisruptionBudget"},
        {"members", "StatefulSet"},
        {"autoscaler", "HorizontalPodAutoscaler"},
    };
    const char *kind = migd_object_text(object, "/kind", "");
    const bool headless = strcmp(migd_object_text(object, "/spec/clusterIP", ""), "None") == 0;
    if (strcmp(kind, "Service") == 0) {
        return strcmp(part, headless ? "headless" : "service") == 0;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(part, kinds[i].part) == 0) {
            return strcmp(kind, kinds[i].kind) == 0;
        }
    }
    return false;
}

static int put_into_folder(const cli *options, const migd_object *object, const migd_buf *text)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s-%s.%s", options->dir, migd_object_text(object, "/kind", ""),
             migd_object_text(object, "/metadata/name", ""),
             options->output == OUTPUT_JSON ? "json" : "yaml");
    FILE *file = fopen(path, "w");
    const bool whole = file != NULL && fputs(migd_buf_data(text), file) >= 0;
    if (file != NULL && fclose(file) != 0) {
        return usage_error("migdeploy render --help", "cannot write %s", path);
    }
    return whole ? EXIT_DONE : usage_error("migdeploy render --help", "cannot write %s", path);
}

static int put_rendered(const cli *options, const migd_object *object, bool first)
{
    migd_buf *text = NULL;
    migd_error *error = NULL;
    const bool json = options->output == OUTPUT_JSON;
    const migd_status status = json ? migd_object_write_json(object, 2, &text, &error)
                                    : migd_object_write_yaml(object, &text, &error);
    if (status < 0) {
        return fail(options, error, status);
    }
    if (options->dir != NULL) {
        const int code = put_into_folder(options, object, text);
        migd_buf_free(text);
        return code;
    }
    fputs(first ? "" : json ? "\n" : "---\n", stdout);
    return put_buffer(text);
}

int run_render(cli *options)
{
    migd_spec *spec = NULL;
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    migd_status status = open_spec(options, &spec, &error);
    if (status >= 0) {
        status = migd_spec_render(spec, &objects, &error);
    }
    int code = status < 0 ? fail(options, error, status) : EXIT_DONE;
    size_t put = 0;
    for (size_t i = 0; code == EXIT_DONE && i < migd_objects_count(objects); i++) {
        const migd_object *object = migd_objects_item(objects, i);
        if (options->part == NULL || is_part(object, options->part)) {
            code = put_rendered(options, object, put++ == 0);
        }
    }
    if (code == EXIT_DONE && put == 0) {
        code = usage_error("migdeploy render --help", "the spec renders no part \"%s\"",
                           options->part == NULL ? "" : options->part);
    }
    migd_objects_free(objects);
    migd_spec_free(spec);
    return code;
}

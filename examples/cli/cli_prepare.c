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

int run_init(cli *options)
{
    migd_buf *text = NULL;
    migd_error *error = NULL;
    const migd_status status =
        migd_spec_template(options->profile, options->cluster, options->region, &text, &error);
    if (status < 0) {
        return fail(options, error, status);
    }
    const int fd = open(options->spec, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    const size_t size = migd_buf_size(text);
    const bool written = fd >= 0 && write(fd, migd_buf_data(text), size) == (ssize_t)size;
    const int code = errno;
    if (fd >= 0) {
        close(fd);
    }
    migd_buf_free(text);
    if (!written) {
        fprintf(stderr, "error: cannot write %s: %s\n", options->spec, strerror(code));
        if (fd >= 0) {
            unlink(options->spec);
        }
        return EXIT_FAILED;
    }
    fprintf(stderr, "Wrote %s: %s profile%s\n", options->spec,
            options->profile == NULL ? "production" : options->profile,
            options->cluster == NULL ? ", the cluster of your kubeconfig."
                                     : ", EKS. No account was touched.");
    say_next(options, "look at the lines behind image, then migdeploy check");
    return EXIT_DONE;
}

/* --- check ------------------------------------------------------------------------------------ */

static int put_findings(const cli *options, const migd_findings *findings, size_t files,
                        bool of_spec)
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
    put_buffer(text);
    size_t counts[3] = {0};
    const char *rule = NULL;
    for (size_t i = 0; i < migd_findings_count(findings); i++) {
        const migd_object *finding = migd_findings_item(findings, i);
        const char *severity = migd_object_text(finding, "/severity", "");
        const int which = strcmp(severity, "error") == 0     ? 0
                          : strcmp(severity, "warning") == 0 ? 1
                                                             : 2;
        counts[which]++;
        rule = rule == NULL ? migd_object_text(finding, "/rule", NULL) : rule;
    }
    fprintf(stderr, "%zu file%s: %zu error%s, %zu warning%s, %zu note%s%s\n", files,
            files == 1 ? "" : "s", counts[0], counts[0] == 1 ? "" : "s", counts[1],
            counts[1] == 1 ? "" : "s", counts[2], counts[2] == 1 ? "" : "s",
            of_spec && counts[0] > 0 ? "; what could be read was checked." : ".");
    if (counts[0] > 0 && of_spec) {
        say_next(options, "correct these lines, then migdeploy check");
    } else if (rule != NULL) {
        say_next(options, "migdeploy rules %s", rule);
    } else if (of_spec) {
        say_next(options, "migdeploy plan");
    }
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
    const int code =
        status < 0 ? fail(options, error, status) : put_findings(options, findings, 1, true);
    migd_findings_free(findings);
    migd_spec_free(spec);
    return code;
}

static int check_files(const cli *options, const migd_call_options *call)
{
    migd_objects *objects = NULL;
    migd_findings *findings = NULL;
    migd_error *error = NULL;
    migd_status status = migd_objects_new(&objects, &error);
    for (size_t i = 0; i < options->arguments.count && status >= 0; i++) {
        status = migd_objects_load(objects, options->arguments.items[i], NULL, &error);
    }
    if (status >= 0) {
        status = migd_check_objects(objects, call, &findings, &error);
    }
    const int code = status < 0 ? fail(options, error, status)
                                : put_findings(options, findings, options->arguments.count, false);
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
    const migd_status status = call_options(options, MIGD_FOREVER, &call, &error);
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

/* A paragraph behind a label, folded at blanks. */
static void put_folded(const char *label, const char *text)
{
    const size_t width = 88;
    bool first = true;
    while (text != NULL && *text != '\0') {
        size_t size = strlen(text);
        if (size > width) {
            size = width;
            while (size > 0 && text[size] != ' ') {
                size--;
            }
            size = size == 0 ? width : size;
        }
        printf("%-8s %.*s\n", first ? label : "", (int)size, text);
        text += size + (text[size] == ' ');
        first = false;
    }
}

static int put_card(const migd_object *rule)
{
    const char *id = migd_object_text(rule, "/id", "");
    const char *accept = migd_object_text(rule, "/accept", NULL);
    const char *source = migd_object_text(rule, "/source", "");
    printf("%s  %s  %s\n", id, migd_object_text(rule, "/severity", ""),
           migd_object_text(rule, "/title", ""));
    put_folded("Why", migd_object_text(rule, "/why", NULL));
    put_folded("Example", migd_object_text(rule, "/example", NULL));
    put_folded("Ways out", migd_object_text(rule, "/waysOut", NULL));
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

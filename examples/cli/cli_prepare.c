/* Commands that touch no cluster: init, rules, render, version. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int put_version(const cli *options, const char *least)
{
    migd_object *told = NULL;
    migd_error *error = NULL;
    migd_status status = migd_object_new(&told, &error);
    if (status >= 0) {
        status = migd_object_set_string(told, "/version", migd_version(), &error);
    }
    if (status >= 0) {
        status = migd_object_set_string(told, "/kubernetes/least", least, &error);
    }
    const int code = status < 0 ? fail(options, error, status) : put_object(options, told);
    migd_object_free(told);
    return code;
}

int run_version(cli *options)
{
    static const char least[] = "1.28";
    if (options->output != OUTPUT_TEXT) {
        return put_version(options, least);
    }
    printf("migdeploy %s\n", migd_version());
    if (options->verbose > 0) {
        printf("supports Kubernetes %s and newer\n", least);
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
    if (options->cluster != NULL) {
        fputs("note: this version makes no EKS cluster: plan and deploy refuse the block aws\n",
              stderr);
    }
    say_next_here(options, "look at lines %d to %d, then migdeploy %s", (int)first, (int)last,
                  options->cluster != NULL ? "check" : "plan");
}

/* The text with one key set; it takes the place of the text. */
static migd_status set_in_text(migd_buf **text, const char *path, const char *value,
                               migd_error **error)
{
    migd_buf *edited = NULL;
    const migd_status status = migd_spec_edit_text(migd_buf_data(*text), migd_buf_size(*text), path,
                                                   value, &edited, error);
    if (status >= 0) {
        migd_buf_free(*text);
        *text = edited;
    }
    return status;
}

/* What is written can be read: a flag may have put a wrong value into it. */
static migd_status try_text(const cli *options, const migd_buf *text, migd_error **error)
{
    migd_read_options *named = NULL;
    migd_spec *spec = NULL;
    migd_objects *objects = NULL;
    migd_status status = migd_read_options_new(&named, error);
    if (status >= 0) {
        status = migd_read_options_set_text(named, MIGD_READ_NAME, options->spec, error);
    }
    if (status >= 0) {
        status = migd_spec_parse(migd_buf_data(text), migd_buf_size(text), named, &spec, error);
    }
    if (status >= 0) {
        status = migd_spec_render(spec, &objects, error);
    }
    migd_objects_free(objects);
    migd_spec_free(spec);
    migd_read_options_free(named);
    return status;
}

/* The spec of the flags; NULL after a failure, which was said: *code. */
static migd_buf *text_of_flags(const cli *options, int *code)
{
    migd_buf *text = NULL;
    migd_error *error = NULL;
    migd_status status =
        migd_spec_template(options->profile, options->cluster, options->region, &text, &error);
    if (status >= 0 && options->namespace_ != NULL) {
        status = set_in_text(&text, "metadata.namespace", options->namespace_, &error);
    }
    for (size_t i = 0; status >= 0 && i < options->set.count; i++) {
        char path[256];
        const char *value = split_set(options->set.items[i], path);
        status = value == NULL ? MIGD_ERR_INVALID : set_in_text(&text, path, value, &error);
    }
    if (status >= 0) {
        status = try_text(options, text, &error);
    }
    if (status < 0) {
        *code = fail(options, error, status);
        migd_buf_free(text);
        return NULL;
    }
    return text;
}

int run_init(cli *options)
{
    int code = EXIT_DONE;
    migd_buf *text = text_of_flags(options, &code);
    if (text == NULL || strcmp(options->spec, "-") == 0) {
        return text == NULL ? code : put_buffer(text);
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
    char line[512];
    const size_t size = migd_buf_size(text);
    snprintf(path, sizeof path, "%s/%s-%s.%s", options->dir, migd_object_text(object, "/kind", ""),
             migd_object_text(object, "/metadata/name", ""),
             options->output == OUTPUT_JSON ? "json" : "yaml");
    FILE *file = fopen(path, "w");
    bool whole = file != NULL && fwrite(migd_buf_data(text), 1, size, file) == size;
    whole = (file == NULL || fclose(file) == 0) && whole;
    if (whole) {
        return EXIT_DONE;
    }
    fprintf(stderr, "error: cannot write %s: %s\n", path, strerror(errno));
    if (file == NULL && errno == ENOENT) {
        say_next(options, "mkdir -p %s && %s", options->dir,
                 line_of_words(options, line, sizeof line));
    }
    return EXIT_FAILED;
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

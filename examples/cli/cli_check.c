/* check: the rules over a spec, over anybody's manifests, over what runs. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

/* What was judged. */
typedef struct {
    size_t files;
    size_t objects;
    bool of_spec; /* and of nothing else */
    bool members; /* something of it runs MigratoryData */
    bool around;  /* a ClusterConfig tells of zones, nodes and ssh */
    bool lives;   /* what runs, too */
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
    if (!what->members && !what->lives && what->objects > 0) {
        fprintf(stderr, "note: no MigratoryData member in %zu object%s\n", what->objects,
                what->objects == 1 ? "" : "s");
    }
    if (what->files > 0) {
        fprintf(stderr, "%zu file%s%s", what->files, what->files == 1 ? "" : "s",
                what->lives ? " over " : "");
    }
    fprintf(stderr, "%s: ", !what->lives ? "" : what->files > 0 ? "what runs" : "What runs");
    say_counts(counts);
    fputs(what->of_spec && counts[0] > 0 ? "; what could be read was checked.\n"
          : what->of_spec || what->around
              ? ".\n"
              : ". No ClusterConfig: zones, nodes, ssh were not judged.\n",
          stderr);
    if (counts[0] > 0 && what->of_spec) {
        say_next_here(options, "correct these lines, then migdeploy check");
    } else if (rule != NULL) {
        say_next(options, "migdeploy rules %s", rule);
    } else if (what->of_spec) {
        say_next_here(options, "migdeploy plan");
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

/* options: those of that spec. */
static int check_spec(const cli *options, const migd_call_options *call, const migd_spec *spec)
{
    migd_findings *findings = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_check_spec(spec, call, &findings, &error);
    const int code = status < 0
                         ? fail(options, error, status)
                         : put_findings(options, findings, &(judged){.files = 1, .of_spec = true});
    migd_findings_free(findings);
    return code;
}

static int check_default_spec(const cli *options, const migd_call_options *call)
{
    migd_spec *spec = NULL;
    migd_error *error = NULL;
    const migd_status status = open_spec(options, &spec, &error);
    const int code = status < 0 ? fail(options, error, status) : check_spec(options, call, spec);
    migd_spec_free(spec);
    return code;
}

static bool is_of_kind(const migd_object *object, const char *kind)
{
    return strcmp(migd_object_text(object, "/kind", ""), kind) == 0;
}

/* Whether its pods run MigratoryData, as far as its words tell: an image, an option. */
static bool runs_members(const migd_object *object)
{
    migd_buf *text = NULL;
    bool runs = false;
    if ((is_of_kind(object, "StatefulSet") || is_of_kind(object, "Deployment")) &&
        migd_object_write_json(object, 0, &text, NULL) == MIGD_OK) {
        runs = strstr(migd_buf_data(text), "igratorydata") != NULL ||
               strstr(migd_buf_data(text), "MIGRATORYDATA_") != NULL;
    }
    migd_buf_free(text);
    return runs || is_of_kind(object, "MigratoryDataCluster");
}

/* The objects of one file stand behind one another. */
static judged judged_of(const migd_objects *objects)
{
    const size_t count = migd_objects_count(objects);
    judged out = {.objects = count, .of_spec = count > 0};
    const char *before = NULL;
    for (size_t i = 0; i < migd_objects_count(objects); i++) {
        const migd_object *object = migd_objects_item(objects, i);
        const char *file = NULL;
        migd_object_place(object, &file, NULL, NULL);
        out.files += before == NULL || file == NULL || strcmp(before, file) != 0;
        out.around = out.around || is_of_kind(object, "ClusterConfig");
        out.members = out.members || runs_members(object);
        out.of_spec = out.of_spec && is_of_kind(object, "MigratoryDataCluster");
        before = file;
    }
    return out;
}

static int check_objects(const cli *options, const migd_call_options *call,
                         const migd_objects *objects)
{
    migd_findings *findings = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_check_objects(objects, call, &findings, &error);
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
    return code;
}

static int check_files(const cli *options, const migd_call_options *call)
{
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    const migd_status status = load_objects(&options->arguments, &objects, &error);
    const int code =
        status < 0 ? fail(options, error, status) : check_objects(options, call, objects);
    migd_objects_free(objects);
    return code;
}

/* The text of a file, read once: what comes out of a pipe is gone then. NULL: there is none, as of
 * a folder. For free(). */
static char *read_text(const char *path, size_t *size)
{
    enum { LARGEST = 4 << 20 }; /* more than any reader takes */
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    char *text = file == NULL ? NULL : malloc(LARGEST);
    *size = text == NULL ? 0 : fread(text, 1, LARGEST, file);
    if (text != NULL && ferror(file)) {
        free(text);
        text = NULL;
    }
    if (file != NULL && file != stdin) {
        fclose(file);
    }
    return text;
}

/* One file, which may be a spec. */
static int check_text(const cli *options, const migd_call_options *call, const char *text,
                      size_t size, const char *name)
{
    migd_spec *spec = NULL;
    migd_objects *objects = NULL;
    migd_read_options *manner = NULL;
    migd_error *error = NULL;
    migd_status status = read_spec(options, text, size, name, &spec, NULL);
    if (status >= 0) {
        cli of_name = *options;
        of_name.spec = name;
        const int code = check_spec(&of_name, call, spec);
        migd_spec_free(spec);
        return code;
    }
    status = migd_objects_new(&objects, &error);
    if (status >= 0) {
        status = migd_read_options_new(&manner, &error);
    }
    if (status >= 0) {
        status = migd_read_options_set_text(manner, MIGD_READ_NAME, name, &error);
    }
    if (status >= 0) {
        status = migd_objects_parse(objects, text, size, manner, &error);
    }
    const int code =
        status < 0 ? fail(options, error, status) : check_objects(options, call, objects);
    migd_read_options_free(manner);
    migd_objects_free(objects);
    return code;
}

static int check_file(const cli *options, const migd_call_options *call, const char *path)
{
    size_t size = 0;
    char *text = read_text(path, &size);
    if (text == NULL) {
        return check_files(options, call); /* a folder; or it says why there is nothing */
    }
    const int code =
        check_text(options, call, text, size, strcmp(path, "-") == 0 ? "standard input" : path);
    free(text);
    return code;
}

/* --- what runs -------------------------------------------------------------------------------- */

/* Adds the namespace's objects of a kind; a kind that the server does not know has none. */
static migd_status add_living(migd_objects *list, migd_kube *kube, const char *kind,
                              const char *namespace_, const migd_call_options *call,
                              migd_error **error)
{
    migd_object *found = NULL;
    migd_status status = migd_kube_list(kube, kind, namespace_, NULL, call, &found, error);
    if (status == MIGD_ERR_UNSUPPORTED) {
        migd_error_free(*error);
        *error = NULL;
        status = MIGD_OK;
    }
    const migd_object *items = migd_object_at(found, "/items");
    for (size_t i = 0; status >= 0 && i < migd_object_count(items); i++) {
        status = migd_objects_add(list, migd_object_item(items, i), error);
    }
    migd_object_free(found);
    return status;
}

/* What rules look at; sets first. *sets: how many of these there are. */
static migd_status load_living(const session *s, const char *namespace_, migd_objects **out,
                               size_t *sets, migd_error **error)
{
    static const char *const kinds[] = {
        "statefulsets.apps",
        "deployments.apps",
        "poddisruptionbudgets.policy",
        "horizontalpodautoscalers.autoscaling",
        "services",
        "pods",
    };
    /* Which members are Ready counts for a change alone. */
    const size_t count = sizeof kinds / sizeof *kinds - (s->options->arguments.count == 0);
    migd_kube *kube = NULL;
    migd_status status = migd_objects_new(out, error);
    if (status >= 0) {
        status = migd_kube_open(s->context, s->call, &kube, error);
    }
    for (size_t i = 0; status >= 0 && i < count; i++) {
        status = add_living(*out, kube, kinds[i], namespace_, s->call, error);
        *sets = i < 2 ? migd_objects_count(*out) : *sets;
    }
    migd_kube_free(kube);
    return status;
}

static bool is_text(const migd_object *left, const migd_object *right, const char *pointer,
                    const char *otherwise)
{
    return strcmp(migd_object_text(left, pointer, otherwise),
                  migd_object_text(right, pointer, otherwise)) == 0;
}

/* "apps/v1" and "apps/v1beta1" are about the same objects. */
static bool is_same_object(const migd_object *left, const migd_object *right,
                           const char *namespace_)
{
    const char *version = migd_object_text(left, "/apiVersion", "");
    const char *other = migd_object_text(right, "/apiVersion", "");
    const char *end = strchr(version, '/');
    const size_t group = end == NULL ? 0 : (size_t)(end - version) + 1;
    return strncmp(version, other, group) == 0 && (group > 0 || strchr(other, '/') == NULL) &&
           is_text(left, right, "/kind", "") && is_text(left, right, "/metadata/name", "") &&
           is_text(left, right, "/metadata/namespace", namespace_);
}

/* What will run once the files are applied: they, and what they do not name. */
static migd_status add_unnamed(migd_objects *after, const migd_objects *living,
                               const char *namespace_, migd_error **error)
{
    const size_t files = migd_objects_count(after);
    migd_status status = MIGD_OK;
    for (size_t i = 0; status >= 0 && i < migd_objects_count(living); i++) {
        const migd_object *object = migd_objects_item(living, i);
        bool named = false;
        for (size_t k = 0; k < files && !named; k++) {
            named = is_same_object(object, migd_objects_item(after, k), namespace_);
        }
        status = named ? MIGD_OK : migd_objects_add(after, object, error);
    }
    return status;
}

/* The namespace of -n, of the spec, of the kubeconfig. */
static migd_status namespace_of(const session *s, char out[256], migd_error **error)
{
    migd_kube *kube = NULL;
    const migd_status status = migd_kube_open(s->context, s->call, &kube, error);
    const char *meant = migd_object_text(migd_kube_info(kube), "/namespace", "");
    if (s->options->namespace_ == NULL) {
        meant = migd_object_text(migd_spec_object(s->spec), "/metadata/namespace", meant);
    }
    snprintf(out, 256, "%s", meant);
    migd_kube_free(kube);
    return status;
}

static migd_status judge_living(const session *s, const migd_objects *living, migd_objects *files,
                                const char *namespace_, migd_findings **findings,
                                migd_error **error)
{
    if (migd_objects_count(files) == 0) {
        return migd_check_objects(living, s->call, findings, error);
    }
    const migd_status status = add_unnamed(files, living, namespace_, error);
    return status < 0 ? status : migd_check_change(living, files, s->call, findings, error);
}

/* The file of the first spec; NULL: there is none. */
static const char *spec_among(const migd_objects *objects)
{
    const char *file = NULL;
    for (size_t i = 0; i < migd_objects_count(objects) && file == NULL; i++) {
        const migd_object *object = migd_objects_item(objects, i);
        if (is_of_kind(object, "MigratoryDataCluster")) {
            migd_object_place(object, &file, NULL, NULL);
        }
    }
    return file;
}

static int check_living(const session *s)
{
    char namespace_[256];
    char where[512];
    size_t sets = 0;
    migd_objects *living = NULL;
    migd_objects *files = NULL;
    migd_findings *findings = NULL;
    migd_error *error = NULL;
    judged what = {0};
    migd_status status = load_objects(&s->options->arguments, &files, &error);
    const char *spec = spec_among(files);
    if (spec != NULL) {
        usage_error("migdeploy plan", "%s is a spec: plan judges it on what runs", spec);
        migd_objects_free(files);
        return EXIT_USAGE;
    }
    if (status >= 0) {
        what = judged_of(files);
        status = namespace_of(s, namespace_, &error);
    }
    if (status >= 0) {
        status = load_living(s, namespace_, &living, &sets, &error);
    }
    if (status >= 0) {
        status = judge_living(s, living, files, namespace_, &findings, &error);
    }
    int code = EXIT_FAILED;
    if (status < 0) {
        code = fail(s->options, error, status);
    } else if (sets == 0) {
        fprintf(stderr, "error: no StatefulSet and no Deployment runs in namespace %s\n",
                namespace_);
        say_next_here(s->options, "migdeploy get statefulsets -A");
    } else {
        what.lives = true;
        if (!s->options->quiet && s->options->output == OUTPUT_TEXT) {
            fprintf(stderr, "%s\n", place_of(s, namespace_, where, sizeof where));
        }
        code = put_findings(s->options, findings, &what);
    }
    migd_findings_free(findings);
    migd_objects_free(living);
    migd_objects_free(files);
    return code;
}

static int check_live(const cli *options)
{
    session s;
    migd_error *error = NULL;
    const migd_status status =
        open_session(&s, options, options->namespace_ == NULL ? SPEC_IF_ANY : SPEC_NONE, &error);
    const int code = status < 0 ? fail(options, error, status) : check_living(&s);
    close_session(&s);
    return code;
}

/* --- the command ------------------------------------------------------------------------------ */

static int check_written(const cli *options)
{
    migd_call_options *call = NULL;
    migd_error *error = NULL;
    const migd_status status = call_options(options, &call, &error);
    if (status < 0) {
        return fail(options, error, status);
    }
    const size_t count = options->arguments.count;
    const int code = count == 0   ? check_default_spec(options, call)
                     : count == 1 ? check_file(options, call, options->arguments.items[0])
                                  : check_files(options, call);
    migd_call_options_free(call);
    return code;
}

int run_check(cli *options)
{
    return options->live ? check_live(options) : check_written(options);
}

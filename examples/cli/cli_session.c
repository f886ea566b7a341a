/* What a command stands on: the context, its options, the spec, Ctrl-C. */
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* --- Ctrl-C ----------------------------------------------------------------------------------- */

/* A signal handler can reach nothing else. */
static migd_cancel *volatile interrupt;
static volatile sig_atomic_t interrupts;
static volatile sig_atomic_t quietly;

static void on_interrupt(int signal_number)
{
    static const char said[] =
        "\n^C: finishing the request in flight; Ctrl-C again leaves at once\n";
    interrupts++;
    if (interrupts > 1) {
        _exit(128 + signal_number);
    }
    migd_cancel_signal(interrupt);
    if (!quietly) {
        const ssize_t ignored = write(STDERR_FILENO, said, sizeof said - 1);
        (void)ignored;
    }
}

bool was_interrupted(void)
{
    return interrupts > 0;
}

void interrupt_quietly(void)
{
    quietly = 1;
}

/* The switch lives as long as the process: a handler may come at any time. */
static migd_status catch_interrupts(migd_error **error)
{
    migd_cancel *cancel = NULL;
    const migd_status status = migd_cancel_new(&cancel, error);
    if (status >= 0) {
        const struct sigaction action = {.sa_handler = on_interrupt};
        interrupt = cancel;
        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
        signal(SIGPIPE, SIG_IGN);
    }
    return status;
}

/* --- Options ---------------------------------------------------------------------------------- */

static migd_status set_texts(const cli *options, migd_call_options *call, migd_error **error)
{
    const struct {
        int32_t option;
        const char *value;
    } texts[] = {
        {MIGD_CALL_NAMESPACE, options->namespace_}, {MIGD_CALL_KUBECONFIG, options->kubeconfig},
        {MIGD_CALL_CONTEXT, options->context},      {MIGD_CALL_ONLY, options->only},
        {MIGD_CALL_UNTIL, options->until},
    };
    migd_status status = MIGD_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && status >= 0; i++) {
        status = migd_call_options_set_text(call, texts[i].option, texts[i].value, error);
    }
    return status;
}

static migd_status set_numbers(const cli *options, migd_call_options *call, migd_error **error)
{
    const struct {
        int32_t option;
        int64_t value;
    } numbers[] = {
        {MIGD_CALL_DEADLINE_MS, options->timeout_ms},
        {MIGD_CALL_FORCE, options->force_conflicts},
        {MIGD_CALL_ADOPT, options->adopt},
        {MIGD_CALL_WAIT_LOCK, options->wait},
    };
    migd_status status = MIGD_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && status >= 0; i++) {
        status = migd_call_options_set_int64(call, numbers[i].option, numbers[i].value, error);
    }
    return status;
}

/* "t16,C9": rules as people write them. */
static migd_status accept(migd_call_options *call, const char *list, migd_error **error)
{
    migd_status status = MIGD_OK;
    for (const char *at = list; status >= 0 && at != NULL;) {
        char rule[64];
        const size_t size = strcspn(at, ",");
        snprintf(rule, sizeof rule, "%.*s", (int)size, at);
        for (char *letter = rule; *letter != '\0'; letter++) {
            *letter = (char)toupper((unsigned char)*letter);
        }
        status = migd_call_options_accept(call, rule, error);
        at = at[size] == '\0' ? NULL : at + size + 1;
    }
    return status;
}

migd_status call_options(const cli *options, migd_call_options **out, migd_error **error)
{
    migd_call_options *call = NULL;
    migd_status status = interrupt == NULL ? catch_interrupts(error) : MIGD_OK;
    if (status >= 0) {
        status = migd_call_options_new(&call, error);
    }
    if (status >= 0) {
        status = set_texts(options, call, error);
    }
    if (status >= 0) {
        status = set_numbers(options, call, error);
    }
    for (size_t i = 0; status >= 0 && i < options->accept.count; i++) {
        status = accept(call, options->accept.items[i], error);
    }
    if (status < 0) {
        migd_call_options_free(call);
        return status;
    }
    migd_call_options_set_cancel(call, interrupt);
    *out = call;
    return MIGD_OK;
}

/* --- Documents -------------------------------------------------------------------------------- */

const char *split_set(const char *assignment, char path[256])
{
    const size_t size = strcspn(assignment, "=");
    if (size == 0 || size >= 256 || assignment[size] == '\0') {
        usage_error("migdeploy --help", "--set wants PATH=VALUE, not \"%s\"", assignment);
        return NULL;
    }
    memcpy(path, assignment, size);
    path[size] = '\0';
    return assignment + size + 1;
}

static migd_status set_key(migd_spec *spec, const char *assignment, migd_error **error)
{
    char path[256];
    const char *value = split_set(assignment, path);
    return value == NULL ? MIGD_ERR_INVALID /* told: no error with it */
                         : migd_spec_set(spec, path, value, error);
}

/* Each --set; on failure there is no spec any more. */
static migd_status set_keys(const cli *options, migd_spec **out, migd_error **error)
{
    migd_status status = MIGD_OK;
    for (size_t i = 0; status >= 0 && i < options->set.count; i++) {
        status = set_key(*out, options->set.items[i], error);
    }
    if (status < 0) {
        migd_spec_free(*out);
        *out = NULL;
    }
    return status;
}

migd_status open_spec(const cli *options, migd_spec **out, migd_error **error)
{
    const migd_status status = migd_spec_load_file(options->spec, NULL, out, error);
    return status < 0 ? status : set_keys(options, out, error);
}

migd_status read_spec(const cli *options, const char *text, size_t size, const char *name,
                      migd_spec **out, migd_error **error)
{
    migd_read_options *manner = NULL;
    migd_status status = migd_read_options_new(&manner, error);
    if (status >= 0) {
        status = migd_read_options_set_text(manner, MIGD_READ_NAME, name, error);
    }
    if (status >= 0) {
        status = migd_spec_parse(text, size, manner, out, error);
    }
    migd_read_options_free(manner);
    return status < 0 ? status : set_keys(options, out, error);
}

migd_status load_objects(const words *paths, migd_objects **out, migd_error **error)
{
    migd_status status = migd_objects_new(out, error);
    for (size_t i = 0; i < paths->count && status >= 0; i++) {
        status = migd_objects_load(*out, paths->items[i], NULL, error);
    }
    return status;
}

/* --- Session ---------------------------------------------------------------------------------- */

static void log_line(int32_t level, const char *line, void *user)
{
    (void)level;
    (void)user;
    fprintf(stderr, "%s\n", line);
}

static migd_status open_context(const cli *options, migd_context **out, migd_error **error)
{
    migd_context_options *settings = NULL;
    migd_status status = migd_context_options_new(&settings, error);
    if (status >= 0 && options->verbose > 0) {
        migd_context_options_set_log(settings, options->verbose > 1 ? MIGD_LOG_HTTP : MIGD_LOG_INFO,
                                     log_line, NULL);
    }
    if (status >= 0) {
        status = migd_context_new(settings, out, error);
    }
    migd_context_options_free(settings);
    return status;
}

/* What is named has to be there; --set is about a spec too. */
static bool is_spec_meant(const cli *options)
{
    return options->spec != default_spec || options->set.count > 0 ||
           access(default_spec, F_OK) == 0 || errno != ENOENT;
}

/* Of two namespaces neither is the one that is surely meant. */
static migd_status refuse_namespace(const cli *options, const migd_spec *spec)
{
    char line[512];
    const migd_object *said = migd_object_at(migd_spec_object(spec), "/metadata/namespace");
    const char *named = migd_object_text(said, "", "");
    int32_t row = 0;
    int32_t column = 0;
    if (spec == NULL || options->namespace_ == NULL || strcmp(options->namespace_, named) == 0) {
        return MIGD_OK;
    }
    fprintf(stderr, "refused: -n %s, but %s", options->namespace_, options->spec);
    if (migd_object_place(said, NULL, &row, &column) == MIGD_OK) {
        fprintf(stderr, ":%d:%d", (int)row, (int)column);
    }
    fprintf(stderr, " names namespace %s\n", named);
    say_next(options, "%s --set metadata.namespace=%s (or leave out -n; nothing was sent)",
             line_of_words(options, line, sizeof line), options->namespace_);
    return MIGD_ERR_INVALID; /* told: no error with it */
}

migd_status open_session(session *s, const cli *options, spec_use use, migd_error **error)
{
    const bool wanted = use == SPEC_NEEDED || (use == SPEC_IF_ANY && is_spec_meant(options));
    *s = (session){.options = options};
    migd_status status = wanted ? open_spec(options, &s->spec, error) : MIGD_OK;
    if (status >= 0) {
        status = refuse_namespace(options, s->spec);
    }
    if (status >= 0) {
        status = open_context(options, &s->context, error);
    }
    if (status >= 0) {
        status = call_options(options, &s->call, error);
    }
    return status;
}

void close_session(session *s)
{
    migd_call_options_free(s->call);
    migd_spec_free(s->spec);
    migd_object_free(s->found);
    migd_context_free(s->context);
}

migd_status find_cluster(session *s, migd_error **error)
{
    migd_job *job = NULL;
    if (s->spec != NULL) {
        return MIGD_OK;
    }
    migd_status status = migd_deploy_status_start(s->context, NULL, s->call, &job, error);
    if (status >= 0) {
        status = migd_job_finish(job, &s->found, error);
    }
    migd_job_free(job);
    return status;
}

const char *name_of(const session *s)
{
    return s->spec == NULL ? migd_object_text(s->found, "/name", "")
                           : migd_object_text(migd_spec_object(s->spec), "/metadata/name", "");
}

static const char *namespace_of(const session *s)
{
    return s->spec == NULL ? migd_object_text(s->found, "/namespace", "")
                           : migd_object_text(migd_spec_object(s->spec), "/metadata/namespace", "");
}

int64_t spec_int(const session *s, const char *pointer)
{
    return migd_object_int64(migd_spec_object(s->spec), pointer, 0);
}

/* "context blue", or the server where no context is named; "" before it is known. */
static size_t put_context(const session *s, char *out, size_t size)
{
    migd_kube *kube = NULL;
    out[0] = '\0';
    if (migd_kube_open(s->context, s->call, &kube, NULL) < 0) {
        return 0; /* the job says what is wrong */
    }
    const migd_object *info = migd_kube_info(kube);
    const char *context = migd_object_text(info, "/context", NULL);
    const int used =
        context != NULL && context[0] != '\0'
            ? snprintf(out, size, "context %s", context)
            : snprintf(out, size, "%s", migd_object_text(info, "/server", "in-cluster"));
    migd_kube_free(kube);
    return used < 0 || (size_t)used >= size ? 0 : (size_t)used;
}

const char *where_of(const session *s, char *out, size_t size)
{
    const size_t used = put_context(s, out, size);
    if (used > 0 && name_of(s)[0] != '\0') {
        snprintf(out + used, size - used, ", %s/%s", namespace_of(s), name_of(s));
    }
    return out;
}

const char *place_of(const session *s, const char *namespace_, char *out, size_t size)
{
    const size_t used = put_context(s, out, size);
    snprintf(out + used, size - used, "%snamespace %s", used > 0 ? ", " : "", namespace_);
    return out;
}

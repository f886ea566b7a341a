/* Errors for people and for programs, and the exit codes of their statuses. */
#include "cli.h"

#include <string.h>
#include <unistd.h>

static int exit_code(migd_status status)
{
    switch (status) {
    case MIGD_ERR_INVALID:
        return EXIT_USAGE;
    case MIGD_ERR_PARSE:
    case MIGD_ERR_REFUSED:
    case MIGD_ERR_IMPOSSIBLE:
        return EXIT_REFUSED;
    case MIGD_ERR_DEADLINE:
        return EXIT_DEADLINE;
    case MIGD_ERR_DENIED:
        return EXIT_DENIED;
    case MIGD_ERR_CONFLICT:
    case MIGD_ERR_LOCKED:
        return EXIT_FOREIGN;
    case MIGD_ERR_CANCELLED:
        return EXIT_INTERRUPTED;
    default:
        return status < 0 ? EXIT_FAILED : EXIT_DONE;
    }
}

/* Not tried, as it told itself: what this version does not do. */
static bool is_unsupported(const migd_error *error, migd_status status)
{
    return status == MIGD_ERR_UNSUPPORTED && migd_error_http_status(error) == 0 &&
           migd_error_remaining(error) != NULL;
}

/* A file that its owner keeps to himself is no matter of rights in a cluster. */
static int exit_code_of(const migd_error *error, migd_status status)
{
    const bool remote = migd_error_http_status(error) > 0;
    return is_unsupported(error, status)                                       ? EXIT_REFUSED
           : status == MIGD_ERR_DENIED && !remote                              ? EXIT_FAILED
           : status == MIGD_ERR_LIMIT && !remote && migd_error_line(error) > 0 ? EXIT_REFUSED
                                                                               : exit_code(status);
}

/* "migdeploy.yaml:8:15: ", or nothing. */
static int format_place(const migd_error *error, char *out, size_t size)
{
    out[0] = '\0';
    return migd_error_file(error) == NULL || migd_error_line(error) == 0
               ? 0
               : snprintf(out, size, "%s:%d:%d: ", migd_error_file(error),
                          (int)migd_error_line(error), (int)migd_error_column(error));
}

/* Within a sentence a hint begins small, unless it begins with a name. */
static char small(const char *text)
{
    const bool word = text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z';
    return (char)(word ? text[0] - 'A' + 'a' : text[0]);
}

/* Once each, and not what the message says, in their order: "a; b." What ends with a colon leads to
 * the next line. */
static void collect_hints(const migd_error *error, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < migd_error_detail_count(error) && used < size; i++) {
        const char *hint = migd_error_detail(error, i, MIGD_DETAIL_MESSAGE);
        if (hint != NULL && *hint != '\0' && strstr(out, hint + 1) == NULL &&
            strstr(migd_error_message(error), hint) == NULL) {
            used += (size_t)snprintf(out + used, size - used, "%s%c%s", used == 0 ? "" : "; ",
                                     small(hint), hint + 1);
        }
    }
    if (used > 0 && used + 1 < size && out[used - 1] != ':') {
        out[used] = '.';
        out[used + 1] = '\0';
    }
}

/* "Nothing was changed; 3 run. ways out: ..." */
static void say_ways_out(const migd_error *error, int width)
{
    char hints[1024];
    char text[1280];
    const char *remaining = migd_error_remaining(error);
    collect_hints(error, hints, sizeof hints);
    if (remaining == NULL && hints[0] == '\0') {
        return;
    }
    snprintf(text, sizeof text, "%s%s%s%s%s", remaining == NULL ? "" : remaining,
             remaining == NULL ? "" : ".", remaining == NULL || hints[0] == '\0' ? "" : " ",
             hints[0] == '\0' ? "" : "ways out: ", hints);
    if (text[0] >= 'a' && text[0] <= 'z' && remaining != NULL) {
        text[0] = (char)(text[0] - 'a' + 'A');
    }
    put_folded(stderr, "", 0, width, text);
}

static void say_details(const migd_error *error, int width)
{
    for (size_t i = 0; i < migd_error_detail_count(error); i++) {
        char text[1024];
        const char *subject = migd_error_detail(error, i, MIGD_DETAIL_SUBJECT);
        const char *field = migd_error_detail(error, i, MIGD_DETAIL_FIELD);
        const char *message = migd_error_detail(error, i, MIGD_DETAIL_MESSAGE);
        snprintf(text, sizeof text, "%s%s%s%s%s", field == NULL ? "" : field,
                 field == NULL || message == NULL ? "" : ": ", message == NULL ? "" : message,
                 subject == NULL ? "" : ", ", subject == NULL ? "" : subject);
        put_folded(stderr, "    ", 4, width, text);
    }
}

static void say_causes(const migd_error *error, int width)
{
    for (const migd_error *cause = migd_error_cause(error); cause != NULL;
         cause = migd_error_cause(cause)) {
        char first[1024] = "    ";
        format_place(cause, first + 4, sizeof first - 4);
        put_folded(stderr, first, 4, width, migd_error_message(cause));
    }
}

/* "remains: all but members" or, as a sentence, that nothing was changed. */
static void say_what_remains(const migd_error *error, int width)
{
    const char *remaining = migd_error_remaining(error);
    if (remaining != NULL && strcmp(remaining, "nothing was changed") == 0) {
        fputs("Nothing was changed.\n", stderr);
    } else if (remaining != NULL) {
        put_folded(stderr, "remains: ", 4, width, remaining);
    }
}

/* 'user "ana" may not patch statefulsets/scale in namespace migratory' */
static bool is_of_rights(const migd_error *error)
{
    return migd_error_http_status(error) == 403 &&
           strncmp(migd_error_message(error), "user \"", 6) == 0;
}

/* What goes on from here, where the library does not know it. */
static void say_what_next(const cli *options, const migd_error *error, migd_status status)
{
    char line[512];
    line_of_words(options, line, sizeof line);
    if (status == MIGD_ERR_DEADLINE) { /* the same line, flags and all */
        say_next(options, "%s%s", line,
                 migd_error_remaining(error) == NULL ? "" : " (goes on from here)");
    } else if (migd_error_next(error) != NULL) {
        say_next_here(options, "%s", migd_error_next(error));
    } else if (status == MIGD_ERR_LOCKED) {
        say_next(options, "%s --wait", line);
    } else if (status == MIGD_ERR_PARSE || (migd_error_line(error) > 0 && status != MIGD_ERR_IO)) {
        say_next(options, "correct it, then %s", line);
    } else if (status == MIGD_ERR_NOT_FOUND &&
               strstr(migd_error_message(error), options->spec) != NULL) {
        say_next(options, "migdeploy init, or name a file: -s SPEC");
    } else if (migd_error_http_status(error) == 401) {
        say_next(options, "sign in again, then %s", line);
    } else if (is_of_rights(error) && migd_error_detail(error, 0, MIGD_DETAIL_SUBJECT) != NULL) {
        say_next(options, "a cluster administrator allows that verb to \"%s\"; then %s",
                 migd_error_detail(error, 0, MIGD_DETAIL_SUBJECT), line);
    } else if (migd_error_http_status(error) == 403) {
        say_next(options, "a cluster administrator allows that; then %s", line);
    } else if (status == MIGD_ERR_NETWORK || migd_error_retryable(error) != 0) {
        say_next(options, "%s (when the server answers)", line);
    }
}

/* What was done, where, and what came of it. */
static void say_message(const migd_error *error, bool refused, int width)
{
    char text[4096];
    char status[32] = "";
    char place[1024];
    const char *operation = migd_error_operation(error);
    /* These say themselves who was asked for what. */
    const bool whole = refused || is_of_rights(error) || migd_error_http_status(error) == 401 ||
                       migd_error_status(error) == MIGD_ERR_NETWORK;
    const bool told = operation != NULL && operation[0] != '\0' && !whole;
    if (migd_error_http_status(error) >= 400) {
        snprintf(status, sizeof status, " (Kubernetes, %d)", (int)migd_error_http_status(error));
    }
    format_place(error, place, sizeof place);
    snprintf(text, sizeof text, "%s%s%s%s%s", place, told ? operation : "", told ? ": " : "",
             migd_error_message(error), status);
    put_folded(stderr, "", 4, width, text);
}

static void say_error(const cli *options, const migd_error *error, migd_status status)
{
    const int columns = columns_of(STDERR_FILENO);
    const int width = columns < 97 ? columns : 97;
    const bool refused = status == MIGD_ERR_REFUSED || status == MIGD_ERR_IMPOSSIBLE ||
                         is_unsupported(error, status);
    say_word(options, RED, refused ? "refused: " : "error: ");
    say_message(error, refused, width - (refused ? 9 : 7));
    if (refused) {
        say_ways_out(error, width);
    } else if (!is_of_rights(error)) {
        say_details(error, width);
    }
    say_causes(error, width);
    if (!refused) {
        say_what_remains(error, width);
    }
    say_what_next(options, error, status);
}

/* "details": what each wrong thing is; keys that say nothing are null. */
static void add_details(migd_object *out, const migd_error *error)
{
    static const struct {
        const char *key;
        int32_t part;
    } parts[] = {{"field", MIGD_DETAIL_FIELD},
                 {"reason", MIGD_DETAIL_REASON},
                 {"message", MIGD_DETAIL_MESSAGE},
                 {"subject", MIGD_DETAIL_SUBJECT}};
    for (size_t i = 0; i < migd_error_detail_count(error); i++) {
        migd_object_set_string(out, "/details/-/field", NULL, NULL);
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
            char pointer[64];
            snprintf(pointer, sizeof pointer, "/details/%zu/%s", i, parts[k].key);
            migd_object_set_string(out, pointer, migd_error_detail(error, i, parts[k].part), NULL);
        }
    }
}

/* The nesting of causes, innermost first; NULL when memory ends. */
static migd_object *error_document(const migd_error *error)
{
    migd_object *cause = NULL;
    if (migd_error_cause(error) != NULL) {
        cause = error_document(migd_error_cause(error));
    }
    migd_object *out = NULL;
    if (migd_object_new(&out, NULL) < 0) {
        migd_object_free(cause);
        return NULL;
    }
    migd_object_set_string(out, "/status", migd_status_name(migd_error_status(error)), NULL);
    migd_object_set_string(out, "/message", migd_error_message(error), NULL);
    migd_object_set_string(out, "/operation", migd_error_operation(error), NULL);
    migd_object_set_int64(out, "/httpStatus", migd_error_http_status(error), NULL);
    migd_object_set_string(out, "/remoteCode", migd_error_remote_code(error), NULL);
    migd_object_set_string(out, "/requestId", migd_error_request_id(error), NULL);
    migd_object_set_boolean(out, "/retryable", migd_error_retryable(error), NULL);
    migd_object_set_string(out, "/file", migd_error_file(error), NULL);
    migd_object_set_int64(out, "/line", migd_error_line(error), NULL);
    migd_object_set_int64(out, "/column", migd_error_column(error), NULL);
    migd_object_set_string(out, "/remaining", migd_error_remaining(error), NULL);
    migd_object_set_string(out, "/next", migd_error_next(error), NULL);
    add_details(out, error);
    if (cause != NULL) {
        migd_object_set_object(out, "/cause", cause, NULL);
    }
    migd_object_free(cause);
    return out;
}

static void say_error_json(const cli *options, const migd_error *error)
{
    char next[1024];
    migd_object *document = error_document(error);
    migd_buf *text = NULL;
    if (document != NULL && migd_error_next(error) != NULL) {
        aim(options, migd_error_next(error), next, sizeof next);
        migd_object_set_string(document, "/next", next, NULL);
    }
    if (document != NULL && migd_object_write_json(document, 0, &text, NULL) == MIGD_OK) {
        fprintf(stderr, "{\"error\":%s}\n", migd_buf_data(text));
    }
    migd_buf_free(text);
    migd_object_free(document);
}

int fail(const cli *options, migd_error *error, migd_status status)
{
    const int code = exit_code_of(error, status);
    fflush(stdout);
    if (options->output == OUTPUT_JSON && error != NULL) {
        say_error_json(options, error);
    } else if (error != NULL) {
        say_error(options, error, status);
    }
    migd_error_free(error);
    return code;
}

/* What the start was refused for; NULL: it was not the rules. */
static migd_findings *judged(const session *s, const migd_objects *objects, migd_status status)
{
    migd_findings *findings = NULL;
    if (status != MIGD_ERR_REFUSED || s->options->output != OUTPUT_TEXT) {
        return NULL;
    }
    if (objects != NULL) {
        migd_check_objects(objects, s->call, &findings, NULL);
    } else if (s->spec != NULL) {
        migd_check_spec(s->spec, s->call, &findings, NULL);
    }
    return findings; /* without them, the error is told */
}

int fail_start(const session *s, const migd_objects *objects, migd_error *error, migd_status status)
{
    char line[512];
    const cli *options = s->options;
    migd_findings *findings = judged(s, objects, status);
    const size_t count = migd_findings_errors(findings);
    if (count == 0) {
        migd_findings_free(findings);
        return fail(options, error, status);
    }
    fflush(stdout);
    put_findings_of(stderr, options, findings, "error");
    say_word(options, RED, "refused: ");
    fprintf(stderr, "%zu error%s; nothing was changed\n", count, count == 1 ? "" : "s");
    say_next(options, "correct %s, then %s", count == 1 ? "this line" : "these lines",
             line_of_words(options, line, sizeof line));
    migd_findings_free(findings);
    migd_error_free(error);
    return EXIT_REFUSED;
}

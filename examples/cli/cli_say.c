/* What goes to people: words in colour, errors, documents. */
#include "cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void put_word(FILE *out, bool colour, tint which, const char *word)
{
    static const char *const codes[] = {"",         "\x1b[32m", "\x1b[33m",
                                        "\x1b[31m", "\x1b[2m",  "\x1b[1;31m"};
    if (colour && which != PLAIN) {
        fprintf(out, "%s%s\x1b[0m", codes[which], word);
    } else {
        fputs(word, out);
    }
}

void say_word(const cli *options, tint which, const char *word)
{
    put_word(stderr, options->colour, which, word);
}

void say_next(const cli *options, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say_word(options, DIM, "next: ");
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

int usage_error(const char *next, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("error: ", stderr);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\nnext: %s\n", next);
    va_end(arguments);
    return EXIT_USAGE;
}

/* --- Errors ----------------------------------------------------------------------------------- */

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

static void say_place(const migd_error *error)
{
    if (migd_error_file(error) != NULL && migd_error_line(error) > 0) {
        fprintf(stderr, "%s:%d:%d: ", migd_error_file(error), (int)migd_error_line(error),
                (int)migd_error_column(error));
    }
}

/* Once each, in their order: "a; b". */
static void collect_hints(const migd_error *error, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < migd_error_detail_count(error) && used < size; i++) {
        const char *hint = migd_error_detail(error, i, MIGD_DETAIL_MESSAGE);
        if (hint != NULL && strstr(out, hint) == NULL) {
            used += (size_t)snprintf(out + used, size - used, "%s%s", used == 0 ? "" : "; ", hint);
        }
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
    snprintf(text, sizeof text, "%s%s%s%s", remaining == NULL ? "" : remaining,
             remaining == NULL ? "" : ". ", hints[0] == '\0' ? "" : "ways out: ", hints);
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
        fputs("    ", stderr);
        say_place(cause);
        put_folded(stderr, "", 4, width, migd_error_message(cause));
    }
}

static void say_error(const cli *options, const migd_error *error, migd_status status)
{
    const int width = columns_of(STDERR_FILENO) < 97 ? columns_of(STDERR_FILENO) : 97;
    const bool refused = status == MIGD_ERR_REFUSED || status == MIGD_ERR_IMPOSSIBLE;
    const char *operation = migd_error_operation(error);
    say_word(options, RED, refused ? "refused: " : "error: ");
    say_place(error);
    if (operation != NULL && operation[0] != '\0' && !refused) {
        fprintf(stderr, "%s: ", operation);
    }
    fprintf(stderr, "%s\n", error == NULL ? migd_status_name(status) : migd_error_message(error));
    if (refused) {
        say_ways_out(error, width);
    } else {
        say_details(error, width);
    }
    say_causes(error, width);
    if (!refused && migd_error_remaining(error) != NULL) {
        put_folded(stderr, "remains: ", 4, width, migd_error_remaining(error));
    }
    if (migd_error_next(error) != NULL) {
        say_next(options, "%s", migd_error_next(error));
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
    if (cause != NULL) {
        migd_object_set_object(out, "/cause", cause, NULL);
    }
    migd_object_free(cause);
    return out;
}

static void say_error_json(const migd_error *error)
{
    migd_object *document = error_document(error);
    migd_buf *text = NULL;
    if (document != NULL && migd_object_write_json(document, 0, &text, NULL) == MIGD_OK) {
        fprintf(stderr, "{\"error\":%s}\n", migd_buf_data(text));
    }
    migd_buf_free(text);
    migd_object_free(document);
}

int fail(const cli *options, migd_error *error, migd_status status)
{
    fflush(stdout);
    if (options->output == OUTPUT_JSON && error != NULL) {
        say_error_json(error);
    } else if (error != NULL) {
        say_error(options, error, status);
    }
    migd_error_free(error);
    return exit_code(status);
}

/* --- Documents -------------------------------------------------------------------------------- */

int put_buffer(migd_buf *buffer)
{
    const size_t size = migd_buf_size(buffer);
    const bool whole = fwrite(migd_buf_data(buffer), 1, size, stdout) == size;
    migd_buf_free(buffer);
    return whole && fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

int put_object(const cli *options, const migd_object *object)
{
    migd_buf *text = NULL;
    migd_error *error = NULL;
    const migd_status status = options->output == OUTPUT_YAML
                                   ? migd_object_write_yaml(object, &text, &error)
                                   : migd_object_write_json(object, 4, &text, &error);
    if (status < 0) {
        return fail(options, error, status);
    }
    const int code = put_buffer(text);
    if (options->output != OUTPUT_YAML) {
        putchar('\n');
    }
    return code;
}

/* Without its colour, a finding says the same: the word stands in it. */
static void put_finding(FILE *out, bool colour, const char *text, const char *severity)
{
    const char *word = strstr(text, severity);
    const tint which = severity[0] == 'e' ? RED : severity[0] == 'w' ? YELLOW : DIM;
    if (word == NULL) {
        fprintf(out, "%s\n", text);
        return;
    }
    fprintf(out, "%.*s", (int)(word - text), text);
    put_word(out, colour, which, severity);
    fprintf(out, "%s\n", word + strlen(severity));
}

size_t put_findings_of(FILE *out, const cli *options, const migd_findings *findings,
                       const char *severity)
{
    size_t count = 0;
    for (size_t i = 0; i < migd_findings_count(findings); i++) {
        const char *own = migd_object_text(migd_findings_item(findings, i), "/severity", "");
        if (strcmp(own, severity) == 0) {
            put_finding(out, options->colour && out == stderr, migd_findings_text(findings, i),
                        severity);
            count++;
        }
    }
    return count;
}

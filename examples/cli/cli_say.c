/* What goes to people: words in colour, documents, findings. */
#include "cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

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

/* A line to be pasted, as it grows. One that lacks a word could mean another cluster: where there
 * is no room it ends in "...", which no command takes. */
typedef struct {
    char *out;
    size_t size;
    size_t used;
    bool cut;
} pasted;

static void put_bytes(pasted *to, const char *bytes, size_t size)
{
    static const char more[] = " ...";
    if (to->cut) {
        return;
    }
    to->cut = size + sizeof more > to->size - to->used;
    const bool parted = to->used > 0 && to->out[to->used - 1] == ' ';
    const char *from = to->cut ? more + parted : bytes;
    const size_t fits = to->cut ? strlen(from) : size;
    memcpy(to->out + to->used, from, fits);
    to->used += fits;
    to->out[to->used] = '\0';
}

static void put_text(pasted *to, const char *text)
{
    put_bytes(to, text, strlen(text));
}

/* Quoted where a shell would read something else. */
static void put_word_of_line(pasted *to, const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,@+%";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        put_text(to, " ");
        put_text(to, word);
        return;
    }
    put_text(to, " '");
    for (const char *at = word; *at != '\0'; at++) {
        if (*at == '\'') {
            put_text(to, "'\\''");
        } else {
            put_bytes(to, at, 1);
        }
    }
    put_text(to, "'");
}

const char *line_of_words(const cli *options, char *out, size_t size)
{
    pasted line = {.out = out, .size = size};
    put_text(&line, "migdeploy");
    /* getopt may have moved words, never lost one */
    for (int i = 1; i < options->word_count; i++) {
        put_word_of_line(&line, options->line[i]);
    }
    return out;
}

/* The flags by which this line says which cluster it means. */
static void put_target(pasted *to, const cli *options, const char *verb, bool everywhere)
{
    const bool by_spec = !is_among("get apply", " ", verb);
    const struct {
        const char *flag;
        const char *value;
    } named[] = {
        {" -s", by_spec && strcmp(options->spec, default_spec) != 0 ? options->spec : NULL},
        {" -n", everywhere ? NULL : options->namespace_},
        {" --kubeconfig", options->kubeconfig},
        {" --context", options->context},
    };
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (named[i].value != NULL) {
            put_text(to, named[i].flag);
            put_word_of_line(to, named[i].value);
        }
    }
    for (size_t i = 0; by_spec && i < options->set.count; i++) {
        put_text(to, " --set");
        put_word_of_line(to, options->set.items[i]);
    }
}

/* How long the words are that stand behind "migdeploy" up to the first flag or remark. */
static size_t size_of_words(const char *text)
{
    size_t size = 0;
    while (text[size] == ' ' && text[size + 1] != '-' && text[size + 1] != '(') {
        size += 1 + strcspn(text + size + 1, " ,;");
    }
    return size;
}

/* The command of "migdeploy scale 4", where it is about a cluster; else "". */
static const char *command_of(const char *behind, char out[16])
{
    const char *name = behind + (behind[0] == ' ');
    snprintf(out, 16, "%.*s", name == behind ? 0 : (int)strcspn(name, " ,;"), name);
    if (is_among("init rules version", " ", out)) {
        out[0] = '\0';
    }
    return out;
}

const char *aim(const cli *options, const char *text, char *out, size_t size)
{
    static const char program[] = "migdeploy";
    char verb[16];
    pasted line = {.out = out, .size = size};
    const char *at = text;
    for (const char *found = strstr(at, program); found != NULL; found = strstr(at, program)) {
        const char *behind = found + sizeof program - 1;
        const size_t words_size = size_of_words(behind);
        put_bytes(&line, at, (size_t)(behind - at) + words_size);
        if (command_of(behind, verb)[0] != '\0') {
            const bool everywhere = strncmp(behind + words_size, " -A", 3) == 0;
            put_target(&line, options, verb, everywhere);
        }
        at = behind + words_size;
    }
    put_text(&line, at);
    return out;
}

void say_next_here(const cli *options, const char *format, ...)
{
    char text[512];
    char aimed[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    say_next(options, "%s", aim(options, text, aimed, sizeof aimed));
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

/* Reads the command line. Flags may stand before or behind the command. */
#include "cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char default_spec[] = "migdeploy.yaml";

enum { FIRST_LONG = 256, FLAGS_MOST = 64 }; /* above every letter */

static const char *flag_at(size_t index)
{
    return flags[index].name;
}

static const char *command_at(size_t index)
{
    return commands[index].name;
}

bool is_among(const char *list, const char *separator, const char *word)
{
    const size_t wanted = strlen(word);
    for (const char *at = list; *at != '\0';) {
        const size_t size = strcspn(at, separator);
        if (size == wanted && strncmp(at, word, size) == 0) {
            return true;
        }
        at += size + (at[size] != '\0');
    }
    return false;
}

/* --- What getopt wants ------------------------------------------------------------------------ */

typedef struct {
    struct option longs[FLAGS_MOST + 1];
    char letters[2 * FLAGS_MOST + 2];
} getopt_tables;

static void make_tables(getopt_tables *out)
{
    *out = (getopt_tables){.letters = "-"}; /* words between flags are given in their order */
    size_t at = 1;
    for (size_t i = 0; i < flag_count && i < FLAGS_MOST; i++) {
        const int value = flags[i].value == NULL ? no_argument : required_argument;
        out->longs[i] = (struct option){flags[i].name, value, NULL, FIRST_LONG + (int)i};
        if (flags[i].letter != 0) {
            out->letters[at++] = flags[i].letter;
            if (value == required_argument) {
                out->letters[at++] = ':';
            }
        }
    }
}

static const flag *flag_of(int code)
{
    for (size_t i = 0; i < flag_count; i++) {
        if (code == FIRST_LONG + (int)i || (code != 0 && code == flags[i].letter)) {
            return &flags[i];
        }
    }
    return NULL;
}

/* --- Values ----------------------------------------------------------------------------------- */

static bool add(words *list, const char *item)
{
    if (list->count == CLI_MANY) {
        return false;
    }
    list->items[list->count++] = item;
    return true;
}

/* Which word of "a|b|c" it is; -1: none. */
static int index_among(const char *list, const char *word)
{
    int index = 0;
    for (const char *at = list; *at != '\0'; index++) {
        const size_t size = strcspn(at, "|");
        if (size == strlen(word) && strncmp(at, word, size) == 0) {
            return index;
        }
        at += size + (at[size] != '\0');
    }
    return -1;
}

static int bad_value(const flag *row, const char *value, const char *wanted)
{
    return usage_error("migdeploy --help", "--%s wants %s, not \"%s\"", row->name, wanted, value);
}

static int take(cli *out, const flag *row, const char *value)
{
    void *target = (char *)out + row->target;
    switch (row->kind) {
    case FLAG_SWITCH:
        *(bool *)target = true;
        break;
    case FLAG_COUNT:
        (*(int *)target)++;
        break;
    case FLAG_TEXT:
        *(const char **)target = value;
        break;
    case FLAG_WORDS:
        return add(target, value)
                   ? EXIT_DONE
                   : usage_error("migdeploy --help", "--%s is given more than %d times", row->name,
                                 CLI_MANY);
    case FLAG_DURATION:
        *(int64_t *)target = read_duration(value);
        return *(int64_t *)target >= 0 ? EXIT_DONE
                                       : bad_value(row, value, "a duration such as 90s or 15m");
    case FLAG_CHOICE:
        *(int *)target = index_among(row->value, value);
        return *(int *)target >= 0 ? EXIT_DONE : bad_value(row, value, row->value);
    }
    return EXIT_DONE;
}

/* --- Mistakes --------------------------------------------------------------------------------- */

/* Which command's help should be asked for, as far as it is known. */
static const char *help_of(const cli *out, char room[64])
{
    const bool known = out->arguments.count > 0;
    snprintf(room, 64, "migdeploy %s%s--help", known ? out->arguments.items[0] : "",
             known ? " " : "");
    return room;
}

static int unknown_flag(const cli *out, const char *given)
{
    char name[64];
    char room[64];
    snprintf(name, sizeof name, "%s", given + strspn(given, "-"));
    name[strcspn(name, "=")] = '\0';
    const char *near = strlen(name) < 2 ? NULL : nearest(name, flag_at, flag_count);
    return near == NULL
               ? usage_error(help_of(out, room), "no flag %s", given)
               : usage_error(help_of(out, room), "no flag --%s; did you mean --%s?", name, near);
}

static int unknown_command(const char *name)
{
    const char *near = nearest(name, command_at, command_count);
    return near == NULL ? usage_error("migdeploy --help", "no command \"%s\"", name)
                        : usage_error("migdeploy --help", "no command \"%s\"; did you mean \"%s\"?",
                                      name, near);
}

/* What the command does not take is a mistake, never let by in silence. */
static int check_flags(const cli *out, const command *chosen, const bool given[FLAGS_MOST])
{
    char next[64];
    snprintf(next, sizeof next, "migdeploy %s --help", chosen->name);
    for (size_t i = 0; i < flag_count; i++) {
        if (given[i] && !flags[i].common && !is_among(chosen->flags, " ", flags[i].name)) {
            return usage_error(next, "%s takes no --%s", chosen->name, flags[i].name);
        }
    }
    static const char *const names[] = {"text", "json", "yaml", "name", "sarif"};
    const char *output = names[out->output];
    return out->output == OUTPUT_TEXT || is_among(chosen->outputs, "|", output)
               ? EXIT_DONE
               : usage_error(next, "%s has no -o %s; it has text%s%s", chosen->name, output,
                             chosen->outputs[0] == '\0' ? "" : "|", chosen->outputs);
}

/* A word too many may be the target that was meant: nothing is done to another one instead. */
static int check_words(const cli *out, const command *chosen)
{
    if (out->arguments.count <= chosen->words) {
        return EXIT_DONE;
    }
    char next[64];
    const char *word = out->arguments.items[chosen->words];
    const char *letter = is_among(chosen->flags, " ", "filename") ? "-f" : "-s";
    snprintf(next, sizeof next, "migdeploy %s --help", chosen->name);
    return access(word, F_OK) == 0 ? usage_error(next, "%s takes no \"%s\"; did you mean %s %s?",
                                                 chosen->name, word, letter, word)
                                   : usage_error(next, "%s takes no \"%s\"", chosen->name, word);
}

static const command *find(const char *name)
{
    for (size_t i = 0; i < command_count; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

/* --- The line --------------------------------------------------------------------------------- */

/* One word or flag; *flag: what getopt said of it. */
static int take_next(int argc, char **argv, const getopt_tables *tables, cli *out,
                     bool given[FLAGS_MOST], int *code)
{
    const char *word = optind < argc ? argv[optind] : "";
    char room[64];
    *code = getopt_long(argc, argv, tables->letters, tables->longs, NULL);
    const flag *row = flag_of(*code);
    if (*code == 1) {
        return add(&out->arguments, optarg) ? EXIT_DONE
                                            : usage_error("migdeploy --help", "too many words");
    }
    if (*code == '?') {
        return optopt != 0 && flag_of(optopt) != NULL
                   ? usage_error(help_of(out, room), "%s %s", word,
                                 flag_of(optopt)->value == NULL ? "has no value" : "wants a value")
                   : unknown_flag(out, word);
    }
    if (row == NULL) {
        return EXIT_DONE;
    }
    given[row - flags] = true;
    return take(out, row, optarg);
}

static void drop_first(words *list)
{
    list->count--;
    memmove(list->items, list->items + 1, list->count * sizeof *list->items);
}

int parse(int argc, char **argv, cli *out, const command **chosen)
{
    getopt_tables tables;
    bool given[FLAGS_MOST] = {false};
    const char *no_colour = getenv("NO_COLOR");
    *out = (cli){.spec = default_spec, .timeout_ms = -1, .word_count = argc, .line = argv};
    *chosen = NULL;
    opterr = 0;
    make_tables(&tables);
    int status = EXIT_DONE;
    for (int code = 0; status == EXIT_DONE && code >= 0;) {
        status = take_next(argc, argv, &tables, out, given, &code);
    }
    for (; optind < argc && status == EXIT_DONE; optind++) { /* behind "--" */
        status = add(&out->arguments, argv[optind])
                     ? EXIT_DONE
                     : usage_error("migdeploy --help", "too many words");
    }
    out->colour =
        !out->no_colour && isatty(STDERR_FILENO) == 1 && (no_colour == NULL || *no_colour == '\0');
    if (status == EXIT_DONE && out->arguments.count > 0 &&
        strcmp(out->arguments.items[0], "help") == 0) { /* "help plan" is "plan --help" */
        drop_first(&out->arguments);
        out->help = true;
    }
    if (status != EXIT_DONE || out->arguments.count == 0) {
        return status;
    }
    *chosen = find(out->arguments.items[0]);
    if (*chosen == NULL) {
        return unknown_command(out->arguments.items[0]);
    }
    drop_first(&out->arguments);
    if (out->timeout_ms < 0) {
        out->timeout_ms = (*chosen)->limit_ms;
    }
    if (out->help) {
        return EXIT_DONE;
    }
    status = check_flags(out, *chosen, given);
    return status == EXIT_DONE ? check_words(out, *chosen) : status;
}

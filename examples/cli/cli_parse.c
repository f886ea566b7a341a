/* Reads the command line. Flags may stand before or behind the command. */
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FLAG_SET = 256,
    FLAG_ACCEPT,
    FLAG_KUBECONFIG,
    FLAG_CONTEXT,
    FLAG_PROFILE,
    FLAG_CLUSTER,
    FLAG_REGION,
    FLAG_PART,
    FLAG_DIR,
    FLAG_ONLY,
    FLAG_UNTIL,
    FLAG_TIMEOUT,
    FLAG_PROGRESS,
    FLAG_YES,
    FLAG_STRICT,
    FLAG_WRITE,
    FLAG_WATCH,
    FLAG_FORCE,
    FLAG_ADOPT,
    FLAG_WAIT,
    FLAG_DETAILED,
    FLAG_NO_COLOR
};

static const struct option flags[] = {
    {"spec", required_argument, NULL, 's'},
    {"set", required_argument, NULL, FLAG_SET},
    {"filename", required_argument, NULL, 'f'},
    {"accept", required_argument, NULL, FLAG_ACCEPT},
    {"namespace", required_argument, NULL, 'n'},
    {"kubeconfig", required_argument, NULL, FLAG_KUBECONFIG},
    {"context", required_argument, NULL, FLAG_CONTEXT},
    {"selector", required_argument, NULL, 'l'},
    {"profile", required_argument, NULL, FLAG_PROFILE},
    {"cluster", required_argument, NULL, FLAG_CLUSTER},
    {"region", required_argument, NULL, FLAG_REGION},
    {"part", required_argument, NULL, FLAG_PART},
    {"dir", required_argument, NULL, FLAG_DIR},
    {"only", required_argument, NULL, FLAG_ONLY},
    {"until", required_argument, NULL, FLAG_UNTIL},
    {"timeout", required_argument, NULL, FLAG_TIMEOUT},
    {"output", required_argument, NULL, 'o'},
    {"progress", required_argument, NULL, FLAG_PROGRESS},
    {"quiet", no_argument, NULL, 'q'},
    {"yes", no_argument, NULL, FLAG_YES},
    {"strict", no_argument, NULL, FLAG_STRICT},
    {"write", no_argument, NULL, FLAG_WRITE},
    {"watch", no_argument, NULL, FLAG_WATCH},
    {"all-namespaces", no_argument, NULL, 'A'},
    {"force-conflicts", no_argument, NULL, FLAG_FORCE},
    {"adopt", no_argument, NULL, FLAG_ADOPT},
    {"wait", no_argument, NULL, FLAG_WAIT},
    {"detailed-exitcode", no_argument, NULL, FLAG_DETAILED},
    {"no-color", no_argument, NULL, FLAG_NO_COLOR},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char *flag_at(size_t index)
{
    return flags[index].name;
}

static const char *command_at(size_t index)
{
    return commands[index].name;
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* How many letters have to change, come, go, or change places with a neighbour; words of at
 * most 31. */
static size_t distance(const char *left, const char *right)
{
    size_t rows[3][33] = {{0}};
    const size_t width = strlen(right);
    const size_t height = strlen(left);
    if (width > 31 || height > 31) {
        return 32;
    }
    for (size_t j = 0; j <= width; j++) {
        rows[1][j] = j;
    }
    for (size_t i = 1; i <= height; i++) {
        size_t *row = rows[(i + 1) % 3];
        const size_t *above = rows[i % 3];
        const size_t *higher = rows[(i + 2) % 3];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            const size_t same = left[i - 1] == right[j - 1] ? 0 : 1;
            row[j] = smallest(above[j] + 1, row[j - 1] + 1, above[j - 1] + same);
            if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] &&
                higher[j - 2] + 1 < row[j]) {
                row[j] = higher[j - 2] + 1;
            }
        }
    }
    return rows[(height + 1) % 3][width];
}

const char *nearest(const char *word, const char *(*word_at)(size_t index), size_t count)
{
    const char *best = NULL;
    size_t least = strlen(word) / 3 + 2;
    for (size_t i = 0; i < count; i++) {
        const size_t far = distance(word, word_at(i));
        if (far < least) {
            least = far;
            best = word_at(i);
        }
    }
    return best;
}

static bool add(words *list, const char *item)
{
    if (list->count == CLI_MANY) {
        return false;
    }
    list->items[list->count++] = item;
    return true;
}

/* A Go duration of whole and broken parts: "90s", "1h30m", "1.5h"; -1: none. */
static int64_t read_duration(const char *text)
{
    static const struct {
        const char *unit;
        double ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    double total = 0;
    const char *at = text;
    while (*at != '\0') {
        char *end = NULL;
        if (!isdigit((unsigned char)*at) && *at != '.') {
            return -1;
        }
        const double number = strtod(at, &end);
        bool known = false;
        for (size_t i = 0; i < sizeof units / sizeof *units && !known; i++) {
            const size_t size = strlen(units[i].unit);
            const char after = strncmp(end, units[i].unit, size) == 0 ? end[size] : 'x';
            if (after == '\0' || isdigit((unsigned char)after)) {
                total += number * units[i].ms;
                at = end + size;
                known = true;
            }
        }
        if (!known) {
            return -1;
        }
    }
    return at == text || total > 9e15 ? -1 : (int64_t)total;
}

static int bad_value(const char *flag, const char *value, const char *wanted)
{
    return usage_error("migdeploy --help", "%s wants %s, not \"%s\"", flag, wanted, value);
}

static int read_output(cli *out, const char *value)
{
    static const char *const names[] = {"text", "json", "yaml", "name", "sarif"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(value, names[i]) == 0) {
            out->output = (output_format)i;
            return EXIT_DONE;
        }
    }
    return bad_value("-o", value, "text, json, yaml, name or sarif");
}

static int read_progress(cli *out, const char *value)
{
    static const char *const names[] = {"auto", "plain", "json", "none"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(value, names[i]) == 0) {
            out->progress = (progress_format)i;
            return EXIT_DONE;
        }
    }
    return bad_value("--progress", value, "auto, plain, json or none");
}

static int take_text(cli *out, int flag, const char *value)
{
    switch (flag) {
    case 's':
        out->spec = value;
        break;
    case 'n':
        out->namespace_ = value;
        break;
    case 'l':
        out->selector = value;
        break;
    case FLAG_KUBECONFIG:
        out->kubeconfig = value;
        break;
    case FLAG_CONTEXT:
        out->context = value;
        break;
    case FLAG_PROFILE:
        out->profile = value;
        break;
    case FLAG_CLUSTER:
        out->cluster = value;
        break;
    case FLAG_REGION:
        out->region = value;
        break;
    case FLAG_PART:
        out->part = value;
        break;
    case FLAG_DIR:
        out->dir = value;
        break;
    case FLAG_ONLY:
        out->only = value;
        break;
    case FLAG_UNTIL:
        out->until = value;
        break;
    default:
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static int take_list(cli *out, int flag, const char *value)
{
    words *list = flag == FLAG_SET ? &out->set : flag == FLAG_ACCEPT ? &out->accept : &out->files;
    return add(list, value)
               ? EXIT_DONE
               : usage_error("migdeploy --help", "a flag stands here more than %d times", CLI_MANY);
}

static int take_switch(cli *out, int flag)
{
    bool *const which = flag == 'q'             ? &out->quiet
                        : flag == 'h'           ? &out->help
                        : flag == 'A'           ? &out->all_namespaces
                        : flag == FLAG_YES      ? &out->yes
                        : flag == FLAG_STRICT   ? &out->strict
                        : flag == FLAG_WRITE    ? &out->write
                        : flag == FLAG_WATCH    ? &out->watch
                        : flag == FLAG_FORCE    ? &out->force_conflicts
                        : flag == FLAG_ADOPT    ? &out->adopt
                        : flag == FLAG_WAIT     ? &out->wait
                        : flag == FLAG_DETAILED ? &out->detailed_exitcode
                                                : NULL;
    if (flag == 'v') {
        out->verbose++;
    } else if (flag == FLAG_NO_COLOR) {
        out->colour = false;
    } else if (which != NULL) {
        *which = true;
    } else {
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static int take(cli *out, int flag, const char *value)
{
    switch (flag) {
    case FLAG_SET:
    case FLAG_ACCEPT:
    case 'f':
        return take_list(out, flag, value);
    case 'o':
        return read_output(out, value);
    case FLAG_PROGRESS:
        return read_progress(out, value);
    case FLAG_TIMEOUT:
        out->timeout_ms = read_duration(value);
        return out->timeout_ms < 0 ? bad_value("--timeout", value, "a duration such as 90s or 15m")
                                   : EXIT_DONE;
    default:
        return value != NULL ? take_text(out, flag, value) : take_switch(out, flag);
    }
}

/* Which command help should be asked for, as far as it is known. */
static const char *help_of(const cli *out)
{
    static char text[64];
    snprintf(text, sizeof text, "migdeploy %s%s",
             out->arguments.count > 0 ? out->arguments.items[0] : "",
             out->arguments.count > 0 ? " --help" : "--help");
    return text;
}

static int unknown_flag(const cli *out, const char *given)
{
    char name[64];
    snprintf(name, sizeof name, "%s", given + strspn(given, "-"));
    name[strcspn(name, "=")] = '\0';
    const char *near =
        strlen(name) < 2 ? NULL : nearest(name, flag_at, sizeof flags / sizeof *flags - 1);
    return near == NULL ? usage_error(help_of(out), "no flag %s", given)
                        : usage_error(help_of(out), "no flag --%s; did you mean --%s?", name, near);
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

int parse(int argc, char **argv, cli *out, const command **chosen)
{
    const char *no_colour = getenv("NO_COLOR");
    *out = (cli){.spec = "migdeploy.yaml",
                 .timeout_ms = -1,
                 .colour = isatty(STDERR_FILENO) == 1 && (no_colour == NULL || *no_colour == '\0')};
    *chosen = NULL;
    opterr = 0;
    int status = EXIT_DONE;
    for (int flag = 0; status == EXIT_DONE && flag >= 0;) {
        const char *given = optind < argc ? argv[optind] : "";
        flag = getopt_long(argc, argv, "-s:n:l:f:o:qvAh", flags, NULL);
        if (flag == 1) {
            status = add(&out->arguments, optarg)
                         ? EXIT_DONE
                         : usage_error("migdeploy --help", "too many words");
        } else if (flag == '?') {
            const bool known = optopt != 0;
            status = known ? usage_error(help_of(out), "%s wants a value", given)
                           : unknown_flag(out, given);
        } else if (flag >= 0) {
            status = take(out, flag, optarg);
        }
    }
    for (; optind < argc && status == EXIT_DONE; optind++) { /* behind "--" */
        status = add(&out->arguments, argv[optind]) ? EXIT_DONE : EXIT_USAGE;
    }
    if (status != EXIT_DONE || out->arguments.count == 0) {
        return status;
    }
    const char *name = out->arguments.items[0];
    *chosen = find(name);
    if (*chosen == NULL) {
        const char *near = nearest(name, command_at, command_count);
        return near == NULL ? usage_error("migdeploy --help", "no command \"%s\"", name)
                            : usage_error("migdeploy --help",
                                          "no command \"%s\"; did you mean \"%s\"?", name, near);
    }
    out->arguments.count--;
    memmove(out->arguments.items, out->arguments.items + 1,
            out->arguments.count * sizeof *out->arguments.items);
    return EXIT_DONE;
}

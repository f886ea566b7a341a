/* What the program says about itself. */
#include "cli.h"

#include <string.h>
#include <unistd.h>

enum { TWO_COLUMNS = 96, CELL = 42 };

int print_signpost(const cli *options)
{
    puts("migdeploy deploys and looks after a MigratoryData cluster, on any Kubernetes.");
    if (access(options->spec, R_OK) == 0) {
        printf("  migdeploy check      judge %s by MigratoryData's rules\n", options->spec);
        puts("  migdeploy plan       every change that deploy would make, none made");
    } else {
        printf("  migdeploy init       write %s, the one file to edit (there is none here yet)\n",
               options->spec);
        puts("  migdeploy check DIR  judge manifests that you have already");
    }
    puts("  migdeploy deploy     make it so, and wait until it answers (migdeploy plan shows it "
         "first)");
    puts("All commands: migdeploy --help. One: migdeploy scale --help. A rule: migdeploy rules C9");
    return EXIT_DONE;
}

static void print_command(const command *of, bool last)
{
    const int size = printf("%-11s %s", of->name, of->title);
    printf("%*s", last ? 0 : CELL - size, "");
}

int print_all_commands(void)
{
    const size_t across = columns_of(STDOUT_FILENO) >= TWO_COLUMNS ? 2 : 1;
    const char *group = "";
    size_t cell = 0;
    puts("Usage: migdeploy COMMAND [FLAGS], migdeploy version. What should be stands in "
         "migdeploy.yaml.");
    for (size_t i = 0; i < command_count; i++) {
        const bool same = strcmp(group, commands[i].group) == 0;
        cell = same ? cell + 1 : 0;
        group = commands[i].group;
        if (cell % across == 0) {
            printf("%-8s ", same ? "" : group);
        }
        const bool last = cell % across == across - 1 || i + 1 == command_count ||
                          strcmp(commands[i + 1].group, group) != 0;
        print_command(&commands[i], last);
        fputs(last ? "\n" : "", stdout);
    }
    puts("Flags    -s SPEC  --set PATH=VALUE  -n NAMESPACE  --context NAME  -o json  -q  -v  ...");
    return EXIT_DONE;
}

static void print_flag(const flag *row, int64_t limit_ms)
{
    char name[64];
    char limit[32] = "";
    const char letter[] = {'-', row->letter, ',', ' ', '\0'};
    snprintf(name, sizeof name, "%s--%s %s", row->letter == 0 ? "" : letter, row->name,
             row->value == NULL ? "" : row->value);
    const bool limited = row->kind == FLAG_DURATION && limit_ms >= 0;
    printf("  %-26s  %s%s%s%s\n", name, row->about, limited ? " (" : "",
           limited ? format_elapsed(limit_ms, limit) : "", limited ? ")" : "");
}

/* The exit codes of a command, as many in a line as fit. */
static void print_exits(const char *exits)
{
    static const struct {
        const char *code;
        const char *means;
    } codes[] = {
        {"0", "done"},
        {"1", "failed"},
        {"2", "wrong usage"},
        {"3", "refused by the rules"},
        {"4", "time is up"},
        {"5", "not allowed"},
        {"6", "somebody else's"},
        {"7", "warnings alone, with --strict"},
        {"8", "there are changes, with --detailed-exitcode"},
        {"130", "interrupted: the next run goes on"},
    };
    const size_t width = 97;
    size_t used = (size_t)printf("Exits   ");
    const char *gap = " ";
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        const size_t size = strlen(codes[i].code) + 1 + strlen(codes[i].means);
        if (!is_among(exits, " ", codes[i].code)) {
            continue;
        }
        if (used + strlen(gap) + size > width) {
            gap = "\n         ";
            used = 0;
        }
        used += (size_t)printf("%s%s %s", gap, codes[i].code, codes[i].means);
        gap = "   ";
    }
    putchar('\n');
}

/* Every key of the spec and its default: the smallest spec there is, as it is read. */
static int print_defaults(void)
{
    static const char least[] = "apiVersion: migdeploy.dev/v1alpha1\nkind: MigratoryDataCluster\n"
                                "metadata: {name: migratorydata}\n";
    migd_spec *spec = NULL;
    migd_buf *text = NULL;
    migd_error *error = NULL;
    migd_status status = migd_spec_parse(least, sizeof least - 1, NULL, &spec, &error);
    if (status >= 0) {
        status = migd_object_write_yaml(migd_spec_object(spec), &text, &error);
    }
    migd_spec_free(spec);
    if (status < 0) {
        fprintf(stderr, "error: %s\n", migd_error_message(error));
        migd_error_free(error);
        return EXIT_FAILED;
    }
    puts("Every key and its default (profile production):");
    return put_buffer(text);
}

int print_help(const command *of)
{
    printf("Usage: migdeploy %s %s\n%s\n", of->name, of->usage, of->about);
    for (size_t i = 0; i < flag_count; i++) {
        if (!flags[i].common && is_among(of->flags, " ", flags[i].name)) {
            print_flag(&flags[i], of->limit_ms);
        }
    }
    if (of->outputs[0] != '\0') {
        printf("  -o, --output text|%-8s  what stdout gets\n", of->outputs);
    }
    puts("Common   -s SPEC  --set PATH=VALUE  -n NAMESPACE  --kubeconfig FILE  --context NAME\n"
         "         --progress auto|plain|json|none  -q quiet  -v, -vv more  --no-color");
    printf("Example  %s\n", of->example);
    print_exits(of->exits);
    return strcmp(of->name, "init") == 0 ? print_defaults() : EXIT_DONE;
}

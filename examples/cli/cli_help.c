/* What the program says about itself. */
#include "cli.h"

#include <string.h>
#include <unistd.h>

int print_signpost(const cli *options)
{
    const bool here = access(options->spec, R_OK) == 0;
    printf("migdeploy deploys and looks after a MigratoryData cluster, on any Kubernetes.\n");
    if (here) {
        printf("  migdeploy check      judge %s by MigratoryData's rules\n", options->spec);
        printf("  migdeploy plan       every change that deploy would make, none made\n");
    } else {
        printf(
            "  migdeploy init       write migdeploy.yaml, the one file to edit (there is none here "
            "yet)\n");
        printf("  migdeploy check DIR  judge manifests that you have already\n");
    }
    printf("  migdeploy deploy     make it so, and wait until it answers (migdeploy plan shows it "
           "first)\n");
    printf(
        "All commands: migdeploy --help. One: migdeploy scale --help. A rule: migdeploy rules C9\n");
    return EXIT_DONE;
}

int print_all_commands(void)
{
    printf("Usage: migdeploy COMMAND [FLAGS], migdeploy version. What should be stands in "
           "migdeploy.yaml.\n");
    const char *group = "";
    for (size_t i = 0; i < command_count; i++) {
        const bool same = strcmp(group, commands[i].group) == 0;
        group = commands[i].group;
        printf("%-8s %-11s %s\n", same ? "" : group, commands[i].name, commands[i].title);
    }
    printf(
        "Flags    -s SPEC  --set PATH=VALUE  -n NAMESPACE  --kubeconfig F  --context NAME  -o json  "
        "-q  -v\n");
    return EXIT_DONE;
}

int print_help(const command *of)
{
    printf("Usage: migdeploy %s %s\n%s\n", of->name, of->usage, of->about);
    for (const char *line = of->flags; *line != '\0';) {
        const size_t size = strcspn(line, "\n");
        printf("  %.*s\n", (int)size, line);
        line += size + (line[size] == '\n');
    }
    printf("Example  %s\n", of->example);
    printf("Exits    0 done   1 failed   2 usage   3 refused by the rules   4 time is up   5 not "
           "allowed\n         6 somebody else's\n");
    return EXIT_DONE;
}

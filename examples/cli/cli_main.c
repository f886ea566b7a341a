/* migdeploy: deploys and looks after a MigratoryData cluster. */
#include "cli.h"

static int run(cli *options, const command *chosen)
{
    if (options->version && !options->help) {
        return run_version(options);
    }
    if (chosen == NULL) {
        return options->help ? print_all_commands() : print_signpost(options);
    }
    return options->help ? print_help(chosen) : chosen->run(options);
}

int main(int argc, char **argv)
{
    cli options;
    const command *chosen = NULL;
    const int status = parse(argc, argv, &options, &chosen);
    return status != EXIT_DONE ? status : run(&options, chosen);
}

/* migdeploy: deploys and looks after a MigratoryData cluster. */
#include "cli.h"

int main(int argc, char **argv)
{
    cli options;
    const command *chosen = NULL;
    const int status = parse(argc, argv, &options, &chosen);
    if (status != EXIT_DONE) {
        return status;
    }
    if (chosen == NULL) {
        return options.help ? print_all_commands() : print_signpost(&options);
    }
    return options.help ? print_help(chosen) : chosen->run(&options);
}

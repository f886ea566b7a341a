/* migdeploy: deploys and looks after a MigratoryData cluster. */
#include "cli.h"

#include <errno.h>
#include <string.h>

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

/* What did not reach its file is not done. A reader who has seen enough needs no word of it. */
static int end(int code)
{
    errno = 0;
    const bool whole = fflush(stdout) == 0 && ferror(stdout) == 0;
    if (whole || code > EXIT_FAILED) {
        return code;
    }
    if (errno != EPIPE) {
        fprintf(stderr, "error: cannot write standard output%s%s\n", errno == 0 ? "" : ": ",
                errno == 0 ? "" : strerror(errno));
    }
    return EXIT_FAILED;
}

int main(int argc, char **argv)
{
    cli options;
    const command *chosen = NULL;
    const int status = parse(argc, argv, &options, &chosen);
    return end(status != EXIT_DONE ? status : run(&options, chosen));
}

/* The migdeploy program: what its files share. Built on the public headers alone. */
#ifndef CLI_H
#define CLI_H

#include <migdeploy/migdeploy.h>
#include <stdbool.h>
#include <stdio.h>

/* Exit codes; scripts depend on them. */
enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_REFUSED = 3,
    EXIT_DEADLINE = 4,
    EXIT_DENIED = 5,
    EXIT_FOREIGN = 6,
    EXIT_WARNINGS = 7,
    EXIT_CHANGES = 8,
    EXIT_INTERRUPTED = 130
};

typedef enum { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_YAML, OUTPUT_NAME, OUTPUT_SARIF } output_format;
typedef enum { PROGRESS_AUTO, PROGRESS_PLAIN, PROGRESS_JSON, PROGRESS_NONE } progress_format;

enum { CLI_MANY = 64 };

/* A flag that may be given more than once. */
typedef struct {
    const char *items[CLI_MANY];
    size_t count;
} words;

/* What the command line said. */
typedef struct {
    const char *spec; /* -s */
    words set;
    words files; /* -f */
    words accept;
    const char *namespace_;
    const char *kubeconfig;
    const char *context;
    const char *selector;
    const char *profile;
    const char *cluster;
    const char *region;
    const char *part;
    const char *dir;
    const char *only;
    const char *until;
    int64_t timeout_ms; /* -1: the command's own */
    output_format output;
    progress_format progress;
    bool quiet;
    bool yes;
    bool strict;
    bool write;
    bool watch;
    bool all_namespaces;
    bool force_conflicts;
    bool adopt;
    bool wait;
    bool detailed_exitcode;
    int verbose;
    bool colour;
    bool help;
    words arguments; /* behind the command */
} cli;

/* --- the table -------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    const char *group;   /* of the list of all commands */
    const char *title;   /* in that list */
    const char *usage;   /* behind "migdeploy NAME" */
    const char *about;   /* one or two lines */
    const char *flags;   /* one a line, as help shows them */
    const char *example; /* a command to paste */
    int (*run)(cli *);
} command;

extern const command commands[];
extern const size_t command_count;

/* --- cli_parse.c ------------------------------------------------------------------------------ */

/* Reads the command line; *chosen is NULL for none. Answers EXIT_DONE or EXIT_USAGE, having said
 * why. */
int parse(int argc, char **argv, cli *out, const command **chosen);

/* The nearest of some words, or NULL when none is near. */
const char *nearest(const char *word, const char *(*word_at)(size_t index), size_t count);

/* --- cli_help.c ------------------------------------------------------------------------------- */

int print_signpost(const cli *options);
int print_all_commands(void);
int print_help(const command *of);

/* --- cli_say.c -------------------------------------------------------------------------------- */

typedef enum { PLAIN, GREEN, YELLOW, RED, DIM } tint;

/* A word to standard error, in colour where that is wanted. */
void say_word(const cli *options, tint colour, const char *word);
/* "next: ..." */
void say_next(const cli *options, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The error in the words of its layers, and the exit code of its status. Frees it. */
int fail(const cli *options, migd_error *error, migd_status status);
int usage_error(const char *next, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Writes a buffer to standard output and frees it; EXIT_DONE or EXIT_FAILED. */
int put_buffer(migd_buf *buffer);
/* Writes a document as -o says (JSON or YAML). */
int put_object(const cli *options, const migd_object *object);

/* --- cli_job.c -------------------------------------------------------------------------------- */

/* The context, with cancel by Ctrl-C. */
migd_status open_context(const cli *options, migd_context **out, migd_error **error);
/* Options of a call from the flags. default_ms: the command's time limit. */
migd_status call_options(const cli *options, int64_t default_ms, migd_call_options **out,
                         migd_error **error);
/* The spec of -s with each --set; prints nothing. */
migd_status open_spec(const cli *options, migd_spec **out, migd_error **error);
/* Follows a job to its end with progress; *result may be NULL. Frees the job. Answers an exit code;
 * on failure it was said. */
int follow(const cli *options, migd_job *job, const char *command_name, migd_object **result);
/* What ^C said. */
bool was_interrupted(void);

/* --- commands --------------------------------------------------------------------------------- */

int run_init(cli *);
int run_check(cli *);
int run_rules(cli *);
int run_render(cli *);
int run_plan(cli *);
int run_deploy(cli *);
int run_status(cli *);
int run_scale(cli *);
int run_restart(cli *);
int run_apply(cli *);
int run_destroy(cli *);
int run_get(cli *);
int run_version(cli *);

#endif

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

enum { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_YAML, OUTPUT_NAME, OUTPUT_SARIF };
enum { PROGRESS_AUTO, PROGRESS_PLAIN, PROGRESS_JSON, PROGRESS_NONE };
enum { CLI_MANY = 64 };

/* Of a flag that may be given more than once, or of what stands behind the command. */
typedef struct {
    const char *items[CLI_MANY];
    size_t count;
} words;

/* What the command line said. */
typedef struct {
    const char *spec;
    words set;
    words files;
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
    int output;         /* OUTPUT_* */
    int progress;       /* PROGRESS_* */
    int verbose;        /* how often */
    bool quiet;
    bool yes;
    bool live;
    bool strict;
    bool write;
    bool watch;
    bool all_namespaces;
    bool force_conflicts;
    bool adopt;
    bool wait;
    bool detailed_exitcode;
    bool no_colour;
    bool help;
    bool version;
    bool colour; /* of standard error */
    words arguments;
    int word_count; /* the whole line, for what can be pasted */
    char **line;
} cli;

/* --- The tables ------------------------------------------------------------------------------- */

typedef enum {
    FLAG_SWITCH,   /* bool */
    FLAG_COUNT,    /* int: how often */
    FLAG_TEXT,     /* const char * */
    FLAG_WORDS,    /* words */
    FLAG_DURATION, /* int64_t, milliseconds */
    FLAG_CHOICE    /* int: which word of `value`, parted by "|" */
} flag_kind;

typedef struct {
    const char *name;
    char letter; /* 0: none */
    flag_kind kind;
    bool common;       /* every command takes it */
    size_t target;     /* offset in cli */
    const char *value; /* as help names it; NULL for a switch */
    const char *about;
} flag;

typedef struct {
    const char *name;
    const char *group;   /* of the list of all commands */
    const char *title;   /* in that list */
    const char *usage;   /* behind "migdeploy NAME" */
    const char *about;   /* one or two lines */
    const char *flags;   /* besides the common ones, parted by blanks */
    const char *outputs; /* of -o besides text, parted by "|" */
    int64_t limit_ms;    /* of time, where --timeout says nothing */
    const char *example; /* a command to paste */
    int (*run)(cli *);
    size_t words;      /* at most behind its name */
    const char *exits; /* its exit codes, parted by blanks */
} command;

extern const flag flags[];
extern const size_t flag_count;
extern const command commands[];
extern const size_t command_count;

/* --- cli_parse.c ------------------------------------------------------------------------------ */

/* The spec that is meant where -s names none. */
extern const char default_spec[];

/* Reads the command line; *chosen is NULL for none. Answers EXIT_DONE or EXIT_USAGE, having said
 * why. */
int parse(int argc, char **argv, cli *out, const command **chosen);

/* Whether a word is one of a list. */
bool is_among(const char *list, const char *separator, const char *word);

/* --- cli_words.c ------------------------------------------------------------------------------ */

/* The nearest of some words, or NULL when none is near. */
const char *nearest(const char *word, const char *(*word_at)(size_t index), size_t count);
/* A Go duration, such as 1h30m: milliseconds, or -1 when it is none. */
int64_t read_duration(const char *text);
/* "2m05s". */
const char *format_elapsed(int64_t ms, char out[32]);
/* How many columns the terminal has; 100 where there is none. */
int columns_of(int fd);
/* A paragraph, folded at blanks: `first` begins the first line, `indent` blanks the others. */
void put_folded(FILE *out, const char *first, int indent, int width, const char *text);

/* --- cli_help.c ------------------------------------------------------------------------------- */

int print_signpost(const cli *options);
int print_all_commands(void);
int print_help(const command *of);

/* --- cli_say.c -------------------------------------------------------------------------------- */

typedef enum { PLAIN, GREEN, YELLOW, RED, DIM, ALARM } tint;

/* A word, in colour where that is wanted: a colour only repeats it. */
void put_word(FILE *out, bool colour, tint which, const char *word);
void say_word(const cli *options, tint which, const char *word);
/* "next: ..." */
void say_next(const cli *options, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, where the text names a command of its own: aimed at what this line is about. */
void say_next_here(const cli *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "migdeploy scale 4 (why)" with the flags of this line that say which cluster is meant, so that
 * what is pasted never meets another one. */
const char *aim(const cli *options, const char *text, char *out, size_t size);
/* The command line as it can be pasted again; without room for all of it, it ends in "...". */
const char *line_of_words(const cli *options, char *out, size_t size);
/* "error: ..." and "next: ..."; answers EXIT_USAGE. */
int usage_error(const char *next, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The error in the words of its layers, and the exit code of its status. Frees it. */
int fail(const cli *options, migd_error *error, migd_status status);
/* Writes a buffer to standard output and frees it; EXIT_DONE or EXIT_FAILED. */
int put_buffer(migd_buf *buffer);
/* Writes a document as -o says (JSON or YAML). */
int put_object(const cli *options, const migd_object *object);
/* Every finding of that severity as one line; answers how many. */
size_t put_findings_of(FILE *out, const cli *options, const migd_findings *findings,
                       const char *severity);

/* --- cli_values.c ----------------------------------------------------------------------------- */

/* A value as text: JSON, a string as it is. For free(). */
char *text_of(const migd_object *value);
/* How far two values are alike. */
size_t alike_until(const char *from, const char *to);
/* "...:6.0.15 -> ...:6.0.16": of long values the part that differs. */
void format_change(const char *from, const char *to, char out[112]);

/* --- cli_session.c ---------------------------------------------------------------------------- */

/* What a command on a cluster needs before it can start its job. */
typedef struct {
    const cli *options;
    migd_context *context;
    migd_spec *spec; /* NULL: none */
    migd_call_options *call;
    migd_object *found; /* without a spec: status of the cluster that was found; or NULL */
} session;

typedef enum {
    SPEC_NONE,
    SPEC_NEEDED,
    SPEC_IF_ANY /* the one that is named, or the one that is here */
} spec_use;

migd_status open_session(session *s, const cli *options, spec_use use, migd_error **error);
/* Looks which cluster it is about, where no spec says so. */
migd_status find_cluster(session *s, migd_error **error);
void close_session(session *s);
/* As fail(), for a job that was not started: where the rules refuse the objects, or NULL, the spec,
 * each error is told with its line. */
int fail_start(const session *s, const migd_objects *objects, migd_error *error,
               migd_status status);
/* Of the cluster: by the spec, or as it was found; "" before that. */
const char *name_of(const session *s);
/* A number of the spec, defaults filled in. */
int64_t spec_int(const session *s, const char *pointer);
/* Where it goes: "context blue, migratory/migratorydata". */
const char *where_of(const session *s, char *out, size_t size);
/* The same of a namespace: "context blue, namespace migratory". */
const char *place_of(const session *s, const char *namespace_, char *out, size_t size);
/* Options of a call from the flags. */
migd_status call_options(const cli *options, migd_call_options **out, migd_error **error);
/* The value of PATH=VALUE, and its path; NULL: it is none, which was said. */
const char *split_set(const char *assignment, char path[256]);
/* The spec of -s with each --set. */
migd_status open_spec(const cli *options, migd_spec **out, migd_error **error);
/* The same of a text. */
migd_status read_spec(const cli *options, const char *text, size_t size, const char *name,
                      migd_spec **out, migd_error **error);
/* The objects of files, folders and "-", in their order. */
migd_status load_objects(const words *paths, migd_objects **out, migd_error **error);
/* Whether Ctrl-C came. quietly(): it ends a look, and nobody has to be told how. */
bool was_interrupted(void);
void interrupt_quietly(void);

/* --- cli_follow.c ----------------------------------------------------------------------------- */

/* How a job is told. */
typedef struct {
    const char *heading; /* said before its first change; NULL: none */
    const char *cluster; /* the name that a question wants typed */
    const char *number;  /* behind the heading, how many members are wished; each is told. NULL: not
                            the members are what this is about */
} telling;

/* Follows a job to its end with progress; *result may be NULL. Frees the job. Answers an exit code;
 * on failure it was said. */
int follow(const cli *options, migd_job *job, const telling *how, migd_object **result);

/* --- Commands --------------------------------------------------------------------------------- */

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

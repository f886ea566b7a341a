/* What a context was made with: its options, and the environment as it was then. */
#ifndef MIGDI_JOB_CONTEXT_OPTIONS_H
#define MIGDI_JOB_CONTEXT_OPTIONS_H

#include "core_error.h"

#include <migdeploy/context.h>

#define MIGDI_CONTEXT_TEXTS   (MIGD_CONTEXT_USER_AGENT - MIGD_CONTEXT_HOME + 1)
#define MIGDI_CONTEXT_NUMBERS (MIGD_CONTEXT_CONNECTIONS - MIGD_CONTEXT_CONNECT_MS + 1)

struct migd_context_options {
    char *texts[MIGDI_CONTEXT_TEXTS];
    int64_t numbers[MIGDI_CONTEXT_NUMBERS];
    int32_t log_level;
    void (*log)(int32_t level, const char *line, void *user);
    void *log_user;
    int64_t (*clock)(int32_t which, void *user);
    void *clock_user;
    const char *(*variable)(const char *name, void *user);
    void *variable_user;
};

/* A copy of the options, NULL those of the defaults; false: no memory, and *out is for _clear() as
 * well. */
bool migdi_context_options_copy(migd_context_options *out, const migd_context_options *options);

/* Frees what the options hold, not themselves. */
void migdi_context_options_clear(migd_context_options *options);

#endif

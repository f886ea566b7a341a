/* The environment, read once, when a context is made. */
#ifndef MIGDI_JOB_ENVIRONMENT_H
#define MIGDI_JOB_ENVIRONMENT_H

#include "core_arena.h"

/* The variables that the library heeds; those that were not set are NULL. */
typedef struct migdi_environment migdi_environment;

/* Asks `variable` (NULL: getenv) for each; the copies live in the arena. NULL on lack of memory. */
const migdi_environment *migdi_environment_read(
    migdi_arena *arena, const char *(*variable)(const char *name, void *user), void *user);

/* A variable's value; NULL when it was not set, or is none of those. */
const char *migdi_environment_value(const migdi_environment *environment, const char *name);

/* The first of two names that is set and not empty. */
const char *migdi_environment_either(const migdi_environment *environment, const char *name,
                                     const char *other);

#endif

/* The environment, read once: what is not in this list has no influence on the library. */
#include "job_environment.h"

#include "core_text.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    "HOME",
    "KUBECONFIG",
    /* A pod's own cluster (client-go, rest/config.go). */
    "KUBERNETES_SERVICE_HOST",
    "KUBERNETES_SERVICE_PORT",
    "POD_NAMESPACE",
    /* Proxies, as Go's httpproxy reads them: the upper case comes first. */
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
};

#define NAMES (sizeof names / sizeof *names)

struct migdi_environment {
    const char *values[NAMES];
};

const migdi_environment *migdi_environment_read(
    migdi_arena *arena, const char *(*variable)(const char *name, void *user), void *user)
{
    migdi_environment *environment = migdi_arena_alloc_zeroed(arena, 1, sizeof *environment);
    for (size_t i = 0; environment != NULL && i < NAMES; i++) {
        const char *value = variable == NULL ? getenv(names[i]) : variable(names[i], user);
        if (value != NULL) {
            environment->values[i] = migdi_arena_text(arena, value, strlen(value));
            if (environment->values[i] == NULL) {
                return NULL;
            }
        }
    }
    return environment;
}

const char *migdi_environment_value(const migdi_environment *environment, const char *name)
{
    for (size_t i = 0; i < NAMES; i++) {
        if (migdi_text_equal(names[i], name)) {
            return environment->values[i];
        }
    }
    return NULL;
}

const char *migdi_environment_either(const migdi_environment *environment, const char *name,
                                     const char *other)
{
    const char *value = migdi_environment_value(environment, name);
    if (value == NULL || value[0] == '\0') {
        value = migdi_environment_value(environment, other);
    }
    return value == NULL || value[0] == '\0' ? NULL : value;
}

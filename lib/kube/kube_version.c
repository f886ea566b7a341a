/* Which Kubernetes a server is. */
#include "kube_version.h"

#include <inttypes.h>

/* The digits at *at, which moves behind them; -1: there are none, or too many. */
static int64_t take_number(const char **at)
{
    int64_t number = 0;
    const char *start = *at;
    while (**at >= '0' && **at <= '9' && number < 100000) {
        number = number * 10 + *(*at)++ - '0';
    }
    return *at == start || number >= 100000 ? -1 : number;
}

/* "v1.34.2-eks-1a2b3c": the fields major and minor bear marks of providers ("34+"), this one is
 * semantic. */
migdi_kube_release migdi_kube_release_of(const migd_object *answer)
{
    const char *at = migd_object_text(answer, "/gitVersion", "");
    at += *at == 'v';
    const int64_t major = take_number(&at);
    if (major < 0 || *at != '.') {
        return (migdi_kube_release){0};
    }
    at++;
    const int64_t minor = take_number(&at);
    return minor < 0 ? (migdi_kube_release){0} : (migdi_kube_release){major, minor};
}

bool migdi_kube_release_is_before(migdi_kube_release release, int64_t major, int64_t minor)
{
    return release.major > 0 &&
           (release.major < major || (release.major == major && release.minor < minor));
}

const char *migdi_kube_release_name(migdi_kube_release release, migdi_arena *arena)
{
    return release.major == 0
               ? NULL
               : migdi_arena_format(arena, "%" PRId64 ".%" PRId64, release.major, release.minor);
}

/* Names of statuses; the version. */
#include <migdeploy/base.h>

#ifndef MIGDEPLOY_VERSION
#error "the build defines MIGDEPLOY_VERSION"
#endif

const char *migd_version(void)
{
    return MIGDEPLOY_VERSION;
}

const char *migd_status_name(migd_status status)
{
    static const struct {
        migd_status status;
        const char *name;
    } names[] = {
        {MIGD_OK, "MIGD_OK"},
        {MIGD_DONE, "MIGD_DONE"},
        {MIGD_TIMEOUT, "MIGD_TIMEOUT"},
        {MIGD_ERR_INVALID, "MIGD_ERR_INVALID"},
        {MIGD_ERR_NOMEM, "MIGD_ERR_NOMEM"},
        {MIGD_ERR_PARSE, "MIGD_ERR_PARSE"},
        {MIGD_ERR_REFUSED, "MIGD_ERR_REFUSED"},
        {MIGD_ERR_IMPOSSIBLE, "MIGD_ERR_IMPOSSIBLE"},
        {MIGD_ERR_DEADLINE, "MIGD_ERR_DEADLINE"},
        {MIGD_ERR_DENIED, "MIGD_ERR_DENIED"},
        {MIGD_ERR_CONFLICT, "MIGD_ERR_CONFLICT"},
        {MIGD_ERR_LOCKED, "MIGD_ERR_LOCKED"},
        {MIGD_ERR_CANCELLED, "MIGD_ERR_CANCELLED"},
        {MIGD_ERR_NOT_FOUND, "MIGD_ERR_NOT_FOUND"},
        {MIGD_ERR_NETWORK, "MIGD_ERR_NETWORK"},
        {MIGD_ERR_TLS, "MIGD_ERR_TLS"},
        {MIGD_ERR_REMOTE, "MIGD_ERR_REMOTE"},
        {MIGD_ERR_LIMIT, "MIGD_ERR_LIMIT"},
        {MIGD_ERR_IO, "MIGD_ERR_IO"},
        {MIGD_ERR_UNSUPPORTED, "MIGD_ERR_UNSUPPORTED"},
        {MIGD_ERR_QUESTION, "MIGD_ERR_QUESTION"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].status == status) {
            return names[i].name;
        }
    }
    return "MIGD_UNKNOWN";
}

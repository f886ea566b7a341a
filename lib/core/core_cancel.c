/* A switch that threads and signal handlers throw: one atomic flag, and a descriptor of its own
 * that wakes whoever waits. It knows no context, so that none can be gone when it is thrown. */
#include "core_cancel.h"

#include <errno.h>
#include <migdeploy/job.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct migd_cancel {
    atomic_int references;
    atomic_int thrown;
    int fd;
};

migd_status migd_cancel_new(migd_cancel **out, migd_error **error)
{
    migdi_error_clear(error);
    if (out == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "migd_cancel_new: out is NULL");
    }
    *out = NULL;
    migd_cancel *cancel = migdi_alloc_zeroed(1, sizeof *cancel);
    if (cancel == NULL) {
        return migdi_fail_nomem(error);
    }
    cancel->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (cancel->fd < 0) {
        const int code = errno;
        migdi_free(cancel);
        return migdi_fail(error, MIGD_ERR_IO, "no descriptor for a cancel: %s", strerror(code));
    }
    atomic_init(&cancel->references, 1);
    atomic_init(&cancel->thrown, 0);
    *out = cancel;
    return MIGD_OK;
}

void migd_cancel_signal(migd_cancel *cancel)
{
    if (cancel == NULL) {
        return;
    }
    /* A signal handler must leave errno as it was. The counter of an eventfd cannot run over here:
     * a write that would block finds it readable, which is all that is wanted. */
    const int code = errno;
    const uint64_t one = 1;
    atomic_store(&cancel->thrown, 1);
    const ssize_t written = write(cancel->fd, &one, sizeof one);
    (void)written;
    errno = code;
}

void migd_cancel_free(migd_cancel *cancel)
{
    if (cancel != NULL && atomic_fetch_sub(&cancel->references, 1) == 1) {
        close(cancel->fd);
        migdi_free(cancel);
    }
}

migd_cancel *migdi_cancel_keep(migd_cancel *cancel)
{
    if (cancel != NULL) {
        atomic_fetch_add(&cancel->references, 1);
    }
    return cancel;
}

bool migdi_cancel_thrown(const migd_cancel *cancel)
{
    return cancel != NULL && atomic_load(&cancel->thrown) != 0;
}

int32_t migdi_cancel_fd(const migd_cancel *cancel)
{
    return cancel->fd;
}

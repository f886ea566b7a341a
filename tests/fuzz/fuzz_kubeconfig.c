/* A kubeconfig: found, checked, merged with itself, a context taken. What a file names is not
 * opened. */
#include "fuzz.h"

#include "kube_kubeconfig.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* One file in memory, written anew for each input. */
static int file = -1;
static char path[64];

static void write_input(const uint8_t *bytes, size_t size)
{
    if (file < 0) {
        file = memfd_create("kubeconfig", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    if (file < 0 || ftruncate(file, 0) != 0 || pwrite(file, bytes, size, 0) != (ssize_t)size) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    write_input(bytes, size);
    const migdi_kubeconfig_source sources[] = {
        {.path = path, .service_account = "/nowhere"},
        {.chain = path, .context = "x", .namespace_ = "y", .service_account = "/nowhere"},
    };
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        migdi_kubeconfig config = {0};
        migd_error *error = NULL;
        const migd_status status = migdi_kubeconfig_read(&sources[i], &config, &error);
        if ((status < 0) != (error != NULL)) {
            abort();
        }
        migd_error_free(error);
        migdi_kubeconfig_free(&config);
    }
    return 0;
}

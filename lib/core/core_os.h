/* The operating system: files, clocks, random bytes, who this process is. */
#ifndef MIGDI_CORE_OS_H
#define MIGDI_CORE_OS_H

#include "core_error.h"
#include "core_text.h"

/* Reads a regular file, a pipe or, for "-", standard input, up to `limit` bytes; more is
 * MIGD_ERR_LIMIT. MIGD_ERR_NOT_FOUND, MIGD_ERR_DENIED, MIGD_ERR_IO name the path. *bytes is for
 * migdi_text_free(). */
migd_status migdi_os_read_file(const char *path, size_t limit, migdi_text *bytes,
                               migd_error **error);

/* Replaces a file whole or not at all: a temporary file beside it, synced, renamed over it. A
 * symbolic link is followed first; an existing file keeps its mode and, as far as this process may,
 * its owner, a new one gets `mode`. A device, a pipe or a folder is MIGD_ERR_IO and stays what it
 * is. */
migd_status migdi_os_write_file(const char *path, const char *bytes, size_t size, uint32_t mode,
                                migd_error **error);

/* Creates a file that must not exist; MIGD_ERR_CONFLICT when it does. Whole or not at all. */
migd_status migdi_os_create_file(const char *path, const char *bytes, size_t size, uint32_t mode,
                                 migd_error **error);

/* Whether there is a folder of that name. */
bool migdi_os_is_folder(const char *path);

/* Adds the current folder; false, with nothing added, when it has no name. */
bool migdi_os_add_current_folder(migdi_text *text);

/* Calls `visit` for each name in the folder, in byte order, without "." and ".."; stops at the
 * first status below 0 and returns it. */
migd_status migdi_os_visit_folder(const char *path,
                                  migd_status (*visit)(void *user, const char *name,
                                                       migd_error **error),
                                  void *user, migd_error **error);

/* CLOCK_MONOTONIC and CLOCK_REALTIME. */
int64_t migdi_os_monotonic_ms(void);
int64_t migdi_os_unix_ms(void);

/* Fills from the system's generator; false when there is none. */
bool migdi_os_random(void *bytes, size_t size);

/* Who this process is, for a lock that others can read: "user@host", the boot id of the machine,
 * and the number of the PID namespace; nothing is added where that is not known, or where /proc
 * shows the processes of another namespace. */
void migdi_os_add_user_and_host(migdi_text *text);
void migdi_os_add_boot_id(migdi_text *text);
void migdi_os_add_pid_namespace(migdi_text *text);

/* When a process of this PID namespace started, in clock ticks. MIGDI_OS_GONE only when there
 * surely is none; whatever keeps us from looking is MIGDI_OS_UNKNOWN. */
#define MIGDI_OS_GONE    UINT64_C(0)
#define MIGDI_OS_UNKNOWN UINT64_MAX
uint64_t migdi_os_process_start(int64_t pid);

#endif

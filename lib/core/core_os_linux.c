/* The operating system: files, clocks, random bytes, who this process is. Linux. */
#include "core_os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define READ_PIECE    ((size_t)64 * 1024)
#define NAMES_AT_MOST 100000

static migd_status fail_errno(migd_error **error, int code, const char *verb, const char *path)
{
    const migd_status status = code == ENOENT || code == ENOTDIR ? MIGD_ERR_NOT_FOUND
                               : code == EACCES || code == EPERM ? MIGD_ERR_DENIED
                               : code == EEXIST                  ? MIGD_ERR_CONFLICT
                               : code == ENOMEM                  ? MIGD_ERR_NOMEM
                                                                 : MIGD_ERR_IO;
    /* glibc since 2.32 and musl: strerror() is safe between threads. */
    return migdi_fail(error, status, "cannot %s %s: %s", verb, path, strerror(code));
}

static migd_status read_all(int fd, const char *path, size_t limit, migdi_text *bytes,
                            migd_error **error)
{
    char *piece = migdi_alloc(READ_PIECE);
    migd_status status = piece == NULL ? migdi_fail_nomem(error) : MIGD_OK;
    while (status == MIGD_OK) {
        const ssize_t got = read(fd, piece, READ_PIECE);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            status = fail_errno(error, errno, "read", path);
        } else if (got == 0) {
            break;
        } else if ((size_t)got > limit - bytes->size) {
            status = migdi_fail(error, MIGD_ERR_LIMIT, "%s is larger than the limit of %zu bytes",
                                path, limit);
        } else {
            migdi_text_add(bytes, piece, (size_t)got);
            status = bytes->failed ? migdi_fail_nomem(error) : MIGD_OK;
        }
    }
    if (piece != NULL) {
        migdi_wipe(piece, READ_PIECE); /* it may have been a key */
    }
    migdi_free(piece);
    return status;
}

static migd_status read_opened(const char *path, size_t limit, migdi_text *bytes,
                               migd_error **error)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return fail_errno(error, errno, "open", path);
    }
    const migd_status status = read_all(fd, path, limit, bytes, error);
    close(fd);
    return status;
}

migd_status migdi_os_read_file(const char *path, size_t limit, migdi_text *bytes,
                               migd_error **error)
{
    *bytes = (migdi_text){0};
    const migd_status status = strcmp(path, "-") == 0
                                   ? read_all(STDIN_FILENO, "standard input", limit, bytes, error)
                                   : read_opened(path, limit, bytes, error);
    if (status < 0) {
        migdi_wipe(bytes->bytes, bytes->size);
        migdi_text_free(bytes);
    }
    return status;
}

static int write_all(int fd, const char *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        const ssize_t put = write(fd, bytes + done, size - done);
        if (put == 0 || (put < 0 && errno != EINTR)) {
            return put == 0 ? EIO : errno;
        }
        done += put < 0 ? 0 : (size_t)put;
    }
    return fsync(fd) == 0 ? 0 : errno;
}

/* The new name stands on disk only once its folder is synced; a file system that cannot is let
 * be. */
static void sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL
                       ? migdi_text_copy(".", 1)
                       : migdi_text_copy(path, slash == path ? 1 : (size_t)(slash - path));
    const int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    migdi_free(folder);
}

/* Writes a temporary file beside `path`, with the owner and mode of `like`; *temporary is for
 * migdi_free(), NULL on failure. */
static migd_status write_beside(const char *path, const char *bytes, size_t size,
                                const struct stat *like, char **temporary, migd_error **error)
{
    *temporary = NULL;
    migdi_text name = {0};
    migdi_text_format(&name, "%s.migdeploy-XXXXXX", path);
    if (name.failed) {
        migdi_text_free(&name);
        return migdi_fail_nomem(error);
    }
    const int fd = mkostemp(name.bytes, O_CLOEXEC);
    if (fd < 0) {
        const migd_status status = fail_errno(error, errno, "write beside", path);
        migdi_text_free(&name);
        return status;
    }
    int code = write_all(fd, bytes, size);
    /* Root keeps a user's file the user's; others cannot give a file away and need not. */
    if (code == 0 && fchown(fd, like->st_uid, like->st_gid) != 0 && errno != EPERM) {
        code = errno;
    }
    if (code == 0 && fchmod(fd, like->st_mode & 07777) != 0) {
        code = errno;
    }
    if (close(fd) != 0 && code == 0) {
        code = errno;
    }
    if (code != 0) {
        unlink(name.bytes);
        const migd_status status = fail_errno(error, code, "write", path);
        migdi_text_free(&name);
        return status;
    }
    *temporary = name.bytes;
    return MIGD_OK;
}

static migd_status replace(const char *path, const char *bytes, size_t size,
                           const struct stat *like, migd_error **error)
{
    char *temporary = NULL;
    migd_status status = write_beside(path, bytes, size, like, &temporary, error);
    if (temporary != NULL && rename(temporary, path) != 0) {
        status = fail_errno(error, errno, "replace", path);
        unlink(temporary);
    }
    if (status == MIGD_OK) {
        sync_folder_of(path);
    }
    migdi_free(temporary);
    return status;
}

/* Owner and mode of a file that is not there yet. */
static struct stat like_new(uint32_t mode)
{
    return (struct stat){.st_uid = geteuid(), .st_gid = getegid(), .st_mode = (mode_t)mode};
}

migd_status migdi_os_write_file(const char *path, const char *bytes, size_t size, uint32_t mode,
                                migd_error **error)
{
    struct stat like;
    if (lstat(path, &like) != 0 && errno == ENOENT) {
        like = like_new(mode);
        return replace(path, bytes, size, &like, error);
    }
    char *real = realpath(path, NULL);
    if (real == NULL || stat(real, &like) != 0) {
        const migd_status status = fail_errno(error, errno, "write", path);
        free(real);
        return status;
    }
    /* Renaming over a device, such as /dev/null, would replace it for the whole machine. */
    const migd_status status =
        S_ISREG(like.st_mode)
            ? replace(real, bytes, size, &like, error)
            : migdi_fail(error, MIGD_ERR_IO, "cannot write %s: it is no regular file", path);
    free(real); /* from the C library */
    return status;
}

migd_status migdi_os_create_file(const char *path, const char *bytes, size_t size, uint32_t mode,
                                 migd_error **error)
{
    char *temporary = NULL;
    const struct stat like = like_new(mode);
    migd_status status = write_beside(path, bytes, size, &like, &temporary, error);
    if (temporary != NULL) {
        /* link() fails where the name exists, rename() would not. */
        if (link(temporary, path) != 0) {
            status = fail_errno(error, errno, "create", path);
        }
        unlink(temporary);
    }
    if (status == MIGD_OK) {
        sync_folder_of(path);
    }
    migdi_free(temporary);
    return status;
}

bool migdi_os_add_current_folder(migdi_text *text)
{
    char folder[PATH_MAX];
    if (getcwd(folder, sizeof folder) == NULL) {
        return false;
    }
    migdi_text_add_string(text, folder);
    return true;
}

bool migdi_os_is_folder(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

typedef struct {
    char **names;
    size_t count;
    size_t capacity;
} name_list;

static int by_bytes(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static migd_status add_name(name_list *list, const char *name, const char *path, migd_error **error)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return MIGD_OK;
    }
    if (list->count == NAMES_AT_MOST) {
        return migdi_fail(error, MIGD_ERR_LIMIT, "%s holds more than %d names", path,
                          NAMES_AT_MOST);
    }
    void *names = list->names;
    char *copy = migdi_text_copy(name, strlen(name));
    if (copy == NULL ||
        !migdi_grow(&names, &list->capacity, list->count + 1, sizeof *list->names)) {
        migdi_free(copy);
        return migdi_fail_nomem(error);
    }
    list->names = names;
    list->names[list->count++] = copy;
    return MIGD_OK;
}

migd_status migdi_os_visit_folder(const char *path,
                                  migd_status (*visit)(void *user, const char *name,
                                                       migd_error **error),
                                  void *user, migd_error **error)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return fail_errno(error, errno, "open", path);
    }
    name_list list = {0};
    migd_status status = MIGD_OK;
    while (status == MIGD_OK) {
        errno = 0; /* the end of a folder and a failed read both are NULL */
        const struct dirent *entry = readdir(folder);
        if (entry == NULL) {
            status = errno == 0 ? MIGD_OK : fail_errno(error, errno, "read", path);
            break;
        }
        status = add_name(&list, entry->d_name, path, error);
    }
    closedir(folder);
    if (list.count > 1) {
        qsort(list.names, list.count, sizeof *list.names, by_bytes);
    }
    for (size_t i = 0; i < list.count; i++) {
        if (status == MIGD_OK) {
            status = visit(user, list.names[i], error);
        }
        migdi_free(list.names[i]);
    }
    migdi_free(list.names);
    return status;
}

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t migdi_os_monotonic_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

int64_t migdi_os_unix_ms(void)
{
    return clock_ms(CLOCK_REALTIME);
}

bool migdi_os_random(void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        const ssize_t got = getrandom((char *)bytes + done, size - done, 0);
        if (got < 0 && errno != EINTR) {
            return false;
        }
        done += got < 0 ? 0 : (size_t)got;
    }
    return true;
}

void migdi_os_add_user_and_host(migdi_text *text)
{
    char buffer[1024];
    struct passwd entry;
    struct passwd *found = NULL;
    if (getpwuid_r(geteuid(), &entry, buffer, sizeof buffer, &found) == 0 && found != NULL) {
        migdi_text_add_string(text, found->pw_name);
    } else {
        migdi_text_format(text, "%u", (unsigned)geteuid());
    }
    char host[HOST_NAME_MAX + 1] = "";
    if (gethostname(host, sizeof host) != 0) {
        host[0] = '\0';
    }
    host[sizeof host - 1] = '\0';
    migdi_text_format(text, "@%s", host);
}

void migdi_os_add_boot_id(migdi_text *text)
{
    migdi_text id = {0};
    if (migdi_os_read_file("/proc/sys/kernel/random/boot_id", 64, &id, NULL) == MIGD_OK) {
        migdi_text_add(text, migdi_text_string(&id), strcspn(migdi_text_string(&id), "\n"));
    }
    migdi_text_free(&id);
}

void migdi_os_add_pid_namespace(migdi_text *text)
{
    char shown[32] = "";
    char own[32];
    struct stat facts;
    snprintf(own, sizeof own, "%" PRId64, (int64_t)getpid());
    const ssize_t size = readlink("/proc/self", shown, sizeof shown - 1);
    if (size > 0 && strcmp(shown, own) == 0 && stat("/proc/self/ns/pid", &facts) == 0) {
        migdi_text_format(text, "%" PRIu64, (uint64_t)facts.st_ino);
    }
}

/* The field of that number (from 3) in /proc/PID/stat; NULL: there is none. Fields are counted
 * behind the last ")": a process may have any name. proc(5). */
static const char *stat_field(const char *line, int number)
{
    const char *field = strrchr(line, ')');
    for (int i = 2; field != NULL && i < number; i++) {
        field = strchr(field + 1, ' ');
    }
    return field == NULL ? NULL : field + 1;
}

/* A dead process waits for its parent (Z, X); one whose first thread alone has ended looks the same
 * but for its other threads. */
static uint64_t read_start(const char *line)
{
    const char *run_state = stat_field(line, 3);
    const char *threads = stat_field(line, 20);
    const char *start = stat_field(line, 22);
    if (run_state == NULL || threads == NULL || start == NULL) {
        return MIGDI_OS_UNKNOWN;
    }
    const bool ended = *run_state == 'Z' || *run_state == 'X';
    return ended && strtoull(threads, NULL, 10) <= 1 ? MIGDI_OS_GONE : strtoull(start, NULL, 10);
}

/* /proc may be missing, or hide what others run: the kernel is asked too. */
static bool is_gone(int64_t pid)
{
    return pid <= 0 || pid > INT32_MAX || (kill((pid_t)pid, 0) != 0 && errno == ESRCH);
}

uint64_t migdi_os_process_start(int64_t pid)
{
    char path[64];
    char line[1024];
    snprintf(path, sizeof path, "/proc/%" PRId64 "/stat", pid);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t size = fd < 0 ? -1 : read(fd, line, sizeof line - 1);
    const bool missing = size < 0 && (errno == ENOENT || errno == ESRCH);
    if (fd >= 0) {
        close(fd);
    }
    if (size < 0) {
        return missing && is_gone(pid) ? MIGDI_OS_GONE : MIGDI_OS_UNKNOWN;
    }
    line[size] = '\0';
    return read_start(line);
}

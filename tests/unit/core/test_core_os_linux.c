#include "test_support.h"

#include "core_os.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOBODY 65534

/* --- a folder for each test ------------------------------------------------------------------- */

static char folder[256];
static char path[512];

static const char *in_folder(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/migdeploy-XXXXXX", base == NULL ? P_tmpdir : base);
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static migd_status remove_name(void *user, const char *name, migd_error **error)
{
    (void)user;
    (void)error;
    if (unlink(in_folder(name)) != 0) {
        rmdir(in_folder(name));
    }
    return MIGD_OK;
}

static int remove_folder(void **state)
{
    (void)state;
    migdi_os_visit_folder(folder, remove_name, NULL, NULL);
    return rmdir(folder);
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_file(const char *name, const char *text)
{
    migdi_text bytes = {0};
    assert_int_equal(migdi_os_read_file(in_folder(name), 4096, &bytes, NULL), MIGD_OK);
    assert_string_equal(migdi_text_string(&bytes), text);
    migdi_text_free(&bytes);
}

static uint32_t mode_of(const char *name)
{
    struct stat found;
    assert_int_equal(lstat(in_folder(name), &found), 0);
    return found.st_mode;
}

static migd_status count_name(void *user, const char *name, migd_error **error)
{
    (void)name;
    (void)error;
    ++*(int *)user;
    return MIGD_OK;
}

static int names_in_folder(void)
{
    int count = 0;
    assert_int_equal(migdi_os_visit_folder(folder, count_name, &count, NULL), MIGD_OK);
    return count;
}

/* Runs `check` in a child as a user who owns nothing; tests run as root, too. */
static void as_nobody(void (*check)(void))
{
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)) {
            _exit(3);
        }
        check();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void exit_unless(bool good)
{
    if (!good) {
        _exit(1);
    }
}

/* --- reading ---------------------------------------------------------------------------------- */

static void a_file_is_read_up_to_the_limit(void **state)
{
    (void)state;
    migdi_text bytes = {0};
    migd_error *error = NULL;
    put("five", "12345");
    assert_int_equal(migdi_os_read_file(in_folder("five"), 5, &bytes, NULL), MIGD_OK);
    assert_string_equal(migdi_text_string(&bytes), "12345");
    assert_int_equal(bytes.size, 5);
    migdi_text_free(&bytes);
    assert_int_equal(migdi_os_read_file(in_folder("five"), 4, &bytes, &error), MIGD_ERR_LIMIT);
    assert_non_null(strstr(migd_error_message(error), "five is larger than the limit of 4 bytes"));
    assert_null(bytes.bytes);
    migd_error_free(error);
    put("empty", "");
    assert_int_equal(migdi_os_read_file(in_folder("empty"), 0, &bytes, NULL), MIGD_OK);
    assert_string_equal(migdi_text_string(&bytes), "");
    migdi_text_free(&bytes);
}

static void a_file_of_many_pieces_is_read_whole(void **state)
{
    (void)state;
    FILE *file = fopen(in_folder("large"), "w");
    assert_non_null(file);
    for (int i = 0; i < 200000; i++) {
        fputc('a' + i % 26, file);
    }
    fclose(file);
    migdi_text bytes = {0};
    assert_int_equal(migdi_os_read_file(in_folder("large"), 200000, &bytes, NULL), MIGD_OK);
    assert_int_equal(bytes.size, 200000);
    for (int i = 0; i < 200000; i++) {
        assert_int_equal(bytes.bytes[i], 'a' + i % 26);
    }
    migdi_text_free(&bytes);
    assert_int_equal(migdi_os_read_file(in_folder("large"), 199999, &bytes, NULL), MIGD_ERR_LIMIT);
}

static void what_cannot_be_read_is_named_with_the_reason(void **state)
{
    (void)state;
    migdi_text bytes = {0};
    migd_error *error = NULL;
    assert_int_equal(migdi_os_read_file(in_folder("none"), 9, &bytes, &error), MIGD_ERR_NOT_FOUND);
    assert_non_null(strstr(migd_error_message(error), "none: No such file or directory"));
    migd_error_free(error);
    error = NULL;
    put("file", "x");
    assert_int_equal(migdi_os_read_file(in_folder("file/below"), 9, &bytes, &error),
                     MIGD_ERR_NOT_FOUND);
    migd_error_free(error);
    error = NULL;
    assert_int_equal(migdi_os_read_file(folder, 9, &bytes, &error), MIGD_ERR_IO);
    assert_non_null(strstr(migd_error_message(error), "Is a directory"));
    migd_error_free(error);
}

static void read_denied(void)
{
    migdi_text bytes = {0};
    exit_unless(migdi_os_read_file(path, 9, &bytes, NULL) == MIGD_ERR_DENIED);
}

static void a_file_that_may_not_be_read_is_denied(void **state)
{
    (void)state;
    put("mine", "secret");
    assert_int_equal(chmod(in_folder("mine"), 0), 0);
    as_nobody(read_denied);
}

static void a_dash_is_standard_input_and_a_pipe_is_read_to_its_end(void **state)
{
    (void)state;
    int ends[2];
    const int kept = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "piped", 5), 5);
    close(ends[1]);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    migdi_text bytes = {0};
    const migd_status status = migdi_os_read_file("-", 100, &bytes, NULL);
    dup2(kept, STDIN_FILENO);
    close(kept);
    close(ends[0]);
    assert_int_equal(status, MIGD_OK);
    assert_string_equal(migdi_text_string(&bytes), "piped");
    migdi_text_free(&bytes);
}

/* --- writing ---------------------------------------------------------------------------------- */

static void a_new_file_gets_the_mode_and_an_old_one_keeps_its_own(void **state)
{
    (void)state;
    assert_int_equal(migdi_os_write_file(in_folder("new"), "one", 3, 0600, NULL), MIGD_OK);
    assert_file("new", "one");
    assert_int_equal(mode_of("new"), S_IFREG | 0600);
    assert_int_equal(chmod(in_folder("new"), 0640), 0);
    assert_int_equal(migdi_os_write_file(in_folder("new"), "second", 6, 0600, NULL), MIGD_OK);
    assert_file("new", "second");
    assert_int_equal(mode_of("new"), S_IFREG | 0640);
    assert_int_equal(names_in_folder(), 1);
}

static void a_users_file_stays_the_users_when_root_writes_it(void **state)
{
    (void)state;
    put("theirs", "x");
    if (geteuid() == 0) {
        assert_int_equal(chown(in_folder("theirs"), NOBODY, NOBODY), 0);
    }
    struct stat before;
    struct stat after;
    assert_int_equal(stat(in_folder("theirs"), &before), 0);
    assert_int_equal(migdi_os_write_file(in_folder("theirs"), "y", 1, 0600, NULL), MIGD_OK);
    assert_int_equal(stat(in_folder("theirs"), &after), 0);
    assert_int_equal(after.st_uid, before.st_uid);
    assert_int_equal(after.st_gid, before.st_gid);
    assert_file("theirs", "y");
}

static void a_link_is_followed_and_stays_a_link(void **state)
{
    (void)state;
    put("target", "old");
    assert_int_equal(symlink("target", in_folder("link")), 0);
    assert_int_equal(migdi_os_write_file(in_folder("link"), "new", 3, 0600, NULL), MIGD_OK);
    assert_true(S_ISLNK(mode_of("link")));
    assert_file("target", "new");
    assert_int_equal(symlink("nowhere", in_folder("dangling")), 0);
    assert_int_equal(migdi_os_write_file(in_folder("dangling"), "new", 3, 0600, NULL),
                     MIGD_ERR_NOT_FOUND);
    assert_true(S_ISLNK(mode_of("dangling")));
}

static void a_device_a_pipe_or_a_folder_stays_what_it_is(void **state)
{
    (void)state;
    migd_error *error = NULL;
    assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
    assert_int_equal(migdi_os_write_file(in_folder("pipe"), "x", 1, 0600, &error), MIGD_ERR_IO);
    assert_non_null(strstr(migd_error_message(error), "it is no regular file"));
    migd_error_free(error);
    assert_true(S_ISFIFO(mode_of("pipe")));
    assert_int_equal(migdi_os_write_file(folder, "x", 1, 0600, NULL), MIGD_ERR_IO);
    assert_int_equal(names_in_folder(), 1);
}

static void a_file_is_created_once(void **state)
{
    (void)state;
    migd_error *error = NULL;
    assert_int_equal(migdi_os_create_file(in_folder("lock"), "me", 2, 0640, NULL), MIGD_OK);
    assert_file("lock", "me");
    assert_int_equal(mode_of("lock"), S_IFREG | 0640);
    assert_int_equal(migdi_os_create_file(in_folder("lock"), "you", 3, 0600, &error),
                     MIGD_ERR_CONFLICT);
    assert_non_null(strstr(migd_error_message(error), "lock: File exists"));
    migd_error_free(error);
    assert_file("lock", "me");
    assert_int_equal(names_in_folder(), 1); /* nothing temporary is left */
}

static void a_folder_that_is_not_there_takes_no_file(void **state)
{
    (void)state;
    assert_int_equal(migdi_os_write_file(in_folder("none/x"), "x", 1, 0600, NULL),
                     MIGD_ERR_NOT_FOUND);
    assert_int_equal(migdi_os_create_file(in_folder("none/x"), "x", 1, 0600, NULL),
                     MIGD_ERR_NOT_FOUND);
}

static void write_denied(void)
{
    exit_unless(migdi_os_write_file(path, "x", 1, 0600, NULL) == MIGD_ERR_DENIED);
    exit_unless(migdi_os_create_file(path, "x", 1, 0600, NULL) == MIGD_ERR_DENIED);
}

static void a_folder_that_may_not_be_written_is_denied(void **state)
{
    (void)state;
    assert_int_equal(chmod(folder, 0500), 0);
    in_folder("new");
    as_nobody(write_denied);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(names_in_folder(), 0);
}

static void write_too_much(void)
{
    static const char much[4096];
    const struct rlimit little = {100, 100};
    exit_unless(setrlimit(RLIMIT_FSIZE, &little) == 0 && signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    exit_unless(migdi_os_write_file(path, much, sizeof much, 0600, NULL) == MIGD_ERR_IO);
    exit_unless(migdi_os_create_file(path, much, sizeof much, 0600, NULL) == MIGD_ERR_IO);
}

static void a_file_that_does_not_fit_leaves_the_old_one_whole(void **state)
{
    (void)state;
    put("full", "old");
    assert_int_equal(chmod(in_folder("full"), 0666), 0);
    assert_int_equal(chmod(folder, 0777), 0);
    in_folder("full");
    as_nobody(write_too_much);
    assert_file("full", "old");
    assert_int_equal(names_in_folder(), 1);
}

static migd_status write_read_and_visit(void *user)
{
    int names = 0;
    migdi_text bytes = {0};
    migd_error *error = NULL;
    char file[600];
    snprintf(file, sizeof file, "%s/file", (const char *)user);
    unlink(file);
    migd_status status = migdi_os_create_file(file, "first", 5, 0600, &error);
    if (status == MIGD_OK) {
        status = migdi_os_write_file(file, "second", 6, 0600, &error);
    }
    if (status == MIGD_OK) {
        status = migdi_os_read_file(file, 100, &bytes, &error);
        assert_true(status < 0 || strcmp(migdi_text_string(&bytes), "second") == 0);
    }
    if (status == MIGD_OK) {
        status = migdi_os_visit_folder(user, count_name, &names, &error);
        assert_true(status < 0 || names == 1);
    }
    assert_int_equal(migd_error_status(error), status);
    migdi_text_free(&bytes);
    migd_error_free(error);
    return status;
}

static void lack_of_memory_leaves_no_half_file_and_no_leak(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(write_read_and_visit, folder) > 6);
    assert_int_equal(names_in_folder(), 1);
}

/* --- folders ---------------------------------------------------------------------------------- */

static migd_status join_names(void *user, const char *name, migd_error **error)
{
    migdi_text *names = user;
    if (strcmp(name, "stop") == 0) {
        return migdi_fail(error, MIGD_ERR_REFUSED, "stopped at %s", name);
    }
    migdi_text_format(names, "%s ", name);
    return MIGD_OK;
}

static void names_come_in_byte_order_until_the_visitor_fails(void **state)
{
    (void)state;
    static const char *const names[] = {"b", "a", "B", "a10", "a2", ".hidden", "\xc3\xa9"};
    migdi_text seen = {0};
    migd_error *error = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        put(names[i], "");
    }
    assert_int_equal(migdi_os_visit_folder(folder, join_names, &seen, NULL), MIGD_OK);
    assert_string_equal(migdi_text_string(&seen), ".hidden B a a10 a2 b \xc3\xa9 ");
    put("stop", "");
    migdi_text_clear(&seen);
    assert_int_equal(migdi_os_visit_folder(folder, join_names, &seen, &error), MIGD_ERR_REFUSED);
    assert_string_equal(migd_error_message(error), "stopped at stop");
    assert_string_equal(migdi_text_string(&seen), ".hidden B a a10 a2 b ");
    migd_error_free(error);
    migdi_text_free(&seen);
    assert_int_equal(migdi_os_visit_folder(in_folder("none"), join_names, NULL, NULL),
                     MIGD_ERR_NOT_FOUND);
    assert_int_equal(migdi_os_visit_folder(in_folder("a"), join_names, NULL, NULL),
                     MIGD_ERR_NOT_FOUND);
}

static void a_folder_is_told_from_a_file(void **state)
{
    (void)state;
    put("file", "");
    assert_true(migdi_os_is_folder(folder));
    assert_false(migdi_os_is_folder(in_folder("file")));
    assert_false(migdi_os_is_folder(in_folder("none")));
}

static void the_current_folder_is_the_systems(void **state)
{
    (void)state;
    char current[4096];
    migdi_text text = {0};
    assert_non_null(getcwd(current, sizeof current));
    assert_true(migdi_os_add_current_folder(&text));
    assert_string_equal(migdi_text_string(&text), current);
    migdi_text_free(&text);
}

/* --- clocks, random bytes, who this is -------------------------------------------------------- */

static void the_clocks_are_the_systems(void **state)
{
    (void)state;
    struct timespec now;
    const int64_t before = migdi_os_monotonic_ms();
    assert_true(migdi_os_monotonic_ms() >= before);
    clock_gettime(CLOCK_MONOTONIC, &now);
    assert_in_range(now.tv_sec * 1000 + now.tv_nsec / 1000000 - before, 0, 60000);
    const int64_t unix_before = migdi_os_unix_ms();
    clock_gettime(CLOCK_REALTIME, &now);
    assert_in_range(now.tv_sec * 1000 + now.tv_nsec / 1000000 - unix_before, 0, 60000);
}

static void random_bytes_fill_all_and_differ(void **state)
{
    (void)state;
    unsigned char first[1000] = {0};
    unsigned char second[1000] = {0};
    assert_true(migdi_os_random(first, sizeof first));
    assert_true(migdi_os_random(second, sizeof second));
    assert_memory_not_equal(first, second, sizeof first);
    bool seen[256] = {false};
    size_t values = 0;
    for (size_t i = 0; i < sizeof first; i++) {
        values += !seen[first[i]];
        seen[first[i]] = true;
    }
    assert_true(values > 200); /* 250.9 are expected; fewer than 200 never happens */
    assert_true(migdi_os_random(first, 0));
}

static void the_process_names_itself_for_others(void **state)
{
    (void)state;
    char host[256] = "";
    migdi_text text = {0};
    assert_int_equal(gethostname(host, sizeof host - 1), 0);
    migdi_os_add_user_and_host(&text);
    const char *at = strrchr(migdi_text_string(&text), '@');
    assert_non_null(at);
    assert_true(at > migdi_text_string(&text));
    assert_string_equal(at + 1, host);
    migdi_text_clear(&text);
    migdi_os_add_boot_id(&text);
    migdi_text again = {0};
    migdi_os_add_boot_id(&again);
    assert_int_equal(text.size, 36);
    assert_string_equal(migdi_text_string(&text), migdi_text_string(&again));
    migdi_text_free(&text);
    migdi_text_free(&again);
}

static void a_live_process_has_a_start_and_a_dead_one_has_none(void **state)
{
    (void)state;
    const uint64_t own = migdi_os_process_start(getpid());
    assert_true(own > 0);
    assert_true(migdi_os_process_start(1) > 0);
    assert_true(migdi_os_process_start(0) == MIGDI_OS_GONE);
    assert_true(migdi_os_process_start(-1) == MIGDI_OS_GONE);
    assert_true(migdi_os_process_start(INT64_MAX) == MIGDI_OS_GONE);
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(0);
    }
    siginfo_t ended;
    assert_int_equal(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT), 0);
    /* Dead, though its parent has not looked yet. */
    assert_true(migdi_os_process_start(child) == MIGDI_OS_GONE);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(migdi_os_process_start(child) == MIGDI_OS_GONE);
}

/* What keeps us from looking is no proof of a death: here, no descriptor is left. */
static void what_cannot_be_looked_at_is_not_dead(void **state)
{
    (void)state;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    const struct rlimit none = {0, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    const uint64_t own = migdi_os_process_start(getpid());
    const uint64_t nobody = migdi_os_process_start(INT32_MAX);
    /* Valgrind looks whether the file is there before it counts descriptors. */
    const bool counted = open("/none", O_RDONLY | O_CLOEXEC) < 0 && errno == EMFILE;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_true(own == MIGDI_OS_UNKNOWN);
    assert_true(nobody == (counted ? MIGDI_OS_UNKNOWN : MIGDI_OS_GONE));
    assert_true(migdi_os_process_start(getpid()) < MIGDI_OS_UNKNOWN);
}

static void *stay(void *pipe_end)
{
    char byte = 0;
    (void)!read(*(int *)pipe_end, &byte, 1);
    _exit(0);
}

/* Its state is Z from then on, as of a dead one, while another thread works. */
static void a_process_whose_first_thread_has_ended_lives(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pthread_t thread;
        close(ends[1]);
        if (pthread_create(&thread, NULL, stay, &ends[0]) == 0) {
            pthread_exit(NULL);
        }
        _exit(1);
    }
    char facts[64];
    char line[512] = "";
    snprintf(facts, sizeof facts, "/proc/%d/stat", (int)child);
    for (int i = 0; i < 10000 && strstr(line, ") Z") == NULL; i++) {
        FILE *file = fopen(facts, "r");
        assert_non_null(file);
        assert_non_null(fgets(line, sizeof line, file));
        fclose(file);
        sched_yield();
    }
    assert_non_null(strstr(line, ") Z"));
    const uint64_t start = migdi_os_process_start(child);
    assert_true(start > MIGDI_OS_GONE && start < MIGDI_OS_UNKNOWN);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(migdi_os_process_start(child) == MIGDI_OS_GONE);
}

/* namespaces(7): the link reads "pid:[INODE]". */
static void the_pid_namespace_has_a_number(void **state)
{
    (void)state;
    char link[64] = "";
    char expected[64];
    migdi_text text = {0};
    assert_true(readlink("/proc/self/ns/pid", link, sizeof link - 1) > 0);
    migdi_os_add_pid_namespace(&text);
    snprintf(expected, sizeof expected, "pid:[%s]", migdi_text_string(&text));
    assert_string_equal(link, expected);
    migdi_text_free(&text);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_file_is_read_up_to_the_limit),
        IN_FOLDER(a_file_of_many_pieces_is_read_whole),
        IN_FOLDER(what_cannot_be_read_is_named_with_the_reason),
        IN_FOLDER(a_file_that_may_not_be_read_is_denied),
        cmocka_unit_test(a_dash_is_standard_input_and_a_pipe_is_read_to_its_end),
        IN_FOLDER(a_new_file_gets_the_mode_and_an_old_one_keeps_its_own),
        IN_FOLDER(a_users_file_stays_the_users_when_root_writes_it),
        IN_FOLDER(a_link_is_followed_and_stays_a_link),
        IN_FOLDER(a_device_a_pipe_or_a_folder_stays_what_it_is),
        IN_FOLDER(a_file_is_created_once),
        IN_FOLDER(a_folder_that_is_not_there_takes_no_file),
        IN_FOLDER(a_folder_that_may_not_be_written_is_denied),
        IN_FOLDER(a_file_that_does_not_fit_leaves_the_old_one_whole),
        IN_FOLDER(lack_of_memory_leaves_no_half_file_and_no_leak),
        IN_FOLDER(names_come_in_byte_order_until_the_visitor_fails),
        IN_FOLDER(a_folder_is_told_from_a_file),
        cmocka_unit_test(the_current_folder_is_the_systems),
        cmocka_unit_test(the_clocks_are_the_systems),
        cmocka_unit_test(random_bytes_fill_all_and_differ),
        cmocka_unit_test(the_process_names_itself_for_others),
        cmocka_unit_test(a_live_process_has_a_start_and_a_dead_one_has_none),
        cmocka_unit_test(what_cannot_be_looked_at_is_not_dead),
        cmocka_unit_test(a_process_whose_first_thread_has_ended_lives),
        cmocka_unit_test(the_pid_namespace_has_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "test_support.h"

#include "core_os.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each test has a folder of its own. */
static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/migdeploy-os-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : ".");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static migd_status remove_name(void *user, const char *name, migd_error **error)
{
    (void)user;
    (void)error;
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(remove(path), 0);
    return MIGD_OK;
}

static int remove_folder(void **state)
{
    (void)state;
    migdi_os_visit_folder(folder, remove_name, NULL, NULL);
    return rmdir(folder);
}

static const char *in_folder(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void assert_holds(const char *name, const char *content)
{
    migdi_text bytes = {0};
    assert_int_equal(migdi_os_read_file(in_folder(name), 4096, &bytes, NULL), MIGD_OK);
    assert_string_equal(migdi_text_string(&bytes), content);
    migdi_text_free(&bytes);
}

static mode_t mode_of(const char *name)
{
    struct stat found;
    assert_int_equal(stat(in_folder(name), &found), 0);
    return found.st_mode & 07777;
}

static migd_status count_name(void *user, const char *name, migd_error **error)
{
    (void)name;
    (void)error;
    ++*(size_t *)user;
    return MIGD_OK;
}

static size_t names_in_folder(void)
{
    size_t count = 0;
    assert_int_equal(migdi_os_visit_folder(folder, count_name, &count, NULL), MIGD_OK);
    return count;
}

static void a_file_is_read_up_to_the_limit_and_not_a_byte_more(void **state)
{
    (void)state;
    migdi_text bytes = {0};
    assert_int_equal(migdi_os_write_file(in_folder("a"), "12345", 5, 0600, NULL), MIGD_OK);
    assert_int_equal(migdi_os_read_file(in_folder("a"), 5, &bytes, NULL), MIGD_OK);
    assert_string_equal(migdi_text_string(&bytes), "12345");
    migdi_text_free(&bytes);
    migd_error *error = NULL;
    assert_int_equal(migdi_os_read_file(in_folder("a"), 4, &bytes, &error), MIGD_ERR_LIMIT);
    assert_non_null(strstr(migd_error_message(error), "larger than the limit of 4 bytes"));
    assert_null(bytes.bytes);
    migd_error_free(error);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    migdi_text bytes = {0};
    migd_error *error = NULL;
    assert_int_equal(migdi_os_read_file(in_folder("none"), 9, &bytes, &error), MIGD_ERR_NOT_FOUND);
    assert_non_null(strstr(migd_error_message(error), in_folder("none")));
    migd_error_free(error);
    assert_int_equal(migdi_os_read_file(folder, 9, &bytes, NULL), MIGD_ERR_IO);
}

static void a_file_is_replaced_whole_and_keeps_its_mode(void **state)
{
    (void)state;
    assert_int_equal(migdi_os_write_file(in_folder("a"), "old", 3, 0640, NULL), MIGD_OK);
    assert_int_equal(mode_of("a"), 0640);
    assert_int_equal(migdi_os_write_file(in_folder("a"), "new one", 7, 0600, NULL), MIGD_OK);
    assert_int_equal(mode_of("a"), 0640);
    assert_holds("a", "new one");
    assert_int_equal(names_in_folder(), 1);
}

static void a_symbolic_link_stays_one_and_its_file_changes(void **state)
{
    (void)state;
    assert_int_equal(migdi_os_write_file(in_folder("a"), "old", 3, 0600, NULL), MIGD_OK);
    assert_int_equal(symlink("a", in_folder("link")), 0);
    assert_int_equal(migdi_os_write_file(in_folder("link"), "new", 3, 0600, NULL), MIGD_OK);
    struct stat found;
    assert_int_equal(lstat(in_folder("link"), &found), 0);
    assert_true(S_ISLNK(found.st_mode));
    assert_holds("a", "new");
    assert_int_equal(names_in_folder(), 2);
}

static void a_file_that_is_there_is_never_created_over(void **state)
{
    (void)state;
    assert_int_equal(migdi_os_create_file(in_folder("a"), "one", 3, 0600, NULL), MIGD_OK);
    assert_int_equal(mode_of("a"), 0600);
    assert_int_equal(migdi_os_create_file(in_folder("a"), "two", 3, 0600, NULL), MIGD_ERR_CONFLICT);
    assert_holds("a", "one");
    assert_int_equal(names_in_folder(), 1);
}

static void a_folder_that_is_not_there_takes_no_file(void **state)
{
    (void)state;
    assert_int_equal(migdi_os_write_file(in_folder("no/a"), "a", 1, 0600, NULL),
                     MIGD_ERR_NOT_FOUND);
    assert_int_equal(migdi_os_create_file(in_folder("no/a"), "a", 1, 0600, NULL),
                     MIGD_ERR_NOT_FOUND);
    assert_false(migdi_os_is_folder(in_folder("no")));
    assert_true(migdi_os_is_folder(folder));
}

/* As root no folder is closed: a child gives its rights away first. */
static void a_folder_without_rights_denies(void **state)
{
    (void)state;
    assert_int_equal(migdi_os_write_file(in_folder("a"), "a", 1, 0600, NULL), MIGD_OK);
    assert_int_equal(chmod(folder, 0700), 0);
    const pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
            _exit(3);
        }
        if (geteuid() != 65534) {
            chmod(in_folder("a"), 0);
        }
        migdi_text bytes = {0};
        _exit(migdi_os_read_file(in_folder("a"), 9, &bytes, NULL) == MIGD_ERR_DENIED ? 0 : 1);
    }
    int ended = -1;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(ended, 0);
}

typedef struct {
    char names[64];
    size_t left;
} visited;

static migd_status note_name(void *user, const char *name, migd_error **error)
{
    visited *seen = user;
    if (seen->left-- == 0) {
        return migdi_fail(error, MIGD_ERR_CANCELLED, "enough");
    }
    const size_t length = strlen(seen->names);
    snprintf(seen->names + length, sizeof seen->names - length, "%s ", name);
    return MIGD_OK;
}

static void names_come_in_byte_order_until_the_visitor_has_enough(void **state)
{
    (void)state;
    const char *names[] = {"b", "B", "a.yaml", "\xC3\xA4"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(migdi_os_write_file(in_folder(names[i]), "", 0, 0600, NULL), MIGD_OK);
    }
    visited all = {.left = 10};
    assert_int_equal(migdi_os_visit_folder(folder, note_name, &all, NULL), MIGD_OK);
    assert_string_equal(all.names, "B a.yaml b \xC3\xA4 ");
    visited two = {.left = 2};
    assert_int_equal(migdi_os_visit_folder(folder, note_name, &two, NULL), MIGD_ERR_CANCELLED);
    assert_string_equal(two.names, "B a.yaml ");
    assert_int_equal(migdi_os_visit_folder(in_folder("no"), note_name, &two, NULL),
                     MIGD_ERR_NOT_FOUND);
}

static void clocks_and_random_bytes_are_the_systems(void **state)
{
    (void)state;
    const int64_t before = migdi_os_monotonic_ms();
    assert_true(migdi_os_monotonic_ms() >= before);
    assert_true(migdi_os_unix_ms() > INT64_C(1700000000000));
    unsigned char one[32] = {0};
    unsigned char other[32] = {0};
    assert_true(migdi_os_random(one, sizeof one));
    assert_true(migdi_os_random(other, sizeof other));
    assert_memory_not_equal(one, other, sizeof one);
}

static void a_process_is_known_by_host_boot_and_start(void **state)
{
    (void)state;
    migdi_text text = {0};
    char host[256] = "";
    assert_int_equal(gethostname(host, sizeof host - 1), 0);
    migdi_os_add_user_and_host(&text);
    const char *at = strchr(migdi_text_string(&text), '@');
    assert_non_null(at);
    assert_true(at != migdi_text_string(&text));
    assert_string_equal(at + 1, host);
    migdi_text_clear(&text);
    migdi_os_add_boot_id(&text);
    assert_int_equal(text.size, 36); /* random(4): a UUID */
    migdi_text_free(&text);

    const uint64_t own = migdi_os_process_start(getpid());
    assert_true(own > 0);
    assert_int_equal(migdi_os_process_start(getpid()), own);
    const pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(migdi_os_process_start(child), 0);
}

static migd_status write_read_visit(void *user)
{
    (void)user;
    migdi_text bytes = {0};
    size_t count = 0;
    migd_status status = migdi_os_write_file(in_folder("a"), "12345", 5, 0600, NULL);
    if (status >= 0) {
        status = migdi_os_read_file(in_folder("a"), 99, &bytes, NULL);
    }
    if (status >= 0) {
        assert_string_equal(migdi_text_string(&bytes), "12345");
        status = migdi_os_visit_folder(folder, count_name, &count, NULL);
    }
    migdi_text_free(&bytes);
    return status;
}

static void lack_of_memory_leaves_neither_bytes_nor_files(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(write_read_visit, NULL) > 4);
    assert_int_equal(names_in_folder(), 1);
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(a_file_is_read_up_to_the_limit_and_not_a_byte_more),
        IN_A_FOLDER(a_file_that_cannot_be_read_is_named),
        IN_A_FOLDER(a_file_is_replaced_whole_and_keeps_its_mode),
        IN_A_FOLDER(a_symbolic_link_stays_one_and_its_file_changes),
        IN_A_FOLDER(a_file_that_is_there_is_never_created_over),
        IN_A_FOLDER(a_folder_that_is_not_there_takes_no_file),
        IN_A_FOLDER(a_folder_without_rights_denies),
        IN_A_FOLDER(names_come_in_byte_order_until_the_visitor_has_enough),
        cmocka_unit_test(clocks_and_random_bytes_are_the_systems),
        cmocka_unit_test(a_process_is_known_by_host_boot_and_start),
        IN_A_FOLDER(lack_of_memory_leaves_neither_bytes_nor_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

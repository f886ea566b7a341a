#include "test_support.h"

#include "kube_kubeconfig_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/test_kube_files.XXXXXX";
static const char *const names[] = {"a", "b", "big"};

static void path_of(char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/%s", folder, name);
}

static void write_file(const char *name, const char *text, size_t size)
{
    char path[256];
    path_of(path, sizeof path, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    fclose(file);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[256];
        path_of(path, sizeof path, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

/* One file of that text, read alone. */
static migd_status read_text(const char *text, size_t size, migd_error **error)
{
    char path[256];
    write_file("big", text, size);
    path_of(path, sizeof path, "big");
    migdi_arena arena = {0};
    migdi_kubeconfig_files files = {0};
    const migd_status status = migdi_kubeconfig_files_read(path, NULL, NULL, &arena, &files, error);
    migdi_kubeconfig_files_free(&files);
    migdi_arena_free(&arena);
    return status;
}

static void a_chain_keeps_its_order_and_names_what_is_there(void **state)
{
    (void)state;
    static const char first[] = "contexts: [{name: one}, {name: two}]\n";
    static const char second[] = "contexts: [{name: two}, {name: three}]\ncurrent-context: three\n";
    write_file("a", first, sizeof first - 1);
    write_file("b", second, sizeof second - 1);
    char chain[1024];
    snprintf(chain, sizeof chain, "%s/none:%s/a::%s/b:%s/a", folder, folder, folder, folder);
    migdi_arena arena = {0};
    migdi_kubeconfig_files files = {0};
    assert_int_equal(migdi_kubeconfig_files_read(NULL, chain, "/home", &arena, &files, NULL),
                     MIGD_OK);
    assert_int_equal(files.count, 2);
    assert_string_equal(files.searched, chain);
    migdi_kubeconfig_entry entry = {0};
    assert_true(migdi_kubeconfig_files_find(&files, MIGDI_KUBECONFIG_CONTEXTS, "two", &entry));
    assert_string_equal(entry.path, files.paths[0]);
    assert_int_equal(entry.place.column, 32);
    assert_null(entry.body);
    assert_true(migdi_kubeconfig_files_find(&files, MIGDI_KUBECONFIG_CONTEXTS, "three", &entry));
    assert_string_equal(entry.path, files.paths[1]);
    assert_false(migdi_kubeconfig_files_find(&files, MIGDI_KUBECONFIG_USERS, "two", &entry));
    migdi_place place = {0};
    assert_string_equal(migdi_kubeconfig_files_current(&files, &place), "three");
    assert_int_equal(place.line, 2);
    assert_string_equal(migdi_kubeconfig_files_names(&files, MIGDI_KUBECONFIG_CONTEXTS, &arena),
                        "\"one\", \"two\", \"two\", \"three\"");
    assert_string_equal(migdi_kubeconfig_files_names(&files, MIGDI_KUBECONFIG_USERS, &arena),
                        "none");
    assert_string_equal(migdi_kubeconfig_files_nearest(&files, MIGDI_KUBECONFIG_CONTEXTS, "tree"),
                        "three");
    migdi_kubeconfig_files_free(&files);
    migdi_arena_free(&arena);
}

static void many_names_are_told_in_part(void **state)
{
    (void)state;
    static const char text[] = "users: [{name: a}, {name: b}, {name: c}, {name: d}, {name: e}, "
                               "{name: f}, {name: g}, {name: h}, {name: i}, {name: j}]\n";
    write_file("a", text, sizeof text - 1);
    char path[256];
    path_of(path, sizeof path, "a");
    migdi_arena arena = {0};
    migdi_kubeconfig_files files = {0};
    assert_int_equal(migdi_kubeconfig_files_read(path, NULL, NULL, &arena, &files, NULL), MIGD_OK);
    assert_string_equal(migdi_kubeconfig_files_names(&files, MIGDI_KUBECONFIG_USERS, &arena),
                        "\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", ...");
    migdi_kubeconfig_files_free(&files);
    migdi_arena_free(&arena);
}

/* faults.md section 3: a kubeconfig of 1 MiB, and one byte more. */
static void a_file_of_a_mebibyte_is_read_and_no_larger_one(void **state)
{
    (void)state;
    const size_t size = (size_t)1024 * 1024 + 1;
    char *text = malloc(size);
    memset(text, '#', size);
    migd_error *error = NULL;
    assert_int_equal(read_text(text, size - 1, NULL), MIGD_OK);
    assert_int_equal(read_text(text, size, &error), MIGD_ERR_LIMIT);
    assert_non_null(strstr(migd_error_message(error), "1048576 bytes"));
    migd_error_free(error);
    free(text);
}

static void a_long_list_is_checked_in_no_time(void **state)
{
    (void)state;
    migdi_text text = {0};
    migdi_text_add_string(&text, "users:\n");
    for (int i = 0; i < 50000; i++) {
        migdi_text_format(&text, "- name: u%d\n", 49999 - i);
    }
    const clock_t start = clock();
    assert_int_equal(read_text(text.bytes, text.size, NULL), MIGD_OK);
    migdi_text_add_string(&text, "- name: u7\n");
    migd_error *error = NULL;
    assert_int_equal(read_text(text.bytes, text.size, &error), MIGD_ERR_PARSE);
    assert_string_equal(migd_error_message(error),
                        "a second user is named \"u7\"; the first is in line 49994");
    assert_int_equal(migd_error_line(error), 50002);
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 5);
    migd_error_free(error);
    migdi_text_free(&text);
}

static void a_file_that_cannot_be_read_is_told(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migdi_kubeconfig_files files = {0};
    migd_error *error = NULL;
    assert_int_equal(migdi_kubeconfig_files_read(folder, NULL, NULL, &arena, &files, &error),
                     MIGD_ERR_IO); /* a folder */
    assert_non_null(strstr(migd_error_message(error), folder));
    migd_error_free(error);
    error = NULL;
    static const char text[] = "users: [{name: u, user: {token: '\x01'}}]";
    assert_int_equal(read_text(text, sizeof text - 1, &error), MIGD_ERR_PARSE);
    assert_true(migd_error_line(error) == 1);
    migd_error_free(error);
    assert_int_equal(read_text("a: \0b", 5, NULL), MIGD_ERR_PARSE);
    assert_int_equal(read_text("\xff\xfe", 2, NULL), MIGD_ERR_PARSE);
    migdi_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_keeps_its_order_and_names_what_is_there),
        cmocka_unit_test(many_names_are_told_in_part),
        cmocka_unit_test(a_file_of_a_mebibyte_is_read_and_no_larger_one),
        cmocka_unit_test(a_long_list_is_checked_in_no_time),
        cmocka_unit_test(a_file_that_cannot_be_read_is_told),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

#include "test_support.h"

#include "codec_object.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/migdeploy-objects-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void put_file(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    fclose(file);
}

static int make_folder(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(mkdir(path_of("sub.yaml"), 0700), 0);
    assert_int_equal(mkdir(path_of("empty"), 0700), 0);
    put_file("sub.yaml/hidden.yaml", "k: 9\n");
    put_file("b.yaml", "k: 2\n---\nk: 3\n");
    put_file("a.yml", "k: 1\n");
    put_file("c.json", "{\"k\":4}");
    put_file("C.yaml", "k: 0\n");
    put_file("d.txt", "k: [\n");
    put_file("yaml", "k: [\n");
    put_file("empty/x.txt", "");
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {
        "sub.yaml/hidden.yaml", "b.yaml",      "a.yml", "c.json", "C.yaml", "d.txt", "yaml",
        "empty/x.txt",          "empty/y.yaml"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unlink(path_of(names[i]));
    }
    rmdir(path_of("sub.yaml"));
    rmdir(path_of("empty"));
    return rmdir(folder);
}

static void loads_a_folder_by_the_bytes_of_names_without_subfolders(void **state)
{
    (void)state;
    migd_objects *objects = NULL;
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    assert_int_equal(migd_objects_load(objects, folder, NULL, NULL), MIGD_OK);
    assert_int_equal(migd_objects_count(objects), 5);
    for (size_t i = 0; i < 5; i++) {
        assert_true(migd_object_int64(migd_objects_item(objects, i), "/k", -1) == (int64_t)i);
    }
    assert_string_equal(
        migdi_object_place(migd_object_at(migd_objects_item(objects, 3), "/k")).file,
        path_of("b.yaml"));
    assert_int_equal(migdi_object_place(migd_object_at(migd_objects_item(objects, 3), "/k")).line,
                     3);
    migd_objects_free(objects);
}

static void loads_a_named_file_whatever_its_ending(void **state)
{
    (void)state;
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    assert_int_equal(migd_objects_load(objects, path_of("d.txt"), NULL, &error), MIGD_ERR_PARSE);
    assert_string_equal(migd_error_file(error), path_of("d.txt"));
    assert_int_equal(migd_error_line(error), 2);
    migd_error_free(error);
    assert_int_equal(migd_objects_load(objects, path_of("a.yml"), NULL, NULL), MIGD_OK);
    assert_int_equal(migd_objects_count(objects), 1);
    migd_objects_free(objects);
}

static void a_file_that_fails_adds_nothing_of_the_folder(void **state)
{
    (void)state;
    migd_objects *objects = NULL;
    put_file("empty/y.yaml", "a: 1\n---\nb: [\n");
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    assert_int_equal(migd_objects_load(objects, path_of("a.yml"), NULL, NULL), MIGD_OK);
    assert_int_equal(migd_objects_load(objects, path_of("empty"), NULL, NULL), MIGD_ERR_PARSE);
    assert_int_equal(migd_objects_count(objects), 1);
    unlink(path_of("empty/y.yaml"));
    migd_objects_free(objects);
}

static void says_what_is_not_there(void **state)
{
    (void)state;
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    assert_int_equal(migd_objects_load(objects, path_of("absent"), NULL, &error),
                     MIGD_ERR_NOT_FOUND);
    migd_error_free(error);
    assert_int_equal(migd_objects_load(objects, path_of("empty"), NULL, &error),
                     MIGD_ERR_NOT_FOUND);
    assert_non_null(strstr(migd_error_message(error), "holds no .yaml, .yml or .json file"));
    migd_error_free(error);
    migd_objects_free(objects);
}

static void counts_documents_of_all_files_together(void **state)
{
    (void)state;
    migd_objects *objects = NULL;
    migd_read_options *options = NULL;
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    assert_int_equal(migd_read_options_new(&options, NULL), MIGD_OK);
    assert_int_equal(migd_read_options_set_int64(options, MIGD_READ_DOCUMENTS, 5, NULL), MIGD_OK);
    assert_int_equal(migd_objects_load(objects, folder, options, NULL), MIGD_OK);
    assert_int_equal(migd_read_options_set_int64(options, MIGD_READ_DOCUMENTS, 4, NULL), MIGD_OK);
    assert_int_equal(migd_objects_load(objects, folder, options, NULL), MIGD_ERR_LIMIT);
    assert_int_equal(migd_objects_count(objects), 5);
    assert_int_equal(migd_read_options_set_int64(options, MIGD_READ_BYTES, 4, NULL), MIGD_OK);
    assert_int_equal(migd_objects_load(objects, path_of("a.yml"), options, NULL), MIGD_ERR_LIMIT);
    migd_read_options_free(options);
    migd_objects_free(objects);
}

static void reads_standard_input_for_a_dash(void **state)
{
    (void)state;
    const int saved = dup(STDIN_FILENO);
    const int file = open(path_of("b.yaml"), O_RDONLY);
    migd_objects *objects = NULL;
    assert_true(saved >= 0 && file >= 0 && dup2(file, STDIN_FILENO) >= 0);
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    assert_int_equal(migd_objects_load(objects, "-", NULL, NULL), MIGD_OK);
    assert_true(dup2(saved, STDIN_FILENO) >= 0);
    close(saved);
    close(file);
    assert_int_equal(migd_objects_count(objects), 2);
    assert_string_equal(migdi_object_place(migd_objects_item(objects, 0)).file, "standard input");
    migd_objects_free(objects);
}

static migd_status load_flow(void *user)
{
    (void)user;
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    migd_status status = migd_objects_new(&objects, NULL);
    if (status == MIGD_OK) {
        status = migd_objects_load(objects, folder, NULL, &error);
        assert_int_equal(migd_objects_count(objects), status == MIGD_OK ? 5 : 0);
    }
    migd_error_free(error);
    migd_objects_free(objects);
    return status;
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    test_fail_allocations(load_flow, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_a_folder_by_the_bytes_of_names_without_subfolders),
        cmocka_unit_test(loads_a_named_file_whatever_its_ending),
        cmocka_unit_test(a_file_that_fails_adds_nothing_of_the_folder),
        cmocka_unit_test(says_what_is_not_there),
        cmocka_unit_test(counts_documents_of_all_files_together),
        cmocka_unit_test(reads_standard_input_for_a_dash),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

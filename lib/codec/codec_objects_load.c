/* Documents of files and folders, chosen as kubectl chooses them.
 * Source: k8s.io/cli-runtime pkg/resource/visitor.go, ExpandPathsToFileVisitors. */
#include "codec_objects.h"

#include "core_os.h"
#include "core_text.h"

#include <string.h>

typedef struct {
    migd_objects *objects;
    migd_read_options options; /* a copy whose name is the file's and whose documents count down */
    const char *folder;
    size_t files;
} loader;

static migd_status load_file(loader *load, const char *path, migd_error **error)
{
    migdi_text bytes = {0};
    const size_t before = load->objects->count;
    migd_status status =
        migdi_os_read_file(path, migdi_read_limit(&load->options, MIGD_READ_BYTES), &bytes, error);
    if (status < 0) {
        return status;
    }
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    load->options.name = migdi_text_copy(name, strlen(name));
    status = load->options.name == NULL
                 ? migdi_fail_nomem(error)
                 : migdi_objects_read(load->objects, migdi_text_string(&bytes), bytes.size,
                                      &load->options, error);
    load->options.limits[MIGD_READ_DOCUMENTS - MIGD_READ_BYTES] -=
        (int64_t)(load->objects->count - before);
    load->files++;
    migdi_free(load->options.name);
    load->options.name = NULL;
    migdi_text_free(&bytes);
    return status;
}

static bool is_manifest(const char *name)
{
    static const char *const endings[] = {".json", ".yaml", ".yml"};
    const size_t size = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        const size_t length = strlen(endings[i]);
        if (size >= length && strcmp(name + size - length, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}

static migd_status load_name(void *user, const char *name, migd_error **error)
{
    loader *load = user;
    if (!is_manifest(name)) {
        return MIGD_OK;
    }
    const size_t size = strlen(load->folder);
    migdi_text path = {0};
    migdi_text_format(&path, "%s%s%s", load->folder,
                      size > 0 && load->folder[size - 1] == '/' ? "" : "/", name);
    migd_status status = path.failed ? migdi_fail_nomem(error) : MIGD_OK;
    if (status == MIGD_OK && !migdi_os_is_folder(migdi_text_string(&path))) {
        status = load_file(load, migdi_text_string(&path), error);
    }
    migdi_text_free(&path);
    return status;
}

static migd_status load_folder(loader *load, const char *path, migd_error **error)
{
    load->folder = path;
    const migd_status status = migdi_os_visit_folder(path, load_name, load, error);
    return status == MIGD_OK && load->files == 0
               ? migdi_fail(error, MIGD_ERR_NOT_FOUND, "%s holds no .yaml, .yml or .json file",
                            path)
               : status;
}

migd_status migd_objects_load(migd_objects *objects, const char *path,
                              const migd_read_options *options, migd_error **error)
{
    migdi_error_clear(error);
    if (objects == NULL || path == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no %s",
                          objects == NULL ? "list to add to" : "path");
    }
    loader load = {.objects = objects};
    for (int32_t i = MIGD_READ_BYTES; i < MIGD_READ_NAME; i++) {
        load.options.limits[i - MIGD_READ_BYTES] = migd_read_options_int64(options, i);
    }
    const size_t before = objects->count;
    const migd_status status = strcmp(path, "-") != 0 && migdi_os_is_folder(path)
                                   ? load_folder(&load, path, error)
                                   : load_file(&load, path, error);
    if (status < 0) {
        migdi_objects_cut(objects, before);
    }
    return status;
}

/* Operations on what kubectl reads. */
#include "conformance.h"

#include "codec_object.h"
#include "core_os.h"
#include "kube_kubeconfig.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILES_AT_MOST 100

/* A folder of its own for the files of one question. */
typedef struct {
    char path[256];
    size_t count;
} folder;

static void file_name(const folder *files, size_t index, char *name, size_t size)
{
    snprintf(name, size, "%s/%zu", files->path, index);
}

static migd_status make_folder(folder *files, migd_error **error)
{
    const char *base = getenv("TMPDIR");
    files->count = 0;
    snprintf(files->path, sizeof files->path, "%s/migd-conformance-XXXXXX",
             base == NULL ? P_tmpdir : base);
    return mkdtemp(files->path) == NULL
               ? migdi_fail(error, MIGD_ERR_IO, "no folder %s can be made", files->path)
               : MIGD_OK;
}

static void remove_folder(const folder *files)
{
    char name[300];
    for (size_t i = 0; i < files->count; i++) {
        file_name(files, i, name, sizeof name);
        unlink(name);
    }
    rmdir(files->path);
}

/* Writes the texts, and adds their names to a chain as KUBECONFIG has it. */
static migd_status write_files(folder *files, const migd_object *texts, migdi_text *chain,
                               migd_error **error)
{
    const size_t count = migd_object_count(texts);
    if (migd_object_kind(texts) != MIGD_KIND_ARRAY || count > FILES_AT_MOST) {
        return migdi_fail(error, MIGD_ERR_INVALID, "\"files\" is a list of at most %d texts",
                          FILES_AT_MOST);
    }
    for (size_t i = 0; i < count; i++) {
        char name[300];
        size_t size = 0;
        const char *text = migdi_object_string(migd_object_item(texts, i), &size);
        if (text == NULL) {
            return migdi_fail(error, MIGD_ERR_INVALID, "a file is a string");
        }
        file_name(files, i, name, sizeof name);
        const migd_status status = migdi_os_write_file(name, text, size, 0600, error);
        if (status < 0) {
            return status;
        }
        files->count++;
        migdi_text_format(chain, "%s%s", i == 0 ? "" : ":", name);
    }
    return chain->failed ? migdi_fail_nomem(error) : MIGD_OK;
}

static migd_status set_config(migd_object *answer, const migdi_kubeconfig *config,
                              migd_error **error)
{
    const struct {
        const char *pointer;
        const char *value;
    } fields[] = {
        {"/server", config->server},
        {"/namespace", config->namespace_},
        {"/cluster", config->cluster},
        {"/user", config->user},
    };
    migd_status status = MIGD_OK;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0] && status == MIGD_OK; i++) {
        if (fields[i].value != NULL) {
            status = migd_object_set_string(answer, fields[i].pointer, fields[i].value, error);
        }
    }
    return status;
}

migd_status conformance_kubeconfig(const migd_object *question, migd_object *answer,
                                   migd_error **error)
{
    folder files;
    migdi_text chain = {0};
    migdi_kubeconfig config = {0};
    migd_status status = make_folder(&files, error);
    if (status < 0) {
        return status;
    }
    status = write_files(&files, migdi_object_member(question, "files"), &chain, error);
    if (status == MIGD_OK) {
        const migdi_kubeconfig_source source = {
            .chain = migdi_text_string(&chain),
            .home = files.path,
            .context = migd_object_text(question, "/context", NULL),
        };
        status = migdi_kubeconfig_read(&source, &config, error);
    }
    if (status == MIGD_OK) {
        status = set_config(answer, &config, error);
        migdi_kubeconfig_free(&config);
    }
    migdi_text_free(&chain);
    remove_folder(&files);
    return status;
}

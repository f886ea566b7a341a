/* The files of a kubeconfig: found, read, checked and merged as kubectl does it. */
#ifndef MIGDI_KUBE_KUBECONFIG_FILES_H
#define MIGDI_KUBE_KUBECONFIG_FILES_H

#include "codec_object.h"

/* The documents in the order of the chain, an empty file's left out. */
typedef struct migdi_kubeconfig_files {
    migd_object **documents;
    const char **paths; /* as the caller or the chain named them */
    size_t count;
    const char *searched; /* for errors: every path that was looked at */
} migdi_kubeconfig_files;

/* The three lists of a kubeconfig. */
typedef enum {
    MIGDI_KUBECONFIG_CLUSTERS,
    MIGDI_KUBECONFIG_USERS,
    MIGDI_KUBECONFIG_CONTEXTS
} migdi_kubeconfig_list;

/* One named entry. Borrowed from the files. */
typedef struct migdi_kubeconfig_entry {
    const char *name;
    const migd_object *body; /* NULL: it says nothing */
    const char *path;        /* the file that defines it: relative paths start there */
    migdi_place place;       /* of its name */
} migdi_kubeconfig_entry;

/* Reads `path` alone, which must exist, or, path NULL, the files of `chain` (as KUBECONFIG: split
 * at ':', doubles, empty parts and missing files left out), or, chain NULL or "", HOME/.kube/config
 * if it is there. Only the first document of a file counts; of a key that stands twice the last one
 * counts; two entries of one name in a list are refused, and so is a known field of another type:
 * MIGD_ERR_PARSE with the place. What is made lives in the arena; free with
 * migdi_kubeconfig_files_free(). Source: client-go tools/clientcmd, loader.go. */
migd_status migdi_kubeconfig_files_read(const char *path, const char *chain, const char *home,
                                        migdi_arena *arena, migdi_kubeconfig_files *out,
                                        migd_error **error);

/* Frees the documents, secrets wiped; the struct is empty again. */
void migdi_kubeconfig_files_free(migdi_kubeconfig_files *files);

/* The first current-context that is not empty, or NULL; *place: where it stands. */
const char *migdi_kubeconfig_files_current(const migdi_kubeconfig_files *files, migdi_place *place);

/* The entry of that name of the first file that has one, whole; false: none has. */
bool migdi_kubeconfig_files_find(const migdi_kubeconfig_files *files, migdi_kubeconfig_list list,
                                 const char *name, migdi_kubeconfig_entry *out);

/* The name of the list that `name` most likely was meant to be; NULL when none is near. */
const char *migdi_kubeconfig_files_nearest(const migdi_kubeconfig_files *files,
                                           migdi_kubeconfig_list list, const char *name);

/* For an error: `"alpha", "beta"`, at most eight names; "none" when the list is empty. In the
 * arena; NULL on lack of memory. */
const char *migdi_kubeconfig_files_names(const migdi_kubeconfig_files *files,
                                         migdi_kubeconfig_list list, migdi_arena *arena);

#endif

/* A kubeconfig, read as kubectl reads it: where the cluster is, what proves it, and as whom to
 * come. */
#ifndef MIGDI_KUBE_KUBECONFIG_H
#define MIGDI_KUBE_KUBECONFIG_H

#include "http_transport.h"
#include "kube_kubeconfig_files.h"

/* Where to look. Every text may be NULL; all are borrowed for the call. */
typedef struct migdi_kubeconfig_source {
    const char *path;            /* that file alone; it must exist */
    const char *chain;           /* KUBECONFIG */
    const char *home;            /* the home folder, for .kube/config */
    const char *context;         /* instead of the current-context */
    const char *namespace_;      /* instead of the context's */
    const char *service_host;    /* KUBERNETES_SERVICE_HOST: set in a pod */
    const char *service_port;    /* KUBERNETES_SERVICE_PORT */
    const char *pod_namespace;   /* POD_NAMESPACE */
    const char *service_account; /* the folder of a pod's credentials; NULL: Kubernetes' own */
} migdi_kubeconfig_source;

/* What was found. A struct of zeros is freed as nothing. */
typedef struct migdi_kubeconfig {
    migdi_arena arena;   /* of every text here; wiped when freed */
    const char *context; /* NULL: in a pod, without a kubeconfig */
    const char *cluster; /* NULL likewise */
    const char *user;    /* NULL: nobody */
    const char *namespace_;
    const char *server; /* absolute URL with its path prefix, without a "/" at the end */
    const char *label;  /* the server's scheme, host and port: for errors */
    bool tls;
    bool loopback;              /* the server's host is this machine */
    const char *authority_file; /* absolute; NULL: none, or data in the kubeconfig itself */

    /* From here on filled by migdi_kubeconfig_load(). Credentials only where there is TLS. */
    migdi_http_peer peer;
    const char *token;
    const char *token_file; /* absolute; read again while the client lives */
    const char *username;   /* with password: basic authentication */
    const char *password;
    const migdi_http_header *impersonation;
    size_t impersonation_count;

    migdi_kubeconfig_files files; /* between read and load */
    migdi_kubeconfig_entry cluster_entry;
    migdi_kubeconfig_entry user_entry;
} migdi_kubeconfig;

/* Finds context, cluster, user, namespace and server; opens no file that they name. Without a
 * context to take, a pod's own service account. MIGD_OK; MIGD_ERR_PARSE with the place;
 * MIGD_ERR_NOT_FOUND (file, context, cluster, user, nothing at all) naming what there is;
 * MIGD_ERR_INVALID for entries that contradict themselves; MIGD_ERR_UNSUPPORTED for credentials
 * that a program would have to give; MIGD_ERR_DENIED, MIGD_ERR_IO, MIGD_ERR_LIMIT, MIGD_ERR_NOMEM.
 * Free *out with migdi_kubeconfig_free() if it was MIGD_OK. Source: client-go tools/clientcmd;
 * kubernetes documentation, "Organizing Cluster Access". */
migd_status migdi_kubeconfig_read(const migdi_kubeconfig_source *source, migdi_kubeconfig *out,
                                  migd_error **error);

/* Loads certificates, keys and tokens of what was read, and lets the files go. Statuses as
 * above. */
migd_status migdi_kubeconfig_load(migdi_kubeconfig *config, migd_error **error);

/* Wipes and frees. */
void migdi_kubeconfig_free(migdi_kubeconfig *config);

/* Reads a token's file: trimmed, not empty, nothing that a header cannot carry. *token: for
 * migdi_kubeconfig_free_secret(). */
migd_status migdi_kubeconfig_read_token(const char *path, char **token, migd_error **error);
void migdi_kubeconfig_free_secret(char *secret);

#endif

/* The names of the objects of a cluster; spec.md section 1. They hold for the tutorial's files
 * too. */
#ifndef MIGDI_MANIFEST_NAMES_H
#define MIGDI_MANIFEST_NAMES_H

#include "core_arena.h"

/* The StatefulSet, its container and the value of the label `app` are `name` itself. */
typedef struct migdi_names {
    const char *name;
    const char *client_service;
    const char *headless_service;
    const char *budget;
    const char *autoscaler;
} migdi_names;

/* The texts live in the arena; false: no memory. */
bool migdi_names_make(migdi_names *names, const char *name, migdi_arena *arena);

#define MIGDI_LABEL_APP        "app"
#define MIGDI_LABEL_NAME       "app.kubernetes.io/name"
#define MIGDI_LABEL_INSTANCE   "app.kubernetes.io/instance"
#define MIGDI_LABEL_MANAGED_BY "app.kubernetes.io/managed-by"
#define MIGDI_MANAGED_BY       "migdeploy"
#define MIGDI_LABEL_POD_INDEX  "apps.kubernetes.io/pod-index"
#define MIGDI_NOTE_MAX_MEMBERS "migdeploy.dev/max-members"
#define MIGDI_NOTE_RENDER      "migdeploy.dev/render"
#define MIGDI_NOTE_ACCEPT      "migdeploy.dev/accept"
#define MIGDI_RENDER_VERSION   "1"

#endif

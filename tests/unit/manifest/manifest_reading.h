/* Facts read from YAML in a test. */
#ifndef MANIFEST_READING_H
#define MANIFEST_READING_H

#include "manifest_extract.h"

#include <string.h>

typedef struct reading {
    migd_objects *objects;
    migdi_arena arena;
    migdi_world world;
} reading;

static inline void read_facts(reading *it, const char *yaml)
{
    memset(it, 0, sizeof *it);
    assert_int_equal(migd_objects_new(&it->objects, NULL), MIGD_OK);
    assert_int_equal(migd_objects_parse(it->objects, yaml, strlen(yaml), NULL, NULL), MIGD_OK);
    assert_true(migdi_extract(it->objects, NULL, &it->arena, &it->world));
}

static inline void forget_facts(reading *it)
{
    migdi_arena_free(&it->arena);
    migd_objects_free(it->objects);
}

/* A StatefulSet "m" in namespace "ns"; its spec and its container go on from here, one line
 * each. */
#define SET_HEAD(replicas)                                                                         \
    "apiVersion: apps/v1\n"                                                                        \
    "kind: StatefulSet\n"                                                                          \
    "metadata: {name: m, namespace: ns}\n"                                                         \
    "spec:\n"                                                                                      \
    "  replicas: " replicas "\n"
#define POD_HEAD                                                                                   \
    "  template:\n"                                                                                \
    "    metadata: {labels: {app: m}}\n"                                                           \
    "    spec:\n"
#define CONTAINER                                                                                  \
    "      containers:\n"                                                                          \
    "      - name: m\n"                                                                            \
    "        image: migratorydata/server:6\n"
#define MEMBER SET_HEAD("3") POD_HEAD CONTAINER

#endif

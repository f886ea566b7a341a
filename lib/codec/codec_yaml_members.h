/* The members of a map: what "<<" brings, keys that were no strings, keys that stand twice. */
#ifndef MIGDI_CODEC_YAML_MEMBERS_H
#define MIGDI_CODEC_YAML_MEMBERS_H

#include "codec_yaml.h"

/* Whether "<<" may bring it: a map, or a list of maps. */
bool migdi_yaml_may_merge(const migd_object *value);

/* The members of a map, those of a value under "<<" (MIGDI_NODE_MERGE) in its place, in the arena.
 * They are moved, not copied: an alias was copied when it was read. NULL: no memory. */
migd_object *migdi_yaml_gather(migdi_arena *arena, const migd_object *items, size_t count,
                               size_t *gathered);

/* Adds a boolean, an integer that is not unsigned, or a number as the key that it is to
 * Kubernetes. */
void migdi_yaml_write_key(const migd_object *node, migdi_text *text);

/* Refuses a key that stands twice. For Kubernetes 1 and '1' are two keys until both become "1":
 * then the later one is kept, and *count falls. */
migd_status migdi_yaml_check_keys(migdi_source *source, migd_object *items, size_t *count,
                                  migdi_scratch *scratch, migd_error **error);

#endif

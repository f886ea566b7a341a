/* Defaults of the spec, as values. */
#ifndef MIGDI_MANIFEST_SPEC_DEFAULTS_H
#define MIGDI_MANIFEST_SPEC_DEFAULTS_H

#include "codec_object.h"
#include "manifest_spec_keys.h"

/* Sets a default at the pointer: `text` as migdi_spec_default() gave it, read as the key's type. */
void migdi_spec_build_default(migdi_builder *builder, const migdi_spec_key *key, const char *text,
                              const char *pointer);

/* Whether a written value is that default; `text` NULL: none. */
bool migdi_spec_is_default(const migdi_spec_key *key, const char *text, const migd_object *value);

#endif

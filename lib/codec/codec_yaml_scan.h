/* What is looked at before libyaml sees a text. */
#ifndef MIGDI_CODEC_YAML_SCAN_H
#define MIGDI_CODEC_YAML_SCAN_H

#include "codec_tree.h"

/* Refuses bytes that are no UTF-8, characters that YAML forbids, and more %TAG lines in one
 * document than the limit: 3 MB of them hold libyaml for half a minute within one call. *ascii:
 * whether a character is a byte throughout. */
migd_status migdi_yaml_scan(migdi_source *source, const char *text, size_t start, size_t end,
                            size_t tag_directives, bool *ascii, migd_error **error);

#endif

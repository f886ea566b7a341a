/* What reading one document and reading a list of them share. */
#ifndef MIGDI_CODEC_OBJECT_PARSE_H
#define MIGDI_CODEC_OBJECT_PARSE_H

#include "codec_json.h"
#include "codec_tree.h"

/* A source of a text within the limit, with the name of the options. */
migd_status migdi_parse_open(const char *text, size_t size, const migd_read_options *options,
                             migdi_source **out, migd_error **error);

/* Whether the first character at or behind `at` that is no blank is one of `openings`. */
bool migdi_parse_starts_with(const char *text, size_t size, size_t at, const char *openings);

/* The rules for JSON that people write. */
migdi_json_rules migdi_parse_json_rules(const migd_read_options *options);

/* Of two refusals of the text at `at`, as JSON and as YAML, gives the one that knows better what is
 * wrong, and frees the other: that of YAML when it is no MIGD_ERR_PARSE, or came further; within a
 * line only where nothing is quoted as in JSON. */
migd_status migdi_parse_give_better(const migdi_source *source, size_t at, migd_error *json,
                                    migd_error *yaml, migd_error **error);

#endif

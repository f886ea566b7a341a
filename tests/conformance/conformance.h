/* What the operations of the adapter share. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include "core_error.h"
#include "core_text.h"

#include <migdeploy/object.h>

/* Answers one question: sets its fields in `answer`, an empty map, or fails with what the library
 * said. The caller adds the id, and turns a failure into {"error":{...}}. */
typedef migd_status conformance_answer(const migd_object *question, migd_object *answer,
                                       migd_error **error);

conformance_answer conformance_yaml_to_json;
conformance_answer conformance_json_parse;
conformance_answer conformance_yaml_write;
conformance_answer conformance_merge_patch;
conformance_answer conformance_pointer;
conformance_answer conformance_quantity;
conformance_answer conformance_name;
conformance_answer conformance_selector;
conformance_answer conformance_duration_text;
conformance_answer conformance_duration_parse;
conformance_answer conformance_int_or_percent;
conformance_answer conformance_spec_render;
conformance_answer conformance_check;
conformance_answer conformance_kubeconfig;

/* --- fields of a question; without the field, or with one of another kind, MIGD_ERR_INVALID --- */

migd_status conformance_text(const migd_object *question, const char *name, const char **text,
                             size_t *size, migd_error **error);
migd_status conformance_integer(const migd_object *question, const char *name, int64_t *out,
                                migd_error **error);
/* Of any kind, null too. */
migd_status conformance_value(const migd_object *question, const char *name,
                              const migd_object **out, migd_error **error);

/* Sets an empty array. */
migd_status conformance_set_array(migd_object *answer, const char *pointer, migd_error **error);

/* Sets "/documents". */
migd_status conformance_set_documents(migd_object *answer, const migd_objects *objects,
                                      migd_error **error);

/* Sets a string of `answer` to a text, and frees the text. */
migd_status conformance_set_text(migd_object *answer, const char *pointer, migdi_text *text,
                                 migd_error **error);

#endif

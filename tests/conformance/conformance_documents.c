/* Operations on documents. */
#include "conformance.h"

#include "codec_json.h"
#include "codec_object.h"
#include "codec_objects.h"
#include "crypto_base64.h"

/* The bytes of a "base64"; *bytes is for migdi_text_free(). */
static migd_status decode(const migd_object *question, migdi_text *bytes, migd_error **error)
{
    const char *encoded = NULL;
    size_t size = 0;
    const migd_status status = conformance_text(question, "base64", &encoded, &size, error);
    if (status < 0 || migdi_base64_decode(encoded, size, bytes)) {
        return status;
    }
    return bytes->failed ? migdi_fail_nomem(error)
                         : migdi_fail(error, MIGD_ERR_INVALID, "\"base64\" is none");
}

/* The bytes of a "yaml" or, without one, of a "base64". */
static migd_status read_text(const migd_object *question, const char *name, migdi_text *bytes,
                             migd_error **error)
{
    size_t size = 0;
    const char *text = migdi_object_string(migdi_object_member(question, name), &size);
    if (text == NULL) {
        return decode(question, bytes, error);
    }
    migdi_text_add(bytes, text, size);
    return bytes->failed ? migdi_fail_nomem(error) : MIGD_OK;
}

migd_status conformance_yaml_to_json(const migd_object *question, migd_object *answer,
                                     migd_error **error)
{
    migdi_text bytes = {0};
    migd_objects *objects = NULL;
    migd_error *stopped = NULL;
    migd_status status = read_text(question, "yaml", &bytes, error);
    if (status == MIGD_OK) {
        status = migd_objects_new(&objects, error);
    }
    if (status == MIGD_OK) {
        migdi_objects_read(objects, migdi_text_string(&bytes), bytes.size, NULL, &stopped);
        status = conformance_set_documents(answer, objects, error);
    }
    if (status == MIGD_OK && stopped != NULL) {
        status =
            migd_object_set_string(answer, "/documents_error", migd_error_message(stopped), error);
    }
    migd_error_free(stopped);
    migd_objects_free(objects);
    migdi_text_free(&bytes);
    return status;
}

migd_status conformance_json_parse(const migd_object *question, migd_object *answer,
                                   migd_error **error)
{
    migdi_text bytes = {0};
    migd_object *value = NULL;
    migd_status status = decode(question, &bytes, error);
    if (status == MIGD_OK) {
        const migdi_json_rules rules = {0};
        status = migdi_json_read(migdi_text_string(&bytes), bytes.size, &rules, &value, error);
    }
    if (status == MIGD_OK) {
        status = migd_object_set_object(answer, "/value", value, error);
    }
    migd_object_free(value);
    migdi_text_free(&bytes);
    return status;
}

migd_status conformance_yaml_write(const migd_object *question, migd_object *answer,
                                   migd_error **error)
{
    const migd_object *value = NULL;
    migd_buf *yaml = NULL;
    migd_status status = conformance_value(question, "value", &value, error);
    if (status == MIGD_OK) {
        status = migd_object_write_yaml(value, &yaml, error);
    }
    if (status == MIGD_OK) {
        status = migd_object_set_string(answer, "/yaml", migd_buf_data(yaml), error);
    }
    migd_buf_free(yaml);
    return status;
}

migd_status conformance_merge_patch(const migd_object *question, migd_object *answer,
                                    migd_error **error)
{
    const migd_object *value = NULL;
    const migd_object *patch = NULL;
    migd_object *document = NULL;
    migd_status status = conformance_value(question, "value", &value, error);
    if (status == MIGD_OK) {
        status = conformance_value(question, "patch", &patch, error);
    }
    if (status == MIGD_OK) {
        status = migd_object_copy(value, &document, error);
    }
    if (status == MIGD_OK) {
        status = migd_object_merge(document, patch, error);
    }
    if (status == MIGD_OK) {
        status = migd_object_set_object(answer, "/result", document, error);
    }
    migd_object_free(document);
    return status;
}

migd_status conformance_pointer(const migd_object *question, migd_object *answer,
                                migd_error **error)
{
    const migd_object *value = NULL;
    const char *pointer = NULL;
    size_t size = 0;
    migd_status status = conformance_value(question, "value", &value, error);
    if (status == MIGD_OK) {
        status = conformance_text(question, "pointer", &pointer, &size, error);
    }
    if (status < 0) {
        return status;
    }
    const migd_object *found = migd_object_at(value, pointer);
    return found == NULL
               ? migdi_fail(error, MIGD_ERR_NOT_FOUND, "nothing stands at \"%s\"", pointer)
               : migd_object_set_object(answer, "/result", found, error);
}

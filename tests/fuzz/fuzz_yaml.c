/* YAML: what is read is written as YAML and as JSON and read back as the same value; values stand
 * in the text; an edit changes what it says or is refused. */
#include "fuzz.h"

#include "codec_object.h"

#include <stdlib.h>

static void expect_parsed(const migd_buf *written, const migd_object *value)
{
    migd_object *back = NULL;
    migd_read_options *options = NULL;
    if (migd_read_options_new(&options, NULL) != MIGD_OK ||
        migd_read_options_set_int64(options, MIGD_READ_BYTES, INT32_MAX / 2, NULL) != MIGD_OK ||
        migd_read_options_set_int64(options, MIGD_READ_DEPTH, 1000, NULL) != MIGD_OK ||
        migd_read_options_set_int64(options, MIGD_READ_KEY_BYTES, INT32_MAX / 2, NULL) != MIGD_OK ||
        migd_object_parse(migd_buf_data(written), migd_buf_size(written), options, &back, NULL) !=
            MIGD_OK ||
        !migd_object_equal(value, back)) {
        abort();
    }
    migd_read_options_free(options);
    migd_object_free(back);
}

static void expect_read_back(const migd_object *value)
{
    migd_buf *written = NULL;
    if (migd_object_write_yaml(value, &written, NULL) != MIGD_OK) {
        abort();
    }
    expect_parsed(written, value);
    migd_buf_free(written);
    if (migd_object_write_json(value, 2, &written, NULL) != MIGD_OK) {
        abort();
    }
    expect_parsed(written, value);
    migd_buf_free(written);
}

static void expect_places(const migd_object *value)
{
    if (migdi_object_place(value).line < 1 || migdi_object_place(value).column < 1) {
        abort();
    }
    for (size_t i = 0; i < migd_object_count(value); i++) {
        expect_places(migd_object_item(value, i));
    }
}

static void edit_first_key(const char *text, size_t size, const migd_object *document)
{
    migd_buf *edited = NULL;
    migdi_text pointer = {0};
    if (migd_object_key(document, 0) != NULL) {
        migdi_pointer_add(&pointer, migd_object_key(document, 0));
    }
    migdi_pointer_add(&pointer, "new");
    migdi_text_edit(text, size, migdi_text_string(&pointer), document, &edited, NULL);
    migd_buf_free(edited);
    migdi_text_free(&pointer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    migd_objects *objects = NULL;
    migd_object *document = NULL;
    migd_error *error = NULL;
    if (migd_objects_new(&objects, NULL) != MIGD_OK) {
        return 0;
    }
    if (migd_objects_parse(objects, text, size, NULL, NULL) == MIGD_OK) {
        for (size_t i = 0; i < migd_objects_count(objects); i++) {
            expect_read_back(migd_objects_item(objects, i));
        }
    }
    const migd_status status = migd_object_parse(text, size, NULL, &document, &error);
    if (status == MIGD_OK) {
        expect_read_back(document);
        expect_places(document);
        edit_first_key(text, size, document);
    } else if (migd_error_line(error) < 1 || migd_error_column(error) < 1) {
        abort();
    }
    migd_object_free(document);
    migd_objects_free(objects);
    migd_error_free(error);
    return 0;
}

/* JSON: what is read is written and read back as the same value, in one line and indented. */
#include "fuzz.h"

#include "codec_json.h"
#include "codec_object.h"

#include <stdlib.h>

static void expect_read_back(const migd_object *value, int32_t indent)
{
    migd_object *back = NULL;
    migdi_text written = {0};
    migdi_json_write(value, indent, &written);
    const migdi_json_rules rules = {.depth = 1000};
    if (migdi_json_read(written.bytes, written.size, &rules, &back, NULL) != MIGD_OK ||
        !migd_object_equal(value, back)) {
        abort();
    }
    migd_object_free(back);
    migdi_text_free(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    migd_object *value = NULL;
    migd_object *unique = NULL;
    migd_object *copy = NULL;
    migd_error *error = NULL;
    const migdi_json_rules written_by_people = {.unique_keys = true, .name = "f"};
    const migd_status status = migdi_json_read((const char *)bytes, size, NULL, &value, &error);
    if (status == MIGD_OK) {
        expect_read_back(value, 0);
        expect_read_back(value, 2);
        if (migd_object_copy(value, &copy, NULL) != MIGD_OK || !migd_object_equal(value, copy)) {
            abort();
        }
    } else if (migd_error_line(error) < 1 || migd_error_column(error) < 1) {
        abort();
    }
    if (migdi_json_read((const char *)bytes, size, &written_by_people, &unique, NULL) == MIGD_OK &&
        !migd_object_equal(value, unique)) {
        abort();
    }
    migd_object_free(copy);
    migd_object_free(unique);
    migd_object_free(value);
    migd_error_free(error);
    return 0;
}

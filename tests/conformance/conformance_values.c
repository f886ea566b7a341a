/* Operations on small values. */
#include "conformance.h"

#include "codec_duration.h"
#include "codec_int_or_percent.h"
#include "codec_name.h"
#include "codec_object.h"
#include "codec_quantity.h"
#include "codec_selector.h"

#include <inttypes.h>
#include <string.h>

migd_status conformance_quantity(const migd_object *question, migd_object *answer,
                                 migd_error **error)
{
    static const struct {
        const char *pointer;
        int32_t scale;
    } fields[] = {{"/milli", 3}, {"/value", 0}};
    const char *input = NULL;
    size_t size = 0;
    migdi_quantity quantity;
    migdi_text text = {0};
    migd_status status = conformance_text(question, "input", &input, &size, error);
    if (status == MIGD_OK) {
        status = migdi_quantity_parse(input, size, &quantity, error);
    }
    if (status < 0) {
        return status;
    }
    migdi_quantity_add_canonical(&quantity, &text);
    status = conformance_set_text(answer, "/canonical", &text, error);
    for (size_t i = 0; i < 2 && status == MIGD_OK; i++) {
        if (migdi_quantity_add_scaled(&quantity, fields[i].scale, &text)) {
            status = conformance_set_text(answer, fields[i].pointer, &text, error);
        }
    }
    return status < 0 ? status : migd_object_set_int64(answer, "/sign", quantity.sign, error);
}

migd_status conformance_name(const migd_object *question, migd_object *answer, migd_error **error)
{
    static const struct {
        const char *name;
        migdi_name_kind kind;
    } kinds[] = {
        {"dns1123label", MIGDI_NAME_DNS1123_LABEL},
        {"dns1123subdomain", MIGDI_NAME_DNS1123_SUBDOMAIN},
        {"dns1035label", MIGDI_NAME_DNS1035_LABEL},
        {"qualifiedname", MIGDI_NAME_QUALIFIED},
        {"labelvalue", MIGDI_NAME_LABEL_VALUE},
        {"portname", MIGDI_NAME_PORT},
    };
    const char *kind = NULL;
    const char *input = NULL;
    size_t size = 0;
    migd_status status = conformance_text(question, "kind", &kind, &size, error);
    if (status == MIGD_OK) {
        status = conformance_text(question, "input", &input, &size, error);
    }
    if (status < 0) {
        return status;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, kind) == 0) {
            const bool valid = migdi_name_problem(kinds[i].kind, input, size) == NULL;
            return migd_object_set_boolean(answer, "/valid", valid, error);
        }
    }
    return migdi_fail(error, MIGD_ERR_INVALID, "no kind of name is \"%s\"", kind);
}

migd_status conformance_selector(const migd_object *question, migd_object *answer,
                                 migd_error **error)
{
    const char *input = NULL;
    size_t size = 0;
    migdi_arena arena = {0};
    migdi_text text = {0};
    migdi_selector selector;
    migd_status status = conformance_text(question, "selector", &input, &size, error);
    if (status == MIGD_OK) {
        status = migdi_selector_parse(input, size, &arena, &selector, error);
    }
    if (status == MIGD_OK) {
        migdi_selector_add_canonical(&selector, &text);
        status = conformance_set_text(answer, "/canonical", &text, error);
    }
    if (status == MIGD_OK) {
        const bool matches =
            migdi_selector_matches(&selector, migdi_object_member(question, "labels"));
        status = migd_object_set_boolean(answer, "/matches", matches, error);
    }
    migdi_arena_free(&arena);
    return status;
}

migd_status conformance_duration_text(const migd_object *question, migd_object *answer,
                                      migd_error **error)
{
    int64_t ms = 0;
    migdi_text text = {0};
    migd_status status = conformance_integer(question, "ms", &ms, error);
    if (status == MIGD_OK) {
        migdi_duration_add_human(&text, ms);
        status = conformance_set_text(answer, "/text", &text, error);
    }
    if (status == MIGD_OK) {
        migdi_duration_add_human_short(&text, ms);
        status = conformance_set_text(answer, "/short", &text, error);
    }
    return status;
}

migd_status conformance_duration_parse(const migd_object *question, migd_object *answer,
                                       migd_error **error)
{
    const char *input = NULL;
    size_t size = 0;
    int64_t ns = 0;
    migdi_text text = {0};
    migd_status status = conformance_text(question, "input", &input, &size, error);
    if (status == MIGD_OK) {
        status = migdi_duration_parse(input, size, &ns, error);
    }
    if (status == MIGD_OK) {
        migdi_text_format(&text, "%" PRId64, ns);
        status = conformance_set_text(answer, "/ns", &text, error);
    }
    if (status == MIGD_OK) {
        migdi_duration_add_go(&text, ns);
        status = conformance_set_text(answer, "/canonical", &text, error);
    }
    return status;
}

migd_status conformance_int_or_percent(const migd_object *question, migd_object *answer,
                                       migd_error **error)
{
    const migd_object *value = NULL;
    int64_t total = 0;
    int64_t result = 0;
    migd_status status = conformance_value(question, "value", &value, error);
    if (status == MIGD_OK) {
        status = conformance_integer(question, "total", &total, error);
    }
    if (status == MIGD_OK) {
        const bool up = migd_object_boolean(question, "/round_up", 0) == 1;
        status = migdi_int_or_percent_scale(value, total, up ? MIGDI_ROUND_UP : MIGDI_ROUND_DOWN,
                                            &result, error);
    }
    return status < 0 ? status : migd_object_set_int64(answer, "/result", result, error);
}

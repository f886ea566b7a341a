/* Small values: each reader takes or refuses any bytes, and what it writes reads back as the same
 * value. */
#include "fuzz.h"

#include "codec_duration.h"
#include "codec_name.h"
#include "codec_quantity.h"
#include "codec_selector.h"
#include "codec_url.h"
#include "crypto_base64.h"
#include "crypto_hex.h"

#include <string.h>

static void check(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

static void quantity(const char *text, size_t size)
{
    migdi_quantity read;
    migdi_quantity back;
    migdi_text canonical = {0};
    int64_t out = 0;
    if (migdi_quantity_parse(text, size, &read, NULL) < 0) {
        check(read.sign == 0);
        return;
    }
    migdi_quantity_add_canonical(&read, &canonical);
    check(migdi_quantity_parse(canonical.bytes, canonical.size, &back, NULL) == MIGD_OK);
    /* Kubernetes writes no suffix beyond E, so that power is lost: the one text that reads back
     * smaller. */
    const bool has_suffix = read.format != MIGDI_QUANTITY_DECIMAL || read.exponent < 21;
    check(!has_suffix || migdi_quantity_compare(&read, &back) == 0);
    if (migdi_quantity_to_int64(&read, &out, NULL) == MIGD_OK) {
        check((out > 0) - (out < 0) == read.sign);
    }
    migdi_quantity_to_milli(&read, &out, NULL);
    migdi_text_free(&canonical);
}

static void duration(const char *text, size_t size)
{
    migdi_text written = {0};
    int64_t ns = 0;
    int64_t back = 0;
    if (migdi_duration_parse(text, size, &ns, NULL) == MIGD_OK) {
        migdi_duration_add_go(&written, ns);
        check(migdi_duration_parse(written.bytes, written.size, &back, NULL) == MIGD_OK);
        check(back == ns);
        migdi_duration_add_human(&written, ns / 1000000);
        migdi_duration_add_human_short(&written, ns / 1000000);
        migdi_duration_add(&written, ns / 1000000);
    }
    migdi_text_free(&written);
}

static void selector(const char *text, size_t size)
{
    migdi_arena arena = {0};
    migdi_text written = {0};
    migdi_text again = {0};
    migdi_selector read;
    migdi_selector back;
    if (migdi_selector_parse(text, size, &arena, &read, NULL) == MIGD_OK) {
        migdi_selector_add_canonical(&read, &written);
        check(migdi_selector_parse(migdi_text_string(&written), written.size, &arena, &back,
                                   NULL) == MIGD_OK);
        migdi_selector_add_canonical(&back, &again);
        check(strcmp(migdi_text_string(&written), migdi_text_string(&again)) == 0);
        migdi_selector_matches(&read, NULL);
    } else {
        check(!migdi_selector_matches(&read, NULL));
    }
    migdi_text_free(&written);
    migdi_text_free(&again);
    migdi_arena_free(&arena);
}

static void encodings(const char *text, size_t size)
{
    migdi_text bytes = {0};
    migdi_text back = {0};
    if (migdi_base64_decode(text, size, &bytes)) {
        migdi_base64_add(&back, migdi_text_string(&bytes), bytes.size);
        check(back.size == size && memcmp(migdi_text_string(&back), text, size) == 0);
    }
    migdi_base64_decode_lenient(text, size, &bytes);
    migdi_base64_decode_url(text, size, &bytes);
    migdi_hex_decode(text, size, &bytes);
    migdi_text_free(&bytes);
    migdi_text_free(&back);
}

static void names_and_urls(const char *text, size_t size)
{
    migdi_arena arena = {0};
    migdi_url url;
    int64_t bytes = 0;
    for (int kind = MIGDI_NAME_DNS1123_LABEL; kind <= MIGDI_NAME_PORT; kind++) {
        migdi_name_problem((migdi_name_kind)kind, text, size);
    }
    migdi_quantity_parse_size(text, size, &bytes, NULL);
    const char *copy = migdi_arena_text(&arena, text, size);
    if (migdi_url_parse(copy, &arena, &url, NULL) == MIGD_OK) {
        check(strlen(url.host) > 0 && strchr(url.host, '@') == NULL &&
              strchr(url.path, '?') == NULL);
    }
    migdi_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    quantity(text, size);
    duration(text, size);
    selector(text, size);
    encodings(text, size);
    names_and_urls(text, size);
    return 0;
}

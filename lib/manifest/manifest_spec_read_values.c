/* Whether single values of a spec are as their row in the table says, and the words for it when
 * not. */
#include "manifest_spec_read.h"

#include "codec_int_or_percent.h"
#include "codec_quantity.h"
#include "core_utf8.h"
#include "manifest_spec_defaults.h"
#include "manifest_spec_forms.h"

#include <inttypes.h>
#include <string.h>

/* Of the user's own text in a message. */
#define QUOTED_CHARACTERS 40

/* What a message may have before a part of it becomes a hint. */
#define MESSAGE_BYTES 60

static const char *or_empty(migdi_spec_reading *reading, const char *text)
{
    reading->failed = reading->failed || text == NULL;
    return text != NULL ? text : "";
}

const char *migdi_spec_quote(migdi_spec_reading *reading, const char *text)
{
    const size_t size = strlen(text);
    size_t cut = 0;
    for (size_t characters = 0; cut < size && characters < QUOTED_CHARACTERS; characters++) {
        const size_t step = migdi_utf8_next(text + cut, size - cut, NULL);
        cut += step > 0 ? step : 1;
    }
    migdi_text printable = {0};
    migdi_utf8_add_printable(&printable, text, cut);
    migdi_text_add_string(&printable, cut < size ? "..." : "");
    const char *quoted =
        printable.failed ? NULL : migdi_arena_text(reading->arena, printable.bytes, printable.size);
    migdi_text_free(&printable);
    return or_empty(reading, quoted);
}

/* What stands there: "three" in quotes, a number, "a list". */
static const char *found(migdi_spec_reading *reading, const migd_object *value)
{
    switch (migd_object_kind(value)) {
    case MIGD_KIND_STRING:
        return or_empty(reading, migdi_arena_format(
                                     reading->arena, "\"%s\"",
                                     migdi_spec_quote(reading, migdi_object_string(value, NULL))));
    case MIGD_KIND_ARRAY:
        return "a list";
    case MIGD_KIND_MAP:
        return "a map";
    case MIGD_KIND_NULL:
        return "nothing";
    default:
        return or_empty(reading, migdi_object_json(value, reading->arena));
    }
}

/* "A, B or C". */
const char *migdi_spec_alternatives(migdi_spec_reading *reading, const char *words)
{
    migdi_text text = {0};
    const char *word = NULL;
    size_t size = 0;
    while (migdi_spec_next_word(&words, &word, &size)) {
        const bool is_last = *words == '\0';
        migdi_text_add_string(&text, text.size == 0 ? "" : is_last ? " or " : ", ");
        migdi_text_add(&text, word, size);
    }
    const char *copy = text.failed ? NULL : migdi_arena_text(reading->arena, text.bytes, text.size);
    migdi_text_free(&text);
    return or_empty(reading, copy);
}

static const char *wanted(migdi_spec_reading *reading, const migdi_spec_key *key)
{
    if (key->words != NULL) {
        return migdi_spec_alternatives(reading, key->words);
    }
    switch (key->type) {
    case MIGDI_SPEC_MAP:
    case MIGDI_SPEC_FREE:
    case MIGDI_SPEC_ANY:
        return "a map";
    case MIGDI_SPEC_LIST:
        return "a list";
    case MIGDI_SPEC_BOOLEAN:
        return "true or false";
    case MIGDI_SPEC_INTEGER:
        return "a whole number";
    case MIGDI_SPEC_COUNT:
        return "a whole number or a percentage";
    case MIGDI_SPEC_WORD:
        return "a text, a number or a boolean";
    case MIGDI_SPEC_QUANTITY:
        return "a quantity such as 500m or 1Gi";
    case MIGDI_SPEC_SIZE:
        return "a size such as 512MB";
    default:
        return migdi_spec_form_text(key->form);
    }
}

/* "seeds wants a whole number, not the text ...", or, where that would be long, half of it as a
 * hint. */
static void report_value(migdi_spec_reading *reading, const migdi_spec_spot *spot, const char *kind,
                         const char *hint)
{
    const char *wants = wanted(reading, spot->key);
    const char *is = found(reading, spot->value);
    const migdi_place place = migdi_object_place(spot->value);
    const size_t size =
        strlen(" wants , not ") + strlen(spot->name) + strlen(wants) + strlen(kind) + strlen(is);
    if (size <= MESSAGE_BYTES) {
        migdi_spec_report(reading, place, spot->pointer,
                          hint != NULL ? hint : migdi_spec_form_hint(spot->key->form),
                          "%s wants %s, not %s%s", spot->name, wants, kind, is);
        return;
    }
    migdi_spec_report(reading, place, spot->pointer,
                      or_empty(reading, migdi_arena_format(reading->arena, "It wants %s", wants)),
                      "%s cannot be %s%s", spot->name, kind, is);
}

void migdi_spec_report_kind(migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    const int32_t kind = migd_object_kind(spot->value);
    const bool is_number = kind == MIGD_KIND_INTEGER || kind == MIGD_KIND_NUMBER;
    const bool is_text_wanted = spot->key->type == MIGDI_SPEC_TEXT;
    report_value(reading, spot,
                 kind == MIGD_KIND_STRING ? "the text "
                 : is_number              ? "the number "
                                          : "",
                 is_text_wanted && (is_number || kind == MIGD_KIND_BOOLEAN)
                     ? "Put it in quotes: without them YAML takes it for a number or a boolean"
                     : NULL);
}

static bool check_text(migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    size_t size = 0;
    const migdi_spec_key *key = spot->key;
    const char *text = migdi_object_string(spot->value, &size);
    if (text == NULL) {
        migdi_spec_report_kind(reading, spot);
        return false;
    }
    if (strlen(text) != size) {
        migdi_spec_report(reading, migdi_object_place(spot->value), spot->pointer, NULL,
                          "%s has a NUL character inside", spot->name);
        return false;
    }
    const bool is_word = key->words == NULL || (key->flags & MIGDI_SPEC_JUDGED) != 0 ||
                         migdi_spec_has_word(key->words, text, size);
    if (!is_word || !migdi_spec_form_fits(key->form, text, size)) {
        report_value(reading, spot, "", NULL);
        return false;
    }
    return true;
}

static bool check_range(migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    int64_t number = 0;
    const migdi_spec_key *key = spot->key;
    if (migd_object_kind(spot->value) != MIGD_KIND_INTEGER) {
        migdi_spec_report_kind(reading, spot);
        return false;
    }
    if (!migdi_object_read_int64(spot->value, &number) || number < key->least ||
        number > key->most) {
        migdi_spec_report(reading, migdi_object_place(spot->value), spot->pointer, NULL,
                          "%s wants %" PRId64 " to %" PRId64 ", not %s", spot->name, key->least,
                          key->most, found(reading, spot->value));
        return false;
    }
    return true;
}

static bool check_quantity(migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    migdi_quantity quantity = {0};
    int64_t whole = 0; /* 1e400 reads, but no node has it */
    const int32_t kind = migd_object_kind(spot->value);
    if (kind != MIGD_KIND_STRING && kind != MIGD_KIND_INTEGER && kind != MIGD_KIND_NUMBER) {
        migdi_spec_report_kind(reading, spot);
        return false;
    }
    if (migdi_quantity_read(spot->value, &quantity, NULL) < 0 || quantity.sign < 0 ||
        migdi_quantity_to_int64(&quantity, &whole, NULL) < 0) {
        report_value(reading, spot, "", NULL);
        return false;
    }
    return true;
}

static bool check_size(migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    size_t size = 0;
    int64_t bytes = 0;
    const char *text = migdi_object_string(spot->value, &size);
    const bool reads = text != NULL ? migdi_quantity_parse_size(text, size, &bytes, NULL) >= 0
                                    : migdi_object_read_int64(spot->value, &bytes);
    if (!reads || bytes <= 0) {
        report_value(reading, spot, "", NULL);
        return false;
    }
    return true;
}

bool migdi_spec_check_value(migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    const int32_t kind = migd_object_kind(spot->value);
    switch (spot->key->type) {
    case MIGDI_SPEC_BOOLEAN:
        if (kind != MIGD_KIND_BOOLEAN) {
            migdi_spec_report_kind(reading, spot);
            return false;
        }
        return true;
    case MIGDI_SPEC_INTEGER:
        return check_range(reading, spot);
    case MIGDI_SPEC_COUNT:
        return migdi_int_or_percent_is_percent(spot->value) || check_range(reading, spot);
    case MIGDI_SPEC_WORD:
        if (kind == MIGD_KIND_INTEGER || kind == MIGD_KIND_NUMBER || kind == MIGD_KIND_BOOLEAN) {
            return true;
        }
        return check_text(reading, spot);
    case MIGDI_SPEC_QUANTITY:
        return check_quantity(reading, spot);
    case MIGDI_SPEC_SIZE:
        return check_size(reading, spot);
    default:
        return check_text(reading, spot);
    }
}

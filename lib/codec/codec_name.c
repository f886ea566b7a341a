/* Names as Kubernetes takes them. */
#include "codec_name.h"

#include <string.h>

static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_lower_or_digit(char byte)
{
    return is_lower(byte) || is_digit(byte);
}

static bool is_alphanumeric(char byte)
{
    return is_lower_or_digit(byte) || (byte >= 'A' && byte <= 'Z');
}

/* Whether both ends are `end` and all between is `end` or one of `inner`; not for an empty text. */
static bool is_word(const char *text, size_t size, bool (*end)(char), const char *inner)
{
    if (size == 0 || !end(text[0]) || !end(text[size - 1])) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (!end(text[i]) && (text[i] == '\0' || strchr(inner, text[i]) == NULL)) {
            return false;
        }
    }
    return true;
}

static const char *label_problem(const char *text, size_t size)
{
    if (size > 63) {
        return "must be no more than 63 bytes";
    }
    if (!is_word(text, size, is_lower_or_digit, "-")) {
        return "must be lower case letters, digits and '-', with a letter or digit at both ends";
    }
    return NULL;
}

static const char *subdomain_problem(const char *text, size_t size)
{
    if (size > 253) {
        return "must be no more than 253 bytes";
    }
    for (size_t start = 0; start <= size;) {
        const char *dot = size == start ? NULL : memchr(text + start, '.', size - start);
        const size_t end = dot == NULL ? size : (size_t)(dot - text);
        if (!is_word(text + start, end - start, is_lower_or_digit, "-")) {
            return "must be lower case letters, digits, '-' and '.', each part with a letter or "
                   "digit at both ends";
        }
        start = end + 1;
    }
    return NULL;
}

static const char *service_problem(const char *text, size_t size)
{
    const char *problem = label_problem(text, size);
    if (problem == NULL && !is_lower(text[0])) {
        return "must start with a letter";
    }
    return problem;
}

static const char *qualified_problem(const char *text, size_t size)
{
    const char *slash = size == 0 ? NULL : memchr(text, '/', size);
    const char *name = slash == NULL ? text : slash + 1;
    const size_t name_size = size - (size_t)(name - text);
    if (slash != NULL && subdomain_problem(text, (size_t)(slash - text)) != NULL) {
        return "must have a DNS name of at most 253 bytes before the '/'";
    }
    if (name_size > 63) {
        return "must be no more than 63 bytes, without the part before the '/'";
    }
    if (!is_word(name, name_size, is_alphanumeric, "-_.")) {
        return "must be letters, digits, '-', '_' and '.', with a letter or digit at both ends";
    }
    return NULL;
}

static const char *label_value_problem(const char *text, size_t size)
{
    if (size > 63) {
        return "must be no more than 63 bytes";
    }
    if (size > 0 && !is_word(text, size, is_alphanumeric, "-_.")) {
        return "must be empty, or letters, digits, '-', '_' and '.', with a letter or digit at "
               "both ends";
    }
    return NULL;
}

static const char *port_problem(const char *text, size_t size)
{
    bool has_letter = false;
    bool has_double_hyphen = false;
    if (size > 15) {
        return "must be no more than 15 bytes";
    }
    if (!is_word(text, size, is_lower_or_digit, "-")) {
        return "must be lower case letters, digits and '-', with a letter or digit at both ends";
    }
    for (size_t i = 0; i < size; i++) {
        has_letter = has_letter || is_lower(text[i]);
        has_double_hyphen = has_double_hyphen || (text[i] == '-' && text[i + 1] == '-');
    }
    if (!has_letter) {
        return "must have a letter";
    }
    return has_double_hyphen ? "must not have two hyphens in a row" : NULL;
}

const char *migdi_name_problem(migdi_name_kind kind, const char *text, size_t size)
{
    switch (kind) {
    case MIGDI_NAME_DNS1123_LABEL:
        return label_problem(text, size);
    case MIGDI_NAME_DNS1123_SUBDOMAIN:
        return subdomain_problem(text, size);
    case MIGDI_NAME_DNS1035_LABEL:
        return service_problem(text, size);
    case MIGDI_NAME_QUALIFIED:
        return qualified_problem(text, size);
    case MIGDI_NAME_LABEL_VALUE:
        return label_value_problem(text, size);
    case MIGDI_NAME_PORT:
        return port_problem(text, size);
    }
    return "is of no known kind";
}

#include "manifest_spec_forms.h"

#include "codec_name.h"

#include <string.h>

/* A pod's label controller-revision-hash is the StatefulSet's name and eleven characters more, and
 * a label ends at 63: a longer name gives a StatefulSet whose pods are never made. */
#define CLUSTER_NAME_BYTES 52

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool is_name(migdi_name_kind kind, const char *text, size_t size)
{
    return migdi_name_problem(kind, text, size) == NULL;
}

/* Only bytes of `set`, and at least one. A NUL inside is no byte of any set. */
static bool is_made_of(const char *set, const char *text, size_t size)
{
    return size > 0 && strspn(text, set) == size;
}

static bool has_blank(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f) {
            return true;
        }
    }
    return false;
}

/* A decimal number up to `most`, without leading zeros; *at moves behind it. */
static bool take_number(const char **at, const char *end, uint32_t most)
{
    const char *start = *at;
    uint32_t number = 0;
    while (*at < end && **at >= '0' && **at <= '9' && *at - start < 4) {
        number = number * 10 + (uint32_t)(**at - '0');
        (*at)++;
    }
    return *at > start && number <= most && (*start != '0' || *at == start + 1);
}

static bool take_byte(const char **at, const char *end, char byte)
{
    if (*at == end || **at != byte) {
        return false;
    }
    (*at)++;
    return true;
}

static bool take_ipv4(const char **at, const char *end)
{
    for (int part = 0; part < 4; part++) {
        if ((part > 0 && !take_byte(at, end, '.')) || !take_number(at, end, 255)) {
            return false;
        }
    }
    return true;
}

static bool take_group(const char **at, const char *end)
{
    size_t digits = 0;
    while (*at < end && digits < 5 && strchr(DIGITS "abcdefABCDEF", **at) != NULL && **at != '\0') {
        (*at)++;
        digits++;
    }
    return digits > 0 && digits < 5;
}

/* Up to eight groups, one run of zeros left out as "::", the last two perhaps as IPv4. */
static bool take_ipv6(const char **at, const char *end)
{
    int groups = 0;
    bool gap = false;
    if (end - *at >= 2 && (*at)[0] == ':' && (*at)[1] == ':') {
        gap = true;
        *at += 2;
    }
    while (groups < 8 && *at < end && **at != '/') {
        const char *tail = *at;
        if (groups <= 6 && take_ipv4(&tail, end) && tail < end && *tail == '/') {
            *at = tail;
            groups += 2;
            break;
        }
        if (!take_group(at, end)) {
            return false;
        }
        groups++;
        if (*at == end || **at != ':') {
            break;
        }
        (*at)++;
        if (!gap && take_byte(at, end, ':')) {
            gap = true;
        } else if (*at == end || **at == '/') {
            return false; /* a colon with nothing behind it */
        }
    }
    return gap ? groups < 8 : groups == 8;
}

bool migdi_spec_is_range(const char *text, size_t size)
{
    const char *end = text + size;
    const char *at = text;
    if (take_ipv4(&at, end)) {
        return take_byte(&at, end, '/') && take_number(&at, end, 32) && at == end;
    }
    at = text;
    return take_ipv6(&at, end) && take_byte(&at, end, '/') && take_number(&at, end, 128) &&
           at == end;
}

bool migdi_spec_form_fits(migdi_spec_form form, const char *text, size_t size)
{
    switch (form) {
    case MIGDI_SPEC_FORM_CLUSTER_NAME:
        return size <= CLUSTER_NAME_BYTES && is_name(MIGDI_NAME_DNS1035_LABEL, text, size);
    case MIGDI_SPEC_FORM_LABEL:
        return is_name(MIGDI_NAME_DNS1123_LABEL, text, size);
    case MIGDI_SPEC_FORM_SUBDOMAIN:
        return is_name(MIGDI_NAME_DNS1123_SUBDOMAIN, text, size);
    case MIGDI_SPEC_FORM_IMAGE:
        return size > 0 && !has_blank(text, size);
    case MIGDI_SPEC_FORM_PATH:
        return size == 0 || (text[0] == '/' && !has_blank(text, size));
    case MIGDI_SPEC_FORM_RANGE:
        return migdi_spec_is_range(text, size);
    case MIGDI_SPEC_FORM_ARN:
        return size > 4 && strncmp(text, "arn:", 4) == 0 && !has_blank(text, size);
    case MIGDI_SPEC_FORM_LABEL_KEY:
        return is_name(MIGDI_NAME_QUALIFIED, text, size);
    case MIGDI_SPEC_FORM_LABEL_VALUE:
        return is_name(MIGDI_NAME_LABEL_VALUE, text, size);
    case MIGDI_SPEC_FORM_PARAMETER:
        return is_made_of(LETTERS DIGITS "._-", text, size) && strchr(LETTERS, text[0]) != NULL;
    case MIGDI_SPEC_FORM_EKS_NAME:
        return size <= 100 && is_made_of(LETTERS DIGITS "_-", text, size) &&
               strchr(LETTERS DIGITS, text[0]) != NULL;
    case MIGDI_SPEC_FORM_SECRET_KEY:
        return size <= 253 && is_made_of(LETTERS DIGITS "._-", text, size);
    default:
        return true;
    }
}

const char *migdi_spec_form_text(migdi_spec_form form)
{
    switch (form) {
    case MIGDI_SPEC_FORM_CLUSTER_NAME:
    case MIGDI_SPEC_FORM_LABEL:
        return "a DNS label";
    case MIGDI_SPEC_FORM_SUBDOMAIN:
        return "a DNS name";
    case MIGDI_SPEC_FORM_IMAGE:
        return "an image without blanks";
    case MIGDI_SPEC_FORM_PATH:
        return "a path such as /health";
    case MIGDI_SPEC_FORM_RANGE:
        return "an address range such as 10.0.0.0/8";
    case MIGDI_SPEC_FORM_ARN:
        return "an ARN such as arn:aws:...";
    case MIGDI_SPEC_FORM_LABEL_KEY:
        return "names such as example.com/app";
    case MIGDI_SPEC_FORM_LABEL_VALUE:
        return "a label value";
    case MIGDI_SPEC_FORM_PARAMETER:
        return "names of A-Z, a-z, 0-9, -_.";
    case MIGDI_SPEC_FORM_EKS_NAME:
        return "a name of A-Z, a-z, 0-9, -_";
    case MIGDI_SPEC_FORM_SECRET_KEY:
        return "a key of a Secret";
    default:
        return "a text";
    }
}

const char *migdi_spec_form_hint(migdi_spec_form form)
{
    switch (form) {
    case MIGDI_SPEC_FORM_CLUSTER_NAME:
        return "1 to 52 of a-z, 0-9 and -, from a letter on";
    case MIGDI_SPEC_FORM_LABEL:
        return "1 to 63 of a-z, 0-9 and -, with no - at either end";
    case MIGDI_SPEC_FORM_SUBDOMAIN:
        return "DNS labels of a-z, 0-9 and - with dots between them, 253 at most";
    case MIGDI_SPEC_FORM_LABEL_VALUE:
        return "At most 63 of A-Z, a-z, 0-9, -, _ and ., with a letter or digit at both ends";
    case MIGDI_SPEC_FORM_SECRET_KEY:
        return "1 to 253 of A-Z, a-z, 0-9, -, _ and .";
    default:
        return NULL;
    }
}

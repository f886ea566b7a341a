/* URLs: encoding what goes into one, taking one apart. RFC 3986. */
#include "codec_url.h"

#include <arpa/inet.h>
#include <string.h>

/* --- encoding
 * -----------------------------------------------------------------------------------------------
 */

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_hex(char byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

static bool is_one_of(char byte, const char *list)
{
    return byte != '\0' && strchr(list, byte) != NULL;
}

static void add_encoded(migdi_text *url, const char *bytes, size_t size, const char *kept)
{
    for (size_t i = 0; i < size; i++) {
        if (is_letter(bytes[i]) || is_digit(bytes[i]) || is_one_of(bytes[i], kept)) {
            migdi_text_add_char(url, bytes[i]);
        } else {
            migdi_text_format(url, "%%%02X", (unsigned char)bytes[i]);
        }
    }
}

void migdi_url_add_segment(migdi_text *url, const char *bytes, size_t size)
{
    /* "." and ".." would be taken as steps in the path, by clients and by servers. */
    const bool is_step = size > 0 && size <= 2 && bytes[0] == '.' && bytes[size - 1] == '.';
    add_encoded(url, bytes, size, is_step ? "" : "-._~");
}

void migdi_url_add_query(migdi_text *url, const char *bytes, size_t size)
{
    add_encoded(url, bytes, size, "-._~");
}

/* --- reading
 * -------------------------------------------------------------------------------------------------
 */

static migd_status refuse(migd_error **error, const char *reason)
{
    return migdi_fail(error, MIGD_ERR_PARSE, "this is no URL such as https://host:6443/path: %s",
                      reason);
}

/* Only what may stand in a URL, each "%" with two hexadecimal digits. */
static const char *wrong_byte(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '%' && !(is_hex(at[1]) && is_hex(at[2]))) {
            return "a \"%\" without two hexadecimal digits";
        }
        if (*at == '#') {
            return "a fragment (\"#\")";
        }
        if (!is_letter(*at) && !is_digit(*at) && !is_one_of(*at, "-._~:/?[]@!$&'()*+,;=%")) {
            return "a character that must be percent-encoded";
        }
    }
    return NULL;
}

static char *lower(migdi_arena *arena, const char *text, size_t size)
{
    char *copy = migdi_arena_text(arena, text, size);
    for (size_t i = 0; copy != NULL && i < size; i++) {
        if (copy[i] >= 'A' && copy[i] <= 'Z') {
            copy[i] = (char)(copy[i] - 'A' + 'a');
        }
    }
    return copy;
}

static const char *wrong_scheme(const char *scheme, size_t size)
{
    if (size == 0 || !is_letter(scheme[0])) {
        return "it starts with no scheme such as https://";
    }
    for (size_t i = 0; i < size; i++) {
        if (!is_letter(scheme[i]) && !is_digit(scheme[i]) && !is_one_of(scheme[i], "+-.")) {
            return "it starts with no scheme such as https://";
        }
    }
    return NULL;
}

static const char *wrong_name(const char *host, size_t size)
{
    if (size == 0) {
        return "it has no host";
    }
    if (size > 253) {
        return "a host of more than 253 bytes";
    }
    for (size_t i = 0; i < size; i++) {
        if (!is_letter(host[i]) && !is_digit(host[i]) && !is_one_of(host[i], "-._")) {
            return "a host with a character that no name has";
        }
    }
    return NULL;
}

static const char *wrong_address(const char *host, size_t size)
{
    char address[INET6_ADDRSTRLEN];
    struct in6_addr unused;
    if (size >= sizeof address) {
        return "the address in brackets is no IPv6 address";
    }
    memcpy(address, host, size);
    address[size] = '\0';
    return inet_pton(AF_INET6, address, &unused) == 1
               ? NULL
               : "the address in brackets is no IPv6 address";
}

/* ":6443", ":" or nothing, which both mean the scheme's own. */
static const char *read_port(const char *text, size_t size, migdi_url *url)
{
    uint32_t port = 0;
    if (size == 0 || (size == 1 && text[0] == ':')) {
        const bool https = strcmp(url->scheme, "https") == 0;
        url->port = https ? 443 : strcmp(url->scheme, "http") == 0 ? 80 : 0;
        return NULL;
    }
    if (text[0] != ':') {
        return "something other than a port comes after the host";
    }
    for (size_t i = 1; i < size; i++) {
        port = is_digit(text[i]) ? port * 10 + (uint32_t)(text[i] - '0') : UINT16_MAX + 1U;
        if (port > UINT16_MAX) {
            return "the port is no number from 1 to 65535";
        }
    }
    url->port = (uint16_t)port;
    return port == 0 ? "the port is no number from 1 to 65535" : NULL;
}

/* host[:port], until `size`. */
static const char *read_authority(const char *text, size_t size, migdi_arena *arena, migdi_url *url)
{
    if (memchr(text, '@', size) != NULL) {
        return "a user name or password stands in it";
    }
    const char *end = text + size;
    const char *host = text;
    const char *host_end = NULL;
    const char *problem = NULL;
    if (size > 0 && text[0] == '[') {
        host = text + 1;
        host_end = memchr(text, ']', size);
        if (host_end == NULL) {
            return "a bracket that is not closed";
        }
        url->is_ipv6 = true;
        problem = wrong_address(host, (size_t)(host_end - host));
    } else {
        host_end = memchr(text, ':', size);
        host_end = host_end == NULL ? end : host_end;
        problem = wrong_name(host, (size_t)(host_end - host));
    }
    if (problem != NULL) {
        return problem;
    }
    url->host = lower(arena, host, (size_t)(host_end - host));
    const char *rest = url->is_ipv6 ? host_end + 1 : host_end;
    return read_port(rest, (size_t)(end - rest), url);
}

migd_status migdi_url_parse(const char *text, migdi_arena *arena, migdi_url *out,
                            migd_error **error)
{
    *out = (migdi_url){0};
    if (strnlen(text, MIGDI_URL_BYTES + 1) > MIGDI_URL_BYTES) {
        return migdi_fail(error, MIGD_ERR_LIMIT, "a URL of more than %zu bytes", MIGDI_URL_BYTES);
    }
    migdi_url url = {.path = ""};
    const char *mark = strstr(text, "://");
    const size_t scheme_size = mark == NULL ? 0 : (size_t)(mark - text);
    const char *problem = wrong_scheme(text, scheme_size);
    problem = problem == NULL ? wrong_byte(text) : problem;
    if (problem != NULL) {
        return refuse(error, problem);
    }
    const char *authority = mark + 3;
    const char *path = authority + strcspn(authority, "/?");
    const char *question = path + strcspn(path, "?");
    url.scheme = lower(arena, text, scheme_size);
    url.path = migdi_arena_text(arena, path, (size_t)(question - path));
    url.query =
        *question == '?' ? migdi_arena_text(arena, question + 1, strlen(question + 1)) : NULL;
    if (!arena->failed) {
        problem = read_authority(authority, (size_t)(path - authority), arena, &url);
    }
    if (arena->failed) {
        return migdi_fail_nomem(error);
    }
    if (problem != NULL) {
        return refuse(error, problem);
    }
    *out = url;
    return MIGD_OK;
}

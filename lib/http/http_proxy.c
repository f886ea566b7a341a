/* Proxies: the environment's rule, as Go programs read it. */
#include "http_proxy.h"

#include "codec_url.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LONGEST_ENTRY ((size_t)512)

/* An address in the form of IPv6, where those of IPv4 have their place. */
typedef struct address {
    unsigned char bytes[16];
} address;

static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

static bool read_address(const char *text, address *out)
{
    memcpy(out->bytes, mapped, sizeof mapped);
    return inet_pton(AF_INET, text, out->bytes + sizeof mapped) == 1 ||
           inet_pton(AF_INET6, text, out->bytes) == 1;
}

static bool in_network(const address *who, const address *network, int bits)
{
    const int whole = bits / 8;
    const int rest = bits % 8;
    const int mask = 0xFF00 >> rest & 0xFF;
    return memcmp(who->bytes, network->bytes, (size_t)whole) == 0 &&
           (rest == 0 || (who->bytes[whole] & mask) == (network->bytes[whole] & mask));
}

static bool is_in(const address *who, const char *network, int bits)
{
    address parsed;
    return read_address(network, &parsed) && in_network(who, &parsed, bits);
}

bool migdi_http_is_loopback(const char *host)
{
    address who;
    return strcmp(host, "localhost") == 0 ||
           (read_address(host, &who) &&
            (is_in(&who, "127.0.0.0", 96 + 8) || is_in(&who, "::1", 128)));
}

/* This machine, this link, and the metadata addresses of AWS outside it. */
static bool is_near(const char *host)
{
    address who;
    return migdi_http_is_loopback(host) ||
           (read_address(host, &who) &&
            (is_in(&who, "169.254.0.0", 96 + 16) || is_in(&who, "fe80::", 10) ||
             is_in(&who, "fd00:ec2::", 32)));
}

/* "10.0.0.0/8": whether it is a network at all goes to *network. */
static bool fits_network(const char *entry, const char *host, bool *network)
{
    char text[LONGEST_ENTRY];
    address who;
    address base;
    const char *slash = strchr(entry, '/');
    *network = slash != NULL;
    if (slash == NULL) {
        return false;
    }
    const size_t size = (size_t)(slash - entry);
    memcpy(text, entry, size);
    text[size] = '\0';
    char *end = NULL;
    const long bits = strtol(slash + 1, &end, 10);
    const bool is_ipv4 = strchr(text, ':') == NULL;
    if (end == slash + 1 || *end != '\0' || bits < 0 || bits > (is_ipv4 ? 32 : 128) ||
        !read_address(text, &base) || !read_address(host, &who)) {
        return false;
    }
    return in_network(&who, &base, (int)bits + (is_ipv4 ? 96 : 0));
}

/* Cuts a port off the entry: "host:443", "[::1]:443", "[::1]". 0: it has none. */
static long cut_port(char *entry)
{
    char *colon = strrchr(entry, ':');
    const bool bracketed = entry[0] == '[';
    const bool plain_ipv6 = !bracketed && colon != NULL && strchr(entry, ':') != colon;
    long port = 0;
    if (colon != NULL && !plain_ipv6 && (!bracketed || colon[-1] == ']')) {
        port = strtol(colon + 1, NULL, 10);
        *colon = '\0';
    }
    const size_t size = strlen(entry);
    if (bracketed && size > 1 && entry[size - 1] == ']') {
        memmove(entry, entry + 1, size - 2);
        entry[size - 2] = '\0';
    }
    return port;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t size = strlen(text);
    const size_t end_size = strlen(end);
    return size >= end_size && strcasecmp(text + size - end_size, end) == 0;
}

/* "example.org" is the host and all below it, ".example.org" and "*.example.org" all below it
 * alone. */
static bool fits_domain(const char *entry, const char *host)
{
    const char *domain = strncmp(entry, "*.", 2) == 0 ? entry + 1 : entry;
    if (domain[0] == '.') {
        return ends_with(host, domain);
    }
    const size_t size = strlen(host);
    const size_t domain_size = strlen(domain);
    return ends_with(host, domain) && (size == domain_size || host[size - domain_size - 1] == '.');
}

static bool fits_entry(char *entry, const migdi_url *url)
{
    address wanted;
    address who;
    bool network = false;
    if (strcmp(entry, "*") == 0) {
        return true;
    }
    const bool fits = fits_network(entry, url->host, &network);
    if (network) {
        return fits;
    }
    const long port = cut_port(entry);
    if (entry[0] == '\0' || (port != 0 && port != url->port)) {
        return false;
    }
    if (read_address(entry, &wanted)) {
        return read_address(url->host, &who) &&
               memcmp(wanted.bytes, who.bytes, sizeof who.bytes) == 0;
    }
    return fits_domain(entry, url->host);
}

static bool is_excepted(const char *list, const migdi_url *url)
{
    while (list != NULL && *list != '\0') {
        const char *start = list + strspn(list, " \t,");
        const size_t size = strcspn(start, " \t,");
        char entry[LONGEST_ENTRY];
        if (size > 0 && size < sizeof entry) {
            memcpy(entry, start, size);
            entry[size] = '\0';
            if (fits_entry(entry, url)) {
                return true;
            }
        }
        list = start + size;
    }
    return false;
}

static const char *or_none(const char *proxy)
{
    return proxy == NULL || proxy[0] == '\0' ? NULL : proxy;
}

const char *migdi_http_proxy_for(const migdi_http_proxy_rule *rule, const char *url)
{
    if (or_none(rule->all) == NULL &&
        (rule->all != NULL || (or_none(rule->http) == NULL && or_none(rule->https) == NULL))) {
        return NULL;
    }
    migdi_arena arena = {0};
    migdi_url parsed = {0};
    const char *proxy = NULL;
    if (migdi_url_parse(url, &arena, &parsed, NULL) == MIGD_OK && !is_near(parsed.host)) {
        if (rule->all != NULL) {
            proxy = rule->all;
        } else if (!is_excepted(rule->except, &parsed)) {
            proxy = or_none(strcmp(parsed.scheme, "https") == 0 ? rule->https : rule->http);
        }
    }
    migdi_arena_free(&arena);
    return proxy;
}

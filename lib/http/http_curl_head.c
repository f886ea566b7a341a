/* What comes back through libcurl: heads line by line, and data. */
#include "http_curl.h"

#include <ctype.h>
#include <string.h>

#define MOST_HEADERS ((size_t)128)

static void tell_head(migdi_transfer *transfer)
{
    migdi_http_header headers[MOST_HEADERS];
    const char *at = transfer->head.bytes;
    for (size_t i = 0; i < transfer->head_count; i++) {
        headers[i].name = at;
        at += strlen(at) + 1;
        headers[i].value = at;
        at += strlen(at) + 1;
    }
    const migdi_http_head head = {transfer->status, headers, transfer->head_count};
    transfer->headed = true;
    transfer->receiver->head(transfer->owner, &head);
}

static void add_header(migdi_transfer *transfer, const char *line, size_t size)
{
    const char *colon = memchr(line, ':', size);
    if (colon == NULL || transfer->head_count == MOST_HEADERS) {
        transfer->too_large = transfer->too_large || colon != NULL;
        return;
    }
    migdi_text *head = &transfer->head;
    for (const char *at = line; at < colon; at++) {
        migdi_text_add_char(head, (char)tolower((unsigned char)*at));
    }
    migdi_text_add_char(head, '\0');
    const char *value = colon + 1;
    const char *end = line + size;
    while (value < end && (*value == ' ' || *value == '\t')) {
        value++;
    }
    while (end > value && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }
    migdi_text_add(head, value, (size_t)(end - value));
    migdi_text_add_char(head, '\0');
    transfer->head_count++;
}

size_t migdi_http_curl_on_header(char *line, size_t size, size_t count, void *user)
{
    migdi_transfer *transfer = user;
    const size_t whole = size * count;
    size_t length = whole;
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) {
        length--;
    }
    transfer->head_bytes += whole;
    transfer->too_large = transfer->too_large || transfer->head_bytes > MIGDI_HTTP_HEADER_BYTES;
    if (transfer->headed) {
        return transfer->too_large ? 0 : whole; /* a trailer */
    }
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        long status = 0;
        curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
        transfer->status = (int32_t)status;
        transfer->head_count = 0;
        migdi_text_clear(&transfer->head);
    } else if (length > 0) {
        add_header(transfer, line, length);
    } else if (transfer->status >= 200 && !transfer->too_large && !transfer->head.failed) {
        tell_head(transfer);
    }
    return transfer->too_large || transfer->head.failed ? 0 : whole;
}

size_t migdi_http_curl_on_data(char *bytes, size_t size, size_t count, void *user)
{
    migdi_transfer *transfer = user;
    if (!transfer->receiver->data(transfer->owner, bytes, size * count)) {
        return CURL_WRITEFUNC_PAUSE;
    }
    return size * count;
}

/* What comes back through libcurl: heads line by line, and data. */
#include "http_curl.h"

#include <string.h>

static void tell_head(migdi_transfer *transfer)
{
    for (size_t i = 0; i < transfer->head_count; i++) {
        transfer->headers[i].name = transfer->head.bytes + transfer->head_at[i].name;
        transfer->headers[i].value = transfer->head.bytes + transfer->head_at[i].value;
    }
    const migdi_http_head head = {transfer->status, transfer->headers, transfer->head_count};
    transfer->headed = true;
    transfer->receiver->head(transfer->owner, &head);
}

static void lower(char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const bool upper = text[i] >= 'A' && text[i] <= 'Z';
        text[i] = (char)(text[i] | (upper ? 0x20 : 0));
    }
}

/* "Name: value": kept as one text, the name in lower case and ended where its colon was. */
static void add_header(migdi_transfer *transfer, const char *line, size_t size)
{
    const char *colon = memchr(line, ':', size);
    if (colon == NULL || transfer->head_count == MIGDI_HTTP_CURL_HEADERS) {
        transfer->too_large = transfer->too_large || colon != NULL;
        return;
    }
    migdi_text *head = &transfer->head;
    const size_t start = head->size;
    const size_t name_size = (size_t)(colon - line);
    while (size > name_size + 1 && (line[size - 1] == ' ' || line[size - 1] == '\t')) {
        size--;
    }
    size_t value = name_size + 1;
    while (value < size && (line[value] == ' ' || line[value] == '\t')) {
        value++;
    }
    /* A line end follows each line: room for the NUL. */
    migdi_text_add(head, line, size + 1);
    if (head->failed) {
        return;
    }
    char *name = head->bytes + start;
    lower(name, name_size);
    name[name_size] = '\0';
    name[size] = '\0';
    transfer->head_at[transfer->head_count++] =
        (migdi_http_curl_place){(uint16_t)start, (uint16_t)(start + value)};
}

/* "HTTP/1.1 200 OK": a head begins, an interim one maybe. libcurl has checked that it is one. */
static void start_head(migdi_transfer *transfer, const char *line, size_t size)
{
    const char *code = memchr(line, ' ', size);
    transfer->transport->multiplexes = transfer->transport->multiplexes || line[5] == '2';
    const bool whole = code != NULL && code + 3 < line + size;
    transfer->status = whole ? (code[1] - '0') * 100 + (code[2] - '0') * 10 + (code[3] - '0') : 0;
    transfer->head_count = 0;
    migdi_text_clear(&transfer->head);
}

/* The length of a line without its end; the end is there. */
static size_t without_end(const char *line, size_t size)
{
    size_t length = size - 1;
    if (length > 0 && line[length - 1] == '\r') {
        length--;
    }
    return length;
}

size_t migdi_http_curl_on_header(char *line, size_t size, size_t count, void *user)
{
    migdi_transfer *transfer = user;
    const size_t whole = size * count;
    if (whole == 0 || line[whole - 1] != '\n') {
        return 0; /* libcurl hands out whole lines */
    }
    transfer->head_bytes += whole;
    if (transfer->head_bytes > MIGDI_HTTP_HEADER_BYTES) {
        transfer->too_large = true;
        return 0;
    }
    if (transfer->headed) {
        return whole; /* a trailer */
    }
    const size_t length = without_end(line, whole);
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        start_head(transfer, line, length);
    } else if (length > 0) {
        add_header(transfer, line, length);
    } else if (transfer->status >= 200) {
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

/* HTTP answers: header lines as libcurl hands them out, and what a call makes of a head and a body.
 * The input is the answer as on the wire, behind two bytes: how large the pieces are, and how it
 * ends. */
#include "fuzz.h"

#include "fuzz_transport.h"
#include "http_curl.h"
#include "http_header.h"

typedef struct kept {
    bool told;
    int32_t status;
    migdi_http_header headers[MIGDI_HTTP_CURL_HEADERS];
    size_t count;
} kept;

static void keep(void *owner, const migdi_http_head *head)
{
    kept *k = owner;
    if (k->told || head->status < 200 || head->header_count > MIGDI_HTTP_CURL_HEADERS) {
        abort();
    }
    k->told = true;
    k->status = head->status;
    k->count = head->header_count;
    for (size_t i = 0; i < head->header_count; i++) {
        int64_t ms = 0;
        k->headers[i] = head->headers[i];
        for (const char *at = head->headers[i].name; *at != '\0'; at++) {
            if (*at >= 'A' && *at <= 'Z') {
                abort();
            }
        }
        migdi_http_date(head->headers[i].value, &ms);
        if (migdi_http_retry_after_ms(head->headers[i].value, 0) < -1) {
            abort();
        }
        if (migdi_http_header_value(head, head->headers[i].name) == NULL) {
            abort();
        }
    }
}

/* The lines of a head, one by one; answers where the body begins. libcurl passes on status lines
 * alone that it has understood. */
static size_t read_head(migdi_transfer *transfer, const char *bytes, size_t size)
{
    size_t at = 0;
    while (at < size && !transfer->headed) {
        const char *end = memchr(bytes + at, '\n', size - at);
        const size_t length = end == NULL ? size - at : (size_t)(end - bytes) - at + 1;
        /* Exactly so much memory, that a read beyond it is seen. */
        char *line = malloc(length);
        memcpy(line, bytes + at, length);
        const bool is_status = length >= 5 && memcmp(line, "HTTP/", 5) == 0;
        const bool understood = length > 12 && memcmp(line, "HTTP/1.1 ", 9) == 0 &&
                                line[9] >= '1' && line[9] <= '5' && line[10] >= '0' &&
                                line[10] <= '9' && line[11] >= '0' && line[11] <= '9';
        const bool taken = (!is_status || understood) &&
                           migdi_http_curl_on_header(line, 1, length, transfer) == length;
        free(line);
        at += length;
        if (!taken) {
            return size;
        }
    }
    return at;
}

static void run_call(const kept *k, const char *body, size_t size, uint8_t piece, uint8_t end)
{
    static const migd_status ends[] = {MIGD_OK,          MIGD_OK,        MIGD_OK,
                                       MIGD_ERR_NETWORK, MIGD_ERR_LIMIT, MIGD_ERR_TLS};
    static const migdi_call read = {.kind = MIGDI_CALL_READ, .method = "GET", .path = "/a"};
    static const migdi_call list = {.kind = MIGDI_CALL_LIST, .method = "GET", .path = "/a"};
    const fuzz_answer answer = {
        k->status, k->headers, k->count, body, size, (size_t)piece * 16 + 1, ends[end % 6]};
    fuzz_transport *transport = NULL;
    migdi_target target = {.kind = &fuzz_kind, .label = "https://a"};
    migd_job *job = NULL;
    migd_object *result = NULL;
    migd_error *error = NULL;
    migd_context *context = fuzz_context(&answer, &transport);
    migdi_job_new(context, NULL, &job, NULL);
    migdi_job_set_target(job, MIGDI_TARGET_CLUSTER, &target);
    migdi_job_run_call(job, end % 2 == 0 ? &read : &list, NULL);
    const migd_status status = migd_job_finish(job, &result, &error);
    if ((status < 0) != (error != NULL) || (status < 0 && migd_error_status(error) != status)) {
        abort();
    }
    migd_error_free(error);
    migd_object_free(result);
    migd_job_free(job);
    migd_context_free(context);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2) {
        return 0;
    }
    static const migdi_http_receiver receiver = {keep, NULL, NULL};
    migdi_transfer *transfer = calloc(1, sizeof *transfer);
    migdi_http_curl transport = {0};
    kept k = {0};
    transfer->transport = &transport;
    transfer->receiver = &receiver;
    transfer->owner = &k;
    const char *wire = (const char *)bytes + 2;
    const size_t body = read_head(transfer, wire, size - 2);
    if (k.told) {
        run_call(&k, wire + body, size - 2 - body, bytes[0], bytes[1]);
    }
    migdi_text_free(&transfer->head);
    free(transfer);
    return 0;
}

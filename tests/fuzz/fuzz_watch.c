/* Streams of lines. As a log: every line is told, whole and in order, however the bytes are cut and
 * the caller pulls. As a doorbell: a step that waits is never harmed, and ends when it would
 * without the bell. The first byte says how large the pieces are, the second how it ends; the rest
 * is the stream. */
#include "fuzz.h"

#include "fuzz_transport.h"
#include "job_loop.h"

#define LINE_BYTES 4096 /* as fuzz_context() limits them */

/* Whether each line of the stream fits. */
static bool fits(const char *bytes, size_t size)
{
    size_t length = 0;
    bool good = true;
    for (size_t i = 0; i < size; i++) {
        length = bytes[i] == '\n' ? 0 : length + 1;
        good = good && length <= LINE_BYTES;
    }
    return good;
}

/* Compares a line as it was told with the stream; answers where the next one begins. Texts end at a
 * NUL. */
static size_t expect_line(const char *bytes, size_t size, size_t at, const char *told)
{
    const char *end = memchr(bytes + at, '\n', size - at);
    const size_t length = end == NULL ? size - at : (size_t)(end - bytes) - at;
    const size_t shown = strnlen(bytes + at, length);
    if (strlen(told) != shown || memcmp(told, bytes + at, shown) != 0) {
        abort();
    }
    return at + length + (end == NULL ? 0 : 1);
}

static void stream(const fuzz_answer *answer)
{
    static const migdi_call call = {.kind = MIGDI_CALL_WATCH, .method = "GET", .path = "/log"};
    fuzz_transport *transport = NULL;
    migdi_target target = {.kind = &fuzz_kind, .label = "https://a"};
    migd_job *job = NULL;
    const migd_event *event = NULL;
    migd_context *context = fuzz_context(answer, &transport);
    migdi_job_new(context, NULL, &job, NULL);
    migdi_job_set_target(job, MIGDI_TARGET_CLUSTER, &target);
    migdi_job_run_stream(job, &call, NULL);
    size_t at = 0;
    migd_status status = MIGD_OK;
    while (status == MIGD_OK || status == MIGD_TIMEOUT) {
        status = migd_job_next(job, (int64_t)(at % 3), &event, NULL);
        if (status == MIGD_OK) {
            at = expect_line(answer->bytes, answer->size, at, migd_event_text(event));
        }
    }
    if (fits(answer->bytes, answer->size) && at != answer->size) {
        abort(); /* a line was lost */
    }
    if ((status == MIGD_DONE) != (answer->end == MIGD_OK && fits(answer->bytes, answer->size))) {
        abort();
    }
    migd_job_free(job);
    migd_context_free(context);
}

/* --- the doorbell ----------------------------------------------------------------------------- */

static const migdi_call bell = {
    .kind = MIGDI_CALL_WATCH, .method = "GET", .path = "/w", .lasts_ms = 60000};

static void observe(const void *wish, migdi_view *view, void *seen)
{
    (void)wish;
    *(int64_t *)seen = migdi_view_elapsed_ms(view);
}

static void decide(const void *wish, migdi_goal goal, const void *seen, migdi_verdict *verdict)
{
    (void)wish;
    (void)goal;
    migdi_doorbell(verdict, &bell);
    migdi_poll(verdict, 1000, 1000);
    if (*(const int64_t *)seen >= 5000) {
        migdi_done(verdict, "enough");
    } else {
        migdi_going(verdict, "waits");
    }
}

static const migdi_step_kind kind = {"waits", sizeof(int64_t), observe, NULL, decide, NULL, NULL};
static const migdi_step steps[] = {{&kind, NULL, 0, false, MIGDI_PRESENT}};

static void ring(const fuzz_answer *answer)
{
    fuzz_transport *transport = NULL;
    migdi_target target = {.kind = &fuzz_kind, .label = "https://a"};
    migd_job *job = NULL;
    migd_context *context = fuzz_context(answer, &transport);
    migdi_job_new(context, NULL, &job, NULL);
    migdi_job_set_target(job, MIGDI_TARGET_CLUSTER, &target);
    migdi_job_run_steps(job, MIGDI_RUN, steps, 1, NULL);
    const int64_t start_ms = transport->now_ms;
    if (migd_job_finish(job, NULL, NULL) != MIGD_OK || transport->now_ms - start_ms < 5000 ||
        transport->now_ms - start_ms > 7000) {
        abort();
    }
    migd_job_free(job);
    migd_context_free(context);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2) {
        return 0;
    }
    const fuzz_answer answer = {.status = bytes[1] % 8 == 7 ? 410 : 200,
                                .bytes = (const char *)bytes + 2,
                                .size = size - 2,
                                .piece = bytes[0] + 1U,
                                .end = bytes[1] % 2 == 0 ? MIGD_OK : MIGD_ERR_NETWORK};
    if (answer.status == 200) {
        stream(&answer);
    }
    ring(&answer);
    return 0;
}

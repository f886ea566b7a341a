/* The doorbell: whatever a watch sends, a step that waits is never harmed, and ends when it would
 * without the bell. The first byte says how large the pieces are, the second how it ends; the rest
 * is the stream. */
#include "fuzz.h"

#include "fuzz_transport.h"
#include "job_loop.h"

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
    ring(&answer);
    return 0;
}

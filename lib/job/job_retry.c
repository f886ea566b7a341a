/* Retries: bounded, spread, and never of what may be done twice. */
#include "job_retry.h"

#define MOST_TRIES      4U  /* of a server that was never there */
#define MOST_TRIES_LOST 10U /* of one that was there a moment ago: it may be starting again */
/* Where the server itself names the pause: client-go's ten retries. */
#define MOST_TRIES_ASKED  11U
#define MOST_TRIES_SILENT 2U /* each costs the whole time for an answer */
#define FIRST_BACKOFF_MS  INT64_C(500)
#define MOST_BACKOFF_MS   INT64_C(30000)
#define MOST_LOST_MS      INT64_C(5000)

int64_t migdi_retry_backoff_ms(uint32_t tries)
{
    const uint32_t doublings = tries < 1 ? 0 : tries - 1;
    const int64_t pause = doublings > 6 ? MOST_BACKOFF_MS : FIRST_BACKOFF_MS << doublings;
    return pause < MOST_BACKOFF_MS ? pause : MOST_BACKOFF_MS;
}

int64_t migdi_retry_spread_ms(int64_t retry_after_ms)
{
    return retry_after_ms / 10;
}

/* There was an answer. */
static bool retry_answered(migdi_retry_policy policy, const migdi_try *last, int64_t *least_ms,
                           int64_t *most_ms)
{
    const bool busy = last->http_status == 429 || last->http_status >= 500;
    if (!busy || policy == MIGDI_RETRY_ACT) {
        return false;
    }
    if (last->retry_after_ms >= 0) {
        *least_ms = last->retry_after_ms;
        /* "0" names no pause: ours stays. */
        *most_ms = *least_ms == 0 ? *most_ms : migdi_retry_spread_ms(*least_ms);
        return last->tries < MOST_TRIES_ASKED;
    }
    /* 501 and 505 say "never". */
    const bool passing = last->http_status != 501 && last->http_status != 505;
    return policy == MIGDI_RETRY_READ && passing && last->tries < MOST_TRIES;
}

/* There was none. */
static bool retry_lost(migdi_retry_policy policy, const migdi_try *last, int64_t *most_ms)
{
    if (last->status != MIGD_ERR_NETWORK) {
        return false;
    }
    const bool safe = policy == MIGDI_RETRY_READ ||
                      (policy == MIGDI_RETRY_CHANGE && last->idempotent) || !last->reached;
    const uint32_t most = last->silent     ? MOST_TRIES_SILENT
                          : last->answered ? MOST_TRIES_LOST
                                           : MOST_TRIES;
    *most_ms = *most_ms < MOST_LOST_MS ? *most_ms : MOST_LOST_MS;
    return safe && last->tries < most;
}

bool migdi_retry(migdi_retry_policy policy, const migdi_try *last, int64_t *least_ms,
                 int64_t *most_ms)
{
    *least_ms = 0;
    *most_ms = migdi_retry_backoff_ms(last->tries);
    if (policy == MIGDI_RETRY_NEVER) {
        return false;
    }
    return last->status == MIGD_OK ? retry_answered(policy, last, least_ms, most_ms)
                                   : retry_lost(policy, last, most_ms);
}

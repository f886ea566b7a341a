/* Faults on demand, by the number of the request, for both faces of the sandbox. */
#ifndef SANDBOX_FAULTS_H
#define SANDBOX_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    FAULT_NONE,
    FAULT_STATUS,       /* status=503: answers that, and does nothing */
    FAULT_REFUSE,       /* refuse: no connection */
    FAULT_RESET_BEFORE, /* reset-before: the request was not read to its end */
    FAULT_RESET_AFTER,  /* reset-after: done, and the answer is lost */
    FAULT_STALL,        /* stall: nothing, for ever */
    FAULT_CUT,          /* cut: done, and half of the body comes */
    FAULT_STALE,        /* stale=3: a read sees the world as it was 3 changes ago */
    FAULT_HTML,         /* html: 502, a page of some proxy */
    FAULT_SILENT        /* silent: a watch that never tells anything */
} fault_kind;

typedef struct fault {
    fault_kind kind;
    int64_t number; /* of status and stale */
} fault;

enum { FAULTS = 32 };

typedef struct faults {
    struct {
        int64_t first;
        int64_t last;
        fault what;
    } rows[FAULTS];
    size_t count;
} faults;

/* Adds a script: WHEN:WHAT[=NUMBER] by commas, where WHEN is N, N-M or * and counts requests
 * from 1. false: it is none, or too long; nothing is added. */
bool faults_add(faults *all, const char *script);

/* What happens to that request: the row added last. */
fault faults_at(const faults *all, int64_t request);

#endif

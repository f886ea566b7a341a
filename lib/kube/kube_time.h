/* Instants as Kubernetes writes them (RFC 3339). */
#ifndef MIGDI_KUBE_TIME_H
#define MIGDI_KUBE_TIME_H

#include "core_text.h"

/* Reads "2026-11-23T09:21:55Z", with any fraction and any offset. false: it is none (a leap second
 * is read as the second before it). */
bool migdi_kube_time_read(const char *text, int64_t *unix_ms);

/* As above; `fallback` for NULL and for what is no instant. */
int64_t migdi_kube_time_or(const char *text, int64_t fallback);

/* Adds "2026-11-23T09:21:55Z", or with `micro` "2026-11-23T09:21:55.123000Z" (MicroTime, as a Lease
 * has it). Years 1970 to 9999; what is outside is taken to the nearer end. */
void migdi_kube_time_add(migdi_text *text, int64_t unix_ms, bool micro);

#endif

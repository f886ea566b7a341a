/* What clients are told to connect to, and whether somebody answers there. */
#ifndef MIGDI_DEPLOY_CLIENTS_H
#define MIGDI_DEPLOY_CLIENTS_H

#include "job_run.h"

/* Lets the job's steps ask addresses. */
migd_status migdi_clients_join(migd_job *job, migd_error **error);

/* The balancer's host; NULL: it has none yet. And the port that it says it serves; 0: it does not
 * say. */
const char *migdi_clients_host(const migd_object *service);
int64_t migdi_clients_port(const migd_object *service);

/* "HOST:PORT", with brackets around an IPv6 address. */
const char *migdi_clients_at(const char *host, int64_t port, migdi_arena *arena);

/* A read of the members' health through "HOST:PORT": {} when it is well; a failure says what came
 * instead. */
const migdi_call *migdi_clients_ask(migdi_arena *arena, const char *address);

/* What came instead: "connection refused", "/health answers 503". */
const char *migdi_clients_trouble(const migd_error *error);

#endif

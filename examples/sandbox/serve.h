/* The model on HTTPS: a thread a connection, one lock around the world, its clock from ours. */
#ifndef SANDBOX_SERVE_H
#define SANDBOX_SERVE_H

#include "authority.h"
#include "faults.h"

#include <stdint.h>

typedef struct server server;

typedef struct server_options {
    uint16_t port; /* 0: any free one */
    int64_t pace;  /* how much faster than ours its clock runs; 1 to 1000 */
    uint64_t seed;
    const char *settings; /* JSON, as PATCH /sandbox/settings; NULL */
    faults faults;
} server_options;

/* Listens on 127.0.0.1, and on a second port answers /health for the members. NULL: it cannot. */
server *server_start(const server_options *options, const authority *proof);
uint16_t server_port(const server *running);
void server_stop(server *running);

#endif

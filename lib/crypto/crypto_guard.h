/* The guard on TLS: what the environment must not switch on, and what we never speak. */
#ifndef MIGDI_CRYPTO_GUARD_H
#define MIGDI_CRYPTO_GUARD_H

#include "core_alloc.h"

/* Makes a client's TLS context safe: the session keys are written nowhere (SSLKEYLOGFILE makes
 * libcurl set a callback that does), and TLS 1.2 is the least that is spoken. ssl_ctx: the SSL_CTX
 * that libcurl hands to CURLOPT_SSL_CTX_FUNCTION. libcurl sets its callback before that, and never
 * after. false: OpenSSL refused; then the connection must not be made. */
bool migdi_guard_tls(void *ssl_ctx);

#endif

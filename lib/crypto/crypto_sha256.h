/* SHA-256 (FIPS 180-4), by OpenSSL. */
#ifndef MIGDI_CRYPTO_SHA256_H
#define MIGDI_CRYPTO_SHA256_H

#include "core_alloc.h"

#define MIGDI_SHA256_SIZE 32

/* The digest of bytes. false: OpenSSL has no SHA-256, or no memory. Threads may call it. */
bool migdi_sha256(const void *bytes, size_t size, uint8_t digest[MIGDI_SHA256_SIZE]);

#endif

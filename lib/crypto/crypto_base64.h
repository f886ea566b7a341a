/* Base64 (RFC 4648), both alphabets. */
#ifndef MIGDI_CRYPTO_BASE64_H
#define MIGDI_CRYPTO_BASE64_H

#include "core_text.h"

/* Adds the standard alphabet, padded. */
void migdi_base64_add(migdi_text *text, const void *bytes, size_t size);

/* Adds the alphabet for URLs and file names, without padding, as tokens have it. */
void migdi_base64_add_url(migdi_text *text, const void *bytes, size_t size);

/* Each adds the bytes that `text` stands for to *bytes. false: it is not that, or memory ended
 * (then bytes->failed); *bytes is as it was, and what had been decoded is wiped.
 * - strict: the standard alphabet, padded, no other byte, unused bits 0.
 * - lenient: as Go's StdEncoding, which reads kubeconfigs: line ends are skipped, unused bits
 * ignored.
 * - url: the other alphabet, padded or not, unused bits 0. */
bool migdi_base64_decode(const char *text, size_t size, migdi_text *bytes);
bool migdi_base64_decode_lenient(const char *text, size_t size, migdi_text *bytes);
bool migdi_base64_decode_url(const char *text, size_t size, migdi_text *bytes);

#endif

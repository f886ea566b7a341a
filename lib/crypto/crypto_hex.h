/* Hexadecimal digits. */
#ifndef MIGDI_CRYPTO_HEX_H
#define MIGDI_CRYPTO_HEX_H

#include "core_text.h"

/* Adds two digits a byte, in lower case. */
void migdi_hex_add(migdi_text *text, const void *bytes, size_t size);

/* Adds the bytes that pairs of digits of either case stand for. false: it is not that, or memory
 * ended (then bytes->failed); *bytes is as it was. */
bool migdi_hex_decode(const char *text, size_t size, migdi_text *bytes);

#endif

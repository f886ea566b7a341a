/* What libFuzzer calls. A target includes this, uses the library on the bytes, frees all, and
 * returns 0. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif

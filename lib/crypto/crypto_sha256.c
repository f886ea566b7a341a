/* SHA-256. The algorithm is fetched once: a fetch costs more than the hash of a short text. */
#include "crypto_sha256.h"

#include <openssl/evp.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *algorithm;

static void fetch(void)
{
    algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
}

bool migdi_sha256(const void *bytes, size_t size, uint8_t digest[MIGDI_SHA256_SIZE])
{
    return pthread_once(&once, fetch) == 0 && algorithm != NULL &&
           EVP_Digest(bytes, size, digest, NULL, algorithm, NULL) == 1;
}

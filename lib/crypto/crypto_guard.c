/* The guard on TLS. */
#include "crypto_guard.h"

#include <openssl/ssl.h>

bool migdi_guard_tls(void *ssl_ctx)
{
    SSL_CTX *context = ssl_ctx;
    SSL_CTX_set_keylog_callback(context, NULL);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_get_keylog_callback(context) == NULL;
}

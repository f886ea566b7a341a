#include "test_support.h"

#include "http_curl_failure.h"

#include <curl/curl.h>
#include <errno.h>
#include <openssl/x509_vfy.h>
#include <string.h>

typedef struct row {
    migdi_http_failure failure;
    migd_status status;
    const char *message;
} row;

static const row rows[] = {
    {{.code = CURLE_OUT_OF_MEMORY}, MIGD_ERR_NOMEM, "out of memory"},
    {{.code = CURLE_COULDNT_RESOLVE_HOST}, MIGD_ERR_NETWORK, "no such host"},
    {{.code = CURLE_COULDNT_RESOLVE_PROXY}, MIGD_ERR_NETWORK, "no such host: that of the proxy"},
    {{.code = CURLE_PROXY}, MIGD_ERR_NETWORK, "the proxy refused"},
    {{.code = CURLE_OPERATION_TIMEDOUT, .looked_up = true}, MIGD_ERR_NETWORK, "connect timed out"},
    {{.code = CURLE_OPERATION_TIMEDOUT}, MIGD_ERR_NETWORK, "the name lookup timed out"},
    {{.code = CURLE_COULDNT_CONNECT, .os_errno = ECONNREFUSED},
     MIGD_ERR_NETWORK,
     "connection refused"},
    {{.code = CURLE_COULDNT_CONNECT, .os_errno = EHOSTUNREACH},
     MIGD_ERR_NETWORK,
     "no route to the host"},
    {{.code = CURLE_COULDNT_CONNECT, .os_errno = ENETUNREACH},
     MIGD_ERR_NETWORK,
     "no route to the host"},
    {{.code = CURLE_COULDNT_CONNECT, .os_errno = ETIMEDOUT}, MIGD_ERR_NETWORK, "connect timed out"},
    {{.code = CURLE_COULDNT_CONNECT, .os_errno = EPERM}, MIGD_ERR_NETWORK, "cannot connect"},
    {{.code = CURLE_PARTIAL_FILE}, MIGD_ERR_NETWORK, "the answer was cut off"},
    {{.code = CURLE_HTTP2_STREAM}, MIGD_ERR_NETWORK, "the answer was cut off"},
    {{.code = CURLE_RECV_ERROR}, MIGD_ERR_NETWORK, "the connection was lost"},
    {{.code = CURLE_SEND_ERROR}, MIGD_ERR_NETWORK, "the connection was lost"},
    {{.code = CURLE_HTTP2}, MIGD_ERR_NETWORK, "the connection was lost"},
    {{.code = CURLE_WEIRD_SERVER_REPLY}, MIGD_ERR_NETWORK, "the answer is not HTTP"},
    {{.code = CURLE_READ_ERROR, .detail = "own words"}, MIGD_ERR_NETWORK, "own words"},
    {{.code = CURLE_READ_ERROR}, MIGD_ERR_NETWORK, "the connection failed"},
    {{.code = CURLE_PEER_FAILED_VERIFICATION, .verified = X509_V_ERR_CERT_HAS_EXPIRED},
     MIGD_ERR_TLS,
     "the certificate has expired"},
    {{.code = CURLE_PEER_FAILED_VERIFICATION, .verified = X509_V_ERR_CERT_NOT_YET_VALID},
     MIGD_ERR_TLS,
     "the certificate is not valid yet"},
    {{.code = CURLE_PEER_FAILED_VERIFICATION, .verified = X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT},
     MIGD_ERR_TLS,
     "the certificate is self-signed, and not known"},
    {{.code = CURLE_PEER_FAILED_VERIFICATION,
      .verified = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
     MIGD_ERR_TLS,
     "the certificate is of an authority that is not known"},
    {{.code = CURLE_PEER_FAILED_VERIFICATION, .verified = X509_V_ERR_INVALID_CA},
     MIGD_ERR_TLS,
     "the certificate was signed by one that is no authority"},
    {{.code = CURLE_PEER_FAILED_VERIFICATION, .verified = X509_V_ERR_INVALID_PURPOSE},
     MIGD_ERR_TLS,
     "the certificate is not meant for a server"},
    {{.code = CURLE_PEER_FAILED_VERIFICATION, .verified = X509_V_ERR_EE_KEY_TOO_SMALL},
     MIGD_ERR_TLS,
     "the certificate's key is too weak"},
    {{.code = CURLE_PEER_FAILED_VERIFICATION, .verified = X509_V_ERR_HOSTNAME_MISMATCH},
     MIGD_ERR_TLS,
     "the certificate is for another host"},
    {{.code = CURLE_PEER_FAILED_VERIFICATION}, MIGD_ERR_TLS, "the certificate is for another host"},
    {{.code = CURLE_PEER_FAILED_VERIFICATION, .verified = 9999, .detail = "own words"},
     MIGD_ERR_TLS,
     "own words"},
    {{.code = CURLE_SSL_CERTPROBLEM, .detail = "own words"}, MIGD_ERR_TLS, "own words"},
    {{.code = CURLE_SSL_CONNECT_ERROR, .detail = "wrong version number"},
     MIGD_ERR_TLS,
     "wrong version number"},
    {{.code = CURLE_SSL_CONNECT_ERROR, .detail = "SSL_connect: Connection reset by peer"},
     MIGD_ERR_NETWORK,
     "the connection was lost while TLS was being agreed on"},
};

static void each_failure_has_its_status_and_plain_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_http_failure failure = rows[i].failure;
        failure.detail = failure.detail == NULL ? "" : failure.detail;
        const char *message = NULL;
        const migd_status status = migdi_http_failure_status(&failure, &message);
        if (status != rows[i].status || strcmp(message, rows[i].message) != 0) {
            fail_msg("row %zu: %d, %s", i, status, message);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failure_has_its_status_and_plain_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

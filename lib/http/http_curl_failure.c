/* libcurl's failures in plain words. */
#include "http_curl_failure.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

/* Results of X509_verify_cert(), by the numbers of openssl/x509_vfy.h. */
static const struct {
    int64_t code;
    const char *message;
} certificates[] = {
    {2, "the certificate is of an authority that is not known"},
    {9, "the certificate is not valid yet"},
    {10, "the certificate has expired"},
    {18, "the certificate is self-signed, and not known"},
    {19, "the certificate is of an authority that is not known"},
    {20, "the certificate is of an authority that is not known"},
    {21, "the certificate is of an authority that is not known"},
    {79, "the certificate was signed by one that is no authority"},
    {26, "the certificate is not meant for a server"},
    {62, "the certificate is for another host"},
    {63, "the certificate is for another host"},
    {64, "the certificate is for another address"},
    {66, "the certificate's key is too weak"},
    {67, "the key of the certificate's authority is too weak"},
    {68, "the certificate's signature is too weak"},
};

static const struct {
    CURLcode code;
    const char *message;
} losses[] = {
    {CURLE_COULDNT_RESOLVE_HOST, "no such host"},
    {CURLE_COULDNT_RESOLVE_PROXY, "no such host: that of the proxy"},
    {CURLE_PROXY, "the proxy refused"},
    {CURLE_GOT_NOTHING, "the connection was closed before an answer came"},
    {CURLE_PARTIAL_FILE, "the answer was cut off"},
    {CURLE_RECV_ERROR, "the connection was lost"},
    {CURLE_SEND_ERROR, "the connection was lost"},
    {CURLE_HTTP2, "the connection was lost"},
    {CURLE_HTTP2_STREAM, "the answer was cut off"},
    {CURLE_WEIRD_SERVER_REPLY, "the answer is not HTTP"},
    {CURLE_UNSUPPORTED_PROTOCOL, "the answer is not HTTP"},
};

static const char *certificate_message(const migdi_http_failure *failure)
{
    for (size_t i = 0; i < sizeof certificates / sizeof *certificates; i++) {
        if (certificates[i].code == failure->verified) {
            return certificates[i].message;
        }
    }
    /* libcurl compares the name by itself, before it asks OpenSSL for its result (until then 1), or
     * after. */
    return failure->verified <= 1 ? "the certificate is for another host" : failure->detail;
}

static const char *connect_message(int64_t os_errno)
{
    switch (os_errno) {
    case ECONNREFUSED:
        return "connection refused";
    case ENETUNREACH:
    case EHOSTUNREACH:
        return "no route to the host";
    case ETIMEDOUT:
        return "connect timed out";
    default:
        return "cannot connect";
    }
}

static const char *loss_message(const migdi_http_failure *failure)
{
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        if ((int32_t)losses[i].code == failure->code) {
            return losses[i].message;
        }
    }
    return failure->detail[0] == '\0' ? "the connection failed" : failure->detail;
}

/* Whether a handshake failed because the connection did: no fault of the server's proof. */
static bool is_lost_handshake(const migdi_http_failure *failure)
{
    return failure->code == CURLE_SSL_CONNECT_ERROR &&
           (strstr(failure->detail, "SSL_ERROR_SYSCALL") != NULL ||
            strstr(failure->detail, "unexpected eof") != NULL ||
            strstr(failure->detail, "Connection reset") != NULL);
}

migd_status migdi_http_failure_status(const migdi_http_failure *failure, const char **message)
{
    switch (failure->code) {
    case CURLE_OUT_OF_MEMORY:
        *message = "out of memory";
        return MIGD_ERR_NOMEM;
    case CURLE_PEER_FAILED_VERIFICATION:
        *message = certificate_message(failure);
        return MIGD_ERR_TLS;
    case CURLE_SSL_CONNECT_ERROR:
        if (is_lost_handshake(failure)) {
            *message = "the connection was lost while TLS was being agreed on";
            return MIGD_ERR_NETWORK;
        }
        *message = failure->detail;
        return MIGD_ERR_TLS;
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ISSUER_ERROR:
        *message = failure->detail;
        return MIGD_ERR_TLS;
    case CURLE_OPERATION_TIMEDOUT:
        *message = failure->looked_up ? "connect timed out" : "the name lookup timed out";
        return MIGD_ERR_NETWORK;
    case CURLE_COULDNT_CONNECT:
        *message = connect_message(failure->os_errno);
        return MIGD_ERR_NETWORK;
    default:
        *message = loss_message(failure);
        return MIGD_ERR_NETWORK;
    }
}

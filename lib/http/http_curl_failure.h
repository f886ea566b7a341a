/* What libcurl's failures are to a person. Kept beside http_curl.c, which alone calls libcurl; the
 * codes come as numbers, so that the words can be held against a table. */
#ifndef MIGDI_HTTP_CURL_FAILURE_H
#define MIGDI_HTTP_CURL_FAILURE_H

#include <migdeploy/base.h>
#include <stdbool.h>

/* What is known of a transfer that failed. */
typedef struct migdi_http_failure {
    int32_t code;       /* CURLcode */
    int64_t os_errno;   /* of the connection */
    int64_t verified;   /* OpenSSL's result of verifying the certificate; 0: no complaint */
    bool looked_up;     /* the name was found */
    bool reached;       /* the connection stood: the request may have been read */
    const char *detail; /* libcurl's own words; "" when it has none */
} migdi_http_failure;

/* The status; *message lives as long as `failure->detail`, or for ever. */
migd_status migdi_http_failure_status(const migdi_http_failure *failure, const char **message);

#endif

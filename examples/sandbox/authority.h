/* A certificate authority that lives as long as the program, and the server's certificate by it. */
#ifndef SANDBOX_AUTHORITY_H
#define SANDBOX_AUTHORITY_H

#include <stdbool.h>

typedef struct authority {
    char *authority_pem;
    char *certificate_pem;
    char *key_pem;
} authority;

/* For 127.0.0.1, ::1 and localhost, a year. false: OpenSSL could not. */
bool authority_make(authority *out);
void authority_free(authority *made);

#endif

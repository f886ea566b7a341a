/* Keys on P-256: made in a millisecond. */
#include "authority.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <stdlib.h>
#include <string.h>

enum { YEAR = 365 * 86400 };

static bool add_extension(X509 *certificate, X509 *issuer, int kind, const char *content)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, content);
    const bool added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

static bool fill(X509 *certificate, const char *name, EVP_PKEY *key, X509 *issuer)
{
    uint64_t serial = 0;
    const bool numbered =
        RAND_bytes((unsigned char *)&serial, sizeof serial) == 1 &&
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
    X509_NAME *subject = X509_get_subject_name(certificate);
    return numbered && X509_set_version(certificate, X509_VERSION_3) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), YEAR) != NULL &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1,
                                      -1, 0) == 1 &&
           X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
           X509_set_pubkey(certificate, key) == 1;
}

static char *take_text(BIO *written)
{
    char *bytes = NULL;
    const long size = BIO_get_mem_data(written, &bytes);
    char *copy = size > 0 ? calloc(1, (size_t)size + 1) : NULL;
    if (copy != NULL) {
        memcpy(copy, bytes, (size_t)size);
    }
    BIO_free(written);
    return copy;
}

static char *certificate_text(X509 *certificate)
{
    BIO *written = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(written, certificate);
    return take_text(written);
}

static char *key_text(EVP_PKEY *key)
{
    BIO *written = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(written, key, NULL, NULL, 0, NULL, NULL);
    return take_text(written);
}

bool authority_make(authority *out)
{
    EVP_PKEY *root_key = EVP_EC_gen("P-256");
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *root = X509_new();
    X509 *leaf = X509_new();
    const bool made =
        root_key != NULL && key != NULL && root != NULL && leaf != NULL &&
        fill(root, "migdeploy-sandbox authority", root_key, root) &&
        add_extension(root, root, NID_basic_constraints, "critical,CA:TRUE") &&
        add_extension(root, root, NID_key_usage, "critical,keyCertSign") &&
        add_extension(root, root, NID_subject_key_identifier, "hash") &&
        X509_sign(root, root_key, EVP_sha256()) > 0 && fill(leaf, "migdeploy-sandbox", key, root) &&
        add_extension(leaf, root, NID_subject_alt_name, "IP:127.0.0.1,IP:::1,DNS:localhost") &&
        add_extension(leaf, root, NID_authority_key_identifier, "keyid") &&
        add_extension(leaf, root, NID_ext_key_usage, "serverAuth") &&
        X509_sign(leaf, root_key, EVP_sha256()) > 0;
    if (made) {
        *out = (authority){certificate_text(root), certificate_text(leaf), key_text(key)};
    }
    X509_free(leaf);
    X509_free(root);
    EVP_PKEY_free(key);
    EVP_PKEY_free(root_key);
    return made && out->authority_pem != NULL && out->certificate_pem != NULL &&
           out->key_pem != NULL;
}

void authority_free(authority *made)
{
    free(made->authority_pem);
    free(made->certificate_pem);
    free(made->key_pem);
}

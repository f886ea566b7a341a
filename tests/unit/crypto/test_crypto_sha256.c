#include "test_support.h"

#include "crypto_hex.h"
#include "crypto_sha256.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static void assert_digest(const char *bytes, size_t size, const char *wanted)
{
    uint8_t digest[MIGDI_SHA256_SIZE];
    migdi_text text = {0};
    assert_true(migdi_sha256(bytes, size, digest));
    migdi_hex_add(&text, digest, sizeof digest);
    assert_string_equal(migdi_text_string(&text), wanted);
    migdi_text_free(&text);
}

/* The examples of FIPS 180-4 (NIST's SHA256.pdf) and the empty message. */
static void gives_the_published_digests(void **state)
{
    (void)state;
    assert_digest("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_digest("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    char *million = malloc(1000000);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    assert_digest(million, 1000000,
                  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

static void *hash_often(void *wrong)
{
    uint8_t digest[MIGDI_SHA256_SIZE];
    for (int i = 0; i < 200; i++) {
        if (!migdi_sha256("abc", 3, digest) || digest[0] != 0xba || digest[31] != 0xad) {
            *(bool *)wrong = true;
        }
    }
    return NULL;
}

static void threads_may_hash_side_by_side(void **state)
{
    (void)state;
    pthread_t threads[4];
    bool wrong[4] = {false};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, hash_often, &wrong[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_false(wrong[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_may_hash_side_by_side),
        cmocka_unit_test(gives_the_published_digests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "test_support.h"

#include "manifest_spec_forms.h"

#include <string.h>

static void ranges_are_those_that_go_takes(void **state)
{
    (void)state;
    /* net.ParseCIDR of Go 1.26, which Kubernetes uses for loadBalancerSourceRanges. */
    static const struct {
        const char *text;
        bool valid;
    } ranges[] = {
        {"0.0.0.0/0", true},
        {"10.0.0.0/8", true},
        {"192.168.1.1/32", true},
        {"255.255.255.255/32", true},
        {"::/0", true},
        {"::1/128", true},
        {"2001:db8::/32", true},
        {"2001:DB8:0:0:0:0:0:1/64", true},
        {"1:2:3:4:5:6:7:8/1", true},
        {"::ffff:10.0.0.1/96", true},
        {"1:2:3:4:5:6:10.0.0.1/96", true},
        {"1::8/64", true},
        {"", false},
        {"/8", false},
        {"10.0.0.0", false},
        {"10.0.0.0/", false},
        {"10.0.0.0/33", false},
        {"10.0.0.0/08", false}, /* which Go takes; a reader would guess */
        {"10.0.0.0/-1", false},
        {"10.0.0.0/8 ", false},
        {" 10.0.0.0/8", false},
        {"10.0.0/8", false},
        {"10.0.0.0.0/8", false},
        {"010.0.0.0/8", false},
        {"256.0.0.0/8", false},
        {"10.0.0.0/8/8", false},
        {"a.b.c.d/8", false},
        {"::", false},
        {":::/0", false},
        {"::/129", false},
        {"1:2:3:4:5:6:7/64", false},
        {"1:2:3:4:5:6:7:8:9/64", false},
        {"1::2::3/64", false},
        {"1::2:/64", false},
        {"1:2:3:4:5:6:7:12345/64", false},
        {"12345::/16", false},
        {"1:2:3:4:5:6:7:8::/64", false},
        {"g::/16", false},
        {"1:/16", false},
        {"::10.0.0.1:1/96", false},
        {"::1.2.3/96", false},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (migdi_spec_is_range(ranges[i].text, strlen(ranges[i].text)) != ranges[i].valid) {
            fail_msg("%s", ranges[i].text);
        }
    }
}

static bool fits(migdi_spec_form form, const char *text)
{
    return migdi_spec_form_fits(form, text, strlen(text));
}

static void a_clusters_name_leaves_room_for_what_is_named_after_it(void **state)
{
    (void)state;
    const char *longest = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee12";
    assert_int_equal(strlen(longest), 52);
    assert_true(fits(MIGDI_SPEC_FORM_CLUSTER_NAME, longest));
    assert_false(fits(MIGDI_SPEC_FORM_CLUSTER_NAME,
                      "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee123"));
    assert_true(fits(MIGDI_SPEC_FORM_CLUSTER_NAME, "a"));
    assert_false(fits(MIGDI_SPEC_FORM_CLUSTER_NAME, "1a")); /* no Service may be called 1a-cs */
    assert_false(fits(MIGDI_SPEC_FORM_CLUSTER_NAME, "a."));
    assert_false(fits(MIGDI_SPEC_FORM_CLUSTER_NAME, ""));
}

static void texts_fit_their_forms(void **state)
{
    (void)state;
    static const struct {
        migdi_spec_form form;
        const char *good[3];
        const char *bad[4];
    } forms[] = {
        {MIGDI_SPEC_FORM_LABEL, {"a", "1a", "a-b"}, {"", "A", "a.b", "-a"}},
        {MIGDI_SPEC_FORM_SUBDOMAIN, {"a", "a.b", "cluster.local"}, {"", "A", "a..b", ".a"}},
        {MIGDI_SPEC_FORM_IMAGE, {"a", "h:1/a/b:t", "a@sha256:0"}, {"", "a b", "a\n", "\ta"}},
        {MIGDI_SPEC_FORM_PATH, {"", "/", "/health?a=b"}, {"health", " /", "/a b", "/\x7f"}},
        {MIGDI_SPEC_FORM_ARN, {"arn:aws:x", "arn:x", "arn:aws-cn:y"}, {"", "arn:", "x", "arn: a"}},
        {MIGDI_SPEC_FORM_LABEL_KEY, {"a", "a.b/c", "A_b"}, {"", "a/b/c", "a b", "/a"}},
        {MIGDI_SPEC_FORM_LABEL_VALUE, {"", "a", "A_b.c"}, {"a b", "-a", "a/b", "a."}},
        {MIGDI_SPEC_FORM_PARAMETER, {"Memory", "X.Y-z_1", "a"}, {"", "9a", "a b", "a=b"}},
        {MIGDI_SPEC_FORM_EKS_NAME, {"a", "9-b_C", "A"}, {"", "-a", "_a", "a b"}},
        {MIGDI_SPEC_FORM_SECRET_KEY, {"a", ".a", "tls.crt"}, {"", "a/b", "a b", "\xc3\xa4"}},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        for (size_t j = 0; j < 3; j++) {
            assert_true(fits(forms[i].form, forms[i].good[j]));
        }
        for (size_t j = 0; j < 4; j++) {
            if (fits(forms[i].form, forms[i].bad[j])) {
                fail_msg("%s: \"%s\"", migdi_spec_form_text(forms[i].form), forms[i].bad[j]);
            }
        }
    }
    assert_true(fits(MIGDI_SPEC_FORM_NONE, "\n"));
}

static void a_long_text_ends_where_its_form_ends(void **state)
{
    (void)state;
    char text[300];
    memset(text, 'a', sizeof text);
    assert_int_equal(sizeof text, 300);
    text[101] = '\0';
    assert_false(migdi_spec_form_fits(MIGDI_SPEC_FORM_EKS_NAME, text, 101));
    text[100] = '\0';
    assert_true(migdi_spec_form_fits(MIGDI_SPEC_FORM_EKS_NAME, text, 100));
    memset(text, 'a', sizeof text);
    text[254] = '\0';
    assert_false(migdi_spec_form_fits(MIGDI_SPEC_FORM_SECRET_KEY, text, 254));
    text[253] = '\0';
    assert_true(migdi_spec_form_fits(MIGDI_SPEC_FORM_SECRET_KEY, text, 253));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_those_that_go_takes),
        cmocka_unit_test(a_clusters_name_leaves_room_for_what_is_named_after_it),
        cmocka_unit_test(texts_fit_their_forms),
        cmocka_unit_test(a_long_text_ends_where_its_form_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "test_codec_vectors.h"

#include "codec_name.h"
#include "codec_object.h"

static migdi_name_kind kind_of(const char *name)
{
    static const char *const names[] = {
        [MIGDI_NAME_DNS1123_LABEL] = "dns1123label",
        [MIGDI_NAME_DNS1123_SUBDOMAIN] = "dns1123subdomain",
        [MIGDI_NAME_DNS1035_LABEL] = "dns1035label",
        [MIGDI_NAME_QUALIFIED] = "qualifiedname",
        [MIGDI_NAME_LABEL_VALUE] = "labelvalue",
        [MIGDI_NAME_PORT] = "portname",
    };
    size_t kind = 0;
    while (strcmp(names[kind], name) != 0) {
        kind++;
        assert_true(kind < sizeof names / sizeof names[0]);
    }
    return (migdi_name_kind)kind;
}

static void check_vector(const migd_object *vector)
{
    size_t size = 0;
    const char *input = migdi_object_string(migd_object_at(vector, "/input"), &size);
    const char *problem =
        migdi_name_problem(kind_of(migd_object_text(vector, "/kind", "")), input, size);
    if ((problem == NULL) != (migd_object_boolean(vector, "/valid", -1) == 1)) {
        fail_msg("%s: %s", test_id(vector), problem == NULL ? "no problem" : problem);
    }
}

static void takes_what_kubernetes_takes_and_nothing_else(void **state)
{
    (void)state;
    test_each_vector("names.jsonl", 173, check_vector);
}

static void says_what_is_wrong_as_the_end_of_a_sentence(void **state)
{
    (void)state;
    static const struct {
        migdi_name_kind kind;
        const char *text;
        const char *problem;
    } rows[] = {
        {MIGDI_NAME_DNS1035_LABEL, "0a", "must start with a letter"},
        {MIGDI_NAME_PORT, "80", "must have a letter"},
        {MIGDI_NAME_PORT, "a--b", "must not have two hyphens in a row"},
        {MIGDI_NAME_PORT, "inter-cluster-10", "must be no more than 15 bytes"},
        {MIGDI_NAME_QUALIFIED, "/b", "must have a DNS name of at most 253 bytes before the '/'"},
        {MIGDI_NAME_DNS1123_LABEL, "a.b",
         "must be lower case letters, digits and '-', with a letter or digit at both ends"},
        {(migdi_name_kind)99, "a", "is of no known kind"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(migdi_name_problem(rows[i].kind, rows[i].text, strlen(rows[i].text)),
                            rows[i].problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_kubernetes_takes_and_nothing_else),
        cmocka_unit_test(says_what_is_wrong_as_the_end_of_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "kube_scripted.h"

#include <stdio.h>
#include <string.h>

static migd_status open_with(migd_context *context, int32_t option, const char *value,
                             migd_kube **kube, migd_error **error)
{
    migd_call_options *options = NULL;
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_text(options, MIGD_CALL_KUBECONFIG, TEST_DATA "/kube/client.yaml", NULL);
    migd_call_options_set_text(options, option, value, NULL);
    const migd_status status = migd_kube_open(context, options, kube, error);
    migd_call_options_free(options);
    return status;
}

static void a_client_tells_what_it_found_and_no_secret(void **state)
{
    (void)state;
    scripted it = scripted_open(NULL, 0, "ann");
    migd_buf *json = NULL;
    assert_int_equal(migd_object_write_json(migd_kube_info(it.kube), 0, &json, NULL), MIGD_OK);
    assert_string_equal(migd_buf_data(json),
                        "{\"server\":\"https://server:6443/prefix\",\"cluster\":\"cluster\","
                        "\"context\":\"ann\",\"user\":\"ann\",\"namespace\":\"blue\"}");
    migd_buf_free(json);
    assert_int_equal(test_request_count(it.transport), 0);
    scripted_close(&it);
    it = scripted_open(NULL, 0, "nobody");
    assert_int_equal(migd_object_kind(migd_object_at(migd_kube_info(it.kube), "/user")),
                     MIGD_KIND_NULL);
    assert_string_equal(migd_object_text(migd_kube_info(it.kube), "/namespace", ""), "default");
    scripted_close(&it);
    assert_null(migd_kube_info(NULL));
    migd_kube_free(NULL);
}

static void the_callers_namespace_goes_before_the_contexts(void **state)
{
    (void)state;
    test_transport *transport = test_transport_new(NULL, 0);
    migd_context *context = test_context(transport, NULL);
    migd_kube *kube = NULL;
    assert_int_equal(open_with(context, MIGD_CALL_NAMESPACE, "red", &kube, NULL), MIGD_OK);
    assert_string_equal(migd_object_text(migd_kube_info(kube), "/namespace", ""), "red");
    migd_kube_free(kube);
    migd_error *error = NULL;
    assert_int_equal(open_with(context, MIGD_CALL_NAMESPACE, "Not A Label", &kube, &error),
                     MIGD_ERR_INVALID);
    assert_null(kube);
    migd_error_free(error);
    migd_context_free(context);
}

static void what_is_wrong_is_told_when_the_client_is_opened(void **state)
{
    (void)state;
    test_transport *transport = test_transport_new(NULL, 0);
    migd_context *context = test_context(transport, NULL);
    migd_kube *kube = NULL;
    migd_error *error = NULL;
    assert_int_equal(open_with(context, MIGD_CALL_KUBECONFIG, "/nowhere/config", &kube, &error),
                     MIGD_ERR_NOT_FOUND);
    assert_non_null(strstr(migd_error_message(error), "/nowhere/config"));
    migd_error_free(error);
    assert_int_equal(open_with(context, MIGD_CALL_CONTEXT, "amn", &kube, &error),
                     MIGD_ERR_NOT_FOUND);
    assert_non_null(strstr(migd_error_message(error), "did you mean \"ann\"?"));
    migd_error_free(error);
    char long_name[200];
    memset(long_name, 'm', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_int_equal(open_with(context, MIGD_CALL_FIELD_MANAGER, long_name, &kube, NULL),
                     MIGD_ERR_INVALID);
    assert_int_equal(migd_kube_open(NULL, NULL, &kube, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_kube_open(context, NULL, NULL, NULL), MIGD_ERR_INVALID);
    assert_null(kube);
    migd_context_free(context);
}

/* The variables are the context's, not the process's. */
static const char *variable(const char *name, void *user)
{
    return strcmp(name, "KUBECONFIG") == 0 ? user : NULL;
}

static void the_variable_kubeconfig_is_read_from_the_context(void **state)
{
    (void)state;
    char chain[] = "/nowhere:" TEST_DATA "/kube/client.yaml";
    test_transport *transport = test_transport_new(NULL, 0);
    migd_context_options *options = NULL;
    assert_int_equal(migd_context_options_new(&options, NULL), MIGD_OK);
    migd_context_options_set_environment(options, variable, chain);
    migd_context *context = test_context(transport, options);
    migd_kube *kube = NULL;
    assert_int_equal(migd_kube_open(context, NULL, &kube, NULL), MIGD_OK);
    assert_string_equal(migd_object_text(migd_kube_info(kube), "/context", ""), "ann");
    migd_kube_free(kube);
    migd_context_free(context);
    migd_context_options_free(options);
}

static migd_status open_all(void *user)
{
    (void)user;
    migd_call_options *options = NULL;
    migd_context_options *context_options = NULL;
    migd_context *context = NULL;
    migd_kube *kube = NULL;
    test_transport *own = test_transport_new(NULL, 0);
    migd_status status = migd_context_options_new(&context_options, NULL);
    if (status < 0) {
        test_transport_base(own)->kind->close(test_transport_base(own));
        return status;
    }
    migd_context_options_set_clock(context_options, test_clock, own);
    status = migdi_context_new_on(context_options, test_transport_base(own), &context, NULL);
    status = status < 0 ? status : migd_call_options_new(&options, NULL);
    status = status < 0 ? status
                        : migd_call_options_set_text(options, MIGD_CALL_KUBECONFIG,
                                                     TEST_DATA "/kube/client.yaml", NULL);
    migd_error *error = NULL;
    if (status == MIGD_OK) {
        status = migd_kube_open(context, options, &kube, &error);
        assert_int_equal(migd_error_status(error), status);
    }
    migd_error_free(error);
    migd_kube_free(kube);
    migd_call_options_free(options);
    migd_context_options_free(context_options);
    migd_context_free(context);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(open_all, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_tells_what_it_found_and_no_secret),
        cmocka_unit_test(the_callers_namespace_goes_before_the_contexts),
        cmocka_unit_test(what_is_wrong_is_told_when_the_client_is_opened),
        cmocka_unit_test(the_variable_kubeconfig_is_read_from_the_context),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

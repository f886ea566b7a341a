/* A client on a scripted transport: tests/data/kube/client.yaml, context "ann" unless another is
 * named. */
#ifndef KUBE_SCRIPTED_H
#define KUBE_SCRIPTED_H

#include "test_support.h"
#include "test_transport.h"

#include <migdeploy/kube.h>

#define JSON     "content-type: application/json\n"
#define API      "/prefix/api/v1/namespaces/blue/"
#define APPS     "/prefix/apis/apps/v1/namespaces/blue/"
#define COUNT(a) (sizeof(a) / sizeof *(a))

typedef struct scripted {
    test_transport *transport;
    migd_context *context;
    migd_call_options *options;
    migd_kube *kube;
} scripted;

static inline scripted scripted_open_with(const test_rule *rules, size_t count, const char *context,
                                          migd_context_options *context_options)
{
    scripted it = {.transport = test_transport_new(rules, count)};
    it.context = test_context(it.transport, context_options);
    assert_int_equal(migd_call_options_new(&it.options, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_set_text(it.options, MIGD_CALL_KUBECONFIG,
                                                TEST_DATA "/kube/client.yaml", NULL),
                     MIGD_OK);
    assert_int_equal(migd_call_options_set_text(it.options, MIGD_CALL_CONTEXT, context, NULL),
                     MIGD_OK);
    assert_int_equal(migd_kube_open(it.context, it.options, &it.kube, NULL), MIGD_OK);
    return it;
}

static inline scripted scripted_open(const test_rule *rules, size_t count, const char *context)
{
    return scripted_open_with(rules, count, context, NULL);
}

static inline void scripted_close(scripted *it)
{
    migd_kube_free(it->kube);
    migd_call_options_free(it->options);
    migd_context_free(it->context);
}

/* Request `index` as "METHOD path". */
static inline void assert_request(const scripted *it, size_t index, const char *method,
                                  const char *path)
{
    const test_request *request = test_request_at(it->transport, index);
    assert_string_equal(request->method, method);
    assert_string_equal(request->path, path);
}

#endif

#include "kube_scripted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS(code, reason)                                                                       \
    "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"said\",\"reason\":\"" reason        \
    "\",\"code\":" #code "}"

static migd_object *parse(const char *text)
{
    migd_object *object = NULL;
    assert_int_equal(migd_object_parse(text, strlen(text), NULL, &object, NULL), MIGD_OK);
    return object;
}

/* --- get -------------------------------------------------------------------------------------- */

static void a_get_is_one_request_and_its_answer(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.path = APPS "statefulsets/web",
         .headers = JSON,
         .body = "{\"kind\":\"StatefulSet\",\"z\":0}"},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *got = NULL;
    assert_int_equal(migd_kube_get(it.kube, "sts", NULL, "web", NULL, &got, NULL), MIGD_OK);
    assert_int_equal(migd_object_int64(got, "/z", 7), 0);
    assert_int_equal(test_request_count(it.transport), 1);
    migd_object_free(got);
    scripted_close(&it);
}

static void what_is_not_there_is_the_servers_own_not_found(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.status = 404, .headers = JSON "audit-id: a-7\n", .body = STATUS(404, "NotFound")},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *got = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_kube_get(it.kube, "pod", "red", "web-0", NULL, &got, &error),
                     MIGD_ERR_NOT_FOUND);
    assert_null(got);
    assert_string_equal(migd_error_operation(error), "get Pod/red/web-0");
    assert_string_equal(migd_error_remote_code(error), "NotFound");
    assert_string_equal(migd_error_request_id(error), "a-7");
    assert_int_equal(migd_error_http_status(error), 404);
    migd_error_free(error);
    scripted_close(&it);
}

/* kubernetes.md 1.3 defect 10: an answer is never that of the request before. */
static void defect_10_each_call_hears_its_own_answer(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.times = 1, .status = 401, .headers = JSON, .body = STATUS(401, "Unauthorized")},
        {.times = 1, .headers = JSON, .body = "{\"kind\":\"Pod\",\"n\":1}"},
        {.times = 1, .lost = MIGD_ERR_TLS, .message = "no trust"},
        {.headers = JSON, .body = "{\"kind\":\"Pod\",\"n\":2}"},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *got = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_kube_get(it.kube, "pods", NULL, "a", NULL, &got, &error),
                     MIGD_ERR_DENIED);
    migd_error_free(error);
    assert_int_equal(migd_kube_get(it.kube, "pods", NULL, "a", NULL, &got, &error), MIGD_OK);
    assert_null(error);
    assert_int_equal(migd_object_int64(got, "/n", 0), 1);
    migd_object_free(got);
    assert_int_equal(migd_kube_get(it.kube, "pods", NULL, "a", NULL, &got, &error), MIGD_ERR_TLS);
    assert_int_equal(migd_error_http_status(error), 0);
    assert_null(got);
    migd_error_free(error);
    assert_int_equal(migd_kube_get(it.kube, "pods", NULL, "a", NULL, &got, NULL), MIGD_OK);
    assert_int_equal(migd_object_int64(got, "/n", 0), 2);
    migd_object_free(got);
    scripted_close(&it);
}

static void a_busy_server_is_asked_again_when_it_said(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.times = 2,
         .status = 429,
         .headers = JSON "retry-after: 3\n",
         .body = STATUS(429, "TooManyRequests")},
        {.headers = JSON, .body = "{\"kind\":\"Pod\"}"},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    assert_int_equal(migd_kube_get(it.kube, "pods", NULL, "a", NULL, NULL, NULL), MIGD_OK);
    assert_int_equal(test_request_count(it.transport), 3);
    assert_true(test_request_at(it.transport, 1)->at_ms - test_request_at(it.transport, 0)->at_ms >=
                3000);
    scripted_close(&it);
}

static void wrong_arguments_are_refused_before_anything_is_sent(void **state)
{
    (void)state;
    scripted it = scripted_open(NULL, 0, "ann");
    migd_job *job = NULL;
    migd_error *error = NULL;
    static const char *const kinds[] = {NULL, "", "pods/log", "pods web"};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        assert_int_equal(migd_kube_get_start(it.kube, kinds[i], NULL, "a", NULL, &job, NULL),
                         MIGD_ERR_INVALID);
        assert_null(job);
    }
    static const char *const names[] = {NULL, "", "..", "a/b", "x/../../kube-system/pods/y?z",
                                        "%2f"};
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_int_equal(migd_kube_get_start(it.kube, "pods", NULL, names[i], NULL, &job, NULL),
                         MIGD_ERR_INVALID);
        assert_int_equal(
            migd_kube_delete_start(it.kube, "pods", NULL, names[i], NULL, NULL, &job, NULL),
            MIGD_ERR_INVALID);
    }
    assert_int_equal(migd_kube_get_start(it.kube, "pods", "", "a", NULL, &job, &error),
                     MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(error), "\"\" is no namespace of a Pod");
    migd_error_free(error);
    assert_int_equal(migd_kube_get_start(NULL, "pods", NULL, "a", NULL, &job, NULL),
                     MIGD_ERR_INVALID);
    assert_int_equal(migd_kube_get_start(it.kube, "pods", NULL, "a", NULL, NULL, NULL),
                     MIGD_ERR_INVALID);
    assert_int_equal(migd_kube_list_start(it.kube, "pods", NULL, "a in (b", NULL, &job, NULL),
                     MIGD_ERR_PARSE);
    assert_int_equal(migd_kube_list_start(it.kube, NULL, NULL, NULL, NULL, &job, NULL),
                     MIGD_ERR_INVALID);
    assert_int_equal(migd_kube_list(NULL, "pods", NULL, NULL, NULL, NULL, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_kube_delete(NULL, "pods", NULL, "a", NULL, NULL, NULL, NULL),
                     MIGD_ERR_INVALID);
    assert_int_equal(test_request_count(it.transport), 0);
    scripted_close(&it);
}

/* 64 MiB is what a context allows unless told otherwise. */
static void an_answer_may_be_as_large_as_the_context_allows(void **state)
{
    (void)state;
    static const char pod[] = "{\"kind\":\"Pod\",\"z\":1}";
    const size_t size = ((size_t)64 << 20) + 1;
    char *body = malloc(size + 1);
    assert_non_null(body);
    memset(body, ' ', size);
    memcpy(body, pod, sizeof pod - 1);
    body[size] = '\0';
    const test_rule rules[] = {{.headers = JSON, .body = body}};
    for (int64_t allowed = 64; allowed <= 65; allowed++) {
        migd_context_options *options = NULL;
        assert_int_equal(migd_context_options_new(&options, NULL), MIGD_OK);
        migd_context_options_set_int64(options, MIGD_CONTEXT_ANSWER_BYTES, allowed << 20, NULL);
        scripted it = scripted_open_with(rules, COUNT(rules), "ann", options);
        migd_object *got = NULL;
        assert_int_equal(migd_kube_get(it.kube, "pods", NULL, "a", NULL, &got, NULL),
                         allowed == 64 ? MIGD_ERR_LIMIT : MIGD_OK);
        assert_int_equal(migd_object_int64(got, "/z", 0), allowed == 64 ? 0 : 1);
        migd_object_free(got);
        scripted_close(&it);
        migd_context_options_free(options);
    }
    free(body);
}

/* --- list ------------------------------------------------------------------------------------- */

static void a_list_is_all_pages_each_item_with_its_kind(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.path = API "pods?labelSelector=app%3Dweb%2Cx%21%3Dy&limit=500",
         .headers = JSON,
         .body =
             "{\"kind\":\"PodList\",\"metadata\":{\"continue\":\"t/1\"},\"items\":[{\"a\":1}]}"},
        {.path = API "pods?labelSelector=app%3Dweb%2Cx%21%3Dy&limit=500&continue=t%2F1",
         .headers = JSON,
         .body = "{\"kind\":\"PodList\",\"metadata\":{\"continue\":\"t2\"},\"items\":[]}"},
        {.path = API "pods?labelSelector=app%3Dweb%2Cx%21%3Dy&limit=500&continue=t2",
         .headers = JSON,
         .body = "{\"kind\":\"PodList\",\"metadata\":{},\"items\":[{\"a\":2},{\"a\":3}]}"},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *list = NULL;
    assert_int_equal(migd_kube_list(it.kube, "po", NULL, "app=web,x!=y", NULL, &list, NULL),
                     MIGD_OK);
    assert_string_equal(migd_object_text(list, "/kind", ""), "List");
    assert_string_equal(migd_object_text(list, "/apiVersion", ""), "v1");
    assert_int_equal(migd_object_count(migd_object_at(list, "/items")), 3);
    for (int64_t i = 0; i < 3; i++) {
        const migd_object *item = migd_object_item(migd_object_at(list, "/items"), (size_t)i);
        assert_int_equal(migd_object_int64(item, "/a", 0), i + 1);
        assert_string_equal(migd_object_text(item, "/kind", ""), "Pod");
        assert_string_equal(migd_object_text(item, "/apiVersion", ""), "v1");
    }
    assert_int_equal(test_request_count(it.transport), 3);
    migd_object_free(list);
    scripted_close(&it);
}

static void an_empty_list_and_all_namespaces(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.path = "/prefix/apis/apps/v1/statefulsets?limit=500",
         .headers = JSON,
         .body = "{\"kind\":\"StatefulSetList\",\"metadata\":{},\"items\":[]}"},
        {.path = "/prefix/api/v1/nodes?limit=500",
         .headers = JSON,
         .body = "{\"kind\":\"NodeList\",\"metadata\":{},\"items\":[{}]}"},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *list = NULL;
    assert_int_equal(migd_kube_list(it.kube, "statefulsets", "", NULL, NULL, &list, NULL), MIGD_OK);
    assert_int_equal(migd_object_count(migd_object_at(list, "/items")), 0);
    migd_object_free(list);
    assert_int_equal(migd_kube_list(it.kube, "nodes", "blue", NULL, NULL, &list, NULL), MIGD_OK);
    assert_string_equal(migd_object_text(list, "/items/0/kind", ""), "Node");
    migd_object_free(list);
    scripted_close(&it);
}

/* faults.md T14: a token that comes for ever. */
static void a_list_without_end_is_an_error_not_a_part(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.headers = JSON,
         .body = "{\"kind\":\"PodList\",\"metadata\":{\"continue\":\"same\"},\"items\":[{}]}"},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *list = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_kube_list(it.kube, "pods", NULL, NULL, NULL, &list, &error),
                     MIGD_ERR_REMOTE);
    assert_non_null(strstr(migd_error_message(error), "the same page for ever"));
    assert_null(list);
    assert_int_equal(test_request_count(it.transport), 2);
    migd_error_free(error);
    scripted_close(&it);
}

static void a_list_that_expired_starts_again(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.times = 1,
         .path = API "pods?limit=500",
         .headers = JSON,
         .body = "{\"metadata\":{\"continue\":\"old\"},\"items\":[{\"a\":1}]}"},
        {.times = 1,
         .path = API "pods?limit=500&continue=old",
         .status = 410,
         .headers = JSON,
         .body = STATUS(410, "Expired")},
        {.path = API "pods?limit=500",
         .headers = JSON,
         .body = "{\"metadata\":{},\"items\":[{\"a\":2},{\"a\":3}]}"},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *list = NULL;
    assert_int_equal(migd_kube_list(it.kube, "pods", NULL, NULL, NULL, &list, NULL), MIGD_OK);
    assert_int_equal(migd_object_count(migd_object_at(list, "/items")), 2);
    assert_int_equal(migd_object_int64(list, "/items/0/a", 0), 2);
    migd_object_free(list);
    scripted_close(&it);
}

/* --- apply ------------------------------------------------------------------------------------ */

#define CONFIG_MAP                                                                                 \
    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"s\"},"                 \
    "\"data\":{\"a\":\"1\"}}"

static void an_apply_sends_the_object_and_gives_what_was_stored(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.method = "PATCH",
         .path = API "configmaps/s?fieldManager=migdeploy&fieldValidation=Strict&force=false",
         .status = 201,
         .headers = JSON,
         .body = "{\"kind\":\"ConfigMap\",\"metadata\":{\"uid\":\"u\"}}"},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *object = parse(CONFIG_MAP);
    migd_object *stored = NULL;
    assert_int_equal(migd_kube_apply(it.kube, object, NULL, &stored, NULL), MIGD_OK);
    assert_string_equal(migd_object_text(stored, "/metadata/uid", ""), "u");
    const test_request *request = test_request_at(it.transport, 0);
    assert_string_equal(request->body, CONFIG_MAP);
    assert_non_null(strstr(request->headers, "Content-Type: application/apply-patch+yaml\n"));
    migd_object_free(stored);
    migd_object_free(object);
    scripted_close(&it);
}

static void force_dry_run_manager_and_namespace_are_the_callers(void **state)
{
    (void)state;
    static const test_rule rules[] = {{.headers = JSON, .body = "{\"kind\":\"ConfigMap\"}"}};
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *object = parse(CONFIG_MAP);
    migd_call_options *options = NULL;
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_int64(options, MIGD_CALL_FORCE, 1, NULL);
    migd_call_options_set_int64(options, MIGD_CALL_DRY_RUN, 1, NULL);
    migd_call_options_set_text(options, MIGD_CALL_FIELD_MANAGER, "my tool", NULL);
    migd_call_options_set_text(options, MIGD_CALL_NAMESPACE, "red", NULL);
    assert_int_equal(migd_kube_apply(it.kube, object, options, NULL, NULL), MIGD_OK);
    assert_request(&it, 0, "PATCH",
                   "/prefix/api/v1/namespaces/red/configmaps/s?dryRun=All&fieldManager=my%20tool&"
                   "fieldValidation=Strict&force=true");
    migd_object_set_string(object, "/metadata/namespace", "green", NULL);
    migd_error *error = NULL;
    assert_int_equal(migd_kube_apply(it.kube, object, options, NULL, &error), MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(error),
                        "the object is in namespace \"green\", not in \"red\"");
    migd_error_free(error);
    assert_int_equal(test_request_count(it.transport), 1);
    assert_int_equal(migd_kube_apply(it.kube, object, NULL, NULL, NULL), MIGD_OK);
    assert_non_null(strstr(test_request_at(it.transport, 1)->path, "/namespaces/green/"));
    migd_call_options_free(options);
    migd_object_free(object);
    scripted_close(&it);
}

static void a_conflict_keeps_every_owner(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.status = 409,
         .headers = JSON,
         .body = "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Conflict\",\"code\":409,"
                 "\"details\":{\"causes\":[{\"reason\":\"FieldManagerConflict\",\"message\":"
                 "\"conflict with \\\"one\\\"\",\"field\":\".data.a\"}]}}"},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *object = parse(CONFIG_MAP);
    migd_error *error = NULL;
    assert_int_equal(migd_kube_apply(it.kube, object, NULL, NULL, &error), MIGD_ERR_CONFLICT);
    assert_string_equal(migd_error_operation(error), "apply ConfigMap/blue/s");
    assert_string_equal(migd_error_detail(error, 0, MIGD_DETAIL_SUBJECT), "one");
    assert_string_equal(migd_error_detail(error, 0, MIGD_DETAIL_FIELD), ".data.a");
    migd_error_free(error);
    migd_object_free(object);
    scripted_close(&it);
}

static void what_is_no_object_is_not_applied(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "[]",
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}",
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"generateName\":\"x-\"}}",
        "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"x\"}}",
        "{\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"x\"}}",
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":7}}",
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"../x\"}}",
    };
    scripted it = scripted_open(NULL, 0, "ann");
    for (size_t i = 0; i < COUNT(texts); i++) {
        migd_object *object = parse(texts[i]);
        assert_int_equal(migd_kube_apply(it.kube, object, NULL, NULL, NULL), MIGD_ERR_INVALID);
        migd_object_free(object);
    }
    assert_int_equal(migd_kube_apply(it.kube, NULL, NULL, NULL, NULL), MIGD_ERR_INVALID);
    assert_int_equal(test_request_count(it.transport), 0);
    scripted_close(&it);
}

static void each_call_is_also_a_job(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.method = "PATCH", .headers = JSON, .body = "{\"kind\":\"ConfigMap\"}"},
        {.headers = JSON, .body = "{\"metadata\":{},\"items\":[{}]}"},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *object = parse(CONFIG_MAP);
    migd_object *out = NULL;
    migd_job *job = NULL;
    assert_int_equal(migd_kube_apply_start(it.kube, object, NULL, &job, NULL), MIGD_OK);
    migd_object_free(object); /* the job has a copy */
    assert_int_equal(migd_job_finish(job, &out, NULL), MIGD_OK);
    assert_string_equal(migd_object_text(out, "/kind", ""), "ConfigMap");
    migd_object_free(out);
    migd_job_free(job);
    assert_int_equal(migd_kube_list_start(it.kube, "pods", NULL, NULL, NULL, &job, NULL), MIGD_OK);
    assert_int_equal(migd_job_finish(job, &out, NULL), MIGD_OK);
    assert_int_equal(migd_object_count(migd_object_at(out, "/items")), 1);
    migd_object_free(out);
    migd_job_free(job);
    assert_int_equal(migd_kube_apply_start(it.kube, NULL, NULL, &job, NULL), MIGD_ERR_INVALID);
    assert_null(job);
    scripted_close(&it);
}

/* --- kinds that are not built in -------------------------------------------------------------- */

static const char groups[] =
    "{\"kind\":\"APIGroupDiscoveryList\",\"items\":[{\"metadata\":{\"name\":\"x.io\"},\"vers"
    "ions\":[{"
    "\"version\":\"v1\",\"resources\":[{\"resource\":\"widgets\",\"responseKind\":{\"kind"
    "\":\"Widget\"},"
    "\"scope\":\"Namespaced\",\"singularResource\":\"widget\",\"shortNames\":[\"wd\"],"
    "\"verbs\":[\"get\",\"list\"]}]}]}]}";
static const char nothing[] = "{\"kind\":\"APIGroupDiscoveryList\",\"items\":[]}";

static void an_unknown_kind_is_asked_for_once_and_remembered(void **state)
{
    (void)state;
    const test_rule rules[] = {
        {.path = "/prefix/api", .headers = JSON, .body = nothing},
        {.path = "/prefix/apis", .headers = JSON, .body = groups},
        {.headers = JSON, .body = "{\"kind\":\"Widget\"}"},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    assert_int_equal(migd_kube_get(it.kube, "wd", NULL, "w", NULL, NULL, NULL), MIGD_OK);
    assert_int_equal(test_request_count(it.transport), 3);
    assert_request(&it, 2, "GET", "/prefix/apis/x.io/v1/namespaces/blue/widgets/w");
    assert_int_equal(migd_kube_get(it.kube, "widgets.x.io", "red", "w", NULL, NULL, NULL), MIGD_OK);
    assert_int_equal(test_request_count(it.transport), 4);
    migd_object *object =
        parse("{\"apiVersion\":\"x.io/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"w\"}}");
    assert_int_equal(migd_kube_apply(it.kube, object, NULL, NULL, NULL), MIGD_OK);
    assert_request(&it, 4, "PATCH",
                   "/prefix/apis/x.io/v1/namespaces/blue/widgets/w?fieldManager=migdeploy&"
                   "fieldValidation=Strict&force=false");
    migd_object_free(object);
    scripted_close(&it);
}

static void a_kind_that_was_added_meanwhile_is_found_by_asking_again(void **state)
{
    (void)state;
    const test_rule rules[] = {
        {.path = "/prefix/api", .headers = JSON, .body = nothing},
        {.times = 1, .path = "/prefix/apis", .headers = JSON, .body = nothing},
        {.path = "/prefix/apis", .headers = JSON, .body = groups},
        {.headers = JSON, .body = "{\"items\":[{\"metadata\":{}}]}"},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *list = NULL;
    assert_int_equal(migd_kube_list(it.kube, "widgets", NULL, NULL, NULL, NULL, NULL),
                     MIGD_ERR_UNSUPPORTED);
    assert_int_equal(test_request_count(it.transport), 2);
    assert_int_equal(migd_kube_list(it.kube, "widgets", NULL, NULL, NULL, &list, NULL), MIGD_OK);
    assert_string_equal(migd_object_text(list, "/items/0/apiVersion", ""), "x.io/v1");
    assert_string_equal(migd_object_text(list, "/items/0/kind", ""), "Widget");
    migd_object_free(list);
    scripted_close(&it);
}

static void a_kind_that_nobody_serves_is_told_with_the_nearest(void **state)
{
    (void)state;
    const test_rule rules[] = {
        {.path = "/prefix/api", .headers = JSON, .body = nothing},
        {.path = "/prefix/apis", .headers = JSON, .body = groups},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_error *error = NULL;
    assert_int_equal(migd_kube_get(it.kube, "widgtes", NULL, "w", NULL, NULL, &error),
                     MIGD_ERR_UNSUPPORTED);
    assert_string_equal(migd_error_message(error),
                        "the server serves no \"widgtes\"; did you mean \"widgets\"?");
    migd_error_free(error);
    migd_object *object =
        parse("{\"apiVersion\":\"x.io/v9\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"w\"}}");
    assert_int_equal(migd_kube_apply(it.kube, object, NULL, NULL, &error), MIGD_ERR_UNSUPPORTED);
    assert_string_equal(migd_error_message(error), "the server serves no Widget of x.io/v9");
    assert_int_equal(test_request_count(it.transport), 4);
    migd_error_free(error);
    migd_object_free(object);
    scripted_close(&it);
}

static void a_refusal_to_tell_the_kinds_is_the_servers_own(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.status = 403,
         .headers = JSON,
         .body = "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"message\":"
                 "\"no\",\"code\":403}"},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_error *error = NULL;
    assert_int_equal(migd_kube_get(it.kube, "widgets", NULL, "w", NULL, NULL, &error),
                     MIGD_ERR_DENIED);
    assert_int_equal(migd_error_http_status(error), 403);
    migd_error_free(error);
    scripted_close(&it);
}

/* --- life and memory -------------------------------------------------------------------------- */

static void client_job_and_context_are_freed_in_any_order(void **state)
{
    (void)state;
    static const test_rule rules[] = {{.headers = JSON, .body = "{\"kind\":\"Pod\"}"}};
    for (int order = 0; order < 6; order++) {
        test_count_allocations();
        scripted it = scripted_open(rules, COUNT(rules), "ann");
        migd_job *job = NULL;
        assert_int_equal(migd_kube_get_start(it.kube, "pods", NULL, "a", NULL, &job, NULL),
                         MIGD_OK);
        static const char *const orders[] = {"kjc", "kcj", "jkc", "jck", "ckj", "cjk"};
        for (const char *at = orders[order]; *at != '\0'; at++) {
            if (*at == 'k') {
                migd_kube_free(it.kube);
            } else if (*at == 'j') {
                migd_job_free(job);
            } else {
                migd_context_free(it.context);
            }
        }
        migd_call_options_free(it.options);
        assert_int_equal(test_live_allocations(), 0);
        test_uncount_allocations();
    }
}

static void a_job_goes_on_without_its_client_and_a_client_without_context_starts_none(void **state)
{
    (void)state;
    static const test_rule rules[] = {{.headers = JSON, .body = "{\"kind\":\"Pod\"}"}};
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_job *job = NULL;
    migd_object *got = NULL;
    assert_int_equal(migd_kube_get_start(it.kube, "pods", NULL, "a", NULL, &job, NULL), MIGD_OK);
    migd_kube_free(it.kube);
    assert_int_equal(migd_job_finish(job, &got, NULL), MIGD_OK);
    assert_non_null(got);
    migd_object_free(got);
    migd_job_free(job);
    assert_int_equal(migd_kube_open(it.context, it.options, &it.kube, NULL), MIGD_OK);
    migd_context_free(it.context);
    assert_int_equal(migd_kube_get(it.kube, "pods", NULL, "a", NULL, NULL, NULL), MIGD_ERR_INVALID);
    migd_kube_free(it.kube);
    migd_call_options_free(it.options);
}

typedef enum { FLOW_GET, FLOW_LIST, FLOW_APPLY, FLOW_DELETE, FLOW_KIND } flow;

static migd_status run_flow(const flow *which, migd_kube *kube, const migd_object *object,
                            migd_object **out, migd_error **error)
{
    switch (*which) {
    case FLOW_LIST:
        return migd_kube_list(kube, "pods", NULL, "a=b", NULL, out, error);
    case FLOW_APPLY:
        return migd_kube_apply(kube, object, NULL, out, error);
    case FLOW_DELETE:
        return migd_kube_delete(kube, "pods", NULL, "a", "u", NULL, out, error);
    case FLOW_KIND:
        return migd_kube_get(kube, "widgets", NULL, "a", NULL, out, error);
    case FLOW_GET:
        break;
    }
    return migd_kube_get(kube, "pods", NULL, "a", NULL, out, error);
}

static migd_status live(void *user)
{
    const test_rule rules[] = {
        {.path = "/prefix/api", .headers = JSON, .body = nothing},
        {.path = "/prefix/apis", .headers = JSON, .body = groups},
        {.method = "DELETE", .headers = JSON, .body = "{\"kind\":\"Pod\"}"},
        {.path = API "pods?labelSelector=a%3Db&limit=500",
         .headers = JSON,
         .body = "{\"metadata\":{\"continue\":\"t\"},\"items\":[{}]}"},
        {.path = API "pods?labelSelector=a%3Db&limit=500&continue=t",
         .headers = JSON,
         .body = "{\"metadata\":{},\"items\":[{}]}"},
        {.times = *(flow *)user == FLOW_DELETE ? 2 : 0,
         .method = "GET",
         .path = API "pods/a",
         .headers = JSON,
         .body = "{\"kind\":\"Pod\",\"metadata\":{\"uid\":\"u\"}}"},
        {.method = "GET",
         .path = API "pods/a",
         .status = 404,
         .headers = JSON,
         .body = STATUS(404, "NotFound")},
        {.path = API "pods?allowWatchBookmarks*", .hangs = true},
        {.headers = JSON, .body = "{\"kind\":\"Thing\"}"},
    };
    test_transport *transport = test_transport_new(rules, COUNT(rules));
    migd_context_options *context_options = NULL;
    migd_context *context = NULL;
    migd_call_options *options = NULL;
    migd_kube *kube = NULL;
    migd_object *object = NULL;
    migd_object *out = NULL;
    migd_error *error = NULL;
    migd_status status = migd_context_options_new(&context_options, &error);
    if (status == MIGD_OK) {
        migd_context_options_set_clock(context_options, test_clock, transport);
        status =
            migdi_context_new_on(context_options, test_transport_base(transport), &context, &error);
    } else {
        test_transport_base(transport)->kind->close(test_transport_base(transport));
    }
    status = status < 0 ? status : migd_call_options_new(&options, &error);
    status = status < 0 ? status
                        : migd_call_options_set_text(options, MIGD_CALL_KUBECONFIG,
                                                     TEST_DATA "/kube/client.yaml", &error);
    status = status < 0 ? status
                        : migd_object_parse(CONFIG_MAP, strlen(CONFIG_MAP), NULL, &object, &error);
    status = status < 0 ? status : migd_kube_open(context, options, &kube, &error);
    status = status < 0 ? status : run_flow(user, kube, object, &out, &error);
    assert_true(status < 0 || out != NULL);
    if (migd_error_status(error) != (status < 0 ? status : MIGD_OK)) {
        fail_msg("status %d, but the error says %d", status, migd_error_status(error));
    }
    migd_error_free(error);
    migd_object_free(out);
    migd_object_free(object);
    migd_kube_free(kube);
    migd_call_options_free(options);
    migd_context_options_free(context_options);
    migd_context_free(context);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (flow which = FLOW_GET; which <= FLOW_KIND; which++) {
        assert_true(test_fail_allocations(live, &which) > 20);
    }
}

/* --- secrets ---------------------------------------------------------------------------------- */

#define PASSWORD    "czNjcmV0LXBhc3N3b3Jk"
#define SECRET_HEAD "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\"},"
#define SECRET      SECRET_HEAD "\"data\":{\"p\":\"" PASSWORD "\"}}"
#define FILLER      "0123456789012345678901234567890123456789012345678901234567890123456789"
/* Longer than a first piece of memory: what grows must leave nothing behind. */
#define LONG_SECRET                                                                                \
    SECRET_HEAD "\"data\":{\"p\":\"" PASSWORD "\\u0021\",\"q\":\"" FILLER FILLER FILLER FILLER     \
                "\"}}"

/* What the job, the call and the answer held; what the caller holds is freed when nobody looks. */
static void no_memory_of_an_apply_of_a_secret_holds_it(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.times = 1,
         .status = 429,
         .headers = JSON "retry-after: 1\n",
         .body = STATUS(429, "TooManyRequests")},
        {.headers = JSON, .body = LONG_SECRET},
    };
    test_watch_secret(PASSWORD);
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *object = NULL;
    assert_int_equal(migd_object_new(&object, NULL), MIGD_OK);
    migd_object_set_string(object, "/apiVersion", "v1", NULL);
    migd_object_set_string(object, "/kind", "Secret", NULL);
    migd_object_set_string(object, "/metadata/name", "s", NULL);
    migd_object_set_string(object, "/data/p", PASSWORD, NULL);
    migd_object_set_string(object, "/data/q", FILLER FILLER FILLER FILLER, NULL);
    migd_object *stored = NULL;
    assert_int_equal(migd_kube_apply(it.kube, object, NULL, &stored, NULL), MIGD_OK);
    assert_string_equal(migd_object_text(stored, "/data/p", ""), PASSWORD "!");
    migd_object_free(stored);
    scripted_close(&it);
    assert_int_equal(test_secrets_freed(), 0);
    migd_object_free(object);
    test_unwatch_secret();
}

static void no_memory_of_secrets_that_were_read_holds_one(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.path = API "secrets/s", .headers = JSON, .body = LONG_SECRET},
        {.path = API "secrets?limit=500",
         .headers = JSON,
         .body = "{\"metadata\":{\"continue\":\"t\"},\"items\":[" SECRET "]}"},
        {.path = API "secrets?limit=500&continue=t",
         .headers = JSON,
         .body = "{\"metadata\":{},\"items\":[" LONG_SECRET "]}"},
    };
    test_watch_secret(PASSWORD);
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *got = NULL;
    assert_int_equal(migd_kube_get(it.kube, "secrets", NULL, "s", NULL, &got, NULL), MIGD_OK);
    assert_string_equal(migd_object_text(got, "/data/p", ""), PASSWORD "!");
    migd_object_free(got);
    assert_int_equal(test_secrets_freed(), 0);
    assert_int_equal(migd_kube_list(it.kube, "secrets", NULL, NULL, NULL, &got, NULL), MIGD_OK);
    assert_int_equal(migd_object_count(migd_object_at(got, "/items")), 2);
    migd_object_free(got);
    scripted_close(&it);
    assert_int_equal(test_secrets_freed(), 0);
    test_unwatch_secret();
}

/* A proxy cut it: what is left is told by its size alone. */
static void half_a_secret_is_in_no_error(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.headers = JSON, .body = "{\"kind\":\"Secret\",\"data\":{\"p\":\"" PASSWORD "\""},
    };
    test_watch_secret(PASSWORD);
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *object = parse(SECRET_HEAD "\"data\":{}}");
    migd_error *error = NULL;
    assert_int_equal(migd_kube_apply(it.kube, object, NULL, NULL, &error), MIGD_ERR_REMOTE);
    assert_int_equal(migd_error_detail_count(error), 0);
    migd_error_free(error);
    migd_object_free(object);
    scripted_close(&it);
    assert_int_equal(test_secrets_freed(), 0);
    test_unwatch_secret();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_get_is_one_request_and_its_answer),
        cmocka_unit_test(what_is_not_there_is_the_servers_own_not_found),
        cmocka_unit_test(defect_10_each_call_hears_its_own_answer),
        cmocka_unit_test(a_busy_server_is_asked_again_when_it_said),
        cmocka_unit_test(wrong_arguments_are_refused_before_anything_is_sent),
        cmocka_unit_test(a_list_is_all_pages_each_item_with_its_kind),
        cmocka_unit_test(an_empty_list_and_all_namespaces),
        cmocka_unit_test(a_list_without_end_is_an_error_not_a_part),
        cmocka_unit_test(a_list_that_expired_starts_again),
        cmocka_unit_test(an_apply_sends_the_object_and_gives_what_was_stored),
        cmocka_unit_test(force_dry_run_manager_and_namespace_are_the_callers),
        cmocka_unit_test(a_conflict_keeps_every_owner),
        cmocka_unit_test(what_is_no_object_is_not_applied),
        cmocka_unit_test(each_call_is_also_a_job),
        cmocka_unit_test(an_unknown_kind_is_asked_for_once_and_remembered),
        cmocka_unit_test(a_kind_that_was_added_meanwhile_is_found_by_asking_again),
        cmocka_unit_test(a_kind_that_nobody_serves_is_told_with_the_nearest),
        cmocka_unit_test(a_refusal_to_tell_the_kinds_is_the_servers_own),
        cmocka_unit_test(client_job_and_context_are_freed_in_any_order),
        cmocka_unit_test(a_job_goes_on_without_its_client_and_a_client_without_context_starts_none),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(an_answer_may_be_as_large_as_the_context_allows),
        cmocka_unit_test(no_memory_of_an_apply_of_a_secret_holds_it),
        cmocka_unit_test(no_memory_of_secrets_that_were_read_holds_one),
        cmocka_unit_test(half_a_secret_is_in_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

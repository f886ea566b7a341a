/* Held against the requests that kubectl 1.36 sent: tests/data/kubectl-apply. */
#include "test_support.h"

#include "codec_object.h"
#include "kube_calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- recorded requests ------------------------------------------------------------------------ */

static void assert_body(const migdi_call *call, const migd_object *wanted)
{
    migd_object *body = NULL;
    assert_int_equal(migd_object_parse(call->body, call->body_size, NULL, &body, NULL), MIGD_OK);
    assert_true(migd_object_equal(body, wanted));
    migd_object_free(body);
}

/* The value of a query parameter that needs no decoding; in the arena. */
static const char *parameter(const char *path, const char *name, migdi_arena *arena)
{
    const char *wanted = migdi_arena_format(arena, "%s=", name);
    const char *at = strstr(path, wanted);
    return at == NULL
               ? NULL
               : migdi_arena_text(arena, at + strlen(wanted), strcspn(at + strlen(wanted), "&"));
}

static bool has(const char *path, const char *part)
{
    return strstr(path, part) != NULL;
}

/* Whether the line is an apply of a kind that needs no discovery; then it is compared. */
static bool compare_apply(const migd_object *line)
{
    const char *path = migd_object_text(line, "/path", "");
    const migd_object *body = migd_object_at(line, "/body");
    const migdi_kube_resource *resource = migdi_kube_resource_of(
        migd_object_text(body, "/apiVersion", ""), migd_object_text(body, "/kind", ""));
    if (strcmp(migd_object_text(line, "/type", ""), "application/apply-patch+yaml") != 0 ||
        resource == NULL || !has(path, "force=")) {
        return false;
    }
    migdi_arena arena = {0};
    const migdi_kube_write write = {.manager = parameter(path, "fieldManager", &arena),
                                    .force = has(path, "force=true"),
                                    .dry_run = has(path, "dryRun=All")};
    const migdi_call *call = migdi_kube_apply(&arena, resource, body, &write);
    assert_string_equal(call->path, path);
    assert_string_equal(call->method, "PATCH");
    assert_string_equal(call->content_type, "application/apply-patch+yaml");
    assert_int_equal(call->kind, write.dry_run ? MIGDI_CALL_READ : MIGDI_CALL_WRITE);
    assert_true(call->idempotent);
    assert_body(call, body);
    migdi_arena_free(&arena);
    return true;
}

static void an_apply_is_the_request_that_kubectl_sent(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "02-create-namespace", "04-tutorial-cluster", "12-conflict",
        "13-conflict-forced",  "20-invalid-value",    "27-three-documents-one-bad",
        "29-dry-run-server",
    };
    size_t compared = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[128];
        snprintf(name, sizeof name, "kubectl-apply/%s/calls.jsonl", cases[i]);
        char *text = test_read_data(name, NULL);
        for (char *line = text; *line != '\0';) {
            char *end = strchr(line, '\n');
            migd_object *recorded = NULL;
            assert_int_equal(migd_object_parse(line, (size_t)(end - line), NULL, &recorded, NULL),
                             MIGD_OK);
            compared += compare_apply(recorded);
            migd_object_free(recorded);
            line = end + 1;
        }
        free(text);
    }
    assert_int_equal(compared, 13);
}

/* --- reads ------------------------------------------------------------------------------------ */

static void reads_go_where_kubectl_reads(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    const migdi_call *call = migdi_kube_get(&arena, &migdi_kube_configmaps, "migratory", "s1");
    assert_string_equal(call->path, "/api/v1/namespaces/migratory/configmaps/s1"); /* 43 */
    assert_string_equal(call->method, "GET");
    assert_string_equal(call->name, "get ConfigMap/migratory/s1");
    assert_null(call->body);
    call = migdi_kube_get(&arena, &migdi_kube_namespaces, NULL, "migratory");
    assert_string_equal(call->path, "/api/v1/namespaces/migratory"); /* 06 */
    call = migdi_kube_get(&arena, &migdi_kube_statefulsets, "migratory", "migratorydata");
    assert_string_equal(call->path,
                        "/apis/apps/v1/namespaces/migratory/statefulsets/migratorydata"); /* 36 */
    call = migdi_kube_list(&arena, &migdi_kube_pods, "migratory", NULL);
    assert_string_equal(call->path, "/api/v1/namespaces/migratory/pods?limit=500"); /* 32 */
    assert_int_equal(call->kind, MIGDI_CALL_LIST);
    const migdi_kube_selection on_node = {.fields = "spec.nodeName=n1", .labels = "app in (a,b)"};
    call = migdi_kube_list(&arena, &migdi_kube_pods, NULL, &on_node);
    assert_string_equal(call->path, "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1&"
                                    "labelSelector=app%20in%20%28a%2Cb%29&limit=500");
    call = migdi_kube_log(&arena, "a", "b", "c", true, 20);
    assert_string_equal(call->path,
                        "/api/v1/namespaces/a/pods/b/log?container=c&limitBytes=1048576&"
                        "previous=true&tailLines=20");
    call = migdi_kube_version(&arena);
    assert_string_equal(call->path, "/version");
    assert_string_equal(call->accept, "application/json");
    assert_int_equal(migdi_kube_call_refusal(call), MIGD_OK);
    migdi_arena_free(&arena);
}

static void a_watch_is_the_same_call_from_whatever_version_on(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    const migdi_kube_selection itself = {.fields = "metadata.name=migratory"};
    const migdi_call *first = migdi_kube_watch(&arena, &migdi_kube_namespaces, NULL, &itself, "7");
    assert_string_equal(first->path,
                        "/api/v1/namespaces?allowWatchBookmarks=true&fieldSelector=metadata.name%3D"
                        "migratory&timeoutSeconds=300&watch=true&resourceVersion=7");
    assert_int_equal(first->kind, MIGDI_CALL_WATCH);
    assert_int_equal(first->lasts_ms, 300000);
    const migdi_call *later = migdi_kube_watch(&arena, &migdi_kube_namespaces, NULL, &itself, NULL);
    assert_string_equal(first->key, later->key);
    assert_null(strstr(later->path, "resourceVersion"));
    migdi_arena_free(&arena);
}

static void a_page_follows_with_its_token_encoded_and_the_same_token_never_again(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    const migdi_call *list = migdi_kube_list(&arena, &migdi_kube_pods, "a", NULL);
    const migdi_call *second = migdi_kube_next_page(&arena, list, "tok+en/=");
    assert_string_equal(second->path,
                        "/api/v1/namespaces/a/pods?limit=500&continue=tok%2Ben%2F%3D");
    const migdi_call *third = migdi_kube_next_page(&arena, second, "other");
    assert_string_equal(third->path, "/api/v1/namespaces/a/pods?limit=500&continue=other");
    assert_int_equal(migdi_kube_call_refusal(third), MIGD_OK);
    assert_int_equal(migdi_kube_call_refusal(migdi_kube_next_page(&arena, third, "other")),
                     MIGD_ERR_REMOTE);
    migdi_arena_free(&arena);
}

/* --- defects of another client, kubernetes.md 1.3 --------------------------------------------- */

static void defect_7_a_long_name_is_never_cut(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    char name[254];
    memset(name, 'n', 253);
    name[253] = '\0';
    const migdi_kube_resource widgets = {
        .group = "a-rather-long-group-name.stable.example.com",
        .version = "v1alpha1",
        .plural = "serviceconfigurations",
        .kind = "ServiceConfiguration",
        .namespaced = true,
    };
    const migdi_kube_end end = {.uid = "u"};
    const migdi_call *call = migdi_kube_delete(&arena, &widgets, "payments", name, &end);
    assert_int_equal(strlen(call->path), strlen("/apis/a-rather-long-group-name.stable.example.com/"
                                                "v1alpha1/namespaces/payments/"
                                                "serviceconfigurations/") +
                                             253);
    assert_string_equal(call->path + strlen(call->path) - 253, name);
    migdi_arena_free(&arena);
}

static void defect_8_no_argument_leaves_its_place_in_the_path(void **state)
{
    (void)state;
    static const char *const names[] = {
        "", ".", "..", "x/../../kube-system/pods/y?z", "a/b", "%2e%2e", "a%2fb", "/",
    };
    migdi_arena arena = {0};
    const migdi_kube_end end = {.uid = "u"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const migdi_call *const calls[] = {
            migdi_kube_get(&arena, &migdi_kube_pods, "a", names[i]),
            migdi_kube_get(&arena, &migdi_kube_pods, names[i], "a"),
            migdi_kube_delete(&arena, &migdi_kube_pods, "a", names[i], &end),
            migdi_kube_log(&arena, names[i], "a", NULL, false, 1),
        };
        for (size_t j = 0; j < sizeof calls / sizeof *calls; j++) {
            if (migdi_kube_call_refusal(calls[j]) != MIGD_ERR_INVALID) {
                fail_msg("\"%s\" went out as %s", names[i], calls[j]->path);
            }
            assert_non_null(strstr(calls[j]->name, "\" is no "));
        }
    }
    assert_int_equal(migdi_kube_call_refusal(migdi_kube_get(&arena, &migdi_kube_pods, NULL, "a")),
                     MIGD_ERR_INVALID);
    assert_int_equal(migdi_kube_call_refusal(migdi_kube_get(&arena, &migdi_kube_pods, "a", NULL)),
                     MIGD_ERR_INVALID);
    const migdi_call *odd = migdi_kube_get(&arena, &migdi_kube_pods, "a b", "c?d#e&f=\xc3\xa4");
    assert_string_equal(odd->path, "/api/v1/namespaces/a%20b/pods/c%3Fd%23e%26f%3D%C3%A4");
    const migdi_kube_selection tricky = {.fields = "metadata.name=a&b%"};
    const migdi_call *list = migdi_kube_list(&arena, &migdi_kube_pods, "a", &tricky);
    assert_non_null(strstr(list->path, "fieldSelector=metadata.name%3Da%26b%25&"));
    migdi_arena_free(&arena);
}

static void defect_9_zero_and_false_are_sent(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    const migdi_kube_write write = {.manager = "migdeploy-scale"};
    const migdi_call *call =
        migdi_kube_apply_scale(&arena, &migdi_kube_statefulsets, "a", "web", 0, NULL, &write);
    assert_non_null(strstr(call->body, "\"spec\":{\"replicas\":0}"));
    migd_object *patch = NULL;
    assert_int_equal(migd_object_new(&patch, NULL), MIGD_OK);
    migd_object_set_boolean(patch, "/spec/unschedulable", 0, NULL);
    migd_object_set_int64(patch, "/spec/big", 9007199254740993, NULL);
    migd_object_set_string(patch, "/spec/gone", NULL, NULL);
    call = migdi_kube_merge(&arena, &migdi_kube_nodes, NULL, "n", NULL, patch, &write);
    assert_string_equal(
        call->body, "{\"spec\":{\"unschedulable\":false,\"big\":9007199254740993,\"gone\":null}}");
    migd_object_free(patch);
    migdi_arena_free(&arena);
}

static void defect_13_one_media_type_is_accepted(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    assert_string_equal(migdi_kube_get(&arena, &migdi_kube_pods, "a", "b")->accept,
                        "application/json");
    assert_string_equal(migdi_kube_log(&arena, "a", "b", NULL, false, 1)->accept,
                        "application/json, */*");
    migdi_arena_free(&arena);
}

/* --- writes ----------------------------------------------------------------------------------- */

static void a_scale_names_what_it_rests_on(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    const migdi_kube_write write = {.manager = "migdeploy-scale", .force = true};
    const migdi_call *call =
        migdi_kube_apply_scale(&arena, &migdi_kube_statefulsets, "a", "web", 5, "77", &write);
    assert_string_equal(call->path,
                        "/apis/apps/v1/namespaces/a/statefulsets/web/scale?fieldManager="
                        "migdeploy-scale&fieldValidation=Strict&force=true");
    assert_string_equal(call->body,
                        "{\"apiVersion\":\"autoscaling/v1\",\"kind\":\"Scale\",\"metadata\":{"
                        "\"name\":\"web\",\"namespace\":\"a\",\"resourceVersion\":\"77\"},"
                        "\"spec\":{\"replicas\":5}}");
    assert_string_equal(call->name, "scale StatefulSet/a/web");
    migdi_arena_free(&arena);
}

static void a_delete_carries_the_uid(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    const migdi_kube_end end = {.uid = "u-1", .resource_version = "5", .propagation = "Orphan"};
    const migdi_call *call = migdi_kube_delete(&arena, &migdi_kube_pods, "a", "b", &end);
    assert_string_equal(call->body,
                        "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{"
                        "\"uid\":\"u-1\",\"resourceVersion\":\"5\"},\"propagationPolicy\":"
                        "\"Orphan\"}");
    assert_string_equal(call->method, "DELETE");
    assert_true(call->idempotent);
    const migdi_kube_end any = {.dry_run = true};
    call = migdi_kube_delete(&arena, &migdi_kube_pods, "a", "b", &any);
    assert_string_equal(call->path, "/api/v1/namespaces/a/pods/b?dryRun=All");
    assert_int_equal(call->kind, MIGDI_CALL_READ);
    assert_non_null(strstr(call->body, "\"propagationPolicy\":\"Background\""));
    const migdi_kube_end whichever = {0};
    assert_false(migdi_kube_delete(&arena, &migdi_kube_pods, "a", "b", &whichever)->idempotent);
    migdi_arena_free(&arena);
}

static void a_create_goes_to_the_collection(void **state)
{
    (void)state;
    static const char text[] = "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":"
                               "\"s\"},\"data\":{\"k\":\"czNjcmV0\"}}";
    migd_object *object = NULL;
    assert_int_equal(migd_object_parse(text, sizeof text - 1, NULL, &object, NULL), MIGD_OK);
    migdi_arena arena = {0};
    const migdi_kube_write write = {.manager = "m", .namespace_ = "a"};
    const migdi_call *call = migdi_kube_create(&arena, &migdi_kube_secrets, object, &write);
    assert_string_equal(call->method, "POST");
    assert_string_equal(call->path,
                        "/api/v1/namespaces/a/secrets?fieldManager=m&fieldValidation=Strict");
    assert_string_equal(call->name, "create Secret/a/s");
    assert_false(call->idempotent);
    assert_true(call->secret);
    assert_string_equal(call->body, text);
    const migdi_kube_write nowhere = {.manager = "m"};
    assert_int_equal(
        migdi_kube_call_refusal(migdi_kube_create(&arena, &migdi_kube_secrets, object, &nowhere)),
        MIGD_ERR_INVALID);
    migd_object_free(object);
    migdi_arena_free(&arena);
}

/* --- memory ----------------------------------------------------------------------------------- */

static migd_status build_all(void *user)
{
    (void)user;
    migdi_arena arena = {0};
    const migdi_kube_write write = {.manager = "m", .namespace_ = "a"};
    const migdi_kube_end end = {.uid = "u"};
    const migdi_kube_selection selection = {.fields = "a=b"};
    migd_object *object = NULL;
    migd_status status = migd_object_new(&object, NULL);
    if (status == MIGD_OK) {
        status = migd_object_set_string(object, "/metadata/name", "n", NULL);
    }
    if (status < 0) {
        migd_object_free(object);
        return status;
    }
    const migdi_kube_resource *pods = &migdi_kube_pods;
    const migdi_call *list = migdi_kube_list(&arena, pods, "a", &selection);
    const migdi_call *const calls[] = {
        list,
        list == NULL ? NULL : migdi_kube_next_page(&arena, list, "t"),
        migdi_kube_get(&arena, pods, "a", "b"),
        migdi_kube_watch(&arena, pods, "a", &selection, "1"),
        migdi_kube_log(&arena, "a", "b", "c", true, 1),
        migdi_kube_apply(&arena, pods, object, &write),
        migdi_kube_apply_scale(&arena, &migdi_kube_statefulsets, "a", "b", 1, "2", &write),
        migdi_kube_create(&arena, pods, object, &write),
        migdi_kube_merge(&arena, pods, "a", "b", "status", object, &write),
        migdi_kube_delete(&arena, pods, "a", "b", &end),
        migdi_kube_get(&arena, pods, "a/b", "c"),
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        assert_true(calls[i] != NULL || arena.failed);
    }
    status = arena.failed ? MIGD_ERR_NOMEM : MIGD_OK;
    migd_object_free(object);
    migdi_arena_free(&arena);
    return status;
}

static void lack_of_memory_is_null_and_a_failed_arena(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(build_all, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_apply_is_the_request_that_kubectl_sent),
        cmocka_unit_test(reads_go_where_kubectl_reads),
        cmocka_unit_test(a_watch_is_the_same_call_from_whatever_version_on),
        cmocka_unit_test(a_page_follows_with_its_token_encoded_and_the_same_token_never_again),
        cmocka_unit_test(defect_7_a_long_name_is_never_cut),
        cmocka_unit_test(defect_8_no_argument_leaves_its_place_in_the_path),
        cmocka_unit_test(defect_9_zero_and_false_are_sent),
        cmocka_unit_test(defect_13_one_media_type_is_accepted),
        cmocka_unit_test(a_scale_names_what_it_rests_on),
        cmocka_unit_test(a_delete_carries_the_uid),
        cmocka_unit_test(a_create_goes_to_the_collection),
        cmocka_unit_test(lack_of_memory_is_null_and_a_failed_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

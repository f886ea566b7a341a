/* Held against objects of a Kubernetes 1.36 API server that several managers wrote:
 * tests/data/kube. */
#include "test_support.h"

#include "kube_managed_fields.h"

#include <stdlib.h>
#include <string.h>

static migd_object *load(const char *name)
{
    size_t size = 0;
    char *text = test_read_data(name, &size);
    migd_object *object = NULL;
    assert_int_equal(migd_object_parse(text, size, NULL, &object, NULL), MIGD_OK);
    free(text);
    return object;
}

/* The names of all managers that own the field, one after another. */
static void assert_owners(const migd_object *object, const char *pointer, const char *wanted)
{
    migdi_arena arena = {0};
    migdi_text owners = {0};
    for (size_t i = 0; i < migdi_kube_manager_count(object); i++) {
        const migdi_kube_manager manager = migdi_kube_manager_at(object, i);
        if (migdi_kube_manager_owns(&manager, object, pointer, &arena)) {
            migdi_text_format(&owners, "%s%s%s ", manager.name,
                              manager.subresource[0] == '\0' ? "" : "/", manager.subresource);
        }
    }
    if (strcmp(migdi_text_string(&owners), wanted) != 0) {
        fail_msg("%s is owned by: %s", pointer, migdi_text_string(&owners));
    }
    assert_false(arena.failed);
    migdi_text_free(&owners);
    migdi_arena_free(&arena);
}

/* The scale by merge patch took the number from both that had applied it. */
static void who_owns_a_field_is_what_the_server_recorded(void **state)
{
    (void)state;
    migd_object *set = load("kube/statefulset-owners.json");
    assert_int_equal(migdi_kube_manager_count(set), 4);
    assert_owners(set, "/spec/replicas", "kubectl/scale ");
    assert_owners(set, "/spec/serviceName", "migdeploy ");
    assert_owners(set, "/spec/template/spec/containers/0/image", "migdeploy ");
    assert_owners(set, "/spec/template/spec/containers/0/ports/0/containerPort", "migdeploy ");
    assert_owners(set, "/spec/template/spec/containers/0/ports/0/protocol", "");
    assert_owners(set, "/spec/template/spec/containers/1/image", "");
    assert_owners(set, "/metadata/annotations/example.com~1a", "kubectl-edit ");
    assert_owners(set, "/metadata/finalizers/0", "kubectl-edit ");
    assert_owners(set, "/status/readyReplicas", "controller-manager/status ");
    assert_owners(set, "/spec", "migdeploy kubectl/scale ");
    assert_owners(set, "/spec/podManagementPolicy", "");
    assert_owners(set, "/nothing/here", "");
    migd_object_free(set);
}

static void an_item_of_a_list_is_found_by_its_keys_wherever_it_stands(void **state)
{
    (void)state;
    migd_object *service = load("kube/service-owners.json");
    assert_owners(service, "/spec/ports/0/name", "migdeploy ");
    assert_owners(service, "/spec/ports/1/name", "other ");
    assert_owners(service, "/spec/ports/1/port", "migdeploy other ");
    assert_owners(service, "/spec/ports/1/protocol", "other ");
    assert_owners(service, "/spec/ports/-/name", "");
    assert_owners(service, "/spec/ports/01x/name", "");
    assert_owners(service, "/spec/ports/2/name", "");
    migd_object_free(service);
}

static void an_entry_says_how_it_was_written(void **state)
{
    (void)state;
    migd_object *set = load("kube/statefulset-owners.json");
    const migdi_kube_manager scale = migdi_kube_manager_at(set, 1);
    assert_string_equal(scale.name, "kubectl");
    assert_string_equal(scale.operation, "Update");
    assert_string_equal(scale.subresource, "scale");
    assert_string_equal(scale.version, "apps/v1");
    const migdi_kube_manager none = migdi_kube_manager_at(set, 9);
    assert_string_equal(none.name, "");
    assert_null(none.fields);
    assert_int_equal(migdi_kube_manager_count(NULL), 0);
    migd_object_free(set);
}

static void add_pointer(void *user, const char *pointer)
{
    migdi_text_format(user, "%s\n", pointer);
}

static void every_owned_field_is_visited_by_its_pointer(void **state)
{
    (void)state;
    migd_object *service = load("kube/service-owners.json");
    const migdi_kube_manager first = migdi_kube_manager_at(service, 0);
    migdi_arena arena = {0};
    migdi_text visited = {0};
    migdi_kube_manager_visit(&first, service, &arena, add_pointer, &visited);
    assert_string_equal(migdi_text_string(&visited), "/spec/ports/0/name\n"
                                                     "/spec/ports/0/port\n"
                                                     "/spec/ports/1/port\n"
                                                     "/spec/selector\n");
    migdi_text_free(&visited);
    migdi_arena_free(&arena);
    migd_object_free(service);
}

static void what_is_no_managed_fields_owns_nothing(void **state)
{
    (void)state;
    static const char odd_steps[] =
        "{\"metadata\":{\"managedFields\":[{\"fieldsV1\":{\"f:a\":{\"k:{\":{},\"v:\":{},\"i:x\":{},"
        "\"q:1\":{},\"\":{}}}}]},\"a\":[{}]}";
    static const char *const texts[] = {
        "{\"metadata\":{\"managedFields\":\"x\"}}",
        "{\"metadata\":{\"managedFields\":[7,null,{\"fieldsV1\":[]}]},\"a\":[1]}",
        odd_steps,
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        migd_object *object = NULL;
        assert_int_equal(migd_object_parse(texts[i], strlen(texts[i]), NULL, &object, NULL),
                         MIGD_OK);
        assert_owners(object, "/a/0", "");
        migd_object_free(object);
    }
}

static migd_status look(void *user)
{
    const migd_object *service = user;
    const migdi_kube_manager first = migdi_kube_manager_at(service, 0);
    migdi_arena arena = {0};
    migdi_text visited = {0};
    const bool owns = migdi_kube_manager_owns(&first, service, "/spec/ports/1/port", &arena);
    assert_true(owns || arena.failed);
    migdi_kube_manager_visit(&first, service, &arena, add_pointer, &visited);
    const migd_status status = arena.failed || visited.failed ? MIGD_ERR_NOMEM : MIGD_OK;
    migdi_text_free(&visited);
    migdi_arena_free(&arena);
    return status;
}

static void lack_of_memory_shows_in_the_arena(void **state)
{
    (void)state;
    migd_object *service = load("kube/service-owners.json");
    assert_true(test_fail_allocations(look, service) > 5);
    migd_object_free(service);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_owns_a_field_is_what_the_server_recorded),
        cmocka_unit_test(an_item_of_a_list_is_found_by_its_keys_wherever_it_stands),
        cmocka_unit_test(an_entry_says_how_it_was_written),
        cmocka_unit_test(every_owned_field_is_visited_by_its_pointer),
        cmocka_unit_test(what_is_no_managed_fields_owns_nothing),
        cmocka_unit_test(lack_of_memory_shows_in_the_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

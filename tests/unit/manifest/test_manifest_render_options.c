#include "test_support.h"

#include "manifest_specs.h"

#define CONTAINER "/spec/template/spec/containers/0"

/* A variable of the members' container; to be freed with the objects. */
static const char *variable(const migd_objects *objects, const char *name)
{
    const migd_object *env =
        migd_object_at(object_of(objects, "StatefulSet", ""), CONTAINER "/env");
    for (size_t i = 0; i < migd_object_count(env); i++) {
        const migd_object *item = migd_object_item(env, i);
        if (strcmp(migd_object_text(item, "/name", ""), name) == 0) {
            return migd_object_text(item, "/value", "");
        }
    }
    return "";
}

/* The words of MIGRATORYDATA_EXTRA_OPTS before those that name the members, and the list without
 * hosts. */
static void assert_options(const char *body, const char *expected)
{
    migd_objects *objects = render_of(body);
    const char *options = variable(objects, "MIGRATORYDATA_EXTRA_OPTS");
    const char *end = strstr(options, " -DClusterMemberListen=");
    const size_t size = end != NULL ? (size_t)(end - options) : strlen(options);
    if (size != strlen(expected) || strncmp(options, expected, size) != 0) {
        fail_msg("%s", options);
    }
    migd_objects_free(objects);
}

#define FIXED "-DMemory=512MB -DClusterDeliveryMode=Guaranteed -DLogLevel=INFO"
#define SEEDS " -DClusterSeedMemberCount=3"

static void fixed_options_come_first_then_the_users_in_their_order(void **state)
{
    (void)state;
    assert_options("  members: {image: a}\n", FIXED SEEDS);
    assert_options("  members: {image: a, memory: 2GB, deliveryMode: Standard, logLevel: WARN}\n",
                   "-DMemory=2GB -DClusterDeliveryMode=Standard -DLogLevel=WARN" SEEDS);
    assert_options("  members: {image: a, memory: 536870912}\n",
                   "-DMemory=536870912 -DClusterDeliveryMode=Guaranteed -DLogLevel=INFO" SEEDS);
    assert_options("  members: {image: a, parameters: {Z: true, A: 5, M: x y, B: 0.5},\n"
                   "    secretParameters: {LicenseKey: {secret: s, key: k}}}\n",
                   FIXED SEEDS " -DZ=true -DA=5 -DM=x y -DB=0.5"
                               " -DLicenseKey=$(MIGDEPLOY_LICENSEKEY)");
}

/* reference section 1: S is 3 for M of 3 and 4, 5 from 5 on; what the list says by itself is not
 * repeated. */
static void the_seed_count_is_written_where_the_list_would_say_another(void **state)
{
    (void)state;
    assert_options("  members: {image: a, maxReplicas: 5, seeds: 5, replicas: 5}\n", FIXED);
    assert_options("  members: {image: a, maxReplicas: 4}\n", FIXED);
    assert_options("  members: {image: a, maxReplicas: 3}\n", FIXED);
    assert_options("  members: {image: a, maxReplicas: 7}\n", FIXED SEEDS);
    assert_options("  profile: dev\n", FIXED);
    /* For C3 to be judged by the same road as anybody's YAML. */
    assert_options("  members: {image: a, maxReplicas: 4, seeds: 5}\n",
                   FIXED " -DClusterSeedMemberCount=5");
}

static void the_server_is_told_when_clients_come_by_another_port(void **state)
{
    (void)state;
    assert_options("  members: {image: a, ports: {client: 9000}}\n",
                   FIXED SEEDS " -DListen=*:9000");
    assert_options("  members: {image: a, ports: {client: 9000},\n"
                   "    parameters: {Listen: \"*:9000,*:9001\"}}\n",
                   FIXED SEEDS " -DListen=*:9000,*:9001");
}

static void every_member_knows_the_whole_list_and_itself(void **state)
{
    (void)state;
    migd_objects *objects =
        render_of("  members: {image: a, maxReplicas: 3, ports: {cluster: 9001},\n"
                  "    clusterDomain: k8s.example}\n"
                  "metadata: {name: blue, namespace: sky}\n");
    const char *options = variable(objects, "MIGRATORYDATA_EXTRA_OPTS");
    assert_string_equal(strstr(options, "-DClusterMemberListen="),
                        "-DClusterMemberListen=$(POD_NAME).blue-hs.sky.svc.k8s.example:9001 "
                        "-DClusterMembers=blue-0.blue-hs.sky.svc.k8s.example:9001,"
                        "blue-1.blue-hs.sky.svc.k8s.example:9001,"
                        "blue-2.blue-hs.sky.svc.k8s.example:9001");
    migd_objects_free(objects);
}

/* Linux takes 128 KiB for one variable; more, and no member would ever start. */
static void the_longest_list_fits_into_one_variable(void **state)
{
    (void)state;
    migd_spec *spec = spec_of("  members: {image: a, maxReplicas: 250}\n");
    migd_objects *objects = NULL;
    migdi_text domain = {0};
    for (int i = 0; i < 4; i++) {
        migdi_text_add_repeated(&domain, 'd', i < 3 ? 63 : 61);
        migdi_text_add_string(&domain, i < 3 ? "." : "");
    }
    assert_int_equal(domain.size, 253);
    assert_int_equal(migd_spec_set(spec, "spec.members.clusterDomain", domain.bytes, NULL),
                     MIGD_OK);
    assert_int_equal(migd_spec_set(spec, "metadata.name",
                                   "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee12", NULL),
                     MIGD_OK);
    assert_int_equal(
        migd_spec_set(spec, "metadata.namespace",
                      "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff123", NULL),
        MIGD_OK);
    assert_int_equal(migd_spec_render(spec, &objects, NULL), MIGD_OK);
    assert_in_range(strlen(variable(objects, "MIGRATORYDATA_EXTRA_OPTS")), 100000, 131071);
    migd_objects_free(objects);
    migd_spec_free(spec);
    migdi_text_free(&domain);
}

static void the_tutorials_script_takes_the_two_numbers(void **state)
{
    (void)state;
    migd_objects *objects = render_of("  profile: tutorial\n"
                                      "  members: {maxReplicas: 7, ports: {cluster: 9001}}\n");
    const char *script =
        migd_object_text(object_of(objects, "StatefulSet", ""), CONTAINER "/command/2", "");
    assert_non_null(strstr(script, "\nMAX_REPLICAS=7 # (D)"));
    assert_non_null(strstr(script, "\nCLUSTER_MEMBER_LISTEN=$HOST.$DOMAIN:9001\n"));
    assert_non_null(strstr(script, "\nCLUSTER_MEMBERS=$NAME-0.$DOMAIN:9001\n"));
    assert_non_null(strstr(script, ",$NAME-$i.$DOMAIN:9001\n"));
    assert_null(strstr(script, "8801"));
    migd_objects_free(objects);
    assert_options("  profile: tutorial\n  members: {parameters: {A: 1}}\n",
                   "-DMemory=128MB -DClusterDeliveryMode=Guaranteed -DLogLevel=INFO -DA=1" SEEDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_options_come_first_then_the_users_in_their_order),
        cmocka_unit_test(the_seed_count_is_written_where_the_list_would_say_another),
        cmocka_unit_test(the_server_is_told_when_clients_come_by_another_port),
        cmocka_unit_test(every_member_knows_the_whole_list_and_itself),
        cmocka_unit_test(the_longest_list_fits_into_one_variable),
        cmocka_unit_test(the_tutorials_script_takes_the_two_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

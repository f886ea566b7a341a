#include "test_support.h"

#include "manifest_spec_keys.h"
#include "manifest_specs.h"

static migd_object *schema_of(void)
{
    migd_object *schema = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_spec_schema(&schema, &error), MIGD_OK);
    assert_null(error);
    return schema;
}

/* As the specification of JSON Schema 2020-12 and spec.md want it. */
static void the_schema_says_what_a_spec_may_hold(void **state)
{
    (void)state;
    static const struct {
        const char *pointer;
        const char *yaml;
    } facts[] = {
        {"/$schema", "https://json-schema.org/draft/2020-12/schema"},
        {"/title", "MigratoryDataCluster"},
        {"/type", "[object]"},
        {"/required", "[apiVersion, kind]"},
        {"/additionalProperties", "false"},
        {"/properties/kind/enum", "[MigratoryDataCluster]"},
        {"/properties/spec/properties/profile/enum", "[production, tutorial, dev, null]"},
        {"/properties/spec/properties/members/additionalProperties", "false"},
        {"/properties/spec/properties/members/required", NULL}, /* dev has an image of its own */
        {"/properties/spec/properties/members/properties/replicas",
         "{description: \"Members that run: at least seeds, at most maxReplicas\", type: [integer, "
         "\"null\"], default: 3, minimum: 1, maximum: 250}"},
        {"/properties/spec/properties/members/properties/seeds/default", "3"},
        {"/properties/spec/properties/members/properties/deliveryMode/enum",
         "[Guaranteed, Standard, null]"},
        {"/properties/spec/properties/members/properties/memory/pattern",
         "\"^[0-9]+(KB|MB|GB)?$\""},
        {"/properties/spec/properties/members/properties/parameters/additionalProperties/type",
         "[string, number, boolean]"},
        {"/properties/spec/properties/members/properties/nodeSelector/default",
         "{kubernetes.io/arch: amd64}"},
        {"/properties/spec/properties/members/properties/secretParameters/additionalProperties/"
         "required",
         "[secret, key]"},
        {"/properties/spec/properties/members/properties/tolerations/items/type", "[object]"},
        {"/properties/spec/properties/members/properties/resources/allOf/0",
         "{not: {required: [cpu, requests], properties: {cpu: {not: {type: \"null\"}}, requests: "
         "{not: {type: \"null\"}}}}}"},
        {"/properties/spec/properties/disruption/properties/maxUnavailable/pattern",
         "\"^[0-9]+%$\""},
        {"/properties/spec/properties/service/properties/sourceRanges/items/type", "[string]"},
        {"/properties/spec/properties/service/properties/crossZone/type", "[boolean, \"null\"]"},
        {"/properties/spec/properties/autoscale/properties/max/default", NULL}, /* maxReplicas */
        {"/properties/spec/properties/aws/required", "[cluster, region]"},
        {"/properties/spec/properties/aws/properties/autoMode/properties/nodePools/default",
         "[general-purpose, system]"},
    };
    migd_object *schema = schema_of();
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        assert_yaml(schema, facts[i].pointer, facts[i].yaml);
    }
    migd_object_free(schema);
}

/* Whether each key of a document is a property, or allowed as any key is. */
static void assert_known(const migd_object *schema, const migd_object *value, const char *name)
{
    const int32_t kind = migd_object_kind(value);
    assert_non_null(migd_object_at(schema, "/description"));
    for (size_t i = 0; i < migd_object_count(value); i++) {
        const char *key = kind == MIGD_KIND_MAP ? migd_object_key(value, i) : name;
        const migd_object *properties = migdi_object_member(schema, "properties");
        const migd_object *open = migdi_object_member(schema, "additionalProperties");
        const migd_object *below = kind == MIGD_KIND_ARRAY ? migdi_object_member(schema, "items")
                                   : properties != NULL    ? migdi_object_member(properties, key)
                                                           : open;
        if (kind == MIGD_KIND_MAP && properties == NULL && open == NULL) {
            continue; /* anything may stand below, as in template */
        }
        if (migd_object_kind(below) != MIGD_KIND_MAP) {
            fail_msg("no %s in %s", key, name);
        }
        assert_known(below, migd_object_item(value, i), key);
    }
}

static void every_key_that_is_read_is_in_the_schema(void **state)
{
    (void)state;
    migd_object *schema = schema_of();
    migd_spec *spec = spec_of(
        "  members: {image: a, parameters: {A: 1}, secretParameters: {B: {secret: s, key: k}},\n"
        "    tolerations: [{key: x}], template: {spec: {a: {b: 1}}}}\n"
        "  disruption: {scope: members, minAvailable: 2}\n"
        "  service: {sourceRanges: [10.0.0.0/8], tls: {certificateArn: \"arn:aws:x\"}}\n"
        "  autoscale: {}\n"
        "  aws: {cluster: c, region: r, vpc: {id: v}, nodes: {ssh: {publicKeyFile: f}},\n"
        "    access: [{principal: \"arn:aws:x\", namespaces: [ns]}], logging: [api]}\n");
    assert_findings(spec, true, "");
    assert_known(schema, migd_spec_object(spec), "the file");
    migd_spec_free(spec);
    migd_object_free(schema);
}

static migd_status make_schema(void *user)
{
    (void)user;
    migd_object *schema = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_spec_schema(&schema, &error);
    assert_true((schema != NULL) == (status >= 0));
    migd_object_free(schema);
    migd_error_free(error);
    return status;
}

static void lack_of_memory_makes_no_half_schema(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(make_schema, NULL) > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_schema_says_what_a_spec_may_hold),
        cmocka_unit_test(every_key_that_is_read_is_in_the_schema),
        cmocka_unit_test(lack_of_memory_makes_no_half_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

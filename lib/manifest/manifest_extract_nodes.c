/* Facts of an eksctl ClusterConfig: node groups, zones, who replaces nodes. */
#include "manifest_extract_items.h"

#include <string.h>

/* Kubernetes 1.33 and older left EKS's standard support by July 2026. Time does not undo it.
 * Source: Amazon EKS user guide, "Kubernetes release calendar". */
#define LAST_MINOR_OUT_OF_SUPPORT 33

#define ZONES_AT_MOST 64

/* `at` of a boolean that is true; no object else. */
static migdi_at where_true(migdi_extract_state *state, const migdi_item *item, const char *base,
                           const char *path)
{
    const char *pointer = migdi_arena_format(state->arena, "%s%s", base, path);
    if (pointer == NULL || migd_object_boolean(item->value, pointer, 0) != 1) {
        return (migdi_at){0};
    }
    return migdi_item_at(state, item, "%s", pointer);
}

static migdi_count group_count(migdi_extract_state *state, const migdi_item *item, const char *base,
                               const char *key)
{
    const char *pointer = migdi_arena_format(state->arena, "%s/%s", base, key);
    return pointer == NULL ? (migdi_count){0} : migdi_item_count(state, item, pointer);
}

static void read_group(migdi_extract_state *state, const migdi_item *item, const char *base,
                       migdi_node_group *group)
{
    const migd_object *value = migd_object_at(item->value, base);
    group->name = migd_object_text(value, "/name", "");
    group->least = group_count(state, item, base, "minSize");
    group->most = group_count(state, item, base, "maxSize");
    group->wanted = group_count(state, item, base, "desiredCapacity");
    if (!group->wanted.known && group->least.known) { /* eksctl: desired = min */
        group->wanted = group->least;
    }
    if (migd_object_count(migd_object_at(value, "/ssh/sourceSecurityGroupIds")) == 0 &&
        migd_object_boolean(value, "/privateNetworking", 0) == 0) {
        group->open_ssh = where_true(state, item, base, "/ssh/allow");
    }
    group->controller =
        where_true(state, item, base, "/iam/withAddonPolicies/awsLoadBalancerController");
    if (group->controller.object == NULL) {
        group->controller = where_true(state, item, base, "/iam/withAddonPolicies/albIngress");
    }
    group->self_repair = where_true(state, item, base, "/nodeRepairConfig/enabled");
    group->grows = migd_object_boolean(value, "/iam/withAddonPolicies/autoScaler", 0) == 1;
}

typedef struct zones {
    const char *names[ZONES_AT_MOST];
    size_t count;
} zones;

static void add_zones(zones *seen, const migd_object *list)
{
    for (size_t i = 0; i < migd_object_count(list) && seen->count < ZONES_AT_MOST; i++) {
        const char *name = migd_object_text(migd_object_item(list, i), "", "");
        bool known = *name == '\0';
        for (size_t j = 0; j < seen->count; j++) {
            known = known || strcmp(seen->names[j], name) == 0;
        }
        if (!known) {
            seen->names[seen->count++] = name;
        }
    }
}

/* A group's own zones stand for the cluster's. */
static void read_zones(migdi_extract_state *state, const migdi_item *item, const char *const *bases,
                       size_t count, migdi_nodes *nodes)
{
    zones seen = {0};
    const migd_object *common = migd_object_at(item->value, "/availabilityZones");
    nodes->zones.at = migdi_item_at_key(state, item, "/availabilityZones");
    for (size_t i = 0; i < count; i++) {
        const migd_object *own = migdi_object_atf(item->value, "%s/availabilityZones", bases[i]);
        add_zones(&seen, migd_object_count(own) > 0 ? own : common);
        if (migd_object_count(own) > 0) {
            nodes->zones.at = migdi_item_at_key(state, item, "%s/availabilityZones", bases[i]);
        }
    }
    if (count == 0) {
        add_zones(&seen, common);
    }
    nodes->zones.known = seen.count > 0;
    nodes->zones.value = (int64_t)seen.count;
}

static void read_version(migdi_extract_state *state, const migdi_item *item, migdi_nodes *nodes)
{
    const char *version = migd_object_text(item->value, "/metadata/version", NULL);
    if (version == NULL) {
        return;
    }
    nodes->version = (migdi_word){version, migdi_item_at(state, item, "/metadata/version")};
    int64_t minor = -1;
    if (strncmp(version, "1.", 2) == 0 && version[2] >= '0' && version[2] <= '9') {
        minor = 0;
        for (const char *at = version + 2; *at >= '0' && *at <= '9' && minor < 1000; at++) {
            minor = minor * 10 + *at - '0';
        }
    }
    nodes->extended_support = minor >= 0 && minor <= LAST_MINOR_OUT_OF_SUPPORT;
}

void migdi_extract_nodes(migdi_extract_state *state, const migdi_item *item, migdi_nodes *nodes)
{
    static const char *const kinds[] = {"/managedNodeGroups", "/nodeGroups"};
    nodes->at = migdi_item_at(state, item, "/metadata/name");
    migdi_node_group *groups = NULL;
    const char **bases = NULL;
    size_t count = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        const size_t length = migd_object_count(migd_object_at(item->value, kinds[k]));
        for (size_t i = 0; i < length; i++) {
            const char *base = migdi_arena_format(state->arena, "%s/%zu", kinds[k], i);
            groups = migdi_list_add(state->arena, groups, &count, sizeof *groups);
            bases = migdi_list_add(state->arena, (void *)bases, &count, sizeof *bases);
            if (base == NULL || groups == NULL || bases == NULL) {
                return;
            }
            read_group(state, item, base, &groups[count]);
            bases[count++] = base;
        }
    }
    nodes->groups = groups;
    nodes->group_count = count;
    read_zones(state, item, bases, count, nodes);
    nodes->replaced = where_true(state, item, "", "/autoModeConfig/enabled");
    if (nodes->replaced.object == NULL && migd_object_at(item->value, "/karpenter") != NULL) {
        nodes->replaced = migdi_item_at_key(state, item, "/karpenter");
    }
    read_version(state, item, nodes);
}

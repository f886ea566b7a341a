/* Rules about nodes and zones, as far as a ClusterConfig tells them. */
#include "manifest_rules.h"

void migdi_rule_c12(migdi_judge *judge, const migdi_nodes *nodes)
{
    for (size_t i = 0; i < nodes->group_count; i++) {
        const migdi_node_group *group = &nodes->groups[i];
        const migdi_count *least = &group->least;
        const migdi_count *most = &group->most;
        const migdi_count *wanted = &group->wanted;
        if (least->known && most->known && least->value > most->value) {
            migdi_say(judge, &least->at, &most->at, "eksctl refuses such bounds",
                      "at least %lld nodes, but at most %lld", (long long)least->value,
                      (long long)most->value);
        } else if (wanted->known && least->known && wanted->value < least->value) {
            migdi_say(judge, &wanted->at, &least->at, "Between the bounds",
                      "%lld nodes wanted, but at least %lld", (long long)wanted->value,
                      (long long)least->value);
        } else if (wanted->known && most->known && wanted->value > most->value) {
            migdi_say(judge, &wanted->at, &most->at, "Between the bounds",
                      "%lld nodes wanted, but at most %lld", (long long)wanted->value,
                      (long long)most->value);
        }
    }
}

/* The sum of one count over all groups; not known when a group does not say. `at`: the first
 * group's. */
static migdi_count sum(const migdi_nodes *nodes, size_t offset)
{
    migdi_count total = {.known = nodes->group_count > 0};
    for (size_t i = 0; i < nodes->group_count; i++) {
        const migdi_count *count =
            (const migdi_count *)(const void *)((const char *)&nodes->groups[i] + offset);
        total.known = total.known && count->known;
        total.value += count->value;
        total.at = i == 0 ? count->at : total.at;
    }
    return total;
}

/* Fixed nodes: the groups are all there is. Auto Mode and Karpenter make nodes as pods need
 * them. */
static const migdi_nodes *fixed_nodes(const migdi_facts *facts)
{
    return facts->nodes != NULL && facts->nodes->replaced.object == NULL && !facts->dev
               ? facts->nodes
               : NULL;
}

static int64_t quorum_seeds(const migdi_facts *facts)
{
    return facts->mode == MIGDI_MODE_GUARANTEED ? migdi_facts_seeds(facts) : 0;
}

void migdi_rule_c13(migdi_judge *judge, const migdi_facts *facts)
{
    const migdi_nodes *nodes = fixed_nodes(facts);
    if (nodes == NULL) {
        return;
    }
    int64_t least_members = 0;
    int64_t most_members = 0;
    migdi_facts_range(facts, &least_members, &most_members);
    const int64_t seeds = quorum_seeds(facts);
    const migdi_count least = sum(nodes, offsetof(migdi_node_group, least));
    const migdi_count most = sum(nodes, offsetof(migdi_node_group, most));
    if (least.known && least.value < seeds) {
        migdi_say(judge, &least.at, &facts->at, "A minimum of one node for each seed",
                  "at least %lld nodes for %lld seeds: some share one", (long long)least.value,
                  (long long)seeds);
    }
    if (most.known && most.value < most_members) {
        migdi_say(judge, &most.at, &facts->at, "A maximum of one node for each member",
                  "at most %lld nodes for %lld members: some share one", (long long)most.value,
                  (long long)most_members);
    }
}

void migdi_rule_c14(migdi_judge *judge, const migdi_facts *facts)
{
    const int64_t seeds = facts->dev ? 0 : quorum_seeds(facts);
    const int64_t spare = migdi_seeds_to_spare(seeds);
    if (facts->nodes == NULL || !facts->nodes->zones.known || spare == 0) {
        return;
    }
    const int64_t zones = facts->nodes->zones.value;
    const int64_t fullest = (seeds + zones - 1) / zones;
    if (fullest > spare) {
        migdi_say(judge, &facts->nodes->zones.at, &facts->at,
                  "Three zones: then losing one never costs the quorum",
                  "%lld zone%s: one holds %lld of %lld seeds, quorum bears %lld", (long long)zones,
                  zones == 1 ? "" : "s", (long long)fullest, (long long)seeds, (long long)spare);
    }
}

void migdi_rule_t9(migdi_judge *judge, const migdi_nodes *nodes)
{
    for (size_t i = 0; i < nodes->group_count; i++) {
        if (nodes->groups[i].controller.object != NULL) {
            migdi_say(
                judge, &nodes->groups[i].controller, NULL,
                "Give the controller rights of its own: Pod Identity, or a role for its account",
                "every pod on these nodes may borrow this role");
        }
    }
}

void migdi_rule_t13(migdi_judge *judge, const migdi_facts *facts)
{
    const migdi_nodes *nodes = fixed_nodes(facts);
    if (nodes == NULL) {
        return;
    }
    for (size_t i = 0; i < nodes->group_count; i++) {
        if (nodes->groups[i].grows) {
            return;
        }
    }
    int64_t least = 0;
    int64_t most = 0;
    migdi_facts_range(facts, &least, &most);
    const migdi_count wanted = sum(nodes, offsetof(migdi_node_group, wanted));
    const migdi_count limit = sum(nodes, offsetof(migdi_node_group, most));
    const bool is_c13 = limit.known && limit.value < most;
    if (wanted.known && wanted.value < most && !is_c13) {
        migdi_say(judge, &wanted.at, &facts->at,
                  "Nothing adds nodes for new members: scale the group with them",
                  "%lld members on %lld nodes: nodes do not follow pods", (long long)most,
                  (long long)wanted.value);
    }
}

void migdi_rule_t15(migdi_judge *judge, const migdi_facts *facts)
{
    if (facts->nodes == NULL || !facts->nodes->zones.known || !facts->replicas.known) {
        return;
    }
    const int64_t zones = facts->nodes->zones.value;
    const int64_t members = facts->replicas.value;
    for (size_t i = 0; i < facts->exposure_count; i++) {
        if (!facts->exposures[i].cross_zone && zones > 1 && members % zones != 0) {
            migdi_say(judge, &facts->exposures[i].at, &facts->nodes->zones.at,
                      "Set load_balancing.cross_zone.enabled=true, or run a multiple of the zones",
                      "%lld members in %lld zones do not share clients evenly", (long long)members,
                      (long long)zones);
        }
    }
}

void migdi_rule_t17(migdi_judge *judge, const migdi_nodes *nodes)
{
    for (size_t i = 0; i < nodes->group_count; i++) {
        if (nodes->groups[i].open_ssh.object != NULL) {
            migdi_say(judge, &nodes->groups[i].open_ssh, NULL,
                      "Leave ssh off, or name sourceSecurityGroupIds",
                      "ssh is open to the whole internet");
        }
    }
}

void migdi_rule_t27(migdi_judge *judge, const migdi_nodes *nodes)
{
    if (nodes->extended_support && nodes->version.text != NULL) {
        migdi_say(judge, &nodes->version.at, NULL,
                  "EKS takes several times the price for it; upgrade, one minor version at a time",
                  "Kubernetes %.10s is past its standard support", nodes->version.text);
    }
}

static const char wait_hint[] =
    "They wait for Ready, never for the pause between members; only our own roll does";

void migdi_rule_t28(migdi_judge *judge, const migdi_nodes *nodes)
{
    if (nodes->replaced.object != NULL) {
        migdi_say(judge, &nodes->replaced, NULL, wait_hint,
                  "nodes are replaced at any time, members with them");
    }
    for (size_t i = 0; i < nodes->group_count; i++) {
        if (nodes->groups[i].self_repair.object != NULL) {
            migdi_say(judge, &nodes->groups[i].self_repair, NULL, wait_hint,
                      "EKS replaces these nodes by itself");
        }
    }
}

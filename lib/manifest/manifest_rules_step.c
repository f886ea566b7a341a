/* Rules about a change: what is, and what is to be. */
#include "manifest_rules.h"

#include <string.h>

static bool both_known(const migdi_count *left, const migdi_count *right)
{
    return left->known && right->known;
}

static int64_t quorum_seeds(const migdi_facts *facts)
{
    return facts->mode == MIGDI_MODE_GUARANTEED ? migdi_facts_seeds(facts) : 0;
}

/* Members that run count the seeds that they were started with. */
void migdi_step_c5(migdi_judge *judge, const migdi_facts *before, const migdi_facts *after)
{
    const int64_t seeds = quorum_seeds(before);
    if (!both_known(&before->replicas, &after->replicas) ||
        after->replicas.value >= before->replicas.value || after->replicas.value >= seeds ||
        after->replicas.value < quorum_seeds(after)) {
        return; /* the last is said of the state that this leads to */
    }
    migdi_say(judge, &after->replicas.at, &before->replicas.at,
              "First change the seeds and wait for every member, then scale down",
              "down to %lld while the members count %lld seeds", (long long)after->replicas.value,
              (long long)seeds);
}

void migdi_step_c6(migdi_judge *judge, const migdi_facts *before, const migdi_facts *after)
{
    if (both_known(&before->max_members, &after->max_members) && after->replicas.known &&
        after->replicas.value > before->max_members.value &&
        after->replicas.value <= after->max_members.value) {
        migdi_say(judge, &after->replicas.at, &before->max_members.at,
                  "First the longer list, and wait for every member; then more members",
                  "%lld members, but those that run hold a list of %lld",
                  (long long)after->replicas.value, (long long)before->max_members.value);
    }
}

static int64_t wanted_nodes(const migdi_nodes *nodes)
{
    int64_t wanted = 0;
    for (size_t i = 0; i < nodes->group_count; i++) {
        wanted += nodes->groups[i].wanted.value;
    }
    return wanted;
}

void migdi_step_c12(migdi_judge *judge, const migdi_facts *before, const migdi_facts *after)
{
    if (before->nodes == NULL || after->nodes == NULL || after->nodes->group_count == 0 ||
        !before->replicas.known || !after->nodes->groups[0].wanted.known) {
        return;
    }
    const int64_t wanted = wanted_nodes(after->nodes);
    if (wanted < wanted_nodes(before->nodes) && wanted < before->replicas.value) {
        migdi_say(judge, &after->nodes->groups[0].wanted.at, &before->replicas.at,
                  "Fewer members first; a node that goes takes its members along",
                  "down to %lld nodes under %lld members", (long long)wanted,
                  (long long)before->replicas.value);
    }
}

/* How far both lists agree. */
static size_t common_entries(const migdi_words *left, const migdi_words *right)
{
    size_t i = 0;
    while (i < left->count && i < right->count &&
           strcmp(left->items[i].text, right->items[i].text) == 0) {
        i++;
    }
    return i;
}

void migdi_step_c17(migdi_judge *judge, const migdi_facts *before, const migdi_facts *after)
{
    if (!both_known(&before->max_members, &after->max_members)) {
        return;
    }
    const migdi_at *at = &after->max_members.at;
    const long long from = (long long)before->max_members.value;
    const long long to = (long long)after->max_members.value;
    const size_t common = common_entries(&before->list, &after->list);
    if (to < from) {
        migdi_say(judge, at, &before->max_members.at, "A list may grow, never shrink",
                  "the member list shrinks from %lld to %lld", from, to);
    } else if (before->list.count > 0 && after->list.count > 0 && common < before->list.count) {
        migdi_say(judge, at, &before->max_members.at, "Append only: the order makes the seeds",
                  "entry %zu of the member list changes", common + 1);
    }
    const int64_t seeds = quorum_seeds(before);
    if (to > from && seeds > 0 && seeds != quorum_seeds(after) && !after->seed_count.known) {
        migdi_say(judge, at, &before->max_members.at, "Set ClusterSeedMemberCount=3",
                  "with %lld entries the seeds become 5, not %lld", to, (long long)seeds);
    }
}

/* Ready members alone do not say which: a seed may be among the others. */
static bool seeds_may_be_missing(const migdi_facts *facts, int64_t seeds)
{
    if (facts->seeds_ready.known) {
        return facts->seeds_ready.value < seeds;
    }
    return facts->ready.known && facts->replicas.known &&
           facts->ready.value < facts->replicas.value;
}

void migdi_step_c23(migdi_judge *judge, const migdi_facts *before, const migdi_facts *after)
{
    const int64_t seeds = quorum_seeds(before);
    if (seeds == 0 || before->dev || !both_known(&before->replicas, &after->replicas) ||
        after->replicas.value >= before->replicas.value || !seeds_may_be_missing(before, seeds)) {
        return;
    }
    const char *hint = "Wait until every seed is Ready; what goes now would widen the hole";
    if (before->seeds_ready.known) {
        migdi_say(judge, &after->replicas.at, &before->replicas.at, hint,
                  "a member goes while %lld of %lld seeds are Ready",
                  (long long)before->seeds_ready.value, (long long)seeds);
    } else {
        migdi_say(judge, &after->replicas.at, &before->replicas.at, hint,
                  "a member goes while %lld of %lld are Ready", (long long)before->ready.value,
                  (long long)before->replicas.value);
    }
}

void migdi_step_c24(migdi_judge *judge, const migdi_facts *before, const migdi_facts *after)
{
    if (after->autoscaler_count == 0 && both_known(&before->replicas, &after->replicas) &&
        after->replicas.value < before->replicas.value) {
        migdi_say(judge, &after->replicas.at, &before->replicas.at,
                  migdi_hint(judge, "scale %lld --write keeps them; --accept C24 lowers to %lld",
                             (long long)before->replicas.value, (long long)after->replicas.value),
                  "%lld run and stay; %lld are written here", (long long)before->replicas.value,
                  (long long)after->replicas.value);
    }
}

static migdi_refusing refusing_of_t12(migdi_judge *judge, const migdi_autoscaler *living,
                                      int64_t replicas)
{
    const char *name = strrchr(living->at.object, '/');
    name = name == NULL ? living->at.object : name + 1;
    return (migdi_refusing){
        .sentence =
            living->wish.known
                ? migdi_hint(judge, "HorizontalPodAutoscaler %s wants %lld and would take it back",
                             name, (long long)living->wish.value)
                : migdi_hint(judge, "HorizontalPodAutoscaler %s counts, and may take it back",
                             name),
        .way_out = migdi_hint(judge, "no autoscaler, then scale %lld; or a higher minimum for it",
                              (long long)replicas),
    };
}

void migdi_step_t12(migdi_judge *judge, const migdi_facts *before, const migdi_facts *after)
{
    if (!both_known(&before->replicas, &after->replicas) ||
        after->replicas.value == before->replicas.value) {
        return;
    }
    for (size_t i = 0; i < after->autoscaler_count; i++) {
        for (size_t j = 0; j < before->autoscaler_count; j++) {
            const migdi_autoscaler *living = &before->autoscalers[j];
            if (strcmp(living->at.object, after->autoscalers[i].at.object) != 0) {
                continue;
            }
            if (living->wish.known && living->wish.value != after->replicas.value) {
                judge->refusing = refusing_of_t12(judge, living, after->replicas.value);
                migdi_say_as(judge, MIGD_SEVERITY_ERROR, &after->replicas.at, &living->at,
                             "autoscale off, then scale; or other bounds for the autoscaler",
                             "the autoscaler wants %lld and would take %lld back",
                             (long long)living->wish.value, (long long)after->replicas.value);
                return;
            }
            if (!living->wish.known && before->live) {
                judge->refusing = refusing_of_t12(judge, living, after->replicas.value);
                migdi_say_as(judge, MIGD_SEVERITY_ERROR, &after->replicas.at, &living->at,
                             "autoscale off, then scale; or other bounds for the autoscaler",
                             "the autoscaler counts, and may take %lld back",
                             (long long)after->replicas.value);
                return;
            }
        }
    }
}

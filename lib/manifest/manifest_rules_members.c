/* Rules about members, seeds, the member list and MigratoryData's parameters. */
#include "manifest_rules.h"

#include "core_text.h"

#include <string.h>

#define CLUSTER_PORTS 4

static bool is_guaranteed(const migdi_facts *facts)
{
    return facts->mode == MIGDI_MODE_GUARANTEED;
}

void migdi_rule_c1(migdi_judge *judge, const migdi_facts *facts)
{
    if (facts->mode == MIGDI_MODE_UNKNOWN && facts->mode_word.text != NULL) {
        migdi_say(judge, &facts->mode_word.at, NULL, "Write it as Standard or Guaranteed",
                  "\"%.20s\" is no delivery mode", facts->mode_word.text);
    }
}

void migdi_rule_c2(migdi_judge *judge, const migdi_facts *facts)
{
    const bool judged = is_guaranteed(facts) || facts->mode == MIGDI_MODE_STANDARD;
    if (facts->dev || !judged || !facts->replicas.known) {
        return;
    }
    const int64_t least = is_guaranteed(facts) ? 3 : 2;
    const int64_t replicas = facts->replicas.value;
    if (replicas < least) {
        if (facts->live) { /* somebody scales: fewer members is what he wants */
            judge->refusing.way_out =
                migdi_hint(judge, "%s delivery needs %lld members",
                           is_guaranteed(facts) ? "guaranteed" : "standard", (long long)least);
        }
        migdi_say(judge, &facts->replicas.at, NULL,
                  "Run more members, or use profile dev where nothing may be lost",
                  "%lld member%s; %s delivery needs %lld", (long long)replicas,
                  replicas == 1 ? "" : "s", is_guaranteed(facts) ? "guaranteed" : "standard",
                  (long long)least);
    }
}

void migdi_rule_c3(migdi_judge *judge, const migdi_facts *facts)
{
    if (!is_guaranteed(facts) || !facts->seed_count.known || !facts->max_members.known) {
        return;
    }
    const int64_t set = facts->seed_count.value;
    const int64_t most = facts->max_members.value;
    if ((set == 3 && most < 3) || (set == 5 && most < 5)) {
        migdi_say(judge, &facts->seed_count.at, &facts->max_members.at,
                  "The first 3 of 3 or 4 members are seeds; of 5 and more the first 5, or 3 if set",
                  "%lld seeds, but the member list has %lld entries", (long long)set,
                  (long long)most);
    }
}

void migdi_rule_c4(migdi_judge *judge, const migdi_facts *facts)
{
    if (is_guaranteed(facts) && facts->seed_count.known && facts->seed_count.value != 3 &&
        facts->seed_count.value != 5) {
        migdi_say(judge, &facts->seed_count.at, NULL,
                  "An odd number keeps a clear majority: 3 bears one loss, 5 bears two",
                  facts->seed_count.value < 0 ? "the number of seeds is 3 or 5"
                                              : "%lld seeds; the number of seeds is 3 or 5",
                  (long long)facts->seed_count.value);
    }
}

/* The margin and what it is made of. */
static const char *sentence_of_c5(migdi_judge *judge, int64_t replicas, int64_t seeds)
{
    const int64_t quorum = seeds - migdi_seeds_to_spare(seeds);
    const char *begin =
        migdi_hint(judge, "%lld members for %lld seeds: seeds up %lld of %lld", (long long)replicas,
                   (long long)seeds, (long long)replicas, (long long)seeds);
    return replicas < quorum
               ? migdi_hint(judge, "%s, quorum %lld, never reached", begin, (long long)quorum)
               : migdi_hint(judge, "%s, quorum %lld, margin %lld from the start", begin,
                            (long long)quorum, (long long)(replicas - quorum));
}

void migdi_rule_c5(migdi_judge *judge, const migdi_facts *facts)
{
    const int64_t seeds = migdi_facts_seeds(facts);
    if (!is_guaranteed(facts) || seeds == 0 || !facts->replicas.known ||
        facts->replicas.value >= seeds) {
        return;
    }
    const int64_t replicas = facts->replicas.value;
    const int64_t margin = replicas - (seeds - migdi_seeds_to_spare(seeds));
    const migdi_at *see = facts->seed_count.known ? &facts->seed_count.at : &facts->max_members.at;
    const char *hint = !facts->seed_count.known && seeds == 5
                           ? "Run 5 members, or set 3 seeds; a list of 5 and more has 5 unless told"
                           : "Run as many members as there are seeds";
    judge->refusing = (migdi_refusing){
        .sentence = sentence_of_c5(judge, replicas, seeds),
        .way_out = facts->live ? "smaller nodes" : NULL,
    };
    if (margin < 0) {
        migdi_say(judge, &facts->replicas.at, see, hint,
                  "%lld members for %lld seeds: never a quorum", (long long)replicas,
                  (long long)seeds);
    } else {
        migdi_say(judge, &facts->replicas.at, see, hint,
                  "%lld members for %lld seeds: margin %lld from the start", (long long)replicas,
                  (long long)seeds, (long long)margin);
    }
}

/* With the place that ends the list: that is what would have to change. */
static const char *sentence_of_c6(migdi_judge *judge, const migdi_facts *facts)
{
    const migdi_place place = facts->max_members.at.place;
    const char *begin =
        migdi_hint(judge, "%lld members, but the list that every member holds ends at %lld",
                   (long long)facts->replicas.value, (long long)facts->max_members.value);
    return place.file == NULL || place.line == 0
               ? begin
               : migdi_hint(judge, "%s (%s:%d:%d)", begin, place.file, (int)place.line,
                            (int)place.column);
}

void migdi_rule_c6(migdi_judge *judge, const migdi_facts *facts)
{
    if (facts->replicas.known && facts->max_members.known &&
        facts->replicas.value > facts->max_members.value) {
        judge->refusing = (migdi_refusing){
            sentence_of_c6(judge, facts),
            "larger members (memory, resources); a longer list:", "migdeploy rules C17"};
        migdi_say(judge, &facts->replicas.at, &facts->max_members.at,
                  "Larger members, or a longer list: appending restarts every member, one by one",
                  "%lld members, but the list that every member holds ends at %lld",
                  (long long)facts->replicas.value, (long long)facts->max_members.value);
    }
}

static bool is_listed(const migdi_words *list, const char *text, size_t before)
{
    for (size_t i = 0; i < before; i++) {
        if (strcmp(list->items[i].text, text) == 0) {
            return true;
        }
    }
    return false;
}

static bool listens_as_one(const migdi_words *listens)
{
    return listens->count > 1 && is_listed(listens, listens->items[1].text, 1);
}

void migdi_rule_c15(migdi_judge *judge, const migdi_facts *facts)
{
    const migdi_words *list = &facts->list;
    for (size_t i = 0; i < list->count; i++) {
        if (is_listed(list, list->items[i].text, i)) {
            migdi_say(judge, &list->items[i].at, NULL,
                      migdi_hint(judge, "It is %.80s", list->items[i].text),
                      "entry %zu of the member list stands in it twice", i + 1);
            return;
        }
    }
    if (list->count == 0) {
        return;
    }
    if (listens_as_one(&facts->listens)) {
        migdi_say(judge, &facts->listens.items[0].at, NULL,
                  "Put the pod's name into it: $(POD_NAME) from metadata.name",
                  "every member listens under the same name");
        return;
    }
    for (size_t i = 0; i < facts->listens.count && i < list->count; i++) {
        const migdi_word *listen = &facts->listens.items[i];
        if (!is_listed(list, listen->text, list->count)) {
            migdi_say(judge, &listen->at, &list->items[0].at,
                      migdi_hint(judge, "It listens as %.70s", listen->text),
                      "member %zu is not in its own member list", i);
            return;
        }
    }
}

void migdi_rule_c16(migdi_judge *judge, const migdi_facts *facts)
{
    if (!facts->cluster_port.known) {
        return;
    }
    const int64_t first = facts->cluster_port.value;
    const int64_t last = first + CLUSTER_PORTS - 1;
    if (first < 1 || last > 65535) {
        migdi_say(judge, &facts->cluster_port.at, NULL, "The vendor's four are 8801 to 8804",
                  "%lld to %lld are no ports", (long long)first, (long long)last);
        return;
    }
    for (size_t i = 0; i < facts->port_count; i++) {
        const migdi_port *port = &facts->ports[i];
        if (port->number >= first && port->number <= last) {
            migdi_say(
                judge, &port->at, &facts->cluster_port.at,
                migdi_hint(judge,
                           "%s has it; members use four ports in a row, as shipped 8801 to 8804",
                           port->whose),
                "port %lld is the members' own (%lld to %lld)", (long long)port->number,
                (long long)first, (long long)last);
        }
    }
}

void migdi_rule_c19(migdi_judge *judge, const migdi_facts *facts)
{
    for (size_t i = 0; i < facts->bad_options.count; i++) {
        const migdi_word *word = &facts->bad_options.items[i];
        const bool quoted = strpbrk(word->text, "\"'") != NULL;
        migdi_say(judge, &word->at, NULL, "Options are split at blanks; quotes are not taken off",
                  quoted ? "a quote in an option: %.30s" : "no option: %.30s (a blank in a value?)",
                  word->text);
    }
}

void migdi_rule_c21(migdi_judge *judge, const migdi_facts *facts)
{
    if (facts->memory_bytes <= 0 || !facts->container_memory.known) {
        return;
    }
    const int64_t mib = 1024 * 1024;
    const int64_t most = facts->container_memory.value;
    const int64_t left = most - facts->memory_bytes;
    const char *hint = "The JVM needs more than its heap; the tutorial gives twice the Memory";
    if (left <= 0) {
        migdi_say(judge, &facts->memory.at, &facts->container_memory.at, hint,
                  "Memory is %.12s, the container has %lldMi", facts->memory.text,
                  (long long)(most / mib));
    } else if (left < most / 4) {
        migdi_say_as(judge, MIGD_SEVERITY_WARNING, &facts->memory.at, &facts->container_memory.at,
                     hint, "Memory %.10s of %lldMi: under a quarter left", facts->memory.text,
                     (long long)(most / mib));
    }
}

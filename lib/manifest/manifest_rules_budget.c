/* Rules about disruption budgets and autoscalers. */
#include "manifest_rules.h"

/* Numbers of members beyond this are not tried one by one. */
#define MEMBERS_TRIED 1000

static const char *one_of(const migdi_facts *facts)
{
    return facts->members ? "member" : "pod";
}

/* S where seeds carry a quorum, else 0. */
static int64_t quorum_seeds(const migdi_facts *facts)
{
    return facts->mode == MIGDI_MODE_GUARANTEED ? migdi_facts_seeds(facts) : 0;
}

static bool is_absolute(const migdi_budget *budget)
{
    return budget->amount.known && !budget->by_unavailable && !budget->percent && !budget->shared;
}

/* minAvailable over all members; 0 for every other budget. */
static int64_t kept_of_all(const migdi_budget *budget)
{
    return is_absolute(budget) && budget->covers == NULL ? budget->amount.value : 0;
}

void migdi_rule_c7(migdi_judge *judge, const migdi_facts *facts)
{
    for (size_t i = 0; i < facts->budget_count; i++) {
        const migdi_budget *budget = &facts->budgets[i];
        if (facts->replicas.known && kept_of_all(budget) > facts->replicas.value) {
            if (facts->replicas.value < quorum_seeds(facts)) {
                judge->refusing.way_out = ""; /* no budget makes up for seeds that do not run */
            }
            migdi_say(judge, &budget->amount.at, &facts->replicas.at,
                      "Keep fewer, or run more: Kubernetes would refuse every eviction",
                      "%lld must stay, but only %lld run", (long long)budget->amount.value,
                      (long long)facts->replicas.value);
        }
    }
}

void migdi_rule_c8(migdi_judge *judge, const migdi_facts *facts)
{
    const int64_t seeds = migdi_facts_seeds(facts);
    for (size_t i = 0; i < facts->budget_count && !facts->dev; i++) {
        const migdi_budget *budget = &facts->budgets[i];
        if (is_absolute(budget) && budget->covers == NULL && budget->amount.value < seeds) {
            migdi_say(
                judge, &budget->amount.at, &facts->replicas.at,
                migdi_hint(judge, "Keep %lld of the %lld seeds with a budget over the seeds alone",
                           (long long)(seeds - migdi_seeds_to_spare(seeds)), (long long)seeds),
                "%lld must stay, fewer than the %lld seeds", (long long)budget->amount.value,
                (long long)seeds);
        }
    }
}

/* --- C9: somebody may leave ------------------------------------------------------------------- */

static bool is_stuck(const migdi_budget *budget, int64_t running)
{
    const int64_t covered = migdi_budget_covered(budget, running);
    return covered > 0 && covered - migdi_budget_kept(budget, running) < 1;
}

/* The number of members at which nobody may leave: `replicas` itself first; 0 when there is
 * none. */
static int64_t stuck_at(const migdi_facts *facts, const migdi_budget *budget)
{
    int64_t least = 0;
    int64_t most = 0;
    migdi_facts_range(facts, &least, &most);
    if (budget->covers != NULL && least < quorum_seeds(facts)) {
        least = quorum_seeds(facts); /* seeds that do not run are C5's or C11's */
    }
    if (facts->replicas.known && facts->replicas.value >= least &&
        is_stuck(budget, facts->replicas.value)) {
        return facts->replicas.value;
    }
    if (kept_of_all(budget) > least) {
        return 0; /* C11 says so */
    }
    for (int64_t running = least; running <= most && running < least + MEMBERS_TRIED; running++) {
        if (is_stuck(budget, running)) {
            return running;
        }
    }
    return 0;
}

static const char *way_out_of_c9(migdi_judge *judge, const migdi_facts *facts,
                                 const migdi_budget *budget, int64_t running)
{
    const int64_t seeds = quorum_seeds(facts);
    if (seeds == 0) {
        return "Set maxUnavailable: 1 instead, or run one more";
    }
    const char *whole = budget->covers == NULL ? " of all members" : "";
    const long long kept = (long long)(seeds - migdi_seeds_to_spare(seeds));
    if (budget->by_unavailable || budget->percent) {
        return migdi_hint(judge, "Keep minAvailable: %lld of the %lld seeds, as a number", kept,
                          (long long)seeds);
    }
    const bool room =
        facts->max_members.known && running < facts->max_members.value && budget->covers == NULL;
    return room ? migdi_hint(judge, "Keep %lld of the %lld seeds instead of %lld%s, or run %lld",
                             kept, (long long)seeds, (long long)budget->amount.value, whole,
                             (long long)budget->amount.value + 1)
                : migdi_hint(judge, "Keep %lld of the %lld seeds instead of %lld%s", kept,
                             (long long)seeds, (long long)budget->amount.value, whole);
}

void migdi_rule_c9(migdi_judge *judge, const migdi_facts *facts)
{
    for (size_t i = 0; i < facts->budget_count; i++) {
        const migdi_budget *budget = &facts->budgets[i];
        if (budget->shared) {
            migdi_say_as(judge, MIGD_SEVERITY_NOTE, &budget->at, &facts->at,
                         "Its numbers count pods of several sets; give each set its own budget",
                         "covers pods of other sets too: not judged");
            continue;
        }
        const int64_t running = budget->amount.known ? stuck_at(facts, budget) : 0;
        if (running == 0 ||
            (facts->replicas.known && kept_of_all(budget) > facts->replicas.value)) {
            continue; /* the latter is C7 */
        }
        const int64_t covered = migdi_budget_covered(budget, running);
        const long long kept = (long long)migdi_budget_kept(budget, running);
        const char *hint = way_out_of_c9(judge, facts, budget, running);
        if (facts->replicas.known && running == facts->replicas.value) {
            migdi_say(judge, &budget->amount.at, &facts->replicas.at, hint,
                      "no %s can leave: %lld run, %lld must stay",
                      budget->covers == NULL ? one_of(facts) : "covered pod", (long long)covered,
                      kept);
        } else {
            migdi_say(judge, &budget->amount.at, &facts->replicas.at, hint,
                      "at %lld members none can leave: %lld must stay", (long long)running, kept);
        }
    }
}

/* --- C10: not more than the quorum bears may leave -------------------------------------------- */

static void say_c10(migdi_judge *judge, const migdi_facts *facts, const migdi_budget *budget,
                    int64_t from, int64_t to)
{
    const int64_t seeds = quorum_seeds(facts);
    const int64_t spare = migdi_seeds_to_spare(seeds);
    const long long risk = (long long)migdi_budget_seeds_at_risk(budget, seeds, from, to);
    const char *hint = migdi_hint(
        judge, "No number over all members is right at each size; keep %lld of the %lld seeds",
        (long long)(seeds - spare), (long long)seeds);
    if (from == to) {
        migdi_say(judge, &budget->amount.at, NULL, hint,
                  "at %lld members %lld seeds may leave, quorum bears %lld", (long long)from, risk,
                  (long long)spare);
    } else {
        migdi_say(judge, &budget->amount.at, NULL, hint,
                  "at %lld -> %lld: %lld seeds may leave, quorum bears %lld", (long long)from,
                  (long long)to, risk, (long long)spare);
    }
}

/* While members are taken away, those that have to go still run and are counted: first one step
 * down, then as far as the autoscaler may go at once. */
static void judge_way_down(migdi_judge *judge, const migdi_facts *facts, const migdi_budget *budget,
                           int64_t least, int64_t most)
{
    const int64_t seeds = quorum_seeds(facts);
    const int64_t spare = migdi_seeds_to_spare(seeds);
    for (int64_t to = least; to < most; to++) {
        if (migdi_budget_seeds_at_risk(budget, seeds, to + 1, to) > spare) {
            say_c10(judge, facts, budget, to + 1, to);
            return;
        }
    }
    for (int64_t to = least; to < most; to++) {
        if (migdi_budget_seeds_at_risk(budget, seeds, most, to) > spare) {
            say_c10(judge, facts, budget, most, to);
            return;
        }
    }
}

void migdi_rule_c10(migdi_judge *judge, const migdi_facts *facts)
{
    const int64_t seeds = quorum_seeds(facts);
    int64_t least = 0;
    int64_t most = 0;
    migdi_facts_range(facts, &least, &most);
    least = least < seeds ? seeds : least; /* below that it is C5 or C11 */
    most = most > least + MEMBERS_TRIED ? least + MEMBERS_TRIED : most;
    for (size_t i = 0; i < facts->budget_count && seeds > 0; i++) {
        const migdi_budget *budget = &facts->budgets[i];
        if (!budget->amount.known || budget->shared) {
            continue;
        }
        bool told = false;
        for (int64_t running = least; running <= most && !told; running++) {
            if (migdi_budget_seeds_at_risk(budget, seeds, running, running) >
                migdi_seeds_to_spare(seeds)) {
                say_c10(judge, facts, budget, running, running);
                told = true;
            }
        }
        if (!told && facts->autoscaler_count > 0) {
            judge_way_down(judge, facts, budget, least, most);
        }
    }
}

void migdi_step_c10(migdi_judge *judge, const migdi_facts *before, const migdi_facts *after)
{
    const int64_t seeds = quorum_seeds(after);
    if (seeds == 0 || !before->replicas.known || !after->replicas.known ||
        after->replicas.value >= before->replicas.value || after->autoscaler_count > 0) {
        return; /* with an autoscaler the state is judged for every step down */
    }
    const int64_t from = before->replicas.value;
    const int64_t to = after->replicas.value;
    for (size_t i = 0; i < after->budget_count; i++) {
        const migdi_budget *budget = &after->budgets[i];
        if (budget->amount.known && !budget->shared && to >= seeds &&
            migdi_budget_seeds_at_risk(budget, seeds, from, to) > migdi_seeds_to_spare(seeds) &&
            migdi_budget_seeds_at_risk(budget, seeds, to, to) <= migdi_seeds_to_spare(seeds)) {
            say_c10(judge, after, budget, from, to);
        }
    }
}

/* --- C11: the autoscaler's bounds ------------------------------------------------------------- */

static int64_t largest_kept(const migdi_facts *facts, const migdi_budget **which)
{
    int64_t largest = 0;
    for (size_t i = 0; i < facts->budget_count; i++) {
        if (kept_of_all(&facts->budgets[i]) > largest) {
            largest = kept_of_all(&facts->budgets[i]);
            *which = &facts->budgets[i];
        }
    }
    return largest;
}

static void judge_least(migdi_judge *judge, const migdi_facts *facts,
                        const migdi_autoscaler *autoscaler)
{
    const migdi_budget *budget = NULL;
    const int64_t seeds = quorum_seeds(facts);
    const int64_t kept = largest_kept(facts, &budget);
    const int64_t least = autoscaler->least.value;
    const bool is_c7 = facts->replicas.known && kept > facts->replicas.value;
    if (least < 1) {
        migdi_say(judge, &autoscaler->least.at, NULL, "A minimum of 1 or more",
                  "autoscaler may go to %lld", (long long)least);
    } else if (least < seeds) {
        migdi_say(judge, &autoscaler->least.at, NULL, "A minimum of at least the number of seeds",
                  "autoscaler may go to %lld, below the %lld seeds", (long long)least,
                  (long long)seeds);
    } else if (least < kept && !is_c7) {
        migdi_say(judge, &autoscaler->least.at, &budget->amount.at,
                  "A higher minimum, or a budget over the seeds alone",
                  "autoscaler may go to %lld, the budget keeps %lld", (long long)least,
                  (long long)kept);
    }
}

void migdi_rule_c11(migdi_judge *judge, const migdi_facts *facts)
{
    for (size_t i = 0; i < facts->autoscaler_count; i++) {
        const migdi_autoscaler *autoscaler = &facts->autoscalers[i];
        const int64_t least = autoscaler->least.value;
        const int64_t most = autoscaler->most.value;
        if (!autoscaler->most.known) {
            continue;
        }
        if (least > most) {
            migdi_say(judge, &autoscaler->least.at, &autoscaler->most.at, "Swap them",
                      "the least, %lld, is more than the most, %lld", (long long)least,
                      (long long)most);
            continue;
        }
        judge_least(judge, facts, autoscaler);
        if (facts->max_members.known && most > facts->max_members.value) {
            migdi_say(judge, &autoscaler->most.at, &facts->max_members.at,
                      "A lower maximum, or a longer member list (C17)",
                      "autoscaler may go to %lld, the member list ends at %lld", (long long)most,
                      (long long)facts->max_members.value);
        }
        if (facts->members && facts->replicas.known &&
            (facts->replicas.value < least || facts->replicas.value > most)) {
            migdi_say(judge, &facts->replicas.at, &autoscaler->least.at,
                      "Leave replicas out, or put it between the bounds",
                      "%lld run, but the autoscaler keeps %lld to %lld",
                      (long long)facts->replicas.value, (long long)least, (long long)most);
        }
    }
}

void migdi_step_c11(migdi_judge *judge, const migdi_facts *before, const migdi_facts *after)
{
    if (before->autoscaler_count > 0 || after->replicas.known || !before->replicas.known) {
        return;
    }
    for (size_t i = 0; i < after->autoscaler_count; i++) {
        const migdi_autoscaler *autoscaler = &after->autoscalers[i];
        if (autoscaler->least.value > before->replicas.value) {
            migdi_say(judge, &autoscaler->least.at, &before->replicas.at,
                      "Scale up first, then switch the autoscaler on",
                      "the autoscaler keeps at least %lld, but %lld run",
                      (long long)autoscaler->least.value, (long long)before->replicas.value);
        }
    }
}

/* --- who else counts -------------------------------------------------------------------------- */

/* Whether two budgets cover one pod. */
static bool overlap(const migdi_budget *left, const migdi_budget *right)
{
    if (left->covers == NULL || right->covers == NULL) {
        return true;
    }
    for (size_t i = 0; i < left->covers_count && i < right->covers_count; i++) {
        if (left->covers[i] && right->covers[i]) {
            return true;
        }
    }
    return false;
}

void migdi_rule_c18(migdi_judge *judge, const migdi_facts *facts)
{
    for (size_t i = 1; i < facts->budget_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (overlap(&facts->budgets[j], &facts->budgets[i])) {
                migdi_say(judge, &facts->budgets[i].at, &facts->budgets[j].at,
                          "Eviction then answers 500 for every pod of both; remove one",
                          "a second budget over the same pods");
                break;
            }
        }
    }
}

void migdi_rule_c20(migdi_judge *judge, const migdi_facts *facts)
{
    for (size_t i = 0; i < facts->autoscaler_count; i++) {
        for (size_t j = 0; j < facts->container_count && facts->autoscalers[i].cpu.object != NULL;
             j++) {
            if (!facts->containers[j].has_cpu) {
                migdi_say(judge, &facts->autoscalers[i].cpu, &facts->containers[j].at,
                          "Usage is measured against requests.cpu; each container needs one",
                          "a share of the CPU, but a container requests none");
                break;
            }
        }
    }
}

void migdi_rule_t11(migdi_judge *judge, const migdi_facts *facts)
{
    for (size_t i = 1; i < facts->autoscaler_count; i++) {
        migdi_say(judge, &facts->autoscalers[i].at, &facts->autoscalers[0].at,
                  "Two that count undo each other's number; remove one",
                  "a second autoscaler on the same target");
    }
}

/* What a server holds always has a number; what this library renders is applied without it. */
void migdi_rule_t12(migdi_judge *judge, const migdi_facts *facts)
{
    if (facts->autoscaler_count > 0 && facts->replicas.known && !facts->live && !facts->rendered) {
        migdi_say(judge, &facts->replicas.at, NULL,
                  "Leave replicas out of what is applied again while an autoscaler counts",
                  "each apply undoes the autoscaler's count");
    }
}

static bool is_guarded(const migdi_facts *facts, int64_t ordinal)
{
    for (size_t i = 0; i < facts->budget_count; i++) {
        const migdi_budget *budget = &facts->budgets[i];
        if (budget->covers == NULL ||
            ((size_t)ordinal < budget->covers_count && budget->covers[ordinal])) {
            return true;
        }
    }
    return false;
}

void migdi_rule_t29(migdi_judge *judge, const migdi_facts *facts)
{
    const int64_t seeds = facts->dev ? 0 : quorum_seeds(facts);
    int64_t bare = 0;
    for (int64_t i = 0; i < seeds; i++) {
        bare += is_guarded(facts, i) ? 0 : 1;
    }
    if (bare > 0) {
        migdi_say(judge, &facts->guard, facts->budget_count > 0 ? &facts->budgets[0].at : NULL,
                  migdi_hint(judge,
                             "A budget with minAvailable: %lld over the seeds keeps the quorum",
                             (long long)(seeds - migdi_seeds_to_spare(seeds))),
                  bare == seeds ? "no budget covers the %lld seeds"
                                : "no budget covers %lld of the seeds",
                  (long long)bare);
    }
}

/* What follows from facts: seeds, quorum, and the arithmetic of disruption budgets. */
#include "manifest_facts.h"

#include "core_text.h"

int64_t migdi_facts_seeds(const migdi_facts *facts)
{
    if (!facts->max_members.known || facts->mode == MIGDI_MODE_KAFKA) {
        return 0;
    }
    const int64_t most = facts->max_members.value;
    if (most < 3) {
        return facts->dev && most > 0 ? most : 0;
    }
    if (!facts->seed_count.known) {
        return most < 5 ? 3 : 5;
    }
    const int64_t set = facts->seed_count.value;
    return set == 3 || (set == 5 && most >= 5) ? set : 0;
}

int64_t migdi_seeds_to_spare(int64_t seeds)
{
    return seeds > 0 ? (seeds - 1) / 2 : 0;
}

void migdi_facts_range(const migdi_facts *facts, int64_t *least, int64_t *most)
{
    *least = facts->replicas.known ? facts->replicas.value : 0;
    *most = *least;
    bool any = facts->replicas.known;
    for (size_t i = 0; i < facts->autoscaler_count; i++) {
        const migdi_autoscaler *autoscaler = &facts->autoscalers[i];
        if (!autoscaler->least.known || !autoscaler->most.known) {
            continue;
        }
        *least = !any || autoscaler->least.value < *least ? autoscaler->least.value : *least;
        *most = !any || autoscaler->most.value > *most ? autoscaler->most.value : *most;
        any = true;
    }
}

int64_t migdi_budget_covered(const migdi_budget *budget, int64_t running)
{
    if (budget->covers == NULL) {
        return running;
    }
    int64_t covered = 0;
    for (size_t i = 0; i < budget->covers_count && (int64_t)i < running; i++) {
        covered += budget->covers[i] ? 1 : 0;
    }
    return covered;
}

int64_t migdi_budget_kept(const migdi_budget *budget, int64_t expected)
{
    int64_t amount = budget->amount.value;
    if (budget->percent) { /* the controller rounds both kinds up */
        amount = (expected * amount + 99) / 100;
    }
    if (!budget->by_unavailable) {
        return amount;
    }
    return amount < expected ? expected - amount : 0;
}

int64_t migdi_budget_seeds_at_risk(const migdi_budget *budget, int64_t seeds, int64_t running,
                                   int64_t wished)
{
    const int64_t spare = migdi_budget_covered(budget, running) - migdi_budget_kept(budget, wished);
    const int64_t covered = migdi_budget_covered(budget, seeds < running ? seeds : running);
    const int64_t risk = spare < covered ? spare : covered;
    return risk > 0 ? risk : 0;
}

const migdi_facts *migdi_world_find(const migdi_world *world, const char *object)
{
    for (size_t i = 0; i < world->set_count; i++) {
        if (migdi_text_equal(world->sets[i].at.object, object)) {
            return &world->sets[i];
        }
    }
    return NULL;
}

/* Facts of what stands around a set: autoscalers, budgets, Services. */
#include "manifest_extract_items.h"

#include "codec_int_or_percent.h"

#include <string.h>

#define ANNOTATIONS "/metadata/annotations"
#define AWS         "service.beta.kubernetes.io/aws-load-balancer-"

/* --- autoscalers ------------------------------------------------------------------------------ */

static bool targets(const migdi_item *autoscaler, const migdi_item *set)
{
    return migdi_same_space(autoscaler, set) &&
           strcmp(migd_object_text(autoscaler->value, "/spec/scaleTargetRef/kind", ""),
                  set->kind) == 0 &&
           strcmp(migd_object_text(autoscaler->value, "/spec/scaleTargetRef/name", ""),
                  set->name) == 0;
}

/* Where a share of the requested CPU is wished: a field of v1, a metric of v2. */
static migdi_at cpu_wish(migdi_extract_state *state, const migdi_item *item)
{
    if (migd_object_at(item->value, "/spec/targetCPUUtilizationPercentage") != NULL) {
        return migdi_item_at(state, item, "/spec/targetCPUUtilizationPercentage");
    }
    const migd_object *metrics = migd_object_at(item->value, "/spec/metrics");
    for (size_t i = 0; i < migd_object_count(metrics); i++) {
        const migd_object *resource = migd_object_at(migd_object_item(metrics, i), "/resource");
        if (strcmp(migd_object_text(resource, "/name", ""), "cpu") == 0 &&
            migd_object_at(resource, "/target/averageUtilization") != NULL) {
            return migdi_item_at(state, item,
                                 "/spec/metrics/%zu/resource/target/averageUtilization", i);
        }
    }
    return (migdi_at){0};
}

void migdi_extract_autoscalers(migdi_extract_state *state, const migdi_set *set)
{
    migdi_autoscaler *list = NULL;
    size_t count = 0;
    const migdi_items *all = &state->by_kind[MIGDI_ITEM_AUTOSCALER];
    for (size_t i = 0; i < all->count; i++) {
        const migdi_item *item = &all->items[i];
        if (!targets(item, set->item)) {
            continue;
        }
        list = migdi_list_add(state->arena, list, &count, sizeof *list);
        if (list == NULL) {
            return;
        }
        migdi_autoscaler *autoscaler = &list[count++];
        autoscaler->at = migdi_item_at_key(state, item, "/spec/scaleTargetRef");
        autoscaler->least = migdi_item_count(state, item, "/spec/minReplicas");
        if (!autoscaler->least.known) {
            autoscaler->least.known = true;
            autoscaler->least.value = 1;
        }
        autoscaler->most = migdi_item_count(state, item, "/spec/maxReplicas");
        autoscaler->wish = migdi_item_count(state, item, "/status/desiredReplicas");
        autoscaler->wish.known = autoscaler->wish.known && autoscaler->wish.value > 0;
        autoscaler->cpu = cpu_wish(state, item);
    }
    set->facts->autoscalers = list;
    set->facts->autoscaler_count = count;
}

/* --- budgets ---------------------------------------------------------------------------------- */

/* "25%" as 25; the codec rounds a percentage of 100 to itself. */
static bool read_amount(const migd_object *value, migdi_budget *budget)
{
    budget->percent = migdi_int_or_percent_is_percent(value);
    budget->amount.known =
        value != NULL &&
        migdi_int_or_percent_scale(value, 100, MIGDI_ROUND_UP, &budget->amount.value, NULL) >= 0;
    return budget->amount.known;
}

static void read_budget(migdi_extract_state *state, const migdi_item *item, migdi_budget *budget)
{
    const migd_object *unavailable = migd_object_at(item->value, "/spec/maxUnavailable");
    budget->at = migdi_item_at(state, item, "/metadata/name");
    budget->by_unavailable = unavailable != NULL;
    const char *pointer = budget->by_unavailable ? "/spec/maxUnavailable" : "/spec/minAvailable";
    const migd_object *value = migd_object_at(item->value, pointer);
    if (read_amount(value, budget)) {
        budget->amount.at = migdi_item_at(state, item, "%s", pointer);
    }
}

/* Whether pods of another set are covered too. */
static bool is_shared(const migdi_extract_state *state, const migdi_set *set,
                      const migdi_item *budget)
{
    const migdi_items *sets = &state->by_kind[MIGDI_ITEM_SET];
    for (size_t i = 0; i < sets->count; i++) {
        const migdi_item *other = &sets->items[i];
        if (other != set->item && migdi_same_space(other, budget) &&
            migdi_selector_matches(&budget->selector, other->labels)) {
            return true;
        }
    }
    return false;
}

static size_t ordinals(const migdi_facts *facts)
{
    int64_t least = 0;
    int64_t most = 0;
    migdi_facts_range(facts, &least, &most);
    if (facts->max_members.known && facts->max_members.value > most) {
        most = facts->max_members.value;
    }
    if (most < 0) {
        return 0;
    }
    return most > MIGDI_EXTRACT_ORDINALS ? MIGDI_EXTRACT_ORDINALS : (size_t)most;
}

void migdi_extract_budgets(migdi_extract_state *state, const migdi_set *set)
{
    migdi_budget *list = NULL;
    size_t count = 0;
    const size_t pods = ordinals(set->facts);
    const migdi_items *all = &state->by_kind[MIGDI_ITEM_BUDGET];
    for (size_t i = 0; i < all->count; i++) {
        const migdi_item *item = &all->items[i];
        const bool *covers = NULL;
        if (!migdi_same_space(item, set->item) ||
            !migdi_set_covered(state, set, &item->selector, pods, &covers)) {
            continue;
        }
        list = migdi_list_add(state->arena, list, &count, sizeof *list);
        if (list == NULL) {
            return;
        }
        migdi_budget *budget = &list[count++];
        read_budget(state, item, budget);
        budget->covers = covers;
        budget->covers_count = covers == NULL ? 0 : pods;
        budget->shared = is_shared(state, set, item);
    }
    set->facts->budgets = list;
    set->facts->budget_count = count;
}

/* --- Services --------------------------------------------------------------------------------- */

/* A Service's selector is a plain map; an empty one selects nothing here. */
static bool selects(const migd_object *service, const migd_object *labels)
{
    const migd_object *selector = migd_object_at(service, "/spec/selector");
    const size_t count =
        migd_object_kind(selector) == MIGD_KIND_MAP ? migd_object_count(selector) : 0;
    for (size_t i = 0; i < count; i++) {
        const migd_object *label = migdi_object_member(labels, migd_object_key(selector, i));
        if (!migd_object_equal(label, migd_object_item(selector, i))) {
            return false;
        }
    }
    return count > 0;
}

static const char *annotation(const migd_object *object, const char *key)
{
    return migd_object_text(
        migdi_object_member(migd_object_at(object, "/metadata/annotations"), key), "", "");
}

static bool is_everybody(const char *ranges)
{
    return strstr(ranges, "0.0.0.0/0") != NULL || strstr(ranges, "::/0") != NULL;
}

/* Whether a list of sources leaves anybody out. */
static bool names_sources(const migd_object *service)
{
    const migd_object *ranges = migd_object_at(service, "/spec/loadBalancerSourceRanges");
    const char *noted =
        annotation(service, "service.beta.kubernetes.io/load-balancer-source-ranges");
    bool open = is_everybody(noted);
    for (size_t i = 0; i < migd_object_count(ranges); i++) {
        open = open || is_everybody(migd_object_text(migd_object_item(ranges, i), "", ""));
    }
    return !open && (migd_object_count(ranges) > 0 || *noted != '\0');
}

/* The first port without TLS, as far as its number and the balancer tell; 0: none. */
static int64_t plain_port(const migd_object *service)
{
    const migd_object *ports = migd_object_at(service, "/spec/ports");
    if (*annotation(service, AWS "ssl-cert") != '\0') {
        return 0;
    }
    for (size_t i = 0; i < migd_object_count(ports); i++) {
        const int64_t port = migd_object_int64(migd_object_item(ports, i), "/port", 443);
        if (port != 443) {
            return port;
        }
    }
    return 0;
}

/* AWS's controller keeps a balancer inside unless it is told otherwise; other clouds do the
 * opposite. */
static bool controller_serves(const migd_object *service)
{
    const char *type = annotation(service, AWS "type");
    const char *class = migd_object_text(service, "/spec/loadBalancerClass", "");
    return strcmp(type, "external") == 0 || strcmp(type, "nlb-ip") == 0 ||
           strcmp(class, "service.k8s.aws/nlb") == 0 || strcmp(class, "eks.amazonaws.com/nlb") == 0;
}

static bool kept_inside(const migd_object *service)
{
    return strcmp(annotation(service, AWS "internal"), "true") == 0 ||
           strcmp(annotation(service, AWS "scheme"), "internal") == 0 ||
           strcmp(annotation(service, "service.beta.kubernetes.io/azure-load-balancer-internal"),
                  "true") == 0 ||
           strcmp(annotation(service, "networking.gke.io/load-balancer-type"), "Internal") == 0;
}

static migdi_at opened_at(migdi_extract_state *state, const migdi_item *item)
{
    const char *scheme = annotation(item->value, AWS "scheme");
    if (names_sources(item->value) || kept_inside(item->value) ||
        (controller_serves(item->value) && strcmp(scheme, "internet-facing") != 0)) {
        return (migdi_at){0};
    }
    const migdi_at at =
        strcmp(scheme, "internet-facing") == 0
            ? migdi_item_at(state, item,
                            ANNOTATIONS "/service.beta.kubernetes.io~1aws-load-balancer-scheme")
            : migdi_item_at(state, item, "/spec/type");
    return migdi_item_at_spec(state, at, "/spec/service/sourceRanges");
}

static void read_exposure(migdi_extract_state *state, const migdi_item *item,
                          migdi_exposure *exposure)
{
    const bool annotated = migd_object_at(item->value, ANNOTATIONS) != NULL;
    exposure->at = migdi_item_at_key(state, item, annotated ? ANNOTATIONS : "/spec");
    exposure->open = opened_at(state, item);
    exposure->plain_port = plain_port(item->value);
    exposure->cross_zone =
        strstr(annotation(item->value, AWS "attributes"),
               "load_balancing.cross_zone.enabled=true") != NULL ||
        strcmp(annotation(item->value, AWS "cross-zone-load-balancing-enabled"), "true") == 0;
}

void migdi_extract_services(migdi_extract_state *state, const migdi_set *set)
{
    migdi_exposure *list = NULL;
    size_t count = 0;
    const char *headless = migd_object_text(set->item->value, "/spec/serviceName", "");
    const migdi_items *all = &state->by_kind[MIGDI_ITEM_SERVICE];
    for (size_t i = 0; i < all->count; i++) {
        const migdi_item *item = &all->items[i];
        if (!migdi_same_space(item, set->item)) {
            continue;
        }
        if (strcmp(item->name, headless) == 0 &&
            migd_object_boolean(item->value, "/spec/publishNotReadyAddresses", 0) == 0) {
            set->facts->unpublished = migdi_item_at_key(state, item, "/spec");
        }
        if (strcmp(migd_object_text(item->value, "/spec/type", ""), "LoadBalancer") != 0 ||
            !selects(item->value, set->item->labels)) {
            continue;
        }
        list = migdi_list_add(state->arena, list, &count, sizeof *list);
        if (list == NULL) {
            return;
        }
        read_exposure(state, item, &list[count++]);
    }
    set->facts->exposures = list;
    set->facts->exposure_count = count;
}

/* Facts of a set's pod template, and of its living pods. */
#include "manifest_extract_items.h"

#include "codec_quantity.h"
#include "manifest_spec.h"

#include <string.h>

#define POD "/spec/template/spec"

/* --- containers of any set -------------------------------------------------------------------- */

static migdi_words port_names(migdi_extract_state *state, const migdi_item *item, const char *base)
{
    const migd_object *ports = migdi_object_atf(item->value, "%s/ports", base);
    migdi_word *names = NULL;
    size_t count = 0;
    for (size_t i = 0; i < migd_object_count(ports); i++) {
        const char *name = migd_object_text(migd_object_item(ports, i), "/name", NULL);
        if (name == NULL) {
            continue;
        }
        names = migdi_list_add(state->arena, names, &count, sizeof *names);
        if (names == NULL) {
            return (migdi_words){0};
        }
        names[count++] =
            (migdi_word){name, migdi_item_at(state, item, "%s/ports/%zu/name", base, i)};
    }
    return (migdi_words){names, count};
}

static void read_containers(migdi_extract_state *state, const migdi_set *set)
{
    const migd_object *values = migd_object_at(set->item->value, POD "/containers");
    const size_t count = migd_object_count(values);
    migdi_container *containers = migdi_arena_alloc_zeroed(state->arena, count, sizeof *containers);
    migdi_word *images = migdi_arena_alloc_zeroed(state->arena, count, sizeof *images);
    if (containers == NULL || images == NULL) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const migd_object *value = migd_object_item(values, i);
        const char *base = migdi_arena_format(state->arena, POD "/containers/%zu", i);
        if (base == NULL) {
            return;
        }
        containers[i].at = migdi_item_at(state, set->item, "%s", base);
        containers[i].has_cpu = migd_object_at(value, "/resources/requests/cpu") != NULL ||
                                migd_object_at(value, "/resources/limits/cpu") != NULL;
        containers[i].port_names = port_names(state, set->item, base);
        const char *image = migd_object_text(value, "/image", NULL);
        if (image != NULL) {
            images[set->facts->image_count++] =
                (migdi_word){image, migdi_item_at(state, set->item, "%s/image", base)};
        }
    }
    set->facts->containers = containers;
    set->facts->container_count = count;
    set->facts->images = images;
}

/* --- living pods ------------------------------------------------------------------------------ */

/* The ordinal of "NAME-3"; -1 for another name. */
static int64_t ordinal_of(const char *pod, const char *set)
{
    const size_t size = strlen(set);
    if (strncmp(pod, set, size) != 0 || pod[size] != '-' || pod[size + 1] == '\0') {
        return -1;
    }
    int64_t ordinal = 0;
    for (const char *at = pod + size + 1; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || ordinal > MIGDI_EXTRACT_ORDINALS) {
            return -1;
        }
        ordinal = ordinal * 10 + *at - '0';
    }
    return ordinal;
}

static bool is_ready(const migd_object *pod)
{
    if (migd_object_at(pod, "/metadata/deletionTimestamp") != NULL) {
        return false;
    }
    const migd_object *conditions = migd_object_at(pod, "/status/conditions");
    for (size_t i = 0; i < migd_object_count(conditions); i++) {
        const migd_object *condition = migd_object_item(conditions, i);
        if (strcmp(migd_object_text(condition, "/type", ""), "Ready") == 0) {
            return strcmp(migd_object_text(condition, "/status", ""), "True") == 0;
        }
    }
    return false;
}

static void read_ready(migdi_extract_state *state, const migdi_set *set)
{
    migdi_facts *facts = set->facts;
    bool *ready = NULL;
    int64_t seen = 0;
    const migdi_items *all = &state->by_kind[MIGDI_ITEM_POD];
    for (size_t i = 0; i < all->count; i++) {
        const migdi_item *item = &all->items[i];
        const int64_t ordinal =
            migdi_same_space(item, set->item) ? ordinal_of(item->name, set->item->name) : -1;
        if (ordinal < 0 || ordinal >= MIGDI_EXTRACT_ORDINALS) {
            continue;
        }
        ready = ready != NULL
                    ? ready
                    : migdi_arena_alloc_zeroed(state->arena, MIGDI_EXTRACT_ORDINALS, sizeof *ready);
        if (ready == NULL) {
            return;
        }
        ready[ordinal] = is_ready(item->value);
        seen += ready[ordinal] ? 1 : 0;
    }
    facts->ready_by_ordinal = ready;
    facts->ready_by_ordinal_count = ready == NULL ? 0 : MIGDI_EXTRACT_ORDINALS;
    if (ready != NULL) {
        facts->ready = (migdi_count){true, seen, facts->at};
    } else if (migd_object_at(set->item->value, "/status/replicas") != NULL) {
        facts->ready = migdi_item_count(state, set->item, "/status/readyReplicas");
        facts->ready.known = true; /* Kubernetes leaves 0 out */
    }
}

void migdi_extract_pods(migdi_extract_state *state, const migdi_set *set)
{
    read_containers(state, set);
    if (!set->facts->deployment) {
        read_ready(state, set);
    }
}

/* --- the members' container ------------------------------------------------------------------- */

static void read_memory(migdi_extract_state *state, const migdi_set *set)
{
    static const char *const kinds[] = {"limits", "requests"};
    migdi_quantity quantity = {0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const migd_object *value =
            migdi_object_atf(set->container, "/resources/%s/memory", kinds[i]);
        migdi_count *memory = &set->facts->container_memory;
        if (value != NULL && migdi_quantity_read(value, &quantity, NULL) >= 0 &&
            migdi_quantity_to_int64(&quantity, &memory->value, NULL) >= 0) {
            memory->known = true;
            memory->at =
                migdi_item_at(state, set->item, "%s/resources/%s/memory", set->base, kinds[i]);
            return;
        }
    }
}

static migdi_probe read_probe(migdi_extract_state *state, const migdi_set *set, const char *name)
{
    const migd_object *probe = migdi_object_member(set->container, name);
    if (migd_object_kind(probe) != MIGD_KIND_MAP) {
        return (migdi_probe){MIGDI_PROBE_NONE, migdi_item_at(state, set->item, "%s", set->base)};
    }
    if (migdi_object_member(probe, "httpGet") != NULL) {
        return (migdi_probe){MIGDI_PROBE_HTTP,
                             migdi_item_at_key(state, set->item, "%s/%s/httpGet", set->base, name)};
    }
    return (migdi_probe){migdi_object_member(probe, "tcpSocket") != NULL ? MIGDI_PROBE_TCP
                                                                         : MIGDI_PROBE_OTHER,
                         migdi_item_at_key(state, set->item, "%s/%s", set->base, name)};
}

/* --- what keeps seeds apart ------------------------------------------------------------------- */

static bool keeps_apart(const migd_object *term)
{
    const char *key = migd_object_text(term, "/topologyKey", "");
    return strcmp(key, "kubernetes.io/hostname") == 0 ||
           strcmp(key, "topology.kubernetes.io/zone") == 0;
}

/* Whether the term speaks of every seed (of every pod where seeds are not known). */
static bool speaks_of_seeds(migdi_extract_state *state, const migdi_set *set,
                            const migd_object *term)
{
    const int64_t seeds = migdi_facts_seeds(set->facts);
    const bool *covers = NULL;
    if (!keeps_apart(term)) {
        return false;
    }
    const migdi_selector selector =
        migdi_read_selector(state, migd_object_at(term, "/labelSelector"));
    if (!migdi_set_covered(state, set, &selector, seeds > 0 ? (size_t)seeds : 1, &covers)) {
        return false;
    }
    for (int64_t i = 0; covers != NULL && i < seeds; i++) {
        if (!covers[i]) {
            return false;
        }
    }
    return true;
}

/* Looks through a list of affinity terms; `path` leads from an item to the term. */
static bool any_term(migdi_extract_state *state, const migdi_set *set, const char *list,
                     const char *path)
{
    const migd_object *terms = migd_object_at(set->item->value, list);
    for (size_t i = 0; i < migd_object_count(terms); i++) {
        if (speaks_of_seeds(state, set, migd_object_at(migd_object_item(terms, i), path))) {
            return true;
        }
    }
    return false;
}

/* A constraint that lets more seeds gather than may be lost is a wish. */
static migdi_spread_kind constraints(migdi_extract_state *state, const migdi_set *set)
{
    const migd_object *list = migd_object_at(set->item->value, POD "/topologySpreadConstraints");
    const int64_t spare = migdi_seeds_to_spare(migdi_facts_seeds(set->facts));
    migdi_spread_kind kind = MIGDI_SPREAD_NONE;
    for (size_t i = 0; i < migd_object_count(list); i++) {
        const migd_object *constraint = migd_object_item(list, i);
        if (!speaks_of_seeds(state, set, constraint)) {
            continue;
        }
        const bool firm =
            strcmp(migd_object_text(constraint, "/whenUnsatisfiable", "DoNotSchedule"),
                   "DoNotSchedule") == 0;
        const int64_t skew = migd_object_int64(constraint, "/maxSkew", 1);
        const bool hard = firm && skew <= (spare > 1 ? spare : 1);
        kind = hard || kind == MIGDI_SPREAD_HARD ? MIGDI_SPREAD_HARD : MIGDI_SPREAD_WISH;
    }
    return kind;
}

static migdi_spread read_spread(migdi_extract_state *state, const migdi_set *set)
{
    static const char required[] =
        POD "/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution";
    static const char preferred[] =
        POD "/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution";
    static const char spread[] = POD "/topologySpreadConstraints";
    const migdi_spread_kind kind = constraints(state, set);
    if (any_term(state, set, required, "")) {
        return (migdi_spread){MIGDI_SPREAD_HARD, migdi_item_at_key(state, set->item, required)};
    }
    if (kind == MIGDI_SPREAD_HARD) {
        return (migdi_spread){kind, migdi_item_at_key(state, set->item, spread)};
    }
    if (any_term(state, set, preferred, "/podAffinityTerm")) {
        return (migdi_spread){MIGDI_SPREAD_WISH, migdi_item_at_key(state, set->item, preferred)};
    }
    if (kind == MIGDI_SPREAD_WISH) {
        return (migdi_spread){kind, migdi_item_at_key(state, set->item, spread)};
    }
    return (migdi_spread){MIGDI_SPREAD_NONE, set->facts->pods};
}

/* --- start scripts ---------------------------------------------------------------------------- */

/* What stands behind a "-c" is read by a shell. */
void migdi_extract_script(migdi_extract_state *state, migdi_set *set)
{
    static const char *const keys[] = {"command", "args"};
    bool shell = false;
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        const migd_object *words = migdi_object_member(set->container, keys[k]);
        for (size_t i = 0; i < migd_object_count(words); i++) {
            const migd_object *value = migd_object_item(words, i);
            const char *text = migd_object_text(value, "", "");
            const size_t size = strlen(text);
            if (shell) {
                set->script = value;
                set->script_at =
                    migdi_item_at(state, set->item, "%s/%s/%zu", set->base, keys[k], i);
                return;
            }
            shell = size >= 2 && text[0] == '-' && text[size - 1] == 'c';
        }
    }
}

static void read_unexec(migdi_extract_state *state, const migdi_set *set)
{
    const migdi_text_part start = migdi_script_unexec(migd_object_text(set->script, "", ""));
    if (start.text != NULL) {
        set->facts->unexec.text = migdi_arena_text(state->arena, start.text, start.size);
        set->facts->unexec.at = set->script_at;
        set->facts->unexec.at.place = migdi_object_word_place(set->script, start.text, start.size);
    }
}

void migdi_extract_container(migdi_extract_state *state, const migdi_set *set)
{
    migdi_facts *facts = set->facts;
    read_memory(state, set);
    facts->readiness = read_probe(state, set, "readinessProbe");
    facts->liveness = read_probe(state, set, "livenessProbe");
    facts->spread = read_spread(state, set);
    facts->grace_seconds = migdi_item_count(state, set->item, POD "/terminationGracePeriodSeconds");
    const char *management =
        migd_object_text(set->item->value, "/spec/podManagementPolicy", "OrderedReady");
    if (!facts->deployment && strcmp(management, "OrderedReady") == 0) {
        facts->pod_management.text = management;
        facts->pod_management.at =
            migd_object_at(set->item->value, "/spec/podManagementPolicy") != NULL
                ? migdi_item_at(state, set->item, "/spec/podManagementPolicy")
                : migdi_item_at_key(state, set->item, "/spec");
    }
    read_unexec(state, set);
}

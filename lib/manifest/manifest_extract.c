/* From documents to facts: finds the sets, then lets each part fill its facts. */
#include "manifest_extract_items.h"

#include "manifest_names.h"

#include <string.h>

#define CONTAINERS "/spec/template/spec/containers"

/* The kinds that are looked at, and what their apiVersion begins with. */
static const struct {
    const char *kind;
    const char *group;
    migdi_item_kind item;
} known_kinds[] = {
    {"StatefulSet", "apps/", MIGDI_ITEM_SET},
    {"Deployment", "apps/", MIGDI_ITEM_SET},
    {"PodDisruptionBudget", "policy/", MIGDI_ITEM_BUDGET},
    {"HorizontalPodAutoscaler", "autoscaling/", MIGDI_ITEM_AUTOSCALER},
    {"Service", "v1", MIGDI_ITEM_SERVICE},
    {"Pod", "v1", MIGDI_ITEM_POD},
    {"ClusterConfig", "eksctl.io/", MIGDI_ITEM_CONFIG},
};

static migdi_item_kind kind_of(const migd_object *document)
{
    const char *kind = migd_object_text(document, "/kind", "");
    const char *version = migd_object_text(document, "/apiVersion", "");
    for (size_t i = 0; i < sizeof known_kinds / sizeof *known_kinds; i++) {
        if (strcmp(kind, known_kinds[i].kind) == 0 &&
            strncmp(version, known_kinds[i].group, strlen(known_kinds[i].group)) == 0) {
            return known_kinds[i].item;
        }
    }
    return MIGDI_ITEM_KINDS;
}

static migdi_item read_item(migdi_extract_state *state, const migd_object *value,
                            migdi_item_kind kind)
{
    migdi_item item = {.value = value,
                       .kind = migd_object_text(value, "/kind", ""),
                       .space = migd_object_text(value, "/metadata/namespace", NULL),
                       .name = migd_object_text(value, "/metadata/name", "")};
    if (kind != MIGDI_ITEM_POD) {
        item.title = migdi_extract_title(value, state->arena);
    }
    if (kind == MIGDI_ITEM_SET) {
        item.labels = migd_object_at(value, "/spec/template/metadata/labels");
    }
    if (kind == MIGDI_ITEM_BUDGET) {
        item.selector = migdi_read_selector(state, migd_object_at(value, "/spec/selector"));
    }
    return item;
}

static void read_items(migdi_extract_state *state, const migd_objects *objects)
{
    for (size_t i = 0; i < migd_objects_count(objects) && !state->arena->failed; i++) {
        const migd_object *value = migd_objects_item(objects, i);
        const migdi_item_kind kind = kind_of(value);
        if (kind == MIGDI_ITEM_KINDS) {
            continue;
        }
        migdi_items *list = &state->by_kind[kind];
        list->items = migdi_list_add(state->arena, list->items, &list->count, sizeof *list->items);
        if (list->items != NULL) {
            list->items[list->count++] = read_item(state, value, kind);
        }
    }
}

/* --- members ---------------------------------------------------------------------------------- */

/* "migratorydata/server", from any registry, with or without tag and digest. */
static bool is_server_image(const char *image)
{
    static const char name[] = "migratorydata/server";
    const char *at = strstr(image, name);
    return at != NULL && (at == image || at[-1] == '/') &&
           strchr(":@", at[sizeof name - 1]) != NULL;
}

static bool has_options(const migd_object *container)
{
    const migd_object *variables = migdi_object_member(container, "env");
    for (size_t i = 0; i < migd_object_count(variables); i++) {
        if (strcmp(migd_object_text(migd_object_item(variables, i), "/name", ""),
                   "MIGRATORYDATA_EXTRA_OPTS") == 0) {
            return true;
        }
    }
    return false;
}

bool migdi_extract_is_member(const migd_object *container)
{
    return is_server_image(migd_object_text(container, "/image", "")) || has_options(container);
}

static bool is_ours(const migdi_set *set)
{
    const migd_object *labels = migd_object_at(set->item->value, "/metadata/labels");
    return strcmp(migd_object_text(migdi_object_member(labels, MIGDI_LABEL_MANAGED_BY), "", ""),
                  MIGDI_MANAGED_BY) == 0 &&
           migd_object_at(set->item->value, "/metadata/annotations/migdeploy.dev~1max-members") !=
               NULL;
}

/* The container that holds a member: by its image, its options, or, in a set of ours, the one of
 * its name. */
static void find_container(migdi_extract_state *state, migdi_set *set)
{
    const migd_object *containers = migd_object_at(set->item->value, CONTAINERS);
    const bool ours = is_ours(set);
    for (size_t i = 0; i < migd_object_count(containers); i++) {
        const migd_object *container = migd_object_item(containers, i);
        if (migdi_extract_is_member(container) ||
            (ours && strcmp(migd_object_text(container, "/name", ""), set->item->name) == 0)) {
            set->container = container;
            set->base = migdi_arena_format(state->arena, CONTAINERS "/%zu", i);
            set->facts->members = set->base != NULL;
            return;
        }
    }
}

/* --- sets ------------------------------------------------------------------------------------- */

static void read_set_head(migdi_extract_state *state, const migdi_set *set)
{
    migdi_facts *facts = set->facts;
    const migd_object *value = set->item->value;
    facts->at = migdi_item_at(state, set->item, "/metadata/name");
    facts->guard = facts->at;
    facts->pods = migdi_item_at_key(state, set->item, "/spec/template/spec");
    facts->deployment = strcmp(set->item->kind, "Deployment") == 0;
    facts->no_namespace = set->item->space == NULL;
    facts->rendered = migd_object_at(value, "/metadata/annotations/migdeploy.dev~1render") != NULL;
    facts->live = migd_object_at(value, "/metadata/uid") != NULL;
    facts->replicas = migdi_item_count(state, set->item, "/spec/replicas");
}

/* Without a number Kubernetes runs one, unless an autoscaler counts. */
static void settle_replicas(migdi_facts *facts)
{
    if (!facts->replicas.known && facts->autoscaler_count == 0) {
        facts->replicas.known = true;
        facts->replicas.value = 1;
    }
}

/* Only a dev spec is rendered to a list of one or two members. */
static bool is_dev(const migdi_extract_state *state, const migdi_facts *facts)
{
    if (state->spec != NULL) {
        return strcmp(migd_object_text(migd_spec_object(state->spec), "/spec/profile", ""),
                      "dev") == 0;
    }
    return facts->rendered && facts->noted_members.known && facts->noted_members.value < 3;
}

static void settle_seeds_ready(migdi_facts *facts)
{
    const int64_t seeds = migdi_facts_seeds(facts);
    if (seeds == 0 || facts->ready_by_ordinal == NULL) {
        const bool all = facts->ready.known && facts->replicas.known &&
                         facts->ready.value >= facts->replicas.value;
        facts->seeds_ready = (migdi_count){all && seeds > 0, seeds, facts->at};
        return;
    }
    int64_t ready = 0;
    for (int64_t i = 0; i < seeds && (size_t)i < facts->ready_by_ordinal_count; i++) {
        ready += facts->ready_by_ordinal[i] ? 1 : 0;
    }
    facts->seeds_ready = (migdi_count){true, ready, facts->at};
}

static void read_spec(migdi_extract_state *state, migdi_facts *facts)
{
    if (state->spec != NULL) {
        facts->from_spec = true;
        facts->guard = migdi_item_at_spec(state, facts->at, "/spec/disruption/scope");
        facts->secrets = migdi_item_at_spec(state, facts->at, "/spec/members/secretParameters");
    }
}

static void read_set(migdi_extract_state *state, migdi_set *set)
{
    migdi_facts *facts = set->facts;
    read_set_head(state, set);
    migdi_extract_autoscalers(state, set);
    settle_replicas(facts);
    migdi_extract_pods(state, set);
    if (set->container != NULL) {
        migdi_extract_script(state, set);
        migdi_extract_options(state, set);
        facts->dev = is_dev(state, facts);
        migdi_extract_container(state, set);
        migdi_extract_services(state, set);
        read_spec(state, facts);
        settle_seeds_ready(facts);
    }
    migdi_extract_budgets(state, set);
}

static void read_sets(migdi_extract_state *state, migdi_world *world)
{
    const migdi_items *all = &state->by_kind[MIGDI_ITEM_SET];
    for (size_t i = 0; i < all->count && !state->arena->failed; i++) {
        world->sets =
            migdi_list_add(state->arena, world->sets, &world->set_count, sizeof *world->sets);
        if (world->sets == NULL) {
            return;
        }
        migdi_facts *facts = &world->sets[world->set_count];
        *facts = (migdi_facts){0};
        migdi_set set = {.item = &all->items[i], .facts = facts};
        find_container(state, &set);
        read_set(state, &set);
        if (facts->members || facts->budget_count > 0 || facts->autoscaler_count > 0) {
            world->set_count++;
        }
    }
}

static void read_nodes(migdi_extract_state *state, migdi_world *world)
{
    const migdi_items *all = &state->by_kind[MIGDI_ITEM_CONFIG];
    world->nodes = migdi_arena_alloc_zeroed(state->arena, all->count, sizeof *world->nodes);
    for (size_t i = 0; i < all->count && world->nodes != NULL; i++) {
        migdi_extract_nodes(state, &all->items[i], &world->nodes[i]);
        world->nodes_count++;
    }
}

bool migdi_extract(const migd_objects *objects, const migd_spec *spec, migdi_arena *arena,
                   migdi_world *world)
{
    migdi_extract_state state = {.arena = arena, .spec = spec};
    *world = (migdi_world){0};
    read_items(&state, objects);
    read_nodes(&state, world);
    read_sets(&state, world);
    for (size_t i = 0; i < world->set_count && world->nodes_count == 1; i++) {
        world->sets[i].nodes = world->nodes;
    }
    return !arena->failed;
}

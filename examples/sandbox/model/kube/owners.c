/* Ownership of fields. The rules are those of k8s.io/apimachinery, managedfields. */
#include "owners.h"

#include <string.h>

enum { OWNERS = 32 };

typedef struct entry {
    owner who;
    const value *set;
    const char *time;
    const value *written; /* as it stands in the object, with that set and time */
    const value *written_set;
    const char *written_time;
} entry;

typedef struct entries {
    entry all[OWNERS];
    size_t count;
} entries;

/* Fields of the identity of an object: nobody owns them. */
static const value_member identity_metadata[] = {{".", &value_empty_map},
                                                 {"f:name", &value_empty_map},
                                                 {"f:namespace", &value_empty_map},
                                                 {"f:creationTimestamp", &value_empty_map},
                                                 {"f:uid", &value_empty_map},
                                                 {"f:generation", &value_empty_map},
                                                 {"f:managedFields", &value_empty_map},
                                                 {"f:resourceVersion", &value_empty_map}};
static const value identity_metadata_set = {
    .kind = VALUE_MAP, .count = 8, .members = identity_metadata};
static const value_member identity_members[] = {{"f:apiVersion", &value_empty_map},
                                                {"f:kind", &value_empty_map},
                                                {"f:metadata", &identity_metadata_set}};
static const value identity = {.kind = VALUE_MAP, .count = 3, .members = identity_members};

static bool same_text(const char *left, const char *right)
{
    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

/* autoscaling/v1 is kept as v2, whose `metrics` holds the one number of v1; and v1 owns its target
 * whole. */
static const value *translate(pool *memory, const value *set, const char *api_version, bool stored)
{
    static const char number[] = "f:spec/f:targetCPUUtilizationPercentage";
    static const char metrics[] = "f:spec/f:metrics";
    static const char target[] = "f:spec/f:scaleTargetRef";
    if (set == NULL || strcmp(api_version, "autoscaling/v1") != 0) {
        return set;
    }
    if (value_at(set, target) != NULL) {
        const value *parts = value_make(memory, "{'f:apiVersion':{},'f:kind':{},'f:name':{}}");
        set = value_put(memory, set, target, stored ? parts : &value_empty_map);
    }
    if (value_at(set, stored ? number : metrics) == NULL) {
        return set;
    }
    set = value_put(memory, set, stored ? number : metrics, NULL);
    return value_put(memory, set, stored ? metrics : number, &value_empty_map);
}

static void read_entries(pool *memory, const value *object, entries *out)
{
    const value *managed = value_at(object, "metadata/managedFields");
    out->count = 0;
    for (uint32_t i = 0; managed != NULL && i < managed->count && i < OWNERS - 1; i++) {
        const value *item = managed->items[i];
        entry *made = &out->all[out->count++];
        made->who = (owner){.manager = value_text(item, "manager", ""),
                            .api_version = value_text(item, "apiVersion", ""),
                            .subresource = value_text(item, "subresource", NULL),
                            .applies = strcmp(value_text(item, "operation", ""), "Apply") == 0};
        made->time = value_text(item, "time", NULL);
        made->set = translate(memory, value_get(item, "fieldsV1"), made->who.api_version, true);
        made->written = item;
        made->written_set = made->set;
        made->written_time = made->time;
    }
}

/* Appliers first, then by time, manager, version, subresource. */
static int order(const entry *left, const entry *right)
{
    if (left->who.applies != right->who.applies) {
        return left->who.applies ? -1 : 1;
    }
    const char *pairs[][2] = {{left->time, right->time},
                              {left->who.manager, right->who.manager},
                              {left->who.api_version, right->who.api_version},
                              {left->who.subresource, right->who.subresource}};
    int found = 0;
    for (size_t i = 0; i < 4 && found == 0; i++) {
        found =
            strcmp(pairs[i][0] == NULL ? "" : pairs[i][0], pairs[i][1] == NULL ? "" : pairs[i][1]);
    }
    return found;
}

static const value *write_entry(pool *memory, const entry *one)
{
    const owner *who = &one->who;
    if (one->written != NULL && one->set == one->written_set && one->time == one->written_time) {
        return one->written;
    }
    return value_make(memory,
                      "{'manager':%s,'operation':%s,'apiVersion':%s,'time':%s,"
                      "'fieldsType':'FieldsV1','fieldsV1':%v,'subresource':%s}",
                      who->manager, who->applies ? "Apply" : "Update", who->api_version, one->time,
                      translate(memory, one->set, who->api_version, false), who->subresource);
}

/* NULL when nobody owns anything. */
static const value *write_entries(pool *memory, const entries *all)
{
    const entry *sorted[OWNERS];
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (all->all[i].set == NULL) {
            continue;
        }
        size_t at = count++;
        for (; at > 0 && order(&all->all[i], sorted[at - 1]) < 0; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = &all->all[i];
    }
    value_list out = {.memory = memory};
    for (size_t i = 0; i < count; i++) {
        value_list_add(&out, NULL, write_entry(memory, sorted[i]));
    }
    return count == 0 ? NULL : value_list_array(&out);
}

static entry *find_entry(entries *all, const owner *who)
{
    for (size_t i = 0; i < all->count; i++) {
        const owner *other = &all->all[i].who;
        /* An applier is the same whatever version it applies. */
        if (other->applies == who->applies && strcmp(other->manager, who->manager) == 0 &&
            same_text(other->subresource, who->subresource) &&
            (who->applies || strcmp(other->api_version, who->api_version) == 0)) {
            return &all->all[i];
        }
    }
    entry *made = &all->all[all->count < OWNERS ? all->count++ : OWNERS - 1];
    *made = (entry){.who = *who};
    return made;
}

/* Takes what changed away from all but `spared`. */
static void take_away(pool *memory, entries *all, const entry *spared, fields_change change)
{
    const value *taken =
        fields_union(memory, fields_union(memory, change.added, change.modified), change.removed);
    for (size_t i = 0; taken != NULL && i < all->count; i++) {
        if (&all->all[i] != spared) {
            all->all[i].set = fields_minus(memory, all->all[i].set, taken);
        }
    }
}

const value *owners_update(pool *memory, const schema_type *type, const value *before,
                           const value *after, const owner *who, const char *now)
{
    entries all;
    read_entries(memory, before, &all);
    const value *bare = value_put(memory, after, "metadata/managedFields", NULL);
    const fields_change change = fields_compare(
        memory, type, value_put(memory, before, "metadata/managedFields", NULL), bare);
    const value *taken =
        fields_minus(memory, fields_union(memory, change.added, change.modified), &identity);
    if (taken != NULL && who->subresource == NULL) {
        taken =
            value_put(memory, taken, "f:status", NULL); /* nobody sets it but by its subresource */
        taken = taken->count == 0 ? NULL : taken;
    }
    take_away(memory, &all, NULL, change);
    if (taken != NULL) {
        entry *mine = find_entry(&all, who);
        mine->set = fields_union(memory, mine->set, taken);
        /* The real server loses the time of what comes by the scale subresource. */
        mine->time = same_text(who->subresource, "scale") ? NULL : now;
        mine->who.api_version = who->api_version;
    }
    return value_put(memory, bare, "metadata/managedFields", write_entries(memory, &all));
}

/* seen_by: on a scale subresource everybody is shown with the version of Scale. */
static const char *owner_text(pool *memory, const owner *who, const owner *seen_by)
{
    const char *version = seen_by->subresource == NULL ? who->api_version : "autoscaling/v1";
    return pool_format(memory, "\"%s\"%s%s%s%s%s", who->manager,
                       who->subresource == NULL ? "" : " with subresource \"",
                       who->subresource == NULL ? "" : who->subresource,
                       who->subresource == NULL ? "" : "\"", who->applies ? "" : " using ",
                       who->applies ? "" : version);
}

typedef struct conflict {
    const char *who;
    value_list paths;
} conflict;

/* One line for one conflict; else by manager. */
static const char *conflict_message(pool *memory, const conflict *conflicts, size_t count,
                                    uint32_t total)
{
    if (total == 1) {
        return pool_format(memory, "Apply failed with 1 conflict: conflict with %s: %s",
                           conflicts[0].who, conflicts[0].paths.members[0].key);
    }
    text out = {.memory = memory};
    text_format(&out, "Apply failed with %u conflicts: ", total);
    for (size_t i = 0; i < count; i++) {
        text_format(&out, "%sconflicts with %s:", i == 0 ? "" : "\n", conflicts[i].who);
        for (uint32_t k = 0; k < conflicts[i].paths.count; k++) {
            text_format(&out, "\n- %s", conflicts[i].paths.members[k].key);
        }
    }
    const char *message = pool_text(memory, out.bytes, out.size);
    text_free(&out);
    return message;
}

/* The refusal, when others own what would change; `document` stays NULL. */
static bool refuse_conflicts(pool *memory, const entries *all, const entry *mine,
                             const value *changed, owners_applied *out)
{
    conflict found[OWNERS];
    size_t count = 0;
    value_list causes = {.memory = memory};
    for (size_t i = 0; i < all->count; i++) {
        const entry *other = &all->all[i];
        const value *both = other == mine ? NULL : fields_both(memory, other->set, changed);
        if (both == NULL) {
            continue;
        }
        conflict made = {owner_text(memory, &other->who, &mine->who), {.memory = memory}};
        fields_paths(memory, both, "", &made.paths);
        size_t at = count++;
        for (; at > 0 && strcmp(made.who, found[at - 1].who) < 0; at--) {
            found[at] = found[at - 1];
        }
        found[at] = made;
    }
    for (size_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < found[i].paths.count; k++) {
            value_list_add(&causes, NULL,
                           value_make(memory,
                                      "{'reason':'FieldManagerConflict','message':%s,'field':%s}",
                                      pool_format(memory, "conflict with %s", found[i].who),
                                      found[i].paths.members[k].key));
        }
    }
    if (count > 0) {
        out->causes = value_list_array(&causes);
        out->message = conflict_message(memory, found, count, causes.count);
    }
    return count > 0;
}

owners_applied owners_apply(pool *memory, const schema_type *type, const value *live,
                            const value *config, const owner *who, bool force, const char *now)
{
    owners_applied out = {NULL, NULL, NULL, NULL, NULL};
    entries all;
    read_entries(memory, live, &all);
    const value *bare = value_put(memory, live, "metadata/managedFields", NULL);
    if (all.count == 0 && value_at(live, "metadata/uid") != NULL) {
        /* An object that nobody applied yet belongs to whoever made it. */
        const value *set = fields_minus(memory, fields_of(memory, type, bare), &identity);
        all.all[all.count++] = (entry){
            .who = {.manager = "before-first-apply", .api_version = who->api_version}, .set = set};
    }
    entry *mine = find_entry(&all, who);
    const value *last = mine->set;
    mine->set = fields_minus(memory, fields_of(memory, type, config), &identity);
    mine->who.api_version = who->api_version;
    const value *owned = &identity;
    for (size_t i = 0; i < all.count; i++) {
        owned = fields_union(memory, owned, all.all[i].set);
    }
    const value *merged = fields_merge(memory, type, bare, config);
    merged = fields_prune(memory, type, merged, last, owned);
    const fields_change change = fields_compare(memory, type, bare, merged);
    const value *changed = fields_union(memory, change.added, change.modified);
    if (!force && refuse_conflicts(memory, &all, mine, changed, &out)) {
        return out;
    }
    take_away(memory, &all, mine, change);
    out.document = merged;
    out.managed = write_entries(memory, &all);
    if (!value_equal(bare, merged)) {
        mine->time = now;
    }
    out.managed_anew = write_entries(memory, &all);
    return out;
}

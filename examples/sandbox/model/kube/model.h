/* What the parts of the Kubernetes model share: the world from inside. */
#ifndef SANDBOX_MODEL_H
#define SANDBOX_MODEL_H

#include "../world.h"
#include "owners.h"

/* --- kinds ------------------------------------------------------------------------------------ */

typedef enum {
    KIND_NAMESPACE,
    KIND_NODE,
    KIND_POD,
    KIND_SERVICE,
    KIND_CONFIG_MAP,
    KIND_SECRET,
    KIND_SERVICE_ACCOUNT,
    KIND_EVENT,
    KIND_STATEFUL_SET,
    KIND_REVISION,
    KIND_BUDGET,
    KIND_AUTOSCALER,
    KIND_AUTOSCALER_V1, /* another view of the one above: never stored */
    KIND_LEASE,
    KIND_SLICE,
    KINDS
} kind_id;

typedef struct kind {
    kind_id id;
    const char *group; /* "": core */
    const char *version;
    const char *name;
    const char *plural;
    const char *singular;
    const char *short_names; /* by blanks; "" */
    bool namespaced;
    bool has_status;
    bool has_generation;
} kind;

extern const kind kinds[KINDS];

/* "apps/v1", "v1". */
const char *kind_api_version(world *cloud, const kind *of);
/* "statefulsets.apps", "pods": as messages name it. */
const char *kind_resource(world *cloud, const kind *of);

/* --- objects and their versions --------------------------------------------------------------- */

typedef struct version {
    const value *document; /* without apiVersion and kind */
    int64_t number;
} version;

typedef struct object {
    const kind *kind;
    const char *space; /* "": not namespaced */
    const char *name;
    version *now;
    int64_t due_ms; /* when its kubelet (or balancer) acts next; 0: nothing to do */
    int32_t stage;  /* of a pod's life: pods.c */
} object;

typedef struct change {
    int64_t number;
    const kind *kind;
    const char *space;
    const char *name;
    version *before; /* NULL: created */
    version *after;  /* as it was left */
    bool deleted;
} change;

enum { CHANGES = 4096 }; /* older ones are compacted: a watch from there is 410 Gone */

struct world {
    pool memory;
    jmp_buf exhausted;
    schema *types;
    int64_t now_ms;
    uint64_t random;
    int64_t version;
    int64_t stale_version; /* what reads see: `version`, or an older one */
    int64_t compacted;     /* the newest version that nobody can go back to */
    int64_t writes;
    object **objects; /* by kind, namespace, name */
    size_t object_count;
    size_t object_capacity;
    change *changes;
    size_t change_count;
    int64_t pass_ms;   /* when the controllers look next; 0: they are at rest */
    int64_t budget_ms; /* when the budgets' controller looks next */
    const value *settings;
    const char *told; /* the last instant as text, and which it was */
    int64_t told_s;
    text out; /* the body of the last answer */
    size_t next_address;
    bool wakes[KINDS]; /* which kinds changed since the last pass */
    bool collects;     /* something was deleted: dependents are to be looked at */
};

object *store_find(const world *cloud, kind_id id, const char *space, const char *name);
/* The objects of a kind, of one namespace or (NULL) of all: [*first, *end) of cloud->objects. */
void store_range(const world *cloud, kind_id id, const char *space, size_t *first, size_t *end);
/* A new object as it will be but for its version. */
const value *store_identify(world *cloud, const kind *of, const value *document);
/* Stores a new object. who NULL: it has its managedFields and all that the server adds. */
object *store_create(world *cloud, const kind *of, const value *document, const owner *who);
/* Replaces the document if it differs; who NULL: its managedFields are right already. */
bool store_write(world *cloud, object *target, const value *document, const owner *who);
void store_remove(world *cloud, object *target);
/* One field of the status. */
void store_put(world *cloud, object *target, const char *path, const value *item, const owner *who);
/* The members as JSON. */
void store_json(world *cloud, version *of, text *out);

const value *object_get(const object *of, const char *path);
const char *object_text(const object *of, const char *path);
int64_t object_integer(const object *of, const char *path, int64_t fallback);
const char *object_uid(const object *of);
bool object_is_deleting(const object *of);
const value *object_labels(const object *of);

/* --- time, chance, settings ------------------------------------------------------------------- */

const char *time_text(world *cloud, int64_t unix_ms);
/* -1: none. */
int64_t time_read(const char *rfc3339);
uint64_t chance(world *cloud);
int64_t setting(const world *cloud, const char *name);
/* Whether a list of the settings holds the string, or ("tags") an end of it. */
bool setting_lists(const world *cloud, const char *name, const char *string, bool ends);

/* --- parts ------------------------------------------------------------------------------------ */

const value *defaults_fill(world *cloud, const kind *of, const value *document);
/* What the server itself adds to a new object: addresses, phases, finalizers. */
const value *defaults_create(world *cloud, const kind *of, const value *document);
/* autoscaling/v1 to v2 and back. */
const value *defaults_from_v1(world *cloud, const value *document);
const value *defaults_to_v1(world *cloud, const value *document);
/* Adds causes {field, message, reason} and answers the text of the first fault; NULL: valid. */
const char *defaults_refuse(world *cloud, const kind *of, const value *before, const value *after,
                            value_list *causes);

/* A LabelSelector; NULL selects nothing. */
bool selector_matches(const value *selector, const value *labels);
/* A selector's text as a LabelSelector; false: it is none. */
bool selector_read(world *cloud, const char *written, const value **out);

/* Marks for deletion or deletes; policy: "Background", "Foreground", "Orphan". grace_s -1: the
 * object's own. */
void collector_delete(world *cloud, object *target, const char *policy, int64_t grace_s);

void pods_pass(world *cloud);
bool pod_is_ready(const object *pod);
int64_t pod_ready_since(const object *pod); /* ms; -1: not ready */
void sets_pass(world *cloud);
void budgets_pass(world *cloud);
/* Evicts a pod if its budget lets it: 201; 429 with the cause's message; 500 for two budgets. */
int32_t budgets_evict(world *cloud, object *pod, bool dry_run, int64_t grace_s, const char **cause);
void scalers_pass(world *cloud);
/* pods_changed: what stands behind a service may be something else. */
void services_pass(world *cloud, bool pods_changed);
void collector_pass(world *cloud);

/* An event about an object, as its controller tells it; one of the same reason and message counts
 * up. */
void events_tell(world *cloud, const object *about, const char *source, const char *type,
                 const char *reason, const char *message);

/* Plans a pass of the controllers at that instant at the latest. */
void world_plan(world *cloud, int64_t at_ms);

/* The body as a value, from JSON or YAML; NULL: neither. */
const value *world_read_body(world *cloud, const world_request *request);

world *watch_world(const world_watch *watch);
/* false: the stream has ended. */
bool watch_read(world_watch *watch, text *events);

void api_answer(world *cloud, const world_request *request, world_response *response);

#endif

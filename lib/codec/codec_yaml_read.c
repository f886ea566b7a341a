/* YAML events into the tree. As in JSON, open containers and their items lie on a stack, and the
 * items move to the arena once, when their container closes. What an alias would add is counted
 * before it is added. */
#include "codec_object.h"
#include "codec_yaml.h"
#include "codec_yaml_members.h"

#include <math.h>
#include <string.h>

#define TAG(name) "tag:yaml.org,2002:" name

typedef struct {
    const char *name;
    migd_object node; /* its items lie in the arena; meaningless while it is open */
    size_t nodes;     /* it and all below it, for the bill of an alias */
    bool open;        /* an alias within its own anchor has no end */
} anchor;

/* An open container. */
typedef struct {
    size_t node;        /* its index on the stack */
    size_t nodes;       /* how many values there were with it */
    const char *anchor; /* its name among the anchors; NULL: none */
} frame;

typedef struct {
    migdi_yaml_parser *parser;
    migdi_document *document;
    migdi_source *source;
    migdi_yaml_place place; /* for scalars */
    migd_object *stack;
    size_t top;
    size_t capacity;
    bool in_map; /* whether the innermost open container is one */
    frame *frames;
    size_t depth;
    size_t frame_capacity;
    size_t deepest;
    size_t nodes;
    size_t most_nodes;
    size_t alias_nodes_left;
    size_t key_bytes;
    anchor *anchors; /* sorted by name */
    size_t anchor_count;
    size_t anchor_capacity;
    size_t most_anchors;
    migdi_scratch scratch;
    migd_object key; /* of the value that comes next; key.key NULL: none */
    bool merge;      /* the key was "<<" */
    bool all_keys;   /* MIGDI_READ_ALL_KEYS: duplicates stay */
    migd_error **error;
} reader;

static migd_status fail_at(reader *r, migd_status status, size_t offset, const char *message)
{
    return migdi_fail_at(r->error, status, migdi_source_place(r->source, offset), "%s", message);
}

/* --- nodes ------------------------------------------------------------------------------------ */

static migd_status count_nodes(reader *r, size_t count, size_t offset)
{
    if (count > r->most_nodes - r->nodes) {
        return fail_at(r, MIGD_ERR_LIMIT, offset, "the document holds more values than the limit");
    }
    r->nodes += count;
    return MIGD_OK;
}

static inline bool awaits_key(const reader *r)
{
    return r->in_map && r->key.key == NULL && !r->merge;
}

/* Puts a node on the stack, under the key that was read before it. */
static migd_status push(reader *r, const migd_object *node)
{
    const migd_status status = count_nodes(r, 1, node->offset);
    if (status < 0) {
        return status;
    }
    if (r->top == r->capacity && !migdi_stack_grow(&r->stack, &r->capacity)) {
        return migdi_fail_nomem(r->error);
    }
    migd_object *pushed = &r->stack[r->top++];
    *pushed = *node;
    pushed->key = r->key.key;
    pushed->key_size = r->key.key_size;
    pushed->key_offset = r->key.key_offset;
    pushed->flags = (uint8_t)(node->flags | r->key.flags | (r->merge ? MIGDI_NODE_MERGE : 0));
    r->key = (migd_object){0};
    r->merge = false;
    return MIGD_OK;
}

/* --- anchors ---------------------------------------------------------------------------------- */

/* Where the name is, or where it belongs. */
static size_t find_anchor(const reader *r, const char *name, bool *found)
{
    size_t low = 0;
    size_t high = r->anchor_count;
    *found = false;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(r->anchors[middle].name, name);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static migd_status add_anchor(reader *r, const char *name, size_t at, size_t offset)
{
    if (r->anchor_count == r->most_anchors) {
        return fail_at(r, MIGD_ERR_LIMIT, offset, "the document has more anchors than the limit");
    }
    void *anchors = r->anchors;
    const char *copy = migdi_arena_text(&r->document->arena, name, strlen(name));
    if (copy == NULL ||
        !migdi_grow(&anchors, &r->anchor_capacity, r->anchor_count + 1, sizeof *r->anchors)) {
        return migdi_fail_nomem(r->error);
    }
    r->anchors = anchors;
    memmove(&r->anchors[at + 1], &r->anchors[at], (r->anchor_count - at) * sizeof *r->anchors);
    r->anchors[at] = (anchor){.name = copy};
    r->anchor_count++;
    return MIGD_OK;
}

/* The anchor of a node that begins; a name may be given anew. *name becomes the lasting copy. */
static migd_status open_anchor(reader *r, const char **name, size_t offset)
{
    bool found = false;
    const size_t at = find_anchor(r, *name, &found);
    const migd_status status = found ? MIGD_OK : add_anchor(r, *name, at, offset);
    if (status == MIGD_OK) {
        r->anchors[at].open = true;
        *name = r->anchors[at].name;
    }
    return status;
}

static void close_anchor(reader *r, const char *name, const migd_object *node, size_t nodes)
{
    bool found = false;
    const size_t at = find_anchor(r, name, &found);
    if (found) {
        r->anchors[at].node = *node;
        r->anchors[at].nodes = nodes;
        r->anchors[at].open = false;
    }
}

/* --- keys ------------------------------------------------------------------------------------- */

static migd_status convert_key(reader *r, const migd_object *node, size_t offset)
{
    if (node->kind == MIGD_KIND_NULL || node->kind == MIGD_KIND_ARRAY ||
        node->kind == MIGD_KIND_MAP) {
        return fail_at(r, MIGD_ERR_PARSE, offset,
                       node->kind == MIGD_KIND_NULL ? "a key is null: put it in quotes"
                                                    : "a key cannot be a list or a map");
    }
    if ((node->flags & MIGDI_NODE_UNSIGNED) != 0) {
        return fail_at(r, MIGD_ERR_PARSE, offset,
                       "a key is too large an integer: put it in quotes");
    }
    migdi_text text = {0};
    migdi_yaml_write_key(node, &text);
    const char *key =
        text.failed ? NULL
                    : migdi_arena_text(&r->document->arena, migdi_text_string(&text), text.size);
    r->key.key = key;
    r->key.key_size = (uint32_t)text.size;
    r->key.flags = MIGDI_NODE_KEY_PLACED | MIGDI_NODE_KEY_CONVERTED;
    migdi_text_free(&text);
    return key == NULL ? migdi_fail_nomem(r->error) : MIGD_OK;
}

/* The node becomes the key of the value that comes next. */
static migd_status take_key(reader *r, const migd_object *node, size_t offset)
{
    r->key.key_offset = (uint32_t)offset;
    if (node->kind != MIGD_KIND_STRING) {
        return convert_key(r, node, offset);
    }
    if (node->count > r->key_bytes) {
        return fail_at(r, MIGD_ERR_LIMIT, offset, "the key is longer than the limit");
    }
    r->key.key = node->as.text;
    r->key.key_size = node->count;
    r->key.flags = MIGDI_NODE_KEY_PLACED;
    return MIGD_OK;
}

/* --- containers ------------------------------------------------------------------------------- */

static migd_status open_container(reader *r, const migdi_yaml_event *event, uint8_t kind)
{
    if (awaits_key(r)) {
        return fail_at(r, MIGD_ERR_PARSE, event->offset, "a key cannot be a list or a map");
    }
    const char *anchor_name = event->anchor;
    const migd_object node = {.kind = kind, .offset = (uint32_t)event->offset, .source = r->source};
    migd_status status = MIGD_OK;
    if (anchor_name != NULL) {
        status = open_anchor(r, &anchor_name, event->offset);
    }
    if (status == MIGD_OK) {
        status = push(r, &node);
    }
    if (status < 0) {
        return status;
    }
    void *frames = r->frames;
    if (!migdi_grow(&frames, &r->frame_capacity, r->depth + 1, sizeof *r->frames)) {
        return migdi_fail_nomem(r->error);
    }
    r->frames = frames;
    r->frames[r->depth++] = (frame){r->top - 1, r->nodes, anchor_name};
    r->in_map = kind == MIGD_KIND_MAP;
    return MIGD_OK;
}

/* Moves the items of a container to the arena. */
static migd_status keep_items(reader *r, migd_object *node, size_t count)
{
    const migd_object *items = node + 1;
    bool merges = false;
    for (size_t i = 0; i < count; i++) {
        if ((items[i].flags & MIGDI_NODE_MERGE) == 0) {
            continue;
        }
        merges = true;
        if (!migdi_yaml_may_merge(&items[i])) {
            return fail_at(r, MIGD_ERR_PARSE, items[i].offset,
                           "\"<<\" takes a map, or a list of maps");
        }
    }
    migd_object *kept = NULL;
    if (merges) {
        kept = migdi_yaml_gather(&r->document->arena, items, count, &count);
    } else {
        kept = migdi_arena_alloc(&r->document->arena, count * sizeof *kept);
        if (kept != NULL) {
            memcpy(kept, items, count * sizeof *kept);
        }
    }
    if (kept == NULL) {
        return migdi_fail_nomem(r->error);
    }
    const bool check = node->kind == MIGD_KIND_MAP && !r->all_keys;
    const migd_status status =
        check ? migdi_yaml_check_keys(r->source, kept, &count, &r->scratch, r->error) : MIGD_OK;
    node->as.items = kept;
    node->count = (uint32_t)count;
    node->capacity = (uint32_t)count;
    return status;
}

static migd_status close_container(reader *r)
{
    const frame closed = r->frames[--r->depth];
    migd_object *node = &r->stack[closed.node];
    const size_t count = r->top - closed.node - 1;
    r->top = closed.node + 1;
    r->in_map = r->depth > 0 && r->stack[r->frames[r->depth - 1].node].kind == MIGD_KIND_MAP;
    const migd_status status = count == 0 ? MIGD_OK : keep_items(r, node, count);
    if (status == MIGD_OK && closed.anchor != NULL) {
        close_anchor(r, closed.anchor, node, r->nodes - closed.nodes + 1);
    }
    return status;
}

/* --- scalars ---------------------------------------------------------------------------------- */

static bool is_merge_key(const migdi_yaml_event *event)
{
    return event->size == 2 && memcmp(event->text, "<<", 2) == 0 &&
           (event->tag == NULL ? event->style == ':' : strcmp(event->tag, TAG("merge")) == 0);
}

/* A finished node that is no container: a key or a value. */
static migd_status take_node(reader *r, const migd_object *node, size_t offset)
{
    if (awaits_key(r)) {
        return take_key(r, node, offset);
    }
    if (node->kind == MIGD_KIND_NUMBER && !isfinite(node->as.number)) {
        return fail_at(r, MIGD_ERR_PARSE, offset,
                       "JSON has no infinity and no NaN: put the text in quotes");
    }
    return push(r, node);
}

static migd_status read_scalar(reader *r, const migdi_yaml_event *event)
{
    migd_object node = {.offset = (uint32_t)event->offset, .source = r->source};
    const char *anchor_name = event->anchor;
    migd_status status = MIGD_OK;
    if (awaits_key(r) && is_merge_key(event)) {
        r->merge = true;
        return MIGD_OK;
    }
    status = migdi_yaml_read_scalar(&r->place, event, &node, r->error);
    if (status == MIGD_OK && anchor_name != NULL) {
        status = open_anchor(r, &anchor_name, event->offset);
        if (status == MIGD_OK) {
            close_anchor(r, anchor_name, &node, 1);
        }
    }
    return status < 0 ? status : take_node(r, &node, event->offset);
}

/* --- aliases ---------------------------------------------------------------------------------- */

/* A copy of what an anchor stands for. The texts are the document's already and never change in
 * place, so both may use them. */
static bool copy_items(reader *r, migd_object *node)
{
    if (migd_object_count(node) == 0) {
        return true;
    }
    migd_object *items = migdi_arena_alloc(&r->document->arena, node->count * sizeof *items);
    if (items == NULL) {
        return false;
    }
    memcpy(items, node->as.items, node->count * sizeof *items);
    node->as.items = items;
    for (size_t i = 0; i < node->count; i++) {
        if (!copy_items(r, &items[i])) {
            return false;
        }
    }
    return true;
}

static migd_status read_alias(reader *r, const migdi_yaml_event *event)
{
    bool found = false;
    const size_t at = find_anchor(r, event->text, &found);
    if (!found || r->anchors[at].open) {
        return migdi_fail_at(r->error, MIGD_ERR_PARSE, migdi_source_place(r->source, event->offset),
                             found ? "anchor \"%s\" contains itself"
                                   : "there is no anchor \"%s\" above",
                             event->text);
    }
    const size_t nodes = r->anchors[at].nodes;
    if (nodes > r->alias_nodes_left) {
        return fail_at(r, MIGD_ERR_LIMIT, event->offset,
                       "the aliases make more values than the limit");
    }
    r->alias_nodes_left -= nodes;
    const migd_status status = count_nodes(r, nodes - 1, event->offset);
    if (status < 0) {
        return status;
    }
    migd_object node = r->anchors[at].node;
    node.flags &= MIGDI_NODE_UNSIGNED | MIGDI_NODE_TEXT_SHARED;
    node.key = NULL;
    if (r->depth + migdi_node_height(&node) > r->deepest) {
        return fail_at(r, MIGD_ERR_LIMIT, event->offset,
                       "the document nests deeper than the limit");
    }
    return copy_items(r, &node) ? take_node(r, &node, event->offset) : migdi_fail_nomem(r->error);
}

/* --- documents -------------------------------------------------------------------------------- */

static migd_status read_event(reader *r, const migdi_yaml_event *event)
{
    switch (event->kind) {
    case MIGDI_YAML_SCALAR:
        return read_scalar(r, event);
    case MIGDI_YAML_ALIAS:
        return read_alias(r, event);
    case MIGDI_YAML_MAPPING_START:
        return open_container(r, event, MIGD_KIND_MAP);
    case MIGDI_YAML_SEQUENCE_START:
        return open_container(r, event, MIGD_KIND_ARRAY);
    case MIGDI_YAML_MAPPING_END:
    case MIGDI_YAML_SEQUENCE_END:
        return close_container(r);
    default:
        return MIGD_OK; /* the start of a document */
    }
}

/* From the document's start to its end. *any: there was one. */
static migd_status read_document(reader *r, bool *any)
{
    migdi_yaml_event event = {0};
    migd_status status = MIGD_OK;
    do {
        status = migdi_yaml_next(r->parser, &event, r->error);
        if (status == MIGD_OK) {
            status = read_event(r, &event);
        }
    } while (status == MIGD_OK && event.kind != MIGDI_YAML_END &&
             event.kind != MIGDI_YAML_DOCUMENT_END);
    *any = event.kind == MIGDI_YAML_DOCUMENT_END;
    return status;
}

static migd_status find_second(reader *r, size_t *second)
{
    migdi_yaml_event event = {0};
    *second = SIZE_MAX;
    const migd_status status = migdi_yaml_next(r->parser, &event, r->error);
    if (status == MIGD_OK && event.kind == MIGDI_YAML_DOCUMENT_START) {
        *second = event.offset;
    }
    return status;
}

static size_t greater(size_t left, size_t right)
{
    return left > right ? left : right;
}

migd_status migdi_yaml_read(migdi_source *source, const char *text, size_t start, size_t end,
                            const migd_read_options *options, migd_object **out, size_t *second,
                            migd_error **error)
{
    bool any = false;
    reader r = {
        .source = source,
        .deepest = migdi_read_limit(options, MIGD_READ_DEPTH),
        .most_nodes = migdi_read_limit(options, MIGD_READ_NODES),
        .most_anchors = migdi_read_limit(options, MIGD_READ_ANCHORS),
        .alias_nodes_left =
            greater(migdi_read_limit(options, MIGD_READ_ALIAS_NODES), (end - start) / 10),
        .key_bytes = migdi_read_limit(options, MIGD_READ_KEY_BYTES),
        .all_keys = options != NULL && (options->manner & MIGDI_READ_ALL_KEYS) != 0,
        .error = error,
    };
    *out = NULL;
    migd_status status = migdi_yaml_open(source, text, start, end, options, &r.parser, error);
    if (status == MIGD_OK) {
        r.document = migdi_document_new();
        r.place = (migdi_yaml_place){source, text, r.document == NULL ? NULL : &r.document->arena};
        if (r.document != NULL) {
            r.document->arena.secret =
                options != NULL && (options->manner & MIGDI_READ_SECRET) != 0;
        }
        status = r.document == NULL || !migdi_document_hold(r.document, source)
                     ? migdi_fail_nomem(error)
                     : read_document(&r, &any);
    }
    if (status == MIGD_OK && any && second != NULL) {
        status = find_second(&r, second);
    }
    if (status == MIGD_OK && any) {
        r.document->root = r.stack[0];
        *out = &r.document->root;
        r.document = NULL;
    }
    migdi_document_free(r.document);
    migdi_yaml_close(r.parser);
    migdi_free(r.stack);
    migdi_free(r.frames);
    migdi_free(r.anchors);
    migdi_free(r.scratch.order);
    return status;
}

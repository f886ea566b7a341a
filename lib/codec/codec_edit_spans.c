/* Where the values of a text begin and end, from libyaml's events. */
#include "codec_edit.h"

#include <assert.h>
#include <string.h>

void migdi_spans_free(migdi_spans *spans)
{
    migdi_free(spans->items);
    migdi_arena_free(&spans->arena);
    *spans = (migdi_spans){0};
}

/* Behind "&anchor" and "!tag". */
static size_t skip_properties(const char *text, size_t at, size_t end)
{
    while (at < end && (text[at] == '&' || text[at] == '!')) {
        while (at < end && strchr(" \t\r\n", text[at]) == NULL) {
            at++;
        }
        while (at < end && strchr(" \t\r\n", text[at]) != NULL) {
            at++;
        }
    }
    return at;
}

static migd_status add_span(migdi_spans *spans, const char *text, const migdi_yaml_event *event,
                            migd_error **error)
{
    void *items = spans->items;
    if (!migdi_grow(&items, &spans->capacity, spans->count + 1, sizeof *spans->items)) {
        return migdi_fail_nomem(error);
    }
    spans->items = items;
    const bool properties = event->anchor != NULL || event->tag != NULL;
    migdi_span span = {
        .kind = event->kind,
        .style = event->style,
        .size = event->size,
        .start = properties ? skip_properties(text, event->offset, event->end) : event->offset,
        .end = event->end,
        .next = spans->count + 1,
    };
    while (span.end > span.start && strchr("\r\n", text[span.end - 1]) != NULL) {
        span.end--; /* a block text's event goes on to the next line that is none of its own */
    }
    if (event->text != NULL) {
        span.text = migdi_arena_text(&spans->arena, event->text, event->size);
        if (span.text == NULL) {
            return migdi_fail_nomem(error);
        }
    }
    spans->items[spans->count++] = span;
    return MIGD_OK;
}

/* A block collection's event ends where the next token begins: it ends with its last value
 * instead. */
static void close_span(migdi_spans *spans, size_t open, const migdi_yaml_event *event)
{
    migdi_span *span = &spans->items[open];
    span->next = spans->count;
    span->end = span->style != 0 ? event->end : spans->items[spans->count - 1].end;
}

/* The index of each open collection, innermost last. */
typedef struct {
    size_t *items;
    size_t depth;
    size_t capacity;
} open_spans;

static migd_status take_event(const char *text, const migdi_yaml_event *event, migdi_spans *spans,
                              open_spans *open, migd_error **error)
{
    switch (event->kind) {
    case MIGDI_YAML_MAPPING_END:
    case MIGDI_YAML_SEQUENCE_END:
        assert(open->items != NULL && open->depth > 0); /* libyaml pairs starts and ends */
        close_span(spans, open->items[--open->depth], event);
        return MIGD_OK;
    case MIGDI_YAML_SCALAR:
    case MIGDI_YAML_ALIAS:
        return add_span(spans, text, event, error);
    case MIGDI_YAML_MAPPING_START:
    case MIGDI_YAML_SEQUENCE_START:
        break;
    default:
        return MIGD_OK;
    }
    void *items = open->items;
    if (!migdi_grow(&items, &open->capacity, open->depth + 1, sizeof *open->items)) {
        return migdi_fail_nomem(error);
    }
    open->items = items;
    open->items[open->depth++] = spans->count;
    return add_span(spans, text, event, error);
}

static migd_status read_spans(migdi_yaml_parser *parser, const char *text, migdi_spans *spans,
                              open_spans *open, migd_error **error)
{
    migdi_yaml_event event = {0};
    migd_status status = MIGD_OK;
    do {
        status = migdi_yaml_next(parser, &event, error);
        if (status == MIGD_OK) {
            status = take_event(text, &event, spans, open, error);
        }
    } while (status == MIGD_OK && event.kind != MIGDI_YAML_DOCUMENT_END &&
             event.kind != MIGDI_YAML_END);
    return status;
}

migd_status migdi_spans_read(migdi_source *source, const char *text, migdi_spans *spans,
                             migd_error **error)
{
    migdi_yaml_parser *parser = NULL;
    open_spans open = {0};
    migd_status status = migdi_yaml_open(source, text, 0, source->size, NULL, &parser, error);
    if (status == MIGD_OK) {
        status = read_spans(parser, text, spans, &open, error);
    }
    migdi_free(open.items);
    migdi_yaml_close(parser);
    return status;
}

size_t migdi_spans_find(const migdi_spans *spans, size_t container, migdi_step_text step)
{
    const migdi_span *items = spans->items;
    const bool map = items[container].kind == MIGDI_YAML_MAPPING_START;
    size_t wanted = 0;
    if (!map &&
        (items[container].kind != MIGDI_YAML_SEQUENCE_START || !migdi_step_index(step, &wanted))) {
        return SIZE_MAX;
    }
    size_t index = 0;
    for (size_t at = container + 1; at < items[container].next; index++) {
        const size_t value = map ? items[at].next : at;
        if (map ? items[at].kind == MIGDI_YAML_SCALAR &&
                      migdi_step_is_key(step, items[at].text, items[at].size)
                : index == wanted) {
            return value;
        }
        at = items[value].next;
    }
    return SIZE_MAX;
}

/* One value of a text set by splicing: comments, order and layout stay. The new text is read back,
 * and what is not the old document with that one change is refused. */
#include "codec_edit.h"

#include "codec_json.h"
#include "codec_object.h"
#include "codec_object_parse.h"

#include <string.h>

#define INDENT 2

typedef struct {
    const char *text;
    size_t size;
    bool json;
    migdi_spans spans;
    size_t target;     /* the deepest span that the pointer reaches */
    const char *steps; /* what is left of the pointer there; "": the target itself is to be set */
    const migd_object *value;
    size_t cut_start; /* this piece of the text is replaced ... */
    size_t cut_end;
    migdi_text piece; /* ... by this one */
} edit;

/* --- how a value is written ------------------------------------------------------------------- */

static bool is_word_character(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

/* Plain text that means itself everywhere, in a flow collection too. */
static bool is_plain(const char *text, size_t size)
{
    if (size == 0 || (!is_word_character(text[0]) && strchr("/_.", text[0]) == NULL) ||
        text[size - 1] == ':' || text[size - 1] == ' ' || migdi_yaml_looks_typed(text, size)) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        const bool blank = text[i] == ' ' && text[i - 1] != ':' && is_word_character(text[i + 1]);
        if (!blank && !is_word_character(text[i]) &&
            (text[i] == '\0' || strchr("-_./:@+=%~", text[i]) == NULL)) {
            return false;
        }
    }
    return true;
}

static void write_quoted(const char *text, size_t size, migdi_text *out)
{
    const migd_object node = {.kind = MIGD_KIND_STRING, .count = (uint32_t)size, .as.text = text};
    migdi_json_write(&node, 0, out);
}

static void write_single_quoted(const char *text, size_t size, migdi_text *out)
{
    migdi_text_add_char(out, '\'');
    for (size_t i = 0; i < size; i++) {
        migdi_text_add(out, text + i, 1);
        if (text[i] == '\'') {
            migdi_text_add_char(out, '\'');
        }
    }
    migdi_text_add_char(out, '\'');
}

/* In the quotes that stood there before, when it is a string again. */
static void write_value(edit *e, char old_style)
{
    const migd_object *value = e->value;
    const bool choice = value->kind == MIGD_KIND_STRING && !e->json && old_style != '"';
    if (choice && old_style == '\'' && memchr(value->as.text, '\n', value->count) == NULL) {
        write_single_quoted(value->as.text, value->count, &e->piece);
    } else if (choice && is_plain(value->as.text, value->count)) {
        migdi_text_add(&e->piece, value->as.text, value->count);
    } else {
        migdi_json_write(value, 0, &e->piece);
    }
}

static bool write_key(edit *e, migdi_step_text step)
{
    migdi_text key = {0};
    for (size_t i = 0; i < step.size; i++) {
        const bool escaped = step.text[i] == '~';
        i += escaped;
        migdi_text_add_char(&key, !escaped ? step.text[i] : step.text[i] == '0' ? '~' : '/');
    }
    const bool good = !key.failed;
    if (!e->json && is_plain(migdi_text_string(&key), key.size)) {
        migdi_text_add(&e->piece, migdi_text_string(&key), key.size);
    } else {
        write_quoted(migdi_text_string(&key), key.size, &e->piece);
    }
    migdi_text_free(&key);
    return good;
}

static bool is_end(migdi_step_text step)
{
    return step.size == 1 && step.text[0] == '-';
}

/* The steps that are missing and the value, on one line: "a: {b: 1}"; in a list only the value. */
static bool write_flow_member(edit *e, const char *at, bool in_map)
{
    migdi_text closing = {0};
    bool good = true;
    for (bool first = true; good && *at != '\0'; first = false) {
        const migdi_step_text step = migdi_pointer_step(&at);
        const bool map = first ? in_map : !is_end(step);
        if (!first) {
            migdi_text_add_char(&e->piece, map ? '{' : '[');
            migdi_text_add_char(&closing, map ? '}' : ']');
        }
        if (map) {
            good = write_key(e, step);
            migdi_text_add_string(&e->piece, ": ");
        }
    }
    write_value(e, e->json ? '"' : ':');
    for (size_t i = closing.size; i > 0; i--) {
        migdi_text_add_char(&e->piece, closing.bytes[i - 1]);
    }
    good = good && !closing.failed;
    migdi_text_free(&closing);
    return good;
}

/* The same over several lines; the first is indented already. */
static bool write_block_member(edit *e, const char *at, size_t indent, bool in_map,
                               const char *line_end)
{
    bool good = true;
    bool map = in_map;
    while (good && *at != '\0') {
        const migdi_step_text step = migdi_pointer_step(&at);
        if (map) {
            good = write_key(e, step);
            migdi_text_add_char(&e->piece, ':');
        } else {
            migdi_text_add_char(&e->piece, '-');
        }
        if (*at == '\0') {
            break;
        }
        const char *next = at;
        map = !is_end(migdi_pointer_step(&next));
        indent += INDENT;
        migdi_text_add_string(&e->piece, line_end);
        migdi_text_add_repeated(&e->piece, ' ', indent);
    }
    migdi_text_add_char(&e->piece, ' ');
    write_value(e, ':');
    return good;
}

/* --- where it goes ---------------------------------------------------------------------------- */

static size_t line_start(const edit *e, size_t at)
{
    while (at > 0 && e->text[at - 1] != '\n' && e->text[at - 1] != '\r') {
        at--;
    }
    return at;
}

static size_t line_end(const edit *e, size_t at)
{
    while (at < e->size && e->text[at] != '\n' && e->text[at] != '\r') {
        at++;
    }
    return at;
}

/* How the text ends its lines. */
static const char *line_break(const edit *e)
{
    const char *found = memchr(e->text, '\n', e->size);
    return found != NULL && found > e->text && found[-1] == '\r' ? "\r\n" : "\n";
}

static bool place_value(edit *e)
{
    const migdi_span *target = &e->spans.items[e->target];
    e->cut_start = target->start;
    e->cut_end = target->end;
    /* "key:" and "-" have their value right behind them, where a blank is missing. */
    if (target->start == target->end && target->start > 0 &&
        strchr(":-?,", e->text[target->start - 1]) != NULL) {
        migdi_text_add_char(&e->piece, ' ');
    }
    write_value(e, target->style);
    return true;
}

/* Behind the last member of a flow collection, on a line of its own when the others have that. */
static bool place_in_flow(edit *e, const migdi_span *container)
{
    const bool map = container->kind == MIGDI_YAML_MAPPING_START;
    const bool empty = e->target + 1 == container->next;
    const size_t last = e->spans.items[container->next - 1].end;
    e->cut_start = empty ? container->start + 1 : last;
    e->cut_end = e->cut_start;
    if (!empty) {
        /* A collection within ends behind its bracket, not with its last value. */
        for (size_t at = e->target + 1; at < container->next; at = e->spans.items[at].next) {
            e->cut_start = e->spans.items[at].end;
        }
        e->cut_end = e->cut_start;
        const size_t first = e->spans.items[e->target + 1].start;
        const size_t start = line_start(e, first);
        const bool lines = start > container->start;
        migdi_text_add_string(&e->piece, lines ? "," : ", ");
        if (lines) {
            migdi_text_add_string(&e->piece, line_break(e));
            migdi_text_add(&e->piece, e->text + start, first - start);
        }
    }
    return write_flow_member(e, e->steps, map);
}

/* On new lines below the last member of a block collection, indented as its first. */
static bool place_in_block(edit *e, const migdi_span *container)
{
    const bool map = container->kind == MIGDI_YAML_MAPPING_START;
    const size_t column = container->start - line_start(e, container->start);
    const char *ending = line_break(e);
    e->cut_start = line_end(e, container->end);
    e->cut_end = e->cut_start;
    migdi_text_add_string(&e->piece, ending);
    migdi_text_add_repeated(&e->piece, ' ', column);
    return write_block_member(e, e->steps, column, map, ending);
}

/* A map in place of the nothing behind "key:", a level deeper than the key. */
static bool place_below_null(edit *e, const migdi_span *null)
{
    const size_t start = line_start(e, null->start);
    size_t column = start;
    while (column < null->start && (e->text[column] == ' ' || e->text[column] == '-')) {
        column++;
    }
    const char *next = e->steps;
    const bool map = !is_end(migdi_pointer_step(&next));
    const size_t indent = column - start + INDENT;
    const char *ending = line_break(e);
    e->cut_start = null->start;
    e->cut_end = null->end;
    migdi_text_add_string(&e->piece, ending);
    migdi_text_add_repeated(&e->piece, ' ', indent);
    return write_block_member(e, e->steps, indent, map, ending);
}

static migd_status refuse(const char *pointer, migd_error **error)
{
    return migdi_fail(error, MIGD_ERR_UNSUPPORTED,
                      "\"%s\" cannot be set without writing the text anew: edit it by hand",
                      pointer);
}

static migd_status place(edit *e, const char *pointer, migd_error **error)
{
    const migdi_span *target = &e->spans.items[e->target];
    const bool collection =
        target->kind == MIGDI_YAML_MAPPING_START || target->kind == MIGDI_YAML_SEQUENCE_START;
    bool good = false;
    if (*e->steps == '\0') {
        good = place_value(e);
    } else if (collection && target->style != 0) {
        good = place_in_flow(e, target);
    } else if (collection) {
        good = place_in_block(e, target);
    } else if (target->kind == MIGDI_YAML_SCALAR && target->start == target->end && !e->json) {
        good = place_below_null(e, target);
    } else {
        return refuse(pointer, error);
    }
    return good && !e->piece.failed ? MIGD_OK : migdi_fail_nomem(error);
}

static void find_target(edit *e, const char *pointer)
{
    e->steps = pointer;
    while (*e->steps != '\0') {
        const char *next = e->steps;
        const migdi_step_text step = migdi_pointer_step(&next);
        const size_t found = migdi_spans_find(&e->spans, e->target, step);
        if (found == SIZE_MAX) {
            return;
        }
        e->target = found;
        e->steps = next;
    }
}

/* --- the new text ----------------------------------------------------------------------------- */

/* The new text must read back as the old document with the one change. */
static migd_status check(const migdi_text *made, const migd_object *wanted, const char *pointer,
                         migd_error **error)
{
    migd_object *read = NULL;
    const migd_status status =
        migd_object_parse(migdi_text_string(made), made->size, NULL, &read, NULL);
    const bool same = status == MIGD_OK && migd_object_equal(read, wanted) != 0;
    migd_object_free(read);
    if (status == MIGD_ERR_NOMEM) {
        return migdi_fail_nomem(error);
    }
    return same ? MIGD_OK : refuse(pointer, error);
}

static migd_status splice(edit *e, const migd_object *wanted, const char *pointer, migd_buf **out,
                          migd_error **error)
{
    migdi_text made = {0};
    migdi_text_add(&made, e->text, e->cut_start);
    migdi_text_add(&made, migdi_text_string(&e->piece), e->piece.size);
    migdi_text_add(&made, e->text + e->cut_end, e->size - e->cut_end);
    migd_status status =
        made.failed ? migdi_fail_nomem(error) : check(&made, wanted, pointer, error);
    if (status == MIGD_OK) {
        *out = migdi_text_take_buf(&made);
        status = *out == NULL ? migdi_fail_nomem(error) : MIGD_OK;
    }
    migdi_text_free(&made);
    return status;
}

migd_status migdi_text_edit(const char *text, size_t size, const char *pointer,
                            const migd_object *value, migd_buf **out, migd_error **error)
{
    *out = NULL;
    edit e = {.text = text, .size = size, .value = value};
    migdi_source *source = NULL;
    migd_object *wanted = NULL;
    migd_status status = migd_object_parse(text, size, NULL, &wanted, error);
    if (status == MIGD_OK) {
        status = migd_object_set_object(wanted, pointer, value, error);
    }
    if (status == MIGD_OK) {
        status = migdi_parse_open(text, size, NULL, &source, error);
    }
    if (status == MIGD_OK) {
        e.json = migdi_parse_starts_with(text, size, 0, "{[");
        status = migdi_spans_read(source, text, &e.spans, error);
    }
    if (status == MIGD_OK) {
        find_target(&e, pointer);
        status = place(&e, pointer, error);
    }
    if (status == MIGD_OK) {
        status = splice(&e, wanted, pointer, out, error);
    }
    migdi_text_free(&e.piece);
    migdi_spans_free(&e.spans);
    migdi_source_release(source);
    migd_object_free(wanted);
    return status;
}

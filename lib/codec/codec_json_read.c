/* JSON in one pass: strings stay where they are in our copy of the text, values are gathered on a stack,
 * and a container's items move to the arena once, when it closes. The NULs behind a source's text end every
 * look ahead, so there is no check for the end but where an error is told. */
#include "codec_json.h"

#include "codec_tree.h"

#include "core_utf8.h"

#include <string.h>

#define SERVER_BYTES ((size_t)64 * 1024 * 1024)
#define SERVER_DEPTH ((size_t)128)
#define NO_PARENT    SIZE_MAX

typedef struct {
    migdi_document *document;
    migdi_source *source;
    char *begin;
    char *end;
    char *at;
    migd_object *stack; /* open containers, each followed by its items so far */
    size_t top;
    size_t capacity;
    size_t parent; /* the innermost open container, by its index on the stack */
    size_t depth;
    size_t deepest;
    size_t nodes_left;
    bool unique_keys;
    migdi_scratch scratch;
    const char *key; /* of the value that comes next */
    uint32_t key_size;
    uint32_t key_offset;
    uint8_t key_flags;
    migd_status status;
    migd_error **error;
} reader;

static bool fail_at(reader *r, migd_status status, const char *at, const char *message)
{
    r->status = migdi_fail_at(r->error, status,
                              migdi_source_place(r->source, (size_t)(at - r->begin)), "%s", message);
    return false;
}

static bool fail_nomem(reader *r)
{
    r->status = migdi_fail_nomem(r->error);
    return false;
}

/* At a byte that does not fit: what was expected, and what stands there. */
static bool fail_expected(reader *r, const char *expected)
{
    migdi_text found = {0};
    if (r->at >= r->end) {
        migdi_text_add_string(&found, "the text ends");
    } else {
        const size_t length = migdi_utf8_next(r->at, (size_t)(r->end - r->at), NULL);
        migdi_text_add_string(&found, "found \"");
        migdi_utf8_add_printable(&found, r->at, length == 0 ? 1 : length);
        migdi_text_add_char(&found, '"');
    }
    r->status = migdi_fail_at(r->error, MIGD_ERR_PARSE,
                              migdi_source_place(r->source, (size_t)(r->at - r->begin)),
                              "not JSON: expected %s, %s", expected, migdi_text_string(&found));
    migdi_text_free(&found);
    return false;
}

static inline uint64_t load_word(const char *at)
{
    uint64_t word = 0;
    memcpy(&word, at, sizeof word);
    return word;
}

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))
#define HIGH_BITS       EACH_BYTE(0x80)

/* High bits where a byte ends a run of plain string characters: a quote, a backslash, a control character or
 * no ASCII. Bytes behind the first one may be marked wrongly (the subtractions borrow). */
static inline uint64_t string_stops(uint64_t word)
{
    const uint64_t quote = word ^ EACH_BYTE('"');
    const uint64_t backslash = word ^ EACH_BYTE('\\');
    return (((word - EACH_BYTE(0x20)) | (quote - EACH_BYTE(1)) | (backslash - EACH_BYTE(1))) & ~word &
            HIGH_BITS) |
           (word & HIGH_BITS);
}

static inline char *skip_plain(char *at)
{
    for (;; at += sizeof(uint64_t)) {
        const uint64_t stops = string_stops(load_word(at));
        if (stops != 0) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            return at + (unsigned)__builtin_ctzll(stops) / 8;
#else
            return at + (unsigned)__builtin_clzll(stops) / 8;
#endif
        }
    }
}

static inline bool is_blank(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

static inline void skip_blanks(reader *r)
{
    char *at = r->at;
    while (is_blank(*at)) {
        at++;
        while (load_word(at) == EACH_BYTE(' ')) { /* indentation */
            at += sizeof(uint64_t);
        }
    }
    r->at = at;
}

/* Four hex digits; -1: not so. */
static int32_t read_hex4(const char *at)
{
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        const char byte = at[i];
        const int digit = byte >= '0' && byte <= '9'   ? byte - '0'
                          : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
                          : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                                       : -1;
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

/* "\uXXXX", with its second half when it is a pair; *at stands on "u" and moves behind. */
static bool read_unicode_escape(reader *r, char **at, migdi_text *out)
{
    const int32_t first = read_hex4(*at + 1);
    if (first < 0) {
        return fail_at(r, MIGD_ERR_PARSE, *at - 1, "not JSON: \\u needs four hexadecimal digits");
    }
    *at += 5;
    uint32_t codepoint = (uint32_t)first;
    if (first >= 0xD800 && first <= 0xDBFF && (*at)[0] == '\\' && (*at)[1] == 'u') {
        const int32_t second = read_hex4(*at + 2);
        if (second >= 0xDC00 && second <= 0xDFFF) {
            codepoint = 0x10000 + (((uint32_t)first - 0xD800) << 10) + ((uint32_t)second - 0xDC00);
            *at += 6;
        }
    }
    const bool half = codepoint >= 0xD800 && codepoint <= 0xDFFF;
    migdi_utf8_add(out, half ? 0xFFFD : codepoint);
    return true;
}

static bool read_escape(reader *r, char **at, migdi_text *out)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (**at == 'u') {
        return read_unicode_escape(r, at, out);
    }
    const char *letter = **at == '\0' ? NULL : strchr(letters, **at);
    if (letter == NULL) {
        return fail_at(r, MIGD_ERR_PARSE, *at - 1, "not JSON: unknown escape in a string");
    }
    migdi_text_add_char(out, meanings[letter - letters]);
    (*at)++;
    return true;
}

/* Text with escapes, from `start` on, into the arena: the source keeps what stood there. */
static bool read_escaped(reader *r, char *start, const char **text, uint32_t *size)
{
    migdi_text out = {0};
    char *at = start;
    bool good = true;
    while (good) {
        char *stop = skip_plain(at);
        migdi_text_add(&out, at, (size_t)(stop - at));
        at = stop;
        if (*stop == '"') {
            break;
        }
        if (*stop == '\\') {
            at++;
            good = read_escape(r, &at, &out);
            continue;
        }
        const size_t length = migdi_utf8_next(stop, (size_t)(r->end - stop), NULL);
        migdi_text_add(&out, stop, length);
        at += length;
        good = length > 1 || fail_at(r, MIGD_ERR_PARSE, stop,
                                     stop >= r->end ? "not JSON: a string is never closed"
                                     : length == 1  ? "not JSON: a control character in a string"
                                                    : "not UTF-8");
    }
    if (good && out.failed) {
        good = fail_nomem(r);
    }
    if (good) {
        *text = migdi_arena_text(&r->document->arena, migdi_text_string(&out), out.size);
        *size = (uint32_t)out.size;
        r->at = at + 1;
        good = *text != NULL || fail_nomem(r);
    }
    migdi_text_free(&out);
    return good;
}

/* A string whose opening quote is behind r->at. *shared: it lies in the source. */
static inline bool read_string(reader *r, const char **text, uint32_t *size, uint8_t *flags,
                               uint8_t shared)
{
    char *start = r->at;
    char *at = skip_plain(start);
    while ((unsigned char)*at >= 0x80) {
        const size_t length = migdi_utf8_next(at, (size_t)(r->end - at), NULL);
        if (length == 0) {
            return fail_at(r, MIGD_ERR_PARSE, at, "not UTF-8");
        }
        at = skip_plain(at + length);
    }
    if (*at != '"') {
        *flags = 0;
        return read_escaped(r, start, text, size);
    }
    *at = '\0';
    *text = start;
    *size = (uint32_t)(at - start);
    *flags = shared;
    r->at = at + 1;
    return true;
}

static bool grow_stack(reader *r)
{
    void *stack = r->stack;
    if (!migdi_grow(&stack, &r->capacity, r->capacity == 0 ? 256 : r->capacity + 1, sizeof *r->stack)) {
        return fail_nomem(r);
    }
    r->stack = stack;
    return true;
}

/* A node for the value that starts at r->at; NULL: no memory or too many. */
static inline migd_object *push(reader *r, uint8_t kind)
{
    if (r->nodes_left == 0) {
        fail_at(r, MIGD_ERR_LIMIT, r->at, "the document holds more values than the limit");
        return NULL;
    }
    if (r->top == r->capacity && !grow_stack(r)) {
        return NULL;
    }
    r->nodes_left--;
    migd_object *node = &r->stack[r->top++];
    *node = (migd_object){
        .kind = kind,
        .flags = r->key_flags,
        .key = r->key,
        .key_size = r->key_size,
        .key_offset = r->key_offset,
        .offset = (uint32_t)(r->at - r->begin),
        .source = r->source,
    };
    return node;
}

static bool open_container(reader *r, uint8_t kind)
{
    if (r->depth == r->deepest) {
        return fail_at(r, MIGD_ERR_LIMIT, r->at, "the document nests deeper than the limit");
    }
    migd_object *node = push(r, kind);
    if (node == NULL) {
        return false;
    }
    node->as.parent = r->parent;
    r->parent = r->top - 1;
    r->depth++;
    r->at++;
    r->key = NULL;
    r->key_size = 0;
    r->key_flags = 0;
    return true;
}

static bool check_keys(reader *r, const migd_object *items, size_t count)
{
    size_t first = 0;
    size_t second = SIZE_MAX;
    if (!migdi_items_duplicate(items, count, &r->scratch, &first, &second)) {
        return fail_nomem(r);
    }
    if (second == SIZE_MAX) {
        return true;
    }
    const migdi_place before = migdi_source_place(r->source, items[first].key_offset);
    r->status = migdi_fail_at(r->error, MIGD_ERR_PARSE,
                              migdi_source_place(r->source, items[second].key_offset),
                              "key \"%s\" stands here a second time, first in line %d",
                              items[second].key, (int)before.line);
    return false;
}

/* The items of the innermost container move to the arena. */
static bool close_container(reader *r)
{
    migd_object *node = &r->stack[r->parent];
    const size_t count = r->top - r->parent - 1;
    r->top = r->parent + 1;
    r->parent = node->as.parent;
    r->depth--;
    r->at++;
    node->as.items = NULL;
    if (count == 0) {
        return true;
    }
    if (node->kind == MIGD_KIND_MAP && r->unique_keys && !check_keys(r, node + 1, count)) {
        return false;
    }
    migd_object *items = migdi_arena_alloc(&r->document->arena, count * sizeof *items);
    if (items == NULL) {
        return fail_nomem(r);
    }
    memcpy(items, node + 1, count * sizeof *items);
    node->as.items = items;
    node->count = (uint32_t)count;
    node->capacity = (uint32_t)count;
    return true;
}

static inline bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool read_fraction(reader *r, migd_object *node, const char *start, char *at)
{
    if (*at == '.') {
        at++;
        if (!is_digit(*at)) {
            r->at = at;
            return fail_expected(r, "a digit behind the point");
        }
        while (is_digit(*at)) {
            at++;
        }
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        at += *at == '+' || *at == '-';
        if (!is_digit(*at)) {
            r->at = at;
            return fail_expected(r, "a digit of the exponent");
        }
        while (is_digit(*at)) {
            at++;
        }
    }
    node->kind = MIGD_KIND_NUMBER;
    r->at = at;
    if (!migdi_json_read_double(start, (size_t)(at - start), &node->as.number)) {
        return fail_nomem(r);
    }
    /* Go refuses it too; infinity could not be written back. */
    return node->as.number - node->as.number == 0 ||
           fail_at(r, MIGD_ERR_PARSE, start, "the number is too large for a double");
}

static bool read_number(reader *r)
{
    migd_object *node = push(r, MIGD_KIND_INTEGER);
    if (node == NULL) {
        return false;
    }
    const char *start = r->at;
    char *at = r->at;
    const bool negative = *at == '-';
    at += negative;
    if (!is_digit(*at)) {
        r->at = at;
        return fail_expected(r, "a digit");
    }
    const char *digits = at;
    uint64_t value = 0;
    bool exact = true;
    while (is_digit(*at)) {
        const uint64_t digit = (uint64_t)(*at++ - '0');
        exact = exact && (value < UINT64_MAX / 10 || (value == UINT64_MAX / 10 && digit <= UINT64_MAX % 10));
        value = value * 10 + digit;
    }
    if (*digits == '0' && at - digits > 1) {
        return fail_at(r, MIGD_ERR_PARSE, start, "not JSON: a number starts with a needless 0");
    }
    const bool minus_zero = negative && value == 0;
    if (!exact || minus_zero || *at == '.' || *at == 'e' || *at == 'E' ||
        (negative && value > (uint64_t)INT64_MAX + 1)) {
        return read_fraction(r, node, start, at);
    }
    r->at = at;
    node->as.natural = negative ? 0 - value : value;
    node->flags |= !negative && value > INT64_MAX ? MIGDI_NODE_UNSIGNED : 0;
    return true;
}

static bool read_word(reader *r, const char *word, size_t size, uint8_t kind, int32_t boolean)
{
    if (strncmp(r->at, word, size) != 0) {
        return fail_expected(r, "a value");
    }
    migd_object *node = push(r, kind);
    if (node == NULL) {
        return false;
    }
    node->as.integer = 0;
    if (kind == MIGD_KIND_BOOLEAN) {
        node->as.boolean = boolean;
    }
    r->at += size;
    return true;
}

static inline bool read_text(reader *r)
{
    migd_object *node = push(r, MIGD_KIND_STRING);
    uint8_t flags = 0;
    r->at++;
    if (node == NULL ||
        !read_string(r, &node->as.text, &node->count, &flags, MIGDI_NODE_TEXT_SHARED)) {
        return false;
    }
    node->flags |= flags;
    return true;
}

static inline bool read_key(reader *r)
{
    skip_blanks(r);
    if (*r->at != '"') {
        return fail_expected(r, "a key in double quotes");
    }
    r->key_offset = (uint32_t)(r->at - r->begin);
    r->at++;
    if (!read_string(r, &r->key, &r->key_size, &r->key_flags, MIGDI_NODE_KEY_SHARED)) {
        return false;
    }
    r->key_flags |= MIGDI_NODE_KEY_PLACED;
    skip_blanks(r);
    if (*r->at != ':') {
        return fail_expected(r, "\":\" behind the key");
    }
    r->at++;
    return true;
}

typedef enum { AT_VALUE, AT_KEY, BEHIND_VALUE } state;

/* Reads a value, or opens a container, and says what comes next. */
static inline bool read_value(reader *r, state *next)
{
    skip_blanks(r);
    *next = BEHIND_VALUE;
    switch (*r->at) {
    case '"':
        return read_text(r);
    case '{':
        if (!open_container(r, MIGD_KIND_MAP)) {
            return false;
        }
        skip_blanks(r);
        *next = *r->at == '}' ? BEHIND_VALUE : AT_KEY;
        return *r->at != '}' || close_container(r);
    case '[':
        if (!open_container(r, MIGD_KIND_ARRAY)) {
            return false;
        }
        skip_blanks(r);
        *next = *r->at == ']' ? BEHIND_VALUE : AT_VALUE;
        return *r->at != ']' || close_container(r);
    case 't':
        return read_word(r, "true", 4, MIGD_KIND_BOOLEAN, 1);
    case 'f':
        return read_word(r, "false", 5, MIGD_KIND_BOOLEAN, 0);
    case 'n':
        return read_word(r, "null", 4, MIGD_KIND_NULL, 0);
    default:
        return is_digit(*r->at) || *r->at == '-' ? read_number(r) : fail_expected(r, "a value");
    }
}

/* Behind a value: a comma, or the end of the container. */
static inline bool read_between(reader *r, state *next)
{
    const bool map = r->stack[r->parent].kind == MIGD_KIND_MAP;
    skip_blanks(r);
    if (*r->at == ',') {
        r->at++;
        *next = map ? AT_KEY : AT_VALUE;
        return true;
    }
    if (*r->at == (map ? '}' : ']')) {
        return close_container(r);
    }
    return fail_expected(r, map ? "\",\" or \"}\"" : "\",\" or \"]\"");
}

static bool read_all(reader *r)
{
    state next = AT_VALUE;
    bool good = true;
    while (good && (next != BEHIND_VALUE || r->parent != NO_PARENT)) {
        if (next == AT_KEY) {
            good = read_key(r);
            next = AT_VALUE;
        } else if (next == AT_VALUE) {
            good = read_value(r, &next);
        } else {
            good = read_between(r, &next);
        }
    }
    return good;
}

migd_status migdi_json_read_at(migdi_source *source, size_t *at, const migdi_json_rules *rules,
                               migd_object **out, migd_error **error)
{
    reader r = {
        .document = migdi_document_new(),
        .source = source,
        .begin = source->text,
        .end = source->text + source->size,
        .at = source->text + *at,
        .parent = NO_PARENT,
        .deepest = rules->depth == 0 ? SERVER_DEPTH : rules->depth,
        .nodes_left = rules->nodes == 0 ? SIZE_MAX : rules->nodes,
        .unique_keys = rules->unique_keys,
        .error = error,
    };
    *out = NULL;
    if (r.document == NULL || !migdi_document_hold(r.document, source)) {
        fail_nomem(&r);
    } else if (read_all(&r)) {
        r.document->root = r.stack[0];
        *out = &r.document->root;
        r.document = NULL;
        *at = (size_t)(r.at - r.begin);
    }
    migdi_document_free(r.document);
    migdi_free(r.stack);
    migdi_free(r.scratch.order);
    return r.status;
}

migd_status migdi_json_read_whole(migdi_source *source, const migdi_json_rules *rules,
                                  migd_object **out, migd_error **error)
{
    size_t at = 0;
    const migd_status status = migdi_json_read_at(source, &at, rules, out, error);
    while (status == MIGD_OK && at < source->size && is_blank(source->text[at])) {
        at++;
    }
    if (status == MIGD_OK && at < source->size) {
        migd_object_free(*out);
        *out = NULL;
        return migdi_fail_at(error, MIGD_ERR_PARSE, migdi_source_place(source, at),
                             "not JSON: something stands behind the value");
    }
    return status;
}

migd_status migdi_json_read(const char *bytes, size_t size, const migdi_json_rules *rules,
                            migd_object **out, migd_error **error)
{
    static const migdi_json_rules of_servers = {0};
    rules = rules == NULL ? &of_servers : rules;
    *out = NULL;
    const size_t limit = rules->bytes == 0 ? SERVER_BYTES : rules->bytes;
    if (size > limit) {
        return migdi_fail_at(error, MIGD_ERR_LIMIT, (migdi_place){rules->name, 1, 1},
                             "the text has %zu bytes, the limit is %zu", size, limit);
    }
    migdi_source *source = migdi_source_new(rules->name, bytes, size);
    if (source == NULL) {
        return migdi_fail_nomem(error);
    }
    const migd_status status = migdi_json_read_whole(source, rules, out, error);
    migdi_source_release(source);
    return status;
}

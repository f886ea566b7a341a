/* JSON in one pass: strings stay where they are in our copy of the text, values are gathered on a
 * stack, and a container's items move to the arena once, when it closes. The NULs behind a source's
 * text end every look ahead, so there is no check for the end but where an error is told. */
#include "codec_json.h"

#include "codec_tree.h"

#include "core_utf8.h"

#include <math.h>
#include <string.h>

#define SERVER_BYTES  ((size_t)64 * 1024 * 1024)
#define SERVER_DEPTH  ((size_t)128)
#define NO_PARENT     SIZE_MAX
#define MOST_RESERVED ((size_t)1024 * 1024)

/* The reading functions take where they stand and return where they stopped: NULL when they
 * failed. */
typedef struct {
    migdi_document *document;
    migdi_source *source;
    char *begin;
    char *end;
    migd_object *stack; /* open containers, each followed by its items so far */
    size_t top;
    size_t capacity;
    size_t parent; /* the innermost open container, by its index on the stack */
    bool in_map;   /* whether that is a map */
    size_t depth;
    size_t deepest;
    size_t moved; /* values that are in the arena already */
    size_t most;  /* values at most */
    bool unique_keys;
    migdi_scratch scratch;
    const char *key; /* of the value that comes next */
    /* Not side by side as in the node: two small stores read back as one large load stall the
     * processor. */
    uint32_t key_size;
    uint8_t key_flags;
    migd_status status;
    uint32_t key_offset;
    migd_error **error;
} reader;

/* --- refusals --------------------------------------------------------------------------------- */

static char *fail_at(reader *r, migd_status status, const char *at, const char *message)
{
    r->status = migdi_fail_at(
        r->error, status, migdi_source_place(r->source, (size_t)(at - r->begin)), "%s", message);
    return NULL;
}

static char *fail_nomem(reader *r)
{
    r->status = migdi_fail_nomem(r->error);
    return NULL;
}

/* At a byte that does not fit: what was expected, and what stands there. */
static char *fail_expected(reader *r, const char *at, const char *expected)
{
    migdi_text found = {0};
    if (at >= r->end) {
        migdi_text_add_string(&found, "the text ends");
    } else {
        const size_t length = migdi_utf8_next(at, (size_t)(r->end - at), NULL);
        migdi_text_add_string(&found, "found \"");
        migdi_utf8_add_printable(&found, at, length == 0 ? 1 : length);
        migdi_text_add_char(&found, '"');
    }
    r->status = migdi_fail_at(r->error, MIGD_ERR_PARSE,
                              migdi_source_place(r->source, (size_t)(at - r->begin)),
                              "not JSON: expected %s, %s", expected, migdi_text_string(&found));
    migdi_text_free(&found);
    return NULL;
}

/* --- characters ------------------------------------------------------------------------------- */

static inline uint64_t load_word(const char *at)
{
    uint64_t word = 0;
    memcpy(&word, at, sizeof word);
    return word;
}

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))
#define HIGH_BITS       EACH_BYTE(0x80)

/* High bits where a byte ends a run of plain string characters: a quote, a backslash, a control
 * character or no ASCII. Bytes behind the first one may be marked wrongly (the subtractions
 * borrow). */
static inline uint64_t string_stops(uint64_t word)
{
    const uint64_t quote = word ^ EACH_BYTE('"');
    const uint64_t backslash = word ^ EACH_BYTE('\\');
    return (((word - EACH_BYTE(0x20)) | (quote - EACH_BYTE(1)) | (backslash - EACH_BYTE(1))) &
            ~word & HIGH_BITS) |
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
            while ((string_stops((unsigned char)*at) & 0x80) == 0) {
                at++;
            }
            return at;
#endif
        }
    }
}

static inline bool is_blank(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

static inline char *skip_blanks(char *at)
{
    while ((unsigned char)*at <= ' ' && is_blank(*at)) {
        at++;
        while (load_word(at) == EACH_BYTE(' ')) { /* indentation */
            at += sizeof(uint64_t);
        }
    }
    return at;
}

/* --- strings ---------------------------------------------------------------------------------- */

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

/* "\uXXXX", with its second half when it is a pair; `at` stands on "u". The character goes to
 * *out. */
static char *read_unicode_escape(reader *r, char *at, char **out)
{
    const int32_t first = read_hex4(at + 1);
    if (first < 0) {
        return fail_at(r, MIGD_ERR_PARSE, at - 1, "not JSON: \\u needs four hexadecimal digits");
    }
    at += 5;
    uint32_t codepoint = (uint32_t)first;
    if (first >= 0xD800 && first <= 0xDBFF && at[0] == '\\' && at[1] == 'u') {
        const int32_t second = read_hex4(at + 2);
        if (second >= 0xDC00 && second <= 0xDFFF) {
            codepoint = 0x10000 + (((uint32_t)first - 0xD800) << 10) + ((uint32_t)second - 0xDC00);
            at += 6;
        }
    }
    const bool half = codepoint >= 0xD800 && codepoint <= 0xDFFF;
    *out += migdi_utf8_put(half ? 0xFFFD : codepoint, *out);
    return at;
}

/* Behind a backslash. */
static inline char *read_escape(reader *r, char *at, char **out)
{
    static const char meanings[256] = {
        ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
        ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
    };
    if (*at == 'u') {
        return read_unicode_escape(r, at, out);
    }
    const char meaning = meanings[(unsigned char)*at];
    if (meaning == '\0') {
        return fail_at(r, MIGD_ERR_PARSE, at - 1, "not JSON: unknown escape in a string");
    }
    *(*out)++ = meaning;
    return at + 1;
}

/* The quote that ends the string, escapes skipped; NULL: something stands before it that may
 * not. */
static char *find_quote(reader *r, char *at)
{
    for (;;) {
        at = skip_plain(at);
        if (*at == '"') {
            return at;
        }
        if (*at == '\\') {
            at += at[1] == '\0' ? 1 : 2;
            continue;
        }
        const size_t length = migdi_utf8_next(at, (size_t)(r->end - at), NULL);
        if (length < 2) {
            return fail_at(r, MIGD_ERR_PARSE, at,
                           at >= r->end  ? "not JSON: a string is never closed"
                           : length == 1 ? "not JSON: a control character in a string"
                                         : "not UTF-8");
        }
        at += length;
    }
}

/* Text with escapes, from `start` on, into the arena: the source keeps what stood there. It gets no
 * longer by that, so a copy has room for it. */
static char *read_escaped(reader *r, char *start, const char **text, uint32_t *size)
{
    char *quote = find_quote(r, start);
    if (quote == NULL) {
        return NULL;
    }
    char *copy = migdi_arena_text(&r->document->arena, start, (size_t)(quote - start));
    if (copy == NULL) {
        return fail_nomem(r);
    }
    char *out = copy;
    for (char *at = start; at < quote;) {
        char *backslash = memchr(at, '\\', (size_t)(quote - at));
        const size_t plain = (size_t)((backslash == NULL ? quote : backslash) - at);
        memcpy(out, at, plain);
        out += plain;
        at = backslash == NULL ? quote : read_escape(r, backslash + 1, &out);
        if (at == NULL) {
            return NULL;
        }
    }
    *out = '\0';
    *text = copy;
    *size = (uint32_t)(out - copy);
    return quote + 1;
}

/* A string whose opening quote is before `at`. *flags becomes `shared` when it lies in the
 * source. */
static inline char *read_string(reader *r, char *start, const char **text, uint32_t *size,
                                uint8_t *flags, uint8_t shared)
{
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
    return at + 1;
}

/* --- nodes ------------------------------------------------------------------------------------ */

static char *fail_too_many(reader *r, const char *at)
{
    return fail_at(r, MIGD_ERR_LIMIT, at, "the document holds more values than the limit");
}

static bool grow_stack(reader *r, const char *at)
{
    if (r->top + r->moved > r->most) {
        fail_too_many(r, at);
        return false;
    }
    if (!migdi_stack_grow(&r->stack, &r->capacity)) {
        fail_nomem(r);
        return false;
    }
    return true;
}

/* A node for the value that starts at `at`; NULL: no memory or too many. */
static inline migd_object *push(reader *r, const char *at, uint8_t kind)
{
    if (r->top == r->capacity && !grow_stack(r, at)) {
        return NULL;
    }
    migd_object *node = &r->stack[r->top++];
    *node = (migd_object){
        .kind = kind,
        .flags = r->key_flags,
        .key = r->key,
        .key_size = r->key_size,
        .key_offset = r->key_offset,
        .offset = (uint32_t)(at - r->begin),
        .source = r->source,
    };
    return node;
}

static inline char *open_container(reader *r, char *at, uint8_t kind)
{
    if (r->depth == r->deepest) {
        return fail_at(r, MIGD_ERR_LIMIT, at, "the document nests deeper than the limit");
    }
    migd_object *node = push(r, at, kind);
    if (node == NULL) {
        return NULL;
    }
    node->as.parent = r->parent;
    r->parent = r->top - 1;
    r->in_map = kind == MIGD_KIND_MAP;
    r->depth++;
    r->key = NULL;
    r->key_size = 0;
    r->key_flags = 0;
    return at + 1;
}

static bool check_keys(reader *r, const migd_object *items, size_t count)
{
    size_t first = 0;
    size_t second = SIZE_MAX;
    if (!migdi_items_duplicate(items, count, &r->scratch, &first, &second)) {
        return fail_nomem(r) != NULL;
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

/* The items of the innermost container move to the arena; `at` stands on its bracket. */
static inline char *close_container(reader *r, char *at)
{
    migd_object *node = &r->stack[r->parent];
    const size_t count = r->top - r->parent - 1;
    if (r->moved + r->top > r->most) {
        return fail_too_many(r, at);
    }
    r->top = r->parent + 1;
    r->parent = node->as.parent;
    r->in_map = r->parent != NO_PARENT && r->stack[r->parent].kind == MIGD_KIND_MAP;
    r->depth--;
    node->as.items = NULL;
    if (count == 0) {
        return at + 1;
    }
    if (r->unique_keys && node->kind == MIGD_KIND_MAP && !check_keys(r, node + 1, count)) {
        return NULL;
    }
    migd_object *items = migdi_arena_alloc(&r->document->arena, count * sizeof *items);
    if (items == NULL) {
        return fail_nomem(r);
    }
    memcpy(items, node + 1, count * sizeof *items);
    node->as.items = items;
    node->count = (uint32_t)count;
    node->capacity = (uint32_t)count;
    r->moved += count;
    return at + 1;
}

/* --- scalars ---------------------------------------------------------------------------------- */

static inline bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* `at` stands behind the whole digits of the number. */
static char *read_fraction(reader *r, migd_object *node, char *start, char *at)
{
    if (*at == '.') {
        at++;
        if (!is_digit(*at)) {
            return fail_expected(r, at, "a digit behind the point");
        }
        while (is_digit(*at)) {
            at++;
        }
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        at += *at == '+' || *at == '-';
        if (!is_digit(*at)) {
            return fail_expected(r, at, "a digit of the exponent");
        }
        while (is_digit(*at)) {
            at++;
        }
    }
    node->kind = MIGD_KIND_NUMBER;
    if (!migdi_json_read_double(start, (size_t)(at - start), &node->as.number)) {
        return fail_nomem(r);
    }
    /* Go refuses it too; infinity could not be written back. */
    return isfinite(node->as.number)
               ? at
               : fail_at(r, MIGD_ERR_PARSE, start, "the number is too large for a double");
}

static char *read_number(reader *r, char *start)
{
    migd_object *node = push(r, start, MIGD_KIND_INTEGER);
    if (node == NULL) {
        return NULL;
    }
    const bool negative = *start == '-';
    char *digits = start + negative;
    char *at = digits;
    if (!is_digit(*at)) {
        return fail_expected(r, at, "a digit");
    }
    uint64_t value = 0;
    bool exact = true;
    while (is_digit(*at)) {
        const uint64_t digit = (uint64_t)(*at++ - '0');
        exact = exact && value <= (UINT64_MAX - digit) / 10;
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
    node->as.natural = negative ? 0 - value : value;
    node->flags |= !negative && value > INT64_MAX ? MIGDI_NODE_UNSIGNED : 0;
    return at;
}

static inline char *read_word(reader *r, char *at, const char *word, size_t size, uint8_t kind)
{
    if (memcmp(at, word, size) != 0) {
        return fail_expected(r, at, "a value");
    }
    migd_object *node = push(r, at, kind);
    if (node == NULL) {
        return NULL;
    }
    node->as.boolean = *word == 't';
    return at + size;
}

static inline char *read_text(reader *r, char *at)
{
    migd_object *node = push(r, at, MIGD_KIND_STRING);
    uint8_t flags = 0;
    if (node == NULL) {
        return NULL;
    }
    at = read_string(r, at + 1, &node->as.text, &node->count, &flags, MIGDI_NODE_TEXT_SHARED);
    node->flags |= flags;
    return at;
}

/* --- the grammar ------------------------------------------------------------------------------ */

static inline char *read_key(reader *r, char *at)
{
    at = skip_blanks(at);
    if (*at != '"') {
        return fail_expected(r, at, "a key in double quotes");
    }
    r->key_offset = (uint32_t)(at - r->begin);
    at = read_string(r, at + 1, &r->key, &r->key_size, &r->key_flags, MIGDI_NODE_KEY_SHARED);
    if (at == NULL) {
        return NULL;
    }
    r->key_flags |= MIGDI_NODE_KEY_PLACED;
    at = skip_blanks(at);
    return *at == ':' ? at + 1 : fail_expected(r, at, "\":\" behind the key");
}

/* Opens a container, and closes it when it is empty. *more: it is not. */
static inline char *enter(reader *r, char *at, uint8_t kind, char bracket, bool *more)
{
    at = open_container(r, at, kind);
    if (at == NULL) {
        return NULL;
    }
    at = skip_blanks(at);
    *more = *at != bracket;
    return *more ? at : close_container(r, at);
}

/* Reads a value, or opens a container. *more: a value must follow. */
static inline char *read_value(reader *r, char *at, bool *more)
{
    at = skip_blanks(at);
    *more = false;
    switch (*at) {
    case '"':
        return read_text(r, at);
    case '{':
        return enter(r, at, MIGD_KIND_MAP, '}', more);
    case '[':
        return enter(r, at, MIGD_KIND_ARRAY, ']', more);
    case 't':
        return read_word(r, at, "true", 4, MIGD_KIND_BOOLEAN);
    case 'f':
        return read_word(r, at, "false", 5, MIGD_KIND_BOOLEAN);
    case 'n':
        return read_word(r, at, "null", 4, MIGD_KIND_NULL);
    default:
        return is_digit(*at) || *at == '-' ? read_number(r, at) : fail_expected(r, at, "a value");
    }
}

/* Behind a value: a comma, or the end of the container. *more: a value must follow. */
static inline char *read_between(reader *r, char *at, bool *more)
{
    at = skip_blanks(at);
    if (*at == ',') {
        *more = true;
        return at + 1;
    }
    if (*at == (r->in_map ? '}' : ']')) {
        return close_container(r, at);
    }
    return fail_expected(r, at, r->in_map ? "\",\" or \"}\"" : "\",\" or \"]\"");
}

static char *read_all(reader *r, char *at)
{
    bool more = true;
    while (at != NULL && more) {
        if (r->in_map) {
            at = read_key(r, at);
        }
        if (at != NULL) {
            at = read_value(r, at, &more);
        }
        while (at != NULL && !more && r->parent != NO_PARENT) {
            at = read_between(r, at, &more);
        }
    }
    return at;
}

/* What servers send needs two to three times its size. A reservation that is not touched costs
 * nothing, but a limit on memory may count it: so at most as much as many small blocks would be. */
static size_t reserve_for(size_t size)
{
    return size > MOST_RESERVED / 3 ? MOST_RESERVED : size * 3 + 256;
}

/* reserve: memory to ask for at once. */
static migd_status read_value_at(migdi_source *source, size_t *at, const migdi_json_rules *rules,
                                 size_t reserve, migd_object **out, migd_error **error)
{
    reader r = {
        .document = migdi_document_new(),
        .source = source,
        .begin = source->text,
        .end = source->text + source->size,
        .parent = NO_PARENT,
        .deepest = rules->depth == 0 ? SERVER_DEPTH : rules->depth,
        .most = rules->nodes == 0 ? SIZE_MAX / 2 : rules->nodes,
        .unique_keys = rules->unique_keys,
        .error = error,
    };
    *out = NULL;
    char *stopped = NULL;
    if (r.document == NULL || !migdi_document_hold(r.document, source)) {
        fail_nomem(&r);
    } else {
        r.document->arena.secret = rules->secret;
        migdi_arena_reserve(&r.document->arena, reserve);
        stopped = read_all(&r, r.begin + *at);
    }
    if (stopped != NULL) {
        r.document->root = r.stack[0];
        *out = &r.document->root;
        r.document = NULL;
        *at = (size_t)(stopped - r.begin);
    }
    migdi_document_free(r.document);
    migdi_free(r.stack);
    migdi_free(r.scratch.order);
    return r.status;
}

migd_status migdi_json_read_at(migdi_source *source, size_t *at, const migdi_json_rules *rules,
                               migd_object **out, migd_error **error)
{
    return read_value_at(source, at, rules, 0, out, error);
}

migd_status migdi_json_read_whole(migdi_source *source, const migdi_json_rules *rules,
                                  migd_object **out, migd_error **error)
{
    size_t at = 0;
    const migd_status status =
        read_value_at(source, &at, rules, reserve_for(source->size), out, error);
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
    const size_t wanted = rules->bytes == 0 ? SERVER_BYTES : rules->bytes;
    const size_t limit = wanted < MIGDI_SOURCE_MOST ? wanted : MIGDI_SOURCE_MOST;
    if (size > limit) {
        return migdi_fail_at(error, MIGD_ERR_LIMIT, (migdi_place){rules->name, 1, 1},
                             "the text has %zu bytes, the limit is %zu", size, limit);
    }
    migdi_source *source = migdi_source_new(rules->name, bytes, size);
    if (source == NULL) {
        return migdi_fail_nomem(error);
    }
    atomic_store(&source->secret, rules->secret);
    const migd_status status = migdi_json_read_whole(source, rules, out, error);
    source->nowhere = rules->nowhere;
    migdi_source_release(source);
    return status;
}

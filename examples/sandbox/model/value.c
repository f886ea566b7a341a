/* JSON values that never change, and the memory they live in. */
#include "value.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POOL_BLOCK = 256 * 1024, POOL_MOST = 1 << 30, DEPTH = 64 };

struct pool_block {
    struct pool_block *next;
};

const value value_empty_map = {.kind = VALUE_MAP};

static const value value_null = {.kind = VALUE_NULL};
static const value value_booleans[] = {{.kind = VALUE_BOOLEAN, .integer = 0},
                                       {.kind = VALUE_BOOLEAN, .integer = 1}};

/* --- memory ----------------------------------------------------------------------------------- */

void *pool_alloc(pool *memory, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    if (size > memory->left) {
        const size_t wanted = size > POOL_BLOCK ? size : POOL_BLOCK;
        struct pool_block *block =
            memory->used + wanted > POOL_MOST ? NULL : malloc(sizeof *block + wanted);
        if (block == NULL) {
            longjmp(*memory->exhausted, 1);
        }
        block->next = memory->blocks;
        memory->blocks = block;
        memory->next = (char *)(block + 1);
        memory->left = wanted;
        memory->used += wanted;
    }
    void *piece = memory->next;
    memory->next += size;
    memory->left -= size;
    return piece;
}

char *pool_text(pool *memory, const char *string, size_t size)
{
    char *copy = pool_alloc(memory, size + 1);
    memcpy(copy, string, size);
    copy[size] = '\0';
    return copy;
}

char *pool_format(pool *memory, const char *format, ...)
{
    char start[256];
    va_list arguments;
    va_list again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = vsnprintf(start, sizeof start, format, arguments);
    va_end(arguments);
    char *out = pool_alloc(memory, (size_t)length + 1);
    if ((size_t)length < sizeof start) {
        memcpy(out, start, (size_t)length + 1);
    } else {
        vsnprintf(out, (size_t)length + 1, format, again);
    }
    va_end(again);
    return out;
}

void pool_free(pool *memory)
{
    while (memory->blocks != NULL) {
        struct pool_block *block = memory->blocks;
        memory->blocks = block->next;
        free(block);
    }
    free(memory->spare);
    *memory = (pool){.exhausted = memory->exhausted};
}

static void text_room(text *out, size_t more)
{
    const size_t wanted = out->size + more + 1;
    if (out->bytes == NULL && out->memory->spare != NULL) {
        out->bytes = out->memory->spare;
        out->capacity = out->memory->spare_capacity;
        out->memory->spare = NULL;
    }
    if (wanted <= out->capacity) {
        return;
    }
    size_t capacity = out->capacity == 0 ? 4096 : out->capacity;
    while (capacity < wanted) {
        capacity *= 2;
    }
    char *bytes = realloc(out->bytes, capacity);
    if (bytes == NULL) {
        longjmp(*out->memory->exhausted, 1);
    }
    out->bytes = bytes;
    out->capacity = capacity;
}

void text_add(text *out, const char *bytes, size_t size)
{
    if (out->size + size + 1 > out->capacity) {
        text_room(out, size);
    }
    memcpy(out->bytes + out->size, bytes, size);
    out->size += size;
    out->bytes[out->size] = '\0';
}

static void add_byte(text *out, char byte)
{
    if (out->size + 2 > out->capacity) {
        text_room(out, 1);
    }
    out->bytes[out->size++] = byte;
    out->bytes[out->size] = '\0';
}

void text_add_string(text *out, const char *string)
{
    text_add(out, string, strlen(string));
}

void text_format(text *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char line[1024];
    const int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    assert(length >= 0 && (size_t)length < sizeof line);
    text_add(out, line, (size_t)length);
}

void text_free(text *out)
{
    if (out->bytes == NULL) {
        return;
    }
    if (out->memory->spare == NULL) {
        out->memory->spare = out->bytes;
        out->memory->spare_capacity = out->capacity;
    } else {
        free(out->bytes);
    }
    *out = (text){.memory = out->memory};
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool is_key(const char *name, const char *key, size_t size)
{
    return name[0] == key[0] && strncmp(name, key, size) == 0 && name[size] == '\0';
}

static const value *get(const value *map, const char *key, size_t size)
{
    if (map == NULL || map->kind != VALUE_MAP) {
        return NULL;
    }
    for (uint32_t i = 0; i < map->count; i++) {
        if (is_key(map->members[i].key, key, size)) {
            return map->members[i].value;
        }
    }
    return NULL;
}

const value *value_get(const value *map, const char *key)
{
    return get(map, key, strlen(key));
}

const value *value_at(const value *root, const char *path)
{
    while (root != NULL && *path != '\0') {
        size_t size = 0;
        while (path[size] != '/' && path[size] != '\0') {
            size++;
        }
        root = get(root, path, size);
        path += size + (path[size] == '/');
    }
    return root;
}

const char *value_string(const value *string)
{
    return string != NULL && string->kind == VALUE_STRING ? string->string : NULL;
}

const char *value_text(const value *root, const char *path, const char *fallback)
{
    const char *string = value_string(value_at(root, path));
    return string == NULL ? fallback : string;
}

int64_t value_integer(const value *root, const char *path, int64_t fallback)
{
    const value *found = value_at(root, path);
    return found != NULL && found->kind == VALUE_INTEGER ? found->integer : fallback;
}

bool value_true(const value *root, const char *path)
{
    const value *found = value_at(root, path);
    return found != NULL && found->kind == VALUE_BOOLEAN && found->integer != 0;
}

const value *value_find(const value *array, const char *key, const char *string)
{
    for (uint32_t i = 0; array != NULL && array->kind == VALUE_ARRAY && i < array->count; i++) {
        const char *found = value_text(array->items[i], key, NULL);
        if (found != NULL && strcmp(found, string) == 0) {
            return array->items[i];
        }
    }
    return NULL;
}

static bool members_equal(const value *left, const value *right)
{
    for (uint32_t i = 0; i < left->count; i++) {
        const value_member *member = &left->members[i];
        /* Most maps that are compared are versions of one another: their members stand alike. */
        const value *other = strcmp(right->members[i].key, member->key) == 0
                                 ? right->members[i].value
                                 : value_get(right, member->key);
        if (!value_equal(member->value, other)) {
            return false;
        }
    }
    return true;
}

bool value_equal(const value *left, const value *right)
{
    if (left == right) {
        return true;
    }
    if (left == NULL || right == NULL || left->kind != right->kind || left->count != right->count) {
        return false;
    }
    switch (left->kind) {
    case VALUE_NULL:
        return true;
    case VALUE_BOOLEAN:
    case VALUE_INTEGER:
        return left->integer == right->integer;
    case VALUE_NUMBER:
    case VALUE_STRING:
        return memcmp(left->string, right->string, left->count) == 0;
    case VALUE_ARRAY:
        for (uint32_t i = 0; i < left->count; i++) {
            if (!value_equal(left->items[i], right->items[i])) {
                return false;
            }
        }
        return true;
    default:
        return members_equal(left, right);
    }
}

/* --- making ----------------------------------------------------------------------------------- */

static const value *of_text(pool *memory, value_kind kind, const char *string, size_t size)
{
    value *made = pool_alloc(memory, sizeof *made);
    *made = (value){.kind = kind, .count = (uint32_t)size, .string = string};
    return made;
}

const value *value_of_string(pool *memory, const char *string)
{
    const size_t size = strlen(string);
    return of_text(memory, VALUE_STRING, pool_text(memory, string, size), size);
}

const value *value_of_integer(pool *memory, int64_t integer)
{
    value *made = pool_alloc(memory, sizeof *made);
    *made = (value){.kind = VALUE_INTEGER, .integer = integer};
    return made;
}

static const value *of_items(pool *memory, const value *const *items, size_t count)
{
    value *made = pool_alloc(memory, sizeof *made);
    *made = (value){.kind = VALUE_ARRAY, .count = (uint32_t)count, .items = items};
    return made;
}

static const value *of_members(pool *memory, const value_member *members, size_t count)
{
    value *made = pool_alloc(memory, sizeof *made);
    *made = (value){.kind = VALUE_MAP, .count = (uint32_t)count, .members = members};
    return made;
}

void value_list_add(value_list *list, const char *key, const value *item)
{
    if (list->count == list->capacity) {
        const uint32_t capacity = list->capacity == 0 ? 8 : list->capacity * 2;
        value_member *members = pool_alloc(list->memory, capacity * sizeof *members);
        if (list->count > 0) {
            memcpy(members, list->members, list->count * sizeof *members);
        }
        list->members = members;
        list->capacity = capacity;
    }
    list->members[list->count++] = (value_member){key, item};
}

const value *value_list_map(value_list *list)
{
    return of_members(list->memory, list->members, list->count);
}

const value *value_list_array(value_list *list)
{
    const value **items = pool_alloc(list->memory, list->count * sizeof *items);
    for (uint32_t i = 0; i < list->count; i++) {
        items[i] = list->members[i].value;
    }
    return of_items(list->memory, items, list->count);
}

/* One reader for JSON from outside and for our templates, which differ in their quote and in
 * `arguments`. */
typedef struct reader {
    pool *memory;
    const char *at;
    const char *end;
    va_list *arguments; /* NULL: JSON from outside */
    char quote;
    int depth;
    bool failed;
    bool left_out; /* the value read last was a NULL argument */
} reader;

static const value *read_value(reader *in);

static void skip_blanks(reader *in)
{
    while (in->at < in->end &&
           (*in->at == ' ' || *in->at == '\n' || *in->at == '\t' || *in->at == '\r')) {
        in->at++;
    }
}

static bool accept(reader *in, char byte)
{
    skip_blanks(in);
    if (in->at < in->end && *in->at == byte) {
        in->at++;
        return true;
    }
    return false;
}

static void expect(reader *in, char byte)
{
    if (!accept(in, byte)) {
        in->failed = true;
    }
}

static size_t utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

static uint32_t read_hex(reader *in)
{
    uint32_t code = 0;
    for (int i = 0; i < 4; i++) {
        const char byte = in->at < in->end ? *in->at++ : '\0';
        const char *digits = "0123456789abcdefABCDEF";
        const char *digit = byte == '\0' ? NULL : strchr(digits, byte);
        in->failed = in->failed || digit == NULL;
        const uint32_t number = digit == NULL ? 0 : (uint32_t)(digit - digits);
        code = code * 16 + (number > 15 ? number - 6 : number);
    }
    return code;
}

static size_t read_escape(reader *in, char *out)
{
    const char byte = in->at < in->end ? *in->at++ : '\0';
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    const char *found = byte == '\0' ? NULL : strchr(from, byte);
    if (found != NULL) {
        *out = to[found - from];
        return 1;
    }
    in->failed = in->failed || byte != 'u';
    uint32_t code = read_hex(in);
    if (code >= 0xD800 && code < 0xDC00 && in->end - in->at >= 6 && in->at[0] == '\\' &&
        in->at[1] == 'u') {
        in->at += 2;
        code = 0x10000 + ((code - 0xD800) << 10) + (read_hex(in) - 0xDC00);
    }
    return utf8(out, code & 0x1FFFFF);
}

/* Behind the opening quote. */
static char *read_string(reader *in, size_t *size)
{
    const char *start = in->at;
    while (in->at < in->end && *in->at != in->quote && *in->at != '\\') {
        in->at++;
    }
    size_t count = (size_t)(in->at - start);
    const char *closing = in->at;
    while (closing < in->end && *closing != in->quote) {
        closing += *closing == '\\' ? 2 : 1;
    }
    if (closing >= in->end) {
        in->failed = true;
        return NULL;
    }
    char *out = pool_alloc(in->memory, (size_t)(closing - start) + 1);
    memcpy(out, start, count);
    while (!in->failed && in->at < closing) {
        if (*in->at == '\\') {
            in->at++;
            count += read_escape(in, out + count);
        } else {
            out[count++] = *in->at++;
        }
    }
    in->at = closing + 1;
    out[count] = '\0';
    *size = count;
    return out;
}

static const value *read_number(reader *in)
{
    const char *start = in->at;
    bool whole = true;
    while (in->at < in->end && *in->at != '\0' && strchr("+-0123456789.eE", *in->at) != NULL) {
        whole = whole && strchr(".eE", *in->at) == NULL;
        in->at++;
    }
    const size_t size = (size_t)(in->at - start);
    char *copy = pool_text(in->memory, start, size);
    char *rest = copy;
    if (whole && size < 19) {
        const long long integer = strtoll(copy, &rest, 10);
        in->failed = in->failed || size == 0 || *rest != '\0';
        return value_of_integer(in->memory, integer);
    }
    strtod(copy, &rest);
    in->failed = in->failed || size == 0 || *rest != '\0';
    return of_text(in->memory, VALUE_NUMBER, copy, size);
}

static const value *read_argument(reader *in)
{
    const value *made = NULL;
    const char *string = NULL;
    switch (*in->at++) {
    case 's':
        string = va_arg(*in->arguments, const char *);
        made = string == NULL ? NULL : value_of_string(in->memory, string);
        break;
    case 'i':
        made = value_of_integer(in->memory, va_arg(*in->arguments, int64_t));
        break;
    case 'b':
        made = &value_booleans[va_arg(*in->arguments, int) != 0];
        break;
    case 'v':
        made = va_arg(*in->arguments, const value *);
        break;
    default:
        in->failed = true;
    }
    in->left_out = made == NULL;
    return made;
}

static const value *read_array(reader *in)
{
    value_list list = {.memory = in->memory};
    for (bool more = !accept(in, ']'); more && !in->failed; more = accept(in, ',')) {
        const value *item = read_value(in);
        if (!in->left_out) {
            value_list_add(&list, NULL, item);
        }
    }
    if (list.count > 0 || in->at[-1] != ']') {
        expect(in, ']');
    }
    in->left_out = false;
    return value_list_array(&list);
}

static const value *read_map(reader *in)
{
    value_list list = {.memory = in->memory};
    bool any = false;
    for (bool more = !accept(in, '}'); more && !in->failed; more = accept(in, ',')) {
        any = true;
        expect(in, in->quote);
        size_t size = 0;
        const char *key = in->failed ? NULL : read_string(in, &size);
        expect(in, ':');
        const value *item = in->failed ? NULL : read_value(in);
        if (!in->left_out && !in->failed) {
            value_list_add(&list, key, item);
        }
    }
    if (any) {
        expect(in, '}');
    }
    in->left_out = false;
    return value_list_map(&list);
}

static const value *read_word(reader *in)
{
    static const struct {
        const char *word;
        const value *meaning;
    } words[] = {
        {"null", &value_null}, {"true", &value_booleans[1]}, {"false", &value_booleans[0]}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const size_t size = strlen(words[i].word);
        if ((size_t)(in->end - in->at) >= size && memcmp(in->at, words[i].word, size) == 0) {
            in->at += size;
            return words[i].meaning;
        }
    }
    in->failed = true;
    return &value_null;
}

static const value *read_value(reader *in)
{
    in->left_out = false;
    skip_blanks(in);
    if (in->failed || in->at >= in->end || in->depth == DEPTH) {
        in->failed = true;
        return &value_null;
    }
    const value *made = NULL;
    const char byte = *in->at;
    in->depth++;
    if (byte == '{' || byte == '[') {
        in->at++;
        made = byte == '{' ? read_map(in) : read_array(in);
    } else if (byte == in->quote) {
        in->at++;
        size_t size = 0;
        const char *string = read_string(in, &size);
        made = of_text(in->memory, VALUE_STRING, string, size);
    } else if (byte == '%' && in->arguments != NULL) {
        in->at++;
        made = read_argument(in);
    } else if (byte == '-' || (byte >= '0' && byte <= '9')) {
        made = read_number(in);
    } else {
        made = read_word(in);
    }
    in->depth--;
    return made;
}

const value *value_read(pool *memory, const char *json, size_t size)
{
    reader in = {.memory = memory, .at = json, .end = json + size, .quote = '"'};
    const value *made = read_value(&in);
    skip_blanks(&in);
    return in.failed || in.at != in.end ? NULL : made;
}

const value *value_make(pool *memory, const char *template, ...)
{
    va_list arguments;
    va_start(arguments, template);
    reader in = {.memory = memory,
                 .at = template,
                 .end = template + strlen(template),
                 .arguments = &arguments,
                 .quote = '\''};
    const value *made = read_value(&in);
    va_end(arguments);
    assert(!in.failed && in.at == in.end);
    return made;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* Whether none of eight bytes is a quote, a backslash or a control character. */
static bool is_plain(const char *bytes)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t word = 0;
    memcpy(&word, bytes, sizeof word);
    const uint64_t quote = word ^ (ones * '"');
    const uint64_t slash = word ^ (ones * '\\');
    const uint64_t found =
        ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash);
    return (found & (ones * 0x80)) == 0;
}

static void write_string(text *out, const char *string, size_t size)
{
    add_byte(out, '"');
    size_t start = 0;
    for (size_t i = 0; i < size;) {
        if (i + 8 <= size && is_plain(string + i)) {
            i += 8;
            continue;
        }
        const unsigned char byte = (unsigned char)string[i++];
        if (byte >= 0x20 && byte != '"' && byte != '\\') {
            continue;
        }
        text_add(out, string + start, i - 1 - start);
        if (byte == '"' || byte == '\\') {
            text_add(out, (const char[]){'\\', (char)byte}, 2);
        } else if (byte == '\n') {
            text_add(out, "\\n", 2);
        } else {
            text_format(out, "\\u%04x", byte);
        }
        start = i;
    }
    text_add(out, string + start, size - start);
    add_byte(out, '"');
}

void value_write_members(text *out, const value *map)
{
    for (uint32_t i = 0; i < map->count; i++) {
        if (i > 0) {
            add_byte(out, ',');
        }
        write_string(out, map->members[i].key, strlen(map->members[i].key));
        add_byte(out, ':');
        value_write(out, map->members[i].value);
    }
}

void value_keep_json(pool *memory, const value *written)
{
    if (written->json != NULL || written->kind < VALUE_ARRAY || written->count == 0) {
        return;
    }
    text out = {.memory = memory};
    value_write(&out, written);
    value *kept = (value *)(uintptr_t)written;
    kept->json_size = out.size;
    kept->json = pool_text(memory, out.bytes, out.size);
    text_free(&out);
}

void value_write(text *out, const value *written)
{
    if (written->json != NULL) {
        text_add(out, written->json, written->json_size);
        return;
    }
    switch (written->kind) {
    case VALUE_NULL:
        text_add(out, "null", 4);
        break;
    case VALUE_BOOLEAN:
        text_add_string(out, written->integer != 0 ? "true" : "false");
        break;
    case VALUE_INTEGER:
        text_format(out, "%lld", (long long)written->integer);
        break;
    case VALUE_NUMBER:
        text_add(out, written->string, written->count);
        break;
    case VALUE_STRING:
        write_string(out, written->string, written->count);
        break;
    case VALUE_ARRAY:
        add_byte(out, '[');
        for (uint32_t i = 0; i < written->count; i++) {
            if (i > 0) {
                add_byte(out, ',');
            }
            value_write(out, written->items[i]);
        }
        add_byte(out, ']');
        break;
    case VALUE_MAP:
        add_byte(out, '{');
        value_write_members(out, written);
        add_byte(out, '}');
        break;
    }
}

/* --- changing --------------------------------------------------------------------------------- */

static const value *with(pool *memory, const value *map, const char *key, size_t size,
                         const value *item)
{
    const uint32_t count = map == NULL || map->kind != VALUE_MAP ? 0 : map->count;
    uint32_t index = 0;
    while (index < count && !is_key(map->members[index].key, key, size)) {
        index++;
    }
    if (index < count ? map->members[index].value == item : item == NULL) {
        return map == NULL ? &value_empty_map : map;
    }
    value_member *members = pool_alloc(memory, (count + 1) * sizeof *members);
    if (count > 0) {
        memcpy(members, map->members, count * sizeof *members);
    }
    if (item == NULL) {
        memmove(members + index, members + index + 1, (count - index - 1) * sizeof *members);
        return of_members(memory, members, count - 1);
    }
    if (index == count) {
        members[index].key = pool_text(memory, key, size);
    }
    members[index].value = item;
    return of_members(memory, members, count + (index == count));
}

const value *value_with(pool *memory, const value *map, const char *key, const value *item)
{
    return with(memory, map, key, strlen(key), item);
}

const value *value_put(pool *memory, const value *root, const char *path, const value *item)
{
    const size_t size = strcspn(path, "/");
    if (path[size] == '\0') {
        return with(memory, root, path, size, item);
    }
    const value *below = get(root, path, size);
    if (below == NULL && item == NULL) {
        return root;
    }
    return with(memory, root, path, size, value_put(memory, below, path + size + 1, item));
}

const value *value_default(pool *memory, const value *root, const char *path, const value *item)
{
    return value_at(root, path) == NULL ? value_put(memory, root, path, item) : root;
}

const value *value_replace(pool *memory, const value *array, size_t index, const value *item)
{
    const size_t count = array == NULL ? 0 : array->count;
    if (index < count && array->items[index] == item) {
        return array;
    }
    const value **items = pool_alloc(memory, (count + 1) * sizeof *items);
    if (count > 0) {
        memcpy(items, array->items, count * sizeof *items);
    }
    items[index] = item;
    return of_items(memory, items, index < count ? count : count + 1);
}

const value *value_append(pool *memory, const value *array, const value *item)
{
    return value_replace(memory, array, array == NULL ? 0 : array->count, item);
}

const value *value_without(pool *memory, const value *array, size_t index)
{
    const value **items = pool_alloc(memory, array->count * sizeof *items);
    memcpy(items, array->items, index * sizeof *items);
    memcpy(items + index, array->items + index + 1, (array->count - index - 1) * sizeof *items);
    return of_items(memory, items, array->count - 1);
}

const value *value_merge(pool *memory, const value *target, const value *patch)
{
    if (patch->kind != VALUE_MAP) {
        return patch;
    }
    const value *merged = target != NULL && target->kind == VALUE_MAP ? target : &value_empty_map;
    for (uint32_t i = 0; i < patch->count; i++) {
        const value_member *member = &patch->members[i];
        const value *item =
            member->value->kind == VALUE_NULL
                ? NULL
                : value_merge(memory, value_get(merged, member->key), member->value);
        merged = value_with(memory, merged, member->key, item);
    }
    return merged;
}

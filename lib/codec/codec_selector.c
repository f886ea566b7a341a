/* Label selectors: the text of `kubectl -l`, and the LabelSelector of an object. */
#include "codec_selector.h"

#include "codec_name.h"
#include "codec_object.h"

#include <stdlib.h>
#include <string.h>

/* --- requirements
 * ------------------------------------------------------------------------------------------- */

/* Where requirements are built: what they live in, and what is said when one is wrong. */
typedef struct {
    migdi_arena *arena;
    migd_error **error;
    migdi_place place;
    migdi_requirement *requirements;
    size_t count;
} builder;

static migd_status begin(builder *building, size_t most)
{
    building->requirements =
        migdi_arena_alloc_zeroed(building->arena, most, sizeof *building->requirements);
    return building->requirements == NULL ? migdi_fail_nomem(building->error) : MIGD_OK;
}

/* A whole number of 64 bits as Go's ParseInt reads it. */
static bool read_number(const char *text, int64_t *out)
{
    const bool negative = text[0] == '-';
    const char *digit = negative || text[0] == '+' ? text + 1 : text;
    const bool empty = *digit == '\0';
    *out = 0;
    for (; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9' || __builtin_mul_overflow(*out, 10, out) ||
            __builtin_add_overflow(*out, negative ? '0' - *digit : *digit - '0', out)) {
            return false;
        }
    }
    return !empty;
}

static bool is_comparison(migdi_select_operator operator)
{
    return operator == MIGDI_SELECT_GREATER || operator == MIGDI_SELECT_LESS;
}

static int by_bytes(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static migd_status check_key(const builder *building, const char *key, size_t size)
{
    const char *problem = migdi_name_problem(MIGDI_NAME_QUALIFIED, key, size);
    return problem == NULL ? MIGD_OK
                           : migdi_fail_at(building->error, MIGD_ERR_PARSE, building->place,
                                           "the label key \"%.*s\" %s", (int)size, key, problem);
}

/* Adds one requirement; key and values live in the arena, the array of values is sorted in
 * place. */
static migd_status add(builder *building, const char *key, migdi_select_operator operator,
                       const char **values, size_t value_count)
{
    for (size_t i = 0; i < value_count; i++) {
        int64_t number = 0;
        const char *problem =
            migdi_name_problem(MIGDI_NAME_LABEL_VALUE, values[i], strlen(values[i]));
        if (problem == NULL && is_comparison(operator) && !read_number(values[i], &number)) {
            problem = "must be a whole number of 64 bits to be compared";
        }
        if (problem != NULL) {
            return migdi_fail_at(building->error, MIGD_ERR_PARSE, building->place,
                                 "the value \"%s\" of label %s %s", values[i], key, problem);
        }
    }
    if (value_count > 1) {
        qsort(values, value_count, sizeof *values, by_bytes);
    }
    building->requirements[building->count++] =
        (migdi_requirement){key, operator, values, value_count};
    return MIGD_OK;
}

/* Equal keys keep their order: all stand in one array, so their addresses tell it. */
static int by_key(const void *left, const void *right)
{
    const migdi_requirement *first = *(const migdi_requirement *const *)left;
    const migdi_requirement *second = *(const migdi_requirement *const *)right;
    const int keys = strcmp(first->key, second->key);
    return keys != 0 ? keys : (first > second) - (first < second);
}

static migd_status finish(const builder *building, migdi_selector *out)
{
    const migdi_requirement **sorted =
        migdi_arena_alloc_zeroed(building->arena, building->count, sizeof *sorted);
    if (sorted == NULL) {
        return migdi_fail_nomem(building->error);
    }
    for (size_t i = 0; i < building->count; i++) {
        sorted[i] = &building->requirements[i];
    }
    if (building->count > 1) {
        qsort(sorted, building->count, sizeof *sorted, by_key);
    }
    *out = (migdi_selector){.requirements = sorted, .count = building->count};
    return MIGD_OK;
}

/* --- the text of kubectl -l
 * ----------------------------------------------------------------------------------- */

typedef enum {
    END,
    WORD,
    WORD_IN, /* a word too, but where an operator stands */
    WORD_NOT_IN,
    NOT,
    EQUAL,
    DOUBLE_EQUAL,
    NOT_EQUAL,
    GREATER,
    LESS,
    OPEN,
    CLOSE,
    COMMA
} token;

typedef struct {
    const char *text;
    size_t size;
    token token; /* the one at hand, from `at` on */
    size_t at;
    size_t token_size;
    builder building;
} parser;

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static token read_word(const char *word, size_t size)
{
    if (size == 2 && memcmp(word, "in", size) == 0) {
        return WORD_IN;
    }
    return size == 5 && memcmp(word, "notin", size) == 0 ? WORD_NOT_IN : WORD;
}

static void next(parser *reading)
{
    static const struct {
        const char *text;
        token token;
    } marks[] = {{"==", DOUBLE_EQUAL}, {"!=", NOT_EQUAL}, {"=", EQUAL}, {"!", NOT},  {">", GREATER},
                 {"<", LESS},          {"(", OPEN},       {")", CLOSE}, {",", COMMA}};
    size_t at = reading->at + reading->token_size;
    while (at < reading->size && is_blank(reading->text[at])) {
        at++;
    }
    const size_t left = reading->size - at;
    reading->at = at;
    reading->token_size = 0;
    reading->token = END;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        const size_t size = strlen(marks[i].text);
        if (size <= left && memcmp(reading->text + at, marks[i].text, size) == 0) {
            reading->token = marks[i].token;
            reading->token_size = size;
            return;
        }
    }
    while (at < reading->size && !is_blank(reading->text[at]) &&
           strchr("=!()<>,", reading->text[at]) == NULL) {
        at++;
    }
    reading->token_size = at - reading->at;
    if (left > 0) {
        reading->token = read_word(reading->text + reading->at, reading->token_size);
    }
}

static bool at_word(const parser *reading)
{
    return reading->token == WORD || reading->token == WORD_IN || reading->token == WORD_NOT_IN;
}

static migd_status expected(const parser *reading, const char *what)
{
    if (reading->token == END) {
        return migdi_fail(reading->building.error, MIGD_ERR_PARSE,
                          "the selector \"%.*s\" ends where %s was expected", (int)reading->size,
                          reading->text, what);
    }
    return migdi_fail(reading->building.error, MIGD_ERR_PARSE,
                      "the selector \"%.*s\" has \"%.*s\" where %s was expected",
                      (int)reading->size, reading->text, (int)reading->token_size,
                      reading->text + reading->at, what);
}

/* A copy of the word at hand; an empty text when there is none. */
static migd_status take_word(parser *reading, const char **out)
{
    const size_t size = at_word(reading) ? reading->token_size : 0;
    *out = migdi_arena_text(reading->building.arena, reading->text + reading->at, size);
    if (size > 0) {
        next(reading);
    }
    return *out == NULL ? migdi_fail_nomem(reading->building.error) : MIGD_OK;
}

/* "(a, b)"; between commas may be nothing, which is the empty value. Each value comes once. */
static migd_status parse_set(parser *reading, const char ***values, size_t *count)
{
    if (reading->token != OPEN) {
        return expected(reading, "\"(\"");
    }
    size_t most = 1;
    for (size_t i = reading->at; i < reading->size && reading->text[i] != ')'; i++) {
        most += reading->text[i] == ',';
    }
    *values = migdi_arena_alloc_zeroed(reading->building.arena, most, sizeof **values);
    if (*values == NULL) {
        return migdi_fail_nomem(reading->building.error);
    }
    do {
        next(reading);
        const migd_status status = take_word(reading, &(*values)[(*count)++]);
        if (status < 0) {
            return status;
        }
    } while (reading->token == COMMA);
    if (reading->token != CLOSE) {
        return expected(reading, "\",\" or \")\"");
    }
    next(reading);
    qsort(*values, *count, sizeof **values, by_bytes);
    size_t kept = 1;
    for (size_t i = 1; i < *count; i++) {
        if (strcmp((*values)[i], (*values)[kept - 1]) != 0) {
            (*values)[kept++] = (*values)[i];
        }
    }
    *count = kept;
    return MIGD_OK;
}

static bool find_operator(token found, migdi_select_operator *out)
{
    switch (found) {
    case WORD_IN:
        *out = MIGDI_SELECT_IN;
        return true;
    case WORD_NOT_IN:
        *out = MIGDI_SELECT_NOT_IN;
        return true;
    case EQUAL:
        *out = MIGDI_SELECT_EQUAL;
        return true;
    case DOUBLE_EQUAL:
        *out = MIGDI_SELECT_DOUBLE_EQUAL;
        return true;
    case NOT_EQUAL:
        *out = MIGDI_SELECT_NOT_EQUAL;
        return true;
    case GREATER:
        *out = MIGDI_SELECT_GREATER;
        return true;
    case LESS:
        *out = MIGDI_SELECT_LESS;
        return true;
    default:
        return false;
    }
}

static migd_status parse_requirement(parser *reading)
{
    const bool negated = reading->token == NOT;
    if (negated) {
        next(reading);
    }
    if (!at_word(reading)) {
        return expected(reading, "a label key");
    }
    const char *key = NULL;
    migd_status status =
        check_key(&reading->building, reading->text + reading->at, reading->token_size);
    if (status == MIGD_OK) {
        status = take_word(reading, &key);
    }
    if (status < 0) {
        return status;
    }
    if (negated || reading->token == END || reading->token == COMMA) {
        return add(&reading->building, key, negated ? MIGDI_SELECT_ABSENT : MIGDI_SELECT_EXISTS,
                   NULL, 0);
    }
    migdi_select_operator operator = MIGDI_SELECT_EQUAL;
    if (!find_operator(reading->token, &operator)) {
        return expected(reading, "in, notin, =, ==, !=, < or >");
    }
    next(reading);
    const char **values = NULL;
    size_t count = 0;
    if (operator == MIGDI_SELECT_IN || operator == MIGDI_SELECT_NOT_IN) {
        status = parse_set(reading, &values, &count);
    } else if (at_word(reading) || reading->token == END || reading->token == COMMA) {
        values = migdi_arena_alloc_zeroed(reading->building.arena, 1, sizeof *values);
        status = values == NULL ? migdi_fail_nomem(reading->building.error)
                                : take_word(reading, &values[count++]);
    } else {
        status = expected(reading, "a value");
    }
    return status < 0 ? status : add(&reading->building, key, operator, values, count);
}

static migd_status parse_all(parser *reading)
{
    next(reading);
    while (reading->token != END) {
        const migd_status status = parse_requirement(reading);
        if (status < 0) {
            return status;
        }
        if (reading->token == END) {
            break;
        }
        if (reading->token != COMMA) {
            return expected(reading, "\",\" or the end");
        }
        next(reading);
        if (reading->token != NOT && !at_word(reading)) {
            return expected(reading, "a label key");
        }
    }
    return MIGD_OK;
}

migd_status migdi_selector_parse(const char *text, size_t size, migdi_arena *arena,
                                 migdi_selector *out, migd_error **error)
{
    *out = (migdi_selector){.nothing = true};
    if (size > MIGDI_SELECTOR_BYTES) {
        return migdi_fail(error, MIGD_ERR_LIMIT, "a selector of more than %zu bytes",
                          MIGDI_SELECTOR_BYTES);
    }
    if (size > 0 && memchr(text, '\0', size) != NULL) {
        return migdi_fail(error, MIGD_ERR_PARSE, "a selector with a NUL byte");
    }
    parser reading = {.text = text, .size = size, .building = {.arena = arena, .error = error}};
    size_t most = 1;
    for (size_t i = 0; i < size; i++) {
        most += text[i] == ',';
    }
    migd_status status = begin(&reading.building, most);
    if (status == MIGD_OK) {
        status = parse_all(&reading);
    }
    return status < 0 ? status : finish(&reading.building, out);
}

/* --- the LabelSelector of an object
 * --------------------------------------------------------------------------- */

static migd_status wrong(builder *building, const migd_object *value, const char *message)
{
    return migdi_fail_at(building->error, MIGD_ERR_PARSE, migdi_object_place(value), "%s", message);
}

/* A string in the arena; what is no string, or holds a NUL, is refused. */
static migd_status read_text(builder *building, const migd_object *value, const char *message,
                             const char **out)
{
    size_t size = 0;
    const char *text = migdi_object_string(value, &size);
    building->place = migdi_object_place(value);
    if (text == NULL || strlen(text) != size) {
        return wrong(building, value, message);
    }
    *out = migdi_arena_text(building->arena, text, size);
    return *out == NULL ? migdi_fail_nomem(building->error) : MIGD_OK;
}

static migd_status read_values(builder *building, const migd_object *list, const char ***values,
                               size_t *count)
{
    *count = migd_object_count(list);
    *values = migdi_arena_alloc_zeroed(building->arena, *count, sizeof **values);
    if (*values == NULL) {
        return migdi_fail_nomem(building->error);
    }
    for (size_t i = 0; i < *count; i++) {
        const migd_status status =
            read_text(building, migd_object_item(list, i), "a value of a selector must be a string",
                      &(*values)[i]);
        if (status < 0) {
            return status;
        }
    }
    return MIGD_OK;
}

static migd_status read_label(builder *building, const migd_object *labels, size_t index)
{
    const char *name = migd_object_key(labels, index);
    const char *key = migdi_arena_text(building->arena, name, strlen(name));
    if (key == NULL) {
        return migdi_fail_nomem(building->error);
    }
    building->place = migdi_object_key_place(labels, index);
    migd_status status = check_key(building, key, strlen(key));
    const char **values = migdi_arena_alloc_zeroed(building->arena, 1, sizeof *values);
    if (status == MIGD_OK) {
        status = values == NULL ? migdi_fail_nomem(building->error)
                                : read_text(building, migd_object_item(labels, index),
                                            "a label's value must be a string", values);
    }
    return status < 0 ? status : add(building, key, MIGDI_SELECT_EQUAL, values, 1);
}

static migd_status read_expression(builder *building, const migd_object *expression)
{
    static const struct {
        const char *name;
        migdi_select_operator operator;
    } operators[] = {{"In", MIGDI_SELECT_IN},
                     {"NotIn", MIGDI_SELECT_NOT_IN},
                     {"Exists", MIGDI_SELECT_EXISTS},
                     {"DoesNotExist", MIGDI_SELECT_ABSENT}};
    const char *key = NULL;
    const char **values = NULL;
    size_t count = 0;
    const char *name = migd_object_text(expression, "/operator", "");
    const migd_object *list = migdi_object_member(expression, "values");
    size_t at = 0;
    while (at < 4 && strcmp(operators[at].name, name) != 0) {
        at++;
    }
    if (at == 4) {
        return wrong(building, expression, "operator must be In, NotIn, Exists or DoesNotExist");
    }
    const bool wants_values = at < 2;
    if (wants_values != (migd_object_count(list) > 0)) {
        return wrong(building, expression,
                     wants_values ? "In and NotIn need values"
                                  : "Exists and DoesNotExist take no values");
    }
    migd_status status = read_text(building, migdi_object_member(expression, "key"),
                                   "an expression of a selector must have a key", &key);
    if (status == MIGD_OK) {
        status = check_key(building, key, strlen(key));
    }
    if (status == MIGD_OK) {
        status = read_values(building, list, &values, &count);
    }
    return status < 0 ? status : add(building, key, operators[at].operator, values, count);
}

static bool is_kind_or_absent(const migd_object *value, int32_t kind)
{
    const int32_t found = migd_object_kind(value);
    return found == kind || found == MIGD_KIND_NONE || found == MIGD_KIND_NULL;
}

migd_status migdi_selector_read(const migd_object *value, migdi_arena *arena, migdi_selector *out,
                                migd_error **error)
{
    *out = (migdi_selector){.nothing = true};
    builder building = {.arena = arena, .error = error};
    if (!is_kind_or_absent(value, MIGD_KIND_MAP)) {
        return wrong(&building, value, "a selector must be a map");
    }
    if (migd_object_kind(value) != MIGD_KIND_MAP) {
        return MIGD_OK;
    }
    const migd_object *labels = migdi_object_member(value, "matchLabels");
    const migd_object *expressions = migdi_object_member(value, "matchExpressions");
    if (!is_kind_or_absent(labels, MIGD_KIND_MAP)) {
        return wrong(&building, labels, "matchLabels must be a map");
    }
    if (!is_kind_or_absent(expressions, MIGD_KIND_ARRAY)) {
        return wrong(&building, expressions, "matchExpressions must be a list");
    }
    const size_t label_count = migd_object_count(labels);
    const size_t expression_count = migd_object_count(expressions);
    migd_status status = begin(&building, label_count + expression_count);
    for (size_t i = 0; i < label_count && status == MIGD_OK; i++) {
        status = read_label(&building, labels, i);
    }
    for (size_t i = 0; i < expression_count && status == MIGD_OK; i++) {
        status = read_expression(&building, migd_object_item(expressions, i));
    }
    return status < 0 ? status : finish(&building, out);
}

/* --- matching and writing
 * --------------------------------------------------------------------------------------- */

static bool has_value(const migdi_requirement *requirement, const char *value)
{
    for (size_t i = 0; i < requirement->value_count; i++) {
        if (strcmp(requirement->values[i], value) == 0) {
            return true;
        }
    }
    return false;
}

/* value: of the label; NULL without it. */
static bool holds(const migdi_requirement *requirement, const char *value)
{
    int64_t left = 0;
    int64_t right = 0;
    switch (requirement->operator) {
    case MIGDI_SELECT_EQUAL:
    case MIGDI_SELECT_DOUBLE_EQUAL:
    case MIGDI_SELECT_IN:
        return value != NULL && has_value(requirement, value);
    case MIGDI_SELECT_NOT_EQUAL:
    case MIGDI_SELECT_NOT_IN:
        return value == NULL || !has_value(requirement, value);
    case MIGDI_SELECT_EXISTS:
        return value != NULL;
    case MIGDI_SELECT_ABSENT:
        return value == NULL;
    case MIGDI_SELECT_GREATER:
    case MIGDI_SELECT_LESS:
        if (value == NULL || !read_number(value, &left) ||
            !read_number(requirement->values[0], &right)) {
            return false;
        }
        return requirement->operator == MIGDI_SELECT_GREATER ? left > right : left < right;
    }
    return false;
}

bool migdi_selector_matches(const migdi_selector *selector, const migd_object *labels)
{
    for (size_t i = 0; i < selector->count; i++) {
        size_t size = 0;
        const migdi_requirement *requirement = selector->requirements[i];
        const migd_object *label = migdi_object_member(labels, requirement->key);
        if (!holds(requirement, migdi_object_string(label, &size))) {
            return false;
        }
    }
    return !selector->nothing;
}

void migdi_selector_add_canonical(const migdi_selector *selector, migdi_text *text)
{
    static const char *const marks[] = {
        [MIGDI_SELECT_EQUAL] = "=",         [MIGDI_SELECT_DOUBLE_EQUAL] = "==",
        [MIGDI_SELECT_NOT_EQUAL] = "!=",    [MIGDI_SELECT_IN] = " in (",
        [MIGDI_SELECT_NOT_IN] = " notin (", [MIGDI_SELECT_EXISTS] = "",
        [MIGDI_SELECT_ABSENT] = "",         [MIGDI_SELECT_GREATER] = ">",
        [MIGDI_SELECT_LESS] = "<",
    };
    for (size_t i = 0; i < selector->count; i++) {
        const migdi_requirement *requirement = selector->requirements[i];
        const migdi_select_operator operator = requirement->operator;
        const bool in_set = operator == MIGDI_SELECT_IN || operator == MIGDI_SELECT_NOT_IN;
        migdi_text_add_string(text, i == 0 ? "" : ",");
        migdi_text_add_string(text, operator == MIGDI_SELECT_ABSENT ? "!" : "");
        migdi_text_add_string(text, requirement->key);
        migdi_text_add_string(text, marks[operator]);
        for (size_t j = 0; j < requirement->value_count; j++) {
            migdi_text_add_string(text, j == 0 ? "" : ",");
            migdi_text_add_string(text, requirement->values[j]);
        }
        migdi_text_add_string(text, in_set ? ")" : "");
    }
}

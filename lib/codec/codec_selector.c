/* Label selectors: building, the LabelSelector of an object, matching, writing. */
#include "codec_selector.h"

#include "codec_name.h"
#include "codec_object.h"
#include "codec_selector_build.h"

#include <stdlib.h>
#include <string.h>

/* --- requirements ----------------------------------------------------------------------------- */

migd_status migdi_selector_begin(migdi_selector_builder *building, size_t most)
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

int migdi_selector_by_bytes(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

migd_status migdi_selector_check_key(const migdi_selector_builder *building, const char *key,
                                     size_t size)
{
    const char *problem = migdi_name_problem(MIGDI_NAME_QUALIFIED, key, size);
    return problem == NULL ? MIGD_OK
                           : migdi_fail_at(building->error, MIGD_ERR_PARSE, building->place,
                                           "the label key \"%.*s\" %s", (int)size, key, problem);
}

/* Adds one requirement; key and values live in the arena, the array of values is sorted in
 * place. */
migd_status migdi_selector_add(migdi_selector_builder *building, const char *key,
                               migdi_select_operator operator, const char **values,
                               size_t value_count)
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
        qsort(values, value_count, sizeof *values, migdi_selector_by_bytes);
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

migd_status migdi_selector_finish(const migdi_selector_builder *building, migdi_selector *out)
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

/* --- the LabelSelector of an object ----------------------------------------------------------- */

static migd_status wrong(migdi_selector_builder *building, const migd_object *value,
                         const char *message)
{
    return migdi_fail_at(building->error, MIGD_ERR_PARSE, migdi_object_place(value), "%s", message);
}

/* A string in the arena; what is no string, or holds a NUL, is refused. */
static migd_status read_text(migdi_selector_builder *building, const migd_object *value,
                             const char *message, const char **out)
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

static migd_status read_values(migdi_selector_builder *building, const migd_object *list,
                               const char ***values, size_t *count)
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

static migd_status read_label(migdi_selector_builder *building, const migd_object *labels,
                              size_t index)
{
    const char *name = migd_object_key(labels, index);
    const char *key = migdi_arena_text(building->arena, name, strlen(name));
    const char **values = migdi_arena_alloc_zeroed(building->arena, 1, sizeof *values);
    if (key == NULL || values == NULL) {
        return migdi_fail_nomem(building->error);
    }
    building->place = migdi_object_key_place(labels, index);
    migd_status status = migdi_selector_check_key(building, key, strlen(key));
    if (status == MIGD_OK) {
        status = read_text(building, migd_object_item(labels, index),
                           "a label's value must be a string", values);
    }
    return status < 0 ? status : migdi_selector_add(building, key, MIGDI_SELECT_EQUAL, values, 1);
}

static bool is_kind_or_absent(const migd_object *value, int32_t kind)
{
    const int32_t found = migd_object_kind(value);
    return found == kind || found == MIGD_KIND_NONE || found == MIGD_KIND_NULL;
}

static migd_status read_expression(migdi_selector_builder *building, const migd_object *expression)
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
    if (!is_kind_or_absent(list, MIGD_KIND_ARRAY)) {
        return wrong(building, list, "values must be a list");
    }
    if (wants_values != (migd_object_count(list) > 0)) {
        return wrong(building, expression,
                     wants_values ? "In and NotIn need values"
                                  : "Exists and DoesNotExist take no values");
    }
    migd_status status = read_text(building, migdi_object_member(expression, "key"),
                                   "an expression of a selector must have a key", &key);
    if (key != NULL) {
        status = migdi_selector_check_key(building, key, strlen(key));
    }
    if (status == MIGD_OK) {
        status = read_values(building, list, &values, &count);
    }
    return status < 0 ? status
                      : migdi_selector_add(building, key, operators[at].operator, values, count);
}

migd_status migdi_selector_read(const migd_object *value, migdi_arena *arena, migdi_selector *out,
                                migd_error **error)
{
    *out = (migdi_selector){.nothing = true};
    migdi_selector_builder building = {.arena = arena, .error = error};
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
    migd_status status = migdi_selector_begin(&building, label_count + expression_count);
    for (size_t i = 0; i < label_count && status == MIGD_OK; i++) {
        status = read_label(&building, labels, i);
    }
    for (size_t i = 0; i < expression_count && status == MIGD_OK; i++) {
        status = read_expression(&building, migd_object_item(expressions, i));
    }
    return status < 0 ? status : migdi_selector_finish(&building, out);
}

/* --- matching and writing --------------------------------------------------------------------- */

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

/* Label selectors, both forms brought to the LabelSelector of an object. */
#include "codec_selector.h"
#include "model.h"

#include <string.h>

static bool holds(const value *values, const char *label)
{
    for (uint32_t i = 0; values != NULL && i < values->count; i++) {
        const char *item = value_string(values->items[i]);
        if (item != NULL && label != NULL && strcmp(item, label) == 0) {
            return true;
        }
    }
    return false;
}

bool selector_matches(const value *selector, const value *labels)
{
    if (selector == NULL || selector->kind != VALUE_MAP) {
        return false;
    }
    const value *wanted = value_get(selector, "matchLabels");
    for (uint32_t i = 0; wanted != NULL && i < wanted->count; i++) {
        if (!value_equal(wanted->members[i].value, value_get(labels, wanted->members[i].key))) {
            return false;
        }
    }
    const value *expressions = value_get(selector, "matchExpressions");
    for (uint32_t i = 0; expressions != NULL && i < expressions->count; i++) {
        const value *one = expressions->items[i];
        const char *label = value_string(value_get(labels, value_text(one, "key", "")));
        const char *operator = value_text(one, "operator", "");
        const bool in = holds(value_get(one, "values"), label);
        const bool right = strcmp(operator, "In") == 0       ? in
                           : strcmp(operator, "NotIn") == 0  ? !in
                           : strcmp(operator, "Exists") == 0 ? label != NULL
                                                             : label == NULL;
        if (!right) {
            return false;
        }
    }
    return true;
}

bool selector_read(world *cloud, const char *written, const value **out)
{
    pool *memory = &cloud->memory;
    migdi_arena arena = {0};
    migdi_selector selector;
    const bool read =
        migdi_selector_parse(written, strlen(written), &arena, &selector, NULL) == MIGD_OK;
    value_list expressions = {.memory = memory};
    for (size_t i = 0; read && i < selector.count; i++) {
        const migdi_requirement *one = selector.requirements[i];
        static const char *const names[] = {"In",    "In",     "NotIn",       "In",
                                            "NotIn", "Exists", "DoesNotExist"};
        value_list values = {.memory = memory};
        for (size_t k = 0; k < one->value_count; k++) {
            value_list_add(&values, NULL, value_of_string(memory, one->values[k]));
        }
        const char *name =
            one->operator <= MIGDI_SELECT_ABSENT ? names[one->operator] : "DoesNotExist";
        value_list_add(&expressions, NULL,
                       value_make(memory, "{'key':%s,'operator':%s,'values':%v}", one->key, name,
                                  value_list_array(&values)));
    }
    migdi_arena_free(&arena);
    *out = value_make(memory, "{'matchExpressions':%v}", value_list_array(&expressions));
    return read;
}

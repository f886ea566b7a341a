/* The JSON Schema of the spec, made from its table of keys. null stands for a key that is not
 * there, as it does when a spec is read. */
#include "manifest_spec_defaults.h"
#include "manifest_spec_keys.h"

#include <migdeploy/spec.h>
#include <string.h>

#define SIZE_PATTERN    "^[0-9]+(KB|MB|GB)?$"
#define PERCENT_PATTERN "^[0-9]+%$"

/* Required whatever the profile: what a profile has a default for is not. */
static bool is_required(const migdi_spec_key *key)
{
    return (key->flags & MIGDI_SPEC_REQUIRED) != 0 && key->tutorial == NULL && key->dev == NULL;
}

/* The kinds of a value, null among them where the key may be left out. */
static void build_type(migdi_builder *builder, const migdi_spec_key *key, const char *pointer)
{
    static const char *const types[] = {
        [MIGDI_SPEC_MAP] = "object",
        [MIGDI_SPEC_FREE] = "object",
        [MIGDI_SPEC_LIST] = "array",
        [MIGDI_SPEC_ANY] = "object",
        [MIGDI_SPEC_BOOLEAN] = "boolean",
        [MIGDI_SPEC_INTEGER] = "integer",
        [MIGDI_SPEC_TEXT] = "string",
        [MIGDI_SPEC_WORD] = "string number boolean",
        [MIGDI_SPEC_QUANTITY] = "string number",
        [MIGDI_SPEC_SIZE] = "string integer",
        [MIGDI_SPEC_COUNT] = "string integer",
    };
    const char *at = types[key->type];
    const char *word = NULL;
    size_t size = 0;
    while (migdi_spec_next_word(&at, &word, &size)) {
        char name[16];
        memcpy(name, word, size);
        name[size] = '\0';
        migdi_build_string(builder, name, "%s/type/-", pointer);
    }
    const bool is_item = strcmp(migdi_spec_key_name(key), "*") == 0;
    if (!is_item && !is_required(key) && key->path[0] != '\0') {
        migdi_build_string(builder, "null", "%s/type/-", pointer);
    }
}

static void build_words(migdi_builder *builder, const migdi_spec_key *key, const char *pointer)
{
    const char *at = key->words;
    const char *word = NULL;
    size_t size = 0;
    while (migdi_spec_next_word(&at, &word, &size)) {
        char name[64];
        memcpy(name, word, size);
        name[size] = '\0';
        migdi_build_string(builder, name, "%s/enum/-", pointer);
    }
    if (!is_required(key)) {
        migdi_build_string(builder, NULL, "%s/enum/-", pointer);
    }
}

/* Two keys that may not both be there; a null is not there. */
static void build_exclusion(migdi_builder *builder, const char *left, const char *right,
                            const char *pointer)
{
    migd_object *rule = NULL;
    migdi_builder one = {0};
    migdi_build(&one);
    migdi_build_string(&one, left, "/not/required/-");
    migdi_build_string(&one, right, "/not/required/-");
    migdi_build_string(&one, "null", "/not/properties/%s/not/type", left);
    migdi_build_string(&one, "null", "/not/properties/%s/not/type", right);
    const migd_status status = migdi_build_take(&one, &rule, NULL);
    if (status < 0 && builder->status >= 0) {
        builder->status = status;
    }
    migdi_build_object(builder, rule, "%s/allOf/-", pointer);
    migd_object_free(rule);
}

static void build_key(migdi_builder *builder, const migdi_spec_key *key, const char *pointer);

static void build_below(migdi_builder *builder, const migdi_spec_key *child, const char *format,
                        const char *pointer)
{
    migdi_text below = {0};
    migdi_text_format(&below, "%s/%s/%s", pointer, format, migdi_spec_key_name(child));
    if (strcmp(migdi_spec_key_name(child), "*") == 0) {
        migdi_text_clear(&below);
        migdi_text_format(&below, "%s/%s", pointer, format);
    }
    if (below.failed && builder->status >= 0) {
        builder->status = MIGD_ERR_NOMEM;
    }
    build_key(builder, child, migdi_text_string(&below));
    migdi_text_free(&below);
}

static void build_map(migdi_builder *builder, const migdi_spec_key *key, const char *pointer)
{
    for (const migdi_spec_key *child = migdi_spec_next_child(key, NULL); child != NULL;
         child = migdi_spec_next_child(key, child)) {
        const char *name = migdi_spec_key_name(child);
        build_below(builder, child, "properties", pointer);
        if (is_required(child)) {
            migdi_build_string(builder, name, "%s/required/-", pointer);
        }
        const char *at = child->excludes;
        const char *word = NULL;
        size_t size = 0;
        while (at != NULL && migdi_spec_next_word(&at, &word, &size)) {
            const migdi_spec_key *other = migdi_spec_child(key, word, size);
            if (other < child) { /* each pair once */
                build_exclusion(builder, migdi_spec_key_name(other), name, pointer);
            }
        }
    }
    migdi_build_boolean(builder, false, "%s/additionalProperties", pointer);
}

static void build_key(migdi_builder *builder, const migdi_spec_key *key, const char *pointer)
{
    const char *text = migdi_spec_default(key, MIGDI_SPEC_PRODUCTION, false);
    migdi_build_string(builder, key->about, "%s/description", pointer);
    build_type(builder, key, pointer);
    if (text != NULL && text[0] != '@') {
        migdi_text below = {0};
        migdi_text_format(&below, "%s/default", pointer);
        if (below.failed && builder->status >= 0) {
            builder->status = MIGD_ERR_NOMEM;
        }
        migdi_spec_build_default(builder, key, text, migdi_text_string(&below));
        migdi_text_free(&below);
    }
    if (key->words != NULL) {
        build_words(builder, key, pointer);
    }
    switch (key->type) {
    case MIGDI_SPEC_MAP:
        build_map(builder, key, pointer);
        break;
    case MIGDI_SPEC_FREE:
        build_below(builder, migdi_spec_child(key, "", 0), "additionalProperties", pointer);
        break;
    case MIGDI_SPEC_LIST:
        build_below(builder, migdi_spec_child(key, "", 0), "items", pointer);
        break;
    case MIGDI_SPEC_INTEGER:
    case MIGDI_SPEC_COUNT:
        migdi_build_int64(builder, key->least, "%s/minimum", pointer);
        migdi_build_int64(builder, key->most, "%s/maximum", pointer);
        if (key->type == MIGDI_SPEC_COUNT) {
            migdi_build_string(builder, PERCENT_PATTERN, "%s/pattern", pointer);
        }
        break;
    case MIGDI_SPEC_SIZE:
        migdi_build_string(builder, SIZE_PATTERN, "%s/pattern", pointer);
        break;
    default:
        break;
    }
}

migd_status migd_spec_schema(migd_object **out, migd_error **error)
{
    const migd_status begun = migdi_begin(out, error);
    if (begun < 0) {
        return begun;
    }
    migdi_builder builder = {0};
    migdi_build(&builder);
    migdi_build_string(&builder, "https://json-schema.org/draft/2020-12/schema", "/$schema");
    migdi_build_string(&builder, "MigratoryDataCluster", "/title");
    build_key(&builder, migdi_spec_root(), "");
    return migdi_build_take(&builder, out, error);
}

/* The spec as a handle: read, held, asked where its keys stand. */
#include "manifest_spec.h"

#include "core_os.h"
#include "manifest_spec_read.h"

#include <string.h>

struct migd_spec {
    migd_object *source;   /* as written; may hold duplicate keys */
    migd_object *document; /* with every default */
    migdi_spec_findings findings;
    migdi_arena arena; /* of their texts */
};

/* --- reading ---------------------------------------------------------------------------------- */

migd_status migdi_spec_give_source(migd_spec *spec, migd_object *source, migd_error **error)
{
    migd_spec read = {.source = source};
    const migd_status status =
        migdi_spec_read(source, &read.arena, &read.document, &read.findings, error);
    if (status < 0) {
        migdi_arena_free(&read.arena);
        migd_object_free(source);
        return status;
    }
    migd_spec old = *spec;
    *spec = read;
    migd_object_free(old.source);
    migd_object_free(old.document);
    migdi_free(old.findings.items);
    migdi_arena_free(&old.arena);
    return MIGD_OK;
}

/* Whether it is a spec at all: only then its keys are worth a finding each. */
static migd_status check_kind(const migd_object *source, migd_error **error)
{
    const migd_object *kind = migd_object_at(source, "/kind");
    const char *text = migd_object_text(kind, "", NULL);
    if (migd_object_kind(source) != MIGD_KIND_MAP || kind == NULL) {
        return migdi_fail_at(error, MIGD_ERR_PARSE, migdi_object_place(source),
                             "no cluster spec: there is no kind: MigratoryDataCluster");
    }
    if (!migdi_text_equal(text, "MigratoryDataCluster")) {
        return migdi_fail_at(error, MIGD_ERR_PARSE, migdi_object_place(kind),
                             "no cluster spec: its kind is %s, not MigratoryDataCluster",
                             text != NULL ? text : "no text");
    }
    return MIGD_OK;
}

migd_status migdi_spec_of(const migd_object *written, migd_spec **out, migd_error **error)
{
    migd_object *source = NULL;
    migd_spec *spec = migdi_alloc_zeroed(1, sizeof *spec);
    if (spec == NULL) {
        return migdi_fail_nomem(error);
    }
    migd_status status = migd_object_copy(written, &source, error);
    if (status >= 0) {
        status = migdi_spec_give_source(spec, source, error);
    }
    if (status < 0) {
        migdi_free(spec);
        return status;
    }
    *out = spec;
    return MIGD_OK;
}

static migd_status parse(const char *text, size_t size, const migd_read_options *options,
                         const char *name, migd_spec **out, migd_error **error)
{
    migd_read_options *manner = NULL;
    migd_object *source = NULL;
    migd_spec *spec = NULL;
    migd_status status =
        migdi_read_options_copy(options, MIGDI_READ_ALL_KEYS, name, &manner, error);
    if (status < 0) {
        goto out;
    }
    status = migd_object_parse(text, size, manner, &source, error);
    if (status < 0) {
        goto out;
    }
    status = check_kind(source, error);
    if (status < 0) {
        goto out;
    }
    spec = migdi_alloc_zeroed(1, sizeof *spec);
    if (spec == NULL) {
        status = migdi_fail_nomem(error);
        goto out;
    }
    status = migdi_spec_give_source(spec, source, error);
    source = NULL;
    if (status < 0) {
        goto out;
    }
    *out = spec;
    spec = NULL;
out:
    migdi_free(spec);
    migd_object_free(source);
    migd_read_options_free(manner);
    return status;
}

migd_status migd_spec_parse(const char *text, size_t size, const migd_read_options *options,
                            migd_spec **out, migd_error **error)
{
    const migd_status begun = migdi_begin(out, error);
    if (begun < 0) {
        return begun;
    }
    return parse(text, size, options, NULL, out, error);
}

migd_status migd_spec_load_file(const char *path, const migd_read_options *options, migd_spec **out,
                                migd_error **error)
{
    const migd_status begun = migdi_begin(out, error);
    if (begun < 0) {
        return begun;
    }
    if (path == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no path to read from");
    }
    migdi_text bytes = {0};
    const size_t limit = (size_t)migd_read_options_int64(options, MIGD_READ_BYTES);
    migd_status status = migdi_os_read_file(path, limit, &bytes, error);
    if (status >= 0) {
        status = parse(migdi_text_string(&bytes), bytes.size, options, path, out, error);
    }
    migdi_text_free(&bytes);
    return status;
}

void migd_spec_free(migd_spec *spec)
{
    if (spec != NULL) {
        migd_object_free(spec->source);
        migd_object_free(spec->document);
        migdi_free(spec->findings.items);
        migdi_arena_free(&spec->arena);
        migdi_free(spec);
    }
}

/* --- asking ----------------------------------------------------------------------------------- */

const migd_object *migd_spec_object(const migd_spec *spec)
{
    return spec != NULL ? spec->document : NULL;
}

const migd_object *migdi_spec_source(const migd_spec *spec)
{
    return spec->source;
}

size_t migdi_spec_finding_count(const migd_spec *spec)
{
    return spec != NULL ? spec->findings.count : 0;
}

const migdi_finding *migdi_spec_finding(const migd_spec *spec, size_t index)
{
    return index < migdi_spec_finding_count(spec) ? &spec->findings.items[index] : NULL;
}

const migd_object *migdi_spec_origin(const migd_spec *spec, const char *pointer, bool *at_key)
{
    size_t size = strlen(pointer);
    const migd_object *found = migd_object_at(spec->source, pointer);
    const int32_t kind = migd_object_kind(found);
    *at_key =
        size > 0 && (kind == MIGD_KIND_NONE || kind == MIGD_KIND_NULL || kind == MIGD_KIND_MAP);
    while (found == NULL) {
        while (size > 0 && pointer[size] != '/') {
            size--;
        }
        found =
            size > 0 ? migdi_object_atf(spec->source, "%.*s", (int)size, pointer) : spec->source;
        size -= size > 0 ? 1 : 0;
    }
    return migdi_object_place(found).line > 0 ? found : NULL;
}

migdi_place migdi_spec_place(const migd_spec *spec, const char *pointer)
{
    bool at_key = false;
    const migd_object *origin = spec != NULL ? migdi_spec_origin(spec, pointer, &at_key) : NULL;
    return at_key ? migdi_object_place_of_key(origin, "") : migdi_object_place(origin);
}

migdi_place migdi_spec_option_place(const migd_spec *spec, const char *name)
{
    static const struct {
        const char *name;
        const char *pointer;
    } options[] = {
        {"Memory", "/spec/members/memory"},
        {"ClusterDeliveryMode", "/spec/members/deliveryMode"},
        {"LogLevel", "/spec/members/logLevel"},
        {"ClusterSeedMemberCount", "/spec/members/seeds"},
        {"ClusterMembers", "/spec/members/maxReplicas"},
        {"ClusterMemberListen", "/spec/members/ports/cluster"},
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (strcmp(options[i].name, name) == 0) {
            return migdi_spec_place(spec, options[i].pointer);
        }
    }
    const migd_object *members = migd_object_at(migd_spec_object(spec), "/spec/members");
    const migd_object *secrets = migdi_object_member(members, "secretParameters");
    const char *map =
        migdi_object_member(secrets, name) != NULL ? "secretParameters" : "parameters";
    migdi_text pointer = {0};
    migdi_text_format(&pointer, "/spec/members/%s", map);
    migdi_pointer_add(&pointer, name);
    const migdi_place place =
        migdi_spec_place(spec, pointer.failed ? "/spec/members" : pointer.bytes);
    migdi_text_free(&pointer);
    return place;
}

/* Operations on the cluster spec and the rules. */
#include "conformance.h"

#include "codec_object.h"

#include <migdeploy/check.h>

static migd_status set_findings(migd_object *answer, const migd_findings *findings,
                                migd_error **error)
{
    migd_status status = conformance_set_array(answer, "/findings", error);
    for (size_t i = 0; i < migd_findings_count(findings) && status == MIGD_OK; i++) {
        const migd_object *finding = migd_findings_item(findings, i);
        status = migd_object_set_object(answer, "/findings/-", finding, error);
    }
    return status;
}

static migd_status check_spec(const migd_object *question, migd_object *answer, migd_error **error)
{
    const char *text = NULL;
    size_t size = 0;
    migd_spec *spec = NULL;
    migd_findings *findings = NULL;
    migd_status status = conformance_text(question, "spec", &text, &size, error);
    if (status == MIGD_OK) {
        status = migd_spec_parse(text, size, NULL, &spec, error);
    }
    if (status == MIGD_OK) {
        status = migd_check_spec(spec, NULL, &findings, error);
    }
    if (status == MIGD_OK) {
        status = set_findings(answer, findings, error);
    }
    migd_findings_free(findings);
    migd_spec_free(spec);
    return status;
}

migd_status conformance_spec_render(const migd_object *question, migd_object *answer,
                                    migd_error **error)
{
    const char *text = NULL;
    size_t size = 0;
    migd_spec *spec = NULL;
    migd_objects *objects = NULL;
    migd_error *refused = NULL;
    migd_status status = conformance_text(question, "spec", &text, &size, error);
    if (status == MIGD_OK) {
        status = migd_spec_parse(text, size, NULL, &spec, error);
    }
    if (status == MIGD_OK) {
        status = migd_spec_render(spec, &objects, &refused);
        if (status == MIGD_OK) {
            status = conformance_set_documents(answer, objects, error);
        } else if (status == MIGD_ERR_REFUSED) {
            status = check_spec(question, answer, error);
        } else {
            status = migdi_fail(error, status, "%s", migd_error_message(refused));
        }
    }
    migd_error_free(refused);
    migd_objects_free(objects);
    migd_spec_free(spec);
    return status;
}

/* The documents of {name: text}, in the order of the names. *out: for migd_objects_free(). */
static migd_status read_files(const migd_object *files, migd_objects **out, migd_error **error)
{
    migd_status status = migd_objects_new(out, error);
    for (size_t i = 0; i < migd_object_count(files) && status == MIGD_OK; i++) {
        size_t size = 0;
        migd_read_options *options = NULL;
        const char *text = migdi_object_string(migd_object_item(files, i), &size);
        if (text == NULL) {
            return migdi_fail(error, MIGD_ERR_INVALID, "a file is a string");
        }
        status = migd_read_options_new(&options, error);
        if (status == MIGD_OK) {
            status = migd_read_options_set_text(options, MIGD_READ_NAME, migd_object_key(files, i),
                                                error);
        }
        if (status == MIGD_OK) {
            status = migd_objects_parse(*out, text, size, options, error);
        }
        migd_read_options_free(options);
    }
    return status;
}

migd_status conformance_check(const migd_object *question, migd_object *answer, migd_error **error)
{
    const migd_object *files = migdi_object_member(question, "files");
    const migd_object *current = migdi_object_member(question, "current");
    migd_objects *before = NULL;
    migd_objects *after = NULL;
    migd_findings *findings = NULL;
    if (migd_object_kind(files) != MIGD_KIND_MAP) {
        return check_spec(question, answer, error);
    }
    migd_status status = read_files(files, &after, error);
    if (status == MIGD_OK && current != NULL) {
        status = read_files(current, &before, error);
    }
    if (status == MIGD_OK) {
        status = before == NULL ? migd_check_objects(after, NULL, &findings, error)
                                : migd_check_change(before, after, NULL, &findings, error);
    }
    if (status == MIGD_OK) {
        status = set_findings(answer, findings, error);
    }
    migd_findings_free(findings);
    migd_objects_free(before);
    migd_objects_free(after);
    return status;
}

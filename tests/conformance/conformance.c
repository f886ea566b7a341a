/* The conformance adapter: reads one JSON question a line, writes one JSON answer a line, in order,
 * until the end of input. A line that it cannot read is answered with an error, and it goes on. */
#include "conformance.h"

#include "codec_json.h"
#include "codec_object.h"

#include <stdio.h>
#include <string.h>

#define LONGEST_LINE ((size_t)64 * 1024 * 1024)
#define DEEPEST      ((size_t)1000)

static const struct {
    const char *name;
    conformance_answer *answer;
} operations[] = {
    {"yaml_to_json", conformance_yaml_to_json},
    {"json_parse", conformance_json_parse},
    {"yaml_write", conformance_yaml_write},
    {"merge_patch", conformance_merge_patch},
    {"pointer", conformance_pointer},
    {"quantity", conformance_quantity},
    {"name", conformance_name},
    {"selector", conformance_selector},
    {"duration_text", conformance_duration_text},
    {"duration_parse", conformance_duration_parse},
    {"int_or_percent", conformance_int_or_percent},
    {"spec_render", conformance_spec_render},
    {"check", conformance_check},
    {"kubeconfig", conformance_kubeconfig},
};

/* --- fields ----------------------------------------------------------------------------------- */

static migd_status missing(const char *name, const char *kind, migd_error **error)
{
    return migdi_fail(error, MIGD_ERR_INVALID, "the question has no \"%s\" that is %s", name, kind);
}

migd_status conformance_text(const migd_object *question, const char *name, const char **text,
                             size_t *size, migd_error **error)
{
    *text = migdi_object_string(migdi_object_member(question, name), size);
    return *text == NULL ? missing(name, "a string", error) : MIGD_OK;
}

migd_status conformance_integer(const migd_object *question, const char *name, int64_t *out,
                                migd_error **error)
{
    return migdi_object_read_int64(migdi_object_member(question, name), out)
               ? MIGD_OK
               : missing(name, "an integer", error);
}

migd_status conformance_value(const migd_object *question, const char *name,
                              const migd_object **out, migd_error **error)
{
    *out = migdi_object_member(question, name);
    return *out == NULL ? missing(name, "a value", error) : MIGD_OK;
}

migd_status conformance_set_text(migd_object *answer, const char *pointer, migdi_text *text,
                                 migd_error **error)
{
    const migd_status status =
        text->failed ? migdi_fail_nomem(error)
                     : migd_object_set_string(answer, pointer, migdi_text_string(text), error);
    migdi_text_free(text);
    return status;
}

migd_status conformance_set_array(migd_object *answer, const char *pointer, migd_error **error)
{
    const migdi_json_rules rules = {0};
    migd_object *list = NULL;
    migd_status status = migdi_json_read("[]", 2, &rules, &list, error);
    if (status == MIGD_OK) {
        status = migd_object_set_object(answer, pointer, list, error);
    }
    migd_object_free(list);
    return status;
}

migd_status conformance_set_documents(migd_object *answer, const migd_objects *objects,
                                      migd_error **error)
{
    migd_status status = conformance_set_array(answer, "/documents", error);
    for (size_t i = 0; i < migd_objects_count(objects) && status == MIGD_OK; i++) {
        const migd_object *document = migd_objects_item(objects, i);
        status = migd_object_set_object(answer, "/documents/-", document, error);
    }
    return status;
}

/* --- one question ----------------------------------------------------------------------------- */

static migd_status answer_question(const migd_object *question, migd_object *answer,
                                   migd_error **error)
{
    size_t size = 0;
    const char *name = NULL;
    if (migd_object_kind(question) != MIGD_KIND_MAP) {
        return migdi_fail(error, MIGD_ERR_INVALID, "a question is a JSON object");
    }
    const migd_status status = conformance_text(question, "op", &name, &size, error);
    if (status < 0) {
        return status;
    }
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (strcmp(operations[i].name, name) == 0) {
            return operations[i].answer(question, answer, error);
        }
    }
    return migdi_fail(error, MIGD_ERR_UNSUPPORTED, "no operation \"%s\"", name);
}

/* {"error":{"status","message"}}, with the place where there is one. */
static migd_status set_error(migd_object *answer, migd_status failed, const migd_error *why)
{
    migd_status status =
        migd_object_set_string(answer, "/error/status", migd_status_name(failed), NULL);
    if (status == MIGD_OK) {
        const char *message = migd_error_message(why);
        status = migd_object_set_string(answer, "/error/message",
                                        message == NULL ? "no error was made" : message, NULL);
    }
    if (status == MIGD_OK && migd_error_line(why) > 0) {
        status = migd_object_set_int64(answer, "/error/line", migd_error_line(why), NULL);
    }
    if (status == MIGD_OK && migd_error_column(why) > 0) {
        status = migd_object_set_int64(answer, "/error/column", migd_error_column(why), NULL);
    }
    return status;
}

/* The answer to one line; `failed` and `why` tell what went wrong before it was read. */
static migd_status make_answer(const migd_object *question, migd_status failed, migd_error *why,
                               migd_object **out)
{
    migd_status status = migd_object_new(out, NULL);
    const migd_object *id = migdi_object_member(question, "id");
    if (status == MIGD_OK && failed == MIGD_OK) {
        failed = answer_question(question, *out, &why);
        if (failed < 0) {
            migd_object_free(*out);
            status = migd_object_new(out, NULL);
        }
    }
    if (status == MIGD_OK && failed < 0) {
        status = set_error(*out, failed, why);
    }
    if (status == MIGD_OK && id != NULL) {
        status = migd_object_set_object(*out, "/id", id, NULL);
    }
    migd_error_free(why);
    return status;
}

static bool answer_line(const migdi_text *line, bool too_long)
{
    const migdi_json_rules rules = {.bytes = LONGEST_LINE, .depth = DEEPEST};
    migd_object *question = NULL;
    migd_object *answer = NULL;
    migd_error *error = NULL;
    migd_buf *json = NULL;
    const migd_status read =
        too_long ? migdi_fail(&error, MIGD_ERR_LIMIT, "a line of more than %zu bytes", LONGEST_LINE)
                 : migdi_json_read(migdi_text_string(line), line->size, &rules, &question, &error);
    migd_status status = make_answer(question, read, error, &answer);
    if (status == MIGD_OK) {
        status = migd_object_write_json(answer, 0, &json, NULL);
    }
    const bool written = status == MIGD_OK &&
                         fwrite(migd_buf_data(json), 1, migd_buf_size(json), stdout) > 0 &&
                         fputc('\n', stdout) != EOF && fflush(stdout) == 0;
    migd_buf_free(json);
    migd_object_free(answer);
    migd_object_free(question);
    return written;
}

/* Reads up to the line's end; false at the end of input. A line beyond the ceiling is read and
 * forgotten. */
static bool read_line(migdi_text *line)
{
    int byte = getc_unlocked(stdin);
    if (byte == EOF) {
        return false;
    }
    migdi_text_clear(line);
    for (; byte != EOF && byte != '\n'; byte = getc_unlocked(stdin)) {
        migdi_text_add_char(line, (char)byte);
    }
    return true;
}

int main(void)
{
    migdi_text line = {.ceiling = LONGEST_LINE};
    bool written = true;
    while (written && read_line(&line)) {
        written = answer_line(&line, line.failed);
    }
    migdi_text_free(&line);
    return written ? 0 : 1;
}

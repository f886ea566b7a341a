/* What a Kubernetes API server answered: a document, or an error with the server's own reason. */
#include "kube_answer.h"

#include "codec_json.h"
#include "codec_object.h"
#include "core_utf8.h"
#include "http_header.h"
#include "kube_calls.h"

#include <string.h>
#include <strings.h>

#define LONGEST_EXCERPT ((size_t)2048)
#define TOLD_CONFLICTS  ((size_t)3)
#define MS_A_SECOND     ((int64_t)1000)
#define LONGEST_WAIT_S  ((int64_t)1000000000)

/* --- bodies that are no Kubernetes answer ----------------------------------------------------- */

static const char *content_type(const migdi_answer *answer)
{
    const char *type = migdi_http_header_value(answer->head, "content-type");
    return type == NULL ? "no content type" : type;
}

static bool is_json(const migdi_answer *answer)
{
    static const char json[] = "application/json";
    const char *type = migdi_http_header_value(answer->head, "content-type");
    return type == NULL || strncasecmp(type, json, sizeof json - 1) == 0;
}

/* The first bytes of the body as a detail: a proxy's page tells whose it is. */
static void add_excerpt(const migdi_answer *answer, migd_error **error)
{
    migdi_text text = {0};
    const size_t size = answer->body_size < LONGEST_EXCERPT ? answer->body_size : LONGEST_EXCERPT;
    migdi_text_add(&text, answer->body, size);
    for (size_t i = 0; i < size && !text.failed; i++) {
        text.bytes[i] = text.bytes[i] == '\0' ? ' ' : text.bytes[i]; /* a text would end there */
    }
    if (text.failed) {
        migdi_fail_nomem(error);
    } else if (size > 0) {
        migdi_error_add_detail(
            error, &(migdi_detail){.reason = "Body", .message = migdi_text_string(&text)});
    }
    migdi_text_free(&text);
}

static bool may_succeed_later(int32_t code)
{
    return code == 408 || code == 429 || code == 502 || code == 503 || code == 504;
}

/* An answer without a Status: of a proxy, or of a path that is not served. */
static migd_status fail_foreign(const migdi_answer *answer, migd_error **error)
{
    static const char not_served[] = "404 page not found";
    const int32_t code = answer->head->status;
    migd_status status = code == 401 || code == 403 ? MIGD_ERR_DENIED : MIGD_ERR_REMOTE;
    if (code == 404 && strncmp(answer->body, not_served, sizeof not_served - 1) == 0) {
        status = migdi_fail(error, MIGD_ERR_UNSUPPORTED, "the server does not serve this path");
    } else {
        migdi_fail(error, status, "HTTP %d with %s, which is no answer of a Kubernetes server",
                   code, content_type(answer));
        add_excerpt(answer, error);
    }
    migdi_error_set_remote(error, code, NULL, NULL);
    if (may_succeed_later(code)) {
        migdi_error_set_retryable(error, -1);
    }
    return status;
}

static migd_status fail_redirect(const migdi_answer *answer, migd_error **error)
{
    const char *to = migdi_http_header_value(answer->head, "location");
    migdi_fail(error, MIGD_ERR_REMOTE, "HTTP %d sends us to %.200s; redirects are never followed",
               answer->head->status, to == NULL ? "nowhere" : to);
    migdi_error_set_remote(error, answer->head->status, NULL, NULL);
    return MIGD_ERR_REMOTE;
}

/* --- what the reason means -------------------------------------------------------------------- */

typedef struct meaning {
    const char *reason;
    migd_status status;
    bool later; /* the same call may succeed later */
} meaning;

static const meaning meanings[] = {
    {"Unauthorized", MIGD_ERR_DENIED, false},
    {"Forbidden", MIGD_ERR_DENIED, false},
    {"NotFound", MIGD_ERR_NOT_FOUND, false},
    {"AlreadyExists", MIGD_ERR_CONFLICT, false},
    {"Conflict", MIGD_ERR_CONFLICT, false},
    {"Gone", MIGD_ERR_REMOTE, false},
    {"Expired", MIGD_ERR_REMOTE, false},
    {"Invalid", MIGD_ERR_REMOTE, false},
    {"BadRequest", MIGD_ERR_REMOTE, false},
    {"InternalError", MIGD_ERR_REMOTE, false},
    {"RequestEntityTooLarge", MIGD_ERR_REMOTE, false},
    {"MethodNotAllowed", MIGD_ERR_UNSUPPORTED, false},
    {"NotAcceptable", MIGD_ERR_UNSUPPORTED, false},
    {"UnsupportedMediaType", MIGD_ERR_UNSUPPORTED, false},
    {"ServerTimeout", MIGD_ERR_REMOTE, true},
    {"Timeout", MIGD_ERR_REMOTE, true},
    {"TooManyRequests", MIGD_ERR_REMOTE, true},
    {"ServiceUnavailable", MIGD_ERR_REMOTE, true},
};

static const struct {
    int32_t code;
    const char *reason;
} reasons_of_codes[] = {
    {401, "Unauthorized"},         {403, "Forbidden"},       {404, "NotFound"},
    {405, "MethodNotAllowed"},     {406, "NotAcceptable"},   {409, "Conflict"},
    {415, "UnsupportedMediaType"}, {429, "TooManyRequests"},
};

static const meaning *meaning_of(const char *reason)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (strcmp(meanings[i].reason, reason) == 0) {
            return &meanings[i];
        }
    }
    return NULL;
}

static meaning understand_reason(const char *reason, int32_t code)
{
    meaning what = {reason, MIGD_ERR_REMOTE, may_succeed_later(code)};
    const meaning *known = meaning_of(reason);
    for (size_t i = 0; known == NULL && i < sizeof reasons_of_codes / sizeof *reasons_of_codes;
         i++) {
        if (reasons_of_codes[i].code == code) {
            known = meaning_of(reasons_of_codes[i].reason);
        }
    }
    if (known != NULL) {
        what.status = known->status;
        what.later = known->later;
    }
    return what;
}

static bool has_cause(const migd_object *causes, const char *reason)
{
    for (size_t i = 0; i < migd_object_count(causes); i++) {
        const migd_object *cause = migd_object_item(causes, i);
        if (strcmp(migd_object_text(cause, "/reason", ""), reason) == 0) {
            return true;
        }
    }
    return false;
}

/* --- sentences for a person ------------------------------------------------------------------- */

/* A quoted word behind `before`: *size bytes of it, without the quotes. NULL: it is not there. */
static const char *quoted_behind(const char *text, const char *before, size_t *size)
{
    const char *at = strstr(text, before);
    if (at == NULL) {
        return NULL;
    }
    at += strlen(before);
    size_t length = 0;
    while (at[length] != '\0' && at[length] != '"') {
        length += at[length] == '\\' && at[length + 1] != '\0' ? 2 : 1;
    }
    *size = length;
    return at[length] == '"' ? at : NULL;
}

/* 'User "ana" cannot patch resource "statefulsets/scale" in API group "apps" in the namespace
 * "migratory"' as RBAC says it. false: it is another refusal. */
static bool fail_rights(const char *message, migd_error **error)
{
    size_t user_size = 0;
    size_t kind_size = 0;
    size_t space_size = 0;
    const char *user = quoted_behind(message, "User \"", &user_size);
    const char *verb = user == NULL ? NULL : strstr(user, "\" cannot ");
    const char *kind = verb == NULL ? NULL : quoted_behind(verb, " resource \"", &kind_size);
    if (kind == NULL || verb != user + user_size) {
        return false;
    }
    verb += strlen("\" cannot ");
    const size_t verb_size = strcspn(verb, " ");
    const char *space = quoted_behind(kind, " in the namespace \"", &space_size);
    migdi_fail(error, MIGD_ERR_DENIED, "user \"%.*s\" may not %.*s %.*s%s%.*s", (int)user_size,
               user, (int)verb_size, verb, (int)kind_size, kind,
               space == NULL ? " in the whole cluster" : " in namespace ", (int)space_size,
               space == NULL ? "" : space);
    migdi_text subject = {0};
    migdi_text field = {0};
    migdi_text_add(&subject, user, user_size);
    migdi_text_add(&field, kind, kind_size);
    if (subject.failed || field.failed) {
        migdi_fail_nomem(error);
    } else {
        migdi_error_add_detail(error, &(migdi_detail){.field = migdi_text_string(&field),
                                                      .reason = "Forbidden",
                                                      .message = message,
                                                      .subject = migdi_text_string(&subject)});
    }
    migdi_text_free(&subject);
    migdi_text_free(&field);
    return true;
}

/* 'conflict with "kubectl" with subresource "scale" using apps/v1' */
static void add_manager(migdi_text *text, const migd_object *cause)
{
    size_t size = 0;
    const char *manager =
        quoted_behind(migd_object_text(cause, "/message", ""), "conflict with \"", &size);
    migdi_text_add(text, manager == NULL ? "" : manager, manager == NULL ? 0 : size);
}

static bool is_conflict(const migd_object *cause)
{
    return strcmp(migd_object_text(cause, "/reason", ""), "FieldManagerConflict") == 0;
}

/* '.data.a belongs to field manager "two", .data.b to "kubectl-patch"' */
static void fail_conflict(const migd_object *causes, migd_error **error)
{
    migdi_text text = {0};
    size_t count = 0;
    for (size_t i = 0; i < migd_object_count(causes); i++) {
        const migd_object *cause = migd_object_item(causes, i);
        if (!is_conflict(cause) || ++count > TOLD_CONFLICTS) {
            continue;
        }
        migdi_text_format(&text, "%s%s%s\"", count == 1 ? "" : ", ",
                          migd_object_text(cause, "/field", ""),
                          count == 1 ? " belongs to field manager " : " to ");
        add_manager(&text, cause);
        migdi_text_add_char(&text, '"');
    }
    if (count > TOLD_CONFLICTS) {
        migdi_text_format(&text, " and %zu more", count - TOLD_CONFLICTS);
    }
    if (text.failed) {
        migdi_fail_nomem(error);
    } else {
        migdi_fail(error, MIGD_ERR_CONFLICT, "%s", migdi_text_string(&text));
    }
    migdi_text_free(&text);
}

static void add_causes(const migd_object *causes, migd_error **error)
{
    for (size_t i = 0; i < migd_object_count(causes); i++) {
        const migd_object *cause = migd_object_item(causes, i);
        migdi_text manager = {0};
        if (is_conflict(cause)) {
            add_manager(&manager, cause);
        }
        if (manager.failed) {
            migdi_fail_nomem(error);
        } else {
            migdi_error_add_detail(
                error, &(migdi_detail){.field = migd_object_text(cause, "/field", NULL),
                                       .reason = migd_object_text(cause, "/reason", NULL),
                                       .message = migd_object_text(cause, "/message", NULL),
                                       .subject = manager.size == 0 ? NULL : manager.bytes});
        }
        migdi_text_free(&manager);
    }
}

/* --- a Status --------------------------------------------------------------------------------- */

static migd_status fail_status(const migd_object *failure, const migdi_answer *answer,
                               const char *user, migd_error **error)
{
    const int32_t code = answer->head->status;
    const char *reason = migd_object_text(failure, "/reason", "");
    const char *message = migd_object_text(failure, "/message", "");
    const migd_object *causes = migd_object_at(failure, "/details/causes");
    meaning what = understand_reason(reason, code);
    if (has_cause(causes, "NamespaceTerminating")) {
        what.status = MIGD_ERR_REMOTE; /* a matter of time, not of rights */
        what.later = true;
    }
    if (what.status == MIGD_ERR_DENIED && (strcmp(reason, "Unauthorized") == 0 || code == 401)) {
        migdi_fail(error, MIGD_ERR_DENIED, "the server does not accept %s%s%s",
                   user == NULL ? "a caller without credentials" : "the credentials of user \"",
                   user == NULL ? "" : user, user == NULL ? "" : "\"");
    } else if (has_cause(causes, "FieldManagerConflict")) {
        fail_conflict(causes, error);
    } else if (what.status != MIGD_ERR_DENIED || !fail_rights(message, error)) {
        migdi_fail(error, what.status, "%s",
                   message[0] == '\0' ? "the server gave no reason" : message);
    }
    migdi_error_set_remote(error, code, reason[0] == '\0' ? NULL : reason,
                           migdi_http_header_value(answer->head, "audit-id"));
    add_causes(causes, error);
    const int64_t wait_s = migd_object_int64(failure, "/details/retryAfterSeconds", 0);
    if (what.later || wait_s > 0) {
        const bool is_said = wait_s > 0 && wait_s <= LONGEST_WAIT_S;
        migdi_error_set_retryable(error, is_said ? wait_s * MS_A_SECOND : -1);
    }
    return what.status;
}

static bool is_failure(const migd_object *document)
{
    return strcmp(migd_object_text(document, "/kind", ""), "Status") == 0 &&
           strcmp(migd_object_text(document, "/status", ""), "Success") != 0;
}

/* --- all -------------------------------------------------------------------------------------- */

static migd_status read_failure(const migdi_answer *answer, const char *user, migd_error **error)
{
    migd_object *document = NULL;
    const migdi_json_rules rules = {0};
    migd_status status = MIGD_ERR_PARSE;
    if (is_json(answer)) {
        status = migdi_json_read(answer->body, answer->body_size, &rules, &document, NULL);
    }
    if (status == MIGD_ERR_NOMEM) {
        return migdi_fail_nomem(error);
    }
    status = status == MIGD_OK && is_failure(document) ? fail_status(document, answer, user, error)
                                                       : fail_foreign(answer, error);
    migd_object_free(document);
    return status;
}

static migd_status read_text(const migdi_answer *answer, migd_object **document, migd_error **error)
{
    migdi_text text = {0};
    size_t start = 0;
    for (size_t i = 0; i <= answer->body_size; i++) { /* line ends stay as they are */
        if (i == answer->body_size || answer->body[i] == '\n') {
            migdi_utf8_add_printable(&text, answer->body + start, i - start);
            if (i < answer->body_size) {
                migdi_text_add_char(&text, '\n');
            }
            start = i + 1;
        }
    }
    migdi_builder builder;
    migdi_build(&builder);
    migdi_build_string(&builder, migdi_text_string(&text), "/text");
    const bool failed = text.failed;
    migdi_text_free(&text);
    const migd_status status = migdi_build_take(&builder, document, error);
    if (failed && status == MIGD_OK) {
        migd_object_free(*document);
        *document = NULL;
        return migdi_fail_nomem(error);
    }
    return status;
}

static migd_status read_success(const migdi_call *call, const migdi_answer *answer,
                                const char *user, migd_object **document, migd_error **error)
{
    if (strcmp(call->accept, MIGDI_KUBE_LOG_ACCEPT) == 0) {
        return read_text(answer, document, error);
    }
    if (answer->head->status == 204) {
        return MIGD_OK;
    }
    if (!is_json(answer)) {
        return fail_foreign(answer, error);
    }
    /* The context's own limit was kept while the answer came. */
    const migdi_json_rules rules = {.bytes = SIZE_MAX, .nowhere = true, .secret = call->secret};
    const migd_status status =
        migdi_json_read(answer->body, answer->body_size, &rules, document, error);
    if (status == MIGD_ERR_PARSE) {
        migdi_fail(error, MIGD_ERR_REMOTE, "HTTP %d with a body that is no whole JSON (%zu bytes)",
                   answer->head->status, answer->body_size);
        migdi_error_set_remote(error, answer->head->status, NULL, NULL);
        if (!call->secret) {
            add_excerpt(answer, error);
        }
        if (call->kind != MIGDI_CALL_WRITE) {
            migdi_error_set_retryable(error, -1);
        }
        return MIGD_ERR_REMOTE;
    }
    if (status == MIGD_OK &&
        (is_failure(*document) || migd_object_kind(*document) != MIGD_KIND_MAP)) {
        const migd_status failed = is_failure(*document)
                                       ? fail_status(*document, answer, user, error)
                                       : fail_foreign(answer, error);
        migd_object_free(*document);
        *document = NULL;
        return failed;
    }
    return status;
}

migd_status migdi_kube_answer_read(const migdi_call *call, const migdi_answer *answer,
                                   const char *user, migd_object **document, migd_error **error)
{
    *document = NULL;
    const int32_t code = answer->head->status;
    const migd_status status = code >= 200 && code < 300
                                   ? read_success(call, answer, user, document, error)
                               : code >= 300 && code < 400 ? fail_redirect(answer, error)
                                                           : read_failure(answer, user, error);
    /* Memory may have ended while the error was written: then that is what there is to tell. */
    const bool lacks_memory = error != NULL && migd_error_status(*error) == MIGD_ERR_NOMEM;
    return status < 0 && lacks_memory ? MIGD_ERR_NOMEM : status;
}

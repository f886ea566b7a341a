/* An answer of a server that says it is Kubernetes: the first byte picks its status, the second its
 * content type, the rest is the body. Then what steps read of an object: owners of fields, a pod's
 * state, a set's failures. */
#include "fuzz.h"

#include "kube_answer.h"
#include "kube_calls.h"
#include "kube_managed_fields.h"
#include "kube_status.h"

#include <stdlib.h>
#include <string.h>

static const int32_t codes[] = {200, 201, 204, 302, 400, 401, 403,
                                404, 409, 410, 422, 429, 500, 503};
static const char *const types[] = {"application/json", "text/html",
                                    "application/json;charset=utf-8"};

static void visit(void *user, const char *pointer)
{
    *(size_t *)user += strlen(pointer);
}

static void look_at(const migd_object *object)
{
    migdi_arena arena = {0};
    size_t visited = 0;
    for (size_t i = 0; i < migdi_kube_manager_count(object); i++) {
        const migdi_kube_manager manager = migdi_kube_manager_at(object, i);
        migdi_kube_manager_visit(&manager, object, &arena, visit, &visited);
        (void)migdi_kube_manager_owns(&manager, object, "/spec/ports/0/port", &arena);
    }
    const migdi_pod_state state = migdi_pod_state_of(object);
    (void)migdi_pod_state_text(&state, &arena);
    (void)migdi_kube_creation_failure(object, "u");
    migdi_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2) {
        return 0;
    }
    char *body = calloc(size, 1); /* the rest and its NUL */
    if (body == NULL) {
        return 0;
    }
    memcpy(body, bytes + 2, size - 2);
    const migdi_http_header header = {"content-type", types[bytes[1] % 3]};
    const migdi_http_head head = {codes[bytes[0] % 14], &header, 1};
    const migdi_answer answer = {&head, body, size - 2};
    const migdi_call call = {.accept =
                                 bytes[1] % 5 == 4 ? MIGDI_KUBE_LOG_ACCEPT : "application/json"};
    migd_object *document = NULL;
    migd_error *error = NULL;
    const migd_status status = migdi_kube_answer_read(&call, &answer, "ann", &document, &error);
    if ((status < 0) != (error != NULL) || (status < 0 && document != NULL)) {
        abort();
    }
    look_at(document);
    migd_object_free(document);
    migd_error_free(error);
    free(body);
    return 0;
}

/* A cluster as calls go to it: URL, credentials, what answers mean. */
#include "kube_target.h"

#include "codec_object.h"
#include "core_utf8.h"
#include "crypto_base64.h"
#include "job_run.h"
#include "kube_answer.h"
#include "kube_calls.h"
#include "kube_discovery.h"

#include <string.h>

/* As client-go: a mounted token is renewed under a running program. */
#define TOKEN_LASTS_MS ((int64_t)60000)

/* accept, content type, authorization */
#define OWN_HEADERS ((size_t)3)

struct migdi_kube_target {
    migdi_target base;
    size_t references;
    migd_context *context;
    migdi_kubeconfig config;
    char *token; /* the newest of the token file; NULL: the kubeconfig's */
    int64_t token_read_unix_ms;
    struct migdi_kube_discovery *discovery;
};

static migdi_kube_target *of(migdi_target *base)
{
    return (migdi_kube_target *)base; /* its first member */
}

/* --- credentials ------------------------------------------------------------------------------ */

/* Reads the token file again; a failed reading keeps what there was. Whether it is another token
 * now. */
static bool read_token(migdi_kube_target *target)
{
    char *token = NULL;
    target->token_read_unix_ms = migdi_context_unix_ms(target->context);
    if (migdi_kubeconfig_read_token(target->config.token_file, &token, NULL) < 0) {
        return false;
    }
    const char *before = target->token == NULL ? target->config.token : target->token;
    if (migdi_text_equal(token, before)) {
        migdi_kubeconfig_free_secret(token);
        return false;
    }
    migdi_kubeconfig_free_secret(target->token);
    target->token = token;
    return true;
}

static const char *current_token(migdi_kube_target *target)
{
    if (target->config.token_file != NULL) {
        const int64_t age = migdi_context_unix_ms(target->context) - target->token_read_unix_ms;
        if (age < 0 || age >= TOKEN_LASTS_MS) { /* below 0: the clock was set back */
            read_token(target);
        }
    }
    return target->token == NULL ? target->config.token : target->token;
}

static const char *basic(const migdi_kubeconfig *config, migdi_arena *arena)
{
    migdi_text pair = {0};
    migdi_text header = {0};
    migdi_text_format(&pair, "%s:%s", config->username == NULL ? "" : config->username,
                      config->password == NULL ? "" : config->password);
    migdi_text_add_string(&header, "Basic ");
    migdi_base64_add(&header, migdi_text_string(&pair), pair.size);
    const char *value =
        pair.failed || header.failed ? NULL : migdi_arena_text(arena, header.bytes, header.size);
    arena->failed = arena->failed || value == NULL;
    migdi_text *const secrets[] = {&pair, &header};
    for (size_t i = 0; i < 2; i++) {
        if (secrets[i]->bytes != NULL) {
            migdi_wipe(secrets[i]->bytes, secrets[i]->capacity);
        }
        migdi_text_free(secrets[i]);
    }
    return value;
}

/* NULL: nothing to send, or no memory. Source of the order: client-go
 * transport/round_trippers.go. */
static const char *authorization(migdi_kube_target *target, migdi_arena *arena)
{
    const migdi_kubeconfig *config = &target->config;
    const char *token = current_token(target);
    if (token != NULL) {
        return migdi_arena_format(arena, "Bearer %s", token);
    }
    return config->username == NULL && config->password == NULL ? NULL : basic(config, arena);
}

static bool renew(migdi_target *base)
{
    return of(base)->config.token_file != NULL && read_token(of(base));
}

/* --- requests and answers --------------------------------------------------------------------- */

static void add_header(migdi_http_header *headers, size_t *count, const char *name,
                       const char *value)
{
    if (value != NULL) {
        headers[(*count)++] = (migdi_http_header){name, value};
    }
}

static migd_status prepare(migdi_target *base, const migdi_call *call, migdi_arena *arena,
                           migdi_http_request *request, migd_error **error)
{
    migdi_kube_target *target = of(base);
    const migdi_kubeconfig *config = &target->config;
    if (migdi_kube_call_refusal(call) < 0) {
        return migdi_fail(error, migdi_kube_call_refusal(call), "%s", call->name);
    }
    arena->secret = true;
    migdi_http_header *headers =
        migdi_arena_alloc_zeroed(arena, OWN_HEADERS + config->impersonation_count, sizeof *headers);
    const char *url = migdi_arena_format(arena, "%s%s", config->server, call->path);
    const char *credentials = authorization(target, arena);
    if (headers == NULL || url == NULL || arena->failed) {
        return migdi_fail_nomem(error);
    }
    size_t count = 0;
    add_header(headers, &count, "Accept", call->accept);
    add_header(headers, &count, "Content-Type", call->content_type);
    add_header(headers, &count, "Authorization", credentials);
    for (size_t i = 0; i < config->impersonation_count; i++) {
        headers[count++] = config->impersonation[i];
    }
    request->url = url;
    request->headers = headers;
    request->header_count = count;
    request->peer = &config->peer;
    return MIGD_OK;
}

/* A quoted text at *at, without its quotes and escapes; *at moves behind it. false: there is
 * none. */
static bool take_quoted(const char **at, migdi_text *text)
{
    const char *next = *at;
    if (*next != '"') {
        return false;
    }
    for (next++; *next != '\0' && *next != '"'; next++) {
        next += next[0] == '\\' && next[1] != '\0';
        migdi_text_add_char(text, *next);
    }
    *at = next + (*next == '"');
    return *next == '"';
}

/* '299 - "spec.x is deprecated"', several behind commas, each perhaps with a date. Only 299 is the
 * server's own word: the other codes are of caches. Source: RFC 7234 section 5.5; apimachinery
 * ParseWarningHeader. */
static void log_warning(migdi_kube_target *target, const char *value)
{
    const char *at = value;
    while (strncmp(at, "299 ", 4) == 0) {
        migdi_text text = {0};
        migdi_text printable = {0};
        migdi_text date = {0};
        at += 4 + strcspn(at + 4, " \"");
        at += strspn(at, " ");
        if (take_quoted(&at, &text) && !text.failed) {
            migdi_utf8_add_printable(&printable, migdi_text_string(&text), text.size);
            migdi_context_log(target->context, MIGD_LOG_WARNING, "%s: %s", target->base.label,
                              migdi_text_string(&printable));
        }
        at += strspn(at, " ");
        (void)take_quoted(&at, &date);
        at += strspn(at, " ,");
        migdi_text_free(&text);
        migdi_text_free(&printable);
        migdi_text_free(&date);
    }
}

static migd_status understand(migdi_target *base, const migdi_call *call,
                              const migdi_answer *answer, migd_object **document,
                              migd_error **error)
{
    for (size_t i = 0; i < answer->head->header_count; i++) {
        if (strcmp(answer->head->headers[i].name, "warning") == 0) {
            log_warning(of(base), answer->head->headers[i].value);
        }
    }
    return migdi_kube_answer_read(call, answer, of(base)->config.user, document, error);
}

static const migdi_call *next_page(migdi_target *base, const migdi_call *call,
                                   const migd_object *page, migdi_arena *arena)
{
    (void)base;
    const char *token = migd_object_text(page, "/metadata/continue", "");
    return token[0] == '\0' ? NULL : migdi_kube_next_page(arena, call, token);
}

static const migd_object *items(migdi_target *base, const migd_object *page)
{
    (void)base;
    const migd_object *list = migdi_object_member(page, "items");
    return migd_object_kind(list) == MIGD_KIND_ARRAY ? list : NULL;
}

static const migdi_target_kind kind = {"kubernetes", prepare, understand, next_page, items, renew};

/* --- life ------------------------------------------------------------------------------------- */

/* A server of this machine, asked directly. */
static bool is_local(const migdi_kubeconfig *config)
{
    return config->loopback && (config->peer.proxy == NULL || config->peer.proxy[0] == '\0');
}

migd_status migdi_kube_target_new(migd_context *context, migdi_kubeconfig *config,
                                  migdi_kube_target **out, migd_error **error)
{
    *out = migdi_alloc_zeroed(1, sizeof **out);
    if (*out == NULL) {
        migdi_kubeconfig_free(config);
        return migdi_fail_nomem(error);
    }
    **out = (migdi_kube_target){
        .base = {.kind = &kind, .label = config->label, .has_pace = is_local(config)},
        .references = 1,
        .context = migdi_context_keep(context),
        .config = *config,
        .token_read_unix_ms = migdi_context_unix_ms(context),
    };
    *config = (migdi_kubeconfig){0};
    return MIGD_OK;
}

migdi_kube_target *migdi_kube_target_keep(migdi_kube_target *target)
{
    target->references++;
    return target;
}

void migdi_kube_target_drop(migdi_kube_target *target)
{
    if (target == NULL || --target->references > 0) {
        return;
    }
    migdi_kube_discovery_free(target->discovery);
    migdi_kubeconfig_free_secret(target->token);
    migdi_kubeconfig_free(&target->config);
    migdi_context_drop(target->context);
    migdi_free(target);
}

void migdi_kube_target_release(void *target)
{
    migdi_kube_target_drop(target);
}

migdi_target *migdi_kube_target_base(migdi_kube_target *target)
{
    return &target->base;
}

const migdi_kubeconfig *migdi_kube_target_config(const migdi_kube_target *target)
{
    return &target->config;
}

struct migdi_kube_discovery *migdi_kube_target_discovery(const migdi_kube_target *target)
{
    return target->discovery;
}

void migdi_kube_target_set_discovery(migdi_kube_target *target,
                                     struct migdi_kube_discovery *discovery)
{
    migdi_kube_discovery_free(target->discovery);
    target->discovery = discovery;
}

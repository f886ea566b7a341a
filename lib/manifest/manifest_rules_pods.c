/* Rules about what runs in the pods and who can reach it. */
#include "manifest_rules.h"

#include "codec_name.h"
#include "core_text.h"

#include <string.h>

#define GIB ((int64_t)1024 * 1024 * 1024)

void migdi_rule_c22(migdi_judge *judge, const migdi_facts *facts)
{
    for (size_t i = 0; i < facts->container_count; i++) {
        const migdi_words *names = &facts->containers[i].port_names;
        for (size_t j = 0; j < names->count; j++) {
            const char *name = names->items[j].text;
            const char *problem = migdi_name_problem(MIGDI_NAME_PORT, name, strlen(name));
            if (strlen(name) > 15) {
                migdi_say(judge, &names->items[j].at, NULL,
                          "The API server refuses it; 15 characters at most",
                          "port name \"%.24s\" has %zu characters", name, strlen(name));
            } else if (problem != NULL) {
                migdi_say(judge, &names->items[j].at, NULL, migdi_hint(judge, "It %s", problem),
                          "\"%s\" is no name of a port", name);
            }
        }
    }
}

void migdi_rule_t14(migdi_judge *judge, const migdi_facts *facts)
{
    const int64_t seeds = migdi_facts_seeds(facts);
    int64_t least = 0;
    int64_t most = 0;
    migdi_facts_range(facts, &least, &most);
    if (facts->dev || facts->spread.kind == MIGDI_SPREAD_HARD || most < 2 ||
        facts->mode == MIGDI_MODE_UNKNOWN) {
        return;
    }
    const char *hint = "Demand it: topologySpreadConstraints with DoNotSchedule over the seeds";
    const char *who = facts->mode == MIGDI_MODE_GUARANTEED && seeds > 0 ? "seeds" : "members";
    if (facts->spread.kind == MIGDI_SPREAD_WISH) {
        migdi_say(judge, &facts->spread.at, NULL, hint,
                  "spread is only a wish: 2 %s may share a node", who);
    } else {
        migdi_say(judge, &facts->spread.at, NULL, hint,
                  "nothing spreads them: 2 %s may share a node", who);
    }
}

/* --- T16: who may connect, and with what ------------------------------------------------------ */

static bool is_shipped(const migdi_word *word, const char *shipped)
{
    return migdi_text_equal(word->text, shipped);
}

static bool needs_token(const migdi_facts *facts)
{
    return facts->entitlement.text == NULL || strcmp(facts->entitlement.text, "Basic") == 0;
}

static void judge_secrets(migdi_judge *judge, const migdi_facts *facts)
{
    const bool password = facts->mode == MIGDI_MODE_KAFKA || facts->password.text != NULL;
    const bool token = !needs_token(facts) || facts->token.text != NULL;
    const char *hint = "Set ClusterPassword and EntitlementAllowToken from a Secret";
    if (is_shipped(&facts->password, "some-password")) {
        migdi_say(judge, &facts->password.at, NULL, hint, "this is the password that is shipped");
    }
    if (is_shipped(&facts->token, "some-token") && needs_token(facts)) {
        migdi_say(judge, &facts->token.at, NULL, hint, "this is the token that is shipped");
    }
    if ((password && token) || !facts->options_readable) {
        return;
    }
    const bool named = facts->secrets.object != NULL;
    const migdi_at *at = named ? &facts->secrets : &facts->options;
    migdi_say_as(judge, facts->from_spec ? MIGD_SEVERITY_NOTE : MIGD_SEVERITY_WARNING, at, NULL,
                 facts->from_spec ? "Name Secrets for them in members.secretParameters" : hint,
                 !password && !token ? "no password, no token: shipped ones may apply"
                 : password          ? "no token: the shipped one may apply"
                                     : "no password: the shipped one may apply");
}

void migdi_rule_t16(migdi_judge *judge, const migdi_facts *facts)
{
    if (facts->dev) {
        return;
    }
    for (size_t i = 0; i < facts->exposure_count; i++) {
        const migdi_exposure *exposure = &facts->exposures[i];
        if (exposure->open.object != NULL && exposure->plain_port != 0) {
            migdi_say(
                judge, &exposure->open, NULL,
                facts->from_spec ? "Name who may connect: sourceRanges; or add tls"
                                 : "Name who may connect: loadBalancerSourceRanges; or add TLS",
                "open to the whole internet on plain port %lld", (long long)exposure->plain_port);
        }
    }
    judge_secrets(judge, facts);
}

/* --- images and the JVM ----------------------------------------------------------------------- */

/* What stands behind the name: a tag, or NULL when there is none; "" stands for a digest. */
static const char *tag_of(const char *image)
{
    if (strchr(image, '@') != NULL) {
        return "";
    }
    const char *slash = strrchr(image, '/');
    const char *colon = strrchr(image, ':');
    return colon != NULL && (slash == NULL || colon > slash) ? colon + 1 : NULL;
}

void migdi_rule_t18(migdi_judge *judge, const migdi_facts *facts)
{
    if (facts->dev) {
        return;
    }
    const char *who = facts->members ? "members" : "pods";
    for (size_t i = 0; i < facts->image_count; i++) {
        const char *tag = tag_of(facts->images[i].text);
        const char *hint = "Name a tag or a digest";
        if (tag == NULL) {
            migdi_say(judge, &facts->images[i].at, NULL, hint,
                      "no tag: %s may run different versions", who);
        } else if (strcmp(tag, "latest") == 0) {
            migdi_say(judge, &facts->images[i].at, NULL, hint,
                      "\"latest\": %s may run different versions", who);
        }
    }
}

void migdi_rule_t19(migdi_judge *judge, const migdi_facts *facts)
{
    static const struct {
        const char *name;
        int gone_in;
    } flags[] = {{"UseCGroupMemoryLimitForHeap", 11}, {"UseParallelOldGC", 15}};
    for (size_t i = 0; i < facts->java_flags.count; i++) {
        const migdi_word *flag = &facts->java_flags.items[i];
        for (size_t j = 0; j < sizeof flags / sizeof *flags; j++) {
            const char *found = strstr(flag->text, flags[j].name);
            if (found != NULL && found[strlen(flags[j].name)] == '\0') {
                migdi_say(judge, &flag->at, NULL, "Remove it: the image decides which Java runs",
                          "Java %d and later refuse this flag and stop", flags[j].gone_in);
            }
        }
    }
}

void migdi_rule_t20(migdi_judge *judge, const migdi_facts *facts)
{
    if (!facts->dev && facts->memory_bytes > 0 && facts->memory_bytes < 8 * GIB) {
        migdi_say(judge, &facts->memory.at, NULL,
                  "Enough to try it; measure before clients depend on it",
                  "Memory is %.12s; for production the vendor says 8GB", facts->memory.text);
    }
}

/* --- the life of a pod ------------------------------------------------------------------------ */

void migdi_rule_t21(migdi_judge *judge, const migdi_facts *facts)
{
    const char *hint = "Ask httpGet /health on the client port, and set minReadySeconds";
    if (facts->readiness.kind == MIGDI_PROBE_TCP) {
        migdi_say(judge, &facts->readiness.at, NULL, hint,
                  "ready when the port opens, not when it serves");
    } else if (facts->readiness.kind == MIGDI_PROBE_NONE && facts->readiness.at.object != NULL) {
        migdi_say(judge, &facts->readiness.at, NULL, hint,
                  "no readiness probe: ready before it serves");
    }
}

/* Our own deploy puts a stuck member right and goes on, so its sets are not told. */
void migdi_rule_t22(migdi_judge *judge, const migdi_facts *facts)
{
    if (facts->pod_management.text != NULL && !facts->rendered) {
        migdi_say(judge, &facts->pod_management.at, NULL,
                  "A pod that cannot start also blocks the repair of those behind it",
                  "one stuck member blocks those after it");
    }
    if (facts->unpublished.object != NULL && !facts->dev) {
        migdi_say(judge, &facts->unpublished, &facts->at, "Set publishNotReadyAddresses: true",
                  "members cannot find each other before they are Ready");
    }
}

void migdi_rule_t23(migdi_judge *judge, const migdi_facts *facts)
{
    if (facts->unexec.text != NULL) {
        migdi_say(judge, &facts->unexec.at, NULL,
                  migdi_hint(judge, "Write exec %.60s", facts->unexec.text),
                  "no exec: SIGTERM may never reach the JVM");
    }
    if (facts->grace_seconds.known && facts->grace_seconds.value < 30) {
        migdi_say(judge, &facts->grace_seconds.at, NULL, "Kubernetes' own 30 seconds, or more",
                  "the JVM has %lld seconds to end, then it is killed",
                  (long long)facts->grace_seconds.value);
    }
}

void migdi_rule_t24(migdi_judge *judge, const migdi_facts *facts)
{
    if (facts->no_namespace) {
        migdi_say(judge, &facts->at, NULL, "Write metadata.namespace in every object",
                  "no namespace: it goes where the context points");
    }
}

void migdi_rule_t25(migdi_judge *judge, const migdi_facts *facts)
{
    if (facts->max_from == MIGDI_FROM_SCRIPT && !facts->noted_members.known) {
        migdi_say(
            judge, &facts->max_members.at, NULL,
            migdi_hint(judge,
                       "Note it where others can read it: migdeploy.dev/max-members: \"%lld\"",
                       (long long)facts->max_members.value),
            "only this script knows that %lld is the maximum", (long long)facts->max_members.value);
    } else if (facts->noted_members.known && facts->max_members.known &&
               facts->noted_members.value != facts->max_members.value) {
        migdi_say(judge, &facts->noted_members.at, &facts->max_members.at,
                  "The list is what members go by; correct the annotation",
                  "noted are %lld members, the list has %lld",
                  (long long)facts->noted_members.value, (long long)facts->max_members.value);
    }
}

void migdi_rule_t26(migdi_judge *judge, const migdi_facts *facts)
{
    if (facts->liveness.kind == MIGDI_PROBE_HTTP) {
        migdi_say(judge, &facts->liveness.at, NULL,
                  "Ask by tcpSocket; without a quorum /health may fail on every member at once",
                  "a lost quorum may restart every member");
    }
}

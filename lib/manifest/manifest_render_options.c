/* MIGRATORYDATA_EXTRA_OPTS: first what every member is told, then the user's parameters, then who
 * the members are. And the tutorial's shell script, which works out the last part in each pod. */
#include "manifest_render.h"

#include "core_text.h"

#include <inttypes.h>
#include <string.h>

#define CLIENT_PORT 8800 /* on which the image listens when it is told nothing */

/* S as MigratoryData works it out from a list of M members when no ClusterSeedMemberCount is
 * given. */
static int64_t seeds_of(int64_t most_members)
{
    return most_members >= 5 ? 5 : most_members >= 3 ? 3 : most_members;
}

static void add_word(migdi_text *text, const char *name, const char *value)
{
    migdi_text_format(text, "%s-D%s=%s", text->size > 0 ? " " : "", name, value);
}

static void add_fixed(migdi_render *render, migdi_text *text)
{
    const migd_object *members = migd_object_at(render->document, "/spec/members");
    const migd_object *memory = migdi_object_member(members, "memory");
    const char *size = migd_object_text(memory, "", NULL);
    const char *json = size == NULL ? migdi_object_json(memory, &render->arena) : size;
    add_word(text, "Memory", json != NULL ? json : "");
    add_word(text, "ClusterDeliveryMode", migd_object_text(members, "/deliveryMode", ""));
    add_word(text, "LogLevel", migd_object_text(members, "/logLevel", ""));
}

static void add_seeds(migdi_render *render, migdi_text *text)
{
    if (render->seeds != seeds_of(render->most_members)) {
        migdi_text_format(text, " -DClusterSeedMemberCount=%" PRId64, render->seeds);
    }
}

static void add_parameters(migdi_render *render, migdi_text *text)
{
    const migd_object *members = migd_object_at(render->document, "/spec/members");
    const migd_object *parameters = migdi_object_member(members, "parameters");
    const migd_object *secrets = migdi_object_member(members, "secretParameters");
    const int64_t port = migd_object_int64(members, "/ports/client", CLIENT_PORT);
    if (port != CLIENT_PORT && migdi_object_member(parameters, "Listen") == NULL) {
        migdi_text_format(text, " -DListen=*:%" PRId64, port);
    }
    for (size_t i = 0; i < migd_object_count(parameters); i++) {
        const migd_object *value = migd_object_item(parameters, i);
        const char *word = migd_object_text(value, "", NULL);
        if (word == NULL) {
            word = migdi_object_json(value, &render->arena);
        }
        add_word(text, migd_object_key(parameters, i), word != NULL ? word : "");
    }
    for (size_t i = 0; i < migd_object_count(secrets); i++) {
        const char *name = migd_object_key(secrets, i);
        const char *variable = migdi_render_secret_variable(render, name);
        migdi_text_format(text, " -D%s=$(%s)", name, variable != NULL ? variable : "");
    }
}

static void add_host(migdi_render *render, migdi_text *text)
{
    migdi_text_format(text, ".%s.%s.svc.%s:%" PRId64, render->names.headless_service,
                      render->namespace_name,
                      migd_object_text(render->document, "/spec/members/clusterDomain", ""),
                      render->cluster_port);
}

static void add_members(migdi_render *render, migdi_text *text)
{
    migdi_text_add_string(text, " -DClusterMemberListen=$(POD_NAME)");
    add_host(render, text);
    migdi_text_add_string(text, " -DClusterMembers=");
    for (int64_t i = 0; i < render->most_members; i++) {
        migdi_text_format(text, "%s%s-%" PRId64, i > 0 ? "," : "", render->names.name, i);
        add_host(render, text);
    }
}

static const char *keep(migdi_render *render, migdi_text *text)
{
    migdi_arena *arena = &render->arena;
    arena->failed = arena->failed || text->failed;
    const char *kept = text->failed ? NULL : migdi_arena_text(arena, text->bytes, text->size);
    migdi_text_free(text);
    return kept;
}

const char *migdi_render_options(migdi_render *render)
{
    migdi_text text = {0};
    add_fixed(render, &text);
    if (render->tutorial) {
        add_parameters(render, &text);
        add_seeds(render, &text);
    } else {
        add_seeds(render, &text);
        add_parameters(render, &text);
        add_members(render, &text);
    }
    return keep(render, &text);
}

const char *migdi_render_secret_variable(migdi_render *render, const char *name)
{
    char *variable = migdi_arena_format(&render->arena, "MIGDEPLOY_%s", name);
    for (char *at = variable; at != NULL && *at != '\0'; at++) {
        *at = *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
    }
    return variable;
}

/* To the letter as the vendor published it, but for the two numbers. */
const char *migdi_render_script(migdi_render *render)
{
    return migdi_arena_format(
        &render->arena,
        "set -x\n"
        "\n"
        "HOST=`hostname -s`\n"
        "DOMAIN=`hostname -d`\n"
        "\n"
        "MAX_REPLICAS=%" PRId64 " # (D) Define the maximum number of cluster members\n"
        "\n"
        "if [[ $HOST =~ (.*)-([0-9]+)$ ]]; then\n"
        "  NAME=${BASH_REMATCH[1]}\n"
        "fi\n"
        "\n"
        "CLUSTER_MEMBER_LISTEN=$HOST.$DOMAIN:%" PRId64 "\n"
        "echo $CLUSTER_MEMBER_LISTEN\n"
        "\n"
        "CLUSTER_MEMBERS=$NAME-0.$DOMAIN:%" PRId64 "\n"
        "for (( i=1; i < $MAX_REPLICAS; i++ ))\n"
        "do\n"
        "  CLUSTER_MEMBERS=$CLUSTER_MEMBERS,$NAME-$i.$DOMAIN:%" PRId64 "\n"
        "done\n"
        "echo $CLUSTER_MEMBERS\n"
        "\n"
        "MIGRATORYDATA_EXTRA_OPTS=\"$MIGRATORYDATA_EXTRA_OPTS "
        "-DClusterMemberListen=$CLUSTER_MEMBER_LISTEN -DClusterMembers=$CLUSTER_MEMBERS\"\n"
        "\n"
        "echo $MIGRATORYDATA_EXTRA_OPTS\n"
        "export MIGRATORYDATA_EXTRA_OPTS\n"
        "\n"
        "./start-migratorydata.sh\n",
        render->most_members, render->cluster_port, render->cluster_port, render->cluster_port);
}

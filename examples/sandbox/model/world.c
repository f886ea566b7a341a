/* The world as a function: time that passes by itself, one guarded way in, and what can be set. */
#include "kube/model.h"

#include <migdeploy/object.h>

#include <stdlib.h>
#include <string.h>

static const char default_settings[] =
    "{'startSeconds':4,'stopSeconds':2,'addressSeconds':5,'addressHost':'127.0.0.1',"
    "'addressPort':0,"
    "'scalerSeconds':15,'lagMs':20,'budgetLagMs':20,'missing':['-missing',':6.0.61'],"
    "'crashing':['-crashing'],'wishes':{},"
    "'lost':[],'room':110,'nodes':5,'zones':3}";

enum { STEPS = 1000000 }; /* of one call: a world that finds no rest is a bug */

static void make_nodes(world *cloud)
{
    pool *memory = &cloud->memory;
    const int64_t zones = setting(cloud, "zones") < 1 ? 1 : setting(cloud, "zones");
    for (int64_t i = 0; i < setting(cloud, "nodes"); i++) {
        const char zone = (char)('a' + i % zones);
        const char *name =
            pool_format(memory, "ip-10-0-%d-%d.ec2.internal", (int)(i % zones), (int)i + 1);
        const char *now = time_text(cloud, cloud->now_ms);
        store_create(
            cloud, &kinds[KIND_NODE],
            value_make(memory,
                       "{'metadata':{'name':%s,'labels':{'kubernetes.io/arch':'amd64',"
                       "'kubernetes.io/os':'linux','kubernetes.io/hostname':%s,"
                       "'topology.kubernetes.io/region':'us-east-1',"
                       "'topology.kubernetes.io/zone':%s}},'spec':{'providerID':%s},"
                       "'status':{'capacity':{'cpu':'4','memory':'16Gi','pods':'110'},"
                       "'allocatable':{'cpu':'4','memory':'16Gi','pods':'110'},"
                       "'conditions':[{'type':'Ready','status':'True','lastHeartbeatTime':%s,"
                       "'lastTransitionTime':%s,'reason':'KubeletReady',"
                       "'message':'kubelet is posting ready status'}]}}",
                       name, name, pool_format(memory, "us-east-1%c", zone),
                       pool_format(memory, "aws:///us-east-1%c/i-%017llx", zone, (long long)i + 1),
                       now, now),
            NULL);
    }
    static const char *const spaces[] = {"default", "kube-system"};
    for (size_t i = 0; i < 2; i++) {
        const value *document = value_make(memory, "{'metadata':{'name':%s}}", spaces[i]);
        document = defaults_fill(cloud, &kinds[KIND_NAMESPACE], document);
        store_create(cloud, &kinds[KIND_NAMESPACE],
                     defaults_create(cloud, &kinds[KIND_NAMESPACE], document), NULL);
    }
}

/* Apart, so that no local of it lives across the jump. */
static bool begin(world *cloud, const char *settings)
{
    pool *memory = &cloud->memory;
    cloud->types = schema_new(memory);
    cloud->settings = value_make(memory, default_settings);
    if (settings != NULL) {
        const value *patch = value_read(memory, settings, strlen(settings));
        if (patch == NULL) {
            return false;
        }
        cloud->settings = value_merge(memory, cloud->settings, patch);
    }
    make_nodes(cloud);
    return true;
}

/* Apart from world_new(): no variable of its caller lives across the jump. */
static bool begin_unless_exhausted(world *cloud, const char *settings)
{
    return setjmp(cloud->exhausted) == 0 && begin(cloud, settings);
}

world *world_new(uint64_t seed, int64_t start_ms, const char *settings)
{
    world *cloud = calloc(1, sizeof *cloud);
    if (cloud == NULL) {
        return NULL;
    }
    cloud->memory.exhausted = &cloud->exhausted;
    cloud->out.memory = &cloud->memory;
    cloud->random = seed;
    cloud->now_ms = start_ms;
    cloud->changes = malloc(CHANGES * sizeof *cloud->changes);
    if (cloud->changes == NULL || !begin_unless_exhausted(cloud, settings)) {
        world_free(cloud);
        return NULL;
    }
    return cloud;
}

void world_free(world *cloud)
{
    if (cloud == NULL) {
        return;
    }
    text_free(&cloud->out);
    pool_free(&cloud->memory);
    free(cloud->objects);
    free(cloud->changes);
    free(cloud);
}

/* --- time ------------------------------------------------------------------------------------- */

void world_plan(world *cloud, int64_t at_ms)
{
    if (cloud->pass_ms == 0 || at_ms < cloud->pass_ms) {
        cloud->pass_ms = at_ms;
    }
}

int64_t world_next_ms(const world *cloud)
{
    int64_t next = cloud->pass_ms == 0 ? INT64_MAX : cloud->pass_ms;
    for (kind_id id = KIND_POD; id <= KIND_SERVICE; id++) {
        size_t first = 0;
        size_t end = 0;
        store_range(cloud, id, NULL, &first, &end);
        for (size_t i = first; i < end; i++) {
            const int64_t due = cloud->objects[i]->due_ms;
            next = due != 0 && due < next ? due : next;
        }
    }
    return next == INT64_MAX ? -1 : next;
}

static void pass(world *cloud, int64_t now_ms)
{
    for (size_t i = 0; i < STEPS; i++) {
        const int64_t next = world_next_ms(cloud);
        if (next < 0 || next > now_ms) {
            break;
        }
        cloud->now_ms = next > cloud->now_ms ? next : cloud->now_ms;
        cloud->pass_ms = 0;
        bool wakes[KINDS];
        memcpy(wakes, cloud->wakes, sizeof wakes);
        memset(cloud->wakes, 0, sizeof cloud->wakes);
        const bool slept = !wakes[KIND_POD] && !wakes[KIND_SERVICE];
        pods_pass(cloud);
        sets_pass(cloud);
        budgets_pass(cloud);
        scalers_pass(cloud);
        services_pass(cloud, !slept);
        collector_pass(cloud);
        if (cloud->budget_ms != 0) {
            world_plan(cloud, cloud->budget_ms);
        }
    }
    cloud->now_ms = now_ms > cloud->now_ms ? now_ms : cloud->now_ms;
}

void world_advance(world *cloud, int64_t now_ms)
{
    if (setjmp(cloud->exhausted) == 0) {
        pass(cloud, now_ms);
    }
}

/* --- answers ---------------------------------------------------------------------------------- */

const value *world_read_body(world *cloud, const world_request *request)
{
    const value *body = value_read(&cloud->memory, request->body, request->body_size);
    const char *type = request->content_type == NULL ? "" : request->content_type;
    if (body != NULL || strstr(type, "yaml") == NULL) {
        return body;
    }
    migd_object *document = NULL;
    migd_buf *json = NULL;
    if (migd_object_parse(request->body, request->body_size, NULL, &document, NULL) == MIGD_OK &&
        migd_object_write_json(document, 0, &json, NULL) == MIGD_OK) {
        body = value_read(&cloud->memory, migd_buf_data(json), migd_buf_size(json));
    }
    migd_buf_free(json);
    migd_object_free(document);
    return body;
}

void world_answer_stale(world *cloud, const world_request *request, int64_t now_ms, int64_t behind,
                        world_response *response)
{
    static const char exhausted[] =
        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":"
        "\"Failure\",\"message\":\"the sandbox has no memory left\",\"code\":500}\n";
    *response = (world_response){.status = 500,
                                 .content_type = "application/json",
                                 .body = exhausted,
                                 .body_size = sizeof exhausted - 1,
                                 .retry_after_s = -1};
    if (setjmp(cloud->exhausted) != 0) {
        return;
    }
    pass(cloud, now_ms);
    cloud->out.size = 0;
    cloud->stale_version = cloud->version - behind;
    cloud->stale_version =
        cloud->stale_version < cloud->compacted ? cloud->compacted : cloud->stale_version;
    api_answer(cloud, request, response);
    response->body = cloud->out.bytes == NULL ? "" : cloud->out.bytes;
    response->body_size = cloud->out.size;
}

void world_answer(world *cloud, const world_request *request, int64_t now_ms,
                  world_response *response)
{
    world_answer_stale(cloud, request, now_ms, 0, response);
}

bool world_watch_read(world_watch *watch, int64_t now_ms, text *events)
{
    world *cloud = watch_world(watch);
    events->memory = &cloud->memory;
    if (setjmp(cloud->exhausted) != 0) {
        return false;
    }
    pass(cloud, now_ms);
    return watch_read(watch, events);
}

const char *world_settings(world *cloud)
{
    cloud->out.size = 0;
    if (setjmp(cloud->exhausted) != 0) {
        return "";
    }
    value_write(&cloud->out, cloud->settings);
    return cloud->out.bytes;
}

int64_t world_writes(const world *cloud)
{
    return cloud->writes;
}

/* What there is: the aggregated form that clients of today ask for, and the older one. */
#include "api.h"

#include <string.h>

static const char *const verbs = "['create','delete','get','list','patch','update','watch']";

static const value *short_names(world *cloud, const kind *of)
{
    return *of->short_names == '\0'
               ? NULL
               : value_append(&cloud->memory, NULL,
                              value_of_string(&cloud->memory, of->short_names));
}

/* {subresource, group, version, kind}: what is asked of an object beside itself. */
static const struct {
    kind_id of;
    const char *name;
    const char *group;
    const char *version;
    const char *kind;
    const char *verbs;
} subresources[] = {
    {KIND_POD, "eviction", "policy", "v1", "Eviction", "['create']"},
    {KIND_POD, "log", "", "", "Pod", "['get']"},
    {KIND_STATEFUL_SET, "scale", "autoscaling", "v1", "Scale", "['get','patch','update']"},
};

enum { SUBRESOURCES = sizeof subresources / sizeof subresources[0] };

/* Group and version of a kind are empty where they are those of its list: so does the real
 * server. */
static const value *aggregated_resource(world *cloud, const kind *of)
{
    pool *memory = &cloud->memory;
    value_list subs = {.memory = memory};
    for (size_t i = 0; i < SUBRESOURCES; i++) {
        if (subresources[i].of == of->id) {
            value_list_add(
                &subs, NULL,
                value_make(memory,
                           "{'subresource':%s,'responseKind':{'group':%s,'version':%s,'kind':%s},"
                           "'verbs':%v}",
                           subresources[i].name, subresources[i].group, subresources[i].version,
                           subresources[i].kind, value_make(memory, subresources[i].verbs)));
        }
    }
    return value_make(
        memory,
        "{'resource':%s,'responseKind':{'group':'','version':'','kind':%s},'scope':%s,"
        "'singularResource':%s,'verbs':%v,'shortNames':%v,'subresources':%v}",
        of->plural, of->name, of->namespaced ? "Namespaced" : "Cluster", of->singular,
        value_make(memory, verbs), short_names(cloud, of),
        subs.count == 0 ? NULL : value_list_array(&subs));
}

/* Whether kinds[i] is the first of its group, or of its group and version. */
static bool is_first(size_t index, bool of_version)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(kinds[i].group, kinds[index].group) == 0 &&
            (!of_version || strcmp(kinds[i].version, kinds[index].version) == 0)) {
            return false;
        }
    }
    return true;
}

static bool is_same_version(const kind *one, const kind *two)
{
    return strcmp(one->group, two->group) == 0 && strcmp(one->version, two->version) == 0;
}

static const value *aggregated_group(world *cloud, const kind *of)
{
    pool *memory = &cloud->memory;
    value_list versions = {.memory = memory};
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].group, of->group) != 0 || !is_first(i, true)) {
            continue;
        }
        value_list resources = {.memory = memory};
        for (size_t k = 0; k < KINDS; k++) {
            if (is_same_version(&kinds[k], &kinds[i])) {
                value_list_add(&resources, NULL, aggregated_resource(cloud, &kinds[k]));
            }
        }
        value_list_add(&versions, NULL,
                       value_make(memory, "{'version':%s,'resources':%v,'freshness':'Current'}",
                                  kinds[i].version, value_list_array(&resources)));
    }
    return value_make(memory, "{'metadata':{'name':%s},'versions':%v}",
                      *of->group == '\0' ? NULL : of->group, value_list_array(&versions));
}

static void answer_aggregated(const call *of, bool core)
{
    pool *memory = &of->cloud->memory;
    value_list groups = {.memory = memory};
    for (size_t i = 0; i < KINDS; i++) {
        if ((*kinds[i].group == '\0') == core && is_first(i, false)) {
            value_list_add(&groups, NULL, aggregated_group(of->cloud, &kinds[i]));
        }
    }
    of->response->content_type =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    api_value(
        of, 200,
        value_make(
            memory,
            "{'kind':'APIGroupDiscoveryList','apiVersion':'apidiscovery.k8s.io/v2','metadata':{},"
            "'items':%v}",
            value_list_array(&groups)));
}

static const value *legacy_group(world *cloud, size_t first)
{
    pool *memory = &cloud->memory;
    value_list versions = {.memory = memory};
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].group, kinds[first].group) == 0 && is_first(i, true)) {
            value_list_add(&versions, NULL,
                           value_make(memory, "{'groupVersion':%s,'version':%s}",
                                      kind_api_version(cloud, &kinds[i]), kinds[i].version));
        }
    }
    const value *all = value_list_array(&versions);
    return value_make(memory, "{'name':%s,'versions':%v,'preferredVersion':%v}", kinds[first].group,
                      all, all->items[0]);
}

/* The resources of one group and version, at /api/v1 or /apis/GROUP/VERSION. false: there is
 * none. */
static bool answer_resources(const call *of)
{
    world *cloud = of->cloud;
    pool *memory = &cloud->memory;
    const char *wanted = strncmp(of->path, "/apis/", 6) == 0 ? of->path + 6 : of->path + 5;
    value_list resources = {.memory = memory};
    for (size_t i = 0; i < KINDS; i++) {
        const kind *one = &kinds[i];
        if (strcmp(kind_api_version(cloud, one), wanted) != 0) {
            continue;
        }
        value_list_add(
            &resources, NULL,
            value_make(memory,
                       "{'name':%s,'singularName':%s,'namespaced':%b,'kind':%s,'verbs':%v,"
                       "'shortNames':%v}",
                       one->plural, one->singular, one->namespaced, one->name,
                       value_make(memory, verbs), short_names(cloud, one)));
        for (size_t k = 0; k < SUBRESOURCES; k++) {
            if (subresources[k].of == one->id) {
                value_list_add(
                    &resources, NULL,
                    value_make(memory,
                               "{'name':%s,'singularName':'','namespaced':true,'group':%s,"
                               "'version':%s,'kind':%s,'verbs':%v}",
                               pool_format(memory, "%s/%s", one->plural, subresources[k].name),
                               *subresources[k].version == '\0' ? NULL : subresources[k].group,
                               *subresources[k].version == '\0' ? NULL : subresources[k].version,
                               subresources[k].kind, value_make(memory, subresources[k].verbs)));
            }
        }
    }
    if (resources.count > 0) {
        api_value(of, 200,
                  value_make(
                      memory,
                      "{'kind':'APIResourceList','apiVersion':%s,'groupVersion':%s,'resources':%v}",
                      strchr(wanted, '/') == NULL ? NULL : "v1", wanted,
                      value_list_array(&resources)));
    }
    return resources.count > 0;
}

static void answer_legacy(const call *of, bool core)
{
    pool *memory = &of->cloud->memory;
    if (core) {
        api_value(of, 200, value_make(memory, "{'kind':'APIVersions','versions':['v1']}"));
        return;
    }
    value_list groups = {.memory = memory};
    for (size_t i = 0; i < KINDS; i++) {
        if (*kinds[i].group != '\0' && is_first(i, false)) {
            value_list_add(&groups, NULL, legacy_group(of->cloud, i));
        }
    }
    api_value(of, 200,
              value_make(memory, "{'kind':'APIGroupList','apiVersion':'v1','groups':%v}",
                         value_list_array(&groups)));
}

void api_discovery(const call *of)
{
    const bool gets = strcmp(of->request->method, "GET") == 0;
    const bool core = strcmp(of->path, "/api") == 0;
    const char *accept = of->request->accept == NULL ? "" : of->request->accept;
    if (gets && (core || strcmp(of->path, "/apis") == 0)) {
        if (strstr(accept, "g=apidiscovery.k8s.io;v=v2;") != NULL ||
            strstr(accept, "v=v2;g=apidiscovery.k8s.io;") != NULL) {
            answer_aggregated(of, core);
        } else {
            answer_legacy(of, core);
        }
    } else if (gets && strcmp(of->path, "/version") == 0) {
        api_value(
            of, 200,
            value_make(
                &of->cloud->memory,
                "{'major':'1','minor':'36','gitVersion':'v1.36.2','platform':'linux/amd64'}"));
    } else if (gets && (strcmp(of->path, "/readyz") == 0 || strcmp(of->path, "/livez") == 0)) {
        of->response->status = 200;
        of->response->content_type = "text/plain";
        text_add(&of->cloud->out, "ok", 2);
    } else if (!gets || !answer_resources(of)) {
        api_fail(of, 501, "NotImplemented", NULL, "the sandbox has no %s %s", of->request->method,
                 of->path);
    }
}

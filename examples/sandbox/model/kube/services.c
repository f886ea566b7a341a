/* Services: which pods stand behind one, and the address of a balancer, with the finalizer that the
 * real controller leaves until its balancer is gone. */
#include "model.h"

#include <string.h>

static const owner slices = {"kube-controller-manager", "discovery.k8s.io/v1", NULL, false};
static const owner balancers = {"controller", "v1", NULL, false};
static const owner balancer_status = {"controller", "v1", "status", false};

static const char finalizer[] = "service.k8s.aws/resources";

static const value *endpoints(world *cloud, const object *service)
{
    value_list list = {.memory = &cloud->memory};
    const value *selector =
        value_make(&cloud->memory, "{'matchLabels':%v}", object_get(service, "spec/selector"));
    size_t first = 0;
    size_t end = 0;
    store_range(cloud, KIND_POD, service->space, &first, &end);
    for (size_t i = first; i < end; i++) {
        const object *pod = cloud->objects[i];
        const char *address = object_text(pod, "status/podIP");
        if (*address == '\0' || !selector_matches(selector, object_labels(pod))) {
            continue;
        }
        const bool ready = pod_is_ready(pod) && !object_is_deleting(pod);
        value_list_add(
            &list, NULL,
            value_make(&cloud->memory,
                       "{'addresses':[%s],'conditions':{'ready':%b,'serving':%b,"
                       "'terminating':%b},'targetRef':{'kind':'Pod','namespace':%s,'name':%s,"
                       "'uid':%s},'nodeName':%s}",
                       address,
                       ready || value_true(service->now->document, "spec/publishNotReadyAddresses"),
                       pod_is_ready(pod), object_is_deleting(pod), pod->space, pod->name,
                       object_uid(pod), object_text(pod, "spec/nodeName")));
    }
    return value_list_array(&list);
}

static void write_slice(world *cloud, const object *service)
{
    pool *memory = &cloud->memory;
    /* The random end of the real name, from the uid: the same for the service's whole life. */
    const char *name = pool_format(memory, "%s-%.5s", service->name, object_uid(service));
    object *slice = store_find(cloud, KIND_SLICE, service->space, name);
    const value *behind = endpoints(cloud, service);
    if (slice != NULL) {
        store_put(cloud, slice, "endpoints", behind, &slices);
        return;
    }
    const value *labels = value_with(memory, object_labels(service), "kubernetes.io/service-name",
                                     value_of_string(memory, service->name));
    labels = value_with(memory, labels, "endpointslice.kubernetes.io/managed-by",
                        value_of_string(memory, "endpointslice-controller.k8s.io"));
    store_create(
        cloud, &kinds[KIND_SLICE],
        value_make(memory,
                   "{'metadata':{'name':%s,'generateName':%s,'namespace':%s,'labels':%v,"
                   "'ownerReferences':[{'apiVersion':'v1','kind':'Service','name':%s,'uid':%s,"
                   "'controller':true,'blockOwnerDeletion':true}]},'addressType':'IPv4',"
                   "'endpoints':%v}",
                   name, pool_format(memory, "%s-", service->name), service->space, labels,
                   service->name, object_uid(service), behind),
        &slices);
}

static bool is_due(const world *cloud, const object *service)
{
    return service->due_ms != 0 && service->due_ms <= cloud->now_ms;
}

static int64_t soon(world *cloud)
{
    return cloud->now_ms + setting(cloud, "addressSeconds") * 1000 + 1;
}

/* Takes the balancer of a service away after a while: it is going, or wants none any more. */
static void unbalance(world *cloud, object *service)
{
    if (service->stage == 1) {
        service->stage = 2;
        service->due_ms = soon(cloud);
    } else if (is_due(cloud, service)) {
        service->stage = 0;
        service->due_ms = 0;
        store_put(cloud, service, "status/loadBalancer", value_make(&cloud->memory, "{}"),
                  &balancer_status);
        store_put(cloud, service, "metadata/finalizers", NULL, &balancers);
    }
}

/* Takes the service up, and gives it its address after a while. */
static void balance(world *cloud, object *service)
{
    pool *memory = &cloud->memory;
    const value *finalizers = object_get(service, "metadata/finalizers");
    const bool due = is_due(cloud, service);
    const int64_t after = soon(cloud);
    if (service->stage == 0) {
        service->stage = 1;
        service->due_ms = after;
        store_put(cloud, service, "metadata/finalizers",
                  value_append(memory, finalizers, value_of_string(memory, finalizer)), &balancers);
    } else if (due) {
        service->stage = 1;
        service->due_ms = 0;
        const value *ports = setting(cloud, "addressPort") == 0
                                 ? NULL
                                 : value_make(memory, "[{'port':%i,'protocol':'TCP'}]",
                                              setting(cloud, "addressPort"));
        store_put(cloud, service, "status/loadBalancer",
                  value_make(memory, "{'ingress':[{'hostname':%s,'ports':%v}]}",
                             value_text(cloud->settings, "addressHost", ""), ports),
                  &balancer_status);
    }
}

void services_pass(world *cloud, bool pods_changed)
{
    size_t first = 0;
    size_t end = 0;
    store_range(cloud, KIND_SERVICE, NULL, &first, &end);
    for (size_t i = 0; i < end - first; i++) {
        store_range(cloud, KIND_SERVICE, NULL, &first, &end);
        object *service = cloud->objects[first + i];
        if (pods_changed && object_get(service, "spec/selector") != NULL &&
            !object_is_deleting(service)) {
            write_slice(cloud, service);
        }
        if (setting(cloud, "addressSeconds") < 0) {
            continue;
        }
        if (object_is_deleting(service) ||
            strcmp(object_text(service, "spec/type"), "LoadBalancer") != 0) {
            unbalance(cloud, service);
        } else {
            balance(cloud, service);
        }
    }
}

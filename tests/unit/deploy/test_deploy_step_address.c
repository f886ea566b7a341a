#include "deploy_told.h"

#define migdi_deploy_address tested /* beside those of the room */
#define migdi_address_url    tested_url
#include "deploy_step_address.c"

static const migdi_address_wish wish = {.namespace_ = "blue", .service = "data-cs", .port = 80};

/* Only a load balancer's address is waited for, and 60 s where nobody balances: a note, no
 * failure. */
static void only_the_address_of_a_balancer_is_waited_for(void **state)
{
    (void)state;
    static const struct {
        address_seen seen;
        const char *says;
    } rows[] = {
        {{0}, "going: Service/blue/data-cs is awaited"},
        {{.exists = true, .balanced = true, .type = "LoadBalancer", .host = "k8s.example.com"},
         "done: k8s.example.com:80"},
        {{.exists = true, .balanced = true, .type = "LoadBalancer", .host = "192.0.2.7"},
         "done: 192.0.2.7:80"},
        {{.exists = true, .balanced = true, .type = "LoadBalancer", .host = "2001:db8::7"},
         "done: [2001:db8::7]:80"},
        {{.exists = true, .balanced = true, .type = "LoadBalancer", .host = "a.b", .port = 8080},
         "done: a.b:8080"},
        {{.exists = true, .balanced = true, .type = "LoadBalancer", .age_ms = 59999},
         "going: Service/blue/data-cs has no address yet"},
        {{.exists = true, .balanced = true, .type = "LoadBalancer", .age_ms = 60000},
         "done: no address yet\n"
         " note address: no balancer took Service/blue/data-cs in 60 s: is a load balancer "
         "controller there?"},
        {{.exists = true, .type = "ClusterIP", .host = "10.0.0.9"},
         "done: 10.0.0.9:80, inside the cluster"},
        {{.exists = true, .type = "NodePort", .host = "10.0.0.9"},
         "done: 10.0.0.9:80, inside the cluster"},
        {{.exists = true, .type = "ExternalName"},
         "done: a ExternalName Service has no address of its own"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        says(&tested, &wish, MIGDI_PRESENT, &rows[i].seen, rows[i].says);
    }
}

static void a_plan_knows_it_later(void **state)
{
    (void)state;
    plans(&tested, &wish, MIGDI_PRESENT, &(address_seen){0},
          "wait: Service/blue/data-cs is awaited\n"
          "done: known later:80");
    plans(&tested, &wish, MIGDI_PRESENT,
          &(address_seen){.exists = true, .balanced = true, .type = "LoadBalancer"},
          "wait: Service/blue/data-cs has no address yet\n"
          "done: known later:80");
}

static void the_address_is_reported_as_a_url_or_as_null(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        const char *url;
    } rows[] = {
        {"k8s.example.com", "http://k8s.example.com:80"},
        {"192.0.2.7", "http://192.0.2.7:80"},
        {"2001:db8::7", "http://[2001:db8::7]:80"},
        {NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const address_seen seen = {.exists = true, .host = rows[i].host};
        migd_object *result = reports(&tested, &wish, &seen, "{}");
        const migd_object *address = migd_object_at(result, "/address");
        if (rows[i].url == NULL) {
            assert_int_equal(migd_object_kind(address), MIGD_KIND_NULL);
        } else {
            assert_string_equal(migd_object_text(address, "", ""), rows[i].url);
        }
        migd_object_free(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_address_of_a_balancer_is_waited_for),
        cmocka_unit_test(a_plan_knows_it_later),
        cmocka_unit_test(the_address_is_reported_as_a_url_or_as_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "test_support.h"

#include "manifest_render.h"
#include "manifest_specs.h"

static migd_object *parse(const char *yaml)
{
    migd_object *object = NULL;
    assert_int_equal(migd_object_parse(yaml, strlen(yaml), NULL, &object, NULL), MIGD_OK);
    return object;
}

/* What stands at "/t" after the patch. */
static void assert_merged(const char *base, const char *patch, const char *expected)
{
    migd_object *from = parse(base);
    migd_object *over = parse(patch);
    migd_object *merged = NULL;
    migdi_builder builder;
    migdi_build(&builder);
    migdi_build_object(&builder, from, "/t");
    migdi_render_merge(&builder, over, "/t");
    assert_int_equal(migdi_build_take(&builder, &merged, NULL), MIGD_OK);
    assert_yaml(merged, "/t", expected);
    migd_object_free(merged);
    migd_object_free(over);
    migd_object_free(from);
}

/* As a server-side apply of the patch by another manager, by force, would leave it. */
static void maps_merge_and_lists_merge_by_their_keys(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"{a: 1, b: {c: 2}}", "{b: {d: 3}, e: 4}", "{a: 1, b: {c: 2, d: 3}, e: 4}"},
        {"{a: 1}", "{a: {b: 1}}", "{a: {b: 1}}"},
        {"{a: {b: 1}}", "{a: 1}", "{a: 1}"},
        {"{a: 1}", "{}", "{a: 1}"},
        /* null removes, and is never left behind */
        {"{a: 1, b: 2}", "{a: ~, c: ~}", "{b: 2}"},
        {"{a: 1}", "{b: {c: ~, d: 1}}", "{a: 1, b: {d: 1}}"},
        /* containers by name: ours is changed, a sidecar is added behind it */
        {"{containers: [{name: m, image: a, args: [x]}]}",
         "{containers: [{name: m, image: b}, {name: s, image: c}]}",
         "{containers: [{name: m, image: b, args: [x]}, {name: s, image: c}]}"},
        {"{containers: [{name: m, lifecycle: {preStop: 1}}]}",
         "{containers: [{name: m, lifecycle: ~}]}", "{containers: [{name: m}]}"},
        /* inside a container */
        {"{containers: [{name: m, env: [{name: A, value: x}, {name: B, value: y}]}]}",
         "{containers: [{name: m, env: [{name: B, value: z}, {name: C, value: w}]}]}",
         "{containers: [{name: m, env: [{name: A, value: x}, {name: B, value: z}, "
         "{name: C, value: w}]}]}"},
        {"{ports: [{containerPort: 80, name: a}]}",
         "{ports: [{containerPort: 80, protocol: TCP, hostPort: 1}]}",
         "{ports: [{containerPort: 80, name: a, protocol: TCP, hostPort: 1}]}"},
        {"{ports: [{containerPort: 80, name: a}]}",
         "{ports: [{containerPort: 80, protocol: UDP, name: b}]}",
         "{ports: [{containerPort: 80, name: a}, {containerPort: 80, protocol: UDP, name: b}]}"},
        {"{volumeMounts: [{mountPath: /a, name: x}]}",
         "{volumeMounts: [{mountPath: /a, readOnly: true}, {mountPath: /b, name: y}]}",
         "{volumeMounts: [{mountPath: /a, name: x, readOnly: true}, {mountPath: /b, name: y}]}"},
        {"{volumes: [{name: a, emptyDir: {}}]}", "{volumes: [{name: b, emptyDir: {}}]}",
         "{volumes: [{name: a, emptyDir: {}}, {name: b, emptyDir: {}}]}"},
        {"{topologySpreadConstraints: [{topologyKey: z, whenUnsatisfiable: DoNotSchedule, maxSkew: "
         "1}]}",
         "{topologySpreadConstraints: [{topologyKey: z, whenUnsatisfiable: DoNotSchedule, maxSkew: "
         "2}, {topologyKey: z, whenUnsatisfiable: ScheduleAnyway, maxSkew: 3}]}",
         "{topologySpreadConstraints: [{topologyKey: z, whenUnsatisfiable: DoNotSchedule, maxSkew: "
         "2}, {topologyKey: z, whenUnsatisfiable: ScheduleAnyway, maxSkew: 3}]}"},
        /* atomic ones are replaced */
        {"{tolerations: [{key: a}]}", "{tolerations: [{key: b}]}", "{tolerations: [{key: b}]}"},
        {"{containers: [{name: m, args: [x, y], command: [c]}]}",
         "{containers: [{name: m, args: [z]}]}",
         "{containers: [{name: m, args: [z], command: [c]}]}"},
        {"{}", "{hostAliases: [{ip: 1.2.3.4, hostnames: [a]}]}",
         "{hostAliases: [{ip: 1.2.3.4, hostnames: [a]}]}"},
        /* keys that a pointer escapes */
        {"{metadata: {annotations: {a/b: x}}}", "{metadata: {annotations: {a/b: y, c~d: z}}}",
         "{metadata: {annotations: {a/b: y, c~d: z}}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_merged(cases[i][0], cases[i][1], cases[i][2]);
    }
}

static void the_template_of_a_spec_is_merged_last(void **state)
{
    (void)state;
    migd_objects *objects =
        render_of("  members:\n"
                  "    image: a\n"
                  "    template:\n"
                  "      metadata: {annotations: {prometheus.io/scrape: \"true\"}}\n"
                  "      spec:\n"
                  "        terminationGracePeriodSeconds: 90\n"
                  "        automountServiceAccountToken: ~\n"
                  "        containers:\n"
                  "        - name: migratorydata\n"
                  "          env: [{name: TZ, value: UTC}]\n"
                  "          readinessProbe: {periodSeconds: 9}\n"
                  "        - {name: agent, image: b}\n");
    const migd_object *template =
        migd_object_at(object_of(objects, "StatefulSet", ""), "/spec/template");
    assert_yaml(template, "/metadata",
                "{labels: {app: migratorydata}, annotations: {prometheus.io/scrape: \"true\"}}");
    assert_yaml(template, "/spec/terminationGracePeriodSeconds", "90");
    assert_yaml(template, "/spec/automountServiceAccountToken", NULL);
    assert_yaml(template, "/spec/containers/0/image", "a");
    assert_yaml(template, "/spec/containers/0/env/2", "{name: TZ, value: UTC}");
    assert_yaml(template, "/spec/containers/0/readinessProbe",
                "{httpGet: {path: /health, port: client-port}, periodSeconds: 9}");
    assert_yaml(template, "/spec/containers/1", "{name: agent, image: b}");
    const migdi_place place =
        migdi_object_place(migd_object_at(template, "/spec/containers/0/env/2/value"));
    assert_int_equal(place.line, 13);
    migd_objects_free(objects);
}

static void what_cannot_be_merged_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *patch;
        const char *problem; /* NULL: none */
    } cases[] = {
        {"{}", NULL},
        {"{metadata: {labels: {a: b}}, spec: {containers: [{name: a, env: [{name: b}]}]}}", NULL},
        {"{spec: {containers: ~, volumes: [{name: a, projected: {sources: [{x: 1}]}}]}}", NULL},
        {"{kind: Pod}", "a pod template has metadata and spec, nothing else"},
        {"{spec: ~}", "a map belongs here"},
        {"{spec: {volumes: {}}}", "a list belongs here"},
        {"{spec: {containers: [a]}}",
         "an item of this list lacks the key that tells it from the others"},
        {"{spec: {containers: [{name: a, ports: [{name: p}]}]}}",
         "an item of this list lacks the key that tells it from the others"},
        {"{metadata: {labels: {app: x}}}", "the label app is what the members are selected by"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *problem = NULL;
        migd_object *patch = parse(cases[i].patch);
        const migd_object *fault = migdi_render_merge_fault(patch, &problem);
        assert_true((fault != NULL) == (cases[i].problem != NULL));
        if (fault != NULL) {
            assert_string_equal(problem, cases[i].problem);
        }
        migd_object_free(patch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_merge_and_lists_merge_by_their_keys),
        cmocka_unit_test(the_template_of_a_spec_is_merged_last),
        cmocka_unit_test(what_cannot_be_merged_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

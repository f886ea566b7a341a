#include "test_support.h"

#include "manifest_check.h"

#include "codec_object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- documents -------------------------------------------------------------------------------- */

static void add_text(migd_objects *objects, const char *text, const char *name)
{
    migd_read_options *options = NULL;
    assert_int_equal(migd_read_options_new(&options, NULL), MIGD_OK);
    assert_int_equal(migd_read_options_set_text(options, MIGD_READ_NAME, name, NULL), MIGD_OK);
    migd_error *error = NULL;
    const migd_status status = migd_objects_parse(objects, text, strlen(text), options, &error);
    if (status < 0) {
        print_error("%s:%d: %s\n", name, (int)migd_error_line(error), migd_error_message(error));
    }
    assert_int_equal(status, MIGD_OK);
    migd_read_options_free(options);
}

static void add_file(migd_objects *objects, const char *folder, const char *name)
{
    char path[256];
    assert_true((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) < sizeof path);
    char *text = test_read_data(path, NULL);
    add_text(objects, text, name);
    free(text);
}

static migd_objects *no_objects(void)
{
    migd_objects *objects = NULL;
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    return objects;
}

static migd_objects *tutorial(bool with_autoscaler)
{
    migd_objects *objects = no_objects();
    add_file(objects, "tutorial", "migratory-namespace.yaml");
    if (with_autoscaler) {
        add_file(objects, "tutorial", "migratorydata-autoscale.yaml");
    }
    add_file(objects, "tutorial", "migratorydata-cluster.yaml");
    add_file(objects, "tutorial", "nlb-service.yaml");
    return objects;
}

static migd_objects *text_objects(const char *text)
{
    migd_objects *objects = no_objects();
    add_text(objects, text, "x.yaml");
    return objects;
}

/* --- findings --------------------------------------------------------------------------------- */

static void assert_written(migd_findings *findings, int32_t format, const char *expected)
{
    migd_buf *text = NULL;
    assert_int_equal(migd_findings_write(findings, format, &text, NULL), MIGD_OK);
    assert_string_equal(migd_buf_data(text), expected);
    migd_buf_free(text);
    migd_findings_free(findings);
}

/* Takes the objects. */
static void assert_checked(migd_objects *objects, const char *expected)
{
    migd_findings *findings = NULL;
    assert_int_equal(migd_check_objects(objects, NULL, &findings, NULL), MIGD_OK);
    assert_written(findings, MIGD_FINDINGS_BRIEF, expected);
    migd_objects_free(objects);
}

/* "C9 T16 ": the rules that spoke, in the order of their findings. */
static void assert_rules(const migd_findings *findings, const char *expected)
{
    char rules[512] = "";
    size_t size = 0;
    for (size_t i = 0; i < migd_findings_count(findings); i++) {
        const char *rule = migd_object_text(migd_findings_item(findings, i), "/rule", "");
        assert_true(size + strlen(rule) + 2 < sizeof rules);
        size += (size_t)snprintf(rules + size, sizeof rules - size, "%s ", rule);
    }
    assert_string_equal(rules, expected);
}

/* --- the tutorial ----------------------------------------------------------------------------- */

/* looks, scene 2, to the letter. */
static const char *const found_in_tutorial =
    "migratorydata-cluster.yaml:40:17: warning: no member can leave: 3 run, 3 must stay [C9]\n"
    "migratorydata-cluster.yaml:40:17: warning: at 5 members 2 seeds may leave, quorum "
    "bears 1 [C10]\n"
    "migratorydata-cluster.yaml:57:13: warning: each apply undoes the autoscaler's count [T12]\n"
    "migratorydata-cluster.yaml:60:24: note: one stuck member blocks those after it [T22]\n"
    "migratorydata-cluster.yaml:68:11: warning: spread is only a wish: 2 seeds may share "
    "a node [T14]\n"
    "migratorydata-cluster.yaml:81:18: warning: \"latest\": members may run different "
    "versions [T18]\n"
    "migratorydata-cluster.yaml:84:22: warning: no password, no token: shipped ones may "
    "apply [T16]\n"
    "migratorydata-cluster.yaml:84:23: note: Memory is 128MB; for production the vendor "
    "says 8GB [T20]\n"
    "migratorydata-cluster.yaml:90:56: warning: Java 11 and later refuse this flag and "
    "stop [T19]\n"
    "migratorydata-cluster.yaml:101:15: note: only this script knows that 5 is the "
    "maximum [T25]\n"
    "migratorydata-cluster.yaml:122:15: warning: no exec: SIGTERM may never reach the JVM [T23]\n"
    "migratorydata-cluster.yaml:143:11: warning: ready when the port opens, not when it "
    "serves [T21]\n"
    "nlb-service.yaml:13:58: warning: open to the whole internet on plain port 80 [T16]\n";

static void the_tutorial_has_the_findings_that_were_designed(void **state)
{
    (void)state;
    migd_objects *objects = tutorial(true);
    migd_findings *findings = NULL;
    assert_int_equal(migd_check_objects(objects, NULL, &findings, NULL), MIGD_OK);
    assert_int_equal(migd_findings_errors(findings), 0);
    migd_buf *text = NULL;
    assert_int_equal(migd_findings_write(findings, MIGD_FINDINGS_TEXT, &text, NULL), MIGD_OK);
    const char *const c9 =
        "migratorydata-cluster.yaml:40:17: warning: no member can leave: 3 run, 3 must "
        "stay [C9]\n"
        "    Keep 2 of the 3 seeds instead of 3 of all members, or run 4\n"
        "    see migratorydata-cluster.yaml:57:13 StatefulSet/migratory/migratorydata "
        "/spec/replicas\n";
    assert_memory_equal(migd_buf_data(text), c9, strlen(c9));
    for (const char *line = migd_buf_data(text); *line != '\0';) {
        const size_t size = strcspn(line, "\n");
        assert_in_range(size, 1, 97);
        line += size + 1;
    }
    migd_buf_free(text);
    assert_int_equal(migd_findings_write(findings, MIGD_FINDINGS_JSON, &text, NULL), MIGD_OK);
    const char *const first =
        "{\"findings\":[{\"rule\":\"C9\",\"severity\":\"warning\","
        "\"message\":\"no member can leave: 3 run, 3 must stay\","
        "\"hint\":\"Keep 2 of the 3 seeds instead of 3 of all members, or run 4\","
        "\"object\":\"PodDisruptionBudget/migratory/migratorydata-pdb\","
        "\"pointer\":\"/spec/minAvailable\",\"file\":\"migratorydata-cluster.yaml\",\"line\":40,"
        "\"column\":17,\"related\":[{\"object\":\"StatefulSet/migratory/migratorydata\","
        "\"pointer\":\"/spec/replicas\",\"file\":\"migratorydata-cluster.yaml\",\"line\":57,"
        "\"column\":13}]}";
    assert_memory_equal(migd_buf_data(text), first, strlen(first));
    assert_non_null(
        strstr(migd_buf_data(text), "],\"summary\":{\"errors\":0,\"warnings\":10,\"notes\":3}}"));
    migd_buf_free(text);
    assert_written(findings, MIGD_FINDINGS_BRIEF, found_in_tutorial);
    migd_objects_free(objects);
}

static void without_the_autoscaler_nothing_moves_the_members(void **state)
{
    (void)state;
    migd_objects *objects = tutorial(false);
    migd_findings *findings = NULL;
    assert_int_equal(migd_check_objects(objects, NULL, &findings, NULL), MIGD_OK);
    assert_rules(findings, "C9 T22 T14 T18 T16 T20 T19 T25 T23 T21 T16 ");
    migd_findings_free(findings);
    migd_objects_free(objects);
}

static void with_its_clusterconfig_zones_nodes_and_ssh_are_judged(void **state)
{
    (void)state;
    migd_objects *objects = tutorial(true);
    add_file(objects, "tutorial", "eksctl-dry-run.yaml");
    migd_findings *findings = NULL;
    assert_int_equal(migd_check_objects(objects, NULL, &findings, NULL), MIGD_OK);
    assert_string_equal(
        migd_findings_text(findings, 0),
        "eksctl-dry-run.yaml:10:1: warning: 2 zones: one holds 2 of 3 seeds, quorum bears "
        "1 [C14]");
    assert_string_equal(
        migd_findings_text(findings, 1),
        "eksctl-dry-run.yaml:23:20: warning: 5 members on 3 nodes: nodes do not follow "
        "pods [T13]");
    assert_string_equal(
        migd_findings_text(findings, 2),
        "eksctl-dry-run.yaml:54:12: warning: ssh is open to the whole internet [T17]");
    assert_rules(findings, "C14 T13 T17 C9 C10 T12 T22 T14 T18 T16 T20 T19 T25 T23 T21 T15 T16 ");
    migd_findings_free(findings);
    migd_objects_free(objects);
}

/* --- what we render --------------------------------------------------------------------------- */

static void rendered_objects_leave_little_to_say(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *rules;
    } rows[] = {
        {"production.yaml", "T16 T16 T20 "}, {"autoscale.yaml", "T16 T20 "}, {"dev.yaml", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migd_objects *objects = no_objects();
        add_file(objects, "render", rows[i].name);
        migd_findings *findings = NULL;
        assert_int_equal(migd_check_objects(objects, NULL, &findings, NULL), MIGD_OK);
        assert_rules(findings, rows[i].rules);
        assert_int_equal(migd_findings_errors(findings), 0);
        migd_findings_free(findings);
        migd_objects_free(objects);
    }
}

/* --- anybody's -------------------------------------------------------------------------------- */

static void any_set_with_a_budget_or_an_autoscaler_is_judged(void **state)
{
    (void)state;
    assert_checked(
        text_objects(
            "apiVersion: apps/v1\n"
            "kind: Deployment\n"
            "metadata: {name: web, namespace: a}\n"
            "spec:\n"
            "  replicas: 2\n"
            "  template:\n"
            "    metadata: {labels: {app: web}}\n"
            "    spec:\n"
            "      containers:\n"
            "      - name: web\n"
            "        image: nginx\n"
            "        ports: [{name: a-name-that-is-too-long, containerPort: 80}]\n"
            "---\n"
            "apiVersion: policy/v1\n"
            "kind: PodDisruptionBudget\n"
            "metadata: {name: one, namespace: a}\n"
            "spec: {minAvailable: 3, selector: {matchLabels: {app: web}}}\n"
            "---\n"
            "apiVersion: policy/v1\n"
            "kind: PodDisruptionBudget\n"
            "metadata: {name: two, namespace: a}\n"
            "spec: {maxUnavailable: 0, selector: {}}\n"
            "---\n"
            "apiVersion: policy/v1\n"
            "kind: PodDisruptionBudget\n"
            "metadata: {name: elsewhere, namespace: b}\n"
            "spec: {maxUnavailable: 0, selector: {}}\n"
            "---\n"
            "apiVersion: autoscaling/v2\n"
            "kind: HorizontalPodAutoscaler\n"
            "metadata: {name: web, namespace: a}\n"
            "spec:\n"
            "  scaleTargetRef: {kind: Deployment, name: web}\n"
            "  minReplicas: 4\n"
            "  maxReplicas: 3\n"
            "  metrics:\n"
            "  - type: Resource\n"
            "    resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}\n"),
        "x.yaml:5:13: warning: each apply undoes the autoscaler's count [T12]\n"
        "x.yaml:11:16: warning: no tag: pods may run different versions [T18]\n"
        "x.yaml:12:24: error: port name \"a-name-that-is-too-long\" has 23 characters [C22]\n"
        "x.yaml:17:22: error: 3 must stay, but only 2 run [C7]\n"
        "x.yaml:21:18: error: a second budget over the same pods [C18]\n"
        "x.yaml:22:24: warning: no pod can leave: 2 run, 2 must stay [C9]\n"
        "x.yaml:34:16: error: the least, 4, is more than the most, 3 [C11]\n"
        "x.yaml:38:75: error: a share of the CPU, but a container requests none [C20]\n");
}

static void a_set_that_nobody_guards_is_nobodys_business(void **state)
{
    (void)state;
    assert_checked(
        text_objects("apiVersion: apps/v1\n"
                     "kind: Deployment\n"
                     "metadata: {name: web}\n"
                     "spec: {template: {spec: {containers: [{name: a, image: nginx}]}}}\n"),
        "");
    assert_checked(
        text_objects("apiVersion: apps.example.com/v1\n"
                     "kind: StatefulSet\n"
                     "metadata: {name: web}\n"
                     "spec: {template: {spec: {containers: [{image: migratorydata/server}]}}}\n"),
        "");
    assert_checked(no_objects(), "");
}

/* The vendor's deployment with Kafka: a Deployment without seeds, list or budget (reference,
 * section 6). */
static void the_kafka_edition_is_judged_without_seeds(void **state)
{
    (void)state;
    assert_checked(text_objects("apiVersion: apps/v1\n"
                                "kind: Deployment\n"
                                "metadata: {name: migratorydata, namespace: migratory}\n"
                                "spec:\n"
                                "  replicas: 3\n"
                                "  template:\n"
                                "    metadata: {labels: {app: migratorydata}}\n"
                                "    spec:\n"
                                "      containers:\n"
                                "      - name: migratorydata\n"
                                "        image: migratorydata/server:6.0.16\n"
                                "        env:\n"
                                "        - name: MIGRATORYDATA_EXTRA_OPTS\n"
                                "          value: \"-DMemory=512MB -DX.ConnectionOffload=true "
                                "-DClusterEngine=kafka\"\n"
                                "        resources: {requests: {memory: 512Mi, cpu: \"0.5\"}}\n"
                                "        readinessProbe: {tcpSocket: {port: 8800}}\n"),
                   "x.yaml:8:5: warning: nothing spreads them: 2 members may share a node [T14]\n"
                   "x.yaml:14:18: warning: no token: the shipped one may apply [T16]\n"
                   "x.yaml:14:19: error: Memory is 512MB, the container has 512Mi [C21]\n"
                   "x.yaml:14:19: note: Memory is 512MB; for production the vendor says 8GB [T20]\n"
                   "x.yaml:16:9: warning: ready when the port opens, not when it serves [T21]\n");
}

static void what_cannot_be_read_is_said(void **state)
{
    (void)state;
    assert_checked(
        text_objects("apiVersion: apps/v1\n"
                     "kind: StatefulSet\n"
                     "metadata: {name: m}\n"
                     "spec:\n"
                     "  replicas: 1\n"
                     "  podManagementPolicy: Parallel\n"
                     "  template:\n"
                     "    spec:\n"
                     "      containers:\n"
                     "      - image: host:5000/migratorydata/server:6\n"
                     "        env:\n"
                     "        - name: MIGRATORYDATA_EXTRA_OPTS\n"
                     "          valueFrom: {configMapKeyRef: {name: c, key: k}}\n"
                     "        readinessProbe: {exec: {command: [true]}}\n"),
        "x.yaml:3:18: note: no namespace: it goes where the context points [T24]\n"
        "x.yaml:12:11: note: parameters come from elsewhere: not judged [C1]\n"
        "x.yaml:12:11: note: no member list can be read: its length is not judged [C6]\n");
}

static void objects_without_a_place_are_named(void **state)
{
    (void)state;
    migd_objects *objects = tutorial(false);
    migd_object *made = NULL;
    migd_objects *placeless = no_objects();
    assert_int_equal(migd_object_new(&made, NULL), MIGD_OK);
    assert_int_equal(migd_object_set_string(made, "/apiVersion", "apps/v1", NULL), MIGD_OK);
    assert_int_equal(migd_object_set_string(made, "/kind", "StatefulSet", NULL), MIGD_OK);
    assert_int_equal(migd_object_set_string(made, "/metadata/name", "m", NULL), MIGD_OK);
    assert_int_equal(migd_object_set_string(made, "/metadata/namespace", "n", NULL), MIGD_OK);
    assert_int_equal(migd_object_set_int64(made, "/spec/replicas", 6, NULL), MIGD_OK);
    assert_int_equal(migd_object_set_string(made, "/spec/podManagementPolicy", "Parallel", NULL),
                     MIGD_OK);
    assert_int_equal(
        migd_object_set_string(made, "/metadata/annotations/migdeploy.dev~1max-members", "5", NULL),
        MIGD_OK);
    assert_int_equal(migd_object_set_string(made, "/spec/template/spec/containers/-/image",
                                            "migratorydata/server:6", NULL),
                     MIGD_OK);
    assert_int_equal(migd_objects_add(placeless, made, NULL), MIGD_OK);
    migd_findings *findings = NULL;
    assert_int_equal(migd_check_objects(placeless, NULL, &findings, NULL), MIGD_OK);
    assert_string_equal(
        migd_findings_text(findings, 0),
        "StatefulSet/n/m: error: 6 members, but the list that every member holds ends at 5 [C6]");
    assert_string_equal(migd_object_text(migd_findings_item(findings, 0), "/pointer", ""),
                        "/spec/replicas");
    migd_findings_free(findings);
    migd_object_free(made);
    migd_objects_free(placeless);
    migd_objects_free(objects);
}

/* --- accepted rules --------------------------------------------------------------------------- */

static void an_option_turns_a_finding_into_a_note(void **state)
{
    (void)state;
    migd_objects *objects = tutorial(false);
    migd_call_options *options = NULL;
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_accept(options, "C9", NULL), MIGD_OK);
    migd_findings *findings = NULL;
    assert_int_equal(migd_check_objects(objects, options, &findings, NULL), MIGD_OK);
    assert_string_equal(
        migd_findings_text(findings, 0),
        "migratorydata-cluster.yaml:40:17: note: accepted: no member can leave: 3 run, 3 "
        "must stay [C9]");
    assert_string_equal(migd_object_text(migd_findings_item(findings, 0), "/hint", ""),
                        "By --accept C9");
    migd_findings_free(findings);

    assert_int_equal(migd_call_options_accept(options, "T20", NULL), MIGD_OK);
    assert_int_equal(migd_check_objects(objects, options, &findings, NULL), MIGD_OK);
    assert_string_equal(migd_findings_text(findings, 5),
                        "migratorydata-cluster.yaml:84:23: note: Memory is 128MB; for production "
                        "the vendor says 8GB [T20]");
    migd_findings_free(findings);

    migd_error *error = NULL;
    assert_int_equal(migd_call_options_accept(options, "C99", NULL), MIGD_OK);
    assert_int_equal(migd_check_objects(objects, options, &findings, &error), MIGD_ERR_INVALID);
    assert_null(findings);
    assert_string_equal(migd_error_message(error),
                        "there is no rule \"C99\" to accept; did you mean \"C9\"?");
    migd_error_free(error);
    migd_call_options_free(options);
    migd_objects_free(objects);
}

static void an_annotation_accepts_with_a_reason(void **state)
{
    (void)state;
    static const char set[] =
        "apiVersion: apps/v1\n"
        "kind: StatefulSet\n"
        "metadata:\n"
        "  name: web\n"
        "  namespace: a\n"
        "  annotations: {migdeploy.dev/accept: \"%s\"}\n"
        "spec:\n"
        "  replicas: 2\n"
        "  template: {metadata: {labels: {app: web}}, spec: {containers: [{image: a:1}]}}\n"
        "---\n"
        "apiVersion: policy/v1\n"
        "kind: PodDisruptionBudget\n"
        "metadata: {name: b, namespace: a}\n"
        "spec: {minAvailable: %d, selector: {matchLabels: {app: web}}}\n";
    static const struct {
        const char *note;
        int kept;
        const char *severity;
        const char *hint;
    } rows[] = {
        {"C9: drained by hand only", 2, "note", "By migdeploy.dev/accept: drained by hand only"},
        {"T18: x; C9: drained by hand", 2, "note", "By migdeploy.dev/accept: drained by hand"},
        {"C9:tonight", 2, "note", "By migdeploy.dev/accept: tonight"},
        {"C9", 2, "warning", "Set maxUnavailable: 1 instead, or run one more"},
        {"C9: ", 2, "warning", "Set maxUnavailable: 1 instead, or run one more"},
        {"C10: other", 2, "warning", "Set maxUnavailable: 1 instead, or run one more"},
        {"C7: please", 3, "error",
         "C7 is never accepted. Keep fewer, or run more: Kubernetes would refuse every eviction"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1024];
        assert_true((size_t)snprintf(text, sizeof text, set, rows[i].note, rows[i].kept) <
                    sizeof text);
        migd_objects *objects = text_objects(text);
        migd_findings *findings = NULL;
        assert_int_equal(migd_check_objects(objects, NULL, &findings, NULL), MIGD_OK);
        assert_int_equal(migd_findings_count(findings), 1);
        const migd_object *item = migd_findings_item(findings, 0);
        assert_string_equal(migd_object_text(item, "/severity", ""), rows[i].severity);
        assert_string_equal(migd_object_text(item, "/hint", ""), rows[i].hint);
        migd_findings_free(findings);
        migd_objects_free(objects);
    }
}

/* --- changes ---------------------------------------------------------------------------------- */

/* The tutorial with one value of its StatefulSet set; a number below 0: none. */
static migd_objects *changed(const char *pointer, int64_t value, const char *status)
{
    migd_objects *whole = tutorial(false);
    migd_objects *objects = no_objects();
    for (size_t i = 0; i < migd_objects_count(whole); i++) {
        migd_object *copy = NULL;
        assert_int_equal(migd_object_copy(migd_objects_item(whole, i), &copy, NULL), MIGD_OK);
        if (strcmp(migd_object_text(copy, "/kind", ""), "StatefulSet") == 0) {
            assert_int_equal(migd_object_set_int64(copy, pointer, value, NULL), MIGD_OK);
            migd_object *parsed = NULL;
            assert_int_equal(migd_object_parse(status, strlen(status), NULL, &parsed, NULL),
                             MIGD_OK);
            assert_int_equal(migd_object_set_object(copy, "/status", parsed, NULL), MIGD_OK);
            migd_object_free(parsed);
        }
        assert_int_equal(migd_objects_add(objects, copy, NULL), MIGD_OK);
        migd_object_free(copy);
    }
    migd_objects_free(whole);
    return objects;
}

static void add_pods(migd_objects *objects, const char *ready)
{
    for (size_t i = 0; ready[i] != '\0'; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "apiVersion: v1\nkind: Pod\nmetadata: {name: migratorydata-%zu, namespace: "
                 "migratory}\n"
                 "status: {conditions: [{type: PodScheduled, status: \"True\"}, {type: Ready, "
                 "status: \"%s\"}]}\n",
                 i, ready[i] == '1' ? "True" : "False");
        add_text(objects, text, "pods.yaml");
    }
}

/* Only errors and C24: what the state has to say is the same in every row. */
static void assert_change(migd_objects *before, migd_objects *after, bool by_hand,
                          const char *expected)
{
    migd_findings *findings = NULL;
    if (by_hand) {
        assert_int_equal(
            migdi_check(&(migdi_check_request){.before = before, .after = after, .by_hand = true},
                        &findings, NULL),
            MIGD_OK);
    } else {
        assert_int_equal(migd_check_change(before, after, NULL, &findings, NULL), MIGD_OK);
    }
    char rules[256] = "";
    size_t size = 0;
    for (size_t i = 0; i < migd_findings_count(findings); i++) {
        const migd_object *item = migd_findings_item(findings, i);
        const char *rule = migd_object_text(item, "/rule", "");
        if (strcmp(migd_object_text(item, "/severity", ""), "error") == 0 ||
            strcmp(rule, "C24") == 0) {
            size += (size_t)snprintf(rules + size, sizeof rules - size, "%s ", rule);
        }
    }
    assert_string_equal(rules, expected);
    migd_findings_free(findings);
    migd_objects_free(before);
    migd_objects_free(after);
}

static void a_change_is_judged_by_what_lives(void **state)
{
    (void)state;
    static const struct {
        int64_t from;
        const char *status;
        const char *pods;
        int64_t to;
        bool by_hand;
        const char *rules;
    } rows[] = {
        {5, "{replicas: 5, readyReplicas: 5}", "", 4, true, ""},
        {5, "{replicas: 5, readyReplicas: 5}", "", 4, false, "C24 "},
        {4, "{replicas: 4, readyReplicas: 3}", "", 3, true, "C23 "},
        {4, "{replicas: 4}", "", 3, true, "C23 "},
        {4, "{}", "", 3, true, ""},
        {4, "{replicas: 4, readyReplicas: 3}", "1110", 3, true, ""},
        {4, "{replicas: 4, readyReplicas: 4}", "1011", 3, true, "C23 "},
        {4, "{replicas: 4, readyReplicas: 4}", "111", 3, true, ""},
        {4, "{replicas: 4, readyReplicas: 4}", "11", 3, false, "C23 C24 "},
        {3, "{replicas: 3, readyReplicas: 2}", "101", 5, true, ""},
        {3, "{replicas: 3, readyReplicas: 3}", "111", 2, true, "C7 C2 C5 "},
        {3, "{replicas: 3, readyReplicas: 3}", "111", 6, true, "C6 "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migd_objects *before = changed("/spec/replicas", rows[i].from, rows[i].status);
        add_pods(before, rows[i].pods);
        assert_change(before, changed("/spec/replicas", rows[i].to, "{}"), rows[i].by_hand,
                      rows[i].rules);
    }
}

static void a_number_that_a_living_autoscaler_takes_back_is_refused_once(void **state)
{
    (void)state;
    static const char autoscaler[] =
        "apiVersion: autoscaling/v2\n"
        "kind: HorizontalPodAutoscaler\n"
        "metadata: {name: migratorydata-autoscale, namespace: migratory}\n"
        "spec: {minReplicas: 3, maxReplicas: 5, scaleTargetRef: {kind: StatefulSet, name: "
        "migratorydata}}\n"
        "status: {currentReplicas: 3, desiredReplicas: 3}\n";
    migd_objects *before = changed("/spec/replicas", 3, "{replicas: 3, readyReplicas: 3}");
    migd_objects *after = changed("/spec/replicas", 4, "{}");
    add_text(before, autoscaler, "x.yaml");
    add_text(after, autoscaler, "x.yaml");
    migd_findings *findings = NULL;
    assert_int_equal(migd_check_change(before, after, NULL, &findings, NULL), MIGD_OK);
    size_t seen = 0;
    for (size_t i = 0; i < migd_findings_count(findings); i++) {
        const migd_object *item = migd_findings_item(findings, i);
        if (strcmp(migd_object_text(item, "/rule", ""), "T12") == 0) {
            assert_string_equal(migd_object_text(item, "/severity", ""), "error");
            assert_string_equal(migd_object_text(item, "/message", ""),
                                "the autoscaler wants 3 and would take 4 back");
            seen++;
        }
    }
    assert_int_equal(seen, 1);
    migd_findings_free(findings);
    migd_objects_free(before);
    migd_objects_free(after);
}

/* --- odd input -------------------------------------------------------------------------------- */

static void missing_arguments_are_the_callers_mistake(void **state)
{
    (void)state;
    migd_objects *objects = no_objects();
    migd_findings *findings = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_check_objects(NULL, NULL, &findings, &error), MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(error),
                        "objects and a place for the findings are needed");
    migd_error_free(error);
    assert_int_equal(migd_check_objects(objects, NULL, NULL, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_check_change(objects, NULL, NULL, &findings, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_check_change(NULL, objects, NULL, &findings, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_check_change(objects, objects, NULL, NULL, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_check_spec(NULL, NULL, &findings, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_check_change(objects, objects, NULL, &findings, NULL), MIGD_OK);
    assert_int_equal(migd_findings_count(findings), 0);
    migd_findings_free(findings);
    migd_objects_free(objects);
}

/* Every pointer below a value, one a line. */
static void add_pointers(const migd_object *value, const char *base, migdi_text *all)
{
    for (size_t i = 0; i < migd_object_count(value); i++) {
        migdi_text pointer = {0};
        migdi_text_add_string(&pointer, base);
        if (migd_object_kind(value) == MIGD_KIND_MAP) {
            migdi_pointer_add(&pointer, migd_object_key(value, i));
        } else {
            migdi_text_format(&pointer, "/%zu", i);
        }
        migdi_text_format(all, "%s\n", migdi_text_string(&pointer));
        add_pointers(migd_object_item(value, i), migdi_text_string(&pointer), all);
        migdi_text_free(&pointer);
    }
}

/* Each value of each object replaced by what does not belong there: nothing crashes, nothing
 * fails. */
static void nothing_in_an_object_has_to_be_as_it_should(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "null", "[]", "{}", "\"x\"", "-1", "9223372036854775807", "[[1]]", "true", "{a: {b: 1}}"};
    migd_objects *whole = tutorial(true);
    add_file(whole, "tutorial", "eksctl-dry-run.yaml");
    for (size_t i = 0; i < migd_objects_count(whole); i++) {
        migdi_text pointers = {0};
        add_pointers(migd_objects_item(whole, i), "", &pointers);
        for (char *at = pointers.bytes; at != NULL && *at != '\0';) {
            char *end = strchr(at, '\n');
            *end = '\0';
            for (size_t j = 0; j < sizeof odd / sizeof *odd; j++) {
                migd_objects *objects = no_objects();
                for (size_t k = 0; k < migd_objects_count(whole); k++) {
                    migd_object *copy = NULL;
                    migd_object *value = NULL;
                    assert_int_equal(migd_object_copy(migd_objects_item(whole, k), &copy, NULL),
                                     MIGD_OK);
                    assert_int_equal(migd_object_parse(odd[j], strlen(odd[j]), NULL, &value, NULL),
                                     MIGD_OK);
                    if (k == i) {
                        assert_int_equal(migd_object_set_object(copy, at, value, NULL), MIGD_OK);
                    }
                    assert_int_equal(migd_objects_add(objects, copy, NULL), MIGD_OK);
                    migd_object_free(value);
                    migd_object_free(copy);
                }
                migd_findings *findings = NULL;
                assert_int_equal(migd_check_change(whole, objects, NULL, &findings, NULL), MIGD_OK);
                migd_findings_free(findings);
                migd_objects_free(objects);
            }
            at = end + 1;
        }
        migdi_text_free(&pointers);
    }
    migd_objects_free(whole);
}

/* --- lack of memory --------------------------------------------------------------------------- */

typedef struct input {
    migd_objects *before;
    migd_objects *after;
    migd_call_options *options;
} input;

static migd_status check_objects(void *user)
{
    const input *given = user;
    migd_error *error = NULL;
    migd_findings *findings = NULL;
    const migd_status status = migd_check_objects(given->after, given->options, &findings, &error);
    assert_int_equal(status >= 0, findings != NULL);
    if (status >= 0) {
        assert_rules(findings, "C9 C10 T12 T22 T14 T18 T16 T20 T19 T25 T23 T21 T16 ");
    }
    migd_findings_free(findings);
    migd_error_free(error);
    return status;
}

static migd_status check_change(void *user)
{
    const input *given = user;
    migd_error *error = NULL;
    migd_findings *findings = NULL;
    const migd_status status =
        migd_check_change(given->before, given->after, given->options, &findings, &error);
    assert_int_equal(status >= 0, findings != NULL);
    migd_findings_free(findings);
    migd_error_free(error);
    return status;
}

static void checking_survives_lack_of_memory(void **state)
{
    (void)state;
    input given = {.before = changed("/spec/replicas", 5, "{replicas: 5, readyReplicas: 4}"),
                   .after = tutorial(true)};
    add_pods(given.before, "11011");
    assert_int_equal(migd_call_options_new(&given.options, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_accept(given.options, "C9", NULL), MIGD_OK);
    /* Documents keep the table of their lines once somebody asked for a place. */
    assert_int_equal(check_objects(&given), MIGD_OK);
    assert_int_equal(check_change(&given), MIGD_OK);
    assert_true(test_fail_allocations(check_objects, &given) > 50);
    assert_true(test_fail_allocations(check_change, &given) > 50);
    migd_call_options_free(given.options);
    migd_objects_free(given.before);
    migd_objects_free(given.after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tutorial_has_the_findings_that_were_designed),
        cmocka_unit_test(without_the_autoscaler_nothing_moves_the_members),
        cmocka_unit_test(with_its_clusterconfig_zones_nodes_and_ssh_are_judged),
        cmocka_unit_test(rendered_objects_leave_little_to_say),
        cmocka_unit_test(any_set_with_a_budget_or_an_autoscaler_is_judged),
        cmocka_unit_test(a_set_that_nobody_guards_is_nobodys_business),
        cmocka_unit_test(the_kafka_edition_is_judged_without_seeds),
        cmocka_unit_test(what_cannot_be_read_is_said),
        cmocka_unit_test(objects_without_a_place_are_named),
        cmocka_unit_test(an_option_turns_a_finding_into_a_note),
        cmocka_unit_test(an_annotation_accepts_with_a_reason),
        cmocka_unit_test(a_change_is_judged_by_what_lives),
        cmocka_unit_test(a_number_that_a_living_autoscaler_takes_back_is_refused_once),
        cmocka_unit_test(missing_arguments_are_the_callers_mistake),
        cmocka_unit_test(nothing_in_an_object_has_to_be_as_it_should),
        cmocka_unit_test(checking_survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

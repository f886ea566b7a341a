/* Commands that look at a cluster: status, get. */
#include "cli.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

static long long number(const migd_object *status, const char *pointer)
{
    return (long long)migd_object_int64(status, pointer, 0);
}

/* --- status ----------------------------------------------------------------------------------- */

static bool is_known(const migd_object *status, const char *pointer)
{
    const migd_object *value = migd_object_at(status, pointer);
    return value != NULL && migd_object_kind(value) != MIGD_KIND_NULL;
}

/* "one in each of 3 zones", or "in 3 zones". */
static void put_zones(const migd_object *status)
{
    const migd_object *zones = migd_object_at(status, "/nodes/perZone");
    const long long count = number(status, "/nodes/zones");
    bool one_each = count > 1;
    for (size_t i = 0; i < migd_object_count(zones); i++) {
        one_each = one_each && migd_object_int64(migd_object_item(zones, i), "", 0) == 1;
    }
    if (one_each) {
        printf(", one in each of %lld zones", count);
    } else if (count > 0) {
        printf(", in %lld zone%s", count, count == 1 ? "" : "s");
    }
}

/* "ip-192-168-46-194.ec2.internal silent for 1m40s (us-east-1b)" */
static void put_silent(const migd_object *status)
{
    char elapsed[32];
    const char *zone = migd_object_text(status, "/nodes/silentZone", NULL);
    const char *reason = migd_object_text(status, "/nodes/silentReason", "");
    printf("       %s %s", migd_object_text(status, "/nodes/silent", ""),
           strcmp(reason, "NodeStatusUnknown") == 0 ? "silent" : "not Ready");
    if (is_known(status, "/nodes/silentSeconds")) {
        printf(" for %s", format_elapsed(number(status, "/nodes/silentSeconds") * 1000, elapsed));
    }
    if (zone != NULL) {
        printf(" (%s)", zone);
    }
}

static void put_cluster(const session *s, const migd_object *status)
{
    char where[256];
    const char *kubernetes = migd_object_text(status, "/kubernetes", NULL);
    printf("Cluster  %s%s%s\n", where_of(s, where, sizeof where),
           kubernetes == NULL ? "" : ", Kubernetes ", kubernetes == NULL ? "" : kubernetes);
    if (!is_known(status, "/nodes/all")) {
        puts("Nodes    unknown: this user may not list them");
        return;
    }
    printf("Nodes    %lld of %lld Ready", number(status, "/nodes/ready"),
           number(status, "/nodes/all"));
    if (is_known(status, "/nodes/silent")) {
        put_silent(status);
    } else {
        put_zones(status);
    }
    putchar('\n');
}

/* The number that matters, the margin, always in the same place. */
static void put_members(const session *s, const migd_object *status)
{
    const long long margin = number(status, "/seeds/margin");
    const bool counted = is_known(status, "/seeds/of");
    char text[96];
    printf("Members  %lld of %lld Ready", number(status, "/members/ready"),
           number(status, "/members/wanted"));
    if (is_known(status, "/members/most") && (margin > 0 || !counted)) {
        printf(", at most %lld", number(status, "/members/most"));
    }
    if (!counted) {
        puts("      seeds unknown: its options do not tell");
        return;
    }
    printf("%s      seeds up %lld of %lld, quorum %lld, ", margin > 0 ? "" : " ",
           number(status, "/seeds/up"), number(status, "/seeds/of"),
           number(status, "/seeds/quorum"));
    snprintf(text, sizeof text, "margin %lld", margin);
    put_word(stdout, s->options->colour && isatty(STDOUT_FILENO) == 1, margin > 0 ? PLAIN : ALARM,
             text);
    puts(margin > 0    ? ""
         : margin == 0 ? ": the next loss stops the cluster"
                       : ": no quorum, nothing is delivered");
}

/* "not now: budget migratorydata-pdb lets 1 be away, and 1 is" */
static void put_budget(const migd_object *status, const char *budget)
{
    const long long covered = number(status, "/drain/covered");
    const long long allowed = number(status, "/drain/mayBeAway");
    if (!is_known(status, "/drain/mayLeave")) {
        printf("Drain    unknown: budget %s cannot be read", budget);
    } else if (number(status, "/drain/mayLeave") > 0) {
        printf("Drain    possible: budget %s lets %lld leave", budget,
               number(status, "/drain/mayLeave"));
    } else if (allowed == 0) {
        printf("Drain    not now: budget %s keeps %lld of %lld: 0 may leave, ever [C9]", budget,
               covered, covered);
    } else {
        const long long away = number(status, "/drain/away");
        printf("Drain    not now: budget %s lets %lld be away, and %lld %s", budget, allowed, away,
               away == 1 ? "is" : "are");
    }
}

static void put_scaling(const migd_object *status, const char *before)
{
    const char *autoscaler = migd_object_text(status, "/scaling/autoscaler", NULL);
    const char *by = migd_object_text(status, "/scaling/setBackBy", NULL);
    const long long to = migd_object_int64(status, "/scaling/setBackTo", -1);
    if (autoscaler != NULL) {
        printf("%sScaling  %s, %lld to %lld\n", before, autoscaler,
               number(status, "/scaling/least"), number(status, "/scaling/most"));
    } else if (by != NULL && to != number(status, "/members/wanted")) {
        printf("%sScaling  by hand; the next %s%s sets ", before,
               strncmp(by, "kubectl", 7) == 0 ? "" : "run of ", by);
        if (to >= 0) {
            printf("%lld again\n", to);
        } else {
            puts("it back");
        }
    } else {
        printf("%sScaling  by hand\n", before);
    }
}

/* Drain and scaling stand in one line, where it is long enough for both. */
static void put_drain(const migd_object *status)
{
    const char *budget = migd_object_text(status, "/drain/budget", NULL);
    const bool brief = budget == NULL || number(status, "/drain/mayLeave") > 0;
    const bool apart = !brief || (migd_object_text(status, "/scaling/setBackBy", NULL) != NULL);
    if (budget == NULL) {
        fputs("Drain    unprotected: no budget covers the members", stdout);
    } else {
        put_budget(status, budget);
    }
    put_scaling(status, apart ? "\n" : "        ");
}

static void put_address(const migd_object *status)
{
    const char *url = migd_object_text(status, "/address/url", NULL);
    const char *type = migd_object_text(status, "/address/type", "LoadBalancer");
    const bool inside = url != NULL && strcmp(type, "LoadBalancer") != 0;
    printf("Address  %s%s\n", url == NULL ? "none yet" : url, inside ? ", inside the cluster" : "");
    if (is_known(status, "/address/answers")) {
        const char *trouble = migd_object_text(status, "/address/trouble", "");
        if (migd_object_boolean(status, "/address/answers", 0) == 1) {
            puts("         answers");
        } else {
            printf("         does not answer from here: %s\n", trouble);
        }
    }
}

/* "1 of 4 has the new template": a roll that goes on, or that nobody goes on with. false: none. */
static bool put_roll(const migd_object *status)
{
    const long long updated = number(status, "/roll/updated");
    const long long of = number(status, "/roll/of");
    if (updated >= of) {
        return false;
    }
    printf("Roll     %lld of %lld %s the new template\n", updated, of,
           updated == 1 ? "has" : "have");
    return true;
}

/* Members that should run and are not there at all. false: there are none. */
static bool put_missing(const migd_object *status)
{
    const migd_object *members = migd_object_at(status, "/members/list");
    const char *name = migd_object_text(status, "/name", "");
    bool missing = false;
    for (long long i = 0; i < number(status, "/members/wanted") && i < CLI_MANY; i++) {
        char pod[300];
        bool there = false;
        snprintf(pod, sizeof pod, "%s-%lld", name, i);
        for (size_t k = 0; k < migd_object_count(members) && !there; k++) {
            const migd_object *member = migd_object_item(members, k);
            there = strcmp(migd_object_text(member, "/name", ""), pod) == 0;
        }
        if (!there) {
            printf("Why      %s%s is not there yet\n", pod,
                   i < number(status, "/seeds/of") ? " (seed)" : "");
            missing = true;
        }
    }
    return missing;
}

/* Why a member is not Ready: its machine, or what Kubernetes says. false: it is. */
static bool put_why(const migd_object *status, const migd_object *member)
{
    const char *name = migd_object_text(member, "/name", "");
    const char *seed = migd_object_boolean(member, "/seed", 0) == 1 ? " (seed)" : "";
    const char *node = migd_object_text(member, "/node", NULL);
    const char *silent = migd_object_text(status, "/nodes/silent", NULL);
    const char *trouble = migd_object_text(member, "/trouble", NULL);
    if (migd_object_boolean(member, "/ready", 0) == 1) {
        return false;
    }
    if (node != NULL && silent != NULL && strcmp(node, silent) == 0) {
        printf("Why      %s%s is on it; it starts elsewhere only once the node object is gone.\n",
               name, seed);
        return true;
    }
    if (trouble != NULL) {
        printf("Why      %s%s%s%s: %s\n", name, seed, node == NULL ? "" : " on ",
               node == NULL ? "" : node, trouble);
    } else {
        printf("Why      %s%s is not Ready%s%s\n", name, seed, node == NULL ? "" : ", on ",
               node == NULL ? "" : node);
    }
    return true;
}

/* What brings the member back. */
static void put_what_to_do(const migd_object *status, bool on_silent)
{
    const char *node = migd_object_text(status, "/nodes/silent", "");
    const char *instance = migd_object_text(status, "/nodes/silentInstance", NULL);
    if (on_silent && instance != NULL && is_known(status, "/nodes/silentGroup")) {
        printf("Do       Wait 5 min for EC2 to replace it; else terminate %s: a new one comes.\n",
               instance);
    } else if (on_silent) {
        printf("Do       Bring the machine back; or see that it is off: kubectl delete node %s\n",
               node);
    } else {
        puts("Do       Wait until every seed is Ready, or mend what Why says.");
    }
}

/* What is wrong and why; at a bad moment, what not to do comes before what to do. */
static bool put_troubles(const migd_object *status)
{
    const migd_object *members = migd_object_at(status, "/members/list");
    const char *silent = migd_object_text(status, "/nodes/silent", "");
    const char *refusal = migd_object_text(status, "/trouble", NULL);
    const bool counted = is_known(status, "/seeds/margin");
    const bool lacks = number(status, "/seeds/up") < number(status, "/seeds/of");
    const bool bad = counted && lacks && number(status, "/seeds/margin") <= 0;
    bool well = !bad && migd_object_boolean(status, "/address/answers", 1) == 1;
    bool on_silent = false;
    for (size_t i = 0; i < migd_object_count(members); i++) {
        const migd_object *member = migd_object_item(members, i);
        if (put_why(status, member)) {
            on_silent = on_silent || strcmp(migd_object_text(member, "/node", ""), silent) == 0;
            well = false;
        }
    }
    if (put_missing(status)) {
        well = false;
    }
    if (refusal != NULL) {
        printf("Why      %s\n", refusal);
        well = false;
    }
    if (bad) {
        puts("Do not   drain, scale down, restart or deploy until the margin is 1 again.");
        put_what_to_do(status, on_silent);
    } else if (on_silent) {
        put_what_to_do(status, true);
    }
    return well;
}

static void put_status(const session *s, const migd_object *status)
{
    if (migd_object_boolean(status, "/exists", 0) == 0) {
        put_cluster(s, status);
        printf("Members  none: there is no StatefulSet %s in namespace %s\n",
               migd_object_text(status, "/name", ""), migd_object_text(status, "/namespace", ""));
        fflush(stdout);
        if (!s->options->quiet && !s->options->watch) {
            say_next_here(s->options, "%s",
                          s->spec == NULL ? "migdeploy destroy" : "migdeploy plan");
        }
        return;
    }
    put_cluster(s, status);
    put_members(s, status);
    put_drain(status);
    const bool rolls = put_roll(status);
    put_address(status);
    const bool well = put_troubles(status);
    fflush(stdout);
    if (s->options->watch || s->options->quiet) {
        return;
    }
    if (!well) {
        say_next_here(s->options, "migdeploy status --watch");
    } else if (rolls) {
        say_next_here(s->options, s->spec == NULL ? "migdeploy restart" : "migdeploy deploy");
    } else {
        fputs("All is well.\n", stderr);
    }
}

static int look_once(const session *s, const cli *quiet)
{
    migd_job *job = NULL;
    migd_object *result = NULL;
    migd_error *error = NULL;
    session told = *s;
    const cli *options = s->options;
    const migd_status status = migd_deploy_status_start(s->context, s->spec, s->call, &job, &error);
    int code = status < 0 ? fail(options, error, status)
                          : follow(quiet, job, &(telling){.cluster = name_of(s)}, &result);
    if (code == EXIT_DONE && options->watch && isatty(STDOUT_FILENO) == 1) {
        fputs("\x1b[H\x1b[J", stdout);
    }
    if (code == EXIT_DONE && options->output == OUTPUT_TEXT) {
        told.found = result;
        put_status(&told, result);
    } else if (code == EXIT_DONE) {
        code = put_object(options, result);
        fflush(stdout);
    }
    migd_object_free(result);
    return code;
}

int run_status(cli *options)
{
    session s;
    migd_error *error = NULL;
    cli quiet = *options;
    quiet.progress = PROGRESS_NONE;
    interrupt_quietly();
    if (options->watch) {
        options->timeout_ms = MIGD_FOREVER;
    }
    const migd_status opened = open_session(&s, options, SPEC_IF_ANY, &error);
    int code = opened < 0 ? fail(options, error, opened) : look_once(&s, &quiet);
    while (options->watch && code == EXIT_DONE && sleep(2) == 0 && !was_interrupted()) {
        code = look_once(&s, &quiet);
    }
    close_session(&s);
    return options->watch && was_interrupted() ? EXIT_DONE : code;
}

/* --- get -------------------------------------------------------------------------------------- */

/* "statefulset.apps/data": a name as kubectl gives it, which every command of both takes. */
static void put_name(const migd_object *object)
{
    const char *version = migd_object_text(object, "/apiVersion", "");
    const char *slash = strchr(version, '/');
    for (const char *at = migd_object_text(object, "/kind", ""); *at != '\0'; at++) {
        putchar(tolower((unsigned char)*at));
    }
    if (slash != NULL) {
        printf(".%.*s", (int)(slash - version), version);
    }
    printf("/%s\n", migd_object_text(object, "/metadata/name", ""));
}

/* namespace_: where it was looked; NULL: in all, or the kind has none. */
static int put_names(const migd_object *found, const char *kind, const char *namespace_)
{
    const migd_object *items = migd_object_at(found, "/items");
    const size_t count = items == NULL ? 1 : migd_object_count(items);
    for (size_t i = 0; i < count; i++) {
        put_name(items == NULL ? found : migd_object_item(items, i));
    }
    if (count == 0 && namespace_ != NULL) {
        fprintf(stderr, "No %s found in %s namespace.\n", kind, namespace_);
    } else if (count == 0) {
        fprintf(stderr, "No %s found.\n", kind);
    }
    return EXIT_DONE;
}

/* The namespace of -n, of the spec that is here, of the kubeconfig; NULL for all. */
static const char *namespace_meant(const session *s, const migd_kube *kube)
{
    const char *meant = migd_object_text(migd_kube_info(kube), "/namespace", "default");
    if (s->options->all_namespaces) {
        return NULL;
    }
    return s->options->namespace_ != NULL
               ? s->options->namespace_
               : migd_object_text(migd_spec_object(s->spec), "/metadata/namespace", meant);
}

/* What kubectl names most and no namespace holds. */
static bool is_of_cluster(const char *kind)
{
    static const char kinds[] = "node nodes no namespace namespaces ns persistentvolume "
                                "persistentvolumes pv storageclass storageclasses sc "
                                "customresourcedefinitions crd clusterroles clusterrolebindings";
    return is_among(kinds, " ", kind);
}

int run_get(cli *options)
{
    if (options->arguments.count < 1 || options->arguments.count > 2) {
        return usage_error("migdeploy get --help", "get wants KIND and perhaps NAME");
    }
    const char *kind = options->arguments.items[0];
    const char *name = options->arguments.count == 2 ? options->arguments.items[1] : NULL;
    session s;
    migd_kube *kube = NULL;
    migd_object *found = NULL;
    migd_error *error = NULL;
    interrupt_quietly();
    const bool placed = options->all_namespaces || options->namespace_ != NULL;
    migd_status status = open_session(&s, options, placed ? SPEC_NONE : SPEC_IF_ANY, &error);
    if (status >= 0) {
        status = migd_kube_open(s.context, s.call, &kube, &error);
    }
    const char *namespace_ = namespace_meant(&s, kube);
    bool usage = false;
    if (status >= 0) {
        status = name != NULL ? migd_kube_get(kube, kind, namespace_, name, s.call, &found, &error)
                              : migd_kube_list(kube, kind, namespace_ == NULL ? "" : namespace_,
                                               options->selector, s.call, &found, &error);
        usage = status == MIGD_ERR_PARSE && options->selector != NULL;
    }
    const bool names = options->output == OUTPUT_NAME || options->output == OUTPUT_TEXT;
    int code = status < 0 ? fail(options, error, status)
               : names    ? put_names(found, kind, is_of_cluster(kind) ? NULL : namespace_)
                          : put_object(options, found);
    code = usage ? EXIT_USAGE : code;
    migd_object_free(found);
    migd_kube_free(kube);
    close_session(&s);
    return code;
}

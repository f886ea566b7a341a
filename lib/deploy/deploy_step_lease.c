/* One writer at a time: a Lease that the writer renews. PRESENT: it is ours and fresh; ABSENT: it
 * is not ours. A holder whose process is gone, or who stopped renewing, is followed; one who renews
 * while we look is let be. */
#include "codec_object.h"
#include "core_os.h"
#include "deploy_steps.h"
#include "kube_calls.h"
#include "kube_time.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPIRY_MS 45000
#define RENEW_MS  15000
/* A Date header counts whole seconds: what is nearer than this may have been before. */
#define DATE_MS 2000
#define DAY_MS  INT64_C(86400000)

typedef struct {
    bool exists;
    bool hidden; /* we may not look: each act guards itself */
    bool denied; /* we may look, and not write */
    bool ends;   /* its namespace goes: nothing is created in it any more */
    const char *holder;
    const char *uid;
    const char *version;
    int64_t acquired_unix_ms; /* 0: not known */
    int64_t age_ms;           /* since it was renewed, by the server's clock */
    int64_t now_unix_ms;
    bool renewed_since_we_look;
    bool dead; /* the holder was a process of this machine that is gone */
} lease_seen;

/* "USER@HOST BOOT NAMESPACE PID.START.JOB COMMAND": of this machine, boot and PID namespace, and
 * surely no such process any more. What is not known is not dead. */
static bool is_dead(const migdi_lease_wish *wish, const char *holder)
{
    const size_t size = wish->machine == NULL ? 0 : strlen(wish->machine);
    if (size == 0 || strncmp(holder, wish->machine, size) != 0 || holder[size] != ' ') {
        return false;
    }
    char *end = NULL;
    const long long pid = strtoll(holder + size + 1, &end, 10);
    const uint64_t named = *end == '.' ? strtoull(end + 1, NULL, 10) : 0;
    if (pid <= 0 || named == 0 || named == MIGDI_OS_UNKNOWN) {
        return false;
    }
    const uint64_t start = wish->process_start(pid);
    return start != named && start != MIGDI_OS_UNKNOWN;
}

/* Kubernetes answers 403 to whoever creates in a namespace that goes. */
static bool namespace_ends(const migdi_lease_wish *wish, migdi_view *view)
{
    const migd_error *error = NULL;
    const migd_object *found = migdi_try_see(
        view,
        migdi_kube_get(migdi_view_arena(view), &migdi_kube_namespaces, NULL, wish->namespace_),
        &error);
    return error == NULL &&
           (found == NULL || migd_object_at(found, "/metadata/deletionTimestamp") != NULL);
}

static void observe(const void *wished, migdi_view *view, void *out)
{
    const migdi_lease_wish *wish = wished;
    lease_seen *seen = out;
    const migd_error *error = NULL;
    const migd_object *lease = migdi_try_see(
        view,
        migdi_kube_get(migdi_view_arena(view), &migdi_kube_leases, wish->namespace_, wish->name),
        &error);
    seen->hidden = migd_error_status(error) == MIGD_ERR_DENIED;
    seen->denied = migdi_last_heard(view) == 403;
    if (error != NULL && !seen->hidden) {
        migdi_view_refuse(view, "%s", migd_error_message(error));
    }
    seen->now_unix_ms = migdi_view_now_unix_ms(view);
    if (lease == NULL) {
        seen->ends = seen->denied && namespace_ends(wish, view);
        return;
    }
    const int64_t renewed = migdi_kube_time_or(migd_object_text(lease, "/spec/renewTime", NULL), 0);
    seen->exists = true;
    seen->holder = migd_object_text(lease, "/spec/holderIdentity", "");
    seen->uid = migd_object_text(lease, "/metadata/uid", NULL);
    seen->version = migd_object_text(lease, "/metadata/resourceVersion", NULL);
    seen->acquired_unix_ms =
        migdi_kube_time_or(migd_object_text(lease, "/spec/acquireTime", NULL), 0);
    seen->age_ms = seen->now_unix_ms - renewed;
    seen->renewed_since_we_look =
        renewed > seen->now_unix_ms - migdi_view_elapsed_ms(view) + DATE_MS;
    seen->dead = is_dead(wish, seen->holder);
}

/* The Lease as we want it; with the resourceVersion seen, so that of two writers one wins. */
static const migdi_call *write_lease(const migdi_lease_wish *wish, const lease_seen *seen,
                                     migdi_arena *arena)
{
    migdi_text now = {0};
    migdi_kube_time_add(&now, seen->now_unix_ms, true);
    const bool held = seen->exists && strcmp(seen->holder, wish->holder) == 0;
    migdi_builder lease;
    migdi_build(&lease);
    migdi_build_string(&lease, "coordination.k8s.io/v1", "/apiVersion");
    migdi_build_string(&lease, "Lease", "/kind");
    migdi_build_string(&lease, wish->name, "/metadata/name");
    migdi_build_string(&lease, wish->namespace_, "/metadata/namespace");
    migdi_build_string(&lease, wish->holder, "/spec/holderIdentity");
    migdi_build_int64(&lease, EXPIRY_MS / 1000, "/spec/leaseDurationSeconds");
    migdi_build_string(&lease, migdi_text_string(&now), "/spec/renewTime");
    if (!held) {
        migdi_build_string(&lease, migdi_text_string(&now), "/spec/acquireTime");
    }
    if (seen->exists) {
        migdi_build_string(&lease, seen->version, "/metadata/resourceVersion");
    }
    migd_object *object = NULL;
    const bool failed = migdi_build_take(&lease, &object, NULL) < 0 || now.failed;
    const migdi_kube_write write = {.manager = MIGDI_MANAGER};
    const migdi_call *call = failed ? NULL
                             : seen->exists
                                 ? migdi_kube_merge(arena, &migdi_kube_leases, wish->namespace_,
                                                    wish->name, NULL, object, &write)
                                 : migdi_kube_create(arena, &migdi_kube_leases, object, &write);
    arena->failed = arena->failed || failed;
    migd_object_free(object);
    migdi_text_free(&now);
    return call;
}

static void take(const migdi_lease_wish *wish, const lease_seen *seen, migdi_verdict *verdict)
{
    if (seen->denied) {
        if (!seen->ends) {
            migdi_warn(verdict, "lease",
                       "Lease/%s/%s may not be written: another writer would not see this one",
                       wish->namespace_, wish->name);
        }
        migdi_done(verdict, "no lock");
        return;
    }
    migdi_going(verdict, "take Lease/%s/%s", wish->namespace_, wish->name);
    migdi_act *act = migdi_want(verdict, write_lease(wish, seen, migdi_verdict_arena(verdict)));
    act->facts[0] = 409; /* another writer was faster */
    act->facts[1] = 404;
    act->facts[2] = 403; /* it may be read, not written */
}

/* A holder as people know it: who, what, which process. */
typedef struct {
    int who_size; /* of the holder's text */
    long long pid;
    const char *command;
    char since[40]; /* " since 16:39:54Z", with its date where that is another day's; or "" */
} lease_holder;

static void write_since(const lease_seen *seen, migdi_arena *arena, char out[40])
{
    migdi_text time = {0};
    out[0] = '\0';
    if (seen->acquired_unix_ms <= 0) {
        return;
    }
    migdi_kube_time_add(&time, seen->acquired_unix_ms, false);
    const bool today = seen->now_unix_ms - seen->acquired_unix_ms < DAY_MS;
    if (time.failed) {
        arena->failed = true;
    } else {
        const char *text = migdi_text_string(&time);
        snprintf(out, 40, " since %s", today ? strchr(text, 'T') + 1 : text);
    }
    migdi_text_free(&time);
}

/* false: it was written by something else. */
static bool read_holder(const lease_seen *seen, migdi_arena *arena, lease_holder *out)
{
    const char *blank = strrchr(seen->holder, ' ');
    const char *id = blank;
    const size_t who = strcspn(seen->holder, " ");
    while (id != NULL && id > seen->holder && id[-1] != ' ') {
        id--;
    }
    if (blank == NULL || who == 0 || id <= seen->holder + who) {
        return false;
    }
    char *end = NULL;
    out->who_size = (int)who;
    out->pid = strtoll(id, &end, 10);
    out->command = blank + 1;
    write_since(seen, arena, out->since);
    return out->pid > 0 && *end == '.' && out->command[0] != '\0';
}

static void refuse_holder(const lease_seen *seen, migdi_verdict *verdict)
{
    lease_holder holder;
    if (read_holder(seen, migdi_verdict_arena(verdict), &holder)) {
        migdi_refuse(verdict, MIGD_ERR_LOCKED, "%.*s has been running %s%s (pid %lld)",
                     holder.who_size, seen->holder, holder.command, holder.since, holder.pid);
    } else {
        migdi_refuse(verdict, MIGD_ERR_LOCKED, "%s is writing", seen->holder);
    }
    migdi_refuse_remaining(verdict, "nothing was changed by this run", NULL);
}

static void wait_for_holder(const lease_seen *seen, migdi_verdict *verdict)
{
    lease_holder holder;
    const int64_t age_s = seen->age_ms / 1000;
    if (read_holder(seen, migdi_verdict_arena(verdict), &holder)) {
        migdi_going(verdict, "%.*s, running %s%s (pid %lld), was writing %" PRId64 " s ago",
                    holder.who_size, seen->holder, holder.command, holder.since, holder.pid, age_s);
    } else {
        migdi_going(verdict, "%s was writing %" PRId64 " s ago", seen->holder, age_s);
    }
    migdi_pause(verdict, EXPIRY_MS - seen->age_ms < 3000 ? EXPIRY_MS - seen->age_ms : 3000);
}

static void decide_present(const migdi_lease_wish *wish, const lease_seen *seen,
                           migdi_verdict *verdict)
{
    const bool is_ours = seen->exists && strcmp(seen->holder, wish->holder) == 0;
    if (seen->hidden) {
        migdi_warn(verdict, "lease",
                   "Lease/%s/%s may not be read: another writer would not be seen",
                   wish->namespace_, wish->name);
        migdi_done(verdict, "no lock");
    } else if (is_ours && seen->age_ms < RENEW_MS) {
        migdi_held(verdict, seen->age_ms);
        migdi_done(verdict, "Lease/%s/%s is ours", wish->namespace_, wish->name);
    } else if (is_ours || !seen->exists || seen->holder[0] == '\0' || seen->dead ||
               seen->age_ms >= EXPIRY_MS) {
        take(wish, seen, verdict);
    } else if (seen->renewed_since_we_look && !wish->wait) {
        refuse_holder(seen, verdict);
    } else {
        wait_for_holder(seen, verdict);
    }
}

static void decide(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const migdi_lease_wish *wish = wished;
    const lease_seen *seen = in;
    if (goal == MIGDI_PRESENT) {
        decide_present(wish, seen, verdict);
    } else if (!seen->exists || strcmp(seen->holder, wish->holder) != 0) {
        migdi_done(verdict, "Lease/%s/%s is not ours", wish->namespace_, wish->name);
    } else if (seen->denied) {
        migdi_done(verdict, "Lease/%s/%s may not be given back", wish->namespace_, wish->name);
    } else {
        migdi_going(verdict, "give Lease/%s/%s back", wish->namespace_, wish->name);
        const migdi_kube_end end = {.uid = seen->uid, .resource_version = seen->version};
        migdi_act *act =
            migdi_want(verdict, migdi_kube_delete(migdi_verdict_arena(verdict), &migdi_kube_leases,
                                                  wish->namespace_, wish->name, &end));
        act->facts[0] = 404;
        act->facts[1] = 409;
        act->facts[2] = 403;
    }
}

const migdi_step_kind migdi_deploy_lease = {
    .name = MIGDI_STEP_LOCK,
    .seen_size = sizeof(lease_seen),
    .observe = observe,
    .decide = decide,
};

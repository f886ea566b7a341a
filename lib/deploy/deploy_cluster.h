/* One MigratoryData cluster inside Kubernetes: what is wished of it and what is seen of it. Every
 * step that touches the members sees the same struct, so each can decide alone what the others
 * decide too. */
#ifndef MIGDI_DEPLOY_CLUSTER_H
#define MIGDI_DEPLOY_CLUSTER_H

#include "deploy_change.h"
#include "job_step.h"
#include "kube_status.h"

/* The managers under which this library writes. The number of members and the partition of a roll
 * have owners of their own, so that an apply of the object never touches them. */
#define MIGDI_MANAGER         "migdeploy"
#define MIGDI_MANAGER_SCALE   "migdeploy-scale"
#define MIGDI_MANAGER_ROLL    "migdeploy-roll"
#define MIGDI_MANAGER_RESTART "migdeploy-restart"

typedef struct migdi_cluster_wish {
    const char *name;
    const char *namespace_;
    const char *autoscaler;  /* the name of ours */
    const char *where;       /* "migdeploy.yaml:8": who says how many; NULL without a file */
    const char *image_where; /* "migdeploy.yaml:11:12": who names the image; NULL without a file */
    const migd_object *created; /* the StatefulSet as it is made; NULL: it is let be as it is */
    const migd_object *applied; /* the same without replicas */
    const char *restarted_at;   /* members that started before are restarted; NULL */
    int64_t replicas;           /* 0: as many as there are */
    int64_t seeds;              /* 0: not known, or there are none */
    int64_t pause_ms;
    int64_t least; /* bounds of the autoscaler that is wished; 0: none is */
    int64_t most;
    bool lower;     /* replicas may fall */
    bool yields;    /* to any autoscaler that is there: then the number is its */
    bool on_delete; /* it is wished that members restart only when somebody deletes them */
    bool adopt;     /* also from helm, argocd, flux */
    bool force;     /* from anybody */
} migdi_cluster_wish;

typedef struct migdi_member {
    const char *pod;
    const char *uid;
    const char *revision;
    int64_t ordinal;
    migdi_pod_state state;
    const char *trouble; /* why it is not Ready, for people; NULL: nothing is wrong */
} migdi_member;

typedef struct migdi_cluster_seen {
    int64_t now_unix_ms;
    int64_t since_unix_ms; /* when the job began, by the server's clock */
    bool exists;
    bool terminating;
    bool settled;   /* its controller has seen its newest generation */
    bool all_ready; /* imagined: every member is Ready and updated */
    const char *uid;
    const char *version;   /* resourceVersion */
    const char *finalizer; /* what holds it when it is going; NULL: nothing */
    int64_t replicas;
    int64_t partition;
    const char *update_revision;
    const char *restarted_at;
    const migdi_member *members; /* by ordinal; terminating ones too */
    size_t member_count;
    const migdi_call *pods; /* a watch of them; NULL without a set */
    const char *refusal;    /* why its controller cannot make a pod (quota, webhook); NULL */
    migdi_owner owner;      /* of the object */
    migdi_owner number;     /* of replicas, ours for scaling not counted */
    bool number_is_ours;    /* migdeploy-scale owns replicas */
    bool on_delete;         /* its members restart only when somebody deletes them */
    migdi_owner strategy;   /* of that, or of the partition, ours for rolling not counted */
    bool template_differs;  /* an apply of the wish would change the pod template */
    migdi_change change;    /* or anything else but replicas */
    const char *autoscaler; /* one that targets the set; NULL: none */
    bool autoscaler_is_ours;
    int64_t least;
    int64_t most;
} migdi_cluster_seen;

/* Fills the struct: the set and its members. What only some steps decide on is read by the three
 * below, and nothing in the others: the autoscaler; that, and what an apply would change; where
 * something keeps a member from starting, what an apply would change. */
void migdi_cluster_observe(const void *wished, migdi_view *view, void *out);
void migdi_cluster_observe_number(const void *wished, migdi_view *view, void *out);
void migdi_cluster_observe_change(const void *wished, migdi_view *view, void *out);
void migdi_cluster_observe_mend(const void *wished, migdi_view *view, void *out);

/* Seeds that are Ready; and the votes that guaranteed delivery needs: S/2 + 1. */
int64_t migdi_cluster_seeds_up(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen);
int64_t migdi_cluster_quorum(const migdi_cluster_wish *wish);

/* Whether every seed that should run is Ready (where none is known, every member that stays): no
 * member may be taken away before (C23). */
bool migdi_cluster_seeds_are_up(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen);

/* The verdict waits for members: what happens to them is heard at once. */
void migdi_cluster_doorbell(const migdi_cluster_seen *seen, migdi_verdict *verdict);

/* "seeds up 2 of 3"; where there are none to be known, "members up 3 of 4". */
const char *migdi_cluster_up_text(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen,
                                  migdi_arena *arena);

/* Tells which members became Ready while the job runs, each once. */
void migdi_cluster_tell_ready(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen,
                              migdi_verdict *verdict);

/* The member of an ordinal; NULL when it does not exist. */
const migdi_member *migdi_cluster_member(const migdi_cluster_seen *seen, int64_t ordinal);

/* One more than the highest ordinal that exists; 0 without members. */
int64_t migdi_cluster_top(const migdi_cluster_seen *seen);

/* Whether the member runs the newest template; none does that an apply is to replace. */
bool migdi_member_is_updated(const migdi_cluster_seen *seen, const migdi_member *member);

/* Whether any member of that revision is Ready: what proves that its template can work. */
bool migdi_cluster_revision_works(const migdi_cluster_seen *seen, const char *revision);

/* Whether something keeps the member from starting: a newer template may mend it. */
bool migdi_member_is_stuck(const migdi_member *member);

/* Why the member will never start as it is, for people; NULL: it may. */
const char *migdi_member_dead_end(const migdi_member *member);

/* What mends a member that will never start as it is: the command, or what to correct before it. */
const char *migdi_member_mend(const migdi_cluster_wish *wish, const migdi_member *member,
                              migdi_arena *arena);

/* The calls of the managers above, and what a plan shows of them. */
const migdi_call *migdi_cluster_apply(const migdi_cluster_wish *wish,
                                      const migdi_cluster_seen *seen, migdi_arena *arena);
const migdi_call *migdi_cluster_set_partition(const migdi_cluster_wish *wish,
                                              const migdi_cluster_seen *seen, int64_t partition,
                                              migdi_arena *arena);
const migdi_call *migdi_cluster_set_replicas(const migdi_cluster_wish *wish,
                                             const migdi_cluster_seen *seen, int64_t replicas,
                                             migdi_arena *arena);
const migdi_call *migdi_cluster_restart(const migdi_cluster_wish *wish,
                                        const migdi_cluster_seen *seen, migdi_arena *arena);
/* Says that the member is replaced, and why, and wants its pod gone. */
migdi_act *migdi_cluster_replace(const migdi_cluster_wish *wish, const migdi_member *member,
                                 const char *why, migdi_verdict *verdict);

/* What is said while there is no set: it is awaited where a step makes it, else it never comes. */
void migdi_cluster_say_missing(const migdi_cluster_wish *wish, migdi_verdict *verdict);

/* What is said while the member of the highest ordinal goes. */
void migdi_cluster_say_leaving(const migdi_cluster_seen *seen, migdi_verdict *verdict);

/* "StatefulSet/migratory/migratorydata" */
const char *migdi_cluster_title(const migdi_cluster_wish *wish, migdi_arena *arena);

#endif

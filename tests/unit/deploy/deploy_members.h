/* Members as a step sees them: three words a member. */
#ifndef DEPLOY_MEMBERS_H
#define DEPLOY_MEMBERS_H

#include "deploy_told.h"

#include "deploy_steps.h"

#define SET   "StatefulSet/blue/data"
#define PATH  "/apis/apps/v1/namespaces/blue/statefulsets/data"
#define HOUR  INT64_C(3600000)
#define AT_MS INT64_C(1764355200000) /* when it is looked */

/* Of revision "new" the set makes members; "old" is what runs before. */
#define READY(n, revision_)                                                                        \
    {                                                                                              \
        .pod = "data-" #n, .uid = "u" #n, .revision = (revision_), .ordinal = (n), .state = {      \
            .ready = true,                                                                         \
            .scheduled = true,                                                                     \
            .ready_since_unix_ms = AT_MS - HOUR                                                    \
        }                                                                                          \
    }
#define READY_SINCE(n, revision_, ago_ms)                                                          \
    {                                                                                              \
        .pod = "data-" #n, .uid = "u" #n, .revision = (revision_), .ordinal = (n), .state = {      \
            .ready = true,                                                                         \
            .scheduled = true,                                                                     \
            .ready_since_unix_ms = AT_MS - (ago_ms)                                                \
        }                                                                                          \
    }
#define STARTING(n, revision_)                                                                     \
    {.pod = "data-" #n,                                                                            \
     .uid = "u" #n,                                                                                \
     .revision = (revision_),                                                                      \
     .ordinal = (n),                                                                               \
     .state = {.scheduled = true, .message = ""}}
#define GOING(n, revision_)                                                                        \
    {.pod = "data-" #n,                                                                            \
     .uid = "u" #n,                                                                                \
     .revision = (revision_),                                                                      \
     .ordinal = (n),                                                                               \
     .state = {.scheduled = true, .terminating = true, .message = ""}}
#define HELD(n, revision_)                                                                         \
    {.pod = "data-" #n,                                                                            \
     .uid = "u" #n,                                                                                \
     .revision = (revision_),                                                                      \
     .ordinal = (n),                                                                               \
     .state = {.terminating = true, .message = "", .node = "node-1", .finalizer = "x.io/hold"}}
#define LOST(n, revision_)                                                                         \
    {.pod = "data-" #n,                                                                            \
     .uid = "u" #n,                                                                                \
     .revision = (revision_),                                                                      \
     .ordinal = (n),                                                                               \
     .state = {.terminating = true, .message = "", .node = "node-1"}}
/* Its image does not exist. */
#define STUCK(n, revision_)                                                                        \
    {.pod = "data-" #n,                                                                            \
     .uid = "u" #n,                                                                                \
     .revision = (revision_),                                                                      \
     .ordinal = (n),                                                                               \
     .state = {.scheduled = true, .reason = "ErrImagePull", .message = "x: not found"},            \
     .trouble = "ErrImagePull: x: not found"}

/* A set of a living cluster, settled, with these members. */
#define SEEN(replicas_, members_)                                                                  \
    .now_unix_ms = AT_MS, .exists = true, .settled = true, .uid = "s1", .version = "77",           \
    .replicas = (replicas_), .update_revision = "new", .members = (members_),                      \
    .member_count = COUNT(members_)

static inline migdi_cluster_wish cluster_wish(void)
{
    return (migdi_cluster_wish){.name = "data",
                                .namespace_ = "blue",
                                .autoscaler = "data-autoscale",
                                .where = "migdeploy.yaml:8",
                                .replicas = 3,
                                .seeds = 3,
                                .pause_ms = 360000};
}

#endif

/* The step that judges a change on what runs, before the first write. */
#ifndef MIGDI_DEPLOY_RULES_H
#define MIGDI_DEPLOY_RULES_H

#include "deploy_steps.h"

#include "manifest_facts.h"

typedef struct migdi_rules_wish {
    const char *namespace_;
    const char *name;
    const migd_spec *spec;       /* NULL: none */
    const migd_objects *objects; /* as they will be; NULL: as they are, but for replicas */
    migdi_count list_end;        /* of a spec that only names the members; not known: none */
    const migd_call_options *options;
    int64_t replicas; /* asked for by hand; 0: not */
    bool lower;       /* a deploy may lower the number */
    bool by_hand;     /* the number that is written is what is asked for, as in an apply */
    bool zones;       /* seeds are spread by zone */
    bool indexed;     /* a budget knows its pods by their index */
} migdi_rules_wish;
extern const migdi_step_kind migdi_deploy_rules;

#endif

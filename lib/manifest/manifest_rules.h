/* The rules: one row each, and one short function over facts. */
#ifndef MIGDI_MANIFEST_RULES_H
#define MIGDI_MANIFEST_RULES_H

#include "core_arena.h"
#include "manifest_facts.h"

typedef struct migdi_judge migdi_judge;

typedef enum {
    MIGDI_OF_MEMBERS, /* sets of MigratoryData */
    MIGDI_OF_SETS,    /* any set with a budget or an autoscaler */
    MIGDI_OF_NODES    /* a ClusterConfig */
} migdi_rule_scope;

typedef struct migdi_rule {
    const char *id;
    int32_t severity;
    bool acceptable;
    migdi_rule_scope scope;
    void (*state)(migdi_judge *, const migdi_facts *); /* how things are; NULL: nothing to say */
    void (*nodes)(migdi_judge *, const migdi_nodes *); /* how a ClusterConfig is */
    void (*step)(migdi_judge *, const migdi_facts *before, const migdi_facts *after); /* a change */
    const char *title; /* what should be so */
    const char *why;
    const char *example;
    const char *ways_out;
    const char *source; /* of the rule: whose page or code */
} migdi_rule;

/* Who receives what rules say. The fields are the runner's. */
struct migdi_judge {
    const migdi_rule *rule;
    migdi_arena *arena;
    void (*tell)(void *user, const migdi_finding *finding);
    void *user;
    migdi_refusing refusing; /* of the next finding: a rule may fill it before it says something */
};

/* In the order of their ids; NULL from the count on. */
const migdi_rule *migdi_rules_at(size_t index);
const migdi_rule *migdi_rules_find(const char *id);

/* Runs every rule that judges a state over the world's sets and ClusterConfigs. */
void migdi_rules_judge(migdi_judge *judge, const migdi_world *world);

/* Runs every rule that judges a step over the sets that stand in both worlds. */
void migdi_rules_judge_step(migdi_judge *judge, const migdi_world *before,
                            const migdi_world *after);

/* --- for the rules ---------------------------------------------------------------------------- */

/* Tells a finding of the rule's own severity. at: where; see: another place, NULL for none; hint:
 * NULL for none; the rest is the message. */
void migdi_say(migdi_judge *judge, const migdi_at *at, const migdi_at *see, const char *hint,
               const char *format, ...) __attribute__((format(printf, 5, 6)));
void migdi_say_as(migdi_judge *judge, int32_t severity, const migdi_at *at, const migdi_at *see,
                  const char *hint, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* A hint or sentence made from numbers; lives as long as the judging. */
const char *migdi_hint(migdi_judge *judge, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The functions of the rows. members: */
void migdi_rule_c1(migdi_judge *, const migdi_facts *);
void migdi_rule_c2(migdi_judge *, const migdi_facts *);
void migdi_rule_c3(migdi_judge *, const migdi_facts *);
void migdi_rule_c4(migdi_judge *, const migdi_facts *);
void migdi_rule_c5(migdi_judge *, const migdi_facts *);
void migdi_rule_c6(migdi_judge *, const migdi_facts *);
void migdi_rule_c15(migdi_judge *, const migdi_facts *);
void migdi_rule_c16(migdi_judge *, const migdi_facts *);
void migdi_rule_c19(migdi_judge *, const migdi_facts *);
void migdi_rule_c21(migdi_judge *, const migdi_facts *);
/* budgets and autoscalers: */
void migdi_rule_c7(migdi_judge *, const migdi_facts *);
void migdi_rule_c8(migdi_judge *, const migdi_facts *);
void migdi_rule_c9(migdi_judge *, const migdi_facts *);
void migdi_rule_c10(migdi_judge *, const migdi_facts *);
void migdi_rule_c11(migdi_judge *, const migdi_facts *);
void migdi_rule_c18(migdi_judge *, const migdi_facts *);
void migdi_rule_c20(migdi_judge *, const migdi_facts *);
void migdi_rule_t11(migdi_judge *, const migdi_facts *);
void migdi_rule_t12(migdi_judge *, const migdi_facts *);
void migdi_rule_t29(migdi_judge *, const migdi_facts *);
/* nodes and zones: */
void migdi_rule_c12(migdi_judge *, const migdi_nodes *);
void migdi_rule_c13(migdi_judge *, const migdi_facts *);
void migdi_rule_c14(migdi_judge *, const migdi_facts *);
void migdi_rule_t9(migdi_judge *, const migdi_nodes *);
void migdi_rule_t13(migdi_judge *, const migdi_facts *);
void migdi_rule_t15(migdi_judge *, const migdi_facts *);
void migdi_rule_t17(migdi_judge *, const migdi_nodes *);
void migdi_rule_t27(migdi_judge *, const migdi_nodes *);
void migdi_rule_t28(migdi_judge *, const migdi_nodes *);
/* pods: */
void migdi_rule_c22(migdi_judge *, const migdi_facts *);
void migdi_rule_t14(migdi_judge *, const migdi_facts *);
void migdi_rule_t16(migdi_judge *, const migdi_facts *);
void migdi_rule_t18(migdi_judge *, const migdi_facts *);
void migdi_rule_t19(migdi_judge *, const migdi_facts *);
void migdi_rule_t20(migdi_judge *, const migdi_facts *);
void migdi_rule_t21(migdi_judge *, const migdi_facts *);
void migdi_rule_t22(migdi_judge *, const migdi_facts *);
void migdi_rule_t23(migdi_judge *, const migdi_facts *);
void migdi_rule_t24(migdi_judge *, const migdi_facts *);
void migdi_rule_t25(migdi_judge *, const migdi_facts *);
void migdi_rule_t26(migdi_judge *, const migdi_facts *);
/* steps: */
void migdi_step_c5(migdi_judge *, const migdi_facts *before, const migdi_facts *after);
void migdi_step_c6(migdi_judge *, const migdi_facts *before, const migdi_facts *after);
void migdi_step_c10(migdi_judge *, const migdi_facts *before, const migdi_facts *after);
void migdi_step_c11(migdi_judge *, const migdi_facts *before, const migdi_facts *after);
void migdi_step_c12(migdi_judge *, const migdi_facts *before, const migdi_facts *after);
void migdi_step_c17(migdi_judge *, const migdi_facts *before, const migdi_facts *after);
void migdi_step_c23(migdi_judge *, const migdi_facts *before, const migdi_facts *after);
void migdi_step_c24(migdi_judge *, const migdi_facts *before, const migdi_facts *after);
void migdi_step_t12(migdi_judge *, const migdi_facts *before, const migdi_facts *after);

#endif

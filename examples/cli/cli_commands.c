/* Every command once: what the parser, the help and the suggestions are made of. */
#include "cli.h"

const command commands[] = {
    {"init", "Prepare", "write a commented spec", "[--profile P] [--cluster N --region R]",
     "Writes migdeploy.yaml, the one file to edit. Never overwrites.",
     "--profile P   production, tutorial (the vendor's YAML as published) or dev (one member)\n"
     "--cluster N   an EKS cluster, with --region; without: the cluster of the kubeconfig\n",
     "migdeploy init --profile dev", run_init},
    {"check", "Prepare", "rules over spec, files, cluster",
     "[FILE|DIR|-]... [--strict] [--accept RULE] [-o json|sarif]",
     "Judges a spec (without a name: -s) or anybody's manifests, all together, by MigratoryData's rules.",
     "--strict       exit 7 when there are warnings\n"
     "--accept RULE  findings of that rule become notes\n"
     "-q             without hints\n",
     "migdeploy check k8s/", run_check},
    {"rules", "Prepare", "all rules, or one explained", "[RULE]",
     "The rules with their severity; with a name: why, an example, ways out, the source.", "",
     "migdeploy rules C9", run_rules},
    {"render", "Prepare", "the manifests, YAML or JSON", "[--part NAME] [--dir D] [-o json]",
     "The objects that the spec stands for, in the order in which they are applied.",
     "--part NAME   one of namespace, service, headless, budget, members, autoscaler\n"
     "--dir D       one file an object, into the folder D\n",
     "migdeploy render > migratorydata.yaml", run_render},
    {"plan", "Change", "every change, none made", "[--detailed-exitcode] [-o json]",
     "What deploy would change, field by field. Changes nothing.",
     "--detailed-exitcode   exit 8 when there are changes\n", "migdeploy plan", run_plan},
    {"deploy", "Change", "make it so, wait until it answers",
     "[--only STEP] [--until STEP] [--timeout D]",
     "Makes the cluster be as the spec says. Run it again at any time: it goes on from what it finds.",
     "--only STEP    one of objects, members, autoscaler, address\n"
     "--until STEP   the steps up to that one\n"
     "--timeout D    stop after D, such as 20m (1h); the next run goes on\n"
     "--accept C24   lower the number of members to what the spec says\n"
     "--adopt        take over what helm, argocd or flux look after\n"
     "--wait         wait while somebody else writes\n",
     "ADDRESS=$(migdeploy deploy -q)", run_deploy},
    {"scale", "Change", "3, 4 or 5 members", "N [--write] [--accept RULE] [--timeout D]",
     "Changes the number of members, judged before and on the way, down one at a time.",
     "--write       put N into the spec too, comments kept\n"
     "--timeout D   stop after D (15m)\n",
     "migdeploy scale 5 --write", run_scale},
    {"restart", "Change", "members, one at a time", "[--timeout D]",
     "Starts every member anew, one at a time, with the pause of the spec.",
     "--timeout D   stop after D\n", "migdeploy restart", run_restart},
    {"apply", "Change", "anybody's manifests", "-f FILE|DIR|-...",
     "Judges the objects all together, then applies them server-side in the order given.",
     "-f FILE             a file, a folder, or - for standard input\n"
     "--force-conflicts   take over fields that somebody else looks after\n",
     "migdeploy apply -f k8s/", run_apply},
    {"destroy", "Change", "all of it, in order, with proof", "[--yes] [--timeout D]",
     "Removes what belongs to the cluster, from what is found, and waits until it is gone.",
     "--yes   do not ask for the cluster's name\n", "migdeploy destroy", run_destroy},
    {"status", "Look", "what runs, what is wrong", "[--watch] [-o json]",
     "Members, seeds, margin, whether a node can be drained, the address.",
     "--watch   again and again, until Ctrl-C\n", "migdeploy status", run_status},
    {"get", "Look", "any resource, as kubectl",
     "KIND [NAME] [-A] [-l SELECTOR] [-o json|yaml|name]",
     "Reads any resource that the server knows.",
     "-A            of all namespaces\n"
     "-l SELECTOR   labels, as app=migratorydata\n",
     "migdeploy get pods -l app=migratorydata -o name", run_get},
    {"version", "Look", "of program and library", "[-v]", "The version.", "", "migdeploy version",
     run_version},
};

const size_t command_count = sizeof commands / sizeof *commands;

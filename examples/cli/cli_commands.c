/* Every flag and every command once: what the parser, the help and the suggestions are made of. */
#include "cli.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define TO(field) offsetof(cli, field)

const flag flags[] = {
    {"spec", 's', FLAG_TEXT, true, TO(spec), "SPEC", "the spec (migdeploy.yaml)"},
    {"set", 0, FLAG_WORDS, true, TO(set), "PATH=VALUE", "one key of the spec, for this run"},
    {"namespace", 'n', FLAG_TEXT, true, TO(namespace_), "NAME", "where none is named"},
    {"kubeconfig", 0, FLAG_TEXT, true, TO(kubeconfig), "FILE", "as kubectl's"},
    {"context", 0, FLAG_TEXT, true, TO(context), "NAME", "of the kubeconfig"},
    {"output", 'o', FLAG_CHOICE, true, TO(output), "text|json|yaml|name|sarif", "what stdout gets"},
    {"progress", 0, FLAG_CHOICE, true, TO(progress), "auto|plain|json|none", "what stderr gets"},
    {"quiet", 'q', FLAG_SWITCH, true, TO(quiet), NULL, "data, errors and findings alone"},
    {"verbose", 'v', FLAG_COUNT, true, TO(verbose), NULL, "each step; -vv: each request"},
    {"no-color", 0, FLAG_SWITCH, true, TO(no_colour), NULL, "as NO_COLOR=1"},
    {"help", 'h', FLAG_SWITCH, true, TO(help), NULL, "this text"},
    {"version", 0, FLAG_SWITCH, true, TO(version), NULL, "of program and library"},
    {"filename", 'f', FLAG_WORDS, false, TO(files), "FILE", "a file, a folder, or - for stdin"},
    {"accept", 0, FLAG_WORDS, false, TO(accept), "RULE", "go on though that rule objects"},
    {"selector", 'l', FLAG_TEXT, false, TO(selector), "SELECTOR", "labels, as app=migratorydata"},
    {"all-namespaces", 'A', FLAG_SWITCH, false, TO(all_namespaces), NULL, "of all namespaces"},
    {"profile", 0, FLAG_TEXT, false, TO(profile), "P",
     "production, tutorial (the vendor's YAML as published) or dev"},
    {"cluster", 0, FLAG_TEXT, false, TO(cluster), "NAME", "an EKS cluster, with --region"},
    {"region", 0, FLAG_TEXT, false, TO(region), "REGION", "of AWS"},
    {"part", 0, FLAG_TEXT, false, TO(part), "NAME",
     "namespace, service, headless, budget, members or autoscaler"},
    {"dir", 0, FLAG_TEXT, false, TO(dir), "D", "one file an object, into the folder D"},
    {"only", 0, FLAG_TEXT, false, TO(only), "STEP", "objects, members, autoscaler or address"},
    {"until", 0, FLAG_TEXT, false, TO(until), "STEP", "the steps up to that one"},
    {"timeout", 0, FLAG_DURATION, false, TO(timeout_ms), "D",
     "stop after D, such as 10m; the next run goes on"},
    {"yes", 0, FLAG_SWITCH, false, TO(yes), NULL, "do not ask for the cluster's name"},
    {"live", 0, FLAG_SWITCH, false, TO(live), NULL, "what runs in the namespace"},
    {"strict", 0, FLAG_SWITCH, false, TO(strict), NULL, "exit 7 when there are warnings alone"},
    {"write", 0, FLAG_SWITCH, false, TO(write), NULL, "put N into the spec too, comments kept"},
    {"watch", 'w', FLAG_SWITCH, false, TO(watch), NULL, "again and again, until Ctrl-C"},
    {"force-conflicts", 0, FLAG_SWITCH, false, TO(force_conflicts), NULL,
     "take over fields that somebody else looks after"},
    {"adopt", 0, FLAG_SWITCH, false, TO(adopt), NULL,
     "take over what helm, argocd or flux look after"},
    {"wait", 0, FLAG_SWITCH, false, TO(wait), NULL, "wait while somebody else writes"},
    {"detailed-exitcode", 0, FLAG_SWITCH, false, TO(detailed_exitcode), NULL,
     "exit 8 when there are changes"},
};

const size_t flag_count = sizeof flags / sizeof *flags;

const command commands[] = {
    {"init", "Prepare", "write a commented spec", "[--profile P] [--cluster NAME --region REGION]",
     "Writes migdeploy.yaml, the one file to edit. Never overwrites.", "profile cluster region", "",
     MIGD_FOREVER, "migdeploy init --profile dev", run_init, 0, "0 1 2 3"},
    {"check", "Prepare", "rules over spec, files, cluster",
     "[FILE|DIR|-]... [--live] [--strict] [--accept RULE]",
     "Judges a spec (without a name: -s) or anybody's manifests, all together, by the rules.\n"
     "With --live what runs in the namespace; with files too, what they would make of that.",
     "live strict accept timeout", "json|sarif", 5 * MINUTE_MS, "migdeploy check k8s/", run_check,
     CLI_MANY, "0 1 2 3 4 5 7 130"},
    {"rules", "Prepare", "all rules, or one explained", "[RULE]",
     "The rules with their severity; with a name: why, an example, ways out, the source.", "",
     "json|yaml", MIGD_FOREVER, "migdeploy rules C9", run_rules, 1, "0 1 2"},
    {"render", "Prepare", "the manifests, YAML or JSON", "[--part NAME] [--dir D]",
     "The objects that the spec stands for, in the order in which they are applied.", "part dir",
     "json|yaml", MIGD_FOREVER, "migdeploy render > migratorydata.yaml", run_render, 0, "0 1 2 3"},
    {"plan", "Change", "every change, none made", "[--detailed-exitcode]",
     "What deploy would change, field by field. Changes nothing.",
     "detailed-exitcode accept adopt timeout", "json|yaml", 5 * MINUTE_MS, "migdeploy plan",
     run_plan, 0, "0 1 2 3 4 5 6 8 130"},
    {"deploy", "Change", "make it so, wait until it answers",
     "[--only STEP] [--until STEP] [--timeout D]",
     "Makes the cluster be as the spec says. Run it again at any time: it goes on from what it\n"
     "finds. --accept C24 lowers the number of members to what the spec says.",
     "only until accept adopt wait timeout", "json|yaml", HOUR_MS, "ADDRESS=$(migdeploy deploy -q)",
     run_deploy, 0, "0 1 2 3 4 5 6 130"},
    {"scale", "Change", "3, 4 or 5 members", "N [--write] [--accept RULE] [--timeout D]",
     "Changes the number of members, judged before and on the way, down one at a time. Without a\n"
     "spec here, of the one MigratoryData cluster in the namespace.",
     "write accept adopt wait timeout", "json|yaml", 15 * MINUTE_MS, "migdeploy scale 5 --write",
     run_scale, 1, "0 1 2 3 4 5 6 130"},
    {"restart", "Change", "members, one at a time", "[--timeout D]",
     "Starts every member anew, one at a time, with the pause of the spec. Without a spec here,\n"
     "of the one MigratoryData cluster in the namespace, with six minutes.",
     "wait timeout", "json|yaml", MIGD_FOREVER, "migdeploy restart", run_restart, 0,
     "0 1 2 3 4 5 6 130"},
    {"apply", "Change", "anybody's manifests", "-f FILE|DIR|-... [--accept RULE]",
     "Judges the objects all together, then applies them server-side in the order given.",
     "filename accept adopt force-conflicts wait timeout", "json|yaml", 15 * MINUTE_MS,
     "migdeploy apply -f k8s/", run_apply, 0, "0 1 2 3 4 5 6 130"},
    {"destroy", "Change", "all of it, in order, with proof", "[--yes] [--timeout D]",
     "Removes what belongs to the cluster, from what is found, and waits until it is gone.\n"
     "Without a spec here, the one MigratoryData cluster in the namespace.",
     "yes wait timeout", "json|yaml", HOUR_MS, "migdeploy destroy", run_destroy, 0,
     "0 1 2 3 4 5 6 130"},
    {"status", "Look", "what runs, what is wrong", "[--watch]",
     "Members, seeds, margin, whether a node can be drained, the address. Without a spec here,\n"
     "of the one MigratoryData cluster in the namespace.",
     "watch timeout", "json|yaml", 5 * MINUTE_MS, "migdeploy status", run_status, 0,
     "0 1 2 3 4 5 130"},
    {"get", "Look", "any resource that the server knows", "KIND [NAME] [-A] [-l SELECTOR]",
     "Reads any resource that the server knows. As text: the names alone.",
     "all-namespaces selector timeout", "json|yaml|name", 5 * MINUTE_MS,
     "migdeploy get pods -l app=migratorydata -o yaml", run_get, 2, "0 1 2 4 5 130"},
    {"version", "Look", "of program and library", "[-v]", "The version.", "", "json|yaml",
     MIGD_FOREVER, "migdeploy version", run_version, 0, "0 1 2"},
};

const size_t command_count = sizeof commands / sizeof *commands;

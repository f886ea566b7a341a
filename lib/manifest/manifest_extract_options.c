/* Facts of the members' environment: -D options in MIGRATORYDATA_EXTRA_OPTS, what a start script
 * adds to them, and flags of the JVM. */
#include "manifest_extract_items.h"

#include "codec_quantity.h"
#include "manifest_names.h"
#include "manifest_spec.h"

#include <string.h>

#define EXTRA_OPTS "MIGRATORYDATA_EXTRA_OPTS"

/* -DNAME=VALUE, from the environment or a script. */
typedef struct java_option {
    const char *name;
    const char *value;
    migdi_at at;
} java_option;

/* A text of options and where it stands. */
typedef struct options_source {
    const migd_object *value;
    migdi_at at;
    bool script;
    bool flags_only; /* a variable of the JVM's, or anybody's */
} options_source;

typedef struct options_reader {
    migdi_extract_state *state;
    const migdi_set *set;
    const migd_object *variables; /* the container's env */
    java_option *options;
    size_t option_count;
    migdi_word *bad;
    size_t bad_count;
    migdi_word *flags;
    size_t flag_count;
} options_reader;

/* --- environment ------------------------------------------------------------------------------ */

static const migd_object *variable(const options_reader *reader, const char *name, size_t size,
                                   size_t *at)
{
    for (size_t i = 0; i < migd_object_count(reader->variables); i++) {
        const migd_object *item = migd_object_item(reader->variables, i);
        const char *other = migd_object_text(item, "/name", "");
        if (strncmp(other, name, size) == 0 && other[size] == '\0') {
            *at = i;
            return item;
        }
    }
    return NULL;
}

/* Adds what $(NAME) stands for in the pod of an ordinal, or in every pod for -1. */
static bool add_variable(const options_reader *reader, migdi_text *text, const char *name,
                         size_t size, int64_t ordinal)
{
    size_t at = 0;
    const migd_object *item = variable(reader, name, size, &at);
    const char *field = migd_object_text(item, "/valueFrom/fieldRef/fieldPath", "");
    const char *value = migd_object_text(item, "/value", NULL);
    if (value != NULL) {
        migdi_text_add_string(text, value);
    } else if (strcmp(field, "metadata.namespace") == 0 && reader->set->item->space != NULL) {
        migdi_text_add_string(text, reader->set->item->space);
    } else if (strcmp(field, "metadata.name") == 0 && ordinal >= 0 &&
               !reader->set->facts->deployment) {
        migdi_text_format(text, "%s-%lld", reader->set->item->name, (long long)ordinal);
    } else {
        return false;
    }
    return true;
}

/* The value with each $(NAME) replaced, as the kubelet does; NULL when one cannot be known. */
static const char *expanded(options_reader *reader, const char *value, int64_t ordinal)
{
    if (strstr(value, "$(") == NULL) {
        return value;
    }
    migdi_text text = {0};
    bool known = true;
    while (known && *value != '\0') {
        const char *open = strstr(value, "$(");
        const char *close = open == NULL ? NULL : strchr(open, ')');
        if (close == NULL) {
            migdi_text_add_string(&text, value);
            break;
        }
        migdi_text_add(&text, value, (size_t)(open - value));
        known = add_variable(reader, &text, open + 2, (size_t)(close - open) - 2, ordinal);
        value = close + 1;
    }
    const char *copy = NULL;
    if (known && !text.failed) {
        copy = migdi_arena_text(reader->state->arena, migdi_text_string(&text), text.size);
    }
    reader->state->arena->failed = reader->state->arena->failed || text.failed;
    migdi_text_free(&text);
    return copy;
}

/* --- words ------------------------------------------------------------------------------------ */

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static migdi_at word_at(const options_reader *reader, const options_source *source,
                        const char *word, size_t size, const char *option)
{
    migdi_at at = source->at;
    at.place = reader->state->spec != NULL && option != NULL
                   ? migdi_spec_option_place(reader->state->spec, option)
                   : migdi_object_word_place(source->value, word, size);
    return at;
}

static void add_word(options_reader *reader, migdi_word **words, size_t *count, const char *text,
                     migdi_at at)
{
    *words = migdi_list_add(reader->state->arena, *words, count, sizeof **words);
    if (*words != NULL) {
        (*words)[(*count)++] = (migdi_word){text, at};
    }
}

static void add_option(options_reader *reader, const options_source *source, const char *word,
                       size_t size)
{
    const char *equals = memchr(word, '=', size);
    const char *name =
        migdi_arena_text(reader->state->arena, word + 2,
                         (size_t)((equals == NULL ? word + size : equals) - word) - 2);
    const char *value = equals == NULL ? ""
                                       : migdi_arena_text(reader->state->arena, equals + 1,
                                                          size - (size_t)(equals - word) - 1);
    reader->options = migdi_list_add(reader->state->arena, reader->options, &reader->option_count,
                                     sizeof *reader->options);
    if (name != NULL && value != NULL && reader->options != NULL) {
        reader->options[reader->option_count++] =
            (java_option){name, value, word_at(reader, source, word, size, name)};
    }
}

/* One word between blanks. A word that belongs to no option is the rest of a value that held a
 * blank. */
static void take_word(options_reader *reader, const options_source *source, const char *word,
                      size_t size)
{
    const bool quoted = memchr(word, '"', size) != NULL || memchr(word, '\'', size) != NULL;
    const bool flag = !quoted && size > 4 && memcmp(word, "-XX:", 4) == 0;
    if ((source->script && *word == '$') || (source->flags_only && !flag)) {
        return; /* the former is the variable that is added to */
    }
    if (!quoted && size > 2 && memcmp(word, "-D", 2) == 0) {
        add_option(reader, source, word, size);
        return;
    }
    const char *text = migdi_arena_text(reader->state->arena, word, size);
    if (text == NULL) {
        return;
    }
    if (flag) {
        add_word(reader, &reader->flags, &reader->flag_count, text,
                 word_at(reader, source, word, size, NULL));
    } else if (quoted || *word != '-') {
        add_word(reader, &reader->bad, &reader->bad_count, text,
                 word_at(reader, source, word, size, NULL));
    }
}

static void take_words(options_reader *reader, const options_source *source, migdi_text_part part)
{
    size_t at = 0;
    while (at < part.size) {
        while (at < part.size && is_blank(part.text[at])) {
            at++;
        }
        size_t end = at;
        while (end < part.size && !is_blank(part.text[end])) {
            end++;
        }
        if (end > at) {
            take_word(reader, source, part.text + at, end - at);
        }
        at = end;
    }
}

static void read_environment(options_reader *reader)
{
    migdi_facts *facts = reader->set->facts;
    facts->options_readable = true;
    facts->options = migdi_item_at(reader->state, reader->set->item, "%s", reader->set->base);
    for (size_t i = 0; i < migd_object_count(reader->variables); i++) {
        const migd_object *item = migd_object_item(reader->variables, i);
        const migd_object *value = migdi_object_member(item, "value");
        const char *text = migd_object_text(value, "", "");
        const bool ours = strcmp(migd_object_text(item, "/name", ""), EXTRA_OPTS) == 0;
        const migdi_at at = migdi_item_at(reader->state, reader->set->item, "%s/env/%zu%s",
                                          reader->set->base, i, value == NULL ? "" : "/value");
        if (ours) {
            facts->options = at;
            facts->options_readable = migd_object_kind(value) == MIGD_KIND_STRING ||
                                      (value == NULL && migd_object_at(item, "/valueFrom") == NULL);
        }
        take_words(reader, &(options_source){value, at, false, !ours},
                   (migdi_text_part){text, strlen(text)});
    }
}

static void read_script(options_reader *reader)
{
    const char *script = migd_object_text(reader->set->script, "", "");
    const options_source source = {reader->set->script, reader->set->script_at, true, false};
    for (const char *at = script;;) {
        const migdi_text_part value = migdi_script_assignment(&at, EXTRA_OPTS, NULL);
        if (value.text == NULL) {
            return;
        }
        take_words(reader, &source, value);
    }
}

/* A configuration file of one's own may say anything that no option says. */
static bool has_own_configuration(const migdi_set *set)
{
    const migd_object *mounts = migdi_object_member(set->container, "volumeMounts");
    for (size_t i = 0; i < migd_object_count(mounts); i++) {
        const char *path = migd_object_text(migd_object_item(mounts, i), "/mountPath", "");
        const size_t size = strlen(path);
        if (strcmp(path, "/migratorydata") == 0 ||
            (size > 5 && strcmp(path + size - 5, ".conf") == 0)) {
            return true;
        }
    }
    return migd_object_count(migdi_object_member(set->container, "envFrom")) > 0;
}

/* --- parameters ------------------------------------------------------------------------------- */

/* The last one counts, as for java. */
static const java_option *find(const options_reader *reader, const char *name)
{
    for (size_t i = reader->option_count; i > 0; i--) {
        if (strcmp(reader->options[i - 1].name, name) == 0) {
            return &reader->options[i - 1];
        }
    }
    return NULL;
}

static migdi_word word_of(options_reader *reader, const char *name)
{
    const java_option *option = find(reader, name);
    if (option == NULL) {
        return (migdi_word){0};
    }
    const char *value = expanded(reader, option->value, -1);
    return (migdi_word){value == NULL ? option->value : value, option->at};
}

/* All digits; -1 for anything else. */
static int64_t number_of(const char *text)
{
    int64_t number = *text == '\0' ? -1 : 0;
    for (; *text != '\0' && number >= 0; text++) {
        number = *text >= '0' && *text <= '9' && number < 1000000 ? number * 10 + *text - '0' : -1;
    }
    return number;
}

static void read_mode(options_reader *reader)
{
    migdi_facts *facts = reader->set->facts;
    const migdi_word engine = word_of(reader, "ClusterEngine");
    facts->mode_word = word_of(reader, "ClusterDeliveryMode");
    if (migdi_text_equal(engine.text, "kafka")) {
        facts->mode = MIGDI_MODE_KAFKA;
    } else if (migdi_text_equal(facts->mode_word.text, "Guaranteed")) {
        facts->mode = MIGDI_MODE_GUARANTEED;
    } else if (migdi_text_equal(facts->mode_word.text, "Standard") ||
               (facts->mode_word.text == NULL && facts->options_readable)) {
        facts->mode = MIGDI_MODE_STANDARD;
    }
    if (facts->mode == MIGDI_MODE_UNKNOWN && facts->mode_word.text == NULL) {
        migdi_set_unread(reader->state, reader->set, "C1", facts->options,
                         "parameters come from elsewhere: not judged");
    }
}

/* A ":8801" at the end. */
static int64_t port_of(const char *address)
{
    const char *colon = strrchr(address, ':');
    return colon == NULL ? -1 : number_of(colon + 1);
}

static void read_listens(options_reader *reader, const java_option *listen)
{
    migdi_facts *facts = reader->set->facts;
    int64_t least = 0;
    int64_t most = 0;
    migdi_facts_range(facts, &least, &most);
    most = most > MIGDI_EXTRACT_ORDINALS ? MIGDI_EXTRACT_ORDINALS : most;
    migdi_word *words = NULL;
    size_t count = 0;
    for (int64_t i = 0; i < most; i++) {
        const char *text = expanded(reader, listen->value, i);
        if (text == NULL || strchr(text, '$') != NULL) {
            return;
        }
        add_word(reader, &words, &count, text, listen->at);
        if (words == NULL) {
            return;
        }
    }
    facts->listens = (migdi_words){words, count};
}

/* In a script the option's value is a variable, whose own value ends with the port. */
static void read_cluster_port(options_reader *reader)
{
    migdi_facts *facts = reader->set->facts;
    const java_option *listen = find(reader, "ClusterMemberListen");
    if (listen == NULL) {
        return;
    }
    int64_t port = port_of(listen->value);
    if (port < 0 && listen->value[0] == '$' && reader->set->script != NULL) {
        const char *at = migd_object_text(reader->set->script, "", "");
        migdi_text_part address = migdi_script_assignment(&at, listen->value + 1, NULL);
        const char *text = address.text == NULL
                               ? NULL
                               : migdi_arena_text(reader->state->arena, address.text, address.size);
        port = text == NULL ? -1 : port_of(text);
    }
    facts->cluster_port = (migdi_count){port >= 0, port, listen->at};
    if (reader->set->script == NULL) {
        read_listens(reader, listen);
    }
}

static void add_port(options_reader *reader, migdi_port **ports, const char *whose, int64_t number,
                     migdi_at at)
{
    migdi_facts *facts = reader->set->facts;
    *ports = migdi_list_add(reader->state->arena, *ports, &facts->port_count, sizeof **ports);
    if (*ports != NULL) {
        (*ports)[facts->port_count++] = (migdi_port){whose, number, at};
    }
}

/* Listen is a list of address:port. What is not set has the vendor's default. */
static void read_ports(options_reader *reader)
{
    static const struct {
        const char *name;
        int64_t usual;
    } kinds[] = {{"Listen", 8800},
                 {"MonitorPrometheus.Listen", 9900},
                 {"MonitorJMX.Listen", 3000},
                 {"MonitorHTTP.Listen", 4000}};
    migdi_port *ports = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const java_option *option = find(reader, kinds[i].name);
        if (option == NULL) {
            add_port(reader, &ports, kinds[i].name, kinds[i].usual,
                     reader->set->facts->cluster_port.at);
            continue;
        }
        for (const char *at = option->value; *at != '\0';) {
            const size_t size = strcspn(at, ",");
            const char *address = migdi_arena_text(reader->state->arena, at, size);
            const int64_t number = address == NULL ? -1 : port_of(address);
            add_port(reader, &ports, kinds[i].name, number < 0 ? 80 : number, option->at);
            at += size + (at[size] == ',' ? 1 : 0);
        }
    }
    reader->set->facts->ports = ports;
}

/* --- the member list -------------------------------------------------------------------------- */

static bool read_list(options_reader *reader)
{
    const java_option *members = find(reader, "ClusterMembers");
    const char *text = members == NULL ? NULL : expanded(reader, members->value, -1);
    if (text == NULL || *text == '\0' || strchr(text, '$') != NULL) {
        return false;
    }
    migdi_word *words = NULL;
    size_t count = 0;
    for (const char *at = text; *at != '\0';) {
        const size_t size = strcspn(at, ",");
        const char *entry = migdi_arena_text(reader->state->arena, at, size);
        if (entry != NULL) {
            add_word(reader, &words, &count, entry, members->at);
        }
        at += size + (at[size] == ',' ? 1 : 0);
    }
    migdi_facts *facts = reader->set->facts;
    facts->list = (migdi_words){words, words == NULL ? 0 : count};
    facts->max_members = (migdi_count){true, (int64_t)count, members->at};
    facts->max_from = MIGDI_FROM_LIST;
    return true;
}

static bool read_script_members(options_reader *reader)
{
    const migd_object *script = reader->set->script;
    migdi_text_part word = {0};
    const int64_t count =
        script == NULL ? 0 : migdi_script_members(migd_object_text(script, "", ""), &word);
    if (count <= 0) {
        return false;
    }
    migdi_facts *facts = reader->set->facts;
    facts->max_members = (migdi_count){true, count, reader->set->script_at};
    facts->max_members.at.place = migdi_object_word_place(script, word.text, word.size);
    facts->max_from = MIGDI_FROM_SCRIPT;
    return true;
}

static void read_members(options_reader *reader)
{
    migdi_facts *facts = reader->set->facts;
    const migd_object *annotations =
        migd_object_at(reader->set->item->value, "/metadata/annotations");
    const char *noted =
        migd_object_text(migdi_object_member(annotations, MIGDI_NOTE_MAX_MEMBERS), "", "");
    if (number_of(noted) > 0) {
        facts->noted_members =
            (migdi_count){true, number_of(noted),
                          migdi_item_at(reader->state, reader->set->item,
                                        "/metadata/annotations/migdeploy.dev~1max-members")};
    }
    if (read_list(reader) || read_script_members(reader)) {
        return;
    }
    facts->max_members = facts->noted_members;
    facts->max_from = facts->noted_members.known ? MIGDI_FROM_ANNOTATION : MIGDI_FROM_NOWHERE;
    if (!facts->max_members.known && facts->mode != MIGDI_MODE_KAFKA) {
        migdi_set_unread(reader->state, reader->set, "C6", facts->options,
                         "no member list can be read: its length is not judged");
    }
}

static void read_memory(options_reader *reader)
{
    migdi_facts *facts = reader->set->facts;
    facts->memory = word_of(reader, "Memory");
    const char *text = facts->memory.text;
    if (text != NULL &&
        migdi_quantity_parse_size(text, strlen(text), &facts->memory_bytes, NULL) < 0) {
        facts->memory_bytes = 0;
        migdi_set_unread(reader->state, reader->set, "C21", facts->memory.at,
                         "this Memory cannot be read: it is not judged");
    }
}

void migdi_extract_options(migdi_extract_state *state, const migdi_set *set)
{
    options_reader reader = {
        .state = state, .set = set, .variables = migdi_object_member(set->container, "env")};
    migdi_facts *facts = set->facts;
    read_environment(&reader);
    read_script(&reader);
    facts->options_readable = facts->options_readable && !has_own_configuration(set);
    read_mode(&reader);
    read_members(&reader);
    const migdi_word count = word_of(&reader, "ClusterSeedMemberCount");
    if (count.text != NULL) {
        const int64_t number = number_of(count.text);
        facts->seed_count = (migdi_count){true, number, count.at};
    }
    read_cluster_port(&reader);
    read_ports(&reader);
    read_memory(&reader);
    facts->password = word_of(&reader, "ClusterPassword");
    facts->token = word_of(&reader, "EntitlementAllowToken");
    facts->entitlement = word_of(&reader, "Entitlement");
    facts->bad_options = (migdi_words){reader.bad, reader.bad_count};
    facts->java_flags = (migdi_words){reader.flags, reader.flag_count};
}

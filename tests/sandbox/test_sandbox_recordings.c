/* The model against recordings of a real API server: each answer equal by value, but for the
 * pointers of differences.json, for instants, and for names that a server gives (uids, hashes of
 * revisions), which must be the same wherever they are the same in the recording. */
#include "test_world.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTERS = 20, NAMES = 512, WAIT_MS = 600000 };

typedef struct comparison {
    const value *pointers; /* of differences.json */
    const char *theirs[NAMES];
    const char *ours[NAMES];
    size_t sizes[NAMES];
    size_t name_count;
    char path[1024];
    bool differs;
} comparison;

static size_t run_of(const char *at, const char *alphabet, size_t size)
{
    size_t count = 0;
    while (count < size && at[count] != '\0' && strchr(alphabet, at[count]) != NULL) {
        count++;
    }
    return count;
}

/* The length of a uid, or of a hash in the letters of revisions, at that place; 0: neither. */
static size_t given_name(const char *at)
{
    if (run_of(at, "0123456789abcdef", 8) == 8 && run_of(at + 8, "0123456789abcdef-", 28) == 28) {
        return 36;
    }
    const size_t hash = run_of(at, "bcdfghjklmnpqrstvwxz2456789", 11);
    return hash >= 8 && hash <= 10 ? hash : 0;
}

static size_t instant(const char *at)
{
    const bool date = run_of(at, "0123456789-", 10) == 10 && at[4] == '-' && at[10] == 'T';
    return date ? 11 + run_of(at + 11, "0123456789:.Z", 20) : 0;
}

static bool same_name(comparison *made, const char *theirs, size_t theirs_size, const char *ours,
                      size_t ours_size)
{
    for (size_t i = 0; i < made->name_count; i++) {
        if (strncmp(made->theirs[i], theirs, theirs_size) == 0 &&
            given_name(made->theirs[i]) == theirs_size) {
            return made->sizes[i] == ours_size && strncmp(made->ours[i], ours, ours_size) == 0;
        }
        if (made->sizes[i] == ours_size && strncmp(made->ours[i], ours, ours_size) == 0) {
            return false;
        }
    }
    assert_true(made->name_count < NAMES);
    made->theirs[made->name_count] = theirs;
    made->ours[made->name_count] = ours;
    made->sizes[made->name_count++] = ours_size;
    return true;
}

static bool same_text(comparison *made, const char *theirs, const char *ours)
{
    while (*theirs != '\0' && *ours != '\0') {
        const size_t times[] = {instant(theirs), instant(ours)};
        const size_t names[] = {given_name(theirs), given_name(ours)};
        if (times[0] > 0 && times[1] > 0) {
            theirs += times[0];
            ours += times[1];
        } else if (names[0] > 0 && names[1] > 0 && (names[0] == 36) == (names[1] == 36)) {
            if (!same_name(made, theirs, names[0], ours, names[1])) {
                return false;
            }
            theirs += names[0];
            ours += names[1];
        } else if (*theirs++ != *ours++) {
            return false;
        }
    }
    return *theirs == *ours;
}

/* A pattern's steps: a name, * for any one, ** for any number of them. */
static bool fits_pattern(const char *pattern, const char *path)
{
    if (*pattern == '\0' || *path == '\0') {
        return *pattern == *path;
    }
    if (strncmp(pattern, "**", 2) == 0) {
        return fits_pattern(pattern + 2, path) ||
               (strchr(path + 1, '/') != NULL ? fits_pattern(pattern, strchr(path + 1, '/'))
                                              : false);
    }
    const size_t step = strcspn(pattern + 1, "/");
    const size_t size = strcspn(path + 1, "/");
    const bool any = step == 1 && pattern[1] == '*';
    return (any || (step == size && strncmp(pattern + 1, path + 1, size) == 0)) &&
           fits_pattern(pattern + 1 + step, path + 1 + size);
}

static bool may_differ(const comparison *made)
{
    for (uint32_t i = 0; i < made->pointers->count; i++) {
        if (fits_pattern(value_text(made->pointers->items[i], "pointer", ""), made->path)) {
            return true;
        }
    }
    return false;
}

static void tell(comparison *made, const char *what)
{
    made->differs = true;
    print_error("  %s: %s\n", made->path, what);
}

static void compare(comparison *made, const value *theirs, const value *ours);

static void compare_below(comparison *made, const char *step, const value *theirs,
                          const value *ours)
{
    const size_t size = strlen(made->path);
    snprintf(made->path + size, sizeof made->path - size, "/%s", step);
    compare(made, theirs, ours);
    made->path[size] = '\0';
}

static void compare_maps(comparison *made, const value *theirs, const value *ours)
{
    for (uint32_t i = 0; i < theirs->count; i++) {
        const char *key = theirs->members[i].key;
        const value *other = value_get(ours, key);
        for (uint32_t k = 0; other == NULL && k < ours->count; k++) {
            if (strchr(key, '{') != NULL && same_text(made, key, ours->members[k].key)) {
                other = ours->members[k].value;
            }
        }
        compare_below(made, key, theirs->members[i].value, other);
    }
    for (uint32_t k = 0; k < ours->count; k++) {
        const char *key = ours->members[k].key;
        bool found = value_get(theirs, key) != NULL;
        for (uint32_t i = 0; !found && i < theirs->count; i++) {
            found = strchr(key, '{') != NULL && same_text(made, theirs->members[i].key, key);
        }
        if (!found) {
            compare_below(made, key, NULL, ours->members[k].value);
        }
    }
}

static void compare(comparison *made, const value *theirs, const value *ours)
{
    if (may_differ(made) || theirs == ours) {
        return;
    }
    if (theirs == NULL || ours == NULL) {
        tell(made, theirs == NULL ? "ours alone" : "theirs alone");
    } else if (theirs->kind != ours->kind) {
        tell(made, "another kind of value");
    } else if (theirs->kind == VALUE_MAP) {
        compare_maps(made, theirs, ours);
    } else if (theirs->kind == VALUE_ARRAY) {
        for (uint32_t i = 0; i < theirs->count || i < ours->count; i++) {
            char step[16];
            snprintf(step, sizeof step, "%u", i);
            compare_below(made, step, i < theirs->count ? theirs->items[i] : NULL,
                          i < ours->count ? ours->items[i] : NULL);
        }
    } else if (theirs->kind == VALUE_STRING ? !same_text(made, theirs->string, ours->string)
                                            : !value_equal(theirs, ours)) {
        char what[600];
        snprintf(what, sizeof what, "theirs \"%.250s\", ours \"%.250s\"",
                 theirs->kind == VALUE_STRING ? theirs->string : "",
                 ours->kind == VALUE_STRING ? ours->string : "");
        tell(made, what);
    }
}

/* Of discovery the model has less: what it says, the server says too. */
static bool is_part(const value *theirs, const value *ours)
{
    if (theirs == NULL || theirs->kind != ours->kind) {
        return false;
    }
    bool part = ours->kind < VALUE_ARRAY ? value_equal(theirs, ours) : true;
    for (uint32_t i = 0; ours->kind >= VALUE_ARRAY && part && i < ours->count; i++) {
        if (ours->kind == VALUE_MAP) {
            part = is_part(value_get(theirs, ours->members[i].key), ours->members[i].value);
            continue;
        }
        part = false;
        for (uint32_t k = 0; !part && k < theirs->count; k++) {
            part = is_part(theirs->items[k], ours->items[i]);
        }
    }
    return part;
}

/* --- replaying -------------------------------------------------------------------------------- */

typedef struct replay {
    pool memory;
    jmp_buf exhausted;
    test_world *lab;
    comparison compared;
    const value *captured;
    size_t answers;
} replay;

static const value *json(replay *run, const char *bytes, size_t size)
{
    const value *read = value_read(&run->memory, pool_text(&run->memory, bytes, size), size);
    return read != NULL ? read
                        : value_of_string(&run->memory, pool_text(&run->memory, bytes, size));
}

/* ${NAME} becomes what was captured. */
static const char *filled(replay *run, const char *string)
{
    text out = {.memory = &run->memory};
    while (*string != '\0') {
        const bool names = strncmp(string, "${", 2) == 0;
        const char *name =
            names ? pool_text(&run->memory, string + 2, strcspn(string + 2, "}")) : "";
        if (value_get(run->captured, name) != NULL) {
            text_add_string(&out, value_text(run->captured, name, ""));
            string += strlen(name) + 3;
        } else {
            text_add(&out, string++, 1);
        }
    }
    const char *done = pool_text(&run->memory, out.bytes, out.size);
    text_free(&out);
    return done;
}

static int32_t ask(replay *run, const value *step, const value **answer)
{
    const char *token = value_text(step, "token", "root");
    const value *body = value_get(step, "body");
    text written = {.memory = &run->memory};
    if (body != NULL) {
        value_write(&written, body);
    }
    const char *sent = body == NULL ? NULL : filled(run, written.bytes);
    text_free(&written);
    const char *target = filled(run, value_text(step, "path", ""));
    const world_request request = {.method = value_text(step, "method", "GET"),
                                   .target = target,
                                   .authorization =
                                       strcmp(token, "none") == 0     ? NULL
                                       : strcmp(token, "root") == 0   ? "Bearer " WORLD_TOKEN
                                       : strcmp(token, "viewer") == 0 ? "Bearer " WORLD_VIEWER_TOKEN
                                                                      : "Bearer wrong",
                                   .accept = value_text(step, "accept", "application/json"),
                                   .content_type = value_text(step, "type", "application/json"),
                                   .user_agent = "recorder/1",
                                   .body = sent,
                                   .body_size = sent == NULL ? 0 : strlen(sent)};
    world_response response;
    world *model = test_world_model(run->lab);
    world_answer(model, &request, test_world_now_ms(run->lab), &response);
    if (response.watch == NULL) {
        *answer = json(run, response.body, response.body_size);
        return response.status;
    }
    text events = {.memory = &run->memory};
    while (world_watch_read(response.watch, test_world_now_ms(run->lab), &events)) {
        test_world_pass(run->lab, 100);
    }
    value_list list = {.memory = &run->memory};
    for (const char *at = events.bytes; at != NULL && *at != '\0'; at += strcspn(at, "\n") + 1) {
        value_list_add(&list, NULL, json(run, at, strcspn(at, "\n")));
    }
    *answer = value_list_array(&list);
    text_free(&events);
    world_watch_free(response.watch);
    return response.status;
}

static const value *down(const value *document, const char *pointer)
{
    while (document != NULL && *pointer == '/') {
        char step[128];
        const size_t size = strcspn(++pointer, "/");
        snprintf(step, sizeof step, "%.*s", (int)size, pointer);
        const size_t index = (size_t)strtoul(step, NULL, 10);
        const bool listed = document->kind == VALUE_ARRAY;
        document = !listed                   ? value_get(document, step)
                   : index < document->count ? document->items[index]
                                             : NULL;
        pointer += size;
    }
    return document;
}

static void wait_until(replay *run, const value *until)
{
    const char *pointer = value_text(until, "pointer", "");
    const value *wanted = value_get(until, "equals");
    for (int64_t waited = 0; waited < WAIT_MS; waited += 100) {
        const value *answer = NULL;
        const int32_t status = ask(run, until, &answer);
        const value *is = strcmp(pointer, "status") == 0 ? value_of_integer(&run->memory, status)
                                                         : down(answer, pointer);
        test_world_pass(run->lab, 100);
        if (value_equal(is, wanted) || (is == NULL && wanted->kind == VALUE_NULL)) {
            test_world_pass(run->lab, 300);
            return;
        }
    }
    fail_msg("never so: %s %s", value_text(until, "path", ""), pointer);
}

static void check(replay *run, const value *step, size_t line)
{
    const value *answer = NULL;
    const int32_t status = ask(run, step, &answer);
    const value *capture = value_get(step, "capture");
    for (uint32_t i = 0; capture != NULL && i < capture->count; i++) {
        run->captured = value_with(&run->memory, run->captured, capture->members[i].key,
                                   down(answer, capture->members[i].value->string));
    }
    comparison *made = &run->compared;
    made->path[0] = '\0';
    made->differs = false;
    const char *below = value_text(step, "below", "");
    const value *theirs = down(value_get(step, "answer"), below);
    if (!value_true(step, "part")) {
        compare(made, theirs, down(answer, below));
    } else if (!is_part(theirs, down(answer, below))) {
        tell(made, "says what theirs does not");
    }
    run->answers++;
    if (made->differs || status != value_integer(step, "status", 0)) {
        print_error("line %zu: %s %s: theirs %d, ours %d\n", line, value_text(step, "method", ""),
                    value_text(step, "path", ""), (int)value_integer(step, "status", 0),
                    (int)status);
        run->compared.differs = true;
    }
}

static size_t replay_file(const char *name, bool *differs)
{
    char path[300];
    size_t size = 0;
    snprintf(path, sizeof path, "recordings/%s", name);
    char *recorded = test_read_data(path, &size);
    char *pointers = test_read_data("recordings/differences.json", NULL);
    replay run = {.captured = &value_empty_map};
    run.memory.exhausted = &run.exhausted;
    /* The recorded cluster's pods start at once and its services get no address. */
    run.lab = test_world_new(
        1, "{\"startSeconds\":0,\"stopSeconds\":0,\"addressSeconds\":-1,\"scalerSeconds\":2,"
           "\"lagMs\":1,\"budgetLagMs\":1}");
    run.compared.pointers = json(&run, pointers, strlen(pointers));
    assert_in_range(run.compared.pointers->count, 0, POINTERS);
    size_t line = 0;
    for (char *at = recorded; *at != '\0'; at += strcspn(at, "\n") + 1) {
        const value *step = json(&run, at, strcspn(at, "\n"));
        const value *until = value_get(step, "until");
        line++;
        if (until != NULL) {
            wait_until(&run, until);
        } else {
            check(&run, step, line);
            *differs = *differs || run.compared.differs;
        }
        test_world_pass(run.lab, 30);
    }
    test_world_free(run.lab);
    pool_free(&run.memory);
    free(pointers);
    free(recorded);
    return run.answers;
}

static void answers_as_the_recorded_server(void **state)
{
    (void)state;
    DIR *folder = opendir(TEST_DATA "/recordings");
    assert_non_null(folder);
    size_t answers = 0;
    bool any = false;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (strstr(entry->d_name, ".jsonl") != NULL) {
            bool differs = false;
            answers += replay_file(entry->d_name, &differs);
            if (differs) {
                print_error("%s differs\n", entry->d_name);
            }
            any = any || differs;
        }
    }
    closedir(folder);
    assert_true(answers > 150);
    assert_false(any);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers_as_the_recorded_server)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Start scripts, as far as the vendor's pages and their copies go: assignments, one loop that
 * builds the member list, one start command. What is artful stays unread. */
#include "manifest_extract_items.h"

#include <string.h>

#define START_COMMAND "start-migratorydata.sh"
#define MEMBER_COUNT  "MAX_REPLICAS"

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static bool is_name(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || byte == '_';
}

static bool starts_with(migdi_text_part part, const char *prefix)
{
    const size_t size = strlen(prefix);
    return part.size >= size && memcmp(part.text, prefix, size) == 0;
}

static migdi_text_part skip(migdi_text_part part, size_t size)
{
    return (migdi_text_part){part.text + size, part.size - size};
}

static migdi_text_part trimmed(migdi_text_part part)
{
    while (part.size > 0 && (is_blank(*part.text) || *part.text == '\n')) {
        part = skip(part, 1);
    }
    while (part.size > 0 &&
           (is_blank(part.text[part.size - 1]) || part.text[part.size - 1] == '\n')) {
        part.size--;
    }
    return part;
}

/* How far a statement goes: to a line's end, a separator or a comment, outside of quotes; a ";"
 * inside of parentheses is a loop's. */
static size_t statement_size(const char *text)
{
    char quote = '\0';
    size_t depth = 0;
    size_t i = 0;
    for (; text[i] != '\0'; i++) {
        const char byte = text[i];
        if (byte == '\\' && quote != '\'' && text[i + 1] != '\0') {
            i++;
        } else if (quote != '\0') {
            quote = byte == quote ? '\0' : quote;
        } else if (byte == '"' || byte == '\'' || byte == '`') {
            quote = byte;
        } else if (byte == '\n' || ((byte == ';' || byte == '&' || byte == '|') && depth == 0) ||
                   (byte == '#' && i > 0 && is_blank(text[i - 1]))) {
            break;
        } else if (byte == '(') {
            depth++;
        } else if (byte == ')' && depth > 0) {
            depth--;
        }
    }
    return i;
}

/* The next statement, without blanks and keywords before it; NULL at the end. */
static migdi_text_part next_statement(const char **at)
{
    static const char *const before[] = {"then ", "do ", "else ", "export ", "local ", "readonly "};
    while (**at != '\0') {
        if (**at == '#') {
            *at += strcspn(*at, "\n");
            continue;
        }
        migdi_text_part statement = {*at, statement_size(*at)};
        *at += statement.size;
        *at += **at != '\0' && **at != '#' ? 1 : 0;
        statement = trimmed(statement);
        for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
            if (starts_with(statement, before[i])) {
                statement = trimmed(skip(statement, strlen(before[i])));
            }
        }
        if (statement.size > 0) {
            return statement;
        }
    }
    return (migdi_text_part){0};
}

static migdi_text_part unquoted(migdi_text_part part)
{
    const bool quoted = part.size >= 2 && (*part.text == '"' || *part.text == '\'') &&
                        part.text[part.size - 1] == *part.text;
    return quoted ? (migdi_text_part){part.text + 1, part.size - 2} : part;
}

migdi_text_part migdi_script_assignment(const char **at, const char *name, migdi_text_part *whole)
{
    const size_t size = strlen(name);
    for (;;) {
        const migdi_text_part statement = next_statement(at);
        if (statement.text == NULL) {
            return statement;
        }
        if (!starts_with(statement, name)) {
            continue;
        }
        migdi_text_part rest = skip(statement, size);
        rest = starts_with(rest, "+=") ? skip(rest, 1) : rest;
        if (starts_with(rest, "=")) {
            if (whole != NULL) {
                *whole = statement;
            }
            return unquoted(skip(rest, 1));
        }
    }
}

/* Digits alone, at most six; -1 for anything else. */
static int64_t whole_number(migdi_text_part part)
{
    int64_t number = part.size == 0 || part.size > 6 ? -1 : 0;
    for (size_t i = 0; i < part.size && number >= 0; i++) {
        number = part.text[i] >= '0' && part.text[i] <= '9' ? number * 10 + part.text[i] - '0' : -1;
    }
    return number;
}

/* A number, or a variable to which the script assigns one: 5, $N, ${N}, N. -1: neither. */
static int64_t resolved_number(const char *script, migdi_text_part part)
{
    part = trimmed(part);
    const int64_t number = whole_number(part);
    if (number >= 0) {
        return number;
    }
    part = starts_with(part, "$") ? skip(part, 1) : part;
    if (starts_with(part, "{") && part.text[part.size - 1] == '}') {
        part = (migdi_text_part){part.text + 1, part.size - 2};
    }
    char name[64];
    if (part.size == 0 || part.size >= sizeof name) {
        return -1;
    }
    for (size_t i = 0; i < part.size; i++) {
        if (!is_name(part.text[i])) {
            return -1;
        }
    }
    memcpy(name, part.text, part.size);
    name[part.size] = '\0';
    int64_t found = -1;
    for (const char *at = script;;) {
        const migdi_text_part value = migdi_script_assignment(&at, name, NULL);
        if (value.text == NULL) {
            return found;
        }
        found = whole_number(value);
    }
}

/* What stands between `open` and the first `close` behind it; NULL when it does not. */
static migdi_text_part between(migdi_text_part part, const char *open, const char *close)
{
    const char *from = memmem(part.text, part.size, open, strlen(open));
    if (from == NULL) {
        return (migdi_text_part){0};
    }
    from += strlen(open);
    const size_t left = part.size - (size_t)(from - part.text);
    const char *to = memmem(from, left, close, strlen(close));
    return to == NULL ? (migdi_text_part){0} : (migdi_text_part){from, (size_t)(to - from)};
}

static migdi_text_part last_word(migdi_text_part part)
{
    part = trimmed(part);
    size_t start = part.size;
    while (start > 0 && !is_blank(part.text[start - 1])) {
        start--;
    }
    return skip(part, start);
}

/* The number behind the last that a loop counts: `(( i=1; i < 5; i++ ))`, `$(seq 0 4)`, `{0..4}`,
 * `0 1 2`. */
static int64_t loop_bound(const char *script, migdi_text_part loop)
{
    const migdi_text_part condition = between(loop, ";", ";");
    if (starts_with(loop, "for ((") || starts_with(loop, "for((")) {
        const char *less =
            condition.text == NULL ? NULL : memchr(condition.text, '<', condition.size);
        if (less == NULL) {
            return -1;
        }
        const migdi_text_part bound = skip(condition, (size_t)(less - condition.text) + 1);
        const bool inclusive = starts_with(bound, "=");
        const int64_t number = resolved_number(script, inclusive ? skip(bound, 1) : bound);
        return number < 0 ? -1 : number + (inclusive ? 1 : 0);
    }
    migdi_text_part last = between(loop, "$(seq ", ")");
    last = last.text == NULL ? between(loop, "`seq ", "`") : last;
    if (last.text != NULL) {
        last = last_word(last);
    } else {
        const migdi_text_part range = between(loop, "{", "}");
        const migdi_text_part end = range.text == NULL ? range : between(loop, "..", "}");
        last = end.text == NULL ? last_word(loop) : end;
    }
    const int64_t number = resolved_number(script, last);
    return number < 0 ? -1 : number + 1;
}

int64_t migdi_script_members(const char *script, migdi_text_part *word)
{
    int64_t count = 0;
    migdi_text_part whole = {0};
    for (const char *at = script;;) {
        const migdi_text_part value = migdi_script_assignment(&at, MEMBER_COUNT, &whole);
        if (value.text == NULL) {
            break;
        }
        const int64_t number = whole_number(value);
        count = number > 0 ? number : 0;
        *word = whole;
    }
    if (count > 0 || strstr(script, "ClusterMembers") == NULL) {
        return count;
    }
    for (const char *at = script;;) {
        const migdi_text_part statement = next_statement(&at);
        if (statement.text == NULL) {
            return 0;
        }
        if (starts_with(statement, "for ") || starts_with(statement, "for((")) {
            const int64_t number = loop_bound(script, statement);
            *word = statement;
            return number > 0 ? number : 0;
        }
    }
}

migdi_text_part migdi_script_unexec(const char *script)
{
    const size_t tail = strlen(START_COMMAND);
    for (const char *at = script;;) {
        migdi_text_part statement = next_statement(&at);
        if (statement.text == NULL) {
            return statement;
        }
        static const char *const shells[] = {"bash ", "sh ", ". ", "source "};
        for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
            if (starts_with(statement, shells[i])) {
                statement = trimmed(skip(statement, strlen(shells[i])));
            }
        }
        size_t size = 0;
        while (size < statement.size && !is_blank(statement.text[size])) {
            size++;
        }
        if (size >= tail && memcmp(statement.text + size - tail, START_COMMAND, tail) == 0) {
            return (migdi_text_part){statement.text, size};
        }
    }
}

/* Label selectors: the text of `kubectl -l`, read as labels.Parse of k8s.io/apimachinery reads
 * it. */
#include "codec_selector_build.h"

#include <stdlib.h>
#include <string.h>

typedef enum {
    END,
    WORD,
    WORD_IN, /* a word too, but where an operator stands */
    WORD_NOT_IN,
    NOT,
    EQUAL,
    DOUBLE_EQUAL,
    NOT_EQUAL,
    GREATER,
    LESS,
    OPEN,
    CLOSE,
    COMMA
} token;

typedef struct {
    const char *text;
    size_t size;
    token token; /* the one at hand, from `at` on */
    size_t at;
    size_t token_size;
    migdi_selector_builder building;
} parser;

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static token read_word(const char *word, size_t size)
{
    if (size == 2 && memcmp(word, "in", size) == 0) {
        return WORD_IN;
    }
    return size == 5 && memcmp(word, "notin", size) == 0 ? WORD_NOT_IN : WORD;
}

static void next(parser *reading)
{
    static const struct {
        const char *text;
        token token;
    } marks[] = {{"==", DOUBLE_EQUAL}, {"!=", NOT_EQUAL}, {"=", EQUAL}, {"!", NOT},  {">", GREATER},
                 {"<", LESS},          {"(", OPEN},       {")", CLOSE}, {",", COMMA}};
    size_t at = reading->at + reading->token_size;
    while (at < reading->size && is_blank(reading->text[at])) {
        at++;
    }
    const size_t left = reading->size - at;
    reading->at = at;
    reading->token_size = 0;
    reading->token = END;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        const size_t size = strlen(marks[i].text);
        if (size <= left && memcmp(reading->text + at, marks[i].text, size) == 0) {
            reading->token = marks[i].token;
            reading->token_size = size;
            return;
        }
    }
    while (at < reading->size && !is_blank(reading->text[at]) &&
           strchr("=!()<>,", reading->text[at]) == NULL) {
        at++;
    }
    reading->token_size = at - reading->at;
    if (left > 0) {
        reading->token = read_word(reading->text + reading->at, reading->token_size);
    }
}

static bool at_word(const parser *reading)
{
    return reading->token == WORD || reading->token == WORD_IN || reading->token == WORD_NOT_IN;
}

static migd_status expected(const parser *reading, const char *what)
{
    if (reading->token == END) {
        return migdi_fail(reading->building.error, MIGD_ERR_PARSE,
                          "the selector \"%.*s\" ends where %s was expected", (int)reading->size,
                          reading->text, what);
    }
    return migdi_fail(reading->building.error, MIGD_ERR_PARSE,
                      "the selector \"%.*s\" has \"%.*s\" where %s was expected",
                      (int)reading->size, reading->text, (int)reading->token_size,
                      reading->text + reading->at, what);
}

/* A copy of the word at hand; an empty text when there is none. */
static migd_status take_word(parser *reading, const char **out)
{
    const size_t size = at_word(reading) ? reading->token_size : 0;
    *out = migdi_arena_text(reading->building.arena, reading->text + reading->at, size);
    if (size > 0) {
        next(reading);
    }
    return *out == NULL ? migdi_fail_nomem(reading->building.error) : MIGD_OK;
}

/* "(a, b)"; between commas may be nothing, which is the empty value. Each value comes once. */
static migd_status parse_set(parser *reading, const char ***values, size_t *count)
{
    if (reading->token != OPEN) {
        return expected(reading, "\"(\"");
    }
    size_t most = 1;
    for (size_t i = reading->at; i < reading->size && reading->text[i] != ')'; i++) {
        most += reading->text[i] == ',';
    }
    *values = migdi_arena_alloc_zeroed(reading->building.arena, most, sizeof **values);
    if (*values == NULL) {
        return migdi_fail_nomem(reading->building.error);
    }
    do {
        next(reading);
        const migd_status status = take_word(reading, &(*values)[(*count)++]);
        if (status < 0) {
            return status;
        }
    } while (reading->token == COMMA);
    if (reading->token != CLOSE) {
        return expected(reading, "\",\" or \")\"");
    }
    next(reading);
    qsort(*values, *count, sizeof **values, migdi_selector_by_bytes);
    size_t kept = 1;
    for (size_t i = 1; i < *count; i++) {
        if (strcmp((*values)[i], (*values)[kept - 1]) != 0) {
            (*values)[kept++] = (*values)[i];
        }
    }
    *count = kept;
    return MIGD_OK;
}

static bool find_operator(token found, migdi_select_operator *out)
{
    switch (found) {
    case WORD_IN:
        *out = MIGDI_SELECT_IN;
        return true;
    case WORD_NOT_IN:
        *out = MIGDI_SELECT_NOT_IN;
        return true;
    case EQUAL:
        *out = MIGDI_SELECT_EQUAL;
        return true;
    case DOUBLE_EQUAL:
        *out = MIGDI_SELECT_DOUBLE_EQUAL;
        return true;
    case NOT_EQUAL:
        *out = MIGDI_SELECT_NOT_EQUAL;
        return true;
    case GREATER:
        *out = MIGDI_SELECT_GREATER;
        return true;
    case LESS:
        *out = MIGDI_SELECT_LESS;
        return true;
    default:
        return false;
    }
}

static migd_status parse_requirement(parser *reading)
{
    const bool negated = reading->token == NOT;
    if (negated) {
        next(reading);
    }
    if (!at_word(reading)) {
        return expected(reading, "a label key");
    }
    const char *key = NULL;
    migd_status status = migdi_selector_check_key(&reading->building, reading->text + reading->at,
                                                  reading->token_size);
    if (status == MIGD_OK) {
        status = take_word(reading, &key);
    }
    if (status < 0) {
        return status;
    }
    if (negated || reading->token == END || reading->token == COMMA) {
        return migdi_selector_add(&reading->building, key,
                                  negated ? MIGDI_SELECT_ABSENT : MIGDI_SELECT_EXISTS, NULL, 0);
    }
    migdi_select_operator operator = MIGDI_SELECT_EQUAL;
    if (!find_operator(reading->token, &operator)) {
        return expected(reading, "in, notin, =, ==, !=, < or >");
    }
    next(reading);
    const char **values = NULL;
    size_t count = 0;
    if (operator == MIGDI_SELECT_IN || operator == MIGDI_SELECT_NOT_IN) {
        status = parse_set(reading, &values, &count);
    } else if (at_word(reading) || reading->token == END || reading->token == COMMA) {
        values = migdi_arena_alloc_zeroed(reading->building.arena, 1, sizeof *values);
        status = values == NULL ? migdi_fail_nomem(reading->building.error)
                                : take_word(reading, &values[count++]);
    } else {
        status = expected(reading, "a value");
    }
    return status < 0 ? status
                      : migdi_selector_add(&reading->building, key, operator, values, count);
}

static migd_status parse_all(parser *reading)
{
    next(reading);
    while (reading->token != END) {
        const migd_status status = parse_requirement(reading);
        if (status < 0) {
            return status;
        }
        if (reading->token == END) {
            break;
        }
        if (reading->token != COMMA) {
            return expected(reading, "\",\" or the end");
        }
        next(reading);
        if (reading->token != NOT && !at_word(reading)) {
            return expected(reading, "a label key");
        }
    }
    return MIGD_OK;
}

migd_status migdi_selector_parse(const char *text, size_t size, migdi_arena *arena,
                                 migdi_selector *out, migd_error **error)
{
    *out = (migdi_selector){.nothing = true};
    if (size > MIGDI_SELECTOR_BYTES) {
        return migdi_fail(error, MIGD_ERR_LIMIT, "a selector of more than %zu bytes",
                          MIGDI_SELECTOR_BYTES);
    }
    if (size > 0 && memchr(text, '\0', size) != NULL) {
        return migdi_fail(error, MIGD_ERR_PARSE, "a selector with a NUL byte");
    }
    parser reading = {.text = text, .size = size, .building = {.arena = arena, .error = error}};
    size_t most = 1;
    for (size_t i = 0; i < size; i++) {
        most += text[i] == ',';
    }
    migd_status status = migdi_selector_begin(&reading.building, most);
    if (status == MIGD_OK) {
        status = parse_all(&reading);
    }
    return status < 0 ? status : migdi_selector_finish(&reading.building, out);
}

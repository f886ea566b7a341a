/* Hostile documents: each is read or refused within 100 ms of processor time and 64 MiB of memory
 * for each MiB of it, at the default limits; and every limit holds at its value and not one
 * beyond. */
#include "test_support.h"

#include "codec_object.h"
#include "core_text.h"

#include <migdeploy/object.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MIB         ((size_t)1024 * 1024)
#define MOST_MEMORY (64 * MIB)
#ifdef __OPTIMIZE__
#define MOST_MS 100
#else
#define MOST_MS 400 /* what is not optimised tells only whether the time grows out of bounds */
#endif

/* --- memory that is counted ------------------------------------------------------------------- */

static size_t live;
static size_t peak;

typedef union {
    size_t size;
    max_align_t align;
} header;

static void *counted_realloc(void *memory, size_t size, void *user)
{
    (void)user;
    header *old = memory == NULL ? NULL : (header *)memory - 1;
    live -= old == NULL ? 0 : old->size;
    header *made = realloc(old, sizeof *made + size);
    assert_non_null(made);
    made->size = size;
    live += size;
    peak = live > peak ? live : peak;
    return made + 1;
}

static void *counted_alloc(size_t size, void *user)
{
    return counted_realloc(NULL, size, user);
}

static void counted_free(void *memory, void *user)
{
    (void)user;
    header *made = memory == NULL ? NULL : (header *)memory - 1;
    live -= made == NULL ? 0 : made->size;
    free(made);
}

/* --- time ------------------------------------------------------------------------------------- */

/* Instrumented code is many times slower: there only memory and the outcome are judged. */
static bool time_counts(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return false;
#endif
#endif
    const char *preloaded = getenv("LD_PRELOAD");
    return getenv("GCOV_PREFIX") == NULL &&
           (preloaded == NULL || strstr(preloaded, "vgpreload") == NULL);
}

static double processor_ms(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1000000;
}

/* --- documents -------------------------------------------------------------------------------- */

enum { READ = 1, REFUSED = 2, LIMITED = 4 };

/* `first`, then `piece` so many times ("#" in it is the count), then `last`. size: instead of a
 * count, as many as fill so many bytes. */
typedef struct {
    const char *name;
    const char *first;
    const char *piece;
    size_t times;
    size_t size;
    const char *last;
    int outcome;
} bomb;

static const bomb bombs[] = {
    {"open lists", "", "[", 0, MIB, "", LIMITED},
    {"closed lists", "", "[]", 0, MIB, "", REFUSED},
    {"open maps", "", "{", 0, MIB, "", REFUSED},
    {"open maps in keys", "", "{a: ", 0, MIB, "", LIMITED},
    {"open quoted maps", "", "{\"a\":", 0, MIB, "", LIMITED},
    {"lists and maps", "", "[{a: ", 0, MIB, "", LIMITED},
    {"lists as keys", "", "? [", 0, MIB, "", REFUSED | LIMITED},
    {"block lists in a line", "", "- ", 0, MIB, "", LIMITED},
    {"complex keys", "", "? ", 0, MIB, "", REFUSED | LIMITED},
    {"complex keys in lists", "", "- ? ", 0, MIB, "", REFUSED | LIMITED},
    {"closing brackets", "", "]", 0, MIB, "", REFUSED},
    {"commas", "[", ",", 0, MIB, "]", REFUSED},
    {"colons", "", ":", 0, MIB, "", READ | REFUSED},
    {"colons and blanks", "", ": ", 0, MIB, "", REFUSED},
    {"pairs in a line", "", "a: ", 0, MIB, "", REFUSED},
    {"question marks in a list", "[", "?", 0, MIB, "]", READ | REFUSED | LIMITED},
    {"items of one digit", "[", "1,", 0, MIB, "1]", READ},
    {"items beyond the limit", "[", "1,", 0, 3 * MIB - 16, "1]", LIMITED},
    {"empty items", "", "-\n", 0, MIB, "", READ},
    {"empty maps", "[", "{},", 0, MIB, "{}]", READ},
    {"empty lists", "[", "[],", 0, MIB, "[]]", READ},
    {"short pairs", "", "- {a: b}\n", 0, MIB, "", READ},
    {"many keys", "", "k#: 1\n", 0, MIB, "", READ},
    {"many keys of one length", "", "k1#0: 1\n", 0, 3 * MIB - 64, "", READ},
    {"many keys in braces", "{", "k#: 1,", 0, MIB, "}", READ},
    {"the last key twice", "k7: 1\n", "l#: 1\n", 0, MIB, "k7: 1\n", REFUSED},
    {"one key again and again", "", "a: 1\n", 0, MIB, "", REFUSED},
    {"keys that are numbers and texts", "", "#: 1\n'#': 1\n", 0, MIB, "", REFUSED},
    {"keys that are null", "", "~: 1\n", 0, MIB, "", REFUSED},
    {"a long key", "", "k", 0, MIB, ": 1\n", REFUSED},
    {"a long complex key", "? ", "k", 0, MIB, "\n: 1\n", LIMITED},
    {"a long quoted key", "? \"", "k", 0, MIB, "\"\n: 1\n", LIMITED},
    {"a long plain text", "a: ", "x", 0, 3 * MIB - 64, "\n", READ},
    {"a long quoted text", "a: \"", "x", 0, 3 * MIB - 64, "\"\n", READ},
    {"a text of escapes", "a: \"", "\\u00e9", 0, MIB, "\"\n", READ},
    {"a text of quotes", "a: '", "''", 0, MIB, "'\n", READ},
    {"a block text", "a: |\n", " x\n", 0, MIB, "", READ},
    {"a folded text", "a: >\n", " x\n", 0, MIB, "", READ},
    {"a folded text of blank lines", "a: >\n x\n", "\n", 0, MIB, " y\n", READ},
    {"a block text of blanks", "a: |\n", "          \n", 0, MIB, "", READ},
    {"a plain text over lines", "a: x\n", " x\n", 0, MIB, "", READ},
    {"words in lines", "", "x\n", 0, MIB, "", READ},
    {"an open quote", "a: \"", "x\n", 0, MIB, "", REFUSED},
    {"comments", "a: 1\n", "# x\n", 0, MIB, "", READ},
    {"one long comment", "a: 1 #", "x", 0, MIB, "\n", READ},
    {"hashes", "a: 1 #", "#", 0, MIB, "\n", READ},
    {"blank lines", "a: 1\n", "\n", 0, MIB, "", READ},
    {"blanks", "a: 1\n", " ", 0, MIB, "\n", READ},
    {"carriage returns", "a: 1\n", "\r", 0, MIB, "", READ},
    {"tabs", "a: ", "\t", 0, MIB, "1\n", READ},
    {"tabs at the start", "", "\t", 0, MIB, "1\n", REFUSED},
    {"zeros", "a: ", "0", 0, MIB, "\n", READ},
    {"nines", "a: ", "9", 0, MIB, "\n", READ},
    {"a long fraction", "a: 0.", "1", 0, MIB, "\n", READ},
    {"underscores", "a: 1", "_", 0, MIB, "\n", READ},
    {"a long exponent", "a: 1e", "9", 0, MIB, "\n", READ},
    {"base 60", "a: 1", ":20", 0, MIB, "\n", READ},
    {"base64", "a: !!binary \"", "YWFh", 0, MIB, "\"\n", READ},
    {"tags", "[", "!a #,", 0, MIB, "1]", READ},
    {"one long tag", "a: !", "t", 0, MIB, " 1\n", LIMITED},
    {"one long anchor", "a: &", "t", 0, MIB, " 1\n", LIMITED},
    {"TAG lines", "", "%TAG !t#! tag:t#:\n", 0, 3 * MIB - 64, "---\na: 1\n", LIMITED},
    {"YAML lines", "", "%YAML 1.1\n", 0, MIB, "---\na: 1\n", REFUSED},
    {"unknown directives", "", "%X y\n", 0, MIB, "---\na: 1\n", REFUSED},
    {"anchors", "", "- &a# 1\n", 0, MIB, "", LIMITED},
    {"anchors in braces", "[", "&a# {},", 0, MIB, "1]", LIMITED},
    {"one anchor again and again", "", "- &a 1\n", 0, MIB, "", READ},
    {"aliases of a word", "- &a x\n", "- *a\n", 0, MIB, "", LIMITED},
    {"aliases of a list", "- &a [1,1,1,1,1,1,1,1,1,1]\n", "- *a\n", 0, MIB, "", LIMITED},
    {"aliases as keys", "- &a x\n", "- *a : 1\n", 0, MIB / 8, "", READ},
    {"aliases of nothing", "[", "*a,", 0, MIB, "1]", REFUSED},
    {"merges", "a: &a {k: 1}\nb:\n", "  - <<: *a\n", 0, MIB / 2, "", READ},
    {"merges of merges", "a0: &a0 {k: 1}\n", "a#1: &a#1\n  <<: *a0\n", 0, 16000, "", READ},
    {"two merges of one key", "a: &a {k: 1}\nb:\n", "  <<: *a\n", 0, MIB / 8, "", REFUSED},
    {"documents", "", "a: 1\n---\n", 0, MIB, "", REFUSED},
    {"separators", "", "---\n", 0, MIB, "", REFUSED},
    {"ends", "a: 1\n", "...\n", 0, MIB, "", READ},
    {"byte order marks", "", "\xEF\xBB\xBF", 0, MIB, "", READ | REFUSED},
    {"NULs", "a: ", "\0", 0, 0, "", REFUSED},
    {"next lines", "a: x", "\xC2\x85", 0, MIB, "", READ},
    {"wide characters", "a: ", "\xF0\x9F\x98\x80", 0, MIB, "\n", READ},
    {"wide characters in a list", "[", "\xF0\x9F\x98\x80,", 0, MIB, "1]", READ},
    {"half a character", "a: ", "\xC3", 0, MIB, "\n", REFUSED},
    {"surrogates", "a: \"", "\\ud800", 0, MIB, "\"\n", REFUSED},
    {"JSON lists", "{\"a\":", "[", 0, MIB, "", LIMITED},
    {"JSON maps", "", "{\"a\":", 0, MIB, "1", LIMITED},
    {"JSON escapes", "{\"a\":\"", "\\u00e9", 0, MIB, "\"}", READ},
    {"JSON keys", "{\"x\":1", ",\"k#\":1", 0, MIB, "}", READ},
    {"JSON keys twice", "{\"k5\":1", ",\"k#\":1", 0, MIB, "}", REFUSED},
    {"JSON numbers", "[0", ",1.2345678901234567e-300", 0, MIB, "]", READ},
    {"JSON and then no more", "{\"a\":1", ",\"k#\":1", 0, MIB, ",}", REFUSED | READ},
};

#define BOMBS (sizeof bombs / sizeof bombs[0])

static void add_piece(migdi_text *text, const char *piece, size_t index)
{
    for (const char *at = piece; *at != '\0'; at++) {
        if (*at == '#' && piece[0] != '#') {
            migdi_text_format(text, "%zu", index);
        } else {
            migdi_text_add_char(text, *at);
        }
    }
}

static migdi_text make(const bomb *made)
{
    migdi_text text = {0};
    migdi_text_add_string(&text, made->first);
    for (size_t i = 0; i < made->times || text.size < made->size; i++) {
        add_piece(&text, made->piece, i);
    }
    migdi_text_add_string(&text, made->last);
    assert_false(text.failed);
    return text;
}

static void expect_outcome(const char *name, const char *text, size_t size, int outcome)
{
    migd_object *value = NULL;
    migd_error *error = NULL;
    const size_t before = live;
    peak = live;
    const double started = processor_ms();
    const migd_status status = migd_object_parse(text, size, NULL, &value, &error);
    const double spent = processor_ms() - started;
    const int got = status == MIGD_OK          ? READ
                    : status == MIGD_ERR_PARSE ? REFUSED
                    : status == MIGD_ERR_LIMIT ? LIMITED
                                               : 0;
    const size_t mib = (size + MIB - 1) / MIB;
    if ((got & outcome) == 0) {
        fail_msg("%s: status %d, %s", name, status,
                 error == NULL ? "read" : migd_error_message(error));
    }
    if (status < 0 && (migd_error_line(error) < 1 || migd_error_column(error) < 1)) {
        fail_msg("%s: no place", name);
    }
    if (peak - before > mib * MOST_MEMORY) {
        fail_msg("%s: %zu MiB of memory", name, (peak - before) / MIB);
    }
    if (time_counts() && spent > (double)(mib * MOST_MS)) {
        fail_msg("%s: %.0f ms", name, spent);
    }
    migd_object_free(value);
    migd_error_free(error);
}

static void reads_or_refuses_hostile_documents_in_time(void **state)
{
    (void)state;
    assert_true(BOMBS >= 60);
    migd_set_allocator(counted_alloc, counted_realloc, counted_free, NULL);
    for (size_t i = 0; i < BOMBS; i++) {
        migdi_text text = make(&bombs[i]);
        if (text.size == strlen(bombs[i].first)) { /* the NULs */
            migdi_text_add_repeated(&text, '\0', MIB);
        }
        expect_outcome(bombs[i].name, text.bytes, text.size, bombs[i].outcome);
        migdi_text_free(&text);
    }
    migd_set_allocator(NULL, NULL, NULL, NULL);
}

static void add_laughs(migdi_text *text, int levels, int width)
{
    migdi_text_add_string(text, "a0: &a0 x\n");
    for (int i = 1; i <= levels; i++) {
        migdi_text_format(text, "a%d: &a%d [", i, i);
        for (int j = 0; j < width; j++) {
            migdi_text_format(text, "%s*a%d", j == 0 ? "" : ",", i - 1);
        }
        migdi_text_add_string(text, "]\n");
    }
}

static void refuses_aliases_that_multiply(void **state)
{
    (void)state;
    static const struct {
        int levels;
        int width;
        int outcome;
    } laughs[] = {{3, 10, READ},  {5, 10, LIMITED},  {9, 10, LIMITED}, {100, 2, LIMITED},
                  {2, 300, READ}, {2, 400, LIMITED}, {900, 1, LIMITED}};
    migd_set_allocator(counted_alloc, counted_realloc, counted_free, NULL);
    for (size_t i = 0; i < sizeof laughs / sizeof laughs[0]; i++) {
        migdi_text text = {0};
        add_laughs(&text, laughs[i].levels, laughs[i].width);
        expect_outcome("laughs", text.bytes, text.size, laughs[i].outcome);
        migdi_text_free(&text);
    }
    migd_set_allocator(NULL, NULL, NULL, NULL);
}

static void refuses_maps_indented_ever_deeper(void **state)
{
    (void)state;
    migdi_text text = {0};
    for (size_t depth = 0; text.size < MIB; depth++) {
        migdi_text_add_repeated(&text, ' ', depth);
        migdi_text_add_string(&text, "a:\n");
    }
    expect_outcome("ever deeper", text.bytes, text.size, LIMITED);
    migdi_text_free(&text);
}

static void reads_many_documents_up_to_the_limit(void **state)
{
    (void)state;
    static const struct {
        const char *piece;
        size_t times;
        migd_status status;
    } texts[] = {
        {"a: 1\n---\n", 10000, MIGD_OK},      {"a: 1\n---\n", 10001, MIGD_ERR_LIMIT},
        {"~\n---\n", 10000, MIGD_OK},         {"~\n---\n", 10001, MIGD_ERR_LIMIT},
        {"---\n", 700000, MIGD_OK},           {"{\"a\":1}", 10000, MIGD_OK},
        {"{\"a\":1}", 10001, MIGD_ERR_LIMIT},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        migdi_text text = {0};
        for (size_t j = 0; j < texts[i].times; j++) {
            migdi_text_add_string(&text, texts[i].piece);
        }
        migd_objects *objects = NULL;
        assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
        const double started = processor_ms();
        assert_int_equal(migd_objects_parse(objects, text.bytes, text.size, NULL, NULL),
                         texts[i].status);
        const double spent = processor_ms() - started;
        if (time_counts() && spent > 1000) {
            fail_msg("%zu times %s: %.0f ms", texts[i].times, texts[i].piece, spent);
        }
        migd_objects_free(objects);
        migdi_text_free(&text);
    }
}

/* --- limits ----------------------------------------------------------------------------------- */

/* Reads with one limit set; each text below needs the limit and not one less. */
static migd_status read_with(int32_t option, int64_t limit, const char *text)
{
    migd_read_options *options = NULL;
    migd_object *value = NULL;
    migd_objects *objects = NULL;
    assert_int_equal(migd_read_options_new(&options, NULL), MIGD_OK);
    assert_int_equal(migd_read_options_set_int64(options, option, limit, NULL), MIGD_OK);
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    const migd_status status = option == MIGD_READ_DOCUMENTS
                                   ? migd_objects_parse(objects, text, strlen(text), options, NULL)
                                   : migd_object_parse(text, strlen(text), options, &value, NULL);
    migd_object_free(value);
    migd_objects_free(objects);
    migd_read_options_free(options);
    return status;
}

static void every_limit_holds_at_its_value_and_not_beyond(void **state)
{
    (void)state;
    static const struct {
        int32_t option;
        int64_t needed;
        const char *text;
    } limits[] = {
        {MIGD_READ_BYTES, 5, "a: 1\n"},
        {MIGD_READ_BYTES, 7, "{\"a\":1}"},
        {MIGD_READ_DEPTH, 3, "a:\n- {}\n"},
        {MIGD_READ_DEPTH, 3, "{\"a\":[{}]}"},
        {MIGD_READ_DEPTH, 4, "a: &x [[]]\nb: {c: *x}\n"},
        {MIGD_READ_NODES, 4, "a: 1\nb: [2]\n"},
        {MIGD_READ_NODES, 4, "{\"a\":1,\"b\":[2]}"},
        {MIGD_READ_ANCHORS, 2, "a: &x 1\nb: &y 2\nc: &x 3\n"},
        {MIGD_READ_ALIAS_NODES, 5, "a: &x [1, 2]\nb: *x\nc: &y 1\nd: *y\ne: *y\n"},
        {MIGD_READ_TAG_DIRECTIVES, 2, "%TAG !a! a:\n%TAG !b! b:\n---\na: 1\n"},
        {MIGD_READ_KEY_BYTES, 4, "abcd: 1\n"},
        {MIGD_READ_KEY_BYTES, 4, "a: !abc 1\n"},
        {MIGD_READ_KEY_BYTES, 4, "a: &abcd 1\n"},
        {MIGD_READ_DOCUMENTS, 2, "a: 1\n---\n---\nb: 2\n"},
        {MIGD_READ_DOCUMENTS, 3, "kind: List\nitems: [{a: 1}, {b: 2}]\n"},
        {MIGD_READ_DOCUMENTS, 2, "{\"a\":1}\n{\"a\":1}"},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        const migd_status at = read_with(limits[i].option, limits[i].needed, limits[i].text);
        const migd_status below = read_with(limits[i].option, limits[i].needed - 1, limits[i].text);
        if (at != MIGD_OK || below != MIGD_ERR_LIMIT) {
            fail_msg("limit %d of %s: status %d at %d, %d below", limits[i].option, limits[i].text,
                     at, (int)limits[i].needed, below);
        }
    }
}

static migd_status read_repeated(const char *first, const char *piece, size_t times,
                                 const char *last)
{
    migd_object *value = NULL;
    migdi_text text = make(&(bomb){.first = first, .piece = piece, .times = times, .last = last});
    const migd_status status = migd_object_parse(text.bytes, text.size, NULL, &value, NULL);
    migd_object_free(value);
    migdi_text_free(&text);
    return status;
}

static void the_defaults_are_the_limits_of_the_header(void **state)
{
    (void)state;
    static const struct {
        const char *first;
        const char *piece;
        size_t most;
        const char *last;
    } limits[] = {
        {"", "- ", 128, "x\n"},                         /* MIGD_READ_DEPTH */
        {"[", "1,", 999998, "1]"},                      /* MIGD_READ_NODES */
        {"", "- &a# 1\n", 1000, ""},                    /* MIGD_READ_ANCHORS */
        {"- &a x\n", "- *a\n", 100000, ""},             /* MIGD_READ_ALIAS_NODES */
        {"", "%TAG !t#! tag:t#:\n", 16, "---\na: 1\n"}, /* MIGD_READ_TAG_DIRECTIVES */
        {"? ", "k", 1024, "\n: 1\n"},                   /* MIGD_READ_KEY_BYTES */
        {"a: ", "x", 3145728 - 4, "\n"},                /* MIGD_READ_BYTES */
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        assert_int_equal(
            read_repeated(limits[i].first, limits[i].piece, limits[i].most, limits[i].last),
            MIGD_OK);
        assert_int_equal(
            read_repeated(limits[i].first, limits[i].piece, limits[i].most + 1, limits[i].last),
            MIGD_ERR_LIMIT);
    }
    /* Of a large text, aliases may make a tenth of its bytes: here 150,000 values of 1,500,028
     * bytes. */
    assert_int_equal(read_repeated("- &a x\n", "- *a      \n", 136363, ""), MIGD_OK);
    assert_int_equal(read_repeated("- &a x\n", "- *a\n", 136363, ""), MIGD_ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_or_refuses_hostile_documents_in_time),
        cmocka_unit_test(refuses_aliases_that_multiply),
        cmocka_unit_test(refuses_maps_indented_ever_deeper),
        cmocka_unit_test(reads_many_documents_up_to_the_limit),
        cmocka_unit_test(every_limit_holds_at_its_value_and_not_beyond),
        cmocka_unit_test(the_defaults_are_the_limits_of_the_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

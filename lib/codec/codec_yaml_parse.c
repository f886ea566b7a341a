/* libyaml's events with byte offsets, limits, and words for people; the one reader that includes
 * yaml.h. */
#include "codec_yaml.h"
#include "codec_yaml_scan.h"

#include "core_utf8.h"

#include <string.h>
#include <yaml.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

struct migdi_yaml_parser {
    yaml_parser_t yaml;
    yaml_event_t event; /* the last one; its texts are what the caller borrows */
    migdi_source *source;
    const char *text;
    size_t base; /* the byte where libyaml's character 0 stands */
    size_t end;
    bool ascii;
    size_t seen_character; /* a character and its byte, from where the next is counted */
    size_t seen_byte;
    size_t gap;  /* the end of the last event: from here to the next there is punctuation and
                    comments */
    size_t hash; /* where the next "#" stands, from some place at or before the gap */
    size_t depth;
    size_t deepest;
    size_t key_bytes;
    uint64_t flow;            /* how many of the open collections are in brackets */
    bool directives_need_end; /* the last document ended without "..." */
};

/* --- offsets ---------------------------------------------------------------------------------- */

/* libyaml counts characters. Events come nearly in order, so counting goes on from the last one. */
static size_t byte_of(migdi_yaml_parser *parser, size_t character)
{
    if (parser->ascii) {
        return parser->base + character;
    }
    if (character < parser->seen_character) {
        parser->seen_character = 0;
        parser->seen_byte = parser->base;
    }
    while (parser->seen_character < character && parser->seen_byte < parser->end) {
        parser->seen_byte++;
        while (parser->seen_byte < parser->end &&
               ((unsigned char)parser->text[parser->seen_byte] & 0xC0) == 0x80) {
            parser->seen_byte++;
        }
        parser->seen_character++;
    }
    return parser->seen_byte;
}

static migd_status fail_at(const migdi_yaml_parser *parser, migd_status status, size_t offset,
                           const char *message, migd_error **error)
{
    return migdi_fail_at(error, status, migdi_source_place(parser->source, offset), "%s", message);
}

/* --- what libyaml refuses --------------------------------------------------------------------- */

/* libyaml's words for what people get wrong most, and ours. */
static const struct {
    const char *theirs;
    const char *ours;
} explanations[] = {
    {"mapping values are not allowed in this context",
     "\": \" cannot stand here: put the text in quotes, or indent the line as its neighbours"},
    {"did not find expected key",
     "this line does not belong to the map above it: its indentation differs, or something "
     "stands behind a value"},
    {"did not find expected '-' indicator",
     "this line does not belong to the list above it: its indentation differs, or \"- \" is "
     "missing"},
    {"could not find expected ':'", "a key without \": \" behind it"},
    {"found unexpected end of stream", "the quote that opens here is never closed"},
    {"found unexpected document indicator", "the quote that opens here is never closed"},
    {"did not find expected ',' or ']'", "expected \",\" or \"]\""},
    {"did not find expected ',' or '}'", "expected \",\" or \"}\""},
    {"did not find expected node content", "expected a value"},
    {"did not find expected <document start>", "expected the end of the document, or \"---\""},
    {"block sequence entries are not allowed in this context",
     "\"- \" cannot stand here: begin a new line"},
    {"mapping keys are not allowed in this context", "\"? \" cannot stand here"},
    {"found character that cannot start any token",
     "no value starts with this character: put the text in quotes"},
    {"found unknown escape character", "there is no such escape in double quotes"},
    {"found undefined tag handle", "the tag's handle is not defined by a %TAG line"},
    {"found unexpected ':'",
     "\":\" cannot stand here in a flow collection: put the text in quotes"},
};

static const char *explain(const char *problem)
{
    for (size_t i = 0; i < sizeof explanations / sizeof explanations[0]; i++) {
        if (strcmp(explanations[i].theirs, problem) == 0) {
            return explanations[i].ours;
        }
    }
    return problem;
}

static migd_status fail_parse(migdi_yaml_parser *parser, migd_error **error)
{
    const yaml_parser_t *yaml = &parser->yaml;
    if (yaml->error == YAML_MEMORY_ERROR) {
        return migdi_fail_nomem(error);
    }
    const char *problem = yaml->problem == NULL ? "cannot be read" : yaml->problem;
    size_t at = byte_of(parser, yaml->problem_mark.index);
    if ((at < parser->end && parser->text[at] == '\t' &&
         strcmp(problem, "found character that cannot start any token") == 0) ||
        strncmp(problem, "found a tab", strlen("found a tab")) == 0) {
        return fail_at(parser, MIGD_ERR_PARSE, at, "tabs cannot indent YAML; use blanks", error);
    }
    if (parser->base < parser->end && parser->text[parser->base] == '%' &&
        strcmp(problem, "did not find expected <document start>") == 0) {
        return fail_at(
            parser, MIGD_ERR_PARSE, at,
            "expected \"---\" behind the directives; in a list of documents, which kubectl cuts at "
            "\"---\", none can stand",
            error);
    }
    if (strstr(problem, "found unexpected") != NULL && yaml->context != NULL &&
        strstr(yaml->context, "quoted scalar") != NULL) {
        at = byte_of(parser, yaml->context_mark.index);
    }
    return fail_at(parser, MIGD_ERR_PARSE, at, explain(problem), error);
}

/* --- what libyaml lets pass ------------------------------------------------------------------- */

static void find_hash(migdi_yaml_parser *parser, size_t from)
{
    const char *found = memchr(parser->text + from, '#', parser->end - from);
    parser->hash = found == NULL ? SIZE_MAX : (size_t)(found - parser->text);
}

/* Between events stand blanks, punctuation and comments. libyaml takes "#" for a comment anywhere
 * there; by the standard, and for other readers, it needs a blank or a new line before it. */
static migd_status check_hashes(migdi_yaml_parser *parser, size_t to, migd_error **error)
{
    while (parser->hash < to) {
        const size_t at = parser->hash;
        size_t next = at + 1;
        if (at >= parser->gap) { /* else it stands in a value */
            if (at > parser->base && strchr(" \t\r\n", parser->text[at - 1]) == NULL &&
                (unsigned char)parser->text[at - 1] < 0x80) {
                return fail_at(
                    parser, MIGD_ERR_PARSE, at,
                    "a comment needs a blank before its \"#\"; a text with \"#\" needs quotes",
                    error);
            }
            while (next < to && parser->text[next] != '\n' && parser->text[next] != '\r') {
                next++;
            }
        }
        find_hash(parser, next);
    }
    return MIGD_OK;
}

/* The header of a block text, such as "|2-". */
static migd_status check_block_header(migdi_yaml_parser *parser, const migdi_yaml_event *event,
                                      migd_error **error)
{
    size_t at = event->offset;
    if (parser->text[at] != event->style) { /* an anchor or a tag comes first */
        return MIGD_OK;
    }
    for (at++; at < parser->end && strchr("+-0123456789", parser->text[at]) != NULL; at++) {}
    return at < parser->end && parser->text[at] == '#'
               ? fail_at(parser, MIGD_ERR_PARSE, at, "a comment needs a blank before its \"#\"",
                         error)
               : MIGD_OK;
}

/* --- events ----------------------------------------------------------------------------------- */

static migd_status read_document_start(migdi_yaml_parser *parser, migdi_yaml_event *event,
                                       migd_error **error)
{
    const yaml_event_t *yaml = &parser->event;
    event->style = yaml->data.document_start.implicit ? 0 : '-';
    const bool directives = yaml->data.document_start.version_directive != NULL ||
                            yaml->data.document_start.tag_directives.start !=
                                yaml->data.document_start.tag_directives.end;
    return directives && parser->directives_need_end
               ? fail_at(
                     parser, MIGD_ERR_PARSE, event->offset,
                     "a directive needs a line \"...\" before it, which ends the document above",
                     error)
               : MIGD_OK;
}

/* libyaml drops the tag "!" of a scalar, which says that plain text is a string whatever it looks
 * like. */
static bool says_string(const migdi_yaml_parser *parser, size_t at, size_t end)
{
    if (parser->text[at] == '&') {
        while (at < end && strchr(" \t\r\n", parser->text[at]) == NULL) {
            at++;
        }
        while (at < end && strchr(" \t\r\n", parser->text[at]) != NULL) {
            at++;
        }
    }
    return at < end && parser->text[at] == '!';
}

static migd_status read_scalar(migdi_yaml_parser *parser, migdi_yaml_event *event,
                               migd_error **error)
{
    const yaml_event_t *yaml = &parser->event;
    event->text = (const char *)yaml->data.scalar.value;
    event->size = yaml->data.scalar.length;
    event->anchor = (const char *)yaml->data.scalar.anchor;
    event->tag = (const char *)yaml->data.scalar.tag;
    switch (yaml->data.scalar.style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
        event->style = '\'';
        return MIGD_OK;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        event->style = '"';
        return MIGD_OK;
    case YAML_LITERAL_SCALAR_STYLE:
        event->style = '|';
        return check_block_header(parser, event, error);
    case YAML_FOLDED_SCALAR_STYLE:
        event->style = '>';
        return check_block_header(parser, event, error);
    default:
        event->style = ':';
    }
    if (event->offset < event->end && event->tag == NULL &&
        says_string(parser, event->offset, event->end)) {
        event->tag = "!";
    }
    return parser->flow > 0 && event->size == 1 && event->text[0] == '-' && event->tag == NULL
               ? fail_at(parser, MIGD_ERR_PARSE, event->offset,
                         "\"-\" cannot stand alone in a flow collection: put it in quotes", error)
               : MIGD_OK;
}

static migd_status enter(migdi_yaml_parser *parser, bool flow, size_t offset, migd_error **error)
{
    if (parser->depth == parser->deepest) {
        return fail_at(parser, MIGD_ERR_LIMIT, offset, "the document nests deeper than the limit",
                       error);
    }
    parser->depth++;
    parser->flow += flow;
    return MIGD_OK;
}

static void leave(migdi_yaml_parser *parser)
{
    parser->depth--;
    parser->flow -= parser->flow > 0; /* within brackets all is in brackets */
}

static migd_status check_lengths(migdi_yaml_parser *parser, const migdi_yaml_event *event,
                                 migd_error **error)
{
    const bool long_tag = event->tag != NULL && strlen(event->tag) > parser->key_bytes;
    const bool long_anchor = event->anchor != NULL && strlen(event->anchor) > parser->key_bytes;
    return long_tag || long_anchor ? fail_at(parser, MIGD_ERR_LIMIT, event->offset,
                                             long_tag ? "the tag is longer than the limit"
                                                      : "the anchor is longer than the limit",
                                             error)
                                   : MIGD_OK;
}

static migd_status read_event(migdi_yaml_parser *parser, migdi_yaml_event *event,
                              migd_error **error)
{
    const yaml_event_t *yaml = &parser->event;
    switch (yaml->type) {
    case YAML_DOCUMENT_START_EVENT:
        event->kind = MIGDI_YAML_DOCUMENT_START;
        return read_document_start(parser, event, error);
    case YAML_DOCUMENT_END_EVENT:
        event->kind = MIGDI_YAML_DOCUMENT_END;
        event->style = yaml->data.document_end.implicit ? 0 : '.';
        parser->directives_need_end = yaml->data.document_end.implicit != 0;
        return MIGD_OK;
    case YAML_ALIAS_EVENT:
        event->kind = MIGDI_YAML_ALIAS;
        event->text = (const char *)yaml->data.alias.anchor;
        event->size = strlen(event->text);
        return MIGD_OK;
    case YAML_SCALAR_EVENT:
        event->kind = MIGDI_YAML_SCALAR;
        return read_scalar(parser, event, error);
    case YAML_SEQUENCE_START_EVENT:
        event->kind = MIGDI_YAML_SEQUENCE_START;
        event->anchor = (const char *)yaml->data.sequence_start.anchor;
        event->tag = (const char *)yaml->data.sequence_start.tag;
        event->style = yaml->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE ? '[' : 0;
        return enter(parser, event->style != 0, event->offset, error);
    case YAML_MAPPING_START_EVENT:
        event->kind = MIGDI_YAML_MAPPING_START;
        event->anchor = (const char *)yaml->data.mapping_start.anchor;
        event->tag = (const char *)yaml->data.mapping_start.tag;
        event->style = yaml->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE ? '[' : 0;
        return enter(parser, event->style != 0, event->offset, error);
    case YAML_SEQUENCE_END_EVENT:
        event->kind = MIGDI_YAML_SEQUENCE_END;
        leave(parser);
        return MIGD_OK;
    case YAML_MAPPING_END_EVENT:
        event->kind = MIGDI_YAML_MAPPING_END;
        leave(parser);
        return MIGD_OK;
    default:
        event->kind = MIGDI_YAML_END;
        return MIGD_OK;
    }
}

migd_status migdi_yaml_next(migdi_yaml_parser *parser, migdi_yaml_event *event, migd_error **error)
{
    yaml_event_delete(&parser->event);
    if (yaml_parser_parse(&parser->yaml, &parser->event) == 0) {
        return fail_parse(parser, error);
    }
    if (parser->event.type == YAML_STREAM_START_EVENT) {
        return migdi_yaml_next(parser, event, error); /* once */
    }
    *event = (migdi_yaml_event){
        .offset = byte_of(parser, parser->event.start_mark.index),
        .end = byte_of(parser, parser->event.end_mark.index),
    };
    migd_status status = MIGD_OK;
    if (parser->hash < event->offset) {
        status = check_hashes(parser, event->offset, error);
    }
    parser->gap = event->end > parser->gap ? event->end : parser->gap;
    if (status == MIGD_OK) {
        status = read_event(parser, event, error);
    }
    if (status == MIGD_OK && (event->tag != NULL || event->anchor != NULL)) {
        status = check_lengths(parser, event, error);
    }
    return status;
}

migd_status migdi_yaml_open(migdi_source *source, const char *text, size_t start, size_t end,
                            const migd_read_options *options, migdi_yaml_parser **out,
                            migd_error **error)
{
    *out = NULL;
    bool ascii = true;
    const migd_status status =
        migdi_yaml_scan(source, text, start, end,
                        migdi_read_limit(options, MIGD_READ_TAG_DIRECTIVES), &ascii, error);
    if (status < 0) {
        return status;
    }
    migdi_yaml_parser *parser = migdi_alloc_zeroed(1, sizeof *parser);
    if (parser == NULL || yaml_parser_initialize(&parser->yaml) == 0) {
        migdi_free(parser);
        return migdi_fail_nomem(error);
    }
    const size_t mark = sizeof BYTE_ORDER_MARK - 1;
    const bool marked = end - start >= mark && memcmp(text + start, BYTE_ORDER_MARK, mark) == 0;
    parser->source = source;
    parser->text = text;
    parser->base = start + (marked ? mark : 0); /* libyaml does not count it */
    parser->end = end;
    parser->ascii = ascii;
    parser->seen_byte = parser->base;
    parser->gap = parser->base;
    find_hash(parser, parser->base);
    parser->deepest = migdi_read_limit(options, MIGD_READ_DEPTH);
    parser->key_bytes = migdi_read_limit(options, MIGD_READ_KEY_BYTES);
    yaml_parser_set_encoding(&parser->yaml, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser->yaml, (const unsigned char *)text + parser->base,
                                 end - parser->base);
    *out = parser;
    return MIGD_OK;
}

void migdi_yaml_close(migdi_yaml_parser *parser)
{
    if (parser != NULL) {
        yaml_event_delete(&parser->event);
        yaml_parser_delete(&parser->yaml);
        migdi_free(parser);
    }
}

/*
 * The external scanner of the HCL grammar: heredocs, whose end is a word that stands at their beginning. A piece of
 * text is one token, up to and with the sequence or the closing marker that follows it. A heredoc without a closing
 * marker ends with the file; who reads the tree looks for the marker.
 */
#include "tree_sitter/parser.h"

#include <stdlib.h>
#include <string.h>

/* In the grammar's order. */
enum token { PLAIN, VALUE_START, DIRECTIVE_START, VALUE, DIRECTIVE, END, ERROR_SENTINEL };

/*
 * The markers of the heredocs that hold a sequence and are not closed yet, innermost last, each followed by its length.
 * A heredoc without a sequence is one token and never stands here.
 */
typedef struct scanner {
	unsigned n;
	char stack[TREE_SITTER_SERIALIZATION_BUFFER_SIZE];
} scanner;

/* Of a marker only the low byte of each character is kept. */
typedef struct marker {
	const char *p;
	unsigned n;
} marker;

enum { LONGEST_MARKER = 120 };

static marker top(const scanner *s)
{
	unsigned n = (unsigned char)s->stack[s->n - 1];
	return (marker){s->stack + s->n - 1 - n, n};
}

static void pop(scanner *s)
{
	s->n -= top(s).n + 1;
}

static bool push(scanner *s, marker m)
{
	if (s->n + m.n + 1 > sizeof s->stack)
		return false;
	memcpy(s->stack + s->n, m.p, m.n);
	s->n += m.n + 1;
	s->stack[s->n - 1] = (char)m.n;
	return true;
}

static bool is_blank(int32_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_word(int32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c > 0x7f;
}

static bool accept(TSLexer *lexer, enum token token)
{
	lexer->result_symbol = (TSSymbol)token;
	return true;
}

/* At the begin of a line: does the marker stand on it, alone? Marks the token's end behind it. */
static bool at_marker(TSLexer *lexer, marker m)
{
	while (is_blank(lexer->lookahead))
		lexer->advance(lexer, false);
	for (unsigned i = 0; i < m.n; i++) {
		if ((lexer->lookahead & 0xff) != (unsigned char)m.p[i] || lexer->eof(lexer))
			return false;
		lexer->advance(lexer, false);
	}
	lexer->mark_end(lexer);
	while (is_blank(lexer->lookahead))
		lexer->advance(lexer, false);
	return lexer->lookahead == '\n' || lexer->eof(lexer);
}

/* At a run of c: reads it, and a brace behind it. True when that begins a sequence: the run is one long. */
static bool at_sequence(TSLexer *lexer, int32_t c)
{
	unsigned n = 0;
	for (; lexer->lookahead == c; n++)
		lexer->advance(lexer, false);
	if (lexer->lookahead != '{')
		return false;
	lexer->advance(lexer, false);
	return n == 1;
}

/* VALUE or DIRECTIVE up to the sequence that follows; else END. */
static enum token read_text(TSLexer *lexer, marker m)
{
	while (!lexer->eof(lexer)) {
		int32_t c = lexer->lookahead;
		if (c == '$' || c == '%') {
			if (!at_sequence(lexer, c))
				continue;
			if (lexer->lookahead == '~')
				lexer->advance(lexer, false);
			lexer->mark_end(lexer);
			return c == '$' ? VALUE : DIRECTIVE;
		}
		lexer->advance(lexer, false);
		if (c == '\n' && at_marker(lexer, m))
			return END;
	}
	lexer->mark_end(lexer);
	return END;
}

/* Behind `<<` or `<<-`. */
static bool open_heredoc(scanner *s, TSLexer *lexer)
{
	char word[LONGEST_MARKER];
	marker m = {word, 0};
	for (; is_word(lexer->lookahead) && m.n < sizeof word; m.n++) {
		word[m.n] = (char)lexer->lookahead;
		lexer->advance(lexer, false);
	}
	if (!m.n || is_word(lexer->lookahead))
		return false;
	while (lexer->lookahead != '\n' && !lexer->eof(lexer))
		lexer->advance(lexer, false);
	enum token end = read_text(lexer, m);
	if (end == END)
		return accept(lexer, PLAIN);
	return push(s, m) && accept(lexer, end == VALUE ? VALUE_START : DIRECTIVE_START);
}

/* In search of a way out of an error: the closing marker of the heredoc that stands open is one. */
static bool find_marker(scanner *s, TSLexer *lexer)
{
	bool line = false;
	if (!s->n)
		return false;
	for (; is_blank(lexer->lookahead) || lexer->lookahead == '\n'; lexer->advance(lexer, true))
		line = line || lexer->lookahead == '\n';
	if (!line || !at_marker(lexer, top(s)))
		return false;
	pop(s);
	return accept(lexer, END);
}

void *tree_sitter_hcl_external_scanner_create(void)
{
	return calloc(1, sizeof(scanner));
}

void tree_sitter_hcl_external_scanner_destroy(void *payload)
{
	free(payload);
}

unsigned tree_sitter_hcl_external_scanner_serialize(void *payload, char *buffer)
{
	const scanner *s = payload;
	memcpy(buffer, s->stack, s->n);
	return s->n;
}

void tree_sitter_hcl_external_scanner_deserialize(void *payload, const char *buffer, unsigned length)
{
	scanner *s = payload;
	s->n = length;
	if (length)
		memcpy(s->stack, buffer, length);
}

bool tree_sitter_hcl_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid)
{
	scanner *s = payload;
	/* everything is valid only while the parser looks for its way out of an error */
	if (valid[ERROR_SENTINEL])
		return find_marker(s, lexer);
	if (valid[PLAIN])
		return open_heredoc(s, lexer);
	if (!valid[END] || !s->n)
		return false;
	enum token end = read_text(lexer, top(s));
	if (end == END)
		pop(s);
	return accept(lexer, end);
}

/*
 * The external scanner of the pinned HCL grammar, written anew: the packaged one makes a token of every character of a
 * string and is lost in its own contexts after an error. Here a run of literal text is one token, and a quoted string
 * that meets the end of its line is closed there, so that the rest of the file is still read. What uses the tree looks
 * for the missing quote.
 */
#include "tree_sitter/parser.h"

#include <stdlib.h>
#include <string.h>

/* In the grammar's order. */
enum token {
	QUOTE_BEGIN,
	QUOTE_END,
	LITERAL,
	INTERPOLATION_BEGIN,
	INTERPOLATION_END,
	DIRECTIVE_BEGIN,
	DIRECTIVE_END,
	HEREDOC_MARK
};

enum context { INTERPOLATION = 1, DIRECTIVE, QUOTED, HEREDOC };

/*
 * What stands open, innermost last, as it is serialized: a byte a context; a heredoc's is followed by whether its
 * closing marker comes next, its marker, and the marker's length, then again by its own byte, so that the stack can be
 * read from its end.
 */
typedef struct scanner {
	unsigned n;
	char stack[TREE_SITTER_SERIALIZATION_BUFFER_SIZE];
} scanner;

enum { LONGEST_MARK = 120 };

static int top(const scanner *s)
{
	return s->n ? s->stack[s->n - 1] : 0;
}

static bool push(scanner *s, char context)
{
	if (s->n + 1 > sizeof s->stack)
		return false;
	s->stack[s->n++] = context;
	return true;
}

static unsigned mark_length(const scanner *s)
{
	return (unsigned char)s->stack[s->n - 2];
}

static const char *mark_of(const scanner *s)
{
	return s->stack + s->n - 2 - mark_length(s);
}

static char *closing(scanner *s)
{
	return s->stack + s->n - 3 - mark_length(s);
}

static void pop(scanner *s)
{
	s->n -= top(s) == HEREDOC ? mark_length(s) + 4 : 1;
}

static bool push_heredoc(scanner *s, const char *mark, unsigned length)
{
	if (s->n + length + 4 > sizeof s->stack)
		return false;
	s->stack[s->n++] = HEREDOC;
	s->stack[s->n++] = 0;
	memcpy(s->stack + s->n, mark, length);
	s->n += length;
	s->stack[s->n++] = (char)length;
	s->stack[s->n++] = HEREDOC;
	return true;
}

static bool is_space(int32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xfeff;
}

static bool is_mark(int32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c > 0x7f;
}

static bool is_hex(int32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool accept(TSLexer *lexer, enum token token)
{
	lexer->result_symbol = (TSSymbol)token;
	return true;
}

static bool take(TSLexer *lexer, enum token token)
{
	lexer->advance(lexer, false);
	lexer->mark_end(lexer);
	return accept(lexer, token);
}

/* After a backslash in a quoted string; false for what is no escape. */
static bool read_escape(TSLexer *lexer)
{
	int32_t c = lexer->lookahead;
	int digits = c == 'u' ? 4 : c == 'U' ? 8 : 0;
	if (!digits && c != 'n' && c != 'r' && c != 't' && c != '"' && c != '\\')
		return false;
	lexer->advance(lexer, false);
	for (; digits; digits--) {
		if (!is_hex(lexer->lookahead))
			return false;
		lexer->advance(lexer, false);
	}
	return true;
}

/* At the begin of a line: does the closing marker stand on it, alone? */
static bool at_mark(const scanner *s, TSLexer *lexer)
{
	const char *mark = mark_of(s);
	while (is_space(lexer->lookahead) && lexer->lookahead != '\n')
		lexer->advance(lexer, false);
	for (unsigned i = 0; i < mark_length(s); i++) {
		if ((lexer->lookahead & 0xff) != (unsigned char)mark[i] || lexer->eof(lexer))
			return false;
		lexer->advance(lexer, false);
	}
	while (is_space(lexer->lookahead) && lexer->lookahead != '\n')
		lexer->advance(lexer, false);
	return lexer->lookahead == '\n' || lexer->eof(lexer);
}

/* A run of '$' or '%': true when a template sequence begins with its last; the others are literal text. */
static bool at_sequence(TSLexer *lexer, int32_t c, bool *any)
{
	unsigned n = 0;
	lexer->mark_end(lexer);
	while (lexer->lookahead == c) {
		lexer->advance(lexer, false);
		n++;
	}
	if (lexer->lookahead == '{' && n == 1)
		return true;
	if (lexer->lookahead == '{')
		lexer->advance(lexer, false);
	*any = true;
	lexer->mark_end(lexer);
	return false;
}

static bool begin_sequence(scanner *s, TSLexer *lexer, int32_t c, const bool *valid)
{
	enum token token = c == '$' ? INTERPOLATION_BEGIN : DIRECTIVE_BEGIN;
	if (!valid[token] || !push(s, c == '$' ? INTERPOLATION : DIRECTIVE))
		return false;
	return take(lexer, token);
}

static bool scan_quoted(scanner *s, TSLexer *lexer, const bool *valid)
{
	bool any = false;
	for (;;) {
		int32_t c = lexer->lookahead;
		if (c == '"' || c == '\n' || lexer->eof(lexer)) {
			if (any)
				return valid[LITERAL] && accept(lexer, LITERAL);
			if (!valid[QUOTE_END])
				return false;
			pop(s);
			if (c == '"')
				return take(lexer, QUOTE_END);
			lexer->mark_end(lexer);
			return accept(lexer, QUOTE_END);
		}
		if (c == '$' || c == '%') {
			if (!at_sequence(lexer, c, &any))
				continue;
			if (any)
				return valid[LITERAL] && accept(lexer, LITERAL);
			return begin_sequence(s, lexer, c, valid);
		}
		lexer->advance(lexer, false);
		if (c == '\\' && !read_escape(lexer))
			return false;
		any = true;
		lexer->mark_end(lexer);
	}
}

static bool scan_heredoc(scanner *s, TSLexer *lexer, const bool *valid)
{
	bool any = false;
	if (*closing(s)) {
		while (is_space(lexer->lookahead))
			lexer->advance(lexer, true);
		for (unsigned i = 0; i < mark_length(s); i++)
			lexer->advance(lexer, false);
		lexer->mark_end(lexer);
		pop(s);
		return valid[HEREDOC_MARK] && accept(lexer, HEREDOC_MARK);
	}
	while (!lexer->eof(lexer)) {
		int32_t c = lexer->lookahead;
		if (c == '$' || c == '%') {
			if (!at_sequence(lexer, c, &any))
				continue;
			if (any)
				return valid[LITERAL] && accept(lexer, LITERAL);
			return begin_sequence(s, lexer, c, valid);
		}
		lexer->advance(lexer, false);
		any = true;
		lexer->mark_end(lexer);
		if (c == '\n' && at_mark(s, lexer)) {
			*closing(s) = 1;
			break;
		}
	}
	return any && valid[LITERAL] && accept(lexer, LITERAL);
}

static bool open_heredoc(scanner *s, TSLexer *lexer)
{
	char mark[LONGEST_MARK];
	unsigned n = 0;
	while (is_mark(lexer->lookahead) && n < sizeof mark) {
		mark[n++] = (char)lexer->lookahead;
		lexer->advance(lexer, false);
	}
	if (!n || is_mark(lexer->lookahead) || !push_heredoc(s, mark, n))
		return false;
	lexer->mark_end(lexer);
	return accept(lexer, HEREDOC_MARK);
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
	bool lost = valid[QUOTE_BEGIN] && valid[HEREDOC_MARK] && valid[LITERAL];
	if (top(s) == QUOTED)
		return scan_quoted(s, lexer, valid);
	if (top(s) == HEREDOC && (valid[LITERAL] || valid[HEREDOC_MARK]))
		return scan_heredoc(s, lexer, valid);
	while (is_space(lexer->lookahead))
		lexer->advance(lexer, true);
	if (valid[HEREDOC_MARK] && !lost)
		return open_heredoc(s, lexer);
	if (lexer->lookahead == '"' && valid[QUOTE_BEGIN])
		return push(s, QUOTED) && take(lexer, QUOTE_BEGIN);
	if (lexer->lookahead != '}')
		return false;
	if (top(s) == INTERPOLATION && valid[INTERPOLATION_END]) {
		pop(s);
		return take(lexer, INTERPOLATION_END);
	}
	if (top(s) == DIRECTIVE && valid[DIRECTIVE_END]) {
		pop(s);
		return take(lexer, DIRECTIVE_END);
	}
	return false;
}

// What a regular expression can't lex in Bicep: newlines that end a statement or an item, and the
// pieces of $'''...''' strings, whose interpolation marker is as long as the run of '$' before them.

#include "tree_sitter/parser.h"

#include <stdlib.h>
#include <string.h>

enum token {
	NEWLINE,
	MULTILINE_COMPLETE,
	MULTILINE_START,
	MULTILINE_MIDDLE,
	MULTILINE_END,
	ERROR_SENTINEL,
};

// The number of '$' of each open $'''...''' string, innermost last. More open strings, or longer runs,
// than fit are not lexed: the parser then reports a syntax error there.
typedef struct {
	uint8_t depth;
	uint8_t dollars[64];
} scanner;

void *tree_sitter_bicep_external_scanner_create(void)
{
	return calloc(1, sizeof(scanner));
}

void tree_sitter_bicep_external_scanner_destroy(void *payload)
{
	free(payload);
}

unsigned tree_sitter_bicep_external_scanner_serialize(void *payload, char *buffer)
{
	const scanner *s = payload;
	if (s->depth)
		memcpy(buffer, s->dollars, s->depth);
	return s->depth;
}

void tree_sitter_bicep_external_scanner_deserialize(void *payload, const char *buffer, unsigned length)
{
	scanner *s = payload;
	s->depth = 0;
	if (length && length <= sizeof(s->dollars)) {
		memcpy(s->dollars, buffer, length);
		s->depth = (uint8_t)length;
	}
}

static void advance(TSLexer *lexer)
{
	lexer->advance(lexer, false);
}

static bool at_blank(const TSLexer *lexer)
{
	int32_t c = lexer->lookahead;
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v' || c == 0xa0 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x3000 || c == 0xfeff;
}

static void skip_line(TSLexer *lexer)
{
	while (!lexer->eof(lexer) && lexer->lookahead != '\n' && lexer->lookahead != '\r')
		advance(lexer);
}

// The most comments looked through for an operator that carries a line on. Each of them asks again from
// where it ends, so without a limit a long run of comments would cost its square.
#define MAX_COMMENTS 64

// Past white space, comments and directives, without moving the token's end. False at a '/' that opens no
// comment and after too many comments.
static bool skip_trivia(TSLexer *lexer)
{
	for (int i = 0; i < MAX_COMMENTS; i++) {
		while (at_blank(lexer))
			advance(lexer);
		if (lexer->lookahead == '#') {
			skip_line(lexer);
			continue;
		}
		if (lexer->lookahead != '/')
			return true;
		advance(lexer);
		if (lexer->lookahead == '/') {
			skip_line(lexer);
			continue;
		}
		if (lexer->lookahead != '*')
			return false;
		advance(lexer);
		bool star = false;
		while (!lexer->eof(lexer) && !(star && lexer->lookahead == '/')) {
			star = lexer->lookahead == '*';
			advance(lexer);
		}
		if (!lexer->eof(lexer))
			advance(lexer);
	}
	return false;
}

// Whether what follows the newline carries on with the line before: nothing that can begin a statement,
// a property or an array item looks like this.
static bool goes_on(TSLexer *lexer)
{
	if (!skip_trivia(lexer))
		return false;
	switch (lexer->lookahead) {
	case '}':
	case ']':
	case ')':
	case ',':
	case '?':
	case ':':
	case '|':
	case '&':
	case '>':
		return true;
	case '.':
		advance(lexer);
		return lexer->lookahead != '.';
	default:
		return lexer->eof(lexer);
	}
}

static bool scan_newline(TSLexer *lexer)
{
	while (at_blank(lexer) && lexer->lookahead != '\n' && lexer->lookahead != '\r')
		lexer->advance(lexer, true);
	if (lexer->lookahead != '\n' && lexer->lookahead != '\r')
		return false;
	while (at_blank(lexer))
		advance(lexer);
	lexer->mark_end(lexer);
	lexer->result_symbol = NEWLINE;
	return !goes_on(lexer);
}

// The rest of a piece: up to and with the marker that opens an interpolation, or the closing quotes.
static bool scan_piece(scanner *s, TSLexer *lexer, unsigned dollars, bool first)
{
	unsigned run = 0, quotes = 0;
	while (!lexer->eof(lexer)) {
		int32_t c = lexer->lookahead;
		if (quotes >= 3 && c != '\'')
			break;
		advance(lexer);
		quotes = c == '\'' ? quotes + 1 : 0;
		if (c == '{' && run >= dollars) {
			if (first)
				s->dollars[s->depth++] = (uint8_t)dollars;
			lexer->result_symbol = first ? MULTILINE_START : MULTILINE_MIDDLE;
			lexer->mark_end(lexer);
			return true;
		}
		run = c == '$' ? run + 1 : 0;
	}
	if (quotes < 3)
		return false;
	if (!first)
		s->depth--;
	lexer->result_symbol = first ? MULTILINE_COMPLETE : MULTILINE_END;
	lexer->mark_end(lexer);
	return true;
}

static bool scan_start(scanner *s, TSLexer *lexer)
{
	while (at_blank(lexer))
		lexer->advance(lexer, true);
	unsigned dollars = 0;
	for (; lexer->lookahead == '$'; dollars++)
		advance(lexer);
	if (!dollars || dollars > UINT8_MAX || s->depth == sizeof(s->dollars))
		return false;
	for (int i = 0; i < 3; i++) {
		if (lexer->lookahead != '\'')
			return false;
		advance(lexer);
	}
	return scan_piece(s, lexer, dollars, true);
}

bool tree_sitter_bicep_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid_symbols)
{
	scanner *s = payload;
	if (valid_symbols[ERROR_SENTINEL])
		return scan_newline(lexer);
	if (valid_symbols[MULTILINE_MIDDLE])
		return s->depth && scan_piece(s, lexer, s->dollars[s->depth - 1], false);
	if (valid_symbols[NEWLINE])
		return scan_newline(lexer);
	return valid_symbols[MULTILINE_START] && scan_start(s, lexer);
}

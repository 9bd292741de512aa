/* The state between tokens, and a walk over logical characters. Part of scanner.c. */
#ifndef BL_DOCKERFILE_CURSOR_H
#define BL_DOCKERFILE_CURSOR_H

#include "tree_sitter/parser.h"
#include <stddef.h>
#include <string.h>

#define MAX_HEREDOCS                                                                               \
	16 /* open at once; the rest of the line's are read as instructions, which they are not */
#define MAX_NAME 255   /* bytes of a heredoc's name */
#define NAMES_SIZE 640 /* bytes of all the names of a line: the state must fit 1,024 */
#define EVENTS 256     /* escape-and-blank pairs of a line that are told apart */
#define MAX_NESTING 64 /* of JSON values, and of ${} in words */

enum equals { NO_EQUALS, FLAG_EQUALS, PAIR_EQUALS };

struct heredoc {
	uint32_t lt;   /* ordinal, in its line, of its first '<' */
	uint16_t name; /* offset in names */
	uint16_t name_len;
	uint16_t marker_len; /* logical characters from the first '<' on */
	uint8_t chomp;
};

/* Plain bytes: serialized by copying. */
struct state {
	char escape;
	uint8_t directives_done;
	uint8_t in_directive;
	uint8_t in_instruction;
	uint8_t line_start;    /* in an instruction: at the start of a physical line */
	uint8_t after_comment; /* in an instruction: at the end of a comment line */
	uint8_t after_end;     /* behind a heredoc's end: its newline comes first */
	uint8_t equals;        /* a name stopped at '=': enum equals */
	uint8_t quote;         /* that is open where a name stopped */
	uint8_t heredocs_n;
	uint8_t markers_done; /* heredocs whose marker has been passed */
	uint8_t bodies_done;
	uint16_t names_len;
	uint16_t events; /* passed so far in this line */
	uint32_t lts;    /* '<' passed so far in this line */
	uint8_t continues[EVENTS / 8];
	struct heredoc heredocs[MAX_HEREDOCS];
};

struct scanner {
	struct state s;
	char names[NAMES_SIZE];
};

/* A walk over logical characters. */
struct cur {
	TSLexer *lx;
	struct scanner *sc;
	int32_t ch;
	bool end;        /* of the logical line */
	bool consumed;   /* ch is behind the lexer already */
	bool was_escape; /* the physical character before is the escape character */
	bool ahead;      /* reading ahead: decide about escapes and write it down */
	bool lines;      /* stop at a continuation as at the end */
	bool continued;  /* stopped so */
	uint32_t spaces; /* pending, behind the lexer already, before what follows */
	uint32_t events, lts;
	uint32_t marked_events, marked_lts;
};

static bool is_blank(int32_t c)
{
	return c == ' ' || c == '\t';
}

/* What separates words of a Dockerfile. */
static bool is_ws(int32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r' && c != '\n');
}

/* What is trimmed at the ends of a line. */
static bool is_space(int32_t c)
{
	return is_ws(c) || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	       c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool is_eol(TSLexer *lx)
{
	return lx->lookahead == '\n' || lx->eof(lx);
}

static void advance(TSLexer *lx)
{
	lx->advance(lx, false);
}

/* Past empty and comment lines of a continued instruction. Returns how many spaces begin the line
 * that follows. */
static uint32_t skip_lines(TSLexer *lx)
{
	for (;;) {
		uint32_t n = 0;
		for (; !lx->eof(lx) && is_space(lx->lookahead); n++)
			advance(lx);
		if (lx->lookahead == '#') {
			while (!is_eol(lx))
				advance(lx);
		} else if (lx->lookahead != '\n' || lx->eof(lx)) {
			return n;
		}
		if (lx->eof(lx))
			return n;
		advance(lx);
	}
}

/* With the lexer behind an escape character that a blank follows: does it end the line? */
static bool blank_continues(struct cur *c)
{
	uint32_t event = c->events++;
	struct state *s = &c->sc->s;
	if (!c->ahead)
		return event < EVENTS && (s->continues[event / 8] >> (event % 8) & 1);
	uint32_t n = 0;
	for (; is_blank(c->lx->lookahead); n++)
		advance(c->lx);
	while (c->lx->lookahead == '\r')
		advance(c->lx);
	if (!is_eol(c->lx)) {
		c->spaces = n;
		return false;
	}
	if (event < EVENTS)
		s->continues[event / 8] |= 1 << (event % 8);
	return true;
}

/* Loads the logical character the cursor is at; nothing is passed by it but continuations. */
static void load(struct cur *c)
{
	TSLexer *lx = c->lx;
	c->end = false;
	for (;;) {
		if (c->spaces) {
			c->ch = ' ';
			c->consumed = true;
			c->spaces--;
			c->was_escape = false;
			return;
		}
		c->consumed = false;
		if (is_eol(lx)) {
			c->ch = '\n';
			c->end = true;
			return;
		}
		c->ch = lx->lookahead;
		if (c->ch != c->sc->s.escape) {
			c->was_escape = false;
			return;
		}
		advance(lx);
		c->consumed = true;
		bool lone = !c->was_escape && lx->lookahead != c->sc->s.escape;
		c->was_escape = true;
		if (!lone || !(is_eol(lx) || lx->lookahead == '\r' ||
				     (is_blank(lx->lookahead) && blank_continues(c))))
			return;
		if (c->lines) {
			c->end = c->continued = true;
			return;
		}
		while (!is_eol(lx))
			advance(lx);
		if (!lx->eof(lx))
			advance(lx);
		c->was_escape = false;
		c->spaces = skip_lines(lx);
	}
}

static struct cur begin(struct scanner *sc, TSLexer *lx, bool ahead)
{
	struct cur c = {
		.lx = lx, .sc = sc, .ahead = ahead, .events = sc->s.events, .lts = sc->s.lts};
	c.marked_events = c.events;
	c.marked_lts = c.lts;
	return c;
}

static void mark(struct cur *c)
{
	c->lx->mark_end(c->lx);
	c->marked_events = c->events;
	c->marked_lts = c->lts;
}

/* Passes the character without marking. */
static void pass(struct cur *c)
{
	if (c->ch == '<')
		c->lts++;
	if (!c->consumed)
		advance(c->lx);
	load(c);
}

/* Passes the character and ends the token behind it. */
static void take(struct cur *c)
{
	if (c->ch == '<')
		c->lts++;
	if (!c->consumed)
		advance(c->lx);
	if (!c->spaces)
		mark(c);
	load(c);
}

/* Ends a token at the last mark. */
static bool done(struct cur *c, int token)
{
	c->lx->result_symbol = (TSSymbol)token;
	c->sc->s.events = c->marked_events < EVENTS ? c->marked_events : EVENTS;
	c->sc->s.lts = c->marked_lts;
	c->sc->s.line_start = false;
	return true;
}

#endif

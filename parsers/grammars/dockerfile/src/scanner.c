/*
 * Every token of a Dockerfile but the punctuation of JSON arrays and directives.
 *
 * Tokens are cut out of *logical* lines: a line whose last character is the escape character goes on in the next line
 * that is neither empty nor a comment. A cursor (struct cur) walks logical characters; a token ends where the last
 * mark() was, so looking ahead costs nothing but time. Two things can't be known without looking further than a mark
 * can be put back, so the scanner reads the whole logical line once when it meets the keyword and keeps in its state:
 *   - which heredocs the line opens, each with the ordinal of its first '<' in the line;
 *   - for each escape character followed by a blank, whether it ends the line (a continuation) or is literal.
 */
#include "tree_sitter/parser.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum token {
	NEWLINE,
	COMMENT,
	CONTINUATION,
	BLANK,
	DIRECTIVE_MARK,
	KW_ADD,
	KW_ARG,
	KW_CMD,
	KW_COPY,
	KW_ENTRYPOINT,
	KW_ENV,
	KW_EXPOSE,
	KW_FROM,
	KW_HEALTHCHECK,
	KW_LABEL,
	KW_MAINTAINER,
	KW_ONBUILD,
	KW_RUN,
	KW_SHELL,
	KW_STOPSIGNAL,
	KW_UNKNOWN,
	KW_USER,
	KW_VOLUME,
	KW_WORKDIR,
	FLAG_NAME,
	FLAG_END,
	EQUALS,
	VALUE,
	PAIR_NAME,
	OLD_NAME,
	BARE_WORD,
	WORD,
	TEXT,
	HEREDOC_MARKER,
	HEREDOC_BODY,
	HEREDOC_END,
	HEREDOC_UNTERMINATED,
	ARRAY_START,
	NO_ARRAY,
	STRING,
	ERROR_SENTINEL,
};

static const struct {
	const char *name;
	enum token token;
} keywords[] = {
	{"add", KW_ADD},
	{"arg", KW_ARG},
	{"cmd", KW_CMD},
	{"copy", KW_COPY},
	{"entrypoint", KW_ENTRYPOINT},
	{"env", KW_ENV},
	{"expose", KW_EXPOSE},
	{"from", KW_FROM},
	{"healthcheck", KW_HEALTHCHECK},
	{"label", KW_LABEL},
	{"maintainer", KW_MAINTAINER},
	{"onbuild", KW_ONBUILD},
	{"run", KW_RUN},
	{"shell", KW_SHELL},
	{"stopsignal", KW_STOPSIGNAL},
	{"user", KW_USER},
	{"volume", KW_VOLUME},
	{"workdir", KW_WORKDIR},
};

static const char *const directive_names[] = {"check", "escape", "syntax"};

#define MAX_HEREDOCS 16		/* open at once; the rest of the line's are read as instructions, which they are not */
#define MAX_NAME 255		/* bytes of a heredoc's name */
#define NAMES_SIZE 640		/* bytes of all the names of a line: the state must fit 1,024 */
#define EVENTS 256		/* escape-and-blank pairs of a line that are told apart */
#define MAX_NESTING 64		/* of JSON values, and of ${} in words */

enum equals { NO_EQUALS, FLAG_EQUALS, PAIR_EQUALS };

struct heredoc {
	uint32_t lt;		/* ordinal, in its line, of its first '<' */
	uint16_t name;		/* offset in names */
	uint16_t name_len;
	uint16_t marker_len;	/* logical characters from the first '<' on */
	uint8_t chomp;
};

/* Plain bytes: serialized by copying. */
struct state {
	char escape;
	uint8_t directives_done;
	uint8_t in_directive;
	uint8_t in_instruction;
	uint8_t line_start;	/* in an instruction: at the start of a physical line */
	uint8_t after_comment;	/* in an instruction: at the end of a comment line */
	uint8_t after_end;	/* behind a heredoc's end: its newline comes first */
	uint8_t equals;		/* a name stopped at '=': enum equals */
	uint8_t quote;		/* that is open where a name stopped */
	uint8_t heredocs_n;
	uint8_t markers_done;	/* heredocs whose marker has been passed */
	uint8_t bodies_done;
	uint16_t names_len;
	uint16_t events;	/* passed so far in this line */
	uint32_t lts;		/* '<' passed so far in this line */
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
	bool end;		/* of the logical line */
	bool consumed;		/* ch is behind the lexer already */
	bool was_escape;	/* the physical character before is the escape character */
	bool ahead;		/* reading ahead: decide about escapes and write it down */
	bool lines;		/* stop at a continuation as at the end */
	bool continued;		/* stopped so */
	uint32_t spaces;	/* pending, behind the lexer already, before what follows */
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

/* Past empty and comment lines of a continued instruction. Returns how many spaces begin the line that follows. */
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
	struct cur c = {.lx = lx, .sc = sc, .ahead = ahead, .events = sc->s.events, .lts = sc->s.lts};
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

static bool done(struct cur *c, enum token token)
{
	c->lx->result_symbol = token;
	c->sc->s.events = c->marked_events < EVENTS ? c->marked_events : EVENTS;
	c->sc->s.lts = c->marked_lts;
	c->sc->s.line_start = false;
	return true;
}

/* ---------------------------------------------------------------- heredocs, found ahead */

enum where { TOP, DOUBLE, BRACE, PATTERN };

struct lex {
	struct cur *c;
	uint8_t stack[MAX_NESTING];
	uint32_t depth;
	bool failed;
	/* the word being read at the top, while it can still be a heredoc */
	enum { NOT, START, DIGITS, ONE_LT, TWO_LT, NAME } word;
	bool chomp;
	uint32_t lt, marker_len, raw_len;
	char raw[MAX_NAME];
};

/* A heredoc's name without its quotes, into out; 0 where it isn't one. */
static uint32_t unquote(const char *raw, uint32_t n, char *out)
{
	uint32_t k = 0;
	char quote = 0;
	for (uint32_t i = 0; i < n; i++) {
		char ch = raw[i];
		if (quote == '\'' ? ch == '\'' : quote && ch == '"') {
			quote = 0;
			continue;
		}
		if (!quote && (ch == '\'' || ch == '"')) {
			quote = ch;
			continue;
		}
		if (ch == '\\' && quote != '\'' && i + 1 < n &&
		    (!quote || raw[i + 1] == '"' || raw[i + 1] == '$' || raw[i + 1] == '\\'))
			ch = raw[++i];
		out[k++] = ch;
	}
	return k;
}

static void word_end(struct lex *l)
{
	struct scanner *sc = l->c->sc;
	struct state *s = &sc->s;
	if (l->word == NAME && l->raw_len && s->heredocs_n < MAX_HEREDOCS &&
	    s->names_len + l->raw_len <= NAMES_SIZE && l->marker_len < UINT16_MAX) {
		uint32_t n = unquote(l->raw, l->raw_len, sc->names + s->names_len);
		if (n) {
			s->heredocs[s->heredocs_n++] = (struct heredoc){.lt = l->lt, .name = s->names_len,
				.name_len = n, .marker_len = l->marker_len, .chomp = l->chomp};
			s->names_len += n;
		}
	}
	l->word = START;
}

static uint32_t encode(int32_t ch, char *b)
{
	if (ch < 0)
		return 0;
	if (ch < 0x80) {
		b[0] = (char)ch;
		return 1;
	}
	uint32_t n = ch < 0x800 ? 2 : ch < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	for (uint32_t i = n - 1; i; i--, ch >>= 6)
		b[i] = (char)(0x80 | (ch & 63));
	b[0] = (char)(lead[n] | ch);
	return n;
}

static void raw_char(struct lex *l, int32_t ch)
{
	char b[4];
	uint32_t n = encode(ch, b);
	if (!n || l->raw_len + n > MAX_NAME) {
		l->word = NOT;
		return;
	}
	memcpy(l->raw + l->raw_len, b, n);
	l->raw_len += n;
}

/* One character of the word at the top: NUMBER << - NAME, with no '<' in the name. */
static void word_char(struct lex *l, int32_t ch, bool plain)
{
	if (l->word > DIGITS)
		l->marker_len++;
	switch (l->word) {
	case NOT:
		return;
	case START:
	case DIGITS:
		if (plain && ch == '<') {
			l->word = ONE_LT;
			l->lt = l->c->lts;
			l->marker_len = 1;
			l->raw_len = 0;
			l->chomp = false;
		} else {
			l->word = plain && ch >= '0' && ch <= '9' ? DIGITS : NOT;
		}
		return;
	case ONE_LT:
		l->word = plain && ch == '<' ? TWO_LT : NOT;
		return;
	case TWO_LT:
		l->word = NAME;
		if (plain && ch == '-') {
			l->chomp = true;
			return;
		}
		break;
	case NAME:
		break;
	}
	if (ch == '<')
		l->word = NOT;
	else
		raw_char(l, ch);
}

static void lex_pass(struct lex *l, bool plain)
{
	word_char(l, l->c->ch, plain);
	pass(l->c);
}

static void push(struct lex *l, enum where where)
{
	if (l->depth == MAX_NESTING)
		l->failed = true;
	else
		l->stack[l->depth++] = where;
}

static bool is_name_char(int32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

/* A name behind '$' or '${', or one special parameter. */
static void lex_name(struct lex *l)
{
	struct cur *c = l->c;
	if (!c->end && c->ch && strchr("@*#?-$!", c->ch < 0x80 && c->ch > 0 ? c->ch : 1)) {
		lex_pass(l, true);
		return;
	}
	bool digits = c->ch >= '0' && c->ch <= '9';
	while (!c->end && (digits ? c->ch >= '0' && c->ch <= '9' : is_name_char(c->ch)))
		lex_pass(l, true);
}

static void lex_dollar(struct lex *l)
{
	struct cur *c = l->c;
	lex_pass(l, true);
	if (c->end)
		return;
	if (c->ch != '{') {
		lex_name(l);
		return;
	}
	lex_pass(l, true);
	l->failed = c->end || c->ch == '{' || c->ch == '}' || c->ch == ':';
	if (l->failed)
		return;
	lex_name(l);
	int32_t ch = c->end ? 0 : c->ch;
	if (!ch) {
		l->failed = true;
		return;
	}
	lex_pass(l, true);
	if (ch == '}')
		return;
	if (ch == ':') {
		ch = c->end ? 0 : c->ch;
		l->failed = !ch || !strchr("+-?#%", ch < 0x80 && ch > 0 ? ch : 1);
		if (!l->failed)
			lex_pass(l, true);
		push(l, BRACE);
	} else if (ch == '/') {
		if (!c->end && c->ch == '/')
			lex_pass(l, true);
		push(l, PATTERN);
	} else if (ch == '+' || ch == '-' || ch == '?' || ch == '#' || ch == '%') {
		push(l, BRACE);
	} else {
		l->failed = true;
	}
}

static void lex_single_quoted(struct lex *l)
{
	lex_pass(l, false);
	while (!l->c->end && l->c->ch != '\'')
		lex_pass(l, false);
	l->failed = l->c->end;
	if (!l->c->end)
		lex_pass(l, false);
}

static void lex_one(struct lex *l)
{
	struct cur *c = l->c;
	enum where where = l->stack[l->depth - 1];
	bool top = where == TOP;
	if (c->ch == '$') {
		lex_dollar(l);
	} else if (c->ch == '"' && where != DOUBLE) {
		lex_pass(l, false);
		push(l, DOUBLE);
	} else if (c->ch == '"' || (where == BRACE && c->ch == '}')) {
		lex_pass(l, false);
		l->depth--;
	} else if (where == PATTERN && c->ch == '/') {
		lex_pass(l, false);
		l->stack[l->depth - 1] = BRACE;
	} else if (c->ch == '\'' && where != DOUBLE) {
		lex_single_quoted(l);
	} else if (c->ch == '\\') {
		lex_pass(l, false);
		if (!c->end && (where != DOUBLE || c->ch == '"' || c->ch == '$' || c->ch == '\\'))
			lex_pass(l, false);
	} else if (top && is_space(c->ch)) {
		word_end(l);
		pass(c);
	} else {
		lex_pass(l, top);
	}
}

/*
 * Walks the logical line to its end, noting what each escape-and-blank pair is and, where heredocs says so, the
 * heredocs. A line whose quotes or ${} don't close has none: that is how a build reads it.
 */
static void read_ahead(struct cur *c, bool heredocs)
{
	if (!heredocs) {
		while (!c->end)
			pass(c);
		return;
	}
	struct lex l = {.c = c, .depth = 1, .stack = {TOP}, .word = NOT};
	while (!c->end && !l.failed)
		lex_one(&l);
	if (!l.failed && l.depth == 1)
		word_end(&l);
	else
		c->sc->s.heredocs_n = 0;
	while (!c->end)
		pass(c);
}

/* ---------------------------------------------------------------- JSON arrays, checked ahead */

static void json_space(struct cur *c)
{
	while (!c->end && (is_blank(c->ch) || c->ch == '\r'))
		pass(c);
}

static bool json_string(struct cur *c, void (*step)(struct cur *))
{
	step(c);
	while (!c->end && c->ch != '"') {
		if (c->ch >= 0 && c->ch < 0x20)
			return false;
		if (c->ch != '\\') {
			step(c);
			continue;
		}
		step(c);
		if (c->end || c->ch <= 0 || c->ch >= 0x80 || !strchr("\"\\/bfnrtu", c->ch))
			return false;
		bool hex = c->ch == 'u';
		step(c);
		for (int i = 0; hex && i < 4; i++) {
			if (c->end || c->ch <= 0 || c->ch >= 0x80 || !strchr("0123456789abcdefABCDEF", c->ch))
				return false;
			step(c);
		}
	}
	if (c->end)
		return false;
	step(c);
	return true;
}

static bool json_digits(struct cur *c)
{
	if (c->end || c->ch < '0' || c->ch > '9')
		return false;
	while (!c->end && c->ch >= '0' && c->ch <= '9')
		pass(c);
	return true;
}

static bool json_scalar(struct cur *c)
{
	static const char *const words[] = {"false", "null", "true"};
	for (int i = 0; i < 3; i++) {
		const char *w = words[i];
		if (c->ch != *w)
			continue;
		for (; *w; w++) {
			if (c->end || c->ch != *w)
				return false;
			pass(c);
		}
		return true;
	}
	if (c->ch == '-')
		pass(c);
	if (!c->end && c->ch == '0')
		pass(c);
	else if (!json_digits(c))
		return false;
	if (!c->end && c->ch == '.') {
		pass(c);
		if (!json_digits(c))
			return false;
	}
	if (!c->end && (c->ch == 'e' || c->ch == 'E')) {
		pass(c);
		if (!c->end && (c->ch == '+' || c->ch == '-'))
			pass(c);
		return json_digits(c);
	}
	return true;
}

/* Is the rest of the line one JSON array? */
static bool json_array(struct cur *c)
{
	uint8_t stack[MAX_NESTING];
	uint32_t depth = 0;
	bool value = true, may_close = false;	/* a value must follow, or may the container close instead */
	do {
		json_space(c);
		if (c->end)
			return false;
		int32_t close = !depth ? 0 : stack[depth - 1] == '[' ? ']' : '}';
		if (value && (!may_close || c->ch != close)) {
			if (close == '}') {
				if (c->ch != '"' || !json_string(c, pass))
					return false;
				json_space(c);
				if (c->end || c->ch != ':')
					return false;
				pass(c);
				json_space(c);
			}
			if (!c->end && (c->ch == '[' || c->ch == '{')) {
				if (depth == MAX_NESTING)
					return false;
				stack[depth++] = (uint8_t)c->ch;
				pass(c);
				may_close = true;
				continue;
			}
			if (c->end || !(c->ch == '"' ? json_string(c, pass) : json_scalar(c)))
				return false;
			value = may_close = false;
		} else if (c->ch == close) {
			pass(c);
			depth--;
			value = may_close = false;
		} else if (!value && c->ch == ',') {
			pass(c);
			value = true;
			may_close = false;
		} else {
			return false;
		}
	} while (depth);
	while (!c->end && is_space(c->ch))
		pass(c);
	return c->end;
}

/* ---------------------------------------------------------------- tokens */

static bool scan_directive(struct scanner *sc, TSLexer *lx)
{
	struct state *s = &sc->s;
	char name[8] = "";
	uint32_t n = 0;
	while (!is_eol(lx) && is_space(lx->lookahead))
		advance(lx);
	for (; is_name_char(lx->lookahead) && lx->lookahead < 0x80 && lx->lookahead != '_'; n++, advance(lx))
		if (n < sizeof name - 1)
			name[n] = (char)(lx->lookahead >= 'A' && lx->lookahead <= 'Z' ? lx->lookahead + 32 : lx->lookahead);
	bool known = false;
	for (uint32_t i = 0; i < 3; i++)
		known |= n < sizeof name && !strcmp(name, directive_names[i]);
	if (!known)
		return false;
	while (!is_eol(lx) && is_ws(lx->lookahead))
		advance(lx);
	if (lx->lookahead != '=')
		return false;
	advance(lx);
	while (!is_eol(lx) && is_ws(lx->lookahead))
		advance(lx);
	if (is_eol(lx))
		return false;
	int32_t value = lx->lookahead;
	advance(lx);
	while (!is_eol(lx) && is_ws(lx->lookahead))
		advance(lx);
	if (!strcmp(name, "escape") && is_eol(lx) && (value == '`' || value == '\\'))
		s->escape = (char)value;
	s->in_directive = true;
	lx->result_symbol = DIRECTIVE_MARK;
	return true;
}

/* With the lexer at '#': a directive or a comment. */
static bool scan_comment(struct scanner *sc, TSLexer *lx, const bool *valid)
{
	struct state *s = &sc->s;
	advance(lx);
	lx->mark_end(lx);
	if (!s->directives_done && !s->in_instruction) {
		if (valid[DIRECTIVE_MARK] && scan_directive(sc, lx))
			return true;
		s->directives_done = true;
	}
	if (!valid[COMMENT])
		return false;
	lx->result_symbol = COMMENT;
	s->line_start = false;
	s->after_comment = s->in_instruction;
	lx->mark_end(lx);
	while (!is_eol(lx)) {
		bool cr = lx->lookahead == '\r';
		advance(lx);
		if (!cr)
			lx->mark_end(lx);
	}
	return true;
}

/* The end of a line that doesn't end its instruction, with the empty lines behind it. */
static void line_ends(TSLexer *lx)
{
	while (!is_eol(lx))
		advance(lx);
	while (!lx->eof(lx) && lx->lookahead == '\n') {
		advance(lx);
		lx->mark_end(lx);
		while (!lx->eof(lx) && is_space(lx->lookahead))
			advance(lx);
	}
	if (lx->eof(lx))
		lx->mark_end(lx);
}

static void line_done(struct state *s)
{
	s->in_directive = s->in_instruction = s->line_start = s->after_comment = false;
	s->equals = NO_EQUALS;
	s->quote = 0;
}

static bool scan_newline(struct scanner *sc, TSLexer *lx, const bool *valid)
{
	struct state *s = &sc->s;
	if (!valid[NEWLINE] || (lx->eof(lx) && !s->in_instruction && !s->in_directive))
		return false;
	if (!lx->eof(lx))
		advance(lx);
	lx->mark_end(lx);
	if (!s->in_directive)
		s->directives_done = true;
	line_done(s);
	lx->result_symbol = NEWLINE;
	return true;
}

static void begin_instruction(struct state *s)
{
	s->directives_done = s->in_instruction = true;
	s->heredocs_n = s->markers_done = s->bodies_done = 0;
	s->names_len = s->events = 0;
	s->lts = 0;
	s->after_end = false;
	memset(s->continues, 0, sizeof s->continues);
}

/* n characters of it have been taken already: then it's no known one. */
static bool scan_keyword(struct cur *c, uint32_t n, bool nested)
{
	struct state *s = &c->sc->s;
	char name[12] = "";
	for (; !c->end && !is_ws(c->ch); n++) {
		if (n < sizeof name - 1 && c->ch > 0 && c->ch < 0x80)
			name[n] = (char)(c->ch >= 'A' && c->ch <= 'Z' ? c->ch + 32 : c->ch);
		take(c);
	}
	enum token token = KW_UNKNOWN;
	for (uint32_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
		if (n == strlen(keywords[i].name) && !memcmp(name, keywords[i].name, n))
			token = keywords[i].token;
	bool heredocs = token == KW_ADD || token == KW_COPY || token == KW_RUN;
	if (!nested)
		read_ahead(c, heredocs || token == KW_ONBUILD);
	else if (!heredocs)
		s->heredocs_n = 0;
	return done(c, token);
}

/* A flag's name or value: words whose quotes and backslashes are taken away later. */
static void take_flag(struct cur *c, bool name)
{
	struct state *s = &c->sc->s;
	while (!c->end) {
		if (s->quote ? c->ch == s->quote : c->ch == '\'' || c->ch == '"') {
			s->quote = s->quote ? 0 : (uint8_t)c->ch;
		} else if (!s->quote && (is_space(c->ch) || (name && c->ch == '='))) {
			return;
		} else if (c->ch == '\\') {
			take(c);
			if (c->end)
				return;
		}
		take(c);
	}
}

/* Behind the first '-' of two. */
static bool scan_flag(struct cur *c)
{
	struct state *s = &c->sc->s;
	take(c);
	if (c->end || is_space(c->ch))
		return done(c, FLAG_END);
	s->quote = 0;
	take_flag(c, true);
	s->equals = !c->end && c->ch == '=' ? FLAG_EQUALS : NO_EQUALS;
	return done(c, FLAG_NAME);
}

/*
 * A word of ENV, LABEL and ARG, up to its end or, where until_equals, to '='. The old form's name ends at the first
 * white space, quoted or not, unless '=' comes later in the word: then the mark moves on to that. True at '='.
 */
static bool take_quoted(struct cur *c, bool until_equals, bool old)
{
	struct state *s = &c->sc->s;
	bool marking = true;
	while (!c->end) {
		if (!s->quote && is_space(c->ch))
			return false;
		if (c->ch == s->escape && s->quote != '\'') {
			(marking ? take : pass)(c);
			if (c->end)
				return false;
		} else if (s->quote ? c->ch == s->quote : c->ch == '\'' || c->ch == '"') {
			s->quote = s->quote ? 0 : (uint8_t)c->ch;
		}
		if (until_equals && c->ch == '=') {
			mark(c);
			return true;
		}
		marking = marking && !(old && is_ws(c->ch));
		(marking ? take : pass)(c);
	}
	return false;
}

static bool scan_pair(struct cur *c, const bool *valid)
{
	struct state *s = &c->sc->s;
	s->quote = 0;
	s->equals = take_quoted(c, true, valid[OLD_NAME]) ? PAIR_EQUALS : NO_EQUALS;
	if (s->equals)
		return done(c, PAIR_NAME);
	s->quote = 0;
	return done(c, valid[OLD_NAME] ? OLD_NAME : BARE_WORD);
}

/* What follows '=' at once: often nothing. */
static bool scan_value(struct cur *c)
{
	struct state *s = &c->sc->s;
	mark(c);
	load(c);
	if (s->equals == FLAG_EQUALS)
		take_flag(c, false);
	else
		take_quoted(c, false, false);
	s->equals = NO_EQUALS;
	s->quote = 0;
	return done(c, VALUE);
}

static bool at_marker(struct cur *c)
{
	struct state *s = &c->sc->s;
	return s->markers_done < s->heredocs_n && c->ch == '<' && c->lts == s->heredocs[s->markers_done].lt;
}

static bool scan_marker(struct cur *c)
{
	struct state *s = &c->sc->s;
	for (uint32_t n = s->heredocs[s->markers_done++].marker_len; n && !c->end; n--)
		take(c);
	return done(c, HEREDOC_MARKER);
}

/* A heredoc's file descriptor belongs to its marker here, in a text to the text. */
static bool scan_word(struct cur *c)
{
	bool digits = true;
	while (!c->end && !is_ws(c->ch)) {
		if (digits && at_marker(c))
			return scan_marker(c);
		digits = digits && c->ch >= '0' && c->ch <= '9';
		take(c);
	}
	return done(c, WORD);
}

/* The rest of a physical line, or of it up to the next heredoc's marker. */
static bool scan_text(struct cur *c)
{
	bool any = false;
	c->lines = true;
	while (!c->end) {
		if (at_marker(c))
			return any ? done(c, TEXT) : (c->lines = false, scan_marker(c));
		any = true;
		if (is_space(c->ch))
			pass(c);
		else
			take(c);
	}
	return done(c, TEXT);
}

/* A mark before the bracket: nothing is taken, the grammar's own tokens follow. */
static bool scan_array(struct cur *c)
{
	struct state *s = &c->sc->s;
	if (!json_array(c))
		return done(c, NO_ARRAY);
	s->heredocs_n = s->markers_done = 0;
	return done(c, ARRAY_START);
}

/* With the lexer at a line's start: reads it to its end; is it the heredoc's last? */
static bool terminates(const struct scanner *sc, const struct heredoc *h, TSLexer *lx)
{
	const char *name = sc->names + h->name;
	uint32_t at = 0;
	bool same = true;
	while (h->chomp && lx->lookahead == '\t')
		advance(lx);
	while (same && at < h->name_len && !is_eol(lx)) {
		char b[4];
		uint32_t n = encode(lx->lookahead, b);
		same = n && at + n <= h->name_len && !memcmp(name + at, b, n);
		at += n;
		if (same)
			advance(lx);
	}
	same = same && at == h->name_len;
	while (same && lx->lookahead == '\r')
		advance(lx);
	same = same && is_eol(lx);
	while (!is_eol(lx))
		advance(lx);
	return same;
}

static bool scan_body(struct scanner *sc, TSLexer *lx)
{
	struct state *s = &sc->s;
	const struct heredoc *h = &s->heredocs[s->bodies_done];
	if (s->after_end) {
		while (!is_eol(lx))
			lx->advance(lx, true);
		if (!lx->eof(lx))
			lx->advance(lx, true);
		s->after_end = false;
	}
	lx->mark_end(lx);
	while (!lx->eof(lx) && !terminates(sc, h, lx)) {
		if (!lx->eof(lx))
			advance(lx);
		lx->mark_end(lx);
	}
	lx->result_symbol = HEREDOC_BODY;
	return true;
}

static bool scan_end(struct scanner *sc, TSLexer *lx)
{
	struct state *s = &sc->s;
	const struct heredoc *h = &s->heredocs[s->bodies_done++];
	lx->result_symbol = HEREDOC_UNTERMINATED;
	lx->mark_end(lx);
	if (lx->eof(lx))
		return true;
	while (h->chomp && lx->lookahead == '\t')
		lx->advance(lx, true);
	char b[4];
	for (uint32_t n = 0; n < h->name_len && !is_eol(lx); n += encode(lx->lookahead, b))
		advance(lx);
	lx->mark_end(lx);
	s->after_end = true;
	lx->result_symbol = HEREDOC_END;
	return true;
}

/* An escape character that ends its line, with the empty lines behind it; or the first character of a token. */
static bool scan_continuation(struct cur *c)
{
	c->lines = true;
	load(c);
	c->lines = false;
	if (!c->continued)
		return false;
	line_ends(c->lx);
	c->marked_events = c->events;
	done(c, CONTINUATION);
	c->sc->s.line_start = c->sc->s.in_instruction;
	return true;
}

static bool scan_token(struct cur *c, const bool *valid, bool nested)
{
	uint32_t taken = 0;
	if (valid[FLAG_NAME] && c->ch == '-') {
		take(c);
		if (!c->end && c->ch == '-')
			return scan_flag(c);
		taken = 1;
	}
	if (valid[KW_FROM])
		return scan_keyword(c, taken, nested);
	if (valid[ARRAY_START] && c->ch == '[' && !taken)
		return scan_array(c);
	if (valid[STRING] && c->ch == '"')
		return json_string(c, take) && done(c, STRING);
	if (valid[PAIR_NAME])
		return scan_pair(c, valid);
	if (valid[WORD])
		return scan_word(c);
	return valid[TEXT] && scan_text(c);
}

static bool scan(struct scanner *sc, TSLexer *lx, const bool *valid)
{
	struct state *s = &sc->s;
	if (valid[ERROR_SENTINEL])
		return false;
	if (valid[HEREDOC_END])
		return scan_end(sc, lx);
	if (valid[HEREDOC_BODY] && s->bodies_done < s->heredocs_n)
		return scan_body(sc, lx);
	struct cur c = begin(sc, lx, false);
	if (valid[VALUE])
		return scan_value(&c);
	while (!lx->eof(lx) && is_space(lx->lookahead))
		lx->advance(lx, true);
	lx->mark_end(lx);
	if (s->after_comment && !lx->eof(lx)) {
		line_ends(lx);
		s->after_comment = false;
		s->line_start = true;
		lx->result_symbol = BLANK;
		return true;
	}
	if (is_eol(lx))
		return scan_newline(sc, lx, valid);
	if (s->in_directive)
		return false;
	if (lx->lookahead == '#' && (s->line_start || !s->in_instruction))
		return scan_comment(sc, lx, valid);
	if (s->equals && valid[EQUALS] && lx->lookahead == '=') {
		advance(lx);
		mark(&c);
		return done(&c, EQUALS);
	}
	bool nested = s->in_instruction;
	if (!nested)
		c.ahead = true;
	if (lx->lookahead == s->escape) {
		if (scan_continuation(&c))
			return true;
	} else {
		load(&c);
	}
	if (!nested) {
		if (!valid[KW_FROM])
			return false;
		begin_instruction(s);
		c.events = c.lts = c.marked_events = c.marked_lts = 0;
	}
	return scan_token(&c, valid, nested);
}

void *tree_sitter_dockerfile_external_scanner_create(void)
{
	struct scanner *sc = calloc(1, sizeof *sc);
	sc->s.escape = '\\';
	return sc;
}

void tree_sitter_dockerfile_external_scanner_destroy(void *payload)
{
	free(payload);
}

/* The fixed part, as many heredocs as there are, their names. */
unsigned tree_sitter_dockerfile_external_scanner_serialize(void *payload, char *buffer)
{
	const struct scanner *sc = payload;
	size_t n = offsetof(struct state, heredocs) + sc->s.heredocs_n * sizeof(struct heredoc);
	size_t names = sc->s.heredocs_n ? sc->s.names_len : 0;
	memcpy(buffer, &sc->s, n);
	memcpy(buffer + n, sc->names, names);
	return (unsigned)(n + names);
}

void tree_sitter_dockerfile_external_scanner_deserialize(void *payload, const char *buffer, unsigned length)
{
	struct scanner *sc = payload;
	memset(&sc->s, 0, sizeof sc->s);
	sc->s.escape = '\\';
	if (length < offsetof(struct state, heredocs))
		return;
	memcpy(&sc->s, buffer, offsetof(struct state, heredocs));
	size_t n = offsetof(struct state, heredocs);
	memcpy(sc->s.heredocs, buffer + n, sc->s.heredocs_n * sizeof(struct heredoc));
	n += sc->s.heredocs_n * sizeof(struct heredoc);
	memcpy(sc->names, buffer + n, length - n);
}

bool tree_sitter_dockerfile_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid_symbols)
{
	return scan(payload, lexer, valid_symbols);
}

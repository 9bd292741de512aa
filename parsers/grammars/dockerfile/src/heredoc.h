/* The heredocs that a logical line opens, found by reading it ahead as a shell would. Part of
 * scanner.c. */
#ifndef BL_DOCKERFILE_HEREDOC_H
#define BL_DOCKERFILE_HEREDOC_H

#include "cursor.h"

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
			s->heredocs[s->heredocs_n++] = (struct heredoc){.lt = l->lt,
				.name = s->names_len,
				.name_len = n,
				.marker_len = l->marker_len,
				.chomp = l->chomp};
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
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c >= 0x80;
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
 * Walks the logical line to its end, noting what each escape-and-blank pair is and, where heredocs
 * says so, the heredocs. A line whose quotes or ${} don't close has none: that is how a build reads
 * it.
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

#endif

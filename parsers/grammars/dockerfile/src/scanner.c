/*
 * Every token of a Dockerfile but the punctuation of JSON arrays and directives.
 *
 * Tokens are cut out of *logical* lines: a line whose last character is the escape character goes
 * on in the next line that is neither empty nor a comment. A cursor (struct cur) walks logical
 * characters; a token ends where the last mark() was, so looking ahead costs nothing but time. Two
 * things can't be known without looking further than a mark can be put back, so the scanner reads
 * the whole logical line once when it meets the keyword and keeps in its state:
 *   - which heredocs the line opens, each with the ordinal of its first '<' in the line;
 *   - for each escape character followed by a blank, whether it ends the line (a continuation) or
 * is literal.
 */
#include "heredoc.h"
#include "json.h"
#include <stdlib.h>

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

/* ---------------------------------------------------------------- tokens */

static bool scan_directive(struct scanner *sc, TSLexer *lx)
{
	struct state *s = &sc->s;
	char name[8] = "";
	uint32_t n = 0;
	while (!is_eol(lx) && is_space(lx->lookahead))
		advance(lx);
	for (; is_name_char(lx->lookahead) && lx->lookahead < 0x80 && lx->lookahead != '_';
		n++, advance(lx))
		if (n < sizeof name - 1)
			name[n] = (char)(lx->lookahead >= 'A' && lx->lookahead <= 'Z'
						 ? lx->lookahead + 32
						 : lx->lookahead);
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
 * A word of ENV, LABEL and ARG, up to its end or, where until_equals, to '='. The old form's name
 * ends at the first white space, quoted or not, unless '=' comes later in the word: then the mark
 * moves on to that. True at '='.
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
	return s->markers_done < s->heredocs_n && c->ch == '<' &&
	       c->lts == s->heredocs[s->markers_done].lt;
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

/* An escape character that ends its line, with the empty lines behind it; or the first character of
 * a token. */
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

void tree_sitter_dockerfile_external_scanner_deserialize(
	void *payload, const char *buffer, unsigned length)
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

bool tree_sitter_dockerfile_external_scanner_scan(
	void *payload, TSLexer *lexer, const bool *valid_symbols)
{
	return scan(payload, lexer, valid_symbols);
}

#include "eval/docker/expand.h"

enum { MAX_NESTING = 64, MAX_PATTERN = 256, MAX_MATCHED = 16384, MAX_VALUE = 65536 };

typedef struct range {
	size_t begin, end;
} range;
typedef BL_VEC(range) ranges;

/* Text made so far, with gaps where something is unknown. */
typedef struct text {
	bl_buf buf;
	bool unknown;
	bl_str why;
	ranges *quoted; /* where not NULL: what quotes or an escape keep together, in order */
} text;

typedef struct lexer {
	bl_arena *arena;
	const bl_docker_scope *scope;
	bl_str s;
	size_t at;
	int depth;
	bl_str error;
	const bl_value *used; /* the variable's value, where one was used */
	bl_str used_name;
	size_t uses;
} lexer;

static void note_unknown(text *t, bl_str why)
{
	if (!t->unknown)
		t->why = why;
	t->unknown = true;
}

static void put_unknown(text *t, bl_str why)
{
	note_unknown(t, why);
	bl_buf_putc(&t->buf, BL_GAP);
}

static void put_text(text *t, const text *inner)
{
	if (inner->unknown)
		note_unknown(t, inner->why);
	bl_buf_put(&t->buf, bl_buf_str(&inner->buf));
}

/* A few variables that hold each other twice would fill any memory. */
static void put_value(text *t, const bl_value *v)
{
	if (t->buf.n > MAX_VALUE || (v->kind == BL_STRING && v->string.n > MAX_VALUE)) {
		put_unknown(t, BL_STR("the value is too long"));
		return;
	}
	if (v->kind == BL_UNKNOWN)
		note_unknown(t, v->unknown->why);
	bl_value_put_pattern(&t->buf, v);
}

static bool fail(lexer *l, const char *why)
{
	if (!l->error.n)
		l->error = bl_str_of(why);
	return false;
}

static bool more(const lexer *l)
{
	return l->at < l->s.n;
}

static char peek(const lexer *l)
{
	return l->at < l->s.n ? l->s.p[l->at] : '\0';
}

void bl_docker_scope_set(
	bl_arena *arena, bl_docker_scope *scope, bl_str name, const bl_value *value)
{
	bl_map_put(arena, &scope->values, name, (void *)value);
}

const bl_value *bl_docker_scope_get(const bl_docker_scope *scope, bl_str name)
{
	const bl_value *v = NULL;
	for (; scope && !v; scope = scope->parent)
		v = bl_map_get(&scope->values, name);
	return v;
}

/* NULL: it is unset. Every image has a PATH: BuildKit gives one even to scratch. */
static const bl_value *variable(lexer *l, bl_str name)
{
	const bl_value *v = bl_docker_scope_get(l->scope, name);
	bool path = bl_str_eqz(name, "PATH");
	l->uses++;
	l->used = v;
	l->used_name = name;
	if (!v && l->scope->unset && !path)
		bl_vec_push(l->arena, l->scope->unset, bl_str_dup(l->arena, name));
	if (v || (l->scope->closed && !path))
		return v;
	return bl_value_unknown(
		l->arena, BL_NOWHERE, "'" BL_FMT "' is set by no ARG or ENV here", BL_ARG(name));
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static bl_str name(lexer *l)
{
	size_t begin = l->at;
	if (more(l) && !is_digit(peek(l)) && memchr("@*#?-$!", peek(l), 7)) {
		l->at++;
	} else if (is_digit(peek(l))) {
		while (is_digit(peek(l)))
			l->at++;
	} else {
		while (more(l) && is_name(peek(l)))
			l->at++;
	}
	return bl_str_slice(l->s, begin, l->at);
}

/* ---- patterns: '*' any run, '?' one character, '\' before either or itself ---- */

typedef struct pattern {
	bl_str s;
	bool literal[MAX_PATTERN]; /* the byte stands for itself */
	char bytes[MAX_PATTERN];
	size_t n;
} pattern;

static bool read_pattern(lexer *l, bl_str s, pattern *p)
{
	p->n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (p->n == MAX_PATTERN)
			return fail(l, "the pattern is too long");
		bool literal = s.p[i] != '*' && s.p[i] != '?';
		if (s.p[i] == '\\') {
			if (i + 1 < s.n && (s.p[i + 1] == '}' || s.p[i + 1] == '/'))
				continue;
			if (i + 1 == s.n || !strchr("*?\\", s.p[i + 1]))
				return fail(l, "an invalid escape in a pattern");
			i++;
		}
		p->literal[p->n] = literal;
		p->bytes[p->n++] = s.p[i];
	}
	return true;
}

static size_t char_size(bl_str s, size_t at)
{
	size_t n = 1;
	while (at + n < s.n && ((unsigned char)s.p[at + n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* Where matches of the pattern at from end: the nearest end or the farthest; -1 for none. whole:
 * only at the text's end. */
static ptrdiff_t match(const pattern *p, bl_str s, size_t from, bool greedy, bool whole)
{
	bool state[MAX_PATTERN + 1] = {true}, next[MAX_PATTERN + 1];
	ptrdiff_t found = -1;
	for (size_t at = from;;) {
		for (size_t i = 0; i < p->n; i++)
			if (state[i] && !p->literal[i] && p->bytes[i] == '*')
				state[i + 1] = true;
		if (state[p->n] && (!whole || at == s.n) && (greedy || found < 0))
			found = (ptrdiff_t)at;
		if (at == s.n || (found >= 0 && !greedy))
			return found;
		size_t size = char_size(s, at);
		memset(next, 0, sizeof next);
		bool any = false;
		for (size_t i = 0; i < p->n; i++) {
			if (!state[i])
				continue;
			if (!p->literal[i] && p->bytes[i] == '*')
				any = next[i] = true;
			else if (!p->literal[i])
				any = next[i + 1] = true;
			else if (p->bytes[i] == s.p[at])
				any = next[i + 1] = true, size = 1;
		}
		if (!any)
			return found;
		memcpy(state, next, sizeof state);
		at += size;
	}
}

static bl_str trim_prefix(const pattern *p, bl_str value, bool greedy)
{
	ptrdiff_t end = match(p, value, 0, greedy, false);
	return end < 0 ? value : bl_str_slice(value, (size_t)end, value.n);
}

static bl_str trim_suffix(const pattern *p, bl_str value, bool greedy)
{
	ptrdiff_t begin = -1;
	for (size_t i = 0; i <= value.n; i++)
		if (match(p, value, i, true, true) >= 0 && (begin < 0 || !greedy))
			begin = (ptrdiff_t)i;
	return begin < 0 ? value : bl_str_slice(value, 0, (size_t)begin);
}

static bl_str replace(lexer *l, const pattern *p, bl_str value, bl_str with, bool all)
{
	bl_buf out = {0};
	size_t at = 0;
	bool done = false;
	while (at <= value.n) {
		ptrdiff_t end = done ? -1 : match(p, value, at, true, false);
		if (end >= 0) {
			bl_buf_put(&out, with);
			done = !all;
			if ((size_t)end > at) {
				at = (size_t)end;
				continue;
			}
		}
		if (at < value.n)
			bl_buf_putc(&out, value.p[at]);
		at++;
	}
	bl_str s = bl_str_dup(l->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

/* ---- words ---- */

static bool read_until(lexer *l, char stop, bool raw, text *out);

static bool read_inner(lexer *l, char stop, bool raw, text *out)
{
	if (++l->depth > MAX_NESTING)
		return fail(l, "${} within ${} too often");
	bool ok = read_until(l, stop, raw, out);
	l->depth--;
	return ok;
}

/* ${name-word} and its kin; op is the character behind the name or ':'. */
static bool substitute(
	lexer *l, bl_str variable_name, char op, bool null_is_unset, const text *word, text *out)
{
	const bl_value *v = variable(l, variable_name);
	if (v && v->kind == BL_UNKNOWN) {
		put_unknown(out, v->unknown->why);
		return true;
	}
	bool set = v && !(null_is_unset && !v->string.n);
	switch (op) {
	case '-':
		if (set)
			put_value(out, v);
		else
			put_text(out, word);
		return true;
	case '+':
		if (set)
			put_text(out, word);
		return true;
	case '?':
		if (!set)
			return fail(l, "a variable that is not allowed to be unset is");
		put_value(out, v);
		return true;
	default:
		break;
	}
	if (!v)
		return true;
	if (word->unknown || v->string.n > MAX_MATCHED) {
		put_unknown(out,
			word->unknown ? word->why : BL_STR("the value is too long to be matched"));
		return true;
	}
	pattern p;
	bl_str s = bl_buf_str(&word->buf);
	bool greedy = s.n && s.p[0] == op;
	if (!read_pattern(l, bl_str_slice(s, greedy, s.n), &p))
		return false;
	bl_buf_put(&out->buf, op == '#' ? trim_prefix(&p, v->string, greedy)
					: trim_suffix(&p, v->string, greedy));
	return true;
}

static bool read_replace(lexer *l, bl_str variable_name, text *out)
{
	text from = {0}, to = {0};
	bool all = peek(l) == '/', ok = false;
	pattern p;
	l->at += all;
	if (read_inner(l, '/', true, &from) && read_inner(l, '}', true, &to)) {
		const bl_value *v = variable(l, variable_name);
		bool unknown = from.unknown || to.unknown || (v && v->kind == BL_UNKNOWN);
		ok = unknown || read_pattern(l, bl_buf_str(&from.buf), &p);
		if (unknown)
			put_unknown(out, from.unknown ? from.why
					 : to.unknown ? to.why
						      : v->unknown->why);
		else if (ok && v && v->string.n <= MAX_MATCHED)
			bl_buf_put(&out->buf, replace(l, &p, v->string, bl_buf_str(&to.buf), all));
		else if (ok && v)
			put_unknown(out, BL_STR("the value is too long to be matched"));
	}
	bl_buf_done(&from.buf);
	bl_buf_done(&to.buf);
	return ok;
}

static bool read_braces(lexer *l, text *out)
{
	char c = peek(l);
	if (!more(l) || c == '{' || c == '}' || c == ':')
		return fail(l, "a bad substitution");
	bl_str variable_name = name(l);
	char op = peek(l);
	l->at++;
	if (op == '}' && l->at <= l->s.n) {
		const bl_value *v = variable(l, variable_name);
		if (v)
			put_value(out, v);
		return true;
	}
	if (op == '/' && l->at <= l->s.n)
		return read_replace(l, variable_name, out);
	bool colon = op == ':';
	if (colon) {
		op = peek(l);
		l->at++;
	}
	if (l->at > l->s.n || !op || !strchr(colon ? "+-?" : "+-?#%", op))
		return fail(l, "an unsupported modifier in a substitution");
	text word = {0};
	bool ok = read_inner(l, '}', op == '#' || op == '%', &word) &&
		  substitute(l, variable_name, op, colon, &word, out);
	bl_buf_done(&word.buf);
	return ok;
}

static bool read_dollar(lexer *l, text *out)
{
	l->at++;
	if (peek(l) == '{' && more(l)) {
		l->at++;
		return read_braces(l, out);
	}
	bl_str variable_name = name(l);
	if (!variable_name.n) {
		bl_buf_putc(&out->buf, '$');
		return true;
	}
	const bl_value *v = variable(l, variable_name);
	if (v)
		put_value(out, v);
	return true;
}

static bool read_double(lexer *l, bool raw, text *out)
{
	l->at++;
	while (more(l)) {
		char c = peek(l);
		if (c == '"') {
			l->at++;
			return true;
		}
		if (c == '$') {
			if (!read_dollar(l, out))
				return false;
			continue;
		}
		l->at++;
		if (c == l->scope->escape) {
			if (raw)
				bl_buf_putc(&out->buf, c);
			if (!more(l))
				continue;
			if (peek(l) == '"' || peek(l) == '$' || peek(l) == l->scope->escape)
				c = l->s.p[l->at++];
		}
		bl_buf_putc(&out->buf, c);
	}
	return fail(l, "a double quote without its end");
}

static bool read_single(lexer *l, text *out)
{
	const char *end = memchr(l->s.p + l->at + 1, '\'', l->s.n - l->at - 1);
	if (!end)
		return fail(l, "a single quote without its end");
	size_t to = (size_t)(end - l->s.p);
	bl_buf_put(&out->buf, bl_str_slice(l->s, l->at + 1, to));
	l->at = to + 1;
	return true;
}

static void keep_together(lexer *l, text *out, size_t begin)
{
	range r = {begin, out->buf.n};
	if (out->quoted && r.end > r.begin)
		bl_vec_push(l->arena, out->quoted, r);
}

/* To the end of the word, or behind stop. raw: escapes stay, for patterns. */
static bool read_until(lexer *l, char stop, bool raw, text *out)
{
	while (more(l)) {
		char c = peek(l);
		size_t begin = out->buf.n;
		bool ok = true, quoted = c == '"' || c == '\'' || c == l->scope->escape;
		if (stop && c == stop) {
			l->at++;
			return true;
		}
		if (c == '$') {
			ok = read_dollar(l, out);
		} else if (c == '"') {
			ok = read_double(l, raw, out);
		} else if (c == '\'') {
			ok = read_single(l, out);
		} else {
			l->at++;
			if (c == l->scope->escape) {
				if (raw)
					bl_buf_putc(&out->buf, c);
				if (!more(l))
					break;
				c = l->s.p[l->at++];
			}
			bl_buf_putc(&out->buf, c);
		}
		if (!ok)
			return false;
		if (quoted)
			keep_together(l, out, begin);
	}
	return !stop || fail(l, "a substitution without its end");
}

static const bl_value *value_of(lexer *l, const text *t, bl_span span)
{
	bl_value *v = NULL;
	bl_str all = bl_str_dup(l->arena, bl_buf_str(&t->buf));
	if (t->unknown) {
		v = bl_value_unknown(l->arena, span, BL_FMT, BL_ARG(t->why));
		bl_unknown *u = (bl_unknown *)v->unknown;
		u->type = BL_STRING;
		u->not_null = true;
		bl_unknown_set_pattern(u, all);
	} else {
		v = bl_value_string(l->arena, span, all);
	}
	if (l->uses)
		v->origin = BL_COMPUTED;
	if (l->uses == 1 && l->used && bl_span_known(l->used->span))
		v = bl_value_through(l->arena, v, l->used_name, l->used->span);
	return v;
}

const bl_value *bl_docker_expand(
	bl_arena *arena, const bl_docker_scope *scope, bl_str word, bl_span span, bl_str *why)
{
	lexer l = {.arena = arena, .scope = scope, .s = word};
	text t = {0};
	const bl_value *v = NULL;
	if (read_until(&l, '\0', false, &t))
		v = value_of(&l, &t, span);
	else
		*why = l.error;
	bl_buf_done(&t.buf);
	return v;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Cuts known text at white space that nothing keeps together. */
static void split(lexer *l, const text *t, bl_span span, bl_values *out)
{
	bl_str all = bl_str_dup(l->arena, bl_buf_str(&t->buf));
	size_t next = 0, begin = 0;
	for (size_t i = 0; i <= all.n; i++) {
		while (next < t->quoted->n && t->quoted->items[next].end <= i)
			next++;
		bool kept = next < t->quoted->n && t->quoted->items[next].begin <= i;
		if (i < all.n && (kept || !is_space(all.p[i])))
			continue;
		if (i > begin)
			bl_vec_push(l->arena, out,
				bl_value_string(l->arena, span, bl_str_slice(all, begin, i)));
		begin = i + 1;
	}
}

bool bl_docker_expand_words(bl_arena *arena, const bl_docker_scope *scope, bl_str word,
	bl_span span, bl_values *out, bl_str *why)
{
	lexer l = {.arena = arena, .scope = scope, .s = word};
	ranges quoted = {0};
	text t = {.quoted = &quoted};
	bool ok = read_until(&l, '\0', false, &t);
	if (!ok)
		*why = l.error;
	else if (t.unknown)
		bl_vec_push(arena, out, value_of(&l, &t, span));
	else
		split(&l, &t, span, out);
	bl_buf_done(&t.buf);
	return ok;
}

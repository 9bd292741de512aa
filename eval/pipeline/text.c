/* Texts of pipelines: joined from what is known and what is not, and followed back to the line they were written on. */
#include "eval/pipeline/pipeline.h"

#include <math.h>

enum { MAX_TEXT = 1 << 20, MAX_CANDIDATES = 64, MAX_LINES = 1000, MAX_REFS = 64 };

bl_tri bl_pipeline_truth(const bl_value *v)
{
	switch ((bl_kind)v->kind) {
	case BL_NULL:
		return BL_NO;
	case BL_BOOL:
		return bl_tri_of(v->boolean);
	case BL_NUMBER:
		return bl_tri_of(v->number != 0 && !isnan(v->number));
	case BL_STRING:
		return bl_tri_of(v->string.n > 0);
	case BL_UNKNOWN:
		return v->unknown->prefix.n || v->unknown->suffix.n ? BL_YES : BL_MAYBE;
	default:
		return BL_YES;
	}
}

const bl_value *bl_pipeline_scalar(bl_arena *arena, const bl_value *v)
{
	bl_value *s;
	switch ((bl_kind)v->kind) {
	case BL_BOOL:
		s = bl_value_string(arena, v->span, v->boolean ? BL_STR("true") : BL_STR("false"));
		break;
	case BL_NUMBER:
		s = bl_value_string(arena, v->span, v->digits.n ? v->digits : bl_str_fmt(arena, "%.15g", v->number));
		break;
	case BL_NULL:
		s = bl_value_string(arena, v->span, BL_STR(""));
		break;
	case BL_LIST:
		s = bl_value_string(arena, v->span, BL_STR("Array"));
		break;
	case BL_MAP:
		s = bl_value_string(arena, v->span, BL_STR("Object"));
		break;
	default:
		return v;
	}
	s->origin = v->origin;
	s->sensitive = v->sensitive;
	s->via = v->via;
	return s;
}

bl_str bl_pipeline_known(const bl_value *v)
{
	if (!v)
		return BL_STR("");
	return v->kind == BL_STRING ? v->string : v->kind == BL_UNKNOWN ? v->unknown->prefix : BL_STR("");
}

/* ---- joining ---- */

/* A text being made: with gaps where something in it is not known. */
typedef struct joined {
	bl_buf buf;
	const bl_value *unknown; /* the first */
	bool sensitive;
	const bl_via *via;
	BL_VEC(bl_ref) refs; /* of all unknowns */
} joined;

static void add_text(joined *j, bl_str s)
{
	if (j->buf.n + s.n <= MAX_TEXT)
		bl_buf_put(&j->buf, s);
}

static void add_value(bl_arena *arena, joined *j, const bl_value *v)
{
	v = bl_pipeline_scalar(arena, v);
	j->sensitive |= v->sensitive;
	j->via = j->via ? j->via : v->via;
	if (v->kind == BL_UNKNOWN && !j->unknown)
		j->unknown = v;
	for (size_t i = 0; v->kind == BL_UNKNOWN && i < v->unknown->nrefs && j->refs.n < MAX_REFS; i++)
		bl_vec_push(arena, &j->refs, v->unknown->refs[i]);
	if (v->kind == BL_UNKNOWN || j->buf.n + v->string.n <= MAX_TEXT)
		bl_value_put_pattern(&j->buf, v);
}

static bl_value *finish(bl_arena *arena, joined *j, bl_span span)
{
	bl_str s = bl_str_dup(arena, bl_buf_str(&j->buf));
	bl_buf_done(&j->buf);
	bl_value *v;
	if (!j->unknown) {
		v = bl_value_string(arena, span, s);
	} else {
		v = bl_value_unknown(arena, span, BL_FMT, BL_ARG(j->unknown->unknown->why));
		bl_unknown *u = (bl_unknown *)v->unknown;
		u->type = BL_STRING;
		u->not_null = true;
		bl_unknown_set_pattern(u, s);
		u->refs = j->refs.items;
		u->nrefs = j->refs.n;
	}
	v->origin = BL_COMPUTED;
	v->sensitive = j->sensitive;
	v->via = j->via;
	return v;
}

static const bl_value *join_with(bl_arena *arena, bl_span span, const bl_pipeline_parts *parts, const bl_value *from, const bl_value *to)
{
	joined j = {0};
	for (size_t i = 0; i < parts->n; i++) {
		const bl_value *v = parts->items[i].value;
		if (v)
			add_value(arena, &j, v == from ? to : v);
		else
			add_text(&j, parts->items[i].text);
	}
	return finish(arena, &j, span);
}

/* The one part that is not known but has candidates; NULL where none is, or several are. */
static const bl_value *only_choice(const bl_pipeline_parts *parts)
{
	const bl_value *found = NULL;
	for (size_t i = 0; i < parts->n; i++) {
		const bl_value *v = parts->items[i].value;
		if (!v || v->kind != BL_UNKNOWN || v == found)
			continue;
		if (found || !v->unknown->ncandidates || v->unknown->ncandidates > MAX_CANDIDATES)
			return NULL;
		found = v;
	}
	return found;
}

const bl_value *bl_pipeline_join(bl_arena *arena, bl_span span, const bl_pipeline_parts *parts)
{
	const bl_value *v = join_with(arena, span, parts, NULL, NULL), *choice = only_choice(parts);
	if (v->kind != BL_UNKNOWN || !choice)
		return v;
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->candidates = bl_new_n(arena, const bl_value *, choice->unknown->ncandidates);
	for (size_t i = 0; i < choice->unknown->ncandidates; i++)
		u->candidates[u->ncandidates++] = join_with(arena, span, parts, choice, choice->unknown->candidates[i]);
	return v;
}

const bl_value *bl_pipeline_concat(bl_arena *arena, const bl_value *a, bl_str between, const bl_value *b)
{
	joined j = {0};
	add_value(arena, &j, a);
	add_text(&j, between);
	add_value(arena, &j, b);
	return finish(arena, &j, bl_span_known(b->span) ? b->span : a->span);
}

const bl_value *bl_pipeline_tail(bl_arena *arena, const bl_value *v, size_t n)
{
	if (v->kind == BL_STRING) {
		bl_value *s = bl_value_at(arena, v, v->span);
		s->string = bl_str_slice(v->string, n, v->string.n);
		return s;
	}
	if (v->kind != BL_UNKNOWN)
		return v;
	bl_value *s = bl_value_at(arena, v, v->span);
	bl_unknown *u = bl_new(arena, bl_unknown);
	*u = *v->unknown;
	u->ncandidates = 0;
	bl_unknown_set_pattern(u, bl_str_slice(bl_value_pattern(arena, v), n < u->prefix.n ? n : u->prefix.n, SIZE_MAX));
	s->unknown = u;
	return s;
}

bool bl_pipeline_same(const bl_value *a, const bl_value *b)
{
	if (!a || !b || a->kind != b->kind)
		return a == b;
	if (a->kind != BL_UNKNOWN)
		return bl_value_equal(a, b) == BL_YES;
	return bl_str_eq(a->unknown->why, b->unknown->why) && bl_str_eq(a->unknown->prefix, b->unknown->prefix) &&
	       bl_str_eq(a->unknown->suffix, b->unknown->suffix) && bl_str_eq(a->unknown->pattern, b->unknown->pattern);
}

/* One line of a text, or of a pattern; what is nothing but unknown may be any number of lines. */
static const bl_value *line_of(bl_arena *arena, const bl_value *v, bl_str s, bool *open)
{
	bl_value *one = bl_value_at(arena, v, v->span);
	if (!memchr(s.p, BL_GAP, s.n)) {
		one->kind = BL_STRING;
		one->string = s;
		return one;
	}
	bl_unknown *u = bl_new(arena, bl_unknown);
	*u = *v->unknown;
	u->ncandidates = 0;
	bl_unknown_set_pattern(u, s);
	one->unknown = u;
	*open |= s.n == 1;
	return one;
}

const bl_value *bl_pipeline_lines(bl_arena *arena, const bl_value *v, bool comma)
{
	bl_values list = {0};
	bool open = false;
	if (v->kind == BL_LIST)
		return v;
	v = bl_pipeline_scalar(arena, v);
	for (bl_str rest = bl_value_pattern(arena, v), line; rest.n && list.n < MAX_LINES;) {
		rest = bl_str_cut(rest, '\n', &line);
		while (line.n) {
			bl_str one = line;
			line = comma ? bl_str_cut(line, ',', &one) : BL_STR("");
			one = bl_str_trim(one);
			if (one.n)
				bl_vec_push(arena, &list, line_of(arena, v, one, &open));
		}
	}
	bl_value *all = bl_values_value(arena, v->span, &list);
	all->open = open;
	return all;
}

/* ---- where a text was written ---- */

typedef BL_VEC(bl_piece) pieces;

static void add_piece(bl_arena *arena, pieces *out, size_t at, size_t begin, size_t end, bool verbatim)
{
	bl_piece *last = out->n ? &out->items[out->n - 1] : NULL;
	if (verbatim && last && last->verbatim && begin == last->parent_begin + (at - last->at)) {
		last->parent_end = (uint32_t)end;
		return;
	}
	bl_vec_push(arena, out, ((bl_piece){(uint32_t)at, (uint32_t)begin, (uint32_t)end, verbatim}));
}

/* How many bytes of source an escape or a doubled quote takes, for one of the text; 0 when there is none. */
static size_t escape_length(bl_str s, size_t at)
{
	if (s.p[at] == '\\' && at + 1 < s.n) {
		char c = s.p[at + 1];
		return c == 'x' ? 4 : c == 'u' ? 6 : c == 'U' ? 10 : 2;
	}
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * Walks along the text, which stands at byte `at` of what is made, and along what was written at base: equal bytes stand for each other, and white space that
 * only one of the two has is what YAML took away or put there. False where they do not go together.
 */
static bool align(bl_arena *arena, bl_str text, bl_str written, uint32_t base, size_t at, pieces *out)
{
	size_t i = 0, j = 0;
	if (written.n && (written.p[0] == '|' || written.p[0] == '>'))
		while (j < written.n && written.p[j] != '\n')
			j++;
	else if (written.n && (written.p[0] == '"' || written.p[0] == '\''))
		j++;
	char quote = j == 1 ? written.p[0] : 0;
	j += j < written.n && written.p[j] == '\n' && j > 0;
	while (i < text.n) {
		size_t escape = j < written.n && quote == '"' ? escape_length(written, j) : 0;
		if (escape) {
			add_piece(arena, out, at + i, base + j, base + j + escape, false);
			size_t wide = (unsigned char)text.p[i] >= 0xf0 ? 4 : (unsigned char)text.p[i] >= 0xe0 ? 3 : (unsigned char)text.p[i] >= 0xc0 ? 2 : 1;
			bool continued = written.p[j + 1] == '\n' || written.p[j + 1] == '\r';
			i += continued ? 0 : wide;
			j += escape;
		} else if (j < written.n && text.p[i] == written.p[j]) {
			size_t from = i;
			do {
				i++;
				j++;
			} while (!quote && i < text.n && j < written.n && text.p[i] == written.p[j]);
			add_piece(arena, out, at + from, base + j - (i - from), base + j, true);
			j += quote == '\'' && text.p[i - 1] == '\'' && j < written.n && written.p[j] == '\'';
		} else if (j < written.n && is_blank(written.p[j])) {
			j++;
		} else if (is_blank(text.p[i])) { /* a folded line's end, or the newline that YAML adds to the last one */
			add_piece(arena, out, at + i, base + j, base + j, false);
			i++;
		} else {
			return false;
		}
	}
	return true;
}

/* The pieces of string, whose text stands at byte `at` of what is made. */
static void add_pieces(bl_arena *arena, bl_sources *sources, const bl_value *string, size_t at, pieces *out)
{
	size_t before = out->n;
	if (!align(arena, string->string, bl_sources_slice(sources, string->span), string->span.begin, at, out)) {
		out->n = before;
		add_piece(arena, out, at, string->span.begin, string->span.end, false);
	}
}

uint32_t bl_pipeline_source(bl_arena *arena, bl_sources *sources, const bl_value *string)
{
	pieces list = {0};
	if (!bl_span_known(string->span) || !string->string.n)
		return 0;
	add_pieces(arena, sources, string, 0, &list);
	return bl_sources_share(sources, string->span.source, string->string, list.items, list.n);
}

uint32_t bl_pipeline_lines_source(bl_arena *arena, bl_sources *sources, const bl_value *const *strings, size_t *n)
{
	pieces list = {0};
	bl_buf buf = {0};
	size_t i = 0, most = *n;
	uint32_t parent = most ? strings[0]->span.source : 0, source = 0;
	for (; i < most && strings[i]->span.source == parent && buf.n <= MAX_TEXT; i++) {
		if (strings[i]->kind != BL_STRING || !strings[i]->string.n)
			continue;
		add_pieces(arena, sources, strings[i], buf.n, &list);
		bl_buf_put(&buf, strings[i]->string);
		add_piece(arena, &list, buf.n, strings[i]->span.end, strings[i]->span.end, false);
		bl_buf_putc(&buf, '\n');
	}
	*n = i;
	if (parent && buf.n)
		source = bl_sources_share(sources, parent, bl_buf_str(&buf), list.items, list.n);
	bl_buf_done(&buf);
	return source;
}

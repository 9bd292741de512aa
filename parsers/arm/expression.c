/* The expression language of ARM template strings: calls, members, indexes, integers and 'strings'. */
#include "parsers/arm/arm.h"

#include "parsers/language.h"

typedef struct reader {
	bl_arena *arena;
	bl_diag_list *diags;
	bl_str text;
	size_t at;
	uint32_t source, base;
	int depth;
	const char *problem;
} reader;

static bl_expr *read_expr(reader *r);

static bl_span span_of(const reader *r, size_t begin, size_t end)
{
	return (bl_span){r->source, r->base + (uint32_t)begin, r->base + (uint32_t)end};
}

static void skip_space(reader *r)
{
	while (r->at < r->text.n && (r->text.p[r->at] == ' ' || (r->text.p[r->at] >= '\t' && r->text.p[r->at] <= '\r')))
		r->at++;
}

static bool accept(reader *r, char c)
{
	skip_space(r);
	if (r->at < r->text.n && r->text.p[r->at] == c) {
		r->at++;
		return true;
	}
	return false;
}

static bl_expr *fail(reader *r, const char *problem)
{
	if (!r->problem)
		r->problem = problem;
	return NULL;
}

static bool is_word(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || (!first && c >= '0' && c <= '9');
}

static bl_str read_word(reader *r)
{
	skip_space(r);
	size_t begin = r->at;
	while (r->at < r->text.n && is_word(r->text.p[r->at], r->at == begin))
		r->at++;
	return bl_str_slice(r->text, begin, r->at);
}

/* 'it''s': a quote is doubled. */
static bl_expr *read_string(reader *r)
{
	size_t begin = r->at++;
	bool doubled = false;
	for (;; r->at++) {
		if (r->at >= r->text.n)
			return fail(r, "a string in the expression has no end");
		if (r->text.p[r->at] != '\'')
			continue;
		if (r->at + 1 < r->text.n && r->text.p[r->at + 1] == '\'') {
			doubled = true;
			r->at++;
			continue;
		}
		break;
	}
	bl_str raw = bl_str_slice(r->text, begin + 1, r->at++);
	if (doubled) {
		char *p = bl_arena_alloc(r->arena, raw.n);
		size_t n = 0;
		for (size_t i = 0; i < raw.n; i++) {
			p[n++] = raw.p[i];
			if (raw.p[i] == '\'')
				i++;
		}
		raw = bl_str_make(p, n);
	}
	return bl_expr_string(r->arena, span_of(r, begin, r->at), raw);
}

static bl_expr *read_number(reader *r)
{
	size_t begin = r->at++;
	while (r->at < r->text.n && (is_word(r->text.p[r->at], false) || r->text.p[r->at] == '.'))
		r->at++;
	bl_expr *e = bl_expr_new(r->arena, BL_EXPR_LITERAL, span_of(r, begin, r->at), 0);
	e->value = bl_value_digits(r->arena, e->span, bl_str_slice(r->text, begin, r->at));
	return e;
}

static bl_expr *read_call(reader *r, size_t begin, bl_str name)
{
	BL_VEC(bl_expr *) args = {0};
	if (!accept(r, ')')) {
		do {
			bl_expr *arg = read_expr(r);
			if (!arg)
				return NULL;
			bl_vec_push(r->arena, &args, arg);
		} while (accept(r, ','));
		if (!accept(r, ')'))
			return fail(r, "')' is missing in the expression");
	}
	bl_expr *call = bl_expr_new(r->arena, BL_EXPR_CALL, span_of(r, begin, r->at), 0);
	call->text = name;
	call->kids = args.items;
	call->n = (uint32_t)args.n;
	return call;
}

static bl_expr *read_primary(reader *r)
{
	skip_space(r);
	size_t begin = r->at;
	char c = begin < r->text.n ? r->text.p[begin] : '\0';
	if (c == '\'')
		return read_string(r);
	if (c == '-' || (c >= '0' && c <= '9'))
		return read_number(r);
	if (!is_word(c, true))
		return fail(r, c ? "an operand is expected in the expression" : "the expression ends too early");
	bl_str name = read_word(r);
	/* namespace.function( */
	size_t mark = r->at;
	if (accept(r, '.')) {
		read_word(r);
		size_t end = r->at;
		if (accept(r, '('))
			return read_call(r, begin, bl_str_slice(r->text, begin, end));
		r->at = mark;
	}
	if (accept(r, '('))
		return read_call(r, begin, name);
	bl_expr *e = bl_expr_new(r->arena, BL_EXPR_NAME, span_of(r, begin, r->at), 0);
	e->text = name;
	return e;
}

static bl_expr *read_postfix(reader *r, size_t begin, bl_expr *e)
{
	while (e) {
		bool safe = false;
		skip_space(r);
		size_t mark = r->at;
		if (accept(r, '?'))
			safe = true;
		if (accept(r, '.')) {
			bl_str name = read_word(r);
			if (!name.n)
				return fail(r, "a property name is expected after '.'");
			bl_expr *member = bl_expr_new(r->arena, BL_EXPR_ATTR, span_of(r, begin, r->at), 1);
			member->text = name;
			member->safe = safe;
			member->kids[0] = e;
			e = member;
		} else if (accept(r, '[')) {
			safe = accept(r, '?') || safe;
			bl_expr *index = read_expr(r);
			if (!index)
				return NULL;
			if (!accept(r, ']'))
				return fail(r, "']' is missing in the expression");
			bl_expr *at = bl_expr_new(r->arena, BL_EXPR_INDEX, span_of(r, begin, r->at), 2);
			at->safe = safe;
			at->kids[0] = e;
			at->kids[1] = index;
			e = at;
		} else {
			r->at = mark;
			break;
		}
	}
	return e;
}

static bl_expr *read_expr(reader *r)
{
	if (++r->depth > BL_PARSE_MAX_DEPTH)
		return fail(r, "the expression nests too deep");
	skip_space(r);
	size_t begin = r->at;
	bl_expr *e = read_postfix(r, begin, read_primary(r));
	r->depth--;
	return e;
}

bl_expr *bl_arm_expression(bl_document *d, uint32_t source, uint32_t base, bl_str text, bl_span span)
{
	reader r = {.arena = &d->arena, .diags = &d->diags, .text = text, .source = source, .base = base};
	bl_expr *e = read_expr(&r);
	skip_space(&r);
	if (e && r.at < text.n)
		e = fail(&r, "the expression goes on after its end");
	if (e)
		return e;
	d->partial = true;
	bl_diag_add(&d->arena, &d->diags, BL_DIAG_ERROR, span_of(&r, r.at, r.at), "%s", r.problem);
	bl_expr *opaque = bl_expr_new(&d->arena, BL_EXPR_OPAQUE, span, 0);
	opaque->text = text;
	return opaque;
}

const bl_expr *bl_parse_arm_expression(bl_sources *sources, bl_document *d)
{
	bl_str text = bl_sources_text(sources, d->source);
	bl_str trimmed = bl_str_trim(text);
	uint32_t base = (uint32_t)(trimmed.p - text.p);
	bl_span span = {d->source, base, base + (uint32_t)trimmed.n};
	if (trimmed.n < 2 || trimmed.p[0] != '[' || trimmed.p[trimmed.n - 1] != ']')
		return bl_expr_string(&d->arena, span, trimmed);
	bl_expr *e = bl_arm_expression(d, d->source, base + 1, bl_str_slice(trimmed, 1, trimmed.n - 1), span);
	return e->kind == BL_EXPR_OPAQUE ? NULL : e;
}

/*
 * Expressions of Azure Pipelines: literals, names, members, indexes and calls; there are no operators. What is not known before
 * a run is unknown, and so is what is made of it, unless what is known of it decides.
 */
#include "eval/pipeline/azure.h"

#include "core/codec/number.h"

/* Azure's own limit of nesting is 50. */
enum { MAX_DEPTH = 50, MAX_ARGUMENTS = 256 };

typedef struct reader {
	bl_arena *arena;
	bl_str text;
	size_t at;
	bl_span span;
	const bl_azpipe_name *names;
	int depth;
	bl_str why;
} reader;

static const bl_azpipe_operand nothing = {&bl_value_null, false, false};

static bool wrong(reader *r, const char *what)
{
	if (!r->why.n)
		r->why = bl_str_fmt(r->arena, "%s at character %zu of the expression", what, r->at + 1);
	return false;
}

static void skip_space(reader *r)
{
	while (r->at < r->text.n && strchr(" \t\r\n", r->text.p[r->at]))
		r->at++;
}

static char peek(reader *r)
{
	skip_space(r);
	return r->at < r->text.n ? r->text.p[r->at] : '\0';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c, bool first)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (!first && (is_digit(c) || c == '-'));
}

static bl_str read_word(reader *r)
{
	size_t begin = r->at;
	while (r->at < r->text.n && is_word(r->text.p[r->at], r->at == begin))
		r->at++;
	return bl_str_slice(r->text, begin, r->at);
}

/* 'it''s' */
static bool read_string(reader *r, bl_azpipe_operand *out)
{
	bl_buf buf = {0};
	for (r->at++; r->at < r->text.n; r->at++) {
		if (r->text.p[r->at] == '\'') {
			if (r->at + 1 >= r->text.n || r->text.p[r->at + 1] != '\'')
				break;
			r->at++;
		}
		bl_buf_putc(&buf, r->text.p[r->at]);
	}
	out->v = bl_value_string(r->arena, r->span, bl_str_dup(r->arena, bl_buf_str(&buf)));
	bl_buf_done(&buf);
	if (r->at >= r->text.n)
		return wrong(r, "a string without an end");
	r->at++;
	return true;
}

/* -1.5, .5, 0xff, or a version: 1.2.3 */
static bool read_number(reader *r, bl_azpipe_operand *out)
{
	size_t begin = r->at, dots = 0;
	r->at += r->text.p[r->at] == '-' || r->text.p[r->at] == '+';
	for (; r->at < r->text.n && (is_digit(r->text.p[r->at]) || is_word(r->text.p[r->at], true) || r->text.p[r->at] == '.'); r->at++)
		dots += r->text.p[r->at] == '.';
	bl_str s = bl_str_slice(r->text, begin, r->at), number;
	if (dots > 1) {
		out->v = bl_value_string(r->arena, r->span, s);
		out->version = true;
		return true;
	}
	if (bl_str_startsi(s, BL_STR("0x")) && bl_number_parse(r->arena, bl_str_slice(s, 2, s.n), 16, &number)) {
		out->v = bl_value_digits(r->arena, r->span, number);
		return true;
	}
	number = s.n && (s.p[0] == '.' || s.p[0] == '+') ? bl_str_fmt(r->arena, "0" BL_FMT, BL_ARG(bl_str_slice(s, s.p[0] == '+', s.n))) : s;
	if (!bl_number_valid(number))
		return wrong(r, "no number");
	out->v = bl_value_digits(r->arena, r->span, bl_number_canonical(r->arena, number));
	return true;
}

static bool read_operand(reader *r, bl_azpipe_operand *out);

static bool read_call(reader *r, bl_str name, bl_azpipe_operand *out)
{
	BL_VEC(bl_azpipe_operand) args = {0};
	r->at++;
	while (peek(r) != ')') {
		if (args.n && peek(r) != ',')
			return wrong(r, "',' or ')' is missing");
		r->at += args.n > 0;
		if (args.n == MAX_ARGUMENTS)
			return wrong(r, "too many arguments");
		if (!read_operand(r, bl_vec_add(r->arena, &args)))
			return false;
	}
	r->at++;
	*out = nothing;
	out->v = bl_azpipe_call(r->arena, r->span, name, args.items, args.n);
	if (out->v)
		return true;
	r->why = bl_str_fmt(r->arena, "there is no function '" BL_FMT "' of %zu arguments", BL_ARG(name), args.n);
	return false;
}

static const bl_value *name_value(reader *r, bl_str name)
{
	for (const bl_azpipe_name *n = r->names; n; n = n->outer)
		if (bl_str_eqi(n->name, name))
			return n->value;
	return bl_value_unknown(r->arena, r->span, "'" BL_FMT "' is not known before it runs", BL_ARG(name));
}

static bool read_primary(reader *r, bl_azpipe_operand *out)
{
	char c = peek(r);
	*out = nothing;
	if (c == '\'')
		return read_string(r, out);
	if (is_digit(c) || c == '-' || c == '+' || c == '.')
		return read_number(r, out);
	if (!is_word(c, true))
		return wrong(r, c ? "an unexpected character" : "an operand is missing");
	bl_str name = read_word(r);
	if (peek(r) == '(')
		return read_call(r, name, out);
	if (bl_str_eqiz(name, "true") || bl_str_eqiz(name, "false"))
		out->v = bl_value_bool(r->arena, r->span, bl_str_eqiz(name, "true"));
	else if (!bl_str_eqiz(name, "null"))
		out->v = name_value(r, name);
	return true;
}

/* What a member came through, where it does not say so itself. */
static const bl_value *member(reader *r, const bl_value *of, const bl_value *v)
{
	if (v && of->via && !v->via && v->kind != BL_LIST && v->kind != BL_MAP)
		return bl_value_through(r->arena, v, of->via->what, v->span);
	if (v && of->via && !v->via) {
		bl_value *copy = bl_value_at(r->arena, v, v->span);
		copy->via = of->via;
		return copy;
	}
	return v;
}

static const bl_value *unknown_member(reader *r, const bl_value *of, bl_str key)
{
	if (of->kind == BL_UNKNOWN)
		return bl_value_unknown(r->arena, r->span, BL_FMT, BL_ARG(of->unknown->why));
	return bl_value_unknown(r->arena, r->span, "'" BL_FMT "' is not known before it runs", BL_ARG(key));
}

static const bl_value *step(reader *r, const bl_value *of, const bl_value *key)
{
	bl_str name;
	long long i;
	if (of->kind == BL_UNKNOWN || key->kind == BL_UNKNOWN)
		return unknown_member(r, of->kind == BL_UNKNOWN ? of : key, BL_STR(""));
	if (!bl_azpipe_text_of(key, &name))
		return &bl_value_null;
	if (of->kind == BL_LIST && bl_number_valid(name) && bl_number_integer(name, &i) && i >= 0 && i < of->n)
		return member(r, of, of->list[i]);
	const bl_value *v = bl_value_geti(of, name);
	if (v)
		return member(r, of, v);
	return (of->kind == BL_MAP || of->kind == BL_LIST) && of->open ? unknown_member(r, of, name) : &bl_value_null;
}

/* All elements of a list, or the values of a map. */
static const bl_value *all_elements(reader *r, const bl_value *of)
{
	bl_values values = {0};
	if (of->kind == BL_UNKNOWN)
		return of;
	for (uint32_t i = 0; (of->kind == BL_LIST || of->kind == BL_MAP) && i < of->n; i++)
		bl_vec_push(r->arena, &values, of->kind == BL_LIST ? of->list[i] : of->map[i].value);
	bl_value *v = bl_values_value(r->arena, r->span, &values);
	v->open = of->open;
	return v;
}

static void take_step(reader *r, bl_azpipe_operand *o, const bl_value *key)
{
	if (!o->filtered || o->v->kind != BL_LIST) {
		o->v = step(r, o->v, key);
		o->filtered = false;
		return;
	}
	bl_values values = {0};
	for (uint32_t i = 0; i < o->v->n; i++) {
		const bl_value *v = step(r, o->v->list[i], key);
		if (v->kind != BL_NULL)
			bl_vec_push(r->arena, &values, v);
	}
	bl_value *list = bl_values_value(r->arena, r->span, &values);
	list->open = o->v->open;
	o->v = list;
}

/* .name, .*, [index], [*] */
static bool read_postfix(reader *r, bl_azpipe_operand *o)
{
	bool dot = r->text.p[r->at] == '.';
	bl_azpipe_operand key = nothing;
	r->at++;
	if (peek(r) == '*') {
		r->at++;
		o->v = all_elements(r, o->v);
		o->filtered = true;
	} else if (dot) {
		bl_str name = read_word(r);
		if (!name.n)
			return wrong(r, "a name is missing");
		take_step(r, o, bl_value_string(r->arena, r->span, name));
	} else {
		if (!read_operand(r, &key))
			return false;
		take_step(r, o, key.v);
	}
	if (dot)
		return true;
	if (peek(r) != ']')
		return wrong(r, "']' is missing");
	r->at++;
	return true;
}

static bool read_operand(reader *r, bl_azpipe_operand *out)
{
	if (r->depth == MAX_DEPTH)
		return wrong(r, "nested too deep");
	r->depth++;
	bool ok = read_primary(r, out);
	while (ok && (peek(r) == '.' || peek(r) == '['))
		ok = read_postfix(r, out);
	r->depth--;
	return ok;
}

const bl_value *bl_azpipe_expression(bl_arena *arena, bl_str text, bl_span span, const bl_azpipe_name *names, bl_str *why)
{
	reader r = {.arena = arena, .text = text, .span = span, .names = names};
	bl_azpipe_operand out = nothing;
	bool ok = read_operand(&r, &out) && (!peek(&r) || wrong(&r, "something follows the expression"));
	if (!ok) {
		*why = r.why;
		return NULL;
	}
	return out.v;
}

/* The functions of Azure Pipelines' expressions, three-valued where an argument is not known. */
#include "eval/pipeline/azure.h"

#include "core/codec/json.h"
#include "core/codec/number.h"

/* More candidates are none: the value is unknown. More elements of a text that is split make an open list; a text with more to replace is unknown. */
enum { MAX_CANDIDATES = 64, MAX_ELEMENTS = 10000 };

bool bl_azpipe_text_of(const bl_value *v, bl_str *out)
{
	switch (v->kind) {
	case BL_NULL:
		*out = BL_STR("");
		return true;
	case BL_BOOL:
		*out = v->boolean ? BL_STR("True") : BL_STR("False");
		return true;
	case BL_NUMBER:
		*out = v->digits;
		return true;
	case BL_STRING:
		*out = v->string;
		return true;
	default:
		return false;
	}
}

const bl_value *bl_azpipe_scalar(bl_arena *arena, const bl_value *v)
{
	if (v->kind != BL_BOOL)
		return v;
	bl_value *s = bl_value_string(arena, v->span, v->boolean ? BL_STR("True") : BL_STR("False"));
	s->origin = v->origin;
	s->via = v->via;
	return s;
}

typedef struct call {
	bl_arena *arena;
	bl_span span;
	const bl_azpipe_operand *args;
	size_t n;
} call;

static const bl_value *boolean(const call *c, bl_tri t)
{
	if (t != BL_MAYBE)
		return bl_value_bool(c->arena, c->span, t == BL_YES);
	for (size_t i = 0; i < c->n; i++)
		if (c->args[i].v->kind == BL_UNKNOWN) {
			bl_value *v = bl_value_unknown(c->arena, c->span, BL_FMT, BL_ARG(c->args[i].v->unknown->why));
			((bl_unknown *)v->unknown)->type = BL_BOOL;
			return v;
		}
	bl_value *v = bl_value_unknown(c->arena, c->span, "it is not known before it runs");
	((bl_unknown *)v->unknown)->type = BL_BOOL;
	return v;
}

static const bl_value *unknown_text(const call *c, const bl_value *from)
{
	bl_value *v = bl_value_unknown(c->arena, c->span, BL_FMT,
		BL_ARG(from->kind == BL_UNKNOWN ? from->unknown->why : BL_STR("it is not known before it runs")));
	((bl_unknown *)v->unknown)->type = BL_STRING;
	return v;
}

static const bl_value *string(const call *c, bl_str s)
{
	bl_value *v = bl_value_string(c->arena, c->span, s);
	v->origin = BL_COMPUTED;
	for (size_t i = 0; i < c->n; i++) {
		v->sensitive |= c->args[i].v->sensitive;
		if (!v->via)
			v->via = c->args[i].v->via;
	}
	return v;
}

/* ---- comparing: the right side takes the left one's type ---- */

typedef enum order { LESS = -1, EQUAL = 0, MORE = 1, NEITHER = 2 } order;

static order order_of(int n)
{
	return n < 0 ? LESS : n > 0 ? MORE : EQUAL;
}

static bool number_of(const bl_value *v, bl_str *out)
{
	bl_str s;
	if (v->kind == BL_BOOL)
		*out = v->boolean ? BL_STR("1") : BL_STR("0");
	else if (v->kind == BL_NULL)
		*out = BL_STR("0");
	else if (bl_azpipe_text_of(v, &s) && bl_number_valid(bl_str_trim(s)))
		*out = bl_str_trim(s);
	else
		return false;
	return true;
}

/* 1.2.3 against 1.10: part by part. */
static order compare_versions(bl_str a, bl_str b)
{
	while (a.n || b.n) {
		bl_str x, y;
		a = bl_str_cut(a, '.', &x);
		b = bl_str_cut(b, '.', &y);
		x = x.n ? x : BL_STR("0");
		y = y.n ? y : BL_STR("0");
		if (!bl_number_valid(x) || !bl_number_valid(y))
			return NEITHER;
		int n = bl_number_cmp(x, y);
		if (n)
			return order_of(n);
	}
	return EQUAL;
}

static order compare_known(const bl_azpipe_operand *a, const bl_azpipe_operand *b)
{
	bl_str x, y;
	switch (a->v->kind) {
	case BL_NULL:
		return bl_azpipe_text_of(b->v, &y) && !y.n ? EQUAL : NEITHER;
	case BL_BOOL:
		return order_of((int)a->v->boolean - (bl_pipeline_truth(b->v) == BL_YES));
	case BL_NUMBER:
		return number_of(b->v, &y) ? order_of(bl_number_cmp(a->v->digits, y)) : NEITHER;
	case BL_STRING:
		if (!bl_azpipe_text_of(b->v, &y))
			return NEITHER;
		x = a->v->string;
		return a->version ? compare_versions(x, y) : order_of(bl_str_cmpi(x, y));
	default:
		return a->v == b->v ? EQUAL : NEITHER;
	}
}

typedef bl_tri (*test)(const bl_azpipe_operand *a, const bl_azpipe_operand *b);

/* Of each value that it can have. */
static bl_tri over_candidates(const bl_unknown *u, test ask, const bl_azpipe_operand *other, bool left)
{
	bl_tri all = BL_MAYBE;
	if (!u->ncandidates || u->ncandidates > MAX_CANDIDATES)
		return BL_MAYBE;
	for (size_t i = 0; i < u->ncandidates; i++) {
		bl_azpipe_operand one = {u->candidates[i], false, false};
		bl_tri t = one.v->kind == BL_UNKNOWN ? BL_MAYBE : left ? ask(&one, other) : ask(other, &one);
		if (t == BL_MAYBE || (i && t != all))
			return BL_MAYBE;
		all = t;
	}
	return all;
}

static bl_tri equal(const bl_azpipe_operand *a, const bl_azpipe_operand *b)
{
	bool left = a->v->kind == BL_UNKNOWN;
	const bl_azpipe_operand *u = left ? a : b, *other = left ? b : a;
	bl_str s;
	if (u->v->kind != BL_UNKNOWN)
		return bl_tri_of(compare_known(a, b) == EQUAL);
	if (bl_azpipe_text_of(other->v, &s) && other->v->kind == BL_STRING && !bl_unknown_may_be(u->v->unknown, s, true))
		return BL_NO;
	return over_candidates(u->v->unknown, equal, other, left);
}

static bl_tri less(const bl_azpipe_operand *a, const bl_azpipe_operand *b)
{
	if (a->v->kind == BL_UNKNOWN)
		return over_candidates(a->v->unknown, less, b, true);
	if (b->v->kind == BL_UNKNOWN)
		return over_candidates(b->v->unknown, less, a, false);
	return bl_tri_of(compare_known(a, b) == LESS);
}

static bl_tri more(const bl_azpipe_operand *a, const bl_azpipe_operand *b)
{
	if (a->v->kind == BL_UNKNOWN)
		return over_candidates(a->v->unknown, more, b, true);
	if (b->v->kind == BL_UNKNOWN)
		return over_candidates(b->v->unknown, more, a, false);
	return bl_tri_of(compare_known(a, b) == MORE);
}

static bl_tri starts(const bl_azpipe_operand *a, const bl_azpipe_operand *b)
{
	bl_str s, with;
	if (!bl_azpipe_text_of(b->v, &with))
		return BL_MAYBE;
	if (bl_azpipe_text_of(a->v, &s))
		return bl_tri_of(bl_str_startsi(s, with));
	if (a->v->kind != BL_UNKNOWN)
		return BL_NO;
	bl_str known = a->v->unknown->prefix;
	size_t n = known.n < with.n ? known.n : with.n;
	if (!bl_str_eqi(bl_str_slice(known, 0, n), bl_str_slice(with, 0, n)))
		return BL_NO;
	return known.n >= with.n ? BL_YES : over_candidates(a->v->unknown, starts, b, true);
}

static bl_tri ends(const bl_azpipe_operand *a, const bl_azpipe_operand *b)
{
	bl_str s, with;
	if (!bl_azpipe_text_of(b->v, &with))
		return BL_MAYBE;
	if (a->v->kind == BL_UNKNOWN) {
		bl_str known = a->v->unknown->suffix;
		return known.n >= with.n && bl_str_eqi(bl_str_slice(known, known.n - with.n, known.n), with)
			? BL_YES
			: over_candidates(a->v->unknown, ends, b, true);
	}
	return bl_tri_of(bl_azpipe_text_of(a->v, &s) && s.n >= with.n && bl_str_eqi(bl_str_slice(s, s.n - with.n, s.n), with));
}

static bl_tri contains(const bl_azpipe_operand *a, const bl_azpipe_operand *b)
{
	bl_str s, what;
	if (!bl_azpipe_text_of(b->v, &what))
		return BL_MAYBE;
	if (a->v->kind == BL_UNKNOWN)
		return bl_str_findi(a->v->unknown->prefix, what, 0) >= 0 || bl_str_findi(a->v->unknown->suffix, what, 0) >= 0
			? BL_YES
			: over_candidates(a->v->unknown, contains, b, true);
	return bl_tri_of(bl_azpipe_text_of(a->v, &s) && bl_str_findi(s, what, 0) >= 0);
}

/* ---- the functions ---- */

static const bl_value *f_and(const call *c)
{
	bl_tri t = BL_YES;
	for (size_t i = 0; i < c->n; i++)
		t = bl_tri_and(t, bl_pipeline_truth(c->args[i].v));
	return boolean(c, t);
}

static const bl_value *f_or(const call *c)
{
	bl_tri t = BL_NO;
	for (size_t i = 0; i < c->n; i++)
		t = bl_tri_or(t, bl_pipeline_truth(c->args[i].v));
	return boolean(c, t);
}

static const bl_value *f_not(const call *c)
{
	return boolean(c, bl_tri_not(bl_pipeline_truth(c->args[0].v)));
}

static const bl_value *f_xor(const call *c)
{
	bl_tri a = bl_pipeline_truth(c->args[0].v), b = bl_pipeline_truth(c->args[1].v);
	return boolean(c, a == BL_MAYBE || b == BL_MAYBE ? BL_MAYBE : bl_tri_of(a != b));
}

static const bl_value *f_eq(const call *c)
{
	return boolean(c, equal(&c->args[0], &c->args[1]));
}

static const bl_value *f_ne(const call *c)
{
	return boolean(c, bl_tri_not(equal(&c->args[0], &c->args[1])));
}

static const bl_value *f_lt(const call *c)
{
	return boolean(c, less(&c->args[0], &c->args[1]));
}

static const bl_value *f_gt(const call *c)
{
	return boolean(c, more(&c->args[0], &c->args[1]));
}

static const bl_value *f_le(const call *c)
{
	return boolean(c, bl_tri_or(less(&c->args[0], &c->args[1]), equal(&c->args[0], &c->args[1])));
}

static const bl_value *f_ge(const call *c)
{
	return boolean(c, bl_tri_or(more(&c->args[0], &c->args[1]), equal(&c->args[0], &c->args[1])));
}

static bl_tri is_in(const call *c)
{
	bl_tri t = BL_NO;
	for (size_t i = 1; i < c->n; i++)
		t = bl_tri_or(t, equal(&c->args[0], &c->args[i]));
	return t;
}

static const bl_value *f_in(const call *c)
{
	return boolean(c, is_in(c));
}

static const bl_value *f_not_in(const call *c)
{
	return boolean(c, bl_tri_not(is_in(c)));
}

static const bl_value *f_contains(const call *c)
{
	return boolean(c, contains(&c->args[0], &c->args[1]));
}

static const bl_value *f_starts_with(const call *c)
{
	return boolean(c, starts(&c->args[0], &c->args[1]));
}

static const bl_value *f_ends_with(const call *c)
{
	return boolean(c, ends(&c->args[0], &c->args[1]));
}

/* Of a list's elements or a map's values. */
static const bl_value *f_contains_value(const call *c)
{
	const bl_value *v = c->args[0].v;
	bl_tri t = v->kind == BL_UNKNOWN || ((v->kind == BL_LIST || v->kind == BL_MAP) && v->open) ? BL_MAYBE : BL_NO;
	for (uint32_t i = 0; (v->kind == BL_LIST || v->kind == BL_MAP) && i < v->n; i++) {
		bl_azpipe_operand one = {v->kind == BL_LIST ? v->list[i] : v->map[i].value, false, false};
		t = bl_tri_or(t, equal(&one, &c->args[1]));
	}
	return boolean(c, t);
}

static const bl_value *f_coalesce(const call *c)
{
	bl_str s;
	for (size_t i = 0; i < c->n; i++) {
		const bl_value *v = c->args[i].v;
		if (v->kind == BL_UNKNOWN && bl_pipeline_truth(v) != BL_YES)
			return unknown_text(c, v);
		if (!bl_azpipe_text_of(v, &s) || s.n)
			return v;
	}
	return &bl_value_null;
}

static const bl_value *f_iif(const call *c)
{
	bl_tri t = bl_pipeline_truth(c->args[0].v);
	if (t != BL_MAYBE)
		return c->args[t == BL_YES ? 1 : 2].v;
	bl_value *v = (bl_value *)unknown_text(c, c->args[0].v);
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->type = -1;
	u->ncandidates = 2;
	u->candidates = bl_new_n(c->arena, const bl_value *, 2);
	u->candidates[0] = c->args[1].v;
	u->candidates[1] = c->args[2].v;
	return v;
}

/* Indented by two, as it is written into scripts. */
static const bl_value *f_convert_to_json(const call *c)
{
	if (bl_value_has_unknown(c->args[0].v))
		return unknown_text(c, c->args[0].v);
	bl_buf buf = {0};
	bl_json json;
	bl_json_begin(&json, &buf, true);
	bl_json_value(&json, c->args[0].v);
	const bl_value *v = string(c, bl_str_dup(c->arena, bl_str_trim(bl_buf_str(&buf))));
	bl_buf_done(&buf);
	return v;
}

static const bl_value *f_counter(const call *c)
{
	bl_value *v = bl_value_unknown(c->arena, c->span, "a counter has its value when it runs");
	((bl_unknown *)v->unknown)->type = BL_NUMBER;
	return v;
}

static void add_text(const call *c, bl_pipeline_parts *parts, bl_str s)
{
	if (s.n)
		bl_vec_push(c->arena, parts, ((bl_pipeline_part){.text = s}));
}

static void add_value(const call *c, bl_pipeline_parts *parts, const bl_value *v)
{
	bl_vec_push(c->arena, parts, ((bl_pipeline_part){.value = bl_azpipe_scalar(c->arena, v)}));
}

/* {0}, {1}; {{ and }} are braces. */
static const bl_value *f_format(const call *c)
{
	bl_pipeline_parts parts = {0};
	bl_str s;
	if (!bl_azpipe_text_of(c->args[0].v, &s))
		return unknown_text(c, c->args[0].v);
	for (size_t i = 0; i < s.n; i++) {
		bool doubled = (s.p[i] == '{' || s.p[i] == '}') && i + 1 < s.n && s.p[i + 1] == s.p[i];
		ptrdiff_t end = s.p[i] == '{' && !doubled ? bl_str_find(s, BL_STR("}"), i) : -1;
		bl_str place, digits;
		long long k;
		i += doubled;
		if (end < 0) {
			add_text(c, &parts, bl_str_slice(s, i, i + 1));
			continue;
		}
		place = bl_str_slice(s, i + 1, (size_t)end);
		bl_str_cut(place, ':', &digits);
		if (bl_number_valid(digits) && bl_number_integer(digits, &k) && k >= 0 && (size_t)k + 1 < c->n)
			add_value(c, &parts, c->args[k + 1].v);
		i = (size_t)end;
	}
	return bl_pipeline_join(c->arena, c->span, &parts);
}

/* join(';', list) */
static const bl_value *f_join(const call *c)
{
	bl_pipeline_parts parts = {0};
	const bl_value *list = c->args[1].v;
	bl_str separator;
	if (!bl_azpipe_text_of(c->args[0].v, &separator) || list->kind == BL_UNKNOWN)
		return unknown_text(c, list);
	if (list->kind != BL_LIST)
		return bl_azpipe_text_of(list, &separator) ? list : string(c, BL_STR(""));
	for (uint32_t i = 0; i < list->n; i++) {
		if (i)
			add_text(c, &parts, separator);
		add_value(c, &parts, list->list[i]);
	}
	if (list->open)
		add_value(c, &parts, unknown_text(c, list));
	return bl_pipeline_join(c->arena, c->span, &parts);
}

static const bl_value *f_split(const call *c)
{
	bl_str s, separators;
	bl_values values = {0};
	if (!bl_azpipe_text_of(c->args[0].v, &s) || !bl_azpipe_text_of(c->args[1].v, &separators)) {
		bl_value *v = bl_value_list(c->arena, c->span, NULL, 0);
		v->open = true;
		return v;
	}
	size_t begin = 0;
	for (size_t i = 0; i <= s.n && values.n < MAX_ELEMENTS; i++) {
		if (i < s.n && (!s.p[i] || !memchr(separators.p, s.p[i], separators.n)))
			continue;
		bl_vec_push(c->arena, &values, string(c, bl_str_slice(s, begin, i)));
		begin = i + 1;
	}
	bl_value *list = bl_values_value(c->arena, c->span, &values);
	list->open = begin <= s.n;
	return list;
}

static const bl_value *f_length(const call *c)
{
	const bl_value *v = c->args[0].v;
	bl_str s;
	if (bl_azpipe_text_of(v, &s))
		return bl_value_number(c->arena, c->span, (double)s.n);
	if (v->kind == BL_UNKNOWN || v->open) {
		bl_value *u = bl_value_unknown(c->arena, c->span, "its length is not known");
		((bl_unknown *)u->unknown)->type = BL_NUMBER;
		return u;
	}
	return bl_value_number(c->arena, c->span, v->n);
}

static const bl_value *f_lower(const call *c)
{
	bl_str s;
	return bl_azpipe_text_of(c->args[0].v, &s) ? string(c, bl_str_lower(c->arena, s)) : unknown_text(c, c->args[0].v);
}

static const bl_value *f_upper(const call *c)
{
	bl_str s;
	if (!bl_azpipe_text_of(c->args[0].v, &s))
		return unknown_text(c, c->args[0].v);
	char *p = bl_str_z(c->arena, s);
	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'a' && p[i] <= 'z')
			p[i] = (char)(p[i] - 'a' + 'A');
	return string(c, bl_str_make(p, s.n));
}

static const bl_value *f_trim(const call *c)
{
	bl_str s;
	return bl_azpipe_text_of(c->args[0].v, &s) ? string(c, bl_str_trim(s)) : unknown_text(c, c->args[0].v);
}

static const bl_value *f_replace(const call *c)
{
	bl_pipeline_parts parts = {0};
	bl_str s, what, with;
	for (size_t i = 0; i < 3; i++)
		if (!bl_azpipe_text_of(c->args[i].v, &s))
			return unknown_text(c, c->args[i].v);
	bl_azpipe_text_of(c->args[0].v, &s);
	bl_azpipe_text_of(c->args[1].v, &what);
	bl_azpipe_text_of(c->args[2].v, &with);
	size_t at = 0;
	for (ptrdiff_t next; what.n && parts.n < MAX_ELEMENTS && (next = bl_str_find(s, what, at)) >= 0; at = (size_t)next + what.n) {
		add_text(c, &parts, bl_str_slice(s, at, (size_t)next));
		add_text(c, &parts, with);
	}
	if (parts.n >= MAX_ELEMENTS)
		return unknown_text(c, c->args[0].v);
	add_text(c, &parts, bl_str_slice(s, at, s.n));
	return bl_pipeline_join(c->arena, c->span, &parts);
}

/* What went before has succeeded: the ordinary run is the one that is looked at. */
static const bl_value *f_always(const call *c)
{
	return bl_value_bool(c->arena, c->span, true);
}

static const bl_value *f_status(const call *c)
{
	return boolean(c, BL_MAYBE);
}

static const struct {
	const char *name;
	size_t least, most;
	const bl_value *(*run)(const call *c);
} functions[] = {
	{"always", 0, 0, f_always},
	{"and", 2, 256, f_and},
	{"canceled", 0, 0, f_status},
	{"coalesce", 2, 256, f_coalesce},
	{"contains", 2, 2, f_contains},
	{"containsValue", 2, 2, f_contains_value},
	{"convertToJson", 1, 1, f_convert_to_json},
	{"counter", 0, 2, f_counter},
	{"endsWith", 2, 2, f_ends_with},
	{"eq", 2, 2, f_eq},
	{"failed", 0, 256, f_status},
	{"format", 1, 256, f_format},
	{"ge", 2, 2, f_ge},
	{"gt", 2, 2, f_gt},
	{"iif", 3, 3, f_iif},
	{"in", 1, 256, f_in},
	{"join", 2, 2, f_join},
	{"le", 2, 2, f_le},
	{"length", 1, 1, f_length},
	{"lower", 1, 1, f_lower},
	{"lt", 2, 2, f_lt},
	{"ne", 2, 2, f_ne},
	{"not", 1, 1, f_not},
	{"notIn", 1, 256, f_not_in},
	{"or", 2, 256, f_or},
	{"replace", 3, 3, f_replace},
	{"split", 2, 2, f_split},
	{"startsWith", 2, 2, f_starts_with},
	{"succeeded", 0, 256, f_always},
	{"succeededOrFailed", 0, 256, f_always},
	{"trim", 1, 1, f_trim},
	{"upper", 1, 1, f_upper},
	{"xor", 2, 2, f_xor},
};

const bl_value *bl_azpipe_call(bl_arena *arena, bl_span span, bl_str name, const bl_azpipe_operand *args, size_t n)
{
	call c = {arena, span, args, n};
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (bl_str_eqiz(name, functions[i].name) && n >= functions[i].least && n <= functions[i].most)
			return functions[i].run(&c);
	return NULL;
}

#include "rules/match.h"

#include <math.h>
#include <stdlib.h>

bool bl_scalar_text(const bl_value *v, bl_str *out)
{
	if (v->kind == BL_STRING)
		*out = v->string;
	else if (v->kind == BL_NUMBER)
		*out = v->digits;
	else if (v->kind == BL_BOOL)
		*out = v->boolean ? BL_STR("true") : BL_STR("false");
	else
		return false;
	return true;
}

bool bl_scalar_number(const bl_value *v, double *out)
{
	char small[64], *end;
	if (v->kind == BL_NUMBER) {
		*out = v->number;
		return true;
	}
	bl_str s = v->kind == BL_STRING ? bl_str_trim(v->string) : BL_STR("");
	if (!s.n || s.n >= sizeof small)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789+-.eE", s.p[i]))
			return false;
	memcpy(small, s.p, s.n);
	small[s.n] = '\0';
	*out = strtod(small, &end);
	return *end == '\0' && isfinite(*out);
}

static bool text_equal(bl_str a, bl_str b, bool exact)
{
	return exact ? bl_str_eq(a, b) : bl_str_eqi(a, b);
}

static bool starts(bl_str s, bl_str prefix, bool exact)
{
	return s.n >= prefix.n && text_equal(bl_str_slice(s, 0, prefix.n), prefix, exact);
}

static bool ends(bl_str s, bl_str suffix, bool exact)
{
	return s.n >= suffix.n && text_equal(bl_str_slice(s, s.n - suffix.n, s.n), suffix, exact);
}

/* Could an unknown turn out to be a scalar of text? */
static bool could_be(const bl_unknown *u, bl_str text, bool exact)
{
	if (u->type == BL_LIST || u->type == BL_MAP || u->type == BL_NULL)
		return false;
	return bl_unknown_may_be(u, text, !exact);
}

/* Providers write numbers and booleans as strings and strings in any case: "true" is true, "22" is 22, "tls1_2" is "TLS1_2". */
static bl_tri is(const bl_value *v, const bl_value *want, bool exact)
{
	bl_str a, b;
	double x, y;
	if (!bl_scalar_text(want, &b))
		return bl_value_equal(v, want);
	if (v->kind == BL_UNKNOWN)
		return could_be(v->unknown, b, exact) ? BL_MAYBE : BL_NO;
	if (!bl_scalar_text(v, &a))
		return BL_NO;
	if (v->kind == BL_NUMBER || want->kind == BL_NUMBER)
		return bl_tri_of(bl_scalar_number(v, &x) && bl_scalar_number(want, &y) ? x == y
										     : text_equal(a, b, exact));
	return bl_tri_of(text_equal(a, b, exact));
}

bl_tri bl_compare_equal(const bl_value *a, const bl_value *b)
{
	if (a->kind == BL_UNKNOWN && b->kind == BL_UNKNOWN)
		return BL_MAYBE;
	return b->kind == BL_UNKNOWN ? is(b, a, false) : is(a, b, false);
}

static bl_tri starts_with(const bl_value *v, bl_str want)
{
	bl_str a;
	if (v->kind != BL_UNKNOWN)
		return bl_tri_of(bl_scalar_text(v, &a) && starts(a, want, false));
	bl_str prefix = v->unknown->prefix;
	if (v->unknown->type == BL_LIST || v->unknown->type == BL_MAP)
		return BL_NO;
	if (prefix.n >= want.n)
		return bl_tri_of(starts(prefix, want, false));
	return starts(want, prefix, false) ? BL_MAYBE : BL_NO;
}

static bl_tri ends_with(const bl_value *v, bl_str want)
{
	bl_str a;
	if (v->kind != BL_UNKNOWN)
		return bl_tri_of(bl_scalar_text(v, &a) && ends(a, want, false));
	bl_str suffix = v->unknown->suffix;
	if (v->unknown->type == BL_LIST || v->unknown->type == BL_MAP)
		return BL_NO;
	if (suffix.n >= want.n)
		return bl_tri_of(ends(suffix, want, false));
	return ends(want, suffix, false) ? BL_MAYBE : BL_NO;
}

static bl_tri contains(const bl_value *v, const bl_value *want)
{
	bl_str a, b = BL_STR("");
	bl_tri any = v->open ? BL_MAYBE : BL_NO;
	bl_scalar_text(want, &b);
	if (v->kind == BL_UNKNOWN) {
		bool held = bl_str_findi(v->unknown->prefix, b, 0) >= 0 || bl_str_findi(v->unknown->suffix, b, 0) >= 0;
		return held && v->unknown->type == BL_STRING ? BL_YES : BL_MAYBE;
	}
	if (v->kind == BL_LIST)
		for (uint32_t i = 0; i < v->n; i++)
			any = bl_tri_or(any, is(v->list[i], want, false));
	else if (v->kind == BL_MAP)
		any = bl_value_geti(v, b) ? BL_YES : any;
	else
		any = bl_tri_of(bl_scalar_text(v, &a) && bl_str_findi(a, b, 0) >= 0);
	return any;
}

static bl_tri matches(const bl_value *v, const bl_regex *regex)
{
	bl_str a;
	if (v->kind == BL_UNKNOWN)
		return v->unknown->type == BL_LIST || v->unknown->type == BL_MAP ? BL_NO : BL_MAYBE;
	return bl_scalar_text(v, &a) ? bl_regex_match(regex, a, NULL, NULL) : BL_NO;
}

/* The next run of digits at or after *i; false when there is none. Leading zeros aside, longer is larger. */
static bool next_number(bl_str s, size_t *i, bl_str *out)
{
	while (*i < s.n && (s.p[*i] < '0' || s.p[*i] > '9'))
		++*i;
	while (*i + 1 < s.n && s.p[*i] == '0' && s.p[*i + 1] >= '0' && s.p[*i + 1] <= '9')
		++*i;
	size_t from = *i;
	while (*i < s.n && s.p[*i] >= '0' && s.p[*i] <= '9')
		++*i;
	*out = bl_str_slice(s, from, *i);
	return out->n > 0;
}

/* Compares the runs of digits: versions ("v1.9" is older than "1.10", "TLS1_0" than "TLS1_2") and dates. What holds no number is not older. */
static bl_tri older(const bl_value *v, const bl_value *want)
{
	bl_str a, b, x, y;
	size_t i = 0, k = 0;
	if (v->kind == BL_UNKNOWN)
		return BL_MAYBE;
	if (!bl_scalar_text(v, &a) || !bl_scalar_text(want, &b))
		return BL_NO;
	for (bool first = true; next_number(b, &k, &y); first = false) {
		if (!next_number(a, &i, &x))
			/* "1" may be any 1.x; without any number it is no version */
			return first ? BL_NO : BL_MAYBE;
		int order = x.n != y.n ? (x.n < y.n ? -1 : 1) : bl_str_cmp(x, y);
		if (order)
			return bl_tri_of(order < 0);
	}
	return BL_NO;
}

static bl_tri number(const bl_op *op, const bl_value *v)
{
	double x, y = op->arg->number;
	if (v->kind == BL_UNKNOWN)
		return v->unknown->type == BL_LIST || v->unknown->type == BL_MAP ? BL_NO : BL_MAYBE;
	if (!bl_scalar_number(v, &x))
		return BL_NO;
	switch (op->code) {
	case BL_OP_LESS:
		return bl_tri_of(x < y);
	case BL_OP_AT_MOST:
		return bl_tri_of(x <= y);
	case BL_OP_MORE:
		return bl_tri_of(x > y);
	default:
		return bl_tri_of(x >= y);
	}
}

/* One of the scalars that the word was given. */
static bl_tri one_of(const bl_op *op, const bl_value *v, uint32_t i)
{
	bl_str text = BL_STR("");
	bl_scalar_text(op->arg->list[i], &text);
	switch (op->code) {
	case BL_OP_CONTAINS:
		return contains(v, op->arg->list[i]);
	case BL_OP_STARTS_WITH:
		return starts_with(v, text);
	case BL_OP_ENDS_WITH:
		return ends_with(v, text);
	case BL_OP_MATCHES:
		return matches(v, op->regexes[i]);
	default:
		return is(v, op->arg->list[i], op->code == BL_OP_EXACTLY);
	}
}

static bl_tri any_of(const bl_op *op, const bl_value *v)
{
	bl_tri any = BL_NO;
	for (uint32_t i = 0; i < op->arg->n && any != BL_YES; i++)
		any = bl_tri_or(any, one_of(op, v, i));
	return any;
}

bl_tri bl_compare(const bl_op *op, const bl_value *v)
{
	switch (op->code) {
	case BL_OP_IS:
		return is(v, op->arg, false);
	case BL_OP_IS_NOT:
		return bl_tri_not(is(v, op->arg, false));
	case BL_OP_NOT_IN:
		return bl_tri_not(any_of(op, v));
	case BL_OP_LESS:
	case BL_OP_AT_MOST:
	case BL_OP_MORE:
	case BL_OP_AT_LEAST:
		return number(op, v);
	case BL_OP_OLDER:
		return older(v, op->arg);
	default:
		return any_of(op, v);
	}
}

/* Logic, comparison and arithmetic. */
#include "eval/functions/azure.h"

#include <math.h>
#include <stdlib.h>

const bl_value *bl_azure_fn_true(bl_azure_args *c)
{
	return bl_azure_bool(c, true);
}

const bl_value *bl_azure_fn_false(bl_azure_args *c)
{
	return bl_azure_bool(c, false);
}

const bl_value *bl_azure_fn_null(bl_azure_args *c)
{
	return bl_value_at(c->arena, &bl_value_null, c->span);
}

const bl_value *bl_azure_fn_any(bl_azure_args *c)
{
	return c->args[0];
}

const bl_value *bl_azure_fn_and(bl_azure_args *c)
{
	bl_tri t = BL_YES;
	for (size_t i = 0; i < c->n; i++)
		t = bl_tri_and(t, bl_azure_truth(c->args[i]));
	return bl_azure_tri(c->azure, c->span, t, c->args, c->n);
}

const bl_value *bl_azure_fn_or(bl_azure_args *c)
{
	bl_tri t = BL_NO;
	for (size_t i = 0; i < c->n; i++)
		t = bl_tri_or(t, bl_azure_truth(c->args[i]));
	return bl_azure_tri(c->azure, c->span, t, c->args, c->n);
}

const bl_value *bl_azure_fn_not(bl_azure_args *c)
{
	return bl_azure_tri(c->azure, c->span, bl_tri_not(bl_azure_truth(c->args[0])), c->args, 1);
}

const bl_value *bl_azure_fn_coalesce(bl_azure_args *c)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->args[i]->kind == BL_NULL)
			continue;
		if (c->args[i]->kind != BL_UNKNOWN || c->args[i]->unknown->not_null || i + 1 == c->n)
			return c->args[i];
		return bl_azure_either(
			c->azure, c->span, c->args[i], c->args[i], c->args[i + 1]);
	}
	return bl_value_at(c->arena, &bl_value_null, c->span);
}

const bl_value *bl_azure_fn_equals(bl_azure_args *c)
{
	return bl_azure_tri(
		c->azure, c->span, bl_value_equal(c->args[0], c->args[1]), c->args, 2);
}

static double real(const bl_value *v)
{
	return v->number;
}

/* -1, 0 or 1; false when the two have no order. */
static bool order(const bl_value *x, const bl_value *y, int *sign)
{
	if (x->kind == BL_STRING && y->kind == BL_STRING) {
		int n = bl_str_cmp(x->string, y->string);
		*sign = (n > 0) - (n < 0);
		return true;
	}
	if (x->kind != BL_NUMBER || y->kind != BL_NUMBER)
		return false;
	int64_t a, b;
	if (bl_azure_int(x, &a) && bl_azure_int(y, &b))
		*sign = (a > b) - (a < b);
	else
		*sign = (real(x) > real(y)) - (real(x) < real(y));
	return true;
}

static const bl_value *ordered(bl_azure_args *c, int sign, bool or_equal)
{
	int is;
	if (!order(c->args[0], c->args[1], &is))
		return bl_azure_wrong(c, "only two numbers or two strings can be compared");
	return bl_azure_bool(c, is == sign || (or_equal && is == 0));
}

const bl_value *bl_azure_fn_greater(bl_azure_args *c)
{
	return ordered(c, 1, false);
}

const bl_value *bl_azure_fn_greater_or_equals(bl_azure_args *c)
{
	return ordered(c, 1, true);
}

const bl_value *bl_azure_fn_less(bl_azure_args *c)
{
	return ordered(c, -1, false);
}

const bl_value *bl_azure_fn_less_or_equals(bl_azure_args *c)
{
	return ordered(c, -1, true);
}

static const bl_value *arithmetic(bl_azure_args *c, char operator)
{
	int64_t x, y, n = 0;
	bool over = false;
	if (c->args[0]->kind != BL_NUMBER || c->args[1]->kind != BL_NUMBER)
		return bl_azure_wrong(c, "both arguments must be integers");
	if (!bl_azure_int(c->args[0], &x) || !bl_azure_int(c->args[1], &y))
		return bl_azure_wrong(c, "both arguments must be integers");
	if ((operator == '/' || operator == '%') && (!y || (x == INT64_MIN && y == -1)))
		return bl_azure_wrong(c, y ? "the result is too large" : "division by zero");
	switch (operator) {
	case '+':
		over = __builtin_add_overflow(x, y, &n);
		break;
	case '-':
		over = __builtin_sub_overflow(x, y, &n);
		break;
	case '*':
		over = __builtin_mul_overflow(x, y, &n);
		break;
	case '/':
		n = x / y;
		break;
	default:
		n = x % y;
	}
	if (over)
		return bl_azure_wrong(c, "the result is too large");
	return bl_azure_number(c->azure, c->span, n);
}

const bl_value *bl_azure_fn_add(bl_azure_args *c)
{
	return arithmetic(c, '+');
}

const bl_value *bl_azure_fn_sub(bl_azure_args *c)
{
	return arithmetic(c, '-');
}

const bl_value *bl_azure_fn_mul(bl_azure_args *c)
{
	return arithmetic(c, '*');
}

const bl_value *bl_azure_fn_div(bl_azure_args *c)
{
	return arithmetic(c, '/');
}

const bl_value *bl_azure_fn_mod(bl_azure_args *c)
{
	return arithmetic(c, '%');
}

static const bl_value *extreme(bl_azure_args *c, int sign)
{
	const bl_value **list = c->args, *best = NULL;
	size_t n = c->n;
	if (n == 1 && list[0]->kind == BL_LIST) {
		n = list[0]->n;
		list = list[0]->list;
	}
	for (size_t i = 0; i < n; i++) {
		int is;
		if (list[i]->kind != BL_NUMBER)
			return bl_azure_wrong(c, "all arguments must be integers");
		if (!best || (order(list[i], best, &is) && is == sign))
			best = list[i];
	}
	return best ? best : bl_azure_wrong(c, "there is nothing to choose from");
}

const bl_value *bl_azure_fn_max(bl_azure_args *c)
{
	return extreme(c, 1);
}

const bl_value *bl_azure_fn_min(bl_azure_args *c)
{
	return extreme(c, -1);
}

const bl_value *bl_azure_fn_bool(bl_azure_args *c)
{
	const bl_value *v = c->args[0];
	int64_t n;
	if (bl_azure_int(v, &n))
		return bl_azure_bool(c, n != 0);
	if (bl_value_is(v, BL_STRING) && (bl_str_eqz(v->string, "1") || bl_str_eqz(v->string, "0")))
		return bl_azure_bool(c, v->string.p[0] == '1');
	if (bl_azure_truth(v) == BL_MAYBE)
		return bl_azure_wrong(c, "this is no boolean");
	return bl_azure_bool(c, bl_azure_truth(v) == BL_YES);
}

const bl_value *bl_azure_fn_int(bl_azure_args *c)
{
	const bl_value *v = c->args[0];
	int64_t n;
	if (v->kind == BL_STRING)
		v = bl_value_digits(c->arena, c->span, bl_str_trim(v->string));
	if (v->kind == BL_BOOL)
		return bl_azure_number(c->azure, c->span, v->boolean);
	if (bl_azure_int(v, &n))
		return bl_azure_number(c->azure, c->span, n);
	if (c->args[0]->kind == BL_NUMBER && fabs(v->number) < 9e18)
		return bl_azure_number(c->azure, c->span, (int64_t)v->number);
	return bl_azure_wrong(c, "this is no integer");
}

const bl_value *bl_azure_fn_float(bl_azure_args *c)
{
	const bl_value *v = c->args[0];
	char *end;
	if (v->kind == BL_NUMBER)
		return v;
	if (v->kind != BL_STRING || !v->string.n)
		return bl_azure_wrong(c, "this is no number");
	char *z = bl_str_z(c->arena, bl_str_trim(v->string));
	double n = strtod(z, &end);
	if (*end || !isfinite(n) || z[strspn(z, "0123456789+-.eE")])
		return bl_azure_wrong(c, "this is no number");
	return bl_value_number(c->arena, c->span, n);
}

const bl_value *bl_azure_operate(bl_azure *a, bl_span span, bl_str operator, const bl_value *x,
	const bl_value *y)
{
	static const struct {
		const char *operator, * function;
	} functions[] = {
		{"%", "mod"},
		{"*", "mul"},
		{"+", "add"},
		{"-", "sub"},
		{"/", "div"},
		{"<", "less"},
		{"<=", "lessOrEquals"},
		{"==", "equals"},
		{">", "greater"},
		{">=", "greaterOrEquals"},
	};
	const bl_value *both[] = {x, y};
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (bl_str_eqz(operator, functions[i].operator))
			return bl_azure_call(a, span, bl_str_of(functions[i].function), both, 2);
	if (bl_str_eqz(operator, "!="))
		return bl_azure_tri(a, span, bl_tri_not(bl_value_equal(x, y)), both, 2);
	bl_tri t = BL_MAYBE;
	if (x->kind == BL_STRING && y->kind == BL_STRING)
		t = bl_tri_of(bl_str_eqi(x->string, y->string));
	else if (x->kind != BL_UNKNOWN && y->kind != BL_UNKNOWN)
		t = bl_value_equal(x, y);
	return bl_azure_tri(
		a, span, bl_str_eqz(operator, "!~") ? bl_tri_not(t) : t, both, 2); /* else =~ */
}

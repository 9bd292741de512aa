/* Functions over numbers. */
#include "core/codec/number.h"
#include "eval/functions/functions.h"

static const bl_value *call(bl_tf_args *a, bl_number_function f)
{
	return bl_tf_digits(a, bl_number_call(a->arena, f, a->v[0]->digits));
}

const bl_value *bl_tf_fn_abs(bl_tf_args *a)
{
	return call(a, BL_NUMBER_ABS);
}

const bl_value *bl_tf_fn_ceil(bl_tf_args *a)
{
	return call(a, BL_NUMBER_CEIL);
}

const bl_value *bl_tf_fn_floor(bl_tf_args *a)
{
	return call(a, BL_NUMBER_FLOOR);
}

const bl_value *bl_tf_fn_log(bl_tf_args *a)
{
	bl_str out;
	if (!bl_number_log(a->arena, a->v[0]->digits, a->v[1]->digits, &out))
		return bl_tf_refuse(a, "there is no such logarithm");
	return bl_tf_digits(a, out);
}

static const bl_value *extreme(bl_tf_args *a, int sign)
{
	if (!a->n)
		return bl_tf_refuse(a, "at least one number is required");
	const bl_value *best = a->v[0];
	for (size_t i = 1; i < a->n; i++)
		if (sign * bl_number_cmp(a->v[i]->digits, best->digits) > 0)
			best = a->v[i];
	return best;
}

const bl_value *bl_tf_fn_max(bl_tf_args *a)
{
	return extreme(a, 1);
}

const bl_value *bl_tf_fn_min(bl_tf_args *a)
{
	return extreme(a, -1);
}

const bl_value *bl_tf_fn_parseint(bl_tf_args *a)
{
	long long base;
	bl_str out;
	if (a->v[0]->kind != BL_STRING)
		return bl_tf_refuse(a, "argument 1 must be a string, not %s", bl_tf_kind_name(a->v[0]));
	if (!bl_number_integer(a->v[1]->digits, &base) || base < 2 || base > 62)
		return bl_tf_refuse(a, "the base must be a whole number from 2 to 62");
	if (!bl_number_parse(a->arena, a->v[0]->string, (int)base, &out))
		return bl_tf_refuse(a, "'" BL_FMT "' is no whole number of base %lld", BL_ARG(a->v[0]->string), base);
	return bl_tf_digits(a, out);
}

const bl_value *bl_tf_fn_pow(bl_tf_args *a)
{
	bl_str out;
	if (!bl_number_apply(a->arena, '^', a->v[0]->digits, a->v[1]->digits, &out))
		return bl_tf_refuse(a, "there is no such power");
	return bl_tf_digits(a, out);
}

const bl_value *bl_tf_fn_signum(bl_tf_args *a)
{
	long long whole;
	if (!bl_number_integer(a->v[0]->digits, &whole))
		return bl_tf_refuse(a, "the number must be a whole number");
	int sign = bl_number_cmp(a->v[0]->digits, BL_STR("0"));
	return bl_tf_digits(a, sign < 0 ? BL_STR("-1") : sign ? BL_STR("1") : BL_STR("0"));
}

/* Functions over sets, conversions from one type to another, and the sensitive mark. */
#include "eval/functions/functions.h"

static void push(bl_tf_args *a, bl_values *to, const bl_value *v)
{
	bl_vec_push(a->arena, to, v);
}

static bl_value *copy_of(bl_tf_args *a, const bl_value *v)
{
	return bl_value_at(a->arena, v, v->span);
}

static bool whole_sets(bl_tf_args *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (bl_value_has_unknown(a->v[i]))
			return false;
	return true;
}

static bl_tri in_set(bl_tf_args *a, const bl_value *set, const bl_value *v)
{
	bl_tri found = BL_NO;
	for (uint32_t i = 0; i < set->n && found != BL_YES && bl_tf_spend(a->tf, 1, a->span); i++)
		found = bl_tri_or(found, bl_tf_equal(set->list[i], v));
	return found;
}

static const bl_value *as_set(bl_tf_args *a, const bl_value *v)
{
	const bl_value *u = bl_tf_unify(a->tf, v, BL_SHAPE_TYPED);
	bl_value *set = bl_tf_set(a->tf, a->span, u->list, u->n);
	set->open = v->open;
	set->rest = v->rest;
	set->sensitive = v->sensitive;
	return set;
}

/* Elements of the first set that all others have (want) or that none has. */
static const bl_value *filtered(bl_tf_args *a, bool want)
{
	bl_values out = {0};
	if (!whole_sets(a))
		return bl_tf_not_known(a, BL_LIST);
	const bl_value *first = as_set(a, a->v[0]);
	for (uint32_t i = 0; i < first->n; i++) {
		bool keep = true;
		for (size_t k = 1; k < a->n && keep; k++)
			keep = (in_set(a, as_set(a, a->v[k]), first->list[i]) == BL_YES) == want;
		if (keep)
			push(a, &out, first->list[i]);
	}
	return bl_tf_set(a->tf, a->span, out.items, out.n);
}

const bl_value *bl_tf_fn_setintersection(bl_tf_args *a)
{
	return filtered(a, true);
}

const bl_value *bl_tf_fn_setsubtract(bl_tf_args *a)
{
	return filtered(a, false);
}

const bl_value *bl_tf_fn_setunion(bl_tf_args *a)
{
	bl_values all = {0};
	bool open = false;
	for (size_t i = 0; i < a->n; i++) {
		open |= a->v[i]->open;
		for (uint32_t k = 0; k < a->v[i]->n; k++)
			push(a, &all, a->v[i]->list[k]);
	}
	bl_value *v = (bl_value *)as_set(a, bl_tf_list(a, &all, BL_SHAPE_LOOSE));
	v->open = open;
	return v;
}

const bl_value *bl_tf_fn_setproduct(bl_tf_args *a)
{
	bl_values out = {0};
	size_t total = 1;
	bool sets = true, open = false;
	if (a->n < 2)
		return bl_tf_refuse(a, "at least two arguments are required");
	for (size_t i = 0; i < a->n; i++) {
		sets = sets && a->v[i]->shape == BL_SHAPE_SET;
		open |= a->v[i]->open;
		total = a->v[i]->n && total > BL_TF_MAX_STEPS / a->v[i]->n ? BL_TF_MAX_STEPS : total * a->v[i]->n;
	}
	if (open)
		return bl_tf_not_known(a, BL_LIST);
	for (size_t t = 0; t < total && bl_tf_spend(a->tf, a->n, a->span); t++) {
		bl_values one = {0};
		size_t rest = t, block = total;
		for (size_t i = 0; i < a->n; i++) {
			block /= a->v[i]->n;
			push(a, &one, a->v[i]->list[rest / block]);
			rest %= block;
		}
		push(a, &out, bl_tf_list(a, &one, BL_SHAPE_LOOSE));
	}
	return bl_tf_list(a, &out, sets ? BL_SHAPE_SET : BL_SHAPE_TYPED);
}

/* --- conversions --- */

static const bl_value *to_scalar(bl_tf_args *a, const bl_value *(*to)(bl_tf *tf, const bl_value *v), const char *what)
{
	const bl_value *v = to(a->tf, a->v[0]);
	return v ? v : bl_tf_refuse(a, "%s is no %s", bl_tf_kind_name(a->v[0]), what);
}

const bl_value *bl_tf_fn_tobool(bl_tf_args *a)
{
	/* the function knows only the words, not 0 and 1 */
	const bl_value *v = a->v[0];
	if (v->kind == BL_STRING && !bl_str_eqz(v->string, "true") && !bl_str_eqz(v->string, "false"))
		return bl_tf_refuse(a, "'" BL_FMT "' is no bool", BL_ARG(v->string));
	return to_scalar(a, bl_tf_to_bool, "bool");
}

const bl_value *bl_tf_fn_tonumber(bl_tf_args *a)
{
	return to_scalar(a, bl_tf_to_number, "number");
}

const bl_value *bl_tf_fn_tostring(bl_tf_args *a)
{
	return to_scalar(a, bl_tf_to_string, "string");
}

const bl_value *bl_tf_fn_tolist(bl_tf_args *a)
{
	const bl_value *v = a->v[0];
	if (v->kind == BL_NULL || v->kind == BL_UNKNOWN)
		return v;
	if (v->kind != BL_LIST)
		return bl_tf_refuse(a, "%s is no list", bl_tf_kind_name(v));
	return bl_tf_unify(a->tf, v, BL_SHAPE_TYPED);
}

const bl_value *bl_tf_fn_tomap(bl_tf_args *a)
{
	const bl_value *v = a->v[0];
	if (v->kind == BL_NULL || v->kind == BL_UNKNOWN)
		return v;
	if (v->kind != BL_MAP)
		return bl_tf_refuse(a, "%s is no map", bl_tf_kind_name(v));
	return bl_tf_unify(a->tf, v, BL_SHAPE_TYPED);
}

const bl_value *bl_tf_fn_toset(bl_tf_args *a)
{
	const bl_value *v = a->v[0];
	if (v->kind == BL_NULL || v->kind == BL_UNKNOWN)
		return v;
	if (v->kind != BL_LIST)
		return bl_tf_refuse(a, "%s is no set", bl_tf_kind_name(v));
	return as_set(a, v);
}

const bl_value *bl_tf_fn_sensitive(bl_tf_args *a)
{
	return bl_value_mark_sensitive(a->arena, a->v[0]);
}

const bl_value *bl_tf_fn_nonsensitive(bl_tf_args *a)
{
	if (!a->v[0]->sensitive)
		return a->v[0];
	bl_value *v = copy_of(a, a->v[0]);
	v->sensitive = false;
	return v;
}

const bl_value *bl_tf_fn_issensitive(bl_tf_args *a)
{
	return bl_tf_flag(a, a->v[0]->sensitive);
}

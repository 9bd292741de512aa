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

/* All arguments as sets of one type; false, and an error, when there is none. */
static bool one_type(bl_tf_args *a, const bl_value_type **element)
{
	const bl_value_type **types = bl_new_n(a->arena, const bl_value_type *, a->n);
	size_t n = 0;
	for (size_t i = 0; i < a->n; i++) {
		const bl_value_type *t = bl_tf_element_type(a->tf, a->v[i], false);
		if (a->v[i]->n || t->kind != BL_TYPE_ANY)
			types[n++] = t;
	}
	*element = n ? bl_tf_type_unify(a->arena, types, n, false) : &bl_tf_type_any;
	const bl_value_type *set = *element ? bl_tf_type_of_elements(a->arena, BL_TYPE_SET, *element) : NULL;
	bl_str why = BL_STR("the sets have no common type");
	for (size_t i = 0; i < a->n && set; i++) {
		const bl_value *v = bl_tf_convert_to(a->tf, a->v[i], set, &why);
		if (!v) {
			set = NULL;
			break;
		}
		a->v[i] = v;
	}
	if (!set)
		bl_tf_refuse(a, BL_FMT, BL_ARG(why));
	return set != NULL;
}

static const bl_value *set_of(bl_tf_args *a, const bl_values *values, const bl_value_type *element)
{
	bl_value *v = bl_tf_set(a->tf, a->span, values->items, values->n);
	v->element = element;
	return v;
}

static bl_tri in_set(bl_tf_args *a, const bl_value *set, const bl_value *v)
{
	bl_tri found = BL_NO;
	size_t lo = 0, hi = set->n;
	if (v->kind == BL_STRING) {
		/* strings stand in order */
		while (lo < hi) {
			size_t mid = (lo + hi) / 2;
			int cmp = set->list[mid]->kind == BL_STRING ? bl_str_cmp(set->list[mid]->string, v->string) : 1;
			if (!cmp)
				return BL_YES;
			if (cmp < 0)
				lo = mid + 1;
			else
				hi = mid;
		}
		return BL_NO;
	}
	for (uint32_t i = 0; i < set->n && found != BL_YES && bl_tf_spend(a->tf, 1, a->span); i++)
		found = bl_tri_or(found, bl_tf_same(a->tf, set->list[i], v));
	return found;
}

/* Elements of the first set that all others have (want) or that none has. */
static const bl_value *filtered(bl_tf_args *a, bool want)
{
	bl_values out = {0};
	const bl_value_type *element;
	if (!one_type(a, &element))
		return bl_tf_unknown_of(a->tf, a->span, NULL, 0, BL_LIST);
	if (!whole_sets(a))
		return bl_tf_not_known(a, BL_LIST);
	for (uint32_t i = 0; i < a->v[0]->n; i++) {
		bool keep = true;
		for (size_t k = 1; k < a->n && keep; k++)
			keep = (in_set(a, a->v[k], a->v[0]->list[i]) == BL_YES) == want;
		if (keep)
			push(a, &out, a->v[0]->list[i]);
	}
	return set_of(a, &out, element);
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
	const bl_value_type *element;
	bool open = false;
	if (!one_type(a, &element))
		return bl_tf_unknown_of(a->tf, a->span, NULL, 0, BL_LIST);
	for (size_t i = 0; i < a->n; i++) {
		open |= a->v[i]->open;
		for (uint32_t k = 0; k < a->v[i]->n; k++)
			push(a, &all, a->v[i]->list[k]);
	}
	bl_value *v = (bl_value *)set_of(a, &all, element);
	v->open = open;
	return v;
}

/* Each argument's elements become of one type; the members of what setproduct gives. NULL after an error. */
static const bl_value_type **product_types(bl_tf_args *a)
{
	const bl_value_type **types = bl_new_n(a->arena, const bl_value_type *, a->n);
	for (size_t i = 0; i < a->n; i++) {
		bl_str why;
		types[i] = bl_tf_element_type(a->tf, a->v[i], false);
		const bl_value *v = NULL;
		if (types[i] && a->v[i]->shape == BL_SHAPE_LOOSE)
			v = bl_tf_convert_to(a->tf, a->v[i], bl_tf_type_of_elements(a->arena, BL_TYPE_LIST, types[i]), &why);
		else if (types[i])
			v = a->v[i];
		if (!v) {
			bl_tf_refuse(a, "the elements of argument %zu have no single type", i + 1);
			return NULL;
		}
		a->v[i] = v;
	}
	return types;
}

const bl_value *bl_tf_fn_setproduct(bl_tf_args *a)
{
	bl_values out = {0};
	size_t total = 1;
	bool sets = false, open = false;
	if (a->n < 2)
		return bl_tf_refuse(a, "at least two arguments are required");
	for (size_t i = 0; i < a->n; i++) {
		sets = sets || a->v[i]->shape == BL_SHAPE_SET;
		open |= a->v[i]->open;
		/* what is too large already stays so, but nothing times anything is nothing */
		total = a->v[i]->n && total > BL_TF_MAX_VALUES ? total : total * a->v[i]->n;
	}
	if (open)
		return bl_tf_not_known(a, BL_LIST);
	if (total > BL_TF_MAX_VALUES)
		return bl_tf_refuse(a, "the product holds more than %d values", BL_TF_MAX_VALUES);
	const bl_value_type **types = product_types(a);
	for (size_t t = 0; types && t < total && bl_tf_spend(a->tf, a->n, a->span); t++) {
		bl_values one = {0};
		size_t rest = t, block = total;
		for (size_t i = 0; i < a->n; i++) {
			block /= a->v[i]->n;
			push(a, &one, a->v[i]->list[rest / block]);
			rest %= block;
		}
		push(a, &out, bl_tf_list(a, &one, BL_SHAPE_LOOSE));
	}
	if (!types)
		return bl_tf_unknown_of(a->tf, a->span, NULL, 0, BL_LIST);
	const bl_value_type *element = bl_tf_type_tuple(a->arena, types, a->n);
	if (sets)
		return set_of(a, &out, element);
	bl_value *v = bl_tf_list(a, &out, BL_SHAPE_TYPED);
	v->element = element;
	return v;
}

/* --- conversions --- */

static const bl_value *to(bl_tf_args *a, const bl_value_type *type)
{
	bl_str why;
	const bl_value *v = bl_tf_convert_to(a->tf, a->v[0], type, &why);
	return v ? v : bl_tf_refuse(a, BL_FMT, BL_ARG(why));
}

const bl_value *bl_tf_fn_tobool(bl_tf_args *a)
{
	return to(a, &bl_tf_type_bool);
}

const bl_value *bl_tf_fn_tonumber(bl_tf_args *a)
{
	return to(a, &bl_tf_type_number);
}

const bl_value *bl_tf_fn_tostring(bl_tf_args *a)
{
	return to(a, &bl_tf_type_string);
}

static const bl_value_type any_list = {.kind = BL_TYPE_LIST, .element = &bl_tf_type_any};
static const bl_value_type any_map = {.kind = BL_TYPE_MAP, .element = &bl_tf_type_any};
static const bl_value_type any_set = {.kind = BL_TYPE_SET, .element = &bl_tf_type_any};

const bl_value *bl_tf_fn_tolist(bl_tf_args *a)
{
	return to(a, &any_list);
}

const bl_value *bl_tf_fn_tomap(bl_tf_args *a)
{
	return to(a, &any_map);
}

const bl_value *bl_tf_fn_toset(bl_tf_args *a)
{
	return to(a, &any_set);
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
	if (!a->v[0]->sensitive && a->v[0]->kind == BL_UNKNOWN)
		return bl_tf_not_known(a, BL_BOOL);
	return bl_tf_flag(a, a->v[0]->sensitive);
}

/* Nothing that is evaluated here is ephemeral: what is, is not known. */
const bl_value *bl_tf_fn_ephemeralasnull(bl_tf_args *a)
{
	return a->v[0];
}

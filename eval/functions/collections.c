/* Functions over lists, sets and maps. */
#include "core/codec/number.h"
#include "core/codec/unicode.h"
#include "eval/functions/functions.h"

#include <stdlib.h>

static void push(bl_tf_args *a, bl_values *to, const bl_value *v)
{
	bl_vec_push(a->arena, to, v);
}

/* A list as a result, open where the argument is, of the argument's own shape unless that is a set. */
static const bl_value *like(bl_tf_args *a, const bl_values *values, const bl_value *from, const bl_value_type *element)
{
	bl_value *v = bl_tf_list(a, values, from->shape == BL_SHAPE_LOOSE ? BL_SHAPE_LOOSE : BL_SHAPE_TYPED);
	v->open = from->open;
	v->rest = from->rest;
	v->element = v->shape == BL_SHAPE_LOOSE ? NULL : element;
	return v;
}

/* A list whose elements are all of type element. */
static bl_value *list_of(bl_tf_args *a, const bl_values *values, const bl_value_type *element)
{
	bl_value *v = bl_tf_list(a, values, BL_SHAPE_TYPED);
	v->element = element;
	return v;
}

/* alltrue and anytrue: unknown elements decide only when the others do not. */
static const bl_value *all_or_any(bl_tf_args *a, bl_tri start, bl_tri (*join)(bl_tri, bl_tri))
{
	bl_tri t = start;
	const bl_value *list = a->v[0];
	for (uint32_t i = 0; i < list->n; i++) {
		const bl_value *b = bl_tf_to_bool(a->tf, list->list[i]);
		if (!b)
			return bl_tf_refuse(a, "an element is %s, not a bool", bl_tf_kind_name(list->list[i]));
		t = join(t, b->kind == BL_BOOL ? bl_tri_of(b->boolean) : b->kind == BL_NULL ? BL_NO : BL_MAYBE);
	}
	if (list->open)
		t = join(t, BL_MAYBE);
	return t == BL_MAYBE ? bl_tf_not_known(a, BL_BOOL) : bl_tf_flag(a, t == BL_YES);
}

const bl_value *bl_tf_fn_alltrue(bl_tf_args *a)
{
	return all_or_any(a, BL_YES, bl_tri_and);
}

const bl_value *bl_tf_fn_anytrue(bl_tf_args *a)
{
	return all_or_any(a, BL_NO, bl_tri_or);
}

const bl_value *bl_tf_fn_chunklist(bl_tf_args *a)
{
	long long size;
	bl_values chunks = {0}, one = {0};
	const bl_value *list = a->v[0];
	if (!bl_number_integer(a->v[1]->digits, &size) || size < 0)
		return bl_tf_refuse(a, "the size must be a whole number that is not negative");
	if (list->open)
		return bl_tf_not_known(a, BL_LIST);
	for (uint32_t i = 0; i < list->n; i++) {
		push(a, &one, list->list[i]);
		if ((size && one.n == (size_t)size) || i + 1 == list->n) {
			push(a, &chunks, list_of(a, &one, list->element));
			one = (bl_values){0};
		}
	}
	return list_of(a, &chunks, bl_tf_type_of(a->tf, list));
}

/* The one type of all arguments, or NULL. */
static const bl_value_type *common_type(bl_tf_args *a)
{
	const bl_value_type **types = bl_new_n(a->arena, const bl_value_type *, a->n);
	for (size_t i = 0; i < a->n; i++)
		types[i] = bl_tf_type_of(a->tf, a->v[i]);
	return bl_tf_type_unify(a->arena, types, a->n, false);
}

const bl_value *bl_tf_fn_coalesce(bl_tf_args *a)
{
	const bl_value_type *type = common_type(a);
	if (!a->n)
		return bl_tf_refuse(a, "at least one argument is required");
	if (!type)
		return bl_tf_refuse(a, "the arguments have no common type");
	for (size_t i = 0; i < a->n; i++) {
		const bl_value *v = a->v[i];
		bl_str why;
		const bl_unknown *u = v->kind == BL_UNKNOWN ? v->unknown : NULL;
		bool there = u && u->not_null && ((u->type >= 0 && u->type != BL_STRING) || u->least);
		if (u && !there) {
			const bl_value *unknown = bl_tf_not_known(a, -1);
			return bl_tf_typed_unknown(a->tf, unknown, type);
		}
		if (v->kind == BL_NULL)
			continue;
		v = bl_tf_convert_to(a->tf, v, type, &why);
		if (!v)
			return bl_tf_refuse(a, "argument %zu: " BL_FMT, i + 1, BL_ARG(why));
		if (v->kind != BL_STRING || v->string.n)
			return v;
	}
	return bl_tf_refuse(a, "no argument is left that is neither null nor empty");
}

const bl_value *bl_tf_fn_coalescelist(bl_tf_args *a)
{
	for (size_t i = 0; i < a->n; i++) {
		const bl_value *v = a->v[i];
		if (v->kind == BL_UNKNOWN || ((v->kind == BL_LIST || v->kind == BL_MAP) && v->open && !v->n))
			return bl_tf_not_known(a, BL_LIST);
		if (v->kind != BL_LIST || v->shape == BL_SHAPE_SET)
			return bl_tf_refuse(a, "argument %zu must be a list, not %s", i + 1, bl_tf_kind_name(v));
	}
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i]->n)
			return a->v[i];
	return bl_tf_refuse(a, "all lists are empty");
}

const bl_value *bl_tf_fn_compact(bl_tf_args *a)
{
	bl_values out = {0};
	const bl_value *list = a->v[0];
	bool open = list->open;
	for (uint32_t i = 0; i < list->n; i++) {
		const bl_value *s = bl_tf_to_string(a->tf, list->list[i]);
		if (!s)
			return bl_tf_refuse(a, "an element is %s, not a string", bl_tf_kind_name(list->list[i]));
		if (s->kind == BL_UNKNOWN && !s->unknown->prefix.n && !s->unknown->suffix.n)
			open = true;
		if (s->kind == BL_UNKNOWN || (s->kind == BL_STRING && s->string.n))
			push(a, &out, s);
	}
	bl_value *v = list_of(a, &out, &bl_tf_type_string);
	v->open = open;
	return v;
}

const bl_value *bl_tf_fn_concat(bl_tf_args *a)
{
	bl_values out = {0};
	bool open = false, loose = false;
	const bl_ref *rest = NULL;
	if (!a->n)
		return bl_tf_refuse(a, "at least one argument is required");
	for (size_t i = 0; i < a->n; i++) {
		const bl_value *v = a->v[i];
		if (v->kind == BL_NULL)
			return bl_tf_refuse(a, "argument %zu must not be null", i + 1);
		if (v->kind == BL_UNKNOWN) {
			/* what is known of the others stays known; the places do not, but few ask for places here */
			open = true;
			rest = v->unknown->nrefs ? &v->unknown->refs[0] : rest;
			continue;
		}
		if (v->shape == BL_SHAPE_SET && !v->rest)
			return bl_tf_refuse(a, "argument %zu is a set, which has no order", i + 1);
		open |= v->open;
		loose |= v->shape == BL_SHAPE_LOOSE;
		rest = v->open && v->rest ? v->rest : rest;
		for (uint32_t k = 0; k < v->n; k++)
			push(a, &out, bl_tf_marked(a->tf, v->list[k], v->sensitive));
	}
	bl_value *v = bl_tf_list(a, &out, BL_SHAPE_LOOSE);
	v->open = open;
	v->rest = rest;
	const bl_value_type *type = loose || open ? NULL : common_type(a);
	bl_str why;
	/* lists alone make a list when they can be of one type */
	const bl_value *list = type && type->kind == BL_TYPE_LIST ? bl_tf_convert_to(a->tf, v, type, &why) : NULL;
	return list ? list : v;
}

const bl_value *bl_tf_fn_contains(bl_tf_args *a)
{
	const bl_value *list = a->v[0];
	bl_tri found = list->open ? BL_MAYBE : BL_NO;
	for (uint32_t i = 0; i < list->n && found != BL_YES; i++)
		found = bl_tri_or(found, bl_tf_same(a->tf, list->list[i], a->v[1]));
	return found == BL_MAYBE ? bl_tf_not_known(a, BL_BOOL) : bl_tf_flag(a, found == BL_YES);
}

/* Equal scalars are found by their text, others one by one. */
static bool seen_before(bl_tf_args *a, bl_map *texts, const bl_values *kept, const bl_value *v)
{
	if (v->kind == BL_STRING || v->kind == BL_NUMBER) {
		bl_str text = v->kind == BL_STRING ? v->string : bl_number_canonical(a->arena, v->digits);
		return bl_map_put(a->arena, texts, text, a) != NULL;
	}
	for (size_t k = 0; k < kept->n && bl_tf_spend(a->tf, 1, a->span); k++)
		if (bl_tf_same(a->tf, kept->items[k], v) == BL_YES)
			return true;
	return false;
}

const bl_value *bl_tf_fn_distinct(bl_tf_args *a)
{
	bl_values out = {0};
	bl_map texts = {0};
	const bl_value *list = a->v[0];
	for (uint32_t i = 0; i < list->n; i++)
		if (!seen_before(a, &texts, &out, list->list[i]))
			push(a, &out, list->list[i]);
	return like(a, &out, list, list->element);
}

const bl_value *bl_tf_fn_element(bl_tf_args *a)
{
	long long i;
	const bl_value *list = a->v[0];
	if (!bl_number_integer(a->v[1]->digits, &i))
		return bl_tf_refuse(a, "the index must be a whole number");
	if (list->shape == BL_SHAPE_SET)
		return bl_tf_refuse(a, "the elements of a set have no index");
	if (list->open && (i < 0 || i >= (long long)list->n))
		return bl_tf_not_known(a, -1);
	if (!list->n)
		return bl_tf_refuse(a, "the list is empty");
	i %= (long long)list->n;
	/* of a list those below zero count from the end; a tuple has none */
	if (i < 0 && list->shape == BL_SHAPE_LOOSE)
		return bl_tf_refuse(a, "the index is negative");
	return list->list[i < 0 ? i + (long long)list->n : i];
}

/* True when there may be more. A list within that is sensitive makes all of the result so: which elements are its cannot be seen. */
static bool flatten_into(bl_tf_args *a, bl_values *out, const bl_value *v, int depth, bool *sensitive)
{
	bool open = v->open;
	*sensitive |= v->sensitive;
	for (uint32_t i = 0; i < v->n && depth < BL_EVAL_MAX_DEPTH; i++) {
		const bl_value *x = v->list[i];
		if (!bl_tf_spend(a->tf, 1, a->span))
			return true;
		if (x->kind == BL_LIST)
			open |= flatten_into(a, out, x, depth + 1, sensitive);
		else if (x->kind == BL_UNKNOWN && (x->unknown->type < 0 || x->unknown->type == BL_LIST))
			open = true; /* it may be a list of some or none */
		else
			push(a, out, x);
	}
	return open;
}

const bl_value *bl_tf_fn_flatten(bl_tf_args *a)
{
	bl_values out = {0};
	bool sensitive = false, open = flatten_into(a, &out, a->v[0], 0, &sensitive);
	bl_value *v = bl_tf_list(a, &out, BL_SHAPE_LOOSE);
	v->open = open;
	v->rest = a->v[0]->rest;
	v->sensitive = sensitive;
	return v;
}

const bl_value *bl_tf_fn_index(bl_tf_args *a)
{
	const bl_value *list = a->v[0];
	if (list->shape == BL_SHAPE_SET)
		return bl_tf_refuse(a, "the elements of a set have no index");
	for (uint32_t i = 0; i < list->n; i++) {
		bl_tri t = bl_tf_same(a->tf, list->list[i], a->v[1]);
		if (t == BL_YES)
			return bl_tf_count(a, i);
		if (t == BL_MAYBE)
			return bl_tf_not_known(a, BL_NUMBER);
	}
	return list->open ? bl_tf_not_known(a, BL_NUMBER) : bl_tf_refuse(a, "the item is not in the list");
}

const bl_value *bl_tf_fn_keys(bl_tf_args *a)
{
	bl_values out = {0};
	const bl_value *map = a->v[0];
	const bl_item **items = bl_tf_sorted(a->tf, map);
	for (uint32_t i = 0; i < map->n; i++)
		push(a, &out, bl_value_string(a->arena, items[i]->key_span, items[i]->key));
	return like(a, &out, map, &bl_tf_type_string);
}

static size_t characters(bl_str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i += bl_unicode_cluster(s, i))
		n++;
	return n;
}

/* Of a text whose letters are not known the length may be. */
static const bl_value *unknown_length(bl_tf_args *a, const bl_value *v)
{
	bl_partial p = {0};
	bl_partial_add(&p, v);
	bool sized = v->unknown->type == BL_STRING && v->unknown->not_null && p.least == p.most && bl_partial_plain(&p);
	size_t n = p.text.n - p.gaps + p.least;
	bl_partial_done(&p);
	return sized ? bl_tf_count(a, n) : bl_tf_not_known(a, BL_NUMBER);
}

const bl_value *bl_tf_fn_length(bl_tf_args *a)
{
	const bl_value *v = a->v[0];
	switch (v->kind) {
	case BL_LIST:
	case BL_MAP:
		return v->open ? bl_tf_not_known(a, BL_NUMBER) : bl_tf_count(a, v->n);
	case BL_STRING:
		return bl_tf_count(a, characters(v->string));
	case BL_UNKNOWN:
		return unknown_length(a, v);
	default:
		return bl_tf_refuse(a, "%s has no length", bl_tf_kind_name(v));
	}
}

const bl_value *bl_tf_fn_lookup(bl_tf_args *a)
{
	const bl_value *map = a->v[0], *v = bl_value_get(map, a->v[1]->string);
	const bl_value *fallback = a->n > 2 ? a->v[2] : NULL;
	if (fallback && map->shape == BL_SHAPE_TYPED) {
		bl_str why;
		fallback = bl_tf_convert_to(a->tf, fallback, bl_tf_element_type(a->tf, map, false), &why);
		if (!fallback)
			return bl_tf_refuse(a, "the default value must have the type of the map's elements: " BL_FMT, BL_ARG(why));
	}
	if (v)
		return v;
	if (map->open)
		return bl_tf_not_known(a, -1);
	return fallback ? fallback : bl_tf_refuse(a, "there is no '" BL_FMT "'", BL_ARG(a->v[1]->string));
}

const bl_value *bl_tf_fn_matchkeys(bl_tf_args *a)
{
	bl_values out = {0};
	const bl_value *values = a->v[0], *keys = a->v[1], *wanted = a->v[2];
	const bl_value_type *types[] = {bl_tf_type_of(a->tf, keys), bl_tf_type_of(a->tf, wanted)};
	const bl_value_type *type = bl_tf_type_unify(a->arena, types, 2, false);
	bl_str why;
	if (!type)
		return bl_tf_refuse(a, "the keys and what is searched for must be of one type");
	if (values->open || keys->open || wanted->open)
		return bl_tf_not_known(a, BL_LIST);
	if (values->n != keys->n)
		return bl_tf_refuse(a, "values and keys differ in length");
	keys = bl_tf_convert_to(a->tf, keys, type, &why);
	wanted = bl_tf_convert_to(a->tf, wanted, type, &why);
	if (!keys || !wanted)
		return bl_tf_refuse(a, BL_FMT, BL_ARG(why));
	for (uint32_t i = 0; i < keys->n; i++) {
		bl_tri found = BL_NO;
		for (uint32_t k = 0; k < wanted->n && found != BL_YES && bl_tf_spend(a->tf, 1, a->span); k++)
			found = bl_tri_or(found, bl_tf_same(a->tf, keys->list[i], wanted->list[k]));
		if (found == BL_MAYBE)
			return bl_tf_not_known(a, BL_LIST);
		if (found == BL_YES)
			push(a, &out, values->list[i]);
	}
	return list_of(a, &out, values->element);
}

/* The type of the arguments when all have the same; or NULL. */
static const bl_value_type *same_type(bl_tf_args *a)
{
	const bl_value_type *type = NULL;
	for (size_t i = 0; i < a->n; i++) {
		if (a->v[i]->kind == BL_MAP && a->v[i]->shape == BL_SHAPE_LOOSE)
			return NULL; /* of an object what it holds says all */
		const bl_value_type *one = bl_tf_type_of(a->tf, a->v[i]);
		if (type && !bl_tf_type_equal(type, one))
			return NULL;
		type = one;
	}
	return type;
}

const bl_value *bl_tf_fn_merge(bl_tf_args *a)
{
	bl_tf_builder b = {0};
	bool open = false, all_null = a->n > 0;
	const bl_ref *rest = NULL;
	for (size_t i = 0; i < a->n; i++) {
		const bl_value *m = a->v[i];
		all_null = all_null && m->kind == BL_NULL;
		if (m->kind == BL_UNKNOWN) {
			/* what comes after it stands; what came before may be replaced by it */
			for (size_t k = 0; k < b.items.n; k++)
				b.items.items[k].value = bl_tf_unknown_of(a->tf, a->span, (const bl_value *[]){b.items.items[k].value, m}, 2, -1);
			open = true;
			continue;
		}
		if (m->kind != BL_MAP && m->kind != BL_NULL)
			return bl_tf_refuse(a, "argument %zu must be a map or object, not %s", i + 1, bl_tf_kind_name(m));
		open |= m->kind == BL_MAP && m->open;
		if (m->kind == BL_MAP && m->open && m->rest)
			rest = m->rest;
		for (uint32_t k = 0; m->kind == BL_MAP && k < m->n; k++)
			bl_tf_put(a->tf, &b, m->map[k].key, m->map[k].key_span, bl_tf_marked(a->tf, m->map[k].value, m->sensitive));
	}
	bl_value *v = bl_tf_built(a->tf, &b, a->span);
	v->open = open;
	v->rest = rest;
	const bl_value_type *type = open ? NULL : same_type(a);
	if (all_null)
		return bl_tf_null_of(a->arena, a->span, type ? type : &bl_tf_type_any);
	if (type && type->kind == BL_TYPE_MAP) {
		v->shape = BL_SHAPE_TYPED;
		v->element = type->element;
	}
	return v;
}

const bl_value *bl_tf_fn_one(bl_tf_args *a)
{
	const bl_value *v = a->v[0];
	if (v->kind == BL_UNKNOWN)
		return bl_tf_not_known(a, -1);
	if (v->kind != BL_LIST)
		return bl_tf_refuse(a, "a list or set is required, not %s", bl_tf_kind_name(v));
	if (v->open)
		return bl_tf_not_known(a, -1);
	if (v->n > 1)
		return bl_tf_refuse(a, "the list has %u elements, not one or none", v->n);
	return v->n ? v->list[0] : bl_tf_null_of(a->arena, a->span, bl_tf_element_type(a->tf, v, false));
}

const bl_value *bl_tf_fn_range(bl_tf_args *a)
{
	bl_values out = {0};
	bl_str from = BL_STR("0"), to = a->v[0]->digits, step;
	if (a->n > 1) {
		from = to;
		to = a->v[1]->digits;
	}
	step = a->n > 2 ? a->v[2]->digits : bl_number_cmp(from, to) <= 0 ? BL_STR("1") : BL_STR("-1");
	int way = bl_number_cmp(step, BL_STR("0"));
	if (!way || (way > 0 && bl_number_cmp(from, to) > 0) || (way < 0 && bl_number_cmp(from, to) < 0))
		return bl_tf_refuse(a, "the step does not lead to the end");
	while (way > 0 ? bl_number_cmp(from, to) < 0 : bl_number_cmp(from, to) > 0) {
		if (out.n == 1024)
			return bl_tf_refuse(a, "more than 1024 numbers");
		push(a, &out, bl_tf_digits(a, from));
		bl_number_apply(a->arena, '+', from, step, &from);
	}
	return list_of(a, &out, &bl_tf_type_number);
}

const bl_value *bl_tf_fn_reverse(bl_tf_args *a)
{
	bl_values out = {0};
	const bl_value *list = a->v[0];
	for (uint32_t i = list->n; i > 0; i--)
		push(a, &out, list->list[i - 1]);
	return like(a, &out, list, list->element);
}

const bl_value *bl_tf_fn_slice(bl_tf_args *a)
{
	long long from, to;
	bl_values out = {0};
	const bl_value *list = a->v[0];
	if (!bl_number_integer(a->v[1]->digits, &from) || !bl_number_integer(a->v[2]->digits, &to))
		return bl_tf_refuse(a, "the indexes must be whole numbers");
	if (list->shape == BL_SHAPE_SET)
		return bl_tf_refuse(a, "a set has no order to cut");
	if (list->open && to > (long long)list->n)
		return bl_tf_not_known(a, BL_LIST);
	if (from < 0 || to < from || to > (long long)list->n)
		return bl_tf_refuse(a, "there is nothing from %lld to %lld in a list of %u", from, to, list->n);
	for (long long i = from; i < to; i++)
		push(a, &out, list->list[i]);
	bl_value *v = bl_tf_list(a, &out, (bl_shape)list->shape);
	v->element = list->element;
	return v;
}

static int by_text(const void *x, const void *y)
{
	return bl_str_cmp((*(const bl_value *const *)x)->string, (*(const bl_value *const *)y)->string);
}

const bl_value *bl_tf_fn_sort(bl_tf_args *a)
{
	bl_values out = {0};
	const bl_value *list = a->v[0];
	for (uint32_t i = 0; i < list->n; i++) {
		const bl_value *s = bl_tf_to_string(a->tf, list->list[i]);
		if (!s || s->kind == BL_NULL)
			return bl_tf_refuse(a, "an element is %s, not a string", bl_tf_kind_name(list->list[i]));
		if (s->kind == BL_UNKNOWN)
			return bl_tf_not_known(a, BL_LIST);
		push(a, &out, s);
	}
	if (out.n)
		qsort(out.items, out.n, sizeof *out.items, by_text);
	bl_value *v = list_of(a, &out, &bl_tf_type_string);
	v->open = list->open;
	return v;
}

const bl_value *bl_tf_fn_sum(bl_tf_args *a)
{
	bl_str sum = {0};
	const bl_value *list = a->v[0];
	if (list->open)
		return bl_tf_not_known(a, BL_NUMBER);
	if (!list->n)
		return bl_tf_refuse(a, "there is nothing to add");
	for (uint32_t i = 0; i < list->n; i++) {
		const bl_value *x = bl_tf_to_number(a->tf, list->list[i]);
		if (!x || x->kind == BL_NULL)
			return bl_tf_refuse(a, "an element is %s, not a number", bl_tf_kind_name(list->list[i]));
		if (x->kind == BL_UNKNOWN)
			return bl_tf_not_known(a, BL_NUMBER);
		if (i)
			bl_number_apply(a->arena, '+', sum, x->digits, &sum);
		else
			sum = x->digits;
	}
	return bl_tf_digits(a, sum);
}

const bl_value *bl_tf_fn_transpose(bl_tf_args *a)
{
	bl_tf_builder b = {0};
	const bl_value *map = a->v[0];
	if (bl_value_has_unknown(map))
		return bl_tf_not_known(a, BL_MAP);
	const bl_item **items = bl_tf_sorted(a->tf, map);
	for (uint32_t i = 0; i < map->n; i++) {
		const bl_value *list = items[i]->value;
		for (uint32_t k = 0; list->kind == BL_LIST && k < list->n; k++) {
			const bl_value *name = bl_tf_to_string(a->tf, list->list[k]);
			if (!name || name->kind != BL_STRING)
				return bl_tf_refuse(a, "an element is %s, not a string", bl_tf_kind_name(list->list[k]));
			const bl_value *old = bl_tf_find(&b, name->string);
			bl_values names = {0};
			for (uint32_t o = 0; old && o < old->n; o++)
				push(a, &names, old->list[o]);
			push(a, &names, bl_value_string(a->arena, items[i]->key_span, items[i]->key));
			bl_tf_put(a->tf, &b, name->string, name->span, list_of(a, &names, &bl_tf_type_string));
		}
		if (list->kind != BL_LIST)
			return bl_tf_refuse(a, "the map's values must be lists");
	}
	bl_value *v = bl_tf_built(a->tf, &b, a->span);
	v->shape = BL_SHAPE_TYPED;
	v->element = bl_tf_type_of_elements(a->arena, BL_TYPE_LIST, &bl_tf_type_string);
	return v;
}

const bl_value *bl_tf_fn_values(bl_tf_args *a)
{
	bl_values out = {0};
	const bl_value *map = a->v[0];
	const bl_item **items = bl_tf_sorted(a->tf, map);
	for (uint32_t i = 0; i < map->n; i++)
		push(a, &out, items[i]->value);
	return like(a, &out, map, map->element);
}

const bl_value *bl_tf_fn_zipmap(bl_tf_args *a)
{
	bl_tf_builder b = {0};
	const bl_value *keys = a->v[0], *values = a->v[1];
	if (values->shape == BL_SHAPE_SET)
		return bl_tf_refuse(a, "a set of values has no order");
	if (keys->open || values->open)
		return bl_tf_not_known(a, BL_MAP);
	if (keys->n != values->n)
		return bl_tf_refuse(a, "%u keys for %u values", keys->n, values->n);
	for (uint32_t i = 0; i < keys->n; i++) {
		const bl_value *key = bl_tf_to_string(a->tf, keys->list[i]);
		if (!key || key->kind == BL_NULL)
			return bl_tf_refuse(a, "a key is %s, not a string", bl_tf_kind_name(keys->list[i]));
		if (key->kind == BL_UNKNOWN)
			return bl_tf_not_known(a, BL_MAP);
		bl_tf_put(a->tf, &b, key->string, key->span, values->list[i]);
	}
	bl_value *v = bl_tf_built(a->tf, &b, a->span);
	v->shape = values->shape == BL_SHAPE_LOOSE ? BL_SHAPE_LOOSE : BL_SHAPE_TYPED;
	v->element = values->element;
	v->sensitive = bl_tf_sensitive(keys);
	return v;
}

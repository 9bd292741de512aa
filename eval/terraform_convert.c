/* Values that become what a type wants. */
#include "eval/terraform.h"

bl_value *bl_tf_null_of(bl_arena *arena, bl_span span, const bl_value_type *type)
{
	bl_value *v = bl_value_at(arena, &bl_value_null, span);
	v->null_of = type->kind == BL_TYPE_ANY ? NULL : type;
	return v;
}

bl_value *bl_tf_empty_of(bl_arena *arena, bl_span span, const bl_value_type *type)
{
	bool list = type->kind == BL_TYPE_LIST || type->kind == BL_TYPE_SET || type->kind == BL_TYPE_TUPLE;
	bl_value *v = list ? bl_value_list(arena, span, NULL, 0) : bl_value_map(arena, span, NULL, 0);
	v->shape = bl_tf_type_collection(type) ? type->kind == BL_TYPE_SET ? BL_SHAPE_SET : BL_SHAPE_TYPED : BL_SHAPE_LOOSE;
	v->element = type->element;
	return v;
}

static int kind_of(const bl_value_type *type)
{
	static const int kinds[] = {-1, BL_BOOL, BL_NUMBER, BL_STRING, BL_LIST, BL_LIST, BL_MAP, BL_LIST, BL_MAP};
	return kinds[type->kind];
}

const bl_value *bl_tf_typed_unknown(bl_tf *tf, const bl_value *v, const bl_value_type *type)
{
	if (type->kind == BL_TYPE_ANY)
		return v;
	bl_value *copy = bl_value_at(tf->arena, v, v->span);
	bl_unknown *u = bl_new(tf->arena, bl_unknown);
	*u = *v->unknown;
	u->type = kind_of(type);
	u->exact = type;
	u->ncandidates = 0;
	u->candidates = v->unknown->ncandidates ? bl_new_n(tf->arena, const bl_value *, v->unknown->ncandidates) : NULL;
	for (size_t i = 0; i < v->unknown->ncandidates; i++) {
		bl_str why;
		const bl_value *one = bl_tf_convert_to(tf, v->unknown->candidates[i], type, &why);
		/* what cannot be of this type is no candidate any more */
		if (one)
			u->candidates[u->ncandidates++] = one;
	}
	copy->unknown = u;
	return copy;
}

static const bl_value *refuse(bl_tf *tf, bl_str *why, const bl_value *v, const bl_value_type *type)
{
	*why = bl_str_fmt(tf->arena, BL_FMT " is required, not %s", BL_ARG(bl_tf_type_words(tf->arena, type)), bl_tf_kind_name(v));
	return NULL;
}

static bool has_any(const bl_value_type *t)
{
	if (t->kind == BL_TYPE_ANY)
		return true;
	if (t->element)
		return has_any(t->element);
	for (uint32_t i = 0; i < t->n; i++)
		if (has_any(t->members[i]))
			return true;
	return false;
}

static const bl_value *scalar(bl_tf *tf, const bl_value *v, const bl_value_type *type, bl_str *why)
{
	const bl_value *r = type->kind == BL_TYPE_STRING ? bl_tf_to_string(tf, v)
			  : type->kind == BL_TYPE_NUMBER ? bl_tf_to_number(tf, v)
							 : bl_tf_to_bool(tf, v);
	return r ? r : refuse(tf, why, v, type);
}

/* The elements of v, each converted; in places, the values of a map in its own order. NULL after a refusal. */
static const bl_value **elements(bl_tf *tf, const bl_value *v, const bl_value_type *element, bl_str *why)
{
	const bl_value **out = bl_new_n(tf->arena, const bl_value *, v->n + 1);
	for (uint32_t i = 0; i < v->n; i++) {
		const bl_value *e = v->kind == BL_LIST ? v->list[i] : v->map[i].value;
		out[i] = bl_tf_convert_to(tf, e, element, why);
		if (!out[i])
			return NULL;
	}
	return out;
}

/* What any in an element type turned out to be: the elements become of one type, which is returned; NULL when they cannot. */
static const bl_value_type *settle(bl_tf *tf, const bl_value **values, size_t n, const bl_value_type *element, bl_str *why)
{
	const bl_value_type **types = bl_new_n(tf->arena, const bl_value_type *, n + 1);
	for (size_t i = 0; i < n; i++)
		types[i] = bl_tf_type_of(tf, values[i]);
	const bl_value_type *one = n ? bl_tf_type_unify(tf->arena, types, n, false) : element;
	for (size_t i = 0; one && i < n; i++)
		values[i] = bl_tf_convert_to(tf, values[i], one, why);
	/* where something is still of any type, all must have become alike */
	bool clear = one != NULL, open = one && has_any(one);
	for (size_t i = 0; i < n && clear && open; i++) {
		types[i] = values[i] ? bl_tf_type_of(tf, values[i]) : NULL;
		clear = types[i] && bl_tf_type_equal(types[i], types[0]);
	}
	for (size_t i = 0; i < n && clear; i++)
		clear = values[i] != NULL;
	if (!clear)
		*why = BL_STR("the elements have no single type");
	return !clear ? NULL : open && n ? types[0] : one;
}

static const bl_value *collection(bl_tf *tf, const bl_value *v, const bl_value_type *type, bl_str *why)
{
	bool map = type->kind == BL_TYPE_MAP;
	const bl_value_type *element = type->element;
	if (v->kind != (map ? BL_MAP : BL_LIST))
		return refuse(tf, why, v, type);
	bl_shape shape = type->kind == BL_TYPE_SET ? BL_SHAPE_SET : BL_SHAPE_TYPED;
	bool typed = v->shape != BL_SHAPE_LOOSE;
	if (typed && v->shape == shape && v->element && (element->kind == BL_TYPE_ANY || bl_tf_type_equal(v->element, element)))
		return v;
	if (typed && element->kind == BL_TYPE_ANY)
		element = bl_tf_element_type(tf, v, false);
	else if (typed && !bl_tf_type_converts(tf->arena, bl_tf_element_type(tf, v, false), element, false))
		return refuse(tf, why, v, type);
	const bl_value **all = elements(tf, v, element, why);
	if (!all)
		return NULL;
	if (has_any(element) && v->n && !v->open) {
		element = settle(tf, all, v->n, element, why);
		if (!element)
			return NULL;
	}
	bl_value *r = bl_value_at(tf->arena, v, v->span);
	if (map) {
		r->map = bl_new_n(tf->arena, bl_item, v->n + 1);
		for (uint32_t i = 0; i < v->n; i++)
			r->map[i] = (bl_item){v->map[i].key, v->map[i].key_span, all[i]};
	} else if (shape == BL_SHAPE_SET) {
		const bl_value *set = bl_tf_set(tf, v->span, all, v->n);
		r->list = set->list;
		r->n = set->n;
	} else {
		r->list = all;
	}
	r->weight = 0;
	r->shape = (uint8_t)shape;
	r->element = element;
	return r;
}

static const bl_value *tuple(bl_tf *tf, const bl_value *v, const bl_value_type *type, bl_str *why)
{
	if (v->kind != BL_LIST || v->shape != BL_SHAPE_LOOSE || (v->n != type->n && !v->open))
		return refuse(tf, why, v, type);
	bl_value *r = bl_value_at(tf->arena, v, v->span);
	r->list = bl_new_n(tf->arena, const bl_value *, v->n + 1);
	for (uint32_t i = 0; i < v->n; i++) {
		r->list[i] = bl_tf_convert_to(tf, v->list[i], i < type->n ? type->members[i] : &bl_tf_type_any, why);
		if (!r->list[i])
			return NULL;
	}
	return r;
}

static const bl_value *member(bl_tf *tf, const bl_value *v, const bl_value_type *type, uint32_t i, bl_str *why)
{
	const bl_value *m = bl_value_get(v, type->names[i]);
	bool optional = type->optional && type->optional[i];
	const bl_value *fallback = optional ? type->defaults[i] : NULL;
	if (!m && v->open)
		m = bl_value_unknown(tf->arena, v->span, "'" BL_FMT "' is not known", BL_ARG(type->names[i]));
	if (m && (m->kind != BL_NULL || !fallback))
		return bl_tf_convert_to(tf, m, type->members[i], why);
	if (fallback)
		return bl_tf_convert_to(tf, fallback, type->members[i], why);
	if (optional)
		return bl_tf_null_of(tf->arena, v->span, type->members[i]);
	*why = bl_str_fmt(tf->arena, "attribute '" BL_FMT "' is required", BL_ARG(type->names[i]));
	return NULL;
}

/* The members in the order they were written in, as people know them; then those that were left out. */
static const bl_value *object(bl_tf *tf, const bl_value *v, const bl_value_type *type, bl_str *why)
{
	if (v->kind != BL_MAP)
		return refuse(tf, why, v, type);
	bl_value *r = bl_value_at(tf->arena, v, v->span);
	bl_item *items = bl_new_n(tf->arena, bl_item, type->n + 1);
	for (uint32_t i = 0; i < type->n; i++) {
		const bl_item *item = bl_value_item(v, type->names[i], false);
		const bl_value *m = member(tf, v, type, i, why);
		if (!m) {
			*why = bl_str_fmt(tf->arena, BL_FMT ": " BL_FMT, BL_ARG(type->names[i]), BL_ARG(*why));
			return NULL;
		}
		items[i] = (bl_item){type->names[i], item ? item->key_span : v->span, m};
	}
	r->map = items;
	r->n = type->n;
	r->open = false;
	r->rest = v->rest;
	r->weight = 0;
	r->shape = BL_SHAPE_LOOSE;
	r->element = NULL;
	return r;
}

/* A map or list that is known in part: each entry as an element. NULL after a refusal. */
static const bl_value *entries(bl_tf *tf, const bl_value *v, const bl_value_type *type, bl_str *why)
{
	bl_tf_entries e;
	bl_tf_entries_of(tf, v, &e);
	for (size_t i = 0; i < e.list.n; i++) {
		e.list.items[i].value = bl_tf_convert_to(tf, e.list.items[i].value, type->element, why);
		if (!e.list.items[i].value)
			return NULL;
	}
	return bl_tf_entries_value(tf, v->span, v->unknown->type, &e);
}

const bl_value *bl_tf_convert_to(bl_tf *tf, const bl_value *v, const bl_value_type *type, bl_str *why)
{
	if (type->kind == BL_TYPE_ANY)
		return v;
	if (v->kind == BL_UNKNOWN && v->unknown->entries) {
		if (bl_tf_type_collection(type) && kind_of(type) == v->unknown->type)
			return entries(tf, v, type, why);
		v = bl_tf_plain(tf, v, false);
	}
	if (v->kind == BL_NULL || v->kind == BL_UNKNOWN) {
		const bl_value_type *have = bl_tf_type_of(tf, v);
		if (v->kind == BL_UNKNOWN && !v->unknown->exact && kind_of(type) == v->unknown->type)
			have = type;
		if (!bl_tf_type_converts(tf->arena, have, type, false))
			return refuse(tf, why, v, type);
		if (bl_tf_type_equal(have, type) && (v->kind == BL_NULL || v->unknown->exact || bl_tf_type_primitive(type)))
			return v;
		if (v->kind == BL_UNKNOWN)
			return bl_tf_typed_unknown(tf, v, type);
		bl_value *null = bl_value_at(tf->arena, v, v->span);
		null->null_of = type;
		return null;
	}
	if (bl_tf_type_primitive(type))
		return scalar(tf, v, type, why);
	if (!bl_tf_spend(tf, v->n / 4 + 1, v->span))
		return bl_value_unknown(tf->arena, v->span, "evaluation takes too many steps");
	if (type->kind == BL_TYPE_TUPLE)
		return tuple(tf, v, type, why);
	return type->kind == BL_TYPE_OBJECT ? object(tf, v, type, why) : collection(tf, v, type, why);
}

/* Types: of values, equal ones, what converts to what, and the one type that several can become. */
#include "eval/terraform.h"

#include <stdlib.h>

const bl_value_type bl_tf_type_any = {.kind = BL_TYPE_ANY};
const bl_value_type bl_tf_type_bool = {.kind = BL_TYPE_BOOL};
const bl_value_type bl_tf_type_number = {.kind = BL_TYPE_NUMBER};
const bl_value_type bl_tf_type_string = {.kind = BL_TYPE_STRING};

const bl_value_type *bl_tf_type_of_elements(bl_arena *arena, bl_tf_types kind, const bl_value_type *element)
{
	bl_value_type *t = bl_new(arena, bl_value_type);
	t->kind = (uint8_t)kind;
	t->element = element;
	return t;
}

const bl_value_type *bl_tf_type_tuple(bl_arena *arena, const bl_value_type **members, size_t n)
{
	bl_value_type *t = bl_new(arena, bl_value_type);
	t->kind = BL_TYPE_TUPLE;
	t->n = (uint32_t)n;
	t->members = members;
	return t;
}

static bl_value_type *object_like(bl_arena *arena, const bl_value_type *model)
{
	bl_value_type *t = bl_new(arena, bl_value_type);
	*t = (bl_value_type){.kind = model->kind, .n = model->n, .names = model->names};
	t->members = bl_new_n(arena, const bl_value_type *, model->n + 1);
	return t;
}

static bool same_names(const bl_value_type *a, const bl_value_type *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!bl_str_eq(a->names[i], b->names[i]))
			return false;
	return true;
}

bool bl_tf_type_equal(const bl_value_type *a, const bl_value_type *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind)
		return false;
	if (bl_tf_type_collection(a))
		return bl_tf_type_equal(a->element, b->element);
	if (a->kind != BL_TYPE_TUPLE && a->kind != BL_TYPE_OBJECT)
		return true;
	if (a->n != b->n || (a->kind == BL_TYPE_OBJECT && !same_names(a, b)))
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!bl_tf_type_equal(a->members[i], b->members[i]))
			return false;
	return true;
}

const bl_value_type *bl_tf_type_member(const bl_value_type *object, bl_str name)
{
	size_t lo = 0, hi = object->n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int cmp = bl_str_cmp(object->names[mid], name);
		if (!cmp)
			return object->members[mid];
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static void put_words(bl_buf *out, const bl_value_type *t)
{
	static const char *const names[] = {"dynamic", "bool", "number", "string", "list", "set", "map", "tuple", "object"};
	bl_buf_putz(out, names[t->kind]);
	if (bl_tf_type_collection(t)) {
		bl_buf_putc(out, '(');
		put_words(out, t->element);
		bl_buf_putc(out, ')');
	} else if (t->kind == BL_TYPE_TUPLE || t->kind == BL_TYPE_OBJECT) {
		bool object = t->kind == BL_TYPE_OBJECT;
		bl_buf_putz(out, object ? "({" : "([");
		for (uint32_t i = 0; i < t->n; i++) {
			if (i)
				bl_buf_putc(out, ',');
			if (object) {
				bl_buf_put(out, t->names[i]);
				bl_buf_putc(out, '=');
			}
			put_words(out, t->members[i]);
		}
		bl_buf_putz(out, object ? "})" : "])");
	}
}

bl_str bl_tf_type_words(bl_arena *arena, const bl_value_type *type)
{
	bl_buf out = {0};
	put_words(&out, type);
	bl_str s = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

/* --- of values --- */

static const bl_value_type *primitive_of(int kind)
{
	return kind == BL_BOOL ? &bl_tf_type_bool : kind == BL_NUMBER ? &bl_tf_type_number : kind == BL_STRING ? &bl_tf_type_string : &bl_tf_type_any;
}

static const bl_value *nth(const bl_value *v, uint32_t i)
{
	return v->kind == BL_LIST ? v->list[i] : v->map[i].value;
}

/* What the elements of a typed collection are where nobody told: they are all of one type. */
static const bl_value_type *told_element(bl_tf *tf, const bl_value *v)
{
	if (v->element)
		return v->element;
	const bl_value_type *t = &bl_tf_type_any;
	for (uint32_t i = 0; i < v->n && t->kind == BL_TYPE_ANY; i++)
		t = bl_tf_type_of(tf, nth(v, i));
	return t;
}

static const bl_value_type *object_of(bl_tf *tf, const bl_value *v)
{
	bl_value_type *t = bl_new(tf->arena, bl_value_type);
	const bl_item **items = bl_tf_sorted(tf, v);
	bl_str *names = bl_new_n(tf->arena, bl_str, v->n + 1);
	t->kind = BL_TYPE_OBJECT;
	t->n = v->n;
	t->members = bl_new_n(tf->arena, const bl_value_type *, v->n + 1);
	for (uint32_t i = 0; i < v->n; i++) {
		names[i] = items[i]->key;
		t->members[i] = bl_tf_type_of(tf, items[i]->value);
	}
	t->names = names;
	return t;
}

static const bl_value_type *tuple_of(bl_tf *tf, const bl_value *v)
{
	const bl_value_type **members = bl_new_n(tf->arena, const bl_value_type *, v->n + 1);
	for (uint32_t i = 0; i < v->n; i++)
		members[i] = bl_tf_type_of(tf, v->list[i]);
	return bl_tf_type_tuple(tf->arena, members, v->n);
}

const bl_value_type *bl_tf_type_of(bl_tf *tf, const bl_value *v)
{
	switch (v->kind) {
	case BL_NULL:
		return v->null_of ? v->null_of : &bl_tf_type_any;
	case BL_UNKNOWN:
		return v->unknown->exact ? v->unknown->exact : primitive_of(v->unknown->type);
	case BL_LIST:
	case BL_MAP:
		if (!bl_tf_spend(tf, v->n / 4 + 1, v->span))
			return &bl_tf_type_any;
		if (v->shape != BL_SHAPE_LOOSE)
			return bl_tf_type_of_elements(tf->arena,
				v->shape == BL_SHAPE_SET ? BL_TYPE_SET : v->kind == BL_MAP ? BL_TYPE_MAP : BL_TYPE_LIST, told_element(tf, v));
		if (v->open)
			return &bl_tf_type_any;
		return v->kind == BL_LIST ? tuple_of(tf, v) : object_of(tf, v);
	default:
		return primitive_of(v->kind);
	}
}

const bl_value_type *bl_tf_element_type(bl_tf *tf, const bl_value *v, bool safe)
{
	if (v->shape != BL_SHAPE_LOOSE)
		return told_element(tf, v);
	const bl_value_type **types = bl_new_n(tf->arena, const bl_value_type *, v->n + 1);
	size_t n = 0;
	for (uint32_t i = 0; i < v->n; i++) {
		const bl_value_type *t = bl_tf_type_of(tf, nth(v, i));
		/* like ones stand side by side */
		if (!n || !bl_tf_type_equal(types[n - 1], t))
			types[n++] = t;
	}
	return n ? bl_tf_type_unify(tf->arena, types, n, safe) : &bl_tf_type_any;
}

/* --- conversions --- */

static bool object_converts(bl_arena *arena, const bl_value_type *in, const bl_value_type *out, bool safe)
{
	for (uint32_t i = 0; i < out->n; i++) {
		const bl_value_type *have = bl_tf_type_member(in, out->names[i]);
		if (!have && !(out->optional && out->optional[i]))
			return false;
		if (have && !bl_tf_type_converts(arena, have, out->members[i], safe))
			return false;
	}
	return true;
}

/* A tuple or an object whose members all become one element. */
static bool members_convert(bl_arena *arena, const bl_value_type *in, const bl_value_type *out, bool safe)
{
	const bl_value_type *element = out->element;
	if (element->kind == BL_TYPE_ANY) {
		element = in->n ? bl_tf_type_unify(arena, in->members, in->n, safe) : element;
		if (!element)
			return false;
	}
	for (uint32_t i = 0; i < in->n; i++) {
		if (element->kind == BL_TYPE_ANY && in->members[i]->kind != BL_TYPE_ANY)
			return false;
		if (!bl_tf_type_converts(arena, in->members[i], element, safe))
			return false;
	}
	return true;
}

static bool tuple_converts(bl_arena *arena, const bl_value_type *in, const bl_value_type *out, bool safe)
{
	if (in->n != out->n)
		return false;
	for (uint32_t i = 0; i < in->n; i++)
		if (!bl_tf_type_converts(arena, in->members[i], out->members[i], safe))
			return false;
	return true;
}

bool bl_tf_type_converts(bl_arena *arena, const bl_value_type *in, const bl_value_type *out, bool safe)
{
	if (out->kind == BL_TYPE_ANY || in == out)
		return true;
	if (in->kind == BL_TYPE_ANY)
		return !safe;
	if (bl_tf_type_primitive(in) && bl_tf_type_primitive(out))
		return in->kind == out->kind || out->kind == BL_TYPE_STRING || (!safe && in->kind == BL_TYPE_STRING);
	bool ordered = in->kind == BL_TYPE_LIST || in->kind == BL_TYPE_SET;
	switch (out->kind) {
	case BL_TYPE_LIST:
		return ordered ? bl_tf_type_converts(arena, in->element, out->element, safe)
			       : in->kind == BL_TYPE_TUPLE && members_convert(arena, in, out, safe);
	case BL_TYPE_SET:
		if (in->kind == BL_TYPE_LIST && safe)
			return false;
		return ordered ? bl_tf_type_converts(arena, in->element, out->element, safe)
			       : in->kind == BL_TYPE_TUPLE && members_convert(arena, in, out, safe);
	case BL_TYPE_MAP:
		return in->kind == BL_TYPE_MAP ? bl_tf_type_converts(arena, in->element, out->element, safe)
					       : in->kind == BL_TYPE_OBJECT && members_convert(arena, in, out, safe);
	case BL_TYPE_TUPLE:
		return in->kind == BL_TYPE_TUPLE && tuple_converts(arena, in, out, safe);
	case BL_TYPE_OBJECT:
		if (in->kind == BL_TYPE_MAP && !safe) {
			for (uint32_t i = 0; i < out->n; i++)
				if (!bl_tf_type_converts(arena, in->element, out->members[i], safe))
					return false;
			return true;
		}
		return in->kind == BL_TYPE_OBJECT && object_converts(arena, in, out, safe);
	default:
		return false;
	}
}

/* --- unification --- */

/* Below zero when a is the better choice for both, above when b is. */
static int prefer(const bl_value_type *a, const bl_value_type *b)
{
	if (a->kind == BL_TYPE_ANY || b->kind == BL_TYPE_ANY)
		return (a->kind == BL_TYPE_ANY) - (b->kind == BL_TYPE_ANY);
	if (bl_tf_type_primitive(a) && bl_tf_type_primitive(b))
		return (b->kind == BL_TYPE_STRING) - (a->kind == BL_TYPE_STRING);
	if (bl_tf_type_collection(a) && a->kind == b->kind)
		return prefer(a->element, b->element);
	/* a list before a tuple before a set, a map before an object */
	static const int rank[] = {[BL_TYPE_LIST] = 1, [BL_TYPE_TUPLE] = 2, [BL_TYPE_SET] = 3, [BL_TYPE_MAP] = 4, [BL_TYPE_OBJECT] = 5};
	int x = rank[a->kind], y = rank[b->kind];
	if (x && y && x != y)
		return (x <= 3) == (y <= 3) ? x - y : 0;
	if ((a->kind == BL_TYPE_TUPLE || a->kind == BL_TYPE_OBJECT) && a->kind == b->kind) {
		if (a->n != b->n || (a->kind == BL_TYPE_OBJECT && !same_names(a, b)))
			return 0;
		int all = 0;
		for (uint32_t i = 0; i < a->n; i++) {
			int one = prefer(a->members[i], b->members[i]);
			if (one && all && (one < 0) != (all < 0))
				return 0;
			all = one ? one : all;
		}
		return all;
	}
	return 0;
}

/* All members of all types, flattened. */
static const bl_value_type *unify_members(bl_arena *arena, const bl_value_type *const *types, size_t n, bl_tf_types kind, bool safe)
{
	BL_VEC(const bl_value_type *) all = {0};
	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < types[i]->n; k++)
			bl_vec_push(arena, &all, types[i]->members[k]);
	const bl_value_type *element = all.n ? bl_tf_type_unify(arena, all.items, all.n, safe) : NULL;
	if (!element)
		return NULL;
	const bl_value_type *result = bl_tf_type_of_elements(arena, kind, element);
	for (size_t i = 0; i < n; i++)
		if (!bl_tf_type_converts(arena, types[i], result, safe))
			return NULL;
	return result;
}

/* Tuples of one length, or objects with the same names, keep their form when their members unify; else they become one collection. */
static const bl_value_type *unify_structures(bl_arena *arena, const bl_value_type *const *types, size_t n, bool safe)
{
	bool object = types[0]->kind == BL_TYPE_OBJECT;
	bl_value_type *result = object_like(arena, types[0]);
	const bl_value_type **column = bl_new_n(arena, const bl_value_type *, n);
	bool fits = true;
	for (size_t i = 1; i < n && fits; i++)
		fits = object ? same_names(types[0], types[i]) : types[0]->n == types[i]->n;
	for (uint32_t k = 0; k < types[0]->n && fits; k++) {
		for (size_t i = 0; i < n; i++)
			column[i] = types[i]->members[k];
		result->members[k] = bl_tf_type_unify(arena, column, n, safe);
		fits = result->members[k] != NULL;
	}
	for (size_t i = 0; i < n && fits; i++)
		fits = bl_tf_type_converts(arena, types[i], result, safe);
	return fits ? result : unify_members(arena, types, n, object ? BL_TYPE_MAP : BL_TYPE_LIST, safe);
}

static const bl_value_type *unify_collections(bl_arena *arena, const bl_value_type *const *types, size_t n, bool safe)
{
	const bl_value_type **elements = bl_new_n(arena, const bl_value_type *, n);
	for (size_t i = 0; i < n; i++)
		elements[i] = types[i]->element;
	const bl_value_type *element = bl_tf_type_unify(arena, elements, n, safe);
	return element ? bl_tf_type_of_elements(arena, types[0]->kind, element) : NULL;
}

/* Tuples beside lists count as lists, objects beside maps as maps, when they can. */
static const bl_value_type *unify_as(bl_arena *arena, const bl_value_type *const *types, size_t n, bl_tf_types from, bl_tf_types to, bool safe)
{
	const bl_value_type **some = bl_new_n(arena, const bl_value_type *, n), **all = bl_new_n(arena, const bl_value_type *, n);
	size_t nsome = 0;
	for (size_t i = 0; i < n; i++)
		if (types[i]->kind == from)
			some[nsome++] = types[i];
	const bl_value_type *as = unify_members(arena, some, nsome, to, safe);
	if (!as)
		return NULL;
	for (size_t i = 0; i < n; i++)
		all[i] = types[i]->kind == from ? as : types[i];
	const bl_value_type *result = bl_tf_type_unify(arena, all, n, safe);
	return result && result->kind == to ? result : NULL;
}

/* The first type, the better ones before, that all others convert to. */
static const bl_value_type *unify_by_choice(bl_arena *arena, const bl_value_type *const *types, size_t n, bool safe)
{
	bool *tried = bl_new_n(arena, bool, n);
	for (size_t round = 0; round < n; round++) {
		size_t best = n;
		for (size_t i = 0; i < n; i++) {
			bool first = !tried[i];
			for (size_t k = 0; k < n && first; k++)
				first = tried[k] || prefer(types[k], types[i]) >= 0;
			if (first) {
				best = i;
				break;
			}
		}
		if (best == n)
			return NULL;
		tried[best] = true;
		bool good = true;
		for (size_t i = 0; i < n && good; i++)
			good = i == best || bl_tf_type_equal(types[i], types[best]) || bl_tf_type_converts(arena, types[i], types[best], safe);
		if (good)
			return types[best];
	}
	return NULL;
}

/* Equal types once, in their order: what follows compares each with each. */
static size_t distinct(bl_arena *arena, const bl_value_type *const *types, size_t n, const bl_value_type ***out)
{
	const bl_value_type **kept = bl_new_n(arena, const bl_value_type *, n);
	size_t nkept = 0;
	for (size_t i = 0; i < n; i++) {
		bool known = false;
		for (size_t k = nkept; k > 0 && !known && nkept - k < 64; k--)
			known = bl_tf_type_equal(kept[k - 1], types[i]);
		if (!known)
			kept[nkept++] = types[i];
	}
	*out = kept;
	return nkept;
}

enum { MAX_DISTINCT = 2000 };

const bl_value_type *bl_tf_type_unify(bl_arena *arena, const bl_value_type *const *given, size_t n, bool safe)
{
	size_t count[BL_TYPE_OBJECT + 1] = {0};
	const bl_value_type **types;
	if (!n)
		return NULL;
	n = distinct(arena, given, n, &types);
	if (n == 1)
		return types[0];
	if (n > MAX_DISTINCT)
		return NULL;
	for (size_t i = 0; i < n; i++)
		count[types[i]->kind]++;
	size_t any = count[BL_TYPE_ANY], list = count[BL_TYPE_LIST], set = count[BL_TYPE_SET], map = count[BL_TYPE_MAP],
		tuple = count[BL_TYPE_TUPLE], object = count[BL_TYPE_OBJECT];
	size_t most = list ? list : set ? set : map ? map : tuple ? tuple : object;
	bool alone = most && most + any == n;
	if (alone && any)
		return &bl_tf_type_any; /* what the untyped one is decides */
	if (alone)
		return list || set || map ? unify_collections(arena, types, n, safe) : unify_structures(arena, types, n, safe);
	const bl_value_type *mixed = NULL;
	if (map && map + object + any == n)
		mixed = unify_as(arena, types, n, BL_TYPE_OBJECT, BL_TYPE_MAP, safe);
	else if (list && list + tuple + any == n)
		mixed = unify_as(arena, types, n, BL_TYPE_TUPLE, BL_TYPE_LIST, safe);
	if (mixed)
		return mixed;
	if (object && tuple)
		return NULL;
	return unify_by_choice(arena, types, n, safe);
}

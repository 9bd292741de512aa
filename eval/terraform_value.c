/* The language's conversions, equality and order over values. */
#include "eval/terraform.h"

#include "core/codec/number.h"

#include <math.h>
#include <stdlib.h>

const bl_value *bl_tf_error(bl_tf *tf, bl_span span, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	bl_str words = bl_str_vfmt(tf->arena, format, ap);
	va_end(ap);
	tf->errors++;
	if (!tf->quiet && !tf->hushed)
		bl_diag_add(tf->arena, tf->diags, tf->level, span, BL_FMT, BL_ARG(words));
	return bl_value_unknown(tf->arena, span, BL_FMT, BL_ARG(words));
}

bool bl_tf_spend(bl_tf *tf, uint64_t n, bl_span span)
{
	bool large = tf->arena->used > BL_TF_MAX_BYTES;
	if (n <= tf->steps && !large) {
		tf->steps -= n;
		return true;
	}
	tf->steps = 0;
	if (!tf->out_of_steps)
		bl_diag_add(tf->arena, tf->diags, BL_DIAG_ERROR, span, "evaluation takes more than %d %s: what is left stays unknown",
			large ? BL_TF_MAX_BYTES >> 20 : BL_TF_MAX_STEPS, large ? "MB" : "steps");
	tf->out_of_steps = true;
	return false;
}

/* The count of values in v, from what its elements were found to hold; kept in v, so that shared parts are counted once. */
static double count_values(const bl_value *v, int depth)
{
	if (v->kind != BL_LIST && v->kind != BL_MAP)
		return 1;
	if (v->weight)
		return exp2(v->weight / 256.0);
	double total = 1;
	for (uint32_t i = 0; i < v->n; i++)
		total += depth < 500 ? count_values(v->kind == BL_LIST ? v->list[i] : v->map[i].value, depth + 1) : 1;
	double weight = ceil(log2(total + 1) * 256);
	((bl_value *)v)->weight = (uint16_t)(weight > 60000 ? 60000 : weight);
	return total;
}

bool bl_tf_weigh(bl_tf *tf, const bl_value *v, bl_span span)
{
	if ((v->kind != BL_LIST && v->kind != BL_MAP) || (v->weight && v->weight < 20 * 256))
		return true;
	if (!v->weight && !bl_tf_spend(tf, v->n / 4, span))
		return false;
	if (count_values(v, 0) <= BL_TF_MAX_VALUES)
		return true;
	if (!tf->too_large)
		bl_diag_add(tf->arena, tf->diags, BL_DIAG_ERROR, span, "a value holds more than %d values: it stays unknown", BL_TF_MAX_VALUES);
	tf->too_large = true;
	return false;
}

static void add_ref(bl_arena *arena, bl_unknown *u, size_t *cap, bl_ref ref)
{
	for (size_t i = 0; i < u->nrefs; i++)
		if (bl_str_eq(u->refs[i].address, ref.address) && bl_str_eq(u->refs[i].path, ref.path))
			return;
	if (u->nrefs >= 32)
		return;
	if (u->nrefs == *cap)
		bl_vec_grow(arena, (void **)&u->refs, cap, sizeof *u->refs, _Alignof(bl_ref));
	u->refs[u->nrefs++] = ref;
}

/* The refs of everything unknown in v; a large value is asked for its first parts only. */
static void collect(bl_arena *arena, bl_unknown *u, size_t *cap, const bl_value *v, int depth)
{
	if (!v || depth > 8)
		return;
	if (v->kind == BL_UNKNOWN) {
		if (!u->why.n)
			u->why = v->unknown->why;
		for (size_t i = 0; i < v->unknown->nrefs; i++)
			add_ref(arena, u, cap, v->unknown->refs[i]);
	}
	if (v->kind != BL_LIST && v->kind != BL_MAP)
		return;
	if (v->open && v->rest)
		add_ref(arena, u, cap, *v->rest);
	for (uint32_t i = 0; i < v->n && i < 64; i++)
		collect(arena, u, cap, v->kind == BL_LIST ? v->list[i] : v->map[i].value, depth + 1);
}

bl_value *bl_tf_unknown_of(bl_tf *tf, bl_span span, const bl_value *const *values, size_t n, int kind)
{
	bl_value *v = bl_value_unknown(tf->arena, span, "%s", "");
	bl_unknown *u = (bl_unknown *)v->unknown;
	size_t cap = 0;
	u->why = BL_STR("");
	u->type = kind;
	for (size_t i = 0; i < n; i++) {
		collect(tf->arena, u, &cap, values[i], 0);
		v->sensitive |= values[i] && values[i]->sensitive;
		if (n == 1 && values[i])
			v->via = values[i]->via;
	}
	if (!u->why.n)
		u->why = u->nrefs ? bl_str_fmt(tf->arena, BL_FMT " is known after deployment", BL_ARG(u->refs[0].address))
				  : BL_STR("a part of it is not known");
	return v;
}

static const bl_value *converted(bl_tf *tf, const bl_value *from, bl_value *to)
{
	to->origin = from->origin;
	to->via = from->via;
	to->sensitive = from->sensitive;
	return to;
}

const bl_value *bl_tf_to_string(bl_tf *tf, const bl_value *v)
{
	switch (v->kind) {
	case BL_STRING:
	case BL_NULL:
		return v;
	case BL_BOOL:
		return converted(tf, v, bl_value_string(tf->arena, v->span, v->boolean ? BL_STR("true") : BL_STR("false")));
	case BL_NUMBER:
		return converted(tf, v, bl_value_string(tf->arena, v->span, bl_number_canonical(tf->arena, v->digits)));
	case BL_UNKNOWN:
		if (v->unknown->type == BL_STRING)
			return v;
		if (v->unknown->type < 0 || v->unknown->type == BL_BOOL || v->unknown->type == BL_NUMBER) {
			bl_value *c = bl_value_at(tf->arena, v, v->span);
			bl_unknown *u = bl_new(tf->arena, bl_unknown);
			*u = *v->unknown;
			u->type = BL_STRING;
			if (u->ncandidates) {
				u->candidates = bl_new_n(tf->arena, const bl_value *, u->ncandidates);
				for (size_t i = 0; i < u->ncandidates; i++) {
					const bl_value *s = bl_tf_to_string(tf, v->unknown->candidates[i]);
					u->candidates[i] = s ? s : v->unknown->candidates[i];
				}
			}
			c->unknown = u;
			return c;
		}
		return NULL;
	default:
		return NULL;
	}
}

const bl_value *bl_tf_to_number(bl_tf *tf, const bl_value *v)
{
	switch (v->kind) {
	case BL_NUMBER:
	case BL_NULL:
		return v;
	case BL_STRING:
		if (!bl_number_valid(v->string))
			return NULL;
		return converted(tf, v, bl_value_digits(tf->arena, v->span, bl_number_canonical(tf->arena, v->string)));
	case BL_UNKNOWN:
		return v->unknown->type < 0 || v->unknown->type == BL_STRING || v->unknown->type == BL_NUMBER ? v : NULL;
	default:
		return NULL;
	}
}

const bl_value *bl_tf_to_bool(bl_tf *tf, const bl_value *v)
{
	switch (v->kind) {
	case BL_BOOL:
	case BL_NULL:
		return v;
	case BL_STRING:
		if (bl_str_eqz(v->string, "true") || bl_str_eqz(v->string, "1"))
			return converted(tf, v, bl_value_bool(tf->arena, v->span, true));
		if (bl_str_eqz(v->string, "false") || bl_str_eqz(v->string, "0"))
			return converted(tf, v, bl_value_bool(tf->arena, v->span, false));
		return NULL;
	case BL_UNKNOWN:
		return v->unknown->type < 0 || v->unknown->type == BL_STRING || v->unknown->type == BL_BOOL ? v : NULL;
	default:
		return NULL;
	}
}

static bl_tri equal_lists(const bl_value *a, const bl_value *b)
{
	if (a->open || b->open)
		return BL_MAYBE;
	if (a->n != b->n || a->shape != b->shape)
		return BL_NO;
	bl_tri result = BL_YES;
	for (uint32_t i = 0; i < a->n && result != BL_NO; i++)
		result = bl_tri_and(result, bl_tf_equal(a->list[i], b->list[i]));
	return result;
}

/*
 * Are two unknown values one and the same, whatever it is? Where a value is used its knowledge is shared, never written anew. Who stands for several instances
 * ("[*]") is another one each time.
 */
static bool one_unknown(const bl_unknown *a, const bl_unknown *b)
{
	if (a == b)
		return true;
	return a->attribute && b->attribute && a->nrefs == 1 && b->nrefs == 1 && bl_str_eq(a->refs[0].address, b->refs[0].address) &&
	       bl_str_eq(a->refs[0].path, b->refs[0].path) && bl_str_find(a->refs[0].address, BL_STR("[*]"), 0) < 0;
}

bl_tri bl_tf_equal(const bl_value *a, const bl_value *b)
{
	if (a->kind == BL_UNKNOWN && b->kind == BL_UNKNOWN && one_unknown(a->unknown, b->unknown))
		return BL_YES;
	if (a->kind == BL_NUMBER && b->kind == BL_NUMBER)
		return bl_tri_of(bl_number_cmp(a->digits, b->digits) == 0);
	if (a->kind == BL_LIST && b->kind == BL_LIST)
		return equal_lists(a, b);
	if (a->kind != BL_MAP || b->kind != BL_MAP)
		return bl_value_equal(a, b);
	bl_tri result = a->open || b->open ? BL_MAYBE : BL_YES;
	if (!a->open && !b->open && (a->n != b->n || a->shape != b->shape))
		return BL_NO; /* a map never equals an object */
	for (uint32_t i = 0; i < a->n && result != BL_NO; i++) {
		const bl_value *other = bl_value_get(b, a->map[i].key);
		if (other)
			result = bl_tri_and(result, bl_tf_equal(a->map[i].value, other));
		else if (!b->open)
			result = BL_NO;
	}
	return result;
}

/* Could values of the two types be of one? A type that is not known yet may become any. */
static bool one_type(const bl_value_type *a, const bl_value_type *b)
{
	if (a->kind == BL_TYPE_ANY || b->kind == BL_TYPE_ANY)
		return true;
	if (a->kind != b->kind || a->n != b->n)
		return false;
	if (bl_tf_type_collection(a))
		return one_type(a->element, b->element);
	for (uint32_t i = 0; i < a->n; i++)
		if ((a->names && !bl_str_eq(a->names[i], b->names[i])) || !one_type(a->members[i], b->members[i]))
			return false;
	return true;
}

bl_tri bl_tf_same(bl_tf *tf, const bl_value *a, const bl_value *b)
{
	bl_tri same = bl_tf_equal(a, b);
	bool collections = (a->kind == BL_LIST && b->kind == BL_LIST) || (a->kind == BL_MAP && b->kind == BL_MAP);
	/* a list never equals a tuple, nor a list of another type, whatever they hold */
	if (same != BL_NO && collections && !one_type(bl_tf_type_of(tf, a), bl_tf_type_of(tf, b)))
		return BL_NO;
	return same;
}

static bool sensitive(const bl_value *v, int depth)
{
	if (!v || v->sensitive)
		return v != NULL;
	if (depth > 64)
		return true;
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
		if (sensitive(v->list[i], depth + 1))
			return true;
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++)
		if (sensitive(v->map[i].value, depth + 1))
			return true;
	return false;
}

bool bl_tf_sensitive(const bl_value *v)
{
	return sensitive(v, 0);
}

const bl_value *bl_tf_marked(bl_tf *tf, const bl_value *v, bool marked)
{
	return marked && !v->sensitive ? bl_value_mark_sensitive(tf->arena, v) : v;
}

const char *bl_tf_kind_name(const bl_value *v)
{
	switch (v->kind == BL_UNKNOWN ? v->unknown->type : v->kind) {
	case BL_NULL:
		return "null";
	case BL_BOOL:
		return "a bool";
	case BL_NUMBER:
		return "a number";
	case BL_STRING:
		return "a string";
	case BL_LIST:
		return v->kind == BL_UNKNOWN || v->shape == BL_SHAPE_TYPED ? "a list" : v->shape == BL_SHAPE_SET ? "a set" : "a tuple";
	case BL_MAP:
		return v->kind == BL_MAP && v->shape == BL_SHAPE_TYPED ? "a map" : "an object";
	default:
		return "an unknown value";
	}
}

static int by_key(const void *a, const void *b)
{
	return bl_str_cmp((*(const bl_item *const *)a)->key, (*(const bl_item *const *)b)->key);
}

const bl_item **bl_tf_sorted(bl_tf *tf, const bl_value *map)
{
	const bl_item **items = bl_new_n(tf->arena, const bl_item *, map->n + 1);
	bool sorted = true;
	for (uint32_t i = 0; i < map->n; i++) {
		items[i] = &map->map[i];
		sorted = sorted && (!i || bl_str_cmp(items[i - 1]->key, items[i]->key) < 0);
	}
	if (!sorted)
		qsort(items, map->n, sizeof *items, by_key);
	return items;
}

/* An element of a set with what decides its place: the value itself, or a text that says all of it. */
typedef struct placed {
	const bl_value *value;
	bl_str text;
} placed;

/* Elements that are no scalars stand in the order of a text: its form is the language's own. */
static void put_place(bl_tf *tf, bl_buf *out, const bl_value *v)
{
	switch (v->kind) {
	case BL_NULL:
		bl_buf_putc(out, '~');
		return;
	case BL_BOOL:
		bl_buf_putc(out, v->boolean ? 'T' : 'F');
		return;
	case BL_NUMBER:
		bl_buf_put(out, bl_number_canonical(tf->arena, v->digits));
		return;
	case BL_STRING:
		bl_buf_putc(out, '"');
		for (size_t i = 0; i < v->string.n; i++) {
			if (v->string.p[i] == '"' || v->string.p[i] == '\\')
				bl_buf_putc(out, '\\');
			bl_buf_putc(out, v->string.p[i]);
		}
		bl_buf_putc(out, '"');
		return;
	case BL_LIST:
		bl_buf_putc(out, v->shape == BL_SHAPE_LOOSE ? '<' : '[');
		for (uint32_t i = 0; i < v->n; i++) {
			put_place(tf, out, v->list[i]);
			bl_buf_putc(out, ';');
		}
		bl_buf_putc(out, v->shape == BL_SHAPE_LOOSE ? '>' : ']');
		return;
	case BL_MAP: {
		const bl_item **items = bl_tf_sorted(tf, v);
		bool object = v->shape == BL_SHAPE_LOOSE;
		bl_buf_putc(out, object ? '<' : '{');
		for (uint32_t i = 0; i < v->n; i++) {
			if (!object)
				bl_buf_putf(out, "\"" BL_FMT "\":", BL_ARG(items[i]->key));
			put_place(tf, out, items[i]->value);
			bl_buf_putc(out, ';');
		}
		bl_buf_putc(out, object ? '>' : '}');
		return;
	}
	default:
		bl_buf_putc(out, '?');
	}
}

static int by_place(const void *a, const void *b)
{
	const placed *p = a, *q = b;
	const bl_value *x = p->value, *y = q->value;
	/* unknown elements come last, before them null */
	int rank = (x->kind == BL_UNKNOWN) - (y->kind == BL_UNKNOWN);
	rank = rank ? rank : (x->kind == BL_NULL) - (y->kind == BL_NULL);
	if (rank || x->kind == BL_NULL || x->kind == BL_UNKNOWN)
		return rank;
	if (x->kind != y->kind)
		return x->kind - y->kind;
	switch (x->kind) {
	case BL_BOOL:
		return x->boolean - y->boolean;
	case BL_NUMBER:
		return bl_number_cmp(x->digits, y->digits);
	case BL_STRING:
		return bl_str_cmp(x->string, y->string);
	default:
		return bl_str_cmp(p->text, q->text);
	}
}

bl_value *bl_tf_set(bl_tf *tf, bl_span span, const bl_value **values, size_t n)
{
	placed *all = bl_new_n(tf->arena, placed, n + 1);
	const bl_value **kept = bl_new_n(tf->arena, const bl_value *, n + 1);
	size_t nkept = 0;
	for (size_t i = 0; i < n; i++) {
		all[i].value = values[i];
		if (values[i]->kind != BL_LIST && values[i]->kind != BL_MAP)
			continue;
		bl_buf text = {0};
		put_place(tf, &text, values[i]);
		all[i].text = bl_str_dup(tf->arena, bl_buf_str(&text));
		bl_tf_spend(tf, text.n / 16 + 1, span);
		bl_buf_done(&text);
	}
	if (n)
		qsort(all, n, sizeof *all, by_place);
	for (size_t i = 0; i < n; i++)
		if (!i || all[i].value->kind == BL_UNKNOWN || by_place(&all[i - 1], &all[i]) != 0 || bl_value_has_unknown(all[i].value))
			kept[nkept++] = all[i].value;
	bl_value *set = bl_value_list(tf->arena, span, kept, nkept);
	set->shape = BL_SHAPE_SET;
	return set;
}

enum { QUICK = 12 }; /* items that are searched one by one */

static void index_items(bl_tf *tf, bl_tf_builder *b)
{
	for (size_t i = b->index.n; i < b->items.n; i++)
		bl_map_put(tf->arena, &b->index, b->items.items[i].key, (void *)(i + 1));
}

static size_t place_of(const bl_tf_builder *b, bl_str key)
{
	if (b->items.n > QUICK)
		return (size_t)bl_map_get(&b->index, key);
	for (size_t i = 0; i < b->items.n; i++)
		if (bl_str_eq(b->items.items[i].key, key))
			return i + 1;
	return 0;
}

void bl_tf_put(bl_tf *tf, bl_tf_builder *b, bl_str key, bl_span key_span, const bl_value *v)
{
	size_t place = place_of(b, key);
	bl_item item = {key, key_span, v};
	if (place) {
		b->items.items[place - 1] = item;
		return;
	}
	bl_vec_push(tf->arena, &b->items, item);
	if (b->items.n > QUICK)
		index_items(tf, b);
}

const bl_value *bl_tf_find(const bl_tf_builder *b, bl_str key)
{
	size_t place = place_of(b, key);
	return place ? b->items.items[place - 1].value : NULL;
}

bl_value *bl_tf_built(bl_tf *tf, bl_tf_builder *b, bl_span span)
{
	return bl_items_value(tf->arena, span, &b->items);
}

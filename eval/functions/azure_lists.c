/* Arrays and objects. */
#include "eval/functions/azure.h"

#include <stdlib.h>

enum { MAX_ELEMENTS = 1000000 };

static bl_value *made(bl_azure_args *c, const bl_values *items)
{
	bl_value *v = bl_values_value(c->arena, c->span, items);
	v->origin = BL_COMPUTED;
	return v;
}

static void append(bl_azure_args *c, bl_values *items, const bl_value *list, bool *open)
{
	for (uint32_t i = 0; list->kind == BL_LIST && i < list->n && items->n < MAX_ELEMENTS; i++)
		bl_vec_push(c->arena, items, list->list[i]);
	*open |= list->kind == BL_UNKNOWN || list->open || items->n >= MAX_ELEMENTS;
}

const bl_value *bl_azure_fn_array(bl_azure_args *c)
{
	if (c->args[0]->kind == BL_LIST)
		return c->args[0];
	bl_values items = {0};
	bl_vec_push(c->arena, &items, c->args[0]);
	return made(c, &items);
}

const bl_value *bl_azure_fn_create_array(bl_azure_args *c)
{
	bl_values items = {c->args, c->n, c->n};
	return made(c, &items);
}

const bl_value *bl_azure_fn_create_object(bl_azure_args *c)
{
	bl_azure_map m = {0};
	if (c->n % 2)
		return bl_azure_wrong(c, "keys and values come in pairs");
	for (size_t i = 0; i < c->n; i += 2) {
		if (c->args[i]->kind == BL_STRING)
			bl_azure_put(c->azure, &m,
				&(bl_item){c->args[i]->string, c->args[i]->span, c->args[i + 1]});
		else if (c->args[i]->kind == BL_UNKNOWN)
			m.open = true;
		else
			return bl_azure_wrong(c, "a key must be a string");
	}
	return bl_azure_map_value(c->azure, c->span, &m);
}

static bool may_be_list(const bl_value *v)
{
	return v->kind == BL_LIST || (v->kind == BL_UNKNOWN && v->unknown->type == BL_LIST);
}

const bl_value *bl_azure_fn_concat(bl_azure_args *c)
{
	bool lists = false, open = false;
	for (size_t i = 0; i < c->n; i++)
		lists |= may_be_list(c->args[i]);
	if (!lists)
		return bl_azure_join(c->azure, c->span, c->args, c->n);
	bl_values items = {0};
	for (size_t i = 0; i < c->n; i++)
		append(c, &items, c->args[i], &open);
	bl_value *v = made(c, &items);
	v->open = open;
	return v;
}

static bl_tri is_in(const bl_value *v, const bl_value *const *items, size_t n)
{
	bl_tri t = BL_NO;
	for (size_t i = 0; i < n && t != BL_YES; i++)
		t = bl_tri_or(t, bl_value_equal(items[i], v));
	return t;
}

static bl_tri text_contains(bl_azure_args *c, const bl_value *text, const bl_value *part)
{
	bl_buf needle = {0};
	if (!bl_azure_text(&needle, part, '"')) {
		bl_buf_done(&needle);
		return BL_MAYBE;
	}
	bl_str n = bl_str_dup(c->arena, bl_buf_str(&needle));
	bl_buf_done(&needle);
	if (text->kind == BL_STRING)
		return bl_tri_of(bl_str_find(text->string, n, 0) >= 0);
	bool there = bl_str_find(text->unknown->prefix, n, 0) >= 0 ||
		     bl_str_find(text->unknown->suffix, n, 0) >= 0;
	return n.n && there ? BL_YES : BL_MAYBE;
}

const bl_value *bl_azure_fn_contains(bl_azure_args *c)
{
	const bl_value *in = c->args[0], *what = c->args[1];
	bl_tri t = BL_MAYBE;
	if (in->kind == BL_STRING || (in->kind == BL_UNKNOWN && in->unknown->type == BL_STRING))
		t = text_contains(c, in, what);
	else if (in->kind == BL_LIST)
		t = is_in(what, in->list, in->n);
	else if (in->kind == BL_MAP && what->kind == BL_STRING)
		t = bl_tri_of(bl_value_geti(in, what->string) != NULL);
	else if (in->kind == BL_NULL)
		t = BL_NO;
	else if (in->kind != BL_UNKNOWN && in->kind != BL_MAP)
		return bl_azure_wrong(c, "only strings, arrays and objects contain something");
	if (in->open && t == BL_NO)
		t = BL_MAYBE;
	return bl_azure_tri(c->azure, c->span, t, c->args, 2);
}

static bl_tri is_empty(const bl_value *v)
{
	switch ((bl_kind)v->kind) {
	case BL_NULL:
		return BL_YES;
	case BL_STRING:
		return bl_tri_of(v->string.n == 0);
	case BL_LIST:
	case BL_MAP:
		return v->n ? BL_NO : v->open ? BL_MAYBE : BL_YES;
	case BL_UNKNOWN: {
		const bl_unknown *u = v->unknown;
		if (u->prefix.n || u->suffix.n)
			return BL_NO;
		bl_tri any = BL_NO, all = BL_YES;
		for (size_t i = 0; i < u->ncandidates; i++) {
			any = bl_tri_or(any, is_empty(u->candidates[i]));
			all = bl_tri_and(all, is_empty(u->candidates[i]));
		}
		return !u->ncandidates ? BL_MAYBE : any == BL_NO ? BL_NO : all == BL_YES ? BL_YES : BL_MAYBE;
	}
	default:
		return BL_NO;
	}
}

const bl_value *bl_azure_fn_empty(bl_azure_args *c)
{
	return bl_azure_tri(c->azure, c->span, is_empty(c->args[0]), c->args, 1);
}

static const bl_value *end(bl_azure_args *c, bool last)
{
	const bl_value *v = c->args[0];
	if (v->kind == BL_STRING) {
		size_t n = v->string.n;
		return bl_azure_string(c, n == 0 ? v->string
				      : last	 ? bl_str_slice(v->string, n - 1, n)
						 : bl_str_slice(v->string, 0, 1));
	}
	if (v->kind != BL_LIST)
		return bl_azure_wrong(c, "this is neither an array nor a string");
	return v->n ? v->list[last ? v->n - 1 : 0] : bl_value_at(c->arena, &bl_value_null, c->span);
}

const bl_value *bl_azure_fn_first(bl_azure_args *c)
{
	return end(c, false);
}

const bl_value *bl_azure_fn_last(bl_azure_args *c)
{
	return end(c, true);
}

const bl_value *bl_azure_fn_index_from_end(bl_azure_args *c)
{
	int64_t i;
	if (c->args[0]->kind != BL_LIST || !bl_azure_int(c->args[1], &i))
		return bl_azure_wrong(c, "an array and a place from its end are needed");
	if (i < 1 || i > c->args[0]->n)
		return bl_azure_wrong(c, "there is no such element");
	return c->args[0]->list[c->args[0]->n - (size_t)i];
}

const bl_value *bl_azure_fn_flatten(bl_azure_args *c)
{
	bl_values items = {0};
	bool open = false;
	if (c->args[0]->kind != BL_LIST)
		return bl_azure_wrong(c, "this is no array");
	for (uint32_t i = 0; i < c->args[0]->n; i++) {
		const bl_value *inner = c->args[0]->list[i];
		if (inner->kind != BL_LIST && inner->kind != BL_UNKNOWN)
			return bl_azure_wrong(c, "this is no array of arrays");
		append(c, &items, inner, &open);
	}
	bl_value *v = made(c, &items);
	v->open = open;
	return v;
}

const bl_value *bl_azure_fn_range(bl_azure_args *c)
{
	int64_t start, count;
	bl_values items = {0};
	if (!bl_azure_int(c->args[0], &start) || !bl_azure_int(c->args[1], &count) || count < 0 ||
		start > INT64_MAX - BL_AZURE_MAX_RANGE)
		return bl_azure_wrong(c, "a start and a count are needed");
	if (count > BL_AZURE_MAX_RANGE)
		return bl_azure_wrong(c, "more than 10000 numbers");
	for (int64_t i = 0; i < count; i++)
		bl_vec_push(c->arena, &items, bl_azure_number(c->azure, c->span, start + i));
	return made(c, &items);
}

static int by_key(const void *a, const void *b)
{
	const bl_item *x = a, *y = b;
	int n = bl_str_cmpi(x->key, y->key);
	return n ? n : bl_str_cmp(x->key, y->key);
}

static bl_item *sorted(bl_azure_args *c, const bl_value *map)
{
	bl_item *items = bl_new_n(c->arena, bl_item, map->n + 1);
	if (map->n)
		memcpy(items, map->map, map->n * sizeof *items);
	qsort(items, map->n, sizeof *items, by_key);
	return items;
}

const bl_value *bl_azure_fn_items(bl_azure_args *c)
{
	const bl_value *map = c->args[0];
	bl_values out = {0};
	if (map->kind != BL_MAP)
		return bl_azure_wrong(c, "this is no object");
	bl_item *items = sorted(c, map);
	for (uint32_t i = 0; i < map->n; i++) {
		bl_item *pair = bl_new_n(c->arena, bl_item, 2);
		pair[0] = (bl_item){BL_STR("key"), items[i].key_span,
			bl_value_string(c->arena, items[i].key_span, items[i].key)};
		pair[1] = (bl_item){BL_STR("value"), items[i].value->span, items[i].value};
		bl_vec_push(c->arena, &out, bl_value_map(c->arena, items[i].value->span, pair, 2));
	}
	return made(c, &out);
}

const bl_value *bl_azure_fn_object_keys(bl_azure_args *c)
{
	bl_values out = {0};
	if (c->args[0]->kind != BL_MAP)
		return bl_azure_wrong(c, "this is no object");
	bl_item *items = sorted(c, c->args[0]);
	for (uint32_t i = 0; i < c->args[0]->n; i++)
		bl_vec_push(c->arena, &out, bl_azure_string(c, items[i].key));
	return made(c, &out);
}

static const bl_value *merge(bl_azure *a, const bl_value *x, const bl_value *y, int depth)
{
	if (x->kind != BL_MAP || y->kind != BL_MAP || depth > BL_EVAL_MAX_DEPTH)
		return y;
	bl_azure_map m = {0};
	bl_azure_put_all(a, &m, x);
	for (uint32_t i = 0; i < y->n; i++) {
		bl_item item = y->map[i];
		const bl_item *old = bl_azure_find(&m, item.key);
		if (old)
			item.value = merge(a, old->value, item.value, depth + 1);
		bl_azure_put(a, &m, &item);
	}
	m.open |= y->open;
	return bl_azure_map_value(a, x->span, &m);
}

static const bl_value *union_maps(bl_azure_args *c)
{
	const bl_value *v = c->args[0];
	for (size_t i = 1; i < c->n; i++) {
		if (c->args[i]->kind == BL_NULL)
			continue;
		if (c->args[i]->kind == BL_UNKNOWN || v->kind == BL_UNKNOWN || v->kind == BL_NULL) {
			bl_azure_map m = {0};
			bl_azure_put_all(c->azure, &m, v);
			bl_azure_put_all(c->azure, &m, c->args[i]);
			v = bl_azure_map_value(c->azure, c->span, &m);
		} else {
			v = merge(c->azure, v, c->args[i], 0);
		}
	}
	return bl_value_at(c->arena, v, c->span);
}

const bl_value *bl_azure_fn_union(bl_azure_args *c)
{
	bool lists = false, maps = false, open = false;
	for (size_t i = 0; i < c->n; i++) {
		lists |= may_be_list(c->args[i]);
		maps |= c->args[i]->kind == BL_MAP;
	}
	if (lists && maps)
		return bl_azure_wrong(c, "arrays and objects don't mix");
	if (maps)
		return union_maps(c);
	if (!lists)
		return bl_azure_unknown(c->azure, c->span, -1, c->args, c->n);
	bl_values all = {0}, items = {0};
	for (size_t i = 0; i < c->n; i++)
		append(c, &all, c->args[i], &open);
	/* Every element is compared with those before it: past a few thousand that is not worth it. */
	if (all.n > 4000)
		return bl_azure_unknown(c->azure, c->span, BL_LIST, c->args, c->n);
	for (size_t i = 0; i < all.n; i++)
		if (is_in(all.items[i], items.items, items.n) != BL_YES)
			bl_vec_push(c->arena, &items, all.items[i]);
	bl_value *v = made(c, &items);
	v->open = open;
	return v;
}

const bl_value *bl_azure_fn_shallow_merge(bl_azure_args *c)
{
	bl_azure_map m = {0};
	if (c->args[0]->kind != BL_LIST)
		return bl_azure_wrong(c, "this is no array of objects");
	for (uint32_t i = 0; i < c->args[0]->n; i++)
		bl_azure_put_all(c->azure, &m, c->args[0]->list[i]);
	return bl_azure_map_value(c->azure, c->span, &m);
}

static const bl_value *common(bl_azure_args *c, const bl_value *x, const bl_value *y)
{
	bl_values items = {0};
	bl_azure_map m = {0};
	for (uint32_t i = 0; x->kind == BL_LIST && i < x->n; i++)
		if (is_in(x->list[i], y->list, y->n) == BL_YES &&
			is_in(x->list[i], items.items, items.n) != BL_YES)
			bl_vec_push(c->arena, &items, x->list[i]);
	for (uint32_t i = 0; x->kind == BL_MAP && i < x->n; i++) {
		const bl_value *other = bl_value_get(y, x->map[i].key);
		if (other && bl_value_equal(other, x->map[i].value) == BL_YES)
			bl_azure_put(c->azure, &m, &x->map[i]);
	}
	return x->kind == BL_LIST ? made(c, &items) : bl_azure_map_value(c->azure, c->span, &m);
}

const bl_value *bl_azure_fn_intersection(bl_azure_args *c)
{
	const bl_value *v = c->args[0];
	for (size_t i = 0; i < c->n; i++)
		if ((c->args[i]->kind != BL_LIST && c->args[i]->kind != BL_MAP) ||
			c->args[i]->kind != v->kind || c->args[i]->n > 4000)
			return bl_azure_wrong(c, "only arrays or only objects are needed");
	for (size_t i = 1; i < c->n; i++)
		v = common(c, v, c->args[i]);
	return v;
}

/* Copies of values with a change inside; all that is beside the change stays shared. */
#include "eval/kubernetes/kustomize.h"

typedef struct edit {
	bl_kustomize *k;
	bool create;
	bl_kustomize_change change;
	void *context;
} edit;

const bl_value *bl_kustomize_get(const bl_value *v, const char *path)
{
	bl_str key, rest = bl_str_of(path);
	while (v && rest.n) {
		rest = bl_str_cut(rest, '/', &key);
		v = bl_value_get(v, key);
	}
	return v;
}

const bl_value *bl_kustomize_put(bl_kustomize *k, const bl_value *map, bl_str key, bl_span key_span, const bl_value *value)
{
	bool is_map = bl_value_is(map, BL_MAP);
	uint32_t n = is_map ? map->n : 0, out = 0;
	if (!bl_kustomize_step(k, n + 1) || (map && !is_map && map->kind != BL_NULL))
		return map;
	bl_item *items = bl_new_n(k->arena, bl_item, n + 1);
	bool found = false;
	for (uint32_t i = 0; i < n; i++) {
		bl_item item = map->map[i];
		if (bl_str_eq(item.key, key)) {
			found = true;
			item = (bl_item){key, key_span, value};
		}
		if (item.value)
			items[out++] = item;
	}
	if (!found && value)
		items[out++] = (bl_item){key, key_span, value};
	bl_value *copy = is_map ? bl_value_at(k->arena, map, map->span) : bl_value_map(k->arena, key_span, NULL, 0);
	copy->map = items;
	copy->n = out;
	return copy;
}

/* The first key of a path; a slash within a key is written "\\/". */
static bl_str cut_key(bl_arena *arena, bl_str path, bl_str *key)
{
	bl_str rest = bl_str_cut(path, '/', key);
	while (key->n && key->p[key->n - 1] == '\\') {
		bl_str more;
		rest = bl_str_cut(rest, '/', &more);
		*key = bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(bl_str_slice(*key, 0, key->n - 1)), BL_ARG(more));
	}
	return rest;
}

static const bl_value *edit_at(edit *e, const bl_value *v, bl_str path);

static const bl_value *edit_elements(edit *e, const bl_value *list, bl_str path)
{
	const bl_value **elements = NULL;
	for (uint32_t i = 0; i < list->n; i++) {
		const bl_value *changed = edit_at(e, list->list[i], path);
		if (changed == list->list[i])
			continue;
		if (!elements) {
			elements = bl_new_n(e->k->arena, const bl_value *, list->n);
			memcpy(elements, list->list, list->n * sizeof *elements);
		}
		elements[i] = changed;
	}
	if (!elements)
		return list;
	bl_value *copy = bl_value_at(e->k->arena, list, list->span);
	copy->list = elements;
	return copy;
}

/* The recursion is as deep as the path, which is ours, plus lists of lists, which YAML's own limit bounds. */
static const bl_value *edit_at(edit *e, const bl_value *v, bl_str path)
{
	if (!bl_kustomize_step(e->k, 1))
		return v;
	if (bl_value_is(v, BL_LIST) && path.n)
		return edit_elements(e, v, path);
	if (!path.n) {
		const bl_value *changed = e->change(e->context, v);
		return changed ? changed : v;
	}
	if (v && v->kind != BL_MAP && v->kind != BL_NULL)
		return v;
	bl_str key, rest = cut_key(e->k->arena, path, &key);
	const bl_item *item = bl_value_item(v, key, false);
	if (!item && !e->create)
		return v;
	const bl_value *old = item ? item->value : NULL;
	const bl_value *changed = edit_at(e, old, rest);
	if (!changed || changed == old)
		return v;
	return bl_kustomize_put(e->k, v, key, item ? item->key_span : changed->span, changed);
}

const bl_value *bl_kustomize_at(bl_kustomize *k, const bl_value *v, const char *path, bool create,
	bl_kustomize_change change, void *context)
{
	edit e = {k, create, change, context};
	return edit_at(&e, v, bl_str_of(path));
}

static const bl_value *put_value(void *context, const bl_value *old)
{
	return old && (old->kind == BL_MAP || old->kind == BL_LIST) ? NULL : context;
}

void bl_kustomize_set(bl_kustomize *k, bl_kustomize_object *o, const char *path, bool create, const bl_value *value)
{
	o->body = bl_kustomize_at(k, o->body, path, create, put_value, (void *)value);
}

static size_t weigh(const bl_value *v, size_t limit, int depth)
{
	size_t n = 1;
	if (depth > BL_KUSTOMIZE_MAX_NESTING)
		return limit + 1;
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n && n <= limit; i++)
		n += weigh(v->list[i], limit - n, depth + 1);
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n && n <= limit; i++)
		n += weigh(v->map[i].value, limit - n, depth + 1);
	return n;
}

bool bl_kustomize_may_grow(bl_kustomize *k, const bl_value *body, const bl_value *more)
{
	size_t n = weigh(body, BL_KUSTOMIZE_MAX_VALUES, 0) + weigh(more, BL_KUSTOMIZE_MAX_VALUES, 0);
	return bl_kustomize_step(k, n) && n <= BL_KUSTOMIZE_MAX_VALUES;
}

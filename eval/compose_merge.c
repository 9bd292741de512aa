/*
 * How one part of a service goes over another: what a file says over what it extends, an override file over the file before it. Maps are joined
 * key by key, lists are appended, but for what runs (command, entrypoint, a health check's test) and for lists of things that can be there
 * once: ports, volumes, secrets. !reset takes away what was there, !override puts a value in its place.
 */
#include "eval/compose.h"

bl_str bl_compose_tag(const bl_value *v)
{
	bool tagged = bl_value_is(v, BL_MAP) && v->n == 1 && v->map[0].key.n > 1 && v->map[0].key.p[0] == '!';
	return tagged ? v->map[0].key : BL_STR("");
}

static bool one_of(bl_str s, const char *const *words)
{
	for (; *words; words++)
		if (bl_str_eqz(s, *words))
			return true;
	return false;
}

/* Members that tell elements of a list apart: an element that agrees in all of them goes over the other. */
static const char *const *identity_of(bl_str key)
{
	static const char *const ports[] = {"host_ip", "protocol", "published", "target", NULL}, *const target[] = {"target", NULL};
	static const char *const targeted[] = {"configs", "secrets", "volumes", NULL};
	return bl_str_eqz(key, "ports") ? ports : one_of(key, targeted) ? target : NULL;
}

static bl_str text_of(const bl_value *v)
{
	return bl_value_is(v, BL_NUMBER) ? v->digits : bl_value_text(v);
}

static bool is_same(const bl_value *a, const bl_value *b, const char *const *members)
{
	if (a->kind == BL_STRING && b->kind == BL_STRING)
		return bl_str_eq(a->string, b->string);
	bool same = members && a->kind == BL_MAP && b->kind == BL_MAP;
	for (; same && *members; members++)
		same = bl_str_eq(text_of(bl_value_getz(a, *members)), text_of(bl_value_getz(b, *members)));
	return same;
}

enum { MAX_COMPARED = 2000 }; /* elements of both lists */

static const bl_value *merge_lists(bl_arena *arena, bl_str key, const bl_value *base, const bl_value *over)
{
	const char *const *members = identity_of(key);
	bl_values all = {0};
	for (uint32_t i = 0; i < base->n; i++)
		bl_vec_push(arena, &all, base->list[i]);
	for (uint32_t i = 0; i < over->n; i++) {
		size_t at = all.n;
		for (size_t k = 0; k < base->n && base->n + over->n <= MAX_COMPARED && at == all.n; k++)
			if (is_same(base->list[k], over->list[i], members))
				at = k;
		if (at < all.n)
			all.items[at] = over->list[i];
		else
			bl_vec_push(arena, &all, over->list[i]);
	}
	bl_value *v = bl_values_value(arena, over->span, &all);
	v->open = base->open || over->open;
	return v;
}

/* depends_on and networks: a list of names, or a map of them. */
static const bl_value *as_map(bl_arena *arena, const bl_value *v)
{
	bl_items items = {0};
	for (uint32_t i = 0; i < v->n; i++)
		if (v->list[i]->kind == BL_STRING)
			bl_items_put(arena, &items, v->list[i]->string, v->list[i]->span, &bl_value_null);
	return bl_items_value(arena, v->span, &items);
}

static const bl_value *as_list(bl_arena *arena, const bl_value *v)
{
	bl_values one = {0};
	bl_vec_push(arena, &one, v);
	return bl_values_value(arena, v->span, &one);
}

static const bl_value *merge(bl_arena *arena, bl_str key, const bl_value *base, const bl_value *over, int depth)
{
	static const char *const replaced[] = {"command", "entrypoint", "image", "test", NULL};
	static const char *const listed[] = {"dns", "dns_search", "env_file", "tmpfs", NULL};
	if (over->kind == BL_NULL)
		return base;
	if (one_of(key, replaced) || depth > BL_EVAL_MAX_DEPTH)
		return over;
	if (one_of(key, listed)) {
		base = base->kind == BL_STRING ? as_list(arena, base) : base;
		over = over->kind == BL_STRING ? as_list(arena, over) : over;
	}
	if (base->kind != over->kind && (base->kind == BL_MAP || over->kind == BL_MAP)) {
		base = base->kind == BL_LIST ? as_map(arena, base) : base;
		over = over->kind == BL_LIST ? as_map(arena, over) : over;
	}
	if (base->kind == BL_LIST && over->kind == BL_LIST)
		return merge_lists(arena, key, base, over);
	const bl_value *driver = bl_value_getz(over, "driver"), *other = bl_value_getz(base, "driver");
	bool another = bl_str_eqz(key, "logging") && driver && other && bl_value_equal(driver, other) == BL_NO;
	return base->kind == BL_MAP && over->kind == BL_MAP && !another ? bl_compose_merge(arena, base, over, depth + 1) : over;
}

const bl_value *bl_compose_merge(bl_arena *arena, const bl_value *base, const bl_value *over, int depth)
{
	bl_items all = {0};
	bl_map places = {0}; /* key -> its place in all, plus one */
	for (uint32_t i = 0; i < base->n; i++) {
		bl_vec_push(arena, &all, base->map[i]);
		bl_map_put(arena, &places, base->map[i].key, (void *)(uintptr_t)all.n);
	}
	for (uint32_t i = 0; i < over->n; i++) {
		const bl_item *item = &over->map[i];
		uintptr_t at = (uintptr_t)bl_map_get(&places, item->key);
		bl_str tag = bl_compose_tag(item->value);
		bl_item merged = *item;
		if (at && !tag.n)
			merged.value = merge(arena, item->key, all.items[at - 1].value, item->value, depth);
		if (at)
			all.items[at - 1] = merged;
		else
			bl_vec_push(arena, &all, merged);
	}
	bl_value *v = bl_items_value(arena, over->span, &all);
	v->open = base->open || over->open;
	return v;
}

const bl_value *bl_compose_settle(bl_arena *arena, const bl_value *v, int depth)
{
	bl_items all = {0};
	if (v->kind != BL_MAP || depth > BL_EVAL_MAX_DEPTH)
		return v;
	for (uint32_t i = 0; i < v->n; i++) {
		bl_item item = v->map[i];
		bl_str tag = bl_compose_tag(item.value);
		if (bl_str_eqz(tag, "!reset"))
			continue;
		item.value = bl_compose_settle(arena, tag.n ? item.value->map[0].value : item.value, depth + 1);
		bl_vec_push(arena, &all, item);
	}
	bl_value *copy = bl_items_value(arena, v->span, &all);
	copy->open = v->open;
	return copy;
}

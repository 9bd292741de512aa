/* The canonical body of a thing as deployed, its tags, and how names are spelled. */
#include "simulate/world.h"

enum { MAX_DEPTH = 32 };

/* some_name as someName, or SomeName. */
static bl_str joined(bl_arena *arena, bl_str snake, bool first)
{
	char *p = bl_arena_alloc_aligned(arena, snake.n + 1, 1);
	size_t n = 0;
	bool up = first;
	for (size_t i = 0; i < snake.n; i++) {
		char c = snake.p[i];
		if (c == '_' && i + 1 < snake.n) {
			up = true;
			continue;
		}
		p[n++] = up && c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
		up = false;
	}
	return bl_str_make(p, n);
}

bl_str sim_camel(bl_arena *arena, bl_str snake)
{
	return joined(arena, snake, false);
}

bl_str sim_pascal(bl_arena *arena, bl_str snake)
{
	return joined(arena, snake, true);
}

static const bl_value *camel_keys(bl_arena *arena, const bl_value *v, int depth)
{
	if (!v || depth > MAX_DEPTH || (v->kind != BL_MAP && v->kind != BL_LIST))
		return v;
	if (v->kind == BL_LIST) {
		bl_values list = {0};
		for (uint32_t i = 0; i < v->n; i++)
			bl_vec_push(arena, &list, camel_keys(arena, v->list[i], depth + 1));
		return bl_values_value(arena, BL_NOWHERE, &list);
	}
	bl_items items = {0};
	for (uint32_t i = 0; i < v->n; i++)
		bl_items_put(arena, &items, sim_camel(arena, v->map[i].key), BL_NOWHERE, camel_keys(arena, v->map[i].value, depth + 1));
	return bl_items_value(arena, BL_NOWHERE, &items);
}

const bl_value *sim_camel_keys(bl_arena *arena, const bl_value *v)
{
	return camel_keys(arena, v, 0);
}

const bl_value *sim_body(sim_world *w, sim_thing *t)
{
	switch (t->cloud) {
	case SIM_AWS:
		return sim_aws_body(w, t);
	case SIM_AZURE:
		return sim_azure_body(w, t);
	case SIM_GOOGLE:
		return sim_google_body(w, t);
	default:
		return sim_kubernetes_body(w, t);
	}
}

const bl_value *sim_tags(sim_world *w, sim_thing *t)
{
	if (!t->body)
		return NULL;
	if (t->cloud == SIM_AWS)
		return sim_aws_tags(w, t);
	if (t->cloud == SIM_GOOGLE)
		return sim_google_tags(w, t);
	const bl_value *tags = t->cloud == SIM_KUBERNETES ? bl_value_at_path(t->resource->native, BL_STR("metadata.annotations"))
							  : bl_value_geti(t->body, BL_STR("tags"));
	return bl_value_is(tags, BL_MAP) && tags->n ? tags : NULL;
}

#include "eval/pipeline/gitlab.h"

/* MAX_PUT: variables within the variable that a text names. */
enum { MAX_NESTING = 20, MAX_DEPTH = 100, MAX_PUT = 32 };

static bool is_name(char c, bool first)
{
	return c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z') || (!first && c >= '0' && c <= '9');
}

typedef struct putter {
	bl_gitlab *g;
	const bl_value *variables;
	size_t put;
} putter;

static const bl_value *put_text(putter *p, const bl_value *v, int depth);

static const bl_value *variable(putter *p, bl_str name, bl_span span, int depth)
{
	const bl_value *v = bl_value_get(p->variables, name);
	if (!v)
		return bl_value_unknown(p->g->arena, span, "'$" BL_FMT "' is not known before it runs", BL_ARG(name));
	p->put = depth ? p->put + 1 : 0;
	if (depth >= MAX_NESTING || p->put > MAX_PUT)
		return bl_value_unknown(p->g->arena, span, "'$" BL_FMT "' refers to itself, or to too many others", BL_ARG(name));
	return v->kind == BL_STRING ? put_text(p, v, depth + 1) : v;
}

static const bl_value *put_text(putter *p, const bl_value *v, int depth)
{
	bl_arena *arena = p->g->arena;
	bl_pipeline_parts parts = {0};
	bl_str s = v->string;
	size_t from = 0;
	if (bl_str_find(s, BL_STR("$"), 0) < 0)
		return v;
	for (size_t i = 0; i + 1 < s.n;) {
		bool braces = s.p[i] == '$' && s.p[i + 1] == '{', doubled = s.p[i] == '$' && s.p[i + 1] == '$';
		size_t begin = i + 1 + braces, end = begin;
		while (end < s.n && is_name(s.p[end], end == begin))
			end++;
		bool names = s.p[i] == '$' && end > begin && (!braces || (end < s.n && s.p[end] == '}'));
		if (!names && !doubled) {
			i++;
			continue;
		}
		bl_vec_push(arena, &parts, ((bl_pipeline_part){.text = bl_str_slice(s, from, i + doubled)}));
		if (names)
			bl_vec_push(arena, &parts, ((bl_pipeline_part){.value = variable(p, bl_str_slice(s, begin, end), v->span, depth)}));
		i = from = doubled ? i + 2 : end + braces;
	}
	if (!parts.n)
		return v;
	bl_vec_push(arena, &parts, ((bl_pipeline_part){.text = bl_str_slice(s, from, s.n)}));
	bl_value *made = (bl_value *)bl_pipeline_join(arena, v->span, &parts);
	made->via = v->via ? v->via : made->via;
	return made;
}

static const bl_value *put_in(putter *p, const bl_value *v, int depth)
{
	if (v->kind == BL_STRING)
		return put_text(p, v, 0);
	if ((v->kind != BL_LIST && v->kind != BL_MAP) || depth > MAX_DEPTH)
		return v;
	bl_value *copy = bl_value_at(p->g->arena, v, v->span);
	if (v->kind == BL_LIST) {
		copy->list = bl_new_n(p->g->arena, const bl_value *, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			copy->list[i] = put_in(p, v->list[i], depth + 1);
		return copy;
	}
	copy->map = bl_new_n(p->g->arena, bl_item, v->n);
	for (uint32_t i = 0; i < v->n; i++) {
		copy->map[i] = v->map[i];
		copy->map[i].value = put_in(p, v->map[i].value, depth + 1);
	}
	return copy;
}

const bl_value *bl_gitlab_put_variables(bl_gitlab *g, const bl_value *v, const bl_value *variables)
{
	putter p = {g, variables, 0};
	return put_in(&p, v, 0);
}

const bl_value *bl_gitlab_variables(bl_gitlab *g, const bl_value *outer, const bl_value *variables)
{
	bl_items out = {0};
	g->copied += outer ? outer->n : 0;
	if (outer && (!variables || g->copied > BL_GITLAB_MAX_COPIED))
		return outer;
	for (uint32_t i = 0; outer && i < outer->n; i++)
		bl_vec_push(g->arena, &out, outer->map[i]);
	for (uint32_t i = 0; bl_value_is(variables, BL_MAP) && i < variables->n && out.n < BL_GITLAB_MAX_NAMES; i++) {
		const bl_item *item = &variables->map[i];
		const bl_value *v = item->value->kind == BL_MAP ? bl_value_getz(item->value, "value") : item->value;
		if (!v)
			continue;
		v = bl_pipeline_scalar(g->arena, v);
		bl_items_put(g->arena, &out, item->key, item->key_span,
			bl_value_through(g->arena, v, bl_str_fmt(g->arena, "variables." BL_FMT, BL_ARG(item->key)), v->span));
	}
	bl_value *map = bl_items_value(g->arena, variables ? variables->span : BL_NOWHERE, &out);
	map->open = true;
	return map;
}

const bl_value *bl_gitlab_predefined(bl_gitlab *g)
{
	bl_items out = {0};
	const bl_eval_options *o = g->input->options;
	bl_items_put(g->arena, &out, BL_STR("CI"), BL_NOWHERE, bl_value_string(g->arena, BL_NOWHERE, BL_STR("true")));
	bl_items_put(g->arena, &out, BL_STR("CI_PROJECT_DIR"), BL_NOWHERE, bl_value_string(g->arena, BL_NOWHERE, BL_STR(BL_PIPELINE_WORKSPACE)));
	bl_items_put(g->arena, &out, BL_STR("GITLAB_CI"), BL_NOWHERE, bl_value_string(g->arena, BL_NOWHERE, BL_STR("true")));
	for (size_t i = 0; o && i < o->nvars; i++)
		if (!o->vars[i].environment)
			bl_items_put(g->arena, &out, o->vars[i].name, BL_NOWHERE, bl_value_string(g->arena, BL_NOWHERE, o->vars[i].text));
	bl_value *map = bl_items_value(g->arena, BL_NOWHERE, &out);
	map->open = true;
	return map;
}

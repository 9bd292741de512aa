#include "annotate/facts.h"

#include <stdlib.h>

static void add_asset(bl_arena *arena, bl_facts *facts, const bl_asset *asset, double confidence)
{
	for (size_t i = 0; i < facts->assets.n; i++) {
		bl_asset_fact *known = &facts->assets.items[i];
		if (!bl_str_eqi(known->asset->id, asset->id))
			continue;
		if (known->confidence < confidence)
			known->confidence = confidence;
		return;
	}
	bl_vec_push(arena, &facts->assets, ((bl_asset_fact){asset, confidence}));
}

static void add_path(bl_arena *arena, bl_facts *facts, const bl_path *path)
{
	for (size_t i = 0; i < facts->paths.n; i++)
		if (facts->paths.items[i] == path || strcmp(facts->paths.items[i]->id, path->id) == 0)
			return;
	bl_vec_push(arena, &facts->paths, path);
}

static void add_finding(bl_arena *arena, const bl_report_view *view, const bl_finding *f, bl_facts *facts)
{
	bl_context context = bl_context_of(arena, view->graph, f->node);
	if (f->asset)
		add_asset(arena, facts, f->asset, 1);
	for (size_t i = 0; i < context.links.n; i++)
		if (context.links.items[i]->kind == BL_PROVISIONS && context.links.items[i]->class != BL_AMBIGUOUS && context.links.items[i]->asset)
			add_asset(arena, facts, context.links.items[i]->asset, context.links.items[i]->confidence);
	for (size_t i = 0; i < context.paths.n; i++)
		add_path(arena, facts, context.paths.items[i]);
	if (context.exposed > facts->exposed) {
		facts->exposed = context.exposed;
		facts->exposure = context.exposure;
	}
}

static int surest_first(const void *a, const void *b)
{
	const bl_asset_fact *x = a, *y = b;
	if (x->confidence != y->confidence)
		return x->confidence > y->confidence ? -1 : 1;
	return bl_str_cmp(x->asset->id, y->asset->id);
}

static int worst_first(const void *a, const void *b)
{
	const bl_path *x = *(const bl_path *const *)a, *y = *(const bl_path *const *)b;
	if (x->level != y->level)
		return x->level > y->level ? -1 : 1;
	return strcmp(x->id, y->id);
}

static void weigh(bl_arena *arena, bl_facts *facts)
{
	enum { TOLD = 5 };
	if (facts->exposed != BL_NO) {
		bl_str why = facts->exposure ? facts->exposure->why : BL_STR("");
		bl_str words = facts->exposed == BL_YES ? BL_STR("the internet reaches it") : BL_STR("the internet may reach it");
		bl_vec_push(arena, &facts->factors,
			why.n ? bl_str_fmt(arena, BL_FMT ": " BL_FMT, BL_ARG(words), BL_ARG(why)) : words);
	}
	for (size_t i = 0; i < facts->paths.n; i++) {
		const bl_path *path = facts->paths.items[i];
		if (path->level > facts->risk && path->sure != BL_MAYBE)
			facts->risk = path->level;
		if (i < TOLD)
			bl_vec_push(arena, &facts->factors,
				bl_str_fmt(arena, "%s on an attack path (%s): " BL_FMT,
					path->sure == BL_MAYBE ? "perhaps" : "it is", bl_severity_name(path->level),
					BL_ARG(path->title)));
	}
}

bl_facts bl_facts_of(bl_arena *arena, const bl_report_view *view, const bl_finding *const *findings, size_t n)
{
	bl_facts facts = {0};
	for (size_t i = 0; i < n; i++) {
		if (findings[i]->severity > facts.risk)
			facts.risk = findings[i]->severity;
		if (view->graph && findings[i]->node < bl_graph_size(view->graph))
			add_finding(arena, view, findings[i], &facts);
	}
	if (facts.assets.n)
		qsort(facts.assets.items, facts.assets.n, sizeof *facts.assets.items, surest_first);
	if (facts.paths.n)
		qsort(facts.paths.items, facts.paths.n, sizeof *facts.paths.items, worst_first);
	weigh(arena, &facts);
	return facts;
}

bl_delta bl_facts_delta(const bl_report_view *view, const bl_path *path)
{
	for (size_t i = 0; i < view->npaths; i++)
		if (strcmp(view->paths[i]->id, path->id) == 0 && view->paths[i]->delta != BL_CLOSED)
			return view->paths[i]->delta;
	return path->delta;
}

bl_str bl_facts_route(bl_arena *arena, const bl_graph *graph, const bl_path *path)
{
	bl_buf route = {0};
	for (size_t i = 0; i < path->nodes.n; i++) {
		if (i)
			bl_buf_putz(&route, " -> ");
		bl_buf_put(&route, bl_graph_node(graph, path->nodes.items[i])->name);
	}
	bl_str out = bl_str_dup(arena, bl_buf_str(&route));
	bl_buf_done(&route);
	return out;
}

#include "core/model/context.h"

#include <stdlib.h>

/* Surest first; equal ones by the asset's id, so that the order of input never shows. */
static int by_confidence(const void *a, const void *b)
{
	const bl_link *x = *(const bl_link *const *)a, *y = *(const bl_link *const *)b;
	if (x->confidence != y->confidence)
		return x->confidence > y->confidence ? -1 : 1;
	int order = x->asset && y->asset ? bl_str_cmp(x->asset->id, y->asset->id) : 0;
	if (order)
		return order;
	return x->from != y->from ? (x->from < y->from ? -1 : 1) : (x->to > y->to) - (x->to < y->to);
}

static void add_exposure(const bl_graph *graph, uint32_t node, bl_context *context)
{
	const bl_edge *const *edges;
	size_t n = bl_graph_in(graph, node, &edges);
	for (size_t i = 0; i < n; i++) {
		if (edges[i]->kind != BL_EDGE_EXPOSES || edges[i]->sure <= context->exposed)
			continue;
		context->exposed = edges[i]->sure;
		context->exposure = edges[i];
	}
}

static void add_paths(bl_arena *arena, const bl_graph *graph, uint32_t node, bl_context *context)
{
	const bl_path *const *paths;
	size_t n = bl_graph_paths_of(graph, node, &paths), had = context->paths.n;
	for (size_t i = 0; i < n; i++) {
		bool known = false;
		for (size_t j = 0; j < had && !known; j++)
			known = context->paths.items[j] == paths[i];
		if (!known)
			bl_vec_push(arena, &context->paths, paths[i]);
	}
}

bl_context bl_context_of(bl_arena *arena, const bl_graph *graph, uint32_t node)
{
	bl_context context = {0};
	const bl_link *const *links;
	size_t n = bl_graph_links_of(graph, node, &links);
	for (size_t i = 0; i < n; i++)
		bl_vec_push(arena, &context.links, links[i]);
	if (n)
		qsort(context.links.items, n, sizeof *context.links.items, by_confidence);
	add_exposure(graph, node, &context);
	add_paths(arena, graph, node, &context);
	for (size_t i = 0; i < n; i++) {
		const bl_link *link = context.links.items[i];
		/* an ambiguous link does not say which asset it is: nothing may be concluded from one candidate; what deploys an asset is not it */
		if (link->class == BL_AMBIGUOUS || link->kind != BL_PROVISIONS)
			continue;
		uint32_t other = link->from == node ? link->to : link->from;
		add_exposure(graph, other, &context);
		add_paths(arena, graph, other, &context);
	}
	return context;
}

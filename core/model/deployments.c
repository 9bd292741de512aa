#include "core/model/deployments.h"

typedef struct builder {
	bl_graph *graph;
	bl_arena arena;     /* goes when all is added */
	bl_map templates;   /* repository and path -> node + 1 */
	bl_map drawn;       /* step and template: a matrix deploys one template many times */
} builder;

static bl_str key_of(bl_arena *arena, bl_str repo, bl_str path)
{
	return bl_str_fmt(arena, BL_FMT "\x1f" BL_FMT, BL_ARG(repo), BL_ARG(bl_str_eqz(path, ".") ? BL_STR("") : path));
}

static uint32_t template_node(builder *b, bl_str repo, bl_str path)
{
	bl_arena *arena = bl_graph_arena(b->graph);
	bl_node node = {.kind = BL_NODE_FILE, .id = bl_str_fmt(arena, "file:" BL_FMT ":" BL_FMT, BL_ARG(repo), BL_ARG(path)), .name = path};
	uint32_t number = bl_graph_add_node(b->graph, node);
	bl_map_put(&b->arena, &b->templates, key_of(&b->arena, repo, path), (void *)(uintptr_t)(number + 1));
	return number;
}

static void add_deployment(builder *b, const bl_deployment *d)
{
	int64_t step = bl_graph_find(b->graph, d->root, d->by);
	if (step < 0 || !bl_value_is(d->template, BL_STRING) || d->template->sensitive)
		return;
	bl_str path = bl_str_dup(bl_graph_arena(b->graph), d->template->string);
	uint32_t to = template_node(b, d->root->repo, path);
	uint32_t key[] = {(uint32_t)step, to};
	bl_str seen = {(const char *)key, sizeof key};
	if (bl_map_get(&b->drawn, seen))
		return;
	bl_map_put(&b->arena, &b->drawn, bl_str_dup(&b->arena, seen), b);
	bl_graph_add_edge(b->graph, (bl_edge){.kind = BL_EDGE_DEPLOYS, .from = (uint32_t)step, .to = to, .span = d->span, .sure = BL_YES,
		.detail = d->tool, .why = bl_str_fmt(bl_graph_arena(b->graph), "'" BL_FMT "' deploys " BL_FMT " (" BL_FMT ")", BL_ARG(d->by),
			BL_ARG(path), BL_ARG(d->tool))});
}

static void add_contents(builder *b, uint32_t node)
{
	const bl_node *n = bl_graph_node(b->graph, node);
	const bl_resource *r = n->resource;
	if (!r || r->module.n)
		return;
	bl_str file = r->span.source ? bl_sources_path(bl_graph_sources(b->graph), r->span.source) : BL_STR("");
	uintptr_t found = (uintptr_t)bl_map_get(&b->templates, key_of(&b->arena, r->root->repo, r->root->path));
	if (!found)
		found = (uintptr_t)bl_map_get(&b->templates, key_of(&b->arena, r->root->repo, file));
	if (!found)
		return;
	bl_graph_add_edge(b->graph, (bl_edge){.kind = BL_EDGE_CONTAINS, .from = (uint32_t)(found - 1), .to = node, .span = r->head, .sure = r->condition,
		.why = bl_str_fmt(bl_graph_arena(b->graph), BL_FMT " declares it", BL_ARG(bl_graph_node(b->graph, (uint32_t)(found - 1))->name))});
}

void bl_deployments_add(bl_graph *graph, const bl_evaluation *const *evaluations, size_t n)
{
	builder b = {.graph = graph};
	size_t nodes = bl_graph_size(graph);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < evaluations[i]->deployments.n; k++)
			add_deployment(&b, evaluations[i]->deployments.items[k]);
	for (uint32_t i = 0; b.templates.n && i < nodes; i++)
		add_contents(&b, i);
	bl_arena_done(&b.arena);
}

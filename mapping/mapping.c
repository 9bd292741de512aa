#include "mapping/claims.h"
#include "mapping/images.h"

#include "core/base/sort.h"

static int by_id(const void *a, const void *b, void *context)
{
	const bl_graph *graph = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return bl_str_cmp(bl_graph_node(graph, x)->id, bl_graph_node(graph, y)->id);
}

static void gather(bl_claims *c)
{
	for (uint32_t i = 0; i < c->nodes; i++) {
		const bl_node *node = bl_graph_node(c->graph, i);
		if (bl_claims_deploys(node))
			bl_vec_push(c->arena, &c->code, i);
		else if (node->kind == BL_NODE_ASSET)
			bl_vec_push(c->arena, &c->assets, i);
	}
	bl_sort_numbers(c->code.items, c->code.n, by_id, c->graph);
	bl_sort_numbers(c->assets.items, c->assets.n, by_id, c->graph);
	c->of_code = bl_new_n(c->arena, uint32_t, c->nodes + 1);
	c->of_asset = bl_new_n(c->arena, uint32_t, c->nodes + 1);
}

void bl_mapping_run(bl_graph *graph, const bl_mapping_input *input, bl_image_origins *images)
{
	bl_arena arena = {0};
	bl_claims c = {.input = input, .graph = graph, .schema = input->schema, .arena = &arena, .nodes = bl_graph_size(graph)};
	gather(&c);
	if (c.code.n && c.assets.n) {
		bl_identity_fill(&c);
		bl_match_bindings(&c);
		bl_match_tags(&c);
		bl_match_names(&c);
		bl_match_applied(&c);
		bl_match_patterns(&c);
		bl_match_scopes(&c);
		bl_match_within(&c);
		bl_match_copies(&c);
		bl_match_settings(&c);
		bl_match_neighbours(&c);
		/* what is settled by now leaves less to choose from */
		bl_match_within(&c);
		bl_match_settings(&c);
		bl_match_groups(&c);
		bl_match_grants(&c);
		bl_match_other_tags(&c);
		bl_match_renamed(&c);
		bl_resolve_claims(&c);
		bl_deployed_by(&c);
	}
	bl_images_match(graph, input, images);
	bl_graph_seal(graph, BL_LAYER_LINKS);
	bl_arena_done(&arena);
}

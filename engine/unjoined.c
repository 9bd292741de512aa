/* Until the paths stage is there: layers are sealed, and no path is found. Weak, so the stage itself takes over. */
#include "engine/engine.h"

__attribute__((weak)) void bl_paths_edges(bl_graph *graph)
{
	bl_graph_seal(graph, BL_LAYER_EXPOSURE);
}

__attribute__((weak)) void bl_paths_search(bl_graph *graph)
{
}

__attribute__((weak)) const bl_expr *bl_parse_expression(bl_sources *sources, bl_document *document)
{
	return NULL;
}

__attribute__((weak)) const bl_value *bl_eval_expression(const bl_eval_input *input, bl_arena *arena, const bl_expr *expr,
	bl_diag_list *diags)
{
	return NULL;
}

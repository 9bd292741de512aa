/* The joined graph: nodes and edges. */
#include "annotate/views/views.h"

static void json_graph(const bl_graph *graph, bl_buf *out)
{
	const bl_sources *sources = bl_graph_sources(graph);
	const bl_edge *const *edges;
	size_t nedges = bl_graph_edges(graph, &edges), nnodes = bl_graph_size(graph);
	bl_json j;
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_member_int(&j, "format", 1);
	bl_json_key(&j, "nodes");
	bl_json_array(&j);
	for (size_t i = 0; i < nnodes; i++) {
		const bl_node *n = bl_graph_node(graph, (uint32_t)i);
		bl_json_object(&j);
		bl_json_member(&j, "id", n->id);
		bl_json_member(&j, "kind", bl_str_of(bl_node_kind_name(n->kind)));
		bl_json_member(&j, "name", n->name);
		bl_view_json_place(&j, sources, n->span);
		bl_json_object_end(&j);
	}
	bl_json_array_end(&j);
	bl_json_key(&j, "edges");
	bl_json_array(&j);
	for (size_t i = 0; i < nedges; i++) {
		bl_place place;
		bool known = bl_sources_place(sources, edges[i]->span, &place);
		bl_json_object(&j);
		bl_json_member(&j, "from", bl_graph_node(graph, edges[i]->from)->id);
		bl_json_member(&j, "to", bl_graph_node(graph, edges[i]->to)->id);
		bl_json_member(&j, "kind", bl_str_of(bl_edge_kind_name(edges[i]->kind)));
		bl_json_member(&j, "file", place.path);
		bl_json_member_int(&j, "line", known ? place.start_line : 0);
		bl_json_member(&j, "why", edges[i]->why);
		bl_json_member(&j, "detail", edges[i]->detail);
		bl_json_member_bool(&j, "sure", edges[i]->sure == BL_YES);
		bl_json_object_end(&j);
	}
	bl_json_array_end(&j);
	bl_json_object_end(&j);
}

void bl_view_graph(const bl_graph *graph, bool json, bl_buf *out)
{
	if (json) {
		json_graph(graph, out);
		return;
	}
	for (size_t i = 0; i < bl_graph_size(graph); i++) {
		const bl_node *n = bl_graph_node(graph, (uint32_t)i);
		const bl_edge *const *edges;
		size_t count = bl_graph_out(graph, (uint32_t)i, &edges);
		bl_buf_putf(out, "%s ", bl_node_kind_name(n->kind));
		bl_view_text(out, n->id);
		bl_buf_putc(out, '\n');
		for (size_t k = 0; k < count; k++) {
			bl_buf_putf(out, "  %s%s ", bl_edge_kind_name(edges[k]->kind), edges[k]->sure == BL_MAYBE ? "?" : "");
			bl_view_text(out, bl_graph_node(graph, edges[k]->to)->id);
			if (edges[k]->detail.n) {
				bl_buf_putz(out, "  ");
				bl_view_text(out, edges[k]->detail);
			}
			if (bl_span_known(edges[k]->span)) {
				bl_buf_putz(out, "  ");
				bl_view_place(out, bl_graph_sources(graph), edges[k]->span);
			}
			bl_buf_putc(out, '\n');
		}
	}
}

/* Attack paths. */
#include "annotate/views/views.h"

static const char *const deltas[] = {"unchanged", "opened", "closed"};

static const bl_graph *graph_of(const bl_paths_view *view, const bl_path *path)
{
	return path->delta == BL_CLOSED && view->before ? view->before : view->graph;
}

static void json_nodes(bl_json *j, const bl_graph *graph, const bl_path *path)
{
	bl_json_key(j, "nodes");
	bl_json_array(j);
	for (size_t i = 0; i < path->nodes.n; i++) {
		const bl_node *n = bl_graph_node(graph, path->nodes.items[i]);
		bl_json_object(j);
		bl_json_member(j, "id", n->id);
		bl_json_member(j, "kind", bl_str_of(bl_node_kind_name(n->kind)));
		bl_json_member(j, "name", n->name);
		bl_view_json_place(j, bl_graph_sources(graph), n->span);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
}

static void json_edges(bl_json *j, const bl_graph *graph, const bl_path *path)
{
	const bl_sources *sources = bl_graph_sources(graph);
	bl_json_key(j, "edges");
	bl_json_array(j);
	for (size_t i = 0; i < path->edges.n; i++) {
		const bl_edge *e = path->edges.items[i];
		bl_json_object(j);
		bl_json_member(j, "kind", bl_str_of(bl_edge_kind_name(e->kind)));
		bl_json_member(j, "why", e->why);
		bl_view_json_place(j, sources, e->span);
		bl_json_member_bool(j, "maybe", e->sure == BL_MAYBE);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
	bl_json_key(j, "cut");
	bl_json_array(j);
	for (size_t i = 0; i < path->cuts.n; i++) {
		bl_json_object(j);
		bl_view_json_place(j, sources, path->cuts.items[i].span);
		bl_json_member(j, "what", path->cuts.items[i].what);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
}

void bl_view_json_path(bl_json *j, const bl_paths_view *view, const bl_path *path)
{
	const bl_graph *graph = graph_of(view, path);
	bl_json_object(j);
	bl_json_member(j, "id", bl_str_of(path->id));
	bl_json_member(j, "pattern", path->pattern);
	bl_json_member(j, "title", path->title);
	bl_json_key(j, "risk");
	bl_json_object(j);
	bl_json_member(j, "level", bl_str_of(bl_severity_name(path->level)));
	bl_json_key(j, "factors");
	bl_json_array(j);
	for (size_t i = 0; i < path->factors.n; i++)
		bl_json_str(j, path->factors.items[i]);
	bl_json_array_end(j);
	bl_json_object_end(j);
	json_nodes(j, graph, path);
	json_edges(j, graph, path);
	bl_json_key(j, "findings");
	bl_json_array(j);
	for (size_t i = 0; i < path->findings.n; i++)
		bl_json_strz(j, path->findings.items[i]->fingerprint);
	bl_json_array_end(j);
	bl_json_member_bool(j, "maybe", path->sure == BL_MAYBE);
	bl_json_member(j, "delta", bl_str_of(deltas[path->delta]));
	bl_json_object_end(j);
}

void bl_view_text_path(bl_buf *out, const bl_paths_view *view, const bl_paint *p, const bl_path *path)
{
	const bl_graph *graph = graph_of(view, path);
	const bl_sources *sources = bl_graph_sources(graph);
	const char *colour = path->delta == BL_CLOSED ? p->green : path->level >= BL_HIGH ? p->red : p->yellow;
	bl_buf_putf(out, "%s%s%s  %s" BL_FMT "%s%s%s\n", colour, bl_severity_name(path->level), p->off, p->bold,
		BL_ARG(path->title), p->off, path->sure == BL_MAYBE ? "  (maybe)" : "", "");
	if (view->compared)
		bl_buf_putf(out, "  %s by this change\n", deltas[path->delta]);
	for (size_t i = 0; i < path->nodes.n; i++) {
		const bl_node *n = bl_graph_node(graph, path->nodes.items[i]);
		bl_buf_putf(out, "  %s ", i ? "->" : "  ");
		bl_view_text(out, n->name);
		if (bl_span_known(n->span)) {
			bl_buf_putf(out, "  %s", p->dim);
			bl_view_place(out, sources, n->span);
			bl_buf_putf(out, "%s", p->off);
		}
		bl_buf_putc(out, '\n');
		if (i < path->edges.n) {
			bl_buf_putf(out, "        %s", p->dim);
			bl_view_text(out, path->edges.items[i]->why);
			if (bl_span_known(path->edges.items[i]->span)) {
				bl_buf_putz(out, "  ");
				bl_view_place(out, sources, path->edges.items[i]->span);
			}
			bl_buf_putf(out, "%s\n", p->off);
		}
	}
	for (size_t i = 0; i < path->cuts.n; i++) {
		bl_buf_putf(out, "  %scut it%s at ", p->green, p->off);
		bl_view_place(out, sources, path->cuts.items[i].span);
		bl_buf_putz(out, ": ");
		bl_view_text(out, path->cuts.items[i].what);
		bl_buf_putc(out, '\n');
	}
	bl_buf_putc(out, '\n');
}

void bl_view_paths(const bl_paths_view *view, bool json, bool colour, bl_buf *out)
{
	if (!json) {
		bl_paint p = bl_view_paint(colour);
		bl_buf_putf(out, "%sattack paths%s: %zu\n\n", p.bold, p.off, view->npaths);
		for (size_t i = 0; i < view->npaths; i++)
			bl_view_text_path(out, view, &p, view->paths[i]);
		return;
	}
	bl_json j;
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_member_int(&j, "format", 1);
	bl_json_key(&j, "paths");
	bl_json_array(&j);
	for (size_t i = 0; i < view->npaths; i++)
		bl_view_json_path(&j, view, view->paths[i]);
	bl_json_array_end(&j);
	bl_json_object_end(&j);
}

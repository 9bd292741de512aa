/* All that is known of one thing: a finding, an attack path, a piece of code, an asset, an image. */
#include "annotate/views/views.h"

#include "core/model/context.h"

#include <stdlib.h>

enum { MIN_PREFIX = 6, MAX_EXPLAINED = 20, MAX_EDGES = 30 };

typedef struct explainer {
	const bl_explain_view *view;
	const bl_graph *graph;
	const bl_sources *sources;
	bl_paint p;
	bl_arena *arena;
	bl_buf *out;
	bl_json *j; /* NULL for text */
} explainer;

/* ---- what an id means ---- */

static bool is_id(bl_str id, const char *text)
{
	return id.n >= MIN_PREFIX && bl_str_starts(bl_str_of(text), id);
}

/* "infra/main.tf:12": a block that covers the line. */
static bool stands_at(const explainer *e, const bl_resource *r, bl_str id)
{
	bl_place place;
	ptrdiff_t colon = bl_str_rfind_char(id, ':');
	bl_str file = bl_str_slice(id, 0, colon < 0 ? 0 : (size_t)colon), number = bl_str_slice(id, (size_t)(colon + 1), id.n);
	long line = colon > 0 && number.n && number.n < 10 ? atol(bl_str_z(e->arena, number)) : 0;
	return line > 0 && bl_sources_place(e->sources, r->span, &place) && bl_str_eq(place.path, file) && place.start_line <= (uint32_t)line &&
		place.end_line >= (uint32_t)line;
}

static bool is_node(const explainer *e, const bl_node *node, bl_str id)
{
	const bl_resource *r = node->resource;
	if (bl_str_eq(node->id, id) || (node->asset && (bl_str_eqi(node->asset->id, id) || bl_str_eq(node->asset->name, id))))
		return true;
	if (node->kind == BL_NODE_IMAGE && bl_str_eq(node->name, id))
		return true;
	if (!r)
		return false;
	bl_str root = r->root->name;
	bool rooted = id.n == root.n + 1 + r->address.n && bl_str_starts(id, root) && id.p[root.n] == ':' && bl_str_ends(id, r->address);
	return rooted || bl_str_eq(r->address, id) || bl_str_eq(r->typed_address, id) || stands_at(e, r, id);
}

/* ---- the parts of an explanation, in words ---- */

static void text_place(const explainer *e, bl_span span)
{
	if (!bl_span_known(span))
		return;
	bl_buf_putf(e->out, "  %s", e->p.dim);
	bl_view_place(e->out, e->sources, span);
	bl_buf_putz(e->out, e->p.off);
}

static void text_link(const explainer *e, const bl_link *l, uint32_t node)
{
	static const char *const kinds[] = {"provisions", "runs", "is built from", "deploys"};
	const char *back = l->kind == BL_DEPLOYED_BY ? "is deployed by" : "comes from";
	const bl_str *raises;
	uint32_t other = l->from == node ? l->to : l->from;
	bl_buf_putf(e->out, "  %s%.3f%s  %s", l->class == BL_AMBIGUOUS ? e->p.yellow : e->p.green, l->confidence, e->p.off,
		l->from == node ? kinds[l->kind] : back);
	bl_buf_putc(e->out, ' ');
	const bl_node *to = bl_graph_node(e->graph, other);
	bl_view_text(e->out, to->asset ? to->asset->id : to->name);
	text_place(e, to->span);
	bl_buf_putf(e->out, "%s\n", l->class == BL_AMBIGUOUS ? "  (ambiguous)" : "");
	for (size_t i = 0; i < l->evidence.n; i++) {
		bl_buf_putf(e->out, "         %s%-4s %+.2f%s  ", e->p.dim, l->evidence.items[i].id, l->evidence.items[i].weight, e->p.off);
		bl_view_text(e->out, l->evidence.items[i].why);
		bl_buf_putc(e->out, '\n');
	}
	for (size_t i = 0; i < l->candidates.n; i++) {
		bl_buf_putz(e->out, "         or: ");
		bl_view_text(e->out, bl_graph_node(e->graph, l->candidates.items[i])->id);
		bl_buf_putc(e->out, '\n');
	}
	size_t n = e->view->raises ? e->view->raises(e->graph, l, e->arena, &raises) : 0;
	for (size_t i = 0; i < n; i++) {
		bl_buf_putf(e->out, "         %ssurer with%s  ", e->p.blue, e->p.off);
		bl_view_text(e->out, raises[i]);
		bl_buf_putc(e->out, '\n');
	}
}

static void text_finding_line(const explainer *e, const bl_finding *f)
{
	static const char *const results[] = {"", " (maybe)", " (suppressed)"};
	bl_buf_putf(e->out, "  %s%s%s%s  ", f->severity >= BL_HIGH ? e->p.red : e->p.yellow, bl_severity_name(f->severity), e->p.off, results[f->result]);
	bl_view_text(e->out, f->message);
	bl_buf_putf(e->out, "  " BL_FMT "  %s%.12s%s", BL_ARG(f->rule->id), e->p.dim, f->fingerprint, e->p.off);
	text_place(e, f->span);
	bl_buf_putc(e->out, '\n');
}

static void text_edges(const explainer *e, uint32_t node, bool out)
{
	const bl_edge *const *edges;
	size_t n = out ? bl_graph_out(e->graph, node, &edges) : bl_graph_in(e->graph, node, &edges);
	for (size_t i = 0; i < n && i < MAX_EDGES; i++) {
		const bl_node *other = bl_graph_node(e->graph, out ? edges[i]->to : edges[i]->from);
		bl_buf_putf(e->out, "  %s %s%s ", out ? "->" : "<-", bl_edge_kind_name(edges[i]->kind), edges[i]->sure == BL_MAYBE ? "?" : "");
		bl_view_text(e->out, other->name);
		if (edges[i]->why.n) {
			bl_buf_putf(e->out, "  %s", e->p.dim);
			bl_view_text(e->out, edges[i]->why);
			bl_buf_putz(e->out, e->p.off);
		}
		text_place(e, edges[i]->span);
		bl_buf_putc(e->out, '\n');
	}
	if (n > MAX_EDGES)
		bl_buf_putf(e->out, "  ... and %zu more\n", n - MAX_EDGES);
}

static void text_node(const explainer *e, uint32_t node)
{
	const bl_node *n = bl_graph_node(e->graph, node);
	bl_context context = bl_context_of(e->arena, e->graph, node);
	bl_buf_putf(e->out, "%s%s%s ", e->p.bold, bl_node_kind_name(n->kind), e->p.off);
	bl_view_text(e->out, n->asset ? n->asset->id : n->resource ? n->resource->address : n->name);
	bl_buf_putf(e->out, "  %s" BL_FMT "%s", e->p.blue, BL_ARG(bl_graph_type(e->graph, node)), e->p.off);
	text_place(e, n->span);
	if (n->resource)
		bl_buf_putf(e->out, "  in " BL_FMT, BL_ARG(n->resource->root->name));
	bl_buf_putc(e->out, '\n');
	for (size_t i = 0; i < context.links.n; i++)
		text_link(e, context.links.items[i], node);
	if (!context.links.n && (n->kind == BL_NODE_ASSET || n->kind == BL_NODE_RESOURCE))
		bl_buf_putf(e->out, "  %s\n", n->kind == BL_NODE_ASSET ? "no code is known to declare it" : "nothing that runs is known to be it");
	if (context.exposed != BL_NO) {
		bl_buf_putf(e->out, "  %sthe internet %s it%s  ", e->p.red, context.exposed == BL_YES ? "reaches" : "may reach", e->p.off);
		bl_view_text(e->out, context.exposure ? context.exposure->why : BL_STR(""));
		bl_buf_putc(e->out, '\n');
	}
	for (size_t i = 0; i < context.paths.n; i++)
		bl_buf_putf(e->out, "  %son an attack path%s  %s: " BL_FMT "  %s%.12s%s\n", e->p.red, e->p.off, bl_severity_name(context.paths.items[i]->level),
			BL_ARG(context.paths.items[i]->title), e->p.dim, context.paths.items[i]->id, e->p.off);
	for (size_t i = 0; i < e->view->report.nfindings; i++)
		if (e->view->report.findings[i]->node == node)
			text_finding_line(e, e->view->report.findings[i]);
	text_edges(e, node, true);
	text_edges(e, node, false);
	bl_buf_putc(e->out, '\n');
}

static void text_paragraph(const explainer *e, const char *title, bl_str text)
{
	if (!text.n)
		return;
	bl_buf_putf(e->out, "  %s%-7s%s", e->p.dim, title, e->p.off);
	for (bl_str line; text.n;) {
		text = bl_str_cut(text, '\n', &line);
		bl_view_text(e->out, line);
		bl_buf_putz(e->out, text.n ? "\n         " : "\n");
	}
}

static void text_finding(const explainer *e, const bl_finding *f)
{
	bl_buf_putf(e->out, "%sfinding%s " BL_FMT "\n", e->p.bold, e->p.off, BL_ARG(f->rule->title));
	text_finding_line(e, f);
	for (const bl_via *via = f->via; via; via = via->next) {
		bl_buf_putf(e->out, "  %sfrom%s   ", e->p.dim, e->p.off);
		bl_view_text(e->out, via->what);
		text_place(e, via->span);
		bl_buf_putc(e->out, '\n');
	}
	text_paragraph(e, "unsure", f->unknown);
	text_paragraph(e, "why", f->rule->why);
	text_paragraph(e, "fix", f->rule->remediation);
	for (size_t i = 0; i < f->rule->nrefs; i++)
		text_paragraph(e, "see", f->rule->refs[i]);
	bl_buf_putc(e->out, '\n');
	if (f->node < bl_graph_size(e->graph))
		text_node(e, f->node);
}

/* ---- the same as JSON ---- */

static void json_edges(const explainer *e, uint32_t node)
{
	const bl_edge *const *edges;
	bl_json_key(e->j, "edges");
	bl_json_array(e->j);
	for (int out = 1; out >= 0; out--) {
		size_t n = out ? bl_graph_out(e->graph, node, &edges) : bl_graph_in(e->graph, node, &edges);
		for (size_t i = 0; i < n; i++) {
			bl_json_object(e->j);
			bl_json_member(e->j, "from", bl_graph_node(e->graph, edges[i]->from)->id);
			bl_json_member(e->j, "to", bl_graph_node(e->graph, edges[i]->to)->id);
			bl_json_member(e->j, "kind", bl_str_of(bl_edge_kind_name(edges[i]->kind)));
			bl_json_member(e->j, "why", edges[i]->why);
			bl_json_member_bool(e->j, "maybe", edges[i]->sure == BL_MAYBE);
			bl_view_json_place(e->j, e->sources, edges[i]->span);
			bl_json_object_end(e->j);
		}
	}
	bl_json_array_end(e->j);
}

static void json_link(const explainer *e, const bl_link *l)
{
	const bl_str *raises;
	size_t n = e->view->raises ? e->view->raises(e->graph, l, e->arena, &raises) : 0;
	bl_json_object(e->j);
	bl_view_json_link(e->j, &e->view->links, l);
	bl_view_json_strings(e->j, "raises", n ? raises : NULL, n);
	bl_json_object_end(e->j);
}

static void json_node(const explainer *e, uint32_t node)
{
	const bl_node *n = bl_graph_node(e->graph, node);
	bl_context context = bl_context_of(e->arena, e->graph, node);
	bl_json_object(e->j);
	bl_json_member(e->j, "what", bl_str_of(bl_node_kind_name(n->kind)));
	bl_json_member(e->j, "id", n->id);
	bl_json_member(e->j, "name", n->name);
	bl_json_member(e->j, "type", bl_graph_type(e->graph, node));
	bl_json_member(e->j, "root", n->resource ? n->resource->root->name : BL_STR(""));
	bl_view_json_place(e->j, e->sources, n->span);
	bl_json_key(e->j, "links");
	bl_json_array(e->j);
	for (size_t i = 0; i < context.links.n; i++)
		json_link(e, context.links.items[i]);
	bl_json_array_end(e->j);
	bl_json_member(e->j, "exposed", bl_str_of(context.exposed == BL_YES ? "yes" : context.exposed == BL_MAYBE ? "maybe" : "no"));
	bl_json_member(e->j, "exposure", context.exposure ? context.exposure->why : BL_STR(""));
	bl_json_key(e->j, "paths");
	bl_json_array(e->j);
	for (size_t i = 0; i < context.paths.n; i++)
		bl_json_strz(e->j, context.paths.items[i]->id);
	bl_json_array_end(e->j);
	bl_json_key(e->j, "findings");
	bl_json_array(e->j);
	for (size_t i = 0; i < e->view->report.nfindings; i++)
		if (e->view->report.findings[i]->node == node)
			bl_json_strz(e->j, e->view->report.findings[i]->fingerprint);
	bl_json_array_end(e->j);
	json_edges(e, node);
	bl_json_object_end(e->j);
}

static void json_finding(const explainer *e, const bl_finding *f)
{
	static const char *const results[] = {"fail", "maybe", "suppressed"};
	bl_json_object(e->j);
	bl_json_member(e->j, "what", BL_STR("finding"));
	bl_json_member(e->j, "id", bl_str_of(f->fingerprint));
	bl_json_member(e->j, "rule", f->rule->id);
	bl_json_member(e->j, "title", f->rule->title);
	bl_json_member(e->j, "severity", bl_str_of(bl_severity_name(f->severity)));
	bl_json_member(e->j, "result", bl_str_of(results[f->result]));
	bl_json_member(e->j, "message", f->message);
	bl_json_member(e->j, "unknown", f->unknown);
	bl_json_member(e->j, "why", f->rule->why);
	bl_json_member(e->j, "remediation", f->rule->remediation);
	bl_json_member(e->j, "node", f->node < bl_graph_size(e->graph) ? bl_graph_node(e->graph, f->node)->id : BL_STR(""));
	bl_view_json_place(e->j, e->sources, f->span);
	bl_json_key(e->j, "via");
	bl_json_array(e->j);
	for (const bl_via *via = f->via; via; via = via->next) {
		bl_json_object(e->j);
		bl_json_member(e->j, "what", via->what);
		bl_view_json_place(e->j, e->sources, via->span);
		bl_json_object_end(e->j);
	}
	bl_json_array_end(e->j);
	bl_json_object_end(e->j);
}

static void explain_node(const explainer *e, uint32_t node)
{
	if (e->j)
		json_node(e, node);
	else
		text_node(e, node);
}

static void explain_finding(const explainer *e, const bl_finding *f)
{
	if (!e->j) {
		text_finding(e, f);
		return;
	}
	json_finding(e, f);
	if (f->node < bl_graph_size(e->graph))
		json_node(e, f->node);
}

static void explain_path(const explainer *e, const bl_path *path)
{
	bl_paths_view one = {.graph = e->graph, .before = e->view->before, .paths = &path, .npaths = 1, .compared = e->view->report.compared};
	if (e->j)
		bl_view_json_path(e->j, &one, path);
	else
		bl_view_text_path(e->out, &one, &e->p, path);
}

static size_t explain_all(const explainer *e, bl_str id)
{
	size_t n = 0;
	for (size_t i = 0; i < e->view->report.nfindings && n < MAX_EXPLAINED; i++) {
		if (!is_id(id, e->view->report.findings[i]->fingerprint))
			continue;
		explain_finding(e, e->view->report.findings[i]);
		n++;
	}
	for (size_t i = 0; i < e->view->report.npaths && n < MAX_EXPLAINED; i++) {
		if (!is_id(id, e->view->report.paths[i]->id))
			continue;
		explain_path(e, e->view->report.paths[i]);
		n++;
	}
	for (uint32_t i = 0; i < bl_graph_size(e->graph) && n < MAX_EXPLAINED; i++) {
		if (!is_node(e, bl_graph_node(e->graph, i), id))
			continue;
		explain_node(e, i);
		n++;
	}
	return n;
}

size_t bl_view_explain(const bl_explain_view *view, bool json, bool colour, bl_buf *out)
{
	bl_arena arena = {0};
	bl_json j;
	explainer e = {view, view->report.graph, view->report.sources, bl_view_paint(colour), &arena, out, json ? &j : NULL};
	if (json) {
		bl_json_begin(&j, out, true);
		bl_json_object(&j);
		bl_json_member_int(&j, "format", 1);
		bl_json_key(&j, "explained");
		bl_json_array(&j);
	}
	size_t n = explain_all(&e, bl_str_of(view->id));
	if (json) {
		bl_json_array_end(&j);
		bl_json_object_end(&j);
	}
	bl_arena_done(&arena);
	return n;
}

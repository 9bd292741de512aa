/* Which code is which asset. */
#include "annotate/views/views.h"

static const char *const kinds[] = {"provisions", "runs", "built-from", "deployed-by"};
static const char *const classes[] = {"mapped", "mapped-many", "ambiguous"};

static void json_code(bl_json *j, const bl_links_view *view, const bl_resource *r)
{
	bl_json_object(j);
	bl_place place;
	bl_sources_place(view->sources, r->span, &place);
	bl_json_member(j, "repo", r->root->repo);
	bl_json_member(j, "root", r->root->name);
	bl_json_member(j, "file", place.path);
	bl_json_member_int(j, "line", place.start_line);
	bl_json_member(j, "address", r->address);
	bl_json_member(j, "commit", view->commit);
	bl_json_object_end(j);
}

static void json_asset(bl_json *j, const bl_asset *a)
{
	bl_json_object(j);
	bl_json_member(j, "id", a->id);
	bl_json_member(j, "type", a->type);
	bl_json_object_end(j);
}

void bl_view_json_link(bl_json *j, const bl_links_view *view, const bl_link *l)
{
	bl_json_key(j, "code");
	json_code(j, view, l->resource);
	bl_json_key(j, "asset");
	json_asset(j, l->asset);
	bl_json_member(j, "kind", bl_str_of(kinds[l->kind]));
	bl_json_member(j, "class", bl_str_of(classes[l->class]));
	bl_json_key(j, "confidence");
	bl_json_double(j, l->confidence);
	bl_json_key(j, "evidence");
	bl_json_array(j);
	for (size_t i = 0; i < l->evidence.n; i++) {
		bl_json_object(j);
		bl_json_member(j, "id", bl_str_of(l->evidence.items[i].id));
		bl_json_member(j, "why", l->evidence.items[i].why);
		bl_json_key(j, "weight");
		bl_json_double(j, l->evidence.items[i].weight);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
	bl_json_key(j, "candidates");
	bl_json_array(j);
	for (size_t i = 0; i < l->candidates.n; i++)
		bl_json_str(j, bl_graph_node(view->graph, l->candidates.items[i])->id);
	bl_json_array_end(j);
}

static void json_drift(bl_json *j, const bl_links_view *view)
{
	bl_json_key(j, "drift");
	bl_json_array(j);
	for (size_t i = 0; i < view->ndrift; i++) {
		const bl_drift_view *d = &view->drift[i];
		bl_json_object(j);
		bl_json_member(j, "asset", d->link->asset->id);
		bl_json_member(j, "address", d->link->resource->address);
		bl_view_json_place(j, view->sources, d->span);
		bl_json_member(j, "path", d->path);
		bl_json_key(j, "code");
		bl_json_value(j, d->code);
		bl_json_key(j, "cloud");
		bl_json_value(j, d->cloud);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
}

static void json_all(const bl_links_view *view, bl_buf *out)
{
	const bl_link *const *links;
	size_t n = bl_graph_links(view->graph, &links);
	bl_json j;
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_member_int(&j, "format", 1);
	bl_json_key(&j, "links");
	bl_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		bl_json_object(&j);
		bl_view_json_link(&j, view, links[i]);
		bl_json_object_end(&j);
	}
	bl_json_array_end(&j);
	bl_json_key(&j, "code_only");
	bl_json_array(&j);
	for (size_t i = 0; i < view->ncode_only; i++)
		json_code(&j, view, bl_graph_node(view->graph, view->code_only[i])->resource);
	bl_json_array_end(&j);
	bl_json_key(&j, "cloud_only");
	bl_json_array(&j);
	for (size_t i = 0; i < view->ncloud_only; i++)
		json_asset(&j, bl_graph_node(view->graph, view->cloud_only[i])->asset);
	bl_json_array_end(&j);
	bl_json_key(&j, "images");
	bl_json_array(&j);
	bl_json_array_end(&j);
	json_drift(&j, view);
	bl_json_object_end(&j);
}

static void text_link(bl_buf *out, const bl_links_view *view, const bl_paint *p, const bl_link *l)
{
	const char *colour = l->class == BL_AMBIGUOUS ? p->yellow : p->green;
	bl_buf_putf(out, "  %s%.3f%s  ", colour, l->confidence, p->off);
	bl_view_text(out, l->resource->address);
	bl_buf_putf(out, "  %s", p->dim);
	bl_view_place(out, view->sources, l->resource->span);
	bl_buf_putf(out, "%s\n         -> ", p->off);
	bl_view_text(out, l->asset->id);
	bl_buf_putf(out, "%s\n", l->class == BL_AMBIGUOUS ? "  (ambiguous)" : "");
	for (size_t i = 0; i < l->evidence.n; i++) {
		bl_buf_putf(out, "            %s%s %.2f  ", p->dim, l->evidence.items[i].id, l->evidence.items[i].weight);
		bl_view_text(out, l->evidence.items[i].why);
		bl_buf_putf(out, "%s\n", p->off);
	}
}

static void text_drift(bl_buf *out, const bl_links_view *view, const bl_paint *p)
{
	if (!view->ndrift)
		return;
	bl_buf_putf(out, "\n%sdrift%s: code and cloud disagree\n", p->bold, p->off);
	for (size_t i = 0; i < view->ndrift; i++) {
		const bl_drift_view *d = &view->drift[i];
		bl_buf_putz(out, "  ");
		bl_view_text(out, d->link->resource->address);
		bl_buf_putc(out, ' ');
		bl_view_text(out, d->path);
		bl_buf_putf(out, "  %s", p->dim);
		bl_view_place(out, view->sources, d->span);
		bl_buf_putf(out, "%s\n         code ", p->off);
		bl_view_value(out, d->code);
		bl_buf_putf(out, ", cloud %s", p->yellow);
		bl_view_value(out, d->cloud);
		bl_buf_putf(out, "%s\n", p->off);
	}
}

void bl_view_links(const bl_links_view *view, bool json, bool colour, bl_buf *out)
{
	if (json) {
		json_all(view, out);
		return;
	}
	bl_paint p = bl_view_paint(colour);
	const bl_link *const *links;
	size_t n = bl_graph_links(view->graph, &links);
	bl_buf_putf(out, "%slinks%s: %zu\n", p.bold, p.off, n);
	for (size_t i = 0; i < n; i++)
		text_link(out, view, &p, links[i]);
	if (view->ncloud_only)
		bl_buf_putf(out, "\n%sruns, and no code declares it%s: %zu\n", p.bold, p.off, view->ncloud_only);
	for (size_t i = 0; i < view->ncloud_only; i++) {
		bl_buf_putf(out, "  %s", p.red);
		bl_view_text(out, bl_graph_node(view->graph, view->cloud_only[i])->asset->id);
		bl_buf_putf(out, "%s\n", p.off);
	}
	if (view->ncode_only)
		bl_buf_putf(out, "\n%sdeclared, and nothing runs for it%s: %zu\n", p.bold, p.off, view->ncode_only);
	for (size_t i = 0; i < view->ncode_only; i++) {
		const bl_resource *r = bl_graph_node(view->graph, view->code_only[i])->resource;
		bl_buf_putz(out, "  ");
		bl_view_text(out, r->address);
		bl_buf_putf(out, "  %s", p.dim);
		bl_view_place(out, view->sources, r->span);
		bl_buf_putf(out, "%s\n", p.off);
	}
	text_drift(out, view, &p);
}

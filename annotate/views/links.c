/* Which code is which asset. */
#include "annotate/views/views.h"

static const char *const kinds[] = {"provisions", "runs", "built-from", "deployed-by"};
static const char *const classes[] = {"mapped", "mapped-many", "ambiguous"};

/* An installed module, or a file above the folder given: nobody who reads the tree finds it there. */
static bool is_outside(const bl_sources *sources, bl_span span)
{
	bl_str path = bl_sources_path(sources, bl_sources_root(sources, span).source);
	return bl_str_starts(path, BL_STR("/")) || bl_str_starts(path, BL_STR("../")) || bl_str_find(path, BL_STR(".terraform/modules/"), 0) >= 0;
}

/* The call in the tree through which a block of a module from elsewhere came; NULL for what stands in the tree itself. */
static const bl_via *caller_of(const bl_sources *sources, const bl_resource *r)
{
	const bl_via *call = bl_span_known(r->span) && is_outside(sources, r->span) ? r->via : NULL;
	while (call && is_outside(sources, call->span))
		call = call->next;
	return call;
}

/* What the call's block says of the module's version, as written; empty when it says nothing. */
static bl_str version_of(const bl_sources *sources, bl_span call)
{
	bl_span at = bl_sources_root(sources, call);
	bl_str text = bl_sources_text(sources, at.source), rest = bl_str_slice(text, at.begin, text.n), line;
	while (rest.n) {
		rest = bl_str_cut(rest, '\n', &line);
		if (bl_str_starts(line, BL_STR("}")))
			break;
		bl_str name, value = bl_str_trim(bl_str_cut(line, '=', &name));
		if (!bl_str_eqz(bl_str_trim(name), "version") || value.n < 2 || value.p[0] != '"')
			continue;
		bl_str_cut(bl_str_slice(value, 1, value.n), '"', &value);
		return value;
	}
	return BL_STR("");
}

static void json_module(bl_json *j, const bl_links_view *view, const bl_resource *r, const bl_via *call)
{
	bl_place place;
	bl_sources_place(view->sources, r->span, &place);
	bl_json_key(j, "module");
	bl_json_object(j);
	bl_json_member(j, "call", call->what);
	bl_json_member(j, "version", version_of(view->sources, call->span));
	bl_json_member(j, "file", place.path);
	bl_json_member_int(j, "line", place.start_line);
	bl_json_object_end(j);
}

static void json_code(bl_json *j, const bl_links_view *view, const bl_resource *r)
{
	bl_place place;
	const bl_via *call = caller_of(view->sources, r);
	bl_json_object(j);
	bl_sources_place(view->sources, call ? call->span : r->span, &place);
	bl_json_member(j, "repo", r->root->repo);
	bl_json_member(j, "root", r->root->name);
	bl_json_member(j, "file", place.path);
	bl_json_member_int(j, "line", place.start_line);
	bl_json_member(j, "address", r->address);
	bl_json_member(j, "commit", view->commit);
	if (call)
		json_module(j, view, r, call);
	bl_json_object_end(j);
}

static void json_asset(bl_json *j, const bl_asset *a)
{
	bl_json_object(j);
	bl_json_member(j, "id", a->id);
	bl_json_member(j, "type", a->type);
	bl_json_object_end(j);
}

static void json_evidence(bl_json *j, const bl_evidence *evidence, size_t n)
{
	bl_json_key(j, "evidence");
	bl_json_array(j);
	for (size_t i = 0; i < n; i++) {
		bl_json_object(j);
		bl_json_member(j, "id", bl_str_of(evidence[i].id));
		bl_json_member(j, "why", evidence[i].why);
		bl_json_key(j, "weight");
		bl_json_double(j, evidence[i].weight);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
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
	json_evidence(j, l->evidence.items, l->evidence.n);
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
		bl_json_member(j, "class", bl_str_of(d->class));
		bl_json_key(j, "code");
		bl_json_value(j, d->code);
		bl_json_key(j, "cloud");
		bl_json_value(j, d->cloud);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
}

static void json_built_from(bl_json *j, const bl_links_view *view, const bl_resource *stage, const bl_image_view *i)
{
	bl_place place = {0};
	if (stage)
		bl_sources_place(view->sources, stage->span, &place);
	bl_json_object(j);
	bl_json_member(j, "repo", stage ? stage->root->repo : i->repo);
	bl_json_member(j, "file", place.path);
	bl_json_member_int(j, "line", place.start_line);
	bl_json_member(j, "stage", stage ? stage->label : BL_STR(""));
	bl_json_member(j, "commit", i->commit);
	bl_json_object_end(j);
}

static void json_layers(bl_json *j, const bl_links_view *view, const bl_image_view *i)
{
	bl_json_key(j, "layers");
	bl_json_array(j);
	for (size_t k = 0; k < i->nlayers; k++) {
		const bl_layer_view *l = &i->layers[k];
		bl_place place = {0};
		bl_sources_place(view->sources, l->span, &place);
		bl_json_object(j);
		bl_json_member(j, "diff_id", l->diff_id);
		bl_json_member(j, "created_by", l->created_by);
		bl_json_member(j, "origin", bl_str_of(l->origin));
		bl_json_member(j, "file", place.path);
		bl_json_member_int(j, "line", place.start_line);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
}

static void json_nodes(bl_json *j, const bl_links_view *view, const char *key, const uint32_t *nodes, size_t n)
{
	bl_json_key(j, key);
	bl_json_array(j);
	for (size_t i = 0; i < n; i++) {
		const bl_node *node = bl_graph_node(view->graph, nodes[i]);
		bl_json_str(j, node->asset ? node->asset->id : node->id);
	}
	bl_json_array_end(j);
}

static void json_image(bl_json *j, const bl_links_view *view, const bl_image_view *i)
{
	bl_json_object(j);
	bl_json_member(j, "digest", i->digest);
	bl_view_json_strings(j, "names", i->names, i->nnames);
	bl_json_key(j, "built_from");
	if (i->stage || i->repo.n || i->commit.n)
		json_built_from(j, view, i->stage, i);
	else
		bl_json_value(j, &bl_value_null);
	bl_json_member(j, "class", bl_str_of(i->evidence ? classes[i->class] : ""));
	bl_json_member(j, "workflow", i->workflow);
	bl_json_member(j, "run", i->run);
	json_evidence(j, i->evidence, i->nevidence);
	bl_json_key(j, "confidence");
	bl_json_double(j, i->confidence);
	bl_json_key(j, "candidates");
	bl_json_array(j);
	for (size_t k = 0; k < i->ncandidates; k++)
		json_built_from(j, view, bl_graph_node(view->graph, i->candidates[k])->resource, i);
	bl_json_array_end(j);
	json_layers(j, view, i);
	json_nodes(j, view, "runs", i->runs, i->nruns);
	bl_view_json_strings(j, "missing", i->missing, i->nmissing);
	bl_json_object_end(j);
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
	for (size_t i = 0; i < view->nimages; i++)
		json_image(&j, view, &view->images[i]);
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
	const bl_via *call = caller_of(view->sources, l->resource);
	bl_view_place(out, view->sources, call ? call->span : l->resource->span);
	bl_buf_putf(out, "%s\n         %s ", p->off, l->kind == BL_DEPLOYED_BY ? "deploys" : "->");
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
		bl_buf_putf(out, "%s%s%s\n", p->off, strcmp(d->class, "code-ahead") == 0 ? "  (code is ahead)" : "",
			strcmp(d->class, "cloud-changed") == 0 ? "  (changed in the cloud)" : "");
	}
}

static void text_image(bl_buf *out, const bl_links_view *view, const bl_paint *p, const bl_image_view *i)
{
	bl_str name = i->nnames ? i->names[0] : i->digest;
	bl_buf_putf(out, "  %s%.3f%s  ", i->class == BL_AMBIGUOUS ? p->yellow : p->green, i->confidence, p->off);
	bl_view_text(out, name);
	if (i->stage) {
		bl_buf_putf(out, "  %s", p->dim);
		bl_view_place(out, view->sources, i->stage->span);
		bl_buf_putz(out, p->off);
	} else if (i->repo.n) {
		bl_buf_putz(out, "  ");
		bl_view_text(out, i->repo);
	}
	bl_buf_putf(out, "%s\n", i->class == BL_AMBIGUOUS && i->stage ? "  (ambiguous)" : "");
	for (size_t k = 0; k < i->ncandidates; k++) {
		bl_buf_putf(out, "         %sor ", p->dim);
		bl_view_place(out, view->sources, bl_graph_node(view->graph, i->candidates[k])->resource->span);
		bl_buf_putf(out, "%s\n", p->off);
	}
	for (size_t k = 0; k < i->nruns; k++) {
		bl_buf_putz(out, "         -> ");
		bl_view_text(out, bl_graph_node(view->graph, i->runs[k])->asset->id);
		bl_buf_putc(out, '\n');
	}
	for (size_t k = 0; k < i->nevidence; k++) {
		bl_buf_putf(out, "            %s%s %.2f  ", p->dim, i->evidence[k].id, i->evidence[k].weight);
		bl_view_text(out, i->evidence[k].why);
		bl_buf_putf(out, "%s\n", p->off);
	}
	for (size_t k = 0; !i->stage && k < i->nmissing; k++) {
		bl_buf_putf(out, "            %smissing: ", p->dim);
		bl_view_text(out, i->missing[k]);
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
	if (view->nimages)
		bl_buf_putf(out, "\n%simages%s: %zu\n", p.bold, p.off, view->nimages);
	for (size_t i = 0; i < view->nimages; i++)
		text_image(out, view, &p, &view->images[i]);
	text_drift(out, view, &p);
}

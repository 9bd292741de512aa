/* What code declares. */
#include "annotate/views/views.h"

static void optional(bl_json *j, const char *key, const bl_value *v)
{
	if (!v)
		return;
	bl_json_key(j, key);
	bl_json_value(j, v);
}

static void json_resource(bl_json *j, const bl_sources *sources, const bl_resource *r)
{
	bl_place place;
	bl_sources_place(sources, r->span, &place);
	bl_json_object(j);
	bl_json_member(j, "repo", r->root->repo);
	bl_json_member(j, "root", r->root->name);
	bl_json_member(j, "language", bl_str_of(bl_language_name(r->language)));
	bl_json_member(j, "address", r->address);
	bl_json_member(j, "typed_address", r->typed_address);
	bl_json_member(j, "type", r->type);
	bl_json_member(j, "native_type", r->native_type);
	optional(j, "name", r->name);
	bl_json_member(j, "api_version", r->api_version);
	if (r->place.n)
		bl_json_member(j, "place", r->place);
	bl_json_member_bool(j, "existing", r->existing);
	bl_json_member_bool(j, "module", r->is_module);
	bl_json_key(j, "condition");
	if (r->condition == BL_MAYBE)
		bl_json_strz(j, "maybe");
	else
		bl_json_bool(j, r->condition == BL_YES);
	bl_json_member(j, "file", place.path);
	bl_json_member_int(j, "start_line", place.start_line);
	bl_json_member_int(j, "end_line", place.end_line);
	optional(j, "native", r->native);
	static const char *const canonical[] = {"properties", "sku", "kind", "identity", "location", "tags"};
	/* What the code declares; the text view shows what it comes to, with parts and defaults. */
	const bl_value *body = r->written;
	for (size_t i = 0; i < sizeof canonical / sizeof *canonical; i++)
		optional(j, canonical[i], bl_value_getz(body, canonical[i]));
	bl_json_object_end(j);
}

static void json_all(const bl_inventory_view *view, bl_buf *out)
{
	bl_json j;
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_member_int(&j, "format", 1);
	bl_json_key(&j, "resources");
	bl_json_array(&j);
	for (size_t i = 0; i < view->nevaluations; i++)
		for (size_t k = 0; k < view->evaluations[i]->resources.n; k++)
			json_resource(&j, view->sources, view->evaluations[i]->resources.items[k]);
	bl_json_array_end(&j);
	bl_json_key(&j, "outputs");
	bl_json_object(&j);
	for (size_t i = 0; i < view->nevaluations; i++) {
		for (size_t k = 0; k < view->evaluations[i]->outputs.n; k++) {
			bl_json_key_str(&j, view->evaluations[i]->outputs.items[k].name);
			bl_json_value(&j, view->evaluations[i]->outputs.items[k].value);
		}
	}
	bl_json_object_end(&j);
	bl_view_json_diags(&j, view->sources, view->diags, view->ndiags);
	bl_json_object_end(&j);
}

static void text_leaves(bl_buf *out, const bl_value *v, const bl_paint *p, int depth)
{
	enum { DEEPEST = 8 };
	for (uint32_t i = 0; v && v->kind == BL_MAP && i < v->n; i++) {
		const bl_value *x = v->map[i].value;
		bl_buf_putf(out, "%*s", depth * 2 + 4, "");
		bl_view_text(out, v->map[i].key);
		if (x->kind == BL_MAP && x->n && depth < DEEPEST) {
			bl_buf_putz(out, ":\n");
			text_leaves(out, x, p, depth + 1);
			continue;
		}
		bl_buf_putf(out, ": %s", x->kind == BL_UNKNOWN ? p->yellow : x->origin == BL_DEFAULTED ? p->dim : "");
		bl_view_value(out, x);
		bl_buf_putf(out, "%s%s\n", x->origin == BL_DEFAULTED ? "  (default)" : "",
			x->kind == BL_UNKNOWN || x->origin == BL_DEFAULTED ? p->off : "");
	}
}

void bl_view_resources(const bl_inventory_view *view, bool json, bool colour, bl_buf *out)
{
	if (json) {
		json_all(view, out);
		return;
	}
	bl_paint p = bl_view_paint(colour);
	for (size_t i = 0; i < view->nevaluations; i++) {
		const bl_evaluation *e = view->evaluations[i];
		if (!e->resources.n)
			continue;
		bl_buf_putf(out, "%s", p.bold);
		bl_view_text(out, e->root->name);
		bl_buf_putf(out, "%s\n", p.off);
		for (size_t k = 0; k < e->resources.n; k++) {
			const bl_resource *r = e->resources.items[k];
			bl_buf_putz(out, "  ");
			bl_view_text(out, r->address);
			bl_buf_putf(out, "  %s" BL_FMT "  ", p.blue, BL_ARG(r->type));
			bl_view_place(out, view->sources, r->span);
			bl_buf_putf(out, "%s%s%s%s\n", p.off, r->existing ? "  existing" : "", r->is_module ? "  module" : "",
				r->condition == BL_MAYBE ? "  deployed maybe" : r->condition == BL_NO ? "  not deployed" : "");
			text_leaves(out, r->effective ? r->effective : r->written, &p, 0);
		}
	}
}

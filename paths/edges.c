#include "paths/edges.h"

#include "core/reason/azure_id.h"

const bl_value *bl_edges_get(const bl_value *body, const char *path)
{
	const bl_value *properties = bl_value_geti(body, BL_STR("properties"));
	const bl_value *v = bl_value_is(properties, BL_UNKNOWN) ? properties : bl_value_at_path(properties, bl_str_of(path));
	if (!v)
		v = bl_value_at_path(body, bl_str_of(path));
	return bl_value_is(v, BL_NULL) ? NULL : v;
}

bl_tri bl_edges_present(const bl_value *v)
{
	if (!v || v->kind == BL_NULL)
		return BL_NO;
	if (v->kind == BL_UNKNOWN)
		/* a reference stands for an id; anything else may turn out to be null */
		return v->unknown->not_null || v->unknown->nrefs ? BL_YES : BL_MAYBE;
	return bl_tri_of(v->kind != BL_STRING || v->string.n > 0);
}

bl_tri bl_edges_is(const bl_value *v, const char *word, const char *fallback)
{
	if (!v)
		return fallback ? bl_tri_of(bl_str_eqi(bl_str_of(fallback), bl_str_of(word))) : BL_MAYBE;
	if (v->kind == BL_UNKNOWN) {
		bl_value want = {.kind = BL_STRING, .string = bl_str_of(word)};
		return bl_value_equal(v, &want);
	}
	return bl_tri_of(v->kind == BL_STRING && bl_str_eqiz(v->string, word));
}

bl_tri bl_edges_true(const bl_value *v, bl_tri fallback)
{
	if (!v)
		return fallback;
	if (v->kind == BL_STRING)
		return bl_tri_of(bl_str_eqiz(v->string, "true"));
	return v->kind == BL_BOOL ? bl_tri_of(v->boolean) : BL_MAYBE;
}

bl_tri bl_edges_deployed(const bl_edges *e, uint32_t node)
{
	const bl_resource *r = bl_graph_node(e->graph, node)->resource;
	return r ? r->condition : BL_YES;
}

bl_str bl_edges_name(const bl_edges *e, uint32_t node)
{
	return bl_graph_node(e->graph, node)->name;
}

/* The element of a list whose id or name is meant. */
static const bl_value *element(const bl_value *list, bl_str id, bl_str name)
{
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++) {
		const bl_value *v = list->list[i];
		bl_str its = bl_value_text(bl_value_geti(v, BL_STR("id")));
		if ((id.n && bl_str_eqi(its, id)) || (name.n && bl_str_eqi(bl_value_text(bl_value_geti(v, BL_STR("name"))), name)))
			return v;
	}
	return NULL;
}

static bool is_child_of(bl_str type, bl_str parent)
{
	return type.n > parent.n && type.p[parent.n] == '/' && bl_str_startsi(type, parent);
}

/* An id whose own resource is not known: is it an element of what holds it? */
static bool follow_into_parent(bl_edges *e, uint32_t from, const bl_value *value, bl_thing *out)
{
	bl_str text = value->kind == BL_STRING ? value->string : value->unknown->suffix;
	ptrdiff_t last = bl_str_rfind_char(text, '/');
	ptrdiff_t before = last > 0 ? bl_str_rfind_char(bl_str_slice(text, 0, (size_t)last), '/') : -1;
	if (before <= 0)
		return false;
	bl_str name = bl_str_slice(text, (size_t)last + 1, text.n);
	bl_str list = bl_str_slice(text, (size_t)before + 1, (size_t)last);
	bl_value up = *value;
	bl_unknown unknown;
	if (value->kind == BL_STRING) {
		up.string = bl_str_slice(text, 0, (size_t)before);
	} else {
		unknown = *value->unknown;
		unknown.suffix = bl_str_slice(text, 0, (size_t)before);
		up.unknown = &unknown;
	}
	int64_t parent = bl_graph_target(e->graph, from, &up);
	if (parent < 0)
		return false;
	const bl_value *items = bl_edges_get(bl_graph_body(e->graph, (uint32_t)parent), bl_str_z(e->arena, list));
	*out = (bl_thing){(uint32_t)parent, bl_graph_type(e->graph, (uint32_t)parent),
		element(items, value->kind == BL_STRING ? text : BL_STR(""), name)};
	return true;
}

/* A reference such as vnet.properties.subnets[0].id reaches the network; the path says which element is meant. */
static const bl_value *referred_element(const bl_value *value, const bl_value *body)
{
	if (value->kind != BL_UNKNOWN || !value->unknown->nrefs)
		return NULL;
	bl_str path = value->unknown->refs[0].path;
	ptrdiff_t open = bl_str_find(path, BL_STR("["), 0);
	ptrdiff_t close = open < 0 ? -1 : bl_str_find(path, BL_STR("]"), (size_t)open);
	if (close < 0)
		return NULL;
	bl_str list = bl_str_slice(path, 0, (size_t)open), index = bl_str_slice(path, (size_t)open + 1, (size_t)close);
	return bl_value_at_path(bl_value_at_path(body, list), index);
}

bool bl_edges_follow(bl_edges *e, uint32_t from, const bl_value *value, bl_thing *out)
{
	if (!value || (value->kind != BL_STRING && value->kind != BL_UNKNOWN))
		return false;
	int64_t node = bl_graph_target(e->graph, from, value);
	if (node < 0)
		return follow_into_parent(e, from, value, out);
	const bl_node *n = bl_graph_node(e->graph, (uint32_t)node);
	const bl_value *body = bl_graph_body(e->graph, (uint32_t)node);
	/* what exists already was set elsewhere */
	bool known = body && !(n->resource && n->resource->existing);
	*out = (bl_thing){(uint32_t)node, bl_graph_type(e->graph, (uint32_t)node), known ? body : NULL};
	bl_str id = bl_value_text(value);
	bl_azure_id parts;
	if (id.n && known && bl_azure_id_parse(e->arena, id, &parts) && is_child_of(parts.type, out->type)) {
		ptrdiff_t slash = bl_str_rfind_char(parts.type, '/');
		bl_str list = bl_str_slice(parts.type, (size_t)slash + 1, parts.type.n);
		out->body = element(bl_edges_get(body, bl_str_z(e->arena, list)), id, parts.last);
	} else if (known) {
		const bl_value *inner = referred_element(value, body);
		if (inner)
			out->body = inner;
	}
	return true;
}

/* The code node that surely governs an asset node, or -1. */
static int64_t governor(const bl_edges *e, uint32_t node)
{
	const bl_link *const *links;
	size_t n = bl_graph_links_of(e->graph, node, &links);
	int64_t best = -1;
	double confidence = 0;
	for (size_t i = 0; i < n; i++) {
		if (links[i]->kind != BL_PROVISIONS || links[i]->class == BL_AMBIGUOUS || links[i]->confidence <= confidence)
			continue;
		confidence = links[i]->confidence;
		best = links[i]->from;
	}
	return best;
}

bl_span bl_edges_line(const bl_edges *e, uint32_t node, const bl_value *v, const char *list, bl_str name)
{
	const bl_node *n = bl_graph_node(e->graph, node);
	if (n->resource)
		return v && bl_span_known(v->span) ? v->span : n->resource->head;
	int64_t code = governor(e, node);
	if (code < 0)
		return BL_NOWHERE;
	const bl_node *c = bl_graph_node(e->graph, (uint32_t)code);
	const bl_value *found = list ? element(bl_edges_get(c->resource->effective, list), BL_STR(""), name) : NULL;
	return found && bl_span_known(found->span) ? found->span : c->resource->head;
}

void bl_edges_expose_as(bl_edges *e, uint32_t node, const char *detail, bl_tri sure, bl_span span, bl_str why)
{
	sure = bl_tri_and(sure, bl_edges_deployed(e, node));
	if (sure == BL_NO)
		return;
	bl_graph_add_edge(e->graph,
		(bl_edge){.kind = BL_EDGE_EXPOSES, .from = 0, .to = node, .span = span, .sure = sure,
			.why = bl_str_dup(bl_graph_arena(e->graph), why),
			.detail = bl_str_dup(bl_graph_arena(e->graph), bl_str_of(detail))});
}

void bl_edges_expose(bl_edges *e, uint32_t node, bl_net_reach reach, bl_span span, bl_str why)
{
	bl_ranges doubtful = bl_ranges_subtract(e->arena, reach.may, reach.sure);
	if (reach.sure.n)
		bl_edges_expose_as(e, node, bl_net_text(e->arena, reach.sure).p, BL_YES, span, why);
	if (doubtful.n)
		bl_edges_expose_as(e, node, bl_net_text(e->arena, doubtful).p, BL_MAYBE, span, why);
}

void bl_paths_edges(bl_graph *graph)
{
	bl_arena arena = {0};
	bl_edges e = {.graph = graph, .arena = &arena, .by_principal.fold = true};
	size_t n = bl_graph_size(graph);
	for (uint32_t i = 0; i < n; i++) {
		const bl_node *node = bl_graph_node(graph, i);
		bl_thing thing = {i, bl_graph_type(graph, i), bl_graph_body(graph, i)};
		const bl_resource *r = node->resource;
		if (!thing.body || (r && (r->existing || r->is_module || r->condition == BL_NO)))
			continue;
		bl_exposure_azure(&e, &thing);
		bl_exposure_services(&e, &thing);
		bl_exposure_aws(&e, &thing);
		bl_exposure_google(&e, &thing);
	}
	bl_identity_edges(&e);
	bl_graph_seal(graph, BL_LAYER_EXPOSURE);
	bl_arena_done(&arena);
}

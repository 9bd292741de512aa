#include "core/model/graph.h"
#include "core/model/graph_kubernetes.h"
#include "core/model/path.h"

#include <assert.h>
#include <stdlib.h>

typedef BL_VEC(uint32_t) node_list;

/* The resources of one root, by what references may call them. */
typedef struct root_index {
	bl_map addresses; /* full address -> node + 1 */
	bl_map bases;     /* address without its last or without all instance keys -> node_list */
	bl_map names;     /* deployed name, case-folded -> node_list */
} root_index;

/* Results that hang on a node. */
typedef struct node_results {
	BL_VEC(const bl_link *) links;
	BL_VEC(const bl_path *) paths;
} node_results;

/* Edges grouped by node: those of node i are edges[starts[i] .. starts[i + 1]). */
typedef struct adjacency {
	uint32_t *starts;
	const bl_edge **edges;
} adjacency;

struct bl_graph {
	bl_arena *arena;
	const bl_sources *sources;
	BL_VEC(bl_node) nodes;
	BL_VEC(const bl_edge *) edges;
	BL_VEC(const bl_finding *) findings;
	BL_VEC(const bl_link *) links;
	BL_VEC(const bl_path *) paths;
	BL_VEC(node_results) results; /* as long as nodes */
	bl_map ids; /* of all nodes but assets */
	bl_map roots, types;
	bl_map repeated; /* an id that several resources have -> how many more there are than one */
	BL_VEC(node_list) by_source; /* resource nodes by the source that holds their block */
	bl_map assets, azure_assets; /* id -> node + 1; Azure's ids differ in case between its own exports */
	bl_layer building;
	size_t sealed_edges, sealed_nodes;
	adjacency out, in;
};

static const char *const edge_names[] = {
#define X(id, name) name,
	BL_EDGE_KINDS(X)
#undef X
};

const char *bl_edge_kind_name(bl_edge_kind kind)
{
	return edge_names[kind];
}

const char *bl_node_kind_name(bl_node_kind kind)
{
	static const char *const names[] = {
		"internet", "file", "resource", "image", "asset", "identity", "scope"};
	return names[kind];
}

/* Map values are node numbers plus one, so that node 0 is not NULL. */
static void *from_node(uint32_t node)
{
	return (void *)(uintptr_t)(node + 1);
}

static int64_t to_node(const void *p)
{
	return (int64_t)(uintptr_t)p - 1;
}

static uint32_t append(bl_graph *graph, bl_node node)
{
	uint32_t number = (uint32_t)graph->nodes.n;
	bl_vec_push(graph->arena, &graph->nodes, node);
	bl_vec_add(graph->arena, &graph->results);
	if (node.kind != BL_NODE_ASSET)
		bl_map_put(graph->arena, &graph->ids, node.id, from_node(number));
	return number;
}

bl_graph *bl_graph_new(bl_arena *arena, const bl_sources *sources)
{
	bl_graph *graph = bl_new(arena, bl_graph);
	graph->arena = arena;
	graph->sources = sources;
	graph->types.fold = graph->azure_assets.fold = true;
	append(graph, (bl_node){.kind = BL_NODE_INTERNET, .id = BL_STR("internet"),
			      .name = BL_STR("internet")});
	return graph;
}

bl_arena *bl_graph_arena(bl_graph *graph)
{
	return graph->arena;
}

const bl_sources *bl_graph_sources(const bl_graph *graph)
{
	return graph->sources;
}

static void list_add(bl_graph *graph, bl_map *map, bl_str key, uint32_t node)
{
	void **place = bl_map_place(graph->arena, map, key);
	if (!*place)
		*place = bl_new(graph->arena, node_list);
	node_list *list = *place;
	if (!list->n || list->items[list->n - 1] != node)
		bl_vec_push(graph->arena, list, node);
}

/* The root's key into buffer; languages are kept apart, a folder can be a root of two. */
static bl_str root_key(const bl_root *root, bl_buf *buffer)
{
	buffer->n = 0;
	bl_buf_putf(buffer, "%d\x1f", (int)root->language);
	bl_buf_put(buffer, root->repo);
	bl_buf_putc(buffer, '\x1f');
	bl_buf_put(buffer, root->name);
	return bl_buf_str(buffer);
}

static root_index *index_of(const bl_graph *graph, const bl_root *root)
{
	bl_buf key = {0};
	root_index *index = root ? bl_map_get(&graph->roots, root_key(root, &key)) : NULL;
	bl_buf_done(&key);
	return index;
}

static root_index *index_for(bl_graph *graph, const bl_root *root)
{
	root_index *index = index_of(graph, root);
	if (index)
		return index;
	bl_buf key = {0};
	index = bl_new(graph->arena, root_index);
	index->names.fold = true;
	bl_map_put(graph->arena, &graph->roots,
		bl_str_dup(graph->arena, root_key(root, &key)), index);
	bl_buf_done(&key);
	return index;
}

/* Where the instance key that s ends with begins, or s.n when it ends with none. */
static size_t trailing_key(bl_str s)
{
	if (!s.n || s.p[s.n - 1] != ']')
		return s.n;
	size_t open = s.n;
	bool quoted = false;
	for (size_t i = 0; i < s.n; i++) {
		if (quoted && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (!quoted && s.p[i] == '[')
			open = i;
	}
	return open;
}

static bl_str without_keys(bl_arena *arena, bl_str s)
{
	char *out = bl_arena_alloc(arena, s.n + 1);
	size_t n = 0;
	bool quoted = false, inside = false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (quoted && c == '\\')
			i++;
		else if (inside && c == '"')
			quoted = !quoted;
		else if (!inside && c == '[')
			inside = true;
		else if (inside && !quoted && c == ']')
			inside = false;
		else if (!inside)
			out[n++] = c;
	}
	return bl_str_make(out, n);
}

static void index_resource(bl_graph *graph, const bl_resource *r, uint32_t node)
{
	root_index *index = index_for(graph, r->root);
	if (!bl_map_get(&index->addresses, r->address))
		bl_map_put(graph->arena, &index->addresses, r->address, from_node(node));
	size_t key = trailing_key(r->address);
	if (key < r->address.n)
		list_add(graph, &index->bases, bl_str_slice(r->address, 0, key), node);
	if (memchr(r->address.p, '[', r->address.n))
		list_add(graph, &index->bases, without_keys(graph->arena, r->address), node);
	if (bl_value_is(r->name, BL_STRING) && r->name->string.n)
		list_add(graph, &index->names, r->name->string, node);
	list_add(graph, &graph->types, r->type, node);
	if (r->native_type.n && !bl_str_eqi(r->native_type, r->type))
		list_add(graph, &graph->types, r->native_type, node);
}

uint32_t bl_graph_add_resource(bl_graph *graph, const bl_resource *resource)
{
	const bl_root *root = resource->root;
	bl_str id = bl_str_fmt(graph->arena, "code:" BL_FMT ":" BL_FMT ":" BL_FMT,
		BL_ARG(root->repo), BL_ARG(root->name), BL_ARG(resource->address));
	bl_str unique = id;
	/* the same address twice is an error of the input, not ours: both are judged */
	uintptr_t again = bl_map_get(&graph->ids, id) ? (uintptr_t)bl_map_get(&graph->repeated, id) : 0;
	for (uintptr_t i = again + 2; bl_map_get(&graph->ids, unique); i++) {
		unique = bl_str_fmt(graph->arena, BL_FMT "#%zu", BL_ARG(id), (size_t)i);
		bl_map_put(graph->arena, &graph->repeated, id, (void *)(i - 1));
	}
	bl_str name = bl_value_is(resource->name, BL_STRING) && !resource->name->sensitive
		? resource->name->string
		: resource->label;
	uint32_t node = append(graph, (bl_node){.kind = BL_NODE_RESOURCE, .id = unique,
					      .name = name.n ? name : resource->address,
					      .resource = resource, .span = resource->head});
	index_resource(graph, resource, node);
	while (graph->by_source.n <= resource->span.source)
		bl_vec_push(graph->arena, &graph->by_source, (node_list){0});
	bl_vec_push(graph->arena, &graph->by_source.items[resource->span.source], node);
	return node;
}

static bool is_azure_id(bl_str id)
{
	return bl_str_startsi(id, BL_STR("/subscriptions/"));
}

uint32_t bl_graph_add_asset(bl_graph *graph, const bl_asset *asset)
{
	void **place = bl_map_place(graph->arena, is_azure_id(asset->id) ? &graph->azure_assets : &graph->assets, asset->id);
	if (*place) {
		uint32_t known = (uint32_t)to_node(*place);
		bl_node *node = &graph->nodes.items[known];
		if (!node->asset->body && asset->body)
			node->asset = asset;
		return known;
	}
	uint32_t node = append(graph, (bl_node){.kind = BL_NODE_ASSET,
					      .id = bl_str_cat(graph->arena, BL_STR("asset:"), asset->id),
					      .name = asset->name.n ? asset->name : asset->id,
					      .asset = asset});
	*place = from_node(node);
	list_add(graph, &graph->types, asset->type, node);
	return node;
}

uint32_t bl_graph_add_node(bl_graph *graph, bl_node node)
{
	int64_t known = to_node(bl_map_get(&graph->ids, node.id));
	return known >= 0 ? (uint32_t)known : append(graph, node);
}

void bl_graph_add_edge(bl_graph *graph, bl_edge edge)
{
	assert(graph->building < BL_LAYER_COUNT);
	assert(edge.from < graph->nodes.n && edge.to < graph->nodes.n);
	bl_edge *copy = bl_new(graph->arena, bl_edge);
	*copy = edge;
	copy->layer = graph->building;
	bl_vec_push(graph->arena, &graph->edges, copy);
}

static adjacency group(bl_graph *graph, bool by_target)
{
	size_t n = graph->nodes.n;
	adjacency a = {bl_new_n(graph->arena, uint32_t, n + 2),
		bl_new_n(graph->arena, const bl_edge *, graph->edges.n)};
	/* starts is counted two places ahead, so that filling moves it into place */
	for (size_t i = 0; i < graph->edges.n; i++) {
		const bl_edge *e = graph->edges.items[i];
		a.starts[(by_target ? e->to : e->from) + 2]++;
	}
	for (size_t i = 2; i <= n + 1; i++)
		a.starts[i] += a.starts[i - 1];
	for (size_t i = 0; i < graph->edges.n; i++) {
		const bl_edge *e = graph->edges.items[i];
		a.edges[a.starts[(by_target ? e->to : e->from) + 1]++] = e;
	}
	return a;
}

void bl_graph_seal(bl_graph *graph, bl_layer layer)
{
	assert(layer >= graph->building);
	graph->building = layer + 1;
	graph->sealed_edges = graph->edges.n;
	graph->sealed_nodes = graph->nodes.n;
	graph->out = group(graph, false);
	graph->in = group(graph, true);
}

size_t bl_graph_size(const bl_graph *graph)
{
	return graph->nodes.n;
}

const bl_node *bl_graph_node(const bl_graph *graph, uint32_t node)
{
	assert(node < graph->nodes.n);
	return &graph->nodes.items[node];
}

static size_t edges_of(const bl_graph *graph, const adjacency *a, uint32_t node,
	const bl_edge *const **edges)
{
	if (node >= graph->sealed_nodes) {
		*edges = NULL;
		return 0;
	}
	*edges = a->edges + a->starts[node];
	return a->starts[node + 1] - a->starts[node];
}

size_t bl_graph_out(const bl_graph *graph, uint32_t node, const bl_edge *const **edges)
{
	return edges_of(graph, &graph->out, node, edges);
}

size_t bl_graph_in(const bl_graph *graph, uint32_t node, const bl_edge *const **edges)
{
	return edges_of(graph, &graph->in, node, edges);
}

size_t bl_graph_edges(const bl_graph *graph, const bl_edge *const **edges)
{
	*edges = graph->edges.items;
	return graph->sealed_edges;
}

/* The address with its last instance key replaced by the one that stands for unknown keys. */
static int64_t find_any_instance(const root_index *index, bl_str address)
{
	char buffer[1024];
	size_t key = trailing_key(address);
	if (key == address.n || key + 3 > sizeof buffer)
		return -1;
	memcpy(buffer, address.p, key);
	memcpy(buffer + key, "[*]", 3);
	return to_node(bl_map_get(&index->addresses, bl_str_make(buffer, key + 3)));
}

static int64_t find_in(const root_index *index, bl_str address)
{
	if (!index)
		return -1;
	int64_t node = to_node(bl_map_get(&index->addresses, address));
	if (node >= 0)
		return node;
	const node_list *list = bl_map_get(&index->bases, address);
	if (list)
		return list->n == 1 ? (int64_t)list->items[0] : -1;
	return find_any_instance(index, address);
}

int64_t bl_graph_find(const bl_graph *graph, const bl_root *root, bl_str address)
{
	return find_in(index_of(graph, root), address);
}

int64_t bl_graph_find_asset(const bl_graph *graph, bl_str id)
{
	return to_node(
		bl_map_get(is_azure_id(id) ? &graph->azure_assets : &graph->assets, id));
}

/* The last two parts of an Azure id's tail, "TYPE/.../NAME": its type and names, both joined by '/'. */
typedef struct azure_tail {
	char type[256], name[256];
	size_t type_n, name_n;
	bl_str last;
} azure_tail;

static bool put_part(char *out, size_t cap, size_t *n, bl_str part)
{
	if (*n + part.n + 1 > cap)
		return false;
	if (*n)
		out[(*n)++] = '/';
	memcpy(out + *n, part.p, part.n);
	*n += part.n;
	return true;
}

static bool split_azure_id(bl_str id, azure_tail *tail)
{
	ptrdiff_t at = -1;
	for (ptrdiff_t i = 0; (i = bl_str_findi(id, BL_STR("/providers/"), (size_t)i)) >= 0; i++)
		at = i;
	if (at < 0)
		return false;
	*tail = (azure_tail){0};
	bl_str part, rest = bl_str_slice(id, (size_t)at + 11, id.n);
	for (unsigned i = 0; rest.n; i++) {
		rest = bl_str_cut(rest, '/', &part);
		bool ok = i == 0 || i % 2 ? put_part(tail->type, sizeof tail->type, &tail->type_n, part)
					  : put_part(tail->name, sizeof tail->name, &tail->name_n, part);
		if (!ok)
			return false;
		if (i && i % 2 == 0)
			tail->last = part;
	}
	return tail->name_n > 0;
}

/* The only node called name in the root, of type where that is not empty; -1 for none or several. */
static int64_t find_named(
	const bl_graph *graph, const root_index *index, bl_str name, bl_str type)
{
	const node_list *list = bl_map_get(&index->names, name);
	int64_t found = -1;
	for (size_t i = 0; list && i < list->n; i++) {
		const bl_resource *r = graph->nodes.items[list->items[i]].resource;
		if (type.n && !bl_str_eqi(r->type, type))
			continue;
		if (found >= 0)
			return -1;
		found = list->items[i];
	}
	return found;
}

static int64_t find_azure_tail(const bl_graph *graph, const root_index *index, bl_str id)
{
	azure_tail tail;
	if (!split_azure_id(id, &tail))
		return -1;
	bl_str type = bl_str_make(tail.type, tail.type_n);
	int64_t node = find_named(graph, index, bl_str_make(tail.name, tail.name_n), type);
	return node >= 0 ? node : find_named(graph, index, tail.last, type);
}

/* A known value may have passed through the resource it was taken from: "azurerm_subnet.a.name". */
static int64_t find_via(const root_index *index, const bl_via *via)
{
	for (; via; via = via->next) {
		bl_str what = via->what;
		while (what.n) {
			int64_t node = find_in(index, what);
			if (node >= 0)
				return node;
			ptrdiff_t dot = bl_str_rfind_char(what, '.');
			what = bl_str_slice(what, 0, dot < 0 ? 0 : (size_t)dot);
		}
	}
	return -1;
}

static int64_t find_refs(const root_index *index, const bl_unknown *unknown)
{
	int64_t node = -1;
	for (size_t i = 0; i < unknown->nrefs && node < 0; i++)
		node = find_in(index, unknown->refs[i].address);
	return node;
}

/* loose: a plain name counts, too. */
static int64_t target(
	const bl_graph *graph, const root_index *index, const bl_value *value, bool loose)
{
	int64_t node = -1;
	if (!value)
		return -1;
	if (value->kind == BL_UNKNOWN && index) {
		const bl_unknown *u = value->unknown;
		/* an id whose end is known means what it ends with, whatever else it is made of */
		if (!u->attribute && u->suffix.n)
			node = find_azure_tail(graph, index, u->suffix);
		return node >= 0 ? node : find_refs(index, u);
	}
	if (value->kind == BL_UNKNOWN)
		return -1;
	if (value->kind != BL_STRING || !value->string.n)
		return -1;
	if (index && value->via)
		node = find_via(index, value->via);
	if (node < 0)
		node = bl_graph_find_asset(graph, value->string);
	if (node < 0 && index)
		node = find_azure_tail(graph, index, value->string);
	if (node < 0 && index && loose)
		node = find_named(graph, index, value->string, BL_STR(""));
	return node;
}

int64_t bl_graph_target(const bl_graph *graph, uint32_t node, const bl_value *value)
{
	const bl_resource *r = bl_graph_node(graph, node)->resource;
	return target(graph, r ? index_of(graph, r->root) : NULL, value, true);
}

const bl_value *bl_graph_body(const bl_graph *graph, uint32_t node)
{
	const bl_node *n = bl_graph_node(graph, node);
	return n->resource ? n->resource->effective : n->asset ? n->asset->body : NULL;
}

bl_str bl_graph_type(const bl_graph *graph, uint32_t node)
{
	const bl_node *n = bl_graph_node(graph, node);
	return n->resource ? n->resource->type : n->asset ? n->asset->type : BL_STR("");
}

size_t bl_graph_of_type(const bl_graph *graph, bl_str type, const uint32_t **nodes)
{
	const node_list *list = bl_map_get(&graph->types, type);
	*nodes = list ? list->items : NULL;
	return list ? list->n : 0;
}

void bl_graph_add_finding(bl_graph *graph, const bl_finding *finding)
{
	bl_vec_push(graph->arena, &graph->findings, finding);
}

size_t bl_graph_findings(const bl_graph *graph, const bl_finding *const **findings)
{
	*findings = graph->findings.items;
	return graph->findings.n;
}

void bl_graph_add_link(bl_graph *graph, const bl_link *link)
{
	bl_vec_push(graph->arena, &graph->links, link);
	bl_vec_push(graph->arena, &graph->results.items[link->from].links, link);
	if (link->to != link->from)
		bl_vec_push(graph->arena, &graph->results.items[link->to].links, link);
}

size_t bl_graph_links(const bl_graph *graph, const bl_link *const **links)
{
	*links = graph->links.items;
	return graph->links.n;
}

size_t bl_graph_links_of(const bl_graph *graph, uint32_t node, const bl_link *const **links)
{
	*links = graph->results.items[node].links.items;
	return graph->results.items[node].links.n;
}

static void file_path(bl_graph *graph, uint32_t node, const bl_path *path)
{
	node_results *r = &graph->results.items[node];
	if (!r->paths.n || r->paths.items[r->paths.n - 1] != path)
		bl_vec_push(graph->arena, &r->paths, path);
}

static bool shares_root(const bl_graph *graph, const bl_path *path, const bl_root *root)
{
	for (size_t i = 0; i < path->nodes.n; i++) {
		const bl_resource *r = graph->nodes.items[path->nodes.items[i]].resource;
		if (r && r->root == root)
			return true;
	}
	return false;
}

/* The code whose lines make an edge, such as the rule of a packet filter, has its part in the path without being a stop of it. */
static void file_under_deciders(bl_graph *graph, const bl_edge *edge, const bl_path *path)
{
	if (!bl_span_known(edge->span) || edge->span.source >= graph->by_source.n)
		return;
	const node_list *list = &graph->by_source.items[edge->span.source];
	for (size_t i = 0; i < list->n; i++) {
		const bl_resource *r = graph->nodes.items[list->items[i]].resource;
		if (r->span.begin <= edge->span.begin && edge->span.end <= r->span.end && shares_root(graph, path, r->root))
			file_path(graph, list->items[i], path);
	}
}

void bl_graph_add_path(bl_graph *graph, const bl_path *path)
{
	bl_vec_push(graph->arena, &graph->paths, path);
	for (size_t i = 0; i < path->nodes.n; i++)
		file_path(graph, path->nodes.items[i], path);
	for (size_t i = 0; i < path->edges.n; i++)
		file_under_deciders(graph, path->edges.items[i], path);
}

size_t bl_graph_paths(const bl_graph *graph, const bl_path *const **paths)
{
	*paths = graph->paths.items;
	return graph->paths.n;
}

size_t bl_graph_paths_of(const bl_graph *graph, uint32_t node, const bl_path *const **paths)
{
	*paths = graph->results.items[node].paths.items;
	return graph->results.items[node].paths.n;
}

enum { MAX_DEPTH = 200 };

/* The way from a body to one of its values, from its end; most ways lead to no reference, and are not put in words. */
typedef struct way {
	const struct way *before;
	const bl_value *whole; /* a list or map */
	uint32_t index;        /* of its element or member */
} way;

typedef struct reference_walk {
	bl_graph *graph;
	const root_index *index;
	uint32_t node;
	bl_str own; /* an asset's id: its body says it */
	uint32_t *seen; /* seen[target] == node + 1: the pair has its edge */
	const way *way;
	bl_buf path;
	bl_span span; /* the nearest known one */
} reference_walk;

/* Is type parent's child: "Microsoft.Network/virtualNetworks/subnets" of ".../virtualNetworks"? */
static bool is_child_type(bl_str type, bl_str parent)
{
	return parent.n && type.n > parent.n && type.p[parent.n] == '/' &&
		memchr(parent.p, '/', parent.n) && bl_str_startsi(type, parent);
}

/* At most one edge a pair; the first that is found is shown. */
static bool is_new(reference_walk *w, uint32_t to)
{
	if (to == w->node || w->seen[to] == w->node + 1)
		return false;
	w->seen[to] = w->node + 1;
	return true;
}

static void add_edge_to(reference_walk *w, uint32_t to, bl_str at, bl_span span, bl_tri sure, const char *verb)
{
	bl_graph *g = w->graph;
	bl_str path = bl_str_dup(g->arena, at);
	const bl_node *from = bl_graph_node(g, w->node), *target_node = bl_graph_node(g, to);
	bl_graph_add_edge(g,
		(bl_edge){.kind = BL_EDGE_REFERS, .from = w->node, .to = to, .span = span,
			.sure = sure, .detail = path,
			.why = bl_str_fmt(g->arena, "'" BL_FMT "' %s " BL_FMT, BL_ARG(path), verb,
				BL_ARG(target_node->name))});
	if (is_child_type(bl_graph_type(g, w->node), bl_graph_type(g, to)))
		bl_graph_add_edge(g,
			(bl_edge){.kind = BL_EDGE_CONTAINS, .from = to, .to = w->node,
				.span = span, .sure = BL_YES,
				.why = bl_str_fmt(g->arena, BL_FMT " is part of " BL_FMT,
					BL_ARG(from->name), BL_ARG(target_node->name))});
}

static void put_way(const way *end, bl_buf *out)
{
	if (!end)
		return;
	put_way(end->before, out);
	if (out->n)
		bl_buf_putc(out, '.');
	if (end->whole->kind == BL_MAP)
		bl_buf_put(out, end->whole->map[end->index].key);
	else
		bl_buf_putf(out, "%u", end->index);
}

static void add_reference(reference_walk *w, uint32_t to, bl_span span)
{
	if (!is_new(w, to))
		return;
	w->path.n = 0;
	put_way(w->way, &w->path);
	add_edge_to(w, to, bl_buf_str(&w->path), span, BL_YES, "names");
}

static void add_meant(void *context, uint32_t to, bl_str path, bl_span span, bl_tri sure, const char *verb)
{
	if (is_new(context, to))
		add_edge_to(context, to, path, span, sure, verb);
}

static void walk_references(reference_walk *w, const bl_value *v, unsigned depth)
{
	if (!v || depth > MAX_DEPTH)
		return;
	bl_span outer = w->span;
	way here = {w->way, v, 0};
	if (bl_span_known(v->span))
		w->span = v->span;
	if (v->kind == BL_UNKNOWN) {
		/* every reference, not the first alone: a string may join several */
		for (size_t i = 0; w->index && i < v->unknown->nrefs; i++) {
			int64_t to = find_in(w->index, v->unknown->refs[i].address);
			if (to >= 0)
				add_reference(w, (uint32_t)to, w->span);
		}
	}
	if (v->kind == BL_UNKNOWN || (v->kind == BL_STRING && v->string.p != w->own.p)) {
		int64_t to = target(w->graph, w->index, v, false);
		if (to >= 0)
			add_reference(w, (uint32_t)to, w->span);
	}
	if (v->kind == BL_LIST || v->kind == BL_MAP)
		w->way = &here;
	for (; v->kind == BL_LIST && here.index < v->n; here.index++)
		walk_references(w, v->list[here.index], depth + 1);
	for (; v->kind == BL_MAP && here.index < v->n; here.index++)
		walk_references(w, v->map[here.index].value, depth + 1);
	w->way = here.before;
	w->span = outer;
}

/* Terraform's providers call what a part is part of by its name: virtual_network_name, private_dns_zone_name. */
static void add_named_parent(reference_walk *w, const bl_resource *r)
{
	ptrdiff_t slash = bl_str_rfind_char(r->type, '/');
	bl_str parent = bl_str_slice(r->type, 0, slash < 0 ? 0 : (size_t)slash);
	if (r->language != BL_LANG_TERRAFORM || !w->index || !is_child_type(r->type, parent))
		return;
	for (uint32_t i = 0; bl_value_is(r->native, BL_MAP) && i < r->native->n; i++) {
		const bl_item *item = &r->native->map[i];
		bool names = item->value->kind == BL_STRING && bl_str_ends(item->key, BL_STR("_name"));
		int64_t to = names ? find_named(w->graph, w->index, item->value->string, parent) : -1;
		if (to >= 0)
			add_edge_to(w, (uint32_t)to, item->key, item->value->span, BL_YES, "names");
	}
}

static void add_module_parent(reference_walk *w, const bl_resource *r)
{
	int64_t parent = r->module.n && w->index ? find_in(w->index, r->module) : -1;
	if (parent < 0 || parent == w->node)
		return;
	bl_graph_add_edge(w->graph,
		(bl_edge){.kind = BL_EDGE_CONTAINS, .from = (uint32_t)parent, .to = w->node,
			.span = r->head, .sure = BL_YES,
			.why = bl_str_fmt(w->graph->arena, "it stands in module " BL_FMT,
				BL_ARG(r->module))});
}

void bl_graph_add_references(bl_graph *graph)
{
	size_t n = graph->nodes.n;
	reference_walk w = {.graph = graph};
	bl_arena scratch = {0};
	bl_kubernetes_index *objects = bl_kubernetes_index_new(&scratch, graph);
	w.seen = bl_xmalloc(n * sizeof *w.seen);
	memset(w.seen, 0, n * sizeof *w.seen);
	for (uint32_t i = 0; i < n; i++) {
		const bl_node *node = bl_graph_node(graph, i);
		w.node = i;
		w.index = node->resource ? index_of(graph, node->resource->root) : NULL;
		w.span = node->span;
		if (node->resource) {
			walk_references(&w, node->resource->written, 0);
			/* a language born canonical has but one tree */
			if (node->resource->native != bl_value_getz(node->resource->written, "properties"))
				walk_references(&w, node->resource->native, 0);
			add_named_parent(&w, node->resource);
			add_module_parent(&w, node->resource);
		} else if (node->asset) {
			w.own = node->asset->id;
			walk_references(&w, node->asset->body, 0);
			w.own = (bl_str){0};
		}
		bl_kubernetes_each(objects, i, add_meant, &w);
	}
	bl_arena_done(&scratch);
	bl_buf_done(&w.path);
	free(w.seen);
}

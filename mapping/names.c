/* I6: the name, type and scope that code predicts, against those of the assets. Blocked by type and name: near-linear. */
#include "mapping/claims.h"

#include "core/reason/azure_id.h"

#include <stdlib.h>

typedef BL_VEC(uint32_t) node_list;

enum {
	MAX_PARENTS = 8,
	MAX_FITS = 16,   /* a pattern that fits more assets says nothing */
	MIN_PATTERN = 2, /* known characters that a pattern needs at least */
};

static const bl_resource *resource_of(const bl_claims *c, uint32_t node)
{
	return bl_graph_node(c->graph, node)->resource;
}

static bl_str last_segment(bl_str name)
{
	ptrdiff_t slash = bl_str_rfind_char(name, '/');
	return bl_str_slice(name, (size_t)(slash + 1), name.n);
}

/* An asset's names from the id where it has them ("vnet/subnet"), else the name alone. */
static bl_str full_name(bl_arena *arena, const bl_asset *asset)
{
	bl_azure_id parts;
	return bl_azure_id_parse(arena, asset->id, &parts) ? parts.name : asset->name;
}

static bl_str key_of(bl_arena *arena, bl_str type, bl_str name)
{
	bl_str key = bl_str_fmt(arena, BL_FMT "\x1f" BL_FMT, BL_ARG(type), BL_ARG(name));
	return bl_str_lower(arena, key);
}

/* Does value name s? Azure's names differ in case between its own exports. */
static bl_tri says(const bl_value *value, bl_str s)
{
	if (!value || value->kind == BL_NULL)
		return BL_MAYBE;
	if (value->kind == BL_STRING)
		return bl_tri_of(bl_str_eqi(value->string, s));
	return value->kind == BL_UNKNOWN && bl_unknown_may_be(value->unknown, s, true) ? BL_MAYBE : BL_NO;
}

static int64_t parent_of(const bl_claims *c, uint32_t node)
{
	const bl_edge *const *edges;
	size_t n = bl_graph_in(c->graph, node, &edges);
	for (size_t i = 0; i < n; i++) {
		const bl_resource *r = resource_of(c, edges[i]->from);
		if (edges[i]->kind == BL_EDGE_CONTAINS && r && !r->is_module)
			return edges[i]->from;
	}
	return -1;
}

/* Do the names of what holds node agree with the names before the last of an asset's? */
static bl_tri parents_agree(bl_claims *c, uint32_t node, bl_str names)
{
	bl_tri agree = BL_YES;
	int64_t at = node;
	const bl_resource *r = resource_of(c, node);
	/* a name such as "server/rule" brings its parents along */
	if (bl_value_is(r->name, BL_STRING) && memchr(r->name->string.p, '/', r->name->string.n))
		return bl_tri_of(bl_str_eqi(r->name->string, names));
	for (int i = 0; i < MAX_PARENTS; i++) {
		ptrdiff_t slash = bl_str_rfind_char(names, '/');
		if (slash < 0)
			return agree;
		names = bl_str_slice(names, 0, (size_t)slash);
		at = parent_of(c, (uint32_t)at);
		if (at < 0)
			return bl_tri_and(agree, BL_MAYBE);
		agree = bl_tri_and(agree, says(resource_of(c, (uint32_t)at)->name, last_segment(names)));
	}
	return bl_tri_and(agree, BL_MAYBE);
}

/* The resource group as code knows it: its name, or the name of the group it refers to. NULL when code does not say. */
static const bl_value *group_of(const bl_claims *c, uint32_t node)
{
	const bl_value *v = bl_value_getz(resource_of(c, node)->native, "resource_group_name");
	if (!v || v->kind != BL_UNKNOWN)
		return v;
	int64_t to = bl_graph_target(c->graph, node, v);
	const bl_resource *group = to >= 0 ? resource_of(c, (uint32_t)to) : NULL;
	return group && group->name ? group->name : v;
}

static bool globally_unique(const bl_claims *c, bl_str type)
{
	/* where the schema does not say, these names are part of a host name that all of Azure, AWS or Google shares */
	static const char *const types[] = {"AWS::S3::Bucket", "Microsoft.Cache/redis", "Microsoft.ContainerRegistry/registries",
		"Microsoft.DocumentDB/databaseAccounts", "Microsoft.KeyVault/vaults", "Microsoft.ServiceBus/namespaces",
		"Microsoft.Sql/servers", "Microsoft.Storage/storageAccounts", "Microsoft.Web/sites", "storage.googleapis.com/Bucket"};
	const bl_type *known = bl_schema_type(c->schema, type);
	const bl_value *identity = known ? bl_value_getz(known->schema, "identity") : NULL;
	if (bl_value_is_string(bl_value_getz(identity, "scope"), "global") ||
		bl_value_is_string(bl_value_getz(identity, "unique"), "global"))
		return true;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (bl_str_eqiz(type, types[i]))
			return true;
	return false;
}

static bl_str parent_type(bl_str type)
{
	ptrdiff_t slash = bl_str_rfind_char(type, '/');
	bl_str up = bl_str_slice(type, 0, slash < 0 ? 0 : (size_t)slash);
	/* "Microsoft.Sql" alone is a namespace */
	return memchr(up.p, '/', up.n) ? up : BL_STR("");
}

static bool named_globally(const bl_claims *c, bl_str type)
{
	for (; type.n; type = parent_type(type))
		if (globally_unique(c, type))
			return true;
	return false;
}

/* Names agree: what is the pair worth? False when scope or parents speak against it. */
static bool weigh(bl_claims *c, uint32_t code, const bl_asset *asset, bl_evidence_row *row)
{
	bl_azure_id parts;
	bool azure = bl_azure_id_parse(c->arena, asset->id, &parts);
	bl_tri parents = azure ? parents_agree(c, code, parts.name) : BL_YES;
	bl_tri group = azure && parts.group.n ? says(group_of(c, code), parts.group) : BL_MAYBE;
	bool global = named_globally(c, asset->type);
	if (parents == BL_NO || (group == BL_NO && !global))
		return false;
	if (parents != BL_YES || group == BL_NO)
		*row = BL_EVIDENCE_I6_NAME;
	else if (global)
		*row = BL_EVIDENCE_I6;
	else
		*row = group == BL_YES ? BL_EVIDENCE_I6_GROUP : BL_EVIDENCE_I6_NAME;
	return true;
}

static const char *meaning(bl_evidence_row row)
{
	static const char *const meanings[] = {
#define X(id, name, weight, text) text,
#include "mapping/evidence.def"
#undef X
	};
	return meanings[row];
}

static void claim_name(bl_claims *c, const bl_map *index, uint32_t code, bl_str type, bl_str name)
{
	const node_list *list = bl_map_get(index, key_of(c->arena, type, last_segment(name)));
	for (size_t i = 0; list && i < list->n; i++) {
		const bl_asset *asset = bl_graph_node(c->graph, list->items[i])->asset;
		bl_evidence_row row;
		if (!weigh(c, code, asset, &row))
			continue;
		bl_str why = bl_str_fmt(bl_graph_arena(c->graph), "%s: '" BL_FMT "'", meaning(row),
			BL_ARG(full_name(c->arena, asset)));
		bl_claims_add(c, code, list->items[i], row, bl_evidence_weight(row), why);
	}
}

void bl_match_names(bl_claims *c)
{
	bl_map index = {0};
	for (size_t i = 0; i < c->assets.n; i++) {
		uint32_t node = c->assets.items[i];
		const bl_asset *asset = bl_graph_node(c->graph, node)->asset;
		bl_str key = key_of(c->arena, asset->type, last_segment(full_name(c->arena, asset)));
		node_list *list = bl_map_get(&index, key);
		if (!list) {
			list = bl_new(c->arena, node_list);
			bl_map_put(c->arena, &index, key, list);
		}
		bl_vec_push(c->arena, list, node);
	}
	for (size_t i = 0; i < c->code.n; i++) {
		const bl_resource *r = resource_of(c, c->code.items[i]);
		if (bl_value_is(r->name, BL_STRING) && r->name->string.n)
			claim_name(c, &index, c->code.items[i], r->type, r->name->string);
	}
}

/* An asset and the end of its name that a pattern is looked up by. */
typedef struct by_type {
	bl_str type, name;
	uint32_t node;
} by_type;

typedef BL_VEC(by_type) type_index;

static int in_order(const void *a, const void *b)
{
	const by_type *x = a, *y = b;
	int order = bl_str_cmpi(x->type, y->type);
	if (!order)
		order = bl_str_cmpi(x->name, y->name);
	return order ? order : (x->node > y->node) - (x->node < y->node);
}

static bl_str reversed(bl_arena *arena, bl_str s)
{
	char *p = bl_arena_alloc(arena, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[s.n - 1 - i];
	return bl_str_make(p, s.n);
}

static size_t first_at(const type_index *index, bl_str type, bl_str prefix)
{
	size_t lo = 0, hi = index->n;
	by_type want = {type, prefix, 0};
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (in_order(&index->items[mid], &want) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void claim_pattern(bl_claims *c, const type_index *names, const type_index *ends, uint32_t code)
{
	const bl_resource *r = resource_of(c, code);
	const bl_unknown *u = r->name->unknown;
	bl_str suffix = reversed(c->arena, last_segment(u->suffix));
	/* looked up by the longer known end */
	const type_index *index = u->prefix.n >= suffix.n ? names : ends;
	bl_str known = index == names ? u->prefix : suffix;
	uint32_t fits[MAX_FITS];
	size_t n = 0;
	if (known.n < MIN_PATTERN)
		return;
	for (size_t i = first_at(index, r->type, known); i < index->n; i++) {
		const by_type *e = &index->items[i];
		if (!bl_str_eqi(e->type, r->type) || !bl_str_startsi(e->name, known))
			break;
		const bl_asset *asset = bl_graph_node(c->graph, e->node)->asset;
		bl_evidence_row row;
		if (says(r->name, last_segment(full_name(c->arena, asset))) == BL_NO || !weigh(c, code, asset, &row))
			continue;
		if (n == MAX_FITS)
			return;
		fits[n++] = e->node;
	}
	for (size_t i = 0; i < n; i++) {
		bl_str why = bl_str_fmt(bl_graph_arena(c->graph), "the name '" BL_FMT "' fits '" BL_FMT "*" BL_FMT "'%s",
			BL_ARG(last_segment(full_name(c->arena, bl_graph_node(c->graph, fits[i])->asset))),
			BL_ARG(u->prefix), BL_ARG(u->suffix), n > 1 ? ", and so do others" : "");
		bl_claims_add(c, code, fits[i], BL_EVIDENCE_I6_PATTERN,
			bl_evidence_weight(BL_EVIDENCE_I6_PATTERN) / (double)n, why);
	}
}

static void claim_candidates(bl_claims *c, const type_index *names, uint32_t code)
{
	const bl_resource *r = resource_of(c, code);
	const bl_unknown *u = r->name->unknown;
	for (size_t k = 0; k < u->ncandidates && k < MAX_FITS; k++) {
		bl_str name = bl_value_text(u->candidates[k]);
		for (size_t i = first_at(names, r->type, name); name.n && i < names->n; i++) {
			const by_type *e = &names->items[i];
			bl_evidence_row row;
			if (!bl_str_eqi(e->type, r->type) || !bl_str_eqi(e->name, name))
				break;
			if (!weigh(c, code, bl_graph_node(c->graph, e->node)->asset, &row))
				continue;
			bl_claims_add(c, code, e->node, BL_EVIDENCE_I6_PATTERN, bl_evidence_weight(BL_EVIDENCE_I6_PATTERN),
				bl_str_fmt(bl_graph_arena(c->graph), "'" BL_FMT "' is one of the names it can have", BL_ARG(name)));
		}
	}
}

void bl_match_patterns(bl_claims *c)
{
	type_index names = {0}, ends = {0};
	size_t patterns = 0;
	bool *taken = bl_new_n(c->arena, bool, bl_graph_size(c->graph));
	for (size_t i = 0; i < c->all.n; i++) {
		if (c->all.items[i]->named)
			taken[c->all.items[i]->asset] = taken[c->all.items[i]->code] = true;
	}
	for (size_t i = 0; i < c->code.n; i++)
		patterns += bl_value_is(resource_of(c, c->code.items[i])->name, BL_UNKNOWN);
	for (size_t i = 0; patterns && i < c->assets.n; i++) {
		uint32_t node = c->assets.items[i];
		const bl_asset *asset = bl_graph_node(c->graph, node)->asset;
		bl_str name = last_segment(full_name(c->arena, asset));
		if (taken[node])
			continue;
		bl_vec_push(c->arena, &names, ((by_type){asset->type, name, node}));
		bl_vec_push(c->arena, &ends, ((by_type){asset->type, reversed(c->arena, name), node}));
	}
	if (!names.n)
		return;
	qsort(names.items, names.n, sizeof *names.items, in_order);
	qsort(ends.items, ends.n, sizeof *ends.items, in_order);
	for (size_t i = 0; i < c->code.n; i++) {
		const bl_resource *r = resource_of(c, c->code.items[i]);
		if (taken[c->code.items[i]] || !bl_value_is(r->name, BL_UNKNOWN))
			continue;
		if (r->name->unknown->ncandidates)
			claim_candidates(c, &names, c->code.items[i]);
		else
			claim_pattern(c, &names, &ends, c->code.items[i]);
	}
}

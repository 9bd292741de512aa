#include "mapping/claims.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *id;
	double weight;
} rows[] = {
#define X(row, id, weight, meaning) {id, weight},
#include "mapping/evidence.def"
#undef X
};

double bl_evidence_weight(bl_evidence_row row)
{
	return rows[row].weight;
}

bool bl_claims_deploys(const bl_node *node)
{
	const bl_resource *r = node->resource;
	return node->kind == BL_NODE_RESOURCE && r && !r->existing && !r->is_module && r->condition != BL_NO;
}

void bl_claims_add(bl_claims *c, uint32_t code, uint32_t asset, bl_evidence_row row, double weight, bl_str why)
{
	bl_arena *keep = bl_graph_arena(c->graph);
	char key[32];
	int n = snprintf(key, sizeof key, "%x,%x", code, asset);
	bl_claim *claim = bl_map_get(&c->pairs, bl_str_make(key, (size_t)n));
	if (!claim) {
		claim = bl_new(c->arena, bl_claim);
		claim->code = code;
		claim->asset = asset;
		bl_map_put(c->arena, &c->pairs, bl_str_dup(c->arena, bl_str_make(key, (size_t)n)), claim);
		bl_vec_push(c->arena, &c->all, claim);
	}
	if (row == BL_EVIDENCE_I1 || row == BL_EVIDENCE_I1_STALE || row == BL_EVIDENCE_I6 ||
		row == BL_EVIDENCE_I6_GROUP || row == BL_EVIDENCE_I6_NAME)
		claim->named = true;
	bl_evidence e = {rows[row].id, why, weight};
	for (size_t i = 0; i < claim->evidence.n; i++) {
		bl_evidence *old = &claim->evidence.items[i];
		if (strcmp(old->id, e.id) != 0)
			continue;
		if (e.weight > old->weight || (e.weight == old->weight && bl_str_cmp(e.why, old->why) < 0))
			*old = e;
		return;
	}
	bl_vec_push(keep, &claim->evidence, e);
}

static int by_id(const void *a, const void *b, void *context)
{
	const bl_graph *graph = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return bl_str_cmp(bl_graph_node(graph, x)->id, bl_graph_node(graph, y)->id);
}

static void sort_nodes(const bl_graph *graph, uint32_t *nodes, size_t n)
{
	if (n)
		qsort_r(nodes, n, sizeof *nodes, by_id, (void *)graph);
}

void bl_mapping_run(bl_graph *graph, const bl_schema *schema, const bl_snapshot *const *snapshots, size_t n)
{
	bl_arena arena = {0};
	bl_claims c = {.graph = graph, .schema = schema, .arena = &arena, .snapshots = snapshots, .nsnapshots = n};
	for (uint32_t i = 0; i < bl_graph_size(graph); i++) {
		const bl_node *node = bl_graph_node(graph, i);
		if (bl_claims_deploys(node))
			bl_vec_push(&arena, &c.code, i);
		else if (node->kind == BL_NODE_ASSET)
			bl_vec_push(&arena, &c.assets, i);
	}
	sort_nodes(graph, c.code.items, c.code.n);
	sort_nodes(graph, c.assets.items, c.assets.n);
	bl_match_states(&c);
	bl_match_tags(&c);
	bl_match_names(&c);
	bl_match_grants(&c);
	bl_match_patterns(&c);
	bl_resolve_claims(&c);
	bl_graph_seal(graph, BL_LAYER_LINKS);
	bl_arena_done(&arena);
}

static size_t slashes(bl_str type)
{
	size_t n = 0;
	for (size_t i = 0; i < type.n; i++)
		n += type.p[i] == '/';
	return n;
}

/* Would the snapshots show r if it ran? Children of top-level types are shown by some exports only. */
static bool would_show(const bl_graph *graph, const bl_resource *r, bool azure_seen)
{
	const uint32_t *nodes;
	if (!bl_str_startsi(r->type, BL_STR("Microsoft.")) || !azure_seen || r->condition != BL_YES)
		return false;
	if (bl_str_startsi(r->type, BL_STR("Microsoft.Authorization/")))
		return false;
	if (slashes(r->type) == 1)
		return true;
	size_t n = bl_graph_of_type(graph, r->type, &nodes);
	for (size_t i = 0; i < n; i++) {
		const bl_asset *asset = bl_graph_node(graph, nodes[i])->asset;
		if (asset && asset->body)
			return true;
	}
	return false;
}

/* Can an asset of that type exist without anybody having declared it? */
static bool comes_by_itself(const bl_asset *asset)
{
	/* what is shown as a part of another may be declared as one */
	return asset->part_of.n || bl_str_eqiz(asset->type, "Microsoft.Resources/subscriptions") ||
		(bl_str_eqiz(asset->type, "Microsoft.Sql/servers/databases") && bl_str_eqiz(asset->name, "master"));
}

void bl_mapping_unmatched(const bl_graph *graph, bl_arena *arena, const bl_snapshot *const *snapshots, size_t n,
	const uint32_t **code_only, size_t *ncode, const uint32_t **cloud_only, size_t *ncloud)
{
	BL_VEC(uint32_t) code = {0}, cloud = {0};
	bool azure_seen = false, partial = false;
	for (size_t i = 0; i < n; i++) {
		azure_seen = azure_seen || bl_str_eqz(snapshots[i]->format, "azure-resource-graph");
		partial = partial || snapshots[i]->partial;
	}
	for (uint32_t i = 0; i < bl_graph_size(graph); i++) {
		const bl_node *node = bl_graph_node(graph, i);
		const bl_link *const *links;
		if (bl_graph_links_of(graph, i, &links))
			continue;
		if (node->kind == BL_NODE_ASSET && !comes_by_itself(node->asset))
			bl_vec_push(arena, &cloud, i);
		/* a block whose name is not known may well be there */
		if (!partial && bl_claims_deploys(node) && would_show(graph, node->resource, azure_seen) &&
			bl_value_is(node->resource->name, BL_STRING) &&
			!bl_str_ends(node->resource->address, BL_STR("[*]")))
			bl_vec_push(arena, &code, i);
	}
	sort_nodes(graph, code.items, code.n);
	sort_nodes(graph, cloud.items, cloud.n);
	*code_only = code.items;
	*ncode = code.n;
	*cloud_only = cloud.items;
	*ncloud = cloud.n;
}

#include "mapping/claims.h"

#include "core/reason/azure_id.h"

#include <stdlib.h>

typedef BL_VEC(uint32_t) node_list;

static node_list *list_of(bl_arena *arena, bl_map *map, bl_str key)
{
	node_list *list = bl_map_get(map, key);
	if (!list) {
		list = bl_new(arena, node_list);
		bl_map_put(arena, map, bl_str_dup(arena, key), list);
	}
	return list;
}

static const bl_resource *resource_of(const bl_claims *c, uint32_t node)
{
	return bl_graph_node(c->graph, node)->resource;
}

static const bl_asset *asset_of(const bl_claims *c, uint32_t node)
{
	return bl_graph_node(c->graph, node)->asset;
}

/* The type in a provider's own spelling, as opposed to a language's ("azurerm_subnet"). */
static bool is_canonical(bl_str type)
{
	return memchr(type.p, '.', type.n) || bl_str_find(type, BL_STR("::"), 0) >= 0;
}

static bool types_fit(const bl_resource *r, const bl_asset *a)
{
	return !is_canonical(r->type) || bl_str_eqi(r->type, a->type);
}

/* ---- I1: state ---- */

/* The roots that one state file's addresses fit, and how well. */
typedef struct root_score {
	const bl_root *root;
	double score;
} root_score;

typedef BL_VEC(root_score) root_scores;

static bl_str any_instance(bl_arena *arena, bl_str address)
{
	bl_buf out = {0};
	bool quoted = false, inside = false;
	for (size_t i = 0; i < address.n; i++) {
		char ch = address.p[i];
		if (inside && quoted && ch == '\\') {
			i++;
			continue;
		}
		if (inside && ch == '"')
			quoted = !quoted;
		if (!inside && ch == '[') {
			inside = true;
			bl_buf_put(&out, BL_STR("[*]"));
		} else if (inside && !quoted && ch == ']') {
			inside = false;
		} else if (!inside) {
			bl_buf_putc(&out, ch);
		}
	}
	bl_str s = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

/* The nodes an address of a state may mean; those with unknown keys only when no known one is there. */
static const node_list *nodes_at(bl_arena *arena, const bl_map *addresses, bl_str address)
{
	const node_list *list = bl_map_get(addresses, address);
	if (list || !memchr(address.p, '[', address.n))
		return list;
	if (bl_str_ends(address, BL_STR("]"))) {
		ptrdiff_t open = bl_str_rfind_char(address, '[');
		bl_str base = bl_str_slice(address, 0, (size_t)open);
		list = bl_map_get(addresses, bl_str_cat(arena, base, BL_STR("[*]")));
	}
	return list ? list : bl_map_get(addresses, any_instance(arena, address));
}

static bl_tri name_fits(const bl_resource *r, bl_str id)
{
	bl_arena scratch = {0};
	bl_azure_id parts;
	bl_tri fits = BL_MAYBE;
	if (bl_value_is(r->name, BL_STRING) && bl_azure_id_parse(&scratch, id, &parts)) {
		bl_str name = r->name->string;
		ptrdiff_t slash = bl_str_rfind_char(name, '/');
		fits = bl_tri_of(bl_str_eqi(bl_str_slice(name, (size_t)(slash + 1), name.n), parts.last));
	}
	bl_arena_done(&scratch);
	return fits;
}

static void score_entry(const bl_claims *c, const bl_map *addresses, const bl_binding *entry, root_scores *scores)
{
	const node_list *list = nodes_at(c->arena, addresses, entry->address);
	for (size_t i = 0; list && i < list->n; i++) {
		const bl_resource *r = resource_of(c, list->items[i]);
		root_score *score = NULL;
		for (size_t k = 0; k < scores->n && !score; k++)
			if (scores->items[k].root == r->root)
				score = &scores->items[k];
		if (!score) {
			score = bl_vec_add(c->arena, scores);
			score->root = r->root;
		}
		/* a name that differs speaks for another deployment of the same code */
		bl_tri fits = name_fits(r, entry->id);
		score->score += fits == BL_YES ? 2 : fits == BL_MAYBE ? 1 : -1;
	}
}

/* How many roots share the best score; their score goes to *best. */
static size_t best_roots(const root_scores *scores, double *best)
{
	size_t n = 0;
	*best = 0;
	for (size_t i = 0; i < scores->n; i++) {
		if (scores->items[i].score > *best) {
			*best = scores->items[i].score;
			n = 0;
		}
		n += scores->items[i].score == *best && *best > 0;
	}
	return n;
}

static double score_of(const root_scores *scores, const bl_root *root)
{
	for (size_t i = 0; i < scores->n; i++)
		if (scores->items[i].root == root)
			return scores->items[i].score;
	return -1;
}

/* Should a whole snapshot show the asset, and does it not? */
static bool gone(const bl_claims *c, const bl_asset *asset)
{
	if (asset->body || !bl_azure_id_is(asset->id))
		return false;
	bool seen_elsewhere = false, whole = false;
	size_t slash = 0;
	for (size_t i = 0; i < asset->type.n; i++)
		slash += asset->type.p[i] == '/';
	for (size_t i = 0; i < c->nsnapshots; i++) {
		if (!bl_str_eqz(c->snapshots[i]->format, "azure-resource-graph"))
			continue;
		whole = whole || (c->snapshots[i]->assets.n > 0 && !c->snapshots[i]->partial);
		seen_elsewhere = seen_elsewhere || bl_str_eq(asset->snapshot, c->snapshots[i]->file);
	}
	return whole && !seen_elsewhere && slash == 1 && !bl_str_startsi(asset->type, BL_STR("Microsoft.Authorization/"));
}

static void claim_entry(bl_claims *c, const bl_map *addresses, const bl_binding *entry, const root_scores *scores)
{
	double best;
	size_t tied = best_roots(scores, &best);
	int64_t asset = bl_graph_find_asset(c->graph, entry->id);
	const node_list *list = nodes_at(c->arena, addresses, entry->address);
	if (asset < 0 || !list || !tied)
		return;
	const bl_asset *a = asset_of(c, (uint32_t)asset);
	bl_evidence_row row = gone(c, a) ? BL_EVIDENCE_I1_STALE : BL_EVIDENCE_I1;
	bl_str why = bl_str_fmt(bl_graph_arena(c->graph), "the state '" BL_FMT "' gives " BL_FMT " this id%s%s",
		BL_ARG(entry->file), BL_ARG(entry->address),
		row == BL_EVIDENCE_I1_STALE ? "; the snapshot does not show it" : "",
		tied > 1 ? "; several configurations fit the state" : "");
	for (size_t i = 0; i < list->n; i++) {
		const bl_resource *r = resource_of(c, list->items[i]);
		if (score_of(scores, r->root) != best || !types_fit(r, a))
			continue;
		/* an association's id is made of the ids it joins: it is not the asset */
		if (!is_canonical(r->type) && bl_str_find(r->type, BL_STR("_association"), 0) >= 0)
			continue;
		bl_claims_add(c, list->items[i], (uint32_t)asset, row, bl_evidence_weight(row) / (double)tied, why);
	}
}

void bl_match_states(bl_claims *c)
{
	bl_map addresses = {0};
	for (size_t i = 0; i < c->code.n; i++) {
		const bl_resource *r = resource_of(c, c->code.items[i]);
		if (r->language == BL_LANG_TERRAFORM)
			bl_vec_push(c->arena, list_of(c->arena, &addresses, r->address), c->code.items[i]);
	}
	for (size_t s = 0; s < c->nsnapshots; s++) {
		const bl_snapshot *snapshot = c->snapshots[s];
		root_scores scores = {0};
		for (size_t i = 0; i < snapshot->bindings.n; i++)
			score_entry(c, &addresses, &snapshot->bindings.items[i], &scores);
		for (size_t i = 0; i < snapshot->bindings.n; i++)
			claim_entry(c, &addresses, &snapshot->bindings.items[i], &scores);
	}
}

/* ---- I5: trace tags ---- */

static bool is_trace_key(bl_str key)
{
	bl_str end = BL_STR("yor_trace");
	return bl_str_eqiz(key, "mapping_tag") ||
		(key.n >= end.n && bl_str_eqi(bl_str_slice(key, key.n - end.n, key.n), end));
}

typedef void trace_fn(bl_claims *c, bl_map *index, bl_str value, uint32_t node);

/* Calls fn for each trace tag of a map {key: value} or a list [{Key, Value}]. */
static void each_trace(bl_claims *c, const bl_value *tags, bl_map *index, uint32_t node, trace_fn *fn)
{
	for (uint32_t i = 0; bl_value_is(tags, BL_MAP) && i < tags->n; i++)
		if (is_trace_key(tags->map[i].key) && bl_value_text(tags->map[i].value).n)
			fn(c, index, tags->map[i].value->string, node);
	for (uint32_t i = 0; bl_value_is(tags, BL_LIST) && i < tags->n; i++) {
		bl_str key = bl_value_text(bl_value_geti(tags->list[i], BL_STR("Key")));
		bl_str value = bl_value_text(bl_value_geti(tags->list[i], BL_STR("Value")));
		if (value.n && is_trace_key(key))
			fn(c, index, value, node);
	}
}

static const bl_value *tags_of(const bl_resource *r)
{
	static const char *const canonical[] = {"tags", "labels", "properties.Tags", "properties.labels"};
	for (size_t i = 0; i < sizeof canonical / sizeof *canonical; i++) {
		const bl_value *v = bl_value_at_path(r->effective, bl_str_of(canonical[i]));
		if (v && v->kind != BL_NULL)
			return v;
	}
	const bl_value *v = bl_value_getz(r->native, "tags");
	return v ? v : bl_value_getz(r->native, "labels");
}

static void index_trace(bl_claims *c, bl_map *index, bl_str value, uint32_t node)
{
	node_list *list = list_of(c->arena, index, value);
	if (!list->n || list->items[list->n - 1] != node)
		bl_vec_push(c->arena, list, node);
}

/* Do both nodes come from one block of text (instances of it, or the same in another root)? */
static bool same_block(const bl_claims *c, uint32_t a, uint32_t b)
{
	bl_span x = bl_graph_node(c->graph, a)->span, y = bl_graph_node(c->graph, b)->span;
	if (!bl_span_known(x) || !bl_span_known(y))
		return a == b;
	return x.source == y.source && x.begin == y.begin && x.end == y.end;
}

static size_t blocks_among(const bl_claims *c, const uint32_t *nodes, size_t n)
{
	size_t blocks = 0;
	for (size_t i = 0; i < n; i++) {
		bool known = false;
		for (size_t k = 0; k < i && !known; k++)
			known = same_block(c, nodes[i], nodes[k]);
		blocks += !known;
	}
	return blocks;
}

static void claim_trace(bl_claims *c, bl_map *index, bl_str value, uint32_t asset)
{
	enum { MANY = 256 };
	const node_list *code = bl_map_get(index, value);
	const bl_asset *a = asset_of(c, asset);
	uint32_t fitting[MANY];
	size_t n = 0;
	bl_tri best = BL_NO;
	for (size_t i = 0; code && i < code->n && n < MANY; i++) {
		const bl_resource *r = resource_of(c, code->items[i]);
		if (!types_fit(r, a))
			continue;
		fitting[n++] = code->items[i];
		best = bl_tri_or(best, name_fits(r, a->id));
	}
	if (!n)
		return;
	size_t blocks = blocks_among(c, fitting, n);
	bl_str why = bl_str_fmt(bl_graph_arena(c->graph), "the trace tag '" BL_FMT "' stands on both%s", BL_ARG(value),
		blocks > 1 ? "; several blocks carry it" : "");
	for (size_t i = 0; i < n; i++) {
		/* of one block's instances those count whose name fits best */
		if (blocks == 1 && name_fits(resource_of(c, fitting[i]), a->id) < best)
			continue;
		bl_claims_add(c, fitting[i], asset, BL_EVIDENCE_I5,
			bl_evidence_weight(BL_EVIDENCE_I5) / (double)blocks, why);
	}
}

void bl_match_tags(bl_claims *c)
{
	bl_map index = {.fold = true};
	for (size_t i = 0; i < c->code.n; i++)
		each_trace(c, tags_of(resource_of(c, c->code.items[i])), &index, c->code.items[i], index_trace);
	for (size_t i = 0; i < c->assets.n; i++)
		each_trace(c, asset_of(c, c->assets.items[i])->tags, &index, c->assets.items[i], claim_trace);
}

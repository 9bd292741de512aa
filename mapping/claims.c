#include "mapping/claims.h"

static const struct {
	const char *id;
	double weight;
	const char *meaning;
} rows[] = {
#define X(row, id, weight, meaning) {id, weight, meaning},
#include "mapping/evidence.def"
#undef X
};

double bl_evidence_weight(bl_evidence_row row)
{
	return rows[row].weight;
}

const char *bl_evidence_meaning(bl_evidence_row row)
{
	return rows[row].meaning;
}

bool bl_claims_deploys(const bl_node *node)
{
	const bl_resource *r = node->resource;
	return node->kind == BL_NODE_RESOURCE && r && !r->existing && !r->is_module && r->condition != BL_NO;
}

bool bl_claims_same_block(const bl_claims *c, uint32_t a, uint32_t b)
{
	bl_span x = bl_graph_node(c->graph, a)->span, y = bl_graph_node(c->graph, b)->span;
	if (!bl_span_known(x) || !bl_span_known(y))
		return a == b;
	return x.source == y.source && x.begin == y.begin && x.end == y.end;
}

double bl_claims_weight(const bl_claim *claim, const char *id)
{
	for (size_t i = 0; i < claim->evidence.n; i++)
		if (strcmp(claim->evidence.items[i].id, id) == 0)
			return claim->evidence.items[i].weight;
	return 0;
}

bl_claim *bl_claims_find(const bl_claims *c, uint32_t code, uint32_t asset)
{
	uint32_t at = bl_pairs_get(&c->pairs, code, asset, UINT32_MAX);
	return at == UINT32_MAX ? NULL : &c->all.items[at];
}

bl_node_list *bl_node_list_of(bl_arena *arena, bl_map *map, bl_str key)
{
	bl_node_list *list = bl_map_get(map, key);
	if (!list) {
		list = bl_new(arena, bl_node_list);
		bl_map_put(arena, map, key, list);
	}
	return list;
}

static bl_claim *claim_of(bl_claims *c, uint32_t code, uint32_t asset)
{
	uint32_t *slot = bl_pairs_slot_of(c->arena, &c->pairs, code, asset);
	if (*slot)
		return &c->all.items[*slot - 1];
	bl_claim *claim = bl_vec_add(c->arena, &c->all);
	*slot = (uint32_t)c->all.n;
	*claim = (bl_claim){.code = code, .asset = asset, .next_of_code = c->of_code[code], .next_of_asset = c->of_asset[asset]};
	c->of_code[code] = c->of_asset[asset] = *slot;
	return claim;
}

static bool knows(bl_evidence_row row)
{
	switch (row) {
	case BL_EVIDENCE_I1:
	case BL_EVIDENCE_I1_STALE:
	case BL_EVIDENCE_I2:
	case BL_EVIDENCE_I3:
	case BL_EVIDENCE_I4:
	case BL_EVIDENCE_I6:
	case BL_EVIDENCE_I6_DEPLOYED:
	case BL_EVIDENCE_I6_GROUP:
	case BL_EVIDENCE_I6_NAME:
	case BL_EVIDENCE_I6_PLACE:
		return true;
	default:
		return false;
	}
}

static double strength(double weight)
{
	return weight < 0 ? -weight : weight;
}

void bl_evidence_put(bl_arena *keep, bl_claim *claim, bl_evidence_row row, double weight, bl_str why)
{
	bl_evidence e = {rows[row].id, why, weight};
	size_t at = 0;
	while (at < claim->evidence.n && strcmp(claim->evidence.items[at].id, e.id) < 0)
		at++;
	if (at < claim->evidence.n && strcmp(claim->evidence.items[at].id, e.id) == 0) {
		bl_evidence *old = &claim->evidence.items[at];
		double was = strength(old->weight), is = strength(weight);
		if (is > was || (is == was && bl_str_cmp(e.why, old->why) < 0))
			*old = e;
		return;
	}
	bl_vec_push(keep, &claim->evidence, e);
	for (size_t i = claim->evidence.n - 1; i > at; i--)
		claim->evidence.items[i] = claim->evidence.items[i - 1];
	claim->evidence.items[at] = e;
}

void bl_claims_add(bl_claims *c, uint32_t code, uint32_t asset, bl_evidence_row row, double weight, bl_str why)
{
	bl_claim *claim = claim_of(c, code, asset);
	claim->named = claim->named || knows(row);
	bl_evidence_put(bl_graph_arena(c->graph), claim, row, weight, why);
}

double bl_claims_confidence(const bl_claim *claim)
{
	double not_for = 1, not_against = 1;
	for (size_t i = 0; i < claim->evidence.n; i++) {
		double w = claim->evidence.items[i].weight;
		if (w < 0)
			not_against *= 1 + w;
		else
			not_for *= 1 - w;
	}
	double p = 1 - not_for;
	if (p > BL_EVIDENCE_MOST)
		p = BL_EVIDENCE_MOST;
	/* six digits are more than evidence has */
	return (double)(long long)(p * not_against * 1e6 + 0.5) / 1e6;
}

const bl_claim *bl_claims_leader(const bl_claims *c, uint32_t node, bool of_code, double enough)
{
	const bl_claim *best = NULL;
	double most = 0, next = 0;
	for (uint32_t at = of_code ? c->of_code[node] : c->of_asset[node]; at;
		at = of_code ? c->all.items[at - 1].next_of_code : c->all.items[at - 1].next_of_asset) {
		double p = bl_claims_confidence(&c->all.items[at - 1]);
		if (p > most) {
			next = most;
			most = p;
			best = &c->all.items[at - 1];
		} else if (p > next) {
			next = p;
		}
	}
	return most >= enough && most - next >= BL_MARGIN ? best : NULL;
}

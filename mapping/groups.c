/*
 * I12 upwards: a resource lies in one resource group, so who knows the resource knows the group. A block for a group that is called at random is the group in
 * which the resources lie that the code puts into it. (neighbours.c leaves groups out: downwards, that a resource lies in the group is no news.)
 */
#include "mapping/claims.h"

#include "core/reason/azure_id.h"

#define GROUP_TYPE "Microsoft.Resources/resourceGroups"
#define ENOUGH 0.6 /* how sure it must be which asset a resource is, for it to speak of its group */

/* What the resources that a block's group holds tell of it. */
typedef struct votes {
	uint32_t asset;    /* the group in which most of them lie */
	uint32_t with, all;
	uint32_t example;  /* the resource that is known best */
	double best;       /* how well */
} votes;

/* The one block for a resource group that the resource refers to or lies in, or -1. */
static int64_t group_of(const bl_claims *c, uint32_t code)
{
	const bl_edge *const *edges;
	int64_t found = -1;
	for (int in = 0; in < 2; in++) {
		size_t n = in ? bl_graph_in(c->graph, code, &edges) : bl_graph_out(c->graph, code, &edges);
		for (size_t i = 0; i < n; i++) {
			uint32_t other = in ? edges[i]->from : edges[i]->to;
			const bl_resource *r = bl_claims_resource(c, other);
			if (edges[i]->kind != (in ? BL_EDGE_CONTAINS : BL_EDGE_REFERS) || !r || !bl_str_eqiz(r->type, GROUP_TYPE))
				continue;
			if (found >= 0 && found != other)
				return -1;
			found = other;
		}
	}
	return found;
}

/* The best claim of a block, where no other comes near; or NULL. */
static const bl_claim *best_of(const bl_claims *c, uint32_t code, double *confidence)
{
	const bl_claim *best = NULL;
	double most = 0, next = 0;
	for (uint32_t at = c->of_code[code]; at; at = c->all.items[at - 1].next_of_code) {
		double p = bl_claims_confidence(&c->all.items[at - 1]);
		if (p > most) {
			next = most;
			most = p;
			best = &c->all.items[at - 1];
		} else if (p > next) {
			next = p;
		}
	}
	*confidence = most;
	return most >= ENOUGH && most - next >= BL_MARGIN ? best : NULL;
}

/* A count that falls when another group is named, so that what most name is left (at a tie, nothing). */
static void vote(votes *v, uint32_t code, uint32_t asset, double confidence)
{
	v->all++;
	if (v->with && v->asset != asset) {
		v->with--;
		return;
	}
	v->with++;
	if (v->asset != asset || confidence > v->best) {
		v->example = code;
		v->best = confidence;
	}
	v->asset = asset;
}

static void count_votes(bl_claims *c, votes *of_block)
{
	for (size_t i = 0; i < c->code.n; i++) {
		uint32_t code = c->code.items[i];
		bl_azure_id id;
		double confidence;
		if (!c->of_code[code] || !bl_str_startsi(c->types[c->identities[code].type], BL_STR("Microsoft.")))
			continue;
		int64_t block = group_of(c, code);
		const bl_claim *best = block >= 0 ? best_of(c, code, &confidence) : NULL;
		if (!best || !bl_azure_id_parse(c->arena, bl_claims_asset(c, best->asset)->id, &id) || !id.scope.n || !id.group.n)
			continue;
		int64_t group = bl_graph_find_asset(c->graph, id.scope);
		if (group >= 0)
			vote(&of_block[block], code, (uint32_t)group, confidence);
	}
}

void bl_match_groups(bl_claims *c)
{
	const uint32_t *blocks;
	size_t n = bl_graph_of_type(c->graph, BL_STR(GROUP_TYPE), &blocks);
	if (!n)
		return;
	votes *of_block = bl_new_n(c->arena, votes, c->nodes + 1);
	count_votes(c, of_block);
	for (size_t i = 0; i < n; i++) {
		const votes *v = &of_block[blocks[i]];
		if (!bl_claims_deploys(bl_graph_node(c->graph, blocks[i])) || 3 * v->with < 2 * v->all || !v->with)
			continue;
		/* a state that knows a renamed group needs no vote */
		const bl_claim *known = bl_claims_find(c, blocks[i], v->asset);
		if (known && bl_claims_confidence(known) >= 0.95)
			continue;
		bl_claims_add(c, blocks[i], v->asset, BL_EVIDENCE_I12_ONLY, bl_evidence_weight(BL_EVIDENCE_I12_ONLY) * v->best,
			bl_str_fmt(bl_graph_arena(c->graph), BL_FMT " lies in it, as most that code puts there and is known to run",
				BL_ARG(bl_claims_resource(c, v->example)->address)));
		if (bl_names_fit(c, blocks[i], v->asset) == BL_NO)
			bl_claims_add(c, blocks[i], v->asset, BL_EVIDENCE_N5, bl_evidence_weight(BL_EVIDENCE_N5),
				bl_str_of(bl_evidence_meaning(BL_EVIDENCE_N5)));
	}
}

/*
 * Claims become links. Claims that share a block or an asset, directly or through others, are decided together: the assignment that explains most is taken,
 * and a pair of it counts as decided when the best assignment without it is worse by BL_MARGIN. The others are ambiguous: all that come near are named, and
 * the confidence is shared among them.
 */
#include "mapping/assign.h"
#include "mapping/claims.h"
#include "mapping/sets.h"

#include <stdlib.h>

enum {
	MAX_NAMED = 16,       /* candidates that an ambiguous link names */
	STEPS = 400000,       /* of one component: what exactness may cost */
};

typedef struct resolver {
	bl_claims *claims;
	uint32_t *parents; /* sets of nodes that share claims */
	uint32_t *order;  /* claims by component, code, asset */
	uint32_t *rank;   /* by node: its place among code or assets, which are sorted by id */
	double *confidence; /* by claim */
	uint32_t *component; /* by claim */
	uint32_t *won;    /* by asset: the chosen claim plus one */
	uint32_t *first;  /* by block: the first block of its root that declares the same under the same address; itself, mostly */
	bl_map blocks;    /* block and root -> instances that have a link */
} resolver;

static int by_component(const void *a, const void *b, void *context)
{
	const resolver *r = context;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	const bl_claim *x = &r->claims->all.items[i], *y = &r->claims->all.items[k];
	if (r->component[i] != r->component[k])
		return r->component[i] < r->component[k] ? -1 : 1;
	if (x->code != y->code)
		return r->rank[x->code] < r->rank[y->code] ? -1 : 1;
	return r->rank[x->asset] < r->rank[y->asset] ? -1 : r->rank[x->asset] > r->rank[y->asset];
}

/*
 * A root may declare an object twice (manifests that were copied into one folder): one asset, and each of the blocks governs it. The first stands for all when it
 * is decided.
 */
static void find_repeats(resolver *r)
{
	bl_claims *c = r->claims;
	bl_map seen = {0};
	r->first = bl_new_n(c->arena, uint32_t, c->nodes + 1);
	for (size_t i = 0; i < c->code.n; i++) {
		uint32_t code = c->code.items[i];
		r->first[code] = code;
		if (bl_claims_resource(c, code)->language != BL_LANG_KUBERNETES)
			continue;
		bl_str key = bl_str_fmt(c->arena, "%u:" BL_FMT, c->identities[code].root, BL_ARG(bl_claims_resource(c, code)->address));
		uintptr_t first = (uintptr_t)bl_map_get(&seen, key);
		if (first)
			r->first[code] = (uint32_t)first - 1;
		else
			bl_map_put(c->arena, &seen, key, (void *)(uintptr_t)(code + 1));
	}
}

/* Is the claim decided with that of the first of its block's repeats? */
static bool is_repeat(const resolver *r, const bl_claim *claim)
{
	uint32_t first = r->first[claim->code];
	return first != claim->code && bl_claims_find(r->claims, first, claim->asset);
}

/* Claims in an order that input does not change: components by their first block, within one by block and asset. */
static size_t sort_claims(resolver *r)
{
	bl_claims *c = r->claims;
	size_t n = 0;
	r->parents = bl_sets_new(c->arena, c->nodes + 1);
	r->rank = bl_new_n(c->arena, uint32_t, c->nodes + 1);
	r->order = bl_new_n(c->arena, uint32_t, c->all.n + 1);
	r->component = bl_new_n(c->arena, uint32_t, c->all.n + 1);
	r->confidence = bl_new_n(c->arena, double, c->all.n + 1);
	r->won = bl_new_n(c->arena, uint32_t, c->nodes + 1);
	uint32_t *first = bl_new_n(c->arena, uint32_t, c->nodes + 1);
	for (uint32_t i = 0; i < c->code.n; i++)
		r->rank[c->code.items[i]] = i;
	for (uint32_t i = 0; i < c->assets.n; i++)
		r->rank[c->assets.items[i]] = i;
	for (uint32_t i = 0; i < c->all.n; i++) {
		r->confidence[i] = bl_claims_confidence(&c->all.items[i]);
		if (r->confidence[i] <= 0 || is_repeat(r, &c->all.items[i]))
			continue;
		r->order[n++] = i;
		bl_sets_join(r->parents, c->all.items[i].code, c->all.items[i].asset);
	}
	for (size_t i = 0; i < c->code.n; i++) {
		uint32_t root = bl_sets_of(r->parents, c->code.items[i]);
		if (!first[root])
			first[root] = (uint32_t)i + 1;
	}
	for (size_t i = 0; i < n; i++)
		r->component[r->order[i]] = first[bl_sets_of(r->parents, c->all.items[r->order[i]].code)];
	if (n)
		qsort_r(r->order, n, sizeof *r->order, by_component, r);
	return n;
}

static bl_str block_key(resolver *r, uint32_t node)
{
	bl_span s = bl_graph_node(r->claims->graph, node)->span;
	return bl_str_fmt(r->claims->arena, "%u:%u:%u:%u", s.source, s.begin, s.end, r->claims->identities[node].root);
}

static void count_block(resolver *r, uint32_t node)
{
	bl_str key = block_key(r, node);
	bl_map_put(r->claims->arena, &r->blocks, key, (void *)((uintptr_t)bl_map_get(&r->blocks, key) + 1));
}

static bool one_of_many(resolver *r, uint32_t node)
{
	return bl_span_known(bl_graph_node(r->claims->graph, node)->span) &&
		(uintptr_t)bl_map_get(&r->blocks, block_key(r, node)) > 1;
}

static void emit_one(resolver *r, const bl_claim *claim, bl_link_class class, double confidence, const uint32_t *others, size_t nothers)
{
	bl_claims *c = r->claims;
	bl_arena *arena = bl_graph_arena(c->graph);
	const bl_node *code = bl_graph_node(c->graph, claim->code);
	bl_link *link = bl_new(arena, bl_link);
	link->from = claim->code;
	link->to = claim->asset;
	link->resource = code->resource;
	link->asset = bl_claims_asset(c, claim->asset);
	link->kind = BL_PROVISIONS;
	link->class = class;
	link->confidence = confidence;
	/* nobody adds evidence any more */
	link->evidence.items = claim->evidence.items;
	link->evidence.n = claim->evidence.n;
	for (size_t i = 0; i < nothers; i++)
		if (others[i] != claim->asset)
			bl_vec_push(arena, &link->candidates, others[i]);
	bl_graph_add_link(c->graph, link);
	bool sure = class != BL_AMBIGUOUS && confidence >= bl_evidence_weight(BL_EVIDENCE_I6_NAME);
	bl_graph_add_edge(c->graph,
		(bl_edge){.kind = BL_EDGE_PROVISIONS, .from = claim->code, .to = claim->asset, .span = code->span,
			.sure = sure ? BL_YES : BL_MAYBE, .why = link->evidence.items[0].why});
}

/* The link of a claim, and those of its block's repeats. */
static void emit(resolver *r, const bl_claim *claim, bl_link_class class, double confidence, const uint32_t *others, size_t nothers)
{
	bl_claims *c = r->claims;
	emit_one(r, claim, class, confidence, others, nothers);
	for (uint32_t at = c->of_asset[claim->asset]; at; at = c->all.items[at - 1].next_of_asset) {
		const bl_claim *other = &c->all.items[at - 1];
		if (other != claim && r->first[other->code] == claim->code)
			emit_one(r, other, class, confidence, others, nothers);
	}
}

/* What was decided of one component; edges and claims run alike. */
typedef struct decision {
	const uint32_t *claims;
	bl_assign_edge *edges;
	size_t n;
} decision;

/* Likeness and a place tell no thing from others of its kind there: a claim of these alone is a suggestion. */
static bool is_suggestion(const bl_claim *claim)
{
	static const char *const alike[] = {"I10", "I11", "I9"};
	size_t of_these = 0, all = 0;
	for (size_t k = 0; k < sizeof alike / sizeof *alike; k++)
		of_these += bl_claims_weight(claim, alike[k]) > 0;
	for (size_t i = 0; i < claim->evidence.n; i++)
		all += claim->evidence.items[i].weight > 0;
	return all == of_these;
}

/* How near is another pair of one's block or asset? Those within the margin of the chosen one are rivals. */
static bool comes_near(const resolver *r, uint32_t claim, uint32_t chosen)
{
	return r->confidence[claim] + BL_MARGIN > r->confidence[chosen];
}

/* Of rivals one at most is right: together they are worth no more than certainty. */
static double shared(double confidence, double of_block, double of_asset)
{
	double all = of_block > of_asset ? of_block : of_asset;
	double share = all > 1 ? confidence / all : confidence;
	return (double)(long long)(share * 1e6 + 0.5) / 1e6;
}

/* What the claims on an asset that come near the chosen one are worth together. */
static double worth_of_rivals(const resolver *r, uint32_t asset, uint32_t chosen)
{
	const bl_claims *c = r->claims;
	double all = 0;
	for (uint32_t at = c->of_asset[asset]; at; at = c->all.items[at - 1].next_of_asset)
		if (comes_near(r, at - 1, chosen))
			all += r->confidence[at - 1];
	return all;
}

/* The links of a block whose asset is not decided: the chosen pair, and those that come near. */
static void emit_ambiguous(resolver *r, const decision *d, size_t begin, size_t end, size_t chosen)
{
	uint32_t others[MAX_NAMED];
	size_t n = 0;
	double of_block = 0;
	bl_claims *c = r->claims;
	for (size_t i = begin; i < end; i++) {
		if (!comes_near(r, d->claims[i], d->claims[chosen]))
			continue;
		of_block += r->confidence[d->claims[i]];
		if (n < MAX_NAMED)
			others[n++] = c->all.items[d->claims[i]].asset;
	}
	for (size_t i = begin, k = 0; i < end && k < MAX_NAMED; i++) {
		const bl_claim *claim = &c->all.items[d->claims[i]];
		if (!comes_near(r, d->claims[i], d->claims[chosen]))
			continue;
		emit(r, claim, BL_AMBIGUOUS,
			shared(r->confidence[d->claims[i]], of_block, worth_of_rivals(r, claim->asset, d->claims[i])), others, n);
		k++;
	}
}

/* A block that came away empty: had it come near to an asset that another block got, who knows which of them it was. */
static void emit_loser(resolver *r, const decision *d, size_t begin, size_t end)
{
	bl_claims *c = r->claims;
	size_t near[MAX_NAMED], n = 0;
	uint32_t others[MAX_NAMED];
	double of_block = 0;
	for (size_t i = begin; i < end && n < MAX_NAMED; i++) {
		uint32_t asset = c->all.items[d->claims[i]].asset;
		if (!r->won[asset] || !comes_near(r, d->claims[i], r->won[asset] - 1))
			continue;
		of_block += r->confidence[d->claims[i]];
		others[n] = asset;
		near[n++] = i;
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t claim = d->claims[near[i]];
		emit(r, &c->all.items[claim], BL_AMBIGUOUS,
			shared(r->confidence[claim], of_block, worth_of_rivals(r, others[i], r->won[others[i]] - 1)), others, n);
	}
}

/* The links of a block that may be any number of assets: each asset is decided for itself. */
static void emit_instances(resolver *r, const decision *d, size_t begin, size_t end, bool many)
{
	for (size_t i = begin; i < end; i++) {
		uint32_t at = d->claims[i];
		const bl_claim *claim = &r->claims->all.items[at];
		bool sure = d->edges[i].regret >= (int64_t)(BL_MARGIN * 1e6) && !is_suggestion(claim);
		if (!d->edges[i].chosen)
			continue;
		if (sure)
			emit(r, claim, many ? BL_MAPPED_MANY : BL_MAPPED, r->confidence[at], NULL, 0);
		else
			emit(r, claim, BL_AMBIGUOUS, shared(r->confidence[at], 0, worth_of_rivals(r, claim->asset, at)), NULL, 0);
	}
}

static void emit_block(resolver *r, const decision *d, size_t begin, size_t end)
{
	bl_claims *c = r->claims;
	uint32_t code = c->all.items[d->claims[begin]].code;
	bool any = bl_claims_is_any_instance(c, code);
	bool many = one_of_many(r, code);
	size_t chosen = end, taken = 0;
	for (size_t i = begin; i < end; i++) {
		if (d->edges[i].chosen)
			chosen = i;
		taken += d->edges[i].chosen;
	}
	if (taken > 1 || (any && taken)) {
		emit_instances(r, d, begin, end, taken > 1 || many);
		return;
	}
	if (chosen == end) {
		emit_loser(r, d, begin, end);
		return;
	}
	const bl_claim *claim = &c->all.items[d->claims[chosen]];
	bool decided = d->edges[chosen].regret >= (int64_t)(BL_MARGIN * 1e6) && !is_suggestion(claim);
	if (decided)
		emit(r, claim, many ? BL_MAPPED_MANY : BL_MAPPED, r->confidence[d->claims[chosen]], NULL, 0);
	else
		emit_ambiguous(r, d, begin, end, chosen);
}

static uint32_t number(bl_pairs *numbers, bl_arena *arena, uint32_t side, uint32_t node, uint32_t *n)
{
	uint32_t *slot = bl_pairs_slot_of(arena, numbers, side, node);
	if (!*slot)
		*slot = ++*n;
	return *slot - 1;
}

/* Chooses among the claims of one component. */
static void decide(resolver *r, bl_arena *scratch, const uint32_t *claims, bl_assign_edge *edges, size_t n)
{
	bl_claims *c = r->claims;
	bl_pairs numbers = {0};
	uint32_t nleft = 0, nright = 0;
	for (size_t i = 0; i < n; i++) {
		const bl_claim *claim = &c->all.items[claims[i]];
		int64_t weight = (int64_t)(r->confidence[claims[i]] * 1e6 + 0.5);
		if (n == 1) {
			edges[i] = (bl_assign_edge){.weight = weight, .chosen = true, .regret = weight};
			break;
		}
		/* a block whose instances are not known may take as many assets as there are */
		bool any = bl_claims_is_any_instance(c, claim->code);
		edges[i].left = any ? nleft++ : number(&numbers, scratch, 0, claim->code, &nleft);
		edges[i].right = number(&numbers, scratch, 1, claim->asset, &nright);
		edges[i].weight = weight;
	}
	if (n > 1)
		bl_assign(scratch, edges, n, nleft, nright, STEPS);
	for (size_t i = 0; i < n; i++) {
		if (!edges[i].chosen)
			continue;
		count_block(r, c->all.items[claims[i]].code);
		r->won[c->all.items[claims[i]].asset] = claims[i] + 1;
	}
}

void bl_resolve_claims(bl_claims *c)
{
	resolver r = {.claims = c};
	bl_arena scratch = {0};
	find_repeats(&r);
	size_t n = sort_claims(&r);
	bl_assign_edge *edges = bl_new_n(c->arena, bl_assign_edge, n + 1);
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && r.component[r.order[k]] == r.component[r.order[i]]; k++)
			;
		decide(&r, &scratch, r.order + i, edges + i, k - i);
		if (scratch.used > 1 << 20)
			bl_arena_done(&scratch);
	}
	bl_arena_done(&scratch);
	decision d = {r.order, edges, n};
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && c->all.items[r.order[k]].code == c->all.items[r.order[i]].code; k++)
			;
		emit_block(&r, &d, i, k);
	}
}

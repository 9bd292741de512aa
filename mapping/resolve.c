/* Claims become links: evidence combined, quarrels named. Nothing is guessed silently. */
#include "mapping/claims.h"

#include <stdlib.h>

/* A claim this much surer than the next is not in doubt. */
#define CLEAR_MARGIN 0.3

typedef BL_VEC(bl_claim *) claim_list;

static bl_str id_of(const bl_claims *c, uint32_t node)
{
	return bl_graph_node(c->graph, node)->id;
}

static int by_evidence(const void *a, const void *b)
{
	const bl_evidence *x = a, *y = b;
	int order = strcmp(x->id, y->id);
	if (!order)
		order = x->weight > y->weight ? -1 : x->weight < y->weight;
	return order ? order : bl_str_cmp(x->why, y->why);
}

static double combined(const bl_claim *claim)
{
	double against = 1;
	for (size_t i = 0; i < claim->evidence.n; i++)
		against *= 1 - claim->evidence.items[i].weight;
	double p = 1 - against;
	/* six digits are more than evidence has */
	p = (double)(long long)(p * 1e6 + 0.5) / 1e6;
	return p > BL_EVIDENCE_MOST ? BL_EVIDENCE_MOST : p;
}

static int by_code_then_asset(const void *a, const void *b, void *context)
{
	const bl_claims *c = context;
	const bl_claim *x = *(bl_claim *const *)a, *y = *(bl_claim *const *)b;
	int order = bl_str_cmp(id_of(c, x->code), id_of(c, y->code));
	return order ? order : bl_str_cmp(id_of(c, x->asset), id_of(c, y->asset));
}

static int by_confidence(const void *a, const void *b, void *context)
{
	const bl_claim *x = *(bl_claim *const *)a, *y = *(bl_claim *const *)b;
	if (x->confidence != y->confidence)
		return x->confidence > y->confidence ? -1 : 1;
	return by_code_then_asset(a, b, context);
}

static bool same_block(const bl_claims *c, uint32_t a, uint32_t b)
{
	bl_span x = bl_graph_node(c->graph, a)->span, y = bl_graph_node(c->graph, b)->span;
	if (!bl_span_known(x) || !bl_span_known(y))
		return a == b;
	return x.source == y.source && x.begin == y.begin && x.end == y.end;
}

/* Does a settle the question against b? */
static bool beats(const bl_claim *a, const bl_claim *b)
{
	return a->confidence >= b->confidence + CLEAR_MARGIN || (a->named && !b->named && a->confidence > b->confidence);
}

/* Of the claims on one asset: drops those that the best beats; true when what stays comes from several blocks. */
static bool quarrel_over_asset(const bl_claims *c, claim_list *list)
{
	bool quarrel = false;
	size_t kept = 1;
	qsort_r(list->items, list->n, sizeof *list->items, by_confidence, (void *)c);
	for (size_t i = 1; i < list->n; i++) {
		if (beats(list->items[0], list->items[i]))
			continue;
		list->items[kept++] = list->items[i];
		quarrel = quarrel || !same_block(c, list->items[0]->code, list->items[i]->code);
	}
	list->n = kept;
	return quarrel;
}

static bool is_any_instance(const bl_resource *r)
{
	return bl_str_find(r->address, BL_STR("[*]"), 0) >= 0;
}

static claim_list *list_at(bl_arena *arena, claim_list *lists, uint32_t node, bl_claim *claim)
{
	bl_vec_push(arena, &lists[node], claim);
	return &lists[node];
}

static void emit(bl_claims *c, const bl_claim *claim, bl_link_class class, const claim_list *others)
{
	bl_arena *arena = bl_graph_arena(c->graph);
	const bl_node *code = bl_graph_node(c->graph, claim->code);
	bl_link *link = bl_new(arena, bl_link);
	link->from = claim->code;
	link->to = claim->asset;
	link->resource = code->resource;
	link->asset = bl_graph_node(c->graph, claim->asset)->asset;
	link->kind = BL_PROVISIONS;
	link->class = class;
	link->confidence = claim->confidence;
	for (size_t i = 0; i < claim->evidence.n; i++)
		bl_vec_push(arena, &link->evidence, claim->evidence.items[i]);
	for (size_t i = 0; others && i < others->n; i++)
		if (others->items[i]->asset != claim->asset)
			bl_vec_push(arena, &link->candidates, others->items[i]->asset);
	bl_graph_add_link(c->graph, link);
	bool sure = class != BL_AMBIGUOUS && claim->confidence >= bl_evidence_weight(BL_EVIDENCE_I6_NAME);
	bl_graph_add_edge(c->graph,
		(bl_edge){.kind = BL_EDGE_PROVISIONS, .from = claim->code, .to = claim->asset, .span = code->span,
			.sure = sure ? BL_YES : BL_MAYBE, .why = link->evidence.items[0].why});
}

/* Has the block of node other instances that are linked, too? */
static bool one_of_many(bl_claims *c, const bl_map *blocks, uint32_t node)
{
	bl_span s = bl_graph_node(c->graph, node)->span;
	const bl_resource *r = bl_graph_node(c->graph, node)->resource;
	bl_str key = bl_str_fmt(c->arena, "%u:%u:%u:" BL_FMT ":" BL_FMT, s.source, s.begin, s.end, BL_ARG(r->root->repo),
		BL_ARG(r->root->name));
	return bl_span_known(s) && (uintptr_t)bl_map_get(blocks, key) > 1;
}

static void count_block(bl_claims *c, bl_map *blocks, uint32_t node)
{
	bl_span s = bl_graph_node(c->graph, node)->span;
	const bl_resource *r = bl_graph_node(c->graph, node)->resource;
	bl_str key = bl_str_fmt(c->arena, "%u:%u:%u:" BL_FMT ":" BL_FMT, s.source, s.begin, s.end, BL_ARG(r->root->repo),
		BL_ARG(r->root->name));
	bl_map_put(c->arena, blocks, key, (void *)((uintptr_t)bl_map_get(blocks, key) + 1));
}

/* The claims of one code node that are left become its links. */
static void emit_node(bl_claims *c, claim_list *list, const bool *quarrelled, const bl_map *blocks)
{
	const bl_resource *r = bl_graph_node(c->graph, list->items[0]->code)->resource;
	qsort_r(list->items, list->n, sizeof *list->items, by_confidence, (void *)c);
	size_t kept = 1;
	for (size_t i = 1; i < list->n; i++)
		if (is_any_instance(r) || !beats(list->items[0], list->items[i]))
			list->items[kept++] = list->items[i];
	list->n = kept;
	/* one declaration is one asset: which of several it is, is not known */
	bool unclear = kept > 1 && !is_any_instance(r);
	bool many = kept > 1 || one_of_many(c, blocks, list->items[0]->code);
	for (size_t i = 0; i < kept; i++) {
		bool ambiguous = unclear || quarrelled[list->items[i]->asset];
		emit(c, list->items[i], ambiguous ? BL_AMBIGUOUS : many ? BL_MAPPED_MANY : BL_MAPPED,
			unclear ? list : NULL);
	}
}

void bl_resolve_claims(bl_claims *c)
{
	size_t nodes = bl_graph_size(c->graph);
	claim_list *by_asset = bl_new_n(c->arena, claim_list, nodes), *by_code = bl_new_n(c->arena, claim_list, nodes);
	bool *quarrelled = bl_new_n(c->arena, bool, nodes);
	bl_map blocks = {0};
	if (c->all.n)
		qsort_r(c->all.items, c->all.n, sizeof *c->all.items, by_code_then_asset, c);
	for (size_t i = 0; i < c->all.n; i++) {
		bl_claim *claim = c->all.items[i];
		qsort(claim->evidence.items, claim->evidence.n, sizeof *claim->evidence.items, by_evidence);
		claim->confidence = combined(claim);
		list_at(c->arena, by_asset, claim->asset, claim);
	}
	for (size_t i = 0; i < c->assets.n; i++) {
		claim_list *list = &by_asset[c->assets.items[i]];
		if (!list->n)
			continue;
		quarrelled[c->assets.items[i]] = quarrel_over_asset(c, list);
		for (size_t k = 0; k < list->n; k++)
			list_at(c->arena, by_code, list->items[k]->code, list->items[k]);
	}
	for (size_t i = 0; i < c->code.n; i++)
		if (by_code[c->code.items[i]].n)
			count_block(c, &blocks, c->code.items[i]);
	for (size_t i = 0; i < c->code.n; i++)
		if (by_code[c->code.items[i]].n)
			emit_node(c, &by_code[c->code.items[i]], quarrelled, &blocks);
}

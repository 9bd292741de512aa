/*
 * I12 and N3: what refers to what is written in code and shown by the cloud. Pairs that are settled lend weight to their neighbours' pairs, and lead to
 * pairs that nothing else suggests (a subnet whose id the service made up). Rounds go outward from what is settled until nothing new is.
 */
#include "mapping/names.h"
#include "mapping/settings.h"

#include "core/reason/azure_id.h"

#include <stdlib.h>

enum {
	ROUNDS = 6,
	MAX_FAN = 512, /* neighbours of an asset that are looked through for one that fits */
	MAX_DEPTH = 64,
};

#define SETTLED 0.55 /* of a claim that lends weight to others; it must lead by BL_MARGIN */

typedef struct tie {
	uint32_t to;
	bool away; /* the node itself names the other or is part of it */
} tie;

typedef struct neighbour_run {
	bl_claims *claims;
	uint32_t *starts; /* ties of node i: ties[starts[i] .. starts[i + 1]), sorted by to */
	tie *ties;
	uint32_t *settled; /* by node, code or asset: the other half plus one */
	size_t nsettled;
} neighbour_run;

typedef struct pending {
	uint32_t from, to;
} pending;

typedef BL_VEC(pending) pending_list;

/* ---- who is beside whom ---- */

/* All that lies in a scope is tied to it: that is no news (scopes.c). */
static bool is_scope(const bl_claims *c, uint32_t node)
{
	bl_str type = bl_graph_type(c->graph, node);
	return bl_str_eqiz(type, "Microsoft.Resources/resourceGroups") || bl_str_eqiz(type, "Microsoft.Resources/subscriptions") ||
		bl_str_eqiz(type, "kubernetes/Namespace");
}

static void add_tie(const bl_claims *c, pending_list *list, uint32_t from, uint32_t to)
{
	const bl_node *a = bl_graph_node(c->graph, from), *b = bl_graph_node(c->graph, to);
	if (from == to || a->kind != b->kind || (a->kind != BL_NODE_ASSET && a->kind != BL_NODE_RESOURCE) || is_scope(c, from) || is_scope(c, to))
		return;
	bl_vec_push(c->arena, list, ((pending){from, to}));
}

static void walk_asset(const bl_claims *c, pending_list *list, uint32_t node, const bl_value *v, int depth)
{
	if (!v || depth > MAX_DEPTH)
		return;
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++)
		walk_asset(c, list, node, v->map[i].value, depth + 1);
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
		walk_asset(c, list, node, v->list[i], depth + 1);
	if (v->kind != BL_STRING || v->string.n < 8)
		return;
	int64_t to = bl_identity_asset(c, v->string);
	if (to >= 0)
		add_tie(c, list, node, (uint32_t)to);
}

static void gather(const bl_claims *c, pending_list *list)
{
	const bl_edge *const *edges;
	size_t n = bl_graph_edges(c->graph, &edges);
	for (size_t i = 0; i < n; i++) {
		if (edges[i]->kind == BL_EDGE_REFERS)
			add_tie(c, list, edges[i]->from, edges[i]->to);
		else if (edges[i]->kind == BL_EDGE_CONTAINS)
			add_tie(c, list, edges[i]->to, edges[i]->from);
	}
	for (size_t i = 0; i < c->assets.n; i++) {
		const bl_asset *a = bl_claims_asset(c, c->assets.items[i]);
		bl_azure_id id;
		if (bl_azure_id_parse(c->arena, a->id, &id)) {
			int64_t parent = bl_graph_find_asset(c->graph, id.parent);
			if (parent >= 0)
				add_tie(c, list, c->assets.items[i], (uint32_t)parent);
		} else if (c->aliases.n) {
			/* the graph knows ids; what else assets are called, it does not */
			walk_asset(c, list, c->assets.items[i], a->body, 0);
		}
	}
}

static int by_node(const void *a, const void *b)
{
	const tie *x = a, *y = b;
	return (x->to > y->to) - (x->to < y->to);
}

static void group(neighbour_run *r, const pending_list *list)
{
	const bl_claims *c = r->claims;
	r->starts = bl_new_n(c->arena, uint32_t, c->nodes + 3);
	r->ties = bl_new_n(c->arena, tie, 2 * list->n + 1);
	for (size_t i = 0; i < list->n; i++) {
		r->starts[list->items[i].from + 2]++;
		r->starts[list->items[i].to + 2]++;
	}
	for (size_t i = 2; i < c->nodes + 2; i++)
		r->starts[i] += r->starts[i - 1];
	for (size_t i = 0; i < list->n; i++) {
		r->ties[r->starts[list->items[i].from + 1]++] = (tie){list->items[i].to, true};
		r->ties[r->starts[list->items[i].to + 1]++] = (tie){list->items[i].from, false};
	}
	for (size_t i = 0; i < c->nodes; i++)
		if (r->starts[i + 1] - r->starts[i] > 1)
			qsort(r->ties + r->starts[i], r->starts[i + 1] - r->starts[i], sizeof *r->ties, by_node);
}

static bool tied(const neighbour_run *r, uint32_t node, uint32_t to)
{
	uint32_t lo = r->starts[node], hi = r->starts[node + 1];
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (r->ties[mid].to < to)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < r->starts[node + 1] && r->ties[lo].to == to;
}

/* ---- what is settled ---- */

static size_t settle(neighbour_run *r)
{
	bl_claims *c = r->claims;
	size_t n = 0;
	for (size_t i = 0; i < c->code.n; i++) {
		uint32_t code = c->code.items[i];
		const bl_claim *claim = bl_claims_leader(c, code, true, SETTLED);
		if (!claim || bl_claims_leader(c, claim->asset, false, SETTLED) != claim)
			continue;
		r->settled[code] = claim->asset + 1;
		r->settled[claim->asset] = code + 1;
		n++;
	}
	return n;
}

/* ---- evidence ---- */

/* How many nodes of a type node names itself: one says that the relation has one answer. */
static unsigned named_of_type(const neighbour_run *r, uint32_t node, uint32_t type)
{
	unsigned n = 0;
	for (uint32_t i = r->starts[node]; i < r->starts[node + 1]; i++)
		n += r->ties[i].away && r->claims->identities[r->ties[i].to].type == type && (i == r->starts[node] || r->ties[i].to != r->ties[i - 1].to);
	return n;
}

typedef struct agreement {
	unsigned same, only, other;
	unsigned against; /* each names one of a kind, and not the same: what is part of one thing is no part of another */
	uint32_t example; /* a neighbour in code that agrees, or does not */
} agreement;

static agreement agree(const neighbour_run *r, uint32_t code, uint32_t asset)
{
	const bl_claims *c = r->claims;
	agreement a = {0};
	uint32_t type = c->identities[asset].type;
	for (uint32_t i = r->starts[code]; i < r->starts[code + 1] && i < r->starts[code] + MAX_FAN; i++) {
		tie t = r->ties[i];
		uint32_t there = r->settled[t.to] ? r->settled[t.to] - 1 : 0;
		if (!there || (i > r->starts[code] && r->ties[i - 1].to == t.to))
			continue;
		if (tied(r, asset, there)) {
			a.same++;
			a.example = t.to;
			/* a subnet lies in one network: who knows the subnet knows the network */
			a.only += !t.away && named_of_type(r, t.to, type) == 1 && named_of_type(r, there, type) == 1;
		} else if (t.away && named_of_type(r, asset, c->identities[there].type) > 0) {
			a.other++;
			a.against += named_of_type(r, code, c->identities[t.to].type) == 1 && named_of_type(r, asset, c->identities[there].type) == 1;
			if (!a.same || a.against)
				a.example = t.to;
		}
	}
	return a;
}

static bl_str name_of(const bl_claims *c, uint32_t node)
{
	return bl_claims_resource(c, node)->address;
}

static bl_evidence_row row_of(const agreement *a)
{
	return a->only ? BL_EVIDENCE_I12_ONLY : a->same > 1 ? BL_EVIDENCE_I12_MANY : BL_EVIDENCE_I12;
}

static void lend(neighbour_run *r, bl_claims *c, uint32_t code, uint32_t asset, bool last)
{
	agreement a = agree(r, code, asset);
	if (a.same && !a.against) {
		bl_evidence_row row = row_of(&a);
		bl_claims_add(c, code, asset, row, bl_evidence_weight(row),
			a.same > 1 ? bl_str_fmt(bl_graph_arena(c->graph), BL_FMT " and %u more that it refers to or that refer to it are tied alike",
					     BL_ARG(name_of(c, a.example)), a.same - 1)
				   : bl_str_fmt(bl_graph_arena(c->graph), BL_FMT ", which it refers to or which refers to it, is tied alike",
					     BL_ARG(name_of(c, a.example))));
	} else if (a.other && last) {
		bl_claims_add(c, code, asset, BL_EVIDENCE_N3, bl_evidence_weight(BL_EVIDENCE_N3),
			bl_str_fmt(bl_graph_arena(c->graph), "code refers to " BL_FMT ", and the asset to another of that kind",
				BL_ARG(name_of(c, a.example))));
	}
}

/* A pair that its neighbours alone suggest: likeness and names speak for it or against. */
static void suggest(neighbour_run *r, uint32_t code, uint32_t asset)
{
	bl_claims *c = r->claims;
	const bl_identity *x = &c->identities[code], *y = &c->identities[asset];
	bl_arena *keep = bl_graph_arena(c->graph);
	bl_likeness l = bl_settings_compare(c, code, asset);
	double all = l.equal + l.different;
	bool same = x->last.n && bl_str_eqi(x->last, y->last);
	bl_evidence_row row;
	bool alike = all >= 1 ? l.equal / all >= 0.67 : bl_names_fit(c, code, asset) != BL_NO;
	/* a name that cannot be the asset's, or settings most of which differ, or a part of something else: another thing of the kind */
	if ((!same && !alike) || agree(r, code, asset).against || !bl_names_weigh(c, code, asset, &row))
		return;
	lend(r, c, code, asset, false);
	if (same)
		bl_claims_add(c, code, asset, BL_EVIDENCE_I6_NAME, bl_evidence_weight(BL_EVIDENCE_I6_NAME),
			bl_str_fmt(keep, "%s: '" BL_FMT "'", bl_evidence_meaning(BL_EVIDENCE_I6_NAME), BL_ARG(y->last)));
	else if (all >= 1)
		bl_claims_add(c, code, asset, BL_EVIDENCE_I10, bl_evidence_weight(BL_EVIDENCE_I10) * l.equal / all,
			bl_str_fmt(keep, "%u of %u settings that both sides state are equal", l.equal, l.equal + l.different));
	if (!same && bl_names_fit(c, code, asset) == BL_NO)
		bl_names_claim_renamed(c, code, asset);
}

/* Is some claim on the node good enough to need no suggestions? */
static bool is_claimed(const bl_claims *c, uint32_t code)
{
	for (uint32_t at = c->of_code[code]; at; at = c->all.items[at - 1].next_of_code)
		if (c->all.items[at - 1].named)
			return true;
	return false;
}

static void suggest_for(neighbour_run *r, uint32_t code)
{
	bl_claims *c = r->claims;
	uint32_t type = c->identities[code].type;
	for (uint32_t i = r->starts[code]; i < r->starts[code + 1] && i < r->starts[code] + MAX_FAN; i++) {
		uint32_t there = r->settled[r->ties[i].to];
		uint32_t end = there ? r->starts[there] : 0;
		for (uint32_t k = there ? r->starts[there - 1] : 0; k < end && k < r->starts[there - 1] + MAX_FAN; k++) {
			uint32_t asset = r->ties[k].to;
			/* who names whom must be the same way round */
			bool alike = c->identities[asset].type == type && r->ties[k].away != r->ties[i].away;
			if (alike && !r->settled[asset] && !bl_claims_find(c, code, asset))
				suggest(r, code, asset);
		}
	}
}

void bl_match_neighbours(bl_claims *c)
{
	neighbour_run r = {.claims = c};
	pending_list list = {0};
	gather(c, &list);
	if (!list.n)
		return;
	group(&r, &list);
	r.settled = bl_new_n(c->arena, uint32_t, c->nodes + 1);
	for (int round = 0; round < ROUNDS; round++) {
		size_t n = settle(&r);
		bool last = n == r.nsettled || round + 1 == ROUNDS;
		r.nsettled = n;
		for (size_t i = 0, claims = c->all.n; i < claims; i++)
			if (bl_claims_confidence(&c->all.items[i]) < 0.97)
				lend(&r, c, c->all.items[i].code, c->all.items[i].asset, last);
		for (size_t i = 0; !last && i < c->code.n; i++)
			if (c->identities[c->code.items[i]].type && !r.settled[c->code.items[i]] && !is_claimed(c, c->code.items[i]))
				suggest_for(&r, c->code.items[i]);
		if (last)
			break;
	}
}

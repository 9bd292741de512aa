/*
 * I14: when it is known where a configuration is deployed, what is left of it is among what is left there. A block that is the only one of its kind, and an asset
 * that is the only one of its kind in the scope, belong together unless their names or settings say otherwise. Where there are several, what is known of
 * names and settings leaves fewer; where it leaves one for the other, they belong together, too, and else neighbours decide.
 */
#include "mapping/scopes.h"

#include "mapping/names.h"
#include "mapping/settings.h"

#include <stdlib.h>

enum {
	MAX_EACH = 24,    /* assets of a kind that are left in a scope and are looked at for a block */
	MIN_PATTERN = 3,  /* known characters of a name that tell its thing from others of the kind */
};

typedef struct within_run {
	bl_claims *claims;
	bool *settled; /* by node: something good enough is claimed */
	BL_VEC(uint32_t) left; /* blocks that nothing is known to be, by root and type */
} within_run;

/* A claim that makes looking further superfluous. */
static void mark_settled(within_run *w)
{
	bl_claims *c = w->claims;
	for (size_t i = 0; i < c->all.n; i++) {
		const bl_claim *claim = &c->all.items[i];
		const bl_scope_fit *fit = bl_scopes_fit(c, c->identities[claim->code].root, claim->asset);
		double p = bl_claims_confidence(claim);
		if (p >= 0.8 || (claim->named && fit && p >= 0.6))
			w->settled[claim->code] = w->settled[claim->asset] = true;
	}
}

/* The blocks of one kind that are left of a root, and the assets that are left of it in a scope. */
typedef struct remainder {
	const uint32_t *blocks;
	size_t nblocks;
	uint32_t assets[MAX_EACH];
	size_t nassets;
	const bl_scope_fit *fit;
} remainder;

/* What is known of a name that is not known wholly, in characters. */
static size_t known_of(const bl_value *says)
{
	if (!bl_value_is(says, BL_UNKNOWN))
		return 0;
	const bl_unknown *u = says->unknown;
	return u->pattern.n ? u->pattern.n - 1 : u->prefix.n + u->suffix.n;
}

/* May the block be the asset, as far as its name and what both state tell? */
static bool may_be(const bl_claims *c, uint32_t code, uint32_t asset, bl_likeness *l)
{
	/* something may have been renamed, but then more than this must say so */
	if (bl_names_fit(c, code, asset) == BL_NO)
		return false;
	*l = bl_settings_compare(c, code, asset);
	unsigned all = l->equal + l->different;
	/* another thing of the kind, as far as settings tell */
	return all < 2 || l->equal * 2 >= all;
}

/* How many of the blocks may be the asset? More than enough are not counted. */
static size_t blocks_for(const bl_claims *c, const remainder *r, uint32_t asset)
{
	bl_likeness l;
	size_t n = 0;
	for (size_t i = 0; i < r->nblocks && n < 2; i++)
		n += may_be(c, r->blocks[i], asset, &l);
	return n;
}

static void pair_up(within_run *w, const remainder *r, uint32_t code)
{
	bl_claims *c = w->claims;
	bl_arena *keep = bl_graph_arena(c->graph);
	uint32_t fitting[MAX_EACH];
	bl_likeness likeness[MAX_EACH];
	size_t n = 0;
	for (size_t i = 0; i < r->nassets; i++)
		if (may_be(c, code, r->assets[i], &likeness[n]))
			fitting[n++] = r->assets[i];
	/* of a block whose instances are not known, all that is left of the kind may be some */
	bool any = r->fit->lead >= BL_SCOPES_LEAD && 3 * r->fit->found >= 2 * r->fit->of &&
		bl_str_find(bl_claims_resource(c, code)->address, BL_STR("[*]"), 0) >= 0;
	bool patterned = known_of(c->identities[code].says) >= MIN_PATTERN;
	for (size_t i = 0; i < n; i++) {
		bool last = r->nblocks == 1 && (r->nassets == 1 || any);
		bool only = last || (n == 1 && r->nblocks <= MAX_EACH && ((patterned && !c->identities[fitting[i]].unnamed) || likeness[i].equal) && blocks_for(c, r, fitting[i]) == 1);
		if (!only && !likeness[i].equal && !patterned)
			continue;
		bl_evidence_row scope = bl_scopes_row(r->fit), left = last ? BL_EVIDENCE_I14 : BL_EVIDENCE_I14_FITS;
		bl_claims_add(c, code, fitting[i], scope, bl_evidence_weight(scope),
			bl_str_fmt(keep, "%u of %u names and kinds of the configuration are found in its scope", r->fit->found, r->fit->of));
		if (only)
			bl_claims_add(c, code, fitting[i], left, bl_evidence_weight(left), bl_str_of(bl_evidence_meaning(left)));
		if (patterned && !c->identities[fitting[i]].unnamed)
			bl_claims_add(c, code, fitting[i], BL_EVIDENCE_I6_PATTERN, bl_evidence_weight(BL_EVIDENCE_I6_PATTERN) / (double)n,
				bl_str_fmt(keep, "the known part of the name fits '" BL_FMT "'%s", BL_ARG(c->identities[fitting[i]].last),
					n > 1 ? ", and so do others in the scope" : ", and no other in the scope"));
	}
}

/* Adds what is not settled of a scope's assets; of an outer scope (inner false) what lies in none of its parts. */
static void add_left(const within_run *w, remainder *r, uint32_t scope, uint32_t type, bool inner)
{
	const bl_claims *c = w->claims;
	const bl_scope_asset *assets;
	size_t n = scope ? bl_scopes_assets(c->scopes, scope, type, &assets) : 0;
	for (size_t i = 0; i < n && r->nassets <= MAX_EACH; i++) {
		if (w->settled[assets[i].node] || (!inner && c->identities[assets[i].node].scope != scope))
			continue;
		if (r->nassets < MAX_EACH)
			r->assets[r->nassets] = assets[i].node;
		r->nassets++;
	}
}

static void look_for(within_run *w, const uint32_t *blocks, size_t n)
{
	const bl_claims *c = w->claims;
	const bl_identity *id = &c->identities[blocks[0]];
	for (size_t k = 0; k < BL_SCOPES_EACH && c->scopes->of_root[id->root][k].scope; k++) {
		remainder r = {.blocks = blocks, .nblocks = n, .fit = &c->scopes->of_root[id->root][k]};
		add_left(w, &r, r.fit->scope, id->type, true);
		add_left(w, &r, c->scopes->outer[r.fit->scope], id->type, false);
		for (size_t i = 0; i < n && r.nassets <= MAX_EACH; i++)
			pair_up(w, &r, blocks[i]);
	}
}

static int by_kind(const void *a, const void *b, void *context)
{
	const bl_claims *c = context;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	const bl_identity *x = &c->identities[i], *y = &c->identities[k];
	if (x->root != y->root)
		return x->root < y->root ? -1 : 1;
	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return (i > k) - (i < k);
}

void bl_match_within(bl_claims *c)
{
	within_run w = {.claims = c, .settled = bl_new_n(c->arena, bool, c->nodes + 1)};
	mark_settled(&w);
	for (size_t i = 0; i < c->code.n; i++) {
		const bl_identity *id = &c->identities[c->code.items[i]];
		if (id->type && !w.settled[c->code.items[i]] && c->scopes->of_root[id->root][0].scope)
			bl_vec_push(c->arena, &w.left, c->code.items[i]);
	}
	if (w.left.n)
		qsort_r(w.left.items, w.left.n, sizeof *w.left.items, by_kind, c);
	for (size_t i = 0, k; i < w.left.n; i = k) {
		const bl_identity *first = &c->identities[w.left.items[i]];
		for (k = i + 1; k < w.left.n && c->identities[w.left.items[k]].root == first->root && c->identities[w.left.items[k]].type == first->type; k++)
			;
		look_for(&w, w.left.items + i, k - i);
	}
}

/*
 * I14: when it is known where a configuration is deployed, what is left of it is among what is left there. Of each kind, the pairs of blocks and assets that
 * explain most together (names, settings, tags, places, what both are tied to) are taken as a whole; a pair without which all would be clearly worse
 * belongs together, and among the others neighbours decide.
 */
#include "mapping/scopes.h"

#include "mapping/assign.h"
#include "mapping/names.h"
#include "mapping/settings.h"

#include <math.h>
#include <stdlib.h>

enum {
	MAX_EACH = 256,   /* assets of a kind that are left in a scope and are looked at for a block */
	MAX_BLOCKS = 256, /* and blocks */
	MANY = 24,        /* assets that a block may be: among more, likeness is often chance */
	MAX_SETTINGS = 6, /* equal settings of a pair that count, and half as many that differ */
	MAX_TAGS = 6,     /* the same of tags */
	STEPS = 200000,   /* what exactness may cost */
	MIN_EQUAL = 4,    /* settings of what was renamed */
	MIN_PATTERN = 3,  /* known characters of a name that tell its thing from others of the kind */
};

/* What speaks for a pair within its scope, and against it, in nats. */
#define SURE_SCOPE 2.0
#define CLEAR_SCOPE 1.5
#define SOME_SCOPE 1.0
#define EQUAL_SETTING 0.4
#define OTHER_SETTING -0.8
#define EQUAL_TAG 0.4
#define OTHER_TAG -0.6
#define MOST_FOR_A_PATTERN 3.0 /* half a nat for each character that is known */
#define NEW_NAME -2.5
#define NEW_NAME_ALIKE -1.0
#define OTHER_PLACE -3.0
#define TIED_ALIKE 3.0 /* times what I12 is worth */
#define TIED_OTHERWISE -2.0

#define ALIKE 0.45 /* what equal settings must be worth to speak for a new name */
#define LAST 1.0 /* nats for a pair that is all that is left */
#define DECIDED 1.0 /* nats by which the best alternative must be worse */

typedef struct within_run {
	bl_claims *claims;
	bl_arena scratch; /* of what is left of one kind */
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
		if (p < 0.8 && (!claim->named || !fit || p < 0.6))
			continue;
		w->settled[claim->asset] = true;
		/* there may be more of what there is any number of */
		w->settled[claim->code] = w->settled[claim->code] || !bl_claims_is_any_instance(c, claim->code);
	}
}

/* A block and an asset that may be a pair. */
typedef struct candidate {
	bl_likeness settings;
	bl_tri called; /* as code says? */
	bool possible;
	bool decided;  /* of all that is left it is the best, and all without it is clearly worse */
} candidate;

/* The blocks of one kind that are left of a root, and the assets that are left of it in a scope. */
typedef struct leftover {
	const uint32_t *blocks;
	size_t nblocks;
	uint32_t assets[MAX_EACH];
	size_t nassets;
	const bl_scope_fit *fit;
	candidate *pairs; /* of block i and asset k: [i * nassets + k] */
} leftover;

/* So many of what both state are equal, and so many are not: of both, most count. */
static double likely(bl_likeness l, unsigned most, double equal, double different)
{
	return equal * (l.equal < most ? l.equal : most) + different * (l.different < most / 2 ? l.different : most / 2);
}

/* How likely the block is the asset, in nats, as far as names, settings, tags, places and neighbours tell; nothing (0 or less) when it is rather not. */
static double score_of(const bl_claims *c, const leftover *r, uint32_t code, uint32_t asset, candidate *out)
{
	const bl_identity *x = &c->identities[code], *y = &c->identities[asset];
	bl_likeness tags = bl_settings_tags(c, code, asset);
	out->settings = bl_settings_compare(c, code, asset);
	out->called = bl_names_fit(c, code, asset);
	double known = (double)bl_names_known(x->says) / 2;
	double score = r->fit->lead >= BL_SCOPES_SURE ? SURE_SCOPE : r->fit->lead >= BL_SCOPES_LEAD ? CLEAR_SCOPE : SOME_SCOPE;
	score += likely(out->settings, MAX_SETTINGS, EQUAL_SETTING, OTHER_SETTING) + likely(tags, MAX_TAGS, EQUAL_TAG, OTHER_TAG);
	if (out->called == BL_NO)
		score += bl_names_alike(x->last, y->last) ? NEW_NAME_ALIKE : NEW_NAME;
	else if (!y->unnamed)
		score += known < MOST_FOR_A_PATTERN ? known : MOST_FOR_A_PATTERN;
	if (bl_identity_elsewhere(c, code, asset))
		score += OTHER_PLACE;
	const bl_claim *claim = bl_claims_find(c, code, asset);
	if (claim)
		score += TIED_ALIKE * bl_claims_weight(claim, "I12") + (bl_claims_weight(claim, "N3") < 0 ? TIED_OTHERWISE : 0);
	return score;
}

/* How many assets block i may be. */
static unsigned possible_of(const leftover *r, size_t i)
{
	unsigned n = 0;
	for (size_t k = 0; k < r->nassets; k++)
		n += r->pairs[i * r->nassets + k].possible;
	return n;
}

/* The pairs of what is left, blocks by assets, and which of them explain most together. */
static void assign(within_run *w, leftover *r)
{
	bl_claims *c = w->claims;
	bl_assign_edge *edges = bl_new_n(&w->scratch, bl_assign_edge, r->nblocks * r->nassets);
	candidate **of_edge = bl_new_n(&w->scratch, candidate *, r->nblocks * r->nassets);
	size_t n = 0;
	r->pairs = bl_new_n(&w->scratch, candidate, r->nblocks * r->nassets);
	for (uint32_t i = 0; i < r->nblocks; i++) {
		for (uint32_t k = 0; k < r->nassets; k++) {
			candidate *pair = &r->pairs[i * r->nassets + k];
			/* a part of something else than code says */
			if (bl_names_parents(c, r->blocks[i], r->assets[k]) == BL_NO)
				continue;
			double score = score_of(c, r, r->blocks[i], r->assets[k], pair);
			/* what alone is left on both sides, and is set alike, was rather renamed than torn down and made anew */
			bool last = r->nblocks == 1 && r->nassets == 1 && pair->settings.equal >= MIN_EQUAL && pair->settings.equal >= 3 * pair->settings.different;
			score = last && score < LAST ? LAST : score;
			pair->possible = score > 0;
			if (!pair->possible)
				continue;
			of_edge[n] = pair;
			edges[n++] = (bl_assign_edge){.left = i, .right = k, .weight = (int64_t)(score * 1e6)};
		}
	}
	if (n)
		bl_assign(&w->scratch, edges, n, (uint32_t)r->nblocks, (uint32_t)r->nassets, STEPS);
	for (size_t i = 0; i < n; i++) {
		unsigned possible = r->nassets > MANY ? possible_of(r, edges[i].left) : 0;
		double enough = possible > MANY ? DECIDED + log((double)possible / MANY) : DECIDED;
		of_edge[i]->decided = edges[i].chosen && (double)edges[i].regret >= enough * 1e6;
	}
}

static void claim_pair(within_run *w, const leftover *r, uint32_t code, uint32_t asset, const candidate *pair, size_t fitting, bool any)
{
	bl_claims *c = w->claims;
	bl_arena *keep = bl_graph_arena(c->graph);
	const bl_identity *x = &c->identities[code], *y = &c->identities[asset];
	bool patterned = pair->called == BL_MAYBE && bl_names_known(x->says) >= MIN_PATTERN && !y->unnamed;
	bool last = r->nblocks == 1 && (r->nassets == 1 || any);
	if (!last && !pair->decided && !pair->settings.equal && !patterned)
		return;
	/* something may have been renamed, but then nothing else may be it */
	if (pair->called == BL_NO && !pair->decided)
		return;
	bl_evidence_row scope = bl_scopes_row(r->fit), left = last && r->nassets == 1 ? BL_EVIDENCE_I14 : BL_EVIDENCE_I14_FITS;
	bl_claims_add(c, code, asset, scope, bl_evidence_weight(scope),
		bl_str_fmt(keep, "%u of %u names and kinds of the configuration are found in its scope", r->fit->found, r->fit->of));
	if (last || pair->decided)
		bl_claims_add(c, code, asset, left, bl_evidence_weight(left), bl_str_of(bl_evidence_meaning(left)));
	if (patterned)
		bl_claims_add(c, code, asset, BL_EVIDENCE_I6_PATTERN, bl_evidence_weight(BL_EVIDENCE_I6_PATTERN) / (double)fitting,
			bl_str_fmt(keep, "the known part of the name fits '" BL_FMT "'%s", BL_ARG(y->last),
				fitting > 1 ? ", and so do others in the scope" : ", and no other in the scope"));
	if (pair->called == BL_NO)
		bl_names_claim_renamed(c, code, asset);
}

static void pair_up(within_run *w, leftover *r)
{
	const bl_claims *c = w->claims;
	assign(w, r);
	for (size_t i = 0; i < r->nblocks; i++) {
		const candidate *pairs = &r->pairs[i * r->nassets];
		size_t fitting = 0;
		/* of a block whose instances are not known, all that is left of the kind may be some */
		bool any = r->nassets <= MANY && r->fit->lead >= BL_SCOPES_LEAD && 3 * r->fit->found >= 2 * r->fit->of &&
			bl_claims_is_any_instance(c, r->blocks[i]);
		for (size_t k = 0; k < r->nassets; k++)
			fitting += pairs[k].possible && pairs[k].called != BL_NO;
		for (size_t k = 0; k < r->nassets; k++)
			if (pairs[k].possible)
				claim_pair(w, r, r->blocks[i], r->assets[k], &pairs[k], fitting, any);
	}
}

/* Adds what is not settled of a scope's assets; of an outer scope (inner false) what lies in none of its parts. */
static void add_left(const within_run *w, leftover *r, uint32_t scope, uint32_t type, bool inner)
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
	if (n > MAX_BLOCKS)
		return;
	const bl_claims *c = w->claims;
	const bl_identity *id = &c->identities[blocks[0]];
	for (size_t k = 0; k < BL_SCOPES_EACH && c->scopes->of_root[id->root][k].scope; k++) {
		leftover r = {.blocks = blocks, .nblocks = n, .fit = &c->scopes->of_root[id->root][k]};
		add_left(w, &r, r.fit->scope, id->type, true);
		add_left(w, &r, c->scopes->outer[r.fit->scope], id->type, false);
		if (r.nassets && r.nassets <= MAX_EACH)
			pair_up(w, &r);
		bl_arena_reset(&w->scratch);
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
	bl_arena_done(&w.scratch);
}

/* Is another claim on the block or on the asset worth as much? */
static bool is_contested(const bl_claims *c, const bl_claim *claim)
{
	double own = bl_claims_confidence(claim);
	for (uint32_t at = c->of_code[claim->code]; at; at = c->all.items[at - 1].next_of_code)
		if (&c->all.items[at - 1] != claim && bl_claims_confidence(&c->all.items[at - 1]) >= own)
			return true;
	for (uint32_t at = c->of_asset[claim->asset]; at; at = c->all.items[at - 1].next_of_asset)
		if (&c->all.items[at - 1] != claim && bl_claims_confidence(&c->all.items[at - 1]) >= own)
			return true;
	return false;
}

/* Is a new name all that speaks against the pair, when all else is known? */
static bool is_renamed(const bl_claims *c, const bl_claim *claim)
{
	double left = bl_claims_weight(claim, "I14"), tied = bl_claims_weight(claim, "I12");
	double alike = bl_claims_weight(claim, "I10"), set = alike > 0 ? alike : bl_claims_weight(claim, "I13");
	/* what bears the block's tag is the block's, whatever it is called */
	if (bl_claims_weight(claim, "I5") > 0 || bl_claims_weight(claim, "I8") > 0)
		return true;
	if (left >= bl_evidence_weight(BL_EVIDENCE_I14) && (tied > 0 || set >= ALIKE))
		return true;
	bool best = left > 0 && tied > 0 && set > 0, among = tied >= bl_evidence_weight(BL_EVIDENCE_I12_MANY);
	return (best || among) && !is_contested(c, claim);
}

void bl_match_renamed(bl_claims *c)
{
	bool *renamed = bl_new_n(c->arena, bool, c->all.n + 1);
	for (size_t i = 0; i < c->all.n; i++)
		renamed[i] = bl_claims_weight(&c->all.items[i], "N5") == bl_evidence_weight(BL_EVIDENCE_N5) && is_renamed(c, &c->all.items[i]);
	for (size_t i = 0; i < c->all.n; i++)
		for (size_t k = 0; renamed[i] && k < c->all.items[i].evidence.n; k++) {
			bl_evidence *e = &c->all.items[i].evidence.items[k];
			if (strcmp(e->id, "N5") == 0)
				e->weight = bl_evidence_weight(BL_EVIDENCE_N5_RENAMED);
		}
}

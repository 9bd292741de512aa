/*
 * I9, I11 and N2: a configuration is deployed as a whole, so where most of its names are found, the one that is looked for is meant. Counted are, for each
 * root and scope, the root's blocks that have a claim there; of two scopes that a block may lie in, the difference of their counts is how many other
 * blocks speak for the one rather than the other.
 */
#include "mapping/names.h"

#include <stdlib.h>

enum {
	LEAD = 2,        /* other blocks that a scope must have more than the next */
	MANY_CLAIMS = 512,
	LOOK_IN = 4      /* scopes of a root in which common names are looked up */
};

typedef struct scope_count {
	uint32_t scope, blocks;
} scope_count;

/* What is known of a root. */
typedef struct root_scopes {
	uint32_t blocks;                /* with a claim anywhere */
	scope_count best[LOOK_IN];      /* by falling count; of scopes that a name is unique in */
	scope_count outer;              /* of subscriptions, accounts, projects: the best */
} root_scopes;

typedef struct scope_run {
	bl_claims *claims;
	bl_pairs counts; /* root, scope -> blocks; outer scopes have numbers of their own */
	root_scopes *roots;
} scope_run;

static uint32_t count_of(const scope_run *s, uint32_t root, uint32_t scope)
{
	return scope ? bl_pairs_get(&s->counts, root, scope, 0) : 0;
}

static bool counts(const bl_claims *c, const bl_claim *claim)
{
	return claim->named && c->identities[claim->asset].scope;
}

/* A block counts once in a scope, whatever claims it has there. */
static void count_block(scope_run *s, uint32_t code)
{
	bl_claims *c = s->claims;
	uint32_t seen[MANY_CLAIMS], root = c->identities[code].root;
	size_t n = 0;
	for (uint32_t at = c->of_code[code]; at && n + 2 < MANY_CLAIMS; at = c->all.items[at - 1].next_of_code) {
		const bl_claim *claim = &c->all.items[at - 1];
		const bl_identity *id = &c->identities[claim->asset];
		if (!counts(c, claim))
			continue;
		uint32_t scopes[] = {id->scope, id->outer == id->scope ? 0 : id->outer};
		for (int k = 0; k < 2; k++) {
			bool known = !scopes[k];
			for (size_t i = 0; i < n && !known; i++)
				known = seen[i] == scopes[k];
			if (known)
				continue;
			seen[n++] = scopes[k];
			uint32_t *slot = bl_pairs_slot_of(c->arena, &s->counts, root, scopes[k]);
			*slot += *slot ? 1 : 2;
		}
	}
	s->roots[root].blocks += n > 0;
}

static void offer(root_scopes *r, uint32_t scope, uint32_t blocks)
{
	size_t at = LOOK_IN;
	for (size_t i = 0; i < LOOK_IN; i++) {
		if (r->best[i].scope == scope)
			return;
		if (at == LOOK_IN && (blocks > r->best[i].blocks || (blocks == r->best[i].blocks && scope < r->best[i].scope)))
			at = i;
	}
	for (size_t i = LOOK_IN - 1; at < LOOK_IN && i > at; i--)
		r->best[i] = r->best[i - 1];
	if (at < LOOK_IN)
		r->best[at] = (scope_count){scope, blocks};
}

static void rank(scope_run *s)
{
	bl_claims *c = s->claims;
	for (size_t i = 0; i < c->all.n; i++) {
		const bl_claim *claim = &c->all.items[i];
		const bl_identity *id = &c->identities[claim->asset];
		if (!counts(c, claim))
			continue;
		uint32_t root = c->identities[claim->code].root;
		root_scopes *r = &s->roots[root];
		offer(r, id->scope, count_of(s, root, id->scope));
		uint32_t outer = count_of(s, root, id->outer);
		if (outer > r->outer.blocks || (outer == r->outer.blocks && id->outer < r->outer.scope))
			r->outer = (scope_count){id->outer, outer};
	}
}

static void count_all(scope_run *s)
{
	bl_claims *c = s->claims;
	s->counts = (bl_pairs){0};
	s->roots = bl_new_n(c->arena, root_scopes, c->nroots + 1);
	for (size_t i = 0; i < c->code.n; i++)
		count_block(s, c->code.items[i]);
	rank(s);
}

/* How many other blocks of the root lie in scope more than in the next best that this block could lie in as well. */
static int lead_of(const scope_run *s, const bl_claim *claim, bool outer, uint32_t *others)
{
	const bl_claims *c = s->claims;
	uint32_t root = c->identities[claim->code].root;
	const bl_identity *id = &c->identities[claim->asset];
	uint32_t scope = outer ? id->outer : id->scope, here = count_of(s, root, scope), elsewhere = 0;
	for (uint32_t at = c->of_code[claim->code]; at; at = c->all.items[at - 1].next_of_code) {
		const bl_claim *other = &c->all.items[at - 1];
		const bl_identity *o = &c->identities[other->asset];
		uint32_t there = outer ? o->outer : o->scope;
		if (there == scope || !counts(c, other))
			continue;
		uint32_t n = count_of(s, root, there);
		elsewhere = n > elsewhere ? n : elsewhere;
	}
	/* the block itself is among those counted */
	*others = here ? here - 1 : 0;
	return (int)here - (int)(elsewhere ? elsewhere : 1);
}

static void say(bl_claims *c, const bl_claim *claim, bl_evidence_row row, uint32_t others, uint32_t blocks)
{
	bl_str why = row == BL_EVIDENCE_N2
		? bl_str_fmt(bl_graph_arena(c->graph), "%s", bl_evidence_meaning(row))
		: bl_str_fmt(bl_graph_arena(c->graph), "%u of the %u other names of the configuration are found in its scope", others, blocks);
	bl_claims_add(c, claim->code, claim->asset, row, bl_evidence_weight(row), why);
}

static void weigh(scope_run *s, uint32_t at)
{
	bl_claims *c = s->claims;
	const bl_claim *claim = &c->all.items[at];
	const bl_identity *id = &c->identities[claim->asset];
	uint32_t root = c->identities[claim->code].root, others, outer_others;
	const root_scopes *r = &s->roots[root];
	uint32_t blocks = r->blocks ? r->blocks - 1 : 0;
	int lead = lead_of(s, claim, false, &others), outer_lead = lead_of(s, claim, true, &outer_others);
	if (lead >= LEAD && others >= LEAD)
		say(c, claim, BL_EVIDENCE_I11, others, blocks);
	else if (lead >= 1 && others >= 1)
		say(c, claim, BL_EVIDENCE_I11_WEAK, others, blocks);
	else if (id->outer && lead >= 0 && outer_lead >= LEAD && outer_others >= LEAD)
		say(c, claim, BL_EVIDENCE_I11_WEAK, outer_others, blocks);
	else if (lead <= -LEAD || (!others && !outer_others && r->best[0].blocks > LEAD && 2 * r->best[0].blocks > blocks))
		say(c, claim, BL_EVIDENCE_N2, others, blocks);
}

/* Names that are everywhere are looked up where the rest of their configuration is. */
static void claim_common(scope_run *s)
{
	bl_claims *c = s->claims;
	for (size_t i = 0; i < c->names->common.n; i++) {
		uint32_t code = c->names->common.items[i], found[BL_NAMES_MANY];
		const bl_identity *id = &c->identities[code];
		const root_scopes *r = &s->roots[id->root];
		for (size_t k = 0; k < LOOK_IN && r->best[k].scope; k++) {
			size_t n = bl_names_find(c->names, id->type, id->last, BL_NAMES_OWN, r->best[k].scope, c, found, BL_NAMES_MANY);
			for (size_t m = 0; m < n && n <= BL_NAMES_MANY; m++)
				bl_names_claim(c, code, found[m]);
		}
	}
}

void bl_match_scopes(bl_claims *c)
{
	scope_run s = {.claims = c};
	count_all(&s);
	if (c->names->common.n) {
		claim_common(&s);
		count_all(&s);
	}
	size_t n = c->all.n;
	for (uint32_t i = 0; i < n; i++)
		if (counts(c, &c->all.items[i]))
			weigh(&s, i);
}

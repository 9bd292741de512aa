/*
 * One root in one scope explains most, so roots and scopes are assigned together, and how much worse the best other assignment is says how sure it is. What several
 * roots share is then given to those for which more speaks there than what its owner explains, and what a root's first scope does not hold is looked for in others.
 */
#include "mapping/placement.h"

#include "mapping/assign.h"
#include "mapping/sets.h"

#include <stdlib.h>

enum {
	MAX_EDGES = 12,      /* scopes of one root that are assigned */
	MAX_SHARED = 4,      /* scopes of other roots that are looked at for one that has none, or a poor one */
	STEPS = 2000000,     /* of one component: what exactness may cost */
};

#define APART 2.0 /* by so much sharing a scope is less likely than having one's own */
#define REST_ENOUGH 3.0 /* for a further scope to be thought of */
#define SCALE 1e6

typedef struct placement {
	bl_claims *claims;
	bl_scopes *scopes;
	bl_fit_run *fit;
	const bl_root_fits *roots;
	uint32_t *owner; /* by scope: the root that it was assigned to, plus one */
	bool *holds_owned; /* by scope: one within it was assigned */
	const bl_fit_candidate **own; /* by root: the scope that was assigned to it, or NULL */
	double *regret;               /* by root: of that */
	double *fits;                 /* by root: how well the scope fits that was chosen */
} placement;

/* Of a scope and what holds it the smaller one counts, unless the larger fits better. */
static bool is_doubled(const placement *p, const bl_root_fits *r, size_t i)
{
	for (size_t k = 0; k < r->n; k++) {
		uint32_t in = p->scopes->outer[r->best[k].scope] == r->best[i].scope, out = p->scopes->outer[r->best[i].scope] == r->best[k].scope;
		if ((in && r->best[k].fit >= r->best[i].fit - 0.01) || (out && r->best[k].fit > r->best[i].fit + 0.01))
			return true;
	}
	return false;
}

/* What root may be assigned to. */
static size_t options_of(const placement *p, uint32_t root, const bl_fit_candidate *out[MAX_EDGES])
{
	const bl_root_fits *r = &p->roots[root];
	size_t n = 0;
	for (size_t i = 0; i < r->n && n < MAX_EDGES && r->best[i].fit >= BL_FIT_ENOUGH; i++)
		if (!is_doubled(p, r, i))
			out[n++] = &r->best[i];
	return n;
}

typedef struct option {
	uint32_t root, component;
	const bl_fit_candidate *candidate;
} option;

static int by_component(const void *a, const void *b)
{
	const option *x = a, *y = b;
	if (x->component != y->component)
		return x->component < y->component ? -1 : 1;
	if (x->root != y->root)
		return x->root < y->root ? -1 : 1;
	return (x->candidate > y->candidate) - (x->candidate < y->candidate);
}

static void take_scope(placement *p, uint32_t root, uint32_t scope)
{
	p->owner[scope] = root + 1;
	p->holds_owned[p->scopes->outer[scope]] = true;
}

static void assign_some(placement *p, bl_arena *scratch, const option *options, size_t n)
{
	bl_assign_edge *edges = bl_new_n(scratch, bl_assign_edge, n);
	bl_pairs numbers = {0};
	uint32_t nroots = 0, nscopes = 0;
	for (size_t i = 0; i < n; i++) {
		uint32_t *scope = bl_pairs_slot_of(scratch, &numbers, 0, options[i].candidate->scope);
		if (!*scope)
			*scope = ++nscopes;
		nroots += !i || options[i].root != options[i - 1].root;
		edges[i] = (bl_assign_edge){.left = nroots - 1, .right = *scope - 1, .weight = (int64_t)(options[i].candidate->fit * SCALE)};
	}
	bl_assign(scratch, edges, n, nroots, nscopes, STEPS);
	for (size_t i = 0; i < n; i++) {
		if (!edges[i].chosen)
			continue;
		p->own[options[i].root] = options[i].candidate;
		take_scope(p, options[i].root, options[i].candidate->scope);
		p->regret[options[i].root] = (double)edges[i].regret / SCALE;
	}
}

/* Roots that some scope is an option for are assigned together. */
static void assign_roots(placement *p)
{
	bl_claims *c = p->claims;
	bl_arena scratch = {0};
	BL_VEC(option) options = {0};
	uint32_t *together = bl_sets_new(c->arena, c->nscopes + 1);
	for (uint32_t i = 0; i < c->nroots; i++) {
		const bl_fit_candidate *of_root[MAX_EDGES];
		size_t n = options_of(p, i, of_root);
		for (size_t k = 0; k < n; k++) {
			bl_vec_push(c->arena, &options, ((option){.root = i, .candidate = of_root[k]}));
			bl_sets_join(together, of_root[k]->scope, of_root[0]->scope);
		}
	}
	for (size_t i = 0; i < options.n; i++)
		options.items[i].component = bl_sets_of(together, options.items[i].candidate->scope);
	if (options.n)
		qsort(options.items, options.n, sizeof *options.items, by_component);
	for (size_t i = 0, k; i < options.n; i = k) {
		for (k = i + 1; k < options.n && options.items[k].component == options.items[i].component; k++)
			;
		assign_some(p, &scratch, options.items + i, k - i);
		if (scratch.used > 1 << 20)
			bl_arena_done(&scratch);
	}
	bl_arena_done(&scratch);
}

/* The other root that a scope, or what holds it, was assigned to, plus one; or 0. */
static uint32_t held_by_other(const placement *p, uint32_t root, uint32_t scope)
{
	uint32_t owner = p->owner[scope], outer = p->owner[p->scopes->outer[scope]];
	return owner && owner != root + 1 ? owner : outer && outer != root + 1 ? outer : 0;
}

/* How well a root fits where another one is, by what the other does not explain. The root's keys are in hand. */
static double shared_fit(placement *p, uint32_t root, uint32_t owner, const bl_fit_candidate *k, bl_root_key *theirs)
{
	bl_fit_seen seen;
	bl_fit_take_keys(p->fit, &p->roots[owner]);
	size_t n = bl_fit_keys_in(p->fit, k->scope, theirs);
	bl_fit_take_keys(p->fit, &p->roots[root]);
	return bl_fit_beside(p->fit, k->scope, theirs, n, true, &seen) - APART;
}

/* The root's scope: its own, or one that it shares if that explains more. The lead is over the best of the others. */
static void choose(placement *p, uint32_t root, bl_root_key *theirs)
{
	const bl_fit_candidate *best = p->own[root], *of_root[MAX_EDGES];
	double fit = best ? best->fit : 0, lead = best ? p->regret[root] : 0;
	/* its own may lie in what another root explains as a whole */
	uint32_t holder = best ? held_by_other(p, root, best->scope) : 0;
	if (holder)
		fit = shared_fit(p, root, holder - 1, best, theirs);
	size_t n = options_of(p, root, of_root), looked = 0;
	double own = fit;
	for (size_t i = 0; i < n && looked < MAX_SHARED && of_root[i]->fit > own + (holder ? 0 : APART); i++) {
		uint32_t other = held_by_other(p, root, of_root[i]->scope);
		if (of_root[i] == p->own[root] || (!other && !holder))
			continue;
		double there = other ? shared_fit(p, root, other - 1, of_root[i], theirs) : of_root[i]->fit;
		looked++;
		if (there > fit && there >= BL_FIT_ENOUGH) {
			lead = there - fit;
			fit = there;
			best = of_root[i];
		} else if (best != p->own[root] && fit - there < lead) {
			lead = fit - there;
		}
	}
	/* all that is there is the other's */
	if (holder && best == p->own[root] && fit < BL_FIT_ENOUGH)
		best = NULL;
	if (best)
		p->scopes->of_root[root][0] = (bl_scope_fit){best->scope, lead, best->seen.found, best->seen.of};
	if (holder && best != p->own[root]) {
		p->owner[p->own[root]->scope] = 0;
		if (best && !p->owner[best->scope])
			take_scope(p, root, best->scope);
	}
	p->fits[root] = fit;
}

/* How well a root fits one of its options, or -1. */
static double fit_at(const placement *p, uint32_t root, uint32_t scope)
{
	const bl_root_fits *r = &p->roots[root];
	for (size_t i = 0; i < r->n; i++)
		if (r->best[i].scope == scope)
			return r->best[i].fit;
	return -1;
}

/* What it costs that root is in scope instead of where it was put; who was put there takes its place. */
static double cost_of(const placement *p, uint32_t root, const bl_fit_candidate *k)
{
	uint32_t owner = p->owner[k->scope];
	double cost = p->fits[root] - k->fit;
	return owner ? cost + p->fits[owner - 1] - fit_at(p, owner - 1, p->scopes->of_root[root][0].scope) : cost;
}

/*
 * Who has a scope for itself is worth less than it by what another would make of the scope. Where the other shares it all the same, that is no loss: what counts
 * is where else the owner could be.
 */
static void count_shared(placement *p, uint32_t root)
{
	uint32_t owner = p->owner[p->scopes->of_root[root][0].scope];
	const bl_fit_candidate *of_owner[MAX_EDGES];
	if (!owner || owner == root + 1)
		return;
	bl_scope_fit *fit = p->scopes->of_root[owner - 1];
	size_t n = options_of(p, owner - 1, of_owner);
	double lead = p->fits[owner - 1];
	for (size_t i = 0; i < n; i++) {
		double cost = of_owner[i]->scope == fit->scope ? lead : cost_of(p, owner - 1, of_owner[i]);
		lead = cost < lead ? cost : lead;
	}
	fit->lead = lead > fit->lead ? lead : fit->lead;
}

/* Where the choice was close, what could as well have been counts the same. */
static size_t add_ties(placement *p, uint32_t root)
{
	const bl_fit_candidate *of_root[MAX_EDGES];
	bl_scope_fit *out = p->scopes->of_root[root];
	size_t n = options_of(p, root, of_root), taken = 1;
	for (size_t i = 0; i < n && taken < BL_SCOPES_EACH; i++)
		if (of_root[i]->scope != out[0].scope && cost_of(p, root, of_root[i]) < BL_SCOPES_LEAD)
			out[taken++] = (bl_scope_fit){of_root[i]->scope, out[0].lead, of_root[i]->seen.found, of_root[i]->seen.of};
	return taken;
}

/* Is it, what holds it or what it holds some root's? */
static bool is_owned(const placement *p, uint32_t scope)
{
	return p->owner[scope] || p->owner[p->scopes->outer[scope]] || p->holds_owned[scope];
}

/* How many names of the root in hand are in a scope and not in the one whose keys are given. */
static size_t names_beside(const placement *p, uint32_t scope, const bl_root_key *here, size_t nhere)
{
	size_t n = 0;
	for (size_t i = 0; i < p->fit->nkeys; i++)
		n += p->fit->keys[i].name && bl_fit_has(p->fit, &p->fit->keys[i], scope) && !bl_fit_is_among(&p->fit->keys[i], here, nhere);
	return n;
}

/* What the first scope does not hold may lie in others that nothing else explains; one name there may be anybody's. */
static void choose_further(placement *p, uint32_t root, bl_root_key *here)
{
	if (p->scopes->of_root[root][0].lead < BL_SCOPES_LEAD && add_ties(p, root) > 1)
		return;
	const bl_root_fits *r = &p->roots[root];
	bl_scope_fit *out = p->scopes->of_root[root];
	if (out[0].found >= r->keys)
		return;
	bl_fit_take_keys(p->fit, r);
	size_t n = bl_fit_keys_in(p->fit, out[0].scope, here), rest = p->fit->nkeys - n, taken = 1;
	for (size_t i = 0; rest && i < r->n && taken < BL_SCOPES_EACH; i++) {
		uint32_t scope = r->best[i].scope;
		bl_fit_seen seen;
		bool known = is_owned(p, scope);
		for (size_t k = 0; k < taken && !known; k++)
			known = bl_scopes_nested(p->scopes, scope, out[k].scope);
		bool same_cloud = p->scopes->clouds[scope] == p->scopes->clouds[out[0].scope];
		double fit = known || (same_cloud && names_beside(p, scope, here, n) < 2) ? 0 : bl_fit_beside(p->fit, scope, here, n, false, &seen);
		if (fit >= REST_ENOUGH)
			out[taken++] = (bl_scope_fit){scope, fit - REST_ENOUGH, seen.found, (uint32_t)rest};
	}
}

void bl_placement_choose(bl_fit_run *fit, const bl_root_fits *roots, size_t most)
{
	bl_claims *c = fit->claims;
	placement p = {.claims = c, .scopes = fit->scopes, .fit = fit, .roots = roots};
	bl_root_key *keys = bl_new_n(c->arena, bl_root_key, most);
	p.owner = bl_new_n(c->arena, uint32_t, c->nscopes + 1);
	p.holds_owned = bl_new_n(c->arena, bool, c->nscopes + 1);
	p.own = bl_new_n(c->arena, const bl_fit_candidate *, c->nroots + 1);
	p.regret = bl_new_n(c->arena, double, c->nroots + 1);
	p.fits = bl_new_n(c->arena, double, c->nroots + 1);
	assign_roots(&p);
	for (uint32_t i = 0; i < c->nroots; i++)
		choose(&p, i, keys);
	for (uint32_t i = 0; i < c->nroots; i++)
		if (p.scopes->of_root[i][0].scope)
			count_shared(&p, i);
	for (uint32_t i = 0; i < c->nroots; i++)
		if (p.scopes->of_root[i][0].scope)
			choose_further(&p, i, keys);
}

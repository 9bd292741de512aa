/*
 * I14: when it is known where a configuration is deployed, what is left of it is among what is left there. A block that is the only one of its kind, and an asset
 * that is the only one of its kind in the scope, belong together unless their names or settings say otherwise; where there are several, settings and
 * neighbours decide.
 */
#include "mapping/scopes.h"
#include "mapping/settings.h"

enum { MAX_EACH = 24 /* assets of a kind that are left in a scope and are looked at for a block */ };

typedef struct within_run {
	bl_claims *claims;
	bl_pairs left; /* root, type -> blocks that nothing is known to be */
	bool *settled; /* by node: something good enough is claimed */
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

static void pair_up(within_run *w, uint32_t code, const bl_scope_fit *fit, uint32_t asset, bool only)
{
	bl_claims *c = w->claims;
	bl_arena *keep = bl_graph_arena(c->graph);
	/* something may have been renamed, but then more than this must say so */
	if (bl_names_say(c->identities[code].says, c->identities[asset].last) == BL_NO)
		return;
	bl_likeness l = bl_settings_compare(c, code, asset);
	unsigned all = l.equal + l.different;
	/* another thing of the kind, as far as settings tell */
	if (all >= 2 && l.equal * 2 < all)
		return;
	if (!only && !l.equal)
		return;
	bl_evidence_row scope = bl_scopes_row(fit);
	bl_claims_add(c, code, asset, scope, bl_evidence_weight(scope),
		bl_str_fmt(keep, "%u of %u names and kinds of the configuration are found in its scope", fit->found, fit->of));
	if (only)
		bl_claims_add(c, code, asset, BL_EVIDENCE_I14, bl_evidence_weight(BL_EVIDENCE_I14),
			bl_str_of(bl_evidence_meaning(BL_EVIDENCE_I14)));
}

static void look_for(within_run *w, uint32_t code)
{
	bl_claims *c = w->claims;
	const bl_identity *id = &c->identities[code];
	uint32_t mine = bl_pairs_get(&w->left, id->root, id->type, 0);
	for (size_t k = 0; k < BL_SCOPES_EACH && c->scopes->of_root[id->root][k].scope; k++) {
		const bl_scope_fit *fit = &c->scopes->of_root[id->root][k];
		const bl_scope_asset *assets;
		uint32_t left[MAX_EACH];
		size_t n = bl_scopes_assets(c->scopes, fit->scope, id->type, &assets), nleft = 0;
		for (size_t i = 0; i < n && nleft <= MAX_EACH; i++) {
			if (w->settled[assets[i].node])
				continue;
			if (nleft < MAX_EACH)
				left[nleft] = assets[i].node;
			nleft++;
		}
		uint32_t outer = c->scopes->outer[fit->scope];
		size_t more = outer ? bl_scopes_assets(c->scopes, outer, id->type, &assets) : 0;
		for (size_t i = 0; i < more && nleft <= MAX_EACH; i++) {
			/* what lies in the outer scope and in none of its parts */
			if (w->settled[assets[i].node] || c->identities[assets[i].node].scope != outer)
				continue;
			if (nleft < MAX_EACH)
				left[nleft] = assets[i].node;
			nleft++;
		}
		/* of a block whose instances are not known, all that is left of the kind may be some */
		bool any = fit->lead >= BL_SCOPES_LEAD && 3 * fit->found >= 2 * fit->of &&
			bl_str_find(bl_claims_resource(c, code)->address, BL_STR("[*]"), 0) >= 0;
		for (size_t i = 0; i < nleft && nleft <= MAX_EACH; i++)
			pair_up(w, code, fit, left[i], mine == 1 && (nleft == 1 || any));
	}
}

void bl_match_within(bl_claims *c)
{
	within_run w = {.claims = c, .settled = bl_new_n(c->arena, bool, c->nodes + 1)};
	mark_settled(&w);
	for (size_t i = 0; i < c->code.n; i++) {
		const bl_identity *id = &c->identities[c->code.items[i]];
		if (!id->type || w.settled[c->code.items[i]] || !c->scopes->of_root[id->root][0].scope)
			continue;
		uint32_t *slot = bl_pairs_slot_of(c->arena, &w.left, id->root, id->type);
		*slot += *slot ? 1 : 2;
	}
	for (size_t i = 0; i < c->code.n; i++) {
		const bl_identity *id = &c->identities[c->code.items[i]];
		if (id->type && !w.settled[c->code.items[i]] && c->scopes->of_root[id->root][0].scope)
			look_for(&w, c->code.items[i]);
	}
}

/*
 * I1 to I4: exports that say which name in code has which id. Such an export belongs to one configuration, the one that its names fit best: the bindings
 * of one owner (a state, a stack, a deployment) are counted together.
 */
#include "mapping/claims.h"

#include "mapping/coverage.h"
#include "mapping/settings.h"

#include <stdlib.h>

#define CALLED_ALIKE 1.0 /* what it says for a root that a stack has its name */


/* How well a root fits an owner. */
typedef struct root_score {
	uint32_t root;
	double score;
} root_score;

typedef BL_VEC(root_score) root_scores;

/* The bindings of one owner in one file. */
typedef struct owner {
	const bl_snapshot *snapshot;
	BL_VEC(const bl_binding *) bindings;
} owner;

typedef struct binder {
	bl_claims *claims;
	bl_coverage coverage;
	bl_map states;    /* files of Terraform's: what they alone show may be gone */
	bl_map addresses; /* Terraform's -> bl_node_list */
	bl_map partial;   /* those with keys known in part, "[*]" for each key -> bl_node_list */
	bl_map logical;   /* CloudFormation's logical ids -> bl_node_list */
	bl_map named;     /* type and deployed name -> bl_node_list */
} binder;

static void list_put(bl_arena *arena, bl_map *map, bl_str key, uint32_t node)
{
	bl_vec_push(arena, bl_node_list_of(arena, map, key), node);
}

static bl_str named_key(bl_arena *arena, uint32_t type, bl_str name)
{
	return bl_str_fmt(arena, "%u:" BL_FMT, type, BL_ARG(name));
}

/* The address with "[*]" for each key. */
static bl_str any_instance(bl_arena *arena, bl_str address)
{
	bl_buf out = {0};
	bool quoted = false, inside = false;
	for (size_t i = 0; i < address.n; i++) {
		char ch = address.p[i];
		if (inside && quoted && ch == '\\') {
			i++;
			continue;
		}
		if (inside && ch == '"')
			quoted = !quoted;
		if (!inside && ch == '[') {
			inside = true;
			bl_buf_put(&out, BL_STR("[*]"));
		} else if (inside && !quoted && ch == ']') {
			inside = false;
		} else if (!inside) {
			bl_buf_putc(&out, ch);
		}
	}
	bl_str s = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

static void index_code(binder *b)
{
	bl_claims *c = b->claims;
	b->named.fold = true;
	for (size_t i = 0; i < c->code.n; i++) {
		uint32_t node = c->code.items[i];
		const bl_resource *r = bl_claims_resource(c, node);
		if (r->language == BL_LANG_TERRAFORM)
			list_put(c->arena, &b->addresses, r->address, node);
		else if (r->language == BL_LANG_CLOUDFORMATION)
			list_put(c->arena, &b->logical, r->label, node);
		if (r->part_keys)
			list_put(c->arena, &b->partial, any_instance(c->arena, r->address), node);
		const bl_identity *id = &c->identities[node];
		if (id->type && id->last.n)
			list_put(c->arena, &b->named, named_key(c->arena, id->type, id->last), node);
	}
}

/* Where the last key of an address begins, at its '['; the end when it has none. */
static size_t last_key(bl_str address)
{
	size_t at = address.n;
	bool quoted = false;
	for (size_t i = 0; i < address.n; i++) {
		if (quoted && address.p[i] == '\\')
			i++;
		else if (address.p[i] == '"')
			quoted = !quoted;
		else if (!quoted && address.p[i] == '[')
			at = i;
	}
	return at;
}

/* The text of ["KEY"]. */
static bl_str key_text(bl_arena *arena, bl_str key)
{
	bl_buf out = {0};
	for (size_t i = 2; i + 2 < key.n; i++) {
		i += key.p[i] == '\\' && i + 3 < key.n;
		bl_buf_putc(&out, key.p[i]);
	}
	bl_str s = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

/* Is a state's address that of r, going by what is known of its keys? From the last key on. */
static bool address_fits(bl_arena *arena, const bl_resource *r, bl_str address)
{
	bl_str own = r->address;
	for (const bl_part_key *k = r->part_keys; k; k = k->up) {
		bl_str tail = bl_str_slice(own, k->at, own.n);
		size_t end = 2;
		while (end < tail.n && !(tail.p[end] == ']' && tail.p[end - 1] == '"'))
			end++;
		tail = bl_str_slice(tail, end + 1, tail.n);
		if (!bl_str_ends(address, tail))
			return false;
		address = bl_str_slice(address, 0, address.n - tail.n);
		size_t at = last_key(address);
		bl_str key = bl_str_slice(address, at, address.n);
		if (key.n < 4 || key.p[1] != '"' || !bl_unknown_may_be(k->key->unknown, key_text(arena, key), false))
			return false;
		address = bl_str_slice(address, 0, at);
		own = bl_str_slice(own, 0, k->at);
	}
	return bl_str_eq(own, address);
}

static const bl_node_list *nodes_that_fit(binder *b, bl_str address)
{
	bl_arena *arena = b->claims->arena;
	const bl_node_list *all = bl_map_get(&b->partial, any_instance(arena, address));
	bl_node_list *fits = NULL;
	for (size_t i = 0; all && i < all->n; i++) {
		if (!address_fits(arena, bl_claims_resource(b->claims, all->items[i]), address))
			continue;
		fits = fits ? fits : bl_new(arena, bl_node_list);
		bl_vec_push(arena, fits, all->items[i]);
	}
	return fits;
}

/* The nodes a state's address may mean; those with keys known in part or not at all only when no known one is there. */
static const bl_node_list *nodes_at(binder *b, bl_str address)
{
	bl_arena *arena = b->claims->arena;
	const bl_map *addresses = &b->addresses;
	const bl_node_list *list = bl_map_get(addresses, address);
	if (list || !memchr(address.p, '[', address.n))
		return list;
	list = nodes_that_fit(b, address);
	if (list)
		return list;
	if (bl_str_ends(address, BL_STR("]"))) {
		ptrdiff_t open = bl_str_rfind_char(address, '[');
		bl_str base = bl_str_slice(address, 0, (size_t)open);
		list = bl_map_get(addresses, bl_str_cat(arena, base, BL_STR("[*]")));
	}
	return list ? list : bl_map_get(addresses, any_instance(arena, address));
}

/* The code that a binding may be about. */
static const bl_node_list *nodes_of(binder *b, const bl_binding *e)
{
	bl_claims *c = b->claims;
	if (e->from == BL_FROM_STATE || e->from == BL_FROM_PLAN)
		return nodes_at(b, e->address);
	if (e->address.n)
		return bl_map_get(&b->logical, e->address);
	int64_t asset = bl_identity_asset(c, e->id);
	const bl_identity *id = asset >= 0 ? &c->identities[asset] : NULL;
	return id ? bl_map_get(&b->named, named_key(c->arena, id->type, id->last)) : NULL;
}

/* Between roots that have the same names, settings decide: from -1 to 1. */
static double likeness_of(const bl_claims *c, uint32_t code, uint32_t asset)
{
	bl_likeness l = bl_settings_compare(c, code, asset);
	if (!bl_identity_types_fit(c, code, asset))
		return -3;
	return l.equal + l.different ? ((double)l.equal - l.different) / (l.equal + l.different) : 0;
}

static void score_binding(binder *b, const bl_binding *e, root_scores *scores)
{
	const bl_node_list *list = nodes_of(b, e);
	bl_claims *c = b->claims;
	for (size_t i = 0; list && i < list->n; i++) {
		uint32_t root = c->identities[list->items[i]].root;
		root_score *score = NULL;
		for (size_t k = 0; k < scores->n && !score; k++)
			if (scores->items[k].root == root)
				score = &scores->items[k];
		if (!score) {
			score = bl_vec_add(c->arena, scores);
			score->root = root;
		}
		/* a name that differs speaks for another deployment of the same code */
		bl_tri fits = bl_identity_name_fits(c, list->items[i], e->id);
		score->score += fits == BL_YES ? 2 : fits == BL_MAYBE ? 1 : -1;
		int64_t asset = bl_identity_asset(c, e->id);
		if (asset >= 0)
			score->score += likeness_of(c, list->items[i], (uint32_t)asset);
	}
}

/* How many roots share the best score; their score goes to *best. */
static size_t best_roots(const root_scores *scores, double *best)
{
	size_t n = 0;
	*best = 0;
	for (size_t i = 0; i < scores->n; i++) {
		if (scores->items[i].score > *best) {
			*best = scores->items[i].score;
			n = 0;
		}
		n += scores->items[i].score == *best && *best > 0;
	}
	return n;
}

static double score_of(const root_scores *scores, uint32_t root)
{
	for (size_t i = 0; i < scores->n; i++)
		if (scores->items[i].root == root)
			return scores->items[i].score;
	return -1;
}

static bl_evidence_row row_of(const binder *b, const bl_binding *e, const bl_asset *a)
{
	switch (e->from) {
	case BL_FROM_STATE:
		return bl_map_get(&b->states, a->snapshot) && bl_coverage_shows(&b->coverage, a->type) && !b->coverage.partial ? BL_EVIDENCE_I1_STALE : BL_EVIDENCE_I1;
	case BL_FROM_PLAN:
		return BL_EVIDENCE_I2;
	case BL_FROM_STACK:
		return BL_EVIDENCE_I4;
	case BL_FROM_DEPLOYMENT:
		return BL_EVIDENCE_I3;
	}
	return BL_EVIDENCE_I3;
}

static bl_str why_of(const binder *b, const bl_binding *e, bl_evidence_row row, size_t tied)
{
	bl_arena *keep = bl_graph_arena(b->claims->graph);
	const char *doubt = tied > 1 ? "; several configurations fit it" : "";
	switch (e->from) {
	case BL_FROM_STATE:
		return bl_str_fmt(keep, "the state '" BL_FMT "' gives " BL_FMT " this id%s%s", BL_ARG(e->file), BL_ARG(e->address),
			row == BL_EVIDENCE_I1_STALE ? "; the snapshot does not show it" : "",
			tied > 1 ? "; several configurations fit the state" : "");
	case BL_FROM_PLAN:
		return bl_str_fmt(keep, "the plan '" BL_FMT "' gives " BL_FMT " this id%s", BL_ARG(e->file), BL_ARG(e->address), doubt);
	case BL_FROM_STACK:
		return bl_str_fmt(keep, "the stack '" BL_FMT "' has it as '" BL_FMT "'%s", BL_ARG(e->owner),
			BL_ARG(e->address.n ? e->address : e->id), doubt);
	case BL_FROM_DEPLOYMENT:
		break;
	}
	return bl_str_fmt(keep, "the deployment '" BL_FMT "' made it, and type and name are the code's%s", BL_ARG(e->owner), doubt);
}

/* Several roots may fit an owner as well: then it says that much less of each. */
static void claim_binding(binder *b, const bl_binding *e, const root_scores *scores)
{
	bl_claims *c = b->claims;
	double best;
	size_t tied = best_roots(scores, &best);
	int64_t asset = bl_identity_asset(c, e->id);
	const bl_node_list *list = nodes_of(b, e);
	if (asset < 0 || !list || !tied)
		return;
	bl_evidence_row row = row_of(b, e, bl_claims_asset(c, (uint32_t)asset));
	bl_str why = why_of(b, e, row, tied);
	for (size_t i = 0; i < list->n; i++) {
		if (score_of(scores, c->identities[list->items[i]].root) != best ||
			!bl_identity_types_fit(c, list->items[i], (uint32_t)asset))
			continue;
		/* an association's id is made of the ids it joins: it is not the asset */
		const bl_resource *r = bl_claims_resource(c, list->items[i]);
		if (bl_str_find(r->native_type, BL_STR("_association"), 0) >= 0)
			continue;
		bl_claims_add(c, list->items[i], (uint32_t)asset, row, bl_evidence_weight(row) / (double)tied, why);
	}
}

/* What a deployment made whose name the code does not know: the root is called as the deployment, and one block of it has the asset's type. */
static void claim_by_owner(binder *b, const owner *o)
{
	bl_claims *c = b->claims;
	bl_str name = o->bindings.items[0]->owner;
	for (uint32_t root = 0; root < c->nroots; root++) {
		const bl_root *r = c->roots[root];
		bl_pairs of_type = {0};
		if ((r->language != BL_LANG_BICEP && r->language != BL_LANG_ARM) || !bl_str_eqi(bl_names_of_root(r), name))
			continue;
		for (size_t i = 0; i < c->code.n; i++) {
			const bl_identity *id = &c->identities[c->code.items[i]];
			if (id->root != root || !id->type || id->name.n)
				continue;
			uint32_t *slot = bl_pairs_slot_of(c->arena, &of_type, id->type, 0);
			*slot = *slot ? UINT32_MAX : c->code.items[i] + 1;
		}
		for (size_t i = 0; i < o->bindings.n; i++) {
			int64_t asset = bl_identity_asset(c, o->bindings.items[i]->id);
			uint32_t node = asset >= 0 ? bl_pairs_get(&of_type, c->identities[asset].type, 0, UINT32_MAX) : UINT32_MAX;
			if (node < c->nodes)
				bl_claims_add(c, node, (uint32_t)asset, BL_EVIDENCE_I3_NAME, bl_evidence_weight(BL_EVIDENCE_I3_NAME),
					bl_str_fmt(bl_graph_arena(c->graph), "the deployment '" BL_FMT "', called as the template, made it",
						BL_ARG(name)));
		}
	}
}

static void claim_owner(binder *b, const owner *o)
{
	root_scores scores = {0};
	for (size_t i = 0; i < o->bindings.n; i++)
		score_binding(b, o->bindings.items[i], &scores);
	for (size_t i = 0; i < scores.n; i++)
		scores.items[i].score += CALLED_ALIKE * bl_names_after_root(b->claims->roots[scores.items[i].root], o->bindings.items[0]->owner);
	for (size_t i = 0; i < o->bindings.n; i++)
		claim_binding(b, o->bindings.items[i], &scores);
	if (o->bindings.items[0]->from == BL_FROM_DEPLOYMENT && o->bindings.items[0]->owner.n)
		claim_by_owner(b, o);
}

static void claim_snapshot(binder *b, const bl_snapshot *snapshot)
{
	bl_claims *c = b->claims;
	bl_map owners = {0};
	for (size_t i = 0; i < snapshot->bindings.n; i++) {
		const bl_binding *e = &snapshot->bindings.items[i];
		bl_str key = bl_str_fmt(c->arena, "%d:" BL_FMT ":" BL_FMT, (int)e->from, BL_ARG(e->scope), BL_ARG(e->owner));
		owner *o = bl_map_get(&owners, key);
		if (!o) {
			o = bl_new(c->arena, owner);
			o->snapshot = snapshot;
			bl_map_put(c->arena, &owners, key, o);
		}
		bl_vec_push(c->arena, &o->bindings, e);
	}
	for (size_t i = 0; i < owners.n; i++)
		claim_owner(b, owners.entries[i].value);
}

/* aws:cloudformation:* tags say of an asset what a stack's list of resources says. */
static void claim_stack_tags(binder *b)
{
	bl_claims *c = b->claims;
	bl_map owners = {0};
	for (size_t i = 0; b->logical.n && i < c->assets.n; i++) {
		const bl_asset *a = bl_claims_asset(c, c->assets.items[i]);
		const bl_value *tags = bl_identity_tags(c, c->assets.items[i]);
		bl_str logical = bl_identity_tag(tags, BL_STR("aws:cloudformation:logical-id"));
		bl_str stack = logical.n ? bl_identity_tag(tags, BL_STR("aws:cloudformation:stack-name")) : BL_STR("");
		if (!stack.n)
			continue;
		bl_binding *e = bl_new(c->arena, bl_binding);
		*e = (bl_binding){.from = BL_FROM_STACK, .address = logical, .type = a->type, .id = a->id, .owner = stack,
			.scope = a->scope, .file = a->snapshot};
		bl_str key = bl_str_fmt(c->arena, "%u:" BL_FMT, c->identities[c->assets.items[i]].scope, BL_ARG(stack));
		owner *o = bl_map_get(&owners, key);
		if (!o) {
			o = bl_new(c->arena, owner);
			bl_map_put(c->arena, &owners, key, o);
		}
		bl_vec_push(c->arena, &o->bindings, e);
	}
	for (size_t i = 0; i < owners.n; i++)
		claim_owner(b, owners.entries[i].value);
}

void bl_match_bindings(bl_claims *c)
{
	binder b = {.claims = c};
	bl_coverage_fill(c->arena, c->input, &b.coverage);
	for (size_t i = 0; i < c->input->nsnapshots; i++)
		if (bl_str_starts(c->input->snapshots[i]->format, BL_STR("terraform-")))
			bl_map_put(c->arena, &b.states, c->input->snapshots[i]->file, (void *)1);
	index_code(&b);
	for (size_t i = 0; i < c->input->nsnapshots; i++)
		claim_snapshot(&b, c->input->snapshots[i]);
	claim_stack_tags(&b);
}

/*
 * I11 and N2: a configuration is deployed as a whole. fit.c says how well each root fits each scope (a resource group, a subscription, an account's region, a
 * project), placement.c which root is where; here is what lies where, and what its place says of a pair.
 */
#include "mapping/scopes.h"

#include "mapping/fit.h"
#include "mapping/names.h"
#include "mapping/placement.h"

#include "core/reason/azure_id.h"
#include "core/reason/cloud_id.h"

#include <stdlib.h>

#define KNOWN 0.9 /* of what tells a pair without its scope */

typedef struct scope_run {
	bl_claims *claims;
	bl_scopes *scopes;
	bl_fit_run fit;
	bl_root_fits *roots;
} scope_run;

static int by_scope(const void *a, const void *b)
{
	const bl_scope_asset *x = a, *y = b;
	if (x->scope != y->scope)
		return x->scope < y->scope ? -1 : 1;
	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return (x->node > y->node) - (x->node < y->node);
}

/* ---- what is where ---- */

/* Whose type it is, by its name. */
static bl_cloud cloud_of(bl_str type)
{
	if (bl_str_starts(type, BL_STR("AWS::")))
		return BL_CLOUD_AWS;
	if (bl_str_startsi(type, BL_STR("Microsoft.")))
		return BL_CLOUD_AZURE;
	return bl_str_starts(type, BL_STR("kubernetes/")) ? BL_CLOUD_KUBERNETES : BL_CLOUD_GOOGLE;
}

/* The assets by scope and type. Returns how many kinds of things all scopes have together. */
static size_t index_assets(scope_run *s)
{
	bl_claims *c = s->claims;
	size_t n = 0, kinds = 0;
	bl_keyed *keyed = bl_new_n(c->arena, bl_keyed, c->assets.n * 2 + 1);
	for (size_t i = 0; i < c->assets.n; i++) {
		const bl_identity *id = &c->identities[c->assets.items[i]];
		uint32_t scopes[] = {id->scope, id->outer == id->scope ? 0 : id->outer};
		for (int k = 0; k < 2; k++) {
			if (!scopes[k])
				continue;
			keyed[n++] = (bl_keyed){(uint64_t)scopes[k] << 32 | id->type, c->assets.items[i]};
			s->scopes->clouds[scopes[k]] = s->scopes->cloud_of_type[id->type];
		}
		if (scopes[1])
			s->scopes->outer[scopes[0]] = scopes[1];
	}
	bl_sort_keyed(keyed, n);
	s->scopes->assets = bl_new_n(c->arena, bl_scope_asset, n + 1);
	s->scopes->n = n;
	for (size_t i = 0; i < n; i++) {
		s->scopes->assets[i] = (bl_scope_asset){(uint32_t)(keyed[i].key >> 32), (uint32_t)keyed[i].key, keyed[i].value};
		kinds += !i || keyed[i].key != keyed[i - 1].key;
	}
	return kinds;
}

static void index_scopes(scope_run *s)
{
	bl_claims *c = s->claims;
	size_t most = index_assets(s) + c->names->names.n * 2, n = 0, kept = 0;
	const bl_scope_asset *assets = s->scopes->assets;
	bl_keyed *postings = bl_new_n(c->arena, bl_keyed, most + 1);
	for (size_t i = 0; i < s->scopes->n; i++)
		if (!i || assets[i].scope != assets[i - 1].scope || assets[i].type != assets[i - 1].type)
			postings[n++] = (bl_keyed){bl_fit_kind_key(assets[i].type), assets[i].scope};
	for (size_t i = 0; i < c->names->names.n; i++) {
		const bl_names_name *name = &c->names->names.items[i];
		const bl_identity *id = &c->identities[name->node];
		uint64_t key = bl_fit_name_key(name->type, name->name);
		if (id->scope)
			postings[n++] = (bl_keyed){key, id->scope};
		if (id->outer && id->outer != id->scope)
			postings[n++] = (bl_keyed){key, id->outer};
	}
	bl_sort_keyed(postings, n);
	for (size_t i = 0; i < n; i++)
		if (!i || postings[i].key != postings[i - 1].key || postings[i].value != postings[i - 1].value)
			postings[kept++] = postings[i];
	s->fit.postings = postings;
	s->fit.npostings = kept;
}

static size_t first_asset(const bl_scopes *scopes, bl_scope_asset want)
{
	size_t lo = 0, hi = scopes->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (by_scope(&scopes->assets[mid], &want) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

size_t bl_scopes_assets(const bl_scopes *scopes, uint32_t scope, uint32_t type, const bl_scope_asset **out)
{
	size_t lo = first_asset(scopes, (bl_scope_asset){scope, type, 0});
	size_t end = first_asset(scopes, type ? (bl_scope_asset){scope, type + 1, 0} : (bl_scope_asset){scope + 1, 0, 0});
	*out = scopes->assets + lo;
	return end - lo;
}

/* ---- what is known already ---- */

static int by_known(const void *a, const void *b)
{
	const bl_fit_known *x = a, *y = b;
	if (x->root != y->root)
		return x->root < y->root ? -1 : 1;
	return (x->scope > y->scope) - (x->scope < y->scope);
}

/* Do states, deployments or tags tell that the pair is one? Names are weighed as what the root has. */
static bool is_told(const bl_claim *claim)
{
	static const char *const ids[] = {"I1", "I2", "I3", "I4", "I5", "I8"};
	for (size_t k = 0; k < sizeof ids / sizeof *ids; k++)
		if (bl_claims_weight(claim, ids[k]) >= KNOWN)
			return true;
	return false;
}

/* They say where a root is, whatever it calls things. */
static void count_known(scope_run *s)
{
	bl_claims *c = s->claims;
	BL_VEC(bl_fit_known) known = {0};
	size_t kept = 0;
	for (size_t i = 0; i < c->all.n; i++) {
		const bl_identity *asset = &c->identities[c->all.items[i].asset];
		uint32_t root = c->identities[c->all.items[i].code].root;
		if (!asset->scope || !is_told(&c->all.items[i]))
			continue;
		bl_vec_push(c->arena, &known, ((bl_fit_known){root, asset->scope, 1}));
		if (asset->outer != asset->scope)
			bl_vec_push(c->arena, &known, ((bl_fit_known){root, asset->outer, 1}));
	}
	if (known.n)
		qsort(known.items, known.n, sizeof *known.items, by_known);
	for (size_t i = 0; i < known.n; i++) {
		if (kept && by_known(&known.items[kept - 1], &known.items[i]) == 0)
			known.items[kept - 1].pairs++;
		else
			known.items[kept++] = known.items[i];
	}
	for (size_t i = 0, k; i < kept; i = k) {
		for (k = i + 1; k < kept && known.items[k].root == known.items[i].root; k++)
			;
		s->roots[known.items[i].root].known = known.items + i;
		s->roots[known.items[i].root].nknown = k - i;
	}
}

bool bl_scopes_nested(const bl_scopes *scopes, uint32_t a, uint32_t b)
{
	return a == b || scopes->outer[a] == b || scopes->outer[b] == a;
}

const bl_scope_fit *bl_scopes_fit(const bl_claims *c, uint32_t root, uint32_t asset)
{
	const bl_identity *id = &c->identities[asset];
	const bl_scope_fit *fits = c->scopes->of_root[root];
	for (size_t i = 0; i < BL_SCOPES_EACH && fits[i].scope; i++)
		/* an account's own things (a role) belong to all of its regions */
		if (fits[i].scope == id->scope || fits[i].scope == id->outer || c->scopes->outer[fits[i].scope] == id->scope)
			return &fits[i];
	return NULL;
}

bool bl_scopes_holds(const bl_claims *c, uint32_t root, uint32_t asset)
{
	const bl_scope_fit *fit = bl_scopes_fit(c, root, asset);
	return fit && fit->lead >= BL_SCOPES_LEAD;
}

/* Names that are everywhere are looked up where the rest of their configuration is. */
static void claim_common(bl_claims *c)
{
	for (size_t i = 0; i < c->names->common.n; i++) {
		uint32_t code = c->names->common.items[i], found[BL_NAMES_MANY];
		const bl_identity *id = &c->identities[code];
		const bl_scope_fit *fits = c->scopes->of_root[id->root];
		for (size_t k = 0; k < BL_SCOPES_EACH && fits[k].scope; k++) {
			size_t n = bl_names_find(c->names, id->type, id->last, BL_NAMES_OWN, fits[k].scope, c, found, BL_NAMES_MANY);
			for (size_t m = 0; m < n && n <= BL_NAMES_MANY; m++)
				bl_names_claim(c, code, found[m]);
		}
	}
}

bl_evidence_row bl_scopes_row(const bl_scope_fit *fit)
{
	if (2 * fit->found < fit->of)
		return fit->lead >= BL_SCOPES_SURE ? BL_EVIDENCE_I11 : BL_EVIDENCE_I11_WEAK;
	return fit->lead >= BL_SCOPES_SURE ? BL_EVIDENCE_I11_SURE : fit->lead >= BL_SCOPES_LEAD ? BL_EVIDENCE_I11 : BL_EVIDENCE_I11_WEAK;
}

/* Does code say itself where the thing lies, and is it there, or does the asset name the block? */
static bool knows_scope(const bl_claim *claim)
{
	double enough = bl_evidence_weight(BL_EVIDENCE_I6_GROUP);
	return bl_claims_weight(claim, "I5") >= enough || bl_claims_weight(claim, "I6") >= enough || bl_claims_weight(claim, "I8") >= enough;
}

/* Does the asset lie in a scope as configurations do? Folders, management groups and what is set on them don't. */
static bool in_some_scope(const bl_claims *c, uint32_t asset)
{
	bl_str id = bl_claims_asset(c, asset)->id;
	bl_azure_id azure;
	bl_google_name google;
	if (!c->identities[asset].scope)
		return false;
	if (bl_azure_id_parse(c->arena, id, &azure))
		return azure.subscription.n;
	return !bl_google_name_parse(id, &google) || google.project.n;
}

static void weigh(bl_claims *c, const bl_claim *claim)
{
	if (!claim->named && bl_names_deployed(c, claim->code, claim->asset) == BL_YES)
		bl_claims_add(c, claim->code, claim->asset, BL_EVIDENCE_I9, bl_evidence_weight(BL_EVIDENCE_I9),
			bl_str_of(bl_evidence_meaning(BL_EVIDENCE_I9)));
	uint32_t root = c->identities[claim->code].root;
	const bl_scope_fit *fit = bl_scopes_fit(c, root, claim->asset);
	bl_evidence_row row = BL_EVIDENCE_N2;
	if (fit)
		row = bl_scopes_row(fit);
	else if (!in_some_scope(c, claim->asset) || knows_scope(claim) || !c->scopes->of_root[root][0].scope ||
		c->scopes->of_root[root][0].lead < BL_SCOPES_LEAD ||
		c->scopes->clouds[c->scopes->of_root[root][0].scope] != c->scopes->cloud_of_type[c->identities[claim->asset].type])
		return;
	bl_claims_add(c, claim->code, claim->asset, row, bl_evidence_weight(row),
		fit ? bl_str_fmt(bl_graph_arena(c->graph), "%u of %u names and kinds of the configuration are found in its scope", fit->found, fit->of)
		    : bl_str_of(bl_evidence_meaning(row)));
}

static int by_root(const void *a, const void *b, void *context)
{
	const bl_claims *c = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	if (c->identities[x].root != c->identities[y].root)
		return c->identities[x].root < c->identities[y].root ? -1 : 1;
	return (x > y) - (x < y);
}

static int by_type(const void *a, const void *b, void *context)
{
	const bl_claims *c = context;
	const bl_identity *x = &c->identities[*(const uint32_t *)a], *y = &c->identities[*(const uint32_t *)b];
	return x->type != y->type ? (x->type < y->type ? -1 : 1) : by_root(a, b, context);
}

/* Returns the room that the keys of any root take. */
static size_t fit_roots(scope_run *s)
{
	bl_claims *c = s->claims;
	uint32_t *code = bl_new_n(c->arena, uint32_t, c->code.n + 1);
	size_t most = 0;
	memcpy(code, c->code.items, c->code.n * sizeof *code);
	bl_sort_numbers(code, c->code.n, by_root, c);
	for (size_t i = 0, k; i < c->code.n; i = k) {
		bl_root_fits *root = &s->roots[c->identities[code[i]].root];
		for (k = i + 1; k < c->code.n && c->identities[code[k]].root == c->identities[code[i]].root; k++)
			;
		bl_sort_numbers(code + i, k - i, by_type, c);
		root->code = code + i;
		root->ncode = k - i;
		most = k - i > most ? k - i : most;
	}
	most = 2 * most + 1;
	s->fit.keys = bl_new_n(c->arena, bl_root_key, most);
	for (uint32_t i = 0; i < c->nroots; i++)
		bl_fit_root(&s->fit, &s->roots[i]);
	return most;
}

void bl_match_scopes(bl_claims *c)
{
	bl_scopes *scopes = c->scopes = bl_new(c->arena, bl_scopes);
	scope_run s = {.claims = c, .scopes = scopes, .fit = {.claims = c, .scopes = scopes}};
	scopes->of_root = (bl_scope_fit(*)[BL_SCOPES_EACH])bl_new_n(c->arena, bl_scope_fit, (c->nroots + 1) * BL_SCOPES_EACH);
	scopes->outer = bl_new_n(c->arena, uint32_t, c->nscopes + 1);
	scopes->clouds = bl_new_n(c->arena, bl_cloud, c->nscopes + 1);
	scopes->cloud_of_type = bl_new_n(c->arena, bl_cloud, c->ntypes + 1);
	for (uint32_t i = 1; i < c->ntypes; i++)
		scopes->cloud_of_type[i] = cloud_of(c->types[i]);
	s.roots = bl_new_n(c->arena, bl_root_fits, c->nroots + 1);
	s.fit.sums = bl_new_n(c->arena, double, c->nscopes + 1);
	index_scopes(&s);
	count_known(&s);
	bl_placement_choose(&s.fit, s.roots, fit_roots(&s));
	claim_common(c);
	for (size_t i = 0, n = c->all.n; i < n; i++)
		if (bl_claims_confidence(&c->all.items[i]) < 0.95)
			weigh(c, &c->all.items[i]);
}

/*
 * I11 and N2: a configuration is deployed as a whole. For each root and scope (a resource group, a subscription, an account's region, a project) it is
 * worked out how much likelier what is seen there would be if the root were deployed there than if it were not: a name that the root has and that few
 * scopes have speaks for it, a name that is not there against it, a kind of thing less than a name. The sum is in nats. A scope that another
 * root explains much better is out of the running.
 */
#include "mapping/scopes.h"

#include "mapping/names.h"

#include <math.h>
#include <stdlib.h>

enum {
	MAX_KEYS = 256,       /* of one root, the rarest first */
	MAX_POSTINGS = 512,   /* scopes of a key that is looked at for candidates */
	MAX_CANDIDATES = 16,  /* scopes of one root that are weighed */
	MAX_TYPES = 64,       /* of one scope that are looked at */
	MAX_ASSETS = 256,     /* of one type and scope that a pattern is tried on */
};

#define NAME_MISS -1.6
#define KIND_MISS -1.2
#define EXTRA_KIND -0.25
#define MOST_FOR_A_NAME 6.0
#define MOST_FOR_A_KIND 3.0
#define ENOUGH 1.5 /* for a scope to be thought of at all */
#define TAKEN 2.0  /* by so much another root fits a scope better */

typedef struct posting {
	uint64_t key;
	uint32_t scope;
} posting;

/* Something a root has: a name or a kind. */
typedef struct root_key {
	uint64_t key;
	uint32_t lo, hi; /* postings */
	uint32_t type;
	const bl_value *pattern; /* a name known in part, for a kind */
	bool name;
} root_key;

typedef struct candidate {
	uint32_t scope;
	double fit;
	uint32_t found;
} candidate;

typedef struct root_fits {
	candidate best[MAX_CANDIDATES];
	size_t n;
	uint32_t keys;
} root_fits;

typedef struct scope_run {
	bl_claims *claims;
	bl_scopes *scopes;
	posting *postings;
	size_t npostings;
	root_fits *roots;
	uint32_t *outer;       /* by scope: what holds it, or 0 */
	double *first, *second; /* by scope: how well the best roots fit */
	uint32_t *best_root;    /* plus one */
	uint32_t nscopes;
	double *sums;          /* by scope, for one root */
	BL_VEC(uint32_t) touched;
} scope_run;

static uint64_t name_key(uint32_t type, bl_str name)
{
	return (bl_str_hashi(name) ^ ((uint64_t)type << 40)) | 1;
}

static uint64_t type_key(uint32_t type)
{
	return (uint64_t)type << 1;
}

static int by_posting(const void *a, const void *b)
{
	const posting *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->scope > y->scope) - (x->scope < y->scope);
}

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

static void index_scopes(scope_run *s)
{
	bl_claims *c = s->claims;
	size_t most = c->assets.n * 2 + c->names->names.n * 2, n = 0;
	s->postings = bl_new_n(c->arena, posting, most + 1);
	s->scopes->assets = bl_new_n(c->arena, bl_scope_asset, c->assets.n * 2 + 1);
	for (size_t i = 0; i < c->assets.n; i++) {
		const bl_identity *id = &c->identities[c->assets.items[i]];
		uint32_t scopes[] = {id->scope, id->outer == id->scope ? 0 : id->outer};
		for (int k = 0; k < 2; k++) {
			if (!scopes[k])
				continue;
			s->scopes->assets[s->scopes->n++] = (bl_scope_asset){scopes[k], id->type, c->assets.items[i]};
			s->postings[n++] = (posting){type_key(id->type), scopes[k]};
		}
		if (scopes[1])
			s->outer[scopes[0]] = scopes[1];
	}
	for (size_t i = 0; i < c->names->names.n; i++) {
		const bl_names_name *name = &c->names->names.items[i];
		const bl_identity *id = &c->identities[name->node];
		if (id->scope)
			s->postings[n++] = (posting){name_key(name->type, name->name), id->scope};
		if (id->outer && id->outer != id->scope)
			s->postings[n++] = (posting){name_key(name->type, name->name), id->outer};
	}
	qsort(s->postings, n, sizeof *s->postings, by_posting);
	for (size_t i = 0; i < n; i++)
		if (!i || by_posting(&s->postings[i], &s->postings[i - 1]))
			s->postings[s->npostings++] = s->postings[i];
	qsort(s->scopes->assets, s->scopes->n, sizeof *s->scopes->assets, by_scope);
}

static uint32_t lower_bound(const posting *p, uint32_t lo, uint32_t hi, posting want)
{
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (by_posting(&p[mid], &want) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool is_in(const scope_run *s, const root_key *k, uint32_t scope)
{
	uint32_t at = lower_bound(s->postings, k->lo, k->hi, (posting){k->key, scope});
	return at < k->hi && s->postings[at].scope == scope;
}

size_t bl_scopes_assets(const bl_scopes *scopes, uint32_t scope, uint32_t type, const bl_scope_asset **out)
{
	size_t lo = 0, hi = scopes->n, end;
	bl_scope_asset want = {scope, type, 0};
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (by_scope(&scopes->assets[mid], &want) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (end = lo; end < scopes->n && scopes->assets[end].scope == scope && (!type || scopes->assets[end].type == type); end++)
		;
	*out = scopes->assets + lo;
	return end - lo;
}

/* ---- how well a root fits ---- */

static int by_rarity(const void *a, const void *b)
{
	const root_key *x = a, *y = b;
	uint32_t n = x->hi - x->lo, m = y->hi - y->lo;
	if (n != m)
		return n < m ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

static int by_key(const void *a, const void *b)
{
	const root_key *x = a, *y = b;
	return x->key < y->key ? -1 : x->key > y->key;
}

/* The names and kinds of one root, each once. A kind nothing of which is shown anywhere tells nothing. */
static size_t keys_of(scope_run *s, const uint32_t *code, size_t ncode, root_key *keys)
{
	const bl_claims *c = s->claims;
	size_t n = 0, kept = 0;
	for (size_t i = 0; i < ncode; i++) {
		const bl_identity *id = &c->identities[code[i]];
		const bl_value *name = c->identities[code[i]].says;
		if (!id->type)
			continue;
		keys[n++] = (root_key){.key = type_key(id->type), .type = id->type, .pattern = bl_value_is(name, BL_UNKNOWN) ? name : NULL};
		bl_str own = id->last.n ? id->last : bl_identity_tag(bl_identity_tags(c, code[i]), "Name");
		if (!own.n && bl_claims_resource(c, code[i])->language == BL_LANG_CLOUDFORMATION)
			own = bl_claims_resource(c, code[i])->label;
		if (own.n)
			keys[n++] = (root_key){.key = name_key(id->type, own), .type = id->type, .name = true};
	}
	qsort(keys, n, sizeof *keys, by_key);
	for (size_t i = 0; i < n; i++) {
		if (kept && keys[kept - 1].key == keys[i].key) {
			if (!keys[kept - 1].pattern)
				keys[kept - 1].pattern = keys[i].pattern;
			continue;
		}
		keys[i].lo = lower_bound(s->postings, 0, (uint32_t)s->npostings, (posting){keys[i].key, 0});
		keys[i].hi = lower_bound(s->postings, keys[i].lo, (uint32_t)s->npostings, (posting){keys[i].key, UINT32_MAX});
		if (keys[i].hi > keys[i].lo || keys[i].name)
			keys[kept++] = keys[i];
	}
	qsort(keys, kept, sizeof *keys, by_rarity);
	return kept > MAX_KEYS ? MAX_KEYS : kept;
}

/* What a key that few scopes have is worth where it is found. */
static double gain_of(const scope_run *s, const root_key *k, double most)
{
	double g = log(0.95 * s->nscopes / (double)(k->hi - k->lo));
	return g < 0 ? 0 : g > most ? most : g;
}

static double pattern_gain(const scope_run *s, const root_key *k, uint32_t scope)
{
	const bl_scope_asset *assets;
	const bl_unknown *u = k->pattern->unknown;
	size_t n = bl_scopes_assets(s->scopes, scope, k->type, &assets), known = u->prefix.n + u->suffix.n;
	if (known < 2)
		return 0;
	for (size_t i = 0; i < n && i < MAX_ASSETS; i++)
		if (bl_unknown_may_be(u, s->claims->identities[assets[i].node].last, true))
			return known > 6 ? 3 : (double)known / 2;
	return -1;
}

static double fit_of(const scope_run *s, const root_key *keys, size_t n, uint32_t scope, uint32_t *found)
{
	double fit = 0;
	*found = 0;
	for (size_t i = 0; i < n; i++) {
		const root_key *k = &keys[i];
		bool hit = is_in(s, k, scope);
		*found += hit;
		if (!hit) {
			fit += k->name ? NAME_MISS : KIND_MISS;
			continue;
		}
		fit += gain_of(s, k, k->name ? MOST_FOR_A_NAME : MOST_FOR_A_KIND);
		if (k->pattern)
			fit += pattern_gain(s, k, scope);
	}
	const bl_scope_asset *assets;
	size_t all = bl_scopes_assets(s->scopes, scope, 0, &assets), types = 0;
	for (size_t i = 0; i < all && types < MAX_TYPES; i++) {
		if (i && assets[i].type == assets[i - 1].type)
			continue;
		types++;
		bool own = false;
		for (size_t k = 0; k < n && !own; k++)
			own = keys[k].type == assets[i].type;
		fit += own ? 0 : EXTRA_KIND;
	}
	return fit;
}

/* The scopes that share the root's rarest keys. */
static size_t candidates_of(scope_run *s, const root_key *keys, size_t n, candidate *out)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		if (keys[i].hi - keys[i].lo > MAX_POSTINGS)
			break;
		double gain = gain_of(s, &keys[i], MOST_FOR_A_NAME);
		for (uint32_t k = keys[i].lo; k < keys[i].hi; k++) {
			uint32_t scope = s->postings[k].scope;
			if (s->sums[scope] == 0)
				bl_vec_push(s->claims->arena, &s->touched, scope);
			s->sums[scope] += gain + 0.01;
		}
	}
	for (size_t i = 0; i < s->touched.n; i++) {
		uint32_t scope = s->touched.items[i];
		double sum = s->sums[scope];
		size_t at = count;
		s->sums[scope] = 0;
		while (at && (sum > out[at - 1].fit || (sum == out[at - 1].fit && scope < out[at - 1].scope)))
			at--;
		if (at == MAX_CANDIDATES)
			continue;
		count += count < MAX_CANDIDATES;
		for (size_t k = count - 1; k > at; k--)
			out[k] = out[k - 1];
		out[at] = (candidate){scope, sum, 0};
	}
	s->touched.n = 0;
	return count;
}

static void rank(candidate *c, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		candidate one = c[i];
		size_t at = i;
		for (; at && (one.fit > c[at - 1].fit || (one.fit == c[at - 1].fit && one.scope < c[at - 1].scope)); at--)
			c[at] = c[at - 1];
		c[at] = one;
	}
}

static void fit_root(scope_run *s, uint32_t root, const uint32_t *code, size_t ncode)
{
	root_fits *r = &s->roots[root];
	root_key *keys = bl_xmalloc((2 * ncode + 1) * sizeof *keys);
	size_t n = keys_of(s, code, ncode, keys);
	r->keys = (uint32_t)n;
	r->n = candidates_of(s, keys, n, r->best);
	for (size_t i = 0; i < r->n; i++) {
		candidate *k = &r->best[i];
		k->fit = fit_of(s, keys, n, k->scope, &k->found);
		if (k->fit > s->first[k->scope]) {
			s->second[k->scope] = s->first[k->scope];
			s->first[k->scope] = k->fit;
			s->best_root[k->scope] = root + 1;
		} else if (k->fit > s->second[k->scope]) {
			s->second[k->scope] = k->fit;
		}
	}
	rank(r->best, r->n);
	free(keys);
}

/* ---- which scopes a root has ---- */

static bool nested(const scope_run *s, uint32_t a, uint32_t b)
{
	return a == b || s->outer[a] == b || s->outer[b] == a;
}

/* Does another root explain the scope so much better that this one is not there? */
static bool taken(const scope_run *s, uint32_t root, const candidate *k)
{
	return s->best_root[k->scope] != root + 1 && s->first[k->scope] - k->fit >= TAKEN;
}

/* The best scope that is not taken, and by how much it leads; of a scope and what holds it the smaller one, unless the larger fits better. */
static void choose(scope_run *s, uint32_t root)
{
	const root_fits *r = &s->roots[root];
	bl_scope_fit *out = s->scopes->of_root[root];
	const candidate *best = NULL;
	double next = 0;
	for (size_t i = 0; i < r->n; i++) {
		const candidate *k = &r->best[i];
		if (taken(s, root, k))
			continue;
		if (!best) {
			best = k;
		} else if (nested(s, best->scope, k->scope)) {
			if (s->outer[k->scope] == best->scope && best->fit - k->fit < 0.01)
				best = k;
		} else {
			next = k->fit > next ? k->fit : next;
			break;
		}
	}
	if (best && best->fit >= ENOUGH)
		out[0] = (bl_scope_fit){best->scope, best->fit - next, best->found, r->keys};
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
		return BL_EVIDENCE_I11_WEAK;
	return fit->lead >= BL_SCOPES_SURE ? BL_EVIDENCE_I11_SURE : fit->lead >= BL_SCOPES_LEAD ? BL_EVIDENCE_I11 : BL_EVIDENCE_I11_WEAK;
}

/* Does code say itself where the thing lies, and is it there? */
static bool knows_scope(const bl_claim *claim)
{
	for (size_t i = 0; i < claim->evidence.n; i++)
		if (strcmp(claim->evidence.items[i].id, "I6") == 0)
			return claim->evidence.items[i].weight >= bl_evidence_weight(BL_EVIDENCE_I6_GROUP);
	return false;
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
	else if (!c->identities[claim->asset].scope || knows_scope(claim) || !c->scopes->of_root[root][0].scope ||
		c->scopes->of_root[root][0].lead < BL_SCOPES_LEAD)
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

static void fit_roots(scope_run *s)
{
	bl_claims *c = s->claims;
	uint32_t *code = bl_new_n(c->arena, uint32_t, c->code.n + 1);
	memcpy(code, c->code.items, c->code.n * sizeof *code);
	if (c->code.n)
		qsort_r(code, c->code.n, sizeof *code, by_root, c);
	for (size_t i = 0, k; i < c->code.n; i = k) {
		uint32_t root = c->identities[code[i]].root;
		for (k = i + 1; k < c->code.n && c->identities[code[k]].root == root; k++)
			;
		fit_root(s, root, code + i, k - i);
	}
}

void bl_match_scopes(bl_claims *c)
{
	scope_run s = {.claims = c, .scopes = bl_new(c->arena, bl_scopes), .nscopes = c->nscopes};
	c->scopes = s.scopes;
	s.scopes->of_root = (bl_scope_fit(*)[BL_SCOPES_EACH])bl_new_n(c->arena, bl_scope_fit, (c->nroots + 1) * BL_SCOPES_EACH);
	s.roots = bl_new_n(c->arena, root_fits, c->nroots + 1);
	s.outer = s.scopes->outer = bl_new_n(c->arena, uint32_t, c->nscopes + 1);
	s.first = bl_new_n(c->arena, double, c->nscopes + 1);
	s.second = bl_new_n(c->arena, double, c->nscopes + 1);
	s.sums = bl_new_n(c->arena, double, c->nscopes + 1);
	s.best_root = bl_new_n(c->arena, uint32_t, c->nscopes + 1);
	index_scopes(&s);
	fit_roots(&s);
	for (uint32_t i = 0; i < c->nroots; i++)
		choose(&s, i);
	claim_common(c);
	for (size_t i = 0, n = c->all.n; i < n; i++)
		if (bl_claims_confidence(&c->all.items[i]) < 0.95)
			weigh(c, &c->all.items[i]);
}

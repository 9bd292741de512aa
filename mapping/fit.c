/*
 * A name that the root has and that few scopes have speaks for a scope, a name that is not there against it, a kind of thing less than a name. Where that leaves
 * several scopes, the settings of what is there are compared with code.
 */
#include "mapping/fit.h"

#include "mapping/names.h"
#include "mapping/settings.h"

#include <math.h>
#include <stdlib.h>

enum {
	MAX_KEYS = 256,     /* of one root, the rarest first */
	MAX_PATTERNS = 24,  /* of one root */
	MAX_POSTINGS = 512, /* scopes of a key that is looked at for candidates */
	MAX_TYPES = 64,     /* of one scope that are looked at */
	MAX_ASSETS = 256,   /* of one type and scope that a pattern is tried on */
	MAX_EACH = 24,      /* blocks or assets of one type that are compared by settings */
	MAX_EQUAL = 6,      /* settings of one pair that count */
	MAX_DIFFERENT = 2, /* what drifted alone must not decide */
};

#define NAME_MISS -1.6
#define KIND_MISS -1.2
#define MAYBE_MISS -0.3 /* of a kind that there may be none of */
#define COUNT_MISS -0.5 /* for each that is one too few */
#define EXTRA_KIND -0.25
#define EXTRA_ASSET -0.1
#define MOST_MISSES 3.0
#define MOST_EXTRA 1.0
#define MOST_FOR_A_NAME 6.0
#define MOST_FOR_A_KIND 3.0
#define PATTERN_MISS -1.0
#define MOST_FOR_A_PATTERN 3.0
#define CLOSE 6.0 /* scopes so near to the best are compared by settings */
#define EQUAL 0.15
#define DIFFERENT -0.5
#define OTHER_PLACE -1.5
#define CALLED_SO 4.0
#define SET_SO 6.0 /* what providers are set to */
#define SET_OTHERWISE -8.0
#define KNOWN_PAIR 3.0
#define MOST_FOR_KNOWN 12.0

uint64_t bl_fit_name_key(uint32_t type, bl_str name)
{
	return (bl_str_hashi(name) ^ ((uint64_t)type << 40)) | 1;
}

uint64_t bl_fit_kind_key(uint32_t type)
{
	return (uint64_t)type << 1;
}

static uint32_t lower_bound(const bl_fit_run *run, uint32_t lo, uint32_t hi, uint64_t key, uint32_t scope)
{
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const bl_keyed *p = &run->postings[mid];
		if (p->key < key || (p->key == key && p->value < scope))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool bl_fit_has(const bl_fit_run *run, const bl_root_key *k, uint32_t scope)
{
	uint32_t at = lower_bound(run, k->lo, k->hi, k->key, scope);
	return at < k->hi && run->postings[at].value == scope;
}

/* ---- what a root has ---- */

static int by_rarity(const void *a, const void *b)
{
	const bl_root_key *x = a, *y = b;
	uint32_t n = x->hi - x->lo, m = y->hi - y->lo;
	if (n != m)
		return n < m ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

static int by_key(const void *a, const void *b)
{
	const bl_root_key *x = a, *y = b;
	return x->key < y->key ? -1 : x->key > y->key;
}

/* What names a block for sure, or empty. */
static bl_str own_name(const bl_claims *c, uint32_t code)
{
	const bl_identity *id = &c->identities[code];
	bl_str own = id->last.n ? id->last : bl_identity_tag(bl_identity_tags(c, code), BL_STR("Name"));
	return own.n || bl_claims_resource(c, code)->language != BL_LANG_CLOUDFORMATION ? own : bl_claims_resource(c, code)->label;
}

static bool is_sure(const bl_claims *c, uint32_t code)
{
	return bl_claims_resource(c, code)->condition == BL_YES && !bl_claims_is_any_instance(c, code);
}

bool bl_fit_is_among(const bl_root_key *key, const bl_root_key *keys, size_t n)
{
	return n && bsearch(key, keys, n, sizeof *keys, by_key);
}

/* The names, kinds and patterns of one root, each once. A kind nothing of which is shown anywhere tells nothing. */
void bl_fit_take_keys(bl_fit_run *run, const bl_root_fits *root)
{
	const bl_claims *c = run->claims;
	bl_root_key *keys = run->keys;
	size_t n = 0, kept = 0, patterns = 0;
	for (size_t i = 0; i < root->ncode; i++) {
		const bl_identity *id = &c->identities[root->code[i]];
		if (!id->type)
			continue;
		keys[n++] = (bl_root_key){.key = bl_fit_kind_key(id->type), .type = id->type, .count = is_sure(c, root->code[i]),
			.any = bl_claims_is_any_instance(c, root->code[i])};
		bl_str own = own_name(c, root->code[i]);
		if (own.n)
			keys[n++] = (bl_root_key){.key = bl_fit_name_key(id->type, own), .type = id->type, .name = true};
		/* patterns that begin alike stay apart: their keys are numbered, and looked up nowhere */
		else if (bl_value_is(id->says, BL_UNKNOWN) && bl_names_known(id->says) >= 2 && patterns++ < MAX_PATTERNS)
			keys[n++] = (bl_root_key){.key = bl_fit_name_key(id->type, id->says->unknown->prefix) + 2 * patterns, .type = id->type, .pattern = id->says};
	}
	qsort(keys, n, sizeof *keys, by_key);
	for (size_t i = 0; i < n; i++) {
		if (kept && keys[kept - 1].key == keys[i].key) {
			keys[kept - 1].count += keys[i].count;
			keys[kept - 1].any = keys[kept - 1].any || keys[i].any;
			continue;
		}
		if (!keys[i].pattern) {
			keys[i].lo = lower_bound(run, 0, (uint32_t)run->npostings, keys[i].key, 0);
			keys[i].hi = lower_bound(run, keys[i].lo, (uint32_t)run->npostings, keys[i].key, UINT32_MAX);
		}
		if (keys[i].hi > keys[i].lo || keys[i].name || keys[i].pattern)
			keys[kept++] = keys[i];
	}
	qsort(keys, kept, sizeof *keys, by_rarity);
	run->nkeys = kept > MAX_KEYS ? MAX_KEYS : kept;
}

/* ---- how well it fits ---- */

/* What a key that few scopes have is worth where it is found. */
static double gain_of(const bl_fit_run *run, const bl_root_key *k)
{
	double g = log(0.95 * run->claims->nscopes / (double)(k->hi - k->lo)), most = k->name ? MOST_FOR_A_NAME : MOST_FOR_A_KIND;
	return g < 0 ? 0 : g > most ? most : g;
}

static double pattern_gain(const bl_fit_run *run, const bl_root_key *k, uint32_t scope)
{
	const bl_scope_asset *assets;
	size_t n = bl_scopes_assets(run->scopes, scope, k->type, &assets);
	double known = (double)bl_names_known(k->pattern) / 2;
	for (size_t i = 0; i < n && i < MAX_ASSETS; i++)
		if (bl_names_say(k->pattern, run->claims->identities[assets[i].node].last) != BL_NO)
			return known > MOST_FOR_A_PATTERN ? MOST_FOR_A_PATTERN : known;
	return PATTERN_MISS;
}

/* Do the numbers of a kind agree? */
static double count_gain(const bl_fit_run *run, const bl_root_key *k, uint32_t scope)
{
	const bl_scope_asset *assets;
	size_t n = bl_scopes_assets(run->scopes, scope, k->type, &assets);
	if (n > k->count && k->any)
		return 0;
	double more = n > k->count ? EXTRA_ASSET * (double)(n - k->count) : COUNT_MISS * (double)(k->count - n);
	double most = n > k->count ? MOST_EXTRA : MOST_MISSES;
	return more < -most ? -most : more;
}

/* What the root does not explain. */
static double extra_kinds(const bl_fit_run *run, uint32_t scope)
{
	const bl_scope_asset *assets;
	size_t all = bl_scopes_assets(run->scopes, scope, 0, &assets), types = 0;
	double fit = 0;
	for (size_t i = 0, n; i < all && types < MAX_TYPES; i += n, types++) {
		const bl_scope_asset *of_type;
		bool own = false;
		n = bl_scopes_assets(run->scopes, scope, assets[i].type, &of_type);
		for (size_t k = 0; k < run->nkeys && !own; k++)
			own = run->keys[k].type == assets[i].type;
		fit += own ? 0 : EXTRA_KIND;
	}
	return fit;
}

double bl_fit_beside(const bl_fit_run *run, uint32_t scope, const bl_root_key *but, size_t nbut, bool whole, bl_fit_seen *seen)
{
	double fit = extra_kinds(run, scope);
	*seen = (bl_fit_seen){0};
	for (size_t i = 0; i < run->nkeys; i++) {
		const bl_root_key *k = &run->keys[i];
		if (run->scopes->cloud_of_type[k->type] != run->scopes->clouds[scope] || bl_fit_is_among(k, but, nbut))
			continue;
		if (k->pattern) {
			double gain = pattern_gain(run, k, scope);
			fit += whole || gain > 0 ? gain : 0;
			continue;
		}
		bool hit = bl_fit_has(run, k, scope);
		seen->found += hit;
		seen->of += hit || k->name || k->count;
		if (hit)
			fit += gain_of(run, k) + (k->name || !whole ? 0 : count_gain(run, k, scope));
		else if (whole)
			fit += k->name ? NAME_MISS : k->count ? KIND_MISS : MAYBE_MISS;
	}
	return fit;
}

size_t bl_fit_keys_in(const bl_fit_run *run, uint32_t scope, bl_root_key *out)
{
	size_t n = 0;
	for (size_t i = 0; i < run->nkeys; i++)
		if (!run->keys[i].pattern && bl_fit_has(run, &run->keys[i], scope))
			out[n++] = run->keys[i];
	qsort(out, n, sizeof *out, by_key);
	return n;
}

/* ---- settings ---- */

static double pair_gain(const bl_claims *c, uint32_t code, uint32_t asset)
{
	bl_likeness l = bl_settings_compare(c, code, asset);
	double gain = EQUAL * (l.equal < MAX_EQUAL ? l.equal : MAX_EQUAL) + DIFFERENT * (l.different < MAX_DIFFERENT ? l.different : MAX_DIFFERENT);
	if (bl_identity_elsewhere(c, code, asset))
		gain += OTHER_PLACE;
	return gain;
}

/* Is there the same name before it? Manifests are repeated, and assets are not. */
static bool is_repeated(const bl_claims *c, const uint32_t *code, size_t i)
{
	bl_str own = c->identities[code[i]].last;
	size_t k = 0;
	while (own.n && k < i && !bl_str_eqi(c->identities[code[k]].last, own))
		k++;
	return own.n && k < i;
}

/* Blocks of one type take the assets that are most like them, one after the other. */
static double settings_of_kind(const bl_fit_run *run, const uint32_t *code, size_t ncode, uint32_t scope)
{
	const bl_claims *c = run->claims;
	const bl_scope_asset *assets;
	size_t n = bl_scopes_assets(run->scopes, scope, c->identities[code[0]].type, &assets);
	bool taken[MAX_EACH] = {false};
	double fit = 0;
	if (n > MAX_EACH || ncode > MAX_EACH)
		return 0;
	for (size_t i = 0; i < ncode; i++) {
		double best = 0, gain_of_best = 0;
		size_t at = n;
		if (is_repeated(c, code, i))
			continue;
		for (size_t k = 0; k < n; k++) {
			if (taken[k])
				continue;
			bl_tri called = bl_names_fit(c, code[i], assets[k].node);
			double gain = pair_gain(c, code[i], assets[k].node);
			double all = gain + (called == BL_YES ? MOST_FOR_A_NAME : called == BL_NO ? NAME_MISS : 0);
			if (at == n || all > best) {
				best = all;
				gain_of_best = gain;
				at = k;
			}
		}
		if (at < n)
			taken[at] = true;
		fit += gain_of_best;
	}
	return fit;
}

static double settings_gain(const bl_fit_run *run, const bl_root_fits *root, uint32_t scope)
{
	const bl_claims *c = run->claims;
	double fit = 0;
	for (size_t i = 0, k; i < root->ncode; i = k) {
		uint32_t type = c->identities[root->code[i]].type;
		for (k = i + 1; k < root->ncode && c->identities[root->code[k]].type == type; k++)
			;
		if (type)
			fit += settings_of_kind(run, root->code + i, k - i, scope);
	}
	return fit;
}

/* ---- candidates ---- */

static void add_sum(bl_fit_run *run, uint32_t scope, double gain)
{
	if (run->sums[scope] == 0)
		bl_vec_push(run->claims->arena, &run->touched, scope);
	run->sums[scope] += gain + 0.01;
}

static double known_gain(const bl_fit_known *known)
{
	double gain = KNOWN_PAIR * known->pairs;
	return gain > MOST_FOR_KNOWN ? MOST_FOR_KNOWN : gain;
}

static double known_in(const bl_root_fits *root, uint32_t scope)
{
	for (size_t i = 0; i < root->nknown; i++)
		if (root->known[i].scope == scope)
			return known_gain(&root->known[i]);
	return 0;
}

/* The scopes that share the root's rarest keys. */
static size_t candidates_of(bl_fit_run *run, const bl_root_fits *root, bl_fit_candidate *out)
{
	size_t count = 0;
	for (size_t i = 0; i < root->nknown; i++)
		add_sum(run, root->known[i].scope, known_gain(&root->known[i]));
	for (size_t i = 0; i < run->nkeys; i++) {
		const bl_root_key *key = &run->keys[i];
		if (key->hi - key->lo > MAX_POSTINGS)
			break;
		double gain = key->pattern ? 0 : gain_of(run, key);
		for (uint32_t k = key->lo; k < key->hi; k++)
			add_sum(run, run->postings[k].value, gain);
	}
	for (size_t i = 0; i < run->touched.n; i++) {
		uint32_t scope = run->touched.items[i];
		double sum = run->sums[scope];
		size_t at = count;
		run->sums[scope] = 0;
		while (at && (sum > out[at - 1].fit || (sum == out[at - 1].fit && scope < out[at - 1].scope)))
			at--;
		if (at == BL_FIT_CANDIDATES)
			continue;
		count += count < BL_FIT_CANDIDATES;
		for (size_t k = count - 1; k > at; k--)
			out[k] = out[k - 1];
		out[at] = (bl_fit_candidate){scope, sum, {0}};
	}
	run->touched.n = 0;
	return count;
}

/* How much of the scope's name, or of a stack's in it, the root's is. */
static double called_so(const bl_fit_run *run, const bl_root_fits *root, uint32_t scope)
{
	const bl_claims *c = run->claims;
	const bl_root *r = root->ncode ? c->roots[c->identities[root->code[0]].root] : NULL;
	bl_str name = c->scope_names[scope], all = name;
	const bl_scope_asset *assets;
	if (!r)
		return 0;
	while (all.n)
		all = bl_str_cut(all, '/', &name);
	double best = bl_names_after_root(r, name);
	size_t n = r->language == BL_LANG_CLOUDFORMATION ? bl_scopes_assets(run->scopes, scope, 0, &assets) : 0;
	for (size_t i = 0; i < n && i < MAX_ASSETS; i++) {
		double share = bl_names_after_root(r, bl_names_stack(c->identities[assets[i].node].last));
		best = share > best ? share : best;
	}
	return best;
}

/* Do providers say that what the root declares of the scope's cloud is there? */
static double set_so(const bl_fit_run *run, const bl_root_fits *root, uint32_t scope)
{
	const bl_claims *c = run->claims;
	bl_tri is = BL_NO;
	bool any = false;
	for (size_t i = 0; i < root->ncode && is != BL_YES; i++) {
		bl_str place = bl_claims_resource(c, root->code[i])->place;
		uint32_t type = c->identities[root->code[i]].type;
		if (!place.n || !type || run->scopes->cloud_of_type[type] != run->scopes->clouds[scope])
			continue;
		any = true;
		is = bl_tri_or(is, bl_identity_scope_is(c->scope_names[scope], place));
	}
	return !any || is == BL_MAYBE ? 0 : is == BL_YES ? SET_SO : SET_OTHERWISE;
}

static void rank(bl_fit_candidate *c, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		bl_fit_candidate one = c[i];
		size_t at = i;
		for (; at && (one.fit > c[at - 1].fit || (one.fit == c[at - 1].fit && one.scope < c[at - 1].scope)); at--)
			c[at] = c[at - 1];
		c[at] = one;
	}
}

void bl_fit_root(bl_fit_run *run, bl_root_fits *root)
{
	bl_fit_take_keys(run, root);
	root->keys = (uint32_t)run->nkeys;
	bool placed = false;
	for (size_t i = 0; i < root->ncode && !placed; i++)
		placed = bl_claims_resource(run->claims, root->code[i])->place.n > 0;
	root->n = candidates_of(run, root, root->best);
	for (size_t i = 0; i < root->n; i++) {
		bl_fit_candidate *k = &root->best[i];
		k->fit = bl_fit_beside(run, k->scope, NULL, 0, true, &k->seen) + CALLED_SO * called_so(run, root, k->scope) +
			(placed ? set_so(run, root, k->scope) : 0) + known_in(root, k->scope);
	}
	rank(root->best, root->n);
	size_t near = 0;
	bool several = false;
	for (; near < root->n && root->best[near].fit > root->best[0].fit - CLOSE; near++)
		several = several || !bl_scopes_nested(run->scopes, root->best[0].scope, root->best[near].scope);
	for (size_t i = 0; several && i < near; i++)
		root->best[i].fit += settings_gain(run, root, root->best[i].scope);
	rank(root->best, root->n);
}

#include "core/model/keep.h"

#include <assert.h>
#include <stdlib.h>

/* Where something went: n elements of an array, bytes of a text, or one thing. */
typedef struct moved {
	const void *from;
	void *to;
	size_t n;
} moved;

typedef struct keeper {
	bl_arena *to;
	bl_arena_range *ranges; /* of the memory that goes, sorted */
	size_t nranges;
	moved *slots; /* open addressing; size is a power of two */
	size_t size, used;
} keeper;

static bool is_going(const keeper *k, const void *p)
{
	size_t lo = 0, hi = k->nranges;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if ((const char *)p < k->ranges[mid].begin)
			hi = mid;
		else if ((const char *)p >= k->ranges[mid].end)
			lo = mid + 1;
		else
			return true;
	}
	return false;
}

static moved *slot_of(const keeper *k, const void *from)
{
	uint64_t hash = (uint64_t)(uintptr_t)from * 0x9E3779B97F4A7C15u;
	size_t i = (size_t)(hash >> 20) & (k->size - 1);
	while (k->slots[i].from && k->slots[i].from != from)
		i = (i + 1) & (k->size - 1);
	return &k->slots[i];
}

static void grow(keeper *k)
{
	keeper larger = *k;
	larger.size = k->size ? k->size * 2 : 256;
	larger.slots = bl_xmalloc(larger.size * sizeof *larger.slots);
	for (size_t i = 0; i < k->size; i++)
		if (k->slots[i].from)
			*slot_of(&larger, k->slots[i].from) = k->slots[i];
	free(k->slots);
	*k = larger;
}

/* The copy of n elements of this size at from, zeros behind it; *fresh when it was made now and its insides have still to be kept. */
static void *copy(keeper *k, const void *from, size_t n, size_t size, size_t zeros, bool *fresh)
{
	*fresh = false;
	if (!is_going(k, from))
		return (void *)from;
	if (k->used * 2 >= k->size)
		grow(k);
	moved *m = slot_of(k, from);
	/* an array may have been shown before it had grown; the slot then goes over to the longer one */
	if (m->from && m->n >= n * size)
		return m->to;
	k->used += !m->from;
	*m = (moved){from, bl_arena_alloc(k->to, n * size + zeros), n * size};
	*fresh = true;
	return memcpy(m->to, from, n * size);
}

static void keep_text(keeper *k, bl_str *s)
{
	bool fresh;
	s->p = copy(k, s->p, s->n, 1, 1, &fresh); /* texts that were made end with a NUL, and some are used so */
}

static void keep_value(keeper *k, const bl_value **at);

static void keep_refs(keeper *k, bl_ref **at, size_t n)
{
	bool fresh;
	*at = copy(k, *at, n, sizeof **at, 0, &fresh);
	for (size_t i = 0; fresh && i < n; i++) {
		keep_text(k, &(*at)[i].address);
		keep_text(k, &(*at)[i].path);
	}
}

static void keep_via(keeper *k, const bl_via **at)
{
	bool fresh = true;
	while (*at && fresh) {
		bl_via *via = copy(k, *at, 1, sizeof *via, 0, &fresh);
		*at = via;
		if (fresh)
			keep_text(k, &via->what);
		at = (const bl_via **)&via->next;
	}
}

static void keep_list(keeper *k, const bl_value ***at, size_t n)
{
	bool fresh;
	*at = copy(k, *at, n, sizeof **at, 0, &fresh);
	for (size_t i = 0; fresh && i < n; i++)
		keep_value(k, &(*at)[i]);
}

static void keep_map(keeper *k, bl_item **at, size_t n)
{
	bool fresh;
	*at = copy(k, *at, n, sizeof **at, 0, &fresh);
	for (size_t i = 0; fresh && i < n; i++) {
		keep_text(k, &(*at)[i].key);
		keep_value(k, &(*at)[i].value);
	}
}

static void keep_unknown(keeper *k, const bl_unknown **at)
{
	bool fresh;
	bl_unknown *u = copy(k, *at, 1, sizeof *u, 0, &fresh);
	*at = u;
	if (!fresh)
		return;
	keep_text(k, &u->why);
	keep_text(k, &u->prefix);
	keep_text(k, &u->suffix);
	keep_text(k, &u->alphabet);
	keep_text(k, &u->pattern);
	u->exact = NULL; /* types and entries are the evaluators', and end with them */
	u->entries = NULL;
	keep_list(k, &u->candidates, u->ncandidates);
	keep_refs(k, &u->refs, u->nrefs);
	keep_value(k, &u->decoded);
}

static void keep_value(keeper *k, const bl_value **at)
{
	bool fresh;
	bl_value *v = *at ? copy(k, *at, 1, sizeof *v, 0, &fresh) : NULL;
	*at = v;
	if (!v || !fresh)
		return;
	keep_via(k, &v->via);
	switch ((bl_kind)v->kind) {
	case BL_NULL:
		v->null_of = NULL;
		break;
	case BL_BOOL:
		break;
	case BL_NUMBER:
		keep_text(k, &v->digits);
		break;
	case BL_STRING:
		keep_text(k, &v->string);
		break;
	case BL_LIST:
		keep_list(k, &v->list, v->n);
		break;
	case BL_MAP:
		keep_map(k, &v->map, v->n);
		break;
	case BL_UNKNOWN:
		keep_unknown(k, &v->unknown);
		break;
	}
	if (v->kind != BL_LIST && v->kind != BL_MAP)
		return;
	v->element = NULL;
	if (v->rest)
		keep_refs(k, (bl_ref **)&v->rest, 1);
}

static void keep_part_keys(keeper *k, const bl_part_key **at)
{
	bool fresh = true;
	for (; *at && fresh; at = &((bl_part_key *)*at)->up) {
		bl_part_key *key = copy(k, *at, 1, sizeof *key, 0, &fresh);
		*at = key;
		if (fresh)
			keep_value(k, &key->key);
	}
}

static void keep_resource(keeper *k, bl_resource **at)
{
	bool fresh;
	bl_resource *r = copy(k, *at, 1, sizeof *r, 0, &fresh);
	*at = r;
	if (!fresh)
		return;
	assert(!is_going(k, r->root));
	bl_str *const texts[] = {&r->address, &r->typed_address, &r->label, &r->type, &r->native_type, &r->api_version,
		&r->provider, &r->module, &r->place};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		keep_text(k, texts[i]);
	const bl_value **const values[] = {&r->name, &r->native, &r->written, &r->effective};
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		keep_value(k, values[i]);
	keep_via(k, &r->via);
	keep_part_keys(k, &r->part_keys);
}

static void keep_build(keeper *k, bl_build **at)
{
	bool fresh;
	bl_build *b = copy(k, *at, 1, sizeof *b, 0, &fresh);
	*at = b;
	if (!fresh)
		return;
	keep_text(k, &b->by);
	keep_text(k, &b->tool);
	const bl_value **const values[] = {&b->context, &b->dockerfile, &b->target, &b->arguments, &b->tags};
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		keep_value(k, values[i]);
}

static void keep_deployment(keeper *k, bl_deployment **at)
{
	bool fresh;
	bl_deployment *d = copy(k, *at, 1, sizeof *d, 0, &fresh);
	*at = d;
	if (!fresh)
		return;
	keep_text(k, &d->by);
	keep_text(k, &d->tool);
	const bl_value **const values[] = {&d->template, &d->files, &d->parameters, &d->scope};
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		keep_value(k, values[i]);
}

static void keep_acts(keeper *k, bl_evaluation *e)
{
	bool fresh;
	e->builds.items = copy(k, e->builds.items, e->builds.n, sizeof *e->builds.items, 0, &fresh);
	e->builds.cap = e->builds.n;
	for (size_t i = 0; i < e->builds.n; i++)
		keep_build(k, &e->builds.items[i]);
	e->deployments.items = copy(k, e->deployments.items, e->deployments.n, sizeof *e->deployments.items, 0, &fresh);
	e->deployments.cap = e->deployments.n;
	for (size_t i = 0; i < e->deployments.n; i++)
		keep_deployment(k, &e->deployments.items[i]);
}

void bl_evaluation_keep(bl_evaluation *e, const bl_arena *from, bl_arena *to)
{
	keeper k = {.to = to};
	bool fresh;
	k.nranges = bl_arena_ranges(from, &k.ranges);
	e->resources.items = copy(&k, e->resources.items, e->resources.n, sizeof *e->resources.items, 0, &fresh);
	e->resources.cap = e->resources.n;
	for (size_t i = 0; i < e->resources.n; i++)
		keep_resource(&k, &e->resources.items[i]);
	e->outputs.items = copy(&k, e->outputs.items, e->outputs.n, sizeof *e->outputs.items, 0, &fresh);
	e->outputs.cap = e->outputs.n;
	for (size_t i = 0; i < e->outputs.n; i++) {
		keep_text(&k, &e->outputs.items[i].name);
		keep_value(&k, &e->outputs.items[i].value);
	}
	keep_acts(&k, e);
	e->diags.items = copy(&k, e->diags.items, e->diags.n, sizeof *e->diags.items, 0, &fresh);
	e->diags.cap = e->diags.n;
	for (size_t i = 0; i < e->diags.n; i++) {
		keep_text(&k, &e->diags.items[i].path);
		keep_text(&k, &e->diags.items[i].repo);
		keep_text(&k, &e->diags.items[i].message);
	}
	free(k.ranges);
	free(k.slots);
}

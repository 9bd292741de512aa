/* Several files show one estate: what they say of one asset becomes one. */
#include "core/base/map.h"
#include "core/reason/azure_id.h"
#include "snapshots/snapshots.h"

enum { MAX_DEPTH = 64 }; /* what is deeper does not count when two bodies are weighed */

typedef struct joining {
	bl_arena arena;
	bl_map azure; /* id -> asset, without regard to case */
	bl_map ids;
	bl_map short_ids; /* type and short id -> asset; of two in two scopes the value is the mark below */
	bl_map scoped;    /* type, short id and scope -> asset */
} joining;

static bl_asset several; /* a short id that several assets have (in several accounts) says nothing */

static size_t richness(const bl_value *v, int depth)
{
	size_t n = 1;
	if (!v || depth > MAX_DEPTH)
		return 0;
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
		n += richness(v->list[i], depth + 1);
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++)
		n += richness(v->map[i].value, depth + 1);
	return n;
}

static void fill(bl_str *to, bl_str from)
{
	if (!to->n)
		*to = from;
}

/* Both say afterwards what is known of either, and of two bodies and types those that say more. */
static void merge(bl_asset *a, bl_asset *b)
{
	bool newer = bl_str_cmp(b->seen_at, a->seen_at) > 0;
	size_t x = richness(a->body, 0), y = richness(b->body, 0);
	if (y > x || (y == x && newer)) {
		a->id = b->id;
		a->body = b->body;
		a->type = b->type; /* an ARN of a database leaves open whose service it is, its settings do not */
		a->snapshot = b->snapshot;
	}
	if (!a->tags || (b->tags && newer))
		a->tags = b->tags ? b->tags : a->tags;
	fill(&a->name, b->name);
	fill(&a->scope, b->scope);
	fill(&a->location, b->location);
	fill(&a->short_id, b->short_id);
	if (!b->part_of.n)
		a->part_of = b->part_of;
	if (newer)
		a->seen_at = b->seen_at;
	bl_str snapshot = b->snapshot;
	*b = *a;
	b->snapshot = snapshot;
}

static bl_str short_key(joining *j, bl_str type, bl_str id)
{
	return bl_str_fmt(&j->arena, BL_FMT "\x1f" BL_FMT, BL_ARG(type), BL_ARG(id));
}

/* Services spell ARNs in two ways (elastic-ip, eip-allocation): type, short id and place are one thing all the same. */
static bl_asset *same_place(joining *j, bl_asset *a)
{
	if (!a->short_id.n || !a->scope.n)
		return NULL;
	bl_str key = bl_str_fmt(&j->arena, BL_FMT "\x1f" BL_FMT "\x1f" BL_FMT, BL_ARG(a->type), BL_ARG(a->short_id), BL_ARG(a->scope));
	bl_asset *other = bl_map_get(&j->scoped, key);
	if (!other)
		bl_map_put(&j->arena, &j->scoped, key, a);
	return other;
}

static void index_asset(joining *j, bl_asset *a)
{
	bl_map *ids = bl_azure_id_is(a->id) ? &j->azure : &j->ids;
	void **place = bl_map_place(&j->arena, ids, a->id);
	bl_asset *known = *place ? *place : same_place(j, a);
	*place = known ? known : a;
	if (known) {
		merge(known, a);
		return;
	}
	if (!a->short_id.n)
		return;
	bl_str key = short_key(j, a->type, a->short_id);
	bl_asset *other = bl_map_get(&j->short_ids, key);
	bl_map_put(&j->arena, &j->short_ids, key, other ? &several : a);
}

/* The asset that a short id means, where it means one. */
static bl_asset *by_short_id(joining *j, bl_str type, bl_str id)
{
	bl_asset *a = bl_map_get(&j->short_ids, short_key(j, type, id));
	return a == &several ? NULL : a;
}

void bl_snapshot_join(bl_snapshot *const *snapshots, size_t n)
{
	joining j = {.azure.fold = true};
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < snapshots[i]->assets.n; k++)
			index_asset(&j, snapshots[i]->assets.items[k]);
	for (size_t i = 0; i < n && j.short_ids.n; i++) {
		for (size_t k = 0; k < snapshots[i]->assets.n; k++) {
			bl_asset *a = snapshots[i]->assets.items[k];
			bl_asset *whole = a->short_id.n ? NULL : by_short_id(&j, a->type, a->id);
			if (!whole || whole == a)
				continue;
			a->id = whole->id;
			merge(whole, a);
		}
		for (size_t k = 0; k < snapshots[i]->bindings.n; k++) {
			bl_binding *b = &snapshots[i]->bindings.items[k];
			const bl_asset *whole = by_short_id(&j, b->type, b->id);
			if (!whole)
				whole = bl_map_get(&j.ids, b->id);
			if (whole)
				b->id = whole->id;
		}
	}
	bl_arena_done(&j.arena);
}

#include "core/base/map.h"

static uint64_t hash(const bl_map *map, bl_str key)
{
	return map->fold ? bl_str_hashi(key) : bl_str_hash(key);
}

/* A slot is found by the high half of the hash, which it holds: growing reads no key. */
static size_t home(const bl_map *map, uint64_t h)
{
	return (size_t)(h >> 32) & (map->slot_count - 1);
}

static size_t entry_of(uint64_t slot)
{
	return (size_t)(uint32_t)slot - 1;
}

static inline bool is_of(const bl_map *map, uint64_t slot, bl_str key, uint64_t h)
{
	if (slot >> 32 != h >> 32)
		return false;
	bl_str known = map->entries[entry_of(slot)].key;
	return map->fold ? bl_str_eqi(known, key) : bl_str_eq(known, key);
}

static inline size_t slot_of(const bl_map *map, bl_str key, uint64_t h)
{
	size_t i = home(map, h), mask = map->slot_count - 1;
	for (uint64_t slot; (slot = map->slots[i]) && !is_of(map, slot, key, h);)
		i = (i + 1) & mask;
	return i;
}

void *bl_map_get(const bl_map *map, bl_str key)
{
	if (!map->n)
		return NULL;
	uint64_t slot = map->slots[slot_of(map, key, hash(map, key))];
	return slot ? map->entries[entry_of(slot)].value : NULL;
}

static void grow(bl_arena *arena, bl_map *map)
{
	size_t cap = map->cap ? map->cap * 2 : 8;
	map->entries = bl_arena_grow(arena, map->entries, map->cap * sizeof *map->entries,
		cap * sizeof *map->entries, _Alignof(bl_map_entry));
	map->cap = cap;
	const uint64_t *old = map->slots;
	size_t nold = map->slot_count;
	map->slot_count = cap * 2;
	map->slots = bl_new_n(arena, uint64_t, map->slot_count);
	for (size_t i = 0; i < nold; i++) {
		size_t at = home(map, old[i]);
		while (old[i] && map->slots[at])
			at = (at + 1) & (map->slot_count - 1);
		if (old[i])
			map->slots[at] = old[i];
	}
}

void **bl_map_place(bl_arena *arena, bl_map *map, bl_str key)
{
	if (map->n == map->cap)
		grow(arena, map);
	uint64_t h = hash(map, key);
	size_t slot = slot_of(map, key, h);
	if (map->slots[slot])
		return &map->entries[entry_of(map->slots[slot])].value;
	map->entries[map->n] = (bl_map_entry){key, NULL};
	map->slots[slot] = (h >> 32 << 32) | (map->n + 1);
	return &map->entries[map->n++].value;
}

void *bl_map_put(bl_arena *arena, bl_map *map, bl_str key, void *value)
{
	void **place = bl_map_place(arena, map, key), *old = *place;
	*place = value;
	return old;
}

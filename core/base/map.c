#include "core/base/map.h"

static uint64_t hash(const bl_map *map, bl_str key)
{
	return map->fold ? bl_str_hashi(key) : bl_str_hash(key);
}

static bool equal(const bl_map *map, bl_str a, bl_str b)
{
	return map->fold ? bl_str_eqi(a, b) : bl_str_eq(a, b);
}

static size_t slot_of(const bl_map *map, bl_str key)
{
	size_t mask = map->slot_count - 1;
	size_t i = (size_t)hash(map, key) & mask;
	while (map->slots[i] && !equal(map, map->entries[map->slots[i] - 1].key, key))
		i = (i + 1) & mask;
	return i;
}

void *bl_map_get(const bl_map *map, bl_str key)
{
	if (!map->n)
		return NULL;
	uint32_t at = map->slots[slot_of(map, key)];
	return at ? map->entries[at - 1].value : NULL;
}

static void grow(bl_arena *arena, bl_map *map)
{
	size_t cap = map->cap ? map->cap * 2 : 8;
	map->entries = bl_arena_grow(arena, map->entries, map->cap * sizeof *map->entries,
		cap * sizeof *map->entries, _Alignof(bl_map_entry));
	map->cap = cap;
	map->slot_count = cap * 2;
	map->slots = bl_new_n(arena, uint32_t, map->slot_count);
	for (size_t i = 0; i < map->n; i++)
		map->slots[slot_of(map, map->entries[i].key)] = (uint32_t)i + 1;
}

void *bl_map_put(bl_arena *arena, bl_map *map, bl_str key, void *value)
{
	if (map->n == map->cap)
		grow(arena, map);
	size_t slot = slot_of(map, key);
	if (map->slots[slot]) {
		bl_map_entry *e = &map->entries[map->slots[slot] - 1];
		void *old = e->value;
		e->value = value;
		return old;
	}
	map->entries[map->n] = (bl_map_entry){key, value};
	map->slots[slot] = (uint32_t)++map->n;
	return NULL;
}

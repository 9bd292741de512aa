/* A hash map from strings to pointers, in an arena. Keys are not copied. Iterate entries[0..n) in insertion order. */
#ifndef BL_CORE_BASE_MAP_H
#define BL_CORE_BASE_MAP_H

#include "core/base/str.h"

typedef struct bl_map_entry {
	bl_str key;
	void *value;
} bl_map_entry;

/* Zeroed is empty; set fold before the first bl_map_put for ASCII case-insensitive keys. */
typedef struct bl_map {
	bl_map_entry *entries;
	uint64_t *slots; /* index + 1 into entries in the low half, 0 is free; in the high half the key's hash without its low half */
	size_t n, cap, slot_count;
	bool fold;
} bl_map;

/* The value of key, or NULL. */
void *bl_map_get(const bl_map *map, bl_str key);
/* Where the value of key is kept: NULL at first. Good until the next one is added. */
void **bl_map_place(bl_arena *arena, bl_map *map, bl_str key);
/* Sets key; returns the value it had, or NULL. */
void *bl_map_put(bl_arena *arena, bl_map *map, bl_str key, void *value);

#endif

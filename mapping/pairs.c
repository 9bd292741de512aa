#include "mapping/pairs.h"

static size_t place_of(const bl_pairs *pairs, uint64_t key)
{
	uint64_t h = key;
	h ^= h >> 32;
	h *= 0x9e3779b97f4a7c15u;
	h ^= h >> 29;
	size_t mask = pairs->cap - 1, i = (size_t)h & mask;
	while (pairs->slots[i].value && pairs->slots[i].key != key)
		i = (i + 1) & mask;
	return i;
}

uint32_t bl_pairs_get(const bl_pairs *pairs, uint32_t a, uint32_t b, uint32_t fallback)
{
	if (!pairs->n)
		return fallback;
	uint32_t value = pairs->slots[place_of(pairs, (uint64_t)a << 32 | b)].value;
	return value ? value - 1 : fallback;
}

static void grow(bl_arena *arena, bl_pairs *pairs)
{
	bl_pairs larger = {.cap = pairs->cap ? pairs->cap * 2 : 64, .n = pairs->n};
	larger.slots = bl_new_n(arena, struct bl_pairs_slot, larger.cap);
	for (size_t i = 0; i < pairs->cap; i++)
		if (pairs->slots[i].value)
			larger.slots[place_of(&larger, pairs->slots[i].key)] = pairs->slots[i];
	*pairs = larger;
}

uint32_t *bl_pairs_slot_of(bl_arena *arena, bl_pairs *pairs, uint32_t a, uint32_t b)
{
	uint64_t key = (uint64_t)a << 32 | b;
	if (pairs->n * 2 >= pairs->cap)
		grow(arena, pairs);
	struct bl_pairs_slot *slot = &pairs->slots[place_of(pairs, key)];
	if (!slot->value) {
		slot->key = key;
		pairs->n++;
	}
	return &slot->value;
}

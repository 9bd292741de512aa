/* Inside mapping/ only: a hash map from two numbers to one, for keys that come by the million. */
#ifndef BL_MAPPING_PAIRS_H
#define BL_MAPPING_PAIRS_H

#include "core/base/arena.h"

#include <stddef.h>
#include <stdint.h>

/* Zeroed is empty. */
typedef struct bl_pairs {
	struct bl_pairs_slot {
		uint64_t key;
		uint32_t value; /* plus one; 0 is free */
	} *slots;
	size_t n, cap; /* cap is a power of two */
} bl_pairs;

/* The value of (a, b), or fallback. */
uint32_t bl_pairs_get(const bl_pairs *pairs, uint32_t a, uint32_t b, uint32_t fallback);
/* A place for the value of (a, b) plus one, 0 when it is new; good until the next call. */
uint32_t *bl_pairs_slot_of(bl_arena *arena, bl_pairs *pairs, uint32_t a, uint32_t b);

#endif

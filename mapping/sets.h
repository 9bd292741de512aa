/* Inside mapping/ only: sets that grow together (union-find). The member that is its own parent stands for its set. */
#ifndef BL_MAPPING_SETS_H
#define BL_MAPPING_SETS_H

#include "core/base/arena.h"

#include <stdint.h>

/* Each of n members a set of its own. */
static inline uint32_t *bl_sets_new(bl_arena *arena, size_t n)
{
	uint32_t *parents = bl_new_n(arena, uint32_t, n);
	for (size_t i = 0; i < n; i++)
		parents[i] = (uint32_t)i;
	return parents;
}

/* What stands for the set that a member is in. */
static inline uint32_t bl_sets_of(uint32_t *parents, uint32_t member)
{
	while (parents[member] != member) {
		parents[member] = parents[parents[member]];
		member = parents[member];
	}
	return member;
}

/* Makes the sets of two members one; what stood for that of b stands for it. */
static inline void bl_sets_join(uint32_t *parents, uint32_t a, uint32_t b)
{
	parents[bl_sets_of(parents, a)] = bl_sets_of(parents, b);
}

#endif

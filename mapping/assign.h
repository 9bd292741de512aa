/* Which of many possible pairs are the true ones: a matching of largest total weight, and how sure each of its pairs is. */
#ifndef BL_MAPPING_ASSIGN_H
#define BL_MAPPING_ASSIGN_H

#include "core/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Weights are millionths. */
typedef struct bl_assign_edge {
	uint32_t left, right;
	int64_t weight;
	bool chosen;
	int64_t regret; /* of a chosen edge: how much less the best matching without it is worth */
} bl_assign_edge;

/*
 * Chooses edges so that no left and no right is in two of them and the sum of weights is largest; which of equal matchings it is depends on the order of edges
 * alone. Nodes are numbered from 0; edges of one pair must not be given twice, and their weights are positive. Exact as long as the work stays within steps
 * (about the number of edges looked at); beyond, edges are taken by falling weight, and regret is a bound: no less than what it says.
 * False when it was not exact.
 */
bool bl_assign(bl_arena *scratch, bl_assign_edge *edges, size_t nedges, uint32_t nleft, uint32_t nright, uint64_t steps);

#endif

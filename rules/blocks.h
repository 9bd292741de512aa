/* Inside rules/ only: which resource's block a place stands in. */
#ifndef BL_RULES_BLOCKS_H
#define BL_RULES_BLOCKS_H

#include "core/model/graph.h"

typedef struct bl_blocks bl_blocks;

bl_blocks *bl_blocks_new(bl_arena *arena, const bl_graph *graph);
/*
 * The resource in whose block span stands, when that is another than owner: a part (a rule of a group, an account's network rules) whose
 * properties were folded into owner. NULL when it is owner's own, or nobody's.
 */
const bl_resource *bl_blocks_part(const bl_blocks *blocks, const bl_graph *graph, const bl_resource *owner, bl_span span);

#endif

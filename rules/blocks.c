#include "rules/blocks.h"

#include <stdlib.h>

/* Blocks nest (Bicep's child resources); a walk outwards ends after this many. */
enum { MAX_WALK = 64 };

typedef struct block {
	bl_span span;
	uint32_t node;
} block;

struct bl_blocks {
	BL_VEC(block) list; /* by source, then by begin */
};

static int by_place(const void *a, const void *b)
{
	const block *x = a, *y = b;
	if (x->span.source != y->span.source)
		return x->span.source < y->span.source ? -1 : 1;
	if (x->span.begin != y->span.begin)
		return x->span.begin < y->span.begin ? -1 : 1;
	return (x->node > y->node) - (x->node < y->node);
}

bl_blocks *bl_blocks_new(bl_arena *arena, const bl_graph *graph)
{
	bl_blocks *blocks = bl_new(arena, bl_blocks);
	for (uint32_t i = 0; i < bl_graph_size(graph); i++) {
		const bl_resource *r = bl_graph_node(graph, i)->resource;
		if (!r || r->existing || r->is_module || !bl_span_known(r->span))
			continue;
		bl_vec_push(arena, &blocks->list, ((block){bl_sources_root(bl_graph_sources(graph), r->span), i}));
	}
	if (blocks->list.n)
		qsort(blocks->list.items, blocks->list.n, sizeof *blocks->list.items, by_place);
	return blocks;
}

static bool inside(bl_span inner, bl_span outer)
{
	return inner.source == outer.source && outer.begin <= inner.begin && inner.begin < outer.end;
}

const bl_resource *bl_blocks_part(const bl_blocks *blocks, const bl_graph *graph, const bl_resource *owner, bl_span span)
{
	bl_span own = bl_sources_root(bl_graph_sources(graph), owner->span);
	span = bl_sources_root(bl_graph_sources(graph), span);
	if (!bl_span_known(span))
		return NULL;
	size_t lo = 0, hi = blocks->list.n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		const bl_span *s = &blocks->list.items[mid].span;
		if (s->source < span.source || (s->source == span.source && s->begin <= span.begin))
			lo = mid + 1;
		else
			hi = mid;
	}
	for (size_t i = 0; i < MAX_WALK && i < lo; i++) {
		const block *b = &blocks->list.items[lo - 1 - i];
		const bl_resource *r = bl_graph_node(graph, b->node)->resource;
		if (b->span.source != span.source)
			return NULL;
		/* instances of one block stand in the same place */
		if (inside(span, b->span) && b->span.source == own.source && b->span.begin == own.begin)
			return NULL;
		if (inside(span, b->span) && r->root == owner->root)
			return r;
	}
	return NULL;
}

/* What a node means to the running estate: the one answer that annotations and attack paths share. */
#ifndef BL_CORE_MODEL_CONTEXT_H
#define BL_CORE_MODEL_CONTEXT_H

#include "core/model/path.h"

typedef struct bl_context {
	BL_VEC(const bl_link *) links;     /* the assets this code governs (or the code that governs this asset), surest first */
	bl_tri exposed;                    /* does the internet reach it, or an asset it governs? */
	const bl_edge *exposure;           /* the edge that says so, or NULL */
	BL_VEC(const bl_path *) paths;     /* attack paths through it or through its other half */
} bl_context;

/* Lists live in arena. */
bl_context bl_context_of(bl_arena *arena, const bl_graph *graph, uint32_t node);

#endif

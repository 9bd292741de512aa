/* An attack path: a run of edges from the internet to something worth having, and the findings that open it. */
#ifndef BL_CORE_MODEL_PATH_H
#define BL_CORE_MODEL_PATH_H

#include "core/model/graph.h"

typedef enum bl_delta { BL_UNCHANGED, BL_OPENED, BL_CLOSED } bl_delta;

typedef struct bl_cut {
	bl_span span;
	bl_str what; /* "deny port 22 from the internet" */
} bl_cut;

typedef struct bl_path {
	char id[33]; /* of pattern and nodes; stable between runs */
	bl_str pattern, title;
	bl_severity level;
	BL_VEC(bl_str) factors;
	BL_VEC(uint32_t) nodes;
	BL_VEC(const bl_edge *) edges; /* edges[i] runs from nodes[i] to nodes[i + 1] */
	BL_VEC(bl_cut) cuts;
	BL_VEC(const bl_finding *) findings;
	bl_tri sure;
	bl_delta delta;
} bl_path;

void bl_graph_add_path(bl_graph *graph, const bl_path *path);
size_t bl_graph_paths(const bl_graph *graph, const bl_path *const **paths);
/* The paths that run through node, or that a line of its block (a filter's rule, a role) makes possible; in the order added. */
size_t bl_graph_paths_of(const bl_graph *graph, uint32_t node, const bl_path *const **paths);

#endif

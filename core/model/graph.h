/*
 * One numbering of nodes for code, images and what runs; node 0 is the internet. Layers are append-only and sealed in
 * order: a stage reads the layers sealed before it and adds its own.
 */
#ifndef BL_CORE_MODEL_GRAPH_H
#define BL_CORE_MODEL_GRAPH_H

#include "core/base/map.h"
#include "core/model/finding.h"
#include "core/model/link.h"
#include "core/model/source.h"

typedef enum bl_node_kind {
	BL_NODE_INTERNET,
	BL_NODE_FILE,
	BL_NODE_RESOURCE, /* declared by code */
	BL_NODE_IMAGE,
	BL_NODE_ASSET, /* running */
	BL_NODE_IDENTITY, /* what a resource authenticates as */
	BL_NODE_SCOPE     /* a subscription or group that rights are given on and that nothing declares or shows */
} bl_node_kind;

/* The closed list of edge kinds: name in output, meaning "from NAME to". Alphabetical. */
#define BL_EDGE_KINDS(X)                                                                           \
	X(AUTHENTICATES, "authenticates-as") /* resource or asset -> identity */                    \
	X(BUILDS, "builds")                  /* stage of a Dockerfile -> image */                   \
	X(CONTAINS, "contains")              /* parent -> child; template -> what it declares */    \
	X(DEPLOYS, "deploys")                /* step of a pipeline -> template, a file node */      \
	X(EXPOSES, "exposes")                /* internet -> what it reaches */                      \
	X(PERMITS, "permits")                /* identity -> what it may use */                      \
	X(PROVISIONS, "provisions")          /* code -> asset */                                    \
	X(PUSHES, "pushes")                  /* pipeline -> image */                                \
	X(REFERS, "refers")                  /* resource -> resource or base image it names */      \
	X(RUNS, "runs")                      /* workload -> image */

typedef enum bl_edge_kind {
#define X(id, name) BL_EDGE_##id,
	BL_EDGE_KINDS(X)
#undef X
		BL_EDGE_KIND_COUNT
} bl_edge_kind;

const char *bl_edge_kind_name(bl_edge_kind kind);
const char *bl_node_kind_name(bl_node_kind kind);

typedef enum bl_layer { BL_LAYER_CODE, BL_LAYER_LINKS, BL_LAYER_EXPOSURE, BL_LAYER_COUNT } bl_layer;

typedef struct bl_node {
	bl_node_kind kind;
	bl_str id;   /* unique and stable between runs: "code:REPO:ROOT:ADDRESS", "asset:ID", "image:NAME", "file:REPO:PATH" */
	bl_str name; /* for people */
	const bl_resource *resource;
	const bl_asset *asset;
	bl_span span;
} bl_node;

typedef struct bl_edge {
	bl_edge_kind kind;
	bl_layer layer;
	uint32_t from, to;
	bl_span span;  /* the line that makes it so, or nowhere */
	bl_tri sure;   /* MAYBE: something unknown decides */
	bl_str why;
	bl_str detail; /* by kind: ports for EXPOSES, a property path for REFERS and RUNS, a role for PERMITS, the tool for BUILDS, PUSHES and DEPLOYS */
} bl_edge;

typedef struct bl_graph bl_graph;

/* Everything reached from the graph lives in arena, which the caller owns. */
bl_graph *bl_graph_new(bl_arena *arena, const bl_sources *sources);
bl_arena *bl_graph_arena(bl_graph *graph);
const bl_sources *bl_graph_sources(const bl_graph *graph);

uint32_t bl_graph_add_resource(bl_graph *graph, const bl_resource *resource);
uint32_t bl_graph_add_asset(bl_graph *graph, const bl_asset *asset);
/* Any other node; an id that is there already gives that node. */
uint32_t bl_graph_add_node(bl_graph *graph, bl_node node);
/* Adds to the layer being built. The edge is copied. */
void bl_graph_add_edge(bl_graph *graph, bl_edge edge);
/* Ends the layer being built; edges of sealed layers can be listed by node from then on. */
void bl_graph_seal(bl_graph *graph, bl_layer layer);

size_t bl_graph_size(const bl_graph *graph);
const bl_node *bl_graph_node(const bl_graph *graph, uint32_t node);
/* The edges that leave (or enter) node, of sealed layers, in the order added. */
size_t bl_graph_out(const bl_graph *graph, uint32_t node, const bl_edge *const **edges);
size_t bl_graph_in(const bl_graph *graph, uint32_t node, const bl_edge *const **edges);
/* All edges of sealed layers, in the order added. */
size_t bl_graph_edges(const bl_graph *graph, const bl_edge *const **edges);

/* The node of address in a root (an instance key may be left out when there is one instance only), or -1. */
int64_t bl_graph_find(const bl_graph *graph, const bl_root *root, bl_str address);
/* The asset node whose id is id (Azure ids without regard to case), or -1. */
int64_t bl_graph_find_asset(const bl_graph *graph, bl_str id);
/*
 * What a property of node's body points to: a reference to a declared resource of the same root, an asset's id, or the id
 * or name of a resource of the same root. -1 when it points to nothing known. Lists are not searched.
 */
int64_t bl_graph_target(const bl_graph *graph, uint32_t node, const bl_value *value);
/* The canonical shape of a resource or asset node (effective layer for code), or NULL. */
const bl_value *bl_graph_body(const bl_graph *graph, uint32_t node);
bl_str bl_graph_type(const bl_graph *graph, uint32_t node);
/* All nodes of a canonical or native type (case-insensitive), in order. */
size_t bl_graph_of_type(const bl_graph *graph, bl_str type, const uint32_t **nodes);

/*
 * Adds REFERS edges for what the properties of resources and assets name (one a pair; detail is the property's path), and
 * CONTAINS edges from a parent to its child resources and from a module call to what stands in it. Call it once, when all
 * resources and assets are in and before the code layer is sealed.
 */
void bl_graph_add_references(bl_graph *graph);

/* Results hang on the graph, which keeps the pointers; stages append, later stages read. */
void bl_graph_add_finding(bl_graph *graph, const bl_finding *finding);
size_t bl_graph_findings(const bl_graph *graph, const bl_finding *const **findings);
void bl_graph_add_link(bl_graph *graph, const bl_link *link);
size_t bl_graph_links(const bl_graph *graph, const bl_link *const **links);
/* The links that begin or end at node, in the order added. */
size_t bl_graph_links_of(const bl_graph *graph, uint32_t node, const bl_link *const **links);

#endif

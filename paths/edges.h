/* Inside paths/ only: what exposure and identity share while edges are made. */
#ifndef BL_PATHS_EDGES_H
#define BL_PATHS_EDGES_H

#include "core/base/map.h"
#include "core/reason/net.h"
#include "paths/paths.h"

/* A node as far as it matters here: its number, its type and its canonical body (never NULL). */
typedef struct bl_thing {
	uint32_t node;
	bl_str type;
	const bl_value *body;
} bl_thing;

typedef struct bl_edges {
	bl_graph *graph;
	bl_arena *arena;   /* scratch of the run; edges' strings are in the graph's */
	bl_map by_principal; /* principal id -> identity node + 1, case-folded */
} bl_edges;

/* ---- what bodies point to ---- */

/* body.properties.PATH, else body.PATH; NULL where it ends, and for null. */
const bl_value *bl_edges_get(const bl_value *body, const char *path);
/*
 * What value (a reference or an id) points to: a node, or an element of a node's body that has an id of its own, such as a subnet within its
 * network. False when it points to nothing known; out->body is NULL when the node is known and its settings are not.
 */
bool bl_edges_follow(bl_edges *e, uint32_t from, const bl_value *value, bl_thing *out);
/* Is something there? YES for a value, NO for none, MAYBE for an unknown that may be null. */
bl_tri bl_edges_present(const bl_value *v);
/* Does v, or fallback where nothing is written, equal word (case aside)? MAYBE when it is not known. */
bl_tri bl_edges_is(const bl_value *v, const char *word, const char *fallback);
bl_tri bl_edges_true(const bl_value *v, bl_tri fallback);
/* May the node not be deployed at all? Then nothing about it is sure. */
bl_tri bl_edges_deployed(const bl_edges *e, uint32_t node);
/* The line that decides: that of the code which governs the node when the node is an asset. name: of the list element meant, or empty. */
bl_span bl_edges_line(const bl_edges *e, uint32_t node, const bl_value *v, const char *list, bl_str name);
bl_str bl_edges_name(const bl_edges *e, uint32_t node);

/* Adds internet -> node. services in words; sure and not sure ones as two edges. */
void bl_edges_expose(bl_edges *e, uint32_t node, bl_net_reach reach, bl_span span, bl_str why);
/* Adds internet -> node for one service in words. */
void bl_edges_expose_as(bl_edges *e, uint32_t node, const char *detail, bl_tri sure, bl_span span, bl_str why);

/* What load balancers hand on to a network interface's address from the internet. */
typedef struct bl_balanced {
	uint32_t node; /* the balancer, where it is known */
	bl_ranges sure, may;
} bl_balanced;
/* False when surely nothing. */
bool bl_exposure_balanced(bl_edges *e, const bl_thing *nic, const bl_value *config, bl_balanced *out);

/* ---- who makes which edges; each judges the types it knows and passes over others ---- */
void bl_exposure_azure(bl_edges *e, const bl_thing *thing);       /* machines behind network security groups */
void bl_exposure_services(bl_edges *e, const bl_thing *thing);    /* Azure's platform services */
void bl_exposure_aws(bl_edges *e, const bl_thing *thing);
void bl_exposure_google(bl_edges *e, const bl_thing *thing);
void bl_identity_edges(bl_edges *e);

#endif

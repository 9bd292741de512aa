/* Inside paths/ only: the catalogue's patterns, paths/patterns/ as compiled in. */
#ifndef BL_PATHS_PATTERN_H
#define BL_PATHS_PATTERN_H

#include "core/model/path.h"
#include "core/model/schema.h"
#include "core/reason/net.h"

enum { BL_PATTERN_MAX_STEPS = 6 };

/* One hop: an edge of a kind to a node of one of the types, under conditions. */
typedef struct bl_pattern_step {
	bl_edge_kind edge;
	size_t ntypes;
	bl_str *types; /* none: any; "scope": a subscription or group that is no node of its own */
	bl_ranges services; /* one of them is open; none: not asked */
	bl_str detail;      /* the edge's detail is this; or empty */
	unsigned power;     /* of core/reason/rbac.h, one of them; 0: not asked */
	const bl_value *unless; /* a map of paths to values: a node with such a value is out; or NULL */
	bl_str cut, factor;     /* words, {detail} {to} {from}; or empty */
} bl_pattern_step;

typedef struct bl_pattern {
	bl_str id, title; /* title: {N} is the name of what step N reaches, {detailN} its edge's detail */
	bl_severity level;
	size_t n;
	bl_pattern_step steps[BL_PATTERN_MAX_STEPS];
} bl_pattern;

/* False, with words in error, when the table says something that is not understood. */
bool bl_pattern_read(bl_arena *arena, const bl_embedded *table, bl_pattern *out, bl_error *error);

extern const bl_embedded bl_embedded_patterns[];
extern const size_t bl_embedded_patterns_count;

#endif

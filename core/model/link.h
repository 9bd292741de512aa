/* Code and what runs, tied together with the evidence for it. */
#ifndef BL_CORE_MODEL_LINK_H
#define BL_CORE_MODEL_LINK_H

#include "core/model/resource.h"
#include "core/model/asset.h"

typedef enum bl_link_kind { BL_PROVISIONS, BL_RUNS, BL_BUILT_FROM, BL_DEPLOYED_BY } bl_link_kind;
typedef enum bl_link_class { BL_MAPPED, BL_MAPPED_MANY, BL_AMBIGUOUS } bl_link_class;

typedef struct bl_evidence {
	const char *id; /* "I6": a row of mapping/evidence.def */
	bl_str why;
	double weight;
} bl_evidence;

typedef struct bl_link {
	uint32_t from, to; /* nodes: code and asset */
	const bl_resource *resource;
	const bl_asset *asset;
	bl_link_kind kind;
	bl_link_class class;
	double confidence; /* 0..1: 1 - product(1 - weight) over independent evidence, at most 0.995 */
	BL_VEC(bl_evidence) evidence; /* never empty */
	BL_VEC(uint32_t) candidates;  /* for AMBIGUOUS: the other asset nodes */
} bl_link;

#endif

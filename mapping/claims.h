/* Inside mapping/ only: claims are pairs of a code node and an asset node with the evidence for them, before they become links. */
#ifndef BL_MAPPING_CLAIMS_H
#define BL_MAPPING_CLAIMS_H

#include "core/base/map.h"
#include "mapping/mapping.h"

typedef enum bl_evidence_row {
#define X(row, id, weight, meaning) BL_EVIDENCE_##row,
#include "mapping/evidence.def"
#undef X
	BL_EVIDENCE_COUNT
} bl_evidence_row;

#define BL_EVIDENCE_MOST 0.995

typedef struct bl_claim {
	uint32_t code, asset;
	BL_VEC(bl_evidence) evidence;
	double confidence;
	bool named; /* by state or by its whole name: settles a quarrel over a tag or a pattern */
} bl_claim;

/* Everything that is asked for more than once. */
typedef struct bl_claims {
	bl_graph *graph;
	const bl_schema *schema;
	bl_arena *arena; /* scratch of the run; strings of evidence are in the graph's */
	const bl_snapshot *const *snapshots;
	size_t nsnapshots;
	BL_VEC(uint32_t) code;   /* resource nodes that deploy something, sorted by id */
	BL_VEC(uint32_t) assets; /* asset nodes, sorted by id */
	BL_VEC(bl_claim *) all;
	bl_map pairs;      /* "code,asset" -> bl_claim */
} bl_claims;

/* Does node declare something that can be deployed by it? */
bool bl_claims_deploys(const bl_node *node);
/* Adds evidence for a pair; of evidence with one id the heaviest counts. why is in the graph's arena. */
void bl_claims_add(bl_claims *c, uint32_t code, uint32_t asset, bl_evidence_row row, double weight, bl_str why);
double bl_evidence_weight(bl_evidence_row row);

/* match.c, names.c: find the evidence of each kind. */
void bl_match_states(bl_claims *c);
void bl_match_tags(bl_claims *c);
void bl_match_names(bl_claims *c);
/* grants.c: role assignments, by what the evidence so far ties their ends to. */
void bl_match_grants(bl_claims *c);
/* Patterns of names, over assets and blocks that nothing above has settled. */
void bl_match_patterns(bl_claims *c);

/* resolve.c: weighs the claims and adds links and edges. */
void bl_resolve_claims(bl_claims *c);

#endif

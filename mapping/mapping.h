/* Stage 5: which code is which asset, by weighed evidence. */
#ifndef BL_MAPPING_MAPPING_H
#define BL_MAPPING_MAPPING_H

#include "core/model/graph.h"
#include "core/model/schema.h"

/* What a repository's history tells; the engine hands it in. */
typedef struct bl_mapping_history {
	void *context;
	/* Is commit in the history of the repository called repo (of any, where that is empty)? *now is what the file at path then is called today. */
	bool (*follow)(void *context, bl_str repo, bl_str commit, bl_str path, bl_arena *arena, bl_str *now);
} bl_mapping_history;

/* What the joining reads. */
typedef struct bl_mapping_input {
	const bl_schema *schema;
	const bl_snapshot *const *snapshots;
	size_t nsnapshots;
	const bl_evaluation *const *evaluations; /* sorted by repository and root */
	size_t nevaluations;
	const bl_mapping_history *history; /* or NULL */
} bl_mapping_input;

/*
 * Links the graph's resource nodes with its asset nodes (added from snapshots before) and adds the links and their PROVISIONS edges; seals the links layer.
 * The order of input never changes the result.
 */
void bl_mapping_run(bl_graph *graph, const bl_mapping_input *input);

/* Resource nodes that no asset answers to, and asset nodes that no code declares; both sorted. Nothing is called missing over a partial snapshot. */
void bl_mapping_unmatched(const bl_graph *graph, bl_arena *arena, const bl_mapping_input *input,
	const uint32_t **code_only, size_t *ncode, const uint32_t **cloud_only, size_t *ncloud);

/* A difference between what code says and what runs, for a mapped pair. */
typedef struct bl_drift {
	const bl_link *link;
	bl_str path;
	const bl_value *code, *cloud; /* cloud is NULL for an element of a list that is not there */
	bl_span span;
} bl_drift;
size_t bl_mapping_drift(const bl_graph *graph, const bl_schema *schema, bl_arena *arena, const bl_drift **out);

#endif

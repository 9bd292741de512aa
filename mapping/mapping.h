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
	/*
	 * What the line that span begins on says (*now) and what it said before, newest first; *whole: the list goes back to when the line was written. False when
	 * there is no history of it.
	 */
	bool (*earlier)(void *context, bl_span span, bl_arena *arena, bl_str *now, const bl_str **lines, size_t *n, bool *whole);
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

typedef enum bl_layer_origin { BL_LAYER_ORIGIN_UNKNOWN, BL_LAYER_ORIGIN_BASE, BL_LAYER_ORIGIN_OWN } bl_layer_origin;

typedef struct bl_image_layer {
	bl_str diff_id, created_by;
	bl_layer_origin origin;
	bl_span span; /* the Dockerfile's instruction that makes it, or that names the base; or nowhere */
} bl_image_layer;

/* Where an image comes from and what runs it. */
typedef struct bl_image_origin {
	bl_str digest;                /* or empty: only a name is known */
	BL_VEC(bl_str) names;
	uint32_t stage;               /* the node of the Dockerfile's stage, or 0 */
	bl_str repo, commit, workflow, run; /* or empty */
	bl_link_class class;
	double confidence;            /* 0: nothing is known */
	BL_VEC(bl_evidence) evidence;
	BL_VEC(uint32_t) candidates;  /* other stages that come near */
	BL_VEC(bl_image_layer) layers;
	BL_VEC(uint32_t) runs;        /* asset nodes, sorted by id */
	BL_VEC(bl_str) missing;       /* what further input would tell more */
} bl_image_origin;

typedef BL_VEC(bl_image_origin *) bl_image_origins;

/*
 * Links the graph's resource nodes with its asset nodes (added from snapshots before) and adds the links and their PROVISIONS edges; seals the links layer.
 * What is known of images is appended to images, in the graph's arena. The order of input never changes the result.
 */
void bl_mapping_run(bl_graph *graph, const bl_mapping_input *input, bl_image_origins *images);

/* Resource nodes that no asset answers to, and asset nodes that no code declares; both sorted. Nothing is called missing over a partial snapshot. */
void bl_mapping_unmatched(const bl_graph *graph, bl_arena *arena, const bl_mapping_input *input,
	const uint32_t **code_only, size_t *ncode, const uint32_t **cloud_only, size_t *ncloud);

/*
 * Which side changed. CODE_AHEAD: what runs is what this very line said before. CLOUD_CHANGED: the line's whole past is known and never said it. UNKNOWN: there is
 * no history, the value does not stand in the line as it is (a reference, an expression, a list over several lines), or too much was asked already.
 */
typedef enum bl_drift_class { BL_DRIFT_UNKNOWN, BL_DRIFT_CLOUD_CHANGED, BL_DRIFT_CODE_AHEAD } bl_drift_class;

/* A difference between what code says and what runs, for a mapped pair. */
typedef struct bl_drift {
	const bl_link *link;
	bl_drift_class class;
	bl_str path;
	const bl_value *code;  /* NULL for a tag that no code gives */
	const bl_value *cloud; /* NULL for an element of a list that is not there */
	bl_span span;
} bl_drift;
/* history may be NULL: every class is then unknown. Sorted by asset, address and path. */
size_t bl_mapping_drift(const bl_graph *graph, const bl_schema *schema, const bl_mapping_history *history, bl_arena *arena,
	const bl_drift **out);

/* What further input would make a link surer, in words; the list is in arena. */
size_t bl_mapping_missing(const bl_graph *graph, const bl_link *link, bl_arena *arena, const bl_str **out);

#endif

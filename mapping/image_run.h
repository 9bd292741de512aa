/* Inside mapping/ only: what is known of images while their Dockerfiles are looked for. */
#ifndef BL_MAPPING_IMAGE_RUN_H
#define BL_MAPPING_IMAGE_RUN_H

#include "mapping/claims.h"
#include "mapping/history.h"

typedef BL_VEC(uint32_t) bl_image_nodes;

/* What speaks for one stage of a Dockerfile. */
typedef struct bl_image_candidate {
	uint32_t stage;
	bl_claim claim; /* its evidence alone counts */
} bl_image_candidate;

/* What speaks for a repository. */
typedef struct bl_image_hint {
	bl_str repo, commit, dockerfile, target, workflow; /* but for repo empty where it is not said */
	bl_evidence_row row;
	bl_str why;
} bl_image_hint;

/* An image: what one digest names, or, where no digest is known, one reference. */
typedef struct bl_image_entity {
	bl_image_origin *origin;
	const bl_image *image;  /* the one that shows most of its history, or NULL */
	const bl_value *labels; /* or NULL */
	bl_str source, revision; /* that the labels name, or empty */
	bl_str base_digest;
	BL_VEC(bl_image_name) names;
	bl_image_nodes nodes; /* of the graph: references to it */
	BL_VEC(bl_image_candidate) candidates;
	BL_VEC(bl_image_hint) hints;
} bl_image_entity;

typedef struct bl_image_stage {
	uint32_t node;
	uint32_t repo; /* of the run's repos */
	bl_image_nodes instructions;
	bl_history history; /* of a final stage; its first use makes it */
	bool final, has_history;
} bl_image_stage;

typedef BL_VEC(bl_str) bl_image_repos;

typedef struct bl_image_run {
	bl_graph *graph;
	const bl_mapping_input *input;
	bl_arena arena, scratch; /* scratch is one image's */
	BL_VEC(bl_image_entity *) entities;
	bl_map by_digest, by_name; /* -> entity */
	bl_map by_layers;          /* labels and layers -> entity */
	bl_map by_status;          /* asset and name: a digest is known of that */
	bl_image_entity **of_node; /* by node of the graph: the entity that it names, or NULL */
	bl_map deployed;           /* name without tag -> bl_image_repos: who deploys one that is called so */
	bl_image_repos repos;      /* that have Dockerfiles */
	BL_VEC(bl_image_stage) stages;
	bl_map stage_numbers;      /* root pointer and stage name -> number + 1 */
} bl_image_run;

/* image_gather.c: the Dockerfiles' stages, the images that snapshots show, and what runs them. */
void bl_image_run_gather(bl_image_run *r);
/* The repositories whose code deploys an image of that name, whatever its tag; or NULL. */
const bl_image_repos *bl_image_run_deployers(bl_image_run *r, const bl_image_name *name);

/* image_hints.c: what names the repository an image comes from. */
/* Reads the labels of all images, and files those that have any under their layers. */
void bl_image_run_read_labels(bl_image_run *r);
void bl_image_run_find_provenance(bl_image_run *r);
void bl_image_run_find_labels(bl_image_run *r, bl_image_entity *e);
void bl_image_run_find_commits(bl_image_run *r, bl_image_entity *e);
/*
 * Lends a hint to the stages it is for: of the Dockerfile that it names; else those that its workflow builds, or all of the repository; of these the ones that something
 * speaks for, if there are any.
 */
void bl_image_run_apply(bl_image_run *r, bl_image_entity *e, const bl_image_hint *hint);

/* images.c: adds evidence for a stage. */
void bl_image_run_support(bl_image_run *r, bl_image_entity *e, uint32_t stage, bl_evidence_row row, double weight, bl_str why);

static inline bl_arena *bl_image_run_keep(const bl_image_run *r)
{
	return bl_graph_arena(r->graph);
}

static inline const bl_resource *bl_image_run_resource(const bl_image_run *r, uint32_t node)
{
	return bl_graph_node(r->graph, node)->resource;
}

#endif

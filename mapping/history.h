/* Inside mapping/ only: what an image's history says that a Dockerfile says, too. */
#ifndef BL_MAPPING_HISTORY_H
#define BL_MAPPING_HISTORY_H

#include "core/model/image.h"
#include "core/model/resource.h"

typedef enum bl_history_kind { BL_HISTORY_OTHER, BL_HISTORY_ADD, BL_HISTORY_COPY, BL_HISTORY_RUN, BL_HISTORY_WORKDIR } bl_history_kind;

/* A command in a form that builders and Dockerfiles share: of COPY and ADD where to, of RUN what is run, white space made one blank. */
typedef struct bl_history_command {
	bl_history_kind kind;
	bl_str text;
	bl_str sources; /* of COPY and ADD; empty where a builder tells their content only */
	uint64_t *words; /* of RUN: hashes of its words, each once, sorted */
	size_t nwords;
	uint64_t head;   /* of RUN: hash of the first two, 0 where there are not so many */
} bl_history_command;

/* The commands of an image or a Dockerfile's stage, in order. */
typedef struct bl_history {
	bl_history_command *commands;
	const bl_resource **from; /* of a stage: the instructions */
	size_t n;
} bl_history;

/* What each step's created_by says, as the classic builder or BuildKit writes it. */
bl_history bl_history_of_image(bl_arena *arena, const bl_image *image);
/* What the instructions of a stage that make layers or a WORKDIR say. */
bl_history bl_history_of_stage(bl_arena *arena, const bl_resource *const *instructions, size_t n);

/* The steps and instructions that belong together, from the last backwards. */
typedef struct bl_history_match {
	double alike;         /* mean over the instructions that make layers */
	size_t instructions;  /* how many those are */
	double explained;     /* their sum */
	size_t told;          /* characters of those that are equal: COPY . . is in every other Dockerfile */
	size_t first;         /* the first step that is not the base's */
} bl_history_match;

/*
 * by_step (or NULL) has as many as the image has steps, all NULL: the instruction of each is set. What stands before the first is the base's. Gives up when no more than
 * least can be reached; alike is then less than that.
 */
bl_history_match bl_history_compare(const bl_history *image, const bl_history *stage, double least, const bl_resource **by_step);
/* The share of the instructions that make no layer (ENV, CMD and the like) that the image's history tells, too; 0 where there are none. */
double bl_history_told(bl_arena *arena, const bl_history *image, const bl_resource *const *instructions, size_t n);

#endif

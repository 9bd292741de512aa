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
} bl_history_command;

/* What a step's created_by says, as the classic builder or BuildKit writes it. */
bl_history_command bl_history_of_step(bl_arena *arena, bl_str created_by);
/* What an instruction of a Dockerfile says. */
bl_history_command bl_history_of_instruction(bl_arena *arena, const bl_resource *instruction);
/* 0 to 1: equal, one within the other, begun alike, or by the words they share. */
double bl_history_alike(bl_history_command a, bl_history_command b);

/* The steps and instructions that belong together, from the last backwards. */
typedef struct bl_history_match {
	double alike;         /* mean over the instructions that make layers */
	size_t instructions;  /* how many those are */
	double explained;     /* their sum */
	size_t told;          /* characters of those that are equal: COPY . . is in every other Dockerfile */
	const bl_resource **by_step; /* as many as the image has steps: the instruction, or NULL; what stands before the first is the base's */
	size_t first;         /* the first step that is not the base's */
} bl_history_match;

/* The share of the instructions that make no layer (ENV, CMD and the like) that the image's history tells, too; 0 where there are none. */
double bl_history_told(bl_arena *arena, const bl_image *image, const bl_resource *const *instructions, size_t n);

bl_history_match bl_history_compare(bl_arena *arena, const bl_image *image, const bl_resource *const *instructions, size_t n);

#endif

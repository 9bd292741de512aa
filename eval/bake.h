/* Inside eval/ only: docker-bake files. bake.c reads targets, bake_names.c says what names and functions mean in expressions. */
#ifndef BL_EVAL_BAKE_H
#define BL_EVAL_BAKE_H

#include "eval/terraform.h"

/* A target as it is written: a block a file, or one for each round of its matrix. */
typedef struct bl_bake_target {
	bl_str name;
	BL_VEC(const bl_block *) blocks; /* in the order of files: later ones go over earlier ones */
	const bl_tf_frame *frame;        /* what the matrix's names are in this round; or NULL */
	bool busy, done;
	bl_items attrs; /* with those inherited; when done */
} bl_bake_target;

typedef struct bl_bake {
	bl_tf tf;
	bl_tf_own own;
	bl_map variables; /* name -> what bake_names.c keeps */
	bl_map functions; /* name -> bl_block */
	bl_map targets;   /* name -> bl_bake_target: those that are built, rounds of a matrix each */
	bl_map groups;    /* name -> bl_attr: their targets */
	const bl_str *folder; /* where bake is run; NULL: nobody knows */
	int calls;        /* of functions of the file, nested */
} bl_bake;

/* The files' variables and functions; targets are the caller's. */
void bl_bake_begin(bl_bake *bake, const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);
/* A target's attributes with what it inherits. */
const bl_items *bl_bake_attrs(bl_bake *bake, bl_bake_target *target);
/*
 * What bake makes of the files when it is run in a folder for the targets and groups of these names, or for its default: their builds, into out. An unknown
 * name stands for all.
 */
void bl_bake_run(const bl_eval_input *input, bl_arena *arena, bl_str folder, const bl_values *names, bl_evaluation *out);

#endif

/* Inside eval/arm*.c only: one ARM template being evaluated with its parameters. */
#ifndef BL_EVAL_ARM_H
#define BL_EVAL_ARM_H

#include "eval/azure.h"

typedef struct bl_arm_memo {
	bool busy;
	const bl_value *value;
} bl_arm_memo;

typedef struct bl_arm_scope {
	bl_azure *azure;
	const bl_expr *body;    /* the template, an OBJECT */
	const bl_value *inputs; /* a map */
	struct bl_arm_scope *names; /* whose parameters and variables expressions mean: itself, or the template around a nested one */
	bl_str module;          /* the address of the module it is, or empty */
	bl_tri condition;
	const bl_via *via;
	const bl_value *scope_id;
	bl_map memos;     /* "p:NAME" and "v:NAME" in lower case -> bl_arm_memo */
	bl_map addresses; /* taken */
	bl_map by_id;     /* "TYPE/NAME/..." as ids end -> address, in lower case */
} bl_arm_scope;

bl_azure_frame bl_arm_frame(bl_arm_scope *s, const bl_azure_local *locals);
/* A scope of body with nothing evaluated yet. */
bl_arm_scope bl_arm_scope_of(bl_azure *a, const bl_expr *body, const bl_value *inputs);
/* Hands all resources of the template to the sink. */
void bl_arm_emit(bl_arm_scope *s);
/* The template's outputs, as a map. */
const bl_value *bl_arm_outputs(bl_arm_scope *s);
/* The elements of a copy: {count, input} with copyIndex(NAME) set; for a property's or a variable's. */
const bl_value *bl_arm_copy(const bl_azure_frame *f, const bl_expr *copy, bl_str name);
/* The variables that copyIndex() of a loop reads. */
const bl_azure_local *bl_arm_index(bl_azure *a, const bl_azure_local *outer, bl_str loop, const bl_value *i);

#endif

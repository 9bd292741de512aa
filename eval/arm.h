/* Inside eval/arm*.c only: one ARM template being evaluated with its parameters. */
#ifndef BL_EVAL_ARM_H
#define BL_EVAL_ARM_H

#include "eval/azure.h"

enum { BL_ARM_MAX_COPIES = 10000 }; /* of one resource; the service stops at 800 */

typedef enum bl_arm_state { BL_ARM_NEW, BL_ARM_BUSY, BL_ARM_DONE } bl_arm_state;

/* A parameter or a variable. */
typedef struct bl_arm_memo {
	const bl_expr *declared; /* what stands behind its name; of a copy {"name", "count", "input"} */
	bool copy, busy;
	bl_str what; /* "variables('x')", once asked for */
	const bl_value *value;
} bl_arm_memo;

/* One instance of a resource: the only one, or one of a copy. */
typedef struct bl_arm_item {
	struct bl_arm_scope *scope;
	const struct bl_arm_item *parent; /* whose `resources` it stands in */
	const bl_expr *body;              /* an OBJECT */
	bl_str symbol;                    /* languageVersion 2.0: its key */
	bl_str type, api_version;         /* in full */
	const bl_value *name;             /* in full */
	bl_str sign;                      /* the name, as bl_arm_sign writes it */
	bl_str address, label;
	const bl_azure_local *locals;
	const char *star; /* "[*]" for the instances of a copy that are not known */
	int64_t index;    /* in its copy, or -1 */
	bl_tri condition;
	bool existing;
	bl_arm_state body_state, run_state;
	const bl_value *native;       /* the body's value, once asked for */
	const bl_value *outputs;      /* a deployment's */
	bl_azure_resources resources; /* a deployment's */
} bl_arm_item;

/* What all templates of a root find in one place. */
typedef struct bl_arm_index {
	bl_map addresses; /* address -> bl_arm_item */
	bl_map taken;     /* addresses, while they are given out */
} bl_arm_index;

typedef struct bl_arm_scope {
	bl_azure *azure;
	const bl_document *document; /* the file it stands in; NULL: the console */
	const bl_expr *body;    /* the template, an OBJECT */
	const bl_value *inputs; /* a map */
	struct bl_arm_scope *names; /* whose parameters and variables expressions mean: itself, or the template around a nested one */
	const struct bl_arm_scope *outer; /* the template around a nested one */
	bl_str module;          /* the address of the module it is, or empty */
	bl_tri condition;
	const bl_via *via;
	const bl_value *scope_id; /* of the scope that its resources go to */
	const bl_azure_local *locals; /* of a nested template that means the names around it: the copies it stands in */
	bl_map memos;   /* "p:NAME" and "v:NAME" in lower case -> bl_arm_memo; filled when declared is set */
	bool declared;
	bl_map symbols; /* symbol, with [i] in a copy -> bl_arm_item */
	bl_map ids;     /* "TYPE\x1fNAMES" in lower case -> bl_arm_item */
	bl_map names_only; /* a name in lower case -> bl_arm_item, or NULL where several have it */
	BL_VEC(bl_arm_item *) items; /* in source order, children after what they stand in */
	bl_arm_index *index;
} bl_arm_scope;

bl_azure_frame bl_arm_frame(bl_arm_scope *s, const bl_azure_local *locals);
/* A scope of body with nothing evaluated yet; around: the template it is nested in, or NULL. */
bl_arm_scope *bl_arm_scope_new(bl_azure *a, const bl_document *document, const bl_expr *body, const bl_value *inputs,
	bl_arm_scope *around);
/* Works out which resources there are; then hands them all to the sink. */
void bl_arm_emit(bl_arm_scope *s);
/* The template's outputs, as a map. */
const bl_value *bl_arm_outputs(bl_arm_scope *s);
/* The elements of a copy: {count, input} with copyIndex(NAME) set; for a property's or a variable's. */
const bl_value *bl_arm_copy(const bl_azure_frame *f, const bl_expr *copy, bl_str name);
/* The variables that copyIndex() of a loop reads. */
const bl_azure_local *bl_arm_index_locals(bl_azure *a, const bl_azure_local *outer, bl_str loop, const bl_value *i);
/* The expression that parameters(NAME)'s default or variables(NAME) stands for; NULL where a value was given, or there is none. */
const bl_expr *bl_arm_definition(bl_arm_scope *s, bl_str name, bool parameter);
/* The argument of that name of the user's function that is being called; or NULL. */
const bl_value *bl_arm_argument(const bl_azure_frame *f, bl_str name);
/* A local of that name, without regard to case; or NULL. */
const bl_value *bl_arm_local(const bl_azure_frame *f, bl_str name);

/* The value of key name, compared without regard to case, in an OBJECT; or NULL. */
const bl_expr *bl_arm_entry(const bl_expr *object, bl_str name);
/* The text of a literal, or empty. */
bl_str bl_arm_text(const bl_expr *e);
/* What declares the type: declared itself, or what its "$ref": "#/definitions/NAME" leads to. */
const bl_expr *bl_arm_type(const bl_arm_scope *s, const bl_expr *declared);
/* A parameter that nobody sets: null where it may be, else what its type leaves. */
const bl_value *bl_arm_unset(bl_arm_scope *s, bl_str name, const bl_expr *declared);
/* v with all that its declaration calls secure marked as sensitive. */
const bl_value *bl_arm_guard(bl_arm_scope *s, const bl_value *v, const bl_expr *declared);

/* Works out what the body of an item says. NULL while that is being done. */
const bl_value *bl_arm_body(bl_arm_item *it);
/* Evaluates the template of a deployment, once: its outputs, and its resources, which wait in it for their turn. */
void bl_arm_run(bl_arm_item *it);
bool bl_arm_is_deployment(const bl_arm_item *it);

/*
 * What e says, with a mark in angle brackets for each part that is not known: two expressions with equal signs have equal
 * values. Empty when that gets too long.
 */
bl_str bl_arm_sign(const bl_azure_frame *f, const bl_expr *e);
/* The calls that know about resources: reference(), resourceId() and the like. NULL for any other. */
const bl_value *bl_arm_call(const bl_azure_frame *f, const bl_expr *e);
/* bl_azure_frame's. */
const bl_value *bl_arm_member(const bl_azure_frame *f, const bl_ref *resource, bl_str path, bl_span span);
/* The item that an id, a symbol or a name stands for; NULL where there is none. */
bl_arm_item *bl_arm_find(const bl_arm_scope *s, const bl_value *v);
/* Makes the item findable by symbol, id and name. */
void bl_arm_register(bl_arm_item *it);
/* The item of exactly this type and these signed names, joined by '/'. */
bl_arm_item *bl_arm_find_typed(const bl_arm_scope *s, bl_str type, bl_str names);

#endif

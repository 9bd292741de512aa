/*
 * Inside eval/bicep_check*.c only: what the compiler refuses. Each message ends with the compiler's code, "(BCP057)". A check that
 * lacks what it needs to be sure, such as the types of resources, says nothing.
 */
#ifndef BL_EVAL_BICEP_CHECK_H
#define BL_EVAL_BICEP_CHECK_H

#include "eval/bicep_type.h"

/* A loop's variable, or a lambda's or a function's parameter. */
typedef struct bl_bicep_variable {
	bl_str name;
	const bl_bicep_type *type;
	bool lambda;
	const struct bl_bicep_variable *next;
} bl_bicep_variable;

/* What the place an expression stands in asks of it. */
typedef struct bl_bicep_rules {
	bool parameter;   /* a parameter's default: utcNow() and other parameters, but nothing else that is declared */
	bool function;    /* a function's body: only its own parameters, functions and variables */
	bool constant;    /* a compile-time constant: no names, no calls */
	bool loop_ok;     /* the expression itself may be a for-expression */
	bool property;    /* within a property of a resource or module: its value may be one */
	bool secret_ok;   /* getSecret() may stand here */
	bool resource;    /* within a resource or a module, or an output: reference() and list*() may stand here */
	bool in_loop;     /* within a property's for-expression */
	bool collection_ok; /* a resource collection may be named as a whole */
	bool deployed;    /* runtime values may stand here */
} bl_bicep_rules;

typedef struct bl_bicep_checker {
	bl_bicep_scope *s;
	bl_arena *arena;
	bl_diag_list *diags;
	bool parameters; /* a .bicepparam file */
	bool extended;   /* an extension may bring names of its own */
	const bl_bicep_variable *locals;
	bl_bicep_rules rules;
	bl_bicep_symbol *busy; /* the statement whose expressions are being looked at, innermost; or NULL */
	bl_str target; /* the file's targetScope */
	bool whole;    /* a resource itself is no value that is known at the start */
	int depth;
} bl_bicep_checker;

void bl_bicep_error(bl_bicep_checker *c, bl_span span, const char *code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

enum { BL_BICEP_MAX_CHECKED = 200 /* expressions within one another: what is deeper is not looked at */ };

/* ---- bicep_check_expr.c ---- */

/* The type of an expression; what is wrong in it is reported. Never NULL. */
const bl_bicep_type *bl_bicep_infer(bl_bicep_checker *c, const bl_expr *e);
/* As bl_bicep_infer, where a value of type `to` is wanted. */
void bl_bicep_expect(bl_bicep_checker *c, const bl_bicep_type *to, const bl_expr *e);
/* Runs body over a for-expression's body, its variables set. */
typedef void (*bl_bicep_body)(bl_bicep_checker *c, const bl_expr *e, void *context);
void bl_bicep_each(bl_bicep_checker *c, const bl_expr *e, bl_bicep_body body, void *context);
/* Runs over e with other rules. */
const bl_bicep_type *bl_bicep_infer_with(bl_bicep_checker *c, const bl_expr *e, bl_bicep_rules rules);
/* As bl_bicep_infer, for what is below an expression: it is neither a property's value nor a loop's place any more. */
const bl_bicep_type *bl_bicep_infer_part(bl_bicep_checker *c, const bl_expr *e);

/* ---- bicep_check_name.c ---- */

/* A resource or a module. */
bool bl_bicep_is_deployable(const bl_block *block);
/* The resource nested in a block under that name, or NULL. */
const bl_block *bl_bicep_nested_resource(const bl_block *block, bl_str child);
/* The loop's or lambda's variable of that name, or NULL: it goes before what a statement declares, which bl_bicep_find gives. */
const bl_bicep_variable *bl_bicep_local(const bl_bicep_checker *c, bl_str name);
bl_bicep_symbol *bl_bicep_find(const bl_bicep_checker *c, bl_str name);
/* The type of a name that a statement declares. */
const bl_bicep_type *bl_bicep_symbol_type(bl_bicep_checker *c, bl_bicep_symbol *symbol);
/* As bl_bicep_infer, of a NAME, ATTR, INDEX or CHILD. */
const bl_bicep_type *bl_bicep_infer_name(bl_bicep_checker *c, const bl_expr *e);
const bl_bicep_type *bl_bicep_infer_member(bl_bicep_checker *c, const bl_expr *e);
const bl_bicep_type *bl_bicep_infer_element(bl_bicep_checker *c, const bl_expr *e);
const bl_bicep_type *bl_bicep_infer_child(bl_bicep_checker *c, const bl_expr *e);

/* ---- bicep_check_start.c ---- */

/* The resource or module statement that e names, through ::, [i] and variables; NULL for any other value. */
const bl_block *bl_bicep_named_resource(bl_bicep_checker *c, const bl_expr *e);
/* Reports the parts of e that are known only once something has been deployed. */
void bl_bicep_need_start(bl_bicep_checker *c, const bl_expr *e, const char *code, const char *what);

/* ---- bicep_check_call.c ---- */

const bl_bicep_type *bl_bicep_infer_call(bl_bicep_checker *c, const bl_expr *e);
/* Whether there is a built-in function of that name. */
bool bl_bicep_is_function(bl_str name);

/* ---- bicep_check_decorator.c ---- */

void bl_bicep_check_decorators(bl_bicep_checker *c, const bl_block *block);
/* The decorators on a property or an item of a type. */
void bl_bicep_check_type_decorators(bl_bicep_checker *c, const bl_expr *type);

/* ---- bicep_check_resource.c ---- */

void bl_bicep_check_resource(bl_bicep_checker *c, const bl_block *block, const bl_block *parent);
/* The body of a resource or module: its loop and its condition; check looks at the object. */
void bl_bicep_check_body(bl_bicep_checker *c, const bl_block *block, bl_bicep_body check, void *context);
/* Resources of a type, or modules, that are given one name. */
void bl_bicep_check_names(bl_bicep_checker *c, const char *kind);
/* ---- bicep_check_module.c ---- */

void bl_bicep_check_module(bl_bicep_checker *c, const bl_block *block);
/* What file's parameters take, as an object; NULL when it is not known. */
const bl_bicep_type *bl_bicep_parameters_of(bl_bicep_checker *c, const bl_document *file);
/* The type of a module's member "outputs", or NULL when it is not known. */
const bl_bicep_type *bl_bicep_module_outputs(bl_bicep_checker *c, const bl_block *block);

/* ---- bicep_check_type.c ---- */

/* A type expression of a statement: names, unions, cycles. */
void bl_bicep_check_type(bl_bicep_checker *c, const bl_expr *type, const bl_block *block);

/* ---- bicep_check.c ---- */

#endif

/* Inside eval/bicep*.c only: Bicep's types, as far as they decide what a value may be. */
#ifndef BL_EVAL_BICEP_TYPE_H
#define BL_EVAL_BICEP_TYPE_H

#include "eval/bicep.h"

typedef enum bl_bicep_type_kind {
	BL_BICEP_ANY, /* nothing is known, so nothing is said against it */
	BL_BICEP_NULL,
	BL_BICEP_BOOL,
	BL_BICEP_INT,
	BL_BICEP_STRING,
	BL_BICEP_ARRAY,
	BL_BICEP_OBJECT,
	BL_BICEP_UNION,
	BL_BICEP_LAMBDA,
	BL_BICEP_RESOURCE, /* a resource, or with is_module a module; in a loop: an ARRAY of it */
	BL_BICEP_SCOPE     /* what resourceGroup(), subscription(), managementGroup() and tenant() give */
} bl_bicep_type_kind;

typedef struct bl_bicep_type bl_bicep_type;

typedef struct bl_bicep_property {
	bl_str name;
	const bl_bicep_type *type;
	bool optional;
} bl_bicep_property;

struct bl_bicep_type {
	uint8_t kind;
	bool tuple;  /* ARRAY: items says each element's type */
	bool closed; /* OBJECT: it has no other properties than these, and that is an error to overlook */
	bool secure;
	bool bounded_below, bounded_above;
	int64_t least, most;     /* of an INT; of the length of a STRING or ARRAY */
	const bl_value *literal; /* BOOL, INT, STRING: the only value it has; or NULL */
	const bl_bicep_type *element; /* ARRAY; OBJECT: what `*` says. NULL: anything */
	BL_VEC(const bl_bicep_type *) items; /* UNION's members, a tuple's elements */
	BL_VEC(bl_bicep_property) properties;
	const bl_block *block;  /* RESOURCE: the statement */
	bl_str name;            /* RESOURCE: its type; SCOPE: "resourceGroup", ... */
	uint32_t parameters;    /* LAMBDA */
	const bl_bicep_type *result; /* LAMBDA */
};

extern const bl_bicep_type bl_bicep_t_any, bl_bicep_t_null, bl_bicep_t_bool, bl_bicep_t_int, bl_bicep_t_string,
	bl_bicep_t_array, bl_bicep_t_object;

/* The type of a keyword ("int", "object", ...), or NULL. */
const bl_bicep_type *bl_bicep_type_named(bl_str name);
/* What a type expression (a TYPE or its structure) stands for in the file s. Never NULL: ANY for what is wrong or not known. */
const bl_bicep_type *bl_bicep_type_of(bl_bicep_scope *s, const bl_expr *e);
/* The type that a param, output, var or type statement declares, its decorators included; NULL without one. */
const bl_bicep_type *bl_bicep_declared_type(bl_bicep_scope *s, const bl_block *block);
/* A statement's type as its decorators (@minValue, @secure, ...) narrow it. */
/* What e names in s: NAME, or FILE.NAME of an imported file; NULL when it is neither, or there is none. */
bl_bicep_symbol *bl_bicep_symbol_of(bl_bicep_scope *s, const bl_expr *e);
const bl_bicep_type *bl_bicep_decorated(bl_bicep_scope *s, const bl_block *block, const bl_bicep_type *type);
const bl_bicep_type *bl_bicep_literal_type(bl_arena *arena, const bl_value *v);
const bl_bicep_type *bl_bicep_array_of(bl_arena *arena, const bl_bicep_type *element);
/* Either of two types. */
const bl_bicep_type *bl_bicep_union_of(bl_arena *arena, const bl_bicep_type *a, const bl_bicep_type *b);
const bl_bicep_property *bl_bicep_find_property(const bl_bicep_type *type, bl_str name);
bool bl_bicep_is_nullable(const bl_bicep_type *type);
/* Without null. */
const bl_bicep_type *bl_bicep_not_null(bl_arena *arena, const bl_bicep_type *type);

/* False only when no value of `from` can be a value of `to`, as the compiler sees it. */
bool bl_bicep_assignable(const bl_bicep_type *to, const bl_bicep_type *from);
/* In words: "string", "'a' | 'b'", "int[]". */
bl_str bl_bicep_type_text(bl_arena *arena, const bl_bicep_type *type);

#endif

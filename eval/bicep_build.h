/*
 * Inside eval/bicep_build*.c only: the ARM template that a Bicep file stands for. Everything is written from the syntax tree, nothing is evaluated:
 * expressions become text, and files are values whose strings are `[expressions]`.
 */
#ifndef BL_EVAL_BICEP_BUILD_H
#define BL_EVAL_BICEP_BUILD_H

#include "eval/bicep_type.h"

/* What a loop's variable, a lambda's or a function's parameter is in the template: an expression's text. */
typedef struct bl_bicep_binding {
	bl_str name, text;
	const struct bl_bicep_binding *next;
} bl_bicep_binding;

/* A name that was imported from another file, and what it is called here. */
typedef struct bl_bicep_import {
	bl_bicep_symbol *symbol;
	bl_str name;
} bl_bicep_import;

typedef struct bl_bicep_builder {
	bl_bicep_scope *s;
	bl_arena *arena;
	bl_diag_list *diags;
	bool symbolic;  /* resources are named; else they are a list */
	bool extended;  /* an extension brings resources of its own */
	const bl_bicep_binding *locals;
	bl_bicep_declared *current; /* the resource being written; or NULL */
	bl_bicep_symbol *imported;  /* the imported statement being written, whose file's names are meant; or NULL */
	bl_items loaded;            /* "$fxv#0" -> what load*Content() read */
	BL_VEC(bl_bicep_import) imports;
	size_t *size;               /* bytes written so far, those of all modules together */
	int depth;
	int modules; /* files around this one */
} bl_bicep_builder;

/* Says that something cannot be built; the template goes on with a null in its place. */
void bl_bicep_refuse(bl_bicep_builder *b, bl_span span, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* ---- bicep_build_expr.c ---- */

/* An expression's text, without brackets. */
bl_str bl_bicep_build_text(bl_bicep_builder *b, const bl_expr *e);
/* An expression as a value: literals, objects and lists as they are, all else as "[text]". */
const bl_value *bl_bicep_build_value(bl_bicep_builder *b, const bl_expr *e);
const bl_value *bl_bicep_build_string(bl_bicep_builder *b, bl_str text); /* "[text]" */
/* Whether the limit on what is written has been met; it is reported once. */
bool bl_bicep_build_is_full(bl_bicep_builder *b, bl_span span);
bl_str bl_bicep_build_quote(bl_bicep_builder *b, bl_str s); /* 'text' */
/* A loop as {"name", "count", "input"}: name is what copyIndex() is given, label the "name"; either may be empty. */
const bl_value *bl_bicep_build_copy(bl_bicep_builder *b, const bl_expr *loop, bl_str name, bl_str label);
/* Sets a loop's variables for the element that index, an expression's text, says; what was set before is returned. */
const bl_bicep_binding *bl_bicep_bind_loop(bl_bicep_builder *b, const bl_expr *loop, bl_str index);
/* Finds the files that e loads: they are numbered in the order of the source. */
void bl_bicep_build_loads(bl_bicep_builder *b, const bl_expr *e, int depth);
/* Must the variable's value stand wherever it is used, since it is known only once something is deployed? */
bool bl_bicep_is_inlined(bl_bicep_builder *b, bl_bicep_symbol *symbol);
/* The name of an imported function, variable or type in this template; it is written once it has been asked for. */
bl_str bl_bicep_build_imported(bl_bicep_builder *b, bl_bicep_symbol *symbol);

/* ---- bicep_build_ref.c ---- */

/*
 * A resource or module that an expression names. index: the expression that chooses from a collection, index_text its text; without one it is the
 * whole collection, or the element that is being written.
 */
typedef struct bl_bicep_named {
	bl_bicep_declared *declared;
	const bl_expr *index;
	bl_str index_text;
} bl_bicep_named;

bool bl_bicep_build_target(bl_bicep_builder *b, const bl_expr *e, bl_bicep_named *t);
/* Is that property known before the resource is there? */
bool bl_bicep_is_known(const bl_bicep_declared *d, bl_str key);
/* `a::b` */
bl_str bl_bicep_build_symbol(bl_bicep_builder *b, const bl_bicep_declared *d);
bl_str bl_bicep_build_id(bl_bicep_builder *b, const bl_bicep_named *t);
/* The name as it is deployed: its own part, or with those of its parents. */
const bl_value *bl_bicep_build_name(bl_bicep_builder *b, const bl_bicep_named *t);
/* The text of a member chain over a resource; false when e is none. */
bool bl_bicep_build_member(bl_bicep_builder *b, const bl_expr *e, bl_str *out);
/* The resource as a whole, as `.?` reads it. */
bl_str bl_bicep_build_guarded(bl_bicep_builder *b, const bl_bicep_named *t);
/* What listKeys() and the like are called with: the symbol or the id, and the version. */
bl_str bl_bicep_build_resource(bl_bicep_builder *b, const bl_bicep_named *t);
/* The resource's body object, through loops and conditions; NULL without one. condition may be NULL. */
const bl_expr *bl_bicep_build_body(const bl_bicep_declared *d, const bl_expr **loop, const bl_expr **condition);
/* The resource that stands around d: what it is nested in, or what its `parent` names. */
bool bl_bicep_build_parent(bl_bicep_builder *b, bl_bicep_declared *d, bl_bicep_named *out);

/* ---- bicep_build_resource.c ---- */

/* "resources" */
const bl_value *bl_bicep_build_resources(bl_bicep_builder *b);

/* ---- bicep_build_type.c ---- */

/* A type's schema, with the decorators that stand on it; base: the items put first. */
const bl_value *bl_bicep_build_schema(bl_bicep_builder *b, const bl_expr *type, const bl_expr *const *decorators, size_t n,
	const bl_value *preset);
/* Whether the file needs the second version of the template language. */
bool bl_bicep_is_symbolic(const bl_document *document);

/* ---- bicep_build.c ---- */

/* The template of a file. */
const bl_value *bl_bicep_build_file(bl_bicep_scope *s, bl_diag_list *diags, int modules, size_t *size);

#endif

/* Dockerfile words: quotes, escapes and variables as BuildKit expands them, with what is unknown
 * kept unknown. */
#ifndef BL_EVAL_DOCKER_EXPAND_H
#define BL_EVAL_DOCKER_EXPAND_H

#include "core/base/diag.h"
#include "core/base/map.h"
#include "core/base/value.h"

typedef BL_VEC(bl_str) bl_docker_names;

/* Variables in force at one place. */
typedef struct bl_docker_scope {
	bl_map values;                        /* name -> const bl_value *: a string or an unknown */
	const struct bl_docker_scope *parent; /* where a variable is looked for next, or NULL */
	bool closed; /* a variable that is not among them is unset; else the base image may set it
		      */
	char escape; /* '\\' or '`' */
	bl_docker_names *unset; /* where not NULL: gathers the variables asked for that nothing here
				   sets */
} bl_docker_scope;

void bl_docker_scope_set(
	bl_arena *arena, bl_docker_scope *scope, bl_str name, const bl_value *value);

/*
 * The word's value at span: a string, or an unknown that keeps what stands before and after what
 * isn't known. A value that came through one variable says so. NULL, with the words in *why, where
 * BuildKit refuses it.
 */
const bl_value *bl_docker_expand(
	bl_arena *arena, const bl_docker_scope *scope, bl_str word, bl_span span, bl_str *why);
/* As bl_docker_expand, cut into words at white space that is not quoted, whether it was written or
 * came out of a variable; a text that is not known is one unknown. False where BuildKit refuses it. */
bool bl_docker_expand_words(bl_arena *arena, const bl_docker_scope *scope, bl_str word,
	bl_span span, bl_values *out, bl_str *why);
/* The variable's value; NULL where the scope says nothing of it. */
const bl_value *bl_docker_scope_get(const bl_docker_scope *scope, bl_str name);

#endif

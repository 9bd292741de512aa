/* Inside eval/pipeline/github_expr.c, github_compare.c and github_function.c only: an expression as it is read and evaluated. */
#ifndef BL_EVAL_PIPELINE_GITHUB_EXPR_H
#define BL_EVAL_PIPELINE_GITHUB_EXPR_H

#include "eval/pipeline/github.h"

enum { BL_GITHUB_MAX_ARGUMENTS = 64 /* of a call: more are not looked at */ };

typedef struct bl_github_reader {
	bl_arena *arena;
	const bl_github_contexts *contexts;
	bl_str s;
	size_t at;
	bl_span span; /* of what is made */
	int depth;
	bool wrong; /* it is no expression */
} bl_github_reader;

/* ---- github_compare.c ---- */

typedef enum bl_github_relation {
	BL_GITHUB_AT_LEAST,
	BL_GITHUB_AT_MOST,
	BL_GITHUB_CONTAINS, /* a text the other, or a list an element equal to it */
	BL_GITHUB_ENDS_WITH,
	BL_GITHUB_EQUAL,
	BL_GITHUB_LESS,
	BL_GITHUB_MORE,
	BL_GITHUB_NOT_EQUAL,
	BL_GITHUB_STARTS_WITH
} bl_github_relation;

/* Whether a stands in that relation to b, kinds coerced and case folded as GitHub does: a boolean, or an unknown one. */
const bl_value *bl_github_compare(bl_github_reader *r, bl_github_relation relation, const bl_value *a, const bl_value *b);
/* A boolean that may be yes, may be no, or both: the answers that candidates give are its own. */
const bl_value *bl_github_either(bl_github_reader *r, bool yes, bool no);
/* Something of a bl_kind (-1: of any) made of these values, some of which are not known: it keeps why, and what they are made of. */
bl_value *bl_github_made_of(bl_github_reader *r, int type, const bl_value *const *from, size_t n);
/* The number that a text is, 0 for an empty one, NaN for any other text. */
double bl_github_number(bl_str s);
const bl_value *bl_github_unclear(bl_github_reader *r, const char *why);
const bl_value *bl_github_unknown_bool(bl_github_reader *r, const bl_value *because);

/* ---- github_function.c ---- */

/* Calls a function; NULL where there is none of that name that takes n arguments. */
const bl_value *bl_github_call(bl_github_reader *r, bl_str name, const bl_value *const *args, size_t n);

#endif

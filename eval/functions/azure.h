/* Inside eval/functions/ and azure_call.c: the functions of ARM templates, which Bicep has too. */
#ifndef BL_EVAL_FUNCTIONS_AZURE_H
#define BL_EVAL_FUNCTIONS_AZURE_H

#include "eval/azure.h"

/* One call. args are values; no function changes them. */
typedef struct bl_azure_args {
	bl_azure *azure;
	bl_arena *arena;
	bl_span span;
	const bl_value **args;
	size_t n;
	const char *wrong; /* set when NULL is returned: what is wrong with the call */
} bl_azure_args;

typedef const bl_value *(*bl_azure_fn)(bl_azure_args *c);

typedef enum bl_azure_need {
	BL_AZURE_ALL,  /* nothing in any argument may be unknown */
	BL_AZURE_TEXT, /* as BL_AZURE_TOP, but the first argument may be a string that is known in part */
	BL_AZURE_TOP,  /* no argument itself may be unknown or open, what is in them may */
	BL_AZURE_SELF, /* the function looks after unknown arguments itself */
} bl_azure_need;

/* What a call with too much unknown gives is an unknown of kind gives (-1: any). */
#define BL_AZURE_FUNCTION(name, function, least, most, need, gives)                                \
	const bl_value *function(bl_azure_args *c); /* some stand for several names */
#include "eval/functions/azure.def"
#undef BL_AZURE_FUNCTION

static inline const bl_value *bl_azure_wrong(bl_azure_args *c, const char *what)
{
	c->wrong = what;
	return NULL;
}
/* link as it is meant within base, which is an absolute URI or the path of one. */
bl_str bl_azure_uri(bl_arena *arena, bl_str base, bl_str link);
bl_value *bl_azure_string(bl_azure_args *c, bl_str s);
bl_value *bl_azure_bool(bl_azure_args *c, bool b);

#endif

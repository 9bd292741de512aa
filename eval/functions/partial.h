/* Inside eval/functions/ only: Terraform's functions where the first argument is known in part. */
#ifndef BL_EVAL_FUNCTIONS_PARTIAL_H
#define BL_EVAL_FUNCTIONS_PARTIAL_H

#include "eval/functions/functions.h"

/* Is the ith argument known in part at most? For those that the row in functions.def marks with p. */
static inline bool bl_tf_is_partial(const bl_tf_args *a, size_t i)
{
	return a->v[i]->kind == BL_UNKNOWN;
}

/* The text as a result, and done with: a string, or an unknown that waits for what the arguments wait for. */
const bl_value *bl_tf_partial(bl_tf_args *a, bl_partial *p);

/* What every text that the function of this name gives looks like; false when nothing is known of it. */
bool bl_tf_partial_form(bl_str name, bl_partial *p);

/* Each below is the function on an unknown first argument. */
const bl_value *bl_tf_partial_map(bl_tf_args *a, void (*change)(bl_buf *out, bl_str piece));
/* find is not empty */
const bl_value *bl_tf_partial_replace(bl_tf_args *a, bl_str find, bl_str with);
const bl_value *bl_tf_partial_substr(bl_tf_args *a, long long offset, long long length);
const bl_value *bl_tf_partial_trim(bl_tf_args *a, bl_str set);
const bl_value *bl_tf_partial_has_end(bl_tf_args *a, bl_str what, bool last);
const bl_value *bl_tf_partial_contains(bl_tf_args *a, bl_str what);
const bl_value *bl_tf_partial_without_end(bl_tf_args *a, bl_str what, bool last);
/* At a separator of one byte; text is the second argument of split. */
const bl_value *bl_tf_partial_split(bl_tf_args *a, const bl_value *text, char separator);

#endif

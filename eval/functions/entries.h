/* Inside eval/functions/ only: functions where an argument has entries. */
#ifndef BL_EVAL_FUNCTIONS_ENTRIES_H
#define BL_EVAL_FUNCTIONS_ENTRIES_H

#include "eval/functions/functions.h"

/*
 * What the function gives where an argument has entries; NULL when none has, or when the function knows nothing of them: then the arguments are what
 * everybody knows. They are not converted yet.
 */
const bl_value *bl_tf_call_entries(bl_tf_args *a, bl_tf_function function);

#endif

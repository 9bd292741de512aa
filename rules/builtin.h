/* Inside rules/ only: what a rule can't say in data. A row is a predicate on one value, never a whole rule. */
#ifndef BL_RULES_BUILTIN_H
#define BL_RULES_BUILTIN_H

#include "core/base/value.h"

/* v is never NULL and never the null value; arg is what the rule gave, or NULL. Words for a maybe may go to *why. */
struct bl_check {
	const char *name;
	bool takes_arg;
	bl_tri (*holds)(bl_arena *scratch, const bl_value *v, const bl_value *arg, bl_str *why);
};

/* By name; NULL when there is none. */
const struct bl_check *bl_builtin_find(bl_str name);
/* All names, alphabetical. */
size_t bl_builtin_names(const char *const **names);

#endif

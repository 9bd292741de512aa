/* Inside rules/ only: comments that silence a rule: "# belay:ignore RULE[,RULE] [until=DATE] reason", and hadolint's. */
#ifndef BL_RULES_SUPPRESS_H
#define BL_RULES_SUPPRESS_H

#include "core/model/finding.h"
#include "core/model/source.h"

/* Which sources hold any such comment: most hold none, and are looked through once. Safe for several workers. */
typedef struct bl_suppress_marks bl_suppress_marks;
bl_suppress_marks *bl_suppress_marks_new(bl_arena *arena, const bl_sources *sources);

/*
 * The comment for rule among the lines of the resource's block or of the finding, or in the comment lines right above
 * either; NULL when there is none. Whether its date is past is for the caller, who has the clock.
 */
const bl_suppression *bl_suppress_find(bl_arena *arena, bl_suppress_marks *marks, const bl_rule_info *rule, bl_span block,
	bl_span finding);

#endif

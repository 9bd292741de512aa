/* Inside rules/ only: comments that silence a rule: "# belay:ignore RULE[,RULE] [until=DATE] reason", and hadolint's. */
#ifndef BL_RULES_SUPPRESS_H
#define BL_RULES_SUPPRESS_H

#include "core/model/finding.h"
#include "core/model/source.h"

/*
 * The comment for rule among the lines of the resource's block or of the finding, or in the comment lines right above
 * either; NULL when there is none. Whether its date is past is for the caller, who has the clock.
 */
const bl_suppression *bl_suppress_find(bl_arena *arena, const bl_sources *sources, const bl_rule_info *rule, bl_span block,
	bl_span finding);

#endif

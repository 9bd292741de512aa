/* Inside rules/ only: all rules, by what they judge. */
#ifndef BL_RULES_PACK_H
#define BL_RULES_PACK_H

#include "core/model/schema.h"
#include "rules/rule.h"

typedef BL_VEC(uint32_t) bl_rule_numbers;

/* A rule for every type that begins so. */
typedef struct bl_rule_pattern {
	bl_str prefix;
	uint32_t number;
} bl_rule_pattern;

struct bl_rules {
	bl_rule **all; /* sorted by id; numbers below are places in it */
	size_t n, cap;
	bl_map by_id, by_type; /* by_type: canonical or native type -> bl_rule_numbers, rising */
	BL_VEC(bl_rule_pattern) patterns;
	bl_arena arena; /* of the index */
};

/* From tables such as bl_embedded_rules. */
bl_status bl_rules_from(bl_rules **out, const bl_embedded *packs, size_t n, bl_error *error);

#endif

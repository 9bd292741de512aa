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

/* One rule. A compiled-in one is read when it is first asked for: most scans meet the types of few. */
typedef struct bl_rule_slot {
	bl_str id;
	const bl_embedded *source; /* NULL for a rule from a file */
	bl_rule *rule;             /* NULL until it is asked for */
} bl_rule_slot;

struct bl_rules {
	bl_rule_slot *all; /* sorted by id; numbers below are places in it */
	size_t n, cap;
	bl_map by_id;   /* -> bl_rule_slot */
	bl_map by_type; /* canonical or native type -> bl_rule_numbers, rising */
	BL_VEC(bl_rule_pattern) patterns;
	bl_arena arena; /* of the index */
};

/* From tables such as bl_embedded_rules, which the suite reads whole: a wrong one is a wrong program. */
bl_rules *bl_rules_from(const bl_embedded *packs, size_t n);
/* Read by now; not to be called while workers judge. */
const bl_rule *bl_rules_load(bl_rules *rules, uint32_t number);

#endif

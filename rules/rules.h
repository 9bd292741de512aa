/* Stage 4: rules, which are data, judge resources, assets and files. Knows nothing of the languages they were written in. */
#ifndef BL_RULES_RULES_H
#define BL_RULES_RULES_H

#include "core/base/pool.h"
#include "core/model/graph.h"

typedef struct bl_rules bl_rules;

/* The built-in packs, each rule compiled when it is first asked for. Rules live in the session: free with bl_rules_free. */
bl_rules *bl_rules_new(void);
void bl_rules_free(bl_rules *rules);
/*
 * Adds one rule file's text (--rules DIR): id is its path without ".yaml"; a rule of that id is replaced. Problems are words "FILE:LINE:COLUMN: what"
 * (an unknown key names the nearest known one).
 */
bl_status bl_rules_add(bl_rules *rules, bl_str id, bl_str file, bl_str text, bl_error *error);

/* Sorted by id. nth and find compile the rule: not to be called while bl_rules_run works. */
size_t bl_rules_count(const bl_rules *rules);
const bl_rule_info *bl_rules_nth(bl_rules *rules, size_t i);
const bl_rule_info *bl_rules_find(bl_rules *rules, bl_str id);
/* Those that have been compiled: all that a run so far had something to judge with, and those of files. */
size_t bl_rules_read(bl_arena *arena, const bl_rules *rules, const bl_rule_info *const **out);
/* Of a rule's own examples: the language, the text, and its 1-based lines that must be flagged, and those that must be unknown. */
typedef struct bl_rule_example {
	bl_str language, text;
	uint32_t *flag_lines, *unknown_lines;
	size_t nflag, nunknown;
} bl_rule_example;
size_t bl_rules_examples(const bl_rules *rules, const bl_rule_info *rule, const bl_rule_example **out);

/* Judges every node of the graph's code layer and adds findings, sorted by the engine later. Identical for any number of workers. */
void bl_rules_run(bl_rules *rules, bl_graph *graph, bl_pool *pool);

#endif

/* Inside rules/ only: judges one node with one rule. */
#ifndef BL_RULES_MATCH_H
#define BL_RULES_MATCH_H

#include "rules/rule.h"

/* A place in a body: what stands there and how it was reached. Lives in the task's scratch. */
typedef struct bl_cursor bl_cursor;
struct bl_cursor {
	const bl_value *value; /* NULL: absent */
	bool open;             /* absent, but what it would stand in may hold more than is known */
	bool guess;            /* reached through one candidate of an unknown */
	bool derived;          /* worked out from what stands above (as-json, as-image): it has no span of its own */
	bool counted;          /* a list's element, by index; else a map's, by key */
	uint16_t depth;
	uint32_t index;
	bl_str key;
	bl_span key_span;
	const bl_cursor *up;
};

/* A judgement with what it hangs on. */
typedef struct bl_verdict {
	bl_tri tri;
	const bl_cursor *witness; /* the value that decided, or NULL */
	bl_str unknown;           /* for a maybe: what is not known */
} bl_verdict;

typedef struct bl_names bl_names; /* related.c: who names whom */

/* One node under one rule. */
typedef struct bl_match {
	const bl_rule *rule;
	const bl_graph *graph;
	const bl_names *names;
	bl_arena *scratch;
	uint32_t node;
	uint32_t budget; /* operations left; past them everything is a maybe */
	const struct bl_match *asker; /* the node whose related resource this is, or NULL */
	bool partial; /* declared elsewhere (a data source): what is absent may be there all the same */
	bl_cursor body, written, native, meta;
	bool has_meta;
} bl_match;

enum { BL_MATCH_BUDGET = 2000000 };

void bl_match_begin(bl_match *m, const bl_rule *rule, const bl_graph *graph, const bl_names *names,
	bl_arena *scratch, uint32_t node);
/* The condition at op on what stands at c. */
bl_verdict bl_match_condition(bl_match *m, uint32_t op, const bl_cursor *c);

typedef struct bl_cursors {
	BL_VEC(const bl_cursor *) list;
	bl_verdict unsure; /* MAYBE with words when there may be more of them */
} bl_cursors;

/* All places that path leads to from c; absent ones, too. */
void bl_match_collect(bl_match *m, const bl_path_expr *path, const bl_cursor *c, bl_cursors *out);

static inline bool bl_cursor_absent(const bl_cursor *c)
{
	return !c->value || c->value->kind == BL_NULL;
}
/* "properties.securityRules[0].name"; keyed puts an element's name for its index where it has one, so that it survives a reordering. */
bl_str bl_cursor_path(bl_arena *arena, const bl_cursor *c, bool keyed);
/* Where it was written, its key included; nowhere for what nobody wrote. */
bl_span bl_cursor_span(const bl_cursor *c);

bl_verdict bl_verdict_and(bl_verdict a, bl_verdict b);
bl_verdict bl_verdict_or(bl_verdict a, bl_verdict b);

/* compare.c: a word that compares, on a present value. */
bl_tri bl_compare(const bl_op *op, const bl_value *v);
/* Equal as `is` has it; both present. */
bl_tri bl_compare_equal(const bl_value *a, const bl_value *b);
/* The text of a scalar; false for other kinds. */
bool bl_scalar_text(const bl_value *v, bl_str *out);
bool bl_scalar_number(const bl_value *v, double *out);

/* view.c: what an as-* word makes of a present value; NULL when it is nothing of that kind. */
const bl_value *bl_view(bl_opcode code, bl_arena *arena, const bl_value *v);
/* policy.c: the statements of a policy document in one normal form; open when there may be more. */
const bl_value *bl_policy_statements(bl_match *m, const bl_value *v);

/* related.c */
bl_verdict bl_match_related(bl_match *m, uint32_t op, const bl_cursor *c);
bl_names *bl_names_new(bl_arena *arena, const bl_rule *const *rules, size_t n, const bl_graph *graph);

#endif

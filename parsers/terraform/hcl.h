/* Inside parsers/terraform/ only: one conversion of an HCL syntax tree, shared by bodies, expressions and templates. */
#ifndef BL_PARSERS_TERRAFORM_HCL_H
#define BL_PARSERS_TERRAFORM_HCL_H

#include "parsers/parsers.h"

#include <tree_sitter/api.h>

/* The nodes that are read; BL_HCL_NONE is every other one: punctuation and keywords. */
typedef enum bl_hcl_kind {
	BL_HCL_NONE,
#define BL_HCL_NODE(id, name) BL_HCL_##id,
#include "parsers/terraform/nodes.def"
#undef BL_HCL_NODE
	BL_HCL_EXPRESSIONS, /* no node: those after it are expressions */
#define BL_HCL_EXPRESSION(id, name) BL_HCL_##id,
#include "parsers/terraform/nodes.def"
#undef BL_HCL_EXPRESSION
	BL_HCL_ERROR
} bl_hcl_kind;

/* The node under the cursor. */
typedef struct bl_hcl_node {
	bl_hcl_kind kind;
	uint32_t begin, end;
	TSNode node;
} bl_hcl_node;

/* One run of literal text in a template, not yet decoded: heredocs are dedented when all their runs are known. */
typedef struct bl_hcl_run {
	bl_expr *expr;
	uint32_t begin, end;
	bool trim_left, trim_right;
} bl_hcl_run;

typedef enum bl_hcl_step { BL_HCL_STEP_ATTR, BL_HCL_STEP_INDEX, BL_HCL_STEP_ATTR_SPLAT, BL_HCL_STEP_FULL_SPLAT } bl_hcl_step;

/* What may follow a term: .name, [index], .0, .*, [*]. */
typedef struct bl_hcl_suffix {
	bl_hcl_step step;
	bool dotted; /* an index written .0 */
	uint32_t end;
	bl_str name;
	bl_expr *index;
} bl_hcl_suffix;

/* An operand of an operation, and the operator after it. level is how tightly that binds; 0: none is known yet. */
typedef struct bl_hcl_operand {
	bl_expr *expr;
	uint32_t begin, end; /* with its parentheses, which expr does not have */
	int level;
	bl_str operator;
} bl_hcl_operand;

/* A directive of a template that is not ended yet, and what stood before it on the stacks. */
typedef struct bl_hcl_open {
	bl_expr *expr;        /* a CONDITION or a FOR */
	uint32_t begin, body; /* where the directive begins, and where the text that it governs does */
	size_t kids;
	bool has_else, left_out;
} bl_hcl_open;

/* A block whose end is not met yet, and what stood before it on the stacks. */
typedef struct bl_hcl_body {
	bl_block *block;
	size_t attrs, blocks;
} bl_hcl_body;

/*
 * Lists whose length is known only at their end grow on stacks in scratch, and are copied to the arena once: whoever
 * pushes notes the stack's height first, and takes all above it at the end.
 */
typedef struct bl_hcl {
	bl_sources *sources;
	bl_document *document;
	bl_arena *arena;
	bl_arena scratch;
	bl_str text;
	uint32_t source;
	TSTreeCursor cursor;
	int depth;
	size_t nodes;
	bool too_deep, too_many; /* said so already */
	bool bare;               /* the text is one expression, in which newlines mean nothing */
	bool names;              /* keys may be references: a call's `providers` names configurations on both sides */
	bool lines;              /* a newline ends the expression being read */
	bool trim_next;          /* the template's last sequence ended in a strip marker */
	BL_VEC(bl_attr) attrs;
	BL_VEC(bl_block *) blocks;
	BL_VEC(bl_hcl_body) bodies;
	BL_VEC(bl_expr *) kids;
	BL_VEC(bl_hcl_suffix) suffixes;
	BL_VEC(bl_hcl_operand) operands;
	BL_VEC(bl_hcl_run) runs;
	BL_VEC(bl_hcl_open) open;
} bl_hcl;

/* reader.c: walking the tree. */
bl_hcl_node bl_hcl_here(const bl_hcl *h);
/* To the first child, or the next sibling, that is no comment. False, and the cursor stays on the level, when there is none. */
bool bl_hcl_enter(bl_hcl *h);
bool bl_hcl_next(bl_hcl *h);
void bl_hcl_leave(bl_hcl *h);
/* Parses h->source into a tree, reports its syntax errors and calls visit with the cursor on its root. */
void bl_hcl_parse(bl_hcl *h, void (*visit)(bl_hcl *h, void *context), void *context);
/* A syntax error that the grammar does not know of. */
void bl_hcl_wrong(bl_hcl *h, uint32_t begin, uint32_t end, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* What stands at [begin, end), as a syntax error. */
void bl_hcl_unexpected(bl_hcl *h, uint32_t begin, uint32_t end);
/* True, and a diagnostic once, when the tree is deeper or larger than it may be. */
bool bl_hcl_over_limit(bl_hcl *h, uint32_t begin, uint32_t end);
bl_expr *bl_hcl_opaque(bl_hcl *h, uint32_t begin, uint32_t end);
/* The kids above height first, off their stack and into e. */
void bl_hcl_take_kids(bl_hcl *h, size_t first, bl_expr *e);

static inline bool bl_hcl_is_expression(bl_hcl_node n)
{
	return n.kind > BL_HCL_EXPRESSIONS && n.kind < BL_HCL_ERROR;
}
static inline bl_span bl_hcl_span(const bl_hcl *h, uint32_t begin, uint32_t end)
{
	return (bl_span){h->source, begin, end};
}
static inline bl_str bl_hcl_slice(const bl_hcl *h, uint32_t begin, uint32_t end)
{
	return bl_str_slice(h->text, begin, end);
}
static inline bool bl_hcl_newline_between(const bl_hcl *h, uint32_t begin, uint32_t end)
{
	return begin < end && memchr(h->text.p + begin, '\n', end - begin);
}
/* How long the identifier at begin is; a function's may be qualified with `::`. */
uint32_t bl_hcl_word(const bl_hcl *h, uint32_t begin, uint32_t end);

/* expr.c: the cursor is on an expression and stays there. OPAQUE for one with a syntax error. */
bl_expr *bl_hcl_expression(bl_hcl *h);
/*
 * A `for` of which the cursor is on the first child: its variables, collection and condition into e, and up to two
 * results into results. The cursor ends on the last child.
 */
void bl_hcl_for(bl_hcl *h, bl_expr *e, bl_expr **results);
/* template.c: the cursor is on a string, template or heredoc and stays there. */
bl_expr *bl_hcl_template(bl_hcl *h);
/* What the string [begin, end), which is with its quotes and holds no sequence, stands for. */
bl_str bl_hcl_string(bl_hcl *h, uint32_t begin, uint32_t end);

/* hcl.c: a text made from source [begin, end) as a whole, parsed as a template; NULL after a syntax error, which is in the diagnostics. */
bl_expr *bl_hcl_template_text(bl_sources *sources, bl_document *document, bl_span span, bl_str text);

#endif

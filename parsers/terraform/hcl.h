/* Inside parsers/terraform/ only: one conversion of an HCL syntax tree, shared by bodies, expressions and templates. */
#ifndef BL_PARSERS_TERRAFORM_HCL_H
#define BL_PARSERS_TERRAFORM_HCL_H

#include "parsers/parsers.h"

#include <tree_sitter/api.h>

const TSLanguage *tree_sitter_hcl(void);

/*
 * The grammar's symbol numbers that are looked at. They belong to the pinned version of the grammar; a test compares
 * them with its names.
 */
enum {
	BL_HCL_IDENTIFIER = 4,
	BL_HCL_PAREN = 5,
	BL_HCL_NULL = 11,
	BL_HCL_COMMA = 12,
	BL_HCL_IF = 23,
	BL_HCL_ELLIPSIS = 24,
	BL_HCL_DASH = 26,
	BL_HCL_BANG = 27,
	BL_HCL_STRIP = 42,
	BL_HCL_COMMENT = 46,
	BL_HCL_QUOTE_BEGIN = 48,
	BL_HCL_QUOTE_END = 49,
	BL_HCL_HEREDOC_MARK = 55,
	BL_HCL_BODY = 57,
	BL_HCL_ATTRIBUTE = 58,
	BL_HCL_BLOCK = 59,
	BL_HCL_BLOCK_BEGIN = 60,
	BL_HCL_BLOCK_END = 61,
	BL_HCL_EXPRESSION = 62,
	BL_HCL_LITERAL = 64,
	BL_HCL_NUMBER = 65,
	BL_HCL_BOOL = 66,
	BL_HCL_STRING = 67,
	BL_HCL_COLLECTION = 68,
	BL_HCL_TUPLE = 70,
	BL_HCL_OBJECT = 74,
	BL_HCL_OBJECT_ITEM = 78,
	BL_HCL_INDEX = 79,
	BL_HCL_NEW_INDEX = 80,
	BL_HCL_LEGACY_INDEX = 81,
	BL_HCL_GET_ATTR = 82,
	BL_HCL_SPLAT = 83,
	BL_HCL_ATTR_SPLAT = 84,
	BL_HCL_FULL_SPLAT = 85,
	BL_HCL_FOR = 86,
	BL_HCL_FOR_TUPLE = 87,
	BL_HCL_FOR_OBJECT = 88,
	BL_HCL_FOR_INTRO = 89,
	BL_HCL_FOR_CONDITION = 90,
	BL_HCL_VARIABLE = 91,
	BL_HCL_CALL = 92,
	BL_HCL_CALL_ARGUMENTS = 95,
	BL_HCL_CONDITIONAL = 96,
	BL_HCL_OPERATION = 97,
	BL_HCL_UNARY = 98,
	BL_HCL_BINARY = 99,
	BL_HCL_TEMPLATE = 100,
	BL_HCL_QUOTED = 101,
	BL_HCL_HEREDOC = 102,
	BL_HCL_HEREDOC_BEGIN = 103,
	BL_HCL_TEMPLATE_LITERAL = 105,
	BL_HCL_INTERPOLATION = 106,
	BL_HCL_DIRECTIVE = 107,
	BL_HCL_TEMPLATE_FOR = 108,
	BL_HCL_TEMPLATE_FOR_BEGIN = 109,
	BL_HCL_TEMPLATE_FOR_END = 110,
	BL_HCL_TEMPLATE_IF = 111,
	BL_HCL_TEMPLATE_IF_BEGIN = 112,
	BL_HCL_TEMPLATE_ELSE = 113,
	BL_HCL_TEMPLATE_IF_END = 114,
	BL_HCL_ERROR = 65535,
};

/* One run of literal text in a template, not yet decoded: heredocs are dedented when all their runs are known. */
typedef struct bl_hcl_run {
	bl_expr *expr;
	uint32_t begin, end;
	bool trim_left, trim_right;
} bl_hcl_run;

typedef struct bl_hcl {
	bl_sources *sources;
	bl_document *document;
	bl_arena *arena;
	bl_str text;
	uint32_t source;
	TSTreeCursor cursor;
	int depth;
	size_t nodes;
	bool too_deep, too_many; /* said so already */
	/* of the template being read */
	BL_VEC(bl_hcl_run) runs;
	bool trim_next;
} bl_hcl;

/* The node under the cursor. */
typedef struct bl_hcl_node {
	TSSymbol symbol;
	uint32_t begin, end;
	TSNode node;
} bl_hcl_node;

static inline bl_hcl_node bl_hcl_here(bl_hcl *h)
{
	bl_hcl_node n;
	n.node = ts_tree_cursor_current_node(&h->cursor);
	n.symbol = ts_node_symbol(n.node);
	n.begin = ts_node_start_byte(n.node);
	n.end = ts_node_end_byte(n.node);
	return n;
}
/* To the first child, or the next sibling, that is no comment. False, and the cursor stays on the level, when there is none. */
bool bl_hcl_enter(bl_hcl *h);
bool bl_hcl_next(bl_hcl *h);
static inline void bl_hcl_leave(bl_hcl *h)
{
	ts_tree_cursor_goto_parent(&h->cursor);
}
static inline bl_span bl_hcl_span(const bl_hcl *h, uint32_t begin, uint32_t end)
{
	return (bl_span){h->source, begin, end};
}
static inline bl_str bl_hcl_slice(const bl_hcl *h, uint32_t begin, uint32_t end)
{
	return bl_str_slice(h->text, begin, end);
}

/* True, and a diagnostic once, when the tree is deeper or larger than it may be. */
bool bl_hcl_over_limit(bl_hcl *h, uint32_t begin, uint32_t end);
bl_expr *bl_hcl_opaque(bl_hcl *h, uint32_t begin, uint32_t end);

/* expr.c: the cursor is on an `expression` node and stays there. */
bl_expr *bl_hcl_expression(bl_hcl *h);
/* The variables and the collection of the `for` whose introduction the cursor stands on, into e. */
void bl_hcl_for_intro(bl_hcl *h, bl_expr *e);
/* template.c: the cursor is on a string_lit, quoted_template or heredoc_template node and stays there. */
bl_expr *bl_hcl_template(bl_hcl *h);

/* hcl.c: parses h->source into a tree and calls visit with the cursor on its root. */
void bl_hcl_parse(bl_hcl *h, void (*visit)(bl_hcl *h, void *context), void *context);
/* A text made from source [begin, end) as a whole, parsed as a template; NULL after a syntax error, which is in the diagnostics. */
bl_expr *bl_hcl_template_text(bl_sources *sources, bl_document *document, bl_span span, bl_str text);

#endif

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
	HCL_IDENTIFIER = 4,
	HCL_PAREN = 5,
	HCL_NULL = 11,
	HCL_COMMA = 12,
	HCL_IF = 23,
	HCL_ELLIPSIS = 24,
	HCL_DASH = 26,
	HCL_BANG = 27,
	HCL_STRIP = 42,
	HCL_COMMENT = 46,
	HCL_QUOTE_BEGIN = 48,
	HCL_QUOTE_END = 49,
	HCL_HEREDOC_MARK = 55,
	HCL_BODY = 57,
	HCL_ATTRIBUTE = 58,
	HCL_BLOCK = 59,
	HCL_BLOCK_BEGIN = 60,
	HCL_BLOCK_END = 61,
	HCL_EXPRESSION = 62,
	HCL_LITERAL = 64,
	HCL_NUMBER = 65,
	HCL_BOOL = 66,
	HCL_STRING = 67,
	HCL_COLLECTION = 68,
	HCL_TUPLE = 70,
	HCL_OBJECT = 74,
	HCL_OBJECT_ITEM = 78,
	HCL_INDEX = 79,
	HCL_NEW_INDEX = 80,
	HCL_LEGACY_INDEX = 81,
	HCL_GET_ATTR = 82,
	HCL_SPLAT = 83,
	HCL_ATTR_SPLAT = 84,
	HCL_FULL_SPLAT = 85,
	HCL_FOR = 86,
	HCL_FOR_TUPLE = 87,
	HCL_FOR_OBJECT = 88,
	HCL_FOR_INTRO = 89,
	HCL_FOR_CONDITION = 90,
	HCL_VARIABLE = 91,
	HCL_CALL = 92,
	HCL_CALL_ARGUMENTS = 95,
	HCL_CONDITIONAL = 96,
	HCL_OPERATION = 97,
	HCL_UNARY = 98,
	HCL_BINARY = 99,
	HCL_TEMPLATE = 100,
	HCL_QUOTED = 101,
	HCL_HEREDOC = 102,
	HCL_HEREDOC_BEGIN = 103,
	HCL_TEMPLATE_LITERAL = 105,
	HCL_INTERPOLATION = 106,
	HCL_DIRECTIVE = 107,
	HCL_TEMPLATE_FOR = 108,
	HCL_TEMPLATE_FOR_BEGIN = 109,
	HCL_TEMPLATE_FOR_END = 110,
	HCL_TEMPLATE_IF = 111,
	HCL_TEMPLATE_IF_BEGIN = 112,
	HCL_TEMPLATE_ELSE = 113,
	HCL_TEMPLATE_IF_END = 114,
	HCL_ERROR = 65535,
};

/* One run of literal text in a template, not yet decoded: heredocs are dedented when all their runs are known. */
typedef struct hcl_run {
	bl_expr *expr;
	uint32_t begin, end;
	bool trim_left, trim_right;
} hcl_run;

typedef struct hcl {
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
	BL_VEC(hcl_run) runs;
	bool trim_next;
} hcl;

/* The node under the cursor. */
typedef struct hcl_node {
	TSSymbol symbol;
	uint32_t begin, end;
	TSNode node;
} hcl_node;

static inline hcl_node hcl_here(hcl *h)
{
	hcl_node n;
	n.node = ts_tree_cursor_current_node(&h->cursor);
	n.symbol = ts_node_symbol(n.node);
	n.begin = ts_node_start_byte(n.node);
	n.end = ts_node_end_byte(n.node);
	return n;
}
/* To the first child, or the next sibling, that is no comment. False, and the cursor stays on the level, when there is none. */
bool hcl_enter(hcl *h);
bool hcl_next(hcl *h);
static inline void hcl_leave(hcl *h)
{
	ts_tree_cursor_goto_parent(&h->cursor);
}
static inline bl_span hcl_span(const hcl *h, uint32_t begin, uint32_t end)
{
	return (bl_span){h->source, begin, end};
}
static inline bl_str hcl_slice(const hcl *h, uint32_t begin, uint32_t end)
{
	return bl_str_slice(h->text, begin, end);
}

/* True, and a diagnostic once, when the tree is deeper or larger than it may be. */
bool hcl_over_limit(hcl *h, uint32_t begin, uint32_t end);
bl_expr *hcl_opaque(hcl *h, uint32_t begin, uint32_t end);

/* expr.c: the cursor is on an `expression` node and stays there. */
bl_expr *hcl_expression(hcl *h);
/* template.c: the cursor is on a string_lit, quoted_template or heredoc_template node and stays there. */
bl_expr *hcl_template(hcl *h);

/* hcl.c: parses h->source into a tree and calls visit with the cursor on its root. */
void hcl_parse(hcl *h, void (*visit)(hcl *h, void *context), void *context);
/* A text made from source [begin, end) as a whole, parsed as a template; NULL after a syntax error, which is in the diagnostics. */
bl_expr *hcl_template_text(bl_sources *sources, bl_document *document, bl_span span, bl_str text);

#endif

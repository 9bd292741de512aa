/* HCL's syntax tree: parsing, walking, limits, and what is wrong with it. */
#include "parsers/terraform/hcl.h"
#include "parsers/tree.h"

#include <assert.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

const TSLanguage *tree_sitter_hcl(void);

enum { MAX_SYMBOLS = 256 };

/* By TSSymbol: which of ours it is. Filled once, so that reading a node compares no names. */
static uint8_t kind_of[MAX_SYMBOLS];

static void fill_kinds(void)
{
	static const struct {
		const char *name;
		uint8_t kind;
	} nodes[] = {
#define BL_HCL_NODE(id, name) {name, BL_HCL_##id},
#define BL_HCL_EXPRESSION(id, name) {name, BL_HCL_##id},
#include "parsers/terraform/nodes.def"
#undef BL_HCL_NODE
#undef BL_HCL_EXPRESSION
	};
	for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
		TSSymbol s = ts_language_symbol_for_name(
			tree_sitter_hcl(), nodes[i].name, (uint32_t)strlen(nodes[i].name), true);
		assert(s && s < MAX_SYMBOLS);
		kind_of[s] = nodes[i].kind;
	}
}

bl_hcl_node bl_hcl_here(const bl_hcl *h)
{
	bl_hcl_node n = {.node = ts_tree_cursor_current_node(&h->cursor)};
	TSSymbol symbol = ts_node_symbol(n.node);
	n.kind = symbol < MAX_SYMBOLS ? kind_of[symbol] : BL_HCL_ERROR;
	n.begin = ts_node_start_byte(n.node);
	n.end = ts_node_end_byte(n.node);
	return n;
}

/* The only comment that can lack its end is the file's last. */
static bool on_comment(bl_hcl *h)
{
	bl_hcl_node n = bl_hcl_here(h);
	if (n.kind != BL_HCL_COMMENT)
		return false;
	bl_str text = bl_hcl_slice(h, n.begin, n.end);
	if (n.end == h->text.n && text.n > 1 && text.p[1] == '*' && (text.n < 4 || !bl_str_ends(text, BL_STR("*/"))))
		bl_hcl_wrong(h, n.begin, n.begin + 2, "syntax error: a comment has no end");
	return true;
}

bool bl_hcl_next(bl_hcl *h)
{
	while (ts_tree_cursor_goto_next_sibling(&h->cursor))
		if (!on_comment(h))
			return true;
	return false;
}

bool bl_hcl_enter(bl_hcl *h)
{
	if (!ts_tree_cursor_goto_first_child(&h->cursor))
		return false;
	if (!on_comment(h) || bl_hcl_next(h))
		return true;
	bl_hcl_leave(h);
	return false;
}

void bl_hcl_leave(bl_hcl *h)
{
	ts_tree_cursor_goto_parent(&h->cursor);
}

void bl_hcl_wrong(bl_hcl *h, uint32_t begin, uint32_t end, const char *format, ...)
{
	char words[256];
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	bl_diag_add(h->arena, &h->document->diags, BL_DIAG_ERROR, bl_hcl_span(h, begin, end), "%s", words);
	h->document->partial = true;
}

bool bl_hcl_over_limit(bl_hcl *h, uint32_t begin, uint32_t end)
{
	if (h->depth > BL_PARSE_MAX_DEPTH) {
		if (!h->too_deep)
			bl_hcl_wrong(h, begin, end, "nested deeper than %d levels", BL_PARSE_MAX_DEPTH);
		h->too_deep = true;
		return true;
	}
	if (++h->nodes > BL_PARSE_MAX_NODES) {
		if (!h->too_many)
			bl_hcl_wrong(h, begin, end, "more than %d expressions in one file", BL_PARSE_MAX_NODES);
		h->too_many = true;
		return true;
	}
	return false;
}

bl_expr *bl_hcl_opaque(bl_hcl *h, uint32_t begin, uint32_t end)
{
	bl_expr *e = bl_expr_new(h->arena, BL_EXPR_OPAQUE, bl_hcl_span(h, begin, end), 0);
	e->text = bl_hcl_slice(h, begin, end);
	return e;
}

void bl_hcl_take_kids(bl_hcl *h, size_t first, bl_expr *e)
{
	size_t n = h->kids.n - first;
	e->n = (uint32_t)n;
	e->kids = NULL;
	if (n) {
		e->kids = bl_new_n(h->arena, bl_expr *, n);
		memcpy(e->kids, h->kids.items + first, n * sizeof *e->kids);
	}
	h->kids.n = first;
}

static bool in_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
		(unsigned char)c >= 0x80;
}

uint32_t bl_hcl_word(const bl_hcl *h, uint32_t begin, uint32_t end)
{
	uint32_t at = begin;
	while (at < end && (in_word(h->text.p[at]) || (at + 2 < end && memcmp(h->text.p + at, "::", 2) == 0)))
		at += h->text.p[at] == ':' ? 2 : 1;
	return at - begin;
}

void bl_hcl_unexpected(bl_hcl *h, uint32_t begin, uint32_t end)
{
	bl_str what = bl_hcl_slice(h, begin, end);
	const char *newline = memchr(what.p, '\n', what.n);
	if (newline)
		what.n = (size_t)(newline - what.p);
	if (what.n > 40)
		what.n = 40;
	bl_hcl_wrong(h, begin, end, what.n ? "syntax error near '" BL_FMT "'" : "syntax error" BL_FMT, BL_ARG(what));
}

static void say_error(bl_hcl *h, bl_hcl_node n)
{
	if (!ts_node_is_missing(n.node)) {
		bl_hcl_unexpected(h, n.begin, n.end);
		return;
	}
	/* it is missed where the next token stands */
	while (n.end < h->text.n && strchr(" \t\r\n", h->text.p[n.end]))
		n.end++;
	bl_hcl_wrong(h, n.end, n.end, "syntax error: '%s' is missing", ts_node_type(n.node));
}

static bool holds_error(bl_hcl_node n)
{
	return n.kind == BL_HCL_ERROR || ts_node_is_missing(n.node) || ts_node_has_error(n.node);
}

/* From an error to the first one within it, which is nearer to what is wrong; false, and nothing moved, when there is none. */
static bool into_error(bl_hcl *h)
{
	if (!ts_tree_cursor_goto_first_child(&h->cursor))
		return false;
	do {
		if (holds_error(bl_hcl_here(h)))
			return true;
	} while (ts_tree_cursor_goto_next_sibling(&h->cursor));
	bl_hcl_leave(h);
	return false;
}

/* To the next node in order that is not within this one; false at the end. level is how deep the cursor is. */
static bool pass(bl_hcl *h, int *level)
{
	while (*level) {
		if (ts_tree_cursor_goto_next_sibling(&h->cursor))
			return true;
		bl_hcl_leave(h);
		(*level)--;
	}
	return false;
}

/* The innermost errors, in order. Only subtrees that hold one are entered. */
static void say_errors(bl_hcl *h)
{
	size_t said = 0;
	int level = 0;
	do {
		bl_hcl_node n = bl_hcl_here(h);
		while (holds_error(n) && into_error(h)) {
			level++;
			n = bl_hcl_here(h);
		}
		if (n.kind == BL_HCL_ERROR || ts_node_is_missing(n.node)) {
			say_error(h, n);
			said++;
		}
	} while (said <= BL_DIAG_LIMIT && pass(h, &level));
	if (!said)
		bl_hcl_wrong(h, 0, 0, "syntax error");
}

void bl_hcl_parse(bl_hcl *h, void (*visit)(bl_hcl *h, void *context), void *context)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, fill_kinds);
	__attribute__((cleanup(bl_tree_parser_done))) TSParser *parser = ts_parser_new();
	__attribute__((cleanup(bl_tree_done))) TSTree *tree = bl_tree_parse(parser, tree_sitter_hcl(), h->text, h->text.n);
	if (!tree) {
		bl_hcl_wrong(h, 0, 0, BL_TREE_NONE);
		return;
	}
	TSNode root = ts_tree_root_node(tree);
	h->cursor = ts_tree_cursor_new(root);
	if (ts_node_has_error(root)) {
		say_errors(h);
		ts_tree_cursor_reset(&h->cursor, root);
	}
	visit(h, context);
	ts_tree_cursor_delete(&h->cursor);
	bl_arena_done(&h->scratch);
}

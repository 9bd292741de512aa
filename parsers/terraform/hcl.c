/* HCL files: bodies, blocks and attributes, and what is wrong with them. */
#include "parsers/terraform/hcl.h"

#include "parsers/language.h"

#include <stdlib.h>

bool bl_hcl_next(bl_hcl *h)
{
	while (ts_tree_cursor_goto_next_sibling(&h->cursor))
		if (ts_node_symbol(ts_tree_cursor_current_node(&h->cursor)) != BL_HCL_COMMENT)
			return true;
	return false;
}

bool bl_hcl_enter(bl_hcl *h)
{
	if (!ts_tree_cursor_goto_first_child(&h->cursor))
		return false;
	if (ts_node_symbol(ts_tree_cursor_current_node(&h->cursor)) != BL_HCL_COMMENT)
		return true;
	if (bl_hcl_next(h))
		return true;
	bl_hcl_leave(h);
	return false;
}

bool bl_hcl_over_limit(bl_hcl *h, uint32_t begin, uint32_t end)
{
	if (h->depth > BL_PARSE_MAX_DEPTH) {
		if (!h->too_deep)
			bl_diag_add(h->arena, &h->document->diags, BL_DIAG_ERROR, bl_hcl_span(h, begin, end),
				"nested deeper than %d levels", BL_PARSE_MAX_DEPTH);
		h->too_deep = h->document->partial = true;
		return true;
	}
	if (++h->nodes > BL_PARSE_MAX_NODES) {
		if (!h->too_many)
			bl_diag_add(h->arena, &h->document->diags, BL_DIAG_ERROR, bl_hcl_span(h, begin, end),
				"more than %d expressions in one file", BL_PARSE_MAX_NODES);
		h->too_many = h->document->partial = true;
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

/* A block's parts as they are met; in a damaged file they may stand loose, without a block node around them. */
typedef struct builder {
	bl_hcl *h;
	bl_block *target;
	uint32_t head_begin, head_end;
	BL_VEC(bl_label) labels;
	bl_str kind;
	BL_VEC(bl_block *) open; /* targets outside the current one */
} builder;

static void add_items(builder *b);

static bool newline_between(bl_hcl *h, uint32_t begin, uint32_t end)
{
	return memchr(h->text.p + begin, '\n', end - begin) != NULL;
}

static void want_newline(bl_hcl *h, uint32_t before, uint32_t at, const char *what)
{
	if (before >= at || newline_between(h, before, at))
		return;
	/* a heredoc's node ends with its marker; all else on one line is a mistake */
	bl_diag_add(h->arena, &h->document->diags, BL_DIAG_ERROR, bl_hcl_span(h, at, at),
		"%s must start on a new line", what);
	h->document->partial = true;
}

static bl_attr read_attribute(bl_hcl *h, bl_hcl_node n)
{
	bl_attr a = {.span = bl_hcl_span(h, n.begin, n.end)};
	if (!bl_hcl_enter(h))
		return a;
	do {
		bl_hcl_node kid = bl_hcl_here(h);
		if (kid.symbol == BL_HCL_IDENTIFIER && !a.name.n) {
			a.name = bl_hcl_slice(h, kid.begin, kid.end);
			a.name_span = bl_hcl_span(h, kid.begin, kid.end);
		} else if (kid.symbol == BL_HCL_EXPRESSION) {
			a.expr = bl_hcl_expression(h);
			a.span.end = kid.end;
		}
	} while (bl_hcl_next(h));
	bl_hcl_leave(h);
	if (!a.expr)
		a.expr = bl_hcl_opaque(h, n.begin, n.end);
	return a;
}

static void add_attribute(builder *b, bl_hcl_node n)
{
	bl_hcl *h = b->h;
	bl_attr a = read_attribute(h, n);
	for (size_t i = 0; i < b->target->attrs.n && b->target->attrs.n < 256; i++) {
		if (bl_str_eq(b->target->attrs.items[i].name, a.name)) {
			bl_diag_add(h->arena, &h->document->diags, BL_DIAG_ERROR, a.name_span,
				"'" BL_FMT "' is set twice", BL_ARG(a.name));
			h->document->partial = true;
			return;
		}
	}
	bl_vec_push(h->arena, &b->target->attrs, a);
}

static void forget_head(builder *b)
{
	b->kind = BL_STR("");
	b->labels.items = NULL;
	b->labels.n = b->labels.cap = 0;
}

static void add_label(builder *b, bl_hcl_node n)
{
	bl_hcl *h = b->h;
	bl_label label = {.span = bl_hcl_span(h, n.begin, n.end)};
	if (n.symbol == BL_HCL_IDENTIFIER) {
		label.text = bl_hcl_slice(h, n.begin, n.end);
	} else {
		bl_expr *e = bl_hcl_template(h);
		label.text = bl_value_text(e->value);
	}
	bl_vec_push(h->arena, &b->labels, label);
	b->head_end = n.end;
}

static void head_word(builder *b, bl_hcl_node n)
{
	if (n.symbol == BL_HCL_IDENTIFIER && (!b->kind.n || newline_between(b->h, b->head_end, n.begin))) {
		forget_head(b);
		b->kind = bl_hcl_slice(b->h, n.begin, n.end);
		b->head_begin = n.begin;
		b->head_end = n.end;
	} else if (b->kind.n) {
		add_label(b, n);
	}
}

static void open_block(builder *b, bl_hcl_node brace)
{
	bl_arena *arena = b->h->arena;
	bl_block *block = bl_new(arena, bl_block);
	block->kind = b->kind;
	block->head = bl_hcl_span(b->h, b->head_begin, b->head_end);
	block->span = bl_hcl_span(b->h, b->head_begin, brace.end);
	block->labels.items = b->labels.items;
	block->labels.n = b->labels.n;
	block->labels.cap = b->labels.cap;
	forget_head(b);
	bl_vec_push(arena, &b->target->blocks, block);
	bl_vec_push(arena, &b->open, b->target);
	b->target = block;
}

static void close_block(builder *b, uint32_t end)
{
	if (!b->open.n)
		return;
	b->target->span.end = end;
	b->target = b->open.items[--b->open.n];
}

static void add_item(builder *b, bl_hcl_node n)
{
	switch (n.symbol) {
	case BL_HCL_ATTRIBUTE:
		add_attribute(b, n);
		break;
	case BL_HCL_BLOCK: {
		builder inner = {.h = b->h, .target = b->target};
		add_items(&inner);
		break;
	}
	case BL_HCL_BODY:
	case BL_HCL_ERROR:
		add_items(b);
		break;
	case BL_HCL_BLOCK_BEGIN:
	case 2: /* a brace that the grammar took for something else */
		if (b->kind.n)
			open_block(b, n);
		break;
	case BL_HCL_BLOCK_END:
	case 3:
		close_block(b, n.end);
		break;
	case BL_HCL_IDENTIFIER:
	case BL_HCL_STRING:
		head_word(b, n);
		break;
	default:
		forget_head(b);
	}
}

/* The children of the node under the cursor, into b's target. */
static void add_items(builder *b)
{
	bl_hcl_node whole = bl_hcl_here(b->h);
	if (bl_hcl_over_limit(b->h, whole.begin, whole.end) || !bl_hcl_enter(b->h))
		return;
	uint32_t before = 0;
	b->h->depth++;
	do {
		bl_hcl_node n = bl_hcl_here(b->h);
		if (n.symbol == BL_HCL_ATTRIBUTE || n.symbol == BL_HCL_BLOCK) {
			if (before)
				want_newline(b->h, before, n.begin, n.symbol == BL_HCL_BLOCK ? "a block" : "an argument");
			before = n.end;
		}
		add_item(b, n);
	} while (bl_hcl_next(b->h));
	b->h->depth--;
	bl_hcl_leave(b->h);
}

/* A one-line block may hold one argument; `{` must stand on the head's line. Told apart only here: the grammar knows no newlines. */
static void add_file(bl_hcl *h, void *context)
{
	bl_block *file = bl_new(h->arena, bl_block);
	builder b = {.h = h, .target = file};
	add_items(&b);
	while (b.open.n)
		close_block(&b, (uint32_t)h->text.n);
	bool vars = bl_str_eqz(h->document->dialect, "tfvars");
	if (file->attrs.n) {
		/* a file's own arguments: a block without a kind holds them */
		bl_block *own = bl_new(h->arena, bl_block);
		own->kind = BL_STR("");
		own->span = bl_hcl_span(h, 0, (uint32_t)h->text.n);
		own->head = file->attrs.items[0].name_span;
		own->attrs.items = file->attrs.items;
		own->attrs.n = file->attrs.n;
		own->attrs.cap = file->attrs.cap;
		bl_vec_push(h->arena, &h->document->blocks, own);
		if (!vars && bl_str_ends(h->document->path, BL_STR(".tf")))
			bl_diag_add(h->arena, &h->document->diags, BL_DIAG_ERROR, own->head,
				"an argument is not expected here: a configuration holds blocks");
	}
	for (size_t i = 0; i < file->blocks.n; i++)
		bl_vec_push(h->arena, &h->document->blocks, file->blocks.items[i]);
}

static void say_error(bl_hcl *h, bl_hcl_node n)
{
	bl_str what = bl_hcl_slice(h, n.begin, n.end);
	if (ts_node_is_missing(n.node)) {
		bl_diag_add(h->arena, &h->document->diags, BL_DIAG_ERROR, bl_hcl_span(h, n.begin, n.end),
			"syntax error: '%s' is missing", ts_language_symbol_name(tree_sitter_hcl(), n.symbol));
		return;
	}
	const char *newline = memchr(what.p, '\n', what.n);
	if (newline)
		what.n = (size_t)(newline - what.p);
	if (what.n > 40)
		what.n = 40;
	bl_diag_add(h->arena, &h->document->diags, BL_DIAG_ERROR, bl_hcl_span(h, n.begin, n.end),
		what.n ? "syntax error near '" BL_FMT "'" : "syntax error" BL_FMT, BL_ARG(what));
}

/* The outermost errors, in order. Only subtrees that hold one are entered. */
static void say_errors(bl_hcl *h)
{
	size_t said = 0;
	int level = 0;
	for (;;) {
		bl_hcl_node n = bl_hcl_here(h);
		bool wrong = n.symbol == BL_HCL_ERROR || ts_node_is_missing(n.node);
		if (wrong) {
			say_error(h, n);
			if (++said > BL_DIAG_LIMIT)
				break;
		}
		if (!wrong && ts_node_has_error(n.node) && ts_tree_cursor_goto_first_child(&h->cursor)) {
			level++;
			continue;
		}
		while (!ts_tree_cursor_goto_next_sibling(&h->cursor)) {
			if (!level)
				goto done;
			ts_tree_cursor_goto_parent(&h->cursor);
			level--;
		}
		if (!level)
			break;
	}
done:
	if (!said)
		bl_diag_add(h->arena, &h->document->diags, BL_DIAG_ERROR, bl_hcl_span(h, 0, 0), "syntax error");
	h->document->partial = true;
}

/* Error recovery may wander; it is given so many steps a byte. Counted, not timed, so that every run ends alike. */
typedef struct budget {
	uint64_t left;
} budget;

static bool over_budget(TSParseState *state)
{
	budget *b = state->payload;
	return b->left-- == 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || (unsigned char)c >= 0x80;
}

typedef struct reading {
	bl_str text;
} reading;

static const char *read_text(void *payload, uint32_t at, TSPoint place, uint32_t *n)
{
	const reading *r = payload;
	if (at >= r->text.n) {
		/* a closing heredoc marker wants a newline after it, which the last line of a file may lack */
		*n = at == r->text.n;
		return at == r->text.n ? "\n" : "";
	}
	*n = (uint32_t)(r->text.n - at);
	return r->text.p + at;
}

/*
 * The grammar knows no exponent without a fraction (1e5). Its place is held by zeros in a copy of the text: only
 * where tokens end is asked of the copy, what they say is read from the text. NULL when there is no such number.
 */
static char *hold_exponents(bl_str text)
{
	char *copy = NULL;
	for (size_t i = 0; i < text.n; i++) {
		char before = i ? text.p[i - 1] : ' ';
		if (!is_digit(text.p[i]) || is_word(before) || before == '.')
			continue;
		while (i < text.n && is_digit(text.p[i]))
			i++;
		size_t e = i;
		if (e + 1 >= text.n || (text.p[e] | 0x20) != 'e')
			continue;
		size_t digits = e + 1 + (text.p[e + 1] == '+' || text.p[e + 1] == '-');
		if (digits >= text.n || !is_digit(text.p[digits]))
			continue;
		if (!copy) {
			copy = bl_xmalloc(text.n);
			memcpy(copy, text.p, text.n);
		}
		memset(copy + e, '0', digits - e);
		i = digits;
	}
	return copy;
}

static TSTree *parse_text(TSParser *parser, bl_str text)
{
	reading r = {text};
	budget b = {1000 + text.n / 4};
	TSInput input = {&r, read_text, TSInputEncodingUTF8, NULL};
	ts_parser_reset(parser);
	return ts_parser_parse_with_options(parser, NULL, input, (TSParseOptions){&b, over_budget});
}

void bl_hcl_parse(bl_hcl *h, void (*visit)(bl_hcl *h, void *context), void *context)
{
	TSParser *parser = ts_parser_new();
	ts_parser_set_language(parser, tree_sitter_hcl());
	TSTree *tree = parse_text(parser, h->text);
	char *held = !tree || ts_node_has_error(ts_tree_root_node(tree)) ? hold_exponents(h->text) : NULL;
	if (held) {
		if (tree)
			ts_tree_delete(tree);
		tree = parse_text(parser, bl_str_make(held, h->text.n));
		free(held);
	}
	if (!tree) {
		bl_diag_add(h->arena, &h->document->diags, BL_DIAG_ERROR, bl_hcl_span(h, 0, 0),
			"too many syntax errors to make anything of this file");
		h->document->partial = true;
	} else {
		TSNode root = ts_tree_root_node(tree);
		h->cursor = ts_tree_cursor_new(root);
		if (ts_node_has_error(root)) {
			say_errors(h);
			ts_tree_cursor_reset(&h->cursor, root);
		}
		visit(h, context);
		ts_tree_cursor_delete(&h->cursor);
		ts_tree_delete(tree);
	}
	ts_parser_delete(parser);
}

static bl_hcl begin(bl_sources *sources, bl_document *document, uint32_t source)
{
	return (bl_hcl){.sources = sources, .document = document, .arena = &document->arena, .source = source,
		.text = bl_sources_text(sources, source)};
}

void bl_parse_terraform(bl_sources *sources, bl_document *document)
{
	bl_hcl h = begin(sources, document, document->source);
	bl_hcl_parse(&h, add_file, NULL);
}

/* The first argument's expression, wherever it stands. */
static void take_expression(bl_hcl *h, void *context)
{
	const bl_expr **out = context;
	TSNode root = ts_tree_cursor_current_node(&h->cursor);
	size_t attributes = 0;
	if (ts_node_has_error(root) || !bl_hcl_enter(h))
		return;
	if (bl_hcl_here(h).symbol == BL_HCL_BODY && bl_hcl_enter(h)) {
		do {
			if (bl_hcl_here(h).symbol == BL_HCL_ATTRIBUTE && !attributes++)
				*out = read_attribute(h, bl_hcl_here(h)).expr;
			else
				attributes += 2;
		} while (bl_hcl_next(h));
	}
	if (attributes != 1)
		*out = NULL;
}

static const bl_expr *wrapped(bl_sources *sources, bl_document *document, bl_span span, bl_str before, bl_str text,
	bl_str after)
{
	bl_arena *arena = &document->arena;
	bl_str all = bl_str_fmt(arena, BL_FMT BL_FMT BL_FMT, BL_ARG(before), BL_ARG(text), BL_ARG(after));
	bl_piece *pieces = bl_new_n(arena, bl_piece, 3);
	/* when the text is not the parent's own bytes, its place is the whole of them */
	bool same = span.end - span.begin == text.n;
	pieces[0] = (bl_piece){0, span.begin, span.begin, false};
	pieces[1] = (bl_piece){(uint32_t)before.n, span.begin, span.end, same};
	pieces[2] = (bl_piece){(uint32_t)(before.n + text.n), span.end, span.end, false};
	bl_hcl h = begin(sources, document, bl_sources_derive(sources, span.source, all, pieces, 3));
	const bl_expr *e = NULL;
	size_t said = document->diags.n;
	bl_hcl_parse(&h, take_expression, &e);
	if (!e && document->diags.n == said)
		bl_diag_add(arena, &document->diags, BL_DIAG_ERROR, span, "this is not one expression");
	return e;
}

const bl_expr *bl_parse_terraform_expression(bl_sources *sources, bl_document *document)
{
	bl_str text = bl_sources_text(sources, document->source);
	bl_span span = {document->source, 0, (uint32_t)text.n};
	return wrapped(sources, document, span, BL_STR("e ="), text, BL_STR("\n"));
}

bl_expr *bl_hcl_template_text(bl_sources *sources, bl_document *document, bl_span span, bl_str text)
{
	bl_arena *arena = &document->arena;
	bl_str mark = BL_STR("BL_TEMPLATE");
	while (bl_str_find(text, mark, 0) >= 0)
		mark = bl_str_cat(arena, mark, BL_STR("_"));
	/* the strip marker eats the newline that the heredoc needs */
	bl_str before = bl_str_fmt(arena, "t = <<" BL_FMT "\n", BL_ARG(mark));
	bl_str after = bl_str_fmt(arena, "${\"\"~}\n" BL_FMT "\n", BL_ARG(mark));
	bl_expr *e = (bl_expr *)wrapped(sources, document, span, before, text, after);
	if (!e || e->kind != BL_EXPR_TEMPLATE)
		return e;
	bl_expr *only = NULL;
	size_t parts = 0;
	for (uint32_t i = 0; i < e->n; i++) {
		if (e->kids[i]->kind != BL_EXPR_LITERAL || bl_value_text(e->kids[i]->value).n) {
			only = e->kids[i];
			parts++;
		}
	}
	return parts == 1 && !only->expand ? only : e;
}

/* HCL files: bodies, blocks and attributes. */
#include "parsers/terraform/hcl.h"

#include "parsers/language.h"

/*
 * A block's parts as they are met; in a damaged file they may stand loose, without a block node around them. The body
 * being filled is what stands on the stacks of attributes and blocks above the heights that its opener noted.
 */
typedef struct builder {
	bl_hcl *h;
	size_t opened; /* how many bodies this builder has opened */
	size_t attrs;  /* where the innermost body's attributes begin */
	uint32_t last; /* where the last attribute or stray word ended; 0: there was none */
} builder;

static void add_items(builder *b);

/* What stands behind an attribute's key; the cursor is on that. */
static bl_expr *read_value(bl_hcl *h, bl_hcl_node attribute, bl_hcl_node key)
{
	bl_expr *e = NULL;
	uint32_t begin = key.end;
	while (bl_hcl_next(h))
		if (bl_hcl_is_expression(bl_hcl_here(h)) && !ts_node_has_error(attribute.node))
			e = bl_hcl_expression(h);
	while (begin < attribute.end && (h->text.p[begin] == ' ' || h->text.p[begin] == '\t'))
		begin++;
	return e ? e : bl_hcl_opaque(h, begin, attribute.end);
}

static bl_attr read_attribute(bl_hcl *h, bl_hcl_node n)
{
	uint32_t word = n.begin + bl_hcl_word(h, n.begin, n.end);
	bl_attr a = {.name = bl_hcl_slice(h, n.begin, word), .name_span = bl_hcl_span(h, n.begin, word),
		.span = bl_hcl_span(h, n.begin, n.end)};
	bl_hcl_node key = n;
	h->lines = !h->bare;
	h->names = bl_str_eqz(a.name, "providers");
	if (bl_hcl_enter(h)) {
		key = bl_hcl_here(h);
		if (key.kind == BL_HCL_KEY)
			a.expr = read_value(h, n, key);
		bl_hcl_leave(h);
	}
	if (!a.expr) {
		a.span.end = word;
		a.expr = bl_hcl_opaque(h, word, word);
		bl_hcl_wrong(h, n.begin, word, "syntax error: '" BL_FMT "' has no value", BL_ARG(a.name));
	} else if (h->text.p[key.end - 1] == ':') {
		bl_hcl_wrong(h, key.end - 1, key.end, "syntax error: an argument is set with '=', not ':'");
	}
	return a;
}

static void add_attribute(builder *b, bl_hcl_node n)
{
	bl_hcl *h = b->h;
	bl_attr a = read_attribute(h, n);
	for (size_t i = b->attrs; i < h->attrs.n && h->attrs.n - b->attrs < 256; i++) {
		if (bl_str_eq(h->attrs.items[i].name, a.name)) {
			bl_hcl_wrong(h, a.name_span.begin, a.name_span.end, "'" BL_FMT "' is set twice", BL_ARG(a.name));
			return;
		}
	}
	bl_vec_push(&h->scratch, &h->attrs, a);
	b->last = n.end;
}

/* White space and comments of a head, from at on. */
static uint32_t skip_gap(const bl_hcl *h, uint32_t at, uint32_t end)
{
	const char *p = h->text.p;
	for (;;) {
		while (at < end && (p[at] == ' ' || p[at] == '\t' || p[at] == '\r' || p[at] == '\n'))
			at++;
		if (at + 1 >= end || p[at] != '/' || p[at + 1] != '*')
			return at;
		for (at += 4; at < end && (p[at - 2] != '*' || p[at - 1] != '/');)
			at++;
	}
}

/* The end of the string that begins at at; the grammar has seen that it has one. */
static uint32_t string_end(const bl_hcl *h, uint32_t at, uint32_t end)
{
	for (at++; at < end && h->text.p[at] != '"'; at++)
		at += h->text.p[at] == '\\';
	return at + 1;
}

/* The label at at, whose end it becomes; false when none stands there. */
static bool read_label(bl_hcl *h, uint32_t *at, uint32_t end, bl_label *label)
{
	uint32_t begin = *at, word = bl_hcl_word(h, begin, end);
	if (word) {
		*at = begin + word;
		label->text = bl_hcl_slice(h, begin, *at);
	} else if (begin < end && h->text.p[begin] == '"') {
		*at = string_end(h, begin, end);
		label->text = bl_hcl_string(h, begin, *at);
	} else {
		return false;
	}
	label->span = bl_hcl_span(h, begin, *at);
	return true;
}

/* The labels between at and end, into block; the end of the last. */
static uint32_t read_labels(bl_hcl *h, bl_block *block, uint32_t at, uint32_t end)
{
	BL_VEC(bl_label) labels = {0};
	bl_label label;
	uint32_t last = at;
	for (at = skip_gap(h, at, end); read_label(h, &at, end, &label); at = skip_gap(h, at, end)) {
		bl_vec_push(&h->scratch, &labels, label);
		last = at;
	}
	block->labels.n = block->labels.cap = labels.n;
	if (labels.n) {
		block->labels.items = bl_new_n(h->arena, bl_label, labels.n);
		memcpy(block->labels.items, labels.items, labels.n * sizeof *labels.items);
	}
	return last;
}

static void open_block(builder *b, bl_hcl_node head)
{
	bl_hcl *h = b->h;
	/* loose heads nest without a node around them that counts */
	h->depth += (int)b->opened;
	bool over = bl_hcl_over_limit(h, head.begin, head.end);
	h->depth -= (int)b->opened;
	if (over)
		return;
	bl_hcl_body body = {bl_new(h->arena, bl_block), h->attrs.n, h->blocks.n};
	bl_block *block = body.block;
	uint32_t brace = head.end - 1, kind = head.begin + bl_hcl_word(h, head.begin, brace);
	uint32_t last = read_labels(h, block, kind, brace);
	if (bl_hcl_newline_between(h, last, brace))
		bl_hcl_wrong(h, brace, head.end, "syntax error: '{' must stand on the line of its block's head");
	block->kind = bl_hcl_slice(h, head.begin, kind);
	block->head = bl_hcl_span(h, head.begin, last);
	block->span = bl_hcl_span(h, head.begin, head.end);
	bl_vec_push(&h->scratch, &h->bodies, body);
	b->opened++;
	b->attrs = h->attrs.n;
}

/* What was met since body was opened, off the stacks and into its block. */
static void fill_block(bl_hcl *h, bl_hcl_body body)
{
	bl_block *block = body.block;
	size_t attrs = h->attrs.n - body.attrs, blocks = h->blocks.n - body.blocks;
	block->attrs.n = block->attrs.cap = attrs;
	block->blocks.n = block->blocks.cap = blocks;
	if (attrs) {
		block->attrs.items = bl_new_n(h->arena, bl_attr, attrs);
		memcpy(block->attrs.items, h->attrs.items + body.attrs, attrs * sizeof *block->attrs.items);
	}
	if (blocks) {
		block->blocks.items = bl_new_n(h->arena, bl_block *, blocks);
		memcpy(block->blocks.items, h->blocks.items + body.blocks, blocks * sizeof *block->blocks.items);
	}
	h->attrs.n = body.attrs;
	h->blocks.n = body.blocks;
}

static void close_block(builder *b, uint32_t end)
{
	bl_hcl *h = b->h;
	if (!b->opened)
		return;
	bl_hcl_body body = h->bodies.items[--h->bodies.n];
	body.block->span.end = end;
	fill_block(h, body);
	bl_vec_push(&h->scratch, &h->blocks, body.block);
	b->opened--;
	b->attrs = h->bodies.n ? h->bodies.items[h->bodies.n - 1].attrs : 0;
}

static void add_block(bl_hcl *h, bl_hcl_node n)
{
	builder inner = {.h = h, .attrs = h->attrs.n};
	add_items(&inner);
	while (inner.opened)
		close_block(&inner, n.end);
}

/* What stands behind an argument's value makes the value doubtful. Of several on one line the first is said. */
static void add_stray(builder *b, bl_hcl_node n)
{
	bl_hcl *h = b->h;
	bool same_line = b->last && !bl_hcl_newline_between(h, b->last, n.begin);
	bl_attr *before = h->attrs.n > b->attrs ? &h->attrs.items[h->attrs.n - 1] : NULL;
	if (same_line && before && before->span.end == b->last) {
		before->expr = bl_hcl_opaque(h, before->expr->span.begin, n.end);
		before->span.end = n.end;
	}
	if (!same_line || (before && before->span.end == n.end))
		bl_hcl_unexpected(h, n.begin, n.end);
	b->last = n.end;
}

static bool is_brace(const bl_hcl *h, bl_hcl_node n)
{
	return n.kind == BL_HCL_NONE && n.begin < n.end && h->text.p[n.begin] == '}';
}

static void add_item(builder *b, bl_hcl_node n)
{
	if (n.kind == BL_HCL_ATTRIBUTE)
		add_attribute(b, n);
	else if (n.kind == BL_HCL_BLOCK)
		add_block(b->h, n);
	else if (n.kind == BL_HCL_HEAD)
		open_block(b, n);
	else if (n.kind == BL_HCL_STRAY)
		add_stray(b, n);
	else if (n.kind == BL_HCL_ERROR)
		add_items(b);
	else if (is_brace(b->h, n))
		close_block(b, n.end);
}

/*
 * Where the newlines of a body must be: each item begins on a line of its own, and so does its end; but a block on one
 * line may hold one argument.
 */
typedef struct layout {
	uint32_t last;  /* the end of the last item, or of the head */
	size_t items;
	bool head;
	bool one_line; /* an item stands on the head's line */
	bool broken;   /* and the line ended before the block: said so already */
} layout;

/* A block with an item on its head's line ends on that line; the mistake is where the line ends. */
static void break_line(bl_hcl *h, layout *l)
{
	if (!l->broken)
		bl_hcl_wrong(h, l->last, l->last, "a block whose first argument stands on its head's line ends on that line");
	l->broken = true;
}

static void check_layout(bl_hcl *h, layout *l, bl_hcl_node n)
{
	bool item = n.kind == BL_HCL_ATTRIBUTE || n.kind == BL_HCL_BLOCK;
	bool newline = (item || is_brace(h, n)) && bl_hcl_newline_between(h, l->last, n.begin);
	if (item) {
		bool first = !l->items++;
		if (first && l->head)
			l->one_line = !newline;
		if (l->one_line && first && n.kind == BL_HCL_BLOCK)
			bl_hcl_wrong(h, n.begin, n.begin, "a block on one line holds no other block");
		else if (!newline && !first)
			bl_hcl_wrong(h, n.begin, n.begin, "%s must start on a new line",
				n.kind == BL_HCL_BLOCK ? "a block" : "an argument");
		else if (!first && l->one_line)
			break_line(h, l);
		/* what lacks its end ends with its newline */
		l->last = n.end - (h->text.p[n.end - 1] == '\n');
	} else if (n.kind == BL_HCL_HEAD) {
		l->head = true;
		l->last = n.end;
	} else if (is_brace(h, n) && l->items && l->one_line && newline) {
		break_line(h, l);
	} else if (is_brace(h, n) && l->items && !l->one_line && !newline) {
		bl_hcl_wrong(h, n.begin, n.end, "'}' must start on a new line");
	}
}

/* The children of the node under the cursor. */
static void add_items(builder *b)
{
	bl_hcl *h = b->h;
	bl_hcl_node whole = bl_hcl_here(h);
	bool damaged = ts_node_has_error(whole.node);
	layout l = {0};
	if (bl_hcl_over_limit(h, whole.begin, whole.end) || !bl_hcl_enter(h))
		return;
	h->depth++;
	do {
		bl_hcl_node n = bl_hcl_here(h);
		if (!damaged)
			check_layout(h, &l, n);
		add_item(b, n);
	} while (bl_hcl_next(h));
	h->depth--;
	bl_hcl_leave(h);
}

/* A file's own arguments: a block without a kind holds them. */
static void add_arguments(bl_hcl *h)
{
	bl_block *own = bl_new(h->arena, bl_block);
	own->span = bl_hcl_span(h, 0, (uint32_t)h->text.n);
	own->head = h->attrs.items[0].name_span;
	fill_block(h, (bl_hcl_body){own, 0, h->blocks.n});
	bl_vec_push(h->arena, &h->document->blocks, own);
	if (!bl_str_eqz(h->document->dialect, "tfvars") && bl_str_ends(h->document->path, BL_STR(".tf")))
		bl_diag_add(h->arena, &h->document->diags, BL_DIAG_ERROR, own->head,
			"an argument is not expected here: a configuration holds blocks");
}

static void add_file(bl_hcl *h, void *context)
{
	builder b = {.h = h};
	(void)context;
	add_items(&b);
	while (b.opened)
		close_block(&b, (uint32_t)h->text.n);
	if (h->attrs.n)
		add_arguments(h);
	for (size_t i = 0; i < h->blocks.n; i++)
		bl_vec_push(h->arena, &h->document->blocks, h->blocks.items[i]);
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

/* The file's only argument. */
static void take_expression(bl_hcl *h, void *context)
{
	const bl_expr **out = context;
	if (ts_node_has_error(ts_tree_cursor_current_node(&h->cursor)) || !bl_hcl_enter(h))
		return;
	bl_hcl_node n = bl_hcl_here(h);
	const bl_expr *e = n.kind == BL_HCL_ATTRIBUTE ? read_attribute(h, n).expr : NULL;
	if (!bl_hcl_next(h))
		*out = e;
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
	h.bare = true;
	bl_hcl_parse(&h, take_expression, &e);
	if (!e && document->diags.n == said)
		bl_diag_add(arena, &document->diags, BL_DIAG_ERROR, span, "this is not one expression");
	return e;
}

const bl_expr *bl_parse_terraform_expression(bl_sources *sources, bl_document *document)
{
	bl_str all = bl_sources_text(sources, document->source), text = bl_str_trim(all);
	uint32_t lead = text.n ? (uint32_t)(text.p - all.p) : 0;
	bl_span span = {document->source, lead, lead + (uint32_t)text.n};
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

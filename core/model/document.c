#include "core/model/document.h"

static const char *const languages[BL_LANG_COUNT] = {
	[BL_LANG_NONE] = "none",
	[BL_LANG_ARM] = "arm",
	[BL_LANG_BAKE] = "bake",
	[BL_LANG_BICEP] = "bicep",
	[BL_LANG_CLOUDFORMATION] = "cloudformation",
	[BL_LANG_COMPOSE] = "compose",
	[BL_LANG_DOCKERFILE] = "dockerfile",
	[BL_LANG_KUBERNETES] = "kubernetes",
	[BL_LANG_PIPELINE] = "pipeline",
	[BL_LANG_POWERSHELL] = "powershell",
	[BL_LANG_SHELL] = "shell",
	[BL_LANG_TERRAFORM] = "terraform",
	[BL_LANG_YAML] = "yaml",
};

static const char *const kinds[] = {
	[BL_EXPR_LITERAL] = "literal",
	[BL_EXPR_TEMPLATE] = "template",
	[BL_EXPR_NAME] = "name",
	[BL_EXPR_ATTR] = "attr",
	[BL_EXPR_INDEX] = "index",
	[BL_EXPR_SPLAT] = "splat",
	[BL_EXPR_CHILD] = "child",
	[BL_EXPR_CALL] = "call",
	[BL_EXPR_UNARY] = "unary",
	[BL_EXPR_BINARY] = "binary",
	[BL_EXPR_CONDITION] = "condition",
	[BL_EXPR_LIST] = "list",
	[BL_EXPR_OBJECT] = "object",
	[BL_EXPR_FOR] = "for",
	[BL_EXPR_LAMBDA] = "lambda",
	[BL_EXPR_SPREAD] = "spread",
	[BL_EXPR_IF] = "if",
	[BL_EXPR_TYPE] = "type",
	[BL_EXPR_OPAQUE] = "opaque",
};

const char *bl_language_name(bl_language language)
{
	return languages[language];
}

const bl_attr *bl_block_attr(const bl_block *block, const char *name)
{
	for (size_t i = 0; i < block->attrs.n; i++)
		if (bl_str_eqz(block->attrs.items[i].name, name))
			return &block->attrs.items[i];
	return NULL;
}

const bl_expr *bl_block_expr(const bl_block *block, const char *name)
{
	const bl_attr *a = block ? bl_block_attr(block, name) : NULL;
	return a ? a->expr : NULL;
}

bool bl_block_is(const bl_block *block, const char *kind)
{
	return block && bl_str_eqz(block->kind, kind);
}

const bl_value *bl_document_tree(const bl_document *d)
{
	const bl_attr *body = d && d->blocks.n ? bl_block_attr(d->blocks.items[0], "body") : NULL;
	return body && body->expr->kind == BL_EXPR_LITERAL ? body->expr->value : NULL;
}

bl_str bl_block_label(const bl_block *block, size_t i)
{
	return i < block->labels.n ? block->labels.items[i].text : BL_STR("");
}

bl_expr *bl_expr_new(bl_arena *arena, bl_expr_kind kind, bl_span span, size_t nkids)
{
	bl_expr *e = bl_new(arena, bl_expr);
	e->kind = (uint8_t)kind;
	e->span = span;
	e->n = (uint32_t)nkids;
	e->kids = nkids ? bl_new_n(arena, bl_expr *, nkids) : NULL;
	return e;
}

bl_expr *bl_expr_bool(bl_arena *arena, bl_span span, bool b)
{
	bl_expr *e = bl_expr_new(arena, BL_EXPR_LITERAL, span, 0);
	e->value = bl_value_bool(arena, span, b);
	return e;
}

void bl_block_put(bl_arena *arena, bl_block *block, bl_str name, bl_span span, const bl_expr *expr)
{
	bl_attr attr = {.name = name, .name_span = span, .span = span, .expr = expr};
	bl_vec_push(arena, &block->attrs, attr);
}

bl_expr *bl_expr_string(bl_arena *arena, bl_span span, bl_str s)
{
	bl_expr *e = bl_expr_new(arena, BL_EXPR_LITERAL, span, 0);
	e->value = bl_value_string(arena, span, s);
	return e;
}

static void indent(bl_buf *out, int depth)
{
	for (int i = 0; i < depth; i++)
		bl_buf_putz(out, "  ");
}

static void quote(bl_buf *out, bl_str s)
{
	bl_buf_putc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\')
			bl_buf_putf(out, "\\%c", c);
		else if (c == '\n')
			bl_buf_putz(out, "\\n");
		else if (c < 0x20 || c == 0x7f)
			bl_buf_putf(out, "\\x%02x", c);
		else
			bl_buf_putc(out, (char)c);
	}
	bl_buf_putc(out, '"');
}

static void print_literal(const bl_value *v, bl_buf *out)
{
	switch (v ? (bl_kind)v->kind : BL_NULL) {
	case BL_BOOL:
		bl_buf_putz(out, v->boolean ? " true" : " false");
		break;
	case BL_NUMBER:
		bl_buf_putf(out, " " BL_FMT, BL_ARG(v->digits));
		break;
	case BL_STRING:
		bl_buf_putc(out, ' ');
		quote(out, v->string);
		break;
	default:
		bl_buf_putz(out, " null");
	}
}

static void print_expr(const bl_expr *e, int depth, bl_buf *out)
{
	indent(out, depth);
	if (!e) {
		bl_buf_putz(out, "-\n");
		return;
	}
	bl_buf_putz(out, kinds[e->kind]);
	if (e->kind == BL_EXPR_LITERAL)
		print_literal(e->value, out);
	if (e->text.n) {
		bl_buf_putc(out, ' ');
		quote(out, e->text);
	}
	bl_buf_putf(out, "%s%s%s%s [%u-%u]\n", e->safe ? " safe" : "", e->method ? " method" : "",
		e->expand ? " expand" : "", e->grouping ? " grouping" : "", e->span.begin, e->span.end);
	for (uint32_t i = 0; i < e->n; i++)
		print_expr(e->kids[i], depth + 1, out);
}

static void print_block(const bl_block *b, int depth, bl_buf *out)
{
	indent(out, depth);
	bl_buf_putf(out, "block " BL_FMT, BL_ARG(b->kind));
	for (size_t i = 0; i < b->labels.n; i++) {
		bl_buf_putc(out, ' ');
		quote(out, b->labels.items[i].text);
	}
	bl_buf_putf(out, " [%u-%u]\n", b->span.begin, b->span.end);
	for (size_t i = 0; i < b->attrs.n; i++) {
		const bl_attr *a = &b->attrs.items[i];
		indent(out, depth + 1);
		bl_buf_putf(out, "attribute " BL_FMT " [%u-%u]\n", BL_ARG(a->name), a->span.begin, a->span.end);
		print_expr(a->expr, depth + 2, out);
	}
	for (size_t i = 0; i < b->blocks.n; i++)
		print_block(b->blocks.items[i], depth + 1, out);
}

void bl_document_print(const bl_document *d, bl_buf *out)
{
	bl_buf_putf(out, "document " BL_FMT " %s%s" BL_FMT "%s\n", BL_ARG(d->path), bl_language_name(d->language),
		d->dialect.n ? " " : "", BL_ARG(d->dialect), d->partial ? " partial" : "");
	for (size_t i = 0; i < d->blocks.n; i++)
		print_block(d->blocks.items[i], 1, out);
}

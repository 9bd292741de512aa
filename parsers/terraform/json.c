/* Terraform's JSON syntax: the same blocks and attributes, written as objects; strings are templates. */
#include "parsers/terraform/hcl.h"

#include "core/codec/json.h"
#include "parsers/language.h"

typedef struct reader {
	bl_sources *sources;
	bl_document *document;
	bl_arena *arena;
	bool literal; /* variable files: strings are what they say */
	int depth;
} reader;

static bl_expr *expression(reader *r, const bl_value *v);

static bl_expr *text(reader *r, const bl_value *v)
{
	bool template = bl_str_find(v->string, BL_STR("${"), 0) >= 0 || bl_str_find(v->string, BL_STR("%{"), 0) >= 0;
	if (r->literal || !template)
		return bl_expr_string(r->arena, v->span, v->string);
	/* the place of the text is within the quotes when it was written without escapes */
	bl_span span = v->span;
	if (span.end - span.begin == v->string.n + 2) {
		span.begin++;
		span.end--;
	}
	bl_expr *e = bl_hcl_template_text(r->sources, r->document, span, v->string);
	if (e)
		return e;
	e = bl_expr_new(r->arena, BL_EXPR_OPAQUE, v->span, 0);
	e->text = v->string;
	return e;
}

static bl_expr *object(reader *r, const bl_value *v)
{
	bl_expr *e = bl_expr_new(r->arena, BL_EXPR_OBJECT, v->span, 2 * (size_t)v->n);
	for (uint32_t i = 0; i < v->n; i++) {
		bl_value *key = bl_value_string(r->arena, v->map[i].key_span, v->map[i].key);
		e->kids[2 * i] = text(r, key);
		e->kids[2 * i + 1] = expression(r, v->map[i].value);
	}
	return e;
}

/* The reader has limited the depth already. */
static bl_expr *expression(reader *r, const bl_value *v)
{
	bl_expr *e;
	switch (v->kind) {
	case BL_STRING:
		return text(r, v);
	case BL_LIST:
		e = bl_expr_new(r->arena, BL_EXPR_LIST, v->span, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			e->kids[i] = expression(r, v->list[i]);
		return e;
	case BL_MAP:
		return object(r, v);
	default:
		e = bl_expr_new(r->arena, BL_EXPR_LITERAL, v->span, 0);
		e->value = v;
		return e;
	}
}

static void attributes(reader *r, bl_block *b, const bl_value *body)
{
	for (uint32_t i = 0; body->kind == BL_MAP && i < body->n; i++) {
		const bl_item *item = &body->map[i];
		if (bl_str_eqz(item->key, "//"))
			continue;
		bl_attr a = {item->key, item->key_span, bl_span_join(item->key_span, item->value->span), NULL};
		/* these hold names and types of the language, not values */
		bool raw = bl_str_eqz(b->kind, "variable") && bl_str_eqz(item->key, "type");
		if (raw && item->value->kind == BL_STRING) {
			bl_expr *e = bl_hcl_template_text(r->sources, r->document, item->value->span,
				bl_str_fmt(r->arena, "${" BL_FMT "}", BL_ARG(item->value->string)));
			a.expr = e ? e : expression(r, item->value);
		} else {
			a.expr = expression(r, item->value);
		}
		bl_vec_push(r->arena, &b->attrs, a);
	}
}

static void expected(reader *r, bl_span span, const char *what)
{
	bl_diag_add(r->arena, &r->document->diags, BL_DIAG_ERROR, span, "%s must be an object", what);
	r->document->partial = true;
}

/* labels more names stand between here and the bodies; a list stands for each of its elements. */
static void blocks(reader *r, bl_block *like, const bl_item *item, size_t labels)
{
	const bl_value *v = item->value;
	if (v->kind == BL_LIST) {
		for (uint32_t i = 0; i < v->n; i++) {
			bl_item one = {item->key, item->key_span, v->list[i]};
			blocks(r, like, &one, labels);
		}
		return;
	}
	if (v->kind == BL_NULL)
		return;
	if (v->kind != BL_MAP) {
		expected(r, v->span, "a block");
		return;
	}
	if (!labels) {
		bl_block *b = bl_new(r->arena, bl_block);
		b->kind = like->kind;
		b->head = bl_span_known(like->head) ? like->head : item->key_span;
		b->span = bl_span_join(item->key_span, v->span);
		for (size_t i = 0; i < like->labels.n; i++)
			bl_vec_push(r->arena, &b->labels, like->labels.items[i]);
		attributes(r, b, v);
		bl_vec_push(r->arena, &r->document->blocks, b);
		return;
	}
	for (uint32_t i = 0; i < v->n; i++) {
		if (bl_str_eqz(v->map[i].key, "//"))
			continue;
		bl_label label = {v->map[i].key, v->map[i].key_span};
		bl_vec_push(r->arena, &like->labels, label);
		like->head = label.span;
		blocks(r, like, &v->map[i], labels - 1);
		like->labels.n--;
	}
}

/* How many labels a block of the language's own has; the file's other keys are unknown to it. */
static int labels_of(bl_language language, bl_str kind)
{
	static const char *const bake[] = {"function", "group", "target", "variable"};
	static const struct {
		const char *kind;
		int labels;
	} table[] = {
		{"check", 1}, {"data", 2}, {"ephemeral", 2}, {"import", 0}, {"locals", 0}, {"module", 1}, {"moved", 0},
		{"output", 1}, {"provider", 1}, {"removed", 0}, {"resource", 2}, {"terraform", 0}, {"variable", 1},
	};
	for (size_t i = 0; language == BL_LANG_BAKE && i < sizeof bake / sizeof *bake; i++)
		if (bl_str_eqz(kind, bake[i]))
			return 1;
	for (size_t i = 0; language != BL_LANG_BAKE && i < sizeof table / sizeof *table; i++)
		if (bl_str_eqz(kind, table[i].kind))
			return table[i].labels;
	return -1;
}

static void file(reader *r, const bl_value *v)
{
	if (v->kind == BL_LIST) {
		for (uint32_t i = 0; i < v->n; i++)
			if (v->list[i]->kind == BL_MAP)
				file(r, v->list[i]);
		return;
	}
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++) {
		const bl_item *item = &v->map[i];
		int labels = labels_of(r->document->language, item->key);
		bl_block like = {.kind = item->key};
		if (bl_str_eqz(item->key, "//"))
			continue;
		if (labels >= 0) {
			blocks(r, &like, item, (size_t)labels);
			continue;
		}
		if (r->document->language == BL_LANG_BAKE)
			continue; /* Compose's keys, which bake passes over */
		bl_diag_add(r->arena, &r->document->diags, BL_DIAG_ERROR, item->key_span,
			"'" BL_FMT "' is no block of the configuration language", BL_ARG(item->key));
	}
}

static const bl_value *read_json(bl_sources *sources, bl_document *document)
{
	const bl_value *v = bl_json_read_source(&document->arena, document->source,
		bl_sources_text(sources, document->source), &document->diags);
	document->partial |= !v;
	return v;
}

/* `terraform show -json`: one block "document" with an attribute "body" that holds the whole. */
void bl_parse_terraform_shown(bl_sources *sources, bl_document *document)
{
	bl_arena *arena = &document->arena;
	const bl_value *v = read_json(sources, document);
	if (!v)
		return;
	bl_expr *body = bl_expr_new(arena, BL_EXPR_LITERAL, v->span, 0);
	body->value = v;
	bl_block *b = bl_new(arena, bl_block);
	b->kind = BL_STR("document");
	b->span = b->head = v->span;
	bl_vec_push(arena, &b->attrs, ((bl_attr){BL_STR("body"), v->span, v->span, body}));
	bl_vec_push(arena, &document->blocks, b);
}

void bl_parse_terraform_json(bl_sources *sources, bl_document *document)
{
	reader r = {sources, document, &document->arena, bl_str_eqz(document->dialect, "tfvars-json"), 0};
	const bl_value *v = read_json(sources, document);
	if (!v)
		return;
	if (!r.literal) {
		file(&r, v);
		return;
	}
	if (v->kind != BL_MAP) {
		expected(&r, v->span, "a variable file");
		return;
	}
	bl_block *own = bl_new(r.arena, bl_block);
	own->kind = BL_STR("");
	own->span = own->head = v->span;
	attributes(&r, own, v);
	bl_vec_push(r.arena, &document->blocks, own);
}

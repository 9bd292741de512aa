/* Text that is read again: JSON with holes where a value is not known, template files. */
#include "eval/terraform.h"

#include "core/codec/json.h"

/* An unknown part stands in the text as a mark of private-use characters around its number. */
#define MARK_BEGIN "\xef\xa3\xbe" /* U+F8FE */
#define MARK_END "\xef\xa3\xbf"   /* U+F8FF */

typedef struct filling {
	bl_tf *tf;
	const bl_value *const *parts;
	size_t n;
} filling;

/* The part whose mark is at s[i], and where the mark ends; NULL when there is none. */
static const bl_value *marked_part(const filling *f, bl_str s, size_t i, size_t *end)
{
	if (!bl_str_starts(bl_str_slice(s, i, s.n), BL_STR(MARK_BEGIN)))
		return NULL;
	size_t n = 0, at = i + 3;
	for (; at < s.n && s.p[at] >= '0' && s.p[at] <= '9' && n < f->n; at++)
		n = n * 10 + (size_t)(s.p[at] - '0');
	if (n >= f->n || !bl_str_starts(bl_str_slice(s, at, s.n), BL_STR(MARK_END)))
		return NULL;
	*end = at + 3;
	return f->parts[n];
}

static const bl_value *fill_text(const filling *f, const bl_value *v)
{
	bl_str s = v->string;
	ptrdiff_t first = bl_str_find(s, BL_STR(MARK_BEGIN), 0);
	if (first < 0)
		return v;
	bl_values waits = {0};
	size_t end = 0, last = 0;
	const bl_value *part = marked_part(f, s, (size_t)first, &end);
	if (part && !first && end == s.n)
		return part->unknown->decoded ? part->unknown->decoded : part;
	for (ptrdiff_t at = first; at >= 0; at = bl_str_find(s, BL_STR(MARK_BEGIN), (size_t)at + 3)) {
		part = marked_part(f, s, (size_t)at, &end);
		if (part) {
			bl_vec_push(f->tf->arena, &waits, part);
			last = end;
		}
	}
	bl_value *out = bl_tf_unknown_of(f->tf, v->span, waits.items, waits.n, BL_STRING);
	bl_unknown *u = (bl_unknown *)out->unknown;
	u->not_null = true;
	u->prefix = bl_str_slice(s, 0, (size_t)first);
	u->suffix = bl_str_slice(s, last, s.n);
	return out;
}

/* The reader has limited the depth already. */
static const bl_value *fill(const filling *f, const bl_value *v)
{
	if (v->kind == BL_STRING)
		return fill_text(f, v);
	if (v->kind != BL_LIST && v->kind != BL_MAP)
		return v;
	bl_value *c = bl_value_at(f->tf->arena, v, v->span);
	if (v->kind == BL_LIST) {
		c->list = bl_new_n(f->tf->arena, const bl_value *, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			c->list[i] = fill(f, v->list[i]);
		return c;
	}
	bl_items items = {0};
	for (uint32_t i = 0; i < v->n; i++) {
		/* a key that is not known may be any key */
		if (bl_str_find(v->map[i].key, BL_STR(MARK_BEGIN), 0) >= 0) {
			c->open = true;
			continue;
		}
		bl_item item = {v->map[i].key, v->map[i].key_span, fill(f, v->map[i].value)};
		bl_vec_push(f->tf->arena, &items, item);
	}
	c->map = items.items;
	c->n = (uint32_t)items.n;
	return c;
}

const bl_value *bl_tf_json_with_holes(bl_tf *tf, const bl_value *const *parts, size_t n)
{
	bl_buf text = {0};
	bool in_string = false, json = false;
	filling f = {tf, parts, n};
	for (size_t i = 0; i < n; i++) {
		if (parts[i]->kind == BL_UNKNOWN) {
			const char *quote = in_string ? "" : "\"";
			bl_buf_putf(&text, "%s" MARK_BEGIN "%zu" MARK_END "%s", quote, i, quote);
			continue;
		}
		bl_str s = bl_value_text(parts[i]);
		bl_buf_put(&text, s);
		for (size_t k = 0; k < s.n; k++) {
			if (in_string && s.p[k] == '\\')
				k++;
			else if (s.p[k] == '"')
				in_string = !in_string;
		}
	}
	bl_str all = bl_str_trim(bl_buf_str(&text));
	json = all.n && (all.p[0] == '{' || all.p[0] == '[');
	const bl_value *v = NULL;
	if (json && bl_tf_spend(tf, all.n / 16, BL_NOWHERE))
		v = bl_json_read(tf->arena, bl_str_dup(tf->arena, all), NULL);
	bl_buf_done(&text);
	return v ? fill(&f, v) : NULL;
}

/* --- template files --- */

static const bl_expr *parse_template(const bl_tf_scope *s, bl_str text, bl_str path, bl_span span)
{
	bl_tf *tf = s->tf;
	const bl_eval_input *in = tf->input;
	bl_str mark = BL_STR("BL_TEMPLATE"), where = BL_STR("");
	while (bl_str_find(text, mark, 0) >= 0)
		mark = bl_str_cat(tf->arena, mark, BL_STR("_"));
	if (!in->loader || !in->loader->parse || !in->sources)
		return NULL;
	uint32_t parent = 0;
	if (path.n && bl_tf_path(s, path, &where)) {
		text = bl_sources_keep_str(in->sources, text);
		parent = bl_sources_add(in->sources, in->root->repo, bl_sources_keep_str(in->sources, where), text);
	}
	/* the strip marker eats the newline that the heredoc needs */
	bl_str before = bl_str_fmt(tf->arena, "t = <<" BL_FMT "\n", BL_ARG(mark));
	bl_str all = bl_str_fmt(tf->arena, BL_FMT BL_FMT "${\"\"~}\n" BL_FMT "\n", BL_ARG(before), BL_ARG(text), BL_ARG(mark));
	bl_piece pieces[3];
	uint32_t n = (uint32_t)text.n, begin = parent ? 0 : span.begin, end = parent ? n : span.end;
	pieces[0] = (bl_piece){0, begin, begin, false};
	pieces[1] = (bl_piece){(uint32_t)before.n, begin, end, parent != 0};
	pieces[2] = (bl_piece){(uint32_t)before.n + n, end, end, false};
	uint32_t source = bl_sources_share(in->sources, parent ? parent : span.source, all, pieces, 3);
	const bl_document *d = in->loader->parse(in->loader->context, BL_LANG_TERRAFORM, source, NULL);
	if (!d || d->partial || !d->blocks.n || d->blocks.items[0]->attrs.n != 1)
		return NULL;
	return d->blocks.items[0]->attrs.items[0].expr;
}

/* A template that is one ${...} and nothing else is what stands in it, no text made of it. */
static const bl_expr *only_part(const bl_expr *e)
{
	const bl_expr *only = NULL;
	for (uint32_t i = 0; e->kind == BL_EXPR_TEMPLATE && !e->expand && i < e->n; i++) {
		const bl_expr *part = e->kids[i];
		bool empty = part->kind == BL_EXPR_LITERAL && bl_value_is(part->value, BL_STRING) && !part->value->string.n;
		if (empty)
			continue;
		if (only || part->kind == BL_EXPR_LITERAL || part->kind == BL_EXPR_TEMPLATE)
			return e;
		only = part;
	}
	return only ? only : e;
}

const bl_value *bl_tf_template(const bl_tf_scope *s, bl_str text, bl_str path, const bl_value *names, bl_span span)
{
	bl_tf *tf = s->tf;
	if (names->kind == BL_UNKNOWN)
		return bl_tf_unknown_of(tf, span, &names, 1, BL_STRING);
	if (names->kind != BL_MAP)
		return bl_tf_error(tf, span, "a template's names must be an object, not %s", bl_tf_kind_name(names));
	bl_map *known = &tf->templates;
	const bl_expr *e = path.n ? bl_map_get(known, path) : NULL;
	if (!e) {
		e = parse_template(s, text, path, span);
		if (e && path.n)
			bl_map_put(tf->arena, known, path, (void *)e);
	}
	if (!e)
		return bl_tf_error(tf, span, "the template has a syntax error");
	const bl_tf_frame *frame = NULL;
	for (uint32_t i = 0; i < names->n; i++) {
		bl_tf_frame *f = bl_new(tf->arena, bl_tf_frame);
		*f = (bl_tf_frame){frame, names->map[i].key, bl_tf_marked(tf, names->map[i].value, names->sensitive)};
		frame = f;
	}
	bl_tf_scope scope = {tf, NULL, frame};
	return bl_tf_eval(&scope, only_part(e));
}

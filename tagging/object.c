/* Tags in object expressions: `{ a = "b" }`, `{ a: 'b' }`, `{"a": "b"}`. */
#include "tagging/target.h"

const bl_tag_syntax bl_tag_hcl = {" = ", "merge", '"', false};
const bl_tag_syntax bl_tag_bicep = {": ", "union", '\'', false};
const bl_tag_syntax bl_tag_json = {": ", "union", '"', true};

static bool is_identifier(bl_str s)
{
	bool ok = s.n && ((s.p[0] | 32) >= 'a' || s.p[0] == '_') && (s.p[0] | 32) <= 'z';
	for (size_t i = 0; ok && i < s.n; i++)
		ok = (s.p[i] >= '0' && s.p[i] <= '9') || ((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z') || s.p[i] == '_';
	return ok;
}

bl_str bl_tag_quote(bl_arena *arena, const bl_tag_syntax *syntax, bl_str s)
{
	bl_buf out = {0};
	bl_buf_putc(&out, syntax->quote);
	/* a template takes what begins with a bracket for an expression */
	if (syntax == &bl_tag_json && s.n && s.p[0] == '[')
		bl_buf_putc(&out, '[');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == syntax->quote || s.p[i] == '\\')
			bl_buf_putc(&out, '\\');
		/* "${" begins an expression, in Terraform "%{" as well */
		if (i + 1 < s.n && s.p[i + 1] == '{' && syntax == &bl_tag_hcl && memchr("$%", s.p[i], 2))
			bl_buf_putc(&out, s.p[i]);
		if (i + 1 < s.n && s.p[i + 1] == '{' && syntax == &bl_tag_bicep && s.p[i] == '$')
			bl_buf_putc(&out, '\\');
		bl_buf_putc(&out, s.p[i]);
	}
	bl_buf_putc(&out, syntax->quote);
	bl_str quoted = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return quoted;
}

static void put_member(const bl_tagging *t, const bl_tag_syntax *syntax, bl_str key, bl_str value, size_t width, bl_buf *out)
{
	bool bare = !syntax->commas && is_identifier(key);
	bl_str name = bare ? key : bl_tag_quote(t->arena, syntax, key);
	bl_buf_put(out, name);
	/* terraform fmt puts the equals signs of neighbours below one another */
	for (size_t i = name.n; syntax == &bl_tag_hcl && i < width; i++)
		bl_buf_putc(out, ' ');
	bl_buf_putz(out, syntax->assign);
	bl_buf_put(out, bl_tag_quote(t->arena, syntax, value));
}

/* The unit that a file indents by: what its first indented line begins with. */
static bl_str unit_of(const bl_tagging *t)
{
	for (size_t i = 0; i + 1 < t->text.n; i++) {
		if (t->text.p[i] != '\n' || (t->text.p[i + 1] != ' ' && t->text.p[i + 1] != '\t'))
			continue;
		bl_str indent = bl_tag_indent(t, (uint32_t)i + 1);
		size_t end = i + 1 + indent.n;
		if (end < t->text.n && !memchr("\r\n*#", t->text.p[end], 4))
			return indent.p[0] == '\t' ? bl_str_slice(indent, 0, 1) : bl_str_slice(indent, 0, 8);
	}
	return BL_STR("  ");
}

static size_t width_of(const bl_tags *tags)
{
	size_t width = 0;
	for (size_t i = 0; i < tags->n; i++)
		width = tags->items[i].key.n > width ? tags->items[i].key.n : width;
	return width;
}

bl_str bl_tag_object(const bl_tagging *t, const bl_tag_syntax *syntax, const bl_tag_target *target, bl_str indent, bl_str *trace)
{
	bl_tags tags = {0};
	bl_buf out = {0};
	bl_str unit = unit_of(t);
	bl_tag_values(t, target, &tags);
	bl_buf_putc(&out, '{');
	for (size_t i = 0; i < tags.n; i++) {
		bl_str value = bl_tag_fresh(t, target, &tags.items[i]);
		if (tags.items[i].trace)
			*trace = value;
		bl_buf_putf(&out, "%s" BL_FMT BL_FMT, t->newline, BL_ARG(indent), BL_ARG(unit));
		put_member(t, syntax, tags.items[i].key, value, width_of(&tags), &out);
		if (syntax->commas && i + 1 < tags.n)
			bl_buf_putc(&out, ',');
	}
	bl_buf_putf(&out, "%s" BL_FMT "}", t->newline, BL_ARG(indent));
	bl_str s = bl_str_dup(t->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

static bl_str key_text(const bl_expr *key)
{
	if (key->kind == BL_EXPR_LITERAL)
		return bl_value_text(key->value);
	return key->kind == BL_EXPR_NAME ? key->text : BL_STR("");
}

/* The value that an object gives a key, or NULL. */
static const bl_expr *member(const bl_expr *object, bl_str key)
{
	for (uint32_t i = 0; i + 1 < object->n; i += 2)
		if (object->kids[i + 1] && bl_str_eq(key_text(object->kids[i]), key))
			return object->kids[i + 1];
	return NULL;
}

/* What is added behind the last member of an object; on lines of its own where the object has them. */
static void append(const bl_tagging *t, const bl_tag_syntax *syntax, const bl_expr *object, const bl_tag *tags, size_t n, size_t width)
{
	const bl_expr *last = object->n ? object->kids[object->n - 1] : NULL;
	if (!last && object->n) /* a spread */
		last = object->kids[object->n - 2];
	const bl_expr *first = object->kids[0];
	bool lines = bl_tag_line_begin(t, first->span.begin) > object->span.begin;
	uint32_t at = last->span.end, end = at;
	while (end < t->text.n && (t->text.p[end] == ' ' || t->text.p[end] == '\t'))
		end++;
	bool comma = end < t->text.n && t->text.p[end] == ',';
	bl_buf out = {0};
	if (comma)
		at = end + 1;
	else if (syntax->commas || !lines)
		bl_tag_insert(t, at, BL_STR(","));
	if (lines) /* what stands behind the last member on its line may be a comment */
		while (at < object->span.end && t->text.p[at] != '\n' && t->text.p[at] != '\r' && at + 1 < object->span.end)
			at++;
	bl_str indent = bl_tag_indent(t, first->span.begin);
	for (size_t i = 0; i < n; i++) {
		if (lines)
			bl_buf_putf(&out, "%s" BL_FMT, t->newline, BL_ARG(indent));
		else
			bl_buf_putc(&out, ' ');
		put_member(t, syntax, tags[i].key, tags[i].value, lines ? width : 0, &out);
		if (i + 1 < n ? syntax->commas || comma || !lines : comma)
			bl_buf_putc(&out, ',');
	}
	bl_tag_insert(t, at, bl_str_dup(t->arena, bl_buf_str(&out)));
	bl_buf_done(&out);
}

/* Brings an object's tags up to date. */
static void update(const bl_tagging *t, const bl_tag_syntax *syntax, const bl_tag_target *target, const bl_expr *object)
{
	bl_tags tags = {0}, missing = {0};
	bl_str trace = {0};
	bool changed = false, fresh = false;
	bl_tag_values(t, target, &tags);
	for (size_t i = 0; i < tags.n; i++) {
		bl_tag *tag = &tags.items[i];
		const bl_expr *there = member(object, tag->key);
		bl_str is = there && there->kind == BL_EXPR_LITERAL ? bl_value_text(there->value) : BL_STR("");
		if (!there) {
			tag->value = bl_tag_fresh(t, target, tag);
			trace = tag->trace ? tag->value : trace;
			fresh = fresh || tag->trace;
			bl_vec_push(t->arena, &missing, *tag);
		} else if (tag->keep) {
			trace = tag->trace ? is : trace;
		} else if (is.n && !bl_str_eq(is, tag->value)) {
			bl_tag_replace(t, there->span, bl_tag_quote(t->arena, syntax, tag->value));
			changed = true;
		}
	}
	if (missing.n && object->n)
		append(t, syntax, object, missing.items, missing.n, width_of(&missing));
	else if (missing.n)
		bl_tag_replace(t, object->span, bl_tag_object(t, syntax, target, bl_tag_indent(t, object->span.begin), &trace));
	bl_tag_report(t, target, fresh ? BL_TAG_ADDED : changed || missing.n ? BL_TAG_CHANGED : BL_TAG_KEPT, trace, "");
}

bool bl_tag_value(const bl_tagging *t, const bl_tag_syntax *syntax, const bl_tag_target *target, const bl_expr *value)
{
	bl_str trace = {0};
	if (value->kind == BL_EXPR_OBJECT) {
		update(t, syntax, target, value);
		return true;
	}
	bool joined = value->kind == BL_EXPR_CALL && bl_str_eqz(value->text, syntax->merge) && value->n && !value->expand;
	const bl_expr *last = joined ? value->kids[value->n - 1] : NULL;
	if (last && last->kind == BL_EXPR_OBJECT) {
		update(t, syntax, target, last);
		return true;
	}
	if (value->kind == BL_EXPR_OPAQUE || value->kind == BL_EXPR_IF || value->kind == BL_EXPR_FOR) {
		bl_tag_report(t, target, BL_TAG_SKIPPED, BL_STR(""), "its tags are of a form that cannot be added to");
		return false;
	}
	bl_str object = bl_tag_object(t, syntax, target, bl_tag_indent(t, value->span.begin), &trace);
	if (joined) {
		bl_tag_insert(t, last->span.end, bl_str_fmt(t->arena, ", " BL_FMT, BL_ARG(object)));
	} else {
		bl_tag_insert(t, value->span.begin, bl_str_fmt(t->arena, "%s(", syntax->merge));
		bl_tag_insert(t, value->span.end, bl_str_fmt(t->arena, ", " BL_FMT ")", BL_ARG(object)));
	}
	bl_tag_report(t, target, BL_TAG_ADDED, trace, "");
	return true;
}

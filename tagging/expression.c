/* Tags that an ARM expression gives: "[parameters('tags')]" becomes "[union(parameters('tags'), createObject('k', 'v'))]". */
#include "tagging/target.h"

static bl_str literal_text(const bl_expr *e)
{
	return e->kind == BL_EXPR_LITERAL ? bl_value_text(e->value) : BL_STR("");
}

static bool is_call(const bl_expr *e, const char *name)
{
	return e->kind == BL_EXPR_CALL && bl_str_eqiz(e->text, name) && e->n;
}

/* The value of a key that createObject is given, or NULL. */
static const bl_expr *given(const bl_expr *object, bl_str key)
{
	for (uint32_t i = 0; i + 1 < object->n; i += 2)
		if (bl_str_eq(literal_text(object->kids[i]), key))
			return object->kids[i + 1];
	return NULL;
}

static void put_pair(bl_buf *out, bl_str key, bl_str value)
{
	bl_buf_putf(out, "'" BL_FMT "', '" BL_FMT "'", BL_ARG(key), BL_ARG(value));
}

static void update(const bl_tagging *t, const bl_tag_target *target, const bl_expr *object)
{
	bl_tags tags = {0};
	bl_str trace = {0};
	bl_buf out = {0};
	bool fresh = false, changed = false;
	bl_tag_values(t, target, &tags);
	for (size_t i = 0; i < tags.n; i++) {
		const bl_tag *tag = &tags.items[i];
		const bl_expr *there = given(object, tag->key);
		if (!there) {
			bl_str value = bl_tag_fresh(t, target, tag);
			trace = tag->trace ? value : trace;
			fresh = fresh || tag->trace;
			bl_buf_putz(&out, ", ");
			put_pair(&out, tag->key, value);
		} else if (tag->keep) {
			trace = tag->trace ? literal_text(there) : trace;
		} else if (literal_text(there).n && !bl_str_eq(literal_text(there), tag->value)) {
			bl_tag_replace(t, there->span, bl_str_fmt(t->arena, "'" BL_FMT "'", BL_ARG(tag->value)));
			changed = true;
		}
	}
	if (out.n)
		bl_tag_insert(t, object->kids[object->n - 1]->span.end, bl_str_dup(t->arena, bl_buf_str(&out)));
	bl_tag_report(t, target, fresh ? BL_TAG_ADDED : changed || out.n ? BL_TAG_CHANGED : BL_TAG_KEPT, trace, "");
	bl_buf_done(&out);
}

/* Is the expression all of a string without escapes? Then its text can be added to as it is. */
static bool is_whole_string(const bl_tagging *t, const bl_expr *value)
{
	uint32_t begin = value->span.begin, end = value->span.end;
	if (value->span.source != t->document->source || value->kind == BL_EXPR_LITERAL || begin < 2 || end + 2 > t->text.n ||
		memchr(t->text.p + begin, '\\', end - begin))
		return false;
	return memcmp(t->text.p + begin - 2, "\"[", 2) == 0 && memcmp(t->text.p + end, "]\"", 2) == 0;
}

void bl_tag_arm_expression(const bl_tagging *t, const bl_tag_target *target, const bl_expr *value)
{
	if (!is_whole_string(t, value)) {
		bl_tag_report(t, target, BL_TAG_SKIPPED, BL_STR(""), "its tags are of a form that cannot be added to");
		return;
	}
	if (is_call(value, "union") && is_call(value->kids[value->n - 1], "createObject")) {
		update(t, target, value->kids[value->n - 1]);
		return;
	}
	bl_tags tags = {0};
	bl_str trace = {0};
	bl_buf out = {0};
	bl_tag_values(t, target, &tags);
	bl_buf_putz(&out, ", createObject(");
	for (size_t i = 0; i < tags.n; i++) {
		bl_str text = bl_tag_fresh(t, target, &tags.items[i]);
		trace = tags.items[i].trace ? text : trace;
		if (i)
			bl_buf_putz(&out, ", ");
		put_pair(&out, tags.items[i].key, text);
	}
	bl_buf_putz(&out, "))");
	bl_tag_insert(t, value->span.begin, BL_STR("union("));
	bl_tag_insert(t, value->span.end, bl_str_dup(t->arena, bl_buf_str(&out)));
	bl_buf_done(&out);
	bl_tag_report(t, target, BL_TAG_ADDED, trace, "");
}

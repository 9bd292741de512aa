/*
 * Which side of a difference changed: the line that says the value is asked what it said before. Only values that stand in their line as they are can be found there, so
 * what code works out is unknown; so is all beyond MAX_ASKED, since every question reads revisions.
 */
#include "mapping/changed.h"

#include "mapping/compare.h"

enum { MAX_ASKED = 500, MAX_ELEMENTS = 50 };

static bool is_word(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_' || ch == '-' || ch == '.' || ch == '/';
}

/* As it stands in a line of any language; empty for what would be escaped there. */
static bl_str literal_of(const bl_value *v)
{
	if (v->kind == BL_BOOL)
		return v->boolean ? BL_STR("true") : BL_STR("false");
	if (v->kind == BL_NUMBER)
		return v->digits;
	for (size_t i = 0; v->kind == BL_STRING && i < v->string.n; i++)
		if ((unsigned char)v->string.p[i] < ' ' || strchr("\\\"'$", v->string.p[i]))
			return BL_STR("");
	return v->kind == BL_STRING ? v->string : BL_STR("");
}

/* Does the line hold the text, not as part of a longer word? */
static bool has_word(bl_str line, bl_str text)
{
	for (size_t i = 0; text.n && i + text.n <= line.n; i++)
		if (bl_str_eqi(bl_str_slice(line, i, i + text.n), text) && (!i || !is_word(line.p[i - 1])) &&
			(i + text.n == line.n || !is_word(line.p[i + text.n])))
			return true;
	return false;
}

static bool can_stand(const bl_value *v)
{
	if (bl_compare_is_scalar(v))
		return literal_of(v).n > 0;
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
		if (!bl_compare_is_scalar(v->list[i]) || !literal_of(v->list[i]).n)
			return false;
	return v->kind == BL_LIST && v->n && v->n <= MAX_ELEMENTS;
}

static bool says(bl_str line, const bl_value *v)
{
	if (v->kind != BL_LIST)
		return has_word(line, literal_of(v));
	for (uint32_t i = 0; i < v->n; i++)
		if (!has_word(line, literal_of(v->list[i])))
			return false;
	return true;
}

bl_drift_class bl_changed_side(bl_changed *c, const bl_drift *d)
{
	bl_str now;
	const bl_str *before;
	size_t n;
	bool whole;
	if (!c->history || !c->history->earlier || !d->code || !d->cloud || !bl_span_known(d->code->span) || !can_stand(d->code) ||
		!can_stand(d->cloud) || c->asked++ >= MAX_ASKED || !c->history->earlier(c->history->context, d->code->span, c->arena, &now, &before, &n, &whole) ||
		!says(now, d->code))
		return BL_DRIFT_UNKNOWN;
	for (size_t i = 0; i < n; i++)
		if (says(before[i], d->cloud) && !says(before[i], d->code))
			return BL_DRIFT_CODE_AHEAD;
	return whole ? BL_DRIFT_CLOUD_CHANGED : BL_DRIFT_UNKNOWN;
}

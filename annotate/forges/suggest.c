#include "annotate/forges/suggest.h"

/* Does the rule's fix set the property to the opposite of what it is? Then the literal, however the language spells it, is the other one. */
static bool fix_flips(const bl_finding *f)
{
	if (!f->rule->fix || !f->resource || !f->path.n)
		return false;
	const bl_item *item = bl_value_item(f->rule->fix, f->path, true);
	const bl_value *is = f->resource->written ? bl_value_at_path(f->resource->written, f->path) : NULL;
	return item && f->rule->fix->n == 1 && bl_value_is(item->value, BL_BOOL) && bl_value_is(is, BL_BOOL) &&
		!is->sensitive && !is->via && item->value->boolean != is->boolean;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Is text "NAME = " or "NAME: " with a name that may be quoted, or nothing? */
static bool is_assignment(bl_str text)
{
	text = bl_str_trim(text);
	if (!text.n)
		return true;
	if (text.p[text.n - 1] != '=' && text.p[text.n - 1] != ':')
		return false;
	text = bl_str_trim(bl_str_slice(text, 0, text.n - 1));
	if (text.n >= 2 && text.p[0] == '"' && text.p[text.n - 1] == '"')
		text = bl_str_slice(text, 1, text.n - 1);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
			return false;
	}
	return text.n > 0;
}

bool bl_suggest_line(bl_arena *arena, const bl_sources *sources, const bl_finding *f, bl_str *line)
{
	bl_span root = bl_sources_root(sources, f->span);
	bl_place place;
	if (f->via || root.source != f->span.source || !bl_sources_place(sources, f->span, &place) ||
		place.start_line != place.end_line || !fix_flips(f))
		return false;
	bl_span whole = bl_sources_line(sources, root.source, place.start_line);
	bl_str text = bl_sources_slice(sources, root), all = bl_sources_slice(sources, whole);
	bl_str file = bl_sources_text(sources, root.source);
	/* a carriage return would be lost, and a suggestion replaces the line with all that others see in it */
	if (whole.end < file.n && file.p[whole.end] == '\r')
		return false;
	bool yes = bl_str_ends(text, BL_STR("true"));
	bl_str literal = yes ? BL_STR("true") : BL_STR("false");
	if (!bl_str_ends(text, literal) || root.begin < whole.begin || root.end > whole.end)
		return false;
	bl_str before = bl_str_slice(all, 0, root.end - whole.begin - literal.n);
	bl_str after = bl_str_slice(all, root.end - whole.begin, all.n);
	if (!is_assignment(before) || (before.n && !is_blank(before.p[before.n - 1]) && before.p[before.n - 1] != ':' &&
					      before.p[before.n - 1] != '='))
		return false;
	*line = bl_str_fmt(arena, BL_FMT "%s" BL_FMT, BL_ARG(before), yes ? "false" : "true", BL_ARG(after));
	return true;
}

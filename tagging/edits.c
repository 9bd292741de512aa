#include "tagging/target.h"

#include <assert.h>
#include <fnmatch.h>
#include <stdlib.h>

void bl_tag_insert(const bl_tagging *t, uint32_t at, bl_str text)
{
	bl_tag_replace(t, (bl_span){t->document->source, at, at}, text);
}

void bl_tag_replace(const bl_tagging *t, bl_span span, bl_str text)
{
	bl_vec_push(t->arena, t->edits, ((bl_edit){span, text}));
}

uint32_t bl_tag_line_begin(const bl_tagging *t, uint32_t at)
{
	while (at && t->text.p[at - 1] != '\n')
		at--;
	return at;
}

bl_str bl_tag_indent(const bl_tagging *t, uint32_t at)
{
	uint32_t begin = bl_tag_line_begin(t, at), end = begin;
	while (end < t->text.n && (t->text.p[end] == ' ' || t->text.p[end] == '\t'))
		end++;
	return bl_str_slice(t->text, begin, end);
}

/* Is there a comment in this line that says so? `#yor:skip`, `// yor:skip`. */
static bool says(bl_str line, const char *words)
{
	bl_str s = bl_str_trim(line);
	if (!bl_str_starts(s, BL_STR("#")) && !bl_str_starts(s, BL_STR("//")))
		return false;
	while (s.n && memchr("#/ \t", s.p[0], 4))
		s = bl_str_slice(s, 1, s.n);
	return bl_str_eqiz(s, words);
}

static bool is_unwanted(const bl_tagging *t, bl_span block)
{
	bl_str line, rest = t->text;
	while (rest.n) {
		rest = bl_str_cut(rest, '\n', &line);
		if (says(line, "yor:skipAll"))
			return true;
	}
	/* the comments right above it */
	uint32_t begin = bl_tag_line_begin(t, block.begin);
	while (begin) {
		uint32_t above = bl_tag_line_begin(t, begin - 1);
		line = bl_str_trim(bl_str_slice(t->text, above, begin));
		if (says(line, "yor:skip"))
			return true;
		if (!bl_str_starts(line, BL_STR("#")) && !bl_str_starts(line, BL_STR("//")))
			return false;
		begin = above;
	}
	return false;
}

static bool is_skipped_type(const bl_tagging *t, bl_str type)
{
	const char *name = bl_str_z(t->arena, type);
	for (size_t i = 0; i < t->tagger->nskip_types; i++)
		if (fnmatch(t->tagger->skip_types[i], name, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

bool bl_tag_is_left_alone(const bl_tagging *t, const bl_tag_target *target)
{
	const char *why = is_skipped_type(t, target->type) ? "its type is to be left alone"
		: is_unwanted(t, target->span)             ? "a comment asks for it"
							   : NULL;
	if (why)
		bl_tag_report(t, target, BL_TAG_SKIPPED, BL_STR(""), why);
	return why != NULL;
}

void bl_tag_report(const bl_tagging *t, const bl_tag_target *target, bl_tag_outcome outcome, bl_str trace, const char *why)
{
	bl_tagged *r = bl_vec_add(t->arena, t->tagged);
	*r = (bl_tagged){target->address, target->type, target->head, trace, outcome, bl_str_of(why)};
}

static int by_place(const void *a, const void *b)
{
	const bl_edit *x = a, *y = b;
	if (x->span.begin != y->span.begin)
		return x->span.begin < y->span.begin ? -1 : 1;
	return (x->span.end > y->span.end) - (x->span.end < y->span.end);
}

bl_str bl_edits_apply(bl_arena *arena, bl_str text, const bl_edits *edits)
{
	bl_buf out = {0};
	uint32_t at = 0;
	if (edits->n)
		qsort(edits->items, edits->n, sizeof *edits->items, by_place);
	for (size_t i = 0; i < edits->n; i++) {
		const bl_edit *e = &edits->items[i];
		assert(e->span.begin >= at && e->span.end <= text.n);
		bl_buf_put(&out, bl_str_slice(text, at, e->span.begin));
		bl_buf_put(&out, e->text);
		at = e->span.end;
	}
	bl_buf_put(&out, bl_str_slice(text, at, text.n));
	bl_str s = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

#include "annotate/groups.h"

#include <stdlib.h>

bool bl_groups_not_suppressed(const bl_finding *finding)
{
	return finding->result != BL_SUPPRESSED;
}

bool bl_groups_place(const bl_report_view *view, const bl_finding *f, bl_place *place)
{
	if (bl_sources_place(view->sources, f->span, place))
		return true;
	if (f->resource && bl_sources_place(view->sources, f->resource->head, place))
		return true;
	*place = (bl_place){.path = f->asset ? f->asset->snapshot : BL_STR(""), .repo = BL_STR(""), .start_line = 1,
		.start_column = 1, .end_line = 1, .end_column = 1};
	return false;
}

static int compare_numbers(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int compare_places(const bl_group *x, const bl_group *y)
{
	int c = bl_str_cmp(x->place.repo, y->place.repo);
	if (!c)
		c = bl_str_cmp(x->place.path, y->place.path);
	if (!c)
		c = compare_numbers(x->place.start_line, y->place.start_line);
	if (!c)
		c = compare_numbers(x->place.start_column, y->place.start_column);
	if (!c)
		c = compare_numbers(x->place.end_line, y->place.end_line);
	return c ? c : compare_numbers(x->place.end_column, y->place.end_column);
}

static int same_words(const bl_group *x, const bl_group *y)
{
	int c = compare_places(x, y);
	if (!c)
		c = bl_str_cmp(x->first->rule->id, y->first->rule->id);
	if (!c)
		c = (int)x->first->result - (int)y->first->result;
	return c ? c : bl_str_cmp(x->first->message, y->first->message);
}

static int by_words(const void *a, const void *b)
{
	const bl_group *x = a, *y = b;
	int c = same_words(x, y);
	if (!c && x->first->resource && y->first->resource)
		c = bl_str_cmp(x->first->resource->root->name, y->first->resource->root->name);
	return c ? c : strcmp(x->first->fingerprint, y->first->fingerprint);
}

static bool knows(const bl_group *g, const bl_finding *f)
{
	/* members are sorted by fingerprint within a root, but equal ones may come from two */
	for (size_t i = 0; i < g->members.n; i++)
		if (strcmp(g->members.items[i]->fingerprint, f->fingerprint) == 0)
			return true;
	return false;
}

bl_groups bl_groups_of(bl_arena *arena, const bl_report_view *view, bl_group_keep keep)
{
	enum { MOST = 64 /* members told of one group */ };
	bl_groups out = {.items = bl_new_n(arena, bl_group, view->nfindings + 1)};
	size_t n = 0;
	for (size_t i = 0; i < view->nfindings; i++) {
		const bl_finding *f = view->findings[i];
		if (!keep(f))
			continue;
		bl_group *g = &out.items[n++];
		g->first = f;
		if (bl_groups_place(view, f, &g->place))
			g->span = bl_sources_root(view->sources, bl_span_known(f->span) ? f->span : f->resource->head);
	}
	if (n)
		qsort(out.items, n, sizeof *out.items, by_words);
	for (size_t i = 0; i < n; i++) {
		bl_group next = out.items[i];
		bl_group *last = out.n ? &out.items[out.n - 1] : NULL;
		if (!last || same_words(last, &next) != 0) {
			last = &out.items[out.n++];
			*last = next;
		}
		if (last->members.n < MOST && !knows(last, next.first))
			bl_vec_push(arena, &last->members, next.first);
	}
	return out;
}

static int by_severity(const void *a, const void *b)
{
	const bl_group *x = a, *y = b;
	if (x->first->result != y->first->result)
		return x->first->result < y->first->result ? -1 : 1;
	if (x->first->severity != y->first->severity)
		return x->first->severity > y->first->severity ? -1 : 1;
	return by_words(a, b);
}

void bl_groups_sort_by_severity(bl_groups *groups)
{
	if (groups->n)
		qsort(groups->items, groups->n, sizeof *groups->items, by_severity);
}

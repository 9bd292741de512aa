/* What a change brings: the head's findings and paths less those that the base had. */
#include "engine/engine.h"

/* A finding is known when the base had it at least as surely. */
static bool was_there(const bl_map *before, const bl_finding *f)
{
	const bl_finding *old = bl_map_get(before, bl_str_of(f->fingerprint));
	return old && (old->result == BL_FAIL || old->result == f->result);
}

/* A pull request cannot silence its own review: a suppression that the base has not is told, not honoured. */
static void refuse_new_suppression(bl_report *report, const bl_map *before, bl_finding *f)
{
	const bl_finding *old = bl_map_get(before, bl_str_of(f->fingerprint));
	if (f->result != BL_SUPPRESSED || !f->suppression || (old && old->result == BL_SUPPRESSED))
		return;
	bl_suppression *added = bl_new(&report->arena, bl_suppression);
	*added = *f->suppression;
	added->added = true;
	f->suppression = added;
	bl_engine_unsuppress(f);
}

static void compare_findings(bl_report *report)
{
	bl_arena *arena = &report->arena;
	bl_map before = {0};
	size_t kept = 0;
	for (size_t i = 0; i < report->before->findings.n; i++) {
		bl_finding *f = report->before->findings.items[i];
		bl_map_put(arena, &before, bl_str_of(f->fingerprint), f);
	}
	for (size_t i = 0; i < report->findings.n; i++) {
		bl_finding *f = report->findings.items[i];
		refuse_new_suppression(report, &before, f);
		if (was_there(&before, f))
			continue;
		f->fresh = true;
		report->findings.items[kept++] = f;
	}
	report->findings.n = kept;
}

static void add_path(bl_report *report, const bl_path *path, bl_delta delta)
{
	bl_path *copy = bl_new(&report->arena, bl_path);
	*copy = *path;
	copy->delta = delta;
	bl_vec_push(&report->arena, &report->paths, copy);
}

static void compare_paths(bl_report *report)
{
	bl_map before = {0}, after = {0};
	bl_report *old = report->before;
	size_t n = report->paths.n;
	const bl_path **head = report->paths.items;
	for (size_t i = 0; i < old->paths.n; i++)
		bl_map_put(&report->arena, &before, bl_str_of(old->paths.items[i]->id), (void *)old->paths.items[i]);
	report->paths.items = NULL;
	report->paths.n = report->paths.cap = 0;
	for (size_t i = 0; i < n; i++) {
		bl_map_put(&report->arena, &after, bl_str_of(head[i]->id), (void *)head[i]);
		add_path(report, head[i], bl_map_get(&before, bl_str_of(head[i]->id)) ? BL_UNCHANGED : BL_OPENED);
	}
	for (size_t i = 0; i < old->paths.n; i++)
		if (!bl_map_get(&after, bl_str_of(old->paths.items[i]->id)))
			add_path(report, old->paths.items[i], BL_CLOSED);
}

void bl_engine_compare(bl_report *report)
{
	compare_findings(report);
	compare_paths(report);
	bl_engine_count(report);
}

/* Compose and bake files: which of them go together, and which only serve others. */
#include "engine/engine.h"

typedef struct planner {
	bl_report *report;
	bl_side *side;
	bl_map used;  /* path of a file that another includes or extends -> that one */
	bl_map taken; /* path of a file that is in a root */
} planner;

static void note_used(planner *p, const bl_document *by, const bl_value *path)
{
	bl_arena *arena = &p->report->arena;
	bl_str target;
	if (bl_value_is(path, BL_STRING) &&
		bl_engine_normalise(arena, bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(bl_engine_folder_of(by->path)), BL_ARG(path->string)), &target) &&
		!bl_str_eq(target, by->path))
		bl_map_put(arena, &p->used, target, (void *)by);
}

/* include: a path, or a map whose `path` is one or a list of them. */
static void note_included(planner *p, const bl_document *by, const bl_value *entry)
{
	const bl_value *path = bl_value_is(entry, BL_MAP) ? bl_value_getz(entry, "path") : entry;
	note_used(p, by, path);
	for (uint32_t i = 0; bl_value_is(path, BL_LIST) && i < path->n; i++)
		note_used(p, by, path->list[i]);
}

static void read_uses(planner *p, const bl_document *d)
{
	const bl_attr *body = d->blocks.n ? bl_block_attr(d->blocks.items[0], "body") : NULL;
	const bl_value *root = body ? body->expr->value : NULL, *include = bl_value_getz(root, "include"), *services = bl_value_getz(root, "services");
	for (uint32_t i = 0; bl_value_is(include, BL_LIST) && i < include->n; i++)
		note_included(p, d, include->list[i]);
	for (uint32_t i = 0; bl_value_is(services, BL_MAP) && i < services->n; i++)
		note_used(p, d, bl_value_at_path(services->map[i].value, BL_STR("extends.file")));
}

static const bl_document *beside(planner *p, bl_str folder, const char *name, bl_language language)
{
	bl_str path = folder.n ? bl_str_fmt(&p->report->arena, BL_FMT "/%s", BL_ARG(folder), name) : bl_str_of(name);
	const bl_document *d = bl_map_get(&p->side->by_path, path);
	return d && d->language == language ? d : NULL;
}

static bool is_among(const bl_document *d, const char *const *names)
{
	bl_str base = bl_engine_base_name(d->path);
	for (; *names; names++)
		if (bl_str_eqz(base, *names))
			return true;
	return false;
}

static void take(planner *p, bl_document_list *list, const bl_document *d)
{
	bl_vec_push(&p->report->arena, list, d);
	bl_map_put(&p->report->arena, &p->taken, d->path, (void *)d);
}

/* The files that a folder's first default one is read with. */
static void gather(planner *p, const bl_document *d, bl_document_list *list)
{
	bl_str folder = bl_engine_folder_of(d->path);
	if (d->language == BL_LANG_BAKE) {
		for (size_t i = 0; bl_eval_bake_files[i]; i++) {
			const bl_document *one = beside(p, folder, bl_eval_bake_files[i], BL_LANG_BAKE);
			if (one)
				take(p, list, one);
		}
		return;
	}
	const char *const *lists[] = {bl_eval_compose_files, bl_eval_compose_overrides};
	for (size_t k = 0; k < 2; k++) {
		const bl_document *one = NULL;
		for (size_t i = 0; lists[k][i] && !one; i++)
			one = beside(p, folder, lists[k][i], BL_LANG_COMPOSE);
		if (one && (k || one == d))
			take(p, list, one);
		else if (!k)
			return; /* another file is the folder's */
	}
}

static void plan_file(planner *p, const bl_document *d, bool named)
{
	bl_document_list list = {0};
	bool lone = named || !(is_among(d, d->language == BL_LANG_BAKE ? bl_eval_bake_files : bl_eval_compose_files));
	if (!named && (bl_map_get(&p->used, d->path) || bl_map_get(&p->taken, d->path)))
		return;
	if (!lone)
		gather(p, d, &list);
	if (!list.n) {
		bl_engine_plan_file(p->report, p->side, d);
		return;
	}
	bl_root_plan *plan = bl_engine_add_plan(p->report, p->side, d->language, list.items[0]->path, BL_STR(""));
	plan->documents = list;
}

void bl_engine_plan_compose(bl_report *report, bl_side *side)
{
	planner p = {.report = report, .side = side};
	for (size_t i = 0; i < side->documents.n; i++)
		if (side->documents.items[i]->language == BL_LANG_COMPOSE)
			read_uses(&p, side->documents.items[i]);
	/* overrides last: the file that they go over takes them */
	for (int overrides = 0; overrides < 2; overrides++) {
		for (size_t i = 0; i < side->documents.n; i++) {
			const bl_document *d = side->documents.items[i];
			bool ours = d->language == BL_LANG_COMPOSE || d->language == BL_LANG_BAKE;
			if (ours && is_among(d, bl_eval_compose_overrides) == (overrides != 0))
				plan_file(&p, d, side->entries.items[i].named);
		}
	}
}

/* Which files are one configuration, and which configurations are deployed on their own. */
#include "engine/engine.h"

#include <stdlib.h>

bool bl_engine_normalise(bl_arena *arena, bl_str path, bl_str *out)
{
	char *p = bl_arena_alloc(arena, path.n + 1);
	size_t n = 0;
	bl_str part, rest = path;
	while (rest.n) {
		rest = bl_str_cut(rest, '/', &part);
		if (!part.n || bl_str_eqz(part, "."))
			continue;
		if (bl_str_eqz(part, "..")) {
			if (!n)
				return false;
			while (n && p[n - 1] != '/')
				n--;
			if (n)
				n--;
			continue;
		}
		if (n)
			p[n++] = '/';
		memcpy(p + n, part.p, part.n);
		n += part.n;
	}
	*out = (bl_str){p, n};
	return true;
}

typedef struct planner {
	bl_report *report;
	bl_side *side;
} planner;

bl_root_plan *bl_engine_add_plan(bl_report *report, bl_side *side, bl_language language, bl_str path, bl_str deployment)
{
	bl_arena *arena = &report->arena;
	bl_root_plan *plan = bl_new(arena, bl_root_plan);
	bl_str name = path.n ? path : BL_STR(".");
	plan->side = side;
	plan->root.repo = side->name;
	plan->root.path = path;
	plan->root.language = language;
	plan->root.name = deployment.n ? bl_str_fmt(arena, BL_FMT "@" BL_FMT, BL_ARG(name), BL_ARG(deployment)) : name;
	bl_vec_push(arena, &report->plans, plan);
	return plan;
}

void bl_engine_plan_file(bl_report *report, bl_side *side, const bl_document *d)
{
	bl_root_plan *plan = bl_engine_add_plan(report, side, d->language, d->path, BL_STR(""));
	bl_vec_push(&report->arena, &plan->documents, d);
	for (size_t i = 0; i < report->var_files.n; i++)
		bl_vec_push(&report->arena, &plan->var_files, report->var_files.items[i]);
	plan->ncommand_files = report->var_files.n;
}

bl_str bl_engine_base_name(bl_str path)
{
	return bl_str_slice(path, (size_t)(bl_str_rfind_char(path, '/') + 1), path.n);
}

/* The file that a .bicepparam's `using` names, or empty. */
static bl_str using_target(planner *p, const bl_document *d)
{
	bl_arena *arena = &p->report->arena;
	for (size_t i = 0; i < d->blocks.n; i++) {
		const bl_block *b = d->blocks.items[i];
		bl_str label = bl_block_label(b, 0), path;
		const bl_attr *body = bl_block_attr(b, "body");
		if (body && body->expr->kind == BL_EXPR_LITERAL && bl_value_is(body->expr->value, BL_STRING))
			label = body->expr->value->string;
		if (bl_str_eqz(b->kind, "using") && label.n &&
			bl_engine_normalise(arena,
				bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(bl_engine_folder_of(d->path)), BL_ARG(label)), &path))
			return path;
	}
	return BL_STR("");
}

/* "main.parameters.json" and "main.parameters.prod.json" are for "main.json". */
static bl_str parameters_target(bl_arena *arena, bl_str path)
{
	ptrdiff_t at = bl_str_findi(path, BL_STR(".parameters"), 0);
	return at < 0 ? BL_STR("") : bl_str_fmt(arena, BL_FMT ".json", BL_ARG(bl_str_slice(path, 0, (size_t)at)));
}

static bool is_parameters(const bl_document *d)
{
	return bl_str_eqz(d->dialect, "bicepparam") || bl_str_eqz(d->dialect, "parameters");
}

static void add_parameters(planner *p, bl_map *parameters, const bl_document *d)
{
	bl_arena *arena = &p->report->arena;
	bl_str target = d->language == BL_LANG_BICEP ? using_target(p, d) : parameters_target(arena, d->path);
	bl_document_list *list = bl_map_get(parameters, target);
	if (!list) {
		list = bl_new(arena, bl_document_list);
		bl_map_put(arena, parameters, target, list);
	}
	bl_vec_push(arena, list, d);
}

/* The parameter files beside a template that was given by name are its own, though nobody named them. */
static void add_neighbours(planner *p, bl_map *parameters, const bl_document *d)
{
	bl_document_list beside = {0};
	bl_side_parameter_files(p->side, bl_engine_folder_of(d->path), &beside);
	for (size_t i = 0; i < beside.n; i++)
		if (is_parameters(beside.items[i]))
			add_parameters(p, parameters, beside.items[i]);
}

static void plan_with_parameters(planner *p, const bl_document *template, const bl_document *parameters)
{
	bl_root_plan *plan = bl_engine_add_plan(p->report, p->side, template->language, template->path, bl_engine_base_name(parameters->path));
	bl_vec_push(&p->report->arena, &plan->documents, template);
	bl_vec_push(&p->report->arena, &plan->var_files, parameters);
}

/* Bicep parameter files whose template is not among the files given: it is read by name. Without one, a file is looked at alone. */
static void plan_parameters(planner *p, const bl_map *parameters, const bl_map *planned)
{
	bl_loader loader = bl_side_loader(p->side);
	for (size_t i = 0; i < parameters->n; i++) {
		const bl_document_list *files = parameters->entries[i].value;
		bl_str target = parameters->entries[i].key;
		if (bl_map_get(planned, target))
			continue;
		const bl_document *template = target.n ? loader.document(loader.context, target) : NULL;
		for (size_t k = 0; k < files->n; k++) {
			if (files->items[k]->language != BL_LANG_BICEP)
				continue;
			if (template && template->language == BL_LANG_BICEP && !is_parameters(template))
				plan_with_parameters(p, template, files->items[k]);
			else
				bl_engine_plan_file(p->report, p->side, files->items[k]);
		}
	}
}

/* The relative path of the template that a Bicep module, or a link of ARM's or CloudFormation's, uses, or empty. */
static bl_str used_template(const bl_document *d, const bl_block *b)
{
	if (d->language == BL_LANG_BICEP && bl_str_eqz(b->kind, "module"))
		return bl_block_label(b, 1);
	bool links = d->language == BL_LANG_ARM || d->language == BL_LANG_CLOUDFORMATION || d->language == BL_LANG_PIPELINE;
	return links && bl_str_eqz(b->kind, "link") ? bl_block_label(b, 0) : BL_STR("");
}

/* A template that no other template uses is a root; in Bicep and ARM once for each parameter file that names it. */
static void plan_templates(planner *p)
{
	bl_arena *arena = &p->report->arena;
	bl_map used = {0}, parameters = {0}, planned = {0};
	bl_side *side = p->side;
	for (size_t i = 0; i < side->documents.n; i++) {
		const bl_document *d = side->documents.items[i];
		if (is_parameters(d))
			add_parameters(p, &parameters, d);
		else if (side->entries.items[i].named && (d->language == BL_LANG_BICEP || d->language == BL_LANG_ARM))
			add_neighbours(p, &parameters, d);
		for (size_t k = 0; k < d->blocks.n; k++) {
			bl_str path, used_path = used_template(d, d->blocks.items[k]);
			bl_str folder = used_path.n && used_path.p[0] == '/' ? BL_STR("") : bl_engine_folder_of(d->path);
			if (used_path.n &&
				bl_engine_normalise(arena, bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(folder), BL_ARG(used_path)), &path) &&
				!bl_str_eq(path, d->path))
				bl_map_put(arena, &used, path, (void *)d);
		}
	}
	for (size_t i = 0; i < side->documents.n; i++) {
		const bl_document *d = side->documents.items[i];
		bool alone = d->language == BL_LANG_CLOUDFORMATION || d->language == BL_LANG_PIPELINE;
		bool template = d->language == BL_LANG_BICEP || d->language == BL_LANG_ARM || alone;
		bl_map_put(arena, &planned, d->path, (void *)d);
		if (!template || is_parameters(d) || (bl_map_get(&used, d->path) && !side->entries.items[i].named))
			continue;
		/* nothing says which template a CloudFormation parameter file is for: its name is its user's choice */
		const bl_document_list *files = alone ? NULL : bl_map_get(&parameters, d->path);
		if (!files) {
			bl_engine_plan_file(p->report, p->side, d);
			continue;
		}
		for (size_t k = 0; k < files->n; k++)
			plan_with_parameters(p, d, files->items[k]);
	}
	plan_parameters(p, &parameters, &planned);
}

static void plan_side(bl_report *report, bl_side *side)
{
	planner p = {report, side};
	for (size_t i = 0; i < side->documents.n; i++) {
		const bl_document *d = side->documents.items[i];
		if (d->language == BL_LANG_DOCKERFILE)
			bl_engine_plan_file(report, side, d);
	}
	bl_engine_plan_compose(report, side);
	bl_engine_plan_terraform(report, side);
	plan_templates(&p);
	bl_engine_plan_kubernetes(report, side);
}

static int by_name(const void *a, const void *b)
{
	const bl_root_plan *x = *(bl_root_plan *const *)a, *y = *(bl_root_plan *const *)b;
	int c = bl_str_cmp(x->root.repo, y->root.repo);
	if (!c)
		c = bl_str_cmp(x->root.name, y->root.name);
	return c ? c : (int)x->root.language - (int)y->root.language;
}

void bl_engine_sort_plans(bl_report *report)
{
	if (report->plans.n)
		qsort(report->plans.items, report->plans.n, sizeof *report->plans.items, by_name);
}

void bl_engine_plan(bl_report *report)
{
	for (size_t i = 0; i < report->sides.n; i++)
		plan_side(report, report->sides.items[i]);
	bl_engine_sort_plans(report);
}

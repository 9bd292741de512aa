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

/* A folder of Terraform configuration while roots are being decided. */
typedef struct module {
	bl_str folder;
	bl_document_list documents; /* .tf, .tofu and their JSON forms */
	bl_document_list automatic, other; /* variable files: loaded always, or one a deployment */
	bl_document_list shown; /* `terraform show -json` of this configuration, given by name */
	BL_VEC(bl_str) calls; /* folders of local modules it calls */
	bool called, reached, given;
	bool unasked; /* read for a plan's sake only: no configuration to evaluate by itself */
} module;

typedef struct planner {
	bl_report *report;
	bl_side *side;
	bl_map modules; /* folder -> module */
} planner;

static bl_root_plan *add_plan(planner *p, bl_language language, bl_str path, bl_str deployment)
{
	bl_arena *arena = &p->report->arena;
	bl_root_plan *plan = bl_new(arena, bl_root_plan);
	bl_str name = path.n ? path : BL_STR(".");
	plan->side = p->side;
	plan->root.repo = p->side->name;
	plan->root.path = path;
	plan->root.language = language;
	plan->root.name = deployment.n ? bl_str_fmt(arena, BL_FMT "@" BL_FMT, BL_ARG(name), BL_ARG(deployment)) : name;
	bl_vec_push(arena, &p->report->plans, plan);
	return plan;
}

static module *module_of(planner *p, bl_str folder)
{
	module *m = bl_map_get(&p->modules, folder);
	if (!m) {
		m = bl_new(&p->report->arena, module);
		m->folder = folder;
		bl_map_put(&p->report->arena, &p->modules, folder, m);
	}
	return m;
}

static bl_str base_name(bl_str path)
{
	return bl_str_slice(path, (size_t)(bl_str_rfind_char(path, '/') + 1), path.n);
}

static bool is_var_file(const bl_document *d)
{
	return bl_str_eqz(d->dialect, "tfvars") || bl_str_eqz(d->dialect, "tfvars-json");
}

static bool is_automatic(bl_str path)
{
	bl_str name = base_name(path);
	return bl_str_eqz(name, "terraform.tfvars") || bl_str_eqz(name, "terraform.tfvars.json") ||
	       bl_str_ends(name, BL_STR(".auto.tfvars")) || bl_str_ends(name, BL_STR(".auto.tfvars.json"));
}

static void collect_calls(planner *p, module *m, const bl_document *d)
{
	bl_arena *arena = &p->report->arena;
	for (size_t i = 0; i < d->blocks.n; i++) {
		const bl_block *b = d->blocks.items[i];
		if (!bl_str_eqz(b->kind, "module"))
			continue;
		const bl_attr *source = bl_block_attr(b, "source");
		if (!source || source->expr->kind != BL_EXPR_LITERAL || !bl_value_is(source->expr->value, BL_STRING))
			continue;
		bl_str text = source->expr->value->string, folder;
		if (!bl_str_starts(text, BL_STR("./")) && !bl_str_starts(text, BL_STR("../")) && !bl_str_eqz(text, ".."))
			continue;
		bl_str joined = bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(m->folder), BL_ARG(text));
		if (bl_engine_normalise(arena, joined, &folder))
			bl_vec_push(arena, &m->calls, folder);
	}
}

static void reach(planner *p, module *m)
{
	BL_VEC(module *) stack = {0};
	bl_vec_push(&p->report->arena, &stack, m);
	while (stack.n) {
		module *top = stack.items[--stack.n];
		if (top->reached)
			continue;
		top->reached = true;
		for (size_t i = 0; i < top->calls.n; i++) {
			module *callee = bl_map_get(&p->modules, top->calls.items[i]);
			if (callee && !callee->reached)
				bl_vec_push(&p->report->arena, &stack, callee);
		}
	}
}

/* terraform.tfvars, terraform.tfvars.json, then *.auto.tfvars[.json] by name: Terraform's own order of rising precedence. */
static int by_precedence(const void *a, const void *b)
{
	bl_str x = base_name((*(const bl_document *const *)a)->path), y = base_name((*(const bl_document *const *)b)->path);
	int rx = bl_str_starts(x, BL_STR("terraform.tfvars")) ? 0 : 1, ry = bl_str_starts(y, BL_STR("terraform.tfvars")) ? 0 : 1;
	return rx != ry ? rx - ry : bl_str_cmp(x, y);
}

static bool is_shown(const bl_document *d)
{
	return bl_str_eqz(d->dialect, "plan") || bl_str_eqz(d->dialect, "state");
}

/* The address of a resource without its instance key. */
static bl_str declared_address(const bl_value *resource)
{
	bl_str address = bl_value_text(bl_value_getz(resource, "address")), head;
	bl_str_cut(address, '[', &head);
	return head;
}

static bool declares(const module *m, bl_str address)
{
	bool data = bl_str_starts(address, BL_STR("data."));
	bl_str type, name = bl_str_cut(data ? bl_str_slice(address, 5, address.n) : address, '.', &type);
	for (size_t i = 0; i < m->documents.n; i++) {
		const bl_document *d = m->documents.items[i];
		for (size_t k = 0; k < d->blocks.n; k++) {
			const bl_block *b = d->blocks.items[k];
			if (bl_str_eqz(b->kind, data ? "data" : "resource") && bl_str_eq(bl_block_label(b, 0), type) &&
				bl_str_eq(bl_block_label(b, 1), name))
				return true;
		}
	}
	return false;
}

static bool calls_module(const module *m, bl_str name)
{
	for (size_t i = 0; i < m->documents.n; i++) {
		const bl_document *d = m->documents.items[i];
		for (size_t k = 0; k < d->blocks.n; k++)
			if (bl_str_eqz(d->blocks.items[k]->kind, "module") && bl_str_eq(bl_block_label(d->blocks.items[k], 0), name))
				return true;
	}
	return false;
}

/* Does the folder declare all that the root module of a plan or a state holds, and is that anything at all? */
static bool is_configuration_of(const module *m, const bl_value *body)
{
	const bl_value *configuration = bl_value_getz(bl_value_getz(body, "configuration"), "root_module");
	const bl_value *root = configuration ? configuration : bl_value_at_path(body, BL_STR("values.root_module"));
	const bl_value *resources = bl_value_getz(root, "resources"), *calls = bl_value_getz(root, "module_calls");
	uint32_t nresources = bl_value_is(resources, BL_LIST) ? resources->n : 0, ncalls = bl_value_is(calls, BL_MAP) ? calls->n : 0;
	for (uint32_t i = 0; i < nresources; i++)
		if (!declares(m, declared_address(resources->list[i])))
			return false;
	for (uint32_t i = 0; i < ncalls; i++)
		if (!calls_module(m, calls->map[i].key))
			return false;
	return m->documents.n && nresources + ncalls;
}

/* The folder that holds a plan; its configuration is read when only the plan was given. */
static module *own_folder(planner *p, const bl_document *d)
{
	bl_str folder = bl_engine_folder_of(d->path);
	module *m = module_of(p, folder);
	const bl_document *const *documents;
	bl_loader loader = bl_side_loader(p->side);
	size_t n = m->documents.n ? 0 : loader.folder(loader.context, folder, BL_LANG_TERRAFORM, &documents);
	for (size_t i = 0; i < n; i++) {
		if (is_var_file(documents[i]) && is_automatic(documents[i]->path))
			bl_vec_push(&p->report->arena, &m->automatic, documents[i]);
		else if (!is_var_file(documents[i]) && !is_shown(documents[i]))
			bl_vec_push(&p->report->arena, &m->documents, documents[i]);
	}
	m->unasked = n > 0;
	return m;
}

/* The folder that a plan or a state was made of: its own, or the only one that declares what it holds; NULL when none is. */
static module *configuration_of(planner *p, const bl_document *d)
{
	const bl_attr *attr = d->blocks.n ? bl_block_attr(d->blocks.items[0], "body") : NULL;
	const bl_value *body = attr ? attr->expr->value : NULL;
	module *found = own_folder(p, d);
	if (is_configuration_of(found, body))
		return found;
	found = NULL;
	for (size_t i = 0; i < p->modules.n; i++) {
		module *m = p->modules.entries[i].value;
		if (!is_configuration_of(m, body))
			continue;
		if (found)
			return NULL;
		found = m;
	}
	return found;
}

/* A plan or a state of a root: the configuration goes along, to say where things were written. */
static void plan_shown(planner *p, const bl_document *d, bool named)
{
	bl_report *report = p->report;
	module *m = configuration_of(p, d);
	bl_root_plan *plan = add_plan(p, BL_LANG_TERRAFORM, m ? m->folder : d->path, m ? base_name(d->path) : BL_STR(""));
	if (m && named)
		bl_vec_push(&report->arena, &m->shown, d);
	for (size_t i = 0; m && i < m->documents.n; i++)
		bl_vec_push(&report->arena, &plan->documents, m->documents.items[i]);
	bl_vec_push(&report->arena, &plan->documents, d);
	for (size_t i = 0; m && i < m->automatic.n; i++)
		bl_vec_push(&report->arena, &plan->var_files, m->automatic.items[i]);
}

static void plan_deployment(planner *p, const module *m, const bl_document *var_file)
{
	bl_report *report = p->report;
	bl_root_plan *plan = add_plan(p, BL_LANG_TERRAFORM, m->folder, var_file ? base_name(var_file->path) : BL_STR(""));
	for (size_t i = 0; i < m->documents.n; i++)
		bl_vec_push(&report->arena, &plan->documents, m->documents.items[i]);
	for (size_t i = 0; i < m->automatic.n; i++)
		bl_vec_push(&report->arena, &plan->var_files, m->automatic.items[i]);
	if (var_file)
		bl_vec_push(&report->arena, &plan->var_files, var_file);
	for (size_t i = 0; i < report->var_files.n; i++)
		if (report->var_files.items[i]->language == BL_LANG_TERRAFORM)
			bl_vec_push(&report->arena, &plan->var_files, report->var_files.items[i]);
}

static void plan_module(planner *p, module *m)
{
	if (m->automatic.n)
		qsort(m->automatic.items, m->automatic.n, sizeof *m->automatic.items, by_precedence);
	reach(p, m);
	if (m->shown.n)
		return; /* what a plan says is what will be: the configuration needs no guessing */
	if (!m->other.n || p->report->var_files.n) {
		plan_deployment(p, m, NULL);
		return;
	}
	for (size_t i = 0; i < m->other.n; i++)
		plan_deployment(p, m, m->other.items[i]);
}

static void mark_called(planner *p)
{
	for (size_t i = 0; i < p->modules.n; i++) {
		module *m = p->modules.entries[i].value;
		for (size_t k = 0; k < m->calls.n; k++) {
			module *callee = bl_map_get(&p->modules, m->calls.items[k]);
			if (callee && callee != m)
				callee->called = true;
		}
	}
}

static void plan_terraform(planner *p)
{
	mark_called(p);
	bool only_given = false;
	for (size_t i = 0; i < p->modules.n; i++) {
		module *m = p->modules.entries[i].value;
		only_given = only_given || (p->report->options->one_root && m->given && m->documents.n);
	}
	for (size_t i = 0; i < p->modules.n; i++) {
		module *m = p->modules.entries[i].value;
		if (m->documents.n && !m->unasked && (only_given ? m->given : !m->called || m->given))
			plan_module(p, m);
	}
	/* modules that only call one another: the first by name stands for its ring */
	for (size_t i = 0; !only_given && i < p->modules.n; i++) {
		module *m = p->modules.entries[i].value;
		if (m->documents.n && !m->unasked && !m->reached)
			plan_module(p, m);
	}
}

/* A file given by name is a configuration of its own. */
static void plan_single(planner *p, const bl_document *d)
{
	bl_root_plan *plan = add_plan(p, d->language, d->path, BL_STR(""));
	bl_vec_push(&p->report->arena, &plan->documents, d);
	for (size_t i = 0; i < p->report->var_files.n; i++)
		bl_vec_push(&p->report->arena, &plan->var_files, p->report->var_files.items[i]);
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
	bl_root_plan *plan = add_plan(p, template->language, template->path, base_name(parameters->path));
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
				plan_single(p, files->items[k]);
		}
	}
}

/* Bicep and ARM: a template that no other template uses is a root; once for each parameter file that names it. */
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
		for (size_t k = 0; d->language == BL_LANG_BICEP && k < d->blocks.n; k++) {
			const bl_block *b = d->blocks.items[k];
			bl_str path;
			if (bl_str_eqz(b->kind, "module") && bl_block_label(b, 1).n &&
				bl_engine_normalise(arena,
					bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(bl_engine_folder_of(d->path)),
						BL_ARG(bl_block_label(b, 1))), &path))
				bl_map_put(arena, &used, path, (void *)d);
		}
	}
	for (size_t i = 0; i < side->documents.n; i++) {
		const bl_document *d = side->documents.items[i];
		bool template = d->language == BL_LANG_BICEP || d->language == BL_LANG_ARM;
		bl_map_put(arena, &planned, d->path, (void *)d);
		if (!template || is_parameters(d) || (bl_map_get(&used, d->path) && !side->entries.items[i].named))
			continue;
		const bl_document_list *files = bl_map_get(&parameters, d->path);
		if (!files) {
			plan_single(p, d);
			continue;
		}
		for (size_t k = 0; k < files->n; k++)
			plan_with_parameters(p, d, files->items[k]);
	}
	plan_parameters(p, &parameters, &planned);
}

/* Manifests of one folder are applied together. */
static void plan_manifests(planner *p)
{
	bl_map roots = {0};
	bl_arena *arena = &p->report->arena;
	for (size_t i = 0; i < p->side->documents.n; i++) {
		const bl_document *d = p->side->documents.items[i];
		if (d->language != BL_LANG_KUBERNETES)
			continue;
		if (p->side->entries.items[i].named) {
			plan_single(p, d);
			continue;
		}
		bl_str folder = bl_engine_folder_of(d->path);
		bl_root_plan *plan = bl_map_get(&roots, folder);
		if (!plan) {
			plan = add_plan(p, BL_LANG_KUBERNETES, folder, BL_STR(""));
			bl_map_put(arena, &roots, folder, plan);
		}
		bl_vec_push(arena, &plan->documents, d);
	}
}

/* With one_root: the folder given is the shallowest that holds configuration. Its length, or SIZE_MAX for none. */
static size_t given_folder(const planner *p)
{
	size_t shortest = SIZE_MAX;
	for (size_t i = 0; p->report->options->one_root && i < p->side->documents.n; i++) {
		const bl_document *d = p->side->documents.items[i];
		size_t n = bl_engine_folder_of(d->path).n;
		if (d->language == BL_LANG_TERRAFORM && !is_shown(d) && n < shortest)
			shortest = n;
	}
	return shortest;
}

static void plan_side(bl_report *report, bl_side *side)
{
	planner p = {report, side, {0}};
	size_t given = given_folder(&p);
	for (size_t i = 0; i < side->documents.n; i++) {
		const bl_document *d = side->documents.items[i];
		bool named = side->entries.items[i].named;
		if (d->language == BL_LANG_CLOUDFORMATION || d->language == BL_LANG_DOCKERFILE) {
			plan_single(&p, d);
		} else if (d->language == BL_LANG_TERRAFORM && !is_shown(d)) {
			if (named && !is_var_file(d)) {
				plan_single(&p, d);
				continue;
			}
			module *m = module_of(&p, bl_engine_folder_of(d->path));
			m->given = m->folder.n == given;
			if (is_var_file(d)) {
				if (is_automatic(d->path))
					bl_vec_push(&report->arena, &m->automatic, d);
				else
					bl_vec_push(&report->arena, &m->other, d);
			} else {
				bl_vec_push(&report->arena, &m->documents, d);
				collect_calls(&p, m, d);
			}
		}
	}
	for (size_t i = 0; i < side->documents.n; i++)
		if (side->documents.items[i]->language == BL_LANG_TERRAFORM && is_shown(side->documents.items[i]))
			plan_shown(&p, side->documents.items[i], side->entries.items[i].named);
	plan_terraform(&p);
	plan_templates(&p);
	plan_manifests(&p);
}

static int by_name(const void *a, const void *b)
{
	const bl_root_plan *x = *(bl_root_plan *const *)a, *y = *(bl_root_plan *const *)b;
	int c = bl_str_cmp(x->root.repo, y->root.repo);
	if (!c)
		c = bl_str_cmp(x->root.name, y->root.name);
	return c ? c : (int)x->root.language - (int)y->root.language;
}

void bl_engine_plan(bl_report *report)
{
	for (size_t i = 0; i < report->sides.n; i++)
		plan_side(report, report->sides.items[i]);
	if (report->plans.n)
		qsort(report->plans.items, report->plans.n, sizeof *report->plans.items, by_name);
}

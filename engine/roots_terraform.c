/* Which folders of Terraform are configurations of their own, and how often each is deployed: with which variable files, by which plan. */
#include "engine/engine.h"

#include <stdlib.h>

/* What one deployment is given. */
typedef struct variable_set {
	bl_str name; /* "prod.tfvars", "env/prod" */
	bl_document_list files;
} variable_set;

/* A folder of Terraform configuration while roots are being decided. */
typedef struct module {
	bl_str folder;
	bl_document_list documents; /* .tf, .tofu and their JSON forms */
	bl_document_list automatic, other; /* variable files in the folder: loaded always, or when told to */
	bl_document_list shown; /* `terraform show -json` of this configuration, given by name */
	BL_VEC(bl_str) calls; /* folders of local modules it calls */
	bl_map variables;     /* that it declares */
	bl_map declared;      /* "t.n", "data.t.n", "module.n" */
	BL_VEC(variable_set *) sets;
	bool called, reached;
	bool deploys; /* declares resources or calls modules: more than settings that other folders share */
	bool unasked; /* read for a plan's sake only: no configuration to evaluate by itself */
} module;

typedef struct planner {
	bl_report *report;
	bl_side *side;
	bl_map modules; /* folder -> module */
} planner;

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

static bool is_var_file(const bl_document *d)
{
	return bl_str_eqz(d->dialect, "tfvars") || bl_str_eqz(d->dialect, "tfvars-json");
}

bool bl_engine_automatic(bl_str path)
{
	bl_str name = bl_engine_base_name(path);
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

int bl_engine_by_precedence(const void *a, const void *b)
{
	bl_str x = bl_engine_base_name((*(const bl_document *const *)a)->path), y = bl_engine_base_name((*(const bl_document *const *)b)->path);
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

/* Does the folder declare all that the root module of a plan or a state holds, and is that anything at all? */
static bool is_configuration_of(bl_arena *arena, const module *m, const bl_value *body)
{
	const bl_value *configuration = bl_value_getz(bl_value_getz(body, "configuration"), "root_module");
	const bl_value *root = configuration ? configuration : bl_value_at_path(body, BL_STR("values.root_module"));
	const bl_value *resources = bl_value_getz(root, "resources"), *calls = bl_value_getz(root, "module_calls");
	uint32_t nresources = bl_value_is(resources, BL_LIST) ? resources->n : 0, ncalls = bl_value_is(calls, BL_MAP) ? calls->n : 0;
	for (uint32_t i = 0; i < nresources; i++)
		if (!bl_map_get(&m->declared, declared_address(resources->list[i])))
			return false;
	for (uint32_t i = 0; i < ncalls; i++)
		if (!bl_map_get(&m->declared, bl_str_fmt(arena, "module." BL_FMT, BL_ARG(calls->map[i].key))))
			return false;
	return m->documents.n && nresources + ncalls;
}

static void add_document(planner *p, const bl_document *d)
{
	bl_arena *arena = &p->report->arena;
	module *m = module_of(p, bl_engine_folder_of(d->path));
	if (is_var_file(d)) {
		if (bl_engine_automatic(d->path))
			bl_vec_push(arena, &m->automatic, d);
		else
			bl_vec_push(arena, &m->other, d);
		return;
	}
	bl_vec_push(arena, &m->documents, d);
	collect_calls(p, m, d);
	for (size_t i = 0; i < d->blocks.n; i++) {
		const bl_block *b = d->blocks.items[i];
		bl_str first = bl_block_label(b, 0), second = bl_block_label(b, 1), name = BL_STR("");
		if (bl_str_eqz(b->kind, "variable"))
			bl_map_put(arena, &m->variables, first, (void *)b);
		else if (bl_str_eqz(b->kind, "resource"))
			name = bl_str_fmt(arena, BL_FMT "." BL_FMT, BL_ARG(first), BL_ARG(second));
		else if (bl_str_eqz(b->kind, "data"))
			name = bl_str_fmt(arena, "data." BL_FMT "." BL_FMT, BL_ARG(first), BL_ARG(second));
		else if (bl_str_eqz(b->kind, "module"))
			name = bl_str_fmt(arena, "module." BL_FMT, BL_ARG(first));
		if (name.n)
			bl_map_put(arena, &m->declared, name, (void *)b);
		m->deploys |= name.n > 0;
	}
}

/* The folder that holds a plan; its configuration is read when only the plan was given. */
static module *own_folder(planner *p, const bl_document *d)
{
	bl_str folder = bl_engine_folder_of(d->path);
	module *m = module_of(p, folder);
	const bl_document *const *documents;
	bl_loader loader = bl_side_loader(p->side);
	size_t n = m->documents.n ? 0 : loader.folder(loader.context, folder, BL_LANG_TERRAFORM, &documents);
	for (size_t i = 0; i < n; i++)
		if (!is_shown(documents[i]))
			add_document(p, documents[i]);
	m->unasked = n > 0;
	return m;
}

/* The folder that a plan or a state was made of: its own, or the only one that declares what it holds; NULL when none is. */
static module *configuration_of(planner *p, const bl_document *d)
{
	const bl_attr *attr = d->blocks.n ? bl_block_attr(d->blocks.items[0], "body") : NULL;
	const bl_value *body = attr ? attr->expr->value : NULL;
	module *found = own_folder(p, d);
	if (is_configuration_of(&p->report->arena, found, body))
		return found;
	found = NULL;
	for (size_t i = 0; i < p->modules.n; i++) {
		module *m = p->modules.entries[i].value;
		if (!is_configuration_of(&p->report->arena, m, body))
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
	bl_root_plan *plan = bl_engine_add_plan(p->report, p->side, BL_LANG_TERRAFORM, m ? m->folder : d->path, m ? bl_engine_base_name(d->path) : BL_STR(""));
	if (m && named)
		bl_vec_push(&report->arena, &m->shown, d);
	for (size_t i = 0; m && i < m->documents.n; i++)
		bl_vec_push(&report->arena, &plan->documents, m->documents.items[i]);
	bl_vec_push(&report->arena, &plan->documents, d);
	for (size_t i = 0; m && i < m->automatic.n; i++)
		bl_vec_push(&report->arena, &plan->var_files, m->automatic.items[i]);
}

/* Variable files that evaluation takes with or without being told, and command-line ones before all others but those. */
static void plan_deployment(planner *p, const module *m, const variable_set *set)
{
	bl_report *report = p->report;
	bl_arena *arena = &report->arena;
	bl_str name = set ? set->name : BL_STR("");
	const char *workspace = report->options->workspace;
	if (workspace && *workspace)
		name = bl_str_fmt(arena, BL_FMT "%sworkspace:%s", BL_ARG(name), name.n ? "@" : "", workspace);
	bl_root_plan *plan = bl_engine_add_plan(report, p->side, BL_LANG_TERRAFORM, m->folder, name);
	for (size_t i = 0; i < m->documents.n; i++)
		bl_vec_push(arena, &plan->documents, m->documents.items[i]);
	for (size_t i = 0; i < m->automatic.n; i++)
		bl_vec_push(arena, &plan->var_files, m->automatic.items[i]);
	for (size_t i = 0; set && i < set->files.n; i++)
		bl_vec_push(arena, &plan->var_files, set->files.items[i]);
	for (size_t i = 0; i < report->var_files.n; i++)
		bl_vec_push(arena, &plan->var_files, report->var_files.items[i]);
	plan->ncommand_files = report->var_files.n;
}

/* terraform reads these whether or not git ignores them, as it should where they hold secrets. */
static void add_ignored(planner *p, module *m)
{
	bl_loader loader = bl_side_loader(p->side);
	bl_str *names;
	size_t n = 0;
	if (!loader.list(loader.context, m->folder, &names, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		if (!bl_engine_automatic(names[i]))
			continue;
		bl_str path = m->folder.n ? bl_str_fmt(&p->report->arena, BL_FMT "/" BL_FMT, BL_ARG(m->folder), BL_ARG(names[i])) : names[i];
		const bl_document *d = loader.document(loader.context, path);
		bool known = !d || !is_var_file(d);
		for (size_t k = 0; k < m->automatic.n && !known; k++)
			known = m->automatic.items[k] == d;
		if (!known)
			bl_vec_push(&p->report->arena, &m->automatic, d);
	}
}

static void plan_module(planner *p, module *m)
{
	reach(p, m);
	if (m->shown.n)
		return; /* what a plan says is what will be: the configuration needs no guessing */
	add_ignored(p, m);
	if (m->automatic.n)
		qsort(m->automatic.items, m->automatic.n, sizeof *m->automatic.items, bl_engine_by_precedence);
	if (!m->sets.n || p->report->var_files.n) {
		plan_deployment(p, m, NULL);
		return;
	}
	for (size_t i = 0; i < m->sets.n; i++)
		plan_deployment(p, m, m->sets.items[i]);
}

/* --- variable files --- */

static bool declares_all(const module *m, const bl_document *file)
{
	size_t n = 0;
	for (size_t i = 0; i < file->blocks.n; i++) {
		const bl_block *b = file->blocks.items[i];
		for (size_t k = 0; !b->kind.n && k < b->attrs.n; k++, n++)
			if (!bl_map_get(&m->variables, b->attrs.items[k].name))
				return false;
	}
	return n > 0;
}

static bool is_within(bl_str path, bl_str folder)
{
	return !folder.n || (bl_str_starts(path, folder) && path.n > folder.n && path.p[folder.n] == '/');
}

/* Does the file set every variable that must be set? */
static bool satisfies(const module *m, const bl_document *file)
{
	for (size_t i = 0; i < m->variables.n; i++) {
		const bl_block *variable = m->variables.entries[i].value;
		bool set = bl_block_attr(variable, "default") != NULL;
		for (size_t k = 0; k < file->blocks.n && !set; k++)
			for (size_t a = 0; a < file->blocks.items[k]->attrs.n && !set; a++)
				set = bl_str_eq(file->blocks.items[k]->attrs.items[a].name, m->variables.entries[i].key);
		if (!set)
			return false;
	}
	return true;
}

/*
 * The configuration that a variable file of a folder without one is for: the nearest above it that declares every variable it sets, else the only one
 * anywhere that does and that it satisfies. NULL: nobody can tell, or it is for a module that others call.
 */
static module *target_of(planner *p, const bl_document *file)
{
	module *above = NULL, *other = NULL;
	size_t others = 0;
	for (size_t i = 0; i < p->modules.n; i++) {
		module *m = p->modules.entries[i].value;
		if (!m->documents.n || !declares_all(m, file))
			continue;
		if (is_within(file->path, m->folder) && (!above || m->folder.n > above->folder.n))
			above = m;
		other = m;
		others++;
	}
	if (!above && others == 1 && satisfies(other, file))
		above = other;
	return above && !above->called ? above : NULL;
}

static bl_str from_folder(bl_str path, bl_str folder)
{
	return !folder.n ? path : is_within(path, folder) ? bl_str_slice(path, folder.n + 1, path.n) : path;
}

static variable_set *add_set(planner *p, module *m, bl_str name)
{
	variable_set *set = bl_new(&p->report->arena, variable_set);
	set->name = name;
	bl_vec_push(&p->report->arena, &m->sets, set);
	return set;
}

/* Beside the configuration each file is a deployment; in a folder of its own the automatic ones go together, under the folder's name. */
static void assign_files(planner *p, module *m)
{
	bl_arena *arena = &p->report->arena;
	variable_set *together = NULL;
	if (m->documents.n) {
		for (size_t i = 0; i < m->other.n; i++) {
			variable_set *own = add_set(p, m, bl_engine_base_name(m->other.items[i]->path));
			bl_vec_push(arena, &own->files, m->other.items[i]);
		}
		return;
	}
	if (m->automatic.n)
		qsort(m->automatic.items, m->automatic.n, sizeof *m->automatic.items, bl_engine_by_precedence);
	for (size_t i = 0; i < m->automatic.n + m->other.n; i++) {
		const bl_document *d = i < m->automatic.n ? m->automatic.items[i] : m->other.items[i - m->automatic.n];
		module *target = target_of(p, d);
		if (!target)
			continue;
		bool automatic = i < m->automatic.n;
		variable_set *set = automatic && together ? together : add_set(p, target, from_folder(automatic ? m->folder : d->path, target->folder));
		if (automatic)
			together = set;
		bl_vec_push(arena, &set->files, d);
	}
}

/* --- which folders are roots --- */

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

/* A folder that was asked for and holds configuration is a root, though another calls it. */
static bool is_given(const planner *p, const module *m)
{
	for (size_t i = 0; i < p->side->given.n; i++)
		if (bl_str_eq(p->side->given.items[i], m->folder))
			return true;
	return false;
}

/* With one_root a folder given that deploys something is the only root of what is below it. */
static bool is_left_out(const planner *p, const module *m)
{
	for (size_t i = 0; p->report->options->one_root && i < p->side->given.n; i++) {
		bl_str folder = p->side->given.items[i];
		const module *given = bl_map_get(&p->modules, folder);
		if (given && given->deploys && is_within(m->folder, folder) && !bl_str_eq(m->folder, folder))
			return true;
	}
	/* what terraform installed is somebody's module, whoever calls it */
	return bl_str_starts(m->folder, BL_STR(".terraform/")) || bl_str_find(m->folder, BL_STR("/.terraform/"), 0) >= 0;
}

static void plan_modules(planner *p)
{
	for (size_t i = 0; i < p->modules.n; i++) {
		module *m = p->modules.entries[i].value;
		if (m->documents.n && !m->unasked && (is_given(p, m) || (!m->called && !is_left_out(p, m))))
			plan_module(p, m);
	}
	/* modules that only call one another: the first by name stands for its ring */
	for (size_t i = 0; i < p->modules.n; i++) {
		module *m = p->modules.entries[i].value;
		if (m->documents.n && !m->unasked && !m->reached && !is_left_out(p, m))
			plan_module(p, m);
	}
}

void bl_engine_plan_terraform(bl_report *report, bl_side *side)
{
	planner p = {report, side, {0}};
	for (size_t i = 0; i < side->documents.n; i++) {
		const bl_document *d = side->documents.items[i];
		if (d->language != BL_LANG_TERRAFORM || is_shown(d))
			continue;
		if (side->entries.items[i].named && !is_var_file(d))
			bl_engine_plan_file(report, side, d);
		else
			add_document(&p, d);
	}
	mark_called(&p);
	for (size_t i = 0; i < p.modules.n; i++)
		assign_files(&p, p.modules.entries[i].value);
	for (size_t i = 0; i < side->documents.n; i++)
		if (side->documents.items[i]->language == BL_LANG_TERRAFORM && is_shown(side->documents.items[i]))
			plan_shown(&p, side->documents.items[i], side->entries.items[i].named);
	plan_modules(&p);
}

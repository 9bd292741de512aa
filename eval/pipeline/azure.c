/*
 * Azure Pipelines: what the expanded pipeline declares. Resources are azure-pipelines/pipeline, /stage, /job and /step. Properties are
 * Azure's own keys with variables put in; what has several forms is in one: a pool and a container are maps, an image is split, a task
 * is name, version and inputs, and whatever runs a script has it in `script`, `shell` and `commands`.
 */
#include "eval/pipeline/azure.h"

#include "eval/docker/image.h"

enum { MAX_STEPS = 10000 };

typedef struct walker {
	bl_azpipe_expansion e;
	const bl_eval_input *input;
	bl_arena *arena;
	bl_evaluation *out;
	bl_str top;                 /* see bl_pipeline_top */
	const bl_value *containers; /* resources.containers: a list, or NULL */
	size_t steps;
	bl_pipeline_shared shared;
} walker;

/* Where a node stands: what it has from those around it. */
typedef struct level {
	bl_str address; /* with a dot behind it where it is not empty */
	bl_str place;   /* likewise */
	const bl_value *variables;
	const bl_value *environment; /* that they are to scripts */
	const bl_value *pool;
	bl_tri condition;
} level;

static void put(walker *w, bl_items *items, const char *key, const bl_value *v)
{
	if (v)
		bl_items_put(w->arena, items, bl_str_of(key), v->span, v);
}

static void put_text(walker *w, bl_items *items, const char *key, bl_span span, bl_str s)
{
	put(w, items, key, bl_value_string(w->arena, span, s));
}

static bl_str text(const bl_value *v)
{
	bl_str s;
	return v && bl_azpipe_text_of(v, &s) ? s : BL_STR("");
}

/* ---- forms ---- */

/* `pool: x` and `pool: {name, vmImage}`; hosted says whether Microsoft keeps its machines. */
static const bl_value *pool_of(walker *w, const bl_value *v)
{
	bl_items items = {0};
	if (!v || (v->kind != BL_MAP && v->kind != BL_STRING && v->kind != BL_UNKNOWN))
		return NULL;
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++)
		bl_vec_push(w->arena, &items, v->map[i]);
	if (v->kind != BL_MAP)
		put(w, &items, "name", v);
	bl_value *made = bl_items_value(w->arena, v->span, &items);
	const bl_value *name = bl_value_getz(made, "name"), *image = bl_value_getz(made, "vmImage");
	const bl_value *hosted;
	bool server = v->kind == BL_STRING && bl_str_eqiz(v->string, "server");
	if (name && name->kind == BL_UNKNOWN && !image)
		hosted = bl_value_unknown(w->arena, name->span, "the name of the pool is not known");
	else
		hosted = bl_value_bool(w->arena, v->span, image || server || !name || bl_str_startsi(text(name), BL_STR("Azure Pipelines")) ||
			bl_str_startsi(text(name), BL_STR("Hosted")));
	put(w, &items, "hosted", hosted);
	made = bl_items_value(w->arena, v->span, &items);
	made->open = v->kind == BL_MAP && v->open;
	return made;
}

static const bl_value *image_of(walker *w, const bl_value *v)
{
	bool is_text = v->kind == BL_STRING || v->kind == BL_UNKNOWN;
	return is_text ? bl_docker_image(w->arena, v) : v;
}

/* A container resource's or a job's own container: its image split. */
static const bl_value *container_map(walker *w, const bl_value *v)
{
	bl_items items = {0};
	for (uint32_t i = 0; i < v->n; i++) {
		bl_vec_push(w->arena, &items, v->map[i]);
		if (bl_str_eqz(v->map[i].key, "image"))
			items.items[items.n - 1].value = image_of(w, v->map[i].value);
	}
	return bl_items_value(w->arena, v->span, &items);
}

/* A job's container: an image, the alias of a container resource, or a map. */
static const bl_value *container_of(walker *w, const bl_value *v)
{
	bl_items items = {0};
	if (v->kind == BL_MAP)
		return container_map(w, v);
	for (uint32_t i = 0; bl_value_is(w->containers, BL_LIST) && i < w->containers->n && v->kind == BL_STRING; i++) {
		const bl_value *c = w->containers->list[i];
		if (c->kind == BL_MAP && bl_str_eqi(text(bl_value_getz(c, "container")), v->string))
			return bl_value_at(w->arena, container_map(w, c), v->span);
	}
	if (v->kind != BL_STRING && v->kind != BL_UNKNOWN)
		return v;
	put(w, &items, "image", image_of(w, v));
	return bl_items_value(w->arena, v->span, &items);
}

static const bl_value *containers_of(walker *w, const bl_value *list)
{
	bl_values out = {0};
	for (uint32_t i = 0; i < list->n; i++)
		bl_vec_push(w->arena, &out, list->list[i]->kind == BL_MAP ? container_map(w, list->list[i]) : list->list[i]);
	return bl_values_value(w->arena, list->span, &out);
}

static const bl_value *resources_of(walker *w, const bl_value *v)
{
	bl_items items = {0};
	if (v->kind != BL_MAP)
		return v;
	for (uint32_t i = 0; i < v->n; i++) {
		bl_vec_push(w->arena, &items, v->map[i]);
		if (bl_str_eqz(v->map[i].key, "containers") && v->map[i].value->kind == BL_LIST)
			items.items[items.n - 1].value = containers_of(w, v->map[i].value);
	}
	return bl_items_value(w->arena, v->span, &items);
}

/* `variables` as a list of maps, which is one of its two forms. */
static const bl_value *variables_of(walker *w, const bl_value *v)
{
	bl_values out = {0};
	if (v->kind != BL_MAP)
		return v;
	for (uint32_t i = 0; i < v->n; i++) {
		bl_items one = {0};
		put_text(w, &one, "name", v->map[i].key_span, v->map[i].key);
		put(w, &one, "value", v->map[i].value);
		bl_vec_push(w->arena, &out, bl_items_value(w->arena, bl_span_join(v->map[i].key_span, v->map[i].value->span), &one));
	}
	bl_value *list = bl_values_value(w->arena, v->span, &out);
	list->open = v->open;
	return list;
}

/* `trigger: none`, a list of branches, or a map. */
static const bl_value *trigger_of(walker *w, const bl_value *v)
{
	bl_items items = {0}, branches = {0};
	if (v->kind == BL_MAP)
		return v;
	put(w, &items, "enabled", bl_value_bool(w->arena, v->span, !(v->kind == BL_STRING && bl_str_eqiz(v->string, "none"))));
	if (v->kind == BL_LIST) {
		put(w, &branches, "include", v);
		put(w, &items, "branches", bl_items_value(w->arena, v->span, &branches));
	}
	return bl_items_value(w->arena, v->span, &items);
}

/* ---- resources ---- */

/* What the node says of itself but for its children, with variables put in. */
static bl_items own_properties(walker *w, const bl_value *node, const bl_value *variables)
{
	static const char *const children[] = {"jobs", "stages", "steps", "strategy", "variables"};
	bl_items items = {0};
	for (uint32_t i = 0; i < node->n; i++) {
		const bl_item *item = &node->map[i];
		bool child = false;
		for (size_t k = 0; k < sizeof children / sizeof *children; k++)
			child |= bl_str_eqz(item->key, children[k]);
		if (!child)
			bl_vec_push(w->arena, &items, ((bl_item){item->key, item->key_span, bl_azpipe_put_variables(w->arena, item->value, variables)}));
	}
	return items;
}

/* Does it run? A condition is evaluated with the variables that are known. */
static bl_tri condition_of(walker *w, const bl_value *node, const level *l)
{
	const bl_value *condition = bl_value_getz(node, "condition"), *enabled = bl_value_getz(node, "enabled");
	bl_azpipe_name names = {BL_STR("variables"), l->variables, NULL};
	bl_tri t = bl_tri_and(l->condition, bl_azpipe_mark_of(&w->e, node).condition);
	bl_str why;
	if (enabled && bl_str_eqiz(text(enabled), "false"))
		return BL_NO;
	if (!condition || !text(condition).n)
		return condition && condition->kind == BL_UNKNOWN ? bl_tri_and(t, BL_MAYBE) : t;
	const bl_value *v = bl_azpipe_expression(w->arena, text(condition), condition->span, &names, &why);
	return bl_tri_and(t, v ? bl_pipeline_truth(v) : BL_MAYBE);
}

/* Its first key, with what stands there on the same line. */
static bl_span head_of(const bl_value *node)
{
	const bl_item *first = node->kind == BL_MAP && node->n ? &node->map[0] : NULL;
	bool line = first && first->value->kind == BL_STRING && bl_str_find(first->value->string, BL_STR("\n"), 0) < 0;
	return !first ? node->span : line ? bl_span_join(first->key_span, first->value->span) : first->key_span;
}

static bl_resource *add(walker *w, const char *type, const bl_value *node, bl_str address, bl_str label, bl_str place, bl_tri condition,
	const bl_items *properties)
{
	bl_items body = {0};
	bl_resource *r = bl_new(w->arena, bl_resource);
	r->root = w->input->root;
	r->language = BL_LANG_PIPELINE;
	r->type = r->native_type = bl_str_of(type);
	r->label = label;
	r->address = address;
	r->typed_address = bl_str_fmt(w->arena, "%s." BL_FMT, type, BL_ARG(place));
	r->provider = BL_STR("azure-pipelines");
	r->name = bl_value_string(w->arena, node->span, label);
	r->condition = condition;
	r->span = node->span;
	r->head = head_of(node);
	r->via = bl_azpipe_mark_of(&w->e, node).via;
	r->native = node;
	put(w, &body, "name", r->name);
	put(w, &body, "properties", bl_items_value(w->arena, node->span, properties));
	r->written = bl_items_value(w->arena, node->span, &body);
	bl_vec_push(w->arena, &w->out->resources, r);
	return r;
}

/* `stages[0](Build)`: as others point at it, by number and by the name that people see. */
static bl_str place_of(walker *w, const level *l, const char *list, size_t i, const bl_value *node, const char *key)
{
	bl_str shown = text(bl_value_getz(node, "displayName"));
	if (!shown.n)
		shown = text(bl_value_getz(node, key));
	return shown.n ? bl_str_fmt(w->arena, BL_FMT "%s[%zu](" BL_FMT ")", BL_ARG(l->place), list, i, BL_ARG(shown))
		       : bl_str_fmt(w->arena, BL_FMT "%s[%zu]", BL_ARG(l->place), list, i);
}

static bl_str dotted(walker *w, bl_str s)
{
	return bl_str_fmt(w->arena, BL_FMT ".", BL_ARG(s));
}

/* ---- steps ---- */

static const struct {
	const char *key;
	const char *shell; /* for a script */
} step_kinds[] = {
	{"bash", "bash"},
	{"checkout", NULL},
	{"download", NULL},
	{"downloadBuild", NULL},
	{"getPackage", NULL},
	{"powershell", "powershell"},
	{"publish", NULL},
	{"pwsh", "pwsh"},
	{"reviewApp", NULL},
	{"script", ""},
	{"task", NULL},
};

static bool windows(const bl_value *pool)
{
	bl_str image = text(bl_value_getz(pool, "vmImage"));
	return bl_str_startsi(image, BL_STR("windows")) || bl_str_startsi(image, BL_STR("vs20"));
}

/* DockerCompose@0 into name and version. */
static void put_task(walker *w, bl_items *items, const bl_value *v, bl_azpipe_step *s)
{
	bl_items task = {0};
	if (v->kind != BL_STRING)
		return;
	s->version = bl_str_cut(v->string, '@', &s->task);
	put(w, &task, "reference", v);
	put_text(w, &task, "name", v->span, s->task);
	if (s->version.n)
		put_text(w, &task, "version", v->span, s->version);
	put(w, items, "task", bl_items_value(w->arena, v->span, &task));
}

static void note_checkout(bl_pipeline_job *job, const bl_value *repository, bl_str path)
{
	bl_str name = text(repository);
	if (bl_str_eqz(name, "none"))
		return;
	bl_pipeline_checkout *c = bl_vec_add(job->arena, &job->checkouts);
	c->other = !bl_str_eqiz(name, "self");
	/* s is where sources go; with a path, it is the folder below the run's own */
	c->folder = bl_str_eqz(path, "s") ? BL_STR("") : bl_str_starts(path, BL_STR("s/")) ? bl_str_slice(path, 2, path.n) : path;
	if (c->other && !c->folder.n)
		c->folder = name;
}

/* A script's text, its macros as they are written; with ${{ }} as they are written where what they give is not known. */
static const bl_value *script_text(walker *w, const bl_value *script)
{
	bl_azpipe_text room;
	return script->kind == BL_UNKNOWN ? bl_azpipe_text_made(&w->e, script, &room)->written : script;
}

static const bl_value *with_own(walker *w, const bl_value *environment, const bl_value *own)
{
	bl_items items = {0};
	w->e.copied += bl_value_is(own, BL_MAP) ? environment->n : 0;
	if (!bl_value_is(own, BL_MAP) || w->e.copied > BL_AZPIPE_MAX_COPIED)
		return environment;
	for (uint32_t i = 0; i < environment->n; i++)
		bl_vec_push(w->arena, &items, environment->map[i]);
	for (uint32_t i = 0; i < own->n && i < BL_AZPIPE_MAX_NAMES; i++)
		bl_items_put(w->arena, &items, own->map[i].key, own->map[i].key_span, own->map[i].value);
	bl_value *map = bl_items_value(w->arena, environment->span, &items);
	map->open = true;
	return map;
}

static void add_step(walker *w, bl_pipeline_job *job, const level *l, const bl_value *node, size_t number, size_t place, const char *hook)
{
	bl_str name = text(bl_value_getz(node, "name")), address = bl_str_fmt(w->arena, BL_FMT "%zu", BL_ARG(l->address), number);
	bl_items items = own_properties(w, node, l->variables);
	bl_tri condition = condition_of(w, node, l);
	const char *shell = NULL;
	bl_azpipe_step s = {.expansion = &w->e, .node = node, .variables = l->variables};
	const bl_value *script = NULL, *folder = bl_value_getz(node, "workingDirectory"), *kind = NULL;
	for (size_t i = 0; i < sizeof step_kinds / sizeof *step_kinds && !kind; i++) {
		kind = bl_value_getz(node, step_kinds[i].key);
		if (!kind)
			continue;
		put_text(w, &items, "kind", kind->span, bl_str_of(step_kinds[i].key));
		shell = step_kinds[i].shell;
		script = shell ? kind : NULL;
		if (shell && !*shell)
			shell = windows(l->pool) ? "cmd" : "bash";
		if (bl_str_eqz(bl_str_of(step_kinds[i].key), "checkout"))
			note_checkout(job, kind, text(bl_value_getz(node, "path")));
		else if (bl_str_eqz(bl_str_of(step_kinds[i].key), "task"))
			put_task(w, &items, bl_azpipe_put_variables(w->arena, kind, l->variables), &s);
	}
	bl_value *properties = bl_items_value(w->arena, node->span, &items);
	s.raw = bl_value_getz(node, "inputs");
	s.inputs = bl_value_getz(properties, "inputs");
	bl_pipeline_step step = {.job = job, .by = address, .span = kind ? kind->span : node->span};
	step.environment = with_own(w, l->environment, bl_value_getz(properties, "env"));
	if (s.task.n && !folder) {
		folder = bl_value_geti(s.raw, BL_STR("workingDirectory"));
		if (!folder)
			folder = bl_value_geti(s.raw, BL_STR("cwd"));
	}
	step.folder = bl_value_string(w->arena, BL_NOWHERE, BL_STR(""));
	if (folder)
		step.folder = bl_pipeline_folder(&step, bl_azpipe_put_variables(w->arena, folder, l->variables));
	s.step = &step;
	s.shell = shell ? bl_pipeline_shell_named(bl_str_of(shell)) : windows(l->pool) ? BL_PIPELINE_POWERSHELL : BL_PIPELINE_BASH;
	if (condition != BL_NO && script) {
		s.script = script;
		bl_azpipe_run(&s, s.shell, script);
	} else if (condition != BL_NO && s.task.n) {
		bl_azpipe_task(&s);
	}
	if (s.script)
		put(w, &items, "script", script_text(w, s.script));
	if (s.script && !bl_value_getz(properties, "shell"))
		put_text(w, &items, "shell", s.script->span,
			shell ? bl_str_of(shell) : s.shell == BL_PIPELINE_POWERSHELL ? BL_STR("pwsh") : BL_STR("bash"));
	if (s.insertions.n)
		put(w, &items, "insertions", bl_values_value(w->arena, s.script->span, &s.insertions));
	if (s.script)
		put(w, &items, "commands", bl_values_value(w->arena, s.script->span, &s.commands));
	if (hook)
		put_text(w, &items, "hook", node->span, bl_str_of(hook));
	bl_resource *r = add(w, "azure-pipelines/step", node, address, name, place_of(w, l, "steps", place, node, "name"), condition, &items);
	if (!name.n)
		r->name = bl_value_string(w->arena, node->span, text(bl_value_getz(node, "displayName")).n ? text(bl_value_getz(node, "displayName")) : address);
}

static size_t add_steps(walker *w, bl_pipeline_job *job, const level *l, const bl_value *steps, size_t from, const char *hook)
{
	for (uint32_t i = 0; bl_value_is(steps, BL_LIST) && i < steps->n; i++) {
		if (++w->steps > MAX_STEPS) {
			if (!w->e.stopped) /* said already */
				bl_pipeline_met(w->arena, w->out, BL_PIPELINE_LIMIT_STEPS, steps->list[i]->span, "more than %d steps: the rest is not analysed", MAX_STEPS);
			return from;
		}
		if (steps->list[i]->kind == BL_MAP)
			add_step(w, job, l, steps->list[i], from + i, i, hook);
	}
	return from + (bl_value_is(steps, BL_LIST) ? steps->n : 0);
}

/* ---- jobs ---- */

/* A deployment job's steps stand below its strategy's hooks. */
static void add_hooks(walker *w, bl_pipeline_job *job, const level *l, const bl_value *strategy)
{
	static const char *const kinds[] = {"canary", "rolling", "runOnce"};
	static const char *const hooks[] = {"preDeploy", "deploy", "routeTraffic", "postRouteTraffic", "success", "failure"};
	size_t n = 0;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const bl_value *kind = bl_value_getz(strategy, kinds[i]), *on = bl_value_getz(kind, "on");
		for (size_t k = 0; kind && k < sizeof hooks / sizeof *hooks; k++) {
			const bl_value *hook = bl_value_getz(k < 4 ? kind : on, hooks[k]);
			const bl_value *steps = bl_value_getz(hook, "steps");
			level inner = *l;
			inner.place = bl_str_fmt(w->arena, BL_FMT "%s.%s.", BL_ARG(l->place), kinds[i], hooks[k]);
			n = add_steps(w, job, &inner, steps, n, hooks[k]);
		}
	}
}

static const bl_value *strategy_of(walker *w, const bl_value *v, const bl_value *variables)
{
	bl_items items = {0};
	if (v->kind != BL_MAP)
		return v;
	for (uint32_t i = 0; i < v->n; i++) {
		bool hooks = v->map[i].value->kind == BL_MAP && !bl_str_eqz(v->map[i].key, "matrix");
		if (hooks)
			put_text(w, &items, "kind", v->map[i].key_span, v->map[i].key);
		else
			bl_items_put(w->arena, &items, v->map[i].key, v->map[i].key_span, bl_azpipe_put_variables(w->arena, v->map[i].value, variables));
	}
	return bl_items_value(w->arena, v->span, &items);
}

static void add_job(walker *w, const level *outer, const bl_value *node, size_t i)
{
	const bl_value *deployment = bl_value_getz(node, "deployment"), *named = deployment ? deployment : bl_value_getz(node, "job");
	const bl_value *own = bl_value_getz(node, "variables"), *strategy = bl_value_getz(node, "strategy");
	bl_str name = text(named).n ? text(named) : bl_str_fmt(w->arena, "Job%zu", i);
	level l = *outer;
	bl_str address = bl_str_fmt(w->arena, BL_FMT BL_FMT, BL_ARG(outer->address), BL_ARG(name));
	bl_str place = place_of(w, outer, "jobs", i, node, deployment ? "deployment" : "job");
	l.variables = bl_azpipe_variables(&w->e, outer->variables, own);
	l.address = dotted(w, address);
	l.place = dotted(w, place);
	bl_items items = own_properties(w, node, l.variables);
	bl_value *properties = bl_items_value(w->arena, node->span, &items);
	const bl_value *pool = pool_of(w, bl_value_getz(properties, "pool")), *container = bl_value_getz(properties, "container");
	l.pool = pool ? pool : outer->pool;
	put_text(w, &items, "kind", named ? named->span : node->span, deployment ? BL_STR("deployment") : BL_STR("job"));
	put(w, &items, "pool", l.pool);
	put(w, &items, "container", container ? container_of(w, container) : NULL);
	put(w, &items, "variables", own ? variables_of(w, own) : NULL);
	put(w, &items, "strategy", strategy ? strategy_of(w, strategy, l.variables) : NULL);
	l.condition = condition_of(w, node, &l);
	add(w, "azure-pipelines/job", node, address, name, place, l.condition, &items);
	bl_pipeline_job job = {.input = w->input, .arena = w->arena, .shared = &w->shared, .out = w->out, .said = w->out, .top = w->top};
	if (l.variables != outer->variables)
		l.environment = bl_azpipe_environment(w->arena, l.variables);
	if (strategy && !bl_value_getz(node, "steps"))
		add_hooks(w, &job, &l, strategy);
	else
		add_steps(w, &job, &l, bl_value_getz(node, "steps"), 0, NULL);
}

static void add_jobs(walker *w, const level *l, const bl_value *jobs)
{
	for (uint32_t i = 0; bl_value_is(jobs, BL_LIST) && i < jobs->n; i++)
		if (jobs->list[i]->kind == BL_MAP)
			add_job(w, l, jobs->list[i], i);
}

static void add_stage(walker *w, const level *outer, const bl_value *node, size_t i)
{
	const bl_value *own = bl_value_getz(node, "variables");
	bl_str name = text(bl_value_getz(node, "stage"));
	level l = *outer;
	if (!name.n)
		name = bl_str_fmt(w->arena, "Stage%zu", i);
	bl_str place = place_of(w, outer, "stages", i, node, "stage");
	l.variables = bl_azpipe_variables(&w->e, outer->variables, own);
	if (l.variables != outer->variables)
		l.environment = bl_azpipe_environment(w->arena, l.variables);
	l.address = dotted(w, name);
	l.place = dotted(w, place);
	bl_items items = own_properties(w, node, l.variables);
	bl_value *properties = bl_items_value(w->arena, node->span, &items);
	const bl_value *pool = pool_of(w, bl_value_getz(properties, "pool"));
	l.pool = pool ? pool : outer->pool;
	put(w, &items, "pool", l.pool);
	put(w, &items, "variables", own ? variables_of(w, own) : NULL);
	l.condition = condition_of(w, node, &l);
	add(w, "azure-pipelines/stage", node, name, name, place, l.condition, &items);
	add_jobs(w, &l, bl_value_getz(node, "jobs"));
}

static void add_pipeline(walker *w, const bl_value *made, const bl_value *written, level *l)
{
	bl_items items = own_properties(w, made, l->variables);
	bl_value *properties = bl_items_value(w->arena, made->span, &items);
	const bl_value *variables = bl_value_getz(made, "variables"), *resources = bl_value_getz(properties, "resources");
	const bl_value *trigger = bl_value_getz(properties, "trigger"), *pr = bl_value_getz(properties, "pr");
	const bl_value *parameters = bl_value_getz(written, "parameters");
	l->pool = pool_of(w, bl_value_getz(properties, "pool"));
	put(w, &items, "pool", l->pool);
	put(w, &items, "resources", resources ? resources_of(w, resources) : NULL);
	put(w, &items, "variables", variables ? variables_of(w, variables) : NULL);
	put(w, &items, "trigger", trigger ? trigger_of(w, trigger) : NULL);
	put(w, &items, "pr", pr ? trigger_of(w, pr) : NULL);
	put(w, &items, "parameters", parameters);
	if (w->e.used.n)
		put(w, &items, "templates", bl_values_value(w->arena, made->span, &w->e.used));
	w->containers = bl_value_getz(resources, "containers");
	add(w, "azure-pipelines/pipeline", made, BL_STR("pipeline"), BL_STR("pipeline"), BL_STR("pipeline"), BL_YES, &items);
}

static const bl_value *body_of(const bl_document *d)
{
	const bl_attr *body = d->blocks.n ? bl_block_attr(d->blocks.items[0], "body") : NULL;
	return body && body->expr->value ? body->expr->value : &bl_value_null;
}

void bl_eval_azure_pipeline(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	for (size_t i = 0; i < input->ndocuments; i++) {
		walker w = {.input = input, .arena = arena, .out = out, .top = bl_pipeline_top(input, input->documents[i]->path)};
		w.e = (bl_azpipe_expansion){.input = input, .arena = arena, .out = out};
		const bl_value *made = bl_azpipe_expand(&w.e, input->documents[i]);
		if (made->kind != BL_MAP)
			continue;
		level l = {.condition = BL_YES};
		l.variables = bl_azpipe_variables(&w.e, NULL, bl_value_getz(made, "variables"));
		l.environment = bl_azpipe_environment(arena, l.variables);
		add_pipeline(&w, made, body_of(input->documents[i]), &l);
		const bl_value *stages = bl_value_getz(made, "stages");
		for (uint32_t k = 0; bl_value_is(stages, BL_LIST) && k < stages->n; k++)
			if (stages->list[k]->kind == BL_MAP)
				add_stage(&w, &l, stages->list[k], k);
		add_jobs(&w, &l, bl_value_getz(made, "jobs"));
		if (bl_value_is(bl_value_getz(made, "steps"), BL_LIST)) {
			bl_pipeline_job job = {.input = input, .arena = arena, .shared = &w.shared, .out = out, .said = out, .top = w.top};
			add_steps(&w, &job, &l, bl_value_getz(made, "steps"), 0, NULL);
		}
	}
}

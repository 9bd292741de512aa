/* Jobs and their steps: what each says with its expressions put in, and what its scripts and actions do. */
#include "eval/pipeline/github.h"

#include "eval/docker/image.h"
#include "eval/path.h"

/* The maps that these bound are open: what is past them reads as unknown, like anything else that is set where it is not seen. */
enum { MAX_ENVIRONMENT = 200, MAX_OUTPUTS = 100 };

/* A job as one turn of its matrix runs. */
typedef struct job {
	bl_github_workflow *w;
	bl_str id, address;
	bl_span key; /* where its id is written */
	const bl_value *tree, *runs_on, *permissions;
	bl_pipeline_job acts;
	bl_items env; /* what all steps see: it grows */
	bool declares;
} job;

/* Steps that stand in one list: a job's, or an action's that it uses. */
typedef struct frame {
	job *job;
	bl_github_contexts contexts;
	bl_items steps;    /* steps.ID of those that ran */
	bl_str prefix;     /* of the steps' addresses */
	bl_str module;     /* the step that uses the action; empty */
	const bl_value *folder, *shell;
	int calls;
} frame;

static void run_steps(frame *f, const bl_value *steps);

static void put(bl_arena *arena, bl_items *items, const char *key, const bl_value *v)
{
	if (v)
		bl_items_put(arena, items, bl_str_of(key), v->span, v);
}

static const bl_value *map_of(bl_arena *arena, bl_span span, const bl_items *items, bool open)
{
	bl_value *v = bl_items_value(arena, span, items);
	v->open = open;
	return v;
}

/* ---- environments ---- */

static void add_environment(bl_arena *arena, const bl_github_contexts *contexts, bl_items *env, const bl_value *own)
{
	for (uint32_t i = 0; bl_value_is(own, BL_MAP) && i < own->n && env->n < MAX_ENVIRONMENT; i++)
		bl_items_put(arena, env, own->map[i].key, own->map[i].key_span, bl_github_value(arena, contexts, own->map[i].value));
}

/* What the runner itself says to a script. */
static const bl_value *script_environment(const frame *f, const bl_value *env)
{
	bl_arena *arena = f->job->w->run->arena;
	bl_items all = {0};
	put(arena, &all, "GITHUB_WORKSPACE", bl_value_string(arena, BL_NOWHERE, BL_STR(BL_PIPELINE_WORKSPACE)));
	put(arena, &all, "GITHUB_REPOSITORY", f->job->w->run->repository);
	for (uint32_t i = 0; i < env->n; i++)
		bl_vec_push(arena, &all, env->map[i]);
	return bl_items_value(arena, env->span, &all);
}

/* ---- what an expression is made of ---- */

static bool is_called(const frame *f)
{
	return f->module.n || f->job->w->module.n;
}

static bool asks_inputs(bl_str text)
{
	return bl_str_findi(text, BL_STR("inputs."), 0) >= 0;
}

static void add_expression(frame *f, bl_values *out, bl_str where, bl_span span, const bl_pipeline_part *p)
{
	bl_arena *arena = f->job->w->run->arena;
	bl_values references = {0};
	bl_items e = {0};
	for (size_t i = 0; i < p->value->unknown->nrefs; i++)
		bl_vec_push(arena, &references, bl_value_string(arena, span, p->value->unknown->refs[i].address));
	put(arena, &e, "in", bl_value_string(arena, span, where));
	put(arena, &e, "text", bl_value_string(arena, span, bl_str_trim(p->text)));
	put(arena, &e, "references", bl_values_value(arena, span, &references));
	bl_vec_push(arena, out, bl_items_value(arena, span, &e));
}

/*
 * The expressions of a text, each at the very place where it is written. Of called steps only what the caller passes: the rest is said where the file itself is
 * read.
 */
static void add_expressions(frame *f, bl_values *out, bl_str where, const bl_value *v)
{
	const bl_github_run *run = f->job->w->run;
	bl_pipeline_parts parts = {0};
	if (!bl_value_is(v, BL_STRING) || !f->job->declares || !bl_github_parts(run->arena, &f->contexts, v, &parts))
		return;
	uint32_t source = 0;
	for (size_t i = 0; i < parts.n; i++) {
		const bl_pipeline_part *p = &parts.items[i];
		if (!p->value || p->value->kind != BL_UNKNOWN || (is_called(f) && !asks_inputs(p->text)))
			continue;
		if (!source)
			source = bl_pipeline_source(run->arena, run->input->sources, v);
		add_expression(f, out, where, source ? (bl_span){source, p->begin, p->end} : v->span, p);
	}
}

static void add_all_expressions(frame *f, bl_values *out, const char *where, const bl_value *map)
{
	for (uint32_t i = 0; bl_value_is(map, BL_MAP) && i < map->n; i++)
		add_expressions(f, out, bl_str_fmt(f->job->w->run->arena, "%s." BL_FMT, where, BL_ARG(map->map[i].key)), map->map[i].value);
}

/* ---- what a script tells the steps behind it ---- */

static bool writes_to(const bl_value *command, const char *file)
{
	const bl_value *redirects = bl_value_getz(command, "redirects");
	for (uint32_t i = 0; bl_value_is(redirects, BL_LIST) && i < redirects->n; i++)
		if (bl_str_find(bl_value_text(redirects->list[i]), bl_str_of(file), 0) >= 0)
			return true;
	return false;
}

/* echo "NAME=VALUE" >> $GITHUB_ENV or $GITHUB_OUTPUT */
static void read_output(frame *f, const bl_value *command, bl_items *outputs)
{
	bl_arena *arena = f->job->w->run->arena;
	bool env = writes_to(command, "GITHUB_ENV"), output = writes_to(command, "GITHUB_OUTPUT");
	const bl_value *arguments = bl_value_getz(command, "arguments");
	if ((!env && !output) || !bl_value_is_string(bl_value_getz(command, "name"), "echo") || !arguments || !arguments->n)
		return;
	const bl_value *text = arguments->list[0];
	for (uint32_t i = 1; i < arguments->n && i < MAX_OUTPUTS; i++)
		text = bl_pipeline_concat(arena, text, BL_STR(" "), arguments->list[i]);
	bl_str s = bl_pipeline_known(text);
	ptrdiff_t equals = bl_str_find(s, BL_STR("="), 0);
	bl_items *to = env ? &f->job->env : outputs;
	if (equals > 0 && to->n < MAX_ENVIRONMENT)
		bl_items_put(arena, to, bl_str_slice(s, 0, (size_t)equals), text->span, bl_pipeline_tail(arena, text, (size_t)equals + 1));
}

/* ---- actions that are files of this repository ---- */

static const bl_value *action_file(frame *f, bl_pipeline_step *step, bl_str local, bl_str *folder)
{
	static const char *const names[] = {"action.yml", "action.yaml"};
	bl_arena *arena = f->job->w->run->arena;
	bl_pipeline_step top = *step;
	top.folder = bl_value_string(arena, step->span, BL_STR(""));
	const bl_value *path = bl_pipeline_path(&top, bl_value_string(arena, step->span, local));
	if (!bl_value_is(path, BL_STRING))
		return NULL;
	/* below the workspace */
	*folder = bl_str_slice(path->string, step->job->top.n + (step->job->top.n > 0), path->string.n);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const bl_value *tree = bl_github_file(f->job->w->run, bl_eval_path(arena, path->string, bl_str_of(names[i])));
		if (tree)
			return tree;
	}
	return NULL;
}

static const bl_value *with_action_path(bl_arena *arena, const bl_value *github, bl_str folder)
{
	bl_items items = {0};
	for (uint32_t i = 0; i < github->n; i++)
		bl_vec_push(arena, &items, github->map[i]);
	put(arena, &items, "action_path", bl_value_string(arena, BL_NOWHERE, bl_str_fmt(arena, BL_PIPELINE_WORKSPACE "/" BL_FMT, BL_ARG(folder))));
	return map_of(arena, github->span, &items, true);
}

static bool may_call(bl_github_run *run, int calls, bl_span span)
{
	if (calls < BL_GITHUB_MAX_CALLS)
		return true;
	bl_pipeline_met(run->arena, run->out, BL_PIPELINE_LIMIT_CALLS, span,
		"workflows and actions call one another more than %d deep: the rest is not analysed", BL_GITHUB_MAX_CALLS);
	return false;
}

static void use_local(frame *f, bl_pipeline_step *step, bl_str local, const bl_value *with, bl_items *outputs)
{
	bl_arena *arena = f->job->w->run->arena;
	bl_str folder = {0};
	const bl_value *tree = may_call(f->job->w->run, f->calls, step->span) ? action_file(f, step, local, &folder) : NULL;
	const bl_value *runs = bl_value_getz(tree, "runs"), *said = bl_value_getz(tree, "outputs");
	if (!runs)
		return;
	frame inner = {.job = f->job, .contexts = f->contexts, .prefix = step->by, .module = step->by, .folder = bl_value_string(arena, step->span, BL_STR("")),
		.calls = f->calls + 1};
	inner.contexts.inputs = bl_github_inputs(arena, bl_value_getz(tree, "inputs"), with, true);
	inner.contexts.github = with_action_path(arena, f->contexts.github, folder);
	run_steps(&inner, bl_value_getz(runs, "steps"));
	inner.contexts.steps = map_of(arena, step->span, &inner.steps, true);
	for (uint32_t i = 0; bl_value_is(said, BL_MAP) && i < said->n && i < MAX_OUTPUTS; i++) {
		const bl_value *v = bl_value_getz(said->map[i].value, "value");
		if (v)
			bl_items_put(arena, outputs, said->map[i].key, said->map[i].key_span, bl_github_value(arena, &inner.contexts, v));
	}
}

/* actions/checkout: which repository lies where. */
static void check_out(frame *f, const bl_value *with)
{
	bl_arena *arena = f->job->w->run->arena;
	const bl_value *path = bl_value_getz(with, "path"), *repository = bl_value_getz(with, "repository");
	const bl_value *own = f->job->w->run->repository;
	bl_pipeline_checkout c = {.folder = bl_eval_path(arena, BL_STR(""), bl_value_text(path))};
	bool same = !repository || bl_value_equal(repository, own) == BL_YES ||
		    (repository->kind == BL_UNKNOWN && repository->unknown->nrefs && bl_str_eqz(repository->unknown->refs[0].address, "github.repository"));
	/* the head of a pull request is this repository with changes */
	if (repository && repository->kind == BL_UNKNOWN && repository->unknown->nrefs)
		same |= bl_str_starts(repository->unknown->refs[0].address, BL_STR("github.event.pull_request."));
	c.other = !same;
	if (f->job->acts.checkouts.n || c.folder.n || c.other)
		bl_vec_push(arena, &f->job->acts.checkouts, c);
}

/* ---- one step ---- */

/* The scope that a job's steps set is said of later ones: which is why scripts run even when nothing is wanted of them. */
static void run_script(frame *f, bl_pipeline_step *step, const bl_value *script, const bl_value *shell, bl_values *commands)
{
	bl_arena *arena = f->job->w->run->arena;
	bl_pipeline_parts parts = {0};
	bl_pipeline_shell reads = BL_PIPELINE_BASH;
	if (bl_value_is(shell, BL_STRING))
		reads = bl_pipeline_shell_named(shell->string);
	else if (shell)
		reads = BL_PIPELINE_OTHER;
	bool any = bl_github_parts(arena, &f->contexts, script, &parts);
	bl_pipeline_script(step, reads, script, any ? &parts : NULL, commands);
}

static const bl_value *default_shell(const frame *f)
{
	for (uint32_t i = 0; f->job->runs_on && i < f->job->runs_on->n; i++)
		if (bl_str_startsi(bl_value_text(f->job->runs_on->list[i]), BL_STR("windows")))
			return bl_value_string(f->job->w->run->arena, BL_NOWHERE, BL_STR("pwsh"));
	return NULL;
}

static bl_tri condition_of(const frame *f, const bl_value *written)
{
	bl_arena *arena = f->job->w->run->arena;
	if (!written)
		return BL_YES;
	if (written->kind != BL_STRING)
		return bl_pipeline_truth(written);
	bl_str s = bl_str_trim(written->string);
	if (bl_str_starts(s, BL_STR("${{")) && bl_str_ends(s, BL_STR("}}")) && bl_str_find(s, BL_STR("}}"), 0) == (ptrdiff_t)s.n - 2)
		s = bl_str_trim(bl_str_slice(s, 3, s.n - 2));
	else if (bl_str_find(s, BL_STR("${{"), 0) >= 0)
		return BL_MAYBE;
	const bl_value *v = bl_github_expression(arena, &f->contexts, s, written->span);
	/* a status that may be either is what most conditions ask for: the step is there */
	return bl_pipeline_truth(v) == BL_NO ? BL_NO : bl_github_can_be_true(v);
}

/* A step's own properties, beside those that come from where it stands. */
typedef struct told {
	const bl_value *uses, *with, *env;
	bl_values commands, expressions;
	bl_tri condition;
	uint32_t index;
	bool acts; /* it builds or deploys something */
} told;

static void declare_step(frame *f, const bl_value *tree, bl_str address, bl_str label, const told *t)
{
	static const char *const keys[] = {"id", "if", "run", "shell", "working-directory", "continue-on-error", "timeout-minutes"};
	job *j = f->job;
	bl_arena *arena = j->w->run->arena;
	bl_items p = {0};
	bool called = is_called(f);
	/* a called step is shown where it is written; here only for what the caller makes of it */
	if (!j->declares || (called && !t->expressions.n && !t->acts))
		return;
	put(arena, &p, "job", bl_value_string(arena, tree->span, j->id));
	put(arena, &p, "index", bl_value_number(arena, tree->span, t->index));
	if (bl_value_getz(tree, "name"))
		put(arena, &p, "name", bl_github_value(arena, &f->contexts, bl_value_getz(tree, "name")));
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		put(arena, &p, keys[i], bl_value_getz(tree, keys[i]));
	put(arena, &p, "uses", t->uses);
	put(arena, &p, "with", t->with);
	put(arena, &p, "env", t->env);
	/* those of a called step are judged where it is written */
	if (t->commands.n && !called)
		put(arena, &p, "commands", bl_values_value(arena, tree->span, &t->commands));
	if (t->expressions.n)
		put(arena, &p, "expressions", bl_values_value(arena, tree->span, &t->expressions));
	put(arena, &p, "events", j->w->events);
	put(arena, &p, "permissions", j->permissions);
	put(arena, &p, "runs-on", j->runs_on);
	bl_resource *r = bl_github_declare(j->w, called ? "github/called-step" : "github/step", address, label, tree, &p);
	r->condition = t->condition == BL_NO ? BL_NO : BL_YES; /* it is there, if not in every run */
	if (f->module.n)
		r->module = f->module;
}

static void record_outputs(frame *f, bl_str id, bl_span span, const bl_items *outputs)
{
	bl_arena *arena = f->job->w->run->arena;
	bl_items step = {0};
	if (!id.n || f->steps.n >= MAX_ENVIRONMENT)
		return;
	put(arena, &step, "outputs", map_of(arena, span, outputs, true));
	bl_items_put(arena, &f->steps, id, span, map_of(arena, span, &step, true));
}

static void use(frame *f, bl_pipeline_step *step, told *t, const bl_value *tree, bl_items *outputs)
{
	bl_arena *arena = f->job->w->run->arena;
	bl_pipeline_shell reads;
	bl_str action = bl_value_text(bl_value_getz(t->uses, "action")), local = bl_value_text(bl_value_getz(t->uses, "local"));
	const char *input = bl_github_script_input(action, &reads);
	const bl_value *script = input ? bl_value_geti(bl_value_getz(tree, "with"), bl_str_of(input)) : NULL;
	if (local.n) {
		use_local(f, step, local, t->with, outputs);
		return;
	}
	if (bl_str_eqz(action, "actions/checkout"))
		check_out(f, t->with);
	if (bl_value_is(script, BL_STRING)) {
		bl_pipeline_parts parts = {0};
		bool any = bl_github_parts(arena, &f->contexts, script, &parts);
		bl_pipeline_script(step, reads, script, any ? &parts : NULL, &t->commands);
	}
	bl_github_step s = {.run = f->job->w->run, .step = step, .uses = t->uses, .with = t->with};
	bl_github_action(&s);
	*outputs = s.outputs;
}

static size_t acts_of(const job *j)
{
	return j->acts.out ? j->acts.out->builds.n + j->acts.out->deployments.n : 0;
}

static void run_step(frame *f, const bl_value *tree, uint32_t index)
{
	job *j = f->job;
	bl_arena *arena = j->w->run->arena;
	bl_str id = bl_value_text(bl_value_getz(tree, "id"));
	bl_str label = id.n ? id : bl_str_fmt(arena, "%u", index);
	bl_str address = bl_str_fmt(arena, BL_FMT "." BL_FMT, BL_ARG(f->prefix), BL_ARG(label));
	bl_items env = {0}, outputs = {0};
	const bl_value *own = bl_value_getz(tree, "env"), *with = bl_value_getz(tree, "with"), *run = bl_value_getz(tree, "run"),
		       *folder = bl_value_getz(tree, "working-directory"), *shell = bl_value_getz(tree, "shell");
	told t = {.uses = bl_github_uses(arena, bl_value_getz(tree, "uses")), .index = index};
	for (size_t i = 0; i < j->env.n; i++)
		bl_vec_push(arena, &env, j->env.items[i]);
	f->contexts.env = map_of(arena, tree->span, &env, true);
	f->contexts.steps = map_of(arena, tree->span, &f->steps, true);
	add_environment(arena, &f->contexts, &env, own);
	f->contexts.env = map_of(arena, tree->span, &env, true);
	t.condition = condition_of(f, bl_value_getz(tree, "if"));
	t.env = own ? bl_github_value(arena, &f->contexts, own) : NULL;
	t.with = with ? bl_github_value(arena, &f->contexts, with) : NULL;
	add_expressions(f, &t.expressions, BL_STR("run"), run);
	add_all_expressions(f, &t.expressions, "with", with);
	add_all_expressions(f, &t.expressions, "env", own);
	/* an action runs in the workspace, whatever the defaults of `run` say */
	const bl_value *stands = !run ? bl_value_string(arena, tree->span, BL_STR("")) : folder ? bl_github_value(arena, &f->contexts, folder) : f->folder;
	bl_pipeline_step step = {.job = &j->acts, .by = address, .environment = script_environment(f, f->contexts.env), .span = tree->span};
	bl_pipeline_step top = {.job = &j->acts};
	step.folder = bl_pipeline_folder(&top, stands);
	size_t before = acts_of(j);
	if (t.condition != BL_NO && bl_value_is(run, BL_STRING) && (!is_called(f) || bl_pipeline_script_matters(run->string))) {
		run_script(f, &step, run, shell ? shell : f->shell ? f->shell : default_shell(f), &t.commands);
		for (size_t i = 0; i < t.commands.n; i++)
			read_output(f, t.commands.items[i], &outputs);
	} else if (t.condition != BL_NO && bl_value_is(t.uses, BL_MAP)) {
		/* an action's own steps stand behind it; a script of it makes its commands */
		bool local = bl_value_getz(t.uses, "local");
		if (local)
			declare_step(f, tree, address, label, &t);
		use(f, &step, &t, tree, &outputs);
		t.acts = acts_of(j) > before;
		if (!local)
			declare_step(f, tree, address, label, &t);
		record_outputs(f, id, tree->span, &outputs);
		return;
	}
	t.acts = acts_of(j) > before;
	declare_step(f, tree, address, label, &t);
	record_outputs(f, id, tree->span, &outputs);
}

/* One step more, or a job, which costs as much. */
static bool may_go_on(bl_github_run *run, bl_span span)
{
	if (run->steps++ < BL_GITHUB_MAX_STEPS)
		return true;
	bl_pipeline_met(run->arena, run->out, BL_PIPELINE_LIMIT_STEPS, span,
		"more than %d jobs and steps, with those that are called: the rest is not analysed", BL_GITHUB_MAX_STEPS);
	return false;
}

static void run_steps(frame *f, const bl_value *steps)
{
	bl_github_run *run = f->job->w->run;
	for (uint32_t i = 0; bl_value_is(steps, BL_LIST) && i < steps->n; i++) {
		if (!may_go_on(run, steps->list[i]->span))
			return;
		if (steps->list[i]->kind == BL_MAP)
			run_step(f, steps->list[i], i + 1);
	}
}

/* ---- jobs ---- */

static const bl_value *runs_on(bl_arena *arena, const bl_github_contexts *contexts, const bl_value *v, const bl_value **group)
{
	*group = NULL;
	if (!v)
		return NULL;
	v = bl_github_value(arena, contexts, v);
	if (v->kind == BL_MAP) {
		*group = bl_value_getz(v, "group");
		v = bl_value_getz(v, "labels");
	}
	return v ? bl_github_list(arena, v) : NULL;
}

/* What runs in a container: its image split, whether it is written alone or with more. */
static const bl_value *container_of(bl_arena *arena, const bl_value *v)
{
	bl_items items = {0};
	const bl_value *image = v->kind == BL_MAP ? bl_value_getz(v, "image") : v;
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++)
		bl_vec_push(arena, &items, v->map[i]);
	if (bl_value_is(image, BL_STRING) && bl_str_starts(image->string, BL_STR("docker://")))
		image = bl_pipeline_tail(arena, image, 9);
	if (image && (image->kind == BL_UNKNOWN || (image->kind == BL_STRING && image->string.n)))
		put(arena, &items, "image", bl_docker_image(arena, image));
	return bl_items_value(arena, v->span, &items);
}

static const bl_value *services_of(bl_arena *arena, const bl_value *v)
{
	bl_items items = {0};
	if (v->kind != BL_MAP)
		return v;
	for (uint32_t i = 0; i < v->n; i++)
		bl_items_put(arena, &items, v->map[i].key, v->map[i].key_span, container_of(arena, v->map[i].value));
	return bl_items_value(arena, v->span, &items);
}

static void declare_job(job *j, const bl_github_contexts *contexts, const bl_value *group)
{
	static const char *const keys[] = {"name", "if", "environment", "env", "strategy", "timeout-minutes", "with", "secrets",
		"concurrency", "defaults", "outputs"};
	bl_github_workflow *w = j->w;
	bl_arena *arena = w->run->arena;
	const bl_value *steps = bl_value_getz(j->tree, "steps"), *uses = bl_value_getz(j->tree, "uses");
	bl_items p = {0};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const bl_value *v = bl_value_getz(j->tree, keys[i]);
		bool raw = bl_str_eqz(bl_str_of(keys[i]), "if") || bl_str_eqz(bl_str_of(keys[i]), "outputs") || bl_str_eqz(bl_str_of(keys[i]), "strategy");
		if (v)
			put(arena, &p, keys[i], raw ? v : bl_github_value(arena, contexts, v));
	}
	const bl_value *container = bl_value_getz(j->tree, "container"), *services = bl_value_getz(j->tree, "services");
	put(arena, &p, "id", bl_value_string(arena, j->tree->span, j->id));
	if (container)
		put(arena, &p, "container", container_of(arena, bl_github_value(arena, contexts, container)));
	if (services)
		put(arena, &p, "services", services_of(arena, bl_github_value(arena, contexts, services)));
	put(arena, &p, "needs", bl_github_list(arena, bl_value_getz(j->tree, "needs")));
	put(arena, &p, "runs-on", j->runs_on);
	put(arena, &p, "runner-group", group);
	put(arena, &p, "permissions", j->permissions);
	put(arena, &p, "uses", uses ? bl_github_uses(arena, uses) : NULL);
	put(arena, &p, "events", w->events);
	if (bl_value_is(steps, BL_LIST))
		put(arena, &p, "steps", bl_value_number(arena, steps->span, steps->n));
	bl_resource *r = bl_github_declare(w, w->module.n ? "github/called-job" : "github/job", j->address, j->id, j->tree, &p);
	r->head = j->key;
	r->span = bl_span_join(j->key, r->span);
}

/* A called workflow's jobs stand below the job that calls it. */
static void call_workflow(job *j, const bl_github_contexts *contexts, bl_str local, bl_items *outputs)
{
	bl_github_workflow *w = j->w;
	bl_arena *arena = w->run->arena;
	bl_str path = bl_eval_path(arena, w->run->top, local);
	const bl_value *tree = may_call(w->run, w->calls, j->tree->span) ? bl_github_file(w->run, path) : NULL;
	const bl_value *call = bl_value_getz(bl_value_getz(tree, "on"), "workflow_call"), *with = bl_value_getz(j->tree, "with"),
		       *said = bl_value_getz(call, "outputs");
	if (!bl_value_is(tree, BL_MAP))
		return;
	bl_github_workflow inner = {.run = w->run, .tree = tree, .path = path, .prefix = bl_str_fmt(arena, BL_FMT ".", BL_ARG(j->address)),
		.module = j->address, .events = w->events, .permissions = j->permissions, .contexts = w->contexts, .scope = w->scope, .calls = w->calls + 1,
		.acts = j->acts.out, .declares = j->declares};
	inner.contexts.env = NULL;
	inner.contexts.inputs =
		bl_github_inputs(arena, bl_value_getz(call, "inputs"), with ? bl_github_value(arena, contexts, with) : NULL, true);
	bl_github_jobs(&inner);
	/* what it says of its jobs' outputs */
	bl_github_contexts c = inner.contexts;
	c.jobs = map_of(arena, tree->span, &inner.needs, true);
	for (uint32_t i = 0; bl_value_is(said, BL_MAP) && i < said->n && i < MAX_OUTPUTS; i++) {
		const bl_value *v = bl_value_getz(said->map[i].value, "value");
		if (v)
			bl_items_put(arena, outputs, said->map[i].key, said->map[i].key_span, bl_github_value(arena, &c, v));
	}
}

static const bl_value *default_of(const bl_value *a, const bl_value *b, const char *key)
{
	const bl_value *v = bl_value_getz(bl_value_getz(bl_value_getz(a, "defaults"), "run"), key);
	return v ? v : bl_value_getz(bl_value_getz(bl_value_getz(b, "defaults"), "run"), key);
}

/* One turn: with the matrix' variables as they are in contexts. */
static void run_job(job *j, bl_github_contexts contexts, bl_evaluation *out, bl_items *outputs)
{
	bl_github_workflow *w = j->w;
	bl_arena *arena = w->run->arena;
	const bl_value *folder = default_of(j->tree, w->tree, "working-directory"), *shell = default_of(j->tree, w->tree, "shell"), *group,
		       *environment = bl_value_getz(j->tree, "environment"), *said = bl_value_getz(j->tree, "outputs");
	bl_str local;
	j->acts = (bl_pipeline_job){.input = w->run->input, .arena = arena, .out = out, .said = w->run->out, .top = w->run->top, .commands = w->run->commands, .scripts = w->run->scripts};
	j->env = (bl_items){0};
	for (size_t i = 0; i < w->scope.n; i++)
		bl_vec_push(arena, &j->acts.scope, w->scope.items[i]);
	add_environment(arena, &contexts, &j->env, bl_value_getz(w->tree, "env"));
	contexts.env = map_of(arena, j->tree->span, &j->env, true);
	add_environment(arena, &contexts, &j->env, bl_value_getz(j->tree, "env"));
	contexts.env = map_of(arena, j->tree->span, &j->env, true);
	j->runs_on = runs_on(arena, &contexts, bl_value_getz(j->tree, "runs-on"), &group);
	if (bl_value_is(environment, BL_MAP))
		environment = bl_value_getz(environment, "name");
	if (environment)
		bl_pipeline_set_scope(&j->acts, "environment", bl_github_value(arena, &contexts, environment));
	if (j->declares)
		declare_job(j, &contexts, group);
	frame f = {.job = j, .contexts = contexts, .prefix = j->address, .shell = shell};
	bl_tri condition = condition_of(&f, bl_value_getz(j->tree, "if"));
	if (j->declares)
		w->run->out->resources.items[w->run->out->resources.n - 1]->condition = condition == BL_NO ? BL_NO : BL_YES;
	f.folder = folder ? bl_github_value(arena, &contexts, folder) : bl_value_string(arena, j->tree->span, BL_STR(""));
	if (condition == BL_NO)
		j->acts.out = NULL;
	local = bl_value_text(bl_value_getz(j->tree, "uses"));
	if (bl_str_starts(local, BL_STR("./")))
		call_workflow(j, &contexts, local, outputs);
	else
		run_steps(&f, bl_value_getz(j->tree, "steps"));
	w->run->commands = j->acts.commands;
	w->run->scripts = j->acts.scripts;
	f.contexts.steps = map_of(arena, j->tree->span, &f.steps, true);
	for (uint32_t i = 0; bl_value_is(said, BL_MAP) && i < said->n && i < MAX_OUTPUTS; i++)
		bl_items_put(arena, outputs, said->map[i].key, said->map[i].key_span, bl_github_value(arena, &f.contexts, said->map[i].value));
}

/* ---- turns of a matrix ---- */

static bool same_values(const bl_value *a, const bl_value *b)
{
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind || a->n != b->n || (a->kind != BL_LIST && a->kind != BL_MAP))
		return bl_pipeline_same(a, b);
	for (uint32_t i = 0; i < a->n; i++)
		if (!same_values(a->kind == BL_LIST ? a->list[i] : a->map[i].value, b->kind == BL_LIST ? b->list[i] : b->map[i].value))
			return false;
	return true;
}

static bool same_build(const bl_build *a, const bl_build *b)
{
	return bl_str_eq(a->by, b->by) && a->pushes == b->pushes && same_values(a->context, b->context) && same_values(a->dockerfile, b->dockerfile) &&
	       same_values(a->target, b->target) && same_values(a->arguments, b->arguments) && same_values(a->tags, b->tags);
}

static bool same_deployment(const bl_deployment *a, const bl_deployment *b)
{
	return bl_str_eq(a->by, b->by) && a->kind == b->kind && same_values(a->template, b->template) && same_values(a->files, b->files) &&
	       same_values(a->parameters, b->parameters) && same_values(a->scope, b->scope);
}

/* What several turns do alike is done once. */
static void drop_repeated(bl_evaluation *out, size_t build, size_t deployment)
{
	size_t n = build;
	for (size_t i = build; i < out->builds.n; i++) {
		bool again = false;
		for (size_t k = build; k < n && !again; k++)
			again = same_build(out->builds.items[k], out->builds.items[i]);
		if (!again)
			out->builds.items[n++] = out->builds.items[i];
	}
	out->builds.n = n;
	n = deployment;
	for (size_t i = deployment; i < out->deployments.n; i++) {
		bool again = false;
		for (size_t k = deployment; k < n && !again; k++)
			again = same_deployment(out->deployments.items[k], out->deployments.items[i]);
		if (!again)
			out->deployments.items[n++] = out->deployments.items[i];
	}
	out->deployments.n = n;
}

/*
 * A job with a matrix is looked at as a whole first, its variables with all their values: that makes the resources. When it builds or deploys something, each
 * turn is run for what it builds and deploys.
 */
static void run_turns(job *j, bl_github_contexts contexts, bl_items *outputs)
{
	bl_github_workflow *w = j->w;
	bl_arena *arena = w->run->arena;
	bl_evaluation *out = w->acts;
	const bl_value *matrix = bl_value_getz(bl_value_getz(j->tree, "strategy"), "matrix"), *all;
	bl_values turns = {0};
	bool known = bl_github_matrix(arena, matrix ? bl_github_value(arena, &contexts, matrix) : NULL, &turns, &all);
	contexts.matrix = all ? all : bl_value_map(arena, BL_NOWHERE, NULL, 0);
	j->declares = w->declares;
	if (!known || turns.n == 1 || !out) {
		run_job(j, contexts, out, outputs);
		return;
	}
	bl_evaluation probe = {.root = out->root};
	run_job(j, contexts, &probe, outputs);
	outputs->n = 0; /* the last turn's would count */
	if (!probe.builds.n && !probe.deployments.n)
		return;
	size_t build = out->builds.n, deployment = out->deployments.n;
	j->declares = false;
	for (size_t i = 0; i < turns.n; i++) {
		bl_items unused = {0};
		contexts.matrix = turns.items[i];
		run_job(j, contexts, out, &unused);
	}
	drop_repeated(out, build, deployment);
}

static const bl_value *permissions_of(const bl_github_workflow *w, const bl_value *tree)
{
	const bl_value *v = bl_value_getz(tree, "permissions");
	if (!v)
		v = bl_value_getz(w->tree, "permissions");
	return v ? v : w->permissions;
}

void bl_github_jobs(bl_github_workflow *w)
{
	bl_arena *arena = w->run->arena;
	const bl_value *jobs = bl_value_getz(w->tree, "jobs");
	for (uint32_t i = 0; bl_value_is(jobs, BL_MAP) && i < jobs->n; i++) {
		bl_items outputs = {0}, entry = {0};
		const bl_item *item = &jobs->map[i];
		if (item->value->kind != BL_MAP)
			continue;
		if (!may_go_on(w->run, item->key_span))
			return;
		job j = {.w = w, .id = item->key, .key = item->key_span, .tree = item->value, .address = bl_str_cat(arena, w->prefix, item->key),
			.permissions = permissions_of(w, item->value)};
		bl_github_contexts contexts = w->contexts;
		contexts.needs = map_of(arena, jobs->span, &w->needs, true);
		run_turns(&j, contexts, &outputs);
		put(arena, &entry, "outputs", map_of(arena, item->key_span, &outputs, true));
		if (w->needs.n < MAX_ENVIRONMENT)
			bl_items_put(arena, &w->needs, item->key, item->key_span, map_of(arena, item->key_span, &entry, true));
	}
}

void bl_github_action_steps(bl_github_workflow *w, const bl_value *steps)
{
	bl_arena *arena = w->run->arena;
	job j = {.w = w, .id = BL_STR("runs"), .tree = w->tree, .address = BL_STR("runs"), .declares = true};
	j.acts = (bl_pipeline_job){.input = w->run->input, .arena = arena, .said = w->run->out, .top = w->run->top};
	frame f = {.job = &j, .contexts = w->contexts, .prefix = j.address, .folder = bl_value_string(arena, BL_NOWHERE, BL_STR(""))};
	run_steps(&f, steps);
}

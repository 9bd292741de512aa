/* Steps: what each says with its expressions put in, and what its scripts and actions do. */
#include "eval/pipeline/github_job.h"

#include "eval/path.h"

const bl_value *bl_github_map(bl_arena *arena, bl_span span, const bl_items *items)
{
	bl_value *v = bl_items_value(arena, span, items);
	v->open = true;
	return v;
}

/* ---- environments ---- */

void bl_github_add_environment(bl_arena *arena, const bl_github_contexts *contexts, bl_items *env, const bl_value *own)
{
	for (uint32_t i = 0; bl_value_is(own, BL_MAP) && i < own->n && env->n < BL_GITHUB_MAX_ENVIRONMENT; i++)
		bl_items_put(arena, env, own->map[i].key, own->map[i].key_span, bl_github_value(arena, contexts, own->map[i].value));
}

/* What the runner itself says to a script. */
static const bl_value *script_environment(const bl_github_frame *f, const bl_value *env)
{
	bl_arena *arena = f->job->w->run->arena;
	bl_items all = {0};
	bl_items_putz(arena, &all, "GITHUB_WORKSPACE", bl_value_string(arena, BL_NOWHERE, BL_STR(BL_PIPELINE_WORKSPACE)));
	bl_items_putz(arena, &all, "GITHUB_REPOSITORY", f->job->w->run->repository);
	for (uint32_t i = 0; i < env->n; i++)
		bl_vec_push(arena, &all, env->map[i]);
	return bl_items_value(arena, env->span, &all);
}

/* ---- what an expression is made of ---- */

static bool is_called(const bl_github_frame *f)
{
	return f->module.n || f->job->w->module.n;
}

static bool asks_inputs(bl_str text)
{
	return bl_str_findi(text, BL_STR("inputs."), 0) >= 0;
}

static void add_expression(bl_github_frame *f, bl_values *out, bl_str where, bl_span span, const bl_pipeline_part *p)
{
	bl_arena *arena = f->job->w->run->arena;
	bl_values references = {0};
	bl_items e = {0};
	for (size_t i = 0; i < p->value->unknown->nrefs; i++)
		bl_vec_push(arena, &references, bl_value_string(arena, span, p->value->unknown->refs[i].address));
	bl_items_putz(arena, &e, "in", bl_value_string(arena, span, where));
	bl_items_putz(arena, &e, "text", bl_value_string(arena, span, bl_str_trim(p->text)));
	bl_items_putz(arena, &e, "references", bl_values_value(arena, span, &references));
	bl_vec_push(arena, out, bl_items_value(arena, span, &e));
}

/*
 * The expressions of a text, each at the very place where it is written. Of called steps only what the caller passes: the rest is said where the file itself is
 * read.
 */
static void add_expressions(bl_github_frame *f, bl_values *out, bl_str where, const bl_value *v)
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

static void add_all_expressions(bl_github_frame *f, bl_values *out, const char *where, const bl_value *map)
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
static void read_output(bl_github_frame *f, const bl_value *command, bl_items *outputs)
{
	bl_arena *arena = f->job->w->run->arena;
	bool env = writes_to(command, "GITHUB_ENV"), output = writes_to(command, "GITHUB_OUTPUT");
	const bl_value *arguments = bl_value_getz(command, "arguments");
	if ((!env && !output) || !bl_value_is_string(bl_value_getz(command, "name"), "echo") || !arguments || !arguments->n)
		return;
	const bl_value *text = arguments->list[0];
	for (uint32_t i = 1; i < arguments->n && i < BL_GITHUB_MAX_OUTPUTS; i++)
		text = bl_pipeline_concat(arena, text, BL_STR(" "), arguments->list[i]);
	bl_str s = bl_pipeline_known(text);
	ptrdiff_t equals = bl_str_find(s, BL_STR("="), 0);
	bl_items *to = env ? &f->job->env : outputs;
	if (equals > 0 && to->n < BL_GITHUB_MAX_ENVIRONMENT)
		bl_items_put(arena, to, bl_str_slice(s, 0, (size_t)equals), text->span, bl_pipeline_tail(arena, text, (size_t)equals + 1));
}

/* ---- actions that are files of this repository ---- */

static const bl_value *action_file(bl_github_frame *f, bl_pipeline_step *step, bl_str local, bl_str *folder)
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
	bl_items_putz(arena, &items, "action_path", bl_value_string(arena, BL_NOWHERE, bl_str_fmt(arena, BL_PIPELINE_WORKSPACE "/" BL_FMT, BL_ARG(folder))));
	return bl_github_map(arena, github->span, &items);
}

bool bl_github_may_call(bl_github_run *run, int calls, bl_span span)
{
	if (calls < BL_GITHUB_MAX_CALLS)
		return true;
	bl_pipeline_met(run->arena, run->out, BL_PIPELINE_LIMIT_CALLS, span,
		"workflows and actions call one another more than %d deep: the rest is not analysed", BL_GITHUB_MAX_CALLS);
	return false;
}

static void use_local(bl_github_frame *f, bl_pipeline_step *step, bl_str local, const bl_value *with, bl_items *outputs)
{
	bl_arena *arena = f->job->w->run->arena;
	bl_str folder = {0};
	const bl_value *tree = bl_github_may_call(f->job->w->run, f->calls, step->span) ? action_file(f, step, local, &folder) : NULL;
	const bl_value *runs = bl_value_getz(tree, "runs"), *said = bl_value_getz(tree, "outputs");
	if (!runs)
		return;
	bl_github_frame inner = {.job = f->job, .contexts = f->contexts, .prefix = step->by, .module = step->by, .folder = bl_value_string(arena, step->span, BL_STR("")),
		.calls = f->calls + 1};
	inner.contexts.inputs = bl_github_inputs(arena, bl_value_getz(tree, "inputs"), with, true);
	inner.contexts.github = with_action_path(arena, f->contexts.github, folder);
	bl_github_steps(&inner, bl_value_getz(runs, "steps"));
	inner.contexts.steps = bl_github_map(arena, step->span, &inner.steps);
	for (uint32_t i = 0; bl_value_is(said, BL_MAP) && i < said->n && i < BL_GITHUB_MAX_OUTPUTS; i++) {
		const bl_value *v = bl_value_getz(said->map[i].value, "value");
		if (v)
			bl_items_put(arena, outputs, said->map[i].key, said->map[i].key_span, bl_github_value(arena, &inner.contexts, v));
	}
}

/* actions/checkout: which repository lies where. */
static void check_out(bl_github_frame *f, const bl_value *with)
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
static void run_script(bl_github_frame *f, bl_pipeline_step *step, const bl_value *script, const bl_value *shell, bl_values *commands)
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

static const bl_value *default_shell(const bl_github_frame *f)
{
	for (uint32_t i = 0; f->job->runs_on && i < f->job->runs_on->n; i++)
		if (bl_str_startsi(bl_value_text(f->job->runs_on->list[i]), BL_STR("windows")))
			return bl_value_string(f->job->w->run->arena, BL_NOWHERE, BL_STR("pwsh"));
	return NULL;
}

bl_tri bl_github_condition(const bl_github_frame *f, const bl_value *written)
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

static void declare_step(bl_github_frame *f, const bl_value *tree, bl_str address, bl_str label, const told *t)
{
	static const char *const keys[] = {"id", "if", "run", "shell", "working-directory", "continue-on-error", "timeout-minutes"};
	bl_github_job *j = f->job;
	bl_arena *arena = j->w->run->arena;
	bl_items p = {0};
	bool called = is_called(f);
	/* a called step is shown where it is written; here only for what the caller makes of it */
	if (!j->declares || (called && !t->expressions.n && !t->acts))
		return;
	bl_items_putz(arena, &p, "job", bl_value_string(arena, tree->span, j->id));
	bl_items_putz(arena, &p, "index", bl_value_number(arena, tree->span, t->index));
	if (bl_value_getz(tree, "name"))
		bl_items_putz(arena, &p, "name", bl_github_value(arena, &f->contexts, bl_value_getz(tree, "name")));
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		bl_items_putz(arena, &p, keys[i], bl_value_getz(tree, keys[i]));
	bl_items_putz(arena, &p, "uses", t->uses);
	bl_items_putz(arena, &p, "with", t->with);
	bl_items_putz(arena, &p, "env", t->env);
	/* those of a called step are judged where it is written */
	if (t->commands.n && !called)
		bl_items_putz(arena, &p, "commands", bl_values_value(arena, tree->span, &t->commands));
	if (t->expressions.n)
		bl_items_putz(arena, &p, "expressions", bl_values_value(arena, tree->span, &t->expressions));
	bl_items_putz(arena, &p, "events", j->w->events);
	bl_items_putz(arena, &p, "permissions", j->permissions);
	bl_items_putz(arena, &p, "runs-on", j->runs_on);
	bl_resource *r = bl_github_declare(j->w, called ? "github/called-step" : "github/step", address, label, tree, &p);
	r->condition = t->condition == BL_NO ? BL_NO : BL_YES; /* it is there, if not in every run */
	if (f->module.n)
		r->module = f->module;
}

static void record_outputs(bl_github_frame *f, bl_str id, bl_span span, const bl_items *outputs)
{
	bl_arena *arena = f->job->w->run->arena;
	bl_items step = {0};
	if (!id.n || f->steps.n >= BL_GITHUB_MAX_ENVIRONMENT)
		return;
	bl_items_putz(arena, &step, "outputs", bl_github_map(arena, span, outputs));
	bl_items_put(arena, &f->steps, id, span, bl_github_map(arena, span, &step));
}

static void use(bl_github_frame *f, bl_pipeline_step *step, told *t, const bl_value *tree, bl_items *outputs)
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

static size_t acts_of(const bl_github_job *j)
{
	return j->acts.out ? j->acts.out->builds.n + j->acts.out->deployments.n : 0;
}

static void run_step(bl_github_frame *f, const bl_value *tree, uint32_t index)
{
	bl_github_job *j = f->job;
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
	f->contexts.env = bl_github_map(arena, tree->span, &env);
	f->contexts.steps = bl_github_map(arena, tree->span, &f->steps);
	bl_github_add_environment(arena, &f->contexts, &env, own);
	f->contexts.env = bl_github_map(arena, tree->span, &env);
	t.condition = bl_github_condition(f, bl_value_getz(tree, "if"));
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
bool bl_github_may_go_on(bl_github_run *run, bl_span span)
{
	if (run->steps++ < BL_GITHUB_MAX_STEPS)
		return true;
	bl_pipeline_met(run->arena, run->out, BL_PIPELINE_LIMIT_STEPS, span,
		"more than %d jobs and steps, with those that are called: the rest is not analysed", BL_GITHUB_MAX_STEPS);
	return false;
}

void bl_github_steps(bl_github_frame *f, const bl_value *steps)
{
	bl_github_run *run = f->job->w->run;
	for (uint32_t i = 0; bl_value_is(steps, BL_LIST) && i < steps->n; i++) {
		if (!bl_github_may_go_on(run, steps->list[i]->span))
			return;
		if (steps->list[i]->kind == BL_MAP)
			run_step(f, steps->list[i], i + 1);
	}
}

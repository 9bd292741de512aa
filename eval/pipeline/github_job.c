/* Jobs: what each says with its expressions put in, once for all turns of its matrix or once for each, and the workflows that they call. */
#include "eval/pipeline/github_job.h"

#include "eval/docker/image.h"
#include "eval/path.h"

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
		bl_items_putz(arena, &items, "image", bl_docker_image(arena, image));
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

static void declare_job(bl_github_job *j, const bl_github_contexts *contexts, const bl_value *group)
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
			bl_items_putz(arena, &p, keys[i], raw ? v : bl_github_value(arena, contexts, v));
	}
	const bl_value *container = bl_value_getz(j->tree, "container"), *services = bl_value_getz(j->tree, "services");
	bl_items_putz(arena, &p, "id", bl_value_string(arena, j->tree->span, j->id));
	if (container)
		bl_items_putz(arena, &p, "container", container_of(arena, bl_github_value(arena, contexts, container)));
	if (services)
		bl_items_putz(arena, &p, "services", services_of(arena, bl_github_value(arena, contexts, services)));
	bl_items_putz(arena, &p, "needs", bl_github_list(arena, bl_value_getz(j->tree, "needs")));
	bl_items_putz(arena, &p, "runs-on", j->runs_on);
	bl_items_putz(arena, &p, "runner-group", group);
	bl_items_putz(arena, &p, "permissions", j->permissions);
	bl_items_putz(arena, &p, "uses", uses ? bl_github_uses(arena, uses) : NULL);
	bl_items_putz(arena, &p, "events", w->events);
	if (bl_value_is(steps, BL_LIST))
		bl_items_putz(arena, &p, "steps", bl_value_number(arena, steps->span, steps->n));
	bl_resource *r = bl_github_declare(w, w->module.n ? "github/called-job" : "github/job", j->address, j->id, j->tree, &p);
	r->head = j->key;
	r->span = bl_span_join(j->key, r->span);
}

/* A called workflow's jobs stand below the job that calls it. */
static void call_workflow(bl_github_job *j, const bl_github_contexts *contexts, bl_str local, bl_items *outputs)
{
	bl_github_workflow *w = j->w;
	bl_arena *arena = w->run->arena;
	bl_str path = bl_eval_path(arena, w->run->top, local);
	const bl_value *tree = bl_github_may_call(w->run, w->calls, j->tree->span) ? bl_github_file(w->run, path) : NULL;
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
	c.jobs = bl_github_map(arena, tree->span, &inner.needs);
	for (uint32_t i = 0; bl_value_is(said, BL_MAP) && i < said->n && i < BL_GITHUB_MAX_OUTPUTS; i++) {
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
static void run_job(bl_github_job *j, bl_github_contexts contexts, bl_evaluation *out, bl_items *outputs)
{
	bl_github_workflow *w = j->w;
	bl_arena *arena = w->run->arena;
	const bl_value *folder = default_of(j->tree, w->tree, "working-directory"), *shell = default_of(j->tree, w->tree, "shell"), *group,
		       *environment = bl_value_getz(j->tree, "environment"), *said = bl_value_getz(j->tree, "outputs");
	bl_str local;
	j->acts = (bl_pipeline_job){.input = w->run->input, .arena = arena, .shared = &w->run->shared, .out = out, .said = w->run->out, .top = w->run->top};
	j->env = (bl_items){0};
	for (size_t i = 0; i < w->scope.n; i++)
		bl_vec_push(arena, &j->acts.scope, w->scope.items[i]);
	bl_github_add_environment(arena, &contexts, &j->env, bl_value_getz(w->tree, "env"));
	contexts.env = bl_github_map(arena, j->tree->span, &j->env);
	bl_github_add_environment(arena, &contexts, &j->env, bl_value_getz(j->tree, "env"));
	contexts.env = bl_github_map(arena, j->tree->span, &j->env);
	j->runs_on = runs_on(arena, &contexts, bl_value_getz(j->tree, "runs-on"), &group);
	if (bl_value_is(environment, BL_MAP))
		environment = bl_value_getz(environment, "name");
	if (environment)
		bl_pipeline_set_scope(&j->acts, "environment", bl_github_value(arena, &contexts, environment));
	if (j->declares)
		declare_job(j, &contexts, group);
	bl_github_frame f = {.job = j, .contexts = contexts, .prefix = j->address, .shell = shell};
	bl_tri condition = bl_github_condition(&f, bl_value_getz(j->tree, "if"));
	if (j->declares)
		w->run->out->resources.items[w->run->out->resources.n - 1]->condition = condition == BL_NO ? BL_NO : BL_YES;
	f.folder = folder ? bl_github_value(arena, &contexts, folder) : bl_value_string(arena, j->tree->span, BL_STR(""));
	if (condition == BL_NO)
		j->acts.out = NULL;
	local = bl_value_text(bl_value_getz(j->tree, "uses"));
	if (bl_str_starts(local, BL_STR("./")))
		call_workflow(j, &contexts, local, outputs);
	else
		bl_github_steps(&f, bl_value_getz(j->tree, "steps"));
	f.contexts.steps = bl_github_map(arena, j->tree->span, &f.steps);
	for (uint32_t i = 0; bl_value_is(said, BL_MAP) && i < said->n && i < BL_GITHUB_MAX_OUTPUTS; i++)
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
static void run_turns(bl_github_job *j, bl_github_contexts contexts, bl_items *outputs)
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
		if (!bl_github_may_go_on(w->run, item->key_span))
			return;
		bl_github_job j = {.w = w, .id = item->key, .key = item->key_span, .tree = item->value, .address = bl_str_cat(arena, w->prefix, item->key),
			.permissions = permissions_of(w, item->value)};
		bl_github_contexts contexts = w->contexts;
		contexts.needs = bl_github_map(arena, jobs->span, &w->needs);
		run_turns(&j, contexts, &outputs);
		bl_items_putz(arena, &entry, "outputs", bl_github_map(arena, item->key_span, &outputs));
		if (w->needs.n < BL_GITHUB_MAX_ENVIRONMENT)
			bl_items_put(arena, &w->needs, item->key, item->key_span, bl_github_map(arena, item->key_span, &entry));
	}
}

void bl_github_action_steps(bl_github_workflow *w, const bl_value *steps)
{
	bl_arena *arena = w->run->arena;
	bl_github_job j = {.w = w, .id = BL_STR("runs"), .tree = w->tree, .address = BL_STR("runs"), .declares = true};
	j.acts = (bl_pipeline_job){.input = w->run->input, .arena = arena, .shared = &w->run->shared, .said = w->run->out, .top = w->run->top};
	bl_github_frame f = {.job = &j, .contexts = w->contexts, .prefix = j.address, .folder = bl_value_string(arena, BL_NOWHERE, BL_STR(""))};
	bl_github_steps(&f, steps);
}

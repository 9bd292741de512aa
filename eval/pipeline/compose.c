/* What Compose and bake files say that a command builds and deploys: evaluated as Compose and bake themselves read them. */
#include "eval/bake.h"
#include "eval/compose.h"
#include "eval/eval.h"
#include "eval/path.h"
#include "eval/pipeline/call.h"

enum { SERVICES_OF_ONE = 500 /* a project with more of them counts as several files that are run */ };

typedef BL_VEC(const bl_document *) document_list;
typedef BL_VEC(bl_var) variable_list;

static const bl_value *text(bl_arena *arena, bl_span span, const char *z)
{
	return bl_value_string(arena, span, bl_str_of(z));
}

/* ---- evaluating files ---- */

static void put_variable(bl_arena *arena, variable_list *out, bl_str name, const bl_value *v)
{
	v = bl_pipeline_scalar(arena, v);
	bl_vec_push(arena, out, ((bl_var){.name = name, .text = bl_value_text(v), .unknown = v->kind == BL_STRING ? NULL : v, .span = v->span}));
}

/* The step's environment as variables. */
static variable_list variables_of(const bl_pipeline_step *step)
{
	const bl_value *env = step->environment;
	variable_list list = {0};
	for (uint32_t i = 0; bl_value_is(env, BL_MAP) && i < env->n; i++)
		put_variable(step->job->arena, &list, env->map[i].key, env->map[i].value);
	return list;
}

static bl_eval_input input_of(const bl_pipeline_step *step, const document_list *documents, const bl_eval_options *options)
{
	bl_eval_input input = *step->job->input;
	input.documents = documents->items;
	input.ndocuments = documents->n;
	input.options = options;
	return input;
}

/* Those of these names that stand where the step is, or the first of them. */
static void add_usual(const bl_pipeline_step *step, bl_span span, const char *const *names, bool all, bl_values *out)
{
	for (bool more = true; *names && more; names++) {
		const bl_value *file = text(step->job->arena, span, *names);
		if (!bl_call_document(step, file))
			continue;
		bl_vec_push(step->job->arena, out, file);
		more = all;
	}
}

static bool is_compose(const bl_document *d)
{
	return d && (d->language == BL_LANG_COMPOSE || d->language == BL_LANG_YAML);
}

/* A Compose project as a command names it. */
typedef struct project {
	const bl_values *files;
	const bl_value *folder; /* that its paths are relative to, from the repository's root; NULL: the first file's */
	const bl_value *name;   /* or NULL */
	const bl_value *set;    /* variables of the command alone, NAME=VALUE before it: a list of {name, value}; or NULL */
} project;

static void run_compose(bl_pipeline_step *step, bl_span span, const project *p, bl_evaluation *made)
{
	bl_arena *arena = step->job->arena;
	document_list documents = {0};
	for (size_t i = 0; i < bl_call_parts(step, span, p->files->n); i++) {
		const bl_document *d = bl_call_document(step, p->files->items[i]);
		if (is_compose(d))
			bl_vec_push(arena, &documents, d);
	}
	if (!documents.n || (p->folder && p->folder->kind != BL_STRING) || !bl_pipeline_may_run_file(step->job, span))
		return;
	variable_list vars = variables_of(step);
	for (uint32_t i = 0; p->set && i < p->set->n; i++)
		put_variable(arena, &vars, bl_value_text(bl_value_getz(p->set->list[i], "name")), bl_value_getz(p->set->list[i], "value"));
	if (p->name)
		put_variable(arena, &vars, BL_STR("COMPOSE_PROJECT_NAME"), p->name);
	bl_eval_options options = {.vars = vars.items, .nvars = vars.n};
	bl_eval_input input = input_of(step, &documents, &options);
	bl_compose_run(&input, arena, p->folder ? p->folder->string : bl_eval_folder(documents.items[0]->path), made);
	step->job->shared->scripts += made->resources.n / SERVICES_OF_ONE;
}

/* The targets that are made of bake's own files; false where a file is not here. */
static bool run_bake(bl_pipeline_step *step, bl_span span, const bl_values *files, const bl_values *targets, bl_evaluation *made)
{
	document_list documents = {0};
	bl_arena *arena = step->job->arena;
	for (size_t i = 0; i < files->n; i++) {
		const bl_document *d = bl_call_document(step, files->items[i]);
		if (!d || d->language != BL_LANG_BAKE)
			return false;
		bl_vec_push(arena, &documents, d);
	}
	const bl_value *folder = bl_pipeline_path(step, text(arena, span, "."));
	if (!documents.n || !bl_value_is(folder, BL_STRING) || !bl_pipeline_may_run_file(step->job, span))
		return false;
	variable_list vars = variables_of(step);
	bl_eval_options options = {.vars = vars.items, .nvars = vars.n};
	bl_eval_input input = input_of(step, &documents, &options);
	bl_bake_run(&input, arena, folder->string, targets, made);
	return true;
}

/* ---- what they build ---- */

/* The names that somebody gave: Compose's own, where nobody does, is neither pushed nor what bake calls an image. */
static const bl_value *given_tags(bl_arena *arena, const bl_value *tags)
{
	bl_values given = {0};
	for (uint32_t i = 0; i < tags->n; i++)
		if (tags->list[i]->origin != BL_DEFAULTED)
			bl_vec_push(arena, &given, tags->list[i]);
	return bl_values_value(arena, tags->span, &given);
}

static bl_build *take_build(bl_pipeline_step *step, const char *tool, bl_span span, const bl_build *from, bl_tri pushes)
{
	bl_build *b = bl_pipeline_build(step, tool, span);
	if (!b)
		return NULL;
	b->context = from->context;
	b->dockerfile = from->dockerfile;
	b->target = from->target;
	b->arguments = from->arguments;
	b->tags = from->tags;
	b->pushes = from->pushes == BL_YES ? BL_YES : pushes;
	return b;
}

/* Is the service asked for? Without names each is. */
static bool is_asked(const bl_values *names, const bl_build *service)
{
	bl_str name = bl_str_slice(service->by, strlen("services."), service->by.n);
	for (size_t i = 0; i < names->n; i++)
		if (names->items[i]->kind != BL_STRING || bl_str_eq(names->items[i]->string, name))
			return true;
	return !names->n;
}

/* ---- Compose ---- */

static void push_service(bl_pipeline_step *step, const char *tool, bl_span span, const bl_build *service)
{
	const bl_value *tags = given_tags(step->job->arena, service->tags);
	for (uint32_t i = 0; i < tags->n; i++)
		bl_pipeline_push(step, tool, tags->list[i], span);
}

void bl_call_compose(bl_call *call, const bl_values *files, bool builds, bool pushes, bool deploys)
{
	bl_pipeline_step *step = call->step;
	const char *tool = call->row->tool;
	bl_values given = *files;
	const bl_value *folder = bl_call_get(call, " --project-directory "), *name = bl_call_get(call, " -p --project-name ");
	if (!given.n)
		add_usual(step, call->span, bl_eval_compose_files, false, &given);
	if (!files->n && given.n)
		add_usual(step, call->span, bl_eval_compose_overrides, false, &given);
	bl_evaluation made = {.root = step->job->input->root};
	if (builds || pushes)
		run_compose(step, call->span,
			&(project){&given, folder ? bl_call_path(call, folder) : NULL, name, bl_value_getz(call->command, "environment")}, &made);
	for (size_t i = 0; i < bl_call_parts(step, call->span, made.builds.n); i++) {
		const bl_build *service = made.builds.items[i];
		if (!is_asked(&call->rest, service))
			continue;
		if (builds)
			take_build(step, tool, call->span, service, pushes ? BL_YES : BL_NO);
		else
			push_service(step, tool, call->span, service);
	}
	bl_deployment *d = deploys ? bl_pipeline_deploy(step, BL_DEPLOYS_COMPOSE, tool, call->span) : NULL;
	if (!d)
		return;
	d->template = given.n ? bl_call_path(call, given.items[0]) : bl_value_unknown(call->arena, call->span, "there is no Compose file where it is looked for");
	for (size_t i = 1; i < given.n; i++)
		bl_pipeline_put_file(step, d, given.items[i]);
	bl_pipeline_put_scope(step, d, "app", name);
}

/* ---- bake ---- */

static bool is_yaml(const bl_value *file)
{
	bl_str s = bl_pipeline_known(file);
	return bl_str_ends(s, BL_STR(".yml")) || bl_str_ends(s, BL_STR(".yaml"));
}

/* Compose files' paths are relative to where bake runs, not to where the files are. */
static void bake_compose(bl_pipeline_step *step, const char *tool, bl_span span, const bl_values *files, const bl_values *targets, bl_tri pushes)
{
	bl_evaluation made = {.root = step->job->input->root};
	run_compose(step, span, &(project){.files = files, .folder = bl_pipeline_path(step, text(step->job->arena, span, "."))}, &made);
	for (size_t i = 0; i < bl_call_parts(step, span, made.builds.n); i++) {
		bl_build *b = is_asked(targets, made.builds.items[i]) ? take_build(step, tool, span, made.builds.items[i], pushes) : NULL;
		if (b)
			b->tags = given_tags(step->job->arena, b->tags);
	}
}

void bl_call_bake(bl_pipeline_step *step, const char *tool, bl_span span, const bl_values *files, const bl_values *targets, bl_tri pushes)
{
	bl_arena *arena = step->job->arena;
	bl_values compose = {0}, own = {0};
	for (size_t i = 0; i < bl_call_parts(step, span, files->n); i++)
		bl_vec_push(arena, is_yaml(files->items[i]) ? &compose : &own, files->items[i]);
	if (!files->n)
		add_usual(step, span, bl_eval_bake_files, true, &own);
	if (!files->n && !own.n)
		add_usual(step, span, bl_eval_compose_files, false, &compose);
	if (compose.n)
		bake_compose(step, tool, span, &compose, targets, pushes);
	if (compose.n && !own.n)
		return;
	bl_evaluation made = {.root = step->job->input->root};
	if (run_bake(step, span, &own, targets, &made)) {
		for (size_t i = 0; i < made.builds.n; i++)
			if (!take_build(step, tool, span, made.builds.items[i], pushes))
				return;
		return;
	}
	bl_build *b = bl_pipeline_build(step, tool, span);
	if (!b)
		return;
	bl_value *tags = bl_values_value(arena, span, &(bl_values){0});
	tags->open = true;
	b->context = b->dockerfile = bl_value_unknown(arena, span, "the bake file is not here");
	b->tags = tags;
	b->pushes = pushes;
}

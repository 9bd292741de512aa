/* One run, in order: load, plan, evaluate, judge, join. */
#include "engine/engine.h"

#include "core/io/file.h"
#include "core/model/deployments.h"
#include "core/model/images.h"
#include "core/model/keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

void bl_engine_progress(const bl_report *report, const char *stage, size_t done, size_t total)
{
	const bl_run_options *o = report->options;
	if (o && o->progress)
		o->progress(o->progress_context, stage, done, total);
}

enum { KEEP_WHOLE = 64 << 20 }; /* bytes of one root */

typedef struct evaluate_task {
	bl_report *report;
	bl_eval_options options;
	bool build;
	BL_VEC(bl_root_plan *) plans;
} evaluate_task;

/* What the command line says goes before what pipelines say. */
static void set_inputs(bl_eval_options *options, const bl_root_plan *plan, bl_arena *scratch)
{
	BL_VEC(bl_var) vars = {0};
	for (size_t i = 0; i < plan->vars.n; i++)
		bl_vec_push(scratch, &vars, plan->vars.items[i]);
	for (size_t i = 0; i < options->nvars; i++)
		bl_vec_push(scratch, &vars, options->vars[i]);
	options->vars = vars.items;
	options->nvars = vars.n;
	options->workspace = options->workspace.n ? options->workspace : plan->workspace;
	options->subscription = options->subscription.n ? options->subscription : plan->subscription;
	options->resource_group = options->resource_group.n ? options->resource_group : plan->resource_group;
	options->location = options->location.n ? options->location : plan->location;
}

static void evaluate_root(void *context, size_t item, bl_arena *scratch)
{
	evaluate_task *t = context;
	bl_root_plan *plan = t->plans.items[item];
	bl_eval_options options = t->options;
	bl_loader loader = bl_side_loader(plan->side);
	options.module_dir = plan->side->module_dir;
	options.bicep_registry = plan->side->bicep_registry;
	options.var_files = plan->var_files.items;
	options.nvar_files = plan->var_files.n;
	options.ncommand_files = plan->ncommand_files;
	options.helm = plan->rendered;
	set_inputs(&options, plan, scratch);
	bl_eval_input input = {
		.root = &plan->root,
		.documents = plan->documents.items,
		.ndocuments = plan->documents.n,
		.loader = &loader,
		.options = &options,
		.schema = t->report->session->schema,
		.sources = t->report->sources,
		.builds = plan->builds.items,
		.nbuilds = plan->builds.n,
	};
	bl_eval_root(&input, scratch, &plan->evaluation);
	/* copying what is kept out of very much would for a while take more than it gives back */
	if (scratch->used > KEEP_WHOLE)
		bl_arena_adopt(&plan->arena, scratch);
	else
		bl_evaluation_keep(&plan->evaluation, scratch, &plan->arena);
	if (t->build)
		plan->template = bl_eval_build(&input, &plan->arena, &plan->evaluation.diags);
}

/* Evaluates what has not been: pipelines and what says like them what is deployed, or everything. */
static void evaluate_plans(evaluate_task *task, bl_pool *pool, bool all)
{
	bl_report *report = task->report;
	task->plans.n = 0;
	for (size_t i = 0; i < report->plans.n; i++) {
		bl_root_plan *plan = report->plans.items[i];
		bool first = plan->root.language == BL_LANG_PIPELINE || plan->root.language == BL_LANG_COMPOSE || plan->root.language == BL_LANG_BAKE;
		if (!plan->evaluated && (all || first))
			bl_vec_push(&report->arena, &task->plans, plan);
	}
	bl_engine_progress(report, "evaluating", 0, task->plans.n);
	bl_pool_run(pool, task->plans.n, evaluate_root, task);
	for (size_t i = 0; i < task->plans.n; i++) {
		bl_arena_adopt(&report->arena, &task->plans.items[i]->arena);
		task->plans.items[i]->evaluated = true;
	}
}

static void evaluate(bl_report *report, bl_pool *pool)
{
	const bl_run_options *o = report->options;
	evaluate_task task = {.report = report, .build = o->build};
	task.options.vars = report->vars.items;
	task.options.nvars = report->vars.n;
	task.options.workspace = bl_str_of(o->workspace);
	task.options.subscription = bl_str_of(o->subscription);
	task.options.resource_group = bl_str_of(o->resource_group);
	task.options.location = bl_str_of(o->location);
	evaluate_plans(&task, pool, false);
	if (task.plans.n) {
		bl_engine_plan_deployments(report);
		bl_engine_give_builds(report);
		bl_engine_sort_plans(report);
	}
	evaluate_plans(&task, pool, true);
}

static bl_status read_variables(bl_report *report, bl_error *error)
{
	const bl_run_options *o = report->options;
	for (size_t i = 0; i < o->nvars; i++) {
		bl_var var;
		var = (bl_var){.after = o->var_after ? o->var_after[i] : o->nvar_files};
		var.text = bl_str_cut(bl_str_of(o->vars[i]), '=', &var.name);
		if (!memchr(o->vars[i], '=', var.name.n + 1) || !var.name.n)
			return bl_error_set(error, BL_FAILED, "'%s' is not NAME=VALUE", o->vars[i]);
		var.name = bl_str_dup(&report->arena, var.name);
		var.text = bl_str_dup(&report->arena, var.text);
		bl_vec_push(&report->arena, &report->vars, var);
	}
	for (char **e = environ; o->env_vars && *e; e++) {
		bl_var var = {.environment = true};
		bl_str text = bl_str_of(*e), prefix = BL_STR("TF_VAR_");
		if (!bl_str_starts(text, prefix))
			continue;
		var.text = bl_str_dup(&report->arena, bl_str_cut(bl_str_slice(text, prefix.n, text.n), '=', &var.name));
		var.name = bl_str_dup(&report->arena, var.name);
		bl_vec_push(&report->arena, &report->vars, var);
	}
	for (size_t i = 0; i < o->nvar_files; i++) {
		const bl_document *d;
		bl_status status = bl_engine_load_file(report, o->var_files[i], &d, error);
		if (status != BL_OK)
			return status;
		bl_vec_push(&report->arena, &report->var_files, d);
	}
	return BL_OK;
}

static int by_format_and_file(const void *a, const void *b)
{
	const bl_snapshot *x = *(bl_snapshot *const *)a, *y = *(bl_snapshot *const *)b;
	int c = bl_str_cmp(x->format, y->format);
	return c ? c : bl_str_cmp(x->file, y->file);
}

/*
 * Of a folder that is given as a snapshot, what is none is said and left. A file that is named and cannot be taken, or one that ends too early to tell what it is,
 * is an error, but no reason to lose the others; what it would have shown is not known, so nothing is called missing.
 */
static bl_status read_snapshot_file(bl_report *report, const char *path, bool among_others, bl_error *error)
{
	bl_snapshot *snapshot = bl_new(&report->arena, bl_snapshot);
	bl_status status = bl_snapshot_read(report->session->schema, path, snapshot, error);
	if (status != BL_OK && status != BL_FAILED)
		return status;
	if (status == BL_OK) {
		report->snapshots_read++;
	} else if (among_others && !snapshot->partial) {
		bl_diag_add(&report->arena, &report->joined, BL_DIAG_NOTE, BL_NOWHERE, "%s", error->text);
		report->joined.items[report->joined.n - 1].path = bl_str_dup(&report->arena, bl_str_of(path));
		return BL_OK;
	} else {
		*snapshot = (bl_snapshot){.partial = true};
		snapshot->file = bl_str_dup(&report->arena, bl_str_of(path));
		bl_diag_add(&snapshot->arena, &snapshot->diags, BL_DIAG_ERROR, BL_NOWHERE, "%s", error->text);
		snapshot->diags.items[0].path = snapshot->file;
	}
	bl_vec_push(&report->arena, &report->snapshots, snapshot);
	return BL_OK;
}

static bl_status read_snapshots(bl_report *report, bl_error *error)
{
	const bl_run_options *o = report->options;
	for (size_t i = 0; i < o->nsnapshots; i++) {
		const char *const *files;
		size_t n, before = report->snapshots.n;
		bl_engine_progress(report, "reading snapshots", i, o->nsnapshots);
		bl_status status = bl_snapshot_files(&report->arena, o->snapshots[i], &files, &n, error);
		for (size_t k = 0; k < n && status == BL_OK; k++)
			status = read_snapshot_file(report, files[k], n > 1 || bl_file_is_folder(o->snapshots[i]), error);
		if (status != BL_OK)
			return status;
		if (report->snapshots.n == before)
			return bl_error_set(error, BL_FAILED, "no file in '%s' is a snapshot", o->snapshots[i]);
	}
	if (o->nsnapshots && !report->snapshots_read)
		return BL_FAILED;
	/* of two exports that show an asset, the first to come stands for it: not the first to be named */
	if (report->snapshots.n)
		qsort(report->snapshots.items, report->snapshots.n, sizeof *report->snapshots.items, by_format_and_file);
	bl_snapshot_join(report->snapshots.items, report->snapshots.n);
	return BL_OK;
}

/* What the joining reads, for as long as the report lives. */
static void prepare_mapping(bl_report *report)
{
	const bl_evaluation **evaluations = bl_new_n(&report->arena, const bl_evaluation *, report->plans.n);
	for (size_t i = 0; i < report->plans.n; i++)
		evaluations[i] = &report->plans.items[i]->evaluation;
	report->mapping = (bl_mapping_input){.schema = report->session->schema,
		.snapshots = (const bl_snapshot *const *)report->snapshots.items, .nsnapshots = report->snapshots.n,
		.evaluations = evaluations, .nevaluations = report->plans.n};
	bl_engine_history(report);
}

/* Everything declared and everything running, in one numbering. */
static void build_graph(bl_report *report)
{
	report->graph = bl_graph_new(&report->arena, report->sources);
	for (size_t i = 0; i < report->plans.n; i++) {
		bl_evaluation *e = &report->plans.items[i]->evaluation;
		for (size_t k = 0; k < e->resources.n; k++)
			if (!e->resources.items[k]->is_module && e->resources.items[k]->condition != BL_NO)
				bl_graph_add_resource(report->graph, e->resources.items[k]);
	}
	for (size_t i = 0; i < report->snapshots.n; i++) {
		bl_snapshot *s = report->snapshots.items[i];
		for (size_t k = 0; k < s->assets.n; k++)
			bl_graph_add_asset(report->graph, s->assets.items[k]);
	}
	bl_graph_add_references(report->graph);
	prepare_mapping(report);
	bl_images_add(report->graph, report->session->schema, report->mapping.evaluations, report->plans.n);
	bl_deployments_add(report->graph, report->mapping.evaluations, report->plans.n);
	bl_graph_seal(report->graph, BL_LAYER_CODE);
}

static void judge(bl_report *report, bl_pool *pool)
{
	build_graph(report);
	bool links_only = report->options && report->options->links_only;
	bl_engine_progress(report, "judging", 0, bl_graph_size(report->graph));
	if (!links_only)
		bl_rules_run(report->session->rules, report->graph, pool);
	if (report->depth < BL_RUN_JOIN)
		return;
	bl_engine_progress(report, "joining", 0, 0);
	bl_mapping_run(report->graph, &report->mapping, &report->images);
	if (links_only)
		return;
	bl_paths_edges(report->graph);
	bl_paths_search(report->graph, &report->joined);
}

static bl_status run_stages(bl_report *report, bl_error *error)
{
	bl_pool *pool = bl_pool_new(report->options->jobs);
	bl_status status = bl_engine_load(report, pool, error);
	if (status == BL_OK)
		status = read_variables(report, error);
	if (status == BL_OK)
		status = read_snapshots(report, error);
	if (status == BL_OK && report->depth >= BL_RUN_EVALUATE) {
		bl_engine_plan(report);
		bl_engine_render_charts(report);
		evaluate(report, pool);
		if (report->depth >= BL_RUN_JUDGE)
			judge(report, pool);
	}
	bl_pool_free(pool);
	return status;
}

void bl_engine_finish(bl_report *report)
{
	bl_pool *pool = bl_pool_new(1);
	bl_engine_plan(report);
	evaluate(report, pool);
	judge(report, pool);
	bl_pool_free(pool);
	bl_engine_collect(report);
}

static void set_today(bl_report *report, const char *now)
{
	time_t t = time(NULL);
	struct tm utc;
	if (now)
		snprintf(report->today, sizeof report->today, "%s", now);
	else if (gmtime_r(&t, &utc))
		strftime(report->today, sizeof report->today, "%Y-%m-%d", &utc);
}

bl_report *bl_engine_new(bl_session *session, const bl_run_options *options)
{
	bl_report *report = bl_xmalloc(sizeof *report);
	report->session = session;
	report->options = options;
	report->depth = options->depth;
	report->sources = bl_sources_new();
	set_today(report, options->now);
	return report;
}

/* The other side of a comparison: the merge base, read as a revision. */
static bl_status run_before(bl_report *report, bl_error *error)
{
	const bl_run_options *o = report->options;
	bl_str merge_base;
	bl_status status = bl_repo_changes(report->sides.items[0]->repo, o->base, o->head, &report->arena, &report->changes,
		&merge_base, error);
	if (status != BL_OK)
		return status;
	bl_run_options before = *o;
	before.base = before.head = NULL;
	before.staged = 0;
	before.revision = bl_str_z(&report->arena, merge_base);
	report->before = bl_engine_new(report->session, &before);
	status = run_stages(report->before, error);
	bl_engine_collect(report->before);
	report->before->options = NULL;
	return status;
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

bl_report *bl_run(bl_session *session, const bl_run_options *options, char *error, size_t error_size)
{
	bl_error words = {""};
	double begun = now();
	bl_run_options o = *options;
	if (o.base && o.head)
		o.revision = o.head;
	bl_report *report = bl_engine_new(session, &o);
	bl_status status = run_stages(report, &words);
	if (status == BL_OK && o.base) {
		status = run_before(report, &words);
		report->compared = true;
	}
	if (status != BL_OK) {
		if (error && error_size)
			snprintf(error, error_size, "%s", words.text);
		bl_report_free(report);
		return NULL;
	}
	bl_engine_collect(report);
	if (report->compared)
		bl_engine_compare(report);
	report->seconds = now() - begun;
	report->options = NULL;
	return report;
}

void bl_report_free(bl_report *report)
{
	if (!report)
		return;
	bl_report_free(report->before);
	for (size_t i = 0; i < report->sides.n; i++)
		bl_side_free(report->sides.items[i]);
	for (size_t i = 0; i < report->snapshots.n; i++)
		bl_snapshot_done(report->snapshots.items[i]);
	bl_sources_free(report->sources);
	bl_arena_done(&report->arena);
	free(report);
}

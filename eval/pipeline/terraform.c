/* terraform, tofu and terragrunt: what init, workspace and plan say belongs to the apply that follows in the same folder. */
#include "eval/pipeline/call.h"

enum { VERB_INIT, VERB_WORKSPACE, VERB_PLAN, VERB_APPLY, MAX_FOLDERS = 64 };

/* What a job has said of one folder. */
struct bl_pipeline_terraform {
	const bl_value *folder;
	const bl_value *workspace;
	bl_items backend;
	bl_deployment *last; /* planned or applied last */
};

static bl_pipeline_terraform *state_of(bl_call *call, const bl_value *folder)
{
	bl_pipeline_job *job = call->step->job;
	for (size_t i = 0; i < job->terraform.n; i++)
		if (bl_pipeline_same(job->terraform.items[i]->folder, folder))
			return job->terraform.items[i];
	bl_pipeline_terraform *t = bl_new(call->arena, bl_pipeline_terraform);
	t->folder = folder;
	if (job->terraform.n < MAX_FOLDERS)
		bl_vec_push(call->arena, &job->terraform, t);
	return t;
}

static const bl_value *folder_of(bl_call *call)
{
	const bl_value *chdir = bl_call_get(call, " -chdir --terragrunt-working-dir --working-dir ");
	return bl_call_path(call, chdir ? chdir : bl_value_string(call->arena, call->span, BL_STR(".")));
}

/* -backend-config=KEY=VALUE, or a file of them. */
static void init(bl_call *call)
{
	bl_pipeline_terraform *t = state_of(call, folder_of(call));
	bl_values given = bl_call_all(call, " -backend-config --backend-config ");
	for (size_t i = 0; i < given.n && i < 50; i++) {
		bl_str s = bl_pipeline_known(given.items[i]);
		ptrdiff_t equals = bl_str_find(s, BL_STR("="), 0);
		if (equals > 0)
			bl_items_put(call->arena, &t->backend, bl_str_slice(s, 0, (size_t)equals), given.items[i]->span,
				bl_pipeline_tail(call->arena, given.items[i], (size_t)equals + 1));
		else if (s.n)
			bl_items_put(call->arena, &t->backend, BL_STR("file"), given.items[i]->span,
				bl_pipeline_concat(call->arena, t->folder, BL_STR("/"), given.items[i]));
	}
}

static void workspace(bl_call *call)
{
	if (call->rest.n)
		state_of(call, folder_of(call))->workspace = call->rest.items[0];
}

static bool is_variable(bl_str name, bl_str *out)
{
	bl_str prefix = BL_STR("TF_VAR_");
	*out = bl_str_slice(name, prefix.n, name.n);
	return bl_str_starts(name, prefix) && name.n > prefix.n;
}

/* Variables of the environment give way to those of the command. */
static void put_environment(bl_call *call, bl_deployment *d)
{
	const bl_value *env = call->step->environment;
	bl_str name;
	for (uint32_t i = 0; bl_value_is(env, BL_MAP) && i < env->n; i++)
		if (is_variable(env->map[i].key, &name))
			bl_pipeline_put_parameter(call->step, d, name, env->map[i].value);
	const bl_value *own = bl_value_getz(call->command, "environment");
	for (uint32_t i = 0; own && i < own->n; i++)
		if (is_variable(bl_value_text(bl_value_getz(own->list[i], "name")), &name))
			bl_pipeline_put_parameter(call->step, d, name, bl_value_getz(own->list[i], "value"));
}

static void put_variables(bl_call *call, bl_deployment *d)
{
	bl_values files = bl_call_all(call, " -var-file --var-file "), vars = bl_call_all(call, " -var --var ");
	bl_pipeline_step inner = *call->step;
	/* with -chdir, and in terragrunt's folder, files are named from there */
	const bl_value *chdir = bl_call_get(call, " -chdir --terragrunt-working-dir --working-dir ");
	if (chdir)
		inner.folder = bl_pipeline_folder(call->step, chdir);
	for (size_t i = 0; i < files.n; i++)
		bl_pipeline_put_file(&inner, d, files.items[i]);
	for (size_t i = 0; i < vars.n; i++) {
		bl_str s = bl_pipeline_known(vars.items[i]);
		ptrdiff_t equals = bl_str_find(s, BL_STR("="), 0);
		if (equals > 0)
			bl_pipeline_put_parameter(call->step, d, bl_str_slice(s, 0, (size_t)equals),
				bl_pipeline_tail(call->arena, vars.items[i], (size_t)equals + 1));
		else
			bl_pipeline_open_parameters(call->step, d);
	}
	if (call->open)
		bl_pipeline_open_parameters(call->step, d);
}

static void put_where(bl_call *call, bl_deployment *d, const bl_pipeline_terraform *t)
{
	static const struct {
		const char *variable, *key;
	} told[] = {
		{"ARM_SUBSCRIPTION_ID", "subscription"},
		{"AWS_DEFAULT_REGION", "region"},
		{"AWS_REGION", "region"},
		{"GOOGLE_PROJECT", "project"},
		{"TF_WORKSPACE", "workspace"},
	};
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		bl_pipeline_put_scope(call->step, d, told[i].key, bl_call_variable(call, told[i].variable));
	bl_pipeline_put_scope(call->step, d, "workspace", t->workspace);
	if (t->backend.n)
		bl_pipeline_put_scope(call->step, d, "backend", bl_items_value(call->arena, d->span, &t->backend));
}

static bool same_list(const bl_value *a, const bl_value *b)
{
	if (!a || !b || a->n != b->n)
		return !a && !b;
	for (uint32_t i = 0; i < a->n; i++)
		if (!bl_pipeline_same(a->list[i], b->list[i]))
			return false;
	return true;
}

/* plan, and the apply of that plan or of the same files, are one deployment. */
static void deploy(bl_call *call)
{
	const bl_value *folder = folder_of(call);
	bl_pipeline_terraform *t = state_of(call, folder);
	bl_pipeline_job *job = call->step->job;
	bool apply = call->row->kind == VERB_APPLY;
	bl_deployment *old = t->last;
	if (old && apply && call->rest.n) { /* of a plan that was saved */
		old->tool = bl_str_of(call->row->tool);
		old->span = call->span;
		return;
	}
	bl_deployment *d = bl_pipeline_deploy(call->step, BL_DEPLOYS_TERRAFORM, call->row->tool, call->span);
	if (!d)
		return;
	d->template = folder;
	put_environment(call, d);
	put_variables(call, d);
	put_where(call, d, t);
	const bl_value *before = old && old->scope ? bl_value_getz(old->scope, "workspace") : NULL,
		       *now = d->scope ? bl_value_getz(d->scope, "workspace") : NULL;
	bool same = old && same_list(old->files, d->files) && bl_pipeline_same(before, now) &&
		    (old->parameters ? old->parameters->n : 0) == (d->parameters ? d->parameters->n : 0);
	for (uint32_t i = 0; same && d->parameters && i < d->parameters->n; i++)
		same = bl_pipeline_same(old->parameters->map[i].value, d->parameters->map[i].value);
	if (same) {
		job->out->deployments.n--;
		if (apply)
			*old = *d;
		return;
	}
	t->last = d;
}

#define VALUED " -var -var-file -target -out -parallelism -state -state-out -lock-timeout -replace -backup -generate-config-out "

static const bl_call_row rows[] = {
	{" terraform tofu terragrunt ", " init ", " -backend-config --backend-config -from-module -plugin-dir ", NULL, init, NULL, VERB_INIT},
	{" terraform tofu terragrunt ", " workspace select|new ", " -or-create ", NULL, workspace, NULL, VERB_WORKSPACE},
	{" terraform tofu ", " plan ", VALUED, NULL, deploy, "terraform plan", VERB_PLAN},
	{" terraform tofu ", " apply|destroy ", VALUED, NULL, deploy, "terraform apply", VERB_APPLY},
	{" terragrunt ", " plan ", VALUED, NULL, deploy, "terragrunt plan", VERB_PLAN},
	{" terragrunt ", " apply|destroy ", VALUED, NULL, deploy, "terragrunt apply", VERB_APPLY},
	{" terragrunt ", " run-all plan ", VALUED, NULL, deploy, "terragrunt plan", VERB_PLAN},
	{" terragrunt ", " run-all apply|destroy ", VALUED, NULL, deploy, "terragrunt apply", VERB_APPLY},
	{" terragrunt ", " run plan ", VALUED, NULL, deploy, "terragrunt plan", VERB_PLAN},
	{" terragrunt ", " run apply|destroy ", VALUED, NULL, deploy, "terragrunt apply", VERB_APPLY},
};

const bl_call_rows bl_calls_terraform = {rows, sizeof rows / sizeof *rows};

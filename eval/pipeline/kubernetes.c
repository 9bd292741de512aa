/* kubectl, kustomize and helm. */
#include "eval/pipeline/call.h"

enum { VERB_APPLY, VERB_RENDER };

/* A trial changes nothing. */
static bool is_trial(const bl_call *call)
{
	return bl_call_has(call, " --dry-run ") && !bl_value_is_string(bl_call_get(call, " --dry-run "), "none");
}

static void put_where(bl_call *call, bl_deployment *d)
{
	const bl_value *context = bl_call_get(call, " --context --kube-context ");
	bl_pipeline_put_scope(call->step, d, "cluster", context);
	bl_pipeline_put_scope(call->step, d, "namespace", bl_call_get(call, " -n --namespace "));
}

/* One deployment for each -f and -k; what a pipe brings is what was rendered before it. */
static void apply(bl_call *call)
{
	bl_values files = bl_call_all(call, " -f --filename -k --kustomize ");
	for (size_t i = 0; !is_trial(call) && i < files.n && i < 50; i++) {
		const bl_value *file = files.items[i];
		bool standard = bl_value_is_string(file, "-");
		bl_deployment *d = bl_pipeline_deploy(call->step, BL_DEPLOYS_KUBERNETES, call->row->tool, call->span);
		if (!d)
			return;
		if (standard && call->step->job->rendered)
			d->template = call->step->job->rendered;
		else if (standard)
			d->template = bl_value_unknown(call->arena, file->span, "it is read from standard input");
		else
			d->template = bl_call_path(call, file);
		put_where(call, d);
	}
}

/* kustomize build, kubectl kustomize, helm template: for the command behind the pipe. */
static void render(bl_call *call)
{
	const bl_value *folder = call->rest.n > (size_t)call->row->kind ? call->rest.items[call->row->kind] : NULL;
	if (!folder)
		folder = bl_value_string(call->arena, call->span, BL_STR("."));
	const bl_value *out = bl_value_getz(call->command, "pipe_out");
	call->step->job->rendered = bl_value_is(out, BL_BOOL) && out->boolean ? bl_call_path(call, folder) : NULL;
}

/* kubectl set image KIND/NAME CONTAINER=IMAGE ... */
static void set_image(bl_call *call)
{
	bl_deployment *d = bl_pipeline_deploy(call->step, BL_DEPLOYS_KUBERNETES, call->row->tool, call->span);
	put_where(call, d);
	for (size_t i = 0; i < call->rest.n; i++) {
		bl_str s = bl_pipeline_known(call->rest.items[i]);
		ptrdiff_t equals = bl_str_find(s, BL_STR("="), 0);
		if (equals > 0)
			bl_pipeline_put_parameter(call->step, d, bl_str_slice(s, 0, (size_t)equals),
				bl_pipeline_tail(call->arena, call->rest.items[i], (size_t)equals + 1));
		else
			bl_pipeline_put_scope(call->step, d, "app", call->rest.items[i]);
	}
}

static void use_context(bl_call *call)
{
	const bl_value *v = bl_call_get(call, " --namespace ");
	bl_pipeline_set_scope(call->step->job, "namespace", v);
	if (!v && call->rest.n)
		bl_pipeline_set_scope(call->step->job, "cluster", call->rest.items[0]);
}

/* A chart of this repository is a path; "repo/chart" and oci:// are elsewhere. */
static const bl_value *chart_of(bl_call *call, const bl_value *chart)
{
	const bl_loader *loader = call->step->job->input->loader;
	bl_str s = bl_pipeline_known(chart), bytes;
	const bl_value *path = bl_call_path(call, chart);
	if (bl_str_starts(s, BL_STR(".")) || bl_str_starts(s, BL_STR("/")) || chart->kind != BL_STRING)
		return path;
	if (!bl_call_get(call, " --repo ") && path->kind == BL_STRING && loader && loader->bytes &&
		loader->bytes(loader->context, bl_str_fmt(call->arena, BL_FMT "/Chart.yaml", BL_ARG(path->string)), &bytes))
		return path;
	return bl_value_unknown(call->arena, chart->span, "the chart '" BL_FMT "' is in a repository of charts", BL_ARG(s));
}

/* a=b,c=d: a comma that is part of a value is written \, and is not followed. */
static void put_set(bl_call *call, bl_deployment *d, const bl_value *v)
{
	if (v->kind != BL_STRING) {
		bl_str s = bl_pipeline_known(v);
		ptrdiff_t equals = bl_str_find(s, BL_STR("="), 0);
		bool one = equals > 0 && bl_str_find(s, BL_STR(","), 0) < 0;
		if (one)
			bl_pipeline_put_parameter(call->step, d, bl_str_slice(s, 0, (size_t)equals), bl_pipeline_tail(call->arena, v, (size_t)equals + 1));
		else
			bl_pipeline_open_parameters(call->step, d);
		return;
	}
	for (bl_str rest = v->string, pair; rest.n;) {
		bl_str name, value;
		rest = bl_str_cut(rest, ',', &pair);
		value = bl_str_cut(pair, '=', &name);
		if (name.n && name.n < pair.n)
			bl_pipeline_put_parameter(call->step, d, bl_str_trim(name), bl_value_string(call->arena, v->span, value));
	}
}

static void helm(bl_call *call)
{
	bl_values values = bl_call_all(call, " -f --values "), sets = bl_call_all(call, " --set --set-string ");
	bl_deployment *d;
	size_t chart = call->rest.n > 1 ? 1 : 0;
	if (!call->rest.n || is_trial(call) || !(d = bl_pipeline_deploy(call->step, BL_DEPLOYS_HELM, call->row->tool, call->span)))
		return;
	d->template = chart_of(call, call->rest.items[chart]);
	for (size_t i = 0; i < values.n; i++)
		bl_pipeline_put_file(call->step, d, values.items[i]);
	for (size_t i = 0; i < sets.n; i++)
		put_set(call, d, sets.items[i]);
	if (bl_call_has(call, " --set-json --set-file --set-literal ") || call->open)
		bl_pipeline_open_parameters(call->step, d);
	bl_pipeline_put_scope(call->step, d, "release", chart ? call->rest.items[0] : NULL);
	put_where(call, d);
}

#define APPLY_VALUED " -f --filename -k --kustomize -n --namespace --context --kubeconfig -l --selector -o --output --timeout --field-manager "
#define HELM_VALUED                                                                                                                  \
	" -f --values --set --set-string --set-json --set-file --set-literal -n --namespace --kube-context --kubeconfig --version --timeout " \
	"--repo --history-max --description --username --password --post-renderer -o --output --devel --labels "

static const bl_call_row rows[] = {
	{" helm ", " install|upgrade ", HELM_VALUED, NULL, helm, "helm upgrade", VERB_APPLY},
	{" helm ", " template ", HELM_VALUED, NULL, render, NULL, VERB_RENDER},
	{" kubectl oc ", " apply|create|replace ", APPLY_VALUED, NULL, apply, "kubectl apply", VERB_APPLY},
	{" kubectl oc ", " config set-context ", " --namespace --cluster --user ", NULL, use_context, NULL, 0},
	{" kubectl oc ", " config use-context ", NULL, NULL, use_context, NULL, 0},
	{" kubectl oc ", " kustomize ", " -o --output --load-restrictor ", NULL, render, NULL, 0},
	{" kubectl oc ", " set image ", APPLY_VALUED, NULL, set_image, "kubectl set image", 0},
	{" kustomize ", " build ", " -o --output --load-restrictor ", NULL, render, NULL, 0},
};

const bl_call_rows bl_calls_kubernetes = {rows, sizeof rows / sizeof *rows};

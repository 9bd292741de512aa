/* What gcloud builds and deploys. */
#include "eval/pipeline/call.h"

static void put_where(bl_call *call, bl_deployment *d)
{
	bl_pipeline_put_scope(call->step, d, "project", bl_call_variable(call, "CLOUDSDK_CORE_PROJECT"));
	bl_pipeline_put_scope(call->step, d, "project", bl_call_get(call, " --project "));
	bl_pipeline_put_scope(call->step, d, "region", bl_call_get(call, " --region "));
}

/* Cloud Run, Functions, App Engine: an image, or a folder of source code. */
static void deploy(bl_call *call)
{
	const bl_value *image = bl_call_get(call, " --image "), *source = bl_call_get(call, " --source ");
	bl_deployment *d = bl_pipeline_deploy(call->step, BL_DEPLOYS_SOURCE, call->row->tool, call->span);
	if (!d)
		return;
	bl_pipeline_put_parameter(call->step, d, BL_STR("image"), image);
	if (!image)
		d->template = bl_call_path(call, source ? source : bl_value_string(call->arena, call->span, BL_STR(".")));
	put_where(call, d);
	if (call->row->kind)
		bl_pipeline_put_scope(call->step, d, "app", call->rest.n ? call->rest.items[0] : NULL);
}

/* gcloud builds submit --tag X FOLDER: with a Dockerfile or with buildpacks (--pack image=X). What cloudbuild.yaml says is not followed. */
static void submit(bl_call *call)
{
	const bl_value *tag = bl_call_get(call, " -t --tag "), *pack = bl_call_get(call, " --pack ");
	bl_values tags = {0};
	bl_build *b = tag || pack ? bl_pipeline_build(call->step, call->row->tool, call->span) : NULL;
	if (!b)
		return;
	b->context = bl_call_path(call, call->rest.n ? call->rest.items[0] : bl_value_string(call->arena, call->span, BL_STR(".")));
	if (tag) {
		bool root = bl_value_is_string(b->context, ".");
		bl_value *name = bl_value_string(call->arena, b->context->span, BL_STR("Dockerfile"));
		b->dockerfile = root ? name : bl_pipeline_concat(call->arena, b->context, BL_STR("/"), name);
	} else if (bl_str_starts(bl_pipeline_known(pack), BL_STR("image="))) {
		tag = bl_pipeline_tail(call->arena, pack, 6);
	}
	if (tag)
		bl_vec_push(call->arena, &tags, tag);
	b->tags = bl_values_value(call->arena, call->span, &tags);
	b->pushes = BL_YES;
}

static void configure(bl_call *call)
{
	if (call->rest.n < 2)
		return;
	if (bl_value_is_string(call->rest.items[0], "project") || bl_value_is_string(call->rest.items[0], "core/project"))
		bl_pipeline_set_scope(call->step->job, "project", call->rest.items[1]);
	if (bl_value_is_string(call->rest.items[0], "run/region") || bl_value_is_string(call->rest.items[0], "compute/region"))
		bl_pipeline_set_scope(call->step->job, "region", call->rest.items[1]);
}

static void get_credentials(bl_call *call)
{
	bl_pipeline_set_scope(call->step->job, "cluster", call->rest.n ? call->rest.items[0] : NULL);
	bl_pipeline_set_scope(call->step->job, "project", bl_call_get(call, " --project "));
	bl_pipeline_set_scope(call->step->job, "region", bl_call_get(call, " --region --zone --location "));
}

#define VALUED                                                                                                              \
	" --image --source --region --project --platform --port --service-account --memory --cpu --concurrency --max-instances "  \
	"--min-instances --set-env-vars --update-env-vars --set-secrets --update-secrets --timeout --runtime --entry-point "         \
	"--trigger-topic --trigger-bucket --vpc-connector --tag --ingress --labels --args --command --execution-environment --gen2 "

static const bl_call_row rows[] = {
	{" gcloud ", " app deploy ", " --project --version -v --image-url --appyaml ", NULL, deploy, "gcloud app deploy", 0},
	{" gcloud ", " builds submit ", " -t --tag --pack --config --project --substitutions --timeout --region --machine-type --gcs-log-dir "
		"--gcs-source-staging-dir --service-account ",
		NULL, submit, "gcloud builds submit", 0},
	{" gcloud ", " config set ", NULL, NULL, configure, NULL, 0},
	{" gcloud ", " container clusters get-credentials ", " --project --region --zone --location ", NULL, get_credentials, NULL, 0},
	{" gcloud ", " functions deploy ", VALUED, NULL, deploy, "gcloud functions deploy", 1},
	{" gcloud ", " run deploy ", VALUED, NULL, deploy, "gcloud run deploy", 1},
	{" gcloud ", " run jobs create|update|deploy ", VALUED, NULL, deploy, "gcloud run jobs deploy", 1},
	{" gcloud ", " run services update ", VALUED, NULL, deploy, "gcloud run deploy", 1},
};

const bl_call_rows bl_calls_google = {rows, sizeof rows / sizeof *rows};

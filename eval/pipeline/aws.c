/* What AWS's command line, SAM and CDK deploy. */
#include "eval/pipeline/call.h"

enum { FROM_FILE, FROM_BODY };

static void put_where(bl_call *call, bl_deployment *d)
{
	static const char *const variables[] = {"AWS_DEFAULT_REGION", "AWS_REGION"};
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		bl_pipeline_put_scope(call->step, d, "region", bl_call_variable(call, variables[i]));
	bl_pipeline_put_scope(call->step, d, "region", bl_call_get(call, " --region "));
	bl_pipeline_put_scope(call->step, d, "stack", bl_call_get(call, " --stack-name "));
}

/* KEY=VALUE (deploy, sam); ParameterKey=K,ParameterValue=V (create-stack); file://x.json. */
static void put_parameter(bl_call *call, bl_deployment *d, const bl_value *v)
{
	bl_str s = bl_pipeline_known(v), key = BL_STR("ParameterKey="), value = BL_STR(",ParameterValue=");
	ptrdiff_t at = bl_str_find(s, value, 0), equals = bl_str_find(s, BL_STR("="), 0);
	if (bl_str_starts(s, BL_STR("file://")))
		bl_pipeline_put_file(call->step, d, bl_pipeline_tail(call->arena, v, 7));
	else if (bl_str_starts(s, key) && at > 0)
		bl_pipeline_put_parameter(call->step, d, bl_str_slice(s, key.n, (size_t)at), bl_pipeline_tail(call->arena, v, (size_t)at + value.n));
	else if (equals > 0 && !bl_str_starts(s, key))
		bl_pipeline_put_parameter(call->step, d, bl_str_slice(s, 0, (size_t)equals), bl_pipeline_tail(call->arena, v, (size_t)equals + 1));
	else
		bl_pipeline_open_parameters(call->step, d);
}

static const bl_value *template_of(bl_call *call, const char *default_name)
{
	const bl_value *v = bl_call_get(call, " --template-file --template -t --template-body ");
	if (bl_str_starts(bl_pipeline_known(v), BL_STR("file://")))
		v = bl_pipeline_tail(call->arena, v, 7);
	if (!v && default_name)
		v = bl_value_string(call->arena, call->span, bl_str_of(default_name));
	if (!v)
		v = bl_call_get(call, " --template-url ");
	return v ? bl_call_path(call, v) : bl_value_unknown(call->arena, call->span, "the command names no template");
}

static void cloudformation(bl_call *call)
{
	bl_values parameters = bl_call_all(call, " --parameter-overrides --parameters ");
	bl_deployment *d = bl_pipeline_deploy(call->step, BL_DEPLOYS_CLOUDFORMATION, call->row->tool, call->span);
	if (!d)
		return;
	/* what `package` writes is made of the template it read */
	d->template = template_of(call, NULL);
	const bl_value *packaged = call->step->job->packaged, *output = call->step->job->packaged_as;
	if (packaged && bl_pipeline_same(output, d->template))
		d->template = packaged;
	for (size_t i = 0; i < parameters.n; i++)
		put_parameter(call, d, parameters.items[i]);
	put_where(call, d);
}

/* aws cloudformation package, sam package: for the deploy that follows. */
static void package(bl_call *call)
{
	const bl_value *out = bl_call_get(call, " --output-template-file ");
	if (!out)
		return;
	call->step->job->packaged = template_of(call, bl_value_is_string(bl_value_getz(call->command, "name"), "sam") ? "template.yaml" : NULL);
	call->step->job->packaged_as = bl_call_path(call, out);
}

/* `sam build` writes .aws-sam/build/template.yaml, which a deploy takes when it is told of no other. */
static void sam_build(bl_call *call)
{
	call->step->job->packaged = template_of(call, "template.yaml");
	call->step->job->packaged_as = bl_call_path(call, bl_value_string(call->arena, call->span, BL_STR(".aws-sam/build/template.yaml")));
}

static void sam_deploy(bl_call *call)
{
	bl_values parameters = bl_call_all(call, " --parameter-overrides ");
	const bl_pipeline_job *job = call->step->job;
	bool given = bl_call_get(call, " --template-file --template -t ");
	bl_deployment *d = bl_pipeline_deploy(call->step, BL_DEPLOYS_CLOUDFORMATION, call->row->tool, call->span);
	if (!d)
		return;
	d->template = template_of(call, "template.yaml");
	if (job->packaged && (!given || bl_pipeline_same(job->packaged_as, d->template)))
		d->template = job->packaged;
	for (size_t i = 0; i < parameters.n; i++)
		put_parameter(call, d, parameters.items[i]);
	put_where(call, d);
	bl_pipeline_put_scope(call->step, d, "environment", bl_call_get(call, " --config-env "));
}

/* CDK makes its templates when it runs. */
static void cdk(bl_call *call)
{
	bl_deployment *d = bl_pipeline_deploy(call->step, BL_DEPLOYS_CLOUDFORMATION, call->row->tool, call->span);
	if (!d)
		return;
	d->template = bl_value_unknown(call->arena, call->span, "cdk makes the template when it runs");
	put_where(call, d);
	bl_pipeline_put_scope(call->step, d, "stack", call->rest.n == 1 ? call->rest.items[0] : NULL);
}

static void kubeconfig(bl_call *call)
{
	bl_pipeline_set_scope(call->step->job, "cluster", bl_call_get(call, " --name "));
	bl_pipeline_set_scope(call->step->job, "region", bl_call_get(call, " --region "));
}

/* A function's code: an image, or an archive. */
static void function_code(bl_call *call)
{
	const bl_value *image = bl_call_get(call, " --image-uri "), *archive = bl_call_get(call, " --zip-file ");
	bl_deployment *d = bl_pipeline_deploy(call->step, BL_DEPLOYS_SOURCE, call->row->tool, call->span);
	if (!d)
		return;
	bl_pipeline_put_parameter(call->step, d, BL_STR("image"), image);
	if (!image)
		d->template = bl_value_unknown(call->arena, archive ? archive->span : call->span, "an archive that is made when the job runs");
	put_where(call, d);
	bl_pipeline_put_scope(call->step, d, "app", bl_call_get(call, " --function-name "));
}

#define STACK_VALUED                                                                                                               \
	" --stack-name --template-file --template-body --template-url --s3-bucket --s3-prefix --kms-key-id --role-arn --region --profile " \
	"--change-set-name --change-set-type --output-template-file --on-failure --timeout-in-minutes --description --client-request-token "
#define STACK_MANY " --parameter-overrides --parameters --capabilities --tags --notification-arns --resource-types "
#define SAM_VALUED                                                                                                              \
	" -t --template --template-file --stack-name --s3-bucket --s3-prefix --region --profile --image-repository --image-repositories " \
	"--config-env --config-file --role-arn --output-template-file --build-dir -b --base-dir -s --cache-dir --manifest -m "

static const bl_call_row rows[] = {
	{" aws ", " cloudformation create-stack|update-stack|create-change-set ", STACK_VALUED, STACK_MANY, cloudformation, "aws cloudformation create-stack",
		FROM_BODY},
	{" aws ", " cloudformation deploy ", STACK_VALUED, STACK_MANY, cloudformation, "aws cloudformation deploy", FROM_FILE},
	{" aws ", " cloudformation package ", STACK_VALUED, STACK_MANY, package, NULL, FROM_FILE},
	{" aws ", " eks update-kubeconfig ", " --name --region --role-arn --alias --profile ", NULL, kubeconfig, NULL, 0},
	{" aws ", " lambda update-function-code ", " --function-name --zip-file --image-uri --s3-bucket --s3-key --region --profile ", NULL, function_code,
		"aws lambda update-function-code", 0},
	{" cdk ", " deploy ", " -c --context -a --app --profile --require-approval --parameters --outputs-file -o --output -r --role-arn --toolkit-stack-name ",
		NULL, cdk, "cdk deploy", 0},
	{" sam ", " build ", SAM_VALUED, " --parameter-overrides ", sam_build, NULL, 0},
	{" sam ", " deploy ", SAM_VALUED, " --parameter-overrides --capabilities --tags --notification-arns ", sam_deploy, "sam deploy", 0},
	{" sam ", " package ", SAM_VALUED, NULL, package, NULL, 0},
};

const bl_call_rows bl_calls_aws = {rows, sizeof rows / sizeof *rows};

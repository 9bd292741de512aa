/* AWS::Serverless::Function: the function, its role, alias, address and deployments ("sam-specification-generated-resources-function"). */
#include "eval/sam.h"

#include "eval/build_paths.h"
#include "eval/path.h"

/*
 * What `sam build` makes of the function's metadata ("Building Lambda functions", "container image"): an image that has the function's name in
 * small letters, which it writes where ImageUri stands. NULL when the function is no image, or one that is there already.
 */
static const bl_value *image_build(const bl_sam *sam)
{
	bl_cloudformation *run = sam->stack->run;
	const bl_item *item = bl_value_item(sam->declared, BL_STR("Metadata"), false);
	if (!item || bl_sam_get(sam, "ImageUri") || !bl_value_is_string(bl_sam_get(sam, "PackageType"), "Image"))
		return NULL;
	const bl_value *metadata = bl_stack_evaluate(sam->stack, item->value, 0), *file = bl_value_getz(metadata, "Dockerfile");
	const bl_value *context = bl_value_getz(metadata, "DockerContext"), *arguments = bl_value_getz(metadata, "DockerBuildArgs");
	bl_str tag = bl_value_text(bl_value_getz(metadata, "DockerTag"));
	if (!file)
		return NULL;
	bl_value *image = bl_value_string(sam->arena, item->value->span,
		bl_sam_name(sam, BL_FMT ":" BL_FMT, BL_ARG(bl_str_lower(sam->arena, sam->id)), BL_ARG(tag.n ? tag : BL_STR("latest"))));
	image->origin = BL_COMPUTED;
	bl_build *b = bl_new(sam->arena, bl_build);
	b->root = run->input->root;
	b->by = bl_sam_name(sam, BL_FMT "AWS::Serverless::Function." BL_FMT, BL_ARG(sam->stack->prefix), BL_ARG(sam->id));
	b->tool = BL_STR("sam build");
	b->context = bl_build_path(sam->arena, bl_eval_folder(sam->stack->document->path), context ? context : bl_sam_text(sam, "."));
	b->dockerfile = bl_build_dockerfile(sam->arena, b->context, file);
	b->target = bl_value_getz(metadata, "DockerBuildTarget");
	b->arguments = bl_value_is(arguments, BL_MAP) ? arguments : NULL;
	b->tags = bl_sam_list(sam, image);
	b->pushes = BL_NO; /* `sam deploy` does, under another name */
	b->span = item->value->span;
	bl_vec_push(sam->arena, &run->out->builds, b);
	return image;
}

/* CodeUri: a path that is uploaded, or what lies in S3. */
static const bl_value *code(const bl_sam *sam)
{
	static const char *const names[] = {"S3Bucket", "S3Key", "S3ObjectVersion"};
	const bl_value *uri = bl_sam_get(sam, "CodeUri"), *stored = bl_sam_location(sam, uri, names);
	bl_items c = {0};
	if (stored)
		return stored;
	bl_sam_rename(sam, &c, sam->properties, "InlineCode", "ZipFile");
	bl_sam_rename(sam, &c, sam->properties, "ImageUri", "ImageUri");
	bl_sam_put(sam, &c, "ImageUri", image_build(sam));
	if (!c.n) {
		const bl_value *uploaded = bl_value_unknown(sam->arena, sam->at, "where the code is uploaded to is known when it is packaged");
		bl_sam_put(sam, &c, names[0], uploaded);
		bl_sam_put(sam, &c, names[1], uploaded);
	}
	return bl_value_map(sam->arena, uri ? uri->span : sam->at, c.items, c.n);
}

static void role(const bl_sam *sam, bl_str id)
{
	const char *managed[12] = {"AWSLambdaBasicExecutionRole"};
	size_t n = 1;
	if (bl_value_is_string(bl_sam_get(sam, "Tracing"), "Active"))
		managed[n++] = "AWSXrayWriteOnlyAccess";
	if (bl_sam_get(sam, "VpcConfig"))
		managed[n++] = "AWSLambdaVPCAccessExecutionRole";
	managed[n] = NULL;
	bl_sam_event_policies(sam, managed, sizeof managed / sizeof *managed);
	bl_sam_make_role(sam, id, "lambda.amazonaws.com", managed);
}

static void put_role(const bl_sam *sam, bl_items *p)
{
	if (bl_sam_get(sam, "Role")) {
		bl_sam_rename(sam, p, sam->properties, "Role", "Role");
		return;
	}
	bl_str id = bl_str_cat(sam->arena, sam->id, BL_STR("Role"));
	bl_sam_put(sam, p, "Role", bl_sam_get_att(sam, id, "Arn"));
	role(sam, id);
}

static void function(const bl_sam *sam)
{
	static const char *const keys[] = {"Architectures", "CodeSigningConfigArn", "Description", "Environment", "EphemeralStorage",
		"FileSystemConfigs", "FunctionName", "Handler", "ImageConfig", "KmsKeyArn", "Layers", "LoggingConfig", "MemorySize",
		"PackageType", "RecursiveLoop", "ReservedConcurrentExecutions", "Runtime", "RuntimeManagementConfig", "SnapStart", "Timeout",
		"VpcConfig", NULL};
	bl_items p = {0}, tracing = {0}, letters = {0};
	const bl_value *mode = bl_sam_get(sam, "Tracing");
	bl_sam_put(sam, &p, "Code", code(sam));
	bl_sam_copy(sam, &p, sam->properties, keys);
	if (mode && !bl_value_is_string(mode, "Disabled")) {
		bl_sam_rename(sam, &tracing, sam->properties, "Tracing", "Mode");
		bl_items_put(sam->arena, &p, BL_STR("TracingConfig"), tracing.items[0].key_span, bl_sam_map(sam, &tracing));
	}
	bl_sam_rename(sam, &letters, bl_sam_get(sam, "DeadLetterQueue"), "TargetArn", "TargetArn");
	if (letters.n)
		bl_items_put(sam->arena, &p, BL_STR("DeadLetterConfig"), letters.items[0].key_span, bl_sam_map(sam, &letters));
	bl_sam_put(sam, &p, "Tags", bl_sam_tags(sam, bl_sam_get(sam, "Tags"), "lambda:createdBy"));
	put_role(sam, &p);
	bl_sam_make(sam, sam->id, "AWS::Lambda::Function", &p);
}

/* The alias that AutoPublishAlias asks for, and the version it stands for; the function's id without one. */
static bl_str alias(const bl_sam *sam)
{
	const bl_value *name = bl_sam_get(sam, "AutoPublishAlias");
	bl_items version = {0}, p = {0};
	if (!name)
		return sam->id;
	bl_str version_id = bl_str_cat(sam->arena, sam->id, BL_STR("Version"));
	bl_str id = bl_sam_name(sam, BL_FMT "Alias" BL_FMT, BL_ARG(sam->id), BL_ARG(bl_value_text(name)));
	bl_sam_put(sam, &version, "FunctionName", bl_sam_ref(sam, sam->id));
	bl_sam_rename(sam, &version, sam->properties, "VersionDescription", "Description");
	bl_sam_alias(sam, "Version", bl_sam_make(sam, version_id, "AWS::Lambda::Version", &version));
	bl_sam_put(sam, &p, "FunctionName", bl_sam_ref(sam, sam->id));
	bl_sam_put(sam, &p, "FunctionVersion", bl_sam_get_att(sam, version_id, "Version"));
	bl_sam_rename(sam, &p, sam->properties, "AutoPublishAlias", "Name");
	bl_sam_rename(sam, &p, sam->properties, "ProvisionedConcurrencyConfig", "ProvisionedConcurrencyConfig");
	bl_sam_alias(sam, "Alias", bl_sam_make(sam, id, "AWS::Lambda::Alias", &p));
	return id;
}

/* FunctionUrlConfig; without a login everybody may call it. */
static void address(const bl_sam *sam, bl_str target)
{
	static const char *const keys[] = {"AuthType", "Cors", "InvokeMode", NULL};
	const bl_item *config = bl_value_item(sam->properties, BL_STR("FunctionUrlConfig"), false);
	bl_items p = {0}, permission = {0};
	if (!config)
		return;
	bl_sam here = *sam;
	here.at = config->key_span;
	bl_sam_put(&here, &p, "TargetFunctionArn", bl_sam_ref(&here, target));
	bl_sam_copy(&here, &p, config->value, keys);
	bl_sam_make(&here, bl_str_cat(sam->arena, sam->id, BL_STR("Url")), "AWS::Lambda::Url", &p);
	const bl_value *login = bl_value_getz(config->value, "AuthType");
	if (!bl_value_is_string(login, "NONE"))
		return;
	bl_sam_put(&here, &permission, "Action", bl_sam_text(&here, "lambda:InvokeFunctionUrl"));
	bl_sam_put(&here, &permission, "FunctionName", bl_sam_ref(&here, target));
	bl_sam_put(&here, &permission, "FunctionUrlAuthType", login);
	bl_sam_put(&here, &permission, "Principal", bl_sam_text(&here, "*"));
	bl_sam_make(&here, bl_str_cat(sam->arena, sam->id, BL_STR("UrlPublicPermissions")), "AWS::Lambda::Permission", &permission);
	bl_items invoke = {0};
	bl_sam_put(&here, &invoke, "Action", bl_sam_text(&here, "lambda:InvokeFunction"));
	bl_sam_put(&here, &invoke, "FunctionName", bl_sam_ref(&here, target));
	bl_sam_put(&here, &invoke, "InvokedViaFunctionUrl", bl_value_bool(sam->arena, here.at, true));
	bl_sam_put(&here, &invoke, "Principal", bl_sam_text(&here, "*"));
	bl_sam_make(&here, bl_str_cat(sam->arena, sam->id, BL_STR("URLInvokeAllowPublicAccess")), "AWS::Lambda::Permission", &invoke);
}

/* {Type, Destination}; without a destination a topic or a queue is made. */
static const bl_value *destination(const bl_sam *sam, const bl_value *d, const char *when)
{
	static const struct {
		const char *type, *suffix, *generates, *attribute, *name;
	} made[] = {
		{"SNS", "Topic", "AWS::SNS::Topic", NULL, "DestinationTopic"},
		{"SQS", "Queue", "AWS::SQS::Queue", "Arn", "DestinationQueue"},
	};
	bl_items p = {0}, none = {0};
	bl_sam_rename(sam, &p, d, "Destination", "Destination");
	for (size_t i = 0; !p.n && i < sizeof made / sizeof *made; i++) {
		if (!bl_value_is_string(bl_value_getz(d, "Type"), made[i].type))
			continue;
		bl_str id = bl_sam_name(sam, BL_FMT "EventInvokeConfig%s%s", BL_ARG(sam->id), when, made[i].suffix);
		bl_sam_alias(sam, made[i].name, bl_sam_make(sam, id, made[i].generates, &none));
		bl_sam_put(sam, &p, "Destination", made[i].attribute ? bl_sam_get_att(sam, id, made[i].attribute) : bl_sam_ref(sam, id));
	}
	return p.n ? bl_sam_map(sam, &p) : NULL;
}

static void invocations(const bl_sam *sam)
{
	static const char *const keys[] = {"MaximumEventAgeInSeconds", "MaximumRetryAttempts", NULL};
	const bl_value *config = bl_sam_get(sam, "EventInvokeConfig"), *to = bl_value_getz(config, "DestinationConfig");
	const bl_value *alias_name = bl_sam_get(sam, "AutoPublishAlias");
	bl_items p = {0}, destinations = {0};
	if (!config)
		return;
	bl_sam_put(sam, &p, "FunctionName", bl_sam_ref(sam, sam->id));
	bl_sam_put(sam, &p, "Qualifier", alias_name ? alias_name : bl_sam_text(sam, "$LATEST"));
	bl_sam_copy(sam, &p, config, keys);
	const bl_value *success = bl_value_getz(to, "OnSuccess"), *failure = bl_value_getz(to, "OnFailure");
	if (success)
		bl_sam_put(sam, &destinations, "OnSuccess", destination(sam, success, "OnSuccess"));
	if (failure)
		bl_sam_put(sam, &destinations, "OnFailure", destination(sam, failure, "OnFailure"));
	if (destinations.n)
		bl_sam_put(sam, &p, "DestinationConfig", bl_sam_map(sam, &destinations));
	bl_sam_make(sam, bl_str_cat(sam->arena, sam->id, BL_STR("EventInvokeConfig")), "AWS::Lambda::EventInvokeConfig", &p);
}

static void put_deployment_style(const bl_sam *sam, bl_items *group, const bl_value *type)
{
	static const char *const events[] = {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"};
	bl_items rollback = {0}, style = {0};
	bl_values on = {0};
	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		bl_vec_push(sam->arena, &on, bl_sam_text(sam, events[i]));
	bl_sam_put(sam, &rollback, "Enabled", bl_value_bool(sam->arena, sam->at, true));
	bl_sam_put(sam, &rollback, "Events", bl_values_value(sam->arena, sam->at, &on));
	bl_sam_put(sam, &style, "DeploymentOption", bl_sam_text(sam, "WITH_TRAFFIC_CONTROL"));
	bl_sam_put(sam, &style, "DeploymentType", bl_sam_text(sam, "BLUE_GREEN"));
	bl_sam_put(sam, group, "AutoRollbackConfiguration", bl_sam_map(sam, &rollback));
	bl_sam_put(sam, group, "DeploymentStyle", bl_sam_map(sam, &style));
	if (type)
		bl_sam_put(sam, group, "DeploymentConfigName",
			bl_sam_sub(sam, BL_STR("CodeDeployDefault.Lambda${ConfigName}"), "ConfigName", type));
}

/* DeploymentPreference: one application for the template, one group a function. */
static void deployments(const bl_sam *sam)
{
	static const char *const managed[] = {"AWSCodeDeployRoleForLambda", NULL};
	const bl_value *preference = bl_sam_get(sam, "DeploymentPreference"), *own = bl_value_getz(preference, "Role");
	const bl_value *enabled = bl_value_getz(preference, "Enabled");
	bl_str application = BL_STR("ServerlessDeploymentApplication"), role_id = BL_STR("CodeDeployServiceRole");
	bl_items app = {0}, group = {0};
	if (!preference || (enabled && !bl_sam_is_true(enabled)))
		return;
	bl_sam_put(sam, &app, "ComputePlatform", bl_sam_text(sam, "Lambda"));
	bl_sam_make(sam, application, "AWS::CodeDeploy::Application", &app);
	if (!own && !bl_stack_find(sam->stack, role_id)) {
		bl_sam bare = *sam;
		bare.properties = bl_value_map(sam->arena, sam->at, NULL, 0);
		bl_sam_make_role(&bare, role_id, "codedeploy.amazonaws.com", managed);
	}
	bl_sam_put(sam, &group, "ApplicationName", bl_sam_ref(sam, application));
	put_deployment_style(sam, &group, bl_value_getz(preference, "Type"));
	bl_sam_put(sam, &group, "ServiceRoleArn", own ? own : bl_sam_get_att(sam, role_id, "Arn"));
	bl_sam_make(sam, bl_str_cat(sam->arena, sam->id, BL_STR("DeploymentGroup")), "AWS::CodeDeploy::DeploymentGroup", &group);
}

void bl_sam_function(const bl_sam *sam)
{
	function(sam);
	bl_str target = alias(sam);
	address(sam, target);
	invocations(sam);
	deployments(sam);
	bl_sam_events(sam, target);
}

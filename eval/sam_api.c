/* AWS::Serverless::Api and AWS::Serverless::HttpApi: an API, its deployment and its stage ("sam-specification-generated-resources-api"). */
#include "core/codec/hash.h"
#include "eval/sam.h"

/* The ids of domains end in a hash of their name, so that APIs share them; where the name is not plain text, in the API's id. */
static bl_str domain_id(const bl_sam *sam, const char *prefix, const bl_value *name)
{
	unsigned char digest[20];
	if (!bl_value_is(name, BL_STRING))
		return bl_sam_name(sam, "%s" BL_FMT, prefix, BL_ARG(sam->id));
	bl_hash_sha1(name->string, digest);
	return bl_sam_name(sam, "%s%02x%02x%02x%02x%02x", prefix, digest[0], digest[1], digest[2], digest[3], digest[4]);
}

/* {CertificateArn, DomainName, EndpointConfiguration, SecurityPolicy, ...} */
static void domain(const bl_sam *sam, bl_str stage)
{
	static const char *const keys[] = {"DomainName", "MutualTlsAuthentication", "OwnershipVerificationCertificateArn", "SecurityPolicy",
		NULL};
	const bl_value *d = bl_sam_get(sam, "Domain"), *endpoint = bl_value_getz(d, "EndpointConfiguration");
	bool edge = bl_value_is_string(endpoint, "EDGE");
	if (!bl_value_getz(d, "DomainName"))
		return;
	bl_items p = {0}, types = {0}, mapping = {0};
	bl_sam_copy(sam, &p, d, keys);
	bl_sam_rename(sam, &p, d, "CertificateArn", edge ? "CertificateArn" : "RegionalCertificateArn");
	bl_sam_put(sam, &types, "Types", bl_sam_list(sam, endpoint ? endpoint : bl_sam_text(sam, "REGIONAL")));
	bl_sam_put(sam, &p, "EndpointConfiguration", bl_sam_map(sam, &types));
	bl_str id = domain_id(sam, "ApiGatewayDomainName", bl_value_getz(d, "DomainName"));
	bl_sam_alias(sam, "DomainName", bl_sam_make(sam, id, "AWS::ApiGateway::DomainName", &p));
	bl_sam_put(sam, &mapping, "DomainName", bl_sam_ref(sam, id));
	bl_sam_put(sam, &mapping, "RestApiId", bl_sam_ref(sam, sam->id));
	bl_sam_put(sam, &mapping, "Stage", bl_sam_ref(sam, stage));
	bl_sam_make(sam, bl_str_cat(sam->arena, sam->id, BL_STR("BasePathMapping")), "AWS::ApiGateway::BasePathMapping", &mapping);
}

/* The same of an HTTP API. */
static void http_domain(const bl_sam *sam, bl_str stage)
{
	static const char *const keys[] = {"CertificateArn", "OwnershipVerificationCertificateArn", "SecurityPolicy", NULL};
	const bl_value *d = bl_sam_get(sam, "Domain"), *endpoint = bl_value_getz(d, "EndpointConfiguration");
	bl_items p = {0}, configuration = {0}, mapping = {0};
	if (!bl_value_getz(d, "DomainName"))
		return;
	bl_sam_copy(sam, &configuration, d, keys);
	bl_sam_put(sam, &configuration, "EndpointType", endpoint ? endpoint : bl_sam_text(sam, "REGIONAL"));
	bl_sam_rename(sam, &p, d, "DomainName", "DomainName");
	bl_sam_rename(sam, &p, d, "MutualTlsAuthentication", "MutualTlsAuthentication");
	bl_sam_put(sam, &p, "DomainNameConfigurations", bl_sam_list(sam, bl_sam_map(sam, &configuration)));
	bl_str id = domain_id(sam, "ApiGatewayDomainNameV2", bl_value_getz(d, "DomainName"));
	bl_sam_alias(sam, "DomainName", bl_sam_make(sam, id, "AWS::ApiGatewayV2::DomainName", &p));
	bl_sam_put(sam, &mapping, "ApiId", bl_sam_ref(sam, sam->id));
	bl_sam_put(sam, &mapping, "DomainName", bl_sam_ref(sam, id));
	bl_sam_put(sam, &mapping, "Stage", bl_sam_ref(sam, stage));
	bl_sam_make(sam, bl_str_cat(sam->arena, sam->id, BL_STR("ApiMapping")), "AWS::ApiGatewayV2::ApiMapping", &mapping);
}

static void usage_plan(const bl_sam *sam, bl_str stage)
{
	static const char *const keys[] = {"Description", "Quota", "Tags", "Throttle", "UsagePlanName", NULL};
	const bl_value *plan = bl_value_getz(bl_sam_get(sam, "Auth"), "UsagePlan"), *create = bl_value_getz(plan, "CreateUsagePlan");
	bool shared = bl_value_is_string(create, "SHARED");
	if (!shared && !bl_value_is_string(create, "PER_API"))
		return;
	bl_str prefix = shared ? BL_STR("Serverless") : sam->id;
	bl_items p = {0}, of = {0}, key = {0}, link = {0}, use = {0};
	bl_sam_put(sam, &of, "ApiId", bl_sam_ref(sam, sam->id));
	bl_sam_put(sam, &of, "Stage", bl_sam_ref(sam, stage));
	bl_sam_put(sam, &p, "ApiStages", bl_sam_list(sam, bl_sam_map(sam, &of)));
	bl_sam_copy(sam, &p, plan, keys);
	bl_str plan_id = bl_str_cat(sam->arena, prefix, BL_STR("UsagePlan")), key_id = bl_str_cat(sam->arena, prefix, BL_STR("ApiKey"));
	bl_sam_alias(sam, "UsagePlan", bl_sam_make(sam, plan_id, "AWS::ApiGateway::UsagePlan", &p));
	bl_sam_put(sam, &key, "Enabled", bl_value_bool(sam->arena, sam->at, true));
	bl_sam_put(sam, &use, "RestApiId", bl_sam_ref(sam, sam->id));
	bl_sam_put(sam, &use, "StageName", bl_sam_ref(sam, stage));
	bl_sam_put(sam, &key, "StageKeys", bl_sam_list(sam, bl_sam_map(sam, &use)));
	bl_sam_alias(sam, "ApiKey", bl_sam_make(sam, key_id, "AWS::ApiGateway::ApiKey", &key));
	bl_sam_put(sam, &link, "KeyId", bl_sam_ref(sam, key_id));
	bl_sam_put(sam, &link, "KeyType", bl_sam_text(sam, "API_KEY"));
	bl_sam_put(sam, &link, "UsagePlanId", bl_sam_ref(sam, plan_id));
	bl_str link_id = bl_str_cat(sam->arena, prefix, BL_STR("UsagePlanKey"));
	bl_sam_alias(sam, "UsagePlanKey", bl_sam_make(sam, link_id, "AWS::ApiGateway::UsagePlanKey", &link));
}

/* The stage's id has its name in it when that is plain text. */
static bl_str stage_id(const bl_sam *sam)
{
	return bl_sam_name(sam, BL_FMT BL_FMT "Stage", BL_ARG(sam->id), BL_ARG(bl_value_text(bl_sam_get(sam, "StageName"))));
}

/* What somebody wrote, or what SAM writes out of the functions' events. */
static void put_body(const bl_sam *sam, bl_items *p)
{
	bl_sam_rename(sam, p, sam->properties, "DefinitionBody", "Body");
	bl_sam_rename(sam, p, sam->properties, "DefinitionUri", "BodyS3Location");
	if (!bl_sam_get(sam, "DefinitionBody") && !bl_sam_get(sam, "DefinitionUri"))
		bl_sam_put(sam, p, "Body", bl_value_unknown(sam->arena, sam->at, "SAM writes it from the events of functions"));
}

static const bl_value *endpoint(const bl_sam *sam)
{
	const bl_value *v = bl_sam_get(sam, "EndpointConfiguration"), *type = bl_value_getz(v, "Type");
	bl_items types = {0};
	if (bl_value_is(v, BL_STRING))
		type = v;
	if (!type)
		return v;
	bl_sam_put(sam, &types, "Types", bl_sam_list(sam, type));
	bl_sam_rename(sam, &types, v, "VPCEndpointIds", "VpcEndpointIds");
	return bl_sam_map(sam, &types);
}

void bl_sam_api(const bl_sam *sam)
{
	static const char *const of_api[] = {"ApiKeySourceType", "BinaryMediaTypes", "Description", "DisableExecuteApiEndpoint", "FailOnWarnings",
		"MinimumCompressionSize", "Mode", "Name", "Policy", NULL};
	static const char *const of_stage[] = {"AccessLogSetting", "CacheClusterEnabled", "CacheClusterSize", "CanarySetting", "MethodSettings",
		"StageName", "TracingEnabled", "Variables", NULL};
	bl_items api = {0}, deployment = {0}, stage = {0};
	put_body(sam, &api);
	bl_sam_copy(sam, &api, sam->properties, of_api);
	bl_sam_put(sam, &api, "EndpointConfiguration", endpoint(sam));
	bl_sam_make(sam, sam->id, "AWS::ApiGateway::RestApi", &api);

	bl_str deployment_id = bl_str_cat(sam->arena, sam->id, BL_STR("Deployment"));
	bl_sam_put(sam, &deployment, "RestApiId", bl_sam_ref(sam, sam->id));
	if (!bl_sam_get(sam, "OpenApiVersion")) /* the guide: with it, "Stage" is not made */
		bl_sam_put(sam, &deployment, "StageName", bl_sam_text(sam, "Stage"));
	bl_sam_alias(sam, "Deployment", bl_sam_make(sam, deployment_id, "AWS::ApiGateway::Deployment", &deployment));

	bl_sam_put(sam, &stage, "RestApiId", bl_sam_ref(sam, sam->id));
	bl_sam_put(sam, &stage, "DeploymentId", bl_sam_ref(sam, deployment_id));
	bl_sam_copy(sam, &stage, sam->properties, of_stage);
	bl_sam_put(sam, &stage, "Tags", bl_sam_tags(sam, bl_sam_get(sam, "Tags"), NULL));
	bl_sam_alias(sam, "Stage", bl_sam_make(sam, stage_id(sam), "AWS::ApiGateway::Stage", &stage));
	domain(sam, stage_id(sam));
	usage_plan(sam, stage_id(sam));
}

void bl_sam_http_api(const bl_sam *sam)
{
	static const char *const of_api[] = {"CorsConfiguration", "Description", "DisableExecuteApiEndpoint", "FailOnWarnings", "Name", NULL};
	static const char *const of_stage[] = {"AccessLogSettings", "DefaultRouteSettings", "RouteSettings", "StageVariables", NULL};
	const bl_value *name = bl_sam_get(sam, "StageName"), *written = bl_sam_get(sam, "Tags");
	bl_items api = {0}, stage = {0}, tags = {0};
	put_body(sam, &api);
	bl_sam_copy(sam, &api, sam->properties, of_api);
	bl_sam_rename(sam, &api, sam->properties, "Tags", "Tags");
	bl_sam_make(sam, sam->id, "AWS::ApiGatewayV2::Api", &api);

	bl_str id = name ? stage_id(sam) : bl_str_cat(sam->arena, sam->id, BL_STR("ApiGatewayDefaultStage"));
	bl_sam_put(sam, &stage, "ApiId", bl_sam_ref(sam, sam->id));
	bl_sam_put(sam, &stage, "StageName", name ? name : bl_sam_text(sam, "$default"));
	bl_sam_put(sam, &stage, "AutoDeploy", bl_value_bool(sam->arena, sam->at, true));
	bl_sam_copy(sam, &stage, sam->properties, of_stage);
	bl_sam_put(sam, &tags, "httpapi:createdBy", bl_sam_text(sam, "SAM"));
	for (uint32_t i = 0; bl_value_is(written, BL_MAP) && i < written->n; i++)
		bl_vec_push(sam->arena, &tags, written->map[i]);
	bl_sam_put(sam, &stage, "Tags", bl_sam_map(sam, &tags));
	bl_sam_alias(sam, "Stage", bl_sam_make(sam, id, "AWS::ApiGatewayV2::Stage", &stage));
	http_domain(sam, id);
}

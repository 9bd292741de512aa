/*
 * Who we are to AWS. In this order: the environment, a web identity (GitHub's and Kubernetes' tokens), a container's endpoint, the AWS CLI (which knows
 * profiles and single sign-on), a machine's metadata service (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html).
 */
#include "collect/aws.h"

#include "core/codec/json.h"

static bool set_keys(bl_collector *c, bl_aws_keys *keys, bl_str id, bl_str secret, bl_str session)
{
	if (!id.n || !secret.n)
		return false;
	keys->user = bl_str_fmt(&c->arena, BL_FMT ":" BL_FMT, BL_ARG(id), BL_ARG(secret)).p;
	keys->session = session.n ? bl_str_fmt(&c->arena, "X-Amz-Security-Token: " BL_FMT, BL_ARG(session)) : BL_STR("");
	return true;
}

static bool set_json(bl_collector *c, bl_aws_keys *keys, const bl_value *json)
{
	bl_str session = bl_collect_text(json, "SessionToken");
	return set_keys(c, keys, bl_collect_text(json, "AccessKeyId"), bl_collect_text(json, "SecretAccessKey"),
		session.n ? session : bl_collect_text(json, "Token"));
}

/* What stands between <name> and </name>. */
static bl_str element(bl_arena *arena, bl_str xml, const char *name)
{
	bl_str open = bl_str_fmt(arena, "<%s>", name), close = bl_str_fmt(arena, "</%s>", name);
	ptrdiff_t from = bl_str_find(xml, open, 0), to = from < 0 ? -1 : bl_str_find(xml, close, (size_t)from);
	return to < 0 ? BL_STR("") : bl_str_slice(xml, (size_t)from + open.n, (size_t)to);
}

static bl_status from_web_identity(bl_collector *c, bl_aws_keys *keys, bl_error *error)
{
	const char *file = bl_collect_env("AWS_WEB_IDENTITY_TOKEN_FILE"), *role = bl_collect_env("AWS_ROLE_ARN");
	const char *name = bl_collect_env("AWS_ROLE_SESSION_NAME"), *endpoint = bl_collect_env("AWS_ENDPOINT_URL_STS");
	bl_str token;
	if (!file || !role)
		return BL_NOT_FOUND;
	if (!endpoint)
		endpoint = bl_collect_env("AWS_ENDPOINT_URL");
	bl_status status = bl_collect_file(c, file, &token, error);
	if (status != BL_OK)
		return BL_FAILED;
	bl_arena *a = &c->page;
	bl_str host = endpoint ? bl_str_of(endpoint) : bl_str_fmt(a, "https://sts.%s.%s", keys->region, keys->suffix);
	static const bl_str form[] = {{"Content-Type: application/x-www-form-urlencoded", 47}};
	bl_http_reply reply;
	const bl_value *json;
	bl_http_request request = {
		.url = bl_str_fmt(a, BL_FMT "/", BL_ARG(host)),
		.headers = form,
		.nheaders = 1,
		.body = bl_str_fmt(a, "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=" BL_FMT "&RoleSessionName=" BL_FMT "&WebIdentityToken=" BL_FMT,
			BL_ARG(bl_http_escape(a, bl_str_of(role))), BL_ARG(bl_http_escape(a, bl_str_of(name ? name : "belay"))),
			BL_ARG(bl_http_escape(a, token))),
	};
	status = bl_collect_ask(c, &request, &reply, &json, error);
	if (status == BL_OK && !set_keys(c, keys, element(a, reply.body, "AccessKeyId"), element(a, reply.body, "SecretAccessKey"), element(a, reply.body, "SessionToken")))
		status = bl_error_set(error, BL_FAILED, "STS gave no credentials for '%s'", role);
	return status;
}

/* ECS and EKS hand a container its credentials over an address that its environment names. */
static bl_status from_container(bl_collector *c, bl_aws_keys *keys, bl_error *error)
{
	const char *full = bl_collect_env("AWS_CONTAINER_CREDENTIALS_FULL_URI"), *relative = bl_collect_env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *token = bl_collect_env("AWS_CONTAINER_AUTHORIZATION_TOKEN"), *file = bl_collect_env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	bl_str proof = bl_str_of(token ? token : ""), header;
	bl_http_reply reply;
	const bl_value *json;
	if (!full && !relative)
		return BL_NOT_FOUND;
	if (file && bl_collect_file(c, file, &proof, error) != BL_OK)
		return BL_FAILED;
	header = bl_str_fmt(&c->page, "Authorization: " BL_FMT, BL_ARG(proof));
	bl_http_request request = {.url = full ? bl_str_of(full) : bl_str_fmt(&c->page, "http://169.254.170.2%s", relative),
		.headers = &header, .nheaders = proof.n > 0, .direct = true};
	bl_status status = bl_collect_ask(c, &request, &reply, &json, error);
	if (status == BL_OK && !set_json(c, keys, json))
		status = bl_error_set(error, BL_FAILED, "the container's endpoint gave no credentials");
	return status;
}

static bl_status from_cli(bl_collector *c, bl_aws_keys *keys, bl_error *error)
{
	static const char *const argv[] = {"aws", "configure", "export-credentials", "--format", "process", NULL};
	bl_str printed;
	bl_status status = bl_collect_run(c, argv, BL_STR(""), &printed, error);
	if (status != BL_OK)
		return status;
	const bl_value *json = bl_json_read(&c->arena, printed, error);
	return json && set_json(c, keys, json) ? BL_OK : bl_error_set(error, BL_FAILED, "the AWS CLI printed no credentials");
}

static bl_status from_machine(bl_collector *c, bl_aws_keys *keys, bl_error *error)
{
	static const bl_str lifetime[] = {{"X-aws-ec2-metadata-token-ttl-seconds: 300", 41}};
	bl_http_reply reply;
	const bl_value *json;
	bl_http_request request = {.method = "PUT", .url = BL_STR("http://169.254.169.254/latest/api/token"), .headers = lifetime, .nheaders = 1, .direct = true};
	bl_status status = bl_collect_ask(c, &request, &reply, &json, error);
	if (status != BL_OK)
		return status;
	bl_str header = bl_str_fmt(&c->page, "X-aws-ec2-metadata-token: " BL_FMT, BL_ARG(reply.body)), role;
	bl_str roles = BL_STR("http://169.254.169.254/latest/meta-data/iam/security-credentials/");
	request = (bl_http_request){.url = roles, .headers = &header, .nheaders = 1, .direct = true};
	status = bl_collect_ask(c, &request, &reply, &json, error);
	if (status != BL_OK)
		return status;
	bl_str_cut(reply.body, '\n', &role);
	request.url = bl_str_cat(&c->page, roles, bl_str_trim(role));
	status = bl_collect_ask(c, &request, &reply, &json, error);
	if (status == BL_OK && !set_json(c, keys, json))
		status = bl_error_set(error, BL_FAILED, "the machine has no role");
	return status;
}

bl_status bl_aws_find_keys(bl_collector *c, bl_aws_keys *keys, bl_error *error)
{
	const char *id = bl_collect_env("AWS_ACCESS_KEY_ID"), *secret = bl_collect_env("AWS_SECRET_ACCESS_KEY"), *session = bl_collect_env("AWS_SESSION_TOKEN");
	bl_error cli = {""}, machine = {""};
	if (id && secret && set_keys(c, keys, bl_str_of(id), bl_str_of(secret), bl_str_of(session ? session : "")))
		return BL_OK;
	bl_status status = from_web_identity(c, keys, error);
	if (status == BL_NOT_FOUND)
		status = from_container(c, keys, error);
	if (status != BL_NOT_FOUND)
		return status;
	if (from_cli(c, keys, &cli) == BL_OK || from_machine(c, keys, &machine) == BL_OK)
		return BL_OK;
	return bl_error_set(error, BL_FAILED,
		"no credentials for AWS: neither AWS_ACCESS_KEY_ID, nor a web identity, nor a container's endpoint, nor the AWS CLI (%s), nor a machine's role (%s)",
		cli.text, machine.text);
}

/*
 * Who we are to Azure. In this order: a service principal's secret, a federated token (a file, GitHub's or Azure Pipelines' OIDC), an identity endpoint
 * (App Service, Arc), the Azure CLI, a machine's metadata service
 * (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow, https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).
 */
#include "collect/collector.h"

#include "core/codec/json.h"

#include <stdio.h>

static bl_status bearer(bl_collector *c, const bl_value *json, bl_str *header, bl_error *error)
{
	static const char *const names[] = {"access_token", "accessToken"};
	for (size_t i = 0; i < 2; i++) {
		bl_str token = bl_collect_text(json, names[i]);
		if (!token.n)
			continue;
		*header = bl_str_fmt(&c->arena, "Authorization: Bearer " BL_FMT, BL_ARG(token));
		return BL_OK;
	}
	return bl_error_set(error, BL_FAILED, "the reply holds no access token");
}

static bl_status client_credentials(bl_collector *c, const char *authority, const char *resource, const char *tenant, const char *client,
	bl_str proof, bl_str *header, bl_error *error)
{
	static const bl_str form[] = {{"Content-Type: application/x-www-form-urlencoded", 47}};
	const bl_value *json;
	bl_http_reply reply;
	bl_str scope = bl_http_escape(&c->page, bl_str_fmt(&c->page, "%s.default", resource));
	bl_http_request request = {
		.url = bl_str_fmt(&c->page, "%s/%s/oauth2/v2.0/token", authority, tenant),
		.headers = form,
		.nheaders = 1,
		.body = bl_str_fmt(&c->page, "grant_type=client_credentials&client_id=" BL_FMT "&scope=" BL_FMT "&" BL_FMT,
			BL_ARG(bl_http_escape(&c->page, bl_str_of(client))), BL_ARG(scope), BL_ARG(proof)),
	};
	bl_status status = bl_collect_ask(c, &request, &reply, &json, error);
	return status == BL_OK ? bearer(c, json, header, error) : status;
}

static bl_str assertion(bl_collector *c, bl_str token)
{
	return bl_str_fmt(&c->page,
		"client_assertion_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Aclient-assertion-type%%3Ajwt-bearer&client_assertion=" BL_FMT,
		BL_ARG(bl_http_escape(&c->page, token)));
}

/* A pipeline's own token for Entra's audience. BL_NOT_FOUND outside of one. */
static bl_status pipeline_token(bl_collector *c, bl_str *token, bl_error *error)
{
	const char *github = bl_collect_env("ACTIONS_ID_TOKEN_REQUEST_URL"), *github_token = bl_collect_env("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
	const char *devops = bl_collect_env("SYSTEM_OIDCREQUESTURI"), *devops_token = bl_collect_env("SYSTEM_ACCESSTOKEN");
	const char *connection = bl_collect_env("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID");
	const bl_value *json;
	bl_http_reply reply;
	bl_http_request request = {0};
	bl_str header;
	if (github && github_token) {
		request.url = bl_str_fmt(&c->page, "%s&audience=api://AzureADTokenExchange", github);
		header = bl_str_fmt(&c->page, "Authorization: Bearer %s", github_token);
	} else if (devops && devops_token && connection) {
		request.method = "POST";
		request.url = bl_str_fmt(&c->page, "%s?api-version=7.1&serviceConnectionId=%s", devops, connection);
		header = bl_str_fmt(&c->page, "Authorization: Bearer %s", devops_token);
	} else {
		return BL_NOT_FOUND;
	}
	request.headers = &header;
	request.nheaders = 1;
	bl_status status = bl_collect_ask(c, &request, &reply, &json, error);
	if (status != BL_OK)
		return status;
	*token = bl_collect_text(json, github ? "value" : "oidcToken");
	return token->n ? BL_OK : bl_error_set(error, BL_FAILED, "the pipeline gave no OIDC token");
}

static bl_status from_principal(bl_collector *c, const char *authority, const char *resource, bl_str *header, bl_error *error)
{
	const char *tenant = bl_collect_env("AZURE_TENANT_ID"), *client = bl_collect_env("AZURE_CLIENT_ID");
	const char *secret = bl_collect_env("AZURE_CLIENT_SECRET"), *file = bl_collect_env("AZURE_FEDERATED_TOKEN_FILE");
	bl_str token;
	if (!tenant || !client)
		return BL_NOT_FOUND;
	if (secret)
		return client_credentials(c, authority, resource, tenant, client,
			bl_str_fmt(&c->page, "client_secret=" BL_FMT, BL_ARG(bl_http_escape(&c->page, bl_str_of(secret)))), header, error);
	bl_status status = file ? bl_collect_file(c, file, &token, error) : pipeline_token(c, &token, error);
	if (status != BL_OK)
		return file && status == BL_NOT_FOUND ? BL_FAILED : status;
	return client_credentials(c, authority, resource, tenant, client, assertion(c, token), header, error);
}

/* App Service, Functions and Arc name an endpoint; a virtual machine has one at a known address. */
static bl_status from_identity(bl_collector *c, const char *resource, bool machine, bl_str *header, bl_error *error)
{
	const char *endpoint = bl_collect_env("IDENTITY_ENDPOINT"), *proof = bl_collect_env("IDENTITY_HEADER");
	const char *client = bl_collect_env("AZURE_CLIENT_ID");
	const bl_value *json;
	bl_http_reply reply;
	if (!machine && (!endpoint || !proof))
		return BL_NOT_FOUND;
	bl_str headers[] = {BL_STR("Metadata: true"), machine ? BL_STR("") : bl_str_fmt(&c->page, "X-IDENTITY-HEADER: %s", proof)};
	bl_http_request request = {
		.url = bl_str_fmt(&c->page, "%s?api-version=%s&resource=" BL_FMT "%s%s",
			machine ? "http://169.254.169.254/metadata/identity/oauth2/token" : endpoint, machine ? "2018-02-01" : "2019-08-01",
			BL_ARG(bl_http_escape(&c->page, bl_str_of(resource))), client ? "&client_id=" : "", client ? client : ""),
		.headers = headers,
		.nheaders = machine ? 1 : 2,
		.direct = true,
	};
	bl_status status = bl_collect_ask(c, &request, &reply, &json, error);
	return status == BL_OK ? bearer(c, json, header, error) : status;
}

static bl_status from_cli(bl_collector *c, const char *resource, bl_str *header, bl_error *error)
{
	const char *const argv[] = {"az", "account", "get-access-token", "--resource", resource, "--output", "json", NULL};
	bl_str printed;
	bl_status status = bl_collect_run(c, argv, BL_STR(""), &printed, error);
	const bl_value *json = status == BL_OK ? bl_json_read(&c->arena, printed, error) : NULL;
	if (status != BL_OK)
		return status;
	return json ? bearer(c, json, header, error) : BL_FAILED;
}

bl_status bl_azure_authorize(bl_collector *c, const char *authority, const char *resource, bl_str *header, bl_error *error)
{
	bl_error cli = {""}, machine = {""};
	bl_status status = from_principal(c, authority, resource, header, error);
	if (status == BL_NOT_FOUND)
		status = from_identity(c, resource, false, header, error);
	if (status != BL_NOT_FOUND)
		return status;
	if (from_cli(c, resource, header, &cli) == BL_OK || from_identity(c, resource, true, header, &machine) == BL_OK)
		return BL_OK;
	return bl_error_set(error, BL_FAILED,
		"no credentials for Azure: neither AZURE_CLIENT_ID and AZURE_TENANT_ID with a secret or a federated token, nor the Azure CLI (%s), nor a "
		"managed identity (%s)",
		cli.text, machine.text);
}

/* Google Cloud's asset inventory: resources and their policies, one asset a line (https://cloud.google.com/asset-inventory/docs/reference/rest/v1/assets/list). */
#include "collect/collector.h"

#include "core/codec/json.h"

enum { PAGE_ROWS = 1000, MAX_PAGES = 100000 };

static bl_status from_metadata(bl_collector *c, bl_str *header, bl_error *error)
{
	static const bl_str flavor[] = {{"Metadata-Flavor: Google", 23}};
	const char *host = bl_collect_env("GCE_METADATA_HOST");
	bl_http_reply reply;
	const bl_value *json;
	bl_http_request request = {.url = bl_str_fmt(&c->page, "http://%s/computeMetadata/v1/instance/service-accounts/default/token", host ? host : "metadata.google.internal"),
		.headers = flavor, .nheaders = 1, .direct = true};
	bl_status status = bl_collect_ask(c, &request, &reply, &json, error);
	bl_str token = status == BL_OK ? bl_collect_text(json, "access_token") : BL_STR("");
	if (status == BL_OK && !token.n)
		status = bl_error_set(error, BL_FAILED, "the metadata service gave no token");
	if (status == BL_OK)
		*header = bl_str_fmt(&c->arena, "Authorization: Bearer " BL_FMT, BL_ARG(token));
	return status;
}

/* The environment, gcloud, a machine's metadata service. */
static bl_status authorize(bl_collector *c, bl_str *header, bl_error *error)
{
	static const char *const argv[] = {"gcloud", "auth", "print-access-token", "--quiet", NULL};
	const char *token = bl_collect_env("CLOUDSDK_AUTH_ACCESS_TOKEN") ? bl_collect_env("CLOUDSDK_AUTH_ACCESS_TOKEN") : bl_collect_env("GOOGLE_OAUTH_ACCESS_TOKEN");
	bl_error program = {""}, machine = {""};
	bl_str printed;
	if (token) {
		*header = bl_str_fmt(&c->arena, "Authorization: Bearer %s", token);
		return BL_OK;
	}
	if (bl_collect_run(c, argv, BL_STR(""), &printed, &program) == BL_OK && bl_str_trim(printed).n) {
		*header = bl_str_fmt(&c->arena, "Authorization: Bearer " BL_FMT, BL_ARG(bl_str_trim(printed)));
		return BL_OK;
	}
	if (from_metadata(c, header, &machine) == BL_OK)
		return BL_OK;
	return bl_error_set(error, BL_FAILED,
		"no credentials for Google Cloud: neither CLOUDSDK_AUTH_ACCESS_TOKEN, nor gcloud (%s), nor a machine's service account (%s)", program.text, machine.text);
}

/* time: of the first page, so that all pages and both kinds show one moment. */
static bl_status collect_kind(bl_collector *c, const char *scope, const char *kind, bl_str *header, bl_str *time, bl_error *error)
{
	const char *host = c->options->endpoint ? c->options->endpoint : "https://cloudasset.googleapis.com", *quota = bl_collect_env("GOOGLE_CLOUD_QUOTA_PROJECT");
	bl_str token = {0};
	for (int page = 0; page < MAX_PAGES && !c->stopped; page++) {
		bl_arena keep = {0};
		bl_json j;
		token = bl_str_dup(&keep, token);
		bl_collect_turn(c);
		bl_str headers[] = {*header, quota ? bl_str_fmt(&c->page, "x-goog-user-project: %s", quota) : BL_STR("")};
		bl_http_request request = {.headers = headers, .nheaders = quota ? 2 : 1};
		request.url = bl_str_fmt(&c->page, "%s/v1/%s/assets?contentType=%s&pageSize=%d%s" BL_FMT "%s" BL_FMT, host, scope, kind, PAGE_ROWS,
			token.n ? "&pageToken=" : "", BL_ARG(bl_http_escape(&c->page, token)), time->n ? "&readTime=" : "",
			BL_ARG(bl_http_escape(&c->page, *time)));
		bl_http_reply reply = {0};
		const bl_value *json;
		bl_status status = bl_collect_ask(c, &request, &reply, &json, error);
		if (status != BL_OK && reply.status == 401 && authorize(c, header, error) == BL_OK) {
			headers[0] = *header;
			status = bl_collect_ask(c, &request, &reply, &json, error);
		}
		bl_arena_done(&keep);
		if (status != BL_OK)
			return status;
		const bl_value *assets = bl_value_getz(json, "assets");
		for (uint32_t i = 0; bl_value_is(assets, BL_LIST) && i < assets->n; i++) {
			bl_json_begin(&j, &c->out, false);
			bl_json_value(&j, assets->list[i]);
			bl_buf_putc(&c->out, '\n');
			c->found.rows++;
		}
		bl_collect_flush(c, false);
		if (!time->n)
			*time = bl_str_dup(&c->arena, bl_collect_text(json, "readTime"));
		token = bl_collect_text(json, "nextPageToken");
		if (!token.n)
			return BL_OK;
		bl_collect_say(c, BL_DIAG_NOTE, "%s: %zu assets", scope, c->found.rows);
	}
	return BL_OK;
}

bl_status bl_collect_google(bl_collector *c, bl_error *error)
{
	static const char *const kinds[] = {"RESOURCE", "IAM_POLICY"};
	bl_str header;
	if (!c->options->nscopes)
		return bl_error_set(error, BL_FAILED, "of what? say projects/NAME, folders/NUMBER or organizations/NUMBER");
	bl_status status = authorize(c, &header, error);
	for (size_t i = 0; i < c->options->nscopes && status == BL_OK; i++) {
		bl_str time = {0};
		for (size_t k = 0; k < 2; k++) {
			if (collect_kind(c, c->options->scopes[i], kinds[k], &header, &time, error) == BL_OK)
				continue;
			bl_collect_miss(c, "%s: %s", c->options->scopes[i], error->text);
			break;
		}
	}
	return status == BL_OK && c->found.partial && !c->found.rows ? BL_FAILED : status;
}

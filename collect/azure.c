/* Azure Resource Graph: resources, groups and role assignments, page by page (https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources). */
#include "collect/collector.h"

#include "core/codec/json.h"

enum { PAGE_ROWS = 1000, SUBSCRIPTIONS_A_QUERY = 300, MAX_PAGES = 100000 };

static const struct {
	const char *name, *authority, *resource;
} clouds[] = {
	{"china", "https://login.chinacloudapi.cn", "https://management.chinacloudapi.cn/"},
	{"public", "https://login.microsoftonline.com", "https://management.azure.com/"},
	{"usgovernment", "https://login.microsoftonline.us", "https://management.usgovcloudapi.net/"},
};

/* The order makes pages fit together: without one there is no token for the next. */
static const char query[] = "resources | union resourcecontainers, authorizationresources | where type !in~ "
			    "('microsoft.authorization/roledefinitions') | order by id asc";

typedef struct graph {
	bl_collector *c;
	const char *authority, *resource;
	bl_str url, header;
	size_t rows;
	double total;
} graph;

static bl_str body_of(graph *g, size_t first, bl_str token)
{
	const bl_collect_options *o = g->c->options;
	bl_buf out = {0};
	bl_json j;
	bl_json_begin(&j, &out, false);
	bl_json_object(&j);
	bl_json_member(&j, "query", bl_str_of(query));
	if (o->nscopes) {
		bl_json_key(&j, "subscriptions");
		bl_json_array(&j);
		for (size_t i = first; i < o->nscopes && i < first + SUBSCRIPTIONS_A_QUERY; i++)
			bl_json_strz(&j, o->scopes[i]);
		bl_json_array_end(&j);
	}
	bl_json_key(&j, "options");
	bl_json_object(&j);
	bl_json_member_int(&j, "$top", PAGE_ROWS);
	bl_json_member(&j, "resultFormat", BL_STR("objectArray"));
	if (token.n)
		bl_json_member(&j, "$skipToken", token);
	bl_json_object_end(&j);
	bl_json_object_end(&j);
	bl_str body = bl_str_dup(&g->c->page, bl_buf_str(&out));
	bl_buf_done(&out);
	return body;
}

/* One page; a token that has expired meanwhile is replaced once. */
static bl_status ask(graph *g, bl_str body, const bl_value **json, bl_error *error)
{
	bl_http_reply reply = {0};
	bl_status status = BL_FAILED;
	for (int i = 0; i < 2; i++) {
		bl_str headers[] = {g->header, BL_STR("Content-Type: application/json")};
		bl_http_request request = {.url = g->url, .headers = headers, .nheaders = 2, .body = body};
		status = bl_collect_ask(g->c, &request, &reply, json, error);
		if (status == BL_OK || reply.status != 401 || i)
			break;
		status = bl_azure_authorize(g->c, g->authority, g->resource, &g->header, error);
		if (status != BL_OK)
			return status;
	}
	if (status == BL_OK && !bl_value_is(bl_value_getz(*json, "data"), BL_LIST))
		status = bl_error_set(error, BL_FAILED, "Resource Graph's reply holds no rows");
	return status;
}

static bl_status collect_batch(graph *g, size_t first, bl_error *error)
{
	bl_str token = {0};
	size_t before = g->rows;
	for (int page = 0; page < MAX_PAGES && !g->c->stopped; page++) {
		const bl_value *json;
		bl_arena keep = {0};
		token = bl_str_dup(&keep, token);
		bl_collect_turn(g->c);
		bl_status status = ask(g, body_of(g, first, token), &json, error);
		bl_arena_done(&keep);
		if (status != BL_OK)
			return status;
		const bl_value *rows = bl_value_getz(json, "data");
		for (uint32_t i = 0; i < rows->n; i++)
			bl_collect_row(g->c, rows->list[i], &g->rows);
		if (page == 0 && bl_value_is(bl_value_getz(json, "totalRecords"), BL_NUMBER))
			g->total += bl_value_getz(json, "totalRecords")->number;
		token = bl_value_text(bl_value_getz(json, "$skipToken"));
		if (token.n && !rows->n)
			return bl_error_set(error, BL_FAILED, "Resource Graph gives pages without rows");
		if (!token.n) {
			/* cut off, and no way to go on */
			if (bl_value_is_string(bl_value_getz(json, "resultTruncated"), "true"))
				bl_collect_miss(g->c, "Resource Graph cut its answer off after %zu rows", g->rows - before);
			return BL_OK;
		}
		bl_collect_say(g->c, BL_DIAG_NOTE, "%zu rows", g->rows);
	}
	return BL_OK;
}

bl_status bl_collect_azure(bl_collector *c, bl_error *error)
{
	const char *cloud = c->options->cloud ? c->options->cloud : "public", *authority = bl_collect_env("AZURE_AUTHORITY_HOST");
	size_t at = 0, n = sizeof clouds / sizeof *clouds;
	while (at < n && strcmp(clouds[at].name, cloud) != 0)
		at++;
	if (at == n)
		return bl_error_set(error, BL_FAILED, "'%s' is no cloud of Azure: public, usgovernment or china", cloud);
	bl_str host = bl_str_of(c->options->endpoint ? c->options->endpoint : clouds[at].resource);
	while (bl_str_ends(host, BL_STR("/")))
		host.n--;
	graph g = {.c = c, .authority = authority ? authority : clouds[at].authority, .resource = clouds[at].resource};
	size_t length = strlen(g.authority);
	if (length && g.authority[length - 1] == '/')
		g.authority = bl_str_z(&c->arena, bl_str_make(g.authority, length - 1));
	g.url = bl_str_fmt(&c->arena, BL_FMT "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01", BL_ARG(host));
	bl_status status = bl_azure_authorize(c, g.authority, g.resource, &g.header, error);
	bl_collect_put(c, "{\"data\": [");
	for (size_t first = 0; status == BL_OK && (first == 0 || first < c->options->nscopes); first += SUBSCRIPTIONS_A_QUERY)
		status = collect_batch(&g, first, error);
	if (status == BL_FAILED && g.rows) {
		/* what was read is worth keeping */
		bl_collect_miss(c, "%s: the rest is missing", error->text);
		status = BL_OK;
	}
	bl_buf_putf(&c->out, "\n],\n\"count\": %zu, \"total_records\": %.0f, \"skip_token\": null, \"resultTruncated\": \"%s\"}\n", g.rows,
		c->found.partial ? g.total : (double)g.rows, c->found.partial ? "true" : "false");
	return status;
}

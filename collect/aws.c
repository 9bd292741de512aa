/*
 * AWS Config's advanced query, or where nothing records, the tagging interface, region by region
 * (https://docs.aws.amazon.com/config/latest/APIReference/API_SelectResourceConfig.html,
 * https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html). Only POST / is signed, which every libcurl does right.
 */
#include "collect/aws.h"

#include "core/codec/json.h"

enum { MAX_PAGES = 1000000 };

static const char expression[] = "SELECT version, accountId, configurationItemCaptureTime, configurationItemStatus, configurationStateId, arn, resourceType, "
				 "resourceId, resourceName, awsRegion, availabilityZone, resourceCreationTime, tags, relationships, configuration, "
				 "supplementaryConfiguration";

typedef struct service {
	const char *name, *target, *list, *token; /* the list of rows in a reply; the page's token in a request and a reply */
} service;

static const service config = {"config", "StarlingDoveService.SelectResourceConfig", "Results", "NextToken"};
static const service aggregated = {"config", "StarlingDoveService.SelectAggregateResourceConfig", "Results", "NextToken"};
static const service tagging = {"tagging", "ResourceGroupsTaggingAPI_20170126.GetResources", "ResourceTagMappingList", "PaginationToken"};

/* AWS says that it is busy with status 400, too. */
static bool is_busy(const bl_http_reply *reply)
{
	static const char *const words[] = {"Throttl", "TooManyRequests", "RequestLimitExceeded", "LimitExceededException", "SlowDown"};
	bl_str type = bl_http_header(reply, "x-amzn-errortype");
	for (size_t i = 0; reply->status == 400 && i < sizeof words / sizeof *words; i++)
		if (bl_str_find(type, bl_str_of(words[i]), 0) >= 0 || bl_str_find(bl_str_slice(reply->body, 0, 2000), bl_str_of(words[i]), 0) >= 0)
			return true;
	return false;
}

static const char *suffix_of(const char *region)
{
	return strncmp(region, "cn-", 3) == 0 ? "amazonaws.com.cn" : "amazonaws.com";
}

static bl_str body_of(bl_collector *c, const service *s, bl_str token)
{
	bl_buf out = {0};
	bl_json j;
	bl_json_begin(&j, &out, false);
	bl_json_object(&j);
	if (s == &tagging) {
		bl_json_member_int(&j, "ResourcesPerPage", 100);
	} else {
		bl_json_member(&j, "Expression", bl_str_of(expression));
		bl_json_member_int(&j, "Limit", 100);
	}
	if (s == &aggregated)
		bl_json_member(&j, "ConfigurationAggregatorName", bl_str_of(c->options->aggregator));
	if (token.n)
		bl_json_member(&j, s->token, token);
	bl_json_object_end(&j);
	bl_str body = bl_str_dup(&c->page, bl_buf_str(&out));
	bl_buf_done(&out);
	return body;
}

static bl_status collect_region(bl_collector *c, bl_aws_keys *keys, const service *s, const char *region, size_t *rows, bl_error *error)
{
	const char *endpoint = c->options->endpoint ? c->options->endpoint : bl_collect_env("AWS_ENDPOINT_URL");
	bl_str token = {0}, url = endpoint ? bl_str_fmt(&c->arena, "%s/", endpoint)
					   : bl_str_fmt(&c->arena, "https://%s.%s.%s/", s->name, region, suffix_of(region));
	const char *scope = bl_str_fmt(&c->arena, "%s:%s", region, s->name).p;
	for (int page = 0; page < MAX_PAGES && !c->stopped; page++) {
		bl_arena keep = {0};
		token = bl_str_dup(&keep, token);
		bl_collect_turn(c);
		bl_str headers[] = {bl_str_fmt(&c->page, "X-Amz-Target: %s", s->target), BL_STR("Content-Type: application/x-amz-json-1.1"), keys->session};
		bl_http_request request = {.url = url, .headers = headers, .nheaders = keys->session.n ? 3 : 2, .body = body_of(c, s, token), .aws = scope,
			.user = keys->user, .again = is_busy};
		bl_http_reply reply;
		const bl_value *json;
		bl_status status = bl_collect_ask(c, &request, &reply, &json, error);
		bl_arena_done(&keep);
		const bl_value *list = status == BL_OK ? bl_value_getz(json, s->list) : NULL;
		if (status == BL_OK && !bl_value_is(list, BL_LIST))
			status = bl_error_set(error, BL_FAILED, "the reply of '%s' holds no '%s'", s->name, s->list);
		if (status != BL_OK)
			return status;
		for (uint32_t i = 0; i < list->n; i++)
			bl_collect_row(c, list->list[i], rows);
		token = bl_value_text(bl_value_getz(json, s->token));
		if (!token.n)
			return BL_OK;
		bl_collect_say(c, BL_DIAG_NOTE, "%s: %zu rows", region, *rows);
	}
	return BL_OK;
}

bl_status bl_collect_aws(bl_collector *c, bl_error *error)
{
	const char *region = bl_collect_env("AWS_REGION") ? bl_collect_env("AWS_REGION") : bl_collect_env("AWS_DEFAULT_REGION");
	const service *s = c->options->tags_only ? &tagging : c->options->aggregator ? &aggregated : &config;
	const char *const *regions = c->options->nregions ? c->options->regions : &region;
	size_t nregions = c->options->nregions ? c->options->nregions : region ? 1 : 0, rows = 0, failed = 0;
	if (!nregions)
		return bl_error_set(error, BL_FAILED, "which region? say --region, or set AWS_REGION");
	bl_aws_keys keys = {.region = regions[0], .suffix = suffix_of(regions[0])};
	bl_status status = bl_aws_find_keys(c, &keys, error);
	if (status != BL_OK)
		return status;
	bl_buf_putf(&c->out, "{\"%s\": [", s->list);
	for (size_t i = 0; i < nregions; i++) {
		if (collect_region(c, &keys, s, regions[i], &rows, error) == BL_OK)
			continue;
		failed++;
		bl_collect_miss(c, "%s: %s", regions[i], error->text);
	}
	/* a token that leads nowhere says to whoever reads this that it is not all */
	bl_buf_putf(&c->out, "\n]%s%s%s}\n", c->found.partial ? ",\n\"" : "", c->found.partial ? s->token : "",
		c->found.partial ? "\": \"incomplete\"" : "");
	return failed == nregions && !rows ? BL_FAILED : BL_OK;
}

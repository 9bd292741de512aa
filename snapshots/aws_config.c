/*
 * AWS Config: snapshots and histories ({"configurationItems"}, the files that Config delivers and get-resource-config-history), advanced queries
 * (each result is a JSON text) and batch-get-resource-config.
 */
#include "snapshots/aws.h"

static const char *const paths[] = {"Results[]", "baseConfigurationItems[]", "configurationItems[]", NULL};
enum { RESULTS };

typedef struct item_seen {
	bl_str when;     /* of the newest item */
	bl_asset *asset; /* what it shows; NULL when it says that the resource is gone */
} item_seen;

typedef struct config {
	bl_map seen; /* arn or id -> item_seen */
	bool again;  /* some resource has several items */
} config;

static bl_str either(const bl_value *v, const char *a, const char *b)
{
	bl_str found = bl_snapshot_text(v, a);
	return found.n ? found : bl_snapshot_text(v, b);
}

/* The description with what Config adds to it in a place of its own. */
static const bl_value *description_of(bl_snapshot_reader *r, const bl_value *item)
{
	const bl_value *configuration = bl_snapshot_json(r, bl_value_geti(item, BL_STR("configuration")));
	const bl_value *more = bl_snapshot_json(r, bl_value_geti(item, BL_STR("supplementaryConfiguration")));
	if (!bl_value_is(more, BL_MAP) || !more->n)
		return configuration;
	bl_items all = {0}, parts = {0};
	for (uint32_t i = 0; bl_value_is(configuration, BL_MAP) && i < configuration->n; i++)
		bl_vec_push(r->scratch, &all, configuration->map[i]);
	for (uint32_t i = 0; i < more->n; i++)
		bl_items_put(r->scratch, &parts, more->map[i].key, BL_NOWHERE, bl_snapshot_json(r, more->map[i].value));
	bl_items_put(r->scratch, &all, BL_STR("supplementaryConfiguration"), BL_NOWHERE, bl_items_value(r->scratch, BL_NOWHERE, &parts));
	return bl_items_value(r->scratch, BL_NOWHERE, &all);
}

/* What the registry calls a type of Config's that has another name there. */
static bl_str registry_type(bl_str type)
{
	static const struct {
		const char *config, *registry;
	} names[] = {{"AWS::ACM::Certificate", "AWS::CertificateManager::Certificate"}, {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"},
		{"AWS::OpenSearch::Domain", "AWS::OpenSearchService::Domain"}};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (bl_str_eqz(type, names[i].config))
			return bl_str_of(names[i].registry);
	return type;
}

/*
 * Types that are newer in Config come in the registry's own form, whose names begin with a capital; descriptions do not, but for those of services that
 * write capitals themselves: attributes of topics and queues, and secrets.
 */
static bool is_registry(bl_str type, const bl_value *v)
{
	static const char *const capital[] = {"AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::SecretsManager::Secret"};
	return bl_value_is(v, BL_MAP) && v->n && v->map[0].key.n && v->map[0].key.p[0] >= 'A' && v->map[0].key.p[0] <= 'Z' &&
		!bl_aws_is_among(type, capital, sizeof capital / sizeof *capital);
}

/* Of these resourceId is an id that only the service itself uses (AROA..., db-...): templates and other resources say the name. */
static bool is_known_by_name(bl_str type)
{
	static const char *const types[] = {"AWS::IAM::Group", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::IAM::User", "AWS::RDS::DBCluster",
		"AWS::RDS::DBInstance"};
	return bl_aws_is_among(type, types, sizeof types / sizeof *types);
}

static bool add_item(bl_snapshot_reader *r, config *c, const bl_value *item)
{
	bl_str type = bl_snapshot_text(item, "resourceType"), status = bl_snapshot_text(item, "configurationItemStatus");
	bl_str id = bl_snapshot_text(item, "resourceId"), arn = either(item, "ARN", "arn");
	if (!type.n || (!id.n && !arn.n))
		return false;
	bl_str when = bl_snapshot_text(item, "configurationItemCaptureTime");
	bl_str key = arn.n ? arn : id;
	/* a history has several items of a resource: the newest counts, also when it says that the resource is gone */
	item_seen *known = bl_map_get(&c->seen, key);
	if (known && bl_str_cmp(known->when, when) >= 0)
		return true;
	if (!known) {
		known = bl_new(&r->own, item_seen);
		bl_map_put(&r->own, &c->seen, bl_str_dup(&r->own, key), known);
	}
	known->when = bl_str_dup(&r->own, when);
	if (known->asset) {
		known->asset->id.n = 0;
		known->asset = NULL;
		c->again = true;
	}
	if (bl_str_find(status, BL_STR("Deleted"), 0) >= 0)
		return true;
	bl_aws_seen seen = {.type = registry_type(type), .arn = arn, .id = id, .account = either(item, "awsAccountId", "accountId"),
		.region = bl_snapshot_text(item, "awsRegion"), .name = bl_snapshot_text(item, "resourceName"), .seen_at = when,
		.tags = bl_snapshot_json(r, bl_value_geti(item, BL_STR("tags"))), .shape = description_of(r, item)};
	seen.registry = is_registry(type, seen.shape);
	if (arn.n && is_known_by_name(seen.type))
		seen.id = BL_STR(""); /* the ARN says it */
	known->asset = bl_aws_add(r, &seen);
	return true;
}

static bool on_row(bl_snapshot_reader *r, void *state, size_t path, const bl_value *row, uint64_t offset)
{
	(void)offset;
	if (path == RESULTS)
		row = bl_snapshot_json(r, row);
	return bl_value_is(row, BL_MAP) && add_item(r, state, row);
}

static bool on_object(bl_snapshot_reader *r, void *state, const bl_value *v, uint64_t offset)
{
	(void)offset;
	return add_item(r, state, v) || bl_value_getz(v, "configSnapshotId") != NULL;
}

static void at_end(bl_snapshot_reader *r, void *state)
{
	const config *c = state;
	size_t kept = 0;
	for (size_t i = 0; c->again && i < r->out->assets.n; i++)
		if (r->out->assets.items[i]->id.n)
			r->out->assets.items[kept++] = r->out->assets.items[i];
	if (c->again)
		r->out->assets.n = kept;
}

const bl_snapshot_format bl_aws_config_format = {
	.name = "aws-config",
	.paths = paths,
	.state = sizeof(config),
	.row = on_row,
	.object = on_object,
	.end = at_end,
};

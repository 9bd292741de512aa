#include "snapshots/aws.h"

typedef struct arn_type {
	const char *service, *prefix, *type;
} arn_type;

static const arn_type arn_types[] = {
#define X(service, prefix, type) {service, prefix, type},
#include "snapshots/aws_types.def"
#undef X
};

static const arn_type *row_of(const bl_arn *arn)
{
	for (size_t i = 0; i < sizeof arn_types / sizeof *arn_types; i++) {
		const arn_type *t = &arn_types[i];
		if (bl_str_eqz(arn->service, t->service) && bl_str_starts(arn->resource, bl_str_of(t->prefix)))
			return t;
	}
	return NULL;
}

bool bl_aws_is_among(bl_str type, const char *const *types, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bl_str_eqz(type, types[i]))
			return true;
	return false;
}

bl_str bl_aws_type_of(const bl_arn *arn)
{
	const arn_type *t = row_of(arn);
	/* an object's ARN names the bucket first, a subscription's the topic */
	if (!t || (!t->prefix[0] && (memchr(arn->resource.p, '/', arn->resource.n) || memchr(arn->resource.p, ':', arn->resource.n))))
		return BL_STR("");
	return bl_str_of(t->type);
}

bl_str bl_aws_short_id(const bl_arn *arn)
{
	/* of these the stack's id is the ARN, or what follows the prefix holds more than the id */
	static const char *const last[] = {"AWS::IAM::Group", "AWS::IAM::InstanceProfile", "AWS::IAM::Role", "AWS::IAM::User"};
	static const char *const whole[] = {"AWS::CertificateManager::Certificate", "AWS::CloudFormation::Stack", "AWS::DMS::ReplicationInstance",
		"AWS::ECS::Service", "AWS::ECS::TaskDefinition", "AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::LoadBalancer",
		"AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::IAM::ManagedPolicy", "AWS::IAM::OIDCProvider", "AWS::MSK::Cluster", "AWS::SNS::Topic",
		"AWS::SecretsManager::Secret", "AWS::StepFunctions::StateMachine"};
	static const char *const first[] = {"AWS::Lambda::Function", "AWS::Logs::LogGroup"};
	const arn_type *t = row_of(arn);
	if (!t || bl_aws_is_among(bl_str_of(t->type), whole, sizeof whole / sizeof *whole))
		return BL_STR("");
	bl_str id = bl_str_slice(arn->resource, strlen(t->prefix), arn->resource.n);
	if (bl_aws_is_among(bl_str_of(t->type), last, sizeof last / sizeof *last))
		id = bl_str_slice(id, (size_t)(bl_str_rfind_char(id, '/') + 1), id.n);
	if (bl_aws_is_among(bl_str_of(t->type), first, sizeof first / sizeof *first))
		bl_str_cut(id, ':', &id);
	return id;
}

static bl_str scope_of(bl_snapshot_reader *r, bl_str account, bl_str region)
{
	bl_str scope = bl_str_fmt(r->scratch, BL_FMT "%s" BL_FMT, BL_ARG(account), account.n && region.n ? "/" : "", BL_ARG(region));
	return bl_keep_str(&r->keeper, bl_str_lower(r->scratch, scope));
}

bl_str bl_aws_scope(bl_snapshot_reader *r, bl_str text)
{
	bl_arn arn;
	return bl_arn_parse(text, &arn) ? scope_of(r, arn.account, arn.region) : BL_STR("");
}

const bl_value *bl_aws_tags(bl_snapshot_reader *r, const bl_value *tags)
{
	bl_items items = {0};
	if (bl_value_is(tags, BL_MAP))
		return tags->n ? tags : NULL;
	for (uint32_t i = 0; bl_value_is(tags, BL_LIST) && i < tags->n; i++) {
		bl_str key = bl_value_text(bl_value_geti(tags->list[i], BL_STR("key")));
		const bl_value *value = bl_value_geti(tags->list[i], BL_STR("value"));
		if (!key.n)
			key = bl_value_text(bl_value_geti(tags->list[i], BL_STR("TagKey")));
		if (!value)
			value = bl_value_geti(tags->list[i], BL_STR("TagValue"));
		if (key.n && value)
			bl_vec_push(r->scratch, &items, ((bl_item){key, BL_NOWHERE, value}));
	}
	return items.n ? bl_items_value(r->scratch, BL_NOWHERE, &items) : NULL;
}

static bl_str partition_of(bl_str region)
{
	if (bl_str_starts(region, BL_STR("cn-")))
		return BL_STR("aws-cn");
	return bl_str_starts(region, BL_STR("us-gov-")) ? BL_STR("aws-us-gov") : BL_STR("aws");
}

/* Many descriptions and all stacks leave the ARN out; its parts are there. Empty where one is not, or where more than id belongs to it. */
static bl_str made_arn(bl_snapshot_reader *r, const bl_aws_seen *s)
{
	static const char *const services[] = {"dynamodb", "ec2", "ecr", "elasticfilesystem", "kms", "lambda", "rds"};
	if (bl_str_eqz(s->type, "AWS::S3::Bucket") && s->id.n)
		return bl_str_fmt(r->scratch, "arn:" BL_FMT ":s3:::" BL_FMT, BL_ARG(partition_of(s->region)), BL_ARG(s->id));
	/* a stack knows an address by itself, not by its allocation; a layer has a version behind its name */
	bool partly = bl_str_eqz(s->type, "AWS::Lambda::LayerVersion") ||
		(bl_str_eqz(s->type, "AWS::EC2::EIP") && !bl_str_starts(s->id, BL_STR("eipalloc-")));
	if (!s->account.n || !s->region.n || !s->id.n || partly)
		return BL_STR("");
	for (size_t i = 0; i < sizeof arn_types / sizeof *arn_types; i++) {
		const arn_type *t = &arn_types[i];
		if (bl_str_eqz(s->type, t->type) && bl_aws_is_among(bl_str_of(t->service), services, sizeof services / sizeof *services))
			return bl_str_fmt(r->scratch, "arn:" BL_FMT ":%s:" BL_FMT ":" BL_FMT ":%s" BL_FMT, BL_ARG(partition_of(s->region)),
				t->service, BL_ARG(s->region), BL_ARG(s->account), t->prefix, BL_ARG(s->id));
	}
	return BL_STR("");
}

bl_str bl_aws_queue_arn(bl_arena *arena, bl_str url)
{
	bl_str head = BL_STR("https://sqs."), region, account, host;
	if (!bl_str_starts(url, head))
		return BL_STR("");
	bl_str rest = bl_str_cut(bl_str_slice(url, head.n, url.n), '/', &host);
	bl_str_cut(host, '.', &region);
	bl_str name = bl_str_cut(rest, '/', &account);
	if (!name.n)
		return BL_STR("");
	return bl_str_fmt(arena, "arn:" BL_FMT ":sqs:" BL_FMT ":" BL_FMT ":" BL_FMT, BL_ARG(partition_of(region)), BL_ARG(region), BL_ARG(account),
		BL_ARG(name));
}

/* CloudFormation marks what it makes: the stack and the name of the resource in its template. */
static void bind_by_tags(bl_snapshot_reader *r, const bl_asset *asset, const bl_value *tags)
{
	bl_str stack = bl_value_text(bl_value_getz(tags, "aws:cloudformation:stack-name"));
	bl_str logical = bl_value_text(bl_value_getz(tags, "aws:cloudformation:logical-id"));
	if (!stack.n || !logical.n)
		return;
	bl_binding *binding = bl_snapshot_bind(r, BL_FROM_STACK, logical, asset->type, asset->id);
	binding->owner = bl_keep_str(&r->keeper, stack);
	binding->scope = asset->scope;
}

/* DocumentDB and Neptune share the calls of RDS, and their ARNs say rds: the engine tells whose it is. */
static bl_str type_by_engine(const bl_aws_seen *s)
{
	static const struct {
		const char *type, *engine, *own;
	} types[] = {{"AWS::RDS::DBCluster", "docdb", "AWS::DocDB::DBCluster"}, {"AWS::RDS::DBCluster", "neptune", "AWS::Neptune::DBCluster"},
		{"AWS::RDS::DBInstance", "docdb", "AWS::DocDB::DBInstance"}, {"AWS::RDS::DBInstance", "neptune", "AWS::Neptune::DBInstance"}};
	bl_str engine = s->registry ? BL_STR("") : bl_value_text(bl_value_geti(s->shape, BL_STR("engine")));
	for (size_t i = 0; engine.n && i < sizeof types / sizeof *types; i++)
		if (bl_str_eqz(s->type, types[i].type) && bl_str_eqz(engine, types[i].engine))
			return bl_str_of(types[i].own);
	return s->type;
}

/* A body in the registry's own form. */
static const bl_value *registry_body(bl_snapshot_reader *r, const bl_value *shape)
{
	bl_items items = {0};
	bl_items_put(r->scratch, &items, BL_STR("properties"), BL_NOWHERE, shape);
	return bl_keep_value(&r->keeper, bl_items_value(r->scratch, BL_NOWHERE, &items));
}

/* The name where the type keeps it. */
static bl_str name_in(const bl_snapshot_reader *r, const bl_asset *asset)
{
	const bl_type *type = bl_schema_type(r->schema, asset->type);
	const bl_value *identity = type ? bl_value_getz(type->schema, "identity") : NULL;
	bl_str path = bl_value_text(bl_value_getz(identity, "name"));
	return path.n ? bl_value_text(bl_value_at_path(asset->body, path)) : BL_STR("");
}

/* The name and the tags stand beside the properties, too. */
static void complete_body(bl_snapshot_reader *r, bl_asset *asset)
{
	bl_arena *arena = &r->out->arena;
	bl_items items = {0};
	if (!bl_value_is(asset->body, BL_MAP))
		return;
	for (uint32_t i = 0; i < asset->body->n; i++)
		bl_vec_push(arena, &items, asset->body->map[i]);
	if (asset->name.n)
		bl_items_put(arena, &items, BL_STR("name"), BL_NOWHERE, bl_keep_text(&r->keeper, asset->name));
	if (asset->tags)
		bl_items_put(arena, &items, BL_STR("tags"), BL_NOWHERE, asset->tags);
	bl_value *body = bl_items_value(arena, BL_NOWHERE, &items);
	body->open = asset->body->open;
	asset->body = body;
}

bl_asset *bl_aws_add(bl_snapshot_reader *r, const bl_aws_seen *seen)
{
	bl_aws_seen s = *seen;
	bl_arn arn;
	if (!s.arn.n)
		s.arn = made_arn(r, &s);
	bool has_arn = bl_arn_parse(s.arn, &arn);
	s.type = type_by_engine(&s);
	bl_asset *asset = bl_snapshot_add(r, bl_keep_str(&r->keeper, s.arn.n ? s.arn : s.id), s.type);
	if (!s.id.n && has_arn)
		s.id = bl_aws_short_id(&arn);
	asset->short_id = bl_keep_str(&r->keeper, bl_str_eq(s.id, asset->id) ? BL_STR("") : s.id);
	/* ARNs of global services and of buckets leave places out that the export may know */
	asset->scope = scope_of(r, s.account.n ? s.account : has_arn ? arn.account : BL_STR(""),
		s.region.n && !bl_str_eqz(s.region, "global") ? s.region : has_arn ? arn.region : BL_STR(""));
	asset->location = bl_keep_str(&r->keeper, s.region.n ? s.region : has_arn ? arn.region : BL_STR(""));
	asset->seen_at = bl_keep_str(&r->keeper, s.seen_at);
	const bl_value *tags = bl_aws_tags(r, s.tags);
	if (!tags)
		tags = bl_aws_tags(r, bl_value_geti(s.shape, BL_STR("tags")));
	if (!tags)
		tags = bl_aws_tags(r, bl_value_geti(s.shape, BL_STR("TagList")));
	if (!tags)
		tags = bl_aws_tags(r, bl_value_geti(s.shape, BL_STR("TagSet")));
	asset->tags = bl_keep_value(&r->keeper, tags);
	if (bl_value_is(s.shape, BL_MAP))
		asset->body = s.registry ? registry_body(r, s.shape) : bl_aws_shape(r, asset->type, s.shape);
	bl_str name = name_in(r, asset);
	asset->name = name.n ? name : bl_keep_str(&r->keeper, s.name.n ? s.name : s.id.n ? s.id : asset->id);
	complete_body(r, asset);
	if (tags)
		bind_by_tags(r, asset, asset->tags);
	return asset;
}

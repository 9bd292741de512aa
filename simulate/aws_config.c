/* AWS Config: a snapshot file, an item for each resource of a type that it records. */
#include "simulate/aws.h"

#include "core/codec/json.h"

/* What Config calls a type that the registry calls otherwise, and the id that it knows a resource by where that is not the physical one. */
typedef struct config_name {
	const char *type, *config, *id; /* id: a pattern; "arn": the ARN; NULL: the physical id */
} config_name;

static const config_name names[] = {
	{"AWS::AutoScaling::AutoScalingGroup", NULL, "arn"},
	{"AWS::CertificateManager::Certificate", "AWS::ACM::Certificate", "arn"},
	{"AWS::CodeBuild::Project", NULL, "arn"},
	{"AWS::DocDB::DBCluster", "AWS::RDS::DBCluster", "cluster-{u26}"},
	{"AWS::Elasticsearch::Domain", NULL, "{a}/{n}"},
	{"AWS::IAM::Group", NULL, "AGPA{u17}"},
	{"AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "ANPA{u17}"},
	{"AWS::IAM::Role", NULL, "AROA{u17}"},
	{"AWS::IAM::User", NULL, "AIDA{u17}"},
	{"AWS::Neptune::DBCluster", "AWS::RDS::DBCluster", "cluster-{u26}"},
	{"AWS::OpenSearchService::Domain", "AWS::OpenSearch::Domain", "{a}/{n}"},
	{"AWS::RDS::DBCluster", NULL, "cluster-{u26}"},
	{"AWS::RDS::DBInstance", NULL, "db-{u26}"},
};

static const config_name *name_of(bl_str type)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (bl_str_eqz(type, names[i].type))
			return &names[i];
	return NULL;
}

static bl_str config_id(sim_world *w, const sim_thing *t)
{
	const config_name *name = name_of(t->type);
	if (!name || !name->id)
		return t->id;
	return strcmp(name->id, "arn") == 0 ? t->arn : sim_aws_expand(w, t, name->id, "Config's id");
}

/* Ids in a body that say what the resource stands in or uses. */
static void write_relationships(bl_json *j, const bl_value *v, int depth)
{
	static const char *const kinds[][3] = {{"sg-", "AWS::EC2::SecurityGroup", "Is associated with SecurityGroup"},
		{"subnet-", "AWS::EC2::Subnet", "Is contained in Subnet"}, {"vol-", "AWS::EC2::Volume", "Is attached to Volume"},
		{"vpc-", "AWS::EC2::VPC", "Is contained in Vpc"}};
	for (uint32_t i = 0; depth < 8 && (v->kind == BL_MAP || v->kind == BL_LIST) && i < v->n; i++)
		write_relationships(j, v->kind == BL_MAP ? v->map[i].value : v->list[i], depth + 1);
	for (size_t i = 0; v->kind == BL_STRING && i < sizeof kinds / sizeof *kinds; i++) {
		if (!bl_str_starts(v->string, bl_str_of(kinds[i][0])) || v->string.n != strlen(kinds[i][0]) + 17)
			continue;
		bl_json_object(j);
		bl_json_member(j, "resourceId", v->string);
		bl_json_member(j, "resourceType", bl_str_of(kinds[i][1]));
		bl_json_member(j, "name", bl_str_of(kinds[i][2]));
		bl_json_object_end(j);
	}
}

static void write_tags(bl_json *j, const bl_value *tags)
{
	bl_json_object(j);
	for (uint32_t i = 0; bl_value_is(tags, BL_MAP) && i < tags->n; i++) {
		bl_json_key_str(j, tags->map[i].key);
		bl_json_value(j, tags->map[i].value);
	}
	bl_json_object_end(j);
}

/* The registry's schema. Of a Terraform type without a table only what cannot be nested otherwise there: scalars, and lists of them. */
static const bl_value *registry_properties(sim_world *w, const sim_thing *t)
{
	const bl_value *properties = bl_value_getz(t->body, "properties");
	const bl_resource *r = t->resource || !t->like ? t->resource : t->like->resource;
	bool plain = r && r->language == BL_LANG_TERRAFORM && bl_str_eq(r->type, r->native_type);
	bl_items kept = {0};
	for (uint32_t i = 0; bl_value_is(properties, BL_MAP) && i < properties->n; i++) {
		const bl_value *v = properties->map[i].value;
		bool nested = v->kind == BL_MAP || (v->kind == BL_LIST && v->n && (v->list[0]->kind == BL_MAP || v->list[0]->kind == BL_LIST));
		if (!bl_str_eqz(properties->map[i].key, "Tags") && !(plain && nested))
			bl_vec_push(&w->arena, &kept, properties->map[i]);
	}
	return bl_items_value(&w->arena, BL_NOWHERE, &kept);
}

static void write_configuration(sim_world *w, const sim_thing *t, bl_json *j)
{
	const bl_value *properties = registry_properties(w, t);
	bl_json_key(j, "relationships");
	bl_json_array(j);
	write_relationships(j, properties, 0);
	bl_json_array_end(j);
	const bl_value *described = sim_aws_type_named(t->type)->shape == SIM_AWS_DESCRIBED ? sim_aws_described(w, t) : NULL;
	const bl_value *more = bl_value_getz(described, "supplementaryConfiguration");
	bl_json_key(j, "configuration");
	bl_json_value(j, described ? bl_value_getz(described, "configuration") : properties);
	bl_json_key(j, "supplementaryConfiguration");
	bl_json_value(j, more ? more : bl_value_map(&w->arena, BL_NOWHERE, NULL, 0));
}

static void write_item(sim_world *w, const sim_thing *t, bl_json *j)
{
	const config_name *name = name_of(t->type);
	bl_json_object(j);
	bl_json_member(j, "configurationItemVersion", BL_STR("1.3"));
	bl_json_member(j, "configurationItemCaptureTime", sim_time(w, sim_draw(t->seed, "capture", BL_STR("")) % (86400u * 20)));
	bl_json_member_int(j, "configurationStateId", 1700000000000 + (long long)(t->seed % 40000000000u));
	bl_json_member(j, "awsAccountId", sim_place(t, SIM_AWS));
	bl_json_member(j, "configurationItemStatus", BL_STR("OK"));
	bl_json_member(j, "resourceType", name && name->config ? bl_str_of(name->config) : t->type);
	bl_json_member(j, "resourceId", config_id(w, t));
	bl_json_member(j, "resourceName", sim_aws_has_name(w, t) ? t->name : BL_STR(""));
	bl_json_member(j, "ARN", t->arn);
	bool global = bl_str_find(t->arn, BL_STR(":iam::"), 0) >= 0;
	bl_json_member(j, "awsRegion", global ? BL_STR("global") : t->root->region);
	bl_json_member(j, "availabilityZone", global ? BL_STR("Not Applicable") : BL_STR("Regional"));
	bl_json_member(j, "resourceCreationTime", sim_time(w, sim_draw(t->seed, "created", BL_STR(""))));
	bl_json_key(j, "tags");
	write_tags(j, t->tags);
	write_configuration(w, t, j);
	bl_json_object_end(j);
}

void sim_aws_write_config(sim_world *w, bl_buf *out)
{
	bl_json j;
	sim_things shown = sim_shown(w, BL_SIMULATE_CONFIG);
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_member(&j, "fileVersion", BL_STR("1.0"));
	bl_json_member(&j, "configSnapshotId", sim_guid(&w->arena, sim_draw(w->options->seed, "snapshot", BL_STR(""))));
	bl_json_key(&j, "configurationItems");
	bl_json_array(&j);
	for (size_t i = 0; i < shown.n; i++)
		write_item(w, shown.items[i], &j);
	bl_json_array_end(&j);
	bl_json_object_end(&j);
}

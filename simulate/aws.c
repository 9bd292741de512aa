/* Amazon: names that the services make, physical ids and ARNs, and the exports of Config, the tagging API and CloudFormation. */
#include "simulate/world.h"

#include "core/codec/calendar.h"
#include "core/codec/json.h"

typedef struct aws_type {
	const char *type, *id, *arn;
	bool lower; /* Config shows the service's describe call, whose names begin in lower case; else the registry's schema */
} aws_type;

static const aws_type types[] = {
#define AWS(type, id, arn, lower) {type, id, arn, lower},
#include "simulate/aws_types.def"
#undef AWS
};

static const aws_type *type_named(bl_str type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (bl_str_eqz(type, types[i].type))
			return &types[i];
	return NULL;
}

sim_thing *sim_aws_macro(sim_world *w, const sim_thing *t)
{
	static const char *const macros[] = {"Api", "Application", "Function", "HttpApi", "LayerVersion", "SimpleTable", "StateMachine"};
	for (size_t i = 0; t->resource->language == BL_LANG_CLOUDFORMATION && i < sizeof macros / sizeof *macros; i++) {
		bl_str address = bl_str_fmt(&w->arena, "AWS::Serverless::%s." BL_FMT, macros[i], BL_ARG(t->resource->label));
		sim_thing *macro = bl_map_get(&t->root->by_address, address);
		if (macro && macro != t)
			return macro;
	}
	return NULL;
}

/* ---- names and ids ---- */

bl_str sim_aws_made_up_name(sim_world *w, sim_thing *t)
{
	bl_arena *a = &w->arena;
	uint64_t number = sim_draw(t->seed, "name", BL_STR(""));
	bl_str label = t->resource->label, prefix = sim_native_text(w, t, "name_prefix");
	if (t->resource->language == BL_LANG_CLOUDFORMATION) {
		bl_str letters = sim_letters(a, number, BL_STR("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), 12);
		bl_str name = bl_str_fmt(a, BL_FMT "-" BL_FMT "-" BL_FMT, BL_ARG(bl_str_slice(t->root->stack, 0, 24)),
			BL_ARG(bl_str_slice(label, 0, 24)), BL_ARG(letters));
		bool lower = bl_str_eqz(t->type, "AWS::S3::Bucket") || bl_str_starts(t->type, BL_STR("AWS::RDS::"));
		return lower ? bl_str_lower(a, name) : name;
	}
	if (!prefix.n)
		prefix = sim_native_text(w, t, "bucket_prefix");
	bl_date d = bl_calendar_date(w->now - (long long)(number % (300u * 86400u)));
	return bl_str_fmt(a, BL_FMT "%04lld%02d%02d%02d%02d%02d%04d%08x", BL_ARG(prefix.n ? prefix : BL_STR("terraform-")), d.year,
		d.month, d.day, d.hour, d.minute, d.second, (int)(number >> 50) % 10000, 1 + (int)(number >> 40) % 40);
}

/* What one {..} of a pattern stands for. */
static bl_str filled(sim_world *w, sim_thing *t, bl_str hole, const char *purpose)
{
	bl_arena *a = &w->arena;
	uint64_t number = sim_draw(t->seed, purpose, hole);
	size_t n = 0;
	for (size_t i = 1; i < hole.n; i++)
		n = n * 10 + (size_t)(hole.p[i] - '0');
	switch (hole.p[0]) {
	case 'a':
		return t->root->account;
	case 'g':
		return sim_guid(a, number);
	case 'h':
		return sim_hex(a, number, n);
	case 'i':
		return t->id;
	case 'l':
		return sim_letters(a, number, BL_STR("abcdefghijklmnopqrstuvwxyz0123456789"), n);
	case 'n':
		return t->name;
	case 'r':
		return t->root->region;
	default:
		return sim_letters(a, number, BL_STR("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), n);
	}
}

static bl_str expand(sim_world *w, sim_thing *t, const char *pattern, const char *purpose)
{
	bl_buf out = {0};
	for (const char *p = pattern; *p; p++) {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;
		if (end) {
			bl_buf_put(&out, filled(w, t, bl_str_make(p + 1, (size_t)(end - p - 1)), purpose));
			p = end;
		} else {
			bl_buf_putc(&out, *p);
		}
	}
	bl_str text = bl_str_dup(&w->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text;
}

bl_str sim_aws_id(sim_world *w, sim_thing *t)
{
	const aws_type *type = type_named(t->type);
	sim_name(w, t);
	if (!type) {
		t->id = t->name;
		return t->id;
	}
	t->id = expand(w, t, type->id, "id");
	t->arn = *type->arn ? expand(w, t, type->arn, "arn") : t->id;
	return t->id;
}

/* ---- bodies ---- */

/* A Terraform type without a table: its arguments, as the registry's schemas spell theirs. */
static const bl_value *body_of_native(sim_world *w, sim_thing *t)
{
	bl_arena *a = &w->arena;
	const bl_value *native = t->resource->native;
	bl_items properties = {0}, body = {0};
	for (uint32_t i = 0; i < native->n; i++) {
		const bl_value *v = sim_value(w, t, native->map[i].value, native->map[i].key);
		if (v && bl_str_eqz(native->map[i].key, "tags"))
			bl_items_put(a, &body, BL_STR("tags"), BL_NOWHERE, v);
		else if (v && v->kind != BL_NULL)
			bl_items_put(a, &properties, sim_pascal(a, native->map[i].key), native->map[i].key_span, v);
	}
	bl_items_put(a, &body, BL_STR("properties"), BL_NOWHERE, bl_items_value(a, BL_NOWHERE, &properties));
	return bl_items_value(a, BL_NOWHERE, &body);
}

const bl_value *sim_aws_body(sim_world *w, sim_thing *t)
{
	bl_arena *a = &w->arena;
	const bl_resource *r = t->resource;
	bool plain = r->language == BL_LANG_TERRAFORM && bl_str_eq(r->type, r->native_type);
	const bl_value *body = plain ? body_of_native(w, t) : sim_value(w, t, r->effective, BL_STR(""));
	if (!bl_value_is(body, BL_MAP))
		body = bl_value_map(a, BL_NOWHERE, NULL, 0);
	const bl_type *type = bl_schema_type(w->schema, t->type);
	const bl_value *identity = type ? bl_value_getz(type->schema, "identity") : NULL;
	bl_str path = bl_value_text(bl_value_getz(identity, "name"));
	const aws_type *own = type_named(t->type);
	if (bl_str_starts(path, BL_STR("properties.")))
		body = bl_value_with(a, body, path, sim_string(w, own && !strstr(own->id, "{n}") && !t->named ? t->id : t->name));
	return body;
}

/* Key and Value pairs, or a map. */
const bl_value *sim_aws_tags(sim_world *w, sim_thing *t)
{
	bl_arena *a = &w->arena;
	bl_items tags = {0};
	const bl_value *list = bl_value_geti(t->body, BL_STR("tags"));
	if (!list)
		list = bl_value_at_path(t->body, BL_STR("properties.Tags"));
	if (bl_value_is(list, BL_MAP))
		for (uint32_t i = 0; i < list->n; i++)
			bl_items_put(a, &tags, list->map[i].key, BL_NOWHERE, list->map[i].value);
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < list->n; i++) {
		bl_str key = bl_value_text(bl_value_getz(list->list[i], "Key"));
		const bl_value *value = bl_value_getz(list->list[i], "Value");
		if (key.n && value)
			bl_items_put(a, &tags, key, BL_NOWHERE, value);
	}
	t->had_tags = tags.n > 0;
	if (t->stripped)
		tags = (bl_items){0};
	/* nobody can take these away */
	if (t->resource->language == BL_LANG_CLOUDFORMATION && bl_schema_type(w->schema, t->type)) {
		bl_str stack = bl_str_fmt(a, "arn:aws:cloudformation:" BL_FMT ":" BL_FMT ":stack/" BL_FMT "/" BL_FMT, BL_ARG(t->root->region),
			BL_ARG(t->root->account), BL_ARG(t->root->stack), BL_ARG(sim_guid(a, t->root->seed)));
		bl_items_put(a, &tags, BL_STR("aws:cloudformation:logical-id"), BL_NOWHERE, sim_string(w, t->resource->label));
		bl_items_put(a, &tags, BL_STR("aws:cloudformation:stack-id"), BL_NOWHERE, sim_string(w, stack));
		bl_items_put(a, &tags, BL_STR("aws:cloudformation:stack-name"), BL_NOWHERE, sim_string(w, t->root->stack));
	}
	return tags.n ? bl_items_value(a, BL_NOWHERE, &tags) : NULL;
}

void sim_aws_show(sim_world *w)
{
	for (size_t i = 0; i < w->things.n; i++) {
		sim_thing *t = w->things.items[i];
		if (t->cloud != SIM_AWS || t->missing)
			continue;
		if (type_named(t->type))
			t->shown |= BL_SIMULATE_CONFIG | (t->tags ? BL_SIMULATE_TAGS : 0);
		if (t->resource->language == BL_LANG_CLOUDFORMATION)
			t->shown |= BL_SIMULATE_STACKS;
	}
}

/* ---- Config ---- */

static void write_value(sim_world *w, bl_json *j, const bl_value *v, bool lower, int depth)
{
	if (v->kind == BL_MAP && depth < 32) {
		bl_json_object(j);
		for (uint32_t i = 0; i < v->n; i++) {
			bl_str key = v->map[i].key;
			if (lower && key.n && key.p[0] >= 'A' && key.p[0] <= 'Z') {
				key = bl_str_dup(&w->arena, key);
				((char *)key.p)[0] += 32;
			}
			bl_json_key_str(j, key);
			write_value(w, j, v->map[i].value, lower, depth + 1);
		}
		bl_json_object_end(j);
	} else if (v->kind == BL_LIST && depth < 32) {
		bl_json_array(j);
		for (uint32_t i = 0; i < v->n; i++)
			write_value(w, j, v->list[i], lower, depth + 1);
		bl_json_array_end(j);
	} else {
		bl_json_value(j, v);
	}
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

static void write_configuration(sim_world *w, const sim_thing *t, bl_json *j)
{
	const bl_value *properties = bl_value_getz(t->body, "properties");
	bl_items kept = {0};
	for (uint32_t i = 0; bl_value_is(properties, BL_MAP) && i < properties->n; i++)
		if (!bl_str_eqz(properties->map[i].key, "Tags"))
			bl_vec_push(&w->arena, &kept, properties->map[i]);
	properties = bl_items_value(&w->arena, BL_NOWHERE, &kept);
	bool bucket = bl_str_eqz(t->type, "AWS::S3::Bucket");
	bl_json_key(j, "relationships");
	bl_json_array(j);
	write_relationships(j, properties, 0);
	bl_json_array_end(j);
	bl_json_key(j, "configuration");
	if (bucket) {
		bl_json_object(j);
		bl_json_member(j, "name", t->name);
		bl_json_member(j, "creationDate", sim_time(w, t->seed));
		bl_json_object_end(j);
	} else {
		write_value(w, j, properties, type_named(t->type)->lower, 0);
	}
	bl_json_key(j, "supplementaryConfiguration");
	bl_json_object(j);
	for (uint32_t i = 0; bucket && i < properties->n; i++) {
		bl_str key = properties->map[i].key;
		if (bl_str_eqz(key, "BucketName"))
			continue;
		if (bl_str_eqz(key, "VersioningConfiguration") || bl_str_eqz(key, "LoggingConfiguration"))
			key = bl_str_cat(&w->arena, BL_STR("Bucket"), key);
		bl_json_key_str(j, key);
		write_value(w, j, properties->map[i].value, true, 0);
	}
	bl_json_object_end(j);
}

static void write_item(sim_world *w, const sim_thing *t, bl_json *j)
{
	bl_json_object(j);
	bl_json_member(j, "configurationItemVersion", BL_STR("1.3"));
	bl_json_member(j, "configurationItemCaptureTime", sim_time(w, sim_draw(t->seed, "capture", BL_STR("")) % (86400u * 20)));
	bl_json_member_int(j, "configurationStateId", 1700000000000 + (long long)(t->seed % 40000000000u));
	bl_json_member(j, "awsAccountId", t->root->account);
	bl_json_member(j, "configurationItemStatus", BL_STR("OK"));
	bl_json_member(j, "resourceType", t->type);
	bl_json_member(j, "resourceId", t->id);
	bl_json_member(j, "resourceName", t->named || strstr(type_named(t->type)->id, "{n}") ? t->name : BL_STR(""));
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

/* ---- the tagging API and CloudFormation ---- */

void sim_aws_write_tags(sim_world *w, bl_buf *out)
{
	bl_json j;
	sim_things shown = sim_shown(w, BL_SIMULATE_TAGS);
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_key(&j, "ResourceTagMappingList");
	bl_json_array(&j);
	for (size_t i = 0; i < shown.n; i++) {
		const bl_value *tags = shown.items[i]->tags;
		bl_json_object(&j);
		bl_json_member(&j, "ResourceARN", shown.items[i]->arn);
		bl_json_key(&j, "Tags");
		bl_json_array(&j);
		for (uint32_t k = 0; bl_value_is(tags, BL_MAP) && k < tags->n; k++) {
			bl_json_object(&j);
			bl_json_member(&j, "Key", tags->map[k].key);
			bl_json_key(&j, "Value");
			bl_json_value(&j, tags->map[k].value);
			bl_json_object_end(&j);
		}
		bl_json_array_end(&j);
		bl_json_object_end(&j);
	}
	bl_json_array_end(&j);
	bl_json_object_end(&j);
}

void sim_aws_write_stacks(sim_world *w, bl_buf *out)
{
	bl_arena *a = &w->arena;
	bl_json j;
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_key(&j, "StackResources");
	bl_json_array(&j);
	for (size_t i = 0; i < w->things.n; i++) {
		sim_thing *t = w->things.items[i];
		if (!(t->shown & BL_SIMULATE_STACKS) || !t->resource)
			continue;
		bl_json_object(&j);
		bl_json_member(&j, "StackName", t->root->stack);
		bl_json_member(&j, "StackId", bl_str_fmt(a, "arn:aws:cloudformation:" BL_FMT ":" BL_FMT ":stack/" BL_FMT "/" BL_FMT,
			BL_ARG(t->root->region), BL_ARG(t->root->account), BL_ARG(t->root->stack), BL_ARG(sim_guid(a, t->root->seed))));
		bl_json_member(&j, "LogicalResourceId", t->resource->label);
		bl_json_member(&j, "PhysicalResourceId", t->id);
		bl_json_member(&j, "ResourceType", t->type);
		bl_json_member(&j, "Timestamp", sim_time(w, t->seed));
		bl_json_member(&j, "ResourceStatus", BL_STR("CREATE_COMPLETE"));
		bl_json_object_end(&j);
	}
	bl_json_array_end(&j);
	bl_json_object_end(&j);
}

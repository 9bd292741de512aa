/* Amazon: names that the services make, physical ids and ARNs, bodies, and the exports of the tagging API and CloudFormation. */
#include "simulate/aws.h"

#include "core/codec/calendar.h"
#include "core/codec/json.h"

static const sim_aws_type types[] = {
#define AWS(type, id, arn, shape) {type, id, arn, SIM_AWS_##shape},
#include "simulate/aws_types.def"
#undef AWS
};

const sim_aws_type *sim_aws_type_named(bl_str type)
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
static bl_str filled(sim_world *w, const sim_thing *t, bl_str hole, const char *purpose)
{
	bl_arena *a = &w->arena;
	uint64_t number = sim_draw(t->seed, purpose, hole);
	size_t n = 0;
	for (size_t i = 1; i < hole.n; i++)
		n = n * 10 + (size_t)(hole.p[i] - '0');
	switch (hole.p[0]) {
	case 'a':
		return sim_place(t, SIM_AWS);
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

bl_str sim_aws_expand(sim_world *w, const sim_thing *t, const char *pattern, const char *purpose)
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
	const sim_aws_type *type = sim_aws_type_named(t->type);
	sim_name(w, t);
	if (!type) {
		t->id = t->name;
		return t->id;
	}
	t->id = sim_aws_expand(w, t, type->id, "id");
	t->arn = *type->arn ? sim_aws_expand(w, t, type->arn, "arn") : t->id;
	return t->id;
}

/* ---- bodies ---- */

/* Where the type keeps its name, as its schema says: "properties.InstanceId"; or empty. */
static bl_str name_path(const sim_world *w, bl_str type)
{
	const bl_type *known = bl_schema_type(w->schema, type);
	const bl_value *identity = known ? bl_value_getz(known->schema, "identity") : NULL;
	return bl_value_text(bl_value_getz(identity, "name"));
}

/* Names that nobody chose are made up by Terraform, CloudFormation or the service; only what is known by an id alone has none. */
bool sim_aws_has_name(const sim_world *w, const sim_thing *t)
{
	const sim_aws_type *type = sim_aws_type_named(t->type);
	bl_str path = name_path(w, t->type);
	return t->named || (type && strstr(type->id, "{n}")) || (path.n && !bl_str_ends(path, BL_STR("Id")));
}

const bl_value *sim_aws_identified(sim_world *w, const sim_thing *t, const bl_value *body)
{
	bl_str path = name_path(w, t->type);
	if (!bl_str_starts(path, BL_STR("properties.")))
		return body;
	bool id = sim_aws_type_named(t->type) && !sim_aws_has_name(w, t);
	return bl_value_with(&w->arena, body, path, sim_string(w, id ? t->id : t->name));
}

/* What the registry calls an argument: its name with capitals, but for a few. Empty for one that it has in another form. */
static bl_str registry_name(bl_arena *arena, const bl_resource *r, bl_str argument)
{
	static const struct {
		const char *native, *argument, *name;
	} others[] = {{"aws_cloudwatch_event_rule", "event_pattern", NULL}, {"aws_cloudwatch_event_rule", "is_enabled", NULL},
		{"aws_db_option_group", "name", "OptionGroupName"}, {"aws_db_option_group", "option_group_description", "OptionGroupDescription"},
		{"aws_db_subnet_group", "description", "DBSubnetGroupDescription"}, {"aws_db_subnet_group", "name", "DBSubnetGroupName"},
		{"aws_kms_alias", "name", "AliasName"}, {"aws_network_interface", "security_groups", "GroupSet"}};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (bl_str_eqz(r->native_type, others[i].native) && bl_str_eqz(argument, others[i].argument))
			return others[i].name ? bl_str_of(others[i].name) : BL_STR("");
	return sim_pascal(arena, argument);
}

/* A Terraform type without a table: its arguments, as the registry's schemas spell theirs. */
static const bl_value *body_of_native(sim_world *w, sim_thing *t)
{
	bl_arena *a = &w->arena;
	const bl_value *native = t->resource->native;
	bl_items properties = {0}, body = {0};
	for (uint32_t i = 0; i < native->n; i++) {
		bl_str key = native->map[i].key, name = registry_name(a, t->resource, key);
		const bl_value *v = sim_value(w, t, native->map[i].value, key);
		if (v && bl_str_eqz(key, "tags"))
			bl_items_put(a, &body, BL_STR("tags"), BL_NOWHERE, v);
		else if (v && v->kind != BL_NULL && name.n && !bl_str_eqz(key, "name") && !bl_str_eqz(key, "name_prefix"))
			bl_items_put(a, &properties, name, native->map[i].key_span, v);
	}
	/* what a prefix became, and a new name */
	if (sim_aws_has_name(w, t))
		bl_items_put(a, &properties, registry_name(a, t->resource, BL_STR("name")), BL_NOWHERE, sim_string(w, t->name));
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
	return sim_aws_identified(w, t, body);
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
			BL_ARG(sim_place(t, SIM_AWS)), BL_ARG(t->root->stack), BL_ARG(sim_guid(a, t->root->seed)));
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
		const sim_aws_type *type = sim_aws_type_named(t->type);
		if (type && type->shape != SIM_AWS_UNRECORDED)
			t->shown |= BL_SIMULATE_CONFIG;
		if (type && t->tags)
			t->shown |= BL_SIMULATE_TAGS;
		if (t->resource->language == BL_LANG_CLOUDFORMATION)
			t->shown |= BL_SIMULATE_STACKS;
	}
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
			BL_ARG(t->root->region), BL_ARG(sim_place(t, SIM_AWS)), BL_ARG(t->root->stack), BL_ARG(sim_guid(a, t->root->seed))));
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

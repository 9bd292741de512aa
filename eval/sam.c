#include "eval/sam.h"

/* ---- trees */

const bl_value *bl_sam_get(const bl_sam *sam, const char *key)
{
	return bl_value_getz(sam->properties, key);
}

bool bl_sam_is_true(const bl_value *v)
{
	bl_str text;
	return v && bl_stack_text(v, &text) && bl_str_eqiz(text, "true");
}

bl_str bl_sam_name(const bl_sam *sam, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	bl_str s = bl_str_vfmt(sam->arena, format, ap);
	va_end(ap);
	return s;
}

const bl_value *bl_sam_str(const bl_sam *sam, bl_str text)
{
	bl_value *v = bl_value_string(sam->arena, sam->at, text);
	v->origin = BL_COMPUTED;
	return v;
}

const bl_value *bl_sam_text(const bl_sam *sam, const char *text)
{
	return bl_sam_str(sam, bl_str_of(text));
}

const bl_value *bl_sam_ref(const bl_sam *sam, bl_str id)
{
	return bl_stack_call(sam->arena, sam->at, "Ref", bl_sam_str(sam, id));
}

static const bl_value *pair(const bl_sam *sam, const bl_value *a, const bl_value *b)
{
	const bl_value **two = bl_new_n(sam->arena, const bl_value *, 2);
	two[0] = a;
	two[1] = b;
	return bl_value_list(sam->arena, sam->at, two, 2);
}

const bl_value *bl_sam_get_att(const bl_sam *sam, bl_str id, const char *attribute)
{
	return bl_stack_call(sam->arena, sam->at, "Fn::GetAtt", pair(sam, bl_sam_str(sam, id), bl_sam_text(sam, attribute)));
}

const bl_value *bl_sam_sub(const bl_sam *sam, bl_str text, const char *name, const bl_value *value)
{
	const bl_value *argument = bl_sam_str(sam, text);
	if (name)
		argument = pair(sam, argument, bl_stack_call(sam->arena, sam->at, name, value));
	return bl_stack_call(sam->arena, sam->at, "Fn::Sub", argument);
}

const bl_value *bl_sam_list(const bl_sam *sam, const bl_value *one)
{
	const bl_value **list = bl_new(sam->arena, const bl_value *);
	list[0] = one;
	return bl_value_list(sam->arena, sam->at, list, 1);
}

const bl_value *bl_sam_map(const bl_sam *sam, const bl_items *items)
{
	return bl_items_value(sam->arena, sam->at, items);
}

void bl_sam_put(const bl_sam *sam, bl_items *out, const char *key, const bl_value *v)
{
	if (v)
		bl_items_put(sam->arena, out, bl_str_of(key), sam->at, v);
}

void bl_sam_rename(const bl_sam *sam, bl_items *out, const bl_value *from, const char *key, const char *to)
{
	const bl_item *item = bl_value_item(from, bl_str_of(key), false);
	if (item)
		bl_items_put(sam->arena, out, bl_str_of(to), item->key_span, item->value);
}

void bl_sam_copy(const bl_sam *sam, bl_items *out, const bl_value *from, const char *const *keys)
{
	for (; *keys; keys++)
		bl_sam_rename(sam, out, from, *keys, *keys);
}

static const bl_value *tag(const bl_sam *sam, bl_span span, bl_str key, const bl_value *value)
{
	bl_items items = {0};
	bl_items_put(sam->arena, &items, BL_STR("Key"), span, bl_value_string(sam->arena, span, key));
	bl_items_put(sam->arena, &items, BL_STR("Value"), span, value);
	return bl_items_value(sam->arena, span, &items);
}

const bl_value *bl_sam_tags(const bl_sam *sam, const bl_value *tags, const char *by)
{
	bl_values list = {0};
	if (by)
		bl_vec_push(sam->arena, &list, tag(sam, sam->at, bl_str_of(by), bl_sam_text(sam, "SAM")));
	for (uint32_t i = 0; bl_value_is(tags, BL_MAP) && i < tags->n; i++)
		bl_vec_push(sam->arena, &list, tag(sam, tags->map[i].key_span, tags->map[i].key, tags->map[i].value));
	return list.n ? bl_values_value(sam->arena, tags ? tags->span : sam->at, &list) : NULL;
}

const bl_value *bl_sam_location(const bl_sam *sam, const bl_value *uri, const char *const names[3])
{
	static const char *const keys[] = {"Bucket", "Key", "Version"};
	bl_str bucket, text = bl_value_text(uri);
	bl_items p = {0};
	if (bl_str_starts(text, BL_STR("s3://"))) {
		bl_str key = bl_str_cut(bl_str_slice(text, 5, text.n), '/', &bucket);
		bl_sam_put(sam, &p, names[0], bl_value_string(sam->arena, uri->span, bucket));
		bl_sam_put(sam, &p, names[1], bl_value_string(sam->arena, uri->span, key));
	}
	for (size_t i = 0; bl_value_is(uri, BL_MAP) && i < 3; i++)
		bl_sam_rename(sam, &p, uri, keys[i], names[i]);
	return p.n ? bl_value_map(sam->arena, uri->span, p.items, p.n) : NULL;
}

bl_stack_item *bl_sam_make(const bl_sam *sam, bl_str id, const char *type, const bl_items *properties)
{
	static const char *const for_all[] = {"Condition", NULL};
	static const char *const for_itself[] = {"CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "UpdatePolicy",
		"UpdateReplacePolicy", NULL};
	bl_items items = {0};
	bl_sam_put(sam, &items, "Type", bl_sam_text(sam, type));
	bl_sam_put(sam, &items, "Properties", bl_value_map(sam->arena, sam->block, properties->items, properties->n));
	bl_sam_copy(sam, &items, sam->declared, for_all);
	if (bl_str_eq(id, sam->id))
		bl_sam_copy(sam, &items, sam->declared, for_itself);
	return bl_stack_generate(sam->stack, id, sam->at, bl_items_value(sam->arena, sam->block, &items));
}

void bl_sam_alias(const bl_sam *sam, const char *name, const bl_stack_item *item)
{
	if (item)
		bl_map_put(sam->arena, &sam->stack->by_id, bl_sam_name(sam, BL_FMT ".%s", BL_ARG(sam->id), name), (void *)item);
}

/* ---- globals */

static bool is_plain_map(const bl_value *v)
{
	return v->kind == BL_MAP && !(v->n == 1 && bl_stack_is_function(v->map[0].key));
}

static const bl_value *appended(bl_arena *arena, const bl_value *first, const bl_value *then)
{
	bl_values list = {0};
	for (uint32_t i = 0; i < first->n; i++)
		bl_vec_push(arena, &list, first->list[i]);
	for (uint32_t i = 0; i < then->n; i++)
		bl_vec_push(arena, &list, then->list[i]);
	return bl_values_value(arena, then->span, &list);
}

/* Maps are merged, lists appended to the global one, anything else is the resource's own ("Globals section", "Overridable globals"). */
static const bl_value *merge(bl_cloudformation *run, const bl_value *global, const bl_value *own, int depth)
{
	bl_arena *arena = run->arena;
	if (global->kind == BL_LIST && own->kind == BL_LIST && bl_stack_spend(run, global->n + own->n))
		return appended(arena, global, own);
	bool maps = is_plain_map(global) && is_plain_map(own) && depth <= BL_EVAL_MAX_DEPTH;
	if (!maps || !bl_stack_spend(run, global->n + own->n + (size_t)global->n * own->n / 32))
		return own;
	bl_items items = {0};
	for (uint32_t i = 0; i < global->n; i++) {
		const bl_item *g = &global->map[i], *o = bl_value_item(own, g->key, false);
		bl_item merged = *g;
		if (o)
			merged = (bl_item){o->key, o->key_span, merge(run, g->value, o->value, depth + 1)};
		bl_vec_push(arena, &items, merged);
	}
	for (uint32_t i = 0; i < own->n; i++)
		if (!bl_value_item(global, own->map[i].key, false))
			bl_vec_push(arena, &items, own->map[i]);
	return bl_items_value(arena, own->span, &items);
}

static bool ignores(const bl_value *declared, bl_str property)
{
	const bl_value *names = bl_value_getz(declared, "IgnoreGlobals");
	for (uint32_t i = 0; bl_value_is(names, BL_LIST) && i < names->n; i++)
		if (bl_str_eq(bl_value_text(names->list[i]), property))
			return true;
	return bl_value_is_string(names, "*");
}

static const bl_value *with_globals(bl_stack *s, bl_str type, const bl_value *declared)
{
	bl_arena *arena = s->run->arena;
	ptrdiff_t colon = bl_str_rfind_char(type, ':');
	const bl_value *globals = bl_value_get(bl_value_getz(s->template, "Globals"), bl_str_slice(type, (size_t)(colon + 1), type.n));
	const bl_value *own = bl_value_getz(declared, "Properties");
	if (!bl_value_is(own, BL_MAP))
		own = bl_value_map(arena, declared->span, NULL, 0);
	bl_items kept = {0};
	for (uint32_t i = 0; bl_value_is(globals, BL_MAP) && i < globals->n; i++)
		if (!ignores(declared, globals->map[i].key))
			bl_vec_push(arena, &kept, globals->map[i]);
	if (!kept.n)
		return own;
	return merge(s->run, bl_items_value(arena, globals->span, &kept), own, 0);
}

/* ---- the smaller types */

static void application(const bl_sam *sam)
{
	static const char *const keys[] = {"NotificationARNs", "Parameters", "TimeoutInMinutes", NULL};
	bl_items p = {0};
	bl_sam_rename(sam, &p, sam->properties, "Location", "TemplateURL");
	bl_sam_copy(sam, &p, sam->properties, keys);
	bl_sam_put(sam, &p, "Tags", bl_sam_tags(sam, bl_sam_get(sam, "Tags"), "lambda:createdBy"));
	bl_sam_make(sam, sam->id, "AWS::CloudFormation::Stack", &p);
}

static void layer_version(const bl_sam *sam)
{
	static const char *const keys[] = {"CompatibleArchitectures", "CompatibleRuntimes", "Description", "LayerName", "LicenseInfo", NULL};
	static const char *const names[] = {"S3Bucket", "S3Key", "S3ObjectVersion"};
	bl_items p = {0};
	bl_sam_put(sam, &p, "Content", bl_sam_location(sam, bl_sam_get(sam, "ContentUri"), names));
	bl_sam_put(sam, &p, "LayerName", bl_sam_str(sam, sam->id));
	bl_sam_copy(sam, &p, sam->properties, keys);
	bl_sam_make(sam, sam->id, "AWS::Lambda::LayerVersion", &p);
}

/* It logs unless Logging is false, through a role of its own unless one is given. */
static const bl_value *graphql_logging(const bl_sam *sam)
{
	static const char *const managed[] = {"AWSAppSyncPushToCloudWatchLogs", NULL}, *const keys[] = {"CloudWatchLogsRoleArn", "ExcludeVerboseContent",
		"FieldLogLevel", NULL};
	const bl_value *logging = bl_sam_get(sam, "Logging");
	bl_items p = {0};
	if (bl_value_is(logging, BL_BOOL) && !logging->boolean)
		return NULL;
	if (!bl_value_getz(logging, "FieldLogLevel"))
		bl_sam_put(sam, &p, "FieldLogLevel", bl_sam_text(sam, "ALL"));
	if (!bl_value_getz(logging, "CloudWatchLogsRoleArn")) {
		bl_str role = bl_str_cat(sam->arena, sam->id, BL_STR("CloudWatchRole"));
		bl_sam_put(sam, &p, "CloudWatchLogsRoleArn", bl_sam_get_att(sam, role, "Arn"));
		bl_sam_make_role(sam, role, "appsync.amazonaws.com", managed);
	}
	bl_sam_copy(sam, &p, logging, keys);
	return bl_value_map(sam->arena, logging ? logging->span : sam->at, p.items, p.n);
}

static void graphql_api(const bl_sam *sam)
{
	static const char *const keys[] = {"Name", "XrayEnabled", NULL};
	bl_items p = {0};
	bl_sam_put(sam, &p, "Name", bl_sam_str(sam, sam->id));
	bl_sam_copy(sam, &p, sam->properties, keys);
	bl_sam_rename(sam, &p, bl_sam_get(sam, "Auth"), "Type", "AuthenticationType");
	bl_sam_put(sam, &p, "LogConfig", graphql_logging(sam));
	bl_sam_put(sam, &p, "Tags", bl_sam_tags(sam, bl_sam_get(sam, "Tags"), "graphqlapi:createdBy"));
	bl_sam_make(sam, sam->id, "AWS::AppSync::GraphQLApi", &p);
}

/* Strings are strings to SAM and "S" to DynamoDB. */
static const bl_value *key_type(const bl_sam *sam, const bl_value *type)
{
	bl_str t = bl_value_text(type);
	return bl_str_eqz(t, "Number") ? bl_sam_text(sam, "N") : bl_str_eqz(t, "Binary") ? bl_sam_text(sam, "B") : bl_sam_text(sam, "S");
}

static void simple_table(const bl_sam *sam)
{
	static const char *const keys[] = {"PointInTimeRecoverySpecification", "ProvisionedThroughput", "SSESpecification", "TableName", NULL};
	const bl_value *key = bl_sam_get(sam, "PrimaryKey"), *name = bl_value_getz(key, "Name");
	bl_items p = {0}, attribute = {0}, schema = {0};
	name = name ? name : bl_sam_text(sam, "id");
	bl_sam_put(sam, &attribute, "AttributeName", name);
	bl_sam_put(sam, &attribute, "AttributeType", key_type(sam, bl_value_getz(key, "Type")));
	bl_sam_put(sam, &schema, "AttributeName", name);
	bl_sam_put(sam, &schema, "KeyType", bl_sam_text(sam, "HASH"));
	bl_sam_put(sam, &p, "AttributeDefinitions", bl_sam_list(sam, bl_sam_map(sam, &attribute)));
	bl_sam_put(sam, &p, "KeySchema", bl_sam_list(sam, bl_sam_map(sam, &schema)));
	if (!bl_sam_get(sam, "ProvisionedThroughput"))
		bl_sam_put(sam, &p, "BillingMode", bl_sam_text(sam, "PAY_PER_REQUEST"));
	bl_sam_copy(sam, &p, sam->properties, keys);
	bl_sam_put(sam, &p, "Tags", bl_sam_tags(sam, bl_sam_get(sam, "Tags"), NULL));
	bl_sam_make(sam, sam->id, "AWS::DynamoDB::Table", &p);
}

static void state_machine(const bl_sam *sam)
{
	static const char *const keys[] = {"Definition", "DefinitionSubstitutions", "LoggingConfiguration", NULL};
	static const char *const names[] = {"Bucket", "Key", "Version"};
	const char *managed[] = {NULL, NULL};
	bl_items p = {0}, tracing = {0};
	bl_sam_copy(sam, &p, sam->properties, keys);
	bl_sam_put(sam, &p, "DefinitionS3Location", bl_sam_location(sam, bl_sam_get(sam, "DefinitionUri"), names));
	bl_sam_rename(sam, &p, sam->properties, "Name", "StateMachineName");
	bl_sam_rename(sam, &p, sam->properties, "Type", "StateMachineType");
	bl_sam_rename(sam, &tracing, bl_sam_get(sam, "Tracing"), "Enabled", "Enabled");
	if (tracing.n)
		bl_items_put(sam->arena, &p, BL_STR("TracingConfiguration"), tracing.items[0].key_span, bl_sam_map(sam, &tracing));
	if (bl_sam_get(sam, "Role")) {
		bl_sam_rename(sam, &p, sam->properties, "Role", "RoleArn");
	} else {
		bl_str role = bl_str_cat(sam->arena, sam->id, BL_STR("Role"));
		bl_sam_put(sam, &p, "RoleArn", bl_sam_get_att(sam, role, "Arn"));
		if (tracing.n && bl_sam_is_true(tracing.items[0].value))
			managed[0] = "AWSXrayWriteOnlyAccess";
		bl_sam_make_role(sam, role, "states.amazonaws.com", managed);
	}
	bl_sam_put(sam, &p, "Tags", bl_sam_tags(sam, bl_sam_get(sam, "Tags"), "stateMachine:createdBy"));
	bl_sam_make(sam, sam->id, "AWS::StepFunctions::StateMachine", &p);
	bl_sam_machine_events(sam);
}

/* ---- resources */

static const struct {
	const char *type;
	void (*make)(const bl_sam *sam);
} types[] = {
	{"AWS::Serverless::Api", bl_sam_api},
	{"AWS::Serverless::Application", application},
	{"AWS::Serverless::Function", bl_sam_function},
	{"AWS::Serverless::GraphQLApi", graphql_api},
	{"AWS::Serverless::HttpApi", bl_sam_http_api},
	{"AWS::Serverless::LayerVersion", layer_version},
	{"AWS::Serverless::SimpleTable", simple_table},
	{"AWS::Serverless::StateMachine", state_machine},
};

static bool make(const bl_sam *sam, bl_str type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (bl_str_eqz(type, types[i].type)) {
			types[i].make(sam);
			return true;
		}
	}
	return false;
}

/* The resource as it was written, but with its globals: what rules on AWS::Serverless::* judge. */
static const bl_value *declared_with(bl_arena *arena, const bl_value *declared, const bl_value *properties)
{
	bl_items items = {0};
	for (uint32_t i = 0; i < declared->n; i++)
		if (!bl_str_eqz(declared->map[i].key, "Properties"))
			bl_vec_push(arena, &items, declared->map[i]);
	bl_items_put(arena, &items, BL_STR("Properties"), properties->span, properties);
	return bl_items_value(arena, declared->span, &items);
}

bool bl_sam_declare(bl_stack *s, const bl_item *resource)
{
	bl_str type = bl_value_text(bl_value_getz(resource->value, "Type"));
	bool known = false;
	for (size_t i = 0; i < sizeof types / sizeof *types && !known; i++)
		known = bl_str_eqz(type, types[i].type);
	if (!known)
		return false;
	bl_sam sam = {.stack = s, .arena = s->run->arena, .id = resource->key, .at = resource->key_span};
	sam.properties = with_globals(s, type, resource->value);
	sam.declared = declared_with(sam.arena, resource->value, sam.properties);
	sam.block = resource->value->span;
	bl_stack_add_source(s, resource->key, resource->key_span, sam.declared);
	return make(&sam, type);
}

/* ---- implicit APIs: "ServerlessRestApi" and "ServerlessHttpApi" */

static void declare_implicit(bl_stack *s, const bl_implicit_api *api, const char *id, const char *type, const char *stage)
{
	bl_sam sam = {.stack = s, .arena = s->run->arena, .id = bl_str_of(id), .at = api->at, .block = api->block};
	bl_items properties = {0}, declared = {0};
	if (!api->used || bl_stack_find(s, sam.id))
		return;
	bl_sam_put(&sam, &properties, "Name", bl_sam_ref(&sam, BL_STR("AWS::StackName")));
	if (stage)
		bl_sam_put(&sam, &properties, "StageName", bl_sam_text(&sam, stage));
	bl_sam_put(&sam, &declared, "Type", bl_sam_text(&sam, type));
	bl_sam_put(&sam, &declared, "Properties", bl_sam_map(&sam, &properties));
	if (!api->always)
		bl_sam_put(&sam, &declared, "Condition", api->condition);
	sam.declared = bl_sam_map(&sam, &declared);
	sam.properties = with_globals(s, bl_str_of(type), sam.declared);
	make(&sam, bl_str_of(type));
}

void bl_sam_declare_implicit(bl_stack *s)
{
	declare_implicit(s, &s->rest_api, "ServerlessRestApi", "AWS::Serverless::Api", "Prod");
	declare_implicit(s, &s->http_api, "ServerlessHttpApi", "AWS::Serverless::HttpApi", NULL);
}

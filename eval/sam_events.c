/*
 * The events of AWS::Serverless::Function: who may call it, and what calls it. Ids and properties: SAM developer guide, "EventSource" and
 * "sam-specification-generated-resources-function".
 */
#include "eval/sam.h"

/* One event, on its way: sam stands at the event, and its properties are the event's. */
typedef struct event {
	bl_sam sam;
	bl_str function; /* the function's id, or the state machine's */
	bl_str target;   /* the function, or its alias */
	bl_str id;       /* function and event: what the guide calls <function-LogicalId><event-LogicalId> */
	bool machine;    /* a state machine: who starts it takes a role, there are no permissions on it */
} event;

static const bl_value *target_arn(const event *e)
{
	return bl_str_eq(e->function, e->target) && !e->machine ? bl_sam_get_att(&e->sam, e->function, "Arn") : bl_sam_ref(&e->sam, e->target);
}

static void permit_as(const event *e, bl_str id, const char *principal, const bl_value *source, bl_items *more)
{
	const bl_sam *sam = &e->sam;
	bl_items p = {0};
	bl_sam_put(sam, &p, "Action", bl_sam_text(sam, "lambda:InvokeFunction"));
	bl_sam_put(sam, &p, "FunctionName", bl_sam_ref(sam, e->target));
	bl_sam_put(sam, &p, "Principal", bl_sam_text(sam, principal));
	bl_sam_put(sam, &p, "SourceArn", source);
	for (size_t i = 0; more && i < more->n; i++)
		bl_vec_push(sam->arena, &p, more->items[i]);
	bl_sam_make(sam, id, "AWS::Lambda::Permission", &p);
}

static void permit(const event *e, const char *principal, const bl_value *source, bl_items *more)
{
	permit_as(e, bl_str_cat(e->sam.arena, e->id, BL_STR("Permission")), principal, source, more);
}

/* The role that service takes to call the target. */
static bl_str caller_role(const event *e, const char *service)
{
	static const char *const none[] = {NULL};
	const bl_sam *sam = &e->sam;
	bl_str id = bl_str_cat(sam->arena, e->id, BL_STR("Role"));
	bl_items p = {0};
	const char *action = e->machine ? "states:StartExecution" : "lambda:InvokeFunction";
	bl_sam_put(sam, &p, "Policies", bl_sam_policy(sam, bl_sam_text(sam, action), target_arn(e)));
	bl_sam_rename(sam, &p, sam->properties, "PermissionsBoundary", "PermissionsBoundary");
	bl_sam caller = *sam;
	caller.properties = bl_sam_map(sam, &p);
	bl_sam_make_role(&caller, id, service, none);
	return id;
}

/* ---- APIs */

/* "/a/{b}/c" as the ARN of a route: what is in braces may be anything. */
static bl_str route(const event *e, bl_str path)
{
	char *p = bl_arena_alloc(e->sam.arena, path.n);
	size_t n = 0;
	for (size_t i = 0; i < path.n; i++) {
		ptrdiff_t close = path.p[i] == '{' ? bl_str_find(path, BL_STR("}"), i) : -1;
		p[n++] = close > 0 ? '*' : path.p[i];
		i = close > 0 ? (size_t)close : i;
	}
	return bl_str_make(p, n);
}

static void note_implicit(const event *e, bl_implicit_api *api)
{
	const bl_value *when = bl_value_getz(e->sam.declared, "Condition");
	if (!api->used) {
		*api = (bl_implicit_api){true, !when, e->sam.at, e->sam.block, when};
		return;
	}
	api->always = api->always || !when || !bl_str_eq(bl_value_text(when), bl_value_text(api->condition));
}

/* The id of the API that {Ref: X} or X names; empty for what is no resource's name. */
static bl_str named_api(const bl_value *v)
{
	bool ref = bl_value_is(v, BL_MAP) && v->n == 1 && bl_str_eqz(v->map[0].key, "Ref");
	return bl_value_text(ref ? v->map[0].value : v);
}

static const char *verb_of(const bl_sam *sam, bl_str method)
{
	bool any = !method.n || bl_str_eqiz(method, "any") || bl_str_starts(method, BL_STR("x-"));
	char *verb = bl_str_z(sam->arena, any ? BL_STR("*") : method);
	for (char *c = verb; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 32);
	return verb;
}

static void on_api(const event *e)
{
	const bl_sam *sam = &e->sam;
	const bl_value *given = bl_sam_get(sam, "RestApiId"), *resources = bl_value_getz(sam->stack->template, "Resources");
	bl_str path = route(e, bl_value_text(bl_sam_get(sam, "Path"))), method = bl_value_text(bl_sam_get(sam, "Method"));
	bl_str suffix = BL_STR("Prod");
	if (given) {
		bl_stack_spend(sam->stack->run, resources->n / 32);
		const bl_value *api = bl_value_get(resources, named_api(given)), *stage = bl_value_getz(bl_value_getz(api, "Properties"), "StageName");
		suffix = !stage ? BL_STR("AllStages") : bl_value_is(stage, BL_STRING) ? stage->string : BL_STR("Stage");
	} else {
		note_implicit(e, &sam->stack->rest_api);
		given = bl_sam_ref(sam, BL_STR("ServerlessRestApi"));
	}
	if (e->machine) {
		caller_role(e, "apigateway.amazonaws.com");
		return;
	}
	bl_str arn = bl_sam_name(sam, "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/*/%s" BL_FMT,
		verb_of(sam, method), BL_ARG(path));
	permit_as(e, bl_sam_name(sam, BL_FMT "Permission" BL_FMT, BL_ARG(e->id), BL_ARG(suffix)), "apigateway.amazonaws.com",
		bl_sam_sub(sam, arn, "__ApiId__", given), NULL);
}

static void on_http_api(const event *e)
{
	const bl_sam *sam = &e->sam;
	const bl_value *given = bl_sam_get(sam, "ApiId");
	bl_str path = bl_value_text(bl_sam_get(sam, "Path"));
	if (!given) {
		note_implicit(e, &sam->stack->http_api);
		given = bl_sam_ref(sam, BL_STR("ServerlessHttpApi"));
	}
	/* Fn::Sub leaves the braces of "/x/{y}" alone, and so does SAM here */
	bl_str arn = bl_sam_name(sam, "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/*/%s" BL_FMT,
		verb_of(sam, bl_value_text(bl_sam_get(sam, "Method"))), BL_ARG(bl_str_eqz(path, "$default") ? BL_STR("") : path));
	permit(e, "apigateway.amazonaws.com", bl_sam_sub(sam, arn, "__ApiId__", given), NULL);
}

/* ---- storage and messages */

static void on_s3(const event *e)
{
	bl_items more = {0};
	bl_sam_put(&e->sam, &more, "SourceAccount", bl_sam_ref(&e->sam, BL_STR("AWS::AccountId")));
	permit(e, "s3.amazonaws.com", NULL, &more);
}

/* Between topic and function: a queue that the topic may write to. */
static void through_queue(const event *e, const bl_value *topic)
{
	const bl_sam *sam = &e->sam;
	bl_items queue = {0}, policy = {0}, mapping = {0}, statement = {0}, equals = {0}, condition = {0}, document = {0};
	bl_str id = bl_str_cat(sam->arena, e->id, BL_STR("Queue"));
	bl_sam_make(sam, id, "AWS::SQS::Queue", &queue);
	bl_sam_put(sam, &equals, "aws:SourceArn", topic);
	bl_sam_put(sam, &condition, "ArnEquals", bl_sam_map(sam, &equals));
	bl_sam_put(sam, &statement, "Effect", bl_sam_text(sam, "Allow"));
	bl_sam_put(sam, &statement, "Action", bl_sam_text(sam, "sqs:SendMessage"));
	bl_sam_put(sam, &statement, "Principal", bl_sam_text(sam, "*"));
	bl_sam_put(sam, &statement, "Resource", bl_sam_get_att(sam, id, "Arn"));
	bl_sam_put(sam, &statement, "Condition", bl_sam_map(sam, &condition));
	bl_sam_put(sam, &document, "Version", bl_sam_text(sam, "2012-10-17"));
	bl_sam_put(sam, &document, "Statement", bl_sam_list(sam, bl_sam_map(sam, &statement)));
	bl_sam_put(sam, &policy, "PolicyDocument", bl_sam_map(sam, &document));
	bl_sam_put(sam, &policy, "Queues", bl_sam_list(sam, bl_sam_ref(sam, id)));
	bl_sam_make(sam, bl_str_cat(sam->arena, e->id, BL_STR("QueuePolicy")), "AWS::SQS::QueuePolicy", &policy);
	bl_sam_put(sam, &mapping, "BatchSize", bl_value_number(sam->arena, sam->at, 10));
	bl_sam_put(sam, &mapping, "Enabled", bl_value_bool(sam->arena, sam->at, true));
	bl_sam_put(sam, &mapping, "EventSourceArn", bl_sam_get_att(sam, id, "Arn"));
	bl_sam_put(sam, &mapping, "FunctionName", bl_sam_ref(sam, e->target));
	bl_sam_make(sam, bl_str_cat(sam->arena, e->id, BL_STR("EventSourceMapping")), "AWS::Lambda::EventSourceMapping", &mapping);
}

static void on_sns(const event *e)
{
	static const char *const keys[] = {"FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "Region", NULL};
	const bl_sam *sam = &e->sam;
	const bl_value *topic = bl_sam_get(sam, "Topic");
	bool queue = bl_sam_is_true(bl_sam_get(sam, "SqsSubscription"));
	bl_items p = {0};
	bl_sam_put(sam, &p, "TopicArn", topic);
	bl_sam_put(sam, &p, "Protocol", bl_sam_text(sam, queue ? "sqs" : "lambda"));
	bl_sam_put(sam, &p, "Endpoint", queue ? bl_sam_get_att(sam, bl_str_cat(sam->arena, e->id, BL_STR("Queue")), "Arn") : target_arn(e));
	bl_sam_copy(sam, &p, sam->properties, keys);
	bl_sam_make(sam, e->id, "AWS::SNS::Subscription", &p);
	if (queue)
		through_queue(e, topic);
	else
		permit(e, "sns.amazonaws.com", topic, NULL);
}

/* Streams and queues are polled: nobody calls the function, its role reads them. */
static void on_stream(const event *e)
{
	static const char *const keys[] = {"BatchSize", "BisectBatchOnFunctionError", "DestinationConfig", "Enabled", "FilterCriteria",
		"FunctionResponseTypes", "KmsKeyArn", "MaximumBatchingWindowInSeconds", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts",
		"ParallelizationFactor", "Queues", "ScalingConfig", "SourceAccessConfigurations", "StartingPosition", "Topics",
		"TumblingWindowInSeconds", NULL};
	static const char *const sources[] = {"Broker", "Cluster", "Queue", "Stream"};
	bl_items p = {0};
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
		bl_sam_rename(&e->sam, &p, e->sam.properties, sources[i], "EventSourceArn");
	bl_sam_put(&e->sam, &p, "FunctionName", bl_sam_ref(&e->sam, e->target));
	bl_sam_copy(&e->sam, &p, e->sam.properties, keys);
	bl_sam_make(&e->sam, e->id, "AWS::Lambda::EventSourceMapping", &p);
}

/* ---- rules and schedules */

static void on_rule(const event *e)
{
	static const char *const keys[] = {"Description", "EventBusName", "Name", "State", NULL}, *const for_target[] = {
		"DeadLetterConfig", "Input", "InputPath", "InputTransformer", "RetryPolicy", NULL};
	const bl_sam *sam = &e->sam;
	const bl_value *enabled = bl_sam_get(sam, "Enabled");
	bl_items p = {0}, target = {0};
	bl_sam_rename(sam, &p, sam->properties, "Schedule", "ScheduleExpression");
	bl_sam_rename(sam, &p, sam->properties, "Pattern", "EventPattern");
	bl_sam_copy(sam, &p, sam->properties, keys);
	if (enabled)
		bl_sam_put(sam, &p, "State", bl_sam_text(sam, bl_sam_is_true(enabled) ? "ENABLED" : "DISABLED"));
	bl_sam_put(sam, &target, "Arn", target_arn(e));
	bl_str own = bl_str_cat(sam->arena, e->id, e->machine ? BL_STR("StepFunctionsTarget") : BL_STR("LambdaTarget"));
	bl_sam_put(sam, &target, "Id", bl_sam_str(sam, own));
	bl_sam_copy(sam, &target, sam->properties, for_target);
	if (e->machine)
		bl_sam_put(sam, &target, "RoleArn", bl_sam_get_att(sam, caller_role(e, "events.amazonaws.com"), "Arn"));
	bl_sam_put(sam, &p, "Targets", bl_sam_list(sam, bl_sam_map(sam, &target)));
	bl_sam_make(sam, e->id, "AWS::Events::Rule", &p);
	if (!e->machine)
		permit(e, "events.amazonaws.com", bl_sam_get_att(sam, e->id, "Arn"), NULL);
}

/* EventBridge's scheduler calls through a role of its own. */
static void on_schedule(const event *e)
{
	static const char *const keys[] = {"Description", "EndDate", "GroupName", "KmsKeyArn", "Name", "ScheduleExpression",
		"ScheduleExpressionTimezone", "StartDate", "State", NULL};
	static const char *const for_target[] = {"DeadLetterConfig", "Input", "RetryPolicy", NULL};
	const bl_sam *sam = &e->sam;
	const bl_value *window = bl_sam_get(sam, "FlexibleTimeWindow"), *own = bl_sam_get(sam, "RoleArn");
	bl_items p = {0}, target = {0}, off = {0};
	bl_sam_put(sam, &off, "Mode", bl_sam_text(sam, "OFF"));
	if (!bl_sam_get(sam, "Name"))
		bl_sam_put(sam, &p, "Name", bl_sam_str(sam, e->id));
	bl_sam_copy(sam, &p, sam->properties, keys);
	bl_sam_put(sam, &p, "FlexibleTimeWindow", window ? window : bl_sam_map(sam, &off));
	bl_sam_put(sam, &target, "Arn", target_arn(e));
	bl_sam_put(sam, &target, "RoleArn", own ? own : bl_sam_get_att(sam, caller_role(e, "scheduler.amazonaws.com"), "Arn"));
	bl_sam_copy(sam, &target, sam->properties, for_target);
	bl_sam_put(sam, &p, "Target", bl_sam_map(sam, &target));
	bl_sam_make(sam, e->id, "AWS::Scheduler::Schedule", &p);
}

/* ---- other services */

static void on_alexa(const event *e)
{
	bl_items more = {0};
	bl_sam_rename(&e->sam, &more, e->sam.properties, "SkillId", "EventSourceToken");
	permit(e, "alexa-appkit.amazon.com", NULL, &more);
}

static void on_cognito(const event *e)
{
	bl_str pool = named_api(bl_sam_get(&e->sam, "UserPool"));
	permit_as(e, bl_str_cat(e->sam.arena, e->target, BL_STR("CognitoPermission")), "cognito-idp.amazonaws.com",
		pool.n ? bl_sam_get_att(&e->sam, pool, "Arn") : NULL, NULL);
}

static void on_iot(const event *e)
{
	const bl_sam *sam = &e->sam;
	bl_items lambda = {0}, action = {0}, payload = {0}, p = {0}, more = {0};
	bl_sam_put(sam, &lambda, "FunctionArn", target_arn(e));
	bl_sam_put(sam, &action, "Lambda", bl_sam_map(sam, &lambda));
	bl_sam_put(sam, &payload, "Actions", bl_sam_list(sam, bl_sam_map(sam, &action)));
	bl_sam_rename(sam, &payload, sam->properties, "AwsIotSqlVersion", "AwsIotSqlVersion");
	bl_sam_put(sam, &payload, "RuleDisabled", bl_value_bool(sam->arena, sam->at, false));
	bl_sam_rename(sam, &payload, sam->properties, "Sql", "Sql");
	bl_sam_put(sam, &p, "TopicRulePayload", bl_sam_map(sam, &payload));
	bl_sam_make(sam, e->id, "AWS::IoT::TopicRule", &p);
	bl_sam_put(sam, &more, "SourceAccount", bl_sam_ref(sam, BL_STR("AWS::AccountId")));
	permit(e, "iot.amazonaws.com",
		bl_sam_sub(sam, BL_STR("arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:rule/${RuleName}"), "RuleName",
			bl_sam_ref(sam, e->id)),
		&more);
}

static void on_logs(const event *e)
{
	static const char *const keys[] = {"FilterPattern", "LogGroupName", NULL};
	const bl_sam *sam = &e->sam;
	const bl_value *group = bl_sam_get(sam, "LogGroupName");
	bl_items p = {0};
	bl_sam_put(sam, &p, "DestinationArn", target_arn(e));
	bl_sam_copy(sam, &p, sam->properties, keys);
	bl_sam_make(sam, e->id, "AWS::Logs::SubscriptionFilter", &p);
	bl_str arn = BL_STR("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${__LogGroupName__}:*");
	permit(e, "logs.amazonaws.com", group ? bl_sam_sub(sam, arn, "__LogGroupName__", group) : NULL, NULL);
}

static const struct {
	const char *type;
	void (*make)(const event *e);
	const char *policy; /* what polling takes, or NULL */
} types[] = {
	{"AlexaSkill", on_alexa, NULL},
	{"Api", on_api, NULL},
	{"CloudWatchEvent", on_rule, NULL},
	{"CloudWatchLogs", on_logs, NULL},
	{"Cognito", on_cognito, NULL},
	{"DocumentDB", on_stream, NULL},
	{"DynamoDB", on_stream, "AWSLambdaDynamoDBExecutionRole"},
	{"EventBridgeRule", on_rule, NULL},
	{"HttpApi", on_http_api, NULL},
	{"IoTRule", on_iot, NULL},
	{"Kinesis", on_stream, "AWSLambdaKinesisExecutionRole"},
	{"MQ", on_stream, NULL},
	{"MSK", on_stream, "AWSLambdaMSKExecutionRole"},
	{"S3", on_s3, NULL},
	{"SNS", on_sns, NULL},
	{"SQS", on_stream, "AWSLambdaSQSQueueExecutionRole"},
	{"Schedule", on_rule, NULL},
	{"ScheduleV2", on_schedule, NULL},
	{"SelfManagedKafka", on_stream, NULL},
};

static bool starts_machines(const char *type)
{
	static const char *const names[] = {"Api", "CloudWatchEvent", "EventBridgeRule", "Schedule", "ScheduleV2"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(type, names[i]))
			return true;
	return false;
}

static void make_events(const bl_sam *sam, bl_str target, bool machine)
{
	const bl_value *events = bl_sam_get(sam, "Events");
	for (uint32_t i = 0; bl_value_is(events, BL_MAP) && i < events->n && bl_stack_spend(sam->stack->run, 1); i++) {
		const bl_item *item = &events->map[i];
		const bl_value *properties = bl_value_getz(item->value, "Properties");
		bl_str type = bl_value_text(bl_value_getz(item->value, "Type"));
		event e = {*sam, sam->id, target, bl_str_cat(sam->arena, sam->id, item->key), machine};
		e.sam.at = item->key_span;
		e.sam.block = item->value->span;
		e.sam.properties = bl_value_is(properties, BL_MAP) ? properties : bl_value_map(sam->arena, item->value->span, NULL, 0);
		for (size_t k = 0; k < sizeof types / sizeof *types; k++)
			if (bl_str_eqz(type, types[k].type) && (!machine || starts_machines(types[k].type)))
				types[k].make(&e);
	}
}

void bl_sam_events(const bl_sam *sam, bl_str target)
{
	make_events(sam, target, false);
}

void bl_sam_machine_events(const bl_sam *sam)
{
	make_events(sam, sam->id, true);
}

void bl_sam_event_policies(const bl_sam *sam, const char **names, size_t room)
{
	const bl_value *events = bl_sam_get(sam, "Events");
	size_t n = 0;
	while (names[n])
		n++;
	for (size_t k = 0; k < sizeof types / sizeof *types && n + 1 < room; k++) {
		bool used = false;
		for (uint32_t i = 0; bl_value_is(events, BL_MAP) && i < events->n && !used; i++)
			used = bl_value_is_string(bl_value_getz(events->map[i].value, "Type"), types[k].type);
		if (used && types[k].policy)
			names[n++] = types[k].policy;
	}
	names[n] = NULL;
}

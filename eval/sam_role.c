/* The roles that SAM generates: trust, managed policies, the statements of Policies and of SAM's policy templates. */
#include "eval/sam.h"

static const char version[] = "2012-10-17";

const bl_value *bl_sam_policy(const bl_sam *sam, const bl_value *actions, const bl_value *resources)
{
	bl_items statement = {0}, document = {0};
	bl_sam_put(sam, &statement, "Effect", bl_sam_text(sam, "Allow"));
	bl_sam_put(sam, &statement, "Action", actions);
	bl_sam_put(sam, &statement, "Resource", resources);
	bl_sam_put(sam, &document, "Version", bl_sam_text(sam, version));
	bl_sam_put(sam, &document, "Statement", bl_sam_list(sam, bl_sam_map(sam, &statement)));
	return bl_sam_map(sam, &document);
}

const bl_value *bl_sam_trust(const bl_sam *sam, const char *service)
{
	bl_items statement = {0}, principal = {0}, document = {0};
	bl_sam_put(sam, &principal, "Service", bl_sam_list(sam, bl_sam_text(sam, service)));
	bl_sam_put(sam, &statement, "Effect", bl_sam_text(sam, "Allow"));
	bl_sam_put(sam, &statement, "Action", bl_sam_list(sam, bl_sam_text(sam, "sts:AssumeRole")));
	bl_sam_put(sam, &statement, "Principal", bl_sam_map(sam, &principal));
	bl_sam_put(sam, &document, "Version", bl_sam_text(sam, version));
	bl_sam_put(sam, &document, "Statement", bl_sam_list(sam, bl_sam_map(sam, &statement)));
	return bl_sam_map(sam, &document);
}

/* ---- policy templates */

typedef struct policy_row {
	const char *name, *service, *actions, *resources;
} policy_row;

static const policy_row rows[] = {
#define POLICY(name, service, actions, resources) {#name, service, actions, resources},
#include "eval/sam_policies.def"
#undef POLICY
};

static const bl_value *words(const bl_sam *sam, const char *prefix, const char *text, const bl_value *parameters)
{
	bl_values list = {0};
	bl_str word, rest = bl_str_of(text);
	while (rest.n) {
		rest = bl_str_cut(rest, ' ', &word);
		const bl_value *v = bl_sam_str(sam, bl_str_cat(sam->arena, bl_str_of(prefix), word));
		if (parameters && bl_str_find(word, BL_STR("${"), 0) >= 0) {
			bl_values two = {0};
			bl_vec_push(sam->arena, &two, v);
			bl_vec_push(sam->arena, &two, parameters);
			v = bl_stack_call(sam->arena, sam->at, "Fn::Sub", bl_values_value(sam->arena, sam->at, &two));
		}
		bl_vec_push(sam->arena, &list, v);
	}
	return bl_values_value(sam->arena, sam->at, &list);
}

/* The statements of {DynamoDBReadPolicy: {TableName: ...}}. */
static const bl_value *template_statements(const bl_sam *sam, const bl_item *policy)
{
	bl_values statements = {0};
	const bl_value *parameters = policy->value->kind == BL_MAP ? policy->value : bl_value_map(sam->arena, sam->at, NULL, 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!bl_str_eqz(policy->key, rows[i].name))
			continue;
		bl_items s = {0};
		bl_str prefix = bl_sam_name(sam, "%s:", rows[i].service);
		bl_sam_put(sam, &s, "Effect", bl_sam_text(sam, "Allow"));
		bl_sam_put(sam, &s, "Action", words(sam, bl_str_z(sam->arena, prefix), rows[i].actions, NULL));
		bl_sam_put(sam, &s, "Resource", words(sam, "", rows[i].resources, parameters));
		bl_vec_push(sam->arena, &statements, bl_sam_map(sam, &s));
	}
	if (!statements.n)
		return bl_value_unknown(sam->arena, sam->at, "the policy template '" BL_FMT "' is not known", BL_ARG(policy->key));
	return bl_values_value(sam->arena, sam->at, &statements);
}

/* ---- Policies */

typedef struct role {
	bl_str id;
	bl_values managed, inline_policies;
	size_t n; /* policies named so far: the next one's number */
} role;

/* A managed policy by its name alone: Lambda's own lie under a path. */
static const bl_value *managed_arn(const bl_sam *sam, bl_str name)
{
	bool service = bl_str_starts(name, BL_STR("AWSLambda")) && bl_str_ends(name, BL_STR("Role"));
	service = service || bl_str_eqz(name, "AWSCodeDeployRoleForLambda") || bl_str_eqz(name, "AWSAppSyncPushToCloudWatchLogs");
	return bl_sam_sub(sam, bl_sam_name(sam, "arn:${AWS::Partition}:iam::aws:policy/%s" BL_FMT, service ? "service-role/" : "", BL_ARG(name)),
		NULL, NULL);
}

static void add_inline(const bl_sam *sam, role *r, bl_str name, const bl_value *document)
{
	bl_items policy = {0};
	bl_sam_put(sam, &policy, "PolicyName", bl_sam_str(sam, name));
	bl_sam_put(sam, &policy, "PolicyDocument", document);
	bl_vec_push(sam->arena, &r->inline_policies, bl_sam_map(sam, &policy));
}

/* A name or an ARN, a statement's document, a template of SAM's, or what a function gives. */
static void add_policy(const bl_sam *around, role *r, const bl_value *policy)
{
	bl_sam one = *around;
	const bl_sam *sam = &one;
	if (bl_span_known(policy->span))
		one.at = one.block = policy->span;
	bl_str name = bl_sam_name(sam, BL_FMT "Policy%zu", BL_ARG(r->id), r->n++);
	if (policy->kind == BL_STRING) {
		bool whole = bl_str_starts(policy->string, BL_STR("arn:"));
		bl_vec_push(sam->arena, &r->managed, whole ? policy : managed_arn(sam, policy->string));
	} else if (bl_value_getz(policy, "Statement")) {
		add_inline(sam, r, name, policy);
	} else if (policy->kind == BL_MAP && policy->n == 1 && !bl_stack_is_function(policy->map[0].key)) {
		bl_items document = {0};
		bl_sam_put(sam, &document, "Version", bl_sam_text(sam, version));
		bl_sam_put(sam, &document, "Statement", template_statements(sam, &policy->map[0]));
		add_inline(sam, r, name, bl_sam_map(sam, &document));
	} else if (policy->kind == BL_MAP) { /* {Ref: AManagedPolicy} */
		bl_vec_push(sam->arena, &r->managed, policy);
	}
}

static void add_dead_letters(const bl_sam *sam, role *r)
{
	const bl_value *queue = bl_sam_get(sam, "DeadLetterQueue"), *target = bl_value_getz(queue, "TargetArn");
	bool topic = bl_value_is_string(bl_value_getz(queue, "Type"), "SNS");
	if (target)
		add_inline(sam, r, BL_STR("DeadLetterQueuePolicy"),
			bl_sam_policy(sam, bl_sam_text(sam, topic ? "sns:Publish" : "sqs:SendMessage"), target));
}

/* What sending the outcome of invocations takes: EventInvokeConfig's destinations. */
static void add_destinations(const bl_sam *sam, role *r)
{
	static const struct {
		const char *type, *action, *suffix;
	} sinks[] = {
		{"EventBridge", "events:PutEvents", NULL},
		{"Lambda", "lambda:InvokeFunction", NULL},
		{"SNS", "sns:publish", "Topic"},
		{"SQS", "sqs:SendMessage", "Queue"},
	};
	static const char *const outcomes[] = {"OnSuccess", "OnFailure"};
	const bl_value *all = bl_value_getz(bl_sam_get(sam, "EventInvokeConfig"), "DestinationConfig");
	for (size_t k = 0; k < 2; k++) {
		const bl_value *d = bl_value_getz(all, outcomes[k]), *to = bl_value_getz(d, "Destination");
		for (size_t i = 0; d && i < sizeof sinks / sizeof *sinks; i++) {
			if (!bl_value_is_string(bl_value_getz(d, "Type"), sinks[i].type) || (!to && !sinks[i].suffix))
				continue;
			bl_str made = bl_sam_name(sam, BL_FMT "EventInvokeConfig%s%s", BL_ARG(sam->id), outcomes[k], sinks[i].suffix ? sinks[i].suffix : "");
			const bl_value *generated = i == 2 ? bl_sam_ref(sam, made) : bl_sam_get_att(sam, made, "Arn");
			add_inline(sam, r, bl_sam_name(sam, BL_FMT "EventInvokeConfig%s%sPolicy", BL_ARG(sam->id), outcomes[k], sinks[i].type),
				bl_sam_policy(sam, bl_sam_text(sam, sinks[i].action), to ? to : generated));
		}
	}
}

void bl_sam_make_role(const bl_sam *sam, bl_str id, const char *service, const char *const *managed)
{
	role r = {.id = id};
	bl_items p = {0};
	const bl_value *trust = bl_sam_get(sam, "AssumeRolePolicyDocument"), *policies = bl_sam_get(sam, "Policies");
	for (; *managed; managed++)
		bl_vec_push(sam->arena, &r.managed, managed_arn(sam, bl_str_of(*managed)));
	add_dead_letters(sam, &r);
	add_destinations(sam, &r);
	for (uint32_t i = 0; bl_value_is(policies, BL_LIST) && i < policies->n; i++)
		add_policy(sam, &r, policies->list[i]);
	if (policies && policies->kind != BL_LIST)
		add_policy(sam, &r, policies);
	if (trust)
		bl_sam_rename(sam, &p, sam->properties, "AssumeRolePolicyDocument", "AssumeRolePolicyDocument");
	else
		bl_sam_put(sam, &p, "AssumeRolePolicyDocument", bl_sam_trust(sam, service));
	if (r.managed.n)
		bl_sam_put(sam, &p, "ManagedPolicyArns", bl_values_value(sam->arena, sam->at, &r.managed));
	if (r.inline_policies.n)
		bl_sam_put(sam, &p, "Policies", bl_values_value(sam->arena, policies ? policies->span : sam->at, &r.inline_policies));
	bl_sam_rename(sam, &p, sam->properties, "PermissionsBoundary", "PermissionsBoundary");
	bl_sam_rename(sam, &p, sam->properties, "RolePath", "Path");
	const char *by = bl_str_eqz(bl_str_of(service), "lambda.amazonaws.com")	? "lambda:createdBy"
			 : bl_str_eqz(bl_str_of(service), "states.amazonaws.com") ? "stateMachine:createdBy"
										  : NULL;
	bl_sam_put(sam, &p, "Tags", bl_sam_tags(sam, bl_sam_get(sam, "Tags"), by));
	bl_sam_make(sam, id, "AWS::IAM::Role", &p);
}

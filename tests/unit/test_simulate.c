#include "core/codec/json.h"
#include "simulate/simulate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>

#define GROUP "Microsoft.Resources/resourceGroups"
#define STORAGE "Microsoft.Storage/storageAccounts"

static bl_arena arena;
static bl_schema *schema;
static bl_sources *sources;
static bl_evaluation infra;
static const bl_root infra_root = {.name = {"infra", 5}, .language = BL_LANG_TERRAFORM};

/* What one simulation wrote. */
typedef struct files {
	bl_map by_name; /* name -> bl_str */
	bl_buf all;
} files;

static int begin(void **state)
{
	bl_arena_init(&arena);
	schema = bl_schema_new(&arena);
	sources = bl_sources_new();
	infra = (bl_evaluation){.root = &infra_root};
	return 0;
}

static int end(void **state)
{
	bl_sources_free(sources);
	bl_arena_done(&arena);
	return 0;
}

static const bl_value *json(const char *text)
{
	bl_error error = {""};
	const bl_value *v = bl_json_read(&arena, bl_str_of(text), &error);
	assert_string_equal(error.text, "");
	return v;
}

static bl_resource *declare(bl_evaluation *e, bl_str address, const char *type, const char *native_type, const bl_value *name)
{
	bl_resource *r = bl_new(&arena, bl_resource);
	ptrdiff_t dot = bl_str_rfind_char(address, '.');
	r->root = e->root;
	r->language = e->root->language;
	r->address = address;
	r->label = bl_str_slice(address, (size_t)(dot + 1), address.n);
	r->type = bl_str_of(type);
	r->native_type = bl_str_of(native_type);
	r->condition = BL_YES;
	r->name = name;
	r->native = r->written = r->effective = json("{}");
	bl_vec_push(&arena, &e->resources, r);
	return r;
}

static const bl_value *text(const char *z)
{
	return bl_value_string(&arena, BL_NOWHERE, bl_str_of(z));
}

static bl_resource *account(const bl_value *name, const char *body)
{
	bl_str address = bl_str_fmt(&arena, "azurerm_storage_account.a%zu", infra.resources.n);
	bl_resource *r = declare(&infra, address, STORAGE, "azurerm_storage_account", name);
	r->written = r->effective = json(body);
	return r;
}

static void accounts(size_t n)
{
	for (size_t i = 0; i < n; i++)
		account(text(bl_str_z(&arena, bl_str_fmt(&arena, "stprod%03zu", i))),
			"{\"location\": \"West Europe\", \"tags\": {\"team\": \"a\"},"
			" \"properties\": {\"minimumTlsVersion\": \"TLS1_2\", \"isHnsEnabled\": false}}");
}

static int keep(void *context, const char *name, bl_str text_of)
{
	files *f = context;
	bl_str *copy = bl_new(&arena, bl_str);
	*copy = bl_str_dup(&arena, text_of);
	bl_map_put(&arena, &f->by_name, bl_str_dup(&arena, bl_str_of(name)), copy);
	bl_buf_putz(&f->all, name);
	bl_buf_put(&f->all, text_of);
	return 0;
}

static files simulate_all(const bl_evaluation *const *evaluations, size_t n, bl_simulate_options options)
{
	files f = {0};
	options.now = BL_STR("2026-03-01T12:00:00Z");
	if (!options.formats)
		options.formats = BL_SIMULATE_ALL;
	assert_int_equal(bl_simulate(schema, sources, evaluations, n, &options, keep, &f), 0);
	return f;
}

static files simulate(bl_simulate_options options)
{
	const bl_evaluation *evaluations[] = {&infra};
	return simulate_all(evaluations, 1, options);
}

static const bl_value *read_file(const files *f, const char *name)
{
	const bl_str *found = bl_map_get(&f->by_name, bl_str_of(name));
	assert_non_null(found);
	bl_error error = {""};
	const bl_value *v = bl_json_read(&arena, *found, &error);
	assert_string_equal(error.text, "");
	return v;
}

static const bl_value *truth_of(const files *f, const char *list)
{
	return bl_value_getz(read_file(f, "truth.json"), list);
}

static bl_str at(const bl_value *v, const char *path)
{
	return bl_value_text(bl_value_at_path(v, bl_str_of(path)));
}

/* The Resource Graph row of an id, written as it may be. */
static const bl_value *row_of(const files *f, bl_str id)
{
	const bl_value *rows = bl_value_getz(read_file(f, "azure-resource-graph.json"), "data");
	for (uint32_t i = 0; i < rows->n; i++)
		if (bl_str_eqi(at(rows->list[i], "id"), id))
			return rows->list[i];
	return NULL;
}

static size_t count_true(const bl_value *list, const char *key)
{
	size_t n = 0;
	for (uint32_t i = 0; i < list->n; i++)
		n += bl_value_getz(list->list[i], key)->boolean;
	return n;
}

static void the_same_seed_gives_the_same_bytes_and_another_seed_others(void **state)
{
	accounts(20);
	bl_simulate_options o = {.seed = 3, .rename = 20, .drift = 20, .shadow = 20, .strip_tags = 50, .remove = 10};
	files a = simulate(o), b = simulate(o);
	o.seed = 4;
	files c = simulate(o);
	assert_true(bl_str_eq(bl_buf_str(&a.all), bl_buf_str(&b.all)));
	assert_false(bl_str_eq(bl_buf_str(&a.all), bl_buf_str(&c.all)));
	bl_buf_done(&a.all);
	bl_buf_done(&b.all);
	bl_buf_done(&c.all);
}

static void as_many_are_changed_as_was_asked_for(void **state)
{
	accounts(100);
	files f = simulate((bl_simulate_options){.seed = 1, .rename = 5, .drift = 10, .remove = 20, .shadow = 25, .strip_tags = 50});
	const bl_value *links = truth_of(&f, "links");
	assert_int_equal(links->n, 80);
	assert_int_equal(truth_of(&f, "deleted")->n, 20);
	assert_int_equal(count_true(links, "renamed"), 4);
	assert_int_equal(count_true(links, "drifted"), 8);
	assert_int_equal(count_true(links, "tags_stripped"), 40);
	assert_int_equal(truth_of(&f, "shadow")->n, 20);
	bl_buf_done(&f.all);
}

static void the_truth_is_what_the_files_show(void **state)
{
	accounts(40);
	files f = simulate((bl_simulate_options){.seed = 9, .rename = 10, .drift = 50, .shadow = 10, .strip_tags = 50});
	const bl_value *links = truth_of(&f, "links"), *drift = truth_of(&f, "drift"), *shadow = truth_of(&f, "shadow");
	for (uint32_t i = 0; i < links->n; i++) {
		const bl_value *row = row_of(&f, at(links->list[i], "asset"));
		assert_non_null(row);
		if (bl_value_getz(links->list[i], "tags_stripped")->boolean)
			assert_false(bl_value_is(bl_value_getz(row, "tags"), BL_MAP));
		else if (!bl_value_getz(links->list[i], "drifted")->boolean)
			assert_true(bl_str_eqz(at(row, "tags.team"), "a"));
		bool same = bl_str_starts(at(row, "name"), BL_STR("stprod")) && at(row, "name").n == strlen("stprod000");
		assert_int_equal(same, !bl_value_getz(links->list[i], "renamed")->boolean);
	}
	for (uint32_t i = 0; i < shadow->n; i++)
		assert_non_null(row_of(&f, shadow->list[i]->string));
	assert_true(drift->n >= 20);
	for (uint32_t i = 0; i < drift->n; i++) {
		const bl_value *shown = bl_value_at_path(row_of(&f, at(drift->list[i], "asset")), at(drift->list[i], "path"));
		const bl_value *cloud = bl_value_getz(drift->list[i], "cloud"), *code = bl_value_getz(drift->list[i], "code");
		assert_true(shown ? bl_value_equal(shown, cloud) == BL_YES : cloud->kind == BL_NULL);
		assert_int_equal(bl_value_equal(cloud, code), BL_NO);
	}
	bl_buf_done(&f.all);
}

static void nothing_differs_when_nothing_was_asked_for(void **state)
{
	accounts(10);
	files f = simulate((bl_simulate_options){.seed = 5});
	assert_int_equal(truth_of(&f, "links")->n, 10);
	assert_int_equal(truth_of(&f, "drift")->n + truth_of(&f, "shadow")->n + truth_of(&f, "deleted")->n, 0);
	const bl_value *row = row_of(&f, at(truth_of(&f, "links")->list[0], "asset"));
	assert_true(bl_str_eqz(at(row, "type"), "microsoft.storage/storageaccounts"));
	assert_true(bl_str_eqz(at(row, "location"), "westeurope"));
	assert_true(bl_str_eqz(at(row, "properties.minimumTlsVersion"), "TLS1_2"));
	bl_buf_done(&f.all);
}

static void what_is_known_of_an_unknown_name_holds_of_the_deployed_one(void **state)
{
	bl_value *v = bl_value_unknown(&arena, BL_NOWHERE, "what uniqueString() gives");
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->type = BL_STRING;
	u->prefix = BL_STR("st");
	u->suffix = BL_STR("prod");
	u->alphabet = BL_STR("abc234");
	u->least = u->most = 19;
	account(v, "{\"properties\": {}}");
	files f = simulate((bl_simulate_options){.seed = 7});
	bl_str name = at(truth_of(&f, "links")->list[0], "name");
	assert_int_equal(name.n, 19);
	assert_true(bl_unknown_may_be(u, name, false));
	bl_buf_done(&f.all);
}

static void of_an_alphabet_of_bytes_names_have_letters(void **state)
{
	char bytes[255];
	bl_value *v = bl_value_unknown(&arena, BL_NOWHERE, "var.x has no value");
	bl_unknown *u = (bl_unknown *)v->unknown;
	for (int i = 0; i < 255; i++)
		bytes[i] = (char)(i + 1);
	u->type = BL_STRING;
	u->prefix = BL_STR("st");
	u->alphabet = bl_str_make(bytes, sizeof bytes);
	account(v, "{\"properties\": {}}");
	files f = simulate((bl_simulate_options){.seed = 7});
	bl_str name = at(truth_of(&f, "links")->list[0], "name");
	assert_int_equal(name.n, 8);
	for (size_t i = 0; i < name.n; i++)
		assert_true((name.p[i] >= 'a' && name.p[i] <= 'z') || (name.p[i] >= '0' && name.p[i] <= '9'));
	bl_buf_done(&f.all);
}

static void every_piece_that_is_known_of_a_name_stands_in_it(void **state)
{
	bl_value *v = bl_value_unknown(&arena, BL_NOWHERE, "var.team has no value");
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->type = BL_STRING;
	bl_unknown_set_pattern(u, BL_STR("st-\xff-data-\xff-prod"));
	account(v, "{\"properties\": {}}");
	for (uint64_t seed = 0; seed < 10; seed++) {
		files f = simulate((bl_simulate_options){.seed = seed});
		assert_true(bl_unknown_may_be(u, at(truth_of(&f, "links")->list[0], "name"), false));
		bl_buf_done(&f.all);
	}
}

static void what_stands_in_a_group_follows_the_group(void **state)
{
	bl_resource *group = declare(&infra, BL_STR("azurerm_resource_group.rg"), GROUP, "azurerm_resource_group", text("rg-shop"));
	group->native = json("{\"name\": \"rg-shop\"}");
	bl_resource *r = account(text("stshop"), "{\"properties\": {}}");
	bl_item *items = bl_new(&arena, bl_item);
	*items = (bl_item){.key = BL_STR("resource_group_name"),
		.value = bl_value_waits(&arena, BL_NOWHERE, group->address, BL_STR("name"))};
	r->native = bl_value_map(&arena, BL_NOWHERE, items, 1);
	files f = simulate((bl_simulate_options){.seed = 1, .rename = 50});
	const bl_value *links = truth_of(&f, "links");
	assert_int_equal(links->n, 2);
	bl_str id = at(links->list[0], "asset");
	assert_true(bl_str_starts(at(links->list[1], "asset"), id));
	assert_int_equal(count_true(links, "renamed"), 1);
	bl_buf_done(&f.all);
}

static void each_instance_of_an_unknown_number_is_an_asset(void **state)
{
	size_t seen[4] = {0};
	declare(&infra, BL_STR("azurerm_storage_account.s[*]"), STORAGE, "azurerm_storage_account",
		bl_value_unknown(&arena, BL_NOWHERE, "each.key has no value"));
	for (uint64_t seed = 1; seed < 20; seed++) {
		files f = simulate((bl_simulate_options){.seed = seed});
		const bl_value *links = truth_of(&f, "links");
		assert_true(links->n == 1 || links->n == 3);
		seen[links->n]++;
		for (uint32_t i = 0; i < links->n; i++)
			assert_true(bl_str_eqz(at(links->list[i], "address"), "azurerm_storage_account.s[*]"));
		if (links->n == 3)
			assert_false(bl_str_eq(at(links->list[0], "asset"), at(links->list[1], "asset")));
		bl_buf_done(&f.all);
	}
	assert_true(seen[1] && seen[3]);
}

static void a_key_known_in_part_is_one_instance_with_a_key_that_fits(void **state)
{
	bl_resource *r = declare(&infra, BL_STR("azurerm_storage_account.s[\"/s/*/x\"]"), STORAGE, "azurerm_storage_account", text("stx"));
	bl_value *key = bl_value_unknown(&arena, BL_NOWHERE, "var.id has no value");
	bl_unknown *u = (bl_unknown *)key->unknown;
	bl_part_key part = {(size_t)bl_str_rfind_char(r->address, '['), key, NULL};
	bl_unknown_set_pattern(u, BL_STR("/s/\xff-\xff/x"));
	u->alphabet = BL_STR("0123");
	u->least = u->most = 14;
	r->part_keys = &part;
	for (uint64_t seed = 1; seed < 10; seed++) {
		files f = simulate((bl_simulate_options){.seed = seed});
		const bl_value *links = truth_of(&f, "links");
		assert_int_equal(links->n, 1);
		assert_true(bl_str_eq(at(links->list[0], "address"), r->address));
		bl_str instance = at(links->list[0], "instance"), before = BL_STR("azurerm_storage_account.s[\"");
		assert_true(bl_str_starts(instance, before) && bl_str_ends(instance, BL_STR("\"]")));
		assert_true(bl_unknown_may_be(u, bl_str_slice(instance, before.n, instance.n - 2), false));
		bl_buf_done(&f.all);
	}
}

static void a_state_that_is_not_written_shows_nothing(void **state)
{
	accounts(1);
	files f = simulate((bl_simulate_options){.seed = 1, .formats = BL_SIMULATE_GRAPH});
	assert_null(bl_map_get(&f.by_name, BL_STR("state/infra.tfstate")));
	assert_int_equal(bl_value_getz(truth_of(&f, "links")->list[0], "shown")->n, 1);
	bl_buf_done(&f.all);
	f = simulate((bl_simulate_options){.seed = 1});
	const bl_value *instance = bl_value_at_path(read_file(&f, "state/infra.tfstate"), BL_STR("resources.0.instances.0.attributes.id"));
	assert_true(bl_str_eq(bl_value_text(instance), at(truth_of(&f, "links")->list[0], "asset")));
	bl_buf_done(&f.all);
}

static void amazon_names_what_code_does_not(void **state)
{
	static const bl_root root = {.name = {"app.yaml", 8}, .language = BL_LANG_CLOUDFORMATION};
	bl_evaluation e = {.root = &root};
	declare(&e, BL_STR("AWS::S3::Bucket.Logs"), "AWS::S3::Bucket", "AWS::S3::Bucket", NULL);
	declare(&e, BL_STR("AWS::EC2::Instance.Web"), "AWS::EC2::Instance", "AWS::EC2::Instance", NULL);
	const bl_evaluation *list[] = {&e};
	files f = simulate_all(list, 1, (bl_simulate_options){.seed = 2});
	const bl_value *links = truth_of(&f, "links");
	assert_true(bl_str_starts(at(links->list[0], "asset"), BL_STR("arn:aws:s3:::app-")));
	assert_true(bl_str_find(at(links->list[0], "asset"), BL_STR("-logs-"), 0) > 0);
	assert_true(bl_str_find(at(links->list[1], "asset"), BL_STR(":instance/i-"), 0) > 0);
	assert_int_equal(bl_value_getz(read_file(&f, "aws-config.json"), "configurationItems")->n, 2);
	assert_true(bl_str_eqz(at(read_file(&f, "cloudformation-stacks.json"), "StackResources.0.LogicalResourceId"), "Logs"));
	bl_buf_done(&f.all);
}

/* The item of Config's for the only resource, whose template gives it a body. */
static const bl_value *configured(const char *type, const char *body)
{
	static const bl_root root = {.name = {"app.yaml", 8}, .language = BL_LANG_CLOUDFORMATION};
	bl_evaluation e = {.root = &root};
	bl_resource *r = declare(&e, bl_str_fmt(&arena, "%s.It", type), type, type, NULL);
	r->written = r->effective = json(body);
	const bl_evaluation *list[] = {&e};
	files f = simulate_all(list, 1, (bl_simulate_options){.seed = 3, .formats = BL_SIMULATE_CONFIG});
	const bl_value *item = bl_value_at_path(read_file(&f, "aws-config.json"), BL_STR("configurationItems.0"));
	bl_buf_done(&f.all);
	return item;
}

static void assert_shown(const bl_value *item, const char *path, const char *expected)
{
	const bl_value *v = bl_value_at_path(item, bl_str_of(path));
	bl_buf out = {0};
	bl_json j;
	bl_json_begin(&j, &out, false);
	if (v)
		bl_json_value(&j, v);
	assert_string_equal(bl_str_z(&arena, bl_buf_str(&out)), expected);
	bl_buf_done(&out);
}

static void config_shows_a_groups_rules_as_permissions(void **state)
{
	const bl_value *item = configured("AWS::EC2::SecurityGroup", "{\"properties\":{\"GroupDescription\":\"web\",\"VpcId\":\"vpc-1\",\"SecurityGroupIngress\":["
		"{\"IpProtocol\":\"tcp\",\"FromPort\":443,\"ToPort\":443,\"CidrIp\":\"10.0.0.0/8\",\"Description\":\"in\"},"
		"{\"IpProtocol\":\"tcp\",\"FromPort\":443,\"ToPort\":443,\"SourceSecurityGroupId\":\"sg-9\"},"
		"{\"IpProtocol\":\"udp\",\"FromPort\":53,\"ToPort\":53,\"CidrIpv6\":\"::/0\"},{\"IpProtocol\":\"tcp\",\"FromPort\":22,\"ToPort\":22}],"
		"\"SecurityGroupEgress\":[{\"IpProtocol\":\"-1\",\"FromPort\":0,\"ToPort\":0,\"DestinationPrefixListId\":\"pl-1\"}]}}");
	bl_str account = at(item, "awsAccountId");
	assert_shown(item, "configuration.description", "\"web\"");
	assert_shown(item, "configuration.groupDescription", "");
	assert_true(bl_str_starts(at(item, "configuration.groupName"), BL_STR("app-")));
	assert_true(bl_str_eq(at(item, "configuration.groupId"), at(item, "resourceId")));
	assert_int_equal(bl_value_at_path(item, BL_STR("configuration.ipPermissions"))->n, 2);
	assert_shown(item, "configuration.ipPermissions.0.ipRanges", "[\"10.0.0.0/8\"]");
	assert_shown(item, "configuration.ipPermissions.0.ipv4Ranges", "[{\"cidrIp\":\"10.0.0.0/8\",\"description\":\"in\"}]");
	assert_shown(item, "configuration.ipPermissions.0.userIdGroupPairs",
		bl_str_z(&arena, bl_str_fmt(&arena, "[{\"groupId\":\"sg-9\",\"userId\":\"" BL_FMT "\"}]", BL_ARG(account))));
	assert_shown(item, "configuration.ipPermissions.1.ipv6Ranges", "[{\"cidrIpv6\":\"::/0\"}]");
	assert_shown(item, "configuration.ipPermissions.1.fromPort", "53");
	/* all protocols have no ports */
	assert_shown(item, "configuration.ipPermissionsEgress.0.fromPort", "");
	assert_shown(item, "configuration.ipPermissionsEgress.0.prefixListIds", "[{\"prefixListId\":\"pl-1\"}]");
}

static void config_shows_documents_as_the_service_does(void **state)
{
	const bl_value *role = configured("AWS::IAM::Role", "{\"properties\":{\"Path\":\"/\",\"Description\":\"d\",\"AssumeRolePolicyDocument\":{\"Version\":\"2012-10-17\"},"
		"\"ManagedPolicyArns\":[\"arn:aws:iam::aws:policy/ReadOnlyAccess\"],\"Policies\":[{\"PolicyName\":\"p\",\"PolicyDocument\":{\"Statement\":[]}}]}}");
	assert_shown(role, "configuration.assumeRolePolicyDocument", "\"%7B%22Version%22%3A%222012-10-17%22%7D\"");
	assert_shown(role, "configuration.rolePolicyList", "[{\"policyName\":\"p\",\"policyDocument\":\"%7B%22Statement%22%3A%5B%5D%7D\"}]");
	assert_shown(role, "configuration.attachedManagedPolicies", "[{\"policyArn\":\"arn:aws:iam::aws:policy/ReadOnlyAccess\",\"policyName\":\"ReadOnlyAccess\"}]");
	/* the call that Config makes does not say it */
	assert_shown(role, "configuration.description", "");
	/* an id of its own, and the name beside it */
	assert_true(bl_str_starts(at(role, "resourceId"), BL_STR("AROA")));
	assert_true(bl_str_eq(at(role, "resourceName"), at(role, "configuration.roleName")));
	const bl_value *policy = configured("AWS::IAM::ManagedPolicy", "{\"properties\":{\"PolicyDocument\":{\"Statement\":[]}}}");
	assert_shown(policy, "resourceType", "\"AWS::IAM::Policy\"");
	assert_shown(policy, "configuration.policyVersionList.0.document", "\"%7B%22Statement%22%3A%5B%5D%7D\"");
	const bl_value *bucket = configured("AWS::S3::Bucket", "{\"properties\":{\"VersioningConfiguration\":{\"Status\":\"Enabled\"},\"BucketEncryption\":"
		"{\"ServerSideEncryptionConfiguration\":[{\"ServerSideEncryptionByDefault\":{\"SSEAlgorithm\":\"aws:kms\"},\"BucketKeyEnabled\":true}]}},"
		"\"children\":{\"bucketPolicy\":{\"PolicyDocument\":{\"Statement\":[]}}}}");
	assert_shown(bucket, "supplementaryConfiguration", "{\"BucketPolicy\":{\"policyText\":\"{\\\"Statement\\\":[]}\"},\"BucketVersioningConfiguration\":{\"status\":\"Enabled\"},"
		"\"ServerSideEncryptionConfiguration\":{\"rules\":[{\"applyServerSideEncryptionByDefault\":{\"sseAlgorithm\":\"aws:kms\"},\"bucketKeyEnabled\":true}]}}");
}

static void config_shows_each_type_in_its_own_shape(void **state)
{
	/* the registry's */
	const bl_value *item = configured("AWS::EC2::LaunchTemplate", "{\"properties\":{\"LaunchTemplateData\":{\"ImageId\":\"ami-1\"}}}");
	assert_shown(item, "configuration.LaunchTemplateData", "{\"ImageId\":\"ami-1\"}");
	assert_true(bl_str_starts(at(item, "configuration.LaunchTemplateName"), BL_STR("app-")));
	/* attributes, all of them texts */
	item = configured("AWS::SQS::Queue", "{\"properties\":{\"DelaySeconds\":5,\"FifoQueue\":true,\"Tags\":[]}}");
	assert_shown(item, "configuration.DelaySeconds", "\"5\"");
	assert_shown(item, "configuration.FifoQueue", "\"true\"");
	assert_true(bl_str_eq(at(item, "configuration.QueueArn"), at(item, "ARN")));
	/* what describe calls nest, join or call otherwise */
	item = configured("AWS::AutoScaling::AutoScalingGroup", "{\"properties\":{\"VPCZoneIdentifier\":[\"subnet-1\",\"subnet-2\"],\"Cooldown\":\"300\"}}");
	assert_shown(item, "configuration.vpczoneIdentifier", "\"subnet-1,subnet-2\"");
	assert_shown(item, "configuration.defaultCooldown", "\"300\"");
	assert_true(bl_str_eq(at(item, "resourceId"), at(item, "ARN")));
	item = configured("AWS::EC2::Instance", "{\"properties\":{\"SecurityGroupIds\":[\"sg-1\"],\"Monitoring\":true,\"Tenancy\":\"default\",\"IamInstanceProfile\":\"web\","
		"\"UserData\":\"x\"}}");
	assert_shown(item, "configuration.securityGroups", "[{\"groupId\":\"sg-1\"}]");
	assert_shown(item, "configuration.monitoring", "{\"state\":\"enabled\"}");
	assert_shown(item, "configuration.placement", "{\"tenancy\":\"default\"}");
	assert_shown(item, "configuration.userData", "");
	assert_true(bl_str_ends(at(item, "configuration.iamInstanceProfile.arn"), BL_STR(":instance-profile/web")));
	item = configured("AWS::ElasticLoadBalancing::LoadBalancer", "{\"properties\":{\"Listeners\":[{\"InstancePort\":80,\"SSLCertificateId\":\"c\"}]}}");
	assert_shown(item, "configuration.listenerDescriptions", "[{\"listener\":{\"instancePort\":80,\"sslcertificateId\":\"c\"}}]");
	item = configured("AWS::CloudFront::Distribution", "{\"properties\":{\"DistributionConfig\":{\"Aliases\":[\"a.example\"],\"DefaultCacheBehavior\":{\"AllowedMethods\":[]}}}}");
	assert_shown(item, "configuration.distributionConfig", "{\"aliases\":{\"quantity\":1,\"items\":[\"a.example\"]},\"defaultCacheBehavior\":{\"allowedMethods\":{\"quantity\":0}}}");
	item = configured("AWS::EC2::NetworkAcl", "{\"children\":{\"ingressEntries\":[{\"RuleNumber\":1}],\"egressEntries\":[{\"PortRange\":{\"From\":1,\"To\":2}}]}}");
	assert_shown(item, "configuration.entries", "[{\"portRange\":{\"from\":1,\"to\":2},\"egress\":true},{\"ruleNumber\":1,\"egress\":false}]");
	/* DocumentDB is one of the engines of RDS */
	item = configured("AWS::DocDB::DBCluster", "{\"properties\":{\"StorageEncrypted\":true}}");
	assert_shown(item, "resourceType", "\"AWS::RDS::DBCluster\"");
	assert_shown(item, "configuration.engine", "\"docdb\"");
}

static void what_config_does_not_record_only_its_tags_show(void **state)
{
	static const bl_root root = {.name = {"app.yaml", 8}, .language = BL_LANG_CLOUDFORMATION};
	bl_evaluation e = {.root = &root};
	declare(&e, BL_STR("AWS::S3::Bucket.B"), "AWS::S3::Bucket", "AWS::S3::Bucket", NULL);
	bl_resource *r = declare(&e, BL_STR("AWS::Logs::LogGroup.L"), "AWS::Logs::LogGroup", "AWS::Logs::LogGroup", NULL);
	r->written = r->effective = json("{\"properties\":{\"RetentionInDays\":7,\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"}]}}");
	const bl_evaluation *list[] = {&e};
	files f = simulate_all(list, 1, (bl_simulate_options){.seed = 3});
	const bl_value *items = bl_value_getz(read_file(&f, "aws-config.json"), "configurationItems");
	assert_int_equal(items->n, 1);
	assert_shown(items->list[0], "resourceType", "\"AWS::S3::Bucket\"");
	const bl_value *tagged = bl_value_getz(read_file(&f, "aws-tags.json"), "ResourceTagMappingList");
	size_t groups = 0;
	for (uint32_t i = 0; i < tagged->n; i++)
		groups += bl_str_find(at(tagged->list[i], "ResourceARN"), BL_STR(":log-group:"), 0) > 0;
	assert_int_equal(groups, 1);
	bl_buf_done(&f.all);
}

static void what_config_does_not_show_does_not_drift(void **state)
{
	static const bl_root root = {.name = {"app.yaml", 8}, .language = BL_LANG_CLOUDFORMATION};
	bl_evaluation e = {.root = &root};
	for (int i = 0; i < 20; i++) {
		bl_resource *r = declare(&e, bl_str_fmt(&arena, "AWS::EC2::Instance.I%d", i), "AWS::EC2::Instance", "AWS::EC2::Instance", NULL);
		r->written = r->effective = json("{\"properties\":{\"UserData\":\"x\",\"EbsOptimized\":true,\"MetadataOptions\":{\"HttpTokens\":\"required\"}}}");
	}
	const bl_evaluation *list[] = {&e};
	files f = simulate_all(list, 1, (bl_simulate_options){.seed = 5, .drift = 100});
	const bl_value *drift = truth_of(&f, "drift");
	assert_true(drift->n >= 20);
	for (uint32_t i = 0; i < drift->n; i++)
		assert_false(bl_str_ends(at(drift->list[i], "path"), BL_STR("UserData")));
	bl_buf_done(&f.all);
}

static void tables_are_sorted(void **state)
{
#define AWS(type, id, arn, shape) type,
#define SHOWN(type, property, shown, how) type " " shown,
	static const char *const types[] = {
#include "simulate/aws_types.def"
	};
	static const char *const shown[] = {
#include "simulate/aws_shown.def"
	};
#undef AWS
#undef SHOWN
	for (size_t i = 1; i < sizeof types / sizeof *types; i++)
		assert_true(strcmp(types[i - 1], types[i]) < 0);
	for (size_t i = 1; i < sizeof shown / sizeof *shown; i++) {
		if (strcmp(shown[i - 1], shown[i]) > 0)
			fail_msg("'%s' comes before '%s'", shown[i - 1], shown[i]);
	}
}

static const bl_value *item_of(const bl_value *items, const char *kind)
{
	for (uint32_t i = 0; i < items->n; i++)
		if (bl_str_eqz(at(items->list[i], "kind"), kind))
			return items->list[i];
	fail();
	return NULL;
}

static void a_deployment_runs_pods_of_its_own(void **state)
{
	static const bl_root root = {.name = {"k8s", 3}, .language = BL_LANG_KUBERNETES};
	bl_evaluation e = {.root = &root};
	bl_resource *r = declare(&e, BL_STR("Deployment.default.web"), "kubernetes/Deployment", "kubernetes/Deployment", text("web"));
	r->native = json("{\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"metadata\": {\"name\": \"web\"}, \"spec\": {\"replicas\": 2,"
			 " \"template\": {\"spec\": {\"containers\": [{\"name\": \"c\", \"image\": \"nginx:1.25\"}]}}}}");
	const bl_evaluation *list[] = {&e};
	files f = simulate_all(list, 1, (bl_simulate_options){.seed = 2});
	const bl_value *items = bl_value_getz(read_file(&f, "kubernetes.json"), "items");
	const bl_value *pod = item_of(items, "Pod"), *set = item_of(items, "ReplicaSet");
	assert_int_equal(items->n, 5); /* the namespace that they stand in too */
	assert_int_equal(truth_of(&f, "derived")->n, 3);
	assert_int_equal(truth_of(&f, "context")->n, 1);
	assert_true(bl_str_starts(at(pod, "status.containerStatuses.0.imageID"), BL_STR("docker.io/library/nginx@sha256:")));
	assert_true(bl_str_eq(at(pod, "metadata.ownerReferences.0.uid"), at(set, "metadata.uid")));
	assert_true(bl_str_eq(at(set, "metadata.ownerReferences.0.uid"), at(truth_of(&f, "links")->list[0], "asset")));
	bl_buf_done(&f.all);
}

static void a_dockerfile_becomes_the_image_that_a_workload_of_its_name_runs(void **state)
{
	static const bl_root docker_root = {.name = {"src/web/Dockerfile", 18}, .path = {"src/web/Dockerfile", 18}, .language = BL_LANG_DOCKERFILE};
	static const bl_root cluster_root = {.name = {"k8s", 3}, .language = BL_LANG_KUBERNETES};
	bl_evaluation docker = {.root = &docker_root}, cluster = {.root = &cluster_root};
	bl_resource *r = declare(&docker, BL_STR("0"), "docker/Stage", "docker/Stage", NULL);
	r->native = json("{\"final\": true, \"image\": {\"reference\": \"alpine:3.20\"}}");
	r = declare(&docker, BL_STR("0.RUN"), "docker/Run", "docker/Run", NULL);
	r->native = json("{\"instruction\": \"run\", \"kept\": true, \"form\": \"shell\", \"arguments\": [\"apk add curl\"]}");
	r = declare(&docker, BL_STR("0.ENV"), "docker/Env", "docker/Env", NULL);
	r->native = json("{\"instruction\": \"env\", \"kept\": true, \"variables\": [{\"name\": \"A\", \"value\": \"1\"}]}");
	r = declare(&cluster, BL_STR("Pod.default.web"), "kubernetes/Pod", "kubernetes/Pod", text("web"));
	r->native = json("{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"web\"},"
			 " \"spec\": {\"containers\": [{\"name\": \"c\", \"image\": \"ghcr.io/shop/web:2.1\"}]}}");
	const bl_evaluation *list[] = {&cluster, &docker};
	files f = simulate_all(list, 2, (bl_simulate_options){.seed = 2});
	const bl_value *image = truth_of(&f, "images")->list[0];
	bl_str digest = at(image, "digest"), id = at(item_of(bl_value_getz(read_file(&f, "kubernetes.json"), "items"), "Pod"), "status.containerStatuses.0.imageID");
	assert_true(bl_str_eqz(at(image, "reference"), "ghcr.io/shop/web:2.1"));
	assert_true(bl_str_ends(id, digest));
	const char *blob = "images/blobs/sha256/" BL_FMT;
	const bl_value *manifest = read_file(&f, bl_str_fmt(&arena, blob, BL_ARG(bl_str_slice(digest, 7, digest.n))).p);
	bl_str config = at(manifest, "config.digest");
	const bl_value *configuration = read_file(&f, bl_str_fmt(&arena, blob, BL_ARG(bl_str_slice(config, 7, config.n))).p);
	assert_true(bl_str_eqz(at(configuration, "history.2.created_by"), "RUN /bin/sh -c apk add curl # buildkit"));
	assert_true(bl_str_eqz(at(configuration, "history.3.created_by"), "ENV A=1"));
	assert_int_equal(bl_value_at_path(configuration, BL_STR("rootfs.diff_ids"))->n, 2);
	bl_buf_done(&f.all);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_seed_gives_the_same_bytes_and_another_seed_others),
		TEST(as_many_are_changed_as_was_asked_for),
		TEST(the_truth_is_what_the_files_show),
		TEST(nothing_differs_when_nothing_was_asked_for),
		TEST(what_is_known_of_an_unknown_name_holds_of_the_deployed_one),
		TEST(of_an_alphabet_of_bytes_names_have_letters),
		TEST(every_piece_that_is_known_of_a_name_stands_in_it),
		TEST(what_stands_in_a_group_follows_the_group),
		TEST(each_instance_of_an_unknown_number_is_an_asset),
		TEST(a_key_known_in_part_is_one_instance_with_a_key_that_fits),
		TEST(a_state_that_is_not_written_shows_nothing),
		TEST(amazon_names_what_code_does_not),
		TEST(config_shows_a_groups_rules_as_permissions),
		TEST(config_shows_documents_as_the_service_does),
		TEST(config_shows_each_type_in_its_own_shape),
		TEST(what_config_does_not_record_only_its_tags_show),
		TEST(what_config_does_not_show_does_not_drift),
		TEST(tables_are_sorted),
		TEST(a_deployment_runs_pods_of_its_own),
		TEST(a_dockerfile_becomes_the_image_that_a_workload_of_its_name_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

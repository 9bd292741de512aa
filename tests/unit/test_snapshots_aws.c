#include "tests/unit/snapshot_text.h"

#define ARN "arn:aws:ec2:us-east-1:123456789012:"
#define ITEM(type, id, arn, more)                                                                                                                  \
	"{\"resourceType\":\"" type "\",\"resourceId\":\"" id "\",\"arn\":\"" arn "\",\"awsAccountId\":\"123456789012\",\"awsRegion\":\"us-east-1\","   \
	"\"configurationItemCaptureTime\":\"2026-01-02T00:00:00Z\",\"configurationItemStatus\":\"OK\"," more "}"

static const char config[] =
	"{\"fileVersion\":\"1.0\",\"configurationItems\":["
	ITEM("AWS::EC2::SecurityGroup", "sg-1", ARN "security-group/sg-1",
		"\"resourceName\":\"web\",\"tags\":{\"aws:cloudformation:stack-name\":\"st\",\"aws:cloudformation:logical-id\":\"Web\"},\"configuration\":{\"description\":"
		"\"d\",\"groupName\":\"web\",\"groupId\":\"sg-1\",\"ipPermissions\":[{\"fromPort\":22,\"ipProtocol\":\"tcp\",\"toPort\":23,\"ipv4Ranges\":[{\"cidrIp\":\"0.0.0.0/0\","
		"\"description\":\"ssh\"}],\"ipRanges\":[\"0.0.0.0/0\"],\"ipv6Ranges\":[{\"cidrIpv6\":\"::/0\"}],\"userIdGroupPairs\":[{\"groupId\":\"sg-2\",\"userId\":\"1\"}]}],"
		"\"ipPermissionsEgress\":[],\"vpcId\":\"vpc-1\"}") ","
	ITEM("AWS::S3::Bucket", "bkt", "arn:aws:s3:::bkt",
		"\"tags\":[{\"key\":\"a\",\"value\":\"b\"}],\"configuration\":\"{\\\"name\\\":\\\"bkt\\\",\\\"owner\\\":{\\\"id\\\":\\\"x\\\"}}\",\"supplementaryConfiguration\":{"
		"\"PublicAccessBlockConfiguration\":\"{\\\"blockPublicAcls\\\":false,\\\"restrictPublicBuckets\\\":true}\","
		"\"BucketVersioningConfiguration\":{\"status\":\"Off\"},\"BucketPolicy\":{\"policyText\":\"{\\\"Statement\\\":[]}\"}}") ","
	ITEM("AWS::Lambda::Function", "fn", "arn:aws:lambda:us-east-1:123456789012:function:fn",
		"\"configuration\":{\"functionName\":\"fn\",\"layers\":[{\"arn\":\"l1\",\"codeSize\":3}],\"environment\":{\"variables\":{\"DB\":\"s3cret\"}}}") ","
	ITEM("AWS::ECR::Repository", "app", "arn:aws:ecr:us-east-1:123456789012:repository/app",
		"\"configuration\":{\"RepositoryName\":\"app\",\"ImageScanningConfiguration\":{\"ScanOnPush\":true}}") ","
	ITEM("AWS::Some::Thing", "t", "arn:aws:some:us-east-1:123456789012:thing/t", "\"configuration\":{\"size\":3,\"parts\":[{\"a\":1}]}") ","
	"{\"resourceType\":\"AWS::EC2::Volume\",\"resourceId\":\"vol-1\",\"configurationItemStatus\":\"ResourceDeleted\"}]}";

static void config_items_come_in_the_registrys_form(void **state)
{
	bl_snapshot s = snapshot_of(config);
	assert_text(s.format, "aws-config");
	assert_int_equal(s.assets.n, 5);
	assert_int_equal(s.diags.n, 0);
	const bl_asset *group = asset_of(&s, ARN "security-group/sg-1");
	assert_text(group->type, "AWS::EC2::SecurityGroup");
	assert_text(group->name, "web");
	assert_text(group->short_id, "sg-1");
	assert_text(group->scope, "123456789012/us-east-1");
	assert_text(group->seen_at, "2026-01-02T00:00:00Z");
	assert_string_equal(body_at(&s, group, "properties.SecurityGroupIngress"),
		"[{\"IpProtocol\":\"tcp\",\"FromPort\":22,\"ToPort\":23,\"CidrIp\":\"0.0.0.0/0\",\"Description\":\"ssh\"},"
		"{\"IpProtocol\":\"tcp\",\"FromPort\":22,\"ToPort\":23,\"CidrIpv6\":\"::/0\"},"
		"{\"IpProtocol\":\"tcp\",\"FromPort\":22,\"ToPort\":23,\"SourceSecurityGroupId\":\"sg-2\"}]");
	assert_string_equal(body_at(&s, group, "properties.SecurityGroupEgress"), "[]");
	const bl_asset *bucket = asset_of(&s, "arn:aws:s3:::bkt");
	assert_string_equal(body_at(&s, bucket, "properties.BucketName"), "\"bkt\"");
	assert_string_equal(body_at(&s, bucket, "properties.PublicAccessBlockConfiguration"), "{\"BlockPublicAcls\":false,\"RestrictPublicBuckets\":true}");
	assert_string_equal(body_at(&s, bucket, "properties.VersioningConfiguration.Status"), "\"Suspended\"");
	assert_string_equal(body_at(&s, bucket, "children.bucketPolicy.PolicyDocument"), "{\"Statement\":[]}");
	assert_true(bl_value_is_string(bl_value_getz(bucket->tags, "a"), "b"));
	/* what is not shown is not known to be absent */
	assert_true(bl_value_getz(bucket->body, "properties")->open);
	bl_snapshot_done(&s);
}

static void what_means_something_else_in_a_description_is_left_out(void **state)
{
	bl_snapshot s = snapshot_of(config);
	const bl_asset *fn = asset_of(&s, "arn:aws:lambda:us-east-1:123456789012:function:fn");
	assert_string_equal(body_at(&s, fn, "properties.Layers"), "[\"l1\"]");
	assert_true(bl_value_at_path(fn->body, BL_STR("properties.Environment.Variables.DB"))->sensitive);
	const bl_asset *thing = asset_of(&s, "arn:aws:some:us-east-1:123456789012:thing/t");
	assert_string_equal(body_at(&s, thing, "properties"), "{\"Size\":3}");
	/* newer types are in the registry's form already */
	const bl_asset *repository = asset_of(&s, "arn:aws:ecr:us-east-1:123456789012:repository/app");
	assert_string_equal(body_at(&s, repository, "properties.ImageScanningConfiguration.ScanOnPush"), "true");
	assert_false(bl_value_getz(repository->body, "properties")->open);
	bl_snapshot_done(&s);
}

static void cloudformations_tags_are_bindings(void **state)
{
	bl_snapshot s = snapshot_of(config);
	assert_int_equal(s.bindings.n, 1);
	const bl_binding *b = binding_of(&s, "Web");
	assert_int_equal(b->from, BL_FROM_STACK);
	assert_text(b->owner, "st");
	assert_text(b->scope, "123456789012/us-east-1");
	assert_text(b->id, ARN "security-group/sg-1");
	bl_snapshot_done(&s);
}

static void of_a_history_the_newest_item_counts(void **state)
{
#define VERSION(when, status, size)                                                                                                                \
	"{\"resourceType\":\"AWS::EC2::Volume\",\"resourceId\":\"vol-1\",\"configurationItemCaptureTime\":\"" when "\",\"configurationItemStatus\":\"" status \
	"\",\"configuration\":{\"size\":" size "}}"
	bl_snapshot s = snapshot_of("{\"configurationItems\":[" VERSION("2026-01-02", "OK", "2") "," VERSION("2026-01-03", "OK", "3") "," VERSION("2026-01-01", "OK", "1") "]}");
	assert_int_equal(s.assets.n, 1);
	assert_string_equal(body_at(&s, s.assets.items[0], "properties.Size"), "3");
	bl_snapshot_done(&s);
	s = snapshot_of("{\"configurationItems\":[" VERSION("2026-01-02", "OK", "2") "," VERSION("2026-01-03", "ResourceDeleted", "3") "]}");
	assert_int_equal(s.assets.n, 0);
	bl_snapshot_done(&s);
}

static void results_of_a_query_are_texts(void **state)
{
	bl_snapshot s = snapshot_of("{\"Results\":[\"{\\\"resourceId\\\":\\\"vol-1\\\",\\\"resourceType\\\":\\\"AWS::EC2::Volume\\\",\\\"accountId\\\":\\\"1\\\",\\\"awsRegion\\\":"
				    "\\\"eu-west-1\\\",\\\"configuration\\\":{\\\"encrypted\\\":false}}\"],\"QueryInfo\":{},\"NextToken\":\"x\"}");
	const bl_asset *a = asset_of(&s, "arn:aws:ec2:eu-west-1:1:volume/vol-1");
	assert_string_equal(body_at(&s, a, "properties.Encrypted"), "false");
	assert_true(s.partial);
	bl_snapshot_done(&s);
}

static void tags_alone_are_assets_without_settings(void **state)
{
	bl_snapshot s = snapshot_of("{\"ResourceTagMappingList\":[{\"ResourceARN\":\"arn:aws:sqs:eu-west-1:1:q\",\"Tags\":[{\"Key\":\"yor_trace\",\"Value\":\"u\"}]},"
				    "{\"ResourceARN\":\"arn:aws:glue:eu-west-1:1:job/j\",\"Tags\":[]}],\"PaginationToken\":\"\"}");
	const bl_asset *a = asset_of(&s, "arn:aws:sqs:eu-west-1:1:q");
	assert_text(a->type, "AWS::SQS::Queue");
	assert_null(a->body);
	assert_true(bl_value_is_string(bl_value_getz(a->tags, "yor_trace"), "u"));
	assert_text(asset_of(&s, "arn:aws:glue:eu-west-1:1:job/j")->type, "glue/job");
	assert_false(s.partial);
	bl_snapshot_done(&s);
}

static void cloud_control_says_the_type_last(void **state)
{
	bl_snapshot s = snapshot_of("{\"ResourceDescriptions\":[{\"Identifier\":\"bkt\",\"Properties\":\"{\\\"BucketName\\\":\\\"bkt\\\",\\\"Arn\\\":\\\"arn:aws:s3:::bkt\\\",\\\"Tags\\\":"
				    "[{\\\"Key\\\":\\\"a\\\",\\\"Value\\\":\\\"b\\\"}]}\"}],\"TypeName\":\"AWS::S3::Bucket\"}");
	const bl_asset *a = asset_of(&s, "arn:aws:s3:::bkt");
	assert_text(a->type, "AWS::S3::Bucket");
	assert_text(a->name, "bkt");
	assert_string_equal(body_at(&s, a, "tags"), "{\"a\":\"b\"}");
	bl_snapshot_done(&s);
	s = snapshot_of("{\"TypeName\":\"AWS::Logs::LogGroup\",\"ResourceDescription\":{\"Identifier\":\"/a\",\"Properties\":\"{\\\"LogGroupName\\\":\\\"/a\\\"}\"}}");
	assert_text(asset_of(&s, "/a")->type, "AWS::Logs::LogGroup");
	bl_snapshot_done(&s);
}

static void descriptions_get_the_arn_they_leave_out(void **state)
{
	bl_snapshot s = snapshot_of("{\"Reservations\":[{\"OwnerId\":\"1\",\"Instances\":[{\"InstanceId\":\"i-1\",\"Placement\":{\"AvailabilityZone\":\"eu-west-1a\"},\"IamInstanceProfile\":"
				    "{\"Arn\":\"arn:aws:iam::1:instance-profile/p/q\"},\"Monitoring\":{\"State\":\"disabled\"},\"MetadataOptions\":{\"HttpTokens\":\"optional\"},"
				    "\"SecurityGroups\":[{\"GroupId\":\"sg-1\",\"GroupName\":\"g\"}],\"Tags\":[{\"Key\":\"Name\",\"Value\":\"n\"}]},"
				    "{\"InstanceId\":\"i-2\",\"State\":{\"Name\":\"terminated\"}}]}]}");
	assert_int_equal(s.assets.n, 1);
	const bl_asset *a = asset_of(&s, "arn:aws:ec2:eu-west-1:1:instance/i-1");
	assert_string_equal(body_at(&s, a, "properties.IamInstanceProfile"), "\"q\"");
	assert_string_equal(body_at(&s, a, "properties.Monitoring"), "false");
	assert_string_equal(body_at(&s, a, "properties.SecurityGroupIds"), "[\"sg-1\"]");
	assert_string_equal(body_at(&s, a, "properties.MetadataOptions.HttpTokens"), "\"optional\"");
	bl_snapshot_done(&s);
	s = snapshot_of("{\"SecurityGroups\":[]}");
	assert_text(s.format, "aws-describe");
	bl_snapshot_done(&s);
}

static void a_directory_of_identities_has_its_documents_decoded(void **state)
{
	bl_snapshot s = snapshot_of("{\"UserDetailList\":[],\"RoleDetailList\":[{\"RoleName\":\"r\",\"Arn\":\"arn:aws:iam::1:role/path/r\",\"AssumeRolePolicyDocument\":"
				    "\"%7B%22Statement%22%3A%5B%5D%7D\",\"RolePolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":{\"Statement\":[]}}],\"AttachedManagedPolicies\":"
				    "[{\"PolicyArn\":\"arn:aws:iam::aws:policy/A\"}]}],\"Policies\":[{\"PolicyName\":\"m\",\"Arn\":\"arn:aws:iam::1:policy/m\",\"PolicyVersionList\":"
				    "[{\"Document\":{\"Version\":\"1\"},\"IsDefaultVersion\":false},{\"Document\":{\"Version\":\"2\"},\"IsDefaultVersion\":true}]},"
				    "{\"PolicyName\":\"A\",\"Arn\":\"arn:aws:iam::aws:policy/A\"}],\"IsTruncated\":true,\"Marker\":\"m\"}");
	assert_int_equal(s.assets.n, 2);
	assert_true(s.partial);
	const bl_asset *role = asset_of(&s, "arn:aws:iam::1:role/path/r");
	assert_text(role->short_id, "r");
	assert_string_equal(body_at(&s, role, "properties.AssumeRolePolicyDocument"), "{\"Statement\":[]}");
	assert_string_equal(body_at(&s, role, "properties.Policies"), "[{\"PolicyName\":\"p\",\"PolicyDocument\":{\"Statement\":[]}}]");
	assert_string_equal(body_at(&s, asset_of(&s, "arn:aws:iam::1:policy/m"), "properties.PolicyDocument"), "{\"Version\":\"2\"}");
	bl_snapshot_done(&s);
}

static void stacks_say_which_logical_id_is_which_resource(void **state)
{
#define RESOURCE(logical, physical, type, status)                                                                                                  \
	"{\"StackName\":\"st\",\"StackId\":\"arn:aws:cloudformation:eu-west-1:1:stack/st/u\",\"LogicalResourceId\":\"" logical "\",\"PhysicalResourceId\":\"" physical \
	"\",\"ResourceType\":\"" type "\",\"ResourceStatus\":\"" status "\"}"
	bl_snapshot s = snapshot_of("{\"StackResources\":[" RESOURCE("Q", "https://sqs.eu-west-1.amazonaws.com/1/q", "AWS::SQS::Queue", "CREATE_COMPLETE") ","
		RESOURCE("G", "sg-1", "AWS::EC2::SecurityGroup", "CREATE_COMPLETE") "," RESOURCE("C", "c-1", "Custom::X", "CREATE_COMPLETE") ","
		RESOURCE("D", "d-1", "AWS::EC2::Volume", "DELETE_COMPLETE") "]}");
	assert_int_equal(s.bindings.n, 3);
	assert_int_equal(s.assets.n, 3);
	assert_text(binding_of(&s, "Q")->id, "arn:aws:sqs:eu-west-1:1:q");
	assert_text(binding_of(&s, "G")->id, "arn:aws:ec2:eu-west-1:1:security-group/sg-1");
	assert_text(binding_of(&s, "C")->id, "c-1");
	assert_text(binding_of(&s, "G")->owner, "st");
	assert_text(binding_of(&s, "G")->scope, "1/eu-west-1");
	bl_snapshot_done(&s);
}

static void two_spellings_of_an_arn_are_one_asset(void **state)
{
	bl_snapshot a = snapshot_of("{\"StackResources\":[" RESOURCE("E", "eipalloc-1", "AWS::EC2::EIP", "CREATE_COMPLETE") "," RESOURCE("F", "192.0.2.1", "AWS::EC2::EIP", "CREATE_COMPLETE") "]}");
	bl_snapshot b = snapshot_of("{\"configurationItems\":[{\"resourceType\":\"AWS::EC2::EIP\",\"resourceId\":\"eipalloc-1\",\"arn\":\"arn:aws:ec2:eu-west-1:1:eip-allocation/eipalloc-1\","
				    "\"awsAccountId\":\"1\",\"awsRegion\":\"eu-west-1\",\"configurationItemStatus\":\"OK\",\"configuration\":{\"domain\":\"vpc\"}}]}");
	bl_snapshot *all[] = {&a, &b};
	bl_snapshot_join(all, 2);
	assert_text(a.assets.items[0]->id, "arn:aws:ec2:eu-west-1:1:eip-allocation/eipalloc-1");
	assert_text(binding_of(&a, "E")->id, "arn:aws:ec2:eu-west-1:1:eip-allocation/eipalloc-1");
	assert_text(binding_of(&a, "F")->id, "192.0.2.1");
	bl_snapshot_done(&a);
	bl_snapshot_done(&b);
}

/* A stack without its StackId knows a function by its name; Config has the ARN. */
static void joining_gives_short_ids_the_arn(void **state)
{
	bl_snapshot a = snapshot_of("{\"StackResourceSummaries\":[{\"LogicalResourceId\":\"Fn\",\"PhysicalResourceId\":\"fn\",\"ResourceType\":\"AWS::Lambda::Function\"}]}");
	bl_snapshot b = snapshot_of(config);
	bl_snapshot *all[] = {&a, &b};
	bl_snapshot_join(all, 2);
	assert_text(a.assets.items[0]->id, "arn:aws:lambda:us-east-1:123456789012:function:fn");
	assert_non_null(a.assets.items[0]->body);
	assert_text(binding_of(&a, "Fn")->id, "arn:aws:lambda:us-east-1:123456789012:function:fn");
	bl_snapshot_done(&a);
	bl_snapshot_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_items_come_in_the_registrys_form),
		cmocka_unit_test(what_means_something_else_in_a_description_is_left_out),
		cmocka_unit_test(cloudformations_tags_are_bindings),
		cmocka_unit_test(of_a_history_the_newest_item_counts),
		cmocka_unit_test(results_of_a_query_are_texts),
		cmocka_unit_test(tags_alone_are_assets_without_settings),
		cmocka_unit_test(cloud_control_says_the_type_last),
		cmocka_unit_test(descriptions_get_the_arn_they_leave_out),
		cmocka_unit_test(a_directory_of_identities_has_its_documents_decoded),
		cmocka_unit_test(stacks_say_which_logical_id_is_which_resource),
		cmocka_unit_test(two_spellings_of_an_arn_are_one_asset),
		cmocka_unit_test(joining_gives_short_ids_the_arn),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	bl_arena_done(&text_arena);
	return failed;
}

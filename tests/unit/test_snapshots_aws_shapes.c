/* Types by the names that Config and the describe calls write, as AWS's documentation shows them, in the registry's form. */
#include "tests/unit/snapshot_text.h"

#define ACCOUNT "123456789012"
#define ITEM(type, id, arn, name, configuration, more)                                                                                             \
	"{\"configurationItems\":[{\"resourceType\":\"" type "\",\"resourceId\":\"" id "\",\"ARN\":\"" arn "\",\"resourceName\":\"" name                 \
	"\",\"awsAccountId\":\"" ACCOUNT "\",\"awsRegion\":\"eu-west-1\",\"configurationItemStatus\":\"OK\",\"configuration\":" configuration               \
	",\"supplementaryConfiguration\":{" more "}}]}"

/* The only asset of what an item of Config's shows. */
static const bl_asset *only(bl_snapshot *s, const char *text)
{
	*s = snapshot_of(text);
	assert_int_equal(s->diags.n, 0);
	assert_int_equal(s->assets.n, 1);
	return s->assets.items[0];
}

static void config_calls_three_types_by_names_of_its_own(void **state)
{
	bl_snapshot s;
	const bl_asset *a = only(&s, ITEM("AWS::ACM::Certificate", "arn:aws:acm:eu-west-1:" ACCOUNT ":certificate/7f", "arn:aws:acm:eu-west-1:" ACCOUNT
		":certificate/7f", "", "{\"domainName\":\"example.com\",\"subjectAlternativeNames\":[\"example.com\"],\"domainValidationOptions\":"
		"[{\"validationMethod\":\"DNS\"}],\"options\":{\"certificateTransparencyLoggingPreference\":\"ENABLED\"}}", ""));
	assert_text(a->type, "AWS::CertificateManager::Certificate");
	/* the names include the domain's, which code need not repeat */
	assert_string_equal(body_at(&s, a, "properties"),
		"{\"CertificateTransparencyLoggingPreference\":\"ENABLED\",\"DomainName\":\"example.com\",\"ValidationMethod\":\"DNS\"}");
	bl_snapshot_done(&s);
	a = only(&s, ITEM("AWS::IAM::Policy", "ANPAJ54UJLXEXAMPLE", "arn:aws:iam::" ACCOUNT ":policy/p", "p",
		"{\"policyName\":\"p\",\"path\":\"/\",\"policyVersionList\":[{\"versionId\":\"v1\",\"isDefaultVersion\":true,\"document\":\"%7B%22Version%22%3A%222012-10-17%22%7D\"}]}", ""));
	assert_text(a->type, "AWS::IAM::ManagedPolicy");
	assert_string_equal(body_at(&s, a, "properties.PolicyDocument"), "{\"Version\":\"2012-10-17\"}");
	bl_snapshot_done(&s);
	a = only(&s, ITEM("AWS::OpenSearch::Domain", ACCOUNT "/d", "arn:aws:es:eu-west-1:" ACCOUNT ":domain/d", "d",
		"{\"DomainName\":\"d\",\"ClusterConfig\":{\"InstanceCount\":2}}", ""));
	assert_text(a->type, "AWS::OpenSearchService::Domain");
	assert_string_equal(body_at(&s, a, "properties.ClusterConfig.InstanceCount"), "2");
	bl_snapshot_done(&s);
}

static void an_id_that_only_the_service_uses_is_not_the_short_one(void **state)
{
	bl_snapshot s;
	const bl_asset *a = only(&s, ITEM("AWS::IAM::Role", "AROAIEXAMPLE", "arn:aws:iam::" ACCOUNT ":role/service/r", "r", "{\"roleName\":\"r\"}", ""));
	assert_text(a->short_id, "r");
	bl_snapshot_done(&s);
	a = only(&s, ITEM("AWS::RDS::DBInstance", "db-EXAMPLE", "arn:aws:rds:eu-west-1:" ACCOUNT ":db:orders", "orders",
		"{\"dBInstanceIdentifier\":\"orders\",\"engine\":\"postgres\"}", ""));
	assert_text(a->short_id, "orders");
	assert_text(a->type, "AWS::RDS::DBInstance");
	bl_snapshot_done(&s);
}

static void the_engine_tells_whose_cluster_it_is(void **state)
{
	static const char text[] = "{\"DBClusters\":[{\"DBClusterIdentifier\":\"d\",\"DBClusterArn\":\"arn:aws:rds:eu-west-1:1:cluster:d\",\"Engine\":\"docdb\","
		"\"StorageEncrypted\":true},{\"DBClusterIdentifier\":\"n\",\"DBClusterArn\":\"arn:aws:rds:eu-west-1:1:cluster:n\",\"Engine\":\"neptune\","
		"\"IAMDatabaseAuthenticationEnabled\":true},{\"DBClusterIdentifier\":\"a\",\"DBClusterArn\":\"arn:aws:rds:eu-west-1:1:cluster:a\",\"Engine\":\"aurora-mysql\"}]}";
	bl_snapshot s = snapshot_of(text);
	const bl_asset *documents = asset_of(&s, "arn:aws:rds:eu-west-1:1:cluster:d"), *edges = asset_of(&s, "arn:aws:rds:eu-west-1:1:cluster:n");
	assert_text(documents->type, "AWS::DocDB::DBCluster");
	assert_string_equal(body_at(&s, documents, "properties.StorageEncrypted"), "true");
	assert_text(edges->type, "AWS::Neptune::DBCluster");
	assert_string_equal(body_at(&s, edges, "properties.IamAuthEnabled"), "true");
	assert_text(asset_of(&s, "arn:aws:rds:eu-west-1:1:cluster:a")->type, "AWS::RDS::DBCluster");
	/* an ARN alone says rds, whichever file is read first */
	bl_snapshot tags = snapshot_of("{\"ResourceTagMappingList\":[{\"ResourceARN\":\"arn:aws:rds:eu-west-1:1:cluster:d\",\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"}]}]}");
	assert_text(tags.assets.items[0]->type, "AWS::RDS::DBCluster");
	bl_snapshot_join((bl_snapshot *[]){&tags, &s}, 2);
	assert_text(tags.assets.items[0]->type, "AWS::DocDB::DBCluster");
	assert_true(bl_value_is_string(bl_value_getz(documents->tags, "a"), "b"));
	bl_snapshot_done(&tags);
	bl_snapshot_done(&s);
}

static void attributes_are_no_registry_form_for_their_capitals(void **state)
{
	bl_snapshot s;
	const bl_asset *a = only(&s, ITEM("AWS::SNS::Topic", "arn:aws:sns:eu-west-1:" ACCOUNT ":t", "arn:aws:sns:eu-west-1:" ACCOUNT ":t", "t",
		"{\"TopicArn\":\"arn:aws:sns:eu-west-1:" ACCOUNT ":t\",\"Owner\":\"" ACCOUNT "\",\"DisplayName\":\"T\",\"Policy\":\"{\\\"Version\\\":\\\"2008-10-17\\\"}\"}", ""));
	assert_string_equal(body_at(&s, a, "properties"), "{\"DisplayName\":\"T\",\"TopicName\":\"t\"}");
	assert_string_equal(body_at(&s, a, "children.topicPolicy.PolicyDocument"), "{\"Version\":\"2008-10-17\"}");
	bl_snapshot_done(&s);
	a = only(&s, ITEM("AWS::SQS::Queue", "https://sqs.eu-west-1.amazonaws.com/" ACCOUNT "/q.fifo", "arn:aws:sqs:eu-west-1:" ACCOUNT ":q.fifo", "q.fifo",
		"{\"QueueArn\":\"arn:aws:sqs:eu-west-1:" ACCOUNT ":q.fifo\",\"FifoQueue\":\"true\",\"ContentBasedDeduplication\":\"false\",\"CreatedTimestamp\":\"1\"}", ""));
	assert_string_equal(body_at(&s, a, "properties"), "{\"ContentBasedDeduplication\":false,\"FifoQueue\":true,\"QueueName\":\"q.fifo\"}");
	bl_snapshot_done(&s);
	a = only(&s, ITEM("AWS::SecretsManager::Secret", "arn:aws:secretsmanager:eu-west-1:" ACCOUNT ":secret:s-a1b2c3", "arn:aws:secretsmanager:eu-west-1:" ACCOUNT
		":secret:s-a1b2c3", "s", "{\"ARN\":\"arn:aws:secretsmanager:eu-west-1:" ACCOUNT ":secret:s-a1b2c3\",\"Name\":\"s\",\"KMSKeyId\":\"alias/k\","
		"\"RotationEnabled\":true,\"RotationRules\":{\"AutomaticallyAfterDays\":30}}", ""));
	assert_string_equal(body_at(&s, a, "properties"), "{\"KmsKeyId\":\"alias/k\",\"Name\":\"s\"}");
	assert_string_equal(body_at(&s, a, "children.rotationSchedule"), "{\"RotationRules\":{\"AutomaticallyAfterDays\":30}}");
	bl_snapshot_done(&s);
}

static void a_group_of_instances_lists_its_subnets_in_one_text(void **state)
{
	bl_snapshot s;
	const bl_asset *a = only(&s, ITEM("AWS::AutoScaling::AutoScalingGroup", "arn:aws:autoscaling:eu-west-1:" ACCOUNT ":autoScalingGroup:930d:autoScalingGroupName/my-asg",
		"arn:aws:autoscaling:eu-west-1:" ACCOUNT ":autoScalingGroup:930d:autoScalingGroupName/my-asg", "my-asg", "{\"autoScalingGroupName\":\"my-asg\",\"minSize\":0,"
		"\"maxSize\":5,\"desiredCapacity\":1,\"defaultCooldown\":300,\"availabilityZones\":[{\"value\":\"eu-west-1a\"}],\"launchTemplate\":{\"launchTemplateId\":"
		"\"lt-1\",\"launchTemplateName\":\"t\",\"version\":\"1\"},\"targetGroupARNs\":[],\"instances\":[{\"instanceId\":\"i-1\"}],"
		"\"vpczoneIdentifier\":\"subnet-5ea0c127, subnet-6194ea3b,\"}", ""));
	assert_text(a->name, "my-asg");
	assert_string_equal(body_at(&s, a, "properties.VPCZoneIdentifier"), "[\"subnet-5ea0c127\",\"subnet-6194ea3b\"]");
	/* as an advanced query shows texts */
	assert_string_equal(body_at(&s, a, "properties.AvailabilityZones"), "[\"eu-west-1a\"]");
	assert_string_equal(body_at(&s, a, "properties.Cooldown"), "300");
	assert_string_equal(body_at(&s, a, "properties.LaunchTemplate.Version"), "\"1\"");
	assert_string_equal(body_at(&s, a, "properties.Instances"), "");
	bl_snapshot_done(&s);
}

static void cloudfront_counts_its_lists(void **state)
{
	bl_snapshot s;
	const bl_asset *a = only(&s, ITEM("AWS::CloudFront::Distribution", "EDFDVBD632BHDS5", "arn:aws:cloudfront::" ACCOUNT ":distribution/EDFDVBD632BHDS5", "",
		"{\"id\":\"EDFDVBD632BHDS5\",\"distributionConfig\":{\"enabled\":true,\"aliases\":{\"quantity\":0},\"isIPV6Enabled\":true,\"origins\":{\"quantity\":1,\"items\":"
		"[{\"id\":\"o\",\"domainName\":\"b.s3.amazonaws.com\",\"customHeaders\":{\"quantity\":0},\"s3OriginConfig\":{\"originAccessIdentity\":\"\"}}]},"
		"\"defaultCacheBehavior\":{\"viewerProtocolPolicy\":\"allow-all\",\"allowedMethods\":{\"quantity\":2,\"items\":[\"HEAD\",\"GET\"],\"cachedMethods\":"
		"{\"quantity\":2,\"items\":[\"HEAD\",\"GET\"]}}},\"viewerCertificate\":{\"cloudFrontDefaultCertificate\":true},\"logging\":{\"enabled\":false,\"bucket\":\"\"}}}", ""));
	assert_text(a->name, "EDFDVBD632BHDS5");
	assert_string_equal(body_at(&s, a, "properties.DistributionConfig.Aliases"), "[]");
	assert_string_equal(body_at(&s, a, "properties.DistributionConfig.Origins.0.DomainName"), "\"b.s3.amazonaws.com\"");
	assert_string_equal(body_at(&s, a, "properties.DistributionConfig.Origins.0.CustomHeaders"), "[]");
	assert_string_equal(body_at(&s, a, "properties.DistributionConfig.DefaultCacheBehavior"), "{\"ViewerProtocolPolicy\":\"allow-all\",\"AllowedMethods\":[\"HEAD\",\"GET\"]}");
	assert_string_equal(body_at(&s, a, "properties.DistributionConfig.ViewerCertificate.CloudFrontDefaultCertificate"), "true");
	/* the registry has no logging where there is none: what says so has another form */
	assert_string_equal(body_at(&s, a, "properties.DistributionConfig.Logging"), "");
	bl_snapshot_done(&s);
}

static void a_buckets_rules_are_beside_its_configuration(void **state)
{
	bl_snapshot s;
	const bl_asset *a = only(&s, ITEM("AWS::S3::Bucket", "b", "arn:aws:s3:::b", "b", "{\"name\":\"b\"}",
		"\"BucketLifecycleConfiguration\":{\"rules\":[{\"id\":\"old\",\"prefix\":\"logs/\",\"status\":\"Enabled\",\"expirationInDays\":365,"
		"\"noncurrentVersionExpirationInDays\":-1,\"expiredObjectDeleteMarker\":false,\"transitions\":[{\"days\":30,\"storageClass\":\"GLACIER\"}],\"abortIncompleteMultipartUpload\":"
		"{\"daysAfterInitiation\":7}}]},\"BucketVersioningConfiguration\":{\"status\":\"Enabled\",\"isMfaDeleteEnabled\":false},\"ObjectLockConfiguration\":"
		"{\"objectLockEnabled\":\"Enabled\"},\"BucketWebsiteConfiguration\":{\"indexDocumentSuffix\":\"index.html\"}"));
	assert_string_equal(body_at(&s, a, "properties.LifecycleConfiguration.Rules"), "[{\"AbortIncompleteMultipartUpload\":{\"DaysAfterInitiation\":7},\"ExpirationInDays\":365,"
		"\"ExpiredObjectDeleteMarker\":false,\"Id\":\"old\",\"Prefix\":\"logs/\",\"Status\":\"Enabled\"}]");
	assert_string_equal(body_at(&s, a, "children.mfaDelete"), "\"Disabled\"");
	assert_string_equal(body_at(&s, a, "properties.ObjectLockEnabled"), "true");
	assert_string_equal(body_at(&s, a, "properties.WebsiteConfiguration.IndexDocument"), "\"index.html\"");
	bl_snapshot_done(&s);
}

static void a_list_whose_elements_do_not_say_it_is_unknown(void **state)
{
	bl_snapshot s;
	const bl_asset *a = only(&s, ITEM("AWS::CodeBuild::Project", "arn:aws:codebuild:eu-west-1:" ACCOUNT ":project/p", "arn:aws:codebuild:eu-west-1:" ACCOUNT ":project/p", "p",
		"{\"name\":\"p\",\"environment\":{\"image\":\"aws/codebuild/standard:7.0\",\"privilegedMode\":true,\"environmentVariables\":[{\"name\":\"TOKEN\",\"value\":\"s3cret\"}]},"
		"\"vpcConfig\":{\"vpcId\":\"vpc-1\",\"subnets\":[\"subnet-1\"],\"securityGroupIds\":[]}}", ""));
	assert_string_equal(body_at(&s, a, "properties.Environment.Image"), "\"aws/codebuild/standard:7.0\"");
	assert_true(bl_value_at_path(a->body, BL_STR("properties.Environment.EnvironmentVariables.0.Value"))->sensitive);
	assert_string_equal(body_at(&s, a, "properties.VpcConfig.Subnets"), "[\"subnet-1\"]");
	bl_snapshot_done(&s);
	a = only(&s, ITEM("AWS::EC2::Instance", "i-1", "arn:aws:ec2:eu-west-1:" ACCOUNT ":instance/i-1", "", "{\"instanceId\":\"i-1\",\"securityGroups\":[{\"groupName\":\"g\"}]}", ""));
	assert_string_equal(body_at(&s, a, "properties.SecurityGroupIds"), "");
	bl_snapshot_done(&s);
}

static void the_parts_of_a_network_have_their_settings(void **state)
{
	static const char gateways[] = "{\"NatGateways\":[{\"NatGatewayId\":\"nat-05dba92075d71c408\",\"SubnetId\":\"subnet-847e4dc2\",\"VpcId\":\"vpc-1a2b3c4d\",\"State\":\"available\","
		"\"ConnectivityType\":\"public\",\"NatGatewayAddresses\":[{\"AllocationId\":\"eipalloc-89c620ec\",\"PrivateIp\":\"10.0.0.149\",\"PublicIp\":\"198.51.100.33\"}]}]}";
	static const char endpoints[] = "{\"VpcEndpoints\":[{\"VpcEndpointId\":\"vpce-aabb1122\",\"OwnerId\":\"" ACCOUNT "\",\"VpcEndpointType\":\"Interface\",\"ServiceName\":"
		"\"com.amazonaws.us-east-1.elasticloadbalancing\",\"State\":\"available\",\"PolicyDocument\":\"{\\\"Statement\\\":[]}\",\"SubnetIds\":[\"subnet-d6fcaa8d\"],\"Groups\":"
		"[{\"GroupId\":\"sg-54e8bf31\",\"GroupName\":\"default\"}],\"PrivateDnsEnabled\":false,\"RouteTableIds\":[]}]}";
	static const char connections[] = "{\"VpnConnections\":[{\"VpnConnectionId\":\"vpn-123123123123abcab\",\"CustomerGatewayId\":\"cgw-0123456789abc0123\",\"Type\":\"ipsec.1\","
		"\"CustomerGatewayConfiguration\":\"<vpn_connection>secret</vpn_connection>\",\"VpnGatewayId\":\"vgw-1\",\"Options\":{\"StaticRoutesOnly\":true}}]}";
	bl_snapshot s = snapshot_of(gateways);
	assert_string_equal(body_at(&s, s.assets.items[0], "properties"), "{\"AllocationId\":\"eipalloc-89c620ec\",\"ConnectivityType\":\"public\",\"NatGatewayId\":"
		"\"nat-05dba92075d71c408\",\"PrivateIpAddress\":\"10.0.0.149\",\"SubnetId\":\"subnet-847e4dc2\",\"VpcId\":\"vpc-1a2b3c4d\"}");
	bl_snapshot_done(&s);
	s = snapshot_of(endpoints);
	assert_text(s.assets.items[0]->type, "AWS::EC2::VPCEndpoint");
	assert_string_equal(body_at(&s, s.assets.items[0], "properties.SecurityGroupIds"), "[\"sg-54e8bf31\"]");
	assert_string_equal(body_at(&s, s.assets.items[0], "properties.PolicyDocument"), "{\"Statement\":[]}");
	assert_string_equal(body_at(&s, s.assets.items[0], "properties.RouteTableIds"), "[]");
	bl_snapshot_done(&s);
	s = snapshot_of(connections);
	assert_string_equal(body_at(&s, s.assets.items[0], "properties"), "{\"CustomerGatewayId\":\"cgw-0123456789abc0123\",\"StaticRoutesOnly\":true,\"Type\":\"ipsec.1\","
		"\"VpnConnectionId\":\"vpn-123123123123abcab\",\"VpnGatewayId\":\"vgw-1\"}");
	bl_snapshot_done(&s);
}

/* Types are looked for by halves. */
static void the_table_is_sorted(void **state)
{
#define X(type, to, from, how) type " " to,
	static const char *const rows[] = {
#include "snapshots/aws_shapes.def"
	};
#undef X
	for (size_t i = 1; i < sizeof rows / sizeof *rows; i++) {
		if (strcmp(rows[i - 1], rows[i]) > 0)
			fail_msg("'%s' comes before '%s'", rows[i - 1], rows[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_calls_three_types_by_names_of_its_own),
		cmocka_unit_test(an_id_that_only_the_service_uses_is_not_the_short_one),
		cmocka_unit_test(the_engine_tells_whose_cluster_it_is),
		cmocka_unit_test(attributes_are_no_registry_form_for_their_capitals),
		cmocka_unit_test(a_group_of_instances_lists_its_subnets_in_one_text),
		cmocka_unit_test(cloudfront_counts_its_lists),
		cmocka_unit_test(a_buckets_rules_are_beside_its_configuration),
		cmocka_unit_test(a_list_whose_elements_do_not_say_it_is_unknown),
		cmocka_unit_test(the_parts_of_a_network_have_their_settings),
		cmocka_unit_test(the_table_is_sorted),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	bl_arena_done(&text_arena);
	return failed;
}

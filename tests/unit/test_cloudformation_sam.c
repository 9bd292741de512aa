/*
 * AWS::Serverless-2016-10-31. Ids and resources are those of the SAM developer guide's "Generated CloudFormation resources"
 * (docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html), statements those
 * of its "Policy template list".
 */
#include "azure_fixture.h"

#define SAM(text) "AWSTemplateFormatVersion: 2010-09-09\nTransform: AWS::Serverless-2016-10-31\n" text

static void run(fixture *f, const char *text)
{
	static const char *files[3];
	files[0] = "template.yaml";
	files[1] = text;
	files[2] = NULL;
	evaluate(f, files, false);
	assert_int_equal(f->documents[0].language, BL_LANG_CLOUDFORMATION);
	for (size_t i = 0; i < f->out.diags.n; i++)
		fail_msg(BL_FMT, BL_ARG(f->out.diags.items[i].message));
}

static bool declares(const fixture *f, const char *address)
{
	for (size_t i = 0; i < f->out.resources.n; i++)
		if (bl_str_eqz(f->out.resources.items[i]->address, address))
			return true;
	return false;
}

static void assert_waits(const bl_value *v, const char *address, const char *path)
{
	assert_non_null(v);
	assert_int_equal(v->kind, BL_UNKNOWN);
	assert_int_equal(v->unknown->nrefs, 1);
	assert_str(v->unknown->refs[0].address, address);
	assert_str(v->unknown->refs[0].path, path);
}

static void a_function_is_a_lambda_function_and_its_role(void **state)
{
	fixture f;
	run(&f, SAM("Conditions: {C: !Equals [!Ref 'AWS::Region', x]}\n"
		    "Resources:\n"
		    "  F:\n"
		    "    Type: AWS::Serverless::Function\n"
		    "    Condition: C\n"
		    "    Properties:\n"
		    "      CodeUri: s3://bucket/dir/code.zip\n"
		    "      Handler: a.b\n"
		    "      Tracing: Active\n"
		    "      VpcConfig: {SubnetIds: [s]}\n"
		    "      Tags: {team: x}\n"
		    "      DeadLetterQueue: {Type: SQS, TargetArn: 'arn:aws:sqs:::q'}\n"
		    "      Environment: {Variables: {A: b}}\n"));
	const bl_resource *r = resource(&f, "AWS::Lambda::Function.F"), *source = resource(&f, "AWS::Serverless::Function.F");
	assert_int_equal(r->condition, BL_MAYBE);
	assert_int_equal(r->span.begin, source->span.begin);
	assert_int_equal(r->span.end, source->span.end);
	assert_json(written(&f, "AWS::Lambda::Function.F", "properties.Code"), "{\"S3Bucket\":\"bucket\",\"S3Key\":\"dir/code.zip\"}");
	assert_json(written(&f, "AWS::Lambda::Function.F", "properties.TracingConfig"), "{\"Mode\":\"Active\"}");
	assert_json(written(&f, "AWS::Lambda::Function.F", "properties.DeadLetterConfig"), "{\"TargetArn\":\"arn:aws:sqs:::q\"}");
	assert_json(written(&f, "AWS::Lambda::Function.F", "properties.Tags"),
		"[{\"Key\":\"lambda:createdBy\",\"Value\":\"SAM\"},{\"Key\":\"team\",\"Value\":\"x\"}]");
	assert_waits(written(&f, "AWS::Lambda::Function.F", "properties.Role"), "AWS::IAM::Role.FRole", "Arn");
	assert_str(written(&f, "AWS::IAM::Role.FRole", "properties.AssumeRolePolicyDocument.Statement.0.Principal.Service.0")->string,
		"lambda.amazonaws.com");
	assert_int_equal(written(&f, "AWS::IAM::Role.FRole", "properties.ManagedPolicyArns")->n, 3);
	assert_str(written(&f, "AWS::IAM::Role.FRole", "properties.ManagedPolicyArns.0")->unknown->suffix,
		":iam::aws:policy/service-role/AWSLambdaBasicExecutionRole");
	assert_str(written(&f, "AWS::IAM::Role.FRole", "properties.Policies.0.PolicyDocument.Statement.0.Action")->string, "sqs:SendMessage");
	done(&f);
	run(&f, SAM("Resources: {F: {Type: 'AWS::Serverless::Function', Properties: {CodeUri: src, Role: 'arn:x'}}}\n"));
	assert_false(declares(&f, "AWS::IAM::Role.FRole"));
	assert_int_equal(written(&f, "AWS::Lambda::Function.F", "properties.Code.S3Key")->kind, BL_UNKNOWN);
	done(&f);
}

/* "Globals section of the AWS SAM template": lists are additive, maps are merged, primitives are replaced */
static void globals_are_merged_as_documented(void **state)
{
	fixture f;
	run(&f, SAM("Globals:\n"
		    "  Function:\n"
		    "    Runtime: python3.12\n"
		    "    Timeout: 10\n"
		    "    Layers: [a]\n"
		    "    Environment: {Variables: {TABLE: t, MODE: x}}\n"
		    "Resources:\n"
		    "  F:\n"
		    "    Type: AWS::Serverless::Function\n"
		    "    Properties: {Timeout: 20, Layers: [b], Environment: {Variables: {MODE: y}}}\n"
		    "  G:\n"
		    "    Type: AWS::Serverless::Function\n"
		    "    IgnoreGlobals: [Layers, Runtime]\n"
		    "    Properties: {Handler: h}\n"
		    "  H: {Type: 'AWS::Serverless::Function', IgnoreGlobals: '*', Properties: {Handler: h}}\n"));
	const char *addresses[] = {"AWS::Lambda::Function.F", "AWS::Serverless::Function.F"};
	for (int i = 0; i < 2; i++) {
		assert_str(written(&f, addresses[i], "properties.Runtime")->string, "python3.12");
		assert_json(written(&f, addresses[i], "properties.Timeout"), "20");
		assert_json(written(&f, addresses[i], "properties.Layers"), "[\"a\",\"b\"]");
		assert_json(written(&f, addresses[i], "properties.Environment.Variables"), "{\"TABLE\":\"t\",\"MODE\":\"y\"}");
	}
	assert_null(written(&f, "AWS::Lambda::Function.G", "properties.Layers"));
	assert_json(written(&f, "AWS::Lambda::Function.G", "properties.Timeout"), "10");
	assert_null(written(&f, "AWS::Lambda::Function.H", "properties.Timeout"));
	done(&f);
}

static void policies_are_names_documents_and_templates(void **state)
{
	fixture f;
	run(&f, SAM("Resources:\n"
		    "  T: {Type: 'AWS::Serverless::SimpleTable'}\n"
		    "  F:\n"
		    "    Type: AWS::Serverless::Function\n"
		    "    Properties:\n"
		    "      Policies:\n"
		    "        - AmazonS3ReadOnlyAccess\n"
		    "        - arn:aws:iam::123456789012:policy/Own\n"
		    "        - Version: '2012-10-17'\n"
		    "          Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]\n"
		    "        - DynamoDBReadPolicy: {TableName: !Ref T}\n"
		    "        - SSMParameterReadPolicy: {ParameterName: key}\n"
		    "        - SomethingNewPolicy: {}\n"));
	const char *role = "AWS::IAM::Role.FRole";
	assert_str(written(&f, role, "properties.ManagedPolicyArns.1")->unknown->suffix, ":iam::aws:policy/AmazonS3ReadOnlyAccess");
	assert_str(written(&f, role, "properties.ManagedPolicyArns.2")->string, "arn:aws:iam::123456789012:policy/Own");
	assert_str(written(&f, role, "properties.Policies.0.PolicyName")->string, "FRolePolicy2");
	assert_str(written(&f, role, "properties.Policies.0.PolicyDocument.Statement.0.Action")->string, "s3:*");
	assert_json(written(&f, role, "properties.Policies.1.PolicyDocument.Statement.0.Action"),
		"[\"dynamodb:GetItem\",\"dynamodb:Scan\",\"dynamodb:Query\",\"dynamodb:BatchGetItem\",\"dynamodb:DescribeTable\"]");
	assert_waits(written(&f, role, "properties.Policies.1.PolicyDocument.Statement.0.Resource.1"), "AWS::DynamoDB::Table.T", "Ref");
	assert_str(written(&f, role, "properties.Policies.1.PolicyDocument.Statement.0.Resource.1")->unknown->suffix, "/index/*");
	assert_int_equal(written(&f, role, "properties.Policies.2.PolicyDocument.Statement")->n, 2);
	assert_str(written(&f, role, "properties.Policies.2.PolicyDocument.Statement.1.Resource.0")->unknown->suffix, ":parameter/key");
	assert_int_equal(written(&f, role, "properties.Policies.3.PolicyDocument.Statement")->kind, BL_UNKNOWN);
	done(&f);
}

static void events_permit_and_subscribe(void **state)
{
	fixture f;
	run(&f, SAM("Resources:\n"
		    "  Own: {Type: 'AWS::Serverless::Api', Properties: {StageName: v1}}\n"
		    "  F:\n"
		    "    Type: AWS::Serverless::Function\n"
		    "    Properties:\n"
		    "      Events:\n"
		    "        A: {Type: Api, Properties: {Path: '/x/{id}', Method: get}}\n"
		    "        B: {Type: Api, Properties: {Path: /y, Method: any, RestApiId: !Ref Own}}\n"
		    "        C: {Type: HttpApi}\n"
		    "        D: {Type: S3, Properties: {Bucket: !Ref K, Events: 's3:ObjectCreated:*'}}\n"
		    "        E: {Type: SNS, Properties: {Topic: !Ref N}}\n"
		    "        Q: {Type: SQS, Properties: {Queue: !GetAtt Z.Arn, BatchSize: 5}}\n"
		    "        S: {Type: Schedule, Properties: {Schedule: rate(1 day), Enabled: false}}\n"
		    "        V: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}\n"
		    "        W: {Type: SNS, Properties: {Topic: !Ref N, SqsSubscription: true}}\n"
		    "  K: {Type: 'AWS::S3::Bucket'}\n"
		    "  N: {Type: 'AWS::SNS::Topic'}\n"
		    "  Z: {Type: 'AWS::SQS::Queue'}\n"
		    "Outputs: {url: {Value: !Sub 'https://${ServerlessRestApi}.x/${ServerlessRestApi.RootResourceId}'}}\n"));
	const char *permission = "AWS::Lambda::Permission.FAPermissionProd";
	assert_str(written(&f, permission, "properties.Principal")->string, "apigateway.amazonaws.com");
	assert_str(written(&f, permission, "properties.SourceArn")->unknown->suffix, "/*/GET/x/*");
	assert_waits(written(&f, permission, "properties.SourceArn"), "AWS::ApiGateway::RestApi.ServerlessRestApi", "Ref");
	assert_str(written(&f, "AWS::Lambda::Permission.FBPermissionv1", "properties.SourceArn")->unknown->suffix, "/*/*/y");
	assert_str(written(&f, "AWS::Lambda::Permission.FCPermission", "properties.SourceArn")->unknown->suffix, "/*/*");
	assert_str(written(&f, "AWS::ApiGateway::Stage.ServerlessRestApiProdStage", "properties.StageName")->string, "Prod");
	assert_str(written(&f, "AWS::ApiGatewayV2::Stage.ServerlessHttpApiApiGatewayDefaultStage", "properties.StageName")->string, "$default");
	assert_true(declares(&f, "AWS::ApiGateway::Stage.Ownv1Stage"));
	assert_str(written(&f, "AWS::Lambda::Permission.FDPermission", "properties.Principal")->string, "s3.amazonaws.com");
	assert_non_null(written(&f, "AWS::Lambda::Permission.FDPermission", "properties.SourceAccount"));
	assert_waits(written(&f, "AWS::SNS::Subscription.FE", "properties.Endpoint"), "AWS::Lambda::Function.F", "Arn");
	assert_json(written(&f, "AWS::Lambda::EventSourceMapping.FQ", "properties.BatchSize"), "5");
	assert_str(written(&f, "AWS::IAM::Role.FRole", "properties.ManagedPolicyArns.1")->unknown->suffix,
		":iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole");
	assert_str(written(&f, "AWS::Events::Rule.FS", "properties.State")->string, "DISABLED");
	assert_waits(written(&f, "AWS::Lambda::Permission.FSPermission", "properties.SourceArn"), "AWS::Events::Rule.FS", "Arn");
	assert_waits(written(&f, "AWS::Scheduler::Schedule.FV", "properties.Target.RoleArn"), "AWS::IAM::Role.FVRole", "Arn");
	assert_str(written(&f, "AWS::IAM::Role.FVRole", "properties.Policies.0.PolicyDocument.Statement.0.Action")->string, "lambda:InvokeFunction");
	assert_str(written(&f, "AWS::SNS::Subscription.FW", "properties.Protocol")->string, "sqs");
	assert_true(declares(&f, "AWS::SQS::QueuePolicy.FWQueuePolicy"));
	done(&f);
}

static void an_alias_a_url_and_deployments_are_generated(void **state)
{
	fixture f;
	run(&f, SAM("Resources:\n"
		    "  F:\n"
		    "    Type: AWS::Serverless::Function\n"
		    "    Properties:\n"
		    "      AutoPublishAlias: live\n"
		    "      DeploymentPreference: {Type: AllAtOnce}\n"
		    "      FunctionUrlConfig: {AuthType: NONE, Cors: {AllowOrigins: ['*']}}\n"
		    "      EventInvokeConfig: {MaximumRetryAttempts: 1, DestinationConfig: {OnFailure: {Type: SQS}}}\n"
		    "Outputs:\n"
		    "  version: {Value: !GetAtt F.Version.FunctionArn}\n"
		    "  alias: {Value: !Ref F.Alias}\n"
		    "  queue: {Value: !Ref F.DestinationQueue}\n"));
	assert_waits(output(&f, "version"), "AWS::Lambda::Version.FVersion", "FunctionArn");
	assert_waits(output(&f, "alias"), "AWS::Lambda::Alias.FAliaslive", "Ref");
	assert_waits(output(&f, "queue"), "AWS::SQS::Queue.FEventInvokeConfigOnFailureQueue", "Ref");
	assert_waits(written(&f, "AWS::Lambda::Url.FUrl", "properties.TargetFunctionArn"), "AWS::Lambda::Alias.FAliaslive", "Ref");
	assert_str(written(&f, "AWS::Lambda::Permission.FUrlPublicPermissions", "properties.Principal")->string, "*");
	assert_json(written(&f, "AWS::Lambda::Permission.FURLInvokeAllowPublicAccess", "properties.InvokedViaFunctionUrl"), "true");
	assert_str(written(&f, "AWS::IAM::Role.FRole", "properties.Policies.0.PolicyName")->string, "FEventInvokeConfigOnFailureSQSPolicy");
	assert_json(written(&f, "AWS::Lambda::EventInvokeConfig.FEventInvokeConfig", "properties.MaximumRetryAttempts"), "1");
	assert_waits(written(&f, "AWS::CodeDeploy::DeploymentGroup.FDeploymentGroup", "properties.ServiceRoleArn"),
		"AWS::IAM::Role.CodeDeployServiceRole", "Arn");
	assert_true(declares(&f, "AWS::CodeDeploy::Application.ServerlessDeploymentApplication"));
	done(&f);
}

static void apis_tables_and_machines_are_what_they_become(void **state)
{
	fixture f;
	run(&f, SAM("Resources:\n"
		    "  A:\n"
		    "    Type: AWS::Serverless::Api\n"
		    "    Properties:\n"
		    "      StageName: prod\n"
		    "      TracingEnabled: true\n"
		    "      EndpointConfiguration: {Type: PRIVATE, VPCEndpointIds: [e]}\n"
		    "      Auth: {UsagePlan: {CreateUsagePlan: PER_API}}\n"
		    "      Domain: {DomainName: a.b, CertificateArn: c, SecurityPolicy: TLS_1_0}\n"
		    "  T: {Type: 'AWS::Serverless::SimpleTable', Properties: {PrimaryKey: {Name: k, Type: Number}, SSESpecification: {SSEEnabled: true}}}\n"
		    "  M: {Type: 'AWS::Serverless::StateMachine', Properties: {DefinitionUri: m.json, Type: EXPRESS, Tracing: {Enabled: true},\n"
		    "      Events: {E: {Type: Schedule, Properties: {Schedule: rate(1 day)}}, A: {Type: Api, Properties: {Path: /, Method: get}}}}}\n"
		    "  H: {Type: 'AWS::Serverless::HttpApi', Properties: {StageName: s, Domain: {DomainName: c.d, CertificateArn: c}, Tags: {x: y}}}\n"
		    "  Q: {Type: 'AWS::Serverless::GraphQLApi', Properties: {Auth: {Type: API_KEY}}}\n"
		    "  L: {Type: 'AWS::Serverless::LayerVersion', Properties: {ContentUri: layer/}}\n"
		    "  X: {Type: 'AWS::Serverless::Connector', Properties: {Permissions: [Read]}}\n"
		    "Outputs: {stage: {Value: !Ref A.Stage}, table: {Value: !GetAtt T.Arn}}\n"));
	assert_json(written(&f, "AWS::ApiGateway::RestApi.A", "properties.EndpointConfiguration"),
		"{\"Types\":[\"PRIVATE\"],\"VpcEndpointIds\":[\"e\"]}");
	assert_json(written(&f, "AWS::ApiGateway::Stage.AprodStage", "properties.TracingEnabled"), "true");
	assert_waits(output(&f, "stage"), "AWS::ApiGateway::Stage.AprodStage", "Ref");
	assert_true(declares(&f, "AWS::ApiGateway::UsagePlan.AUsagePlan"));
	assert_str(written(&f, "AWS::ApiGateway::DomainName.ApiGatewayDomainName69f6642c9d", "properties.SecurityPolicy")->string, "TLS_1_0");
	assert_json(bl_value_getz(resource(&f, "AWS::DynamoDB::Table.T")->written, "properties"),
		"{\"AttributeDefinitions\":[{\"AttributeName\":\"k\",\"AttributeType\":\"N\"}],"
		"\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}],\"BillingMode\":\"PAY_PER_REQUEST\","
		"\"SSESpecification\":{\"SSEEnabled\":true}}");
	assert_waits(output(&f, "table"), "AWS::DynamoDB::Table.T", "Arn");
	assert_json(written(&f, "AWS::StepFunctions::StateMachine.M", "properties.TracingConfiguration"), "{\"Enabled\":true}");
	assert_str(written(&f, "AWS::IAM::Role.MRole", "properties.AssumeRolePolicyDocument.Statement.0.Principal.Service.0")->string,
		"states.amazonaws.com");
	assert_waits(written(&f, "AWS::Events::Rule.ME", "properties.Targets.0.RoleArn"), "AWS::IAM::Role.MERole", "Arn");
	assert_str(written(&f, "AWS::IAM::Role.MARole", "properties.Policies.0.PolicyDocument.Statement.0.Action")->string, "states:StartExecution");
	assert_false(declares(&f, "AWS::Lambda::Permission.MEPermission"));
	assert_true(declares(&f, "AWS::ApiGateway::RestApi.ServerlessRestApi"));
	assert_json(written(&f, "AWS::ApiGatewayV2::Stage.HsStage", "properties.Tags"), "{\"httpapi:createdBy\":\"SAM\",\"x\":\"y\"}");
	assert_waits(written(&f, "AWS::ApiGatewayV2::ApiMapping.HApiMapping", "properties.DomainName"),
		"AWS::ApiGatewayV2::DomainName.ApiGatewayDomainNameV207d7a80a13", "Ref");
	assert_str(written(&f, "AWS::AppSync::GraphQLApi.Q", "properties.LogConfig.FieldLogLevel")->string, "ALL");
	assert_true(declares(&f, "AWS::IAM::Role.QCloudWatchRole"));
	assert_true(declares(&f, "AWS::Lambda::LayerVersion.L"));
	assert_true(declares(&f, "AWS::Serverless::Connector.X"));
	done(&f);
}

static void sam_build_makes_an_image_of_the_dockerfile_in_the_metadata(void **state)
{
	fixture f;
	run(&f, SAM("Resources:\n"
		    "  Hello:\n"
		    "    Type: AWS::Serverless::Function\n"
		    "    Properties: {PackageType: Image}\n"
		    "    Metadata: {Dockerfile: Dockerfile.prod, DockerContext: ./hello, DockerTag: v1, DockerBuildTarget: run}\n"));
	assert_int_equal(f.out.builds.n, 1);
	const bl_build *b = f.out.builds.items[0];
	assert_str(b->by, "AWS::Serverless::Function.Hello");
	assert_str(b->context->string, "hello");
	assert_str(b->dockerfile->string, "hello/Dockerfile.prod");
	assert_str(b->target->string, "run");
	assert_json(b->tags, "[\"hello:v1\"]");
	assert_str(written(&f, "AWS::Lambda::Function.Hello", "properties.Code.ImageUri")->string, "hello:v1");
	done(&f);
}

static void an_application_is_a_nested_stack(void **state)
{
	fixture f;
	const char *files[] = {"template.yaml",
		SAM("Resources:\n"
		    "  App: {Type: 'AWS::Serverless::Application', Properties: {Location: app/template.yaml, Parameters: {Name: n}}}\n"
		    "Outputs: {name: {Value: !GetAtt App.Outputs.Name}}\n"),
		"app/template.yaml",
		SAM("Parameters: {Name: {Type: String}}\n"
		    "Resources: {F: {Type: 'AWS::Serverless::Function', Properties: {FunctionName: !Ref Name}}}\n"
		    "Outputs: {Name: {Value: !Ref Name}}\n"),
		NULL};
	evaluate(&f, files, false);
	assert_int_equal(f.out.diags.n, 0);
	assert_json(output(&f, "name"), "\"n\"");
	assert_true(declares(&f, "AWS::Serverless::Application.App"));
	assert_str(written(&f, "AWS::CloudFormation::Stack.App.AWS::Lambda::Function.F", "properties.FunctionName")->string, "n");
	done(&f);
}

static void what_somebody_wrote_goes_before_what_is_generated(void **state)
{
	fixture f;
	run(&f, SAM("Resources:\n"
		    "  F: {Type: 'AWS::Serverless::Function', Properties: {Handler: h}}\n"
		    "  FRole: {Type: 'AWS::IAM::Role', Properties: {Path: /mine/}}\n"));
	size_t roles = 0;
	for (size_t i = 0; i < f.out.resources.n; i++)
		roles += bl_str_eqz(f.out.resources.items[i]->address, "AWS::IAM::Role.FRole");
	assert_int_equal(roles, 1);
	assert_str(written(&f, "AWS::IAM::Role.FRole", "properties.Path")->string, "/mine/");
	done(&f);
}

static void without_the_transform_a_serverless_resource_is_itself(void **state)
{
	fixture f;
	run(&f, "AWSTemplateFormatVersion: 2010-09-09\nResources: {F: {Type: 'AWS::Serverless::Function', Properties: {Handler: h}}}\n");
	assert_int_equal(f.out.resources.n, 1);
	done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_is_a_lambda_function_and_its_role),
		cmocka_unit_test(globals_are_merged_as_documented),
		cmocka_unit_test(policies_are_names_documents_and_templates),
		cmocka_unit_test(events_permit_and_subscribe),
		cmocka_unit_test(an_alias_a_url_and_deployments_are_generated),
		cmocka_unit_test(apis_tables_and_machines_are_what_they_become),
		cmocka_unit_test(sam_build_makes_an_image_of_the_dockerfile_in_the_metadata),
		cmocka_unit_test(an_application_is_a_nested_stack),
		cmocka_unit_test(what_somebody_wrote_goes_before_what_is_generated),
		cmocka_unit_test(without_the_transform_a_serverless_resource_is_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * CloudFormation. What the functions give is what the intrinsic function reference says
 * (docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html); the page is named at each.
 */
#include "azure_fixture.h"

static const char head[] = "AWSTemplateFormatVersion: 2010-09-09\n"
			   "Transform: AWS::LanguageExtensions\n"
			   "Parameters:\n"
			   "  Name: {Type: String, Default: web}\n"
			   "  Absent: {Type: String, AllowedValues: [a, b]}\n"
			   "  Names: {Type: CommaDelimitedList, Default: 'a, b ,c'}\n"
			   "  Counts: {Type: List<Number>, Default: '80,-2.5'}\n"
			   "  Count: {Type: Number, Default: '3'}\n"
			   "  Secret: {Type: String, Default: hush, NoEcho: true}\n"
			   "  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /path}\n"
			   "Mappings:\n"
			   "  RegionMap:\n"
			   "    us-east-1: {HVM64: ami-0ff8a91507f77f867, Zones: [a, b]}\n"
			   "    us-west-1: {HVM64: ami-0bdb828fd58c52235}\n"
			   "Conditions:\n"
			   "  IsWeb: !Equals [!Ref Name, web]\n"
			   "  IsNot: !Not [{Condition: IsWeb}]\n"
			   "  Maybe: !Equals [!Ref Absent, a]\n"
			   "Resources:\n"
			   "  Bucket: {Type: 'AWS::S3::Bucket'}\n"
			   "  Other: {Type: 'AWS::SNS::Topic', Condition: IsNot}\n";

/* What an output with this value gives; vars may be NULL. */
static void assert_with(const char *yaml, const char *want, const bl_var *vars, size_t nvars)
{
	char text[8192];
	fixture f;
	snprintf(text, sizeof text, "%sOutputs:\n  r:\n    Value: %s\n", head, yaml);
	const char *files[] = {"main.yaml", text, NULL};
	evaluate_with(&f, files, false, (bl_eval_options){.vars = vars, .nvars = nvars});
	assert_int_equal(f.documents[0].language, BL_LANG_CLOUDFORMATION);
	assert_json(output(&f, "r"), want);
	done(&f);
}

static void assert_gives(const char *yaml, const char *want)
{
	assert_with(yaml, want, NULL, 0);
}

/* The first error of a template, or "". */
static void assert_error(const char *text, const char *want)
{
	fixture f;
	const char *files[] = {"main.yaml", text, NULL}, *found = "";
	evaluate(&f, files, false);
	for (size_t i = 0; i < f.out.diags.n && !*found; i++)
		if (f.out.diags.items[i].level == BL_DIAG_ERROR)
			found = bl_str_z(&f.arena, f.out.diags.items[i].message);
	assert_string_equal(found, want);
	done(&f);
}

static void parameters_have_the_value_their_type_makes_of_the_text(void **state)
{
	bl_var var = {.name = BL_STR("Names"), .text = BL_STR("x,y")};
	assert_gives("!Ref Name", "\"web\"");
	assert_gives("!Ref Names", "[\"a\",\"b\",\"c\"]");
	assert_gives("!Ref Counts", "[80,-2.5]");
	assert_gives("!Ref Count", "3");
	assert_gives("!Ref Secret", "{\"$sensitive\":true}");
	assert_gives("!Ref Absent", "{\"$unknown\":\"parameter Absent has no value\"}");
	assert_gives("!Ref Stored", "{\"$unknown\":\"parameter Stored is read from the Parameter Store when the stack is deployed\"}");
	assert_with("!Ref Names", "[\"x\",\"y\"]", &var, 1);
}

static void pseudo_parameters_are_unknown_unless_given(void **state)
{
	bl_var region = {.name = BL_STR("AWS::Region"), .text = BL_STR("cn-north-1")};
	assert_gives("!Ref AWS::Region", "{\"$unknown\":\"AWS::Region is known when the stack is deployed\"}");
	assert_with("!Sub '${AWS::Region} ${AWS::Partition} ${AWS::URLSuffix}'", "\"cn-north-1 aws-cn amazonaws.com.cn\"", &region, 1);
	assert_gives("{a: !Ref AWS::NoValue, b: [1, !Ref AWS::NoValue]}", "{\"b\":[1]}");
}

/* intrinsic-function-reference-base64, -join, -select, -split */
static void text_and_list_functions_give_what_their_pages_say(void **state)
{
	assert_gives("!Base64 AWS CloudFormation", "\"QVdTIENsb3VkRm9ybWF0aW9u\"");
	assert_gives("!Join [':', [a, b, c]]", "\"a:b:c\"");
	assert_gives("!Join [',', !Ref Names]", "\"a,b,c\"");
	assert_gives("!Select ['1', [apples, grapes, oranges, mangoes]]", "\"grapes\"");
	assert_gives("!Select [0, !Ref Names]", "\"a\"");
	assert_gives("!Split ['|', 'a|b|c']", "[\"a\",\"b\",\"c\"]");
	assert_gives("!Split ['|', 'a||c|']", "[\"a\",\"\",\"c\",\"\"]");
	assert_gives("!Select [2, !Split [',', 'x,y']]", "{\"$unknown\":\"what Fn::Select chooses is not known\"}");
}

/* intrinsic-function-reference-sub */
static void sub_replaces_parameters_attributes_and_its_own_variables(void **state)
{
	assert_gives("!Sub 'www.${Name}.com'", "\"www.web.com\"");
	assert_gives("!Sub ['www.${Domain}.${Name}', {Domain: !Select [1, [a, b]]}]", "\"www.b.web\"");
	assert_gives("!Sub '${!Literal} ${Name}'", "\"${Literal} web\"");
	assert_gives("!Sub '${Count} $ {x} ${'", "\"3 $ {x} ${\"");
	assert_gives("!Sub '${Secret}'", "{\"$sensitive\":true}");
}

/* intrinsic-function-reference-cidr */
static void cidr_gives_the_first_blocks(void **state)
{
	assert_gives("!Cidr [192.168.0.0/24, 6, 5]",
		"[\"192.168.0.0/27\",\"192.168.0.32/27\",\"192.168.0.64/27\",\"192.168.0.96/27\",\"192.168.0.128/27\",\"192.168.0.160/27\"]");
	assert_gives("!Select [0, !Cidr [10.0.0.0/16, 1, 8]]", "\"10.0.0.0/24\"");
	assert_gives("!Cidr ['2001:db8::/56', '2', '64']", "[\"2001:db8::/64\",\"2001:db8:0:1::/64\"]");
	assert_gives("!Cidr [10.0.0.0/24, 5, 6]", "{\"$unknown\":\"the blocks that Fn::Cidr gives are not known\"}");
}

/* intrinsic-function-reference-findinmap and -findinmap-enhancements */
static void find_in_map_knows_defaults_and_what_a_key_may_be(void **state)
{
	fixture f;
	assert_gives("!FindInMap [RegionMap, us-east-1, HVM64]", "\"ami-0ff8a91507f77f867\"");
	assert_gives("!FindInMap [RegionMap, !Join ['-', [us, west, 1]], HVM64]", "\"ami-0bdb828fd58c52235\"");
	assert_gives("!FindInMap [RegionMap, us-east-1, Zones]", "[\"a\",\"b\"]");
	assert_gives("!FindInMap [RegionMap, eu-west-1, HVM64, {DefaultValue: !Ref Name}]", "\"web\"");
	const char *files[] = {"main.yaml", NULL, NULL};
	char text[4096];
	snprintf(text, sizeof text, "%sOutputs: {r: {Value: !FindInMap [RegionMap, !Ref 'AWS::Region', HVM64]}}\n", head);
	files[1] = text;
	evaluate(&f, files, false);
	assert_int_equal(output(&f, "r")->unknown->ncandidates, 2);
	done(&f);
}

/* intrinsic-function-reference-length, -ToJsonString, -getavailabilityzones, -importvalue */
static void language_extensions_and_what_is_known_at_deployment(void **state)
{
	assert_gives("!Length [1, 2, 3]", "3");
	assert_gives("!Length {'Fn::Split': ['|', 'a|b|c']}", "3");
	assert_gives("!ToJsonString {key1: [{nestedKey1: !Ref Name}], key2: !Ref AWS::NoValue, key3: 2}",
		"\"{\\\"key1\\\":[{\\\"nestedKey1\\\":\\\"web\\\"}],\\\"key3\\\":2}\"");
	assert_gives("!GetAZs ''", "{\"$unknown\":\"the availability zones are known when the stack is deployed\"}");
	assert_gives("!ImportValue net-vpc", "{\"$unknown\":\"the export 'net-vpc' is read when the stack is deployed\"}");
}

/* intrinsic-function-reference-conditions */
static void conditions_choose_and_know_when_they_do_not_know(void **state)
{
	fixture f;
	assert_gives("!If [IsWeb, 1, 2]", "1");
	assert_gives("!If [IsNot, 1, 2]", "2");
	assert_gives("!If [Maybe, 1, 1]", "1");
	assert_gives("{a: !If [IsNot, 1, !Ref AWS::NoValue]}", "{}");
	const char *files[] = {"main.yaml",
		"AWSTemplateFormatVersion: 2010-09-09\n"
		"Parameters: {P: {Type: String}, Q: {Type: Number, Default: 1}}\n"
		"Conditions:\n"
		"  Unknown: !Equals [!Ref P, x]\n"
		"  Text: !Equals [!Ref Q, '1']\n"
		"  Both: !And [{Condition: Unknown}, {Condition: Never}]\n"
		"  Never: !Not [{Condition: Text}]\n"
		"Resources:\n"
		"  A: {Type: 'AWS::S3::Bucket', Condition: Text}\n"
		"  B: {Type: 'AWS::S3::Bucket', Condition: Both}\n"
		"  C: {Type: 'AWS::S3::Bucket', Condition: Unknown, DeletionPolicy: Retain}\n",
		NULL};
	evaluate(&f, files, false);
	assert_int_equal(resource(&f, "AWS::S3::Bucket.A")->condition, BL_YES);
	assert_int_equal(resource(&f, "AWS::S3::Bucket.B")->condition, BL_NO);
	assert_int_equal(resource(&f, "AWS::S3::Bucket.C")->condition, BL_MAYBE);
	assert_true(bl_value_is_string(bl_value_getz(resource(&f, "AWS::S3::Bucket.C")->native, "DeletionPolicy"), "Retain"));
	assert_int_equal(f.out.diags.n, 0);
	done(&f);
}

static void references_say_what_they_wait_for(void **state)
{
	fixture f;
	char text[4096];
	const char *files[] = {"main.yaml", text, NULL};
	snprintf(text, sizeof text,
		"%sOutputs:\n  r: {Value: !Ref Bucket}\n  a: {Value: !GetAtt Bucket.Arn}\n  l: {Value: !GetAtt [Bucket, !Sub Arn]}\n"
		"  s: {Value: !Sub 'arn:${Bucket.Arn}/*'}\n  n: {Value: !Sub 'b-${AWS::AccountId}'}\n",
		head);
	evaluate(&f, files, false);
	const char *names[] = {"r", "a", "l", "s"}, *paths[] = {"Ref", "Arn", "Arn", "Arn"};
	for (int i = 0; i < 4; i++) {
		const bl_unknown *u = output(&f, names[i])->unknown;
		assert_int_equal(u->nrefs, 1);
		assert_str(u->refs[0].address, "AWS::S3::Bucket.Bucket");
		assert_str(u->refs[0].path, paths[i]);
	}
	assert_str(output(&f, "s")->unknown->prefix, "arn:");
	assert_str(output(&f, "s")->unknown->suffix, "/*");
	assert_true(bl_unknown_may_be(output(&f, "n")->unknown, BL_STR("b-012345678901"), false));
	assert_false(bl_unknown_may_be(output(&f, "n")->unknown, BL_STR("b-01234567890x"), false));
	assert_false(bl_unknown_may_be(output(&f, "n")->unknown, BL_STR("b-0123456789012"), false));
	done(&f);
}

static void a_parameter_is_named_on_the_way_of_its_value(void **state)
{
	fixture f;
	const char *files[] = {"main.yaml",
		"AWSTemplateFormatVersion: 2010-09-09\n"
		"Parameters: {Acl: {Type: String, Default: PublicRead}}\n"
		"Resources: {B: {Type: 'AWS::S3::Bucket', Properties: {AccessControl: !Ref Acl}}}\n",
		"given.json", "[{\"ParameterKey\": \"Acl\", \"ParameterValue\": \"Private\"}]", NULL};
	evaluate(&f, files, false);
	const bl_value *v = written(&f, "AWS::S3::Bucket.B", "properties.AccessControl");
	assert_str(v->string, "PublicRead");
	assert_str(v->via->what, "parameter Acl");
	done(&f);
	evaluate(&f, files, true);
	assert_str(written(&f, "AWS::S3::Bucket.B", "properties.AccessControl")->string, "Private");
	done(&f);
	files[3] = "{\"Parameters\": {\"Acl\": \"LogDeliveryWrite\"}, \"Tags\": {}}"; /* a CodePipeline template configuration file */
	evaluate(&f, files, true);
	assert_str(written(&f, "AWS::S3::Bucket.B", "properties.AccessControl")->string, "LogDeliveryWrite");
	done(&f);
}

/* intrinsic-function-reference-foreach and its examples */
static void for_each_repeats_resources_properties_and_outputs(void **state)
{
	fixture f;
	const char *files[] = {"main.yaml",
		"AWSTemplateFormatVersion: 2010-09-09\n"
		"Transform: AWS::LanguageExtensions\n"
		"Parameters: {pRepoARNs: {Type: CommaDelimitedList, Default: 'a.b,c'}}\n"
		"Resources:\n"
		"  'Fn::ForEach::Topics':\n"
		"    - Name\n"
		"    - !Ref pRepoARNs\n"
		"    - 'Topic&{Name}':\n"
		"        Type: AWS::SNS::Topic\n"
		"        Properties:\n"
		"          TopicName: !Join ['.', [!Ref Name, fifo]]\n"
		"          DisplayName: 'of ${Name}'\n"
		"          'Fn::ForEach::Extra': [Key, [X, Y], {'${Key}': !Sub '${Key}-${Name}'}]\n"
		"Outputs:\n"
		"  'Fn::ForEach::Outer':\n"
		"    - I\n"
		"    - [ab, c]\n"
		"    - 'Fn::ForEach::Inner': [P, [TopicArn], {'Out${I}${P}': {Value: !GetAtt ['Topic${I}', !Ref P]}}]\n",
		NULL};
	evaluate(&f, files, false);
	assert_int_equal(f.out.diags.n, 0);
	assert_int_equal(f.out.resources.n, 2);
	assert_json(bl_value_getz(resource(&f, "AWS::SNS::Topic.Topicab")->written, "properties"),
		"{\"TopicName\":\"a.b.fifo\",\"DisplayName\":\"of a.b\",\"X\":\"X-a.b\",\"Y\":\"Y-a.b\"}");
	assert_str(output(&f, "OutabTopicArn")->unknown->refs[0].address, "AWS::SNS::Topic.Topicab");
	assert_str(output(&f, "OutcTopicArn")->unknown->refs[0].path, "TopicArn");
	done(&f);
}

static void a_loop_over_what_is_not_known_gives_one_resource(void **state)
{
	fixture f;
	const char *files[] = {"main.yaml",
		"AWSTemplateFormatVersion: 2010-09-09\n"
		"Transform: AWS::LanguageExtensions\n"
		"Parameters: {L: {Type: CommaDelimitedList}}\n"
		"Resources:\n"
		"  'Fn::ForEach::Topics': [N, !Ref L, {'Topic${N}': {Type: 'AWS::SNS::Topic', Properties: {TopicName: 'x-${N}'}}}]\n",
		NULL};
	evaluate(&f, files, false);
	assert_int_equal(f.out.diags.n, 0);
	const bl_value *name = written(&f, "AWS::SNS::Topic.Topic*", "properties.TopicName");
	assert_int_equal(name->kind, BL_UNKNOWN);
	assert_str(name->unknown->prefix, "x-");
	done(&f);
}

static void a_nested_stack_is_evaluated_with_its_parameters(void **state)
{
	fixture f;
	const char *files[] = {"infra/main.yaml",
		"AWSTemplateFormatVersion: 2010-09-09\n"
		"Resources:\n"
		"  Net:\n"
		"    Type: AWS::CloudFormation::Stack\n"
		"    Properties: {TemplateURL: ./nested/net.yaml, Parameters: {Cidr: 10.1.0.0/16}}\n"
		"  Far: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://s3.amazonaws.com/b/x.yaml'}}\n"
		"Outputs:\n"
		"  block: {Value: !GetAtt Net.Outputs.Block}\n"
		"  vpc: {Value: !GetAtt Net.Outputs.Vpc}\n",
		"infra/nested/net.yaml",
		"AWSTemplateFormatVersion: 2010-09-09\n"
		"Parameters: {Cidr: {Type: String}}\n"
		"Resources: {Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref Cidr}}}\n"
		"Outputs: {Block: {Value: !Ref Cidr}, Vpc: {Value: !Ref Vpc}}\n",
		NULL};
	evaluate(&f, files, false);
	const char *address = "AWS::CloudFormation::Stack.Net.AWS::EC2::VPC.Vpc";
	assert_str(written(&f, address, "properties.CidrBlock")->string, "10.1.0.0/16");
	assert_str(resource(&f, address)->module, "AWS::CloudFormation::Stack.Net");
	assert_str(resource(&f, address)->typed_address, "AWS::EC2::VPC.Vpc");
	assert_json(output(&f, "block"), "\"10.1.0.0/16\"");
	assert_str(output(&f, "vpc")->unknown->refs[0].address, address);
	assert_int_equal(f.out.not_analysed, 1); /* the URL */
	done(&f);
}

static void a_stack_that_uses_itself_is_an_error(void **state)
{
	assert_error("AWSTemplateFormatVersion: 2010-09-09\n"
		     "Resources: {Me: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: main.yaml}}}\n",
		"'main.yaml' uses itself");
}

static void fragments_beside_the_template_are_included(void **state)
{
	fixture f;
	const char *files[] = {"main.yaml",
		"AWSTemplateFormatVersion: 2010-09-09\n"
		"Transform: {Name: AWS::Include, Parameters: {Location: more.yaml}}\n"
		"Resources:\n"
		"  B:\n"
		"    Type: AWS::S3::Bucket\n"
		"    Properties:\n"
		"      BucketName: mine\n"
		"      Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./part.json}}\n",
		"part.json", "{\"AccessControl\": \"Private\"}", "more.yaml", "Outputs: {n: {Value: !Sub 'x'}}\n", NULL};
	evaluate(&f, files, false);
	assert_json(bl_value_getz(resource(&f, "AWS::S3::Bucket.B")->written, "properties"),
		"{\"BucketName\":\"mine\",\"AccessControl\":\"Private\"}");
	assert_json(output(&f, "n"), "\"x\"");
	assert_int_equal(f.out.not_analysed, 0);
	done(&f);
}

#define TEMPLATE(text) "AWSTemplateFormatVersion: 2010-09-09\n" text
#define WITH(properties) TEMPLATE("Resources: {B: {Type: 'AWS::S3::Bucket', Properties: " properties "}}\n")

static void names_that_lead_nowhere_are_errors(void **state)
{
	assert_error(WITH("{N: !Ref Gone}"), "'Gone' is neither a parameter nor a resource of this template");
	assert_error(WITH("{N: !If [A, 1, 2]}"), "there is no condition 'A'");
	assert_error(WITH("{N: !GetAtt Gone.Arn}"), "'Gone' is no resource of this template");
	assert_error(WITH("{N: !Sub 'a${Gone}'}"), "'Gone' in Fn::Sub is neither a parameter nor a resource of this template");
	assert_error(WITH("{N: !Uppercase x}"), "there is no function 'Fn::Uppercase'");
	assert_error(WITH("{N: !Sub ['a${Own}${!Free}${AWS::Region}${B.Arn}', {Own: 1}]}"), "");
	assert_error(TEMPLATE("Resources: {B: {Type: 'AWS::S3::Bucket', DependsOn: [Gone]}}\n"), "'Gone' is no resource of this template");
	assert_error(TEMPLATE("Resources: {B: {Properties: {}}}\n"), "resource 'B' has no type");
	assert_error(TEMPLATE("Conditions: {A: !Not [{Condition: C}], C: !Or [{Condition: A}, {Condition: A}]}\n"
			      "Resources: {B: {Type: 'AWS::S3::Bucket'}}\n"),
		"condition 'A' needs itself");
	/* a part of a template, for a tool that puts parts together, does not say that it is one */
	assert_error("Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties: {N: !Ref Gone}\n", "");
	assert_error(TEMPLATE("Transform: MyMacro\nResources: {B: {Type: 'AWS::S3::Bucket', Properties: {N: !Ref Made}}}\n"), "");
}

static void every_function_of_the_reference_is_known(void **state)
{
	static const char *const names[] = {"And", "Base64", "Cidr", "Contains", "EachMemberEquals", "EachMemberIn", "Equals", "FindInMap",
		"GetAZs", "GetAtt", "GetStackOutput", "If", "ImportValue", "Join", "Length", "Not", "Or", "RefAll", "Select", "Split", "Sub",
		"ToJsonString", "Transform", "ValueOf", "ValueOfAll"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char text[256];
		snprintf(text, sizeof text, WITH("{N: {'Fn::%s': {}}}"), names[i]);
		assert_error(text, "");
	}
}

static void rules_hold_for_the_parameters_that_are_given(void **state)
{
	fixture f;
	const char *files[] = {"main.yaml",
		TEMPLATE("Parameters: {Env: {Type: String, Default: test}, Size: {Type: String, Default: small}}\n"
			 "Rules:\n"
			 "  Big:\n"
			 "    RuleCondition: !Equals [!Ref Env, prod]\n"
			 "    Assertions: [{Assert: {'Fn::Contains': [[large, huge], !Ref Size]}, AssertDescription: too small}]\n"
			 "Resources: {B: {Type: 'AWS::S3::Bucket'}}\n"),
		NULL};
	bl_var vars[] = {{.name = BL_STR("Env"), .text = BL_STR("prod")}, {.name = BL_STR("Size"), .text = BL_STR("large")}};
	evaluate_with(&f, files, false, (bl_eval_options){.vars = vars, .nvars = 1});
	assert_int_equal(f.out.diags.n, 1);
	assert_str(f.out.diags.items[0].message, "rule 'Big' does not hold: too small");
	done(&f);
	evaluate_with(&f, files, false, (bl_eval_options){.vars = vars, .nvars = 2});
	assert_int_equal(f.out.diags.n, 0);
	done(&f);
}

static void loops_that_grow_without_end_meet_a_limit(void **state)
{
	bl_buf text = {0};
	bl_buf_putz(&text, "AWSTemplateFormatVersion: 2010-09-09\nTransform: AWS::LanguageExtensions\nResources:\n");
	bl_buf_putz(&text, "  'Fn::ForEach::L0': &l [I0, [");
	for (int i = 0; i < 200; i++)
		bl_buf_putf(&text, "%s'%d'", i ? "," : "", i);
	bl_buf_putz(&text, "], {");
	for (int depth = 1; depth < 6; depth++) {
		bl_buf_putf(&text, "'Fn::ForEach::L%d': [I%d, [", depth, depth);
		for (int i = 0; i < 200; i++)
			bl_buf_putf(&text, "%s'%d'", i ? "," : "", i);
		bl_buf_putz(&text, "], {");
	}
	bl_buf_putz(&text, "'T${I0}x${I1}x${I2}x${I3}x${I4}x${I5}': {Type: 'AWS::SNS::Topic'}");
	for (int depth = 0; depth < 6; depth++)
		bl_buf_putz(&text, "}]");
	bl_buf_putz(&text, "\n");
	assert_error(text.p, "more than 50000 resources: the rest is left out");
	bl_buf_done(&text);
}

static void a_long_text_that_is_used_often_meets_a_limit(void **state)
{
	bl_buf text = {0};
	bl_buf_putz(&text, "AWSTemplateFormatVersion: 2010-09-09\nParameters: {P: {Type: String, Default: '");
	for (int i = 0; i < 1 << 16; i++)
		bl_buf_putc(&text, 'x');
	bl_buf_putz(&text, "'}}\nResources:\n");
	for (int i = 0; i < 600; i++)
		bl_buf_putf(&text, "  T%d: {Type: 'AWS::SNS::Topic', Properties: {TopicName: !Ref P}}\n", i);
	assert_error(text.p, "the template is past the limits of evaluation");
	bl_buf_done(&text);
}

static void what_macros_and_modules_declare_is_a_known_gap(void **state)
{
	fixture f;
	const char *files[] = {"main.template",
		TEMPLATE("Resources:\n"
			 "  M: {Type: 'My::Test::Sample::MODULE', Properties: {}}\n"
			 "  T: {Type: 'AWS::SNS::Topic', Properties: {TopicName: !Ref M.Bucket, X: !GetAtt MBucket.Arn}}\n"),
		NULL};
	evaluate(&f, files, false);
	assert_int_equal(f.out.diags.n, 1);
	assert_int_equal(f.out.not_analysed, 1);
	done(&f);
	files[1] = TEMPLATE("Resources:\n"
			    "  Fn::Transform: {Name: Count}\n"
			    "  T: {Type: 'AWS::SNS::Topic', Properties: {TopicName: !Ref Made, Fn::Transform: {Name: Other}}}\n");
	evaluate(&f, files, false);
	assert_int_equal(f.out.diags.n, 1);
	assert_true(bl_value_getz(resource(&f, "AWS::SNS::Topic.T")->written, "properties")->open);
	done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_have_the_value_their_type_makes_of_the_text),
		cmocka_unit_test(pseudo_parameters_are_unknown_unless_given),
		cmocka_unit_test(text_and_list_functions_give_what_their_pages_say),
		cmocka_unit_test(sub_replaces_parameters_attributes_and_its_own_variables),
		cmocka_unit_test(cidr_gives_the_first_blocks),
		cmocka_unit_test(find_in_map_knows_defaults_and_what_a_key_may_be),
		cmocka_unit_test(language_extensions_and_what_is_known_at_deployment),
		cmocka_unit_test(conditions_choose_and_know_when_they_do_not_know),
		cmocka_unit_test(references_say_what_they_wait_for),
		cmocka_unit_test(a_parameter_is_named_on_the_way_of_its_value),
		cmocka_unit_test(for_each_repeats_resources_properties_and_outputs),
		cmocka_unit_test(a_loop_over_what_is_not_known_gives_one_resource),
		cmocka_unit_test(a_nested_stack_is_evaluated_with_its_parameters),
		cmocka_unit_test(a_stack_that_uses_itself_is_an_error),
		cmocka_unit_test(fragments_beside_the_template_are_included),
		cmocka_unit_test(names_that_lead_nowhere_are_errors),
		cmocka_unit_test(every_function_of_the_reference_is_known),
		cmocka_unit_test(rules_hold_for_the_parameters_that_are_given),
		cmocka_unit_test(loops_that_grow_without_end_meet_a_limit),
		cmocka_unit_test(a_long_text_that_is_used_often_meets_a_limit),
		cmocka_unit_test(what_macros_and_modules_declare_is_a_known_gap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

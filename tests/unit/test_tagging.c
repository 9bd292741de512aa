#include "parsers/parsers.h"
#include "tagging/tagging.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct world {
	bl_arena arena;
	bl_sources *sources;
	bl_tagged_list tagged;
	uint32_t but_from, but_to; /* of the last history asked for */
} world;

static bool history(void *context, const bl_document *d, uint32_t from, uint32_t to, uint32_t but_from, uint32_t but_to,
	bl_arena *arena, bl_tag_history *out)
{
	static const bl_str authors[] = {{"zoe@example.com", 15}, {"ada@example.com", 15}, {"1+app[bot]@example.com", 22}, {"ada@example.org", 15}};
	world *w = context;
	(void)d;
	(void)from;
	(void)to;
	(void)arena;
	w->but_from = but_from;
	w->but_to = but_to;
	*out = (bl_tag_history){BL_STR("c0ffee"), authors[0], 1700000000, authors, 4};
	return true;
}

static bl_str guid(void *context, bl_arena *arena, const bl_document *d, bl_str address)
{
	(void)context;
	(void)d;
	return bl_str_fmt(arena, "guid of " BL_FMT, BL_ARG(address));
}

/* What a file says after tagging. */
static const char *tag(world *w, const char *path, const char *text, const bl_tagger *with)
{
	bl_document *d = bl_new(&w->arena, bl_document);
	bl_tagger tagger = *with;
	bl_edits edits = {0};
	d->path = bl_str_of(path);
	d->language = bl_parsers_detect(d->path, bl_str_of(text), &d->dialect);
	d->source = bl_sources_add(w->sources, BL_STR(""), d->path, bl_str_of(text));
	bl_parse(w->sources, d);
	tagger.sources = w->sources;
	tagger.history = history;
	tagger.guid = guid;
	tagger.context = w;
	w->tagged = (bl_tagged_list){0};
	bl_tag_document(&tagger, d, &w->arena, &edits, &w->tagged);
	bl_str out = bl_edits_apply(&w->arena, bl_str_of(text), &edits);
	bl_arena_done(&d->arena);
	return bl_str_z(&w->arena, out);
}

static const char *const trace_only[] = {"yor_trace"};
static const bl_tagger trace = {.keys = trace_only, .nkeys = 1};

/* Tagging gives this, and tagging that again changes nothing. */
static void assert_tagged(world *w, const char *path, const char *text, const char *want)
{
	const char *have = tag(w, path, text, &trace);
	assert_string_equal(have, want);
	assert_string_equal(tag(w, path, have, &trace), have);
}

static void a_terraform_resource_gets_an_argument_or_an_element(void **state)
{
	world *w = *state;
	assert_tagged(w, "a.tf", "resource \"aws_s3_bucket\" \"a\" {\n\tbucket = \"x\"\n}\n",
		"resource \"aws_s3_bucket\" \"a\" {\n\tbucket = \"x\"\n\ttags = {\n\t\tyor_trace = \"guid of aws_s3_bucket.a\"\n\t}\n}\n");
	assert_tagged(w, "a.tf", "resource \"aws_s3_bucket\" \"a\" {}\n",
		"resource \"aws_s3_bucket\" \"a\" {\n  tags = {\n    yor_trace = \"guid of aws_s3_bucket.a\"\n  }\n}\n");
	assert_tagged(w, "a.tf", "resource \"aws_s3_bucket\" \"a\" { bucket = \"x\" }\n",
		"resource \"aws_s3_bucket\" \"a\" {\n  bucket = \"x\"\n  tags = {\n    yor_trace = \"guid of aws_s3_bucket.a\"\n  }\n}\n");
	assert_tagged(w, "a.tf", "resource \"aws_s3_bucket\" \"a\" {\r\n  tags = {\r\n    a = 1 # why\r\n  }\r\n}\r\n",
		"resource \"aws_s3_bucket\" \"a\" {\r\n  tags = {\r\n    a = 1 # why\r\n    yor_trace = \"guid of aws_s3_bucket.a\"\r\n  }\r\n}\r\n");
	assert_tagged(w, "a.tf", "resource \"aws_s3_bucket\" \"a\" {\n  tags = { a = \"b\" }\n}\n",
		"resource \"aws_s3_bucket\" \"a\" {\n  tags = { a = \"b\", yor_trace = \"guid of aws_s3_bucket.a\" }\n}\n");
	assert_tagged(w, "a.tf", "resource \"aws_s3_bucket\" \"a\" {\n  tags = {}\n}\n",
		"resource \"aws_s3_bucket\" \"a\" {\n  tags = {\n    yor_trace = \"guid of aws_s3_bucket.a\"\n  }\n}\n");
	assert_tagged(w, "a.tf", "resource \"aws_s3_bucket\" \"a\" {\n  tags = {\n    a = 1,\n  }\n}\n",
		"resource \"aws_s3_bucket\" \"a\" {\n  tags = {\n    a = 1,\n    yor_trace = \"guid of aws_s3_bucket.a\",\n  }\n}\n");
}

static void computed_tags_are_merged_with(void **state)
{
	world *w = *state;
	assert_tagged(w, "a.tf", "resource \"azurerm_subnet\" \"n\" {}\nresource \"aws_vpc\" \"a\" {\n  tags = var.tags\n}\n",
		"resource \"azurerm_subnet\" \"n\" {}\nresource \"aws_vpc\" \"a\" {\n  tags = merge(var.tags, {\n"
		"    yor_trace = \"guid of aws_vpc.a\"\n  })\n}\n");
	assert_tagged(w, "a.tf", "resource \"aws_vpc\" \"a\" {\n  tags = merge(var.tags, local.x)\n}\n",
		"resource \"aws_vpc\" \"a\" {\n  tags = merge(var.tags, local.x, {\n    yor_trace = \"guid of aws_vpc.a\"\n  })\n}\n");
	assert_tagged(w, "a.bicep",
		"resource s 'Microsoft.Storage/storageAccounts@2023-01-01' = [for i in range(0, 2): if (x) {\n  name: 'n'\n  location: l\n"
		"  tags: tags\n}]\n",
		"resource s 'Microsoft.Storage/storageAccounts@2023-01-01' = [for i in range(0, 2): if (x) {\n  name: 'n'\n  location: l\n"
		"  tags: union(tags, {\n    yor_trace: 'guid of s'\n  })\n}]\n");
	const char *template = "{\"$schema\": \"deploymentTemplate.json#\", \"contentVersion\": \"1\", \"resources\": [{\n"
			       "  \"type\": \"Microsoft.Storage/storageAccounts\", \"name\": \"n\",\n  \"location\": \"[resourceGroup().location]\"%s\n}]}\n";
	bl_str plain = bl_str_fmt(&w->arena, template, ""), tagged = bl_str_fmt(&w->arena, template,
		",\n  \"tags\": {\n    \"yor_trace\": \"guid of n\"\n  }");
	assert_tagged(w, "a.json", plain.p, tagged.p);
	assert_tagged(w, "a.json", bl_str_fmt(&w->arena, template, ",\n  \"tags\": \"[variables('t')]\"").p,
		bl_str_fmt(&w->arena, template, ",\n  \"tags\": \"[union(variables('t'), createObject('yor_trace', 'guid of n'))]\"").p);
}

static void a_template_of_cloudformation_keeps_its_layout(void **state)
{
	world *w = *state;
	assert_tagged(w, "a.yaml", "Resources:\n  B:\n    Type: AWS::S3::Bucket\n",
		"Resources:\n  B:\n    Properties:\n      Tags:\n        - Key: yor_trace\n          Value: 'guid of AWS::S3::Bucket.B'\n"
		"    Type: AWS::S3::Bucket\n");
	assert_tagged(w, "a.yaml", "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags:\n      - {Key: a, Value: b}\n",
		"Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags:\n      - Key: yor_trace\n"
		"        Value: 'guid of AWS::S3::Bucket.B'\n      - {Key: a, Value: b}\n");
	assert_tagged(w, "a.yaml", "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags: !If [x, [], []]\n",
		"Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags: !If [x, [], []]\n");
	assert_int_equal(w->tagged.items[0].outcome, BL_TAG_SKIPPED);
	assert_tagged(w, "a.yaml", "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags:\n      - Key: a\n        Value: !Ref X\n",
		"Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags:\n      - Key: yor_trace\n"
		"        Value: 'guid of AWS::S3::Bucket.B'\n      - Key: a\n        Value: !Ref X\n");
	assert_tagged(w, "a.json", "{\"Resources\": {\"B\": {\"Type\": \"AWS::SSM::Parameter\", \"Properties\": {\"Type\": \"String\"}}}}",
		"{\"Resources\": {\"B\": {\"Type\": \"AWS::SSM::Parameter\", \"Properties\": {\"Tags\": {\"yor_trace\": "
		"\"guid of AWS::SSM::Parameter.B\"}, \"Type\": \"String\"}}}}");
}

static void what_is_there_or_not_wanted_stays(void **state)
{
	world *w = *state;
	const char *const texts[] = {
		"resource \"aws_vpc\" \"a\" {\n  tags = {\n    yor_trace = \"mine\"\n  }\n}\n",
		"# yor:skip\n# it is old\nresource \"aws_vpc\" \"a\" {}\n",
		"resource \"aws_vpc\" \"a\" {}\n\n#yor:skipAll\n",
		"resource \"aws_iam_role_policy\" \"a\" {}\n",
		"data \"aws_vpc\" \"a\" {}\n",
		"resource \"google_monitoring_notification_channel\" \"a\" {}\n",
		"resource \"aws_vpc\" \"a\" {\n", /* does not parse */
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_string_equal(tag(w, "a.tf", texts[i], &trace), texts[i]);
	const char *json = "{\"resource\": {\"aws_vpc\": {\"a\": {}}}}";
	assert_string_equal(tag(w, "a.tf.json", json, &trace), json);
	assert_int_equal(w->tagged.n, 1);
	assert_int_equal(w->tagged.items[0].outcome, BL_TAG_SKIPPED);
	static const char *const types[] = {"AWS_v*"};
	bl_tagger but = {.keys = trace_only, .nkeys = 1, .skip_types = types, .nskip_types = 1};
	assert_string_equal(tag(w, "a.tf", "resource \"aws_vpc\" \"a\" {}\n", &but), "resource \"aws_vpc\" \"a\" {}\n");
	assert_int_equal(w->tagged.items[0].outcome, BL_TAG_SKIPPED);
}

static void git_tags_say_who_wrote_the_lines_that_are_not_tags(void **state)
{
	world *w = *state;
	bl_tagger all = {.org = BL_STR("acme"), .repo = BL_STR("team/shop"), .prefix = BL_STR("x_")};
	const char *text = "resource \"aws_vpc\" \"a\" {\n  cidr_block = \"10.0.0.0/8\"\n  tags = {\n    x_git_commit = \"old\"\n    x_yor_trace = \"mine\"\n  }\n}\n";
	assert_string_equal(tag(w, "n/a.tf", text, &all),
		"resource \"aws_vpc\" \"a\" {\n  cidr_block = \"10.0.0.0/8\"\n  tags = {\n    x_git_commit = \"c0ffee\"\n    x_yor_trace = \"mine\"\n"
		"    x_git_file             = \"n/a.tf\"\n    x_git_last_modified_at = \"2023-11-14 22:13:20\"\n"
		"    x_git_last_modified_by = \"zoe@example.com\"\n    x_git_modifiers        = \"ada/zoe\"\n"
		"    x_git_org              = \"acme\"\n    x_git_repo             = \"team/shop\"\n    x_yor_name             = \"a\"\n  }\n}\n");
	assert_int_equal(w->but_from, 3);
	assert_int_equal(w->but_to, 6);
	const char *google = tag(w, "n/a.tf", "resource \"google_storage_bucket\" \"B\" {\n}\n", &all);
	assert_non_null(strstr(google, "x_git_file             = \"n__a_tf\""));
	assert_non_null(strstr(google, "x_git_last_modified_at = \"2023-11-14-22-13-20\""));
	assert_non_null(strstr(google, "x_git_last_modified_by = \"zoe\""));
	assert_non_null(strstr(google, "x_git_modifiers        = \"ada__zoe\""));
	assert_non_null(strstr(google, "x_git_repo             = \"team__shop\""));
	assert_non_null(strstr(google, "x_yor_name             = \"b\""));
}

static int begin(void **state)
{
	world *w = calloc(1, sizeof *w);
	w->sources = bl_sources_new();
	*state = w;
	return 0;
}

static int end(void **state)
{
	world *w = *state;
	bl_sources_free(w->sources);
	bl_arena_done(&w->arena);
	free(w);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_terraform_resource_gets_an_argument_or_an_element, begin, end),
		cmocka_unit_test_setup_teardown(computed_tags_are_merged_with, begin, end),
		cmocka_unit_test_setup_teardown(a_template_of_cloudformation_keeps_its_layout, begin, end),
		cmocka_unit_test_setup_teardown(what_is_there_or_not_wanted_stays, begin, end),
		cmocka_unit_test_setup_teardown(git_tags_say_who_wrote_the_lines_that_are_not_tags, begin, end),
	};
	return cmocka_run_group_tests_name("tagging", tests, NULL, NULL);
}

#include "core/reason/cloud_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void assert_name(const char *text, const char *kind, const char *name)
{
	bl_arn arn;
	assert_true(bl_arn_parse(bl_str_of(text), &arn));
	assert_true(bl_str_eqz(arn.kind, kind));
	assert_true(bl_str_eqz(arn.name, name));
}

static void the_name_in_an_arn_is_the_one_that_somebody_gave(void **state)
{
	assert_name("arn:aws:s3:::logs", "", "logs");
	assert_name("arn:aws:sqs:eu-west-1:1:jobs", "", "jobs");
	assert_name("arn:aws:iam::1:role/team/deployer", "role", "deployer");
	assert_name("arn:aws:lambda:eu-west-1:1:function:api:3", "function", "api");
	assert_name("arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/front/50dc6c495c0c9188", "loadbalancer", "front");
	assert_name("arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/front/50dc6c495c0c9188", "targetgroup", "front");
	assert_name("arn:aws:secretsmanager:eu-west-1:1:secret:shop/db-AbCdEf", "secret", "shop/db");
	assert_name("arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/api:*", "log-group", "/aws/lambda/api");
	assert_name("arn:aws:ssm:eu-west-1:1:parameter/shop/db/host", "parameter", "/shop/db/host");
	assert_name("arn:aws:ec2:eu-west-1:1:vpc/vpc-0a1b2c3d", "vpc", "vpc-0a1b2c3d");
}

static void what_is_no_arn_is_none(void **state)
{
	bl_arn arn;
	assert_false(bl_arn_parse(BL_STR("vpc-0a1b2c3d"), &arn));
	assert_false(bl_arn_parse(BL_STR("arn:aws:s3"), &arn));
	assert_false(bl_arn_parse(BL_STR(""), &arn));
}

static void google_names_and_links_have_one_path(void **state)
{
	bl_google_name a, b;
	assert_true(bl_google_name_parse(BL_STR("//compute.googleapis.com/projects/p/zones/europe-west1-b/instances/web"), &a));
	assert_true(bl_google_name_parse(BL_STR("https://www.googleapis.com/compute/v1/projects/p/zones/europe-west1-b/instances/web"), &b));
	assert_true(bl_str_eq(a.path, b.path));
	assert_true(bl_str_eqz(a.service, "compute"));
	assert_true(bl_str_eqz(a.project, "p"));
	assert_true(bl_str_eqz(a.location, "europe-west1-b"));
	assert_true(bl_str_eqz(a.collection, "instances"));
	assert_true(bl_str_eqz(a.name, "web"));
	assert_true(bl_google_name_parse(BL_STR("projects/p/global/networks/main"), &a));
	assert_true(bl_str_eqz(a.location, "global"));
	assert_true(bl_str_eqz(a.name, "main"));
	assert_false(bl_google_name_parse(BL_STR("main"), &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_in_an_arn_is_the_one_that_somebody_gave),
		cmocka_unit_test(what_is_no_arn_is_none),
		cmocka_unit_test(google_names_and_links_have_one_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

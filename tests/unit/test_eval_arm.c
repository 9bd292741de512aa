#include "tests/unit/azure_fixture.h"

#define HEAD                                                                                                            \
	"\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\", "            \
	"\"contentVersion\": \"1.0.0.0\", "

static void known_digests_are_exact(void **state)
{
	/* as the Bicep compiler's snapshots and Azure's engine print them */
	assert_arm("uniqueString('/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/myRg')",
		"\"js26ofeqkqeve\"");
	assert_arm("guid('foo', 'bar', 'baz')", "\"2ed86837-7c7c-5eaa-9864-dd077fd19b0d\"");
}

static void what_is_unknown_of_a_name_keeps_its_length_and_alphabet(void **state)
{
	const char *files[] = {"main.json",
		"{" HEAD "\"resources\": [], \"outputs\": {"
		"\"name\": {\"type\": \"string\", \"value\": \"[concat('st', uniqueString(resourceGroup().id))]\"},"
		"\"role\": {\"type\": \"string\", \"value\": \"[guid(resourceGroup().id)]\"},"
		"\"cut\": {\"type\": \"string\", \"value\": \"[toUpper(take(replace(concat('st-', uniqueString(resourceGroup().id)), '-', ''), 6))]\"},"
		"\"two\": {\"type\": \"string\", \"value\": \"[format('{0}x{1}', uniqueString(resourceGroup().id), uniqueString(resourceGroup().name))]\"},"
		"\"end\": {\"type\": \"string\", \"value\": \"[substring(concat('a', uniqueString(resourceGroup().id)), 1)]\"}}}",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	const bl_unknown *u = output(&f, "name")->unknown;
	assert_str(u->prefix, "st");
	assert_int_equal(u->least, 15);
	assert_int_equal(u->most, 15);
	assert_true(bl_unknown_may_be(u, BL_STR("stjs26ofeqkqeve"), true));
	assert_false(bl_unknown_may_be(u, BL_STR("stjs26ofeqkqev"), true));
	assert_false(bl_unknown_may_be(u, BL_STR("stjs26ofeqkqev-"), true));
	u = output(&f, "role")->unknown;
	assert_true(bl_unknown_may_be(u, BL_STR("2ed86837-7c7c-5eaa-9864-dd077fd19b0d"), false));
	assert_false(bl_unknown_may_be(u, BL_STR("2ed868377c7c-5eaa-9864-dd077fd19b0d0"), false));
	u = output(&f, "cut")->unknown;
	assert_true(bl_unknown_may_be(u, BL_STR("STJS26"), false));
	assert_false(bl_unknown_may_be(u, BL_STR("STJS2"), false));
	assert_false(bl_unknown_may_be(u, BL_STR("STJS21"), false));
	u = output(&f, "two")->unknown;
	assert_true(bl_unknown_may_be(u, BL_STR("js26ofeqkqevexjs26ofeqkqeve"), false));
	assert_false(bl_unknown_may_be(u, BL_STR("js26ofeqkqeve-js26ofeqkqeve"), false));
	assert_int_equal(output(&f, "end")->unknown->most, 13);
	done(&f);
}

static void dates_are_added_and_printed(void **state)
{
	assert_arm("dateTimeAdd('2020-01-31T23:30:00Z', 'P1M')", "\"2020-02-29T23:30:00Z\"");
	assert_arm("dateTimeAdd('20200407T145314Z', '-P9D')", "\"20200329T145314Z\"");
	assert_arm("dateTimeAdd('2020-04-07 14:53:14Z', 'PT1H30M', 'R')", "\"Tue, 07 Apr 2020 16:23:14 GMT\"");
	assert_arm("dateTimeAdd('2020-04-07T14:53:14+02:00', 'PT0S', 'u')", "\"2020-04-07 12:53:14Z\"");
	assert_arm("dateTimeFromEpoch(-1)", "\"1969-12-31T23:59:59Z\"");
	assert_arm("dateTimeToEpoch('2023-05-02T15:16:13Z')", "1683040573");
	assert_arm("dateTimeToEpoch('2023-02-29')", "{\"$unknown\":\"dateTimeToEpoch: this is no time of ISO 8601\"}");
}

static void address_blocks_are_cut(void **state)
{
	assert_arm("parseCidr('10.144.0.0/20')",
		"{\"network\":\"10.144.0.0\",\"netmask\":\"255.255.240.0\",\"broadcast\":\"10.144.15.255\","
		"\"firstUsable\":\"10.144.0.1\",\"lastUsable\":\"10.144.15.254\",\"cidr\":20}");
	assert_arm("parseCidr('fdad:3236:5555::/48').lastUsable", "\"fdad:3236:5555:ffff:ffff:ffff:ffff:ffff\"");
	assert_arm("cidrSubnet('fdad:3236:5555::/48', 52, 3)", "\"fdad:3236:5555:3000::/52\"");
	assert_arm("cidrSubnet('10.0.0.0/30', 31, 2)", "{\"$unknown\":\"cidrSubnet: the block has no such subnet\"}");
	assert_arm("cidrHost('10.144.3.0/24', 0)", "\"10.144.3.1\"");
	assert_arm("cidrHost('10.144.3.0/24', 254)", "{\"$unknown\":\"cidrHost: the block has no such host\"}");
}

static void formats_print_numbers_as_the_service_does(void **state)
{
	assert_arm("format('{0}|{1:N0}|{2,4}|{2,-4}|{{}}', 'a', 8175133, 7)", "\"a|8,175,133|   7|7   |{}\"");
	assert_arm("format('{0:D3} {0:X4} {0:00.0} {0:#,##0} {0:P0} {0:E2}', 1234)",
		"\"1234 04D2 1234.0 1,234 123,400 % 1.23E+003\"");
	assert_arm("format('{0:N0}', -1000)", "\"-1,000\"");
	assert_arm("format('{3}', 1)", "{\"$unknown\":\"format: this format is not understood\"}");
}

static void only_the_chosen_branch_is_evaluated(void **state)
{
	assert_arm("if(true(), 'a', fail('never'))", "\"a\"");
	assert_arm("if(false(), 'a', fail('this one'))", "{\"$unknown\":\"fail: this one\"}");
}

static void links_are_resolved(void **state)
{
	assert_arm("uri('http://contoso.org/a/b.json?x', '../c.sh?y')", "\"http://contoso.org/c.sh?y\"");
	assert_arm("uri('http://contoso.org', 'c.sh')", "\"http://contoso.org/c.sh\"");
	assert_arm("uri('http://contoso.org/a/', '../../../c.sh')", "\"http://contoso.org/c.sh\"");
	assert_arm("environment().suffixes.storage", "\"core.windows.net\"");
}

static void the_place_of_deployment_may_be_given(void **state)
{
	const char *files[] = {"main.json",
		"{" HEAD "\"resources\": [], \"outputs\": {"
		"\"id\": {\"type\": \"string\", \"value\": \"[resourceId('A.B/c', 'x')]\"},"
		"\"other\": {\"type\": \"string\", \"value\": \"[resourceId('g2', 'A.B/c/', 'x')]\"},"
		"\"subscription\": {\"type\": \"string\", \"value\": \"[subscriptionResourceId('A.B/c', 'x')]\"},"
		"\"place\": {\"type\": \"string\", \"value\": \"[concat(resourceGroup().name, '@', resourceGroup().location)]\"}}}",
		NULL};
	fixture f;
	evaluate_with(&f, files, false,
		(bl_eval_options){.subscription = BL_STR("s1"), .resource_group = BL_STR("g1"), .location = BL_STR("westeurope")});
	assert_json(output(&f, "id"), "\"/subscriptions/s1/resourceGroups/g1/providers/A.B/c/x\"");
	assert_json(output(&f, "other"), "\"/subscriptions/s1/resourceGroups/g2/providers/A.B/c/x\"");
	assert_json(output(&f, "subscription"), "\"/subscriptions/s1/providers/A.B/c/x\"");
	assert_json(output(&f, "place"), "\"g1@westeurope\"");
	done(&f);
}

static void resources_are_found_whatever_their_order_and_names(void **state)
{
	const char *files[] = {"main.json",
		"{" HEAD "\"parameters\": {\"n\": {\"type\": \"string\"}},"
		"\"variables\": {\"sql\": \"[concat(parameters('n'), '-sql')]\"}, \"resources\": ["
		"{\"type\": \"A.B/site\", \"apiVersion\": \"1\", \"name\": \"web\", \"dependsOn\": [\"[variables('sql')]\"],"
		" \"properties\": {\"sql\": \"[resourceId('A.B/server', concat(parameters('n'), '-sql'))]\","
		"  \"version\": \"[reference(variables('sql')).version]\", \"host\": \"[reference(variables('sql')).host]\"}},"
		"{\"type\": \"A.B/server\", \"apiVersion\": \"1\", \"name\": \"[variables('sql')]\", \"properties\": {\"version\": 12},"
		" \"resources\": [{\"type\": \"databases\", \"apiVersion\": \"1\", \"name\": \"db\"}]}]}",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	const bl_resource *server = f.out.resources.items[1];
	assert_str(server->type, "A.B/server");
	const bl_value *sql = written(&f, "web", "properties.sql");
	assert_str(sql->unknown->refs[0].address, "variables('sql')");
	assert_json(written(&f, "web", "properties.version"), "12");
	assert_str(written(&f, "web", "properties.version")->via->what, "variables('sql').properties.version");
	assert_str(written(&f, "web", "properties.host")->unknown->refs[0].path, "properties.host");
	assert_str(f.out.resources.items[2]->type, "A.B/server/databases");
	assert_str(bl_value_getz(f.out.resources.items[2]->native, "parent")->unknown->refs[0].address, "variables('sql')");
	done(&f);
}

static void symbolic_names_stand_for_resources(void **state)
{
	const char *files[] = {"main.json",
		"{" HEAD "\"languageVersion\": \"2.0\", \"resources\": {"
		"\"a\": {\"copy\": {\"name\": \"a\", \"count\": 2}, \"type\": \"A.B/c\", \"apiVersion\": \"1\","
		" \"name\": \"[format('n{0}', copyIndex())]\", \"properties\": {\"p\": {\"q\": \"[copyIndex()]\"}}},"
		"\"old\": {\"existing\": true, \"type\": \"A.B/c\", \"apiVersion\": \"1\", \"name\": \"old\"},"
		"\"old::child\": {\"existing\": true, \"type\": \"A.B/c/d\", \"apiVersion\": \"1\", \"name\": \"old/x\"}},"
		"\"outputs\": {\"q\": {\"type\": \"int\", \"value\": \"[reference('a[1]').p.q]\"},"
		"\"name\": {\"type\": \"string\", \"value\": \"[resourceInfo('a[0]').name]\"},"
		"\"more\": {\"type\": \"string\", \"value\": \"[reference('a[1]').p.r]\"},"
		"\"none\": {\"type\": \"string\", \"value\": \"[tryGet(tryGet(reference('old', '1', 'full'), 'identity'), 'type')]\"},"
		"\"all\": {\"type\": \"int\", \"value\": \"[length(references('a'))]\"}}}",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_json(output(&f, "q"), "1");
	assert_json(output(&f, "name"), "\"n0\"");
	assert_json(output(&f, "more"), "{\"$unknown\":\"a[1].properties.p.r is known after deployment\"}");
	assert_json(output(&f, "none"), "{\"$unknown\":\"old.identity.type is known after deployment\"}");
	assert_json(output(&f, "all"), "2");
	assert_true(resource(&f, "old")->existing);
	assert_str(resource(&f, "old.child")->type, "A.B/c/d");
	done(&f);
}

static void nested_templates_mean_their_own_or_the_outer_names(void **state)
{
	const char *files[] = {"main.json",
		"{" HEAD "\"variables\": {\"v\": \"outer\"}, \"resources\": ["
		"{\"type\": \"Microsoft.Resources/deployments\", \"apiVersion\": \"1\", \"name\": \"in\", \"resourceGroup\": \"g2\","
		" \"properties\": {\"expressionEvaluationOptions\": {\"scope\": \"inner\"},"
		"  \"parameters\": {\"p\": {\"value\": \"[variables('v')]\"}}, \"template\": {" HEAD
		"  \"parameters\": {\"p\": {\"type\": \"string\"}}, \"variables\": {\"v\": \"own\"}, \"resources\": [],"
		"  \"outputs\": {\"o\": {\"type\": \"string\", \"value\": \"[concat(parameters('p'), variables('v'), resourceGroup().name)]\"}}}}},"
		"{\"type\": \"Microsoft.Resources/deployments\", \"apiVersion\": \"1\", \"name\": \"[format('out{0}', copyIndex())]\","
		" \"copy\": {\"name\": \"loop\", \"count\": 2}, \"properties\": {\"template\": {" HEAD "\"resources\": ["
		"  {\"type\": \"A.B/c\", \"apiVersion\": \"1\", \"name\": \"[concat(variables('v'), copyIndex('loop'))]\"}]}}}],"
		"\"outputs\": {\"o\": {\"type\": \"string\", \"value\": \"[reference('in').outputs.o.value]\"}}}",
		NULL};
	fixture f;
	evaluate_with(&f, files, false, (bl_eval_options){.resource_group = BL_STR("g1")});
	assert_json(output(&f, "o"), "\"outerowng2\"");
	assert_json(resource(&f, "out1.outer1")->name, "\"outer1\"");
	done(&f);
}

static void linked_templates_are_read_by_their_path(void **state)
{
	const char *files[] = {"infra/main.json",
		"{" HEAD "\"parameters\": {\"base\": {\"type\": \"string\", \"defaultValue\": \"[deployment().properties.templateLink.uri]\"},"
		"\"sas\": {\"type\": \"securestring\"}}, \"resources\": ["
		"{\"type\": \"Microsoft.Resources/deployments\", \"apiVersion\": \"1\", \"name\": \"relative\","
		" \"properties\": {\"templateLink\": {\"relativePath\": \"nested/a.json\"}, \"parameters\": {\"x\": {\"value\": 1}}}},"
		"{\"type\": \"Microsoft.Resources/deployments\", \"apiVersion\": \"1\", \"name\": \"uri\","
		" \"properties\": {\"templateLink\": {\"uri\": \"[uri(parameters('base'), concat('nested/a.json', parameters('sas')))]\"},"
		"  \"parameters\": {\"x\": {\"value\": \"[reference('relative').outputs.twice.value]\"}}}},"
		"{\"type\": \"Microsoft.Resources/deployments\", \"apiVersion\": \"1\", \"name\": \"file\","
		" \"properties\": {\"templateLink\": {\"relativePath\": \"nested/a.json\"}, \"parametersLink\": {\"relativePath\": \"three.json\"}}},"
		"{\"type\": \"Microsoft.Resources/deployments\", \"apiVersion\": \"1\", \"name\": \"gone\","
		" \"properties\": {\"templateLink\": {\"uri\": \"https://example.org/a.json\"}}}]}",
		"infra/nested/a.json",
		"{" HEAD "\"parameters\": {\"x\": {\"type\": \"int\"}}, \"resources\": [{\"type\": \"A.B/c\", \"apiVersion\": \"1\","
		" \"name\": \"[format('n{0}', parameters('x'))]\"}],"
		"\"outputs\": {\"twice\": {\"type\": \"int\", \"value\": \"[mul(parameters('x'), 2)]\"}}}",
		"infra/three.json",
		"{\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#\","
		" \"contentVersion\": \"1.0.0.0\", \"parameters\": {\"x\": {\"value\": 3}}}",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_json(resource(&f, "relative.n1")->name, "\"n1\"");
	assert_json(resource(&f, "file.n3")->name, "\"n3\"");
	assert_json(resource(&f, "uri.n2")->name, "\"n2\"");
	assert_int_equal(f.out.not_analysed, 1);
	assert_int_equal(f.out.diags.n, 1);
	done(&f);
}

static void parameters_are_narrowed_by_what_they_declare(void **state)
{
	const char *files[] = {"main.json",
		"{" HEAD "\"definitions\": {\"tier\": {\"type\": \"string\", \"allowedValues\": [\"a\", \"b\"]},"
		" \"login\": {\"type\": \"object\", \"properties\": {\"user\": {\"type\": \"string\"}, \"key\": {\"type\": \"securestring\"}}}},"
		"\"parameters\": {\"tier\": {\"$ref\": \"#/definitions/tier\"}, \"n\": {\"type\": \"int\", \"minValue\": 1, \"maxValue\": 3},"
		" \"name\": {\"type\": \"string\", \"minLength\": 3, \"maxLength\": 8},"
		" \"login\": {\"$ref\": \"#/definitions/login\", \"defaultValue\": {\"user\": \"u\", \"key\": \"k\"}},"
		" \"none\": {\"type\": \"string\", \"nullable\": true}}, \"resources\": [], \"outputs\": {"
		"\"tier\": {\"type\": \"bool\", \"value\": \"[contains(createArray('a', 'b'), parameters('tier'))]\"},"
		"\"big\": {\"type\": \"int\", \"value\": \"[parameters('n')]\"},"
		"\"name\": {\"type\": \"string\", \"value\": \"[parameters('name')]\"},"
		"\"login\": {\"type\": \"object\", \"value\": \"[parameters('login')]\"},"
		"\"none\": {\"type\": \"string\", \"value\": \"[coalesce(parameters('none'), 'nothing')]\"}}}",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_int_equal(output(&f, "big")->unknown->ncandidates, 3);
	assert_int_equal(output(&f, "name")->unknown->least, 3);
	assert_int_equal(output(&f, "name")->unknown->most, 32);
	assert_json(output(&f, "login"), "{\"user\":\"u\",\"key\":{\"$sensitive\":true}}");
	assert_json(output(&f, "none"), "\"nothing\"");
	done(&f);
}

static void copies_stand_anywhere(void **state)
{
	const char *files[] = {"main.json",
		"{" HEAD "\"variables\": {\"copy\": [{\"name\": \"names\", \"count\": 2, \"input\": \"[concat('n', copyIndex('names', 1))]\"}],"
		" \"inner\": {\"copy\": [{\"name\": \"ports\", \"count\": 2, \"input\": {\"port\": \"[copyIndex('ports', 80)]\"}}], \"k\": 1}},"
		"\"resources\": [{\"type\": \"A.B/c\", \"apiVersion\": \"1\", \"name\": \"[variables('names')[copyIndex()]]\","
		" \"copy\": {\"name\": \"rs\", \"count\": \"[length(variables('names'))]\", \"mode\": \"serial\", \"batchSize\": 1},"
		" \"properties\": {\"[variables('names')[0]]\": 1, \"[[x]\": 2,"
		"  \"copy\": [{\"name\": \"pairs\", \"count\": 2, \"input\": \"[format('{0}-{1}', copyIndex(), copyIndex('pairs'))]\"}]}}],"
		"\"outputs\": {\"ports\": {\"type\": \"object\", \"value\": \"[variables('INNER')]\"},"
		" \"list\": {\"type\": \"array\", \"copy\": {\"count\": 3, \"input\": \"[mul(copyIndex(), 2)]\"}},"
		" \"left\": {\"condition\": false, \"type\": \"string\", \"value\": \"x\"}}}",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_int_equal(f.out.resources.n, 2);
	assert_json(written(&f, "n2", "properties"), "{\"n1\":1,\"[x]\":2,\"pairs\":[\"1-0\",\"1-1\"]}");
	assert_json(output(&f, "ports"), "{\"k\":1,\"ports\":[{\"port\":80},{\"port\":81}]}");
	assert_json(output(&f, "list"), "[0,2,4]");
	assert_int_equal(f.out.outputs.n, 2);
	done(&f);
}

static void too_many_copies_are_one_and_said(void **state)
{
	const char *files[] = {"main.json",
		"{" HEAD "\"resources\": [{\"type\": \"A.B/c\", \"apiVersion\": \"1\", \"name\": \"[concat('n', copyIndex())]\","
		" \"copy\": {\"name\": \"l\", \"count\": 1000000000}}]}",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_int_equal(f.out.resources.n, 1);
	assert_int_equal(f.out.diags.n, 1);
	assert_int_equal(f.out.diags.items[0].level, BL_DIAG_ERROR);
	done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_blocks_are_cut),
		cmocka_unit_test(copies_stand_anywhere),
		cmocka_unit_test(dates_are_added_and_printed),
		cmocka_unit_test(formats_print_numbers_as_the_service_does),
		cmocka_unit_test(known_digests_are_exact),
		cmocka_unit_test(linked_templates_are_read_by_their_path),
		cmocka_unit_test(links_are_resolved),
		cmocka_unit_test(nested_templates_mean_their_own_or_the_outer_names),
		cmocka_unit_test(only_the_chosen_branch_is_evaluated),
		cmocka_unit_test(parameters_are_narrowed_by_what_they_declare),
		cmocka_unit_test(resources_are_found_whatever_their_order_and_names),
		cmocka_unit_test(symbolic_names_stand_for_resources),
		cmocka_unit_test(the_place_of_deployment_may_be_given),
		cmocka_unit_test(too_many_copies_are_one_and_said),
		cmocka_unit_test(what_is_unknown_of_a_name_keeps_its_length_and_alphabet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

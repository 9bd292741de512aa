#include "tests/unit/azure_fixture.h"

/* Evaluates "output r any = EXPRESSION" and compares. */
static void assert_bicep(const char *expression, const char *want)
{
	char text[1024];
	fixture f;
	snprintf(text, sizeof text, "output r object = %s\n", expression);
	const char *files[] = {"main.bicep", text, NULL};
	evaluate(&f, files, false);
	assert_int_equal(f.documents[0].diags.n, 0);
	assert_json(output(&f, "r"), want);
	done(&f);
}

static void operators_follow_their_precedence(void **state)
{
	assert_bicep("1 + 2 * 3 - -4", "11");
	assert_bicep("7 / 2 == 3 && !(1 > 2) || false", "true");
	assert_bicep("'A' =~ 'a' ? null ?? 'x' : 'y'", "\"x\"");
	assert_bicep("9223372036854775807 + 0", "9223372036854775807");
}

static void strings_are_joined_as_text(void **state)
{
	assert_bicep("'>${false}<>${12}<>${null}<>${{ a: 'b' }}<>${[true, 'c']}<'",
		"\">False<>12<><>{'a':'b'}<>[true,'c']<\"");
	assert_bicep("format('{0}-{1:D3}-{{}}', 'a', 7)", "\"a-007-{}\"");
}

static void lambdas_see_their_parameters_and_what_is_around_them(void **state)
{
	assert_bicep("map(filter(range(0, 4), i => i % 2 == 0), x => 'n${x}')", "[\"n0\",\"n2\"]");
	assert_bicep("reduce([1, 2, 3], 0, (sum, n) => sum + n)", "6");
	assert_bicep("sort([3, 1, 2], (a, b) => a < b)", "[1,2,3]");
	assert_bicep("groupBy([{ k: 'a', v: 1 }, { k: 'b', v: 2 }, { k: 'a', v: 3 }], x => x.k, x => x.v)",
		"{\"a\":[1,3],\"b\":[2]}");
	assert_arm("map(createArray(1, 2), lambda('x', mul(lambdaVariables('x'), 2)))", "[2,4]");
}

static void functions_give_what_the_service_gives(void **state)
{
	assert_arm("guid('foo', 'bar', 'baz')", "\"2ed86837-7c7c-5eaa-9864-dd077fd19b0d\"");
	assert_arm("base64ToString(base64(' Fizz '))", "\" Fizz \"");
	assert_arm("union(createObject('a', createObject('b', 1)), createObject('a', createObject('c', 2)))",
		"{\"a\":{\"b\":1,\"c\":2}}");
	assert_arm("uri('https://github.com/another/repo', '/Azure/bicep')", "\"https://github.com/Azure/bicep\"");
	assert_arm("items(createObject('b', 2, 'a', 1))", "[{\"key\":\"a\",\"value\":1},{\"key\":\"b\",\"value\":2}]");
	assert_arm("if(contains('abc', 'b'), toUpper('x'), 'y')", "\"X\"");
	assert_arm("substring('abc', 2, 5)", "{\"$unknown\":\"substring: this part lies outside of the string\"}");
	assert_arm("tenantResourceId('A.B/c', 'd')", "\"/providers/A.B/c/d\"");
}

static void a_parameter_without_value_keeps_what_it_may_be(void **state)
{
	const char *files[] = {"main.bicep",
		"@allowed(['a', 'b'])\nparam p string\nparam q 'x' | 'y'\ntype t = 'k' | 'l'\nparam r t\nparam s string?\n"
		"output p string = p\noutput q string = q\noutput r string = r\noutput s bool = empty(s)\n"
		"output never bool = p == 'c'\noutput maybe bool = p == 'a'\n",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_json(output(&f, "p"), "{\"$unknown\":\"param.p has no value\"}");
	assert_int_equal(output(&f, "p")->unknown->ncandidates, 2);
	assert_int_equal(output(&f, "q")->unknown->ncandidates, 2);
	assert_int_equal(output(&f, "r")->unknown->ncandidates, 2);
	assert_json(output(&f, "s"), "true");
	assert_json(output(&f, "never"), "false");
	assert_int_equal(output(&f, "maybe")->kind, BL_UNKNOWN);
	done(&f);
}

static void a_value_says_which_way_it_came(void **state)
{
	const char *files[] = {"main.bicep",
		"param https bool = false\nvar config = { https: https }\n"
		"resource sa 'Microsoft.Storage/storageAccounts@2023-01-01' = {\n  name: 'sa'\n"
		"  properties: {\n    supportsHttpsTrafficOnly: config.https\n  }\n}\n",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	const bl_value *v = written(&f, "sa", "properties.supportsHttpsTrafficOnly");
	assert_json(v, "false");
	assert_str(bl_sources_slice(f.sources, v->span), "config.https");
	assert_non_null(v->via);
	assert_str(v->via->what, "param.https");
	assert_str(bl_sources_slice(f.sources, v->via->span), "false");
	done(&f);
}

static void resources_refer_to_each_other(void **state)
{
	const char *files[] = {"main.bicep",
		"resource vnet 'Microsoft.Network/virtualNetworks@2023-01-01' = {\n  name: 'net'\n"
		"  resource inner 'subnets' = {\n    name: 'in'\n  }\n}\n"
		"resource outer 'Microsoft.Network/virtualNetworks/subnets@2023-01-01' = {\n  parent: vnet\n  name: 'out'\n"
		"  properties: {\n    other: vnet::inner.id\n    mine: vnet.identity.principalId\n  }\n}\n",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_str(resource(&f, "vnet.inner")->type, "Microsoft.Network/virtualNetworks/subnets");
	assert_str(resource(&f, "vnet.inner")->api_version, "2023-01-01");
	assert_json(resource(&f, "vnet.inner")->name, "\"net/in\"");
	assert_json(resource(&f, "outer")->name, "\"net/out\"");
	const bl_value *id = written(&f, "outer", "properties.other");
	assert_int_equal(id->kind, BL_UNKNOWN);
	assert_str(id->unknown->prefix, "/subscriptions/");
	assert_str(id->unknown->suffix, "/providers/Microsoft.Network/virtualNetworks/net/subnets/in");
	assert_str(id->unknown->refs[0].address, "vnet.inner");
	assert_str(id->unknown->refs[0].path, "id");
	const bl_value *mine = written(&f, "outer", "properties.mine");
	assert_str(mine->unknown->refs[0].address, "vnet");
	assert_str(mine->unknown->refs[0].path, "identity.principalId");
	assert_null(written(&f, "outer", "parent"));
	done(&f);
}

static void loops_have_an_instance_for_each_element(void **state)
{
	const char *files[] = {"main.bicep",
		"param more array\n"
		"resource a 'A.B/c@1' = [for (x, i) in ['p', 'q']: if (i > 0) {\n  name: '${x}${i}'\n}]\n"
		"resource b 'A.B/c@1' = [for x in more: {\n  name: x\n}]\n"
		"resource n 'A.B/c@1' = [for x in []: {\n  name: x\n}]\noutput second string = a[1].name\n",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_json(resource(&f, "a[0]")->name, "\"p0\"");
	assert_int_equal(resource(&f, "a[0]")->condition, BL_NO);
	assert_int_equal(resource(&f, "a[1]")->condition, BL_YES);
	assert_json(output(&f, "second"), "\"q1\"");
	assert_int_equal(resource(&f, "b[*]")->condition, BL_MAYBE);
	assert_int_equal(resource(&f, "n[*]")->condition, BL_NO);
	done(&f);
}

static void modules_get_parameters_and_give_outputs(void **state)
{
	const char *files[] = {"infra/main.bicep",
		"module net './parts/net.bicep' = if (on) {\n  name: 'net'\n  params: {\n    name: 'hub'\n  }\n}\n"
		"param on bool\noutput id string = net.outputs.name\n",
		"infra/parts/net.bicep",
		"param name string\nparam tags object = {}\nresource v 'A.B/c@1' = {\n  name: name\n  tags: tags\n}\n"
		"output name string = '${v.name}!'\n",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_int_equal(f.out.resources.n, 2);
	assert_true(resource(&f, "net")->is_module);
	assert_json(resource(&f, "net.v")->name, "\"hub\"");
	assert_str(resource(&f, "net.v")->module, "net");
	assert_int_equal(resource(&f, "net.v")->condition, BL_MAYBE);
	assert_str(resource(&f, "net.v")->via->what, "net");
	assert_json(output(&f, "id"), "\"hub!\"");
	done(&f);
}

static void a_module_that_uses_itself_is_an_error_and_so_is_a_missing_file(void **state)
{
	const char *files[] = {"main.bicep",
		"module a 'main.bicep' = {\n  name: 'a'\n}\nmodule b 'no.bicep' = {\n  name: 'b'\n}\n"
		"module c '/etc/x.bicep' = {\n  name: 'c'\n}\n",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_int_equal(f.out.resources.n, 3);
	assert_int_equal(f.out.diags.n, 3);
	for (size_t i = 0; i < f.out.diags.n; i++)
		assert_int_equal(f.out.diags.items[i].level, BL_DIAG_ERROR);
	assert_int_equal(f.out.not_analysed, 2);
	done(&f);
}

static void parameter_files_set_parameters(void **state)
{
	const char *files[] = {"main.bicep", "param a string = 'x'\nparam b object\noutput r string = '${a}${b.c}'\n",
		"main.bicepparam", "using 'main.bicep'\nvar v = 'V'\nparam a = v\nparam b = {\n  c: 1\n}\n", NULL};
	const char *json[] = {"main.bicep", files[1], "main.parameters.json",
		"{\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#\","
		"\"contentVersion\": \"1.0.0.0\", \"parameters\": {\"a\": {\"value\": \"J\"}, \"b\": {\"value\": {\"c\": 2}}}}",
		NULL};
	fixture f;
	evaluate(&f, files, true);
	assert_json(output(&f, "r"), "\"V1\"");
	done(&f);
	evaluate(&f, json, true);
	assert_json(output(&f, "r"), "\"J2\"");
	done(&f);
}

static void imports_bring_functions_variables_and_types(void **state)
{
	const char *files[] = {"main.bicep",
		"import { twice as two, k } from 'lib.bicep'\nimport * as all from 'lib.bicep'\n"
		"output a int = two(3)\noutput b string = all.v.x\noutput c int = all.twice(4)\nparam p k\noutput d string = p\n",
		"lib.bicep",
		"@export()\nfunc twice(n int) int => n * factor\nvar factor = 2\n@export()\nvar v = { x: 'y' }\n"
		"@export()\ntype k = 'm' | 'n'\n",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_json(output(&f, "a"), "6");
	assert_json(output(&f, "b"), "\"y\"");
	assert_json(output(&f, "c"), "8");
	assert_int_equal(output(&f, "d")->unknown->ncandidates, 2);
	done(&f);
}

static void secrets_spread_through_every_function(void **state)
{
	const char *files[] = {"main.bicep",
		"@secure()\nparam p string = 'hunter2'\nvar v = { a: { b: toUpper('x${p}') } }\n"
		"output r string = v.a.b\noutput l int = length(p)\noutput k string = listKeys('x', '1').keys[0].value\n",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_json(output(&f, "r"), "{\"$sensitive\":true}");
	assert_json(output(&f, "l"), "{\"$sensitive\":true}");
	assert_true(output(&f, "k")->sensitive);
	done(&f);
}

static void files_are_loaded_from_beside_the_template(void **state)
{
	const char *files[] = {"a/main.bicep",
		"output t string = loadTextContent('x.txt')\noutput j int = loadJsonContent('../b.json').n\n"
		"output no string = loadTextContent('../../etc')\n",
		"a/x.txt", "text", "b.json", "{\"n\": 5}", NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_json(output(&f, "t"), "\"text\"");
	assert_json(output(&f, "j"), "5");
	assert_int_equal(output(&f, "no")->kind, BL_UNKNOWN);
	done(&f);
}

static void cycles_and_bombs_end(void **state)
{
	char bomb[4096] = "var a0 = 'xxxxxxxxxxxxxxxx'\nvar l0 = [1, 2, 3, 4]\n";
	for (int i = 1; i < 40; i++) {
		char line[96];
		snprintf(line, sizeof line, "var a%d = '${a%d}${a%d}'\nvar l%d = [l%d, l%d]\n", i, i - 1, i - 1, i, i - 1, i - 1);
		strcat(bomb, line);
	}
	strcat(bomb, "var c = d\nvar d = c\noutput c string = c\noutput a string = a39\noutput l array = l39\n");
	const char *files[] = {"main.bicep", bomb, NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_int_equal(output(&f, "c")->kind, BL_UNKNOWN);
	assert_int_equal(output(&f, "a")->kind, BL_UNKNOWN);
	assert_true(f.arena.used < 256u << 20);
	done(&f);
}

static const char arm_template[] =
	"{\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\","
	"\"contentVersion\": \"1.0.0.0\","
	"\"parameters\": {\"n\": {\"type\": \"int\", \"defaultValue\": 2}, \"sku\": {\"type\": \"string\", \"allowedValues\": [\"a\", \"b\"]}},"
	"\"variables\": {\"copy\": [{\"name\": \"names\", \"count\": 2, \"input\": \"[concat('v', copyIndex('names', 1))]\"}]},"
	"\"functions\": [{\"namespace\": \"my\", \"members\": {\"twice\": {\"parameters\": [{\"name\": \"x\", \"type\": \"string\"}],"
	"  \"output\": {\"type\": \"string\", \"value\": \"[concat(parameters('x'), parameters('x'))]\"}}}}],"
	"\"resources\": ["
	" {\"type\": \"A.B/c\", \"apiVersion\": \"2020-01-01\", \"name\": \"[concat('r', copyIndex())]\", \"copy\": {\"name\": \"loop\", \"count\": \"[parameters('n')]\"},"
	"  \"properties\": {\"copy\": [{\"name\": \"disks\", \"count\": 2, \"input\": {\"lun\": \"[copyIndex('disks')]\"}}], \"s\": \"[my.twice('z')]\"}},"
	" {\"type\": \"A.B/p\", \"apiVersion\": \"2020-01-01\", \"name\": \"p\", \"condition\": \"[equals(parameters('sku'), 'c')]\","
	"  \"resources\": [{\"type\": \"k\", \"apiVersion\": \"2021-01-01\", \"name\": \"q\", \"properties\": {\"id\": \"[resourceId('A.B/p', 'p')]\"}}]},"
	" {\"type\": \"Microsoft.Resources/deployments\", \"apiVersion\": \"2021-04-01\", \"name\": \"nest\", \"properties\": {\"mode\": \"Incremental\","
	"  \"expressionEvaluationOptions\": {\"scope\": \"inner\"}, \"parameters\": {\"w\": {\"value\": \"[variables('names')[1]]\"}},"
	"  \"template\": {\"parameters\": {\"w\": {\"type\": \"string\"}}, \"resources\": [{\"type\": \"A.B/n\", \"apiVersion\": \"1\", \"name\": \"[parameters('w')]\"}]}}}"
	"]}";

static void arm_loops_children_functions_and_nested_templates_come_out(void **state)
{
	const char *files[] = {"azuredeploy.json", arm_template, NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_int_equal(f.documents[0].diags.n, 0);
	assert_int_equal(f.out.resources.n, 6);
	assert_json(written(&f, "r1", "properties"), "{\"s\":\"zz\",\"disks\":[{\"lun\":0},{\"lun\":1}]}");
	assert_int_equal(resource(&f, "p")->condition, BL_NO);
	assert_str(resource(&f, "p/q")->type, "A.B/p/k");
	assert_int_equal(resource(&f, "p/q")->condition, BL_NO);
	assert_str(written(&f, "p/q", "properties.id")->unknown->refs[0].address, "p");
	assert_true(resource(&f, "nest")->is_module);
	assert_json(resource(&f, "nest.v2")->name, "\"v2\"");
	done(&f);
}

static void files_are_loaded_decoded_and_followed(void **state)
{
	const char *files[] = {"main.bicep",
		"output text string = loadTextContent('a.txt')\noutput latin string = loadTextContent('latin.txt', 'iso-8859-1')\n"
		"output one int = loadJsonContent('a.json', '$.list[1].x')\noutput key string = loadJsonContent('a.json', '$[\\'a.b\\']')\n"
		"output all array = loadYamlContent('a.yaml', 'list')\noutput none object = loadJsonContent('a.json', '$.nothing')\n"
		"output raw string = loadFileAsBase64('a.txt')\n",
		"a.txt", "\xef\xbb\xbftext", "latin.txt", "\xe9", "a.json", "{\"list\": [1, {\"x\": 2}], \"a.b\": \"c\"}", "a.yaml",
		"list:\n  - 1\n  - b\n", NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_json(output(&f, "text"), "\"text\"");
	assert_json(output(&f, "latin"), "\"\xc3\xa9\"");
	assert_json(output(&f, "one"), "2");
	assert_json(output(&f, "key"), "\"c\"");
	assert_json(output(&f, "all"), "[1,\"b\"]");
	assert_int_equal(output(&f, "none")->kind, BL_UNKNOWN);
	assert_json(output(&f, "raw"), "\"77u/dGV4dA==\"");
	done(&f);
}

static void parameters_are_as_unknown_as_their_types_leave_them(void **state)
{
	const char *files[] = {"main.bicep",
		"@minValue(1)\n@maxValue(3)\nparam n int\ntype t = { tier: 'a' | 'b', name: string, secret: k }\n@secure()\ntype k = string\n"
		"param p t\nparam o string?\noutput n bool = n < 4\noutput tier string = p.tier\noutput name string = p.name\n"
		"output secret string = p.secret\noutput o string = o ?? 'none'\noutput some bool = p.tier == 'c'\n",
		NULL};
	fixture f;
	evaluate(&f, files, false);
	assert_int_equal(output(&f, "tier")->unknown->ncandidates, 2);
	assert_int_equal(output(&f, "name")->unknown->type, BL_STRING);
	assert_true(output(&f, "secret")->sensitive);
	assert_json(output(&f, "o"), "\"none\"");
	assert_json(output(&f, "some"), "false");
	done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_that_uses_itself_is_an_error_and_so_is_a_missing_file),
		cmocka_unit_test(a_parameter_without_value_keeps_what_it_may_be),
		cmocka_unit_test(a_value_says_which_way_it_came),
		cmocka_unit_test(arm_loops_children_functions_and_nested_templates_come_out),
		cmocka_unit_test(cycles_and_bombs_end),
		cmocka_unit_test(files_are_loaded_decoded_and_followed),
		cmocka_unit_test(files_are_loaded_from_beside_the_template),
		cmocka_unit_test(functions_give_what_the_service_gives),
		cmocka_unit_test(imports_bring_functions_variables_and_types),
		cmocka_unit_test(lambdas_see_their_parameters_and_what_is_around_them),
		cmocka_unit_test(loops_have_an_instance_for_each_element),
		cmocka_unit_test(modules_get_parameters_and_give_outputs),
		cmocka_unit_test(operators_follow_their_precedence),
		cmocka_unit_test(parameter_files_set_parameters),
		cmocka_unit_test(parameters_are_as_unknown_as_their_types_leave_them),
		cmocka_unit_test(resources_refer_to_each_other),
		cmocka_unit_test(secrets_spread_through_every_function),
		cmocka_unit_test(strings_are_joined_as_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

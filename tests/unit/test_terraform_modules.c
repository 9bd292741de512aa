#include "eval/terraform_check.h"
#include "tests/unit/terraform_world.h"

static void version_constraints_are_told_from_other_texts(void **state)
{
	static const char *const good[] = {"1.2.3", "= 1", ">= 1.0, < 2.0.0", "~> 3.1", "!=1.5.1", "v1.0", "1.0.0-rc1", "> 1.2.3-beta.1+build"};
	static const char *const bad[] = {"", "latest", "1.x", ">= ", "~> 1.0,", "1..2", "=> 1.0", "1.0 2.0"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (!bl_tf_version_valid(bl_str_of(good[i])))
			fail_msg("'%s' is refused", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (bl_tf_version_valid(bl_str_of(bad[i])))
			fail_msg("'%s' is accepted", bad[i]);
}

static void versions_meet_constraints(void **state)
{
	assert_true(bl_tf_version_meets(BL_STR(">= 1.11"), "1.11.0"));
	assert_false(bl_tf_version_meets(BL_STR("> 1.11"), "1.11.0"));
	assert_true(bl_tf_version_meets(BL_STR("~> 1.2.3"), "1.2.9"));
	assert_false(bl_tf_version_meets(BL_STR("~> 1.2.3"), "1.3.0"));
	assert_true(bl_tf_version_meets(BL_STR("~> 1.2"), "1.9.0"));
	assert_false(bl_tf_version_meets(BL_STR(">= 1.0, != 1.5.0"), "1.5.0"));
	assert_false(bl_tf_version_meets(BL_STR(">= 1.0.0"), "1.0.0-rc1"));
	assert_true(bl_tf_version_possible(BL_STR(">= 1.12")));
	assert_true(bl_tf_version_possible(BL_STR("~> 1.3.0, != 1.3.0")));
	assert_true(bl_tf_version_possible(BL_STR("< 1.2, > 1.1.5")));
	assert_false(bl_tf_version_possible(BL_STR("999.9")));
	assert_false(bl_tf_version_possible(BL_STR("> 1.5, < 1.5")));
}

static size_t errors_of(const world *w)
{
	size_t n = 0;
	for (size_t i = 0; i < w->out.diags.n; i++)
		n += w->out.diags.items[i].level == BL_DIAG_ERROR;
	return n;
}

static void what_the_language_refuses_is_refused(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{"resource \"t\" \"a\" {\n  lifecycle {\n    prevent_destory = true\n  }\n}\n", "'prevent_destory' is no argument of a 'lifecycle' block"},
		{"output \"o\" {}\n", "needs 'value'"},
		{"output \"o\" {\n  value = 1\n  colour = 2\n}\n", "'colour' is no argument"},
		{"variable \"v\" {\n  type = strnig\n}\n", "this is no type"},
		{"variable \"v\" {\n  type = list(object({ a = optional(string) }), number)\n}\n", "takes the type of its elements"},
		{"variable \"v\" {\n  type = optional(string)\n}\n", "attribute of an object only"},
		{"variable \"count\" {}\n", "'count' is reserved"},
		{"variable \"v\" {\n  default = local.x\n}\nlocals {\n  x = 1\n}\n", "a default names nothing"},
		{"variable \"v\" {\n  type = number\n  default = \"x\"\n}\n", "does not fit its type"},
		{"module \"m\" {}\n", "needs 'source'"},
		{"resource \"t\" {}\n", "has 2 labels, not 1"},
		{"resource \"t\" \"a\" {}\nresource \"t\" \"a\" {}\n", "'resource t.a' is declared twice"},
		{"provider \"a\" {}\nprovider \"a\" {}\n", "declared twice"},
		{"terraform {\n  required_version = \"one\"\n}\n", "no version constraint"},
		{"terraform {\n  backend \"s3\" {}\n  cloud {}\n}\n", "a module has one"},
		{"resource \"t\" \"a\" {\n  depends_on = t.b\n}\n", "must be a list of references"},
		{"moved {\n  from = module.a\n  to = t.b\n}\n", "a module to a module"},
		{"check \"c\" {}\n", "needs a 'assert' block"},
		{"removed {\n  from = t.a\n}\nresource \"t\" \"a\" {}\n", "removed and still declared"},
		{"import {\n  to = t.a\n}\nresource \"t\" \"a\" {}\n", "needs the 'id'"},
		{"wrong {}\n", "no block of the configuration language"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		world w = evaluate_text(cases[i].text);
		if (!says(&w, BL_DIAG_ERROR, cases[i].words))
			fail_msg("nothing says \"%s\" of:\n%s", cases[i].words, cases[i].text);
		done(&w);
	}
}

static void what_the_language_accepts_is_accepted(void **state)
{
	static const char *const cases[] = {
		"resource \"t\" \"a\" {\n  provider = aws.west\n  any = 1\n  anything {\n    count = 2\n  }\n  lifecycle {\n    ignore_changes = [tags[\"a\"]]\n  }\n}\n",
		"variable \"v\" {\n  type = object({ a = optional(list(string), []), b = map(any) })\n  default = null\n}\n",
		"provider \"a\" {}\nprovider \"a\" {\n  alias = \"b\"\n}\n",
		"terraform {\n  required_providers {\n    aws = \"~> 5.0\"\n    x = {\n      source = \"example.com/o/x\"\n      configuration_aliases = [x.y]\n    }\n  }\n}\n",
		"moved {\n  from = t.a\n  to = t.b[\"k\"]\n}\nremoved {\n  from = module.gone\n  lifecycle {\n    destroy = false\n  }\n}\n",
		"ephemeral \"t\" \"e\" {}\nimport {\n  for_each = [1]\n  to = t.a[each.key]\n  id = each.value\n}\n",
		"check \"c\" {\n  data \"d\" \"x\" {}\n  assert {\n    condition = data.d.x.ok\n    error_message = \"no\"\n  }\n}\n",
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		world w = evaluate_text(cases[i]);
		if (errors_of(&w))
			fail_msg("refused (%.*s):\n%s", BL_ARG(w.out.diags.items[0].message), cases[i]);
		done(&w);
	}
}

static void override_files_need_something_to_override(void **state)
{
	const file files[] = {
		{"main.tf", "variable \"a\" {\n  type = string\n  default = \"x\"\n}\n"},
		{"x_override.tf", "variable \"a\" {\n  type = number\n}\nvariable \"b\" {}\nlocals {\n  c = 1\n}\n"},
	};
	world w = {0};
	evaluate(&w, files, 2);
	assert_true(says(&w, BL_DIAG_ERROR, "the default of 'a' does not fit its type"));
	assert_true(says(&w, BL_DIAG_ERROR, "there is no 'variable b' to override"));
	assert_true(says(&w, BL_DIAG_ERROR, "there is no local value 'c' to override"));
	done(&w);
}

static void providers_passed_must_be_what_the_module_wants(void **state)
{
	const file files[] = {
		{"main.tf", "terraform {\n  required_providers {\n    foo = {\n      source = \"a/foo\"\n    }\n  }\n}\n"
			    "module \"m\" {\n  source = \"./m\"\n  providers = {\n    foo = foo\n  }\n}\nmodule \"n\" {\n  source = \"./m\"\n}\n"},
		{"m/main.tf", "terraform {\n  required_providers {\n    foo = {\n      source = \"b/foo\"\n      configuration_aliases = [foo.x]\n    }\n  }\n}\n"},
	};
	world w = {0};
	evaluate(&w, files, 2);
	assert_true(says(&w, BL_DIAG_ERROR, "'foo' is the provider a/foo, and module.m wants b/foo"));
	assert_true(says(&w, BL_DIAG_ERROR, "module.m must be passed the provider 'foo.x'"));
	assert_true(says(&w, BL_DIAG_ERROR, "module.n must be passed the provider 'foo.x'"));
	done(&w);
}

static void conditions_that_do_not_hold_are_told(void **state)
{
	world w = evaluate_text("variable \"v\" {\n  default = 1\n  validation {\n    condition = var.v > 2\n    error_message = \"too small: ${var.v}\"\n  }\n}\n"
				"data \"d\" \"x\" {}\n"
				"resource \"t\" \"a\" {\n  count = 2\n  x = count.index\n  lifecycle {\n    postcondition {\n      condition = self.x == 0\n"
				"      error_message = \"x\"\n    }\n    precondition {\n      condition = data.d.x.y == 1\n      error_message = \"x\"\n    }\n  }\n}\n"
				"check \"c\" {\n  assert {\n    condition = t.a[0].x == 5\n    error_message = \"five\"\n  }\n}\n");
	assert_true(says(&w, BL_DIAG_ERROR, "the value of var.v is not valid: too small: 1"));
	assert_true(says(&w, BL_DIAG_ERROR, "the postcondition of t.a[1] does not hold: x"));
	assert_true(says(&w, BL_DIAG_NOTE, "the check c fails: five"));
	assert_int_equal(errors_of(&w), 2);
	done(&w);
}

static void a_module_that_lacks_values_may_break_its_conditions(void **state)
{
	world w = evaluate_text("variable \"must\" {}\nvariable \"v\" {\n  default = 1\n  validation {\n    condition = var.v > 2\n    error_message = \"too small\"\n  }\n}\n");
	assert_true(says(&w, BL_DIAG_NOTE, "the value of var.v is not valid"));
	assert_int_equal(errors_of(&w), 0);
	done(&w);
}

static void cycles_are_told_with_their_way(void **state)
{
	const file files[] = {
		{"main.tf", "module \"m\" {\n  source = \"./m\"\n  in = local.a\n}\nlocals {\n  a = module.m.out\n}\nresource \"t\" \"x\" {\n  y = t.z.y\n}\nresource \"t\" \"z\" {\n  y = t.x.y\n}\n"},
		{"m/main.tf", "variable \"in\" {}\noutput \"out\" {\n  value = var.in\n}\n"},
	};
	world w = {0};
	evaluate(&w, files, 2);
	assert_true(says(&w, BL_DIAG_ERROR, "local.a -> output.out -> var.in -> local.a"));
	assert_true(says(&w, BL_DIAG_ERROR, "t.x -> t.z -> t.x"));
	done(&w);
}

static void installed_modules_are_found_by_their_list(void **state)
{
	const file files[] = {
		{"main.tf", "module \"a\" {\n  source = \"org/a/aws\"\n}\nmodule \"b\" {\n  source = \"git::https://example.com/o/b.git//sub?ref=v1\"\n}\n"
			    "module \"c\" {\n  source = \"org/c/aws\"\n  version = \"1.2.0\"\n}\noutput \"p\" {\n  value = module.a.p\n}\n"},
		{".terraform/modules/modules.json", "{\"Modules\":[{\"Key\":\"a\",\"Dir\":\".terraform/modules/a\"},{\"Key\":\"a.in\",\"Dir\":\".terraform/modules/a.in\"}]}"},
		{".terraform/modules/a/main.tf", "module \"in\" {\n  source = \"org/in/aws\"\n}\noutput \"p\" {\n  value = path.module\n}\n"},
		{".terraform/modules/a.in/main.tf", "resource \"t\" \"deep\" {}\n"},
		{"mods/example.com/o/b/sub/main.tf", "resource \"t\" \"b\" {}\n"},
		{"mods/org/c/aws/1.2.0/main.tf", "resource \"t\" \"c\" {}\n"},
	};
	world w = {.options = {.module_dir = BL_STR("mods")}};
	evaluate(&w, files, 6);
	assert_non_null(find(&w, "module.a.module.in.t.deep"));
	assert_non_null(find(&w, "module.b.t.b"));
	assert_non_null(find(&w, "module.c.t.c"));
	assert_output(&w, "p", "\".terraform/modules/a\"");
	assert_int_equal(w.out.not_analysed, 0);
	done(&w);
}

static void of_options_that_set_a_variable_the_last_counts(void **state)
{
	const file files[] = {{"main.tf", "variable \"a\" {}\noutput \"a\" {\n  value = var.a\n}\n"}, {"x.tfvars", "a = \"file\"\n"}};
	static const struct {
		bl_var vars[2];
		size_t nvars, ncommand_files;
		const char *want;
	} cases[] = {
		{{{BL_STR("a"), BL_STR("option"), 1, false}}, 1, 1, "\"option\""},
		{{{BL_STR("a"), BL_STR("option"), 0, false}}, 1, 1, "\"file\""},
		{{{BL_STR("a"), BL_STR("option"), 0, false}}, 1, 0, "\"option\""},
		{{{BL_STR("a"), BL_STR("environment"), 0, true}}, 1, 0, "\"file\""},
		{{{BL_STR("a"), BL_STR("option"), 1, false}, {BL_STR("a"), BL_STR("environment"), 0, true}}, 2, 1, "\"option\""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		world w = {.options = {.vars = cases[i].vars, .nvars = cases[i].nvars, .ncommand_files = cases[i].ncommand_files}};
		evaluate(&w, files, 2);
		assert_output(&w, "a", cases[i].want);
		done(&w);
	}
}

static void policy_documents_merge_by_their_sids(void **state)
{
	world w = evaluate_text("data \"aws_iam_policy_document\" \"s\" {\n  statement {\n    sid = \"A\"\n    actions = [\"a:*\"]\n  }\n  statement {\n    sid = \"B\"\n    actions = [\"b:*\"]\n  }\n}\n"
				"data \"aws_iam_policy_document\" \"d\" {\n  source_policy_documents = [data.aws_iam_policy_document.s.json]\n"
				"  override_policy_documents = [jsonencode({ Statement = { Sid = \"B\", Effect = \"Deny\" } })]\n"
				"  statement {\n    sid = \"A\"\n    actions = [\"a:Get\"]\n  }\n}\n"
				"output \"j\" {\n  value = [for s in jsondecode(data.aws_iam_policy_document.d.json).Statement : \"${s.Sid} ${s.Effect} ${try(s.Action, \"-\")}\"]\n}\n");
	assert_output(&w, "j", "[\"A Allow a:Get\",\"B Deny -\"]");
	done(&w);
}

static void a_plan_has_the_places_of_its_configuration(void **state)
{
	const file files[] = {
		{"main.tf", "variable \"v\" {\n  default = 1\n}\nresource \"t\" \"a\" {\n  x = var.v\n  rule {\n    p = 1\n  }\n  rule {\n    p = 2\n  }\n}\n"},
		{"plan.json", "{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"variables\":{\"v\":{\"value\":1}},"
			      "\"planned_values\":{\"root_module\":{\"resources\":[{\"address\":\"t.a\",\"mode\":\"managed\",\"type\":\"t\",\"name\":\"a\","
			      "\"values\":{\"x\":1,\"n\":null,\"made\":\"up\",\"none\":[],\"rule\":[{\"p\":2},{\"p\":1}],\"key\":\"secret\"}}]}},"
			      "\"resource_changes\":[{\"address\":\"t.a\",\"change\":{\"after_unknown\":{\"id\":true},\"after_sensitive\":{\"key\":true}}}]}"},
	};
	world w = {0};
	evaluate(&w, files, 2);
	assert_int_equal(w.out.resources.n, 1);
	const bl_value *x = native(&w, "t.a", "x"), *second = native(&w, "t.a", "rule.0.p");
	assert_str(bl_sources_slice(w.sources, x->span), "var.v");
	assert_str(x->via->what, "var.v");
	assert_str(bl_sources_slice(w.sources, second->span), "2");
	assert_int_equal(native(&w, "t.a", "id")->kind, BL_UNKNOWN);
	assert_true(native(&w, "t.a", "key")->sensitive);
	assert_int_equal(native(&w, "t.a", "made")->origin, BL_DEFAULTED);
	assert_null(bl_value_getz(find(&w, "t.a")->native, "n"));
	assert_null(bl_value_getz(find(&w, "t.a")->native, "none"));
	done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_that_lacks_values_may_break_its_conditions),
		cmocka_unit_test(a_plan_has_the_places_of_its_configuration),
		cmocka_unit_test(conditions_that_do_not_hold_are_told),
		cmocka_unit_test(cycles_are_told_with_their_way),
		cmocka_unit_test(installed_modules_are_found_by_their_list),
		cmocka_unit_test(of_options_that_set_a_variable_the_last_counts),
		cmocka_unit_test(override_files_need_something_to_override),
		cmocka_unit_test(policy_documents_merge_by_their_sids),
		cmocka_unit_test(providers_passed_must_be_what_the_module_wants),
		cmocka_unit_test(version_constraints_are_told_from_other_texts),
		cmocka_unit_test(versions_meet_constraints),
		cmocka_unit_test(what_the_language_accepts_is_accepted),
		cmocka_unit_test(what_the_language_refuses_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

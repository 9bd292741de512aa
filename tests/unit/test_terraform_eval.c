#include "tests/unit/terraform_world.h"

static void nested_blocks_are_lists_and_meta_arguments_are_left_out(void **state)
{
	world w = evaluate_text("resource \"t\" \"a\" {\n  count = 1\n  depends_on = []\n  x = 1\n  y = null\n"
				"  lifecycle { prevent_destroy = true }\n  rule {\n    z = 2\n  }\n  rule {\n    z = 3\n  }\n}\n");
	const bl_resource *r = find(&w, "t.a[0]");
	assert_non_null(r);
	assert_int_equal(r->native->n, 2);
	assert_int_equal(bl_value_getz(r->native, "rule")->n, 2);
	assert_str(native(&w, "t.a[0]", "rule.1.z")->digits, "3");
	assert_str(r->native_type, "t");
	assert_str(r->typed_address, "t.a");
	done(&w);
}

static void a_reference_has_the_written_value_and_says_where_it_came_through(void **state)
{
	world w = evaluate_text("resource \"g\" \"rg\" {\n  name = \"main\"\n}\nresource \"t\" \"a\" {\n  group = g.rg.name\n}\n");
	const bl_value *v = native(&w, "t.a", "group");
	assert_str(bl_value_text(v), "main");
	assert_non_null(v->via);
	assert_str(v->via->what, "g.rg.name");
	bl_place place;
	bl_sources_place(w.sources, v->via->span, &place);
	assert_int_equal(place.start_line, 2);
	bl_sources_place(w.sources, v->span, &place);
	assert_int_equal(place.start_line, 5);
	done(&w);
}

static void what_nobody_wrote_waits_for_its_resource(void **state)
{
	world w = evaluate_text("resource \"g\" \"rg\" {\n  identity {\n    type = \"x\"\n  }\n}\n"
				"resource \"t\" \"a\" {\n  id = g.rg.id\n  p = g.rg.identity[0].principal_id\n"
				"  s = \"x-${g.rg.id}-y\"\n}\n");
	const bl_value *v = native(&w, "t.a", "id");
	assert_int_equal(v->kind, BL_UNKNOWN);
	assert_str(v->unknown->refs[0].address, "g.rg");
	assert_str(v->unknown->refs[0].path, "id");
	v = native(&w, "t.a", "p");
	assert_str(v->unknown->refs[0].path, "identity.0.principal_id");
	v = native(&w, "t.a", "s");
	assert_str(v->unknown->prefix, "x-");
	assert_str(v->unknown->suffix, "-y");
	assert_int_equal(v->unknown->type, BL_STRING);
	assert_int_equal(v->unknown->nrefs, 1);
	done(&w);
}

static void instances_have_their_keys(void **state)
{
	world w = evaluate_text("resource \"t\" \"c\" {\n  count = 2\n  n = \"n${count.index}\"\n}\n"
				"resource \"t\" \"e\" {\n  for_each = { b = 1, a = 2 }\n  n = \"${each.key}${each.value}\"\n}\n"
				"resource \"t\" \"s\" {\n  for_each = toset([\"q\\\"\"])\n  n = each.value\n}\n"
				"output \"o\" { value = [t.c[1].n, t.e[\"a\"].n, t.c[*].n, [for k, v in t.e : v.n]] }\n");
	assert_str(bl_value_text(native(&w, "t.c[1]", "n")), "n1");
	assert_str(bl_value_text(native(&w, "t.e[\"a\"]", "n")), "a2");
	assert_non_null(find(&w, "t.s[\"q\\\"\"]"));
	assert_output(&w, "o", "[\"n1\",\"a2\",[\"n0\",\"n1\"],[\"a2\",\"b1\"]]");
	done(&w);
}

static void unknown_keys_give_one_instance(void **state)
{
	world w = evaluate_text("variable \"v\" {}\nvariable \"on\" { type = bool }\n"
				"resource \"t\" \"e\" {\n  for_each = var.v\n  n = each.value.name\n  x = 1\n}\n"
				"resource \"t\" \"c\" {\n  count = var.on ? 1 : 0\n}\n"
				"output \"o\" { value = t.c[0].id }\n");
	const bl_resource *r = find(&w, "t.e[*]");
	assert_non_null(r);
	assert_int_equal(r->condition, BL_MAYBE);
	assert_int_equal(native(&w, "t.e[*]", "n")->kind, BL_UNKNOWN);
	assert_str(native(&w, "t.e[*]", "x")->digits, "1");
	/* none or one: its address is known all the same */
	assert_int_equal(find(&w, "t.c[0]")->condition, BL_MAYBE);
	assert_str(output(&w, "o")->unknown->refs[0].address, "t.c[0]");
	done(&w);
}

static void dynamic_blocks_are_blocks(void **state)
{
	world w = evaluate_text("variable \"v\" {}\nresource \"t\" \"a\" {\n"
				"  dynamic \"known\" {\n    for_each = [\"x\", \"y\"]\n    content {\n      n = known.value\n      i = known.key\n    }\n  }\n"
				"  dynamic \"open\" {\n    for_each = var.v\n    iterator = it\n    content {\n      n = it.value\n      c = 1\n    }\n  }\n}\n");
	assert_str(bl_value_text(native(&w, "t.a", "known.1.n")), "y");
	assert_str(native(&w, "t.a", "known.1.i")->digits, "1");
	const bl_value *open = native(&w, "t.a", "open");
	assert_true(open->open);
	assert_int_equal(open->n, 1);
	assert_int_equal(native(&w, "t.a", "open.0.n")->kind, BL_UNKNOWN);
	assert_str(native(&w, "t.a", "open.0.c")->digits, "1");
	done(&w);
}

static void local_modules_are_evaluated_with_their_arguments(void **state)
{
	static const file files[] = {
		{"main.tf", "module \"m\" {\n  source   = \"./mods/a\"\n  for_each = toset([\"k\"])\n  name     = \"n-${each.key}\"\n}\n"
			    "output \"o\" { value = module.m[\"k\"].out }\nresource \"t\" \"r\" { id = module.m[\"k\"].id }\n"},
		{"mods/a/main.tf", "variable \"name\" { type = string }\nvariable \"d\" { default = 7 }\n"
				   "resource \"t\" \"x\" {\n  n = var.name\n  d = var.d\n  f = file(\"${path.module}/f.txt\")\n}\n"
				   "output \"out\" { value = upper(t.x.n) }\noutput \"id\" { value = t.x.id }\n"},
		{"mods/a/f.txt", "hello"},
	};
	world w = {0};
	evaluate(&w, files, 3);
	assert_output(&w, "o", "\"N-K\"");
	const bl_resource *r = find(&w, "module.m[\"k\"].t.x");
	assert_non_null(r);
	assert_str(r->module, "module.m[\"k\"]");
	assert_str(r->via->what, "module.m");
	const bl_value *n = bl_value_getz(r->native, "n");
	assert_str(n->via->what, "var.name");
	assert_str(bl_value_text(bl_value_getz(r->native, "f")), "hello");
	assert_str(native(&w, "t.r", "id")->unknown->refs[0].address, "module.m[\"k\"].t.x");
	done(&w);
}

static void modules_that_are_not_installed_are_entries_and_known_gaps(void **state)
{
	world w = evaluate_text("module \"m\" {\n  source = \"org/x/azurerm\"\n  name = \"n\"\n}\noutput \"o\" { value = module.m.id }\n");
	const bl_resource *r = find(&w, "module.m");
	assert_non_null(r);
	assert_true(r->is_module);
	assert_int_equal(w.out.not_analysed, 1);
	assert_true(says(&w, BL_DIAG_WARNING, "not installed"));
	assert_str(output(&w, "o")->unknown->refs[0].address, "module.m");
	done(&w);
}

static void a_module_that_calls_itself_is_an_error(void **state)
{
	world w = evaluate_text("module \"m\" {\n  source = \"./\"\n}\n");
	assert_true(says(&w, BL_DIAG_ERROR, "calls itself"));
	done(&w);
}

static void cycles_of_locals_are_found(void **state)
{
	world w = evaluate_text("locals {\n  a = local.b\n  b = local.a\n  c = 1\n}\noutput \"a\" { value = local.a }\noutput \"c\" { value = local.c }\n");
	assert_true(says(&w, BL_DIAG_ERROR, "local.a -> local.b -> local.a"));
	assert_output(&w, "c", "1");
	done(&w);
}

static void resources_that_need_each_other_end(void **state)
{
	world w = evaluate_text("resource \"t\" \"a\" { x = t.b.y }\nresource \"t\" \"b\" { y = t.a.x }\n");
	assert_int_equal(w.out.resources.n, 2);
	done(&w);
}

static void variables_take_files_over_defaults_and_become_their_type(void **state)
{
	static const file files[] = {
		{"main.tf", "variable \"a\" { default = 1 }\nvariable \"n\" { type = number }\n"
			    "variable \"o\" { type = object({ x = string, y = optional(number, 5), z = optional(bool) }) }\n"
			    "variable \"s\" { type = set(string) }\nvariable \"none\" { type = list(string) }\n"
			    "output \"all\" { value = [var.a, var.n, var.o, var.s] }\noutput \"none\" { value = var.none }\n"},
		{"terraform.tfvars", "a = 2\nn = \"3\"\no = { x = true }\ns = [\"b\", \"a\", \"b\"]\n"},
	};
	world w = {0};
	evaluate(&w, files, 2);
	assert_output(&w, "all", "[2,3,{\"x\":\"true\",\"y\":5,\"z\":null},[\"a\",\"b\"]]");
	assert_int_equal(output(&w, "none")->unknown->type, BL_LIST);
	assert_str(output(&w, "none")->unknown->why, "var.none has no value");
	done(&w);
}

static void an_undecided_condition_keeps_both_answers(void **state)
{
	world w = evaluate_text("variable \"prod\" {}\noutput \"o\" { value = var.prod ? \"GRS\" : \"LRS\" }\n"
				"output \"p\" { value = (var.prod ? { n = 1 } : { n = 2 }).n }\n"
				"output \"q\" { value = var.prod && false }\n");
	const bl_unknown *u = output(&w, "o")->unknown;
	assert_int_equal(u->ncandidates, 2);
	assert_str(bl_value_text(u->candidates[1]), "LRS");
	assert_int_equal(u->type, BL_STRING);
	assert_str(output(&w, "p")->unknown->candidates[1]->digits, "2");
	assert_output(&w, "q", "false");
	done(&w);
}

static void json_keeps_its_form_around_what_is_not_known(void **state)
{
	world w = evaluate_text("resource \"b\" \"b\" {}\nlocals {\n  j = jsonencode({ Effect = \"Allow\", Resource = b.b.arn })\n"
				"  h = <<-EOT\n    {\"Effect\": \"Deny\", \"Resource\": [\"${b.b.arn}/*\"]}\n  EOT\n}\n"
				"resource \"t\" \"a\" {\n  j = local.j\n  h = local.h\n}\n");
	const bl_value *j = native(&w, "t.a", "j")->unknown->decoded, *h = native(&w, "t.a", "h")->unknown->decoded;
	assert_non_null(j);
	assert_str(bl_value_text(bl_value_getz(j, "Effect")), "Allow");
	assert_int_equal(bl_value_getz(j, "Resource")->kind, BL_UNKNOWN);
	assert_non_null(h);
	assert_str(bl_value_text(bl_value_getz(h, "Effect")), "Deny");
	assert_str(bl_value_getz(h, "Resource")->list[0]->unknown->suffix, "/*");
	done(&w);
}

static void a_policy_document_is_its_json(void **state)
{
	world w = evaluate_text("data \"aws_iam_policy_document\" \"d\" {\n  statement {\n    actions = [\"s3:Get*\", \"s3:List*\"]\n"
				"    resources = [\"*\"]\n    principals {\n      type = \"AWS\"\n      identifiers = [\"*\"]\n    }\n"
				"    condition {\n      test = \"Bool\"\n      variable = \"aws:SecureTransport\"\n      values = [\"true\"]\n    }\n  }\n}\n"
				"output \"o\" { value = data.aws_iam_policy_document.d.json }\n");
	assert_str(bl_value_text(output(&w, "o")),
		"{\"Statement\":[{\"Action\":[\"s3:Get*\",\"s3:List*\"],\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"true\"}},"
		"\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Resource\":\"*\"}],\"Version\":\"2012-10-17\"}");
	assert_true(find(&w, "data.aws_iam_policy_document.d")->existing);
	done(&w);
}

static void sensitive_marks_spread(void **state)
{
	world w = evaluate_text("variable \"p\" {\n  sensitive = true\n  default = \"hunter2\"\n}\n"
				"output \"o\" { value = { a = upper(\"x${var.p}\"), b = 1, c = length([var.p]), d = length(var.p) } }\n");
	assert_output(&w, "o", "{\"a\":{\"$sensitive\":true},\"b\":1,\"c\":1,\"d\":{\"$sensitive\":true}}");
	done(&w);
}

static void try_takes_the_first_that_holds_and_leaves_no_diagnostic(void **state)
{
	world w = evaluate_text("locals {\n  o = { a = 1 }\n}\noutput \"o\" { value = [try(local.o.b, local.o.a), can(local.o.b), try(local.o[0], 9)] }\n");
	assert_output(&w, "o", "[1,false,9]");
	assert_int_equal(w.out.diags.n, 0);
	done(&w);
}

static void override_files_replace_arguments(void **state)
{
	static const file files[] = {
		{"main.tf", "resource \"t\" \"a\" {\n  x = 1\n  y = 2\n  b {\n    z = 1\n  }\n}\n"},
		{"override.tf", "resource \"t\" \"a\" {\n  x = 9\n  b {\n    z = 3\n  }\n}\n"},
	};
	world w = {0};
	evaluate(&w, files, 2);
	assert_int_equal(w.out.resources.n, 1);
	assert_str(native(&w, "t.a", "x")->digits, "9");
	assert_str(native(&w, "t.a", "y")->digits, "2");
	assert_str(native(&w, "t.a", "b.0.z")->digits, "3");
	done(&w);
}

static void templates_are_read_from_files(void **state)
{
	static const file files[] = {
		{"main.tf", "output \"o\" { value = templatefile(\"${path.module}/t.tpl\", { l = [\"a\", \"b\"], n = 1 }) }\n"},
		{"t.tpl", "n=${n}\n%{ for x in l ~}\n- ${x}\n%{ endfor ~}\nend\n"},
	};
	world w = {0};
	evaluate(&w, files, 2);
	assert_str(bl_value_text(output(&w, "o")), "n=1\n- a\n- b\nend\n");
	done(&w);
}

static void bombs_end_with_a_diagnostic(void **state)
{
	bl_buf text = {0};
	bl_buf_putz(&text, "locals {\n  x0 = \"0123456789abcdef\"\n");
	for (int i = 1; i < 60; i++)
		bl_buf_putf(&text, "  x%d = \"${local.x%d}${local.x%d}\"\n", i, i - 1, i - 1);
	bl_buf_putz(&text, "  r = range(1000)\n  b = [for a in local.r : [for b in local.r : [for c in local.r : a + b + c]]]\n}\n"
			   "output \"o\" { value = [length(local.x59), local.b] }\n");
	world w = evaluate_text(text.p);
	assert_true(says(&w, BL_DIAG_ERROR, "steps"));
	done(&w);
	bl_buf_done(&text);
}

static void shared_parts_do_not_multiply_without_end(void **state)
{
	bl_buf text = {0};
	bl_buf_putz(&text, "locals {\n  l0 = [1, 2]\n  m0 = [1, 2]\n");
	for (int i = 1; i < 80; i++)
		bl_buf_putf(&text, "  l%d = [local.l%d, local.l%d]\n  m%d = concat(local.m%d, local.m%d)\n", i, i - 1, i - 1, i, i - 1, i - 1);
	bl_buf_putz(&text, "}\noutput \"l\" { value = jsonencode(local.l79) }\noutput \"m\" { value = local.m79 }\n");
	world w = evaluate_text(text.p);
	assert_true(says(&w, BL_DIAG_ERROR, "holds more than"));
	assert_int_equal(output(&w, "l")->kind, BL_UNKNOWN);
	assert_true(output(&w, "m")->open);
	done(&w);
	bl_buf_done(&text);
}

static void instances_are_limited(void **state)
{
	world w = {.options = {.max_instances = 10}};
	file one = {"main.tf", "resource \"t\" \"a\" {\n  count = 1000000000\n}\n"};
	evaluate(&w, &one, 1);
	assert_int_equal(w.out.resources.n, 10);
	assert_true(says(&w, BL_DIAG_ERROR, "instances"));
	done(&w);
}

static void functions_take_what_is_open(void **state)
{
	world w = evaluate_text("variable \"v\" {}\noutput \"m\" { value = merge({ a = 1 }, var.v, { b = 2 }) }\n"
				"output \"c\" { value = concat([\"x\"], var.v) }\noutput \"k\" { value = contains(concat([\"x\"], var.v), \"x\") }\n");
	const bl_value *m = output(&w, "m");
	assert_true(m->open);
	assert_str(bl_value_getz(m, "b")->digits, "2");
	assert_int_equal(bl_value_getz(m, "a")->kind, BL_UNKNOWN);
	assert_true(output(&w, "c")->open);
	assert_output(&w, "k", "true");
	done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_that_calls_itself_is_an_error),
		cmocka_unit_test(a_policy_document_is_its_json),
		cmocka_unit_test(a_reference_has_the_written_value_and_says_where_it_came_through),
		cmocka_unit_test(an_undecided_condition_keeps_both_answers),
		cmocka_unit_test(bombs_end_with_a_diagnostic),
		cmocka_unit_test(cycles_of_locals_are_found),
		cmocka_unit_test(dynamic_blocks_are_blocks),
		cmocka_unit_test(functions_take_what_is_open),
		cmocka_unit_test(instances_are_limited),
		cmocka_unit_test(instances_have_their_keys),
		cmocka_unit_test(json_keeps_its_form_around_what_is_not_known),
		cmocka_unit_test(local_modules_are_evaluated_with_their_arguments),
		cmocka_unit_test(modules_that_are_not_installed_are_entries_and_known_gaps),
		cmocka_unit_test(nested_blocks_are_lists_and_meta_arguments_are_left_out),
		cmocka_unit_test(override_files_replace_arguments),
		cmocka_unit_test(resources_that_need_each_other_end),
		cmocka_unit_test(sensitive_marks_spread),
		cmocka_unit_test(shared_parts_do_not_multiply_without_end),
		cmocka_unit_test(templates_are_read_from_files),
		cmocka_unit_test(try_takes_the_first_that_holds_and_leaves_no_diagnostic),
		cmocka_unit_test(unknown_keys_give_one_instance),
		cmocka_unit_test(variables_take_files_over_defaults_and_become_their_type),
		cmocka_unit_test(what_nobody_wrote_waits_for_its_resource),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Maps of which not all keys are known, lists of which some elements may be missing, and the instances they give. */
#include "tests/unit/terraform_world.h"

#define SUBSCRIPTION "data \"azurerm_client_config\" \"c\" {}\nlocals {\n  sub = \"/subscriptions/${data.azurerm_client_config.c.subscription_id}\"\n}\n"

static size_t count(const world *w, const char *label)
{
	size_t n = 0;
	for (size_t i = 0; i < w->out.resources.n; i++)
		n += bl_str_eqz(w->out.resources.items[i]->label, label);
	return n;
}

static void each_key_that_is_known_in_part_is_an_instance(void **state)
{
	world w = evaluate_text(SUBSCRIPTION "locals {\n  groups = [{ name = \"rg-b\", on = true }, { name = \"rg-a\", on = true }, { name = \"rg-c\", on = false }]\n"
				"  map = { for g in local.groups : \"${local.sub}/resourceGroups/${g.name}\" => g if g.on }\n}\n"
				"resource \"t\" \"a\" {\n  for_each = local.map\n  n = each.value.name\n  k = each.key\n}\n"
				"output \"n\" { value = [length(local.map), length(t.a)] }\n");
	assert_int_equal(count(&w, "a"), 2);
	const char *address = "t.a[\"/subscriptions/*/resourceGroups/rg-b\"]";
	assert_str(bl_value_text(native(&w, address, "n")), "rg-b");
	assert_int_equal(find(&w, address)->condition, BL_YES);
	const bl_value *key = native(&w, address, "k");
	assert_str(key->unknown->prefix, "/subscriptions/");
	assert_str(key->unknown->suffix, "/resourceGroups/rg-b");
	assert_ptr_equal(find(&w, address)->part_keys->key->unknown, key->unknown);
	assert_int_equal(find(&w, address)->part_keys->at, 3);
	assert_output(&w, "n", "[2,2]");
	done(&w);
}

static void an_instance_may_be_there_or_not(void **state)
{
	world w = evaluate_text("variable \"on\" { type = bool }\nlocals {\n  m = { for k, v in { a = 1, b = 2, c = 3 } : k => v if k == \"a\" || (k == \"b\" && var.on) }\n}\n"
				"resource \"t\" \"m\" {\n  for_each = local.m\n  v = each.value\n}\n"
				"resource \"t\" \"s\" {\n  for_each = toset([for k in [\"x\", \"y\"] : k if var.on])\n}\n"
				"resource \"t\" \"u\" {\n  for_each = var.on ? { p = 1, q = 1 } : { p = 2 }\n  v = each.value\n}\n"
				"resource \"t\" \"e\" {\n  for_each = { for k, v in local.m : k => v.x if k == \"b\" }\n}\n"
				"output \"n\" { value = length(local.m) }\noutput \"c\" { value = contains(keys(local.m), \"c\") }\noutput \"a\" { value = local.m[\"a\"] }\n");
	assert_int_equal(find(&w, "t.m[\"a\"]")->condition, BL_YES);
	assert_int_equal(find(&w, "t.m[\"b\"]")->condition, BL_MAYBE);
	assert_str(native(&w, "t.m[\"b\"]", "v")->digits, "2");
	assert_int_equal(count(&w, "m"), 2);
	assert_int_equal(find(&w, "t.s[\"y\"]")->condition, BL_MAYBE);
	assert_int_equal(count(&w, "s"), 2);
	assert_int_equal(find(&w, "t.u[\"p\"]")->condition, BL_MAYBE);
	assert_int_equal(native(&w, "t.u[\"p\"]", "v")->kind, BL_UNKNOWN);
	assert_str(native(&w, "t.u[\"q\"]", "v")->digits, "1");
	/* what may not come to pass may be wrong */
	assert_int_equal(find(&w, "t.e[\"b\"]")->condition, BL_MAYBE);
	assert_int_equal(w.out.diags.n, 0);
	assert_int_equal(output(&w, "n")->kind, BL_UNKNOWN);
	assert_output(&w, "c", "false");
	assert_output(&w, "a", "1");
	done(&w);
}

static void instances_that_look_alike_are_numbered(void **state)
{
	world w = evaluate_text("resource \"b\" \"x\" {}\nresource \"b\" \"y\" {}\n"
				"resource \"t\" \"a\" {\n  for_each = { (b.x.id) = 1, (b.y.id) = 2, \"k-${b.x.id}\" = 3, \"*\" = 4 }\n  v = each.value\n}\n");
	assert_int_equal(count(&w, "a"), 4);
	assert_str(native(&w, "t.a[\"*\"]", "v")->digits, "1");
	assert_str(native(&w, "t.a[\"*#2\"]", "v")->digits, "2");
	assert_str(native(&w, "t.a[\"k-*\"]", "v")->digits, "3");
	done(&w);
}

static void a_lookup_finds_only_what_is_certainly_meant(void **state)
{
	world w = evaluate_text("variable \"k\" { type = string }\nvariable \"x\" { type = string }\n"
				"locals {\n  m = { \"${var.k}-a\" = 1, \"${var.k}-b\" = 2, c = 3 }\n  same = { for k, v in local.m : k => local.m[k] }\n}\n"
				"resource \"t\" \"r\" {\n  for_each = local.same\n  v = each.value\n  own = local.m[each.key]\n}\n"
				"output \"c\" { value = try(local.m[\"c\"], 0) }\noutput \"d\" { value = try(local.m[\"d\"], 0) }\noutput \"l\" { value = lookup(local.m, \"d\", 9) }\n"
				"output \"u\" { value = try(local.m[\"x-a\"], 0) }\noutput \"v\" { value = local.m[var.x] }\noutput \"o\" { value = lookup(local.m, var.x, 9) }\n");
	assert_str(native(&w, "t.r[\"*-a\"]", "own")->digits, "1");
	assert_str(native(&w, "t.r[\"*-b\"]", "v")->digits, "2");
	assert_output(&w, "c", "3");
	assert_output(&w, "d", "0");
	assert_output(&w, "l", "9");
	const char *unknown[] = {"u", "v", "o"};
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(output(&w, unknown[i])->kind, BL_UNKNOWN);
	done(&w);
}

static void what_is_merged_gives_way_where_keys_are_equal(void **state)
{
	world w = evaluate_text("variable \"k\" { type = string }\nvariable \"any\" { type = map(string) }\n"
				"locals {\n  key = \"${var.k}-a\"\n  m = merge({ (local.key) = 1, b = 1, c = 1 }, { (local.key) = 2, b = 2 }, null)\n"
				"  n = merge({ (var.k) = 1 }, { b = 2 })\n  o = merge({ (local.key) = 1 }, var.any)\n}\n"
				"resource \"t\" \"m\" {\n  for_each = local.m\n  v = each.value\n}\nresource \"t\" \"n\" {\n  for_each = local.n\n}\n"
				"resource \"t\" \"o\" {\n  for_each = local.o\n  v = each.value\n}\noutput \"n\" { value = [length(local.m), values(local.m)[*]] }\n");
	assert_int_equal(count(&w, "m"), 3);
	assert_str(native(&w, "t.m[\"*-a\"]", "v")->digits, "2");
	assert_str(native(&w, "t.m[\"b\"]", "v")->digits, "2");
	assert_str(output(&w, "n")->list[0]->digits, "3");
	/* var.k may be "b": then there is one */
	assert_int_equal(find(&w, "t.n[\"*\"]")->condition, BL_MAYBE);
	assert_int_equal(find(&w, "t.n[\"b\"]")->condition, BL_YES);
	assert_int_equal(find(&w, "t.o[\"*-a\"]")->condition, BL_YES);
	assert_int_equal(native(&w, "t.o[\"*-a\"]", "v")->kind, BL_UNKNOWN);
	assert_int_equal(find(&w, "t.o[*]")->condition, BL_MAYBE);
	done(&w);
}

static void lists_of_what_may_be_there_are_gone_through(void **state)
{
	world w = evaluate_text("variable \"on\" { type = bool }\nvariable \"x\" { type = string }\n"
				"locals {\n  l = flatten([[for n in [\"a\", \"b\"] : { n = n } if var.on], { n = \"c\" }])\n"
				"  m = { for o in concat(local.l, [{ n = \"d-${var.x}\" }]) : o.n => o }\n}\n"
				"resource \"t\" \"a\" {\n  for_each = local.m\n  n = each.value.n\n}\n"
				"resource \"t\" \"v\" {\n  for_each = toset(compact(values({ for k, v in local.m : k => v.n })))\n}\n"
				"resource \"t\" \"k\" {\n  for_each = toset(keys(local.m))\n}\n");
	assert_int_equal(count(&w, "a"), 4);
	assert_int_equal(find(&w, "t.a[\"a\"]")->condition, BL_MAYBE);
	assert_int_equal(find(&w, "t.a[\"c\"]")->condition, BL_YES);
	assert_int_equal(find(&w, "t.a[\"d-*\"]")->condition, BL_YES);
	assert_int_equal(count(&w, "v"), 4);
	assert_int_equal(find(&w, "t.v[\"d-*\"]")->condition, BL_YES);
	assert_int_equal(find(&w, "t.k[\"b\"]")->condition, BL_MAYBE);
	done(&w);
}

static void who_knows_nothing_of_entries_sees_what_is_certain(void **state)
{
	world w = evaluate_text("resource \"b\" \"x\" {}\nresource \"t\" \"a\" {\n  tags = merge({ Name = \"n\" }, { \"k/${b.x.id}\" = \"owned\" })\n"
				"  in = [{ tags = { Name = \"m\", (b.x.id) = 1 } }]\n  j = jsonencode({ Name = \"n\", (b.x.id) = 1 })\n}\n"
				"resource \"t\" \"d\" {\n  dynamic \"rule\" {\n    for_each = { one = 1, (b.x.id) = 2 }\n    content {\n      v = rule.value\n    }\n  }\n}\n");
	const bl_value *tags = native(&w, "t.a", "tags");
	assert_int_equal(tags->kind, BL_MAP);
	assert_true(tags->open);
	assert_str(bl_value_text(bl_value_getz(tags, "Name")), "n");
	tags = native(&w, "t.a", "in.0.tags");
	/* the key may be Name, too */
	assert_true(tags->kind == BL_MAP && tags->open && !tags->n);
	assert_int_equal(native(&w, "t.a", "j")->kind, BL_UNKNOWN);
	assert_true(native(&w, "t.d", "rule")->open);
	done(&w);
}

static void modules_have_keys_that_are_known_in_part(void **state)
{
	static const file files[] = {
		{"main.tf", "variable \"k\" { type = string }\nvariable \"on\" { type = bool }\nmodule \"m\" {\n  source = \"./m\"\n"
			    "  for_each = { for n in [\"a\", \"b\"] : \"${var.k}-${n}\" => n if n == \"a\" || var.on }\n  name = each.value\n}\n"
			    "output \"o\" { value = { for k, v in module.m : k => v.name } }\noutput \"n\" { value = [for k, v in module.m : v.name if v.name == \"a\"] }\n"},
		{"m/main.tf", "variable \"name\" {}\nresource \"t\" \"a\" {\n  for_each = { \"${var.name}/x\" = 1 }\n  n = var.name\n}\noutput \"name\" { value = var.name }\n"},
	};
	world w = {0};
	evaluate(&w, files, 2);
	const bl_resource *r = find(&w, "module.m[\"*-b\"].t.a[\"b/x\"]");
	assert_non_null(r);
	assert_int_equal(r->condition, BL_MAYBE);
	assert_int_equal(r->part_keys->at, 8);
	assert_null(r->part_keys->up);
	assert_int_equal(find(&w, "module.m[\"*-a\"].t.a[\"a/x\"]")->condition, BL_YES);
	assert_int_equal(output(&w, "n")->n, 1);
	done(&w);
}

static void an_unknown_value_equals_itself_and_nothing_that_it_cannot_be(void **state)
{
	world w = evaluate_text("variable \"x\" { type = string }\ndata \"azurerm_client_config\" \"c\" {}\n"
				"locals {\n  tenant = data.azurerm_client_config.c.tenant_id\n  m = { a = { p = local.tenant }, b = { p = \"es\" } }\n}\n"
				"output \"l\" { value = [for k, v in local.m : k if v.p == local.tenant] }\n"
				"output \"t\" { value = [var.x == var.x, \"a${var.x}\" == \"b${var.x}\", length(local.tenant), contains([\"es\"], local.tenant), coalesce(local.tenant, \"q\") == local.tenant] }\n"
				"output \"u\" { value = \"a${var.x}\" == \"${var.x}a\" }\n");
	assert_output(&w, "l", "[\"a\"]");
	assert_output(&w, "t", "[true,false,36,false,true]");
	assert_int_equal(output(&w, "u")->kind, BL_UNKNOWN);
	done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_that_is_known_in_part_is_an_instance),
		cmocka_unit_test(an_instance_may_be_there_or_not),
		cmocka_unit_test(instances_that_look_alike_are_numbered),
		cmocka_unit_test(a_lookup_finds_only_what_is_certainly_meant),
		cmocka_unit_test(what_is_merged_gives_way_where_keys_are_equal),
		cmocka_unit_test(lists_of_what_may_be_there_are_gone_through),
		cmocka_unit_test(who_knows_nothing_of_entries_sees_what_is_certain),
		cmocka_unit_test(modules_have_keys_that_are_known_in_part),
		cmocka_unit_test(an_unknown_value_equals_itself_and_nothing_that_it_cannot_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Text that is known in part: what providers make up, and what functions leave of it. Each claim is held against values that there really can be. */
#include "tests/unit/terraform_world.h"

#include <stdio.h>

typedef struct claim {
	const char *resource, *value; /* a declaration, and the expression */
	const char *may[3];           /* values that it can have, */
	const char *may_not[4];       /* and near misses */
} claim;

#define UUID "0a1b2c3d-0a1b-4c2d-8e3f-0a1b2c3d4e5f"
#define RANDOM_STRING(arguments) "resource \"random_string\" \"r\" {\n  length = 4\n" arguments "}\n"
#define PET(arguments) "resource \"random_pet\" \"r\" {\n" arguments "}\n"
#define ID(arguments) "resource \"random_id\" \"r\" {\n  byte_length = 4\n" arguments "}\n"

static const claim claims[] = {
	{PET(""), "random_pet.r.id", {"calm-otter", "a-ox"}, {"calm", "calm_otter", "Calm-otter", "x-"}},
	{PET("prefix = \"rg\"\n"), "random_pet.r.id", {"rg-calm-otter"}, {"calm-otter", "rgcalm-otter", "rg-calm", "rg-calm-ott3r"}},
	{PET("prefix = \"\"\n"), "random_pet.r.id", {"calm-otter"}, {"-x", "calm"}},
	{PET("length = 1\n"), "random_pet.r.id", {"otter"}, {"calm-otter", ""}},
	{PET("length = 3\nseparator = \"\"\n"), "random_pet.r.id", {"verycalmotter"}, {"very-calm-otter", "ab"}},
	{PET("prefix = var.x\n"), "random_pet.r.id", {"calm-otter", "x-calm-otter"}, {"calm", "x"}},
	{PET("length = var.n\n"), "random_pet.r.id", {"otter", "calm-otter"}, {""}},
	{PET(""), "\"rg-${random_pet.r.id}-x\"", {"rg-calm-otter-x"}, {"rg-calm-x", "rg-calm-otter", "rg-Calm-otter-x"}},
	{RANDOM_STRING(""), "random_string.r.result", {"aB3!", "____"}, {"aB3", "aB3!x", "aB3'", "aB~3"}},
	{RANDOM_STRING("special = false\n"), "random_string.r.result", {"aB3x", "9999"}, {"aB3!", "aB3"}},
	{RANDOM_STRING("special = false\nupper = false\n"), "random_string.r.id", {"ab3x"}, {"aB3x", "ab3"}},
	{RANDOM_STRING("special = false\nupper = false\nnumber = false\n"), "random_string.r.id", {"abcd"}, {"abc3"}},
	{RANDOM_STRING("special = false\nmin_special = 1\n"), "random_string.r.id", {"abc!"}, {"abc'"}},
	{RANDOM_STRING("override_special = \"~\"\n"), "random_string.r.id", {"abc~"}, {"abc!"}},
	{RANDOM_STRING("upper = var.b\nspecial = false\n"), "random_string.r.id", {"abcD"}, {"abc!"}},
	{RANDOM_STRING("override_special = var.x\n"), "random_string.r.id", {"abcd", "ab'!", "a\xc3\xa9" "bc"}, {"abc"}},
	{"resource \"random_password\" \"r\" {\n  length = var.n\n}\n", "random_password.r.result", {"x", "secret"}, {NULL}},
	{ID(""), "random_id.r.hex", {"00ff12ab"}, {"00ff12a", "00ff12abc", "00ff12aG", "00FF12AB"}},
	{ID("prefix = \"p-\"\n"), "random_id.r.hex", {"p-00ff12ab"}, {"00ff12ab", "p-00ff12a"}},
	{ID("prefix = \"p-\"\n"), "random_id.r.id", {"AbC_-9"}, {"p-AbC_-9", "AbC_-9x", "AbC_+9"}},
	{ID(""), "random_id.r.b64_url", {"AbC_-9"}, {"AbC_-9=="}},
	{ID(""), "random_id.r.b64_std", {"AbC/+9=="}, {"AbC/+9", "AbC/+9=", "AbC_+9=="}},
	{ID(""), "random_id.r.dec", {"4294967295", "0"}, {"", "42949672951", "-1"}},
	{"resource \"random_uuid\" \"r\" {}\n", "random_uuid.r.result", {UUID}, {"0a1b2c3d0a1b4c2d8e3f0a1b2c3d4e5f", "0a1b2c3-0a1b-4c2d-8e3f-0a1b2c3d4e5", UUID "0", "0A1b2c3d-0a1b-4c2d-8e3f-0a1b2c3d4e5f"}},
	{"resource \"random_integer\" \"r\" {\n  min = 100\n  max = 5000\n}\n", "\"n${random_integer.r.result}\"", {"n100", "n5000"}, {"n99", "n10000", "n1a0"}},
	{"resource \"time_static\" \"r\" {}\n", "time_static.r.rfc3339", {"2024-02-29T23:59:59Z"}, {"2024-02-29", "2024-02-29T23:59:59+01:00", "2024-02-29T23:59:59.5Z"}},
	{PET(""), "var.b ? \"rg-${random_pet.r.id}-x\" : \"rg-${random_pet.r.id}-yx\"", {"rg-calm-otter-x", "rg-calm-otter-yx"}, {"calm-otter-x", "rg-x", "rg-calm-otter"}},
	{PET(""), "var.b ? random_pet.r.id : \"${random_pet.r.id}\"", {"calm-otter"}, {"Calm-otter", "calm"}},
	{PET(""), "var.b ? \"\xc3\xa9${random_pet.r.id}-z\" : \"\xc3\xa8${random_pet.r.id}-z\"", {"\xc3\xa9" "calm-otter-z", "\xc3\xa8" "calm-otter-z"}, {"calm-otter", "-z"}},
	{PET(""), "var.b ? \"a${random_pet.r.id}\" : 1", {"acalm-otter", "1"}, {NULL}},
	{"resource \"null_resource\" \"r\" {}\n", "null_resource.r.id", {"5577006791947779410"}, {"", "55x"}},
	{"data \"azurerm_client_config\" \"c\" {}\n", "\"/subscriptions/${data.azurerm_client_config.c.subscription_id}/rg\"", {"/subscriptions/" UUID "/rg"},
		{"/subscriptions/x/rg", "/subscriptions/" UUID "/x/rg"}},
	{"data \"azurerm_subscription\" \"c\" {}\n", "data.azurerm_subscription.c.id", {"/subscriptions/" UUID}, {UUID, "/subscriptions/x"}},
	{"data \"aws_caller_identity\" \"c\" {}\n", "\"b-${data.aws_caller_identity.c.account_id}\"", {"b-012345678901"}, {"b-01234567890", "b-01234567890a"}},
	{"", "md5(var.x)", {"d41d8cd98f00b204e9800998ecf8427e"}, {"d41d8cd98f00b204e9800998ecf8427", "D41d8cd98f00b204e9800998ecf8427e"}},
	{"", "substr(sha1(var.x), 0, 6)", {"da39a3"}, {"da39a", "da39g3"}},
	{"", "uuid()", {UUID}, {"x"}},
	{"", "timestamp()", {"2024-02-29T23:59:59Z"}, {"2024"}},
	{"", "\"x${var.b ? \"a\" : \"b\"}\"", {"xa", "xb"}, {"a"}},
};

/* v is written where its words may stand for one of several texts. */
static bool may_be(const bl_value *v, const char *text)
{
	if (v->kind == BL_STRING)
		return bl_str_eqz(v->string, text);
	assert_int_equal(v->kind, BL_UNKNOWN);
	return bl_unknown_may_be(v->unknown, bl_str_of(text), false);
}

static world evaluate_claim(bl_str declared, const char *value)
{
	static char text[2000]; /* the world reads from it */
	snprintf(text, sizeof text, "variable \"x\" { type = string }\nvariable \"n\" { type = number }\nvariable \"b\" { type = bool }\n" BL_FMT "output \"o\" { value = %s }\n",
		BL_ARG(declared), value);
	return evaluate_text(text);
}

static void what_a_provider_makes_up_is_of_a_known_form(void **state)
{
	for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
		const claim *c = &claims[i];
		world w = evaluate_claim(bl_str_of(c->resource), c->value);
		const bl_value *v = output(&w, "o");
		assert_int_equal(v->kind, BL_UNKNOWN);
		for (size_t k = 0; k < 3 && c->may[k]; k++)
			if (!may_be(v, c->may[k]))
				fail_msg("%s%s cannot be '%s'", c->resource, c->value, c->may[k]);
		for (size_t k = 0; k < 4 && c->may_not[k]; k++)
			if (may_be(v, c->may_not[k]))
				fail_msg("%s%s may be '%s'", c->resource, c->value, c->may_not[k]);
		done(&w);
	}
}

static void a_reference_to_what_is_made_up_still_says_what_it_waits_for(void **state)
{
	world w = evaluate_text(ID("") "resource \"t\" \"a\" {\n  n = \"x-${random_id.r.hex}\"\n  m = random_id.r.hex\n  k = random_id.r.keepers\n}\n");
	assert_str(native(&w, "t.a", "n")->unknown->refs[0].address, "random_id.r");
	assert_str(native(&w, "t.a", "m")->unknown->refs[0].path, "hex");
	assert_true(native(&w, "t.a", "m")->unknown->attribute);
	assert_int_equal(native(&w, "t.a", "k")->unknown->type, -1);
	/* the resource itself says what was written, and no more */
	assert_int_equal(find(&w, "random_id.r")->native->n, 1);
	done(&w);
}

static void few_numbers_and_shuffled_lists_are_candidates(void **state)
{
	world w = evaluate_text("resource \"random_integer\" \"r\" {\n  min = 1\n  max = 3\n}\n"
				"resource \"random_shuffle\" \"s\" {\n  input = [\"a\", \"b\", \"c\"]\n  result_count = 2\n}\n"
				"resource \"random_shuffle\" \"all\" {\n  input = [\"a\", \"b\"]\n}\n"
				"output \"n\" { value = random_integer.r.result }\noutput \"t\" { value = \"v${random_integer.r.result}\" }\n"
				"output \"s\" { value = random_shuffle.s.result }\noutput \"l\" { value = length(random_shuffle.all.result) }\n"
				"output \"e\" { value = random_integer.r.result == 4 }\n");
	assert_int_equal(output(&w, "n")->unknown->type, BL_NUMBER);
	assert_int_equal(output(&w, "n")->unknown->ncandidates, 3);
	assert_str(bl_value_text(output(&w, "t")->unknown->candidates[2]), "v3");
	assert_int_equal(output(&w, "s")->n, 2);
	assert_int_equal(output(&w, "s")->list[1]->unknown->ncandidates, 3);
	assert_output(&w, "l", "2");
	assert_output(&w, "e", "false");
	done(&w);
}

/* All calls of a text as one output's list. */
static void put_calls(char *out, size_t size, const char *const *calls, const char *text)
{
	size_t n = (size_t)snprintf(out, size, "output \"o\" { value = [");
	for (; *calls && n < size; calls++) {
		n += (size_t)snprintf(out + n, size - n, *calls, text);
		n += n < size ? (size_t)snprintf(out + n, size - n, ", ") : 0;
	}
	assert_true(n + 4 < size);
	snprintf(out + n, size - n, "] }\n");
}

/*
 * What is said of functions of a text that is known in part holds for those functions of each text: with declared in the place of unknown, whose %s is one of values.
 */
static void assert_holds(const char *const *texts, const char *const *calls, const char *unknown, const char *declared, const char *const *values)
{
	for (; *texts; texts++) {
		char output_text[8000], whole[9000], one[400];
		put_calls(output_text, sizeof output_text, calls, *texts);
		snprintf(whole, sizeof whole, "%s%s", unknown, output_text);
		world w = evaluate_text(whole);
		const bl_value *claimed = output(&w, "o");
		for (const char *const *value = values; *value; value++) {
			snprintf(one, sizeof one, declared, *value);
			snprintf(whole, sizeof whole, "%s%s", one, output_text);
			world known = evaluate_text(whole);
			const bl_value *o = output(&known, "o");
			assert_int_equal(o->n, claimed->n);
			for (uint32_t i = 0; i < o->n; i++)
				/* what fails with this value says nothing */
				if (o->list[i]->kind == BL_STRING && !may_be(claimed->list[i], bl_str_z(&known.arena, o->list[i]->string)))
					fail_msg("%s of %s with '%s' is '" BL_FMT "', which it was not to be", calls[i], *texts, *value, BL_ARG(o->list[i]->string));
			done(&known);
		}
		done(&w);
	}
}

static void what_functions_leave_holds_for_every_value(void **state)
{
	static const char *const texts[] = {"\"st-${var.x}\"", "\"${var.x}-st\"", "\"A-${var.x}-B\"", "\"${var.x}\"", "\"a${var.x}b${var.x}c\"", "\"--${var.x}--\"", NULL};
	static const char *const calls[] = {"lower(%s)", "upper(%s)", "replace(%s, \"-\", \"\")", "replace(%s, \"-\", \"_\")", "replace(%s, \"a\", \"bcd\")", "replace(%s, \"st-\", \"x\")",
		"replace(%s, \"--\", \"-\")", "replace(%s, \"t-a\", \"\")", "substr(%s, 0, 3)", "substr(%s, 0, 2)", "substr(%s, 0, 24)", "substr(%s, 2, 4)", "substr(%s, -3, 3)", "substr(%s, 1, -1)",
		"trim(%s, \"-\")", "trim(%s, \"-ab\")", "trimprefix(%s, \"st-\")", "trimprefix(%s, \"st-ab\")", "trimprefix(%s, \"a\")", "trimsuffix(%s, \"-st\")", "trimsuffix(%s, \"bc\")",
		"trimsuffix(%s, \"--\")", "trimspace(%s)", "format(\"%%s-%%s\", %s, \"x\")", "join(\"-\", [\"a\", %s, \"b\"])", "\"<${%s}>\"", "basename(%s)", "tostring(startswith(%s, \"st\"))",
		"tostring(endswith(%s, \"t\"))", "tostring(strcontains(%s, \"t-\"))", "split(\"-\", %s)[0]", "coalesce(%s, \"z\")", "title(%s)", "substr(lower(%s), 0, 5)",
		"trim(replace(lower(%s), \"a\", \"-\"), \"-\")", NULL};
	static const char *const values[] = {"", "a", "-", "ab", "bst-", "st-a", "--", "a-b", "\xc3\x89", "e\xcc\x81", "ABC-abc-abc-abc-abc-abc-abc-abc", "/x/y", " ", NULL};
	assert_holds(texts, calls, "variable \"x\" { type = string }\n", "variable \"x\" { default = \"%s\" }\n", values);
}

/* The same, where the letters and the length of the gap are known. */
static void what_functions_leave_of_random_text_holds(void **state)
{
	static const char *const texts[] = {"\"st-${random_id.r.hex}\"", "\"${random_id.r.hex}-st\"", "\"st${random_id.r.hex}x${random_id.r.hex}-st\"", "random_id.r.hex", NULL};
	static const char *const calls[] = {"upper(%s)", "replace(%s, \"-\", \"\")", "replace(%s, \"a\", \"bcd\")", "replace(%s, \"f\", \"\")", "replace(%s, \"0f\", \"-\")", "substr(%s, 0, 5)",
		"substr(%s, 0, 9)", "substr(%s, 2, 4)", "substr(%s, 2, -1)", "substr(%s, 9, 9)", "substr(%s, -4, 2)", "substr(%s, -4, 0)", "substr(%s, 40, 2)", "substr(%s, -100, 5)", "trim(%s, \"st-\")",
		"trim(%s, \"x\")", "trim(%s, \"0f\")", "trimprefix(%s, \"st-\")", "trimprefix(%s, \"st-0\")", "trimprefix(%s, \"st-x\")", "trimsuffix(%s, \"f-st\")", "trimsuffix(%s, \"x\")",
		"tostring(strcontains(%s, \"g\"))", "tostring(strcontains(%s, \"0\"))", "tostring(startswith(%s, \"st-g\"))", "tostring(endswith(%s, \"f-st\"))", "split(\"-\", \"-${%s}\")[1]",
		"split(\"-\", %s)[0]", "substr(replace(%s, \"-\", \"\"), 0, 6)", "tostring(%s == \"st-00000000\")", NULL};
	static const char *const values[] = {"00000000", "0f0f0f0f", "f0f0f0f0", "abcdef12", "aaaaaaaf", NULL};
	assert_holds(texts, calls, ID(""), "resource \"random_id\" \"r\" {\n  hex = \"%s\"\n}\n", values);
}

static void functions_keep_what_is_certain(void **state)
{
	static const struct {
		const char *call, *known; /* of a random_id's hex; a pattern with '*' for gaps, or the text itself */
		size_t least, most;
	} rows[] = {
		{"lower(\"ST-${random_id.r.hex}\")", "st-*", 11, 11},
		{"upper(\"st-${random_id.r.hex}\")", "ST-*", 11, 11},
		{"replace(\"st-${random_id.r.hex}-x\", \"-\", \"\")", "st*x", 11, 11},
		{"replace(\"st-${var.x}-x\", \"-\", \"\")", "st*x", 3, 0},
		{"substr(\"st${random_id.r.hex}\", 0, 6)", "st*", 6, 6},
		{"substr(\"storage${var.x}\", 0, 4)", "stor", 4, 4},
		{"substr(random_id.r.hex, 2, -1)", "*", 6, 6},
		{"trimsuffix(\"${random_id.r.hex}-x\", \"-x\")", "*", 8, 8},
		{"trim(\"-${random_id.r.hex}-\", \"-\")", "*", 8, 8},
		{"split(\"-\", \"a-${random_id.r.hex}-b\")[1]", "*", 8, 8},
		{"split(\"-\", \"a-${random_id.r.hex}-b\")[2]", "b", 1, 1},
		{"basename(\"/x/${random_id.r.hex}/y.json\")", "y.json", 6, 6},
		{"format(\"%s-%s\", \"a\", random_id.r.hex)", "a-*", 10, 10},
		{"join(\"-\", [\"a\", random_id.r.hex])", "a-*", 10, 10},
		{"coalesce(\"a${var.x}\", \"b\")", "a*", 1, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		world w = evaluate_claim(BL_STR(ID("")), rows[i].call);
		const bl_value *v = output(&w, "o");
		char *text = bl_str_z(&w.arena, bl_value_pattern(&w.arena, v));
		for (char *p = text; *p; p++)
			*p = *p == BL_GAP ? '*' : *p;
		if (strcmp(text, rows[i].known) != 0)
			fail_msg("%s is '%s'", rows[i].call, text);
		if (v->kind == BL_UNKNOWN) {
			assert_int_equal(v->unknown->least, rows[i].least);
			assert_int_equal(v->unknown->most, rows[i].most);
		}
		done(&w);
	}
}

static void functions_of_one_of_several_values_are_one_of_several(void **state)
{
	world w = evaluate_claim(BL_STR(""), "[upper(var.b ? \"a\" : \"b\"), \"${var.b ? \"a\" : \"b\"}-${var.b ? 1 : 2}\", length(var.b ? \"xx\" : \"yy\"), title(\"${var.x}${var.b ? \"a\" : \"b\"}\")]");
	const bl_value *v = output(&w, "o");
	assert_str(bl_value_text(v->list[0]->unknown->candidates[1]), "B");
	assert_int_equal(v->list[1]->unknown->ncandidates, 4);
	assert_str(v->list[2]->digits, "2");
	assert_int_equal(v->list[3]->unknown->ncandidates, 0);
	done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_provider_makes_up_is_of_a_known_form),
		cmocka_unit_test(a_reference_to_what_is_made_up_still_says_what_it_waits_for),
		cmocka_unit_test(few_numbers_and_shuffled_lists_are_candidates),
		cmocka_unit_test(what_functions_leave_holds_for_every_value),
		cmocka_unit_test(what_functions_leave_of_random_text_holds),
		cmocka_unit_test(functions_keep_what_is_certain),
		cmocka_unit_test(functions_of_one_of_several_values_are_one_of_several),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

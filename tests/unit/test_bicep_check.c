/* What the Bicep compiler refuses, and what it does not. */
#include "eval/eval.h"
#include "parsers/parsers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static bl_sources *sources;

/* The first file is module.bicep, the one looked at main.bicep. */
static const char module[] = "param need string\nparam maybe int?\n@secure()\nparam key string = ''\noutput o string = need\n@export()\nvar k = 1\nvar hidden = 2\n";
static bl_document documents[2];

static const bl_document *load(void *context, bl_str path)
{
	/* the module by its path, by that of the registry it may be in, and by that of the compiler's cache */
	static const char *const paths[] = {"module.bicep", "cache/br/example.com/modules$own/1.0$/main.bicep", "cache/avm/res/x/2.0/main.bicep"};
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (bl_str_eqz(path, paths[i]))
			return &documents[0];
	return NULL;
}

static bool load_bytes(void *context, bl_str path, bl_str *out)
{
	bool config = bl_str_eqz(path, "bicepconfig.json");
	*out = config ? BL_STR("{\"moduleAliases\": {\"br\": {\"team\": {\"registry\": \"example.com\", \"modulePath\": \"modules\"}}}}")
		      : BL_STR("text");
	return config || bl_str_eqz(path, "a.txt");
}

static void parse(bl_document *d, const char *path, bl_str text)
{
	*d = (bl_document){.language = BL_LANG_BICEP, .path = bl_str_of(path)};
	d->source = bl_sources_add(sources, BL_STR(""), d->path, text);
	bl_parse(sources, d);
}

/* The codes of all errors in a file, "BCP057 BCP080"; each once a line. */
static bl_str codes_of(const char *text, bl_arena *arena)
{
	bl_root root = {.path = BL_STR("main.bicep"), .language = BL_LANG_BICEP};
	bl_loader loader = {NULL, load, NULL, load_bytes, NULL};
	bl_eval_options options = {.bicep_registry = BL_STR("cache")};
	bl_schema *schema = bl_schema_new(arena);
	bl_evaluation out = {.root = &root};
	bl_buf codes = {0};
	sources = bl_sources_new();
	parse(&documents[0], "module.bicep", bl_str_of(module));
	parse(&documents[1], "main.bicep", bl_str_of(text));
	const bl_document *list[] = {&documents[1]};
	bl_eval_input input = {&root, list, 1, &loader, &options, schema, sources};
	bl_eval_root(&input, arena, &out);
	bl_diag_list ignored = {0};
	bl_eval_build(&input, arena, &ignored); /* whatever is wrong, a template comes out */
	if (documents[1].diags.n)
		bl_buf_putz(&codes, "syntax ");
	for (size_t i = 0; i < out.diags.n; i++) {
		bl_str message = out.diags.items[i].message;
		ptrdiff_t at = bl_str_find(message, BL_STR("(BCP"), 0);
		if (out.diags.items[i].level == BL_DIAG_ERROR)
			bl_buf_putf(&codes, BL_FMT " ", BL_ARG(at < 0 ? message : bl_str_slice(message, (size_t)at + 1, message.n - 1)));
	}
	bl_str s = bl_str_dup(arena, bl_str_trim(bl_buf_str(&codes)));
	bl_buf_done(&codes);
	bl_arena_done(&documents[0].arena);
	bl_arena_done(&documents[1].arena);
	bl_sources_free(sources);
	return s;
}

typedef struct check_case {
	const char *text, *codes;
} check_case;

static void run(const check_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bl_arena arena = {0};
		bl_str have = codes_of(cases[i].text, &arena);
		if (!bl_str_eqz(have, cases[i].codes))
			print_error("%s\n  want '%s', have '" BL_FMT "'\n", cases[i].text, cases[i].codes, BL_ARG(have));
		assert_true(bl_str_eqz(have, cases[i].codes));
		bl_arena_done(&arena);
	}
}

#define RUN(cases) run(cases, sizeof(cases) / sizeof *(cases))
#define RES "resource r 'A.B/c@2024-01-01' = "

static void names_are_declared_once_and_before_anything_uses_them(void **state)
{
	static const check_case cases[] = {
		{"output a string = b", "BCP057"},
		{"var a = 1\nvar a = 2", "BCP028 BCP028"},
		{"output a int = 1\noutput a int = 2", "BCP145 BCP145"},
		{"var a = b\nvar b = a", "BCP080 BCP080"},
		{"var a = a", "BCP079"},
		{"var v = 1\nparam p int = v", "BCP072"},
		{"func f(a int) int => a + p\nparam p int = 1", "BCP057"},
		{"import {k, hidden} from 'module.bicep'\noutput o int = k", "BCP360"},
		{"var a = [for x in [1]: x]\noutput b int = x", "BCP057"},
		{"var a = map([1], x => x + 1)\nvar b = { a: 1 }\noutput c array = a\noutput d object = b", ""},
		{"var sys = 1", "BCP084"},
	};
	RUN(cases);
}

static void values_have_the_types_that_are_asked_for(void **state)
{
	static const check_case cases[] = {
		{"output a int = 'x'", "BCP033"},
		{"output a string[] = ['x', 1]", "BCP033"},
		{"param a string = 1", "BCP033"},
		{"type t = { a: string, b: int? }\nparam p t = { b: 1 }", "BCP035"},
		{"@sealed()\ntype t = { a: string }\nparam p t = { a: 'x', c: 1 }", "BCP037"},
		{"type t = 'a' | 'b'\nparam p t = 'c'", "BCP033"},
		{"@maxLength(2)\nparam p string = 'abc'", "BCP033"},
		{"param s string\ntype t = 'a' | 'b'\noutput o t = s", ""},
		{"param s string?\noutput o string = s ?? 'x'", ""},
		{"output o int = length('x') > 1 ? 2 : 3", ""},
		{"var a = 1 + 'x'", "BCP045"},
		{"var a = !1", "BCP044"},
		{"var a = { b: 1 }\noutput c int = a.d", "BCP053"},
		{"var a = { b: 1 }\noutput c int = a.?d ?? 2", ""},
		{"var a = [1]\noutput c int = a.length", "BCP055"},
		{"var a = { b: 1\n b: 2 }", "BCP025 BCP025"},
	};
	RUN(cases);
}

static void calls_are_of_functions_with_what_they_take(void **state)
{
	static const check_case cases[] = {
		{"var a = nothing()", "BCP057"},
		{"var a = toLower()", "BCP071"},
		{"var a = toLower(1)", "BCP070"},
		{"var a = utcNow()", "BCP065"},
		{"param a string = utcNow()", ""},
		{"var a = filter([1], x => x)", "BCP070"},
		{"var a = x => x", "BCP242"},
		{"func f(a string) string => a\nvar b = f(1)", "BCP070"},
		{"var a = loadTextContent('a.txt')", ""},
		{"var a = loadTextContent('b.txt')", "BCP091"},
		{"var a = az.toLower('x')", "BCP107"},
		{"var a = concat('a', string(1), true)", ""},
	};
	RUN(cases);
}

static void decorators_stand_on_what_they_are_for(void **state)
{
	static const check_case cases[] = {
		{"@secure()\nparam a int", "BCP124"},
		{"@secure()\nvar a = 1", "BCP126"},
		{"@minValue(1)\n@minValue(2)\nparam a int", "BCP166 BCP166"},
		{"@allowed([])\nparam a int", "BCP099"},
		{"@allowed(['x'])\nparam a int", "BCP033"},
		{"@nothing()\nparam a int", "BCP057"},
		{"@batchSize(1)\n" RES "{ name: 'r' }", "BCP155"},
		{"@description('x')\n@metadata({ a: 1 })\nparam a int", ""},
		{"@description(concat('a', 'b'))\nparam a int", "BCP032"},
	};
	RUN(cases);
}

static void types_can_have_values(void **state)
{
	static const check_case cases[] = {
		{"param a nothing", "BCP302"},
		{"type a = a", "BCP298"},
		{"type a = b\ntype b = a", "BCP299 BCP299"},
		{"type a = { next: a? }", ""},
		{"type a = { all: a[] }", ""},
		{"type a = string | int", "BCP293 BCP293"},
		{"type a = 'x' | 1", "BCP294"},
		{"@discriminator('k')\ntype a = { k: 'x' } | { k: 'x', l: int }", "BCP365"},
		{"@discriminator('k')\ntype a = { k: 'x' } | { k: 'y', l: int }", ""},
		{"@discriminator('k')\ntype a = { k: 'x' } | { l: int }", "BCP364"},
		{"var v = 1\nparam a v", "BCP287"},
	};
	RUN(cases);
}

static void resources_are_what_their_type_lets_them_be(void **state)
{
	static const check_case cases[] = {
		{RES "{ location: 'x' }", "BCP035"},
		{RES "{ name: 'r'\n id: 'x' }", "BCP073"},
		{"resource r 'A.B@2024-01-01' = { name: 'r' }", "BCP029"},
		{RES "{ name: 'r/s' }", "BCP169"},
		{RES "if (1) { name: 'r' }", "BCP046"},
		{RES "[for x in 'abc': { name: 'r' }]", "BCP137"},
		{RES "{ name: 'r' }\nresource s 'A.B/c@2024-01-01' = { name: r.properties.x }", "BCP120"},
		{RES "{ name: 'r' }\nresource s 'A.B/c@2024-01-01' = { name: '${r.name}2' }", ""},
		{RES "{ name: 'r' }\nresource s 'A.B/c@2024-01-01' = { name: 'r' }", "BCP121 BCP121"},
		{RES "{ name: 'r'\n scope: subscription() }", "BCP139"},
		{RES "{ name: 'r'\n dependsOn: [ 'x' ] }", "BCP034"},
		{RES "{ name: 'r'\n resource n 'd' = { name: 'n'\n properties: { a: r.id } } }", ""},
		{RES "{ name: 'r' }\noutput o string = r::nothing.id", "BCP159"},
		{"resource e 'A.B/c@2024-01-01' existing = { name: 'r'\n location: 'x' }", "BCP173"},
	};
	RUN(cases);
}

static void modules_are_found_in_registries(void **state)
{
	static const check_case cases[] = {
		{"module m 'br/team:own:1.0' = {}", "BCP035"}, /* it was found, and needs a parameter */
		{"module m 'br:example.com/modules/own:1.0' = {}", "BCP035"},
		{"module m 'br/public:avm/res/x:2.0' = {}", "BCP035"},
		{"module m 'br:mcr.microsoft.com/bicep/avm/res/x:2.0' = {}", "BCP035"},
		{"module m 'br/team:own:1.1' = {}", ""}, /* what is not installed is no error */
		{"module m 'br/other:own:1.0' = {}", ""},
		{"module m 'br/team:../own:1.0' = {}", ""},
		{"import { k } from 'br/team:own:1.0'\noutput o int = k", ""},
	};
	RUN(cases);
}

static void modules_get_what_they_need(void **state)
{
	static const check_case cases[] = {
		{"module m 'module.bicep' = { params: { need: 'x' } }\noutput o string = m.outputs.o", ""},
		{"module m 'module.bicep' = { params: { maybe: 1 } }", "BCP035"},
		{"module m 'module.bicep' = {}", "BCP035"},
		{"module m 'module.bicep' = { params: { need: 1 } }", "BCP033"},
		{"module m 'module.bicep' = { params: { need: 'x', other: 1 } }", "BCP037"},
		{"module m 'module.bicep' = { params: { need: 'x' } }\noutput o string = m.outputs.p", "BCP053"},
		{"module m 'module.bicep' = { scope: subscription()\n params: { need: 'x' } }", "BCP134"},
		{"module m 'none.bicep' = { name: 'm' }", "BCP091"},
		{"resource v 'Microsoft.KeyVault/vaults@2023-07-01' existing = { name: 'v' }\n"
		 "module m 'module.bicep' = { params: { need: 'x', key: v.getSecret('k') } }", ""},
		{"resource v 'Microsoft.KeyVault/vaults@2023-07-01' existing = { name: 'v' }\noutput o string = v.getSecret('k')", "BCP180"},
	};
	RUN(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_of_functions_with_what_they_take),
		cmocka_unit_test(decorators_stand_on_what_they_are_for),
		cmocka_unit_test(modules_are_found_in_registries),
		cmocka_unit_test(modules_get_what_they_need),
		cmocka_unit_test(names_are_declared_once_and_before_anything_uses_them),
		cmocka_unit_test(resources_are_what_their_type_lets_them_be),
		cmocka_unit_test(types_can_have_values),
		cmocka_unit_test(values_have_the_types_that_are_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "parsers/parsers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct fixture {
	bl_sources *sources;
	bl_document document;
	bl_buf printed;
} fixture;

static fixture parse(const char *text)
{
	fixture f = {.sources = bl_sources_new()};
	f.document.language = BL_LANG_BICEP;
	f.document.path = BL_STR("main.bicep");
	f.document.source =
		bl_sources_add(f.sources, BL_STR(""), f.document.path, bl_str_of(text));
	bl_parse(f.sources, &f.document);
	bl_document_print(&f.document, &f.printed);
	return f;
}

static void done(fixture *f)
{
	bl_buf_done(&f->printed);
	bl_arena_done(&f->document.arena);
	bl_sources_free(f->sources);
}

static const bl_expr *value_of(const fixture *f, size_t block)
{
	assert_true(block < f->document.blocks.n);
	const bl_attr *a = bl_block_attr(f->document.blocks.items[block], "value");
	assert_non_null(a);
	return a->expr;
}

static void assert_text(const bl_expr *e, const char *want)
{
	assert_int_equal(e->kind, BL_EXPR_LITERAL);
	bl_str s = bl_value_text(e->value);
	assert_int_equal(s.n, strlen(want));
	assert_memory_equal(s.p, want, s.n);
}

static void a_resource_has_its_name_its_type_its_decorators_and_its_body(void **state)
{
	fixture f = parse("@batchSize(2)\nresource sa 'Microsoft.Storage/storageAccounts@2023-01-01' existing = "
			  "if (on) {\n  name: 'x'\n}\n");
	assert_int_equal(f.document.diags.n, 0);
	assert_int_equal(f.document.blocks.n, 1);
	const bl_block *b = f.document.blocks.items[0];
	assert_true(bl_str_eqz(b->kind, "resource"));
	assert_true(bl_str_eqz(bl_block_label(b, 0), "sa"));
	assert_true(bl_str_eqz(bl_block_label(b, 1), "Microsoft.Storage/storageAccounts@2023-01-01"));
	assert_non_null(bl_block_attr(b, "existing"));
	assert_non_null(bl_block_attr(b, "@batchSize"));
	assert_int_equal(bl_block_attr(b, "body")->expr->kind, BL_EXPR_IF);
	assert_int_equal(b->head.begin, 14); /* past the decorator */
	done(&f);
}

static void nested_resources_become_blocks_of_the_one_around_them(void **state)
{
	fixture f = parse("resource a 'A/b@1' = {\n  name: 'a'\n  resource c 'c' = [for x in y: {\n    name: x\n"
			  "    resource d 'd' = {\n      name: 'd'\n    }\n  }]\n  resource: 1\n}\n");
	assert_int_equal(f.document.diags.n, 0);
	const bl_block *a = f.document.blocks.items[0];
	assert_int_equal(a->blocks.n, 1);
	assert_true(bl_str_eqz(bl_block_label(a->blocks.items[0], 0), "c"));
	assert_int_equal(a->blocks.items[0]->blocks.n, 1);
	assert_int_equal(bl_block_attr(a, "body")->expr->n, 4); /* name and the property called resource */
	done(&f);
}

static void a_resource_in_any_other_object_is_an_error(void **state)
{
	fixture f = parse("var a = {\n  resource c 'c' = {}\n}\n");
	assert_int_equal(f.document.diags.n, 1);
	done(&f);
}

static void escapes_and_code_points_are_decoded(void **state)
{
	fixture f = parse("var a = 'it\\'s \\u{e9}\\t\\$\\{\\\\'\n");
	assert_int_equal(f.document.diags.n, 0);
	assert_text(value_of(&f, 0), "it's \xc3\xa9\t${\\");
	done(&f);
}

static void multi_line_strings_lose_their_first_line_break_only(void **state)
{
	fixture f = parse("var a = '''\n a\\n ${x}\n'''\nvar b = ''''q''''\nvar c = ''''''\n");
	assert_int_equal(f.document.diags.n, 0);
	assert_text(value_of(&f, 0), " a\\n ${x}\n");
	assert_text(value_of(&f, 1), "'q'");
	assert_text(value_of(&f, 2), "");
	done(&f);
}

static void dollars_before_a_multi_line_string_set_its_interpolation_marker(void **state)
{
	fixture f = parse("var a = $$'''${x} $$${y}$'''\nvar b = $'''c'''\n");
	assert_int_equal(f.document.diags.n, 0);
	const bl_expr *e = value_of(&f, 0);
	assert_int_equal(e->kind, BL_EXPR_TEMPLATE);
	assert_int_equal(e->n, 3);
	assert_text(e->kids[0], "${x} $");
	assert_int_equal(e->kids[1]->kind, BL_EXPR_NAME);
	assert_text(e->kids[2], "$");
	assert_text(value_of(&f, 1), "c");
	done(&f);
}

static void newlines_end_items_but_not_before_a_question_mark(void **state)
{
	fixture f = parse("var a = [\n  -1\n  -2 // two\n]\nvar b = c\n  // why\n  ? 1\n  : 2\n");
	assert_int_equal(f.document.diags.n, 0);
	assert_int_equal(value_of(&f, 0)->n, 2);
	assert_int_equal(value_of(&f, 1)->kind, BL_EXPR_CONDITION);
	done(&f);
}

static void types_say_their_structure(void **state)
{
	fixture f = parse("param a ('x' | 'y' | null)\nparam b { @secure() p: string?, *: int[] }\ntype c = m.t<'x@1'>.q[*]\n");
	assert_int_equal(f.document.diags.n, 0);
	const bl_expr *a = bl_block_attr(f.document.blocks.items[0], "type")->expr->kids[0];
	const bl_expr *b = bl_block_attr(f.document.blocks.items[1], "type")->expr->kids[0];
	const bl_expr *c = bl_block_attr(f.document.blocks.items[2], "value")->expr->kids[0];
	assert_int_equal(a->kind, BL_EXPR_BINARY);
	assert_int_equal(a->n, 3);
	assert_int_equal(b->kind, BL_EXPR_OBJECT);
	assert_int_equal(b->n, 4);
	assert_true(bl_str_eqz(b->kids[1]->kids[0]->text, "?"));
	assert_true(bl_str_eqz(b->kids[1]->kids[1]->text, "secure"));
	assert_int_equal(b->kids[2]->kind, BL_EXPR_SPLAT);
	assert_int_equal(b->kids[3]->kids[0]->n, 1);
	assert_int_equal(c->kids[1]->kind, BL_EXPR_SPLAT);
	assert_true(c->kids[0]->kids[0]->method);
	done(&f);
}

static void an_error_costs_its_own_statement_only(void **state)
{
	fixture f = parse("var a = {\n  b: [1, 2\n\n@secure()\nparam p string\nvar = 1\nvar c = 'C'\n");
	assert_true(f.document.partial);
	assert_true(f.document.diags.n >= 2);
	bool secure = false, c = false;
	for (size_t i = 0; i < f.document.blocks.n; i++) {
		const bl_block *b = f.document.blocks.items[i];
		secure |= bl_str_eqz(bl_block_label(b, 0), "p") && bl_block_attr(b, "@secure");
		c |= bl_str_eqz(bl_block_label(b, 0), "c");
	}
	assert_true(secure);
	assert_true(c);
	done(&f);
}

static void a_value_beside_an_error_is_not_taken(void **state)
{
	fixture f = parse("var a = {\n  b:\n  c: 2\n}\n");
	assert_true(f.document.partial);
	const bl_expr *e = value_of(&f, 0);
	for (uint32_t i = 1; i < e->n; i += 2)
		assert_int_equal(e->kids[i]->kind, BL_EXPR_OPAQUE);
	done(&f);
}

static void nesting_past_the_limit_is_a_diagnostic(void **state)
{
	enum { DEEP = 3000 };
	char *text = calloc(1, 2 * DEEP + 32);
	strcpy(text, "var a = ");
	memset(text + 8, '(', DEEP);
	text[8 + DEEP] = '1';
	memset(text + 9 + DEEP, ')', DEEP);
	fixture f = parse(text);
	assert_true(f.document.partial);
	assert_int_equal(f.document.diags.n, 1);
	done(&f);
	free(text);
}

static void an_unclosed_comment_is_an_error(void **state)
{
	fixture f = parse("var a = 1\n/* b\nvar c = 2\n");
	assert_int_equal(f.document.diags.n, 1);
	assert_int_equal(f.document.blocks.n, 1);
	done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_resource_has_its_name_its_type_its_decorators_and_its_body),
		cmocka_unit_test(a_resource_in_any_other_object_is_an_error),
		cmocka_unit_test(a_value_beside_an_error_is_not_taken),
		cmocka_unit_test(an_error_costs_its_own_statement_only),
		cmocka_unit_test(an_unclosed_comment_is_an_error),
		cmocka_unit_test(dollars_before_a_multi_line_string_set_its_interpolation_marker),
		cmocka_unit_test(escapes_and_code_points_are_decoded),
		cmocka_unit_test(types_say_their_structure),
		cmocka_unit_test(multi_line_strings_lose_their_first_line_break_only),
		cmocka_unit_test(nested_resources_become_blocks_of_the_one_around_them),
		cmocka_unit_test(nesting_past_the_limit_is_a_diagnostic),
		cmocka_unit_test(newlines_end_items_but_not_before_a_question_mark),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

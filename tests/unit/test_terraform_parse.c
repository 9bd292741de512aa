#include "parsers/parsers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

typedef struct parsed {
	bl_sources *sources;
	bl_document document;
} parsed;

static parsed parse_as(const char *path, const char *text)
{
	parsed p = {.sources = bl_sources_new()};
	p.document.path = bl_str_of(path);
	p.document.language = bl_parsers_detect(p.document.path, bl_str_of(text), &p.document.dialect);
	p.document.source = bl_sources_add(p.sources, BL_STR(""), p.document.path, bl_str_of(text));
	bl_parse(p.sources, &p.document);
	return p;
}

static parsed parse(const char *text)
{
	return parse_as("main.tf", text);
}

static void done(parsed *p)
{
	bl_arena_done(&p->document.arena);
	bl_sources_free(p->sources);
}

static const bl_expr *attr_of(const parsed *p, size_t block, const char *name)
{
	assert_true(block < p->document.blocks.n);
	const bl_attr *a = bl_block_attr(p->document.blocks.items[block], name);
	assert_non_null(a);
	return a->expr;
}

static void assert_str(bl_str got, const char *want)
{
	char *z = calloc(1, got.n + 1);
	if (got.n)
		memcpy(z, got.p, got.n);
	assert_string_equal(z, want);
	free(z);
}

static void blocks_keep_their_labels_and_order(void **state)
{
	parsed p = parse("resource \"a\" \"b\" {\n  x = 1\n  nested {\n    y = 2\n  }\n}\nlocals {}\n");
	assert_int_equal(p.document.diags.n, 0);
	assert_int_equal(p.document.blocks.n, 2);
	const bl_block *b = p.document.blocks.items[0];
	assert_str(b->kind, "resource");
	assert_str(bl_block_label(b, 1), "b");
	assert_int_equal(b->head.end, 16);
	assert_int_equal(b->blocks.n, 1);
	assert_str(bl_sources_slice(p.sources, b->attrs.items[0].span), "x = 1");
	done(&p);
}

static void a_conditional_nests_to_the_right(void **state)
{
	parsed p = parse("locals {\n  a = x ? 1 : y ? 2 : z ? 3 : 4\n}\n");
	const bl_expr *e = attr_of(&p, 0, "a");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(e->kind, BL_EXPR_CONDITION);
		assert_int_equal(e->kids[0]->kind, BL_EXPR_NAME);
		assert_int_equal(e->span.end, 40);
		e = e->kids[2];
	}
	assert_str(e->value->digits, "4");
	done(&p);
}

/* The one expression of `e = TEXT` within locals, which has no mistake: as it is printed, on one line and without places. */
static void assert_expr(const char *text, const char *want)
{
	bl_buf file = {0}, out = {0};
	bl_buf_putf(&file, "locals {\n  e = %s\n}\n", text);
	parsed p = parse(file.p);
	assert_int_equal(p.document.diags.n, 0);
	bl_document_print(&p.document, &out);
	char *from = strstr(out.p, "attribute e"), *to = out.p;
	assert_non_null(from);
	for (from = strchr(from, '\n') + 1; *from; from = strchr(from, '\n') + 1) {
		char *place = strchr(from, '\n');
		while (place > from && *place != '[')
			place--;
		from += strspn(from, " ");
		size_t n = (size_t)((place > from ? place - 1 : strchr(from, '\n')) - from);
		if (to != out.p)
			*to++ = ' ';
		memmove(to, from, n);
		to += n;
	}
	*to = 0;
	assert_string_equal(out.p, want);
	done(&p);
	bl_buf_done(&file);
	bl_buf_done(&out);
}

/* One mistake, at this line and column of a file. */
static void assert_wrong_at(const char *text, uint32_t line, uint32_t column)
{
	parsed p = parse(text);
	bl_place place;
	assert_int_equal(p.document.diags.n, 1);
	assert_true(p.document.partial);
	assert_true(bl_sources_place(p.sources, p.document.diags.items[0].span, &place));
	assert_int_equal(place.start_line, line);
	assert_int_equal(place.start_column, column);
	done(&p);
}

static void an_index_after_an_attribute_splat_is_for_the_list(void **state)
{
	parsed p = parse("locals {\n  a = x.*.b[0]\n  b = x[*].b[0]\n}\n");
	const bl_expr *legacy = attr_of(&p, 0, "a"), *full = attr_of(&p, 0, "b");
	assert_int_equal(legacy->kind, BL_EXPR_INDEX);
	assert_int_equal(legacy->kids[0]->kind, BL_EXPR_SPLAT);
	assert_int_equal(full->kind, BL_EXPR_SPLAT);
	assert_int_equal(full->kids[1]->kind, BL_EXPR_INDEX);
	done(&p);
	assert_expr("x.*.0.b", "splat name \"x\" attr \"b\" index name literal 0");
	assert_wrong_at("locals {\n  e = x.0.1\n}\n", 2, 9);
	assert_wrong_at("locals {\n  e = x.*.*\n}\n", 2, 10);
}

static void escapes_are_decoded_and_white_space_is_kept(void **state)
{
	parsed p = parse("locals {\n  a = \"  \\t$${x}\\u00e9 \"\n}\n");
	const bl_expr *e = attr_of(&p, 0, "a");
	assert_int_equal(e->kind, BL_EXPR_LITERAL);
	assert_str(e->value->string, "  \t${x}\xc3\xa9 ");
	done(&p);
}

static void a_lone_interpolation_is_the_value_itself(void **state)
{
	parsed p = parse("locals {\n  a = \"${x}\"\n}\n");
	assert_int_equal(attr_of(&p, 0, "a")->kind, BL_EXPR_NAME);
	done(&p);
}

static void an_indented_heredoc_is_dedented_and_its_places_lead_to_the_file(void **state)
{
	parsed p = parse("locals {\n  a = <<-EOT\n    one\n\n      two\n  EOT\n}\n");
	const bl_expr *e = attr_of(&p, 0, "a");
	assert_int_equal(e->kind, BL_EXPR_LITERAL);
	assert_str(e->value->string, "one\n\n  two\n");
	bl_span two = e->value->span;
	two.begin += 7;
	two.end = two.begin + 3;
	bl_place place;
	assert_true(bl_sources_place(p.sources, two, &place));
	assert_int_equal(place.start_line, 5);
	assert_int_equal(place.start_column, 7);
	done(&p);
}

static void strip_markers_in_a_heredoc_stop_at_the_line(void **state)
{
	parsed p = parse("locals {\n  a = <<EOT\n%{ for v in x ~}\n  s ${v}\n%{ endfor ~}\nEOT\n}\n");
	const bl_expr *e = attr_of(&p, 0, "a");
	assert_int_equal(e->kind, BL_EXPR_TEMPLATE);
	const bl_expr *body = e->kids[0]->kids[0]->kids[2];
	assert_true(e->kids[0]->expand);
	assert_str(body->kids[0]->value->string, "  s ");
	assert_str(body->kids[2]->value->string, "\n");
	done(&p);
}

static void a_syntax_error_has_a_place_and_the_rest_stays(void **state)
{
	parsed p = parse("locals {\n  a = [1\n}\n\nresource \"a\" \"b\" {\n  x = 1\n}\n");
	assert_true(p.document.diags.n >= 1);
	assert_int_equal(p.document.diags.items[0].level, BL_DIAG_ERROR);
	assert_true(p.document.partial);
	bool found = false;
	for (size_t i = 0; i < p.document.blocks.n; i++)
		found |= bl_str_eqz(p.document.blocks.items[i]->kind, "resource");
	assert_true(found);
	done(&p);
}

static void a_string_without_an_end_ends_at_its_line(void **state)
{
	parsed p = parse("locals {\n  a = \"oops\n  b = 2\n}\nresource \"a\" \"b\" {\n  x = \"y\"\n}\n");
	assert_int_equal(p.document.diags.n, 1);
	assert_true(p.document.partial);
	assert_str(attr_of(&p, 0, "b")->value->digits, "2");
	assert_str(attr_of(&p, 1, "x")->value->string, "y");
	done(&p);
}

static void a_closing_marker_stands_alone_on_its_line(void **state)
{
	parsed p = parse("locals {\n  a = <<E\nEx\n E y\n${x}E\n  E\n  b = <<E\nE\n  c = 1e3\n}\n");
	assert_int_equal(p.document.diags.n, 0);
	const bl_expr *a = attr_of(&p, 0, "a");
	assert_str(a->kids[0]->value->string, "Ex\n E y\n");
	assert_str(a->kids[2]->value->string, "E\n");
	assert_str(attr_of(&p, 0, "b")->value->string, "");
	assert_str(attr_of(&p, 0, "c")->value->digits, "1e3");
	done(&p);
}

static void two_arguments_on_one_line_are_an_error(void **state)
{
	parsed p = parse("locals {\n  a = 1 b = 2\n}\n");
	assert_int_equal(p.document.diags.n, 1);
	done(&p);
}

static void deep_nesting_is_a_diagnostic(void **state)
{
	bl_buf text = {0};
	bl_buf_putz(&text, "locals {\n  a = ");
	for (int i = 0; i < 5000; i++)
		bl_buf_putc(&text, '[');
	for (int i = 0; i < 5000; i++)
		bl_buf_putc(&text, ']');
	bl_buf_putz(&text, "\n  b = 1");
	for (int i = 0; i < 5000; i++)
		bl_buf_putz(&text, "+1");
	bl_buf_putz(&text, "\n}\n");
	parsed p = parse(text.p);
	assert_true(p.document.diags.n >= 1);
	assert_true(p.document.partial);
	done(&p);
	bl_buf_done(&text);
}

static void json_blocks_are_the_same_blocks(void **state)
{
	parsed p = parse_as("main.tf.json", "{\"resource\": {\"a\": {\"b\": {\"x\": \"n-${var.x}\"}, \"c\": [{\"y\": 1.50}]}}}");
	assert_int_equal(p.document.diags.n, 0);
	assert_int_equal(p.document.blocks.n, 2);
	const bl_expr *e = attr_of(&p, 0, "x");
	assert_int_equal(e->kind, BL_EXPR_TEMPLATE);
	assert_str(e->kids[0]->value->string, "n-");
	assert_int_equal(e->kids[1]->kind, BL_EXPR_ATTR);
	bl_place place;
	bl_sources_place(p.sources, e->kids[1]->span, &place);
	assert_int_equal(place.start_column, 37);
	assert_str(attr_of(&p, 1, "y")->value->digits, "1.50");
	done(&p);
}

static void variable_files_hold_their_arguments_in_one_block(void **state)
{
	parsed p = parse_as("a.tfvars", "x = 1\ny = [\"a\"]\n");
	assert_int_equal(p.document.diags.n, 0);
	assert_int_equal(p.document.blocks.n, 1);
	assert_str(p.document.blocks.items[0]->kind, "");
	assert_int_equal(attr_of(&p, 0, "y")->kind, BL_EXPR_LIST);
	done(&p);
	p = parse_as("a.tfvars.json", "{\"x\": \"${not.a.template}\"}");
	assert_str(attr_of(&p, 0, "x")->value->string, "${not.a.template}");
	done(&p);
}

static void operators_bind_as_the_language_says(void **state)
{
	assert_expr("a || b && c == d + e * -f",
		"binary \"||\" name \"a\" binary \"&&\" name \"b\" binary \"==\" name \"c\" binary \"+\" name \"d\" "
		"binary \"*\" name \"e\" unary \"-\" name \"f\"");
	assert_expr("a - b - c", "binary \"-\" binary \"-\" name \"a\" name \"b\" name \"c\"");
	assert_expr("!a == b", "binary \"==\" unary \"!\" name \"a\" name \"b\"");
	assert_expr("a * (b + c) % d", "binary \"%\" binary \"*\" name \"a\" binary \"+\" name \"b\" name \"c\" name \"d\"");
}

static void steps_may_stand_together_or_apart(void **state)
{
	const char *steps = "index index index attr \"c\" attr \"b\" name \"a\" literal 0 literal 1 literal \"k\"";
	assert_expr("a.b.c[0].1[\"k\"]", steps);
	assert_expr("(a . b\n  .c [ 0 ]\n.1 [ \"k\" ])", steps);
	assert_expr("a[*]", "splat name \"a\" name");
	assert_expr("a [ * ]", "splat name \"a\" name");
	assert_expr("a[b][c].d", "attr \"d\" index index name \"a\" name \"b\" name \"c\"");
	assert_expr("f(x).y", "attr \"y\" call \"f\" name \"x\"");
	assert_wrong_at("locals {\n  e = a[+]\n}\n", 2, 8);
}

static void a_call_may_be_qualified_and_expand_its_last_argument(void **state)
{
	assert_expr("provider::ns::fn(a, b...)", "call \"provider::ns::fn\" expand name \"a\" name \"b\"");
	assert_expr("f (\n  1,\n)", "call \"f\" literal 1");
}

static void object_items_are_parted_by_commas_or_newlines(void **state)
{
	assert_expr("{ a = b\n  (c) = d, \"e\": f\n  (g.h) = 1 }",
		"object literal \"a\" name \"b\" name \"c\" name \"d\" literal \"e\" name \"f\" attr \"h\" name \"g\" literal 1");
	assert_expr("{ null /* x */ = 1, for_x = 2 }", "object literal \"null\" literal 1 literal \"for_x\" literal 2");
	assert_wrong_at("locals {\n  e = { a.b = 1 }\n}\n", 2, 9);
	assert_wrong_at("locals {\n  e = { a = 1 b = 2 }\n}\n", 2, 15);
}

static void for_expressions_take_a_condition_and_group(void **state)
{
	assert_expr("[for v in x : v if v != null]",
		"for \"v\" name \"x\" - name \"v\" binary \"!=\" name \"v\" literal null -");
	assert_expr("{ for k, v in x : k => v... }", "for \"v\" grouping name \"x\" name \"k\" name \"v\" - name \"k\"");
	assert_wrong_at("locals {\n  e = [for v of x : v]\n}\n", 2, 14);
}

static void directives_nest(void **state)
{
	assert_expr("\"%{ if a }x%{ else }%{ for k, v in y ~} ${v}%{ endfor }%{ endif }\"",
		"condition name \"a\" template literal \"x\" template template expand for \"v\" name \"y\" - "
		"template literal \"\" name \"v\" - name \"k\"");
}

static void a_directive_without_its_other_half_is_an_error(void **state)
{
	assert_wrong_at("locals {\n  e = \"a%{ endif }\"\n  b = 1\n}\n", 2, 9);
	assert_wrong_at("locals {\n  e = \"a%{ if b }c\"\n}\n", 2, 9);
	assert_wrong_at("locals {\n  e = \"%{ if b }%{ else }%{ else }%{ endif }\"\n}\n", 2, 26);
	assert_wrong_at("locals {\n  e = \"%{ unless b }\"\n}\n", 2, 11);
	assert_wrong_at("locals {\n  e = \"%{ if }%{ endif }\"\n}\n", 2, 11);
}

static void dollars_and_percents_that_begin_nothing_are_text(void **state)
{
	assert_expr("\"$5 100% $$ $${a} %%{b} $$${c} $%{ if d }e%{ endif }$\"",
		"template literal \"$5 100% $$ ${a} %{b} ${c} $\" condition name \"d\" template literal \"e\" template literal \"$\"");
}

static void a_newline_ends_an_expression_outside_brackets(void **state)
{
	assert_expr("(a\n  + b\n  ? c\n  : d)", "condition binary \"+\" name \"a\" name \"b\" name \"c\" name \"d\"");
	assert_expr("\"${a\n  + b}\"", "binary \"+\" name \"a\" name \"b\"");
	assert_wrong_at("locals {\n  e = a +\n    b\n}\n", 3, 5);
	assert_wrong_at("locals {\n  e = (a)\n    .b\n}\n", 3, 5);
	assert_wrong_at("locals {\n  e = [{ k = a\n  ? b : c }]\n}\n", 3, 3);
}

static void a_body_keeps_its_lines(void **state)
{
	parsed p = parse("a { b = 1 }\nc {}\nd { # comment\n  e = 1\n}\r\n\xef\xbb\xbf\n\"");
	assert_int_equal(p.document.blocks.n, 3);
	done(&p);
	assert_wrong_at("a { b {} }\n", 1, 5);
	assert_wrong_at("a { b = 1\n}\n", 1, 10);
	assert_wrong_at("a { b = 1\n  c = 2 }\n", 1, 10);
	assert_wrong_at("a {\n  b = 1 }\n", 2, 9);
	assert_wrong_at("a\n{\n}\n", 2, 1);
	assert_wrong_at("a {} b {}\n", 1, 6);
	assert_wrong_at("a {\n  b : 1\n}\n", 2, 5);
}

static void a_missing_value_costs_no_more_than_itself(void **state)
{
	parsed p = parse("resource \"a\" \"b\" {\n  x =\n  y = { k =\n    l = 2\n  }\n}\n");
	assert_int_equal(p.document.diags.n, 2);
	assert_int_equal(attr_of(&p, 0, "x")->kind, BL_EXPR_OPAQUE);
	assert_int_equal(attr_of(&p, 0, "y")->n, 2);
	done(&p);
}

static void unclosed_blocks_nest_no_deeper_than_others(void **state)
{
	bl_buf text = {0};
	for (int i = 0; i < 2000; i++)
		bl_buf_putz(&text, "a {\n");
	bl_buf_putc(&text, 0);
	parsed p = parse(text.p);
	int depth = 0;
	const bl_block *b = p.document.blocks.items[0];
	for (; b->blocks.n; b = b->blocks.items[0])
		depth++;
	assert_in_range(depth, 100, BL_PARSE_MAX_DEPTH);
	done(&p);
	bl_buf_done(&text);
}

static void a_stray_word_costs_no_more_than_its_line(void **state)
{
	parsed p = parse("resource \"a\" \"b\" {\n  x \"a\"\n  y = 1 2\n  z = 3\n}\nlocals\ndata \"c\" \"d\" {}\n");
	assert_int_equal(p.document.diags.n, 3);
	assert_int_equal(p.document.blocks.n, 2);
	assert_int_equal(attr_of(&p, 0, "y")->kind, BL_EXPR_OPAQUE);
	assert_str(attr_of(&p, 0, "z")->value->digits, "3");
	assert_str(bl_block_label(p.document.blocks.items[1], 1), "d");
	done(&p);
}

static void labels_are_words_or_strings_on_the_head_s_line(void **state)
{
	parsed p = parse("a /* b */ c \"d\\\"{\" e-1{\n}\n");
	const bl_block *b = p.document.blocks.items[0];
	assert_int_equal(p.document.diags.n, 0);
	assert_int_equal(b->labels.n, 3);
	assert_str(bl_block_label(b, 0), "c");
	assert_str(bl_block_label(b, 1), "d\"{");
	assert_str(bl_block_label(b, 2), "e-1");
	assert_int_equal(b->head.end, 22);
	done(&p);
}

static void an_unknown_escape_is_an_error_where_it_stands(void **state)
{
	assert_wrong_at("locals {\n  e = \"a\\d\"\n}\n", 2, 9);
	assert_wrong_at("locals {\n  e = \"${a}\\u12\"\n}\n", 2, 12);
}

static void a_heredoc_ends_at_its_marker_whatever_stands_in_it(void **state)
{
	parsed p = parse("locals {\n  a = <<E\n${ x y\nE\n  b = 1\n}\nc {\n  d = <<F\nnever closed\n}\n");
	assert_int_equal(p.document.diags.n, 3);
	assert_str(attr_of(&p, 0, "b")->value->digits, "1");
	assert_str(p.document.blocks.items[1]->kind, "c");
	done(&p);
	assert_wrong_at("locals {\n  a = <<E text\nE\n}\n", 2, 11);
}

static void a_comment_without_an_end_is_an_error(void **state)
{
	assert_wrong_at("locals {\n  a = 1\n}\n/* b\n", 4, 1);
	parsed p = parse("locals {\n  a /* = */ = /* 2 */ 1 // 3\n}\n/* b */");
	assert_int_equal(p.document.diags.n, 0);
	assert_str(attr_of(&p, 0, "a")->value->digits, "1");
	done(&p);
}

static void names_may_be_of_any_script(void **state)
{
	assert_expr("gr\xc3\xb6\xc3\x9f""e.\xe5\x90\x8d[\"\xe5\x80\xbc\"]",
		"index attr \"\xe5\x90\x8d\" name \"gr\xc3\xb6\xc3\x9f""e\" literal \"\xe5\x80\xbc\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_keeps_its_lines),
		cmocka_unit_test(a_call_may_be_qualified_and_expand_its_last_argument),
		cmocka_unit_test(a_closing_marker_stands_alone_on_its_line),
		cmocka_unit_test(a_comment_without_an_end_is_an_error),
		cmocka_unit_test(a_conditional_nests_to_the_right),
		cmocka_unit_test(a_directive_without_its_other_half_is_an_error),
		cmocka_unit_test(a_heredoc_ends_at_its_marker_whatever_stands_in_it),
		cmocka_unit_test(a_lone_interpolation_is_the_value_itself),
		cmocka_unit_test(a_missing_value_costs_no_more_than_itself),
		cmocka_unit_test(a_newline_ends_an_expression_outside_brackets),
		cmocka_unit_test(a_stray_word_costs_no_more_than_its_line),
		cmocka_unit_test(a_string_without_an_end_ends_at_its_line),
		cmocka_unit_test(a_syntax_error_has_a_place_and_the_rest_stays),
		cmocka_unit_test(an_indented_heredoc_is_dedented_and_its_places_lead_to_the_file),
		cmocka_unit_test(an_index_after_an_attribute_splat_is_for_the_list),
		cmocka_unit_test(an_unknown_escape_is_an_error_where_it_stands),
		cmocka_unit_test(blocks_keep_their_labels_and_order),
		cmocka_unit_test(deep_nesting_is_a_diagnostic),
		cmocka_unit_test(directives_nest),
		cmocka_unit_test(dollars_and_percents_that_begin_nothing_are_text),
		cmocka_unit_test(escapes_are_decoded_and_white_space_is_kept),
		cmocka_unit_test(for_expressions_take_a_condition_and_group),
		cmocka_unit_test(json_blocks_are_the_same_blocks),
		cmocka_unit_test(labels_are_words_or_strings_on_the_head_s_line),
		cmocka_unit_test(names_may_be_of_any_script),
		cmocka_unit_test(object_items_are_parted_by_commas_or_newlines),
		cmocka_unit_test(operators_bind_as_the_language_says),
		cmocka_unit_test(steps_may_stand_together_or_apart),
		cmocka_unit_test(strip_markers_in_a_heredoc_stop_at_the_line),
		cmocka_unit_test(two_arguments_on_one_line_are_an_error),
		cmocka_unit_test(unclosed_blocks_nest_no_deeper_than_others),
		cmocka_unit_test(variable_files_hold_their_arguments_in_one_block),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

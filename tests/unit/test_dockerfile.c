#include "parsers/parsers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct parsed {
	bl_sources *sources;
	bl_document document;
} parsed;

static parsed parse(const char *text)
{
	parsed p = {.sources = bl_sources_new(),
		.document = {.language = BL_LANG_DOCKERFILE, .path = BL_STR("Dockerfile")}};
	p.document.source = bl_sources_add(p.sources, BL_STR(""), p.document.path, bl_str_of(text));
	bl_parse(p.sources, &p.document);
	return p;
}

static void drop(parsed *p)
{
	bl_arena_done(&p->document.arena);
	bl_sources_free(p->sources);
}

static void assert_sexp(const char *text, const char *want)
{
	parsed p = parse(text);
	bl_buf out = {0};
	bl_dockerfile_print_sexp(&p.document, &out);
	assert_string_equal(out.p ? out.p : "", want);
	bl_buf_done(&out);
	drop(&p);
}

static void assert_error(const char *text, const char *want, uint32_t line)
{
	parsed p = parse(text);
	bl_place place;
	assert_int_equal(p.document.diags.n, 1);
	bl_diag *d = &p.document.diags.items[0];
	assert_true(bl_str_eqz(d->message, want));
	assert_true(bl_sources_place(p.sources, d->span, &place));
	assert_int_equal(place.start_line, line);
	drop(&p);
}

/* The nth command's words, a blank between; a word that isn't literal is a '?'. */
static void assert_command(
	const char *text, size_t n, const char *want, uint32_t line, uint32_t column)
{
	parsed p = parse(text);
	bl_buf out = {0};
	bl_place place = {0};
	for (size_t i = 0; i < p.document.blocks.n; i++) {
		const bl_block *b = p.document.blocks.items[i];
		for (size_t j = 0; j < b->attrs.n; j++) {
			if (!bl_str_eqz(b->attrs.items[j].name, "command") || n--)
				continue;
			const bl_expr *words = b->attrs.items[j].expr->kids[1];
			for (uint32_t k = 0; k < words->n; k++) {
				bl_str s = words->kids[k]->kind == BL_EXPR_LITERAL
						   ? bl_value_text(words->kids[k]->value)
						   : BL_STR("?");
				bl_buf_putf(&out, "%s" BL_FMT, k ? " " : "", BL_ARG(s));
			}
			bl_sources_place(p.sources, b->attrs.items[j].span, &place);
		}
	}
	assert_string_equal(out.p ? out.p : "", want);
	assert_int_equal(place.start_line, line);
	assert_int_equal(place.start_column, column);
	bl_buf_done(&out);
	drop(&p);
}

static void comments_and_empty_lines_within_an_instruction_are_left_out(void **state)
{
	(void)state;
	assert_sexp("FROM a\nRUN x \\\n # note \\\n\n  y \\\n\nz\n",
		"(from \"a\")\n(run \"x   y z\")\n");
	assert_sexp("\xef\xbb\xbf"
		    "from a\r\nRUN x \\ \t\r\n y\r\n",
		"(from \"a\")\n(run \"x  y\")\n");
	assert_sexp(
		"FROM a\nCOPY x\\ y\\\nz /d\n", "(from \"a\")\n(copy \"x\\\\\" \"yz\" \"/d\")\n");
}

static void the_escape_directive_counts_only_at_the_top(void **state)
{
	(void)state;
	assert_sexp("# escape=`\nFROM a\nRUN x `\n y\\\n", "(from \"a\")\n(run \"x  y\\\\\")\n");
	assert_sexp("\n# escape=`\nFROM a\nRUN x `\n", "(from \"a\")\n(run \"x `\")\n");
	assert_error("# escape=x\nFROM a\n", "the escape character is '\\' or '`', not 'x'", 1);
	assert_error("# check=skip=all\n# check=skip=all\nFROM a\n",
		"only one 'check' directive can be used", 2);
}

static void heredocs_are_read_to_their_end(void **state)
{
	(void)state;
	assert_sexp("FROM a\nRUN <<A cat <<-'B C'\nFROM x\nA\n\ty\n\tB C\nUSER u\n",
		"(from \"a\")\n(run \"<<A cat <<-'B C'\")\n(user \"u\")\n");
	assert_sexp(
		"FROM a\nRUN [\"<<A\"]\nUSER u\n", "(from \"a\")\n(run \"<<A\")\n(user \"u\")\n");
	assert_sexp("FROM a\nONBUILD COPY <<A /x\nUSER y\nA\n",
		"(from \"a\")\n(onbuild (copy \"<<A\" \"/x\"))\n");
	assert_error("FROM a\nRUN <<A\nx\n", "a heredoc without its end", 3);
}

static void what_a_build_refuses_is_an_error_where_it_stands(void **state)
{
	(void)state;
	assert_error("", "a file without instructions", 1);
	assert_error("FROM a\nENV x\n", "'env' must have two arguments", 2);
	assert_error("FROM a\nENV x=1 y\n", "'y' must be of the form name=value", 2);
	assert_error("FROM a\nRUNN x\n", "unknown instruction 'runn'; did you mean 'run'", 2);
	assert_error("FROM a\n\nCMD [\"x\", 1]\n", "an array of arguments holds strings only", 3);
	assert_error("FROM a b\n", "'from' takes an image, and a name after 'as'", 1);
}

static void commands_of_a_shell_text_keep_their_places(void **state)
{
	(void)state;
	const char *text = "FROM a\nRUN set -e; \\\n # note\n apt-get install \"x=$V\" 'y z' \\\n  "
			   "&& a | sudo b > /dev/null\n";
	assert_command(text, 0, "set -e", 2, 5);
	assert_command(text, 1, "apt-get install ? y z", 4, 2);
	assert_command(text, 3, "sudo b", 5, 10);
	assert_command("FROM a\nRUN [\"sh\", \"-ec\", \"cd /x && make\"]\n", 2, "make", 2, 19);
	assert_command(
		"FROM a\nRUN <<-E\n\tif x; then\n\t\tcurl y\n\tfi\n\tE\n", 1, "curl y", 4, 3);
	assert_command(
		"FROM a\nRUN <<E\n#!/usr/bin/env python\nprint(1)\nE\nRUN ok\n", 0, "ok", 6, 5);
	assert_command("FROM a\nRUN echo $(id -u \"`whoami`\")\n", 2, "whoami", 2, 20);
	assert_command("FROM a\nRUN d='x y' v=$(z); apk add $d \"$d\" $v\n", 1, "apk add x y x y ?",
		2, 21);
	assert_command(
		"FROM a\nSHELL [\"pwsh\", \"-c\"]\nRUN Get-X\nFROM b\nRUN ls\n", 0, "ls", 5, 5);
}

static void deeply_nested_shell_text_ends(void **state)
{
	(void)state;
	bl_buf text = {0};
	bl_buf_putz(&text, "FROM a\nRUN ");
	for (int i = 0; i < 3000; i++)
		bl_buf_putz(&text, "( ");
	bl_buf_putz(&text, "x");
	for (int i = 0; i < 3000; i++)
		bl_buf_putz(&text, " )");
	bl_buf_putz(&text, "\nRUN echo ");
	for (int i = 0; i < 2000; i++)
		bl_buf_putz(&text, "${a:-$(b ");
	bl_buf_putz(&text, "\nUSER u\n");
	parsed p = parse(text.p);
	assert_int_equal(p.document.blocks.n, 4);
	drop(&p);
	bl_buf_done(&text);
}

/* The shell's grammar takes a time for them that grows with the square of their number. */
static void a_script_of_nothing_but_pipes_is_said_to_be_too_much(void **state)
{
	(void)state;
	bl_buf text = {0};
	bl_buf_putz(&text, "FROM a\nRUN ");
	for (int i = 0; i < 100000; i++)
		bl_buf_putz(&text, "a|");
	bl_buf_putz(&text, "\nUSER u\n");
	parsed p = parse(text.p);
	assert_int_equal(p.document.blocks.n, 3);
	bl_buf printed = {0};
	bl_document_print(&p.document, &printed);
	assert_true(bl_str_find(bl_buf_str(&printed), BL_STR("more pipes"), 0) >= 0);
	bl_buf_done(&printed);
	drop(&p);
	bl_buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_and_empty_lines_within_an_instruction_are_left_out),
		cmocka_unit_test(the_escape_directive_counts_only_at_the_top),
		cmocka_unit_test(heredocs_are_read_to_their_end),
		cmocka_unit_test(what_a_build_refuses_is_an_error_where_it_stands),
		cmocka_unit_test(commands_of_a_shell_text_keep_their_places),
		cmocka_unit_test(deeply_nested_shell_text_ends),
		cmocka_unit_test(a_script_of_nothing_but_pipes_is_said_to_be_too_much),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

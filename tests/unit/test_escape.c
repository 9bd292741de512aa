#include "annotate/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

typedef void (*escaper)(bl_buf *out, bl_str s);

static void check(escaper escape, const char *text, const char *want)
{
	bl_buf out = {0};
	escape(&out, bl_str_of(text));
	assert_string_equal(out.p ? out.p : "", want);
	bl_buf_done(&out);
}

static void plain_in_a_line(bl_buf *out, bl_str s)
{
	bl_escape_plain(out, s, false);
}

static void plain_at_its_start(bl_buf *out, bl_str s)
{
	bl_escape_plain(out, s, true);
}

static void plain_text_neither_moves_the_cursor_nor_commands_a_runner(void **state)
{
	check(plain_in_a_line, "a\033[31mb", "a\\x1b[31mb");
	check(plain_in_a_line, "a\nb\r", "a\\nb\\r");
	check(plain_in_a_line, "x \xe2\x80\xae y", "x \\u{202e} y");
	check(plain_in_a_line, "caf\xc3\xa9 \xff", "caf\xc3\xa9 \xef\xbf\xbd");
	check(plain_in_a_line, "##vso[task.setvariable]x", "#\\#vso[task.setvariable]x");
	check(plain_in_a_line, "a ##VSO[x]y ##[error]z", "a #\\#VSO[x]y #\\#[error]z");
	check(plain_in_a_line, "a::b", "a::b");
	check(plain_at_its_start, "::error::x", "\\::error::x");
	check(plain_at_its_start, " ::error::x", "\\ ::error::x");
}

static void github_commands_keep_to_one_line_and_one_property(void **state)
{
	check(bl_escape_github_data, "100%\r\n::error::x", "100%25%0D%0A::error::x");
	check(bl_escape_github_property, "a,b:c\n%", "a%2Cb%3Ac%0A%25");
	check(bl_escape_github_data, "##[command]x", "#\\#[command]x");
}

static void azure_commands_keep_to_one_line_and_one_property(void **state)
{
	check(bl_escape_azure_data, "1%\n##vso[task.complete]", "1%AZP25%0A#\\#vso[task.complete]");
	check(bl_escape_azure_property, "a;b]c\r", "a%3Bb%5Dc%0D");
}

static void markdown_text_mentions_nobody_and_links_nowhere(void **state)
{
	check(bl_escape_markdown, "@octocat", "@\xe2\x80\x8boctocat");
	check(bl_escape_markdown, "fixes #12", "fixes \\#\xe2\x80\x8b" "12");
	check(bl_escape_markdown, "<!-- belay -->", "&lt;\\!-- belay --&gt;");
	check(bl_escape_markdown, "a|b", "a\\|b");
	check(bl_escape_markdown, "[x](http://evil)", "\\[x\\](http:\xe2\x80\x8b//evil)");
	check(bl_escape_markdown, "see www.evil and GH-1", "see w\xe2\x80\x8bww.evil and G\xe2\x80\x8bH-1");
	check(bl_escape_markdown, "```\nrm", "\\`\\`\\` rm");
	check(bl_escape_markdown, "a &amp; <b>", "a &amp;amp; &lt;b&gt;");
}

static void code_spans_hold_any_text(void **state)
{
	check(bl_escape_code, "a", "`a`");
	check(bl_escape_code, "a`b", "``a`b``");
	check(bl_escape_code, "``", "``` `` ```");
	check(bl_escape_code, "a\nb", "`a b`");
	check(bl_escape_code, "", "");
}

static void a_cut_counts_characters_and_says_so(void **state)
{
	bl_buf out = {0};
	assert_int_equal(bl_escape_cut(&out, BL_STR("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"), 6), 6);
	assert_string_equal(out.p, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9");
	out.n = 0;
	bl_escape_cut(&out, BL_STR("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"), 5);
	assert_string_equal(out.p, "\xc3\xa9\xc3\xa9...");
	bl_buf_done(&out);
}

static void paths_become_uris(void **state)
{
	check(bl_escape_uri, "a b/\xc3\xa9#?.tf", "a%20b/%C3%A9%23%3F.tf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_neither_moves_the_cursor_nor_commands_a_runner),
		cmocka_unit_test(github_commands_keep_to_one_line_and_one_property),
		cmocka_unit_test(azure_commands_keep_to_one_line_and_one_property),
		cmocka_unit_test(markdown_text_mentions_nobody_and_links_nowhere),
		cmocka_unit_test(code_spans_hold_any_text),
		cmocka_unit_test(a_cut_counts_characters_and_says_so),
		cmocka_unit_test(paths_become_uris),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

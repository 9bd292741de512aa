#include "repo/ignore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static bool ignored(const char *rules, const char *path, bool is_folder)
{
	bl_arena arena = {0};
	bl_ignore_level level = {.base = BL_STR("")};
	bl_ignore_parse(&arena, bl_str_of(rules), &level);
	bool answer = bl_ignore_match(&level, bl_str_of(path), is_folder);
	bl_arena_done(&arena);
	return answer;
}

/* Every row was checked against git check-ignore. */
static void rules_mean_what_git_means(void **state)
{
	static const struct {
		const char *rules, *path;
		bool is_folder, ignored;
	} rows[] = {
		{"*.log", "a/b.log", false, true},
		{"*.log", "a/b.log2", false, false},
		{"/a", "a", false, true},
		{"/a", "b/a", false, false},
		{"a/b", "a/b", false, true},
		{"a/b", "c/a/b", false, false},
		{"a/", "a", false, false},
		{"a/", "a", true, true},
		{"a/", "c/a", true, true},
		{"**/foo", "foo", false, true},
		{"**/foo", "x/y/foo", false, true},
		{"a/**", "a", true, false},
		{"a/**", "a/x", false, true},
		{"a/**/b", "a/b", false, true},
		{"a/**/b", "a/x/y/b", false, true},
		{"a/**/b", "a/x/y/c", false, false},
		{"a/*", "a/x", false, true},
		{"a/*", "b/a/x", false, false},
		{"f?o", "foo", false, true},
		{"f?o", "f/o", false, false},
		{"[a-c].tf", "b.tf", false, true},
		{"[!a-c].tf", "b.tf", false, false},
		{"[[:digit:]].tf", "7.tf", false, true},
		{"[]x].tf", "].tf", false, true},
		{"\\#a", "#a", false, true},
		{"#a", "#a", false, false},
		{"\\!a", "!a", false, true},
		{"a \n", "a", false, true},
		{"a\\ ", "a ", false, true},
		{"a\r\nb\r\n", "a", false, true},
		{"*\n!b", "b", false, false},
		{"!b\n*", "b", false, true},
		{"\\*", "*", false, true},
		{"\\*", "x", false, false},
		{"a**b", "axxb", false, true},
		{"a**b", "ax/xb", false, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (ignored(rows[i].rules, rows[i].path, rows[i].is_folder) != rows[i].ignored)
			fail_msg("'%s' and '%s'", rows[i].rules, rows[i].path);
}

static void a_deeper_level_decides_first(void **state)
{
	bl_arena arena = {0};
	bl_ignore_level root = {.base = BL_STR("")};
	bl_ignore_level below = {.above = &root, .base = BL_STR("a")};
	bl_ignore_parse(&arena, BL_STR("*.tf\n"), &root);
	bl_ignore_parse(&arena, BL_STR("!main.tf\n/b.json\n"), &below);
	assert_false(bl_ignore_match(&below, BL_STR("a/main.tf"), false));
	assert_true(bl_ignore_match(&below, BL_STR("a/other.tf"), false));
	assert_true(bl_ignore_match(&below, BL_STR("a/b.json"), false));
	assert_false(bl_ignore_match(&below, BL_STR("a/c/b.json"), false));
	bl_arena_done(&arena);
}

static void hostile_patterns_end_soon(void **state)
{
	bl_arena arena = {0};
	bl_buf rule = {0}, path = {0}, deep = {0};
	for (int i = 0; i < 60; i++)
		bl_buf_putz(&rule, "*a");
	bl_buf_putz(&rule, "b");
	for (int i = 0; i < 200; i++)
		bl_buf_putc(&path, 'a');
	assert_false(ignored(rule.p, path.p, false));
	rule.n = 0;
	for (int i = 0; i < 60; i++)
		bl_buf_putz(&rule, "**/a/");
	bl_buf_putz(&rule, "b");
	for (int i = 0; i < 200; i++)
		bl_buf_putz(&deep, "a/");
	bl_buf_putc(&deep, 'c');
	assert_false(ignored(rule.p, deep.p, false));
	assert_false(ignored("[", "x", false));
	assert_false(ignored("[", "[", false));
	assert_false(ignored("\\", "\\", false));
	assert_false(ignored("[a-", "a", false));
	assert_false(ignored("\\", "x", false));
	bl_buf_done(&rule);
	bl_buf_done(&path);
	bl_buf_done(&deep);
	bl_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_mean_what_git_means),
		cmocka_unit_test(a_deeper_level_decides_first),
		cmocka_unit_test(hostile_patterns_end_soon),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

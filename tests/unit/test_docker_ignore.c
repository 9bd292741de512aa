#include "eval/docker/ignore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static bool leaves_nothing(const char *file, const char *source)
{
	bl_arena arena = {0};
	bl_docker_ignore ignore = {0};
	bl_docker_ignore_read(&arena, &ignore, bl_str_of(file));
	bool nothing = bl_docker_ignore_leaves_nothing(&arena, &ignore, bl_str_of(source));
	bl_docker_ignore_done(&ignore);
	bl_arena_done(&arena);
	return nothing;
}

static void a_file_goes_with_its_folder(void **state)
{
	(void)state;
	assert_true(leaves_nothing("docs\n", "docs/a.md"));
	assert_true(leaves_nothing("/docs/\n", "./docs//a.md"));
	assert_true(leaves_nothing("**/*.log\n", "a/b.log"));
	assert_false(leaves_nothing("docs\n", "src/docs"));
	assert_false(leaves_nothing("*.log\n", "a/b.log"));
}

static void the_last_pattern_that_matches_counts(void **state)
{
	(void)state;
	assert_false(leaves_nothing("*.md\n!a.md\n", "a.md"));
	assert_true(leaves_nothing("!a.md\n*.md\n", "a.md"));
	assert_true(leaves_nothing("*.md\n!b.md\n", "a.md"));
}

static void a_folder_of_which_something_comes_back_is_there(void **state)
{
	(void)state;
	assert_false(leaves_nothing("src\n!src/main.c\n", "src"));
	assert_false(leaves_nothing("*\n!*/main.c\n", "src"));
	assert_false(leaves_nothing("*\n!**/main.c\n", "src"));
	assert_true(leaves_nothing("src\n!docs/main.c\n", "src"));
	assert_true(leaves_nothing("src\n!src/main.c\n", "src/other.c"));
}

static void the_context_goes_only_with_all_it_holds(void **state)
{
	(void)state;
	assert_true(leaves_nothing("*\n", "."));
	assert_true(leaves_nothing("**\n", "/"));
	assert_false(leaves_nothing(".*\n", "."));
	assert_false(leaves_nothing(".\n", "."));
	assert_false(leaves_nothing("*\n!a\n", "./"));
}

static void comments_and_what_is_no_pattern_are_left_out(void **state)
{
	(void)state;
	assert_false(leaves_nothing("#a\n\n  \n!\n[\n", "a"));
	assert_true(leaves_nothing("\xef\xbb\xbf" "a\r\n", "a"));
	assert_true(leaves_nothing("a\\*b\n", "a*b"));
	assert_false(leaves_nothing("a\\*b\n", "acb"));
	assert_true(leaves_nothing("x/../a\n", "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_goes_with_its_folder),
		cmocka_unit_test(the_last_pattern_that_matches_counts),
		cmocka_unit_test(a_folder_of_which_something_comes_back_is_there),
		cmocka_unit_test(the_context_goes_only_with_all_it_holds),
		cmocka_unit_test(comments_and_what_is_no_pattern_are_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

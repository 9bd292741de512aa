#include "eval/compose.h"
#include "parsers/parsers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* want NULL: it is not known. */
static void assert_text(const char *env, const char *text, const char *want)
{
	bl_arena arena = {0};
	bl_map variables = {0};
	bl_compose_read_env(&arena, &variables, bl_str_of(env));
	const bl_value *v = bl_compose_text(&arena, &variables,
		bl_value_string(&arena, BL_NOWHERE, bl_str_of(text)));
	assert_int_equal(v->kind, want ? BL_STRING : BL_UNKNOWN);
	if (want)
		assert_string_equal(bl_str_z(&arena, v->string), want);
	bl_arena_done(&arena);
}

static void a_default_stands_for_what_is_not_set(void **state)
{
	(void)state;
	assert_text("", "a${X:-b}c", "abc");
	assert_text("X=", "${X:-b}", "b");
	assert_text("X=", "${X-b}", "");
	assert_text("X=1", "${X:-b}$X", "11");
	assert_text("", "${X:-${Y:-${Z-deep}}}", "deep");
	assert_text("X=1", "${X:+yes}", "yes");
	assert_text("X=", "${X:+yes}", "");
}

static void two_dollars_are_one(void **state)
{
	(void)state;
	assert_text("X=1", "$$X ${X} $ 5$", "$X 1 $ 5$");
}

static void what_nothing_sets_is_not_known(void **state)
{
	(void)state;
	assert_text("", "a$X", NULL);
	assert_text("", "${X:?is needed}", NULL);
	assert_text("", "${X", NULL);
}

static void a_text_nests_only_so_deep(void **state)
{
	(void)state;
	char text[8 * 200 + 1] = "";
	for (int i = 0; i < 200; i++)
		strcat(text, "${X:-");
	for (int i = 0; i < 200; i++)
		strcat(text, "}");
	assert_text("", text, NULL);
}

static void an_env_file_has_quotes_and_comments(void **state)
{
	(void)state;
	const char *env = "# c\nexport A='a # b' # c\nB = \"x\"\nC=y # c\r\nnothing\n=z\n";
	assert_text(env, "$A|$B|$C", "a # b|x|y");
}

static void assert_language(const char *path, const char *text, bl_language want)
{
	bl_str dialect;
	assert_int_equal(bl_parsers_detect(bl_str_of(path), bl_str_of(text), &dialect), want);
}

static void a_map_of_services_with_images_is_a_compose_file(void **state)
{
	(void)state;
	const char *text = "# c\nservices:\n\n  web:\n    image: nginx\n";
	assert_language("compose.yaml", text, BL_LANG_COMPOSE);
	assert_language("stack.yml", text, BL_LANG_COMPOSE);
	assert_language("chart/values.yaml", text, BL_LANG_YAML);
	assert_language("a.yml", "image: x\nservices:\n  - docker:dind\nbuild:\n  image: y\n", BL_LANG_YAML);
	assert_language("project.yaml", "services:\n  - a.example.com\n", BL_LANG_YAML);
	assert_language("services.yaml", "services:\n  a:\n    class: B\n", BL_LANG_YAML);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_default_stands_for_what_is_not_set),
		cmocka_unit_test(two_dollars_are_one),
		cmocka_unit_test(what_nothing_sets_is_not_known),
		cmocka_unit_test(a_map_of_services_with_images_is_a_compose_file),
		cmocka_unit_test(a_text_nests_only_so_deep),
		cmocka_unit_test(an_env_file_has_quotes_and_comments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "core/model/image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void a_reference_is_split_as_docker_splits_it(void **state)
{
	static const struct {
		const char *text, *key, *tag, *digest;
	} cases[] = {
		{"redis", "docker.io/library/redis", "", ""},
		{"bitnami/redis:7", "docker.io/bitnami/redis", "7", ""},
		{"index.docker.io/bitnami/redis", "docker.io/bitnami/redis", "", ""},
		{"localhost/x", "localhost/x", "", ""},
		{"localhost:5000/x", "localhost:5000/x", "", ""},
		{"r.example.com:5000/a/b/c:v1.2_3-x", "r.example.com:5000/a/b/c", "v1.2_3-x", ""},
		{"r.example.com/a:v1@" DIGEST, "r.example.com/a", "v1", DIGEST},
		{"docker-pullable://r.example.com/a@" DIGEST, "r.example.com/a", "", DIGEST},
	};
	bl_arena arena = {0};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bl_image_name name;
		assert_true(bl_image_name_parse(&arena, bl_str_of(cases[i].text), &name));
		assert_true(bl_str_eqz(bl_image_name_key(&arena, &name), cases[i].key));
		assert_true(bl_str_eqz(name.tag, cases[i].tag));
		assert_true(bl_str_eqz(name.digest, cases[i].digest));
	}
	bl_arena_done(&arena);
}

static void what_no_registry_takes_is_no_reference(void **state)
{
	static const char *const cases[] = {"", "Redis", "a//b", "/a", "a/", "a:", "a:-x", "a@sha256:12", "a b", "r.example.com/"};
	bl_arena arena = {0};
	bl_image_name name;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_false(bl_image_name_parse(&arena, bl_str_of(cases[i]), &name));
	bl_arena_done(&arena);
}

/* '?' stands for what is not known. */
static void what_is_not_known_leaves_gaps_in_its_parts(void **state)
{
	static const struct {
		const char *text, *registry, *repository, *tag, *digest;
	} cases[] = {
		{"?/app:?", "?", "app", "?", ""},
		{"ghcr.io/?/app:1", "ghcr.io", "?/app", "1", ""},
		{"?.azurecr.io/x/app", "?.azurecr.io", "x/app", "", ""},
		{"app:?", "docker.io", "library/app", "?", ""},
		{"x/app?", "docker.io", "x/app?", "?", "?"},
		{"?app", "?", "?app", "", ""},
		{"?", "?", "?", "?", "?"},
		{"x/app@?", "docker.io", "x/app", "", "?"},
	};
	(void)state;
	bl_arena arena = {0};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = bl_str_z(&arena, bl_str_of(cases[i].text));
		for (char *p = text; *p; p++)
			*p = *p == '?' ? BL_GAP : *p;
		bl_image_name name;
		assert_true(bl_image_name_parse(&arena, bl_str_of(text), &name));
		const bl_str have[] = {name.registry, name.repository, name.tag, name.digest};
		const char *want[] = {cases[i].registry, cases[i].repository, cases[i].tag, cases[i].digest};
		for (size_t k = 0; k < 4; k++) {
			char *shown = bl_str_z(&arena, have[k]);
			for (char *p = shown; *p; p++)
				*p = *p == BL_GAP ? '?' : *p;
			assert_string_equal(shown, want[k]);
		}
	}
	bl_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reference_is_split_as_docker_splits_it),
		cmocka_unit_test(what_is_not_known_leaves_gaps_in_its_parts),
		cmocka_unit_test(what_no_registry_takes_is_no_reference),
	};
	return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}

#include "core/io/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static bl_status run(bl_arena *arena, const char *script, const char *input, bl_str *out, bl_str *err, int *status)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	return bl_process_run(argv, bl_str_of(input), 2, 1 << 20, arena, out, err, status, NULL);
}

static void what_a_program_prints_and_how_it_ends_is_told(void **state)
{
	bl_arena arena = {0};
	bl_str out, err;
	int status;
	assert_int_equal(run(&arena, "cat; echo oh >&2; exit 7", "hello", &out, &err, &status), BL_OK);
	assert_true(bl_str_eqz(out, "hello"));
	assert_true(bl_str_eqz(err, "oh\n"));
	assert_int_equal(status, 7);
	assert_int_equal(run(&arena, "kill -9 $$", "", &out, &err, &status), BL_OK);
	assert_int_equal(status, 137);
	/* it need not read what it is given */
	char *much = bl_arena_alloc(&arena, 300001);
	memset(much, 'x', 300000);
	assert_int_equal(run(&arena, "exit 0", much, &out, &err, &status), BL_OK);
	assert_int_equal(run(&arena, "wc -c", much, &out, &err, &status), BL_OK);
	assert_true(bl_str_eqz(bl_str_trim(out), "300000"));
	bl_arena_done(&arena);
}

static void a_program_that_does_not_end_is_ended(void **state)
{
	bl_arena arena = {0};
	bl_str out;
	int status;
	assert_int_equal(run(&arena, "sleep 30", "", &out, NULL, &status), BL_LIMIT);
	assert_int_equal(run(&arena, "yes", "", &out, NULL, &status), BL_LIMIT);
	bl_arena_done(&arena);
}

static void a_program_that_is_not_there_is_not_found(void **state)
{
	static const char *const argv[] = {"no-such-program-anywhere", NULL};
	bl_arena arena = {0};
	bl_error error;
	bl_str out;
	int status;
	assert_int_equal(bl_process_run(argv, BL_STR(""), 2, 100, &arena, &out, NULL, &status, &error), BL_NOT_FOUND);
	assert_non_null(strstr(error.text, "no-such-program-anywhere"));
	bl_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_program_prints_and_how_it_ends_is_told),
		cmocka_unit_test(a_program_that_does_not_end_is_ended),
		cmocka_unit_test(a_program_that_is_not_there_is_not_found),
	};
	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}

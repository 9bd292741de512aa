#include "core/model/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void places_count_code_points_from_one(void **state)
{
	bl_sources *s = bl_sources_new();
	uint32_t id = bl_sources_add(s, BL_STR("r"), BL_STR("a.tf"), BL_STR("x\n\xc3\xa9=1\n"));
	bl_place p;
	assert_true(bl_sources_place(s, (bl_span){id, 4, 6}, &p));
	assert_int_equal(p.start_line, 2);
	assert_int_equal(p.start_column, 2);
	assert_int_equal(p.end_column, 4);
	bl_sources_free(s);
}

static void columns_of_a_long_line_are_counted_across_blocks(void **state)
{
	static char text[10004] = "a\n";
	for (size_t i = 2; i + 1 < sizeof text; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	bl_sources *s = bl_sources_new();
	uint32_t id = bl_sources_add(s, BL_STR(""), BL_STR("a"), bl_str_make(text, sizeof text));
	bl_place p;
	bl_sources_place(s, (bl_span){id, 2 + 2 * 1500, (uint32_t)sizeof text}, &p);
	assert_int_equal(p.start_line, 2);
	assert_int_equal(p.start_column, 1501);
	assert_int_equal(p.end_column, 5002);
	bl_sources_free(s);
}

static void a_span_that_takes_its_newline_ends_on_its_line(void **state)
{
	bl_sources *s = bl_sources_new();
	uint32_t id = bl_sources_add(s, BL_STR(""), BL_STR("a"), BL_STR("ab\r\ncd\n"));
	bl_place p;
	bl_sources_place(s, (bl_span){id, 0, 4}, &p);
	assert_int_equal(p.end_line, 1);
	assert_int_equal(p.end_column, 3);
	bl_sources_free(s);
}

static void derived_spans_lead_back_to_the_file(void **state)
{
	bl_sources *s = bl_sources_new();
	/* a heredoc with two spaces of indentation taken away */
	uint32_t file = bl_sources_add(s, BL_STR(""), BL_STR("a"), BL_STR("<<-E\n  ab\n  cd\nE\n"));
	const bl_piece pieces[] = {{0, 7, 10, true}, {3, 12, 15, true}};
	uint32_t text = bl_sources_derive(s, file, BL_STR("ab\ncd\n"), pieces, 2);
	bl_span root = bl_sources_root(s, (bl_span){text, 3, 5});
	assert_int_equal(root.source, file);
	assert_int_equal(root.begin, 12);
	assert_int_equal(root.end, 14);
	bl_place p;
	bl_sources_place(s, (bl_span){text, 4, 5}, &p);
	assert_int_equal(p.start_line, 3);
	assert_int_equal(p.start_column, 4);
	bl_sources_free(s);
}

static void folded_runs_map_as_a_whole(void **state)
{
	bl_sources *s = bl_sources_new();
	uint32_t file = bl_sources_add(s, BL_STR(""), BL_STR("a"), BL_STR("\"a\\u0041b\""));
	const bl_piece pieces[] = {{0, 1, 2, true}, {1, 2, 8, false}, {2, 8, 9, true}};
	uint32_t text = bl_sources_derive(s, file, BL_STR("aAb"), pieces, 3);
	bl_span root = bl_sources_root(s, (bl_span){text, 1, 2});
	assert_int_equal(root.begin, 2);
	assert_int_equal(root.end, 8);
	bl_sources_free(s);
}

static void equal_texts_of_one_place_are_kept_once(void **state)
{
	bl_sources *s = bl_sources_new();
	uint32_t file = bl_sources_add(s, BL_STR(""), BL_STR("a"), BL_STR("run: make ${{ x }}"));
	bl_piece pieces[] = {{0, 5, 10, true}, {5, 10, 18, false}}, others[] = {{0, 5, 10, true}, {6, 10, 18, false}};
	char text[] = "make all";
	uint32_t first = bl_sources_share(s, file, bl_str_of(text), pieces, 2);
	assert_int_equal(bl_sources_share(s, file, BL_STR("make all"), pieces, 2), first);
	assert_int_not_equal(bl_sources_share(s, file, BL_STR("make any"), pieces, 2), first);
	assert_int_not_equal(bl_sources_share(s, file, BL_STR("make all"), others, 2), first);
	assert_int_not_equal(bl_sources_share(s, first, BL_STR("make all"), pieces, 2), first);
	assert_int_equal(bl_sources_count(s), 5);
	/* nothing of it is the caller's */
	memset(text, 'x', sizeof text - 1);
	memset(pieces, 0, sizeof pieces);
	assert_true(bl_str_eqz(bl_sources_text(s, first), "make all"));
	assert_int_equal(bl_sources_root(s, (bl_span){first, 5, 8}).begin, 10);
	bl_sources_free(s);
}

static void lines_are_found_without_their_newline(void **state)
{
	bl_sources *s = bl_sources_new();
	uint32_t id = bl_sources_add(s, BL_STR(""), BL_STR("a"), BL_STR("one\r\ntwo"));
	assert_true(bl_str_eqz(bl_sources_slice(s, bl_sources_line(s, id, 1)), "one"));
	assert_true(bl_str_eqz(bl_sources_slice(s, bl_sources_line(s, id, 2)), "two"));
	assert_false(bl_span_known(bl_sources_line(s, id, 3)));
	bl_sources_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_count_code_points_from_one),
		cmocka_unit_test(a_span_that_takes_its_newline_ends_on_its_line),
		cmocka_unit_test(columns_of_a_long_line_are_counted_across_blocks),
		cmocka_unit_test(derived_spans_lead_back_to_the_file),
		cmocka_unit_test(equal_texts_of_one_place_are_kept_once),
		cmocka_unit_test(folded_runs_map_as_a_whole),
		cmocka_unit_test(lines_are_found_without_their_newline),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

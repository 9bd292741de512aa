#include "core/base/map.h"
#include "core/base/partial.h"
#include "core/base/pool.h"
#include "core/base/sym.h"
#include "core/base/value.h"

#include <stdatomic.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

static void arena_memory_is_zeroed_and_survives_growth(void **state)
{
	bl_arena a = {0};
	int *p = bl_new_n(&a, int, 100);
	assert_int_equal(p[99], 0);
	for (int i = 0; i < 100; i++)
		p[i] = i;
	p = bl_arena_grow(&a, p, 100 * sizeof *p, 100000 * sizeof *p, _Alignof(int));
	assert_int_equal(p[99], 99);
	assert_int_equal(p[99999], 0);
	bl_arena_done(&a);
}

static void a_reset_arena_is_empty_and_hands_out_zeroed_memory_again(void **state)
{
	bl_arena a = {0};
	bl_arena_reset(&a);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 1000; i++) {
			char *p = bl_arena_alloc(&a, 50);
			for (int k = 0; k < 50; k++)
				assert_int_equal(p[k], 0);
			memset(p, 7, 50);
		}
		bl_arena_reset(&a);
		assert_int_equal(a.used, 0);
	}
	bl_arena_done(&a);
}

static void adopted_memory_stays_valid(void **state)
{
	bl_arena a = {0}, b = {0};
	bl_str_dup(&a, BL_STR("a"));
	bl_str s = bl_str_dup(&b, BL_STR("kept"));
	bl_arena_adopt(&a, &b);
	bl_arena_done(&b);
	assert_true(bl_str_eqz(s, "kept"));
	bl_arena_done(&a);
}

static void cut_splits_at_the_first_separator(void **state)
{
	bl_str head, rest = bl_str_cut(BL_STR("a.b.c"), '.', &head);
	assert_true(bl_str_eqz(head, "a"));
	assert_true(bl_str_eqz(rest, "b.c"));
	rest = bl_str_cut(BL_STR("abc"), '.', &head);
	assert_true(bl_str_eqz(head, "abc"));
	assert_int_equal(rest.n, 0);
}

static void distance_counts_edits(void **state)
{
	assert_int_equal(bl_str_distance(BL_STR("severty"), BL_STR("severity"), 3), 1);
	assert_int_equal(bl_str_distance(BL_STR("abc"), BL_STR("xyz"), 2), 3);
}

static void maps_find_every_key_after_growth(void **state)
{
	bl_arena a = {0};
	bl_map m = {.fold = true};
	for (intptr_t i = 0; i < 1000; i++)
		bl_map_put(&a, &m, bl_str_fmt(&a, "Key%d", (int)i), (void *)(i + 1));
	for (intptr_t i = 0; i < 1000; i++)
		assert_ptr_equal(bl_map_get(&m, bl_str_fmt(&a, "kEY%d", (int)i)), (void *)(i + 1));
	assert_null(bl_map_get(&m, BL_STR("key1000")));
	assert_ptr_equal(*bl_map_place(&a, &m, BL_STR("kEY7")), (void *)8);
	assert_int_equal(m.n, 1000);
	void **place = bl_map_place(&a, &m, BL_STR("new"));
	assert_null(*place);
	*place = &m;
	assert_ptr_equal(bl_map_get(&m, BL_STR("NEW")), &m);
	assert_int_equal(m.n, 1001);
	bl_arena_done(&a);
}

static void formatted_text_of_any_length_is_whole(void **state)
{
	bl_arena a = {0};
	bl_buf b = {0}, all = {0};
	for (int n = 0; n < 600; n++) {
		bl_str s = bl_str_fmt(&a, "<%*d>", n, 5);
		assert_int_equal(s.n, (n > 1 ? n : 1) + 2);
		assert_int_equal(strlen(s.p), s.n);
		assert_int_equal(s.p[s.n - 1], '>');
		b.n = 0;
		bl_buf_putf(&b, "%.*s", (int)s.n, s.p);
		assert_true(bl_str_eq(bl_buf_str(&b), s));
		bl_buf_putf(&all, BL_FMT, BL_ARG(s));
		assert_int_equal(all.p[all.n], 0);
	}
	assert_true(bl_str_ends(bl_buf_str(&all), bl_buf_str(&b)));
	bl_buf_done(&b);
	bl_buf_done(&all);
	bl_arena_done(&a);
}

static void text_is_found_without_regard_to_case(void **state)
{
	bl_str s = BL_STR("/Aab/aB/AB");
	assert_int_equal(bl_str_findi(s, BL_STR("ab"), 0), 2);
	assert_int_equal(bl_str_findi(s, BL_STR("/AB"), 1), 4);
	assert_int_equal(bl_str_findi(s, BL_STR("ab"), 8), 8);
	assert_int_equal(bl_str_findi(s, BL_STR("ab"), 9), -1);
	assert_int_equal(bl_str_findi(s, BL_STR(""), 10), 10);
	assert_int_equal(bl_str_findi(s, BL_STR(""), 11), -1);
	assert_int_equal(bl_str_findi(s, BL_STR("/aab/ab/abc"), 0), -1);
}

static void equal_names_are_one_symbol(void **state)
{
	bl_symbols *s = bl_symbols_new();
	char text[] = "aws_s3_bucket";
	assert_ptr_equal(bl_sym_of(s, BL_STR("aws_s3_bucket")), bl_sym_of(s, bl_str_of(text)));
	assert_null(bl_sym_find(s, BL_STR("other")));
	bl_symbols_free(s);
}

static void add_one(void *context, size_t item, bl_arena *scratch)
{
	bl_arena_alloc(scratch, 100);
	atomic_fetch_add((atomic_size_t *)context, item);
}

static void a_barrier_runs_every_item_once(void **state)
{
	bl_pool *p = bl_pool_new(8);
	for (int round = 0; round < 50; round++) {
		atomic_size_t sum = 0;
		bl_pool_run(p, 100, add_one, &sum);
		assert_int_equal(sum, 4950);
	}
	bl_pool_free(p);
}

static void unknown_strings_keep_what_is_known(void **state)
{
	bl_arena a = {0};
	bl_value *v = bl_value_unknown(&a, BL_NOWHERE, "var.x has no value");
	bl_unknown u = *v->unknown;
	u.prefix = BL_STR("st");
	u.type = BL_STRING;
	v->unknown = &u;
	assert_int_equal(bl_value_equal(v, bl_value_string(&a, BL_NOWHERE, BL_STR("stprod"))), BL_MAYBE);
	assert_int_equal(bl_value_equal(v, bl_value_string(&a, BL_NOWHERE, BL_STR("kv"))), BL_NO);
	assert_int_equal(bl_value_equal(v, bl_value_bool(&a, BL_NOWHERE, true)), BL_NO);
	bl_arena_done(&a);
}

static void a_text_fits_a_pattern_piece_by_piece(void **state)
{
	static const struct {
		const char *pattern, *letters, *text;
		bool fits, folded;
	} rows[] = {
		{"a-\xff-b", "", "a-x-b", true, true},
		{"a-\xff-b", "", "a--b", true, true},
		{"a-\xff-b", "", "a-b", false, false},
		{"a-\xff-b", "", "A-x-B", false, true},
		{"\xff-\xff", "ab", "ab-ba", true, true},
		{"\xff-\xff", "ab", "ab-b-a", false, false},
		{"\xff-\xff", "ab", "AB-b", false, true},
		{"\xff-\xff", "AB", "ab-b", false, true},
		{"\xff-\xff", "ab", "abba", false, false},
		{"\xff-\xff", "ab-", "ab-b-a", true, true},
		{"x\xff_\xff_\xffy", "", "x1_2_3y", true, true},
		{"x\xff_\xff_\xffy", "", "x1_23y", false, false},
		{"\xff\xff", "0", "00", true, true},
		{"\xff\xff", "0", "0_", false, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bl_unknown u = {.type = BL_STRING, .alphabet = bl_str_of(rows[i].letters)};
		bl_unknown_set_pattern(&u, bl_str_of(rows[i].pattern));
		assert_int_equal(bl_unknown_may_be(&u, bl_str_of(rows[i].text), false), rows[i].fits);
		assert_int_equal(bl_unknown_may_be(&u, bl_str_of(rows[i].text), true), rows[i].folded);
	}
}

static void a_text_put_together_knows_what_its_pieces_know(void **state)
{
	bl_arena a = {0};
	bl_partial p = {0};
	bl_unknown u = {.type = BL_STRING};
	bl_value v = {.kind = BL_UNKNOWN, .unknown = &u};
	bl_bytes digits = bl_bytes_of(BL_STR("0123456789"));
	bl_partial_put(&p, BL_STR("n"));
	bl_partial_gap(&p, &digits, 2, 4);
	bl_partial_put(&p, BL_STR("-x"));
	bl_partial_tell(&p, &a, &u);
	bl_partial_done(&p);
	assert_int_equal(u.least, 5);
	assert_int_equal(u.most, 7);
	p = (bl_partial){0};
	bl_partial_add(&p, &v);
	bl_partial_uuid(&p, false);
	bl_unknown both = {.type = BL_STRING};
	bl_partial_tell(&p, &a, &both);
	assert_int_equal(both.least, 5 + 36);
	assert_int_equal(both.most, 7 + 36);
	assert_true(bl_str_eqz(both.alphabet, "0123456789abcdef"));
	/* what nobody knows anything of leaves the rest as it is */
	bl_partial_add(&p, bl_value_unknown(&a, BL_NOWHERE, "var.x has no value"));
	bl_partial_tell(&p, &a, &both);
	assert_int_equal(both.least, 5 + 36);
	assert_int_equal(both.most, 0);
	assert_int_equal(both.alphabet.n, 0);
	bl_partial_done(&p);
	bl_arena_done(&a);
}

static void an_open_list_is_never_surely_equal(void **state)
{
	bl_arena a = {0};
	bl_value *l = bl_value_list(&a, BL_NOWHERE, NULL, 0), *m = bl_value_list(&a, BL_NOWHERE, NULL, 0);
	assert_int_equal(bl_value_equal(l, m), BL_YES);
	m->open = true;
	assert_int_equal(bl_value_equal(l, m), BL_MAYBE);
	bl_arena_done(&a);
}

static void setting_a_path_keeps_the_rest(void **state)
{
	bl_arena a = {0};
	bl_items items = {0};
	bl_items_put(&a, &items, BL_STR("keep"), BL_NOWHERE, bl_value_bool(&a, BL_NOWHERE, true));
	const bl_value *v = bl_items_value(&a, BL_NOWHERE, &items);
	const bl_value *w = bl_value_with(&a, v, BL_STR("properties.sku.name"),
		bl_value_string(&a, BL_NOWHERE, BL_STR("S1")));
	assert_true(bl_value_is_string(bl_value_at_path(w, BL_STR("Properties.SKU.Name")), "S1"));
	assert_true(bl_value_getz(w, "keep")->boolean);
	assert_null(bl_value_getz(v, "properties"));
	bl_arena_done(&a);
}

/* Each byte in each place of a word and of what is left after it, against each other byte. */
static void case_is_ignored_of_the_letters_of_ascii_alone(void **state)
{
	for (size_t at = 0; at < 19; at++) {
		for (int x = 0; x < 256; x++) {
			char a[19], b[19];
			memset(a, 'k', sizeof a);
			memset(b, 'K', sizeof b);
			a[at] = (char)x;
			for (int y = 0; y < 256; y++) {
				int l = x >= 'A' && x <= 'Z' ? x + 32 : x, r = y >= 'A' && y <= 'Z' ? y + 32 : y;
				b[at] = (char)y;
				bl_str s = bl_str_make(a, sizeof a), t = bl_str_make(b, sizeof b);
				int order = bl_str_cmpi(s, t);
				assert_int_equal((order > 0) - (order < 0), (l > r) - (l < r));
				assert_int_equal(bl_str_eqi(s, t), l == r);
				assert_int_equal(bl_str_hashi(s) == bl_str_hashi(t), l == r);
				assert_int_equal(bl_str_hash(s) == bl_str_hash(t), false);
			}
		}
	}
}

static void a_text_with_zeros_at_its_end_is_another(void **state)
{
	assert_int_not_equal(bl_str_hash(bl_str_make("a\0", 1)), bl_str_hash(bl_str_make("a\0", 2)));
	assert_int_not_equal(bl_str_hash(BL_STR("")), bl_str_hash(BL_STR("\0")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_memory_is_zeroed_and_survives_growth),
		cmocka_unit_test(a_reset_arena_is_empty_and_hands_out_zeroed_memory_again),
		cmocka_unit_test(adopted_memory_stays_valid),
		cmocka_unit_test(case_is_ignored_of_the_letters_of_ascii_alone),
		cmocka_unit_test(a_text_with_zeros_at_its_end_is_another),
		cmocka_unit_test(cut_splits_at_the_first_separator),
		cmocka_unit_test(distance_counts_edits),
		cmocka_unit_test(maps_find_every_key_after_growth),
		cmocka_unit_test(formatted_text_of_any_length_is_whole),
		cmocka_unit_test(text_is_found_without_regard_to_case),
		cmocka_unit_test(equal_names_are_one_symbol),
		cmocka_unit_test(a_barrier_runs_every_item_once),
		cmocka_unit_test(unknown_strings_keep_what_is_known),
		cmocka_unit_test(a_text_fits_a_pattern_piece_by_piece),
		cmocka_unit_test(a_text_put_together_knows_what_its_pieces_know),
		cmocka_unit_test(an_open_list_is_never_surely_equal),
		cmocka_unit_test(setting_a_path_keeps_the_rest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

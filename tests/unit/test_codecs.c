#include "core/codec/calendar.h"
#include "core/codec/charset.h"
#include "core/codec/csv.h"
#include "core/codec/gzip.h"
#include "core/codec/re2.h"
#include "core/codec/unicode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void assert_text(bl_str have, const char *want)
{
	if (!bl_str_eqz(have, want))
		fail_msg("'" BL_FMT "' is not '%s'", BL_ARG(have), want);
}

static void a_base_and_its_mark_become_one_character(void **state)
{
	bl_arena arena = {0};
	bl_str plain = BL_STR("plain"), composed = BL_STR("\xc3\xa9"), broken = BL_STR("e\xcc\x81\xff");
	assert_text(bl_unicode_nfc(&arena, BL_STR("e\xcc\x81")), "\xc3\xa9");
	assert_ptr_equal(bl_unicode_nfc(&arena, plain).p, plain.p);
	assert_ptr_equal(bl_unicode_nfc(&arena, composed).p, composed.p);
	assert_ptr_equal(bl_unicode_nfc(&arena, broken).p, broken.p);
	bl_arena_done(&arena);
}

static void a_csv_field_is_quoted_where_it_must_be_and_is_never_a_formula(void **state)
{
	bl_buf out = {0};
	bl_csv csv = {&out, false};
	bl_csv_field(&csv, BL_STR("plain"));
	bl_csv_field(&csv, BL_STR(""));
	bl_csv_field(&csv, BL_STR("a,\"b\"\n"));
	bl_csv_field(&csv, BL_STR("=1+1"));
	bl_csv_end(&csv);
	bl_csv_field(&csv, BL_STR("-x,"));
	bl_csv_end(&csv);
	assert_text(bl_buf_str(&out), "plain,,\"a,\"\"b\"\"\n\",'=1+1\r\n\"'-x,\"\r\n");
	bl_buf_done(&out);
}

static void clusters_hold_all_that_people_count_as_one(void **state)
{
	bl_str family = BL_STR("\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7!"), line = BL_STR("\r\nx");
	assert_int_equal(bl_unicode_cluster(family, 0), family.n - 1);
	assert_int_equal(bl_unicode_cluster(line, 0), 2);
	assert_int_equal(bl_unicode_cluster(BL_STR("ab"), 0), 1);
	assert_int_equal(bl_unicode_cluster(BL_STR("\xff\xfe"), 0), 1);
	assert_int_equal(bl_unicode_upper(0xdf), 0xdf);
	assert_int_equal(bl_unicode_lower(0x130), 'i');
}

static void dates_become_what_rfc_3339_says(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {{"2001-01-02", "2001-01-02T00:00:00Z"}, {"2001-1-2", "2001-01-02T00:00:00Z"}, {"2001-01-02 3:04:05.6", "2001-01-02T03:04:05Z"},
		{"2001-01-02T03:04:05+01:30", "2001-01-02T03:04:05+01:30"}, {"2001-02-30", NULL}, {"2001-01-02T03:04:05", NULL}, {"20010102", NULL},
		{"2001-01-02x", NULL}};
	bl_arena arena = {0};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bl_str out;
		bool good = bl_calendar_rfc3339(&arena, bl_str_of(rows[i].text), &out);
		assert_int_equal(good, rows[i].want != NULL);
		if (good)
			assert_text(out, rows[i].want);
	}
	bl_arena_done(&arena);
}

static void encodings_are_known_by_their_names_alone(void **state)
{
	bl_buf out = {0};
	assert_int_equal(bl_charset_encode(BL_STR("utf-16LE"), BL_STR("a"), &out), BL_CHARSET_OK);
	assert_int_equal(out.n, 2);
	out.n = 0;
	assert_int_equal(bl_charset_encode(BL_STR("UTF-16"), BL_STR("a"), &out), BL_CHARSET_OK);
	assert_memory_equal(out.p, "\xfe\xff\0a", 4);
	out.n = 0;
	assert_int_equal(bl_charset_decode(BL_STR("UTF-16"), bl_str_make("\xff\xfe" "a\0", 4), &out), BL_CHARSET_OK);
	assert_text(bl_buf_str(&out), "a");
	assert_int_equal(bl_charset_encode(BL_STR("ascii"), BL_STR("a"), &out), BL_CHARSET_NAME);
	assert_int_equal(bl_charset_encode(BL_STR("ISO-8859-1"), BL_STR("\xe2\x82\xac"), &out), BL_CHARSET_BYTES);
	bl_buf_done(&out);
}

static void gzip_packs_what_is_short_and_unpacks_within_its_limit(void **state)
{
	bl_buf packed = {0}, out = {0};
	assert_true(bl_gzip_short(BL_STR("test"), &packed));
	assert_true(bl_gzip_read(bl_buf_str(&packed), 100, &out));
	assert_text(bl_buf_str(&out), "test");
	out.n = 0;
	assert_false(bl_gzip_read(bl_buf_str(&packed), 3, &out));
	assert_false(bl_gzip_read(bl_str_slice(bl_buf_str(&packed), 0, packed.n - 9), 100, &out));
	assert_false(bl_gzip_short(BL_STR("abcabc"), &packed));
	assert_false(bl_gzip_short(BL_STR("a text that is too long"), &packed));
	bl_buf_done(&packed);
	bl_buf_done(&out);
}

static void patterns_are_read_as_re2_reads_them(void **state)
{
	static const struct {
		const char *pattern, *want; /* NULL: refused */
	} rows[] = {{"a{2}b*?", "a{2}b*?"}, {"\\s[\\s]", "[\\t\\n\\f\\r ][\\t\\n\\f\\r ]"}, {"{", "\\{"}, {"a{,2}", "a\\{,2}"}, {"\\v", "\\x{b}"},
		{"(?P<n>x)(?i:y)", "(?P<n>x)(?i:y)"}, {"[[:alpha:][]", "[[:alpha:]\\[]"}, {"\\101", "\\x{41}"}, {"(?=a)", NULL}, {"(?<!a)", NULL},
		{"(a)\\1", NULL}, {"a++", NULL}, {"a**", NULL}, {"*a", NULL}, {"a{1001}", NULL}, {"\\K", NULL}, {"(?>a)", NULL}, {"(*FAIL)", NULL},
		{"[a", NULL}, {"\\", NULL}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bl_buf out = {0};
		bl_error error;
		bl_status status = bl_re2_translate(bl_str_of(rows[i].pattern), &out, &error);
		if ((status == BL_OK) != (rows[i].want != NULL))
			fail_msg("'%s' is %s", rows[i].pattern, status == BL_OK ? "taken" : "refused");
		if (rows[i].want)
			assert_text(bl_buf_str(&out), rows[i].want);
		bl_buf_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_csv_field_is_quoted_where_it_must_be_and_is_never_a_formula),
		cmocka_unit_test(a_base_and_its_mark_become_one_character),
		cmocka_unit_test(clusters_hold_all_that_people_count_as_one),
		cmocka_unit_test(dates_become_what_rfc_3339_says),
		cmocka_unit_test(encodings_are_known_by_their_names_alone),
		cmocka_unit_test(gzip_packs_what_is_short_and_unpacks_within_its_limit),
		cmocka_unit_test(patterns_are_read_as_re2_reads_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

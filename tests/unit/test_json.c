#include "core/codec/json.h"
#include "core/codec/json_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static void written_text_has_commas_indentation_and_escapes(void **state)
{
	bl_buf out = {0};
	bl_json j;
	bl_json_begin(&j, &out, true);
	bl_json_object(&j);
	bl_json_member(&j, "a", BL_STR("x\"\n\x01\xff\xc3\xa9"));
	bl_json_key(&j, "list");
	bl_json_array(&j);
	bl_json_int(&j, -3);
	bl_json_double(&j, 0.97);
	bl_json_array_end(&j);
	bl_json_key(&j, "empty");
	bl_json_object(&j);
	bl_json_object_end(&j);
	bl_json_object_end(&j);
	assert_string_equal(out.p, "{\n  \"a\": \"x\\\"\\n\\u0001\xef\xbf\xbd\xc3\xa9\",\n  \"list\": [\n"
				   "    -3,\n    0.97\n  ],\n  \"empty\": {}\n}\n");
	bl_buf_done(&out);
}

/* Each byte of ASCII in each place of a text that is looked at by eights: what comes out is what it is alone, between what stands beside it. */
static void a_byte_is_escaped_wherever_it_stands(void **state)
{
	for (int c = 0; c < 128; c++) {
		char one = (char)c, text[20];
		bl_buf alone = {0}, whole = {0}, want = {0};
		bl_json j;
		bl_json_begin(&j, &alone, false);
		bl_json_str(&j, bl_str_make(&one, 1));
		for (size_t at = 0; at < sizeof text; at++) {
			memset(text, 'k', sizeof text);
			text[at] = one;
			whole.n = want.n = 0;
			bl_json_begin(&j, &whole, false);
			bl_json_str(&j, bl_str_make(text, sizeof text));
			bl_buf_putc(&want, '"');
			bl_buf_put(&want, bl_str_make(text, at));
			bl_buf_put(&want, bl_str_make(alone.p + 1, alone.n - 2));
			bl_buf_put(&want, bl_str_make(text + at + 1, sizeof text - at - 1));
			bl_buf_putc(&want, '"');
			assert_string_equal(whole.p, want.p);
		}
		bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
		assert_int_equal(alone.n == 3, plain);
		bl_buf_done(&alone);
		bl_buf_done(&whole);
		bl_buf_done(&want);
	}
}

static void sensitive_and_unknown_values_are_marked_not_shown(void **state)
{
	bl_arena a = {0};
	bl_buf out = {0};
	bl_json j;
	const bl_value *items[] = {
		bl_value_mark_sensitive(&a, bl_value_string(&a, BL_NOWHERE, BL_STR("hunter2"))),
		bl_value_unknown(&a, BL_NOWHERE, "var.x has no value"),
		bl_value_digits(&a, BL_NOWHERE, BL_STR("123456789012345678901234567890.10")),
	};
	bl_json_begin(&j, &out, false);
	bl_json_value(&j, bl_value_list(&a, BL_NOWHERE, items, 3));
	assert_string_equal(out.p, "[{\"$sensitive\":true},{\"$unknown\":\"var.x has no value\"},"
				   "123456789012345678901234567890.10]");
	bl_buf_done(&out);
	bl_arena_done(&a);
}

static void reading_keeps_digits_and_spans(void **state)
{
	bl_arena a = {0};
	bl_diag_list diags = {0};
	bl_str text = BL_STR("\xef\xbb\xbf{ \"a\\u0041\" : [ 1.50 , \"b\\n\", true,null ],\"c\":{} }");
	const bl_value *v = bl_json_read_source(&a, 7, text, &diags);
	assert_non_null(v);
	assert_int_equal(v->span.begin, 3);
	assert_int_equal(v->span.end, text.n);
	const bl_item *item = bl_value_item(v, BL_STR("aA"), false);
	assert_non_null(item);
	assert_true(bl_str_eqz(bl_str_slice(text, item->key_span.begin, item->key_span.end), "\"a\\u0041\""));
	const char *want[] = {"1.50", "\"b\\n\"", "true", "null"};
	for (int i = 0; i < 4; i++) {
		const bl_value *e = item->value->list[i];
		assert_int_equal(e->span.source, 7);
		assert_true(bl_str_eqz(bl_str_slice(text, e->span.begin, e->span.end), want[i]));
	}
	assert_true(bl_str_eqz(item->value->list[0]->digits, "1.50"));
	assert_int_equal(bl_value_getz(v, "c")->kind, BL_MAP);
	bl_arena_done(&a);
}

static void what_is_no_json_is_a_diagnostic_at_its_place(void **state)
{
	bl_arena a = {0};
	bl_diag_list diags = {0};
	assert_null(bl_json_read_source(&a, 7, BL_STR("{\n  \"a\": ?\n}"), &diags));
	assert_null(bl_json_read_source(&a, 7, BL_STR("[1,"), &diags));
	assert_int_equal(diags.n, 2);
	assert_int_equal(diags.items[0].span.begin, 9);
	assert_int_equal(bl_str_find(diags.items[0].message, BL_STR("line"), 0), -1);
	assert_int_equal(diags.items[1].span.begin, 3);
	bl_arena_done(&a);
}

static void a_number_alone_is_a_document(void **state)
{
	bl_arena a = {0};
	bl_diag_list diags = {0};
	const bl_value *v = bl_json_read_source(&a, 1, BL_STR(" 42"), &diags);
	assert_true(bl_str_eqz(v->digits, "42"));
	assert_int_equal(v->span.begin, 1);
	assert_int_equal(v->span.end, 3);
	bl_arena_done(&a);
}

static void a_number_is_written_as_short_as_it_reads_back(void **state)
{
	static const double others[] = {0, -0.0, -0.97, 0.0005, 1e-7, 0.9705, 999999.999, 1e6, 1e15, 1e21, 0.1 + 0.2};
	for (int i = 0; i < 20000 + (int)(sizeof others / sizeof *others); i++) {
		double n = i < 20000 ? i / 1000.0 : others[i - 20000];
		char want[40];
		for (int digits = 15; digits <= 17; digits++) {
			snprintf(want, sizeof want, "%.*g", digits, n);
			if (strtod(want, NULL) == n)
				break;
		}
		bl_buf out = {0};
		bl_json j;
		bl_json_begin(&j, &out, false);
		bl_json_double(&j, n);
		assert_string_equal(out.p, want);
		bl_buf_done(&out);
	}
}

static void add_to(void *to, bl_str piece)
{
	bl_buf_put(to, piece);
}

static void what_goes_in_pieces_is_the_whole(void **state)
{
	bl_buf whole = {0}, got = {0}, out = {.drain = add_to, .to = &got};
	bl_buf *const both[] = {&whole, &out};
	for (int k = 0; k < 2; k++) {
		bl_json j;
		bl_json_begin(&j, both[k], true);
		bl_json_array(&j);
		for (int i = 0; i < 100000; i++) {
			bl_json_object(&j);
			bl_json_member_int(&j, "number", i);
			bl_json_object_end(&j);
		}
		bl_json_array_end(&j);
	}
	assert_true(got.n > 0 && out.n < whole.n / 2);
	bl_buf_put(&got, bl_buf_str(&out));
	assert_true(bl_str_eq(bl_buf_str(&got), bl_buf_str(&whole)));
	bl_buf_done(&whole);
	bl_buf_done(&got);
	bl_buf_done(&out);
}

static void the_last_of_double_keys_counts_in_small_and_large_maps(void **state)
{
	bl_arena a = {0};
	const bl_value *v = bl_json_read(&a, BL_STR("{\"x\":1,\"y\":2,\"x\":3}"), NULL);
	assert_int_equal(v->n, 2);
	assert_true(bl_str_eqz(bl_value_getz(v, "x")->digits, "3"));
	bl_buf text = {0};
	bl_buf_putz(&text, "{");
	for (int i = 0; i < 5000; i++)
		bl_buf_putf(&text, "\"k%d\":%d,", i % 2500, i);
	bl_buf_putz(&text, "\"z\":0}");
	v = bl_json_read(&a, bl_buf_str(&text), NULL);
	assert_int_equal(v->n, 2501);
	assert_true(bl_str_eqz(bl_value_getz(v, "k7")->digits, "2507"));
	bl_buf_done(&text);
	bl_arena_done(&a);
}

static void what_is_no_json_is_refused_with_line_and_column(void **state)
{
	static const char *const bad[] = {"", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "tru", "[1] 2", "'a'", "[01]",
		"\"\xff\"", "[1", "{a:1}", "// c\n1"};
	bl_arena a = {0};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		bl_error error = {""};
		assert_null(bl_json_read(&a, bl_str_of(bad[i]), &error));
		assert_true(bl_str_starts(bl_str_of(error.text), BL_STR("line ")));
	}
	bl_error error;
	assert_null(bl_json_read(&a, BL_STR("{\n  \"a\": ?\n}"), &error));
	assert_string_equal(error.text, "line 2, column 8: invalid char in json text");
	bl_arena_done(&a);
}

static void nesting_past_the_limit_is_refused(void **state)
{
	bl_arena a = {0};
	bl_error error;
	bl_buf text = {0};
	for (int i = 0; i < 100000; i++)
		bl_buf_putc(&text, '[');
	assert_null(bl_json_read(&a, bl_buf_str(&text), &error));
	assert_non_null(strstr(error.text, "nested too deeply"));
	bl_buf_done(&text);
	bl_arena_done(&a);
}

typedef struct seen {
	bl_buf log;
	size_t most; /* arena bytes at most */
	size_t stop_after, n;
} seen;

static bool note(void *context, size_t path, const bl_value *v, uint64_t offset, bl_arena *arena)
{
	seen *s = context;
	bl_json j;
	bl_buf_putf(&s->log, "%zu@%llu=", path, (unsigned long long)offset);
	bl_json_begin(&j, &s->log, false);
	bl_json_value(&j, v);
	bl_buf_putc(&s->log, ' ');
	if (arena->used > s->most)
		s->most = arena->used;
	return ++s->n != s->stop_after;
}

static const char *const paths[] = {"data[]", "data.rows[]", "[]", "version", "$skipToken"};

static bl_status stream(seen *s, bl_str text, size_t piece, bl_error *error)
{
	bl_json_stream *j = bl_json_stream_new(
		&(bl_json_stream_options){.paths = paths, .npaths = 5, .part = note, .context = s});
	bl_status status = BL_OK;
	for (size_t i = 0; i < text.n && status == BL_OK; i += piece)
		status = bl_json_stream_feed(j, bl_str_slice(text, i, i + piece), error);
	if (status == BL_OK)
		status = bl_json_stream_end(j, error);
	bl_json_stream_free(j);
	return status;
}

static void chosen_parts_arrive_whatever_the_pieces(void **state)
{
	bl_str text = BL_STR("{\"x\":{\"data\":[9],\"version\":1},\"data\":[{\"a\":[\"\\u00e9\"]},2],\"version\":4,"
			     "\"$skipToken\":\"t\"}");
	for (size_t piece = 1; piece <= text.n; piece++) {
		seen s = {0};
		assert_int_equal(stream(&s, text, piece, NULL), BL_OK);
		assert_string_equal(s.log.p, "0@38={\"a\":[\"\xc3\xa9\"]} 0@55=2 3@68=4 4@83=\"t\" ");
		bl_buf_done(&s.log);
	}
	seen s = {0};
	assert_int_equal(stream(&s, BL_STR("{\"data\":{\"rows\":[[1],[2]]}}"), 5, NULL), BL_OK);
	assert_string_equal(s.log.p, "1@17=[1] 1@21=[2] ");
	bl_buf_done(&s.log);
}

static void a_cut_text_gives_what_came_before_and_an_offset(void **state)
{
	seen s = {0};
	bl_error error;
	assert_int_equal(stream(&s, BL_STR("[{\"a\":1},{\"b\":"), 4, &error), BL_FAILED);
	assert_string_equal(s.log.p, "2@1={\"a\":1} ");
	assert_string_equal(error.text, "byte 14: the text ends in the middle");
	bl_buf_done(&s.log);
}

static void memory_does_not_grow_with_the_number_of_elements(void **state)
{
	bl_buf text = {0};
	bl_buf_putz(&text, "[");
	for (int i = 0; i < 20000; i++)
		bl_buf_putf(&text, "%s{\"id\":\"%08d\",\"tags\":{\"a\":\"b\"}}", i ? "," : "", i);
	bl_buf_putz(&text, "]");
	seen s = {0};
	assert_int_equal(stream(&s, bl_buf_str(&text), 65536, NULL), BL_OK);
	assert_int_equal(s.n, 20000);
	assert_true(s.most < 2048);
	bl_buf_done(&s.log);
	bl_buf_done(&text);
}

static void reading_stops_when_a_part_says_so(void **state)
{
	seen s = {.stop_after = 1};
	assert_int_equal(stream(&s, BL_STR("[1,2,?"), 100, NULL), BL_OK);
	assert_string_equal(s.log.p, "2@1=1 ");
	bl_buf_done(&s.log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_text_has_commas_indentation_and_escapes),
		cmocka_unit_test(a_byte_is_escaped_wherever_it_stands),
		cmocka_unit_test(sensitive_and_unknown_values_are_marked_not_shown),
		cmocka_unit_test(reading_keeps_digits_and_spans),
		cmocka_unit_test(a_number_alone_is_a_document),
		cmocka_unit_test(what_is_no_json_is_a_diagnostic_at_its_place),
		cmocka_unit_test(a_number_is_written_as_short_as_it_reads_back),
		cmocka_unit_test(what_goes_in_pieces_is_the_whole),
		cmocka_unit_test(the_last_of_double_keys_counts_in_small_and_large_maps),
		cmocka_unit_test(what_is_no_json_is_refused_with_line_and_column),
		cmocka_unit_test(nesting_past_the_limit_is_refused),
		cmocka_unit_test(chosen_parts_arrive_whatever_the_pieces),
		cmocka_unit_test(a_cut_text_gives_what_came_before_and_an_offset),
		cmocka_unit_test(memory_does_not_grow_with_the_number_of_elements),
		cmocka_unit_test(reading_stops_when_a_part_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

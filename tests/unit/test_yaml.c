#include "core/codec/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

typedef struct reading {
	bl_arena arena;
	bl_yaml_documents documents;
	bl_diag_list diags;
	bl_str text;
	bool ok;
} reading;

static reading read_with(bl_str text, bl_yaml_options options)
{
	reading r = {0};
	r.text = text;
	r.ok = bl_yaml_read(&r.arena, 1, text, options, &r.documents, &r.diags);
	return r;
}

static reading read_text(const char *z)
{
	return read_with(bl_str_of(z), (bl_yaml_options){0});
}

static const bl_value *at(const reading *r, const char *path)
{
	assert_true(r->documents.n > 0);
	const bl_value *v = bl_value_at_path(r->documents.items[0], bl_str_of(path));
	assert_non_null(v);
	return v;
}

static void assert_slice(const reading *r, bl_span span, const char *z)
{
	bl_str s = bl_str_slice(r->text, span.begin, span.end);
	if (!bl_str_eqz(s, z))
		fail_msg("span holds '%.*s', not '%s'", BL_ARG(s), z);
}

static void assert_text(const bl_value *v, const char *z)
{
	assert_int_equal(v->kind, BL_STRING);
	if (!bl_str_eqz(v->string, z))
		fail_msg("value is '%.*s', not '%s'", BL_ARG(v->string), z);
}

static void assert_digits(const bl_value *v, const char *z)
{
	assert_int_equal(v->kind, BL_NUMBER);
	if (!bl_str_eqz(v->digits, z))
		fail_msg("number is '%.*s', not '%s'", BL_ARG(v->digits), z);
}

static void values_and_spans_are_read(void **state)
{
	reading r = read_text("a: 1\nb:\n  - x\n  - \"y z\"\n# end\nc: {d: ~, e: true}\n");
	assert_true(r.ok);
	assert_digits(at(&r, "a"), "1");
	assert_text(at(&r, "b.1"), "y z");
	assert_slice(&r, at(&r, "b.1")->span, "\"y z\"");
	assert_slice(&r, at(&r, "b")->span, "- x\n  - \"y z\"");
	assert_slice(&r, at(&r, "c")->span, "{d: ~, e: true}");
	assert_int_equal(at(&r, "c.d")->kind, BL_NULL);
	assert_slice(&r, r.documents.items[0]->map[1].key_span, "b");
	bl_arena_done(&r.arena);
}

static void spans_count_bytes_behind_other_letters(void **state)
{
	reading r = read_text("\xEF\xBB\xBF" "\xC3\xA9\xE2\x82\xAC: \"\xF0\x9F\x98\x80\" # \xC3\xA9\nb: here\n");
	assert_true(r.ok);
	assert_slice(&r, at(&r, "b")->span, "here");
	assert_slice(&r, r.documents.items[0]->map[0].key_span, "\xC3\xA9\xE2\x82\xAC");
	bl_arena_done(&r.arena);

	bl_buf b = {0};
	for (int i = 0; i < 500; i++)
		bl_buf_putf(&b, "k%d: \xE2\x82\xAC\r\n", i);
	bl_buf_putz(&b, "last: here");
	r = read_with(bl_buf_str(&b), (bl_yaml_options){0});
	assert_slice(&r, at(&r, "last")->span, "here");
	bl_arena_done(&r.arena);
	bl_buf_done(&b);
}

static void utf16_is_refused_with_words(void **state)
{
	reading r = read_with(bl_str_make("\xFF\xFE" "a\0", 4), (bl_yaml_options){0});
	assert_false(r.ok);
	assert_true(bl_str_find(r.diags.items[0].message, BL_STR("UTF-16"), 0) >= 0);
	bl_arena_done(&r.arena);
}

static void numbers_follow_the_core_schema(void **state)
{
	reading r = read_text("[007, +1, .5, -0x1F, 0o17, 1_000, 1:30, .inf, 12345678901234567890.10, 5., yes]");
	assert_digits(at(&r, "0"), "7");
	assert_digits(at(&r, "1"), "1");
	assert_digits(at(&r, "2"), "0.5");
	assert_digits(at(&r, "3"), "-31");
	assert_digits(at(&r, "4"), "15");
	assert_text(at(&r, "5"), "1_000");
	assert_text(at(&r, "6"), "1:30");
	assert_text(at(&r, "7"), ".inf");
	assert_digits(at(&r, "8"), "12345678901234567890.10");
	assert_digits(at(&r, "9"), "5");
	assert_text(at(&r, "10"), "yes");
	bl_arena_done(&r.arena);

	r = read_with(BL_STR("[0644, yes, Off, 0b11]"), (bl_yaml_options){.yaml11 = true});
	assert_digits(at(&r, "0"), "420");
	assert_true(at(&r, "1")->boolean);
	assert_false(at(&r, "2")->boolean);
	assert_digits(at(&r, "3"), "3");
	bl_arena_done(&r.arena);
}

static void quotes_and_tags_decide_the_type(void **state)
{
	reading r = read_text("a: '1'\nb: !!str 2\nc: !!int \"3\"\nd: ! 4\ne: !local 5\n");
	assert_text(at(&r, "a"), "1");
	assert_text(at(&r, "b"), "2");
	assert_slice(&r, at(&r, "b")->span, "2");
	assert_digits(at(&r, "c"), "3");
	assert_text(at(&r, "d"), "4");
	assert_digits(at(&r, "e"), "5");
	bl_arena_done(&r.arena);
}

static void local_tags_become_maps_when_asked(void **state)
{
	reading r = read_with(
		BL_STR("a: !Ref B\nb: !Sub\n  - x\n  - {y: !GetAtt C.Arn}\nc: !Join [',', [!Ref 1]]\n"),
		(bl_yaml_options){.tags = true});
	assert_true(r.ok);
	const bl_value *root = r.documents.items[0];
	assert_text(bl_value_getz(root->map[0].value, "!Ref"), "B");
	const bl_value *sub = bl_value_getz(root->map[1].value, "!Sub");
	assert_int_equal(sub->n, 2);
	assert_text(bl_value_getz(bl_value_getz(sub->list[1], "y"), "!GetAtt"), "C.Arn");
	assert_slice(&r, root->map[0].value->map[0].key_span, "!Ref");
	const bl_value *join = bl_value_getz(root->map[2].value, "!Join");
	assert_text(bl_value_getz(join->list[1]->list[0], "!Ref"), "1");
	bl_arena_done(&r.arena);
}

static void a_key_written_twice_is_a_warning_and_the_last_one_counts(void **state)
{
	reading r = read_text("a: 1\nb: 2\na: 3\n");
	assert_true(r.ok);
	assert_int_equal(r.documents.items[0]->n, 2);
	assert_digits(at(&r, "a"), "3");
	assert_int_equal(r.diags.n, 1);
	assert_int_equal(r.diags.items[0].level, BL_DIAG_WARNING);
	assert_int_equal(r.diags.items[0].span.begin, 10);
	bl_arena_done(&r.arena);
}

static void merge_keys_give_way_to_own_keys(void **state)
{
	reading r = read_text("base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\n"
			      "one: {<<: *b, x: 9}\nall: {<<: [*b, *m]}\nquoted: {'<<': 1}\nbad: {<<: 3}\n");
	assert_digits(at(&r, "one.x"), "9");
	assert_digits(at(&r, "one.y"), "2");
	assert_digits(at(&r, "all.y"), "2");
	assert_digits(at(&r, "all.z"), "4");
	assert_digits(bl_value_getz(at(&r, "quoted"), "<<"), "1");
	assert_false(r.ok);
	bl_arena_done(&r.arena);
}

static void an_alias_points_at_its_place_of_use(void **state)
{
	reading r = read_text("a: &x [1, 2]\nb: *x\n");
	assert_true(r.ok);
	assert_digits(at(&r, "b.1"), "2");
	assert_slice(&r, at(&r, "b")->span, "*x");
	assert_slice(&r, at(&r, "a")->span, "[1, 2]");
	bl_arena_done(&r.arena);
}

static void bombs_loops_and_strangers_are_diagnostics(void **state)
{
	bl_buf b = {0};
	bl_buf_putz(&b, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 20; i++) {
		bl_buf_putf(&b, "a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++)
			bl_buf_putf(&b, "%s*a%d", k ? ", " : "", i - 1);
		bl_buf_putz(&b, "]\n");
	}
	reading r = read_with(bl_buf_str(&b), (bl_yaml_options){0});
	assert_false(r.ok);
	assert_int_equal(r.diags.n, 1);
	assert_int_equal(r.documents.n, 1);
	bl_arena_done(&r.arena);
	bl_buf_done(&b);

	r = read_text("a: &x {b: *x}\nc: *nobody\nd: 1\n");
	assert_false(r.ok);
	assert_int_equal(r.diags.n, 2);
	assert_digits(at(&r, "d"), "1");
	bl_arena_done(&r.arena);
}

static void nesting_stops_at_the_limit(void **state)
{
	bl_buf b = {0};
	for (int i = 0; i < 5000; i++)
		bl_buf_putc(&b, '[');
	reading r = read_with(bl_buf_str(&b), (bl_yaml_options){0});
	assert_false(r.ok);
	bl_arena_done(&r.arena);
	bl_buf_done(&b);
}

static void what_stands_before_an_error_is_kept(void **state)
{
	reading r = read_text("a: 1\nb:\n  c: 2\n  d: [1, 2, }\n");
	assert_false(r.ok);
	assert_digits(at(&r, "a"), "1");
	assert_digits(at(&r, "b.c"), "2");
	assert_digits(at(&r, "b.d.1"), "2");
	assert_true(r.diags.items[0].span.source == 1);
	bl_arena_done(&r.arena);

	r = read_text("a: b\nc: \"\xFF\"\n");
	assert_false(r.ok);
	assert_int_equal(r.diags.items[0].span.begin, 9);
	bl_arena_done(&r.arena);
}

static void every_document_of_a_stream_is_read(void **state)
{
	reading r = read_text("a: 1\n---\nb: 2\n...\n---\n---\n- c\n");
	assert_true(r.ok);
	assert_int_equal(r.documents.n, 4);
	assert_int_equal(r.documents.items[2]->kind, BL_NULL);
	assert_int_equal(r.documents.items[3]->kind, BL_LIST);
	bl_arena_done(&r.arena);
}

static void a_block_scalar_spans_its_lines(void **state)
{
	reading r = read_text("run: |\n  one\n  two\n\nnext: >-\n  a\n  b\n8080: x\n? [k, l]\n: y\n");
	assert_text(at(&r, "run"), "one\ntwo\n");
	assert_slice(&r, at(&r, "run")->span, "|\n  one\n  two");
	assert_text(at(&r, "next"), "a b");
	assert_text(bl_value_getz(r.documents.items[0], "8080"), "x");
	assert_text(bl_value_getz(r.documents.items[0], "[k, l]"), "y");
	bl_arena_done(&r.arena);
}

static void big_maps_take_linear_time(void **state)
{
	bl_buf b = {0};
	for (int i = 0; i < 200000; i++)
		bl_buf_putf(&b, "k%d: %d\n", i, i);
	clock_t start = clock();
	reading r = read_with(bl_buf_str(&b), (bl_yaml_options){0});
	double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
	assert_true(r.ok);
	assert_int_equal(r.documents.items[0]->n, 200000);
	assert_true(seconds < 20);
	bl_arena_done(&r.arena);
	bl_buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_and_spans_are_read),
		cmocka_unit_test(spans_count_bytes_behind_other_letters),
		cmocka_unit_test(utf16_is_refused_with_words),
		cmocka_unit_test(numbers_follow_the_core_schema),
		cmocka_unit_test(quotes_and_tags_decide_the_type),
		cmocka_unit_test(local_tags_become_maps_when_asked),
		cmocka_unit_test(a_key_written_twice_is_a_warning_and_the_last_one_counts),
		cmocka_unit_test(merge_keys_give_way_to_own_keys),
		cmocka_unit_test(an_alias_points_at_its_place_of_use),
		cmocka_unit_test(bombs_loops_and_strangers_are_diagnostics),
		cmocka_unit_test(nesting_stops_at_the_limit),
		cmocka_unit_test(what_stands_before_an_error_is_kept),
		cmocka_unit_test(every_document_of_a_stream_is_read),
		cmocka_unit_test(a_block_scalar_spans_its_lines),
		cmocka_unit_test(big_maps_take_linear_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

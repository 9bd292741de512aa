#include "core/codec/pack.h"
#include "core/codec/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static bl_arena arena;

static bl_str pack(const char *yaml)
{
	bl_yaml_documents documents = {0};
	bl_diag_list diags = {0};
	bl_buf packed = {0};
	bl_yaml_read(&arena, 1, bl_str_of(yaml), (bl_yaml_options){0}, &documents, &diags);
	assert_int_equal(documents.n, 1);
	bl_pack(&packed, documents.items[0]);
	bl_str kept = bl_str_dup(&arena, bl_buf_str(&packed));
	bl_buf_done(&packed);
	return kept;
}

static void what_is_packed_comes_out_equal(void **state)
{
	bl_str packed = pack("{a: [1.5, -7, true, false, null, ''], b: {c: {}, d: []}, \"e\\0f\": \"\xC3\xA9\"}");
	const bl_value *v = bl_unpack(&arena, packed);
	assert_int_equal(v->n, 3);
	const bl_value *a = bl_value_getz(v, "a");
	assert_int_equal(a->n, 6);
	assert_true(a->list[0]->number == 1.5 && bl_str_eqz(a->list[0]->digits, "1.5"));
	assert_true(a->list[1]->number == -7);
	assert_true(a->list[2]->boolean && !a->list[3]->boolean);
	assert_int_equal(a->list[4]->kind, BL_NULL);
	assert_true(bl_value_is_string(a->list[5], ""));
	assert_int_equal(bl_value_at_path(v, BL_STR("b.c"))->kind, BL_MAP);
	assert_int_equal(bl_value_at_path(v, BL_STR("b.d"))->kind, BL_LIST);
	assert_true(bl_value_is_string(bl_value_get(v, BL_STR("e\0f")), "\xC3\xA9"));
	bl_arena_done(&arena);
}

static void one_member_is_read_and_the_others_are_passed_over(void **state)
{
	bl_buf yaml = {0};
	bl_buf_putz(&yaml, "long: '");
	for (int i = 0; i < 300; i++)
		bl_buf_putz(&yaml, "text ");
	bl_buf_putz(&yaml, "'\nnested: {a: [1, {b: c}], d: true}\nnone: null\nlast: found\n");
	bl_str packed = pack(yaml.p);
	bl_buf_done(&yaml);
	assert_true(bl_value_is_string(bl_unpack_member(&arena, packed, BL_STR("last")), "found"));
	assert_int_equal(bl_unpack_member(&arena, packed, BL_STR("nested"))->n, 2);
	assert_null(bl_unpack_member(&arena, packed, BL_STR("a")));
	assert_null(bl_unpack_member(&arena, pack("[1]"), BL_STR("a")));
	bl_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_comes_out_equal),
		cmocka_unit_test(one_member_is_read_and_the_others_are_passed_over),
	};
	return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}

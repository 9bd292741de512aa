#include "core/model/keep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const bl_root root = {{"r", 1}, {"infra", 5}, {"infra", 5}, BL_LANG_TERRAFORM};

static bl_resource *add(bl_arena *arena, bl_evaluation *e, const char *address, const bl_value *body)
{
	bl_resource *r = bl_new(arena, bl_resource);
	r->root = &root;
	r->address = bl_str_fmt(arena, "%s", address);
	r->native = r->written = r->effective = body;
	bl_vec_push(arena, &e->resources, r);
	return r;
}

static void what_is_kept_outlives_its_memory(void **state)
{
	bl_arena from = {0}, to = {0};
	bl_evaluation e = {.root = &root};
	bl_items items = {0};
	bl_value *unknown = bl_value_waits(&from, BL_NOWHERE, bl_str_fmt(&from, "a.b"), bl_str_fmt(&from, "id"));
	const bl_value *elements[] = {bl_value_through(&from, bl_value_string(&from, BL_NOWHERE, bl_str_fmt(&from, "text")),
		bl_str_fmt(&from, "var.x"), BL_NOWHERE), unknown};
	const bl_value **list = bl_new_n(&from, const bl_value *, 2);
	memcpy(list, elements, sizeof elements);
	bl_items_put(&from, &items, bl_str_fmt(&from, "list"), BL_NOWHERE, bl_value_list(&from, BL_NOWHERE, list, 2));
	bl_items_put(&from, &items, bl_str_fmt(&from, "n"), BL_NOWHERE, bl_value_number(&from, BL_NOWHERE, 12));
	add(&from, &e, "x.y", bl_items_value(&from, BL_NOWHERE, &items));
	bl_diag_add(&from, &e.diags, BL_DIAG_WARNING, BL_NOWHERE, "said of %s", "x.y");
	bl_evaluation_keep(&e, &from, &to);
	bl_arena_done(&from);
	const bl_resource *r = e.resources.items[0];
	const bl_value *kept = bl_value_getz(r->effective, "list");
	assert_ptr_equal(r->native, r->effective);
	assert_true(bl_str_eqz(r->address, "x.y"));
	assert_true(bl_value_is_string(kept->list[0], "text"));
	assert_true(bl_str_eqz(kept->list[0]->via->what, "var.x"));
	assert_true(bl_str_eqz(kept->list[1]->unknown->refs[0].address, "a.b"));
	assert_true(bl_str_eqz(bl_value_getz(r->effective, "n")->digits, "12"));
	assert_true(bl_str_eqz(e.diags.items[0].message, "said of x.y"));
	bl_arena_done(&to);
}

static void what_is_shared_stays_shared_and_what_lies_elsewhere_stays_there(void **state)
{
	bl_arena from = {0}, to = {0}, elsewhere = {0};
	bl_evaluation e = {.root = &root};
	const bl_value *literal = bl_value_string(&elsewhere, BL_NOWHERE, BL_STR("literal"));
	const bl_value *one = bl_value_string(&from, BL_NOWHERE, bl_str_fmt(&from, "one"));
	/* one array that was shown with one element and then with two */
	const bl_value **list = bl_new_n(&from, const bl_value *, 2);
	list[0] = one;
	list[1] = literal;
	add(&from, &e, "a", bl_value_list(&from, BL_NOWHERE, list, 1));
	add(&from, &e, "b", bl_value_list(&from, BL_NOWHERE, list, 2));
	add(&from, &e, "c", one);
	bl_evaluation_keep(&e, &from, &to);
	bl_arena_done(&from);
	bl_resource **r = e.resources.items;
	assert_int_equal(r[0]->native->n, 1);
	assert_ptr_equal(r[0]->native->list[0], r[2]->native);
	assert_ptr_equal(r[1]->native->list[0], r[2]->native);
	assert_ptr_equal(r[1]->native->list[1], literal);
	bl_arena_done(&to);
	bl_arena_done(&elsewhere);
}

static void keys_known_in_part_are_kept_with_those_of_modules_around_them(void **state)
{
	bl_arena from = {0}, to = {0};
	bl_evaluation e = {.root = &root};
	bl_part_key *outer = bl_new(&from, bl_part_key), *inner = bl_new(&from, bl_part_key);
	*outer = (bl_part_key){8, bl_value_unknown(&from, BL_NOWHERE, "outer"), NULL};
	*inner = (bl_part_key){16, bl_value_unknown(&from, BL_NOWHERE, "inner"), outer};
	bl_resource *a = add(&from, &e, "a", outer->key), *b = add(&from, &e, "b", inner->key);
	a->part_keys = inner;
	b->part_keys = outer;
	bl_evaluation_keep(&e, &from, &to);
	bl_arena_done(&from);
	const bl_part_key *key = e.resources.items[0]->part_keys;
	assert_int_equal(key->at, 16);
	assert_ptr_equal(key->key, e.resources.items[1]->native);
	assert_ptr_equal(key->up, e.resources.items[1]->part_keys);
	assert_true(bl_str_eqz(key->up->key->unknown->why, "outer"));
	assert_null(key->up->up);
	bl_arena_done(&to);
}

static void builds_and_deployments_are_kept_too(void **state)
{
	bl_arena from = {0}, to = {0};
	bl_evaluation e = {.root = &root};
	bl_build *build = bl_new(&from, bl_build);
	*build = (bl_build){.root = &root, .by = bl_str_fmt(&from, "job.step"),
		.context = bl_value_string(&from, BL_NOWHERE, bl_str_fmt(&from, "src"))};
	bl_vec_push(&from, &e.builds, build);
	bl_deployment *deployment = bl_new(&from, bl_deployment);
	*deployment = (bl_deployment){.root = &root, .tool = bl_str_fmt(&from, "az"), .template = build->context};
	bl_vec_push(&from, &e.deployments, deployment);
	bl_evaluation_keep(&e, &from, &to);
	bl_arena_done(&from);
	assert_true(bl_str_eqz(e.builds.items[0]->by, "job.step"));
	assert_true(bl_value_is_string(e.builds.items[0]->context, "src"));
	assert_true(bl_str_eqz(e.deployments.items[0]->tool, "az"));
	assert_ptr_equal(e.deployments.items[0]->template, e.builds.items[0]->context);
	bl_arena_done(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_known_in_part_are_kept_with_those_of_modules_around_them),
		cmocka_unit_test(builds_and_deployments_are_kept_too),
		cmocka_unit_test(what_is_kept_outlives_its_memory),
		cmocka_unit_test(what_is_shared_stays_shared_and_what_lies_elsewhere_stays_there),
	};
	return cmocka_run_group_tests_name("keep", tests, NULL, NULL);
}

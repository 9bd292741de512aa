#include "core/model/schema.h"
#include "eval/lower.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* Every table is checked before the test fails, so that one run names all mistakes. */
typedef struct checker {
	const char *file;
	size_t problems;
} checker;

static void problem(checker *c, bl_str where, const char *what)
{
	print_message("# schema/%s.yaml: " BL_FMT ": %s\n", c->file, BL_ARG(where), what);
	c->problems++;
}

static bool one_of(bl_str s, const char *const *words)
{
	for (; *words; words++)
		if (bl_str_eqz(s, *words))
			return true;
	return false;
}

static size_t lists_in(bl_str path)
{
	bl_steps steps;
	size_t n = 0;
	if (!bl_lower_steps(path, &steps))
		return 0;
	for (size_t i = 0; i < steps.n; i++)
		n += steps.items[i].each;
	return n;
}

static void check_right(checker *c, bl_str left, const bl_value *right, size_t lists)
{
	static const char *const operators[] = {"convert", "format", "join", "map", "not", "scale", "split",
		"to", "unwrap", "value", "wrap", NULL};
	bl_steps steps;
	if (right->kind == BL_STRING) {
		if (!bl_lower_steps(right->string, &steps) || !steps.n)
			problem(c, left, "the right side is no path");
		else if (lists_in(right->string) < lists)
			problem(c, left, "the right side has fewer [] than the left");
		else if (lists_in(right->string) > lists)
			problem(c, left, "the right side has more [] than the left");
	} else if (right->kind == BL_LIST) {
		for (uint32_t i = 0; i < right->n; i++)
			check_right(c, left, right->list[i], lists);
	} else if (right->kind == BL_MAP) {
		for (uint32_t i = 0; i < right->n; i++)
			if (!one_of(right->map[i].key, operators))
				problem(c, right->map[i].key, "no such operator");
		const bl_value *to = bl_value_getz(right, "to"), *name = bl_value_getz(right, "convert");
		if (!to)
			problem(c, left, "there is no `to`");
		else
			check_right(c, left, to, lists);
		if (name && !bl_lower_converter(bl_value_text(name)))
			problem(c, left, "no such converter");
	} else {
		problem(c, left, "the right side is no path, list or map");
	}
}

static void check_rows(checker *c, const bl_value *rows)
{
	for (uint32_t i = 0; bl_value_is(rows, BL_MAP) && i < rows->n; i++) {
		bl_str rest = rows->map[i].key, one;
		if (bl_str_eqz(rest, "$set"))
			continue;
		while (rest.n) {
			bl_steps steps;
			rest = bl_str_cut(rest, '|', &one);
			one = bl_str_trim(one);
			if (!bl_lower_steps(one, &steps) || !steps.n)
				problem(c, one, "the left side is no path");
			check_right(c, one, rows->map[i].value, lists_in(one));
		}
	}
	if (!bl_value_is(rows, BL_MAP))
		problem(c, BL_STR("rows"), "is no map");
}

static void check_part(checker *c, bl_str name, const bl_value *entry)
{
	static const char *const keys[] = {"by", "convert", "from", "into", "key", "rows", "when", NULL};
	for (uint32_t i = 0; bl_value_is(entry, BL_LIST) && i < entry->n; i++)
		check_part(c, name, entry->list[i]);
	if (entry->kind == BL_LIST)
		return;
	for (uint32_t i = 0; bl_value_is(entry, BL_MAP) && i < entry->n; i++)
		if (!one_of(entry->map[i].key, keys))
			problem(c, entry->map[i].key, "no such key of a part");
	bl_steps steps;
	if (!bl_lower_steps(bl_value_text(bl_value_getz(entry, "into")), &steps))
		problem(c, name, "`into` is no path");
	if (bl_value_getz(entry, "rows"))
		check_rows(c, bl_value_getz(entry, "rows"));
}

/* Names joined by '.', some followed by [*] or [KEY=VALUE]. */
static bool is_image_path(bl_str path)
{
	bl_str step, name;
	while (path.n) {
		path = bl_str_cut(path, '.', &step);
		bl_str filter = bl_str_cut(step, '[', &name);
		bool listed = name.n < step.n;
		if (!name.n || (listed && (filter.n < 2 || filter.p[filter.n - 1] != ']')))
			return false;
		if (listed && !bl_str_eqz(filter, "*]") && bl_str_find(filter, BL_STR("="), 1) < 0)
			return false;
	}
	return true;
}

static void check_images(checker *c, const bl_value *paths)
{
	bl_str before = BL_STR("");
	for (uint32_t i = 0; paths && i < paths->n; i++) {
		bl_str path = bl_value_text(paths->list[i]);
		if (!path.n || !is_image_path(path))
			problem(c, path, "is no path to an image");
		if (bl_str_cmp(before, path) >= 0)
			problem(c, path, "is not in alphabetical order");
		before = path;
	}
}

static void check_table(checker *c, const bl_value *table)
{
	static const char *const keys[] = {"base-images", "defaults", "identity", "images", "keyed", "parts", "read-only", "shown-as",
		"terraform", "type", "unordered", "write-only", NULL};
	for (uint32_t i = 0; i < table->n; i++)
		if (!one_of(table->map[i].key, keys))
			problem(c, table->map[i].key, "no such key");
	const bl_value *terraform = bl_value_getz(table, "terraform"), *parts = bl_value_getz(table, "parts");
	const bl_value *defaults = bl_value_getz(table, "defaults");
	for (uint32_t i = 0; terraform && i < terraform->n; i++)
		check_rows(c, terraform->map[i].value);
	for (uint32_t i = 0; parts && i < parts->n; i++)
		check_part(c, parts->map[i].key, parts->map[i].value);
	check_images(c, bl_value_getz(table, "images"));
	check_images(c, bl_value_getz(table, "base-images"));
	bl_steps steps;
	for (uint32_t i = 0; defaults && i < defaults->n; i++)
		if (!bl_lower_steps(defaults->map[i].key, &steps) || !steps.n)
			problem(c, defaults->map[i].key, "is no path");
}

static void every_table_keeps_to_the_vocabulary(void **state)
{
	checker c = {0};
	bl_arena arena = {0};
	assert_true(bl_embedded_schema_count > 40);
	for (size_t i = 0; i < bl_embedded_schema_count; i++) {
		c.file = bl_embedded_schema[i].path;
		const bl_value *table = bl_unpack(&arena, bl_embedded_schema[i].packed);
		assert_int_equal(table->kind, BL_MAP);
		check_table(&c, table);
	}
	bl_arena_done(&arena);
	assert_int_equal(c.problems, 0);
}

static void no_type_is_described_twice(void **state)
{
	bl_arena arena = {0};
	bl_map types = {.fold = true}, native = {0};
	for (size_t i = 0; i < bl_embedded_schema_count; i++) {
		const bl_value *table = bl_unpack(&arena, bl_embedded_schema[i].packed);
		const bl_value *type = bl_value_getz(table, "type");
		assert_int_equal(type->kind, BL_STRING);
		assert_null(bl_map_put(&arena, &types, type->string, (void *)table));
		const bl_value *terraform = bl_value_getz(table, "terraform");
		for (uint32_t k = 0; terraform && k < terraform->n; k++)
			if (bl_map_put(&arena, &native, terraform->map[k].key, (void *)table))
				fail_msg("%.*s has two tables", BL_ARG(terraform->map[k].key));
	}
	bl_arena_done(&arena);
}

static void types_are_found_by_canonical_and_native_name(void **state)
{
	bl_arena arena = {0};
	bl_schema *schema = bl_schema_new(&arena);
	const bl_type *type = bl_schema_type(schema, BL_STR("microsoft.keyvault/VAULTS"));
	const bl_value *rows = NULL, *part = NULL;
	assert_non_null(type);
	assert_true(bl_str_eqz(type->name, "Microsoft.KeyVault/vaults"));
	assert_true(bl_str_eqz(type->provider, "azure"));
	assert_ptr_equal(bl_schema_terraform(schema, BL_STR("azurerm_key_vault"), &rows), type);
	assert_non_null(bl_value_getz(rows, "sku_name"));
	assert_ptr_equal(bl_schema_part(schema, BL_STR("azurerm_key_vault_access_policy"), &part), type);
	assert_non_null(bl_value_getz(part, "into"));
	assert_null(bl_schema_type(schema, BL_STR("Nobody/knows")));
	assert_null(bl_schema_terraform(schema, BL_STR("nobody_knows"), &rows));
	assert_int_equal(bl_schema_count(schema), bl_embedded_schema_count);
	bl_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_table_keeps_to_the_vocabulary),
		cmocka_unit_test(no_type_is_described_twice),
		cmocka_unit_test(types_are_found_by_canonical_and_native_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

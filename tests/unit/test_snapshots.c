#include "core/reason/azure_id.h"
#include "snapshots/snapshots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SUB "/subscriptions/6f1c2b9e-3d54-4a7e-9b0a-8c2d5e7f1a34"
#define STORE SUB "/resourceGroups/RG/providers/Microsoft.Storage/storageAccounts/st1"

static const bl_type storage = {.name = {"Microsoft.Storage/storageAccounts", 33}};

static bl_status read_text(bl_str text, bl_snapshot *out, bl_error *error)
{
	char path[] = P_tmpdir "/belay-test-XXXXXX";
	bl_arena arena = {0};
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_true(write(fd, text.p, text.n) == (ssize_t)text.n);
	close(fd);
	bl_schema *schema = bl_schema_new(&arena);
	bl_status status = bl_snapshot_read(schema, path, out, error);
	unlink(path);
	/* a snapshot keeps nothing of the schema that is on the heap of this test: names are copied */
	bl_arena_done(&arena);
	return status;
}

static bl_snapshot good(const char *text)
{
	bl_snapshot s;
	bl_error error = {""};
	bl_status status = read_text(bl_str_of(text), &s, &error);
	assert_string_equal(error.text, "");
	assert_int_equal(status, BL_OK);
	return s;
}

#define ROW                                                                                        \
	"{\"id\":\"" STORE "\",\"name\":\"st1\",\"type\":\"microsoft.storage/storageaccounts\","        \
	"\"location\":\"westeurope\",\"tags\":{\"a\":\"b\"},\"properties\":{\"x\":1,\"adminPassword\":\"s3cret\"}}"

static void check_store(const bl_snapshot *s)
{
	assert_int_equal(s->assets.n, 1);
	const bl_asset *a = s->assets.items[0];
	assert_string_equal(bl_str_z(&((bl_snapshot *)s)->arena, a->type), storage.name.p);
	assert_true(bl_str_eqz(a->name, "st1"));
	assert_true(bl_str_eqz(a->scope, SUB "/resourcegroups/rg"));
	assert_true(bl_str_eqz(a->location, "westeurope"));
	assert_true(bl_value_is_string(bl_value_getz(a->tags, "a"), "b"));
	assert_true(bl_value_at_path(a->body, BL_STR("properties.adminPassword"))->sensitive);
	assert_false(bl_value_at_path(a->body, BL_STR("properties.x"))->sensitive);
	assert_true(bl_str_eqz(s->format, "azure-resource-graph"));
}

static void every_shape_of_a_query_gives_the_same_asset(void **state)
{
	static const char *const texts[] = {
		"{\"count\":1,\"data\":[" ROW "],\"skip_token\":null,\"total_records\":1}",
		"[" ROW "]",
		"\xef\xbb\xbf {\"totalRecords\":1,\"count\":1,\"data\":[" ROW "],\"facets\":[],\"resultTruncated\":\"false\"}",
		"{\"Data\":[" ROW "],\"SkipToken\":null}",
		"{\"totalRecords\":1,\"count\":1,\"data\":{\"columns\":[{\"name\":\"id\",\"type\":\"string\"},{\"name\":\"type\"},"
		"{\"name\":\"name\"},{\"name\":\"location\"},{\"name\":\"tags\"},{\"name\":\"properties\"}],\"rows\":[[\"" STORE
		"\",\"microsoft.storage/storageaccounts\",\"st1\",\"westeurope\",{\"a\":\"b\"},{\"x\":1,\"adminPassword\":\"s3cret\"}]]}}",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		bl_snapshot s = good(texts[i]);
		check_store(&s);
		assert_false(s.partial);
		assert_int_equal(s.diags.n, 0);
		bl_snapshot_done(&s);
	}
}

static void one_page_of_several_is_partial(void **state)
{
	static const char *const texts[] = {
		"{\"count\":1,\"data\":[" ROW "],\"skip_token\":\"abc\"}",
		"{\"count\":1,\"data\":[" ROW "],\"$skipToken\":\"abc\"}",
		"{\"count\":1,\"data\":[" ROW "],\"resultTruncated\":\"true\"}",
		"{\"count\":1,\"data\":[" ROW "],\"total_records\":5000}",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		bl_snapshot s = good(texts[i]);
		assert_true(s.partial);
		assert_int_equal(s.diags.n, 1);
		bl_snapshot_done(&s);
	}
}

static void an_empty_result_is_a_snapshot_of_nothing(void **state)
{
	static const char *const texts[] = {"{\"count\":0,\"data\":[],\"skip_token\":null,\"total_records\":0}", " [ ]\n"};
	for (size_t i = 0; i < 2; i++) {
		bl_snapshot s = good(texts[i]);
		assert_int_equal(s.assets.n, 0);
		assert_false(s.partial);
		bl_snapshot_done(&s);
	}
}

static void a_truncated_file_keeps_what_came_before(void **state)
{
	bl_snapshot s = good("{\"count\":2,\"data\":[" ROW ",{\"id\":\"/subscr");
	check_store(&s);
	assert_true(s.partial);
	assert_int_equal(s.diags.n, 1);
	assert_int_equal(s.diags.items[0].level, BL_DIAG_ERROR);
	assert_true(bl_str_starts(s.diags.items[0].message, BL_STR("byte ")));
	bl_snapshot_done(&s);
}

static void what_is_no_snapshot_is_refused(void **state)
{
	static const char *const texts[] = {"", "{}", "hello", "[1,2]", "{\"resources\":[{\"type\":\"a\"}]}", "[[[[", "{\"data\":[{\"n\":1}]}",
		"{\"version\":3,\"terraform_version\":\"0.11.0\",\"modules\":[{\"resources\":{}}]}"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		bl_snapshot s;
		bl_error error = {""};
		assert_int_equal(read_text(bl_str_of(texts[i]), &s, &error), BL_FAILED);
		assert_true(error.text[0]);
		if (i == 7)
			assert_non_null(strstr(error.text, "version 3"));
	}
}

static void rows_without_ids_are_counted_and_rows_without_properties_are_not_judged(void **state)
{
	bl_snapshot s = good("[{\"n\":1},{\"id\":\"" STORE "\",\"type\":\"microsoft.storage/storageaccounts\",\"properties\":null}]");
	assert_int_equal(s.assets.n, 1);
	assert_null(s.assets.items[0]->body);
	assert_int_equal(s.diags.n, 2);
	bl_snapshot_done(&s);
}

static const char tfstate[] =
	"{\"version\":4,\"terraform_version\":\"1.9.5\",\"serial\":1,\"outputs\":{\"p\":{\"value\":\"s3cret\"}},\"resources\":["
	"{\"module\":\"module.net[\\\"a\\\"]\",\"mode\":\"managed\",\"type\":\"azurerm_storage_account\",\"name\":\"sa\",\"instances\":["
	"{\"index_key\":\"x\\\"y\",\"attributes\":{\"id\":\"" STORE "\",\"primary_access_key\":\"s3cret\",\"tags\":{\"a\":\"b\"}}},"
	"{\"index_key\":\"old\",\"deposed\":\"d1\",\"attributes\":{\"id\":\"" STORE "2\"}}]},"
	"{\"mode\":\"data\",\"type\":\"azurerm_client_config\",\"name\":\"c\",\"instances\":[{\"attributes\":{\"id\":\"i\"}}]},"
	"{\"mode\":\"managed\",\"type\":\"aws_s3_bucket\",\"name\":\"b\",\"instances\":[{\"index_key\":0,\"attributes\":{\"id\":\"b\",\"arn\":\"arn:aws:s3:::b\"}}]},"
	"{\"mode\":\"managed\",\"type\":\"random_id\",\"name\":\"r\",\"instances\":[{\"attributes\":{}}]},"
	"{\"mode\":\"managed\",\"type\":\"azurerm_subnet_network_security_group_association\",\"name\":\"n\",\"instances\":[{\"attributes\":{\"id\":\"" SUB
	"/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/v/subnets/s\"}}]}"
	"],\"lineage\":\"L\"}";

static void a_state_says_which_address_is_which_asset(void **state)
{
	bl_snapshot s = good(tfstate);
	assert_true(bl_str_eqz(s.format, "terraform-state"));
	assert_int_equal(s.bindings.n, 3);
	assert_true(bl_str_eqz(s.bindings.items[0].address, "module.net[\"a\"].azurerm_storage_account.sa[\"x\\\"y\"]"));
	assert_true(bl_str_eqz(s.bindings.items[0].id, STORE));
	assert_true(bl_str_eqz(s.bindings.items[0].owner, "L"));
	assert_true(bl_str_eqz(s.bindings.items[1].address, "aws_s3_bucket.b[0]"));
	assert_true(bl_str_eqz(s.bindings.items[1].id, "arn:aws:s3:::b"));
	assert_true(s.bindings.items[1].id_in_other_attribute);
	size_t azure = 0;
	for (size_t i = 0; i < s.assets.n; i++) {
		const bl_asset *a = s.assets.items[i];
		assert_null(a->body);
		azure += bl_azure_id_is(a->id);
	}
	assert_int_equal(azure, 1);
	bl_snapshot_done(&s);
}

static void cut_anywhere_a_file_never_harms(void **state)
{
	bl_str text = bl_str_of(tfstate);
	for (size_t n = 0; n < text.n; n += 7) {
		bl_snapshot s;
		if (read_text(bl_str_slice(text, 0, n), &s, NULL) == BL_OK) {
			assert_true(s.partial);
			bl_snapshot_done(&s);
		}
	}
}

static void azure_ids_are_taken_apart(void **state)
{
	bl_arena a = {0};
	bl_azure_id id;
	assert_true(bl_azure_id_parse(&a, BL_STR(SUB "/resourcegroups/RG/providers/Microsoft.Sql/servers/s/databases/d"), &id));
	assert_true(bl_str_eqz(id.type, "Microsoft.Sql/servers/databases"));
	assert_true(bl_str_eqz(id.name, "s/d"));
	assert_true(bl_str_eqz(id.last, "d"));
	assert_true(bl_str_eqz(id.parent, SUB "/resourcegroups/RG/providers/Microsoft.Sql/servers/s"));
	assert_true(bl_azure_id_parse(&a, BL_STR(STORE "/providers/Microsoft.Authorization/roleAssignments/g"), &id));
	assert_true(bl_str_eqz(id.type, "Microsoft.Authorization/roleAssignments"));
	assert_true(bl_str_eqz(id.parent, STORE));
	assert_true(bl_str_eqz(id.group, "RG"));
	assert_true(bl_azure_id_parse(&a, BL_STR(SUB "/resourceGroups/RG"), &id));
	assert_true(bl_str_eqz(id.type, "Microsoft.Resources/resourceGroups"));
	assert_true(bl_str_eqz(id.parent, SUB));
	static const char *const bad[] = {"", "x", "/", "/subscriptions", SUB "//x", SUB "/providers/N", SUB "/providers/N/t", SUB "/resourceGroups", SUB "/x/y"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(bl_azure_id_parse(&a, bl_str_of(bad[i]), &id));
	bl_arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shape_of_a_query_gives_the_same_asset),
		cmocka_unit_test(one_page_of_several_is_partial),
		cmocka_unit_test(an_empty_result_is_a_snapshot_of_nothing),
		cmocka_unit_test(a_truncated_file_keeps_what_came_before),
		cmocka_unit_test(what_is_no_snapshot_is_refused),
		cmocka_unit_test(rows_without_ids_are_counted_and_rows_without_properties_are_not_judged),
		cmocka_unit_test(a_state_says_which_address_is_which_asset),
		cmocka_unit_test(cut_anywhere_a_file_never_harms),
		cmocka_unit_test(azure_ids_are_taken_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

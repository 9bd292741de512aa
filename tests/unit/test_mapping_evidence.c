/* Rows of mapping/evidence.def, each where it speaks alone or with one other. */
#include "core/codec/json.h"
#include "mapping/mapping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define TYPE "Microsoft.Compute/virtualMachines"
#define ID "/subscriptions/s1/resourceGroups/rg-prod/providers/" TYPE "/vm1"

typedef struct pair {
	bl_arena arena;
	bl_graph *graph;
	bl_schema *schema;
	bl_snapshot snapshot;
	bl_resource block;
	bl_asset asset;
	bl_root root;
} pair;

static const bl_value *json(pair *p, const char *text)
{
	bl_error error = {""};
	const bl_value *v = bl_json_read(&p->arena, bl_str_of(text), &error);
	assert_string_equal(error.text, "");
	return v;
}

/* A block and an asset that nothing ties but what a test adds. */
static pair *begin(const char *body, const char *shown)
{
	pair *p = calloc(1, sizeof *p);
	p->graph = bl_graph_new(&p->arena, NULL);
	p->schema = bl_schema_of(&p->arena, NULL, 0);
	p->root = (bl_root){.repo = BL_STR("r"), .name = BL_STR("infra"), .language = BL_LANG_TERRAFORM};
	p->block = (bl_resource){.root = &p->root, .language = BL_LANG_TERRAFORM, .address = BL_STR("x.vm"), .label = BL_STR("vm"), .type = BL_STR(TYPE),
		.native_type = BL_STR(TYPE), .condition = BL_YES, .head = {1, 10, 20}, .span = {1, 10, 20}, .native = json(p, "{}")};
	p->block.written = p->block.effective = json(p, body);
	p->asset = (bl_asset){.id = BL_STR(ID), .type = BL_STR(TYPE), .name = BL_STR("vm1"), .snapshot = BL_STR("a.json"), .body = json(p, shown)};
	p->snapshot = (bl_snapshot){.file = BL_STR("a.json"), .format = BL_STR("azure-resource-graph")};
	bl_asset *a = &p->asset;
	bl_vec_push(&p->arena, &p->snapshot.assets, a);
	return p;
}

static void bind(pair *p, bl_binding_from from, const char *address)
{
	bl_binding b = {.from = from, .address = bl_str_of(address), .id = BL_STR(ID), .type = BL_STR(TYPE), .owner = BL_STR("o"), .file = BL_STR("b.json")};
	bl_vec_push(&p->arena, &p->snapshot.bindings, b);
}

/* The one link's evidence, "I1 I2", and its confidence; "" for no link. */
static void assert_evidence(pair *p, const char *want, double confidence)
{
	const bl_link *const *links;
	const bl_snapshot *snapshots[] = {&p->snapshot};
	bl_mapping_input input = {.schema = p->schema, .snapshots = snapshots, .nsnapshots = 1};
	bl_image_origins images = {0};
	bl_graph_add_resource(p->graph, &p->block);
	bl_graph_add_asset(p->graph, &p->asset);
	bl_graph_add_references(p->graph);
	bl_graph_seal(p->graph, BL_LAYER_CODE);
	bl_mapping_run(p->graph, &input, &images);
	size_t n = bl_graph_links(p->graph, &links);
	bl_buf said = {0};
	bl_buf_putz(&said, "");
	for (size_t i = 0; n && i < links[0]->evidence.n; i++)
		bl_buf_putf(&said, "%s%s", i ? " " : "", links[0]->evidence.items[i].id);
	assert_string_equal(bl_str_z(&p->arena, bl_buf_str(&said)), want);
	if (n)
		assert_true(links[0]->confidence > confidence - 1e-5 && links[0]->confidence < confidence + 1e-5);
	bl_buf_done(&said);
	bl_arena_done(&p->arena);
	free(p);
}

static void nothing_ties_what_only_has_a_type_in_common(void **state)
{
	(void)state;
	assert_evidence(begin("{\"name\":\"other\"}", "{}"), "", 0);
}

static void a_plan_says_which_address_has_which_id(void **state)
{
	(void)state;
	pair *p = begin("{}", "{}");
	bind(p, BL_FROM_PLAN, "x.vm");
	assert_evidence(p, "I2", 0.97);
}

static void a_state_says_which_address_has_which_id(void **state)
{
	(void)state;
	pair *p = begin("{}", "{}");
	bind(p, BL_FROM_STATE, "x.vm");
	assert_evidence(p, "I1", 0.99);
}

static void another_address_of_a_plan_says_nothing(void **state)
{
	(void)state;
	pair *p = begin("{\"name\":\"other\"}", "{}");
	bind(p, BL_FROM_PLAN, "x.other");
	assert_evidence(p, "", 0);
}

static void a_stack_s_resource_is_none_of_terraform_s(void **state)
{
	(void)state;
	pair *p = begin("{\"name\":\"other\"}", "{}");
	bind(p, BL_FROM_STACK, "vm");
	assert_evidence(p, "", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_says_which_address_has_which_id),
		cmocka_unit_test(a_stack_s_resource_is_none_of_terraform_s),
		cmocka_unit_test(a_state_says_which_address_has_which_id),
		cmocka_unit_test(another_address_of_a_plan_says_nothing),
		cmocka_unit_test(nothing_ties_what_only_has_a_type_in_common),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "core/codec/json.h"
#include "mapping/mapping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <time.h>

#define SUB "/subscriptions/s1"
#define RG SUB "/resourceGroups/rg-prod"
#define STORE(name) RG "/providers/Microsoft.Storage/storageAccounts/" name
#define VM(name) RG "/providers/Microsoft.Compute/virtualMachines/" name
#define STORAGE "Microsoft.Storage/storageAccounts"
#define MACHINE "Microsoft.Compute/virtualMachines"

static bl_arena arena;
static bl_graph *graph;
static bl_schema *schema;
static bl_snapshot *graph_snapshot, *state_snapshot;
static const bl_root infra = {.repo = {"r", 1}, .name = {"infra", 5}, .language = BL_LANG_TERRAFORM};
static const bl_root dev = {.repo = {"r", 1}, .name = {"infra@dev", 9}, .language = BL_LANG_TERRAFORM};

static int begin(void **state)
{
	bl_arena_init(&arena);
	graph = bl_graph_new(&arena, NULL);
	schema = bl_schema_of(&arena, NULL, 0);
	graph_snapshot = bl_new(&arena, bl_snapshot);
	*graph_snapshot = (bl_snapshot){.file = BL_STR("arg.json"), .format = BL_STR("azure-resource-graph")};
	state_snapshot = bl_new(&arena, bl_snapshot);
	*state_snapshot = (bl_snapshot){.file = BL_STR("t.tfstate"), .format = BL_STR("terraform-state")};
	return 0;
}

static int end(void **state)
{
	bl_arena_done(&arena);
	return 0;
}

static const bl_value *json(const char *text)
{
	bl_error error = {""};
	const bl_value *v = bl_json_read(&arena, bl_str_of(text), &error);
	assert_string_equal(error.text, "");
	return v;
}

static uint32_t line;
static bl_mapping_input input;

/* A resource whose name and canonical body are given; each stands on a line of its own. */
static bl_resource *declare(const bl_root *root, const char *address, const char *type, const bl_value *name, const char *body)
{
	bl_resource *r = bl_new(&arena, bl_resource);
	r->root = root;
	r->language = root->language;
	r->address = r->label = bl_str_of(address);
	r->type = r->native_type = bl_str_of(type);
	r->condition = BL_YES;
	r->name = name;
	line += 100;
	r->head = r->span = (bl_span){1, line, line + 50};
	r->written = r->effective = json(body);
	r->native = json("{\"resource_group_name\":\"rg-prod\"}");
	return r;
}

static const bl_value *text(const char *z)
{
	return z ? bl_value_string(&arena, BL_NOWHERE, bl_str_of(z)) : NULL;
}

static uint32_t code(const bl_root *root, const char *address, const char *type, const char *name, const char *body)
{
	return bl_graph_add_resource(graph, declare(root, address, type, text(name), body));
}

static uint32_t asset(const char *id, const char *type, const char *body)
{
	bl_asset *a = bl_new(&arena, bl_asset);
	a->id = bl_str_of(id);
	a->type = bl_str_of(type);
	ptrdiff_t slash = bl_str_rfind_char(a->id, '/');
	a->name = bl_str_slice(a->id, (size_t)(slash + 1), a->id.n);
	a->snapshot = body ? graph_snapshot->file : state_snapshot->file;
	a->body = body ? json(body) : NULL;
	a->tags = bl_value_getz(a->body, "tags");
	bl_vec_push(&arena, &(body ? graph_snapshot : state_snapshot)->assets, a);
	return bl_graph_add_asset(graph, a);
}

static void entry(const char *address, const char *id)
{
	bl_binding e = {.address = bl_str_of(address), .id = bl_str_of(id), .file = BL_STR("t.tfstate")};
	bl_vec_push(&arena, &state_snapshot->bindings, e);
}

static size_t run(const bl_link *const **links)
{
	static const bl_snapshot *snapshots[2];
	snapshots[0] = graph_snapshot;
	snapshots[1] = state_snapshot;
	bl_graph_add_references(graph);
	bl_graph_seal(graph, BL_LAYER_CODE);
	input = (bl_mapping_input){.schema = schema, .snapshots = snapshots, .nsnapshots = 2};
	bl_image_origins images = {0};
	bl_mapping_run(graph, &input, &images);
	return bl_graph_links(graph, links);
}

static void assert_link(const bl_link *l, uint32_t from, uint32_t to, bl_link_class class, double confidence)
{
	assert_int_equal(l->from, from);
	assert_int_equal(l->to, to);
	assert_int_equal(l->class, class);
	assert_true(l->evidence.n > 0);
	assert_true(l->confidence > confidence - 1e-5 && l->confidence < confidence + 1e-5);
}

#define TAGGED "{\"tags\":{\"mapping_tag\":\"6189b638-15a5-42ec-b934-0d2b8e035ce1\"}}"

static void a_trace_tag_ties_a_block_to_its_asset(void **state)
{
	const bl_link *const *links;
	uint32_t c = code(&infra, "azurerm_storage_account.sa", STORAGE, NULL, TAGGED);
	uint32_t a = asset(STORE("st1"), STORAGE, TAGGED);
	assert_int_equal(run(&links), 1);
	assert_link(links[0], c, a, BL_MAPPED, 0.95);
	assert_string_equal(links[0]->evidence.items[0].id, "I5");
}

static void a_tag_copied_to_a_second_block_is_ambiguous(void **state)
{
	const bl_link *const *links;
	uint32_t c = code(&infra, "azurerm_storage_account.a", STORAGE, NULL, TAGGED);
	uint32_t d = code(&infra, "azurerm_storage_account.b", STORAGE, NULL, TAGGED);
	uint32_t a = asset(STORE("st1"), STORAGE, TAGGED);
	assert_int_equal(run(&links), 2);
	assert_link(links[0], c, a, BL_AMBIGUOUS, 0.475);
	assert_link(links[1], d, a, BL_AMBIGUOUS, 0.475);
}

static void the_name_settles_a_quarrel_over_a_tag(void **state)
{
	const bl_link *const *links;
	code(&infra, "azurerm_virtual_machine.a", MACHINE, NULL, TAGGED);
	uint32_t d = code(&infra, "azurerm_virtual_machine.b", MACHINE, "vm1", TAGGED);
	uint32_t a = asset(VM("vm1"), MACHINE, TAGGED);
	assert_int_equal(run(&links), 1);
	assert_link(links[0], d, a, BL_MAPPED, 1 - (1 - 0.475) * (1 - 0.75));
	assert_int_equal(links[0]->evidence.n, 2);
}

static void a_state_maps_every_instance_of_a_block(void **state)
{
	const bl_link *const *links;
	const char *addresses[] = {"azurerm_virtual_machine.vm[\"a\"]", "azurerm_virtual_machine.vm[\"b\"]", "azurerm_virtual_machine.vm[\"c\"]"};
	const char *ids[] = {VM("vm-a"), VM("vm-b"), VM("vm-c")};
	uint32_t c[3], a[3];
	for (int i = 0; i < 3; i++) {
		bl_resource *r = declare(&infra, addresses[i], MACHINE, NULL, "{}");
		r->head = r->span = (bl_span){1, 10, 20};
		c[i] = bl_graph_add_resource(graph, r);
		a[i] = asset(ids[i], MACHINE, "{}");
		entry(addresses[i], ids[i]);
	}
	assert_int_equal(run(&links), 3);
	for (int i = 0; i < 3; i++)
		assert_link(links[i], c[i], a[i], BL_MAPPED_MANY, 0.99);
}

static void unknown_instance_keys_take_every_id_of_the_state(void **state)
{
	const bl_link *const *links;
	uint32_t c = code(&infra, "module.m[*].azurerm_virtual_machine.vm[*]", MACHINE, NULL, "{}");
	uint32_t a = asset(VM("vm-a"), MACHINE, "{}"), b = asset(VM("vm-b"), MACHINE, "{}");
	entry("module.m[\"x\"].azurerm_virtual_machine.vm[0]", VM("vm-a"));
	entry("module.m[\"x\"].azurerm_virtual_machine.vm[1]", VM("vm-b"));
	assert_int_equal(run(&links), 2);
	assert_link(links[0], c, a, BL_MAPPED_MANY, 0.99);
	assert_link(links[1], c, b, BL_MAPPED_MANY, 0.99);
}

/* Code whose last key is known in part, as a pattern says. */
static uint32_t code_of_key(const char *address, const char *pattern)
{
	bl_value *key = bl_value_unknown(&arena, BL_NOWHERE, "var.id has no value");
	bl_part_key *part = bl_new(&arena, bl_part_key);
	bl_unknown_set_pattern((bl_unknown *)key->unknown, bl_str_of(pattern));
	*part = (bl_part_key){(size_t)bl_str_rfind_char(bl_str_of(address), '['), key, NULL};
	bl_resource *r = declare(&infra, address, MACHINE, NULL, "{}");
	r->part_keys = part;
	return bl_graph_add_resource(graph, r);
}

static void a_key_known_in_part_is_that_of_a_state_that_fits(void **state)
{
	const bl_link *const *links;
	uint32_t x = code_of_key("module.m[0].azurerm_virtual_machine.vm[\"/s/*/x\"]", "/s/\xff/x"),
		 y = code_of_key("module.m[0].azurerm_virtual_machine.vm[\"/s/*/y\"]", "/s/\xff/y");
	uint32_t a = asset(VM("vm-a"), MACHINE, "{}"), b = asset(VM("vm-b"), MACHINE, "{}");
	asset(VM("vm-c"), MACHINE, "{}");
	entry("module.m[0].azurerm_virtual_machine.vm[\"/s/1/y\"]", VM("vm-b"));
	entry("module.m[0].azurerm_virtual_machine.vm[\"/s/[1]/x\"]", VM("vm-a"));
	entry("module.m[1].azurerm_virtual_machine.vm[\"/s/1/x\"]", VM("vm-c"));
	assert_int_equal(run(&links), 2);
	assert_link(links[0], x, a, BL_MAPPED, 0.99);
	assert_link(links[1], y, b, BL_MAPPED, 0.99);
}

static void a_state_belongs_to_the_root_whose_names_fit(void **state)
{
	const bl_link *const *links;
	code(&dev, "azurerm_virtual_machine.vm", MACHINE, "vm-dev", "{}");
	uint32_t c = code(&infra, "azurerm_virtual_machine.vm", MACHINE, "vm-prod", "{}");
	uint32_t a = asset(VM("vm-prod"), MACHINE, "{}");
	entry("azurerm_virtual_machine.vm", VM("vm-prod"));
	assert_int_equal(run(&links), 1);
	assert_link(links[0], c, a, BL_MAPPED, 0.995);
}

static void a_state_that_names_what_is_gone_is_worth_less(void **state)
{
	const bl_link *const *links;
	uint32_t c = code(&infra, "azurerm_virtual_machine.vm", MACHINE, NULL, "{}");
	uint32_t a = asset(VM("old"), MACHINE, NULL);
	asset(STORE("other"), STORAGE, "{}");
	entry("azurerm_virtual_machine.vm", VM("old"));
	assert_int_equal(run(&links), 1);
	assert_link(links[0], c, a, BL_MAPPED, 0.9);
}

static void ids_and_names_compare_without_case(void **state)
{
	const bl_link *const *links;
	uint32_t c = code(&infra, "azurerm_virtual_machine.vm", MACHINE, "VM1", "{}");
	uint32_t a = asset(SUB "/resourcegroups/RG-PROD/providers/microsoft.compute/virtualmachines/vm1", "microsoft.compute/virtualmachines", "{}");
	entry("azurerm_virtual_machine.vm", VM("vm1"));
	assert_int_equal(run(&links), 1);
	assert_link(links[0], c, a, BL_MAPPED, 0.995);
}

static void a_name_is_worth_what_is_known_of_its_scope(void **state)
{
	const bl_link *const *links;
	uint32_t c1 = code(&infra, "a", STORAGE, "st1", "{}"), c2 = code(&infra, "b", MACHINE, "vm1", "{}");
	bl_resource *bicep = declare(&infra, "c", MACHINE, text("vm2"), "{}");
	bicep->native = json("{}");
	uint32_t c3 = bl_graph_add_resource(graph, bicep);
	bl_resource *elsewhere = declare(&infra, "d", MACHINE, text("vm3"), "{}");
	elsewhere->native = json("{\"resource_group_name\":\"rg-other\"}");
	bl_graph_add_resource(graph, elsewhere);
	uint32_t a1 = asset(STORE("st1"), STORAGE, "{}"), a2 = asset(VM("vm1"), MACHINE, "{}"), a3 = asset(VM("vm2"), MACHINE, "{}");
	asset(VM("vm3"), MACHINE, "{}");
	assert_int_equal(run(&links), 3);
	assert_link(links[0], c1, a1, BL_MAPPED, 0.9);
	assert_link(links[1], c2, a2, BL_MAPPED, 0.75);
	assert_link(links[2], c3, a3, BL_MAPPED, 0.6);
}

static const bl_value *pattern(const char *prefix, const char *suffix)
{
	bl_value *v = bl_value_unknown(&arena, BL_NOWHERE, "var.x has no value");
	bl_unknown *u = bl_new(&arena, bl_unknown);
	*u = *v->unknown;
	u->prefix = bl_str_of(prefix);
	u->suffix = bl_str_of(suffix);
	v->unknown = u;
	return v;
}

static void a_pattern_maps_where_it_fits_one_asset_that_is_left(void **state)
{
	const bl_link *const *links;
	uint32_t known = code(&infra, "a", STORAGE, "stoneprod", "{}");
	uint32_t p = bl_graph_add_resource(graph, declare(&infra, "b", STORAGE, pattern("st", "prod"), "{}"));
	uint32_t a1 = asset(STORE("stoneprod"), STORAGE, "{}"), a2 = asset(STORE("sttwoprod"), STORAGE, "{}");
	asset(STORE("sttwodev"), STORAGE, "{}");
	assert_int_equal(run(&links), 2);
	assert_link(links[0], known, a1, BL_MAPPED, 0.9);
	assert_link(links[1], p, a2, BL_MAPPED, 0.4);
}

static void a_pattern_that_fits_several_names_them_all(void **state)
{
	const bl_link *const *links;
	uint32_t p = bl_graph_add_resource(graph, declare(&infra, "b", STORAGE, pattern("st", "prod"), "{}"));
	uint32_t a1 = asset(STORE("stoneprod"), STORAGE, "{}"), a2 = asset(STORE("sttwoprod"), STORAGE, "{}");
	assert_int_equal(run(&links), 2);
	assert_link(links[0], p, a1, BL_AMBIGUOUS, 0.2);
	assert_link(links[1], p, a2, BL_AMBIGUOUS, 0.2);
	assert_int_equal(links[0]->candidates.n, 1);
	assert_int_equal(links[0]->candidates.items[0], a2);
}

static void what_is_left_over_is_named_unless_the_snapshot_is_partial(void **state)
{
	const bl_link *const *links;
	const uint32_t *only_code, *only_cloud;
	size_t ncode, ncloud;
	code(&infra, "a", STORAGE, "st1", "{}");
	uint32_t c = code(&infra, "b", STORAGE, "stnew", "{}");
	code(&infra, "c", "azurerm_unheard_of", "x", "{}");
	asset(STORE("st1"), STORAGE, "{}");
	uint32_t a = asset(STORE("shadow"), STORAGE, "{}");
	run(&links);
	bl_mapping_unmatched(graph, &arena, &input, &only_code, &ncode, &only_cloud, &ncloud);
	assert_int_equal(ncode, 1);
	assert_int_equal(only_code[0], c);
	assert_int_equal(ncloud, 1);
	assert_int_equal(only_cloud[0], a);
	graph_snapshot->partial = true;
	bl_mapping_unmatched(graph, &arena, &input, &only_code, &ncode, &only_cloud, &ncloud);
	assert_int_equal(ncode, 0);
}

static void drift_is_what_both_sides_state_differently(void **state)
{
	const bl_link *const *links;
	const bl_drift *drift;
	code(&infra, "a", STORAGE, "st1", "{\"location\":\"West Europe\",\"tags\":{\"a\":\"b\"},\"properties\":{\"minimumTlsVersion\":\"TLS1_2\","
		"\"onlyInCode\":1,\"role\":\"/providers/x/roleDefinitions/g\",\"ips\":[\"b\",\"a\"],\"rules\":[{\"name\":\"r\",\"port\":1},{\"name\":\"s\"}]}}");
	asset(STORE("st1"), STORAGE, "{\"location\":\"westeurope\",\"tags\":{\"a\":\"B\",\"c\":\"d\"},\"properties\":{\"minimumTlsVersion\":\"TLS1_0\","
		"\"onlyInCloud\":1,\"role\":\"/subscriptions/s/providers/x/roleDefinitions/G\",\"ips\":[\"a\",\"b\"],\"rules\":[{\"name\":\"r\",\"port\":2}]}}");
	run(&links);
	size_t n = bl_mapping_drift(graph, schema, NULL, &arena, &drift);
	assert_int_equal(n, 4);
	assert_true(bl_str_eqz(drift[0].path, "properties.minimumTlsVersion"));
	assert_true(bl_value_is_string(drift[0].cloud, "TLS1_0"));
	assert_true(bl_str_eqz(drift[1].path, "properties.rules[r].port"));
	assert_true(bl_str_eqz(drift[2].path, "properties.rules[s]"));
	assert_null(drift[2].cloud);
	assert_true(bl_str_eqz(drift[3].path, "tags.c"));
	assert_null(drift[3].code);
}

/* One small estate, its parts added in the order of a seed; everything that is found, as text. */
static void estate(uint32_t seed, bl_buf *out)
{
	const bl_link *const *links;
	const char *code_names[] = {"st1", "st2", NULL, "st4", "st5", NULL};
	const char *code_addresses[] = {"a", "b", "c", "d", "e", "f"};
	const char *asset_ids[] = {STORE("st1"), STORE("st2"), STORE("st3"), STORE("st4"), STORE("st9")};
	begin(NULL);
	for (uint32_t i = 0; i < 11; i++) {
		uint32_t k = (i * 7 + seed) % 11;
		if (k < 6) {
			line = 1000 * k;
			code(&infra, code_addresses[k], STORAGE, code_names[k], k % 2 ? "{}" : TAGGED);
		} else {
			asset(asset_ids[k - 6], STORAGE, k == 8 || k == 6 ? TAGGED : "{}");
		}
	}
	for (uint32_t i = 0; i < 3; i++)
		entry(code_addresses[(i + seed) % 3], asset_ids[(i + seed) % 3]);
	size_t n = run(&links);
	for (size_t i = 0; i < n; i++) {
		bl_buf_putf(out, BL_FMT ">" BL_FMT " %d %.6f", BL_ARG(links[i]->resource->address), BL_ARG(links[i]->asset->id),
			(int)links[i]->class, links[i]->confidence);
		for (size_t k = 0; k < links[i]->evidence.n; k++)
			bl_buf_putf(out, " %s:" BL_FMT, links[i]->evidence.items[k].id, BL_ARG(links[i]->evidence.items[k].why));
		bl_buf_putc(out, '\n');
	}
	end(NULL);
}

static void the_order_of_input_changes_nothing(void **state)
{
	end(NULL);
	bl_buf first = {0};
	estate(0, &first);
	assert_true(first.n > 100);
	for (uint32_t seed = 1; seed < 11; seed++) {
		bl_buf again = {0};
		estate(seed, &again);
		assert_string_equal(first.p, again.p);
		bl_buf_done(&again);
	}
	bl_buf_done(&first);
	begin(NULL);
}

static void a_large_estate_is_mapped_in_near_linear_time(void **state)
{
	enum { BLOCKS = 5000, ASSETS = 20000 };
	const bl_link *const *links;
	for (int i = 0; i < ASSETS; i++)
		asset(bl_str_fmt(&arena, STORE("st%d"), i).p, STORAGE, "{}");
	for (int i = 0; i < BLOCKS; i++)
		code(&infra, bl_str_fmt(&arena, "azurerm_storage_account.s%d", i).p, STORAGE, bl_str_fmt(&arena, "st%d", 2 * i).p, "{}");
	for (int i = 0; i < 500; i++)
		bl_graph_add_resource(graph, declare(&infra, bl_str_fmt(&arena, "p%d", i).p, STORAGE, pattern("st", ""), "{}"));
	clock_t start = clock();
	assert_int_equal(run(&links), BLOCKS);
	assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 5);
}

#define PLACE(n) SUB "/resourceGroups/rg-" n
#define GROUP "Microsoft.Resources/resourceGroups"

/* An asset in a scope, as snapshots of Azure have it: what lies in no group is its subscription's. */
static uint32_t placed(const char *id, const char *type, const char *scope, const char *body)
{
	uint32_t node = asset(id, type, body);
	graph_snapshot->assets.items[graph_snapshot->assets.n - 1]->scope = bl_str_lower(&arena, bl_str_of(scope));
	return node;
}

/* Two machines that are in one group only, and other groups beside it: so that it is clear where the configuration is deployed. */
static void deploy_to_prod(void)
{
	code(&infra, "m1", MACHINE, "web", "{}");
	code(&infra, "m2", MACHINE, "jobs", "{}");
	placed(VM("web"), MACHINE, RG, "{}");
	placed(VM("jobs"), MACHINE, RG, "{}");
	for (int i = 0; i < 30; i++) {
		const char *scope = bl_str_fmt(&arena, PLACE("%d"), i).p;
		placed(bl_str_fmt(&arena, "%s/providers/Microsoft.Compute/virtualMachines/vm%d", scope, i).p, MACHINE, scope, "{}");
	}
}

static double confidence_of(const bl_link *const *links, size_t n, uint32_t from, uint32_t to)
{
	for (size_t i = 0; i < n; i++)
		if (links[i]->from == from && links[i]->to == to)
			return links[i]->confidence;
	return 0;
}

static void what_is_left_in_the_scope_is_told_apart_by_what_is_known_of_its_name(void **state)
{
	const bl_link *const *links;
	deploy_to_prod();
	uint32_t logs = bl_graph_add_resource(graph, declare(&infra, "logs", STORAGE, pattern("stlogs", ""), "{}"));
	uint32_t data = bl_graph_add_resource(graph, declare(&infra, "data", STORAGE, pattern("stdata", ""), "{}"));
	uint32_t a1 = placed(STORE("stlogs1x"), STORAGE, RG, "{}"), a2 = placed(STORE("stdata2y"), STORAGE, RG, "{}");
	/* as many elsewhere fit as well: by its name alone a block would be any of them */
	for (int i = 0; i < 20; i++) {
		const char *scope = bl_str_fmt(&arena, PLACE("%d"), i).p;
		placed(bl_str_fmt(&arena, "%s/providers/Microsoft.Storage/storageAccounts/stlogs%d", scope, i).p, STORAGE, scope, "{}");
	}
	size_t n = run(&links);
	assert_true(confidence_of(links, n, logs, a1) >= 0.75);
	assert_true(confidence_of(links, n, data, a2) >= 0.75);
	assert_true(confidence_of(links, n, logs, a2) == 0);
}

static void two_that_fit_one_block_in_its_scope_are_not_decided(void **state)
{
	const bl_link *const *links;
	deploy_to_prod();
	uint32_t logs = bl_graph_add_resource(graph, declare(&infra, "logs", STORAGE, pattern("stlogs", ""), "{}"));
	uint32_t a1 = placed(STORE("stlogs1x"), STORAGE, RG, "{}"), a2 = placed(STORE("stlogs2y"), STORAGE, RG, "{}");
	size_t n = run(&links);
	assert_true(confidence_of(links, n, logs, a1) < 0.6);
	assert_true(confidence_of(links, n, logs, a2) < 0.6);
}

static void a_group_is_known_by_what_lies_in_it(void **state)
{
	const bl_link *const *links;
	uint32_t group = bl_graph_add_resource(graph, declare(&infra, "g", GROUP, pattern("rg-", ""), "{}"));
	uint32_t store = code(&infra, "s", STORAGE, "stone", "{}");
	bl_graph_add_edge(graph, (bl_edge){.kind = BL_EDGE_REFERS, .from = store, .to = group});
	uint32_t holds = placed(RG, GROUP, RG, "{}"), other = placed(PLACE("other"), GROUP, PLACE("other"), "{}");
	placed(STORE("stone"), STORAGE, RG, "{}");
	size_t n = run(&links);
	/* 0.85 x 0.9 for what it holds, and half a pattern */
	assert_true(confidence_of(links, n, group, holds) >= 0.8);
	assert_true(confidence_of(links, n, group, other) == 0);
}

static void a_prefix_that_the_provider_ends_fits_only_what_it_makes(void **state)
{
	const bl_link *const *links;
	static const bl_root aws = {.repo = {"r", 1}, .name = {"aws", 3}, .language = BL_LANG_TERRAFORM};
	bl_resource *r = declare(&aws, "role", "AWS::IAM::Role", NULL, "{}");
	r->native = json("{\"name_prefix\":\"app-\"}");
	uint32_t role = bl_graph_add_resource(graph, r);
	uint32_t made = asset("arn:aws:iam::111122223333:role/app-2025091014154708740000000d", "AWS::IAM::Role", "{}");
	uint32_t byhand = asset("arn:aws:iam::111122223333:role/app-admin", "AWS::IAM::Role", "{}");
	size_t n = run(&links);
	assert_true(confidence_of(links, n, role, made) >= 0.4);
	assert_true(confidence_of(links, n, role, byhand) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_trace_tag_ties_a_block_to_its_asset, begin, end),
		cmocka_unit_test_setup_teardown(a_tag_copied_to_a_second_block_is_ambiguous, begin, end),
		cmocka_unit_test_setup_teardown(the_name_settles_a_quarrel_over_a_tag, begin, end),
		cmocka_unit_test_setup_teardown(a_state_maps_every_instance_of_a_block, begin, end),
		cmocka_unit_test_setup_teardown(unknown_instance_keys_take_every_id_of_the_state, begin, end),
		cmocka_unit_test_setup_teardown(a_key_known_in_part_is_that_of_a_state_that_fits, begin, end),
		cmocka_unit_test_setup_teardown(a_state_belongs_to_the_root_whose_names_fit, begin, end),
		cmocka_unit_test_setup_teardown(a_state_that_names_what_is_gone_is_worth_less, begin, end),
		cmocka_unit_test_setup_teardown(ids_and_names_compare_without_case, begin, end),
		cmocka_unit_test_setup_teardown(a_name_is_worth_what_is_known_of_its_scope, begin, end),
		cmocka_unit_test_setup_teardown(a_pattern_maps_where_it_fits_one_asset_that_is_left, begin, end),
		cmocka_unit_test_setup_teardown(a_pattern_that_fits_several_names_them_all, begin, end),
		cmocka_unit_test_setup_teardown(what_is_left_over_is_named_unless_the_snapshot_is_partial, begin, end),
		cmocka_unit_test_setup_teardown(drift_is_what_both_sides_state_differently, begin, end),
		cmocka_unit_test_setup_teardown(the_order_of_input_changes_nothing, begin, end),
		cmocka_unit_test_setup_teardown(a_large_estate_is_mapped_in_near_linear_time, begin, end),
		cmocka_unit_test_setup_teardown(what_is_left_in_the_scope_is_told_apart_by_what_is_known_of_its_name, begin, end),
		cmocka_unit_test_setup_teardown(two_that_fit_one_block_in_its_scope_are_not_decided, begin, end),
		cmocka_unit_test_setup_teardown(a_group_is_known_by_what_lies_in_it, begin, end),
		cmocka_unit_test_setup_teardown(a_prefix_that_the_provider_ends_fits_only_what_it_makes, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

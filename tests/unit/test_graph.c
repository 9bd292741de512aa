#include "core/model/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static bl_arena arena;
static bl_graph *graph;
static const bl_root infra = {.repo = {"r", 1}, .name = {"infra", 5}, .language = BL_LANG_TERRAFORM};
static const bl_root prod = {
	.repo = {"r", 1}, .name = {"infra@prod", 10}, .language = BL_LANG_TERRAFORM};

static int begin(void **state)
{
	bl_arena_init(&arena);
	graph = bl_graph_new(&arena, NULL);
	return 0;
}

static int end(void **state)
{
	bl_arena_done(&arena);
	return 0;
}

static bl_value *text(const char *z)
{
	return bl_value_string(&arena, BL_NOWHERE, bl_str_of(z));
}

static bl_resource *resource(const bl_root *root, const char *address, const char *type, const char *name)
{
	bl_resource *r = bl_new(&arena, bl_resource);
	r->root = root;
	r->address = bl_str_of(address);
	r->type = r->native_type = bl_str_of(type);
	r->label = bl_str_of(address);
	r->name = name ? text(name) : NULL;
	r->written = r->effective = bl_value_map(&arena, BL_NOWHERE, NULL, 0);
	return r;
}

static uint32_t add(const bl_root *root, const char *address, const char *type, const char *name)
{
	return bl_graph_add_resource(graph, resource(root, address, type, name));
}

static uint32_t add_asset(const char *id, const char *type)
{
	bl_asset *a = bl_new(&arena, bl_asset);
	a->id = bl_str_of(id);
	a->type = bl_str_of(type);
	a->name = bl_str_of("n");
	return bl_graph_add_asset(graph, a);
}

#define find(root, z) bl_graph_find(graph, (root), bl_str_of(z))

static void the_internet_is_node_zero(void **state)
{
	assert_int_equal(bl_graph_size(graph), 1);
	assert_int_equal(bl_graph_node(graph, 0)->kind, BL_NODE_INTERNET);
}

static void equal_addresses_of_two_roots_are_two_nodes(void **state)
{
	uint32_t a = add(&infra, "x.y", "T", NULL), b = add(&prod, "x.y", "T", NULL);
	assert_int_not_equal(a, b);
	assert_int_equal(find(&infra, "x.y"), a);
	assert_int_equal(find(&prod, "x.y"), b);
	assert_false(bl_str_eq(bl_graph_node(graph, a)->id, bl_graph_node(graph, b)->id));
}

static void an_address_declared_twice_gives_two_ids(void **state)
{
	uint32_t a = add(&infra, "x.y", "T", NULL), b = add(&infra, "x.y", "T", NULL);
	assert_int_not_equal(a, b);
	assert_int_equal(find(&infra, "x.y"), a);
	assert_true(bl_str_eqz(bl_graph_node(graph, b)->id, "code:r:infra:x.y#2"));
}

static void a_key_may_be_left_out_of_the_only_instance(void **state)
{
	uint32_t one = add(&infra, "module.a[\"k.[1]\"].x.y[0]", "T", NULL);
	add(&infra, "x.z[0]", "T", NULL);
	add(&infra, "x.z[1]", "T", NULL);
	assert_int_equal(find(&infra, "module.a[\"k.[1]\"].x.y"), one);
	assert_int_equal(find(&infra, "module.a.x.y"), one);
	assert_int_equal(find(&infra, "x.z"), -1);
	assert_true(find(&infra, "x.z[1]") > 0);
	assert_int_equal(find(&infra, "x.z[2]"), -1);
}

static void an_instance_of_unknown_keys_answers_to_any_key(void **state)
{
	uint32_t any = add(&infra, "x.y[*]", "T", NULL);
	assert_int_equal(find(&infra, "x.y[\"a\"]"), any);
	assert_int_equal(find(&infra, "x.y"), any);
}

static void azure_ids_are_found_in_any_case_and_others_exactly(void **state)
{
	uint32_t a = add_asset("/subscriptions/1/resourceGroups/RG/providers/M.N/t/x", "M.N/t");
	uint32_t b = add_asset("arn:aws:s3:::Bucket", "AWS::S3::Bucket");
	assert_int_equal(bl_graph_find_asset(graph,
				 BL_STR("/SUBSCRIPTIONS/1/resourcegroups/rg/providers/m.n/t/X")),
		a);
	assert_int_equal(bl_graph_find_asset(graph, BL_STR("arn:aws:s3:::Bucket")), b);
	assert_int_equal(bl_graph_find_asset(graph, BL_STR("arn:aws:s3:::bucket")), -1);
}

static void an_asset_seen_twice_is_one_node(void **state)
{
	uint32_t a = add_asset("/subscriptions/1/x", "T");
	assert_int_equal(add_asset("/Subscriptions/1/X", "T"), a);
}

static void types_are_found_in_any_case_and_by_their_native_name(void **state)
{
	bl_resource *r = resource(&infra, "a.b", "Microsoft.Web/sites", NULL);
	r->native_type = BL_STR("azurerm_linux_web_app");
	uint32_t a = bl_graph_add_resource(graph, r);
	uint32_t b = add_asset("/subscriptions/1/s", "microsoft.web/sites");
	const uint32_t *nodes;
	assert_int_equal(bl_graph_of_type(graph, BL_STR("Microsoft.Web/Sites"), &nodes), 2);
	assert_int_equal(nodes[0], a);
	assert_int_equal(nodes[1], b);
	assert_int_equal(bl_graph_of_type(graph, BL_STR("azurerm_linux_web_app"), &nodes), 1);
	assert_int_equal(bl_graph_of_type(graph, BL_STR("none"), &nodes), 0);
}

static void an_unknown_points_to_the_first_of_its_references_that_exists(void **state)
{
	uint32_t from = add(&infra, "a.a", "T", NULL), to = add(&infra, "b.b", "T", NULL);
	add(&prod, "c.c", "T", NULL);
	bl_ref refs[] = {{BL_STR("c.c"), BL_STR("id")}, {BL_STR("b.b"), BL_STR("id")}};
	bl_unknown u = {.type = -1, .nrefs = 2, .refs = refs};
	bl_value v = {.kind = BL_UNKNOWN, .unknown = &u};
	assert_int_equal(bl_graph_target(graph, from, &v), to);
}

static void a_known_string_points_to_an_asset_or_to_the_only_one_of_its_name(void **state)
{
	uint32_t from = add(&infra, "a.a", "T", "a"), one = add(&infra, "b.b", "T", "One");
	add(&infra, "c.c", "T", "two");
	add(&infra, "d.d", "T", "two");
	uint32_t asset = add_asset("arn:x", "T");
	assert_int_equal(bl_graph_target(graph, from, text("one")), one);
	assert_int_equal(bl_graph_target(graph, from, text("two")), -1);
	assert_int_equal(bl_graph_target(graph, from, text("arn:x")), asset);
	assert_int_equal(bl_graph_target(graph, from, text("")), -1);
	assert_int_equal(bl_graph_target(graph, asset, text("one")), -1);
}

static void an_azure_id_points_to_the_declared_resource_of_its_type_and_name(void **state)
{
	uint32_t from = add(&infra, "a.a", "T", NULL);
	add(&infra, "v", "Microsoft.Network/virtualNetworks", "main");
	uint32_t subnet = add(&infra, "s", "Microsoft.Network/virtualNetworks/subnets", "web");
	uint32_t site = add(&infra, "w", "Microsoft.Web/sites", "web");
	const char *id = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Network/"
			 "virtualNetworks/main/subnets/web";
	assert_int_equal(bl_graph_target(graph, from, text(id)), subnet);
	bl_unknown u = {.type = BL_STRING, .suffix = bl_str_of(strstr(id, "/providers"))};
	bl_value v = {.kind = BL_UNKNOWN, .unknown = &u};
	assert_int_equal(bl_graph_target(graph, from, &v), subnet);
	/* also where it is made of something else's attribute, unless it is that attribute */
	bl_ref ref = {BL_STR("w"), BL_STR("id")};
	u.refs = &ref;
	u.nrefs = 1;
	assert_int_equal(bl_graph_target(graph, from, &v), subnet);
	u.attribute = true;
	assert_int_equal(bl_graph_target(graph, from, &v), site);
}

static void what_is_part_of_another_may_call_it_by_its_name_alone(void **state)
{
	uint32_t parent = add(&infra, "z.z", "Microsoft.Network/privateDnsZones", "a.example");
	add(&infra, "w.w", "Microsoft.Web/sites", "b.example");
	bl_resource *r = resource(&infra, "l.l", "Microsoft.Network/privateDnsZones/virtualNetworkLinks", NULL);
	r->language = BL_LANG_TERRAFORM;
	r->native = bl_value_with(&arena, NULL, BL_STR("private_dns_zone_name"), text("a.example"));
	r->native = bl_value_with(&arena, r->native, BL_STR("site_name"), text("b.example"));
	uint32_t child = bl_graph_add_resource(graph, r);
	bl_graph_add_references(graph);
	bl_graph_seal(graph, BL_LAYER_CODE);
	const bl_edge *const *edges;
	assert_int_equal(bl_graph_out(graph, child, &edges), 1);
	assert_int_equal(edges[0]->to, parent);
	assert_int_equal(bl_graph_out(graph, parent, &edges), 1);
	assert_int_equal(edges[0]->kind, BL_EDGE_CONTAINS);
}

static void a_known_value_points_to_the_resource_it_came_through(void **state)
{
	uint32_t from = add(&infra, "a.a", "T", NULL), to = add(&infra, "sa.logs", "T", NULL);
	const bl_value *v = bl_value_through(&arena, text("anything"), BL_STR("sa.logs.name"), BL_NOWHERE);
	assert_int_equal(bl_graph_target(graph, from, v), to);
}

static void references_become_one_edge_a_pair_and_parents_contain_children(void **state)
{
	uint32_t parent = add(&infra, "v", "Microsoft.Network/virtualNetworks", NULL);
	bl_resource *r = resource(&infra, "s", "Microsoft.Network/virtualNetworks/subnets", NULL);
	const bl_value *waits = bl_value_waits(&arena, (bl_span){1, 2, 3}, BL_STR("v"), BL_STR("id"));
	r->written = bl_value_with(&arena, NULL, BL_STR("properties.parent"), waits);
	r->written = bl_value_with(&arena, r->written, BL_STR("properties.again"), waits);
	uint32_t child = bl_graph_add_resource(graph, r);
	bl_graph_add_references(graph);
	const bl_edge *const *edges;
	assert_int_equal(bl_graph_out(graph, child, &edges), 0); /* not sealed yet */
	bl_graph_seal(graph, BL_LAYER_CODE);
	assert_int_equal(bl_graph_out(graph, child, &edges), 1);
	assert_int_equal(edges[0]->kind, BL_EDGE_REFERS);
	assert_int_equal(edges[0]->to, parent);
	assert_true(bl_str_eqz(edges[0]->detail, "properties.parent"));
	assert_int_equal(edges[0]->span.begin, 2);
	assert_int_equal(bl_graph_out(graph, parent, &edges), 1);
	assert_int_equal(edges[0]->kind, BL_EDGE_CONTAINS);
	assert_int_equal(bl_graph_in(graph, parent, &edges), 1);
	assert_int_equal(bl_graph_edges(graph, &edges), 2);
}

static void a_module_call_contains_what_stands_in_it(void **state)
{
	uint32_t module = add(&infra, "module.a", "module", NULL);
	bl_resource *r = resource(&infra, "module.a.x.y", "T", NULL);
	r->module = BL_STR("module.a");
	uint32_t inner = bl_graph_add_resource(graph, r);
	bl_graph_add_references(graph);
	bl_graph_seal(graph, BL_LAYER_CODE);
	const bl_edge *const *edges;
	assert_int_equal(bl_graph_in(graph, inner, &edges), 1);
	assert_int_equal(edges[0]->from, module);
}

static void later_layers_add_to_what_is_sealed(void **state)
{
	uint32_t a = add(&infra, "a.a", "T", NULL);
	bl_graph_seal(graph, BL_LAYER_CODE);
	uint32_t id = bl_graph_add_node(graph, (bl_node){.kind = BL_NODE_IDENTITY, .id = BL_STR("identity:x")});
	assert_int_equal(bl_graph_add_node(graph, (bl_node){.id = BL_STR("identity:x")}), id);
	const bl_edge *const *edges;
	assert_int_equal(bl_graph_out(graph, id, &edges), 0);
	bl_graph_add_edge(graph, (bl_edge){.kind = BL_EDGE_AUTHENTICATES, .from = a, .to = id});
	assert_int_equal(bl_graph_out(graph, a, &edges), 0);
	bl_graph_seal(graph, BL_LAYER_EXPOSURE);
	assert_int_equal(bl_graph_in(graph, id, &edges), 1);
	assert_int_equal(edges[0]->layer, BL_LAYER_LINKS);
}

static void a_context_joins_both_halves_of_a_link(void **state)
{
	uint32_t code = add(&infra, "a.a", "T", NULL);
	uint32_t weak = add_asset("arn:weak", "T"), sure = add_asset("arn:sure", "T");
	bl_link links[] = {{.from = code, .to = weak, .class = BL_AMBIGUOUS, .confidence = 0.4},
		{.from = code, .to = sure, .class = BL_MAPPED, .confidence = 0.9}};
	bl_graph_add_link(graph, &links[0]);
	bl_graph_add_link(graph, &links[1]);
	bl_graph_add_edge(graph, (bl_edge){.kind = BL_EDGE_EXPOSES, .to = sure, .sure = BL_MAYBE});
	bl_graph_add_edge(graph, (bl_edge){.kind = BL_EDGE_EXPOSES, .to = weak, .sure = BL_YES});
	bl_graph_seal(graph, BL_LAYER_EXPOSURE);
	bl_path path = {0};
	bl_vec_push(&arena, &path.nodes, 0);
	bl_vec_push(&arena, &path.nodes, sure);
	bl_graph_add_path(graph, &path);
	bl_context c = bl_context_of(&arena, graph, code);
	assert_int_equal(c.links.n, 2);
	assert_ptr_equal(c.links.items[0], &links[1]);
	assert_int_equal(c.exposed, BL_MAYBE);
	assert_int_equal(c.exposure->to, sure);
	assert_int_equal(c.paths.n, 1);
	c = bl_context_of(&arena, graph, sure);
	assert_int_equal(c.links.n, 1);
	assert_int_equal(c.paths.n, 1);
}

/* A resource whose block is [begin, end) of source 1. */
static uint32_t add_block(const bl_root *root, const char *address, uint32_t begin, uint32_t end)
{
	bl_resource *r = resource(root, address, "T", NULL);
	r->span = (bl_span){1, begin, end};
	return bl_graph_add_resource(graph, r);
}

static void a_path_is_also_of_the_code_whose_lines_open_it(void **state)
{
	uint32_t machine = add_block(&infra, "a.machine", 0, 10), filter = add_block(&infra, "a.filter", 10, 50);
	uint32_t other = add_block(&infra, "a.other", 50, 90), elsewhere = add_block(&prod, "a.filter", 10, 50);
	bl_edge edge = {.kind = BL_EDGE_EXPOSES, .to = machine, .span = {1, 20, 30}, .sure = BL_YES};
	bl_graph_add_edge(graph, edge);
	bl_graph_seal(graph, BL_LAYER_EXPOSURE);
	bl_path path = {0};
	bl_vec_push(&arena, &path.nodes, 0);
	bl_vec_push(&arena, &path.nodes, machine);
	bl_vec_push(&arena, &path.edges, &edge);
	bl_graph_add_path(graph, &path);
	const bl_path *const *paths;
	assert_int_equal(bl_graph_paths_of(graph, machine, &paths), 1);
	assert_int_equal(bl_graph_paths_of(graph, filter, &paths), 1);
	assert_int_equal(bl_graph_paths_of(graph, other, &paths), 0);
	assert_int_equal(bl_graph_paths_of(graph, elsewhere, &paths), 0);
}

#define row(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(the_internet_is_node_zero),
		row(equal_addresses_of_two_roots_are_two_nodes),
		row(an_address_declared_twice_gives_two_ids),
		row(a_key_may_be_left_out_of_the_only_instance),
		row(an_instance_of_unknown_keys_answers_to_any_key),
		row(azure_ids_are_found_in_any_case_and_others_exactly),
		row(an_asset_seen_twice_is_one_node),
		row(types_are_found_in_any_case_and_by_their_native_name),
		row(an_unknown_points_to_the_first_of_its_references_that_exists),
		row(a_known_string_points_to_an_asset_or_to_the_only_one_of_its_name),
		row(an_azure_id_points_to_the_declared_resource_of_its_type_and_name),
		row(what_is_part_of_another_may_call_it_by_its_name_alone),
		row(a_known_value_points_to_the_resource_it_came_through),
		row(references_become_one_edge_a_pair_and_parents_contain_children),
		row(a_module_call_contains_what_stands_in_it),
		row(later_layers_add_to_what_is_sealed),
		row(a_path_is_also_of_the_code_whose_lines_open_it),
		row(a_context_joins_both_halves_of_a_link),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

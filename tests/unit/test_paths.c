#include "core/codec/json.h"
#include "core/model/context.h"
#include "mapping/mapping.h"
#include "paths/pattern.h"
#include "paths/paths.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define SUB "/subscriptions/s1"
#define RG SUB "/resourceGroups/rg"
#define NET RG "/providers/Microsoft.Network"

static bl_arena arena;
static bl_graph *graph;
static bl_schema *schema;
static bl_snapshot *snapshot;
static uint32_t line;
static const bl_root infra = {.repo = {"r", 1}, .name = {"infra", 5}, .language = BL_LANG_TERRAFORM};

static int begin(void **state)
{
	bl_arena_init(&arena);
	graph = bl_graph_new(&arena, NULL);
	schema = bl_schema_of(&arena, NULL, 0);
	snapshot = bl_new(&arena, bl_snapshot);
	*snapshot = (bl_snapshot){.file = BL_STR("arg.json"), .format = BL_STR("azure-resource-graph")};
	line = 0;
	return 0;
}

static int end(void **state)
{
	bl_arena_done(&arena);
	return 0;
}

/* "@address.path" waits for that attribute, "?" is not known; spans are those of the resource's line. */
static const bl_value *with_references(const bl_value *v)
{
	bl_value *c = bl_value_at(&arena, v, (bl_span){1, line, line + 10});
	if (c->kind == BL_STRING && bl_str_eqz(c->string, "?"))
		return bl_value_unknown(&arena, c->span, "var.x has no value");
	if (c->kind == BL_STRING && c->string.n && c->string.p[0] == '@') {
		bl_str address, path = bl_str_cut(bl_str_slice(c->string, 1, c->string.n), '.', &address);
		return bl_value_waits(&arena, c->span, address, path);
	}
	for (uint32_t i = 0; c->kind == BL_LIST && i < c->n; i++)
		c->list[i] = with_references(c->list[i]);
	for (uint32_t i = 0; c->kind == BL_MAP && i < c->n; i++)
		c->map[i].value = with_references(c->map[i].value);
	return c;
}

static const bl_value *json(const char *text)
{
	bl_error error = {""};
	const bl_value *v = bl_json_read(&arena, bl_str_of(text), &error);
	assert_string_equal(error.text, "");
	return v;
}

static bl_resource *declare(const char *address, const char *type, const char *body)
{
	bl_resource *r = bl_new(&arena, bl_resource);
	line += 100;
	r->root = &infra;
	r->language = BL_LANG_TERRAFORM;
	r->address = r->label = bl_str_of(address);
	r->type = r->native_type = bl_str_of(type);
	r->condition = BL_YES;
	r->name = bl_value_string(&arena, BL_NOWHERE, r->address);
	r->head = r->span = (bl_span){1, line, line + 50};
	r->written = r->effective = with_references(json(body));
	r->native = json("{}");
	return r;
}

static uint32_t code(const char *address, const char *type, const char *body)
{
	return bl_graph_add_resource(graph, declare(address, type, body));
}

static uint32_t asset(const char *id, const char *type, const char *body)
{
	bl_asset *a = bl_new(&arena, bl_asset);
	a->id = bl_str_of(id);
	a->type = bl_str_of(type);
	a->name = bl_str_slice(a->id, (size_t)(bl_str_rfind_char(a->id, '/') + 1), a->id.n);
	a->snapshot = snapshot->file;
	a->body = json(body);
	bl_vec_push(&arena, &snapshot->assets, a);
	return bl_graph_add_asset(graph, a);
}

static size_t run(const bl_path *const **paths)
{
	const bl_snapshot *snapshots[] = {snapshot};
	bl_graph_add_references(graph);
	bl_graph_seal(graph, BL_LAYER_CODE);
	bl_mapping_run(graph, &(bl_mapping_input){.schema = schema, .snapshots = snapshots, .nsnapshots = 1}, &(bl_image_origins){0});
	bl_paths_edges(graph);
	bl_diag_list diags = {0};
	bl_paths_search(graph, &diags);
	assert_int_equal(diags.n, 0);
	return bl_graph_paths(graph, paths);
}

/* The edge internet -> node, the surest one; NULL for none. */
static const bl_edge *exposure(uint32_t node)
{
	return bl_context_of(&arena, graph, node).exposure;
}

static bl_tri exposed(const char *type, const char *body)
{
	const bl_path *const *paths;
	end(NULL);
	begin(NULL);
	uint32_t node = code("x", type, body);
	run(&paths);
	const bl_edge *e = exposure(node);
	return e ? e->sure : BL_NO;
}

#define NSG_RULE(priority, access, source, port)                                                   \
	"{\"name\":\"r" #priority "\",\"properties\":{\"priority\":" #priority ",\"direction\":\"Inbound\",\"access\":\"" access      \
	"\",\"protocol\":\"Tcp\",\"sourceAddressPrefix\":\"" source "\",\"sourcePortRange\":\"*\",\"destinationAddressPrefix\":\"*\","   \
	"\"destinationPortRange\":\"" port "\"}}"
#define NSG(rules) "{\"properties\":{\"securityRules\":[" rules "]}}"
#define OPEN NSG(NSG_RULE(100, "Allow", "*", "22"))

static uint32_t declare_machine(const char *subnet, const char *nic_group, const char *sku, const char *nsg)
{
	code("nsg", "Microsoft.Network/networkSecurityGroups", nsg);
	code("pip", "Microsoft.Network/publicIPAddresses", sku);
	code("subnet", "Microsoft.Network/virtualNetworks/subnets", subnet);
	code("nic", "Microsoft.Network/networkInterfaces",
		bl_str_fmt(&arena, "{\"properties\":{%s\"ipConfigurations\":[{\"properties\":{\"subnet\":{\"id\":\"@subnet.id\"},"
				   "\"publicIPAddress\":{\"id\":\"@pip.id\"}}}]}}", nic_group).p);
	return code("vm", "Microsoft.Compute/virtualMachines",
		"{\"identity\":{\"type\":\"SystemAssigned\"},\"properties\":{\"networkProfile\":{\"networkInterfaces\":[{\"id\":\"@nic.id\"}]}}}");
}

#define STANDARD "{\"sku\":{\"name\":\"Standard\"}}"
#define BASIC "{\"sku\":{\"name\":\"Basic\"}}"
#define GUARDED "{\"properties\":{\"networkSecurityGroup\":{\"id\":\"@nsg.id\"}}}"
#define BARE "{\"properties\":{}}"
#define ON_NIC "\"networkSecurityGroup\":{\"id\":\"@nsg.id\"},"

static void a_machine_is_open_where_subnet_and_interface_let_it(void **state)
{
	static const struct {
		const char *subnet, *nic, *sku, *nsg, *detail;
		bl_tri sure;
	} cases[] = {
		{GUARDED, "", STANDARD, OPEN, "tcp/22", BL_YES},
		{BARE, ON_NIC, STANDARD, OPEN, "tcp/22", BL_YES},
		{GUARDED, ON_NIC, STANDARD, OPEN, "tcp/22", BL_YES},
		{GUARDED, "", STANDARD, NSG(NSG_RULE(90, "Deny", "Internet", "22") "," NSG_RULE(100, "Allow", "*", "22")), NULL, BL_NO},
		{GUARDED, "", STANDARD, NSG(""), NULL, BL_NO},
		{GUARDED, "", STANDARD, NSG(NSG_RULE(100, "Allow", "10.0.0.0/8", "22")), NULL, BL_NO},
		{BARE, "", STANDARD, OPEN, NULL, BL_NO},
		{BARE, "", BASIC, OPEN, "any", BL_YES},
		{BARE, "", "{}", OPEN, "any", BL_MAYBE},
		{"{\"properties\":{\"networkSecurityGroup\":{\"id\":\"?\"}}}", ON_NIC, STANDARD, OPEN, "tcp/22", BL_MAYBE},
		{GUARDED, "", STANDARD, NSG(NSG_RULE(100, "Allow", "?", "22")), "tcp/22", BL_MAYBE},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const bl_path *const *paths;
		end(NULL);
		begin(NULL);
		uint32_t vm = declare_machine(cases[i].subnet, cases[i].nic, cases[i].sku, cases[i].nsg);
		run(&paths);
		const bl_edge *e = exposure(vm);
		if (!cases[i].detail) {
			assert_null(e);
			continue;
		}
		assert_non_null(e);
		assert_int_equal(e->sure, cases[i].sure);
		assert_true(bl_str_eqz(e->detail, cases[i].detail));
	}
}

static void a_machine_without_a_public_address_is_not_exposed(void **state)
{
	const bl_path *const *paths;
	code("nic", "Microsoft.Network/networkInterfaces", "{\"properties\":{\"ipConfigurations\":[{\"properties\":{\"subnet\":{\"id\":\"?\"}}}]}}");
	uint32_t vm = code("vm", "Microsoft.Compute/virtualMachines", "{\"properties\":{\"networkProfile\":{\"networkInterfaces\":[{\"id\":\"@nic.id\"}]}}}");
	run(&paths);
	assert_null(exposure(vm));
}

static void a_load_balancer_hands_on_what_its_rules_and_the_group_let_through(void **state)
{
	static const struct {
		const char *front, *nsg, *detail;
		bl_tri sure;
	} cases[] = {
		{"\"publicIPAddress\":{\"id\":\"@pip.id\"}", NSG(NSG_RULE(100, "Allow", "*", "*")), "tcp/8080", BL_YES},
		{"\"publicIPAddress\":{\"id\":\"@pip.id\"}", NSG(NSG_RULE(100, "Allow", "*", "22")), NULL, BL_NO},
		{"\"publicIPAddress\":{\"id\":\"?\"}", NSG(NSG_RULE(100, "Allow", "*", "*")), "tcp/8080", BL_MAYBE},
		{"\"subnet\":{\"id\":\"@subnet.id\"}", NSG(NSG_RULE(100, "Allow", "*", "*")), NULL, BL_NO},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const bl_path *const *paths;
		end(NULL);
		begin(NULL);
		code("nsg", "Microsoft.Network/networkSecurityGroups", cases[i].nsg);
		code("pip", "Microsoft.Network/publicIPAddresses", STANDARD);
		code("subnet", "Microsoft.Network/virtualNetworks/subnets", GUARDED);
		code("lb", "Microsoft.Network/loadBalancers", bl_str_fmt(&arena, "{\"sku\":{\"name\":\"Standard\"},\"properties\":{\"frontendIPConfigurations\":["
			"{\"name\":\"f\",\"properties\":{%s}}],\"loadBalancingRules\":[{\"name\":\"web\",\"properties\":{\"protocol\":\"Tcp\",\"frontendPort\":80,"
			"\"backendPort\":8080,\"frontendIPConfiguration\":{\"name\":\"f\"},\"backendAddressPool\":{\"id\":\"/x/backendAddressPools/p\"}}},"
			"{\"name\":\"other\",\"properties\":{\"protocol\":\"Tcp\",\"backendPort\":9090,\"backendAddressPool\":{\"id\":\"/x/backendAddressPools/q\"}}}]}}",
			cases[i].front).p);
		code("pool", "Microsoft.Network/loadBalancers/backendAddressPools", "{\"parent\":\"@lb.id\"}");
		((bl_resource *)bl_graph_node(graph, (uint32_t)bl_graph_find(graph, &infra, BL_STR("pool")))->resource)->name =
			bl_value_string(&arena, BL_NOWHERE, BL_STR("lb/p"));
		code("nic", "Microsoft.Network/networkInterfaces", "{\"properties\":{\"ipConfigurations\":[{\"properties\":{\"subnet\":{\"id\":\"@subnet.id\"},"
			"\"loadBalancerBackendAddressPools\":[{\"id\":\"@pool.id\"}]}}]}}");
		uint32_t vm = code("vm", "Microsoft.Compute/virtualMachines",
			"{\"properties\":{\"networkProfile\":{\"networkInterfaces\":[{\"id\":\"@nic.id\"}]}}}");
		run(&paths);
		const bl_edge *e = exposure(vm);
		assert_int_equal(e ? e->sure : BL_NO, cases[i].sure);
		if (e)
			assert_true(bl_str_eqz(e->detail, cases[i].detail));
	}
}

static void declare_vault_access(const char *role, const char *vault)
{
	code("vault", "Microsoft.KeyVault/vaults", vault);
	bl_resource *r = declare("grant", "azurerm_role_assignment", "{}");
	r->native = with_references(json(bl_str_fmt(&arena, "{\"scope\":\"@vault.id\",\"role_definition_name\":\"%s\","
		"\"principal_id\":\"@vm.identity[0].principal_id\"}", role).p));
	bl_graph_add_resource(graph, r);
}

#define RBAC "{\"properties\":{\"enableRbacAuthorization\":true,\"publicNetworkAccess\":\"Disabled\"}}"

static void an_open_machine_whose_identity_reads_a_vault_is_a_path(void **state)
{
	const bl_path *const *paths;
	declare_machine(GUARDED, "", STANDARD, OPEN);
	declare_vault_access("Key Vault Secrets User", RBAC);
	assert_int_equal(run(&paths), 1);
	const bl_path *p = paths[0];
	assert_true(bl_str_eqz(p->pattern, "azure/machine-vault"));
	assert_true(bl_str_eqz(p->title, "vm is open to the internet on tcp/22, and its identity may use the secrets of vault"));
	assert_int_equal(p->level, BL_CRITICAL);
	assert_int_equal(p->sure, BL_YES);
	assert_int_equal(p->nodes.n, 4);
	assert_int_equal(p->edges.n, 3);
	assert_int_equal(p->cuts.n, 2);
	/* the rule of the group (line 100), and the role assignment (line 700) */
	assert_int_equal(p->cuts.items[0].span.begin, 100);
	assert_true(bl_str_eqz(p->cuts.items[0].what, "deny tcp/22 from the internet"));
	assert_int_equal(p->cuts.items[1].span.begin, 700);
}

static void each_broken_link_breaks_the_path(void **state)
{
	static const struct {
		const char *nsg, *role, *vault;
	} cases[] = {
		{NSG(NSG_RULE(100, "Allow", "*", "443")), "Key Vault Secrets User", RBAC},
		{OPEN, "Reader", RBAC},
		{OPEN, "Key Vault Secrets User", "{\"properties\":{\"enableRbacAuthorization\":false,\"publicNetworkAccess\":\"Disabled\"}}"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const bl_path *const *paths;
		end(NULL);
		begin(NULL);
		declare_machine(GUARDED, "", STANDARD, cases[i].nsg);
		declare_vault_access(cases[i].role, cases[i].vault);
		assert_int_equal(run(&paths), 0);
	}
}

static void an_unknown_role_is_a_path_that_is_not_certain(void **state)
{
	const bl_path *const *paths;
	declare_machine(GUARDED, "", STANDARD, OPEN);
	declare_vault_access("Made Here", RBAC);
	assert_int_equal(run(&paths), 1);
	assert_int_equal(paths[0]->sure, BL_MAYBE);
	assert_int_equal(paths[0]->level, BL_HIGH);
}

static void access_policies_permit_where_roles_do_not(void **state)
{
	const bl_path *const *paths;
	declare_machine(GUARDED, "", STANDARD, OPEN);
	code("vault", "Microsoft.KeyVault/vaults", "{\"properties\":{\"publicNetworkAccess\":\"Disabled\",\"enableRbacAuthorization\":false,\"accessPolicies\":["
		"{\"objectId\":\"@vm.identity[0].principal_id\",\"permissions\":{\"secrets\":[\"Get\"]}}]}}");
	assert_int_equal(run(&paths), 1);
	assert_int_equal(paths[0]->sure, BL_YES);
}

static void add_assets(const char *nsg)
{
	asset(NET "/networkSecurityGroups/nsg", "Microsoft.Network/networkSecurityGroups", nsg);
	asset(NET "/publicIPAddresses/pip", "Microsoft.Network/publicIPAddresses", STANDARD);
	asset(NET "/virtualNetworks/vnet", "Microsoft.Network/virtualNetworks",
		"{\"properties\":{\"subnets\":[{\"id\":\"" NET "/virtualNetworks/vnet/subnets/other\",\"name\":\"other\",\"properties\":{}},"
		"{\"id\":\"" NET "/virtualNetworks/vnet/subnets/ops\",\"name\":\"ops\",\"properties\":{\"addressPrefix\":\"10.0.0.0/24\","
		"\"networkSecurityGroup\":{\"id\":\"" NET "/networkSecurityGroups/nsg\"}}}]}}");
	asset(NET "/networkInterfaces/nic", "Microsoft.Network/networkInterfaces",
		"{\"properties\":{\"ipConfigurations\":[{\"properties\":{\"subnet\":{\"id\":\"" NET "/virtualNetworks/vnet/subnets/ops\"},"
		"\"publicIPAddress\":{\"id\":\"" NET "/publicIPAddresses/pip\"}}}]}}");
	asset(RG "/providers/Microsoft.Compute/virtualMachines/vm", "Microsoft.Compute/virtualMachines",
		"{\"identity\":{\"type\":\"SystemAssigned\",\"principalId\":\"p-1\"},\"properties\":{\"networkProfile\":{\"networkInterfaces\":[{\"id\":\"" NET
		"/networkInterfaces/nic\"}]}}}");
	asset(RG "/providers/Microsoft.KeyVault/vaults/vault", "Microsoft.KeyVault/vaults", RBAC);
	asset(RG "/providers/Microsoft.KeyVault/vaults/vault/providers/Microsoft.Authorization/roleAssignments/g1", "Microsoft.Authorization/roleAssignments",
		"{\"properties\":{\"principalId\":\"P-1\",\"roleDefinitionId\":\"" SUB
		"/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6\",\"scope\":\"" RG "/providers/Microsoft.KeyVault/vaults/vault\"}}");
}

static void assets_alone_give_the_same_path(void **state)
{
	const bl_path *const *paths;
	add_assets(OPEN);
	assert_int_equal(run(&paths), 1);
	assert_true(bl_str_eqz(paths[0]->pattern, "azure/machine-vault"));
	assert_int_equal(paths[0]->sure, BL_YES);
	assert_int_equal(paths[0]->cuts.n, 0);
}

static void code_and_assets_together_tell_it_once_with_lines(void **state)
{
	const bl_path *const *paths;
	declare_machine(GUARDED, "", STANDARD, OPEN);
	declare_vault_access("Key Vault Secrets User", RBAC);
	add_assets(OPEN);
	assert_int_equal(run(&paths), 1);
	assert_int_equal(paths[0]->cuts.n, 2);
	assert_int_equal(bl_graph_node(graph, paths[0]->nodes.items[1])->kind, BL_NODE_RESOURCE);
}

static void what_code_opens_leads_on_through_what_runs(void **state)
{
	const bl_path *const *paths;
	/* the code has no role assignment: somebody gave it by hand. What runs is still closed. */
	add_assets(NSG(""));
	uint32_t vm = declare_machine(GUARDED, "", STANDARD, OPEN);
	assert_int_equal(run(&paths), 1);
	const bl_path *p = paths[0];
	assert_int_equal(p->sure, BL_YES);
	assert_int_equal(p->nodes.items[1], vm);
	assert_int_equal(bl_graph_node(graph, p->nodes.items[2])->kind, BL_NODE_ASSET);
	assert_int_equal(p->edges.items[1]->kind, BL_EDGE_PROVISIONS);
	assert_int_equal(p->cuts.n, 1);
	assert_int_equal(p->cuts.items[0].span.begin, 100);
}

static void a_role_on_the_group_reaches_what_is_in_it(void **state)
{
	const bl_path *const *paths;
	add_assets(OPEN);
	asset(RG, "Microsoft.Resources/resourceGroups", "{\"properties\":{}}");
	asset(RG "/providers/Microsoft.Storage/storageAccounts/st", "Microsoft.Storage/storageAccounts", "{\"properties\":{\"publicNetworkAccess\":\"Disabled\"}}");
	asset(RG "/providers/Microsoft.Authorization/roleAssignments/g2", "Microsoft.Authorization/roleAssignments",
		"{\"properties\":{\"principalId\":\"p-1\",\"roleDefinitionId\":\"/x/b24988ac-6180-42a0-ab88-20f7382dd24c\",\"scope\":\"" RG "\"}}");
	assert_int_equal(run(&paths), 3);
	assert_true(bl_str_eqz(paths[0]->pattern, "azure/machine-control"));
	assert_true(bl_str_eqz(paths[1]->pattern, "azure/machine-vault"));
	assert_true(bl_str_eqz(paths[2]->pattern, "azure/machine-data"));
}

#define SQL "Microsoft.Sql/servers"
#define RANGE(lo, hi) "{\"name\":\"a\",\"properties\":{\"startIpAddress\":\"" lo "\",\"endIpAddress\":\"" hi "\"}}"

static void databases_are_exposed_by_ranges_that_admit_the_internet(void **state)
{
	assert_int_equal(exposed(SQL, "{\"children\":{\"firewallRules\":[" RANGE("0.0.0.0", "255.255.255.255") "]}}"), BL_YES);
	assert_int_equal(exposed(SQL, "{\"children\":{\"firewallRules\":[" RANGE("0.0.0.0", "0.0.0.0") "]}}"), BL_NO);
	assert_int_equal(exposed(SQL, "{\"children\":{\"firewallRules\":[" RANGE("?", "255.255.255.255") "]}}"), BL_MAYBE);
	assert_int_equal(exposed(SQL, "{}"), BL_NO);
	assert_int_equal(exposed(SQL, "{\"properties\":{\"publicNetworkAccess\":\"Disabled\"},\"children\":{\"firewallRules\":["
		RANGE("0.0.0.0", "255.255.255.255") "]}}"), BL_NO);
}

static void an_exposed_database_is_a_path_unless_passwords_are_off(void **state)
{
	const bl_path *const *paths;
	code("a", SQL, "{\"children\":{\"firewallRules\":[" RANGE("0.0.0.0", "255.255.255.255") "]}}");
	code("b", SQL, "{\"properties\":{\"administrators\":{\"azureADOnlyAuthentication\":true}},\"children\":{\"firewallRules\":["
		RANGE("0.0.0.0", "255.255.255.255") "]}}");
	assert_int_equal(run(&paths), 1);
	assert_true(bl_str_eqz(paths[0]->title, "a takes connections from any address, and a password is enough to log in"));
}

static void platform_services_follow_their_switches(void **state)
{
	assert_int_equal(exposed("Microsoft.KeyVault/vaults", "{}"), BL_YES);
	assert_int_equal(exposed("Microsoft.KeyVault/vaults", "{\"properties\":{\"publicNetworkAccess\":\"disabled\"}}"), BL_NO);
	assert_int_equal(exposed("Microsoft.KeyVault/vaults", "{\"properties\":{\"networkAcls\":{\"defaultAction\":\"Deny\"}}}"), BL_NO);
	assert_int_equal(exposed("Microsoft.KeyVault/vaults", "{\"properties\":{\"publicNetworkAccess\":\"?\"}}"), BL_MAYBE);
	assert_int_equal(exposed("Microsoft.App/containerApps", "{\"properties\":{\"configuration\":{\"ingress\":{\"external\":true}}}}"), BL_YES);
	assert_int_equal(exposed("Microsoft.App/containerApps", "{}"), BL_NO);
	assert_int_equal(exposed("Microsoft.ContainerInstance/containerGroups", "{\"properties\":{\"ipAddress\":{\"type\":\"Public\",\"ports\":[{\"port\":80}]}}}"), BL_YES);
	assert_int_equal(exposed("Microsoft.ContainerInstance/containerGroups", "{\"properties\":{\"ipAddress\":{\"type\":\"Private\",\"ports\":[{\"port\":80}]}}}"), BL_NO);
	assert_int_equal(exposed("Microsoft.Web/sites", "{\"properties\":{\"siteConfig\":{\"ipSecurityRestrictions\":[{\"ipAddress\":\"203.0.113.0/24\",\"priority\":1}]}}}"), BL_NO);
	assert_int_equal(exposed("Microsoft.Web/sites", "{\"properties\":{\"siteConfig\":{\"ipSecurityRestrictions\":[{\"ipAddress\":\"Any\",\"action\":\"Allow\",\"priority\":1}]}}}"), BL_YES);
}

static void a_public_container_needs_its_accounts_consent(void **state)
{
	static const struct {
		const char *account;
		bl_tri sure;
	} cases[] = {{"true", BL_YES}, {"false", BL_NO}, {"\"?\"", BL_MAYBE}};
	for (size_t i = 0; i < 3; i++) {
		const bl_path *const *paths;
		end(NULL);
		begin(NULL);
		code("st", "Microsoft.Storage/storageAccounts", bl_str_fmt(&arena, "{\"properties\":{\"allowBlobPublicAccess\":%s}}", cases[i].account).p);
		uint32_t c = code("pics", "Microsoft.Storage/storageAccounts/blobServices/containers", "{\"parent\":\"@st.id\",\"properties\":{\"publicAccess\":\"Blob\"}}");
		size_t n = run(&paths);
		const bl_edge *e = exposure(c);
		assert_int_equal(e ? e->sure : BL_NO, cases[i].sure);
		assert_int_equal(n, cases[i].sure != BL_NO);
	}
}

static void aws_buckets_and_machines_follow_their_blocks_and_groups(void **state)
{
	const bl_path *const *paths;
	assert_int_equal(exposed("AWS::S3::Bucket", "{\"properties\":{\"AccessControl\":\"PublicRead\",\"PublicAccessBlockConfiguration\":{\"IgnorePublicAcls\":false}}}"), BL_YES);
	assert_int_equal(exposed("AWS::S3::Bucket", "{\"properties\":{\"AccessControl\":\"PublicRead\"}}"), BL_NO);
	assert_int_equal(exposed("AWS::S3::Bucket", "{\"properties\":{\"PublicAccessBlockConfiguration\":{}}}"), BL_NO);
	end(NULL);
	begin(NULL);
	code("sg", "AWS::EC2::SecurityGroup", "{\"properties\":{\"SecurityGroupIngress\":[{\"IpProtocol\":\"tcp\",\"FromPort\":22,\"ToPort\":22,\"CidrIp\":\"0.0.0.0/0\"}]}}");
	uint32_t vm = code("vm", "AWS::EC2::Instance", "{\"properties\":{\"SecurityGroupIds\":[\"@sg.GroupId\"],\"NetworkInterfaces\":[{\"AssociatePublicIpAddress\":true}]}}");
	uint32_t inner = code("inner", "AWS::EC2::Instance", "{\"properties\":{\"SecurityGroupIds\":[\"@sg.GroupId\"],\"NetworkInterfaces\":[{\"AssociatePublicIpAddress\":false}]}}");
	run(&paths);
	assert_true(bl_str_eqz(exposure(vm)->detail, "tcp/22"));
	assert_int_equal(exposure(vm)->sure, BL_YES);
	assert_null(exposure(inner));
}

static void google_machines_follow_their_networks_rules_and_tags(void **state)
{
	const bl_path *const *paths;
	code("fw", "compute.googleapis.com/Firewall", "{\"properties\":{\"network\":\"default\",\"targetTags\":[\"ssh\"],\"sourceRanges\":[\"0.0.0.0/0\"],\"allowed\":[{\"IPProtocol\":\"tcp\",\"ports\":[\"22\"]}]}}");
	uint32_t a = code("a", "compute.googleapis.com/Instance", "{\"properties\":{\"tags\":{\"items\":[\"ssh\"]},\"networkInterfaces\":[{\"network\":\"default\",\"accessConfigs\":[{}]}]}}");
	uint32_t b = code("b", "compute.googleapis.com/Instance", "{\"properties\":{\"networkInterfaces\":[{\"network\":\"default\",\"accessConfigs\":[{}]}]}}");
	uint32_t c = code("c", "compute.googleapis.com/Instance", "{\"properties\":{\"tags\":{\"items\":[\"ssh\"]},\"networkInterfaces\":[{\"network\":\"default\"}]}}");
	run(&paths);
	assert_int_equal(exposure(a)->sure, BL_YES);
	assert_null(exposure(b));
	assert_null(exposure(c));
}

static void every_pattern_of_the_catalogue_is_understood(void **state)
{
	assert_true(bl_embedded_patterns_count >= 5);
	for (size_t i = 0; i < bl_embedded_patterns_count; i++) {
		bl_pattern p;
		bl_error error = {""};
		bl_pattern_read(&arena, &bl_embedded_patterns[i], &p, &error);
		assert_string_equal(error.text, "");
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_machine_is_open_where_subnet_and_interface_let_it),
		TEST(a_machine_without_a_public_address_is_not_exposed),
		TEST(a_load_balancer_hands_on_what_its_rules_and_the_group_let_through),
		TEST(an_open_machine_whose_identity_reads_a_vault_is_a_path),
		TEST(each_broken_link_breaks_the_path),
		TEST(an_unknown_role_is_a_path_that_is_not_certain),
		TEST(access_policies_permit_where_roles_do_not),
		TEST(assets_alone_give_the_same_path),
		TEST(code_and_assets_together_tell_it_once_with_lines),
		TEST(what_code_opens_leads_on_through_what_runs),
		TEST(a_role_on_the_group_reaches_what_is_in_it),
		TEST(databases_are_exposed_by_ranges_that_admit_the_internet),
		TEST(an_exposed_database_is_a_path_unless_passwords_are_off),
		TEST(platform_services_follow_their_switches),
		TEST(a_public_container_needs_its_accounts_consent),
		TEST(aws_buckets_and_machines_follow_their_blocks_and_groups),
		TEST(google_machines_follow_their_networks_rules_and_tags),
		TEST(every_pattern_of_the_catalogue_is_understood),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

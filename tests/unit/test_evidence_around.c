/* What surrounds a pair: pipelines (I9), the scope of the rest (I11, I14, N2), what refers to what (I10, I12, N3, N5), settings (I13, N1, N4). */
#include "tests/unit/evidence_world.h"

#define SUB "/subscriptions/00000000-0000-4000-8000-000000000001"
#define NETWORK(g, kind, n) SUB "/resourceGroups/" g "/providers/Microsoft.Network/" kind "/" n
#define ROW(id, type, more) "{\"id\":\"" id "\",\"type\":\"microsoft.network/" type "\"" more "}"
#define NSG(n) NETWORK("rg-prod", "networkSecurityGroups", n)
#define NSG_ROW(g, n) ROW(NETWORK(g, "networkSecurityGroups", n), "networksecuritygroups", "")
#define ROUTES_ROW(g, n) ROW(NETWORK(g, "routeTables", n), "routetables", "")
#define RESOURCE(label, kind, name) "resource " label " 'Microsoft.Network/" kind "@2023-01-01' = {\n  name: " name "\n  location: 'westeurope'\n}\n"

#define IP(label, sku, method) "resource " label " 'Microsoft.Network/publicIPAddresses@2023-01-01' = {\n  name: n\n  sku: { name: '" sku "' }\n  properties: { publicIPAllocationMethod: '" method "' }\n}\n"
#define IP_ROW(n, sku, method) ROW(NETWORK("rg-prod", "publicIPAddresses", n), "publicipaddresses", ",\"sku\":{\"name\":\"" sku "\"},\"properties\":{\"publicIPAllocationMethod\":\"" method "\"}")

/* Groups with something in them: what is found in one group only says more where there are others. */
#define BATCH(a) "," NSG_ROW("rg-" a "0", "x" a "0") "," NSG_ROW("rg-" a "1", "x" a "1") "," NSG_ROW("rg-" a "2", "x" a "2") "," NSG_ROW("rg-" a "3", "x" a "3") \
	"," NSG_ROW("rg-" a "4", "x" a "4") "," NSG_ROW("rg-" a "5", "x" a "5") "," NSG_ROW("rg-" a "6", "x" a "6") "," NSG_ROW("rg-" a "7", "x" a "7")
#define OTHERS BATCH("a") BATCH("b") BATCH("c") BATCH("d")

#define STEPS(command) "on: push\njobs:\n  up:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: " command "\n"
#define CREATE "az deployment group create -f main.bicep"

/* A network whose subnet has a group of rules. */
#define LINKED_TO(more) "param n string\n" RESOURCE("nsg", "networkSecurityGroups", "'rules'") \
	"resource net 'Microsoft.Network/virtualNetworks@2023-01-01' = {\n  name: 'net'\n  properties: {\n    subnets: [{ name: 'a', properties: { networkSecurityGroup: { id: nsg.id }" more " } }]\n  }\n}\n"
#define LINKED LINKED_TO("")
#define NET_ROW(subnets) ROW(NETWORK("rg-prod", "virtualNetworks", "net"), "virtualnetworks", ",\"properties\":{\"subnets\":[" subnets "]}")
#define WITH_NSG(subnet, nsg) "{\"name\":\"" subnet "\",\"properties\":{\"networkSecurityGroup\":{\"id\":\"" NSG(nsg) "\"}}}"

/* A subnet of a network that is known. */
#define SUBNET(name, prefix) "param n string\nresource net 'Microsoft.Network/virtualNetworks@2023-01-01' = {\n  name: 'net'\n  resource sub 'subnets' = {\n    name: " name \
	"\n    properties: { addressPrefix: '" prefix "' }\n  }\n}\n"
#define SUBNET_ROW(n, prefix) ROW(NETWORK("rg-prod", "virtualNetworks", "net/subnets/" n), "virtualnetworks/subnets", ",\"properties\":{\"addressPrefix\":\"" prefix "\"}")

/* A group that is called at random, what code puts into it, and the group that runs. */
#define IN_GROUP(n) "resource \"azurerm_network_security_group\" \"" n "\" {\n  name                = \"" n "\"\n  location            = \"westeurope\"\n" \
	"  resource_group_name = azurerm_resource_group.rg.name\n}\n"
#define RANDOM_GROUP "variable \"n\" {}\nresource \"azurerm_resource_group\" \"rg\" {\n  name     = var.n\n  location = \"westeurope\"\n}\n"
#define GROUP_ROW(n) "{\"id\":\"" SUB "/resourceGroups/" n "\",\"type\":\"microsoft.resources/subscriptions/resourcegroups\",\"name\":\"" n "\"}"

#define BALANCER(settings) "resource ip 'Microsoft.Network/publicIPAddresses@2023-01-01' = {\n  name: 'front'\n  location: 'westeurope'\n  sku: { name: 'Standard', tier: 'Regional' }\n" \
	"  properties: {\n    " settings "\n  }\n}\n"
#define FRONT_ROW(location, sku, more) ROW(NETWORK("rg-prod", "publicIPAddresses", "front"), "publicipaddresses", ",\"location\":\"" location "\",\"sku\":{\"name\":\"" sku \
	"\",\"tier\":\"Regional\"},\"properties\":{" more "}")

static const evidence_case cases[] = {
	{I9, "a pipeline deploys the configuration to the scope of what a pattern fits", .code = "nsg", .asset = "/web-1",
		.files = {{"main.bicep", "param n string\n" RESOURCE("nsg", "networkSecurityGroups", "'web-${n}'")}, {".github/workflows/up.yml", STEPS(CREATE " -g rg-prod")},
			{"seen/g.json", "[" NSG_ROW("rg-prod", "web-1") "]"}},
		.changes = {{"to another scope", "-g rg-prod", "-g rg-test"}, {"to a scope that is not said", "-g rg-prod", "-g $GROUP"}}},
	{I9_STEP, "a step deploys the configuration to the asset's scope", .code = "up.1", .asset = "/one",
		.files = {{"main.bicep", RESOURCE("nsg", "networkSecurityGroups", "'one'")}, {".github/workflows/up.yml", STEPS(CREATE " -g rg-prod")}, {"seen/g.json", "[" NSG_ROW("rg-prod", "one") "]"}},
		.changes = {{"to another scope", "-g rg-prod", "-g rg-test"}, {"without saying where to", " -g rg-prod", ""}, {"another template", "-f main", "-f other"}}},
	{I9_ONLY, "one step alone deploys it, and does not say where to", .code = "up.1", .asset = "/one",
		.files = {{"main.bicep", RESOURCE("nsg", "networkSecurityGroups", "'one'")}, {".github/workflows/up.yml", STEPS(CREATE)}, {"seen/g.json", "[" NSG_ROW("rg-prod", "one") "]"}},
		.changes = {{"where a second does, too", "main.bicep\n", "main.bicep\n      - run: " CREATE "\n"}, {"where it says so", CREATE, CREATE " -g rg-prod"}}},

	{I10, "a block that its neighbours lead to is set as the asset", .code = "net.sub", .asset = "/subnets/s1",
		.files = {{"main.bicep", SUBNET("n", "10.0.1.0/24")}, {"seen/g.json", "[" NET_ROW("") "," SUBNET_ROW("s1", "10.0.1.0/24") "]"}},
		.changes = {{"one that is set otherwise", "\"10.0.1.0/24\"", "\"10.0.2.0/24\""}, {"one that lies in another network", "net/subnets/s1", "other/subnets/s1"}}},
	{N5, "it is called otherwise", .code = "net.sub", .asset = "/subnets/frontend",
		.files = {{"main.bicep", SUBNET("'data'", "10.0.1.0/24")}, {"seen/g.json", "[" NET_ROW("") "," SUBNET_ROW("frontend", "10.0.1.0/24") "]"}},
		.changes = {{"where code does not say how", "'data'", "n"}, {"where the most of it is the same", "'data'", "'frontend-v2'"}}},
	{N5_ALIKE, "it is called otherwise, but nearly the same", .code = "net.sub", .asset = "/subnets/frontend-v2",
		.files = {{"main.bicep", SUBNET("'frontend'", "10.0.1.0/24")}, {"seen/g.json", "[" NET_ROW("") "," SUBNET_ROW("frontend-v2", "10.0.1.0/24") "]"}},
		.changes = {{"where nothing is the same", "'frontend'", "'data'"}, {"where the name is not known", "'frontend'", "n"}}},

	{I11_SURE, "so many names are found in one scope that no other comes near", .code = "b", .asset = "rg-prod/providers/Microsoft.Network/networkSecurityGroups/jobs",
		.files = {{"main.bicep", RESOURCE("a", "networkSecurityGroups", "'web'") RESOURCE("b", "networkSecurityGroups", "'jobs'")},
			{"seen/g.json", "[" NSG_ROW("rg-prod", "web") "," NSG_ROW("rg-prod", "jobs") OTHERS "]"}},
		.changes = {{"where they are found in a second, too", "[{", "[" NSG_ROW("rg-a0", "web") "," NSG_ROW("rg-a0", "jobs") ",{"}, {"of which half are missing", "'web'", "'web'\n}\n"
			RESOURCE("c", "networkSecurityGroups", "'mails'") RESOURCE("d", "networkSecurityGroups", "'bills'") RESOURCE("e", "networkSecurityGroups", "'news'") "var x = {"}}},
	{I11, "names are found in one scope, and hardly elsewhere", .code = "a", .asset = "rg-prod/providers/Microsoft.Network/networkSecurityGroups/web",
		.files = {{"main.bicep", RESOURCE("a", "networkSecurityGroups", "'web'")}, {"seen/g.json", "[" NSG_ROW("rg-prod", "web") OTHERS "]"}},
		.changes = {{"in another, too", "[{", "[" NSG_ROW("rg-a0", "web") ",{"}}},
	{I11_WEAK, "names are found in one scope, and elsewhere almost as well", .code = "a", .asset = "rg-prod/providers/Microsoft.Network/networkSecurityGroups/web",
		.files = {{"main.bicep", RESOURCE("a", "networkSecurityGroups", "'web'")}, {"seen/g.json", "[" NSG_ROW("rg-prod", "web") "," NSG_ROW("rg-a0", "web") "," ROUTES_ROW("rg-a0", "more") OTHERS "]"}},
		.changes = {{"where nothing is found elsewhere", "rg-a0/providers/Microsoft.Network/networkSecurityGroups/web", "rg-a0/providers/Microsoft.Network/networkSecurityGroups/x"}}},
	{N2, "the rest is found in another scope", .code = "c", .asset = "002/resourceGroups/rg-prod/providers/Microsoft.Network/routeTables/way",
		.files = {{"main.bicep", RESOURCE("a", "networkSecurityGroups", "'web'") RESOURCE("b", "networkSecurityGroups", "'jobs'") RESOURCE("c", "routeTables", "'way'") RESOURCE("d", "networkSecurityGroups", "'mails'")},
			{"seen/g.json", "[" NSG_ROW("rg-prod", "web") "," NSG_ROW("rg-prod", "jobs") "," NSG_ROW("rg-prod", "mails") "," ROW("/subscriptions/00000000-0000-4000-8000-000000000002"
				"/resourceGroups/rg-prod/providers/Microsoft.Network/routeTables/way", "routetables", "") OTHERS "]"}},
		.changes = {{"where nothing of the rest is found", "rg-prod/providers/Microsoft.Network/networkSecurityGroups/", "rg-prod/providers/Microsoft.Network/networkSecurityGroups/old-"}, {"where the rest is found there", "000000000001", "000000000002"}}},
	{I14, "it is the only one of its kind that is left in the scope, and so is the block", .code = "c", .asset = "rg-prod/providers/Microsoft.Network/routeTables/way",
		.files = {{"main.bicep", "param n string\n" RESOURCE("a", "networkSecurityGroups", "'web'") RESOURCE("b", "networkSecurityGroups", "'jobs'") RESOURCE("c", "routeTables", "n")},
			{"seen/g.json", "[" NSG_ROW("rg-prod", "web") "," NSG_ROW("rg-prod", "jobs") "," ROUTES_ROW("rg-prod", "way") OTHERS "]"}},
		.changes = {{"where another is left", "[{", "[" ROUTES_ROW("rg-prod", "other") ",{"}, {"where two blocks are left", "param n string\n", "param n string\n" RESOURCE("d", "routeTables", "n")},
			{"in another scope", "rg-prod/providers/Microsoft.Network/routeTables", "rg-a0/providers/Microsoft.Network/routeTables"}, {"where code calls it otherwise", "name: n", "name: 'other'"}}},
	{I14_FITS, "of what is left in the scope it alone can be the block", .code = "c", .asset = "/publicIPAddresses/one",
		.files = {{"main.bicep", "param n string\n" RESOURCE("a", "networkSecurityGroups", "'web'") RESOURCE("b", "networkSecurityGroups", "'jobs'") IP("c", "Standard", "Static") IP("d", "Basic", "Dynamic")},
			{"seen/g.json", "[" NSG_ROW("rg-prod", "web") "," NSG_ROW("rg-prod", "jobs") "," IP_ROW("one", "Standard", "Static") "," IP_ROW("two", "Basic", "Dynamic") OTHERS "]"}},
		.changes = {{"where another can be it, too", "Basic\"},\"properties\":{\"publicIPAllocationMethod\":\"Dynamic", "Standard\"},\"properties\":{\"publicIPAllocationMethod\":\"Static"},
			{"where it can be another block, too", "'Basic' }\n  properties: { publicIPAllocationMethod: 'Dynamic'", "'Standard' }\n  properties: { publicIPAllocationMethod: 'Static'"}}},

	{N5_RENAMED, "it is called otherwise, but both are the last of their kind and set alike", .code = "ip", .asset = "/publicIPAddresses/edge",
		.files = {{"main.bicep", RESOURCE("a", "networkSecurityGroups", "'web'") RESOURCE("b", "networkSecurityGroups", "'jobs'") BALANCER("publicIPAllocationMethod: 'Static'\n    publicIPAddressVersion: 'IPv4'")},
			{"seen/g.json", "[" NSG_ROW("rg-prod", "web") "," NSG_ROW("rg-prod", "jobs") "," ROW(NETWORK("rg-prod", "publicIPAddresses", "edge"), "publicipaddresses",
				",\"location\":\"westeurope\",\"sku\":{\"name\":\"Standard\",\"tier\":\"Regional\"},\"properties\":{\"publicIPAllocationMethod\":\"Static\",\"publicIPAddressVersion\":\"IPv4\"}") OTHERS "]"}},
		.changes = {{"where another is left", "[{", "[" ROW(NETWORK("rg-prod", "publicIPAddresses", "core"), "publicipaddresses", "") ",{"}, {"where little is set alike", "\"sku\":{", "\"plan\":{"}}},

	{I12, "what it refers to is tied to what the asset refers to", .code = "net", .asset = "virtualNetworks/net",
		.files = {{"main.bicep", LINKED}, {"seen/g.json", "[" ROW(NSG("rules"), "networksecuritygroups", "") "," NET_ROW(WITH_NSG("a", "rules")) "]"}},
		.changes = {{"where the asset refers to another", "networkSecurityGroup\":{\"id\":\"" NSG("rules"), "networkSecurityGroup\":{\"id\":\"" NSG("other")},
			{"where code does not refer to it", "nsg.id", "'x'"}}},
	{I12_MANY, "two things that it refers to are tied alike", .code = "net", .asset = "virtualNetworks/net",
		.files = {{"main.bicep", RESOURCE("way", "routeTables", "'way'") LINKED_TO(", routeTable: { id: way.id }")}, {"seen/g.json", "[" ROW(NSG("rules"), "networksecuritygroups", "") "," ROUTES_ROW("rg-prod", "way") ","
			NET_ROW(WITH_NSG("a", "rules\"},\"routeTable\":{\"id\":\"" NETWORK("rg-prod", "routeTables", "way"))) "]"}},
		.changes = {{"where it refers to one of them", "routeTable\":{\"id\":\"/", "routeTable\":{\"id\":\""}}},
	{I12_HOLDS, "what code puts into the group lies in it", .code = "azurerm_resource_group.rg", .asset = "/resourceGroups/rg-prod",
		.files = {{"main.tf", RANDOM_GROUP IN_GROUP("web") IN_GROUP("jobs")}, {"seen/g.json", "[" GROUP_ROW("rg-prod") "," NSG_ROW("rg-prod", "web") "," NSG_ROW("rg-prod", "jobs") OTHERS "]"}},
		.changes = {{"where one alone runs", NSG_ROW("rg-prod", "jobs"), ROUTES_ROW("rg-prod", "jobs")}, {"where one lies elsewhere", NSG("jobs"), NETWORK("rg-a0", "networkSecurityGroups", "jobs")}}},
	{I12_ONLY, "what refers to it is tied, and refers to one thing of the kind", .code = "nsg", .asset = "networkSecurityGroups/rules",
		.files = {{"main.bicep", LINKED}, {"seen/g.json", "[" ROW(NSG("rules"), "networksecuritygroups", "") "," ROW(NSG("more"), "networksecuritygroups", "") "," NET_ROW(WITH_NSG("a", "rules")) "]"}},
		.changes = {{"where it refers to a second one", "\"subnets\":[", "\"subnets\":[" WITH_NSG("b", "more") ","}, {"where it refers to none", "\"networkSecurityGroup\":{\"id\":\"/", "\"networkSecurityGroup\":{\"id\":\""}}},
	{N3, "the asset refers to another than code says", .code = "net", .asset = "virtualNetworks/net",
		.files = {{"main.bicep", LINKED}, {"seen/g.json", "[" ROW(NSG("rules"), "networksecuritygroups", "") "," ROW(NSG("more"), "networksecuritygroups", "") "," NET_ROW(WITH_NSG("a", "more")) "]"}},
		.changes = {{"where it refers to that, too", "\"subnets\":[", "\"subnets\":[" WITH_NSG("b", "rules") ","}, {"where it refers to none", "\"networkSecurityGroup\":{\"id\":\"/", "\"networkSecurityGroup\":{\"id\":\""}}},

	{I13, "what both sides state is equal", .code = "ip", .asset = "/front",
		.files = {{"main.bicep", BALANCER("publicIPAllocationMethod: 'Static'\n    publicIPAddressVersion: 'IPv4'")}, {"seen/g.json", "["
			FRONT_ROW("westeurope", "Standard", "\"publicIPAllocationMethod\":\"Static\",\"publicIPAddressVersion\":\"IPv4\"") "]"}},
		.changes = {{"where a third of it differs", "\"Static\"", "\"Dynamic\""}, {"where less is stated", "publicIPAddressVersion\":", "version\":"}}},
	{N4, "most of what both sides state differs", .code = "ip", .asset = "/front",
		.files = {{"main.bicep", BALANCER("publicIPAllocationMethod: 'Static'\n    publicIPAddressVersion: 'IPv4'")}, {"seen/g.json", "["
			FRONT_ROW("westeurope", "Basic", "\"publicIPAllocationMethod\":\"Dynamic\",\"publicIPAddressVersion\":\"IPv6\"") "]"}},
		.changes = {{"where half of it is equal", "\"IPv6\"", "\"IPv4\""}, {"where little is stated", "publicIPAddressVersion\":", "version\":"}}},
	{N1, "it lies in another region", .code = "ip", .asset = "/front",
		.files = {{"main.bicep", BALANCER("")}, {"seen/g.json", "[" FRONT_ROW("northeurope", "Standard", "") "]"}},
		.changes = {{"in the same that is written otherwise", "northeurope", "West Europe"}, {"in none", "northeurope", "global"}, {"where code does not say which", "location: 'westeurope'", "location: resourceGroup().location"}}},
};

int main(void)
{
	return run_cases(cases, sizeof cases / sizeof *cases);
}

/* What others know and say of a pair: states, plans, deployments, stacks, tags, marks (I1 to I5, I7, I8, N6), and names (I6). */
#include "tests/unit/evidence_world.h"

#define SUB "/subscriptions/00000000-0000-4000-8000-000000000001"
#define GROUP(g) SUB "/resourceGroups/" g
#define STORE(n) GROUP("rg-prod") "/providers/Microsoft.Storage/storageAccounts/" n
#define NSG(n) GROUP("rg-prod") "/providers/Microsoft.Network/networkSecurityGroups/" n
#define NET(n) GROUP("rg-prod") "/providers/Microsoft.Network/virtualNetworks/" n
#define ROW(id, type, more) "{\"id\":\"" id "\",\"type\":\"" type "\"" more "}"
#define STORE_ROW(n, more) ROW(STORE(n), "microsoft.storage/storageaccounts", more)
#define NSG_ROW(n, more) ROW(NSG(n), "microsoft.network/networksecuritygroups", more)
#define DEPLOYMENT(n) GROUP("rg-prod") "/providers/Microsoft.Resources/deployments/" n
#define OPERATION(n, id) "[{\"id\":\"" DEPLOYMENT(n) "/operations/1\",\"operationId\":\"1\",\"properties\":{\"provisioningOperation\":\"Create\"," \
	"\"targetResource\":{\"id\":\"" id "\"}}}]"

#define BICEP_STORE(name) "param n string\nresource st 'Microsoft.Storage/storageAccounts@2023-01-01' = {\n  name: " name "\n  location: 'westeurope'\n" \
	"  kind: 'StorageV2'\n  sku: { name: 'Standard_LRS' }\n}\n"
#define BICEP_NSG(name) "param n string\nresource nsg 'Microsoft.Network/networkSecurityGroups@2023-01-01' = {\n  name: " name "\n  location: 'westeurope'\n}\n"
#define TRACE "6189b638-15a5-42ec-b934-0d2b8e035ce1"
#define TAGGED(label, key) "resource \"azurerm_network_security_group\" \"" label "\" {\n  name = var." label "\n  tags = { " key " = \"" TRACE "\" }\n}\nvariable \"" label "\" {}\n"

#define TF_NSG(name) "resource \"azurerm_network_security_group\" \"a\" {\n  name = " name "\n}\nvariable \"n\" {}\n"
#define STATE(address, id) "{\"version\":4,\"terraform_version\":\"1.9.5\",\"serial\":1,\"lineage\":\"l\",\"outputs\":{},\"resources\":[{\"mode\":\"managed\"," \
	"\"type\":\"azurerm_network_security_group\",\"name\":\"" address "\",\"provider\":\"provider[\\\"registry.terraform.io/hashicorp/azurerm\\\"]\"," \
	"\"instances\":[{\"schema_version\":0,\"attributes\":{\"id\":\"" id "\",\"name\":\"x\"}}]}]}"
#define PLAN(actions, before) "{\"format_version\":\"1.2\",\"terraform_version\":\"1.9.5\",\"planned_values\":{},\"resource_changes\":[{\"address\":" \
	"\"azurerm_network_security_group.a\",\"mode\":\"managed\",\"type\":\"azurerm_network_security_group\",\"name\":\"a\",\"change\":{\"actions\":[" actions "]," \
	"\"before\":" before ",\"after\":{}}}]}"

#define QUEUES "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Jobs:\n    Type: AWS::SQS::Queue\n"
#define QUEUE_ARN "arn:aws:sqs:eu-west-1:111122223333:shop-Jobs-1ABCDEFGHIJK2"
#define QUEUE_ROW(tags) "{\"configurationItems\":[{\"resourceType\":\"AWS::SQS::Queue\",\"resourceId\":\"https://sqs.eu-west-1.amazonaws.com/111122223333/q\"," \
	"\"ARN\":\"" QUEUE_ARN "\",\"awsRegion\":\"eu-west-1\",\"awsAccountId\":\"111122223333\",\"configurationItemStatus\":\"OK\",\"tags\":{" tags "},\"configuration\":{}}]}"

#define DEPLOY_STEP(group) "on: push\njobs:\n  up:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: az deployment group create -g " group " -f main.bicep\n"

#define MANIFEST "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\n"
#define OBJECT(annotations) "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"web\"," \
	"\"namespace\":\"shop\",\"uid\":\"u\",\"annotations\":{" annotations "}},\"spec\":{}}]}"

static const evidence_case cases[] = {
	{I1, "the state says which address has which id", .code = "azurerm_network_security_group.a", .asset = "/one",
		.files = {{"main.tf", TF_NSG("var.n")}, {"seen/g.json", "[" NSG_ROW("one", "") "]"}, {"seen/t.tfstate", STATE("a", NSG("one"))}},
		.changes = {{"another address", "\"name\":\"a\"", "\"name\":\"b\""}, {"another id", "networkSecurityGroups/one\",\"name\"", "networkSecurityGroups/two\",\"name\""}}},
	{I1_STALE, "the state knows an id that the snapshot does not show", .code = "azurerm_network_security_group.a", .asset = "/gone",
		.files = {{"main.tf", TF_NSG("var.n")}, {"seen/g.json", "[" NSG_ROW("one", "") "]"}, {"seen/t.tfstate", STATE("a", NSG("gone"))}},
		.changes = {{"one that it shows", "networkSecurityGroups/one\"", "networkSecurityGroups/gone\""}, {"where the snapshot is a part", "[{\"id\"", "{\"count\":1,\"skip_token\":\"more\",\"data\":[{\"id\""}}},
	{I2, "a plan says which address had which id", .code = "azurerm_network_security_group.a", .asset = "/one",
		.files = {{"main.tf", TF_NSG("var.n")}, {"seen/g.json", "[" NSG_ROW("one", "") "]"}, {"seen/p.json", PLAN("\"update\"", "{\"id\":\"" NSG("one") "\"}")}},
		.changes = {{"one that it will make", "\"before\":{\"id\":\"" NSG("one") "\"}", "\"before\":null"}, {"another address", "security_group.a\"", "security_group.b\""}}},
	{I3, "a deployment's operation names the asset, and type and name are the code's", .code = "nsg", .asset = "/one",
		.files = {{"main.bicep", BICEP_NSG("'one'")}, {"seen/g.json", "[" NSG_ROW("one", "") "]"}, {"seen/o.json", OPERATION("d1", NSG("one"))}},
		.changes = {{"where the operation names another", "networkSecurityGroups/one\"}", "networkSecurityGroups/two\"}"},
			{"where the code is called otherwise", "name: 'one'", "name: 'two'"}}},
	{I3_NAME, "a deployment that is called as the template made the asset", .code = "nsg", .asset = "/one",
		.files = {{"main.bicep", BICEP_NSG("n")}, {"seen/g.json", "[" NSG_ROW("one", "") "]"}, {"seen/o.json", OPERATION("main", NSG("one"))}},
		.changes = {{"where the deployment is called otherwise", "deployments/main", "deployments/other"},
			{"where two blocks may be meant", "param n string", "param n string\nresource more 'Microsoft.Network/networkSecurityGroups@2023-01-01' = { name: '${n}x', location: 'x' }"}}},
	{I4, "a stack says which logical id is which resource", .code = "AWS::SQS::Queue.Jobs", .asset = "1ABCDEFGHIJK2",
		.files = {{"shop.yaml", QUEUES}, {"seen/c.json", QUEUE_ROW("")}, {"seen/s.json", "{\"StackResources\":[{\"StackName\":\"shop\",\"LogicalResourceId\":\"Jobs\","
			"\"PhysicalResourceId\":\"" QUEUE_ARN "\",\"ResourceType\":\"AWS::SQS::Queue\",\"ResourceStatus\":\"CREATE_COMPLETE\"}]}"}},
		.changes = {{"where the stack calls it otherwise", "\"LogicalResourceId\":\"Jobs\"", "\"LogicalResourceId\":\"Mails\""},
			{"of another type", "Type: AWS::SQS::Queue", "Type: AWS::SNS::Topic"}}},
	{I4, "the tags of CloudFormation say it, too", .code = "AWS::SQS::Queue.Jobs", .asset = "1ABCDEFGHIJK2",
		.files = {{"shop.yaml", QUEUES}, {"seen/c.json", QUEUE_ROW("\"aws:cloudformation:stack-name\":\"shop\",\"aws:cloudformation:logical-id\":\"Jobs\"")}},
		.changes = {{"the tag of another id", "logical-id\":\"Jobs\"", "logical-id\":\"Mails\""}, {"a tag that anybody may set", "aws:cloudformation:logical-id", "cloudformation:logical-id"}}},
	{I4, "a deployment stack holds the asset", .code = "nsg", .asset = "/one",
		.files = {{"main.bicep", BICEP_NSG("'one'")}, {"seen/g.json", "[" NSG_ROW("one", "") "]"}, {"seen/s.json", "{\"id\":\"" GROUP("rg-prod")
			"/providers/Microsoft.Resources/deploymentStacks/s1\",\"name\":\"s1\",\"resources\":[{\"id\":\"" NSG("one") "\",\"status\":\"managed\",\"denyStatus\":\"none\"}]}"}},
		.changes = {{"what it holds besides", "networkSecurityGroups/one\",\"status", "networkSecurityGroups/two\",\"status"}}},
	{I5, "a trace tag has one value on both sides", .code = "azurerm_network_security_group.a", .asset = "/one",
		.files = {{"main.tf", TAGGED("a", "yor_trace")}, {"seen/g.json", "[" NSG_ROW("one", ",\"tags\":{\"yor_trace\":\"" TRACE "\"}") "]"}},
		.changes = {{"where the values differ", "\"yor_trace\":\"6189b638", "\"yor_trace\":\"7189b638"}, {"under a key that is no trace", "yor_trace", "yor_tracer"},
			{"on another kind of thing", "azurerm_network_security_group", "azurerm_route_table"}}},
	{I5, "a mapping tag is one, and a prefix of Yor's key changes nothing", .code = "azurerm_network_security_group.a", .asset = "/one",
		.files = {{"main.tf", TAGGED("a", "module_yor_trace")}, {"seen/g.json", "[" NSG_ROW("one", ",\"tags\":{\"MAPPING_TAG\":\"" TRACE "\"}") "]"}},
		.changes = {{"where the tag is another", "MAPPING_TAG", "mapping"}}},
	{I5, "two blocks with one tag share its weight", .share = 0.5, .code = "azurerm_network_security_group.a", .asset = "/one",
		.files = {{"main.tf", TAGGED("a", "yor_trace") TAGGED("b", "yor_trace")}, {"seen/g.json", "[" NSG_ROW("one", ",\"tags\":{\"yor_trace\":\"" TRACE "\"}") "]"}},
		.changes = {{"where the second is of another kind", "network_security_group\" \"b\"", "storage_account\" \"b\""}}},
	{I5, "three have a third each", .share = 1.0 / 3, .code = "azurerm_network_security_group.c", .asset = "/one",
		.files = {{"main.tf", TAGGED("a", "yor_trace") TAGGED("b", "yor_trace") TAGGED("c", "yor_trace")}, {"seen/g.json", "[" NSG_ROW("one", ",\"tags\":{\"yor_trace\":\"" TRACE "\"}") "]"}},
		.changes = {{"where the third has its own", "\"c\" {\n  name = var.c\n  tags = { yor_trace = \"6", "\"c\" {\n  name = var.c\n  tags = { yor_trace = \"7"}}},
	{I5, "instances of one block do not share it", .code = "azurerm_network_security_group.a[\"y\"]", .asset = "/y",
		.files = {{"main.tf", "resource \"azurerm_network_security_group\" \"a\" {\n  for_each = toset([\"x\", \"y\"])\n  name = each.key\n  tags = { yor_trace = \"" TRACE "\" }\n}\n"},
			{"seen/g.json", "[" NSG_ROW("x", ",\"tags\":{\"yor_trace\":\"" TRACE "\"}") "," NSG_ROW("y", ",\"tags\":{\"yor_trace\":\"" TRACE "\"}") "]"}},
		.changes = {{"the one that is called as the other", "= each.key", "= each.key == \"y\" ? \"x\" : \"y\""}}},
	{I6_PLACE, "the provider is set to the asset's subscription", .code = "azurerm_network_security_group.a", .asset = "/one", .words = "provider is set to",
		.files = {{"main.tf", "provider \"azurerm\" {\n  subscription_id = \"00000000-0000-4000-8000-000000000001\"\n}\n" TF_NSG("\"one\"")}, {"seen/g.json", "[" NSG_ROW("one", "") "]"}},
		.changes = {{"to another", "000000000001\"\n}", "000000000002\"\n}"}, {"where it is not known to which", "\"00000000-0000-4000-8000-000000000001\"\n}", "var.n\n}"},
			{"where a provider of that name and another alias is", "{\n  subscription_id", "{\n  alias = \"hub\"\n  subscription_id"}}},
	{N6, "it bears the trace tag of another block", .code = "azurerm_network_security_group.c", .asset = "/one",
		.files = {{"main.tf", TAGGED("a", "yor_trace") TAGGED("b", "yor_trace") TAGGED("d", "yor_trace") TAGGED("e", "yor_trace") TAGGED("f", "yor_trace") "resource \"azurerm_network_security_group\" \"c\" {\n  name = \"one\"\n  tags = { yor_trace = \"7189b638\" }\n}\n"},
			{"seen/g.json", "[" NSG_ROW("one", ",\"tags\":{\"yor_trace\":\"" TRACE "\"}") "]"}},
		.changes = {{"that of no block", "{\"yor_trace\":\"6", "{\"yor_trace\":\"8"}, {"where the block has none", "yor_trace = \"7189b638\"", "team = \"7189b638\""}}},
	{I6, "a name that all of the cloud shares needs no scope", .code = "st", .asset = "/stone", .words = "all of the name's scope",
		.files = {{"main.bicep", BICEP_STORE("'stone'")}, {"seen/g.json", "[" STORE_ROW("stone", "") "]"}},
		.changes = {{"another name", "name: 'stone'", "name: 'stones'"}, {"another type", "microsoft.storage/storageaccounts", "microsoft.classicstorage/storageaccounts"}}},
	{I6_GROUP, "type, name and resource group are equal", .code = "azurerm_network_security_group.a", .asset = "/one",
		.files = {{"main.tf", "resource \"azurerm_network_security_group\" \"a\" {\n  name = \"one\"\n  resource_group_name = \"RG-Prod\"\n}\n"}, {"seen/g.json", "[" NSG_ROW("one", "") "]"}},
		.changes = {{"in another group", "RG-Prod", "rg-test"}, {"where code does not say the group", "\"RG-Prod\"", "var.group"}}},
	{I6_NAME, "type and name are equal, and the group is not known", .code = "nsg", .asset = "/one",
		.files = {{"main.bicep", BICEP_NSG("'one'")}, {"seen/g.json", "[" NSG_ROW("one", "") "]"}},
		.changes = {{"another name", "name: 'one'", "name: 'two'"}, {"another kind", "microsoft.network/networksecuritygroups", "microsoft.network/routetables"}}},
	{I6_NAME, "of a part the names of what holds it are equal, too", .code = "net.a", .asset = "/one/subnets/a",
		.files = {{"main.bicep", "resource net 'Microsoft.Network/virtualNetworks@2023-01-01' = {\n  name: 'one'\n  resource a 'subnets' = {\n    name: 'a'\n  }\n}\n"},
			{"seen/g.json", "[" ROW(NET("one/subnets/a"), "microsoft.network/virtualnetworks/subnets", "") "]"}},
		.changes = {{"what another holds", "virtualNetworks/one/subnets", "virtualNetworks/two/subnets"}}},
	{I6_DEPLOYED, "a pipeline deploys the configuration to the asset's group", .code = "nsg", .asset = "/one", .words = "a pipeline deploys",
		.files = {{"main.bicep", BICEP_NSG("'one'")}, {".github/workflows/up.yml", DEPLOY_STEP("rg-prod")}, {"seen/g.json", "[" NSG_ROW("one", "") "]"}},
		.changes = {{"to another group", "-g rg-prod", "-g rg-test"}, {"another template", "-f main.bicep", "-f other.bicep"}}},
	{I6_PATTERN, "the known part of a name fits one asset", .code = "st", .asset = "/stone",
		.files = {{"main.bicep", BICEP_STORE("'sto${n}'")}, {"seen/g.json", "[" STORE_ROW("stone", "") "]"}},
		.changes = {{"that begins otherwise", "storageAccounts/stone", "storageAccounts/other"}}},
	{I6_PATTERN, "two that fit share its weight", .share = 0.5, .code = "st", .asset = "/stone",
		.files = {{"main.bicep", BICEP_STORE("'sto${n}'")}, {"seen/g.json", "[" STORE_ROW("stone", "") "," STORE_ROW("storm", "") "]"}},
		.changes = {{"the one that does not fit", "storageAccounts/storm", "storageAccounts/starm"}}},
	{I7, "both are one service of azd", .code = "nsg", .asset = "/one",
		.files = {{"main.bicep", "param n string\nresource nsg 'Microsoft.Network/networkSecurityGroups@2023-01-01' = {\n  name: n\n  location: 'x'\n  tags: { 'azd-service-name': 'web' }\n}\n"},
			{"seen/g.json", "[" NSG_ROW("one", ",\"tags\":{\"azd-service-name\":\"web\"}") "]"}},
		.changes = {{"another service", "\"azd-service-name\":\"web\"", "\"azd-service-name\":\"api\""}, {"another tag", "azd-service-name", "azd-env-name"}}},
	{I7, "kubectl applied the object from a manifest of its name", .share = 0.5, .words = "kubectl", .code = "Service.shop.web", .asset = "/shop/Service/web",
		.files = {{"web.yaml", MANIFEST}, {"seen/k.json", OBJECT("\"kubectl.kubernetes.io/last-applied-configuration\":\"{}\"")}},
		.changes = {{"some other annotation", "kubectl.kubernetes.io/last-applied-configuration", "kubectl.kubernetes.io/restartedAt"}}},
	{I7, "Argo CD, Flux and Helm leave marks of their own", .share = 0.5, .words = "Argo CD", .code = "Service.shop.web", .asset = "/shop/Service/web",
		.files = {{"web.yaml", MANIFEST}, {"seen/k.json", OBJECT("\"argocd.argoproj.io/tracking-id\":\"a:v1/Service:shop/web\"")}},
		.changes = {{"in another namespace", "\"namespace\":\"shop\"", "\"namespace\":\"other\""}}},
	{I8, "the asset's tags name file and block", .code = "azurerm_network_security_group.a", .asset = "/one",
		.files = {{"net/main.tf", TAGGED("a", "x") TAGGED("b", "x")}, {"seen/g.json", "[" NSG_ROW("one", ",\"tags\":{\"git_file\":\"net/main.tf\",\"yor_name\":\"a\"}") "]"}},
		.changes = {{"another file", "git_file\":\"net/main.tf", "git_file\":\"main.tf"}, {"another block", "yor_name\":\"a\"", "yor_name\":\"b\""},
			{"a block that is gone", "yor_name\":\"a\"", "yor_name\":\"c\""}}},
	{I8, "labels cannot hold a path as it is", .code = "google_storage_bucket.b", .asset = "/shop-b",
		.files = {{"net/main.tf", "resource \"google_storage_bucket\" \"b\" {\n  name = var.n\n}\nvariable \"n\" {}\n"},
			{"seen/g.json", "[{\"name\":\"//storage.googleapis.com/shop-b\",\"assetType\":\"storage.googleapis.com/Bucket\",\"resource\":{\"data\":{\"name\":\"shop-b\",\"labels\":"
			"{\"git_file\":\"net__main_tf\"}}}}]"}},
		.changes = {{"another path", "net__main_tf", "net_main_tf"}}},
	{I8_COMMIT, "the tags name a commit of the file's history", .git = true, .code = "azurerm_network_security_group.a", .asset = "/one",
		.files = {{"net/main.tf", TAGGED("a", "x")}, {"seen/g.json", "[" NSG_ROW("one", ",\"tags\":{\"git_repo\":\"shop\",\"git_file\":\"net/main.tf\",\"git_commit\":\"@HEAD@\"}") "]"}},
		.changes = {{"a commit that is not there", "@HEAD@", "0123456789012345678901234567890123456789"}, {"one of another repository", "\"git_repo\":\"shop\"", "\"git_repo\":\"web\""}}},
};

int main(void)
{
	return run_cases(cases, sizeof cases / sizeof *cases);
}

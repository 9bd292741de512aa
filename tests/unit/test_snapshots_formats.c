/* Azure's deployments, Google, Kubernetes, Terraform's show; packings, secrets, broken files, several files. */
#include "tests/unit/snapshot_text.h"

#include <sys/stat.h>
#include <zlib.h>

#define SUB "/subscriptions/6f1c2b9e-3d54-4a7e-9b0a-8c2d5e7f1a34"
#define GROUP SUB "/resourceGroups/RG"
#define NET GROUP "/providers/Microsoft.Network/"
#define STORE GROUP "/providers/Microsoft.Storage/storageAccounts/st1"
#define DEPLOYMENT GROUP "/providers/Microsoft.Resources/deployments/d1"

static void children_are_recovered_from_their_parents(void **state)
{
	bl_snapshot s = snapshot_of("[{\"id\":\"" NET "virtualNetworks/v\",\"type\":\"microsoft.network/virtualnetworks\",\"location\":\"westeurope\",\"properties\":{\"subnets\":["
				    "{\"id\":\"" NET "virtualNetworks/v/subnets/a\",\"name\":\"a\",\"properties\":{\"addressPrefix\":\"10.0.0.0/24\"}},{\"name\":\"b\",\"properties\":{}}]}},"
				    "{\"id\":\"" NET "networkInterfaces/n\",\"type\":\"microsoft.network/networkinterfaces\",\"properties\":{\"subnets\":[{\"id\":\"x\"}]}},"
				    "{\"id\":\"" GROUP "/providers/Microsoft.ContainerService/managedClusters/k\",\"type\":\"microsoft.containerservice/managedclusters\","
				    "\"properties\":{\"agentPoolProfiles\":[{\"name\":\"np\",\"count\":3}]}}]");
	assert_int_equal(s.assets.n, 6);
	const bl_asset *a = asset_of(&s, NET "virtualNetworks/v/subnets/a");
	assert_text(a->type, "Microsoft.Network/virtualNetworks/subnets");
	assert_text(a->name, "a");
	assert_text(a->part_of, NET "virtualNetworks/v");
	assert_string_equal(body_at(&s, a, "properties.addressPrefix"), "\"10.0.0.0/24\"");
	/* an element without an id has the one that ARM gives it */
	assert_text(asset_of(&s, NET "virtualNetworks/v/subnets/b")->name, "b");
	const bl_asset *pool = asset_of(&s, GROUP "/providers/Microsoft.ContainerService/managedClusters/k/agentPools/np");
	assert_string_equal(body_at(&s, pool, "properties"), "{\"count\":3}");
	bl_snapshot_done(&s);
}

static void role_assignments_are_read_as_graph_and_as_az_have_them(void **state)
{
#define ROLE SUB "/providers/Microsoft.Authorization/roleAssignments/g"
	static const char *const texts[] = {
		"{\"data\":[{\"id\":\"" ROLE "\",\"type\":\"microsoft.authorization/roleassignments\",\"properties\":{\"principalId\":\"p\",\"roleDefinitionId\":\"r\",\"scope\":\"/\"}}]}",
		"[{\"id\":\"" ROLE "\",\"name\":\"g\",\"type\":\"Microsoft.Authorization/roleAssignments\",\"principalId\":\"p\",\"roleDefinitionId\":\"r\",\"scope\":\"/\"}]",
	};
	for (size_t i = 0; i < 2; i++) {
		bl_snapshot s = snapshot_of(texts[i]);
		assert_string_equal(body_at(&s, asset_of(&s, ROLE), "properties.principalId"), "\"p\"");
		assert_text(s.assets.items[0]->type, "Microsoft.Authorization/roleAssignments");
		bl_snapshot_done(&s);
	}
}

static void one_resource_alone_is_a_snapshot(void **state)
{
	bl_snapshot s = snapshot_of("{\"id\":\"" STORE "\",\"type\":\"Microsoft.Storage/storageAccounts\",\"properties\":{\"x\":1}}");
	assert_string_equal(body_at(&s, asset_of(&s, STORE), "properties.x"), "1");
	bl_snapshot_done(&s);
}

static void deployments_say_what_they_made(void **state)
{
#define SHOWN "{\"id\":\"" DEPLOYMENT "\",\"name\":\"d1\",\"properties\":{\"outputResources\":[{\"id\":\"" STORE "\"}],\"parameters\":{\"p\":{\"value\":\"s3cret\"}}}}"
	static const char *const texts[] = {
		SHOWN, "[" SHOWN "]", "{\"value\":[" SHOWN "]}",
		"[{\"id\":\"" DEPLOYMENT "/operations/1\",\"operationId\":\"1\",\"properties\":{\"provisioningOperation\":\"Create\",\"targetResource\":{\"id\":\"" STORE "\"}}},"
		"{\"id\":\"" DEPLOYMENT "/operations/2\",\"properties\":{\"provisioningOperation\":\"Read\",\"targetResource\":{\"id\":\"" STORE "2\"}}},"
		"{\"id\":\"" DEPLOYMENT "/operations/3\",\"properties\":{\"provisioningOperation\":\"EvaluateDeploymentOutput\"}}]",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		bl_snapshot s = snapshot_of(texts[i]);
		assert_text(s.format, "azure-deployment");
		assert_int_equal(s.assets.n, 0);
		assert_int_equal(s.bindings.n, 1);
		assert_int_equal(s.bindings.items[0].from, BL_FROM_DEPLOYMENT);
		assert_text(s.bindings.items[0].id, STORE);
		assert_text(s.bindings.items[0].type, "Microsoft.Storage/storageAccounts");
		assert_text(s.bindings.items[0].owner, "d1");
		assert_text(s.bindings.items[0].scope, SUB "/resourcegroups/rg");
		bl_snapshot_done(&s);
	}
}

static void deployment_stacks_say_what_they_hold(void **state)
{
#define STACK "\"id\":\"" GROUP "/providers/Microsoft.Resources/deploymentStacks/s1\",\"name\":\"s1\""
#define HELD "\"resources\":[{\"id\":\"" STORE "\",\"status\":\"managed\",\"denyStatus\":\"none\"}]"
	static const char *const texts[] = {"{" HELD "," STACK "}", "[{" STACK "," HELD "}]", "{\"value\":[{" STACK ",\"properties\":{" HELD "}}]}",
		"{" STACK ",\"properties\":{" HELD "}}"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		bl_snapshot s = snapshot_of(texts[i]);
		assert_int_equal(s.bindings.n, 1);
		assert_int_equal(s.bindings.items[0].from, BL_FROM_STACK);
		assert_text(s.bindings.items[0].id, STORE);
		assert_text(s.bindings.items[0].owner, "s1");
		bl_snapshot_done(&s);
	}
}

static const char inventory[] =
	"{\"name\":\"//storage.googleapis.com/bkt\",\"asset_type\":\"storage.googleapis.com/Bucket\",\"iam_policy\":{\"bindings\":[{\"role\":\"r\",\"members\":[\"allUsers\"]}]}}\n"
	"{\"name\":\"//storage.googleapis.com/bkt\",\"asset_type\":\"storage.googleapis.com/Bucket\",\"resource\":{\"data\":{\"name\":\"bkt\",\"labels\":{\"a\":\"b\"}},"
	"\"location\":\"eu\"},\"ancestors\":[\"projects/123\",\"folders/4\"],\"update_time\":\"2026-01-01T00:00:00Z\"}\n"
	"{\"name\":\"//compute.googleapis.com/projects/P/zones/z1/instances/i\",\"assetType\":\"compute.googleapis.com/Instance\",\"resource\":{\"data\":{\"name\":\"i\","
	"\"zone\":\"https://www.googleapis.com/compute/v1/projects/p/zones/z1\"}},\"ancestors\":[\"projects/123\"],\"updateTime\":\"t\"}\n";

static void googles_export_joins_resources_and_policies(void **state)
{
	bl_snapshot s = snapshot_of(inventory);
	assert_text(s.format, "google-asset");
	assert_int_equal(s.assets.n, 2);
	const bl_asset *bucket = asset_of(&s, "//storage.googleapis.com/bkt");
	assert_text(bucket->name, "bkt");
	/* the instance says both the number and the id of its project */
	assert_text(bucket->scope, "p");
	assert_text(bucket->location, "eu");
	assert_text(bucket->seen_at, "2026-01-01T00:00:00Z");
	assert_string_equal(body_at(&s, bucket, "children.iamPolicy.bindings.0.members"), "[\"allUsers\"]");
	assert_string_equal(body_at(&s, bucket, "properties.labels"), "{\"a\":\"b\"}");
	const bl_asset *machine = asset_of(&s, "//compute.googleapis.com/projects/P/zones/z1/instances/i");
	assert_text(machine->scope, "p");
	assert_text(machine->location, "z1");
	bl_snapshot_done(&s);
}

static void what_gcloud_lists_is_recognised_by_its_link(void **state)
{
	bl_snapshot s = snapshot_of("[{\"kind\":\"compute#firewall\",\"name\":\"f\",\"selfLink\":\"https://www.googleapis.com/compute/v1/projects/p/global/firewalls/f\"},"
				    "{\"kind\":\"storage#bucket\",\"name\":\"b\",\"selfLink\":\"https://www.googleapis.com/storage/v1/b/b\"}]");
	assert_text(asset_of(&s, "//compute.googleapis.com/projects/p/global/firewalls/f")->type, "compute.googleapis.com/Firewall");
	assert_text(asset_of(&s, "//storage.googleapis.com/b")->type, "storage.googleapis.com/Bucket");
	bl_snapshot_done(&s);
	s = snapshot_of("[{\"resource\":\"//storage.googleapis.com/b\",\"assetType\":\"storage.googleapis.com/Bucket\",\"project\":\"projects/9\",\"policy\":{\"bindings\":[]}}]");
	assert_string_equal(body_at(&s, asset_of(&s, "//storage.googleapis.com/b"), "children.iamPolicy.bindings"), "[]");
	assert_true(s.assets.items[0]->body->open);
	bl_snapshot_done(&s);
}

static void kubernetes_objects_keep_what_was_applied(void **state)
{
	bl_snapshot s = snapshot_of("{\"apiVersion\":\"v1\",\"items\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\",\"namespace\":\"Shop\",\"uid\":\"u1\","
				    "\"labels\":{\"app\":\"web\"},\"managedFields\":[{\"x\":1}],\"annotations\":{\"a\":\"b\",\"kubectl.kubernetes.io/last-applied-configuration\":"
				    "\"{\\\"kind\\\":\\\"Deployment\\\",\\\"spec\\\":{\\\"replicas\\\":2}}\"}},\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\"}],"
				    "\"initContainers\":[{\"name\":\"i\"}]}}},\"status\":{\"containerStatuses\":[{\"imageID\":\"docker-pullable://r.io/a@sha256:1\"}]}},"
				    "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Thing\",\"metadata\":{\"name\":\"t\"}}],\"kind\":\"List\",\"metadata\":{\"continue\":\"\"}}");
	assert_text(s.format, "kubernetes");
	assert_false(s.partial);
	const bl_asset *a = asset_of(&s, "k8s://u1/Shop/Deployment/web");
	assert_text(a->type, "kubernetes/Deployment");
	assert_text(a->scope, "shop");
	assert_string_equal(body_at(&s, a, "applied.spec.replicas"), "2");
	assert_string_equal(body_at(&s, a, "properties.metadata.annotations"), "{\"a\":\"b\"}");
	assert_string_equal(body_at(&s, a, "properties.metadata.managedFields"), "");
	assert_string_equal(body_at(&s, a, "containers"), "[{\"name\":\"c\"},{\"name\":\"i\"}]");
	assert_string_equal(body_at(&s, a, "properties.status.containerStatuses.0.imageID"), "\"docker-pullable://r.io/a@sha256:1\"");
	assert_true(bl_value_is_string(bl_value_getz(a->tags, "app"), "web"));
	assert_text(asset_of(&s, "k8s:////example.com/Thing/t")->type, "example.com/Thing");
	bl_snapshot_done(&s);
}

static void a_list_of_one_kind_says_it_for_all(void **state)
{
	bl_snapshot s = snapshot_of("{\"items\":[{\"metadata\":{\"name\":\"p\",\"namespace\":\"n\",\"uid\":\"u\"},\"spec\":{\"hostNetwork\":true}}],\"metadata\":{\"continue\":\"abc\"},"
				    "\"kind\":\"PodList\",\"apiVersion\":\"v1\"}");
	assert_string_equal(body_at(&s, asset_of(&s, "k8s://u/n/Pod/p"), "pod.hostNetwork"), "true");
	assert_true(s.partial);
	bl_snapshot_done(&s);
	s = snapshot_of("{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"n\",\"uid\":\"u\"}}");
	assert_text(asset_of(&s, "k8s://u//Namespace/n")->type, "kubernetes/Namespace");
	bl_snapshot_done(&s);
}

static void terraforms_show_is_read_of_states_and_plans(void **state)
{
	bl_snapshot s = snapshot_of("{\"format_version\":\"1.0\",\"terraform_version\":\"1.9\",\"values\":{\"outputs\":{},\"root_module\":{\"resources\":[{\"address\":\"aws_s3_bucket.b\",\"mode\":"
				    "\"managed\",\"type\":\"aws_s3_bucket\",\"values\":{\"id\":\"b\",\"arn\":\"arn:aws:s3:::b\"}}],\"child_modules\":[{\"child_modules\":[{\"resources\":["
				    "{\"address\":\"module.a.module.b.google_compute_instance.i\",\"mode\":\"managed\",\"type\":\"google_compute_instance\",\"values\":{\"id\":"
				    "\"projects/p/zones/z/instances/i\"}}]}]}]}}}");
	assert_text(s.format, "terraform-show");
	assert_int_equal(s.bindings.n, 2);
	assert_int_equal(s.bindings.items[0].from, BL_FROM_STATE);
	assert_text(binding_of(&s, "aws_s3_bucket.b")->id, "arn:aws:s3:::b");
	assert_text(binding_of(&s, "module.a.module.b.google_compute_instance.i")->id, "//compute.googleapis.com/projects/p/zones/z/instances/i");
	assert_text(asset_of(&s, "//compute.googleapis.com/projects/p/zones/z/instances/i")->scope, "p");
	bl_snapshot_done(&s);
	s = snapshot_of("{\"format_version\":\"1.2\",\"terraform_version\":\"1.9\",\"planned_values\":{\"x\":1},\"resource_changes\":[{\"address\":\"aws_s3_bucket.b\",\"mode\":\"managed\",\"type\":"
			"\"aws_s3_bucket\",\"change\":{\"actions\":[\"update\"],\"before\":{\"id\":\"b\",\"arn\":\"arn:aws:s3:::b\"},\"after\":{}}},{\"address\":\"aws_s3_bucket.n\",\"mode\":"
			"\"managed\",\"type\":\"aws_s3_bucket\",\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{}}}]}");
	assert_int_equal(s.bindings.n, 1);
	assert_int_equal(s.bindings.items[0].from, BL_FROM_PLAN);
	bl_snapshot_done(&s);
}

/* ---- secrets ---- */

/* Of every kind of file; what no output may hold is called s3cret or czNjcmV0 (the same in Base64). */
static void secrets_are_not_kept_or_marked(void **state)
{
#define AWS(type, configuration) "{\"configurationItems\":[{\"resourceType\":\"" type "\",\"resourceId\":\"x\",\"configurationItemStatus\":\"OK\",\"configuration\":{" configuration "}}]}"
#define ARM(properties) "[{\"id\":\"" STORE "\",\"type\":\"microsoft.x/y\",\"properties\":{" properties "}}]"
	static const char *const texts[] = {
		ARM("\"administratorLoginPassword\":\"s3cret\""),
		ARM("\"siteConfig\":{\"appSettings\":[{\"name\":\"COLOUR\",\"value\":\"s3cret\"}],\"connectionStrings\":[{\"name\":\"c\",\"connectionString\":\"s3cret\"}]}"),
		ARM("\"template\":{\"containers\":[{\"env\":[{\"name\":\"A\",\"value\":\"s3cret\"}]}]}"),
		ARM("\"containers\":[{\"properties\":{\"environmentVariables\":[{\"name\":\"A\",\"value\":\"s3cret\"}]}}]"),
		ARM("\"osProfile\":{\"customData\":\"s3cret\"},\"protectedSettings\":{\"commandToExecute\":\"s3cret\"}"),
		ARM("\"primaryKey\":\"s3cret\",\"keys\":[{\"name\":\"accessKey\",\"value\":\"s3cret\"}]"),
		AWS("AWS::Lambda::Function", "\"functionName\":\"f\",\"environment\":{\"variables\":{\"A\":\"s3cret\"}}"),
		AWS("AWS::ECS::TaskDefinition", "\"containerDefinitions\":[{\"environment\":[{\"name\":\"A\",\"value\":\"s3cret\"}]}]"),
		AWS("AWS::EC2::Instance", "\"userData\":\"s3cret\",\"imageId\":\"ami\""),
		AWS("AWS::Some::Thing", "\"masterUserPassword\":\"s3cret\",\"authToken\":\"s3cret\""),
		"{\"Stacks\":[{\"StackId\":\"arn:aws:cloudformation:r:1:stack/s/u\",\"StackName\":\"s\",\"Parameters\":[{\"ParameterKey\":\"A\",\"ParameterValue\":\"s3cret\"}]}]}",
		"{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\",\"annotations\":{\"kubectl.kubernetes.io/last-applied-configuration\":\"{\\\"data\\\":{\\\"a\\\":\\\"czNjcmV0\\\"}}\"}},"
		"\"data\":{\"a\":\"czNjcmV0\"},\"stringData\":{\"a\":\"s3cret\"}}",
		"{\"kind\":\"SecretList\",\"apiVersion\":\"v1\",\"items\":[{\"metadata\":{\"name\":\"s\",\"uid\":\"u\"},\"type\":\"Opaque\",\"data\":{\"a\":\"czNjcmV0\"}}]}",
		"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"s\"},\"spec\":{\"containers\":[{\"env\":[{\"name\":\"A\",\"value\":\"s3cret\"}]}]}}",
		"{\"version\":4,\"terraform_version\":\"1\",\"outputs\":{\"o\":{\"value\":\"s3cret\"}},\"resources\":[{\"mode\":\"managed\",\"type\":\"aws_db_instance\",\"name\":\"d\","
		"\"instances\":[{\"attributes\":{\"id\":\"d\",\"password\":\"s3cret\"}}]}]}",
		"{\"name\":\"//run.googleapis.com/projects/p/locations/l/services/s\",\"assetType\":\"run.googleapis.com/Service\",\"resource\":{\"data\":{\"spec\":{\"template\":{\"spec\":"
		"{\"containers\":[{\"env\":[{\"name\":\"A\",\"value\":\"s3cret\"}]}]}}},\"metadata\":{\"items\":[{\"key\":\"startup-script\",\"value\":\"s3cret\"}]}}}}",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		bl_snapshot s = snapshot_of(texts[i]);
		bl_buf out = {0};
		assert_true(s.assets.n > 0);
		print_snapshot(&s, &out);
		if (strstr(out.p, "s3cret") || strstr(out.p, "czNjcmV0"))
			fail_msg("a secret is told: %s", out.p);
		bl_buf_done(&out);
		bl_snapshot_done(&s);
	}
}

static void names_that_only_sound_like_secrets_are_told(void **state)
{
	bl_snapshot s = snapshot_of(ARM("\"volumes\":[{\"secret\":{\"secretName\":\"tls\"}}],\"disablePasswordAuthentication\":true,\"env\":[{\"name\":\"A\",\"secretRef\":\"r\"}]"));
	const bl_asset *a = asset_of(&s, STORE);
	assert_string_equal(body_at(&s, a, "properties"),
		"{\"volumes\":[{\"secret\":{\"secretName\":\"tls\"}}],\"disablePasswordAuthentication\":true,\"env\":[{\"name\":\"A\",\"secretRef\":\"r\"}]}");
	bl_snapshot_done(&s);
}

/* ---- files ---- */

static void gzip(bl_str text, bl_buf *out)
{
	unsigned char chunk[4096];
	z_stream z = {.next_in = (Bytef *)(uintptr_t)text.p, .avail_in = (uInt)text.n, .next_out = chunk, .avail_out = sizeof chunk};
	deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	bl_buf_put(out, bl_str_make((const char *)chunk, sizeof chunk - z.avail_out));
	deflateEnd(&z);
}

static void gzip_of_several_members_is_unpacked(void **state)
{
	bl_buf packed = {0};
	bl_str text = bl_str_of(inventory);
	bl_snapshot s;
	gzip(bl_str_slice(text, 0, 200), &packed);
	gzip(bl_str_slice(text, 200, text.n), &packed);
	assert_int_equal(read_snapshot_text(bl_buf_str(&packed), &s, NULL), BL_OK);
	assert_int_equal(s.assets.n, 2);
	assert_false(s.partial);
	bl_snapshot_done(&s);
	/* what comes before the end of a file that is cut off is read */
	assert_int_equal(read_snapshot_text(bl_str_slice(bl_buf_str(&packed), 0, packed.n - 20), &s, NULL), BL_OK);
	assert_true(s.partial);
	assert_true(s.assets.n >= 1);
	assert_int_equal(s.diags.items[s.diags.n - 1].level, BL_DIAG_ERROR);
	bl_snapshot_done(&s);
	bl_buf_done(&packed);
}

static void what_powershell_writes_is_utf16(void **state)
{
	bl_buf wide = {0};
	bl_snapshot s;
	bl_str text = BL_STR("{\"Data\":[{\"ResourceId\":\"" STORE "\",\"type\":\"microsoft.storage/storageaccounts\",\"tags\":{\"a\":\"");
	bl_buf_put(&wide, BL_STR("\xff\xfe"));
	for (size_t i = 0; i < text.n; i++) {
		bl_buf_putc(&wide, text.p[i]);
		bl_buf_putc(&wide, '\0');
	}
	/* U+1F600 as a pair, then half a pair */
	bl_buf_put(&wide, bl_str_make("\x3d\xd8\x00\xde\x3d\xd8", 6));
	text = BL_STR("x\"}}]}");
	for (size_t i = 0; i < text.n; i++) {
		bl_buf_putc(&wide, text.p[i]);
		bl_buf_putc(&wide, '\0');
	}
	assert_int_equal(read_snapshot_text(bl_buf_str(&wide), &s, NULL), BL_OK);
	assert_true(bl_value_is_string(bl_value_getz(asset_of(&s, STORE)->tags, "a"), "\xf0\x9f\x98\x80\xef\xbf\xbdx"));
	bl_snapshot_done(&s);
	bl_buf_done(&wide);
}

static void after_a_broken_line_the_next_is_read(void **state)
{
	bl_buf text = {0};
	bl_snapshot s;
	bl_error error = {""};
	bl_buf_putz(&text, "{\"name\":\"//storage.googleapis.com/bkt\",\"assetType\":\"storage.googleapis.com/Bucket\",\"resource\":{\"data\":{}}}\n{\"broken\n{oh no\n");
	bl_buf_putz(&text, inventory);
	assert_int_equal(read_snapshot_text(bl_buf_str(&text), &s, &error), BL_OK);
	assert_int_equal(s.assets.n, 2);
	assert_true(s.partial);
	assert_int_equal(s.diags.n, 2);
	assert_int_equal(s.diags.items[0].level, BL_DIAG_ERROR);
	assert_true(bl_str_starts(s.diags.items[0].message, BL_STR("byte 1")));
	bl_snapshot_done(&s);
	bl_buf_done(&text);
}

static void old_states_and_other_files_are_refused(void **state)
{
	static const char *const texts[][2] = {
		{"{\"version\":3,\"terraform_version\":\"0.11.0\",\"modules\":[{\"resources\":{}}]}", "version 3"},
		{"{\"resources\":[{\"mode\":\"a\"}]}", "no snapshot"},
		{"{\"clusters\":[{\"name\":\"k\",\"cluster\":{}}],\"users\":[]}", "no snapshot"},
		{"\x1f\x8b not gzip", "no snapshot"},
		{"{\"a\":[[[[[[", "no snapshot"},
		{"PK\x03\x04", "no snapshot"},
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		bl_snapshot s;
		bl_error error = {""};
		assert_int_equal(read_snapshot_text(bl_str_of(texts[i][0]), &s, &error), BL_FAILED);
		if (!strstr(error.text, texts[i][1]))
			fail_msg("%zu: %s", i, error.text);
	}
}

static void nesting_and_size_meet_limits(void **state)
{
	bl_buf text = {0};
	bl_snapshot s;
	bl_error error = {""};
	bl_buf_putz(&text, ARM("\"x\":1"));
	text.n -= 1;
	bl_buf_putz(&text, ",{\"id\":\"" STORE "2\",\"type\":\"a/b\",\"properties\":{\"a\":");
	for (int i = 0; i < 100000; i++)
		bl_buf_putc(&text, '[');
	assert_int_equal(read_snapshot_text(bl_buf_str(&text), &s, &error), BL_OK);
	assert_int_equal(s.assets.n, 1);
	assert_true(s.partial);
	assert_true(bl_str_find(s.diags.items[s.diags.n - 1].message, BL_STR("nested too deeply"), 0) > 0);
	bl_snapshot_done(&s);
	bl_buf_done(&text);
}

static void one_asset_in_several_files_becomes_one(void **state)
{
#define ROW(more) "[{\"id\":\"" STORE "\",\"type\":\"microsoft.storage/storageaccounts\"" more "}]"
	bl_snapshot a = snapshot_of(ROW(",\"tags\":{\"a\":\"b\"}")), b = snapshot_of(ROW(",\"properties\":{\"x\":1}"));
	bl_snapshot c = snapshot_of(ROW(",\"properties\":{\"x\":1,\"y\":2},\"location\":\"westeurope\",\"changedTime\":\"2026\""));
	bl_snapshot *all[] = {&a, &b, &c};
	bl_snapshot_join(all, 3);
	const bl_asset *one = a.assets.items[0];
	assert_string_equal(body_at(&a, one, "properties"), "{\"x\":1,\"y\":2}");
	assert_text(one->location, "westeurope");
	assert_text(one->seen_at, "2026");
	assert_true(bl_value_is_string(bl_value_getz(one->tags, "a"), "b"));
	bl_snapshot_done(&a);
	bl_snapshot_done(&b);
	bl_snapshot_done(&c);
}

static void a_folder_stands_for_the_files_in_it(void **state)
{
	char folder[] = P_tmpdir "/belay-test-XXXXXX", path[1000];
	static const char *const names[] = {"b.json", "a.json"};
	bl_arena arena = {0};
	const char *const *files;
	size_t n;
	assert_non_null(mkdtemp(folder));
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		FILE *f = fopen(path, "w");
		fputs("[]", f);
		fclose(f);
	}
	assert_int_equal(bl_snapshot_files(&arena, folder, &files, &n, NULL), BL_OK);
	assert_int_equal(n, 2);
	assert_true(bl_str_ends(bl_str_of(files[0]), BL_STR("/a.json")));
	for (int i = 0; i < 2; i++)
		unlink(files[i]);
	rmdir(folder);
	assert_int_equal(bl_snapshot_files(&arena, "-", &files, &n, NULL), BL_OK);
	assert_string_equal(files[0], "-");
	bl_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(children_are_recovered_from_their_parents),
		cmocka_unit_test(role_assignments_are_read_as_graph_and_as_az_have_them),
		cmocka_unit_test(one_resource_alone_is_a_snapshot),
		cmocka_unit_test(deployments_say_what_they_made),
		cmocka_unit_test(deployment_stacks_say_what_they_hold),
		cmocka_unit_test(googles_export_joins_resources_and_policies),
		cmocka_unit_test(what_gcloud_lists_is_recognised_by_its_link),
		cmocka_unit_test(kubernetes_objects_keep_what_was_applied),
		cmocka_unit_test(a_list_of_one_kind_says_it_for_all),
		cmocka_unit_test(terraforms_show_is_read_of_states_and_plans),
		cmocka_unit_test(secrets_are_not_kept_or_marked),
		cmocka_unit_test(names_that_only_sound_like_secrets_are_told),
		cmocka_unit_test(gzip_of_several_members_is_unpacked),
		cmocka_unit_test(what_powershell_writes_is_utf16),
		cmocka_unit_test(after_a_broken_line_the_next_is_read),
		cmocka_unit_test(old_states_and_other_files_are_refused),
		cmocka_unit_test(nesting_and_size_meet_limits),
		cmocka_unit_test(one_asset_in_several_files_becomes_one),
		cmocka_unit_test(a_folder_stands_for_the_files_in_it),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	bl_arena_done(&text_arena);
	return failed;
}

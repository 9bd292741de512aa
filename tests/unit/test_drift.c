/* What differs between code and what runs, what is no difference, and which side changed. */
#include "core/codec/json.h"
#include "mapping/mapping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define STORE "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st1"
#define STORAGE "Microsoft.Storage/storageAccounts"
#define DEPLOYMENT "apps/Deployment"

static bl_arena arena;
static bl_graph *graph;
static bl_schema *schema;
static const bl_root infra = {.name = {"infra", 5}, .language = BL_LANG_BICEP};
static const bl_root cluster = {.name = {"k8s", 3}, .language = BL_LANG_KUBERNETES};

static int begin(void **state)
{
	(void)state;
	bl_arena_init(&arena);
	graph = bl_graph_new(&arena, NULL);
	schema = bl_schema_of(&arena, NULL, 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
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

static uint32_t declare(const bl_root *root, const char *type, const char *address, const bl_value *written)
{
	bl_resource *r = bl_new(&arena, bl_resource);
	*r = (bl_resource){.root = root, .language = root->language, .address = bl_str_of(address), .type = bl_str_of(type),
		.native_type = bl_str_of(type), .condition = BL_YES, .head = {1, 0, 5}, .written = written, .effective = written};
	return bl_graph_add_resource(graph, r);
}

/* A pair of code and asset that is known to be one. */
static uint32_t pair(const bl_root *root, const char *type, const char *id, const bl_value *written, const char *body)
{
	bl_asset *a = bl_new(&arena, bl_asset);
	*a = (bl_asset){.id = bl_str_of(id), .type = bl_str_of(type), .body = json(body)};
	bl_link *link = bl_new(&arena, bl_link);
	*link = (bl_link){.from = declare(root, type, id, written), .asset = a, .kind = BL_PROVISIONS, .class = BL_MAPPED, .confidence = 0.9};
	link->to = bl_graph_add_asset(graph, a);
	link->resource = bl_graph_node(graph, link->from)->resource;
	bl_graph_add_link(graph, link);
	return link->from;
}

/* All that is found: "path class; path class". */
static const char *found(const bl_mapping_history *history)
{
	static const char *const classes[] = {"unknown", "cloud-changed", "code-ahead"};
	const bl_drift *drift;
	bl_str all = {0};
	size_t n = bl_mapping_drift(graph, schema, history, &arena, &drift);
	for (size_t i = 0; i < n; i++)
		all = bl_str_fmt(&arena, BL_FMT "%s" BL_FMT " %s", BL_ARG(all), i ? "; " : "", BL_ARG(drift[i].path), classes[drift[i].class]);
	return bl_str_z(&arena, all);
}

static void what_controllers_set_is_no_drift(void **state)
{
	(void)state;
	pair(&cluster, DEPLOYMENT, "k8s://1/ns/Deployment/web",
		json("{\"properties\":{\"metadata\":{\"name\":\"web\",\"uid\":\"a\",\"namespace\":\"x\",\"labels\":{\"app\":\"web\"}},\"status\":{\"replicas\":1},"
			"\"spec\":{\"clusterIP\":\"10.0.0.1\",\"replicas\":2,\"ports\":[{\"port\":80,\"nodePort\":30000,\"targetPort\":\"8080\"}]}}}"),
		"{\"properties\":{\"metadata\":{\"name\":\"web-2\",\"uid\":\"b\",\"namespace\":\"y\",\"labels\":{\"app\":\"shop\"}},\"status\":{\"replicas\":3},"
		"\"spec\":{\"clusterIP\":\"10.0.0.2\",\"replicas\":3,\"ports\":[{\"port\":80,\"nodePort\":30001,\"targetPort\":8081}]}}}");
	assert_string_equal(found(NULL), "properties.metadata.labels.app unknown; properties.spec.ports[80].targetPort unknown; properties.spec.replicas unknown");
}

static void replicas_that_an_autoscaler_keeps_are_no_drift(void **state)
{
	(void)state;
	uint32_t web = pair(&cluster, DEPLOYMENT, "k8s://1/ns/Deployment/web", json("{\"properties\":{\"spec\":{\"replicas\":2,\"paused\":false}}}"),
		"{\"properties\":{\"spec\":{\"replicas\":3,\"paused\":true}}}");
	uint32_t scaler = declare(&cluster, "autoscaling/HorizontalPodAutoscaler", "hpa", json("{}"));
	bl_graph_add_edge(graph, (bl_edge){.kind = BL_EDGE_REFERS, .from = scaler, .to = web});
	bl_graph_seal(graph, BL_LAYER_CODE);
	assert_string_equal(found(NULL), "properties.spec.paused unknown");
}

static void tags_that_services_and_tools_write_are_no_drift_and_others_that_code_does_not_give_are(void **state)
{
	(void)state;
	pair(&infra, STORAGE, STORE, json("{\"tags\":{\"team\":\"shop\"}}"),
		"{\"tags\":{\"team\":\"shop\",\"hidden-title\":\"x\",\"yor_trace\":\"y\",\"owner\":\"z\"}}");
	pair(&infra, "AWS::SNS::Topic", "arn:aws:sns:us-east-1:1:t", json("{}"), "{\"tags\":{\"owner\":\"z\"}}");
	assert_string_equal(found(NULL), "tags.owner unknown");
}

static void spelling_order_and_lists_of_one_are_no_drift(void **state)
{
	(void)state;
	pair(&infra, STORAGE, STORE,
		json("{\"location\":\"West Europe\",\"properties\":{\"a\":\"80\",\"b\":\"true\",\"c\":[\"x\",\"y\"],\"d\":\"one\",\"e\":[\"one\"],\"f\":\"ENABLED\","
			"\"g\":[{\"Key\":\"p\",\"v\":1},{\"Key\":\"q\",\"v\":2}],\"h\":[\"one\"]}}"),
		"{\"location\":\"westeurope\",\"properties\":{\"a\":80,\"b\":true,\"c\":[\"y\",\"x\"],\"d\":[\"one\"],\"e\":\"one\",\"f\":\"Enabled\","
		"\"g\":[{\"Key\":\"q\",\"v\":3},{\"Key\":\"p\",\"v\":1}],\"h\":\"two\"}}");
	assert_string_equal(found(NULL), "properties.g[q].v unknown; properties.h unknown");
}

/* The line's past, as a test wants it. */
typedef struct told {
	const char *now, *before;
	bool whole, none;
	size_t asked;
} told;

static bool tell(void *context, bl_span span, bl_arena *a, bl_str *now, const bl_str **lines, size_t *n, bool *whole)
{
	told *t = context;
	bl_str *list = bl_new(a, bl_str);
	(void)span;
	t->asked++;
	*now = bl_str_of(t->now);
	*list = bl_str_of(t->before ? t->before : "");
	*lines = list;
	*n = t->before ? 1 : 0;
	*whole = t->whole;
	return !t->none;
}

static void which_side_changed_is_what_the_line_said_before(void **state)
{
	static const struct {
		told past;
		const char *cloud, *class;
	} rows[] = {
		{{"  tls: 'TLS1_2'", "  tls: 'TLS1_0'", true}, "\"TLS1_0\"", "code-ahead"},
		{{"  tls: 'TLS1_2'", "  tls: 'TLS1_1'", true}, "\"TLS1_0\"", "cloud-changed"},
		{{"  tls: 'TLS1_2'", NULL, true}, "\"TLS1_0\"", "cloud-changed"},
		{{"  tls: 'TLS1_2'", "  tls: 'TLS1_1'", false}, "\"TLS1_0\"", "unknown"}, /* there is more that is not known */
		{{"  tls: 'TLS1_2'", "  tls: 'TLS1_01'", false}, "\"TLS1_0\"", "unknown"},
		{{"  tls: lowest", "  tls: 'TLS1_0'", true}, "\"TLS1_0\"", "unknown"}, /* the line does not say the value */
		{{"  tls: 'TLS1_2'", "  tls: 'TLS1_0'", true, true}, "\"TLS1_0\"", "unknown"},
		{{"  tls: 'TLS1_2'", "  tls: 'TLS1_0'", true}, "\"it's\"", "unknown"}, /* may be written in several ways */
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		told past = rows[i].past;
		bl_mapping_history history = {.context = &past, .earlier = tell};
		graph = bl_graph_new(&arena, NULL);
		const bl_value *said = bl_value_string(&arena, (bl_span){1, 7, 13}, BL_STR("TLS1_2"));
		pair(&infra, STORAGE, STORE, bl_value_with(&arena, json("{\"properties\":{}}"), BL_STR("properties.tls"), said),
			bl_str_fmt(&arena, "{\"properties\":{\"tls\":%s}}", rows[i].cloud).p);
		assert_string_equal(found(&history), bl_str_fmt(&arena, "properties.tls %s", rows[i].class).p);
	}
}

static void history_is_asked_so_often_and_no_more(void **state)
{
	(void)state;
	told past = {.now = "n: 2", .before = "n: 1", .whole = true};
	bl_mapping_history history = {.context = &past, .earlier = tell};
	bl_value *two = bl_value_digits(&arena, (bl_span){1, 3, 4}, BL_STR("2"));
	bl_items code = {0}, cloud = {0};
	for (int i = 0; i < 600; i++) {
		bl_str key = bl_str_fmt(&arena, "k%03d", i);
		bl_vec_push(&arena, &code, ((bl_item){.key = key, .value = two}));
		bl_vec_push(&arena, &cloud, ((bl_item){.key = key, .value = bl_value_digits(&arena, BL_NOWHERE, BL_STR("1"))}));
	}
	pair(&infra, STORAGE, STORE, bl_value_with(&arena, json("{}"), BL_STR("properties"), bl_items_value(&arena, BL_NOWHERE, &code)), "{}");
	const bl_link *const *links;
	bl_graph_links(graph, &links);
	((bl_asset *)links[0]->asset)->body = bl_value_with(&arena, json("{}"), BL_STR("properties"), bl_items_value(&arena, BL_NOWHERE, &cloud));
	const bl_drift *drift;
	assert_int_equal(bl_mapping_drift(graph, schema, &history, &arena, &drift), 600);
	assert_int_equal(past.asked, 500);
	assert_int_equal(drift[499].class, BL_DRIFT_CODE_AHEAD);
	assert_int_equal(drift[500].class, BL_DRIFT_UNKNOWN);
}

int main(void)
{
#define row(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		row(what_controllers_set_is_no_drift),
		row(replicas_that_an_autoscaler_keeps_are_no_drift),
		row(tags_that_services_and_tools_write_are_no_drift_and_others_that_code_does_not_give_are),
		row(spelling_order_and_lists_of_one_are_no_drift),
		row(which_side_changed_is_what_the_line_said_before),
		row(history_is_asked_so_often_and_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

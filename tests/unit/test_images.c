#include "core/model/images.h"
#include "core/model/deployments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

static bl_arena arena;
static bl_schema *schema;
static bl_graph *graph;
static bl_evaluation evaluation;
static const bl_root dockerfile = {.repo = {"r", 1}, .name = {"api/Dockerfile", 14}, .path = {"api/Dockerfile", 14}, .language = BL_LANG_DOCKERFILE};
static const bl_root workflow = {.repo = {"r", 1}, .name = {"w", 1}, .path = {"w", 1}, .language = BL_LANG_PIPELINE};
static const bl_root manifests = {.repo = {"r", 1}, .name = {"k8s", 3}, .path = {"k8s", 3}, .language = BL_LANG_KUBERNETES};

static int begin(void **state)
{
	(void)state;
	bl_arena_init(&arena);
	schema = bl_schema_new(&arena);
	graph = bl_graph_new(&arena, NULL);
	evaluation = (bl_evaluation){0};
	return 0;
}

static int end(void **state)
{
	(void)state;
	bl_arena_done(&arena);
	return 0;
}

/* '?' stands for what is not known. */
static const bl_value *text(const char *z)
{
	bl_str s = bl_str_dup(&arena, bl_str_of(z));
	if (!memchr(s.p, '?', s.n))
		return bl_value_string(&arena, BL_NOWHERE, s);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '?')
			((char *)s.p)[i] = BL_GAP;
	bl_value *v = bl_value_unknown(&arena, BL_NOWHERE, "nobody knows");
	bl_unknown_set_pattern((bl_unknown *)v->unknown, s);
	return v;
}

static const bl_value *list_of(const bl_value *v)
{
	bl_values values = {0};
	bl_vec_push(&arena, &values, v);
	return bl_values_value(&arena, BL_NOWHERE, &values);
}

static uint32_t resource(const bl_root *root, const char *address, const char *type, const bl_value *body)
{
	bl_resource *r = bl_new(&arena, bl_resource);
	r->root = root;
	r->address = r->label = bl_str_of(address);
	r->type = r->native_type = bl_str_of(type);
	r->condition = BL_YES;
	r->native = r->written = r->effective = body ? body : bl_value_map(&arena, BL_NOWHERE, NULL, 0);
	return bl_graph_add_resource(graph, r);
}

static uint32_t pod(const char *name, const char *image)
{
	const bl_value *container = bl_value_with(&arena, NULL, BL_STR("image"), text(image));
	return resource(&manifests, name, "kubernetes/Pod", bl_value_with(&arena, NULL, BL_STR("properties.spec.containers"), list_of(container)));
}

static uint32_t stage(const char *name, int index)
{
	return resource(&dockerfile, name, "docker/Stage",
		bl_value_with(&arena, NULL, BL_STR("properties.index"), bl_value_number(&arena, BL_NOWHERE, index)));
}

static bl_build *build(const char *tag)
{
	bl_build *b = bl_new(&arena, bl_build);
	*b = (bl_build){.root = &workflow, .by = BL_STR("step"), .tool = BL_STR("docker build"), .context = text("api"),
		.dockerfile = text("api/Dockerfile"), .tags = list_of(text(tag)), .pushes = BL_YES};
	bl_vec_push(&arena, &evaluation.builds, b);
	return b;
}

static void finish(void)
{
	const bl_evaluation *all[] = {&evaluation};
	bl_images_add(graph, schema, all, 1);
	bl_deployments_add(graph, all, 1);
	bl_graph_seal(graph, BL_LAYER_CODE);
}

/* How sure the edge of a kind from a node to the one of that id is; NO without one. */
static bl_tri edge(uint32_t from, bl_edge_kind kind, const char *id)
{
	const bl_edge *const *edges;
	size_t n = bl_graph_out(graph, from, &edges);
	for (size_t i = 0; i < n; i++)
		if (edges[i]->kind == kind && bl_str_eqz(bl_graph_node(graph, edges[i]->to)->id, id))
			return edges[i]->sure;
	return BL_NO;
}

static void a_dockerfile_builds_what_a_step_pushes_and_a_pod_runs(void **state)
{
	(void)state;
	stage("build", 0);
	uint32_t last = stage("1", 1), step = resource(&workflow, "step", "github/step", NULL), web = pod("web", "ghcr.io/x/api:1");
	build("ghcr.io/x/api:1");
	finish();
	assert_int_equal(edge(last, BL_EDGE_BUILDS, "image:ghcr.io/x/api:1"), BL_YES);
	assert_int_equal(edge(step, BL_EDGE_PUSHES, "image:ghcr.io/x/api:1"), BL_YES);
	assert_int_equal(edge(web, BL_EDGE_RUNS, "image:ghcr.io/x/api:1"), BL_YES);
	assert_int_equal(edge(step, BL_EDGE_REFERS, "code:r:api/Dockerfile:1"), BL_YES);
}

static void a_target_names_its_stage_and_a_stage_that_is_not_there_builds_nothing(void **state)
{
	(void)state;
	uint32_t first = stage("tools", 0), last = stage("1", 1);
	build("a/tools")->target = text("TOOLS");
	build("a/zero")->target = text("0");
	build("a/none")->target = text("nobody");
	finish();
	assert_int_equal(edge(first, BL_EDGE_BUILDS, "image:docker.io/a/tools"), BL_YES);
	assert_int_equal(edge(first, BL_EDGE_BUILDS, "image:docker.io/a/zero"), BL_YES);
	assert_int_equal(edge(first, BL_EDGE_BUILDS, "image:docker.io/a/none"), BL_NO);
	assert_int_equal(edge(last, BL_EDGE_BUILDS, "image:docker.io/a/none"), BL_NO);
}

/* A build's name, a name that something runs, and whether they meet. */
static bl_tri met(const char *made, const char *used)
{
	graph = bl_graph_new(&arena, NULL);
	evaluation = (bl_evaluation){0};
	uint32_t it = stage("0", 0), user = pod("web", used);
	build(made);
	finish();
	const bl_edge *const *edges, *const *runs;
	size_t n = bl_graph_out(graph, it, &edges), k = bl_graph_out(graph, user, &runs);
	if (k != 1)
		return BL_NO;
	for (size_t i = 0; i < n; i++)
		if (edges[i]->kind == BL_EDGE_BUILDS && edges[i]->to == runs[0]->to)
			return bl_tri_and(edges[i]->sure, runs[0]->sure);
	return BL_NO;
}

static void references_meet_on_all_that_is_known_of_them(void **state)
{
	(void)state;
	static const struct {
		const char *made, *used;
		bl_tri want;
	} cases[] = {
		{"ghcr.io/x/api:1", "ghcr.io/x/api:1", BL_YES},
		{"ghcr.io/x/api", "ghcr.io/x/api:latest", BL_YES},
		{"ghcr.io/x/api:1", "ghcr.io/x/api:2", BL_MAYBE},
		{"ghcr.io/x/api:?", "ghcr.io/x/api:2", BL_MAYBE},
		{"?/api:?", "ghcr.io/x/api:2", BL_MAYBE},
		{"ghcr.io/?/api:latest", "ghcr.io/x/api:2", BL_MAYBE},
		{"ghcr.io/x/api:1", "?/api:?", BL_MAYBE},
		{"ghcr.io/x/api:?", "ghcr.io/x/api@sha256:0123456789abcdef0123456789abcdef", BL_MAYBE},
		{"dev.azurecr.io/x/api:1", "prod.azurecr.io/x/api:1", BL_MAYBE},
		{"api:1", "ghcr.io/x/api:1", BL_MAYBE},
		/* what is known of them differs */
		{"?/api:?", "ghcr.io/x/web:2", BL_NO},
		{"quay.io/?/api", "ghcr.io/x/api", BL_NO},
		{"?/y/api:?", "ghcr.io/x/api:2", BL_NO},
		{"ghcr.io/x/api", "ghcr.io/x/my-api", BL_NO},
		{"a.example.com/api:1", "b.example.com/api:1", BL_NO},
		/* nothing but a tag, or a part of the name, is known */
		{"?:1", "ghcr.io/x/api:1", BL_NO},
		{"ghcr.io/x/?", "ghcr.io/x/api:1", BL_NO},
		/* what has no registry's name and no folder may well be the official image */
		{"redis", "bitnami/redis:7", BL_NO},
		{"ghcr.io/x/redis", "redis:7", BL_NO},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (met(cases[i].made, cases[i].used) != cases[i].want)
			fail_msg("%s and %s", cases[i].made, cases[i].used);
}

static void an_image_with_a_sure_maker_is_nobody_elses_guess(void **state)
{
	(void)state;
	static const bl_root other = {.repo = {"r", 1}, .name = {"web/Dockerfile", 14}, .path = {"web/Dockerfile", 14}, .language = BL_LANG_DOCKERFILE};
	uint32_t api = stage("0", 0), web = resource(&other, "0", "docker/Stage", NULL);
	pod("p", "a/x:1");
	build("a/x:1");
	build("a/x:2")->dockerfile = text("web/Dockerfile");
	finish();
	assert_int_equal(edge(api, BL_EDGE_BUILDS, "image:docker.io/a/x:1"), BL_YES);
	assert_int_equal(edge(web, BL_EDGE_BUILDS, "image:docker.io/a/x:1"), BL_NO);
}

static void images_are_found_where_the_schema_says(void **state)
{
	(void)state;
	const bl_value *setting = bl_value_with(&arena, bl_value_with(&arena, NULL, BL_STR("name"), text("DOCKER_CUSTOM_IMAGE_NAME")), BL_STR("value"), text("a/b:1"));
	const bl_value *body = bl_value_with(&arena, NULL, BL_STR("properties.siteConfig.linuxFxVersion"), text("DOCKER|a/c:1"));
	body = bl_value_with(&arena, body, BL_STR("properties.siteConfig.windowsFxVersion"), text("NODE|18-lts"));
	body = bl_value_with(&arena, body, BL_STR("properties.siteConfig.appSettings"), list_of(setting));
	uint32_t site = resource(&manifests, "site", "Microsoft.Web/sites", body);
	finish();
	const bl_edge *const *edges;
	assert_int_equal(bl_graph_out(graph, site, &edges), 2);
	assert_int_equal(edge(site, BL_EDGE_RUNS, "image:docker.io/a/b:1"), BL_YES);
	assert_int_equal(edge(site, BL_EDGE_RUNS, "image:docker.io/a/c:1"), BL_YES);
}

static void a_running_pod_shows_the_digest(void **state)
{
	(void)state;
	const bl_value *status = bl_value_with(&arena, NULL, BL_STR("imageID"), text("docker-pullable://ghcr.io/x/api@sha256:0123456789abcdef0123456789abcdef"));
	bl_asset *a = bl_new(&arena, bl_asset);
	a->id = BL_STR("pod");
	a->type = BL_STR("kubernetes/Pod");
	a->body = bl_value_with(&arena, NULL, BL_STR("properties.status.containerStatuses"), list_of(status));
	uint32_t node = bl_graph_add_asset(graph, a);
	finish();
	assert_int_equal(edge(node, BL_EDGE_RUNS, "image:ghcr.io/x/api@sha256:0123456789abcdef0123456789abcdef"), BL_YES);
}

static void a_step_deploys_a_folder_and_what_it_declares(void **state)
{
	(void)state;
	uint32_t step = resource(&workflow, "step", "github/step", NULL);
	pod("web", "nginx");
	bl_deployment d = {.root = &workflow, .by = BL_STR("step"), .tool = BL_STR("kubectl apply"), .kind = BL_DEPLOYS_KUBERNETES, .template = text("k8s")};
	bl_vec_push(&arena, &evaluation.deployments, &d);
	finish();
	assert_int_equal(edge(step, BL_EDGE_DEPLOYS, "file:r:k8s"), BL_YES);
	const bl_edge *const *edges;
	const bl_node *web = bl_graph_node(graph, (uint32_t)bl_graph_find(graph, &manifests, BL_STR("web")));
	assert_int_equal(bl_graph_in(graph, (uint32_t)bl_graph_find(graph, &manifests, BL_STR("web")), &edges), 1);
	assert_int_equal(edges[0]->kind, BL_EDGE_CONTAINS);
	assert_non_null(web);
}

static void many_workloads_and_images_take_time_by_their_number(void **state)
{
	(void)state;
	struct timespec before, after;
	stage("0", 0);
	for (int i = 0; i < 10000; i++)
		pod(bl_str_z(&arena, bl_str_fmt(&arena, "p%d", i)), bl_str_z(&arena, bl_str_fmt(&arena, "r.example.com/team%d/api:%d", i % 1000, i)));
	for (int i = 0; i < 1000; i++)
		build(bl_str_z(&arena, bl_str_fmt(&arena, "r.example.com/team%d/api:?", i)));
	clock_gettime(CLOCK_MONOTONIC, &before);
	finish();
	clock_gettime(CLOCK_MONOTONIC, &after);
	double seconds = (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
	const bl_edge *const *edges;
	size_t n = bl_graph_edges(graph, &edges);
	assert_true(n >= 21000); /* each runs one, each build makes its own and may be ten more */
	assert_true(seconds < 5);
}

int main(void)
{
#define row(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		row(a_dockerfile_builds_what_a_step_pushes_and_a_pod_runs),
		row(a_target_names_its_stage_and_a_stage_that_is_not_there_builds_nothing),
		row(references_meet_on_all_that_is_known_of_them),
		row(an_image_with_a_sure_maker_is_nobody_elses_guess),
		row(images_are_found_where_the_schema_says),
		row(a_running_pod_shows_the_digest),
		row(a_step_deploys_a_folder_and_what_it_declares),
		row(many_workloads_and_images_take_time_by_their_number),
	};
	return cmocka_run_group_tests_name("images", tests, NULL, NULL);
}

#include "tests/unit/kubernetes_world.h"

static void every_kind_of_list_is_its_elements(void **state)
{
	(void)state;
	world w = BUILD({"m.yaml", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: a}}\n"
				   "- apiVersion: v1\n  kind: List\n  items: [{apiVersion: v1, kind: Service, metadata: {name: b}}]\n"
				   "---\napiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {name: c, namespace: n}\n"
				   "---\n# nothing\n---\napiVersion: example.com/v1\nkind: WishList\nmetadata: {name: d}\n"});
	assert_int_equal(w.out.resources.n, 4);
	assert_non_null(find(&w, "Service.default.a"));
	assert_non_null(find(&w, "Service.default.b"));
	assert_json(&w, "Deployment.n.c", "properties.apiVersion", "\"apps/v1\"");
	assert_string_equal(bl_str_z(&w.arena, find(&w, "WishList.default.d")->type), "example.com/WishList");
	done(&w);
}

static void every_workload_shows_its_containers(void **state)
{
	(void)state;
	static const char *const kinds[] = {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		char text[400], address[64];
		snprintf(text, sizeof text, "apiVersion: apps/v1\nkind: %s\nmetadata: {name: x}\nspec: {template: {spec: {containers: [{name: a}],"
			" initContainers: [{name: b}], ephemeralContainers: [{name: c}]}}}\n", kinds[i]);
		snprintf(address, sizeof address, "%s.default.x", kinds[i]);
		world w = BUILD({"m.yaml", text});
		assert_json(&w, address, "containers", "[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"}]");
		done(&w);
	}
	world w = BUILD({"m.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a}]}\n---\n"
				   "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: b}]}}}}}\n---\n"
				   "apiVersion: v1\nkind: PodTemplate\nmetadata: {name: t}\ntemplate: {spec: {containers: [{name: d}]}}\n---\n"
				   "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {a: b}}\n"});
	assert_json(&w, "Pod.default.p", "containers", "[{\"name\":\"a\"}]");
	assert_json(&w, "CronJob.default.c", "containers", "[{\"name\":\"b\"}]");
	assert_json(&w, "PodTemplate.default.t", "containers", "[{\"name\":\"d\"}]");
	assert_null(bl_value_getz(find(&w, "Service.default.s")->written, "containers"));
	done(&w);
}

static void a_generated_name_is_known_by_what_it_begins_with(void **state)
{
	(void)state;
	world w = BUILD({"m.yaml", "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: migrate-}\n"});
	const bl_resource *r = find(&w, "Job.default.migrate-");
	assert_non_null(r);
	assert_int_equal(r->name->kind, BL_UNKNOWN);
	assert_string_equal(bl_str_z(&w.arena, r->name->unknown->prefix), "migrate-");
	done(&w);
}

static void a_wrong_shape_is_said_where_it_stands_and_the_rest_is_used(void **state)
{
	(void)state;
	world w = BUILD({"m.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: [a]}\nspec:\n  containers: [{name: a}, b]\n  volumes: {}\n---\n"
				   "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: []\n"});
	assert_int_equal(w.out.resources.n, 2);
	assert_int_equal(count_diags(&w, BL_DIAG_ERROR), 4);
	assert_says(&w, BL_DIAG_ERROR, "'labels' is not a map");
	assert_says(&w, BL_DIAG_ERROR, "an element of 'containers' is not a map");
	assert_says(&w, BL_DIAG_ERROR, "'volumes' is not a list");
	assert_says(&w, BL_DIAG_ERROR, "'spec' is not a map");
	assert_json(&w, "Pod.default.p", "containers.0.name", "\"a\"");
	done(&w);
}

static void what_is_null_is_as_if_it_were_not_there(void **state)
{
	(void)state;
	world w = BUILD({"m.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: null, annotations: }\nspec: {containers: }\n---\n"
				   "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\nspec: [1]\n"});
	assert_int_equal(w.out.resources.n, 2);
	assert_int_equal(w.out.diags.n, 0);
	done(&w);
}

static void charts_kustomizations_and_templates_are_told_by_their_names(void **state)
{
	(void)state;
	static const struct {
		const char *path, *text, *dialect;
		bl_language language;
	} cases[] = {
		{"a/Chart.yaml", "name: a\n", "chart", BL_LANG_KUBERNETES},
		{"a/Kustomization", "resources: []\n", "kustomization", BL_LANG_KUBERNETES},
		{"a/kustomization.yml", "resources: []\n", "kustomization", BL_LANG_KUBERNETES},
		{"a/kustomization.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n", "", BL_LANG_KUBERNETES},
		{"a/templates/x.yaml", "apiVersion: v1\nkind: {{ .Values.kind }}\n", "helm", BL_LANG_KUBERNETES},
		{"a/templates/x.yaml", "apiVersion: v1\nkind: Pod\n", "", BL_LANG_KUBERNETES},
		{"pipelines/templates/x.yaml", "parameters: []\nsteps:\n- script: echo ${{ parameters.a }}\n  pool: x\n- task: a@1\n", "azure-pipelines",
			BL_LANG_PIPELINE},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bl_str dialect;
		assert_true(bl_parsers_wants(bl_str_of(cases[i].path)));
		assert_int_equal(bl_parsers_detect(bl_str_of(cases[i].path), bl_str_of(cases[i].text), &dialect), cases[i].language);
		assert_true(bl_str_eqz(dialect, cases[i].dialect));
	}
}

static void a_chart_shows_the_images_of_its_values(void **state)
{
	(void)state;
	world w = BUILD({"c/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\nappVersion: \"2.1\"\ndependencies: [{name: redis}]\n"},
		{"c/values.yaml", "web:\n  image: {repository: shop/web, tag: \"\"}\napi:\n  image:\n    registry: r.example.com\n    repository: shop/api\n    tag: 3\n"
				  "init: {initImage: \"busybox:1.36\"}\nold: {image: nginx, imageTag: \"1.2\"}\nicon: {image: not an image}\n"
				  "pinned: {repository: p, digest: \"sha256:aa\"}\n"});
	assert_json(&w, "Chart.shop", "properties.images",
		"[\"shop/web:2.1\",\"r.example.com/shop/api:3\",\"busybox:1.36\",\"nginx:1.2\",\"p@sha256:aa\"]");
	assert_json(&w, "Chart.shop", "properties.dependencies.0.name", "\"redis\"");
	assert_written(&w, value(&w, "Chart.shop", "properties.images.2"), "c/values.yaml:8", "\"busybox:1.36\"");
	assert_int_equal(w.out.diags.n, 1);
	assert_says(&w, BL_DIAG_WARNING, "'shop' are not analysed");
	done(&w);
}

static void a_tag_that_nobody_gives_is_unknown(void **state)
{
	(void)state;
	world w = BUILD({"Chart.yaml", "name: shop\n"}, {"values.yaml", "image: {repository: shop/web, pullPolicy: Always}\n"});
	const bl_value *image = value(&w, "Chart.shop", "properties.images.0");
	assert_int_equal(image->kind, BL_UNKNOWN);
	assert_string_equal(bl_str_z(&w.arena, image->unknown->prefix), "shop/web:");
	done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_list_is_its_elements),
		cmocka_unit_test(every_workload_shows_its_containers),
		cmocka_unit_test(a_generated_name_is_known_by_what_it_begins_with),
		cmocka_unit_test(a_wrong_shape_is_said_where_it_stands_and_the_rest_is_used),
		cmocka_unit_test(what_is_null_is_as_if_it_were_not_there),
		cmocka_unit_test(charts_kustomizations_and_templates_are_told_by_their_names),
		cmocka_unit_test(a_chart_shows_the_images_of_its_values),
		cmocka_unit_test(a_tag_that_nobody_gives_is_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

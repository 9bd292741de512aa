#include "tests/unit/kubernetes_world.h"

#define DEPLOYMENT                                                                                                     \
	"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: web}}\n" \
	"  template:\n    metadata: {labels: {app: web}}\n    spec:\n      serviceAccountName: runner\n      containers:\n" \
	"        - name: web\n          image: shop/web:1\n          envFrom: [{configMapRef: {name: settings}}]\n"
#define ACCOUNT "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: runner}\n"
#define SETTINGS "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: b}\n"

static const file base = {"base/kustomization.yaml", "resources: [web.yaml, account.yaml, settings.yaml]\n"};
static const file web = {"base/web.yaml", DEPLOYMENT};
static const file account = {"base/account.yaml", ACCOUNT};
static const file settings = {"base/settings.yaml", SETTINGS};

/* An overlay over the base. */
static world over(const char *text)
{
	static char buffer[4096];
	static file files[5];
	snprintf(buffer, sizeof buffer, "resources: [../base]\n%s", text);
	files[0] = (file){"prod/kustomization.yaml", buffer};
	files[1] = base;
	files[2] = web;
	files[3] = account;
	files[4] = settings;
	return build(files, 5);
}

static void a_value_lands_where_the_overlay_writes_it(void **state)
{
	(void)state;
	world w = over("namespace: shop\nimages:\n  - name: shop/web\n    newTag: \"2\"\nreplicas:\n  - {name: web, count: 5}\n"
		       "commonAnnotations: {owner: me}\n"
		       "patches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata: {name: web}\n"
		       "      spec:\n        paused: true\n");
	assert_int_equal(w.out.diags.n, 0);
	const char *address = "Deployment.shop.web";
	assert_written(&w, value(&w, address, "properties.metadata.namespace"), "prod/kustomization.yaml:2", "shop");
	assert_json(&w, address, "containers.0.image", "\"shop/web:2\"");
	assert_written(&w, value(&w, address, "containers.0.image"), "prod/kustomization.yaml:5", "\"2\"");
	assert_written(&w, value(&w, address, "properties.spec.replicas"), "prod/kustomization.yaml:7", "5");
	assert_written(&w, value(&w, address, "properties.spec.template.metadata.annotations.owner"), "prod/kustomization.yaml:8", "me");
	assert_written(&w, value(&w, address, "properties.spec.paused"), "prod/kustomization.yaml:15", "true");
	assert_written(&w, value(&w, address, "properties.kind"), "base/web.yaml:2", "Deployment");
	assert_written(&w, value(&w, address, "containers.0.name"), "base/web.yaml:12", "web");
	done(&w);
}

static void references_follow_new_names(void **state)
{
	(void)state;
	world w = over("namePrefix: prod-\nnameSuffix: -v2\n");
	const char *address = "Deployment.default.prod-web-v2";
	assert_json(&w, address, "pod.serviceAccountName", "\"prod-runner-v2\"");
	assert_json(&w, address, "containers.0.envFrom.0.configMapRef.name", "\"prod-settings-v2\"");
	done(&w);
}

static void a_generated_name_ends_with_what_it_holds(void **state)
{
	(void)state;
	world w = BUILD({"kustomization.yaml", "resources: [web.yaml]\nconfigMapGenerator:\n  - {name: settings, literals: [a=1]}\n"
					       "secretGenerator:\n  - {name: none}\n"},
		{"web.yaml", DEPLOYMENT});
	/* as kustomize 5.5 names them */
	assert_json(&w, "ConfigMap.default.settings-h29d89cmmt", "properties.data", "{\"a\":\"1\"}");
	assert_non_null(find(&w, "Secret.default.none-46f8b28mk5"));
	assert_json(&w, "Deployment.default.web", "containers.0.envFrom.0.configMapRef.name", "\"settings-h29d89cmmt\"");
	done(&w);
}

static void what_a_generator_cannot_read_leaves_a_name_open(void **state)
{
	(void)state;
	world w = BUILD({"kustomization.yaml", "configMapGenerator:\n  - {name: a, envs: [.env]}\n  - {name: b, envs: [b.env]}\n"
					       "secretGenerator:\n  - {name: s, literals: [k=v]}\n"},
		{"b.env", "FROM_OUTSIDE\nX=1\n"});
	assert_says(&w, BL_DIAG_WARNING, "'.env' could not be read");
	assert_int_equal(count_diags(&w, BL_DIAG_ERROR), 0);
	assert_int_equal(find(&w, "ConfigMap.default.a-")->name->kind, BL_UNKNOWN);
	assert_int_equal(find(&w, "ConfigMap.default.b-")->name->kind, BL_UNKNOWN);
	assert_json(&w, "ConfigMap.default.b-", "properties.data.X", "\"1\"");
	assert_true(bl_value_at_path(w.out.resources.items[2]->written, BL_STR("properties.data.k"))->sensitive);
	done(&w);
}

static void lists_merge_by_their_keys(void **state)
{
	(void)state;
	world w = over("patches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata: {name: web}\n"
		       "      spec:\n        template:\n          spec:\n            containers:\n"
		       "              - {name: web, args: [a], envFrom: null}\n              - {name: side, image: s}\n");
	assert_json(&w, "Deployment.default.web", "containers",
		"[{\"name\":\"web\",\"image\":\"shop/web:1\",\"args\":[\"a\"]},{\"name\":\"side\",\"image\":\"s\"}]");
	done(&w);
}

static void an_object_can_be_deleted(void **state)
{
	(void)state;
	world w = over("patches:\n  - target: {kind: ConfigMap|ServiceAccount}\n    patch: |-\n      $patch: delete\n      kind: any\n"
		       "      metadata: {name: any}\n");
	assert_int_equal(w.out.resources.n, 1);
	assert_int_equal(w.out.diags.n, 0);
	done(&w);
}

static void what_cannot_be_patched_is_said_at_the_patch(void **state)
{
	(void)state;
	world w = over("patches:\n  - patch: '{kind: ConfigMap, apiVersion: v1, metadata: {name: nothing}}'\n"
		       "  - target: {kind: ConfigMap}\n    patch: '[{op: remove, path: /data/none}]'\n"
		       "  - target: {name: '('}\n    patch: '[{op: add, path: /x, value: 1}]'\n  - path: none.yaml\n");
	assert_says(&w, BL_DIAG_ERROR, "there is no ConfigMap 'nothing' to patch");
	assert_says(&w, BL_DIAG_ERROR, "'remove' at '/data/none' cannot be done here");
	assert_says(&w, BL_DIAG_ERROR, "'(' is no regular expression");
	assert_says(&w, BL_DIAG_ERROR, "'prod/none.yaml' could not be read");
	assert_int_equal(w.out.resources.n, 3);
	done(&w);
}

static void what_leads_out_of_the_repository_is_refused(void **state)
{
	(void)state;
	world w = over("components: [../../../elsewhere]\npatches: [{path: /etc/passwd}]\n");
	assert_says(&w, BL_DIAG_ERROR, "leads out of the repository");
	assert_says(&w, BL_DIAG_ERROR, "'/etc/passwd' is no path within the repository");
	done(&w);
}

static void a_circle_is_an_error(void **state)
{
	(void)state;
	world w = BUILD({"a/kustomization.yaml", "resources: [../b]\n"}, {"b/kustomization.yaml", "resources: [../a]\n"});
	assert_says(&w, BL_DIAG_ERROR, "'a' includes itself");
	done(&w);
}

static void what_is_not_built_is_said(void **state)
{
	(void)state;
	world w = BUILD({"kustomization.yaml", "resources: ['https://example.com/x.yaml', 'github.com/a/b?ref=v1']\nhelmCharts: [{name: x}]\n"
					       "transformers: [x.yaml]\nnoSuchField: 1\n"});
	assert_int_equal(count_diags(&w, BL_DIAG_WARNING), 5);
	assert_int_equal(count_diags(&w, BL_DIAG_ERROR), 0);
	assert_says(&w, BL_DIAG_WARNING, "'https://example.com/x.yaml' is remote");
	assert_says(&w, BL_DIAG_WARNING, "kustomize has no field 'noSuchField'");
	done(&w);
}

static void copies_of_copies_end_at_a_limit(void **state)
{
	(void)state;
	bl_buf text = {0};
	bl_buf_putz(&text, "resources: [m.yaml]\npatches:\n  - target: {kind: ConfigMap}\n    patch: |-\n");
	for (int i = 0; i < 64; i++)
		bl_buf_putf(&text, "      - {op: copy, from: /data, path: /data/x%d}\n", i);
	world w = BUILD({"kustomization.yaml", text.p}, {"m.yaml", SETTINGS});
	assert_says(&w, BL_DIAG_ERROR, "cannot be done here");
	done(&w);
	bl_buf_done(&text);
}

static void bases_of_bases_end_at_a_limit(void **state)
{
	(void)state;
	static char paths[26][32], texts[26][64];
	file files[26];
	for (int i = 0; i < 26; i++) {
		snprintf(paths[i], sizeof paths[i], "%c/kustomization.yaml", 'a' + i);
		snprintf(texts[i], sizeof texts[i], i < 25 ? "resources: [../%c, ../%c]\n" : "resources: []\n", 'b' + i, 'b' + i);
		files[i] = (file){paths[i], texts[i]};
	}
	world w = build(files, 26);
	assert_says(&w, BL_DIAG_ERROR, "takes too many steps to build");
	done(&w);
}

static void a_component_changes_what_includes_it(void **state)
{
	(void)state;
	world w = BUILD({"kustomization.yaml", "resources: [m.yaml]\ncomponents: [part]\n"}, {"m.yaml", SETTINGS},
		{"part/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: p-\n"});
	assert_int_equal(w.out.diags.n, 0);
	assert_non_null(find(&w, "ConfigMap.default.p-settings"));
	done(&w);
	w = BUILD({"kustomization.yaml", "resources: [part]\n"}, {"part/kustomization.yaml", "kind: Component\n"});
	assert_says(&w, BL_DIAG_ERROR, "'part' is a component");
	done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_lands_where_the_overlay_writes_it),
		cmocka_unit_test(references_follow_new_names),
		cmocka_unit_test(a_generated_name_ends_with_what_it_holds),
		cmocka_unit_test(what_a_generator_cannot_read_leaves_a_name_open),
		cmocka_unit_test(lists_merge_by_their_keys),
		cmocka_unit_test(an_object_can_be_deleted),
		cmocka_unit_test(what_cannot_be_patched_is_said_at_the_patch),
		cmocka_unit_test(what_leads_out_of_the_repository_is_refused),
		cmocka_unit_test(a_circle_is_an_error),
		cmocka_unit_test(what_is_not_built_is_said),
		cmocka_unit_test(copies_of_copies_end_at_a_limit),
		cmocka_unit_test(bases_of_bases_end_at_a_limit),
		cmocka_unit_test(a_component_changes_what_includes_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

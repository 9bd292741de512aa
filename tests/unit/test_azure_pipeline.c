#include "eval/pipeline/azure.h"
#include "tests/unit/pipeline_world.h"

/* ---- expressions ---- */

/* want NULL: it is no expression; "?": its value is not known. */
static void assert_expression(const char *text, const char *want)
{
	bl_arena arena = {0};
	const char *yaml = "parameters: {env: dev, list: [a, b], on: 'true', objects: [{n: x}, {n: y}], map: {k: v}}\n";
	bl_sources *sources = bl_sources_new();
	bl_document d = {.language = BL_LANG_YAML, .path = BL_STR("x.yml")};
	d.source = bl_sources_add(sources, BL_STR(""), d.path, bl_str_of(yaml));
	bl_parse(sources, &d);
	bl_azpipe_name names[] = {{BL_STR("parameters"), bl_value_getz(d.blocks.items[0]->attrs.items[0].expr->value, "parameters"), &names[1]},
		{BL_STR("variables"), NULL, NULL}};
	bl_value *variables = bl_value_map(&arena, BL_NOWHERE, NULL, 0);
	variables->open = true;
	names[1].value = variables;
	bl_str why, s;
	const bl_value *v = bl_azpipe_expression(&arena, bl_str_of(text), BL_NOWHERE, names, &why);
	if (!want) {
		assert_null(v);
		assert_true(why.n > 0);
	} else {
		assert_non_null(v);
		bool known = bl_azpipe_text_of(v, &s);
		assert_string_equal(known ? bl_str_z(&arena, s) : "?", want);
	}
	bl_arena_done(&arena);
	bl_arena_done(&d.arena);
	bl_sources_free(sources);
}

static void literals_are_read_as_azure_writes_them(void **state)
{
	(void)state;
	assert_expression("'it''s'", "it's");
	assert_expression("true", "True");
	assert_expression("null", "");
	assert_expression("-1.50", "-1.5");
	assert_expression("0x10", "16");
	assert_expression("'a", NULL);
	assert_expression("", NULL);
	assert_expression("eq('a', 'a') 'b'", NULL);
	assert_expression("nothing('a')", NULL);
	assert_expression("not('a', 'b')", NULL);
}

static void the_right_side_takes_the_left_one_s_type(void **state)
{
	(void)state;
	assert_expression("eq('DEV', parameters.env)", "True");
	assert_expression("eq(true, 'x')", "True");
	assert_expression("eq(parameters.on, true)", "True");
	assert_expression("eq('', null)", "True");
	assert_expression("eq(1, '1.0')", "True");
	assert_expression("eq(1, 'x')", "False");
	assert_expression("gt(10, '9')", "True");
	assert_expression("gt('10', '9')", "False");
	assert_expression("gt(1.10.0, '1.9.0')", "True");
	assert_expression("le(2, 2)", "True");
	assert_expression("in(parameters.env, 'a', 'Dev')", "True");
	assert_expression("notIn(parameters.env, 'a', 'b')", "True");
}

static void members_are_found_in_maps_and_lists(void **state)
{
	(void)state;
	assert_expression("parameters['env']", "dev");
	assert_expression("parameters.list[1]", "b");
	assert_expression("parameters.missing", "");
	assert_expression("join(',', parameters.objects.*.n)", "x,y");
	assert_expression("containsValue(parameters.list, 'B')", "True");
	assert_expression("length(parameters.list)", "2");
	assert_expression("parameters.map.k", "v");
}

static void functions_make_texts(void **state)
{
	(void)state;
	assert_expression("format('{0}-{1}-{{x}}', parameters.env, 2)", "dev-2-{x}");
	assert_expression("upper(replace('a-b', '-', '_'))", "A_B");
	assert_expression("split('a,b;c', ',;')[2]", "c");
	assert_expression("coalesce('', null, 'x')", "x");
	assert_expression("iif(eq(parameters.env, 'dev'), 'a', 'b')", "a");
	assert_expression("trim('  x ')", "x");
	assert_expression("convertToJson(parameters.list)", "[\n  \"a\",\n  \"b\"\n]");
	assert_expression("startsWith('refs/heads/main', 'refs/HEADS/')", "True");
	assert_expression("endsWith('a.b', '.c')", "False");
	assert_expression("contains('Hello', 'ELL')", "True");
}

static void what_is_not_known_decides_nothing_unless_it_must(void **state)
{
	(void)state;
	assert_expression("variables['x']", "?");
	assert_expression("eq(variables['x'], 'a')", "?");
	assert_expression("and(eq(variables['x'], 'a'), false)", "False");
	assert_expression("or(eq(variables['x'], 'a'), true)", "True");
	assert_expression("not(variables.x)", "?");
	assert_expression("format('a-{0}', variables.x)", "?");
	assert_expression("startsWith(format('a-{0}', variables.x), 'b')", "False");
	assert_expression("startsWith(format('a-{0}', variables.x), 'a')", "True");
	assert_expression("xor(true, variables.x)", "?");
	assert_expression("counter('a', 1)", "?");
}

static void an_expression_nests_only_so_deep(void **state)
{
	(void)state;
	char text[5 * 200 + 32] = "";
	for (int i = 0; i < 200; i++)
		strcat(text, "not(");
	strcat(text, "true");
	for (int i = 0; i < 200; i++)
		strcat(text, ")");
	assert_expression(text, NULL);
}

/* ---- pipelines ---- */

/* Each resource but the pipeline as "address[?|!] ", ? where it is perhaps there, ! where it is not. */
static char *show_resources(world *w)
{
	bl_buf out = {0};
	for (size_t i = 0; i < w->out.resources.n; i++) {
		const bl_resource *r = w->out.resources.items[i];
		if (bl_str_ends(r->type, BL_STR("/pipeline")))
			continue;
		bl_buf_putf(&out, BL_FMT "%s ", BL_ARG(r->address), r->condition == BL_YES ? "" : r->condition == BL_NO ? "!" : "?");
	}
	char *s = bl_str_z(&w->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

static world *evaluated(const file *files, size_t n, const bl_var *vars, size_t nvars)
{
	world *w = world_new(files, n);
	static bl_eval_options options;
	options = (bl_eval_options){.vars = vars, .nvars = nvars};
	const bl_document *d = world_parse(w, BL_LANG_PIPELINE, bl_str_of(files[0].path), bl_str_of(files[0].text));
	w->input.documents = &d;
	w->input.ndocuments = 1;
	w->input.options = &options;
	bl_eval_azure_pipeline(&w->input, &w->arena, &w->out);
	w->input.documents = NULL;
	return w;
}

static void assert_resources(const file *files, size_t n, const char *want)
{
	world *w = evaluated(files, n, NULL, 0);
	assert_string_equal(show_resources(w), want);
	world_free(w);
}

static const bl_resource *find(const world *w, const char *address)
{
	for (size_t i = 0; i < w->out.resources.n; i++)
		if (bl_str_eqz(w->out.resources.items[i]->address, address))
			return w->out.resources.items[i];
	return NULL;
}

/* A property of a resource as text. */
static void assert_property(world *w, const char *address, const char *path, const char *want)
{
	bl_buf out = {0};
	const bl_resource *r = find(w, address);
	assert_non_null(r);
	show_value(&out, &w->arena, bl_value_at_path(bl_value_getz(r->written, "properties"), bl_str_of(path)));
	assert_string_equal(out.p ? out.p : "", want);
	bl_buf_done(&out);
}

static void a_pipeline_s_parts_have_addresses(void **state)
{
	(void)state;
	const file files[] = {{"p.yml", "stages:\n- stage: S\n  jobs:\n  - job: J\n    steps:\n    - script: a\n    - bash: b\n"
					"  - deployment: D\n    strategy:\n      runOnce:\n        deploy:\n          steps: [{script: c}]\n"
					"        on: {failure: {steps: [{script: d}]}}\n"}};
	assert_resources(files, 1, "S S.J S.J.0 S.J.1 S.D S.D.0 S.D.1 ");
	const file steps[] = {{"p.yml", "steps:\n- script: a\n"}};
	assert_resources(steps, 1, "0 ");
}

static void a_known_condition_takes_one_side(void **state)
{
	(void)state;
	const file files[] = {{"p.yml", "parameters:\n- {name: e, type: string, default: dev}\nsteps:\n"
					"- ${{ if eq(parameters.e, 'prod') }}:\n  - script: a\n"
					"- ${{ elseif eq(parameters.e, 'dev') }}:\n  - script: b\n  - script: c\n"
					"- ${{ else }}:\n  - script: d\n"}};
	assert_resources(files, 1, "0 1 ");
	world *w = evaluated(files, 1, (bl_var[]){{.name = BL_STR("e"), .text = BL_STR("prod")}}, 1);
	assert_string_equal(show_resources(w), "0 ");
	assert_property(w, "0", "script", "a");
	world_free(w);
}

static void an_unknown_condition_takes_both_sides_perhaps(void **state)
{
	(void)state;
	const file files[] = {{"p.yml", "steps:\n- script: x\n- ${{ if eq(variables['Build.Reason'], 'Manual') }}:\n  - script: a\n- ${{ else }}:\n  - script: b\n"}};
	assert_resources(files, 1, "0 1? 2? ");
}

static void two_conditions_with_else_stand_in_one_map(void **state)
{
	(void)state;
	const file files[] = {{"p.yml", "steps:\n- task: T@1\n  inputs:\n    ${{ if true }}:\n      a: 1\n    ${{ else }}:\n      a: 2\n"
					"    ${{ if false }}:\n      b: 3\n    ${{ else }}:\n      b: 4\n"}};
	world *w = evaluated(files, 1, NULL, 0);
	assert_property(w, "0", "inputs", "{a=1, b=4}");
	world_free(w);
}

static void each_goes_over_lists_and_maps(void **state)
{
	(void)state;
	const file files[] = {{"p.yml", "parameters:\n- name: m\n  type: object\n  default: {a: 1, b: 2}\nsteps:\n"
					"- ${{ each p in parameters.m }}:\n  - script: ${{ p.key }}=${{ p.value }}\n"
					"    env:\n      ${{ each q in parameters.m }}:\n        X_${{ q.key }}: ${{ q.value }}\n"}};
	world *w = evaluated(files, 1, NULL, 0);
	assert_string_equal(show_resources(w), "0 1 ");
	assert_property(w, "1", "script", "b=2");
	assert_property(w, "1", "env", "{X_a=1, X_b=2}");
	world_free(w);
}

static void a_template_gets_its_parameters(void **state)
{
	(void)state;
	const file files[] = {
		{"ci/p.yml", "jobs:\n- template: t/jobs.yml\n  parameters:\n    name: Web\n    pre:\n    - script: first\n    - template: t/more.yml\n"},
		{"ci/t/jobs.yml", "parameters:\n- {name: name, type: string}\n- {name: pre, type: stepList, default: []}\n- {name: on, type: boolean, default: true}\n"
				  "jobs:\n- job: ${{ parameters.name }}\n  steps:\n  - ${{ parameters.pre }}\n  - template: /ci/steps.yml\n"
				  "    parameters: {text: 'on ${{ parameters.on }}'}\n"},
		{"ci/t/more.yml", "steps:\n- script: more\n"},
		{"ci/steps.yml", "parameters: {text: none}\nsteps:\n- script: ${{ parameters.text }}\n"},
	};
	world *w = evaluated(files, 4, NULL, 0);
	assert_string_equal(show_resources(w), "Web Web.0 Web.1 Web.2 ");
	assert_property(w, "Web.0", "script", "first");
	assert_property(w, "Web.1", "script", "more");
	assert_property(w, "Web.2", "script", "on True");
	const bl_resource *r = find(w, "Web.2");
	assert_non_null(r->via);
	assert_string_equal(bl_str_z(&w->arena, r->via->what), "template /ci/steps.yml");
	assert_non_null(r->via->next);
	assert_int_equal(w->out.diags.n, 0);
	world_free(w);
}

static void a_pipeline_may_extend_a_template(void **state)
{
	(void)state;
	const file files[] = {
		{"p.yml", "variables: {v: 1}\nextends:\n  template: base.yml\n  parameters: {steps: [{script: x}]}\n"},
		{"base.yml", "parameters:\n- {name: steps, type: stepList}\nstages:\n- stage: S\n  jobs:\n  - job: J\n    steps:\n    - ${{ each s in parameters.steps }}:\n"
			     "      - ${{ s }}\n    - script: echo ${{ variables.v }}\n"},
	};
	world *w = evaluated(files, 2, NULL, 0);
	assert_string_equal(show_resources(w), "S S.J S.J.0 S.J.1 ");
	assert_property(w, "S.J.1", "script", "echo 1");
	world_free(w);
}

static void templates_that_are_not_here_are_a_gap(void **state)
{
	(void)state;
	const file files[] = {{"p.yml", "steps:\n- template: x.yml@other\n- template: gone.yml\n- template: ../../out.yml\n- template: ${{ variables.x }}.yml\n- script: a\n"}};
	world *w = evaluated(files, 1, NULL, 0);
	assert_string_equal(show_resources(w), "0 ");
	assert_int_equal(w->out.not_analysed, 4);
	assert_int_equal(w->out.diags.n, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(w->out.diags.items[i].level, BL_DIAG_WARNING);
	world_free(w);
}

static void a_template_that_includes_itself_meets_a_limit(void **state)
{
	(void)state;
	const file files[] = {{"p.yml", "steps:\n- template: p.yml\n- template: p.yml\n"}};
	world *w = evaluated(files, 1, NULL, 0);
	bool error = false;
	for (size_t i = 0; i < w->out.diags.n; i++)
		error |= w->out.diags.items[i].level == BL_DIAG_ERROR;
	assert_true(error);
	world_free(w);
}

static void loops_in_loops_meet_a_limit(void **state)
{
	(void)state;
	bl_buf text = {0};
	bl_buf_putz(&text, "parameters:\n- name: l\n  type: object\n  default: [1,2,3,4,5,6,7,8,9,10]\nsteps:\n");
	for (int i = 0; i < 12; i++)
		bl_buf_putf(&text, "%*s- ${{ each x%d in parameters.l }}:\n", i * 2, "", i);
	bl_buf_putf(&text, "%*s- script: a\n", 24, "");
	const file files[] = {{"p.yml", text.p}};
	world *w = evaluated(files, 1, NULL, 0);
	assert_int_equal(w->out.diags.n, 1);
	assert_int_equal(w->out.diags.items[0].level, BL_DIAG_ERROR);
	world_free(w);
	bl_buf_done(&text);
}

static void variables_reach_inputs_by_level(void **state)
{
	(void)state;
	const file files[] = {{"p.yml", "variables:\n- {name: a, value: pipeline}\n- {name: b, value: $(a)-b}\n- group: g\njobs:\n- job: J\n  variables: {a: job}\n"
					"  steps:\n  - task: T@1\n    inputs: {x: $(a), y: '$(b)', z: 'pre-$(unknown)-post', loop: $(l)}\n"
					"- job: K\n  variables: {l: $(l)}\n  condition: eq(variables['a'], 'nothing')\n  steps:\n  - script: $(l)\n"}};
	world *w = evaluated(files, 1, NULL, 0);
	assert_property(w, "J.0", "inputs", "{x=job, y=job-b, z=pre-?-post, loop=?}");
	assert_string_equal(show_resources(w), "J J.0 K! K.0! ");
	world_free(w);
}

static void texts_of_yaml_stay_as_they_are_written(void **state)
{
	(void)state;
	const file files[] = {{"p.yml", "variables: {v: 1.10, t: true}\nsteps:\n- task: T@1\n  inputs: {v: $(v), t: $(t), e: \"${{ eq(variables.t, 'false') }}\"}\n"}};
	world *w = evaluated(files, 1, NULL, 0);
	assert_property(w, "0", "inputs", "{v=1.10, t=true, e=false}");
	world_free(w);
}

static void pools_and_containers_have_one_form(void **state)
{
	(void)state;
	const file files[] = {{"p.yml", "pool: Default\nresources: {containers: [{container: c, image: 'reg.io/t:1'}]}\njobs:\n- job: A\n  container: c\n"
					"- job: B\n  pool: {vmImage: ubuntu-latest}\n  container: ubuntu\n"}};
	world *w = evaluated(files, 1, NULL, 0);
	assert_property(w, "A", "pool", "{name=Default, hosted=false}");
	assert_property(w, "A", "container.image.registry", "reg.io");
	assert_property(w, "B", "pool.hosted", "true");
	assert_property(w, "B", "container.image.repository", "library/ubuntu");
	world_free(w);
}

static void variables_of_a_stage_are_in_the_environment_of_its_scripts(void **state)
{
	(void)state;
	const file files[] = {{"p.yml", "variables: {a: x}\nstages:\n- stage: S\n  variables: {b.c: y}\n  jobs:\n  - job: J\n    steps:\n"
					"    - bash: docker build -t ${A}-${B_C}-${D} .\n      env: {D: $(a)z}\n"}};
	world *w = evaluated(files, 1, NULL, 0);
	assert_string_equal(show_acts(w), "build docker build: . Dockerfile [x-y-xz]\n");
	world_free(w);
}

static void variables_that_double_meet_a_limit(void **state)
{
	(void)state;
	bl_buf text = {0};
	bl_buf_putz(&text, "variables:\n");
	for (int i = 0; i < 100; i++)
		bl_buf_putf(&text, "  v%d: $(v%d)$(v%d)\n", i, i + 1, i + 1);
	bl_buf_putz(&text, "steps:\n- script: echo $(v0)\n");
	const file files[] = {{"p.yml", text.p}};
	world *w = evaluated(files, 1, NULL, 0);
	assert_string_equal(show_resources(w), "0 ");
	world_free(w);
	bl_buf_done(&text);
}

/* ---- what steps do ---- */

static void assert_acts(const char *steps, const char *want)
{
	static const char head[] = "variables: {rg: rg-prod}\nsteps:\n";
	bl_buf text = {0};
	bl_buf_putz(&text, head);
	bl_buf_putz(&text, steps);
	const file files[] = {{"p.yml", text.p}, {"infra/main.bicep", "param a string\n"}, {"app/Dockerfile", "FROM a\n"},
		{"x/deploy.sh", "az deployment sub create -l weu -f infra/main.bicep\n"}};
	world *w = evaluated(files, 4, NULL, 0);
	assert_string_equal(show_acts(w), want);
	world_free(w);
	bl_buf_done(&text);
}

static void docker_tasks_build_and_push(void **state)
{
	(void)state;
	assert_acts("- task: Docker@2\n  inputs: {repository: shop/api, containerRegistry: reg.azurecr.io, command: buildAndPush, Dockerfile: app/Dockerfile, tags: \"a\\nb\"}\n",
		"build Docker@2: app app/Dockerfile [reg.azurecr.io/shop/api:a, reg.azurecr.io/shop/api:b] push\n");
	assert_acts("- task: Docker@2\n  inputs: {repository: api, containerRegistry: conn, command: build, Dockerfile: app/Dockerfile, buildContext: ., arguments: --build-arg A=$(rg) --target run}\n"
		    "- task: Docker@2\n  inputs: {repository: api, containerRegistry: conn, command: push}\n",
		"build Docker@2: . app/Dockerfile [?/api:?] target=run {A=rg-prod} push\n");
	assert_acts("- task: Docker@1\n  inputs: {command: Build an image, dockerFile: app/Dockerfile, imageName: 'api:1', azureContainerRegistry: '{\"loginServer\":\"r.azurecr.io\"}'}\n",
		"build Docker@1: app app/Dockerfile [r.azurecr.io/api:1]\n");
}

static void template_tasks_deploy(void **state)
{
	(void)state;
	assert_acts("- task: AzureResourceManagerTemplateDeployment@3\n  inputs: {azureResourceManagerConnection: c, subscriptionId: s, resourceGroupName: $(rg), "
		    "location: weu, csmFile: $(Build.SourcesDirectory)/infra/main.bicep, csmParametersFile: infra/p.json, overrideParameters: '-a \"x y\" -b $(rg) -c'}\n",
		"azure AzureResourceManagerTemplateDeployment@3: infra/main.bicep files=[infra/p.json] parameters={a=x y, b=rg-prod} "
		"scope={subscription=s, resource_group=rg-prod, location=weu, connection=c}\n");
	assert_acts("- task: AzureCLI@2\n  inputs:\n    azureSubscription: c\n    scriptType: bash\n    scriptLocation: inlineScript\n    inlineScript: |\n"
		    "      az deployment group create -g $(rg) -f infra/main.bicep\n",
		"azure az deployment group: infra/main.bicep scope={resource_group=rg-prod, connection=c}\n");
	assert_acts("- task: AzureCLI@2\n  inputs: {azureSubscription: c, scriptType: bash, scriptPath: x/deploy.sh}\n",
		"azure az deployment sub: infra/main.bicep scope={location=weu, connection=c}\n");
}

static void other_tasks_are_read_as_the_programs_they_wrap(void **state)
{
	(void)state;
	assert_acts("- task: HelmDeploy@0\n  inputs: {command: upgrade, chartType: FilePath, chartPath: chart, releaseName: web, namespace: prod, valueFile: v.yml, overrideValues: 'a=1', kubernetesCluster: aks}\n",
		"helm HelmDeploy@0: chart files=[v.yml] parameters={a=1} scope={release=web, namespace=prod, cluster=aks}\n");
	assert_acts("- task: KubernetesManifest@1\n  inputs: {action: deploy, namespace: prod, manifests: 'k8s/*.yml', kubernetesServiceConnection: kc}\n",
		"kubernetes KubernetesManifest@1: k8s scope={namespace=prod, connection=kc}\n");
	assert_acts("- task: TerraformTaskV4@4\n  inputs: {command: init, workingDirectory: tf, backendAzureRmKey: k}\n"
		    "- task: TerraformTaskV4@4\n  inputs: {command: apply, workingDirectory: tf, commandOptions: -var-file=p.tfvars}\n",
		"terraform TerraformTaskV4@4: tf files=[tf/p.tfvars] scope={backend={key=k}}\n");
	assert_acts("- task: AzureWebApp@1\n  inputs: {azureSubscription: c, appName: web, package: dist}\n",
		"source AzureWebApp@1: dist scope={app=web, connection=c}\n");
}

static void a_step_that_never_runs_does_nothing(void **state)
{
	(void)state;
	assert_acts("- script: docker build -t x .\n  condition: false\n- script: docker build -t y .\n  enabled: false\n", "");
}

static void what_is_put_into_a_script_is_told(void **state)
{
	(void)state;
	const file files[] = {{"p.yml", "parameters:\n- {name: free, type: string, default: x}\n- {name: bound, type: string, default: a, values: [a]}\nsteps:\n"
					"- script: echo $(Build.SourceBranchName) ${{ parameters.free }} ${{ parameters.bound }}\n"}};
	world *w = evaluated(files, 1, NULL, 0);
	assert_property(w, "0", "insertions.0.name", "Build.SourceBranchName");
	assert_property(w, "0", "insertions.0.kind", "macro");
	assert_property(w, "0", "insertions.1.name", "parameters.free");
	assert_property(w, "0", "insertions.1.free", "true");
	assert_property(w, "0", "insertions.2.free", "false");
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_condition_takes_one_side),
		cmocka_unit_test(a_pipeline_may_extend_a_template),
		cmocka_unit_test(a_pipeline_s_parts_have_addresses),
		cmocka_unit_test(a_step_that_never_runs_does_nothing),
		cmocka_unit_test(a_template_gets_its_parameters),
		cmocka_unit_test(a_template_that_includes_itself_meets_a_limit),
		cmocka_unit_test(an_expression_nests_only_so_deep),
		cmocka_unit_test(an_unknown_condition_takes_both_sides_perhaps),
		cmocka_unit_test(docker_tasks_build_and_push),
		cmocka_unit_test(each_goes_over_lists_and_maps),
		cmocka_unit_test(functions_make_texts),
		cmocka_unit_test(literals_are_read_as_azure_writes_them),
		cmocka_unit_test(loops_in_loops_meet_a_limit),
		cmocka_unit_test(members_are_found_in_maps_and_lists),
		cmocka_unit_test(other_tasks_are_read_as_the_programs_they_wrap),
		cmocka_unit_test(pools_and_containers_have_one_form),
		cmocka_unit_test(template_tasks_deploy),
		cmocka_unit_test(templates_that_are_not_here_are_a_gap),
		cmocka_unit_test(texts_of_yaml_stay_as_they_are_written),
		cmocka_unit_test(the_right_side_takes_the_left_one_s_type),
		cmocka_unit_test(two_conditions_with_else_stand_in_one_map),
		cmocka_unit_test(variables_of_a_stage_are_in_the_environment_of_its_scripts),
		cmocka_unit_test(variables_reach_inputs_by_level),
		cmocka_unit_test(variables_that_double_meet_a_limit),
		cmocka_unit_test(what_is_not_known_decides_nothing_unless_it_must),
		cmocka_unit_test(what_is_put_into_a_script_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

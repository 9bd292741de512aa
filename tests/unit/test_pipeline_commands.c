#include "tests/unit/pipeline_world.h"

/* A script that stands in a pipeline of the folder "". */
static world *run_in(const file *files, size_t n, bl_pipeline_shell shell, const char *script)
{
	world *w = world_new(files, n);
	bl_buf yaml = {0};
	bl_buf_putz(&yaml, "run: |\n");
	for (bl_str rest = bl_str_of(script), line; rest.n;) {
		rest = bl_str_cut(rest, '\n', &line);
		bl_buf_putf(&yaml, "    " BL_FMT "\n", BL_ARG(line));
	}
	const bl_document *d = world_parse(w, BL_LANG_YAML, BL_STR("x.yml"), bl_str_dup(&w->arena, bl_buf_str(&yaml)));
	bl_buf_done(&yaml);
	bl_pipeline_shared shared = {0};
	bl_pipeline_job job = {.input = &w->input, .arena = &w->arena, .shared = &shared, .out = &w->out, .said = &w->out};
	bl_items env = {0};
	bl_items_put(&w->arena, &env, BL_STR("REGISTRY"), BL_NOWHERE, bl_value_string(&w->arena, BL_NOWHERE, BL_STR("reg.io")));
	bl_items_put(&w->arena, &env, BL_STR("SHA"), BL_NOWHERE, bl_value_unknown(&w->arena, BL_NOWHERE, "it is known when the pipeline runs"));
	bl_pipeline_step step = {.job = &job, .by = BL_STR("job.1"), .folder = bl_value_string(&w->arena, BL_NOWHERE, BL_STR("")),
		.environment = bl_items_value(&w->arena, BL_NOWHERE, &env)};
	const bl_value *body = d->blocks.items[0]->attrs.items[0].expr->value;
	bl_pipeline_script(&step, shell, bl_value_getz(body, "run"), NULL, NULL);
	return w;
}

static void assert_acts_in(const file *files, size_t n, bl_pipeline_shell shell, const char *script, const char *expected)
{
	world *w = run_in(files, n, shell, script);
	assert_string_equal(show_acts(w), expected);
	world_free(w);
}

static void assert_acts(const char *script, const char *expected)
{
	assert_acts_in(NULL, 0, BL_PIPELINE_BASH, script, expected);
}

static void a_build_has_its_folder_file_and_names(void **state)
{
	assert_acts("docker build -t app:1 .", "build docker build: . Dockerfile [app:1]\n");
	assert_acts("docker build --tag=app -f docker/Dockerfile.prod --target run --build-arg A=1 services/api",
		"build docker build: services/api docker/Dockerfile.prod [app] target=run {A=1}\n");
	assert_acts("docker buildx build --platform linux/amd64 -t $REGISTRY/app:$TAG --push ./src",
		"build docker buildx build: src src/Dockerfile [reg.io/app:?] push\n");
	assert_acts("cd services/web && sudo docker build -tweb ..", "build docker build: services services/Dockerfile [web]\n");
	assert_acts("docker build -t x https://github.com/a/b.git", "build docker build: https://github.com/a/b.git ? [x]\n");
}

static void a_word_of_several_variables_is_one(void **state)
{
	assert_acts("B_C=b\ndocker build -t $A-$B_C-$D .", "build docker build: . Dockerfile [?-b-?]\n");
	assert_acts("A=a\nB=b\nD=d\ndocker build -t $A-$B-$D .", "build docker build: . Dockerfile [a-b-d]\n");
	assert_acts("A=a\nB=b\nD=d\nI=$A/$B:$D-$A\ndocker build -t $I .", "build docker build: . Dockerfile [a/b:d-a]\n");
	assert_acts("A=a\nB=b\nexport I=$A-x$B.$A\ndocker build -t $I --build-arg=V=$A-$B-$A .", "build docker build: . Dockerfile [a-xb.a] {V=a-b-a}\n");
	assert_acts("A=a\nB=b\ndocker build -t \"$A-$B-$A\" -t '$A-$B-$A' -t \\$A-\\$B-$A .", "build docker build: . Dockerfile [a-b-a, $A-$B-$A, $A-$B-a]\n");
	assert_acts("A=a\nB=b\ndocker build -t $A$B-$A$B-$A .", "build docker build: . Dockerfile [ab-ab-a]\n");
}

static void what_is_tagged_and_pushed_is_what_was_built(void **state)
{
	assert_acts("docker build -t app .\ndocker tag app $REGISTRY/app:$V\ndocker push $REGISTRY/app:$V",
		"build docker build: . Dockerfile [app, reg.io/app:?] push\n");
	assert_acts("docker push reg.io/other:1", "build docker push: - - [reg.io/other:1] push\n");
	assert_acts("buildah bud -t a .\nbuildah push a docker://reg.io/a:1", "build buildah build: . Dockerfile [a, reg.io/a:1] push\n");
	assert_acts("skopeo copy docker://reg.io/a:1 docker://reg.io/b:1", "build skopeo copy: - - [reg.io/b:1] push\n");
}

static void a_variable_is_what_the_script_set_once(void **state)
{
	assert_acts("TAG=v1\nexport IMAGE=$REGISTRY/app\ndocker build -t $IMAGE:$TAG .", "build docker build: . Dockerfile [reg.io/app:v1]\n");
	assert_acts("T=a\nT=b\ndocker build -t x:$T .", "build docker build: . Dockerfile [x:?]\n");
	assert_acts("if [ -n \"$X\" ]; then T=a; fi\ndocker build -t x:$T .", "build docker build: . Dockerfile [x:?]\n");
	assert_acts("N=$(echo Acme/${X} | tr '[:upper:]' '[:lower:]')\ndocker build -t $REGISTRY/$N .", "build docker build: . Dockerfile [reg.io/acme/?]\n");
	assert_acts("N=Acme\nexport M=${N,,}\ndocker build -t ${REGISTRY,,}/x .", "build docker build: . Dockerfile [reg.io/x]\n");
	assert_acts("T=v-$(git rev-parse HEAD)\ndocker build -t x:$T .", "build docker build: . Dockerfile [x:v-?]\n");
}

static void a_loop_over_words_is_run_for_each(void **state)
{
	assert_acts("for s in api web; do docker build -t r/$s:1 services/$s; done",
		"build docker build: services/api services/api/Dockerfile [r/api:1]\n"
		"build docker build: services/web services/web/Dockerfile [r/web:1]\n");
	assert_acts("for s in services/*; do docker build -t x $s; done", "build docker build: ? ? [x]\n");
}

static void a_subshell_s_folder_ends_with_it(void **state)
{
	assert_acts("(cd a && docker build -t a .)\ndocker build -t b .",
		"build docker build: a a/Dockerfile [a]\nbuild docker build: . Dockerfile [b]\n");
	assert_acts("pushd a\ndocker build -t a .\npopd\ndocker build -t b .",
		"build docker build: a a/Dockerfile [a]\nbuild docker build: . Dockerfile [b]\n");
}

static void other_builders_are_known(void **state)
{
	assert_acts("/kaniko/executor --context dir:///github/workspace/app --dockerfile Dockerfile.x --destination reg.io/a:1",
		"build kaniko: app app/Dockerfile.x [reg.io/a:1] push\n");
	assert_acts("az acr build -r myacr -t api:1 -f src/api/Dockerfile src", "build az acr build: src src/api/Dockerfile [myacr.azurecr.io/api:1] push\n");
	assert_acts("KO_DOCKER_REPO=reg.io/x ko build -B ./cmd/app", "build ko build: cmd/app - [reg.io/x/app] push\n");
	assert_acts("./mvnw -q compile jib:build -Dimage=reg.io/j:1", "build jib: . - [reg.io/j:1] push\n");
	assert_acts("pack build reg.io/p --path app --publish", "build pack build: app - [reg.io/p] push\n");
}

static void azure_deployments_have_template_parameters_and_scope(void **state)
{
	assert_acts("az account set -s 0000\naz deployment group create -g rg-prod --template-file infra/main.bicep "
		    "-p @infra/prod.json -p sku=S1 -p infra/x.bicepparam",
		"azure az deployment group: infra/main.bicep files=[infra/prod.json, infra/x.bicepparam] parameters={sku=S1} "
		"scope={subscription=0000, resource_group=rg-prod}\n");
	assert_acts("az deployment sub create --location westeurope --parameters main.bicepparam",
		"azure az deployment sub: main.bicepparam files=[main.bicepparam] scope={location=westeurope}\n");
	assert_acts("az deployment group what-if -g $RG -f main.bicep --parameters a=1 b=$B --name x",
		"azure az deployment group: main.bicep parameters={a=1, b=?} scope={resource_group=?}\n");
	assert_acts("az stack sub create -n st -l we -f a.bicep --dm none", "azure az stack sub: a.bicep scope={location=we, stack=st}\n");
}

static void terraform_s_plan_and_apply_are_one_deployment(void **state)
{
	assert_acts("terraform init -backend-config=key=prod.tfstate\nterraform workspace select prod\nterraform plan -var-file=prod.tfvars -var a=1 -out=p\nterraform apply p",
		"terraform terraform apply: . files=[prod.tfvars] parameters={a=1} scope={workspace=prod, backend={key=prod.tfstate}}\n");
	assert_acts("terraform -chdir=infra apply -auto-approve -var-file=env/dev.tfvars\nterraform -chdir=infra apply -var-file=env/prod.tfvars",
		"terraform terraform apply: infra files=[infra/env/dev.tfvars]\nterraform terraform apply: infra files=[infra/env/prod.tfvars]\n");
	assert_acts("cd live/prod\nterragrunt run-all apply", "terraform terragrunt apply: live/prod\n");
	assert_acts("TF_VAR_x=1 tofu apply", "terraform terraform apply: . parameters={x=1}\n");
}

static void stacks_of_aws_are_known(void **state)
{
	assert_acts("aws cloudformation deploy --region eu-west-1 --stack-name s --template-file t.yaml --parameter-overrides A=1 B=2 --capabilities CAPABILITY_IAM",
		"cloudformation aws cloudformation deploy: t.yaml parameters={A=1, B=2} scope={region=eu-west-1, stack=s}\n");
	assert_acts("aws cloudformation create-stack --stack-name s --template-body file://t.yaml --parameters ParameterKey=A,ParameterValue=1",
		"cloudformation aws cloudformation create-stack: t.yaml parameters={A=1} scope={stack=s}\n");
	assert_acts("sam build -t app/template.yml\nsam deploy --stack-name s", "cloudformation sam deploy: app/template.yml scope={stack=s}\n");
	assert_acts("cdk deploy MyStack", "cloudformation cdk deploy: ? scope={stack=MyStack}\n");
}

static void what_goes_into_clusters_is_known(void **state)
{
	static const file chart[] = {{"charts/app/Chart.yaml", "name: app\n"}};
	assert_acts("az aks get-credentials -g rg -n aks1\nkubectl apply -n prod -f k8s/ -f extra.yaml",
		"kubernetes kubectl apply: k8s scope={cluster=aks1, resource_group=rg, namespace=prod}\n"
		"kubernetes kubectl apply: extra.yaml scope={cluster=aks1, resource_group=rg, namespace=prod}\n");
	assert_acts("kustomize build overlays/prod | kubectl apply -f -", "kubernetes kubectl apply: overlays/prod\n");
	assert_acts("kubectl set image deployment/web web=reg.io/web:2", "kubernetes kubectl set image: - parameters={web=reg.io/web:2} scope={app=deployment/web}\n");
	assert_acts_in(chart, 1, BL_PIPELINE_BASH, "helm upgrade --install web charts/app -f v.yaml --set image.tag=$T --set a=1,b=2 --namespace ns",
		"helm helm upgrade: charts/app files=[v.yaml] parameters={image.tag=?, a=1, b=2} scope={release=web, namespace=ns}\n");
	assert_acts("kubectl apply --dry-run=client -f k8s\nhelm upgrade x ./c --dry-run", "");
	assert_acts("helm install x bitnami/redis", "helm helm upgrade: ? scope={release=x}\n");
}

static void a_compose_project_is_read_as_compose_does(void **state)
{
	static const file project[] = {
		{"compose.yaml", "include: [parts/api.yaml]\nservices:\n  web:\n    extends: { file: base/web.yaml, service: base }\n"
			"    image: ${REGISTRY}/web:${SHA:-latest}\n"},
		{"compose.override.yaml", "services:\n  web:\n    build: { target: dev }\n"},
		{"parts/api.yaml", "services:\n  api:\n    build: ./api\n"},
		{"base/web.yaml", "services:\n  base:\n    build: { context: web, args: [A=1] }\n"},
	};
	assert_acts_in(project, 4, BL_PIPELINE_BASH, "docker compose build",
		"build docker compose build: parts/api parts/api/Dockerfile [?-api]\n"
		"build docker compose build: base/web base/web/Dockerfile [reg.io/web:?] target=dev {A=1}\n");
	/* a file that is named goes without the override; a project that is named names its images */
	assert_acts_in(project, 4, BL_PIPELINE_BASH, "docker compose -p shop -f compose.yaml build",
		"build docker compose build: parts/api parts/api/Dockerfile [shop-api]\n"
		"build docker compose build: base/web base/web/Dockerfile [reg.io/web:?] {A=1}\n");
	assert_acts_in(project, 4, BL_PIPELINE_BASH, "REGISTRY=other.io SHA=1 docker compose build web",
		"build docker compose build: base/web base/web/Dockerfile [other.io/web:1] target=dev {A=1}\n");
	/* an image that nobody names is not pushed */
	assert_acts_in(project, 4, BL_PIPELINE_BASH, "docker compose push", "build docker compose push: - - [reg.io/web:?] push\n");
	assert_acts_in(project, 4, BL_PIPELINE_BASH, "docker compose push api", "");
}

static void the_first_file_of_a_project_says_where_it_is(void **state)
{
	static const file project[] = {
		{"a/one.yaml", "services:\n  web:\n    image: web\n    build: .\n"},
		{"b/two.yaml", "services:\n  api:\n    image: api\n    build: ../api\n"},
	};
	assert_acts_in(project, 2, BL_PIPELINE_BASH, "docker compose -f a/one.yaml -f b/two.yaml build",
		"build docker compose build: a a/Dockerfile [web]\nbuild docker compose build: api api/Dockerfile [api]\n");
	assert_acts_in(project, 2, BL_PIPELINE_BASH, "COMPOSE_FILE=b/two.yaml:a/one.yaml docker compose build web",
		"build docker compose build: b b/Dockerfile [web]\n");
	assert_acts_in(project, 2, BL_PIPELINE_BASH, "docker compose --project-directory x/y -f a/one.yaml build",
		"build docker compose build: x/y x/y/Dockerfile [web]\n");
	/* to bake it is where bake runs */
	assert_acts_in(project, 2, BL_PIPELINE_BASH, "docker buildx bake -f a/one.yaml -f b/two.yaml web", "build docker buildx bake: . Dockerfile [web]\n");
}

/* How often a project of so many services can be built. */
static void assert_runs(size_t services, size_t times)
{
	bl_buf compose = {0}, script = {0};
	bl_buf_putz(&compose, "services:\n");
	for (size_t i = 0; i < services; i++)
		bl_buf_putf(&compose, "  s%zu: { build: . }\n", i);
	for (size_t i = 0; i <= BL_PIPELINE_MAX_SCRIPTS; i++)
		bl_buf_putz(&script, "docker compose build s0\n");
	const file files[] = {{"compose.yaml", compose.p}};
	world *w = run_in(files, 1, BL_PIPELINE_BASH, script.p);
	assert_int_equal(w->out.builds.n, times);
	assert_true(w->out.diags.n > 0);
	assert_non_null(strstr(w->out.diags.items[w->out.diags.n - 1].message.p, "scripts, Compose and bake files"));
	world_free(w);
	bl_buf_done(&compose);
	bl_buf_done(&script);
}

static void no_more_files_are_run_than_a_root_may(void **state)
{
	assert_runs(1, BL_PIPELINE_MAX_SCRIPTS);
	/* a large project counts as several */
	assert_runs(1000, (BL_PIPELINE_MAX_SCRIPTS + 2) / 3);
}

static void files_that_list_images_are_read(void **state)
{
	static const file compose[] = {{"docker-compose.yml", "services:\n  web:\n    build: ./web\n    image: ${REGISTRY}/web:1\n  db:\n    image: postgres\n"}};
	assert_acts_in(compose, 1, BL_PIPELINE_BASH, "docker compose build\ndocker compose push",
		"build docker compose build: web web/Dockerfile [reg.io/web:1] push\n");
	static const file bake[] = {{"docker-bake.hcl",
		"variable \"TAG\" { default = \"dev\" }\nvariable \"REGISTRY\" { default = \"x\" }\ngroup \"default\" { targets = [\"api\"] }\n"
		"target \"api\" {\n  context = \"api\"\n  tags = [\"${REGISTRY}/api:${TAG}\"]\n}\ntarget \"web\" {\n  context = \"web\"\n  tags = [\"web\"]\n}\n"}};
	assert_acts_in(bake, 1, BL_PIPELINE_BASH, "docker buildx bake --push", "build docker buildx bake: api api/Dockerfile [reg.io/api:dev] push\n");
	assert_acts_in(bake, 1, BL_PIPELINE_BASH, "docker buildx bake -f docker-bake.hcl web", "build docker buildx bake: web web/Dockerfile [web]\n");
	static const file skaffold[] = {{"skaffold.yaml",
		"apiVersion: skaffold/v4\nkind: Config\nbuild:\n  artifacts:\n  - image: api\n    context: src/api\nmanifests:\n  rawYaml:\n  - k8s/*.yaml\n"}};
	assert_acts_in(skaffold, 1, BL_PIPELINE_BASH, "skaffold run -d reg.io",
		"build skaffold run: src/api src/api/Dockerfile [reg.io/api:?] push?\nkubernetes skaffold run: k8s/*.yaml\n");
	static const file azure[] = {{"azure.yaml", "name: x\nservices:\n  api:\n    project: ./src/api\n    host: containerapp\n"},
		{"infra/main.parameters.json", "{}"}};
	assert_acts_in(azure, 2, BL_PIPELINE_BASH, "azd up",
		"build azd up: src/api src/api/Dockerfile [...] push\nazure azd up: infra/main.bicep files=[infra/main.parameters.json]\n");
}

static void scripts_of_the_repository_are_run(void **state)
{
	static const file files[] = {{"scripts/deploy.sh", "#!/bin/bash\nset -e\naz deployment group create -g \"rg-$1\" -f main.bicep\n./again.sh\n"}};
	assert_acts_in(files, 1, BL_PIPELINE_BASH, "bash scripts/deploy.sh prod", "azure az deployment group: main.bicep scope={resource_group=rg-prod}\n");
	static const file loop[] = {{"a.sh", "docker push x\n./a.sh\n"}};
	assert_acts_in(loop, 1, BL_PIPELINE_BASH, "./a.sh", "build docker push: - - [x] push\n");
}

static void powershell_is_split_into_words(void **state)
{
	assert_acts_in(NULL, 0, BL_PIPELINE_POWERSHELL,
		"$rg = 'rg-prod'\nNew-AzResourceGroupDeployment -ResourceGroupName $rg `\n  -TemplateFile infra/main.bicep -TemplateParameterFile \"infra/$env:STAGE.json\"",
		"azure New-AzResourceGroupDeployment: infra/main.bicep files=[infra/?.json] scope={resource_group=rg-prod}\n");
	assert_acts_in(NULL, 0, BL_PIPELINE_POWERSHELL, "if ($x) {\n  docker build -t a:1 src\\api\n}\n# docker push b\n",
		"build docker build: src/api src/api/Dockerfile [a:1]\n");
	assert_acts_in(NULL, 0, BL_PIPELINE_POWERSHELL, "docker build ^\n -t a .", "build docker build: . Dockerfile [a]\n");
}

static void paths_outside_of_the_repository_are_not_known(void **state)
{
	assert_acts("docker build -t a ../x", "build docker build: ? ? [a]\n");
	assert_acts("docker build -t a /tmp/x", "build docker build: ? ? [a]\n");
	assert_acts("docker build -t a $DIR", "build docker build: ? ? [a]\n");
	assert_acts("docker build $ARGS -t a .", "build docker build: . Dockerfile [a, ...] push?\n");
	assert_acts("docker build -t a \"$DIR/x\"", "build docker build: ?/x ?/x/Dockerfile [a]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_build_has_its_folder_file_and_names),
		cmocka_unit_test(a_loop_over_words_is_run_for_each),
		cmocka_unit_test(a_subshell_s_folder_ends_with_it),
		cmocka_unit_test(a_variable_is_what_the_script_set_once),
		cmocka_unit_test(a_word_of_several_variables_is_one),
		cmocka_unit_test(azure_deployments_have_template_parameters_and_scope),
		cmocka_unit_test(a_compose_project_is_read_as_compose_does),
		cmocka_unit_test(the_first_file_of_a_project_says_where_it_is),
		cmocka_unit_test(no_more_files_are_run_than_a_root_may),
		cmocka_unit_test(files_that_list_images_are_read),
		cmocka_unit_test(other_builders_are_known),
		cmocka_unit_test(paths_outside_of_the_repository_are_not_known),
		cmocka_unit_test(powershell_is_split_into_words),
		cmocka_unit_test(scripts_of_the_repository_are_run),
		cmocka_unit_test(stacks_of_aws_are_known),
		cmocka_unit_test(terraform_s_plan_and_apply_are_one_deployment),
		cmocka_unit_test(what_goes_into_clusters_is_known),
		cmocka_unit_test(what_is_tagged_and_pushed_is_what_was_built),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

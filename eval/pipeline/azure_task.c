/*
 * Tasks of Azure Pipelines: which run a script, and what the others build and deploy. A task that wraps a program is read as that
 * program's command, so that commands.c says what it does.
 */
#include "eval/pipeline/azure.h"

#include "eval/pipeline/globs.h"

enum { MAX_WORDS = 200 };

/* ---- inputs ---- */

/* The lines of an input, variables put into each. */
static const bl_value *input_lines(const bl_azpipe_step *s, const char *names, bool comma)
{
	bl_arena *arena = s->step->job->arena;
	const bl_value *v = bl_azpipe_raw_input(s, names);
	if (!v)
		return NULL;
	return bl_azpipe_put_variables(arena, bl_pipeline_lines(arena, bl_azpipe_scalar(arena, v), comma), s->variables);
}

static bool input_is(const bl_azpipe_step *s, const char *names, const char *value)
{
	return bl_str_eqiz(bl_str_trim(bl_azpipe_input_text(s, names)), value);
}

static const bl_value *literal(const bl_azpipe_step *s, const char *text)
{
	return bl_value_string(s->step->job->arena, s->step->span, bl_str_of(text));
}

/* A text of ours, with variables in it. */
static const bl_value *made(const bl_azpipe_step *s, const char *text)
{
	return bl_azpipe_put_variables(s->step->job->arena, literal(s, text), s->variables);
}

/* ---- commands ---- */

typedef struct words {
	bl_azpipe_step *s;
	bl_values list;
} words;

static void add(words *w, const bl_value *v)
{
	if (v && w->list.n < MAX_WORDS)
		bl_vec_push(w->s->step->job->arena, &w->list, v);
}

static void word(words *w, const char *text)
{
	add(w, literal(w->s, text));
}

static void flag(words *w, const char *name, const bl_value *v)
{
	if (v) {
		word(w, name);
		add(w, v);
	}
}

/* The words of an input as a shell would cut them, variables put into each. */
static void add_arguments(words *w, const char *names)
{
	bl_arena *arena = w->s->step->job->arena;
	const bl_value *v = bl_azpipe_raw_input(w->s, names);
	if (v && v->kind != BL_STRING)
		add(w, v);
	bl_str s = v && v->kind == BL_STRING ? v->string : BL_STR("");
	for (size_t i = 0; i < s.n;) {
		char *p = bl_arena_alloc(arena, s.n - i + 1), quote = 0;
		size_t n = 0;
		while (i < s.n && strchr(" \t\r\n", s.p[i]))
			i++;
		size_t begin = i;
		for (; i < s.n && (quote || !strchr(" \t\r\n", s.p[i])); i++) {
			if (quote ? s.p[i] == quote : s.p[i] == '"' || s.p[i] == '\'')
				quote = quote ? 0 : s.p[i];
			else if (s.p[i] != '\\' || i + 1 >= s.n || s.p[i + 1] != '\n')
				p[n++] = s.p[i];
		}
		if (i > begin)
			add(w, bl_azpipe_put_variables(arena, bl_value_string(arena, v->span, bl_str_make(p, n)), w->s->variables));
		if (w->list.n >= MAX_WORDS)
			return;
	}
}

static void run(words *w)
{
	bl_pipeline_step *step = w->s->step;
	bl_arena *arena = step->job->arena;
	bl_items items = {0};
	if (!w->list.n)
		return;
	bl_items_put(arena, &items, BL_STR("name"), step->span, w->list.items[0]);
	bl_items_put(arena, &items, BL_STR("words"), step->span, bl_values_value(arena, step->span, &w->list));
	bl_pipeline_command(step, bl_items_value(arena, step->span, &items));
}

/* ---- images ---- */

static bool is_host(bl_str s)
{
	return bl_str_find(s, BL_STR("."), 0) > 0 && bl_str_find(s, BL_STR(" "), 0) < 0;
}

/* repository, of the registry behind a service connection: its host is known where the connection is called so. */
static const bl_value *in_registry(bl_azpipe_step *s, const bl_value *connection, const bl_value *repository)
{
	bl_arena *arena = s->step->job->arena;
	bl_str first;
	bl_str_cut(bl_pipeline_known(repository), '/', &first);
	if (!connection || (is_host(first) && first.n < bl_pipeline_known(repository).n))
		return repository;
	if (connection->kind == BL_STRING && is_host(connection->string))
		return bl_pipeline_concat(arena, connection, BL_STR("/"), repository);
	const bl_value *host = bl_value_unknown(arena, connection->span, "the registry of the service connection '" BL_FMT "' is not known",
		BL_ARG(bl_pipeline_known(connection)));
	return bl_pipeline_concat(arena, host, BL_STR("/"), repository);
}

static bl_values image_names(bl_azpipe_step *s)
{
	bl_arena *arena = s->step->job->arena;
	bl_values names = {0};
	const bl_value *repository = bl_azpipe_input(s, "repository"), *list = input_lines(s, "tags", true);
	if (!repository)
		return names;
	repository = in_registry(s, bl_azpipe_input(s, "containerRegistry"), repository);
	if (!list)
		list = bl_pipeline_lines(arena, made(s, "$(Build.BuildId)"), true);
	for (uint32_t i = 0; i < list->n && i < MAX_WORDS; i++)
		bl_vec_push(arena, &names, bl_pipeline_concat(arena, repository, BL_STR(":"), list->list[i]));
	return names;
}

static void build_image(bl_azpipe_step *s, const bl_values *names, const char *file_names, const char *context_names, bool pushes)
{
	const bl_pipeline_job *job = s->step->job;
	size_t before = job->out->builds.n;
	const bl_value *given = bl_azpipe_input(s, file_names), *context = bl_azpipe_input(s, context_names);
	const bl_value *file = bl_globs_find(s->step, given ? given : literal(s, "**/Dockerfile"));
	bool folder_of_file = !context || bl_str_eqz(bl_pipeline_known(context), "**");
	words w = {.s = s};
	word(&w, "docker");
	word(&w, "build");
	for (size_t i = 0; i < names->n; i++)
		flag(&w, "-t", names->items[i]);
	if (!pushes)
		add_arguments(&w, "arguments");
	add(&w, folder_of_file ? literal(s, ".") : context);
	run(&w);
	for (size_t i = before; i < job->out->builds.n; i++) {
		bl_build *b = job->out->builds.items[i];
		b->dockerfile = file;
		b->pushes = bl_tri_of(pushes);
		if (folder_of_file)
			b->context = bl_globs_folder_of(job->arena, file);
	}
}

/* Docker@2: build, push, or both. */
static void docker_2(bl_azpipe_step *s)
{
	bl_str command = bl_azpipe_input_text(s, "command");
	bl_values names = image_names(s);
	if (!command.n || bl_str_eqiz(command, "buildAndPush"))
		build_image(s, &names, "Dockerfile", "buildContext", true);
	else if (bl_str_eqiz(command, "build"))
		build_image(s, &names, "Dockerfile", "buildContext", false);
	for (size_t i = 0; bl_str_eqiz(command, "push") && i < names.n; i++)
		bl_pipeline_push(s->step, "docker push", names.items[i], s->step->span);
}

/* Docker@0 and Docker@1 name the whole image, and the registry in an input of its own. */
static void docker_1(bl_azpipe_step *s)
{
	bl_arena *arena = s->step->job->arena;
	bl_str command = bl_azpipe_input_text(s, "command action");
	const bl_value *image = bl_azpipe_input(s, "imageName"), *registry = bl_azpipe_input(s, "azureContainerRegistry containerRegistry dockerRegistryEndpoint dockerRegistryConnection");
	bl_values names = {0};
	if (!image)
		image = made(s, "$(Build.Repository.Name):$(Build.BuildId)");
	/* {"loginServer":"x.azurecr.io", "id": ...} */
	ptrdiff_t at = registry && registry->kind == BL_STRING ? bl_str_find(registry->string, BL_STR("loginServer\":"), 0) : -1;
	if (at >= 0) {
		bl_str rest = bl_str_slice(registry->string, (size_t)at + 13, registry->string.n), skipped, host;
		rest = bl_str_cut(rest, '"', &skipped);
		bl_str_cut(rest, '"', &host);
		registry = bl_value_string(arena, registry->span, host);
	}
	bl_vec_push(arena, &names, input_is(s, "qualifyImageName", "false") ? image : in_registry(s, registry, image));
	if (bl_str_findi(command, BL_STR("build"), 0) >= 0)
		build_image(s, &names, "dockerFile dockerfile", "context buildContext", false);
	else if (bl_str_findi(command, BL_STR("push"), 0) >= 0)
		bl_pipeline_push(s->step, "docker push", names.items[0], s->step->span);
}

static void docker(bl_azpipe_step *s)
{
	if (bl_str_eqz(s->version, "0") || bl_str_eqz(s->version, "1"))
		docker_1(s);
	else
		docker_2(s);
}

static void docker_compose(bl_azpipe_step *s)
{
	bl_str action = bl_azpipe_input_text(s, "action");
	const bl_value *file = bl_azpipe_input(s, "dockerComposeFile");
	words w = {.s = s};
	word(&w, "docker-compose");
	flag(&w, "-f", bl_globs_find(s->step, file ? file : literal(s, "**/docker-compose.yml")));
	for (bl_str rest = bl_azpipe_input_text(s, "additionalDockerComposeFiles"), line; rest.n;) {
		rest = bl_str_cut(rest, '\n', &line);
		if (bl_str_trim(line).n)
			flag(&w, "-f", bl_value_string(s->step->job->arena, s->step->span, bl_str_trim(line)));
	}
	if (bl_str_startsi(action, BL_STR("Build")))
		word(&w, "build");
	else if (bl_str_startsi(action, BL_STR("Push")))
		word(&w, "push");
	else if (!action.n || bl_str_startsi(action, BL_STR("Run services")))
		word(&w, "up");
	else
		add_arguments(&w, "dockerComposeCommand");
	run(&w);
}

/* ---- Azure ---- */

/* -name value -other "value": a name takes the words up to the next name. */
static void override_parameters(bl_azpipe_step *s, bl_deployment *d)
{
	bl_arena *arena = s->step->job->arena;
	words w = {.s = s};
	bl_str name = BL_STR("");
	add_arguments(&w, "overrideParameters");
	for (size_t i = 0; i < w.list.n; i++) {
		const bl_value *v = w.list.items[i];
		bl_str text = bl_pipeline_known(v);
		bool names = v->kind == BL_STRING && text.n > 1 && text.p[0] == '-' && ((text.p[1] | 32) >= 'a' && (text.p[1] | 32) <= 'z');
		if (names) {
			name = bl_str_slice(text, 1, text.n);
			continue;
		}
		const bl_value *before = bl_value_getz(d->parameters, bl_str_z(arena, name));
		if (name.n)
			bl_pipeline_put_parameter(s->step, d, name, before ? bl_pipeline_concat(arena, before, BL_STR(" "), v) : v);
	}
}

static void put_azure_scope(bl_azpipe_step *s, bl_deployment *d)
{
	bl_pipeline_put_scope(s->step, d, "subscription", bl_azpipe_input(s, "subscriptionId subscriptionName"));
	bl_pipeline_put_scope(s->step, d, "resource_group", bl_azpipe_input(s, "resourceGroupName resourceGroup"));
	bl_pipeline_put_scope(s->step, d, "location", bl_azpipe_input(s, "location"));
	bl_pipeline_put_scope(s->step, d, "management_group", bl_azpipe_input(s, "managementGroupId"));
}

/* AzureResourceManagerTemplateDeployment@3, AzureResourceGroupDeployment@2 */
static void arm_template(bl_azpipe_step *s)
{
	const bl_value *file = bl_azpipe_input(s, "csmFile"), *link = bl_azpipe_input(s, "csmFileLink"), *parameters = bl_azpipe_input(s, "csmParametersFile");
	bool linked = bl_str_startsi(bl_azpipe_input_text(s, "templateLocation"), BL_STR("URL"));
	bl_str action = bl_azpipe_input_text(s, "action deploymentAction");
	if (bl_str_startsi(action, BL_STR("Delete")) || bl_str_startsi(action, BL_STR("Select")) || bl_str_startsi(action, BL_STR("St")))
		return;
	bl_deployment *d = bl_pipeline_deploy(s->step, BL_DEPLOYS_AZURE, "", s->step->span);
	if (!d)
		return;
	if (linked || !file)
		d->template = link ? link : bl_value_unknown(s->step->job->arena, s->step->span, "the task names no template");
	else
		d->template = bl_globs_find(s->step, file);
	if (!linked && parameters)
		bl_pipeline_put_file(s->step, d, bl_globs_find(s->step, parameters));
	override_parameters(s, d);
	put_azure_scope(s, d);
}

static void bicep_deploy(bl_azpipe_step *s)
{
	const bl_value *file = bl_azpipe_input(s, "templateFile"), *parameters = bl_azpipe_input(s, "parametersFile");
	bl_deployment *d = bl_pipeline_deploy(s->step, BL_DEPLOYS_AZURE, "", s->step->span);
	if (!d)
		return;
	if (parameters)
		bl_pipeline_put_file(s->step, d, parameters);
	if (!file && parameters && bl_str_ends(bl_pipeline_known(parameters), BL_STR(".bicepparam")))
		file = parameters;
	d->template = file ? bl_pipeline_path(s->step, file) : bl_value_unknown(s->step->job->arena, s->step->span, "the task names no template");
	put_azure_scope(s, d);
	if (input_is(s, "type", "deploymentStack"))
		bl_pipeline_put_scope(s->step, d, "stack", bl_azpipe_input(s, "name"));
}

/* An App Service or a Function that gets a package or an image. */
static void web_app(bl_azpipe_step *s)
{
	const bl_value *image = bl_azpipe_input(s, "imageName containers imageToDeploy"), *package = bl_azpipe_input(s, "package packageForLinux appSourcePath");
	bl_deployment *d = bl_pipeline_deploy(s->step, BL_DEPLOYS_SOURCE, "", s->step->span);
	bl_arena *arena = s->step->job->arena;
	if (!d)
		return;
	bl_pipeline_put_scope(s->step, d, "app", bl_azpipe_input(s, "appName WebAppName containerAppName app_name"));
	put_azure_scope(s, d);
	if (image)
		bl_pipeline_put_parameter(s->step, d, BL_STR("image"), image);
	else if (package && bl_str_find(bl_pipeline_known(package), BL_STR("*"), 0) < 0)
		d->template = bl_pipeline_path(s->step, package);
	else
		d->template = bl_value_unknown(arena, package ? package->span : s->step->span, "the package is made by the pipeline");
}

/* AzureContainerApps@1 builds in a registry what it is given as source. */
static void container_app(bl_azpipe_step *s)
{
	bl_arena *arena = s->step->job->arena;
	const bl_value *source = bl_azpipe_input(s, "appSourcePath"), *registry = bl_azpipe_input(s, "acrName"), *image = bl_azpipe_input(s, "imageToBuild");
	const bl_value *file = bl_azpipe_input(s, "dockerfilePath");
	if (source && !image && registry)
		image = bl_pipeline_concat(arena, registry, BL_STR(".azurecr.io/azure-container-apps:"), made(s, "$(Build.BuildId).$(Build.BuildNumber)"));
	if (source) {
		bl_build *b = bl_pipeline_build(s->step, "", s->step->span);
		bl_values tags = {0};
		if (b) {
			if (image)
				bl_vec_push(arena, &tags, image);
			b->context = bl_pipeline_path(s->step, source);
			b->dockerfile = bl_pipeline_path(s->step, bl_pipeline_concat(arena, source, BL_STR("/"), file ? file : literal(s, "Dockerfile")));
			b->tags = bl_values_value(arena, b->span, &tags);
			b->pushes = BL_YES;
		}
	}
	bl_deployment *d = bl_pipeline_deploy(s->step, BL_DEPLOYS_SOURCE, "", s->step->span);
	const bl_value *runs = bl_azpipe_input(s, "imageToDeploy");
	if (!d)
		return;
	bl_pipeline_put_scope(s->step, d, "app", bl_azpipe_input(s, "containerAppName"));
	put_azure_scope(s, d);
	bl_pipeline_put_parameter(s->step, d, BL_STR("image"), runs ? runs : image);
	if (!runs && !image)
		d->template = bl_value_unknown(arena, s->step->span, "the task names no image");
}

/* ---- Kubernetes ---- */

static void put_cluster(bl_azpipe_step *s, size_t before)
{
	const bl_evaluation *out = s->step->job->out;
	for (size_t i = before; i < out->deployments.n; i++) {
		bl_pipeline_put_scope(s->step, out->deployments.items[i], "cluster", bl_azpipe_input(s, "kubernetesCluster azureKubernetesCluster"));
		bl_pipeline_put_scope(s->step, out->deployments.items[i], "resource_group", bl_azpipe_input(s, "azureResourceGroup"));
	}
}

static void kubernetes_manifest(bl_azpipe_step *s)
{
	bl_str action = bl_azpipe_input_text(s, "action");
	size_t before = s->step->job->out->deployments.n;
	const bl_value *list = input_lines(s, "manifests", true), *images = input_lines(s, "containers", true);
	words w = {.s = s};
	if ((action.n && !bl_str_eqiz(action, "deploy") && !bl_str_eqiz(action, "promote")) || !list)
		return;
	word(&w, "kubectl");
	word(&w, "apply");
	flag(&w, "-n", bl_azpipe_input(s, "namespace"));
	for (uint32_t i = 0; i < list->n; i++)
		flag(&w, "-f", bl_globs_without_pattern(s->step->job->arena, list->list[i]));
	run(&w);
	put_cluster(s, before);
	for (size_t i = before; images && i < s->step->job->out->deployments.n; i++)
		bl_pipeline_put_parameter(s->step, s->step->job->out->deployments.items[i], BL_STR("images"), images);
}

static void kubectl(bl_azpipe_step *s)
{
	size_t before = s->step->job->out->deployments.n;
	words w = {.s = s};
	word(&w, "kubectl");
	add(&w, bl_azpipe_input(s, "command"));
	flag(&w, "-n", bl_azpipe_input(s, "namespace"));
	if (!input_is(s, "configurationType", "inline"))
		flag(&w, "-f", bl_azpipe_input(s, "configuration"));
	add_arguments(&w, "arguments");
	run(&w);
	put_cluster(s, before);
}

static void helm(bl_azpipe_step *s)
{
	size_t before = s->step->job->out->deployments.n;
	bool path = input_is(s, "chartType chartNameType", "FilePath") || (!bl_azpipe_input(s, "chartName") && bl_azpipe_input(s, "chartPath"));
	words w = {.s = s};
	word(&w, "helm");
	add(&w, bl_azpipe_input(s, "command") ? bl_azpipe_input(s, "command") : literal(s, "ls"));
	add(&w, bl_azpipe_input(s, "releaseName"));
	const bl_value *chart = bl_azpipe_input(s, path ? "chartPath" : "chartName");
	bl_str known = bl_pipeline_known(chart);
	/* a name alone may be one of a chart in a registry */
	add(&w, path && chart && known.n && known.p[0] != '/' ? bl_pipeline_concat(s->step->job->arena, literal(s, "./"), BL_STR(""), chart) : chart);
	flag(&w, "-n", bl_azpipe_input(s, "namespace"));
	flag(&w, "-f", bl_azpipe_input(s, "valueFile"));
	flag(&w, "--set", bl_azpipe_input(s, "overrideValues"));
	add_arguments(&w, "arguments");
	run(&w);
	put_cluster(s, before);
}

/* ---- Terraform ---- */

static void backend(words *w, const char *names, const char *setting)
{
	bl_arena *arena = w->s->step->job->arena;
	const bl_value *v = bl_azpipe_input(w->s, names);
	if (v)
		add(w, bl_pipeline_concat(arena, literal(w->s, bl_str_z(arena, bl_str_fmt(arena, "-backend-config=%s", setting))), BL_STR("="), v));
}

static void terraform(bl_azpipe_step *s)
{
	bl_arena *arena = s->step->job->arena;
	const bl_value *command = bl_azpipe_input(s, "command");
	words w = {.s = s};
	word(&w, "terraform");
	add(&w, command ? command : literal(s, "init"));
	if (!command || bl_value_is_string(command, "init")) {
		backend(&w, "backendAzureRmResourceGroupName", "resource_group_name");
		backend(&w, "backendAzureRmStorageAccountName", "storage_account_name");
		backend(&w, "backendAzureRmContainerName", "container_name");
		backend(&w, "backendAzureRmKey", "key");
		backend(&w, "backendAWSBucketName", "bucket");
		backend(&w, "backendAWSKey", "key");
		backend(&w, "backendGCPBucketName", "bucket");
		backend(&w, "backendGCPPrefix", "prefix");
	}
	add_arguments(&w, "commandOptions args");
	const bl_value *secure = bl_azpipe_input(s, "secureVarsFile");
	if (secure)
		flag(&w, "-var-file", bl_value_unknown(arena, secure->span, "a secure file is not in the repository"));
	run(&w);
}

/* ---- AWS ---- */

static void aws_cli(bl_azpipe_step *s)
{
	words w = {.s = s};
	word(&w, "aws");
	add(&w, bl_azpipe_input(s, "awsCommand"));
	add(&w, bl_azpipe_input(s, "awsSubCommand"));
	add_arguments(&w, "awsArguments");
	flag(&w, "--region", bl_azpipe_input(s, "regionName"));
	run(&w);
}

static void cloudformation(bl_azpipe_step *s)
{
	const bl_value *file = bl_azpipe_input(s, "templateFile"), *parameters = bl_azpipe_input(s, "templateParametersFile");
	bl_arena *arena = s->step->job->arena;
	bl_deployment *d = bl_pipeline_deploy(s->step, BL_DEPLOYS_CLOUDFORMATION, "", s->step->span);
	if (!d)
		return;
	d->template = file ? bl_pipeline_path(s->step, file) : bl_value_unknown(arena, s->step->span, "the template is read from elsewhere");
	if (parameters)
		bl_pipeline_put_file(s->step, d, parameters);
	bl_pipeline_put_scope(s->step, d, "stack", bl_azpipe_input(s, "stackName"));
	bl_pipeline_put_scope(s->step, d, "region", bl_azpipe_input(s, "regionName"));
}

/* ---- which task ---- */

static const struct {
	const char *task;
	void (*act)(bl_azpipe_step *s);
} tasks[] = {
	{"AWSCLI", aws_cli},
	{"AzureContainerApps", container_app},
	{"AzureFunctionApp", web_app},
	{"AzureFunctionAppContainer", web_app},
	{"AzureResourceGroupDeployment", arm_template},
	{"AzureResourceManagerTemplateDeployment", arm_template},
	{"AzureRmWebAppDeployment", web_app},
	{"AzureStaticWebApp", web_app},
	{"AzureWebApp", web_app},
	{"AzureWebAppContainer", web_app},
	{"BicepDeploy", bicep_deploy},
	{"CloudFormationCreateOrUpdateStack", cloudformation},
	{"Docker", docker},
	{"DockerCompose", docker_compose},
	{"HelmDeploy", helm},
	{"Kubernetes", kubectl},
	{"KubernetesManifest", kubernetes_manifest},
	{"TerraformCLI", terraform},
	{"TerraformTask", terraform},
	{"TerraformTaskV1", terraform},
	{"TerraformTaskV2", terraform},
	{"TerraformTaskV3", terraform},
	{"TerraformTaskV4", terraform},
};

#define CONNECTIONS                                                                                                        \
	"azureSubscription azureResourceManagerConnection connectedServiceNameARM ConnectedServiceName connectedServiceName "     \
	"azureSubscriptionConnection azureSubscriptionEndpoint environmentServiceNameAzureRM environmentServiceNameAWS "          \
	"environmentServiceNameGCP backendServiceArm kubernetesServiceConnection kubernetesServiceEndpoint awsCredentials "

/* "ms-devlabs.custom-terraform-tasks.custom-terraform-release-task.TerraformTaskV4": the last part counts. */
static bl_str short_name(bl_str task)
{
	return bl_str_slice(task, (size_t)(bl_str_rfind_char(task, '.') + 1), task.n);
}

void bl_azpipe_task(bl_azpipe_step *s)
{
	bl_evaluation *out = s->step->job->out;
	size_t builds = out->builds.n, deployments = out->deployments.n;
	const bl_value *connection = bl_azpipe_input(s, CONNECTIONS);
	bl_str tool = bl_value_text(bl_value_getz(s->node, "task"));
	s->task = short_name(s->task);
	bool script = bl_azpipe_script_task(s);
	for (size_t i = 0; !script && i < sizeof tasks / sizeof *tasks; i++)
		if (bl_str_eqiz(s->task, tasks[i].task))
			tasks[i].act(s);
	for (size_t i = builds; i < out->builds.n && !script; i++)
		out->builds.items[i]->tool = tool;
	for (size_t i = deployments; i < out->deployments.n; i++) {
		bl_pipeline_put_scope(s->step, out->deployments.items[i], "connection", connection);
		if (!script)
			out->deployments.items[i]->tool = tool;
	}
}

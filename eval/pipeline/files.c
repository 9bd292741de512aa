/* Files that say what a command of one word builds and deploys: skaffold.yaml and azure.yaml. */
#include "eval/pipeline/call.h"

enum { MAX_PARTS = 200 };

size_t bl_call_parts(const bl_pipeline_step *step, bl_span span, size_t n)
{
	if (n <= MAX_PARTS)
		return n;
	bl_pipeline_met(step->job->arena, step->job->said, BL_PIPELINE_LIMIT_PARTS, span,
		"more than %d files, services or artifacts: the rest is not analysed", MAX_PARTS);
	return MAX_PARTS;
}

const bl_document *bl_call_document(const bl_pipeline_step *step, const bl_value *file)
{
	const bl_loader *loader = step->job->input->loader;
	const bl_value *path = bl_pipeline_path(step, file);
	return loader && loader->document && bl_value_is(path, BL_STRING) ? loader->document(loader->context, path->string) : NULL;
}

/* A step that stands in the folder of that file: what the file names is named from there. */
static bl_pipeline_step beside(const bl_pipeline_step *step, const bl_value *file)
{
	bl_pipeline_step inner = *step;
	bl_str s = bl_pipeline_known(file);
	ptrdiff_t slash = bl_str_rfind_char(s, '/');
	if (slash >= 0)
		inner.folder = bl_pipeline_folder(step, bl_value_string(step->job->arena, file->span, bl_str_slice(s, 0, (size_t)slash)));
	return inner;
}

static const bl_value *text(bl_arena *arena, bl_span span, const char *z)
{
	return bl_value_string(arena, span, bl_str_of(z));
}

static const bl_value *below(bl_arena *arena, const bl_value *folder, const bl_value *file)
{
	bl_str s = bl_pipeline_known(file);
	if ((s.n && s.p[0] == '/') || bl_value_is_string(folder, "") || bl_value_is_string(folder, "."))
		return file;
	return bl_pipeline_concat(arena, folder, BL_STR("/"), file);
}

static const bl_value *one(bl_arena *arena, bl_span span, const bl_value *v, bool open)
{
	bl_values list = {0};
	if (v)
		bl_vec_push(arena, &list, v);
	bl_value *tags = bl_values_value(arena, span, &list);
	tags->open = open;
	return tags;
}

/* ---- skaffold ---- */

static void skaffold_artifact(bl_call *call, bl_pipeline_step *step, const bl_value *artifact)
{
	bl_arena *arena = call->arena;
	const bl_value *image = bl_value_getz(artifact, "image"), *context = bl_value_getz(artifact, "context"), *docker = bl_value_getz(artifact, "docker"),
		       *repo = bl_call_get(call, " -d --default-repo ");
	static const char *const others[] = {"bazel", "buildpacks", "custom", "jib", "ko"};
	bl_build *b = bl_value_is(image, BL_STRING) ? bl_pipeline_build(step, call->row->tool, call->span) : NULL;
	if (!b)
		return;
	if (!docker)
		docker = bl_value_getz(artifact, "kaniko");
	if (!bl_value_is(context, BL_STRING))
		context = text(arena, artifact->span, ".");
	bool without = false;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		without |= bl_value_getz(artifact, others[i]) != NULL;
	const bl_value *file = bl_value_getz(docker, "dockerfile");
	b->context = bl_pipeline_path(step, context);
	if (!without)
		b->dockerfile = bl_pipeline_path(step, below(arena, context, bl_value_is(file, BL_STRING) ? file : text(arena, artifact->span, "Dockerfile")));
	b->target = bl_value_getz(docker, "target");
	b->arguments = bl_value_is(bl_value_getz(docker, "buildArgs"), BL_MAP) ? bl_value_getz(docker, "buildArgs") : NULL;
	const bl_value *tag = bl_call_get(call, " -t --tag ");
	if (!tag)
		tag = bl_value_unknown(arena, artifact->span, "skaffold makes the tag when it runs");
	image = bl_pipeline_concat(arena, image, BL_STR(":"), tag);
	b->tags = one(arena, call->span, repo ? bl_pipeline_concat(arena, repo, BL_STR("/"), image) : image, false);
	b->pushes = BL_MAYBE; /* not into a cluster of this machine */
}

static void deploy_each(bl_call *call, bl_pipeline_step *step, bl_deployment_kind kind, const bl_value *list)
{
	for (uint32_t i = 0; bl_value_is(list, BL_LIST) && i < bl_call_parts(step, list->span, list->n); i++) {
		const bl_value *e = list->list[i], *path = kind == BL_DEPLOYS_HELM ? bl_value_getz(e, "chartPath") : e;
		bl_deployment *d = bl_value_is(path, BL_STRING) ? bl_pipeline_deploy(step, kind, call->row->tool, call->span) : NULL;
		if (!d)
			continue;
		d->template = bl_pipeline_path(step, path);
		bl_pipeline_put_scope(step, d, "namespace", bl_value_getz(e, "namespace"));
		bl_pipeline_put_scope(step, d, "namespace", bl_call_get(call, " -n --namespace "));
		if (kind != BL_DEPLOYS_HELM)
			continue;
		const bl_value *values = bl_value_getz(e, "valuesFiles");
		bl_pipeline_put_scope(step, d, "release", bl_value_getz(e, "name"));
		for (uint32_t k = 0; bl_value_is(values, BL_LIST) && k < values->n; k++)
			bl_pipeline_put_file(step, d, values->list[k]);
	}
}

void bl_call_skaffold(bl_call *call, const bl_value *file, bool deploys)
{
	if (!file)
		file = text(call->arena, call->span, "skaffold.yaml");
	const bl_value *tree = bl_document_tree(bl_call_document(call->step, file));
	bl_pipeline_step inner = beside(call->step, file);
	const bl_value *artifacts = bl_value_at_path(tree, BL_STR("build.artifacts"));
	for (uint32_t i = 0; bl_value_is(artifacts, BL_LIST) && i < bl_call_parts(&inner, artifacts->span, artifacts->n); i++)
		skaffold_artifact(call, &inner, artifacts->list[i]);
	if (!deploys)
		return;
	deploy_each(call, &inner, BL_DEPLOYS_KUBERNETES, bl_value_at_path(tree, BL_STR("manifests.rawYaml")));
	deploy_each(call, &inner, BL_DEPLOYS_KUBERNETES, bl_value_at_path(tree, BL_STR("manifests.kustomize.paths")));
	deploy_each(call, &inner, BL_DEPLOYS_KUBERNETES, bl_value_at_path(tree, BL_STR("deploy.kubectl.manifests")));
	deploy_each(call, &inner, BL_DEPLOYS_KUBERNETES, bl_value_at_path(tree, BL_STR("deploy.kustomize.paths")));
	deploy_each(call, &inner, BL_DEPLOYS_HELM, bl_value_at_path(tree, BL_STR("manifests.helm.releases")));
	deploy_each(call, &inner, BL_DEPLOYS_HELM, bl_value_at_path(tree, BL_STR("deploy.helm.releases")));
}

/* ---- azd ---- */

static void azd_service(bl_call *call, bl_pipeline_step *step, const bl_item *service)
{
	bl_arena *arena = call->arena;
	const bl_value *project = bl_value_getz(service->value, "project"), *docker = bl_value_getz(service->value, "docker");
	bl_str host = bl_value_text(bl_value_getz(service->value, "host"));
	if (!bl_value_is(project, BL_STRING))
		return;
	if (!bl_str_eqz(host, "containerapp") && !bl_str_eqz(host, "aks")) {
		bl_deployment *d = bl_pipeline_deploy(step, BL_DEPLOYS_SOURCE, call->row->tool, call->span);
		if (d)
			d->template = bl_pipeline_path(step, project);
		return;
	}
	bl_build *b = bl_pipeline_build(step, call->row->tool, call->span);
	if (!b)
		return;
	const bl_value *context = bl_value_getz(docker, "context"), *file = bl_value_getz(docker, "path");
	b->context = bl_pipeline_path(step, below(arena, project, bl_value_is(context, BL_STRING) ? context : text(arena, project->span, ".")));
	b->dockerfile = bl_pipeline_path(step, below(arena, project, bl_value_is(file, BL_STRING) ? file : text(arena, project->span, "Dockerfile")));
	b->target = bl_value_getz(docker, "target");
	b->tags = one(arena, call->span, NULL, true);
	b->pushes = BL_YES;
}

static void azd_infra(bl_call *call, bl_pipeline_step *step, const bl_value *infra)
{
	bl_arena *arena = call->arena;
	const bl_value *folder = bl_value_getz(infra, "path"), *module = bl_value_getz(infra, "module");
	bool terraform = bl_value_is_string(bl_value_getz(infra, "provider"), "terraform");
	bl_deployment *d = bl_pipeline_deploy(step, terraform ? BL_DEPLOYS_TERRAFORM : BL_DEPLOYS_AZURE, call->row->tool, call->span);
	if (!d)
		return;
	if (!bl_value_is(folder, BL_STRING))
		folder = text(arena, call->span, "infra");
	bl_str name = bl_value_is(module, BL_STRING) ? module->string : BL_STR("main");
	bl_str base = bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(folder->string), BL_ARG(name));
	const bl_value *parameters = bl_value_string(arena, folder->span, bl_str_cat(arena, base, BL_STR(".parameters.json")));
	const bl_value *bicepparam = bl_value_string(arena, folder->span, bl_str_cat(arena, base, BL_STR(".bicepparam")));
	const bl_value *environment = bl_call_get(call, " -e --environment ");
	d->template = terraform ? bl_pipeline_path(step, folder)
				: bl_pipeline_path(step, bl_value_string(arena, folder->span, bl_str_cat(arena, base, BL_STR(".bicep"))));
	const bl_loader *loader = step->job->input->loader;
	bl_str bytes;
	bool newer = !terraform && loader->bytes && loader->bytes(loader->context, bl_value_text(bl_pipeline_path(step, bicepparam)), &bytes);
	if (!terraform)
		bl_pipeline_put_file(step, d, newer ? bicepparam : parameters);
	bl_pipeline_put_scope(step, d, "location", bl_call_variable(call, "AZURE_LOCATION"));
	bl_pipeline_put_scope(step, d, "subscription", bl_call_variable(call, "AZURE_SUBSCRIPTION_ID"));
	bl_pipeline_put_scope(step, d, "environment", environment ? environment : bl_call_variable(call, "AZURE_ENV_NAME"));
}

void bl_call_azd(bl_call *call, bool provisions, bool deploys)
{
	bl_pipeline_step inner = *call->step;
	const bl_value *folder = bl_call_get(call, " --cwd -C ");
	if (folder)
		inner.folder = bl_pipeline_folder(call->step, folder);
	const bl_value *tree = bl_document_tree(bl_call_document(&inner, text(call->arena, call->span, "azure.yaml")));
	const bl_value *services = bl_value_getz(tree, "services");
	if (!bl_value_is(tree, BL_MAP))
		return;
	if (provisions)
		azd_infra(call, &inner, bl_value_getz(tree, "infra"));
	for (uint32_t i = 0; deploys && bl_value_is(services, BL_MAP) && i < bl_call_parts(&inner, services->span, services->n); i++)
		azd_service(call, &inner, &services->map[i]);
}

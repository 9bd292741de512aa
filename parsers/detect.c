#include "parsers/parsers.h"

static bl_str base_name(bl_str path)
{
	ptrdiff_t slash = bl_str_rfind_char(path, '/');
	return bl_str_slice(path, (size_t)(slash + 1), path.n);
}

static bool has(bl_str text, const char *needle)
{
	return bl_str_find(text, bl_str_of(needle), 0) >= 0;
}

static bool contains_i(bl_str text, const char *needle)
{
	return bl_str_findi(text, bl_str_of(needle), 0) >= 0;
}

/* How much of a file decides what it is. */
enum { PROBE = 64 << 10 };

/* `key:` at the start of a line, with no indentation. */
static bool top_key(bl_str text, const char *key)
{
	bl_str k = bl_str_of(key);
	for (ptrdiff_t at = bl_str_find(text, k, 0); at >= 0; at = bl_str_find(text, k, (size_t)at + 1)) {
		size_t end = (size_t)at + k.n;
		bool starts = at == 0 || text.p[at - 1] == '\n' || (at == 3 && (unsigned char)text.p[0] == 0xef);
		if (starts && end < text.n && text.p[end] == ':')
			return true;
	}
	return false;
}

/* Kubernetes' own two keys; a List or a document of several is found by the same two. */
static bool is_manifest(bl_str text)
{
	return (top_key(text, "apiVersion") && top_key(text, "kind")) ||
	       (has(text, "\"apiVersion\"") && has(text, "\"kind\""));
}

static bool is_cloudformation(bl_str text)
{
	if (has(text, "AWSTemplateFormatVersion") || has(text, "AWS::Serverless-2016-10-31"))
		return true;
	return (top_key(text, "Resources") || has(text, "\"Resources\"")) &&
	       (has(text, "Type: AWS::") || has(text, "Type: \"AWS::") || has(text, "Type: 'AWS::") ||
		       has(text, "\"AWS::"));
}

/* `{{` of a text template; not the `${{` of pipelines. */
static bool has_action(bl_str text)
{
	for (ptrdiff_t at = bl_str_find(text, BL_STR("{{"), 0); at >= 0; at = bl_str_find(text, BL_STR("{{"), (size_t)at + 2))
		if (!at || text.p[at - 1] != '$')
			return true;
	return false;
}

/* A file of a Helm chart that is no YAML before it is rendered. */
static bool is_helm_template(bl_str path, bl_str text)
{
	return (bl_str_starts(path, BL_STR("templates/")) || has(path, "/templates/")) && has_action(text) &&
	       (has(text, "apiVersion:") || has(text, "{{- define") || has(text, "{{ include") || has(text, "{{- include"));
}

/* What Kustomize and Helm read by name alone; NULL when the file is neither's. */
static const char *kubernetes_dialect(bl_str name, bl_str text)
{
	static const struct {
		const char *name, *dialect;
	} names[] = {
		{"Chart.yaml", "chart"},
		{"Kustomization", "kustomization"},
		{"kustomization.yaml", "kustomization"},
		{"kustomization.yml", "kustomization"},
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (bl_str_eqz(name, names[i].name))
			/* Flux has a kind of the same name, an object like any other */
			return has(text, "kustomize.toolkit.fluxcd.io") ? NULL : names[i].dialect;
	return NULL;
}

/* What Compose looks for by name; an override file need not say what its services are made from. */
static bool is_compose_name(bl_str name)
{
	static const char *const names[] = {"compose.yaml", "compose.yml", "compose.override.yaml", "compose.override.yml", "docker-compose.yaml",
		"docker-compose.yml", "docker-compose.override.yaml", "docker-compose.override.yml"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (bl_str_eqz(name, names[i]))
			return true;
	return false;
}

/* `services:` at the start of a line, a map below it, and in it what a service is made from. GitLab has a list there, and a
 * chart's values may be called anything. */
static bool is_compose(bl_str path, bl_str text)
{
	ptrdiff_t at = bl_str_starts(text, BL_STR("services:")) ? 0 : bl_str_find(text, BL_STR("\nservices:"), 0);
	if (is_compose_name(base_name(path)) && (top_key(text, "services") || top_key(text, "include")))
		return true;
	if (at < 0 || !top_key(text, "services") || bl_str_starts(base_name(path), BL_STR("values")))
		return false;
	bl_str rest = bl_str_slice(text, (size_t)at + 1, text.n), line;
	rest = bl_str_cut(rest, '\n', &line);
	while (rest.n) {
		rest = bl_str_cut(rest, '\n', &line);
		bl_str word = bl_str_trim(line);
		if (!word.n || word.p[0] == '#')
			continue;
		bool map = word.p[0] != '-' && (line.p[0] == ' ' || line.p[0] == '\t') && has(word, ":");
		return map && (has(rest, " image:") || has(rest, " build:") || has(rest, " extends:"));
	}
	return false;
}

static bool is_azure_pipeline(bl_str path, bl_str text)
{
	if (contains_i(base_name(path), "azure-pipelines") || contains_i(path, ".azuredevops/") ||
		contains_i(path, ".azure-pipelines/"))
		return true;
	static const char *const steps[] = {"- bash:", "- checkout:", "- deployment:", "- job:", "- powershell:", "- pwsh:", "- script:", "- stage:",
		"- task:", "- template:", "vmImage:"};
	bool jobs = top_key(text, "steps") || top_key(text, "jobs") || top_key(text, "stages");
	for (size_t i = 0; jobs && i < sizeof steps / sizeof *steps; i++)
		if (has(text, steps[i]))
			return true;
	return (jobs && (top_key(text, "pool") || top_key(text, "trigger"))) || (top_key(text, "extends") && has(text, "template:"));
}

static bl_language detect_yaml(bl_str path, bl_str text, bl_str *dialect)
{
	bl_str name = base_name(path);
	if ((bl_str_eqz(name, "action.yml") || bl_str_eqz(name, "action.yaml")) && top_key(text, "runs")) {
		*dialect = BL_STR("github-action");
		return BL_LANG_PIPELINE;
	}
	if (has(path, ".github/workflows/")) {
		*dialect = BL_STR("github");
		return BL_LANG_PIPELINE;
	}
	if (bl_str_ends(name, BL_STR(".gitlab-ci.yml")) || bl_str_ends(name, BL_STR(".gitlab-ci.yaml"))) {
		*dialect = BL_STR("gitlab");
		return BL_LANG_PIPELINE;
	}
	const char *kubernetes = kubernetes_dialect(name, text);
	if (kubernetes || is_helm_template(path, text)) {
		*dialect = bl_str_of(kubernetes ? kubernetes : "helm");
		return BL_LANG_KUBERNETES;
	}
	if (is_cloudformation(text))
		return BL_LANG_CLOUDFORMATION;
	if (is_manifest(text))
		return BL_LANG_KUBERNETES;
	if (is_compose(path, text))
		return BL_LANG_COMPOSE;
	if (is_azure_pipeline(path, text)) {
		*dialect = BL_STR("azure-pipelines");
		return BL_LANG_PIPELINE;
	}
	if (top_key(text, "on") && top_key(text, "jobs")) {
		*dialect = BL_STR("github");
		return BL_LANG_PIPELINE;
	}
	return BL_LANG_YAML;
}

static bool is_arm(bl_str text)
{
	return contains_i(text, "deploymentTemplate.json") || contains_i(text, "deploymentParameters.json") ||
	       (has(text, "\"contentVersion\"") && has(text, "\"resources\""));
}

/* What `terraform show -json` writes: of a plan, or of a state. The keys may be in any order, so all of the text is asked. */
static bool is_shown(bl_str text, bl_str *dialect)
{
	if (!has(text, "\"format_version\"") || !has(text, "\"terraform_version\""))
		return false;
	bool plan = has(text, "\"planned_values\"");
	if (!plan && (!has(text, "\"values\"") || !has(text, "\"root_module\"")))
		return false;
	*dialect = plan ? BL_STR("plan") : BL_STR("state");
	return true;
}

/* docker-bake.hcl, docker-bake.override.json, bake.hcl, app.docker-bake.hcl: what is in it says whether it is one. */
static bool is_bake(bl_str path, bl_str text)
{
	return contains_i(base_name(path), "bake") && (has(text, "target") || has(text, "group") || has(text, "variable"));
}

static bl_language detect_json(bl_str path, bl_str all, bl_str *dialect)
{
	bl_str text = bl_str_slice(all, 0, PROBE);
	if (bl_str_ends(path, BL_STR(".tfvars.json"))) {
		*dialect = BL_STR("tfvars-json");
		return BL_LANG_TERRAFORM;
	}
	if (bl_str_ends(path, BL_STR(".tf.json")) || bl_str_ends(path, BL_STR(".tofu.json"))) {
		*dialect = BL_STR("json");
		return BL_LANG_TERRAFORM;
	}
	if (is_bake(path, text)) {
		*dialect = BL_STR("json");
		return BL_LANG_BAKE;
	}
	if (is_shown(all, dialect))
		return BL_LANG_TERRAFORM;
	if (is_arm(text)) {
		/* a template may hold a parameter file as text */
		ptrdiff_t parameters = bl_str_findi(text, BL_STR("deploymentParameters.json"), 0);
		ptrdiff_t template = bl_str_findi(text, BL_STR("deploymentTemplate.json"), 0);
		*dialect = parameters >= 0 && (template < 0 || parameters < template) ? BL_STR("parameters") : BL_STR("");
		return BL_LANG_ARM;
	}
	if (is_cloudformation(text)) {
		*dialect = BL_STR("json");
		return BL_LANG_CLOUDFORMATION;
	}
	if (is_manifest(text)) {
		*dialect = BL_STR("json");
		return BL_LANG_KUBERNETES;
	}
	return BL_LANG_NONE;
}

/* Dockerfile, Dockerfile.dev, dev.dockerfile, Containerfile; not Dockerfile.md or .dockerignore. */
static bool is_dockerfile(bl_str name)
{
	static const char *const prose[] = {".md", ".txt", ".dockerignore", ".sh", ".py", ".json", ".yaml", ".yml",
		".template", ".tmpl", ".j2", ".in"};
	for (size_t i = 0; i < sizeof prose / sizeof *prose; i++)
		if (bl_str_ends(name, bl_str_of(prose[i])))
			return false;
	static const char *const names[] = {"dockerfile", "containerfile"};
	for (size_t i = 0; i < 2; i++) {
		bl_str want = bl_str_of(names[i]);
		if (bl_str_eqi(name, want))
			return true;
		if (bl_str_startsi(name, want) && (name.p[want.n] == '.' || name.p[want.n] == '-' || name.p[want.n] == '_'))
			return true;
		if (name.n > want.n && bl_str_eqi(bl_str_slice(name, name.n - want.n, name.n), want) &&
			name.p[name.n - want.n - 1] == '.')
			return true;
	}
	return false;
}

bool bl_parsers_wants(bl_str path)
{
	static const char *const endings[] = {".bicep", ".bicepparam", ".json", ".jsonc", ".template", ".tf", ".tfvars",
		".tofu", ".yaml", ".yml"};
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (bl_str_ends(path, bl_str_of(endings[i])))
			return true;
	bl_str name = base_name(path);
	return is_dockerfile(name) || bl_str_eqz(name, "Kustomization") || (bl_str_ends(name, BL_STR(".hcl")) && contains_i(name, "bake"));
}

bl_language bl_parsers_detect(bl_str path, bl_str text, bl_str *dialect)
{
	static const struct {
		const char *suffix;
		bl_language language;
		const char *dialect;
	} by_name[] = {
		{".bicep", BL_LANG_BICEP, ""},
		{".bicepparam", BL_LANG_BICEP, "bicepparam"},
		{".tf", BL_LANG_TERRAFORM, ""},
		{".tfvars", BL_LANG_TERRAFORM, "tfvars"},
		{".tofu", BL_LANG_TERRAFORM, ""},
	};
	*dialect = BL_STR("");
	for (size_t i = 0; i < sizeof by_name / sizeof *by_name; i++) {
		if (bl_str_ends(path, bl_str_of(by_name[i].suffix))) {
			*dialect = bl_str_of(by_name[i].dialect);
			return by_name[i].language;
		}
	}
	bool json = bl_str_starts(bl_str_trim(bl_str_slice(text, 0, PROBE)), BL_STR("{"));
	if (bl_str_ends(path, BL_STR(".json")) || bl_str_ends(path, BL_STR(".jsonc")) ||
		(bl_str_ends(path, BL_STR(".template")) && json))
		return detect_json(path, text, dialect);
	bl_str probe = bl_str_slice(text, 0, PROBE);
	if (bl_str_ends(path, BL_STR(".template")))
		return is_cloudformation(probe) ? BL_LANG_CLOUDFORMATION : BL_LANG_NONE;
	if (bl_str_ends(path, BL_STR(".yaml")) || bl_str_ends(path, BL_STR(".yml")) ||
		bl_str_eqz(base_name(path), "Kustomization"))
		return detect_yaml(path, probe, dialect);
	if (is_dockerfile(base_name(path)))
		return BL_LANG_DOCKERFILE;
	if (bl_str_ends(path, BL_STR(".hcl")) && is_bake(path, probe))
		return BL_LANG_BAKE;
	/* a plan given by name may be called anything */
	if (bl_str_starts(bl_str_trim(probe), BL_STR("{")) && is_shown(text, dialect))
		return BL_LANG_TERRAFORM;
	return BL_LANG_NONE;
}

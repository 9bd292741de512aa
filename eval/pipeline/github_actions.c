/* What well-known actions do: one row each. Their inputs are documented in the action.yml of the repository that the row names. */
#include "eval/pipeline/call.h"
#include "eval/pipeline/github.h"

enum { MAX_TAGS = 100 };

static bl_arena *arena_of(const bl_github_step *s)
{
	return s->run->arena;
}

/* An input, by its name; NULL where it is not given, or empty. */
static const bl_value *input(const bl_github_step *s, const char *name)
{
	const bl_value *v = bl_value_geti(s->with, bl_str_of(name));
	if (!v || v->kind == BL_NULL || (v->kind == BL_STRING && !bl_str_trim(v->string).n))
		return NULL;
	return v;
}

static const bl_value *either(const bl_github_step *s, const char *name, const char *other)
{
	const bl_value *v = input(s, name);
	return v ? v : input(s, other);
}

static const bl_value *text(const bl_github_step *s, const char *z)
{
	return bl_value_string(arena_of(s), s->step->span, bl_str_of(z));
}

static const bl_value *none_named(const bl_github_step *s, const char *what)
{
	return bl_value_unknown(arena_of(s), s->step->span, "the step names no %s", what);
}

/* An input that is true for some event is. */
static bl_tri flag(const bl_value *v)
{
	bl_tri found = BL_NO;
	if (!v)
		return BL_NO;
	if (v->kind != BL_UNKNOWN)
		return bl_tri_of(v->kind == BL_STRING ? bl_str_eqiz(v->string, "true") : bl_pipeline_truth(v) == BL_YES);
	if (!v->unknown->ncandidates)
		return BL_MAYBE;
	for (size_t i = 0; i < v->unknown->ncandidates; i++)
		found = bl_tri_or(found, flag(v->unknown->candidates[i]));
	return found;
}

static const bl_value *lines(const bl_github_step *s, const bl_value *v, bool comma)
{
	bl_values none = {0};
	return v ? bl_pipeline_lines(arena_of(s), v, comma) : bl_values_value(arena_of(s), s->step->span, &none);
}

/* NAME=VALUE, a line each: a map. */
static const bl_value *pairs(const bl_github_step *s, const bl_value *v)
{
	bl_items items = {0};
	const bl_value *list = lines(s, v, false);
	bool open = list->open;
	if (!v)
		return NULL;
	for (uint32_t i = 0; i < list->n; i++) {
		bl_str known = bl_pipeline_known(list->list[i]);
		ptrdiff_t equals = bl_str_find(known, BL_STR("="), 0);
		if (equals > 0)
			bl_items_put(arena_of(s), &items, bl_str_slice(known, 0, (size_t)equals), v->span,
				bl_pipeline_tail(arena_of(s), list->list[i], (size_t)equals + 1));
		else
			open = true;
	}
	bl_value *map = bl_items_value(arena_of(s), v->span, &items);
	map->open = open;
	return map;
}

static void put_output(bl_github_step *s, const char *name, const bl_value *v)
{
	if (v)
		bl_items_put(arena_of(s), &s->outputs, bl_str_of(name), s->step->span, v);
}

static const char *tool_of(const bl_github_step *s)
{
	return bl_str_z(arena_of(s), bl_value_text(bl_value_getz(s->uses, "action")));
}

static bl_build *build(bl_github_step *s)
{
	return bl_pipeline_build(s->step, tool_of(s), s->uses->span);
}

static bl_deployment *deploy(bl_github_step *s, bl_deployment_kind kind)
{
	return bl_pipeline_deploy(s->step, kind, tool_of(s), s->uses->span);
}

static void scope(bl_github_step *s, bl_deployment *d, const char *key, const char *name)
{
	bl_pipeline_put_scope(s->step, d, key, input(s, name));
}

static const bl_value *path(const bl_github_step *s, const bl_value *v)
{
	return bl_pipeline_path(s->step, v);
}

static const bl_value *below(const bl_github_step *s, const bl_value *folder, const char *name)
{
	if (bl_value_is_string(folder, "."))
		return text(s, name);
	return bl_pipeline_concat(arena_of(s), folder, BL_STR("/"), text(s, name));
}

/* ---- Docker ---- */

static bl_tri pushes(const bl_github_step *s)
{
	bl_str out = bl_pipeline_known(input(s, "outputs"));
	if (bl_str_find(out, BL_STR("type=registry"), 0) >= 0 || bl_str_find(out, BL_STR("push=true"), 0) >= 0)
		return BL_YES;
	return flag(input(s, "push"));
}

/* Without a context it builds the repository as git has it; {{defaultContext}}:x is a folder of that. */
static void build_push(bl_github_step *s)
{
	const bl_value *context = input(s, "context"), *file = input(s, "file");
	bl_build *b = build(s);
	if (!b)
		return;
	bl_str usual = BL_STR("{{defaultContext}}");
	if (context && bl_str_starts(bl_pipeline_known(context), usual)) {
		bl_str rest = bl_str_slice(bl_pipeline_known(context), usual.n, SIZE_MAX);
		context = bl_pipeline_tail(arena_of(s), context, usual.n + (rest.n && rest.p[0] == ':'));
	}
	b->context = path(s, context ? context : text(s, "."));
	b->dockerfile = file ? path(s, file) : below(s, b->context, "Dockerfile");
	b->target = input(s, "target");
	b->arguments = pairs(s, input(s, "build-args"));
	b->tags = lines(s, input(s, "tags"), true);
	b->pushes = pushes(s);
}

static void bake(bl_github_step *s)
{
	const bl_value *files = lines(s, input(s, "files"), true), *targets = lines(s, input(s, "targets"), true), *folder = either(s, "workdir", "source");
	bl_pipeline_step inner = *s->step;
	bl_values f = {0}, t = {0};
	for (uint32_t i = 0; i < files->n; i++)
		bl_vec_push(arena_of(s), &f, files->list[i]);
	for (uint32_t i = 0; i < targets->n; i++)
		bl_vec_push(arena_of(s), &t, targets->list[i]);
	if (folder)
		inner.folder = bl_pipeline_folder(s->step, folder);
	bl_call_bake(&inner, tool_of(s), s->uses->span, &f, &t, pushes(s));
}

/* The value of KEY in "type=raw,value=x"; pattern has a gap where it is not known. */
static bl_str attribute(bl_str rule, const char *key)
{
	for (bl_str rest = rule, one; rest.n;) {
		bl_str name;
		rest = bl_str_cut(rest, ',', &one);
		bl_str value = bl_str_cut(bl_str_trim(one), '=', &name);
		if (bl_str_eqz(name, key))
			return value;
	}
	return BL_STR("");
}

/* The tag that a rule of docker/metadata-action makes, with gaps. */
static bl_str tag_of(bl_arena *arena, bl_str rule)
{
	const bl_str gap = {(const char[]){BL_GAP}, 1};
	bl_str type = attribute(rule, "type"), value = attribute(rule, "value"), prefix = attribute(rule, "prefix"), suffix = attribute(rule, "suffix"),
	       event = attribute(rule, "event"), middle = gap;
	if (bl_str_find(rule, BL_STR("type="), 0) < 0) {
		type = BL_STR("raw");
		value = bl_str_trim(rule);
	}
	bool templated = bl_str_find(value, BL_STR("{{"), 0) >= 0;
	if (bl_str_eqz(type, "raw") && value.n && !templated)
		middle = value;
	else if (bl_str_eqz(type, "edge"))
		middle = BL_STR("edge");
	else if (bl_str_eqz(type, "sha") && bl_str_find(rule, BL_STR("prefix="), 0) < 0)
		prefix = BL_STR("sha-");
	else if (bl_str_eqz(event, "pr") && !prefix.n)
		prefix = BL_STR("pr-");
	return bl_str_fmt(arena, BL_FMT BL_FMT BL_FMT, BL_ARG(prefix), BL_ARG(middle), BL_ARG(suffix));
}

/* A text with gaps as a value. */
static const bl_value *with_gaps(const bl_github_step *s, bl_str pattern)
{
	if (!memchr(pattern.p, BL_GAP, pattern.n))
		return bl_value_string(arena_of(s), s->step->span, pattern);
	bl_value *v = bl_value_unknown(arena_of(s), s->step->span, "tags are made when the workflow runs");
	((bl_unknown *)v->unknown)->type = BL_STRING;
	((bl_unknown *)v->unknown)->not_null = true;
	bl_unknown_set_pattern((bl_unknown *)v->unknown, pattern);
	return v;
}

static void metadata(bl_github_step *s)
{
	const char usual_tags[] = "type=ref,event=branch\ntype=ref,event=tag\ntype=ref,event=pr";
	const bl_value *images = lines(s, input(s, "images"), true), *rules = lines(s, input(s, "tags") ? input(s, "tags") : text(s, usual_tags), false);
	bl_arena *arena = arena_of(s);
	bl_buf all = {0};
	size_t n = 0;
	for (uint32_t i = 0; i < images->n; i++) {
		bl_str name = bl_value_pattern(arena, images->list[i]);
		if (bl_str_find(name, BL_STR("name="), 0) >= 0)
			name = attribute(name, "name");
		for (uint32_t k = 0; k < rules->n && n < MAX_TAGS; k++, n++) {
			bl_str rule = bl_value_pattern(arena, rules->list[k]);
			if (bl_str_eqz(attribute(rule, "enable"), "false"))
				continue;
			bl_str tag = tag_of(arena, rule);
			bl_buf_putf(&all, "%s" BL_FMT ":" BL_FMT, all.n ? "\n" : "", BL_ARG(bl_str_lower(arena, name)), BL_ARG(tag));
		}
	}
	if (all.n)
		put_output(s, "tags", with_gaps(s, bl_str_dup(arena, bl_buf_str(&all))));
	bl_buf_done(&all);
}

/* image and tags, which are tags of it or whole names. */
static const bl_value *names_of(const bl_github_step *s, const bl_value *image, const bl_value *tags, const bl_value *registry)
{
	bl_values out = {0};
	bl_arena *arena = arena_of(s);
	if (!image)
		return bl_values_value(arena, s->step->span, &out);
	if (registry)
		image = bl_pipeline_concat(arena, registry, BL_STR("/"), image);
	bl_str rest = bl_value_is(tags, BL_STRING) ? tags->string : BL_STR(""), one;
	if (tags && tags->kind != BL_STRING)
		bl_vec_push(arena, &out, bl_pipeline_concat(arena, image, BL_STR(":"), tags));
	while (rest.n && out.n < MAX_TAGS) {
		size_t end = 0;
		while (end < rest.n && !strchr(" ,\t\r\n", rest.p[end]))
			end++;
		one = bl_str_slice(rest, 0, end);
		rest = bl_str_slice(rest, end + 1, rest.n);
		const bl_value *v = bl_value_string(arena, tags->span, one);
		if (one.n)
			bl_vec_push(arena, &out, bl_str_find(one, BL_STR(":"), 0) >= 0 ? v : bl_pipeline_concat(arena, image, BL_STR(":"), v));
	}
	if (!out.n)
		bl_vec_push(arena, &out, image);
	return bl_values_value(arena, s->step->span, &out);
}

static void buildah(bl_github_step *s)
{
	const bl_value *context = input(s, "context"), *files = lines(s, either(s, "containerfiles", "dockerfiles"), true);
	bl_build *b = build(s);
	if (!b)
		return;
	b->context = path(s, context ? context : text(s, "."));
	b->dockerfile = files->n ? path(s, files->list[0]) : NULL;
	b->arguments = pairs(s, input(s, "build-args"));
	b->tags = names_of(s, input(s, "image"), input(s, "tags") ? input(s, "tags") : text(s, "latest"), NULL);
	put_output(s, "image", input(s, "image"));
	put_output(s, "tags", input(s, "tags"));
}

static void push_to_registry(bl_github_step *s)
{
	const bl_value *from = names_of(s, input(s, "image"), input(s, "tags"), NULL), *to = names_of(s, input(s, "image"), input(s, "tags"), input(s, "registry"));
	for (uint32_t i = 0; i < to->n && i < from->n; i++) {
		bl_pipeline_tag(s->step, from->list[i], to->list[i]);
		bl_pipeline_push(s->step, tool_of(s), to->list[i], s->uses->span);
	}
}

/* Actions that build and push in one, under other names for the same things. */
static void publish(bl_github_step *s)
{
	const bl_value *context = either(s, "context", "path"), *file = either(s, "dockerfile", "build_file"), *image = either(s, "name", "image");
	bl_build *b = build(s);
	if (!b)
		return;
	if (!context)
		context = input(s, "directory");
	b->context = path(s, context ? context : text(s, "."));
	b->dockerfile = file ? path(s, file) : below(s, b->context, "Dockerfile");
	b->tags = names_of(s, image, either(s, "tags", "tag"), input(s, "registry"));
	b->pushes = BL_YES;
}

/* ---- Azure ---- */

/* Words between white space, of which quotes keep some together: what a command line would get. */
static const bl_value *words(const bl_github_step *s, const bl_value *v)
{
	bl_values out = {0};
	bl_arena *arena = arena_of(s);
	if (!v)
		return NULL;
	if (v->kind != BL_STRING) {
		const bl_value *each = lines(s, v, false);
		for (uint32_t i = 0; i < each->n; i++) {
			bl_str pattern = bl_value_pattern(arena, each->list[i]);
			for (bl_str rest = pattern, one; rest.n;) {
				rest = bl_str_cut(rest, ' ', &one);
				if (one.n)
					bl_vec_push(arena, &out, with_gaps(s, one));
			}
		}
		return bl_values_value(arena, v->span, &out);
	}
	char quote = 0;
	bl_buf buf = {0};
	for (size_t i = 0; i <= v->string.n; i++) {
		char c = i < v->string.n ? v->string.p[i] : '\n';
		if (quote ? c == quote : c == '"' || c == '\'') {
			quote = quote ? 0 : c;
		} else if (!quote && strchr(" \t\r\n", c)) {
			if (buf.n)
				bl_vec_push(arena, &out, bl_value_string(arena, v->span, bl_str_dup(arena, bl_buf_str(&buf))));
			buf.n = 0;
		} else {
			bl_buf_putc(&buf, c);
		}
	}
	bl_buf_done(&buf);
	return bl_values_value(arena, v->span, &out);
}

static void use_bicepparam(bl_github_step *s, bl_deployment *d, const bl_value *template)
{
	d->template = path(s, template);
	for (uint32_t i = 0; !template && d->files && i < d->files->n; i++)
		if (bl_str_ends(bl_pipeline_known(d->files->list[i]), BL_STR(".bicepparam")))
			d->template = d->files->list[i];
	if (!d->template)
		d->template = none_named(s, "template");
}

static void arm_deploy(bl_github_step *s)
{
	bl_deployment *d = deploy(s, BL_DEPLOYS_AZURE);
	if (!d)
		return;
	scope(s, d, "subscription", "subscriptionId");
	scope(s, d, "resource_group", "resourceGroupName");
	scope(s, d, "management_group", "managementGroupId");
	scope(s, d, "location", "region");
	bl_pipeline_azure_parameters(s->step, d, words(s, input(s, "parameters")));
	use_bicepparam(s, d, input(s, "template"));
}

static void bicep_deploy(bl_github_step *s)
{
	bl_deployment *d = deploy(s, BL_DEPLOYS_AZURE);
	if (!d)
		return;
	scope(s, d, "subscription", "subscription-id");
	scope(s, d, "resource_group", "resource-group-name");
	scope(s, d, "management_group", "management-group-id");
	scope(s, d, "location", "location");
	if (bl_value_is_string(input(s, "type"), "deploymentStack"))
		scope(s, d, "stack", "name");
	bl_pipeline_put_file(s->step, d, input(s, "parameters-file"));
	if (input(s, "parameters"))
		bl_pipeline_open_parameters(s->step, d);
	use_bicepparam(s, d, input(s, "template-file"));
}

static void azure_login(bl_github_step *s)
{
	bl_pipeline_set_scope(s->step->job, "subscription", input(s, "subscription-id"));
}

/* An App Service or a Function: a package, or images. */
static void webapp(bl_github_step *s)
{
	const bl_value *images = either(s, "images", "image"), *package = either(s, "package", "app_location");
	bl_deployment *d = deploy(s, BL_DEPLOYS_SOURCE);
	if (!d)
		return;
	if (images) {
		const bl_value *list = lines(s, images, false);
		bl_pipeline_put_parameter(s->step, d, BL_STR("image"), list->n ? list->list[0] : images);
	} else {
		d->template = path(s, package ? package : text(s, "."));
	}
	bl_pipeline_put_scope(s->step, d, "app", either(s, "app-name", "name"));
	bl_pipeline_put_scope(s->step, d, "resource_group", either(s, "resource-group-name", "resource-group"));
	scope(s, d, "location", "location");
}

static void container_app(bl_github_step *s)
{
	const bl_value *source = input(s, "appSourcePath"), *image = either(s, "imageToDeploy", "imageToBuild"), *registry = either(s, "acrName", "registryUrl");
	bl_arena *arena = arena_of(s);
	bl_deployment *d = deploy(s, BL_DEPLOYS_SOURCE);
	bl_build *b = source ? build(s) : NULL;
	if (!image && registry && source) {
		bl_str host = bl_pipeline_known(registry);
		bl_str suffix = bl_str_find(host, BL_STR("."), 0) > 0 ? BL_STR("/github-action/container-app:") : BL_STR(".azurecr.io/github-action/container-app:");
		image = bl_pipeline_concat(arena, registry, suffix, bl_value_unknown(arena, s->step->span, "the action makes the tag"));
	}
	if (b) {
		const bl_value *file = input(s, "dockerfilePath");
		bl_values tags = {0};
		b->context = path(s, source);
		b->dockerfile = file ? path(s, bl_pipeline_concat(arena, source, BL_STR("/"), file)) : below(s, b->context, "Dockerfile");
		if (image)
			bl_vec_push(arena, &tags, image);
		b->tags = bl_values_value(arena, s->step->span, &tags);
		b->pushes = BL_YES;
	}
	bl_pipeline_put_parameter(s->step, d, BL_STR("image"), image);
	if (d && !image)
		d->template = source ? path(s, source) : none_named(s, "image");
	scope(s, d, "app", "containerAppName");
	scope(s, d, "resource_group", "resourceGroup");
	scope(s, d, "location", "location");
}

static void set_cluster(bl_github_step *s)
{
	bl_pipeline_set_scope(s->step->job, "cluster", either(s, "cluster-name", "cluster_name"));
	bl_pipeline_set_scope(s->step->job, "resource_group", input(s, "resource-group"));
	bl_pipeline_set_scope(s->step->job, "project", input(s, "project_id"));
	bl_pipeline_set_scope(s->step->job, "region", input(s, "location"));
	bl_pipeline_set_scope(s->step->job, "subscription", input(s, "subscription"));
}

static void k8s_deploy(bl_github_step *s)
{
	const bl_value *manifests = lines(s, input(s, "manifests"), true), *images = lines(s, input(s, "images"), true);
	for (uint32_t i = 0; i < manifests->n; i++) {
		bl_deployment *d = deploy(s, BL_DEPLOYS_KUBERNETES);
		if (!d)
			return;
		d->template = path(s, manifests->list[i]);
		scope(s, d, "namespace", "namespace");
		scope(s, d, "cluster", "name");
		scope(s, d, "resource_group", "resource-group");
		for (uint32_t k = 0; k < images->n; k++)
			bl_pipeline_put_parameter(s->step, d, bl_str_fmt(arena_of(s), "image%u", k), images->list[k]);
	}
}

/* ---- AWS ---- */

static void aws_credentials(bl_github_step *s)
{
	bl_pipeline_set_scope(s->step->job, "region", input(s, "aws-region"));
}

/* ACCOUNT.dkr.ecr.REGION.amazonaws.com */
static void ecr_login(bl_github_step *s)
{
	bl_arena *arena = arena_of(s);
	const bl_value *region = NULL, *account = input(s, "registries");
	for (size_t i = 0; i < s->step->job->scope.n; i++)
		if (bl_str_eqz(s->step->job->scope.items[i].key, "region"))
			region = s->step->job->scope.items[i].value;
	if (!account)
		account = bl_value_unknown(arena, s->step->span, "the account is the one that is signed in to");
	if (!region)
		region = bl_value_unknown(arena, s->step->span, "the region is the one that is signed in to");
	const bl_value *host = bl_pipeline_concat(arena, account, BL_STR(".dkr.ecr."), region);
	put_output(s, "registry", bl_pipeline_concat(arena, host, BL_STR(""), text(s, ".amazonaws.com")));
}

static void cloudformation(bl_github_step *s)
{
	bl_deployment *d = deploy(s, BL_DEPLOYS_CLOUDFORMATION);
	const bl_value *parameters = input(s, "parameter-overrides"), *list;
	if (!d)
		return;
	d->template = input(s, "template") ? path(s, input(s, "template")) : none_named(s, "template");
	scope(s, d, "stack", "name");
	if (bl_str_starts(bl_pipeline_known(parameters), BL_STR("file://"))) {
		bl_pipeline_put_file(s->step, d, bl_pipeline_tail(arena_of(s), parameters, 7));
		return;
	}
	list = lines(s, parameters, true);
	for (uint32_t i = 0; i < list->n; i++) {
		bl_str known = bl_pipeline_known(list->list[i]);
		ptrdiff_t equals = bl_str_find(known, BL_STR("="), 0);
		if (equals > 0)
			bl_pipeline_put_parameter(s->step, d, bl_str_slice(known, 0, (size_t)equals),
				bl_pipeline_tail(arena_of(s), list->list[i], (size_t)equals + 1));
		else
			bl_pipeline_open_parameters(s->step, d);
	}
}

/* The file that is rendered is the one in the repository with an image put in: what deploys it, deploys that. */
static void ecs_render(bl_github_step *s)
{
	bl_deployment *d = deploy(s, BL_DEPLOYS_SOURCE);
	put_output(s, "task-definition", input(s, "task-definition"));
	if (!d)
		return;
	d->template = input(s, "task-definition") ? path(s, input(s, "task-definition")) : none_named(s, "task definition");
	bl_pipeline_put_parameter(s->step, d, BL_STR("image"), input(s, "image"));
}

static void ecs_deploy(bl_github_step *s)
{
	const bl_value *file = input(s, "task-definition") ? path(s, input(s, "task-definition")) : none_named(s, "task definition");
	bl_deployment *d = NULL;
	bl_evaluation *out = s->step->job->out;
	for (size_t i = out ? out->deployments.n : 0; i-- && !d;)
		if (out->deployments.items[i]->kind == BL_DEPLOYS_SOURCE && bl_pipeline_same(out->deployments.items[i]->template, file))
			d = out->deployments.items[i];
	if (!d && (d = deploy(s, BL_DEPLOYS_SOURCE)))
		d->template = file;
	scope(s, d, "cluster", "cluster");
	scope(s, d, "app", "service");
}

/* ---- Google ---- */

static void google_auth(bl_github_step *s)
{
	bl_pipeline_set_scope(s->step->job, "project", input(s, "project_id"));
}

static void cloud_run(bl_github_step *s)
{
	const bl_value *image = input(s, "image"), *source = either(s, "source", "source_dir");
	bl_deployment *d = deploy(s, BL_DEPLOYS_SOURCE);
	if (!source)
		source = input(s, "working_directory");
	bl_pipeline_put_parameter(s->step, d, BL_STR("image"), image);
	if (d && !image)
		d->template = path(s, source ? source : text(s, "."));
	bl_pipeline_put_scope(s->step, d, "app", either(s, "service", "name"));
	scope(s, d, "project", "project_id");
	scope(s, d, "region", "region");
}

/* ---- Terraform ---- */

static void terraform(bl_github_step *s)
{
	bl_deployment *d = deploy(s, BL_DEPLOYS_TERRAFORM);
	const bl_value *files = lines(s, input(s, "var_file"), true), *variables = pairs(s, input(s, "variables")), *backend = pairs(s, input(s, "backend_config"));
	if (!d)
		return;
	d->template = path(s, input(s, "path") ? input(s, "path") : text(s, "."));
	for (uint32_t i = 0; i < files->n; i++)
		bl_pipeline_put_file(s->step, d, files->list[i]);
	for (uint32_t i = 0; variables && i < variables->n; i++)
		bl_pipeline_put_parameter(s->step, d, bl_str_trim(variables->map[i].key), variables->map[i].value);
	if (variables && variables->open)
		bl_pipeline_open_parameters(s->step, d);
	scope(s, d, "workspace", "workspace");
	if (backend)
		bl_pipeline_put_scope(s->step, d, "backend", backend);
}

/* ---- rows ---- */

static const struct {
	const char *action;
	void (*act)(bl_github_step *s);
} actions[] = {
	{"aevea/action-kaniko", publish},
	{"aws-actions/amazon-ecr-login", ecr_login},
	{"aws-actions/amazon-ecs-deploy-task-definition", ecs_deploy},
	{"aws-actions/amazon-ecs-render-task-definition", ecs_render},
	{"aws-actions/aws-cloudformation-github-deploy", cloudformation},
	{"aws-actions/configure-aws-credentials", aws_credentials},
	{"azure/aci-deploy", webapp},
	{"azure/aks-set-context", set_cluster},
	{"azure/arm-deploy", arm_deploy},
	{"azure/bicep-deploy", bicep_deploy},
	{"azure/container-apps-deploy-action", container_app},
	{"azure/functions-action", webapp},
	{"azure/k8s-deploy", k8s_deploy},
	{"azure/k8s-set-context", set_cluster},
	{"azure/login", azure_login},
	{"azure/static-web-apps-deploy", webapp},
	{"azure/webapps-deploy", webapp},
	{"dflook/terraform-apply", terraform},
	{"dflook/terraform-plan", terraform},
	{"dflook/tofu-apply", terraform},
	{"dflook/tofu-plan", terraform},
	{"docker/bake-action", bake},
	{"docker/build-push-action", build_push},
	{"docker/metadata-action", metadata},
	{"elgohr/publish-docker-github-action", publish},
	{"google-github-actions/auth", google_auth},
	{"google-github-actions/deploy-appengine", cloud_run},
	{"google-github-actions/deploy-cloud-functions", cloud_run},
	{"google-github-actions/deploy-cloudrun", cloud_run},
	{"google-github-actions/get-gke-credentials", set_cluster},
	{"google-github-actions/setup-gcloud", google_auth},
	{"mr-smithers-excellent/docker-build-push", publish},
	{"redhat-actions/buildah-build", buildah},
	{"redhat-actions/push-to-registry", push_to_registry},
};

void bl_github_action(bl_github_step *s)
{
	bl_str action = bl_value_text(bl_value_getz(s->uses, "action"));
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (bl_str_eqz(action, actions[i].action))
			actions[i].act(s);
}

const char *bl_github_script_input(bl_str action, bl_pipeline_shell *shell)
{
	static const struct {
		const char *action, *input;
		bl_pipeline_shell shell;
	} scripts[] = {
		{"azure/cli", "inlineScript", BL_PIPELINE_BASH},
		{"azure/powershell", "inlineScript", BL_PIPELINE_POWERSHELL},
	};
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		if (bl_str_eqz(action, scripts[i].action)) {
			*shell = scripts[i].shell;
			return scripts[i].input;
		}
	}
	return NULL;
}

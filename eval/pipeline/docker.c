/* What builds, names and pushes images: docker and its kin, and programs that make images without a Dockerfile. */
#include "eval/pipeline/call.h"

enum { PROGRAM_DOCKER, PROGRAM_BUILDX, PROGRAM_KANIKO, PROGRAM_PUSH, PROGRAM_BUILD };

#define BUILD_VALUED                                                                                                  \
	" -t --tag -f --file --build-arg --target --platform --label --cache-from --cache-to -o --output --secret --ssh " \
	"--network --progress --build-context --builder --iidfile --metadata-file --provenance --sbom --add-host --allow --annotation " \
	"--attest --call --cgroup-parent --isolation -m --memory --memory-swap -c --cpu-shares --cpu-quota --cpuset-cpus --shm-size " \
	"--ulimit --security-opt --authfile --arch --os --format --volume -v --layers --creds --manifest --jobs "

/* ---- what a build says ---- */

static const bl_value *list_of(bl_call *call, const bl_values *values, bool open)
{
	bl_value *v = bl_values_value(call->arena, call->span, values);
	v->open = open;
	return v;
}

/* NAME=VALUE each; a NAME alone has what the environment gives it. */
static const bl_value *arguments_of(bl_call *call, const bl_values *given)
{
	bl_items items = {0};
	if (!given->n)
		return NULL;
	bool open = false;
	for (size_t i = 0; i < given->n && i < 200; i++) {
		const bl_value *v = given->items[i];
		bl_str s = bl_pipeline_known(v);
		ptrdiff_t equals = bl_str_find(s, BL_STR("="), 0);
		bl_str name = equals > 0 ? bl_str_slice(s, 0, (size_t)equals) : s;
		const bl_value *set = bl_call_variable(call, bl_str_z(call->arena, name));
		if (equals > 0)
			bl_items_put(call->arena, &items, name, v->span, bl_pipeline_tail(call->arena, v, (size_t)equals + 1));
		else if (v->kind == BL_STRING)
			bl_items_put(call->arena, &items, name, v->span,
				set ? set : bl_value_unknown(call->arena, v->span, "the environment gives it"));
		else
			open = true;
	}
	bl_value *map = bl_items_value(call->arena, call->span, &items);
	map->open = open;
	return map;
}

/* The folder to build from: of several words the last known one; "-" is what the command reads. */
static const bl_value *context_of(bl_call *call, const bl_values *rest)
{
	const bl_value *found = NULL;
	for (size_t i = 0; i < rest->n; i++)
		if (!found || rest->items[i]->kind == BL_STRING)
			found = rest->items[i];
	if (!found)
		return bl_value_unknown(call->arena, call->span, "the command names no folder to build from");
	if (bl_value_is_string(found, "-"))
		return bl_value_unknown(call->arena, found->span, "it is read from standard input");
	return bl_call_path(call, found);
}

static bool is_url(bl_str s)
{
	return bl_str_find(s, BL_STR("://"), 0) > 0 || bl_str_starts(s, BL_STR("git@"));
}

/* Where no -f says so: Dockerfile in the folder to build from. */
static const bl_value *default_file(bl_call *call, const bl_value *context)
{
	bl_str name = BL_STR("Dockerfile");
	if (is_url(bl_pipeline_known(context)))
		return bl_value_unknown(call->arena, context->span, "it is not in this repository");
	if (bl_value_is_string(context, "."))
		return bl_value_string(call->arena, context->span, name);
	if (context->kind == BL_UNKNOWN && !context->unknown->prefix.n && !context->unknown->suffix.n && !context->unknown->ncandidates)
		return context;
	return bl_pipeline_concat(call->arena, context, BL_STR("/"), bl_value_string(call->arena, context->span, name));
}

static void docker_build(bl_call *call)
{
	bl_values tags = bl_call_all(call, " -t --tag "), args = bl_call_all(call, " --build-arg ");
	const bl_value *file = bl_call_get(call, " -f --file ");
	bl_build *b = bl_pipeline_build(call->step, call->row->tool, call->span);
	if (!b)
		return;
	b->context = context_of(call, &call->rest);
	b->dockerfile = bl_value_is_string(file, "-") ? bl_value_unknown(call->arena, file->span, "it is read from standard input")
			: file                        ? bl_call_path(call, file)
						      : default_file(call, b->context);
	b->target = bl_call_get(call, " --target ");
	b->arguments = arguments_of(call, &args);
	bool open = call->open && !(call->rest.n == 1 && call->rest.items[0]->kind == BL_UNKNOWN); /* that one is the folder */
	b->tags = list_of(call, &tags, open);
	const bl_value *output = bl_call_get(call, " -o --output ");
	bl_str out = bl_pipeline_known(output);
	if (bl_call_has(call, " --push ") || (bl_str_find(out, BL_STR("type=registry"), 0) >= 0) || bl_str_find(out, BL_STR("push=true"), 0) >= 0)
		b->pushes = BL_YES;
	else if (open)
		b->pushes = BL_MAYBE;
}

/* kaniko's executor pushes what it builds, unless it is told not to. */
static void kaniko(bl_call *call)
{
	bl_values tags = bl_call_all(call, " --destination -d "), args = bl_call_all(call, " --build-arg ");
	const bl_value *context = bl_call_get(call, " --context -c "), *file = bl_call_get(call, " --dockerfile -f "),
		       *below = bl_call_get(call, " --context-sub-path ");
	bl_build *b = bl_pipeline_build(call->step, call->row->tool, call->span);
	if (!b)
		return;
	if (bl_str_starts(bl_pipeline_known(context), BL_STR("dir://")))
		context = bl_pipeline_tail(call->arena, context, 6);
	if (!context)
		context = bl_value_string(call->arena, call->span, BL_STR("."));
	if (below)
		context = bl_pipeline_concat(call->arena, context, BL_STR("/"), below);
	b->context = bl_call_path(call, context);
	/* relative to the folder to build from, where it is there */
	if (!file)
		b->dockerfile = default_file(call, b->context);
	else if (bl_pipeline_known(file).n && bl_pipeline_known(file).p[0] == '/')
		b->dockerfile = bl_call_path(call, file);
	else
		b->dockerfile = bl_call_path(call, bl_pipeline_concat(call->arena, context, BL_STR("/"), file));
	b->target = bl_call_get(call, " --target ");
	b->arguments = arguments_of(call, &args);
	b->tags = list_of(call, &tags, call->open);
	b->pushes = bl_call_has(call, " --no-push ") ? BL_NO : BL_YES;
}

static void docker_tag(bl_call *call)
{
	for (size_t i = 1; i < call->rest.n; i++)
		bl_pipeline_tag(call->step, call->rest.items[0], call->rest.items[i]);
}

static void docker_push(bl_call *call)
{
	for (size_t i = 0; i < call->rest.n && i < 1; i++)
		bl_pipeline_push(call->step, call->row->tool, call->rest.items[i], call->span);
}

/* buildah push IMAGE docker://NAME: pushed under another name. */
static void buildah_push(bl_call *call)
{
	if (!call->rest.n)
		return;
	const bl_value *name = call->rest.items[call->rest.n - 1];
	if (bl_str_starts(bl_pipeline_known(name), BL_STR("docker://")))
		name = bl_pipeline_tail(call->arena, name, 9);
	if (call->rest.n > 1)
		bl_pipeline_tag(call->step, call->rest.items[0], name);
	bl_pipeline_push(call->step, call->row->tool, name, call->span);
}

static const bl_value *without_scheme(bl_call *call, const bl_value *v)
{
	static const char *const schemes[] = {"docker://", "docker-daemon:", "containers-storage:"};
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (bl_str_starts(bl_pipeline_known(v), bl_str_of(schemes[i])))
			return bl_pipeline_tail(call->arena, v, strlen(schemes[i]));
	return v;
}

/* crane copy A B, skopeo copy docker://A docker://B: B is what A is, and in its registry. */
static void copy_image(bl_call *call)
{
	if (call->rest.n < 2)
		return;
	const bl_value *from = without_scheme(call, call->rest.items[0]), *to = without_scheme(call, call->rest.items[1]);
	bl_pipeline_tag(call->step, from, to);
	bl_pipeline_push(call->step, call->row->tool, to, call->span);
}

/* crane tag REPOSITORY:A B */
static void crane_tag(bl_call *call)
{
	if (call->rest.n < 2)
		return;
	const bl_value *image = call->rest.items[0];
	bl_str s = bl_pipeline_known(image);
	ptrdiff_t slash = bl_str_rfind_char(s, '/'), colon = bl_str_rfind_char(s, ':');
	bl_str name = colon > slash ? bl_str_slice(s, 0, (size_t)colon) : s;
	if (image->kind != BL_STRING && colon <= slash)
		return;
	const bl_value *to = bl_pipeline_concat(call->arena, bl_value_string(call->arena, image->span, name), BL_STR(":"), call->rest.items[1]);
	bl_pipeline_tag(call->step, image, to);
	bl_pipeline_push(call->step, call->row->tool, to, call->span);
}

/* docker buildx imagetools create -t NEW ... OLD */
static void imagetools(bl_call *call)
{
	bl_values tags = bl_call_all(call, " -t --tag ");
	for (size_t i = 0; i < tags.n; i++) {
		if (call->rest.n)
			bl_pipeline_tag(call->step, call->rest.items[call->rest.n - 1], tags.items[i]);
		bl_pipeline_push(call->step, call->row->tool, tags.items[i], call->span);
	}
}

static void bake(bl_call *call)
{
	bl_values files = bl_call_all(call, " -f --file ");
	bl_call_bake(call->step, call->row->tool, call->span, &files, &call->rest,
		bl_call_has(call, " --push ") ? BL_YES : call->open ? BL_MAYBE : BL_NO);
}

static void compose(bl_call *call)
{
	bl_values files = bl_call_all(call, " -f --file ");
	bool up = call->row->kind == PROGRAM_DOCKER, push = call->row->kind == PROGRAM_PUSH;
	const bl_value *variable = files.n ? NULL : bl_call_variable(call, "COMPOSE_FILE");
	if (bl_value_is(variable, BL_UNKNOWN))
		bl_vec_push(call->arena, &files, variable);
	for (bl_str rest = bl_value_text(variable), one; rest.n;) {
		rest = bl_str_cut(rest, ':', &one);
		bl_vec_push(call->arena, &files, bl_value_string(call->arena, variable->span, one));
	}
	bl_call_compose(call, &files, call->row->kind == PROGRAM_BUILD || (up && bl_call_has(call, " --build ")),
		push || bl_call_has(call, " --push "), up);
}

/* az acr build: the registry builds, and keeps what it built. */
static void acr_build(bl_call *call)
{
	bl_values given = bl_call_all(call, " -t --image "), args = bl_call_all(call, " --build-arg "), tags = {0};
	const bl_value *registry = bl_call_get(call, " -r --registry "), *file = bl_call_get(call, " -f --file ");
	bl_build *b = bl_pipeline_build(call->step, call->row->tool, call->span);
	if (!b)
		return;
	bl_str host = bl_pipeline_known(registry);
	for (size_t i = 0; i < given.n && i < 100; i++) {
		const bl_value *to = registry ? registry : bl_value_unknown(call->arena, call->span, "the command names no registry");
		bl_str slash = bl_str_find(host, BL_STR("."), 0) > 0 ? BL_STR("/") : BL_STR(".azurecr.io/");
		bl_vec_push(call->arena, &tags, bl_pipeline_concat(call->arena, to, slash, given.items[i]));
	}
	b->context = context_of(call, &call->rest);
	b->dockerfile = !file ? default_file(call, b->context) : bl_call_path(call, file);
	b->target = bl_call_get(call, " --target ");
	b->arguments = arguments_of(call, &args);
	b->tags = list_of(call, &tags, call->open);
	b->pushes = bl_call_has(call, " --no-push ") ? BL_NO : BL_YES;
}

static const bl_call_row rows[] = {
	{" docker podman nerdctl ", " build ", BUILD_VALUED, NULL, docker_build, "docker build", PROGRAM_DOCKER},
	{" docker podman nerdctl ", " image build ", BUILD_VALUED, NULL, docker_build, "docker build", PROGRAM_DOCKER},
	{" docker podman nerdctl ", " builder build ", BUILD_VALUED, NULL, docker_build, "docker build", PROGRAM_DOCKER},
	{" docker ", " buildx build|b ", BUILD_VALUED, NULL, docker_build, "docker buildx build", PROGRAM_BUILDX},
	{" docker-buildx ", " build|b ", BUILD_VALUED, NULL, docker_build, "docker buildx build", PROGRAM_BUILDX},
	{" buildah ", " bud|build|build-using-dockerfile ", BUILD_VALUED, NULL, docker_build, "buildah build", PROGRAM_DOCKER},
	{" docker ", " buildx bake|f ", " -f --file --set --metadata-file --builder --progress --provenance --sbom --allow ", NULL, bake,
		"docker buildx bake", 0},
	{" docker ", " buildx imagetools create ", " -t --tag -f --file --annotation --builder ", NULL, imagetools, "docker buildx imagetools", 0},
	{" docker podman nerdctl buildah ", " tag ", NULL, NULL, docker_tag, "docker tag", 0},
	{" docker podman nerdctl ", " image tag ", NULL, NULL, docker_tag, "docker tag", 0},
	{" docker nerdctl ", " push ", " --platform ", NULL, docker_push, "docker push", 0},
	{" docker nerdctl ", " image push ", " --platform ", NULL, docker_push, "docker push", 0},
	{" buildah podman ", " push ", " --creds --authfile --cert-dir --format --digestfile --sign-by ", NULL, buildah_push, "buildah push", 0},
	{" executor ", NULL,
		" --destination -d --context -c --dockerfile -f --build-arg --target --cache-repo --context-sub-path --label --verbosity -v "
		"--digest-file --registry-mirror --snapshot-mode --tar-path --custom-platform ",
		NULL, kaniko, "kaniko", PROGRAM_KANIKO},
	{" az ", " acr build ", " -r --registry -t --image -f --file --build-arg --target --platform --agent-pool --auth-mode --log-template --secret-build-arg --timeout -g --resource-group ",
		NULL, acr_build, "az acr build", 0},
	{" crane gcrane ", " copy|cp ", " --platform -j --jobs ", NULL, copy_image, "crane copy", 0},
	{" crane gcrane ", " tag ", " --platform ", NULL, crane_tag, "crane tag", 0},
	{" skopeo ", " copy ",
		" --authfile --creds --src-creds --dest-creds --format -f --src-tls-verify --dest-tls-verify --sign-by --digestfile --multi-arch "
		"--src-cert-dir --dest-cert-dir --additional-tag ",
		NULL, copy_image, "skopeo copy", 0},
	{" docker podman ", " compose up|run|create ", " --scale --timeout -t --wait-timeout --pull ", NULL, compose, "docker compose up", PROGRAM_DOCKER},
	{" docker podman ", " compose build ", " --build-arg --builder --ssh -m --memory --progress ", NULL, compose, "docker compose build", PROGRAM_BUILD},
	{" docker podman ", " compose push ", NULL, NULL, compose, "docker compose push", PROGRAM_PUSH},
	{" docker-compose podman-compose ", " up|run|create ", " --scale --timeout -t --wait-timeout --pull ", NULL, compose, "docker compose up", PROGRAM_DOCKER},
	{" docker-compose podman-compose ", " build ", " --build-arg --builder --ssh -m --memory --progress ", NULL, compose, "docker compose build", PROGRAM_BUILD},
	{" docker-compose podman-compose ", " push ", NULL, NULL, compose, "docker compose push", PROGRAM_PUSH},
};

const bl_call_rows bl_calls_docker = {rows, sizeof rows / sizeof *rows};

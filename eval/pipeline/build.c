/* Programs that make images without a Dockerfile: ko, jib, pack, Spring's and skaffold's own; and azd, which does everything. */
#include "eval/pipeline/call.h"

static const bl_value *here(bl_call *call)
{
	return bl_value_string(call->arena, call->span, BL_STR("."));
}

static void set_tag(bl_call *call, bl_build *b, const bl_value *tag)
{
	bl_values tags = {0};
	if (tag)
		bl_vec_push(call->arena, &tags, tag);
	bl_value *v = bl_values_value(call->arena, call->span, &tags);
	v->open = !tag;
	b->tags = v;
}

/* ko build ./cmd/app: REPO/app-HASH, with -B REPO/app, with --bare REPO itself. */
static void ko(bl_call *call)
{
	const bl_value *repo = bl_call_variable(call, "KO_DOCKER_REPO");
	for (size_t i = 0; i < call->rest.n && i < 50; i++) {
		const bl_value *folder = call->rest.items[i], *tag = NULL;
		bl_build *b = bl_pipeline_build(call->step, call->row->tool, call->span);
		if (!b)
			return;
		bl_str s = bl_pipeline_known(folder);
		if (bl_str_starts(s, BL_STR("ko://")))
			folder = bl_pipeline_tail(call->arena, folder, 5);
		b->context = bl_call_path(call, folder);
		bl_value *unknown = bl_value_unknown(call->arena, folder->span, "ko names the image when it runs");
		((bl_unknown *)unknown->unknown)->type = BL_STRING;
		if (repo && bl_call_has(call, " --bare "))
			tag = repo;
		else if (repo && bl_call_has(call, " -B --base-import-paths ") && folder->kind == BL_STRING)
			tag = bl_pipeline_concat(call->arena, repo, BL_STR("/"),
				bl_value_string(call->arena, folder->span, bl_str_slice(s, (size_t)(bl_str_rfind_char(s, '/') + 1), s.n)));
		else if (repo)
			tag = bl_pipeline_concat(call->arena, repo, BL_STR("/"), unknown);
		set_tag(call, b, tag);
		b->pushes = bl_call_has(call, " -L --local ") || bl_call_has(call, " --push=false ") ? BL_NO : BL_YES;
	}
}

/* One goal or task among the words that makes an image. */
static const struct {
	const char *word;
	bool pushes;
} image_goals[] = {
	{":build-image", false},
	{"bootBuildImage", false},
	{"jib", true},
	{"jib:build", true},
	{"jib:dockerBuild", false},
	{"jibDockerBuild", false},
	{"jib-maven-plugin:build", true},
	{"jib-maven-plugin:dockerBuild", false},
};

static bool is_goal(bl_str word, bl_str goal)
{
	if (!bl_str_ends(word, goal))
		return false;
	return word.n == goal.n || goal.p[0] == ':' || word.p[word.n - goal.n - 1] == ':' || word.p[word.n - goal.n - 1] == '.';
}

/* -Dimage=X, -Djib.to.image=X, --image=X, --imageName=X */
static const bl_value *java_image(bl_call *call)
{
	static const char *const names[] = {"-Dimage=", "-Djib.to.image=", "--image=", "--imageName=", "-Dspring-boot.build-image.imageName="};
	const bl_value *words = bl_value_getz(call->command, "words");
	for (uint32_t i = 1; i < words->n; i++)
		for (size_t k = 0; k < sizeof names / sizeof *names; k++)
			if (bl_str_starts(bl_pipeline_known(words->list[i]), bl_str_of(names[k])))
				return bl_pipeline_tail(call->arena, words->list[i], strlen(names[k]));
	return NULL;
}

static void java(bl_call *call)
{
	const bl_value *file = bl_call_get(call, " -f --file "), *folder = bl_call_get(call, " -p --project-dir ");
	for (size_t i = 0; i < call->rest.n; i++) {
		bl_str word = bl_value_text(call->rest.items[i]);
		for (size_t k = 0; k < sizeof image_goals / sizeof *image_goals; k++) {
			if (!is_goal(word, bl_str_of(image_goals[k].word)))
				continue;
			bl_build *b = bl_pipeline_build(call->step, image_goals[k].word[0] == 'j' ? "jib" : "spring-boot", call->span);
			if (!b)
				return;
			bl_str pom = bl_pipeline_known(file);
			ptrdiff_t slash = bl_str_rfind_char(pom, '/');
			if (file && file->kind == BL_STRING)
				folder = bl_value_string(call->arena, file->span, bl_str_slice(pom, 0, slash > 0 ? (size_t)slash : 0));
			b->context = bl_call_path(call, folder ? folder : here(call));
			set_tag(call, b, java_image(call));
			b->pushes = image_goals[k].pushes ? BL_YES : BL_NO;
			return;
		}
	}
}

static void pack(bl_call *call)
{
	const bl_value *folder = bl_call_get(call, " -p --path ");
	bl_values tags = bl_call_all(call, " -t --tag ");
	bl_build *b = call->rest.n ? bl_pipeline_build(call->step, call->row->tool, call->span) : NULL;
	if (!b)
		return;
	b->context = bl_call_path(call, folder ? folder : here(call));
	bl_vec_push(call->arena, &tags, call->rest.items[0]);
	b->tags = bl_values_value(call->arena, call->span, &tags);
	b->pushes = bl_call_has(call, " --publish ") ? BL_YES : BL_NO;
}

static void skaffold(bl_call *call)
{
	bl_call_skaffold(call, bl_call_get(call, " -f --filename "), call->row->kind != 0);
}

#define SKAFFOLD_VALUED " -f --filename -p --profile -d --default-repo -n --namespace --kube-context -t --tag --platform -m --module --file-output -a --build-artifacts "
#define JAVA_VALUED " -f --file -p --project-dir -P -pl --projects -s --settings -b -c -x "

static const bl_call_row rows[] = {
	{" gradle gradlew gradlew.bat ", NULL, JAVA_VALUED, NULL, java, "jib", 0},
	{" ko ", " apply|build|publish|resolve ", " -t --tags --platform --sbom --image-label -f --filename ", NULL, ko, "ko build", 0},
	{" mvn mvnw ", NULL, JAVA_VALUED, NULL, java, "jib", 0},
	{" pack ", " build ", " -p --path -B --builder -t --tag -b --buildpack -e --env --env-file --network --platform --cache-image --run-image --descriptor -d --creation-time ",
		NULL, pack, "pack build", 0},
	{" skaffold ", " build ", SKAFFOLD_VALUED, NULL, skaffold, "skaffold build", 0},
	{" skaffold ", " run|deploy|dev ", SKAFFOLD_VALUED, NULL, skaffold, "skaffold run", 1},
};

const bl_call_rows bl_calls_build = {rows, sizeof rows / sizeof *rows};

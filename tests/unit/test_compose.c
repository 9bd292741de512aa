#include "eval/compose.h"
#include "parsers/parsers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* want NULL: it is not known. */
static void assert_text(const char *env, const char *text, const char *want)
{
	bl_arena arena = {0};
	bl_map variables = {0};
	bl_compose_read_env(&arena, &variables, bl_str_of(env));
	const bl_value *v = bl_compose_text(&arena, &variables,
		bl_value_string(&arena, BL_NOWHERE, bl_str_of(text)));
	assert_int_equal(v->kind, want ? BL_STRING : BL_UNKNOWN);
	if (want)
		assert_string_equal(bl_str_z(&arena, v->string), want);
	bl_arena_done(&arena);
}

static void a_default_stands_for_what_is_not_set(void **state)
{
	(void)state;
	assert_text("", "a${X:-b}c", "abc");
	assert_text("X=", "${X:-b}", "b");
	assert_text("X=", "${X-b}", "");
	assert_text("X=1", "${X:-b}$X", "11");
	assert_text("", "${X:-${Y:-${Z-deep}}}", "deep");
	assert_text("X=1", "${X:+yes}", "yes");
	assert_text("X=", "${X:+yes}", "");
}

static void two_dollars_are_one(void **state)
{
	(void)state;
	assert_text("X=1", "$$X ${X} $ 5$", "$X 1 $ 5$");
}

static void what_nothing_sets_is_not_known(void **state)
{
	(void)state;
	assert_text("", "a$X", NULL);
	assert_text("", "${X:?is needed}", NULL);
	assert_text("", "${X", NULL);
}

static void a_text_nests_only_so_deep(void **state)
{
	(void)state;
	char text[8 * 200 + 1] = "";
	for (int i = 0; i < 200; i++)
		strcat(text, "${X:-");
	for (int i = 0; i < 200; i++)
		strcat(text, "}");
	assert_text("", text, NULL);
}

static void an_env_file_has_quotes_and_comments(void **state)
{
	(void)state;
	const char *env = "# c\nexport A='a # b' # c\nB = \"x\"\nC=y # c\r\nnothing\n=z\n";
	assert_text(env, "$A|$B|$C", "a # b|x|y");
}

static void assert_language(const char *path, const char *text, bl_language want)
{
	bl_str dialect;
	assert_int_equal(bl_parsers_detect(bl_str_of(path), bl_str_of(text), &dialect), want);
}

static void a_map_of_services_with_images_is_a_compose_file(void **state)
{
	(void)state;
	const char *text = "# c\nservices:\n\n  web:\n    image: nginx\n";
	assert_language("compose.yaml", text, BL_LANG_COMPOSE);
	assert_language("stack.yml", text, BL_LANG_COMPOSE);
	assert_language("chart/values.yaml", text, BL_LANG_YAML);
	assert_language("a.yml", "image: x\nservices:\n  - docker:dind\nbuild:\n  image: y\n", BL_LANG_YAML);
	assert_language("project.yaml", "services:\n  - a.example.com\n", BL_LANG_YAML);
	assert_language("services.yaml", "services:\n  a:\n    class: B\n", BL_LANG_YAML);
}

/* ---- projects ---- */

typedef struct world {
	bl_arena arena;
	bl_sources *sources;
	const char *const *files; /* path, text, ..., NULL */
	bl_root root;
	bl_evaluation out;
} world;

static const char *text_of(const world *w, bl_str path)
{
	for (size_t i = 0; w->files[i]; i += 2)
		if (bl_str_eqz(path, w->files[i]))
			return w->files[i + 1];
	return NULL;
}

static const bl_document *load_document(void *context, bl_str path)
{
	world *w = context;
	const char *text = text_of(w, path);
	if (!text)
		return NULL;
	bl_document *d = bl_new(&w->arena, bl_document);
	d->path = bl_str_dup(&w->arena, path);
	d->language = bl_parsers_detect(d->path, bl_str_of(text), &d->dialect);
	d->source = bl_sources_add(w->sources, BL_STR(""), d->path, bl_str_of(text));
	bl_parse(w->sources, d);
	bl_arena_adopt(&w->arena, &d->arena);
	return d;
}

static bool load_bytes(void *context, bl_str path, bl_str *out)
{
	const char *text = text_of(context, path);
	*out = bl_str_of(text);
	return text != NULL;
}

/* The first n files are the project's own. */
static void evaluate(world *w, const char *const *files, size_t n)
{
	BL_VEC(const bl_document *) documents = {0};
	*w = (world){.sources = bl_sources_new(), .files = files, .root = {.name = BL_STR("compose.yaml"), .language = BL_LANG_COMPOSE}};
	for (size_t i = 0; i < n; i++)
		bl_vec_push(&w->arena, &documents, load_document(w, bl_str_of(files[2 * i])));
	bl_loader loader = {.context = w, .document = load_document, .bytes = load_bytes};
	bl_eval_input input = {.root = &w->root, .documents = documents.items, .ndocuments = documents.n, .loader = &loader,
		.schema = bl_schema_new(&w->arena), .sources = w->sources};
	bl_eval_root(&input, &w->arena, &w->out);
}

static void done(world *w)
{
	bl_sources_free(w->sources);
	bl_arena_done(&w->arena);
}

static const bl_value *at(const world *w, const char *service, const char *path)
{
	for (size_t i = 0; i < w->out.resources.n; i++)
		if (bl_str_eqz(w->out.resources.items[i]->label, service))
			return bl_value_at_path(bl_value_getz(w->out.resources.items[i]->effective, "properties"), bl_str_of(path));
	fail_msg("there is no service %s", service);
	return NULL;
}

#define assert_at(w, service, path, want) assert_true(bl_value_is_string(at(w, service, path), want))

static void an_override_file_goes_over_the_file_before_it(void **state)
{
	(void)state;
	static const char *const files[] = {
		"compose.yaml", "services:\n  a:\n    image: x:1\n    command: [a, b]\n    ports: ['80:80', '443:443']\n    cap_add: [A]\n"
			"    environment: [A=1, B=1]\n    logging: { driver: json-file, options: { max-size: 1m } }\n    depends_on: [b]\n    volumes: ['./x:/x', 'y:/y']\n",
		"compose.override.yaml", "services:\n  a:\n    image: x:2\n    command: [c]\n    ports: ['127.0.0.1:80:80', '443:443']\n    cap_add: [A, B]\n"
			"    environment: { B: '2' }\n    logging: { driver: none }\n    depends_on: { c: { condition: service_healthy } }\n    volumes: ['./z:/x']\n", NULL};
	world w;
	evaluate(&w, files, 2);
	assert_at(&w, "a", "image.tag", "2");
	assert_int_equal(at(&w, "a", "command")->n, 1);
	assert_int_equal(at(&w, "a", "ports")->n, 3);
	assert_int_equal(at(&w, "a", "cap_add")->n, 2);
	assert_at(&w, "a", "environment.A", "1");
	assert_at(&w, "a", "environment.B", "2");
	assert_null(at(&w, "a", "logging.options"));
	assert_int_equal(at(&w, "a", "depends_on")->n, 2);
	assert_int_equal(at(&w, "a", "volumes")->n, 2);
	assert_at(&w, "a", "volumes.0.source", "./z");
	done(&w);
}

static void tags_take_away_and_put_in_place(void **state)
{
	(void)state;
	static const char *const files[] = {
		"compose.yaml", "services:\n  a:\n    image: x\n    build: .\n    ports: ['80:80']\n    environment: { A: '1', B: '1' }\n",
		"compose.override.yaml", "services:\n  a:\n    build: !reset null\n    ports: !override ['81:81']\n    environment: { A: !reset null }\n", NULL};
	world w;
	evaluate(&w, files, 2);
	assert_null(at(&w, "a", "build"));
	assert_int_equal(w.out.builds.n, 0);
	assert_int_equal(at(&w, "a", "ports")->n, 1);
	assert_at(&w, "a", "ports.0.target", "81");
	assert_null(at(&w, "a", "environment.A"));
	assert_at(&w, "a", "environment.B", "1");
	done(&w);
}

static void paths_of_other_files_are_from_the_project(void **state)
{
	(void)state;
	static const char *const files[] = {
		"app/compose.yaml", "include:\n  - path: ../tools/compose.yaml\nservices:\n  a:\n    extends: { file: ../base/common.yaml, service: b }\n    image: x/a:1\n",
		"base/common.yaml", "services:\n  b:\n    build: { context: src, target: run }\n    env_file: b.env\n",
		"tools/compose.yaml", "services:\n  t:\n    build: .\n    image: t:${TAG}\n",
		"tools/.env", "TAG=7\n", NULL};
	world w;
	evaluate(&w, files, 1);
	assert_int_equal(w.out.builds.n, 2);
	assert_at(&w, "a", "env_file", "../base/b.env");
	assert_at(&w, "t", "image.tag", "7");
	for (size_t i = 0; i < 2; i++) {
		const bl_build *b = w.out.builds.items[i];
		bool tool = bl_str_eqz(b->by, "services.t");
		assert_true(bl_value_is_string(b->context, tool ? "tools" : "base/src"));
		assert_true(bl_value_is_string(b->dockerfile, tool ? "tools/Dockerfile" : "base/src/Dockerfile"));
		assert_true(tool || bl_value_is_string(b->tags->list[0], "x/a:1"));
	}
	done(&w);
}

static void an_image_that_nobody_names_has_the_name_of_project_and_service(void **state)
{
	(void)state;
	static const char *const files[] = {"My.App/compose.yaml", "services:\n  a:\n    build: .\n", NULL};
	static const char *const named[] = {"compose.yaml", "name: shop\nservices:\n  a:\n    build: .\n", NULL};
	static const char *const nobody[] = {"compose.yaml", "services:\n  a:\n    build: .\n", NULL};
	world w;
	evaluate(&w, files, 1);
	assert_at(&w, "a", "built_as", "myapp-a");
	done(&w);
	evaluate(&w, named, 1);
	assert_at(&w, "a", "built_as", "shop-a");
	done(&w);
	evaluate(&w, nobody, 1);
	assert_true(bl_str_eqz(at(&w, "a", "built_as")->unknown->suffix, "-a"));
	done(&w);
}

static void files_that_name_one_another_come_to_an_end(void **state)
{
	(void)state;
	static const char *const files[] = {
		"compose.yaml", "include: [b.yaml, gone.yaml]\nservices:\n  a:\n    extends: a\n    image: x\n",
		"b.yaml", "include: [compose.yaml]\nservices:\n  b:\n    image: x\n    extends: { file: nowhere.yaml, service: z }\n", NULL};
	world w;
	evaluate(&w, files, 1);
	assert_int_equal(w.out.resources.n, 2);
	assert_true(w.out.diags.n > 0 && w.out.not_analysed > 0);
	done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_default_stands_for_what_is_not_set),
		cmocka_unit_test(two_dollars_are_one),
		cmocka_unit_test(what_nothing_sets_is_not_known),
		cmocka_unit_test(a_map_of_services_with_images_is_a_compose_file),
		cmocka_unit_test(a_text_nests_only_so_deep),
		cmocka_unit_test(an_env_file_has_quotes_and_comments),
		cmocka_unit_test(an_image_that_nobody_names_has_the_name_of_project_and_service),
		cmocka_unit_test(an_override_file_goes_over_the_file_before_it),
		cmocka_unit_test(files_that_name_one_another_come_to_an_end),
		cmocka_unit_test(paths_of_other_files_are_from_the_project),
		cmocka_unit_test(tags_take_away_and_put_in_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

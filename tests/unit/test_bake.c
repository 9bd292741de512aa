#include "core/model/source.h"
#include "eval/eval.h"
#include "parsers/parsers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

typedef struct world {
	bl_arena arena;
	bl_sources *sources;
	bl_root root;
	bl_evaluation out;
} world;

/* Evaluates files that go over one another, as bake reads them. */
static world evaluate(const char *const *texts, size_t n, const bl_var *vars, size_t nvars)
{
	world w = {.sources = bl_sources_new(), .root = {.name = BL_STR("docker-bake.hcl"), .language = BL_LANG_BAKE}};
	BL_VEC(const bl_document *) documents = {0};
	for (size_t i = 0; i < n; i++) {
		bl_document *d = bl_new(&w.arena, bl_document);
		d->path = texts[i][0] == '{' ? BL_STR("ci/docker-bake.json") : BL_STR("ci/docker-bake.hcl");
		d->language = bl_parsers_detect(d->path, bl_str_of(texts[i]), &d->dialect);
		assert_int_equal(d->language, BL_LANG_BAKE);
		d->source = bl_sources_add(w.sources, BL_STR(""), d->path, bl_str_of(texts[i]));
		bl_parse(w.sources, d);
		bl_arena_adopt(&w.arena, &d->arena);
		bl_vec_push(&w.arena, &documents, d);
	}
	bl_eval_options options = {.vars = vars, .nvars = nvars};
	bl_eval_input input = {.root = &w.root, .documents = documents.items, .ndocuments = documents.n, .options = &options,
		.schema = bl_schema_new(&w.arena), .sources = w.sources};
	bl_eval_root(&input, &w.arena, &w.out);
	return w;
}

static world evaluate_text(const char *text)
{
	return evaluate(&text, 1, NULL, 0);
}

static void done(world *w)
{
	bl_sources_free(w->sources);
	bl_arena_done(&w->arena);
}

static const bl_build *build_of(const world *w, const char *target)
{
	for (size_t i = 0; i < w->out.builds.n; i++)
		if (bl_str_eqz(w->out.builds.items[i]->by, target))
			return w->out.builds.items[i];
	fail_msg("nothing is built by %s", target);
	return NULL;
}

static void assert_tag(const world *w, const char *target, const char *want)
{
	const bl_value *tags = build_of(w, target)->tags;
	assert_int_equal(tags->n, 1);
	if (!bl_value_is_string(tags->list[0], want))
		fail_msg("%s: %.*s", target, BL_ARG(bl_value_text(tags->list[0])));
}

static void a_target_is_built_from_its_context_below_the_file(void **state)
{
	(void)state;
	world w = evaluate_text("target \"a\" {\n  context = \"../app\"\n  target = \"run\"\n  tags = [\"x/a\"]\n}\ntarget \"b\" {\n}\n");
	const bl_build *a = build_of(&w, "target.a"), *b = build_of(&w, "target.b");
	assert_true(bl_value_is_string(a->context, "app"));
	assert_true(bl_value_is_string(a->dockerfile, "app/Dockerfile"));
	assert_true(bl_value_is_string(a->target, "run"));
	assert_int_equal(a->pushes, BL_MAYBE);
	assert_true(bl_value_is_string(b->dockerfile, "ci/Dockerfile"));
	assert_null(b->target);
	assert_int_equal(b->tags->n, 0);
	done(&w);
}

static void variables_have_defaults_that_others_make_up(void **state)
{
	(void)state;
	const char *text = "R = \"r.example.com\"\nvariable \"TAG\" { default = \"${R}-1\" }\nvariable \"N\" { default = 1 }\nvariable \"NONE\" {}\n"
		"target \"a\" { tags = [\"${R}/a:${TAG}\"] }\ntarget \"b\" { tags = [\"b:${N + 1}\"] }\ntarget \"c\" { tags = [\"${NONE}/c\"] }\n";
	const bl_var vars[] = {{.name = BL_STR("TAG"), .text = BL_STR("v2")}, {.name = BL_STR("N"), .text = BL_STR("41")}};
	world w = evaluate_text(text), told = evaluate(&text, 1, vars, 2);
	assert_tag(&w, "target.a", "r.example.com/a:r.example.com-1");
	assert_tag(&w, "target.b", "b:2");
	assert_tag(&told, "target.a", "r.example.com/a:v2");
	assert_tag(&told, "target.b", "b:42");
	const bl_value *unknown = build_of(&w, "target.c")->tags->list[0];
	assert_int_equal(unknown->kind, BL_UNKNOWN);
	assert_true(bl_str_eqz(unknown->unknown->suffix, "/c"));
	assert_int_equal(w.out.diags.n, 0);
	done(&w);
	done(&told);
}

static void functions_of_the_file_and_of_the_library_are_called(void **state)
{
	(void)state;
	world w = evaluate_text("function \"name\" {\n  params = [image]\n  variadic_params = [rest]\n  result = \"r/${image}:${join(\"-\", rest)}\"\n}\n"
		"target \"a\" { tags = [name(\"a\", \"x\", \"y\")] }\n"
		"target \"b\" { tags = [and(true, notequal(\"a\", \"b\")) ? \"b:${add(1, 2)}\" : \"\"] }\n"
		"target \"c\" { tags = [\"c:${sanitize(\"v1.2/x\")}\"] }\n");
	assert_tag(&w, "target.a", "r/a:x-y");
	assert_tag(&w, "target.b", "b:3");
	assert_tag(&w, "target.c", "c:v1_2_x");
	done(&w);
}

static void a_target_inherits_and_goes_over_what_it_inherits(void **state)
{
	(void)state;
	world w = evaluate_text("target \"base\" {\n  context = \"src\"\n  args = { A = \"1\", B = \"1\" }\n  tags = [\"base\"]\n}\n"
		"target \"more\" { args = { B = \"2\" } }\n"
		"target \"a\" {\n  inherits = [\"base\", \"more\"]\n  args = { C = \"3\" }\n  tags = [\"a:${target.base.args.A}\"]\n  output = [\"type=registry\"]\n}\n");
	const bl_build *a = build_of(&w, "target.a");
	assert_true(bl_value_is_string(a->context, "ci/src"));
	assert_true(bl_value_is_string(bl_value_getz(a->arguments, "A"), "1"));
	assert_true(bl_value_is_string(bl_value_getz(a->arguments, "B"), "2"));
	assert_true(bl_value_is_string(bl_value_getz(a->arguments, "C"), "3"));
	assert_tag(&w, "target.a", "a:1");
	assert_int_equal(a->pushes, BL_YES);
	done(&w);
}

static void a_matrix_is_a_target_for_each_choice(void **state)
{
	(void)state;
	world w = evaluate_text("target \"app\" {\n  name = \"app-${os}-${v}\"\n  matrix = { os = [\"a\", \"b\"], v = [\"1\", \"2\"] }\n  tags = [\"app:${os}${v}\"]\n}\n"
		"target \"last\" {\n  inherits = [\"app-b-1\"]\n}\n");
	assert_int_equal(w.out.builds.n, 5);
	assert_tag(&w, "target.app-a-2", "app:a2");
	assert_tag(&w, "target.app-b-1", "app:b1");
	assert_tag(&w, "target.last", "app:b1");
	done(&w);
}

static void a_later_file_goes_over_an_earlier_one(void **state)
{
	(void)state;
	const char *const texts[] = {
		"{\"variable\": {\"TAG\": {\"default\": \"1\"}}, \"target\": {\"a\": {\"tags\": [\"a:${TAG}\"], \"args\": {\"X\": \"1\", \"Y\": \"1\"}}}}",
		"variable \"TAG\" { default = \"2\" }\ntarget \"a\" {\n  args = { Y = \"2\" }\n}\n"};
	world w = evaluate(texts, 2, NULL, 0);
	assert_int_equal(w.out.resources.n, 1);
	assert_tag(&w, "target.a", "a:2");
	assert_true(bl_value_is_string(bl_value_getz(build_of(&w, "target.a")->arguments, "X"), "1"));
	assert_true(bl_value_is_string(bl_value_getz(build_of(&w, "target.a")->arguments, "Y"), "2"));
	done(&w);
}

static void what_a_pipeline_writes_leaves_the_tags_open(void **state)
{
	(void)state;
	world w = evaluate_text("target \"docker-metadata-action\" {}\ntarget \"a\" { inherits = [\"docker-metadata-action\"] }\n");
	assert_true(build_of(&w, "target.a")->tags->open);
	done(&w);
}

static void what_has_no_end_is_said_and_ends(void **state)
{
	(void)state;
	world w = evaluate_text("variable \"A\" { default = \"${B}\" }\nvariable \"B\" { default = \"${A}\" }\n"
		"function \"f\" {\n  params = [x]\n  result = f(x)\n}\n"
		"target \"a\" {\n  inherits = [\"b\"]\n  tags = [\"${A}${f(\"y\")}\"]\n}\ntarget \"b\" {\n  inherits = [\"a\"]\n}\n"
		"target \"c\" {\n  name = \"c-${x}\"\n  matrix = { x = [for i in range(2000) : i], y = [for i in range(2000) : i] }\n}\n");
	assert_true(w.out.diags.n >= 3);
	assert_int_equal(w.out.resources.n, 2);
	done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_target_is_built_from_its_context_below_the_file),
		cmocka_unit_test(variables_have_defaults_that_others_make_up),
		cmocka_unit_test(functions_of_the_file_and_of_the_library_are_called),
		cmocka_unit_test(a_target_inherits_and_goes_over_what_it_inherits),
		cmocka_unit_test(a_matrix_is_a_target_for_each_choice),
		cmocka_unit_test(a_later_file_goes_over_an_earlier_one),
		cmocka_unit_test(what_a_pipeline_writes_leaves_the_tags_open),
		cmocka_unit_test(what_has_no_end_is_said_and_ends),
	};
	return cmocka_run_group_tests_name("bake", tests, NULL, NULL);
}

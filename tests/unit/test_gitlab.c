#include "eval/pipeline/gitlab.h"
#include "tests/unit/pipeline_world.h"

static world *evaluated(const file *files, size_t n)
{
	world *w = world_new(files, n);
	const bl_document *d = world_parse(w, BL_LANG_PIPELINE, bl_str_of(files[0].path), bl_str_of(files[0].text));
	w->input.documents = &d;
	w->input.ndocuments = 1;
	bl_eval_gitlab(&w->input, &w->arena, &w->out);
	w->input.documents = NULL;
	return w;
}

static char *show_jobs(world *w)
{
	bl_buf out = {0};
	for (size_t i = 0; i < w->out.resources.n; i++) {
		const bl_resource *r = w->out.resources.items[i];
		if (bl_str_eqz(r->type, "gitlab/job"))
			bl_buf_putf(&out, BL_FMT "%s ", BL_ARG(r->address), r->condition == BL_YES ? "" : r->condition == BL_NO ? "!" : "?");
	}
	char *s = bl_str_z(&w->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

static void assert_property(world *w, const char *address, const char *path, const char *want)
{
	bl_buf out = {0};
	const bl_resource *r = NULL;
	for (size_t i = 0; i < w->out.resources.n; i++)
		if (bl_str_eqz(w->out.resources.items[i]->address, address))
			r = w->out.resources.items[i];
	assert_non_null(r);
	show_value(&out, &w->arena, bl_value_at_path(bl_value_getz(r->written, "properties"), bl_str_of(path)));
	assert_string_equal(out.p ? out.p : "", want);
	bl_buf_done(&out);
}

static void a_job_has_what_it_extends(void **state)
{
	(void)state;
	const file files[] = {{".gitlab-ci.yml", ".a: {tags: [x], variables: {A: 1, B: 1}}\n.b: {extends: .a, variables: {B: 2}, image: b}\n.c: {image: c}\n"
						 "job: {extends: [.b, .c], script: [echo], variables: {C: $B}}\n"}};
	world *w = evaluated(files, 1);
	assert_string_equal(show_jobs(w), "job ");
	assert_property(w, "job", "tags", "[x]");
	assert_property(w, "job", "image.reference", "c");
	assert_property(w, "job", "variables", "[{name=A, value=1}, {name=B, value=2}, {name=C, value=$B}]");
	world_free(w);
}

static void references_put_parts_of_other_jobs_in(void **state)
{
	(void)state;
	const file files[] = {{".gitlab-ci.yml", ".s: {script: [a, b]}\n.t: {script: [!reference [.s, script], c]}\njob: {script: [!reference [.t, script], d]}\n"}};
	world *w = evaluated(files, 1);
	assert_property(w, "job", "script", "[a, b, c, d]");
	world_free(w);
}

static void circles_are_errors(void **state)
{
	(void)state;
	const file files[] = {{".gitlab-ci.yml", "a: {extends: b, script: [x]}\nb: {extends: a, script: [y]}\nc: {script: [!reference [c, script]]}\n"}};
	world *w = evaluated(files, 1);
	size_t errors = 0;
	for (size_t i = 0; i < w->out.diags.n; i++)
		errors += w->out.diags.items[i].level == BL_DIAG_ERROR;
	assert_true(errors >= 2);
	world_free(w);
}

static void included_files_stand_below_the_one_that_includes_them(void **state)
{
	(void)state;
	const file files[] = {
		{".gitlab-ci.yml", "include: [/ci/a.yml, {local: ci/b.yml, inputs: {name: web}}, {template: T.yml}, {project: g/p, ref: main, file: x.yml}]\n"
				   "job: {script: [mine]}\n"},
		{"ci/a.yml", "job: {script: [theirs], image: a}\nother: {script: [x]}\n"},
		{"ci/b.yml", "spec:\n  inputs:\n    name:\n    size: {default: big}\n---\n$[[ inputs.name ]]-job: {script: ['$[[ inputs.size ]] x']}\n"},
	};
	world *w = evaluated(files, 3);
	assert_string_equal(show_jobs(w), "job other web-job ");
	assert_property(w, "job", "script", "[mine]");
	assert_property(w, "job", "image.reference", "a");
	assert_property(w, "web-job", "script", "[big x]");
	assert_property(w, "pipeline", "includes.3.ref", "main");
	assert_int_equal(w->out.not_analysed, 2);
	world_free(w);
}

static void a_file_that_includes_itself_meets_a_limit(void **state)
{
	(void)state;
	const file files[] = {{".gitlab-ci.yml", "include: [.gitlab-ci.yml, .gitlab-ci.yml]\nj: {script: [x]}\n"}};
	world *w = evaluated(files, 1);
	assert_int_equal(w->out.diags.n, 1);
	assert_int_equal(w->out.diags.items[0].level, BL_DIAG_ERROR);
	world_free(w);
}

static void defaults_are_inherited_unless_a_job_says_no(void **state)
{
	(void)state;
	const file files[] = {{".gitlab-ci.yml", "default: {image: d, before_script: [first]}\na: {script: [x]}\nb: {script: [x], inherit: {default: false}}\n"
						 "c: {script: [x], inherit: {default: [image]}}\n"}};
	world *w = evaluated(files, 1);
	assert_property(w, "a", "script", "[first, x]");
	assert_property(w, "b", "script", "[x]");
	assert_property(w, "b", "image", "-");
	assert_property(w, "c", "script", "[x]");
	assert_property(w, "c", "image.reference", "d");
	world_free(w);
}

static void assert_condition(const char *text, bl_tri want)
{
	world *w = world_new(NULL, 0);
	bl_gitlab g = {.input = &w->input, .arena = &w->arena, .out = &w->out};
	bl_items items = {0};
	bl_items_put(&w->arena, &items, BL_STR("A"), BL_NOWHERE, bl_value_string(&w->arena, BL_NOWHERE, BL_STR("abc")));
	bl_items_put(&w->arena, &items, BL_STR("E"), BL_NOWHERE, bl_value_string(&w->arena, BL_NOWHERE, BL_STR("")));
	assert_int_equal(bl_gitlab_condition(&g, bl_str_of(text), bl_items_value(&w->arena, BL_NOWHERE, &items)), want);
	world_free(w);
}

static void conditions_are_three_valued(void **state)
{
	(void)state;
	assert_condition("$A == \"abc\"", BL_YES);
	assert_condition("$A != 'abc'", BL_NO);
	assert_condition("$A =~ /^AB/i", BL_YES);
	assert_condition("$A !~ /b/", BL_NO);
	assert_condition("$A", BL_YES);
	assert_condition("$E", BL_NO);
	assert_condition("$A == null", BL_NO);
	assert_condition("$X == \"y\"", BL_MAYBE);
	assert_condition("$X == \"y\" && $E", BL_NO);
	assert_condition("($X || $A) && $A == \"abc\"", BL_YES);
	assert_condition("$A ==", BL_MAYBE);
	assert_condition("((((", BL_MAYBE);
}

static void rules_say_whether_a_job_runs(void **state)
{
	(void)state;
	const file files[] = {{".gitlab-ci.yml", "variables: {V: x}\n"
						 "a: {script: [x], rules: [{if: '$V == \"y\"'}]}\n"
						 "b: {script: [x], rules: [{if: '$V == \"x\"', when: never}, {when: always}]}\n"
						 "c: {script: [x], rules: [{if: '$U', when: never}, {when: always}]}\n"
						 "d: {script: [x], rules: [{changes: [a]}]}\n"
						 "e: {script: [x], only: [main]}\n"
						 "f: {script: [x], rules: [{if: '$V == \"x\"'}]}\n"}};
	world *w = evaluated(files, 1);
	assert_string_equal(show_jobs(w), "a! b! c? d? e? f ");
	world_free(w);
}

static void a_script_s_lines_run_in_one_shell(void **state)
{
	(void)state;
	const file files[] = {{".gitlab-ci.yml", "variables: {IMAGE: reg.io/web}\nbuild:\n  before_script:\n    - cd web\n  script:\n    - TAG=v1\n    - docker build -t $IMAGE:$TAG .\n"
						 "    - docker push $IMAGE:$TAG\n  after_script:\n    - docker build -t late .\n"
						 "deploy:\n  script:\n    - |\n      kubectl apply -f k8s\n"}};
	world *w = evaluated(files, 1);
	assert_string_equal(show_acts(w), "build docker build: web web/Dockerfile [reg.io/web:v1] push\nbuild docker build: . Dockerfile [late]\n"
					  "kubernetes kubectl apply: k8s\n");
	bl_place place;
	assert_true(bl_sources_place(w->sources, bl_sources_root(w->sources, w->out.builds.items[0]->span), &place));
	assert_int_equal(place.start_line, 7);
	assert_true(bl_sources_place(w->sources, bl_sources_root(w->sources, w->out.deployments.items[0]->span), &place));
	assert_int_equal(place.start_line, 14);
	world_free(w);
}

static void a_matrix_gives_a_variable_several_values(void **state)
{
	(void)state;
	const file files[] = {{".gitlab-ci.yml", "j:\n  parallel: {matrix: [{APP: [a, b]}, {APP: c}]}\n  image: reg.io/$APP\n  script: [x]\n"}};
	world *w = evaluated(files, 1);
	assert_property(w, "j", "image.reference", "reg.io/?");
	const bl_value *image = bl_value_at_path(bl_value_getz(w->out.resources.items[1]->written, "properties"), BL_STR("image.reference"));
	assert_int_equal(image->unknown->ncandidates, 3);
	world_free(w);
}

static void a_child_pipeline_stands_below_its_trigger(void **state)
{
	(void)state;
	const file files[] = {{".gitlab-ci.yml", "t: {trigger: {include: child.yml}}\n"}, {"child.yml", "c: {script: [x]}\n"}};
	world *w = evaluated(files, 2);
	assert_string_equal(show_jobs(w), "t t.c ");
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_pipeline_stands_below_its_trigger),
		cmocka_unit_test(a_file_that_includes_itself_meets_a_limit),
		cmocka_unit_test(a_job_has_what_it_extends),
		cmocka_unit_test(a_matrix_gives_a_variable_several_values),
		cmocka_unit_test(a_script_s_lines_run_in_one_shell),
		cmocka_unit_test(circles_are_errors),
		cmocka_unit_test(conditions_are_three_valued),
		cmocka_unit_test(defaults_are_inherited_unless_a_job_says_no),
		cmocka_unit_test(included_files_stand_below_the_one_that_includes_them),
		cmocka_unit_test(references_put_parts_of_other_jobs_in),
		cmocka_unit_test(rules_say_whether_a_job_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "core/codec/json.h"
#include "eval/pipeline/github.h"
#include "tests/unit/pipeline_world.h"

/* ---- expressions ---- */

static const char *const contexts_json =
	"{\"env\": {\"A\": \"x\", \"N\": \"3\"}, \"matrix\": {\"os\": \"linux\", \"list\": [{\"n\": \"a\"}, {\"n\": \"b\"}]}, \"inputs\": {\"no\": false, \"empty\": \"\"}}";

/* want: the value as text, NULL for unknown. */
static void assert_expression(const char *text, const char *want)
{
	bl_arena arena = {0};
	bl_error error;
	const bl_value *all = bl_json_read(&arena, bl_str_of(contexts_json), &error);
	bl_value *github = bl_value_map(&arena, BL_NOWHERE, NULL, 0);
	github->open = true;
	bl_github_contexts c = {.env = bl_value_getz(all, "env"), .matrix = bl_value_getz(all, "matrix"), .inputs = bl_value_getz(all, "inputs"), .github = github};
	const bl_value *v = bl_github_expression(&arena, &c, bl_str_of(text), BL_NOWHERE);
	if (want) {
		assert_int_not_equal(v->kind, BL_UNKNOWN);
		assert_string_equal(bl_str_z(&arena, bl_value_text(bl_pipeline_scalar(&arena, v))), want);
	} else {
		assert_int_equal(v->kind, BL_UNKNOWN);
	}
	bl_arena_done(&arena);
}

/* The contexts that an unknown value is made of, with blanks between. */
static void assert_made_of(const char *text, const char *want)
{
	bl_arena arena = {0};
	bl_github_contexts c = {0};
	bl_buf found = {0};
	const bl_value *v = bl_github_expression(&arena, &c, bl_str_of(text), BL_NOWHERE);
	assert_int_equal(v->kind, BL_UNKNOWN);
	for (size_t i = 0; i < v->unknown->nrefs; i++)
		bl_buf_putf(&found, "%s" BL_FMT, i ? " " : "", BL_ARG(v->unknown->refs[i].address));
	assert_string_equal(found.p ? found.p : "", want);
	bl_buf_done(&found);
	bl_arena_done(&arena);
}

static void expressions_compare_loosely(void **state)
{
	assert_expression("'A' == 'a'", "true");
	assert_expression("1 == '1'", "true");
	assert_expression("0 == ''", "true");
	assert_expression("null == 0", "true");
	assert_expression("true == 1", "true");
	assert_expression("'a' == 0", "false");
	assert_expression("'b' > 'A'", "true");
	assert_expression("env.N >= 3", "true");
	assert_expression("inputs.no == false", "true");
	assert_expression("matrix.list == matrix.list", "true");
}

static void operators_give_the_value_that_decides(void **state)
{
	assert_expression("env.A && 'yes' || 'no'", "yes");
	assert_expression("inputs.empty || 'usual'", "usual");
	assert_expression("!inputs.empty", "true");
	assert_expression("(1 < 2) && !(2 < 1)", "true");
	assert_expression("env.missing", "");
	assert_expression("0xff", "255");
	assert_expression("-1.5e1", "-15");
	assert_expression("'it''s'", "it's");
}

static void functions_do_what_github_documents(void **state)
{
	assert_expression("contains('Hello', 'ELL')", "true");
	assert_expression("contains(fromJSON('[\"a\", \"B\"]'), 'b')", "true");
	assert_expression("startsWith(matrix.os, 'LIN')", "true");
	assert_expression("endsWith('abc', 'bc')", "true");
	assert_expression("format('{0}-{1}-{{x}}', 'a', 1)", "a-1-{x}");
	assert_expression("join(matrix.list.*.n, '+')", "a+b");
	assert_expression("join(fromJSON('[1,2]'))", "1,2");
	assert_expression("toJSON('a')", "\"a\"");
	assert_expression("fromJSON('{\"a\": {\"b\": 7}}').a['b']", "7");
	assert_expression("matrix.list[1].n", "b");
	assert_expression("case(false, 'a', true, 'b', 'c')", "b");
	assert_expression("always()", "true");
	assert_expression("hashFiles('**/x')", NULL);
	assert_expression("nothing(1)", NULL);
	assert_expression("'open", NULL);
	assert_expression("1 +", NULL);
}

static void unknown_values_say_what_they_are_made_of(void **state)
{
	assert_made_of("github.event.issue.title", "github.event.issue.title");
	assert_made_of("github['event'].issue.body", "github.event.issue.body");
	assert_made_of("github.event.commits[0].message", "github.event.commits.*.message");
	assert_made_of("format('{0} {1}', github.head_ref, github.sha)", "github.head_ref github.sha");
	assert_made_of("github.event.issue.title == 'x'", "");
	assert_made_of("contains(github.event.issue.title, 'x')", "");
	assert_made_of("github.actor == 'x' && github.head_ref || 'none'", "github.head_ref");
	assert_made_of("toJSON(github.event)", "github.event");
	assert_made_of("secrets[github.actor]", "secrets.*");
}

/* ---- matrices ---- */

static void assert_jobs(const char *json, const char *want)
{
	bl_arena arena = {0};
	bl_error error;
	bl_values jobs = {0};
	const bl_value *all;
	bl_buf out = {0};
	bl_github_matrix(&arena, bl_json_read(&arena, bl_str_of(json), &error), &jobs, &all);
	for (size_t i = 0; i < jobs.n; i++) {
		bl_buf_putz(&out, i ? " " : "");
		show_value(&out, &arena, jobs.items[i]);
	}
	assert_string_equal(out.p ? out.p : "", want);
	bl_buf_done(&out);
	bl_arena_done(&arena);
}

static void a_matrix_is_a_product_with_exceptions(void **state)
{
	assert_jobs("{\"a\": [1, 2], \"b\": [\"x\"]}", "{a=1, b=x} {a=2, b=x}");
	assert_jobs("{\"a\": [1, 2], \"exclude\": [{\"a\": 2}]}", "{a=1}");
	assert_jobs("{\"a\": [1, 2], \"include\": [{\"a\": 1, \"c\": 9}, {\"d\": 5}, {\"a\": 3}]}", "{a=1, c=9, d=5} {a=2, d=5} {a=3}");
	assert_jobs("{\"include\": [{\"n\": \"x\"}, {\"n\": \"y\"}]}", "{n=x} {n=y}");
	assert_jobs("{\"a\": []}", "");
}

/* ---- workflows ---- */

static world *run(const file *files, size_t n)
{
	world *w = world_new(files, n);
	const bl_document *d = world_parse(w, BL_LANG_NONE, bl_str_of(files[0].path), bl_str_of(files[0].text));
	assert_int_equal(d->language, BL_LANG_PIPELINE);
	w->root.repo = BL_STR("github.com/acme/shop");
	w->root.path = bl_str_of(files[0].path);
	w->input.documents = &d;
	w->input.ndocuments = 1;
	w->input.schema = bl_schema_new(&w->arena);
	bl_eval_root(&w->input, &w->arena, &w->out);
	return w;
}

static void assert_acts(const file *files, size_t n, const char *expected)
{
	world *w = run(files, n);
	assert_string_equal(show_acts(w), expected);
	world_free(w);
}

static void assert_acts_of(const char *text, const char *expected)
{
	file one = {".github/workflows/ci.yml", text};
	assert_acts(&one, 1, expected);
}

static const bl_resource *find(const world *w, const char *address)
{
	for (size_t i = 0; i < w->out.resources.n; i++)
		if (bl_str_eqz(w->out.resources.items[i]->address, address))
			return w->out.resources.items[i];
	return NULL;
}

static const bl_value *property(const world *w, const char *address, const char *path)
{
	const bl_resource *r = find(w, address);
	assert_non_null(r);
	return bl_value_at_path(bl_value_getz(r->written, "properties"), bl_str_of(path));
}

static void a_step_has_its_keys_in_one_form(void **state)
{
	static const file files[] = {{".github/workflows/ci.yml",
		"on: [push, pull_request]\npermissions: read-all\njobs:\n  build:\n    runs-on: ubuntu-latest\n    container: node:22\n    steps:\n"
		"      - uses: Acme/Deploy/sub@v1\n        with: {a: '${{ github.repository }}'}\n      - id: x\n        run: |\n          echo one\n          echo ${{ github.head_ref }}\n"
		"      - uses: docker://alpine:3\n      - if: false\n        run: make\n"}};
	world *w = run(files, 1);
	assert_true(bl_value_is_string(property(w, ".github/workflows/ci.yml", "events.1"), "pull_request"));
	assert_true(bl_value_is(property(w, ".github/workflows/ci.yml", "on.push"), BL_MAP));
	assert_true(bl_value_is_string(property(w, "build", "runs-on.0"), "ubuntu-latest"));
	assert_true(bl_value_is_string(property(w, "build", "permissions"), "read-all"));
	assert_true(bl_value_is_string(property(w, "build", "container.image.tag"), "22"));
	assert_true(bl_value_is_string(property(w, "build.1", "uses.action"), "acme/deploy/sub"));
	assert_true(bl_value_is_string(property(w, "build.1", "uses.path"), "sub"));
	assert_false(property(w, "build.1", "uses.pinned")->boolean);
	assert_true(bl_value_is_string(property(w, "build.1", "with.a"), "acme/shop"));
	assert_true(bl_value_is_string(property(w, "build.x", "expressions.0.references.0"), "github.head_ref"));
	bl_place place;
	bl_sources_place(w->sources, property(w, "build.x", "expressions.0.text")->span, &place);
	assert_int_equal(place.start_line, 13);
	assert_int_equal(place.start_column, 16);
	assert_true(bl_value_is_string(property(w, "build.x", "commands.1.name"), "echo"));
	assert_true(bl_value_is_string(property(w, "build.3", "uses.docker.repository"), "library/alpine"));
	assert_int_equal(find(w, "build.4")->condition, BL_NO);
	world_free(w);
}

static void a_matrix_builds_each_image(void **state)
{
	assert_acts_of("on: push\njobs:\n  b:\n    runs-on: x\n    strategy: {matrix: {s: [api, web], os: [a, b]}}\n    steps:\n"
		       "      - uses: docker/build-push-action@v6\n        with: {context: 'src/${{ matrix.s }}', push: true, tags: 'reg.io/${{ matrix.s }}:1'}\n",
		"build docker/build-push-action: src/api src/api/Dockerfile [reg.io/api:1] push\n"
		"build docker/build-push-action: src/web src/web/Dockerfile [reg.io/web:1] push\n");
}

static void what_metadata_makes_is_what_is_pushed(void **state)
{
	assert_acts_of("on: [push, pull_request]\njobs:\n  b:\n    runs-on: x\n    steps:\n"
		       "      - id: m\n        uses: docker/metadata-action@v5\n        with:\n          images: ghcr.io/${{ github.repository }}\n"
		       "          tags: |\n            type=raw,value=latest\n            type=sha\n            type=semver,pattern={{version}}\n"
		       "      - uses: docker/build-push-action@v6\n        with:\n          push: ${{ github.event_name != 'pull_request' }}\n          tags: ${{ steps.m.outputs.tags }}\n"
		       "          build-args: |\n            A=1\n            B=${{ github.sha }}\n",
		"build docker/build-push-action: . Dockerfile [ghcr.io/acme/shop:latest, ghcr.io/acme/shop:sha-?, ghcr.io/acme/shop:?] {A=1, B=?} push\n");
}

static void outputs_and_variables_reach_later_steps_and_jobs(void **state)
{
	assert_acts_of("on: push\nenv: {REG: reg.io}\njobs:\n  a:\n    runs-on: x\n    outputs: {tag: '${{ steps.t.outputs.tag }}'}\n    steps:\n"
		       "      - id: t\n        run: |\n          echo \"tag=v1\" >> \"$GITHUB_OUTPUT\"\n          echo \"IMAGE=$REG/app\" >> $GITHUB_ENV\n"
		       "      - run: docker build -t $IMAGE:${{ steps.t.outputs.tag }} .\n"
		       "  b:\n    needs: a\n    runs-on: x\n    steps:\n      - run: az deployment group create -g rg -f main.bicep -p tag=${{ needs.a.outputs.tag }}\n",
		"build docker build: . Dockerfile [reg.io/app:v1]\n"
		"azure az deployment group: main.bicep parameters={tag=v1} scope={resource_group=rg}\n");
}

static void what_earlier_steps_sign_in_to_is_the_scope(void **state)
{
	assert_acts_of("on: push\njobs:\n  d:\n    runs-on: x\n    environment: {name: prod}\n    defaults: {run: {working-directory: infra}}\n    steps:\n"
		       "      - uses: azure/login@v2\n        with: {subscription-id: '0000'}\n"
		       "      - uses: azure/arm-deploy@v2\n        with:\n          resourceGroupName: rg\n          template: infra/main.bicep\n          parameters: infra/p.json sku=S1 \"name=a b\"\n"
		       "      - run: terraform apply -var-file=prod.tfvars\n",
		"azure azure/arm-deploy: infra/main.bicep files=[infra/p.json] parameters={sku=S1, name=a b} "
		"scope={environment=prod, subscription=0000, resource_group=rg}\n"
		"terraform terraform apply: infra files=[infra/prod.tfvars] scope={environment=prod, subscription=0000}\n");
}

static void called_workflows_get_their_inputs(void **state)
{
	static const file files[] = {{".github/workflows/ci.yml",
					     "on: push\njobs:\n  api:\n    uses: ./.github/workflows/build.yml\n    with: {service: api}\n"
					     "  web:\n    uses: ./.github/workflows/build.yml\n    with: {service: web, title: '${{ github.event.issue.title }}'}\n"},
		{".github/workflows/build.yml",
			"on:\n  workflow_call:\n    inputs:\n      service: {type: string}\n      title: {type: string}\n      reg: {type: string, default: reg.io}\n"
			"jobs:\n  b:\n    runs-on: x\n    steps:\n      - run: echo ${{ inputs.title }}\n      - run: docker build -t ${{ inputs.reg }}/${{ inputs.service }} ${{ inputs.service }}\n"}};
	world *w = run(files, 2);
	assert_string_equal(show_acts(w), "build docker build: api api/Dockerfile [reg.io/api]\nbuild docker build: web web/Dockerfile [reg.io/web]\n");
	assert_string_equal(bl_str_z(&w->arena, w->out.builds.items[1]->by), "web.b.2");
	assert_true(bl_str_eqz(find(w, "web.b.2")->type, "github/called-step"));
	assert_true(bl_value_is_string(property(w, "web.b.1", "expressions.0.references.0"), "github.event.issue.title"));
	world_free(w);
}

static void local_actions_run_with_their_inputs(void **state)
{
	static const file files[] = {{".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: ./ci/build\n        with: {name: api}\n"},
		{"ci/build/action.yml", "inputs: {name: {required: true}, tag: {default: v1}}\nruns:\n  using: composite\n  steps:\n"
					"    - shell: bash\n      run: docker build -t ${{ inputs.name }}:${{ inputs.tag }} .\n"}};
	assert_acts(files, 2, "build docker build: . Dockerfile [api:v1]\n");
}

/* Of the warnings, how many hold the words. */
static size_t warnings_that_say(const world *w, const char *words)
{
	size_t n = 0;
	for (size_t i = 0; i < w->out.diags.n; i++)
		n += bl_str_find(w->out.diags.items[i].message, bl_str_of(words), 0) >= 0 && w->out.diags.items[i].level == BL_DIAG_WARNING;
	return n;
}

static void each_limit_that_is_met_is_said_once(void **state)
{
	static const file files[] = {{".github/workflows/a.yml", "on: workflow_call\njobs:\n  x:\n    uses: ./.github/workflows/a.yml\n"
								  "  y:\n    uses: ./.github/workflows/a.yml\n  z:\n    uses: ./.github/workflows/a.yml\n"}};
	world *w = run(files, 1);
	assert_int_equal(warnings_that_say(w, "jobs and steps"), 1);
	assert_int_equal(warnings_that_say(w, "call one another"), 1);
	assert_int_equal(w->out.not_analysed, 2);
	assert_true(w->out.resources.n <= BL_GITHUB_MAX_STEPS + 1);
	world_free(w);
	static const file few[] = {{".github/workflows/a.yml", "on: push\njobs:\n  x:\n    runs-on: y\n    steps:\n      - run: docker build .\n"}};
	w = run(few, 1);
	assert_int_equal(w->out.not_analysed, 0);
	world_free(w);
}

static void scripts_that_call_one_another_too_deeply_are_said(void **state)
{
	static const file files[] = {{".github/workflows/a.yml", "on: push\njobs:\n  x:\n    runs-on: y\n    steps:\n      - run: ./a.sh\n      - run: ./a.sh\n"},
		{"a.sh", "docker build .\n./a.sh\n"}};
	world *w = run(files, 2);
	assert_int_equal(warnings_that_say(w, "scripts call one another"), 1);
	assert_int_equal(w->out.not_analysed, 1);
	world_free(w);
}

static void calls_that_go_round_end(void **state)
{
	static const file files[] = {{".github/workflows/a.yml", "on: workflow_call\njobs:\n  x:\n    uses: ./.github/workflows/a.yml\n"}};
	world *w = run(files, 1);
	assert_true(w->out.resources.n < 20);
	world_free(w);
	static const file action[] = {{"action.yml", "runs:\n  using: composite\n  steps:\n    - uses: ./\n    - uses: ./\n    - uses: ./\n"}};
	w = run(action, 1);
	assert_true(w->out.resources.n <= BL_GITHUB_MAX_STEPS + 1);
	world_free(w);
}

static void another_repository_s_files_are_not_known(void **state)
{
	assert_acts_of("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n        with: {repository: acme/other, path: other}\n"
		       "      - uses: actions/checkout@v4\n        with: {path: own}\n      - run: docker build -t a other/x\n      - run: docker build -t b own/x\n",
		"build docker build: ? ? [a]\nbuild docker build: x x/Dockerfile [b]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_matrix_builds_each_image),
		cmocka_unit_test(a_matrix_is_a_product_with_exceptions),
		cmocka_unit_test(a_step_has_its_keys_in_one_form),
		cmocka_unit_test(another_repository_s_files_are_not_known),
		cmocka_unit_test(called_workflows_get_their_inputs),
		cmocka_unit_test(calls_that_go_round_end),
		cmocka_unit_test(each_limit_that_is_met_is_said_once),
		cmocka_unit_test(expressions_compare_loosely),
		cmocka_unit_test(functions_do_what_github_documents),
		cmocka_unit_test(local_actions_run_with_their_inputs),
		cmocka_unit_test(operators_give_the_value_that_decides),
		cmocka_unit_test(outputs_and_variables_reach_later_steps_and_jobs),
		cmocka_unit_test(scripts_that_call_one_another_too_deeply_are_said),
		cmocka_unit_test(unknown_values_say_what_they_are_made_of),
		cmocka_unit_test(what_earlier_steps_sign_in_to_is_the_scope),
		cmocka_unit_test(what_metadata_makes_is_what_is_pushed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
